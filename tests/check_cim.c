/* The model: the functions on text against PCRE2, and every field of spl-spec 4 on events made for it. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <check.h>
#include <pcre2.h>
#include <pthread.h>
#include <stdio.h>

#include "cim/cim.h"
#include "cim/tables.h"
#include "cim/text.h"
#include "dump.h"

static void is(struct str got, const char *want, const char *what)
{
	if (!want)
		ck_assert_msg(!got.p, "%s: got '%.*s', expected null", what, STR_FMT(got));
	else
		ck_assert_msg(got.p && str_eqc(got, want), "%s: got '%.*s', expected '%s'", what, STR_FMT(got), want);
}

/* ---- functions on text ---- */

static uint32_t seed = 1;

static unsigned random_below(unsigned n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 10) % n;
}

static struct str random_text(const char *alphabet, char *buf, size_t max)
{
	size_t n = random_below((unsigned)max + 1), letters = strlen(alphabet);

	for (size_t i = 0; i < n; i++)
		buf[i] = alphabet[random_below((unsigned)letters)];
	return (struct str){buf, n};
}

static pcre2_code *compile(const char *re)
{
	int error;
	PCRE2_SIZE at;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)re, PCRE2_ZERO_TERMINATED, PCRE2_UTF, &error, &at, NULL);

	ck_assert_ptr_nonnull(code);
	return code;
}

static void same_as_removing(cim_text *fn, const char *re, const char *alphabet)
{
	pcre2_code *code = compile(re);

	for (int i = 0; i < 100000; i++) {
		char buf[16];
		unsigned char want[64];
		PCRE2_SIZE n = sizeof(want);
		struct str in = random_text(alphabet, buf, sizeof(buf));
		int rc = pcre2_substitute(code, (PCRE2_SPTR)in.p, in.n, 0, PCRE2_SUBSTITUTE_GLOBAL, NULL, NULL, (PCRE2_SPTR)"", 0,
		                          want, &n);
		struct sbuf out = {0};
		struct str got = fn(in, &out);
		if (rc < 0 || !str_eq(got, (struct str){(char *)want, n}))
			ck_abort_msg("'%.*s' became '%.*s', PCRE2 says '%.*s'", STR_FMT(in), STR_FMT(got), (int)n, want);
		sbuf_free(&out);
	}
	pcre2_code_free(code);
}

START_TEST(base_is_the_expression)
{
	same_as_removing(text_base, "(.*\\\\)(?=.*(\\.\\w*)$|(\\w+)$)", "\\\\\\ab_1.- \n");
	same_as_removing(text_base, "(.*\\\\)(?=.*(\\.\\w*)$|(\\w+)$)", "\\a.\n");
}
END_TEST

START_TEST(streams_are_the_expression)
{
	same_as_removing(text_no_stream, "(:[\\w\\. ]+)", "::\\a_. -\n");
}
END_TEST

START_TEST(details_are_the_expression)
{
	pcre2_code *code = compile("^(\\w+)\\s\\((.+)\\)$");
	pcre2_match_data *m = pcre2_match_data_create_from_pattern(code, NULL);

	for (int i = 0; i < 200000; i++) {
		char buf[12];
		struct str in = random_text("aB1 ((()))\n\t", buf, sizeof(buf));
		struct sbuf out = {0};
		int rc = pcre2_match(code, (PCRE2_SPTR)in.p, in.n, 0, 0, m, NULL);
		PCRE2_SIZE *v = pcre2_get_ovector_pointer(m);
		struct str inner = text_detail_inner(in, &out), word = text_detail_type(in, &out), all = text_detail(in, &out);
		bool same = rc > 0 ? inner.p && str_eq(word, (struct str){in.p + v[2], v[3] - v[2]}) &&
		                             str_eq(inner, (struct str){in.p + v[4], v[5] - v[4]}) && str_eq(all, inner)
		                   : !inner.p && !word.p && str_eq(all, in);
		if (!same)
			ck_abort_msg("'%.*s' is taken apart otherwise", STR_FMT(in));
		sbuf_free(&out);
	}
	pcre2_match_data_free(m);
	pcre2_code_free(code);
}
END_TEST

START_TEST(values_that_can_be)
{
	static const struct {
		const char *node, *field;
		int n;
		const char *first;
	} cases[] = {
		{"Endpoint.Processes", "Processes.dest_category", 0, NULL}, {"Endpoint.Processes", "Processes.process", -1, NULL},
		{"Endpoint.Filesystem", "Filesystem.action", 4, "created"}, {"Endpoint.Registry", "Registry.action", -1, NULL},
		{"Network_Traffic", "All_Traffic.protocol", 1, "ip"},       {"Network_Traffic", "All_Traffic.nosuch", -1, NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *v[CIM_VALUES_MAX];
		int n = cim_known_values(cim_node(str_c(cases[i].node)), str_c(cases[i].field), v);
		ck_assert_msg(n == cases[i].n, "%s: %d values", cases[i].field, n);
		if (n > 0)
			ck_assert_str_eq(v[0], cases[i].first);
	}
	ck_assert(cim_last_part(cim_node(STR("Endpoint.Filesystem")), STR("Filesystem.file_name")));
	ck_assert(!cim_last_part(cim_node(STR("Endpoint.Filesystem")), STR("Filesystem.file_path")));
}
END_TEST

START_TEST(answers_are_the_expression)
{
	pcre2_code *code = compile("(?:type:\\s+\\d+\\s+)?([^;]+);");
	pcre2_match_data *m = pcre2_match_data_create_from_pattern(code, NULL);

	for (int i = 0; i < 200000; i++) {
		char buf[64];
		struct str in = {buf, 0};
		struct sbuf out = {0}, want = {0};
		static const char *const piece[] = {"type:", " ", "  ", "5", "77", ";", ";", "x", "-", "a.b", "::1"};
		for (unsigned k = random_below(12); k > 0; k--) {
			const char *p = piece[random_below(sizeof(piece) / sizeof *piece)];
			memcpy(buf + in.n, p, strlen(p));
			in.n += strlen(p);
		}
		for (size_t at = 0; pcre2_match(code, (PCRE2_SPTR)in.p, in.n, at, 0, m, NULL) > 0;) {
			PCRE2_SIZE *v = pcre2_get_ovector_pointer(m);
			struct str a = str_trim((struct str){in.p + v[2], v[3] - v[2]});
			at = v[1];
			if (!a.n || str_eqc(a, "-"))
				continue;
			if (want.n)
				sbuf_addc(&want, '\n');
			sbuf_adds(&want, a);
		}
		struct str got = text_answers(in, &out);
		if (!str_eq(got, sbuf_str(&want)) || (got.p != NULL) != (want.n > 0))
			ck_abort_msg("'%.*s' gave '%.*s', PCRE2 says '%.*s'", STR_FMT(in), STR_FMT(got), STR_FMT(sbuf_str(&want)));
		sbuf_free(&out);
		sbuf_free(&want);
	}
	pcre2_match_data_free(m);
	pcre2_code_free(code);
}
END_TEST

static const struct {
	cim_text *fn;
	const char *in, *out;
} texts[] = {
	{text_base, "C:\\W\\InstallUtil.exe", "InstallUtil.exe"},
	{text_base, "C:\\x\\foo-bar", "C:\\x\\foo-bar"},
	{text_base, "C:\\x\\foo-bar.exe", "foo-bar.exe"},
	{text_base, "C:\\x\\foo.ex-e", "C:\\x\\foo.ex-e"},
	{text_base, "C:\\Program Files\\a b.exe", "a b.exe"},
	{text_base, "C:\\Program Files\\a b", "C:\\Program Files\\a b"},
	{text_base, "C:\\v1.2\\tool", "tool"},
	{text_base, "C:\\v1.2\\to-ol", "C:\\v1.2\\to-ol"},
	{text_base, "C:\\x\\a.", "a."},
	{text_base, "C:\\x\\", "C:\\x\\"},
	{text_base, "System", "System"},
	{text_base, "a\\b.exe\nc\\d.exe", "a\\b.exe\nd.exe"},
	{text_base, "a\\b.exe\n", "b.exe\n"},
	{text_base, "\\Device\\Mup\\caf\xc3\xa9", "\\Device\\Mup\\caf\xc3\xa9"},
	{text_unix_base, "/usr/bin/foo-bar", "foo-bar"},
	{text_unix_base, "ls", "ls"},
	{text_last, "C:\\x\\foo-bar", "foo-bar"},
	{text_key, "HKLM\\a\\b", "HKLM\\a"},
	{text_account, "NT AUTHORITY\\SYSTEM", "SYSTEM"},
	{text_account, "a\\b\\c", "c"},
	{text_account, "root", "root"},
	{text_account, "-", NULL},
	{text_not_dash, "-", NULL},
	{text_not_dash, "--", "--"},
	{text_lower, "High", "high"},
	{text_no_stream, "C:\\a\\b.dll:x y.dll", "C:\\a\\b.dll"},
	{text_no_stream, "C:\\a\\b.dll", "C:\\a\\b.dll"},
	{text_detail, "DWORD (0x00000001)", "0x00000001"},
	{text_detail, "QWORD (0xa-0xb)", "0xa-0xb"},
	{text_detail, "Binary Data", "Binary Data"},
	{text_detail, "Hello (x)", "x"},
	{text_detail, "DWORD (0x1) ", "DWORD (0x1) "},
	{text_detail, "x (a\nb)", "x (a\nb)"},
	{text_detail, "x ()", "x ()"},
	{text_reg_type, "DWORD (0x00000001)", "REG_DWORD"},
	{text_reg_type, "Binary Data", NULL},
	{text_hive, "hklm\\system\\x", "HKEY_LOCAL_MACHINE\\System"},
	{text_hive, "HKLM\\SOFTWARE\\x", "HKEY_LOCAL_MACHINE\\Software"},
	{text_hive, "HKU\\S-1-5-18", "HKEY_CURRENT_USER"},
	{text_hive, "HKLM\\SAM\\x", NULL},
	{text_md5, "SHA1=AB,MD5=0F,SHA256=9", "0F"},
	{text_sha256, "SHA1=AB,MD5=0F,SHA256=9c", "9c"},
	{text_sha1, "SHA1=AB,MD5=0F", "AB"},
	{text_imphash, "SHA1=AB,MD5=0F", NULL},
	{text_imphash, "IMPHASH=", NULL},
	{text_md5, "XMD5=00", NULL},
	{text_answers, "type:  5 a.example;::ffff:1.2.3.4;1.2.3.5;", "a.example\n::ffff:1.2.3.4\n1.2.3.5"},
	{text_answers, "-", NULL},
	{text_answers, "-;", NULL},
	{text_answers, "a.example", NULL},
	{text_answer_count, "type:  5 a.example;1.2.3.5;", "2"},
	{text_answer_count, "1.2.3.5;-;", "1"},
	{text_answer_count, "-", "0"},
	{text_port, "80", "80"},
	{text_port, "http", "0"},
	{text_command_name, "\"C:\\a b\\x.exe\" -k", "x.exe"},
	{text_command_name, "C:\\a\\x.exe -k C:\\y", "x.exe"},
	{text_command_name, "x", "x"},
	{text_command_name, "  ", NULL},
	{text_command_name, "C:\\a\\ -k", NULL},
};

START_TEST(text_functions)
{
	struct sbuf out = {0};

	sbuf_reset(&out);
	is(texts[_i].fn(str_c(texts[_i].in), &out), texts[_i].out, texts[_i].in);
	sbuf_free(&out);
}
END_TEST

/* ---- fields ---- */

static const char *const events[] = {
	/* 0 */ "1|2021-11-12T10:05:00Z|Computer=A.x|UserID=S-1-5-18|ProcessID=99|EventRecordID=5|Keywords=0x8000000000000000"
	"|UtcTime=2021-11-12 10:05:00.000|ProcessGuid={G1}|ProcessId=100|Image=C:\\W\\InstallUtil.exe|CommandLine=InstallUtil x.dll"
	"|CurrentDirectory=C:\\|User=D\\u|IntegrityLevel=High|OriginalFileName=-|Hashes=MD5=0A,SHA256=0B,IMPHASH=0C"
	"|ParentProcessGuid={G0}|ParentProcessId=50|ParentImage=C:\\W\\cmd.exe|ParentCommandLine=cmd /c x",
	/* 1 */ "1|2021-11-12T10:05:01Z|CommandLine=\"C:\\a b\\y.exe\" z|User=-|ParentImage=C:\\x\\foo-bar",
	/* 2 */ "1|2021-11-12T10:05:01Z|Computer=A.x",
	/* 3 */ "3|2021-11-12T10:05:02Z|Computer=A.x|Image=C:\\W\\i.exe|ProcessId=7|ProcessGuid={G3}|User=D\\v|Protocol=TCP|Initiated=true"
	"|SourceIp=10.0.0.1|SourceHostname=A.x|SourcePort=5000|DestinationIp=9.9.9.9|DestinationHostname=-|DestinationPort=80",
	/* 4 */ "3|2021-11-12T10:05:02Z|Computer=A.x|Image=C:\\W\\i.exe|Initiated=false|SourceIp=10.0.0.1|SourceHostname=-"
	"|DestinationIp=9.9.9.9|DestinationHostname=d.example|DestinationPort=http",
	/* 5 */ "3|2021-11-12T10:05:02Z|Computer=A.x",
	/* 6 */ "7|2021-11-12T10:05:02Z|Computer=A.x|Image=C:\\W\\i.exe|ImageLoaded=C:\\W\\l.dll:s.dll|OriginalFileName=L.DLL|Signed=true|SignatureStatus=Valid|Hashes=MD5=1",
	/* 7 */ "10|2021-11-12T10:05:02Z|Computer=A.x|SourceImage=C:\\W\\s.exe|TargetImage=C:\\W\\lsass.exe|SourceProcessId=1|TargetProcessId=2"
	"|SourceProcessGUID={S}|TargetProcessGUID={T}|GrantedAccess=0x1010",
	/* 8 */ "8|2021-11-12T10:05:02Z|Computer=A.x|SourceImage=C:\\W\\s.exe|TargetImage=C:\\W\\t.exe|SourceProcessGuid={S}|TargetProcessGuid={T}"
	"|StartAddress=0x1|StartModule=m|StartFunction=f",
	/* 9 */ "11|2021-11-12T10:05:02Z|Computer=A.x|Image=C:\\W\\i.exe|TargetFilename=C:\\t\\foo-bar|UtcTime=2021-11-12 10:05:02.000|CreationUtcTime=2021-11-12 10:05:02.000",
	/* 10 */ "11|2021-11-12T10:05:02Z|Computer=A.x|TargetFilename=C:\\t\\x|UtcTime=2021-11-12 10:05:02.000|CreationUtcTime=2021-11-12 09:05:02.000",
	/* 11 */ "12|2021-11-12T10:05:02Z|Computer=A.x|EventType=CreateKey|TargetObject=HKLM\\SOFTWARE\\k\\l",
	/* 12 */ "12|2021-11-12T10:05:02Z|Computer=A.x|TargetObject=HKLM\\x",
	/* 13 */ "13|2021-11-12T10:05:02Z|Computer=A.x|EventType=SetValue|TargetObject=HKU\\k\\v|Details=DWORD (0x00000001)|Image=C:\\W\\r.exe",
	/* 14 */ "14|2021-11-12T10:05:02Z|Computer=A.x|Keywords=0x8000000000000000|EventType=RenameValue|TargetObject=HKU\\k\\v|NewName=HKU\\k\\w",
	/* 15 */ "14|2021-11-12T10:05:02Z|Computer=A.x|EventType=RenameKey|TargetObject=HKU\\k|NewName=HKU\\l",
	/* 16 */ "15|2021-11-12T10:05:02Z|Computer=A.x|TargetFilename=C:\\t\\x:Zone|Hash=MD5=2,IMPHASH=3|CreationUtcTime=2021-11-12 09:05:02.000",
	/* 17 */ "22|2021-11-12T10:05:02Z|Computer=A.x|Image=C:\\W\\i.exe|ProcessId=7|ProcessGuid={G3}|QueryName=q.example|QueryStatus=0|QueryResults=type:  5 c.example;1.2.3.4;",
	/* 18 */ "22|2021-11-12T10:05:02Z|Computer=A.x|QueryName=q.example|QueryResults=-",
	/* 19 */ "23|2021-11-12T10:05:02Z|Computer=A.x|UtcTime=2021-11-12 10:05:01.000|TargetFilename=C:\\t\\x|Hashes=MD5=4|User=NT AUTHORITY\\SYSTEM",
	/* 20 */ "L1|2021-11-12T10:05:02Z|Computer=lin|Image=/usr/bin/foo-bar|CommandLine=foo-bar x|User=root|ParentImage=/bin/sh|UserID=0",
	/* 21 */ "L11|2021-11-12T10:05:02Z|Computer=lin|Image=/usr/bin/ls|TargetFilename=/tmp/a.b-c",
	/* 22 */ "6|2021-11-12T10:05:02Z|Computer=A.x|ImageLoaded=C:\\W\\d.sys|Signed=false|SignatureStatus=Expired|Hashes=MD5=5",
	/* 23 */ "17|2021-11-12T10:05:02Z|Computer=A.x|PipeName=\\p|Image=System|ProcessId=4",
	/* 24 */ "4|2021-11-12T10:05:02Z|Computer=A.x|State=Started|+Version=15.0|SchemaVersion=4.9",
	/* 25 */ "20|2021-11-12T10:05:02Z|Computer=A.x|+Name=\"consumer\"|User=D\\w",
	/* 26 */ "77|2021-11-12T10:05:02Z|Computer=A.x|Odd=1",
	/* 27 */ "L5|2021-11-12T10:05:02Z|Computer=lin|Image=/usr/bin/ls",
};
enum { NEVENTS = sizeof(events) / sizeof *events };

static const struct {
	unsigned ev;
	const char *dataset, *field, *want;              /* dataset NULL: raw */
} fields[] = {
	/* the event itself */
	{0, NULL, "EventCode", "1"}, {0, NULL, "EventID", "1"}, {0, NULL, "signature_id", "1"},
	{0, NULL, "signature", "Process Create"}, {0, NULL, "EventDescription", "Process Create"},
	{26, NULL, "signature", NULL}, {26, NULL, "EventCode", "77"}, {26, NULL, "Odd", "1"},
	{0, NULL, "Computer", "A.x"}, {0, NULL, "host", "A.x"}, {0, NULL, "dvc", "A.x"}, {0, NULL, "dvc_nt_host", "A.x"},
	{0, NULL, "source", "XmlWinEventLog:Microsoft-Windows-Sysmon/Operational"}, {0, NULL, "sourcetype", "XmlWinEventLog"},
	{20, NULL, "source", "Syslog:Linux-Sysmon/Operational"}, {20, NULL, "sourcetype", "sysmon:linux"},
	{0, NULL, "vendor_product", "Microsoft Sysmon"}, {0, NULL, "UserID", "S-1-5-18"}, {0, NULL, "SecurityID", "S-1-5-18"},
	{0, NULL, "user_id", "S-1-5-18"}, {20, NULL, "UserId", "0"}, {0, NULL, "UserId", NULL},
	{0, NULL, "ProcessID", "99"}, {0, NULL, "ProcessId", "100"}, {0, NULL, "RecordNumber", "5"},
	{0, NULL, "TimeCreated", "2021-11-12T10:05:00Z"}, {0, NULL, "SystemTime", "2021-11-12T10:05:00Z"},
	{0, NULL, "UtcTime", "2021-11-12 10:05:00.000"}, {0, NULL, "nonesuch", NULL}, {0, NULL, "processid", NULL},
	{0, NULL, "Name", "Microsoft-Windows-Sysmon"}, {25, NULL, "Name", "\"consumer\""}, {24, NULL, "Version", "15.0"},
	{25, NULL, "user", "w"},
	/* hashes */
	{0, NULL, "MD5", "0A"}, {0, NULL, "SHA256", "0B"}, {0, NULL, "IMPHASH", "0C"}, {0, NULL, "SHA1", NULL},
	{16, NULL, "MD5", "2"}, {16, NULL, "IMPHASH", "3"},
	/* processes */
	{0, NULL, "process", "InstallUtil x.dll"}, {0, NULL, "process_name", "InstallUtil.exe"},
	{0, NULL, "process_guid", "{G1}"}, {0, NULL, "process_integrity_level", "High"},
	{0, NULL, "original_file_name", NULL}, {0, NULL, "user", "u"}, {1, NULL, "user", NULL}, {1, NULL, "process_name", NULL},
	{1, NULL, "dest", NULL}, {6, NULL, "process_name", "i.exe"}, {6, NULL, "loaded_file", "l.dll:s.dll"},
	{6, NULL, "loaded_file_path", "C:\\W\\l.dll"}, {6, NULL, "service_dll_signature_exists", "true"},
	{6, NULL, "service_dll_signature_verified", "true"}, {6, NULL, "service_signature_exists", NULL},
	{6, NULL, "action", "success"}, {6, NULL, "original_file_name", "L.DLL"}, {6, NULL, "process_hash", "MD5=1"},
	{7, NULL, "process_name", "lsass.exe"}, {7, NULL, "parent_process_name", "s.exe"}, {7, NULL, "process_id", "2"},
	{7, NULL, "parent_process_id", "1"}, {7, NULL, "process_guid", "{T}"}, {7, NULL, "parent_process_guid", "{S}"},
	{7, NULL, "granted_access", "0x1010"}, {7, NULL, "process_path", "C:\\W\\lsass.exe"}, {7, NULL, "action", "allowed"},
	{7, NULL, "SourceProcessGUID", "{S}"}, {7, NULL, "SourceProcessGuid", NULL},
	{8, NULL, "process_guid", "{T}"}, {8, NULL, "src_address", "0x1"}, {8, NULL, "src_module", "m"}, {8, NULL, "src_function", "f"},
	{22, NULL, "process_path", "C:\\W\\d.sys"}, {22, NULL, "process_name", NULL}, {22, NULL, "service_signature_exists", "false"},
	{22, NULL, "service_signature_verified", "false"}, {23, NULL, "pipe_name", "\\p"}, {23, NULL, "process_id", "4"},
	{0, "Endpoint.Processes", "Processes.process_name", "InstallUtil.exe"},
	{0, "Endpoint.Processes", "Processes.process_integrity_level", "high"},
	{0, "Endpoint.Processes", "Processes.original_file_name", "unknown"},
	{0, "Endpoint.Processes", "Processes.parent_process_name", "cmd.exe"},
	{0, "Endpoint.Processes", "Processes.parent_process", "cmd /c x"},
	{0, "Endpoint.Processes", "Processes.parent_process_path", "C:\\W\\cmd.exe"},
	{0, "Endpoint.Processes", "Processes.process_hash", "MD5=0A,SHA256=0B,IMPHASH=0C"},
	{0, "Endpoint.Processes", "Processes.os", "Microsoft Windows"}, {0, "Endpoint.Processes", "Processes.action", "allowed"},
	{0, "Endpoint.Processes", "Processes.user_category", NULL}, {0, "Endpoint.Processes", "Processes.path", NULL},
	{0, "Endpoint.Processes", "process_name", NULL}, {0, "Endpoint.Processes", "processes.process_name", NULL},
	{0, "Endpoint.Processes", "Filesystem.dest", NULL}, {0, "Endpoint.Processes", "host", "A.x"},
	{0, "Endpoint.Processes", "source", "XmlWinEventLog:Microsoft-Windows-Sysmon/Operational"},
	{1, "Endpoint.Processes", "Processes.process_name", "y.exe"}, {1, "Endpoint.Processes", "Processes.process_path", NULL},
	{1, "Endpoint.Processes", "Processes.user", "unknown"}, {1, "Endpoint.Processes", "Processes.dest", "unknown"},
	{1, "Endpoint.Processes", "Processes.parent_process_name", "C:\\x\\foo-bar"}, {1, "Endpoint.Processes", "host", NULL},
	{2, "Endpoint.Processes", "Processes.process", "unknown"}, {2, "Endpoint.Processes", "Processes.process_name", "unknown"},
	{2, "Endpoint.Processes", "Processes.process_exec", NULL}, {2, "Endpoint.Processes", "Processes.process_id", NULL},
	{20, "Endpoint.Processes", "Processes.process_name", "foo-bar"}, {20, "Endpoint.Processes", "Processes.parent_process_name", "sh"},
	{20, "Endpoint.Processes", "Processes.user", "root"}, {20, "Endpoint.Processes", "Processes.dest", "lin"},
	{27, "Endpoint.Processes", "Processes.process", "/usr/bin/ls"},
	/* network */
	{3, NULL, "dest", "9.9.9.9"}, {3, NULL, "src", "A.x"}, {4, NULL, "dest", "d.example"}, {4, NULL, "src", "10.0.0.1"},
	{4, NULL, "dest_port", "http"}, {3, NULL, "process_path", NULL}, {3, NULL, "process_exec", "i.exe"},
	{3, "Network_Traffic", "All_Traffic.app", "C:\\W\\i.exe"}, {3, "Network_Traffic", "All_Traffic.dest", "9.9.9.9"},
	{3, "Network_Traffic", "All_Traffic.dest_port", "80"}, {4, "Network_Traffic", "All_Traffic.dest_port", "0"},
	{5, "Network_Traffic", "All_Traffic.dest_port", "0"}, {3, "Network_Traffic", "All_Traffic.direction", "outbound"},
	{4, "Network_Traffic", "All_Traffic.direction", "inbound"}, {5, "Network_Traffic", "All_Traffic.direction", "inbound"},
	{3, "Network_Traffic", "All_Traffic.transport", "tcp"}, {5, "Network_Traffic", "All_Traffic.transport", "unknown"},
	{3, "Network_Traffic", "All_Traffic.protocol", "ip"}, {5, "Network_Traffic", "All_Traffic.app", NULL},
	{5, "Network_Traffic", "All_Traffic.src", "unknown"}, {5, "Network_Traffic", "All_Traffic.user", "unknown"},
	{3, "Network_Traffic", "All_Traffic.user", "v"}, {3, "Network_Traffic", "All_Traffic.process_guid", "{G3}"},
	{3, "Network_Traffic", "All_Traffic.dvc", "A.x"}, {3, "Network_Traffic", "All_Traffic.rule", "unknown"},
	{3, "Network_Traffic.All_Traffic", "All_Traffic.process_name", "i.exe"}, {3, "Network_Traffic", "host", "A.x"},
	{3, "Endpoint.Ports", "Ports.dest_port", "80"},
	/* names */
	{17, NULL, "dest", NULL}, {17, NULL, "process_id", NULL}, {17, NULL, "src", "A.x"}, {17, NULL, "query", "q.example"},
	{17, NULL, "answer", "c.example\n1.2.3.4"}, {18, NULL, "answer", NULL},
	{17, NULL, "answer_count", "2"}, {18, NULL, "answer_count", "0"}, {17, "Network_Resolution", "DNS.answer_count", "2"}, {17, NULL, "process_guid", "{G3}"},
	{17, "Network_Resolution", "DNS.answer", "c.example\n1.2.3.4"}, {18, "Network_Resolution", "DNS.answer", "unknown"},
	{17, "Network_Resolution", "DNS.dest", "unknown"}, {17, "Network_Resolution", "DNS.reply_code_id", "0"},
	{17, "Network_Resolution.DNS", "DNS.query_count", "1"}, {18, "Network_Resolution", "DNS.process_name", NULL},
	/* files */
	{9, NULL, "action", "created"}, {10, NULL, "action", "modified"}, {9, NULL, "file_name", "foo-bar"},
	{9, "Endpoint.Filesystem", "Filesystem.action", "created"}, {10, "Endpoint.Filesystem", "Filesystem.action", "modified"},
	{9, "Endpoint.Filesystem", "Filesystem.file_create_time", "2021-11-12 10:05:02.000"},
	{9, "Endpoint.Filesystem", "Filesystem.file_path", "C:\\t\\foo-bar"}, {9, "Endpoint.Filesystem", "Filesystem.file_hash", "unknown"},
	{10, "Endpoint.Filesystem", "Filesystem.process_name", NULL}, {9, "Endpoint.Filesystem", "Filesystem.object_category", "file"},
	{16, "Endpoint.Filesystem", "Filesystem.file_hash", "MD5=2,IMPHASH=3"}, {16, "Endpoint.Filesystem", "Filesystem.action", "created"},
	{16, "Endpoint.Filesystem", "Filesystem.file_name", "x:Zone"},
	{19, "Endpoint.Filesystem", "Filesystem.action", "deleted"}, {19, "Endpoint.Filesystem", "Filesystem.file_create_time", NULL},
	{19, "Endpoint.Filesystem", "Filesystem.file_modify_time", "2021-11-12 10:05:01.000"},
	{19, "Endpoint.Filesystem", "Filesystem.user", "SYSTEM"}, {21, "Endpoint.Filesystem", "Filesystem.file_name", "a.b-c"},
	{9, "Endpoint.Filesystem", "Filesystem.file_acl", "unknown"}, {9, "Endpoint.Filesystem", "Filesystem.file_size", NULL},
	/* registry */
	{11, "Endpoint.Registry", "Registry.action", "created"}, {12, "Endpoint.Registry", "Registry.action", "unknown"},
	{11, "Endpoint.Registry", "Registry.registry_key_name", "HKLM\\SOFTWARE\\k\\l"},
	{11, "Endpoint.Registry", "Registry.registry_value_name", "unknown"},
	{11, "Endpoint.Registry", "Registry.registry_value_data", "unknown"},
	{11, "Endpoint.Registry", "Registry.registry_hive", "HKEY_LOCAL_MACHINE\\Software"},
	{12, "Endpoint.Registry", "Registry.registry_hive", NULL}, {11, "Endpoint.Registry", "Registry.status", "success"},
	{13, "Endpoint.Registry", "Registry.registry_key_name", "HKU\\k"}, {13, "Endpoint.Registry", "Registry.registry_value_name", "v"},
	{13, "Endpoint.Registry", "Registry.registry_path", "HKU\\k\\v"},
	{13, "Endpoint.Registry", "Registry.registry_value_data", "0x00000001"},
	{13, "Endpoint.Registry", "Registry.registry_value_type", "REG_DWORD"}, {13, "Endpoint.Registry", "Registry.action", "modified"},
	{13, "Endpoint.Registry", "Registry.process_name", "r.exe"}, {13, NULL, "RegistryValueData", "0x00000001"},
	{14, "Endpoint.Registry", "Registry.registry_key_name", "HKU\\k\\v"}, {14, "Endpoint.Registry", "Registry.registry_value_name", "v"},
	{14, "Endpoint.Registry", "Registry.registry_value_data", "HKU\\k\\w"}, {14, "Endpoint.Registry", "Registry.status", "success"},
	{15, "Endpoint.Registry", "Registry.registry_value_name", "unknown"}, {15, "Endpoint.Registry", "Registry.registry_value_data", "unknown"},
	{15, "Endpoint.Registry", "Registry.status", NULL}, {15, "Endpoint.Registry", "Registry.action", "modified"},
	{24, "Endpoint.Services", "Services.status", "started"},
};

static const struct cim_node *node_of(const char *dataset)
{
	const struct cim_node *n = dataset ? cim_node(str_c(dataset)) : cim_raw();

	ck_assert_ptr_nonnull(n);
	return n;
}

static void check_fields(const struct dump *d)
{
	struct cim *c = cim_new(d->store, &(struct cim_opts){0}), *rows = cim_new(d->store, &(struct cim_opts){0});

	for (size_t i = 0; i < sizeof(fields) / sizeof *fields; i++) {
		const struct cim_node *n = node_of(fields[i].dataset);
		char what[128];
		snprintf(what, sizeof(what), "event %u, %s", fields[i].ev, fields[i].field);
		/* each event stands often enough in the big dump that few rows are asked for one by one */
		struct event_ref e = store_event(d->store, fields[i].ev);
		const struct cim_col *col = cim_col(c, n, e.table, str_c(fields[i].field));
		is(pool_str(store_pool(d->store), column_at(col->col, e.row)), fields[i].want, what);
		uint32_t id;
		bool multi;
		cim_values(rows, n, e.table, str_c(fields[i].field), &e.row, 1, &id, &multi);
		is(pool_str(store_pool(d->store), id), fields[i].want, what);
		ck_assert_int_eq(multi, col->multi);
		if (fields[i].dataset)
			ck_assert(cim_in_node(c, n, e.table));
	}
	cim_free(c);
	cim_free(rows);
}

START_TEST(every_field)
{
	struct dump *d = dump_cut_new(events, NEVENTS, 5, 2, 0);

	ck_assert_uint_eq(store_events(d->store), NEVENTS);
	check_fields(d);
	dump_free(d);
}
END_TEST

/* The same with many rows per table: by row and by column must agree. */
START_TEST(by_row_and_by_column)
{
	enum { TIMES = 40 };
	const char **many = xcalloc((size_t)NEVENTS * TIMES, sizeof(*many));

	for (size_t i = 0; i < (size_t)NEVENTS * TIMES; i++)
		many[i] = events[i % NEVENTS];
	struct dump *d = dump_cut_new(many, (size_t)NEVENTS * TIMES, 100, 2, 0);
	check_fields(d);
	free(many);

	/* every field of every node on every event */
	struct cim *c = cim_new(d->store, &(struct cim_opts){.addon = true}), *r = cim_new(d->store, &(struct cim_opts){.addon = true});
	size_t nnodes;
	const struct cim_node *const *node = cim_nodes(&nnodes);
	for (size_t k = 0; k <= nnodes; k++) {
		const struct cim_node *n = k < nnodes ? node[k] : cim_raw();
		size_t count;
		const char *const *names = cim_fields(n, &count);
		for (size_t f = 0; f < count; f++)
			for (ev_t ev = 0; ev < NEVENTS; ev++) {
				struct event_ref e = store_event(d->store, ev);
				uint32_t id;
				bool multi;
				cim_values(r, n, e.table, str_c(names[f]), &e.row, 1, &id, &multi);
				if (id != column_at(cim_col(c, n, e.table, str_c(names[f]))->col, e.row))
					ck_abort_msg("%s of event %u differs by row and by column", names[f], ev);
			}
	}
	cim_free(c);
	cim_free(r);
	dump_free(d);
}
END_TEST

START_TEST(nodes)
{
	struct cim_opts plain = {0}, addon = {.addon = true};
	const struct cim_node *p = node_of("Endpoint.Processes"), *f = node_of("Endpoint.Filesystem");

	ck_assert_ptr_null(cim_node(STR("Endpoint")));
	ck_assert_ptr_null(cim_node(STR("endpoint.processes")));
	ck_assert_ptr_null(cim_node(STR("Risk.All_Risk")));
	ck_assert_ptr_eq(node_of("Network_Traffic"), node_of("Network_Traffic.All_Traffic"));
	ck_assert_str_eq(cim_node_name(node_of("Network_Traffic")), "Network_Traffic.All_Traffic");
	ck_assert_str_eq(cim_prefix(node_of("Network_Resolution")), "DNS");
	ck_assert_str_eq(cim_prefix(cim_raw()), "");

	for (unsigned id = 0; id < 300; id++) {
		static const uint8_t more[] = {1, 5, 6, 7, 8, 9, 10, 15, 17, 18};
		bool in = id < 256 && memchr(more, (int)id, sizeof(more)) && id;
		ck_assert_int_eq(cim_event_in_node(p, OS_WINDOWS, id, &plain), id == 1);
		ck_assert_int_eq(cim_event_in_node(p, OS_WINDOWS, id, &addon), in);
		ck_assert_int_eq(cim_event_in_node(p, OS_LINUX, id, &plain), id == 1 || id == 5);
		ck_assert_int_eq(cim_event_in_node(f, OS_WINDOWS, id, NULL), id == 2 || id == 11 || id == 15 || id == 23 || id == 26);
		ck_assert_int_eq(cim_event_in_node(f, OS_LINUX, id, NULL), id == 11 || id == 23);
		ck_assert(cim_event_in_node(cim_raw(), OS_LINUX, id, NULL));
	}
	ck_assert(cim_has_field(p, STR("Processes.user")));
	ck_assert(cim_has_field(p, STR("Processes.dest_category")));
	ck_assert(cim_has_field(p, STR("_time")));
	ck_assert(cim_has_field(p, STR("host")));
	ck_assert(!cim_has_field(p, STR("Processes.path")));
	ck_assert(!cim_has_field(p, STR("user")));
	ck_assert(cim_has_field(cim_raw(), STR("anything")));
}
END_TEST

/* The tables hold to their own rules. */
START_TEST(tables)
{
	size_t nnodes, count;
	const struct cim_node *const *node = cim_nodes(&nnodes);

	for (size_t k = 0; k < nnodes; k++) {
		const char *const *names = cim_fields(node[k], &count);
		for (size_t i = 0; i < count; i++) {
			ck_assert(str_starts(str_c(names[i]), cim_prefix(node[k])));
			for (size_t j = 0; j < i; j++)
				ck_assert_str_ne(names[i], names[j]);
		}
	}
	for (size_t i = 0; i < addon_nrows; i++) {
		/* a row for all events ends the rows of its field */
		for (size_t j = 0; j < i; j++)
			if (strcmp(addon_rows[i].field, addon_rows[j].field) == 0)
				ck_assert_msg(addon_rows[j].ids[0] || addon_rows[j].os, "%s: row never reached", addon_rows[i].field);
		ck_assert_int_ne(addon_rows[i].from.kind, FROM_RAW);
	}
}
END_TEST

START_TEST(names_of_raw_fields)
{
	struct dump *d = dump_cut_new(events, NEVENTS, 5, 2, 0);
	struct cim *c = cim_new(d->store, &(struct cim_opts){0});
	size_t n;
	const char *const *names = cim_raw_fields(c, store_find(d->store, OS_WINDOWS, 17), &n);
	static const char *const want[] = {
		"Computer", "EventCode", "EventDescription", "EventID", "EventRecordID", "Image", "Name", "PipeName", "ProcessId",
		"RecordID", "RecordNumber", "SystemTime", "TimeCreated", "action", "dest", "dvc", "dvc_nt_host", "host", "os",
		"pipe_name", "process_exec", "process_id", "process_name", "process_path", "signature", "signature_id", "source",
		"sourcetype", "vendor_product",
	};

	ck_assert_uint_eq(n, sizeof(want) / sizeof *want);
	for (size_t i = 0; i < n; i++)
		ck_assert_str_eq(names[i], want[i]);
	cim_free(c);
	dump_free(d);
}
END_TEST

struct race {
	struct cim *c;
	const struct store *s;
};

static void *read_fields(void *arg)
{
	struct race *race = arg;
	uint64_t sum = 0;

	for (size_t i = 0; i < sizeof(fields) / sizeof *fields; i++) {
		struct event_ref e = store_event(race->s, fields[i].ev);
		sum += column_at(cim_col(race->c, node_of(fields[i].dataset), e.table, str_c(fields[i].field))->col, e.row) != 0;
		size_t n;
		cim_raw_fields(race->c, e.table, &n);
		sum += n;
	}
	return (void *)(uintptr_t)sum;
}

START_TEST(many_threads)
{
	struct dump *d = dump_cut_new(events, NEVENTS, 5, 2, 0);
	struct race race = {cim_new(d->store, &(struct cim_opts){0}), d->store};
	pthread_t thread[4];
	void *first = NULL, *sum;

	for (size_t i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, read_fields, &race), 0);
	for (size_t i = 0; i < 4; i++) {
		pthread_join(thread[i], &sum);
		ck_assert(i == 0 || sum == first);
		first = sum;
	}
	cim_free(race.c);
	dump_free(d);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cim");
	TCase *t = tcase_create("text"), *f = tcase_create("fields");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, text_functions, 0, sizeof(texts) / sizeof *texts);
	tcase_add_test(t, base_is_the_expression);
	tcase_add_test(t, streams_are_the_expression);
	tcase_add_test(t, details_are_the_expression);
	tcase_add_test(t, values_that_can_be);
	tcase_add_test(t, answers_are_the_expression);
	suite_add_tcase(suite, t);
	tcase_set_timeout(f, 60);
	tcase_add_test(f, every_field);
	tcase_add_test(f, by_row_and_by_column);
	tcase_add_test(f, nodes);
	tcase_add_test(f, tables);
	tcase_add_test(f, names_of_raw_fields);
	tcase_add_test(f, many_threads);
	suite_add_tcase(suite, f);
	SRunner *r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
