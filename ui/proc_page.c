/* A process in full, for the lines below a list: what it is, when, its hits, its last connections. */
#include "base/when.h"
#include "ui/clock.h"
#include "ui/page.h"
#include "ui/proc_hits.h"

enum { HITS_MAX = 1000 /* looked at */, LABEL = 10, SHOWN_HITS = 3, SHOWN_CONNS = 3 };

static struct str pooled(const struct store *s, uint32_t id)
{
	return pool_str(store_pool(s), id);
}

static void tell_times(struct page *p, const struct proc *q)
{
	char text[WHEN_SIZE];
	struct sbuf b = {0};

	if (q->first == WHEN_NONE && q->start == WHEN_NONE)
		return;
	page_adds(p, ROLE_LABEL, "time");
	page_tab(p, LABEL, true);
	if (q->start != WHEN_NONE)
		page_addf(p, ROLE_TEXT, "started %s", clock_text(q->start, text));
	else
		page_addf(p, ROLE_TEXT, "its start is not in this log, first event %s", clock_text(q->first, text));
	if (q->stop != WHEN_NONE) {
		page_addf(p, ROLE_TEXT, ", ended %s", clock_text(q->stop, text));
		if (q->start != WHEN_NONE && q->stop >= q->start) {
			proc_span(&b, q->stop - q->start);
			page_addf(p, ROLE_TEXT, " after %.*s", STR_FMT(sbuf_str(&b)));
		}
	} else if (q->last != WHEN_NONE) {
		page_addf(p, ROLE_TEXT, ", last event %s, no end in this log", clock_text(q->last, text));
	}
	page_end(p);
	sbuf_free(&b);
}

static void tell_head(struct page *p, const struct store *s, const struct proc *q)
{
	struct str name = proc_name(s, q);

	page_add(p, ROLE_STRONG, name.n ? name : STR("(no name)"));
	if (q->pid)
		page_addf(p, ROLE_TEXT, "  pid %.*s", STR_FMT(pooled(s, q->pid)));
	if (q->integrity)
		page_addf(p, ROLE_TEXT, "  %.*s", STR_FMT(pooled(s, q->integrity)));
	if (q->user)
		page_addf(p, ROLE_TEXT, "  %.*s", STR_FMT(pooled(s, q->user)));
	if (q->host)
		page_addf(p, ROLE_DIM, " on %.*s", STR_FMT(pooled(s, q->host)));
	if (q->first == WHEN_NONE && q->create == EV_NONE)
		page_adds(p, ROLE_WARN, "   seen only as a parent: what its children tell of it");
	page_end(p);
	if (q->by_pid || q->cut) {
		page_wrap(p, ROLE_WARN, q->by_pid ? STR("Guessed by host and pid, for its events carry no ProcessGuid.") :
		                                    STR("Its parents form a circle in this log; it was cut here."), 0);
		page_end(p);
	}
}

static void tell_conns(struct page *p, const struct store *s, const struct procs *t, uint32_t proc)
{
	char text[WHEN_SIZE];
	size_t n;
	const uint32_t *conn = procs_conns(t, proc, &n);

	if (n == 0)
		return;
	page_adds(p, ROLE_LABEL, "network");
	page_tab(p, LABEL, true);
	for (size_t i = 0; i < n && i < SHOWN_CONNS; i++) {
		const struct conn *c = conns_at(t->conns, conn[n - 1 - i]);

		page_addf(p, ROLE_STRONG, "%s%.*s:%.*s", i ? ",  " : "", STR_FMT(pooled(s, c->dest_ip)), STR_FMT(pooled(s, c->dest_port)));
		if (c->dest_name)
			page_addf(p, ROLE_TEXT, " %.*s", STR_FMT(pooled(s, c->dest_name)));
		page_addf(p, ROLE_TEXT, " %.*s %s", STR_FMT(pooled(s, c->protocol)), c->outbound ? "out" : "in");
		if (c->time != WHEN_NONE)
			page_addf(p, ROLE_DIM, " %s", clock_text(c->time, text) + 11);
	}
	if (n > SHOWN_CONNS)
		page_addf(p, ROLE_DIM, ",  the last of %zu", n);
	page_end(p);
}

/* Rules with hits on it, the worst hit's first, then as they came. */
static void tell_hits(struct page *p, const struct proc_hits *h, uint32_t proc)
{
	struct {
		const struct finding *f;
		uint32_t times;
	} rule[SHOWN_HITS] = {0};
	uint32_t rules = 0, looked = 0, others = 0;

	for (uint32_t i = h->first ? h->first[proc] : HIT_NONE; i != HIT_NONE && looked < HITS_MAX;
	     i = h->next[i], looked++) {
		uint32_t k = 0;

		while (k < rules && rule[k].f->rule != h->v[i].rule)
			k++;
		if (k == SHOWN_HITS) {
			others++;
			continue;
		}
		if (k == rules)
			rule[rules++].f = &h->v[i];
		rule[k].times++;
	}
	others += looked ? h->count[proc] - looked : 0;
	for (uint32_t k = 0; k < rules; k++) {
		struct severity sev = severity_of(rule[k].f->score);

		page_adds(p, ROLE_LABEL, k ? "" : "hits");
		page_tab(p, LABEL, true);
		page_addf(p, sev.role, "%3g %c", rule[k].f->score, sev.letter);
		page_addf(p, ROLE_TEXT, "  %.*s", STR_FMT(rule[k].f->rule->name));
		if (rule[k].times > 1)
			page_addf(p, ROLE_DIM, " %s%u", ornament(ORN_TIMES), rule[k].times);
		if (k + 1 == rules && others)
			page_addf(p, ROLE_DIM, "   and %u more hit%s", others, others == 1 ? "" : "s");
		page_end(p);
	}
}

void proc_page(struct page *p, const struct store *s, const struct procs *t, const struct proc_hits *h, uint32_t proc)
{
	const struct proc *q = ptree_at(t->tree, proc);
	struct str hashes = q->create != EV_NONE ? store_data(s, q->create, "Hashes") : STR("");

	tell_head(p, s, q);
	page_field(p, 0, LABEL - 1, STR("command"), ROLE_CODE, pooled(s, q->command));
	tell_times(p, q);
	tell_hits(p, h, proc);
	tell_conns(p, s, t, proc);
	if (q->image)
		page_field(p, 0, LABEL - 1, STR("image"), ROLE_TEXT, pooled(s, q->image));
	if (hashes.n)
		page_field(p, 0, LABEL - 1, STR("hashes"), ROLE_DIM, hashes);
}
