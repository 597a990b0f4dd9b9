/* Choosing rows. A term is decided once per distinct value, and only for values that occur in rows still in question; where a
 * whole dictionary decides, no row is looked at. */
#include "spl/scan_cond.h"

#include <stdlib.h>

#include "base/utf8.h"

bool scan_stopped(struct scanning *s)
{
	if (!s->stopped && s->scan->cancel && atomic_load_explicit(s->scan->cancel, memory_order_relaxed))
		s->stopped = true;
	return s->stopped;
}

static void clear(struct bits *b)
{
	memset(b->w, 0, (b->n + 63) / 64 * sizeof(b->w[0]));
}

static bool full(const struct bits *b)
{
	for (size_t i = 0; i < b->n / 64; i++)
		if (~b->w[i])
			return false;
	return b->n % 64 == 0 || b->w[b->n / 64] == (UINT64_C(1) << b->n % 64) - 1;
}

/* All rows at once: a word of 64 bits from 64 look-ups. */
#define FILL(type)                                                                                 \
	do {                                                                                       \
		const type *code = col->code;                                                      \
		for (size_t r = 0; r < b->n; r += 64) {                                            \
			size_t end = b->n - r < 64 ? b->n - r : 64;                                \
			uint64_t w = 0;                                                            \
			for (size_t k = 0; k < end; k++)                                           \
				w |= (uint64_t)(memo[code[r + k]] & 1) << k;                       \
			b->w[r / 64] = w;                                                          \
		}                                                                                  \
	} while (0)

static void look_up_all(const struct column *col, const uint8_t *memo, struct bits *b)
{
	if (col->row || col->width == 0) {
		for (size_t r = 0; r < b->n; r++)
			if (!(memo[column_code(col, (uint32_t)r)] & 1))
				b->w[r / 64] &= ~(UINT64_C(1) << r % 64);
		return;
	}
	switch (col->width) {
	case 1: FILL(uint8_t); break;
	case 2: FILL(uint16_t); break;
	default: FILL(uint32_t); break;
	}
}

static bool value_holds(const struct scanning *s, const struct cond *c, uint32_t row)
{
	const uint32_t code = column_code(&c->col, row);

	if (!c->memo)
		return cond_decide(s, c, c->col.dict[code]) == YES;
	if (!c->memo[code])
		c->memo[code] = cond_decide(s, c, c->col.dict[code]);
	return c->memo[code] == YES;
}

static void filter_value(struct scanning *s, struct cond *c, struct bits *b)
{
	size_t count = bits_count(b);

	if (!count)
		return;
	if (c->col.ndict <= count)
		cond_decide_all(s, c);
	else if (!c->memo && c->col.ndict / 8 < count)
		c->memo = arena_zalloc(s->arena, c->col.ndict);  /* fewer rows are not worth remembering */
	if (s->stopped || (c->decided && !c->yes)) {
		clear(b);
		return;
	}
	if (c->decided && c->yes == c->col.ndict)
		return;
	if (c->decided && full(b)) {
		look_up_all(&c->col, c->memo, b);
		return;
	}
	for (size_t i = 0; i < (b->n + 63) / 64; i++) {
		for (uint64_t w = b->w[i]; w; w &= w - 1) {
			unsigned k = (unsigned)__builtin_ctzll(w);
			if (!value_holds(s, c, (uint32_t)(i * 64 + k)))
				b->w[i] &= ~(UINT64_C(1) << k);
		}
		if (i % 64 == 0 && scan_stopped(s)) {
			clear(b);
			return;
		}
	}
}

static bool time_holds(const struct expr *e, usec_t t)
{
	char buf[VAL_NUM_SIZE];

	if (t == WHEN_NONE)
		return false;
	struct str text = val_num_text(when_seconds(t), buf);
	return pattern_match(e->term.pattern, e->term.cmp, text, text);
}

/* The raw record cannot be read again: then nothing holds for it. */
static bool raw_holds(const struct scanning *s, const struct expr *e, ev_t ev)
{
	struct sbuf text = {0}, folded = {0};
	struct diag d = DIAG_INIT;
	bool ok = store_raw(s->store, ev, &text, &d);

	if (ok) {
		utf8_fold_str(sbuf_str(&text), &folded);
		ok = pattern_match(e->term.pattern, e->term.cmp, sbuf_str(&text), sbuf_str(&folded));
	}
	sbuf_free(&text);
	sbuf_free(&folded);
	return ok;
}

static bool row_holds(const struct scanning *s, const struct cond *c, uint32_t row)
{
	return c->kind == C_TIME ? time_holds(c->term, table_time(c->table)[row]) : raw_holds(s, c->term, table_ev(c->table)[row]);
}

static void filter_rows(struct scanning *s, const struct cond *c, struct bits *b)
{
	for (size_t r = bits_next(b, 0); r < b->n; r = bits_next(b, r + 1)) {
		if (!row_holds(s, c, (uint32_t)r))
			b->w[r / 64] &= ~(UINT64_C(1) << r % 64);
		if (scan_stopped(s)) {
			clear(b);
			return;
		}
	}
}

static struct bits *copy(const struct bits *b)
{
	struct bits *c = bits_new(b->n, false);

	memcpy(c->w, b->w, (b->n + 63) / 64 * sizeof(b->w[0]));
	return c;
}

/* b without x */
static void take_out(struct bits *b, const struct bits *x)
{
	for (size_t i = 0; i < (b->n + 63) / 64; i++)
		b->w[i] &= ~x->w[i];
}

static void filter_any(struct scanning *s, struct cond *c, struct bits *b)
{
	struct bits *rest = copy(b), *found = bits_new(b->n, false);

	for (size_t i = 0; i < c->n && bits_any(rest) && !s->stopped; i++) {
		struct bits *now = copy(rest);
		cond_filter(s, c->arg[i], now);
		bits_or(found, now);
		take_out(rest, now);
		free(now);
	}
	memcpy(b->w, found->w, (b->n + 63) / 64 * sizeof(b->w[0]));
	free(rest);
	free(found);
}

static void filter_not(struct scanning *s, struct cond *c, struct bits *b)
{
	struct bits *inner = copy(b);

	cond_filter(s, c->arg[0], inner);
	take_out(b, inner);
	free(inner);
	if (s->stopped)
		clear(b);
}

void cond_filter(struct scanning *s, struct cond *c, struct bits *b)
{
	switch (c->kind) {
	case C_NO: clear(b); break;
	case C_YES: break;
	case C_VALUE: filter_value(s, c, b); break;
	case C_TIME:
	case C_RAW: filter_rows(s, c, b); break;
	case C_AND:
		for (size_t i = 0; i < c->n && bits_any(b); i++)
			cond_filter(s, c->arg[i], b);
		break;
	case C_OR: filter_any(s, c, b); break;
	case C_NOT: filter_not(s, c, b); break;
	}
}

bool cond_holds(struct scanning *s, const struct cond *c, uint32_t row)
{
	switch (c->kind) {
	case C_NO:
		return false;
	case C_YES:
		return true;
	case C_VALUE:
		return value_holds(s, c, row);
	case C_AND:
		for (size_t i = 0; i < c->n; i++)
			if (!cond_holds(s, c->arg[i], row))
				return false;
		return true;
	case C_OR:
		for (size_t i = 0; i < c->n; i++)
			if (cond_holds(s, c->arg[i], row))
				return true;
		return false;
	case C_NOT:
		return !cond_holds(s, c->arg[0], row);
	default:
		return row_holds(s, c, row);
	}
}

void scan_between(const struct scanning *s, const struct store_table *t, struct bits *b)
{
	const usec_t *time = table_time(t);
	const double from = s->scan->earliest, to = s->scan->latest;

	for (size_t r = bits_next(b, 0); r < b->n; r = bits_next(b, r + 1)) {
		double at = when_seconds(time[r]);
		if (time[r] == WHEN_NONE || !(at >= from && at < to))
			b->w[r / 64] &= ~(UINT64_C(1) << r % 64);
	}
}

bool cond_possible(struct scanning *s, struct cond *c, bool holds)
{
	switch (c->kind) {
	case C_NO:
		return !holds;
	case C_YES:
		return holds;
	case C_VALUE:
		return cond_has(s, c, holds ? YES : NO);
	case C_AND:
	case C_OR:
		/* To hold, AND needs all and OR one; not to hold it is the other way round. */
		for (size_t i = 0; i < c->n; i++)
			if (cond_possible(s, c->arg[i], holds) != ((c->kind == C_AND) == holds))
				return (c->kind == C_OR) == holds;
		return (c->kind == C_AND) == holds;
	case C_NOT:
		return cond_possible(s, c->arg[0], !holds);
	default:
		return true;
	}
}
