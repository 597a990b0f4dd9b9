/* The analysis under way. Owns the session; its worker, the lock round the hits that come in, and the counts of the dump. */
#include "ui/analysis.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "load/follow.h"
#include "ui/app.h"
#include "ui/procs.h"
#include "ui/tty.h"
#include "ui/work.h"

struct analysis {
	struct ui *ui;
	struct session_opts opts;
	struct session *session;
	struct facts *facts;
	struct procs *procs;                             /* made once the counting is done */
	enum session_stage seen;                         /* by analysis_tick */
	bool counting;
	bool stopped;
	struct {
		struct follow *watch;                    /* NULL: nothing is followed */
		struct generation *next, *now, *old;     /* being made; shown, NULL for the first; to be forgotten */
		struct session *first;                   /* the first one's, when it is to be forgotten */
		bool made;                               /* next is complete */
		unsigned generation;
		uint64_t looked, took;                   /* monotonic ns: the last look; what the last generation took */
		char news[300];
	} follow;
	pthread_mutex_t lock;                            /* of what follows */
	struct finding *live;
	size_t nlive, caplive;
	struct map *known;                               /* their keys */
};

/* A generation after the first. */
struct generation {
	struct session_opts opts;
	const char **logs, **names;
	struct session *session;
	struct analysis *analysis;
	uint64_t started;
};

static enum session_stage stage(const struct analysis *a)
{
	return atomic_load(&a->session->stage);
}

/* On a worker, under detection's lock. */
static void on_found(void *ctx, const struct finding *f, size_t n)
{
	struct analysis *a = ctx;

	pthread_mutex_lock(&a->lock);
	for (size_t i = 0; i < n; i++) {
		bool fresh;
		map_put(a->known, str_c(f[i].key), &fresh);
		if (!fresh)                              /* by the first look (session_opts.first_look) */
			continue;
		GROW(a->live, a->nlive, a->caplive);
		a->live[a->nlive++] = f[i];
	}
	pthread_mutex_unlock(&a->lock);
}

static void run_session(struct job *job)
{
	session_run(((struct analysis *)job->ctx)->session);
}

/* ---- counting ---- */

struct counting {
	const struct store *store;
	struct facts *facts;
};

static void facts_free(struct facts *f)
{
	if (!f)
		return;
	free(f->host);
	free(f->host_events);
	free(f->cell);
	coverage_free(f->coverage);
	free(f);
}

/* The index of a host, made when new. */
static void host_index(struct facts *f, uint32_t *of_id, uint32_t id, size_t *cap)
{
	if (of_id[id])
		return;
	GROW(f->host, f->nhosts, *cap);
	f->host[f->nhosts++] = id;
	of_id[id] = (uint32_t)f->nhosts;
}

struct ranked {
	uint64_t events;
	size_t i;
};

static int by_events(const void *x, const void *y)
{
	const struct ranked *a = x, *b = y;

	if (a->events != b->events)
		return a->events > b->events ? -1 : 1;
	return (a->i > b->i) - (a->i < b->i);
}

static void sort_hosts(struct facts *f, size_t ntables)
{
	size_t n = f->nhosts;
	struct ranked *order = xcalloc(n ? n : 1, sizeof *order);
	struct facts s = {.nhosts = n, .host = xcalloc(n ? n : 1, sizeof *s.host),
	                  .host_events = xcalloc(n ? n : 1, sizeof *s.host_events),
	                  .cell = xcalloc(n * ntables + 1, sizeof *s.cell)};

	for (size_t i = 0; i < n; i++)
		order[i] = (struct ranked){f->host_events[i], i};
	if (n)
		qsort(order, n, sizeof *order, by_events);
	for (size_t i = 0; i < n; i++) {
		s.host[i] = f->host[order[i].i];
		s.host_events[i] = order[i].events;
		for (size_t t = 0; t < ntables; t++)
			s.cell[t * n + i] = f->cell[t * n + order[i].i];
	}
	free(order);
	free(f->host);
	free(f->host_events);
	free(f->cell);
	*f = s;
}

static void count_events(struct job *job)
{
	struct counting *c = job->ctx;
	struct facts *f = c->facts;
	size_t ntables = store_ntables(c->store), cap = 0;
	uint32_t *of_id = xcalloc((size_t)pool_count(store_pool(c->store)) + 1, sizeof *of_id);

	for (size_t t = 0; t < ntables; t++) {           /* who is there … */
		const struct store_table *table = store_table(c->store, t);
		struct column host = table_sys(c->store, table, SYS_COMPUTER);

		for (uint32_t i = 0; i < host.ndict; i++)
			host_index(f, of_id, host.dict[i], &cap);
	}
	f->host_events = xcalloc(f->nhosts ? f->nhosts : 1, sizeof *f->host_events);
	f->cell = xcalloc(f->nhosts * ntables + 1, sizeof *f->cell);
	for (size_t t = 0; t < ntables && !atomic_load(&job->cancel); t++) {     /* … and how often */
		const struct store_table *table = store_table(c->store, t);
		struct column host = table_sys(c->store, table, SYS_COMPUTER);

		for (uint32_t row = 0; row < table_rows(table); row++) {
			size_t h = of_id[column_at(host, row)] - 1;

			f->host_events[h]++;
			f->cell[t * f->nhosts + h]++;
		}
	}
	free(of_id);
	sort_hosts(f, ntables);
	f->coverage = coverage_new(c->store);
	store_by_time(c->store);                         /* made on first use: rather here than when a view wants it */
}

/* ---- processes and connections ---- */

struct relating {
	const struct store *store;
	struct procs *procs;
};

static void relate(struct job *job)
{
	struct relating *r = job->ctx;

	r->procs = procs_new(r->store);
}

static void related(struct job *job)
{
	struct relating *r = job->ctx;

	job->ui->analysis->procs = r->procs;
	free(r);
}

static void counted(struct job *job)
{
	struct counting *c = job->ctx;
	struct relating *r = xcalloc(1, sizeof *r);

	job->ui->analysis->facts = c->facts;
	r->store = c->store;
	free(c);
	work_start(job->ui, NULL, NULL, relate, related, r);
}

static void session_ended(struct job *job)
{
	(void)job;
}

/* ---- start, stop ---- */

#define FIRST_LOOK (UINT64_C(64) << 20)                   /* bytes: half a second, rules included */

struct analysis *analysis_start(struct ui *u, const struct session_opts *o)
{
	struct analysis *a = xcalloc(1, sizeof *a);

	a->ui = u;
	a->opts = *o;
	a->opts.found = on_found;
	a->opts.found_ctx = a;
	a->opts.first_look = FIRST_LOOK;
	a->known = map_new();
	pthread_mutex_init(&a->lock, NULL);
	a->session = session_new(&a->opts);
	u->analysis = a;
	work_start(u, NULL, NULL, run_session, session_ended, a);
	return a;
}

/* ---- following ---- */

enum { LOOK_MS = 400, REST = 4 };                        /* of the time, a generation is read a fifth at most */

static void generation_free(struct generation *g)
{
	if (!g)
		return;
	session_free(g->session);
	free(g->logs);
	free(g->names);
	free(g);
}

static void run_generation(struct job *job)
{
	session_run(((struct generation *)job->ctx)->session);
}

static void generation_ended(struct job *job)
{
	struct generation *g = job->ctx;

	g->analysis->follow.made = true;
	g->analysis->follow.took = when_mono_ns() - g->started;
}

static void start_generation(struct analysis *a)
{
	struct generation *g = xcalloc(1, sizeof *g);

	g->analysis = a;
	g->opts = a->opts;
	g->opts.nlogs = follow_logs(a->follow.watch, &g->logs, &g->names);
	g->opts.logs = g->logs;
	g->opts.names = g->names;
	g->opts.found = NULL;
	g->opts.first_look = 0;
	g->session = session_new(&g->opts);
	g->started = when_mono_ns();
	a->follow.next = g;
	a->follow.made = false;
	work_start(a->ui, NULL, NULL, run_generation, generation_ended, g);
}

static void look_for_more(struct analysis *a)
{
	const uint64_t now = when_mono_ns(), wait = LOOK_MS * UINT64_C(1000000) + REST * a->follow.took;

	if (!a->follow.watch || a->follow.next || !analysis_ready(a) || !a->procs || now - a->follow.looked < wait)
		return;
	a->follow.looked = now;
	if (!follow_look(a->follow.watch))
		return;
	snprintf(a->follow.news, sizeof a->follow.news, "%s", follow_news(a->follow.watch));
	start_generation(a);
}

bool analysis_follow(struct analysis *a, const char **why)
{
	a->follow.watch = follow_new(a->opts.logs, a->opts.nlogs, why);
	return a->follow.watch;
}

bool analysis_following(const struct analysis *a)
{
	return a->follow.watch;
}

void analysis_unfollow(struct analysis *a)
{
	follow_free(a->follow.watch);
	a->follow.watch = NULL;
}

bool analysis_newer(const struct analysis *a)
{
	return a->follow.next && a->follow.made;
}

unsigned analysis_generation(const struct analysis *a)
{
	return a->follow.generation;
}

const char *analysis_news(struct analysis *a)
{
	static char text[sizeof a->follow.news];

	memcpy(text, a->follow.news, sizeof text);
	a->follow.news[0] = '\0';
	return text;
}

void analysis_renew(struct analysis *a)
{
	if (a->follow.now)
		a->follow.old = a->follow.now;
	else
		a->follow.first = a->session;
	a->follow.now = a->follow.next;
	a->follow.next = NULL;
	a->follow.generation++;
	a->session = a->follow.now->session;
	procs_free(a->procs);
	facts_free(a->facts);
	a->procs = NULL;
	a->facts = NULL;
	a->counting = false;
}

void analysis_forget(struct analysis *a)
{
	generation_free(a->follow.old);
	session_free(a->follow.first);
	a->follow.old = NULL;
	a->follow.first = NULL;
}

/* ---- the tick ---- */

bool analysis_tick(struct analysis *a)
{
	enum session_stage now = stage(a);
	bool moved = now != a->seen;

	if (now > STAGE_LOAD && a->session->store && !a->counting) {
		struct counting *c = xcalloc(1, sizeof *c);

		a->counting = true;
		c->store = a->session->store;
		c->facts = xcalloc(1, sizeof *c->facts);
		work_start(a->ui, NULL, NULL, count_events, counted, c);
	}
	a->seen = now;
	look_for_more(a);
	return moved;
}

void analysis_stop(struct analysis *a)
{
	if (analysis_ready(a))
		return;
	a->stopped = true;
	session_cancel(a->session);
}

void analysis_free(struct analysis *a)
{
	if (!a)
		return;
	procs_free(a->procs);
	facts_free(a->facts);
	analysis_forget(a);
	if (a->follow.now)
		generation_free(a->follow.now);
	else
		session_free(a->session);
	generation_free(a->follow.next);
	follow_free(a->follow.watch);
	pthread_mutex_destroy(&a->lock);
	free(a->live);
	map_free(a->known);
	free(a);
}

/* ---- what may be read ---- */

const struct load *analysis_load(const struct analysis *a)
{
	return stage(a) > STAGE_LOAD ? a->session->load : NULL;
}

const struct store *analysis_store(const struct analysis *a)
{
	return stage(a) > STAGE_LOAD ? a->session->store : NULL;
}

struct rules *analysis_rules(const struct analysis *a)
{
	return stage(a) > STAGE_LOAD ? a->session->rules : NULL;
}

struct cim *analysis_cim(const struct analysis *a)
{
	return stage(a) > STAGE_LOAD ? a->session->cim : NULL;
}

struct engine *analysis_engine(const struct analysis *a)
{
	return stage(a) > STAGE_LOAD ? a->session->engine : NULL;
}

const struct findings *analysis_findings(const struct analysis *a)
{
	return stage(a) == STAGE_READY ? a->session->findings : NULL;
}

const struct finding *analysis_hit(const struct analysis *a, struct str key)
{
	const struct findings *f = analysis_findings(a);

	for (size_t i = 0; f && i < f->n; i++)
		if (str_eqc(key, f->v[i].key))
			return &f->v[i];
	return NULL;
}

const struct facts *analysis_facts(const struct analysis *a)
{
	return a->facts;
}

const struct procs *analysis_procs(const struct analysis *a)
{
	return a->procs;
}

struct session *analysis_session(const struct analysis *a)
{
	return a->session;
}

bool analysis_ready(const struct analysis *a)
{
	return stage(a) == STAGE_READY;
}

bool analysis_partial(const struct analysis *a)
{
	const struct load *l = analysis_load(a);
	const struct findings *f = analysis_findings(a);

	return (l && l->cancelled) || (f && f->partial) || (a->stopped && analysis_ready(a) && !f);
}

size_t analysis_live(struct analysis *a, size_t from, struct finding **out)
{
	size_t n = 0;

	*out = NULL;
	pthread_mutex_lock(&a->lock);
	if (a->nlive > from) {
		n = a->nlive - from;
		*out = xreallocarray(NULL, n, sizeof **out);
		memcpy(*out, a->live + from, n * sizeof **out);
	}
	pthread_mutex_unlock(&a->lock);
	return n;
}

static unsigned percent(uint64_t part, uint64_t whole)
{
	return whole ? (unsigned)((double)part * 100 / (double)whole) : 0;
}

void analysis_progress(const struct analysis *a, struct sbuf *b)
{
	const struct session *s = a->session;
	const struct load_progress *l = &s->load_progress;
	unsigned share = percent(atomic_load(&l->bytes_done), atomic_load(&l->bytes_total));

	if (a->stopped && stage(a) != STAGE_READY) {
		sbuf_addz(b, "stopping");
		return;
	}
	switch (stage(a)) {
	case STAGE_START:
	case STAGE_RULES:
		sbuf_addz(b, "reading rules");
		break;
	case STAGE_LOAD:
		sbuf_addf(b, "loading %u %%", share > 99 ? 99 : share);
		break;
	case STAGE_DETECT:
		sbuf_addf(b, "rules %zu of %zu", atomic_load(&s->detect_progress.done), atomic_load(&s->detect_progress.total));
		break;
	case STAGE_READY:
		sbuf_addz(b, analysis_partial(a) ? "partial" : analysis_newer(a) ? "newer in hits" : a->follow.watch ? "following" : "loaded 100 %");
		break;
	}
}

int analysis_status(const struct analysis *a)
{
	const struct load *l = analysis_load(a);
	const struct rules *r = analysis_rules(a);
	const struct findings *f = analysis_findings(a);
	size_t unusable = 0;
	bool damaged = false;

	if (!l)
		return 0;
	for (size_t i = 0; i < l->inputs.n; i++) {
		unusable += l->report[i].unusable;
		damaged |= l->report[i].reason[0] || l->report[i].damaged;
	}
	if (unusable == l->inputs.n)
		return 2;
	for (size_t i = 0; r && i < r->n; i++)
		damaged |= rule_cannot_run(r->v[i]);
	for (size_t i = 0; f && i < f->nrules; i++)
		damaged |= diag_is_set(&f->rule[i].error);
	return damaged || (r && r->warnings.n);
}
