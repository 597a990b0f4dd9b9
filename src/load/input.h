/* Inputs: what the user named, opened. A directory becomes its files, an archive its members, "-" a spooled stdin.
 * Owns bytes and where they lie; knows nothing of events. */
#ifndef SPOOR_INPUT_H
#define SPOOR_INPUT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/str.h"

enum format { FORMAT_UNKNOWN, FORMAT_XML, FORMAT_JSON, FORMAT_EVTX, FORMAT_CSV, FORMAT_TEXT, FORMAT_COUNT };
enum encoding { ENC_UTF8, ENC_UTF16LE, ENC_UTF16BE };
extern const char *const format_name[FORMAT_COUNT];      /* "XML", "JSON", … */

#define INPUT_NEST_MAX 4                                 /* compression and archives inside each other */

/* One stream of log bytes. Offsets of records count bytes of this stream as stored (after decompression, before transcoding). */
struct input {
	char *path;                                      /* as named by the user, or found in a directory; "-" for stdin */
	char *member;                                    /* name inside an archive; NULL when the file itself is the log */
	char *name;                                      /* for people: "logs.zip: a/b.json" or the path */
	bool compressed;                                 /* must be read through libarchive */
	enum format format;
	enum encoding encoding;
	uint64_t size;                                   /* bytes read from it (its length, once loaded) */
	int spool;                                       /* descriptor of the unlinked copy of stdin or a pipe; -1 when none.
	                                                    Inputs out of one copy lie side by side and share it */
	uint32_t place[INPUT_NEST_MAX];                  /* private: how to find it in its archive … */
	unsigned depth;                                  /* … and how deep it lies there */
};

struct inputs {
	struct input *v;
	size_t n, cap;
	void *cache;                                     /* private: the stream that input_raw read last */
};

void inputs_free(struct inputs *in);

/* Reads `length` bytes at `offset` of input `i` again, as stored, into out (emptied first). Compressed streams are
 * decompressed up to there; the last one is kept open, so that reading forward is cheap. Not thread-safe. */
bool input_raw(struct inputs *in, uint32_t i, uint64_t offset, uint64_t length, struct sbuf *out, struct diag *d);
/* The same as UTF-8 text for people: transcoded, bad bytes as U+FFFD; a binary record (EVTX) rendered as XML. */
bool input_raw_text(struct inputs *in, uint32_t i, uint64_t offset, uint64_t length, struct sbuf *out, struct diag *d);

#endif
