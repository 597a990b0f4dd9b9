/* export: safe text, JSON and CSV pieces, tables, files that replace only when complete. */
#include <check.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export/report.h"
#include "base/mem.h"
#include "export/export.h"

static struct arena *arena;

static void setup(void) { arena = arena_new(); }
static void teardown(void) { arena_free(arena); }

static void ck_text(struct sbuf *b, const char *want)
{
	ck_assert_msg(str_eqc(sbuf_str(b), want), "got  %.*s\nwant %s", STR_FMT(sbuf_str(b)), want);
	sbuf_reset(b);
}

static struct val text(const char *s) { return val_str(str_c(s)); }

START_TEST(width)
{
	ck_assert_uint_eq(export_width(STR("abc")), 3);
	ck_assert_uint_eq(export_width(STR("\xE6\xBC\xA2\xE5\xAD\x97")), 4);
	ck_assert_uint_eq(export_width(STR("e\xCC\x81")), 1);
	ck_assert_uint_eq(export_width(STR("\xC3\xA9")), 1);
	ck_assert_uint_eq(export_width(STR("\xFF\xFF")), 2);
	ck_assert_uint_eq(export_width(STR("\x01\t")), 2);
}
END_TEST

START_TEST(json_strings)
{
	struct sbuf b = {0};

	export_json_str(&b, STR("a\"b\\c\n\t\r\x01\x7F \xC3\xA9"));
	ck_text(&b, "\"a\\\"b\\\\c\\n\\t\\r\\u0001\\u007f \xC3\xA9\"");
	export_json_str(&b, STR("x\xFFy\xC3"));
	ck_text(&b, "\"x\xEF\xBF\xBDy\xEF\xBF\xBD\"");
	export_json_str(&b, (struct str){"a\0b", 3});
	ck_text(&b, "\"a\\u0000b\"");
	export_json_str(&b, (struct str){NULL, 0});
	ck_text(&b, "\"\"");
	export_json_str(&b, STR("\xE2\x80\xAE" "x\xF3\xA0\x80\x81"));    /* U+202E, U+E0001 */
	ck_text(&b, "\"\\u202ex\\udb40\\udc01\"");
	sbuf_free(&b);
}
END_TEST

/* Every byte, and every pair with a byte that starts a sequence, gives a string that a JSON reader takes. */
START_TEST(json_bytes)
{
	for (int c = 0; c < 256; c++)
		for (int lead = 0; lead < 3; lead++) {
			const char in[4] = {"\xC3\xF0 "[lead], (char)c, 'z', (char)c};
			struct sbuf b = {0};
			sbuf_addc(&b, '[');
			export_json_str(&b, (struct str){in, 4});
			sbuf_addc(&b, ']');
			json_error_t error;
			json_t *j = json_loadb(b.p, b.n, JSON_ALLOW_NUL, &error);
			ck_assert_msg(j != NULL, "byte %d: %s", c, error.text);
			json_decref(j);
			sbuf_free(&b);
		}
}
END_TEST

START_TEST(json_values)
{
	struct sbuf b = {0};
	struct val list[] = {text("a"), val_num(2), text("7")};

	export_json_val(&b, val_null());
	ck_text(&b, "null");
	export_json_val(&b, text("7"));
	ck_text(&b, "\"7\"");
	export_json_val(&b, val_num(7));
	ck_text(&b, "7");
	export_json_val(&b, val_num(0.1));
	ck_text(&b, "0.1");
	export_json_val(&b, val_num(1636711200.5));
	ck_text(&b, "1636711200.5");
	export_json_val(&b, val_list(arena, list, 3));
	ck_text(&b, "[\"a\",2,\"7\"]");
	export_json_val(&b, val_num(HUGE_VAL));
	ck_assert_int_eq(b.p[0], '"');
	sbuf_free(&b);
}
END_TEST

START_TEST(csv_cells)
{
	static const struct {
		const char *in, *guarded, *raw;
	} cases[] = {
		{"plain", "plain", "plain"},
		{"a,b", "\"a,b\"", "\"a,b\""},
		{"say \"x\"", "\"say \"\"x\"\"\"", "\"say \"\"x\"\"\""},
		{"a\nb", "\"a\nb\"", "\"a\nb\""},
		{"=1+1", "'=1+1", "=1+1"},
		{"+1", "'+1", "+1"},
		{"-", "'-", "-"},
		{"@x", "'@x", "@x"},
		{"\tx", "'\tx", "\tx"},
		{"\rx", "\"'\rx\"", "\"\rx\""},
		{"=\"a\",b", "\"'=\"\"a\"\",b\"", "\"=\"\"a\"\",b\""},
		{" =1", " =1", " =1"},
		{"\n=1", "\"'\n=1\"", "\"\n=1\""},
		{"\xEF\xBC\x9D" "1", "'\xEF\xBC\x9D" "1", "\xEF\xBC\x9D" "1"},
		{"x\xFF", "x\xEF\xBF\xBD", "x\xEF\xBF\xBD"},
		{"", "", ""},
	};
	struct sbuf b = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		export_csv_cell(&b, str_c(cases[i].in), false);
		ck_text(&b, cases[i].guarded);
		export_csv_cell(&b, str_c(cases[i].in), true);
		ck_text(&b, cases[i].raw);
	}
	sbuf_free(&b);
}
END_TEST

/* ---- rows ---- */

static struct rows *some_rows(void)
{
	struct rows *r = rows_new(3);
	struct val list[] = {text("x"), text("=y")};
	size_t time = rows_col(r, STR("_time")), name = rows_col(r, STR("name")), count = rows_col(r, STR("count")),
	       many = rows_col(r, STR("many"));

	r->col[time].v[0] = val_num(3600);
	r->col[time].v[1] = val_num(1600564693.25);
	r->col[name].v[0] = text("a\x1B[1m");
	r->col[name].v[1] = text("\xE6\xBC\xA2");
	r->col[name].v[2] = text("-5");
	r->col[count].v[0] = val_num(-5);
	r->col[count].v[2] = val_num(12345);
	r->col[many].v[1] = val_list(r->arena, list, 2);
	return r;
}

static void set(struct rows *r, const char *name, const char *value)
{
	size_t c = rows_col(r, str_c(name));

	r->col[c].v[0] = text(value);
}

static void ck_export(const struct rows *r, struct export_opts o, const char *want)
{
	char *p = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&p, &n);

	ck_assert(export_rows(f, r, &o));
	fclose(f);
	ck_assert_msg(strcmp(p, want) == 0, "got\n%swant\n%s", p, want);
	free(p);
}

START_TEST(rows_of_each_format)
{
	struct rows *r = some_rows();

	ck_export(r, (struct export_opts){.format = EXPORT_JSONL},
	          "{\"_time\":3600,\"name\":\"a\\u001b[1m\",\"count\":-5}\n"
	          "{\"_time\":1600564693.25,\"name\":\"\xE6\xBC\xA2\",\"many\":[\"x\",\"=y\"]}\n"
	          "{\"name\":\"-5\",\"count\":12345}\n");
	ck_export(r, (struct export_opts){.format = EXPORT_CSV},
	          "_time,name,count,many\r\n3600,a\x1B[1m,-5,\r\n1600564693.25,\xE6\xBC\xA2,,\"x\n=y\"\r\n,'-5,12345,\r\n");
	ck_export(r, (struct export_opts){.format = EXPORT_CSV, .width = 80},
	          "_time,name,count,many\r\n3600,a\\x1B[1m,-5,\r\n1600564693.25,\xE6\xBC\xA2,,x\\n=y\r\n,'-5,12345,\r\n");
	ck_export(r, (struct export_opts){.format = EXPORT_TABLE},
	          "_time                    name      count  many\n"
	          "1970-01-01T01:00:00Z     a\\x1B[1m     -5\n"
	          "2020-09-20T01:18:13.25Z  \xE6\xBC\xA2               x | =y\n"
	          "                         -5        12345\n");
	rows_free(r);
}
END_TEST

START_TEST(narrow_table)
{
	struct rows *r = rows_new(1);

	set(r, "a", "0123456789012345678901234567890123456789");
	set(r, "b", "short");
	set(r, "c", "\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2");
	ck_export(r, (struct export_opts){.format = EXPORT_TABLE, .width = 40},
	          "a                  b      c\n"
	          "0123456789012345…  short  \xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2\n");
	ck_export(r, (struct export_opts){.format = EXPORT_TABLE, .width = 25},
	          "a         b      c\n0123456…  short  \xE6\xBC\xA2\xE6\xBC\xA2\xE6\xBC\xA2…\n");
	ck_export(r, (struct export_opts){.format = EXPORT_TABLE, .width = 16}, "a         b\n0123456…  short\n");
	ck_export(r, (struct export_opts){.format = EXPORT_TABLE, .width = 1}, "a\n0123456…\n");
	rows_free(r);
}
END_TEST

START_TEST(empty_rows)
{
	struct rows *r = rows_new(0);

	ck_export(r, (struct export_opts){.format = EXPORT_CSV}, "");
	ck_export(r, (struct export_opts){.format = EXPORT_TABLE}, "");
	rows_col(r, STR("a"));
	ck_export(r, (struct export_opts){.format = EXPORT_CSV}, "a\r\n");
	ck_export(r, (struct export_opts){.format = EXPORT_JSONL}, "");
	rows_free(r);
	r = rows_new(1);
	rows_col(r, STR("a"));
	ck_export(r, (struct export_opts){.format = EXPORT_CSV}, "a\r\n\"\"\r\n");
	rows_free(r);
}
END_TEST

/* ---- findings ---- */

static struct findings *one_finding(struct rule *rule, struct finding *f, struct rows *r, struct risk_event *risk)
{
	static struct findings fs;
	static struct technique mitre = {{"T1218.004", 9}, {"", 0}, {"", 0}};

	*rule = (struct rule){
		.file = STR("r.yml"), .name = STR("Rule, one"), .id = STR("id-1"), .type_text = STR("TTP"), .mitre = &mitre, .nmitre = 1,
	};
	*risk = (struct risk_event){.type = RISK_USER, .object = STR("U"), .normalized = STR("u"), .score = 80};
	*f = (struct finding){
		.rule = rule, .rows = r, .row = 0, .time = 1600564693287123, .message = STR("=cmd"), .risk = risk, .nrisk = 1, .score = 80,
		.confirmed = CONFIRM_NO, .key = "00112233445566778899aabbccddeeff", .host = STR("H"), .user = STR("u"), .parent = STR("p.exe"),
		.process = STR("q.exe"), .command = STR("q.exe /x"), .pid = STR("7"), .c2 = STR("1.2.3.4"), .port = STR("80"),
		.main_event = EV_NONE,
	};
	fs = (struct findings){.v = f, .n = 1};
	return &fs;
}

static const char *a_verdict(void *ctx, const char *key)
{
	(void)ctx;
	return key[0] == '0' ? "benign" : "";
}

START_TEST(findings_of_each_format)
{
	struct rows *r = some_rows();
	struct rule rule;
	struct finding f;
	struct risk_event risk;
	struct findings *fs = one_finding(&rule, &f, r, &risk);
	static const struct {
		enum export_format format;
		const char *want;
	} cases[] = {
		{EXPORT_JSONL,
		 "{\"rule\":\"Rule, one\",\"rule_id\":\"id-1\",\"rule_file\":\"r.yml\",\"type\":\"TTP\",\"time\":\"2020-09-20T01:18:13.287123Z\","
		 "\"risk_score\":80,\"message\":\"=cmd\",\"risk_objects\":[{\"type\":\"user\",\"value\":\"U\",\"score\":80}],\"mitre\":[\"T1218.004\"],"
		 "\"confirmed\":false,\"fields\":{\"_time\":3600,\"name\":\"a\\u001b[1m\",\"count\":-5},\"events\":[],\"event_count\":0,"
		 "\"matched\":[],\"verdict\":\"benign\",\"key\":\"00112233445566778899aabbccddeeff\"}\n"},
		{EXPORT_CSV,
		 "time,rule,risk_score,host,user,parent_process_name,process_name,process,process_id,c2,dest_port,message,confirmed,verdict,"
		 "rule_id,key\r\n"
		 "2020-09-20T01:18:13.287123Z,\"Rule, one\",80,H,u,p.exe,q.exe,q.exe /x,7,1.2.3.4,80,'=cmd,false,benign,id-1,"
		 "00112233445566778899aabbccddeeff\r\n"},
		{EXPORT_TABLE,
		 "TIME (UTC)           RISK  RULE       HOST  USER  PARENT  PROCESS  C2           VERDICT\n"
		 "2020-09-20 01:18:13    80  Rule, one  H     u     p.exe   q.exe    ?1.2.3.4:80  benign\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct export_opts o = {.format = cases[i].format, .verdict = a_verdict};
		size_t which[] = {0};
		char *p = NULL;
		size_t n = 0;
		FILE *out = open_memstream(&p, &n);
		ck_assert(export_findings(out, fs, i ? which : NULL, i ? 1 : 0, NULL, &o));
		fclose(out);
		ck_assert_msg(strcmp(p, cases[i].want) == 0, "got\n%swant\n%s", p, cases[i].want);
		free(p);
	}
	rows_free(r);
}
END_TEST

/* More than are made in one go, by several threads, and a last block that is not full. */
START_TEST(many_findings_in_order)
{
	enum { MANY = 5003 };
	struct rows *r = some_rows();
	struct rule rule;
	struct finding one;
	struct risk_event risk;
	struct findings *fs = one_finding(&rule, &one, r, &risk);
	struct finding *many = xcalloc(MANY, sizeof(*many));
	size_t which[MANY], n = 0;
	char *p = NULL, key[64];

	for (size_t i = 0; i < MANY; i++) {
		many[i] = one;
		snprintf(many[i].key, sizeof(many[i].key), "%032zx", i);
		which[i] = MANY - 1 - i;
	}
	fs->v = many;
	fs->n = MANY;
	for (unsigned workers = 0; workers < 4; workers++) {
		FILE *f = open_memstream(&p, &n);
		ck_assert(export_findings(f, fs, which, MANY, NULL, &(struct export_opts){.format = EXPORT_JSONL, .workers = workers}));
		fclose(f);
		struct str rest = {p, n}, line;
		for (size_t i = 0; i < MANY; i++) {
			ck_assert(str_line(&rest, &line));
			snprintf(key, sizeof(key), "\"key\":\"%032zx\"}", MANY - 1 - i);
			ck_assert(str_ends(line, key));
		}
		ck_assert(!str_line(&rest, &line));
		free(p);
	}
	free(many);
	rows_free(r);
}
END_TEST

START_TEST(full_disk)
{
	struct rows *r = some_rows();
	struct export_opts o = {.format = EXPORT_CSV};
	FILE *f = fopen("/dev/full", "w");

	if (f) {
		ck_assert(!export_rows(f, r, &o));
		fclose(f);
	}
	rows_free(r);
}
END_TEST

/* ---- files ---- */

static char dir[] = "/tmp/check_export.XXXXXX", path[sizeof(dir) + 16];

static void setup_dir(void)
{
	ck_assert(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/out", dir);
}

static void teardown_dir(void)
{
	unlink(path);
	ck_assert_msg(rmdir(dir) == 0, "something is left in %s", dir);
}

static void put(const char *content)
{
	FILE *f = fopen(path, "w");

	fputs(content, f);
	fclose(f);
}

static void ck_content(const char *want)
{
	char got[64] = "";
	FILE *f = fopen(path, "r");

	ck_assert(f != NULL);
	ck_assert(fgets(got, sizeof(got), f) != NULL);
	ck_assert_str_eq(got, want);
	fclose(f);
}

START_TEST(file_appears_when_complete)
{
	struct export_file x;
	struct diag d = DIAG_INIT;
	struct stat st;

	umask(022);
	ck_assert(export_open(&x, path, false, &d));
	fputs("new", x.f);
	fflush(x.f);
	ck_assert_int_ne(access(path, F_OK), 0);
	ck_assert(export_commit(&x, &d));
	ck_content("new");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0644);
}
END_TEST

START_TEST(file_is_not_replaced_unasked)
{
	struct export_file x;
	struct diag d = DIAG_INIT;

	put("old");
	ck_assert(!export_open(&x, path, false, &d));
	ck_assert(strstr(d.msg, "there already") != NULL);
	ck_assert_str_eq(d.file, path);
	d = (struct diag)DIAG_INIT;
	ck_assert(export_open(&x, path, true, &d));
	fputs("new", x.f);
	ck_assert(export_commit(&x, &d));
	ck_content("new");
}
END_TEST

START_TEST(file_made_meanwhile_stays)
{
	struct export_file x;
	struct diag d = DIAG_INIT;

	ck_assert(export_open(&x, path, false, &d));
	fputs("new", x.f);
	put("other");
	ck_assert(!export_commit(&x, &d));
	ck_assert(diag_is_set(&d));
	ck_content("other");
}
END_TEST

START_TEST(file_empty_may_be_filled)
{
	struct export_file x;
	struct diag d = DIAG_INIT;

	put("");
	ck_assert(export_open(&x, path, false, &d));
	fputs("new", x.f);
	ck_assert(export_commit(&x, &d));
	ck_content("new");
}
END_TEST

START_TEST(file_aborted)
{
	struct export_file x;
	struct diag d = DIAG_INIT;

	put("old");
	ck_assert(export_open(&x, path, true, &d));
	fputs("new", x.f);
	export_abort(&x);
	ck_content("old");
}
END_TEST

START_TEST(file_through_link)
{
	struct export_file x;
	struct diag d = DIAG_INIT;
	char link[sizeof(path) + 8];
	struct stat st;

	put("old");
	snprintf(link, sizeof(link), "%s.link", path);
	ck_assert_int_eq(symlink(path, link), 0);
	ck_assert(export_open(&x, link, true, &d));
	fputs("new", x.f);
	ck_assert(export_commit(&x, &d));
	ck_content("new");
	ck_assert_int_eq(lstat(link, &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	unlink(link);
}
END_TEST

START_TEST(file_cannot)
{
	struct export_file x;
	struct diag d = DIAG_INIT;

	ck_assert(!export_open(&x, dir, false, &d));
	ck_assert(strstr(d.msg, "folder") != NULL);
	d = (struct diag)DIAG_INIT;
	ck_assert(!export_open(&x, "/nonexistent/file", false, &d));
	ck_assert(diag_is_set(&d));
	d = (struct diag)DIAG_INIT;
	if (access("/dev/full", W_OK) == 0) {
		ck_assert(export_open(&x, "/dev/full", false, &d));
		fputs("new", x.f);
		ck_assert(!export_commit(&x, &d));
		ck_assert(strstr(d.msg, "No space") != NULL);
		ck_assert_int_eq(access("/dev/full", F_OK), 0);
	}
}
END_TEST

/* Nothing of what others wrote is a sign of Markdown or HTML, or makes a link by itself. */
START_TEST(markdown)
{
	struct sbuf b = {0};

	export_markdown(&b, STR("plain words, 12"));
	ck_text(&b, "plain words, 12");
	export_markdown(&b, STR("# a\n<b> [x](http://y) *z* `c` |\\"));
	ck_text(&b, "\\# a\\\\n\\<b\\> \\[x\\]\\(http\\:\\/\\/y\\) \\*z\\* \\`c\\` \\|\\\\");
	export_markdown(&b, STR("a@b"));
	ck_text(&b, "a`@`b");
	export_markdown(&b, STR("\x1B[2J\xE2\x80\xAE"));
	ck_text(&b, "\\\\x1B\\[2J\\\\u\\{202E\\}");
	export_markdown_code(&b, STR("a <b> | c"), false);
	ck_text(&b, "`a <b> | c`");
	export_markdown_code(&b, STR("a | c"), true);
	ck_text(&b, "`a \\| c`");
	export_markdown_code(&b, STR("`"), false);
	ck_text(&b, "`` ` ``");
	export_markdown_code(&b, STR("a``b\n"), false);
	ck_text(&b, "```a``b\\n```");
	export_markdown_code(&b, STR(""), true);
	ck_text(&b, "\xE2\x80\x93");
	sbuf_free(&b);
}
END_TEST

START_TEST(formats)
{
	enum export_format f;

	ck_assert(export_format_parse("table", &f) && f == EXPORT_TABLE);
	ck_assert(export_format_parse("csv", &f) && f == EXPORT_CSV);
	ck_assert(export_format_parse("jsonl", &f) && f == EXPORT_JSONL);
	ck_assert(!export_format_parse("json", &f));
	ck_assert(!export_format_parse("", &f));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("export");
	TCase *t = tcase_create("text");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, width);
	tcase_add_test(t, json_strings);
	tcase_add_test(t, json_bytes);
	tcase_add_test(t, json_values);
	tcase_add_test(t, csv_cells);
	tcase_add_test(t, rows_of_each_format);
	tcase_add_test(t, narrow_table);
	tcase_add_test(t, empty_rows);
	tcase_add_test(t, findings_of_each_format);
	tcase_add_test(t, many_findings_in_order);
	tcase_add_test(t, full_disk);
	tcase_add_test(t, markdown);
	tcase_add_test(t, formats);
	suite_add_tcase(s, t);
	t = tcase_create("files");
	tcase_add_checked_fixture(t, setup_dir, teardown_dir);
	tcase_add_test(t, file_appears_when_complete);
	tcase_add_test(t, file_is_not_replaced_unasked);
	tcase_add_test(t, file_made_meanwhile_stays);
	tcase_add_test(t, file_empty_may_be_filled);
	tcase_add_test(t, file_aborted);
	tcase_add_test(t, file_through_link);
	tcase_add_test(t, file_cannot);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
