/* UTF-8: decoding that survives any bytes, and transcoding. Case folding is fold.c's. */
#include "base/utf8.h"

static inline bool is_cont(unsigned char b)
{
	return (b & 0xC0) == 0x80;
}

uint32_t utf8_next(struct str s, size_t *at)
{
	const unsigned char *p = (const unsigned char *)s.p + *at;
	size_t left = s.n - *at;
	uint32_t c = p[0];

	if (c < 0x80) {
		*at += 1;
		return c;
	}
	if (c >= 0xC2 && c <= 0xDF && left >= 2 && is_cont(p[1])) {
		*at += 2;
		return (c & 0x1F) << 6 | (p[1] & 0x3Fu);
	}
	if ((c & 0xF0) == 0xE0 && left >= 3 && is_cont(p[1]) && is_cont(p[2])) {
		c = (c & 0x0F) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
		if (c >= 0x800 && (c < 0xD800 || c > 0xDFFF)) {
			*at += 3;
			return c;
		}
	} else if (c >= 0xF0 && c <= 0xF4 && left >= 4 && is_cont(p[1]) && is_cont(p[2]) && is_cont(p[3])) {
		c = (c & 0x07) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
		if (c >= 0x10000 && c <= 0x10FFFF) {
			*at += 4;
			return c;
		}
	}
	*at += 1;
	return UTF8_BAD;
}

size_t utf8_put(uint32_t c, char out[4])
{
	if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		c = 0xFFFD;
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

size_t utf8_len(struct str s)
{
	size_t n = 0;

	for (size_t at = 0; at < s.n; n++)
		utf8_next(s, &at);
	return n;
}

bool utf8_valid(struct str s)
{
	for (size_t at = 0; at < s.n;)
		if (utf8_next(s, &at) == UTF8_BAD)
			return false;
	return true;
}

static inline uint32_t unit(const uint8_t *p, bool big_endian)
{
	return big_endian ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

void utf8_from_utf16(const uint8_t *p, size_t nbytes, bool big_endian, struct sbuf *out)
{
	char small[128];
	size_t n = 0;

	for (size_t i = 0; i < nbytes;) {
		uint32_t c = 0xFFFD;                     /* half a unit at the end */

		if (nbytes - i < 2) {
			i = nbytes;
		} else {
			c = unit(p + i, big_endian);
			i += 2;
			if (c >= 0xD800 && c <= 0xDBFF && nbytes - i >= 2) {
				uint32_t low = unit(p + i, big_endian);
				if (low >= 0xDC00 && low <= 0xDFFF) {
					c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
					i += 2;
				}
			}
		}
		n += utf8_put(c, small + n);             /* makes U+FFFD of a surrogate that is left */
		if (n > sizeof(small) - 4) {
			sbuf_add(out, small, n);
			n = 0;
		}
	}
	sbuf_add(out, small, n);
}

void utf8_scrub(struct str s, struct sbuf *out)
{
	size_t good = 0;                                 /* start of the run that is not copied yet */

	for (size_t at = 0; at < s.n;) {
		size_t start = at;
		if (utf8_next(s, &at) != UTF8_BAD)
			continue;
		sbuf_add(out, s.p + good, start - good);
		sbuf_addz(out, "\xEF\xBF\xBD");
		good = at;
	}
	sbuf_add(out, s.p + good, s.n - good);
}
