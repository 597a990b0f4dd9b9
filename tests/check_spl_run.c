/* Rows, lineage and runs of searches, as far as tables of rows cannot show them: which events a row came
 * from, which fields are asked of the engine, stopping, limits, several threads. */
#include <check.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>

#include "cim/cim.h"
#include "spl/spl.h"
#include "tests/dump.h"

/* ---- rows ---- */

static struct val text(const char *s)
{
	return val_str(str_c(s));
}

static struct rows *sample(void)
{
	struct rows *r = rows_new(3);
	struct val *a = rows_values(r, STR("a")), *b = rows_values(r, STR("b"));

	for (size_t i = 0; i < 3; i++) {
		a[i] = val_num((double)i);
		b[i] = i == 1 ? val_null() : text(i ? "y" : "x");
		r->lin[i] = lineage_one(r->arena, (ev_t)(10 + i), 0);
	}
	return r;
}

START_TEST(rows_by_name)
{
	struct rows *r = sample();

	ck_assert_int_eq(rows_find(r, STR("b")), 1);
	ck_assert_int_eq(rows_find(r, STR("B")), -1);
	ck_assert_uint_eq(rows_col(r, STR("a")), 0);
	ck_assert_uint_eq(rows_col(r, STR("c")), 2);
	ck_assert(val_is_null(rows_get(r, 2, "c")));
	ck_assert(val_is_null(rows_get(r, 2, "none")));
	rows_drop(r, 0);
	ck_assert_int_eq(rows_find(r, STR("a")), -1);
	ck_assert(val_same(rows_get(r, 2, "b"), text("y")));
	rows_free(r);
}
END_TEST

START_TEST(rows_selected)
{
	static const uint32_t twice[] = {2, 0, 2, 2}, ascending[] = {1, 2};
	struct rows *r = sample();

	rows_select(r, twice, 4);
	ck_assert_uint_eq(r->n, 4);
	ck_assert(rows_get(r, 1, "a").num == 0);
	ck_assert(rows_get(r, 3, "a").num == 2);
	ck_assert_uint_eq(r->lin[0]->v[0].ev, 12);
	rows_select(r, ascending, 2);
	ck_assert_uint_eq(r->n, 2);
	ck_assert(rows_get(r, 0, "a").num == 0);
	ck_assert_uint_eq(r->lin[1]->v[0].ev, 12);
	rows_select(r, NULL, 0);
	ck_assert_uint_eq(r->n, 0);
	rows_free(r);
}
END_TEST

START_TEST(rows_appended)
{
	struct rows *r = sample(), *more = sample();

	rows_col(more, STR("c"));
	rows_append(r, more);
	rows_free(more);                                 /* nothing of it is borrowed */
	ck_assert_uint_eq(r->n, 6);
	ck_assert(val_same(rows_get(r, 5, "b"), text("y")));
	ck_assert(val_is_null(rows_get(r, 0, "c")));
	ck_assert_uint_eq(r->lin[4]->v[0].ev, 11);
	rows_free(r);
}
END_TEST

START_TEST(rows_adopted)
{
	struct rows *r = rows_new(1), *other = rows_new(1), *third = rows_new(0);

	rows_values(other, STR("x"))[0] = val_str(arena_str(other->arena, STR("kept")));
	other->partial = true;
	rows_adopt(other, third);
	rows_values(r, STR("y"))[0] = rows_get(other, 0, "x");
	rows_adopt(r, other);
	ck_assert(val_same(rows_get(r, 0, "y"), text("kept")));
	ck_assert(r->partial);
	ck_assert_uint_gt(rows_bytes(r), 0);
	rows_free(r);
}
END_TEST

/* ---- lineage ---- */

/* 200 events, the later in the input the earlier in time. */
static struct dump *backwards(void)
{
	static char line[200][64];
	static const char *event[200];

	for (int i = 0; i < 200; i++) {
		snprintf(line[i], sizeof(line[i]), "1|2021-11-12T10:%02d:%02dZ|Computer=A|Image=x.exe",
			 59 - i / 60, 59 - i % 60);
		event[i] = line[i];
	}
	return dump_cut_new(event, 200, 1000, 1, 0);
}

START_TEST(lineage_keeps_the_earliest)
{
	struct dump *d = backwards();
	struct arena *a = arena_new();
	struct lineage_set set = {0};

	for (int pass = 0; pass < 2; pass++) {
		for (ev_t ev = 0; ev < 200; ev++)
			lineage_add_event(&set, store_time(d->store, pass ? ev : 199 - ev), pass ? ev : 199 - ev, 3);
		for (ev_t ev = 0; ev < 3; ev++)
			lineage_add_event(&set, store_time(d->store, ev), ev, 1);
		const struct lineage *l = lineage_make(&set, a);
		ck_assert_ptr_null(set.v);
		ck_assert_uint_eq(l->total, 203);
		ck_assert_uint_eq(l->n, LINEAGE_MAX + 3);
		ck_assert_uint_eq(l->v[0].leaf, 1);
		ck_assert_uint_eq(l->v[0].ev, 2);        /* the earliest of its leaf */
		ck_assert_uint_eq(l->v[2].ev, 0);
		ck_assert_uint_eq(l->v[3].leaf, 3);
		ck_assert_uint_eq(l->v[3].ev, 199);
		for (unsigned i = 4; i < l->n; i++)
			ck_assert_uint_eq(l->v[i].ev, l->v[i - 1].ev - 1);
	}
	arena_free(a);
	dump_free(d);
}
END_TEST

START_TEST(lineage_joined)
{
	struct arena *a = arena_new();
	const struct lineage *x = lineage_one(a, 5, 0), *y = lineage_one(a, 4, 1), *same = lineage_one(a, 5, 0);

	ck_assert_ptr_eq(lineage_join(a, NULL, x, NULL), x);
	ck_assert_ptr_eq(lineage_join(a, NULL, x, same), x);
	ck_assert_ptr_null(lineage_join(a, NULL, NULL, NULL));
	const struct lineage *l = lineage_join(a, NULL, x, y);
	ck_assert_uint_eq(l->n, 2);
	ck_assert_uint_eq(l->total, 2);
	ck_assert_uint_eq(l->v[0].ev, 5);
	ck_assert_uint_eq(l->v[1].leaf, 1);
	l = lineage_join(a, NULL, l, same);              /* a double is none */
	ck_assert_uint_eq(l->n, 2);
	ck_assert_uint_eq(l->total, 2);
	l = lineage_join(a, NULL, NULL, y);
	ck_assert_ptr_ne(l, y);
	ck_assert_uint_eq(l->v[0].ev, 4);
	arena_free(a);
}
END_TEST

/* ---- searches ---- */

struct bench {
	struct dump *dump;
	struct cim *cim;
	struct engine *engine;
};

static struct bench bench_new(struct dump *d)
{
	struct bench b = {.dump = d, .cim = cim_new(d->store, &(struct cim_opts){0})};

	b.engine = engine_embedded(b.cim);
	return b;
}

static void bench_free(struct bench *b)
{
	b->engine->ops->free(b->engine);
	cim_free(b->cim);
	dump_free(b->dump);
}

static struct spl_query *compile(const char *s)
{
	struct diag d = DIAG_INIT;
	struct spl_query *q = spl_compile(str_c(s), NULL, &d);

	ck_assert_msg(q != NULL, "%s", d.msg);
	return q;
}

static struct rows *run(struct bench *b, const struct spl_query *q, const atomic_bool *cancel,
			const struct spl_limits *limits, struct diags *warn)
{
	struct spl_run_opts o = {.engine = b->engine, .now = (double)NAN, .cancel = cancel, .limits = limits};
	struct diag d = DIAG_INIT;
	struct rows *r = spl_run(q, &o, warn, &d);

	ck_assert_msg(r != NULL, "%s", d.msg);
	return r;
}

static struct bench two_hosts(void)
{
	return bench_new(DUMP(
		"1|2021-11-12T10:05:00Z|Computer=A|ProcessId=100|Image=C:\\W\\i.exe|CommandLine=i x",
		"3|2021-11-12T10:05:02Z|Computer=B|ProcessId=100|DestinationIp=9.9.9.9|DestinationPort=80",
		"1|2021-11-12T10:05:01Z|Computer=A|ProcessId=100|Image=C:\\W\\i.exe|CommandLine=i y"));
}

START_TEST(rows_know_their_events)
{
	struct bench b = two_hosts();
	struct spl_query *q =
		compile("| tstats fillnull_value=null count from datamodel=Endpoint.Processes by "
			"Processes.process_id "
			"| rename Processes.* as * | join process_id [| tstats count from "
			"datamodel=Network_Traffic.All_Traffic by All_Traffic.process_id "
			"| rename All_Traffic.* as *] | stats count by process_id | eval n=1 | table n");
	struct rows *r = run(&b, q, NULL, NULL, NULL);

	ck_assert(spl_has_join(q));
	ck_assert_uint_eq(r->n, 1);
	const struct lineage *l = r->lin[0];
	ck_assert_ptr_nonnull(l);
	ck_assert_uint_eq(l->total, 3);
	ck_assert_uint_eq(l->n, 3);
	ck_assert_uint_eq(l->v[0].ev, 0);
	ck_assert_uint_eq(l->v[0].leaf, 0);
	ck_assert_uint_eq(l->v[1].ev, 2);
	ck_assert_uint_eq(l->v[2].ev, 1);
	ck_assert_uint_eq(l->v[2].leaf, 1);
	rows_free(r);
	spl_free(q);
	bench_free(&b);
}
END_TEST

/* Commands that make new rows carry the events along. */
static const char *const carriers[] = {
	"EventCode=1 | transaction Computer",
	"EventCode=1 | chart count over Computer by EventCode",
	"EventCode=1 | timechart count",
	"EventCode=1 | top Computer",
	"EventCode=1 | fields Computer CommandLine | fields - _* | mvcombine CommandLine",
	"EventCode=1 | stats values(CommandLine) as c by Computer | mvexpand c | stats count by Computer",
	"EventCode=1 | stats count | append [search EventCode=99] | head 1",
	"EventCode=1 | xyseries Computer EventCode CommandLine",
	"EventCode=1 | sort CommandLine | dedup Computer keepevents=t | streamstats count as n | stats max(n)",
	"| from datamodel:Endpoint.Processes | stats count by dest",
};

START_TEST(commands_carry_events)
{
	struct bench b = two_hosts();
	struct spl_query *q = compile(carriers[_i]);
	struct rows *r = run(&b, q, NULL, NULL, NULL);

	ck_assert_uint_ge(r->n, 1);
	ck_assert_ptr_nonnull(r->lin[0]);
	ck_assert_uint_eq(r->lin[0]->v[0].ev, 0);
	rows_free(r);
	spl_free(q);
	bench_free(&b);
}
END_TEST

/* Which fields a search asks of its events: sorted, blanks between; * for all. */
static const struct {
	const char *search, *want;
} needs[] = {
	{"EventCode=1", "*"},
	{"EventCode=1 | stats count by Image", "Image _time"},
	{"EventCode=1 | table Image, User", "Image User"},
	{"EventCode=1 | fields Image", "Image _*"},
	{"EventCode=1 | fields - Image | table User", "User"},
	{"EventCode=1 | search User=x | table Image", "Image User"},
	{"EventCode=1 | search word | table Image", "*"},
	{"EventCode=1 | search [search EventCode=3 | fields ProcessId] | table Image", "*"},
	{"EventCode=1 | where len(CommandLine)>3 | eval a=User.\"x\" | table a", "CommandLine User"},
	{"EventCode=1 | rename Image as process_path | stats count by process_path", "Image _time"},
	{"EventCode=1 | rename X.* as * | table a", "X.a a"},
	{"EventCode=1 | rename a* as b* | stats count by c*d", NULL},
	{"EventCode=1 | stats values(*) as * by Image", "*"},
	{"EventCode=1 | rex field=CommandLine \"(?<n>\\d)\" | table n", "CommandLine n"},
	{"EventCode=1 | eval User=lower(User) | dedup User | sort -_time | head 5 | table User",
	 "User _time"},
	{"EventCode=1 | join ProcessId [search EventCode=3 | table ProcessId DestinationIp] | table "
	 "DestinationIp",
	 "DestinationIp ProcessId"},
	{"EventCode=1 | convert ctime(_time) as t | bin span=1h t | table t", "_time t"},
	{"EventCode=1 | transaction Computer startswith=(EventCode=1) | table duration",
	 "Computer EventCode _time duration"},
	{"EventCode=1 | mvexpand Hashes | top Image", "Hashes Image"},
	{"EventCode=1 | mvcombine Hashes | table Image", "*"},
	{"EventCode=1 | timechart span=1h count by User", "User _time"},
	{"EventCode=1 | tail 2 | reverse | fillnull User | table User", "User"},
	{"EventCode=1 | append [search EventCode=3] | table User", "User"},
	{"EventCode=1 | xmlkv | table a", "_raw a"},
};

static int by_name(const void *x, const void *y)
{
	return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

START_TEST(only_needed_fields)
{
	struct diag d = DIAG_INIT;
	struct spl_query *q = spl_compile(str_c(needs[_i].search), NULL, &d);
	struct sbuf got = {0};
	size_t n;

	if (!needs[_i].want) {
		ck_assert_ptr_null(q);
		return;
	}
	ck_assert_msg(q != NULL, "%s", d.msg);
	const struct fieldset *w = spl_leaves(q, &n)[0].scan.want;
	if (w->all)
		sbuf_addc(&got, '*');
	else
		qsort(w->v, w->n, sizeof(*w->v), by_name);
	for (size_t i = 0; i < w->n; i++)
		sbuf_addf(&got, "%s%.*s", got.n ? " " : "", STR_FMT(w->v[i]));
	ck_assert_str_eq(sbuf_str(&got).p, needs[_i].want);
	sbuf_free(&got);
	spl_free(q);
}
END_TEST

START_TEST(leaves_of_a_search)
{
	size_t n;
	struct spl_query *q = compile(
		"EventCode=1 earliest=-1h | head 3 | join a [| tstats count from "
		"datamodel=Endpoint.Processes "
		"where [search EventCode=5 | fields a] by Processes.dest] | append [| from datamodel:Risk]");
	const struct spl_leaf *l = spl_leaves(q, &n);

	ck_assert_uint_eq(n, 4);
	for (size_t i = 0; i < n; i++) {
		ck_assert_uint_eq(l[i].leaf, i);
		ck_assert_uint_eq(l[i].scan.leaf, i);
		ck_assert_int_eq(l[i].is_sub, i > 0);
	}
	ck_assert_ptr_null(l[0].scan.dataset);
	ck_assert_uint_eq(l[0].scan.limit, 3);
	ck_assert_str_eq(l[1].scan.dataset, "Endpoint.Processes");
	ck_assert(l[1].scan.grouped);
	ck_assert_uint_eq(l[1].scan.nby, 1);
	ck_assert_ptr_null(l[2].scan.dataset);
	ck_assert_str_eq(l[3].scan.dataset, "Risk.All_Risk");
	ck_assert(l[3].scan.unprefixed);
	spl_free(q);
}
END_TEST

START_TEST(warnings_have_a_place)
{
	size_t n;
	struct spl_query *q =
		compile("| tstats count from datamodel=Endpoint.Processes\n  where Processes.nope=1");
	const struct spl_warning *w = spl_warnings(q, &n);

	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(w[0].line, 2);
	ck_assert_int_eq(w[0].col, 9);
	ck_assert(!spl_has_join(q));
	ck_assert(str_eqc(spl_text(q),
			  "| tstats count from datamodel=Endpoint.Processes\n  where Processes.nope=1"));
	spl_free(q);
}
END_TEST

/* ---- stopping ---- */

START_TEST(cancelled_is_partial)
{
	struct bench b = two_hosts();
	struct spl_query *q = compile("EventCode=1 | stats count");
	atomic_bool cancel = true;
	struct rows *r = run(&b, q, &cancel, NULL, NULL);

	ck_assert(r->partial);
	ck_assert_uint_eq(r->n, 1);                      /* what there is keeps its shape */
	rows_free(r);
	spl_free(q);
	bench_free(&b);
}
END_TEST

START_TEST(out_of_time_is_partial)
{
	struct bench b = two_hosts();
	struct spl_query *q = compile("| makeresults count=300000 | streamstats count as n | eval x=sha512(n) "
	                              "| streamstats window=9000 dc(x) as d");
	struct spl_limits limits = spl_limits_default;
	uint64_t start = when_mono_ns();

	limits.seconds = 0.2;
	struct rows *r = run(&b, q, NULL, &limits, NULL);
	ck_assert(r->partial);
	ck_assert_uint_lt(when_mono_ns() - start, UINT64_C(20000000000));
	rows_free(r);
	spl_free(q);
	bench_free(&b);
}
END_TEST

/* Searches that would grow without end. */
static const char *const greedy[] = {
	"| makeresults count=100000 | eval x=mvrange(0,1000) | mvexpand x",
	"| makeresults count=3000 | eval k=1 | join max=0 k [| makeresults count=3000 | eval k=1]",
	"| makeresults count=200000 | streamstats count as n | eval x=sha512(n) | stats values(x) list(x) "
	"dc(x)",
	"| makeresults count=1000 | streamstats count as n | eval x=mvrange(0,2000) | stats count by x n",
	"| makeresults count=100000 | streamstats count as n | chart limit=0 count over n by n",
	"| makeresults count=500000 | eval a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1 | append [| makeresults "
	"count=500000] | untable a b c",
};

START_TEST(out_of_memory_is_partial)
{
	struct bench b = two_hosts();
	struct spl_query *q = compile(greedy[_i]);
	struct spl_limits limits = spl_limits_default;
	struct spl_run_opts o = {.engine = b.engine, .now = 0, .limits = &limits};
	struct diags warn = {0};
	struct diag d = DIAG_INIT;

	limits.memory = 32 << 20;
	limits.join_rows = limits.list_values = 0;
	struct rows *r = spl_run(q, &o, &warn, &d);
	ck_assert_msg(r ? r->partial : diag_is_set(&d), "neither cut nor refused: %s", greedy[_i]);
	if (r)
		ck_assert_uint_ge(warn.n, 1);
	if (r)
		ck_assert_uint_lt(rows_bytes(r), 4 * limits.memory);
	rows_free(r);
	diags_free(&warn);
	spl_free(q);
	bench_free(&b);
}
END_TEST

/* ---- threads ---- */

struct job {
	struct bench *b;
	const struct spl_query *q;
	size_t rows;
};

static void *run_job(void *ctx)
{
	struct job *j = ctx;

	for (int i = 0; i < 20; i++) {
		struct rows *r = run(j->b, j->q, NULL, NULL, NULL);
		j->rows += r->n;
		rows_free(r);
	}
	return NULL;
}

START_TEST(one_query_on_several_threads)
{
	struct bench b = two_hosts();
	struct spl_query *q = compile(
		"EventCode=1 | rex field=CommandLine \"i (?<arg>.)\" | join Computer [search EventCode=1] "
		"| transaction arg startswith=(EventCode=1) | sort arg | stats count by arg");
	struct job job[4];
	pthread_t thread[4];

	for (int i = 0; i < 4; i++) {
		job[i] = (struct job){.b = &b, .q = q};
		ck_assert_int_eq(pthread_create(&thread[i], NULL, run_job, &job[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(thread[i], NULL);
		ck_assert_uint_eq(job[i].rows, 40);
	}
	spl_free(q);
	bench_free(&b);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("spl_run");
	TCase *c = tcase_create("rows");

	tcase_add_test(c, rows_by_name);
	tcase_add_test(c, rows_selected);
	tcase_add_test(c, rows_appended);
	tcase_add_test(c, rows_adopted);
	tcase_add_test(c, lineage_keeps_the_earliest);
	tcase_add_test(c, lineage_joined);
	suite_add_tcase(s, c);

	c = tcase_create("searches");
	tcase_add_test(c, rows_know_their_events);
	tcase_add_loop_test(c, commands_carry_events, 0, sizeof(carriers) / sizeof(carriers[0]));
	tcase_add_loop_test(c, only_needed_fields, 0, sizeof(needs) / sizeof(needs[0]));
	tcase_add_test(c, leaves_of_a_search);
	tcase_add_test(c, warnings_have_a_place);
	suite_add_tcase(s, c);

	c = tcase_create("limits");
	tcase_set_timeout(c, 120);
	tcase_add_test(c, cancelled_is_partial);
	tcase_add_test(c, out_of_time_is_partial);
	tcase_add_loop_test(c, out_of_memory_is_partial, 0, sizeof(greedy) / sizeof(greedy[0]));
	tcase_add_test(c, one_query_on_several_threads);
	suite_add_tcase(s, c);

	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
