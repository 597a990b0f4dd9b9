/* The string pool: each distinct string once, named by a 32-bit id.
 *
 * Id 0 is "no value" (null); the empty string has an id of its own. Ids are dense and never move. Interning takes a
 * lock; reading a string by its id takes none and is safe beside interning, as long as the id itself reached the
 * reader through something that orders memory (a lock, a join). Two equal strings always have equal ids, so ids of
 * one pool can be compared, grouped and joined in place of the strings. Text beyond 4 GiB - 1 of one string is cut. */
#ifndef SPOOR_POOL_H
#define SPOOR_POOL_H

#include <stdint.h>

#include "base/str.h"

struct pool;

struct pool *pool_new(void);
void pool_free(struct pool *p);
uint32_t pool_intern(struct pool *p, struct str s);      /* the id, new or old; the text is copied, NUL-terminated;
                                                          * 0 for {NULL, 0}, which is what pool_str makes of 0 */
/* The ids of n texts, as if interned one after the other. Quicker than that: what has to be looked at for each is rarely in the
 * cache, and so is fetched for several at the same time. */
void pool_intern_all(struct pool *p, const struct str *s, uint32_t *id, size_t n);
uint32_t pool_find(const struct pool *p, struct str s);  /* the id, 0 when s is not in the pool */
struct str pool_str(const struct pool *p, uint32_t id);  /* {NULL, 0} for id 0 */
/* The id of the case-folded form (itself when nothing folds). May intern, so takes the lock the first time. */
uint32_t pool_fold(struct pool *p, uint32_t id);
uint32_t pool_count(const struct pool *p);               /* ids are 1 … pool_count */
size_t pool_bytes(const struct pool *p);

#endif
