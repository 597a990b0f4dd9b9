/* Coverage: one pass over all events into a list per host and channel, which is sorted by EventRecordID and looked through. */
#include "store/coverage.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"

struct mark {
	uint64_t id;
	usec_t time;
};
struct marks {
	struct mark *v;
	size_t n, cap;
};

struct survey {
	const struct store *store;
	struct coverage *c;
	struct marks *marks;                             /* parallel to c->log */
	struct map *by_name;                             /* ids of host and channel -> index of the log */
	size_t logcap, markcap, changecap;
};

static size_t log_of(struct survey *v, uint32_t host, uint32_t channel)
{
	const uint32_t key[2] = {host, channel};
	bool fresh;
	union map_val *at = map_put(v->by_name, (struct str){(const char *)key, sizeof(key)}, &fresh);

	if (fresh) {
		at->u = v->c->nlogs;
		GROW(v->c->log, v->c->nlogs, v->logcap);
		if (v->c->nlogs >= v->markcap) {
			v->markcap = v->logcap;
			v->marks = xreallocarray(v->marks, v->markcap, sizeof(*v->marks));
		}
		v->marks[v->c->nlogs] = (struct marks){0};
		v->c->log[v->c->nlogs++] = (struct coverage_log){.host = host, .channel = channel, .first = WHEN_NONE, .last = WHEN_NONE};
	}
	return (size_t)at->u;
}

static void add_event(struct survey *v, size_t i, uint64_t id, usec_t time)
{
	struct coverage_log *log = &v->c->log[i];
	struct marks *m = &v->marks[i];

	log->events++;
	if (time != WHEN_NONE) {
		log->first = log->first == WHEN_NONE || time < log->first ? time : log->first;
		log->last = time > log->last ? time : log->last;
	}
	if (id == UINT64_MAX || id == 0)
		return;
	GROW(m->v, m->n, m->cap);
	m->v[m->n++] = (struct mark){id, time};
}

static bool about_sysmon(unsigned event_id)
{
	return event_id == 4 || event_id == 16 || event_id == 255;
}

static void add_table(struct survey *v, const struct store_table *t)
{
	const struct column host = table_sys(v->store, t, SYS_COMPUTER), channel = table_sys(v->store, t, SYS_CHANNEL);
	const usec_t *time = table_time(t);
	const ev_t *ev = table_ev(t);
	uint32_t last_host = 0, last_channel = 0;
	size_t log = SIZE_MAX;

	for (uint32_t r = 0; r < table_rows(t); r++) {
		const uint32_t h = column_at(host, r), c = column_at(channel, r);
		if (log == SIZE_MAX || h != last_host || c != last_channel)
			log = log_of(v, h, c);
		last_host = h;
		last_channel = c;
		add_event(v, log, table_record_id(t, r), time[r]);
		if (about_sysmon(table_event_id(t))) {
			GROW(v->c->change, v->c->nchanges, v->changecap);
			v->c->change[v->c->nchanges++] = ev[r];
		}
	}
}

/* ---- gaps ---- */

static int by_id(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static uint64_t length(const struct coverage_gap *g)
{
	return g->before - g->after - 1;
}

/* Keeps the longest ones, longest first. */
static void add_gap(struct coverage_log *log, struct coverage_gap g)
{
	size_t n = log->ngaps < COVERAGE_GAPS ? log->ngaps : COVERAGE_GAPS, at = n;

	log->ngaps++;
	log->missing += length(&g);
	while (at > 0 && length(&log->gap[at - 1]) < length(&g))
		at--;
	if (at == COVERAGE_GAPS)
		return;
	for (size_t i = n < COVERAGE_GAPS ? n : COVERAGE_GAPS - 1; i > at; i--)
		log->gap[i] = log->gap[i - 1];
	log->gap[at] = g;
}

static void find_gaps(struct coverage_log *log, struct marks *m)
{
	log->numbered = m->n;
	if (!m->n)
		return;
	qsort(m->v, m->n, sizeof(*m->v), by_id);
	log->first_id = m->v[0].id;
	log->last_id = m->v[m->n - 1].id;
	for (size_t i = 1; i < m->n; i++)
		if (m->v[i].id - m->v[i - 1].id > 1)
			add_gap(log, (struct coverage_gap){m->v[i - 1].id, m->v[i].id, m->v[i - 1].time, m->v[i].time});
}

/* ---- the whole ---- */

struct moment {
	usec_t time;
	ev_t ev;
};

static int by_time(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->ev > y->ev) - (x->ev < y->ev);
}

static void sort_changes(const struct store *s, struct coverage *c)
{
	struct moment *m = xcalloc(c->nchanges + 1, sizeof(*m));

	for (size_t i = 0; i < c->nchanges; i++)
		m[i] = (struct moment){store_time(s, c->change[i]), c->change[i]};
	qsort(m, c->nchanges, sizeof(*m), by_time);
	for (size_t i = 0; i < c->nchanges; i++)
		c->change[i] = m[i].ev;
	free(m);
}

static int by_events(const void *a, const void *b)
{
	const struct coverage_log *x = a, *y = b;

	if (x->events != y->events)
		return x->events > y->events ? -1 : 1;
	if (x->host != y->host)
		return x->host < y->host ? -1 : 1;
	return (x->channel > y->channel) - (x->channel < y->channel);
}

struct coverage *coverage_new(const struct store *s)
{
	struct survey v = {.store = s, .c = xcalloc(1, sizeof(*v.c)), .by_name = map_new()};

	for (size_t i = 0; i < store_ntables(s); i++)
		add_table(&v, store_table(s, i));
	for (size_t i = 0; i < v.c->nlogs; i++) {
		find_gaps(&v.c->log[i], &v.marks[i]);
		free(v.marks[i].v);
	}
	free(v.marks);
	map_free(v.by_name);
	if (v.c->nlogs)
		qsort(v.c->log, v.c->nlogs, sizeof(*v.c->log), by_events);
	sort_changes(s, v.c);
	return v.c;
}

void coverage_free(struct coverage *c)
{
	if (!c)
		return;
	free(c->log);
	free(c->change);
	free(c);
}

static void add_fields(const struct store *s, ev_t ev, struct sbuf *out, const char *const *name)
{
	for (const char *before = ": "; *name; name++) {
		const struct str v = store_data(s, ev, *name);
		if (!v.n)
			continue;
		sbuf_addz(out, before);
		sbuf_adds(out, v);
		before = ", ";
	}
}

void coverage_change_text(const struct store *s, ev_t ev, struct sbuf *out)
{
	static const char *const service[] = {"State", "Version", NULL}, *const config[] = {"Configuration", "ConfigurationFileHash", NULL},
		*const error[] = {"ID", "Description", NULL};

	switch (table_event_id(store_event(s, ev).table)) {
	case 4:
		sbuf_addz(out, "service state changed");
		add_fields(s, ev, out, service);
		break;
	case 16:
		sbuf_addz(out, "configuration changed");
		add_fields(s, ev, out, config);
		break;
	default:
		sbuf_addz(out, "error");
		add_fields(s, ev, out, error);
		break;
	}
}
