/* What lies in a log where no record of its own is: another log glued to it (of another format, encoding or table), lines of
 * other sources, runs of NUL. */
#ifndef SPOOR_STRAY_H
#define SPOOR_STRAY_H

#include "load/decode.h"

/* Where another log starts. */
struct stray {
	const struct decoder *decoder;
	enum encoding encoding;
	size_t at;
};

/* The first place of these stored bytes where a log starts that `own`, in the encoding `enc`, cannot read; false when none does.
 * `remains`: they may be the rest of a record, in whose values anything can stand. */
bool stray_find(struct str raw, bool remains, const struct decoder *own, enum encoding enc, struct stray *s);
/* The same for bytes in which `own` found no place to cut: what may be an unfinished record of its own is kept off. */
bool stray_ahead(struct str raw, const struct decoder *own, enum encoding enc, struct stray *s);
/* Decodes what stray_find finds in the bytes, and all behind it, into b. How many bytes before it are left to the caller; raw.n when
 * there was nothing. */
size_t stray_decode(struct str raw, bool remains, uint64_t base, const struct decoder *own, enum encoding enc, bool strict,
                    struct batch *b);

/* Where a long text without any record may be cut: behind its last line break; 0 when it is short. */
size_t stray_cut(struct str text);
/* Is there more in it than marks and brackets? */
bool stray_words(struct str text);
/* The NUL bytes of a text, from the first to the last one; n is 0 when there is none. */
struct str stray_nuls(struct str text);
#define STRAY_LONG (1u << 20)

#endif
