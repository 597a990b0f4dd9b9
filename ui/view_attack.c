/* The hits by ATT&CK: tactics in the order of an intrusion, the techniques that were seen below them; a matrix where there is room
 * for it; written as a layer of the Navigator. Which tactics a technique has is the rule set's to know. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "ui/app.h"
#include "ui/exclude.h"
#include "ui/matrix.h"
#include "ui/outline.h"

enum { NAME, ID, HITS, RISK, RULES, HOSTS, FIRST, LAST, NCOLS };

static const struct coldef cols[NCOLS] = {
	[NAME] = {"technique", "TACTIC, TECHNIQUE", COL_TEXT, 24, 60, 100, .elastic = true, .pinned = true},
	[ID] = {"id", "ID", COL_TEXT, 9, 10, 95, .descending = false},
	[HITS] = {"hits", "HITS", COL_NUMBER, 4, 7, 90, .descending = true, .digits = true},
	[RISK] = {"risk", "RISK", COL_NUMBER, 5, 6, 85, .descending = true},
	[RULES] = {"rules", "RULES", COL_NUMBER, 5, 6, 70, .descending = true, .digits = true},
	[HOSTS] = {"hosts", "HOSTS", COL_NUMBER, 5, 6, 75, .descending = true, .digits = true},
	[FIRST] = {"first", "FIRST", COL_TIME, 8, 19, 60, .descending = false},
	[LAST] = {"last", "LAST", COL_TIME, 8, 19, 50, .descending = true},
};

/* In the order of the enterprise matrix; what the rule set's table calls otherwise comes after. */
static const char *const tactics[] = {
	"Reconnaissance", "Resource Development", "Initial Access", "Execution", "Persistence", "Privilege Escalation", "Defense Evasion",
	"Credential Access", "Discovery", "Lateral Movement", "Collection", "Command And Control", "Exfiltration", "Impact",
};
enum { NTACTICS = sizeof tactics / sizeof *tactics };

struct tally {
	struct str tactic, id, name;                     /* id empty: the tactic itself */
	size_t order, hits;
	double risk;
	usec_t first, last;
	struct map *rules, *hosts;
	const char *host;                                /* of the hit counted last */
};

struct attack {
	struct coldef col[NCOLS];
	struct outline rows;                             /* item: the tally */
	struct matrix matrix;
	struct tally *v;
	size_t n;
	size_t without;                                  /* hits of rules that name no technique */
	bool made;
	unsigned version;                                /* exclude_version, as of then */
};

static void free_tallies(struct attack *a)
{
	for (size_t i = 0; i < a->n; i++) {
		map_free(a->v[i].rules);
		map_free(a->v[i].hosts);
	}
	free(a->v);
	a->v = NULL;
	a->n = 0;
}

static size_t order_of(struct str tactic)
{
	for (size_t i = 0; i < NTACTICS; i++)
		if (str_ieqc(tactic, tactics[i]))
			return i;
	return NTACTICS;
}

/* The tallies of a rule: those of its techniques and of their tactics, each once. */
struct of_rule {
	const struct rule *rule;
	size_t *tally, n, cap;
};

struct counting {
	struct attack *a;
	struct map *at;                                  /* tactic and technique -> index of its tally */
	struct map *rules;                               /* rule -> index in v */
	struct of_rule *v;
	size_t n, vcap, cap;
};

static void add_tally(struct counting *c, struct of_rule *r, struct str tactic, const struct technique *t)
{
	struct attack *a = c->a;
	struct sbuf key = {0};
	bool fresh;

	sbuf_addf(&key, "%.*s\n%.*s", STR_FMT(tactic), t ? (int)t->id.n : 0, t ? t->id.p : "");
	union map_val *v = map_put(c->at, sbuf_str(&key), &fresh);
	sbuf_free(&key);
	if (fresh) {
		v->u = a->n;
		GROW(a->v, a->n, c->cap);
		a->v[a->n++] = (struct tally){.tactic = tactic, .id = t ? t->id : STR(""), .name = t ? t->name : tactic, .order = order_of(tactic),
		                              .first = WHEN_NONE, .last = WHEN_NONE, .rules = map_new(), .hosts = map_new()};
	}
	for (size_t i = 0; i < r->n; i++)
		if (r->tally[i] == v->u)
			return;
	GROW(r->tally, r->n, r->cap);
	r->tally[r->n++] = (size_t)v->u;
	map_put(a->v[v->u].rules, r->rule->name, NULL);
}

static struct of_rule *tallies_of(struct counting *c, const struct rule *r)
{
	bool fresh;
	union map_val *v = map_put(c->rules, (struct str){(const char *)&r, sizeof r}, &fresh);

	if (!fresh)
		return &c->v[v->u];
	v->u = c->n;
	GROW(c->v, c->n, c->vcap);
	struct of_rule *x = &c->v[c->n++];

	*x = (struct of_rule){.rule = r};
	for (size_t i = 0; i < r->nmitre; i++) {
		struct str list = r->mitre[i].tactics.n ? r->mitre[i].tactics : STR("(tactic unknown)");

		while (list.n) {
			const ptrdiff_t comma = str_find(list, STR(", "));
			const struct str tactic = {list.p, comma < 0 ? list.n : (size_t)comma};

			add_tally(c, x, tactic, NULL);
			add_tally(c, x, tactic, &r->mitre[i]);
			list = comma < 0 ? (struct str){0} : (struct str){list.p + tactic.n + 2, list.n - tactic.n - 2};
		}
	}
	return x;
}

static void count_in(struct tally *x, const struct finding *f)
{
	x->hits++;
	x->risk = f->score > x->risk ? f->score : x->risk;
	if (f->time != WHEN_NONE && (x->first == WHEN_NONE || f->time < x->first))
		x->first = f->time;
	if (f->time != WHEN_NONE && (x->last == WHEN_NONE || f->time > x->last))
		x->last = f->time;
	if (f->host.n && f->host.p != x->host)
		map_put(x->hosts, f->host, NULL);
	x->host = f->host.p;
}

static void count_all(struct attack *a, const struct finding *hits, size_t n)
{
	struct counting c = {.a = a, .at = map_new(), .rules = map_new()};

	for (size_t i = 0; i < n; i++) {
		const struct of_rule *r = tallies_of(&c, hits[i].rule);

		a->without += r->n == 0;
		for (size_t k = 0; k < r->n; k++)
			count_in(&a->v[r->tally[k]], &hits[i]);
	}
	for (size_t i = 0; i < c.n; i++)
		free(c.v[i].tally);
	free(c.v);
	map_free(c.at);
	map_free(c.rules);
}

/* Tactics in their order, each before its techniques; these by id, so that those below one follow it. */
static int by_place(const void *p, const void *q)
{
	const struct tally *x = p, *y = q;
	int c;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	c = str_cmp(x->tactic, y->tactic);
	return c ? c : str_cmp(x->id, y->id);
}

static void make(struct view *v)
{
	struct attack *a = v->state;
	struct outline now = {0};
	struct finding *hits;
	size_t n = exclude_hits(v->ui, &hits);

	free_tallies(a);
	a->without = 0;
	count_all(a, hits, n);
	free(hits);
	if (a->n)
		qsort(a->v, a->n, sizeof *a->v, by_place);
	for (size_t i = 0; i < a->n; i++)
		outline_add(&now, a->v[i].id.n == 0, i, outline_id(outline_id(0, a->v[i].tactic), a->v[i].id));
	outline_take(v, &a->rows, &now, false);
	a->made = true;
	a->version = exclude_version(v->ui);
}

static void update(struct view *v)
{
	struct attack *a = v->state;

	v->loading = !analysis_findings(v->ui->analysis);
	view_spans(v, analysis_store(v->ui->analysis));
	if (!v->loading && (!a->made || a->version != exclude_version(v->ui)))
		make(v);
}

static bool open_attack(struct view *v, const struct view_arg *arg, struct diag *d)
{
	struct attack *a = v->state;

	(void)arg;
	(void)d;
	memcpy(a->col, cols, sizeof cols);
	a->matrix = (struct matrix){.name = NAME, .id = ID, .count = HITS, .weight = RISK};
	v->col = a->col;
	v->ncols = NCOLS;
	return true;
}

static void close_attack(struct view *v)
{
	struct attack *a = v->state;

	free_tallies(a);
	outline_free(&a->rows);
}

static const struct tally *tally_at(const struct view *v, size_t row)
{
	const struct attack *a = v->state;

	return &a->v[a->rows.v[row].item];
}

static void cell(struct view *v, size_t row, size_t col, struct cell *c)
{
	const struct tally *x = tally_at(v, row);

	switch (col) {
	case NAME:
		c->text = x->name.n ? x->name : x->id;
		c->role = x->id.n ? ROLE_TEXT : ROLE_STRONG;
		break;
	case ID:
		c->text = x->id;
		c->blank = true;
		break;
	case HITS:
		cell_number(c, x->hits);
		break;
	case RISK:
		cell_printf(c, "%g %c", x->risk, severity_of(x->risk).letter);
		c->num = x->risk;
		c->role = severity_of(x->risk).role;
		break;
	case RULES:
		cell_number(c, map_len(x->rules));
		break;
	case HOSTS:
		cell_number(c, map_len(x->hosts));
		break;
	case FIRST:
		cell_when(c, x->first);
		break;
	case LAST:
		cell_when(c, x->last);
		break;
	default:
		break;
	}
}

/* Side by side where there is room for it. */
static bool draw(struct view *v, int y, int height, int width, int *cursor_y, int *cursor_x)
{
	return matrix_draw(&((struct attack *)v->state)->matrix, v, y, height, width, cursor_y, cursor_x);
}

static size_t spot(const struct view *v, int y, int x)
{
	return matrix_spot(&((const struct attack *)v->state)->matrix, v, y, x);
}

static void lead(struct view *v, size_t row, size_t col, struct cell *c)
{
	if (col == NAME)
		outline_lead(v, &((struct attack *)v->state)->rows, row, c);
}

static unsigned depth(struct view *v, size_t row)
{
	return tally_at(v, row)->id.n > 0;
}

/* Enter shows the hits of a technique; those of techniques below it, too. */
static bool request(struct view *v, enum request r, size_t row)
{
	struct ui *u = v->ui;
	char filter[64];

	if (r == REQ_LEFT || r == REQ_RIGHT)
		return matrix_beside(&((const struct attack *)v->state)->matrix, v, r == REQ_RIGHT);
	if (r != REQ_ENTER || row == LIST_NONE || !tally_at(v, row)->id.n)
		return false;
	snprintf(filter, sizeof filter, "attack:\"%.40s\"", tally_at(v, row)->id.p);
	ui_pick(u, &view_hits);
	list_filter(ui_top(u), str_c(filter), NULL);
	return true;
}

static void status(struct view *v, struct sbuf *b)
{
	const struct attack *a = v->state;

	matrix_status(&a->matrix, b, "tactics");
	if (a->without)
		sbuf_addf(b, "%zu %s without a technique", a->without, a->without == 1 ? "hit" : "hits");
}

/* "Command And Control": "command-and-control". */
static void add_short_name(struct sbuf *b, struct str tactic)
{
	struct sbuf s = {0};

	for (size_t i = 0; i < tactic.n; i++) {
		const char c = tactic.p[i];

		sbuf_addc(&s, c == ' ' ? '-' : c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c);
	}
	export_json_str(b, sbuf_str(&s));
	sbuf_free(&s);
}

static void layer(struct view *v, struct sbuf *b)
{
	const struct attack *a = v->state;
	size_t most = 1;
	bool any = false;

	for (size_t i = 0; i < a->n; i++)
		if (a->v[i].id.n && a->v[i].hits > most)
			most = a->v[i].hits;
	sbuf_addz(b, "{\n  \"name\": \"spoor\",\n  \"versions\": {\"layer\": \"4.5\", \"navigator\": \"4.9.1\"},\n"
	             "  \"domain\": \"enterprise-attack\",\n  \"description\": \"Hits by technique. Score: how many.\",\n  \"sorting\": 3,\n"
	             "  \"techniques\": [");
	for (size_t i = 0; i < a->n; i++) {
		const struct tally *x = &a->v[i];

		if (!x->id.n)
			continue;
		sbuf_addz(b, any ? ",\n    {\"techniqueID\": " : "\n    {\"techniqueID\": ");
		any = true;
		export_json_str(b, x->id);
		if (x->order < NTACTICS) {
			sbuf_addz(b, ", \"tactic\": ");
			add_short_name(b, x->tactic);
		}
		sbuf_addf(b, ", \"score\": %zu, \"enabled\": true, \"showSubtechniques\": true, \"comment\": ", x->hits);
		struct sbuf rules = {0};
		for (size_t k = 0; k < map_len(x->rules); k++)
			sbuf_addf(&rules, "%s%.*s", k ? "; " : "", STR_FMT(map_key(x->rules, k)));
		export_json_str(b, sbuf_str(&rules));
		sbuf_free(&rules);
		sbuf_addc(b, '}');
	}
	sbuf_addf(b, "\n  ],\n  \"gradient\": {\"colors\": [\"#fff7bcff\", \"#d95f0eff\"], \"minValue\": 0, \"maxValue\": %zu},\n"
	             "  \"legendItems\": [],\n  \"hideDisabled\": false\n}\n", most);
}

static void empty(struct view *v, struct page *p)
{
	page_blank(p);
	page_adds(p, ROLE_TEXT, v->loading ? "The rules are still running." : "No hit comes of a rule that names a technique.");
	page_end(p);
}

const struct view_ops view_attack = {
	.name = "attack", .noun = "row", .help = "hits by ATT&CK tactic and technique", .digit = 'A', .keeps = true, .kept_alone = true,
	.sort = -1, .state_size = sizeof(struct attack),
	.hints = {REQ_ENTER, REQ_FOLD_ALL, REQ_FILTER, REQ_SEARCH, REQ_MARK, REQ_WRITE, REQ_BACK},
	.columns = cols, .ncolumns = NCOLS, .open = open_attack, .update = update, .close = close_attack, .cell = cell, .lead = lead,
	.depth = depth, .status = status, .empty = empty, .layer = layer, .draw = draw, .spot = spot, .request = request,
};
