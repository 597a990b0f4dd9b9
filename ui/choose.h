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
void choose_select(struct ui *u, size_t i);              /* where the cursor starts */
void choose_close(struct ui *u);
void choose_key(struct ui *u, int key);
/* Draws over the lines y … y + height - 1, at the bottom of them. */
void choose_draw(struct ui *u, int y, int height, int width, int *cursor_y, int *cursor_x);

#endif
