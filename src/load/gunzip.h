/* Gzip, unpacked as a stream: all that can be had before damage is handed over, and the checksums are compared, which a
 * reader of archives does not do. Knows nothing of files; the packed bytes come from whoever has them. */
#ifndef SPOOR_GUNZIP_H
#define SPOOR_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"

/* The next packed bytes: how many, 0 at the end, -1 with *d set. */
typedef ptrdiff_t gunzip_source(void *context, void *p, size_t n, struct diag *d);

struct gunzip;

/* Do these bytes start a gzip stream? */
bool gunzip_knows(const unsigned char *p, size_t n);
/* Never NULL. `context` must outlive it. */
struct gunzip *gunzip_new(gunzip_source *source, void *context);
void gunzip_free(struct gunzip *g);
/* The next bytes, at *p until the next call: how many, 0 at the end, -1 with *d set when the stream is damaged, cut, has a
 * wrong checksum or something else behind its end (not zeros). Says the same when asked again. */
ptrdiff_t gunzip_read(struct gunzip *g, const void **p, struct diag *d);

#endif
