/* The functions of text.h. Regular expressions are written out by hand because they run over every distinct path of a dump;
 * tests compare them with PCRE2. `.` stops at a line feed, `$` holds at the end and before a line feed that ends the text. */
#include "cim/text.h"

#include "base/utf8.h"

static const struct str none = {NULL, 0};

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool all_word(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_word(s.p[i]))
			return false;
	return true;
}

/* Where text after the last c begins; 0 when there is no c. */
static size_t after(struct str s, char c)
{
	size_t i = s.n;

	while (i > 0 && s.p[i - 1] != c)
		i--;
	return i;
}

static struct str from(struct str s, size_t at)
{
	return (struct str){s.p + at, s.n - at};
}

/* The look-ahead can only hold on the last line, and only behind the last backslash of it: behind an earlier one the rest
 * still has a backslash, which is neither in a `\.\w*` at the end nor in a `\w+`. */
struct str text_base(struct str in, struct sbuf *out)
{
	struct str core = {in.p, in.n - (in.n && in.p[in.n - 1] == '\n')};
	size_t line = after(core, '\n'), at = after(core, '\\');

	if (at <= line)
		return in;
	struct str tail = from(core, at);
	size_t dot = after(tail, '.');
	if (dot ? !all_word(from(tail, dot)) : !tail.n || !all_word(tail))
		return in;
	if (line == 0)
		return from(in, at);
	sbuf_add(out, in.p, line);
	sbuf_adds(out, from(in, at));
	return sbuf_str(out);
}

struct str text_unix_base(struct str in, struct sbuf *out)
{
	(void)out;
	return from(in, after(in, '/'));
}

struct str text_last(struct str in, struct sbuf *out)
{
	(void)out;
	return from(in, after(in, '\\'));
}

struct str text_key(struct str in, struct sbuf *out)
{
	size_t at = after(in, '\\');

	(void)out;
	return at ? (struct str){in.p, at - 1} : in;
}

struct str text_not_dash(struct str in, struct sbuf *out)
{
	(void)out;
	return str_eq(in, STR("-")) ? none : in;
}

struct str text_account(struct str in, struct sbuf *out)
{
	return text_not_dash(text_last(in, out), out);
}

struct str text_lower(struct str in, struct sbuf *out)
{
	if (utf8_is_folded(in))
		return in;
	utf8_fold_str(in, out);
	return sbuf_str(out);
}

struct str text_no_stream(struct str in, struct sbuf *out)
{
	size_t kept = 0;

	for (size_t i = 0; i < in.n;) {
		size_t end = i + 1;
		if (in.p[i] == ':')
			while (end < in.n && (is_word(in.p[end]) || in.p[end] == '.' || in.p[end] == ' '))
				end++;
		if (end > i + 1) {
			sbuf_add(out, in.p + kept, i - kept);
			kept = end;
		}
		i = end;
	}
	if (!kept)
		return in;
	sbuf_add(out, in.p + kept, in.n - kept);
	return sbuf_str(out);
}

/* ^(\w+)\s\((.+)\)$ */
static bool split_detail(struct str in, struct str *word, struct str *inner)
{
	size_t n = in.n - (in.n && in.p[in.n - 1] == '\n'), w = 0;

	while (w < n && is_word(in.p[w]))
		w++;
	if (!w || n < w + 4 || !is_space(in.p[w]) || in.p[w + 1] != '(' || in.p[n - 1] != ')')
		return false;
	*word = (struct str){in.p, w};
	*inner = (struct str){in.p + w + 2, n - 1 - (w + 2)};
	return !memchr(inner->p, '\n', inner->n);
}

struct str text_detail(struct str in, struct sbuf *out)
{
	struct str word, inner;

	(void)out;
	return split_detail(in, &word, &inner) ? inner : in;
}

struct str text_detail_inner(struct str in, struct sbuf *out)
{
	struct str word, inner;

	(void)out;
	return split_detail(in, &word, &inner) ? inner : none;
}

struct str text_detail_type(struct str in, struct sbuf *out)
{
	struct str word, inner;

	(void)out;
	return split_detail(in, &word, &inner) ? word : none;
}

struct str text_reg_type(struct str in, struct sbuf *out)
{
	struct str word, inner;

	if (!split_detail(in, &word, &inner))
		return none;
	sbuf_addz(out, "REG_");
	sbuf_adds(out, word);
	return sbuf_str(out);
}

struct str text_hive(struct str in, struct sbuf *out)
{
	(void)out;
	if (str_istarts(in, "HKLM\\System\\"))
		return STR("HKEY_LOCAL_MACHINE\\System");
	if (str_istarts(in, "HKLM\\SOFTWARE\\"))
		return STR("HKEY_LOCAL_MACHINE\\Software");
	if (str_istarts(in, "HKU\\"))
		return STR("HKEY_CURRENT_USER");
	return none;
}

struct str text_registry_action(struct str in, struct sbuf *out)
{
	(void)out;
	if (str_eqc(in, "CreateKey"))
		return STR("created");
	if (str_eqc(in, "DeleteKey") || str_eqc(in, "DeleteValue"))
		return STR("deleted");
	return none;
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* `key` as "MD5=", at the start or behind a comma. */
static struct str hash_of(struct str in, struct str key)
{
	for (size_t i = 0; i + key.n < in.n; i++) {
		if ((i && in.p[i - 1] != ',') || memcmp(in.p + i, key.p, key.n) != 0)
			continue;
		size_t end = i + key.n;
		while (end < in.n && is_hex(in.p[end]))
			end++;
		if (end > i + key.n)
			return (struct str){in.p + i + key.n, end - i - key.n};
	}
	return none;
}

struct str text_md5(struct str in, struct sbuf *out)
{
	(void)out;
	return hash_of(in, STR("MD5="));
}

struct str text_sha1(struct str in, struct sbuf *out)
{
	(void)out;
	return hash_of(in, STR("SHA1="));
}

struct str text_sha256(struct str in, struct sbuf *out)
{
	(void)out;
	return hash_of(in, STR("SHA256="));
}

struct str text_imphash(struct str in, struct sbuf *out)
{
	(void)out;
	return hash_of(in, STR("IMPHASH="));
}

static size_t skip(struct str s, size_t i, bool (*is)(char))
{
	while (i < s.n && is(s.p[i]))
		i++;
	return i;
}

/* One answer without "type: N " before it; if nothing but blanks would be left, that stays: (?:type:\s+\d+\s+)?([^;]+) */
static struct str answer_of(struct str s)
{
	if (str_starts(s, "type:")) {
		size_t blank = skip(s, 5, is_space), digit = skip(s, blank, is_digit), rest = skip(s, digit, is_space);
		if (blank > 5 && digit > blank && rest > digit && (rest < s.n || rest - digit > 1))
			s = from(s, rest < s.n ? rest : rest - 1);
	}
	return str_trim(s);
}

/* All matches of (?:type:\s+\d+\s+)?([^;]+); without blanks around them; "-" and empty ones left out. */
struct str text_answers(struct str in, struct sbuf *out)
{
	const char *p = in.p, *end = in.p + in.n, *semicolon;

	while (p < end && (semicolon = memchr(p, ';', (size_t)(end - p)))) {
		struct str a = answer_of((struct str){p, (size_t)(semicolon - p)});
		p = semicolon + 1;
		if (!a.n || str_eqc(a, "-"))
			continue;
		if (out->n)
			sbuf_addc(out, '\n');
		sbuf_adds(out, a);
	}
	return out->n ? sbuf_str(out) : none;
}

struct str text_answer_count(struct str in, struct sbuf *out)
{
	struct sbuf list = {0};
	struct str all = text_answers(in, &list);
	size_t n = all.n != 0;

	for (size_t i = 0; i < all.n; i++)
		n += all.p[i] == '\n';
	sbuf_free(&list);
	sbuf_addf(out, "%zu", n);
	return sbuf_str(out);
}

struct str text_direction(struct str in, struct sbuf *out)
{
	(void)out;
	return str_eqc(in, "true") ? STR("outbound") : STR("inbound");
}

struct str text_is_valid(struct str in, struct sbuf *out)
{
	(void)out;
	return str_eqc(in, "Valid") ? STR("true") : STR("false");
}

struct str text_port(struct str in, struct sbuf *out)
{
	double d;

	(void)out;
	return str_number(in, &d) ? in : STR("0");
}

struct str text_command_name(struct str in, struct sbuf *out)
{
	struct str s = from(in, skip(in, 0, is_space));
	const char *quote = s.n > 1 && s.p[0] == '"' ? memchr(s.p + 1, '"', s.n - 1) : NULL;
	size_t n = 0;

	(void)out;
	if (quote && quote > s.p + 1) {
		s = (struct str){s.p + 1, (size_t)(quote - s.p) - 1};
	} else {
		while (n < s.n && !is_space(s.p[n]))
			n++;
		s.n = n;
	}
	s = from(s, after(s, '\\'));
	return s.n ? s : none;
}
