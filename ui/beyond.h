/* The hits of thresholds as they stand now: made again, on a worker, whenever exclusions change what adds up. The first ones are
 * the session's; making them is detect/'s. */
#ifndef SPOOR_UI_BEYOND_H
#define SPOOR_UI_BEYOND_H

#include "base/map.h"
#include "detect/detect.h"

struct ui;

/* Once the case is open: what a session is to know of thresholds. Lives until beyond_end. */
const struct threshold_opts *beyond_start(struct ui *u);
void beyond_end(struct ui *u);                           /* once no job runs */
/* Those that took the place of the session's; NULL: the session's count. */
const struct findings *beyond_now(const struct ui *u);
/* Makes them again, of what is not left out (keys); they are in the case when `done` is called: with how many there were and are. */
void beyond_make(struct ui *u, const struct map *left_out, void (*done)(struct ui *u, size_t before, size_t now));
void beyond_again(struct ui *u);                         /* another generation of hits is there: its own count */

#endif
