/* What a dump tells of its own completeness: gaps in EventRecordID by host and channel, and Sysmon's events about itself. */
#include <check.h>

#include "load_tools.h"
#include "store/coverage.h"

static char *dir;

static void setup(void)
{
	dir = temp_dir();
}

static void teardown(void)
{
	remove_dir(dir);
}

static void add(struct sbuf *t, unsigned id, const char *record, unsigned second, const char *host, const char *data)
{
	sbuf_addf(t, "<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>%u</EventID>"
	          "<TimeCreated SystemTime='2024-03-01T12:00:%02uZ'/>%s<Channel>Microsoft-Windows-Sysmon/Operational</Channel>"
	          "<Computer>%s</Computer></System><EventData>%s</EventData></Event>\n", id, second, record, host, data);
}

static struct coverage *coverage_of(struct sbuf *text, struct load **l, struct store **s)
{
	char *path = write_file(dir, "log.xml", sbuf_str(text));
	const char *name = path;

	*l = load_run(&name, 1, NULL);
	*s = store_new(*l);
	free(path);
	sbuf_free(text);
	return coverage_new(*s);
}

static usec_t second(unsigned n)
{
	return when_utc(2024, 3, 1, 12, 0, (int)n);
}

START_TEST(gaps)
{
	static const unsigned ids[] = {5, 6, 7, 20, 22, 9, 7};   /* out of order, one twice */
	struct sbuf t = {0};
	char record[60];
	struct load *l;
	struct store *s;

	for (unsigned i = 0; i < 7; i++) {
		snprintf(record, sizeof(record), "<EventRecordID>%u</EventRecordID>", ids[i]);
		add(&t, 1 + i % 3, record, i, "A", "");
	}
	add(&t, 1, "<EventRecordID>0</EventRecordID>", 8, "A", "");
	add(&t, 1, "", 9, "B", "");
	struct coverage *c = coverage_of(&t, &l, &s);
	ck_assert_uint_eq(c->nlogs, 2);
	const struct coverage_log *a = &c->log[0];
	ck_assert(str_eqc(pool_str(store_pool(s), a->host), "A"));
	ck_assert(str_eqc(pool_str(store_pool(s), a->channel), "Microsoft-Windows-Sysmon/Operational"));
	ck_assert_uint_eq(a->events, 8);
	ck_assert_uint_eq(a->numbered, 7);
	ck_assert_int_eq(a->first, second(0));
	ck_assert_int_eq(a->last, second(8));
	ck_assert_uint_eq(a->first_id, 5);
	ck_assert_uint_eq(a->last_id, 22);
	ck_assert_uint_eq(a->missing, 12);                       /* 8, 10 to 19, 21 */
	ck_assert_uint_eq(a->ngaps, 3);
	ck_assert_uint_eq(a->gap[0].after, 9);
	ck_assert_uint_eq(a->gap[0].before, 20);
	ck_assert_int_eq(a->gap[0].from, second(5));
	ck_assert_int_eq(a->gap[0].to, second(3));
	ck_assert_uint_eq(a->gap[1].after, 7);
	ck_assert_uint_eq(a->gap[2].after, 20);
	ck_assert_uint_eq(c->log[1].numbered, 0);
	ck_assert_uint_eq(c->log[1].ngaps, 0);
	coverage_free(c);
	store_free(s);
	load_free(l);
}
END_TEST

/* Of many gaps the longest are named, and all are counted; ids at the end of the range do no harm. */
START_TEST(many_gaps)
{
	struct sbuf t = {0};
	char record[60];
	struct load *l;
	struct store *s;

	for (unsigned i = 0; i < 40; i++) {
		snprintf(record, sizeof(record), "<EventRecordID>%u</EventRecordID>", i * (i + 3) + 1);
		add(&t, 1, record, i, "A", "");
	}
	add(&t, 1, "<EventRecordID>18446744073709551614</EventRecordID>", 50, "A", "");
	struct coverage *c = coverage_of(&t, &l, &s);
	ck_assert_uint_eq(c->log[0].ngaps, 40);
	ck_assert_uint_eq(c->log[0].missing, UINT64_C(18446744073709551614) - 41);
	ck_assert_uint_eq(c->log[0].gap[0].before, UINT64_C(18446744073709551614));
	for (size_t i = 1; i < COVERAGE_GAPS; i++)
		ck_assert_uint_eq(c->log[0].gap[i].after, (39 - i) * (39 - i + 3) + 1);
	coverage_free(c);
	store_free(s);
	load_free(l);
}
END_TEST

START_TEST(changes)
{
	static const char *const want[] = {
		"service state changed: Started, 15.0", "configuration changed: C:\\sysmon.xml, SHA256=00", "error: ProcessCreate, lost 3 events",
		"service state changed",
	};
	struct sbuf t = {0}, text = {0};
	struct load *l;
	struct store *s;

	add(&t, 4, "", 40, "A", "");
	add(&t, 255, "", 3, "A", "<Data Name='ID'>ProcessCreate</Data><Data Name='Description'>lost 3 events</Data>");
	add(&t, 16, "", 2, "A", "<Data Name='Configuration'>C:\\sysmon.xml</Data><Data Name='ConfigurationFileHash'>SHA256=00</Data>");
	add(&t, 4, "", 1, "A", "<Data Name='State'>Started</Data><Data Name='Version'>15.0</Data>");
	add(&t, 5, "", 0, "A", "");
	struct coverage *c = coverage_of(&t, &l, &s);
	ck_assert_uint_eq(c->nchanges, 4);
	for (size_t i = 0; i < 4; i++) {
		sbuf_reset(&text);
		coverage_change_text(s, c->change[i], &text);
		ck_assert_str_eq(text.p, want[i]);
	}
	sbuf_free(&text);
	coverage_free(c);
	store_free(s);
	load_free(l);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("coverage");
	TCase *t = tcase_create("coverage");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, gaps);
	tcase_add_test(t, many_gaps);
	tcase_add_test(t, changes);
	suite_add_tcase(suite, t);
	SRunner *r = srunner_create(suite);
	srunner_run_all(r, CK_ENV);
	const int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
