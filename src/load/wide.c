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

size_t wide_bytes(struct wide *w, size_t at)
{
	if (!w->utf16)
		return at;
	if (at < w->at)
		w->at = w->bytes = 0;
	size_t units = 0;
	for (const char *p = w->text.p + w->at, *end = w->text.p + at; p < end; p++) {
		unsigned char c = (unsigned char)*p;
		units += (c & 0xC0) != 0x80;             /* a character … */
		units += c >= 0xF0;                      /* … outside the BMP: two units */
	}
	w->at = at;
	w->bytes += units * 2;
	return w->bytes;
}

void wide_free(struct wide *w)
{
	sbuf_free(&w->own);
	*w = (struct wide){0};
}
