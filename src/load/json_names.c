/* What collectors call things, as tables: a new collector is new lines here. What objects inside a record mean, which values
 * are attributes of the event (spl-spec 4.2, "JSON logs"), which hold the event or its data as text, and what the Elastic Common
 * Schema calls Sysmon's fields where nothing else has them. The same names count in columns of CSV. */
#include "load/json.h"

#include <pthread.h>

#include "load/names.h"

#define N(a) (sizeof(a) / sizeof *(a))

/* ---- objects ---- */

static const struct place {
	struct str path;
	enum jsonrec_place place;
	bool below;                                      /* also as the last part of a longer path */
} places[] = {
	{{"Event", 5}, PLACE_ROOT, true},                /* the XML tree as JSON: Event.System, Event.EventData; chainsaw's document.data */
	{{"_source", 7}, PLACE_ROOT, true},              /* Elasticsearch */
	{{"fields", 6}, PLACE_LISTS, false},             /* Elasticsearch, asked for fields */
	{{"result", 6}, PLACE_ROOT, false},              /* Splunk */
	{{"data.win", 8}, PLACE_ROOT, false},            /* Wazuh */
	{{"win", 3}, PLACE_ROOT, false},
	{{"Payload", 7}, PLACE_ROOT, false},             /* EvtxECmd */
	{{"EVENT", 5}, PLACE_ROOT, true},                /* LimaCharlie */
	{{"columns", 7}, PLACE_ROOT, false},             /* osquery */
	{{"body", 4}, PLACE_ROOT, false},                /* OpenTelemetry */
	{{"EventData", 9}, PLACE_DATA, false},
	{{"event_data", 10}, PLACE_DATA, false},         /* Winlogbeat 5 and 6 */
	{{"winlog.event_data", 17}, PLACE_DATA, false},  /* Winlogbeat 7 and later */
	{{"AllFieldInfo", 12}, PLACE_DATA, false},       /* Hayabusa */
	{{"eventdata", 9}, PLACE_CAMEL, false},          /* Wazuh */
	{{"#attributes", 11}, PLACE_WRAP, true},         /* XML attributes in a level of their own */
	{{"$", 1}, PLACE_WRAP, true},
	{{"_attributes", 11}, PLACE_WRAP, true},
	{{"@attributes", 11}, PLACE_WRAP, true},
};

enum jsonrec_place jsonrec_place(struct str path)
{
	struct str last = str_after_last(path, '.');

	for (size_t i = 0; i < N(places); i++)
		if (str_eq(places[i].below ? last : path, places[i].path))
			return places[i].place;
	return str_ends(last, "_attributes") ? PLACE_BESIDE : PLACE_PATH;
}

/* ---- texts ---- */

static const struct {
	struct str path;
	enum jsonrec_inner inner;
} inners[] = {
	{{"_raw", 4}, INNER_EVENT},                      /* Splunk */
	{{"event.original", 14}, INNER_EVENT},           /* ECS */
	{{"EventData", 9}, INNER_DATA},                  /* NXLog: JSON; Azure: XML */
	{{"Payload", 7}, INNER_PART},                    /* EvtxECmd */
	{{"stringValue", 11}, INNER_EVENT},              /* OTLP: its body */
	{{"kvlistValue.values", 18}, INNER_PAIRS},
	{{"System", 6}, INNER_MEMBER},                   /* Velociraptor, as CSV */
	{{"data", 4}, INNER_PART},                       /* osquery */
	{{"event_data", 10}, INNER_DATA},                /* Promtail, Alloy: XML */
};

enum jsonrec_inner jsonrec_inner(struct str path)
{
	enum { LENGTHS = 1 << 4 | 1 << 6 | 1 << 7 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 14 | 1 << 18 };

	if (path.n > 18 || !(LENGTHS >> path.n & 1))
		return INNER_NOTHING;
	for (size_t i = 0; i < N(inners); i++)
		if (str_eq(path, inners[i].path))
			return inners[i].inner;
	return INNER_NOTHING;
}

/* ---- attributes ---- */

static const struct jsonrec_name names[] = {
	{"SourceName", SYS_PROVIDER, 0, NAME_KEEP, 0},
	{"System.Provider.Name", SYS_PROVIDER, 0, 0, 0},
	{"winlog.provider_name", SYS_PROVIDER, 0, 0, 0},
	{"source_name", SYS_PROVIDER, 1, 0, 0},
	{"Provider", SYS_PROVIDER, 2, NAME_KEEP, 0},
	{"System.Provider", SYS_PROVIDER, 2, 0, 0},
	{"provider_name", SYS_PROVIDER, 3, 0, 0},
	{"ProviderName", SYS_PROVIDER, 4, NAME_KEEP, 0},         /* in some events a field of their own */
	{"event.provider", SYS_PROVIDER, 5, 0, 0},
	{"Source", SYS_PROVIDER, 6, NAME_KEEP, 0},            /* Azure Monitor */
	{"ProviderGuid", SYS_PROVIDER_GUID, 0, NAME_KEEP, 0},
	{"System.Provider.Guid", SYS_PROVIDER_GUID, 0, 0, 0},
	{"winlog.provider_guid", SYS_PROVIDER_GUID, 0, 0, 0},
	{"provider_guid", SYS_PROVIDER_GUID, 1, 0, 0},
	{"Guid", SYS_PROVIDER_GUID, 2, NAME_KEEP, 0},
	{"EventID", SYS_EVENT_ID, 0, 0, 0},
	{"System.EventID", SYS_EVENT_ID, 0, 0, 0},
	{"System.EventID.Value", SYS_EVENT_ID, 0, 0, 0},
	{"winlog.event_id", SYS_EVENT_ID, 0, NAME_ELASTIC, 0},
	{"event_id", SYS_EVENT_ID, 1, 0, 0},
	{"EventId", SYS_EVENT_ID, 2, 0, 0},
	{"EventCode", SYS_EVENT_ID, 3, 0, 0},
	{"event.code", SYS_EVENT_ID, 4, NAME_ELASTIC, 0},
	{"Version", SYS_VERSION, 0, 0, 0},
	{"System.Version", SYS_VERSION, 0, 0, 0},
	{"winlog.version", SYS_VERSION, 0, 0, 0},
	{"version", SYS_VERSION, 1, 0, 0},
	{"Level", SYS_LEVEL, 0, 0, 0},
	{"System.Level", SYS_LEVEL, 0, 0, 0},
	{"winlog.level", SYS_LEVEL, 0, 0, 0},
	{"EventLevel", SYS_LEVEL, 1, NAME_KEEP, 0},
	{"level", SYS_LEVEL, 2, 0, 0},
	{"log.level", SYS_LEVEL, 3, 0, 0},
	{"Task", SYS_TASK, 0, 0, 0},
	{"System.Task", SYS_TASK, 0, 0, 0},
	{"winlog.task", SYS_TASK, 0, 0, 0},
	{"task", SYS_TASK, 1, 0, 0},
	{"OpcodeValue", SYS_OPCODE, 0, NAME_KEEP, 0},
	{"System.Opcode", SYS_OPCODE, 0, 0, 0},
	{"Opcode", SYS_OPCODE, 1, 0, 0},
	{"winlog.opcode", SYS_OPCODE, 1, 0, 0},
	{"opcode", SYS_OPCODE, 2, 0, 0},
	{"Keywords", SYS_KEYWORDS, 0, 0, 0},
	{"System.Keywords", SYS_KEYWORDS, 0, 0, 0},
	{"winlog.keywords", SYS_KEYWORDS, 0, 0, 0},
	{"keywords", SYS_KEYWORDS, 1, 0, 0},
	{"System.TimeCreated.SystemTime", SYS_TIME_CREATED, 0, 0, 0},
	{"System.TimeCreated", SYS_TIME_CREATED, 1, 0, 0},
	{"winlog.time_created", SYS_TIME_CREATED, 1, 0, 0},
	{"SystemTime", SYS_TIME_CREATED, 2, 0, 0},
	{"TimeCreated", SYS_TIME_CREATED, 3, NAME_KEEP | NAME_NESTED, 0},
	{"_time", SYS_TIME_CREATED, 4, 0, 0},
	{"RecordNumber", SYS_RECORD_ID, 1, 0, 0},
	{"System.EventRecordID", SYS_RECORD_ID, 0, 0, 0},
	{"winlog.record_id", SYS_RECORD_ID, 0, 0, 0},
	{"EventRecordID", SYS_RECORD_ID, 2, 0, 0},
	{"EventRecordId", SYS_RECORD_ID, 0, NAME_NESTED, 0},
	{"RecordID", SYS_RECORD_ID, 3, NAME_NESTED, 0},
	{"record_number", SYS_RECORD_ID, 3, 0, 0},
	{"ExecutionProcessID", SYS_PROCESS_ID, 0, NAME_KEEP, 0},
	{"System.Execution.ProcessID", SYS_PROCESS_ID, 0, 0, 0},
	{"winlog.process.pid", SYS_PROCESS_ID, 0, 0, 0},
	{"ProcessID", SYS_PROCESS_ID, 1, 0, 0},
	{"process_id", SYS_PROCESS_ID, 2, 0, 0},
	{"ProcessId", SYS_PROCESS_ID, 3, NAME_KEEP | NAME_NESTED, 0},
	{"ThreadID", SYS_THREAD_ID, 0, 0, 0},
	{"System.Execution.ThreadID", SYS_THREAD_ID, 0, 0, 0},
	{"winlog.process.thread.id", SYS_THREAD_ID, 0, 0, 0},
	{"ExecutionThreadID", SYS_THREAD_ID, 1, NAME_KEEP, 0},
	{"thread_id", SYS_THREAD_ID, 2, 0, 0},
	{"ThreadId", SYS_THREAD_ID, 3, NAME_KEEP | NAME_NESTED, 0},
	{"Channel", SYS_CHANNEL, 0, 0, 0},
	{"System.Channel", SYS_CHANNEL, 0, 0, 0},
	{"winlog.channel", SYS_CHANNEL, 0, 0, 0},
	{"log_name", SYS_CHANNEL, 1, 0, 0},
	{"EventLog", SYS_CHANNEL, 2, NAME_KEEP, 0},
	{"LogName", SYS_CHANNEL, 3, NAME_KEEP, 0},
	{"source", SYS_CHANNEL, 4, NAME_KEEP | NAME_SPLUNK, 0},
	{"Hostname", SYS_COMPUTER, 0, NAME_KEEP, 0},
	{"System.Computer", SYS_COMPUTER, 0, 0, 0},
	{"winlog.computer_name", SYS_COMPUTER, 0, 0, 0},
	{"Computer", SYS_COMPUTER, 1, 0, 0},
	{"ComputerName", SYS_COMPUTER, 2, NAME_KEEP, 0},
	{"computer_name", SYS_COMPUTER, 3, NAME_KEEP, 0},
	{"host", SYS_COMPUTER, 4, 0, 0},                    /* mostly the collector's; the field host is Computer */
	{"host.name", SYS_COMPUTER, 5, 0, 0},
	{"UserID", SYS_USER_ID, 0, 0, 0},
	{"System.Security.UserID", SYS_USER_ID, 0, 0, 0},
	{"System.Security.UserId", SYS_USER_ID, 0, 0, 0},
	{"winlog.user.identifier", SYS_USER_ID, 0, 0, 0},
	{"user.identifier", SYS_USER_ID, 1, 0, 0},
	{"UserId", SYS_USER_ID, 2, NAME_KEEP | NAME_NESTED, 0},
	{"UserSID", SYS_USER_ID, 3, NAME_KEEP | NAME_NESTED, 0},
	{"System.UserID", SYS_USER_ID, 1, 0, 0},
	/* Wazuh: data.win is the root. */
	{"system.providerName", SYS_PROVIDER, 0, 0, 0},
	{"system.providerGuid", SYS_PROVIDER_GUID, 0, 0, 0},
	{"system.eventID", SYS_EVENT_ID, 0, 0, 0},
	{"system.version", SYS_VERSION, 0, 0, 0},
	{"system.level", SYS_LEVEL, 0, 0, 0},
	{"system.task", SYS_TASK, 0, 0, 0},
	{"system.opcode", SYS_OPCODE, 0, 0, 0},
	{"system.keywords", SYS_KEYWORDS, 0, 0, 0},
	{"system.systemTime", SYS_TIME_CREATED, 0, 0, 0},
	{"system.eventRecordID", SYS_RECORD_ID, 0, 0, 0},
	{"system.processID", SYS_PROCESS_ID, 0, 0, 0},
	{"system.threadID", SYS_THREAD_ID, 0, 0, 0},
	{"system.channel", SYS_CHANNEL, 0, 0, 0},
	{"system.computer", SYS_COMPUTER, 0, 0, 0},
	/* OpenTelemetry, Vector, Promtail. */
	{"event_id.id", SYS_EVENT_ID, 0, 0, 0},
	{"provider.name", SYS_PROVIDER, 0, 0, 0},
	{"provider.guid", SYS_PROVIDER_GUID, 0, 0, 0},
	{"system_time", SYS_TIME_CREATED, 0, 0, 0},
	{"timeCreated", SYS_TIME_CREATED, 3, 0, 0},
	{"record_id", SYS_RECORD_ID, 3, 0, 0},
	{"eventRecordID", SYS_RECORD_ID, 3, 0, 0},
	{"computer", SYS_COMPUTER, 3, 0, 0},
	{"channel", SYS_CHANNEL, 3, 0, 0},
	{"execution.process_id", SYS_PROCESS_ID, 0, 0, 0},
	{"execution.thread_id", SYS_THREAD_ID, 0, 0, 0},
	{"execution.processId", SYS_PROCESS_ID, 0, 0, 0},
	{"execution.threadId", SYS_THREAD_ID, 0, 0, 0},
	{"security.user_id", SYS_USER_ID, 0, 0, 0},
	{"security.userId", SYS_USER_ID, 0, 0, 0},
	/* Sumo Logic: System without its own level. */
	{"Provider.Name", SYS_PROVIDER, 0, 0, 0},
	{"Provider.Guid", SYS_PROVIDER_GUID, 0, 0, 0},
	{"Execution.ProcessID", SYS_PROCESS_ID, 0, 0, 0},
	{"Execution.ThreadID", SYS_THREAD_ID, 0, 0, 0},
	{"Security.UserID", SYS_USER_ID, 0, 0, 0},
	/* osquery, NXLog, Amazon's agent, the table WindowsEvent of Sentinel. */
	{"eventid", SYS_EVENT_ID, 4, 0, 0},
	{"HostName", SYS_COMPUTER, 1, NAME_KEEP, 0},
	{"MachineName", SYS_COMPUTER, 3, NAME_KEEP, 0},
	{"SystemProcessId", SYS_PROCESS_ID, 1, 0, 0},
	{"SystemThreadId", SYS_THREAD_ID, 1, 0, 0},
	{"SystemUserId", SYS_USER_ID, 1, 0, 0},
	/* Splunk's own, about the place in its index. */
	{"_indextime", SYS_COUNT, 0, NAME_DROP, 0},
	{"_cd", SYS_COUNT, 0, NAME_DROP, 0},
	{"_bkt", SYS_COUNT, 0, NAME_DROP, 0},
	{"_si", SYS_COUNT, 0, NAME_DROP, 0},
	{"_serial", SYS_COUNT, 0, NAME_DROP, 0},
	{"_sourcetype", SYS_COUNT, 0, NAME_DROP, 0},
	{"_subsecond", SYS_COUNT, 0, NAME_DROP, 0},
	{"_eventtype_color", SYS_COUNT, 0, NAME_DROP, 0},
	{"_raw", SYS_COUNT, 0, NAME_DROP, 0},
	/* The event rendered for people: repeats the fields, differs in every event, is half of a log's bytes. The raw record
	 * has it. */
	{"Message", SYS_COUNT, 0, NAME_DROP, 0},
	{"message", SYS_COUNT, 0, NAME_DROP, 0},
	{"RenderedDescription", SYS_COUNT, 0, NAME_DROP, 0},
};

/* ---- the Elastic Common Schema ---- */

#define ID(n) (UINT32_C(1) << (n))
#define ALL UINT32_MAX
#define SOURCE (ID(8) | ID(10))                          /* the process is the one that acts on another */
#define SUBJECT (ALL & ~SOURCE)
#define FILES (ID(2) | ID(11) | ID(15) | ID(23) | ID(26) | ID(27) | ID(28) | ID(29))
#define IMAGES (ID(6) | ID(7))
#define HASH(path, prefix, ids, field) {path, field, ids, ECS_HASH, prefix}
#define HASHES(object, ids, field)                                                                                     \
	HASH(object ".hash.sha1", "SHA1=", ids, field), HASH(object ".hash.md5", "MD5=", ids, field),                   \
	HASH(object ".hash.sha256", "SHA256=", ids, field), HASH(object ".pe.imphash", "IMPHASH=", ids, field)

/* Rows of one path follow each other. */
static const struct jsonrec_ecs ecs[] = {
	{"rule.name", "RuleName", ALL, ECS_TEXT, NULL},
	{"process.entity_id", "ProcessGuid", SUBJECT, ECS_TEXT, NULL},
	{"process.entity_id", "SourceProcessGuid", ID(8), ECS_TEXT, NULL},
	{"process.entity_id", "SourceProcessGUID", ID(10), ECS_TEXT, NULL},
	{"process.pid", "ProcessId", SUBJECT, ECS_TEXT, NULL},
	{"process.pid", "SourceProcessId", SOURCE, ECS_TEXT, NULL},
	{"process.thread.id", "SourceThreadId", ID(10), ECS_TEXT, NULL},
	{"process.executable", "Image", SUBJECT & ~ID(20), ECS_TEXT, NULL},
	{"process.executable", "SourceImage", SOURCE, ECS_TEXT, NULL},
	{"process.executable", "Destination", ID(20), ECS_TEXT, NULL},
	{"process.command_line", "CommandLine", ID(1), ECS_TEXT, NULL},
	{"process.working_directory", "CurrentDirectory", ID(1), ECS_TEXT, NULL},
	{"process.parent.entity_id", "ParentProcessGuid", ID(1), ECS_TEXT, NULL},
	{"process.parent.pid", "ParentProcessId", ID(1), ECS_TEXT, NULL},
	{"process.parent.executable", "ParentImage", ID(1), ECS_TEXT, NULL},
	{"process.parent.command_line", "ParentCommandLine", ID(1), ECS_TEXT, NULL},
	{"process.pe.original_file_name", "OriginalFileName", ID(1) | ID(7), ECS_TEXT, NULL},
	{"process.pe.company", "Company", ID(1) | ID(7), ECS_TEXT, NULL},
	{"process.pe.description", "Description", ID(1) | ID(7), ECS_TEXT, NULL},
	{"process.pe.file_version", "FileVersion", ID(1) | ID(7), ECS_TEXT, NULL},
	{"process.pe.product", "Product", ID(1) | ID(7), ECS_TEXT, NULL},
	{"file.pe.original_file_name", "OriginalFileName", ID(7), ECS_TEXT, NULL},
	{"file.pe.company", "Company", ID(7), ECS_TEXT, NULL},
	{"file.pe.description", "Description", ID(7), ECS_TEXT, NULL},
	{"file.pe.file_version", "FileVersion", ID(7), ECS_TEXT, NULL},
	{"file.pe.product", "Product", ID(7), ECS_TEXT, NULL},
	{"user.name", "User", ALL, ECS_USER, NULL},
	{"file.path", "TargetFilename", FILES, ECS_TEXT, NULL},
	{"file.path", "ImageLoaded", IMAGES, ECS_TEXT, NULL},
	{"file.path", "Device", ID(9), ECS_TEXT, NULL},
	{"file.name", "PipeName", ID(17) | ID(18), ECS_TEXT, NULL},
	{"dll.path", "ImageLoaded", ID(7), ECS_TEXT, NULL},
	{"file.code_signature.signed", "Signed", IMAGES, ECS_TEXT, NULL},
	{"file.code_signature.subject_name", "Signature", IMAGES, ECS_TEXT, NULL},
	{"file.code_signature.status", "SignatureStatus", IMAGES, ECS_TEXT, NULL},
	HASHES("process", ID(1) | ID(23) | ID(24) | ID(26), "Hashes"),
	HASHES("file", IMAGES | ID(23) | ID(26) | ID(27) | ID(28) | ID(29), "Hashes"),
	{"network.transport", "Protocol", ID(3), ECS_TEXT, NULL},
	{"network.protocol", "DestinationPortName", ID(3), ECS_TEXT, NULL},
	{"network.direction", "Initiated", ID(3), ECS_OUTBOUND, NULL},
	{"source.ip", "SourceIp", ID(3), ECS_TEXT, NULL},
	{"source.domain", "SourceHostname", ID(3), ECS_TEXT, NULL},
	{"source.port", "SourcePort", ID(3), ECS_TEXT, NULL},
	{"destination.ip", "DestinationIp", ID(3), ECS_TEXT, NULL},
	{"destination.domain", "DestinationHostname", ID(3), ECS_TEXT, NULL},
	{"destination.port", "DestinationPort", ID(3), ECS_TEXT, NULL},
	{"registry.path", "TargetObject", ID(12) | ID(13) | ID(14), ECS_TEXT, NULL},
	{"dns.question.name", "QueryName", ID(22), ECS_TEXT, NULL},
	{"dns.answers", "QueryResults", ID(22), ECS_ANSWERS, NULL},
	{"sysmon.dns.status", "QueryStatus", ID(22), ECS_TEXT, NULL},
	{"sysmon.file.archived", "Archived", ID(23) | ID(24), ECS_TEXT, NULL},
	{"sysmon.file.is_executable", "IsExecutable", ID(23) | ID(26), ECS_TEXT, NULL},
};

const struct jsonrec_ecs *jsonrec_ecs(const struct jsonrec_name *name, unsigned id)
{
	if (!name->ecs || id >= 32)
		return NULL;
	for (size_t i = name->ecs - 1U; i < N(ecs) && strcmp(ecs[i].path, name->path) == 0; i++)
		if (ecs[i].ids & ID(id))
			return &ecs[i];
	return NULL;
}

/* ---- shapes ---- */

static const struct {
	const char *path, *shape;
} shapes[] = {
	{"system.eventID", "Wazuh"}, {"winlog.event_id", "Winlogbeat"}, {"winlog.event_data", "Winlogbeat"}, {"event.code", "ECS"},
	{"log_name", "Winlogbeat 5 or 6"}, {"System.EventID", "event XML as JSON"}, {"System.EventID.#text", "event XML as JSON"},
	{"System.EventID.Value", "event XML as JSON"}, {"_raw", "Splunk"}, {"_time", "Splunk"}, {"MESSAGE", "journald"},
	{"MapDescription", "EvtxECmd"}, {"PayloadData1", "EvtxECmd"}, {"RuleTitle", "Hayabusa"}, {"TenantId", "Azure Monitor"},
	{"RenderedDescription", "Azure Monitor"}, {"EventLog", "Azure Monitor"}, {"UserSID", "Velociraptor"}, {"MachineName", "Get-WinEvent"},
	{"OpcodeValue", "NXLog"}, {"SourceModuleName", "NXLog"}, {"ExecutionProcessID", "NXLog"},
};

const char *jsonrec_shape(struct str path)
{
	for (size_t i = 0; i < N(shapes); i++)
		if (str_eqc(path, shapes[i].path))
			return shapes[i].shape;
	return NULL;
}

/* ---- finding ---- */

enum { SLOTS = 512 };                                    /* a power of two, well above the names */
static uint8_t slot[SLOTS];                              /* hash -> entry + 1 */
static struct jsonrec_name entry[N(names) + N(ecs)];     /* both tables, a path of ECS once */
static struct str spelled[N(names) + N(ecs)];            /* their paths, measured once */
static size_t nentries, longest;

static void add(struct jsonrec_name name)
{
	struct str path = str_c(name.path);
	uint32_t i = name_hash(path) % SLOTS;

	while (slot[i])
		i = (i + 1) % SLOTS;
	spelled[nentries] = path;
	entry[nentries++] = name;
	slot[i] = (uint8_t)nentries;
	if (path.n > longest)
		longest = path.n;
}

static void hash_names(void)
{
	_Static_assert(N(names) + N(ecs) < 256 && N(names) + N(ecs) < SLOTS * 3 / 4, "the table of names needs more slots");
	for (size_t k = 0; k < N(names); k++)
		add(names[k]);
	for (size_t k = 0; k < N(ecs); k++)
		if (k == 0 || strcmp(ecs[k].path, ecs[k - 1].path) != 0)
			add((struct jsonrec_name){ecs[k].path, SYS_COUNT, 0, NAME_KEEP, (uint8_t)(k + 1)});
}

/* Does the last part of a path only mark the text of an element beside its attributes? */
static bool is_text_mark(struct str part)
{
	static const struct str marks[] = {{"#text", 5}, {"_text", 5}, {"__text", 6}, {"_", 1}, {"#content", 8}, {"+content", 8}, {"$t", 2}, {"$", 1}};

	for (size_t i = 0; i < N(marks); i++)
		if (str_eq(part, marks[i]))
			return true;
	return false;
}

/* The path without the mark before the name of an XML attribute, in room that is given. */
static struct str unmark(struct str path, const char *name, char *room)
{
	size_t head = (size_t)(name - path.p), mark = 1 + (name + 1 < path.p + path.n && strchr("@_", name[1]));

	memcpy(room, path.p, head);
	memcpy(room + head, name + mark, path.n - head - mark);
	return (struct str){room, path.n - mark};
}

const struct jsonrec_name *jsonrec_name(struct str path)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	char plain[64];
	const char *dot = path.n ? memrchr(path.p, '.', path.n) : NULL;

	pthread_once(&once, hash_names);
	if (dot && dot > path.p && is_text_mark((struct str){dot + 1, path.n - (size_t)(dot + 1 - path.p)})) {
		path.n = (size_t)(dot - path.p);
		dot = memrchr(path.p, '.', path.n);
	}
	if (!path.n || path.n > longest + 2 || path.n > sizeof(plain))
		return NULL;
	if (dot && dot + 1 < path.p + path.n && strchr("@-_+", dot[1]))
		path = unmark(path, dot + 1, plain);
	for (uint32_t i = name_hash(path) % SLOTS; slot[i]; i = (i + 1) % SLOTS)
		if (str_eq(path, spelled[slot[i] - 1]))
			return &entry[slot[i] - 1];
	return NULL;
}
