/* The rows of a search: the analyst's own, or a drilldown. The search runs on a worker; the view is there at once. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "export/export.h"
#include "ui/app.h"
#include "ui/event.h"
#include "ui/work.h"

enum { NUMBERS_SAMPLE = 64, WIDEST = 60 };

struct result {
	struct coldef *col;
	struct rows *rows;
	struct diags warn;
	struct diag error;
	struct str search;                               /* as it was run */
	ptrdiff_t time;                                  /* column _time, when it holds times */
	bool done;
};

struct asking {
	struct session *session;
	char *search;
	struct rows *rows;
	struct diags warn;
	struct diag error;
};

static void run_query(struct job *job)
{
	struct asking *a = job->ctx;

	a->rows = session_query(a->session, str_c(a->search), &job->cancel, &a->warn, &a->error);
}

/* Numbers throughout, as far as one looks? */
static bool is_numeric(const struct rcol *c, size_t n)
{
	bool any = false;
	double d;

	for (size_t i = 0; i < n && i < NUMBERS_SAMPLE; i++) {
		if (val_is_null(c->v[i]))
			continue;
		if (!val_number(c->v[i], &d))
			return false;
		any = true;
	}
	return any;
}

static void make_columns(struct view *v)
{
	struct result *r = v->state;

	r->col = xcalloc(r->rows->ncols ? r->rows->ncols : 1, sizeof *r->col);
	for (size_t i = 0; i < r->rows->ncols; i++) {
		const struct rcol *c = &r->rows->col[i];
		int head = c->name.n < 16 ? (int)c->name.n : 16;
		bool number = is_numeric(c, r->rows->n);

		r->col[i] = (struct coldef){.name = c->name.p, .head = c->name.p, .type = number ? COL_NUMBER : COL_TEXT,
		                            .min = head > 8 ? head : 8, .max = WIDEST, .weight = 1000 - (int)(i < 900 ? i : 900),
		                            .elastic = !number};
		if (number)
			r->col[i].min = head > 5 ? head : 5;
		if (number && str_eqc(c->name, "_time")) {
			r->col[i].type = COL_TIME;
			r->col[i].max = 19;
			r->time = (ptrdiff_t)i;
		}
	}
	v->col = r->col;
	v->ncols = r->rows->ncols;
	v->nrows = r->rows->n;
}

static usec_t time_at(const struct result *r, size_t row)
{
	double d;

	if (r->time < 0 || !val_number(r->rows->col[r->time].v[row], &d) || fabs(d) > 9e12)
		return WHEN_NONE;
	return (usec_t)(d * (double)USEC_PER_SEC);
}

static void query_done(struct job *job)
{
	struct asking *a = job->ctx;
	struct view *v = job->owner;

	if (v) {
		struct result *r = v->state;

		r->rows = a->rows;
		r->warn = a->warn;
		r->error = a->error;
		r->done = true;
		if (r->rows) {
			make_columns(v);
			v->partial = r->rows->partial || atomic_load(&job->cancel);
			for (size_t i = 0; i < r->rows->n; i++) {
				usec_t t = time_at(r, i);

				if (t != WHEN_NONE && (v->first == WHEN_NONE || t < v->first))
					v->first = t;
				if (t != WHEN_NONE && (v->last == WHEN_NONE || t > v->last))
					v->last = t;
			}
			list_changed(v);
			if (r->warn.n && v == ui_top(v->ui))
				ui_say(v->ui, ROLE_WARN, "%s", r->warn.v[0].msg);
		}
	} else {
		rows_free(a->rows);
		diags_free(&a->warn);
	}
	free(a->search);
	free(a);
}

static bool open_rows(struct view *v, const struct view_arg *arg, struct diag *d)
{
	struct result *r = v->state;
	struct asking *a;

	if (!arg->search.n)
		return diag_set(d, 0, 0, "no search was asked yet");
	a = xcalloc(1, sizeof *a);
	a->session = analysis_session(v->ui->analysis);
	a->search = xstrndup(arg->search.p, arg->search.n);
	a->error = (struct diag)DIAG_INIT;
	r->search = str_c(xstrndup(arg->search.p, arg->search.n));
	r->error = (struct diag)DIAG_INIT;
	r->time = -1;
	view_title(v, "%.*s", STR_FMT(arg->title.n ? arg->title : arg->search));
	work_start(v->ui, v, "searching", run_query, query_done, a);
	return true;
}

static void close_rows(struct view *v)
{
	struct result *r = v->state;

	rows_free(r->rows);
	diags_free(&r->warn);
	free(r->col);
	free((char *)r->search.p);
}

static void cell(struct view *v, size_t row, size_t col, struct cell *c)
{
	const struct result *r = v->state;
	struct val x = r->rows->col[col].v[row];
	char num[VAL_NUM_SIZE];
	usec_t t;

	if (val_is_null(x))
		return;
	if ((ptrdiff_t)col == r->time && (t = time_at(r, row)) != WHEN_NONE) {
		cell_when(c, t);
		return;
	}
	val_number(x, &c->num);
	for (uint32_t i = 0; i < val_count(x); i++) {
		struct val one = val_at(x, i);

		if (x.type == V_STR) {
			c->text = (struct str){x.s, x.len};
			return;
		}
		if (i)
			sbuf_addz(c->made, ", ");
		if (one.type == V_NUM)
			sbuf_adds(c->made, val_num_text(one.num, num));
		else
			sbuf_add(c->made, one.s, one.len);
	}
	c->text = sbuf_str(c->made);
}

static usec_t time_of(struct view *v, size_t row)
{
	return time_at(v->state, row);
}

static struct str text_of(const struct rows *r, size_t row, const char *const *name)
{
	for (; *name; name++) {
		struct val x = val_at(rows_get(r, row, *name), 0);

		if (x.type == V_STR && x.len)
			return (struct str){x.s, x.len};
	}
	return (struct str){0};
}

static bool about(struct view *v, size_t row, struct entity *e)
{
	static const char *const host[] = {"dest", "host", "Computer", NULL}, *const user[] = {"user", "User", NULL};
	static const char *const guid[] = {"process_guid", "ProcessGuid", NULL}, *const process[] = {"process_name", "Image", NULL};
	const struct result *r = v->state;
	const struct lineage *l = r->rows->lin ? r->rows->lin[row] : NULL;

	*e = ENTITY_NONE;
	if (l && l->n)
		e->ev = l->v[0].ev;
	e->lineage = l;
	e->rows = r->rows;
	e->row = row;
	e->host = text_of(r->rows, row, host);
	e->user = text_of(r->rows, row, user);
	e->guid = text_of(r->rows, row, guid);
	e->process = text_of(r->rows, row, process);
	return true;
}

static bool request(struct view *v, enum request r, size_t row)
{
	if (r != REQ_ENTER || row == LIST_NONE)
		return false;
	ui_request(v->ui, REQ_DETAIL, 0);
	return true;
}

static void empty(struct view *v, struct page *p)
{
	const struct result *r = v->state;

	page_blank(p);
	if (!r->done)
		page_adds(p, ROLE_STRONG, "Searching.");
	else if (!r->rows)
		page_wrap(p, ROLE_ERROR, str_c(r->error.msg), 0);
	else
		page_adds(p, ROLE_STRONG, v->partial ? "No rows so far: the search was stopped." : "No rows.");
	page_end(p);
	page_blank(p);
	page_wrap(p, ROLE_CODE, r->search, 2);
	page_end(p);
	for (size_t i = 0; i < r->warn.n; i++) {
		page_wrap(p, ROLE_WARN, str_c(r->warn.v[i].msg), 2);
		page_end(p);
	}
}

static void preview(struct view *v, size_t row, struct page *p)
{
	const struct result *r = v->state;
	int width = 8;

	for (size_t i = 0; i < r->rows->ncols; i++)
		if (r->rows->col[i].name.n > (size_t)width)
			width = r->rows->col[i].name.n < 24 ? (int)r->rows->col[i].name.n : 24;
	for (size_t i = 0; i < r->rows->ncols; i++) {
		struct cell c;

		view_cell(v, row, i, &c);
		if (c.text.n)
			page_field(p, 0, width, r->rows->col[i].name, ROLE_TEXT, arena_str(p->arena, c.text));
	}
}

static bool write_rows(struct view *v, FILE *f, const size_t *rows, size_t n, enum export_format format)
{
	const struct result *r = v->state;
	struct export_opts o = {.format = format};
	struct rows *copy = rows_new(0);
	uint32_t *keep = xcalloc(n ? n : 1, sizeof *keep);

	for (size_t i = 0; i < n; i++)
		keep[i] = (uint32_t)rows[i];
	rows_append(copy, r->rows);
	rows_select(copy, keep, n);
	bool good = export_rows(f, copy, &o);
	rows_free(copy);
	free(keep);
	return good;
}

const struct view_ops view_rows = {
	.name = "results", .noun = "row", .help = "the rows of the last search", .digit = '5', .keeps = true, .sort = -1,
	.state_size = sizeof(struct result),
	.hints = {REQ_ENTER, REQ_PTREE, REQ_CONNS, REQ_EVENTS, REQ_RAW, REQ_FILTER, REQ_SORT, REQ_MARK, REQ_WRITE, REQ_BACK},
	.open = open_rows, .close = close_rows, .cell = cell, .time = time_of, .preview = preview, .empty = empty, .write = write_rows,
	.about = about, .request = request,
};
