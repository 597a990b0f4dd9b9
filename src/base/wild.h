/* Wildcard patterns: `*` is any run (also empty, also across line breaks), all else is itself.
 * The one matcher for search terms, lookups, field lists and marking by pattern. */
#ifndef SPOOR_WILD_H
#define SPOOR_WILD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;

/* Which runs of three bytes a text has, as bits; different ones may share a bit. Made once per text, it answers most questions
 * of many patterns without a look at the text: deciding the terms of 438 rules took three times as long without. */
struct grams {
	uint64_t w[2];
};
struct grams grams_of(struct str text);

struct wild {
	bool fold;                                       /* ignore case (utf8_fold) */
	bool open_front, open_back;                      /* starts / ends with `*` */
	unsigned n;                                      /* literal pieces between the stars, folded if `fold` */
	struct str *piece;
	size_t min_len;                                  /* bytes that a match has at least */
	struct grams grams;                              /* of the pieces: a match has all of them */
};
/* Do the runs of a text rule out a match of it? */
static inline bool wild_never(const struct wild *w, const struct grams *text)
{
	return (w->grams.w[0] & ~text->w[0]) | (w->grams.w[1] & ~text->w[1]);
}

/* Compiles; pieces live in the arena. No escapes: the caller has already decided what is a star. */
struct wild *wild_new(struct arena *a, struct str pattern, bool fold);
/* With `fold` the text must already be folded (pool_fold, utf8_fold_str): deciding is done once per distinct value. */
bool wild_match(const struct wild *w, struct str text);
/* One-off convenience for short texts: folds on the fly. */
bool wild_is_match(struct str pattern, struct str text, bool fold);
bool wild_has_star(struct str pattern);

#endif
