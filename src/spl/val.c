/* Values: reading them as numbers and as text, their order and identity. Owns the text of numbers, which is what groups,
 * join keys and distinct counts compare. Computing with values is expr.c's. */
#include "spl/val.h"

#include <math.h>
#include <stdio.h>
#include <xxhash.h>

struct val val_list(struct arena *a, const struct val *v, size_t n)
{
	if (n == 0)
		return val_null();
	if (n == 1)
		return v[0];
	struct mv *mv = arena_alloc(a, sizeof(*mv) + n * sizeof(mv->v[0]));

	mv->n = (uint32_t)n;
	memcpy(mv->v, v, n * sizeof(mv->v[0]));
	return (struct val){.type = V_MV, .mv = mv};
}

bool val_number(struct val v, double *out)
{
	switch (v.type) {
	case V_NUM:
		*out = v.num;
		return true;
	case V_STR:
		return str_number((struct str){v.s, v.len}, out);
	default:
		return false;
	}
}

/* What %.0f would write. */
static struct str whole_number(long long d, char out[VAL_NUM_SIZE])
{
	unsigned long long rest = d < 0 ? 0ull - (unsigned long long)d : (unsigned long long)d;
	char digit[24];
	size_t n = 0, at = 0;

	do
		digit[n++] = (char)('0' + rest % 10);
	while (rest /= 10);
	if (d < 0)
		out[at++] = '-';
	while (n > 0)
		out[at++] = digit[--n];
	out[at] = '\0';
	return (struct str){out, at};
}

struct str val_num_text(double d, char out[VAL_NUM_SIZE])
{
	double size = fabs(d);
	int n;

	if (size < 1e15 && trunc(d) == d)                /* -0, too; the usual case, so without printf */
		return whole_number((long long)d, out);
	if (size < 1e36 && trunc(d) == d) {
		n = snprintf(out, VAL_NUM_SIZE, "%.0f", d);
	} else if (size >= 1e8 && size < 1e16) {
		n = snprintf(out, VAL_NUM_SIZE, "%.6f", d);
		while (out[n - 1] == '0')
			n--;
		if (out[n - 1] < '0')                    /* the point, in whatever locale */
			n--;
		out[n] = '\0';
	} else {
		n = snprintf(out, VAL_NUM_SIZE, "%.15g", d);
	}
	for (int i = 0; i < n; i++)
		if (out[i] == ',')
			out[i] = '.';
	return (struct str){out, (size_t)n};
}

struct str val_scalar_text(const struct val *v, char buf[VAL_NUM_SIZE])
{
	switch (v->type) {
	case V_NUM:
		return val_num_text(v->num, buf);
	case V_STR:
		return (struct str){v->s, v->len};
	default:
		return STR("");
	}
}

struct str val_text(struct val v, struct arena *a)
{
	char buf[VAL_NUM_SIZE];

	if (v.type == V_NUM)
		return arena_str(a, val_num_text(v.num, buf));
	if (v.type != V_MV)
		return val_scalar_text(&v, buf);

	size_t n = v.mv->n - 1;
	for (uint32_t i = 0; i < v.mv->n; i++)
		n += val_scalar_text(&v.mv->v[i], buf).n;
	char *p = arena_alloc(a, n + 1), *at = p;
	for (uint32_t i = 0; i < v.mv->n; i++) {
		struct str s = val_scalar_text(&v.mv->v[i], buf);
		if (i)
			*at++ = '\n';
		if (s.n)
			memcpy(at, s.p, s.n);
		at += s.n;
	}
	*at = '\0';
	return (struct str){p, n};
}

static int cmp_scalar(const struct val *a, const struct val *b)
{
	char abuf[VAL_NUM_SIZE], bbuf[VAL_NUM_SIZE];
	double x, y;

	if (a->type == V_NULL || b->type == V_NULL)
		return (a->type == V_NULL) - (b->type == V_NULL);
	if (a->type == V_NUM && b->type == V_NUM && a->num == b->num)
		return 0;
	if (a->type == V_STR && b->type == V_STR && a->s == b->s && a->len == b->len)
		return 0;                                /* the same text of the pool: keys repeat */
	bool a_is = val_number(*a, &x), b_is = val_number(*b, &y);
	if (a_is != b_is)
		return a_is ? -1 : 1;
	if (a_is && x != y)
		return x < y ? -1 : 1;
	return str_cmp(val_scalar_text(a, abuf), val_scalar_text(b, bbuf));
}

int val_cmp(struct val a, struct val b)
{
	uint32_t na = val_count(a), nb = val_count(b);

	if (na == 0 || nb == 0)
		return (na == 0) - (nb == 0);
	for (uint32_t i = 0; i < na && i < nb; i++) {
		struct val x = val_at(a, i), y = val_at(b, i);
		int c = cmp_scalar(&x, &y);
		if (c)
			return c;
	}
	return (na > nb) - (na < nb);
}

bool val_same(struct val a, struct val b)
{
	uint32_t n = val_count(a);

	if (n != val_count(b))
		return false;
	for (uint32_t i = 0; i < n; i++) {
		char abuf[VAL_NUM_SIZE], bbuf[VAL_NUM_SIZE];
		struct val x = val_at(a, i), y = val_at(b, i);
		if (x.type == V_NUM && y.type == V_NUM && x.num == y.num)
			continue;
		if (x.type == V_STR && y.type == V_STR && x.s == y.s && x.len == y.len)
			continue;
		if (!str_eq(val_scalar_text(&x, abuf), val_scalar_text(&y, bbuf)))
			return false;
	}
	return true;
}

uint64_t val_hash(struct val v)
{
	uint64_t h = val_count(v);

	for (uint32_t i = 0; i < val_count(v); i++) {
		char buf[VAL_NUM_SIZE];
		struct val x = val_at(v, i);
		struct str s = val_scalar_text(&x, buf);
		h = XXH3_64bits_withSeed(s.p, s.n, h);
	}
	return h;
}

struct val val_copy(struct val v, struct arena *a)
{
	if (v.type == V_STR)
		return val_str(arena_str(a, (struct str){v.s, v.len}));
	if (v.type != V_MV)
		return v;
	struct mv *mv = arena_alloc(a, sizeof(*mv) + v.mv->n * sizeof(mv->v[0]));

	mv->n = v.mv->n;
	for (uint32_t i = 0; i < mv->n; i++)
		mv->v[i] = val_copy(v.mv->v[i], a);
	return (struct val){.type = V_MV, .mv = mv};
}
