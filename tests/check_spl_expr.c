/* spl: the evaluator, against the tables of the semantics (precedence, escapes, matching, null, lists). */
#include <check.h>

#include "spl/budget.h"
#include "tests/spl_tools.h"

static struct arena *arena;

static void setup(void)
{
	arena = arena_new();
}

static void teardown(void)
{
	arena_free(arena);
	arena = NULL;
}

#define COUNT(x) (sizeof(x) / sizeof(*(x)))

struct search_case {
	const char *search, *row, *answer;
};

static void check_searches(const struct search_case *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(strcmp(search_over(arena, c[i].search, c[i].row), c[i].answer) == 0, "%s over %s: %s", c[i].search,
		              c[i].row, search_over(arena, c[i].search, c[i].row));
}

static void check_evals(const struct search_case *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(strcmp(eval_over(arena, c[i].search, c[i].row), c[i].answer) == 0, "%s over %s: %s", c[i].search,
		              c[i].row, eval_over(arena, c[i].search, c[i].row));
}

START_TEST(precedence)
{
	static const struct search_case s[] = {
		{"A=1 B=1 OR C=1", "A=0;B=1;C=1", "no"}, {"A=1 B=1 OR C=1", "A=1;B=0;C=1", "yes"}, {"A=1 B=1 OR C=1", "A=1;B=0;C=0", "no"},
		{"NOT a=1 b=2", "a=2;b=2", "yes"}, {"NOT a=1 b=2", "a=2;b=1", "no"}, {"NOT a=1 b=2", "a=1;b=1", "no"},
		{"EventCode=6 Signature=\"x\" OR ImageLoaded=\"y\"", "EventCode=7;ImageLoaded=y", "no"},
		{"EventCode=6 Signature=\"x\" OR ImageLoaded=\"y\"", "EventCode=6;ImageLoaded=y", "yes"},
	};
	static const struct search_case e[] = {
		{"A=1 AND B=1 OR C=1", "A=0;B=1;C=1", "1"}, {"A=1 AND B=1 OR C=1", "A=1;B=0;C=1", "1"}, {"A=1 AND B=1 OR C=1", "A=1;B=0;C=0", "0"},
		{"NOT A=1 OR B=1", "A=1;B=1", "1"}, {"1 + 2 * 3 - 4", "", "3"}, {"8 / 2 / 2", "", "2"}, {"2 - 1 - 1", "", "0"}, {"-2 + 3", "", "1"},
	};

	check_searches(s, COUNT(s));
	check_evals(e, COUNT(e));
}
END_TEST

/* What is written in a search, and what it matches. */
START_TEST(escapes)
{
	static const struct search_case s[] = {
		{"p=\"*\\\\AppData\\\\*\"", "p=C:\\u\\AppData\\x", "yes"}, {"p=\"*\\\\AppData\\\\*\"", "p=C:\\u\\AppData", "no"},
		{"PipeName=\"\\\\pipe\\\\*x\"", "PipeName=\\pipe\\abx", "yes"}, {"p=\\\\MSSE-*", "p=\\msse-12-server", "yes"},
		{"p=C:\\\\Users*", "p=c:\\users\\a", "yes"}, {"p=\"*\\\\\\\\*\"", "p=a \\\\host\\share", "yes"}, {"p=\"*\\\\\\\\*\"", "p=a \\host", "no"},
		{"p=\"group=\\\"File and Printer Sharing\\\"\"", "p=group=\"File and Printer Sharing\"", "yes"},
		{"p IN (\"\"*textbin*\"\")", "p=my TextBin 1", "yes"}, {"p IN (\"\"*textbin*\"\")", "p=", "yes"}, {"p IN (\"\"*textbin*\"\")", "p=x", "no"},
		{"f IN (\"*\\.txt\")", "f=a.txt", "yes"}, {"p=\"C:\\Temp\"", "p=C:\\TEMP", "yes"}, {"p=\"*&gt;*\"", "p=a > b", "yes"},
		{"p=\"*&gt;*\"", "p=a &gt b", "no"}, {"p!=\"*&gt;*\"", "p=a > b", "no"}, {"NOT p IN (\"*&lt;*\")", "p=a < b", "no"},
		{"process=\"*Action\\=\\\"Deny\\\"*\"", "process=x Action=\"Deny\" y", "yes"},
	};
	static const struct search_case e[] = {
		{"match(p, \"(.*\\\\\\)x\")", "p=a\\x", "1"}, {"replace(p, \"^[^\\\\\\]+\\\\\\\\\", \"\")", "p=DOM\\user", "user"},
		{"match(p, \"\\\\x{202E}\")", "p=a\xe2\x80\xae.exe", "1"}, {"match(p, \"\\.exe\")", "p=aXexe", "0"}, {"mvcount(split(p,\"\\\\\"))", "p=a\\b\\c", "3"},
	};

	check_searches(s, COUNT(s));
	check_evals(e, COUNT(e));
}
END_TEST

START_TEST(missing_and_lists)
{
	static const struct search_case s[] = {
		{"a!=x", "a=x", "no"}, {"NOT a=x", "a=x", "no"}, {"a=*", "a=x", "yes"}, {"a!=x", "a=y", "yes"}, {"NOT a=x", "a=y", "yes"}, {"a=*", "a=y", "yes"},
		{"a!=x", "b=1", "no"}, {"NOT a=x", "b=1", "yes"}, {"a=*", "b=1", "no"}, {"a!=x", "a=x|y", "yes"}, {"NOT a=x", "a=x|y", "no"}, {"a=*", "a=x|y", "yes"},
		{"a=*", "a=", "yes"}, {"a=\"\"", "a=", "yes"}, {"a=\"\"", "b=1", "no"}, {"a!=*", "a=x", "no"}, {"a!=*", "b=x", "no"}, {"A=x", "a=x", "no"},
		{"a<5", "b=1", "no"}, {"a<5", "a=4", "yes"}, {"a<5", "a=40", "no"}, {"a<5", "a=9|3", "yes"}, {"a>=b", "a=B", "yes"}, {"a=7", "a=7.0", "yes"},
		{"a=0x10", "a=16", "no"}, {"a=X", "a=x", "yes"}, {"a IN (x,y*)", "a=yes", "yes"}, {"NOT a IN (x,y)", "b=1", "yes"},
		{"a!=10.0.0.0/8", "a=10.1.1.1", "no"}, {"a!=10.0.0.0/8", "a=host", "yes"}, {"a IN (10.0.0.0/8, 192.168.0.0/16)", "a=192.168.9.9", "yes"},
		{"ImageLoaded", "ImageLoaded=x", "yes"}, {"Image", "ImageLoaded=x", "no"}, {"foo or bar", "a=foo;b=bar", "no"}, {"foo or bar", "a=foo;b=bar;c=or", "yes"},
		{"*", "", "yes"}, {"NOT ()", "a=1", "no"},
	};

	check_searches(s, COUNT(s));
}
END_TEST

START_TEST(comparisons)
{
	static const struct search_case e[] = {
		{"a=\"x\"", "a=X", "0"}, {"a==\"x\"", "a=x", "1"}, {"a=\"x*\"", "a=xy", "0"}, {"a=b", "a=1;b=1.0", "1"}, {"a=7", "a=07", "1"}, {"a<b", "a=9;b=10", "1"},
		{"a<b", "a=9;b=x", "1"}, {"a>\"B\"", "a=a", "1"}, {"a=\"7\"", "a=7.0", "1"}, {"a=7", "a=7x", "0"}, {"a!=\"x\"", "a=y", "1"}, {"a!=b", "a=y", "null"},
		{"user!=elevated_user", "user=u", "null"}, {"a=1", "", "null"}, {"NOT a=1", "", "null"}, {"a=\"y\"", "a=x|y", "1"}, {"a!=\"x\"", "a=x|y", "1"},
		{"a!=\"x\"", "a=x|x", "0"}, {"a=b", "a=1|2;b=3|2", "1"}, {"a<2", "a=5|1", "1"},
		{"a IN (\"x\",\"y\")", "a=y", "1"}, {"a IN (\"x\",\"y\")", "a=Y", "0"}, {"a IN (\"x\",b)", "a=y", "null"}, {"a IN (\"x\",b)", "a=x", "1"}, {"b IN (1)", "", "null"},
		{"a LIKE \"%b_\"", "a=aabc", "1"}, {"a LIKE \"B%\"", "a=bc", "0"}, {"a LIKE \"%\\\\windows\\\\system32\\\\%\"", "a=c:\\windows\\system32\\x", "1"},
		{"a LIKE \"%\\windows\\system32\\%\"", "a=c:\\windows\\system32\\x", "1"}, {"a LIKE \"_\"", "a=\xc3\xa9", "1"}, {"a LIKE \"\"", "a=", "1"},
		{"a LIKE \"%a%b%c%\"", "a=xxaxxbxxcxx", "1"}, {"a LIKE \"%a%b%c\"", "a=xxaxxbxxcxx", "0"}, {"a LIKE \"a*\"", "a=ab", "0"}, {"a LIKE \"y%\"", "a=x|yz", "1"},
	};

	check_evals(e, COUNT(e));
}
END_TEST

START_TEST(three_values)
{
	static const struct search_case e[] = {
		{"n=1 AND a=1", "a=1", "null"}, {"n=1 AND a=1", "a=2", "0"}, {"n=1 OR a=1", "a=1", "1"}, {"n=1 OR a=1", "a=2", "null"}, {"a=1 AND n=1", "a=2", "0"},
		{"a=1 OR n=1", "a=1", "1"}, {"NOT (n=1 OR a=2)", "a=1", "null"}, {"n=1 XOR a=1", "a=1", "null"}, {"a=1 XOR b=1", "a=1;b=1", "0"}, {"a=1 XOR b=1", "a=1;b=2", "1"},
		{"if(n=1,\"y\",\"n\")", "", "n"}, {"if(NOT n=1,\"y\",\"n\")", "", "n"}, {"case(n=1,\"a\",true(),\"b\")", "", "b"}, {"case(n=1,\"a\")", "", "null"},
		{"if(5,\"y\",\"n\")", "", "y"}, {"if(0,\"y\",\"n\")", "", "n"}, {"if(\"TRUE\",\"y\",\"n\")", "", "y"}, {"if(\"x\",\"y\",\"n\")", "", "n"}, {"if(a,\"y\",\"n\")", "a=0.0", "n"},
		{"if(a,\"y\",\"n\")", "a=true", "y"}, {"NOT a", "a=x", "1"}, {"NOT a", "a=3", "0"},
	};

	check_evals(e, COUNT(e));
}
END_TEST

START_TEST(arithmetic)
{
	static const struct search_case e[] = {
		{"a+b", "a=1;b=2.5", "3.5"}, {"a+b", "a=x;b=y", "xy"}, {"a+b", "a=1;b=y", "null"}, {"a+b", "a=1", "null"}, {"a.b", "a=1;b=2", "null"}, {"a . b", "a=1;b=2", "12"},
		{"a . 1.50", "a=x", "x1.5"}, {"a . n", "a=x", "null"}, {"a-b", "a=x;b=1", "null"}, {"7 % 3", "", "1"}, {"-7 % 3", "", "-1"}, {"7 / 2", "", "3.5"}, {"7 / 0", "", "null"},
		{"7 % 0", "", "null"}, {"-a", "a=3", "-3"}, {"-a", "a=x", "null"}, {"-a", "", "null"}, {"1e300 * 1e300", "", "null"}, {"a*3", "a=4", "12"}, {"a+1", "a=1|2", "null"},
		{"a . \"x\"", "a=1|2", "null"}, {"\"a\" + \"b\" + \"c\"", "", "abc"}, {"mvcount(split(\"a/../b/..\",\"/..\"))-1", "", "2"}, {"0.1 + 0.2", "", "0.3"},
		{"1632481442 - 0.1", "", "1632481441.9"}, {"len(\"\xc3\xa9\")", "", "1"}, {"10 . 5", "", "105"}, {"1 + 1 . 1", "", "21"},
	};

	check_evals(e, COUNT(e));
}
END_TEST

struct names {
	struct sbuf b;
};

static void collect(void *ctx, struct str name)
{
	struct names *n = ctx;

	sbuf_addf(&n->b, "%.*s ", STR_FMT(name));
}

START_TEST(fields_that_are_read)
{
	struct diag d = DIAG_INIT;
	struct names n = {{0}};

	expr_fields(eval_expr(arena, STR("a + if(b=\"x\", 'c d', max(e, -f)) . searchmatch(\"g=1 OR h=2\") . mvmap(i, i+j)"), &d), collect, &n);
	ck_assert_str_eq(n.b.p, "a b c d e f g h i i j ");
	sbuf_reset(&n.b);
	struct parser p = parser_over(arena, STR("a=1 NOT b IN (1,2) word"), &d);
	expr_fields(parse_search(&p, NULL), collect, &n);
	ck_assert_str_eq(n.b.p, "a b b * ");
	sbuf_free(&n.b);
}
END_TEST

/* Whatever a search asks for, a spent budget ends it. */
START_TEST(budgets_stop)
{
	static const char *const greedy[] = {
		"mvcount(mvmap(mvappend(list, mvrange(0,1000000)), mvcount(mvrange(0,1000000))))",
		"mvjoin(mvmap(mvappend(list, mvrange(0,1000000)), sha512(mvjoin(mvrange(0,1000),\"\"))),\"\")",
		"replace(mvjoin(mvrange(0,1000000),\"xxxxxxxxxxxxxxxx\"), \"x\", \"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\")",
		"replace(mvjoin(mvrange(0,1000000),\"xx\"), \".\", mvjoin(mvrange(0,100),\"\"))",
		"like(mvjoin(mvrange(0,1000000),\"a\"), \"%a%a%a%a%a%a%a%a%b\")",
		"split(mvjoin(mvrange(0,1000000),\"\"), \"\") = split(mvjoin(mvrange(0,1000000),\"\"), \"1\")",
		"mvmap(mvappend(list, mvrange(0,1000000)), trim(mvjoin(mvrange(0,5000), \"\"), mvjoin(mvrange(0,5000), \"z\")))",
	};

	for (size_t i = 0; i < COUNT(greedy); i++) {
		struct arena *a = arena_new();
		struct diag d = DIAG_INIT;
		struct text_row r;
		struct eval_ctx c = row_ctx(&r, "list=a|b", a);
		struct expr *e = eval_expr(a, str_c(greedy[i]), &d);
		ck_assert_msg(e, "%s: %s", greedy[i], d.msg);
		struct spl_budget b = {.deadline = when_mono_ns() + 200000000, .arena = a, .memory = 64 << 20};
		c.budget = &b;
		uint64_t start = when_mono_ns();
		expr_eval(e, &c);
		ck_assert_msg(when_mono_ns() - start < UINT64_C(5000000000), "%s", greedy[i]);
		ck_assert_uint_lt(arena_bytes(a), (size_t)400 << 20);
		arena_free(a);
	}
	/* Cancelled: null at once. */
	atomic_bool cancel = true;
	struct spl_budget b = {.cancel = &cancel};
	struct diag d = DIAG_INIT;
	struct text_row r;
	struct eval_ctx c = row_ctx(&r, "a=1", arena);
	c.budget = &b;
	ck_assert(val_is_null(expr_eval(eval_expr(arena, STR("a+1"), &d), &c)) && b.spent);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("spl expressions");
	TCase *t = tcase_create("expressions");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, precedence);
	tcase_add_test(t, escapes);
	tcase_add_test(t, missing_and_lists);
	tcase_add_test(t, comparisons);
	tcase_add_test(t, three_values);
	tcase_add_test(t, arithmetic);
	tcase_add_test(t, fields_that_are_read);
	tcase_add_test(t, budgets_stop);
	suite_add_tcase(s, t);

	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
