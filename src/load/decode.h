/* Between the input layer and the formats: how each format is recognised, cut into chunks and decoded.
 * A new format is one file with one `struct decoder` and one line in the table of decode.c. */
#ifndef SPOOR_DECODE_H
#define SPOOR_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "load/batch.h"
#include "load/input.h"

struct decoder {
	enum format format;
	/* How sure is this format of these first bytes (UTF-8 or UTF-16 as found by the encoding check)? 0 = no, 100 = certain. */
	int (*probe)(struct str head, enum encoding enc);
	/* Where may the stream be cut? The largest length <= text.n such that text[0..length) ends between records,
	 * or 0 when no boundary lies in it (the caller then reads more). `final`: nothing follows. `state` starts as 0 and
	 * is the cutter's to keep between calls of one stream (nesting, inside a root element or array). With DECODE_LOST
	 * in it, text starts inside a record that was given up: the answer is where the next one starts. */
	size_t (*cut)(struct str text, enum encoding enc, bool final, uint64_t *state);
	/* Decodes whole records of text, which lies at `base` of the stream, into b. Reports damage there, never fails. `head`:
	 * the first bytes of the stream, where `wants_head` (CSV names its columns there); else empty. */
	void (*decode)(struct str text, enum encoding enc, uint64_t base, struct str head, bool strict, struct batch *b);
	bool wants_head;
};

extern const struct decoder decode_xml, decode_json, decode_csv, decode_text;
/* The decoder for these first bytes of a stream, NULL when none knows them; *enc by BOM or by look. */
const struct decoder *decode_probe(struct str head, enum encoding *enc);
const struct decoder *decode_for(enum format f);
#define DECODE_HEAD_MAX (64u << 10)                      /* bytes that a format is told from, and of `head` */
#define DECODE_LOST UINT64_MAX
#define DECODE_RECORD_MAX (64u << 20)                    /* a record longer than this is damage, and skipped to the next start */

#endif
