/* rule: the YAML reader. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "rule/yaml.h"

static struct arena *arena;

static void setup(void) { arena = arena_new(); }
static void teardown(void) { arena_free(arena); }

static struct yaml *good(struct str text)
{
	struct diag d = DIAG_INIT;
	struct yaml *y = yaml_parse(arena, text, &d);

	ck_assert_msg(y != NULL, "line %d: %s", d.line, d.msg);
	ck_assert(!diag_is_set(&d));
	return y;
}

static void bad(struct str text, int line, const char *part)
{
	struct diag d = DIAG_INIT;

	ck_assert_msg(yaml_parse(arena, text, &d) == NULL, "read: %.*s", STR_FMT(text));
	ck_assert_msg(strstr(d.msg, part) != NULL, "got \"%s\", want \"…%s…\"", d.msg, part);
	ck_assert_int_eq(d.line, line);
}

#define ck_assert_text(s, expected) \
	ck_assert_msg(str_eqc((s), (expected)), "got \"%.*s\", want \"%s\"", STR_FMT(s), (expected))

START_TEST(scalars_stay_text)
{
	struct yaml *y = good(STR("a: null\nb: true\nc: 007\nd: ~\ne:\nf: 'null'\ng: 2024-01-02\nh: \"\"\n"));

	ck_assert_int_eq(y->kind, YAML_MAP);
	ck_assert_uint_eq(y->n, 8);
	ck_assert_text(yaml_text(y, "a"), "null");
	ck_assert(yaml_get(y, "a")->plain);
	ck_assert_text(yaml_text(y, "b"), "true");
	ck_assert_text(yaml_text(y, "c"), "007");
	ck_assert_text(yaml_text(y, "d"), "~");
	ck_assert_text(yaml_text(y, "e"), "");
	ck_assert_text(yaml_text(y, "f"), "null");
	ck_assert(!yaml_get(y, "f")->plain);
	ck_assert_text(yaml_text(y, "g"), "2024-01-02");
	ck_assert(yaml_get(y, "h") != NULL);
	ck_assert_text(yaml_text(y, "absent"), "");
	ck_assert(yaml_get(y, "absent") == NULL);
	ck_assert(yaml_get(yaml_get(y, "a"), "x") == NULL);
	ck_assert(yaml_get(NULL, "x") == NULL);
}
END_TEST

/* The ways in which searches are written: spl-spec 2.1. */
START_TEST(quoting)
{
	struct yaml *y = good(STR("s: '| a \"*\\\\AppData\\\\*\" don''t\n  folded'\n"
	                          "d: \"a\\\\b\\\"c\\nd\"\n"
	                          "l: |\n  one\n  two\n"
	                          "f: >-\n  one\n  two\n"));

	ck_assert_text(yaml_text(y, "s"), "| a \"*\\\\AppData\\\\*\" don't folded");
	ck_assert_text(yaml_text(y, "d"), "a\\b\"c\nd");
	ck_assert_text(yaml_text(y, "l"), "one\ntwo\n");
	ck_assert_text(yaml_text(y, "f"), "one two");
}
END_TEST

START_TEST(places)
{
	struct yaml *y = good(STR("a: 1\n\nb:\n- x\n- y: z\n"));
	const struct yaml *b = yaml_get(y, "b");

	ck_assert_int_eq(y->line, 1);
	ck_assert_int_eq(y->key[1]->line, 3);
	ck_assert_int_eq(b->kind, YAML_LIST);
	ck_assert_uint_eq(b->n, 2);
	ck_assert_int_eq(b->item[0]->line, 4);
	ck_assert_int_eq(b->item[0]->col, 3);
	ck_assert_int_eq(yaml_get(b->item[1], "y")->line, 5);
}
END_TEST

START_TEST(bytes)
{
	struct yaml *y = good((struct str){"\xEF\xBB\xBF" "a: \"x\\0y\"\n", 13});

	ck_assert_uint_eq(yaml_text(y, "a").n, 3);
	ck_assert_int_eq(yaml_text(y, "a").p[3], '\0');
	y = good((struct str){"\xFF\xFE" "a\0:\0 \0" "b\0\n\0", 12});
	ck_assert_text(yaml_text(y, "a"), "b");
	bad(STR("a: \xFF\n"), 1, "save the file as UTF-8");
}
END_TEST

START_TEST(repeated_keys)
{
	ck_assert_text(yaml_text(good(STR("a: 1\nb: 2\na: 3\n")), "a"), "3");
}
END_TEST

START_TEST(aliases)
{
	struct yaml *y = good(STR("a: &x [1, 2]\nb: *x\nc: &x z\nd: *x\n"));

	ck_assert_ptr_eq(yaml_get(y, "a"), yaml_get(y, "b"));
	ck_assert_text(yaml_text(y, "d"), "z");
	y = good(STR("base: &b {a: 1, b: 2}\nmore: &m {a: 9, c: 3}\nx:\n  <<: [*b, *m]\n  b: 7\n"));
	const struct yaml *x = yaml_get(y, "x");
	ck_assert_text(yaml_text(x, "a"), "1");
	ck_assert_text(yaml_text(x, "b"), "7");
	ck_assert_text(yaml_text(x, "c"), "3");
	bad(STR("a: *x\n"), 1, "names no anchor");
	bad(STR("a: &x [*x]\n"), 1, "inside the value it names");
	bad(STR("a:\n  <<: text\n"), 2, "<< takes a map");
}
END_TEST

START_TEST(errors)
{
	bad(STR(""), 1, "empty");
	bad(STR("# only a comment\n"), 1, "empty");
	bad(STR("a: 1\nb: [1, 2\nc: 3\n"), 3, "");
	bad(STR("a: 'unclosed\n"), 2, "");
	bad(STR("a: 1\n b: 2\n"), 2, "");
	bad(STR("? [a, b]\n: c\n"), 1, "key must be plain text");
	bad(STR("a:\n\t- x\n"), 2, "");
}
END_TEST

/* Small files that would grow without the limits. */
START_TEST(limits)
{
	struct sbuf b = {0};

	for (int i = 0; i < YAML_DEPTH_MAX; i++)
		sbuf_addc(&b, '[');
	for (int i = 0; i < YAML_DEPTH_MAX; i++)
		sbuf_addc(&b, ']');
	good(sbuf_str(&b));
	sbuf_reset(&b);
	for (int i = 0; i < 5000; i++)
		sbuf_addc(&b, '[');
	bad(sbuf_str(&b), 1, "nested deeper");

	sbuf_reset(&b);
	sbuf_addz(&b, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 12; i++) {
		sbuf_addf(&b, "a%d: &a%d [", i, i);
		for (int k = 0; k < 10; k++)
			sbuf_addf(&b, "%s*a%d", k ? ", " : "", i - 1);
		sbuf_addz(&b, "]\n");
	}
	bad(sbuf_str(&b), 6, "aliases expand");

	sbuf_reset(&b);
	sbuf_addz(&b, "a0: &a0 {k: v}\n");
	for (int i = 1; i < 40; i++)
		sbuf_addf(&b, "a%d: &a%d {<<: [*a%d, *a%d]}\n", i, i, i - 1, i - 1);
	struct diag d = DIAG_INIT;
	ck_assert(yaml_parse(arena, sbuf_str(&b), &d) == NULL);

	sbuf_reset(&b);
	sbuf_addz(&b, "a0: &a0 [x]\n");
	for (int i = 1; i <= YAML_DEPTH_MAX; i++)
		sbuf_addf(&b, "a%d: &a%d [*a%d]\n", i, i, i - 1);
	bad(sbuf_str(&b), YAML_DEPTH_MAX - 1, "nested deeper");
	sbuf_free(&b);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("yaml");
	TCase *t = tcase_create("yaml");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, scalars_stay_text);
	tcase_add_test(t, quoting);
	tcase_add_test(t, places);
	tcase_add_test(t, bytes);
	tcase_add_test(t, repeated_keys);
	tcase_add_test(t, aliases);
	tcase_add_test(t, errors);
	tcase_add_test(t, limits);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
