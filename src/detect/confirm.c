/* Do the events that a join brought together belong together (DESIGN 3)? A join on a process id alone crosses hosts and
 * times; an event of the one side must share host and process with one of the other. */
#include "detect/inside.h"

#include <stdlib.h>

#include "base/mem.h"

static const char *const guid_fields[] = {
	"ProcessGuid", "SourceProcessGuid", "SourceProcessGUID", "TargetProcessGuid", "TargetProcessGUID", "ParentProcessGuid",
};
static const char *const pid_fields[] = {"ProcessId", "SourceProcessId", "TargetProcessId", "ParentProcessId"};
enum { GUIDS = sizeof(guid_fields) / sizeof(*guid_fields), PIDS = sizeof(pid_fields) / sizeof(*pid_fields) };

/* What an event says of who and where. */
struct identity {
	uint32_t leaf;
	struct str host, guid[GUIDS], pid[PIDS];
	unsigned nguids, npids;
};

/* Not the guid that Sysmon writes when it knows none: all zeros. */
static bool is_guid(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '0' && s.p[i] != '-' && s.p[i] != '{' && s.p[i] != '}')
			return true;
	return false;
}

static void identify(struct identity *id, const struct store *s, struct lin_ev l)
{
	id->leaf = l.leaf;
	id->host = store_sys(s, l.ev, SYS_COMPUTER);
	for (int i = 0; i < GUIDS; i++) {
		struct str v = store_data(s, l.ev, guid_fields[i]);
		if (is_guid(v))
			id->guid[id->nguids++] = v;
	}
	for (int i = 0; i < PIDS; i++) {
		struct str v = store_data(s, l.ev, pid_fields[i]);
		if (v.n)
			id->pid[id->npids++] = v;
	}
}

static bool share(const struct str *a, unsigned na, const struct str *b, unsigned nb)
{
	for (unsigned i = 0; i < na; i++)
		for (unsigned k = 0; k < nb; k++)
			if (str_ieq(a[i], b[k]))
				return true;
	return false;
}

static bool agree(const struct identity *a, const struct identity *b)
{
	bool hosts = a->host.n && b->host.n;

	if (hosts && !str_ieq(a->host, b->host))
		return false;
	if (a->nguids && b->nguids)
		return share(a->guid, a->nguids, b->guid, b->nguids);
	if (!hosts)
		return false;
	return !a->npids || !b->npids || share(a->pid, a->npids, b->pid, b->npids);
}

enum confirm finding_confirm(const struct finding *f, const struct store *s)
{
	const struct lineage *l = f->lineage;

	if (!s || !l || l->n < 2 || l->v[0].leaf != 0 || l->v[l->n - 1].leaf == 0 || !spl_has_join(f->rule->query))
		return CONFIRM_NONE;
	struct identity *id = xcalloc(l->n, sizeof(*id));
	uint32_t main = 0;
	for (uint32_t i = 0; i < l->n; i++) {
		identify(&id[i], s, l->v[i]);
		main += l->v[i].leaf == 0;
	}
	bool all = true;
	for (uint32_t i = main, next; i < l->n && all; i = next) {
		bool one = false;
		for (next = i; next < l->n && id[next].leaf == id[i].leaf; next++)
			for (uint32_t k = 0; k < main && !one; k++)
				one = agree(&id[k], &id[next]);
		all = one;
	}
	free(id);
	return all ? CONFIRM_YES : CONFIRM_NO;
}
