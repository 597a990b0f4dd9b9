/* JSON logs: objects one a line, or in an array, or one after the other. Finds where records start and end, so that
 * damage costs one record; reading one is json_parse.c's, understanding it json_shape.c's.
 *
 * A record starts at a `{` outside of records. When what follows is no JSON object, the next record starts at the first
 * `{` that begins a line or follows a `},`: good JSON never comes to that, and in bad JSON it is the best guess.
 *
 * A whole answer of a search, `{"took": 3, "hits": {"hits": [{…}, {…}]}, "x": 1}`, is no record: its records are those of the
 * array, and what stands before and behind them is passed over, so that it may be cut between them like any other array. */
#include "load/json.h"

#include <stdlib.h>

#include "base/mem.h"
#include "load/decoding.h"
#include "load/stray.h"

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Where the next record may start behind `from`, inside a broken one; t.n when nowhere. */
static size_t restart(struct str t, size_t from)
{
	for (size_t at = from + 1; at < t.n; at++) {
		const char *p = memchr(t.p + at, '{', t.n - at);
		if (!p)
			break;
		at = (size_t)(p - t.p);
		size_t k = at;
		while (k > from && (t.p[k - 1] == ' ' || t.p[k - 1] == '\t'))
			k--;
		if (k == from || t.p[k - 1] == '\n' || (t.p[k - 1] == '\0' && at + 1 < t.n && t.p[at + 1]))
			return at;
		while (k > from && blank(t.p[k - 1]))
			k--;
		if (k == from || t.p[k - 1] != ',')
			continue;
		k--;
		while (k > from && blank(t.p[k - 1]))
			k--;
		if (k > from && t.p[k - 1] == '}')
			return at;
	}
	return t.n;
}

/* What is met at or behind *at, between records. */
enum what { END, RECORD, BROKEN, SHORT, HEAD, LINE };
struct piece {
	enum what what;
	size_t start, end;                               /* BROKEN: up to the next start; HEAD: of a wrapper, up to its first record;
	                                                    LINE: of text in which a `{` stands that begins no record */
	bool lists;                                      /* RECORD: with a list of objects in it */
	size_t other;                                    /* other text before `start` begins here … */
	size_t other_end;                                /* … and ends here; the same when there is none */
};

static bool is_filler(char c)
{
	return blank(c) || c == ',' || c == '[' || c == ']';
}

static size_t wrapped(struct str t, size_t at, struct jsonrec *r)
{
	if (!r->text)
		jsonrec_room(r, t.n);
	return jsonrec_wrapped(t, at, r);
}

/* Passes over what follows the records of a wrapper, `], "took": 5}`. SHORT when it does not end in t. */
static enum jsonrec_end skip_tail(struct str t, size_t *at)
{
	bool list = false;

	for (size_t p = *at; p < t.n;) {
		char c = t.p[p];
		if (blank(c)) {
			p++;
		} else if (c == ']' || (c == '}' && list)) {
			list = true;
			*at = ++p;
		} else if (c == ',' && list) {
			size_t end = p + 1;
			enum jsonrec_end e = jsonrec_member(t, &end);
			if (e != JSONREC_DONE)
				return e;
			*at = p = end;
		} else {
			break;
		}
	}
	return JSONREC_DONE;
}

/* Does other text precede t[at] on its line, from `other` on? */
static bool in_a_line(struct str t, size_t at, size_t other)
{
	for (; at > other && t.p[at - 1] != '\n'; at--)
		if (!is_filler(t.p[at - 1]) && !memchr("\0}\xEF\xBB\xBF", t.p[at - 1], 5))
			return true;
	return false;
}

/* `final`: a record that does not end in t never does. `r` gets the record; `keep`: its values are wanted. */
static struct piece next_piece(struct str t, size_t at, bool final, struct jsonrec *r, bool keep)
{
	bool lists;

	if (skip_tail(t, &at) == JSONREC_SHORT && !final)
		return (struct piece){.what = SHORT, .start = t.n, .end = t.n, .other = t.n, .other_end = t.n};
	const char *brace = at < t.n ? memchr(t.p + at, '{', t.n - at) : NULL;
	struct piece k = {.what = END, .start = brace ? (size_t)(brace - t.p) : t.n};

	k.other = at;
	k.other_end = k.start;
	while (k.other < k.other_end && is_filler(t.p[k.other]))
		k.other++;
	while (k.other < k.other_end && is_filler(t.p[k.other_end - 1]))
		k.other_end--;
	k.end = k.start;
	if (!brace)
		return k;
	if (keep)
		jsonrec_reset(r);
	enum jsonrec_end e = jsonrec_read(t, &k.end, keep ? r : NULL, &lists);
	size_t first = lists ? wrapped(t, k.start, r) : 0;
	if (first) {
		k.what = HEAD;
		k.end = first;
		return k;
	}
	if (lists && keep && e == JSONREC_DONE) {        /* finding that out took the record's memory */
		k.end = k.start;
		jsonrec_reset(r);
		jsonrec_read(t, &k.end, r, &lists);
	}
	if (e == JSONREC_DONE) {
		k.what = RECORD;
		k.lists = lists;
		return k;
	}
	k.what = e == JSONREC_SHORT && !final ? SHORT : BROKEN;
	k.end = restart(t, k.start);
	const char *eol = memchr(t.p + k.start, '\n', t.n - k.start);
	/* A text that is cut further on lacks what would have shown that the object is broken. */
	if ((e == JSONREC_BROKEN || (final && eol)) && in_a_line(t, k.start, k.other)) {
		k.end = eol ? (size_t)(eol - t.p) : t.n;
		k.what = eol || final ? LINE : SHORT;
	}
	return k;
}

/* ---- the three calls of a decoder ---- */

/* Behind something else on its line, as syslog or a dump of EVTX ("Record 1") puts it, or between lines of other sources. */
static int record_inside(struct str t)
{
	enum { TRIES = 1000 };
	struct jsonrec r = {0};
	struct piece k = {.end = 0};
	int sure = 0;

	for (int i = 0; i < TRIES && !sure; i++) {
		k = next_piece(t, k.end, false, &r, false);
		if (k.what == END)
			break;
		struct str record = {t.p + k.start, k.end - k.start};
		if (k.what != BROKEN && k.what != LINE && (str_find(record, STR("EventID")) >= 0 || str_find(record, STR("EventCode")) >= 0))
			sure = memchr(t.p, '"', k.start) ? 40 : 50;
		if (k.what == SHORT)
			break;
	}
	jsonrec_free(&r);
	return sure;
}

static int probe(struct str head, enum encoding enc)
{
	struct wide w = {0};
	struct str t = wide_open(&w, head, enc);
	size_t i = 0;
	int sure = 0;

	if (str_starts(t, "\xEF\xBB\xBF"))
		i = 3;
	while (i < t.n && (blank(t.p[i]) || t.p[i] == '['))
		i++;
	if (i < t.n && t.p[i] == '{') {
		for (i++; i < t.n && blank(t.p[i]); i++)
			;
		if (i < t.n && (t.p[i] == '"' || t.p[i] == '}'))
			sure = 90;
	}
	if (!sure && i < t.n && !memchr(t.p, 0, t.n))
		sure = record_inside((struct str){t.p + i, t.n - i});
	wide_free(&w);
	return sure;
}

/* The last `{` that begins a line and has a `}` before it on a line above: a record starts there, whatever came before.
 * 0 when there is none. */
static size_t last_line_start(struct str t)
{
	size_t n = t.n;

	for (;;) {
		const char *line = n ? memrchr(t.p, '\n', n) : NULL;
		if (!line)
			return 0;
		size_t at = (size_t)(line - t.p), k = at;
		while (at < t.n && blank(t.p[at]))
			at++;
		while (k && blank(t.p[k - 1]))
			k--;
		if (at < t.n && t.p[at] == '{' && k && t.p[k - 1] == '}')
			return at;
		n = k;
	}
}

static size_t cut(struct str text, enum encoding enc, bool final, uint64_t *state)
{
	struct wide w = {0};

	if (final && *state != DECODE_LOST)
		return text.n;
	struct str t = wide_open(&w, text, enc);
	size_t end = 0, at = 0;
	if (*state == DECODE_LOST) {
		end = restart(t, 0);
		if (end == t.n)
			end = 0;
	} else if (!(end = last_line_start(t))) {
		struct jsonrec r = {0};
		for (;;) {
			struct piece k = next_piece(t, at, false, &r, false);
			if (k.what != LINE && k.what != RECORD && k.what != HEAD && (k.what != BROKEN || k.end == t.n))
				break;
			if (k.what == BROKEN && decoding_other(&decode_json, &w, text, enc, end, k.end) < k.end)
				break;                   /* it is cut by its own rules */
			at = k.end;
			end = k.what == LINE ? end : at;         /* what other logs write over many lines stays together */
		}
		jsonrec_free(&r);
		if (!end && (at || !memchr(t.p, '{', t.n)))
			end = stray_cut((struct str){t.p, at ? at : t.n});
	}
	end = wide_bytes(&w, end);
	wide_free(&w);
	return final && !end ? text.n : end;
}

/* Decoding one text. */
struct run {
	struct decoding d;
	struct jsonrec rec;
	struct piece *odd;                               /* broken pieces since the last record */
	size_t nodd, oddcap;
};

/* What a record leaves when its start is lost. */
static bool is_remains(struct str line)
{
	return memchr(line.p, '"', line.n) && (strchr("\"{}[],:", line.p[0]) || line.p[line.n - 1] == '}');
}

/* Does evtx_dump write it before each record? */
static bool is_title(struct str line)
{
	unsigned long long n;

	return str_starts(line, "Record ") && str_u64((struct str){line.p + 7, line.n - 7}, &n);
}

/* The text of lines without a record: each is a record of another source, or the remains of one of ours. What precedes a record on
 * its line is neither. */
static void other_lines(struct run *r, size_t from, size_t to)
{
	size_t bad = 0, bad_end = 0;

	while (from < to) {
		const char *eol = memchr(r->d.t.p + from, '\n', to - from);
		size_t end = eol ? (size_t)(eol - r->d.t.p) : to, a = from, z = end;
		while (a < z && (is_filler(r->d.t.p[a]) || r->d.t.p[a] == '\0'))
			a++;
		while (z > a && (blank(r->d.t.p[z - 1]) || r->d.t.p[z - 1] == '\0'))
			z--;
		struct str line = {r->d.t.p + a, z - a};
		bool whole = eol || end == r->d.t.n || r->d.t.p[end] == '\n';
		if (line.n && is_remains(line)) {
			if (!bad_end)
				bad = a;
			bad_end = z;
		} else if (whole && stray_words(line) && !is_title(line)) {
			r->d.batch->lines++;
		}
		from = end + 1;
	}
	if (bad_end)
		decoding_damaged(&r->d, bad, bad_end, "text between records that is no JSON");
}

static void record(struct run *r, struct piece k)
{
	jsonrec_keep(&r->rec, &r->d, k.start, k.end);
}

/* ---- tables: {"tables": [{"columns": [{"name": "x"}, …], "rows": [[…], …]}, …]}, the answer of Log Analytics and Sentinel ---- */

static bool is_table(struct str object)
{
	enum { NEAR = 4096 };
	struct str head = {object.p, object.n < NEAR ? object.n : NEAR};

	return str_find(head, STR("\"columns\"")) >= 0 && str_find(object, STR("\"rows\"")) >= 0;
}

/* Behind the `[` of the member `name`, from `at` on; 0 when there is none. */
static size_t list_of(struct str t, size_t at, struct str name)
{
	ptrdiff_t found = str_find((struct str){t.p + at, t.n - at}, name);

	if (found < 0)
		return 0;
	for (at += (size_t)found + name.n; at < t.n && (blank(t.p[at]) || t.p[at] == ':'); at++)
		;
	return at < t.n && t.p[at] == '[' ? at + 1 : 0;
}

struct columns {
	struct str *name;
	size_t n, cap;
};

static size_t read_columns(struct run *r, struct str t, size_t at, struct columns *c)
{
	for (jsonrec_reset(&r->rec); jsonrec_item(&r->rec, t, &at); jsonrec_reset(&r->rec))
		for (uint32_t i = 0; i < r->rec.n; i++) {
			struct jsonrec_leaf *l = &r->rec.leaf[i];
			if (!str_ieqc(l->path, "name") && !str_ieqc(l->path, "ColumnName"))
				continue;
			GROW(c->name, c->n, c->cap);
			c->name[c->n++] = (struct str){xstrndup(l->value.p, l->value.n), l->value.n};
		}
	return at;
}

static size_t read_rows(struct run *r, struct str t, size_t at, const struct columns *c)
{
	for (; at < t.n && t.p[at] != ']'; at++) {
		size_t end = at;
		if (t.p[at] != '[')
			continue;
		if (!jsonrec_row(&r->rec, t, &end, c->name, c->n)) {
			decoding_damaged(&r->d, at, t.n, "no row of its table, or cut short");
			return t.n;
		}
		record(r, (struct piece){.what = RECORD, .start = at, .end = end});
		at = end - 1;
	}
	return at;
}

static void tables(struct run *r, struct piece k)
{
	struct str t = {r->d.t.p, k.end};

	for (size_t at = k.start; (at = list_of(t, at, STR("\"columns\""))) > 0;) {
		struct columns c = {0};
		at = read_columns(r, t, at, &c);
		if ((at = list_of(t, at, STR("\"rows\""))) > 0)
			at = read_rows(r, t, at, &c);
		for (size_t i = 0; i < c.n; i++)
			free((char *)(uintptr_t)c.name[i].p);
		free(c.name);
		if (!at)
			break;
	}
}

static void other_piece(struct run *r, size_t from, struct piece k)
{
	struct str line = {r->d.t.p + k.start, k.end - k.start};
	bool ours = k.what == BROKEN || (k.what == LINE && str_find(line, STR("\"EventID\"")) >= 0);

	other_lines(r, from, ours ? k.start : k.end);
	if (k.what == BROKEN && is_table(line))
		tables(r, k);
	else if (ours)
		decoding_damaged(&r->d, k.start, k.end, "no valid JSON, or cut short");
}

/* What lies between two records, or around them: pieces that are no records, and other text. */
static void between(struct run *r, size_t from, size_t to)
{
	to = decoding_give_away(&r->d, from, to, true);          /* only what precedes it is ours */
	decoding_nuls(&r->d, from, to);
	for (size_t i = 0; i < r->nodd && r->odd[i].start < to; i++) {
		struct piece k = r->odd[i];
		if (k.end > to)
			k.end = to;
		other_piece(r, from, k);
		from = k.end;
	}
	if (from < to)
		other_lines(r, from, to);
	r->nodd = 0;
}

static void decode(struct str text, enum encoding enc, uint64_t base, struct str head, bool strict, struct batch *b)
{
	struct run r = {.d = decoding_open(&decode_json, text, enc, base, strict, b)};
	struct piece k = {.what = RECORD};
	size_t done = 0;                                 /* end of what has been dealt with */

	(void)head;
	jsonrec_room(&r.rec, r.d.t.n);
	while (k.what != END) {
		k = next_piece(r.d.t, k.end, true, &r.rec, true);
		if (k.what == BROKEN || k.what == LINE) {
			GROW(r.odd, r.nodd, r.oddcap);
			r.odd[r.nodd++] = k;
			continue;
		}
		if (r.nodd || k.other < k.other_end)
			between(&r, done, k.start);
		done = k.end;
		if (k.what == RECORD && k.lists && is_table((struct str){r.d.t.p + k.start, k.end - k.start}))
			tables(&r, k);
		else if (k.what == RECORD)
			record(&r, k);
	}
	free(r.odd);
	jsonrec_free(&r.rec);
	decoding_close(&r.d);
}

const struct decoder decode_json = {FORMAT_JSON, probe, cut, decode, false};
