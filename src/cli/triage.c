/* The triage screen; without a terminal the hits are printed instead. */
#include "cli/cli.h"

#include <unistd.h>

#include "ui/ui.h"

int cli_triage(const struct cli *c)
{
	if (!isatty(STDOUT_FILENO))
		return cli_scan(c);
	struct session_opts o = cli_session(c);
	struct ui_opts u = {.case_path = c->case_path, .no_case = c->no_case, .follow = c->follow};
	return ui_run(&o, &u);
}
