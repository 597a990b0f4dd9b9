/* Thresholds on the screen. Owns the findings that were made after the session's, all of them until the end: views may still show
 * one that no longer counts. */
#include "ui/beyond.h"

#include <stdlib.h>

#include "base/mem.h"
#include "ui/app.h"
#include "ui/decide.h"
#include "ui/work.h"

struct beyond {
	struct arena *arena;                             /* of what was known at the start */
	struct threshold_opts start;
	struct findings **v;                             /* the last one counts … */
	size_t n, cap;
	size_t from;                                     /* … if it is of this generation */
};

const struct threshold_opts *beyond_start(struct ui *u)
{
	struct beyond *b = u->beyond = xcalloc(1, sizeof *b);

	b->arena = arena_new();
	b->start = (struct threshold_opts){.limits = &u->config.limits, .risk_before = decide_risk_before(u)};
	b->start.known = case_thresholds(u->casefile, b->arena, &b->start.nknown);
	return &b->start;
}

void beyond_end(struct ui *u)
{
	struct beyond *b = u->beyond;

	if (!b)
		return;
	for (size_t i = 0; i < b->n; i++)
		findings_free(b->v[i]);
	free(b->v);
	arena_free(b->arena);
	free(b);
	u->beyond = NULL;
}

const struct findings *beyond_now(const struct ui *u)
{
	const struct beyond *b = u->beyond;

	return b->n > b->from ? b->v[b->n - 1] : NULL;
}

void beyond_again(struct ui *u)
{
	u->beyond->from = u->beyond->n;
}

/* ---- made again ---- */

struct making {
	const struct session *session;
	struct map *left_out;
	struct arena *arena;
	struct threshold_opts opts;
	struct findings *made;
	void (*done)(struct ui *u, size_t before, size_t now);
};

static void make(struct job *job)
{
	struct making *m = job->ctx;

	m->made = detect_thresholds(NULL, m->session->findings, m->session->excluded, m->left_out, &m->opts);
}

/* In the case those that are no more are left out as hits are: a report does not tell of them. */
static bool store(struct ui *u, const struct findings *old, const struct findings *now, size_t *before, struct diag *d)
{
	struct map *stay = map_new();
	struct finding *gone = xcalloc(old->n + 1, sizeof *gone);
	size_t n = 0;

	*before = 0;
	for (size_t i = 0; i < now->n; i++)
		map_put(stay, str_c(now->v[i].key), NULL);
	for (size_t i = 0; i < old->n; i++) {
		if (!old->v[i].threshold)
			continue;
		++*before;
		if (!map_get(stay, str_c(old->v[i].key)))
			gone[n++] = old->v[i];
	}
	const bool ok = case_mark_excluded(u->casefile, gone, n, d) && case_record(u->casefile, now, analysis_engine(u->analysis), d);
	free(gone);
	map_free(stay);
	return ok;
}

static void made(struct job *job)
{
	struct making *m = job->ctx;
	struct ui *u = job->ui;
	struct beyond *b = u->beyond;
	const struct findings *old = beyond_now(u) ? beyond_now(u) : m->session->findings;
	struct diag d = DIAG_INIT;
	size_t before;

	if (!store(u, old, m->made, &before, &d))
		ui_say_diag(u, &d);
	GROW(b->v, b->n, b->cap);
	b->v[b->n++] = m->made;
	m->done(u, before, m->made->n);
	map_free(m->left_out);
	arena_free(m->arena);
	free(m);
}

void beyond_make(struct ui *u, const struct map *left_out, void (*done)(struct ui *u, size_t before, size_t now))
{
	struct making *m = xcalloc(1, sizeof *m);

	m->session = analysis_session(u->analysis);
	m->left_out = map_new();
	for (size_t i = 0; i < map_len(left_out); i++)
		map_put(m->left_out, map_key(left_out, i), NULL);
	m->arena = arena_new();
	m->opts = u->beyond->start;
	m->opts.known = case_thresholds(u->casefile, m->arena, &m->opts.nknown);
	m->done = done;
	work_start(u, NULL, "adding up risk", make, made, m);
}
