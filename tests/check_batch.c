/* batch.h and sysmon.h: what is kept of a record and how. */
#include <check.h>

#include "load_tools.h"
#include "load/sysmon.h"

static struct pool *pool;
static struct batch_maker *maker;
static struct batch *b;

static void setup(void)
{
	pool = pool_new();
	maker = batch_maker_new(pool);
	b = batch_new(maker, 0, 0);
}

static void teardown(void)
{
	batch_free(b);
	batch_maker_free(maker);
	pool_free(pool);
}

static void sysmon_event_begin(const char *id, const char *time)
{
	batch_begin(b);
	batch_sys(b, SYS_PROVIDER, STR("Microsoft-Windows-Sysmon"));
	batch_sys(b, SYS_EVENT_ID, str_c(id));
	batch_sys(b, SYS_TIME_CREATED, str_c(time));
}

static void data(const char *name, const char *value)
{
	batch_data(b, str_c(name), str_c(value));
}

static struct str cell(const struct batch_table *t, const char *name, uint32_t row)
{
	for (uint32_t c = 0; c < t->ncols; c++)
		if (str_eqc(pool_str(pool, t->col[c].name), name))
			return pool_str(pool, batch_cell(t, t->col[c].cells, row));
	return (struct str){NULL, 0};
}

static uint32_t raw_cell(const struct batch_table *t, const char *name, uint32_t row)
{
	for (uint32_t c = 0; c < t->ncols; c++)
		if (str_eqc(pool_str(pool, t->col[c].name), name))
			return batch_cell(t, t->col[c].cells, row);
	return 0;
}

#define ASSERT_STR(s, text) ck_assert_msg(str_eqc((s), (text)), "'%.*s'", STR_FMT(s))

START_TEST(keeps_an_event)
{
	sysmon_event_begin("1", "2020-09-20T01:18:13.287123456Z");
	batch_sys(b, SYS_COMPUTER, STR("A"));
	batch_sys(b, SYS_RECORD_ID, STR("77"));
	data("Image", "C:\\a.exe");
	data("RuleName", "");
	ck_assert(batch_end(b, 100, 50));
	ck_assert_uint_eq(b->nevents, 1);
	batch_done(b);
	ck_assert_uint_eq(b->ntables, 1);
	struct batch_table *t = &b->table[0];
	ck_assert_uint_eq(t->event_id, 1);
	ck_assert_uint_eq(t->os, OS_WINDOWS);
	ck_assert_int_eq(t->time[0], when_utc(2020, 9, 20, 1, 18, 13) + 287123);
	ck_assert_uint_eq(t->time_tail[0], 456 + 1024 * 9);
	ck_assert_uint_eq(t->record_id[0], 77);
	ck_assert_uint_eq(t->offset[0], 100);
	ck_assert_uint_eq(t->length[0], 50);
	ASSERT_STR(pool_str(pool, batch_cell(t, t->sys[SYS_COMPUTER], 0)), "A");
	ASSERT_STR(cell(t, "Image", 0), "C:\\a.exe");
	ck_assert_ptr_null(cell(t, "RuleName", 0).p);    /* empty is absent */
	ck_assert_uint_eq(batch_cell(t, t->sys[SYS_CHANNEL], 0), 0);
}
END_TEST

START_TEST(rows_stay_parallel)
{
	/* A column that comes late, one that goes, and the order of fields that changes. */
	sysmon_event_begin("1", "2020-01-01T00:00:00Z");
	data("A", "a0");
	data("B", "b0");
	ck_assert(batch_end(b, 0, 1));
	sysmon_event_begin("1", "2020-01-01T00:00:01Z");
	data("B", "b1");
	data("C", "c1");
	data("A", "a1");
	batch_sys(b, SYS_CHANNEL, STR("ch"));
	ck_assert(batch_end(b, 1, 1));
	for (int i = 2; i < 100; i++) {
		sysmon_event_begin("1", "2020-01-01T00:00:02Z");
		data(i % 2 ? "C" : "A", "x");
		ck_assert(batch_end(b, (uint64_t)i, 1));
	}
	batch_done(b);
	struct batch_table *t = &b->table[0];
	ck_assert_uint_eq(t->n, 100);
	ASSERT_STR(cell(t, "A", 0), "a0");
	ASSERT_STR(cell(t, "B", 0), "b0");
	ck_assert_ptr_null(cell(t, "C", 0).p);
	ASSERT_STR(cell(t, "A", 1), "a1");
	ASSERT_STR(cell(t, "B", 1), "b1");
	ASSERT_STR(cell(t, "C", 1), "c1");
	ck_assert_uint_eq(batch_cell(t, t->sys[SYS_CHANNEL], 0), 0);
	ck_assert_uint_ne(batch_cell(t, t->sys[SYS_CHANNEL], 1), 0);
	ck_assert_uint_eq(batch_cell(t, t->sys[SYS_CHANNEL], 99), 0);
	ck_assert_ptr_null(cell(t, "B", 50).p);
	ASSERT_STR(cell(t, "A", 50), "x");
	ck_assert_ptr_null(cell(t, "C", 50).p);
	ck_assert_uint_eq(t->seq[99], 99);
}
END_TEST

START_TEST(last_of_a_name_counts)
{
	sysmon_event_begin("19", "2020-01-01T00:00:00Z");
	data("Name", "first");
	data("Query", "q");
	data("Name", "last");
	data("Name", "");
	batch_sys(b, SYS_COMPUTER, STR("first"));
	batch_sys(b, SYS_COMPUTER, STR("last"));
	ck_assert(batch_end(b, 0, 1));
	batch_done(b);
	ASSERT_STR(cell(&b->table[0], "Name", 0), "last");
	ASSERT_STR(pool_str(pool, batch_cell(&b->table[0], b->table[0].sys[SYS_COMPUTER], 0)), "last");
}
END_TEST

/* Fields in a loop, so that each name is the one expected next, whatever value came last in its column. */
START_TEST(last_of_a_name_counts_in_every_record)
{
	static const char *const value[] = {"x", "y", "z"};
	const char *name[300], *other[300];
	unsigned seed = 3;

	for (int i = 0; i < 300; i++) {
		sysmon_event_begin("19", "2020-01-01T00:00:00Z");
		for (int k = 0; k < 3; k++) {
			data("Name", name[i] = value[rand_r(&seed) % 3]);
			data("Query", other[i] = value[rand_r(&seed) % 3]);
		}
		data("Query", other[i] = value[rand_r(&seed) % 3]);
		ck_assert(batch_end(b, (uint64_t)i, 1));
	}
	batch_done(b);
	for (uint32_t i = 0; i < 300; i++) {
		ASSERT_STR(cell(&b->table[0], "Name", i), name[i]);
		ASSERT_STR(cell(&b->table[0], "Query", i), other[i]);
	}
}
END_TEST

START_TEST(texts_are_copied)
{
	char value[] = "keep me", name[] = "Image";

	sysmon_event_begin("1", "2020-01-01T00:00:00Z");
	data(name, value);
	memset(value, '#', sizeof(value) - 1);
	memset(name, '#', sizeof(name) - 1);
	/* Enough to need more than one block. */
	char *big = xmalloc(30001);
	memset(big, 'x', 30000);
	big[30000] = '\0';
	data("Big", big);
	memset(big, 'y', 30000);
	data("Big2", big);
	ck_assert(batch_end(b, 0, 1));
	free(big);
	batch_done(b);
	ASSERT_STR(cell(&b->table[0], "Image", 0), "keep me");
	ck_assert_int_eq(cell(&b->table[0], "Big", 0).p[29999], 'x');
}
END_TEST

START_TEST(times)
{
	static const struct {
		const char *system, *name, *value, *want;
		int tail;
	} c[] = {
		{"2020-09-20T01:18:13.2871239Z", NULL, NULL, "2020-09-20T01:18:13.287123Z", 900 + 1024 * 7},
		{"2020-09-20T01:18:13Z", NULL, NULL, "2020-09-20T01:18:13.000000Z", 0},
		{"2020-09-20 01:18:13.5", NULL, NULL, "2020-09-20T01:18:13.500000Z", 1024},
		{"2020-09-20T03:18:13.5+02:00", NULL, NULL, "2020-09-20T01:18:13.500000Z", 1024},
		{"", "UtcTime", "2020-09-20 01:18:13.287", "2020-09-20T01:18:13.287000Z", -1},
		{"yesterday", "UtcTime", "2020-09-20 01:18:13.287", "2020-09-20T01:18:13.287000Z", -1},
		{"2020-02-30T00:00:00Z", "UtcTime", "2020-09-20 01:18:13.287", "2020-09-20T01:18:13.287000Z", -1},
		{"", "@timestamp", "2020-09-20T01:18:13.287Z", "2020-09-20T01:18:13.287000Z", -1},
		{"", "TimeGenerated", "2020-09-20T01:18:13.2Z", "2020-09-20T01:18:13.200000Z", -1},
		{"", "EventTime", "2020-09-20 01:18:13", "2020-09-20T01:18:13.000000Z", -1},
		{"", "Other", "2020-09-20 01:18:13", "-", -1},
	};

	for (size_t i = 0; i < sizeof(c) / sizeof *c; i++) {
		sysmon_event_begin("5", c[i].system);
		if (c[i].name)
			data(c[i].name, c[i].value);
		ck_assert(batch_end(b, 0, 1));
	}
	batch_done(b);
	for (size_t i = 0; i < sizeof(c) / sizeof *c; i++) {
		char got[WHEN_SIZE] = "-";
		if (b->table[0].time[i] != WHEN_NONE)
			when_iso(b->table[0].time[i], 6, got);
		ck_assert_str_eq(got, c[i].want);
		ck_assert_uint_eq(b->table[0].time_tail[i], c[i].tail < 0 ? 0xFFFF : (unsigned)c[i].tail);
	}
}
END_TEST

START_TEST(utc_time_goes_first)
{
	sysmon_event_begin("5", "");
	data("EventTime", "2021-01-01 00:00:00");
	data("@timestamp", "2022-01-01T00:00:00Z");
	data("UtcTime", "2023-01-01 00:00:00.000");
	ck_assert(batch_end(b, 0, 1));
	batch_done(b);
	ck_assert_int_eq(b->table[0].time[0], when_utc(2023, 1, 1, 0, 0, 0));
}
END_TEST

START_TEST(cells_of_time)
{
	static const struct {
		const char *value;
		bool time;
	} c[] = {
		{"2020-01-01 00:00:00.123", true},
		{"2019-12-31 23:59:59.999", true},
		{"2020-01-05 10:11:12.001", true},
		{"2020-01-01 00:00:00.12", false},
		{"2020-01-01 00:00:00.1234", false},
		{"2020-01-01T00:00:00.123", false},
		{"2020-01-01 24:00:00.000", false},
		{"2020-01-01 00:60:00.000", false},
		{"2020-01-01 00:00:60.000", false},
		{"2019-02-29 00:00:00.000", false},
		{"2020-01-01 0a:00:00.000", false},
		{"1601-01-01 00:00:00.000", false},      /* too far away */
	};
	usec_t when = when_utc(2020, 1, 1, 0, 0, 0) + 500600;

	for (size_t i = 0; i < sizeof(c) / sizeof *c; i++) {
		sysmon_event_begin("2", "2020-01-01T00:00:00.5006Z");
		data("CreationUtcTime", c[i].value);
		ck_assert(batch_end(b, 0, 1));
	}
	batch_done(b);
	for (size_t i = 0; i < sizeof(c) / sizeof *c; i++) {
		uint32_t got = raw_cell(&b->table[0], "CreationUtcTime", (uint32_t)i);
		ck_assert_msg(((got & CELL_TIME) != 0) == c[i].time, "%s", c[i].value);
		if (c[i].time) {
			char text[WHEN_SIZE];
			when_iso(cell_time(got, when), 3, text);
			ck_assert(memcmp(text, c[i].value, 10) == 0 && memcmp(text + 11, c[i].value + 11, 12) == 0);
		} else {
			ASSERT_STR(pool_str(pool, got), c[i].value);
		}
	}
}
END_TEST

START_TEST(cells_of_time_before_1970)
{
	sysmon_event_begin("2", "1969-12-31T23:59:59.9995Z");
	data("CreationUtcTime", "1969-12-31 23:59:58.001");
	ck_assert(batch_end(b, 0, 1));
	batch_done(b);
	char text[WHEN_SIZE];
	when_iso(cell_time(raw_cell(&b->table[0], "CreationUtcTime", 0), b->table[0].time[0]), 3, text);
	ck_assert_str_eq(text, "1969-12-31T23:59:58.001Z");
}
END_TEST

START_TEST(providers)
{
	static const struct {
		const char *provider, *channel;
		int os;
	} c[] = {
		{"Microsoft-Windows-Sysmon", "", OS_WINDOWS},
		{"MICROSOFT-windows-SYSMON", "x", OS_WINDOWS},
		{"Linux-Sysmon", "", OS_LINUX},
		{"", "Microsoft-Windows-Sysmon/Operational", OS_WINDOWS},
		{"", "Linux-Sysmon/Operational", OS_LINUX},
		{"Microsoft-Windows-Sysmon2", "", -1},
		{"Security", "Microsoft-Windows-Sysmon/Operational", -1},
		{"", "Security", -1},
		{"", "", -1},
	};

	for (size_t i = 0; i < sizeof(c) / sizeof *c; i++) {
		batch_begin(b);
		batch_sys(b, SYS_PROVIDER, str_c(c[i].provider));
		batch_sys(b, SYS_CHANNEL, str_c(c[i].channel));
		batch_sys(b, SYS_EVENT_ID, STR(" 3 "));
		ck_assert_int_eq(batch_end(b, 0, 1), c[i].os >= 0);
	}
	batch_done(b);
	ck_assert_uint_eq(b->ntables, 2);
	ck_assert_uint_eq(b->table[0].n, 3);
	ck_assert_uint_eq(b->table[1].n, 2);
	ck_assert_uint_eq(b->nothers, 4);
}
END_TEST

START_TEST(others_are_counted)
{
	for (int i = 0; i < 3000; i++) {
		char id[16];
		snprintf(id, sizeof(id), "%d", 4000 + i % 1000);
		batch_begin(b);
		batch_sys(b, SYS_PROVIDER, STR("Microsoft-Windows-Security-Auditing"));
		batch_sys(b, SYS_CHANNEL, STR("Security"));
		batch_sys(b, SYS_EVENT_ID, str_c(id));
		for (int k = 0; k < 300; k++)            /* more than an event of Sysmon may have: not our business */
			data("x", "y");
		ck_assert(!batch_end(b, 0, 1));
	}
	ck_assert_uint_eq(b->nothers, 1000);
	ck_assert_uint_eq(b->damaged, 0);
	for (int i = 0; i < 1000; i++)
		ck_assert_uint_eq(b->other[i].count, 3);
}
END_TEST

START_TEST(damage)
{
	static const char *const bad_id[] = {"", "x", "70000", "-1", "1.5"};

	for (size_t i = 0; i < sizeof(bad_id) / sizeof *bad_id; i++) {
		sysmon_event_begin(bad_id[i], "2020-01-01T00:00:00Z");
		ck_assert(!batch_end(b, i, 5));
	}
	ck_assert_uint_eq(b->damaged, 5);
	batch_damaged(b, 9, 3, "bad %s\x1b[31m \xff", "thing\n");
	ck_assert_str_eq(b->damage[5].reason, "bad thing??[31m ?");
	ck_assert_uint_eq(b->damage[5].offset, 9);
	ck_assert_uint_eq(b->damage[5].length, 3);
	for (int i = 0; i < 2 * BATCH_DAMAGE_MAX; i++)
		batch_damaged(b, 0, 1, "%300s", "long");
	ck_assert_uint_eq(b->ndamage, BATCH_DAMAGE_MAX);
	ck_assert_uint_eq(b->damaged, 6 + 2 * BATCH_DAMAGE_MAX);
	ck_assert_uint_eq(b->nevents, 0);
}
END_TEST

START_TEST(limits)
{
	char name[BATCH_NAME_MAX + 2];

	memset(name, 'n', sizeof(name));
	sysmon_event_begin("1", "2020-01-01T00:00:00Z");
	for (int i = 0; i < BATCH_FIELDS_MAX + 1; i++)
		data("x", "y");
	ck_assert(!batch_end(b, 0, 1));
	ck_assert_str_eq(b->damage[0].reason, "more than 256 fields in one event");

	sysmon_event_begin("1", "2020-01-01T00:00:00Z");
	for (int i = 0; i < BATCH_FIELDS_MAX; i++)
		data("x", "y");
	ck_assert(batch_end(b, 0, 1));

	sysmon_event_begin("1", "2020-01-01T00:00:00Z");
	batch_data(b, (struct str){name, BATCH_NAME_MAX + 1}, STR("y"));
	ck_assert(!batch_end(b, 0, 1));

	char *big = xcalloc(1, BATCH_VALUE_MAX + 1);
	sysmon_event_begin("1", "2020-01-01T00:00:00Z");
	batch_data(b, STR("x"), (struct str){big, BATCH_VALUE_MAX + 1});
	ck_assert(!batch_end(b, 0, 1));
	sysmon_event_begin("1", "2020-01-01T00:00:00Z");
	batch_data(b, STR("x"), (struct str){big, BATCH_VALUE_MAX});
	ck_assert(batch_end(b, 0, 1));
	b->stable = true;                                /* no copies: only the limit on all texts is meant here */
	sysmon_event_begin("1", "2020-01-01T00:00:00Z");
	for (int i = 0; i < 5; i++)
		batch_data(b, STR("x"), (struct str){big, BATCH_VALUE_MAX});
	ck_assert(!batch_end(b, 0, 1));
	free(big);
	ck_assert_uint_eq(b->damaged, 4);
}
END_TEST

START_TEST(event_ids_of_all_sizes)
{
	for (unsigned id = 0; id <= 65535; id += 257) {
		char text[16];
		snprintf(text, sizeof(text), "%u", id);
		sysmon_event_begin(text, "2020-01-01T00:00:00Z");
		ck_assert(batch_end(b, 0, 1));
		sysmon_event_begin(text, "2020-01-01T00:00:00Z");
		ck_assert(batch_end(b, 0, 1));
	}
	batch_done(b);
	ck_assert_uint_eq(b->ntables, 256);
	ck_assert_uint_eq(b->table[255].n, 2);
}
END_TEST

/* Which columns survive does not depend on the order in which their names come. */
START_TEST(columns_are_bounded)
{
	enum { MANY = 3 * BATCH_COLUMNS_MAX };
	struct batch_maker *other = batch_maker_new(pool);
	struct batch *back = batch_new(other, 0, 0);
	struct batch *both[] = {b, back};

	for (int k = 0; k < 2; k++)
		for (int i = 0; i < MANY; i++) {
			char name[16];
			snprintf(name, sizeof(name), "f%d", k ? MANY - 1 - i : i);
			batch_begin(both[k]);
			batch_sys(both[k], SYS_PROVIDER, STR("Linux-Sysmon"));
			batch_sys(both[k], SYS_EVENT_ID, STR("1"));
			batch_data(both[k], str_c(name), STR("v"));
			if (i == MANY / 2)
				batch_data(both[k], STR("ParentCommandLine"), STR("kept"));
			ck_assert(batch_end(both[k], 0, 1));
		}
	batch_done(b);
	batch_done(back);
	batch_maker_free(other);
	ck_assert_uint_eq(b->table[0].ncols, BATCH_COLUMNS_MAX);
	ck_assert_uint_eq(back->table[0].ncols, BATCH_COLUMNS_MAX);
	ck_assert(b->narrowed && back->narrowed);
	ck_assert_uint_eq(b->damaged, 0);
	for (uint32_t i = 0; i < BATCH_COLUMNS_MAX; i++) {
		uint32_t k = 0;
		while (k < BATCH_COLUMNS_MAX && back->table[0].col[k].name != b->table[0].col[i].name)
			k++;
		ck_assert_uint_lt(k, BATCH_COLUMNS_MAX);
	}
	uint32_t name = pool_find(pool, STR("ParentCommandLine")), k = 0;
	while (k < BATCH_COLUMNS_MAX && b->table[0].col[k].name != name)
		k++;
	ck_assert_uint_lt(k, BATCH_COLUMNS_MAX);
	batch_free(back);
}
END_TEST

/* What a maker remembers of one batch helps with the next and shows in nothing. */
START_TEST(batches_of_one_maker_are_strangers)
{
	struct batch *next, *narrow;

	for (int i = 0; i < 900; i++) {
		sysmon_event_begin("1", "2020-01-01T00:00:00Z");
		data("A", "a");
		data("B", i % 2 ? "odd" : "even");
		batch_sys(b, SYS_COMPUTER, STR("host"));
		ck_assert(batch_end(b, 0, 1));
	}
	batch_done(b);
	ck_assert(b->table[0].col[0].cells.same && !b->table[0].col[1].cells.same);
	ASSERT_STR(cell(&b->table[0], "A", 899), "a");
	ASSERT_STR(cell(&b->table[0], "B", 899), "odd");

	struct batch *first = b;
	next = b = batch_new(maker, 0, 1);
	for (int i = 0; i < 3; i++) {
		sysmon_event_begin(i == 2 ? "1" : "5", "2020-01-01T00:00:00Z");
		data(i == 0 ? "B" : i == 1 ? "A" : "C", "new");
		ck_assert(batch_end(b, 0, 1));
	}
	batch_done(b);
	ck_assert_uint_eq(next->ntables, 2);
	ck_assert_uint_eq(next->table[0].event_id, 5);   /* in the order of this batch */
	ASSERT_STR(cell(&next->table[0], "B", 0), "new");
	ck_assert_ptr_null(cell(&next->table[0], "B", 1).p);
	ck_assert_uint_eq(next->table[1].ncols, 1);      /* nothing of A and B */
	ASSERT_STR(cell(&next->table[1], "C", 0), "new");
	ck_assert_uint_eq(batch_cell(&next->table[1], next->table[1].sys[SYS_COMPUTER], 0), 0);

	/* Names of the batch before do not take the places of this one's. */
	narrow = b = batch_new(maker, 0, 2);
	for (int i = 0; i < BATCH_COLUMNS_MAX; i++) {
		char name[16];
		snprintf(name, sizeof(name), "f%d", i);
		sysmon_event_begin("1", "2020-01-01T00:00:00Z");
		data(name, "v");
		ck_assert(batch_end(b, 0, 1));
	}
	batch_done(b);
	ck_assert(!narrow->narrowed);
	ck_assert_uint_eq(narrow->table[0].ncols, BATCH_COLUMNS_MAX);

	b = batch_new(maker, 0, 3);                      /* one that is given up leaves nothing either */
	sysmon_event_begin("7", "2020-01-01T00:00:00Z");
	ck_assert(batch_end(b, 0, 1));
	batch_free(b);
	b = batch_new(maker, 0, 4);
	batch_done(b);
	ck_assert_uint_eq(b->ntables, 0);
	batch_free(first);
	batch_free(next);
	batch_free(narrow);
}
END_TEST

START_TEST(tables_of_sysmon)
{
	size_t n;
	const struct sysmon_event *e = sysmon_events(&n);

	ck_assert_uint_eq(n, 30);
	for (size_t i = 0; i < n; i++) {
		bool gist = false;
		ck_assert_ptr_eq(sysmon_event(e[i].id), &e[i]);
		for (size_t k = 0; k < e[i].nfields; k++)
			gist |= strcmp(e[i].field[k].name, e[i].gist) == 0;
		ck_assert_msg(gist, "%u has no %s", e[i].id, e[i].gist);
	}
	ck_assert_ptr_null(sysmon_event(0));
	ck_assert_ptr_null(sysmon_event(30));
	ck_assert_ptr_null(sysmon_event(254));
	ck_assert_str_eq(sysmon_event(22)->signature, "DNS query");
	ck_assert_str_eq(sysmon_event(255)->signature, "Error");
	ck_assert_int_eq(sysmon_type(STR("UtcTime")), ST_TIME);
	ck_assert_int_eq(sysmon_type(STR("SourceProcessGUID")), ST_GUID);
	ck_assert_int_eq(sysmon_type(STR("Nonsense")), ST_TEXT);
	ck_assert_ptr_null(sysmon_field(STR("utctime")));
	for (int f = 0; f < SYS_COUNT; f++)
		ck_assert_ptr_nonnull(sys_field_name[f]);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("batch");
	TCase *t = tcase_create("batch");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, keeps_an_event);
	tcase_add_test(t, rows_stay_parallel);
	tcase_add_test(t, last_of_a_name_counts);
	tcase_add_test(t, last_of_a_name_counts_in_every_record);
	tcase_add_test(t, texts_are_copied);
	tcase_add_test(t, times);
	tcase_add_test(t, utc_time_goes_first);
	tcase_add_test(t, cells_of_time);
	tcase_add_test(t, cells_of_time_before_1970);
	tcase_add_test(t, providers);
	tcase_add_test(t, others_are_counted);
	tcase_add_test(t, damage);
	tcase_add_test(t, limits);
	tcase_add_test(t, event_ids_of_all_sizes);
	tcase_add_test(t, columns_are_bounded);
	tcase_add_test(t, batches_of_one_maker_are_strangers);
	tcase_add_test(t, tables_of_sysmon);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
