/* Hits by process. Owns the copies of the hits and their chains; which process a hit is about is procs.c's to find. */
#include "ui/proc_hits.h"

#include <stdlib.h>

#include "base/mem.h"
#include "ui/app.h"
#include "ui/exclude.h"
#include "ui/work.h"

struct proc_hits_state {
	struct proc_hits *now;                           /* NULL: none yet */
	bool making;
	unsigned serial;
	/* What they are made of. */
	bool final;
	unsigned version;                                /* exclude_version */
	size_t live;                                     /* before all are there: how many there were */
};

struct making {
	struct proc_hits *hits;
	const struct procs *procs;
	const struct store *store;
};

const struct proc_hits *proc_hits_now(const struct ui *u)
{
	static const struct proc_hits none;

	return u->proc_hits && u->proc_hits->now ? u->proc_hits->now : &none;
}

uint32_t proc_hits_count(const struct proc_hits *h, uint32_t proc)
{
	return h->first ? h->count[proc] : 0;
}

static void hits_free(struct proc_hits *h)
{
	if (!h)
		return;
	free(h->v);
	free(h->next);
	free(h->first);
	free(h->last);
	free(h->count);
	free(h);
}

static void take_hit(struct proc_hits *h, const struct procs *p, const struct store *s, uint32_t i)
{
	const struct finding *f = &h->v[i];
	const struct entity e = entity_of_hit(f);
	const struct proc_hint hint = procs_hint(s, &e);
	uint32_t proc = procs_find(p, &hint);

	h->next[i] = HIT_NONE;
	if (proc == PROC_NONE)
		return;
	if (h->count[proc]++ == 0) {
		h->first[proc] = h->last[proc] = i;
	} else if (f->score > h->v[h->first[proc]].score) {
		h->next[i] = h->first[proc];
		h->first[proc] = i;
	} else {
		h->next[h->last[proc]] = i;
		h->last[proc] = i;
	}
}

static void make(struct job *job)
{
	struct making *m = job->ctx;
	struct proc_hits *h = m->hits;

	h->nprocs = ptree_len(m->procs->tree);
	h->first = xcalloc(h->nprocs + 1, sizeof *h->first);
	h->last = xcalloc(h->nprocs + 1, sizeof *h->last);
	h->count = xcalloc(h->nprocs + 1, sizeof *h->count);
	h->next = xcalloc(h->n + 1, sizeof *h->next);
	memset(h->first, 0xFF, h->nprocs * sizeof *h->first);
	for (size_t i = 0; i < h->n; i++)
		take_hit(h, m->procs, m->store, (uint32_t)i);
}

static void made(struct job *job)
{
	struct making *m = job->ctx;
	struct proc_hits_state *s = job->ui->proc_hits;

	hits_free(s->now);
	s->now = m->hits;
	s->making = false;
	free(m);
}

void proc_hits_tick(struct ui *u)
{
	struct proc_hits_state *s = u->proc_hits;
	const struct procs *p = analysis_procs(u->analysis);
	const bool final = analysis_findings(u->analysis) != NULL;
	struct finding *hits;
	size_t n;

	if (!s)
		s = u->proc_hits = xcalloc(1, sizeof *s);
	if (!p || s->making || (s->final && final && s->version == exclude_version(u)))
		return;
	n = final ? exclude_hits(u, &hits) : analysis_live(u->analysis, 0, &hits);
	if (!final && n == s->live) {
		free(hits);
		return;
	}
	s->final = final;
	s->version = exclude_version(u);
	s->live = n;
	s->making = true;
	struct making *m = xcalloc(1, sizeof *m);
	*m = (struct making){.procs = p, .store = analysis_store(u->analysis), .hits = xcalloc(1, sizeof *m->hits)};
	*m->hits = (struct proc_hits){.v = hits, .n = n, .serial = ++s->serial};
	work_start(u, NULL, NULL, make, made, m);
}

void proc_hits_forget(struct ui *u)
{
	struct proc_hits_state *s = u->proc_hits;

	if (!s)
		return;
	hits_free(s->now);
	*s = (struct proc_hits_state){.serial = s->serial};
}

void proc_hits_end(struct ui *u)
{
	proc_hits_forget(u);
	free(u->proc_hits);
	u->proc_hits = NULL;
}
