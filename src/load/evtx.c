/* Windows event log files (.evtx): a header, then chunks of 64 KB that stand each for itself (names and templates are kept
 * anew in every chunk), so chunks are decoded in any order, on any core, and damage stays inside one.
 * Source: the format notes of libevtx. Owns chunk and record frames; what a record says is binxml.c's. */
#include "load/evtx.h"

#include <stdio.h>
#include <zlib.h>

#include "load/binxml.h"

#define HEADER_SIZE 4096
#define CHUNK_SIZE 65536
#define CHUNK_HEAD 512
#define RECORD_HEAD 24
#define RECORD_MIN (RECORD_HEAD + 4)                     /* its size stands at both ends */

static uint32_t le32(const char *p)
{
	const uint8_t *b = (const uint8_t *)p;

	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static int probe(struct str head, enum encoding enc)
{
	(void)enc;
	return str_starts(head, "ElfFile") && head.n > 7 && head.p[7] == 0 ? 100 : 0;
}

/* Chunks lie at HEADER_SIZE + n * CHUNK_SIZE of the stream; *state counts the bytes handed out so far, + 1. */
static size_t cut(struct str text, enum encoding enc, bool final, uint64_t *state)
{
	const size_t first = *state ? 0 : HEADER_SIZE;
	size_t len;

	(void)enc;
	if (final)
		return text.n;
	if (text.n < first + CHUNK_SIZE)
		return 0;
	len = first + (text.n - first) / CHUNK_SIZE * CHUNK_SIZE;
	*state = 1;
	return len;
}

static bool all_zero(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i])
			return false;
	return true;
}

/* A record starts at s.p with a size that its end repeats. */
static bool is_record(struct str s)
{
	if (s.n < RECORD_MIN || memcmp(s.p, "\x2a\x2a\0\0", 4) != 0)
		return false;
	const uint32_t size = le32(s.p + 4);

	return size >= RECORD_MIN && size <= s.n && le32(s.p + size - 4) == size;
}

/* The next record at or behind `at`: records start at multiples of 8. chunk.n when there is none. */
static size_t next_record(struct str chunk, size_t at, size_t end)
{
	for (at = (at + 7) & ~(size_t)7; at + RECORD_MIN <= end; at += 8)
		if (is_record((struct str){chunk.p + at, chunk.n - at}))
			return at;
	return end;
}

static void check_sums(struct str chunk, size_t used, uint64_t base, struct batch *b)
{
	uLong head = crc32(0, (const Bytef *)chunk.p, 120);

	head = crc32(head, (const Bytef *)chunk.p + 128, CHUNK_HEAD - 128);
	if ((uint32_t)head != le32(chunk.p + 124))
		batch_damaged(b, base, 0, "the checksum of the chunk's header does not match; its records were read all the same");
	else if ((uint32_t)crc32(0, (const Bytef *)chunk.p + CHUNK_HEAD, (uInt)(used - CHUNK_HEAD)) != le32(chunk.p + 52))
		batch_damaged(b, base, 0, "the checksum of the chunk's records does not match; they were read all the same");
}

static void decode_chunk(struct str chunk, uint64_t base, struct batch *b)
{
	struct binxml x = {.chunk = chunk};
	size_t used = chunk.n;

	if (all_zero(chunk))                                     /* room that Windows set aside and never used */
		return;
	if (chunk.n < CHUNK_HEAD || memcmp(chunk.p, "ElfChnk", 8) != 0) {
		batch_damaged(b, base, chunk.n, chunk.n < CHUNK_HEAD ? "the file ends inside a chunk's header" : "no chunk of events where one should be");
		if (chunk.n <= CHUNK_HEAD)
			return;
	} else {
		const uint32_t free_at = le32(chunk.p + 48);

		if (free_at >= CHUNK_HEAD && free_at <= chunk.n) {
			used = free_at;
			check_sums(chunk, used, base, b);
		}
	}
	for (size_t at = CHUNK_HEAD; at < used;) {
		if (!is_record((struct str){chunk.p + at, used - at})) {
			const size_t next = next_record(chunk, at + 1, used);

			if (next < used || !all_zero((struct str){chunk.p + at, used - at}))
				batch_damaged(b, base + at, next - at, next < used || chunk.n == CHUNK_SIZE ? "no event record where one should be" : "the file ends inside a record");
			at = next;
			continue;
		}
		const uint32_t size = le32(chunk.p + at + 4);

		batch_begin(b);
		if (binxml_decode(&x, at + RECORD_HEAD, at + size - 4, b))
			batch_end(b, base + at, size);
		else
			batch_damaged(b, base + at, size, "event record: %s", x.error);
		at += size;
	}
	binxml_free(&x);
}

static void decode(struct str text, enum encoding enc, uint64_t base, bool strict, struct batch *b)
{
	size_t at = base == 0 ? HEADER_SIZE : 0;

	(void)enc, (void)strict;
	if (base == 0 && text.n < HEADER_SIZE) {
		batch_damaged(b, 0, text.n, "the file ends inside its header");
		return;
	}
	for (; at < text.n; at += CHUNK_SIZE)
		decode_chunk((struct str){text.p + at, text.n - at < CHUNK_SIZE ? text.n - at : CHUNK_SIZE}, base + at, b);
}

const struct decoder decode_evtx = {FORMAT_EVTX, probe, cut, decode};

uint64_t evtx_chunk_of(uint64_t offset, uint64_t *length)
{
	*length = CHUNK_SIZE;
	return offset < HEADER_SIZE ? 0 : HEADER_SIZE + (offset - HEADER_SIZE) / CHUNK_SIZE * CHUNK_SIZE;
}

bool evtx_record_text(struct str chunk, size_t at, struct sbuf *out, const char **why)
{
	struct binxml x = {.chunk = chunk};
	bool ok = at < chunk.n && is_record((struct str){chunk.p + at, chunk.n - at});

	*why = ok ? NULL : "no event record lies there";
	if (ok) {
		ok = binxml_text(&x, at + RECORD_HEAD, at + le32(chunk.p + at + 4) - 4, out);
		*why = x.error;
	}
	binxml_free(&x);
	return ok;
}
