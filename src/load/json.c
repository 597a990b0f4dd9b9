/* JSON logs: objects one a line, or in an array, or one after the other. Finds where records start and end, so that
 * damage costs one record; reading one is json_parse.c's, understanding it json_shape.c's.
 *
 * A record starts at a `{` outside of records. When what follows is no JSON object, the next record starts at the first
 * `{` that begins a line or follows a `},`: good JSON never comes to that, and in bad JSON it is the best guess. */
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
enum what { END, RECORD, BROKEN, SHORT };
struct piece {
	enum what what;
	size_t start, end;                               /* BROKEN: up to the next start */
	size_t other;                                    /* other text before `start` begins here … */
	size_t other_end;                                /* … and ends here; the same when there is none */
};

static bool is_filler(char c)
{
	return blank(c) || c == ',' || c == '[' || c == ']';
}

/* `final`: a record that does not end in t never does. */
static struct piece next_piece(struct str t, size_t at, bool final, struct jsonrec *r)
{
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
	if (r)
		jsonrec_reset(r);
	enum jsonrec_end e = jsonrec_read(t, &k.end, r);
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
		size_t at = 0;
		struct piece k = next_piece(t, i, false, NULL);
		at = k.start;
		if ((k.what == RECORD || k.what == SHORT) && !memchr(t.p, 0, t.n) && !memchr(t.p + i, '"', at - i) &&
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
		for (;;) {
			struct piece k = next_piece(t, end, false, NULL);
			if (k.what != RECORD && (k.what != BROKEN || k.end == t.n))
				break;
			end = k.end;
		}
	}
	end = wide_bytes(&w, end);
	wide_free(&w);
	return final && !end ? text.n : end;
}

static void decode(struct str text, enum encoding enc, uint64_t base, bool strict, struct batch *b)
{
	struct wide w = {0};
	struct str t = wide_open(&w, text, enc);
	struct jsonrec r = {0};
	struct piece k = {.what = RECORD};

	(void)strict;
	b->stable = true;
	jsonrec_room(&r, t.n);
	while (k.what != END) {
		k = next_piece(t, k.end, true, &r);
		if (memchr(t.p + k.other, '"', k.other_end - k.other)) {
			uint64_t from = wide_bytes(&w, k.other), to = wide_bytes(&w, k.other_end);
			batch_damaged(b, base + from, to - from, "text between records that is no JSON");
		}
		if (k.what == END)
			break;
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

const struct decoder decode_json = {FORMAT_JSON, probe, cut, decode};
