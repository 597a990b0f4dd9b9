/* What stats, eventstats and streamstats share. Private to spl/. */
#ifndef SPOOR_SPL_STATS_H
#define SPOOR_SPL_STATS_H

#include "spl/cmdlib.h"

struct stats {
	const struct agg *agg;
	size_t nagg;
	const struct str *by;
	size_t nby;
};

/* AGG…, added to those that there are, up to `by`, the end or a word of `until` (which then has to name `by`; may be NULL). False with
 * an error set. */
bool stats_aggs(struct parser *p, const char *const *until, struct stats *s);
/* [by FIELD…], up to the end or a word of `until` (may be NULL). */
bool stats_by(struct parser *p, const char *const *until, struct stats *s);
/* `needs` of those that add fields to the rows. What they add counts as read, too: harmless, as the events have it not. */
void stats_kin_needs(const void *args, struct fieldset *want, struct arena *a);
/* The row's key values, all of them single. False when one is null or a list. */
bool stats_single_key(const struct keys *k, const struct rows *r, size_t row, struct val *key);

#endif
