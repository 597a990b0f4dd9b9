/* Windows event log files (.evtx): a header, then chunks of 64 KB that stand each for itself (names and templates are kept
 * anew in every chunk), so chunks are decoded in any order, on any core, and damage stays inside one.
 * Source: the format notes of libevtx. Owns chunk and record frames; what a record says is binxml.c's. */
#include "load/evtx.h"

#include <stdio.h>
#include <zlib.h>

#include "load/binxml.h"
#include "load/stray.h"

#define HEADER_SIZE 4096
#define CHUNK_SIZE 65536
#define CHUNK_HEAD 512
#define RECORD_HEAD 24
#define RECORD_MIN (RECORD_HEAD + 4)                     /* its size stands at both ends */

static const char FILE_MAGIC[8] = "ElfFile", MAGIC[8] = "ElfChnk";

static uint32_t le32(const char *p)
{
	const uint8_t *b = (const uint8_t *)p;

	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static bool all_zero(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i])
			return false;
	return true;
}

static bool is_chunk(struct str s)
{
	return s.n >= sizeof(MAGIC) && memcmp(s.p, MAGIC, sizeof(MAGIC)) == 0;
}

static bool has_file_head(struct str s)
{
	return s.n >= sizeof(FILE_MAGIC) && memcmp(s.p, FILE_MAGIC, sizeof(FILE_MAGIC)) == 0;
}

/* A file begins with its header; what was carved out of a disk may begin with a chunk, or with the rest of one. */
static int probe(struct str head, enum encoding enc)
{
	(void)enc;
	if (has_file_head(head))
		return 100;
	const char *chunk = head.n ? memmem(head.p, head.n, MAGIC, sizeof(MAGIC)) : NULL;

	return chunk && (size_t)(chunk - head.p) + 44 <= head.n && le32(chunk + 40) == 128 ? 90 : 0;
}

/* A record starts at s.p with a size that its end repeats. */
static bool is_record(struct str s)
{
	if (s.n < RECORD_MIN || memcmp(s.p, "\x2a\x2a\0\0", 4) != 0)
		return false;
	const uint32_t size = le32(s.p + 4);

	return size >= RECORD_MIN && size <= s.n && le32(s.p + size - 4) == size;
}

/* Where the next chunk or file starts in text, behind its first byte, among the first n bytes; 0 when nowhere. */
static size_t next_start(struct str text, size_t n)
{
	const size_t seen = text.n < n + sizeof(MAGIC) - 1 ? text.n : n + sizeof(MAGIC) - 1;
	const char *chunk = seen < 2 ? NULL : memmem(text.p + 1, seen - 1, MAGIC, sizeof(MAGIC)),
	           *file = seen < 2 ? NULL : memmem(text.p + 1, seen - 1, FILE_MAGIC, sizeof(FILE_MAGIC));
	const char *first = !file || (chunk && chunk < file) ? chunk : file;

	return first ? (size_t)(first - text.p) : 0;
}

/* Is the last record of the chunk where its header says? */
static bool has_last_record(struct str chunk)
{
	const uint32_t last = chunk.n < CHUNK_HEAD ? 0 : le32(chunk.p + 44);

	return last >= CHUNK_HEAD && last < chunk.n && is_record((struct str){chunk.p + last, chunk.n - last});
}

/* Where another log starts behind the records of a chunk that was cut; chunk.n when none does. */
static size_t cut_by_another(struct str chunk)
{
	size_t at = CHUNK_HEAD;
	struct stray s;

	if (chunk.n < CHUNK_HEAD)
		at = chunk.n < sizeof(MAGIC) ? chunk.n : sizeof(MAGIC);
	while (at < chunk.n && is_record((struct str){chunk.p + at, chunk.n - at}))
		at += le32(chunk.p + at + 4);
	const struct str rest = {chunk.p + at, chunk.n - at};

	if (stray_find(rest, true, &decode_evtx, ENC_UTF8, &s))
		return at + s.at;
	const size_t next = rest.n ? next_start(rest, rest.n) : 0;

	return next ? at + next : chunk.n;
}

/* The piece of the stream that starts at text.p: a chunk, the header of a file, or what lies where one should be, up to the next one.
 * 0 when more of the stream must be seen to tell. */
static size_t piece(struct str text, bool final)
{
	const size_t size = has_file_head(text) ? HEADER_SIZE : CHUNK_SIZE;
	const bool known = is_chunk(text) || has_file_head(text);

	if (text.n < size + (known ? 0 : sizeof(MAGIC)) && !final)
		return 0;
	const size_t n = text.n < size ? text.n : size, next = known ? 0 : next_start(text, n);

	if (is_chunk(text) && !has_last_record((struct str){text.p, n}))
		return cut_by_another((struct str){text.p, n});
	return next ? next : n;
}

/* Bytes at the start of text that are neither chunk nor header, before the next one. */
static size_t foreign(struct str text)
{
	size_t at = 0;

	while (at < text.n) {
		struct str rest = {text.p + at, text.n - at};
		if (is_chunk(rest) || has_file_head(rest))
			break;
		at += piece(rest, true);
	}
	return at;
}

static bool another_log(struct str text)
{
	struct stray s;

	return !is_chunk(text) && !has_file_head(text) && !all_zero(text) && stray_find(text, true, &decode_evtx, ENC_UTF8, &s);
}

/* What lies where a chunk should be is looked at: another log may follow, which starts a piece of its own. *state is 1 when the
 * file's start has been passed. */
static size_t cut(struct str text, enum encoding enc, bool final, uint64_t *state)
{
	size_t at = 0;

	(void)enc;
	if (final)
		return text.n;
	for (size_t n; at < text.n && (n = piece((struct str){text.p + at, text.n - at}, false)) > 0; at += n)
		if (another_log((struct str){text.p + at, n}))
			break;
	*state = 1;
	return at;
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

static void check_file_head(struct str head, uint64_t base, struct batch *b)
{
	enum { DIRTY = 1 };

	if (head.n < HEADER_SIZE) {
		batch_damaged(b, base, head.n, "the file ends inside its header");
		return;
	}
	if ((uint32_t)crc32(0, (const Bytef *)head.p, 120) != le32(head.p + 124))
		batch_damaged(b, base, 0, "the checksum of the file's header does not match; its records were read all the same");
	if (le32(head.p + 120) & DIRTY)
		b->note = "copied while Windows was writing it: its last events may be missing";
	else if (base == 0)
		b->expected = HEADER_SIZE + (uint64_t)(le32(head.p + 40) >> 16) * CHUNK_SIZE;
}

/* Behind the last record of a chunk lie, at times, older ones, or ones that the chunk's header does not know of yet. */
static void decode_unused(struct binxml *x, size_t from, uint64_t base, struct batch *b)
{
	const struct str chunk = x->chunk;

	for (size_t at = next_record(chunk, from, chunk.n); at < chunk.n; at = next_record(chunk, at, chunk.n)) {
		const uint32_t size = le32(chunk.p + at + 4);

		if (b->recover) {
			batch_begin_recovered(b);
			if (binxml_decode(x, at + RECORD_HEAD, at + size - 4, b))
				batch_end(b, base + at, size);
			else
				b->unreadable++;
		} else {
			b->unused++;
		}
		at += size;
	}
}

static void decode_chunk(struct str chunk, uint64_t base, struct batch *b)
{
	struct binxml x = {.chunk = chunk};
	size_t used = chunk.n;
	bool cut_short = false;

	if (chunk.n < CHUNK_HEAD || !is_chunk(chunk)) {
		batch_damaged(b, base, chunk.n, is_chunk(chunk) ? "the file ends inside a chunk's header" : "no chunk of events where one should be");
		if (chunk.n <= CHUNK_HEAD)
			return;
	} else {
		const uint32_t free_at = le32(chunk.p + 48);

		if (free_at >= CHUNK_HEAD && free_at <= chunk.n) {
			used = free_at;
			check_sums(chunk, used, base, b);
		}
		cut_short = free_at <= CHUNK_SIZE && free_at > chunk.n;
	}
	for (size_t at = CHUNK_HEAD; at < used;) {
		if (!is_record((struct str){chunk.p + at, used - at})) {
			const size_t next = next_record(chunk, at + 1, used);
			const bool last = next >= used && chunk.n < CHUNK_SIZE;

			if (next < used || used < chunk.n || !all_zero((struct str){chunk.p + at, used - at}))
				batch_damaged(b, base + at, next - at, last ? "the file ends inside a record" : "no event record where one should be");
			cut_short &= !last;
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
	if (cut_short)
		batch_damaged(b, base + chunk.n, 0, "the file ends inside a chunk; the records before were read");
	decode_unused(&x, used, base, b);
	binxml_free(&x);
}

/* What is neither chunk nor header: another log, or remains of chunks. */
static void decode_foreign(struct str text, uint64_t base, struct batch *b)
{
	const size_t left = stray_decode(text, true, base, &decode_evtx, ENC_UTF8, false, b);

	if (left < CHUNK_HEAD && !stray_words((struct str){text.p, left}))
		return;
	for (size_t at = 0, n; at < left; at += n) {
		const struct str rest = {text.p + at, left - at};
		n = piece(rest, true);
		if (!all_zero((struct str){rest.p, n}))
			decode_chunk((struct str){rest.p, n}, base + at, b);
	}
}

static void decode(struct str text, enum encoding enc, uint64_t base, struct str head, bool strict, struct batch *b)
{
	size_t zeros = 0;                                        /* where a run of them began: room that Windows set aside, unless chunks follow */

	(void)enc, (void)head, (void)strict;
	for (size_t at = 0, n; at < text.n; at += n) {
		const struct str rest = {text.p + at, text.n - at};
		n = piece(rest, true);
		if (all_zero((struct str){rest.p, n}))
			continue;
		if (zeros == 0 && is_chunk(rest)) {
			b->chunk_first = true;
			b->zeros_first = at;
		} else if (zeros < at && is_chunk(rest))
			batch_damaged(b, base + zeros, at - zeros, EVTX_HOLE);
		if (has_file_head(rest)) {
			check_file_head((struct str){rest.p, n}, base + at, b);
		} else if (is_chunk(rest)) {
			decode_chunk((struct str){rest.p, n}, base + at, b);
		} else {
			n = foreign(rest);
			decode_foreign((struct str){rest.p, n}, base + at, b);
		}
		zeros = at + n;
	}
	b->zero_at = base + zeros;
	b->zeros = text.n - zeros;
}

const struct decoder decode_evtx = {FORMAT_EVTX, probe, cut, decode, false};

bool evtx_hole(struct evtx_zeros *run, const struct batch *next, struct evtx_zeros *hole)
{
	*hole = (struct evtx_zeros){run->at, run->n + next->zeros_first};
	const bool found = next->chunk_first && hole->at && hole->n;

	if (next->zero_at == run->at + run->n)
		run->n += next->zeros;
	else
		*run = (struct evtx_zeros){next->zero_at, next->zeros};
	return found;
}

bool evtx_is_record(struct str raw)
{
	return is_record(raw);
}

uint64_t evtx_window(uint64_t offset, uint64_t *length)
{
	const uint64_t start = offset < CHUNK_SIZE ? 0 : offset - CHUNK_SIZE;

	*length = offset - start + CHUNK_SIZE;
	return start;
}

/* The chunk that holds the record at window[at]: at its usual place, or the nearest before. */
static struct str chunk_of(struct str window, uint64_t base, size_t at)
{
	const uint64_t offset = base + at, place = offset < HEADER_SIZE ? 0 : HEADER_SIZE + (offset - HEADER_SIZE) / CHUNK_SIZE * CHUNK_SIZE;
	size_t start = place < base ? 0 : (size_t)(place - base);

	if (start > at)
		start = at;
	if (!is_chunk((struct str){window.p + start, window.n - start}))
		for (size_t i = at; i > 0 && at - i < CHUNK_SIZE; i--)
			if (is_chunk((struct str){window.p + i - 1, window.n - i + 1})) {
				start = i - 1;
				break;
			}
	return (struct str){window.p + start, window.n - start < CHUNK_SIZE ? window.n - start : CHUNK_SIZE};
}

bool evtx_record_text(struct str window, uint64_t base, uint64_t offset, struct sbuf *out, const char **why)
{
	const size_t in_window = offset < base || offset - base > window.n ? window.n : (size_t)(offset - base);
	struct binxml x = {.chunk = chunk_of(window, base, in_window)};
	const size_t at = (size_t)(window.p + in_window - x.chunk.p);
	bool ok = at < x.chunk.n && is_record((struct str){x.chunk.p + at, x.chunk.n - at});

	*why = ok ? NULL : "no event record lies there";
	if (ok) {
		ok = binxml_text(&x, at + RECORD_HEAD, at + le32(x.chunk.p + at + 4) - 4, out);
		*why = x.error;
	}
	binxml_free(&x);
	return ok;
}
