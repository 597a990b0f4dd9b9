/* Reading the configuration. What a line means is cmd.c's. */
#include "ui/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/app.h"

enum { CONFIG_MAX = 1 << 20 };

bool config_read(struct ui *u, const char *path, struct diag *d)
{
	FILE *f = fopen(path, "re");
	struct sbuf text = {0};
	char part[4096];
	size_t got;
	int line = 0;

	if (!f) {
		diag_set(d, 0, 0, "cannot be read: %s", strerror(errno));
		diag_file(d, path);
		return false;
	}
	while (text.n < CONFIG_MAX && (got = fread(part, 1, sizeof part, f)) > 0)
		sbuf_add(&text, part, got);
	fclose(f);
	for (size_t at = 0; at < text.n;) {
		const char *nl = memchr(text.p + at, '\n', text.n - at);
		size_t end = nl ? (size_t)(nl - text.p) : text.n;
		struct str cmd = str_trim((struct str){text.p + at, end - at});
		struct diag one = DIAG_INIT;

		at = end + 1;
		line++;
		if (cmd.n == 0 || cmd.p[0] == '#')
			continue;
		if (!cmd_run(u, cmd, &one) && diag_is_set(&one) && !diag_is_set(d)) {
			diag_set(d, line, one.col, "%s", one.msg);
			diag_file(d, path);
		}
	}
	sbuf_free(&text);
	return !diag_is_set(d);
}

void config_read_default(struct ui *u)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	struct sbuf path = {0};
	struct diag d = DIAG_INIT;

	if (config && config[0] == '/')
		sbuf_addf(&path, "%s/spoor/spoorrc", config);
	else if (home && home[0] == '/')
		sbuf_addf(&path, "%s/.config/spoor/spoorrc", home);
	FILE *f = path.n ? fopen(path.p, "re") : NULL;   /* none is no error */
	if (f) {
		fclose(f);
		if (!config_read(u, path.p, &d))
			ui_say_diag(u, &d);
	}
	sbuf_free(&path);
}
