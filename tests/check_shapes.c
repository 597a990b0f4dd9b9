/* The same events in every shape that logs of Sysmon come in: collectors, exports, tools. Each shape is one entry of the table
 * below; what it cannot carry stands there, everything else must come out field for field. */
#include <check.h>

#include "load_tools.h"
#include "base/map.h"
#include "load/message.h"
#include "load/sysmon.h"

enum { FIELDS = 40 };
#define BIT(f) (1u << (f))
#define EVERY (BIT(SYS_COUNT) - 1)

struct event {
	unsigned id, record;
	size_t n;
	const char *name[FIELDS];
	char *value[FIELDS];
};

static struct event *events;
static size_t nevents;

/* ---- the events ---- */

static char *long_text(void)
{
	struct sbuf s = {0};

	for (int i = 0; i < 7000; i++)
		sbuf_addf(&s, "long %d ", i);
	sbuf_addz(&s, "end");
	return s.p;
}

static char *value_of(const struct sysmon_field *f, unsigned k)
{
	static const char *const odd[] = {
		"C:\\Windows\\System32\\net.exe", "\"C:\\new\\table.exe\" -a 'b' \"c\"", "", "a & b < c > d &amp; &lt;", "first\nsecond\n\nlast",
		"\u017elu\u0165ou\u010dk\u00fd \u4e2d\u6587 \U0001F600", "\\\\server\\share\\dir\\", "-", "a,b;c\td", "{\"json\":[\"like\",{}]}", "</Data></Event>",
		"]]> <!-- x --> <![CDATA[", " blanks around ", "Event", "x=\"1\",y='2'", "100%", "C:\\a\\", "\"", "\"\"", ",",
	};
	struct sbuf s = {0};

	switch (f->type) {
	case ST_TIME: sbuf_addf(&s, "2024-03-01 11:%02u:%02u.123", k / 60 % 60, k % 60); break;
	case ST_GUID: sbuf_addf(&s, "{11111111-2222-3333-4444-%012u}", k); break;
	case ST_NUMBER: sbuf_addf(&s, "%u", 1000 + k); break;
	case ST_IP: sbuf_addf(&s, "192.0.2.%u", k % 256); break;
	case ST_HASHES: sbuf_addf(&s, "SHA1=%040X,MD5=%032X,SHA256=%064X,IMPHASH=%032X", k, k + 1, k + 2, k + 3); break;
	default:
		if (strcmp(f->name, "EventType") == 0)
			return xstrdup("SetValue");
		if (k % 97 == 5)
			return long_text();
		sbuf_addz(&s, odd[k % (sizeof(odd) / sizeof *odd)]);
	}
	return s.p ? s.p : xstrdup("");
}

static void make_events(void)
{
	size_t n;
	const struct sysmon_event *kind = sysmon_events(&n);
	unsigned k = 0;

	events = xcalloc(n * 3, sizeof(*events));
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < n; i++) {
			struct event *e = &events[nevents++];
			*e = (struct event){.id = kind[i].id, .record = (unsigned)nevents};
			for (size_t f = 0; f < kind[i].nfields; f++, k++) {
				e->name[e->n] = kind[i].field[f].name;
				e->value[e->n++] = value_of(&kind[i].field[f], k);
			}
		}
}

/* ---- writing ---- */

static void add_json(struct sbuf *b, struct str s)
{
	sbuf_addc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			sbuf_addf(b, "\\%c", s.p[i]);
		else if ((unsigned char)s.p[i] < ' ')
			sbuf_addf(b, "\\u%04x", (unsigned)s.p[i]);
		else
			sbuf_addc(b, s.p[i]);
	}
	sbuf_addc(b, '"');
}

static void add_cell(struct sbuf *b, struct str s)
{
	sbuf_addc(b, '"');
	for (size_t i = 0; i < s.n; i++)
		sbuf_addf(b, s.p[i] == '"' ? "\"\"" : "%c", s.p[i]);
	sbuf_addc(b, '"');
}

static void add_xml_text(struct sbuf *b, const char *s)
{
	for (; *s; s++) {
		if (*s == '&')
			sbuf_addz(b, "&amp;");
		else if (*s == '<')
			sbuf_addz(b, "&lt;");
		else if (*s == '>')
			sbuf_addz(b, "&gt;");
		else
			sbuf_addc(b, *s);
	}
}

static struct sbuf data_xml(const struct event *e, const char *eol)
{
	struct sbuf b = {0};

	for (size_t i = 0; i < e->n; i++) {
		sbuf_addf(&b, "%s<Data Name='%s'>", eol, e->name[i]);
		add_xml_text(&b, e->value[i]);
		sbuf_addz(&b, "</Data>");
	}
	return b;
}

static struct sbuf event_xml(const struct event *e)
{
	struct sbuf data = data_xml(e, ""), b = {0};

	add_event_xml(&b, e->id, e->record, data.p);
	sbuf_free(&data);
	return b;
}

#define TIME_OF(e) "2024-03-01T12:00:%02u.1234567Z", (e)->record % 60
#define GUID_TEXT "{11111111-2222-3333-4444-555555555555}"
#define CHANNEL_TEXT "Microsoft-Windows-Sysmon/Operational"
#define PROVIDER_TEXT "Microsoft-Windows-Sysmon"

/* The fields as members, names with a prefix. */
static void add_members(struct sbuf *b, const struct event *e, const char *prefix)
{
	for (size_t i = 0; i < e->n; i++) {
		sbuf_addf(b, "%s\"%s%s\":", i ? "," : "", prefix, e->name[i]);
		add_json(b, str_c(e->value[i]));
	}
}

static void xml_lines(struct sbuf *b, const struct event *e)
{
	struct sbuf x = event_xml(e);

	sbuf_addf(b, "%s\n", x.p);
	sbuf_free(&x);
}

static void xml_pretty(struct sbuf *b, const struct event *e)
{
	struct sbuf data = data_xml(e, "\r\n    ");

	sbuf_addf(b,
	          "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\">\r\n  <System>\r\n    <Provider Name=\"" PROVIDER_TEXT
	          "\" Guid=\"" GUID_TEXT "\"/>\r\n    <EventID>%u</EventID>\r\n    <Version>5</Version>\r\n    <Level>4</Level>\r\n    <Task>%u</Task>\r\n"
	          "    <Opcode>0</Opcode>\r\n    <Keywords>0x8000000000000000</Keywords>\r\n    <TimeCreated SystemTime=\"2024-03-01T12:00:%02u.1234567Z\"/>\r\n"
	          "    <EventRecordID>%u</EventRecordID>\r\n    <Correlation/>\r\n    <Execution ProcessID=\"2000\" ThreadID=\"3000\"/>\r\n    <Channel>" CHANNEL_TEXT
	          "</Channel>\r\n    <Computer>HOST%u</Computer>\r\n    <Security UserID=\"S-1-5-18\"/>\r\n  </System>\r\n  <EventData>%s\r\n  </EventData>\r\n</Event>\r\n",
	          e->id, e->id, e->record % 60, e->record, e->record % 3, data.p);
	sbuf_free(&data);
}

static void xml_syslog(struct sbuf *b, const struct event *e)
{
	sbuf_addz(b, "Mar  1 12:00:00 host sysmon: ");
	xml_lines(b, e);
}

static void nxlog(struct sbuf *b, const struct event *e)
{
	sbuf_addf(b,
	          "{\"EventTime\":\"2024-03-01 13:00:00\",\"Hostname\":\"HOST%u\",\"Keywords\":-9223372036854775808,\"EventID\":%u,\"SourceName\":\"" PROVIDER_TEXT
	          "\",\"ProviderGuid\":\"" GUID_TEXT "\",\"Version\":5,\"Level\":4,\"Task\":%u,\"OpcodeValue\":0,\"RecordNumber\":%u,\"ExecutionProcessID\":2000,"
	          "\"ThreadID\":3000,\"Channel\":\"" CHANNEL_TEXT "\",\"UserID\":\"S-1-5-18\",\"Message\":\"rendered\",",
	          e->record % 3, e->id, e->id, e->record);
	add_members(b, e, "");
	sbuf_addz(b, "}\n");
}

static void add_winlog(struct sbuf *b, const struct event *e, bool data)
{
	sbuf_addf(b,
	          "{\"@timestamp\":\"2024-03-01T12:00:%02u.123Z\",\"event\":{\"code\":\"%u\",\"provider\":\"" PROVIDER_TEXT
	          "\"},\"host\":{\"name\":\"collector\"},\"message\":\"rendered\",\"winlog\":{\"api\":\"wineventlog\",\"provider_name\":\"" PROVIDER_TEXT
	          "\",\"provider_guid\":\"" GUID_TEXT "\",\"event_id\":\"%u\",\"version\":5,\"level\":4,\"task\":%u,\"opcode\":0,\"keywords\":\"0x8000000000000000\","
	          "\"record_id\":%u,\"process\":{\"pid\":2000,\"thread\":{\"id\":3000}},\"channel\":\"" CHANNEL_TEXT
	          "\",\"computer_name\":\"HOST%u\",\"user\":{\"identifier\":\"S-1-5-18\"}",
	          e->record % 60, e->id, e->id, e->id, e->record, e->record % 3);
	if (data) {
		sbuf_addz(b, ",\"event_data\":{");
		add_members(b, e, "");
		sbuf_addz(b, "}");
	}
	sbuf_addz(b, "}");
}

static void winlogbeat(struct sbuf *b, const struct event *e)
{
	add_winlog(b, e, true);
	sbuf_addz(b, ",\"process\":{\"name\":\"ecs.exe\"},\"tags\":[{\"a\":1}]}\n");
}

static void winlogbeat_6(struct sbuf *b, const struct event *e)
{
	sbuf_addf(b,
	          "{\"@timestamp\":\"2024-03-01T12:00:00.123Z\",\"source_name\":\"" PROVIDER_TEXT "\",\"provider_guid\":\"" GUID_TEXT
	          "\",\"event_id\":%u,\"version\":5,\"level\":4,\"task\":%u,\"opcode\":0,\"keywords\":\"0x8000000000000000\",\"record_number\":\"%u\",\"process_id\":2000,"
	          "\"thread_id\":3000,\"log_name\":\"" CHANNEL_TEXT "\",\"computer_name\":\"HOST%u\",\"user\":{\"identifier\":\"S-1-5-18\",\"name\":\"SYSTEM\"},"
	          "\"event_data\":{",
	          e->id, e->id, e->record, e->record % 3);
	add_members(b, e, "");
	sbuf_addz(b, "}}\n");
}

static void elastic_source(struct sbuf *b, const struct event *e)
{
	sbuf_addz(b, "{\"_index\":\"winlogbeat\",\"_id\":\"x\",\"_source\":");
	add_winlog(b, e, true);
	sbuf_addz(b, "},\"sort\":[1]}\n");
}

static void elastic_dotted(struct sbuf *b, const struct event *e)
{
	sbuf_addf(b,
	          "{\"_source\":{\"event.code\":\"%u\",\"event.provider\":\"" PROVIDER_TEXT "\",\"winlog.provider_guid\":\"" GUID_TEXT
	          "\",\"winlog.version\":5,\"winlog.level\":4,\"winlog.task\":%u,\"winlog.opcode\":0,\"winlog.keywords\":\"0x8000000000000000\",\"winlog.record_id\":%u,"
	          "\"winlog.process.pid\":2000,\"winlog.process.thread.id\":3000,\"winlog.channel\":\"" CHANNEL_TEXT
	          "\",\"winlog.computer_name\":\"HOST%u\",\"winlog.user.identifier\":\"S-1-5-18\",",
	          e->id, e->id, e->record, e->record % 3);
	add_members(b, e, "winlog.event_data.");
	sbuf_addz(b, "}}\n");
}

/* Event.System as evtx_dump writes it: attributes in a level of their own, or beside the element. */
static void add_system(struct sbuf *b, const struct event *e, const char *open, const char *close)
{
	sbuf_addf(b,
	          "\"System\":{\"Provider%s{\"Name\":\"" PROVIDER_TEXT "\",\"Guid\":\"" GUID_TEXT "\"}%s,\"EventID\":%u,\"Version\":5,\"Level\":4,\"Task\":%u,"
	          "\"Opcode\":0,\"Keywords\":\"0x8000000000000000\",\"TimeCreated%s{\"SystemTime\":\"2024-03-01T12:00:%02u.1234567Z\"}%s,\"EventRecordID\":%u,"
	          "\"Correlation\":null,\"Execution%s{\"ProcessID\":2000,\"ThreadID\":3000}%s,\"Channel\":\"" CHANNEL_TEXT
	          "\",\"Computer\":\"HOST%u\",\"Security%s{\"UserID\":\"S-1-5-18\"}%s},",
	          open, close, e->id, e->id, open, e->record % 60, close, e->record, open, close, e->record % 3, open, close);
}

static void evtx_dump(struct sbuf *b, const struct event *e)
{
	sbuf_addz(b, "{\"Event\":{\"#attributes\":{\"xmlns\":\"x\"},");
	add_system(b, e, "\":{\"#attributes\":", "}");
	sbuf_addz(b, "\"EventData\":{");
	add_members(b, e, "");
	sbuf_addz(b, "}}}\n");
}

static void evtx_dump_records(struct sbuf *b, const struct event *e)
{
	sbuf_addf(b, "Record %u\n", e->record);
	evtx_dump(b, e);
}

static void chainsaw_dump(struct sbuf *b, const struct event *e)
{
	sbuf_addz(b, "{\"Event_attributes\":{\"xmlns\":\"x\"},\"Event\":{");
	add_system(b, e, "_attributes\":", "");
	sbuf_addz(b, "\"EventData\":{");
	add_members(b, e, "");
	sbuf_addz(b, "}}}\n");
}

static void chainsaw_hunt(struct sbuf *b, const struct event *e)
{
	sbuf_addz(b, "{\"group\":\"Sigma\",\"kind\":\"individual\",\"document\":{\"kind\":\"evtx\",\"path\":\"x.evtx\",\"data\":{\"Event\":{");
	add_system(b, e, "_attributes\":", "");
	sbuf_addz(b, "\"EventData\":{");
	add_members(b, e, "");
	sbuf_addz(b, "}}}},\"name\":\"a rule\",\"level\":\"high\",\"tags\":[\"x\"]}\n");
}

static void add_data_list(struct sbuf *b, const struct event *e)
{
	sbuf_addz(b, "{\"Data\":[");
	for (size_t i = 0; i < e->n; i++) {
		sbuf_addf(b, "%s{\"@Name\":\"%s\",\"#text\":", i ? "," : "", e->name[i]);
		add_json(b, str_c(e->value[i]));
		sbuf_addc(b, '}');
	}
	sbuf_addz(b, "]}");
}

static void xmltodict(struct sbuf *b, const struct event *e)
{
	sbuf_addz(b, "{\"Event\":{\"@xmlns\":\"x\",");
	add_system(b, e, "\":", "");
	sbuf_addz(b, "\"EventData\":");
	add_data_list(b, e);
	sbuf_addz(b, "}}\n");
}

static void velociraptor(struct sbuf *b, const struct event *e)
{
	sbuf_addz(b, "{");
	add_system(b, e, "\":", "");
	sbuf_addz(b, "\"EventData\":{");
	add_members(b, e, "");
	sbuf_addz(b, "},\"Message\":\"rendered\",\"OSPath\":\"C:\\\\x.evtx\"}\n");
}

static void velociraptor_hunt(struct sbuf *b, const struct event *e)
{
	sbuf_addf(b,
	          "{\"EventTime\":\"2024-03-01T12:00:00Z\",\"Computer\":\"HOST%u\",\"Channel\":\"" CHANNEL_TEXT "\",\"Provider\":\"" PROVIDER_TEXT
	          "\",\"EventID\":%u,\"EventRecordID\":%u,\"UserSID\":\"S-1-5-18\",\"EventData\":{",
	          e->record % 3, e->id, e->record);
	add_members(b, e, "");
	sbuf_addz(b, "},\"UserData\":null,\"Message\":\"rendered\"}\n");
}

/* The agent escapes quotes and backslashes before it makes JSON. */
static void wazuh(struct sbuf *b, const struct event *e)
{
	sbuf_addf(b,
	          "{\"timestamp\":\"2024-03-01T12:00:00.000+0000\",\"rule\":{\"id\":\"61603\",\"level\":5},\"agent\":{\"name\":\"a\"},\"data\":{\"win\":{\"system\":{"
	          "\"providerName\":\"" PROVIDER_TEXT "\",\"providerGuid\":\"" GUID_TEXT "\",\"eventID\":\"%u\",\"version\":\"5\",\"level\":\"4\",\"task\":\"%u\","
	          "\"opcode\":\"0\",\"keywords\":\"0x8000000000000000\",\"systemTime\":\"2024-03-01T12:00:%02u.1234567Z\",\"eventRecordID\":\"%u\",\"processID\":\"2000\","
	          "\"threadID\":\"3000\",\"channel\":\"" CHANNEL_TEXT "\",\"computer\":\"HOST%u\",\"severityValue\":\"INFORMATION\","
	          "\"message\":\"rendered\"},\"eventdata\":{",
	          e->id, e->id, e->record % 60, e->record, e->record % 3);
	for (size_t i = 0; i < e->n; i++) {
		struct sbuf v = {0};
		for (const char *p = e->value[i]; *p; p++)
			sbuf_addf(&v, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
		sbuf_addf(b, "%s\"%c%s\":", i ? "," : "", e->name[i][0] | 32, e->name[i] + 1);
		add_json(b, sbuf_str(&v));
		sbuf_free(&v);
	}
	sbuf_addz(b, "}}},\"location\":\"EventChannel\"}\n");
}

static struct sbuf evtxecmd_payload(const struct event *e)
{
	struct sbuf p = {0};

	sbuf_addz(&p, "{\"EventData\":");
	add_data_list(&p, e);
	sbuf_addz(&p, "}");
	return p;
}

static void evtxecmd(struct sbuf *b, const struct event *e)
{
	struct sbuf p = evtxecmd_payload(e);

	sbuf_addf(b,
	          "{\"PayloadData1\":\"ProcessID: 1\",\"MapDescription\":\"Process creation\",\"ChunkNumber\":3,\"Computer\":\"HOST%u\",\"Payload\":", e->record % 3);
	add_json(b, sbuf_str(&p));
	sbuf_addf(b,
	          ",\"UserId\":\"S-1-5-18\",\"Channel\":\"" CHANNEL_TEXT "\",\"Provider\":\"" PROVIDER_TEXT
	          "\",\"EventId\":%u,\"EventRecordId\":\"%u\",\"ProcessId\":2000,\"ThreadId\":3000,\"Level\":\"Info\",\"Keywords\":\"Classic\",\"SourceFile\":\"x\","
	          "\"ExtraDataOffset\":0,\"HiddenRecord\":false,\"TimeCreated\":\"2024-03-01T12:00:%02u.1234567+00:00\",\"RecordNumber\":99}\n",
	          e->id, e->record, e->record % 60);
	sbuf_free(&p);
}

static void splunk_export(struct sbuf *b, const struct event *e)
{
	struct sbuf x = event_xml(e);

	sbuf_addf(b, "{\"preview\":false,\"offset\":%u,\"result\":{\"_time\":\"2024-03-01 12:00:00.000 UTC\",\"EventCode\":\"%u\",\"Image\":\"extracted\",\"_raw\":", e->record, e->id);
	add_json(b, sbuf_str(&x));
	sbuf_addz(b, ",\"host\":\"indexer\"}}\n");
	sbuf_free(&x);
}

static void splunk_raw_json(struct sbuf *b, const struct event *e)
{
	struct sbuf x = {0};

	nxlog(&x, e);
	sbuf_addz(b, "{\"result\":{\"_raw\":");
	add_json(b, sbuf_str(&x));
	sbuf_addz(b, ",\"EventID\":77}}\n");
	sbuf_free(&x);
}

static void splunk_fields(struct sbuf *b, const struct event *e)
{
	sbuf_addf(b,
	          "{\"result\":{\"_time\":\"2024-03-01T12:00:%02u.123+00:00\",\"EventCode\":\"%u\",\"Computer\":\"HOST%u\",\"Guid\":\"" GUID_TEXT "\",\"EventRecordID\":\"%u\","
	          "\"Version\":\"5\",\"Level\":\"4\",\"Task\":\"%u\",\"Opcode\":\"0\",\"Keywords\":\"0x8000000000000000\",\"ProcessID\":\"2000\",\"ThreadID\":\"3000\","
	          "\"UserID\":\"S-1-5-18\",\"source\":\"XmlWinEventLog:" CHANNEL_TEXT "\",\"sourcetype\":\"XmlWinEventLog\",\"_cd\":\"1:2\",\"process_name\":\"cim.exe\",",
	          e->record % 60, e->id, e->record % 3, e->record, e->id);
	add_members(b, e, "");
	sbuf_addz(b, "}}\n");
}

static void azure(struct sbuf *b, const struct event *e)
{
	struct sbuf data = data_xml(e, ""), x = {0};

	sbuf_addf(&x, "<DataItem type=\"System.XmlData\" time=\"2024-03-01T12:00:00Z\"><EventData xmlns=\"x\">%s</EventData></DataItem>", data.p);
	sbuf_addf(b,
	          "{\"TenantId\":\"t\",\"SourceSystem\":\"OpsManager\",\"TimeGenerated\":\"2024-03-01T12:00:%02u.123Z\",\"Source\":\"" PROVIDER_TEXT "\",\"EventLog\":\""
	          CHANNEL_TEXT "\",\"Computer\":\"HOST%u\",\"EventLevel\":4,\"EventLevelName\":\"Information\",\"EventID\":%u,\"RenderedDescription\":\"r\",\"EventData\":",
	          e->record % 60, e->record % 3, e->id);
	add_json(b, sbuf_str(&x));
	sbuf_addz(b, "}\n");
	sbuf_free(&data);
	sbuf_free(&x);
}

static void journald(struct sbuf *b, const struct event *e)
{
	struct sbuf x = event_xml(e);

	sbuf_addz(b, "{\"__REALTIME_TIMESTAMP\":\"1\",\"SYSLOG_IDENTIFIER\":\"sysmon\",\"MESSAGE\":");
	add_json(b, sbuf_str(&x));
	sbuf_addz(b, "}\n");
	sbuf_free(&x);
}

static void hayabusa(struct sbuf *b, const struct event *e)
{
	sbuf_addf(b, "{\"Timestamp\":\"2024-03-01 12:00:00.123 +00:00\",\"Computer\":\"HOST%u\",\"Channel\":\"Sysmon\",\"EventID\":%u,\"RecordID\":%u,\"RuleTitle\":\"r\",\"AllFieldInfo\":{",
	          e->record % 3, e->id, e->record);
	add_members(b, e, "");
	sbuf_addz(b, "}}\n");
}

/* Of Windows PowerShell; 7 writes the time in another way, and Guids the same. */
static void get_winevent(struct sbuf *b, const struct event *e)
{
	struct sbuf message = {0};

	sbuf_addf(b,
	          "{\"Id\":%u,\"Version\":5,\"Qualifiers\":null,\"Level\":4,\"Task\":%u,\"Opcode\":0,\"Keywords\":-9223372036854775808,\"RecordId\":%u,\"ProviderName\":\""
	          PROVIDER_TEXT "\",\"ProviderId\":\"11111111-2222-3333-4444-555555555555\",\"LogName\":\"" CHANNEL_TEXT "\",\"ProcessId\":2000,\"ThreadId\":3000,\"MachineName\":\"HOST%u\","
	          "\"UserId\":{\"BinaryLength\":12,\"AccountDomainSid\":null,\"Value\":\"S-1-5-18\"},\"TimeCreated\":\"%s\",\"ActivityId\":null,\"Bookmark\":{},"
	          "\"LevelDisplayName\":\"Information\",\"OpcodeDisplayName\":\"Info\",\"KeywordsDisplayNames\":[],\"Properties\":[",
	          e->id, e->id, e->record, e->record % 3, e->record % 2 ? "\\/Date(1709294400123)\\/" : "2024-03-01T12:00:00.1234567Z");
	sbuf_addz(&message, "An event:\r\n");
	for (size_t i = 0; i < e->n; i++) {
		const char *v = e->value[i];
		struct str s = str_c(v);
		if (s.n == 38 && v[0] == '{' && (strstr(e->name[i], "Guid") || strstr(e->name[i], "GUID")))
			s = (struct str){v + 1, 36};
		sbuf_addz(b, i ? ",{\"Value\":" : "{\"Value\":");
		add_json(b, s);
		sbuf_addz(b, "}");
		sbuf_addf(&message, "%s: %s\r\n", e->name[i], v);
	}
	sbuf_addz(b, "],\"Message\":");
	if (e->record % 5)
		add_json(b, sbuf_str(&message));
	else
		sbuf_addz(b, "null");
	sbuf_addz(b, "}\n");
	sbuf_free(&message);
}

static void elastic_fields(struct sbuf *b, const struct event *e)
{
	sbuf_addf(b,
	          "{\"_index\":\"w\",\"_id\":\"x\",\"_score\":1,\"fields\":{\"event.code\":[\"%u\"],\"event.provider\":[\"" PROVIDER_TEXT "\"],\"winlog.provider_guid\":[\"" GUID_TEXT
	          "\"],\"winlog.version\":[5],\"winlog.level\":[4],\"winlog.task\":[ %u ],\"winlog.opcode\":[0],\"winlog.keywords\":[\"0x8000000000000000\"],\"winlog.record_id\":[%u],"
	          "\"winlog.process.pid\":[2000],\"winlog.process.thread.id\":[3000],\"winlog.channel\":[\"" CHANNEL_TEXT "\"],\"winlog.computer_name\":[\"HOST%u\"],"
	          "\"winlog.user.identifier\":[\"S-1-5-18\"],\"tags\":[],\"@timestamp\":[\"2024-03-01T12:00:00.123Z\"]",
	          e->id, e->id, e->record, e->record % 3);
	for (size_t i = 0; i < e->n; i++) {
		sbuf_addf(b, ",\"winlog.event_data.%s\":[", e->name[i]);
		add_json(b, str_c(e->value[i]));
		sbuf_addz(b, "]");
	}
	sbuf_addz(b, "}}\n");
}

static void log_analytics(struct sbuf *b, const struct event *e)
{
	struct sbuf data = data_xml(e, ""), x = {0};

	sbuf_addf(&x, "<DataItem type=\"System.XmlData\" time=\"2024-03-01T12:00:00Z\"><EventData xmlns=\"x\">%s</EventData></DataItem>", data.p);
	sbuf_addf(b, "[\"t\",\"2024-03-01T12:00:%02u.123Z\",\"" PROVIDER_TEXT "\",\"" CHANNEL_TEXT "\",\"HOST%u\",4,null,%u,", e->record % 60, e->record % 3, e->id);
	add_json(b, sbuf_str(&x));
	sbuf_addz(b, "]");
	sbuf_free(&data);
	sbuf_free(&x);
}

/* Names and texts of elements as one converter or another spells them. */
static void add_spelled(struct sbuf *b, const struct event *e, const char *open, const char *mark, const char *close, const char *text)
{
	sbuf_addf(b,
	          "{\"Event\":{\"System\":{\"Provider\":{%s\"%sName\":\"" PROVIDER_TEXT "\",\"%sGuid\":\"" GUID_TEXT "\"%s},\"EventID\":{\"%s\":\"%u\"},\"Version\":{\"%s\":\"5\"},"
	          "\"Level\":\"4\",\"Task\":\"%u\",\"Opcode\":\"0\",\"Keywords\":\"0x8000000000000000\",\"TimeCreated\":{%s\"%sSystemTime\":\"2024-03-01T12:00:%02u.1234567Z\"%s},"
	          "\"EventRecordID\":\"%u\",\"Execution\":{%s\"%sProcessID\":\"2000\",\"%sThreadID\":\"3000\"%s},\"Channel\":\"" CHANNEL_TEXT "\",\"Computer\":\"HOST%u\","
	          "\"Security\":{%s\"%sUserID\":\"S-1-5-18\"%s}},\"EventData\":{\"Data\":[",
	          open, mark, mark, close, text, e->id, text, e->id, open, mark, e->record % 60, close, e->record, open, mark, mark, close, e->record % 3, open, mark, close);
	for (size_t i = 0; i < e->n; i++) {
		sbuf_addf(b, "%s{%s\"%sName\":\"%s\"%s,\"%s\":", i ? "," : "", open, mark, e->name[i], close, text);
		add_json(b, str_c(e->value[i]));
		sbuf_addc(b, '}');
	}
	sbuf_addz(b, "]}}}\n");
}

static void spelled_1(struct sbuf *b, const struct event *e) { add_spelled(b, e, "", "-", "", "#content"); }
static void spelled_2(struct sbuf *b, const struct event *e) { add_spelled(b, e, "", "_", "", "__text"); }
static void spelled_3(struct sbuf *b, const struct event *e) { add_spelled(b, e, "", "@_", "", "#text"); }
static void spelled_4(struct sbuf *b, const struct event *e) { add_spelled(b, e, "\"_attributes\":{", "", "}", "_text"); }
static void spelled_5(struct sbuf *b, const struct event *e) { add_spelled(b, e, "\"$\":{", "", "}", "_"); }
static void spelled_6(struct sbuf *b, const struct event *e) { add_spelled(b, e, "", "+@", "", "+content"); }
static void spelled_7(struct sbuf *b, const struct event *e) { add_spelled(b, e, "", "@", "", "$"); }

/* ---- tables ---- */

static void csv_splunk_raw(struct sbuf *b, const struct event *e)
{
	struct sbuf x = event_xml(e);

	if (!b->n)
		sbuf_addz(b, "\"_serial\",\"_time\",source,sourcetype,host,index,\"splunk_server\",\"_raw\"\n");
	sbuf_addf(b, "%u,\"2024-03-01T12:00:00.000+0000\",\"XmlWinEventLog:" CHANNEL_TEXT "\",XmlWinEventLog,indexer,main,idx,", e->record);
	add_cell(b, sbuf_str(&x));
	sbuf_addz(b, "\n");
	sbuf_free(&x);
}

/* Every name of any event is a column. */
static void add_columns(struct sbuf *b, const struct event *e, const char *prefix)
{
	size_t n;
	const struct sysmon_event *kind = sysmon_events(&n);
	struct map *seen = map_new();

	for (size_t i = 0; i < n; i++)
		for (size_t f = 0; f < kind[i].nfields; f++) {
			const char *name = kind[i].field[f].name;
			bool fresh;
			map_put(seen, str_c(name), &fresh);
			if (!fresh || strcmp(name, "Version") == 0)     /* an attribute has that name; see the table */
				continue;
			sbuf_addc(b, ',');
			if (!e)
				sbuf_addf(b, "%s%s", prefix, name);
			for (size_t k = 0; e && k < e->n; k++)
				if (strcmp(e->name[k], name) == 0)
					add_cell(b, str_c(e->value[k]));
		}
	map_free(seen);
}

static void csv_splunk_fields(struct sbuf *b, const struct event *e)
{
	if (!b->n) {
		sbuf_addz(b, "\xEF\xBB\xBF_time,EventCode,Computer,source,EventRecordID");
		add_columns(b, NULL, "");
		sbuf_addz(b, "\r\n");
	}
	sbuf_addf(b, "2024-03-01T12:00:%02u.123+00:00,%u,HOST%u,WinEventLog:" CHANNEL_TEXT ",%u", e->record % 60, e->id, e->record % 3, e->record);
	add_columns(b, e, "");
	sbuf_addz(b, "\r\n");
}

static void csv_kibana(struct sbuf *b, const struct event *e)
{
	if (!b->n) {
		sbuf_addz(b, "@timestamp;event.code;winlog.computer_name;winlog.provider_name;winlog.record_id;");
		struct sbuf names = {0};
		add_columns(&names, NULL, "winlog.event_data.");
		for (size_t i = 1; i < names.n; i++)
			sbuf_addc(b, names.p[i] == ',' ? ';' : names.p[i]);
		sbuf_addz(b, "\n");
		sbuf_free(&names);
	}
	sbuf_addf(b, "\"Mar 1, 2024 @ 12:00:00.123\";%u;HOST%u;" PROVIDER_TEXT ";%u", e->id, e->record % 3, e->record);
	struct sbuf row = {0};
	add_columns(&row, e, "");
	bool quoted = false;
	for (size_t i = 0; i < row.n; i++) {
		quoted ^= row.p[i] == '"';
		sbuf_addc(b, row.p[i] == ',' && !quoted ? ';' : row.p[i]);
	}
	sbuf_addz(b, "\n");
	sbuf_free(&row);
}

static void csv_evtxecmd(struct sbuf *b, const struct event *e)
{
	struct sbuf p = evtxecmd_payload(e);

	if (!b->n)
		sbuf_addz(b, "RecordNumber,EventRecordId,TimeCreated,EventId,Level,Provider,Channel,ProcessId,ThreadId,Computer,UserId,MapDescription,PayloadData1,Payload\r\n");
	sbuf_addf(b, "99,%u,2024-03-01 12:00:%02u.1234567,%u,Info," PROVIDER_TEXT "," CHANNEL_TEXT ",2000,3000,HOST%u,S-1-5-18,Process creation,,", e->record,
	          e->record % 60, e->id, e->record % 3);
	add_cell(b, sbuf_str(&p));
	sbuf_addz(b, "\r\n");
	sbuf_free(&p);
}

#include "shapes_rendered.h"

/* ---- the table ---- */

#define SOURCE (BIT(SYS_PROVIDER) | BIT(SYS_CHANNEL))
#define BARE (BIT(SYS_EVENT_ID) | BIT(SYS_COMPUTER) | BIT(SYS_RECORD_ID))
static const struct shape {
	const char *name;
	enum format format;
	const char *head, *between, *tail;               /* around the records */
	void (*write)(struct sbuf *b, const struct event *e);
	uint32_t sys;                                    /* attributes that it carries; of SYS_TIME_CREATED: to the last digit */
	const char *lost;                                /* fields that it cannot carry, blanks around each */
	bool utf16;
	bool flat;                                       /* its values are in one line, without blanks around */
} shapes[] = {
	{"XML, one event a line", FORMAT_XML, "", "", "", xml_lines, EVERY, "", false, false},
	{"Event Viewer", FORMAT_XML, "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<Events>", "", "</Events>", xml_pretty, EVERY, "", false, false},
	{"Event Viewer, UTF-16", FORMAT_XML, "<?xml version=\"1.0\" encoding=\"utf-16\"?>\r\n<Events>", "", "</Events>", xml_pretty, EVERY, "", true, false},
	{"wevtutil qe /f:xml > file in PowerShell", FORMAT_XML, "", "", "", xml_lines, EVERY, "", true, false},
	{"syslog", FORMAT_XML, "", "", "", xml_syslog, EVERY, "", false, false},
	{"NXLog", FORMAT_JSON, "", "", "", nxlog, EVERY & ~BIT(SYS_TIME_CREATED), " Version ", false, false},
	{"NXLog, array", FORMAT_JSON, "[", ",", "]", nxlog, EVERY & ~BIT(SYS_TIME_CREATED), " Version ", false, false},
	{"Winlogbeat 7", FORMAT_JSON, "", "", "", winlogbeat, EVERY & ~BIT(SYS_TIME_CREATED), "", false, false},
	{"Winlogbeat 7, UTF-16", FORMAT_JSON, "", "", "", winlogbeat, EVERY & ~BIT(SYS_TIME_CREATED), "", true, false},
	{"Winlogbeat 6", FORMAT_JSON, "", "", "", winlogbeat_6, EVERY & ~BIT(SYS_TIME_CREATED), "", false, false},
	{"Elasticsearch, _source", FORMAT_JSON, "", "", "", elastic_source, EVERY & ~BIT(SYS_TIME_CREATED), "", false, false},
	{"Elasticsearch, names with dots", FORMAT_JSON, "", "", "", elastic_dotted, EVERY & ~BIT(SYS_TIME_CREATED), "", false, false},
	{"Elasticsearch, a whole answer", FORMAT_JSON, "{\"took\":3,\"_shards\":{\"total\":1},\"hits\":{\"total\":{\"value\":9},\"hits\":[", ",",
	 "],\"max_score\":null},\"aggregations\":{\"a\":{\"buckets\":[{\"key\":1}]}}}\n", elastic_source, EVERY & ~BIT(SYS_TIME_CREATED), "", false, false},
	{"an object around the records", FORMAT_JSON, "{\n \"meta\": {\"query\": \"x\"},\n \"records\": [\n", ",\n", "]\n}\n", nxlog, EVERY & ~BIT(SYS_TIME_CREATED), " Version ", false, false},
	{"evtx_dump -o jsonl", FORMAT_JSON, "", "", "", evtx_dump, EVERY, "", false, false},
	{"evtx_dump -o json", FORMAT_JSON, "", "", "", evtx_dump_records, EVERY, "", false, false},
	{"chainsaw dump", FORMAT_JSON, "[", ",", "]", chainsaw_dump, EVERY, "", false, false},
	{"chainsaw hunt", FORMAT_JSON, "[", ",", "]", chainsaw_hunt, EVERY, "", false, false},
	{"xmltodict", FORMAT_JSON, "", "", "", xmltodict, EVERY, "", false, false},
	{"Velociraptor", FORMAT_JSON, "", "", "", velociraptor, EVERY, "", false, false},
	{"Velociraptor, EvtxHunter", FORMAT_JSON, "", "", "", velociraptor_hunt, BARE | BIT(SYS_USER_ID) | BIT(SYS_CHANNEL) | BIT(SYS_PROVIDER), "", false, false},
	{"Wazuh", FORMAT_JSON, "", "", "", wazuh, EVERY & ~BIT(SYS_USER_ID), "", false, false},
	{"EvtxECmd --json", FORMAT_JSON, "", "", "", evtxecmd,
	 BARE | BIT(SYS_TIME_CREATED) | BIT(SYS_PROVIDER) | BIT(SYS_CHANNEL) | BIT(SYS_PROCESS_ID) | BIT(SYS_THREAD_ID) | BIT(SYS_USER_ID), "", false, false},
	{"Splunk, JSON export with _raw", FORMAT_JSON, "", "", "", splunk_export, EVERY, "", false, false},
	{"Splunk, results", FORMAT_JSON, "{\"preview\":false,\"init_offset\":0,\"messages\":[{\"type\":\"INFO\"}],\"fields\":[{\"name\":\"_raw\"}],\"results\":[", ",",
	 "],\"highlighted\":{}}", splunk_export, EVERY, "", false, false},
	{"Splunk, JSON in _raw", FORMAT_JSON, "", "", "", splunk_raw_json, EVERY & ~BIT(SYS_TIME_CREATED), " Version ", false, false},
	{"Splunk, JSON export of fields", FORMAT_JSON, "", "", "", splunk_fields, EVERY & ~(BIT(SYS_TIME_CREATED) | BIT(SYS_PROVIDER)), " Version ", false, false},
	{"Azure Monitor", FORMAT_JSON, "[", ",", "]", azure, BIT(SYS_EVENT_ID) | BIT(SYS_COMPUTER) | BIT(SYS_PROVIDER) | BIT(SYS_CHANNEL), "", false, false},
	{"journalctl -o json", FORMAT_JSON, "", "", "", journald, EVERY, "", false, false},
	{"Hayabusa", FORMAT_JSON, "", "", "", hayabusa, BARE, "", false, false},
	{"Get-WinEvent | ConvertTo-Json", FORMAT_JSON, "[", ",", "]", get_winevent, EVERY & ~BIT(SYS_TIME_CREATED), "", false, false},
	{"Get-WinEvent | ConvertTo-Json > file", FORMAT_JSON, "[", ",", "]", get_winevent, EVERY & ~BIT(SYS_TIME_CREATED), "", true, false},
	{"Elasticsearch, fields", FORMAT_JSON, "{\"hits\":{\"hits\":[", ",", "]}}", elastic_fields, EVERY & ~BIT(SYS_TIME_CREATED), "", false, false},
	{"Log Analytics, an answer of the API", FORMAT_JSON,
	 "{\"tables\":[{\"name\":\"PrimaryResult\",\"columns\":[{\"name\":\"TenantId\",\"type\":\"string\"},{\"name\":\"TimeGenerated\",\"type\":\"datetime\"},{\"name\":\"Source\",\"type\":\"string\"},"
	 "{\"name\":\"EventLog\",\"type\":\"string\"},{\"name\":\"Computer\",\"type\":\"string\"},{\"name\":\"EventLevel\",\"type\":\"int\"},{\"name\":\"ParameterXml\",\"type\":\"string\"},"
	 "{\"name\":\"EventID\",\"type\":\"int\"},{\"name\":\"EventData\",\"type\":\"string\"}],\"rows\":[", ",", "]}],\"statistics\":{\"a\":1}}",
	 log_analytics, BIT(SYS_EVENT_ID) | BIT(SYS_COMPUTER) | BIT(SYS_PROVIDER) | BIT(SYS_CHANNEL), "", false, false},
	{"XML as JSON, -Name", FORMAT_JSON, "", "", "", spelled_1, EVERY, "", false, false},
	{"XML as JSON, _Name", FORMAT_JSON, "", "", "", spelled_2, EVERY, "", false, false},
	{"XML as JSON, @_Name", FORMAT_JSON, "", "", "", spelled_3, EVERY, "", false, false},
	{"XML as JSON, _attributes", FORMAT_JSON, "", "", "", spelled_4, EVERY, "", false, false},
	{"XML as JSON, $", FORMAT_JSON, "", "", "", spelled_5, EVERY, "", false, false},
	{"XML as JSON, +@Name", FORMAT_JSON, "", "", "", spelled_6, EVERY, "", false, false},
	{"XML as JSON, $ for texts", FORMAT_JSON, "", "", "", spelled_7, EVERY, "", false, false},
	{"Splunk, CSV export with _raw", FORMAT_CSV, "", "", "", csv_splunk_raw, EVERY, "", false, false},
	{"Splunk, CSV export of fields", FORMAT_CSV, "", "", "", csv_splunk_fields, BARE, " Version ", false, false},
	{"Kibana CSV, semicolons, UTF-16", FORMAT_CSV, "", "", "", csv_kibana, BARE | BIT(SYS_PROVIDER), " Version ", true, false},
	{"EvtxECmd --csv", FORMAT_CSV, "", "", "", csv_evtxecmd,
	 BARE | BIT(SYS_TIME_CREATED) | BIT(SYS_PROVIDER) | BIT(SYS_CHANNEL) | BIT(SYS_PROCESS_ID) | BIT(SYS_THREAD_ID) | BIT(SYS_USER_ID), "", false, false},
	{"Splunk, WinEventLog as text", FORMAT_TEXT, "", "", "", text_splunk, BARE | SOURCE | BIT(SYS_KEYWORDS) | BIT(SYS_USER_ID), "", false, false},
	{"wevtutil qe /f:text", FORMAT_TEXT, "", "", "", text_wevtutil, (BARE | SOURCE | BIT(SYS_TIME_CREATED) | BIT(SYS_USER_ID)) & ~BIT(SYS_RECORD_ID), "", false, false},
	{"wevtutil qe /f:text > file in PowerShell", FORMAT_TEXT, "", "", "", text_wevtutil, (BARE | SOURCE | BIT(SYS_TIME_CREATED)) & ~BIT(SYS_RECORD_ID), "", true, false},
	{"evtxexport", FORMAT_TEXT, "evtxexport 20230508\n\n", "", "", text_evtxexport, BARE | BIT(SYS_PROVIDER) | BIT(SYS_TIME_CREATED) | BIT(SYS_USER_ID), "", false, false},
	{"Snare", FORMAT_TEXT, "", "", "", text_snare, (BARE | SOURCE) & ~BIT(SYS_RECORD_ID), "", false, true},
	{"Snare by rsyslog", FORMAT_TEXT, "", "", "", text_snare_rsyslog, (BARE | SOURCE) & ~BIT(SYS_RECORD_ID), "", false, true},
	{"WinCollect", FORMAT_TEXT, "", "", "", text_wincollect, BARE | SOURCE | BIT(SYS_KEYWORDS), "", false, true},
	{"syslog of the message", FORMAT_TEXT, "", "", "", text_syslog, BIT(SYS_EVENT_ID) | BIT(SYS_COMPUTER) | BIT(SYS_PROVIDER), "", false, true},
	{"Splunk, text in _raw", FORMAT_JSON, "", "", "", splunk_raw_text, BARE | SOURCE | BIT(SYS_KEYWORDS), "", false, false},
	{"Fluentd", FORMAT_JSON, "", "", "", fluentd, EVERY & ~(BIT(SYS_TIME_CREATED) | BIT(SYS_PROVIDER_GUID)), "", false, false},
	{"Logstash, the message alone", FORMAT_JSON, "", "", "", logstash, BARE | SOURCE, "", false, false},
	{"Promtail", FORMAT_JSON, "", "", "", promtail, EVERY & ~(BIT(SYS_PROVIDER) | BIT(SYS_PROVIDER_GUID) | BIT(SYS_OPCODE)), "", false, false},
	{"OpenTelemetry", FORMAT_JSON, "", "", "", otel, BARE | SOURCE | BIT(SYS_TIME_CREATED) | BIT(SYS_PROVIDER_GUID) | BIT(SYS_PROCESS_ID) | BIT(SYS_THREAD_ID) | BIT(SYS_USER_ID), "",
	 false, false},
	{"OTLP, the XML in its bodies", FORMAT_JSON, "{\"resourceLogs\":[{\"resource\":{\"attributes\":[]},\"scopeLogs\":[{\"scope\":{},\"logRecords\":[", ",", "]}]}]}\n", otlp_raw, EVERY, "",
	 false, false},
	{"OTLP", FORMAT_JSON, "{\"resourceLogs\":[{\"resource\":{\"attributes\":[]},\"scopeLogs\":[{\"scope\":{},\"logRecords\":[", ",", "]}]}]}\n", otlp_pairs,
	 BARE | SOURCE | BIT(SYS_TIME_CREATED) | BIT(SYS_PROVIDER_GUID), "", false, false},
	{"Graylog, Winlogbeat", FORMAT_JSON, "", "", "", graylog, BARE | SOURCE | BIT(SYS_PROVIDER_GUID) | BIT(SYS_PROCESS_ID) | BIT(SYS_THREAD_ID) | BIT(SYS_USER_ID), "", false, false},
	{"GELF of NXLog", FORMAT_JSON, "", "", "", gelf, EVERY & ~(BIT(SYS_TIME_CREATED) | BIT(SYS_VERSION) | BIT(SYS_LEVEL)), " Version ", false, false},
	{"LimaCharlie", FORMAT_JSON, "", "", "", limacharlie, EVERY, "", false, false},
	{"osquery", FORMAT_JSON, "", "", "", osquery, BIT(SYS_EVENT_ID) | BIT(SYS_COMPUTER) | BIT(SYS_PROVIDER) | BIT(SYS_PROVIDER_GUID), "", false, false},
	{"Event Viewer, CSV", FORMAT_CSV, "", "", "", csv_event_viewer, BIT(SYS_EVENT_ID) | BIT(SYS_PROVIDER), "", false, false},
	{"Event Viewer, CSV, UTF-16", FORMAT_CSV, "", "", "", csv_event_viewer, BIT(SYS_EVENT_ID) | BIT(SYS_PROVIDER), "", true, false},
	{"Get-WinEvent | Export-Csv", FORMAT_CSV, "", "", "", csv_get_winevent, EVERY & ~BIT(SYS_TIME_CREATED), "", false, false},
	{"CSV with the XML in a column", FORMAT_CSV, "", "", "", csv_of_events, EVERY, "", false, false},
	{"Velociraptor, CSV", FORMAT_CSV, "", "", "", csv_velociraptor, EVERY, "", false, false},
	{"Hayabusa, CSV", FORMAT_CSV, "", "", "", csv_hayabusa, BARE, "", false, true},
};
enum { NSHAPES = sizeof(shapes) / sizeof *shapes };

/* ---- what is expected ---- */

static struct str sys_text(const struct event *e, int f, char room[64])
{
	switch (f) {
	case SYS_PROVIDER: return STR(PROVIDER_TEXT);
	case SYS_PROVIDER_GUID: return STR(GUID_TEXT);
	case SYS_TASK: snprintf(room, 64, "%u", e->id); return str_c(room);
	case SYS_VERSION: return STR("5");
	case SYS_LEVEL: return STR("4");
	case SYS_OPCODE: return STR("0");
	case SYS_KEYWORDS: return STR("0x8000000000000000");
	case SYS_PROCESS_ID: return STR("2000");
	case SYS_THREAD_ID: return STR("3000");
	case SYS_CHANNEL: return STR(CHANNEL_TEXT);
	case SYS_COMPUTER: snprintf(room, 64, "HOST%u", e->record % 3); return str_c(room);
	case SYS_USER_ID: return STR("S-1-5-18");
	default: return STR("");
	}
}

static int column_of(const struct batch *b, const struct batch_table *t, const char *name)
{
	for (uint32_t c = 0; c < t->ncols; c++)
		if (str_eqc(pool_str(b->pool, t->col[c].name), name))
			return (int)c;
	return -1;
}

/* What is left of a value in one line. */
static char *flat_text(const char *value)
{
	char *text = xstrdup(value);

	for (char *p = text; *p; p++)
		if (*p == '\n')
			*p = ' ';
	struct str s = str_trim(str_c(text));
	memmove(text, s.p, s.n);
	text[s.n] = '\0';
	return text;
}

static void expect_event(const struct shape *s, const struct event *e, const struct batch *b, const struct batch_table *t, uint32_t row)
{
	char room[64], time[WHEN_SIZE];
	usec_t want;

	ck_assert_uint_eq(t->event_id, e->id);
	if (s->sys & BIT(SYS_RECORD_ID))
		ck_assert_msg(t->record_id[row] == e->record, "%s: event %u: record %llu", s->name, e->id, (unsigned long long)t->record_id[row]);
	for (int f = 0; f < SYS_COUNT; f++) {
		if (f == SYS_EVENT_ID || f == SYS_TIME_CREATED || f == SYS_RECORD_ID || !(s->sys & BIT(f)))
			continue;
		if (f == SYS_VERSION && e->id == 4 && strstr(s->lost, " Version "))
			continue;                        /* the event's own Version and Sysmon's stand in one place */
		struct str got = pool_str(b->pool, batch_cell(t, t->sys[f], row));
		struct str text = sys_text(e, f, room);
		ck_assert_msg(str_eq(got, text), "%s: event %u: %s is %.*s", s->name, e->id, sys_field_name[f], STR_FMT(got));
	}
	if (s->sys & BIT(SYS_TIME_CREATED)) {
		snprintf(room, sizeof(room), TIME_OF(e));
		ck_assert(when_parse(str_c(room), &want));
		ck_assert_msg(t->time[row] == want && t->time_tail[row] == 700 + 1024 * 7, "%s: event %u: %s, %u", s->name, e->id,
		              when_iso(t->time[row], 6, time), t->time_tail[row]);
	}
	for (size_t i = 0; i < e->n; i++) {
		char blanks[64];
		snprintf(blanks, sizeof(blanks), " %s ", e->name[i]);
		if (strstr(s->lost, blanks))
			continue;
		int c = column_of(b, t, e->name[i]);
		uint32_t cell = c >= 0 ? batch_cell(t, t->col[c].cells, row) : 0;
		struct str got = cell & CELL_TIME ? (struct str){NULL, 0} : pool_str(b->pool, cell);
		if (cell & CELL_TIME) {
			when_iso(cell_time(cell, t->time[row]), 3, time);
			time[10] = ' ';
			got = (struct str){time, 23};
		}
		char *value = s->flat ? flat_text(e->value[i]) : xstrdup(e->value[i]);
		ck_assert_msg(str_eqc(got, value), "%s: event %u: %s is %.300s, not %.300s", s->name, e->id, e->name[i], got.n ? got.p : "absent",
		              value);
		free(value);
	}
	/* Nothing of Sysmon's that was not written. */
	for (uint32_t c = 0; c < t->ncols; c++) {
		struct str name = pool_str(b->pool, t->col[c].name);
		bool written = !batch_cell(t, t->col[c].cells, row) || !sysmon_field(name);
		for (size_t i = 0; i < e->n && !written; i++)
			written = str_eqc(name, e->name[i]);
		ck_assert_msg(written, "%s: event %u: there is a %.*s", s->name, e->id, STR_FMT(name));
	}
}

static struct sbuf write_shape(const struct shape *s)
{
	struct sbuf b = {0};

	sbuf_addz(&b, s->head);
	for (size_t i = 0; i < nevents; i++) {
		if (i)
			sbuf_addz(&b, s->between);
		s->write(&b, &events[i]);
	}
	sbuf_addz(&b, s->tail);
	if (s->utf16) {
		struct sbuf wide = to_utf16(sbuf_str(&b), false);
		sbuf_free(&b);
		b = wide;
	}
	return b;
}

/* Batches keep events by kind; seq is their order. */
static void expect_all(const struct shape *s, const struct load *l)
{
	size_t done = 0;

	for (size_t i = 0; i < l->nbatches; i++) {
		const struct batch *b = l->batch[i];
		for (uint32_t k = 0; k < b->ntables; k++)
			for (uint32_t row = 0; row < b->table[k].n; row++)
				expect_event(s, &events[done + b->table[k].seq[row]], b, &b->table[k], row);
		done += b->nevents;
	}
}

START_TEST(same_events)
{
	const struct shape *s = &shapes[_i];
	static const size_t chunks[] = {0, 1, 3000, 100000};
	char *dir = temp_dir();
	struct sbuf text = write_shape(s);
	char *path = write_file(dir, "log", sbuf_str(&text));

	for (size_t k = 0; k < sizeof(chunks) / sizeof *chunks; k++) {
		struct load_opts o = {.chunk = chunks[k], .strict_xml = k == 2};
		if (chunks[k] == 1 && text.n > 3000000)
			continue;
		struct load *l = load_run((const char *const *)&path, 1, &o);
		ck_assert_msg(l->inputs.n == 1 && l->inputs.v[0].format == s->format, "%s: taken for %s", s->name, format_name[l->inputs.v[0].format]);
		ck_assert_msg(l->damaged == 0, "%s: %s", s->name, l->ndamage ? l->damage[0].reason : "");
		ck_assert_msg(l->events == nevents, "%s: %llu events", s->name, (unsigned long long)l->events);
		expect_all(s, l);
		/* The raw record is read again where the event says. */
		struct sbuf raw = {0};
		struct diag d = DIAG_INIT;
		const struct batch_table *t = &l->batch[0]->table[0];
		ck_assert(input_raw_text(&l->inputs, 0, t->offset[0], t->length[0], &raw, &d));
		ck_assert_msg(!(s->sys & BIT(SYS_COMPUTER)) || str_find(sbuf_str(&raw), STR("HOST1")) >= 0, "%s: %.200s", s->name, raw.p);
		sbuf_free(&raw);
		load_free(l);
	}
	sbuf_free(&text);
	free(path);
	remove_dir(dir);
}
END_TEST

START_TEST(shapes_are_named)
{
	static const struct {
		const char *shape, *name;
	} want[] = {
		{"XML, one event a line", NULL}, {"NXLog", "NXLog"}, {"Winlogbeat 7", "Winlogbeat"}, {"Winlogbeat 6", "Winlogbeat 5 or 6"}, {"Wazuh", "Wazuh"},
		{"evtx_dump -o jsonl", "event XML as JSON"}, {"EvtxECmd --json", "EvtxECmd"}, {"EvtxECmd --csv", "EvtxECmd"}, {"Splunk, results", "Splunk"},
		{"Splunk, CSV export of fields", "Splunk"}, {"Azure Monitor", "Azure Monitor"}, {"Log Analytics, an answer of the API", "Azure Monitor"},
		{"Get-WinEvent | ConvertTo-Json", "Get-WinEvent"}, {"journalctl -o json", "journald"}, {"Hayabusa", "Hayabusa"},
	};
	char *dir = temp_dir();

	for (size_t i = 0; i < sizeof(want) / sizeof *want; i++)
		for (size_t k = 0; k < NSHAPES; k++) {
			if (strcmp(shapes[k].name, want[i].shape) != 0)
				continue;
			struct sbuf text = write_shape(&shapes[k]);
			char *path = write_file(dir, "log", sbuf_str(&text));
			struct load *l = load_run((const char *const *)&path, 1, NULL);
			const char *got = l->report[0].shape;
			ck_assert_msg(want[i].name ? got && strcmp(got, want[i].name) == 0 : !got, "%s: %s", want[i].shape, got ? got : "no name");
			load_free(l);
			sbuf_free(&text);
			free(path);
		}
	remove_dir(dir);
}
END_TEST

/* ---- ECS ---- */

static void expect_fields(const char *text, const char *want)
{
	struct sbuf all = {0};

	sbuf_addz(&all, text);
	char *shown = decode_whole(&decode_json, sbuf_str(&all), ENC_UTF8, false);
	for (const char *p = want; *p;) {
		const char *bar = strchr(p, '|');
		size_t n = bar ? (size_t)(bar - p) : strlen(p);
		char *one = xstrndup(p, n);
		ck_assert_msg(strstr(shown, one), "no %s in %s", one, shown);
		free(one);
		p += n + (bar != NULL);
	}
	free(shown);
	sbuf_free(&all);
}

#define ECS(id, rest) "{\"event\":{\"code\":\"" #id "\",\"provider\":\"" PROVIDER_TEXT "\"},\"host\":{\"name\":\"H\"},\"@timestamp\":\"2024-03-01T12:00:00.123Z\"," rest "}"

START_TEST(ecs_only)
{
	expect_fields(ECS(1, "\"process\":{\"entity_id\":\"{G}\",\"pid\":7,\"executable\":\"C:\\\\x.exe\",\"command_line\":\"x -y\",\"working_directory\":\"C:\\\\\","
	                     "\"parent\":{\"entity_id\":\"{P}\",\"pid\":8,\"executable\":\"C:\\\\p.exe\",\"command_line\":\"p\"},\"hash\":{\"md5\":\"ab\",\"sha256\":\"cd\"},"
	                     "\"pe\":{\"original_file_name\":\"o.exe\",\"imphash\":\"ef\",\"company\":\"Co\"}},\"user\":{\"domain\":\"D\",\"name\":\"u\"},\"rule\":{\"name\":\"r\"}"),
	              " ProcessGuid={G}| ProcessId=7| Image=C:\\x5cx.exe| CommandLine=x -y| CurrentDirectory=C:\\x5c| ParentProcessGuid={P}| ParentProcessId=8| ParentImage=C:\\x5cp.exe"
	              "| ParentCommandLine=p| Hashes=MD5=AB,SHA256=CD,IMPHASH=EF| OriginalFileName=o.exe| Company=Co| User=D\\x5cu| RuleName=r|2024-03-01T12:00:00.123000Z|@Computer=H");
	expect_fields(ECS(3, "\"process\":{\"executable\":\"x\"},\"network\":{\"transport\":\"tcp\",\"direction\":\"egress\"},\"source\":{\"ip\":\"192.0.2.1\",\"port\":1,\"domain\":\"s\"},"
	                     "\"destination\":{\"ip\":\"192.0.2.2\",\"port\":2,\"domain\":\"d\"}"),
	              " Image=x| Protocol=tcp| Initiated=true| SourceIp=192.0.2.1| SourcePort=1| SourceHostname=s| DestinationIp=192.0.2.2| DestinationPort=2| DestinationHostname=d");
	expect_fields(ECS(3, "\"network\":{\"direction\":\"inbound\"}"), " Initiated=false");
	expect_fields(ECS(7, "\"process\":{\"executable\":\"x\"},\"file\":{\"path\":\"y.dll\",\"hash\":{\"sha1\":\"aa\"},\"code_signature\":{\"signed\":true,\"status\":\"Valid\"}}"),
	              " Image=x| ImageLoaded=y.dll| Hashes=SHA1=AA| Signed=true| SignatureStatus=Valid");
	expect_fields(ECS(8, "\"process\":{\"executable\":\"x\",\"pid\":4,\"entity_id\":\"{G}\"},\"winlog\":{\"event_data\":{\"TargetImage\":\"t\"}}"),
	              " SourceImage=x| SourceProcessId=4| SourceProcessGuid={G}| TargetImage=t");
	expect_fields(ECS(10, "\"process\":{\"entity_id\":\"{G}\",\"thread\":{\"id\":5}}"), " SourceProcessGUID={G}| SourceThreadId=5");
	expect_fields(ECS(11, "\"file\":{\"path\":\"C:\\\\f\"}"), " TargetFilename=C:\\x5cf");
	expect_fields(ECS(13, "\"registry\":{\"path\":\"HKLM\\\\k\"},\"winlog\":{\"event_data\":{\"Details\":\"v\",\"EventType\":\"SetValue\"}}"),
	              " TargetObject=HKLM\\x5ck| Details=v| EventType=SetValue");
	expect_fields(ECS(17, "\"file\":{\"name\":\"\\\\pipe\"}"), " PipeName=\\x5cpipe");
	expect_fields(ECS(22, "\"dns\":{\"question\":{\"name\":\"a.example\"},\"answers\":[{\"type\":\"CNAME\",\"data\":\"b.example\"},{\"type\":\"A\",\"data\":\"192.0.2.1\"},"
	                      "{\"data\":\"2001:db8::1\",\"type\":\"AAAA\"}]}"),
	              " QueryName=a.example| QueryResults=type:  5 b.example;::ffff:192.0.2.1;2001:db8::1;");
	expect_fields(ECS(22, "\"dns\":{\"question\":{\"name\":\"a.example\"}},\"sysmon\":{\"dns\":{\"status\":\"SUCCESS\"}}"), " QueryName=a.example| QueryStatus=SUCCESS");
	/* What the event itself says comes first. */
	expect_fields(ECS(1, "\"process\":{\"executable\":\"ecs\"},\"winlog\":{\"event_data\":{\"Image\":\"own\"}}"), " Image=own");
}
END_TEST

START_TEST(inner_events_that_are_broken)
{
	char *shown = decode_whole(&decode_json, STR("{\"_raw\":\"<Event><System>cut\"}\n{\"_raw\":\"<Event><System></Event>\"}\n{\"_raw\":\"plain text\",\"host\":\"h\"}\n"
	                                             "{\"EventID\":1,\"Source\":\"" PROVIDER_TEXT "\",\"EventData\":\"<EventData><Data Name='x'>\"}\n"
	                                             "{\"EventCode\":1,\"SourceName\":\"" PROVIDER_TEXT "\",\"Image\":\"x\",\"_raw\":\"<Event>cut\"}\n"), ENC_UTF8, false);

	ck_assert_msg(strstr(shown, "! 0+29 the event in it is cut short or no valid XML"), "%s", shown);
	ck_assert_msg(strstr(shown, "! 30+34 the event in it is cut short or no valid XML"), "%s", shown);
	ck_assert_msg(strstr(shown, "the XML of EventData in it cannot be read"), "%s", shown);
	ck_assert_msg(strstr(shown, " Image=x"), "%s", shown);
	ck_assert_msg(strstr(shown, "?  0 x1"), "%s", shown);
	free(shown);
}
END_TEST

/* ---- messages ---- */

#define HEAD_1 "Process Create:\nRuleName: -\nUtcTime: 2024-03-01 12:00:00.123\nProcessGuid: {G}\nProcessId: 7\nImage: C:\\x.exe\n"
#define TAIL_1 "CurrentDirectory: C:\\\nUser: D\\real\nLogonGuid: {L}\nLogonId: 0x1\nTerminalSessionId: 1\nIntegrityLevel: High\nHashes: MD5=1\n"

static void expect_message(const char *text, unsigned id, const char *want, bool guess)
{
	struct message_field field[MESSAGE_FIELDS_MAX];
	struct sbuf b = {0};
	bool unsure;
	size_t n = message_fields(str_c(text), &id, field, &unsure);

	for (size_t i = 0; i < n; i++)
		sbuf_addf(&b, "%.*s=[%.*s]", STR_FMT(field[i].name), STR_FMT(field[i].value));
	ck_assert_msg(str_eqc(sbuf_str(&b), want), "%s\n->\n%s", text, b.p ? b.p : "nothing");
	ck_assert_int_eq(unsure, guess);
	sbuf_free(&b);
}

START_TEST(fields_of_messages)
{
	static const char five[] = "RuleName=[-]UtcTime=[2024-03-01 12:00:00.123]ProcessGuid=[{G}]ProcessId=[7]Image=[C:\\x.exe]";
	struct sbuf want = {0};

	expect_message("Process terminated:\r\nRuleName: -\r\nUtcTime: 2024-03-01 12:00:00.123\r\nProcessGuid: {G}\r\nProcessId: 7\r\nImage: C:\\x.exe\r\n", 0, five, false);
	expect_message("Process terminated:  RuleName: -  UtcTime: 2024-03-01 12:00:00.123  ProcessGuid: {G}  ProcessId: 7  Image: C:\\x.exe", 0, five, false);
	expect_message("Process terminated: RuleName:  UtcTime: 2024-03-01 12:00:00.123 Image: C:\\a b: c.exe ", 5,
	               "RuleName=[]UtcTime=[2024-03-01 12:00:00.123]Image=[C:\\a b: c.exe]", false);
	/* What a command line says of other fields stays in it, wherever it stands. */
	sbuf_addf(&want, "%sCommandLine=[x\nUser: D\\fake\nLogonId: 0x9\nImage: C:\\fake.exe]CurrentDirectory=[C:\\]User=[D\\real]LogonGuid=[{L}]LogonId=[0x1]"
	                 "TerminalSessionId=[1]IntegrityLevel=[High]Hashes=[MD5=1]", five);
	expect_message(HEAD_1 "CommandLine: x\nUser: D\\fake\nLogonId: 0x9\nImage: C:\\fake.exe\n" TAIL_1, 1, want.p, true);
	sbuf_reset(&want);
	sbuf_addf(&want, "%sCommandLine=[x\nProcessId: 9\nImage: C:\\fake.exe\nCommandLine: y\nCurrentDirectory: D:\\\nUser: D\\fake]CurrentDirectory=[C:\\]User=[D\\real]"
	                 "LogonGuid=[{L}]LogonId=[0x1]TerminalSessionId=[1]IntegrityLevel=[High]Hashes=[MD5=1]", five);
	expect_message(HEAD_1 "CommandLine: x\nProcessId: 9\nImage: C:\\fake.exe\nCommandLine: y\nCurrentDirectory: D:\\\nUser: D\\fake\n" TAIL_1, 1, want.p, true);
	/* An event that Sysmon has since got; none of Sysmon's; too much of it. */
	expect_message("New:\nUtcTime: 2024-03-01 12:00:00.123\nNovel: a: b\nno field\n", 77, "UtcTime=[2024-03-01 12:00:00.123]Novel=[a: b]", false);
	expect_message("The service started.\nName: x\n", 1, "", false);
	sbuf_reset(&want);
	sbuf_addz(&want, HEAD_1 "CommandLine: x");
	for (int i = 0; i < 600; i++)
		sbuf_addz(&want, "\nUser: u");
	expect_message(want.p, 1, "", false);
	sbuf_free(&want);
}
END_TEST

START_TEST(text_of_others_and_remains)
{
	static const char log[] =
		"other line\n"
		"03/01/2024 12:00:00 PM\nLogName=Security\nSourceName=Microsoft-Windows-Security-Auditing\nEventCode=4624\nComputerName=H\nMessage=An account logged on.\n\n"
		"03/01/2024 12:00:00 PM\nLogName=" CHANNEL_TEXT "\nSourceName=" PROVIDER_TEXT "\nEventCode=1\nComputerName=H\nMessage=cut\n\n"
		"<14>Mar  1 12:00:00 H2 " PROVIDER_TEXT "[1]: Process terminated: RuleName: - UtcTime: 2024-03-01 12:00:00.123 Image: C:\\x.exe\nother again\n";
	char *shown = decode_whole(&decode_text, str_c(log), ENC_UTF8, false);

	ck_assert_msg(strstr(shown, "? Microsoft-Windows-Security-Auditing 4624 x1"), "%s", shown);
	ck_assert_msg(strstr(shown, "a record of Sysmon without fields"), "%s", shown);
	ck_assert_msg(strstr(shown, " Image=C:\\x5cx.exe") && strstr(shown, "@Computer=H2"), "%s", shown);
	free(shown);
}
END_TEST

/* Logs of text, glued to others in front and behind. */
START_TEST(text_among_others)
{
	static const char *const names[] = {"evtxexport", "Splunk, WinEventLog as text", "XML, one event a line", "wevtutil qe /f:text", "Winlogbeat 7", "Snare",
	                                    "Get-WinEvent | Export-Csv", "Splunk, WinEventLog as text"};
	enum { N = sizeof(names) / sizeof *names };
	struct sbuf all = {0};

	for (size_t i = 0; i < N; i++)
		for (size_t k = 0; k < NSHAPES; k++)
			if (strcmp(shapes[k].name, names[i]) == 0) {
				struct sbuf text = write_shape(&shapes[k]);
				sbuf_adds(&all, sbuf_str(&text));
				sbuf_free(&text);
			}
	char *dir = temp_dir(), *path = write_file(dir, "log", sbuf_str(&all));
	struct load_opts o = {.keep_duplicates = true};
	struct load *l = load_run((const char *const *)&path, 1, &o);
	ck_assert_uint_eq(l->events, nevents * N);
	ck_assert_msg(l->damaged == 0, "%s at %llu", l->ndamage ? l->damage[0].reason : "", l->ndamage ? (unsigned long long)l->damage[0].offset : 0);
	load_free(l);
	free(path);
	remove_dir(dir);
	sbuf_free(&all);
}
END_TEST

/* ---- damage ---- */

static int count(const char *shown, char kind)
{
	int n = 0;

	for (const char *p = shown; *p; p = strchr(p, '\n') + 1)
		n += kind == 'E' ? *p != '!' && *p != '?' : *p == kind;
	return n;
}

static void expect_rows(const char *text, int good, int damaged)
{
	static const size_t steps[] = {1, 3, 17, 4096};
	char *whole = decode_whole(&decode_csv, str_c(text), ENC_UTF8, false);

	ck_assert_msg(count(whole, 'E') == good && count(whole, '!') == damaged, "%s\n->\n%s", text, whole);
	for (size_t i = 0; i < sizeof(steps) / sizeof *steps; i++) {
		char *pieces = decode_pieces(&decode_csv, str_c(text), ENC_UTF8, false, steps[i]);
		ck_assert_str_eq(pieces, whole);
		free(pieces);
	}
	free(whole);
}

#define HEADER "EventID,Channel,Image\n"
#define GOOD "1," CHANNEL_TEXT ",x\n"

START_TEST(damaged_rows)
{
	expect_rows(HEADER GOOD GOOD, 2, 0);
	expect_rows(HEADER GOOD "1," CHANNEL_TEXT ",last", 2, 0);
	expect_rows(HEADER "\n\r\n" GOOD "\n" GOOD, 2, 0);
	expect_rows(HEADER GOOD "1,too,many,cells\n" GOOD, 2, 1);
	expect_rows(HEADER GOOD "few\n" GOOD, 2, 1);
	expect_rows(HEADER GOOD "1,\"bad\"quote,x\n" GOOD, 2, 1);
	expect_rows(HEADER GOOD "1," CHANNEL_TEXT ",\"never closed\n" GOOD GOOD, 3, 1);
	expect_rows(HEADER GOOD "1," CHANNEL_TEXT ",\"never closed\n1," CHANNEL_TEXT ",\"q\"\n" GOOD, 3, 1);
	expect_rows(HEADER GOOD "1," CHANNEL_TEXT ",\"cut", 1, 1);
	expect_rows(HEADER, 0, 0);
}
END_TEST

/* Every cut through a log of each shape: what comes before the cut is kept. */
START_TEST(truncated)
{
	const struct shape *s = &shapes[_i];
	const struct decoder *d = decode_for(s->format);
	struct sbuf b = {0};
	size_t ends[8], n = 0;

	sbuf_addz(&b, s->head);
	for (size_t i = 0; i < nevents && n < 3; i++) {
		if (events[i].id != 5 && events[i].id != 9 && events[i].id != 16)       /* short ones */
			continue;
		if (n)
			sbuf_addz(&b, s->between);
		s->write(&b, &events[i]);
		ends[n++] = b.n;
	}
	size_t first = strlen(s->head) + (s->format == FORMAT_CSV ? (size_t)(strchr(b.p, '\n') - b.p) : 0);
	for (size_t cut = first; cut <= b.n && b.n < 60000; cut++) {
		char *copy = xmalloc(cut + 1);
		memcpy(copy, b.p, cut);
		char *shown = decode_whole(d, (struct str){copy, cut}, ENC_UTF8, false);
		int whole = 0;
		while (whole < 3 && ends[whole] <= cut)
			whole++;
		ck_assert_msg(count(shown, 'E') >= whole, "%s, cut at %zu: %s", s->name, cut, shown);
		free(shown);
		free(copy);
	}
	sbuf_free(&b);
}
END_TEST

/* ---- a collection ---- */

static const int formats[] = {ARCHIVE_FORMAT_ZIP, ARCHIVE_FORMAT_7ZIP, ARCHIVE_FORMAT_TAR_USTAR};

START_TEST(all_in_one_archive)
{
	char *dir = temp_dir();
	struct packed_file file[NSHAPES + 3] = {{"readme.txt", {"not a log\n", 10}}, {"a/$MFT", {"FILE0\0\1\2", 8}}, {"list.csv", {"name,size\na,1\n", 14}}};
	struct sbuf text[NSHAPES];

	for (size_t i = 0; i < NSHAPES; i++) {
		text[i] = write_shape(&shapes[i]);
		file[i + 3] = (struct packed_file){shapes[i].name, sbuf_str(&text[i])};
	}
	int filter = formats[_i] == ARCHIVE_FORMAT_TAR_USTAR ? ARCHIVE_FILTER_ZSTD : ARCHIVE_FILTER_NONE;
	char *path = write_archive(dir, "collection", formats[_i], filter, file, NSHAPES + 3);
	struct load_opts o = {.keep_duplicates = true};
	struct load *l = load_run((const char *const *)&path, 1, &o);
	size_t skipped = 0;
	for (size_t i = 0; i < l->inputs.n; i++) {
		skipped += l->report[i].skipped;
		ck_assert_msg(l->report[i].skipped || l->report[i].events == nevents, "%s: %s", l->inputs.v[i].name, l->report[i].reason);
	}
	ck_assert_uint_eq(skipped, 3);
	ck_assert_uint_eq(l->damaged, 0);
	ck_assert_uint_eq(l->events, nevents * NSHAPES);
	load_free(l);
	for (size_t i = 0; i < NSHAPES; i++)
		sbuf_free(&text[i]);
	free(path);
	remove_dir(dir);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("shapes");
	TCase *t = tcase_create("shapes");

	make_events();
	tcase_set_timeout(t, 600);
	tcase_add_loop_test(t, same_events, 0, NSHAPES);
	tcase_add_test(t, shapes_are_named);
	tcase_add_test(t, ecs_only);
	tcase_add_test(t, inner_events_that_are_broken);
	tcase_add_test(t, fields_of_messages);
	tcase_add_test(t, text_of_others_and_remains);
	tcase_add_test(t, text_among_others);
	tcase_add_test(t, damaged_rows);
	tcase_add_loop_test(t, truncated, 0, NSHAPES);
	tcase_add_loop_test(t, all_in_one_archive, 0, 3);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	for (size_t i = 0; i < nevents; i++)
		for (size_t k = 0; k < events[i].n; k++)
			free(events[i].value[k]);
	free(events);
	return failed != 0;
}
