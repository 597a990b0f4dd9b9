/* Builds the process tree from the columns of the store: creations first, then the subjects of all other events, then
 * parents, then order. Owns identity (guid, else host and pid and time); what to show of a process is the screen's. */
#include "cim/ptree.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"

const char *const proc_kind_name[PROC_KINDS] = {"NET", "DNS", "FILE", "REG", "IMG", "INJ", "OTHER"};

/* One use of a pid on a host: from `start` on, until the next entry of the same host and pid. */
struct pid_use {
	uint32_t host, pid, proc;                        /* host: folded id */
	usec_t start;
};

struct ptree {
	const struct store *store;
	struct pool *pool;
	struct proc *v;
	uint32_t n, cap;
	uint32_t first_root;
	uint32_t *of;                                    /* per event */
	ev_t *event;                                     /* events by process … */
	size_t *event_at;                                /* … from event_at[proc] to event_at[proc + 1] */
	struct map *guids;                               /* folded guid id -> proc */
	struct map *guessed;                             /* host, pid, image -> proc made without a guid */
	struct pid_use *use;                             /* by host, pid, start */
	size_t nuse, usecap;
};

static struct str id_key(const uint32_t *v, size_t n) { return (struct str){(const char *)v, n * sizeof *v}; }

static uint32_t proc_new(struct ptree *t)
{
	GROW(t->v, t->n, t->cap);
	t->v[t->n] = (struct proc){.parent = PROC_NONE, .child = PROC_NONE, .next = PROC_NONE, .create = EV_NONE, .end = EV_NONE,
		.start = WHEN_NONE, .stop = WHEN_NONE, .first = WHEN_NONE, .last = WHEN_NONE};
	return t->n++;
}

/* A guid of zeros is Sysmon's way to say that it does not know. */
static bool is_guid(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("{}-0", s.p[i]))
			return true;
	return false;
}

static uint32_t guid_of(struct ptree *t, uint32_t id)
{
	return id && is_guid(pool_str(t->pool, id)) ? pool_fold(t->pool, id) : 0;
}

/* The process of a folded guid, made when new. */
static uint32_t by_guid(struct ptree *t, uint32_t folded, uint32_t as_written)
{
	bool fresh;
	union map_val *v = map_put(t->guids, id_key(&folded, 1), &fresh);

	if (fresh) {
		v->u = proc_new(t);
		t->v[v->u].guid = as_written;
	}
	return (uint32_t)v->u;
}

static void fill(uint32_t *field, uint32_t id)
{
	if (!*field)
		*field = id;
}

/* ------------------------------------------------------------------------------------------------ pids */

static int use_cmp(const void *a, const void *b)
{
	const struct pid_use *x = a, *y = b;

	if (x->host != y->host)
		return x->host < y->host ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->proc < y->proc ? -1 : x->proc > y->proc;
}

static void use_add(struct ptree *t, uint32_t host, uint32_t pid, usec_t start, uint32_t proc)
{
	if (!host || !pid)
		return;
	GROW(t->use, t->nuse, t->usecap);
	t->use[t->nuse++] = (struct pid_use){pool_fold(t->pool, host), pid, proc, start};
}

/* The use that was under way at `when`; with `nearest` else the first later one. */
static uint32_t use_find(const struct ptree *t, uint32_t host, uint32_t pid, usec_t when, bool nearest)
{
	const struct pid_use want = {host, pid, UINT32_MAX, when};
	size_t lo = 0, hi = t->nuse;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (use_cmp(&t->use[mid], &want) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo > 0 && t->use[lo - 1].host == host && t->use[lo - 1].pid == pid)
		return t->use[lo - 1].proc;
	if (nearest && lo < t->nuse && t->use[lo].host == host && t->use[lo].pid == pid)
		return t->use[lo].proc;
	return PROC_NONE;
}

/* A process known only by host, pid and image. */
static uint32_t guess(struct ptree *t, uint32_t host, uint32_t pid, uint32_t image)
{
	const uint32_t key[3] = {pool_fold(t->pool, host), pid, image ? pool_fold(t->pool, image) : 0};
	bool fresh;
	union map_val *v = map_put(t->guessed, id_key(key, 3), &fresh);

	if (fresh) {
		uint32_t p = proc_new(t);

		v->u = p;
		t->v[p].host = host;
		t->v[p].pid = pid;
		t->v[p].image = image;
		t->v[p].by_pid = true;
	}
	return (uint32_t)v->u;
}

/* ------------------------------------------------------------------------------------------------ events */

static enum proc_kind kind_of(unsigned event_id)
{
	switch (event_id) {
	case 3: return PROC_NET;
	case 22: return PROC_DNS;
	case 2: case 11: case 15: case 23: case 26: case 27: case 28: case 29: return PROC_FILE;
	case 12: case 13: case 14: return PROC_REG;
	case 7: return PROC_IMAGE;
	case 8: case 10: return PROC_INJECT;
	default: return PROC_OTHER;
	}
}

/* The columns that name the subject of an event. Sysmon spells the guids of event 10 in capitals. */
struct subject {
	struct column guid, pid, image, user, host;
};

static struct subject subject_of(const struct store *s, const struct store_table *tab)
{
	const unsigned id = table_event_id(tab);
	const bool source = id == 8 || id == 10;
	struct subject c = {
		.guid = table_data(s, tab, id == 10 ? STR("SourceProcessGUID") : id == 8 ? STR("SourceProcessGuid") : STR("ProcessGuid")),
		.pid = table_data(s, tab, source ? STR("SourceProcessId") : STR("ProcessId")),
		.image = table_data(s, tab, source ? STR("SourceImage") : STR("Image")),
		.user = table_data(s, tab, source ? STR("SourceUser") : STR("User")),
		.host = table_sys(s, tab, SYS_COMPUTER),
	};

	if (source && column_none(c.guid))
		c.guid = table_data(s, tab, id == 10 ? STR("SourceProcessGuid") : STR("SourceProcessGUID"));
	return c;
}

static void add_creations(struct ptree *t, const struct store_table *tab)
{
	const struct store *s = t->store;
	const struct subject c = subject_of(s, tab);
	const struct column command = table_data(s, tab, STR("CommandLine")), integrity = table_data(s, tab, STR("IntegrityLevel"));
	const usec_t *time = table_time(tab);
	const ev_t *ev = table_ev(tab);

	for (uint32_t r = 0; r < table_rows(tab); r++) {
		const uint32_t guid = guid_of(t, column_at(c.guid, r));
		const uint32_t p = guid ? by_guid(t, guid, column_at(c.guid, r)) : proc_new(t);
		struct proc *v = &t->v[p];

		t->of[ev[r]] = p;
		if (v->create != EV_NONE)                /* the same creation, logged or loaded twice */
			continue;
		v->create = ev[r];
		v->start = time[r];
		v->host = column_at(c.host, r);
		v->pid = column_at(c.pid, r);
		v->image = column_at(c.image, r);
		v->user = column_at(c.user, r);
		v->command = column_at(command, r);
		v->integrity = column_at(integrity, r);
		v->by_pid = !guid;
		use_add(t, v->host, v->pid, v->start, p);
	}
}

static void add_subjects(struct ptree *t, const struct store_table *tab)
{
	const struct store *s = t->store;
	const struct subject c = subject_of(s, tab);
	const enum proc_kind kind = kind_of(table_event_id(tab));
	const bool creation = table_event_id(tab) == 1, end = table_event_id(tab) == 5;
	const usec_t *time = table_time(tab);
	const ev_t *ev = table_ev(tab);

	for (uint32_t r = 0; r < table_rows(tab); r++) {
		const uint32_t host = column_at(c.host, r), pid = column_at(c.pid, r), image = column_at(c.image, r);
		uint32_t p = t->of[ev[r]];

		if (p == PROC_NONE) {
			const uint32_t guid = guid_of(t, column_at(c.guid, r));

			if (guid)
				p = by_guid(t, guid, column_at(c.guid, r));
			else if (host && pid) {
				p = use_find(t, pool_fold(t->pool, host), pid, time[r], false);
				if (p == PROC_NONE)
					p = guess(t, host, pid, image);
			}
			if (p == PROC_NONE)
				continue;
			t->of[ev[r]] = p;
		}
		struct proc *v = &t->v[p];

		fill(&v->host, host);
		fill(&v->pid, pid);
		fill(&v->image, image);
		fill(&v->user, column_at(c.user, r));
		if (time[r] != WHEN_NONE) {
			if (v->first == WHEN_NONE || time[r] < v->first)
				v->first = time[r];
			if (v->last == WHEN_NONE || time[r] > v->last)
				v->last = time[r];
		}
		if (end && v->end == EV_NONE) {
			v->end = ev[r];
			v->stop = time[r];
		}
		if (!creation && !end)
			v->count[kind]++;
	}
}

/* Events 8 and 10 name their target with guid and pid together: enough to recover a pid that its own events lost. */
static void recover_targets(struct ptree *t, const struct store_table *tab)
{
	const struct store *s = t->store;
	const struct column pid = table_data(s, tab, STR("TargetProcessId")), image = table_data(s, tab, STR("TargetImage"));
	struct column guid = table_data(s, tab, STR("TargetProcessGuid"));

	if (column_none(guid))
		guid = table_data(s, tab, STR("TargetProcessGUID"));
	for (uint32_t r = 0; r < table_rows(tab); r++) {
		const uint32_t g = guid_of(t, column_at(guid, r));
		const union map_val *v = g ? map_get(t->guids, id_key(&g, 1)) : NULL;

		if (v) {
			fill(&t->v[v->u].pid, column_at(pid, r));
			fill(&t->v[v->u].image, column_at(image, r));
		}
	}
}

static void add_parents(struct ptree *t, const struct store_table *tab)
{
	const struct store *s = t->store;
	const struct column guid = table_data(s, tab, STR("ParentProcessGuid")), pid = table_data(s, tab, STR("ParentProcessId"));
	const struct column image = table_data(s, tab, STR("ParentImage")), command = table_data(s, tab, STR("ParentCommandLine"));
	const struct column user = table_data(s, tab, STR("ParentUser"));
	const ev_t *ev = table_ev(tab);

	for (uint32_t r = 0; r < table_rows(tab); r++) {
		const uint32_t p = t->of[ev[r]];
		const uint32_t g = guid_of(t, column_at(guid, r)), ppid = column_at(pid, r);
		uint32_t parent = PROC_NONE;

		if (p == PROC_NONE || t->v[p].create != ev[r])
			continue;
		const uint32_t host = t->v[p].host;

		if (g)
			parent = by_guid(t, g, column_at(guid, r));
		else if (host && ppid) {
			parent = use_find(t, pool_fold(t->pool, host), ppid, t->v[p].start, false);
			if (parent == p || parent == PROC_NONE)
				parent = guess(t, host, ppid, column_at(image, r));
		}
		if (parent == PROC_NONE || parent == p)
			continue;
		struct proc *v = &t->v[parent];

		fill(&v->host, host);
		fill(&v->pid, ppid);
		fill(&v->image, column_at(image, r));
		fill(&v->command, column_at(command, r));
		fill(&v->user, column_at(user, r));
		t->v[p].parent = parent;
	}
}

/* ------------------------------------------------------------------------------------------------ shape */

/* A log may claim that A started B and B started A. Follows each chain once; a link back into the chain itself is cut. */
static void cut_circles(struct ptree *t)
{
	uint32_t *seen = xcalloc(t->n + 1, sizeof *seen);        /* the walk that came by, 0 none */

	for (uint32_t i = 0; i < t->n; i++)
		for (uint32_t p = i; !seen[p]; p = t->v[p].parent) {
			seen[p] = i + 1;
			const uint32_t up = t->v[p].parent;

			if (up == PROC_NONE)
				break;
			if (seen[up] == i + 1) {
				t->v[p].parent = PROC_NONE;
				t->v[p].cut = true;
				break;
			}
		}
	free(seen);
}

struct place {
	uint32_t proc;
	struct str host;
	usec_t start;
};

static int place_cmp(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	const int host = str_cmp(x->host, y->host);

	if (host)
		return host;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->proc < y->proc ? -1 : x->proc > y->proc;
}

/* Links children and roots in order of start; a process without creation stands where its first trace or child does. */
static void link_children(struct ptree *t)
{
	struct place *at = xcalloc(t->n + 1, sizeof *at);
	uint32_t *last = xcalloc(t->n + 1, sizeof *last);        /* per parent: the child linked last, + 1 */
	uint32_t last_root = PROC_NONE;

	for (uint32_t i = 0; i < t->n; i++) {
		const struct proc *v = &t->v[i];

		at[i] = (struct place){i, pool_str(t->pool, v->host), v->start != WHEN_NONE ? v->start : v->first};
	}
	for (uint32_t i = 0; i < t->n; i++) {
		const uint32_t up = t->v[i].parent;

		if (up != PROC_NONE && t->v[up].create == EV_NONE && at[i].start != WHEN_NONE &&
		    (at[up].start == WHEN_NONE || at[i].start < at[up].start))
			at[up].start = at[i].start;
	}
	qsort(at, t->n, sizeof *at, place_cmp);
	t->first_root = PROC_NONE;
	for (uint32_t i = 0; i < t->n; i++) {
		const uint32_t p = at[i].proc, up = t->v[p].parent;

		if (up == PROC_NONE) {
			if (last_root == PROC_NONE)
				t->first_root = p;
			else
				t->v[last_root].next = p;
			last_root = p;
		} else {
			if (last[up])
				t->v[last[up] - 1].next = p;
			else
				t->v[up].child = p;
			last[up] = p + 1;
		}
	}
	free(last);
	free(at);
}

/* Depths from the roots down, descendants from the leaves up; without recursion, as chains may be long. */
static void measure(struct ptree *t)
{
	uint32_t *order = xcalloc(t->n + 1, sizeof *order);
	uint32_t n = 0;

	for (uint32_t r = t->first_root; r != PROC_NONE; r = t->v[r].next)
		order[n++] = r;
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t c = t->v[order[i]].child; c != PROC_NONE; c = t->v[c].next) {
			t->v[c].depth = t->v[order[i]].depth + 1;
			order[n++] = c;
		}
	while (n--)
		if (t->v[order[n]].parent != PROC_NONE)
			t->v[t->v[order[n]].parent].descendants += t->v[order[n]].descendants + 1;
	free(order);
}

static void list_events(struct ptree *t)
{
	const uint32_t n = store_events(t->store);
	size_t *fill_at = xcalloc(t->n + 1, sizeof *fill_at);

	t->event_at = xcalloc(t->n + 1, sizeof *t->event_at);
	for (ev_t e = 0; e < n; e++)
		if (t->of[e] != PROC_NONE)
			t->event_at[t->of[e] + 1]++;
	for (uint32_t p = 0; p < t->n; p++) {
		t->event_at[p + 1] += t->event_at[p];
		fill_at[p] = t->event_at[p];
	}
	t->event = xcalloc(t->event_at[t->n] + 1, sizeof *t->event);
	for (ev_t e = 0; e < n; e++)
		if (t->of[e] != PROC_NONE)
			t->event[fill_at[t->of[e]]++] = e;
	free(fill_at);
}

/* ------------------------------------------------------------------------------------------------ public */

struct ptree *ptree_new(const struct store *s)
{
	struct ptree *t = xcalloc(1, sizeof *t);
	const size_t ntables = store_ntables(s);

	t->store = s;
	t->pool = store_pool(s);
	t->guids = map_new();
	t->guessed = map_new();
	t->of = xcalloc(store_events(s) + 1, sizeof *t->of);
	for (ev_t e = 0; e < store_events(s); e++)
		t->of[e] = PROC_NONE;
	for (size_t i = 0; i < ntables; i++)
		if (table_event_id(store_table(s, i)) == 1)
			add_creations(t, store_table(s, i));
	if (t->nuse)
		qsort(t->use, t->nuse, sizeof *t->use, use_cmp);
	for (size_t i = 0; i < ntables; i++)
		add_subjects(t, store_table(s, i));
	for (size_t i = 0; i < ntables; i++)
		if (table_event_id(store_table(s, i)) == 1)
			add_parents(t, store_table(s, i));
	for (size_t i = 0; i < ntables; i++)
		if (table_event_id(store_table(s, i)) == 8 || table_event_id(store_table(s, i)) == 10)
			recover_targets(t, store_table(s, i));
	/* Pids recovered meanwhile, and processes without creation, can be asked for, too. */
	t->nuse = 0;
	for (uint32_t p = 0; p < t->n; p++)
		use_add(t, t->v[p].host, t->v[p].pid, t->v[p].start != WHEN_NONE ? t->v[p].start : t->v[p].first, p);
	if (t->nuse)
		qsort(t->use, t->nuse, sizeof *t->use, use_cmp);
	cut_circles(t);
	link_children(t);
	measure(t);
	list_events(t);
	return t;
}

void ptree_free(struct ptree *t)
{
	if (!t)
		return;
	map_free(t->guids);
	map_free(t->guessed);
	free(t->use);
	free(t->event_at);
	free(t->event);
	free(t->of);
	free(t->v);
	free(t);
}

uint32_t ptree_len(const struct ptree *t) { return t->n; }
const struct proc *ptree_at(const struct ptree *t, uint32_t proc) { return &t->v[proc]; }
uint32_t ptree_roots(const struct ptree *t) { return t->first_root; }
uint32_t ptree_of(const struct ptree *t, ev_t ev) { return t->of[ev]; }

uint32_t ptree_by_guid(const struct ptree *t, uint32_t guid)
{
	const uint32_t folded = guid ? pool_fold(t->pool, guid) : 0;
	const union map_val *v = folded ? map_get(t->guids, id_key(&folded, 1)) : NULL;

	return v ? (uint32_t)v->u : PROC_NONE;
}

uint32_t ptree_by_pid(const struct ptree *t, uint32_t host, uint32_t pid, usec_t when)
{
	return host && pid ? use_find(t, pool_fold(t->pool, host), pid, when, true) : PROC_NONE;
}

const ev_t *ptree_events(const struct ptree *t, uint32_t proc, size_t *n)
{
	*n = t->event_at[proc + 1] - t->event_at[proc];
	return t->event + t->event_at[proc];
}
