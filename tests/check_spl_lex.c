/* spl: values, the cursor, escapes, macros, patterns. */
#include <check.h>
#include <math.h>

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

/* ---- values ---- */

START_TEST(numbers_as_text)
{
	static const struct {
		double d;
		const char *text;
	} cases[] = {
		{0, "0"}, {-0.0, "0"}, {1, "1"}, {-17, "-17"}, {3601.5, "3601.5"}, {0.1, "0.1"}, {1e7 + 0.1234567891, "10000000.1234568"},
		{1632481442.9, "1632481442.9"}, {1632481442.123456, "1632481442.123456"}, {1e8 + 0.5, "100000000.5"},
		{1e8 + 1e-7, "100000000"}, {99999999.5, "99999999.5"}, {1e15, "1000000000000000"}, {1e21, "1000000000000000000000"},
		{1e40, "1e+40"}, {1.0 / 3, "0.333333333333333"}, {1e-7, "1e-07"}, {-2.5, "-2.5"}, {4503599627370495.5, "4503599627370495.5"},
		{9007199254740992.0, "9007199254740992"}, {1.7976931348623157e308, "1.79769313486232e+308"},
	};
	char buf[VAL_NUM_SIZE];

	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_str_eq(val_num_text(cases[i].d, buf).p, cases[i].text);
	ck_assert_uint_lt(val_num_text((double)INFINITY, buf).n, VAL_NUM_SIZE);
	ck_assert_uint_lt(val_num_text((double)NAN, buf).n, VAL_NUM_SIZE);
	ck_assert_uint_lt(val_num_text(-9.99e35, buf).n, VAL_NUM_SIZE);
}
END_TEST

START_TEST(values_in_order)
{
	struct val list = val_list(arena, (struct val[]){val_num(2), val_str(STR("a"))}, 2);
	struct val v[] = {val_num(-1), val_str(STR("07")), val_num(7), val_str(STR("7.0")), val_str(STR("9")), val_num(10),
	                  val_str(STR("")), val_str(STR("A")), val_str(STR("Ab")), val_str(STR("a")), val_null()};

	/* 07, 7 and 7.0 are one number: their texts decide. */
	for (size_t i = 0; i < COUNT(v); i++)
		for (size_t j = 0; j < COUNT(v); j++) {
			int c = val_cmp(v[i], v[j]);
			ck_assert_msg((i < j) == (c < 0) && (i == j) == (c == 0), "%zu %zu: %d", i, j, c);
		}
	ck_assert(val_same(val_num(7), val_str(STR("7"))) && val_hash(val_num(7)) == val_hash(val_str(STR("7"))));
	ck_assert(!val_same(val_num(7), val_str(STR("7.0"))));
	ck_assert(val_same(list, val_copy(list, arena)) && val_hash(list) == val_hash(val_copy(list, arena)));
	ck_assert(!val_same(list, val_num(2)) && !val_same(val_null(), val_str(STR(""))));
	ck_assert_str_eq(val_text(list, arena).p, "2\na");
	ck_assert_uint_eq(val_text(val_null(), arena).n, 0);
	ck_assert_int_eq(val_list(arena, NULL, 0).type, V_NULL);
	ck_assert_int_eq(val_list(arena, v, 1).type, V_NUM);
}
END_TEST

/* ---- escapes: spl-spec 2.5 ---- */

START_TEST(escapes_of_searches)
{
	static const char *const cases[][2] = {
		{"*\\\\AppData\\\\*", "*\\AppData\\*"}, {"\\\\pipe\\\\*x", "\\pipe\\*x"}, {"\\\\MSSE-*", "\\MSSE-*"},
		{"C:\\\\Users*", "C:\\Users*"}, {"*\\\\\\\\*", "*\\\\*"}, {"group=\\\"File Sharing\\\"", "group=\"File Sharing\""},
		{"*\\.txt", "*.txt"}, {"C:\\Temp", "C:\\Temp"}, {"*Action\\=\\\"Deny\\\"*", "*Action=\"Deny\"*"},
		{"*\\\\Windows\\Temp\\\\*", "*\\WindowsTemp\\*"}, {"C:\\*", "C:\\*"}, {"C:\\", "C:\\"}, {"", ""}, {"a\\", "a\\"},
		{"\\\\", "\\"}, {"*?%[a]", "*?%[a]"}, {"\\\xc3\xa9*", "\xc3\xa9*"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_str_eq(spl_unescape_search(arena, str_c(cases[i][0])).p, cases[i][1]);
	ck_assert_uint_eq(spl_unescape_search(arena, (struct str){NULL, 0}).n, 0);
}
END_TEST

START_TEST(escapes_of_expressions)
{
	static const char *const cases[][2] = {
		{"(.*\\\\\\)", "(.*\\\\)"}, {"^[^\\\\\\]+\\\\\\\\", "^[^\\\\]+\\\\"}, {"\\\\x{202E}", "\\x{202E}"}, {"\\.exe", "\\.exe"},
		{"\\\\", "\\"}, {"a\\\"b", "a\"b"}, {"\\n", "\\n"}, {"\\", "\\"}, {"\\*", "\\*"}, {"", ""},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_str_eq(spl_unescape_eval(arena, str_c(cases[i][0])).p, cases[i][1]);
}
END_TEST

/* ---- cursor ---- */

START_TEST(cursor_reads_commands)
{
	struct diag d = DIAG_INIT;
	struct parser p = parser_over(arena, STR(" Span = 1h max=0 \"a b\" 'c d' predicted(x_y) count , , z*,w [ x ]"), &d);
	struct str name, value, *names;
	long n;

	ck_assert(p_option(&p, &name, &value) && str_eqc(name, "Span") && str_eqc(value, "1h"));
	ck_assert(p_word_is(&p, "MAX") && !p_word_is(&p, "ma"));
	ck_assert(p_option(&p, &name, &value) && str_eqc(value, "0"));
	ck_assert(!p_option(&p, &name, &value) && !diag_is_set(&d));
	ck_assert_uint_eq(p_names(&p, NULL, &names), 6);
	ck_assert(str_eqc(names[0], "a b") && str_eqc(names[1], "c d") && str_eqc(names[2], "predicted(x_y)"));
	ck_assert(str_eqc(names[3], "count") && str_eqc(names[4], "z*") && str_eqc(names[5], "w"));
	ck_assert(p_peek(&p) == '[' && p_char(&p, '['));
	ck_assert(p_take_word(&p, "X") && !p_done(&p) && p_char(&p, ']') && p_done(&p));
	ck_assert_str_eq(p_found(&p), "end of search");

	p = parser_over(arena, STR("-12 12x 99999999999999999999 by x! a!=b ```why | not``` y"), &d);
	ck_assert(p_int(&p, &n) && n == -12);
	ck_assert(!p_int(&p, &n) && p_word(&p, NULL, &name) && str_eqc(name, "12x"));
	ck_assert(!p_int(&p, &n) && p_word(&p, NULL, &name));
	ck_assert_uint_eq(p_names(&p, (const char *const[]){"BY", NULL}, &names), 0);
	ck_assert(p_take_word(&p, "by"));
	ck_assert(p_name(&p, "a field", &name) && str_eqc(name, "x!"));
	ck_assert(p_name(&p, "a field", &name) && str_eqc(name, "a") && p_char(&p, '!') && p_char(&p, '='));
	ck_assert(p_name(&p, "a field", &name) && str_eqc(name, "b"));
	ck_assert(p_name(&p, "a field", &name) && str_eqc(name, "y") && !diag_is_set(&d));
	ck_assert(!p_name(&p, "a field", &name));
	ck_assert_str_eq(d.msg, "expected a field, found end of search");
}
END_TEST

START_TEST(cursor_finds_ends)
{
	static const struct {
		const char *text;
		size_t from, end;
	} cases[] = {
		{"a | b", 0, 2}, {"a \"|\" | b", 0, 6}, {"a \"\\\"|\" | b", 0, 8}, {"join x [ a | b ] | c", 0, 17}, {"a ] b", 0, 2},
		{"a \\| b", 0, 6}, {"a ```|``` | b", 0, 10}, {"", 0, 0}, {"a[b[\"]\"]]|", 0, 9},
	};
	struct diag d = DIAG_INIT;
	size_t end;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct parser p = parser_over(arena, str_c(cases[i].text), &d);
		ck_assert_msg(p_segment_end(&p, cases[i].from, p.end, &end) && end == cases[i].end, "%s: %zu", cases[i].text, end);
	}
	struct parser p = parser_over(arena, STR("a\n b \"c | d"), &d);
	ck_assert(!p_segment_end(&p, 0, p.end, &end));
	ck_assert_str_eq(show_error(arena, &d), "2:4: this \" is never closed");
	d = (struct diag)DIAG_INIT;
	p = parser_over(arena, STR("a [ b | c"), &d);
	ck_assert(!p_segment_end(&p, 0, p.end, &end));
	ck_assert_str_eq(show_error(arena, &d), "1:3: this [ is never closed");

	char deep[1001];
	memset(deep, '[', 1000);
	d = (struct diag)DIAG_INIT;
	p = parser_over(arena, (struct str){deep, 1000}, &d);
	ck_assert(!p_segment_end(&p, 0, p.end, &end) && diag_is_set(&d));
}
END_TEST

/* ---- macros ---- */

static bool test_macro(void *ctx, struct str name, unsigned nargs, struct str *definition, const struct str **args)
{
	static const struct {
		const char *name;
		unsigned nargs;
		const char *definition;
	} known[] = {
		{"plain", 0, "a=1 OR b=2"}, {"piped", 0, "| inputlookup t | rename x as y"}, {"outer", 0, "NOT (`plain`) \"`plain`\""},
		{"field", 1, "convert ctime($f$)"}, {"two", 2, "$f$-$g$-$f$-$h$"}, {"loop", 0, "x `loop`"}, {"bad", 0, "y `nowhere`"},
		{"bomb0", 0, "xxxxxxxxxxxxxxxx"}, {"empty", 0, ""}, {"deepempty", 0, "`deepempty2``deepempty2``deepempty2``deepempty2`"},
		{"deepempty2", 0, "`deepempty3``deepempty3``deepempty3``deepempty3``deepempty3``deepempty3``deepempty3`"},
		{"deepempty3", 0, "`deepempty4``deepempty4``deepempty4``deepempty4``deepempty4``deepempty4``deepempty4`"},
		{"double", 1, "`double(\"$f$$f$\")`"}, {"list", 0, "x.exe, y.exe"}, {"wrong", 0, "a=b =c"}, {"quote", 0, "\"open"},
	};
	static const struct str names[] = {{"f", 1}, {"g", 1}};

	(void)ctx;
	if (str_starts(name, "deepempty4") || str_starts(name, "bomb")) {
		static const char *const more[] = {"`bomb0``bomb0``bomb0``bomb0`", "`bomb1``bomb1``bomb1``bomb1``bomb1``bomb1`",
		                                   "`bomb2``bomb2``bomb2``bomb2``bomb2``bomb2``bomb2``bomb2``bomb2`",
		                                   "`bomb3``bomb3``bomb3``bomb3``bomb3``bomb3``bomb3``bomb3``bomb3`",
		                                   "`bomb4``bomb4``bomb4``bomb4``bomb4``bomb4``bomb4``bomb4``bomb4`",
		                                   "`bomb5``bomb5``bomb5``bomb5``bomb5``bomb5``bomb5``bomb5``bomb5`",
		                                   "`bomb6``bomb6``bomb6``bomb6``bomb6``bomb6``bomb6``bomb6``bomb6`"};
		int k = name.p[4] - '1';
		if (k >= 0 && k < (int)COUNT(more)) {
			*definition = str_c(more[k]);
			return nargs == 0;
		}
	}
	for (size_t i = 0; i < COUNT(known); i++) {
		if (!str_eqc(name, known[i].name) || nargs != known[i].nargs)
			continue;
		*definition = str_c(known[i].definition);
		*args = names;
		return true;
	}
	return false;
}

static void test_macros(void *ctx, void (*visit)(void *vctx, struct str name, unsigned nargs), void *vctx)
{
	(void)ctx;
	visit(vctx, STR("plain"), 0);
	visit(vctx, STR("field"), 1);
}

static const struct spl_env env = {.macro = test_macro, .macros = test_macros};

static const char *expand(const char *text)
{
	struct diag d = DIAG_INIT;
	struct str s = spl_expand(arena, str_c(text), &env, NULL, &d);

	return s.p ? s.p : show_error(arena, &d);
}

START_TEST(macros_expand)
{
	static const char *const cases[][2] = {
		{"x `plain` y", "x a=1 OR b=2 y"}, {"`outer`", "NOT (a=1 OR b=2) \"`plain`\""}, {"`piped`|table y", "| inputlookup t | rename x as y|table y"},
		{"`field(firstTime)`", "convert ctime(firstTime)"}, {"`field( \"a b\" )`", "convert ctime(a b)"}, {"`field(\"a,b\")`", "convert ctime(a,b)"},
		{"`field(f(a,b))`", "convert ctime(f(a,b))"}, {"`two(1,2)`", "1-2-1-$h$"}, {"`two(,)`", "---$h$"}, {"`empty``empty`", ""},
		{"| `drop_dm_object_name(Processes)`", "| rename Processes.* as *"}, {"`drop_dm_object_name(\"Processes\")`", "rename Processes.* as *"},
		{"a | `some_rule_filter`", "a | search *"}, {"split(process,\"`\")", "split(process,\"`\")"}, {"a ```b `c` | \" d``` e", "a   e"},
		{"a \\\" `plain`", "a \\\" a=1 OR b=2"}, {"IN (`list`)", "IN (x.exe, y.exe)"}, {" `plain()` ", " a=1 OR b=2 "},
		{"`quote` `plain`", "\"open `plain`"},
		{"`nowhere(1)`", "1:1: unknown macro `nowhere` with 1 argument; define it beside the rules, in macros/"},
		{"a\nb `plian`", "2:3: unknown macro `plian`; did you mean `plain`?"},
		{"`plain(1, 2)`", "1:1: macro `plain` takes 0 arguments, not 2"}, {"`field`", "1:1: macro `field` takes 1 argument, not 0"},
		{"\xc3\xa9 `bad`", "1:3: unknown macro `nowhere`; define it beside the rules, in macros/; in the text of macro `bad`"},
		{"a `plain", "1:3: this ` is never closed"}, {"a ``` b", "1:3: this ``` comment is never closed"}, {"a `` b", "1:3: a macro's name is missing between ` and `"},
		{"`a b`", "1:1: expected a macro's name between ` and `, found 'a b'"}, {"`field(a`", "1:1: the ( of macro `field` is never closed"},
		{"`bomb7`", "1:1: the search expands to more than 1 MiB; in the text of macro `bomb0`"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_str_eq(expand(cases[i][0]), cases[i][1]);
	ck_assert_ptr_nonnull(strstr(expand("`loop`"), "macros are nested more than 100 deep: does `loop` call itself?"));
	ck_assert_ptr_nonnull(strstr(expand("`double(xxxxxxxxxxxxxxxxxxxxxxxx)`"), "MiB"));
}
END_TEST

START_TEST(macros_leave_their_place)
{
	struct diag d = DIAG_INIT;
	struct spl_spans spans;
	struct str s = spl_expand(arena, STR("x=1 `wrong` `outer` y=2"), &env, &spans, &d);
	struct parser p = parser_over(arena, s, &d);

	p.spans = &spans;
	ck_assert_uint_eq(spans.n, 3);
	ck_assert_ptr_null(parse_search(&p, NULL));
	ck_assert_str_eq(show_error(arena, &d), "1:5: expected a search term, found '='; in the text of macro `wrong`");
	d = (struct diag)DIAG_INIT;
	p_error(&p, (size_t)str_find(s, STR("b=2")), "here");
	ck_assert_str_eq(show_error(arena, &d), "1:13: here; in the text of macro `plain`");
	d = (struct diag)DIAG_INIT;
	p_error(&p, (size_t)str_find(s, STR("y=2")), "here");
	ck_assert_str_eq(show_error(arena, &d), "1:21: here");
	d = (struct diag)DIAG_INIT;
	s = spl_expand(arena, STR("`outer` ```a\nb``` y=2\n z=3"), &env, &spans, &d);
	p = parser_over(arena, s, &d);
	p.spans = &spans;
	p_error(&p, (size_t)str_find(s, STR("z=3")), "here");
	ck_assert_str_eq(show_error(arena, &d), "3:2: here");
}
END_TEST

/* ---- patterns: spl-spec 2.6 ---- */

static bool matches(const char *literal, const char *text)
{
	struct pattern *p = pattern_new(arena, spl_unescape_search(arena, str_c(literal)));
	struct sbuf folded = {0};

	utf8_fold_str(str_c(text), &folded);
	bool eq = pattern_match(p, CMP_EQ, str_c(text), sbuf_str(&folded));
	ck_assert(eq != pattern_match(p, CMP_NE, str_c(text), sbuf_str(&folded)));
	sbuf_free(&folded);
	return eq;
}

START_TEST(patterns_match)
{
	static const struct {
		const char *literal, *text;
		bool match;
	} cases[] = {
		{"abc", "ABC", true}, {"ABC", "abc", true}, {"abc", "abcd", false}, {"a*", "a", true}, {"a*c", "a\nb\nc", true},
		{"*", "", true}, {"**", "x", true}, {"", "", true}, {"", "x", false}, {"\xc3\x89t\xc3\xa9", "\xc3\xa9T\xc3\x89", true},
		{"7", "7.0", true}, {"7.0", "7", true}, {"07", "7", true}, {"0x10", "16", false}, {"0x1010", "0X1010", true}, {"1e1", "10", true},
		{" 7", "7", false}, {"7", " 7", false}, {"7", "7x", false}, {".5", "0.50", true}, {"7*", "7.0", true},
		{"10.0.0.0/8", "10.255.1.2", true}, {"10.9.9.9/8", "10.1.1.1", true}, {"10.0.0.0/8", "11.0.0.1", false}, {"10.0.0.0/8", "10.0.0.0/8", false},
		{"10.0.0.0/8", "host", false}, {"10.0.0.0/8", "", false}, {"192.168.1.128/25", "192.168.1.127", false}, {"192.168.1.128/25", "192.168.1.200", true},
		{"1.2.3.4/32", "1.2.3.4", true}, {"1.2.3.4/32", "1.2.3.5", false}, {"0.0.0.0/0", "255.1.1.1", true}, {"0.0.0.0/0", "::1", false},
		{"10.0.0.0/33", "10.0.0.1", false}, {"10.0.0.0/33", "10.0.0.0/33", true}, {"10.0.0/8", "10.0.0/8", true},
		{"fe80::/10", "fe80:0:0:0:1:2:3:4", true}, {"fe80::/10", "fec0::1", false}, {"FE80::/10", "febf::1", true}, {"::/0", "1.2.3.4", false},
		{"::1/128", "0:0:0:0:0:0:0:1", true}, {"2001:db8::/33", "2001:db8:8000::", false}, {"2001:db8::/129", "2001:db8::", false},
		{"*&gt;*", "a > b", true}, {"*&gt;*", "a &gt; b", true}, {"*&gt;*", "a b", false}, {"2&gt;&amp;1", "2>&1", true}, {"2&gt;&amp;1", "2&gt;&amp;1", true},
		{"&amp;gt;", "&gt;", true}, {"&amp;gt;", ">", false}, {"&quot;&apos;&lt;", "\"'<", true}, {"&unknown;", "&unknown;", true}, {"&gt", ">", false},
		{"*>*", "a &gt; b", false}, {"a?c", "abc", false}, {"a%c", "abc", false}, {"[ab]", "a", false},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_msg(matches(cases[i].literal, cases[i].text) == cases[i].match, "%s over %s", cases[i].literal, cases[i].text);
}
END_TEST

START_TEST(patterns_compare)
{
	static const struct {
		const char *text;
		enum cmp_op op;
		const char *literal;
		bool holds;
	} cases[] = {
		{"9", CMP_LT, "10", true}, {"10", CMP_LT, "9", false}, {"9", CMP_LE, "9.0", true}, {"10", CMP_GE, "10", true}, {"10", CMP_GT, "9", true},
		{"9a", CMP_LT, "10", false}, {"B", CMP_GT, "a", true}, {"a", CMP_LT, "B", true}, {"A", CMP_GE, "a", true}, {"0x9", CMP_LT, "0x10", false},
		{"", CMP_LT, "a", true}, {"b", CMP_GT, "*", true}, {"5", CMP_GT, "*", true},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct pattern *p = pattern_new(arena, str_c(cases[i].literal));
		struct sbuf folded = {0};
		utf8_fold_str(str_c(cases[i].text), &folded);
		ck_assert_msg(pattern_match(p, cases[i].op, str_c(cases[i].text), sbuf_str(&folded)) == cases[i].holds, "%zu", i);
		sbuf_free(&folded);
	}
}
END_TEST

START_TEST(keywords_match)
{
	static const struct {
		const char *literal, *text;
		bool match;
	} cases[] = {
		{"imageloaded", "imageloaded", true}, {"ImageLoaded", "imageloaded=x", true}, {"image", "imageloaded", false}, {"image*", "imageloaded", true},
		{"*loaded", "imageloaded", true}, {"*age*", "imageloaded", true}, {"-enc", "x -enc y", true}, {"-enc", "x-enc", false}, {"enc", "_enc", false},
		{"enc", "1enc", false}, {"enc", "\xc3\xa9" "enc", false}, {"enc", "enc.", true}, {"a*c", "xa abc", true}, {"a*c", "xac", false},
		{"a*c", "a bcd", false}, {"a*c", "a bcd c", true}, {"a&gt;b", "a>b", true}, {"aa", "aaa aa", true}, {"x", "", false},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_msg(pattern_keyword(pattern_new(arena, str_c(cases[i].literal)), str_c(cases[i].text)) == cases[i].match,
		              "%s in %s", cases[i].literal, cases[i].text);
}
END_TEST

START_TEST(patterns_survive_anything)
{
	size_t n = 300000;
	char *big = arena_alloc(arena, n);

	for (size_t i = 0; i < n; i++)
		big[i] = "&amp;*"[i % 6];
	struct pattern *p = pattern_new(arena, (struct str){big, n});
	ck_assert(p->decoded);
	memset(big, '*', n);
	ck_assert_int_eq(pattern_new(arena, (struct str){big, n})->kind, PAT_PRESENT);
	ck_assert(!matches("a\xff*", "b") && matches("a\xff*", "A\xff\xfe"));
	p = pattern_new(arena, (struct str){"a\0b", 3});
	ck_assert(pattern_match(p, CMP_EQ, (struct str){"a\0b", 3}, (struct str){"a\0b", 3}));
	ck_assert(!pattern_match(p, CMP_EQ, STR("a"), STR("a")));
	ck_assert(!pattern_match(p, CMP_EQ, (struct str){NULL, 0}, (struct str){NULL, 0}));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("spl text");
	TCase *t = tcase_create("text");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, numbers_as_text);
	tcase_add_test(t, values_in_order);
	tcase_add_test(t, escapes_of_searches);
	tcase_add_test(t, escapes_of_expressions);
	tcase_add_test(t, cursor_reads_commands);
	tcase_add_test(t, cursor_finds_ends);
	tcase_add_test(t, macros_expand);
	tcase_add_test(t, macros_leave_their_place);
	tcase_add_test(t, patterns_match);
	tcase_add_test(t, patterns_compare);
	tcase_add_test(t, keywords_match);
	tcase_add_test(t, patterns_survive_anything);
	suite_add_tcase(s, t);

	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
