/* One analysis: rules are read while the logs load, then the rules run. */
#include "detect/session.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"

struct session *session_new(const struct session_opts *o)
{
	struct session *s = xcalloc(1, sizeof(*s));

	s->opts = o;
	return s;
}

const char *session_rules_dir(void)
{
	return rules_shipped();
}

static struct rules *read_rules(const struct session_opts *o)
{
	const char *shipped = rules_shipped();
	const char *const *paths = o->nrules ? o->rules : &shipped;
	size_t n = o->nrules ? o->nrules : 1;

	size_t own = o->macros != NULL;
	return o->no_rules_run ? rules_load_macros(paths, n, &o->macros, own) : rules_load(paths, n, &o->macros, own);
}

static void *read_rules_thread(void *opts)
{
	return read_rules(opts);
}

/* A new stage begins: a cancel that was meant for the last one is over. */
static void enter(struct session *s, enum session_stage stage)
{
	atomic_store(&s->cancel, false);
	atomic_store(&s->stage, stage);
}

static void load_logs(struct session *s, unsigned workers, uint64_t enough)
{
	const struct session_opts *o = s->opts;
	struct load_opts lo = {
		.workers = workers, .enough = enough, .chunk = o->chunk, .strict_xml = o->strict_xml, .progress = &s->load_progress,
		.keep_duplicates = o->keep_duplicates, .recover = o->recover, .bounded = o->bounded, .from = o->from, .to = o->to,
		.open_ended = o->open_ended, .names = o->names,
	};
	struct cim_opts co = {.addon = o->cim_addon};

	s->load = load_run(o->logs, o->nlogs, &lo);
	s->store = store_new(s->load);
	s->cim = cim_new(s->store, &co);
	s->engine = engine_embedded(s->cim);
}

static double now_of(const struct session *s)
{
	return s->opts->now == WHEN_NONE ? (double)NAN : (double)s->opts->now / (double)USEC_PER_SEC;
}

/* Is there so much to read that a first look pays? */
static bool is_large(const struct session_opts *o)
{
	enum { TIMES = 4 };

	/* Bounds relative to the newest event are not known before all is read. */
	return o->first_look && !o->no_rules_run && !o->from.relative && !o->to.relative &&
	       load_size(o->logs, o->nlogs) > TIMES * o->first_look;
}

/* By one worker, so that what is read is the beginning of what will be read, and not its best parts. */
static struct session *read_beginning(const struct session *s)
{
	struct session *look = session_new(s->opts);

	load_logs(look, 1, s->opts->first_look);
	return look;
}

static void detect_in(struct session *s, struct rules *r, struct detect_progress *progress, const atomic_bool *cancel)
{
	struct detect_opts o = {
		.now = now_of(s), .workers = s->opts->workers, .cancel = cancel, .progress = progress,
		.found = s->opts->found, .ctx = s->opts->found_ctx, .risk_before = s->opts->risk_before,
	};

	s->findings = detect_run(r, s->engine, &o);
	if (!progress)                                   /* of a part: its risk is not all there is */
		return;
	s->excluded = detect_excluded(r, s->findings, s->engine, &o);
	if (s->opts->thresholds && !s->findings->partial)
		detect_thresholds(s->findings, s->findings, s->excluded, NULL, s->opts->thresholds);
}

void session_run(struct session *s)
{
	struct session_opts opts = *s->opts;             /* the thread's own */
	struct rules *rules = NULL;
	pthread_t thread;
	void *result;

	enter(s, STAGE_RULES);
	bool large = is_large(&opts), threaded = pthread_create(&thread, NULL, read_rules_thread, &opts) == 0;
	if (!threaded)
		rules = read_rules(&opts);
	enter(s, STAGE_LOAD);
	if (large)
		s->look = read_beginning(s);
	else
		load_logs(s, opts.workers, 0);
	if (threaded && pthread_join(thread, &result) == 0)
		rules = result;
	if (opts.rules_ready)
		opts.rules_ready(opts.rules_ctx, rules);
	if (large) {
		detect_in(s->look, rules, NULL, &s->load_progress.cancel);
		load_logs(s, opts.workers, 0);
	}
	s->rules = rules;
	enter(s, STAGE_DETECT);
	if (!opts.no_rules_run)
		detect_in(s, rules, &s->detect_progress, &s->cancel);
	enter(s, STAGE_READY);
}

void session_cancel(struct session *s)
{
	atomic_store(&s->load_progress.cancel, true);
	atomic_store(&s->cancel, true);
}

void session_free(struct session *s)
{
	if (!s)
		return;
	session_free(s->look);
	findings_free(s->findings);
	findings_free(s->excluded);
	if (s->engine)
		s->engine->ops->free(s->engine);
	cim_free(s->cim);
	if (s->store)
		store_free(s->store);
	if (s->load)
		load_free(s->load);
	rules_free(s->rules);
	free(s);
}

/* What was noticed about a search when it was compiled. */
static void add_warnings(struct diags *warn, const struct spl_query *q)
{
	size_t n;
	const struct spl_warning *w = spl_warnings(q, &n);

	for (size_t i = 0; warn && i < n; i++) {
		struct diag d = DIAG_INIT;
		diag_set(&d, w[i].line, w[i].col, "%s", w[i].msg);
		diags_add(warn, &d);
	}
}

struct rows *session_query(struct session *s, struct str text, const atomic_bool *cancel, struct diags *warn, struct diag *d)
{
	if (!s->rules || !s->engine) {
		diag_set(d, 0, 0, "the logs are still loading");
		return NULL;
	}
	struct spl_query *q = spl_compile(text, rules_env(s->rules), d);
	if (!q)
		return NULL;
	struct spl_run_opts o = {.engine = s->engine, .now = now_of(s), .cancel = cancel};
	add_warnings(warn, q);
	struct rows *r = spl_run(q, &o, warn, d);
	if (r)
		spl_free_into(q, r);
	else
		spl_free(q);
	return r;
}

struct findings *session_try(const struct session *s, const struct rule *rule, struct str filter, const atomic_bool *cancel, struct diag *d)
{
	const struct detect_opts o = {.now = now_of(s), .cancel = cancel};

	return detect_try(s->rules, rule, filter, s->engine, &o, d);
}
