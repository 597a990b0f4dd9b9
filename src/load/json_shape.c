/* From the values of a record to an event: attributes by their rank, EventData where it stands, in whatever spelling. A record
 * without an EventData object is flat: every value that is no attribute is a field of the event. What names mean is
 * json_names.c's. */
#include "load/json.h"

#include "load/text.h"

#include <stdio.h>
#include <stdlib.h>

/* A value of EventType that is the collector's: how bad, not what. */
static bool is_severity(struct str v)
{
	static const char *const words[] = {"INFO", "WARNING", "ERROR", "VERBOSE", "CRITICAL", "DEBUG", "AUDIT_SUCCESS",
	                                    "AUDIT_FAILURE"};

	for (size_t i = 0; i < sizeof(words) / sizeof *words; i++)
		if (str_eqc(v, words[i]))
			return true;
	return false;
}

/* Values written into room that lasts as long as the record. */
struct scratch {
	char keywords[24], time[WHEN_SIZE];
};

/* A signed decimal as the 64-bit mask that it is. */
static struct str keywords(struct str v, struct scratch *room)
{
	bool minus = v.n && v.p[0] == '-';
	unsigned long long n;

	if (!str_u64((struct str){v.p + minus, v.n - minus}, &n))
		return v;
	int len = snprintf(room->keywords, sizeof(room->keywords), "0x%llx", minus ? 0 - n : n);
	return (struct str){room->keywords, (size_t)len};
}

/* Seconds since 1970 as the time that they are. */
static struct str epoch(struct str v, struct scratch *room)
{
	const char *dot = memchr(v.p, '.', v.n);
	unsigned long long seconds;
	usec_t t;

	if (!str_u64((struct str){v.p, dot ? (size_t)(dot - v.p) : v.n}, &seconds) || seconds > 253402300799)
		return v;
	t = (usec_t)seconds * USEC_PER_SEC;
	usec_t unit = USEC_PER_SEC / 10;
	for (const char *p = dot ? dot + 1 : v.p + v.n; p < v.p + v.n && *p >= '0' && *p <= '9'; p++, unit /= 10)
		t += (*p - '0') * unit;
	return str_c(when_iso(t, 6, room->time));
}

/* What is known of the record while its values are gone through. */
struct feed {
	struct jsonrec *r;
	struct batch *b;
	uint8_t rank[SYS_COUNT];
	struct str id;                                   /* EventID */
	bool elastic;                                    /* … as Elastic calls it: ECS names count */
	struct {
		uint32_t leaf;
		const struct jsonrec_name *name;
	} ecs[64];                                       /* what may stand for a field that is missing */
	unsigned necs;
};

/* "XmlWinEventLog:Microsoft-Windows-Sysmon/Operational" without what Splunk puts before. */
static struct str splunk_source(struct str v)
{
	struct str channel = str_after_last(v, ':'), before = {v.p, v.n - channel.n};

	return str_ends(before, "WinEventLog:") ? channel : (struct str){NULL, 0};
}

static void feed_sys(struct feed *f, const struct jsonrec_name *name, const struct jsonrec_leaf *l, struct scratch *room)
{
	struct str v = l->value;

	if (v.n > 2 && v.p[0] == '\'' && v.p[v.n - 1] == '\'')    /* cut out of the XML with their quotes */
		v = (struct str){v.p + 1, v.n - 2};
	if (!v.n || name->rank > f->rank[name->field])
		return;
	if (name->field == SYS_KEYWORDS)
		v = keywords(v, room);
	else if (name->field == SYS_TIME_CREATED && (l->type == JSONREC_NUMBER || str_eqc(l->path, "_time")))
		v = epoch(v, room);
	else if (name->field == SYS_EVENT_ID)
		f->id = v;
	else if (name->flags & NAME_SPLUNK)
		v = splunk_source(v);
	if (!v.n)
		return;
	f->rank[name->field] = name->rank;
	batch_sys(f->b, name->field, v);
}

/* nameOfField -> NameOfField, with \\ and \" as what they stand for. */
static void feed_camel(struct feed *f, const struct jsonrec_leaf *l)
{
	struct str name = l->path, v = l->value;
	char *p = jsonrec_text(f->r, name.n + v.n), *w = p ? p + name.n : NULL;

	if (!p)
		return;
	memcpy(p, name.p, name.n);
	if (name.n && p[0] >= 'a' && p[0] <= 'z')
		p[0] = (char)(p[0] - 'a' + 'A');
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == '\\' && i + 1 < v.n && (v.p[i + 1] == '\\' || v.p[i + 1] == '"'))
			i++;
		*w++ = v.p[i];
	}
	batch_data(f->b, (struct str){p, name.n}, (struct str){p + name.n, (size_t)(w - p) - name.n});
}

/* ---- ECS ---- */

static bool has_data(const struct jsonrec *r, const char *field)
{
	for (uint32_t i = 0; i < r->n; i++)
		if ((r->leaf[i].data || !r->nested) && str_eqc(r->leaf[i].path, field))
			return true;
	return false;
}

static struct str domain_user(struct jsonrec *r, struct str user)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (!r->leaf[i].data && str_eqc(r->leaf[i].path, "user.domain") && r->leaf[i].value.n) {
			struct str domain = r->leaf[i].value;
			char *p = jsonrec_text(r, domain.n + 1 + user.n);
			if (!p)
				return user;
			memcpy(p, domain.p, domain.n);
			p[domain.n] = '\\';
			memcpy(p + domain.n + 1, user.p, user.n);
			return (struct str){p, domain.n + 1 + user.n};
		}
	return user;
}

static void add_hash(struct sbuf *hashes, const char *prefix, struct str v)
{
	if (hashes->n)
		sbuf_addc(hashes, ',');
	sbuf_addz(hashes, prefix);
	for (size_t i = 0; i < v.n; i++)
		sbuf_addc(hashes, v.p[i] >= 'a' && v.p[i] <= 'f' ? (char)(v.p[i] - 'a' + 'A') : v.p[i]);
}

/* [{"type": "CNAME", "data": "x"}, {"type": "A", "data": "192.0.2.1"}] as Sysmon has it: "type:  5 x;::ffff:192.0.2.1;" */
static struct str dns_answers(struct jsonrec *r, struct str list)
{
	static const struct {
		const char *name;
		unsigned number;
	} types[] = {{"NS", 2}, {"CNAME", 5}, {"SOA", 6}, {"PTR", 12}, {"MX", 15}, {"TXT", 16}, {"SRV", 33}, {"HTTPS", 65}};
	struct sbuf out = {0};
	uint32_t first = r->n;

	for (size_t at = 0; jsonrec_item(r, list, &at); r->n = first) {
		struct str type = {NULL, 0}, data = {NULL, 0};
		for (uint32_t i = first; i < r->n; i++) {
			if (str_eqc(r->leaf[i].path, "type"))
				type = r->leaf[i].value;
			else if (str_eqc(r->leaf[i].path, "data"))
				data = r->leaf[i].value;
		}
		for (size_t i = 0; i < sizeof(types) / sizeof *types; i++)
			if (str_ieqc(type, types[i].name))
				sbuf_addf(&out, "type:  %u ", types[i].number);
		if (str_ieqc(type, "A") && memchr(data.p, '.', data.n))
			sbuf_addz(&out, "::ffff:");
		sbuf_adds(&out, data);
		sbuf_addc(&out, ';');
	}
	r->n = first;
	char *p = out.n ? jsonrec_text(r, out.n) : NULL;
	struct str text = {p, p ? out.n : 0};
	if (p)
		memcpy(p, out.p, out.n);
	sbuf_free(&out);
	return text;
}

static void feed_ecs(struct feed *f)
{
	struct sbuf hashes = {0};
	const char *hash_field = NULL;
	unsigned long long id;

	if (!str_u64(str_trim(f->id), &id) || id > 255)
		return;
	for (unsigned i = 0; i < f->necs; i++) {
		const struct jsonrec_ecs *row = jsonrec_ecs(f->ecs[i].name, (unsigned)id);
		struct str v = f->r->leaf[f->ecs[i].leaf].value;
		if (!row || !v.n || has_data(f->r, row->field))
			continue;
		switch (row->how) {
		case ECS_TEXT:
			break;
		case ECS_USER:
			v = domain_user(f->r, v);
			break;
		case ECS_HASH:
			hash_field = row->field;
			add_hash(&hashes, row->prefix, v);
			continue;
		case ECS_ANSWERS:
			v = dns_answers(f->r, v);
			break;
		case ECS_OUTBOUND:
			v = str_eqc(v, "outbound") || str_eqc(v, "egress") ? STR("true") : STR("false");
		}
		batch_data(f->b, str_c(row->field), v);
	}
	if (hash_field) {
		char *p = jsonrec_text(f->r, hashes.n);
		if (p)
			memcpy(p, hashes.p, hashes.n);
		batch_data(f->b, str_c(hash_field), (struct str){p, p ? hashes.n : 0});
	}
	sbuf_free(&hashes);
}

/* ---- events and data that lie in values ---- */

static bool holds_event_xml(struct str v)
{
	ptrdiff_t start = str_find(v, STR("<Event"));

	return start >= 0 && str_find((struct str){v.p + start, v.n - (size_t)start}, STR("</Event>")) > 0;
}

static bool feed_leaves(struct jsonrec *r, struct batch *b);

/* The event that a value holds, in place of the record. False when it is none that can be read. */
static bool feed_event(struct jsonrec *r, struct batch *b, struct str v)
{
	char why[120];

	if (holds_event_xml(v)) {
		if (!r->xml)
			r->xml = xml_inner_new();
		if (xml_inner_event(r->xml, v, b, why))
			return true;
		batch_begin(b);
		return false;
	}
	uint32_t before = r->n;
	bool nested = r->nested;
	r->nested = false;
	if (!(jsonrec_quoted(r, v, false) || text_record(v, r)) || !jsonrec_is_event(r, before)) {
		r->n = before;
		r->nested = nested;
		return false;
	}
	memmove(r->leaf, r->leaf + before, (r->n - before) * sizeof(*r->leaf));
	r->n -= before;
	if (!r->nested)
		jsonrec_rendered(r, b);
	feed_leaves(r, b);
	return true;
}

/* {"winlog.event_data.Image": …}: objects that were flattened into the names of their values count as such. */
static void undot(struct jsonrec *r, struct jsonrec_leaf *l)
{
	struct str rest = l->path;

	for (const char *dot, *from = rest.p; (dot = memchr(from, '.', (size_t)(l->path.p + l->path.n - from))); from = dot + 1) {
		enum jsonrec_place place = jsonrec_place((struct str){rest.p, (size_t)(dot - rest.p)});
		struct str behind = {dot + 1, (size_t)(l->path.p + l->path.n - dot - 1)};
		if (place == PLACE_DATA || place == PLACE_CAMEL) {
			l->data = place == PLACE_CAMEL ? DATA_CAMEL : DATA_FIELD;
			r->nested = true;
		}
		if (place == PLACE_ROOT || l->data)
			rest = behind;
		if (l->data)
			break;
	}
	l->path = rest;
}

static void respell(struct jsonrec *r, struct jsonrec_leaf *l)
{
	char room[JSONREC_SPELL_MAX];
	struct str path = l->path;
	bool data;

	if (!jsonrec_respell(&path, room, &data))
		return;
	if (path.p == room) {
		char *p = jsonrec_text(r, path.n);
		if (!p)
			return;
		memcpy(p, room, path.n);
		path.p = p;
	}
	l->path = path;
	if (data) {
		l->data = DATA_FIELD;
		r->nested = true;
	}
}

static void undot_all(struct jsonrec *r)
{
	if (r->nested)
		return;
	for (uint32_t i = 0; i < r->n; i++) {
		struct str path = r->leaf[i].path;
		if (path.n > 6 && memchr(path.p + 3, '.', path.n - 3))
			undot(r, &r->leaf[i]);
		else if (path.n > 2 && (path.p[0] == '_' || path.p[0] == 'w' || path.p[path.n - 2] == '_'))
			respell(r, &r->leaf[i]);
	}
}

/* EventData as XML, or its <Data> elements without it. */
static void data_xml(struct jsonrec *r, struct batch *b, struct str v)
{
	static const struct str open = {"<EventData>", 11}, close = {"</EventData>", 12};
	char *p = str_starts(v, "<Data") && v.n > 5 && strchr(" >", v.p[5]) ? jsonrec_text(r, v.n + open.n + close.n) : NULL;

	if (p) {
		memcpy(p, open.p, open.n);
		memcpy(p + open.n, v.p, v.n);
		memcpy(p + open.n + v.n, close.p, close.n);
		v = (struct str){p, open.n + v.n + close.n};
	}
	if (!r->xml)
		r->xml = xml_inner_new();
	if (xml_inner_data(r->xml, v, b))
		r->nested = true;
	else if (str_find(v, STR("<EventData")) >= 0)
		r->trouble = "the XML of EventData in it cannot be read";
}

/* The column System of a table, {"EventID": 1, …}, as the member that it was. */
static void member_json(struct jsonrec *r, struct str name, struct str v)
{
	char *p = v.n && v.p[0] == '{' ? jsonrec_text(r, v.n + name.n + 5) : NULL;

	if (!p)
		return;
	memcpy(p, "{\"", 2);
	memcpy(p + 2, name.p, name.n);
	memcpy(p + 2 + name.n, "\":", 2);
	memcpy(p + 4 + name.n, v.p, v.n);
	p[4 + name.n + v.n] = '}';
	jsonrec_quoted(r, (struct str){p, v.n + name.n + 5}, false);
}

/* Expands what lies in values. True when that was the whole event, fed to b. *lost: there was one that cannot be read. */
static bool look_inside(struct jsonrec *r, struct batch *b, bool *lost)
{
	for (uint32_t i = 0, n = r->n; i < n; i++) {
		const struct jsonrec_leaf l = r->leaf[i];        /* what lies in it is added to the others, which may move them */
		if (l.type == JSONREC_ARRAY && l.data && str_eqc(l.path, "data"))
			jsonrec_data_list(r, l.value);
		else if (l.type == JSONREC_ARRAY && !l.data && jsonrec_inner(l.path) == INNER_PAIRS)
			jsonrec_pairs(r, l.value);
		if (l.data || l.type != JSONREC_STRING)
			continue;
		switch (jsonrec_inner(l.path)) {
		case INNER_NOTHING:
		case INNER_PAIRS:
			break;
		case INNER_EVENT:
			if (feed_event(r, b, l.value))
				return true;
			*lost |= str_find(l.value, STR("<Event")) >= 0;
			break;
		case INNER_DATA:
			if (!jsonrec_quoted(r, l.value, true))
				data_xml(r, b, l.value);
			break;
		case INNER_PART:
			jsonrec_quoted(r, l.value, false);
			break;
		case INNER_MEMBER:
			member_json(r, l.path, l.value);
		}
	}
	return false;
}

bool jsonrec_is_event(const struct jsonrec *r, uint32_t first)
{
	for (uint32_t i = first; i < r->n; i++) {
		const struct jsonrec_leaf *l = &r->leaf[i];
		if (l->data)
			continue;
		const struct jsonrec_name *name = jsonrec_name(l->path);
		const enum jsonrec_inner inner = jsonrec_inner(l->path);
		if ((name && name->field == SYS_EVENT_ID) || inner == INNER_EVENT || inner == INNER_PAIRS)
			return true;
	}
	return false;
}

bool jsonrec_holds_event(struct jsonrec *r, struct str v)
{
	uint32_t before = r->n;

	return holds_event_xml(v) || (jsonrec_quoted(r, v, false) && jsonrec_is_event(r, before)) || text_is_record(v);
}

/* Some shippers put the line that they read into a member of any name. */
static bool look_anywhere(struct jsonrec *r, struct batch *b)
{
	for (uint32_t i = 0, n = r->n; i < n; i++) {
		const struct jsonrec_leaf *l = &r->leaf[i];
		struct str v = str_trim(l->value);
		if (l->data || l->type != JSONREC_STRING || v.n < 16)
			continue;
		if ((v.p[0] == '{' || holds_event_xml(v) || text_is_record(v)) && feed_event(r, b, v))
			return true;
	}
	return false;
}

/* ---- the record ---- */

/* True when there is an EventID. */
static bool feed_leaves(struct jsonrec *r, struct batch *b)
{
	static _Thread_local struct scratch room;        /* batch_end comes after this returns */
	struct feed f = {.r = r, .b = b};

	memset(f.rank, UINT8_MAX, sizeof(f.rank));
	for (uint32_t i = 0; i < r->n; i++) {
		const struct jsonrec_leaf *l = &r->leaf[i];
		const struct jsonrec_name *name = l->data ? NULL : jsonrec_name(l->path);
		bool field = l->data || !r->nested;
		if (l->data == DATA_CAMEL) {
			feed_camel(&f, l);
			continue;
		}
		if (name && name->flags & NAME_NESTED && !r->nested)
			name = NULL;
		f.elastic |= name && (name->flags & NAME_ELASTIC) != 0;
		if (name && name->field != SYS_COUNT)
			feed_sys(&f, name, l, &room);
		if (name && !(name->flags & NAME_KEEP))
			field = false;
		if (name && name->ecs && f.necs < sizeof(f.ecs) / sizeof *f.ecs) {
			f.ecs[f.necs].leaf = i;
			f.ecs[f.necs++].name = name;
		}
		if (field && !(str_eq(l->path, STR("EventType")) && is_severity(l->value)))
			batch_data(b, l->path, l->value);
	}
	if (f.necs && f.elastic)
		feed_ecs(&f);
	return f.id.n > 0;
}

/* ECS is what others speak, too: their own names tell more. */
static const char *shape_of(const struct jsonrec *r)
{
	const char *shape = NULL;

	for (uint32_t i = 0; i < r->n && (!shape || strcmp(shape, "ECS") == 0); i++) {
		const char *s = jsonrec_shape(r->leaf[i].path);
		if (s)
			shape = s;
	}
	return shape;
}

void jsonrec_feed(struct jsonrec *r, struct batch *b)
{
	bool lost = false;

	if (!b->shape)
		b->shape = shape_of(r);
	undot_all(r);
	if (!r->nested)
		jsonrec_powershell(r);
	if (look_inside(r, b, &lost) || (!r->nested && !jsonrec_is_event(r, 0) && look_anywhere(r, b)))
		return;
	if (!r->nested)
		jsonrec_rendered(r, b);
	if (!feed_leaves(r, b) && lost)
		r->trouble = "the event in it is cut short or no valid XML";
}

void jsonrec_keep(struct jsonrec *r, struct decoding *d, size_t from, size_t to)
{
	batch_begin(d->batch);
	if (!r->trouble)
		jsonrec_feed(r, d->batch);
	if (r->trouble)
		decoding_damaged(d, from, to, r->trouble);
	else
		decoding_keep(d, from, to);
}
