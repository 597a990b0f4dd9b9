/* Files that the program writes for itself below $XDG_STATE_HOME/spoor (~/.local/state/…): what was typed, what was chosen. */
#ifndef SPOOR_UI_STATE_H
#define SPOOR_UI_STATE_H

#include <stdbool.h>

#include "base/str.h"

/* The path of the file of that name; empty when there is no home. Appended to b. */
void state_path(const char *name, struct sbuf *b);
/* Makes the folders that such a path needs. */
void state_folder(void);
/* Puts the text in the place of the file, whole or not at all. False when it cannot be written: errno says why. */
bool state_replace(const char *path, struct str text);
/* The file's text up to `max` bytes, appended to b. False when it cannot be read. */
bool state_read(const char *path, size_t max, struct sbuf *b);

#endif
