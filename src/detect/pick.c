/* What every list shows of a finding: host, user, process, connection. From the result row where it says so, else from the
 * events behind it. */
#include "detect/inside.h"

/* Words that stand for "no value": of Sysmon, of the data models, of fillnull. */
static bool is_filler(struct str s)
{
	return !s.n || str_eqc(s, "-") || str_eqc(s, "unknown") || str_eqc(s, "null");
}

/* A column of the row by name, else by "prefix.name"; null when there is none. */
static struct val result_field(const struct rows *r, size_t row, const char *name)
{
	size_t n = strlen(name);
	ptrdiff_t c = rows_find(r, (struct str){name, n});

	if (c >= 0)
		return r->col[c].v[row];
	for (size_t i = 0; i < r->ncols; i++) {
		struct str s = r->col[i].name;
		if (s.n > n + 1 && s.p[s.n - n - 1] == '.' && memcmp(s.p + s.n - n, name, n) == 0)
			return r->col[i].v[row];
	}
	return val_null();
}

/* The first value of the first of these fields that says something. `a` takes the text of numbers. */
static struct str from_row(const struct finding *f, struct arena *a, const char *const *names)
{
	for (; *names; names++) {
		struct val v = result_field(f->rows, f->row, *names);
		for (uint32_t i = 0; i < val_count(v); i++) {
			struct str s = val_text(val_at(v, i), a);
			if (!is_filler(s))
				return s;
		}
	}
	return STR("");
}

static struct str from_event(const struct store *s, ev_t ev, const char *const *names)
{
	for (; s && ev != EV_NONE && *names; names++) {
		struct str v = store_data(s, ev, *names);
		if (!is_filler(v))
			return v;
	}
	return STR("");
}

static struct str base_name(struct str path)
{
	struct str s = str_after_last(path, '\\');

	return s.n == path.n ? str_after_last(path, '/') : s;
}

/* Is it the name of a computer that one of the events comes from? */
static bool is_event_host(const struct finding *f, const struct store *s, struct str host)
{
	for (uint32_t i = 0; s && f->lineage && i < f->lineage->n; i++)
		if (str_ieq(store_sys(s, f->lineage->v[i].ev, SYS_COMPUTER), host))
			return true;
	return false;
}

static ev_t find_main(const struct lineage *l, const struct store *s)
{
	ev_t best = EV_NONE;

	if (!l || !s)
		return EV_NONE;
	for (uint32_t i = 0; i < l->n; i++)
		if (table_event_id(store_event(s, l->v[i].ev).table) == 1)
			return l->v[i].ev;
	for (uint32_t i = 0; i < l->n; i++)
		if (best == EV_NONE || store_time(s, l->v[i].ev) < store_time(s, best))
			best = l->v[i].ev;
	return best;
}

/* The first event with this id. */
static ev_t find_event(const struct lineage *l, const struct store *s, unsigned event_id)
{
	for (uint32_t i = 0; s && l && i < l->n; i++)
		if (table_event_id(store_event(s, l->v[i].ev).table) == event_id)
			return l->v[i].ev;
	return EV_NONE;
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct str first_of(struct str a, struct str b) { return a.n ? a : b; }

/* A field `dest` may be where a connection went: it is the host only if an event comes from there, or none tells. */
static void pick_host(struct finding *f, const struct store *s, struct arena *a)
{
	static const char *const names[] = {"dest", "host", "Computer", "dvc", "dvc_nt_host", "src"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct str v = from_row(f, a, NAMES(names[i]));
		if (v.n && (f->main_event == EV_NONE || is_event_host(f, s, v))) {
			f->host = v;
			return;
		}
	}
	f->host = f->main_event == EV_NONE ? STR("") : first_of(store_sys(s, f->main_event, SYS_COMPUTER), STR(""));
}

static void pick_connection(struct finding *f, const struct store *s, struct arena *a)
{
	ev_t net = find_event(f->lineage, s, 3), dns = find_event(f->lineage, s, 22);

	f->c2 = from_row(f, a, NAMES("C2", "dest_ip", "DestinationIp"));
	f->port = from_row(f, a, NAMES("dest_port", "DestinationPort"));
	if (!f->c2.n && (net != EV_NONE || f->main_event == EV_NONE)) {
		struct str dest = from_row(f, a, NAMES("DestinationHostname", "dest"));
		if (dest.n && !str_ieq(dest, f->host) && !is_event_host(f, s, dest))
			f->c2 = dest;
	}
	if (!f->c2.n)
		f->c2 = from_event(s, net, NAMES("DestinationIp", "DestinationHostname"));
	if (!f->port.n && net != EV_NONE)
		f->port = from_event(s, net, NAMES("DestinationPort"));
	if (!f->c2.n && dns != EV_NONE)
		f->c2 = first_of(from_row(f, a, NAMES("query", "QueryName")), from_event(s, dns, NAMES("QueryName")));
}

void finding_pick(struct finding *f, const struct store *s, struct arena *a)
{
	f->main_event = find_main(f->lineage, s);
	ev_t ev = f->main_event;

	pick_host(f, s, a);
	f->user = first_of(from_row(f, a, NAMES("user", "User", "src_user", "SourceUser")), from_event(s, ev, NAMES("User", "SourceUser")));
	f->user = str_after_last(f->user, '\\');
	f->parent = first_of(from_row(f, a, NAMES("parent_process_name")),
	                     base_name(first_of(from_row(f, a, NAMES("ParentImage", "parent_process_path")), from_event(s, ev, NAMES("ParentImage")))));
	f->process = first_of(from_row(f, a, NAMES("process_name")),
	                      base_name(first_of(from_row(f, a, NAMES("Image", "SourceImage", "process_path")),
	                                         from_event(s, ev, NAMES("Image", "SourceImage")))));
	f->command = first_of(from_row(f, a, NAMES("process", "CommandLine")), from_event(s, ev, NAMES("CommandLine")));
	f->pid = first_of(from_row(f, a, NAMES("process_id", "ProcessId", "SourceProcessId")), from_event(s, ev, NAMES("ProcessId", "SourceProcessId")));
	f->guid = first_of(from_row(f, a, NAMES("process_guid", "ProcessGuid", "SourceProcessGuid", "SourceProcessGUID")),
	                   from_event(s, ev, NAMES("ProcessGuid", "SourceProcessGuid", "SourceProcessGUID")));
	pick_connection(f, s, a);
}
