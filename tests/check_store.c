/* The store: merging of batches, columns of every shape, order, and the texts that are made on demand. */
#include <check.h>
#include <pthread.h>
#include <stdio.h>

#include "dump.h"

static void is(struct str got, const char *want)
{
	if (!want)
		ck_assert_msg(!got.p, "got '%.*s', expected no value", STR_FMT(got));
	else
		ck_assert_msg(str_eqc(got, want), "got '%.*s', expected '%s'", STR_FMT(got), want);
}

static struct str cell(const struct store *s, struct column c, uint32_t row)
{
	return pool_str(store_pool(s), column_at(c, row));
}

static const char *const sample[] = {
	"1|2021-11-12T10:05:00.5Z|Computer=A|EventRecordID=7|Image=C:\\a.exe|CommandLine=a -x|UtcTime=2021-11-12 10:05:00.499",
	"3|2021-11-12T10:05:02.1234567Z|Computer=A|EventRecordID=8|Image=C:\\a.exe|DestinationPort=80|UtcTime=2021-11-12 10:05:02.000",
	"L1|2021-11-12T10:04:00.123456789Z|Computer=lin|Image=/bin/ls",
	"1|2021-11-12T10:05:00Z|Computer=B|EventRecordID=9|Image=C:\\b.exe|User=D\\u|UtcTime=garbage",
	"3|2021-11-12T10:05:02.1234567Z|Computer=B|Image=C:\\b.exe|DestinationPort=443|Image=C:\\c.exe",
	"22||Computer=B|QueryName=x.example|UtcTime=2021-11-12 09:00:00.001",
	"22||Computer=B|QueryName=y.example",
};
enum { NSAMPLE = sizeof(sample) / sizeof *sample };

static void check_sample(struct dump *d)
{
	struct store *s = d->store;
	const struct store_table *one = store_find(s, OS_WINDOWS, 1), *lin = store_find(s, OS_LINUX, 1);
	const struct store_table *net = store_find(s, OS_WINDOWS, 3);
	size_t n;

	ck_assert_uint_eq(store_events(s), NSAMPLE);
	ck_assert_uint_eq(store_ntables(s), 4);
	ck_assert_ptr_null(store_find(s, OS_LINUX, 3));
	ck_assert_uint_eq(table_rows(one), 2);
	ck_assert_uint_eq(table_rows(lin), 1);
	for (size_t i = 0; i < store_ntables(s); i++)
		ck_assert_uint_eq(table_index(store_table(s, i)), i);

	/* ordinals are positions in the input, over all tables */
	ck_assert_uint_eq(table_ev(one)[0], 0);
	ck_assert_uint_eq(table_ev(one)[1], 3);
	ck_assert_uint_eq(table_ev(lin)[0], 2);
	for (ev_t ev = 0; ev < NSAMPLE; ev++) {
		struct event_ref r = store_event(s, ev);
		ck_assert_uint_eq(table_ev(r.table)[r.row], ev);
		ck_assert_uint_eq(store_raw_ref(s, ev).offset, ev * 1000);
		ck_assert_uint_eq(store_raw_ref(s, ev).length, strlen(sample[ev]));
	}

	is(store_data(s, 0, "Image"), "C:\\a.exe");
	is(store_data(s, 4, "Image"), "C:\\c.exe");
	is(store_data(s, 0, "User"), NULL);
	is(store_data(s, 0, "nonesuch"), NULL);
	is(store_data(s, 3, "User"), "D\\u");
	is(store_sys(s, 3, SYS_COMPUTER), "B");
	is(store_sys(s, 3, SYS_EVENT_ID), "1");
	is(store_sys(s, 3, SYS_CHANNEL), NULL);
	is(cell(s, table_data(s, net, STR("DestinationPort")), 1), "443");
	ck_assert(column_none(table_data(s, net, STR("QueryName"))));

	/* times as they were written */
	is(store_sys(s, 0, SYS_TIME_CREATED), "2021-11-12T10:05:00.5Z");
	is(store_sys(s, 1, SYS_TIME_CREATED), "2021-11-12T10:05:02.1234567Z");
	is(store_sys(s, 2, SYS_TIME_CREATED), "2021-11-12T10:04:00.123456789Z");
	is(store_sys(s, 3, SYS_TIME_CREATED), "2021-11-12T10:05:00Z");
	is(store_sys(s, 5, SYS_TIME_CREATED), NULL);
	is(cell(s, table_sys(s, one, SYS_TIME_CREATED), 0), "2021-11-12T10:05:00.5Z");
	is(cell(s, table_sys(s, one, SYS_TIME_CREATED), 1), "2021-11-12T10:05:00Z");
	is(store_data(s, 0, "UtcTime"), "2021-11-12 10:05:00.499");
	is(store_data(s, 3, "UtcTime"), "garbage");
	is(store_data(s, 4, "UtcTime"), NULL);
	is(cell(s, table_data(s, one, STR("UtcTime")), 0), "2021-11-12 10:05:00.499");
	is(cell(s, table_data(s, one, STR("UtcTime")), 1), "garbage");
	is(cell(s, table_data(s, net, STR("UtcTime")), 0), "2021-11-12 10:05:02.000");
	is(cell(s, table_data(s, net, STR("UtcTime")), 1), NULL);
	ck_assert_int_eq(store_time(s, 1), INT64_C(1636711502123456));
	ck_assert_int_eq(store_time(s, 5), INT64_C(1636707600001000));
	ck_assert_int_eq(store_time(s, 6), WHEN_NONE);
	ck_assert_int_eq(store_first(s), INT64_C(1636707600001000));
	ck_assert_int_eq(store_last(s), INT64_C(1636711502123456));

	/* record numbers */
	ck_assert_uint_eq(store_record_id(s, 0), 7);
	ck_assert_uint_eq(store_record_id(s, 4), UINT64_MAX);
	is(store_sys(s, 0, SYS_RECORD_ID), "7");
	is(store_sys(s, 4, SYS_RECORD_ID), NULL);
	is(cell(s, table_sys(s, net, SYS_RECORD_ID), 0), "8");
	is(cell(s, table_sys(s, net, SYS_RECORD_ID), 1), NULL);

	/* names in order of appearance */
	const uint32_t *field = table_fields(one, &n);
	static const char *const names[] = {"Image", "CommandLine", "UtcTime", "User"};
	ck_assert_uint_eq(n, 4);
	for (size_t i = 0; i < n; i++)
		is(pool_str(store_pool(s), field[i]), names[i]);

	/* newest first; at one time the later in the input first; without time last */
	static const ev_t order[] = {4, 1, 0, 3, 2, 5, 6};
	const ev_t *by_time = store_by_time(s);
	for (size_t i = 0; i < NSAMPLE; i++)
		ck_assert_uint_eq(by_time[i], order[i]);
	ck_assert_ptr_null(table_by_time(s, net));
	const uint32_t *rows = table_by_time(s, one);
	ck_assert_ptr_nonnull(rows);
	ck_assert_uint_eq(rows[0], 0);
	ck_assert_uint_eq(rows[1], 1);
	ck_assert_uint_gt(store_bytes(s), 0);
}

START_TEST(any_cut_gives_the_same_store)
{
	for (size_t per_batch = 1; per_batch <= NSAMPLE; per_batch++)
		for (size_t pools = 1; pools <= 3; pools++) {
			struct dump *d = dump_cut_new(sample, NSAMPLE, per_batch, pools, 0);
			check_sample(d);
			dump_free(d);
		}
}
END_TEST

START_TEST(inputs)
{
	struct dump *d = dump_cut_new(sample, NSAMPLE, 2, 2, 1);

	for (ev_t ev = 0; ev < NSAMPLE; ev++)
		ck_assert_uint_eq(store_raw_ref(d->store, ev).input, ev / 2);
	ck_assert_str_eq(store_input_name(d->store, 6), "made.xml");
	dump_free(d);
}
END_TEST

START_TEST(no_event)
{
	struct dump *d = dump_cut_new(sample, 0, 1, 1, 0);

	ck_assert_uint_eq(store_events(d->store), 0);
	ck_assert_uint_eq(store_ntables(d->store), 0);
	ck_assert_int_eq(store_first(d->store), WHEN_NONE);
	ck_assert_ptr_nonnull(store_by_time(d->store));
	dump_free(d);
}
END_TEST

START_TEST(same_text)
{
	struct dump *d = DUMP(
		"11|2021-11-12T10:05:00Z|UtcTime=2021-11-12 10:05:00.499|CreationUtcTime=2021-11-12 10:05:00.499|A=x|B=x",
		"11|2021-11-12T10:05:01Z|UtcTime=2021-11-12 10:05:00.499|CreationUtcTime=2021-11-12 10:05:00.498|A=x|B=y",
		"11|2021-11-12T10:05:02Z|UtcTime=2021-11-12 10:05:00.499|A=x",
		"11|2021-11-12T10:05:03Z|UtcTime=odd|CreationUtcTime=odd");
	const struct store_table *t = store_find(d->store, OS_WINDOWS, 11);
	static const bool times[] = {true, false, false, true}, texts[] = {true, false, false, false};

	for (uint32_t r = 0; r < 4; r++) {
		ck_assert_int_eq(table_same(d->store, t, STR("UtcTime"), STR("CreationUtcTime"), r), times[r]);
		ck_assert_int_eq(table_same(d->store, t, STR("A"), STR("B"), r), texts[r]);
		ck_assert(!table_same(d->store, t, STR("A"), STR("C"), r));
	}
	dump_free(d);
}
END_TEST

/* Columns of all shapes: constant, few values, many, nearly all different, sparse. */
START_TEST(encoding)
{
	static const uint32_t sizes[] = {1, 2, 15, 16, 64, 65, 200, 1000, 70000, 200000};
	static const uint32_t spread[] = {1, 2, 255, 256, 257, 65535, 65536, 70000, 1000000};
	uint32_t seed = 1;

	for (size_t i = 0; i < sizeof(sizes) / sizeof *sizes; i++)
		for (size_t k = 0; k < sizeof(spread) / sizeof *spread; k++)
			for (uint32_t gap = 1; gap <= 100; gap += 33) {
				uint32_t n = sizes[i], *id = xcalloc(n, sizeof(*id)), *want = xcalloc(n, sizeof(*want));
				for (uint32_t r = 0; r < n; r++) {
					seed = seed * 1664525 + 1013904223;
					want[r] = id[r] = (seed >> 8) % gap == 0 ? (seed >> 4) % spread[k] + 5 : 0;
				}
				struct column c = column_encode(id, n);
				uint32_t bad = 0;
				for (uint32_t r = 0; r < n; r++)
					bad += column_at(c, r) != want[r];
				ck_assert_msg(!bad, "%u rows of %u, %u values, gap %u", bad, n, spread[k], gap);
				ck_assert_uint_le(column_bytes(&c, n), (size_t)n * 8 + 16);
				/* each entry of the dictionary is some row's value */
				uint8_t *seen = xcalloc(c.ndict, 1);
				for (uint32_t r = 0; r < n; r++)
					seen[column_code(&c, r)] = 1;
				for (uint32_t e = 0; e < c.ndict; e++)
					bad += !seen[e];
				ck_assert_msg(!bad, "%u of %u entries belong to no row", bad, c.ndict);
				free(seen);
				free(want);
				column_free(&c);
			}
}
END_TEST

/* Rows that are all different keep no codes; rows that are all the same, one id. */
START_TEST(memory)
{
	uint32_t *id = xcalloc(100000, sizeof(*id));
	for (uint32_t r = 0; r < 100000; r++)
		id[r] = r + 1;
	struct column c = column_encode(id, 100000);
	ck_assert_uint_eq(column_bytes(&c, 100000), 400000);
	column_free(&c);

	id = xcalloc(100000, sizeof(*id));
	for (uint32_t r = 0; r < 100000; r++)
		id[r] = 9;
	c = column_encode(id, 100000);
	ck_assert_uint_eq(column_bytes(&c, 100000), 4);
	column_free(&c);
}
END_TEST

/* More names than a table may have: those with the lowest rank stay, whatever the cut, and the report says so. */
START_TEST(too_many_fields)
{
	enum { EVENTS = 40, NAMES = 30 };
	static char text[EVENTS][NAMES * 24];
	const char *event[EVENTS];
	size_t kept[2] = {0, 0};

	for (size_t e = 0; e < EVENTS; e++) {
		char *p = text[e] + sprintf(text[e], "1|2021-11-12T10:05:00Z|Image=C:\\x%zu.exe", e);
		for (size_t f = 0; f < NAMES; f++)
			p += sprintf(p, "|n%zu=v%zu", e * NAMES + f, f);
		event[e] = text[e];
	}
	for (size_t cut = 0; cut < 2; cut++) {
		struct dump *d = dump_cut_new(event, EVENTS, cut ? 7 : EVENTS, 2, 0);
		const struct store_table *t = store_find(d->store, OS_WINDOWS, 1);
		size_t n;
		table_fields(t, &n);
		ck_assert_uint_eq(n, BATCH_COLUMNS_MAX);
		is(store_data(d->store, 39, "Image"), "C:\\x39.exe");
		for (size_t e = 0; e < EVENTS; e++)
			for (size_t f = 0; f < NAMES; f++) {
				char name[16];
				sprintf(name, "n%zu", e * NAMES + f);
				struct str v = store_data(d->store, (ev_t)e, name);
				if (v.p)
					kept[cut] += (e * NAMES + f) * 31 + 1;
			}
		if (cut)
			ck_assert(strstr(d->load->report[0].reason, "event 1") != NULL);
		dump_free(d);
	}
	ck_assert_uint_eq(kept[0], kept[1]);
}
END_TEST

static void *read_all(void *arg)
{
	const struct store *s = arg;
	uint64_t sum = 0;

	for (size_t i = 0; i < store_ntables(s); i++) {
		const struct store_table *t = store_table(s, i);
		struct column time = table_sys(s, t, SYS_TIME_CREATED), utc = table_data(s, t, STR("UtcTime"));
		const uint32_t *order = table_by_time(s, t);
		for (uint32_t r = 0; r < table_rows(t); r++)
			sum += pool_str(store_pool(s), column_at(time, r)).n + pool_str(store_pool(s), column_at(utc, r)).n +
			       (order ? order[r] : 0);
	}
	return (void *)(uintptr_t)(sum + store_by_time(s)[0]);
}

START_TEST(made_once_by_many_threads)
{
	struct dump *d = dump_cut_new(sample, NSAMPLE, 2, 2, 0);
	pthread_t thread[4];
	void *first = NULL;

	for (size_t i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, read_all, d->store), 0);
	for (size_t i = 0; i < 4; i++) {
		void *sum;
		pthread_join(thread[i], &sum);
		if (!first)
			first = sum;
		ck_assert_ptr_eq(sum, first);
	}
	dump_free(d);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store");
	TCase *t = tcase_create("store");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, any_cut_gives_the_same_store);
	tcase_add_test(t, inputs);
	tcase_add_test(t, no_event);
	tcase_add_test(t, same_text);
	tcase_add_test(t, encoding);
	tcase_add_test(t, memory);
	tcase_add_test(t, too_many_fields);
	tcase_add_test(t, made_once_by_many_threads);
	suite_add_tcase(suite, t);
	SRunner *r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
