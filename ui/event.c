/* What one event says at a glance. */
#include "ui/event.h"

#include "ui/view.h"

const char *const event_image_fields[] = {"Image", "SourceImage", NULL};
const char *const event_guid_fields[] = {"ProcessGuid", "SourceProcessGuid", "SourceProcessGUID", NULL};
const char *const event_user_fields[] = {"User", "SourceUser", NULL};

static struct str first_of(const struct store *s, ev_t ev, const char *const *name)
{
	struct str v = {0};

	for (; *name && !v.n; name++)
		v = store_data(s, ev, *name);
	return v;
}

struct str event_image(const struct store *s, ev_t ev)
{
	return first_of(s, ev, event_image_fields);
}

struct str event_guid(const struct store *s, ev_t ev)
{
	return first_of(s, ev, event_guid_fields);
}

struct str event_user(const struct store *s, ev_t ev)
{
	return first_of(s, ev, event_user_fields);
}

unsigned event_id(const struct store *s, ev_t ev)
{
	return table_event_id(store_event(s, ev).table);
}

const char *event_name(const struct store *s, ev_t ev)
{
	const struct sysmon_event *e = sysmon_event(event_id(s, ev));

	return e ? e->name : "unknown event";
}

struct str event_gist(const struct store *s, ev_t ev)
{
	struct event_ref r = store_event(s, ev);
	const struct sysmon_event *e = sysmon_event(table_event_id(r.table));
	struct str v = e && e->gist ? store_data(s, ev, e->gist) : (struct str){0};
	size_t n;
	const uint32_t *field = table_fields(r.table, &n);

	for (size_t i = 0; i < n && !v.n; i++)
		v = pool_str(store_pool(s), table_data_at(s, r.table, pool_str(store_pool(s), field[i]), r.row));
	return v;
}

/* What is told after the gist, and what stands before it. */
static const struct {
	unsigned id;
	const char *before, *field;
} more[] = {
	{3, ":", "DestinationPort"}, {3, " ", "DestinationHostname"}, {3, " ", "Protocol"}, {8, " at ", "StartFunction"},
	{10, " access ", "GrantedAccess"}, {12, " ", "EventType"}, {13, " = ", "Details"}, {14, " to ", "NewName"},
	{22, " is ", "QueryResults"},
};

bool event_is_composed(unsigned id)
{
	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		if (more[i].id == id)
			return true;
	return false;
}

void event_what(const struct store *s, ev_t ev, struct sbuf *b)
{
	unsigned id = event_id(s, ev);

	sbuf_adds(b, event_gist(s, ev));
	for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
		struct str v = more[i].id == id ? store_data(s, ev, more[i].field) : (struct str){0};

		if (v.n && !str_eqc(v, "-"))
			sbuf_addf(b, "%s%.*s", more[i].before, STR_FMT(v));
	}
	if (id == 3) {
		struct str out = store_data(s, ev, "Initiated");

		sbuf_addz(b, str_ieqc(out, "true") ? " out" : str_ieqc(out, "false") ? " in" : "");
	}
}

void event_line(struct page *p, const struct store *s, ev_t ev, int indent)
{
	char time[WHEN_SIZE];
	uint64_t record = store_record_id(s, ev);
	struct page_link before = p->link;
	struct sbuf what = {0};

	event_what(s, ev, &what);
	struct str gist = arena_str(p->arena, sbuf_str(&what));
	sbuf_free(&what);
	p->link = (struct page_link){.kind = LINK_EVENT, .n = ev};
	p->value = gist;
	page_tab(p, indent, false);
	page_addf(p, ROLE_TEXT, "%s", store_time(s, ev) == WHEN_NONE ? "-" : when_human(store_time(s, ev), false, time));
	page_tab(p, indent + 21, true);
	page_addf(p, ROLE_LINK, "event %u %s", event_id(s, ev), event_name(s, ev));
	if (record != UINT64_MAX)
		page_addf(p, ROLE_DIM, "  record %llu", (unsigned long long)record);
	page_adds(p, ROLE_TEXT, "  ");
	page_add(p, ROLE_DIM, store_sys(s, ev, SYS_COMPUTER));
	page_end(p);
	if (gist.n) {
		page_tab(p, indent + 21, false);
		page_wrap(p, ROLE_CODE, gist, indent + 23);
		page_end(p);
	}
	p->link = before;
	p->value = (struct str){0};
}
