/* Settings: one table of what can be set, by a line of the configuration file or, most of them, on the command line. The file is
 * read before the screen starts and never written. */
#ifndef SPOOR_UI_CONFIG_H
#define SPOOR_UI_CONFIG_H

#include <stdbool.h>

#include "base/diag.h"
#include "base/str.h"

struct ui;

/* What completes the words of a setting. */
enum setting_words { WORDS_VALUES, WORDS_REQUESTS, WORDS_ROLES, WORDS_COLUMNS };

struct setting {
	const char *name, *args, *help;
	const char *values;                              /* those it takes, with blanks between; "" when they are open */
	enum setting_words words;
	bool at_start;                                   /* holds from the start of the screen: only in the file */
	bool (*set)(struct ui *u, struct str args, struct diag *d);
};
extern const struct setting settings[];                  /* by name; ends with one without */

/* NULL when there is none of that name. */
const struct setting *setting_named(struct str name);
/* False with *d set: what is wrong, and what was expected. */
bool setting_apply(struct ui *u, const struct setting *s, struct str args, struct diag *d);
/* Applies $XDG_CONFIG_HOME/spoor/config (~/.config/…), if there is one: one setting a line, `#` starts a comment line. Every line that
 * is wrong is told in `errors`, with file and line, and costs itself only. False when there was one, or the file cannot be read. */
bool config_read_default(struct ui *u, struct diags *errors);
void config_free(struct ui *u);                          /* what the settings own in u */

#endif
