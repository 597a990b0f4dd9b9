/* The page of a hit that is no rule's: risk that crossed a threshold, and the hits that added up to it. */
#ifndef SPOOR_UI_THRESHOLD_PAGE_H
#define SPOOR_UI_THRESHOLD_PAGE_H

#include "ui/view.h"

/* Whose risk it is: Enter leads to its history. Then a line for each hit, oldest first: Enter opens those of this run. At most `most`
 * of them: a preview has no room for thousands. */
void threshold_page(struct page *p, const struct finding *f, size_t most);
/* Follows such a line; false: it is none. */
bool threshold_follow(struct ui *u, const struct finding *f, const struct page_link *link);
/* The hit of this run that a line is about; NULL: none. */
const struct finding *threshold_hit(struct ui *u, const struct finding *f, const struct page_link *link);

#endif
