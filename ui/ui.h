/* The triage screen. main.c's only door into ui/. */
#ifndef SPOOR_UI_H
#define SPOOR_UI_H

#include "detect/session.h"
#include "ui/theme.h"

struct ui_opts {
	const char *case_path;                           /* NULL: the default one */
	bool no_case;                                    /* in memory only */
	bool follow;                                     /* go on reading logs that grow */
	enum color_mode colors;
};

/* Opens the screen on what `o` names and stays until the analyst leaves. Returns the exit status (DESIGN 5): 0; 1 when some input
 * or rule was damaged or unusable; 2 when the configuration is wrong, there is no terminal or nothing could be read, said on stderr.
 * Ends the process itself by SIGHUP or SIGTERM when these came, the terminal restored. */
int ui_run(const struct session_opts *o, const struct ui_opts *u);

#endif
