/* Splunk's relative times ("-1d@d+3h") and spans ("10m"). UTC. */
#include "base/when.h"

#include <math.h>

#define DAY 86400.0

/* Beyond it (the year 9999 is at 2.5e11) a time is taken as a mistake; well within usec_t. */
#define TIME_MAX 1e12

static const struct unit {
	const char *names;                               /* each followed by a blank */
	double seconds;                                  /* 0 for units of months */
	int months;
	char kind;
} units[] = {
	{"s sec secs second seconds ", 1, 0, 's'},
	{"m min mins minute minutes ", 60, 0, 'm'},
	{"h hr hrs hour hours ", 3600, 0, 'h'},
	{"d day days ", DAY, 0, 'd'},
	{"w week weeks ", 7 * DAY, 0, 'w'},
	{"mon month months ", 0, 1, 'M'},
	{"q qtr qtrs quarter quarters ", 0, 3, 'Q'},
	{"y yr yrs year years ", 0, 12, 'Y'},
	{"us ", 1e-6, 0, 0},
	{"ms ", 1e-3, 0, 0},
	{"cs ", 1e-2, 0, 0},
	{"ds ", 1e-1, 0, 0},
};

static const struct unit *find_unit(struct str name)
{
	for (size_t i = 0; name.n && i < sizeof(units) / sizeof(*units); i++) {
		for (const char *p = units[i].names; *p; p = strchr(p, ' ') + 1)
			if (strncmp(p, name.p, name.n) == 0 && p[name.n] == ' ')
				return &units[i];
	}
	return NULL;
}

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Cuts the leading run of small letters off s. */
static struct str cut_word(struct str *s)
{
	struct str w = {s->p, 0};

	while (w.n < s->n && s->p[w.n] >= 'a' && s->p[w.n] <= 'z')
		w.n++;
	s->p += w.n;
	s->n -= w.n;
	return w;
}

/* Cuts leading digits off s; false when there are none, or more than anyone means. */
static bool cut_count(struct str *s, int *out)
{
	int v = 0;
	size_t n = 0;

	for (; n < s->n && is_digit(s->p[n]); n++) {
		if (v > 100000000)
			return false;
		v = v * 10 + (s->p[n] - '0');
	}
	s->p += n;
	s->n -= n;
	*out = v;
	return n > 0;
}

static double utc_seconds(int year, int mon, int day)
{
	usec_t t = when_utc(year, mon, day, 0, 0, 0);

	return t == WHEN_NONE ? (double)NAN : (double)(t / USEC_PER_SEC);
}

/* The same day and time of another month; its last day when it is too short. */
static double add_months(double t, int months)
{
	int year, mon, day, h, m, s;
	double midnight = floor(t / DAY) * DAY;

	when_civil((usec_t)midnight * USEC_PER_SEC, &year, &mon, &day, &h, &m, &s);
	double first = utc_seconds(year, mon + months, 1);
	double last = utc_seconds(year, mon + months + 1, 1) - DAY;
	return fmin(first + (day - 1) * DAY, last) + (t - midnight);
}

static double snap(double t, char kind, int weekday)
{
	int year, mon, day, h, m, s;
	double days = floor(t / DAY);

	when_civil((usec_t)days * 86400 * USEC_PER_SEC, &year, &mon, &day, &h, &m, &s);
	switch (kind) {
	case 's':
		return floor(t);
	case 'm':
		return floor(t / 60) * 60;
	case 'h':
		return floor(t / 3600) * 3600;
	case 'd':
		return days * DAY;
	case 'w': {
		/* 1970-01-01 was a Thursday: day 4, counted from Sunday. */
		int64_t back = (((int64_t)days + 4 - weekday) % 7 + 7) % 7;
		return (days - (double)back) * DAY;
	}
	case 'M':
		return utc_seconds(year, mon, 1);
	case 'Q':
		return utc_seconds(year, (mon - 1) / 3 * 3 + 1, 1);
	default:
		return utc_seconds(year, 1, 1);
	}
}

bool when_relative(double t, struct str spec, double *out)
{
	bool first = true;

	if (!spec.n || !(fabs(t) <= TIME_MAX))
		return false;
	if (str_starts(spec, "now")) {
		spec.p += 3;
		spec.n -= 3;
		first = false;
	}
	while (spec.n) {
		char c = *spec.p;
		int n = 1;

		if (c == '@' || c == '+' || c == '-') {
			spec.p++;
			spec.n--;
		} else if (!first || !is_digit(c)) {
			return false;
		}
		if (c != '@' && spec.n && is_digit(*spec.p) && !cut_count(&spec, &n))
			return false;
		const struct unit *u = find_unit(cut_word(&spec));
		if (!u || !u->kind)
			return false;
		if (c == '@') {
			int weekday = 0;
			if (u->kind == 'w' && spec.n && is_digit(*spec.p) &&
			    (!cut_count(&spec, &weekday) || weekday > 7))
				return false;
			t = snap(t, u->kind, weekday);
		} else {
			if (c == '-')
				n = -n;
			if (u->months && (n > 1000000 || n < -1000000))
				return false;
			t = u->months ? add_months(t, n * u->months) : t + n * u->seconds;
		}
		if (!(fabs(t) <= TIME_MAX))
			return false;
		first = false;
	}
	*out = t;
	return true;
}

bool when_span(struct str s, double *seconds, int *months)
{
	size_t n = 0;
	double count;

	while (n < s.n && (is_digit(s.p[n]) || s.p[n] == '.'))
		n++;
	if (!str_number((struct str){s.p, n}, &count) || !(count > 0 && count <= TIME_MAX))
		return false;
	struct str rest = {s.p + n, s.n - n};
	*months = 0;
	*seconds = count;
	if (!rest.n)
		return true;
	const struct unit *u = find_unit(cut_word(&rest));
	if (!u || rest.n)
		return false;
	*seconds = count * u->seconds;
	if (u->months) {
		if (count != floor(count) || count > 1000000)
			return false;
		*months = (int)count * u->months;
		*seconds = 0;
	}
	return *seconds <= TIME_MAX;
}
