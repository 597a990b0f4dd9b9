/* From a process to its hits: opens the one that it has, or asks which. */
#ifndef SPOOR_UI_HIT_MENU_H
#define SPOOR_UI_HIT_MENU_H

#include <stdbool.h>
#include <stdint.h>

struct ui;

/* The last choice is the selected row's event. False: the process has no hit, nothing was opened. */
bool hit_menu_open(struct ui *u, uint32_t proc);

#endif
