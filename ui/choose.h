/* A menu over the lower part of the screen: one choice by its key, or with the cursor. */
#ifndef SPOOR_UI_CHOOSE_H
#define SPOOR_UI_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct ui;
struct chooser;

/* Opens an empty menu; `picked` gets the number of the choice, after the menu has closed. `free_ctx` may be NULL. */
void choose_open(struct ui *u, const char *title, void (*picked)(struct ui *u, size_t i, void *ctx), void *ctx,
                 void (*free_ctx)(void *ctx));
/* Adds a choice: its text, and a note beside it (both copied; a note may be empty). `key` 0: the next free one. */
void choose_add(struct ui *u, int key, struct str text, struct str note);
enum { CHOOSE_NO_KEY = -1 };                             /* for `key`: only the cursor gets there */
/* Keys go to `key` first, with the choice the cursor is at; true: it used it. The menu leaves the head of the list to be seen. */
void choose_keys(struct ui *u, bool (*key)(struct ui *u, int key, size_t at, void *ctx));
void choose_set(struct ui *u, size_t i, struct str text, struct str note);       /* other texts for a choice; copied */
void choose_select(struct ui *u, size_t i);              /* where the cursor starts */
void choose_close(struct ui *u);
void choose_key(struct ui *u, int key);
/* A click on a line of the screen: picks what stands there, or in a menu with keys of its own puts the cursor there; beside the
 * menu it closes it. */
void choose_click(struct ui *u, int y);
void choose_scroll(struct ui *u, bool down);
/* Draws over the lines y … y + height - 1, at the bottom of them. */
void choose_draw(struct ui *u, int y, int height, int width, int *cursor_y, int *cursor_x);

#endif
