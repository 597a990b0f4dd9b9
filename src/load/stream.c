/* stream.h on libarchive. Each level of packing is one libarchive reader; the innermost one's member is read by the
 * caller, or feeds the next level when its first bytes look packed. */
#include "load/stream.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

enum { PEEK = 1 << 16, BLOCK = 1 << 16 };

struct level {
	struct stream *stream;
	unsigned index;
	struct archive *archive;
	unsigned char *block;                            /* what the level below read for this one */
	unsigned char *peek;                             /* the first bytes of the member … */
	size_t peeked, served;                           /* … how many, and how many of them were read */
	uint64_t out;                                    /* bytes of the member so far */
	uint32_t ordinal;                                /* of the member, from 1 */
	char *name;                                      /* of the member; NULL when the level only compresses */
	bool open;                                       /* a member is being read */
	struct diag trouble;                             /* why it ended early */
};

struct stream {
	int fd;
	struct stream_limits limits;
	struct level level[INPUT_NEST_MAX];
	unsigned depth;                                  /* levels in use; 0: a plain file */
	uint32_t want[INPUT_NEST_MAX];
	unsigned nwant;
	uint64_t plain;                                  /* bytes read of a plain file */
	bool started, ended;
	const char *limit;                               /* the limit that was met */
};

/* ---- what is packed? ---- */

struct magic {
	unsigned at;
	const char *bytes;
	unsigned n;
};
#define MAGIC(at, bytes) {at, bytes, sizeof(bytes) - 1}
static const struct magic magics[] = {
	MAGIC(0, "\x1F\x8B\x08"),                        /* gzip */
	MAGIC(0, "\x1F\x9D"),                            /* compress */
	MAGIC(0, "\xFD" "7zXZ\0"),
	MAGIC(0, "\x28\xB5\x2F\xFD"),                    /* zstd */
	MAGIC(0, "\x04\x22\x4D\x18"),                    /* lz4 */
	MAGIC(0, "BZh"),
	MAGIC(0, "LZIP"),
	MAGIC(0, "PK\x03\x04"),
	MAGIC(0, "PK\x05\x06"),                          /* zip without members */
	MAGIC(0, "7z\xBC\xAF\x27\x1C"),
	MAGIC(257, "ustar"),
};

static bool looks_packed(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof *magics; i++)
		if (n >= magics[i].at + magics[i].n && memcmp(p + magics[i].at, magics[i].bytes, magics[i].n) == 0)
			return true;
	return false;
}

/* ---- limits ---- */

/* Counts n bytes that came out of a level. False when that is too much. */
static bool account(struct level *l, size_t n, struct diag *d)
{
	struct stream *s = l->stream;
	uint64_t in = stream_consumed(s);

	l->out += n;
	if (l->out > s->limits.member)
		s->limit = "larger than the limit for one file in an archive";
	else if (l->out > s->limits.ratio_free && l->out / s->limits.ratio > in)
		s->limit = "expands so much that it looks like a decompression bomb";
	else
		return true;
	diag_set(d, 0, 0, "stopped: %s (%" PRIu64 " bytes out of %" PRIu64 "); unpack it yourself if you trust it",
	         s->limit, l->out, in);
	return false;
}

/* ---- levels ---- */

static bool failed(struct level *l, struct diag *d)
{
	const char *why = archive_error_string(l->archive);

	return diag_set(d, 0, 0, "%s", why ? why : "damaged archive");
}

static ptrdiff_t level_read(struct level *l, void *p, size_t n, struct diag *d)
{
	if (l->served < l->peeked) {
		if (n > l->peeked - l->served)
			n = l->peeked - l->served;
		memcpy(p, l->peek + l->served, n);
		l->served += n;
		return (ptrdiff_t)n;
	}
	la_ssize_t got;
	do
		got = archive_read_data(l->archive, p, n);
	while (got == ARCHIVE_RETRY);
	if (got <= 0)
		l->open = false;
	if (got < 0)
		failed(l, &l->trouble);
	else if (account(l, (size_t)got, &l->trouble))
		return got;
	l->open = false;
	*d = l->trouble;
	return -1;
}

static la_ssize_t read_below(struct archive *a, void *client, const void **block)
{
	struct level *l = client;
	struct diag d = DIAG_INIT;
	ptrdiff_t got = level_read(&l->stream->level[l->index - 1], l->block, BLOCK, &d);

	*block = l->block;
	if (got < 0)
		archive_set_error(a, EIO, "%s", d.msg);
	return got;
}

/* Opens a level on the file or on the member of the level below. */
static bool push(struct stream *s, struct diag *d)
{
	struct level *l = &s->level[s->depth];
	struct archive *a = archive_read_new();

	if (!a)
		xmalloc(SIZE_MAX);                       /* out of memory */
	archive_read_support_filter_gzip(a);
	archive_read_support_filter_compress(a);
	archive_read_support_filter_xz(a);
	archive_read_support_filter_zstd(a);
	archive_read_support_filter_lz4(a);
	archive_read_support_filter_bzip2(a);
	archive_read_support_filter_lzip(a);
	archive_read_support_format_zip(a);
	archive_read_support_format_7zip(a);
	archive_read_support_format_tar(a);
	archive_read_support_format_empty(a);
	archive_read_support_format_raw(a);
	*l = (struct level){.stream = s, .index = s->depth, .archive = a, .peek = xmalloc(PEEK)};
	s->depth++;
	int e;
	if (l->index == 0) {
		e = archive_read_open_fd(a, s->fd, BLOCK);
	} else {
		l->block = xmalloc(BLOCK);
		e = archive_read_open(a, l, NULL, read_below, NULL);
	}
	return e >= ARCHIVE_WARN || failed(l, d);
}

static void pop(struct stream *s)
{
	struct level *l = &s->level[--s->depth];

	archive_read_free(l->archive);
	free(l->block);
	free(l->peek);
	free(l->name);
	*l = (struct level){0};
}

/* Reads the rest of a member, so that the limits hold for what is passed over, too. A zip file can jump over it. */
static bool pass_over(struct level *l, struct diag *d)
{
	const void *block;
	size_t n;
	la_int64_t offset;

	if (l->index == 0 && (archive_format(l->archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_ZIP)
		l->open = false;
	while (l->open) {
		int e = archive_read_data_block(l->archive, &block, &n, &offset);
		if (e == ARCHIVE_EOF || (e < ARCHIVE_WARN && e != ARCHIVE_RETRY))
			l->open = false;                 /* trouble shows again at the next header */
		else if (!account(l, n, d))
			return false;
	}
	return true;
}

static char *entry_name(struct archive_entry *entry, uint32_t ordinal)
{
	const char *name = archive_entry_pathname_utf8(entry);
	char number[32];

	if (!name)
		name = archive_entry_pathname(entry);
	snprintf(number, sizeof(number), "member %u", ordinal);
	return xstrdup(name ? name : number);
}

/* The first bytes of the member. False when there are none but trouble; trouble behind them shows when it is reached. */
static bool peek(struct level *l, struct diag *d)
{
	struct diag later = DIAG_INIT;

	while (l->open && l->peeked < PEEK) {
		l->served = l->peeked;                   /* what is there is not to be read now */
		ptrdiff_t got = level_read(l, l->peek + l->peeked, PEEK - l->peeked, &later);
		if (got <= 0)
			break;
		l->peeked += (size_t)got;
	}
	l->served = 0;
	if (l->peeked || !diag_is_set(&l->trouble))
		return true;
	*d = l->trouble;
	return false;
}

/* To the next member of the innermost level. */
static enum stream_state next_member(struct stream *s, struct diag *d)
{
	struct level *l = &s->level[s->depth - 1];
	struct archive_entry *entry;
	int e;

	if (!pass_over(l, d)) {
		s->ended = true;
		return STREAM_BAD;
	}
	free(l->name);
	l->name = NULL;
	l->out = 0;
	l->peeked = l->served = 0;
	l->trouble = (struct diag)DIAG_INIT;
	bool raw;
	do {
		do
			e = archive_read_next_header(l->archive, &entry);
		while (e == ARCHIVE_RETRY);
		if (e == ARCHIVE_EOF)
			return STREAM_END;
		if (e < ARCHIVE_WARN) {
			failed(l, d);
			return STREAM_BAD;
		}
		if (++l->ordinal > STREAM_MEMBERS_MAX) {
			diag_set(d, 0, 0, "stopped: more than %d members", STREAM_MEMBERS_MAX);
			s->ended = true;
			return STREAM_BAD;
		}
		raw = (archive_format(l->archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_RAW;
	} while (!raw && archive_entry_filetype(entry) != AE_IFREG);
	if (!raw)
		l->name = entry_name(entry, l->ordinal);
	l->open = !archive_entry_is_encrypted(entry);
	if (!l->open)
		diag_set(&l->trouble, 0, 0, "encrypted; unpack it first, with its password");
	return STREAM_MEMBER;
}

/* ---- the interface ---- */

struct stream *stream_open(int fd, const struct stream_limits *limits)
{
	struct stream *s = xcalloc(1, sizeof(*s));

	s->fd = fd;
	if (limits)
		s->limits = *limits;
	if (!s->limits.member)
		s->limits.member = STREAM_MEMBER_MAX;
	if (!s->limits.ratio)
		s->limits.ratio = STREAM_RATIO_MAX;
	if (!s->limits.ratio_free)
		s->limits.ratio_free = STREAM_RATIO_FREE;
	return s;
}

void stream_close(struct stream *s)
{
	if (!s)
		return;
	while (s->depth)
		pop(s);
	close(s->fd);
	free(s);
}

void stream_want(struct stream *s, const uint32_t place[INPUT_NEST_MAX], unsigned depth)
{
	memcpy(s->want, place, sizeof(s->want));
	s->nwant = depth;
}

/* The file itself: plain, or the first level. */
static enum stream_state start(struct stream *s, struct diag *d)
{
	unsigned char head[512];
	ssize_t n = pread(s->fd, head, sizeof(head), 0);

	s->started = true;
	if (n < 0 || lseek(s->fd, 0, SEEK_SET) < 0) {
		diag_set(d, 0, 0, "%s", strerror(errno));
		s->ended = true;
		return STREAM_BAD;
	}
	if (!looks_packed(head, (size_t)n)) {
		s->ended = true;                         /* after this one */
		return STREAM_MEMBER;
	}
	if (!push(s, d)) {
		s->ended = true;
		return STREAM_BAD;
	}
	return STREAM_END;                               /* go on with its members */
}

enum stream_state stream_next(struct stream *s, struct diag *d)
{
	if (!s->started) {
		enum stream_state e = start(s, d);
		if (e != STREAM_END)
			return e;
	}
	while (!s->ended && s->depth) {
		struct level *l = &s->level[s->depth - 1];
		enum stream_state e = next_member(s, d);
		if (e == STREAM_BAD) {
			/* Of a level that is broken nothing more is to be had; the ones outside go on. */
			if (s->depth == 1)
				s->ended = true;
			else
				pop(s);
			return e;
		}
		if (e == STREAM_END) {
			if (s->depth == 1)
				s->ended = true;
			else
				pop(s);
			continue;
		}
		if (s->nwant >= s->depth && s->want[s->depth - 1] != l->ordinal)
			continue;
		if (!peek(l, d)) {
			s->ended = s->limit != NULL;
			return STREAM_BAD;
		}
		if (!looks_packed(l->peek, l->peeked))
			return STREAM_MEMBER;
		if (s->depth == INPUT_NEST_MAX) {
			diag_set(d, 0, 0, "packed more than %d times; unpack it first", INPUT_NEST_MAX);
			return STREAM_BAD;
		}
		if (!push(s, d)) {
			pop(s);
			return STREAM_BAD;
		}
	}
	return STREAM_END;
}

ptrdiff_t stream_read(struct stream *s, void *p, size_t n, struct diag *d)
{
	if (s->depth) {
		struct level *l = &s->level[s->depth - 1];
		if (l->open || l->served < l->peeked)
			return level_read(l, p, n, d);
		if (!diag_is_set(&l->trouble))
			return 0;
		*d = l->trouble;
		return -1;
	}
	ssize_t got;
	do
		got = read(s->fd, p, n);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		diag_set(d, 0, 0, "%s", strerror(errno));
	else
		s->plain += (uint64_t)got;
	return got;
}

char *stream_member(const struct stream *s)
{
	struct sbuf name = {0};

	for (unsigned i = 0; i < s->depth; i++) {
		if (!s->level[i].name)
			continue;
		if (name.n)
			sbuf_addz(&name, ": ");
		sbuf_addz(&name, s->level[i].name);
	}
	return name.p;
}

bool stream_packed(const struct stream *s)
{
	return s->depth > 0;
}

unsigned stream_place(const struct stream *s, uint32_t place[INPUT_NEST_MAX])
{
	for (unsigned i = 0; i < INPUT_NEST_MAX; i++)
		place[i] = i < s->depth ? s->level[i].ordinal : 0;
	return s->depth;
}

uint64_t stream_consumed(const struct stream *s)
{
	if (!s->depth)
		return s->plain;
	la_int64_t n = archive_filter_bytes(s->level[0].archive, -1);

	return n > 0 ? (uint64_t)n : 0;
}
