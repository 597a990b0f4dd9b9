/* wide.h: transcoding and the way back from offsets of the text to offsets of the stream. */
#include "load/wide.h"

#include "base/utf8.h"

struct str wide_open(struct wide *w, struct str raw, enum encoding enc)
{
	w->utf16 = enc != ENC_UTF8;
	w->at = w->bytes = 0;
	if (w->utf16) {
		sbuf_reset(&w->own);
		utf8_from_utf16((const uint8_t *)raw.p, raw.n & ~(size_t)1, enc == ENC_UTF16BE, &w->own);
		w->text = sbuf_str(&w->own);
	} else {
		w->text = raw;
	}
	return w->text;
}

/* UTF-16 units of the text's bytes from `from` to `to`. */
static size_t units(const struct wide *w, size_t from, size_t to)
{
	size_t n = 0;

	for (const char *p = w->text.p + from, *end = w->text.p + to; p < end; p++) {
		unsigned char c = (unsigned char)*p;
		n += (c & 0xC0) != 0x80;                 /* a character … */
		n += c >= 0xF0;                          /* … outside the BMP: two units */
	}
	return n;
}

size_t wide_bytes(struct wide *w, size_t at)
{
	if (!w->utf16)
		return at;
	if (at >= w->at)
		w->bytes += units(w, w->at, at) * 2;
	else if (w->at - at < at)
		w->bytes -= units(w, at, w->at) * 2;
	else
		w->bytes = units(w, 0, at) * 2;
	w->at = at;
	return w->bytes;
}

size_t wide_place(struct wide *w, size_t from, size_t bytes)
{
	if (!w->utf16)
		return bytes;
	while (from < w->text.n && wide_bytes(w, from) < bytes)
		utf8_next(w->text, &from);
	return from;
}

void wide_free(struct wide *w)
{
	sbuf_free(&w->own);
	*w = (struct wide){0};
}
