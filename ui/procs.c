/* Processes and connections as views need them. The tree itself is cim/ptree.c's; how it is shown, view_tree.c's. */
#include "ui/procs.h"

#include <stdlib.h>

#include "base/mem.h"
#include "ui/app.h"

/* ---- rows ---- */

static uint32_t add_row(struct procs *p, struct proc_row row)
{
	p->row[p->nrows] = row;
	return (uint32_t)p->nrows++;
}

static size_t count_hosts(const struct ptree *t)
{
	uint32_t host = 0;
	size_t n = 0;

	for (uint32_t i = ptree_roots(t); i != PROC_NONE; i = ptree_at(t, i)->next) {
		n += n == 0 || ptree_at(t, i)->host != host;
		host = ptree_at(t, i)->host;
	}
	return n;
}

/* One root and all below it, without a stack: a tree may be as deep as it has processes. */
static void add_branch(struct procs *p, uint32_t root, uint32_t above, uint32_t depth)
{
	uint32_t i = root, up = above;

	for (;;) {
		const struct proc *q = ptree_at(p->tree, i);

		p->row_of[i] = add_row(p, (struct proc_row){i, q->host, up, 0, depth + q->depth});
		if (q->child != PROC_NONE) {
			up = p->row_of[i];
			i = q->child;
			continue;
		}
		for (;;) {                               /* up to the next that has a sibling left */
			struct proc_row *r = &p->row[p->row_of[i]];

			r->after = (uint32_t)p->nrows;
			if (i == root)
				return;
			up = r->up;
			if (ptree_at(p->tree, i)->next != PROC_NONE) {
				i = ptree_at(p->tree, i)->next;
				break;
			}
			i = ptree_at(p->tree, i)->parent;
		}
	}
}

static void make_rows(struct procs *p)
{
	const struct ptree *t = p->tree;
	uint32_t above = PROC_NONE;

	p->nhosts = count_hosts(t);
	p->row = xcalloc(ptree_len(t) + p->nhosts + 1, sizeof *p->row);
	p->row_of = xcalloc((size_t)ptree_len(t) + 1, sizeof *p->row_of);
	for (uint32_t i = ptree_roots(t); i != PROC_NONE; i = ptree_at(t, i)->next) {
		uint32_t host = ptree_at(t, i)->host;

		if (p->nhosts > 1 && (above == PROC_NONE || p->row[above].host != host))
			above = add_row(p, (struct proc_row){PROC_NONE, host, PROC_NONE, 0, 0});
		add_branch(p, i, above, p->nhosts > 1);
		if (above != PROC_NONE)
			p->row[above].after = (uint32_t)p->nrows;
	}
}

static void sort_conns(struct procs *p)
{
	uint32_t n = ptree_len(p->tree);
	size_t all = conns_len(p->conns);
	uint32_t *at = p->conn_at = xcalloc((size_t)n + 2, sizeof *at);

	p->conn = xcalloc(all + 1, sizeof *p->conn);
	for (size_t i = 0; i < all; i++)
		if (conns_at(p->conns, i)->proc != PROC_NONE)
			at[conns_at(p->conns, i)->proc + 2]++;
	for (uint32_t i = 1; i <= n; i++)
		at[i + 1] += at[i];
	for (size_t i = 0; i < all; i++)                 /* leaves each entry where the next process begins */
		if (conns_at(p->conns, i)->proc != PROC_NONE)
			p->conn[at[conns_at(p->conns, i)->proc + 1]++] = (uint32_t)i;
}

struct procs *procs_new(const struct store *s)
{
	struct procs *p = xcalloc(1, sizeof *p);

	p->tree = ptree_new(s);
	p->conns = conns_new(s, p->tree);
	make_rows(p);
	sort_conns(p);
	return p;
}

void procs_free(struct procs *p)
{
	if (!p)
		return;
	conns_free(p->conns);
	ptree_free(p->tree);
	free(p->row);
	free(p->row_of);
	free(p->conn);
	free(p->conn_at);
	free(p);
}

const uint32_t *procs_conns(const struct procs *p, uint32_t proc, size_t *n)
{
	*n = p->conn_at[proc + 1] - p->conn_at[proc];
	return p->conn + p->conn_at[proc];
}

/* ---- whose ---- */

/* The first value of a result row's first field of these that has one, as an id of the pool. */
static uint32_t row_value(const struct store *s, const struct entity *e, const char *const *name)
{
	struct arena *a = arena_new();
	uint32_t id = 0;

	for (; *name && !id; name++) {
		struct str text = val_text(val_at(rows_get(e->rows, e->row, *name), 0), a);

		if (text.n)
			id = pool_find(store_pool(s), text);
	}
	arena_free(a);
	return id;
}

struct proc_hint procs_hint(const struct store *s, const struct entity *e)
{
	static const char *const pid[] = {"process_id", "ProcessId", "pid", NULL};
	const struct pool *pool = store_pool(s);
	struct proc_hint h = {.proc = e->proc, .when = WHEN_NONE, .ev = e->ev};

	if (h.ev == EV_NONE && e->lineage && e->lineage->n)
		h.ev = e->lineage->v[0].ev;
	if (e->guid.n)
		h.guid = pool_find(pool, e->guid);
	if (e->host.n)
		h.host = pool_find(pool, e->host);
	if (e->hit && e->hit->pid.n)
		h.pid = pool_find(pool, e->hit->pid);
	else if (e->rows)
		h.pid = row_value(s, e, pid);
	if (h.ev != EV_NONE)
		h.when = store_time(s, h.ev);
	else if (e->hit)
		h.when = e->hit->time;
	return h;
}

uint32_t procs_find(const struct procs *p, const struct proc_hint *h)
{
	if (h->proc)
		return (uint32_t)(h->proc - ptree_at(p->tree, 0));
	uint32_t found = ptree_by_guid(p->tree, h->guid);

	if (found == PROC_NONE && h->when != WHEN_NONE)
		found = ptree_by_pid(p->tree, h->host, h->pid, h->when);
	if (found == PROC_NONE && h->ev != EV_NONE)
		found = ptree_of(p->tree, h->ev);
	return found;
}

/* ---- told ---- */

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

/* How much of a command line is the program: what is quoted, the path if it is spelled out, else up to the first blank. */
static size_t program_length(struct str command, struct str image)
{
	size_t n = 0;

	if (command.n && command.p[0] == '"') {
		const char *end = memchr(command.p + 1, '"', command.n - 1);

		return end ? (size_t)(end - command.p) + 1 : command.n;
	}
	if (image.n && command.n >= image.n && str_ieq((struct str){command.p, image.n}, image) &&
	    (command.n == image.n || is_blank(command.p[image.n])))
		return image.n;
	while (n < command.n && !is_blank(command.p[n]))
		n++;
	return n;
}

static struct str last_part(struct str path)
{
	struct str name = str_after_last(path, '\\');

	return str_after_last(name, '/');
}

struct str proc_name(const struct store *s, const struct proc *p)
{
	struct str image = pool_str(store_pool(s), p->image), command = str_trim(pool_str(store_pool(s), p->command));

	if (image.n)
		return last_part(image);
	command.n = program_length(command, image);
	if (command.n > 1 && command.p[0] == '"')
		command = (struct str){command.p + 1, command.n - 1 - (command.p[command.n - 1] == '"')};
	return last_part(command);
}

struct str proc_arguments(const struct store *s, const struct proc *p)
{
	struct str command = str_trim(pool_str(store_pool(s), p->command));
	size_t n = program_length(command, pool_str(store_pool(s), p->image));

	return str_trim((struct str){command.p + n, command.n - n});
}

void proc_span(struct sbuf *b, usec_t span)
{
	static const struct {
		int64_t seconds, part;
		const char *unit, *lesser;
	} step[] = {{86400, 3600, "d", "h"}, {3600, 60, "h", "min"}, {60, 1, "min", "s"}};
	int64_t seconds = span / USEC_PER_SEC;

	if (span < 0)
		return;
	for (size_t i = 0; i < sizeof step / sizeof *step; i++)
		if (seconds >= step[i].seconds) {
			int64_t rest = seconds % step[i].seconds / step[i].part;

			sbuf_addf(b, "%lld %s", (long long)(seconds / step[i].seconds), step[i].unit);
			if (rest)
				sbuf_addf(b, " %lld %s", (long long)rest, step[i].lesser);
			return;
		}
	if (seconds >= 1)
		sbuf_addf(b, "%.1f s", (double)span / (double)USEC_PER_SEC);
	else
		sbuf_addf(b, "%lld ms", (long long)((span + 500) / 1000));
}
