/* Columns in few bytes: a dictionary and codes of one, two or four bytes, sparse where most rows have no value, no codes
 * where nearly every value differs. */
#include "store/column.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/layout.h"

void packed_init(struct packed *k, size_t n, uint64_t min, uint64_t max)
{
	uint64_t range = max - min;

	*k = (struct packed){.base = min};
	for (; range; range >>= 8)
		k->width++;
	if (k->width)
		k->p = xcalloc(n, k->width);
}

size_t packed_bytes(const struct packed *k, size_t n)
{
	return n * k->width;
}

/* The distinct ids of a column in order of appearance, and a hash table from id to place. */
struct distinct {
	uint32_t *id;
	uint32_t n, cap;
	uint32_t *slot;                                  /* place + 1; 0: free */
	uint32_t mask;
};

static void distinct_init(struct distinct *d)
{
	*d = (struct distinct){.mask = 63};
	d->slot = xcalloc(d->mask + 1, sizeof(*d->slot));
}

static uint32_t *slot_of(const struct distinct *d, uint32_t id)
{
	uint32_t i = (uint32_t)(id * UINT64_C(0x9E3779B97F4A7C15) >> 32);

	for (i &= d->mask; d->slot[i] && d->id[d->slot[i] - 1] != id; i = (i + 1) & d->mask)
		;
	return &d->slot[i];
}

static void distinct_grow(struct distinct *d)
{
	d->mask = d->mask * 2 + 1;
	free(d->slot);
	d->slot = xcalloc((size_t)d->mask + 1, sizeof(*d->slot));
	for (uint32_t i = 0; i < d->n; i++)
		*slot_of(d, d->id[i]) = i + 1;
}

static uint32_t distinct_code(struct distinct *d, uint32_t id)
{
	uint32_t *slot = slot_of(d, id);

	if (*slot)
		return *slot - 1;
	GROW(d->id, d->n, d->cap);
	d->id[d->n] = id;
	*slot = ++d->n;
	if (d->n > d->mask / 2)
		distinct_grow(d);
	return d->n - 1;
}

static const void *narrow(uint32_t *code, uint32_t n, uint32_t ndict, uint8_t *width)
{
	*width = ndict <= UINT8_MAX + 1 ? 1 : ndict <= UINT16_MAX + 1 ? 2 : 4;
	if (*width == 1) {
		uint8_t *p = xmalloc(n);
		for (uint32_t i = 0; i < n; i++)
			p[i] = (uint8_t)code[i];
		free(code);
		return p;
	}
	if (*width == 2) {
		uint16_t *p = xcalloc(n, sizeof(*p));
		for (uint32_t i = 0; i < n; i++)
			p[i] = (uint16_t)code[i];
		free(code);
		return p;
	}
	return code;
}

static struct column finish(struct distinct *d, uint32_t *code, uint32_t n)
{
	struct column c = {.ndict = d->n};

	free(d->slot);
	c.dict = xreallocarray(d->id, d->n, sizeof(*d->id));
	if (d->n == 1)
		free(code);
	else
		c.code = narrow(code, n, d->n, &c.width);
	return c;
}

/* Fewer than one row in 16 has a value: `with` of them. */
static struct column encode_sparse(uint32_t *id, uint32_t n, uint32_t with)
{
	uint32_t *row = xcalloc(with, sizeof(*row)), *code = xcalloc(with, sizeof(*code)), k = 0;
	struct distinct d;

	distinct_init(&d);
	distinct_code(&d, 0);
	for (uint32_t i = 0; i < n; i++) {
		if (!id[i])
			continue;
		row[k] = i;
		code[k++] = distinct_code(&d, id[i]);
	}
	free(id);
	struct column c = finish(&d, code, with);
	c.row = row;
	c.nrow = with;
	return c;
}

struct column column_encode(uint32_t *id, uint32_t n)
{
	uint32_t with = 0;

	for (uint32_t i = 0; i < n; i++)
		with += id[i] != 0;
	if (with && with < n / 16)
		return encode_sparse(id, n, with);

	struct distinct d;
	distinct_init(&d);
	for (uint32_t i = 0; i < n; i++) {
		id[i] = distinct_code(&d, id[i]);
		if (d.n <= 64 || d.n <= n / 2)
			continue;
		/* Nearly every row has a value of its own: a dictionary would only cost. */
		for (uint32_t k = 0; k <= i; k++)
			id[k] = d.id[id[k]];
		free(d.slot);
		free(d.id);
		return (struct column){.dict = id, .ndict = n};
	}
	return finish(&d, id, n);
}

struct column column_const(uint32_t id)
{
	uint32_t *dict = xmalloc(sizeof(*dict));

	*dict = id;
	return (struct column){.dict = dict, .ndict = 1};
}

/* The arrays come from malloc and are only shown as const. */
static void drop(const void *p)
{
	free((void *)(uintptr_t)p);
}

void column_free(struct column *c)
{
	drop(c->dict);
	drop(c->code);
	drop(c->row);
	*c = (struct column){0};
}

size_t column_bytes(const struct column *c, uint32_t n)
{
	size_t rows = c->row ? c->nrow : n;

	return c->ndict * sizeof(*c->dict) + rows * c->width + c->nrow * sizeof(*c->row);
}

uint32_t column_sparse(const struct column *c, uint32_t row)
{
	uint32_t lo = 0, hi = c->nrow;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (c->row[mid] < row)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == c->nrow || c->row[lo] != row)
		return 0;
	switch (c->width) {
	case 1: return ((const uint8_t *)c->code)[lo];
	case 2: return ((const uint16_t *)c->code)[lo];
	default: return ((const uint32_t *)c->code)[lo];
	}
}
