/* Allocation that never returns NULL.
 * Owns the policy for "no memory": run the hook (the screen uses it to leave curses), say so, exit 2.
 * Lifetimes longer than a function live in arenas (arena.h); use these for containers that grow. */
#ifndef SPOOR_MEM_H
#define SPOOR_MEM_H

#include <stddef.h>

void *xmalloc(size_t n);
void *xcalloc(size_t count, size_t size);          /* dies on overflow of count * size, too */
void *xrealloc(void *p, size_t n);
void *xreallocarray(void *p, size_t count, size_t size);
/* For tables and blocks of megabytes: in huge pages where the system has them, which makes reading at random and the
 * first touch cheaper. Free with free(); do not realloc. */
void *xmalloc_big(size_t n);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);

/* Called once, before the process ends for want of memory. */
void mem_on_fatal(void (*hook)(void));

/* Makes room for one more element in the array `p` of `*cap` elements, of which `n` are used. */
#define GROW(p, n, cap)                                                                            \
	do {                                                                                       \
		if ((n) >= (cap)) {                                                                \
			(cap) = (cap) ? (cap) * 2 : 8;                                             \
			(p) = xreallocarray((p), (cap), sizeof *(p));                              \
		}                                                                                  \
	} while (0)

#endif
