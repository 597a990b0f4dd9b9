/* A hash map from byte strings to pointers or numbers that remembers the order of insertion. Not thread-safe. */
#ifndef SPOOR_MAP_H
#define SPOOR_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

union map_val {
	void *p;
	uint64_t u;
	double d;
};

struct map;

struct map *map_new(void);
void map_free(struct map *m);                            /* NULL is fine; the values are the caller's */
/* The value of `key`, made (zero) when absent; the key is copied. `*fresh` (may be NULL) says which.
 * The pointer holds until the next map_put. */
union map_val *map_put(struct map *m, struct str key, bool *fresh);
union map_val *map_get(const struct map *m, struct str key);       /* NULL when absent */
bool map_del(struct map *m, struct str key);                       /* order of the others is kept; O(map_len) */
size_t map_len(const struct map *m);
struct str map_key(const struct map *m, size_t i);                 /* i-th inserted, 0 <= i < map_len */
union map_val *map_val(const struct map *m, size_t i);

#endif
