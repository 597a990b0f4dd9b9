/* Connections, grouped by destination, process or host: those of a process, of all that it started, of a host, of a user, of
 * the dump, or all to one destination. Grouping is conn.c's and runs on a worker. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ui/app.h"
#include "ui/conn_page.h"
#include "ui/procs.h"
#include "ui/work.h"

enum { DEST, PORT, KIND, NAME, PROTO, DIR, COUNT, FIRST, LAST, RHYTHM, PROCESS, HOST, NCOLS };

static const struct coldef cols[NCOLS] = {
	[DEST] = {"destination", "DESTINATION", COL_TEXT, 15, 39, 100, .descending = false},
	[PORT] = {"port", "PORT", COL_NUMBER, 5, 7, 95, .descending = false},
	[KIND] = {"kind", "", COL_TEXT, 10, 13, 70, .descending = false},
	[NAME] = {"name", "NAME", COL_TEXT, 10, 40, 66, .elastic = true},
	[PROTO] = {"proto", "PROTO", COL_TEXT, 4, 5, 45, .descending = false},
	[DIR] = {"dir", "DIR", COL_TEXT, 3, 4, 75, .descending = false},
	[COUNT] = {"count", "COUNT", COL_NUMBER, 5, 8, 92, .descending = true},
	[FIRST] = {"first", "FIRST", COL_TIME, 8, 19, 54, .descending = false},
	[LAST] = {"last", "LAST", COL_TIME, 8, 19, 64, .descending = false},
	[RHYTHM] = {"rhythm", "RHYTHM", COL_TEXT, RHYTHM_BARS + 17, RHYTHM_BARS + 26, 94, .descending = false},
	[PROCESS] = {"process", "PROCESSES", COL_TEXT, 13, 40, 90, .elastic = true},
	[HOST] = {"host", "HOSTS", COL_TEXT, 8, 20, 55, .descending = false},
};

/* What is grouped stands first. */
static const unsigned char order[][NCOLS] = {
	[CONN_BY_DEST] = {DEST, PORT, KIND, NAME, PROTO, DIR, COUNT, FIRST, LAST, RHYTHM, PROCESS, HOST},
	[CONN_BY_PROCESS] = {PROCESS, HOST, COUNT, FIRST, LAST, RHYTHM, DEST, PORT, KIND, NAME, PROTO, DIR},
	[CONN_BY_HOST] = {HOST, COUNT, FIRST, LAST, RHYTHM, PROCESS, DEST, PORT, KIND, NAME, PROTO, DIR},
};
static const char *const by_name[] = {
	[CONN_BY_DEST] = "destination", [CONN_BY_PROCESS] = "process", [CONN_BY_HOST] = "host",
};

/* Whose connections, from narrow to wide. */
enum scope { OF_PROCESS, OF_BRANCH, OF_DEST, OF_HOST, OF_USER, OF_DUMP, SCOPES };

struct conns_state {
	struct coldef col[NCOLS];
	const struct procs *procs;                       /* NULL until they are known */
	struct proc_hint hint;
	struct str user_text, host_text, dest_text;      /* of what it was opened on, as the pool has it */
	uint32_t proc, host, user, dest;
	bool has[SCOPES];
	enum scope scope;
	enum conn_by by;
	bool pivot, talkers, waiting;
	unsigned turn;                                   /* of the groups asked for last */
	struct arena *arena;                             /* of the groups */
	struct conn_group *group;
	struct lineage *members;                         /* of the group that `about` was last asked for */
};

static struct str pooled(const struct view *v, uint32_t id)
{
	return pool_str(store_pool(analysis_store(v->ui->analysis)), id);
}

/* Grouped by process or host, the others' columns mostly say "several". */
static void set_columns(struct conns_state *s)
{
	for (size_t i = 0; i < NCOLS; i++) {
		unsigned what = order[s->by][i];

		s->col[i] = cols[what];
		if (s->by == CONN_BY_DEST)
			continue;
		if (i == 0) {
			s->col[i].min = s->by == CONN_BY_PROCESS ? 23 : 15;
			s->col[i].weight = 101;
		} else if (what == DEST) {
			s->col[i].weight = 91;
		} else if (what == PORT || what == NAME || what == KIND) {
			s->col[i].weight = 50 - (int)i;
		}
	}
}

/* ---- grouping, on a worker ---- */

struct grouping {
	const struct conns *conns;
	struct conn_filter filter;
	enum conn_by by;
	unsigned turn;
	struct arena *arena;
	struct conn_group *group;
	size_t n;
};

static void run_group(struct job *job)
{
	struct grouping *g = job->ctx;

	g->arena = arena_new();
	g->group = conns_group(g->conns, &g->filter, g->by, g->arena, &g->n);
}

/* Other rows take the place of those there were: marks and cursor mean nothing now. */
static void take_groups(struct view *v, struct grouping *g)
{
	struct conns_state *s = v->state;
	size_t before = v->nrows, *none = xcalloc(before ? before : 1, sizeof *none);
	struct sbuf filter = {0};
	struct diag d = DIAG_INIT;

	for (size_t i = 0; i < before; i++)
		none[i] = LIST_NONE;
	arena_free(s->arena);
	s->arena = g->arena;
	s->group = g->group;
	g->arena = NULL;
	s->by = g->by;
	s->waiting = false;
	set_columns(s);
	v->loading = false;
	v->nrows = g->n;
	v->list.measured = SIZE_MAX;
	v->list.sort = -1;
	v->list.reverse = false;
	v->list.skip = 0;
	v->list.moved = false;
	list_renumber(v, none, before);
	sbuf_adds(&filter, sbuf_str(&v->list.filter_text));
	if (filter.n && !list_filter(v, sbuf_str(&filter), &d))  /* its columns have new places */
		ui_say_diag(v->ui, &d);
	sbuf_free(&filter);
	free(none);
}

static void group_done(struct job *job)
{
	struct grouping *g = job->ctx;

	if (job->owner && ((struct conns_state *)job->owner->state)->turn == g->turn)
		take_groups(job->owner, g);
	arena_free(g->arena);
	free(g);
}

static void name_view(struct view *v)
{
	const struct conns_state *s = v->state;
	const struct store *store = analysis_store(v->ui->analysis);
	struct str name = s->proc != PROC_NONE ? proc_name(store, ptree_at(s->procs->tree, s->proc)) : STR("");

	if (!name.n)
		name = STR("a process");
	switch (s->scope) {
	case OF_PROCESS:
		view_title(v, "connections of %.*s", STR_FMT(name));
		break;
	case OF_BRANCH:
		view_title(v, "connections of %.*s and all it started", STR_FMT(name));
		break;
	case OF_DEST:
		view_title(v, "who talked to %.*s", STR_FMT(pooled(v, s->dest)));
		break;
	case OF_HOST:
		view_title(v, "connections of host %.*s", STR_FMT(pooled(v, s->host)));
		break;
	case OF_USER:
		view_title(v, "connections of user %.*s", STR_FMT(pooled(v, s->user)));
		break;
	default:
		view_title(v, "connections");
	}
}

static void regroup(struct view *v, enum conn_by by)
{
	struct conns_state *s = v->state;
	struct grouping *g = xcalloc(1, sizeof *g);

	g->conns = s->procs->conns;
	g->by = by;
	g->turn = ++s->turn;
	g->filter = CONN_FILTER_ALL;
	if (conns_len(s->procs->conns) && conns_at(s->procs->conns, 0)->time != WHEN_NONE && v->first != WHEN_NONE) {
		g->filter.from = v->first;               /* the bars of all groups, of all scopes stand for the same times */
		g->filter.to = v->last + 1;
	}
	if (s->scope == OF_PROCESS || s->scope == OF_BRANCH) {
		g->filter.proc = s->proc;
		g->filter.with_children = s->scope == OF_BRANCH;
	}
	if (s->scope == OF_HOST)
		g->filter.host = s->host;
	if (s->scope == OF_USER)
		g->filter.user = s->user;
	if (s->scope == OF_DEST)
		g->filter.dest_ip = s->dest;
	s->waiting = true;
	name_view(v);
	work_start(v->ui, v, "grouping", run_group, group_done, g);
}

/* ---- opening ---- */

static bool accepts(const struct entity *e)
{
	return e->proc || e->hit || e->guid.n || e->ev != EV_NONE || (e->lineage && e->lineage->n) || e->host.n || e->user.n;
}

static bool has_destination(const struct entity *e)
{
	return e->dest.n > 0;
}

/* Is this the account or host that is meant: as it was logged, or its name without domain? */
static bool same_name(struct str logged, struct str meant, char domain)
{
	struct str brief = logged;

	if (domain == '\\') {
		brief = str_after_last(logged, domain);
	} else {
		const char *dot = logged.n ? memchr(logged.p, domain, logged.n) : NULL;

		if (dot)
			brief.n = (size_t)(dot - logged.p);
	}
	return str_ieq(logged, meant) || str_ieq(brief, meant);
}

/* The ids by which connections know a host and a user; 0 when none does. */
static void find_names(struct view *v)
{
	struct conns_state *s = v->state;
	const struct conns *c = s->procs->conns;
	uint32_t not_host = 0, not_user = 0;             /* looked at last: most that follow are the same */

	for (size_t i = 0; i < conns_len(c) && ((s->host_text.n && !s->host) || (s->user_text.n && !s->user)); i++) {
		const struct conn *x = conns_at(c, i);

		if (s->host_text.n && !s->host && x->host && x->host != not_host) {
			if (same_name(pooled(v, x->host), s->host_text, '.'))
				s->host = x->host;
			not_host = x->host;
		}
		if (s->user_text.n && !s->user && x->user && x->user != not_user) {
			if (same_name(pooled(v, x->user), s->user_text, '\\'))
				s->user = x->user;
			not_user = x->user;
		}
	}
}

static void begin(struct view *v, const struct procs *p)
{
	struct conns_state *s = v->state;
	const struct store *store = analysis_store(v->ui->analysis);

	s->procs = p;
	s->proc = s->pivot && !s->talkers ? procs_find(p, &s->hint) : PROC_NONE;
	if (s->proc != PROC_NONE) {
		s->host = ptree_at(p->tree, s->proc)->host;
		s->user = ptree_at(p->tree, s->proc)->user;
	}
	if (s->talkers)
		s->dest = pool_find(store_pool(store), s->dest_text);
	else
		find_names(v);
	s->has[OF_PROCESS] = s->proc != PROC_NONE;
	s->has[OF_BRANCH] = s->proc != PROC_NONE && ptree_at(p->tree, s->proc)->child != PROC_NONE;
	s->has[OF_DEST] = s->dest != 0;
	s->has[OF_HOST] = s->host != 0;
	s->has[OF_USER] = s->user != 0;
	s->has[OF_DUMP] = true;
	for (s->scope = OF_PROCESS; !s->has[s->scope];)
		s->scope++;
	if (s->pivot && s->scope == OF_DUMP)
		ui_say(v->ui, ROLE_WARN, "no connection is of what was selected; these are all of the dump");
	view_spans(v, store);
	regroup(v, s->talkers ? CONN_BY_PROCESS : CONN_BY_DEST);
}

static void update(struct view *v)
{
	struct conns_state *s = v->state;
	const struct procs *p = analysis_procs(v->ui->analysis);

	if (p && !s->procs)
		begin(v, p);
}

static struct str keep_text(const struct store *s, struct str text)
{
	uint32_t id = text.n ? pool_intern(store_pool(s), text) : 0;     /* the entity's text may go with its view */

	return pool_str(store_pool(s), id);
}

static bool open_conns(struct view *v, const struct view_arg *arg, struct diag *d)
{
	struct conns_state *s = v->state;
	const struct store *store = analysis_store(v->ui->analysis);

	set_columns(s);
	v->col = s->col;
	v->ncols = NCOLS;
	v->loading = true;
	s->proc = PROC_NONE;
	s->waiting = true;
	s->talkers = v->ops == &view_talkers;
	s->pivot = s->talkers || accepts(&arg->about);
	if (!s->pivot)
		return true;
	if (!store)
		return diag_set(d, 0, 0, "the log is still being loaded");
	s->hint = procs_hint(store, &arg->about);
	s->host_text = keep_text(store, arg->about.host);
	s->user_text = keep_text(store, arg->about.user);
	s->dest_text = keep_text(store, arg->about.dest);
	return true;
}

static void close_conns(struct view *v)
{
	struct conns_state *s = v->state;

	arena_free(s->arena);
	free(s->members);
}

/* ---- cells ---- */

static const struct conn *member(const struct view *v, const struct conn_group *g, size_t i)
{
	return conns_at(((const struct conns_state *)v->state)->procs->conns, g->member[i]);
}

/* A value that all of the group share; else that there are several. */
static void shared(const struct view *v, struct cell *c, uint32_t id, uint32_t one)
{
	c->text = pooled(v, id);
	if (!id && one) {
		c->text = STR("several");
		c->role = ROLE_DIM;
	}
}

static void cell_several(struct cell *c, uint32_t n, const char *noun)
{
	cell_printf(c, "%u %s", n, noun);
	c->num = n;
}

static void cell_rhythm(struct cell *c, const struct conn_group *g)
{
	uint32_t most = 1;
	size_t n = 0;

	for (size_t i = 0; i < RHYTHM_BARS; i++)
		if (g->bar[i] > most)
			most = g->bar[i];
	for (size_t i = 0; i < RHYTHM_BARS; i++) {
		int level = g->bar[i] ? 1 + (int)((uint64_t)g->bar[i] * (GLYPH_LEVELS - 2) / most) : 0;
		const char *bar = ornament_bar(level);

		memcpy(c->buf + n, bar, strlen(bar));
		n += strlen(bar);
	}
	c->buf[n++] = ' ';
	_Static_assert(sizeof c->buf >= RHYTHM_BARS * 3 + 1, "the bars fit into a cell");
	c->lead = (struct str){c->buf, n};
	c->lead_role = ROLE_BAR;
	c->blank = true;
	conn_rhythm(c->made, g);
	c->text = sbuf_str(c->made);
	c->role = g->period > 0 ? ROLE_STRONG : ROLE_DIM;
}

static void cell(struct view *v, size_t row, size_t col, struct cell *c)
{
	const struct conns_state *s = v->state;
	const struct conn_group *g = &s->group[row];
	const struct conn *one = member(v, g, 0);

	switch (order[s->by][col]) {
	case DEST:
		if (g->ndests > 1)
			cell_several(c, g->ndests, "destinations");
		else
			c->text = pooled(v, g->dest_ip);
		break;
	case PORT:
		shared(v, c, g->dest_port, one->dest_port);
		break;
	case KIND:
		c->blank = true;
		if (g->dest_ip) {
			enum addr_kind kind = addr_kind(pooled(v, g->dest_ip));

			c->text = str_c(addr_kind_name[kind]);
			c->role = kind == ADDR_PUBLIC ? ROLE_WARN : ROLE_DIM;
		}
		break;
	case NAME:
		shared(v, c, g->dest_name, one->dest_name);
		break;
	case PROTO:
		shared(v, c, g->protocol, one->protocol);
		break;
	case DIR:
		c->text = g->mixed_direction ? STR("both") : g->outbound ? STR("out") : STR("in");
		break;
	case COUNT:
		cell_number(c, g->count);
		break;
	case FIRST:
		cell_when(c, g->first);
		break;
	case LAST:
		cell_when(c, g->last);
		break;
	case RHYTHM:
		cell_rhythm(c, g);
		break;
	case PROCESS:
		if (g->nprocs > 1) {
			cell_several(c, g->nprocs, "processes");
		} else {
			conn_process(c->made, analysis_store(v->ui->analysis), s->procs, one, s->by == CONN_BY_PROCESS);
			c->text = sbuf_str(c->made);
		}
		break;
	case HOST:
		if (g->nhosts > 1)
			cell_several(c, g->nhosts, "hosts");
		else
			cell_host(c, pooled(v, g->host));
		break;
	default:
		break;
	}
}

static void preview(struct view *v, size_t row, struct page *p)
{
	const struct conns_state *s = v->state;

	conn_page(p, analysis_store(v->ui->analysis), s->procs, &s->group[row], s->by);
}

static const char *scope_text(enum scope scope)
{
	static const char *const text[SCOPES] = {
		[OF_PROCESS] = "of the process", [OF_BRANCH] = "of all that it started, too", [OF_DEST] = "to the destination",
		[OF_HOST] = "of its host", [OF_USER] = "of its user", [OF_DUMP] = "of the whole dump",
	};

	return text[scope];
}

static enum scope wider_than(const struct conns_state *s)
{
	enum scope scope = s->scope;

	do {
		if (++scope == SCOPES)
			return s->scope;
	} while (!s->has[scope]);
	return scope;
}

static void empty(struct view *v, struct page *p)
{
	const struct conns_state *s = v->state;
	char key[KEY_NAME_SIZE * 8];

	page_blank(p);
	if (!s->procs || s->waiting) {
		page_adds(p, ROLE_TEXT, !analysis_store(v->ui->analysis) ? "Connections are shown when the log is loaded." :
		                        !s->procs ? "Connections are being collected." : "Connections are being grouped.");
		page_end(p);
		return;
	}
	if (s->scope == OF_DUMP)
		page_adds(p, ROLE_TEXT, "This log has no connection (event 3).");
	else
		page_addf(p, ROLE_TEXT, "No connection (event 3) %s is in this log.", scope_text(s->scope));
	page_end(p);
	if (wider_than(s) != s->scope && conns_len(s->procs->conns)) {
		page_addf(p, ROLE_DIM, "%s shows those %s.", keys_first(REQ_WIDER, false, key, sizeof key), scope_text(wider_than(s)));
		page_end(p);
	}
}

static void status(struct view *v, struct sbuf *b)
{
	const struct conns_state *s = v->state;

	if (s->procs)
		sbuf_addf(b, "by %s, %s", by_name[s->by], scope_text(s->scope));
}

/* ---- where it leads ---- */

static const struct lineage *members_of(struct view *v, const struct conn_group *g)
{
	struct conns_state *s = v->state;

	free(s->members);
	s->members = xcalloc(1, sizeof *s->members + g->count * sizeof *s->members->v);
	s->members->n = s->members->total = g->count;
	for (uint32_t i = 0; i < g->count; i++)
		s->members->v[i].ev = member(v, g, i)->ev;
	return s->members;
}

static bool about(struct view *v, size_t row, struct entity *e)
{
	const struct conns_state *s = v->state;
	const struct conn_group *g = &s->group[row];
	const struct conn *one = member(v, g, 0);

	*e = ENTITY_NONE;
	e->ev = one->ev;
	e->host = pooled(v, g->host);
	e->dest = pooled(v, g->dest_ip);
	e->lineage = members_of(v, g);
	if (g->nprocs == 1 && g->proc != PROC_NONE) {
		e->proc = ptree_at(s->procs->tree, g->proc);
		e->guid = pooled(v, e->proc->guid);
		e->user = pooled(v, e->proc->user);
		e->process = pooled(v, e->proc->image);
	}
	return true;
}

/* The connections of a group one by one. */
static void open_members(struct view *v, size_t row)
{
	const struct conns_state *s = v->state;
	const struct conn_group *g = &s->group[row];
	struct view_arg arg = {.about = ENTITY_NONE};
	struct sbuf b = {0};

	arg.about.lineage = members_of(v, g);
	sbuf_addz(&b, s->by == CONN_BY_DEST ? "connections to " : "connections of ");
	conn_group_name(&b, analysis_store(v->ui->analysis), s->procs, g, s->by);
	arg.title = sbuf_str(&b);
	ui_open(v->ui, &view_events, &arg);
	sbuf_free(&b);
}

static void change_scope(struct view *v, bool wider)
{
	struct conns_state *s = v->state;
	enum scope to = s->scope;

	if (wider) {
		to = wider_than(s);
	} else {
		while (to > 0 && (to == s->scope || !s->has[to]))
			to--;
		if (!s->has[to])
			to = s->scope;
	}
	if (to == s->scope) {
		ui_say(v->ui, ROLE_TEXT, wider ? "these are all connections of the dump" : "nothing narrower was selected");
		return;
	}
	s->scope = to;
	regroup(v, s->by);
}

static bool request(struct view *v, enum request r, size_t row)
{
	struct conns_state *s = v->state;

	if (!s->procs)
		return false;
	switch (r) {
	case REQ_ENTER:
		if (row == LIST_NONE)
			return false;
		open_members(v, row);
		return true;
	case REQ_WIDER:
	case REQ_NARROWER:
		change_scope(v, r == REQ_WIDER);
		return true;
	case REQ_GROUP:
		regroup(v, s->by == CONN_BY_DEST ? CONN_BY_PROCESS : s->by == CONN_BY_PROCESS ? CONN_BY_HOST : CONN_BY_DEST);
		return true;
	default:
		return false;
	}
}

#define CONNS_OPS                                                                                                      \
	.noun = "group", .columns = cols, .ncolumns = NCOLS, .sort = -1, .state_size = sizeof(struct conns_state), .open = open_conns, .update = update,           \
	.close = close_conns, .cell = cell, .preview = preview, .empty = empty, .status = status, .about = about,              \
	.request = request,                                                                                            \
	.hints = {REQ_ENTER, REQ_GROUP, REQ_WIDER, REQ_NARROWER, REQ_OTHERS, REQ_PTREE, REQ_EVENTS, REQ_FILTER, REQ_SORT, REQ_BACK}

const struct view_ops view_conns = {
	.name = "connections", .help = "network connections, grouped", .digit = '7', .pivot = REQ_CONNS,
	.needs = "a process, host or user", .keeps = true, .kept_alone = true, .accepts = accepts, CONNS_OPS,
};

/* The same, opened on a destination: all that talked to it. */
const struct view_ops view_talkers = {
	.name = "talkers", .help = "who talked to a destination", .pivot = REQ_OTHERS, .needs = "a destination",
	.accepts = has_destination, CONNS_OPS,
};
