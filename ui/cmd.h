/* The table of commands. Running them is cmd.c's; help prints them. Settings are config.h's. */
#ifndef SPOOR_UI_CMD_H
#define SPOOR_UI_CMD_H

#include "ui/app.h"

/* What completes a command's arguments. */
enum cmd_complete { CMD_NOTHING, CMD_REQUEST, CMD_COLUMN, CMD_COLUMN_COLON };

struct cmd {
	const char *name, *args, *help;
	enum cmd_complete complete;
	bool (*run)(struct ui *u, struct str args, struct diag *d);
};
extern const struct cmd cmds[];                          /* by name; ends with one without */

#endif
