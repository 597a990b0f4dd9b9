/* Which events of a load stay: of copies the first, however they were written; those in the wanted time. */
#include <check.h>

#include "load_tools.h"

static char *dir;

static void setup(void)
{
	dir = temp_dir();
}

static void teardown(void)
{
	remove_dir(dir);
}

static char *xml_file(const char *name, unsigned from, unsigned to)
{
	struct sbuf t = {0};

	for (unsigned i = from; i < to; i++)
		add_event_xml(&t, 1 + i % 3, i, "<Data Name='Image'>C:\\a.exe</Data>");
	char *path = write_file(dir, name, sbuf_str(&t));
	sbuf_free(&t);
	return path;
}

static struct load *load_two(const char *a, const char *b, struct load_opts o)
{
	const char *const paths[] = {a, b};

	return load_run(paths, b ? 2 : 1, &o);
}

START_TEST(same_file_twice)
{
	char *path = xml_file("a.xml", 1, 50);
	struct load *once = load_two(path, NULL, (struct load_opts){0});
	char *want = NULL, *got = NULL;

	ck_assert_uint_eq(once->duplicates, 0);
	for (size_t chunk = 1; chunk < 100000; chunk *= 10) {
		struct load *l = load_two(path, path, (struct load_opts){.chunk = chunk});
		struct sbuf a = {0}, b = {0};
		ck_assert_uint_eq(l->events, 49);
		ck_assert_uint_eq(l->duplicates, 49);
		ck_assert_uint_eq(l->report[0].events, 49);
		ck_assert_uint_eq(l->report[1].events, 0);
		ck_assert_uint_eq(l->report[1].duplicates, 49);
		ck_assert_int_eq(l->report[1].first, WHEN_NONE);
		for (size_t i = 0; i < once->nbatches; i++)
			show_events(&a, once->batch[i]);
		for (size_t i = 0; i < l->nbatches; i++)
			show_events(&b, l->batch[i]);
		want = a.p;
		got = b.p;
		ck_assert_str_eq(got, want);
		free(want);
		free(got);
		load_free(l);
	}
	struct load *l = load_two(path, path, (struct load_opts){.keep_duplicates = true});
	ck_assert_uint_eq(l->events, 98);
	ck_assert_uint_eq(l->duplicates, 0);
	load_free(l);
	load_free(once);
	free(path);
}
END_TEST

START_TEST(overlapping_files)
{
	char *a = xml_file("a.xml", 0, 40), *b = xml_file("b.xml", 30, 60);
	struct load *l = load_two(a, b, (struct load_opts){.chunk = 2000});

	/* EventRecordID 0 is none, but stands in the first alone */
	ck_assert_uint_eq(l->events, 60);
	ck_assert_uint_eq(l->duplicates, 10);
	load_free(l);
	free(a);
	free(b);
}
END_TEST

static void add_json(struct sbuf *t, const char *record, const char *time, const char *host)
{
	sbuf_addf(t, "{\"SourceName\":\"Microsoft-Windows-Sysmon\",\"EventID\":2,\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",%s"
	          "\"Hostname\":\"%s\",\"@timestamp\":\"%s\",\"Image\":\"x\"}\n", record, host, time);
}

/* The same record by way of a shipper: JSON, fewer digits, another case of the host's name. */
START_TEST(other_forms)
{
	static const struct {
		const char *record, *time, *host;
		unsigned copies;
	} c[] = {
		{"\"RecordNumber\":4,", "2024-03-01T12:00:04.123Z", "host1", 1},
		{"\"RecordNumber\":4,", "2024-03-01T12:00:04.124Z", "HOST1", 0},
		{"\"RecordNumber\":5,", "2024-03-01T12:00:04.123Z", "HOST1", 0},
		{"\"RecordNumber\":4,", "2024-03-01T12:00:04.123Z", "HOST2", 0},
		{"", "2024-03-01T12:00:04.123Z", "HOST1", 0},
	};
	char *xml = xml_file("a.xml", 4, 5);

	for (size_t i = 0; i < sizeof(c) / sizeof(*c); i++) {
		struct sbuf t = {0};
		add_json(&t, c[i].record, c[i].time, c[i].host);
		char *json = write_file(dir, "b.json", sbuf_str(&t));
		struct load *l = load_two(xml, json, (struct load_opts){0});
		ck_assert_msg(l->duplicates == c[i].copies && l->events == 2 - c[i].copies, "case %zu: %d copies, %d events", i,
		              (int)l->duplicates, (int)l->events);
		load_free(l);
		free(json);
		sbuf_free(&t);
	}
	free(xml);
}
END_TEST

/* Without an EventRecordID, or with 0, nothing is taken for a copy; nor within one file. */
START_TEST(what_is_no_copy)
{
	struct sbuf t = {0}, again = {0};

	add_json(&t, "", "2024-03-01T12:00:04.123Z", "H");
	add_json(&t, "\"RecordNumber\":0,", "2024-03-01T12:00:04.123Z", "H");
	char *a = write_file(dir, "a.json", sbuf_str(&t));
	struct load *l = load_two(a, a, (struct load_opts){0});
	ck_assert_uint_eq(l->events, 4);
	ck_assert_uint_eq(l->duplicates, 0);
	load_free(l);
	for (int i = 0; i < 3; i++)
		add_json(&again, "\"RecordNumber\":7,", "2024-03-01T12:00:04.123Z", "H");
	char *b = write_file(dir, "b.json", sbuf_str(&again));
	l = load_two(b, NULL, (struct load_opts){0});
	ck_assert_uint_eq(l->events, 3);
	load_free(l);
	free(a);
	free(b);
	sbuf_free(&t);
	sbuf_free(&again);
}
END_TEST

/* ---- time ---- */

static usec_t at(const char *text)
{
	usec_t t;

	ck_assert(when_parse(str_c(text), &t));
	return t;
}

START_TEST(window)
{
	const struct load_bound none = {NULL, WHEN_NONE};
	char *path = xml_file("a.xml", 0, 60);                   /* 12:00:00.1234567 and on */

	for (int i = 0; i < 6; i++) {
		struct load_opts o = {.bounded = true, .from = none, .to = none, .chunk = i % 2 ? 3000 : 0};
		unsigned kept = 60;
		switch (i) {
		case 1: o.from.at = at("2024-03-01T12:00:10Z"); kept = 50; break;
		case 2: o.to.at = at("2024-03-01T12:00:10Z"); kept = 10; break;
		case 3: o.from.relative = "-5s"; kept = 6; break;
		case 4: o.from.relative = "-1m@m"; o.to.relative = "@m"; kept = 0; break;
		case 5: o.from.at = at("2024-03-01T12:00:10.123456Z"); o.to.at = at("2024-03-01T12:00:20.123456Z"); kept = 10; break;
		default: break;
		}
		struct load *l = load_two(path, NULL, o);
		ck_assert_msg(l->events == kept && l->outside == 60 - kept, "case %d: %d kept, %d outside", i, (int)l->events, (int)l->outside);
		ck_assert_uint_eq(l->report[0].events, kept);
		if (i == 5) {
			ck_assert_int_eq(l->report[0].first, o.from.at);
			ck_assert_int_eq(l->report[0].last, o.to.at - USEC_PER_SEC);
		}
		load_free(l);
	}
	free(path);
}
END_TEST

/* Out of order, with as many digits as each shipper writes, and one host whose clock is years ahead: each event by its own time. */
START_TEST(times_of_all_kinds)
{
	static const struct {
		const char *time, *host;
		bool kept;                                       /* between :10.5 and :20.25 */
	} c[] = {
		{"2024-03-01T12:00:20.249999Z", "A", true}, {"2024-03-01T12:00:10Z", "A", false}, {"2024-03-01T12:00:11Z", "B", true},
		{"2024-03-01T12:00:10.5Z", "A", true}, {"2024-03-01T12:00:20.250Z", "B", false}, {"2024-03-01T12:00:10.499Z", "A", false},
		{"2024-03-01T12:00:20.2499999Z", "A", true}, {"2024-03-01T12:00:10.4999999Z", "B", false}, {"2024-03-01T13:00:15.123456789+01:00", "B", true},
		{"2034-03-01T12:00:15Z", "C", false}, {"2024-03-01T12:00:20Z", "A", true}, {"2024-03-01T12:00:20.250000001Z", "A", false},
	};
	enum { N = sizeof(c) / sizeof *c };
	struct sbuf t = {0};
	unsigned kept = 0;

	for (unsigned i = 0; i < N; i++) {
		char record[40];
		snprintf(record, sizeof(record), "\"RecordNumber\":%u,", i);
		add_json(&t, record, c[i].time, c[i].host);
		kept += c[i].kept;
	}
	char *a = write_file(dir, "a.json", sbuf_str(&t));
	struct load_opts o = {.bounded = true, .from = {NULL, at("2024-03-01T12:00:10.5Z")}, .to = {NULL, at("2024-03-01T12:00:20.25Z")}};
	for (int i = 0; i < 2; i++) {
		o.chunk = i ? 1 : 0;
		struct load *l = load_two(a, NULL, o);
		ck_assert_msg(l->events == kept && l->outside == N - kept, "%d kept, %d outside", (int)l->events, (int)l->outside);
		ck_assert_int_eq(l->report[0].first, o.from.at);
		ck_assert_int_eq(l->report[0].last, at("2024-03-01T12:00:20.249999Z"));
		load_free(l);
	}
	o.from = (struct load_bound){"-1h", WHEN_NONE};          /* of the newest event, which is C's */
	o.to = (struct load_bound){NULL, WHEN_NONE};
	struct load *l = load_two(a, NULL, o);
	ck_assert_uint_eq(l->events, 1);
	ck_assert_int_eq(l->from, at("2034-03-01T11:00:15Z"));
	load_free(l);
	free(a);
	sbuf_free(&t);
}
END_TEST

/* Nothing says that an event without a time lies outside. */
START_TEST(without_a_time)
{
	struct sbuf t = {0};

	add_json(&t, "", "soon", "H");
	add_json(&t, "", "2024-03-01T12:00:04Z", "H");
	char *a = write_file(dir, "a.json", sbuf_str(&t));
	struct load *l = load_two(a, NULL, (struct load_opts){.bounded = true, .from = {NULL, at("2025-01-01T00:00:00Z")}, .to = {NULL, WHEN_NONE}});
	ck_assert_uint_eq(l->events, 1);
	ck_assert_uint_eq(l->report[0].timeless, 1);
	ck_assert_uint_eq(l->outside, 1);
	load_free(l);
	free(a);
	sbuf_free(&t);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("keep");
	TCase *t = tcase_create("keep");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, same_file_twice);
	tcase_add_test(t, overlapping_files);
	tcase_add_test(t, other_forms);
	tcase_add_test(t, what_is_no_copy);
	tcase_add_test(t, window);
	tcase_add_test(t, times_of_all_kinds);
	tcase_add_test(t, without_a_time);
	suite_add_tcase(suite, t);
	SRunner *r = srunner_create(suite);
	srunner_run_all(r, CK_ENV);
	const int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
