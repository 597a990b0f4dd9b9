/* Functions of text. Characters are those of UTF-8; a byte that begins none counts as one. */
#include "spl/fn_impl.h"

#include <locale.h>
#include <pthread.h>
#include <wctype.h>

#include "base/utf8.h"

static struct val fn_len(FN_ARGS)
{
	char buf[VAL_NUM_SIZE];

	(void)e, (void)n, (void)c;
	return val_num((double)utf8_len(fn_text(arg[0], buf)));
}

/* ---- case ---- */

static locale_t utf8_locale;
static pthread_once_t locale_once = PTHREAD_ONCE_INIT;

static void make_locale(void)
{
	utf8_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static char change_ascii(char ch, bool upper)
{
	bool change = upper ? ch >= 'a' && ch <= 'z' : ch >= 'A' && ch <= 'Z';

	return (char)(change ? ch ^ 0x20 : ch);
}

static struct val change_case(struct str s, bool upper, struct eval_ctx *c)
{
	struct sbuf b = {0};
	size_t ascii = 0;

	if (budget_spent_on(c->budget, s.n))
		return val_null();
	char *out = arena_alloc(c->arena, s.n + 1);
	for (; ascii < s.n && !(s.p[ascii] & 0x80); ascii++)
		out[ascii] = change_ascii(s.p[ascii], upper);
	out[ascii] = '\0';
	if (ascii == s.n)
		return val_str((struct str){out, s.n});

	pthread_once(&locale_once, make_locale);
	for (size_t at = 0; at < s.n;) {
		size_t start = at;
		uint32_t ch = utf8_next(s, &at);
		char bytes[4];
		if (ch < 0x80) {
			sbuf_addc(&b, change_ascii((char)ch, upper));
		} else if (ch == UTF8_BAD || !utf8_locale) {
			sbuf_add(&b, s.p + start, at - start);
		} else {
			wint_t to = upper ? towupper_l((wint_t)ch, utf8_locale) : towlower_l((wint_t)ch, utf8_locale);
			sbuf_add(&b, bytes, utf8_put((uint32_t)to, bytes));
		}
	}
	return fn_take(c, &b);
}

static struct val fn_lower(FN_ARGS)
{
	char buf[VAL_NUM_SIZE];

	(void)e, (void)n;
	return change_case(fn_text(arg[0], buf), false, c);
}

static struct val fn_upper(FN_ARGS)
{
	char buf[VAL_NUM_SIZE];

	(void)e, (void)n;
	return change_case(fn_text(arg[0], buf), true, c);
}

/* ---- trimming ---- */

/* Is the character s[from … to) among `set`? */
static bool among(struct str s, size_t from, size_t to, struct str set)
{
	for (size_t at = 0; at < set.n;) {
		size_t start = at;
		utf8_next(set, &at);
		if (at - start == to - from && memcmp(set.p + start, s.p + from, to - from) == 0)
			return true;
	}
	return false;
}

static struct val trim(const struct val *arg, unsigned n, bool front, bool back, struct eval_ctx *c)
{
	char buf[VAL_NUM_SIZE], set_buf[VAL_NUM_SIZE];
	struct str s = fn_text(arg[0], buf), set = n > 1 ? fn_text(arg[1], set_buf) : STR(" \t");
	size_t from = 0, to = 0;
	bool leading = front;

	if (!back)
		to = s.n;
	for (size_t at = 0; at < s.n && !budget_spent_on(c->budget, set.n);) {
		size_t start = at;
		utf8_next(s, &at);
		bool out = among(s, start, at, set);
		leading = leading && out;
		if (leading)
			from = at;
		else if (!back)
			break;
		if (!out)
			to = at;
	}
	if (to < from)
		to = from;
	return fn_str(c, (struct str){s.p + from, to - from});
}

static struct val fn_trim(FN_ARGS)
{
	(void)e;
	return trim(arg, n, true, true, c);
}

static struct val fn_ltrim(FN_ARGS)
{
	(void)e;
	return trim(arg, n, true, false, c);
}

static struct val fn_rtrim(FN_ARGS)
{
	(void)e;
	return trim(arg, n, false, true, c);
}

/* ---- parts ---- */

/* The byte at which character number `want` (from 0) begins; s.n when there are fewer. */
static size_t byte_of(struct str s, size_t want)
{
	size_t at = 0;

	while (want-- && at < s.n)
		utf8_next(s, &at);
	return at;
}

static struct val fn_substr(FN_ARGS)
{
	char buf[VAL_NUM_SIZE];
	struct str s = fn_text(arg[0], buf);
	long start, count = 0;

	(void)e;
	if (!fn_long(arg[1], &start) || (n > 2 && !fn_long(arg[2], &count)))
		return val_null();
	if (start < 0) {
		long have = (long)utf8_len(s);
		start = -start > have ? 0 : have + start;
	} else if (start > 0) {
		start--;
	}
	size_t from = byte_of(s, (size_t)start);
	s = (struct str){s.p + from, s.n - from};
	if (n > 2)
		s.n = count > 0 ? byte_of(s, (size_t)count) : 0;
	return fn_str(c, s);
}

static bool check_replace(struct parser *p, struct expr *e)
{
	return fn_check_regex(p, e, 1);
}

static struct val fn_replace(FN_ARGS)
{
	char buf[VAL_NUM_SIZE], rep_buf[VAL_NUM_SIZE];
	const struct regex *re = fn_regex(e, arg[1]);

	(void)n;
	if (!re)
		return val_null();
	struct str s = fn_text(arg[0], buf), rep = fn_text(arg[2], rep_buf);
	struct str r = regex_replace(re, s, rep, 0, c->budget, c->arena);
	if (!r.p)
		return val_null();
	return r.p == s.p ? fn_str(c, r) : val_str(r);
}

static int hex_digit(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	ch = (char)(ch | 0x20);
	return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

static struct val fn_urldecode(FN_ARGS)
{
	char buf[VAL_NUM_SIZE];
	struct str s = fn_text(arg[0], buf);
	struct sbuf b = {0};

	(void)e, (void)n;
	for (size_t i = 0; i < s.n; i++) {
		int high = s.p[i] == '%' && s.n - i > 2 ? hex_digit(s.p[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(s.p[i + 2]) : -1;
		if (low < 0) {
			sbuf_addc(&b, s.p[i]);
			continue;
		}
		sbuf_addc(&b, (char)(high << 4 | low));
		i += 2;
	}
	return fn_take(c, &b);
}

#define GROUP .group = "text"
const struct eval_fn fns_text[] = {
	{.name = "len", .min_args = 1, .max_args = 1, .usage = "len(x)", .summary = "number of characters",
	 .example = "len(\"h\xc3\xa9\") = 2", GROUP, .call = fn_len, .each = true},
	{.name = "lower", .min_args = 1, .max_args = 1, .usage = "lower(x)", .summary = "in small letters",
	 .example = "lower(\"AB\") = ab", GROUP, .call = fn_lower, .each = true},
	{.name = "ltrim", .min_args = 1, .max_args = 2, .usage = "ltrim(x, characters)",
	 .summary = "without these characters (blanks and tabs when not given) at the front",
	 .example = "ltrim(\"zzab\", \"z\") = ab", GROUP, .call = fn_ltrim, .each = true},
	{.name = "replace", .min_args = 3, .max_args = 3, .usage = "replace(x, regex, replacement)",
	 .summary = "x with every match replaced; \\1 in the replacement is the first group",
	 .example = "replace(\"1/14\", \"(\\d+)/(\\d+)\", \"\\2/\\1\") = 14/1", GROUP, .call = fn_replace,
	 .check = check_replace, .each = true},
	{.name = "rtrim", .min_args = 1, .max_args = 2, .usage = "rtrim(x, characters)",
	 .summary = "without these characters (blanks and tabs when not given) at the end",
	 .example = "rtrim(\"abzz\", \"z\") = ab", GROUP, .call = fn_rtrim, .each = true},
	{.name = "substr", .min_args = 2, .max_args = 3, .usage = "substr(x, start, length)",
	 .summary = "a part of x; the first character is 1, a negative start counts from the end",
	 .example = "substr(\"a.exe\", -4) = .exe", GROUP, .call = fn_substr, .each = true},
	{.name = "trim", .min_args = 1, .max_args = 2, .usage = "trim(x, characters)",
	 .summary = "without these characters (blanks and tabs when not given) at both ends",
	 .example = "trim(\"  ab \") = ab", GROUP, .call = fn_trim, .each = true},
	{.name = "upper", .min_args = 1, .max_args = 1, .usage = "upper(x)", .summary = "in capitals",
	 .example = "upper(\"ab\") = AB", GROUP, .call = fn_upper, .each = true},
	{.name = "urldecode", .min_args = 1, .max_args = 1, .usage = "urldecode(x)",
	 .summary = "with %20 and the like decoded",
	 .example = "urldecode(\"a%20b%2Fc\") = a b/c", GROUP, .call = fn_urldecode, .each = true},
	{.name = NULL},
};
