/* EVTX that is odd or broken: damage costs only itself and is told; all types of values; nesting; records in unused space.
 * That whole logs are read as libevtx reads them: check_evtx_proof.c. */
#include <check.h>

#include "load_tools.h"
#include "evtx_tools.h"
#include "load/evtx.h"

enum { EVENTS = 400 };

static char *dir;

static void setup(void)
{
	dir = temp_dir();
}

static void teardown(void)
{
	remove_dir(dir);
}

static char *decoded(const struct sbuf *file)
{
	return decode_whole(&decode_evtx, sbuf_str(file), ENC_UTF8, false);
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

static size_t chunks_of(const struct sbuf *file)
{
	return (file->n - EVTX_FILE_HEAD) / EVTX_CHUNK_SIZE;
}

static char *chunk(struct sbuf *file, size_t i)
{
	return file->p + EVTX_FILE_HEAD + i * EVTX_CHUNK_SIZE;
}

static struct load *load_file(const struct sbuf *file, bool recover)
{
	struct load_opts o = {.recover = recover, .workers = 1};
	char *path = write_file(dir, "log.evtx", sbuf_str(file));
	const char *name = path;
	struct load *l = load_run(&name, 1, &o);

	free(path);
	return l;
}

/* ---- whole files ---- */

START_TEST(a_whole_file)
{
	struct sbuf file = evtx_sample(EVENTS, false);
	char *shown = decoded(&file);

	ck_assert_uint_gt(chunks_of(&file), 2);
	ck_assert_uint_eq(count(shown, " #1"), EVENTS);
	ck_assert_ptr_nonnull(strstr(shown, "@Computer=HOST-1"));
	ck_assert_ptr_null(strchr(shown, '!'));
	for (size_t step = 1000; step < 300000; step *= 3) {
		char *got = decode_pieces(&decode_evtx, sbuf_str(&file), ENC_UTF8, false, step);
		ck_assert_str_eq(got, shown);
		free(got);
	}
	free(shown);
	sbuf_free(&file);
}
END_TEST

START_TEST(wrong_checksums_are_told)
{
	struct sbuf file = evtx_sample(EVENTS, false);

	file.p[16] ^= 1;
	chunk(&file, 0)[60] ^= 1;                                /* of the chunk's header */
	chunk(&file, 1)[52] ^= 1;                                /* … and so of both */
	evtx_le(chunk(&file, 2) + 52, evtx_get(chunk(&file, 2) + 52, 4) ^ 1, 4);
	evtx_le(chunk(&file, 2) + 124, crc32(crc32(0, (Bytef *)chunk(&file, 2), 120), (Bytef *)chunk(&file, 2) + 128, EVTX_CHUNK_HEAD - 128), 4);
	char *shown = decoded(&file);
	ck_assert_uint_eq(count(shown, " #1"), EVENTS);
	ck_assert_ptr_nonnull(strstr(shown, "! 0+0 the checksum of the file's header does not match"));
	ck_assert_ptr_nonnull(strstr(shown, "! 4096+0 the checksum of the chunk's header does not match"));
	ck_assert_ptr_nonnull(strstr(shown, "! 69632+0 the checksum of the chunk's header does not match"));
	ck_assert_ptr_nonnull(strstr(shown, "! 135168+0 the checksum of the chunk's records does not match"));
	ck_assert_uint_eq(count(shown, "!"), 4);
	free(shown);
	sbuf_free(&file);
}
END_TEST

START_TEST(a_log_in_use)
{
	struct sbuf file = evtx_sample(EVENTS, true);
	struct load *l = load_file(&file, false);

	ck_assert_uint_eq(l->events, EVENTS);
	ck_assert_uint_eq(l->damaged, 0);
	ck_assert_str_eq(l->report[0].note, "copied while Windows was writing it: its last events may be missing");
	load_free(l);
	sbuf_free(&file);
}
END_TEST

START_TEST(cut_anywhere)
{
	struct sbuf file = evtx_sample(EVENTS, false);
	char *whole = decoded(&file);
	size_t end[EVENTS], n = 0;

	for (char *line = whole; line && *line; line = strchr(line, '\n') + 1) {
		unsigned long long offset, length;
		ck_assert_int_eq(sscanf(line, "%llu+%llu", &offset, &length), 2);
		end[n++] = (size_t)(offset + length);
	}
	ck_assert_uint_eq(n, EVENTS);
	for (size_t at = 1; at < file.n; at += at < 5000 || (at - EVTX_FILE_HEAD) % EVTX_CHUNK_SIZE < 900 ? 97 : 3989) {
		struct sbuf part = {0};
		size_t kept = 0;
		while (kept < n && end[kept] <= at)
			kept++;
		sbuf_add(&part, file.p, at);
		char *got = decoded(&part);
		ck_assert_msg(count(got, " #1") == kept, "%zu events of %zu before byte %zu:\n%s", count(got, " #1"), kept, at, got);
		ck_assert_msg(strncmp(got, whole, (size_t)(strchr(got, '!') ? strchr(got, '!') - got : (long)strlen(got))) == 0,
		              "cut at %zu", at);
		struct load *l = at % 5 && at > 8 ? NULL : load_file(&part, false);
		if (l && at >= 8) {
			ck_assert_msg(l->damaged || l->report[0].reason[0], "nothing is told of the cut at %zu", at);
			ck_assert_uint_eq(l->events, kept);
		}
		load_free(l);
		free(got);
		sbuf_free(&part);
	}
	free(whole);
	sbuf_free(&file);
}
END_TEST

/* Behind the last used chunk nothing is amiss, but for the header. */
START_TEST(whole_chunks_missing)
{
	struct sbuf file = evtx_sample(EVENTS, false);
	const size_t all = file.n;

	file.n -= EVTX_CHUNK_SIZE;
	struct load *l = load_file(&file, false);
	char want[100];
	snprintf(want, sizeof(want), "cut short: its header tells of %zu bytes, %zu are there", all, file.n);
	ck_assert_str_eq(l->report[0].reason, want);
	load_free(l);
	sbuf_free(&file);
}
END_TEST

START_TEST(chunks_out_of_order)
{
	struct sbuf file = evtx_sample(EVENTS, false);
	char *keep = xmalloc(EVTX_CHUNK_SIZE);

	memcpy(keep, chunk(&file, 0), EVTX_CHUNK_SIZE);
	memcpy(chunk(&file, 0), chunk(&file, 2), EVTX_CHUNK_SIZE);
	memcpy(chunk(&file, 2), keep, EVTX_CHUNK_SIZE);
	char *shown = decoded(&file);
	ck_assert_uint_eq(count(shown, " #1"), EVENTS);
	ck_assert_ptr_null(strchr(shown, '!'));
	free(shown);
	free(keep);
	sbuf_free(&file);
}
END_TEST

START_TEST(damage_costs_only_itself)
{
	struct sbuf file = evtx_sample(EVENTS, false);
	char *c = chunk(&file, 1);
	const size_t first = EVTX_CHUNK_HEAD, size = evtx_get(c + first + 4, 4), second = first + size;

	c[second] = 0;                                           /* no record any more */
	char *shown = decoded(&file);
	ck_assert_uint_eq(count(shown, " #1"), EVENTS - 1);
	ck_assert_ptr_nonnull(strstr(shown, "no event record where one should be"));
	free(shown);
	memset(chunk(&file, 0), 'x', 8);                         /* no chunk any more: its records are found all the same */
	shown = decoded(&file);
	ck_assert_uint_eq(count(shown, " #1"), EVENTS - 1);
	ck_assert_ptr_nonnull(strstr(shown, "! 4096+65536 no chunk of events where one should be"));
	free(shown);
	sbuf_free(&file);
}
END_TEST

/* Bytes put in or taken out: the chunks behind are found by their magic, and their raw records, too. */
START_TEST(chunks_that_moved)
{
	struct sbuf file = evtx_sample(EVENTS, false);
	const size_t inserted = 1234;

	for (int way = 0; way < 3; way++) {
		struct sbuf moved = {0};
		if (way == 0) {                                  /* bytes between the header and the first chunk */
			sbuf_add(&moved, file.p, EVTX_FILE_HEAD);
			for (size_t i = 0; i < inserted; i++)
				sbuf_addc(&moved, 'x');
			sbuf_add(&moved, chunk(&file, 0), file.n - EVTX_FILE_HEAD);
		} else {                                         /* carved: from a chunk on, or from the middle of one on */
			const size_t from = way == 1 ? EVTX_FILE_HEAD : EVTX_FILE_HEAD + 40000;
			sbuf_add(&moved, file.p + from, file.n - from);
		}
		struct load *l = load_file(&moved, false);
		ck_assert_int_eq(l->inputs.v[0].format, FORMAT_EVTX);
		if (way < 2)
			ck_assert_uint_eq(l->events, EVENTS);
		else
			ck_assert_uint_gt(l->events, EVENTS / 2);
		char *whole = decode_whole(&decode_evtx, sbuf_str(&moved), ENC_UTF8, false);
		for (size_t step = 1000; step < 300000; step *= 3) {
			char *got = decode_pieces(&decode_evtx, sbuf_str(&moved), ENC_UTF8, false, step);
			ck_assert_str_eq(got, whole);
			free(got);
		}
		for (size_t i = 0; i < l->nbatches; i++)
			for (uint32_t k = 0; k < l->batch[i]->ntables; k++) {
				const struct batch_table *t = &l->batch[i]->table[k];
				struct sbuf text = {0};
				struct diag d = DIAG_INIT;
				ck_assert_msg(input_raw_text(&l->inputs, 0, t->offset[0], t->length[0], &text, &d), "%s", d.msg);
				ck_assert_ptr_nonnull(strstr(text.p, "<Data Name=\"Image\">C:\\Windows\\System32\\tool"));
				sbuf_free(&text);
			}
		free(whole);
		load_free(l);
		sbuf_free(&moved);
	}
	sbuf_free(&file);
}
END_TEST

/* ---- unused space ---- */

/* The last chunk with its last n records outside of what its header says is used. */
static void forget_records(struct sbuf *file, size_t n)
{
	char *c = chunk(file, chunks_of(file) - 1);
	size_t at = EVTX_CHUNK_HEAD, start[1000], k = 0;

	for (; evtx_get(c + at, 4) == 0x2a2a && k < 1000; at += evtx_get(c + at + 4, 4))
		start[k++] = at;
	ck_assert_uint_gt(k, n);
	evtx_le(c + 48, start[k - n], 4);
	evtx_seal(c);
}

START_TEST(records_in_unused_space)
{
	struct sbuf file = evtx_sample(EVENTS, false);

	forget_records(&file, 5);
	struct load *l = load_file(&file, false);
	ck_assert_uint_eq(l->events, EVENTS - 5);
	ck_assert_uint_eq(l->unused, 5);
	ck_assert_uint_eq(l->damaged, 0);
	load_free(l);

	l = load_file(&file, true);
	ck_assert_uint_eq(l->events, EVENTS);
	ck_assert_uint_eq(l->recovered, 5);
	ck_assert_uint_eq(l->unused, 0);
	load_free(l);

	/* What cannot be read there is no damage; it is counted. */
	char *c = chunk(&file, chunks_of(&file) - 1);
	const size_t at = evtx_get(c + 48, 4);
	memset(c + at + 24, 0xff, 40);
	l = load_file(&file, true);
	ck_assert_uint_eq(l->recovered, 4);
	ck_assert_uint_eq(l->report[0].unreadable, 1);
	ck_assert_uint_eq(l->damaged, 0);
	load_free(l);
	sbuf_free(&file);
}
END_TEST

/* A record that is still there as it should be is not recovered a second time. */
START_TEST(recovered_copies_are_left_out)
{
	struct sbuf file = evtx_sample(EVENTS, false);
	char *last = chunk(&file, chunks_of(&file) - 1);
	const size_t free_at = evtx_get(last + 48, 4), from = evtx_get(last + 44, 4), size = free_at - from;

	ck_assert_uint_lt(free_at + size, EVTX_CHUNK_SIZE);
	memcpy(last + free_at, last + from, size);
	struct load *l = load_file(&file, true);
	ck_assert_uint_eq(l->events, EVENTS);
	ck_assert_uint_eq(l->recovered, 0);
	ck_assert_uint_eq(l->duplicates, 1);
	load_free(l);
	sbuf_free(&file);
}
END_TEST

/* ---- values ---- */

#define BYTES(s) s, sizeof(s) - 1
static const struct {
	unsigned type;
	const char *p;
	size_t n;
	const char *text;
} types[] = {
	{BX_STRING, BYTES("a\0\xe4\0\x3d\xd8\x00\xde"), "a\xc3\xa4\xf0\x9f\x98\x80"},
	{BX_STRING, BYTES("a\0b\0\0\0"), "ab"},                  /* the terminator is counted by some writers */
	{BX_STRING, BYTES("a\0\x3d\xd8" "b\0"), "ab"},           /* half of a pair */
	{BX_ANSI, BYTES("caf\xe9\0"), "caf\xc3\xa9"},
	{BX_INT8, BYTES("\x80"), "-128"},
	{BX_UINT8, BYTES("\xff"), "255"},
	{BX_INT16, BYTES("\x00\x80"), "-32768"},
	{BX_UINT16, BYTES("\xff\xff"), "65535"},
	{BX_INT32, BYTES("\x00\x00\x00\x80"), "-2147483648"},
	{BX_UINT32, BYTES("\xff\xff\xff\xff"), "4294967295"},
	{BX_INT64, BYTES("\x00\x00\x00\x00\x00\x00\x00\x80"), "-9223372036854775808"},
	{BX_UINT64, BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"), "18446744073709551615"},
	{BX_REAL32, BYTES("\x00\x00\xc0\x3f"), "1.500000"},
	{BX_REAL64, BYTES("\x00\x00\x00\x00\x00\x00\x04\xc0"), "-2.500000"},
	{BX_BOOL, BYTES("\x01\x00\x00\x00"), "true"},
	{BX_BOOL, BYTES("\x00\x00\x00\x00"), "false"},
	{BX_BINARY, BYTES("\x00\xff\x2a"), "00FF2A"},
	{BX_GUID, BYTES("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10"), "{04030201-0605-0807-090A-0B0C0D0E0F10}"},
	{BX_SIZE, BYTES("\x10\x00\x00\x00"), "0x00000010"},
	{BX_SIZE, BYTES("\x10\x00\x00\x00\x00\x00\x00\x00"), "0x0000000000000010"},
	{BX_FILETIME, BYTES("\x01\x80\x3e\xd5\xde\xb1\x9d\x01"), "1970-01-01T00:00:00.000000100Z"},
	{BX_FILETIME, BYTES("\x00\x00\x00\x00\x00\x00\x00\x00"), "1601-01-01T00:00:00.000000000Z"},
	{BX_SYSTEMTIME, BYTES("\xe9\x07\x03\x00\x02\x00\x0b\x00\x08\x00\x05\x00\x09\x00\x7b\x00"), "2025-03-11T08:05:09.123Z"},
	{BX_SID, BYTES("\x01\x02\x00\x00\x00\x00\x00\x05\x20\x00\x00\x00\x20\x02\x00\x00"), "S-1-5-32-544"},
	{BX_HEX32, BYTES("\xef\xbe\xad\xde"), "0xdeadbeef"},
	{BX_HEX64, BYTES("\xe7\x03\x00\x00\x00\x00\x00\x00"), "0x00000000000003e7"},
	/* A list stands for elements of one name: of these the last counts. */
	{BX_LIST | BX_STRING, BYTES("a\0\0\0b\0c\0\0\0"), "bc"},
	{BX_LIST | BX_ANSI, BYTES("one\0two\0"), "two"},
	{BX_LIST | BX_UINT16, BYTES("\x01\x00\x02\x00"), "2"},
	{BX_LIST | BX_UINT32, BYTES("\x01\x00\x00\x00"), "1"},
	{BX_LIST | BX_GUID, BYTES("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10"), "{04030201-0605-0807-090A-0B0C0D0E0F10}"},
	{BX_LIST | BX_SID, BYTES("\x01\x01\x00\x00\x00\x00\x00\x05\x12\x00\x00\x00\x01\x01\x00\x00\x00\x00\x00\x05\x13\x00\x00\x00"), "S-1-5-19"},
	{BX_LIST | BX_HEX64, BYTES("\x01\x00\x00\x00\x00\x00\x00\x00"), "0x0000000000000001"},
};
enum { TYPES = sizeof(types) / sizeof(*types) };

START_TEST(types_of_values)
{
	static struct maker m;
	struct maker_value v[TYPES];
	char name[TYPES][16];

	maker_start(&m);
	for (size_t i = 0; i < TYPES; i++) {
		snprintf(name[i], sizeof(name[i]), "V%zu", i);
		v[i] = (struct maker_value){name[i], types[i].type, types[i].p, types[i].n};
	}
	maker_event(&m, "HOST", v, TYPES);
	struct sbuf file = maker_file(&m);
	char *shown = decoded(&file);
	for (size_t i = 0; i < TYPES; i++) {
		char want[80];
		snprintf(want, sizeof(want), " V%zu=%s", i, types[i].text);
		ck_assert_msg(strstr(shown, want), "value %zu, of type %#x: no%s in\n%s", i, types[i].type, want, shown);
	}
	/* The raw view has them, too, lists with all their items. */
	struct sbuf text = {0};
	const char *why;
	ck_assert_msg(evtx_record_text(sbuf_str(&file), 0, EVTX_FILE_HEAD + EVTX_CHUNK_HEAD, &text, &why), "%s", why);
	for (size_t i = 0; i < TYPES; i++) {
		char want[100];
		snprintf(want, sizeof(want), "%s</Data>", types[i].text);
		ck_assert_msg(strstr(text.p, want), "no %s in\n%s", want, text.p);
	}
	ck_assert_ptr_nonnull(strstr(text.p, "S-1-5-18"));
	sbuf_free(&text);
	free(shown);
	sbuf_free(&file);
}
END_TEST

/* A value whose size does not fit costs the record, not the chunk. */
START_TEST(values_of_wrong_size)
{
	static const struct {
		unsigned type;
		size_t n;
	} bad[] = {
		{BX_UINT32, 3}, {BX_UINT64, 4}, {BX_GUID, 15}, {BX_FILETIME, 7}, {BX_SYSTEMTIME, 8}, {BX_SID, 7}, {BX_SID, 9}, {BX_HEX32, 8},
		{BX_SIZE, 5}, {BX_REAL32, 8}, {0x55, 4}, {BX_LIST | BX_UINT32, 6}, {BX_LIST | BX_SID, 9},
	};
	static struct maker m;
	static const uint8_t bytes[16] = {1, 9, 3};

	maker_start(&m);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const struct maker_value v = {"V", bad[i].type, bytes, bad[i].n}, good = {"G", BX_UINT8, "\x07", 1};
		maker_event(&m, "HOST", &v, 1);
		maker_event(&m, "HOST", &good, 1);
	}
	struct sbuf file = maker_file(&m);
	char *shown = decoded(&file);
	ck_assert_uint_eq(count(shown, "G=7"), sizeof(bad) / sizeof(*bad));
	ck_assert_msg(count(shown, "a value does not fit its type") == sizeof(bad) / sizeof(*bad), "%s", shown);
	free(shown);
	sbuf_free(&file);
}
END_TEST

/* An empty value is an absent one, of whatever type. */
START_TEST(empty_values)
{
	static struct maker m;
	static const unsigned all[] = {BX_NULL, BX_STRING, BX_ANSI, BX_UINT32, BX_GUID, BX_FILETIME, BX_SID, BX_HEX64, BX_BINARY, BX_BOOL};
	struct maker_value v[sizeof(all) / sizeof(*all) + 1];
	size_t n = 0;

	maker_start(&m);
	for (; n < sizeof(all) / sizeof(*all); n++)
		v[n] = (struct maker_value){"Empty", all[n], "", 0};
	v[n++] = (struct maker_value){"Full", BX_UINT8, "\x07", 1};
	maker_event(&m, "HOST", v, n);
	struct sbuf file = maker_file(&m);
	char *shown = decoded(&file);
	ck_assert_ptr_nonnull(strstr(shown, " Full=7"));
	ck_assert_ptr_null(strstr(shown, "Empty"));
	ck_assert_ptr_null(strchr(shown, '!'));
	free(shown);
	sbuf_free(&file);
}
END_TEST

/* ---- nesting ---- */

/* As Windows writes them: one template with System, whose last value is a fragment with a template of its own. */
START_TEST(template_in_a_value)
{
	static struct maker m;
	const struct maker_value image = {"Image", BX_STRING, BYTES("x\0.\0e\0x\0e\0")};
	size_t size;

	maker_start(&m);
	record_start(&m);
	size = put_define(&m);
	put_system(&m, "HOST");
	put_subst(&m, 0, BX_FRAGMENT);
	put_close(&m);
	put_defined(&m, size);
	put_num(&m, 1, 4);                                       /* one value, whose size is known when it is written */
	const size_t descriptor = m.at;
	put_num(&m, 0, 2);
	put_num(&m, BX_FRAGMENT, 2);
	const size_t from = m.at;
	size = put_define(&m);
	put_data(&m, &image, 1, 0);
	put_defined(&m, size);
	put_values(&m, &image, 1);
	evtx_le(m.chunk + descriptor, m.at - from, 2);
	put_num(&m, 0, 1);
	record_end(&m);
	struct sbuf file = maker_file(&m), text = {0};
	char *shown = decoded(&file);
	const char *why;
	ck_assert_msg(strstr(shown, " Image=x.exe") && !strchr(shown, '!'), "%s", shown);
	ck_assert(evtx_record_text(sbuf_str(&file), 0, EVTX_FILE_HEAD + EVTX_CHUNK_HEAD, &text, &why));
	ck_assert_ptr_nonnull(strstr(text.p, "<Data Name=\"Image\">x.exe</Data>"));
	sbuf_free(&text);
	free(shown);
	sbuf_free(&file);
}
END_TEST

/* Of a collector: what Windows adds to forwarded events stands beside EventData, and each event has the host it came from. */
START_TEST(forwarded_events)
{
	static struct maker m;
	static const char *const hosts[] = {"WS-1.corp.example", "SRV-2.corp.example"};

	maker_start(&m);
	for (size_t i = 0; i < 2; i++) {
		const struct maker_value image = {"Image", BX_STRING, BYTES("x\0")};
		record_start(&m);
		const size_t size = put_define(&m);
		put_system(&m, hosts[i]);
		put_data(&m, &image, 1, 0);
		put_open(&m, "RenderingInfo", true);
		put_attribute(&m, "Culture", "en-US");
		put_content(&m);
		put_leaf(&m, "Message", "Process Create: <of> another host");
		put_leaf(&m, "Level", "Information");
		put_leaf(&m, "Channel", "not the channel");
		put_close(&m);
		put_close(&m);
		put_defined(&m, size);
		put_values(&m, &image, 1);
		record_end(&m);
	}
	struct sbuf file = maker_file(&m), text = {0};
	char *shown = decoded(&file);
	const char *why;
	ck_assert_ptr_nonnull(strstr(shown, "@Computer=WS-1.corp.example"));
	ck_assert_ptr_nonnull(strstr(shown, "@Computer=SRV-2.corp.example"));
	ck_assert_uint_eq(count(shown, "@Channel=Microsoft-Windows-Sysmon/Operational"), 2);
	ck_assert_ptr_null(strstr(shown, "@Level"));
	ck_assert(evtx_record_text(sbuf_str(&file), 0, EVTX_FILE_HEAD + EVTX_CHUNK_HEAD, &text, &why));
	ck_assert_ptr_nonnull(strstr(text.p, "<Message>Process Create: &lt;of&gt; another host</Message>"));
	sbuf_free(&text);
	free(shown);
	sbuf_free(&file);
}
END_TEST

/* Templates that hold themselves, and fragments in fragments without end. */
START_TEST(cycles)
{
	static struct maker m;
	const struct maker_value good = {"G", BX_UINT8, "\x07", 1};

	maker_start(&m);
	record_start(&m);                                        /* a definition in which its own instance stands */
	const size_t size = put_define(&m), def = size - 20;
	put_open(&m, "Event", false);
	put_content(&m);
	put_bytes(&m, "\x0c\x01\1\0\0\0", 6);
	put_num(&m, def, 4);
	put_num(&m, 0, 4);
	put_close(&m);
	put_defined(&m, size);
	put_num(&m, 0, 4);
	record_end(&m);
	record_start(&m);                                        /* a value that is an instance whose value is an instance … */
	size_t sizes[40], n = 0;
	const size_t again = put_define(&m), again_def = again - 20;
	put_subst(&m, 0, BX_FRAGMENT);
	put_defined(&m, again);
	for (; n < 40; n++) {
		put_num(&m, 1, 4);
		sizes[n] = m.at;
		put_num(&m, 0, 2);
		put_num(&m, BX_FRAGMENT, 2);
		put_bytes(&m, "\x0f\x01\x01\x00\x0c\x01\1\0\0\0", 10);
		put_num(&m, again_def, 4);
	}
	put_num(&m, 0, 4);
	for (size_t i = 0; i < n; i++)
		evtx_le(m.chunk + sizes[i], m.at - sizes[i] - 4, 2);
	record_end(&m);
	maker_event(&m, "HOST", &good, 1);
	struct sbuf file = maker_file(&m), text = {0};
	char *shown = decoded(&file);
	const char *why;
	ck_assert_msg(strstr(shown, "a template inside a template definition"), "%s", shown);
	ck_assert_msg(strstr(shown, "fragments are nested too deep"), "%s", shown);
	ck_assert_uint_eq(count(shown, "!"), 2);
	ck_assert_uint_eq(count(shown, "G=7"), 1);
	for (size_t at = EVTX_CHUNK_HEAD, i = 0; i < 2; i++, at += evtx_get(m.chunk + at + 4, 4)) {
		ck_assert(!evtx_record_text(sbuf_str(&file), 0, EVTX_FILE_HEAD + at, &text, &why));
		ck_assert_str_eq(why, "fragments are nested too deep");
		sbuf_reset(&text);
	}
	sbuf_free(&text);
	free(shown);
	sbuf_free(&file);
}
END_TEST

/* ---- chance ---- */

/* Damage of any kind: nothing crashes (the sanitizers watch), and what is read can be shown. SPOOR_MUTATIONS: how many. */
START_TEST(mutations)
{
	struct sbuf file = evtx_sample(60, false);
	const char *want = getenv("SPOOR_MUTATIONS");
	const unsigned long n = want ? strtoul(want, NULL, 10) : 300;
	uint64_t s = 88172645463325252u;
	struct pool *pool = pool_new();
	struct batch_maker *maker = batch_maker_new(pool);

	for (unsigned long i = 0; i < n; i++) {
		struct sbuf bad = {0}, text = {0};
		const char *why;
		sbuf_add(&bad, file.p, file.n);
		for (int k = 0; k < 1 + (int)(i % 16); k++) {
			s ^= s << 13, s ^= s >> 7, s ^= s << 17;
			/* most of them where there is something to break */
			const size_t at = s >> 60 < 3 ? (s >> 8) % bad.n : EVTX_FILE_HEAD + (s >> 8) % 30000;
			bad.p[at] = (char)(s & 3 ? (uint8_t)(s >> 40) : (uint8_t)bad.p[at] ^ (1u << (s >> 40 & 7)));
		}
		struct batch *b = batch_new(maker, 0, 0);
		b->recover = i % 2;
		decode_evtx.decode(sbuf_str(&bad), ENC_UTF8, 0, (struct str){NULL, 0}, false, b);
		batch_done(b);
		for (uint32_t k = 0; k < b->ntables; k++)
			for (uint32_t r = 0; r < b->table[k].n; r += 7) {
				sbuf_reset(&text);
				evtx_record_text(sbuf_str(&bad), 0, b->table[k].offset[r], &text, &why);
			}
		batch_free(b);
		if (pool_count(pool) > 100000) {
			batch_maker_free(maker);
			pool_free(pool);
			pool = pool_new();
			maker = batch_maker_new(pool);
		}
		sbuf_free(&text);
		sbuf_free(&bad);
	}
	batch_maker_free(maker);
	pool_free(pool);
	sbuf_free(&file);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("evtx");
	TCase *t = tcase_create("evtx");

	tcase_set_timeout(t, 0);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_whole_file);
	tcase_add_test(t, wrong_checksums_are_told);
	tcase_add_test(t, a_log_in_use);
	tcase_add_test(t, cut_anywhere);
	tcase_add_test(t, whole_chunks_missing);
	tcase_add_test(t, chunks_out_of_order);
	tcase_add_test(t, damage_costs_only_itself);
	tcase_add_test(t, chunks_that_moved);
	tcase_add_test(t, records_in_unused_space);
	tcase_add_test(t, recovered_copies_are_left_out);
	tcase_add_test(t, types_of_values);
	tcase_add_test(t, values_of_wrong_size);
	tcase_add_test(t, empty_values);
	tcase_add_test(t, template_in_a_value);
	tcase_add_test(t, forwarded_events);
	tcase_add_test(t, cycles);
	tcase_add_test(t, mutations);
	suite_add_tcase(suite, t);
	SRunner *r = srunner_create(suite);
	srunner_run_all(r, CK_ENV);
	const int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
