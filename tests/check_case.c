/* The case file: what the analyst decided must be there again, whatever happened in between. */
#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/map.h"
#include "case/case.h"

static char dir[] = "/tmp/spoor-case.XXXXXX";
static char path[64];

static void setup(void)
{
	snprintf(dir, sizeof dir, "/tmp/spoor-case.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/a/b/x.case", dir);       /* folders are made */
}

static void teardown(void)
{
	char cmd[96];

	snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	ck_assert_int_eq(system(cmd), 0);
}

static struct casefile *open_ok(const char *p)
{
	struct diag d = DIAG_INIT;
	struct casefile *c = case_open(p, &d);

	ck_assert_msg(c != NULL, "%s", d.msg);
	return c;
}

/* Two findings of one rule: a user and a host each. */
static struct technique techniques[] = {{{"T1218.004", 9}, {"InstallUtil", 11}, {"Defense Evasion, Execution", 26}}, {{"T1218", 5}, {"", 0}, {"Defense Evasion", 15}}};
static struct str stories[] = {{"Living Off The Land", 19}};
static struct rule rule = {.id = {"id-1", 4}, .name = {"Rule One", 8}, .mitre = techniques, .nmitre = 2, .story = stories, .nstory = 1};
static struct risk_event risk[] = {
	{.type = RISK_USER, .object = {"Ann", 3}, .normalized = {"ann", 3}, .score = 80},
	{.type = RISK_SYSTEM, .object = {"WS1", 3}, .normalized = {"ws1", 3}, .score = 80},
	{.type = RISK_USER, .object = {"Ann", 3}, .normalized = {"ann", 3}, .score = 30},
};
static struct finding found[] = {
	{.rule = &rule, .time = 1000000, .risk = risk, .nrisk = 2, .score = 80, .key = "k1", .main_event = EV_NONE, .message = {"m1", 2}, .host = {"WS1", 3}},
	{.rule = &rule, .time = 5000000, .risk = risk + 2, .nrisk = 1, .score = 30, .key = "k2", .main_event = EV_NONE, .message = {"m2", 2}},
};
static const struct findings findings = {.v = found, .n = 2};

START_TEST(decisions_last)
{
	struct diag d = DIAG_INIT;
	struct casefile *c = open_ok(path);
	const char *keys[] = {"k1", "k2"};

	ck_assert(case_set_verdict(c, keys, 2, VERDICT_TRUE, &d));
	ck_assert(case_set_note(c, "k1", STR("seen \"before\"\n\xE2\x9C\x93"), &d));
	case_close(c);
	c = open_ok(path);
	ck_assert_int_eq(case_verdict(c, "k1"), VERDICT_TRUE);
	ck_assert_int_eq(case_verdict(c, "k2"), VERDICT_TRUE);
	ck_assert_int_eq(case_verdict(c, "k3"), VERDICT_OPEN);
	ck_assert(str_eqc(case_note(c, "k1"), "seen \"before\"\n\xE2\x9C\x93"));
	case_close(c);
}
END_TEST

START_TEST(undo_and_redo_across_runs)
{
	struct diag d = DIAG_INIT;
	struct casefile *c = open_ok(path);
	const char *k1[] = {"k1"}, *both[] = {"k1", "k2"};
	char what[100];

	ck_assert(!case_undo(c, what, sizeof what, &d));
	ck_assert(case_set_verdict(c, k1, 1, VERDICT_BENIGN, &d));
	ck_assert(case_set_verdict(c, both, 2, VERDICT_FALSE, &d));
	ck_assert(case_set_note(c, "k1", STR("n"), &d));
	case_close(c);
	c = open_ok(path);
	ck_assert(case_undo(c, what, sizeof what, &d));
	ck_assert_str_eq(what, "note");
	ck_assert_uint_eq(case_note(c, "k1").n, 0);
	ck_assert(case_undo(c, what, sizeof what, &d));
	ck_assert_str_eq(what, "verdict false positive on 2 findings");
	ck_assert_int_eq(case_verdict(c, "k1"), VERDICT_BENIGN);
	ck_assert_int_eq(case_verdict(c, "k2"), VERDICT_OPEN);
	ck_assert(case_redo(c, what, sizeof what, &d));
	ck_assert_int_eq(case_verdict(c, "k2"), VERDICT_FALSE);
	ck_assert(case_undo(c, what, sizeof what, &d));
	ck_assert(case_set_verdict(c, k1, 1, VERDICT_TRUE, &d));         /* a new decision: nothing left to redo */
	ck_assert(!case_redo(c, what, sizeof what, &d));
	ck_assert_int_eq(case_verdict(c, "k1"), VERDICT_TRUE);
	case_close(c);
}
END_TEST

/* Risk of a finding that an exclusion keeps away does not count, until it is found again. */
START_TEST(excluded_findings_have_no_risk)
{
	struct diag d = DIAG_INIT;
	struct casefile *c = open_ok(path);
	struct arena *a = arena_new();
	size_t n;

	ck_assert(case_record(c, &findings, NULL, &d));
	case_risk(c, RISK_USER, STR("ann"), WHEN_NONE, WHEN_NONE, a, &n);
	ck_assert_uint_eq(n, 2);
	ck_assert(case_mark_excluded(c, found, 1, &d));
	case_close(c);
	c = open_ok(path);
	const struct case_risk *r = case_risk(c, RISK_USER, STR("ann"), WHEN_NONE, WHEN_NONE, a, &n);
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(r[0].key.p, "k2");
	const struct case_finding *f = case_findings(c, a, &n);
	ck_assert_uint_eq(n, 2);
	ck_assert(f[0].excluded && !f[1].excluded);
	ck_assert(case_record(c, &findings, NULL, &d));
	case_risk(c, RISK_USER, STR("ann"), WHEN_NONE, WHEN_NONE, a, &n);
	ck_assert_uint_eq(n, 2);
	case_close(c);
	arena_free(a);
}
END_TEST

START_TEST(a_copy_of_the_exclusions)
{
	struct diag d = DIAG_INIT;
	struct casefile *c = open_ok(path);
	const struct exclusion x = {.rule_id = STR("id-1"), .rule_name = STR("Rule One"), .macro = STR(""), .condition = STR("a=1")};
	struct exclusion y = x, off = x;
	int64_t id;

	y.condition = STR("b=2");
	off.rule_id = STR("id-2");
	ck_assert(case_exclude(c, &x, &id, &d) && case_exclude(c, &y, &id, &d) && case_exclude(c, &off, &id, &d));
	ck_assert(case_exclusion_enable(c, id, false, &d));
	struct exclusions *copy = case_exclusions_copy(c);
	case_close(c);
	ck_assert(str_eqc(exclusions_filter(copy, STR("id-1")), "search NOT (a=1) NOT (b=2)"));
	ck_assert_uint_eq(exclusions_filter(copy, STR("id-2")).n, 0);
	ck_assert_uint_eq(exclusions_rules(copy), 0);
	exclusions_free(copy);
}
END_TEST

START_TEST(exclusions_make_the_filter)
{
	struct diag d = DIAG_INIT;
	struct casefile *c = open_ok(path);
	struct arena *a = arena_new();
	const struct exclusion x = {.rule_id = STR("id-1"), .rule_name = STR("Rule One"), .macro = STR("rule_one_filter"),
		.condition = STR("dest=\"WS1\" user=\"ann\""), .reason = STR("backup job")};
	const struct exclusion y = {.rule_id = STR("id-1"), .macro = STR("rule_one_filter"), .rule_name = STR("Rule One"), .condition = STR("process_name=x.exe")};
	int64_t id, id2;
	char what[100];
	size_t n;

	ck_assert_uint_eq(case_filter(c, STR("id-1"), a).n, 0);
	ck_assert(case_exclude(c, &x, &id, &d));
	ck_assert(case_exclude(c, &y, &id2, &d));
	ck_assert_str_eq(case_filter(c, STR("id-1"), a).p, "search NOT (dest=\"WS1\" user=\"ann\") NOT (process_name=x.exe)");
	ck_assert_uint_eq(case_filter(c, STR("other"), a).n, 0);
	ck_assert(case_exclusion_enable(c, id, false, &d));
	ck_assert_str_eq(case_filter(c, STR("id-1"), a).p, "search NOT (process_name=x.exe)");
	ck_assert(case_exclusion_remove(c, id2, &d));
	case_exclusions(c, &n);
	ck_assert_uint_eq(n, 1);
	case_close(c);
	c = open_ok(path);
	const struct exclusion *v = case_exclusions(c, &n);
	ck_assert_uint_eq(n, 1);
	ck_assert(!v[0].enabled);
	ck_assert(str_eqc(v[0].reason, "backup job"));
	ck_assert(case_undo(c, what, sizeof what, &d));          /* the removal */
	case_exclusions(c, &n);
	ck_assert_uint_eq(n, 2);
	ck_assert(!case_exclusion_remove(c, 99, &d));
	arena_free(a);
	case_close(c);
}
END_TEST

START_TEST(risk_adds_up_once)
{
	struct diag d = DIAG_INIT;
	struct casefile *c = open_ok(path);
	struct arena *a = arena_new();
	size_t n;

	ck_assert(case_record(c, &findings, NULL, &d));
	ck_assert(case_record(c, &findings, NULL, &d));          /* the same dump again: no second finding */
	const struct case_entity *e = case_entities(c, WHEN_NONE, WHEN_NONE, NULL, a, &n);
	ck_assert_uint_eq(n, 2);
	ck_assert(str_eqc(e[0].object, "ann"));
	ck_assert_double_eq(e[0].score, 110);
	ck_assert_uint_eq(e[0].events, 2);
	ck_assert_uint_eq(e[0].rules, 1);
	ck_assert_uint_eq(e[0].tactics, 2);
	ck_assert_int_eq(e[1].type, RISK_SYSTEM);
	const struct case_risk *r = case_risk(c, RISK_USER, STR("ann"), 2000000, WHEN_NONE, a, &n);
	ck_assert_uint_eq(n, 1);
	ck_assert(str_eqc(r[0].message, "m2"));
	case_findings(c, a, &n);
	ck_assert_uint_eq(n, 2);
	struct rows *rows = case_risk_rows(c);
	ck_assert_uint_eq(rows->n, 3);
	ck_assert_uint_eq(val_count(rows_get(rows, 0, "annotations._all")), 3);
	ck_assert_uint_eq(val_count(rows_get(rows, 0, "annotations.mitre_attack")), 2);
	rows_free(rows);
	arena_free(a);
	case_close(c);
}
END_TEST

/* What was decided of a threshold's hit is found again by its object and its time, even when what crossed it is another. */
/* "unknown" is nobody, and a report asks for the risk of some findings only. */
START_TEST(risk_of_nobody_is_left_out)
{
	struct diag d = DIAG_INIT;
	struct casefile *c = open_ok(path);
	struct arena *a = arena_new();
	struct risk_event nobody[] = {
		{.type = RISK_USER, .object = {"Unknown", 7}, .normalized = {"unknown", 7}, .score = 80},
		{.type = RISK_USER, .object = {"-", 1}, .normalized = {"-", 1}, .score = 80},
		{.type = RISK_SYSTEM, .object = {"N/A", 3}, .normalized = {"n/a", 3}, .score = 80},
		{.type = RISK_USER, .object = {"", 0}, .normalized = {"", 0}, .score = 80},
	};
	struct finding one = {.rule = &rule, .time = 1000000, .risk = nobody, .nrisk = 4, .score = 80, .key = "k9", .main_event = EV_NONE};
	const struct findings more = {.v = &one, .n = 1};
	struct map *only = map_new();
	size_t n;

	ck_assert(case_record(c, &findings, NULL, &d));
	ck_assert(case_record(c, &more, NULL, &d));
	case_entities(c, WHEN_NONE, WHEN_NONE, NULL, a, &n);
	ck_assert_uint_eq(n, 2);
	map_put(only, STR("k2"), NULL);
	const struct case_entity *e = case_entities(c, WHEN_NONE, WHEN_NONE, only, a, &n);
	ck_assert_uint_eq(n, 1);
	ck_assert_double_eq(e[0].score, 30);
	map_free(only);
	arena_free(a);
	case_close(c);
}
END_TEST

START_TEST(thresholds_are_known_again)
{
	struct threshold_part part[] = {{.time = 1000000}, {.time = 9000000}};
	struct threshold t = {.type = RISK_USER, .object = STR("ann"), .shown = STR("Ann"), .v = part, .n = 2}, later = t;
	struct finding f[] = {
		{.rule = &rule, .time = 1000000, .score = 90, .key = "t1", .main_event = EV_NONE, .threshold = &t},
		{.rule = &rule, .time = 7000000, .score = 90, .key = "t2", .main_event = EV_NONE, .threshold = &later},
	};
	const struct findings all = {.v = f, .n = 2};
	const char *decided[] = {"t2"};
	struct diag d = DIAG_INIT;
	struct casefile *c = open_ok(path);
	struct arena *a = arena_new();
	size_t n;

	later.v = part + 1;
	later.n = 1;
	ck_assert(case_record(c, &findings, NULL, &d));          /* those of rules are none */
	ck_assert(case_record(c, &all, NULL, &d));
	struct threshold_known *k = case_thresholds(c, a, &n);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(k[0].key.p, "t1");
	ck_assert_str_eq(k[0].rule_id.p, "id-1");
	ck_assert_str_eq(k[0].object.p, "ann");
	ck_assert_int_eq(k[0].type, RISK_USER);
	ck_assert_int_eq(k[0].first, 1000000);
	ck_assert_int_eq(k[0].last, 9000000);
	ck_assert(case_set_verdict(c, decided, 1, VERDICT_BENIGN, &d));
	ck_assert(case_mark_excluded(c, f, 2, &d));              /* known all the same */
	part[1].time = 8000000;
	ck_assert(case_record(c, &all, NULL, &d));
	case_close(c);
	c = open_ok(path);
	k = case_thresholds(c, a, &n);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(k[0].key.p, "t2");                      /* what was decided comes first */
	ck_assert_int_eq(k[0].first, 8000000);
	ck_assert_int_eq(k[1].last, 8000000);
	case_close(c);
	arena_free(a);
}
END_TEST

START_TEST(a_second_process_is_told)
{
	struct casefile *c = open_ok(path);
	const pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct diag d = DIAG_INIT;
		struct casefile *other = case_open(path, &d);

		_exit(!other && strstr(d.msg, "another spoor has this case open") && strstr(d.file, "x.case") ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	case_close(c);
}
END_TEST

/* Killed while it writes: every verdict that was reported as kept is there. */
START_TEST(a_kill_loses_nothing)
{
	for (int round = 0; round < 20; round++) {
		int fds[2], status, told = 0, n;
		char line[32];

		ck_assert_int_eq(pipe(fds), 0);
		const pid_t pid = fork();
		if (pid == 0) {
			struct diag d = DIAG_INIT;
			struct casefile *c = case_open(path, &d);

			for (int i = 0; c && i < 100000; i++) {
				char key[32];
				const char *keys[] = {key};

				snprintf(key, sizeof key, "%d-%d", round, i);
				if (!case_set_verdict(c, keys, 1, VERDICT_TRUE, &d) || write(fds[1], &i, sizeof i) != sizeof i)
					break;
			}
			_exit(1);
		}
		close(fds[1]);
		for (int stop = round * 3; told <= stop && read(fds[0], &n, sizeof n) == sizeof n; told = n + 1)
			;
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		while (read(fds[0], &n, sizeof n) == sizeof n)
			told = n + 1;
		close(fds[0]);
		struct casefile *c = open_ok(path);
		for (int i = 0; i < told; i++) {
			snprintf(line, sizeof line, "%d-%d", round, i);
			ck_assert_int_eq(case_verdict(c, line), VERDICT_TRUE);
		}
		case_close(c);
	}
}
END_TEST

START_TEST(other_files_are_refused)
{
	struct diag d = DIAG_INIT;
	char cmd[200], text[80];

	snprintf(text, sizeof text, "%s/notes.txt", dir);
	snprintf(cmd, sizeof cmd, "echo 'these are my notes, do not touch them, they are long enough to be read' > %s", text);
	ck_assert_int_eq(system(cmd), 0);
	ck_assert_ptr_null(case_open(text, &d));
	ck_assert_ptr_nonnull(strstr(d.msg, "no spoor case"));
	snprintf(cmd, sizeof cmd, "grep -q 'my notes' %s", text);
	ck_assert_int_eq(system(cmd), 0);
}
END_TEST

START_TEST(a_database_of_others_stays_as_it_is)
{
	struct diag d = DIAG_INIT;
	char other[80], cmd[300];
	sqlite3 *db;

	snprintf(other, sizeof other, "%s/other.db", dir);
	ck_assert_int_eq(sqlite3_open(other, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, "CREATE TABLE mine (x); INSERT INTO mine VALUES (1)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	snprintf(cmd, sizeof cmd, "cp %s %s.before", other, other);
	ck_assert_int_eq(system(cmd), 0);
	ck_assert_ptr_null(case_open(other, &d));
	ck_assert_ptr_nonnull(strstr(d.msg, "no spoor case"));
	snprintf(cmd, sizeof cmd, "cmp %s %s.before", other, other);
	ck_assert_int_eq(system(cmd), 0);
}
END_TEST

START_TEST(what_cannot_be_written_is_said)
{
	struct diag d = DIAG_INIT;
	char folder[80];

	ck_assert_ptr_null(case_open("", &d));
	ck_assert_ptr_nonnull(strstr(d.msg, "empty"));
	snprintf(folder, sizeof folder, "%s/locked", dir);
	ck_assert_int_eq(mkdir(folder, 0500), 0);
	if (access(folder, W_OK) == 0)                   /* as root */
		return;
	char inside[100];
	snprintf(inside, sizeof inside, "%s/x.case", folder);
	ck_assert_ptr_null(case_open(inside, &d));
	ck_assert_ptr_nonnull(strstr(d.msg, "cannot be written"));
	ck_assert_ptr_nonnull(strstr(d.msg, "--no-case"));
}
END_TEST

START_TEST(memory_needs_no_file)
{
	struct diag d = DIAG_INIT;
	struct casefile *c = open_ok(NULL);
	const char *k[] = {"k"};

	ck_assert_str_eq(case_path(c), "(memory)");
	ck_assert(case_set_verdict(c, k, 1, VERDICT_BENIGN, &d));
	ck_assert_int_eq(case_verdict(c, "k"), VERDICT_BENIGN);
	case_close(c);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("case");
	TCase *t = tcase_create("case");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, decisions_last);
	tcase_add_test(t, undo_and_redo_across_runs);
	tcase_add_test(t, exclusions_make_the_filter);
	tcase_add_test(t, excluded_findings_have_no_risk);
	tcase_add_test(t, a_copy_of_the_exclusions);
	tcase_add_test(t, risk_adds_up_once);
	tcase_add_test(t, risk_of_nobody_is_left_out);
	tcase_add_test(t, thresholds_are_known_again);
	tcase_add_test(t, a_second_process_is_told);
	tcase_add_test(t, a_kill_loses_nothing);
	tcase_add_test(t, other_files_are_refused);
	tcase_add_test(t, a_database_of_others_stays_as_it_is);
	tcase_add_test(t, what_cannot_be_written_is_said);
	tcase_add_test(t, memory_needs_no_file);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	const int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
