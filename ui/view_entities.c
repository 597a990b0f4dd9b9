/* Who has risk: all users and systems of the case, the highest score first. Each opens on its history, view_risk.c. */
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "ui/app.h"
#include "ui/decide.h"
#include "ui/work.h"

enum { TYPE, NAME, SCORE, EVENTS, RULES, TACTICS, FIRST, LAST, NCOLS };

static const struct coldef cols[NCOLS] = {
	[TYPE] = {"type", "TYPE", COL_TEXT, 6, 8, 80, .descending = false},
	[NAME] = {"name", "NAME", COL_TEXT, 16, 60, 100, .elastic = true},
	[SCORE] = {"score", "SCORE", COL_NUMBER, 5, 8, 95, .descending = true, .digits = true},
	[EVENTS] = {"events", "EVENTS", COL_NUMBER, 6, 8, 70, .descending = true, .digits = true},
	[RULES] = {"rules", "RULES", COL_NUMBER, 5, 6, 75, .descending = true, .digits = true},
	[TACTICS] = {"tactics", "TACTICS", COL_NUMBER, 7, 7, 75, .descending = true, .digits = true},
	[FIRST] = {"first", "FIRST", COL_TIME, 8, 19, 60, .descending = false},
	[LAST] = {"last", "LAST", COL_TIME, 8, 19, 65, .descending = true},
};

struct entities {
	struct coldef col[NCOLS];
	struct arena *arena;
	struct case_entity *v;
	bool read, reading;
	unsigned changes;                                /* of the case, as of then */
};

/* ---- reading, on a worker: a case may hold a great many hits ---- */

struct reading {
	struct casefile *c;
	struct arena *arena;
	struct case_entity *v;
	size_t n;
};

static void read_all(struct job *job)
{
	struct reading *r = job->ctx;

	r->v = case_entities(r->c, WHEN_NONE, WHEN_NONE, NULL, r->arena, &r->n);
}

static void name_entity(const struct case_entity *e, struct sbuf *b)
{
	sbuf_reset(b);
	sbuf_addf(b, "%d %.*s", (int)e->type, STR_FMT(e->object));
}

/* The cursor and the marks stay with who they were on. */
static void take(struct view *v, const struct reading *r)
{
	struct entities *s = v->state;
	size_t before = v->nrows, *to = xcalloc(before + 1, sizeof *to);
	struct map *at = map_new();
	struct sbuf name = {0};

	for (size_t i = 0; i < r->n; i++) {
		name_entity(&r->v[i], &name);
		map_put(at, sbuf_str(&name), NULL)->u = i;
	}
	for (size_t i = 0; i < before; i++) {
		name_entity(&s->v[i], &name);
		union map_val *found = map_get(at, sbuf_str(&name));

		to[i] = found ? (size_t)found->u : LIST_NONE;
	}
	arena_free(s->arena);
	s->arena = r->arena;
	s->v = r->v;
	s->read = true;
	v->nrows = r->n;
	v->list.measured = SIZE_MAX;
	list_renumber(v, to, before);
	free(to);
	map_free(at);
	sbuf_free(&name);
}

static void read_done(struct job *job)
{
	struct reading *r = job->ctx;

	if (job->owner) {
		((struct entities *)job->owner->state)->reading = false;
		take(job->owner, r);
	} else {
		arena_free(r->arena);
	}
	free(r);
}

static void update(struct view *v)
{
	struct entities *s = v->state;

	v->loading = !analysis_ready(v->ui->analysis) || !decide_ready(v->ui) || s->reading;
	if (!decide_ready(v->ui) || s->reading || (s->read && s->changes == decide_changes(v->ui)))
		return;
	struct reading *r = xcalloc(1, sizeof *r);

	r->c = v->ui->casefile;
	r->arena = arena_new();
	s->reading = v->loading = true;
	s->changes = decide_changes(v->ui);
	work_start(v->ui, v, "adding up risk", read_all, read_done, r);
}

static bool open_entities(struct view *v, const struct view_arg *arg, struct diag *d)
{
	struct entities *s = v->state;

	(void)arg;
	(void)d;
	memcpy(s->col, cols, sizeof cols);
	v->col = s->col;
	v->ncols = NCOLS;
	return true;
}

static void close_entities(struct view *v)
{
	arena_free(((struct entities *)v->state)->arena);
}

static void cell(struct view *v, size_t row, size_t col, struct cell *c)
{
	const struct case_entity *e = &((struct entities *)v->state)->v[row];

	switch (col) {
	case TYPE:
		c->text = str_c(risk_type_name[e->type]);
		break;
	case NAME:
		c->text = e->shown;
		break;
	case SCORE:
		cell_printf(c, "%g", e->score);
		c->num = e->score;
		c->role = severity_of(e->score).role;
		break;
	case EVENTS:
		cell_number(c, e->events);
		break;
	case RULES:
		cell_number(c, e->rules);
		break;
	case TACTICS:
		cell_number(c, e->tactics);
		break;
	case FIRST:
		cell_when(c, e->first);
		break;
	case LAST:
		cell_when(c, e->last);
		break;
	default:
		break;
	}
}

static bool about(struct view *v, size_t row, struct entity *e)
{
	const struct case_entity *x = &((struct entities *)v->state)->v[row];

	*e = ENTITY_NONE;
	e->object = x->object;
	e->object_type = x->type;
	e->last_risk = x->last;
	if (x->type == RISK_USER)
		e->user = x->shown;
	else if (x->type == RISK_SYSTEM)
		e->host = x->shown;
	return true;
}

static bool request(struct view *v, enum request r, size_t row)
{
	if (r != REQ_ENTER || row == LIST_NONE)
		return false;
	ui_request(v->ui, REQ_RISK, 0);
	return true;
}

static void empty(struct view *v, struct page *p)
{
	const struct entities *s = v->state;

	page_blank(p);
	page_adds(p, ROLE_TEXT, s->reading ? "Risk is being added up." : v->loading ? "The rules are still running." : "No hit of this case adds to anybody's risk.");
	page_end(p);
}

const struct view_ops view_entities = {
	.name = "risk", .noun = "object", .help = "users and systems by risk, earlier dumps included", .digit = '8', .keeps = true,
	.kept_alone = true, .sort = SCORE, .reverse = true, .state_size = sizeof(struct entities),
	.hints = {REQ_ENTER, REQ_CONNS, REQ_EVENTS, REQ_FILTER, REQ_SORT, REQ_MARK, REQ_WRITE, REQ_BACK},
	.columns = cols, .ncolumns = NCOLS, .open = open_entities, .update = update, .close = close_entities, .cell = cell, .empty = empty, .about = about,
	.request = request,
};
