/* transaction: rows that belong together in time become one (spl-spec 3.14). */
#include <math.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "spl/cmdlib.h"

enum { OPEN_MAX = 5000 };                                /* transactions that wait for more, over all keys */

struct transaction {
	struct str *key;
	size_t nkeys;
	double pause, span;                              /* longest gap, longest duration; ∞ */
	size_t max_events;                               /* 0: the limit */
	bool connected, keep_evicted, list;              /* list: values in order, not distinct */
	const struct expr *starts, *ends;                /* NULL: none */
};

/* The text p->at … `end` as a search. */
static const struct expr *search_up_to(struct parser *p, size_t end)
{
	size_t outer = p->end;

	p->end = end;
	const struct expr *e = parse_search(p, NULL);
	p->at = end;
	p->end = outer;
	return e;
}

/* startswith="EventCode=1 cmd": the text is a search of its own. */
static const struct expr *quoted_search(struct parser *p, size_t at, struct str raw)
{
	struct diag d = DIAG_INIT;
	struct parser inner = {.arena = p->arena, .env = p->env, .diag = &d, .depth = p->depth};

	inner.text = spl_unescape_eval(p->arena, raw);
	inner.end = inner.text.n;
	const struct expr *e = parse_search(&inner, NULL);
	if (!e)
		p_error(p, at, "in the quoted search: %s", d.msg);
	return e;
}

/* eval(expression), (search), "search" or a word; the cursor behind startswith= or endswith=. */
static const struct expr *parse_condition(struct parser *p)
{
	struct str text;

	p_blank(p);
	size_t start = p->at;
	if (p_take_word(p, "eval") && p_char(p, '(')) {
		struct expr *e = parse_eval(p);
		if (e && !p_char(p, ')')) {
			p_error(p, p->at, "expected ) after the expression, found %s", p_found(p));
			return NULL;
		}
		return e;
	}
	p->at = start;
	if (p_peek(p) == '(') {
		size_t close = p_closing(p, start);
		if (close == p->end) {
			p_error(p, start, "this ( is never closed");
			return NULL;
		}
		return search_up_to(p, close + 1);
	}
	if (p_quoted(p, &text))
		return quoted_search(p, start, text);
	if (!p_word(p, "()", &text)) {
		p_error(p, start, "expected a search in ( ) or quotes, or eval(…), found %s", p_found(p));
		return NULL;
	}
	size_t end = p->at;
	p->at = start;
	return search_up_to(p, end);
}

static bool parse_time(struct parser *p, size_t at, struct str name, struct str value, double *out)
{
	int months = 0;

	if (str_eqc(value, "-1")) {
		*out = HUGE_VAL;
		return true;
	}
	if (!when_span(value, out, &months))
		return p_error(p, at, "%.*s needs a span such as 5m or 30s, not '%.*s'", STR_FMT(name),
			       STR_FMT(value));
	if (months)
		*out = months * 30.0 * 86400;
	return true;
}

static bool parse_option(struct parser *p, struct transaction *x, size_t at, struct str name, struct str value)
{
	static const char *const no_effect[] = {"maxopentxn", "maxopenevents", "mvraw",
						"unifyends",  "delim",         "nullstr"};

	if (str_ieqc(name, "maxpause"))
		return parse_time(p, at, name, value, &x->pause);
	if (str_ieqc(name, "maxspan"))
		return parse_time(p, at, name, value, &x->span);
	if (str_ieqc(name, "maxevents"))
		return p_count(p, at, name, value, &x->max_events);
	if (str_ieqc(name, "connected"))
		return p_truth(p, at, name, value, &x->connected);
	if (str_ieqc(name, "keepevicted") || str_ieqc(name, "keeporphans"))
		return p_truth(p, at, name, value, &x->keep_evicted);
	if (str_ieqc(name, "mvlist"))
		return p_truth(p, at, name, value, &x->list);
	/* Bounds of Splunk's own memory, and how it writes lists. */
	for (size_t i = 0; i < sizeof(no_effect) / sizeof(no_effect[0]); i++) {
		if (str_ieqc(name, no_effect[i]))
			return true;
	}
	return p_no_option(
		p, at, "transaction", name,
		"maxpause, maxspan, maxevents, startswith, endswith, connected, keepevicted, mvlist");
}

static void *transaction_parse(struct parser *p)
{
	struct transaction *x = ARENA_NEW(p->arena, struct transaction);
	struct str name, value;

	x->pause = x->span = HUGE_VAL;
	x->connected = true;
	for (;;) {
		while (p_char(p, ','))
			;
		if (p_done(p))
			return x;
		size_t at = p->at;
		bool starts = p_take_word(p, "startswith"), ends = !starts && p_take_word(p, "endswith");
		if ((starts || ends) && p_char(p, '=')) {
			const struct expr *e = parse_condition(p);
			if (!e)
				return NULL;
			*(starts ? &x->starts : &x->ends) = e;
			continue;
		}
		p->at = at;
		if (p_option(p, &name, &value)) {
			if (diag_is_set(p->diag) || !parse_option(p, x, at, name, value))
				return NULL;
			continue;
		}
		struct str *more = ARENA_ARRAY(p->arena, struct str, x->nkeys + 1);
		if (x->nkeys)
			memcpy(more, x->key, x->nkeys * sizeof(*more));
		if (!p_name(p, "a field", &more[x->nkeys]))
			return NULL;
		x->key = more;
		x->nkeys++;
	}
}

/* ---- grouping ---- */

/* A transaction: rows from the latest to the earliest. */
struct group {
	uint32_t *row;
	size_t n, cap;
	double first, last;                              /* times of the earliest and latest row */
	struct val *key;                                 /* what its fields are so far */
	bool closed, started, ended;                     /* startswith and endswith matched */
	size_t next;                                     /* open list; SIZE_MAX: end */
};

struct work {
	const struct transaction *args;
	struct spl_run *run;
	struct rows *in;
	struct keys keys;
	size_t max;
	struct group *v;
	size_t n, cap;
	size_t open;                                     /* head of the list of open groups, newest first */
	size_t nopen;
	struct map *by_key;                              /* one key: its value -> open group + 1 */
	struct arena *arena;
	struct eval_ctx eval;
	bool cut;
};

/* Do the row's fields agree with the group's? With `connected`, is there one that they share? */
static bool agrees(const struct work *w, const struct group *g, uint32_t row)
{
	bool shared = !w->args->connected || w->keys.n == 0;

	for (size_t k = 0; k < w->keys.n; k++) {
		struct val v = w->keys.col[k] < 0 ? val_null() : w->in->col[w->keys.col[k]].v[row];
		if (val_is_null(v) || val_is_null(g->key[k]))
			continue;
		if (!val_same(v, g->key[k]))
			return false;
		shared = true;
	}
	return shared;
}

static bool fits(const struct work *w, const struct group *g, double t)
{
	return !g->closed && g->first - t <= w->args->pause && g->last - t <= w->args->span;
}

/* The open group that the row belongs to; SIZE_MAX when there is none. Groups that are too old are taken
 * off the list. */
static size_t find_group(struct work *w, uint32_t row, double t, struct str key)
{
	if (w->keys.n == 1) {
		const union map_val *at = map_get(w->by_key, key);
		return at && at->u && fits(w, &w->v[at->u - 1], t) ? (size_t)at->u - 1 : SIZE_MAX;
	}
	for (size_t *at = &w->open; *at != SIZE_MAX;) {
		struct group *g = &w->v[*at];
		if (!fits(w, g, t)) {
			*at = g->next;
			w->nopen--;
		} else if (agrees(w, g, row)) {
			return *at;
		} else {
			at = &g->next;
		}
	}
	return SIZE_MAX;
}

static size_t new_group(struct work *w, double t, struct str key)
{
	GROW(w->v, w->n, w->cap);
	w->v[w->n] = (struct group){.first = t, .last = t, .next = w->open};
	w->v[w->n].key = ARENA_ARRAY(w->arena, struct val, w->keys.n);
	if (w->keys.n == 1) {
		map_put(w->by_key, key, NULL)->u = w->n + 1;
		return w->n++;
	}
	w->open = w->n;
	if (++w->nopen > OPEN_MAX) {                     /* the oldest waits no longer */
		size_t *at = &w->open;
		while (w->v[*at].next != SIZE_MAX)
			at = &w->v[*at].next;
		*at = SIZE_MAX;
		w->nopen--;
	}
	return w->n++;
}

static bool holds(struct work *w, const struct expr *e, uint32_t row)
{
	w->eval.row = row;
	return e && expr_true(e, &w->eval);
}

static void add_row(struct work *w, uint32_t row, double t)
{
	struct sbuf key = {0};
	bool keyed = w->keys.n == 0;
	bool starts = holds(w, w->args->starts, row), ends = holds(w, w->args->ends, row);

	for (size_t k = 0; k < w->keys.n; k++)
		keyed |= w->keys.col[k] >= 0 && !val_is_null(w->in->col[w->keys.col[k]].v[row]);
	if (!keyed)
		return;                                  /* belongs to nothing */
	row_key(&key, w->in, row, w->keys.col, w->keys.n);
	size_t at = ends ? SIZE_MAX : find_group(w, row, t, sbuf_str(&key));
	if (at == SIZE_MAX)
		at = new_group(w, t, sbuf_str(&key));
	sbuf_free(&key);

	struct group *g = &w->v[at];
	GROW(g->row, g->n, g->cap);
	g->row[g->n++] = row;
	g->first = t;
	for (size_t k = 0; k < w->keys.n; k++) {
		if (val_is_null(g->key[k]) && w->keys.col[k] >= 0)
			g->key[k] = w->in->col[w->keys.col[k]].v[row];
	}
	g->started |= starts;
	g->ended |= ends;
	g->closed = starts || (w->max && g->n >= w->max);
	w->cut |= !w->args->max_events && w->max && g->n >= w->max;
}

static int latest_first(const void *x, const void *y, void *ctx)
{
	const double *t = ctx;
	uint32_t i = *(const uint32_t *)x, j = *(const uint32_t *)y;

	if (t[i] != t[j])
		return t[i] > t[j] ? -1 : 1;
	return i < j ? -1 : i > j;
}

/* ---- output ---- */

static int newest_group(const void *x, const void *y)
{
	const struct group *a = *(const struct group *const *)x, *b = *(const struct group *const *)y;

	if (a->first != b->first)
		return a->first > b->first ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* The values of one column over a group's rows. */
static struct val gather(const struct work *w, const struct group *g, size_t col, const struct agg *how,
			 struct arena *states, struct arena *a)
{
	void *state = arena_zalloc(states, how->fn->state_size);

	for (size_t i = g->n; i-- > 0;)
		agg_feed(how, state, w->in->col[col].v[g->row[i]], 0, states);
	return how->fn->result(state, how, a);
}

static struct rows *output(struct work *w)
{
	const struct transaction *x = w->args;
	const struct agg how = {.fn = agg_find(x->list ? STR("list") : STR("values")), .field = STR("x")};
	const struct group **g = xcalloc(w->n ? w->n : 1, sizeof(*g));
	struct lineage_set lin = {0};
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++) {
		bool whole = (!x->starts || w->v[i].started) && (!x->ends || w->v[i].ended);
		if (whole || x->keep_evicted)
			g[n++] = &w->v[i];
	}
	if (n)
		qsort(g, n, sizeof(*g), newest_group);
	struct rows *r = rows_new(n);
	size_t time = rows_col(r, STR("_time"));
	for (size_t c = 0; c < w->in->ncols; c++) {
		struct arena *states = arena_new();
		size_t to = rows_col(r, w->in->col[c].name);
		for (size_t i = 0; i < n && to != time; i++)
			r->col[to].v[i] = gather(w, g[i], c, &how, states, r->arena);
		arena_free(states);
		if (run_full(w->run, r))
			break;
	}
	size_t duration = rows_col(r, STR("duration")), count = rows_col(r, STR("eventcount"));
	for (size_t i = 0; i < n; i++) {
		r->col[time].v[i] = val_num(g[i]->first);
		r->col[duration].v[i] = val_num(g[i]->last - g[i]->first);
		r->col[count].v[i] = val_num((double)g[i]->n);
		for (size_t k = 0; k < g[i]->n; k++)
			lineage_add(&lin, run_store(w->run), w->in->lin[g[i]->row[k]]);
		r->lin[i] = lineage_make(&lin, r->arena);
	}
	free(g);
	return r;
}

static struct rows *transaction_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct transaction *x = args;
	struct work w = {
		.args = x, .run = run, .in = in, .keys = row_keys(run, in, x->key, x->nkeys), .open = SIZE_MAX,
		.max = x->max_events ? x->max_events : run->limits->transaction_rows,
		.by_key = map_new(), .arena = arena_new(), .eval = run_eval(run, in),
	};
	uint32_t *order = xcalloc(in->n ? in->n : 1, sizeof(*order));
	double *time = xcalloc(in->n ? in->n : 1, sizeof(*time));
	ptrdiff_t col = rows_find(in, STR("_time"));
	size_t n = 0;

	for (size_t i = 0; i < in->n; i++) {
		time[i] = row_seconds(in, col, i);
		if (!isnan(time[i]))
			order[n++] = (uint32_t)i;
	}
	if (n < in->n)
		run_warn(run, "transaction leaves out %zu rows without _time", in->n - n);
	qsort_r(order, n, sizeof(*order), latest_first, time);
	for (size_t i = 0; i < n && !run_stopped(run); i++)
		add_row(&w, order[i], time[order[i]]);
	if (w.cut)
		run_warn(run, "transaction closes a group after %zu rows", w.max);
	struct rows *r = output(&w);
	r->partial |= run->budget.spent;
	for (size_t i = 0; i < w.n; i++)
		free(w.v[i].row);
	free(w.v);
	free(order);
	free(time);
	map_free(w.by_key);
	arena_free(w.arena);
	rows_adopt(r, in);
	return r;
}

static void transaction_needs(const void *args, struct fieldset *want, struct arena *a)
{
	const struct transaction *x = args;

	needs_names(want, x->key, x->nkeys, a);
	fieldset_add(want, STR("_time"), a);
	fieldset_add_expr(want, x->starts, a);
	fieldset_add_expr(want, x->ends, a);
}

const struct spl_cmd cmd_transaction = {
	.name = "transaction",
	.usage = "transaction [FIELD…] [maxpause=SPAN] [maxspan=SPAN] [maxevents=N] [startswith=COND] "
		 "[endswith=COND] "
		 "[connected=true|false] [keepevicted=true|false] [mvlist=true|false]",
	.summary = "makes one row of the rows that follow each other in time with the same fields",
	.example = "rows:\n"
		   "  _time  dest  user\n"
		   "  0      H1    eve\n"
		   "  200    H1    bob\n"
		   "  400    H1    bob\n"
		   "  900    H1    bob\n"
		   "search: transaction dest connected=false maxpause=5m\n"
		   "expect:\n"
		   "  _time  dest  user     duration  eventcount\n"
		   "  900    H1    bob      0         1\n"
		   "  0      H1    bob|eve  400       3\n",
	.parse = transaction_parse,
	.run = transaction_run,
	.needs = transaction_needs,
};
