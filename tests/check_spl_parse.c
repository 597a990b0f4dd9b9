/* spl: the two grammars. */
#include <check.h>

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

static const char *search(struct str text)
{
	static const char *const until[] = {"by", "groupby", NULL};
	struct diag d = DIAG_INIT;
	struct parser p = parser_over(arena, text, &d);
	struct expr *e = parse_search(&p, until);

	ck_assert_uint_eq(p.depth, 0);
	return e ? show_expr(arena, e) : show_error(arena, &d);
}

static const char *eval(struct str text)
{
	struct diag d = DIAG_INIT;
	struct expr *e = eval_expr(arena, text, &d);

	return e ? show_expr(arena, e) : show_error(arena, &d);
}

static void check_all(const char *(*parse)(struct str), const char *const (*cases)[2], size_t n)
{
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(strcmp(parse(str_c(cases[i][0])), cases[i][1]) == 0, "%s\n     got %s\nexpected %s", cases[i][0],
		              parse(str_c(cases[i][0])), cases[i][1]);
}

START_TEST(searches)
{
	static const char *const cases[][2] = {
		{"A=1 B=1 OR C=1", "(and A=\"1\" (or B=\"1\" C=\"1\"))"},
		{"a=1 AND b=2 OR c=3 d=4", "(and a=\"1\" (or b=\"2\" c=\"3\") d=\"4\")"},
		{"NOT a=1 b=2", "(and (not a=\"1\") b=\"2\")"}, {"NOT a=1 OR b=2", "(or (not a=\"1\") b=\"2\")"},
		{"NOT NOT (a=1 b=2)", "(not (not (and a=\"1\" b=\"2\")))"}, {"NOT(a=1)", "(not a=\"1\")"},
		{"(a=1 OR b=2) c=3", "(and (or a=\"1\" b=\"2\") c=\"3\")"}, {"((a=1))", "a=\"1\""},
		{"a = 1 b==2 c != 3 d<4 e >=5 f<= 6 g>7", "(and a=\"1\" b=\"2\" c!=\"3\" d<\"4\" e>=\"5\" f<=\"6\" g>\"7\")"},
		{"a=\"x y\" \"f g\"=z", "(and a=\"x y\" f g=\"z\")"}, {"a IN (x, \"y z\" ,, *w*,)", "(or a=\"x\" a=\"y z\" a=\"*w*\")"},
		{"a IN(x)", "a=\"x\""}, {"a in (x y)", "(or a=\"x\" a=\"y\")"}, {"NOT a IN (x,y)", "(not (or a=\"x\" a=\"y\"))"},
		{"a NOT IN (x,y)", "(not (or a=\"x\" a=\"y\"))"}, {"a NOT IN(x) b=1", "(and (not a=\"x\") b=\"1\")"}, {"a NOT b=1", "(and ~\"a\" (not b=\"1\"))"},
		{"NOT a NOT IN (x)", "(not (not a=\"x\"))"}, {"\"a b\" NOT IN (x)", "(not a b=\"x\")"},
		{"a IN (\"\"*textbin*\"\")", "(or a=\"\" a=\"*textbin*\" a=\"\")"},
		{"Processes.process=*GetCurrent()* x=1", "(and Processes.process=\"*GetCurrent()*\" x=\"1\")"},
		{"(Processes.process=*f(g(x))*)", "Processes.process=\"*f(g(x))*\""}, {"a=(b c)", "1:3: expected a value after the comparison, found '('"},
		{"foo bar", "(and ~\"foo\" ~\"bar\")"}, {"foo or bar and not", "(and ~\"foo\" ~\"or\" ~\"bar\" ~\"and\" ~\"not\")"},
		{"\"two words\"", "~\"two words\""}, {"*", "true"}, {"", "true"}, {"  ", "true"}, {"()", "true"}, {"NOT ()", "(not true)"}, {"\"\"", "true"},
		{"C:\\\\Users*", "~\"C:\\Users*\""}, {"x=\\\\MSSE-*", "x=\"\\MSSE-*\""}, {"a=\"b\\\"c\" d", "(and a=\"b\"c\" ~\"d\")"},
		{"a=b\\\"c\\|d", "a=\"b\"c\\|d\""}, {"a=b-c:d/e.f@g", "a=\"b-c:d/e.f@g\""}, {"a=b!c", "a=\"b!c\""}, {"a!b!=c", "a!b!=\"c\""},
		{"TERM(10.0.0.1:80) b", "(and ~\"10.0.0.1:80\" ~\"b\")"}, {"a=TERM(x-y)", "a=\"x-y\""},
		{"CASE(X)", "1:1: CASE() is not supported, searches ignore case; use where with match()"},
		{"earliest=-24h@h latest=now", "(and earliest=\"-24h@h\" latest=\"now\")"},
		{"a=1 by b", "a=\"1\""}, {"a=1 BY b", "a=\"1\""}, {"a=1 by=2 by", "(and a=\"1\" by=\"2\")"}, {"(a=1 by)", "(and a=\"1\" ~\"by\")"}, {"by x", "true"},
		{"a=1\n\tOR\r\nb=2", "(or a=\"1\" b=\"2\")"}, {"a=1 ```x``` b=2", "(and a=\"1\" b=\"2\")"},
		{"\xc3\xa9=\xe2\x82\xac", "\xc3\xa9=\"\xe2\x82\xac\""},
		/* errors */
		{"a=", "1:3: expected a value after the comparison, found end of search"}, {"a= ) b", "1:4: expected a value after the comparison, found ')'"},
		{"a=1 OR", "1:7: expected a search term, found end of search"}, {"OR a=1", "1:1: expected a search term, found 'OR'"},
		{"a=1 AND AND b=1", "1:9: expected a search term, found 'AND'"}, {"NOT", "1:4: expected a search term, found end of search"},
		{"(a=1", "1:1: this ( is never closed: expected ), found end of search"},
		{"a=1)", "1:4: expected a search term or the end of the search, found ')'"}, {"a=1, b=2", "1:4: expected a search term, found ','"},
		{"a=\"x", "1:3: this \" is never closed"}, {"a\n \"x", "2:2: this \" is never closed"}, {"a IN (x", "1:8: the list of IN is never closed: expected ), found end of search"},
		{"a IN ()", "1:1: IN needs at least one value between ( and )"}, {"a NOT IN ()", "1:1: IN needs at least one value between ( and )"},
		{"NOT IN (x)", "1:5: IN needs a field before it: write field IN (…), or field NOT IN (…)"},
		{"a [ x ]", "1:3: no subsearch may stand here"}, {"a ]", "1:3: expected a search term, found ']'"}, {"a=[x]", "1:3: expected a value after the comparison, found '['"},
	};

	check_all(search, cases, COUNT(cases));
}
END_TEST

START_TEST(expressions)
{
	static const char *const cases[][2] = {
		{"A=1 AND B=1 OR C=1", "(or (and (= A 1) (= B 1)) (= C 1))"}, {"NOT a=1 and b==2 Or c!=3", "(or (and (not (= a 1)) (= b 2)) (!= c 3))"},
		{"a XOR b OR c", "(xor a (or b c))"}, {"not not a", "(not (not a))"}, {"NOT(a)", "(not a)"},
		{"1+2*3-4/5%6", "(- (+ 1 (* 2 3)) (% (/ 4 5) 6))"}, {"a-b-c+d", "(+ (- a b c) d)"}, {"a.b", "a.b"}, {"a . b", "(. a b)"}, {"a.\"x\".b", "(. a \"x\" b)"},
		{"\"x\".a.\"y\"", "(. \"x\" a \"y\")"}, {"1.5.\"a\"", "(. 1.5 \"a\")"}, {"5.\"a\"", "(. 5 \"a\")"}, {"a.1", "(. a 1)"}, {".5+1e3+1E-2+2e+1", "(+ 0.5 1000 0.01 20)"},
		{"-a*-2", "(* (neg a) (neg 2))"}, {"--1", "(neg (neg 1))"}, {"a - -1", "(- a (neg 1))"}, {"a -1", "(- a 1)"}, {"(a+b)*c", "(* (+ a b) c)"},
		{"a<b", "(< a b)"}, {"a>=b+1", "(>= a (+ b 1))"}, {"a LIKE \"x%\"", "(like a \"x%\")"}, {"a like b", "(like a b)"}, {"like(a,b)", "like(a, b)"},
		{"a IN (1, \"x\")", "(in a 1 \"x\")"}, {"a in(b)", "(in a b)"}, {"NOT a IN (1)", "(not (in a 1))"}, {"a NOT IN (1)", "(not (in a 1))"}, {"a not like \"x%\"", "(not (like a \"x%\"))"},
		{"!a", "(not a)"}, {"!match(a,\"b\") AND ! c=1", "(and (not match(a, \"b\")) (not (= c 1)))"}, {"!!a", "(not (not a))"}, {"a!=b", "(!= a b)"}, {"in(a,1)", "in(a, 1)"},
		{"if(a>1,\"x\",y)", "if((> a 1), \"x\", y)"}, {"IF (a, b, c)", "if(a, b, c)"}, {"null()", "null()"}, {"null", "null"}, {"true", "true"},
		{"'a b'.'c'", "(. a b c)"}, {"_time", "_time"}, {"annotations._all", "annotations._all"}, {"Processes.process_name", "Processes.process_name"},
		{"a:b", "a:b"}, {"x1", "x1"}, {"\xc3\xa9", "\xc3\xa9"}, {"\"a\\\"b\\\\c\\d\"", "\"a\"b\\c\\d\""}, {"user != unknown", "(!= user unknown)"},
		{"\"(.*\\\\\\)\"", "\"(.*\\\\)\""}, {"case(a=1,\"x\",true(),\"y\")", "case((= a 1), \"x\", true(), \"y\")"},
		{"isnotnull(a)AND(b)", "(and isnotnull(a) b)"}, {"a=\"x\"or b", "(or (= a \"x\") b)"}, {"a ```c``` = 1", "(= a 1)"},
		{"searchmatch(\"a=1 b\")", "searchmatch(\"a=1 b\", (and a=\"1\" ~\"b\"))"},
		/* errors */
		{"", "1:1: expected a field, a value or a function, found end of search"}, {"a+", "1:3: expected a field, a value or a function, found end of search"},
		{"a b", "1:3: expected an operator or the end, found 'b'"}, {"a=b=c", "1:4: expected an operator or the end, found '='"},
		{"a AND", "1:6: expected a field, a value or a function, found end of search"}, {"AND a", "1:1: expected a field, a value or a function, found 'AND'"},
		{"(a", "1:1: this ( is never closed: expected ), found end of search"}, {"(a b)", "1:4: expected an operator or ), found 'b'"},
		{"len(a", "1:4: this ( is never closed: expected , or ), found end of search"}, {"len(a b)", "1:7: expected an operator, a comma or ), found 'b'"},
		{"len()", "1:1: len() is given 0 arguments; usage: len(x)"}, {"1 + len(a,b)", "1:5: len() is given 2 arguments; usage: len(x)"},
		{"lenn(a)", "1:1: unknown function lenn(); did you mean len()?"}, {"mvcuont(a)", "1:1: unknown function mvcuont(); did you mean mvcount()?"},
		{"frobnicate(a)", "1:1: unknown function frobnicate()"}, {"lookup(\"t\")", "1:1: unknown function lookup()"},
		{"12ab", "1:1: '12ab' is no number; a field whose name begins with a digit stands in single quotes"}, {"1e999", "1:1: this number is too large"},
		{"'a", "1:1: this ' is never closed"}, {"\"a", "1:1: this \" is never closed"}, {"a IN b", "1:6: expected ( after IN, found 'b'"},
		{"a IN ()", "1:6: IN needs at least one value between ( and )"}, {"match(a,\"(\")", "1:9: bad regular expression: missing closing parenthesis at character 2"},
		{"replace(a,\"[b\",\"c\")", "1:11: bad regular expression: missing terminating ] for character class at character 3"},
		{"case(a,b,c)", "1:1: case() needs pairs of a condition and a value, the last has no value; usage: case(condition, value, condition, value, …)"},
		{"cidrmatch(\"x\",a)", "1:11: 'x' is no address range; write 10.0.0.0/8 or fe80::/10"},
		{"mvfilter(1=1)", "1:10: mvfilter() needs an expression that names a field"}, {"mvfilter(a=b)", "1:10: mvfilter() needs an expression that names one field only"},
		{"tostring(a,\"hexx\")", "1:12: unknown format \"hexx\" of tostring(); known are hex, commas, duration, binary"},
		{"searchmatch(a)", "1:13: searchmatch() needs a search in double quotes"}, {"searchmatch(\"a=\")", "1:13: in the search of searchmatch(): expected a value after the comparison, found end of search"},
		{"searchmatch(\"[x]\")", "1:13: searchmatch() takes a plain search, without subsearches"}, {"a ? b", "1:3: expected an operator or the end, found '?'"},
	};

	check_all(eval, cases, COUNT(cases));
}
END_TEST

START_TEST(subsearches)
{
	struct diag d = DIAG_INIT;
	struct spl_query *q = spl_compile(STR("a=1 [ search x=\"|]\" | fields a ] NOT [ search y | table b ] b=2 | table a"), NULL, &d);
	size_t n;

	ck_assert_msg(q, "%s", d.msg);
	const struct spl_leaf *leaf = spl_leaves(q, &n);
	ck_assert_uint_eq(n, 3);
	ck_assert_str_eq(show_expr(arena, leaf[0].scan.where), "(and a=\"1\" [sub] (not [sub]) b=\"2\")");
	ck_assert_str_eq(show_expr(arena, leaf[1].scan.where), "x=\"|]\"");
	spl_free(q);
	ck_assert_ptr_null(spl_compile(STR("a=1 [ search x | fields a"), NULL, &d));
	ck_assert_str_eq(show_error(arena, &d), "1:5: this [ is never closed");
}
END_TEST

START_TEST(places)
{
	struct diag d = DIAG_INIT;
	struct parser p = parser_over(arena, STR("a=1 b = \"x y\" OR NOT c IN (d, e)"), &d);
	struct expr *e = parse_search(&p, NULL);

	ck_assert(e->at == 0 && e->len == p.text.n);
	struct expr *either = e->arg[1], *in = either->arg[1]->arg[0];
	ck_assert(either->at == 4 && either->len == p.text.n - 4);
	ck_assert(either->arg[0]->at == 4 && either->arg[0]->len == 9);
	ck_assert(in->arg[1]->at == 30 && in->arg[1]->len == 1);
	p = parser_over(arena, STR(" a +  len(b)*2 "), &d);
	e = parse_eval(&p);
	ck_assert(e->at == 1 && e->len == 13 && e->arg[1]->at == 6 && e->arg[1]->len == 8 && e->arg[1]->arg[0]->len == 6);
}
END_TEST

/* `n` times one text, then the other. */
static struct str repeat(const char *one, size_t n, const char *then)
{
	struct sbuf b = {0};

	while (n--)
		sbuf_addz(&b, one);
	sbuf_addz(&b, then);
	struct str s = arena_str(arena, sbuf_str(&b));
	sbuf_free(&b);
	return s;
}

START_TEST(long_and_deep)
{
	static const char *const deep[] = {"(", "NOT ", "-", "len(", "a+(b*", "a IN (1,(", "NOT -(a+b*(c-len(", "if(a,b,"};
	static const char *const alternating[] = {"a+b-", "a*b/", "a . b+", "1%2*"};
	struct diag d = DIAG_INIT;
	struct text_row r;
	struct eval_ctx c = row_ctx(&r, "a=1", arena);

	for (size_t i = 0; i < COUNT(deep); i++) {
		ck_assert_ptr_nonnull(strstr(eval(repeat(deep[i], 100000, "a")), "nested"));
		d = (struct diag)DIAG_INIT;
		struct expr *e = eval_expr(arena, repeat(deep[i], 20, "a"), &d);
		ck_assert(!e || e->height < 200);
	}
	for (size_t i = 0; i < COUNT(alternating); i++)
		ck_assert_ptr_nonnull(strstr(eval(repeat(alternating[i], 100000, "a")), "nested too deeply"));
	ck_assert_ptr_nonnull(strstr(search(repeat("(", 100000, "a")), "nested"));
	ck_assert_ptr_nonnull(strstr(search(repeat("NOT ", 100000, "a")), "nested"));
	ck_assert_ptr_nonnull(strstr(search(repeat("(a OR NOT ", 100000, "a")), "nested"));

	/* Long and flat is fine. */
	struct expr *sum = eval_expr(arena, repeat("a + ", 100000, "a"), &d);
	ck_assert(sum && sum->n == 100001 && sum->height == 1);
	ck_assert_str_eq(show_val(arena, expr_eval(sum, &c)), "100001");
	ck_assert_ptr_nonnull(eval_expr(arena, repeat("a=1 AND b=2 OR ", 50000, "c"), &d));
	ck_assert_ptr_nonnull(eval_expr(arena, repeat("a.", 50000, "\"x\""), &d));
	struct parser p = parser_over(arena, repeat("a=1 b=2 OR ", 50000, "c"), &d);
	ck_assert_ptr_nonnull(parse_search(&p, NULL));
	size_t n = 3 << 20;
	char *literal = arena_alloc(arena, n);
	memset(literal, 'x', n);
	literal[0] = literal[n - 1] = '"';
	ck_assert_ptr_nonnull(eval_expr(arena, (struct str){literal, n}, &d));
	/* The deepest tree that is allowed is evaluated without harm. */
	struct sbuf b = {0};
	for (int i = 0; i < 190; i++)
		sbuf_addz(&b, "a*2+abs(");
	sbuf_addc(&b, 'a');
	for (int i = 0; i < 190; i++)
		sbuf_addc(&b, ')');
	struct expr *deepest = eval_expr(arena, sbuf_str(&b), &d);
	ck_assert_msg(deepest && deepest->height > 300, "%s", d.msg);
	ck_assert_str_eq(show_val(arena, expr_eval(deepest, &c)), "381");
	sbuf_free(&b);
}
END_TEST

START_TEST(any_bytes)
{
	static const char alphabet[] = "a1=!<>()[]|\"'\\*., \n`-+%/_\xff\xc3\0NOTRAIN";
	uint32_t x = 1;
	char text[40];

	for (int round = 0; round < 20000; round++) {
		size_t n = 0;
		for (; n < sizeof(text) && (x = x * 1664525 + 1013904223, n < (x >> 20) % sizeof(text) + 1); n++) {
			x = x * 1664525 + 1013904223;
			text[n] = alphabet[(x >> 16) % (sizeof(alphabet) - 1)];
		}
		struct str s = arena_str(arena, (struct str){text, n});
		search(s);
		eval(s);
		if (round % 500 == 0) {
			teardown();
			setup();
		}
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("spl parse");
	TCase *t = tcase_create("parse");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, searches);
	tcase_add_test(t, expressions);
	tcase_add_test(t, subsearches);
	tcase_add_test(t, places);
	tcase_add_test(t, long_and_deep);
	tcase_add_test(t, any_bytes);
	suite_add_tcase(s, t);

	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
