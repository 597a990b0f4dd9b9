/* Lines typed before, per kind of prompt, kept in $XDG_STATE_HOME/spoor (~/.local/state/spoor). */
#ifndef SPOOR_UI_HISTORY_H
#define SPOOR_UI_HISTORY_H

#include <stddef.h>

#include "base/str.h"

struct history;

/* The history of that name, read when first asked for. Lives until history_free_all. */
struct history *history_get(const char *name);
size_t history_len(const struct history *h);
struct str history_at(const struct history *h, size_t back);     /* 0: the latest */
/* Adds a line and appends it to the file. Empty lines and repeats of the latest are left out. Failing to write is no error. */
void history_add(struct history *h, struct str line);
void history_free_all(void);

#endif
