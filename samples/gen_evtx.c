/* Writes EVTX. Owns the binary format: templates with their names, substitution values typed as Sysmon types them, chunk and
 * file headers with their checksums. Source: the format notes of libevtx. */
#include "gen_evtx.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_HEAD 512
#define NAMES_MAX 256
#define TEMPLATES_MAX 64
#define SYSTEM_TEMPLATE 0                                /* in the table of templates, beside those by EventID */

enum type { NONE = 0, STRING = 1, UINT8 = 4, UINT16 = 6, UINT32 = 8, UINT64 = 10, BOOL = 13, GUID = 15, FILETIME = 17, SID = 19, HEX32 = 20, HEX64 = 21, FRAGMENT = 33 };

struct evtx {
	uint8_t chunk[EVTX_CHUNK];
	size_t at;                                       /* next free byte */
	size_t last_record;
	uint64_t first_number, number;                   /* of records, from 1 over the whole file */
	uint64_t first_id, last_id;
	struct { char text[64]; uint32_t at; } name[NAMES_MAX];          /* that this chunk has already */
	size_t nnames;
	struct { uint32_t key, at; } template[TEMPLATES_MAX];
	size_t ntemplates;
	uint64_t chunks;
	uint32_t crc[256];
	bool full;                                       /* the event at hand does not fit */
};

/* ---- bytes ---- */

static void put(struct evtx *x, const void *p, size_t n)
{
	if (n > sizeof x->chunk - x->at) {
		x->full = true;
		return;
	}
	memcpy(x->chunk + x->at, p, n);
	x->at += n;
}

static void le(uint8_t *to, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++, v >>= 8)
		to[i] = (uint8_t)v;
}

static void num(struct evtx *x, uint64_t v, size_t n)
{
	uint8_t b[8];

	le(b, v, n);
	put(x, b, n);
}

/* Sets the four bytes at `where` to the number of bytes written since. */
static void measure(struct evtx *x, size_t where)
{
	if (!x->full)
		le(x->chunk + where, x->at - where - 4, 4);
}

static void utf16(struct evtx *x, const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		const uint8_t *p = (const uint8_t *)s + i;
		const unsigned len = *p < 0x80 ? 1 : *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : 4;
		uint32_t c = len == 1 ? *p : *p & (0x7Fu >> len);

		for (unsigned k = 1; k < len && i + k < n; k++)
			c = c << 6 | (p[k] & 0x3F);
		if (c >= 0x10000) {
			num(x, 0xD800 + ((c - 0x10000) >> 10), 2);
			c = 0xDC00 + ((c - 0x10000) & 0x3FF);
		}
		num(x, c, 2);
		i += len;
	}
}

static uint32_t crc32_of(const struct evtx *x, uint32_t crc, const uint8_t *p, size_t n)
{
	crc = ~crc;
	while (n--)
		crc = x->crc[(crc ^ *p++) & 0xFF] ^ crc >> 8;
	return ~crc;
}

/* ---- names, elements ---- */

/* The offset of a name; the name itself follows where it is used for the first time in a chunk. */
static void name(struct evtx *x, const char *text)
{
	uint32_t hash = 0;
	const size_t n = strlen(text);

	for (size_t i = 0; i < x->nnames; i++)
		if (strcmp(x->name[i].text, text) == 0) {
			num(x, x->name[i].at, 4);
			return;
		}
	num(x, x->at + 4, 4);
	if (x->nnames < NAMES_MAX && n < sizeof x->name->text) {
		strcpy(x->name[x->nnames].text, text);
		x->name[x->nnames++].at = (uint32_t)x->at;
	}
	for (size_t i = 0; i < n; i++)
		hash = hash * 65599 + (uint8_t)text[i];
	num(x, 0, 4);
	num(x, hash & 0xFFFF, 2);
	num(x, n, 2);
	utf16(x, text, n);
	num(x, 0, 2);
}

struct open {
	size_t size, attributes;                         /* where the lengths stand; attributes 0: none */
};

static struct open element(struct evtx *x, const char *text, bool attributes)
{
	struct open o = {0};

	num(x, attributes ? 0x41 : 0x01, 1);
	num(x, 0xFFFF, 2);
	o.size = x->at;
	num(x, 0, 4);
	name(x, text);
	if (attributes) {
		o.attributes = x->at;
		num(x, 0, 4);
	}
	return o;
}

static void attribute(struct evtx *x, const char *text, bool more)
{
	num(x, more ? 0x46 : 0x06, 1);
	name(x, text);
}

static void literal(struct evtx *x, const char *text)
{
	num(x, 0x05, 1);
	num(x, STRING, 1);
	num(x, strlen(text), 2);
	utf16(x, text, strlen(text));
}

static void value(struct evtx *x, unsigned index, enum type type)
{
	num(x, 0x0E, 1);
	num(x, index, 2);
	num(x, type, 1);
}

static void content(struct evtx *x, struct open o)
{
	if (o.attributes)
		measure(x, o.attributes);
	num(x, 0x02, 1);
}

static void close_element(struct evtx *x, struct open o)
{
	num(x, 0x04, 1);
	measure(x, o.size);
}

static void close_empty(struct evtx *x, struct open o)
{
	if (o.attributes)
		measure(x, o.attributes);
	num(x, 0x03, 1);
	measure(x, o.size);
}

static void leaf(struct evtx *x, const char *text, unsigned index, enum type type)
{
	const struct open o = element(x, text, false);

	content(x, o);
	value(x, index, type);
	close_element(x, o);
}

/* ---- templates ---- */

/* The values of the System template, in this order. */
enum { V_ID, V_VERSION, V_LEVEL, V_TASK, V_OPCODE, V_KEYWORDS, V_TIME, V_RECORD, V_PID, V_TID, V_CHANNEL, V_COMPUTER, V_SID, V_DATA, V_COUNT };

static void system_body(struct evtx *x)
{
	const struct open event = element(x, "Event", true);

	attribute(x, "xmlns", false);
	literal(x, "http://schemas.microsoft.com/win/2004/08/events/event");
	content(x, event);
	const struct open system = element(x, "System", false);
	content(x, system);
	const struct open provider = element(x, "Provider", true);
	attribute(x, "Name", true);
	literal(x, "Microsoft-Windows-Sysmon");
	attribute(x, "Guid", false);
	literal(x, "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}");
	close_empty(x, provider);
	leaf(x, "EventID", V_ID, UINT16);
	leaf(x, "Version", V_VERSION, UINT8);
	leaf(x, "Level", V_LEVEL, UINT8);
	leaf(x, "Task", V_TASK, UINT16);
	leaf(x, "Opcode", V_OPCODE, UINT8);
	leaf(x, "Keywords", V_KEYWORDS, HEX64);
	const struct open time = element(x, "TimeCreated", true);
	attribute(x, "SystemTime", false);
	value(x, V_TIME, FILETIME);
	close_empty(x, time);
	leaf(x, "EventRecordID", V_RECORD, UINT64);
	close_empty(x, element(x, "Correlation", false));
	const struct open execution = element(x, "Execution", true);
	attribute(x, "ProcessID", true);
	value(x, V_PID, UINT32);
	attribute(x, "ThreadID", false);
	value(x, V_TID, UINT32);
	close_empty(x, execution);
	leaf(x, "Channel", V_CHANNEL, STRING);
	leaf(x, "Computer", V_COMPUTER, STRING);
	const struct open security = element(x, "Security", true);
	attribute(x, "UserID", false);
	value(x, V_SID, SID);
	close_empty(x, security);
	close_element(x, system);
	value(x, V_DATA, FRAGMENT);
	close_element(x, event);
}

static bool ends(struct text t, const char *suffix)
{
	const size_t n = strlen(suffix);

	return t.n >= n && memcmp(t.s + t.n - n, suffix, n) == 0;
}

static bool is(struct text t, const char *s) { return t.n == strlen(s) && memcmp(t.s, s, t.n) == 0; }

/* Sysmon's own types, by the names of its fields. */
static enum type type_of(struct text field)
{
	if (ends(field, "Guid") || ends(field, "GUID"))
		return GUID;
	if (ends(field, "ProcessId") || ends(field, "ThreadId") || is(field, "TerminalSessionId") || is(field, "ClientInfo"))
		return UINT32;
	if (is(field, "SourcePort") || is(field, "DestinationPort"))
		return UINT16;
	if (is(field, "Initiated") || ends(field, "IsIpv6"))
		return BOOL;
	return STRING;
}

static void data_body(struct evtx *x, const struct event *e)
{
	const struct open data = element(x, "EventData", false);

	content(x, data);
	for (size_t i = 0; i < e->nfields; i++) {
		char text[64];
		const size_t n = e->field[i].name.n < sizeof text ? e->field[i].name.n : sizeof text - 1;
		const struct open d = element(x, "Data", true);

		memcpy(text, e->field[i].name.s, n);
		text[n] = 0;
		attribute(x, "Name", false);
		literal(x, text);
		content(x, d);
		value(x, (unsigned)i, type_of(e->field[i].name));
		close_element(x, d);
	}
	close_element(x, data);
}

/* Header, then the instance of a template; the template itself goes along with its first instance in a chunk. Events of one
 * id may have different fields, so the fields are part of what names a template. */
static void instance(struct evtx *x, uint32_t key, const struct event *e)
{
	size_t k = 0;

	put(x, "\x0f\x01\x01\x00\x0c\x01", 6);
	num(x, key, 4);
	while (k < x->ntemplates && x->template[k].key != key)
		k++;
	if (k < x->ntemplates) {
		num(x, x->template[k].at, 4);
		return;
	}
	num(x, x->at + 4, 4);
	if (k == TEMPLATES_MAX) {
		x->full = true;
		return;
	}
	x->template[x->ntemplates].key = key;
	x->template[x->ntemplates++].at = (uint32_t)x->at;
	num(x, 0, 4);                                            /* next of the hash chain */
	num(x, key, 4);                                          /* its guid begins with its id */
	put(x, "spoor-gen-00", 12);
	const size_t size = x->at;
	num(x, 0, 4);
	put(x, "\x0f\x01\x01\x00", 4);
	if (key == SYSTEM_TEMPLATE)
		system_body(x);
	else
		data_body(x, e);
	num(x, 0, 1);
	measure(x, size);
}

/* ---- values ---- */

struct values {
	size_t descriptor;                               /* next one's place */
};

static struct values values(struct evtx *x, size_t n)
{
	struct values v;
	static const uint8_t none[4 * FIELDS_MAX];

	num(x, n, 4);
	v.descriptor = x->at;
	put(x, none, 4 * n);
	return v;
}

/* The value was written from `from` on. */
static void describe(struct evtx *x, struct values *v, size_t from, enum type type)
{
	if (!x->full) {
		le(x->chunk + v->descriptor, x->at - from, 2);
		x->chunk[v->descriptor + 2] = (uint8_t)type;
	}
	v->descriptor += 4;
}

static void number_value(struct evtx *x, struct values *v, uint64_t n, enum type type, size_t size)
{
	const size_t from = x->at;

	num(x, n, size);
	describe(x, v, from, type);
}

static void string_value(struct evtx *x, struct values *v, struct text t)
{
	const size_t from = x->at;

	utf16(x, t.s, t.n);
	describe(x, v, from, STRING);
}

static int digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }

/* "{4b1f0c2e-…}" as 16 bytes; false when it is none. */
static bool guid_bytes(struct text t, uint8_t out[16])
{
	static const uint8_t order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	size_t n = 0;

	for (size_t i = 0; i < t.n; i++) {
		const int d = digit(t.s[i]);

		if (d < 0)
			continue;
		if (n >= 32)
			return false;
		uint8_t *b = &out[order[n / 2]];
		*b = (uint8_t)(n % 2 ? *b << 4 | d : d);
		n++;
	}
	return n == 32;
}

static void field_value(struct evtx *x, struct values *v, const struct field *f)
{
	const enum type type = type_of(f->name);
	uint64_t n = 0;
	uint8_t guid[16];
	bool decimal = f->value.n > 0;

	for (size_t i = 0; i < f->value.n; i++) {
		decimal = decimal && f->value.s[i] >= '0' && f->value.s[i] <= '9';
		n = n * 10 + (uint64_t)(f->value.s[i] - '0');
	}
	if (type == GUID && guid_bytes(f->value, guid)) {
		const size_t from = x->at;

		put(x, guid, sizeof guid);
		describe(x, v, from, GUID);
	} else if ((type == UINT32 || type == UINT16) && decimal) {
		number_value(x, v, n, type, type == UINT32 ? 4 : 2);
	} else if (type == BOOL) {
		number_value(x, v, is(f->value, "true"), BOOL, 4);
	} else {
		string_value(x, v, f->value);
	}
}

static void event_body(struct evtx *x, const struct event *e)
{
	uint32_t key = e->id;
	const uint64_t to_1601 = UINT64_C(11644473600000000);

	for (size_t i = 0; i < e->nfields; i++)
		for (size_t c = 0; c < e->field[i].name.n; c++)
			key = key * 31 + (uint8_t)e->field[i].name.s[c];
	instance(x, SYSTEM_TEMPLATE, e);
	struct values v = values(x, V_COUNT);

	number_value(x, &v, e->id, UINT16, 2);
	number_value(x, &v, e->version, UINT8, 1);
	number_value(x, &v, 4, UINT8, 1);
	number_value(x, &v, e->id, UINT16, 2);
	number_value(x, &v, 0, UINT8, 1);
	number_value(x, &v, UINT64_C(0x8000000000000000), HEX64, 8);
	number_value(x, &v, ((uint64_t)e->written + to_1601) * 10 + 4, FILETIME, 8);    /* out_event writes the same 400 ns */
	number_value(x, &v, e->record, UINT64, 8);
	number_value(x, &v, e->service_pid, UINT32, 4);
	number_value(x, &v, e->service_tid, UINT32, 4);
	string_value(x, &v, T("Microsoft-Windows-Sysmon/Operational"));
	string_value(x, &v, e->computer);
	const size_t sid = x->at;
	put(x, "\x01\x01\x00\x00\x00\x00\x00\x05\x12\x00\x00\x00", 12);
	describe(x, &v, sid, SID);
	const size_t fragment = x->at;
	instance(x, key ? key : 1, e);
	struct values w = values(x, e->nfields);
	for (size_t i = 0; i < e->nfields; i++)
		field_value(x, &w, &e->field[i]);
	num(x, 0, 1);
	describe(x, &v, fragment, FRAGMENT);
	num(x, 0, 1);
}

/* ---- chunks ---- */

static void start_chunk(struct evtx *x)
{
	memset(x->chunk, 0, sizeof x->chunk);
	x->at = CHUNK_HEAD;
	x->nnames = x->ntemplates = 0;
	x->last_record = 0;
}

struct evtx *evtx_new(void)
{
	struct evtx *x = calloc(1, sizeof *x);

	if (!x)
		return NULL;
	for (uint32_t i = 0; i < 256; i++) {
		x->crc[i] = i;
		for (int k = 0; k < 8; k++)
			x->crc[i] = x->crc[i] >> 1 ^ (x->crc[i] & 1 ? 0xEDB88320u : 0);
	}
	start_chunk(x);
	return x;
}

void evtx_free(struct evtx *x) { free(x); }

bool evtx_add(struct evtx *x, const struct event *e)
{
	const size_t start = x->at, names = x->nnames, templates = x->ntemplates;

	x->full = false;
	put(x, "\x2a\x2a\0\0", 4);
	num(x, 0, 4);
	num(x, e->record, 8);
	num(x, ((uint64_t)e->written + UINT64_C(11644473600000000)) * 10, 8);
	event_body(x, e);
	while ((x->at - start) % 8 != 4 && !x->full)
		num(x, 0, 1);
	num(x, x->at - start + 4, 4);
	if (x->full) {
		memset(x->chunk + start, 0, sizeof x->chunk - start);
		x->at = start;
		x->nnames = names;
		x->ntemplates = templates;
		return false;
	}
	le(x->chunk + start + 4, x->at - start, 4);
	x->number++;
	if (!x->last_record) {
		x->first_number = x->number;
		x->first_id = e->record;
	}
	x->last_record = start;
	x->last_id = e->record;
	return true;
}

const uint8_t *evtx_chunk(struct evtx *x)
{
	static uint8_t done[EVTX_CHUNK];

	if (!x->last_record)
		return NULL;
	uint8_t *c = x->chunk;
	memcpy(c, "ElfChnk", 8);
	le(c + 8, x->first_number, 8);
	le(c + 16, x->number, 8);
	le(c + 24, x->first_id, 8);
	le(c + 32, x->last_id, 8);
	le(c + 40, 128, 4);
	le(c + 44, x->last_record, 4);
	le(c + 48, x->at, 4);
	le(c + 52, crc32_of(x, 0, c + CHUNK_HEAD, x->at - CHUNK_HEAD), 4);
	le(c + 124, crc32_of(x, crc32_of(x, 0, c, 120), c + 128, CHUNK_HEAD - 128), 4);
	memcpy(done, c, sizeof done);
	x->chunks++;
	start_chunk(x);
	return done;
}

void evtx_header(const struct evtx *x, bool dirty, uint8_t to[EVTX_HEADER])
{
	memset(to, 0, EVTX_HEADER);
	memcpy(to, "ElfFile", 8);
	le(to + 16, x->chunks ? x->chunks - 1 : 0, 8);
	le(to + 24, x->number + 1, 8);
	le(to + 32, 128, 4);
	le(to + 36, 1, 2);
	le(to + 38, 3, 2);
	le(to + 40, EVTX_HEADER, 2);
	le(to + 42, x->chunks & 0xFFFF, 2);
	le(to + 120, dirty, 4);
	le(to + 124, crc32_of(x, 0, to, 120), 4);
}
