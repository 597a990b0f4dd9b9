/* Time: the calendar, ISO 8601, the clocks. Formats of SPL are when_fmt.c's, relative times and spans when_rel.c's. */
#include "base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* ---- the calendar (proleptic Gregorian, UTC) ---- */

#define USEC_PER_DAY (INT64_C(86400) * USEC_PER_SEC)

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t floor_mod(int64_t a, int64_t b)
{
	return a % b + (a % b < 0 ? b : 0);
}

/* Days since 1970-01-01. Years run from March, so that the leap day is the last of its year. */
static int64_t days_from_civil(int64_t year, int mon, int64_t day)
{
	if (mon <= 2)
		year--;
	int64_t era = floor_div(year, 400);
	int64_t of_era = year - era * 400;
	int64_t of_year = (153 * (mon + (mon > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void when_civil(usec_t t, int *year, int *mon, int *day, int *hour, int *min, int *sec)
{
	int64_t days = floor_div(t, USEC_PER_DAY);
	int64_t rest = floor_mod(t, USEC_PER_DAY) / USEC_PER_SEC;

	days += 719468;
	int64_t era = floor_div(days, 146097);
	int64_t of_era = days - era * 146097;
	int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * of_year + 2) / 153;

	*day = (int)(of_year - (153 * m + 2) / 5 + 1);
	*mon = (int)(m < 10 ? m + 3 : m - 9);
	*year = (int)(y + era * 400 + (*mon <= 2));
	*hour = (int)(rest / 3600);
	*min = (int)(rest / 60 % 60);
	*sec = (int)(rest % 60);
}

usec_t when_utc(int year, int mon, int day, int hour, int min, int sec)
{
	int64_t months = (int64_t)year * 12 + mon - 1;
	int64_t y = floor_div(months, 12);
	int64_t days = days_from_civil(y, (int)(months - y * 12) + 1, day);
	int64_t seconds = days * 86400 + (int64_t)hour * 3600 + (int64_t)min * 60 + sec;
	int64_t t;

	return __builtin_mul_overflow(seconds, USEC_PER_SEC, &t) ? WHEN_NONE : t;
}

/* ---- ISO 8601 ---- */

struct reader {
	const char *p, *end;
};

/* Exactly n digits. */
static bool digits(struct reader *r, int n, int *out)
{
	int v = 0;

	if (r->end - r->p < n)
		return false;
	for (int i = 0; i < n; i++) {
		unsigned c = (unsigned)(unsigned char)r->p[i] - '0';
		if (c > 9)
			return false;
		v = v * 10 + (int)c;
	}
	r->p += n;
	*out = v;
	return true;
}

static bool one(struct reader *r, const char *of)
{
	if (r->p == r->end || !*r->p || !strchr(of, *r->p))
		return false;
	r->p++;
	return true;
}

static int month_days(int year, int mon)
{
	static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[mon - 1] + (mon == 2 && leap);
}

/* Z, +hh:mm, +hhmm or +hh; nothing is UTC. */
static bool zone(struct reader *r, int *offset_seconds)
{
	int h, m = 0;

	*offset_seconds = 0;
	if (r->p == r->end || one(r, "Zz"))
		return true;
	bool west = *r->p == '-';
	if (!one(r, "+-") || !digits(r, 2, &h))
		return false;
	if (r->p < r->end) {
		one(r, ":");
		if (!digits(r, 2, &m))
			return false;
	}
	if (h > 23 || m > 59)
		return false;
	*offset_seconds = (h * 60 + m) * (west ? -60 : 60);
	return true;
}

bool when_parse(struct str s, usec_t *out)
{
	if (s.n == 0)
		return false;
	struct reader r = {s.p, s.p + s.n};
	int year, mon, day, hour, min, sec, offset, fraction = 0;

	if (!digits(&r, 4, &year) || !one(&r, "-") || !digits(&r, 2, &mon) || !one(&r, "-") || !digits(&r, 2, &day) ||
	    !one(&r, "Tt ") || !digits(&r, 2, &hour) || !one(&r, ":") || !digits(&r, 2, &min) || !one(&r, ":") ||
	    !digits(&r, 2, &sec))
		return false;
	if (mon < 1 || mon > 12 || day < 1 || day > month_days(year, mon) || hour > 23 || min > 59 || sec > 60)
		return false;
	if (one(&r, ".,")) {
		int unit = 100000, digit;
		if (!digits(&r, 1, &digit))
			return false;
		do {
			fraction += digit * unit;
			unit /= 10;
		} while (digits(&r, 1, &digit));
	}
	if (!zone(&r, &offset) || r.p != r.end)
		return false;
	*out = when_utc(year, mon, day, hour, min, sec) + fraction - offset * USEC_PER_SEC;
	return true;
}

static char *put(char *at, int v, int width)
{
	for (int i = width; i-- > 0; v /= 10)
		at[i] = (char)('0' + v % 10);
	return at + width;
}

/* Its end. By hand: with printf it took a tenth of the time of loading EVTX. */
static char *put_date_time(char out[WHEN_SIZE], int year, int mon, int day, char between, int hour, int min, int sec)
{
	char *at = year < 0 || year > 9999 ? out + snprintf(out, WHEN_SIZE / 2, "%04d", year) : put(out, year, 4);

	*at++ = '-';
	at = put(at, mon, 2);
	*at++ = '-';
	at = put(at, day, 2);
	*at++ = between;
	at = put(at, hour, 2);
	*at++ = ':';
	at = put(at, min, 2);
	*at++ = ':';
	at = put(at, sec, 2);
	*at = '\0';
	return at;
}

char *when_iso(usec_t t, int ndigits, char out[WHEN_SIZE])
{
	int year, mon, day, hour, min, sec;

	if (t == WHEN_NONE) {
		out[0] = '\0';
		return out;
	}
	when_civil(t, &year, &mon, &day, &hour, &min, &sec);
	char *at = put_date_time(out, year, mon, day, 'T', hour, min, sec);
	if (ndigits > 0) {
		*at++ = '.';
		put(at, (int)floor_mod(t, USEC_PER_SEC), 6);
		at += ndigits < 6 ? ndigits : 6;
	}
	*at++ = 'Z';
	*at = '\0';
	return out;
}

char *when_iso_short(usec_t t, char out[WHEN_SIZE])
{
	int64_t micro = t == WHEN_NONE ? 0 : floor_mod(t, USEC_PER_SEC);
	int n = micro ? 6 : 0;

	for (; n && micro % 10 == 0; micro /= 10)
		n--;
	return when_iso(t, n, out);
}

char *when_human(usec_t t, bool local, char out[WHEN_SIZE])
{
	int year, mon, day, hour, min, sec;
	time_t seconds = (time_t)floor_div(t, USEC_PER_SEC);
	struct tm tm;

	out[0] = '\0';
	if (t == WHEN_NONE)
		return out;
	if (local && localtime_r(&seconds, &tm)) {
		year = tm.tm_year + 1900;
		mon = tm.tm_mon + 1;
		day = tm.tm_mday;
		hour = tm.tm_hour;
		min = tm.tm_min;
		sec = tm.tm_sec;
	} else {
		when_civil(t, &year, &mon, &day, &hour, &min, &sec);
	}
	put_date_time(out, year, mon, day, ' ', hour, min, sec);
	return out;
}

/* ---- clocks ---- */

usec_t when_now(void)
{
	const char *pinned = getenv("SPOOR_NOW");
	struct timespec ts;
	usec_t t;

	if (pinned && when_parse(str_c(pinned), &t))
		return t;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (usec_t)ts.tv_sec * USEC_PER_SEC + ts.tv_nsec / 1000;
}

uint64_t when_mono_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * UINT64_C(1000000000) + (uint64_t)ts.tv_nsec;
}
