/* Messages and drilldown searches: texts with $field$ tokens, filled from a result row (spl-spec 5.2, 5.3). */
#include "detect/detect.h"

enum { FILLED_MAX = 1 << 16 };                           /* bytes of a filled text: values may be huge */

/* The token that starts at text[at], which is a '$': its name, and where it ends. False when it is only a dollar sign. */
static bool token_at(struct str text, size_t at, struct str *name, size_t *end)
{
	size_t i = at + 1;

	while (i < text.n && text.p[i] != '$' && text.p[i] > ' ')
		i++;
	if (i >= text.n || text.p[i] != '$' || i == at + 1)
		return false;
	*name = (struct str){text.p + at + 1, i - at - 1};
	*end = i + 1;
	return true;
}

static struct val field(const struct rows *r, size_t row, struct str name)
{
	ptrdiff_t c = rows_find(r, name);

	return c < 0 ? val_null() : r->col[c].v[row];
}

struct str detect_fill(struct str text, const struct rows *r, size_t row, struct arena *a)
{
	struct sbuf b = {0};
	struct str name;
	size_t end;

	for (size_t at = 0; at < text.n && b.n < FILLED_MAX;) {
		struct val v = val_null();
		if (text.p[at] == '$' && token_at(text, at, &name, &end))
			v = field(r, row, name);
		if (val_is_null(v)) {
			sbuf_addc(&b, text.p[at++]);
			continue;
		}
		for (uint32_t i = 0; i < val_count(v) && b.n < FILLED_MAX; i++) {
			if (i)
				sbuf_addz(&b, ", ");
			sbuf_adds(&b, val_text(val_at(v, i), a));
		}
		at = end;
	}
	if (b.n > FILLED_MAX) {
		b.n = FILLED_MAX;
		while (b.n && ((unsigned char)b.p[b.n] & 0xC0) == 0x80)
			b.n--;
		sbuf_addz(&b, "…");
	}
	struct str out = arena_str(a, sbuf_str(&b));
	sbuf_free(&b);
	return out;
}

/* ---- drilldowns ---- */

/* The value as it must stand inside quotes of a search. */
static void add_escaped(struct sbuf *b, struct val v, struct arena *a)
{
	struct str s = val_text(v, a);

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' || s.p[i] == '"')
			sbuf_addc(b, '\\');
		sbuf_addc(b, s.p[i]);
	}
}

static void add_quoted(struct sbuf *b, struct val v, struct arena *a)
{
	sbuf_addc(b, '"');
	add_escaped(b, v, a);
	sbuf_addc(b, '"');
}

static void trim_end(struct sbuf *b)
{
	while (b->n && (b->p[b->n - 1] == ' ' || b->p[b->n - 1] == '\t' || b->p[b->n - 1] == '\n'))
		b->n--;
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == ':' || c == '-';
}

/* A whole value, bare or all that stands between two quotes. `field = VALUE` with a list or without a value is another term;
 * where several values have no place the first counts. */
static void add_value(struct sbuf *b, struct val v, struct arena *a)
{
	size_t end = b->n;
	uint32_t n = val_count(v);

	while (end && (b->p[end - 1] == ' ' || b->p[end - 1] == '\t'))
		end--;
	size_t before = end ? end - 1 : 0;
	while (before && (b->p[before - 1] == ' ' || b->p[before - 1] == '\t'))
		before--;
	bool compared = end && b->p[end - 1] == '=' && before && is_name_char(b->p[before - 1]);
	bool listed = end && (b->p[end - 1] == '(' || b->p[end - 1] == ',');
	if (n == 0 && compared) {
		size_t start = before;
		while (start && is_name_char(b->p[start - 1]))
			start--;
		struct str name = arena_str(a, (struct str){b->p + start, before - start});
		b->n = start;
		sbuf_addf(b, "NOT %.*s=*", STR_FMT(name));
	} else if (n == 0) {
		sbuf_addz(b, "\"\"");
	} else if (n == 1 || (!compared && !listed)) {
		add_quoted(b, val_at(v, 0), a);
	} else {
		if (compared) {
			b->n = end - 1;
			trim_end(b);
			sbuf_addz(b, " IN (");
		}
		for (uint32_t i = 0; i < n; i++) {
			if (i)
				sbuf_addz(b, ", ");
			add_quoted(b, val_at(v, i), a);
		}
		if (compared)
			sbuf_addc(b, ')');
	}
}

/* Is text[at] the quote of `"$token$"`, the token being all there is between the quotes? */
static bool quoted_token(struct str text, size_t at, struct str *name, size_t *end)
{
	if (text.p[at] != '"' || at + 1 >= text.n || text.p[at + 1] != '$' || !token_at(text, at + 1, name, end))
		return false;
	if (*end >= text.n || text.p[*end] != '"')
		return false;
	++*end;
	return true;
}

struct str detect_drilldown(const struct finding *f, const struct drilldown *dd, struct arena *a)
{
	static const char original[] = "%original_detection_search%";
	struct str text = dd->search, name;
	struct sbuf b = {0};
	bool quoted = false;
	size_t end;

	for (size_t at = 0; at < text.n;) {
		struct str rest = {text.p + at, text.n - at};
		if (!quoted && str_starts(rest, original)) {
			sbuf_adds(&b, f->rule->search);
			at += sizeof(original) - 1;
		} else if (!quoted && quoted_token(text, at, &name, &end)) {
			add_value(&b, field(f->rows, f->row, name), a);
			at = end;
		} else if (text.p[at] == '$' && token_at(text, at, &name, &end)) {
			struct val v = field(f->rows, f->row, name);
			if (!quoted)
				add_value(&b, v, a);
			for (uint32_t i = 0; quoted && i < val_count(v); i++) {
				if (i)
					sbuf_addz(&b, ", ");
				add_escaped(&b, val_at(v, i), a);
			}
			at = end;
		} else {
			if (text.p[at] == '\\' && quoted && at + 1 < text.n)
				sbuf_addc(&b, text.p[at++]);
			else if (text.p[at] == '"')
				quoted = !quoted;
			sbuf_addc(&b, text.p[at++]);
		}
	}
	struct str out = arena_str(a, sbuf_str(&b));
	sbuf_free(&b);
	return out;
}
