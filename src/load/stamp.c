/* The parsers of stamp.h. A log writes the same day a million times, so the day is worked out when it changes only. */
#include "load/stamp.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int two(const char *p)
{
	return (p[0] - '0') * 10 + p[1] - '0';
}

static bool parse_day(const char *p, int64_t *ms)
{
	static const int days_of[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	for (int i = 0; i < 10; i++)
		if (i == 4 || i == 7 ? p[i] != '-' : !is_digit(p[i]))
			return false;
	int year = two(p) * 100 + two(p + 2), mon = two(p + 5), day = two(p + 8);
	if (mon < 1 || mon > 12 || day < 1)
		return false;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if (day > days_of[mon - 1] + (mon == 2 && leap))
		return false;
	*ms = when_utc(year, mon, day, 0, 0, 0) / 1000;
	return true;
}

/* "YYYY-MM-DDxhh:mm:ss" at p, whatever x is: seconds as milliseconds. */
static bool parse_second(const char *p, struct stamp_day *day, int64_t *ms)
{
	if (memcmp(day->text, p, sizeof(day->text)) != 0) {
		memcpy(day->text, p, sizeof(day->text));
		day->good = parse_day(p, &day->ms);
	}
	if (!day->good || p[13] != ':' || p[16] != ':')
		return false;
	if (!is_digit(p[11]) || !is_digit(p[12]) || !is_digit(p[14]) || !is_digit(p[15]) || !is_digit(p[17]) ||
	    !is_digit(p[18]))
		return false;
	int hour = two(p + 11), min = two(p + 14), sec = two(p + 17);
	if (hour > 23 || min > 59 || sec > 59)
		return false;
	*ms = day->ms + ((hour * 60 + min) * 60 + sec) * INT64_C(1000);
	return true;
}

bool stamp_exact_ms(struct str s, struct stamp_day *day, int64_t *ms)
{
	if (s.n != 23 || s.p[10] != ' ' || s.p[19] != '.' || !is_digit(s.p[20]) || !is_digit(s.p[21]) ||
	    !is_digit(s.p[22]) || !parse_second(s.p, day, ms))
		return false;
	*ms += (s.p[20] - '0') * 100 + two(s.p + 21);
	return true;
}

bool stamp_parse(struct str s, struct stamp_day *day, usec_t *t, unsigned *ns, unsigned *digits)
{
	static const unsigned scale[] = {1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1};
	const char *dot = s.n ? memchr(s.p, '.', s.n) : NULL;
	unsigned fraction = 0, n = 0;
	int64_t ms;

	if (dot)
		for (const char *p = dot + 1; p < s.p + s.n && n < 9 && is_digit(*p); p++, n++)
			fraction = fraction * 10 + (unsigned)(*p - '0');
	fraction *= scale[n];
	*digits = n;
	*ns = fraction % 1000;

	size_t zone = 19 + (dot ? 1 + n : 0);
	if (s.n >= 19 && (s.p[10] == 'T' || s.p[10] == ' ') && (!dot || (dot == s.p + 19 && n)) &&
	    (zone == s.n || (zone + 1 == s.n && s.p[zone] == 'Z')) && parse_second(s.p, day, &ms)) {
		*t = ms * 1000 + fraction / 1000;
		return true;
	}
	return when_parse(s, t);
}
