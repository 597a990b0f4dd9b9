/* Bitmaps: whole-word operations. Bits beyond n stay 0, so counting and comparing need no mask. */
#include "base/bits.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

static inline size_t words(size_t n)
{
	return n / 64 + (n % 64 != 0);
}

static void clear_tail(struct bits *b)
{
	if (b->n % 64)
		b->w[b->n / 64] &= (UINT64_C(1) << (b->n % 64)) - 1;
}

struct bits *bits_new(size_t n, bool ones)
{
	struct bits *b = xmalloc(sizeof(*b) + words(n) * sizeof(b->w[0]));

	b->n = n;
	memset(b->w, ones ? 0xFF : 0, words(n) * sizeof(b->w[0]));
	clear_tail(b);
	return b;
}

void bits_or(struct bits *a, const struct bits *b)
{
	assert(a->n == b->n);
	for (size_t i = 0, n = words(a->n); i < n; i++)
		a->w[i] |= b->w[i];
}

size_t bits_count(const struct bits *b)
{
	size_t count = 0;

	for (size_t i = 0, n = words(b->n); i < n; i++)
		count += (size_t)__builtin_popcountll(b->w[i]);
	return count;
}

bool bits_any(const struct bits *b)
{
	for (size_t i = 0, n = words(b->n); i < n; i++)
		if (b->w[i])
			return true;
	return false;
}

size_t bits_next(const struct bits *b, size_t from)
{
	if (from >= b->n)
		return b->n;
	size_t i = from / 64, n = words(b->n);
	uint64_t w = b->w[i] & (~UINT64_C(0) << (from % 64));

	while (!w) {
		if (++i == n)
			return b->n;
		w = b->w[i];
	}
	return i * 64 + (size_t)__builtin_ctzll(w);
}
