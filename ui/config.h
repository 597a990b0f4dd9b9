/* The configuration: a file of `:` commands, one a line, read and never written. */
#ifndef SPOOR_UI_CONFIG_H
#define SPOOR_UI_CONFIG_H

#include <stdbool.h>

#include "base/diag.h"

struct ui;

/* Runs the commands of a file; `#` starts a comment. False with *d set (file, line) at the first that fails; the rest is run. */
bool config_read(struct ui *u, const char *path, struct diag *d);
/* $XDG_CONFIG_HOME/spoor/spoorrc (~/.config/…), if there is one; errors go to the message line. */
void config_read_default(struct ui *u);

#endif
