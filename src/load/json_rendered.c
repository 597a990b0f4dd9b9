/* Records whose fields have no members of their own: those of Get-WinEvent, and what collectors made of the rendered message
 * (message.h) or of the bare values of an event. */
#include "load/json.h"

#include "load/message.h"
#include "load/sysmon.h"

#include <stdio.h>

static struct jsonrec_leaf *find_leaf(const struct jsonrec *r, struct str path)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (!r->leaf[i].data && str_eq(r->leaf[i].path, path))
			return &r->leaf[i];
	return NULL;
}

/* ---- Get-WinEvent, as JSON or CSV ---- */

/* A Guid without its braces, in lower case, is how .NET writes it. */
static struct str guid_text(struct jsonrec *r, struct str name, struct str v)
{
	bool bare = str_ends(name, "Guid") || str_ends(name, "GUID");
	char *p = bare && v.n == 36 && v.p[8] == '-' ? jsonrec_text(r, 38) : NULL;

	if (!p)
		return v;
	p[0] = '{';
	for (size_t i = 0; i < 36; i++)
		p[i + 1] = (char)(v.p[i] >= 'a' && v.p[i] <= 'f' ? v.p[i] - 'a' + 'A' : v.p[i]);
	p[37] = '}';
	return (struct str){p, 38};
}

/* /Date(1709294400123)/ as the time that it is. */
static struct str net_date(struct jsonrec *r, struct str v)
{
	const char *open = memchr(v.p, '(', v.n), *close = open ? memchr(open, ')', (size_t)(v.p + v.n - open)) : NULL;
	unsigned long long ms;

	if (!str_starts(v, "/Date(") || !close || !str_u64((struct str){open + 1, (size_t)(close - open) - 1}, &ms) || ms > 253402300799999)
		return v;
	char *p = jsonrec_text(r, WHEN_SIZE);
	return p ? str_c(when_iso((usec_t)ms * 1000, 3, p)) : v;
}

/* Is it a record of .NET's EventLogRecord, whole or what somebody selected of it? */
static bool is_powershell(const struct jsonrec *r)
{
	static const char *const other[] = {"ProviderName", "MachineName", "LogName", "LevelDisplayName", "Message"};
	struct jsonrec_leaf *id = find_leaf(r, STR("Id"));
	unsigned long long number;
	int n = 0;

	if (!id || !str_u64(id->value, &number) || number > UINT16_MAX || jsonrec_is_event(r, 0))
		return false;
	for (size_t i = 0; i < sizeof(other) / sizeof *other; i++)
		n += find_leaf(r, str_c(other[i])) != NULL;
	return n >= 2;
}

void jsonrec_powershell(struct jsonrec *r)
{
	static const char *const renamed[][2] = {
		{"Id", "EventID"}, {"RecordId", "EventRecordID"}, {"ProviderId", "ProviderGuid"}, {"MachineName", "Computer"}, {"LogName", "Channel"},
		{"UserId.Value", "UserID"}, {"UserId", "UserID"}, {"ProcessId", "ExecutionProcessID"}, {"ThreadId", "ThreadID"}, {"ProviderName", "SourceName"},
	};
	if (!is_powershell(r))
		return;
	struct jsonrec_leaf *time = find_leaf(r, STR("TimeCreated")), *guid = find_leaf(r, STR("ProviderId"));

	for (size_t i = 0; i < sizeof(renamed) / sizeof *renamed; i++) {
		struct jsonrec_leaf *l = find_leaf(r, str_c(renamed[i][0]));
		if (l)
			l->path = str_c(renamed[i][1]);
	}
	if (time)
		time->value = net_date(r, time->value);
	if (guid)
		guid->value = guid_text(r, STR("Guid"), guid->value);
}

/* ---- values without names ---- */

static bool has_digits(struct str v)
{
	size_t i = 0;

	while (i < v.n && v.p[i] >= '0' && v.p[i] <= '9')
		i++;
	return v.n && i == v.n;
}

/* Could the value be one of such a field? Only kinds that are told apart for sure. */
static bool fits(enum sysmon_type type, struct str v)
{
	usec_t t;

	switch (type) {
	case ST_TIME: return when_parse(v, &t);
	case ST_GUID: return (v.n == 36 && v.p[8] == '-') || (v.n == 38 && v.p[0] == '{');
	case ST_NUMBER: return has_digits(v);
	case ST_IP: return v.n && (memchr(v.p, '.', v.n) || memchr(v.p, ':', v.n));
	default: return true;
	}
}

/* Older schemas have fewer fields: the user at the end came late, and the name of the rule before. Which of the event's fields is the
 * first of n values; -1 when they are none of those. */
static int first_field(const struct jsonrec *r, uint32_t first, uint32_t n, const struct sysmon_event *kind)
{
	enum { LATE = 2 };

	if (n > kind->nfields || n + LATE < kind->nfields)
		return -1;
	for (uint32_t from = 0; from <= kind->nfields - n && from < LATE; from++) {
		uint32_t i = 0;
		while (i < n && fits(kind->field[from + i].type, r->leaf[first + i].value))
			i++;
		if (i == n)
			return (int)from;
	}
	return n == kind->nfields ? 0 : -1;
}

bool jsonrec_name_values(struct jsonrec *r, uint32_t first, struct str message, unsigned id)
{
	struct message_field field[MESSAGE_FIELDS_MAX];
	uint32_t n = r->n - first;
	bool unsure;
	bool named = n && message.n && message_fields(message, &id, field, &unsure) == n;
	const struct sysmon_event *kind = sysmon_event(id);
	int from = named || !kind || !n ? -1 : first_field(r, first, n, kind);

	if (!named && from < 0) {
		r->n = first;
		return false;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct jsonrec_leaf *l = &r->leaf[first + i];
		l->path = named ? field[i].name : str_c(kind->field[(uint32_t)from + i].name);
		l->data = DATA_FIELD;
		l->value = guid_text(r, l->path, l->value);
	}
	r->nested = true;
	return true;
}

static void add_values(struct jsonrec *r, struct str list)
{
	for (size_t at = 0, before = r->n; jsonrec_item(r, list, &at); before = r->n) {
		for (uint32_t i = (uint32_t)before; i < r->n; i++)       /* of a value that is an object, its own Value */
			if (str_eqc(str_after_last(r->leaf[i].path, '.'), "Value"))
				r->leaf[before] = r->leaf[i];
		if (r->n == before)                              /* null */
			jsonrec_add(r, (struct str){NULL, 0}, (struct str){NULL, 0});
		r->n = (uint32_t)before + 1;
	}
}

/* ---- the message ---- */

static bool from_message(struct jsonrec *r, struct batch *b, struct str message, unsigned id)
{
	struct message_field field[MESSAGE_FIELDS_MAX];
	bool unsure, known = id != 0;
	size_t n = message_fields(message, &id, field, &unsure);

	if (!n)
		return false;
	for (size_t i = 0; i < n; i++) {
		jsonrec_add(r, field[i].name, field[i].value);
		r->leaf[r->n - 1].data = DATA_FIELD;
	}
	if (!known && id) {
		char *p = jsonrec_text(r, 12);
		if (p)
			jsonrec_add(r, STR("EventID"), (struct str){p, (size_t)snprintf(p, 12, "%u", id)});
	}
	if (unsure)
		b->note = "values of rendered messages hold lines that look like fields; where these end is a guess";
	r->nested = true;
	return true;
}

static bool is_message(struct str v)
{
	return v.n > 40 && (str_find(v, STR("UtcTime:")) >= 0);
}

void jsonrec_rendered(struct jsonrec *r, struct batch *b)
{
	static const char *const lists[] = {"Properties", "StringInserts", "string_inserts", "strings", "EventData"};
	const struct jsonrec_leaf *list = NULL;
	struct str message = {NULL, 0};
	unsigned long long id = 0;
	uint8_t rank = UINT8_MAX;

	if (find_leaf(r, STR("UtcTime")))
		return;
	for (uint32_t i = 0; i < r->n; i++) {
		const struct jsonrec_leaf *l = &r->leaf[i];
		const struct jsonrec_name *name = jsonrec_name(l->path);
		if (name && name->field == SYS_EVENT_ID && name->rank < rank && str_u64(str_trim(l->value), &id))
			rank = name->rank;
		for (size_t k = 0; k < sizeof(lists) / sizeof *lists && l->type == JSONREC_ARRAY; k++)
			if (str_eqc(l->path, lists[k]))
				list = l;
		if (!message.n && l->type == JSONREC_STRING && is_message(l->value))
			message = l->value;
	}
	if (id > UINT16_MAX)
		return;
	if (list) {
		uint32_t first = r->n;
		add_values(r, list->value);
		if (jsonrec_name_values(r, first, message, (unsigned)id))
			return;
	}
	if (message.n)
		from_message(r, b, message, (unsigned)id);
}
