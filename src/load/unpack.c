/* unpack.h on zlib, liblzma, libbz2 and libzstd: stream after stream, as they may be appended to each other. */
#include "load/unpack.h"

#include <bzlib.h>
#include <lzma.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/mem.h"

enum { BLOCK = 1 << 16 };

/* How a step ended. */
enum step {
	MORE,                                            /* it took what there was, or filled the room */
	LAST,                                            /* the end of the stream */
	FOREIGN,                                         /* no stream of this kind starts here */
	CHANGED,                                         /* a checksum is wrong */
	BROKEN,
	TOO_LARGE,                                       /* needs more memory than it may have */
};

/* The bytes of one step: packed ones to take from, room for others. */
struct span {
	const unsigned char *in;
	size_t nin;
	unsigned char *out;
	size_t nout;
};

struct codec {
	const char *name;
	bool (*knows)(const unsigned char *p, size_t n);
	void *(*begin)(void);                            /* the state for one stream; NULL: no memory */
	enum step (*step)(void *state, struct span *s);  /* moves the span on; both sides have bytes */
	void (*end)(void *state);
};

struct unpack {
	const struct codec *codec;
	unpack_source *source;
	void *context;
	void *state;                                     /* of the stream; NULL between two */
	bool any;                                        /* one has ended */
	bool ended;
	struct diag trouble;
	const unsigned char *next;                       /* packed bytes not yet taken … */
	size_t left;                                     /* … and how many */
	unsigned char in[BLOCK], out[BLOCK];
};

static bool starts(const unsigned char *p, size_t n, const char *magic, size_t len)
{
	return n >= len && memcmp(p, magic, len) == 0;
}
#define STARTS(p, n, magic) starts(p, n, magic, sizeof(magic) - 1)

/* ---- gzip ---- */

static bool gzip_knows(const unsigned char *p, size_t n)
{
	enum { RESERVED = 0xE0 };

	return n >= 4 && p[0] == 0x1F && p[1] == 0x8B && p[2] == Z_DEFLATED && !(p[3] & RESERVED);
}

static void *gzip_begin(void)
{
	enum { GZIP = 16 };                              /* added to the size of the window: with gzip's header */
	z_stream *z = xcalloc(1, sizeof(*z));

	if (inflateInit2(z, MAX_WBITS + GZIP) == Z_OK)
		return z;
	free(z);
	return NULL;
}

static enum step gzip_step(void *state, struct span *s)
{
	z_stream *z = state;

	z->next_in = (unsigned char *)(uintptr_t)s->in;
	z->avail_in = (uInt)s->nin;
	z->next_out = s->out;
	z->avail_out = (uInt)s->nout;
	int e = inflate(z, Z_NO_FLUSH);
	*s = (struct span){z->next_in, z->avail_in, z->next_out, z->avail_out};
	if (e == Z_STREAM_END)
		return LAST;
	if (e == Z_OK || e == Z_BUF_ERROR)
		return MORE;
	if (z->msg && (strcmp(z->msg, "incorrect data check") == 0 || strcmp(z->msg, "incorrect length check") == 0))
		return CHANGED;
	return z->msg && strcmp(z->msg, "incorrect header check") == 0 ? FOREIGN : BROKEN;
}

static void gzip_end(void *state)
{
	inflateEnd(state);
	free(state);
}

/* ---- xz, lzip ---- */

static bool xz_knows(const unsigned char *p, size_t n)
{
	return STARTS(p, n, "\xFD" "7zXZ\0");
}

static bool lzip_knows(const unsigned char *p, size_t n)
{
	return STARTS(p, n, "LZIP");
}

static void *lzma_begin(lzma_ret (*decoder)(lzma_stream *, uint64_t, uint32_t))
{
	lzma_stream *z = xmalloc(sizeof(*z));

	*z = (lzma_stream)LZMA_STREAM_INIT;
	if (decoder(z, UNPACK_MEMORY, 0) == LZMA_OK)
		return z;
	free(z);
	return NULL;
}

static void *xz_begin(void)
{
	return lzma_begin(lzma_stream_decoder);
}

static void *lzip_begin(void)
{
	return lzma_begin(lzma_lzip_decoder);
}

static enum step lzma_step(void *state, struct span *s)
{
	lzma_stream *z = state;

	z->next_in = s->in;
	z->avail_in = s->nin;
	z->next_out = s->out;
	z->avail_out = s->nout;
	lzma_ret e = lzma_code(z, LZMA_RUN);
	*s = (struct span){z->next_in, z->avail_in, z->next_out, z->avail_out};
	switch (e) {
	case LZMA_OK:
	case LZMA_BUF_ERROR:
		return MORE;
	case LZMA_STREAM_END:
		return LAST;
	case LZMA_FORMAT_ERROR:
		return FOREIGN;
	case LZMA_MEM_ERROR:
	case LZMA_MEMLIMIT_ERROR:
		return TOO_LARGE;
	default:
		return BROKEN;
	}
}

static void lzma_free(void *state)
{
	lzma_end(state);
	free(state);
}

/* ---- bzip2 ---- */

static bool bzip2_knows(const unsigned char *p, size_t n)
{
	return n >= 4 && STARTS(p, n, "BZh") && p[3] >= '1' && p[3] <= '9';
}

static void *bzip2_begin(void)
{
	bz_stream *z = xcalloc(1, sizeof(*z));

	if (BZ2_bzDecompressInit(z, 0, 0) == BZ_OK)
		return z;
	free(z);
	return NULL;
}

static enum step bzip2_step(void *state, struct span *s)
{
	bz_stream *z = state;

	z->next_in = (char *)(uintptr_t)s->in;
	z->avail_in = (unsigned)s->nin;
	z->next_out = (char *)s->out;
	z->avail_out = (unsigned)s->nout;
	int e = BZ2_bzDecompress(z);
	*s = (struct span){(const unsigned char *)z->next_in, z->avail_in, (unsigned char *)z->next_out, z->avail_out};
	switch (e) {
	case BZ_OK:
		return MORE;
	case BZ_STREAM_END:
		return LAST;
	case BZ_DATA_ERROR_MAGIC:
		return FOREIGN;
	case BZ_MEM_ERROR:
		return TOO_LARGE;
	default:
		return BROKEN;
	}
}

static void bzip2_end(void *state)
{
	BZ2_bzDecompressEnd(state);
	free(state);
}

/* ---- zstd ---- */

enum { ZSTD_HEADER = 3 };                                /* bytes before a block */

struct zstd {
	ZSTD_DCtx *ctx;
	size_t want;                                     /* packed bytes up to the end of a block and the next one's header */
};

static bool zstd_knows(const unsigned char *p, size_t n)
{
	return STARTS(p, n, "\x28\xB5\x2F\xFD");
}

static void *zstd_begin(void)
{
	enum { WINDOW_LOG = 29 };                        /* as UNPACK_MEMORY */
	struct zstd *z = xmalloc(sizeof(*z));

	z->ctx = ZSTD_createDCtx();
	z->want = 2 * ZSTD_HEADER;
	if (z->ctx && !ZSTD_isError(ZSTD_DCtx_setParameter(z->ctx, ZSTD_d_windowLogMax, WINDOW_LOG)))
		return z;
	ZSTD_freeDCtx(z->ctx);
	free(z);
	return NULL;
}

/* The library forgets what a call gave when the call ends in an error: one call is kept to one block, or to one header. */
static enum step zstd_step(void *state, struct span *s)
{
	struct zstd *z = state;
	size_t most = z->want > ZSTD_HEADER ? z->want - ZSTD_HEADER : z->want;
	ZSTD_inBuffer in = {s->in, most < s->nin ? most : s->nin, 0};
	ZSTD_outBuffer out = {s->out, s->nout, 0};
	size_t e = ZSTD_decompressStream(z->ctx, &out, &in);

	if (ZSTD_isError(e))
		switch (ZSTD_getErrorCode(e)) {
		case ZSTD_error_prefix_unknown:
			return FOREIGN;
		case ZSTD_error_checksum_wrong:
			return CHANGED;
		case ZSTD_error_memory_allocation:
		case ZSTD_error_frameParameter_windowTooLarge:
			return TOO_LARGE;
		default:
			return BROKEN;
		}
	*s = (struct span){s->in + in.pos, s->nin - in.pos, s->out + out.pos, s->nout - out.pos};
	z->want = e;
	return e ? MORE : LAST;
}

static void zstd_end(void *state)
{
	struct zstd *z = state;

	ZSTD_freeDCtx(z->ctx);
	free(z);
}

/* ---- all of them ---- */

static const struct codec codecs[] = {
	{"gzip", gzip_knows, gzip_begin, gzip_step, gzip_end},
	{"xz", xz_knows, xz_begin, lzma_step, lzma_free},
	{"lzip", lzip_knows, lzip_begin, lzma_step, lzma_free},
	{"bzip2", bzip2_knows, bzip2_begin, bzip2_step, bzip2_end},
	{"zstd", zstd_knows, zstd_begin, zstd_step, zstd_end},
};

const struct codec *unpack_codec(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < sizeof(codecs) / sizeof *codecs; i++)
		if (codecs[i].knows(p, n))
			return &codecs[i];
	return NULL;
}

struct unpack *unpack_new(const struct codec *codec, unpack_source *source, void *context)
{
	struct unpack *u = xmalloc(sizeof(*u));

	memset(u, 0, offsetof(struct unpack, in));
	u->codec = codec;
	u->source = source;
	u->context = context;
	return u;
}

static void close_stream(struct unpack *u)
{
	if (u->state)
		u->codec->end(u->state);
	u->state = NULL;
}

void unpack_free(struct unpack *u)
{
	if (!u)
		return;
	close_stream(u);
	free(u);
}

/* More packed bytes. False when there are none. */
static bool fill(struct unpack *u)
{
	if (u->left)
		return true;
	ptrdiff_t n = u->source(u->context, u->in, BLOCK, &u->trouble);
	if (n <= 0) {
		u->ended = true;
		if (n == 0 && u->state)
			diag_set(&u->trouble, 0, 0, "the %s data is cut off", u->codec->name);
		return false;
	}
	u->next = u->in;
	u->left = (size_t)n;
	return true;
}

/* Between streams: to the next one. Zeros are padding, as tapes have it. */
static bool next_stream(struct unpack *u)
{
	while (fill(u) && u->any && *u->next == 0) {
		u->next++;
		u->left--;
	}
	if (u->ended)
		return false;
	u->state = u->codec->begin();
	if (!u->state)
		xmalloc(SIZE_MAX);                       /* out of memory */
	return true;
}

static void stop(struct unpack *u, enum step why)
{
	const char *name = u->codec->name;

	u->ended = true;
	switch (why) {
	case FOREIGN:
		if (u->any)
			diag_set(&u->trouble, 0, 0, "something else lies behind the end of the %s data", name);
		else
			diag_set(&u->trouble, 0, 0, "this is no %s data, though it starts so", name);
		break;
	case CHANGED:
		diag_set(&u->trouble, 0, 0, "the checksum of the %s data is wrong: some of it was changed", name);
		break;
	case TOO_LARGE:
		diag_set(&u->trouble, 0, 0, "the %s data needs more than %zu MiB of memory to unpack; unpack it yourself if you trust it", name, UNPACK_MEMORY >> 20);
		break;
	default:
		diag_set(&u->trouble, 0, 0, "the %s data is damaged", name);
	}
}

ptrdiff_t unpack_read(struct unpack *u, const void **p, struct diag *d)
{
	struct span s = {.out = u->out, .nout = BLOCK};

	while (s.nout && !u->ended) {
		if ((!u->state && !next_stream(u)) || !fill(u))
			break;
		s.in = u->next;
		s.nin = u->left;
		enum step e = u->codec->step(u->state, &s);
		u->next = s.in;
		u->left = s.nin;
		if (e == LAST) {
			close_stream(u);
			u->any = true;
		} else if (e != MORE) {
			stop(u, e);
		}
	}
	*p = u->out;
	if (s.nout < BLOCK)
		return BLOCK - (ptrdiff_t)s.nout;
	if (!diag_is_set(&u->trouble))
		return 0;
	*d = u->trouble;
	return -1;
}
