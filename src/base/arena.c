/* Memory that is freed all at once: a chain of blocks, handed out from the front one. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

enum { BLOCK_MIN = 4096, BLOCK_MAX = 4 << 20 };

struct block {
	struct block *next;
	_Alignas(max_align_t) char data[];
};

struct cleanup {
	struct cleanup *next;
	void (*fn)(void *ctx);
	void *ctx;
};

struct arena {
	struct block *blocks;
	struct cleanup *cleanups;
	char *at, *end;                                  /* what is free in the newest block */
	size_t next_size;
	size_t bytes;
};

struct arena *arena_new(void)
{
	struct arena *a = xcalloc(1, sizeof(*a));

	a->next_size = BLOCK_MIN;
	a->bytes = sizeof(*a);
	return a;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	for (struct cleanup *c = a->cleanups; c; c = c->next)
		c->fn(c->ctx);
	for (struct block *b = a->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

static char *add_block(struct arena *a, size_t n)
{
	if (n > SIZE_MAX - sizeof(struct block))
		n = SIZE_MAX - sizeof(struct block);     /* xmalloc says so and ends */
	struct block *b = xmalloc_big(sizeof(*b) + n);

	b->next = a->blocks;
	a->blocks = b;
	a->bytes += sizeof(*b) + n;
	return b->data;
}

static void *take(struct arena *a, size_t n, size_t align)
{
	/* The bytes to skip, so that what is handed out starts at a multiple of align (a power of two). */
	size_t pad = (size_t)(-(uintptr_t)a->at & (align - 1));
	size_t room = (size_t)(a->end - a->at);

	if (a->at && pad <= room && n <= room - pad) {
		char *p = a->at + pad;
		a->at = p + n;
		return p;
	}
	if (n > a->next_size / 4)
		return add_block(a, n);                  /* the rest of the current block stays in use */

	size_t size = a->next_size - sizeof(struct block);
	char *p = add_block(a, size);
	a->at = p + n;
	a->end = p + size;
	if (a->next_size < BLOCK_MAX)
		a->next_size *= 2;
	return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
	return take(a, n, _Alignof(max_align_t));
}

void *arena_zalloc(struct arena *a, size_t n)
{
	return memset(arena_alloc(a, n), 0, n);
}

void *arena_calloc(struct arena *a, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		return xcalloc(count, size);             /* ends the program */
	return arena_zalloc(a, count * size);
}

struct str arena_str(struct arena *a, struct str s)
{
	char *p = take(a, s.n < SIZE_MAX ? s.n + 1 : s.n, 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return (struct str){p, s.n};
}

char *arena_strdup(struct arena *a, const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(take(a, n, 1), s, n);
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	struct sbuf b = {0};
	va_list ap;

	va_start(ap, fmt);
	sbuf_addv(&b, fmt, ap);
	va_end(ap);
	struct str s = arena_str(a, sbuf_str(&b));
	sbuf_free(&b);
	return (char *)(uintptr_t)s.p;
}

void arena_on_free(struct arena *a, void (*fn)(void *ctx), void *ctx)
{
	struct cleanup *c = ARENA_NEW(a, struct cleanup);

	*c = (struct cleanup){a->cleanups, fn, ctx};
	a->cleanups = c;
}

size_t arena_bytes(const struct arena *a)
{
	return a->bytes;
}
