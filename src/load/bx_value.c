/* Values of binary XML as text. */
#include "load/binxml.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/when.h"

static uint16_t le16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }
static uint32_t le32(const uint8_t *p) { return (uint32_t)le16(p) | (uint32_t)le16(p + 2) << 16; }
static uint64_t le64(const uint8_t *p) { return (uint64_t)le32(p) | (uint64_t)le32(p + 4) << 32; }

/* Copies the printable ASCII that the text starts with, as far as it comes in eights. The characters copied. */
static size_t copy_ascii(uint8_t *out, const uint8_t *p, size_t chars)
{
	size_t n = 0;
#ifdef __SSE2__
	for (; n + 8 <= chars; n += 8) {
		const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + 2 * n));
		const __m128i low = _mm_cmpeq_epi16(_mm_and_si128(x, _mm_set1_epi16((short)0xFF80)), _mm_setzero_si128());
		const __m128i plain = _mm_and_si128(low, _mm_cmpgt_epi16(x, _mm_set1_epi16(0x1F)));

		if (_mm_movemask_epi8(plain) != 0xFFFF)
			break;
		_mm_storel_epi64((__m128i *)(void *)(out + n), _mm_packus_epi16(x, x));
	}
#else
	(void)out, (void)p, (void)chars;
#endif
	return n;
}

void bx_utf16(struct sbuf *out, const uint8_t *p, size_t chars)
{
	sbuf_reserve(out, chars * 3);
	uint8_t *w = (uint8_t *)out->p + out->n;

	for (size_t i = 0; i < chars; i++) {
		const size_t ascii = copy_ascii(w, p + 2 * i, chars - i);

		w += ascii;
		i += ascii;
		if (i == chars)
			break;
		uint32_t c = le16(p + 2 * i);
		if (c < 0x80) {
			if (c >= 0x20 || c == '\t' || c == '\n' || c == '\r')
				*w++ = (uint8_t)c;
		} else if (c < 0x800) {
			*w++ = (uint8_t)(0xC0 | c >> 6);
			*w++ = (uint8_t)(0x80 | (c & 0x3F));
		} else if (c >= 0xD800 && c < 0xE000) {
			const uint32_t low = c < 0xDC00 && i + 1 < chars ? le16(p + 2 * i + 2) : 0;

			if (low < 0xDC00 || low >= 0xE000)
				continue;                /* a lone surrogate is no character */
			c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
			i++;
			*w++ = (uint8_t)(0xF0 | c >> 18);
			*w++ = (uint8_t)(0x80 | (c >> 12 & 0x3F));
			*w++ = (uint8_t)(0x80 | (c >> 6 & 0x3F));
			*w++ = (uint8_t)(0x80 | (c & 0x3F));
		} else if (c < 0xFFFE) {
			*w++ = (uint8_t)(0xE0 | c >> 12);
			*w++ = (uint8_t)(0x80 | (c >> 6 & 0x3F));
			*w++ = (uint8_t)(0x80 | (c & 0x3F));
		}
	}
	*w = 0;
	out->n = (size_t)((char *)w - out->p);
}

static void add_string(struct sbuf *out, const uint8_t *p, size_t n)
{
	size_t chars = n / 2;

	while (chars && le16(p + 2 * (chars - 1)) == 0)          /* some writers count the terminator */
		chars--;
	bx_utf16(out, p, chars);
}

static void add_ansi(struct sbuf *out, const uint8_t *p, size_t n)
{
	while (n && p[n - 1] == 0)
		n--;
	for (size_t i = 0; i < n; i++)
		bx_utf16(out, (const uint8_t[]){p[i], 0}, 1);    /* code page 1252 is Latin-1 where it matters */
}

/* Guids, numbers and times are written by hand: printf took a third of the time that a whole event needs. */
static void add_hex(struct sbuf *out, uint64_t v, unsigned digits, const char *alphabet)
{
	sbuf_reserve(out, digits);
	for (unsigned i = 0; i < digits; i++)
		out->p[out->n + i] = alphabet[v >> (4 * (digits - 1 - i)) & 15];
	out->p[out->n += digits] = 0;
}

#define UPPER "0123456789ABCDEF"
#define LOWER "0123456789abcdef"

static void add_signed(struct sbuf *out, int64_t v)
{
	if (v < 0)
		sbuf_addc(out, '-');
	sbuf_addu(out, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

static void add_guid(struct sbuf *out, const uint8_t *p)
{
	sbuf_addc(out, '{');
	add_hex(out, le32(p), 8, UPPER);
	sbuf_addc(out, '-');
	add_hex(out, le16(p + 4), 4, UPPER);
	sbuf_addc(out, '-');
	add_hex(out, le16(p + 6), 4, UPPER);
	for (int i = 8; i < 16; i++) {
		if (i == 8 || i == 10)
			sbuf_addc(out, '-');
		add_hex(out, p[i], 2, UPPER);
	}
	sbuf_addc(out, '}');
}

static void add_filetime(struct sbuf *out, uint64_t ticks)
{
	const uint64_t to_1970 = UINT64_C(116444736000000000);   /* 100 ns between 1601 and 1970 */
	const usec_t t = (usec_t)(ticks / 10) - (usec_t)(to_1970 / 10);
	char text[WHEN_SIZE];

	when_iso(t, 6, text);
	sbuf_add(out, text, strlen(text) - 1);                   /* the Z comes after the last digits */
	sbuf_addc(out, (char)('0' + ticks % 10));
	sbuf_addz(out, "00Z");
}

static void add_systemtime(struct sbuf *out, const uint8_t *p)
{
	sbuf_addf(out, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", le16(p), le16(p + 2), le16(p + 6), le16(p + 8), le16(p + 10), le16(p + 12),
	          le16(p + 14));
}

static bool add_sid(struct sbuf *out, const uint8_t *p, size_t n)
{
	if (n < 8 || n < 8 + 4 * (size_t)p[1])
		return false;
	uint64_t authority = 0;

	for (int i = 2; i < 8; i++)
		authority = authority << 8 | p[i];
	sbuf_addz(out, "S-");
	sbuf_addu(out, p[0]);
	sbuf_addc(out, '-');
	sbuf_addu(out, authority);
	for (unsigned i = 0; i < p[1]; i++) {
		sbuf_addc(out, '-');
		sbuf_addu(out, le32(p + 8 + 4 * i));
	}
	return true;
}

static void add_real(struct sbuf *out, const uint8_t *p, size_t n)
{
	double d;

	if (n == 4) {
		const uint32_t bits = le32(p);
		float f;

		memcpy(&f, &bits, sizeof f);
		d = (double)f;
	} else {
		const uint64_t bits = le64(p);

		memcpy(&d, &bits, sizeof d);
	}
	sbuf_addf(out, "%f", d);
}

/* Bytes of one value of this type; 0 when they vary. */
static size_t size_of(uint8_t type)
{
	static const uint8_t size[] = {
		[BX_INT8] = 1, [BX_UINT8] = 1, [BX_INT16] = 2, [BX_UINT16] = 2, [BX_INT32] = 4, [BX_UINT32] = 4, [BX_INT64] = 8,
		[BX_UINT64] = 8, [BX_REAL32] = 4, [BX_REAL64] = 8, [BX_BOOL] = 4, [BX_GUID] = 16, [BX_FILETIME] = 8,
		[BX_SYSTEMTIME] = 16, [BX_HEX32] = 4, [BX_HEX64] = 8,
	};

	return type < sizeof size ? size[type] : 0;
}

static bool add_list(struct sbuf *out, uint8_t type, const uint8_t *p, size_t n)
{
	size_t step = size_of(type);

	if (type == BX_SIZE)
		step = 8;
	for (size_t at = 0; at < n;) {
		size_t len = step;

		if (type == BX_STRING) {
			for (len = 0; at + len + 1 < n && le16(p + at + len); len += 2)
				;
		} else if (type == BX_ANSI) {
			const void *end = memchr(p + at, 0, n - at);

			len = end ? (size_t)((const uint8_t *)end - (p + at)) : n - at;
		} else if (type == BX_SID) {
			len = n - at >= 8 ? 8 + 4 * (size_t)p[at + 1] : 0;
		}
		if ((len == 0 && type != BX_STRING && type != BX_ANSI) || len > n - at)
			return false;
		if (at)
			sbuf_addc(out, '\n');
		if (len && !bx_value_text(out, type, p + at, len))
			return false;
		at += len + (type == BX_STRING ? 2 : type == BX_ANSI ? 1 : 0);
	}
	return true;
}

bool bx_value_text(struct sbuf *out, uint8_t type, const uint8_t *p, size_t n)
{
	if (type & BX_LIST)
		return add_list(out, type & 0x7F, p, n);
	const size_t size = size_of(type);

	if (size && n != size && !(type == BX_BOOL && n == 1))
		return n == 0;
	switch (type) {
	case BX_NULL: return true;
	case BX_STRING: add_string(out, p, n); return true;
	case BX_ANSI: add_ansi(out, p, n); return true;
	case BX_INT8: add_signed(out, (int8_t)p[0]); return true;
	case BX_UINT8: sbuf_addu(out, p[0]); return true;
	case BX_INT16: add_signed(out, (int16_t)le16(p)); return true;
	case BX_UINT16: sbuf_addu(out, le16(p)); return true;
	case BX_INT32: add_signed(out, (int32_t)le32(p)); return true;
	case BX_UINT32: sbuf_addu(out, le32(p)); return true;
	case BX_INT64: add_signed(out, (int64_t)le64(p)); return true;
	case BX_UINT64: sbuf_addu(out, le64(p)); return true;
	case BX_REAL32: case BX_REAL64: add_real(out, p, n); return true;
	case BX_BOOL: sbuf_addz(out, p[0] ? "true" : "false"); return true;
	case BX_BINARY:
		for (size_t i = 0; i < n; i++)
			add_hex(out, p[i], 2, UPPER);
		return true;
	case BX_GUID: add_guid(out, p); return true;
	case BX_SIZE:
		if (n != 4 && n != 8)
			return n == 0;
		sbuf_addz(out, "0x");
		add_hex(out, n == 4 ? le32(p) : le64(p), n == 4 ? 8 : 16, LOWER);
		return true;
	case BX_FILETIME: add_filetime(out, le64(p)); return true;
	case BX_SYSTEMTIME: add_systemtime(out, p); return true;
	case BX_SID: return n == 0 || add_sid(out, p, n);
	case BX_HEX32: sbuf_addz(out, "0x"); add_hex(out, le32(p), 8, LOWER); return true;
	case BX_HEX64: sbuf_addz(out, "0x"); add_hex(out, le64(p), 16, LOWER); return true;
	default: return false;
	}
}
