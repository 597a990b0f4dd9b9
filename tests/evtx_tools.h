/* For tests of EVTX: logs as the project's own generator writes them (evtx_sample.c), and events put together by hand, with values
 * of any type, nested and broken as a test needs them. The maker is header only. */
#ifndef SPOOR_TESTS_EVTX_TOOLS_H
#define SPOOR_TESTS_EVTX_TOOLS_H

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "load/binxml.h"

#define EVTX_FILE_HEAD 4096
#define EVTX_CHUNK_SIZE 65536
#define EVTX_CHUNK_HEAD 512

/* A log of n events of Sysmon (EventIDs 1, 3 and 11 in turn, EventRecordID 1000 and up, a second apart, on three hosts). Owned by the caller. */
struct sbuf evtx_sample(unsigned n, bool dirty);

static inline void evtx_le(void *to, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++, v >>= 8)
		((uint8_t *)to)[i] = (uint8_t)v;
}

static inline uint64_t evtx_get(const void *from, size_t n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | ((const uint8_t *)from)[n];
	return v;
}

/* Sets both checksums of a chunk anew. */
static inline void evtx_seal(char *chunk)
{
	const Bytef *c = (const Bytef *)chunk;
	const uint32_t used = (uint32_t)evtx_get(chunk + 48, 4);

	evtx_le(chunk + 52, crc32(0, c + EVTX_CHUNK_HEAD, used - EVTX_CHUNK_HEAD), 4);
	evtx_le(chunk + 124, crc32(crc32(0, c, 120), c + 128, EVTX_CHUNK_HEAD - 128), 4);
}

/* ---- the maker: one chunk, event by event ---- */

struct maker {
	char chunk[EVTX_CHUNK_SIZE];
	size_t at, record, last;
	uint64_t id;
};

/* What stands in an EventData element of this name. */
struct maker_value {
	const char *name;
	unsigned type;
	const void *p;
	size_t n;
};

static inline void put_bytes(struct maker *m, const void *p, size_t n)
{
	if (n > sizeof(m->chunk) - m->at)
		abort();
	memcpy(m->chunk + m->at, p, n);
	m->at += n;
}

static inline void put_num(struct maker *m, uint64_t v, size_t n)
{
	uint8_t b[8];

	evtx_le(b, v, n);
	put_bytes(m, b, n);
}

static inline void put_wide(struct maker *m, const char *s)
{
	for (; *s; s++)
		put_num(m, (uint8_t)*s, 2);
}

static inline void put_name(struct maker *m, const char *s)
{
	put_num(m, m->at + 4, 4);
	put_num(m, 0, 4);
	put_num(m, 0, 2);
	put_num(m, strlen(s), 2);
	put_wide(m, s);
	put_num(m, 0, 2);
}

static inline void put_text(struct maker *m, const char *s)
{
	put_num(m, 0x05, 1);
	put_num(m, BX_STRING, 1);
	put_num(m, strlen(s), 2);
	put_wide(m, s);
}

/* A start tag up to its attributes; sizes stay 0, which readers do not need. */
static inline void put_open(struct maker *m, const char *name, bool attributes)
{
	put_num(m, attributes ? 0x41 : 0x01, 1);
	put_num(m, 0xFFFF, 2);
	put_num(m, 0, 4);
	put_name(m, name);
	if (attributes)
		put_num(m, 0, 4);
}

static inline void put_attribute(struct maker *m, const char *name, const char *value)
{
	put_num(m, 0x06, 1);
	put_name(m, name);
	put_text(m, value);
}

static inline void put_content(struct maker *m) { put_num(m, 0x02, 1); }
static inline void put_close(struct maker *m) { put_num(m, 0x04, 1); }

static inline void put_leaf(struct maker *m, const char *name, const char *text)
{
	put_open(m, name, false);
	put_content(m);
	put_text(m, text);
	put_close(m);
}

static inline void put_subst(struct maker *m, unsigned index, unsigned type)
{
	put_num(m, 0x0E, 1);
	put_num(m, index, 2);
	put_num(m, type, 1);
}

/* A template instance up to its definition's tokens; put_defined ends these. */
static inline size_t put_define(struct maker *m)
{
	put_bytes(m, "\x0f\x01\x01\x00\x0c\x01", 6);
	put_num(m, m->at, 4);
	put_num(m, m->at + 4, 4);
	put_num(m, 0, 4);
	put_bytes(m, "0123456789abcdef", 16);
	put_num(m, 0, 4);
	put_bytes(m, "\x0f\x01\x01\x00", 4);
	return m->at - 8;
}

static inline void put_defined(struct maker *m, size_t size)
{
	put_num(m, 0, 1);
	evtx_le(m->chunk + size, m->at - size - 4, 4);
}

static inline void put_values(struct maker *m, const struct maker_value *v, size_t n)
{
	put_num(m, n, 4);
	for (size_t i = 0; i < n; i++) {
		put_num(m, v[i].n, 2);
		put_num(m, v[i].type, 2);
	}
	for (size_t i = 0; i < n; i++)
		put_bytes(m, v[i].p, v[i].n);
	put_num(m, 0, 1);
}

static inline void maker_start(struct maker *m)
{
	memset(m, 0, sizeof(*m));
	m->at = EVTX_CHUNK_HEAD;
}

static inline void record_start(struct maker *m)
{
	m->record = m->at;
	m->id++;
	put_bytes(m, "\x2a\x2a\0\0\0\0\0\0", 8);
	put_num(m, m->id, 8);
	put_num(m, 0, 8);
}

static inline void record_end(struct maker *m)
{
	while ((m->at - m->record) % 8 != 4)
		put_num(m, 0, 1);
	evtx_le(m->chunk + m->record + 4, m->at + 4 - m->record, 4);
	put_num(m, m->at + 4 - m->record, 4);
	m->last = m->record;
}

/* <Event> and its <System>; put_close ends the event. */
static inline void put_system(struct maker *m, const char *host)
{
	put_open(m, "Event", false);
	put_content(m);
	put_open(m, "System", false);
	put_content(m);
	put_open(m, "Provider", true);
	put_attribute(m, "Name", "Microsoft-Windows-Sysmon");
	put_num(m, 0x03, 1);
	put_leaf(m, "EventID", "1");
	put_leaf(m, "Channel", "Microsoft-Windows-Sysmon/Operational");
	put_leaf(m, "Computer", host);
	put_close(m);
}

/* <EventData> with a <Data> for each value, which are the template's from `first` on. */
static inline void put_data(struct maker *m, const struct maker_value *v, size_t n, unsigned first)
{
	put_open(m, "EventData", false);
	put_content(m);
	for (size_t i = 0; i < n; i++) {
		put_open(m, "Data", true);
		put_attribute(m, "Name", v[i].name);
		put_content(m);
		put_subst(m, first + (unsigned)i, v[i].type);
		put_close(m);
	}
	put_close(m);
}

/* A whole record: one template with System and EventData. */
static inline void maker_event(struct maker *m, const char *host, const struct maker_value *v, size_t n)
{
	record_start(m);
	const size_t size = put_define(m);
	put_system(m, host);
	put_data(m, v, n, 0);
	put_close(m);
	put_defined(m, size);
	put_values(m, v, n);
	record_end(m);
}

/* The file of this one chunk. Owned by the caller. */
static inline struct sbuf maker_file(struct maker *m)
{
	struct sbuf f = {0};
	char head[EVTX_FILE_HEAD] = "ElfFile";

	evtx_le(head + 24, m->id + 1, 8);
	evtx_le(head + 32, 128, 4);
	evtx_le(head + 36, 1, 2);
	evtx_le(head + 38, 3, 2);
	evtx_le(head + 40, EVTX_FILE_HEAD, 2);
	evtx_le(head + 42, 1, 2);
	evtx_le(head + 124, crc32(0, (const Bytef *)head, 120), 4);
	memcpy(m->chunk, "ElfChnk", 8);
	evtx_le(m->chunk + 8, 1, 8);
	evtx_le(m->chunk + 16, m->id, 8);
	evtx_le(m->chunk + 24, 1, 8);
	evtx_le(m->chunk + 32, m->id, 8);
	evtx_le(m->chunk + 40, 128, 4);
	evtx_le(m->chunk + 44, m->last, 4);
	evtx_le(m->chunk + 48, m->at, 4);
	evtx_seal(m->chunk);
	sbuf_add(&f, head, sizeof(head));
	sbuf_add(&f, m->chunk, sizeof(m->chunk));
	return f;
}

#endif
