/* Why a finding is one. */
#ifndef SPOOR_EXPLAIN_H
#define SPOOR_EXPLAIN_H

#include "detect/detect.h"
#include "spl/why.h"

/* One term of the rule that held, and the value that made it hold. */
struct match {
	ev_t ev;                                         /* whose value it is; EV_NONE: of the row, further down the search */
	struct str field, value;
	struct str term;                                 /* as the search writes it, e.g. `Processes.process_name=installutil.exe` */
	const struct mark *mark;                         /* what the term asks for, in the value; none when that is all or no part of it */
	size_t nmarks;
};

/* Explains findings of one engine. Searches with filters behind their scans are run again for it, once for all findings of a rule:
 * keep it while there are more to explain, and stay off the screen's thread. For several threads at once. */
struct explainer *explainer_new(struct engine *e, const atomic_bool *cancel);      /* `cancel` may be NULL */
void explainer_free(struct explainer *x);
/* Which terms held and on what values; in `a`. Terms of scans come first, then those of filters, in the order of the search. */
struct match *finding_matches(const struct finding *f, struct explainer *e, struct arena *a, size_t *n);

#endif
