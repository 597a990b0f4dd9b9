/* Byte strings and the builder. Owns comparison, search and the reading of numbers; encodings are utf8.c's. */
#include "base/str.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/mem.h"

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

static inline unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static bool same_ignoring_case(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

bool str_ieq(struct str a, struct str b)
{
	return a.n == b.n && same_ignoring_case(a.p, b.p, a.n);
}

bool str_ieqc(struct str a, const char *b)
{
	return str_ieq(a, str_c(b));
}

bool str_starts(struct str s, const char *prefix)
{
	size_t n = strlen(prefix);

	return n <= s.n && (n == 0 || memcmp(s.p, prefix, n) == 0);
}

bool str_istarts(struct str s, const char *prefix)
{
	size_t n = strlen(prefix);

	return n <= s.n && same_ignoring_case(s.p, prefix, n);
}

bool str_ends(struct str s, const char *suffix)
{
	size_t n = strlen(suffix);

	return n <= s.n && (n == 0 || memcmp(s.p + (s.n - n), suffix, n) == 0);
}

static inline bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	while (s.n && is_blank(*s.p)) {
		s.p++;
		s.n--;
	}
	return s;
}

struct str str_word(struct str *rest)
{
	struct str s = str_trim(*rest), word = {s.p, 0};

	while (word.n < s.n && !is_blank(s.p[word.n]))
		word.n++;
	s.p += word.n;
	s.n -= word.n;
	*rest = str_trim(s);
	return word;
}

bool str_line(struct str *rest, struct str *line)
{
	const char *nl = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
	size_t end = nl ? (size_t)(nl - rest->p) : rest->n;

	if (rest->n == 0)
		return false;
	*line = (struct str){rest->p, end && rest->p[end - 1] == '\r' ? end - 1 : end};
	rest->p += nl ? end + 1 : end;
	rest->n -= nl ? end + 1 : end;
	return true;
}

struct str str_after_last(struct str s, char c)
{
	const char *at = s.n ? memrchr(s.p, c, s.n) : NULL;

	return at ? (struct str){at + 1, (size_t)(s.p + s.n - (at + 1))} : s;
}

#ifdef __SSE2__
/* Sixteen places at a time: those where both the first and the last character of the needle stand are looked at. memmem() spends
 * more on making ready than it takes to go through the few dozen characters that a path or a command line has: deciding the
 * wildcards of 438 rules took three times as long with it. */
static ptrdiff_t find_in_blocks(struct str s, struct str needle)
{
	const __m128i first = _mm_set1_epi8(needle.p[0]), last = _mm_set1_epi8(needle.p[needle.n - 1]);
	const size_t places = s.n - needle.n + 1;

	for (size_t at = 0;; at += 16) {
		if (at + 16 > places)
			at = places - 16;                /* some of them once more */
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)(s.p + at));
		__m128i y = _mm_loadu_si128((const __m128i *)(const void *)(s.p + at + needle.n - 1));
		unsigned both = (unsigned)_mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(x, first), _mm_cmpeq_epi8(y, last)));
		for (; both; both &= both - 1) {
			size_t k = at + (unsigned)__builtin_ctz(both);
			if (memcmp(s.p + k, needle.p, needle.n) == 0)
				return (ptrdiff_t)k;
		}
		if (at + 16 == places)
			return -1;
	}
}

/* Fewer than sixteen places. */
static ptrdiff_t find_in_few(struct str s, struct str needle)
{
	for (size_t at = 0; at + needle.n <= s.n; at++)
		if (s.p[at] == needle.p[0] && memcmp(s.p + at, needle.p, needle.n) == 0)
			return (ptrdiff_t)at;
	return -1;
}
#endif

ptrdiff_t str_find(struct str s, struct str needle)
{
	if (needle.n == 0)
		return 0;
	if (needle.n > s.n)
		return -1;
#ifdef __SSE2__
	/* Longer text could be made so that each place has to be looked at: memmem() takes no longer for that. */
	if (s.n < 4096)
		return s.n - needle.n < 15 ? find_in_few(s, needle) : find_in_blocks(s, needle);
#endif
	const char *at = memmem(s.p, s.n, needle.p, needle.n);

	return at ? at - s.p : -1;
}

/* ---- numbers ---- */

static locale_t c_locale;

static void make_c_locale(void)
{
	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

/* strtod with a point, whatever the user's locale. */
static double exact_double(struct str s)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	char small[64];
	char *text = s.n < sizeof(small) ? small : xmalloc(s.n + 1);

	pthread_once(&once, make_c_locale);
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	double d = c_locale ? strtod_l(text, NULL, c_locale) : strtod(text, NULL);
	if (text != small)
		free(text);
	return d;
}

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool str_number(struct str s, double *out)
{
	if (s.n == 0)
		return false;
	static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
	                               1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	const char *p = s.p, *end = s.p + s.n;
	bool negative = false;
	uint64_t mantissa = 0;
	size_t digits = 0, significant = 0;
	ptrdiff_t scale = 0;                             /* the value is mantissa * 10^scale */

	if (p < end && (*p == '+' || *p == '-'))
		negative = *p++ == '-';
	for (bool point = false; p < end; p++) {
		if (*p == '.' && !point) {
			point = true;
			continue;
		}
		if (!is_digit(*p))
			break;
		digits++;
		if (mantissa || *p != '0')
			significant++;
		if (significant <= 18)
			mantissa = mantissa * 10 + (uint64_t)(*p - '0');
		if (point)
			scale--;
	}
	if (digits == 0)
		return false;

	int exponent = 0;
	if (p < end && (*p == 'e' || *p == 'E')) {
		bool down = false;
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			down = *p++ == '-';
		if (p == end)
			return false;
		for (; p < end && is_digit(*p); p++)
			if (exponent < 100000)
				exponent = exponent * 10 + (*p - '0');
		if (down)
			exponent = -exponent;
	}
	if (p != end)
		return false;

	/* Both factors are exact doubles, so one rounding gives the nearest double. */
	scale += exponent;
	if (significant <= 18 && mantissa <= (UINT64_C(1) << 53) && scale >= -22 && scale <= 22) {
		double d = (double)mantissa;
		d = scale < 0 ? d / power[-scale] : d * power[scale];
		*out = negative ? -d : d;
		return true;
	}
	double d = exact_double(s);
	if (!isfinite(d))
		return false;
	*out = d;
	return true;
}

bool str_u64(struct str s, unsigned long long *out)
{
	unsigned long long v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_digit(s.p[i]) || __builtin_mul_overflow(v, 10ULL, &v) ||
		    __builtin_add_overflow(v, (unsigned long long)(s.p[i] - '0'), &v))
			return false;
	}
	*out = v;
	return true;
}

/* ---- builder ---- */

/* Makes room for n more bytes and the NUL. */
void sbuf_reserve(struct sbuf *b, size_t n)
{
	if (b->cap - b->n > n)                           /* also true only when cap > 0 */
		return;
	if (n >= SIZE_MAX / 2 - b->n)
		xmalloc(SIZE_MAX / 2);                   /* ends the program */
	size_t cap = b->cap ? b->cap * 2 : 64;
	if (cap < b->n + n + 1)
		cap = b->n + n + 1;
	b->p = xrealloc(b->p, cap);
	b->cap = cap;
}

void sbuf_add(struct sbuf *b, const void *p, size_t n)
{
	sbuf_reserve(b, n);
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void sbuf_adds(struct sbuf *b, struct str s)
{
	sbuf_add(b, s.p, s.n);
}

void sbuf_addz(struct sbuf *b, const char *s)
{
	sbuf_add(b, s, strlen(s));
}

void sbuf_addc(struct sbuf *b, char c)
{
	sbuf_reserve(b, 1);
	b->p[b->n++] = c;
	b->p[b->n] = '\0';
}

void sbuf_addu(struct sbuf *b, uint64_t n)
{
	char digit[20];
	size_t at = sizeof(digit);

	do
		digit[--at] = (char)('0' + n % 10);
	while (n /= 10);
	sbuf_add(b, digit + at, sizeof(digit) - at);
}

void sbuf_addv(struct sbuf *b, const char *fmt, va_list ap)
{
	va_list again;

	va_copy(again, ap);
	sbuf_reserve(b, 0);
	int n = vsnprintf(b->p + b->n, b->cap - b->n, fmt, ap);
	if (n > 0 && (size_t)n >= b->cap - b->n) {
		sbuf_reserve(b, (size_t)n);
		n = vsnprintf(b->p + b->n, b->cap - b->n, fmt, again);
	}
	va_end(again);
	if (n > 0)
		b->n += (size_t)n;
	b->p[b->n] = '\0';
}

void sbuf_addf(struct sbuf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sbuf_addv(b, fmt, ap);
	va_end(ap);
}

void sbuf_reset(struct sbuf *b)
{
	b->n = 0;
	if (b->p)
		b->p[0] = '\0';
}

void sbuf_free(struct sbuf *b)
{
	free(b->p);
	*b = (struct sbuf){0};
}
