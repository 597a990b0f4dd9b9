/* One JSON object into a flat list of values, without copying what needs no decoding. Numbers stay as they are written,
 * which is why no JSON library does this. Knows the places of json_names.c only by what jsonrec_place says. */
#include <endian.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "load/json.h"

struct reader {
	const char *p, *end;
	struct jsonrec *r;                               /* NULL: nothing is kept */
	unsigned depth;
	bool lists;                                      /* an array of objects was met */
	bool seek;                                       /* stop at the first array of records … */
	const char *first;                               /* … and say where its first one starts */
};

/* Where values go. */
struct place {
	struct str path;                                 /* of the object, "" at the top */
	enum jsonrec_data data;                          /* inside EventData, whatever the path */
	bool lists;                                      /* a list stands for its values */
};

static enum jsonrec_end read_value(struct reader *in, const struct place *at, struct str key);

void jsonrec_room(struct jsonrec *r, size_t text_bytes)
{
	/* A bad byte becomes the three of U+FFFD, nothing else grows; a text in a text is decoded twice, in a cell of a table it loses
	 * its quotes before. Untouched memory costs nothing. */
	size_t need = text_bytes * 7 + 64;

	if (need > r->text_cap) {
		free(r->text);
		r->text = xmalloc(need);
		r->text_cap = need;
	}
	if (!r->paths)
		r->paths = xmalloc(JSONREC_PATHS_MAX);
	jsonrec_reset(r);
}

void jsonrec_reset(struct jsonrec *r)
{
	r->n = 0;
	r->nested = false;
	r->trouble = NULL;
	r->text_n = r->paths_n = 0;
}

void jsonrec_free(struct jsonrec *r)
{
	free(r->leaf);
	free(r->text);
	free(r->paths);
	xml_inner_free(r->xml);
	*r = (struct jsonrec){0};
}

static void add_leaf(struct jsonrec *r, struct str path, struct str value, enum jsonrec_type type, enum jsonrec_data data)
{
	if (r->n == JSONREC_LEAVES_MAX) {
		r->trouble = "more than 4096 values in one record";
		return;
	}
	GROW(r->leaf, r->n, r->cap);
	r->leaf[r->n++] = (struct jsonrec_leaf){path, value, (uint8_t)type, (uint8_t)data};
}

void jsonrec_add(struct jsonrec *r, struct str path, struct str value)
{
	add_leaf(r, path, value, JSONREC_STRING, DATA_NONE);
}

char *jsonrec_text(struct jsonrec *r, size_t n)
{
	if (n > r->text_cap - r->text_n) {
		r->trouble = "decoded text is longer than the record allows";
		return NULL;
	}
	r->text_n += n;
	return r->text + r->text_n - n;
}

/* a.b, in the record's memory. */
static struct str join(struct jsonrec *r, struct str a, struct str b)
{
	if (!a.n)
		return b;
	size_t n = a.n + 1 + b.n;
	if (n > JSONREC_PATHS_MAX - r->paths_n) {
		r->trouble = "names of nested values are longer than 64 KiB";
		return b;
	}
	char *p = r->paths + r->paths_n;
	memcpy(p, a.p, a.n);
	p[a.n] = '.';
	memcpy(p + a.n + 1, b.p, b.n);
	r->paths_n += n;
	return (struct str){p, n};
}

/* ---- strings ---- */

/* The first `"`, `\` or control character at or behind p. */
static const char *special(const char *p, const char *end, bool *ascii)
{
#if __BYTE_ORDER == __LITTLE_ENDIAN
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
	uint64_t high = 0;

	for (; end - p >= 8; p += 8) {
		uint64_t x, quote, slash;
		memcpy(&x, p, 8);
		quote = x ^ ones * '"';
		slash = x ^ ones * '\\';
		uint64_t hit = (((quote - ones) & ~quote) | ((slash - ones) & ~slash) | ((x - ones * 0x20) & ~x)) & tops;
		if (hit) {
			unsigned i = (unsigned)__builtin_ctzll(hit) / 8;
			if (i && x << (64 - 8 * i) & tops)
				*ascii = false;
			if (high)
				*ascii = false;
			return p + i;
		}
		high |= x & tops;
	}
	if (high)
		*ascii = false;
#endif
	for (; p < end; p++) {
		unsigned char c = (unsigned char)*p;
		if (c == '"' || c == '\\' || c < 0x20)
			break;
		if (c >= 0x80)
			*ascii = false;
	}
	return p;
}

static int hex4(const char *p)
{
	int v = 0;

	for (int i = 0; i < 4; i++) {
		char c = p[i];
		if (c >= '0' && c <= '9')
			v = v * 16 + c - '0';
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			v = v * 16 + (c | 32) - 'a' + 10;
		else
			return -1;
	}
	return v;
}

/* s as the value it spells; its escapes are known to be sound. */
static struct str decode_string(struct jsonrec *r, struct str s, bool escaped, bool ascii)
{
	bool scrub = !ascii && !utf8_valid(s);

	if (!escaped && !scrub)
		return s;
	if ((scrub ? s.n * 3 : s.n) > r->text_cap - r->text_n) {
		r->trouble = "decoded text is longer than the record allows";
		return s;
	}
	char *start = r->text + r->text_n, *w = start;
	for (size_t at = 0; at < s.n;) {
		if (s.p[at] != '\\') {
			if (scrub) {
				w += utf8_put(utf8_next(s, &at), w);     /* U+FFFD for UTF8_BAD */
				continue;
			}
			const char *stop = memchr(s.p + at, '\\', s.n - at);
			size_t n = stop ? (size_t)(stop - s.p) - at : s.n - at;
			memcpy(w, s.p + at, n);
			w += n;
			at += n;
			continue;
		}
		char c = s.p[at + 1];
		at += 2;
		switch (c) {
		case 'b': *w++ = '\b'; break;
		case 'f': *w++ = '\f'; break;
		case 'n': *w++ = '\n'; break;
		case 'r': *w++ = '\r'; break;
		case 't': *w++ = '\t'; break;
		case 'u': {
			uint32_t u = (uint32_t)hex4(s.p + at);
			at += 4;
			if (u >= 0xD800 && u <= 0xDBFF && s.n - at >= 6 && s.p[at] == '\\' && s.p[at + 1] == 'u') {
				uint32_t low = (uint32_t)hex4(s.p + at + 2);
				if (low >= 0xDC00 && low <= 0xDFFF) {
					u = 0x10000 + ((u - 0xD800) << 10) + (low - 0xDC00);
					at += 6;
				}
			}
			w += utf8_put(u, w);             /* U+FFFD for half a pair */
			break;
		}
		default: *w++ = c;
		}
	}
	r->text_n += (size_t)(w - start);
	return (struct str){start, (size_t)(w - start)};
}

/* in->p is behind the opening quote. */
static enum jsonrec_end read_string(struct reader *in, struct str *out)
{
	const char *start = in->p, *p = start;
	bool ascii = true, escaped = false;

	for (;;) {
		p = special(p, in->end, &ascii);
		if (p == in->end)
			return JSONREC_SHORT;
		if (*p == '"')
			break;
		if (*p == '\n' || *p == '\0')            /* a record that was cut short, and the next line; a hole */
			return JSONREC_BROKEN;
		if (*p++ != '\\')
			continue;
		escaped = true;
		if (p == in->end)
			return JSONREC_SHORT;
		switch (*p++) {
		case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
			break;
		case 'u':
			if (in->end - p < 4)
				return JSONREC_SHORT;
			if (hex4(p) < 0)
				return JSONREC_BROKEN;
			p += 4;
			break;
		default:
			return JSONREC_BROKEN;
		}
	}
	in->p = p + 1;
	if (in->r)
		*out = decode_string(in->r, (struct str){start, (size_t)(p - start)}, escaped, ascii);
	return JSONREC_DONE;
}

/* ---- other values ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static enum jsonrec_end digits(struct reader *in)
{
	const char *start = in->p;

	while (in->p < in->end && is_digit(*in->p))
		in->p++;
	return in->p == in->end ? JSONREC_SHORT : in->p == start ? JSONREC_BROKEN : JSONREC_DONE;
}

static enum jsonrec_end read_number(struct reader *in)
{
	enum jsonrec_end e;

	if (*in->p == '-')
		in->p++;
	const char *first = in->p;
	if ((e = digits(in)) != JSONREC_DONE)
		return e;
	if (*first == '0' && in->p - first > 1)
		return JSONREC_BROKEN;
	if (*in->p == '.') {
		in->p++;
		if ((e = digits(in)) != JSONREC_DONE)
			return e;
	}
	if (*in->p == 'e' || *in->p == 'E') {
		in->p++;
		if (in->p < in->end && (*in->p == '+' || *in->p == '-'))
			in->p++;
		return digits(in);
	}
	return JSONREC_DONE;
}

static enum jsonrec_end read_word(struct reader *in, struct str word)
{
	size_t n = (size_t)(in->end - in->p) < word.n ? (size_t)(in->end - in->p) : word.n;

	if (memcmp(in->p, word.p, n) != 0)
		return JSONREC_BROKEN;
	in->p += n;
	return n < word.n ? JSONREC_SHORT : JSONREC_DONE;
}

static enum jsonrec_end skip_blanks(struct reader *in)
{
	while (in->p < in->end && (*in->p == ' ' || *in->p == '\n' || *in->p == '\r' || *in->p == '\t'))
		in->p++;
	return in->p == in->end ? JSONREC_SHORT : JSONREC_DONE;
}

/* ---- objects and arrays; in->p is behind the opening bracket ---- */

/* The name or the text of an item in a list of {"@Name": …, "#text": …}, as converters from XML write EventData. */
static bool item_part(struct str key, const char *const *names)
{
	for (; *names; names++)
		if (str_eqc(key, *names))
			return true;
	return false;
}

static void merge_item(struct jsonrec *r, uint32_t first)
{
	static const char *const name_keys[] = {"@Name", "Name", "-Name", "_Name", "@_Name", "+@Name", "#attributes.Name", "$.Name", "_attributes.Name",
	                                        "@attributes.Name", "attributes.Name", NULL};
	static const char *const text_keys[] = {"#text", "text", "content", "Value", "value", "_", "_text", "__text", "_value", "#content", "+content", "$", "$t",
	                                        "$text", NULL};
	struct str name = {NULL, 0};
	struct jsonrec_leaf value = {.type = JSONREC_STRING};

	for (uint32_t i = first; i < r->n; i++) {
		if (item_part(r->leaf[i].path, name_keys))
			name = r->leaf[i].value;
		else if (item_part(r->leaf[i].path, text_keys))
			value = r->leaf[i];
	}
	r->n = first;
	if (name.n && value.value.n)
		add_leaf(r, name, value.value, value.type, DATA_FIELD);
}

static enum jsonrec_end read_members(struct reader *in, const struct place *at)
{
	enum jsonrec_end e;

	if ((e = skip_blanks(in)) != JSONREC_DONE)
		return e;
	if (*in->p == '}') {
		in->p++;
		return JSONREC_DONE;
	}
	for (;;) {
		struct str key = {NULL, 0};
		if (*in->p++ != '"')
			return JSONREC_BROKEN;
		if ((e = read_string(in, &key)) != JSONREC_DONE || (e = skip_blanks(in)) != JSONREC_DONE)
			return e;
		if (*in->p++ != ':')
			return JSONREC_BROKEN;
		if ((e = skip_blanks(in)) != JSONREC_DONE || (e = read_value(in, at, key)) != JSONREC_DONE ||
		    (e = skip_blanks(in)) != JSONREC_DONE)
			return e;
		char c = *in->p++;
		if (c == '}')
			return JSONREC_DONE;
		if (c != ',')
			return JSONREC_BROKEN;
		if ((e = skip_blanks(in)) != JSONREC_DONE)
			return e;
	}
}

static enum jsonrec_end read_object(struct reader *in, const struct place *at, struct str key)
{
	struct place inside = *at;

	if (++in->depth > JSONREC_DEPTH_MAX)
		return JSONREC_BROKEN;
	if (in->r) {
		struct str path = join(in->r, at->path, key);
		enum jsonrec_place kind = at->data ? PLACE_PATH : jsonrec_place(path);
		switch (kind) {
		case PLACE_PATH: inside.path = path; break;
		case PLACE_WRAP: break;
		case PLACE_LISTS: inside.lists = true;           /* fall through */
		case PLACE_ROOT: inside.path = (struct str){NULL, 0}; break;
		case PLACE_BESIDE: inside.path = (struct str){path.p, path.n - (sizeof("_attributes") - 1)}; break;
		case PLACE_DATA:
		case PLACE_CAMEL:
			inside = (struct place){{NULL, 0}, kind == PLACE_CAMEL ? DATA_CAMEL : DATA_FIELD, false};
			in->r->nested = true;
		}
	}
	enum jsonrec_end e = read_members(in, &inside);
	in->depth--;
	return e;
}

/* in->p is at the first of an array of objects. When it is a record, the reading ends here. */
static bool first_is_record(struct reader *in)
{
	static const struct place top = {{NULL, 0}, DATA_NONE, false};
	struct reader inner = *in;
	uint32_t before = in->r->n;

	inner.p++;
	enum jsonrec_end e = inner.depth < JSONREC_DEPTH_MAX ? read_members(&inner, &top) : JSONREC_BROKEN;
	if (inner.first)
		in->first = inner.first;
	else if (e == JSONREC_DONE && jsonrec_is_event(in->r, before))
		in->first = in->p;
	in->r->n = before;
	return in->first != NULL;
}

static enum jsonrec_end read_array(struct reader *in, const struct place *at, struct str key)
{
	bool values = in->r && at->lists, items = values || (in->r && at->data && !at->path.n && str_eqc(key, "Data"));
	struct jsonrec *keep = in->r;
	enum jsonrec_end e;

	if (++in->depth > JSONREC_DEPTH_MAX)
		return JSONREC_BROKEN;
	if ((e = skip_blanks(in)) != JSONREC_DONE)
		return e;
	if (*in->p == '{') {
		/* Behind what names an event it is a list inside a record. */
		in->lists |= !in->r || (!at->data && !jsonrec_is_event(in->r, 0));
		if (in->seek && in->r && !at->data && !jsonrec_is_event(in->r, 0) && first_is_record(in))
			return JSONREC_BROKEN;
	}
	if (!items)
		in->r = NULL;
	bool empty = *in->p == ']';
	while (!empty) {
		uint32_t first = items ? keep->n : 0;
		if ((e = read_value(in, at, values ? key : (struct str){NULL, 0})) != JSONREC_DONE)
			return e;
		if (items && !values)
			merge_item(keep, first);
		if ((e = skip_blanks(in)) != JSONREC_DONE)
			return e;
		if (*in->p == ']')
			break;
		if (*in->p++ != ',')
			return JSONREC_BROKEN;
		if ((e = skip_blanks(in)) != JSONREC_DONE)
			return e;
	}
	in->p++;
	in->r = keep;
	in->depth--;
	return JSONREC_DONE;
}

static enum jsonrec_end read_value(struct reader *in, const struct place *at, struct str key)
{
	const char *start = in->p;
	enum jsonrec_type type = JSONREC_NUMBER;
	struct str value = {NULL, 0};
	enum jsonrec_end e;

	switch (*start) {
	case '{':
		in->p++;
		return read_object(in, at, key);
	case '[':
		in->p++;
		e = read_array(in, at, key);
		type = JSONREC_ARRAY;
		if (in->r && (at->lists || (at->data && str_eqc(key, "Data"))))
			return e;
		break;
	case '"':
		in->p++;
		e = read_string(in, &value);
		type = JSONREC_STRING;
		break;
	case 't':
		e = read_word(in, STR("true"));
		type = JSONREC_BOOL;
		break;
	case 'f':
		e = read_word(in, STR("false"));
		type = JSONREC_BOOL;
		break;
	case 'n':
		return read_word(in, STR("null"));
	default:
		if (*start != '-' && !is_digit(*start))
			return JSONREC_BROKEN;
		e = read_number(in);
	}
	if (e != JSONREC_DONE || !in->r)
		return e;
	if (type != JSONREC_STRING)
		value = (struct str){start, (size_t)(in->p - start)};
	add_leaf(in->r, join(in->r, at->path, key), value, type, at->data);
	return JSONREC_DONE;
}

enum jsonrec_end jsonrec_read(struct str t, size_t *at, struct jsonrec *r, bool *lists)
{
	struct reader in = {.p = t.p + *at + 1, .end = t.p + t.n, .r = r, .depth = 1};
	struct place top = {{NULL, 0}, DATA_NONE, false};
	enum jsonrec_end e = read_members(&in, &top);

	if (e == JSONREC_DONE)
		*at = (size_t)(in.p - t.p);
	*lists = in.lists;
	return e;
}

size_t jsonrec_wrapped(struct str t, size_t at, struct jsonrec *r)
{
	struct reader in = {.p = t.p + at + 1, .end = t.p + t.n, .r = r, .depth = 1, .seek = true};
	struct place top = {{NULL, 0}, DATA_NONE, false};

	jsonrec_reset(r);
	read_members(&in, &top);
	return in.first ? (size_t)(in.first - t.p) : 0;
}

enum jsonrec_end jsonrec_member(struct str t, size_t *at)
{
	struct reader in = {.p = t.p + *at, .end = t.p + t.n, .depth = 1};
	struct place top = {{NULL, 0}, DATA_NONE, false};
	struct str key;
	enum jsonrec_end e;

	if ((e = skip_blanks(&in)) != JSONREC_DONE)
		return e;
	if (*in.p++ != '"')
		return JSONREC_BROKEN;
	if ((e = read_string(&in, &key)) != JSONREC_DONE || (e = skip_blanks(&in)) != JSONREC_DONE)
		return e;
	if (*in.p++ != ':')
		return JSONREC_BROKEN;
	if ((e = skip_blanks(&in)) != JSONREC_DONE || (e = read_value(&in, &top, key)) != JSONREC_DONE)
		return e;
	*at = (size_t)(in.p - t.p);
	return JSONREC_DONE;
}

bool jsonrec_quoted(struct jsonrec *r, struct str t, bool data)
{
	uint32_t before = r->n;
	struct place top = {{NULL, 0}, data ? DATA_FIELD : DATA_NONE, false};

	t = str_trim(t);
	if (!t.n || t.p[0] != '{')
		return false;
	struct reader in = {.p = t.p + 1, .end = t.p + t.n, .r = r, .depth = 1};
	if (read_members(&in, &top) != JSONREC_DONE || in.p != in.end) {
		r->n = before;
		return false;
	}
	r->nested |= data;
	return true;
}

/* ---- lists that are kept as one text ---- */

bool jsonrec_item(struct jsonrec *r, struct str list, size_t *at)
{
	static const struct place top = {{NULL, 0}, DATA_NONE, false};
	struct reader in = {.p = list.p + *at, .end = list.p + list.n, .r = r, .depth = 2};

	while (in.p < in.end && (*in.p == '[' || *in.p == ',' || *in.p == ' ' || *in.p == '\n' || *in.p == '\r' || *in.p == '\t'))
		in.p++;
	if (in.p == in.end || *in.p == ']' || *in.p == '}')
		return false;
	bool object = *in.p == '{';
	in.p += object;
	if ((object ? read_members(&in, &top) : read_value(&in, &top, (struct str){NULL, 0})) != JSONREC_DONE)
		return false;
	*at = (size_t)(in.p - list.p);
	return true;
}

bool jsonrec_row(struct jsonrec *r, struct str t, size_t *at, const struct str *name, size_t n)
{
	static const struct place top = {{NULL, 0}, DATA_NONE, false};
	struct reader in = {.p = t.p + *at + 1, .end = t.p + t.n, .r = r, .depth = 2};

	jsonrec_reset(r);
	for (size_t i = 0; skip_blanks(&in) == JSONREC_DONE && *in.p != ']'; i++) {
		if (i && *in.p++ != ',')
			return false;
		if (skip_blanks(&in) != JSONREC_DONE || i == n || read_value(&in, &top, name[i]) != JSONREC_DONE)
			return false;
	}
	if (in.p >= in.end)
		return false;
	*at = (size_t)(in.p - t.p) + 1;
	return true;
}
