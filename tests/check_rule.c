/* rule: ESCU's layouts, macros, lookups, and where they are found. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "rule/files.h"
#include "rule/ruleset.h"

static char root[64];

/* ---- a tree of files ---- */

static char *at(const char *name)
{
	static char path[4][512];
	static unsigned turn;
	char *p = path[turn++ % 4];

	snprintf(p, sizeof(path[0]), "%s%s%s", root, *name ? "/" : "", name);
	return p;
}

static void put(const char *name, const char *text)
{
	char *path = at(name);

	for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0777);
		*slash = '/';
	}
	FILE *f = fopen(path, "w");
	ck_assert_msg(f != NULL, "cannot write %s", path);
	fputs(text, f);
	fclose(f);
}

static void setup(void)
{
	snprintf(root, sizeof(root), "/tmp/check_rule.XXXXXX");
	ck_assert(mkdtemp(root) != NULL);
	/* what ships with spoor must not help the tests */
	setenv("SPOOR_RULES", "/nonexistent", 1);
}

static void teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", root);
	ck_assert_int_eq(system(command), 0);
}

/* A rule file with this id and search. */
static void put_rule(const char *name, const char *id, const char *search)
{
	struct sbuf b = {0};

	sbuf_addf(&b, "name: Rule %s\nid: %s\nsearch: '%s'\n", id, id, search);
	put(name, b.p);
	sbuf_free(&b);
}

static void put_macro(const char *name, const char *definition)
{
	struct sbuf file = {0}, text = {0};

	sbuf_addf(&file, "macros/%s.yml", name);
	sbuf_addf(&text, "name: %s\ndefinition: '%s'\n", name, definition);
	put(file.p, text.p);
	sbuf_free(&file);
	sbuf_free(&text);
}

static struct rules *load(const char *path)
{
	return rules_load((const char *[]){path}, 1, NULL, 0);
}

#define ck_text(s, want) ck_assert_msg(str_eqc((s), (want)), "got \"%.*s\", want \"%s\"", STR_FMT(s), (want))

static void ck_runs(const struct rule *r)
{
	ck_assert_msg(r->query != NULL, "%s:%d: %s", r->why_not.file, r->why_not.line, r->why_not.msg);
}

static void ck_not(const struct rule *r, int line, const char *part)
{
	ck_assert_msg(r->query == NULL, "%s runs", r->file.p);
	ck_assert_msg(strstr(r->why_not.msg, part) != NULL, "got \"%s\", want \"…%s…\"", r->why_not.msg, part);
	ck_assert_msg(r->why_not.line == line, "\"%s\": got line %d, want %d", r->why_not.msg, r->why_not.line, line);
	ck_assert_str_eq(r->why_not.file, r->path.p);
}

static void ck_quiet(const struct rules *r)
{
	if (r->warnings.n) {
		const struct diag *d = &r->warnings.v[0];
		ck_abort_msg("%zu warnings, the first: %s:%d: %s", r->warnings.n, d->file, d->line, d->msg);
	}
}

static void ck_warned(const struct rules *r, int line, const char *part)
{
	for (size_t i = 0; i < r->warnings.n; i++)
		if (r->warnings.v[i].line == line && strstr(r->warnings.v[i].msg, part))
			return;
	ck_abort_msg("no warning \"…%s…\" for line %d among %zu, the first \"%s\"", part, line, r->warnings.n,
	             r->warnings.n ? r->warnings.v[0].msg : "");
}

/* ---- layouts ---- */

static const char old_layout[] =
	"name: Old Layout\n"
	"id: 6f1b0a6e-0000-4000-8000-000000000001\n"
	"version: 7\n"
	"date: '2026-01-02'\n"
	"author: Somebody\n"
	"status: production\n"
	"type: TTP\n"
	"description: What it\n"
	"  finds.\n"
	"data_source:\n"
	"- Sysmon EventID 1 AND Sysmon EventID 3\n"
	"search: '| tstats count from datamodel=Endpoint.Processes where Processes.process_name=\"a*\" by\n"
	"  Processes.dest'\n"
	"how_to_implement: Load logs.\n"
	"known_false_positives: null\n"
	"references: [https://example.org/a, https://example.org/b]\n"
	"drilldown_searches:\n"
	"- name: View\n"
	"  search: '%original_detection_search% | search dest = $dest$'\n"
	"  earliest_offset: $info_min_time$\n"
	"  latest_offset: $info_max_time$\n"
	"tags:\n"
	"  analytic_story:\n"
	"  - One\n"
	"  - Two\n"
	"  asset_type: Endpoint\n"
	"  confidence: 50\n"
	"  impact: 60\n"
	"  message: $user$ on $dest$\n"
	"  mitre_attack_id:\n"
	"  - T1218.004\n"
	"  - T9999\n"
	"  observable:\n"
	"  - name: user\n"
	"    type: User\n"
	"    role:\n"
	"    - Victim\n"
	"  - {name: dest, type: Hostname, role: [Victim]}\n"
	"  - {name: account, type: User Name, role: [Victim]}\n"
	"  - {name: process_name, type: Process Name, role: [Attacker]}\n"
	"  - {name: url, type: URL String, role: [Attacker]}\n"
	"  - {name: reg, type: Registry Key, role: [Attacker]}\n"
	"  risk_score: 30\n"
	"  security_domain: endpoint\n"
	"tests:\n"
	"- name: True Positive Test\n"
	"  attack_data:\n"
	"  - data: https://example.org/d/a.log\n"
	"    source: S\n"
	"    sourcetype: T\n"
	"  - data: https://example.org/d/b.log\n"
	"- name: Second\n"
	"  attack_data:\n"
	"  - data: c.log\n";

START_TEST(layout_old)
{
	put("r.yml", old_layout);
	put("lookups/mitre_enrichment.csv", "mitre_id,technique,tactics,groups\nT1218.004,InstallUtil,Defense Evasion|Execution,no\n");
	struct rules *rs = load(at("r.yml"));

	ck_quiet(rs);
	ck_assert_uint_eq(rs->n, 1);
	const struct rule *r = rs->v[0];
	ck_runs(r);
	ck_text(r->file, "r.yml");
	ck_text(r->name, "Old Layout");
	ck_text(r->version, "7");
	ck_text(r->description, "What it finds.");
	ck_text(r->known_false_positives, "");
	ck_assert_int_eq(r->type, RULE_TTP);
	ck_assert_int_eq(r->search_line, 12);
	ck_text(r->search, "| tstats count from datamodel=Endpoint.Processes where Processes.process_name=\"a*\" by Processes.dest");
	ck_assert_uint_eq(r->ndata_source, 1);
	ck_assert_uint_eq(r->nreference, 2);
	ck_assert_uint_eq(r->nstory, 2);
	ck_assert_uint_eq(r->nmitre, 2);
	ck_text(r->mitre[0].name, "InstallUtil");
	ck_text(r->mitre[0].tactics, "Defense Evasion, Execution");
	ck_text(r->mitre[1].id, "T9999");
	ck_text(r->mitre[1].name, "");
	ck_assert_double_eq(r->risk_score, 30);
	ck_assert_double_eq(r->impact, 60);
	ck_assert_uint_eq(r->nrisk, 3);
	ck_text(r->risk[0].field, "user");
	ck_assert_int_eq(r->risk[0].type, RISK_USER);
	ck_assert_double_eq(r->risk[0].score, 30);
	ck_assert_int_eq(r->risk[1].type, RISK_SYSTEM);
	ck_assert_int_eq(r->risk[2].type, RISK_OTHER);
	ck_assert_uint_eq(r->nthreat, 3);
	ck_text(r->threat[0].type, "process");
	ck_text(r->threat[1].type, "url");
	ck_text(r->threat[2].type, "registry key");
	ck_assert_uint_eq(r->ndrill, 1);
	ck_text(r->drill[0].earliest, "$info_min_time$");
	ck_assert_uint_eq(r->ntest, 3);
	ck_assert_uint_eq(r->test[1].test, 0);
	ck_assert_uint_eq(r->test[2].test, 1);
	ck_text(r->test[2].data, "c.log");
	ck_text(r->raw, old_layout);
	rules_free(rs);
}
END_TEST

START_TEST(layout_new)
{
	put("r.yml", "name: New\nid: i\ntype: anomaly\nsearch: '| tstats count from datamodel=Endpoint.Processes'\n"
	             "rba:\n"
	             "  message: on $dest$\n"
	             "  risk_objects:\n"
	             "  - {field: dest, type: system, score: 25}\n"
	             "  - {field: user, type: user, score: 40}\n"
	             "  - {field: x, type: other, score: 1}\n"
	             "  threat_objects:\n"
	             "  - {field: process_name, type: process_name}\n"
	             "tags:\n"
	             "  analytic_story: One\n"
	             "  message: not this one\n"
	             "  risk_score: 99\n"
	             "  observable: [{name: a, type: User, role: [Victim]}]\n");
	struct rules *rs = load(at("r.yml"));
	const struct rule *r = rs->v[0];

	ck_quiet(rs);
	ck_runs(r);
	ck_assert_int_eq(r->type, RULE_ANOMALY);
	ck_text(r->message, "on $dest$");
	ck_assert_uint_eq(r->nrisk, 3);
	ck_assert_double_eq(r->risk[1].score, 40);
	ck_assert_double_eq(r->risk_score, 40);
	ck_text(r->threat[0].type, "process_name");
	ck_assert_uint_eq(r->nstory, 1);
	rules_free(rs);
}
END_TEST

/* The layout of 2026: no tags; a finding with one entity, intermediate findings with messages of their own. */
START_TEST(layout_findings)
{
	put("r.yml", "name: Newest\nid: i\ntype: TTP\nmodification_date: '2026-05-13'\nsearch: '| tstats count from datamodel=Endpoint.Processes'\n"
	             "finding:\n"
	             "  title: one on $dest$\n"
	             "  entity: {field: dest, type: system, score: 50}\n"
	             "intermediate_findings:\n"
	             "  entities:\n"
	             "  - {field: user, type: user, score: 20, message: two by $user$}\n"
	             "threat_objects:\n"
	             "- {field: process_name, type: process_name}\n"
	             "analytic_story: [One, Two]\n"
	             "asset_type: Endpoint\n"
	             "mitre_attack_id: [T1190]\n"
	             "security_domain: endpoint\n");
	struct rules *rs = load(at("r.yml"));
	const struct rule *r = rs->v[0];

	ck_quiet(rs);
	ck_runs(r);
	ck_text(r->date, "2026-05-13");
	ck_text(r->message, "one on $dest$");
	ck_assert_uint_eq(r->nrisk, 2);
	ck_text(r->risk[0].field, "dest");
	ck_assert_int_eq(r->risk[0].type, RISK_SYSTEM);
	ck_assert_double_eq(r->risk[0].score, 50);
	ck_text(r->risk[1].message, "two by $user$");
	ck_assert_double_eq(r->risk_score, 50);
	ck_text(r->threat[0].field, "process_name");
	ck_assert_uint_eq(r->nstory, 2);
	ck_text(r->asset_type, "Endpoint");
	ck_text(r->security_domain, "endpoint");
	ck_text(r->mitre[0].id, "T1190");
	rules_free(rs);
}
END_TEST

/* Without a finding of its own, a hit says what its first entity says. */
START_TEST(layout_intermediate)
{
	put("r.yml", "name: Newest\nid: i\ntype: Anomaly\nsearch: '| tstats count from datamodel=Endpoint.Processes'\n"
	             "intermediate_findings:\n"
	             "  entities:\n"
	             "  - {field: user, type: user, score: 20, message: by $user$}\n"
	             "  - {field: dest, type: system, score: 30, message: on $dest$}\n"
	             "  - {type: system, score: 30}\n"
	             "  - text\n"
	             "finding: text\n");
	struct rules *rs = load(at("r.yml"));
	const struct rule *r = rs->v[0];

	ck_runs(r);
	ck_text(r->message, "by $user$");
	ck_assert_uint_eq(r->nrisk, 2);
	ck_assert_double_eq(r->risk_score, 30);
	ck_assert_uint_eq(rs->warnings.n, 3);
	rules_free(rs);
}
END_TEST

/* Each file is a rule that cannot run; the reason names the line. */
START_TEST(reasons)
{
	static const struct {
		const char *text;
		int line;
		const char *part;
	} cases[] = {
		{"id: i\nsearch: x=1\n", 1, "no `name:`"},
		{"name: n\nsearch: x=1\n", 1, "no `id:`"},
		{"name: n\nid: i\n", 1, "no `search:`"},
		{"name: n\nid: i\nsearch:\n", 3, "`search` is empty"},
		{"name: n\nid: i\nsearch: ' '\n", 3, "`search` is empty"},
		{"name: n\nid: i\nsearch:\n- a\n", 4, "`search` must be text"},
		{"name: {a: b}\nid: i\nsearch: x=1\n", 1, "`name` must be text"},
		{"- a\n", 1, "a rule file is a map"},
		{"text\n", 1, "a rule file is a map"},
		{"", 1, "empty"},
		{"name: n\nid: i\nsearch: 'x\n", 4, ""},
		{"name: n\nid: i\n\nsearch: '| nosuchcommand x'\n", 4, "nosuchcommand"},
		{"name: n\nid: i\nsearch: x=1 | stats count by\n", 3, "search, column 29: expected a field"},
		{"name: n\nid: i\nsearch: '`no_such_macro` x=1'\n", 3, "no_such_macro"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		put("r.yml", cases[i].text);
		struct rules *rs = load(at("r.yml"));
		ck_assert_uint_eq(rs->n, 1);
		ck_not(rs->v[0], cases[i].line, cases[i].part);
		rules_free(rs);
	}
}
END_TEST

/* What is wrong beside the search costs itself alone. */
/* Where in the file an error in the search stands, however YAML writes it. */
START_TEST(places)
{
	static const struct {
		const char *text;
		int line, col;
	} cases[] = {
		{"name: n\nid: i\nsearch: x=1 | nosuch\n", 3, 15},
		{"name: n\nid: i\nsearch: '`long_filter` x=1\n  | eval a=\"it''s\" |\n  nosuch'\n", 5, 3},
		{"name: n\nid: i\nsearch: \"x=\\\"a\\\" \n  | nosuch\"\n", 4, 5},
		{"name: n\nid: i\nsearch: |-\n    | makeresults\n    | nosuch\n", 5, 7},
		{"name: n\nid: i\nsearch: |\n    nosuch=(\n", 4, 12},
		{"name: n\nid: i\nsearch: >\n\n    x=\xc3\xa9 `long_filter`\n\n    |   nosuch\n", 7, 9},
		{"name: n\nid: i\nsearch:\n  '| tstats count from\n\n  datamodel=Nosuch.Node'\n", 6, 3},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		put("r.yml", cases[i].text);
		struct rules *rs = load(at("r.yml"));
		const struct diag *d = &rs->v[0]->why_not;
		int col = 0;
		sscanf(d->msg, "search, column %d:", &col);
		ck_assert_msg(d->line == cases[i].line && col == cases[i].col, "%zu: %d:%d, %s", i, d->line, col, d->msg);
		rules_free(rs);
	}
}
END_TEST

START_TEST(lesser_damage)
{
	put("r.yml", "name: n\nid: i\nsearch: x=1\nauthor: [a, b]\nname: again\nreferences: {a: b}\n"
	             "tags:\n  risk_score: high\n  observable:\n  - {name: dest}\n  - text\n  mitre_attack_id: [[x], T1]\n"
	             "tests:\n- attack_data:\n  - {source: x}\ndrilldown_searches:\n- {name: x}\n");
	struct rules *rs = load(at("r.yml"));

	ck_runs(rs->v[0]);
	ck_text(rs->v[0]->name, "again");
	ck_warned(rs, 4, "`author` must be text");
	ck_warned(rs, 5, "`name` stands in line 1, too");
	ck_warned(rs, 6, "`references` must be a list");
	ck_warned(rs, 8, "`risk_score` must be a number");
	ck_warned(rs, 10, "an observable needs");
	ck_warned(rs, 11, "an entry must be a map");
	ck_warned(rs, 12, "an entry must be text");
	ck_warned(rs, 15, "needs `data`");
	ck_warned(rs, 17, "a drilldown needs a search");
	ck_assert_uint_eq(rs->v[0]->nmitre, 1);
	rules_free(rs);
}
END_TEST

/* ---- where things are found ---- */

START_TEST(checkout)
{
	put_rule("detections/endpoint/b.yml", "b", "`one`");
	put_rule("detections/network/a.yml", "a", "`one` | lookup t k OUTPUT v");
	put_rule("detections/deprecated/old.yml", "old", "x=1");
	put("detections/deprecated/old.yml", "name: Old\nid: old\nstatus: deprecated\nsearch: x=1\n");
	put("stories/s.yml", "name: a story\n");
	put("detections/endpoint/notes.txt", "no rule");
	put_macro("one", "x=1");
	put("lookups/t.yml", "name: t\nfilename: t.csv\n");
	put("lookups/t.csv", "k,v\n1,2\n");
	struct rules *rs = load(at(""));

	ck_quiet(rs);
	ck_assert_uint_eq(rs->n, 3);
	ck_assert_uint_eq(rs->nmacros, 1);
	ck_assert_uint_eq(rs->nlookups, 1);
	ck_text(rs->v[0]->file, "a.yml");
	ck_text(rs->v[1]->file, "b.yml");
	ck_runs(rs->v[0]);
	ck_runs(rs->v[1]);
	ck_not(rs->v[2], 0, "deprecated");
	ck_assert(rs->v[2]->withdrawn && !rs->v[0]->withdrawn);
	rules_free(rs);
	/* a file and a folder inside find the same; a rule that is named runs whatever its status */
	const char *paths[] = {at("detections/endpoint/b.yml"), at("detections/network"), at("detections/deprecated/old.yml")};
	rs = rules_load(paths, 3, NULL, 0);
	ck_quiet(rs);
	ck_assert_uint_eq(rs->n, 3);
	for (int i = 0; i < 3; i++)
		ck_runs(rs->v[i]);
	rules_free(rs);
}
END_TEST

START_TEST(folder_of_rules)
{
	put_rule("mine/deep/r.yml", "r", "`one` `two`");
	put("mine/macros/one.yml", "name: one\ndefinition: x=1\n");
	put("mine/lookups/l.yml", "name: l\nfilename: l.csv\n");
	put_macro("two", "y=2");
	put("mine/.git/x.yml", "hidden");
	struct rules *rs = load(at("mine"));

	/* macros beside the rules hide those above */
	ck_assert_uint_eq(rs->n, 1);
	ck_not(rs->v[0], 3, "two");
	rules_free(rs);
	/* … but another path brings them */
	const char *paths[] = {at("mine"), at("macros")};
	rs = rules_load(paths, 2, NULL, 0);
	ck_assert_uint_eq(rs->n, 1);
	ck_runs(rs->v[0]);
	rules_free(rs);
}
END_TEST

START_TEST(own_macros_first)
{
	put_rule("a/r1.yml", "r1", "`m`");
	put("a/macros/m.yml", "name: m\ndefinition: from=a\n");
	put_rule("b/r2.yml", "r2", "`m`");
	put("b/macros/m.yml", "name: m\ndefinition: from=b\n");
	const char *paths[] = {at("a"), at("b")};
	struct rules *rs = rules_load(paths, 2, NULL, 0);

	ck_quiet(rs);
	ck_text(spl_text(rs->v[0]->query), "from=a");
	ck_text(spl_text(rs->v[1]->query), "from=b");
	rules_free(rs);
	put("over/m.yml", "name: m\ndefinition: from=analyst\n");
	rs = rules_load(paths, 2, (const char *[]){at("over")}, 1);
	ck_text(spl_text(rs->v[0]->query), "from=analyst");
	ck_text(spl_text(rs->v[1]->query), "from=analyst");
	rules_free(rs);
}
END_TEST

START_TEST(shipped_last)
{
	put("ship/macros/m.yml", "name: m\ndefinition: from=shipped\n");
	put("ship/macros/n.yml", "name: n\ndefinition: from=shipped\n");
	put_rule("bare/r1.yml", "r1", "`m`");
	put_rule("bare/r2.yml", "r2", "`n`");
	put_rule("own/r3.yml", "r3", "`n`");
	put("own/macros/m.yml", "name: m\ndefinition: from=own\n");
	put("stop/.git/x", "");
	setenv("SPOOR_RULES", at("ship"), 1);
	const char *paths[] = {at("bare"), at("own")};
	struct rules *rs = rules_load(paths, 2, NULL, 0);

	ck_assert_uint_eq(rs->n, 3);
	ck_text(spl_text(rs->v[0]->query), "from=own");
	ck_text(spl_text(rs->v[1]->query), "from=shipped");
	ck_text(spl_text(rs->v[2]->query), "from=shipped");
	rules_free(rs);
	/* rules with macros of their own get no others */
	rs = load(at("own"));
	ck_not(rs->v[0], 3, "`n`");
	rules_free(rs);
}
END_TEST

START_TEST(doubles)
{
	put_rule("a.yml", "same", "x=1");
	put_rule("b.yml", "same", "x=2");
	const char *paths[] = {at(""), at("a.yml")};
	struct rules *rs = rules_load(paths, 2, NULL, 0);

	ck_assert_uint_eq(rs->n, 1);
	ck_text(rs->v[0]->file, "a.yml");
	ck_assert_uint_eq(rs->warnings.n, 1);
	ck_warned(rs, 0, "its id same is that of");
	rules_free(rs);
}
END_TEST

START_TEST(nothing_there)
{
	struct rules *rs = load(at("missing"));

	ck_assert_uint_eq(rs->n, 0);
	ck_warned(rs, 0, "No such file");
	rules_free(rs);
	rs = load(root);
	ck_assert_uint_eq(rs->n, 0);
	ck_quiet(rs);
	rules_free(rs);
}
END_TEST

/* ---- macros ---- */

START_TEST(macro_files)
{
	put("macros/a.yml", "name: a\ndefinition: null\n");
	put("macros/b.yml", "name: b\narguments: [x, y]\ndefinition: f=$x$ g=$y$\n");
	put("macros/c.yml", "name: b\ndefinition: plain=1\n");
	put("macros/d.yml", "name: d(1)\narguments:\n- z\ndefinition: h=$z$\n");
	put_rule("r1.yml", "r1", "v=`a` `b(1, 2)` `b` `d(3)` | `r1_filter`");
	struct rules *rs = load(at(""));

	ck_quiet(rs);
	ck_runs(rs->v[0]);
	ck_text(spl_text(rs->v[0]->query), "v=null f=1 g=2 plain=1 h=3 | search *");
	rules_free(rs);
	put("macros/e.yml", "name: a\ndefinition: again\n");
	put("macros/f.yml", "definition: x\n");
	put("macros/g.yml", "name: g\n");
	put("macros/h.yml", "name: h\ndefinition: x\narguments: z\n");
	put("macros/i.yml", "- x\n");
	rs = load(at(""));
	ck_assert_uint_eq(rs->warnings.n, 5);
	ck_warned(rs, 1, "macro a is defined by another file");
	ck_warned(rs, 1, "no name");
	ck_warned(rs, 1, "macro g has no definition");
	ck_warned(rs, 3, "`arguments` must be a list");
	ck_warned(rs, 1, "a macro file is a map");
	ck_runs(rs->v[0]);
	rules_free(rs);
}
END_TEST

START_TEST(exclude)
{
	struct diag d = DIAG_INIT;
	struct arena *a = arena_new();

	put_macro("a_filter", "search *");
	put_macro("b_filter", "search NOT x=2");
	put_macro("other_filter", "search *");
	put_rule("a.yml", "a", "y=1 | `other_filter` | `a_filter`");
	put_rule("b.yml", "b", "y=2 | `b_filter` | head 5");
	put_rule("c.yml", "c", "y=3 | head 5");
	struct rules *rs = load(at(""));

	ck_text(rules_filter_macro(rs, rs->v[0]), "a_filter");
	ck_text(rules_filter_macro(rs, rs->v[1]), "b_filter");
	ck_assert(rules_filter_macro(rs, rs->v[2]).p == NULL);
	/* in place of a macro that keeps all, behind one that does not, behind a search without one */
	for (int i = 0; i < 3; i++)
		ck_assert(rules_exclude(rs, rs->v[i], STR("search NOT (x=1)"), &d));
	ck_text(spl_text(rs->v[0]->excluding), "y=1 | search * | search NOT (x=1)");
	ck_text(spl_text(rs->v[1]->excluding), "y=2 | search NOT x=2 | search NOT (x=1) | head 5");
	ck_text(spl_text(rs->v[2]->excluding), "y=3 | head 5\n| search NOT (x=1)");
	ck_text(spl_text(rs->v[1]->query), "y=2 | search NOT x=2 | head 5");      /* without */
	ck_text(rules_filter_definition(rs, rs->v[1], STR("search NOT (x=1)"), a), "search NOT x=2 | search NOT (x=1)");
	ck_text(rules_filter_definition(rs, rs->v[0], STR(""), a), "search *");
	const struct spl_query *before = rs->v[0]->excluding;
	ck_assert(!rules_exclude(rs, rs->v[0], STR("search NOT ("), &d));
	ck_assert(diag_is_set(&d));
	ck_assert_ptr_eq(rs->v[0]->excluding, before);
	rules_free(rs);
	arena_free(a);
}
END_TEST

START_TEST(conditions)
{
	static const struct { const char *text; int col; } bad[] = {
		{"", 1}, {"  ", 1}, {"x=", 3}, {"x=1 | head 1", 5}, {"x=1) OR (y=2", 4}, {"(x=1", 1}, {"x=\"1", 3}, {"x=1 `nowhere`", 5},
	};
	static const char *const good[] = {"x=1", "x=\"a|b\" y=\"\\\"|\"", "NOT x=1 OR (y=2 z=*)", "x IN (1, 2)", "word"};
	struct rules *rs = load(at(""));

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct diag d = DIAG_INIT;

		ck_assert_msg(!rules_condition_check(str_c(bad[i].text), rules_env(rs), &d), "%s", bad[i].text);
		ck_assert_msg(d.col >= 1 && d.col <= (int)strlen(bad[i].text) + 1, "%s: column %d: %s", bad[i].text, d.col, d.msg);
		if (bad[i].col == 4 || bad[i].col == 5)
			ck_assert_msg(d.col == bad[i].col, "%s: column %d: %s", bad[i].text, d.col, d.msg);
	}
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct diag d = DIAG_INIT;

		ck_assert_msg(rules_condition_check(str_c(good[i]), rules_env(rs), &d), "%s: %s", good[i], d.msg);
	}
	rules_free(rs);
}
END_TEST

/* ---- lookups ---- */

static const struct spl_lookup *lookup(const struct rules *rs, const char *name)
{
	const struct spl_env *env = rules_env(rs);
	struct diag d = DIAG_INIT;
	const struct spl_lookup *l = env->lookup(env->ctx, str_c(name), &d);

	ck_assert_msg(l != NULL, "%s", d.msg);
	return l;
}

START_TEST(lookup_files)
{
	put("lookups/a.yml", "name: a\nfilename: a1.csv\ndefault_match: 'false'\nmatch_type: WILDCARD(k), CIDR(net),EXACT(e)\n"
	                     "min_matches: 1\nmax_matches: 3\ncase_sensitive_match: 'False'\n");
	put("lookups/a1.csv", "\xEF\xBB\xBFk, net ,v\r\nx*,10.0.0.0/8,\"a,\"\"b\"\"\"\r\n\r\ny,,\r\nz\r\n1,2,3,4\r\n");
	put("lookups/plain.yml", "name: plain\nfilename: a1.csv\n");
	put("lookups/kv.yml", "name: kv\ncollection: kv\nfields_list: _key, a\n");
	put("lookups/gone.yml", "name: gone\nfilename: gone.csv\n");
	put("lookups/newer.yml", "name: newer\nlookup_type: csv\ncase_sensitive_match: true\nmatch_type:\n- WILDCARD(k)\ndefault_match:\n");
	put("lookups/newer.csv", "k,v\na,b\n");
	struct rules *rs = rules_load_macros((const char *[]){at("")}, 1, NULL, 0);

	ck_quiet(rs);
	ck_assert_uint_eq(rs->nlookups, 5);
	const struct spl_lookup *l = lookup(rs, "a");
	ck_assert(l->ignore_case && !l->missing);
	ck_assert_int_eq(l->min_matches, 1);
	ck_assert_int_eq(l->max_matches, 3);
	ck_text(l->default_match, "false");
	ck_assert_uint_eq(l->nwild, 1);
	ck_assert_uint_eq(l->ncidr, 1);
	ck_text(l->wild[0], "k");
	ck_text(l->cidr[0], "net");
	ck_assert_uint_eq(l->table->n, 4);
	ck_assert_uint_eq(l->table->ncols, 3);
	ck_text(l->table->col[0].name, "k");
	ck_text(l->table->col[1].name, "net");
	struct val v = rows_get(l->table, 0, "v");
	ck_text(((struct str){v.s, v.len}), "a,\"b\"");
	ck_assert(val_is_null(rows_get(l->table, 1, "net")));
	ck_assert(val_is_null(rows_get(l->table, 2, "v")));
	ck_assert(!val_is_null(rows_get(l->table, 3, "v")));
	ck_assert_ptr_eq(lookup(rs, "a"), l);

	l = lookup(rs, "plain");
	ck_assert(!l->ignore_case && l->default_match.p == NULL && l->nwild == 0);
	l = lookup(rs, "a1.csv");
	ck_assert_uint_eq(l->table->n, 4);
	ck_assert(!l->ignore_case);
	ck_assert(lookup(rs, "kv")->missing);
	ck_assert(lookup(rs, "gone")->missing);
	ck_assert(lookup(rs, "nowhere")->missing);
	ck_assert_uint_eq(lookup(rs, "nowhere")->table->n, 0);
	l = lookup(rs, "newer");
	ck_assert(!l->missing && !l->ignore_case && l->default_match.p == NULL);
	ck_assert_uint_eq(l->nwild, 1);
	rules_free(rs);
}
END_TEST

START_TEST(lookup_damage)
{
	put("lookups/a.yml", "filename: a.csv\n");
	put("lookups/b.yml", "name: b\nfilename: ../secret.csv\n");
	put("lookups/c.yml", "name: c\nfilename: c.csv\ncase_sensitive_match: perhaps\nmax_matches: many\nmatch_type: FUZZY(x)\n");
	put("lookups/c.csv", "k,v\n\"never closed\n");
	put("lookups/d.yml", "name: [d]\n");
	put_rule("r.yml", "r", "x=1 | lookup c k OUTPUT v");
	struct rules *rs = load(at(""));

	ck_warned(rs, 1, "no name");
	ck_warned(rs, 2, "`filename` must name a file of this folder");
	ck_warned(rs, 3, "must be true or false");
	ck_warned(rs, 1, "`name` must be one value");
	ck_not(rs->v[0], 3, "c.csv:2");
	rules_free(rs);
}
END_TEST

START_TEST(models)
{
	put("lookups/__mlspl_m.mlmodel", "algo,model,options\n");
	struct rules *rs = rules_load_macros((const char *[]){at("lookups")}, 1, NULL, 0);
	const struct spl_env *env = rules_env(rs);
	struct str bytes;

	ck_assert(env->model(env->ctx, STR("m"), &bytes));
	ck_text(bytes, "algo,model,options\n");
	ck_assert(!env->model(env->ctx, STR("n"), &bytes));
	rules_free(rs);
}
END_TEST

static void count_macro(void *ctx, struct str name, unsigned nargs)
{
	(void)name;
	*(unsigned *)ctx += 1 + nargs;
}

START_TEST(completion)
{
	put("macros/a.yml", "name: a\ndefinition: x\n");
	put("macros/b.yml", "name: b\narguments: [x]\ndefinition: x\n");
	put("over/a.yml", "name: a\ndefinition: y\n");
	struct rules *rs = rules_load_macros((const char *[]){at("")}, 1, (const char *[]){at("over")}, 1);
	unsigned n = 0;

	rules_env(rs)->macros(rules_env(rs)->ctx, count_macro, &n);
	ck_assert_uint_eq(n, 3);
	rules_free(rs);
}
END_TEST

/* Folders that go round in circles, and files that are none. */
START_TEST(odd_folders)
{
	struct file_list l = {0};
	struct diags warn = {0};

	put("d/b.yml", "");
	put("d/a.YML", "");
	put("d/sub/c.yaml", "");
	put("d/.hidden/x.yml", "");
	put("d/skip/x.yml", "");
	ck_assert_int_eq(symlink("..", at("d/sub/up")), 0);
	ck_assert_int_eq(symlink("b.yml", at("d/link.yml")), 0);
	ck_assert_int_eq(symlink("nowhere", at("d/broken.yml")), 0);
	ck_assert_int_eq(mkfifo(at("d/pipe.yml"), 0666), 0);
	static const char *const suffixes[] = {".yml", ".yaml", NULL}, *const skip[] = {"skip", NULL};
	files_below(&l, at("d"), suffixes, skip, true, &warn);
	ck_assert_uint_eq(l.n, 4);
	ck_assert_str_eq(file_base(l.v[0]), "a.YML");
	ck_assert_str_eq(file_base(l.v[1]), "b.yml");
	ck_assert_str_eq(file_base(l.v[2]), "link.yml");
	ck_assert_str_eq(file_base(l.v[3]), "c.yaml");
	ck_assert_uint_eq(warn.n, 1);
	file_list_free(&l);
	files_below(&l, at("d"), suffixes, NULL, false, &warn);
	ck_assert_uint_eq(l.n, 3);
	file_list_free(&l);
	struct sbuf b = {0};
	struct diag d = DIAG_INIT;
	put("big", "0123456789");
	ck_assert(file_read(at("big"), 10, &b, &d));
	ck_assert(!file_read(at("big"), 9, &b, &d));
	ck_assert(strstr(d.msg, "larger than 9 bytes") != NULL);
	d = (struct diag)DIAG_INIT;
	ck_assert(!file_read(at("d"), 9, &b, &d));
	sbuf_free(&b);
	diags_free(&warn);
}
END_TEST

/* All published rules at hand compile, but for those that need what no Sysmon log has. */
START_TEST(published_rules)
{
	const char *top = getenv("top_srcdir");
	struct sbuf path = {0};

	sbuf_addf(&path, "%s/../shared/escu", top ? top : ".");
	if (!file_is_dir(path.p)) {
		printf("skipped: published_rules: %s is not there\n", path.p);
		sbuf_free(&path);
		return;
	}
	struct rules *rs = load(path.p);
	size_t unusable = 0;
	ck_quiet(rs);
	for (size_t i = 0; i < rs->n; i++) {
		if (!rs->v[i]->query) {
			printf("%s:%d: %s\n", rs->v[i]->why_not.file, rs->v[i]->why_not.line, rs->v[i]->why_not.msg);
			unusable++;
		}
		ck_assert_msg(rs->v[i]->name.n && rs->v[i]->id.n && rs->v[i]->type != RULE_OTHER, "%s", rs->v[i]->file.p);
		for (size_t k = 0; k < rs->v[i]->nmitre; k++)
			ck_assert_msg(rs->v[i]->mitre[k].name.n > 0, "%s: %.*s", rs->v[i]->file.p, STR_FMT(rs->v[i]->mitre[k].id));
	}
	ck_assert_uint_gt(rs->n, 400);
	ck_assert_uint_le(unusable, 2);
	rules_free(rs);
	sbuf_free(&path);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("rule");
	TCase *t = tcase_create("rule");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, layout_old);
	tcase_add_test(t, layout_new);
	tcase_add_test(t, layout_findings);
	tcase_add_test(t, layout_intermediate);
	tcase_add_test(t, reasons);
	tcase_add_test(t, places);
	tcase_add_test(t, lesser_damage);
	tcase_add_test(t, checkout);
	tcase_add_test(t, folder_of_rules);
	tcase_add_test(t, own_macros_first);
	tcase_add_test(t, shipped_last);
	tcase_add_test(t, doubles);
	tcase_add_test(t, nothing_there);
	tcase_add_test(t, macro_files);
	tcase_add_test(t, exclude);
	tcase_add_test(t, conditions);
	tcase_add_test(t, lookup_files);
	tcase_add_test(t, lookup_damage);
	tcase_add_test(t, models);
	tcase_add_test(t, completion);
	tcase_add_test(t, odd_folders);
	tcase_add_test(t, published_rules);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
