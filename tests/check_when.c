/* base: time. */
#include <check.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "base/when.h"

static const char *round_trip(const char *s)
{
	static char out[WHEN_SIZE];
	usec_t t;

	return when_parse(str_c(s), &t) ? when_iso(t, 6, out) : "none";
}

START_TEST(when_reads_iso)
{
	static const char *const cases[][2] = {
		{"2020-09-20T01:18:13.2871234Z", "2020-09-20T01:18:13.287123Z"},
		{"2020-09-20T01:18:13.9999999Z", "2020-09-20T01:18:13.999999Z"},
		{"2020-09-20 01:18:13.287", "2020-09-20T01:18:13.287000Z"},
		{"2020-09-20 01:18:13", "2020-09-20T01:18:13.000000Z"},
		{"2020-09-20T01:18:13+02:00", "2020-09-19T23:18:13.000000Z"},
		{"2020-09-20T01:18:13.5-0130", "2020-09-20T02:48:13.500000Z"},
		{"2020-09-20T01:18:13-01", "2020-09-20T02:18:13.000000Z"},
		{"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
		{"1601-01-01T00:00:00Z", "1601-01-01T00:00:00.000000Z"},
		{"2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000000Z"},
		{"9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000000Z"},
		{"0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000000Z"},
		{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"},
		{"2020-09-20T01:18:13.00000000000000000000000000000009Z", "2020-09-20T01:18:13.000000Z"},
	};
	static const char *const bad[] = {"", "2020", "2020-09-20", "2020-09-20T01:18", "2020-09-20T01:18:13.", "2020-09-20T01:18:13.Z",
		"2020-09-20T01:18:13 Z", "2020-09-20T01:18:13ZZ", "2020-09-20T01:18:13Z ", "2020-13-20T01:18:13", "2020-00-20T01:18:13",
		"2021-02-29T01:18:13", "1900-02-29T00:00:00", "2020-09-31T01:18:13", "2020-09-00T01:18:13", "2020-09-20T24:00:00",
		"2020-09-20T01:60:13", "2020-09-20T01:18:61", "2020-09-20T01:18:13+24:00", "2020-09-20T01:18:13+1", "20-09-20T01:18:13",
		"2020-9-20T01:18:13", "-2020-09-20T01:18:13", "2020-09-20T01:18:13+02:0", "2020-09-20T+1:18:13"};
	usec_t t;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ck_assert_str_eq(round_trip(cases[i][0]), cases[i][1]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert_msg(!when_parse(str_c(bad[i]), &t), "%s is no time", bad[i]);
	ck_assert(!when_parse((struct str){"2020-09-20T01:18:13\0", 20}, &t));
	ck_assert(!when_parse((struct str){NULL, 0}, &t));
	ck_assert(when_parse(STR("1970-01-01T00:00:00Z"), &t) && t == 0);
	ck_assert(when_parse(STR("2021-11-12T10:00:00Z"), &t) && t == 1636711200 * USEC_PER_SEC);
}
END_TEST

START_TEST(when_writes)
{
	char out[WHEN_SIZE];
	usec_t t = 1600564693287120;

	ck_assert_str_eq(when_iso(t, 0, out), "2020-09-20T01:18:13Z");
	ck_assert_str_eq(when_iso(t, 3, out), "2020-09-20T01:18:13.287Z");
	ck_assert_str_eq(when_iso(t, 99, out), "2020-09-20T01:18:13.287120Z");
	ck_assert_str_eq(when_iso_short(t, out), "2020-09-20T01:18:13.28712Z");
	ck_assert_str_eq(when_iso_short(-1, out), "1969-12-31T23:59:59.999999Z");
	ck_assert_str_eq(when_iso_short(0, out), "1970-01-01T00:00:00Z");
	ck_assert_str_eq(when_iso(WHEN_NONE, 6, out), "");
	ck_assert_str_eq(when_iso_short(WHEN_NONE, out), "");
	ck_assert_str_eq(when_human(WHEN_NONE, true, out), "");
	ck_assert_str_eq(when_iso(INT64_MAX, 6, out), "294247-01-10T04:00:54.775807Z");
	ck_assert_str_eq(when_iso(INT64_MIN + 1, 6, out), "-290308-12-21T19:59:05.224193Z");
	when_human(INT64_MAX, true, out);
	when_human(INT64_MIN + 1, true, out);
	ck_assert_str_eq(when_human(t, false, out), "2020-09-20 01:18:13");
	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	ck_assert_str_eq(when_human(t, true, out), "2020-09-20 03:18:13");
	ck_assert_str_eq(when_human(t, false, out), "2020-09-20 01:18:13");
}
END_TEST

/* As seconds, no time moves to the next one. */
START_TEST(when_as_seconds)
{
	usec_t t;

	ck_assert(when_parse(STR("9999-12-31T23:59:59.9999999Z"), &t));
	ck_assert_double_lt(when_seconds(t), 253402300800.0);
	ck_assert_double_gt(when_seconds(t), 253402300799.999);
	ck_assert(when_parse(STR("2600-01-01T00:00:00.999999Z"), &t));
	ck_assert_double_lt(when_seconds(t), (double)(t / USEC_PER_SEC + 1));
	ck_assert_double_eq(when_seconds(1700000000123456), 1700000000.123456);
	ck_assert_double_eq(when_seconds(-1500000), -1.5);
}
END_TEST

START_TEST(when_calendar)
{
	/* Against libc, over all kinds of years. */
	for (int64_t s = -INT64_C(62135596800); s < INT64_C(253402300800); s += 86399 * 37 + 11) {
		time_t tt = (time_t)s;
		struct tm tm;
		int y, mo, d, h, mi, se;

		gmtime_r(&tt, &tm);
		when_civil(s * USEC_PER_SEC, &y, &mo, &d, &h, &mi, &se);
		if (y != tm.tm_year + 1900 || mo != tm.tm_mon + 1 || d != tm.tm_mday || h != tm.tm_hour || mi != tm.tm_min ||
		    se != tm.tm_sec || when_utc(y, mo, d, h, mi, se) != s * USEC_PER_SEC)
			ck_abort_msg("second %lld", (long long)s);
	}
	ck_assert_int_eq(when_utc(2020, 13, 1, 0, 0, 0), when_utc(2021, 1, 1, 0, 0, 0));
	ck_assert_int_eq(when_utc(2020, 0, 1, 0, 0, 0), when_utc(2019, 12, 1, 0, 0, 0));
	ck_assert_int_eq(when_utc(2020, 3, 0, 0, 0, 0), when_utc(2020, 2, 29, 0, 0, 0));
	ck_assert_int_eq(when_utc(INT32_MAX, 1, 1, 0, 0, 0), WHEN_NONE);
	ck_assert_int_eq(when_utc(INT32_MIN, INT32_MIN, 1, 0, 0, 0), WHEN_NONE);
}
END_TEST

START_TEST(when_clock)
{
	usec_t t;

	setenv("SPOOR_NOW", "2021-09-24T11:04:02Z", 1);
	ck_assert(when_parse(STR("2021-09-24T11:04:02Z"), &t));
	ck_assert_int_eq(when_now(), t);
	unsetenv("SPOOR_NOW");
	ck_assert_int_gt(when_now(), t);
	uint64_t a = when_mono_ns();
	ck_assert_uint_le(a, when_mono_ns());
}
END_TEST

/* ---- strftime, strptime ---- */

static void check_strftime(double t, const char *fmt, const char *want)
{
	struct sbuf b = {0};

	when_strftime(t, str_c(fmt), &b);
	ck_assert_msg(str_eqc(sbuf_str(&b), want), "%s gives \"%s\", want \"%s\"", fmt, b.p ? b.p : "", want);
	sbuf_free(&b);
}

/* To the nearest microsecond. */
static usec_t usec_of(double t)
{
	return (usec_t)floor(t) * USEC_PER_SEC + (usec_t)llround((t - floor(t)) * 1e6);
}

START_TEST(when_formats)
{
	double t = 1600564693.287123;                    /* a Sunday */

	check_strftime(t, "%Y-%m-%dT%H:%M:%S", "2020-09-20T01:18:13");
	check_strftime(t, "%F %T.%3N %6N %9N %N", "2020-09-20 01:18:13.287 287123 287123000 287123000");
	check_strftime(t, "%Q %3Q %6Q %9Q %f", "287 287 287123 287123000 287123");
	check_strftime(t, "%a %A %b %B %h %e %j", "Sun Sunday Sep September Sep 20 264");
	check_strftime(t, "%I %l %k %p %P %y %C", "01  1  1 AM am 20 20");
	check_strftime(t, "%u %w %U %W %V %G %g", "7 0 38 37 38 2020 20");
	check_strftime(t, "%s %Z %z %:z %::z %:::z %Ez", "1600564693 UTC +0000 +00:00 +00:00:00 +00 +0");
	check_strftime(t, "%D|%R|%r|%x|%X", "09/20/20|01:18|01:18:13 AM|09/20/20|01:18:13");
	check_strftime(t, "%c|%+", "Sun Sep 20 01:18:13 2020|Sun Sep 20 01:18:13 UTC 2020");
	check_strftime(t, "%%%n%t100%", "%\n\t100%");
	check_strftime(t, "%K %:F %3Y %E %3", "%K %:F %3Y %E %3");
	check_strftime(-0.5, "%F %T.%3N %s", "1969-12-31 23:59:59.500 -1");
	check_strftime(1600564693.9999999, "%T.%3N", "01:18:14.000");
	check_strftime((double)NAN, "%Y", "");
	check_strftime((double)INFINITY, "%Y", "");
	check_strftime(1e300, "%Y", "");
	check_strftime(-1e12, "%Y", "-29719");
	check_strftime(43200, "%I %p", "12 PM");
	check_strftime(0, "%I %p", "12 AM");

	/* Weeks and days against libc, over the turns of many years. */
	for (int64_t s = -INT64_C(5000000000); s < INT64_C(10000000000); s += 86400 * 3 + 7) {
		const char *fmt = "%U %W %V %G %u %w %j %a %e %C";
		char want[100];
		struct tm tm;
		time_t tt = (time_t)s;
		struct sbuf b = {0};

		gmtime_r(&tt, &tm);
		ck_assert_uint_gt(strftime(want, sizeof(want), "%U %W %V %G %u %w %j %a %e %C", &tm), 0);
		when_strftime((double)s, str_c(fmt), &b);
		if (strcmp(b.p, want) != 0)
			ck_abort_msg("second %lld: %s, want %s", (long long)s, b.p, want);
		sbuf_free(&b);
	}
}
END_TEST

START_TEST(when_reads_formats)
{
	static const struct {
		const char *text, *fmt, *want;           /* want NULL: no match */
	} cases[] = {
		{"2020-09-20 01:18:13", "%Y-%m-%d %H:%M:%S", "2020-09-20T01:18:13Z"},
		{"2020-09-20T01:18:13.287Z", "%Y-%m-%dT%H:%M:%S.%3N%Z", "2020-09-20T01:18:13.287Z"},
		{"2020-09-20T01:18:13.2871234Z", "%Y-%m-%dT%H:%M:%S.%N%Z", "2020-09-20T01:18:13.287123Z"},
		{"2020-09-20T01:18:13.28712Z", "%FT%T.%6QZ", "2020-09-20T01:18:13.28712Z"},
		{"2020-09-20", "%F", "2020-09-20T00:00:00Z"},
		{"2020-09-20 and more", "%Y-%m-%d", "2020-09-20T00:00:00Z"},
		{"2020-9-2 1:8:3", "%Y-%m-%d %H:%M:%S", "2020-09-02T01:08:03Z"},
		{"2020-09-20 01:18:13 +0200", "%F %T %z", "2020-09-19T23:18:13Z"},
		{"2020-09-20 01:18:13 -01:30", "%F %T %z", "2020-09-20T02:48:13Z"},
		{"2020-09-20 01:18:13 +02", "%F %T %z", "2020-09-19T23:18:13Z"},
		{"2020-09-20 01:18:13 EST", "%F %T %Z", "2020-09-20T06:18:13Z"},
		{"2020-09-20 01:18:13 LMT", "%F %T %Z", NULL},
		{"Sun Sep 20 01:18:13 UTC 2020", "%a %b %d %H:%M:%S %Z %Y", "2020-09-20T01:18:13Z"},
		{"Sun Sep 20 01:18:13 UTC 2020", "%+", "2020-09-20T01:18:13Z"},
		{"SUNDAY, september 20, 2020", "%A, %B %d, %Y", "2020-09-20T00:00:00Z"},
		{"9/20/2020 1:18:13 PM", "%m/%d/%Y %I:%M:%S %p", "2020-09-20T13:18:13Z"},
		{"12:00 am", "%I:%M %p", "1970-01-01T00:00:00Z"},
		{"12:00 pm", "%I:%M %p", "1970-01-01T12:00:00Z"},
		{"09/20/20", "%D", "2020-09-20T00:00:00Z"},
		{"09/20/70", "%D", "1970-09-20T00:00:00Z"},
		{"1600564693.5", "%s.%1N", "2020-09-20T01:18:13.5Z"},
		{"-1", "%s", "1969-12-31T23:59:59Z"},
		{"2020-264", "%Y-%j", "2020-09-20T00:00:00Z"},
		{"2019-366", "%Y-%j", NULL},
		{"2020 \t  09", "%Y %m", "2020-09-01T00:00:00Z"},
		{" 20 Sep 2020", "%e %b %Y", "2020-09-20T00:00:00Z"},
		{"100%2020", "100%%%Y", "2020-01-01T00:00:00Z"},
		{"2021-02-29", "%F", NULL},
		{"2020-02-29", "%F", "2020-02-29T00:00:00Z"},
		{"2020-13-01", "%F", NULL},
		{"2020-09-31", "%F", NULL},
		{"2020-09-20 24:00:00", "%F %T", NULL},
		{"", "%Y", NULL},
		{"20", "%Y-", NULL},
		{"x", "%K", NULL},
		{"2020", "%", NULL},
		{"2020", "", NULL},
		{"Foo 20", "%b %d", NULL},
		{"null", "%Y-%m-%d", NULL},
		{"`previously_seen`", "%s", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		double t;
		char out[WHEN_SIZE];
		bool ok = when_strptime(str_c(cases[i].text), str_c(cases[i].fmt), &t);
		const char *got = ok ? when_iso_short(usec_of(t), out) : "none";
		const char *want = cases[i].want ? cases[i].want : "none";
		ck_assert_msg(strcmp(got, want) == 0, "\"%s\" as %s gives %s, want %s", cases[i].text, cases[i].fmt, got, want);
	}
	double t;
	ck_assert(!when_strptime((struct str){NULL, 0}, STR("%Y"), &t));
	ck_assert(when_strptime(STR("99999999999999999999"), STR("%s"), &t));
}
END_TEST

/* ---- relative times, spans ---- */

START_TEST(when_relatives)
{
	static const struct {
		const char *spec, *want;
	} cases[] = {                                    /* from 2021-09-24T11:04:02.5Z, a Friday */
		{"-1d@d", "2021-09-23T00:00:00Z"},
		{"-0d@d", "2021-09-24T00:00:00Z"},
		{"@d", "2021-09-24T00:00:00Z"},
		{"now", "2021-09-24T11:04:02.5Z"},
		{"now@s", "2021-09-24T11:04:02Z"},
		{"-d", "2021-09-23T11:04:02.5Z"},
		{"1h", "2021-09-24T12:04:02.5Z"},
		{"+90min@h", "2021-09-24T12:00:00Z"},
		{"-70m@d", "2021-09-24T00:00:00Z"},
		{"-7days@d+3h", "2021-09-17T03:00:00Z"},
		{"@d-1s", "2021-09-23T23:59:59Z"},
		{"@w", "2021-09-19T00:00:00Z"},
		{"@w0", "2021-09-19T00:00:00Z"},
		{"@w7", "2021-09-19T00:00:00Z"},
		{"@w1", "2021-09-20T00:00:00Z"},
		{"@w5", "2021-09-24T00:00:00Z"},
		{"@w6", "2021-09-18T00:00:00Z"},
		{"-1w@w1", "2021-09-13T00:00:00Z"},
		{"@mon", "2021-09-01T00:00:00Z"},
		{"-1mon@mon+7d", "2021-08-08T00:00:00Z"},
		{"+3mon", "2021-12-24T11:04:02.5Z"},
		{"+5months", "2022-02-24T11:04:02.5Z"},
		{"@q", "2021-07-01T00:00:00Z"},
		{"-1quarter@qtr", "2021-04-01T00:00:00Z"},
		{"@y", "2021-01-01T00:00:00Z"},
		{"-2years", "2019-09-24T11:04:02.5Z"},
		{"-5secs@m", "2021-09-24T11:03:00Z"},
		{"-1d@d@mon", "2021-09-01T00:00:00Z"},
		{"-60y@y", "1961-01-01T00:00:00Z"},
	};
	static const char *const bad[] = {"", "d", "@", "-", "1", "-1", "-1x", "-1d@", "@w8", "@w07x", "-1d @d", "@5m", "-1d3h",
		"yesterday", "now1d", "-99999999999999d", "-999999999w", "+9999999mon", "@ms", "-5ms", "rt", "-1D", "`macro`",
		"--1d", "@d3", "+1.5d"};
	double t = 1632481442.5, out;
	char text[WHEN_SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		ck_assert_msg(when_relative(t, str_c(cases[i].spec), &out), "%s", cases[i].spec);
		when_iso_short(usec_of(out), text);
		ck_assert_msg(strcmp(text, cases[i].want) == 0, "%s gives %s, want %s", cases[i].spec, text, cases[i].want);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert_msg(!when_relative(t, str_c(bad[i]), &out), "%s is no relative time", bad[i]);
	ck_assert(!when_relative((double)NAN, STR("@d"), &out));
	ck_assert(!when_relative(1e300, STR("@d"), &out));
	ck_assert(!when_relative(1e12, STR("+1000000y"), &out));

	/* The last day of a shorter month; before 1970. */
	ck_assert(when_relative((double)(when_utc(2021, 1, 31, 5, 0, 0) / USEC_PER_SEC), STR("+1mon"), &out));
	ck_assert_str_eq(when_iso((usec_t)out * USEC_PER_SEC, 0, text), "2021-02-28T05:00:00Z");
	ck_assert(when_relative(-1.5, STR("@d"), &out));
	ck_assert_double_eq(out, -86400);
	ck_assert(when_relative(-1.5, STR("@w4"), &out));
	ck_assert_double_eq(out, -7 * 86400);

	struct sbuf b = {0};
	for (int i = 0; i < 100000; i++)
		sbuf_addz(&b, "-1d+1d");
	ck_assert(when_relative(t, sbuf_str(&b), &out));
	ck_assert_double_eq(out, t);
	sbuf_free(&b);
}
END_TEST

START_TEST(when_spans)
{
	static const struct {
		const char *text;
		double seconds;
		int months;
	} good[] = {{"1h", 3600, 0},   {"30m", 1800, 0}, {"10s", 10, 0},    {"1mon", 0, 1}, {"7d", 604800, 0}, {"90", 90, 0},
	            {"2w", 1209600, 0}, {"1q", 0, 3},     {"2years", 0, 24}, {"0.5", 0.5, 0}, {"100ms", 0.1, 0},  {"1.5h", 5400, 0},
	            {"20min", 1200, 0}};
	static const char *const bad[] = {"", "0", "0s", "h", "-1h", "1x", "1h ", " 1h", "1h1m", "1.5mon", "1e3", "auto", ".", "1.2.3s",
		"99999999999999999999", "9999999y", "1H"};
	double seconds;
	int months;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		ck_assert_msg(when_span(str_c(good[i].text), &seconds, &months), "%s", good[i].text);
		ck_assert_double_eq_tol(seconds, good[i].seconds, 1e-12);
		ck_assert_int_eq(months, good[i].months);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert_msg(!when_span(str_c(bad[i]), &seconds, &months), "%s is no span", bad[i]);
	ck_assert(!when_span((struct str){NULL, 0}, &seconds, &months));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("when");
	TCase *t = tcase_create("iso");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, when_reads_iso);
	tcase_add_test(t, when_writes);
	tcase_add_test(t, when_calendar);
	tcase_add_test(t, when_as_seconds);
	tcase_add_test(t, when_clock);
	suite_add_tcase(s, t);

	t = tcase_create("spl");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, when_formats);
	tcase_add_test(t, when_reads_formats);
	tcase_add_test(t, when_relatives);
	tcase_add_test(t, when_spans);
	suite_add_tcase(s, t);

	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
