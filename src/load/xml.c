/* Windows Event XML: finds where records start and end, in any surroundings (root elements, declarations, syslog
 * prefixes, nothing at all), so that damage costs one record. Reading a record is xml_fast.c's or xml_strict.c's.
 *
 * `</Event>` ends a record wherever it stands. That needs no context, so any piece of a file can be cut there. */
#include "load/xml.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "load/decoding.h"
#include "load/stray.h"
#include "load/xml_fast.h"

enum { PREFIX_MAX = 64 };                                /* bytes of a namespace prefix; blanks before the `>` of an end tag */

enum tag_kind { NO_TAG, OPEN, EMPTY, CLOSE };
struct tag {
	enum tag_kind kind;
	size_t start, end;                               /* of an OPEN tag, `end` is only behind its name */
};

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool name_char(char c)
{
	return (unsigned char)c >= 0x80 || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' ||
	       c == '-' || c == '.';
}

/* The tag whose name `Event` stands at t[at], if it is one. */
static struct tag tag_at(struct str t, size_t at)
{
	struct tag tag = {NO_TAG, at, at + 5};

	if (tag.end >= t.n)
		return tag;
	if (!blank(t.p[tag.end]) && t.p[tag.end] != '>' && t.p[tag.end] != '/')
		return tag;
	size_t p = at;
	if (p && t.p[p - 1] == ':') {
		size_t colon = --p;
		while (p && colon - p < PREFIX_MAX && name_char(t.p[p - 1]))
			p--;
	}
	if (p && t.p[p - 1] == '<') {
		tag.start = p - 1;
		size_t rest = t.n - tag.end;
		const char *close = memchr(t.p + tag.end, '>', rest < XML_TAG_MAX ? rest : XML_TAG_MAX);
		tag.kind = close && close[-1] == '/' ? EMPTY : OPEN;
		if (tag.kind == EMPTY)
			tag.end = (size_t)(close - t.p) + 1;
	} else if (p > 1 && t.p[p - 1] == '/' && t.p[p - 2] == '<') {
		size_t e = tag.end;
		while (e < t.n && blank(t.p[e]) && e - tag.end < PREFIX_MAX)
			e++;
		if (e < t.n && t.p[e] == '>')
			tag = (struct tag){CLOSE, p - 2, e + 1};
	}
	return tag;
}

/* The next tag of an Event element at or behind `from`. */
static struct tag next_tag(struct str t, size_t from)
{
	while (from < t.n) {
		const char *p = memmem(t.p + from, t.n - from, "Event", 5);
		if (!p)
			break;
		struct tag tag = tag_at(t, (size_t)(p - t.p));
		if (tag.kind != NO_TAG)
			return tag;
		from = (size_t)(p - t.p) + 5;
	}
	return (struct tag){NO_TAG, t.n, t.n};
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
	while (i < t.n && blank(t.p[i]))
		i++;
	struct tag tag = next_tag(t, 0);
	bool events = tag.kind == OPEN || tag.kind == EMPTY || str_find(t, STR("<Events")) >= 0;
	if (events && i < t.n && t.p[i] == '<')
		sure = 100;
	else if (events && !memchr(t.p, 0, t.n))
		sure = 60;                               /* behind a prefix, as syslog writes one */
	wide_free(&w);
	return sure;
}

static size_t cut(struct str text, enum encoding enc, bool final, uint64_t *state)
{
	enum { STEP = 1 << 16 };
	struct wide w = {0};

	if (final && *state != DECODE_LOST)
		return text.n;
	struct str t = wide_open(&w, text, enc);
	size_t end = 0, from = t.n;
	if (*state == DECODE_LOST) {
		/* The start that the next end belongs to. */
		for (struct tag tag = next_tag(t, 0); tag.kind != NO_TAG; tag = next_tag(t, tag.end)) {
			if (tag.kind != CLOSE)
				end = tag.start;
			else if (end)
				break;
		}
		from = 0;
	}
	while (!end && from) {
		/* Backwards, step by step; an end tag may lie across two. */
		size_t to = from + PREFIX_MAX * 4 < t.n ? from + PREFIX_MAX * 4 : t.n;
		from = from > STEP ? from - STEP : 0;
		struct str window = {t.p, to};
		for (struct tag tag = {OPEN, from, from}; tag.kind != NO_TAG;) {
			tag = next_tag(window, tag.end);
			if (tag.kind == CLOSE)
				end = tag.end;
		}
	}
	if (!end && *state != DECODE_LOST && next_tag(t, 0).kind == NO_TAG)
		end = stray_cut(t);
	end = wide_bytes(&w, end);
	wide_free(&w);
	return final && !end ? text.n : end;
}

/* Decoding one text. */
struct run {
	struct decoding d;
	struct sbuf scratch;                             /* xml_fast.c's */
	struct xml_strict *strict;                       /* NULL until a record needs it */
};

static bool ends_line(struct str t, size_t at)
{
	while (at < t.n && blank(t.p[at]) && t.p[at] != '\n')
		at++;
	return at >= t.n || t.p[at] == '\n';
}

/* Lines that are no markup are records of other sources, but for what precedes a record on its line. */
static void count_lines(struct run *r, size_t from, size_t to)
{
	while (from < to) {
		const char *eol = memchr(r->d.t.p + from, '\n', to - from);
		size_t end = eol ? (size_t)(eol - r->d.t.p) : to;
		struct str line = str_trim((struct str){r->d.t.p + from, end - from});
		bool words = line.n && line.p[0] != '<' && line.p[0] != '\0' && stray_words(line);
		r->d.batch->lines += words && (eol || ends_line(r->d.t, end));
		from = end + 1;
	}
}

/* Text between records is nobody's, unless it holds what belongs into one. */
static void between(struct run *r, size_t from, size_t to)
{
	while (from < to && blank(r->d.t.p[from]))
		from++;
	if (from == to)
		return;
	to = decoding_give_away(&r->d, from, to, false);
	count_lines(r, from, to);
	while (to > from && blank(r->d.t.p[to - 1]))
		to--;
	struct str s = {r->d.t.p + from, to - from};
	if (!decoding_nuls(&r->d, from, to) && s.n > 16 &&
	    (str_find(s, STR("<System")) >= 0 || str_find(s, STR("<EventData")) >= 0 || str_find(s, STR("<Data ")) >= 0))
		decoding_damaged(&r->d, from, to, "parts of a record outside <Event>");
}

/* A record that was begun and never ended; another log may follow inside. */
static void unfinished(struct run *r, size_t from, size_t to, const char *why)
{
	size_t end = decoding_give_away(&r->d, from, to, true);

	decoding_damaged(&r->d, from, end, why);
}

/* What precedes a hole and what follows it are of different records. A few NUL bytes hide no end of one: they are of a value. */
static bool has_hole(struct str record)
{
	return memchr(record.p, 0, record.n) && str_find(record, STR("\0\0\0\0")) >= 0;
}

/* Records of the plain shape that follow each other are read where they stand, with no look for their tags first. Where the
 * first other thing begins. */
static size_t plain_records(struct run *r, size_t at)
{
	if (r->d.strict)
		return at;
	for (size_t start = at, n;; at = start += n) {
		while (start < r->d.t.n && blank(r->d.t.p[start]))
			start++;
		n = xml_fast((struct str){r->d.t.p + start, r->d.t.n - start}, &r->scratch, r->d.batch);
		if (n == 0 || n > DECODE_RECORD_MAX || has_hole((struct str){r->d.t.p + start, n}))
			return at;
		decoding_keep(&r->d, start, start + n);
	}
}

static void record(struct run *r, size_t from, size_t to)
{
	char why[120];

	if (to - from > DECODE_RECORD_MAX) {
		decoding_damaged(&r->d, from, to, "longer than 64 MiB");
		return;
	}
	if (has_hole((struct str){r->d.t.p + from, to - from})) {
		decoding_damaged(&r->d, from, to, "NUL bytes inside the record");
		return;
	}
	if (!r->strict)
		r->strict = xml_strict_new();
	batch_begin(r->d.batch);
	if (xml_strict_record(r->strict, (struct str){r->d.t.p + from, to - from}, r->d.batch, why))
		decoding_keep(&r->d, from, to);
	else
		decoding_damaged(&r->d, from, to, why);
}

static void decode(struct str text, enum encoding enc, uint64_t base, struct str head, bool strict, struct batch *b)
{
	enum { OUTSIDE, INSIDE, AFTER_DOCTYPE } where = OUTSIDE;
	struct run r = {.d = decoding_open(&decode_xml, text, enc, base, strict, b)};
	size_t start = 0, done = 0;                      /* of the open record; end of what has been dealt with */

	(void)head;
	done = plain_records(&r, 0);
	for (struct tag tag = next_tag(r.d.t, done); tag.kind != NO_TAG; tag = next_tag(r.d.t, done > tag.end ? done : tag.end)) {
		if (tag.kind != CLOSE) {
			if (where == OUTSIDE)
				between(&r, done, tag.start);
			else
				unfinished(&r, start, tag.start, "not closed before the next record starts");
			struct str gap = {r.d.t.p + done, tag.start - done};
			bool doctype = where == OUTSIDE && str_find(gap, STR("<!DOCTYPE")) >= 0;
			start = done = tag.start;
			where = doctype ? AFTER_DOCTYPE : INSIDE;
			if (where == INSIDE && (done = plain_records(&r, start)) > start) {
				where = OUTSIDE;
				continue;
			}
			if (tag.kind == OPEN)
				continue;
			decoding_damaged(&r.d, start, tag.end, "an Event with nothing in it");
		} else if (where == OUTSIDE) {
			decoding_damaged(&r.d, done, tag.end, "the end of a record without its start");
		} else if (where == AFTER_DOCTYPE) {
			decoding_damaged(&r.d, start, tag.end, "a document type declaration before the record");
		} else {
			record(&r, start, tag.end);
		}
		done = plain_records(&r, tag.end);
		where = OUTSIDE;
	}
	if (where == OUTSIDE)
		between(&r, done, r.d.t.n);
	else
		unfinished(&r, start, r.d.t.n, "cut short");
	if (r.strict)
		xml_strict_free(r.strict);
	sbuf_free(&r.scratch);
	decoding_close(&r.d);
}

/* ---- events inside other formats ---- */

struct xml_inner {
	struct xml_strict *strict;
	struct sbuf fast, whole;
};

struct xml_inner *xml_inner_new(void)
{
	return xcalloc(1, sizeof(struct xml_inner));
}

void xml_inner_free(struct xml_inner *x)
{
	if (!x)
		return;
	xml_strict_free(x->strict);
	sbuf_free(&x->fast);
	sbuf_free(&x->whole);
	free(x);
}

static bool inner_strict(struct xml_inner *x, struct str record, struct batch *b, char why[120])
{
	if (!x->strict)
		x->strict = xml_strict_new();
	return xml_strict_record(x->strict, record, b, why);
}

bool xml_inner_event(struct xml_inner *x, struct str text, struct batch *b, char why[120])
{
	struct tag open = next_tag(text, 0), close = open;

	while (close.kind == OPEN)
		close = next_tag(text, close.end);
	if (open.kind != OPEN || close.kind != CLOSE) {
		snprintf(why, 120, "no whole event");
		return false;
	}
	struct str record = {text.p + open.start, close.end - open.start};
	if (xml_fast(record, &x->fast, b) == record.n)
		return true;
	batch_begin(b);
	return inner_strict(x, record, b, why);
}

bool xml_inner_data(struct xml_inner *x, struct str text, struct batch *b)
{
	ptrdiff_t start = str_find(text, STR("<EventData")), end = str_find(text, STR("</EventData>"));
	char why[120];

	if (start < 0 || end < start)
		return false;
	sbuf_reset(&x->whole);
	sbuf_addz(&x->whole, "<Event>");
	sbuf_add(&x->whole, text.p + start, (size_t)(end - start));
	sbuf_addz(&x->whole, "</EventData></Event>");
	if (inner_strict(x, sbuf_str(&x->whole), b, why))
		return true;
	batch_begin(b);
	return false;
}

const struct decoder decode_xml = {FORMAT_XML, probe, cut, decode, false};
