/* UTF-16 streams seen as UTF-8: decoders work on the text, records are placed by the stored bytes. */
#ifndef SPOOR_WIDE_H
#define SPOOR_WIDE_H

#include "base/str.h"
#include "load/input.h"

/* Zero-initialise; wide_free at the end. */
struct wide {
	struct str text;                                 /* UTF-8, bad UTF-16 as U+FFFD; for ENC_UTF8 the raw bytes */
	bool utf16;
	struct sbuf own;
	size_t at;                                       /* wide_bytes was asked for last … */
	size_t bytes;                                    /* … and gave this */
};

/* Makes w->text of the stored bytes, which must outlive it, and returns it. */
struct str wide_open(struct wide *w, struct str raw, enum encoding enc);
/* How many stored bytes are the first `at` bytes of the text? Cheap near the place asked for last. `at` lies between characters. */
size_t wide_bytes(struct wide *w, size_t at);
/* The first character at or behind `from` that lies at or behind so many stored bytes; text.n at the end. */
size_t wide_place(struct wide *w, size_t from, size_t bytes);
void wide_free(struct wide *w);

#endif
