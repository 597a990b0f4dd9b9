/* JSON logs: shapes of collectors, damage, hostile records; the same result however the text is cut. */
#include <check.h>

#include "load_tools.h"
#include "load/json.h"

static const size_t steps[] = {1, 2, 3, 7, 64, 4096};

static char *decode_all_ways(struct str t)
{
	char *whole = decode_whole(&decode_json, t, ENC_UTF8, true);

	for (size_t i = 0; i < sizeof(steps) / sizeof *steps; i++) {
		char *pieces = decode_pieces(&decode_json, t, ENC_UTF8, false, steps[i]);
		ck_assert_str_eq(pieces, whole);
		free(pieces);
	}
	for (int big = 0; big < 2; big++) {
		enum encoding enc = big ? ENC_UTF16BE : ENC_UTF16LE;
		struct sbuf wide = to_utf16(t, big);
		char *w = decode_whole(&decode_json, sbuf_str(&wide), enc, true);
		for (size_t i = 0; i < sizeof(steps) / sizeof *steps; i++) {
			char *pieces = decode_pieces(&decode_json, sbuf_str(&wide), enc, false, steps[i]);
			ck_assert_str_eq(pieces, w);
			free(pieces);
		}
		free(w);
		sbuf_free(&wide);
	}
	return whole;
}

static int lines(const char *shown, char kind)
{
	int n = 0;

	for (const char *p = shown; *p; p = strchr(p, '\n') + 1)
		n += kind == 'E' ? *p != '!' && *p != '?' : *p == kind;
	return n;
}

/* The line of the only event, from its time on. */
static void expect_event(const char *text, const char *want)
{
	char *shown = decode_all_ways(str_c(text));
	const char *got = strchr(shown, ' ');

	ck_assert_msg(got && lines(shown, 'E') == 1 && lines(shown, '!') == 0, "%s\n->\n%s", text, shown);
	ck_assert_msg(strncmp(got + 1, want, strlen(want)) == 0 && strcmp(got + 1 + strlen(want), "\n") == 0, "got  %s\nwant %s", got + 1, want);
	free(shown);
}

static void expect(const char *text, int events, int damaged)
{
	char *shown = decode_all_ways(str_c(text));

	ck_assert_msg(lines(shown, 'E') == events && lines(shown, '!') == damaged, "%s\n->\n%s", text, shown);
	free(shown);
}

/* %s: a record. */
static char *file(const char *fmt)
{
	struct sbuf out = {0};
	unsigned n = 0;

	for (; *fmt; fmt++) {
		if (fmt[0] == '%' && fmt[1] == 's') {
			n++;
			sbuf_addf(&out, "{\"SourceName\":\"Microsoft-Windows-Sysmon\",\"EventID\":1,\"RecordNumber\":%u,"
			                "\"UtcTime\":\"2024-03-01 12:00:0%u.000\",\"Image\":\"C:\\\\W\\\\a.exe\",\"tags\":[{\"a\":1},{\"b\":\"}\"}]}", n, n % 10);
			fmt++;
		} else {
			sbuf_addc(&out, *fmt);
		}
	}
	return out.p ? out.p : xstrdup("");
}

static void expect_file(const char *fmt, int events, int damaged)
{
	char *t = file(fmt);

	expect(t, events, damaged);
	free(t);
}

START_TEST(flat)
{
	expect_event("{\"Keywords\":-9223372036854775808,\"SeverityValue\":2,\"EventID\":10,"
	             "\"ProviderGuid\":\"{5}\",\"ExecutionProcessID\":3392,\"ProcessID\":1,\"Channel\":\"Microsoft-Windows-Sysmon/Operational\","
	             "\"host\":\"collector\",\"UserID\":\"S-1-5-18\",\"ThreadID\":5552,\"EventType\":\"INFO\",\"Opcode\":\"Info\","
	             "\"EventTime\":\"2020-09-19 21:17:03\",\"@timestamp\":\"2020-09-20T01:17:06.360Z\",\"RecordNumber\":2581831,"
	             "\"Task\":10,\"@version\":\"1\",\"OpcodeValue\":0,\"SourceName\":\"Microsoft-Windows-Sysmon\",\"Version\":3,"
	             "\"Level\":\"4\",\"UtcTime\":\"2020-09-20 01:17:03.123\",\"Hostname\":\"H\",\"Message\":\"rendered\",\"tags\":[\"x\",{\"y\":[1]}],"
	             "\"Flag\":true,\"Off\":false,\"None\":null,\"Empty\":\"\",\"N\":-1.50e+3,\"Nest\":{\"a\":{\"b\":\"c\"}}}\n",
	             "10 2020-09-20T01:17:03.123000Z/-1 #2581831 @Channel=Microsoft-Windows-Sysmon/Operational @Computer=H @Guid={5}"
	             " @Keywords=0x8000000000000000 @Level=4 @Name=Microsoft-Windows-Sysmon @Opcode=0 @ProcessID=3392 @Task=10 @ThreadID=5552"
	             " @UserID=S-1-5-18 @Version=3 @timestamp=2020-09-20T01:17:06.360Z @version=1 EventTime=2020-09-19 21:17:03"
	             " ExecutionProcessID=3392 Flag=true Hostname=H N=-1.50e+3 Nest.a.b=c Off=false OpcodeValue=0 ProviderGuid={5} SeverityValue=2"
	             " SourceName=Microsoft-Windows-Sysmon UtcTime=T2020-09-20T01:17:03.123Z tags=[\"x\",{\"y\":[1]}]");
}
END_TEST

#define SYSMON "\"SourceName\":\"Microsoft-Windows-Sysmon\",\"EventID\":1"
#define IS "@Name=Microsoft-Windows-Sysmon"
#define KEPT " SourceName=Microsoft-Windows-Sysmon"

START_TEST(times)
{
	expect_event("{" SYSMON ",\"@timestamp\":\"2020-01-01T00:00:01Z\",\"EventTime\":\"2020-01-01 00:00:02\"}",
	             "1 2020-01-01T00:00:01.000000Z/-1 " IS " @timestamp=2020-01-01T00:00:01Z EventTime=2020-01-01 00:00:02" KEPT);
	expect_event("{" SYSMON ",\"TimeGenerated\":\"2020-01-01T00:00:01Z\",\"EventTime\":\"2020-01-01 00:00:02\"}",
	             "1 2020-01-01T00:00:01.000000Z/-1 " IS " EventTime=2020-01-01 00:00:02" KEPT " TimeGenerated=2020-01-01T00:00:01Z");
	expect_event("{" SYSMON ",\"EventTime\":\"2020-01-01 00:00:02\"}",
	             "1 2020-01-01T00:00:02.000000Z/-1 " IS " EventTime=2020-01-01 00:00:02" KEPT);
	expect_event("{" SYSMON ",\"TimeCreated\":\"2020-01-01 00:00:02\",\"UtcTime\":\"2020-01-01 00:00:01.000\"}",
	             "1 2020-01-01T00:00:01.000000Z/-1 " IS KEPT " TimeCreated=2020-01-01 00:00:02 UtcTime=T2020-01-01T00:00:01.000Z");
	expect_event("{" SYSMON "}", "1 -/-1 " IS KEPT);
}
END_TEST

START_TEST(computers)
{
	expect_event("{" SYSMON ",\"host\":\"c\",\"Computer\":\"b\",\"Hostname\":\"a\",\"ComputerName\":\"d\"}",
	             "1 -/-1 @Computer=a " IS " ComputerName=d Hostname=a" KEPT);
	expect_event("{" SYSMON ",\"host\":\"c\",\"computer_name\":\"b\"}", "1 -/-1 @Computer=b " IS KEPT " computer_name=b");
	expect_event("{" SYSMON ",\"host\":\"c\"}", "1 -/-1 @Computer=c " IS KEPT);
	expect_event("{" SYSMON ",\"Hostname\":\"\",\"host\":{\"name\":\"c\"}}", "1 -/-1 @Computer=c " IS KEPT);
}
END_TEST

START_TEST(event_type)
{
	expect_event("{" SYSMON ",\"EventType\":\"SetValue\"}", "1 -/-1 " IS " EventType=SetValue" KEPT);
	expect_event("{" SYSMON ",\"EventType\":\"AUDIT_FAILURE\"}", "1 -/-1 " IS KEPT);
	expect_event("{" SYSMON ",\"EventType\":\"Info\"}", "1 -/-1 " IS " EventType=Info" KEPT);
}
END_TEST

START_TEST(keywords)
{
	expect_event("{" SYSMON ",\"Keywords\":0}", "1 -/-1 @Keywords=0x0 " IS KEPT);
	expect_event("{" SYSMON ",\"Keywords\":\"-9214364837600034816\"}", "1 -/-1 @Keywords=0x8020000000000000 " IS KEPT);
	expect_event("{" SYSMON ",\"Keywords\":\"0x8000000000000000\"}", "1 -/-1 @Keywords=0x8000000000000000 " IS KEPT);
	expect_event("{" SYSMON ",\"Keywords\":99999999999999999999999}", "1 -/-1 @Keywords=99999999999999999999999 " IS KEPT);
}
END_TEST

START_TEST(providers)
{
	expect_event("{\"Provider\":\"Microsoft-Windows-Sysmon\",\"EventID\":1}", "1 -/-1 " IS " Provider=Microsoft-Windows-Sysmon");
	expect_event("{\"ProviderName\":\"Microsoft-Windows-Sysmon\",\"EventID\":\"1\"}", "1 -/-1 " IS " ProviderName=Microsoft-Windows-Sysmon");
	expect_event("{\"ProviderName\":\"Contoso\",\"SourceName\":\"Microsoft-Windows-Sysmon\",\"EventID\":1}",
	             "1 -/-1 " IS " ProviderName=Contoso" KEPT);
	expect_event("{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventCode\":\"1\"}",
	             "1 -/-1 @Channel=Microsoft-Windows-Sysmon/Operational");
	char *shown = decode_all_ways(STR("{\"SourceName\":\"Security\",\"EventID\":4624}{\"x\":1}{\"SourceName\":\"Security\",\"EventID\":4624}"));
	ck_assert_str_eq(shown, "? Security 4624 x2\n?  0 x1\n");
	free(shown);
}
END_TEST

START_TEST(winlogbeat)
{
	expect_event("{\"@timestamp\":\"2019-03-19T17:14:01.217Z\",\"@metadata\":{\"beat\":\"w\"},\"provider_guid\":\"{5}\",\"opcode\":\"Info\","
	             "\"record_number\":\"33\",\"version\":2,\"thread_id\":11,\"source_name\":\"Microsoft-Windows-Sysmon\",\"process_id\":26,"
	             "\"user\":{\"identifier\":\"S-1-5-18\",\"name\":\"SYSTEM\"},\"message\":\"m\",\"event_id\":12,\"level\":\"Information\","
	             "\"event_data\":{\"Image\":\"C:\\\\x\",\"EventType\":\"CreateKey\",\"UtcTime\":\"2019-03-19 17:14:01.180\",\"Level\":\"own\"},"
	             "\"computer_name\":\"IT1\",\"log_name\":\"Microsoft-Windows-Sysmon/Operational\",\"host\":{\"name\":\"WEC\"}}",
	             "12 2019-03-19T17:14:01.180000Z/-1 #33 @Channel=Microsoft-Windows-Sysmon/Operational @Computer=IT1 @Guid={5}"
	             " @Level=Information @Name=Microsoft-Windows-Sysmon @Opcode=Info @ProcessID=26 @ThreadID=11 @UserID=S-1-5-18 @Version=2"
	             " EventType=CreateKey Image=C:\\x5cx Level=own UtcTime=T2019-03-19T17:14:01.180Z");
	expect_event("{\"_index\":\"i\",\"_source\":{\"winlog\":{\"provider_name\":\"Microsoft-Windows-Sysmon\",\"event_id\":\"1\",\"record_id\":44,"
	             "\"process\":{\"pid\":5,\"thread\":{\"id\":6}},\"user\":{\"identifier\":\"S-1\"},\"channel\":\"c\",\"computer_name\":\"h\","
	             "\"event_data\":{\"Image\":\"x\"}},\"process\":{\"pid\":7,\"name\":\"ecs\"},\"host\":{\"name\":\"no\"}}}",
	             "1 -/-1 #44 @Channel=c @Computer=h " IS " @ProcessID=5 @ThreadID=6 @UserID=S-1 Image=x ProcessId=7");
}
END_TEST

START_TEST(xml_as_json)
{
	expect_event("{\"Event\":{\"#attributes\":{\"xmlns\":\"x\"},\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"Microsoft-Windows-Sysmon\",\"Guid\":\"{5}\"}},"
	             "\"EventID\":1,\"Version\":5,\"Keywords\":\"0x8000000000000000\",\"TimeCreated\":{\"#attributes\":{\"SystemTime\":\"2020-01-01T00:00:00.123456Z\"}},"
	             "\"EventRecordID\":9,\"Correlation\":null,\"Execution\":{\"#attributes\":{\"ProcessID\":1,\"ThreadID\":2}},\"Channel\":\"c\",\"Computer\":\"h\","
	             "\"Security\":{\"#attributes\":{\"UserID\":\"S\"}}},\"EventData\":{\"Image\":\"x\",\"ProcessId\":77}}}",
	             "1 2020-01-01T00:00:00.123456Z/6144 #9 @Channel=c @Computer=h @Guid={5} @Keywords=0x8000000000000000 " IS
	             " @ProcessID=1 @ThreadID=2 @UserID=S @Version=5 Image=x ProcessId=77");
	expect_event("{\"Event\":{\"System\":{\"Provider\":{\"@Name\":\"Microsoft-Windows-Sysmon\"},\"EventID\":{\"@Qualifiers\":\"\",\"#text\":\"1\"},"
	             "\"TimeCreated\":{\"@SystemTime\":\"2020-01-01T00:00:00Z\"}},"
	             "\"EventData\":{\"Data\":[{\"@Name\":\"Image\",\"#text\":\"x\"},{\"@Name\":\"RuleName\"},{\"@Name\":\"User\",\"#text\":\"u\"}]}}}",
	             "1 2020-01-01T00:00:00.000000Z/0 " IS " Image=x User=u");
	expect_event("{\"System\":{\"Provider\":{\"Name\":\"Microsoft-Windows-Sysmon\"},\"EventID\":{\"Value\":1},"
	             "\"TimeCreated\":{\"SystemTime\":1577836800.25}},\"EventData\":{\"Image\":\"x\"}}",
	             "1 2020-01-01T00:00:00.250000Z/6144 " IS " Image=x");
}
END_TEST

START_TEST(quoted_event_data)
{
	expect_event("{\"Provider\":\"Microsoft-Windows-Sysmon\",\"EventID\":3,\"Computer\":\"h\",\"TimeGenerated\":\"2022-05-13T08:54:06.347Z\","
	             "\"EventData\":\"{\\\"UtcTime\\\":\\\"2022-05-13T08:54:05.1230000Z\\\",\\\"Image\\\":\\\"C:\\\\\\\\x\\\"}\"}",
	             "3 2022-05-13T08:54:05.123000Z/-1 @Computer=h " IS " Image=C:\\x5cx UtcTime=2022-05-13T08:54:05.1230000Z");
	expect_event("{\"Provider\":\"Microsoft-Windows-Sysmon\",\"EventID\":3,\"EventData\":\"{no json\"}",
	             "3 -/-1 " IS " EventData={no json Provider=Microsoft-Windows-Sysmon");
}
END_TEST

START_TEST(strings)
{
	expect_event("{" SYSMON ",\"A\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e4\\u20AC\\ud83d\\ude00\",\"B\\u0062\":\"\\ud800x\\udc00\\u0000\"}",
	             "1 -/-1 " IS " A=\"\\x5c/\\x08\\x0c\\x0a\\x0d\\x09A\u00e4\u20ac\U0001F600 Bb=\uFFFDx\uFFFD\\x00" KEPT);
	char *shown = decode_whole(&decode_json, STR("{" SYSMON ",\"A\":\"bad \xff utf8 \xc3(\",\"T\":\"raw\ttab\"}"), ENC_UTF8, true);
	ck_assert_msg(strstr(shown, " A=bad \uFFFD utf8 \uFFFD("), "%s", shown);
	ck_assert_msg(strstr(shown, " T=raw\\x09tab"), "%s", shown);
	free(shown);
}
END_TEST

START_TEST(last_of_a_name_counts)
{
	expect_event("{" SYSMON ",\"A\":1,\"A\":2,\"EventID\":5}", "5 -/-1 " IS " A=2" KEPT);
}
END_TEST

START_TEST(surroundings)
{
	expect_file("%s\n%s\n%s\n", 3, 0);
	expect_file("%s\r\n\r\n%s", 2, 0);
	expect_file("%s%s%s", 3, 0);
	expect_file("[%s,%s]", 2, 0);
	expect_file("[\n  %s,\n  %s\n]\n", 2, 0);
	expect_file("[%s]\n[%s]", 2, 0);
	expect_file("\xEF\xBB\xBF%s\n\xEF\xBB\xBF%s\n", 2, 0);
	expect_file("Record 1\n%s\nRecord 2\n%s\n", 2, 0);
	expect_file("Aug  9 10:42:47 host app[7]: %s\nAug  9 10:42:47 host app[7]: %s\n", 2, 0);
	expect_file("", 0, 0);
	expect_file("[]", 0, 0);
	expect_file("   \n ", 0, 0);
}
END_TEST

START_TEST(pretty_printed)
{
	expect("[\n  {\n    \"SourceName\": \"Microsoft-Windows-Sysmon\",\n    \"list\": [\n      {\n        \"a\": 1\n      },\n      {\n        \"b\": 2\n      }\n    ],\n"
	       "    \"EventID\": 1\n  },\n  {\n    \"SourceName\": \"Microsoft-Windows-Sysmon\",\n    \"EventID\": 2\n  }\n]\n", 2, 0);
	expect("{\n\"SourceName\":\"Microsoft-Windows-Sysmon\",\n\"list\":[\n{\n\"a\":1\n},\n{\n\"b\":2\n}\n],\n\"EventID\":1\n}\n"
	       "{\n\"SourceName\":\"Microsoft-Windows-Sysmon\",\n\"EventID\":2\n}\n", 2, 0);
}
END_TEST

START_TEST(damage_costs_one_record)
{
	static const char *const bad[] = {
		"{\"a\":\"never closed",
		"{\"a\":\"closed\"",
		"{\"a\":\"closed\",",
		"{\"a\":",
		"{\"a\":[1,",
		"{\"a\"",
		"{",
		"{\"a\":tru}",
		"{\"a\":01}",
		"{\"a\":1.}",
		"{\"a\":1e}",
		"{\"a\":-}",
		"{\"a\":+1}",
		"{\"a\":'x'}",
		"{\"a\":\"\\x\"}",
		"{\"a\":\"\\u12G4\"}",
		"{a:1}",
		"{\"a\" 1}",
		"{\"a\":1,}",
		"{\"a\":[1 2]}",
		"{\"a\":[1,]}",
		"{\"a\":1]",
		"{\"a\":{\"b\":1]}",
		"\"a\":1}",
		"{\"a\":NaN}",
		"{\"SourceName\":\"Microsoft-Windows-Sysmon\"}",
		"{\"SourceName\":\"Microsoft-Windows-Sysmon\",\"EventID\":\"x\"}",
	};
	static const char *const around[][2] = {{"%s\n", "\n%s\n"}, {"[\n%s,\n", ",\n%s\n]\n"}};

	for (size_t i = 0; i < sizeof(bad) / sizeof *bad; i++)
		for (size_t k = 0; k < 2; k++) {
			struct sbuf fmt = {0};
			sbuf_addz(&fmt, around[k][0]);
			sbuf_addz(&fmt, bad[i]);
			sbuf_addz(&fmt, around[k][1]);
			char *t = file(fmt.p);
			char *shown = decode_all_ways(str_c(t));
			ck_assert_msg(lines(shown, 'E') == 2 && lines(shown, '!') == 1, "%s\n->\n%s", t, shown);
			free(shown);
			free(t);
			sbuf_free(&fmt);
		}
	expect_file("[%s,{\"a\":\"never closed},%s]", 2, 1);
	expect_file("[%s,{\"a\":@},%s,%s]", 3, 1);
	expect_file("%s\n\"broken\": \"text\" here}\n%s", 2, 1);
	expect_file("%s\n{\"a\":1}}}\n%s", 2, 0);
}
END_TEST

START_TEST(damage_is_placed)
{
	char *shown = decode_all_ways(STR("{\"a\":1}\n{\"b\":\n{\"c\":1}\nx \"y\" z {\"d\":"));

	ck_assert_str_eq(shown, "?  0 x2\n! 8+6 no valid JSON, or cut short\n! 30+5 no valid JSON, or cut short\n");
	free(shown);
}
END_TEST

START_TEST(absent_stays_absent)
{
	expect_event("{" SYSMON ",\"ProcessId\":null,\"User\":\"\",\"Message\":\"ProcessId: 77\"}", "1 -/-1 " IS KEPT);
}
END_TEST

static void expect_fast(struct sbuf *t, int events, int min_damaged)
{
	char *shown = decode_whole(&decode_json, sbuf_str(t), ENC_UTF8, true);

	ck_assert_msg(lines(shown, 'E') == events && lines(shown, '!') >= min_damaged, "%.300s", shown);
	free(shown);
	uint64_t state = 0;
	decode_json.cut(sbuf_str(t), ENC_UTF8, false, &state);
	sbuf_reset(t);
}

START_TEST(hostile)
{
	struct sbuf t = {0};

	for (int i = 0; i < 300000; i++)
		sbuf_addz(&t, "{\"a\":");
	expect_fast(&t, 0, 1);
	for (int i = 0; i < 300000; i++)
		sbuf_addz(&t, "[");
	expect_fast(&t, 0, 0);
	sbuf_addz(&t, "{\"a\":");
	for (int i = 0; i < 300000; i++)
		sbuf_addz(&t, "[");
	expect_fast(&t, 0, 1);
	for (int i = 0; i < 300000; i++)
		sbuf_addz(&t, "\n{\"a\":[");
	expect_fast(&t, 0, 1);
	for (int i = 0; i < 300000; i++)
		sbuf_addz(&t, "\n{\"");
	expect_fast(&t, 0, 1);
	for (int i = 0; i < 300000; i++)
		sbuf_addz(&t, "{\"},{\"");
	expect_fast(&t, 0, 1);
	for (int i = 0; i < 300000; i++)
		sbuf_addz(&t, "},\n\n \t\n");
	expect_fast(&t, 0, 0);
	for (int i = 0; i < 300000; i++)
		sbuf_addz(&t, "      \n");
	sbuf_addz(&t, "{");
	expect_fast(&t, 0, 1);

	sbuf_addz(&t, "{" SYSMON);
	for (int i = 0; i < 300; i++)
		sbuf_addf(&t, ",\"f%d\":1", i);
	sbuf_addz(&t, "}");
	expect_fast(&t, 0, 1);
	sbuf_addz(&t, "{" SYSMON);
	for (int i = 0; i < 10000; i++)
		sbuf_addf(&t, ",\"f%d\":1", i);
	sbuf_addz(&t, "}");
	expect_fast(&t, 0, 1);

	sbuf_addz(&t, "{" SYSMON);                               /* long names, nested: paths would multiply */
	for (int k = 0; k < 60; k++) {
		sbuf_addz(&t, ",\"");
		for (int i = 0; i < 10000; i++)
			sbuf_addc(&t, 'n');
		sbuf_addz(&t, "\":{\"x\":1");
	}
	for (int k = 0; k < 61; k++)
		sbuf_addz(&t, "}");
	expect_fast(&t, 0, 1);

	sbuf_addz(&t, "{" SYSMON ",\"A\":\"");
	for (int i = 0; i < 3000000; i++)
		sbuf_addz(&t, "\\u0041");
	sbuf_addz(&t, "\"}");
	expect_fast(&t, 1, 0);
	sbuf_addz(&t, "{" SYSMON ",\"A\":\"");
	for (int i = 0; i < 6000000; i++)
		sbuf_addz(&t, "\xff\xff\xff");
	sbuf_addz(&t, "\"}");
	expect_fast(&t, 0, 1);                                   /* three times as long as U+FFFD: over the limit of a value */
	sbuf_addz(&t, "{\"EventID\":1,\"EventData\":\"{\\\"");
	for (int i = 0; i < 100000; i++)
		sbuf_addz(&t, "\xff");
	for (int i = 0; i < 100000; i++)
		sbuf_addz(&t, "\\\\u0041");
	sbuf_addz(&t, "\\\":1}\"}");
	expect_fast(&t, 0, 0);
	sbuf_free(&t);
}
END_TEST

START_TEST(every_truncation)
{
	static const char *const fmts[] = {"%s\n%s\n", "[%s,%s]", "[\n %s,\n %s\n]"};

	for (size_t k = 0; k < sizeof(fmts) / sizeof *fmts; k++) {
		char *t = file(fmts[k]);
		for (size_t n = 0; n <= strlen(t); n++) {
			char *whole = decode_whole(&decode_json, (struct str){t, n}, ENC_UTF8, true);
			char *pieces = decode_pieces(&decode_json, (struct str){t, n}, ENC_UTF8, false, 5);
			ck_assert_str_eq(whole, pieces);
			ck_assert_int_le(lines(whole, 'E'), 2);
			free(whole);
			free(pieces);
		}
		free(t);
	}
}
END_TEST

/* An object that breaks off behind another one: the text up to there does not tell that it is broken. */
START_TEST(broken_behind_text)
{
	static const char *const texts[] = {
		"\"nest\": {\n  \"a\": {\n    \"b\": \"c\"\n  }\n alue\": 0}\n",
		"info ctx={ \"a\": [\n{\"EventID\":1,\"SourceName\":\"Microsoft-Windows-Sysmon\",\"RecordNumber\":7}\n,\n{\"EventID\":1,\"SourceName\":\"Microsoft-Windows-Sysmon\",\"RecordNumber\":8} done\n",
		/* its names and commas are no header of a table */
		"{\"EventID\":1,\"SourceName\":\"Microsoft-Windows-Sysmon\",\"RecordNumber\":7}\n{\"a\":x, event.original,EventID, \"b\": {\"c\": 1, d\n1,2,3,4,5\n"
		"{\"EventID\":1,\"SourceName\":\"Microsoft-Windows-Sysmon\",\"RecordNumber\":8}\n",
	};
	static const int found[] = {0, 2, 2};

	for (size_t i = 0; i < sizeof(texts) / sizeof *texts; i++) {
		char *shown = decode_all_ways(str_c(texts[i]));
		ck_assert_msg(lines(shown, 'E') == found[i], "%s", shown);
		free(shown);
	}
}
END_TEST

START_TEST(every_byte_broken)
{
	static const char *const fmts[] = {"%s\n%s\n", "[\n%s,\n%s\n]"};
	static const char marks[] = "\"{}[],:\\x\n";

	for (size_t k = 0; k < sizeof(fmts) / sizeof *fmts; k++)
		for (const char *mark = marks; *mark; mark++) {
			char *t = file(fmts[k]), *first = strchr(t, '{'), *second = strstr(first, "\n{") + 1;
			for (char *p = first; p < second - 1; p++) {
				char old = *p;
				*p = *mark;
				char *whole = decode_whole(&decode_json, str_c(t), ENC_UTF8, true);
				char *pieces = decode_pieces(&decode_json, str_c(t), ENC_UTF8, false, 17);
				ck_assert_msg(strstr(whole, " #2 "), "%s\n->\n%s", t, whole);
				ck_assert_str_eq(whole, pieces);
				free(whole);
				free(pieces);
				*p = old;
			}
			free(t);
		}
}
END_TEST

START_TEST(lost_state_finds_the_next_start)
{
	uint64_t state = DECODE_LOST;

	ck_assert_uint_eq(decode_json.cut(STR("junk { \"x\n {\"a\":1}"), ENC_UTF8, false, &state), 11);
	ck_assert_uint_eq(decode_json.cut(STR("junk { \"x }, {\"a\":1}"), ENC_UTF8, false, &state), 13);
	ck_assert_uint_eq(decode_json.cut(STR("junk { \"x {\"a\":1}"), ENC_UTF8, false, &state), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("json");
	TCase *t = tcase_create("json");

	tcase_set_timeout(t, 600);
	tcase_add_test(t, flat);
	tcase_add_test(t, times);
	tcase_add_test(t, computers);
	tcase_add_test(t, event_type);
	tcase_add_test(t, keywords);
	tcase_add_test(t, providers);
	tcase_add_test(t, winlogbeat);
	tcase_add_test(t, xml_as_json);
	tcase_add_test(t, quoted_event_data);
	tcase_add_test(t, strings);
	tcase_add_test(t, last_of_a_name_counts);
	tcase_add_test(t, surroundings);
	tcase_add_test(t, pretty_printed);
	tcase_add_test(t, damage_costs_one_record);
	tcase_add_test(t, damage_is_placed);
	tcase_add_test(t, absent_stays_absent);
	tcase_add_test(t, hostile);
	tcase_add_test(t, every_truncation);
	tcase_add_test(t, every_byte_broken);
	tcase_add_test(t, broken_behind_text);
	tcase_add_test(t, lost_state_finds_the_next_start);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
