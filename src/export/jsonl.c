/* JSON lines: one object per finding or row (DESIGN 5). */
#include "export/inside.h"

#include <math.h>
#include <stdlib.h>

#include "base/jobs.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/visible.h"
#include "detect/explain.h"

static void add_escape(struct sbuf *b, uint32_t c)
{
	if (c < 0x10000)
		sbuf_addf(b, "\\u%04x", (unsigned)c);
	else
		sbuf_addf(b, "\\u%04x\\u%04x", 0xD800 + (unsigned)((c - 0x10000) >> 10), 0xDC00 + (unsigned)(c & 0x3FF));
}

void export_json_str(struct sbuf *b, struct str s)
{
	sbuf_addc(b, '"');
	for (size_t at = 0; at < s.n;) {
		size_t from = at;
		while (at < s.n && s.p[at] >= 0x20 && s.p[at] < 0x7F && s.p[at] != '"' && s.p[at] != '\\')
			at++;
		sbuf_add(b, s.p + from, at - from);
		if (at == s.n)
			break;
		from = at;
		uint32_t c = utf8_next(s, &at);
		if (c == UTF8_BAD)
			sbuf_addz(b, "\xEF\xBF\xBD");
		else if (c == '"' || c == '\\')
			sbuf_addc(b, '\\'), sbuf_addc(b, (char)c);
		else if (c == '\n' || c == '\r' || c == '\t')
			sbuf_addz(b, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
		else if (visible_hidden(c))                 /* bidi and zero-width characters, too: whoever looks at it sees them */
			add_escape(b, c);
		else
			sbuf_add(b, s.p + from, at - from);
	}
	sbuf_addc(b, '"');
}

static void add_number(struct sbuf *b, double d)
{
	char text[VAL_NUM_SIZE];
	struct str s = val_num_text(d, text);

	if (isfinite(d))
		sbuf_adds(b, s);
	else
		export_json_str(b, s);
}

void export_json_val(struct sbuf *b, struct val v)
{
	switch (v.type) {
	case V_NULL:
		sbuf_addz(b, "null");
		break;
	case V_STR:
		export_json_str(b, (struct str){v.s, v.len});
		break;
	case V_NUM:
		add_number(b, v.num);
		break;
	case V_MV:
		sbuf_addc(b, '[');
		for (uint32_t i = 0; i < v.mv->n; i++) {
			if (i)
				sbuf_addc(b, ',');
			export_json_val(b, v.mv->v[i]);
		}
		sbuf_addc(b, ']');
		break;
	}
}

/* The row's columns as one object; null fields are left out. */
static void add_row(struct sbuf *b, const struct rows *r, size_t row)
{
	bool first = true;

	sbuf_addc(b, '{');
	for (size_t c = 0; c < r->ncols; c++) {
		struct val v = r->col[c].v[row];
		if (val_is_null(v))
			continue;
		if (!first)
			sbuf_addc(b, ',');
		first = false;
		export_json_str(b, r->col[c].name);
		sbuf_addc(b, ':');
		export_json_val(b, v);
	}
	sbuf_addc(b, '}');
}

static void add_key(struct sbuf *b, const char *name)
{
	if (b->p[b->n - 1] != '{')
		sbuf_addc(b, ',');
	sbuf_addc(b, '"');
	sbuf_addz(b, name);
	sbuf_addz(b, "\":");
}

static void add_text(struct sbuf *b, const char *name, struct str s)
{
	add_key(b, name);
	export_json_str(b, s);
}

/* Text, or null when there is none. */
static void add_text_or_null(struct sbuf *b, const char *name, struct str s)
{
	if (s.n) {
		add_text(b, name, s);
		return;
	}
	add_key(b, name);
	sbuf_addz(b, "null");
}

static void add_risk(struct sbuf *b, const struct finding *f)
{
	add_key(b, "risk_objects");
	sbuf_addc(b, '[');
	for (size_t i = 0; i < f->nrisk; i++) {
		if (i)
			sbuf_addc(b, ',');
		sbuf_addc(b, '{');
		add_text(b, "type", str_c(risk_type_name[f->risk[i].type]));
		add_text(b, "value", f->risk[i].object);
		add_key(b, "score");
		add_number(b, f->risk[i].score);
		sbuf_addc(b, '}');
	}
	sbuf_addc(b, ']');
}

static void add_events(struct sbuf *b, const struct finding *f, const struct store *s)
{
	const struct lineage *l = f->lineage;

	add_key(b, "events");
	sbuf_addc(b, '[');
	for (uint32_t i = 0; s && l && i < l->n; i++) {
		ev_t ev = l->v[i].ev;
		uint64_t record = store_record_id(s, ev);
		if (i)
			sbuf_addc(b, ',');
		sbuf_addc(b, '{');
		add_text(b, "file", str_c(store_input_name(s, ev)));
		add_key(b, "offset");
		sbuf_addu(b, store_raw_ref(s, ev).offset);
		add_key(b, "event_id");
		sbuf_addu(b, table_event_id(store_event(s, ev).table));
		add_key(b, "record_id");
		if (record == UINT64_MAX)
			sbuf_addz(b, "null");
		else
			sbuf_addu(b, record);
		add_text_or_null(b, "host", store_sys(s, ev, SYS_COMPUTER));
		if (store_recovered(s, ev)) {
			add_key(b, "recovered");
			sbuf_addz(b, "true");
		}
		sbuf_addc(b, '}');
	}
	sbuf_addc(b, ']');
	add_key(b, "event_count");
	sbuf_addu(b, l ? l->total : 0);
}

static void add_matches(struct sbuf *b, const struct finding *f, struct explainer *e)
{
	struct arena *a = arena_new();
	size_t n = 0;
	const struct match *m = e ? finding_matches(f, e, a, &n) : NULL;

	add_key(b, "matched");
	sbuf_addc(b, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			sbuf_addc(b, ',');
		sbuf_addc(b, '{');
		add_text(b, "field", m[i].field);
		add_text(b, "value", m[i].value);
		add_text(b, "term", m[i].term);
		sbuf_addc(b, '}');
	}
	sbuf_addc(b, ']');
	arena_free(a);
}

static void add_finding(struct sbuf *b, const struct finding *f, struct engine *e, struct explainer *why, const char *verdict)
{
	static const char *const confirmed[] = {[CONFIRM_NONE] = "null", [CONFIRM_NO] = "false", [CONFIRM_YES] = "true"};
	char time[WHEN_SIZE];

	sbuf_addc(b, '{');
	add_text(b, "rule", f->rule->name);
	add_text(b, "rule_id", f->rule->id);
	add_text(b, "rule_file", f->rule->file);
	add_text(b, "type", f->rule->type_text);
	add_text_or_null(b, "time", f->time == WHEN_NONE ? STR("") : str_c(when_iso_short(f->time, time)));
	add_key(b, "risk_score");
	add_number(b, f->score);
	add_text(b, "message", f->message);
	add_risk(b, f);
	add_key(b, "mitre");
	sbuf_addc(b, '[');
	for (size_t i = 0; i < f->rule->nmitre; i++) {
		if (i)
			sbuf_addc(b, ',');
		export_json_str(b, f->rule->mitre[i].id);
	}
	sbuf_addc(b, ']');
	add_key(b, "confirmed");
	sbuf_addz(b, confirmed[f->confirmed]);
	add_key(b, "fields");
	add_row(b, f->rows, f->row);
	add_events(b, f, e ? e->ops->store(e) : NULL);
	add_matches(b, f, why);
	if (verdict)
		add_text(b, "verdict", str_c(verdict));
	add_text(b, "key", str_c(f->key));
	sbuf_addz(b, "}\n");
}

/* ---- findings, many at a time ---- */

/* Saying why each finding matched takes as long as writing it: blocks of findings are made on all cores, and written in order. */
enum { BLOCK = 64, BLOCKS = 32 };

struct round {
	const struct chosen *c;
	struct engine *e;
	struct explainer *why;                           /* NULL without an engine */
	size_t first, n;                                 /* of the chosen */
	const char *verdict[BLOCK * BLOCKS];             /* asked for beforehand, as whoever answers may know but one thread */
	struct sbuf text[BLOCKS];
};

static void make_block(void *ctx, size_t job, unsigned worker)
{
	struct round *r = ctx;
	struct sbuf *b = &r->text[job];
	const size_t end = (job + 1) * BLOCK < r->n ? (job + 1) * BLOCK : r->n;

	(void)worker;
	sbuf_reset(b);
	for (size_t i = job * BLOCK; i < end; i++)
		add_finding(b, chosen_at(r->c, r->first + i), r->e, r->why, r->verdict[i]);
}

void export_jsonl_findings(FILE *f, const struct chosen *c, struct engine *e, const struct export_opts *o)
{
	struct round *r = xcalloc(1, sizeof(*r));

	*r = (struct round){.c = c, .e = e, .why = e ? explainer_new(e, NULL) : NULL};
	for (; r->first < c->n && !ferror(f); r->first += r->n) {
		r->n = c->n - r->first < BLOCK * BLOCKS ? c->n - r->first : BLOCK * BLOCKS;
		for (size_t i = 0; o->verdict && i < r->n; i++)
			r->verdict[i] = verdict_of(o, chosen_at(c, r->first + i));
		const size_t blocks = (r->n + BLOCK - 1) / BLOCK;
		jobs_run(blocks, o->workers ? o->workers : jobs_cores(), make_block, r, NULL);
		for (size_t i = 0; i < blocks; i++)
			fwrite(r->text[i].p, 1, r->text[i].n, f);
	}
	for (size_t i = 0; i < BLOCKS; i++)
		sbuf_free(&r->text[i]);
	explainer_free(r->why);
	free(r);
}

void export_jsonl_rows(FILE *f, const struct rows *r)
{
	struct sbuf b = {0};

	for (size_t i = 0; i < r->n && !ferror(f); i++) {
		sbuf_reset(&b);
		add_row(&b, r, i);
		sbuf_addc(&b, '\n');
		fwrite(b.p, 1, b.n, f);
	}
	sbuf_free(&b);
}
