/* gunzip.h on zlib: member after member. */
#include "load/gunzip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"

enum { BLOCK = 1 << 16, GZIP = 16 };                     /* the latter, added to the size of the window: with gzip's header */

struct gunzip {
	gunzip_source *source;
	void *context;
	z_stream z;
	bool inside;                                     /* a member has begun and not ended */
	bool any;                                        /* a member has ended */
	bool ended;
	struct diag trouble;
	unsigned char in[BLOCK], out[BLOCK];
};

bool gunzip_knows(const unsigned char *p, size_t n)
{
	enum { RESERVED = 0xE0 };

	return n >= 4 && p[0] == 0x1F && p[1] == 0x8B && p[2] == Z_DEFLATED && !(p[3] & RESERVED);
}

struct gunzip *gunzip_new(gunzip_source *source, void *context)
{
	struct gunzip *g = xcalloc(1, sizeof(*g));

	g->source = source;
	g->context = context;
	if (inflateInit2(&g->z, MAX_WBITS + GZIP) != Z_OK)
		xmalloc(SIZE_MAX);                       /* out of memory */
	return g;
}

void gunzip_free(struct gunzip *g)
{
	if (!g)
		return;
	inflateEnd(&g->z);
	free(g);
}

static void stop(struct gunzip *g, const char *why)
{
	g->ended = true;
	if (why)
		diag_set(&g->trouble, 0, 0, "%s", why);
}

/* More packed bytes. False when there are none. */
static bool fill(struct gunzip *g)
{
	if (g->z.avail_in)
		return true;
	ptrdiff_t n = g->source(g->context, g->in, BLOCK, &g->trouble);
	if (n <= 0) {
		stop(g, n == 0 && g->inside ? "the gzip data is cut off" : NULL);
		return false;
	}
	g->z.next_in = g->in;
	g->z.avail_in = (uInt)n;
	return true;
}

/* Between members: to the next one. Zeros are padding, as tapes have it. */
static bool next_member(struct gunzip *g)
{
	while (fill(g) && g->any && *g->z.next_in == 0) {
		g->z.next_in++;
		g->z.avail_in--;
	}
	if (g->ended)
		return false;
	if (g->any && *g->z.next_in != 0x1F) {
		stop(g, "something else lies behind the end of the gzip data");
		return false;
	}
	inflateReset(&g->z);
	g->inside = true;
	return true;
}

static const char *told(const z_stream *z)
{
	if (z->msg && (strcmp(z->msg, "incorrect data check") == 0 || strcmp(z->msg, "incorrect length check") == 0))
		return "the checksum of the gzip data is wrong: some of it was changed";
	if (z->msg && strcmp(z->msg, "incorrect header check") == 0)
		return "something else lies behind the end of the gzip data";
	return "the gzip data is damaged";
}

ptrdiff_t gunzip_read(struct gunzip *g, const void **p, struct diag *d)
{
	g->z.next_out = g->out;
	g->z.avail_out = BLOCK;
	while (g->z.avail_out && !g->ended) {
		if (!g->inside && !next_member(g))
			break;
		if (!fill(g))
			break;
		int e = inflate(&g->z, Z_NO_FLUSH);
		if (e == Z_STREAM_END) {
			g->inside = false;
			g->any = true;
		} else if (e != Z_OK && e != Z_BUF_ERROR) {
			stop(g, told(&g->z));
		}
	}
	*p = g->out;
	if (g->z.avail_out < BLOCK)
		return BLOCK - (ptrdiff_t)g->z.avail_out;
	if (!diag_is_set(&g->trouble))
		return 0;
	*d = g->trouble;
	return -1;
}
