/* detect: from rules and events to findings: fields, risk, confirmation, keys, drilldowns, sessions. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map.h"
#include "cim/cim.h"
#include "detect/explain.h"
#include "detect/inside.h"
#include "detect/session.h"
#include "tests/dump.h"

#define ck_text(s, want) ck_assert_msg(str_eqc((s), (want)), "got \"%.*s\", want \"%s\"", STR_FMT(s), (want))

/* ---- one run ---- */

static char root[64];

static void setup(void)
{
	snprintf(root, sizeof(root), "/tmp/check_detect.XXXXXX");
	ck_assert(mkdtemp(root) != NULL);
	setenv("SPOOR_RULES", "/nonexistent", 1);
}

static void teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", root);
	ck_assert_int_eq(system(command), 0);
}

static const char *put(const char *name, const char *text)
{
	static char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	f = fopen(path, "w");
	ck_assert(f != NULL);
	fputs(text, f);
	fclose(f);
	return path;
}

struct run {
	struct dump *dump;
	struct cim *cim;
	struct engine *engine;
	struct rules *rules;
	struct findings *found;
};

/* Runs the rules in the test's folder over a dump, which it takes over. */
static struct run run_on(struct dump *dump, struct detect_opts o)
{
	struct run x = {.dump = dump};
	struct cim_opts co = {0};

	x.cim = cim_new(dump->store, &co);
	x.engine = engine_embedded(x.cim);
	x.rules = rules_load((const char *[]){root}, 1, NULL, 0);
	for (size_t i = 0; i < x.rules->n; i++)
		ck_assert_msg(x.rules->v[i]->query != NULL, "%s: %s", x.rules->v[i]->file.p, x.rules->v[i]->why_not.msg);
	o.now = (double)NAN;
	x.found = detect_run(x.rules, x.engine, &o);
	for (size_t i = 0; i < x.found->nrules; i++)
		ck_assert_msg(!diag_is_set(&x.found->rule[i].error), "%s", x.found->rule[i].error.msg);
	return x;
}

static void run_free(struct run *x)
{
	findings_free(x->found);
	x->engine->ops->free(x->engine);
	cim_free(x->cim);
	rules_free(x->rules);
	dump_free(x->dump);
}

#define RUN(...) run_on(DUMP(__VA_ARGS__), (struct detect_opts){.workers = 1})

static const char tail[] = "type: TTP\n"
	"tags:\n"
	"  message: $process_name$ of $parent_process_name$ on $dest$ went to $C2$, $missing$\n"
	"  risk_score: 80\n"
	"  mitre_attack_id: [T1]\n"
	"  analytic_story: [Story]\n"
	"  observable:\n"
	"  - {name: user, type: User, role: [Victim]}\n"
	"  - {name: dest, type: Hostname, role: [Victim]}\n"
	"  - {name: process_name, type: Process, role: [Attacker]}\n";

static void put_rule(const char *file, const char *name, const char *search, const char *rest)
{
	struct sbuf b = {0};

	sbuf_addf(&b, "name: %s\nid: id-%s\nsearch: '%s'\n%s", name, file, search, rest);
	put(file, b.p);
	sbuf_free(&b);
}

static void put_macro(const char *name, const char *definition)
{
	char file[128], text[256];

	snprintf(file, sizeof(file), "%s/macros", root);
	mkdir(file, 0700);
	snprintf(file, sizeof(file), "macros/%s.yml", name);
	snprintf(text, sizeof(text), "name: %s\ndefinition: %s\n", name, definition);
	put(file, text);
}

static const char join_search[] =
	"| tstats count from datamodel=Endpoint.Processes where Processes.process_name=loader.exe by _time span=1h Processes.process_id "
	"Processes.process_name Processes.dest Processes.user Processes.process Processes.parent_process_name "
	"| rename Processes.* as * "
	"| join process_id [| tstats count from datamodel=Network_Traffic.All_Traffic by All_Traffic.process_id All_Traffic.dest "
	"All_Traffic.dest_port | rename All_Traffic.* as * | rename dest as C2] "
	"| table _time user dest parent_process_name process_name process process_id dest_port C2";

#define CREATE "1|2021-11-12T10:05:00.5Z|Computer=A|User=D\\u|ProcessId=100|Image=C:\\W\\loader.exe|CommandLine=loader x.dll|" \
	"ParentImage=C:\\W\\cmd.exe|Channel=Sysmon|EventRecordID=1"
#define CONNECT "3|2021-11-12T10:05:02Z|ProcessId=100|Image=C:\\W\\loader.exe|DestinationIp=9.9.9.9|DestinationHostname=-|" \
	"DestinationPort=80|Channel=Sysmon|EventRecordID=2"

START_TEST(a_finding)
{
	put_rule("r.yml", "Loader", join_search, tail);
	struct run x = RUN(CREATE "|ProcessGuid={A}", CONNECT "|Computer=A|ProcessGuid={A}");

	ck_assert_uint_eq(x.found->n, 1);
	const struct finding *f = &x.found->v[0];
	ck_assert_int_eq(f->time, when_utc(2021, 11, 12, 10, 5, 0) + 500000);
	ck_text(f->message, "loader.exe of cmd.exe on A went to 9.9.9.9, $missing$");
	ck_assert_uint_eq(f->nrisk, 2);
	ck_assert_int_eq(f->risk[0].type, RISK_USER);
	ck_text(f->risk[0].object, "u");
	ck_text(f->risk[1].object, "A");
	ck_text(f->risk[1].normalized, "a");
	ck_assert_double_eq(f->risk[1].score, 80);
	ck_assert_double_eq(f->score, 80);
	ck_assert_int_eq(f->confirmed, CONFIRM_YES);
	ck_text(f->host, "A");
	ck_text(f->user, "u");
	ck_text(f->parent, "cmd.exe");
	ck_text(f->process, "loader.exe");
	ck_text(f->command, "loader x.dll");
	ck_text(f->pid, "100");
	ck_text(f->guid, "{A}");
	ck_text(f->c2, "9.9.9.9");
	ck_text(f->port, "80");
	ck_assert_uint_eq(f->main_event, 0);
	ck_assert_uint_eq(strlen(f->key), 32);
	ck_assert_uint_eq(f->lineage->n, 2);
	ck_assert_uint_eq(x.found->rule[0].nfindings, 1);
	ck_assert(x.found->rule[0].ran);
	run_free(&x);
}
END_TEST

/* Joined on the process id alone: do the two events belong together? */
START_TEST(confirmation)
{
	static const struct {
		const char *create, *connect;
		enum confirm want;
	} cases[] = {
		{CREATE "|ProcessGuid={A}", CONNECT "|Computer=a|ProcessGuid={a}", CONFIRM_YES},
		{CREATE "|ProcessGuid={A}", CONNECT "|Computer=A|ProcessGuid={B}", CONFIRM_NO},
		{CREATE "|ProcessGuid={A}", CONNECT "|Computer=B|ProcessGuid={A}", CONFIRM_NO},
		{CREATE, CONNECT "|Computer=A", CONFIRM_YES},
		{CREATE "|ProcessGuid={A}", CONNECT "|Computer=A", CONFIRM_YES},
		{CREATE, CONNECT "|Computer=B", CONFIRM_NO},
		{CREATE, CONNECT, CONFIRM_NO},
		{CREATE "|ProcessGuid={A}", CONNECT "|ProcessGuid={A}", CONFIRM_YES},
		{CREATE "|ProcessGuid={00000000-0000}", CONNECT "|Computer=A|ProcessGuid={00000000-0000}", CONFIRM_YES},
		{CREATE "|ProcessGuid={A}|ParentProcessGuid={P}", CONNECT "|Computer=A|ProcessGuid={P}", CONFIRM_YES},
	};

	put_rule("r.yml", "Loader", join_search, tail);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct run x = RUN(cases[i].create, cases[i].connect);
		ck_assert_uint_eq(x.found->n, 1);
		ck_assert_msg(x.found->v[0].confirmed == cases[i].want, "case %zu: got %d", i, (int)x.found->v[0].confirmed);
		run_free(&x);
	}
}
END_TEST

START_TEST(no_join_no_confirmation)
{
	put_rule("r.yml", "Any", "| tstats count from datamodel=Endpoint.Processes by Processes.dest | rename Processes.* as *", tail);
	struct run x = RUN(CREATE, CREATE);

	ck_assert_uint_eq(x.found->n, 1);
	ck_assert_int_eq(x.found->v[0].confirmed, CONFIRM_NONE);
	ck_assert_uint_eq(x.found->v[0].nrisk, 1);       /* no user in the row */
	run_free(&x);
}
END_TEST

START_TEST(risk_of_lists_and_types)
{
	static const char search[] = "| tstats values(Processes.user) as user from datamodel=Endpoint.Processes by Processes.dest "
	                             "| rename Processes.* as *";
	put_rule("a.yml", "A", search, tail);
	put_rule("b.yml", "B", search, "type: Hunting\ntags:\n  risk_score: 7\n  observable: [{name: user, type: User, role: [Victim]}]\n");
	put_rule("c.yml", "C", search, "type: Anomaly\nrba:\n  message: m\n  risk_objects:\n  - {field: user, type: user, score: 10}\n"
	                               "  - {field: dest, type: system, score: 30}\n  - {field: nothing, type: other, score: 99}\n");
	struct run x = RUN("1|2021-11-12T10:05:00Z|Computer=A|User=D\\u2", "1|2021-11-12T10:06:00Z|Computer=A|User=D\\u1");

	ck_assert_uint_eq(x.found->n, 3);
	const struct finding *f = x.found->v;            /* one time: by name */
	ck_text(f[0].rule->name, "A");
	ck_assert_uint_eq(f[0].nrisk, 3);
	ck_text(f[0].risk[0].object, "u1");
	ck_text(f[0].risk[1].object, "u2");
	ck_text(f[0].user, "u1");
	ck_assert_uint_eq(f[1].nrisk, 0);
	ck_assert_double_eq(f[1].score, 7);
	ck_assert_uint_eq(f[2].nrisk, 3);
	ck_assert_double_eq(f[2].score, 30);
	run_free(&x);
}
END_TEST

/* A field `dest` of a connection is where it went, not the host. */
START_TEST(host_of_a_connection)
{
	put_rule("r.yml", "Net", "| tstats count from datamodel=Network_Traffic.All_Traffic by All_Traffic.dest | rename All_Traffic.* as *", tail);
	struct run x = RUN("3|2021-11-12T10:05:02Z|Computer=A|User=NT\\sys|Image=C:\\x.exe|DestinationIp=9.9.9.9|DestinationHostname=bad.example|"
	                   "DestinationPort=443|ProcessId=7");

	ck_assert_uint_eq(x.found->n, 1);
	const struct finding *f = &x.found->v[0];
	ck_text(f->host, "A");
	ck_text(f->user, "sys");
	ck_text(f->process, "x.exe");
	ck_text(f->c2, "bad.example");
	ck_text(f->port, "443");
	ck_text(f->pid, "7");
	ck_text(f->parent, "");
	run_free(&x);
}
END_TEST

START_TEST(fillers_are_no_names)
{
	put_rule("r.yml", "Raw", "EventCode=11 | eval user=\"unknown\", process_name=\"-\", process_guid=\"null\", dest=\"A\" | table user process_name process_guid dest", tail);
	struct run x = RUN("11|2021-11-12T10:05:02Z|Computer=A|Image=/usr/bin/x|TargetFilename=C:\\f", "22|2021-11-12T10:05:02Z|QueryName=q.example");

	ck_assert_uint_eq(x.found->n, 1);
	ck_text(x.found->v[0].user, "");
	ck_text(x.found->v[0].process, "x");
	ck_text(x.found->v[0].guid, "");
	ck_text(x.found->v[0].c2, "");
	run_free(&x);
}
END_TEST

/* ---- keys and order ---- */

START_TEST(keys)
{
	static const char *const events[] = {
		"1|2021-11-12T10:05:00Z|Computer=A|ProcessId=1|Channel=S|EventRecordID=1", "1|2021-11-12T10:05:00Z|Computer=B|ProcessId=2|Channel=S|EventRecordID=1",
		"1|2021-11-12T10:05:00Z|Computer=A|ProcessId=1|Channel=S|EventRecordID=2", "1|2021-11-12T10:05:00Z|Computer=A|ProcessId=1|Channel=S|EventRecordID=2",
	};
	const char *turned[] = {events[3], events[2], events[1], events[0]};

	put_rule("r.yml", "Raw", "EventCode=1 | table Computer", tail);
	struct run x = run_on(dump_cut_new(events, 4, 2, 2, 1), (struct detect_opts){.workers = 1});
	struct run y = run_on(dump_cut_new(turned, 4, 1, 1, 1), (struct detect_opts){.workers = 2});
	ck_assert_uint_eq(x.found->n, 4);
	ck_assert_uint_eq(y.found->n, 4);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_str_eq(x.found->v[i].key, y.found->v[i].key);
		ck_assert(i == 0 || strcmp(x.found->v[i].key, x.found->v[i - 1].key) > 0);
	}
	run_free(&x);
	run_free(&y);
}
END_TEST

START_TEST(order_does_not_depend_on_workers)
{
	char event[64][128];
	const char *events[64];
	char *first = NULL;

	for (int i = 0; i < 64; i++) {
		snprintf(event[i], sizeof(event[i]), "1|2021-11-12T10:%02d:00Z|Computer=H%d|User=u%d|ProcessId=%d", (i * 7) % 60, i % 3, i % 5, i);
		events[i] = event[i];
	}
	for (int i = 0; i < 12; i++) {
		char file[32], search[128];
		snprintf(file, sizeof(file), "r%d.yml", i);
		snprintf(search, sizeof(search), "EventCode=1 ProcessId>%d | table Computer User ProcessId", i * 5);
		put_rule(file, i % 2 ? "Odd" : "Even", search, tail);
	}
	for (unsigned workers = 1; workers <= 4; workers++) {
		struct run x = run_on(dump_cut_new(events, 64, 10, 1, 0), (struct detect_opts){.workers = workers});
		struct sbuf b = {0};
		for (size_t i = 0; i < x.found->n; i++)
			sbuf_addf(&b, "%s\n", x.found->v[i].key);
		if (first)
			ck_assert_str_eq(first, b.p);
		free(first);
		first = b.p;
		run_free(&x);
	}
	free(first);
}
END_TEST

/* ---- texts ---- */

static struct rows *row_of(const char *const *pairs, size_t n)
{
	struct rows *r = rows_new(1);

	for (size_t i = 0; i < n; i += 2) {
		size_t c = rows_col(r, str_c(pairs[i]));
		struct val v[8];
		size_t k = 0;
		struct str rest = str_c(pairs[i + 1]);
		for (const char *bar; (bar = memchr(rest.p, '|', rest.n)); rest = (struct str){bar + 1, rest.n - (size_t)(bar + 1 - rest.p)})
			v[k++] = val_str((struct str){rest.p, (size_t)(bar - rest.p)});
		v[k++] = val_str(rest);
		r->col[c].v[0] = val_list(r->arena, v, k);
	}
	return r;
}
#define ROW(...) row_of((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

START_TEST(fill)
{
	struct arena *a = arena_new();
	struct rows *r = ROW("user", "NT AUTHORITY\\SYSTEM", "dest", "A|B", "a.b", "c", "n", "x");
	static const char *const cases[][2] = {
		{"$user$ on $dest$.", "NT AUTHORITY\\SYSTEM on A, B."},
		{"$missing$ $user$", "$missing$ NT AUTHORITY\\SYSTEM"},
		{"$a.b$$n$", "cx"},
		{"costs 5$ and $n$", "costs 5$ and x"},
		{"$ $n$ $", "$ x $"},
		{"$$n$$", "$x$"},
		{"$", "$"},
		{"", ""},
		{"$n", "$n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ck_text(detect_fill(str_c(cases[i][0]), r, 0, a), cases[i][1]);
	/* huge values do not make huge messages */
	struct sbuf big = {0};
	for (int i = 0; i < 100000; i++)
		sbuf_addz(&big, "\xC3\xA9");
	r->col[rows_find(r, STR("n"))].v[0] = val_str(sbuf_str(&big));
	struct str filled = detect_fill(STR("$n$"), r, 0, a);
	ck_assert_uint_lt(filled.n, 70000);
	ck_assert(str_ends(filled, "\xC3\xA9…"));
	sbuf_free(&big);
	rows_free(r);
	arena_free(a);
}
END_TEST

START_TEST(drilldown)
{
	struct arena *a = arena_new();
	struct rule rule = {.search = STR("| tstats count \"$x$\"")};
	struct rows *r = ROW("user", "NT AUTHORITY\\SY\"S", "dest", "A", "many", "x|y\\z", "dollar", "$user$");
	struct finding f = {.rule = &rule, .rows = r};
	static const char *const cases[][2] = {
		{"%original_detection_search% | search  user = $user$ dest = $dest$",
		 "| tstats count \"$x$\" | search  user = \"NT AUTHORITY\\\\SY\\\"S\" dest = \"A\""},
		{"%original_detection_search%|search user=\"$user$\"", "| tstats count \"$x$\"|search user=\"NT AUTHORITY\\\\SY\\\"S\""},
		{"search n IN ($user$, $dest$) starthoursago=168", "search n IN (\"NT AUTHORITY\\\\SY\\\"S\", \"A\") starthoursago=168"},
		{"search n IN (\"$dest$\",\"$many$\")", "search n IN (\"A\",\"x\", \"y\\\\z\")"},
		{"search many = $many$", "search many IN (\"x\", \"y\\\\z\")"},
		{"search many=\"$many$\" b=1", "search many IN (\"x\", \"y\\\\z\") b=1"},
		{"search many != $many$", "search many != \"x\""},
		{"search gone = $gone$ a=1", "search NOT gone=* a=1"},
		{"search n IN ($gone$, $dest$)", "search n IN (\"\", \"A\")"},
		{"eval x=\"a $user$ b $many$\"", "eval x=\"a NT AUTHORITY\\\\SY\\\"S b x, y\\\\z\""},
		{"search d=$dollar$", "search d=\"$user$\""},
		{"x \"a \\\" $dest$ \" $dest$", "x \"a \\\" A \" \"A\""},
		{"$dest$", "\"A\""},
		{"50$ off", "50$ off"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct drilldown dd = {.search = str_c(cases[i][0])};
		ck_text(detect_drilldown(&f, &dd, a), cases[i][1]);
	}
	rows_free(r);
	arena_free(a);
}
END_TEST

static size_t rows_of_drilldown(struct run *x, const struct finding *f, size_t i)
{
	struct arena *a = arena_new();
	struct diag d = DIAG_INIT;
	struct str text = detect_drilldown(f, &f->rule->drill[i], a);
	struct spl_query *q = spl_compile(text, rules_env(x->rules), &d);
	ck_assert_msg(q != NULL, "%.*s: %s", STR_FMT(text), d.msg);
	struct spl_run_opts o = {.engine = x->engine, .now = (double)NAN};
	struct rows *r = spl_run(q, &o, NULL, &d);
	ck_assert_msg(r != NULL, "%s", d.msg);
	size_t n = r->n;
	rows_free(r);
	spl_free(q);
	arena_free(a);
	return n;
}

/* Drilldowns find the row they were opened on, whatever its values are. */
START_TEST(drilldowns_run)
{
	static const char *const users[] = {"NT AUTHORITY\\SYSTEM", "a \"quoted\" one", "D\\u*", "tail\\", "x&amp;y", "[a] | b", "$dest$"};

	put_rule("r.yml", "Raw", "EventCode=1 | rename Computer as dest, User as user | table _time dest user",
	         "type: TTP\n"
	         "tags:\n"
	         "  message: m\n"
	         "  risk_score: 5\n"
	         "  observable: [{name: user, type: User, role: [Victim]}, {name: dest, type: Hostname, role: [Victim]}]\n"
	         "drilldown_searches:\n"
	         "- {name: a, search: '%original_detection_search% | search user = $user$ dest = $dest$'}\n"
	         "- {name: b, search: '%original_detection_search% | search user = \"$user$\" dest = \"$dest$\"'}\n"
	         "- {name: c, search: '| from datamodel Risk.All_Risk | search normalized_risk_object IN ($user$, $dest$) starthoursago=168 "
	         "| stats count min(_time) as firstTime values(risk_message) as \"Risk Message\" by normalized_risk_object'}\n"
	         "- {name: d, search: '| from datamodel Risk.All_Risk | search normalized_risk_object IN (\"$user$\", \"$dest$\")'}\n");
	for (size_t i = 0; i < sizeof(users) / sizeof(*users); i++) {
		char event[256];
		snprintf(event, sizeof(event), "1|2021-11-12T10:05:00Z|Computer=A|User=%s", users[i][0] == '[' ? "[a] b" : users[i]);
		struct run x = RUN(event, "1|2021-11-12T10:06:00Z|Computer=B|User=other", "1|2021-11-12T10:07:00Z|Computer=A");
		ck_assert_uint_eq(x.found->n, 3);
		for (size_t k = 0; k < 3; k++) {
			const struct finding *f = &x.found->v[k];
			bool has_user = k < 2;
			ck_assert_msg(rows_of_drilldown(&x, f, 0) == 1, "%s, hit %zu", users[i], k);
			ck_assert_msg(rows_of_drilldown(&x, f, 1) == 1, "%s, hit %zu", users[i], k);
			ck_assert_uint_eq(rows_of_drilldown(&x, f, 2), has_user ? 2 : 1);
			ck_assert_uint_eq(rows_of_drilldown(&x, f, 3), k == 1 ? 2 : has_user ? 3 : 2);
		}
		run_free(&x);
	}
}
END_TEST

/* ---- risk ---- */

static const char correlation[] =
	"| tstats sum(All_Risk.calculated_risk_score) as score dc(All_Risk.search_name) as rules values(All_Risk.analyticstories) as s "
	"from datamodel=Risk.All_Risk where All_Risk.risk_object_type=user by All_Risk.risk_object | rename All_Risk.* as * | where score>100";

START_TEST(correlation_runs_last)
{
	static const char search[] = "| tstats count from datamodel=Endpoint.Processes by Processes.dest Processes.user | rename Processes.* as *";

	put_rule("a.yml", "Zwei", search, tail);
	put_rule("b.yml", "Eins", search, tail);
	put_rule("d.yml", "None", "| from datamodel Risk.All_Risk | search risk_object=nobody", "type: Correlation\n");
	put_rule("c.yml", "Sum", correlation, "type: Correlation\ntags: {message: $risk_object$ has $score$ from $rules$ rules}\n");
	struct run x = RUN("1|2021-11-12T10:05:00Z|Computer=A|User=D\\u", "1|2021-11-12T10:06:00Z|Computer=A|User=D\\v");

	ck_assert_uint_eq(x.found->n, 6);
	size_t sums = 0;
	for (size_t i = 0; i < x.found->n; i++) {
		const struct finding *f = &x.found->v[i];
		if (f->rule->type != RULE_CORRELATION)
			continue;
		sums++;
		ck_assert_uint_eq(f->nrisk, 0);
		ck_assert(str_eqc(f->message, "u has 160 from 2 rules") || str_eqc(f->message, "v has 160 from 2 rules"));
		ck_assert(f->lineage != NULL && f->lineage->n > 0);
		ck_assert_int_ne(f->time, WHEN_NONE);
	}
	ck_assert_uint_eq(sums, 2);
	ck_assert_str_eq(x.found->rule[3].cannot_fire, "no rows of Risk.All_Risk fit");
	run_free(&x);
}
END_TEST

START_TEST(risk_rows)
{
	put_rule("a.yml", "One", "EventCode=1 | eval risk_score=5, extra=\"e\" | table _time Computer user dest process_name risk_score extra", tail);
	struct run x = RUN("1|2021-11-12T10:05:00Z|Computer=A|User=D\\U|Image=C:\\p.exe");
	struct rows *r = detect_risk_rows(x.found);
	struct arena *a = arena_new();

	ck_assert_uint_eq(r->n, 2);
	ck_text(val_text(rows_get(r, 0, "search_name"), a), "ESCU - One - Rule");
	ck_text(val_text(rows_get(r, 0, "_time"), a), "1636711500");
	ck_text(val_text(rows_get(r, 0, "risk_object"), a), "U");
	ck_text(val_text(rows_get(r, 0, "risk_object_type"), a), "user");
	ck_text(val_text(rows_get(r, 0, "normalized_risk_object"), a), "u");
	ck_text(val_text(rows_get(r, 0, "risk_score"), a), "80");
	ck_text(val_text(rows_get(r, 1, "calculated_risk_score"), a), "80");
	ck_text(val_text(rows_get(r, 1, "risk_object_type"), a), "system");
	ck_text(val_text(rows_get(r, 1, "threat_object"), a), "p.exe");
	ck_text(val_text(rows_get(r, 1, "threat_object_type"), a), "process");
	ck_text(val_text(rows_get(r, 1, "analyticstories"), a), "Story");
	ck_text(val_text(rows_get(r, 1, "annotations.mitre_attack"), a), "T1");
	ck_text(val_text(rows_get(r, 1, "annotations._all"), a), "T1\nStory");
	ck_text(val_text(rows_get(r, 1, "extra"), a), "e");
	ck_assert(r->lin[1] != NULL);
	arena_free(a);
	rows_free(r);
	run_free(&x);
}
END_TEST

/* Risk events of earlier dumps follow those of the run, but for findings that the run has, too. */
START_TEST(risk_of_earlier_dumps)
{
	put_rule("a.yml", "One", "EventCode=1 | table _time Computer user dest process_name", tail);
	struct run x = RUN("1|2021-11-12T10:05:00Z|Computer=A|User=D\\U|Image=C:\\p.exe");
	struct rows *before = rows_new(3);
	const char *key[] = {"of another dump", x.found->v[0].key, "of a third"};

	for (size_t i = 0; i < 3; i++) {
		rows_values(before, STR("risk_score"))[i] = val_num((double)i);
		rows_values(before, STR("finding_key"))[i] = val_str(str_c(key[i]));
	}
	x.found->risk_before = before;
	struct rows *r = detect_risk_rows(x.found);
	struct arena *a = arena_new();

	ck_assert_uint_eq(r->n, 4);
	ck_text(val_text(rows_get(r, 1, "risk_score"), a), "80");
	ck_text(val_text(rows_get(r, 2, "risk_score"), a), "0");
	ck_text(val_text(rows_get(r, 3, "risk_score"), a), "2");
	ck_assert_int_eq(rows_find(r, STR("finding_key")), -1);
	ck_assert_uint_eq(before->n, 3);
	arena_free(a);
	rows_free(r);
	rows_free(before);
	run_free(&x);
}
END_TEST

/* ---- thresholds ---- */

enum { HOUR = 3600, MANY = 64 };

/* Findings made by hand: each adds `score` to one user at `hours`, by a rule of these tactics. */
struct hand {
	struct findings f;
	struct rule rule[MANY];
	struct technique technique[MANY];
	struct findings *made;                           /* by crossed() */
};

static void hand_add(struct hand *h, double hours, const char *user, double score, const char *tactics)
{
	size_t i = h->f.n++;
	struct finding *f = &h->f.v[i];

	h->technique[i] = (struct technique){.tactics = str_c(tactics)};
	h->rule[i] = (struct rule){.name = str_c(tactics), .id = STR("r"), .mitre = &h->technique[i], .nmitre = 1};
	*f = (struct finding){.rule = &h->rule[i], .time = (usec_t)(hours * HOUR) * USEC_PER_SEC, .main_event = EV_NONE, .nrisk = 1};
	f->risk = ARENA_NEW(h->f.arena, struct risk_event);
	*f->risk = (struct risk_event){.type = RISK_USER, .object = str_c(user), .normalized = str_c(user), .score = score,
	                               .message = STR("did")};
	snprintf(f->key, sizeof(f->key), "%032zx", i + 1);
}

static struct hand *hand_new(void)
{
	struct hand *h = calloc(1, sizeof(*h));

	h->f.arena = arena_new();
	h->f.v = calloc(MANY, sizeof(*h->f.v));
	h->f.cap = MANY;
	return h;
}

static void hand_free(struct hand *h)
{
	for (size_t i = 0; i < h->f.nrows; i++)
		rows_free(h->f.rows[i]);
	findings_free(h->made);
	free(h->f.rows);
	free(h->f.v);
	arena_free(h->f.arena);
	free(h);
}

/* "user score @hour of n hits" for each threshold's finding. */
static const char *crossed_but(struct hand *h, const struct map *left_out, struct threshold_opts o)
{
	static char out[1024];
	size_t n = 0;

	out[0] = '\0';
	findings_free(h->made);
	h->made = detect_thresholds(NULL, &h->f, NULL, left_out, &o);
	for (size_t i = 0; i < h->made->n; i++) {
		const struct finding *f = &h->made->v[i];

		ck_assert_ptr_nonnull(f->threshold);
		ck_assert_uint_eq(f->nrisk, 0);
		ck_assert(strlen(f->key) == 32 || o.nknown);
		ck_text(f->user, f->threshold->shown.p);
		ck_assert(f->row < f->rows->n);
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%.*s %g @%g of %zu", n ? ", " : "", STR_FMT(f->user), f->score,
		                      (double)f->time / USEC_PER_SEC / HOUR, f->threshold->n);
	}
	return out;
}

static const char *crossed(struct hand *h, struct risk_limits l)
{
	return crossed_but(h, NULL, (struct threshold_opts){.limits = &l, .risk_before = h->f.risk_before});
}

#define SCORE(points, hours) ((struct risk_limits){points, (hours) * HOUR * USEC_PER_SEC, 0, 0})
#define TACTICS(n, hours) ((struct risk_limits){0, 0, n, (hours) * HOUR * USEC_PER_SEC})

START_TEST(threshold_of_score)
{
	struct hand *h = hand_new();

	ck_assert_str_eq(crossed(h, SCORE(100, 24)), "");
	hand_add(h, 1, "ana", 60, "Execution");
	hand_add(h, 5, "ana", 40, "Execution");
	ck_assert_str_eq(crossed(h, SCORE(100, 24)), "");                       /* no more than that */
	ck_assert_str_eq(crossed(h, SCORE(99, 24)), "ana 100 @5 of 2");
	ck_assert_str_eq(crossed(h, SCORE(99, 4)), "ana 100 @5 of 2");          /* just within */
	ck_assert_str_eq(crossed(h, SCORE(99, 3)), "");
	hand_add(h, 6, "ben", 90, "Execution");
	hand_add(h, 6, "unknown", 500, "Execution");                            /* nobody */
	hand_add(h, 6, "-", 500, "Execution");
	ck_assert_str_eq(crossed(h, SCORE(80, 24)), "ana 100 @5 of 2, ben 90 @6 of 1");
	hand_add(h, 20, "ana", 30, "Execution");
	hand_add(h, 26, "ana", 40, "Execution");                                /* the first one has left by then */
	ck_assert_str_eq(crossed(h, SCORE(100, 24)), "ana 130 @20 of 4");       /* windows that overlap are one */
	hand_add(h, 100, "ana", 101, "Execution");
	hand_add(h, 101, "ana", 1, "Execution");
	ck_assert_str_eq(crossed(h, SCORE(100, 24)), "ana 130 @20 of 4, ana 102 @100 of 2");
	ck_assert_str_eq(crossed(h, (struct risk_limits){0, 0, 0, 0}), "");
	h->f.v[0].time = WHEN_NONE;                                             /* in no window */
	ck_assert_str_eq(crossed(h, SCORE(100, 24)), "ana 110 @26 of 3, ana 102 @100 of 2");
	hand_free(h);
}
END_TEST

START_TEST(threshold_of_tactics)
{
	struct hand *h = hand_new();

	hand_add(h, 1, "ana", 10, "Execution");
	hand_add(h, 2, "ana", 10, "Execution, Persistence");
	ck_assert_str_eq(crossed(h, TACTICS(3, 168)), "");
	ck_assert_str_eq(crossed(h, TACTICS(2, 168)), "ana 20 @2 of 2");
	hand_add(h, 100, "ana", 10, "Impact");
	ck_assert_str_eq(crossed(h, TACTICS(3, 168)), "ana 30 @100 of 3");
	ck_text(h->made->v[0].threshold->names, "Execution, Persistence, Impact");
	ck_text(h->made->v[0].message, "3 ATT&CK tactics within 7 days for user ana: Execution, Persistence, Impact. The threshold is 3.");
	ck_text(h->made->v[0].rule->name, "ATT&CK Tactic Threshold Exceeded For Object Over Previous 7 Days");
	ck_assert_str_eq(crossed(h, TACTICS(3, 24)), "");
	hand_add(h, 101, "ana", 10, "Impact, , Discovery,Collection");
	ck_assert_str_eq(crossed(h, TACTICS(3, 24)), "ana 20 @101 of 2");
	hand_free(h);
}
END_TEST

/* The key stays when what crossed stays; earlier dumps count, but make no hit of their own. */
START_TEST(threshold_of_earlier_dumps)
{
	struct hand *h = hand_new();
	struct rows *before = rows_new(3);
	static const char *const key[] = {"00000000000000000000000000000001", "b", "c"};
	char first[33];

	for (size_t i = 0; i < 3; i++) {
		rows_values(before, STR("finding_key"))[i] = val_str(str_c(key[i]));
		rows_values(before, STR("_time"))[i] = val_num((double)i * HOUR);
		rows_values(before, STR("risk_object"))[i] = rows_values(before, STR("normalized_risk_object"))[i] = val_str(STR("ana"));
		rows_values(before, STR("risk_object_type"))[i] = val_str(STR("user"));
		rows_values(before, STR("risk_score"))[i] = val_num(60);
		rows_values(before, STR("search_name"))[i] = val_str(STR("Old"));
	}
	h->f.risk_before = before;
	ck_assert_str_eq(crossed(h, SCORE(100, 24)), "");
	hand_add(h, 3, "ana", 5, "Execution");           /* the one with the key that `before` has, too */
	ck_assert_str_eq(crossed(h, SCORE(100, 24)), "ana 125 @2 of 3");
	memcpy(first, h->made->v[0].key, sizeof(first));
	ck_assert(!h->made->v[0].threshold->v[0].here);
	ck_assert(h->made->v[0].threshold->v[2].here);
	hand_add(h, 4, "ana", 5, "Execution");
	ck_assert_str_eq(crossed(h, SCORE(100, 24)), "ana 130 @2 of 4");
	ck_assert_str_eq(h->made->v[0].key, first);
	ck_assert_str_eq(crossed(h, SCORE(126, 24)), "ana 130 @4 of 4");
	ck_assert_str_ne(h->made->v[0].key, first);
	hand_free(h);
	rows_free(before);
}
END_TEST

/* What is left out adds nothing; nor does it come back as risk of an earlier run of the same dump. */
START_TEST(threshold_without)
{
	struct hand *h = hand_new();
	struct rows *before = rows_new(1);
	struct map *out = map_new();
	const struct risk_limits l = SCORE(100, 24);
	struct threshold_opts o = {.limits = &l, .risk_before = before};

	hand_add(h, 1, "ana", 60, "Execution");
	hand_add(h, 2, "ana", 60, "Execution");
	hand_add(h, 3, "ana", 30, "Execution");
	rows_values(before, STR("finding_key"))[0] = val_str(str_c(h->f.v[0].key));
	rows_values(before, STR("_time"))[0] = val_num(HOUR);
	rows_values(before, STR("normalized_risk_object"))[0] = val_str(STR("ana"));
	rows_values(before, STR("risk_object_type"))[0] = val_str(STR("user"));
	rows_values(before, STR("risk_score"))[0] = val_num(60);
	ck_assert_str_eq(crossed_but(h, out, o), "ana 150 @2 of 3");
	map_put(out, str_c(h->f.v[0].key), NULL);
	ck_assert_str_eq(crossed_but(h, out, o), "");
	map_del(out, str_c(h->f.v[0].key));
	map_put(out, str_c(h->f.v[2].key), NULL);
	ck_assert_str_eq(crossed_but(h, out, o), "ana 120 @2 of 2");
	/* Those that exclusions kept from being found: none of them, unless it is named which. */
	h->f.n = 1;
	struct findings rest = {.v = h->f.v + 1, .n = 2};
	findings_free(h->made);
	h->made = detect_thresholds(NULL, &h->f, &rest, NULL, &o);
	ck_assert_uint_eq(h->made->n, 0);
	findings_free(h->made);
	h->made = detect_thresholds(NULL, &h->f, &rest, out, &o);
	ck_assert_uint_eq(h->made->n, 1);
	map_free(out);
	hand_free(h);
	rows_free(before);
}
END_TEST

static struct threshold_known known_as(const char *key, const char *object, double from, double to)
{
	return (struct threshold_known){.key = str_c(key), .rule_id = STR("6d3a6f0e-8f5b-4b07-9d0a-5f6b0a1c7e21"), .object = str_c(object),
	                                .type = RISK_USER, .first = (usec_t)(from * HOUR) * USEC_PER_SEC, .last = (usec_t)(to * HOUR) * USEC_PER_SEC};
}

/* What was known of the same object, at the same time, is the same. */
START_TEST(threshold_is_known)
{
	struct hand *h = hand_new();
	const struct risk_limits l = SCORE(50, 24);
	struct threshold_known known[3];
	struct threshold_opts o = {.limits = &l, .known = known};

	hand_add(h, 10, "ana", 60, "Execution");
	hand_add(h, 12, "ana", 60, "Execution");
	hand_add(h, 100, "ana", 60, "Execution");
	ck_assert_str_eq(crossed_but(h, NULL, o), "ana 120 @10 of 2, ana 60 @100 of 1");
	char own[2][33];
	memcpy(own[0], h->made->v[0].key, 33);
	memcpy(own[1], h->made->v[1].key, 33);
	known[o.nknown++] = known_as("before", "ana", 8, 9);             /* other times, other names */
	known[o.nknown++] = known_as("other", "ben", 0, 200);
	crossed_but(h, NULL, o);
	ck_assert_str_eq(h->made->v[0].key, own[0]);
	ck_assert_str_eq(h->made->v[1].key, own[1]);
	known[0] = known_as("touches", "ana", 8, 10);
	crossed_but(h, NULL, o);
	ck_assert_str_eq(h->made->v[0].key, "touches");
	ck_assert_str_eq(h->made->v[1].key, own[1]);
	known[0] = known_as("both", "ana", 1, 200);                      /* one key is for one of them */
	crossed_but(h, NULL, o);
	ck_assert_str_eq(h->made->v[0].key, "both");
	ck_assert_str_eq(h->made->v[1].key, own[1]);
	known[0] = known_as(own[1], "ana", 1, 200);                      /* that of the later one stays with it */
	crossed_but(h, NULL, o);
	ck_assert_str_eq(h->made->v[0].key, own[0]);
	ck_assert_str_eq(h->made->v[1].key, own[1]);
	known[0] = known_as("the first in the list", "ana", 12, 12);
	known[1] = known_as("the second", "ana", 10, 10);
	crossed_but(h, NULL, o);
	ck_assert_str_eq(h->made->v[0].key, "the first in the list");
	known[0].rule_id = STR("another");
	known[1].type = RISK_SYSTEM;
	known[o.nknown++] = known_as("a key that is longer than any that there can be", "ana", 10, 10);
	crossed_but(h, NULL, o);
	ck_assert_str_eq(h->made->v[0].key, own[0]);
	hand_free(h);
}
END_TEST

START_TEST(threshold_spans)
{
	struct arena *a = arena_new();

	ck_text(threshold_span(24 * HOUR * USEC_PER_SEC, true, a), "24 hours");
	ck_text(threshold_span(24 * HOUR * USEC_PER_SEC, false, a), "24 hour");
	ck_text(threshold_span(7 * 24 * HOUR * USEC_PER_SEC, true, a), "7 days");
	ck_text(threshold_span(36 * HOUR * USEC_PER_SEC, true, a), "36 hours");
	ck_text(threshold_span(HOUR * USEC_PER_SEC, true, a), "1 hour");
	ck_text(threshold_span(90 * 60 * USEC_PER_SEC, true, a), "90 minutes");
	ck_text(threshold_span(61 * USEC_PER_SEC, true, a), "61 seconds");
	arena_free(a);
}
END_TEST

/* ---- why not ---- */

START_TEST(why_not)
{
	static const char none[] = "EventCode=1 | where 1=2";

	put_rule("a.yml", "A", none, "data_source: [Sysmon EventID 1]\n");
	put_rule("b.yml", "B", none, "data_source: [Sysmon EventID 1 AND Sysmon EventID 3 AND Sysmon EventID 22]\n");
	put_rule("c.yml", "C", none, "data_source: [Windows Event Log Security 4688, Sysmon EventID 1]\n");
	put_rule("d.yml", "D", none, "data_source: [Windows Event Log Security 4688]\n");
	put_rule("e.yml", "E", none, "data_source: [Other 7, Sysmon for Linux EventID 1]\n");
	put_rule("f.yml", "F", "| tstats count from datamodel=Endpoint.Registry by Registry.dest", "");
	put_rule("g.yml", "G", "EventCode=1", "data_source: [Sysmon EventID 3]\n");
	put_rule("h.yml", "H", "EventCode=1 Image=\"*none*\"", "data_source: [Sysmon EventID 1 AND Sysmon EventID 3]\n");
	struct run x = RUN(CREATE);
	const struct rule_result *r = x.found->rule;

	ck_assert_str_eq(r[0].cannot_fire, "");
	ck_assert_str_eq(r[1].cannot_fire, "no event 3, no event 22 in this dump");
	ck_assert_str_eq(r[2].cannot_fire, "");
	ck_assert_str_eq(r[3].cannot_fire, "no Windows Event Log Security 4688 in this dump");
	ck_assert_str_eq(r[4].cannot_fire, "no Sysmon for Linux event 1 in this dump");
	ck_assert_str_eq(r[5].cannot_fire, "the dump has no event 12, 13 or 14");
	ck_assert_str_eq(r[6].cannot_fire, "");          /* it fired */
	ck_assert_uint_eq(r[6].nfindings, 1);
	ck_assert_str_eq(r[7].cannot_fire, "no event of this dump has Image=\"*none*\"");
	run_free(&x);
}
END_TEST

/* The terms that held for the only finding of a search: "field value term", a mark in the value in «». */
static void ck_matches(const char *search, const char *const *want, const char *const *events, size_t nevents)
{
	struct arena *a = arena_new();
	size_t n, k = 0;

	put_rule("r.yml", "Why", search, "");
	struct run x = run_on(dump_cut_new(events, nevents, 1000, 1, 0), (struct detect_opts){.workers = 1});
	ck_assert_msg(x.found->n == 1, "%s: %zu hits", search, x.found->n);
	struct explainer *why = explainer_new(x.engine, NULL);
	const struct match *m = finding_matches(&x.found->v[0], why, a, &n);
	for (; k < n && want[k]; k++) {
		struct sbuf b = {0};
		size_t done = 0;
		sbuf_addf(&b, "%.*s ", STR_FMT(m[k].field));
		for (size_t i = 0; i < m[k].nmarks; i++) {
			const struct mark *mark = &m[k].mark[i];
			ck_assert_uint_ge(mark->from, done);
			ck_assert_uint_le(mark->to, m[k].value.n);
			sbuf_addf(&b, "%.*s«%.*s»", (int)(mark->from - done), m[k].value.p + done, (int)(mark->to - mark->from),
			          m[k].value.p + mark->from);
			done = mark->to;
		}
		sbuf_addf(&b, "%.*s %.*s", (int)(m[k].value.n - done), m[k].value.p + done, STR_FMT(m[k].term));
		ck_assert_msg(str_eqc(sbuf_str(&b), want[k]), "%s: match %zu is\n\t%s, want\n\t%s", search, k, b.p, want[k]);
		sbuf_free(&b);
	}
	ck_assert_msg(k == n && !want[k], "%s: %zu matches; the next is %.*s %s", search, n, k < n ? (int)m[k].field.n : 0,
	              k < n ? m[k].field.p : "", k < n ? "" : want[k]);
	explainer_free(why);
	run_free(&x);
	arena_free(a);
}
#define CK_MATCHES(search, events, ...) \
	ck_matches(search, (const char *const[]){__VA_ARGS__ __VA_OPT__(,) NULL}, (const char *const[]){DUMP_ONLY events}, \
	           sizeof((const char *const[]){DUMP_ONLY events}) / sizeof(char *))
#define DUMP_ONLY(...) __VA_ARGS__

START_TEST(matches)
{
	struct arena *a = arena_new();
	size_t n;

	put_rule("r.yml", "Loader", join_search, tail);
	struct run x = RUN(CREATE, CONNECT "|Computer=A");
	ck_assert_uint_eq(x.found->n, 1);
	struct explainer *why = explainer_new(x.engine, NULL);
	const struct match *m = finding_matches(&x.found->v[0], why, a, &n);
	ck_assert_uint_eq(n, 1);
	ck_text(m[0].field, "Processes.process_name");
	ck_text(m[0].value, "loader.exe");
	ck_text(m[0].term, "Processes.process_name=loader.exe");
	ck_assert_uint_eq(m[0].ev, 0);
	explainer_free(why);
	run_free(&x);
	arena_free(a);
}
END_TEST

/* Terms of where, regex and search further down; the values are those that the row had there. */
START_TEST(matches_of_filters)
{
	CK_MATCHES("EventCode=1 | where match(CommandLine, \"x\\.d..\") AND ParentImage=\"C:\\\\W\\\\cmd.exe\" OR len(Image)>99", (CREATE),
	           "EventCode 1 EventCode=1", "CommandLine loader «x.dll» match(CommandLine, \"x\\.d..\")",
	           "ParentImage C:\\W\\cmd.exe ParentImage=\"C:\\\\W\\\\cmd.exe\"");
	CK_MATCHES("EventCode=1 | where like(CommandLine, \"load%.d_l\") | regex Image=\"(?i)LOADER\" | search ParentImage=*cmd* loader",
	           (CREATE), "EventCode 1 EventCode=1", "CommandLine «load»er x«.d»l«l» like(CommandLine, \"load%.d_l\")",
	           "Image C:\\W\\«loader».exe regex Image=\"(?i)LOADER\"", "ParentImage C:\\W\\«cmd».exe ParentImage=*cmd*",
	           "CommandLine «loader» x.dll loader");
	CK_MATCHES("EventCode=3 | where cidrmatch(\"9.0.0.0/8\", DestinationIp) AND DestinationPort IN (80, 443) AND in(Computer, \"A\")",
	           (CONNECT "|Computer=A"), "EventCode 3 EventCode=3",
	           "DestinationIp 9.9.9.9 cidrmatch(\"9.0.0.0/8\", DestinationIp)", "DestinationPort 80 DestinationPort IN (80, 443)",
	           "Computer A in(Computer, \"A\")");
	CK_MATCHES("EventCode=1 | where searchmatch(\"Image=*loader* ParentImage=*cmd*\") AND isnotnull(User)", (CREATE),
	           "EventCode 1 EventCode=1", "Image C:\\W\\«loader».exe searchmatch(\"Image=*loader* ParentImage=*cmd*\")",
	           "ParentImage C:\\W\\«cmd».exe searchmatch(\"Image=*loader* ParentImage=*cmd*\")", "User D\\u isnotnull(User)");
}
END_TEST

/* NOT is told with what was there instead; what was not there cannot be told. */
START_TEST(matches_of_not)
{
	CK_MATCHES("EventCode=1 | where NOT match(CommandLine, \"z\") AND NOT (Image=\"a\" OR NOT User=\"D\\\\u\") AND isnull(None)",
	           (CREATE), "EventCode 1 EventCode=1", "CommandLine loader x.dll NOT match(CommandLine, \"z\")",
	           "Image C:\\W\\loader.exe NOT (Image=\"a\" OR NOT User=\"D\\\\u\")", "User D\\u User=\"D\\\\u\"");
	CK_MATCHES("EventCode=1 | regex Image!=\"z\" | search NOT Image IN (a*, b*) NOT None=1", (CREATE), "EventCode 1 EventCode=1",
	           "Image C:\\W\\loader.exe regex Image!=\"z\"", "Image C:\\W\\loader.exe NOT Image IN (a*, b*)");
}
END_TEST

/* What was grouped since, and lists: the values that hold by themselves, or all of them together. */
START_TEST(matches_of_groups)
{
	CK_MATCHES("EventCode=1 | where match(Image, \"loader\") | stats count values(CommandLine) as c by Computer | "
	           "where count>1 AND mvcount(c)=2 AND match(c, \"^b\") | fields Computer | rename Computer as host",
	           (CREATE, "1|2021-11-12T10:05:01Z|Computer=A|Image=D:\\loader.exe|CommandLine=b"), "EventCode 1 EventCode=1",
	           "Image D:\\«loader».exe match(Image, \"loader\")", "Image C:\\W\\«loader».exe match(Image, \"loader\")",
	           "count 2 count>1", "c b\nloader x.dll mvcount(c)=2", "c «b» match(c, \"^b\")");
	CK_MATCHES("| tstats count from datamodel=Endpoint.Processes by Processes.dest Processes.process | rename Processes.* as * | "
	           "where len(process) > 5 | join dest [search EventCode=3 | where DestinationPort=80 | rename Computer as dest | "
	           "table dest DestinationPort]", (CREATE, CONNECT "|Computer=A"), "EventCode 3 EventCode=3",
	           "process loader x.dll len(process) > 5", "DestinationPort 80 DestinationPort=80");
}
END_TEST

/* A filter that looks at a field which eval or lookup made is told with what that follows from. */
START_TEST(matches_of_what_was_made)
{
	CK_MATCHES("EventCode=1 | eval low=lower(CommandLine), bad=if(match(low, \"x\\.dll\"), 1, 0) | where bad=1", (CREATE),
	           "EventCode 1 EventCode=1", "bad 1 bad=1", "low loader «x.dll» match(low, \"x\\.dll\")",
	           "CommandLine loader x.dll lower(CommandLine)");
	char folder[128];
	snprintf(folder, sizeof(folder), "%s/lookups", root);
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	put("lookups/tools.csv", "tool,known\nC:\\W\\loader.exe,true\n");
	put("lookups/tools.yml", "name: tools\nfilename: tools.csv\n");
	CK_MATCHES("EventCode=1 | lookup tools tool as Image OUTPUT known | search known=true", (CREATE), "EventCode 1 EventCode=1",
	           "known true known=true", "Image C:\\W\\loader.exe lookup tools tool as Image OUTPUT known");
}
END_TEST

/* Fields that follow from many others, which follow from many others: no more is told than somebody can read. */
START_TEST(matches_of_a_web)
{
	struct sbuf b = {0};
	struct arena *a = arena_new();
	size_t n;

	sbuf_addz(&b, "EventCode=1 | eval a0=len(Image), b0=len(CommandLine), c0=len(User)");
	for (int i = 1; i < 12; i++)
		sbuf_addf(&b, " | eval a%d=a%d+b%d+c%d, b%d=b%d-a%d+c%d, c%d=c%d+a%d-b%d", i, i - 1, i - 1, i - 1, i, i - 1, i - 1, i - 1, i,
		          i - 1, i - 1, i - 1);
	sbuf_addz(&b, " | where a11+b11+c11 != 0.5");
	put_rule("r.yml", "Why", b.p, "");
	struct run x = RUN(CREATE);
	struct explainer *why = explainer_new(x.engine, NULL);
	ck_assert_uint_eq(x.found->n, 1);
	finding_matches(&x.found->v[0], why, a, &n);
	ck_assert_uint_gt(n, 3);
	ck_assert_uint_le(n, 101);
	explainer_free(why);
	arena_free(a);
	run_free(&x);
	sbuf_free(&b);
}
END_TEST

/* However many events there are, what held further down is told, too. */
START_TEST(matches_of_many_events)
{
	enum { EVENTS = 100 };
	char text[EVENTS][160];
	const char *event[EVENTS];
	struct arena *a = arena_new();
	size_t n;

	for (int i = 0; i < EVENTS; i++) {
		snprintf(text[i], sizeof(text[i]), "1|2021-11-12T10:05:00Z|Computer=A|Image=C:\\i%d|CommandLine=c%d|ProcessId=%d|User=u%d", i, i, i, i);
		event[i] = text[i];
	}
	put_rule("r.yml", "Why", "EventCode=1 Image=*i* CommandLine=c* ProcessId=* User=u* | stats count by Computer | where count>99", "");
	struct run x = run_on(dump_cut_new(event, EVENTS, 1000, 1, 0), (struct detect_opts){.workers = 1});
	struct explainer *why = explainer_new(x.engine, NULL);
	ck_assert_uint_eq(x.found->n, 1);
	const struct match *m = finding_matches(&x.found->v[0], why, a, &n);
	ck_assert_uint_gt(n, 100);
	ck_text(m[n - 1].field, "count");
	ck_text(m[n - 1].value, "100");
	ck_text(m[n - 1].term, "count>99");
	explainer_free(why);
	arena_free(a);
	run_free(&x);
}
END_TEST

/* A subsearch as filter: told on the values that it gave. */
START_TEST(matches_of_subsearches)
{
	CK_MATCHES("EventCode=3 [search EventCode=1 | fields ProcessId]", (CREATE "|x=1", CONNECT), "EventCode 3 EventCode=3",
	           "ProcessId 100 [search EventCode=1 | fields ProcessId]");
	CK_MATCHES("EventCode=3 | search [search EventCode=1 | return ProcessId]", (CREATE, CONNECT), "EventCode 3 EventCode=3",
	           "ProcessId 100 [search EventCode=1 | return ProcessId]");
}
END_TEST

/* What only a run of the search could tell is not told when that is stopped. */
START_TEST(matches_cancelled)
{
	put_rule("r.yml", "Why", "EventCode=1 | where match(Image, \"loader\")", "");
	struct run x = RUN(CREATE);
	struct arena *a = arena_new();
	atomic_bool cancel = true;
	struct explainer *why = explainer_new(x.engine, &cancel);
	size_t n;

	ck_assert_uint_eq(x.found->n, 1);
	finding_matches(&x.found->v[0], why, a, &n);
	ck_assert_uint_eq(n, 1);
	explainer_free(why);
	arena_free(a);
	run_free(&x);
}
END_TEST

/* ---- running ---- */

START_TEST(cancelled)
{
	atomic_bool cancel = true;

	put_rule("r.yml", "Raw", "EventCode=1", tail);
	struct run x = run_on(DUMP(CREATE), (struct detect_opts){.workers = 2, .cancel = &cancel});
	ck_assert_uint_eq(x.found->n, 0);
	ck_assert(x.found->partial);
	ck_assert(!x.found->rule[0].ran);
	run_free(&x);
}
END_TEST

static void count_found(void *ctx, const struct finding *f, size_t n)
{
	ck_assert(f != NULL);
	*(size_t *)ctx += n;
}

START_TEST(progress)
{
	struct detect_progress p = {0};
	size_t seen = 0;

	put_rule("a.yml", "A", "EventCode=1", tail);
	put_rule("b.yml", "B", "EventCode=1 | head 1", tail);
	put_rule("c.yml", "C", "EventCode=3", tail);
	struct run x = run_on(DUMP(CREATE, CREATE), (struct detect_opts){.workers = 2, .progress = &p, .found = count_found, .ctx = &seen});
	ck_assert_uint_eq(atomic_load(&p.total), 3);
	ck_assert_uint_eq(atomic_load(&p.done), 3);
	ck_assert_uint_eq(atomic_load(&p.findings), 3);
	ck_assert_uint_eq(seen, 3);
	ck_assert_uint_eq(x.found->n, 3);
	run_free(&x);
}
END_TEST

/* ---- sessions ---- */

#define XML_EVENT(id, time, data) \
	"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Sysmon'/>" \
	"<EventID>" id "</EventID><TimeCreated SystemTime='" time "'/><EventRecordID>5</EventRecordID>" \
	"<Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>A</Computer></System><EventData>" data "</EventData></Event>\n"

static void filter_all(void *ctx, struct rules *r)
{
	struct diag d = DIAG_INIT;

	ck_assert(rules_exclude(r, r->v[1], STR("search NOT Computer=*"), &d));
	++*(int *)ctx;
}

START_TEST(session)
{
	int called = 0;
	char log[256];

	put_rule("a.yml", "A", "EventCode=1", tail);
	put_rule("b.yml", "B", "EventCode=1 | `b_filter`", tail);
	snprintf(log, sizeof(log), "%s", put("log.xml", XML_EVENT("1", "2020-09-20T01:18:13.287Z", "<Data Name='Image'>C:\\x.exe</Data>")));
	const char *logs[] = {log}, *rules[] = {root};
	struct session_opts o = {.logs = logs, .nlogs = 1, .rules = rules, .nrules = 1, .now = WHEN_NONE, .rules_ready = filter_all, .rules_ctx = &called};
	struct session *s = session_new(&o);
	struct diag d = DIAG_INIT;

	ck_assert_int_eq(atomic_load(&s->stage), STAGE_START);
	ck_assert(session_query(s, STR("EventCode=1"), NULL, NULL, &d) == NULL);
	ck_assert(strstr(d.msg, "loading") != NULL);
	session_run(s);
	ck_assert_int_eq(atomic_load(&s->stage), STAGE_READY);
	ck_assert_int_eq(called, 1);
	ck_assert_uint_eq(s->findings->n, 1);
	ck_text(s->findings->v[0].rule->name, "A");

	d = (struct diag)DIAG_INIT;
	struct rows *r = session_query(s, STR("EventCode=1 | eval x=\"lit\", t=now() | table Image x t"), NULL, NULL, &d);
	ck_assert_msg(r != NULL, "%s", d.msg);
	struct arena *a = arena_new();
	ck_assert_uint_eq(r->n, 1);
	ck_text(val_text(rows_get(r, 0, "Image"), a), "C:\\x.exe");
	ck_text(val_text(rows_get(r, 0, "x"), a), "lit");
	ck_text(val_text(rows_get(r, 0, "t"), a), "1600564694");
	rows_free(r);
	r = session_query(s, STR("| from datamodel Risk.All_Risk | table risk_object"), NULL, NULL, &d);
	ck_assert_msg(r != NULL, "%s", d.msg);
	ck_assert_uint_eq(r->n, s->findings->v[0].nrisk);
	rows_free(r);
	ck_assert(session_query(s, STR("| nonsense"), NULL, NULL, &d) == NULL);
	ck_assert(diag_is_set(&d));
	arena_free(a);
	session_free(s);
}
END_TEST

/* What a first look at the beginning of the log finds is found again, and its events are the same. */
struct looking {
	struct session *s;
	struct finding early[64];
	size_t nearly, late;
};

static void on_hit(void *ctx, const struct finding *f, size_t n)
{
	struct looking *x = ctx;

	for (size_t i = 0; i < n; i++) {
		if (atomic_load(&x->s->stage) != STAGE_LOAD)
			x->late++;
		else if (x->nearly < 64)
			x->early[x->nearly++] = f[i];
	}
}

START_TEST(first_look)
{
	enum { EVENTS = 4000, EACH = 100 };              /* one in EACH is a hit */
	struct looking x = {0};
	struct sbuf b = {0};
	char log[256];

	put_rule("a.yml", "A", "EventCode=1 | table Computer Image _time", tail);
	for (int i = 0; i < EVENTS; i++)
		sbuf_addf(&b, "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Sysmon'/>"
			  "<EventID>%d</EventID><TimeCreated SystemTime='2020-09-20T01:%02d:%02d.%03dZ'/><EventRecordID>%d</EventRecordID>"
			  "<Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>A</Computer></System><EventData>"
			  "<Data Name='Image'>C:\\x%d.exe</Data></EventData></Event>\n", i % EACH ? 5 : 1, i / 1000, i / 100 % 10, i % 100, i + 1, i);
	snprintf(log, sizeof(log), "%s", put("log.xml", b.p));
	sbuf_free(&b);
	const char *logs[] = {log}, *rules[] = {root};
	struct session_opts o = {.logs = logs, .nlogs = 1, .rules = rules, .nrules = 1, .now = WHEN_NONE, .chunk = 4096, .found = on_hit, .found_ctx = &x,
	                         .first_look = 100000};
	x.s = session_new(&o);
	session_run(x.s);
	ck_assert_uint_eq(x.s->findings->n, EVENTS / EACH);
	ck_assert_uint_eq(x.late, EVENTS / EACH);
	ck_assert_uint_gt(x.nearly, 0);
	ck_assert_uint_lt(x.nearly, EVENTS / EACH);
	for (size_t i = 0; i < x.nearly; i++) {
		const struct finding *f = NULL;
		for (size_t k = 0; k < x.s->findings->n && !f; k++)
			if (strcmp(x.s->findings->v[k].key, x.early[i].key) == 0)
				f = &x.s->findings->v[k];
		ck_assert_ptr_nonnull(f);
		ck_assert_uint_eq(f->main_event, x.early[i].main_event);
	}
	session_free(x.s);

	x = (struct looking){0};                         /* not of little, nor when all must be read to know what counts */
	o.first_look = 1 << 20;
	x.s = session_new(&o);
	session_run(x.s);
	ck_assert_uint_eq(x.nearly, 0);
	ck_assert_uint_eq(x.late, EVENTS / EACH);
	session_free(x.s);
}
END_TEST

static void leave_out(void *ctx, struct rules *r)
{
	struct diag d = DIAG_INIT;

	for (size_t i = 0; i < r->n; i++)
		ck_assert(rules_exclude(r, r->v[i], str_c(ctx), &d));
}

static void ck_same_keys(const struct findings *a, const struct findings *b)
{
	ck_assert_uint_eq(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		bool found = false;

		for (size_t k = 0; k < b->n; k++)
			found |= strcmp(a->v[i].key, b->v[k].key) == 0;
		ck_assert(found);
	}
}

/* What a trial says beforehand is what a run with the filter gives; what it takes away is kept apart. */
START_TEST(exclusions)
{
	static const char filter[] = "search NOT (Image=*y.exe)";
	static const char events[] = XML_EVENT("1", "2020-09-20T01:18:13.287Z", "<Data Name='Image'>C:\\x.exe</Data>")
		XML_EVENT("1", "2020-09-20T01:18:14.287Z", "<Data Name='Image'>C:\\y.exe</Data>")
		XML_EVENT("1", "2020-09-20T01:18:15.287Z", "<Data Name='Image'>C:\\y.exe</Data>");
	char log[256];

	snprintf(log, sizeof(log), "%s", put("log.xml", events));
	const char *logs[] = {log}, *rules[] = {root};
	struct session_opts o = {.logs = logs, .nlogs = 1, .rules = rules, .nrules = 1, .now = WHEN_NONE};
	struct diag d = DIAG_INIT;

	for (int own_macro = 0; own_macro < 2; own_macro++) {
		if (!own_macro)
			put_rule("b.yml", "B", "EventCode=1 | table _time Image", tail);
		else
			put_rule("b.yml", "B", "EventCode=1 | table _time Image | `b_filter` | eval z=1", tail);
		if (own_macro)
			put_macro("b_filter", "search *");
		o.rules_ready = NULL;
		struct session *before = session_new(&o);
		session_run(before);
		ck_assert_uint_eq(before->findings->n, 3);
		ck_assert_uint_eq(before->excluded->n, 0);
		struct findings *trial = session_try(before, before->rules->v[0], str_c(filter), NULL, &d);
		ck_assert_msg(trial != NULL, "%s", d.msg);
		ck_assert_uint_eq(trial->n, 1);
		struct findings *all = session_try(before, before->rules->v[0], STR(""), NULL, &d);
		ck_same_keys(all, before->findings);
		ck_assert(session_try(before, before->rules->v[0], STR("search NOT ("), NULL, &d) == NULL);

		o.rules_ready = leave_out;
		o.rules_ctx = (void *)(uintptr_t)filter;
		struct session *after = session_new(&o);
		session_run(after);
		ck_same_keys(after->findings, trial);
		ck_assert_uint_eq(after->excluded->n, 2);
		ck_assert_str_ne(after->excluded->v[0].key, after->findings->v[0].key);
		findings_free(trial);
		findings_free(all);
		session_free(before);
		session_free(after);
		d = (struct diag)DIAG_INIT;
	}
}
END_TEST

START_TEST(session_of_a_query)
{
	char log[256];

	put("broken.yml", "name: no rule\n");
	mkdir(strcat(strcpy(log, root), "/macros"), 0777);
	put("macros/m.yml", "name: m\ndefinition: EventCode=1\n");
	snprintf(log, sizeof(log), "%s", put("log.xml", XML_EVENT("1", "2020-09-20T01:18:13.287Z", "")));
	const char *logs[] = {log}, *rules[] = {root};
	struct session_opts o = {.logs = logs, .nlogs = 1, .rules = rules, .nrules = 1, .now = 1700000000 * USEC_PER_SEC, .no_rules_run = true};
	struct session *s = session_new(&o);
	struct diag d = DIAG_INIT;

	session_run(s);
	ck_assert(s->findings == NULL);
	struct rows *r = session_query(s, STR("`m` | eval t=now()"), NULL, NULL, &d);
	ck_assert_msg(r != NULL, "%s", d.msg);
	ck_assert_uint_eq(r->n, 1);
	ck_assert_double_eq(rows_get(r, 0, "t").num, 1700000000);
	rows_free(r);
	session_free(s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("detect");
	TCase *t = tcase_create("detect");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, a_finding);
	tcase_add_test(t, confirmation);
	tcase_add_test(t, no_join_no_confirmation);
	tcase_add_test(t, risk_of_lists_and_types);
	tcase_add_test(t, host_of_a_connection);
	tcase_add_test(t, fillers_are_no_names);
	tcase_add_test(t, keys);
	tcase_add_test(t, order_does_not_depend_on_workers);
	tcase_add_test(t, fill);
	tcase_add_test(t, drilldown);
	tcase_add_test(t, drilldowns_run);
	tcase_add_test(t, correlation_runs_last);
	tcase_add_test(t, risk_rows);
	tcase_add_test(t, risk_of_earlier_dumps);
	tcase_add_test(t, threshold_of_score);
	tcase_add_test(t, threshold_of_tactics);
	tcase_add_test(t, threshold_of_earlier_dumps);
	tcase_add_test(t, threshold_without);
	tcase_add_test(t, threshold_is_known);
	tcase_add_test(t, threshold_spans);
	tcase_add_test(t, why_not);
	tcase_add_test(t, matches);
	tcase_add_test(t, matches_of_filters);
	tcase_add_test(t, matches_of_not);
	tcase_add_test(t, matches_of_groups);
	tcase_add_test(t, matches_of_what_was_made);
	tcase_add_test(t, matches_of_a_web);
	tcase_add_test(t, matches_of_many_events);
	tcase_add_test(t, matches_of_subsearches);
	tcase_add_test(t, matches_cancelled);
	tcase_add_test(t, cancelled);
	tcase_add_test(t, progress);
	tcase_add_test(t, session);
	tcase_add_test(t, first_look);
	tcase_add_test(t, exclusions);
	tcase_add_test(t, session_of_a_query);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
