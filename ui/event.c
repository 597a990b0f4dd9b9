/* What one event says at a glance. */
#include "ui/event.h"

#include "ui/clock.h"
#include "ui/view.h"

enum { LINES = 6 };                                      /* of a gist on a page; the event itself has it whole */

/* Names of fields that may hold those, in the order in which they are tried. */
static const char *const image_fields[] = {"Image", "SourceImage", NULL};
static const char *const guid_fields[] = {"ProcessGuid", "SourceProcessGuid", "SourceProcessGUID", NULL};
static const char *const user_fields[] = {"User", "SourceUser", NULL};

static struct str first_of(const struct store *s, ev_t ev, const char *const *name)
{
	struct str v = {0};

	for (; *name && !v.n; name++)
		v = store_data(s, ev, *name);
	return v;
}

struct str event_image(const struct store *s, ev_t ev)
{
	return first_of(s, ev, image_fields);
}

struct str event_guid(const struct store *s, ev_t ev)
{
	return first_of(s, ev, guid_fields);
}

static struct str event_user(const struct store *s, ev_t ev)
{
	return first_of(s, ev, user_fields);
}

struct entity event_entity(const struct store *s, ev_t ev)
{
	struct entity e = ENTITY_NONE;

	e.ev = ev;
	e.host = store_sys(s, ev, SYS_COMPUTER);
	e.user = event_user(s, ev);
	e.guid = event_guid(s, ev);
	e.process = event_image(s, ev);
	e.dest = store_data(s, ev, "DestinationIp");
	return e;
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

void event_columns(const struct store *s, const struct store_table *t, struct event_columns *c)
{
	const struct sysmon_event *def = sysmon_event(table_event_id(t));

	*c = (struct event_columns){0};
	for (int i = 0; i < 2; i++) {
		c->image[i] = table_data(s, t, str_c(image_fields[i]));
		c->user[i] = table_data(s, t, str_c(user_fields[i]));
	}
	c->host = table_sys(s, t, SYS_COMPUTER);
	c->gist = table_data(s, t, str_c(def && def->gist ? def->gist : ""));
	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		if (more[i].id == table_event_id(t)) {
			c->before[c->nmore] = more[i].before;
			c->more[c->nmore++] = table_data(s, t, str_c(more[i].field));
		}
	c->initiated = table_data(s, t, table_event_id(t) == 3 ? STR("Initiated") : STR(""));
}

uint32_t event_value(const struct column *c, size_t n, uint32_t row)
{
	uint32_t id = 0;

	for (size_t i = 0; i < n && !id; i++)
		id = column_at(c[i], row);
	return id;
}

void event_columns_what(const struct store *s, const struct event_columns *c, uint32_t row, struct sbuf *b)
{
	const struct pool *pool = store_pool(s);
	uint32_t id = column_at(c->gist, row);

	sbuf_adds(b, pool_str(pool, id));
	for (size_t i = 0; i < c->nmore; i++) {
		struct str v = pool_str(pool, column_at(c->more[i], row));

		if (v.n == 0 || str_eqc(v, "-"))
			continue;
		sbuf_addz(b, c->before[i]);
		sbuf_adds(b, v);
	}
	struct str out = pool_str(pool, column_at(c->initiated, row));
	if (out.n)
		sbuf_addz(b, str_ieqc(out, "true") ? " out" : " in");
}

void event_what(const struct store *s, ev_t ev, struct sbuf *b)
{
	struct event_ref r = store_event(s, ev);
	struct event_columns c;

	event_columns(s, r.table, &c);
	if (column_at(c.gist, r.row))
		event_columns_what(s, &c, r.row, b);
	else
		sbuf_adds(b, event_gist(s, ev));
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
	page_addf(p, ROLE_TEXT, "%s", store_time(s, ev) == WHEN_NONE ? "-" : clock_text(store_time(s, ev), time));
	page_tab(p, indent + 21, true);
	page_addf(p, ROLE_LINK, "event %u %s", event_id(s, ev), event_name(s, ev));
	if (record != UINT64_MAX)
		page_addf(p, ROLE_DIM, "  record %llu", (unsigned long long)record);
	page_adds(p, ROLE_TEXT, "  ");
	page_add(p, ROLE_DIM, store_sys(s, ev, SYS_COMPUTER));
	page_end(p);
	if (gist.n) {
		page_tab(p, indent + 21, false);
		page_wrap_some(p, ROLE_CODE, gist, indent + 23, LINES);
		page_end(p);
	}
	p->link = before;
	p->value = (struct str){0};
}
