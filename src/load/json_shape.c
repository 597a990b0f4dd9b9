/* What collectors call things: from the values of a JSON record to the attributes of an event (spl-spec 4.2, "JSON logs").
 * Two tables say it all: what objects inside a record mean, and which names are attributes. A new collector is new lines
 * there. A record without an EventData object is flat: every value that is no attribute is a field of the event. */
#include "load/json.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "load/names.h"

#define N(a) (sizeof(a) / sizeof *(a))

static const struct {
	const char *path;
	enum jsonrec_place place;
} places[] = {
	{"Event", PLACE_WRAP},                           /* the XML tree as JSON: Event.System, Event.EventData */
	{"_source", PLACE_WRAP},                         /* Elasticsearch */
	{"result", PLACE_WRAP},                          /* an exported search */
	{"EventData", PLACE_DATA},
	{"event_data", PLACE_DATA},                      /* Winlogbeat 5 and 6 */
	{"winlog.event_data", PLACE_DATA},               /* Winlogbeat 7 and later */
};

enum jsonrec_place jsonrec_place(struct str path)
{
	if (str_ends(path, "#attributes"))               /* XML attributes in a level of their own */
		return PLACE_WRAP;
	for (size_t i = 0; i < N(places); i++)
		if (str_eqc(path, places[i].path))
			return places[i].place;
	return PLACE_PATH;
}

/* Names that are attributes. Of several that a record has, the lowest rank counts, then the last. */
enum { KEEP = 1, DROP = 2 };                             /* also a field of a flat record, under its own name; nothing at all */
struct name {
	const char *path;
	enum sys_field field;
	uint8_t rank, flags;
};
static const struct name names[] = {
	{"SourceName", SYS_PROVIDER, 0, KEEP},
	{"System.Provider.Name", SYS_PROVIDER, 0, 0},
	{"winlog.provider_name", SYS_PROVIDER, 0, 0},
	{"source_name", SYS_PROVIDER, 1, 0},
	{"Provider", SYS_PROVIDER, 2, KEEP},
	{"System.Provider", SYS_PROVIDER, 2, 0},
	{"provider_name", SYS_PROVIDER, 3, 0},
	{"ProviderName", SYS_PROVIDER, 4, KEEP},         /* in some events a field of their own */
	{"event.provider", SYS_PROVIDER, 5, 0},
	{"ProviderGuid", SYS_PROVIDER_GUID, 0, KEEP},
	{"System.Provider.Guid", SYS_PROVIDER_GUID, 0, 0},
	{"winlog.provider_guid", SYS_PROVIDER_GUID, 0, 0},
	{"provider_guid", SYS_PROVIDER_GUID, 1, 0},
	{"EventID", SYS_EVENT_ID, 0, 0},
	{"System.EventID", SYS_EVENT_ID, 0, 0},
	{"System.EventID.Value", SYS_EVENT_ID, 0, 0},
	{"winlog.event_id", SYS_EVENT_ID, 0, 0},
	{"event_id", SYS_EVENT_ID, 1, 0},
	{"EventId", SYS_EVENT_ID, 2, 0},
	{"EventCode", SYS_EVENT_ID, 3, 0},
	{"event.code", SYS_EVENT_ID, 4, 0},
	{"Version", SYS_VERSION, 0, 0},
	{"System.Version", SYS_VERSION, 0, 0},
	{"winlog.version", SYS_VERSION, 0, 0},
	{"version", SYS_VERSION, 1, 0},
	{"Level", SYS_LEVEL, 0, 0},
	{"System.Level", SYS_LEVEL, 0, 0},
	{"winlog.level", SYS_LEVEL, 0, 0},
	{"EventLevel", SYS_LEVEL, 1, KEEP},
	{"level", SYS_LEVEL, 2, 0},
	{"log.level", SYS_LEVEL, 3, 0},
	{"Task", SYS_TASK, 0, 0},
	{"System.Task", SYS_TASK, 0, 0},
	{"winlog.task", SYS_TASK, 0, 0},
	{"task", SYS_TASK, 1, 0},
	{"OpcodeValue", SYS_OPCODE, 0, KEEP},
	{"System.Opcode", SYS_OPCODE, 0, 0},
	{"Opcode", SYS_OPCODE, 1, 0},
	{"winlog.opcode", SYS_OPCODE, 1, 0},
	{"opcode", SYS_OPCODE, 2, 0},
	{"Keywords", SYS_KEYWORDS, 0, 0},
	{"System.Keywords", SYS_KEYWORDS, 0, 0},
	{"winlog.keywords", SYS_KEYWORDS, 0, 0},
	{"keywords", SYS_KEYWORDS, 1, 0},
	{"System.TimeCreated.SystemTime", SYS_TIME_CREATED, 0, 0},
	{"System.TimeCreated", SYS_TIME_CREATED, 1, 0},
	{"winlog.time_created", SYS_TIME_CREATED, 1, 0},
	{"SystemTime", SYS_TIME_CREATED, 2, 0},
	{"RecordNumber", SYS_RECORD_ID, 0, 0},
	{"System.EventRecordID", SYS_RECORD_ID, 0, 0},
	{"winlog.record_id", SYS_RECORD_ID, 0, 0},
	{"EventRecordID", SYS_RECORD_ID, 1, 0},
	{"record_number", SYS_RECORD_ID, 2, 0},
	{"ExecutionProcessID", SYS_PROCESS_ID, 0, KEEP},
	{"System.Execution.ProcessID", SYS_PROCESS_ID, 0, 0},
	{"winlog.process.pid", SYS_PROCESS_ID, 0, 0},
	{"ProcessID", SYS_PROCESS_ID, 1, 0},
	{"process_id", SYS_PROCESS_ID, 2, 0},
	{"ThreadID", SYS_THREAD_ID, 0, 0},
	{"System.Execution.ThreadID", SYS_THREAD_ID, 0, 0},
	{"winlog.process.thread.id", SYS_THREAD_ID, 0, 0},
	{"ExecutionThreadID", SYS_THREAD_ID, 1, KEEP},
	{"thread_id", SYS_THREAD_ID, 2, 0},
	{"Channel", SYS_CHANNEL, 0, 0},
	{"System.Channel", SYS_CHANNEL, 0, 0},
	{"winlog.channel", SYS_CHANNEL, 0, 0},
	{"log_name", SYS_CHANNEL, 1, 0},
	{"Hostname", SYS_COMPUTER, 0, KEEP},
	{"System.Computer", SYS_COMPUTER, 0, 0},
	{"winlog.computer_name", SYS_COMPUTER, 0, 0},
	{"Computer", SYS_COMPUTER, 1, 0},
	{"ComputerName", SYS_COMPUTER, 2, KEEP},
	{"computer_name", SYS_COMPUTER, 3, KEEP},
	{"host", SYS_COMPUTER, 4, 0},                    /* mostly the collector's; the field host is Computer */
	{"host.name", SYS_COMPUTER, 5, 0},
	{"UserID", SYS_USER_ID, 0, 0},
	{"System.Security.UserID", SYS_USER_ID, 0, 0},
	{"System.Security.UserId", SYS_USER_ID, 0, 0},
	{"winlog.user.identifier", SYS_USER_ID, 0, 0},
	{"user.identifier", SYS_USER_ID, 1, 0},
	/* The event rendered for people: repeats the fields, differs in every event, is half of a log's bytes. The raw record
	 * has it. */
	{"Message", SYS_COUNT, 0, DROP},
	{"message", SYS_COUNT, 0, DROP},
};

enum { SLOTS = 256 };                                    /* a power of two, well above N(names) */
static uint8_t slot[SLOTS];                              /* hash -> index + 1 */
static size_t longest;

static void hash_names(void)
{
	_Static_assert(N(names) < SLOTS / 2, "the table of names needs more slots");
	for (size_t k = 0; k < N(names); k++) {
		struct str path = str_c(names[k].path);
		uint32_t i = name_hash(path) % SLOTS;
		while (slot[i])
			i = (i + 1) % SLOTS;
		slot[i] = (uint8_t)(k + 1);
		if (path.n > longest)
			longest = path.n;
	}
}

/* The entry of a path, NULL when it is no attribute. `@` before an XML attribute and `#text` behind an element are spelling. */
static const struct name *find_name(struct str path)
{
	char plain[64];

	if (str_ends(path, ".#text"))
		path.n -= 6;
	if (!path.n || path.n > longest + 1 || path.n > sizeof(plain))
		return NULL;
	const char *dot = memrchr(path.p, '.', path.n);
	if (dot && dot + 1 < path.p + path.n && dot[1] == '@') {
		size_t head = (size_t)(dot + 1 - path.p);
		memcpy(plain, path.p, head);
		memcpy(plain + head, dot + 2, path.n - head - 1);
		path = (struct str){plain, path.n - 1};
	}
	for (uint32_t i = name_hash(path) % SLOTS; slot[i]; i = (i + 1) % SLOTS)
		if (str_eqc(path, names[slot[i] - 1].path))
			return &names[slot[i] - 1];
	return NULL;
}

/* A value of EventType that is the collector's: how bad, not what. */
static bool is_severity(struct str v)
{
	static const char *const words[] = {"INFO", "WARNING", "ERROR", "VERBOSE", "CRITICAL", "DEBUG", "AUDIT_SUCCESS",
	                                    "AUDIT_FAILURE"};

	for (size_t i = 0; i < N(words); i++)
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

static void feed_sys(struct batch *b, const struct name *name, const struct jsonrec_leaf *l, uint8_t rank[SYS_COUNT],
                     struct scratch *room)
{
	if (!l->value.n || name->rank > rank[name->field])
		return;
	rank[name->field] = name->rank;
	struct str v = l->value;
	if (name->field == SYS_KEYWORDS)
		v = keywords(v, room);
	else if (name->field == SYS_TIME_CREATED && l->type == JSONREC_NUMBER)
		v = epoch(v, room);
	batch_sys(b, name->field, v);
}

void jsonrec_feed(struct jsonrec *r, struct batch *b)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	static _Thread_local struct scratch room;        /* batch_end comes after this returns */
	uint8_t rank[SYS_COUNT];

	pthread_once(&once, hash_names);
	memset(rank, UINT8_MAX, sizeof(rank));
	for (uint32_t i = 0; i < r->n; i++)
		if (!r->leaf[i].data && r->leaf[i].type == JSONREC_STRING && str_eq(r->leaf[i].path, STR("EventData"))) {
			struct str quoted = r->leaf[i].value;
			jsonrec_quoted(r, quoted);     /* more leaves, at the end */
			break;
		}
	for (uint32_t i = 0; i < r->n; i++) {
		const struct jsonrec_leaf *l = &r->leaf[i];
		const struct name *name = l->data ? NULL : find_name(l->path);
		bool field = l->data || !r->nested;
		if (name && name->field != SYS_COUNT)
			feed_sys(b, name, l, rank, &room);
		if (name && name->flags != KEEP)
			field = false;
		if (field && !(str_eq(l->path, STR("EventType")) && is_severity(l->value)))
			batch_data(b, l->path, l->value);
	}
}
