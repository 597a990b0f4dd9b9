/* base/visible: which characters are never shown as they are, and their one spelling. */
#include <check.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "base/visible.h"

static const char *shown(struct str s)
{
	static struct sbuf b;

	sbuf_reset(&b);
	visible_add(&b, s);
	sbuf_addc(&b, '\0');
	return b.p;
}

#define CK_SHOWN(literal, want) ck_assert_str_eq(shown(STR(literal)), (want))

START_TEST(plain_text_stays)
{
	CK_SHOWN("", "");
	CK_SHOWN("C:\\a \"b\" ~", "C:\\a \"b\" ~");
	CK_SHOWN("\xC3\xA9\xE6\xBC\xA2\xF0\x9F\x98\x80", "\xC3\xA9\xE6\xBC\xA2\xF0\x9F\x98\x80");
	CK_SHOWN("e\xCC\x81", "e\xCC\x81");                                      /* a combining mark */
	ck_assert_str_eq(shown((struct str){NULL, 0}), "");
}
END_TEST

START_TEST(controls)
{
	CK_SHOWN("a\tb\r\n", "a\\tb\\r\\n");
	CK_SHOWN("\x1B[2J\x07\x7F", "\\x1B[2J\\x07\\x7F");
	CK_SHOWN("a\0b", "a\\x00b");
	CK_SHOWN("\xC2\x9B" "31m", "\\u{9B}31m");                                /* C1 */
}
END_TEST

START_TEST(hidden_characters)
{
	CK_SHOWN("gpj.\xE2\x80\xAE" "exe", "gpj.\\u{202E}exe");                  /* bidi override */
	CK_SHOWN("a\xE2\x80\x8B" "b\xEF\xBB\xBF", "a\\u{200B}b\\u{FEFF}");       /* zero width */
	CK_SHOWN("svchost\xC2\xA0.exe", "svchost\\u{A0}.exe");                   /* a blank that is none */
	CK_SHOWN("\xF3\xA0\x81\x81", "\\u{E0041}");                              /* a tag character */
	CK_SHOWN("\xEE\x80\x80", "\\u{E000}");                                   /* private use */
	CK_SHOWN("\xF4\x8F\xBF\xBF", "\\u{10FFFF}");
}
END_TEST

START_TEST(bad_bytes)
{
	CK_SHOWN("\xFF\xC0\xAF\xED\xA0\x80", "\\xFF\\xC0\\xAF\\xED\\xA0\\x80");  /* bad, overlong, surrogate */
	CK_SHOWN("\xE4", "\\xE4");                                               /* cut short */
	CK_SHOWN("\xE2\x80" "x", "\\xE2\\x80x");
}
END_TEST

/* The table is searched by halves: each of its edges, and that nothing falls between two rows. */
START_TEST(every_character)
{
	static const uint32_t seen[] = {0x20, 0x7E, 0xA1, 0xAC, 0xAE, 0x34E, 0x350, 0x61B, 0x61D, 0x115E, 0x1161, 0x1FFF, 0x2010, 0x2027,
	                                0x2030, 0x205E, 0x2070, 0x27FF, 0x2801, 0x3000, 0x3163, 0xD7FF, 0xF900, 0xFE10, 0xFEFE, 0xFFFD,
	                                0x10000, 0x1D172, 0x1D17B, 0x1F600, 0xDFFFF};
	static const uint32_t unseen[] = {0x00, 0x1F, 0x7F, 0x80, 0xA0, 0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x1680, 0x180E, 0x2000, 0x200F,
	                                  0x2028, 0x202F, 0x205F, 0x2066, 0x2069, 0x206F, 0x2800, 0x3164, 0xD800, 0xF8FF, 0xFE00, 0xFE0F,
	                                  0xFFA0, 0xFFFE, 0xFFFF, 0x1D173, 0xE0000, 0xE0001, 0xF0000, 0x10FFFF, UTF8_BAD};

	for (size_t i = 0; i < sizeof(seen) / sizeof(*seen); i++)
		ck_assert_msg(!visible_hidden(seen[i]), "U+%X is hidden", (unsigned)seen[i]);
	for (size_t i = 0; i < sizeof(unseen) / sizeof(*unseen); i++)
		ck_assert_msg(visible_hidden(unseen[i]), "U+%X is not hidden", (unsigned)unseen[i]);
}
END_TEST

/* Whatever the text: what is shown shows nothing hidden, and is shown again as it is. */
START_TEST(shown_once_is_shown_for_good)
{
	struct sbuf once = {0}, twice = {0};
	char raw[4];

	for (uint32_t c = 0; c <= 0x10FFFF; c += c < 0x4000 ? 1 : 0x101) {
		char text[VISIBLE_MAX + 1];
		const struct str s = {raw, utf8_put(c, raw)};
		size_t at = 0;

		ck_assert_uint_le(visible_next(s, &at, text), VISIBLE_MAX);
		ck_assert_uint_eq(at, s.n);
		visible_add(&once, s);
	}
	for (size_t at = 0; at < once.n;)
		ck_assert(!visible_hidden(utf8_next(sbuf_str(&once), &at)));
	visible_add(&twice, sbuf_str(&once));
	ck_assert(str_eq(sbuf_str(&once), sbuf_str(&twice)));
	sbuf_free(&once);
	sbuf_free(&twice);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("visible");
	TCase *t = tcase_create("visible");

	tcase_add_test(t, plain_text_stays);
	tcase_add_test(t, controls);
	tcase_add_test(t, hidden_characters);
	tcase_add_test(t, bad_bytes);
	tcase_add_test(t, every_character);
	tcase_add_test(t, shown_once_is_shown_for_good);
	suite_add_tcase(s, t);

	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
