/* Functions that turn numbers into text and back. */
#include "spl/fn_impl.h"

#include <math.h>
#include <stdio.h>

#include "base/utf8.h"

/* ---- tostring ---- */

static void add_commas(struct sbuf *b, double d)
{
	char digits[400];
	int n = snprintf(digits, sizeof(digits), trunc(d) == d ? "%.0f" : "%.2f", fabs(d));
	int whole = n;

	for (int i = 0; i < n; i++)
		if (digits[i] < '0' || digits[i] > '9')
			whole = i < whole ? i : whole;
	if (d < 0)
		sbuf_addc(b, '-');
	for (int i = 0; i < whole; i++) {
		if (i && (whole - i) % 3 == 0)
			sbuf_addc(b, ',');
		sbuf_addc(b, digits[i]);
	}
	if (whole < n) {
		sbuf_addc(b, '.');
		sbuf_add(b, digits + whole + 1, (size_t)(n - whole - 1));
	}
}

static void add_duration(struct sbuf *b, double d)
{
	if (d < 0)
		sbuf_addc(b, '-');
	d = fabs(d);
	double whole = floor(d);
	long us = lround((d - whole) * 1e6);
	if (us == 1000000) {
		whole++;
		us = 0;
	}
	long long s = (long long)whole, days = s / 86400;
	if (days)
		sbuf_addf(b, "%lld+", days);
	sbuf_addf(b, "%02lld:%02lld:%02lld", s / 3600 % 24, s / 60 % 60, s % 60);
	if (us)
		sbuf_addf(b, ".%06ld", us);
}

static const char *const formats[] = {"binary", "commas", "duration", "hex", NULL};

static bool check_tostring(struct parser *p, struct expr *e)
{
	struct str f;

	if (!fn_constant(e, 1, &f))
		return true;
	for (const char *const *k = formats; *k; k++)
		if (str_ieqc(f, *k))
			return true;
	return p_error(p, e->call.arg[1]->at,
	               "unknown format \"%.*s\" of tostring(); known are hex, commas, duration, binary",
	               f.n > 60 ? 60 : (int)f.n, f.p);
}

static struct val fn_tostring(FN_ARGS)
{
	char buf[VAL_NUM_SIZE];
	struct sbuf b = {0};
	double d;

	if (n == 1 && expr_is_boolean(e->call.arg[0]))
		return val_str(val_true(arg[0]) ? STR("True") : STR("False"));
	if (n == 1)
		return fn_str(c, val_scalar_text(&arg[0], buf));
	struct str f = fn_text(arg[1], buf);
	if (!val_number(arg[0], &d) || !(fabs(d) < 1e18))
		return val_null();
	if (str_ieqc(f, "commas")) {
		add_commas(&b, d);
	} else if (str_ieqc(f, "duration")) {
		add_duration(&b, d);
	} else if (str_ieqc(f, "hex") && d >= 0) {
		sbuf_addf(&b, "0x%llX", (unsigned long long)d);
	} else if (str_ieqc(f, "binary") && d >= 0) {
		unsigned long long v = (unsigned long long)d;
		int bit = 63;
		while (bit && !(v >> bit & 1))
			bit--;
		for (; bit >= 0; bit--)
			sbuf_addc(&b, v >> bit & 1 ? '1' : '0');
	} else {
		return val_null();
	}
	return fn_take(c, &b);
}

/* ---- tonumber ---- */

/* 0-9, a-z; 99 for anything else. */
static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

static struct val fn_tonumber(FN_ARGS)
{
	char buf[VAL_NUM_SIZE];
	long base = 10;
	double d = 0;

	(void)e, (void)c;
	struct str s = str_trim(val_scalar_text(&arg[0], buf));
	if (n == 2 && (!fn_long(arg[1], &base) || base < 2 || base > 36))
		return val_null();
	if (base == 10)
		return str_number(s, &d) ? val_num(d) : val_null();
	bool negative = s.n && s.p[0] == '-';
	size_t i = negative;
	if (base == 16 && s.n - i > 2 && s.p[i] == '0' && (s.p[i + 1] | 0x20) == 'x')
		i += 2;
	if (i == s.n)
		return val_null();
	for (; i < s.n; i++) {
		int digit = digit_value(s.p[i]);
		if (digit >= base)
			return val_null();
		d = d * (double)base + digit;
	}
	return fn_num(negative ? -d : d);
}

/* ---- printf ---- */

enum { FIELD_MAX = 1000 };                               /* columns of a width or precision */

struct conv {
	bool left, plus, space, alt, zero;
	long width, precision;                           /* precision -1: none given */
	char letter;
};

/* Pads a sign, a prefix and digits to the width. */
static void add_padded(struct sbuf *b, const struct conv *f, const char *prefix, struct str body, bool zeros)
{
	size_t used = strlen(prefix) + utf8_len(body), pad = (size_t)f->width > used ? (size_t)f->width - used : 0;

	zeros = zeros && f->zero && !f->left;
	for (size_t i = 0; i < pad && !f->left && !zeros; i++)
		sbuf_addc(b, ' ');
	sbuf_addz(b, prefix);
	for (size_t i = 0; i < pad && zeros; i++)
		sbuf_addc(b, '0');
	sbuf_adds(b, body);
	for (size_t i = 0; i < pad && f->left; i++)
		sbuf_addc(b, ' ');
}

static const char *sign(const struct conv *f, bool negative)
{
	return negative ? "-" : f->plus ? "+" : f->space ? " " : "";
}

static void add_integer(struct sbuf *b, const struct conv *f, double d)
{
	char digits[400], padded[FIELD_MAX + 400];
	const char *prefix = "";
	int n;

	d = trunc(d);
	if (f->letter == 'd' || f->letter == 'i') {
		prefix = sign(f, d < 0);
		n = snprintf(digits, sizeof(digits), "%.0f", fabs(d));
	} else {
		/* Negative ones wrap round, as in C. */
		unsigned long long v = d < 0 ? (unsigned long long)(long long)(d < -9e18 ? -9e18 : d)
		                             : (unsigned long long)(d > 1.8e19 ? 1.8e19 : d);
		if (f->letter == 'x')
			n = snprintf(digits, sizeof(digits), "%llx", v);
		else if (f->letter == 'X')
			n = snprintf(digits, sizeof(digits), "%llX", v);
		else if (f->letter == 'o')
			n = snprintf(digits, sizeof(digits), "%llo", v);
		else
			n = snprintf(digits, sizeof(digits), "%llu", v);
		if (f->alt && v)
			prefix = f->letter == 'x' ? "0x" : f->letter == 'X' ? "0X" : f->letter == 'o' ? "0" : "";
	}
	size_t zeros = f->precision > n ? (size_t)(f->precision - n) : 0;
	memset(padded, '0', zeros);
	memcpy(padded + zeros, digits, (size_t)n);
	add_padded(b, f, prefix, (struct str){padded, zeros + (size_t)n}, f->precision < 0);
}

static void add_float(struct sbuf *b, const struct conv *f, double d)
{
	char digits[FIELD_MAX + 400];
	int prec = f->precision < 0 ? 6 : (int)f->precision, n;
	size_t size = sizeof(digits);
	double v = fabs(d);

	switch (f->letter) {
	case 'e': n = snprintf(digits, size, f->alt ? "%#.*e" : "%.*e", prec, v); break;
	case 'E': n = snprintf(digits, size, f->alt ? "%#.*E" : "%.*E", prec, v); break;
	case 'g': n = snprintf(digits, size, f->alt ? "%#.*g" : "%.*g", prec, v); break;
	case 'G': n = snprintf(digits, size, f->alt ? "%#.*G" : "%.*G", prec, v); break;
	case 'a': n = snprintf(digits, size, "%.*a", (int)f->precision, v); break;       /* negative: as many as there are */
	case 'A': n = snprintf(digits, size, "%.*A", (int)f->precision, v); break;
	default: n = snprintf(digits, size, f->alt ? "%#.*f" : "%.*f", prec, v); break;
	}
	add_padded(b, f, sign(f, d < 0), (struct str){digits, (size_t)n}, true);
}

/* The first `max` characters (max < 0: all). */
static struct str cut(struct str s, long max)
{
	size_t at = 0;

	if (max < 0)
		return s;
	while (max-- > 0 && at < s.n)
		utf8_next(s, &at);
	return (struct str){s.p, at};
}

/* A number of the format, or * for the next argument. */
static long read_count(struct str fmt, size_t *i, const struct val *arg, unsigned n, unsigned *next)
{
	long v = 0;

	if (*i < fmt.n && fmt.p[*i] == '*') {
		(*i)++;
		if (*next >= n || !fn_long(arg[(*next)++], &v))
			return 0;
	}
	for (; *i < fmt.n && fmt.p[*i] >= '0' && fmt.p[*i] <= '9'; (*i)++)
		v = v < FIELD_MAX ? v * 10 + (fmt.p[*i] - '0') : FIELD_MAX;
	return v > FIELD_MAX ? FIELD_MAX : v < -FIELD_MAX ? -FIELD_MAX : v;
}

static struct conv read_conv(struct str fmt, size_t *i, const struct val *arg, unsigned n, unsigned *next)
{
	struct conv f = {.precision = -1};

	for (; *i < fmt.n; (*i)++) {
		switch (fmt.p[*i]) {
		case '-': f.left = true; continue;
		case '+': f.plus = true; continue;
		case ' ': f.space = true; continue;
		case '#': f.alt = true; continue;
		case '0': f.zero = true; continue;
		default: break;
		}
		break;
	}
	f.width = read_count(fmt, i, arg, n, next);
	if (f.width < 0) {
		f.left = true;
		f.width = -f.width;
	}
	if (*i < fmt.n && fmt.p[*i] == '.') {
		(*i)++;
		f.precision = read_count(fmt, i, arg, n, next);
	}
	if (*i < fmt.n)
		f.letter = fmt.p[(*i)++];
	return f;
}

static struct val fn_printf(FN_ARGS)
{
	char buf[VAL_NUM_SIZE], fbuf[VAL_NUM_SIZE];
	struct sbuf b = {0};
	unsigned next = 1;

	(void)e;
	if (val_is_null(arg[0]))
		return val_null();
	struct str fmt = fn_text(arg[0], fbuf);
	for (size_t i = 0; i < fmt.n && b.n <= VAL_TEXT_MAX;) {
		if (fmt.p[i] != '%') {
			sbuf_addc(&b, fmt.p[i++]);
			continue;
		}
		size_t start = i++;
		if (i < fmt.n && fmt.p[i] == '%') {
			sbuf_addc(&b, fmt.p[i++]);
			continue;
		}
		struct conv f = read_conv(fmt, &i, arg, n, &next);
		if (!f.letter || !strchr("diouxXcsfFeEgGaA", f.letter)) {
			sbuf_add(&b, fmt.p + start, i - start);
			continue;
		}
		struct val v = next < n ? arg[next++] : val_null();
		double d;
		if (!val_number(v, &d))
			d = 0;
		if (strchr("diouxX", f.letter))
			add_integer(&b, &f, d);
		else if (f.letter == 's' || f.letter == 'c')
			add_padded(&b, &f, "", cut(fn_text(v, buf), f.letter == 'c' ? 1 : f.precision), false);
		else
			add_float(&b, &f, d);
	}
	return fn_take(c, &b);
}

/* ---- ipmask ---- */

static struct val fn_ipmask(FN_ARGS)
{
	char buf[VAL_NUM_SIZE];
	struct cidr mask, ip;
	struct sbuf a = {0}, b = {0};

	(void)e, (void)n;
	sbuf_adds(&a, fn_text(arg[0], buf));
	sbuf_addz(&a, "/32");
	sbuf_adds(&b, fn_text(arg[1], buf));
	sbuf_addz(&b, "/32");
	bool ok = cidr_parse(sbuf_str(&a), &mask) && cidr_parse(sbuf_str(&b), &ip);
	ok = ok && mask.family == 4 && ip.family == 4;
	sbuf_free(&a);
	sbuf_reset(&b);
	for (int i = 0; ok && i < 4; i++)
		sbuf_addf(&b, i ? ".%d" : "%d", mask.addr[i] & ip.addr[i]);
	struct val v = ok ? fn_str(c, sbuf_str(&b)) : val_null();
	sbuf_free(&b);
	return v;
}

#define GROUP .group = "conversion"
const struct eval_fn fns_convert[] = {
	{.name = "ipmask", .min_args = 2, .max_args = 2, .usage = "ipmask(mask, address)",
	 .summary = "the bits of an IPv4 address that the mask keeps",
	 .example = "ipmask(\"255.255.0.0\", \"10.20.30.40\") = 10.20.0.0", GROUP, .call = fn_ipmask},
	{.name = "printf", .min_args = 1, .max_args = -1, .usage = "printf(format, x, …)",
	 .summary = "text from a format, as in C: %d %i %o %u %x %c %s %f %e %g %a with flags, width, precision",
	 .example = "printf(\"%05.1f %-4s|%x\", 3.14159, \"ab\", 255) = 003.1 ab  |ff", GROUP, .call = fn_printf,
	 .nulls = true},
	{.name = "tonumber", .min_args = 1, .max_args = 2, .usage = "tonumber(x, base)",
	 .summary = "the number that the text writes, in base 2 to 36 (10 when not given); null when it is none",
	 .example = "tonumber(\"0A4\", 16) = 164", GROUP, .call = fn_tonumber, .each = true},
	{.name = "tostring", .min_args = 1, .max_args = 2,
	 .usage = "tostring(x, \"hex\"|\"commas\"|\"duration\"|\"binary\")",
	 .summary = "the text of x; a truth is True or False",
	 .example = "tostring(86461, \"duration\") = 1+00:01:01", GROUP, .call = fn_tostring,
	 .check = check_tostring,
	 .each = true},
	{.name = NULL},
};
