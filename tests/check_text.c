/* base: byte strings, numbers, UTF-8 and folding, wildcards, CSV. */
#include <check.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/csv.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"
#include "base/when.h"
#include "base/wild.h"

#define ck_assert_text(s, expected) ck_assert_text_eq((s), STR(expected))

static void ck_assert_text_eq(struct str got, struct str want)
{
	ck_assert_msg(str_eq(got, want), "got \"%.*s\" (%zu bytes), want \"%.*s\"", STR_FMT(got), got.n, STR_FMT(want));
}

/* ---- str ---- */

START_TEST(str_compares)
{
	struct str none = {NULL, 0};

	ck_assert_int_lt(str_cmp(STR("a"), STR("ab")), 0);
	ck_assert_int_gt(str_cmp(STR("b"), STR("ab")), 0);
	ck_assert_int_gt(str_cmp(STR("\xC3"), STR("a")), 0);
	ck_assert_int_eq(str_cmp(none, STR("")), 0);
	ck_assert_int_lt(str_cmp(none, STR("a")), 0);
	ck_assert_int_gt(str_cmp((struct str){"a\0b", 3}, (struct str){"a\0a", 3}), 0);
	ck_assert(str_eq(none, STR("")));
	ck_assert(str_ieqc(STR("CmD.ExE"), "cmd.exe"));
	ck_assert(!str_ieqc(STR("cmd.exe["), "cmd.exe{"));
	ck_assert(!str_ieqc(STR("cmd"), "cmd.exe"));
	ck_assert(str_starts(STR("abc"), "ab") && str_starts(none, "") && !str_starts(STR("a"), "ab"));
	ck_assert(str_istarts(STR("ABc"), "ab") && !str_istarts(none, "a"));
	ck_assert(str_ends(STR("abc"), "bc") && str_ends(none, "") && !str_ends(STR("c"), "bc"));
	ck_assert_text(str_trim(STR(" \t a b\r\n ")), "a b");
	ck_assert_text(str_trim(STR(" \t ")), "");
	ck_assert_text(str_trim(none), "");
	ck_assert_text(str_after_last(STR("C:\\a\\b.exe"), '\\'), "b.exe");
	ck_assert_text(str_after_last(STR("b.exe"), '\\'), "b.exe");
	ck_assert_text(str_after_last(STR("C:\\"), '\\'), "");
	ck_assert_int_eq(str_find(STR("abcabc"), STR("ca")), 2);
	ck_assert_int_eq(str_find(STR("abc"), STR("")), 0);
	ck_assert_int_eq(str_find(none, STR("a")), -1);
	ck_assert_int_eq(str_find((struct str){"a\0b", 3}, STR("b")), 2);
}
END_TEST

START_TEST(str_numbers)
{
	static const char *const good[] = {"0", "-0", "1", "+1", "1.", ".5", "-1.5e3", "1e5", "1E-3", "007", "1636711200.123456",
		"0.1", "123456789012345678901234567890", "1e308", "4.9e-324", "1e-400", "9007199254740993", "0e999999999",
		"2.2250738585072011e-308", "179769313486231570000e288", "0.000000000000000000000000000001", "1e22", "1e23",
		"123456789012345678e-22", "0000000000000000000000000001.5", "18446744073709551617"};
	static const char *const bad[] = {"", "+", "-", ".", "e5", "1e", "1e+", "0x10", "1 ", " 1", "1.2.3", "--1", "1,5",
		"inf", "nan", "1e999", "-1e309", "1_000", "\xD9\xA1", "1e5.5", "0x1010"};
	double d;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		ck_assert_msg(str_number(str_c(good[i]), &d), "%s is a number", good[i]);
		double want = strtod(good[i], NULL);
		ck_assert_msg(memcmp(&d, &want, sizeof(d)) == 0, "%s gives %.17g, not %.17g", good[i], d, want);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert_msg(!str_number(str_c(bad[i]), &d), "%s is no number", bad[i]);
	ck_assert(!str_number((struct str){"1\0", 2}, &d));
	ck_assert(!str_number((struct str){NULL, 0}, &d));

	/* A slice needs no terminator, and a megabyte of digits is only slow to look at. */
	ck_assert(str_number((struct str){"12345", 2}, &d));
	ck_assert_double_eq(d, 12);
	char *big = xmalloc(1 << 20);
	memset(big, '9', 1 << 20);
	ck_assert(!str_number((struct str){big, 1 << 20}, &d));
	memset(big, '0', 1 << 20);
	big[1] = '.';
	big[(1 << 20) - 1] = '5';
	ck_assert(str_number((struct str){big, 1 << 20}, &d));
	ck_assert_double_eq(d, 0);
	free(big);

	/* Random doubles survive the way to text and back. */
	uint64_t seed = 88172645463325252u;
	for (int i = 0; i < 20000; i++) {
		double x;
		char text[64];
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		memcpy(&x, &seed, sizeof(x));
		if (!isfinite(x))
			continue;
		if (i % 2)
			x = (double)(int64_t)(seed >> 20) / 1000;
		snprintf(text, sizeof(text), "%.17g", x);
		ck_assert(str_number(str_c(text), &d));
		ck_assert_msg(memcmp(&d, &x, sizeof(d)) == 0, "%s gives %.17g", text, d);
	}
}
END_TEST

START_TEST(str_whole_numbers)
{
	unsigned long long u;

	ck_assert(str_u64(STR("18446744073709551615"), &u) && u == UINT64_MAX);
	ck_assert(str_u64(STR("0010"), &u) && u == 10);
	ck_assert(!str_u64(STR("18446744073709551616"), &u));
	ck_assert(!str_u64(STR("99999999999999999999"), &u));
	ck_assert(!str_u64(STR(""), &u));
	ck_assert(!str_u64(STR("+1"), &u));
	ck_assert(!str_u64(STR("1 "), &u));
}
END_TEST

START_TEST(sbuf_grows)
{
	struct sbuf b = {0};

	ck_assert_text(sbuf_str(&b), "");
	sbuf_add(&b, NULL, 0);
	ck_assert_str_eq(b.p, "");
	for (int i = 0; i < 1000; i++)
		sbuf_addf(&b, "%d,", i);
	ck_assert_uint_eq(b.n, 10 + 90 * 2 + 900 * 3 + 1000);
	ck_assert_uint_eq(strlen(b.p), b.n);
	sbuf_reset(&b);
	sbuf_addc(&b, 'a');
	sbuf_adds(&b, (struct str){"\0b", 2});
	sbuf_addz(&b, "c");
	ck_assert(b.n == 4 && memcmp(b.p, "a\0bc", 5) == 0);
	sbuf_addf(&b, "%0500d", 7);
	ck_assert_uint_eq(b.n, 504);
	sbuf_free(&b);
	ck_assert_ptr_null(b.p);
	sbuf_reset(&b);
}
END_TEST

/* ---- utf8 ---- */

static uint32_t first(const char *s, size_t n, size_t *moved)
{
	*moved = 0;
	return utf8_next((struct str){s, n}, moved);
}

START_TEST(utf8_decodes)
{
	char buf[4];
	size_t at;

	for (uint32_t c = 0; c <= 0x10FFFF; c++) {
		if (c >= 0xD800 && c <= 0xDFFF)
			continue;
		size_t n = utf8_put(c, buf);
		if (first(buf, n, &at) != c || at != n)
			ck_abort_msg("U+%04X does not survive", c);
		for (size_t cut = 1; cut < n; cut++)
			if (first(buf, cut, &at) != UTF8_BAD || at != 1)
				ck_abort_msg("U+%04X cut to %zu bytes", c, cut);
	}
	static const char *const bad[] = {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80",
		"\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE",
		"\xFF", "\xC3(", "\xE2\x82(", "\xF0\x9F\x98("};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		ck_assert_uint_eq(first(bad[i], strlen(bad[i]), &at), UTF8_BAD);
		ck_assert_uint_eq(at, 1);
		ck_assert(!utf8_valid(str_c(bad[i])));
	}
	ck_assert_uint_eq(utf8_len(STR("a\xC3\xA4\xFF\xE2\x82")), 5);
	ck_assert(utf8_valid(STR("a\xC3\xA4\xF0\x9F\x98\x80")));
	ck_assert_uint_eq(utf8_put(0xD800, buf), 3);
	ck_assert(memcmp(buf, "\xEF\xBF\xBD", 3) == 0);
}
END_TEST

START_TEST(utf8_folds)
{
	static const uint32_t pairs[][2] = {{'A', 'a'}, {'Z', 'z'}, {'[', '['}, {'@', '@'}, {0xC4, 0xE4}, {0xD7, 0xD7},
		{0xDE, 0xFE}, {0xDF, 0xDF}, {0x1E9E, 0xDF}, {0x178, 0xFF}, {0x130, 0x130}, {0x131, 0x131}, {0x100, 0x101},
		{0x101, 0x101}, {0x17F, 's'}, {0x212A, 'k'}, {0xB5, 0x3BC}, {0x391, 0x3B1}, {0x3A3, 0x3C3}, {0x3C2, 0x3C3},
		{0x410, 0x430}, {0x401, 0x451}, {0x42F, 0x44F}, {0x531, 0x561}, {0xFF21, 0xFF41}, {0x10400, 0x10428},
		{0x1E921, 0x1E943}, {0x10FFFF, 0x10FFFF}, {0x13A0, 0x13A0}, {0xAB70, 0x13A0}};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		ck_assert_msg(utf8_fold(pairs[i][0]) == pairs[i][1], "U+%04X folds to U+%04X", pairs[i][0],
		              utf8_fold(pairs[i][0]));
	for (uint32_t c = 0; c <= 0x10FFFF; c++)
		if (utf8_fold(utf8_fold(c)) != utf8_fold(c))
			ck_abort_msg("U+%04X folds twice", c);

	struct sbuf b = {0};
	struct str mixed = STR("C:\\W\xC3\x84\xFF\xE2\x84\xAAZ\xC8\xBA");
	ck_assert(!utf8_is_folded(mixed));
	utf8_fold_str(mixed, &b);
	ck_assert_text(sbuf_str(&b), "c:\\w\xC3\xA4\xFFkz\xE2\xB1\xA5");
	ck_assert(utf8_is_folded(sbuf_str(&b)));
	ck_assert(utf8_is_folded((struct str){NULL, 0}));
	ck_assert(!utf8_is_folded(STR("\xC3\x84")));
	sbuf_reset(&b);
	for (int i = 0; i < 1000; i++)
		sbuf_addz(&b, "AbC");
	struct sbuf c = {0};
	utf8_fold_str(sbuf_str(&b), &c);
	ck_assert_uint_eq(c.n, 3000);
	ck_assert(str_starts(sbuf_str(&c), "abcabc") && str_ends(sbuf_str(&c), "abcabc"));
	sbuf_free(&b);
	sbuf_free(&c);
}
END_TEST

START_TEST(utf8_transcodes)
{
	struct sbuf b = {0};

	utf8_from_utf16((const uint8_t *)"A\0\xE4\0\xAC\x20\x3D\xD8\x00\xDE", 10, false, &b);
	ck_assert_text(sbuf_str(&b), "A\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
	sbuf_reset(&b);
	utf8_from_utf16((const uint8_t *)"\0A\xD8\x3D\xDE\0", 6, true, &b);
	ck_assert_text(sbuf_str(&b), "A\xF0\x9F\x98\x80");
	sbuf_reset(&b);
	/* high without low, low alone, high at the end, half a unit */
	utf8_from_utf16((const uint8_t *)"\x3D\xD8" "A\0" "\0\xDE" "\x3D\xD8" "B", 9, false, &b);
	ck_assert_text(sbuf_str(&b), "\xEF\xBF\xBD" "A\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
	sbuf_reset(&b);
	utf8_from_utf16(NULL, 0, false, &b);
	ck_assert_uint_eq(b.n, 0);
	char zeros[2000] = {0};
	utf8_from_utf16((const uint8_t *)zeros, sizeof(zeros), false, &b);
	ck_assert_uint_eq(b.n, 1000);
	sbuf_reset(&b);
	utf8_scrub(STR("\xFFg\xC3\xA4\xC3"), &b);
	ck_assert_text(sbuf_str(&b), "\xEF\xBF\xBDg\xC3\xA4\xEF\xBF\xBD");
	sbuf_free(&b);
}
END_TEST

/* ---- wild ---- */

/* The obvious matcher, to compare with. */
static bool slow_match(struct str p, struct str t)
{
	if (!p.n)
		return !t.n;
	struct str p1 = {p.p + 1, p.n - 1};
	if (*p.p == '*') {
		for (size_t i = 0; i <= t.n; i++)
			if (slow_match(p1, (struct str){t.p + i, t.n - i}))
				return true;
		return false;
	}
	return t.n && *t.p == *p.p && slow_match(p1, (struct str){t.p + 1, t.n - 1});
}

static bool wild(const char *pattern, struct str text, bool fold)
{
	struct arena *a = arena_new();
	bool once = wild_is_match(str_c(pattern), text, fold);
	struct sbuf folded = {0};

	utf8_fold_str(text, &folded);
	bool yes = wild_match(wild_new(a, str_c(pattern), fold), fold ? sbuf_str(&folded) : text);
	sbuf_free(&folded);
	arena_free(a);
	ck_assert_msg(yes == once, "both matchers agree on %s", pattern);
	return yes;
}

START_TEST(wild_cases)
{
	ck_assert(wild("*\\AppData\\*", STR("C:\\Users\\x\\APPDATA\\y"), true));
	ck_assert(!wild("*\\AppData\\*", STR("C:\\Users\\x\\APPDATA\\y"), false));
	ck_assert(wild("", STR(""), true) && !wild("", STR("a"), true));
	ck_assert(wild("*", STR(""), true) && wild("***", STR("a\nb"), true));
	ck_assert(wild("a*b", STR("a\r\n\0b"), false));
	ck_assert(!wild("ab*ba", STR("aba"), false));
	ck_assert(wild("ab*ba", STR("abba"), false));
	ck_assert(wild("a?c%", STR("a?c%"), false) && !wild("a?c", STR("abc"), false));
	ck_assert(wild("*.exe", STR("x.exe.EXE"), true));
	ck_assert(wild("*a*a*a*", STR("aaa"), false) && !wild("*a*a*a*", STR("aa"), false));
	ck_assert(wild("\xC3\x84*", STR("\xC3\xA4x"), true));
	ck_assert(wild_has_star(STR("a*")) && !wild_has_star(STR("a?")) && !wild_has_star((struct str){NULL, 0}));
	ck_assert(wild("*", (struct str){NULL, 0}, false) && wild("", (struct str){NULL, 0}, false));

	struct arena *a = arena_new();
	struct wild *w = wild_new(a, STR("A**bC*"), true);
	ck_assert(w->n == 2 && w->min_len == 3 && !w->open_front && w->open_back && w->fold);
	ck_assert_text(w->piece[1], "bc");
	arena_free(a);
}
END_TEST

START_TEST(wild_all_short)
{
	/* Every pattern of up to 5 and text of up to 5 characters over a small alphabet. */
	char p[6], t[6];

	for (unsigned pi = 0; pi < 1024; pi++) {
		for (unsigned plen = 0; plen <= 5; plen++) {
			for (unsigned i = 0; i < plen; i++)
				p[i] = "a*b*"[pi >> 2 * i & 3];
			p[plen] = '\0';
			for (unsigned ti = 0; ti < 32; ti++) {
				for (unsigned i = 0; i < 5; i++)
					t[i] = "ab"[ti >> i & 1];
				struct str text = {t, ti % 6};
				if (wild_is_match(str_c(p), text, false) != slow_match(str_c(p), text))
					ck_abort_msg("%s against %.*s", p, STR_FMT(text));
			}
		}
	}
}
END_TEST

START_TEST(wild_is_not_exponential)
{
	size_t n = 1 << 20;
	char *text = xmalloc(n);
	struct sbuf p = {0};
	uint64_t start = when_mono_ns();

	memset(text, 'a', n);
	for (int i = 0; i < 2000; i++)
		sbuf_addz(&p, "*aaaaaaaab");
	sbuf_addc(&p, '*');
	ck_assert(!wild_is_match(sbuf_str(&p), (struct str){text, n}, true));
	sbuf_reset(&p);
	for (int i = 0; i < 10000; i++)
		sbuf_addz(&p, "*a");
	sbuf_addz(&p, "*b");
	ck_assert(!wild_is_match(sbuf_str(&p), (struct str){text, n}, false));
	ck_assert_uint_lt(when_mono_ns() - start, UINT64_C(5000000000));
	free(text);
	sbuf_free(&p);
}
END_TEST

/* ---- csv ---- */

/* All of it as "cell|cell/cell|cell", with the error at the end. */
static void read_csv(struct str text, struct sbuf *out)
{
	struct csv c;
	struct diag d = DIAG_INIT;
	char msg[600];

	sbuf_reset(out);
	csv_open(&c, text);
	for (int n = 0; csv_next(&c, &d); n++) {
		if (n)
			sbuf_addc(out, '/');
		for (size_t i = 0; i < c.ncells; i++) {
			if (i)
				sbuf_addc(out, '|');
			sbuf_adds(out, c.cell[i]);
		}
		sbuf_addf(out, "@%d", c.line);
	}
	ck_assert(!csv_next(&c, &d));
	if (diag_is_set(&d))
		sbuf_addf(out, "!%.20s", diag_text(&d, msg, sizeof(msg)));
	csv_close(&c);
}

START_TEST(csv_cases)
{
	static const char *const cases[][2] = {
		{"", ""},
		{"\n\r\n\n", ""},
		{"\xEF\xBB\xBF" "a,b\n1,2\n", "a|b@1/1|2@2"},
		{"a,b\r\n1,2", "a|b@1/1|2@2"},
		{"a,b\r\n1,2\r", "a|b@1/1|2@2"},
		{"\n\na,,\n", "a||@3"},
		{",", "|@1"},
		{"\"\"", "@1"},
		{"\"\"\n\"\"", "@1/@2"},
		{"\"a,\"\"b\"\"\nc\",d\ne", "a,\"b\"\nc|d@1/e@3"},
		{"\"\"\"\"", "\"@1"},
		{"\"a\"b,c", "ab|c@1"},
		{"\"a\"\"b\"\"c\"d\"e,c", "a\"b\"cd\"e|c@1"},
		{"a\"b\"\"c,d", "a\"b\"\"c|d@1"},
		{"a\rb,c\r\r\nd", "a\rb|c\r@1/d@2"},
		{" a , b ", " a | b @1"},
		{"\"a\r\nb\"\r\nc", "a\r\nb@1/c@3"},
		{"a,\"b", "!line 1, column 3: a "},
		{"x\n\"a\n\",\"b", "x@1!line 3: a quote is o"},
		{"x\n\n\"", "x@1!line 3, column 1: a "},
		{"\"a\"\"", "!line 1, column 1: a "},
	};
	struct sbuf got = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		read_csv(str_c(cases[i][0]), &got);
		ck_assert_str_eq(got.p ? got.p : "", cases[i][1]);
	}
	read_csv((struct str){"a\0b,\"\0\"\"\"", 9}, &got);
	ck_assert(str_eq(sbuf_str(&got), (struct str){"a\0b|\0\"@1", 8}));
	read_csv((struct str){NULL, 0}, &got);
	ck_assert_uint_eq(got.n, 0);
	sbuf_free(&got);
}
END_TEST

START_TEST(csv_large)
{
	/* Many unquoted cells in one record: those read first must follow when the buffer moves. */
	struct sbuf text = {0};
	struct csv c;
	struct diag d = DIAG_INIT;
	char want[64];

	for (int i = 0; i < 20000; i++)
		sbuf_addf(&text, i % 3 ? "\"%d \"\"x\"\"\"," : "plain %d,", i);
	csv_open(&c, sbuf_str(&text));
	ck_assert(csv_next(&c, &d));
	ck_assert_uint_eq(c.ncells, 20001);
	for (int i = 0; i < 20000; i++) {
		snprintf(want, sizeof(want), i % 3 ? "%d \"x\"" : "plain %d", i);
		ck_assert(str_eqc(c.cell[i], want));
	}
	csv_close(&c);

	/* Half a million quotes are read in one pass. */
	sbuf_reset(&text);
	for (int i = 0; i < 500001; i++)
		sbuf_addc(&text, '"');
	csv_open(&c, sbuf_str(&text));
	ck_assert(!csv_next(&c, &d));
	ck_assert(diag_is_set(&d));
	csv_close(&c);
	sbuf_free(&text);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("text");
	TCase *t = tcase_create("str");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, str_compares);
	tcase_add_test(t, str_numbers);
	tcase_add_test(t, str_whole_numbers);
	tcase_add_test(t, sbuf_grows);
	suite_add_tcase(s, t);

	t = tcase_create("utf8");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, utf8_decodes);
	tcase_add_test(t, utf8_folds);
	tcase_add_test(t, utf8_transcodes);
	suite_add_tcase(s, t);

	t = tcase_create("wild");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, wild_cases);
	tcase_add_test(t, wild_all_short);
	tcase_add_test(t, wild_is_not_exponential);
	suite_add_tcase(s, t);

	t = tcase_create("csv");
	tcase_add_test(t, csv_cases);
	tcase_add_test(t, csv_large);
	suite_add_tcase(s, t);

	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
