/* One line being edited: emacs keys, history, completion, and an error with a caret under its place. What the line means is
 * its kind's. */
#ifndef SPOOR_UI_PROMPT_H
#define SPOOR_UI_PROMPT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"

struct ui;
struct prompt;

/* Candidates to complete the word that ends at the cursor. */
struct words {
	struct arena *arena;
	struct str *v;
	size_t n, cap;
	size_t start;                                    /* where that word starts in the line */
};
/* Adds a candidate if it starts with the word `part` (any case) and is not there yet. */
void words_add(struct words *w, struct str part, struct str word);
void words_sort(struct words *w);

struct prompt_kind {
	const char *label;                               /* "/" */
	const char *history;                             /* name of its history file; NULL: none is kept */
	const char *hint;                                /* shown below the line while nothing better is; may be NULL */
	void (*changed)(struct ui *u, struct str text);  /* after each edit; may be NULL */
	/* Enter. False keeps the prompt open, with *d shown (col: under which character of the line, from 1). */
	bool (*accept)(struct ui *u, struct str text, struct diag *d);
	void (*cancel)(struct ui *u);                    /* may be NULL */
	void (*complete)(struct ui *u, struct str before, struct words *w);      /* `before`: the line up to the cursor; may be NULL */
	void (*note)(struct ui *u, struct sbuf *b);      /* what to show below the line; may be NULL */
};

/* Opens (in place of one that is open) with this text in it, the cursor behind it. */
void prompt_open(struct ui *u, const struct prompt_kind *kind, struct str text);
void prompt_close(struct ui *u);
void prompt_key(struct ui *u, int key);
/* A pasted character: inserted, a line break as a blank. KEY_NOTHING: that was all. */
void prompt_paste(struct ui *u, int c);
/* Of the prompt that is open: is it of this label; what is typed. */
bool prompt_is(const struct ui *u, const char *label);
struct str prompt_text(const struct ui *u);
/* An error to show under the line, with its place. */
void prompt_error(struct ui *u, const struct diag *d);
/* Draws the two lines y and y + 1; says where the cursor belongs. */
void prompt_draw(struct ui *u, int y, int width, int *cursor_x);

#endif
