/* One compressed stream (gzip, xz, lzip, bzip2, zstd), unpacked as it comes: all that can be had before damage is handed over, and
 * the checksums are compared; a reader of archives does neither for all of them. Knows nothing of files; the packed bytes come
 * from whoever has them. */
#ifndef SPOOR_UNPACK_H
#define SPOOR_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"

/* The next packed bytes: how many, 0 at the end, -1 with *d set. */
typedef ptrdiff_t unpack_source(void *context, void *p, size_t n, struct diag *d);

struct codec;
struct unpack;

/* What kind of stream these bytes start; NULL when none. */
const struct codec *unpack_codec(const unsigned char *p, size_t n);
/* Never NULL. `context` must outlive it. Takes at most UNPACK_MEMORY bytes to unpack with. */
struct unpack *unpack_new(const struct codec *codec, unpack_source *source, void *context);
void unpack_free(struct unpack *u);
#define UNPACK_MEMORY ((size_t)512 << 20)
/* The next bytes, at *p until the next call: how many, 0 at the end, -1 with *d set when the stream is damaged, cut, has a
 * wrong checksum or something else behind its end (not zeros). Says the same when asked again. */
ptrdiff_t unpack_read(struct unpack *u, const void **p, struct diag *d);

#endif
