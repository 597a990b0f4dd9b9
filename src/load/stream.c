/* stream.h on libarchive. Each level of packing is one libarchive reader, behind one of unpack.h when it is compressed; the innermost one's member is read by the
 * caller, or feeds the next level when its first bytes look packed. */
#include "load/stream.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "load/unpack.h"

/* At damage, libarchive drops what came out of one block of input: the smaller it is, the less is lost. */
enum { PEEK = 1 << 16, BLOCK = 1 << 10 };

struct level {
	struct stream *stream;
	unsigned index;
	struct archive *archive;
	struct unpack *unpack;                           /* what the archive reads from; NULL: not compressed as a whole */
	unsigned char *block;                            /* what the level below read for this one */
	unsigned char *peek;                             /* the first bytes of the member … */
	size_t peeked, served;                           /* … how many, and how many of them were read */
	const unsigned char *data;                       /* of the member, unpacked and not yet read … */
	size_t ndata;
	uint64_t hole;                                   /* … and so many zeros before it */
	uint64_t unpacked;                               /* bytes of the member up to the end of data */
	uint64_t out;                                    /* bytes of the member so far */
	uint32_t ordinal;                                /* of the member, from 1 */
	char *name;                                      /* of the member; NULL when the level only compresses */
	bool open;                                       /* a member is being read */
	struct diag trouble;                             /* why it ended early */
	bool shaky;                                      /* a member before it did: where one starts depends on how far others were read */
	struct diag below;                               /* why what it is made of ended early … */
	bool told;                                       /* … and somebody was told */
};

struct stream {
	int fd;
	struct stream_limits limits;
	struct level level[INPUT_NEST_MAX];
	unsigned depth;                                  /* levels in use; 0: a plain file */
	uint32_t want[INPUT_NEST_MAX];
	unsigned nwant;
	uint64_t plain;                                  /* bytes read of a plain file, or a compressed one */
	bool started, ended;
	const char *limit;                               /* the limit that was met */
};

#define PLACE_SHAKY (UINT32_C(1) << 31)                  /* in a place: read what is before it, do not jump */

/* ---- what is packed? ---- */

struct magic {
	unsigned at;
	const char *bytes;
	unsigned n;
};
#define MAGIC(at, bytes) {at, bytes, sizeof(bytes) - 1}
static const struct magic magics[] = {
	MAGIC(0, "\x1F\x9D"),                            /* compress */
	MAGIC(0, "\x04\x22\x4D\x18"),                    /* lz4 */
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
	return unpack_codec(p, n) != NULL;
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

/* Says what is wrong with the level: what lies below it is the cause, when that is damaged. Returns false. */
static bool failed(struct level *l, struct diag *d)
{
	const char *why = archive_error_string(l->archive);

	if (diag_is_set(&l->below)) {
		l->told = true;
		*d = l->below;
		return false;
	}
	return diag_set(d, 0, 0, "%s", why ? why : "damaged archive");
}

/* Compressed only, not an archive: the one member is all that it holds. */
static bool is_raw(const struct level *l)
{
	return (archive_format(l->archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_RAW;
}

/* No more of the member. */
static void drop(struct level *l)
{
	l->open = false;
	l->ndata = 0;
	l->hole = 0;
}

/* The next block of the member; what came before damage counts. */
static void next_block(struct level *l)
{
	const void *block = NULL;
	size_t n = 0;
	la_int64_t offset = 0;
	int e;

	do
		e = archive_read_data_block(l->archive, &block, &n, &offset);
	while (e == ARCHIVE_RETRY);
	if (e != ARCHIVE_OK)
		l->open = false;
	if (e == ARCHIVE_EOF ? is_raw(l) && diag_is_set(&l->below) : e != ARCHIVE_OK)
		failed(l, &l->trouble);
	if (e == ARCHIVE_EOF || e < ARCHIVE_WARN)
		return;
	l->data = block;
	l->ndata = n;
	if ((uint64_t)offset > l->unpacked)
		l->hole = (uint64_t)offset - l->unpacked;
	l->unpacked = (uint64_t)offset + n;
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
	while (l->open && !l->ndata && !l->hole)
		next_block(l);
	if (l->hole) {
		n = n < l->hole ? n : (size_t)l->hole;
		memset(p, 0, n);
		l->hole -= n;
	} else if (l->ndata) {
		n = n < l->ndata ? n : l->ndata;
		memcpy(p, l->data, n);
		l->data += n;
		l->ndata -= n;
	} else {
		n = 0;
	}
	if (n && account(l, n, &l->trouble))
		return (ptrdiff_t)n;
	if (n)
		drop(l);
	if (!diag_is_set(&l->trouble))
		return 0;
	*d = l->trouble;
	return -1;
}

static ptrdiff_t read_file(struct stream *s, void *p, size_t n, struct diag *d)
{
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

/* What a level is made of: the file, or the member of the level below. */
static ptrdiff_t read_packed(void *level, void *p, size_t n, struct diag *d)
{
	struct level *l = level;

	return l->index ? level_read(l - 1, p, n, d) : read_file(l->stream, p, n, d);
}

/* Damage ends what the archive sees, so that all before it is read; it is told when that was. */
static la_ssize_t read_below(struct archive *a, void *client, const void **block)
{
	struct level *l = client;
	ptrdiff_t got;

	(void)a;
	if (l->unpack) {
		got = unpack_read(l->unpack, block, &l->below);
	} else {
		got = read_packed(l, l->block, BLOCK, &l->below);
		*block = l->block;
	}
	return got < 0 ? 0 : got;
}

/* Opens a level on the file or on the member of the level below, which starts with these n bytes. */
static bool push(struct stream *s, const unsigned char *head, size_t n, struct diag *d)
{
	struct level *l = &s->level[s->depth];
	struct archive *a = archive_read_new();

	if (!a)
		xmalloc(SIZE_MAX);                       /* out of memory */
	archive_read_support_filter_compress(a);
	archive_read_support_filter_lz4(a);
	archive_read_support_format_zip(a);
	archive_read_support_format_7zip(a);
	archive_read_support_format_tar(a);
	archive_read_support_format_empty(a);
	archive_read_support_format_raw(a);
	*l = (struct level){.stream = s, .index = s->depth, .archive = a, .peek = xmalloc(PEEK),
	                    .shaky = s->nwant > s->depth && (s->want[s->depth] & PLACE_SHAKY)};
	s->depth++;
	const struct codec *codec = unpack_codec(head, n);
	int e;
	if (codec)
		l->unpack = unpack_new(codec, read_packed, l);
	if (l->index == 0 && !l->unpack) {
		e = archive_read_open_fd(a, s->fd, BLOCK);
	} else {
		l->block = l->unpack ? NULL : xmalloc(BLOCK);
		e = archive_read_open(a, l, NULL, read_below, NULL);
	}
	return e >= ARCHIVE_WARN || failed(l, d);
}

static void pop(struct stream *s)
{
	struct level *l = &s->level[--s->depth];

	archive_read_free(l->archive);
	unpack_free(l->unpack);
	free(l->block);
	free(l->peek);
	free(l->name);
	*l = (struct level){0};
}

/* Reads the rest of a member, so that the limits hold for what is passed over, too. A zip file can jump over it, unless it is
 * so damaged that this leads to another place than reading it. */
static bool pass_over(struct level *l, struct diag *d)
{
	const void *block;
	size_t n = 0;
	la_int64_t offset;

	if (l->index == 0 && !l->shaky && (archive_format(l->archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_ZIP)
		l->open = false;
	l->ndata = 0;
	l->hole = 0;
	while (l->open) {
		int e = archive_read_data_block(l->archive, &block, &n, &offset);
		if (e != ARCHIVE_OK && e != ARCHIVE_RETRY)
			l->open = false;                 /* as reading ends there; trouble shows again at the next header */
		else if (e == ARCHIVE_OK && !account(l, n, d))
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

/* Behind the last member: a checksum lies at the very end. False when there is trouble that nobody was told of. */
static bool read_out(struct level *l, struct diag *d)
{
	const void *p;
	ptrdiff_t n;

	while (l->unpack && (n = unpack_read(l->unpack, &p, &l->below)) > 0)
		if (!account(l, (size_t)n, d))
			return false;
	return !diag_is_set(&l->below) || l->told || failed(l, d);
}

/* To the next member of the innermost level. */
static enum stream_state next_member(struct stream *s, struct diag *d)
{
	struct level *l = &s->level[s->depth - 1];
	struct archive_entry *entry;
	int e;

	l->shaky |= diag_is_set(&l->trouble);
	if (!pass_over(l, d)) {
		s->ended = true;
		return STREAM_BAD;
	}
	if (is_raw(l) && diag_is_set(&l->trouble))
		return STREAM_END;
	free(l->name);
	l->name = NULL;
	l->out = l->unpacked = 0;
	l->peeked = l->served = 0;
	l->trouble = (struct diag)DIAG_INIT;
	bool raw;
	do {
		do
			e = archive_read_next_header(l->archive, &entry);
		while (e == ARCHIVE_RETRY);
		if (e == ARCHIVE_EOF)
			return read_out(l, d) ? STREAM_END : STREAM_BAD;
		if (e < ARCHIVE_WARN) {
			if (l->told)
				return STREAM_END;
			failed(l, d);
			return STREAM_BAD;
		}
		if (++l->ordinal > STREAM_MEMBERS_MAX) {
			diag_set(d, 0, 0, "stopped: more than %d members", STREAM_MEMBERS_MAX);
			s->ended = true;
			return STREAM_BAD;
		}
		raw = is_raw(l);
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
	if (!push(s, head, (size_t)n, d)) {
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
		if (s->nwant >= s->depth && (s->want[s->depth - 1] & ~PLACE_SHAKY) != l->ordinal)
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
		if (!push(s, l->peek, l->peeked, d)) {
			pop(s);
			return STREAM_BAD;
		}
	}
	return STREAM_END;
}

ptrdiff_t stream_read(struct stream *s, void *p, size_t n, struct diag *d)
{
	return s->depth ? level_read(&s->level[s->depth - 1], p, n, d) : read_file(s, p, n, d);
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
		place[i] = i < s->depth ? s->level[i].ordinal | (s->level[i].shaky ? PLACE_SHAKY : 0) : 0;
	return s->depth;
}

uint64_t stream_consumed(const struct stream *s)
{
	if (!s->depth || s->level[0].unpack)
		return s->plain;
	la_int64_t n = archive_filter_bytes(s->level[0].archive, -1);

	return n > 0 ? (uint64_t)n : 0;
}
