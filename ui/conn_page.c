/* A group of connections told: its name, its rhythm, and all of it for the lines below a list. */
#include "ui/conn_page.h"
#include "ui/clock.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/when.h"

enum { LABEL = 10, TOP = 6, LAST_ONES = 3, COUNTED_MAX = 20000 };

static struct str pooled(const struct store *s, uint32_t id)
{
	return pool_str(store_pool(s), id);
}

static const struct conn *member(const struct procs *t, const struct conn_group *g, size_t i)
{
	return conns_at(t->conns, g->member[i]);
}

void conn_process(struct sbuf *b, const struct store *s, const struct procs *t, const struct conn *x, bool pid)
{
	struct str name = str_after_last(pooled(s, x->image), '\\');

	sbuf_adds(b, name.n ? name : STR("(no process named)"));
	if (pid && x->proc != PROC_NONE && ptree_at(t->tree, x->proc)->pid)
		sbuf_addf(b, " (%.*s)", STR_FMT(pooled(s, ptree_at(t->tree, x->proc)->pid)));
}

/* `of`: what it is compared with, and as exact as. */
static void add_interval(struct sbuf *b, double seconds, double of)
{
	if (seconds >= 7200)
		sbuf_addf(b, "%.3g h", seconds / 3600);
	else if (seconds >= 600)
		sbuf_addf(b, "%.3g min", seconds / 60);
	else
		sbuf_addf(b, of >= 10 ? "%.0f s" : "%.1f s", seconds);
}

static void add_period(struct sbuf *b, const struct conn_group *g)
{
	sbuf_addz(b, "every ");
	add_interval(b, g->period, g->period);
	sbuf_addz(b, glyph_utf8 ? " ± " : " +- ");
	add_interval(b, g->jitter, g->period);
}

void conn_rhythm(struct sbuf *b, const struct conn_group *g)
{
	if (g->count == 1) {
		sbuf_addz(b, "single");
	} else if (g->period > 0 && g->rhythm_count < g->count) {
		sbuf_addf(b, "%u%s every ", g->rhythm_count, glyph_utf8 ? "×" : "x");
		add_interval(b, g->period, g->period);
	} else if (g->period > 0) {
		add_period(b, g);
	} else if (g->count >= 4) {
		sbuf_addz(b, "irregular");
	}
}

/* The same in full: "10 of them by a.exe (12) every 60 s ± 2 s", when the rhythm is that of one process. */
static void add_rhythm(struct sbuf *b, const struct store *s, const struct procs *t, const struct conn_group *g)
{
	size_t i = 0;

	if (g->period <= 0 || g->rhythm_count == g->count) {
		conn_rhythm(b, g);
		return;
	}
	while (member(t, g, i)->proc != g->rhythm_proc)
		i++;
	sbuf_addf(b, "%u of them by ", g->rhythm_count);
	conn_process(b, s, t, member(t, g, i), true);
	sbuf_addc(b, ' ');
	add_period(b, g);
}

enum tallied { BY_PROCESS, BY_HOST, BY_USER, BY_DEST, BY_NAME };

struct tally {
	size_t first;                                    /* a member that stands for all */
	uint64_t count;
};

static int by_count(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return (x->first > y->first) - (x->first < y->first);
}

static void add_tallied(struct sbuf *b, const struct store *s, const struct procs *t, const struct conn *x, enum tallied what)
{
	switch (what) {
	case BY_PROCESS:
		conn_process(b, s, t, x, true);
		break;
	case BY_HOST:
		sbuf_adds(b, pooled(s, x->host));
		break;
	case BY_USER:
		sbuf_adds(b, pooled(s, x->user));
		break;
	case BY_DEST:
		sbuf_addf(b, "%.*s:%.*s", STR_FMT(pooled(s, x->dest_ip)), STR_FMT(pooled(s, x->dest_port)));
		break;
	case BY_NAME:
		sbuf_adds(b, pooled(s, x->dest_name));
		break;
	}
}

/* "processes  a.exe (12) ×40, b.exe (77) ×3, and 5 more", those with most connections first. */
static void tell_tally(struct page *p, const struct store *s, const struct procs *t, const struct conn_group *g,
                       enum tallied what, const char *name)
{
	struct map *m = map_new();
	struct sbuf b = {0};

	for (size_t i = 0; i < g->count && i < COUNTED_MAX; i++) {
		const struct conn *x = member(t, g, i);
		uint32_t key[2] = {what == BY_PROCESS ? x->proc : what == BY_HOST ? x->host : what == BY_USER ? x->user :
		                   what == BY_NAME ? x->dest_name : x->dest_ip, what == BY_DEST ? x->dest_port : 0};
		bool fresh;

		if (what != BY_PROCESS && !key[0])
			continue;
		union map_val *val = map_put(m, (struct str){(const char *)key, sizeof key}, &fresh);
		val->u = fresh ? (uint64_t)i << 32 | 1 : val->u + 1;
	}
	size_t n = map_len(m);
	struct tally *tally = xcalloc(n ? n : 1, sizeof *tally);
	for (size_t i = 0; i < n; i++)
		tally[i] = (struct tally){map_val(m, i)->u >> 32, map_val(m, i)->u & UINT32_MAX};
	if (n)
		qsort(tally, n, sizeof *tally, by_count);
	for (size_t i = 0; i < n && i < TOP; i++) {
		if (i)
			sbuf_addz(&b, ", ");
		add_tallied(&b, s, t, member(t, g, tally[i].first), what);
		if (n > 1)
			sbuf_addf(&b, " %s%llu", ornament(ORN_TIMES), (unsigned long long)tally[i].count);
	}
	if (n > TOP)
		sbuf_addf(&b, ", and %zu more", n - TOP);
	if (g->count > COUNTED_MAX && n)
		sbuf_addf(&b, " (of the first %d connections)", COUNTED_MAX);
	if (n)
		page_field(p, 0, LABEL - 1, str_c(name), ROLE_TEXT, arena_str(p->arena, sbuf_str(&b)));
	sbuf_free(&b);
	free(tally);
	map_free(m);
}

static void tell_last(struct page *p, const struct store *s, const struct procs *t, const struct conn_group *g)
{
	char text[WHEN_SIZE];

	for (size_t i = 0; i < g->count && i < LAST_ONES; i++) {
		const struct conn *x = member(t, g, g->count - 1 - i);
		struct sbuf b = {0};

		page_adds(p, ROLE_LABEL, i ? "" : "latest");
		page_tab(p, LABEL, true);
		page_addf(p, ROLE_DIM, "%s  ", x->time == WHEN_NONE ? "-" : clock_text(x->time, text));
		page_addf(p, ROLE_TEXT, "%.*s:%.*s %s %.*s:%.*s  ", STR_FMT(pooled(s, x->src_ip)), STR_FMT(pooled(s, x->src_port)),
		          ornament(ORN_RIGHT), STR_FMT(pooled(s, x->dest_ip)), STR_FMT(pooled(s, x->dest_port)));
		conn_process(&b, s, t, x, true);
		page_add(p, ROLE_TEXT, sbuf_str(&b));
		page_end(p);
		sbuf_free(&b);
	}
}

void conn_group_name(struct sbuf *b, const struct store *s, const struct procs *t, const struct conn_group *g, enum conn_by by)
{
	add_tallied(b, s, t, member(t, g, 0), by == CONN_BY_DEST ? BY_DEST : by == CONN_BY_PROCESS ? BY_PROCESS : BY_HOST);
}

void conn_page(struct page *p, const struct store *s, const struct procs *t, const struct conn_group *g, enum conn_by by)
{
	struct sbuf b = {0};

	conn_group_name(&b, s, t, g, by);
	page_add(p, ROLE_STRONG, sbuf_str(&b));
	sbuf_reset(&b);
	if (by == CONN_BY_DEST && g->dest_ip)
		page_addf(p, ROLE_TEXT, "  %s", addr_kind_name[addr_kind(pooled(s, g->dest_ip))]);
	page_addf(p, ROLE_TEXT, "  %u connection%s", g->count, g->count == 1 ? "" : "s");
	if (g->count > 1 && g->first != WHEN_NONE) {
		proc_span(&b, g->last - g->first);
		page_addf(p, ROLE_TEXT, " in %.*s", STR_FMT(sbuf_str(&b)));
		sbuf_reset(&b);
	}
	add_rhythm(&b, s, t, g);
	if (g->count > 1 && b.n)
		page_addf(p, g->period > 0 ? ROLE_STRONG : ROLE_DIM, ", %.*s", STR_FMT(sbuf_str(&b)));
	page_end(p);
	sbuf_free(&b);
	tell_tally(p, s, t, g, BY_NAME, "names");
	if (by != CONN_BY_DEST)
		tell_tally(p, s, t, g, BY_DEST, "to");
	if (by != CONN_BY_PROCESS)
		tell_tally(p, s, t, g, BY_PROCESS, "processes");
	if (by != CONN_BY_HOST)
		tell_tally(p, s, t, g, BY_HOST, "hosts");
	tell_tally(p, s, t, g, BY_USER, "users");
	tell_last(p, s, t, g);
}
