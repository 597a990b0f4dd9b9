/* The shapes of check_shapes.c in which the event's fields stand in a rendered message, or without names. Header only, of that test. */
#ifndef SPOOR_SHAPES_RENDERED_H
#define SPOOR_SHAPES_RENDERED_H

/* "Title:", and the fields a line each. */
static struct sbuf message_of(const struct event *e, const char *eol)
{
	struct sbuf b = {0};

	sbuf_addf(&b, "An event of kind %u:", e->id);
	for (size_t i = 0; i < e->n; i++)
		sbuf_addf(&b, "%s%s: %s", eol, e->name[i], e->value[i]);
	return b;
}

/* … all in one line, what breaks it as a blank. */
static struct sbuf flat_message_of(const struct event *e, const char *title)
{
	struct sbuf b = {0};

	sbuf_addf(&b, "%s:", title);
	for (size_t i = 0; i < e->n; i++)
		sbuf_addf(&b, "  %s: %s", e->name[i], e->value[i]);
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] == '\n')
			b.p[i] = ' ';
	return b;
}

static void add_value_list(struct sbuf *b, const struct event *e)
{
	for (size_t i = 0; i < e->n; i++) {
		sbuf_addz(b, i ? "," : "[");
		add_json(b, str_c(e->value[i]));
	}
	sbuf_addz(b, "]");
}

/* ---- text ---- */

static void text_splunk(struct sbuf *b, const struct event *e)
{
	struct sbuf m = message_of(e, "\n");

	sbuf_addf(b,
	          "03/01/2024 12:00:%02u.123 PM\nLogName=" CHANNEL_TEXT "\nEventCode=%u\nEventType=4\nComputerName=HOST%u\nUser=NOT_TRANSLATED\nSid=S-1-5-18\nSidType=0\n"
	          "SourceName=" PROVIDER_TEXT "\nType=Information\nRecordNumber=%u\nKeywords=0x8000000000000000\nTaskCategory=x (rule: y)\nOpCode=Info\nMessage=%s\n\n",
	          e->record % 60, e->id, e->record % 3, e->record, m.p);
	sbuf_free(&m);
}

static void text_wevtutil(struct sbuf *b, const struct event *e)
{
	struct sbuf m = message_of(e, "\r\n");

	sbuf_addf(b,
	          "Event[%u]\r\n  Log Name: " CHANNEL_TEXT "\r\n  Source: " PROVIDER_TEXT "\r\n  Date: 2024-03-01T12:00:%02u.1234567Z\r\n  Event ID: %u\r\n  Task: x (rule: y)\r\n"
	          "  Level: Information\r\n  Opcode: Info\r\n  Keyword: N/A\r\n  User: S-1-5-18\r\n  User Name: NT AUTHORITY\\SYSTEM\r\n  Computer: HOST%u\r\n  Description: \r\n%s\r\n\r\n",
	          e->record - 1, e->record % 60, e->id, e->record % 3, m.p);
	sbuf_free(&m);
}

static void text_evtxexport(struct sbuf *b, const struct event *e)
{
	sbuf_addf(b,
	          "Event number\t\t\t: %u\nCreation time\t\t\t: Mar 01, 2024 12:00:%02u.1234567 UTC\nWritten time\t\t\t: Mar 01, 2024 12:01:00.000000000 UTC\n"
	          "Event level\t\t\t: Information (4)\nUser security identifier\t: S-1-5-18\nComputer name\t\t\t: HOST%u\nSource name\t\t\t: " PROVIDER_TEXT
	          "\nEvent identifier\t\t: 0x%08x (%u)\nNumber of strings\t\t: %zu\n",
	          e->record, e->record % 60, e->record % 3, e->id, e->id, e->n);
	for (size_t i = 0; i < e->n; i++)
		sbuf_addf(b, "String: %zu\t\t\t: %s\n", i + 1, e->value[i]);
	sbuf_addz(b, "\n");
}

static void add_snare(struct sbuf *b, const struct event *e, const char *tab)
{
	struct sbuf m = flat_message_of(e, "An event"), line = {0};

	sbuf_addf(&line,
	          "<14>Mar  1 13:00:%02u relay MSWinEventLog\t1\t" CHANNEL_TEXT "\t%u\tFri Mar 01 13:00:%02u 2024\t%u\t" PROVIDER_TEXT
	          "\tSYSTEM\tUser\tInformation\tHOST%u\tx (rule: y)\t\t",
	          e->record % 60, e->record + 7, e->record % 60, e->id, e->record % 3);
	for (size_t i = 0; i < line.n; i++)
		sbuf_addf(b, line.p[i] == '\t' ? "%s" : "%.1s", line.p[i] == '\t' ? tab : line.p + i);
	sbuf_addf(b, "%s%s%u\n", m.p, tab, e->record + 70);
	sbuf_free(&m);
	sbuf_free(&line);
}

static void text_snare(struct sbuf *b, const struct event *e) { add_snare(b, e, "\t"); }
static void text_snare_rsyslog(struct sbuf *b, const struct event *e) { add_snare(b, e, "#011"); }

static void text_wincollect(struct sbuf *b, const struct event *e)
{
	struct sbuf m = flat_message_of(e, "An event");

	sbuf_addf(b,
	          "<13>Mar 01 13:00:%02u relay AgentDevice=WindowsLog\tAgentLogFile=" CHANNEL_TEXT "\tPluginVersion=7.2.9.105\tSource=" PROVIDER_TEXT
	          "\tComputer=HOST%u\tOriginatingComputer=192.0.2.1\tUser=SYSTEM\tDomain=NT AUTHORITY\tEventID=%u\tEventIDCode=%u\tEventType=4\tEventCategory=1\t"
	          "RecordNumber=%u\tTimeGenerated=1709294400\tKeywords=0x8000000000000000\tTask=SysmonTask\tOpcode=Info\tMessage=%s\n",
	          e->record % 60, e->record % 3, e->id, e->id, e->record, m.p);
	sbuf_free(&m);
}

/* The title is all that tells what event it is. */
static void text_syslog(struct sbuf *b, const struct event *e)
{
	static const struct {
		unsigned id;
		const char *title;
	} titles[] = {
		{1, "Process Create"}, {2, "File creation time changed"}, {3, "Network connection detected"}, {4, "Sysmon service state changed"}, {5, "Process terminated"},
		{6, "Driver loaded"}, {7, "Image loaded"}, {8, "CreateRemoteThread detected"}, {9, "RawAccessRead detected"}, {10, "Process accessed"}, {11, "File created"},
		{12, "Registry object added or deleted"}, {13, "Registry value set"}, {14, "Registry object renamed"}, {15, "File stream created"},
		{16, "Sysmon config state changed"}, {17, "Pipe Created"}, {18, "Pipe Connected"}, {19, "WmiEventFilter activity detected"},
		{20, "WmiEventConsumer activity detected"}, {21, "WmiEventConsumerToFilter activity detected"}, {22, "Dns query"}, {23, "File Delete archived"},
		{24, "Clipboard changed"}, {25, "Process Tampering"}, {26, "File Delete logged"}, {27, "File Block Executable"}, {28, "File Block Shredding"},
		{29, "File Executable Detected"}, {255, "Error report"},
	};

	for (size_t i = 0; i < sizeof(titles) / sizeof *titles; i++) {
		if (titles[i].id != e->id)
			continue;
		struct sbuf m = flat_message_of(e, titles[i].title);
		sbuf_addf(b, e->record % 2 ? "<14>Mar  1 13:00:%02u HOST%u " : "<14>1 2024-03-01T13:00:%02u+01:00 HOST%u ", e->record % 60, e->record % 3);
		sbuf_addf(b, PROVIDER_TEXT "[2000]: %s\n", m.p);
		sbuf_free(&m);
	}
}

/* ---- JSON ---- */

static void splunk_raw_text(struct sbuf *b, const struct event *e)
{
	struct sbuf x = {0};

	text_splunk(&x, e);
	sbuf_addz(b, "{\"preview\":false,\"result\":{\"_time\":\"2024-03-01 13:00:00.000 CET\",\"host\":\"indexer\",\"_raw\":");
	add_json(b, sbuf_str(&x));
	sbuf_addz(b, "}}\n");
	sbuf_free(&x);
}

static void fluentd(struct sbuf *b, const struct event *e)
{
	struct sbuf m = message_of(e, "\r\n");

	sbuf_addf(b,
	          "{\"ProviderName\":\"" PROVIDER_TEXT "\",\"ProviderGUID\":\"\",\"EventID\":\"%u\",\"Level\":\"4\",\"Task\":\"%u\",\"Opcode\":\"0\",\"Keywords\":\"0x8000000000000000\","
	          "\"TimeCreated\":\"2024/03/01 12:00:%02u.123456700\",\"EventRecordID\":\"%u\",\"ProcessID\":\"2000\",\"ThreadID\":\"3000\",\"Channel\":\"" CHANNEL_TEXT
	          "\",\"Computer\":\"HOST%u\",\"UserID\":\"S-1-5-18\",\"User\":\"NT AUTHORITY\\\\SYSTEM\",\"Version\":\"5\",\"Description\":",
	          e->id, e->id, e->record % 60, e->record, e->record % 3);
	add_json(b, sbuf_str(&m));
	sbuf_addz(b, ",\"EventData\":");
	add_value_list(b, e);
	sbuf_addz(b, "}\n");
	sbuf_free(&m);
}

/* Nothing but the message. */
static void logstash(struct sbuf *b, const struct event *e)
{
	struct sbuf m = message_of(e, "\n");

	sbuf_addf(b,
	          "{\"@timestamp\":\"2024-03-01T12:00:30.000Z\",\"@version\":\"1\",\"host\":\"collector\",\"event_id\":%u,\"source_name\":\"" PROVIDER_TEXT "\",\"log_name\":\"" CHANNEL_TEXT
	          "\",\"computer_name\":\"HOST%u\",\"record_number\":\"%u\",\"user\":{\"name\":\"SYSTEM\"},\"message\":",
	          e->id, e->record % 3, e->record);
	add_json(b, sbuf_str(&m));
	sbuf_addz(b, "}\n");
	sbuf_free(&m);
}

static void promtail(struct sbuf *b, const struct event *e)
{
	struct sbuf m = message_of(e, "\r\n"), data = data_xml(e, "");

	sbuf_addf(b,
	          "{\"source\":\"" PROVIDER_TEXT "\",\"channel\":\"" CHANNEL_TEXT "\",\"computer\":\"HOST%u\",\"event_id\":%u,\"version\":5,\"level\":4,\"task\":%u,\"levelText\":\"Information\","
	          "\"keywords\":\"0x8000000000000000\",\"timeCreated\":\"2024-03-01T12:00:%02u.1234567Z\",\"eventRecordID\":%u,\"execution\":{\"processId\":2000,\"threadId\":3000,"
	          "\"processName\":\"Sysmon64.exe\"},\"security\":{\"userId\":\"S-1-5-18\",\"userName\":\"NT AUTHORITY\\\\SYSTEM\"},\"event_data\":",
	          e->record % 3, e->id, e->id, e->record % 60, e->record);
	add_json(b, sbuf_str(&data));
	sbuf_addz(b, ",\"message\":");
	add_json(b, sbuf_str(&m));
	sbuf_addz(b, "}\n");
	sbuf_free(&m);
	sbuf_free(&data);
}

static void otel(struct sbuf *b, const struct event *e)
{
	sbuf_addf(b,
	          "{\"body\":{\"channel\":\"" CHANNEL_TEXT "\",\"computer\":\"HOST%u\",\"event_id\":{\"id\":%u,\"qualifiers\":0},\"keywords\":[\"0x8000000000000000\"],\"level\":\"Information\","
	          "\"message\":\"rendered\",\"provider\":{\"name\":\"" PROVIDER_TEXT "\",\"guid\":\"" GUID_TEXT "\",\"event_source\":\"\"},\"record_id\":%u,"
	          "\"system_time\":\"2024-03-01T12:00:%02u.1234567Z\",\"execution\":{\"process_id\":2000,\"thread_id\":3000},\"security\":{\"user_id\":\"S-1-5-18\"},\"event_data\":{",
	          e->record % 3, e->id, e->record, e->record % 60);
	add_members(b, e, "");
	sbuf_addz(b, "}},\"attributes\":{}}\n");
}

static void otlp_raw(struct sbuf *b, const struct event *e)
{
	struct sbuf x = event_xml(e);

	sbuf_addz(b, "{\"timeUnixNano\":\"1709294400123456700\",\"severityNumber\":9,\"body\":{\"stringValue\":");
	add_json(b, sbuf_str(&x));
	sbuf_addz(b, "},\"attributes\":[]}");
	sbuf_free(&x);
}

static void add_pair(struct sbuf *b, const char *name, struct str value)
{
	sbuf_addf(b, "%s{\"key\":\"%s\",\"value\":{\"stringValue\":", b->p[b->n - 1] == '[' ? "" : ",", name);
	add_json(b, value);
	sbuf_addz(b, "}}");
}

/* As the collector writes it to a file; fields in an object, or as later versions have them, each in one of its own. */
static void otlp_pairs(struct sbuf *b, const struct event *e)
{
	struct sbuf id = {0}, host = {0}, time = {0};
	const bool listed = e->record % 2;

	sbuf_addf(&id, "%u", e->record);
	sbuf_addf(&host, "HOST%u", e->record % 3);
	sbuf_addf(&time, TIME_OF(e));
	sbuf_addf(b,
	          "{\"timeUnixNano\":\"1709294400123456700\",\"severityText\":\"Information\",\"body\":{\"kvlistValue\":{\"values\":["
	          "{\"key\":\"event_id\",\"value\":{\"kvlistValue\":{\"values\":[{\"key\":\"qualifiers\",\"value\":{\"intValue\":\"0\"}},{\"key\":\"id\",\"value\":{\"intValue\":\"%u\"}}]}}}",
	          e->id);
	add_pair(b, "channel", STR(CHANNEL_TEXT));
	add_pair(b, "computer", sbuf_str(&host));
	add_pair(b, "system_time", sbuf_str(&time));
	add_pair(b, "record_id", sbuf_str(&id));
	sbuf_addz(b, ",{\"key\":\"provider\",\"value\":{\"kvlistValue\":{\"values\":[");
	add_pair(b, "name", STR(PROVIDER_TEXT));
	add_pair(b, "guid", STR(GUID_TEXT));
	sbuf_addz(b, "]}}},{\"key\":\"event_data\",\"value\":{\"kvlistValue\":{\"values\":[");
	if (listed)
		sbuf_addz(b, "{\"key\":\"data\",\"value\":{\"arrayValue\":{\"values\":[");
	for (size_t i = 0; i < e->n; i++) {
		if (listed)
			sbuf_addz(b, i ? ",{\"kvlistValue\":{\"values\":[" : "{\"kvlistValue\":{\"values\":[");
		add_pair(b, e->name[i], str_c(e->value[i]));
		if (listed)
			sbuf_addz(b, "]}}");
	}
	sbuf_addz(b, listed ? "]}}}]}}}" : "]}}}");
	sbuf_addz(b, "]}},\"attributes\":[]}");
	sbuf_free(&id);
	sbuf_free(&host);
	sbuf_free(&time);
}

static void graylog(struct sbuf *b, const struct event *e)
{
	sbuf_addf(b,
	          "{\"_id\":\"x\",\"source\":\"collector\",\"message\":\"rendered\",\"timestamp\":\"2024-03-01T12:00:00.123Z\",\"winlogbeat_winlog_event_id\":%u,"
	          "\"winlogbeat_winlog_provider_name\":\"" PROVIDER_TEXT "\",\"winlogbeat_winlog_provider_guid\":\"" GUID_TEXT "\",\"winlogbeat_winlog_channel\":\"" CHANNEL_TEXT
	          "\",\"winlogbeat_winlog_computer_name\":\"HOST%u\",\"winlogbeat_winlog_record_id\":%u,\"winlogbeat_winlog_process_pid\":2000,"
	          "\"winlogbeat_winlog_process_thread_id\":3000,\"winlogbeat_winlog_user_identifier\":\"S-1-5-18\",\"winlogbeat_event_code\":\"%u\",",
	          e->id, e->record % 3, e->record, e->id);
	add_members(b, e, "winlogbeat_winlog_event_data_");
	sbuf_addz(b, "}\n");
}

static void gelf(struct sbuf *b, const struct event *e)
{
	sbuf_addf(b,
	          "{\"version\":\"1.1\",\"host\":\"relay\",\"short_message\":\"x\",\"timestamp\":1709294400.5,\"_Hostname\":\"HOST%u\",\"_Keywords\":\"9223372036854775808\",\"_EventID\":%u,"
	          "\"_SourceName\":\"" PROVIDER_TEXT "\",\"_ProviderGuid\":\"" GUID_TEXT "\",\"_Task\":%u,\"_OpcodeValue\":0,\"_RecordNumber\":%u,\"_ExecutionProcessID\":2000,\"_ThreadID\":3000,"
	          "\"_Channel\":\"" CHANNEL_TEXT "\",\"_UserID\":\"S-1-5-18\",",
	          e->record % 3, e->id, e->id, e->record);
	add_members(b, e, "_");
	sbuf_addz(b, "}\n");
}

static void limacharlie(struct sbuf *b, const struct event *e)
{
	sbuf_addz(b, "{\"event\":{\"EVENT\":{");
	add_system(b, e, "\":", "");
	sbuf_addz(b, "\"EventData\":{");
	add_members(b, e, "");
	sbuf_addz(b, "}}},\"routing\":{\"event_type\":\"WEL\",\"hostname\":\"x\"}}\n");
}

static void osquery(struct sbuf *b, const struct event *e)
{
	struct sbuf data = {0};

	sbuf_addz(&data, "{\"EventData\":{");
	add_members(&data, e, "");
	sbuf_addz(&data, "}}");
	sbuf_addf(b,
	          "{\"name\":\"sysmon\",\"hostIdentifier\":\"x\",\"columns\":{\"computer_name\":\"HOST%u\",\"datetime\":\"2024-03-01T12:00:00Z\",\"eventid\":\"%u\",\"keywords\":\"0x8000000000000000\","
	          "\"level\":\"4\",\"provider_guid\":\"" GUID_TEXT "\",\"provider_name\":\"" PROVIDER_TEXT "\",\"task\":\"%u\",\"data\":",
	          e->record % 3, e->id, e->id);
	add_json(b, sbuf_str(&data));
	sbuf_addz(b, "},\"action\":\"added\"}\n");
	sbuf_free(&data);
}

/* ---- tables ---- */

static void csv_event_viewer(struct sbuf *b, const struct event *e)
{
	struct sbuf m = message_of(e, "\r\n");

	if (!b->n)
		sbuf_addz(b, "\xEF\xBB\xBF" "Ebene,Datum und Uhrzeit,Quelle,Ereignis-ID,Aufgabenkategorie\r\n");
	sbuf_addf(b, "Information,01.03.2024 13:00:%02u," PROVIDER_TEXT ",%u,x (rule: y),", e->record % 60, e->id);
	add_cell(b, sbuf_str(&m));
	sbuf_addz(b, "\r\n");
	sbuf_free(&m);
}

static void csv_get_winevent(struct sbuf *b, const struct event *e)
{
	struct sbuf m = message_of(e, "\r\n");

	if (!b->n)
		sbuf_addz(b,
		          "#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord\r\n\"Message\",\"Id\",\"Version\",\"Qualifiers\",\"Level\",\"Task\",\"Opcode\",\"Keywords\",\"RecordId\","
		          "\"ProviderName\",\"ProviderId\",\"LogName\",\"ProcessId\",\"ThreadId\",\"MachineName\",\"UserId\",\"TimeCreated\",\"LevelDisplayName\",\"Properties\"\r\n");
	add_cell(b, sbuf_str(&m));
	sbuf_addf(b,
	          ",\"%u\",\"5\",,\"4\",\"%u\",\"0\",\"-9223372036854775808\",\"%u\",\"" PROVIDER_TEXT "\",\"11111111-2222-3333-4444-555555555555\",\"" CHANNEL_TEXT
	          "\",\"2000\",\"3000\",\"HOST%u\",\"S-1-5-18\",\"3/1/2024 1:00:%02u PM\",\"Information\",\"System.Collections.Generic.List`1[x]\"\r\n",
	          e->id, e->id, e->record, e->record % 3, e->record % 60);
	sbuf_free(&m);
}

/* A column of any name has the event. */
static void csv_of_events(struct sbuf *b, const struct event *e)
{
	struct sbuf x = event_xml(e);

	if (!b->n)
		sbuf_addz(b, "message,datetime,timestamp_desc,xml_string\n");
	sbuf_addf(b, "rendered,2024-03-01T12:00:%02u+00:00,Event Recorded,", e->record % 60);
	add_cell(b, sbuf_str(&x));
	sbuf_addz(b, "\n");
	sbuf_free(&x);
}

static void csv_velociraptor(struct sbuf *b, const struct event *e)
{
	struct sbuf system = {0}, data = {0};

	if (!b->n)
		sbuf_addz(b, "System,EventData,Message,OSPath\n");
	add_system(&system, e, "\":", "");
	add_cell(b, (struct str){system.p + strlen("\"System\":"), system.n - strlen("\"System\":,")});
	sbuf_addz(&data, "{");
	add_members(&data, e, "");
	sbuf_addz(&data, "}");
	sbuf_addz(b, ",");
	add_cell(b, sbuf_str(&data));
	sbuf_addz(b, ",rendered,C:\\x.evtx\n");
	sbuf_free(&system);
	sbuf_free(&data);
}

static void csv_hayabusa(struct sbuf *b, const struct event *e)
{
	struct sbuf all = {0};

	if (!b->n)
		sbuf_addz(b, "\"Timestamp\",\"RuleTitle\",\"Level\",\"Computer\",\"Channel\",\"EventID\",\"RecordID\",\"AllFieldInfo\"\n");
	for (size_t i = 0; i < e->n; i++)
		sbuf_addf(&all, "%s%s: %s", i ? " \xC2\xA6 " : "", e->name[i], e->value[i]);
	for (size_t i = 0; i < all.n; i++)
		if (all.p[i] == '\n')
			all.p[i] = ' ';
	sbuf_addf(b, "\"2024-03-01 12:00:00.123 +00:00\",\"r\",\"info\",\"HOST%u\",\"Sysmon\",%u,%u,", e->record % 3, e->id, e->record);
	add_cell(b, sbuf_str(&all));
	sbuf_addz(b, "\n");
	sbuf_free(&all);
}

#endif
