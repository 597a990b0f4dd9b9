/* Answers by value: a hash table of the bits of values. Texts of the dump lie in its string pool once each, so that is enough;
 * of others an equal one may be asked for again. */
#include "spl/memo.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct known {
	uint64_t what, bits;                             /* what: type and length, 0: free */
	struct val answer;
};

enum { SLOTS_MIN = 256 };

/* ---- which field ---- */

struct reading {
	struct str field;
	bool several;
};

static void read_field(void *ctx, struct str name)
{
	struct reading *x = ctx;

	x->several |= str_eqc(name, "*") || (x->field.p && !str_eq(x->field, name));
	x->field = name;
}

void memo_init(struct memo *m, const struct expr *e, const struct rows *r)
{
	struct reading x = {0};

	*m = (struct memo){.col = -1};
	expr_fields(e, read_field, &x);
	if (x.field.p && !x.several && expr_follows(e))
		m->col = rows_find(r, x.field);
}

void memo_free(struct memo *m)
{
	free(m->v);
	*m = (struct memo){.col = -1};
}

/* ---- answers ---- */

static struct known *slot_of(const struct memo *m, uint64_t what, uint64_t bits)
{
	size_t i = (size_t)((bits ^ what) * UINT64_C(0x9E3779B97F4A7C15) >> 32) & m->mask;

	while (m->v[i].what && (m->v[i].what != what || m->v[i].bits != bits))
		i = (i + 1) & m->mask;
	return &m->v[i];
}

static void grow(struct memo *m)
{
	struct memo old = *m;

	m->mask = old.v ? old.mask * 2 + 1 : SLOTS_MIN - 1;
	m->v = xcalloc(m->mask + 1, sizeof(*m->v));
	for (size_t i = 0; old.v && i <= old.mask; i++)
		if (old.v[i].what)
			*slot_of(m, old.v[i].what, old.v[i].bits) = old.v[i];
	free(old.v);
}

struct val *memo_at(struct memo *m, const struct rows *r, size_t row, bool *fresh)
{
	if (m->col < 0)
		return NULL;
	/* Where nearly every value is another one, remembering them only costs. */
	if (++m->asked >= 1024 && m->n > m->asked / 2) {
		memo_free(m);
		return NULL;
	}
	const struct val v = r->col[m->col].v[row];
	const uint64_t what = (uint64_t)v.type + 1 + ((uint64_t)(v.type == V_STR ? v.len : 0) << 8);
	uint64_t bits = 0;
	if (v.type == V_NUM)
		memcpy(&bits, &v.num, sizeof(bits));
	else if (v.type != V_NULL)
		bits = (uintptr_t)v.s;                   /* or its list, which never changes */
	if (m->n * 2 >= m->mask)
		grow(m);
	struct known *k = slot_of(m, what, bits);
	*fresh = !k->what;
	if (*fresh) {
		k->what = what;
		k->bits = bits;
		m->n++;
	}
	return &k->answer;
}
