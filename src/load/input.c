/* Inputs that have been loaded, and reading raw records from them again. Opening them first is expand.c's and load.c's. */
#include "load/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "load/decode.h"
#include "load/evtx.h"
#include "load/stream.h"

const char *const format_name[FORMAT_COUNT] = {"unknown", "XML", "JSON", "EVTX", "CSV", "text"};

/* The packed stream that was read last, and the bytes read last, so that the record before is at hand, too. */
struct cache {
	struct stream *stream;
	uint32_t input;
	uint64_t at;                                     /* of the stream: behind the window */
	struct sbuf window;
};
enum { WINDOW = 4 << 20, BLOCK = 1 << 16 };

static void close_cache(struct cache *c)
{
	stream_close(c->stream);
	c->stream = NULL;
	c->at = 0;
	sbuf_reset(&c->window);
}

void inputs_free(struct inputs *in)
{
	struct cache *c = in->cache;

	if (c) {
		close_cache(c);
		sbuf_free(&c->window);
		free(c);
	}
	for (size_t i = 0; i < in->n; i++) {
		if (in->v[i].spool >= 0 && (i == 0 || in->v[i - 1].spool != in->v[i].spool))
			close(in->v[i].spool);
		free(in->v[i].path);
		free(in->v[i].member);
		free(in->v[i].name);
	}
	free(in->v);
	*in = (struct inputs){0};
}

/* A descriptor to read the input's file from the start, to be closed. */
static int open_again(const struct input *in, struct diag *d)
{
	int fd = in->spool >= 0 ? fcntl(in->spool, F_DUPFD_CLOEXEC, 0) : open(in->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		diag_set(d, 0, 0, "%s", strerror(errno));
	return fd;
}

static bool too_short(struct diag *d, uint64_t offset)
{
	d->offset = offset;
	return diag_set(d, 0, 0, "the file ends before this record; it was changed after loading");
}

static bool raw_plain(const struct input *in, uint64_t offset, size_t length, struct sbuf *out, struct diag *d)
{
	int fd = open_again(in, d);

	if (fd < 0)
		return false;
	sbuf_reserve(out, length);
	while (out->n < length) {
		ssize_t n = pread(fd, out->p + out->n, length - out->n, (off_t)(offset + out->n));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			int e = errno;
			close(fd);
			return n < 0 ? diag_set(d, 0, 0, "%s", strerror(e)) : too_short(d, offset);
		}
		out->n += (size_t)n;
	}
	out->p[out->n] = '\0';
	close(fd);
	return true;
}

/* Opens the packed stream of input i at its start. */
static bool open_packed(struct inputs *in, struct cache *c, uint32_t i, struct diag *d)
{
	int fd = open_again(&in->v[i], d);

	if (fd < 0)
		return false;
	c->stream = stream_open(fd, NULL);
	c->input = i;
	stream_want(c->stream, in->v[i].place, in->v[i].depth);
	if (stream_next(c->stream, d) == STREAM_MEMBER)
		return true;
	close_cache(c);
	return diag_set(d, 0, 0, "no longer in the archive; it was changed after loading");
}

static bool raw_packed(struct inputs *in, uint32_t i, uint64_t offset, size_t length, struct sbuf *out, struct diag *d)
{
	struct cache *c = in->cache;

	if (!c)
		in->cache = c = xcalloc(1, sizeof(*c));
	if (c->stream && (c->input != i || offset < c->at - c->window.n))
		close_cache(c);
	if (!c->stream && !open_packed(in, c, i, d))
		return false;
	while (c->at < offset + length) {
		if (c->window.n > 2 * WINDOW + length) {         /* keep what may be asked for next */
			uint64_t start = c->at - c->window.n, from = c->at - WINDOW;
			if (from > offset)
				from = offset;
			size_t drop = (size_t)(from - start);
			memmove(c->window.p, c->window.p + drop, c->window.n - drop);
			c->window.n -= drop;
		}
		sbuf_reserve(&c->window, BLOCK);
		ptrdiff_t n = stream_read(c->stream, c->window.p + c->window.n, BLOCK, d);
		if (n <= 0) {
			close_cache(c);
			return n < 0 ? false : too_short(d, offset);
		}
		c->window.n += (size_t)n;
		c->at += (uint64_t)n;
	}
	sbuf_add(out, c->window.p + (offset - (c->at - c->window.n)), length);
	return true;
}

bool input_raw(struct inputs *in, uint32_t i, uint64_t offset, uint64_t length, struct sbuf *out, struct diag *d)
{
	sbuf_reset(out);
	if (i >= in->n)
		return diag_set(d, 0, 0, "no input %u", i);
	diag_file(d, in->v[i].name);
	if (length > DECODE_RECORD_MAX || offset + length < offset)
		return diag_set(d, 0, 0, "a record of %llu bytes", (unsigned long long)length);
	if (in->v[i].compressed)
		return raw_packed(in, i, offset, (size_t)length, out, d);
	return raw_plain(&in->v[i], offset, (size_t)length, out, d);
}

/* A record of a binary log needs the chunk it lies in. */
static bool evtx_text(struct inputs *in, uint32_t i, uint64_t offset, struct sbuf *out, struct diag *d)
{
	uint64_t length, start = evtx_window(offset, &length);
	struct sbuf window = {0};
	const char *why = NULL;

	if (start < in->v[i].size && length > in->v[i].size - start)
		length = in->v[i].size - start;
	bool ok = input_raw(in, i, start, length, &window, d);
	if (ok && !evtx_record_text(sbuf_str(&window), start, offset, out, &why)) {
		d->offset = offset;
		ok = diag_set(d, 0, 0, "%s", why);
	}
	sbuf_free(&window);
	return ok;
}

/* How a record is written, of whatever log it is: logs of several formats and encodings may lie in one input. */
static enum encoding encoding_of(struct str raw, enum encoding usual)
{
	if (raw.n < 2 || (raw.p[0] && raw.p[1]))
		return memchr(raw.p, 0, raw.n) ? usual : ENC_UTF8;      /* in UTF-16 names and marks have NULs */
	return raw.p[0] ? ENC_UTF16LE : ENC_UTF16BE;
}

bool input_raw_text(struct inputs *in, uint32_t i, uint64_t offset, uint64_t length, struct sbuf *out, struct diag *d)
{
	struct sbuf raw = {0};

	sbuf_reset(out);
	bool ok = input_raw(in, i, offset, length, &raw, d);
	enum encoding enc = ok ? encoding_of(sbuf_str(&raw), in->v[i].encoding) : ENC_UTF8;
	bool binary = ok && enc == ENC_UTF8 && in->v[i].format == FORMAT_EVTX && memchr(raw.p, 0, raw.n);
	if (binary || (ok && evtx_is_record(sbuf_str(&raw)))) {
		sbuf_free(&raw);
		return evtx_text(in, i, offset, out, d);
	}
	if (ok && enc == ENC_UTF8)
		utf8_scrub(sbuf_str(&raw), out);
	else if (ok)
		utf8_from_utf16((const uint8_t *)raw.p, raw.n, enc == ENC_UTF16BE, out);
	sbuf_free(&raw);
	return ok;
}
