/* Inside detect/: the steps from a result row to a finding, shared by the files of this folder. */
#ifndef SPOOR_DETECT_INSIDE_H
#define SPOOR_DETECT_INSIDE_H

#include "detect/detect.h"

/* pick.c: fills host … port and main_event from the row, else from its events. `s` may be NULL. */
void finding_pick(struct finding *f, const struct store *s, struct arena *a);
/* confirm.c */
enum confirm finding_confirm(const struct finding *f, const struct store *s);
/* risk.c: the risk events of one finding (spl-spec 5.2). */
void finding_risk(struct finding *f, struct arena *a);
/* finding.c: one finding per row of `r`, whose arena keeps what they hold. `out` has room for r->n; `common` tells
 * the rule, the search and its time. */
void findings_make(struct finding *out, const struct finding *common, struct rows *r, const struct store *s);
/* why.c: what this dump lacks for the rule to fire; "" when nothing is known to be missing. */
void rule_cannot_fire(const struct rule *rule, struct engine *e, char *out, size_t n);

/* The time of a row by its own fields (_time, firstTime); WHEN_NONE when it has none. */
usec_t finding_row_time(const struct rows *r, size_t row);

#endif
