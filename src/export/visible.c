/* Text from logs for people: nothing in it may move the cursor, hide, or turn the order of what stands beside it. */
#include "export/export.h"

#include <locale.h>
#include <pthread.h>
#include <wchar.h>

#include "base/utf8.h"

/* Characters that are not seen, or change how others are seen. */
static bool is_hidden(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} hidden[] = {
		{0x00, 0x1F}, {0x7F, 0x9F}, {0xAD, 0xAD}, {0x34F, 0x34F}, {0x61C, 0x61C}, {0x115F, 0x1160}, {0x17B4, 0x17B5},
		{0x180B, 0x180F}, {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}, {0x3164, 0x3164}, {0xFE00, 0xFE0F},
		{0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0xFFFE, 0xFFFF}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
	};

	for (size_t i = 0; i < sizeof(hidden) / sizeof(*hidden); i++)
		if (c >= hidden[i].from && c <= hidden[i].to)
			return true;
	return false;
}

void export_visible(struct sbuf *b, struct str s)
{
	for (size_t at = 0; at < s.n;) {
		size_t from = at;
		uint32_t c = utf8_next(s, &at);
		if (c == UTF8_BAD)
			sbuf_addf(b, "\\x%02X", (unsigned)(unsigned char)s.p[from]);
		else if (!is_hidden(c))
			sbuf_add(b, s.p + from, at - from);
		else if (c == '\n' || c == '\t' || c == '\r')
			sbuf_addz(b, c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r");
		else if (c < 0x80)
			sbuf_addf(b, "\\x%02X", (unsigned)c);
		else
			sbuf_addf(b, "\\u{%X}", (unsigned)c);
	}
}

static locale_t unicode;

static void make_locale(void)
{
	unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

/* Widths must not depend on the user's locale: the same data, the same bytes. */
size_t export_width(struct str s)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	size_t width = 0;

	pthread_once(&once, make_locale);
	locale_t old = unicode ? uselocale(unicode) : (locale_t)0;
	for (size_t at = 0; at < s.n;) {
		uint32_t c = utf8_next(s, &at);
		int w = c < 0x7F || c == UTF8_BAD ? 1 : wcwidth((wchar_t)c);
		width += w < 0 ? 1 : (size_t)w;
	}
	if (old)
		uselocale(old);
	return width;
}
