/* Text of any origin made safe to show: nothing in it moves the cursor, hides, or turns the order of what stands beside it. */
#include "base/visible.h"

#include <stdio.h>

#include "base/utf8.h"

bool visible_hidden(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} hidden[] = {
		{0x0000, 0x001F}, {0x007F, 0x00A0}, {0x00AD, 0x00AD}, {0x034F, 0x034F}, {0x061C, 0x061C},
		{0x115F, 0x1160}, {0x1680, 0x1680}, {0x17B4, 0x17B5}, {0x180B, 0x180F}, {0x2000, 0x200F},
		{0x2028, 0x202F}, {0x205F, 0x206F}, {0x2800, 0x2800}, {0x3164, 0x3164}, {0xD800, 0xF8FF},
		{0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0xFFFE, 0xFFFF},
		{0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, UINT32_MAX},
	};
	size_t lo = 0, hi = sizeof(hidden) / sizeof(*hidden);

	if (c >= 0x20 && c < 0x7F)
		return false;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c > hidden[mid].last)
			lo = mid + 1;
		else if (c < hidden[mid].first)
			hi = mid;
		else
			return true;
	}
	return false;
}

size_t visible_spell(uint32_t c, unsigned char byte, char out[VISIBLE_MAX + 1])
{
	const char *named = c == '\n' ? "\\n" : c == '\r' ? "\\r" : c == '\t' ? "\\t" : NULL;
	int n;

	if (named)
		n = snprintf(out, VISIBLE_MAX + 1, "%s", named);
	else if (c == UTF8_BAD || c < 0x80)
		n = snprintf(out, VISIBLE_MAX + 1, "\\x%02X", c == UTF8_BAD ? (unsigned)byte : (unsigned)c);
	else
		n = snprintf(out, VISIBLE_MAX + 1, "\\u{%X}", (unsigned)c);
	return (size_t)n;
}

size_t visible_next(struct str s, size_t *at, char out[VISIBLE_MAX + 1])
{
	const size_t start = *at;
	const uint32_t c = utf8_next(s, at);

	if (c == UTF8_BAD || visible_hidden(c))
		return visible_spell(c, (unsigned char)s.p[start], out);
	memcpy(out, s.p + start, *at - start);
	return *at - start;
}

void visible_add(struct sbuf *b, struct str s)
{
	char piece[VISIBLE_MAX + 1];

	for (size_t at = 0; at < s.n;) {
		const size_t n = visible_next(s, &at, piece);
		sbuf_add(b, piece, n);
	}
}
