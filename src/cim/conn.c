/* Connections from event 3, named by event 22, grouped and measured. Owns what a connection is and how regular a group of
 * them is; which of them to show is the caller's filter. */
#include "cim/conn.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"

const char *const addr_kind_name[] = {"", "public", "private", "loopback", "link-local", "multicast", "documentation"};

struct conns {
	struct conn *v;
	size_t n;
	const struct ptree *tree;
};

/* ------------------------------------------------------------------------------------------------ addresses */

struct range {
	uint8_t family, bits;
	uint8_t addr[16];
	enum addr_kind kind;
};

/* The first range that fits decides. RFC 1122, 1918, 3927, 5737, 5771, 6598; 4193, 4291, 3849, 9637. */
static const struct range ranges[] = {
	{4, 8, {127}, ADDR_LOOPBACK},
	{4, 8, {10}, ADDR_PRIVATE},
	{4, 12, {172, 16}, ADDR_PRIVATE},
	{4, 16, {192, 168}, ADDR_PRIVATE},
	{4, 10, {100, 64}, ADDR_PRIVATE},
	{4, 16, {169, 254}, ADDR_LINK},
	{4, 24, {192, 0, 2}, ADDR_DOCUMENTATION},
	{4, 24, {198, 51, 100}, ADDR_DOCUMENTATION},
	{4, 24, {203, 0, 113}, ADDR_DOCUMENTATION},
	{4, 4, {224}, ADDR_MULTICAST},
	{4, 32, {255, 255, 255, 255}, ADDR_MULTICAST},
	{6, 128, {[15] = 1}, ADDR_LOOPBACK},
	{6, 7, {0xfc}, ADDR_PRIVATE},
	{6, 10, {0xfe, 0x80}, ADDR_LINK},
	{6, 8, {0xff}, ADDR_MULTICAST},
	{6, 32, {0x20, 0x01, 0x0d, 0xb8}, ADDR_DOCUMENTATION},
	{6, 20, {0x3f, 0xff}, ADDR_DOCUMENTATION},
};

static bool in_range(const struct range *r, int family, const uint8_t *addr)
{
	const unsigned bytes = r->bits / 8, rest = r->bits % 8;

	if (r->family != family || memcmp(addr, r->addr, bytes) != 0)
		return false;
	return rest == 0 || (addr[bytes] ^ r->addr[bytes]) >> (8 - rest) == 0;
}

enum addr_kind addr_kind(struct str ip)
{
	char text[64];
	uint8_t addr[16];
	int family = 4;

	if (ip.n == 0 || ip.n >= sizeof text)
		return ADDR_NONE;
	memcpy(text, ip.p, ip.n);
	text[ip.n] = 0;
	char *zone = strchr(text, '%');                          /* fe80::1%12 */
	if (zone)
		*zone = 0;
	if (inet_pton(AF_INET, text, addr) != 1) {
		static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

		if (inet_pton(AF_INET6, text, addr) != 1)
			return ADDR_NONE;
		family = 6;
		if (memcmp(addr, mapped, sizeof mapped) == 0) {
			memmove(addr, addr + 12, 4);
			family = 4;
		}
	}
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (in_range(&ranges[i], family, addr))
			return ranges[i].kind;
	return ADDR_PUBLIC;
}

/* ------------------------------------------------------------------------------------------------ building */

struct names {
	struct pool *pool;
	struct map *by_answer;                           /* folded host id, address id -> name id */
};

/* QueryResults: "type:  5 cdn.example;::ffff:192.0.2.7;192.0.2.8;". The name asked for is the name of each address. */
static void add_answers(struct names *n, uint32_t host, uint32_t query, struct str results)
{
	while (results.n) {
		const char *end = memchr(results.p, ';', results.n);
		const size_t len = end ? (size_t)(end - results.p) : results.n;
		struct str one = str_trim((struct str){results.p, len});
		const size_t used = end ? len + 1 : len;

		if (str_istarts(one, "::ffff:") && memchr(one.p, '.', one.n))
			one = (struct str){one.p + 7, one.n - 7};
		const uint32_t address = pool_find(n->pool, one);        /* only addresses that some event names matter */
		if (address) {
			const uint32_t key[2] = {host, address};

			map_put(n->by_answer, (struct str){(const char *)key, sizeof key}, NULL)->u = query;
		}
		results = (struct str){results.p + used, results.n - used};
	}
}

static void read_answers(struct names *n, const struct store *s)
{
	const struct store_table *t = store_find(s, OS_WINDOWS, 22);

	if (!t)
		return;
	const struct column name = table_data(s, t, STR("QueryName")), results = table_data(s, t, STR("QueryResults"));
	const struct column host = table_sys(s, t, SYS_COMPUTER);

	for (uint32_t r = 0; r < table_rows(t); r++) {
		const uint32_t h = column_at(host, r), q = column_at(name, r), a = column_at(results, r);

		if (q && a)
			add_answers(n, h ? pool_fold(n->pool, h) : 0, q, pool_str(n->pool, a));
	}
}

static int conn_cmp(const void *a, const void *b)
{
	const struct conn *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->ev < y->ev ? -1 : x->ev > y->ev;
}

/* "-" stands for "not known" in Sysmon's host names. */
static uint32_t known(const struct pool *p, uint32_t id)
{
	return id && !str_eq(pool_str(p, id), STR("-")) ? id : 0;
}

static void add_table(struct conns *c, const struct names *n, const struct store *s, const struct store_table *t)
{
	const struct column ip = table_data(s, t, STR("DestinationIp")), port = table_data(s, t, STR("DestinationPort"));
	const struct column name = table_data(s, t, STR("DestinationHostname")), sip = table_data(s, t, STR("SourceIp"));
	const struct column sport = table_data(s, t, STR("SourcePort")), proto = table_data(s, t, STR("Protocol"));
	const struct column out = table_data(s, t, STR("Initiated")), image = table_data(s, t, STR("Image"));
	const struct column user = table_data(s, t, STR("User")), host = table_sys(s, t, SYS_COMPUTER);
	struct pool *pool = n->pool;

	c->v = xreallocarray(c->v, c->n + table_rows(t) + 1, sizeof *c->v);
	for (uint32_t r = 0; r < table_rows(t); r++) {
		struct conn *v = &c->v[c->n++];

		*v = (struct conn){
			.ev = table_ev(t)[r],
			.time = table_time(t)[r],
			.proc = ptree_of(c->tree, table_ev(t)[r]),
			.host = column_at(host, r),
			.user = column_at(user, r),
			.image = column_at(image, r),
			.dest_ip = column_at(ip, r),
			.dest_port = column_at(port, r),
			.dest_name = known(pool, column_at(name, r)),
			.src_ip = column_at(sip, r),
			.src_port = column_at(sport, r),
			.protocol = column_at(proto, r),
			.outbound = str_ieq(pool_str(pool, column_at(out, r)), STR("true")),
		};
		if (!v->dest_name && v->dest_ip) {
			const uint32_t key[2] = {v->host ? pool_fold(pool, v->host) : 0, v->dest_ip};
			const union map_val *q = map_get(n->by_answer, (struct str){(const char *)key, sizeof key});

			v->dest_name = q ? (uint32_t)q->u : 0;
		}
	}
}

struct conns *conns_new(const struct store *s, const struct ptree *t)
{
	struct conns *c = xcalloc(1, sizeof *c);
	struct names n = {store_pool(s), map_new()};

	c->tree = t;
	read_answers(&n, s);
	for (int os = 0; os < OS_COUNT; os++) {
		const struct store_table *tab = store_find(s, (enum sysmon_os)os, 3);

		if (tab)
			add_table(c, &n, s, tab);
	}
	map_free(n.by_answer);
	if (c->n)
		qsort(c->v, c->n, sizeof *c->v, conn_cmp);
	return c;
}

void conns_free(struct conns *c)
{
	if (!c)
		return;
	free(c->v);
	free(c);
}

size_t conns_len(const struct conns *c) { return c->n; }
const struct conn *conns_at(const struct conns *c, size_t i) { return &c->v[i]; }

/* ------------------------------------------------------------------------------------------------ grouping */

/* Which processes are `top` or below it; a tree may be as deep as it has processes. */
static bool *mark_below(const struct ptree *t, uint32_t top)
{
	bool *in = xcalloc((size_t)ptree_len(t) + 1, sizeof *in);
	uint32_t i = top;

	for (;;) {
		in[i] = true;
		if (ptree_at(t, i)->child != PROC_NONE) {
			i = ptree_at(t, i)->child;
			continue;
		}
		while (i != top && ptree_at(t, i)->next == PROC_NONE)
			i = ptree_at(t, i)->parent;
		if (i == top)
			return in;
		i = ptree_at(t, i)->next;
	}
}

/* below: of the filter's process, when its descendants count, too; else NULL. */
static bool passes(const struct conn *v, const struct conn_filter *f, const bool *below)
{
	if (f->proc != PROC_NONE && v->proc != f->proc && !(below && v->proc != PROC_NONE && below[v->proc]))
		return false;
	if ((f->host && v->host != f->host) || (f->user && v->user != f->user) || (f->dest_ip && v->dest_ip != f->dest_ip))
		return false;
	return (f->from == WHEN_NONE || v->time >= f->from) && (f->to == WHEN_NONE || v->time < f->to);
}

static uint32_t same_or(uint32_t have, uint32_t now, uint32_t none) { return have == now ? have : none; }

static int dbl_cmp(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *v, size_t n)
{
	qsort(v, n, sizeof *v, dbl_cmp);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

#define REGULAR_MIN 4                                    /* connections; fewer prove no rhythm */
#define REGULAR_JITTER 0.2                               /* of the period: the median's … */
#define REGULAR_OFF 0.5                                  /* … and of an interval that keeps to it */
#define REGULAR_KEPT 0.85                                /* of the intervals: one now and then is missed or comes of something else */

/* Is there a rhythm in these connections, which lie by time? */
static bool rhythm_of(const struct conns *c, const uint32_t *member, size_t count, double *period, double *jitter)
{
	if (count < REGULAR_MIN || c->v[member[0]].time == WHEN_NONE)            /* those without a time come first */
		return false;
	const size_t n = count - 1;
	double *gap = xcalloc(n, sizeof *gap);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		gap[i] = (double)(c->v[member[i + 1]].time - c->v[member[i]].time) / (double)USEC_PER_SEC;
	*period = median(gap, n);
	for (size_t i = 0; i < n; i++) {
		gap[i] = fabs(gap[i] - *period);
		kept += gap[i] <= *period * REGULAR_OFF;
	}
	*jitter = median(gap, n);
	free(gap);
	return *period >= 1 && *jitter <= *period * REGULAR_JITTER && (double)kept >= (double)n * REGULAR_KEPT;
}

struct by_proc {
	uint32_t proc, member;
};

static int by_proc_cmp(const void *a, const void *b)
{
	const struct by_proc *x = a, *y = b;

	if (x->proc != y->proc)
		return x->proc < y->proc ? -1 : 1;
	return (x->member > y->member) - (x->member < y->member);
}

/* The process with the most connections that has a rhythm of its own. */
static void rhythm_inside(const struct conns *c, struct conn_group *g)
{
	struct by_proc *v = xcalloc(g->count, sizeof *v);
	uint32_t *member = xcalloc(g->count, sizeof *member);
	size_t from = 0, to;

	for (uint32_t i = 0; i < g->count; i++)
		v[i] = (struct by_proc){c->v[g->member[i]].proc, g->member[i]};
	qsort(v, g->count, sizeof *v, by_proc_cmp);
	for (; from < g->count && v[from].proc != PROC_NONE; from = to) {
		double period, jitter;

		for (to = from; to < g->count && v[to].proc == v[from].proc; to++)
			member[to - from] = v[to].member;
		if (to - from <= g->rhythm_count || !rhythm_of(c, member, to - from, &period, &jitter))
			continue;
		g->period = period;
		g->jitter = jitter;
		g->rhythm_proc = v[from].proc;
		g->rhythm_count = (uint32_t)(to - from);
	}
	free(v);
	free(member);
}

static void measure_rhythm(const struct conns *c, struct conn_group *g)
{
	g->rhythm_proc = PROC_NONE;
	if (rhythm_of(c, g->member, g->count, &g->period, &g->jitter)) {
		g->rhythm_count = g->count;
		return;
	}
	g->period = g->jitter = 0;
	if (g->nprocs > 1 && g->count >= REGULAR_MIN)
		rhythm_inside(c, g);
}

static uint32_t count_distinct(const struct conns *c, const struct conn_group *g, size_t field)
{
	struct map *m = map_new();

	for (uint32_t i = 0; i < g->count; i++)
		map_put(m, (struct str){(const char *)&c->v[g->member[i]] + field, sizeof(uint32_t)}, NULL);
	const size_t n = map_len(m);
	map_free(m);
	return (uint32_t)n;
}

static void summarise(const struct conns *c, struct conn_group *g, usec_t from, usec_t to)
{
	const struct conn *one = &c->v[g->member[0]];

	g->dest_ip = one->dest_ip, g->dest_port = one->dest_port, g->dest_name = one->dest_name, g->protocol = one->protocol;
	g->proc = one->proc, g->host = one->host, g->outbound = one->outbound;
	g->first = one->time, g->last = c->v[g->member[g->count - 1]].time;
	for (uint32_t i = 0; i < g->count; i++) {
		const struct conn *v = &c->v[g->member[i]];
		const double share = to > from && v->time != WHEN_NONE ? (double)(v->time - from) / (double)(to - from) : 0;
		const int bar = (int)(share * RHYTHM_BARS);

		g->dest_ip = same_or(g->dest_ip, v->dest_ip, 0);
		g->dest_port = same_or(g->dest_port, v->dest_port, 0);
		g->dest_name = same_or(g->dest_name, v->dest_name, 0);
		g->protocol = same_or(g->protocol, v->protocol, 0);
		g->proc = same_or(g->proc, v->proc, PROC_NONE);
		g->host = same_or(g->host, v->host, 0);
		g->mixed_direction |= g->outbound != v->outbound;
		if (v->time != WHEN_NONE)
			g->bar[bar < 0 ? 0 : bar >= RHYTHM_BARS ? RHYTHM_BARS - 1 : bar]++;
	}
	g->nprocs = count_distinct(c, g, offsetof(struct conn, proc));
	g->nhosts = count_distinct(c, g, offsetof(struct conn, host));
	g->ndests = count_distinct(c, g, offsetof(struct conn, dest_ip));
	measure_rhythm(c, g);
}

static int group_cmp(const void *a, const void *b)
{
	const struct conn_group *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return x->member[0] < y->member[0] ? -1 : x->member[0] > y->member[0];
}

struct conn_group *conns_group(const struct conns *c, const struct conn_filter *f, enum conn_by by, struct arena *a, size_t *n)
{
	uint32_t *hit = xcalloc(c->n + 1, sizeof *hit), *group = xcalloc(c->n + 1, sizeof *group);
	struct map *m = map_new();
	usec_t from = f->from, to = f->to;
	size_t nhits = 0;
	bool *below = f->proc != PROC_NONE && f->with_children ? mark_below(c->tree, f->proc) : NULL;

	for (size_t i = 0; i < c->n; i++) {
		const struct conn *v = &c->v[i];
		const uint32_t key[2] = {by == CONN_BY_DEST ? v->dest_ip : by == CONN_BY_PROCESS ? v->proc : v->host,
			by == CONN_BY_DEST ? v->dest_port : 0};
		bool fresh;

		if (!passes(v, f, below))
			continue;
		union map_val *g = map_put(m, (struct str){(const char *)key, sizeof key}, &fresh);
		if (fresh)
			g->u = map_len(m) - 1;
		group[nhits] = (uint32_t)g->u;
		hit[nhits++] = (uint32_t)i;
	}
	*n = map_len(m);
	map_free(m);
	struct conn_group *out = ARENA_ARRAY(a, struct conn_group, *n + 1);
	uint32_t *member = ARENA_ARRAY(a, uint32_t, nhits + 1), *at = xcalloc(*n + 1, sizeof *at);

	for (size_t i = 0; i < nhits; i++)
		out[group[i]].count++;
	for (size_t g = 0, sum = 0; g < *n; sum += out[g++].count) {
		at[g] = (uint32_t)sum;
		out[g].member = member + sum;
	}
	for (size_t i = 0; i < nhits; i++)
		member[at[group[i]]++] = hit[i];
	for (size_t i = 0; i < nhits && from == WHEN_NONE; i++)
		from = c->v[hit[i]].time;
	if (nhits && to == WHEN_NONE)
		to = c->v[hit[nhits - 1]].time == WHEN_NONE ? from : c->v[hit[nhits - 1]].time + 1;
	for (size_t g = 0; g < *n; g++)
		summarise(c, &out[g], from, to);
	if (*n)
		qsort(out, *n, sizeof *out, group_cmp);
	free(below);
	free(at);
	free(group);
	free(hit);
	return out;
}
