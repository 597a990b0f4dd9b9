/* What an exclusion of a hit may start from. */
#ifndef SPOOR_UI_PROPOSE_H
#define SPOOR_UI_PROPOSE_H

#include "detect/detect.h"

/* Conditions, in the search dialect, on the fields of the hit's row that say who and what it was: host, user, parent, process, path,
 * destination, as far as it has them. Appended; nothing when it has none that fit into a line. */
void propose_condition(const struct finding *f, struct sbuf *b);

#endif
