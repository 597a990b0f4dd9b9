/* JSON logs: objects one a line, or in an array, or one after the other. Finds where records start and end, so that
 * damage costs one record; reading one is json_parse.c's, understanding it json_shape.c's.
 *
 * A record starts at a `{` outside of records. When what follows is no JSON object, the next record starts at the first
 * `{` that begins a line or follows a `},`: good JSON never comes to that, and in bad JSON it is the best guess.
 *
 * A whole answer of a search, `{"took": 3, "hits": {"hits": [{…}, {…}]}, "x": 1}`, is no record: its records are those of the
 * array, and what stands before and behind them is passed over, so that it may be cut between them like any other array. */
#include "load/json.h"

#include "load/decode.h"
#include "load/wide.h"

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
		if (k == from || t.p[k - 1] == '\n')
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
enum what { END, RECORD, BROKEN, SHORT, HEAD };
struct piece {
	enum what what;
	size_t start, end;                               /* BROKEN: up to the next start; HEAD: of a wrapper, up to its first record */
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
		return k;
	}
	k.end = restart(t, k.start);
	k.what = e == JSONREC_SHORT && !final ? SHORT : BROKEN;
	return k;
}

/* ---- the three calls of a decoder ---- */

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
	if (!sure && i < t.n) {
		/* Behind something else on its line, as syslog or a dump of EVTX ("Record 1") puts it. */
		struct jsonrec r = {0};
		struct piece k = next_piece(t, i, false, &r, false);
		size_t at = k.start;
		jsonrec_free(&r);
		if ((k.what == RECORD || k.what == SHORT || k.what == HEAD) && !memchr(t.p, 0, t.n) && !memchr(t.p + i, '"', at - i) &&
		    str_find((struct str){t.p + at, k.end - at}, STR("EventID")) >= 0)
			sure = 50;
	}
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
	size_t end = 0;
	if (*state == DECODE_LOST) {
		end = restart(t, 0);
		if (end == t.n)
			end = 0;
	} else if (!(end = last_line_start(t))) {
		struct jsonrec r = {0};
		for (;;) {
			struct piece k = next_piece(t, end, false, &r, false);
			if (k.what != RECORD && k.what != HEAD && (k.what != BROKEN || k.end == t.n))
				break;
			end = k.end;
		}
		jsonrec_free(&r);
	}
	end = wide_bytes(&w, end);
	wide_free(&w);
	return final && !end ? text.n : end;
}

static void decode(struct str text, enum encoding enc, uint64_t base, struct str head, bool strict, struct batch *b)
{
	struct wide w = {0};
	struct str t = wide_open(&w, text, enc);
	struct jsonrec r = {0};
	struct piece k = {.what = RECORD};

	(void)head, (void)strict;
	b->stable = true;
	jsonrec_room(&r, t.n);
	while (k.what != END) {
		k = next_piece(t, k.end, true, &r, true);
		if (memchr(t.p + k.other, '"', k.other_end - k.other)) {
			uint64_t from = wide_bytes(&w, k.other), to = wide_bytes(&w, k.other_end);
			batch_damaged(b, base + from, to - from, "text between records that is no JSON");
		}
		if (k.what == END)
			break;
		if (k.what == HEAD)
			continue;
		uint64_t from = wide_bytes(&w, k.start), to = wide_bytes(&w, k.end);
		if (k.what != RECORD) {
			batch_damaged(b, base + from, to - from, "no valid JSON, or cut short");
		} else if (r.trouble) {
			batch_damaged(b, base + from, to - from, "%s", r.trouble);
		} else {
			batch_begin(b);
			jsonrec_feed(&r, b);
			if (r.trouble)
				batch_damaged(b, base + from, to - from, "%s", r.trouble);
			else
				batch_end(b, base + from, to - from);
		}
	}
	b->stable = false;
	jsonrec_free(&r);
	wide_free(&w);
}

const struct decoder decode_json = {FORMAT_JSON, probe, cut, decode, false};
