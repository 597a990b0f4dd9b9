/* The bytes of one file, decompressed, member by member: plain files, compressed ones, archives, and these inside each
 * other. Sequential; stops at bombs. Tells packed from plain by content, never by name; knows no log format. */
#ifndef SPOOR_STREAM_H
#define SPOOR_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "load/input.h"

/* Where unpacking stops. Zero: the default below. */
struct stream_limits {
	uint64_t member;                                 /* bytes of one member */
	uint64_t ratio;                                  /* bytes out per byte of the file … */
	uint64_t ratio_free;                             /* … once so many have come out */
};
#define STREAM_MEMBER_MAX (UINT64_C(1) << 40)            /* 1 TiB */
#define STREAM_RATIO_MAX 4096                            /* repetitive logs reach a few hundred */
#define STREAM_RATIO_FREE (UINT64_C(1) << 30)            /* 1 GiB */
#define STREAM_MEMBERS_MAX 1000000                       /* of one archive */

enum stream_state {
	STREAM_END,
	STREAM_MEMBER,                                   /* to be read with stream_read */
	STREAM_BAD,                                      /* one that cannot be read; *d says why. More may follow */
};

struct stream;

/* A stream of what `fd` holds, from its start. Takes fd over. Never NULL; trouble shows at stream_next. */
struct stream *stream_open(int fd, const struct stream_limits *limits);
void stream_close(struct stream *s);
/* Only the member at this place; the others are passed over. Before the first stream_next. */
void stream_want(struct stream *s, const uint32_t place[INPUT_NEST_MAX], unsigned depth);
enum stream_state stream_next(struct stream *s, struct diag *d);
/* The next bytes of the member: how many, 0 at its end, -1 with *d set. */
ptrdiff_t stream_read(struct stream *s, void *p, size_t n, struct diag *d);

/* Of the current member. */
char *stream_member(const struct stream *s);             /* its name in the archive, to be freed; NULL when there is no archive */
bool stream_packed(const struct stream *s);
/* How to find it again; returns the depth. */
unsigned stream_place(const struct stream *s, uint32_t place[INPUT_NEST_MAX]);
uint64_t stream_consumed(const struct stream *s);        /* bytes of the file read so far */

#endif
