/* Wildcard patterns: `*` is any run (also empty, also across line breaks), all else is itself.
 * The one matcher for search terms, lookups, field lists and marking by pattern. */
#ifndef SPOOR_WILD_H
#define SPOOR_WILD_H

#include <stdbool.h>

#include "base/str.h"

struct arena;

struct wild {
	bool fold;                                       /* ignore case (utf8_fold) */
	bool open_front, open_back;                      /* starts / ends with `*` */
	unsigned n;                                      /* literal pieces between the stars, folded if `fold` */
	struct str *piece;
	size_t min_len;                                  /* bytes that a match has at least */
};

/* Compiles; pieces live in the arena. No escapes: the caller has already decided what is a star. */
struct wild *wild_new(struct arena *a, struct str pattern, bool fold);
/* With `fold` the text must already be folded (pool_fold, utf8_fold_str): deciding is done once per distinct value. */
bool wild_match(const struct wild *w, struct str text);
/* One-off convenience for short texts: folds on the fly. */
bool wild_is_match(struct str pattern, struct str text, bool fold);
bool wild_has_star(struct str pattern);

#endif
