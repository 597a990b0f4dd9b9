/* Notes of a traced run. A note goes with its rows as an entry of their lineage, of a leaf that no scan has: one for each stage
 * that filters. At the end the notes of each row of the result are kept, and the rows are told apart by a hash of their values. */
#include "spl/trace.h"

#include <stdlib.h>
#include <xxhash.h>

#include "base/map.h"
#include "base/mem.h"
#include "spl/query.h"

enum {
	VALUE_MAX = 1 << 14,                             /* bytes of a value that are kept */
	NOTES_MAX = 1 << 18,
	BYTES_MAX = 64 << 20,                            /* of all notes; what comes later is not noted */
	SCRATCH_MAX = 1 << 20,
	DEPTH_MAX = 8,                                   /* fields that fields follow from, … */
	ROW_MAX = 100,                                   /* … and notes of one row at one stage */
};

struct trace {
	struct arena *arena;                             /* of notes */
	struct held *note;
	size_t nnotes, cap;
	struct map *known;                               /* stage, field, value, term -> index of the note */
	struct map *stage;                               /* query, stage -> its number */
	const struct expr **where;                       /* by leaf */
	size_t nwhere;
	bool resolved;                                   /* one of them is not that of the query */
};

/* ---- notes ---- */

static uint32_t stage_leaf(struct trace *t, const struct spl_run *run)
{
	const struct {
		const struct spl_query *query;
		size_t stage;
	} key = {run->query, run->stage};
	bool fresh;
	union map_val *v = map_put(t->stage, (struct str){(const char *)&key, sizeof(key)}, &fresh);

	if (fresh)
		v->u = map_len(t->stage) - 1;
	return LINEAGE_NOTE + (uint32_t)v->u;
}

static struct held copy_held(struct arena *a, const struct held *h)
{
	struct held c = *h;

	c.field = arena_str(a, h->field);
	c.value = arena_str(a, h->value);
	c.term = arena_str(a, h->term);
	if (h->nmarks) {
		struct mark *m = ARENA_ARRAY(a, struct mark, h->nmarks);
		memcpy(m, h->mark, h->nmarks * sizeof(*m));
		c.mark = m;
	}
	return c;
}

/* The number of the note, made when there is none like it; false when there are too many. */
static bool find_note(struct trace *t, uint32_t leaf, const struct held *h, uint32_t *out)
{
	struct sbuf id = {0};
	bool fresh;

	sbuf_addf(&id, "%u %zu:", leaf, h->field.n);
	sbuf_adds(&id, h->field);
	sbuf_addf(&id, "%zu:", h->value.n);
	sbuf_adds(&id, h->value);
	sbuf_adds(&id, h->term);
	union map_val *v = map_get(t->known, sbuf_str(&id));
	bool room = t->nnotes < NOTES_MAX && arena_bytes(t->arena) < BYTES_MAX;
	if (!v && room) {
		v = map_put(t->known, sbuf_str(&id), &fresh);
		v->u = t->nnotes;
		GROW(t->note, t->nnotes, t->cap);
		t->note[t->nnotes++] = copy_held(t->arena, h);
	}
	sbuf_free(&id);
	if (v)
		*out = (uint32_t)v->u;
	return v != NULL;
}

/* The row has passed the stage under way because of this. */
static void add_note(struct spl_run *run, struct rows *r, size_t row, const struct held *h)
{
	struct held cut = *h;
	uint32_t n, leaf;

	leaf = stage_leaf(run->trace, run);
	if (cut.value.n > VALUE_MAX) {
		cut.value.n = VALUE_MAX;
		while (cut.nmarks && cut.mark[cut.nmarks - 1].to > VALUE_MAX)
			cut.nmarks--;
	}
	if (!find_note(run->trace, leaf, &cut, &n))
		return;
	r->lin[row] = lineage_join(r->arena, run_store(run), r->lin[row], lineage_one(r->arena, n, leaf));
}

/* ---- what made a field that a term looks at ---- */

struct tracing {
	struct spl_run *run;
	struct rows *rows;
	struct why why;
	size_t before;                                   /* look for what made a field among the stages before this one */
	unsigned depth, left;                            /* so deep; so many notes may still be taken of the row */
};

static void note(void *ctx, const struct held *h)
{
	struct tracing *x = ctx;
	const struct spl_query *q = x->run->query;
	const size_t before = x->before;

	if (!x->left)
		return;
	x->left--;
	add_note(x->run, x->rows, x->why.c->row, h);
	const struct str field = h->field;
	const struct expr *place = x->why.place;
	x->why.place = NULL;
	/* The stage that made one field may have made the next, too, further up in it. */
	x->depth++;
	for (size_t i = before; x->depth <= DEPTH_MAX && i-- > 0;) {
		const struct spl_stage *s = &q->stage[i];
		x->before = i + 1;
		if (s->cmd->made && s->cmd->made(s->args, field, &x->why, str_trim((struct str){x->why.text.p + s->at, s->len})))
			break;
	}
	x->depth--;
	x->before = before;
	x->why.place = place;
}

void trace_filter(struct spl_run *run, struct rows *r, const struct expr *e, struct str prefix)
{
	if (!run->trace || e->op == E_TRUE)
		return;
	struct eval_ctx c = run_eval_prefixed(run, r, prefix);
	struct tracing x = {.run = run, .rows = r, .before = run->stage};
	c.arena = arena_new();
	run->budget.arena = NULL;
	x.why = (struct why){.rows = r, .c = &c, .text = run->query->root->text, .visit = note, .ctx = &x};
	for (c.row = 0; c.row < r->n && !run_stopped(run); c.row++) {
		x.left = ROW_MAX;
		why_holds(&x.why, e);
		if (arena_bytes(c.arena) > SCRATCH_MAX) {
			arena_free(c.arena);
			c.arena = arena_new();
		}
	}
	arena_free(c.arena);
}

void trace_where(struct spl_run *run, uint32_t leaf, const struct expr *where)
{
	struct trace *t = run->trace;

	if (!t || leaf >= t->nwhere)
		return;
	t->where[leaf] = where;
	t->resolved |= where && where != run->query->root->leaf[leaf]->scan.where;
}

/* ---- the result ---- */

struct spl_trace {
	struct trace trace;
	struct arena *run;                               /* of conditions that were made while it ran; may be NULL */
	struct traced {
		uint64_t hash;
		uint32_t from, n;                        /* of `noted` */
	} *row;
	size_t nrows;
	uint32_t *noted;                                 /* numbers of notes */
	size_t nnoted, cap;
	struct map *first;                               /* by hash: the first row that has it */
};

static uint64_t row_hash(const struct rows *r, size_t row)
{
	uint64_t sum = 0;

	/* in any order of columns */
	for (size_t c = 0; c < r->ncols; c++) {
		struct val v = r->col[c].v[row];
		if (val_is_null(v))
			continue;
		uint64_t both[2] = {XXH3_64bits(r->col[c].name.p, r->col[c].name.n), val_hash(v)};
		sum += XXH3_64bits(both, sizeof(both));
	}
	return sum;
}

static struct str hash_key(const uint64_t *hash)
{
	return (struct str){(const char *)hash, sizeof(*hash)};
}

static void keep_notes(struct spl_trace *t, const struct rows *r)
{
	t->nrows = r->n;
	t->first = map_new();
	t->row = xcalloc(r->n, sizeof(*t->row));
	for (size_t i = 0; i < r->n; i++) {
		const struct lineage *l = r->lin[i];
		bool fresh;
		t->row[i] = (struct traced){row_hash(r, i), (uint32_t)t->nnoted, 0};
		union map_val *first = map_put(t->first, hash_key(&t->row[i].hash), &fresh);
		if (fresh)
			first->u = i;
		for (uint32_t k = 0; l && k < l->n; k++) {
			if (l->v[k].leaf < LINEAGE_NOTE)
				continue;
			GROW(t->noted, t->nnoted, t->cap);
			t->noted[t->nnoted++] = l->v[k].ev;
			t->row[i].n++;
		}
	}
}

bool spl_filters(const struct spl_query *q)
{
	return q->filters;
}

struct spl_trace *spl_trace(const struct spl_query *q, const struct spl_run_opts *o)
{
	struct spl_trace *t = xcalloc(1, sizeof(*t));
	struct trace *x = &t->trace;
	struct diag d = DIAG_INIT;

	x->arena = arena_new();
	x->known = map_new();
	x->stage = map_new();
	x->nwhere = q->nleaves;
	x->where = xcalloc(q->nleaves, sizeof(struct expr *));
	struct rows *r = query_run(q, o, NULL, &d, x, &t->run);
	map_free(x->known);
	map_free(x->stage);
	if (!r || r->partial) {
		rows_free(r);
		spl_trace_free(t);
		return NULL;
	}
	keep_notes(t, r);
	rows_free(r);
	if (!x->resolved) {
		arena_free(t->run);
		t->run = NULL;
	}
	return t;
}

void spl_trace_free(struct spl_trace *t)
{
	if (!t)
		return;
	arena_free(t->trace.arena);
	arena_free(t->run);
	free(t->trace.note);
	free(t->trace.where);
	free(t->row);
	map_free(t->first);
	free(t->noted);
	free(t);
}

void spl_trace_row(const struct spl_trace *t, const struct rows *r, size_t row, held_visit visit, void *ctx)
{
	const uint64_t hash = row_hash(r, row);
	size_t at = row;

	/* as a rule it stands where it stood */
	if (at >= t->nrows || t->row[at].hash != hash) {
		const union map_val *first = map_get(t->first, hash_key(&hash));
		at = first ? (size_t)first->u : t->nrows;
	}
	for (uint32_t i = 0; at < t->nrows && i < t->row[at].n; i++)
		visit(ctx, &t->trace.note[t->noted[t->row[at].from + i]]);
}

const struct expr *spl_trace_where(const struct spl_trace *t, uint32_t leaf)
{
	return leaf < t->trace.nwhere ? t->trace.where[leaf] : NULL;
}
