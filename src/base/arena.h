/* Memory that is freed all at once. One arena per lifetime: a dump, a rule set, a query run. Not thread-safe. */
#ifndef SPOOR_ARENA_H
#define SPOOR_ARENA_H

#include <stddef.h>

#include "base/str.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);                        /* NULL is fine */
void *arena_alloc(struct arena *a, size_t n);            /* aligned for any type, not cleared */
void *arena_zalloc(struct arena *a, size_t n);           /* cleared */
void *arena_calloc(struct arena *a, size_t count, size_t size);    /* cleared; dies on overflow of count * size, too */
struct str arena_str(struct arena *a, struct str s);     /* a copy, NUL-terminated */
char *arena_strdup(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void arena_on_free(struct arena *a, void (*fn)(void *ctx), void *ctx);   /* called by arena_free, the last one first */
size_t arena_bytes(const struct arena *a);               /* taken from the system so far */

#define ARENA_NEW(a, type) ((type *)arena_zalloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_calloc((a), (n), sizeof(type)))

/* Room for one more behind the `n` elements at p, in the arena: the array, or its larger copy. Start with n 0. */
static inline void *arena_grow(struct arena *a, void *p, size_t n, size_t size)
{
	if (n & (n - 1))                                 /* capacity is the next power of two */
		return p;
	void *v = arena_calloc(a, n ? n * 2 : 1, size);
	if (n)
		memcpy(v, p, n * size);
	return v;
}

#endif
