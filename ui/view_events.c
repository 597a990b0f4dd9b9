/* Events: all of the dump, those of one process, or those behind a row. */
#include <stdlib.h>

#include "base/mem.h"
#include "ui/app.h"
#include "ui/event.h"
#include "ui/work.h"

enum { TIME, ID, EVENT, HOST, USER, PROCESS, GIST, RECORD, NCOLS };

static const struct coldef cols[NCOLS] = {
	[TIME] = {"time", "TIME", COL_TIME, 8, 19, 95, .descending = false},
	[ID] = {"id", "ID", COL_NUMBER, 3, 4, 80, .digits = true},
	[EVENT] = {"event", "EVENT", COL_TEXT, 10, 20, 75, .descending = false},
	[HOST] = {"host", "HOST", COL_TEXT, 8, 18, 60, .descending = false},
	[USER] = {"user", "USER", COL_TEXT, 8, 16, 50, .descending = false},
	[PROCESS] = {"process", "PROCESS", COL_TEXT, 10, 22, 90, .descending = false},
	[GIST] = {"what", "WHAT", COL_TEXT, 20, 60, 100, .elastic = true},
	[RECORD] = {"record", "RECORD", COL_NUMBER, 8, 12, 20, .extra = true, .digits = true},
};

struct lookup {
	bool made;
	struct event_columns c;
};

struct events {
	struct coldef col[NCOLS];
	bool whole;                                      /* the whole dump: no list is kept */
	bool waiting;                                    /* for the list, or for the dump to be ordered */
	const ev_t *by_time;                             /* newest first */
	ev_t *v;
	struct lookup *lookup;                           /* by table */
	struct str process;
};

/* ---- finding them: on a worker ---- */

struct finding_events {
	const struct store *store;
	struct str guid;
	ev_t *v;
	size_t n, cap;
};

static void scan_table(struct finding_events *x, const struct store_table *t, uint32_t id, const atomic_bool *cancel)
{
	static const char *const name[] = {
		"ProcessGuid", "SourceProcessGuid", "SourceProcessGUID", "TargetProcessGuid", "TargetProcessGUID", "ParentProcessGuid",
	};
	enum { NAMES = sizeof name / sizeof *name };
	struct column col[NAMES];
	size_t n = 0;

	for (size_t i = 0; i < NAMES; i++) {
		struct column c = table_data(x->store, t, str_c(name[i]));
		bool there = false;

		for (uint32_t k = 0; k < c.ndict && !there; k++)
			there = c.dict[k] == id;
		if (there)
			col[n++] = c;
	}
	for (uint32_t row = 0; n && row < table_rows(t) && !atomic_load(cancel); row++)
		for (size_t i = 0; i < n; i++)
			if (column_at(col[i], row) == id) {
				GROW(x->v, x->n, x->cap);
				x->v[x->n++] = table_ev(t)[row];
				break;
			}
}

struct timed {
	usec_t time;
	ev_t ev;
};

static int by_time(const void *a, const void *b)
{
	const struct timed *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->ev > y->ev) - (x->ev < y->ev);
}

static void sort_events(const struct store *s, ev_t *v, size_t n)
{
	struct timed *t = xcalloc(n ? n : 1, sizeof *t);

	for (size_t i = 0; i < n; i++)
		t[i] = (struct timed){store_time(s, v[i]), v[i]};
	if (n)
		qsort(t, n, sizeof *t, by_time);
	for (size_t i = 0; i < n; i++)
		v[i] = t[i].ev;
	free(t);
}

static void run_find(struct job *job)
{
	struct finding_events *x = job->ctx;
	uint32_t id = pool_find(store_pool(x->store), x->guid);

	for (size_t i = 0; id && i < store_ntables(x->store); i++)
		scan_table(x, store_table(x->store, i), id, &job->cancel);
	sort_events(x->store, x->v, x->n);
}

static void find_done(struct job *job)
{
	struct finding_events *x = job->ctx;

	if (job->owner) {
		struct events *e = job->owner->state;

		e->v = x->v;
		e->waiting = false;
		job->owner->nrows = x->n;
		job->owner->partial = atomic_load(&job->cancel);
		if (x->n) {
			job->owner->first = store_time(x->store, x->v[0]);
			job->owner->last = store_time(x->store, x->v[x->n - 1]);
		}
		list_changed(job->owner);
	} else {
		free(x->v);
	}
	free(x);
}

/* ---- opening ---- */

static bool accepts(const struct entity *e)
{
	return e->guid.n || e->ev != EV_NONE || (e->lineage && e->lineage->n);
}

static void from_lineage(struct view *v, const struct lineage *l, ev_t one)
{
	struct events *e = v->state;
	const struct store *s = analysis_store(v->ui->analysis);

	v->nrows = l ? l->n : 1;
	e->v = xcalloc(v->nrows ? v->nrows : 1, sizeof *e->v);
	for (size_t i = 0; i < v->nrows; i++)
		e->v[i] = l ? l->v[i].ev : one;
	sort_events(s, e->v, v->nrows);
	if (v->nrows) {
		v->first = store_time(s, e->v[0]);
		v->last = store_time(s, e->v[v->nrows - 1]);
	}
}

static void update(struct view *v)
{
	struct events *e = v->state;
	const struct store *s = analysis_store(v->ui->analysis);

	if (!e->whole || !e->waiting || !s || !analysis_facts(v->ui->analysis))
		return;
	e->by_time = store_by_time(s);
	e->waiting = false;
	e->lookup = xcalloc(store_ntables(s) + 1, sizeof *e->lookup);
	v->loading = false;
	v->nrows = store_events(s);
	view_spans(v, s);
	list_changed(v);
}

static bool open_events(struct view *v, const struct view_arg *arg, struct diag *d)
{
	struct events *e = v->state;
	const struct store *s = analysis_store(v->ui->analysis);
	struct str guid = arg->about.guid;

	memcpy(e->col, cols, sizeof cols);
	v->col = e->col;
	v->ncols = NCOLS;
	if (!accepts(&arg->about)) {                     /* picked by itself */
		e->whole = e->waiting = true;
		v->loading = true;
		return true;
	}
	if (!s)
		return diag_set(d, 0, 0, "the log is still being loaded");
	e->lookup = xcalloc(store_ntables(s) + 1, sizeof *e->lookup);
	if (!guid.n && arg->about.ev != EV_NONE)
		guid = event_guid(s, arg->about.ev);
	e->process = str_after_last(arg->about.process.n || arg->about.ev == EV_NONE ? arg->about.process :
	                            event_image(s, arg->about.ev), '\\');
	if (!guid.n) {
		from_lineage(v, arg->about.lineage, arg->about.ev);
		if (arg->title.n)
			view_title(v, "%.*s", STR_FMT(arg->title));
		else
			view_title(v, "events behind it");
		return true;
	}
	struct finding_events *x = xcalloc(1, sizeof *x);
	x->store = s;
	x->guid = guid;
	e->waiting = true;
	if (e->process.n)
		view_title(v, "events of %.*s", STR_FMT(e->process));
	else
		view_title(v, "events of a process");
	work_start(v->ui, v, "looking", run_find, find_done, x);
	return true;
}

static void close_events(struct view *v)
{
	struct events *e = v->state;

	free(e->v);
	free(e->lookup);
}

/* ---- the table ---- */

static ev_t event_at(const struct view *v, size_t row)
{
	const struct events *e = v->state;

	return e->whole ? e->by_time[v->nrows - 1 - row] : e->v[row];
}

static const struct event_columns *columns_of(struct events *e, const struct store *s, const struct store_table *t)
{
	struct lookup *l = &e->lookup[table_index(t)];

	if (!l->made)
		event_columns(s, t, &l->c);
	l->made = true;
	return &l->c;
}

static struct str value_of(const struct store *s, const struct column *col, size_t n, uint32_t row, struct cell *c)
{
	c->id = event_value(col, n, row);
	return pool_str(store_pool(s), c->id);
}

static void cell(struct view *v, size_t row, size_t col, struct cell *c)
{
	struct events *e = v->state;
	const struct store *s = analysis_store(v->ui->analysis);
	ev_t ev = event_at(v, row);
	struct event_ref r = store_event(s, ev);
	const struct event_columns *l = columns_of(e, s, r.table);

	switch (col) {
	case TIME:
		cell_when(c, table_time(r.table)[r.row]);
		break;
	case ID:
		cell_number(c, table_event_id(r.table));
		break;
	case EVENT:
		c->text = str_c(event_name(s, ev));
		break;
	case HOST:
		cell_host(c, value_of(s, &l->host, 1, r.row, c));
		break;
	case USER:
		cell_account(c, value_of(s, l->user, 2, r.row, c));
		break;
	case PROCESS:
		cell_base_name(c, value_of(s, l->image, 2, r.row, c));
		break;
	case GIST:
		c->text = value_of(s, &l->gist, 1, r.row, c);
		if (c->id && l->nmore) {
			c->id = 0;
			event_columns_what(s, l, r.row, c->made);
			c->text = sbuf_str(c->made);
		} else if (!c->id) {
			c->text = event_gist(s, ev);
		}
		c->role = ROLE_CODE;
		break;
	case RECORD:
		if (store_record_id(s, ev) != UINT64_MAX)
			cell_number(c, store_record_id(s, ev));
		break;
	default:
		break;
	}
}

static usec_t time_of(struct view *v, size_t row)
{
	return store_time(analysis_store(v->ui->analysis), event_at(v, row));
}

static bool about(struct view *v, size_t row, struct entity *e)
{
	*e = event_entity(analysis_store(v->ui->analysis), event_at(v, row));
	return true;
}

static bool request(struct view *v, enum request r, size_t row)
{
	if (r != REQ_ENTER || row == LIST_NONE)
		return false;
	ui_request(v->ui, REQ_RAW, 0);
	return true;
}

static void preview(struct view *v, size_t row, struct page *p)
{
	const struct store *s = analysis_store(v->ui->analysis);
	ev_t ev = event_at(v, row);
	struct event_ref r = store_event(s, ev);
	const struct sysmon_event *def = sysmon_event(table_event_id(r.table));
	struct sbuf what = {0};

	page_addf(p, ROLE_STRONG, "event %u %s  ", table_event_id(r.table), event_name(s, ev));
	event_what(s, ev, &what);
	page_wrap(p, ROLE_CODE, arena_str(p->arena, sbuf_str(&what)), 2);
	page_end(p);
	sbuf_free(&what);
	for (size_t i = 0; def && i < def->nfields; i++) {
		struct str value = store_data(s, ev, def->field[i].name);
		enum sysmon_type type = def->field[i].type;

		if (!value.n || str_eqc(value, "-") || type == ST_TIME || type == ST_GUID)
			continue;
		if (def->gist && strcmp(def->gist, def->field[i].name) == 0)
			continue;
		if (p->text.n && glyph_width(sbuf_str(&p->text)) + strlen(def->field[i].name) + 4 > (size_t)p->width)
			page_end(p);
		page_addf(p, ROLE_LABEL, "%s%s ", p->text.n ? "   " : "", def->field[i].name);
		page_wrap(p, type == ST_COMMAND ? ROLE_CODE : ROLE_TEXT, value, 2);
	}
	if (p->text.n)
		page_end(p);
}

static void empty(struct view *v, struct page *p)
{
	const struct events *e = v->state;

	page_blank(p);
	page_adds(p, ROLE_TEXT, e->waiting ? e->whole ? "The events are shown when the log is loaded." : "Looking for events."
	                                   : "No events.");
	page_end(p);
}

const struct view_ops view_events = {
	.name = "events", .noun = "event", .help = "all events of the dump", .digit = '2', .pivot = REQ_EVENTS,
	.needs = "a process or an event", .keeps = true, .kept_alone = true, .sort = -1, .state_size = sizeof(struct events),
	.hints = {REQ_ENTER, REQ_PTREE, REQ_CONNS, REQ_EVENTS, REQ_FILTER, REQ_SEARCH, REQ_SORT, REQ_MARK, REQ_WRITE, REQ_BACK},
	.columns = cols, .ncolumns = NCOLS, .accepts = accepts, .open = open_events, .update = update, .close = close_events, .cell = cell, .time = time_of,
	.preview = preview, .empty = empty, .about = about, .request = request,
};
