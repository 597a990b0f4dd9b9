/* Regular expressions (spl-spec 3.9): PCRE2 with UTF on, UCP off, DOTALL and MULTILINE off. Any bytes may be searched: what
 * is no UTF-8 matches nothing. A compiled one lives as long as its arena and may be used from several threads at once.
 * Matching is bounded: a text on which a pattern needs too many steps counts as no match (regex_given_up). */
#ifndef SPOOR_REGEX_H
#define SPOOR_REGEX_H

#include "base/arena.h"
#include "base/str.h"

struct regex;
struct spl_budget;

/* NULL and err ("missing closing parenthesis at character 7") on a bad pattern. */
struct regex *regex_new(struct arena *a, struct str re, char *err, size_t errsize);
/* A pattern that is known only when the search runs: compiled once per thread and kept for a while. NULL when it is bad.
 * Good until the thread's next call of this. */
const struct regex *regex_cached(struct str re);
/* The first match at or after byte `from`. */
bool regex_find(const struct regex *re, struct str text, size_t from, size_t *start, size_t *end);
/* With groups: span[2i] and span[2i + 1] are the bounds of group i (0: all of the match), SIZE_MAX when it took no part. */
bool regex_match(const struct regex *re, struct str text, size_t from, size_t *span, unsigned ngroups);
/* Where to look for the match after the one at start … end: behind it, a character further when it is empty. May be
 * beyond text.n: then there is none. */
size_t regex_next(struct str text, size_t start, size_t end);
unsigned regex_groups(const struct regex *re);           /* groups, the whole match counted */
struct str regex_group_name(const struct regex *re, unsigned group);   /* {NULL, 0} when it has none */
/* All matches (or `max`, when not 0) replaced; \1 … \9 in `rep` are groups. In `a`, or `text` itself when nothing matched.
 * {NULL, 0} when the result would be longer than VAL_TEXT_MAX (val.h), or when the budget (may be NULL) is spent. */
struct str regex_replace(const struct regex *re, struct str text, struct str rep, size_t max, struct spl_budget *b, struct arena *a);
/* The field in whose values this thread looks from now on, for regex_given_up; it lives until the next call. */
void regex_looks_in(struct str field);
/* How often this thread gave a match up because of the limits, since it began, and which it was the last time: "(a+)+$ in the field
 * process" (the pattern's beginning; "" when never). */
unsigned long regex_given_up(const char **which);

#endif
