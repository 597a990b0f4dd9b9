/* Logs of plain text: events as tools wrote them for people or for syslog. Finds the records, which start where text_shape.c says
 * that one does and end where the next starts (or with their line); reading one is text_shape.c's, understanding it that of what
 * JSON and tables share (json_shape.c, json_rendered.c). */
#include "base/mem.h"
#include "load/decoding.h"
#include "load/json.h"
#include "load/stray.h"
#include "load/sysmon.h"
#include "load/text.h"

static size_t next_line(struct str t, size_t at)
{
	const char *eol = at < t.n ? memchr(t.p + at, '\n', t.n - at) : NULL;

	return eol ? (size_t)(eol - t.p) + 1 : t.n;
}

/* The first record that starts at the line t[at] or a later one; t.n when none does. */
static size_t find_record(struct str t, size_t at, const struct text_shape **shape)
{
	for (; at < t.n; at = next_line(t, at))
		if ((*shape = text_begins(t, at)))
			return at;
	return t.n;
}

/* ---- the calls of a decoder ---- */

static int probe(struct str head, enum encoding enc)
{
	enum { LINES = 1000 };
	struct wide w = {0};
	struct str t = wide_open(&w, head, enc);
	const struct text_shape *shape = NULL;
	size_t at = str_starts(t, "\xEF\xBB\xBF") ? 3 : 0;
	int n = 0;

	/* Lines that begin as JSON or XML are theirs, whatever their values look like. */
	for (; at < t.n && n < LINES && !shape; at = next_line(t, at), n++)
		if (!strchr("{[<", t.p[at]) || (t.p[at] == '<' && at + 1 < t.n && t.p[at + 1] >= '0' && t.p[at + 1] <= '9'))
			shape = text_begins(t, at);
	wide_free(&w);
	return !shape ? 0 : n < 5 ? 80 : 30;
}

static size_t cut(struct str text, enum encoding enc, bool final, uint64_t *state)
{
	struct wide w = {0};
	const struct text_shape *shape;

	if (final && *state != DECODE_LOST)
		return text.n;
	struct str t = wide_open(&w, text, enc);
	size_t end = 0;
	if (*state == DECODE_LOST) {
		end = find_record(t, next_line(t, 0), &shape);
		end = end == t.n ? 0 : end;
	} else {
		/* before the last record */
		for (size_t at = t.n; !end && at > 1;) {
			const char *eol = memrchr(t.p, '\n', at - 1);
			at = eol ? (size_t)(eol - t.p) + 1 : 0;
			if (at && next_line(t, at) < t.n && text_begins(t, at))
				end = at;
			at = eol ? (size_t)(eol - t.p) + 1 : 0;
		}
		if (!end && !text_begins(t, 0))
			end = stray_cut(t);
	}
	end = wide_bytes(&w, end);
	wide_free(&w);
	return final && !end ? text.n : end;
}

/* Decoding one text. */
struct run {
	struct decoding d;
	struct jsonrec rec;
};

/* Lines that are no records: another log, or other sources. */
static void between(struct run *r, size_t from, size_t to)
{
	struct str rest, line;

	to = decoding_give_away(&r->d, from, to, true);
	decoding_nuls(&r->d, from, to);
	rest = (struct str){r->d.t.p + from, to - from};
	while (str_line(&rest, &line))
		r->d.batch->lines += !memchr(line.p, 0, line.n) && stray_words(line);
}

/* Where the block at `from` ends: where another log was glued to it, or else the next record starts. */
static size_t block_end(struct run *r, size_t from, size_t to)
{
	size_t other = decoding_other(&decode_text, &r->d.wide, r->d.stored, r->d.enc, from, to);

	return other == from ? to : other;
}

static bool is_sysmons(const struct jsonrec *rec)
{
	enum sysmon_os os;

	for (uint32_t i = 0; i < rec->n; i++) {
		const struct jsonrec_name *name = rec->leaf[i].data ? NULL : jsonrec_name(rec->leaf[i].path);
		if (name && name->field == SYS_PROVIDER && sysmon_provider(rec->leaf[i].value, &os))
			return true;
	}
	return false;
}

static void record(struct run *r, const struct text_shape *shape, size_t from, size_t to)
{
	while (to > from && strchr("\r\n", r->d.t.p[to - 1]))
		to--;
	struct str text = {r->d.t.p + from, to - from};

	jsonrec_reset(&r->rec);
	text_read(shape, text, &r->rec);
	batch_begin(r->d.batch);
	if (!r->d.batch->shape)
		r->d.batch->shape = text_writer(shape);
	if (memchr(text.p, 0, text.n))
		r->rec.trouble = "NUL bytes in the text of a record";
	if (!r->rec.trouble)
		jsonrec_feed(&r->rec, r->d.batch);
	if (!r->rec.trouble && !r->rec.nested && is_sysmons(&r->rec))
		r->rec.trouble = "a record of Sysmon without fields that can be read in its text, or cut short";
	if (r->rec.trouble)
		decoding_damaged(&r->d, from, to, r->rec.trouble);
	else
		decoding_keep(&r->d, from, to);
}

static void decode(struct str text, enum encoding enc, uint64_t base, struct str head, bool strict, struct batch *b)
{
	struct run r = {.d = decoding_open(&decode_text, text, enc, base, strict, b)};
	const struct text_shape *shape = NULL, *next = NULL;

	(void)head;
	size_t first = str_starts(r.d.t, "\xEF\xBB\xBF") ? 3 : 0, done = first;
	jsonrec_room(&r.rec, r.d.t.n);
	for (size_t at = find_record(r.d.t, first, &shape); at < r.d.t.n; shape = next) {
		size_t line = next_line(r.d.t, at);
		size_t following = find_record(r.d.t, line, &next), end = text_is_line(shape) ? line : block_end(&r, at, following);
		if (done < at)
			between(&r, done, at);
		record(&r, shape, at, end);
		done = end;
		at = following;
	}
	if (done < r.d.t.n)
		between(&r, done, r.d.t.n);
	jsonrec_free(&r.rec);
	decoding_close(&r.d);
}

const struct decoder decode_text = {FORMAT_TEXT, probe, cut, decode, false};
