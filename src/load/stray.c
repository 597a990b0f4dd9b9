/* stray.h: looking for the first bytes of logs where they may stand, and handing them to their decoders. Every search is one pass
 * over the bytes, whatever they hold. */
#include "load/stray.h"

#include "load/evtx.h"
#include "load/json.h"
#include "load/text.h"

enum {
	DEPTH = 8,                                       /* logs behind each other in a piece that one decoder looks at */
	SHORTEST = 8,
};

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void earliest(struct stray *s, const struct decoder *d, enum encoding enc, size_t at)
{
	if (!s->decoder || at < s->at)
		*s = (struct stray){d, enc, at};
}

static bool own_is(const struct decoder *own, enum encoding own_enc, enum format f, enum encoding enc)
{
	return own->format == f && own_enc == enc;
}

/* ---- UTF-8 ---- */

/* May a log begin at raw[at]? Behind a line break, or behind what ends a log of another kind. */
static bool begins(struct str raw, size_t at)
{
	while (at && (raw.p[at - 1] == ' ' || raw.p[at - 1] == '\t'))
		at--;
	if (at >= 3 && memcmp(raw.p + at - 3, "\xEF\xBB\xBF", 3) == 0)
		return true;
	return at == 0 || raw.p[at - 1] == '\0' || strchr("\n\r>]}", raw.p[at - 1]);
}

/* … or behind words on its line, as syslog writes them, but not inside a value. */
static bool begins_behind_words(struct str raw, size_t at)
{
	enum { WORDS_MAX = 4096 };

	for (size_t n = 0; at && raw.p[at - 1] != '\n'; at--, n++)
		if (n == WORDS_MAX || strchr("\"{<", raw.p[at - 1]))
			return at > 0 && raw.p[at - 1] == '\0';
	return true;
}

static bool tag_goes_on(char c)
{
	return blank(c) || c == '>' || c == '/';
}

static void find_xml(struct str raw, struct stray *s)
{
	static const struct str open = {"<Event", 6};

	for (size_t at = 0; at + open.n < raw.n; at += open.n) {
		const char *p = memmem(raw.p + at, raw.n - at, open.p, open.n);
		if (!p || p + open.n == raw.p + raw.n)
			return;
		at = (size_t)(p - raw.p);
		if (tag_goes_on(p[open.n]) && (begins(raw, at) || begins_behind_words(raw, at))) {
			earliest(s, &decode_xml, ENC_UTF8, at);
			return;
		}
	}
}

/* An object that can be read to its end, or a wrapper around records. */
static bool is_object(struct str raw, size_t at)
{
	bool lists;
	size_t end = at;

	for (size_t i = at + 1; i < raw.n && raw.p[i] != '"'; i++)
		if (!blank(raw.p[i]))
			return false;
	if (jsonrec_read(raw, &end, NULL, &lists) == JSONREC_DONE)
		return true;
	struct jsonrec r = {0};
	if (lists)
		jsonrec_room(&r, raw.n - at);
	bool wrapper = lists && jsonrec_wrapped(raw, at, &r) > 0;
	jsonrec_free(&r);
	return wrapper;
}

static void find_json(struct str raw, bool remains, struct stray *s)
{
	enum { TRIES = 1000 };
	int tries = 0;

	for (size_t at = 0; at < raw.n && tries < TRIES; at++) {
		const char *p = memchr(raw.p + at, '{', raw.n - at);
		if (!p)
			return;
		at = (size_t)(p - raw.p);
		if (s->decoder && at >= s->at)
			return;
		size_t from = at;
		while (from && (raw.p[from - 1] == '[' || blank(raw.p[from - 1])) && raw.p[from - 1] != '\n')
			from--;
		if (!begins(raw, from) && (remains || !begins_behind_words(raw, from)))
			continue;
		tries++;
		if (is_object(raw, at)) {
			earliest(s, &decode_json, ENC_UTF8, at);
			return;
		}
	}
}

/* Lines that name columns, with a line below. */
static void find_table(struct str raw, struct stray *s)
{
	for (size_t at = 0; at < raw.n && (!s->decoder || at < s->at);) {
		const char *eol = memchr(raw.p + at, '\n', raw.n - at);
		if (!eol)
			return;
		while (raw.p + at < eol && raw.p[at] == '\0')
			at++;
		struct str line = {raw.p + at, (size_t)(eol - raw.p) - at};
		if (line.n > SHORTEST && line.n < DECODE_HEAD_MAX && decode_csv.probe(line, ENC_UTF8) > 0) {
			earliest(s, &decode_csv, ENC_UTF8, at);
			return;
		}
		at += line.n + 1;
	}
}

/* Records of plain text, but no mere message, which stands in records of any format. */
static void find_text(struct str raw, struct stray *s)
{
	for (size_t at = 0; at < raw.n && (!s->decoder || at < s->at);) {
		const struct text_shape *shape = text_begins(raw, at);
		if (shape && text_stands_alone(shape)) {
			earliest(s, &decode_text, ENC_UTF8, at);
			return;
		}
		const char *eol = memchr(raw.p + at, '\n', raw.n - at);
		at = eol ? (size_t)(eol - raw.p) + 1 : raw.n;
	}
}

/* ---- others ---- */

static void find_evtx(struct str raw, struct stray *s)
{
	static const char file[8] = "ElfFile", chunk[8] = "ElfChnk";
	const char *p = memmem(raw.p, raw.n, file, sizeof(file)), *q = memmem(raw.p, raw.n, chunk, sizeof(chunk));

	if (p)
		earliest(s, &decode_evtx, ENC_UTF8, (size_t)(p - raw.p));
	if (q && decode_evtx.probe((struct str){q, (size_t)(raw.p + raw.n - q)}, ENC_UTF8) > 0)
		earliest(s, &decode_evtx, ENC_UTF8, (size_t)(q - raw.p));
}

/* A log in UTF-16 starts with a mark, or like one in ASCII with NULs between. Asking the decoders means transcoding, so only a
 * few places are tried. */
static bool try_wide(struct str raw, size_t at, enum encoding enc, const struct decoder *own, enum encoding own_enc, struct stray *s)
{
	static const struct decoder *const text[] = {&decode_xml, &decode_json, &decode_csv};
	struct str head = {raw.p + at, raw.n - at < DECODE_HEAD_MAX ? raw.n - at : DECODE_HEAD_MAX};

	for (size_t i = 0; i < sizeof(text) / sizeof *text; i++) {
		/* Of its own kind only when it lies askew; read from the byte before, the one order of bytes looks like the other. */
		bool same = own_enc != ENC_UTF8 && (own_enc == enc) == (at % 2 == 0);
		if (own->format == text[i]->format && same && own->format != FORMAT_CSV)
			continue;
		if (text[i]->probe(head, enc) >= 90) {
			earliest(s, text[i], enc, at);
			return true;
		}
	}
	return false;
}

static void find_wide(struct str raw, const struct decoder *own, enum encoding own_enc, struct stray *s)
{
	static const struct {
		enum encoding enc;
		struct str mark;
	} marks[] = {
		{ENC_UTF16LE, {"\xFF\xFE", 2}}, {ENC_UTF16BE, {"\xFE\xFF", 2}},
		{ENC_UTF16LE, {"<\0E\0v\0e\0n\0t", 11}}, {ENC_UTF16BE, {"\0<\0E\0v\0e\0n\0t", 12}},
		{ENC_UTF16LE, {"\n\0{\0", 4}}, {ENC_UTF16BE, {"\0\n\0{", 4}},
	};
	enum { TRIES = 20 };

	for (size_t i = 0; i < sizeof(marks) / sizeof *marks; i++) {
		int tries = 0;
		for (size_t at = 0; at < raw.n && tries < TRIES; at++) {
			const char *p = memmem(raw.p + at, raw.n - at, marks[i].mark.p, marks[i].mark.n);
			if (!p)
				break;
			at = (size_t)(p - raw.p);
			if (s->decoder && at >= s->at)
				break;
			tries++;
			if (try_wide(raw, at, marks[i].enc, own, own_enc, s))
				break;
		}
	}
}

/* ---- the interface ---- */

/* A prefix before a record, as syslog writes one, is the most common of what lies between records. */
static bool plain_words(struct str raw)
{
	for (size_t i = 0; i < raw.n; i++) {
		unsigned char c = (unsigned char)raw.p[i];
		if (c < ' ' || c >= 0xE0 || c == '{' || c == '<')
			return false;
	}
	return true;
}

bool stray_find(struct str raw, bool remains, const struct decoder *own, enum encoding enc, struct stray *s)
{
	*s = (struct stray){0};
	if (raw.n < SHORTEST || (raw.n < 1000 && plain_words(raw)))
		return false;
	if (own->format != FORMAT_EVTX)
		find_evtx(raw, s);
	if (!own_is(own, enc, FORMAT_XML, ENC_UTF8))
		find_xml(raw, s);
	if (!own_is(own, enc, FORMAT_JSON, ENC_UTF8))
		find_json(raw, remains, s);
	find_table(raw, s);
	if (own->format != FORMAT_TEXT)
		find_text(raw, s);
	find_wide(raw, own, enc, s);
	return s->decoder != NULL;
}

/* Where a record of its own may have begun that does not end in these bytes. */
static size_t unfinished(struct str raw, const struct decoder *own, enum encoding enc)
{
	const struct str xml = {enc == ENC_UTF8 ? "<Event" : enc == ENC_UTF16LE ? "<\0E\0v\0e\0n\0t" : "\0<\0E\0v\0e\0n\0t",
	                        enc == ENC_UTF8 ? 6 : enc == ENC_UTF16LE ? 11 : 12};
	const char *p = NULL;
	bool open = false;

	switch (own->format) {
	case FORMAT_XML:
		p = memmem(raw.p, raw.n, xml.p, xml.n);
		while (p && enc == ENC_UTF8 && p + 6 < raw.p + raw.n && !tag_goes_on(p[6]))
			p = memmem(p + 1, (size_t)(raw.p + raw.n - p) - 1, xml.p, xml.n);
		break;
	case FORMAT_JSON:
		p = memchr(raw.p, '{', raw.n);
		break;
	case FORMAT_CSV:
		for (size_t i = 0; i < raw.n; i++)
			open ^= raw.p[i] == '"';
		p = open ? raw.p : NULL;
		break;
	default:
		p = decode_evtx.probe((struct str){raw.p, raw.n < 64 ? raw.n : 64}, ENC_UTF8) > 0 ? raw.p : NULL;
	}
	return p ? (size_t)(p - raw.p) : raw.n;
}

bool stray_ahead(struct str raw, const struct decoder *own, enum encoding enc, struct stray *s)
{
	return stray_find(raw, false, own, enc, s) && s->at <= unfinished(raw, own, enc);
}

size_t stray_decode(struct str raw, bool remains, uint64_t base, const struct decoder *own, enum encoding enc, bool strict,
                    struct batch *b)
{
	struct stray s;
	bool stable = b->stable;

	if (b->strays == DEPTH || !stray_find(raw, remains, own, enc, &s))
		return raw.n;
	struct str text = {raw.p + s.at, raw.n - s.at};
	struct str head = {text.p, text.n < DECODE_HEAD_MAX ? text.n : DECODE_HEAD_MAX};
	b->stable = false;                               /* unless the decoder says so */
	b->strays++;
	s.decoder->decode(text, s.encoding, base + s.at, s.decoder->wants_head ? head : (struct str){NULL, 0}, strict, b);
	b->strays--;
	b->stable = stable;
	return s.at;
}

size_t stray_cut(struct str text)
{
	const char *eol = text.n < STRAY_LONG ? NULL : memrchr(text.p, '\n', text.n);

	return eol ? (size_t)(eol - text.p) + 1 : 0;
}

bool stray_words(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned)((text.p[i] | 32) - 'a') < 26 || (unsigned)(text.p[i] - '0') < 10)
			return true;
	return false;
}

struct str stray_nuls(struct str text)
{
	const char *first = text.n ? memchr(text.p, 0, text.n) : NULL;

	if (!first)
		return (struct str){text.p, 0};
	const char *last = memrchr(text.p, 0, text.n);
	return (struct str){first, (size_t)(last - first) + 1};
}
