/* Hits in groups: by rule, host, user or tactic, each with its counts and its hits below. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "ui/app.h"
#include "ui/exclude.h"
#include "ui/outline.h"

enum { GROUP, HITS, RISK, FIRST, LAST, HOST, USER, PROCESS, C2, NCOLS };

static const struct coldef cols[NCOLS] = {
	[GROUP] = {"group", "GROUP", COL_TEXT, 32, 70, 100, .elastic = true, .pinned = true},
	[HITS] = {"hits", "HITS", COL_NUMBER, 4, 7, 95, .descending = true, .digits = true},
	[RISK] = {"risk", "RISK", COL_NUMBER, 5, 6, 90, .descending = true},
	[FIRST] = {"first", "FIRST", COL_TIME, 8, 19, 80, .descending = false},
	[LAST] = {"last", "LAST", COL_TIME, 8, 19, 60, .descending = true},
	[HOST] = {"host", "HOST", COL_TEXT, 8, 18, 75, .descending = false},
	[USER] = {"user", "USER", COL_TEXT, 8, 16, 70, .descending = false},
	[PROCESS] = {"process", "PROCESS", COL_TEXT, 12, 24, 65, .descending = false},
	[C2] = {"c2", "C2", COL_TEXT, 13, 22, 50, .extra = true},
};

static const char *const by_name[] = {"rule", "host", "user", "tactic"};
enum { BY_RULE, BY_HOST, BY_USER, BY_TACTIC, BY_COUNT };

struct group {
	char *name;
	size_t *hit, n, cap;
	double risk;
	usec_t first, last;
};

struct groups {
	struct coldef col[NCOLS];
	struct outline rows;                             /* item: of a head the group, else the hit */
	struct finding *hit;                             /* copies */
	size_t nhits;
	struct group *v;
	size_t n;
	int by;
	bool made;
	unsigned version;                                /* exclude_version, as of then */
};

static void free_groups(struct groups *g)
{
	for (size_t i = 0; i < g->n; i++) {
		free(g->v[i].name);
		free(g->v[i].hit);
	}
	free(g->v);
	free(g->hit);
	g->v = NULL;
	g->hit = NULL;
	g->n = g->nhits = 0;
}

static void put_into(struct groups *g, struct map *at, struct str name, size_t hit, size_t *cap)
{
	const struct finding *f = &g->hit[hit];
	bool fresh;

	name = name.n ? name : STR("(none)");
	union map_val *v = map_put(at, name, &fresh);
	if (fresh) {
		v->u = g->n;
		GROW(g->v, g->n, *cap);
		g->v[g->n++] = (struct group){.name = xstrndup(name.p, name.n), .first = WHEN_NONE, .last = WHEN_NONE};
	}
	struct group *x = &g->v[v->u];

	if (x->n && x->hit[x->n - 1] == hit)             /* a rule may name a tactic twice */
		return;
	GROW(x->hit, x->n, x->cap);
	x->hit[x->n++] = hit;
	x->risk = f->score > x->risk ? f->score : x->risk;
	if (f->time != WHEN_NONE && (x->first == WHEN_NONE || f->time < x->first))
		x->first = f->time;
	if (f->time != WHEN_NONE && (x->last == WHEN_NONE || f->time > x->last))
		x->last = f->time;
}

static void put_tactics(struct groups *g, struct map *at, size_t hit, size_t *cap)
{
	const struct rule *r = g->hit[hit].rule;
	bool any = false;

	for (size_t i = 0; i < r->nmitre; i++)
		for (struct str list = r->mitre[i].tactics; list.n;) {
			const ptrdiff_t comma = str_find(list, STR(", "));
			const size_t n = comma < 0 ? list.n : (size_t)comma;

			put_into(g, at, (struct str){list.p, n}, hit, cap);
			any = true;
			list = comma < 0 ? (struct str){0} : (struct str){list.p + n + 2, list.n - n - 2};
		}
	if (!any)
		put_into(g, at, (struct str){0}, hit, cap);
}

/* The most risk first, then the most hits, then by name. */
static int by_risk(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	if (x->risk > y->risk || x->risk < y->risk)
		return x->risk > y->risk ? -1 : 1;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void make(struct view *v)
{
	struct groups *g = v->state;
	struct map *at = map_new();
	struct outline now = {0};
	size_t cap = 0;

	free_groups(g);
	g->nhits = exclude_hits(v->ui, &g->hit);
	for (size_t i = 0; i < g->nhits; i++) {
		const struct finding *f = &g->hit[i];

		if (g->by == BY_TACTIC)
			put_tactics(g, at, i, &cap);
		else
			put_into(g, at, g->by == BY_RULE ? f->rule->name : g->by == BY_HOST ? f->host : f->user, i, &cap);
	}
	if (g->n)
		qsort(g->v, g->n, sizeof *g->v, by_risk);
	for (size_t i = 0; i < g->n; i++) {
		const uint64_t id = outline_id((uint64_t)g->by, str_c(g->v[i].name));

		outline_add(&now, true, i, id);
		for (size_t k = 0; k < g->v[i].n; k++)
			outline_add(&now, false, g->v[i].hit[k], outline_id(id, str_c(g->hit[g->v[i].hit[k]].key)));
	}
	outline_take(v, &g->rows, &now, true);
	map_free(at);
	g->made = true;
	g->version = exclude_version(v->ui);
	view_title(v, "hits by %s", by_name[g->by]);
}

static void update(struct view *v)
{
	struct groups *g = v->state;

	v->loading = !analysis_findings(v->ui->analysis);
	view_spans(v, analysis_store(v->ui->analysis));
	if (!v->loading && (!g->made || g->version != exclude_version(v->ui)))
		make(v);
}

static bool open_groups(struct view *v, const struct view_arg *arg, struct diag *d)
{
	struct groups *g = v->state;

	(void)arg;
	(void)d;
	memcpy(g->col, cols, sizeof cols);
	v->col = g->col;
	v->ncols = NCOLS;
	return true;
}

static void close_groups(struct view *v)
{
	struct groups *g = v->state;

	free_groups(g);
	outline_free(&g->rows);
}

static const struct finding *hit_at(const struct view *v, size_t row)
{
	const struct groups *g = v->state;

	return g->rows.v[row].head ? NULL : &g->hit[g->rows.v[row].item];
}

static void head_cell(const struct group *x, size_t col, struct cell *c)
{
	switch (col) {
	case GROUP:
		c->text = str_c(x->name);
		c->role = ROLE_STRONG;
		break;
	case HITS:
		cell_number(c, x->n);
		break;
	case RISK:
		cell_printf(c, "%g %c", x->risk, severity_of(x->risk).letter);
		c->num = x->risk;
		c->role = severity_of(x->risk).role;
		break;
	case FIRST:
		cell_when(c, x->first);
		break;
	case LAST:
		cell_when(c, x->last);
		break;
	default:
		c->blank = true;
		break;
	}
}

static void cell(struct view *v, size_t row, size_t col, struct cell *c)
{
	const struct groups *g = v->state;
	const struct finding *f = hit_at(v, row);

	if (!f) {
		head_cell(&g->v[g->rows.v[row].item], col, c);
		return;
	}
	switch (col) {
	case GROUP:
		if (g->by == BY_RULE)
			c->text = f->command.n ? f->command : f->message;
		else
			c->text = f->rule->name;
		break;
	case RISK:
		cell_printf(c, "%g %c", f->score, severity_of(f->score).letter);
		c->num = f->score;
		c->role = severity_of(f->score).role;
		break;
	case FIRST:
		cell_when(c, f->time);
		break;
	case HOST:
		cell_host(c, f->host);
		break;
	case USER:
		cell_account(c, f->user);
		break;
	case PROCESS:
		cell_base_name(c, f->process);
		break;
	case C2:
		c->text = f->c2;
		break;
	default:
		c->blank = true;
		break;
	}
}

static void lead(struct view *v, size_t row, size_t col, struct cell *c)
{
	if (col == GROUP)
		outline_lead(v, &((struct groups *)v->state)->rows, row, c);
}

static unsigned depth(struct view *v, size_t row)
{
	return hit_at(v, row) != NULL;
}

static bool about(struct view *v, size_t row, struct entity *e)
{
	const struct finding *f = hit_at(v, row);
	const struct groups *g = v->state;

	if (f) {
		*e = entity_of_hit(f);
		return true;
	}
	const struct group *x = &g->v[g->rows.v[row].item];

	*e = ENTITY_NONE;
	if (g->by == BY_RULE)
		e->rule = g->hit[x->hit[0]].rule;
	else if (g->by == BY_HOST)
		e->host = str_c(x->name);
	else if (g->by == BY_USER)
		e->user = str_c(x->name);
	return g->by != BY_TACTIC;
}

static bool request(struct view *v, enum request r, size_t row)
{
	struct groups *g = v->state;

	if (r == REQ_GROUP) {
		g->by = (g->by + 1) % BY_COUNT;
		if (g->made)
			make(v);
		return true;
	}
	if (r != REQ_ENTER || row == LIST_NONE || !hit_at(v, row))
		return false;                            /* a head: folds */
	ui_request(v->ui, REQ_DETAIL, 0);
	return true;
}

static void empty(struct view *v, struct page *p)
{
	page_blank(p);
	page_adds(p, ROLE_TEXT, v->loading ? "The rules are still running." : "There are no hits.");
	page_end(p);
}

const struct view_ops view_groups = {
	.name = "groups", .noun = "row", .help = "hits by rule, host, user or tactic", .digit = '0', .keeps = true, .kept_alone = true,
	.sort = -1, .state_size = sizeof(struct groups),
	.hints = {REQ_ENTER, REQ_GROUP, REQ_FOLD_ALL, REQ_PTREE, REQ_CONNS, REQ_RISK, REQ_VERDICT, REQ_EXCLUDE, REQ_FILTER, REQ_BACK},
	.columns = cols, .ncolumns = NCOLS, .open = open_groups, .update = update, .close = close_groups, .cell = cell, .lead = lead,
	.depth = depth, .empty = empty, .about = about, .request = request,
};
