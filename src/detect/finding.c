/* From result rows to findings: time, message, risk, and the key by which verdicts find them again. */
#include "detect/inside.h"

#include <math.h>
#include <stdlib.h>
#include <xxhash.h>

#include "base/map.h"
#include "base/mem.h"

static usec_t time_of(struct val v)
{
	double d;
	usec_t t;

	v = val_count(v) ? val_at(v, 0) : v;
	if (val_number(v, &d))
		return fabs(d) < 9e12 ? (usec_t)llround(d * (double)USEC_PER_SEC) : WHEN_NONE;
	if (v.type == V_STR && when_parse((struct str){v.s, v.len}, &t))
		return t;
	return WHEN_NONE;
}

usec_t finding_row_time(const struct rows *r, size_t row)
{
	usec_t t = time_of(rows_get(r, row, "_time"));

	return t != WHEN_NONE ? t : time_of(rows_get(r, row, "firstTime"));
}

static usec_t earliest(const struct lineage *l, const struct store *s)
{
	usec_t first = WHEN_NONE;

	for (uint32_t i = 0; s && l && i < l->n; i++) {
		usec_t t = store_time(s, l->v[i].ev);
		if (t != WHEN_NONE && (first == WHEN_NONE || t < first))
			first = t;
	}
	return first;
}

/* ---- the key ---- */

static int by_name(const void *a, const void *b)
{
	return str_cmp((*(const struct rcol *const *)a)->name, (*(const struct rcol *const *)b)->name);
}

static int by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* A text with its length, so that no two different rows read the same. */
static void add_piece(struct sbuf *b, struct str s)
{
	sbuf_addu(b, s.n);
	sbuf_addc(b, ':');
	sbuf_adds(b, s);
}

/* The raw records' identity, whatever the order in which their files were named. */
static void add_events(struct sbuf *b, const struct lineage *l, const struct store *s)
{
	uint32_t n = s && l ? l->n : 0;
	struct str *id = xcalloc(n, sizeof(*id));
	struct sbuf all = {0};

	for (uint32_t i = 0; i < n; i++) {
		ev_t ev = l->v[i].ev;
		size_t start = all.n;
		add_piece(&all, store_sys(s, ev, SYS_COMPUTER));
		add_piece(&all, store_sys(s, ev, SYS_CHANNEL));
		sbuf_addf(&all, "%llu %lld", (unsigned long long)store_record_id(s, ev), (long long)store_time(s, ev));
		id[i].n = all.n - start;
	}
	for (uint32_t i = 0; i < n; i++)                 /* only now that `all` moves no more */
		id[i].p = i ? id[i - 1].p + id[i - 1].n : all.p;
	if (n)
		qsort(id, n, sizeof(*id), by_text);
	for (uint32_t i = 0; i < n; i++)
		if (i == 0 || !str_eq(id[i], id[i - 1]))
			add_piece(b, id[i]);
	free(id);
	sbuf_free(&all);
}

static void make_key(struct finding *f, const struct rcol *const *sorted, const struct store *s, struct map *seen, struct arena *a)
{
	const struct rows *r = f->rows;
	struct sbuf b = {0};

	add_piece(&b, f->rule->id);
	for (size_t c = 0; c < r->ncols; c++) {
		struct val v = sorted[c]->v[f->row];
		if (val_is_null(v))
			continue;
		add_piece(&b, sorted[c]->name);
		sbuf_addu(&b, val_count(v));
		sbuf_addc(&b, ' ');
		for (uint32_t i = 0; i < val_count(v); i++)
			add_piece(&b, val_text(val_at(v, i), a));
	}
	add_events(&b, f->lineage, s);
	/* Rows that are the same to the last field are still several findings. */
	XXH128_hash_t h = XXH3_128bits(b.p, b.n);
	uint64_t again = map_put(seen, (struct str){(const char *)&h, sizeof(h)}, NULL)->u++;
	if (again) {
		sbuf_addf(&b, "again %llu", (unsigned long long)again);
		h = XXH3_128bits(b.p, b.n);
	}
	XXH128_canonical_t bytes;
	XXH128_canonicalFromHash(&bytes, h);
	for (size_t i = 0; i < sizeof(bytes.digest); i++) {
		f->key[2 * i] = "0123456789abcdef"[bytes.digest[i] >> 4];
		f->key[2 * i + 1] = "0123456789abcdef"[bytes.digest[i] & 15];
	}
	sbuf_free(&b);
}

/* ---- */

void findings_make(struct finding *out, const struct finding *common, struct rows *r, const struct store *s)
{
	const struct rcol **sorted = xcalloc(r->ncols, sizeof(*sorted));
	struct map *seen = map_new();

	for (size_t c = 0; c < r->ncols; c++)
		sorted[c] = &r->col[c];
	if (r->ncols)
		qsort(sorted, r->ncols, sizeof(*sorted), by_name);
	for (size_t i = 0; i < r->n; i++) {
		struct finding *f = &out[i];
		*f = *common;
		f->rows = r;
		f->row = i;
		f->lineage = r->lin[i];
		f->main_event = EV_NONE;
		f->time = earliest(f->lineage, s);
		if (f->time == WHEN_NONE)
			f->time = finding_row_time(r, i);
		f->message = detect_fill(f->rule->message, r, i, r->arena);
		finding_risk(f, r->arena);
		finding_pick(f, s, r->arena);
		f->confirmed = finding_confirm(f, s);
		make_key(f, sorted, s, seen, r->arena);
	}
	map_free(seen);
	free(sorted);
}
