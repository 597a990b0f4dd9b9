/* Roles of text and what they look like: one table for terminals without colour, with 8 and with 256 colours.
 * The background is the terminal's own, always; colour never says what a word or a letter does not say, too. */
#ifndef SPOOR_UI_THEME_H
#define SPOOR_UI_THEME_H

#include <stdbool.h>

#include "base/diag.h"
#include "base/str.h"

enum role {
	ROLE_TEXT,
	ROLE_DIM,                                        /* furniture, absent values */
	ROLE_STRONG,
	ROLE_CRUMB, ROLE_CRUMB_LAST,                     /* top line */
	ROLE_HEAD,                                       /* column heads */
	ROLE_SECTION,                                    /* headings inside text */
	ROLE_LABEL,                                      /* names of values */
	ROLE_CODE,                                       /* command lines, searches */
	ROLE_LINK,                                       /* what Enter follows */
	ROLE_STATUS, ROLE_KEY, ROLE_HINT,                /* bottom lines */
	ROLE_INFO, ROLE_LOW, ROLE_MEDIUM, ROLE_HIGH, ROLE_CRITICAL,
	ROLE_GOOD, ROLE_WARN, ROLE_ERROR,
	ROLE_MARK,
	ROLE_MATCH,                                      /* what a search found */
	ROLE_ESCAPE,                                     /* a character that must not reach the terminal */
	ROLE_BAR, ROLE_BAR_NONE, ROLE_BAR_HERE,          /* histogram */
	ROLE_COUNT
};

enum color_mode { COLOR_AUTO, COLOR_NEVER, COLOR_ALWAYS };

struct theme_style {
	unsigned long attrs;                             /* A_BOLD … */
	short pair;
};

/* Chooses by what the terminal has, NO_COLOR and `mode`; curses must be running. */
void theme_start(enum color_mode mode);
/* Takes the theme of that name, from now on or, before theme_start, from then on. False when there is none of that name. */
bool theme_use(struct str name);
extern const char theme_names[];                         /* all of them, with blanks between */
/* Changes one role of the theme in use: "ROLE COLOUR [bold] [dim] [underline] [reverse]". False with *d set. */
bool theme_color(struct str line, struct diag *d);
/* Names of roles, in their order; NULL after the last. */
const char *theme_role_name(int role);
struct theme_style theme_style(enum role role);
int theme_colors(void);                                  /* 0, 8 or 256: what was chosen */

/* The severity of a risk score: a letter, a word, a role. */
struct severity {
	char letter;
	const char *word;
	enum role role;
};
struct severity severity_of(double score);
/* The score from which on it has that word; false when there is no such word. */
bool severity_set(struct str word, double from);

#endif
