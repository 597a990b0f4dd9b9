/* One event: all its fields, and its record as it was logged. The record is read from the file on a worker. */
#include <stdlib.h>

#include "base/mem.h"
#include "ui/app.h"
#include "ui/clock.h"
#include "ui/event.h"
#include "ui/work.h"

struct raw {
	ev_t ev;
	struct sbuf text;                                /* the record */
	struct diag error;
	bool read;
};

struct reading {
	const struct store *store;
	ev_t ev;
	struct sbuf text;
	struct diag error;
	bool good;
};

static void run_read(struct job *job)
{
	struct reading *r = job->ctx;

	r->good = store_raw(r->store, r->ev, &r->text, &r->error);
}

static void read_done(struct job *job)
{
	struct reading *r = job->ctx;

	if (job->owner) {
		struct raw *s = job->owner->state;

		s->read = true;
		s->error = r->error;
		if (r->good) {
			s->text = r->text;
			r->text = (struct sbuf){0};
		} else if (!diag_is_set(&s->error)) {
			diag_set(&s->error, 0, 0, "it cannot be read again");
		}
		job->owner->stale = true;
	}
	sbuf_free(&r->text);
	free(r);
}

static bool accepts(const struct entity *e)
{
	return e->ev != EV_NONE;
}

static bool open_raw(struct view *v, const struct view_arg *arg, struct diag *d)
{
	struct raw *s = v->state;
	struct reading *r;

	if (!analysis_store(v->ui->analysis))
		return diag_set(d, 0, 0, "the log is still being loaded");
	s->ev = arg->about.ev;
	s->error = (struct diag)DIAG_INIT;
	r = xcalloc(1, sizeof *r);
	r->store = analysis_store(v->ui->analysis);
	r->ev = s->ev;
	r->error = (struct diag)DIAG_INIT;
	view_title(v, "event %u", event_id(r->store, s->ev));
	work_start(v->ui, v, "reading", run_read, read_done, r);
	return true;
}

static void close_raw(struct view *v)
{
	sbuf_free(&((struct raw *)v->state)->text);
}

static int widest(const struct store *s, const struct store_table *t)
{
	size_t n, w = 10;
	const uint32_t *field = table_fields(t, &n);

	for (size_t i = 0; i < n; i++) {
		size_t have = pool_str(store_pool(s), field[i]).n;

		if (have > w)
			w = have;
	}
	return w > 30 ? 30 : (int)w;
}

static void field_line(struct page *p, int width, struct str name, struct str value)
{
	enum sysmon_type type = sysmon_type(name);

	page_field(p, 2, width, name, type == ST_COMMAND ? ROLE_CODE : ROLE_TEXT, value);
}

/* In the order of Sysmon's schema, then what the schema does not know. */
static void add_fields(struct page *p, const struct store *s, struct event_ref r, int width)
{
	const struct sysmon_event *def = sysmon_event(table_event_id(r.table));
	size_t n;
	const uint32_t *field = table_fields(r.table, &n);

	for (size_t i = 0; def && i < def->nfields; i++) {
		struct str name = str_c(def->field[i].name);
		struct str value = pool_str(store_pool(s), table_data_at(s, r.table, name, r.row));

		if (value.n)
			field_line(p, width, name, value);
	}
	for (size_t i = 0; i < n; i++) {
		struct str name = pool_str(store_pool(s), field[i]);
		struct str value = pool_str(store_pool(s), table_data_at(s, r.table, name, r.row));
		bool known = false;

		for (size_t k = 0; def && k < def->nfields && !known; k++)
			known = str_eqc(name, def->field[k].name);
		if (!known && value.n)
			field_line(p, width, name, value);
	}
}

static void fill(struct view *v, struct page *p)
{
	const struct raw *d = v->state;
	const struct store *s = analysis_store(v->ui->analysis);
	struct event_ref r = store_event(s, d->ev);
	struct raw_ref at = store_raw_ref(s, d->ev);
	int width = widest(s, r.table);
	char time[WHEN_SIZE];

	page_addf(p, ROLE_STRONG, "event %u %s", event_id(s, d->ev), event_name(s, d->ev));
	if (store_time(s, d->ev) != WHEN_NONE)
		page_addf(p, ROLE_TEXT, "   %s", clock_iso(store_time(s, d->ev), time));
	page_adds(p, ROLE_TEXT, "   ");
	page_add(p, ROLE_TEXT, store_sys(s, d->ev, SYS_COMPUTER));
	page_end(p);
	page_heading(p, "Fields");
	add_fields(p, s, r, width);
	page_heading(p, "System");
	for (int i = 0; i < SYS_COUNT; i++) {
		struct str value = store_sys(s, d->ev, (enum sys_field)i);

		if (value.n)
			page_field(p, 2, width, str_c(sys_field_name[i]), ROLE_TEXT, value);
	}
	page_heading(p, "Record as logged");
	page_tab(p, 2, false);
	page_wrap(p, ROLE_DIM, str_c(store_input_name(s, d->ev)), 4);
	page_addf(p, ROLE_DIM, ", offset %llu, %u bytes", (unsigned long long)at.offset, at.length);
	page_end(p);
	if (store_recovered(s, d->ev)) {
		page_adds(p, ROLE_WARN, "  recovered: it lay in space that the log no longer uses; parts may belong to other records");
		page_end(p);
	}
	if (!d->read)
		page_adds(p, ROLE_DIM, "  reading");
	else if (diag_is_set(&d->error))
		page_addf(p, ROLE_ERROR, "  %s", d->error.msg);
	if (!d->read || diag_is_set(&d->error)) {
		page_end(p);
		return;
	}
	p->value = (struct str){0};
	page_code(p, ROLE_CODE, sbuf_str(&d->text), 2);
}

static bool about(struct view *v, size_t row, struct entity *e)
{
	(void)row;
	*e = event_entity(analysis_store(v->ui->analysis), ((const struct raw *)v->state)->ev);
	return true;
}

static void copy(struct view *v, size_t row, struct sbuf *b)
{
	(void)row;
	sbuf_adds(b, sbuf_str(&((struct raw *)v->state)->text));
}

const struct view_ops view_raw = {
	.name = "raw", .noun = "line", .help = "one event, and its record as logged", .pivot = REQ_RAW, .needs = "an event",
	.text = true, .sort = -1, .state_size = sizeof(struct raw),
	.hints = {REQ_EVENTS, REQ_COPY, REQ_COPY_ROW, REQ_SEARCH, REQ_BACK},
	.accepts = accepts, .open = open_raw, .close = close_raw, .fill = fill, .about = about, .copy = copy,
};
