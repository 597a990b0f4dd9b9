/* strftime and strptime of SPL: English, UTC, with Splunk's subseconds. No libc, so no locale and no zone of the host. */
#include "base/when.h"

#include <math.h>
#include <stdio.h>

static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July", "August",
                                     "September", "October", "November", "December"};
static const char *const weekdays[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

/* Conversions that stand for others. Both directions use it, so neither recurses deeper than one level. */
static const char *composite(char c)
{
	switch (c) {
	case 'F':
		return "%Y-%m-%d";
	case 'T':
	case 'X':
		return "%H:%M:%S";
	case 'D':
	case 'x':
		return "%m/%d/%y";
	case 'R':
		return "%H:%M";
	case 'r':
		return "%I:%M:%S %p";
	case 'c':
		return "%a %b %e %H:%M:%S %Y";
	case '+':
		return "%a %b %e %H:%M:%S %Z %Y";
	default:
		return NULL;
	}
}

/* One conversion: what stands between the % and its letter, and the letter. */
struct conv {
	char letter;
	int width;                                       /* 3 of %3N; 0 when none */
	int colons;                                      /* of %:z */
	bool ez;                                         /* %Ez */
};

/* Reads the conversion behind the % at fmt.p[*at - 1]; false, with *at untouched, when it is none. */
static bool read_conv(struct str fmt, size_t *at, struct conv *c)
{
	size_t i = *at;

	*c = (struct conv){0};
	while (i < fmt.n && fmt.p[i] == ':' && c->colons < 3) {
		c->colons++;
		i++;
	}
	if (i < fmt.n && fmt.p[i] >= '1' && fmt.p[i] <= '9')
		c->width = fmt.p[i++] - '0';
	if (i + 1 < fmt.n && fmt.p[i] == 'E' && fmt.p[i + 1] == 'z') {
		c->ez = true;
		i++;
	}
	if (i >= fmt.n)
		return false;
	c->letter = fmt.p[i++];
	if ((c->colons && c->letter != 'z') || (c->width && c->letter != 'N' && c->letter != 'Q'))
		return false;
	if (c->letter == 'N' && !c->width)
		c->width = 9;
	if (c->letter == 'Q' && !c->width)
		c->width = 3;
	if (c->letter == 'f')
		c->width = 6;
	*at = i;
	return true;
}

/* ---- printing ---- */

struct civil {
	int year, mon, day, hour, min, sec;
	int wday;                                        /* 0: Sunday */
	int yday;                                        /* from 0 */
	int micro;
	int64_t epoch;
};

/* The week of ISO 8601, and the year that it belongs to. */
static int iso_week(const struct civil *t, int *year)
{
	int monday = (t->wday + 6) % 7;
	int week = (t->yday - monday + 10) / 7;          /* of the Thursday of this week */
	usec_t jan1;

	*year = t->year;
	if (week < 1) {
		*year = t->year - 1;
		jan1 = when_utc(*year, 1, 1, 0, 0, 0);
		int days = (int)((when_utc(t->year, 1, 1, 0, 0, 0) - jan1) / (86400 * USEC_PER_SEC));
		return (t->yday + days - monday + 10) / 7;
	}
	int days = (int)((when_utc(t->year + 1, 1, 1, 0, 0, 0) - when_utc(t->year, 1, 1, 0, 0, 0)) /
	                 (86400 * USEC_PER_SEC));
	if (week == 53 && t->yday - monday + 3 >= days) {
		*year = t->year + 1;
		return 1;
	}
	return week;
}

static bool put(const struct civil *t, const struct conv *c, struct sbuf *out)
{
	int hour12 = t->hour % 12 ? t->hour % 12 : 12, year;
	char digits[10];

	switch (c->letter) {
	case 'Y': sbuf_addf(out, "%04d", t->year); break;
	case 'C': sbuf_addf(out, "%02d", t->year / 100); break;
	case 'y': sbuf_addf(out, "%02d", (t->year % 100 + 100) % 100); break;
	case 'm': sbuf_addf(out, "%02d", t->mon); break;
	case 'd': sbuf_addf(out, "%02d", t->day); break;
	case 'e': sbuf_addf(out, "%2d", t->day); break;
	case 'H': sbuf_addf(out, "%02d", t->hour); break;
	case 'k': sbuf_addf(out, "%2d", t->hour); break;
	case 'I': sbuf_addf(out, "%02d", hour12); break;
	case 'l': sbuf_addf(out, "%2d", hour12); break;
	case 'M': sbuf_addf(out, "%02d", t->min); break;
	case 'S': sbuf_addf(out, "%02d", t->sec); break;
	case 'p': sbuf_addz(out, t->hour < 12 ? "AM" : "PM"); break;
	case 'P': sbuf_addz(out, t->hour < 12 ? "am" : "pm"); break;
	case 'b':
	case 'h': sbuf_add(out, months[t->mon - 1], 3); break;
	case 'B': sbuf_addz(out, months[t->mon - 1]); break;
	case 'a': sbuf_add(out, weekdays[t->wday], 3); break;
	case 'A': sbuf_addz(out, weekdays[t->wday]); break;
	case 'j': sbuf_addf(out, "%03d", t->yday + 1); break;
	case 'u': sbuf_addf(out, "%d", t->wday ? t->wday : 7); break;
	case 'w': sbuf_addf(out, "%d", t->wday); break;
	case 'U': sbuf_addf(out, "%02d", (t->yday + 7 - t->wday) / 7); break;
	case 'W': sbuf_addf(out, "%02d", (t->yday + 7 - (t->wday + 6) % 7) / 7); break;
	case 'V': sbuf_addf(out, "%02d", iso_week(t, &year)); break;
	case 'G':
		iso_week(t, &year);
		sbuf_addf(out, "%04d", year);
		break;
	case 'g':
		iso_week(t, &year);
		sbuf_addf(out, "%02d", (year % 100 + 100) % 100);
		break;
	case 's': sbuf_addf(out, "%lld", (long long)t->epoch); break;
	case 'N':
	case 'Q':
	case 'f':
		snprintf(digits, sizeof(digits), "%06d000", t->micro);
		sbuf_add(out, digits, (size_t)c->width);
		break;
	case 'Z': sbuf_addz(out, "UTC"); break;
	case 'z': {
		static const char *const zero[] = {"+0000", "+00:00", "+00:00:00", "+00"};
		sbuf_addz(out, c->ez ? "+0" : zero[c->colons]);
		break;
	}
	case 'n': sbuf_addc(out, '\n'); break;
	case 't': sbuf_addc(out, '\t'); break;
	case '%': sbuf_addc(out, '%'); break;
	default: return false;
	}
	return true;
}

static void print(const struct civil *t, struct str fmt, struct sbuf *out)
{
	for (size_t at = 0; at < fmt.n;) {
		size_t start = at;
		struct conv c;

		if (fmt.p[at++] != '%') {
			sbuf_addc(out, fmt.p[start]);
			continue;
		}
		bool known = read_conv(fmt, &at, &c);
		const char *longer = known ? composite(c.letter) : NULL;
		if (longer)
			print(t, str_c(longer), out);
		else if (!known || !put(t, &c, out))
			sbuf_add(out, fmt.p + start, at - start);
	}
}

void when_strftime(double t, struct str fmt, struct sbuf *out)
{
	if (!(fabs(t) <= 1e12))                          /* no time that anyone means; NaN, too */
		return;
	/* Apart, as seconds * 1e6 would leave too few bits for the last digit. */
	double whole = floor(t);
	usec_t us = (usec_t)whole * USEC_PER_SEC + (usec_t)llround((t - whole) * 1e6);
	int64_t days = us / (86400 * USEC_PER_SEC) - (us % (86400 * USEC_PER_SEC) < 0);
	struct civil c = {.wday = (int)(((days + 4) % 7 + 7) % 7)};

	when_civil(us, &c.year, &c.mon, &c.day, &c.hour, &c.min, &c.sec);
	c.epoch = us / USEC_PER_SEC - (us % USEC_PER_SEC < 0);
	c.micro = (int)(us - c.epoch * USEC_PER_SEC);
	c.yday = (int)((when_utc(c.year, c.mon, c.day, 0, 0, 0) - when_utc(c.year, 1, 1, 0, 0, 0)) /
	               (86400 * USEC_PER_SEC));
	print(&c, fmt, out);
}

/* ---- reading ---- */

struct parsed {
	int year, mon, day, hour, min, sec;
	int century_year;                                /* of %y; -1: none */
	int yday;                                        /* of %j, from 1; 0: none */
	int pm;                                          /* -1: not said */
	bool hour12;
	double fraction;
	int offset;                                      /* seconds east */
	bool has_epoch;
	double epoch;
};

static inline bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_blanks(struct str *s)
{
	while (s->n && is_blank(*s->p)) {
		s->p++;
		s->n--;
	}
}

/* Up to max digits, at least one, in lo … hi. */
static bool number(struct str *s, size_t max, int lo, int hi, int *out)
{
	size_t n = 0;
	int v = 0;

	for (; n < s->n && n < max && s->p[n] >= '0' && s->p[n] <= '9'; n++)
		v = v * 10 + (s->p[n] - '0');
	if (n == 0 || v < lo || v > hi)
		return false;
	s->p += n;
	s->n -= n;
	*out = v;
	return true;
}

/* A full or three-letter name, in any case. */
static bool name(struct str *s, const char *const *of, int count, int *out)
{
	for (int i = 0; i < count; i++) {
		size_t n = str_istarts(*s, of[i]) ? strlen(of[i]) : 3;
		if (n > s->n || !str_ieq((struct str){s->p, n}, (struct str){of[i], n}))
			continue;
		s->p += n;
		s->n -= n;
		*out = i;
		return true;
	}
	return false;
}

static bool subseconds(struct str *s, size_t max, double *out)
{
	double unit = 1;
	int64_t v = 0;
	size_t n = 0;

	for (; n < s->n && n < max && s->p[n] >= '0' && s->p[n] <= '9'; n++) {
		v = v * 10 + (s->p[n] - '0');
		unit *= 10;
	}
	s->p += n;
	s->n -= n;
	*out = (double)v / unit;
	return n > 0;
}

static bool epoch(struct str *s, struct parsed *t)
{
	bool negative = s->n && *s->p == '-';
	size_t n = negative, start = n;
	double v = 0;

	for (; n < s->n && n - start < 13 && s->p[n] >= '0' && s->p[n] <= '9'; n++)
		v = v * 10 + (s->p[n] - '0');
	s->p += n;
	s->n -= n;
	t->has_epoch = true;
	t->epoch = negative ? -v : v;
	return n > start;
}

/* Z, +hh, +hhmm or +hh:mm[:ss]. */
static bool offset(struct str *s, int *out)
{
	int h, m = 0, sec = 0;

	*out = 0;
	if (s->n && (*s->p == 'Z' || *s->p == 'z')) {
		s->p++;
		s->n--;
		return true;
	}
	if (!s->n || (*s->p != '+' && *s->p != '-'))
		return false;
	int sign = *s->p == '-' ? -1 : 1;
	s->p++;
	s->n--;
	struct str hours = {s->p, s->n < 2 ? s->n : 2};
	if (!number(&hours, 2, 0, 23, &h) || hours.n || hours.p != s->p + 2)
		return false;
	s->p += 2;
	s->n -= 2;
	for (int *part = &m; part; part = part == &m ? &sec : NULL) {
		struct str rest = *s;
		bool colon = rest.n && *rest.p == ':';
		if (colon) {
			rest.p++;
			rest.n--;
		}
		if ((part == &sec && !colon) || !number(&rest, 2, 0, 59, part))
			break;
		*s = rest;
	}
	*out = sign * (h * 3600 + m * 60 + sec);
	return true;
}

static bool zone_name(struct str *s, int *out)
{
	static const struct {
		const char *name;
		int hours;
	} zones[] = {{"UTC", 0},  {"GMT", 0},  {"EST", -5}, {"EDT", -4}, {"CST", -6},  {"CDT", -5},
	             {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}, {"CEST", 2}, {"CET", 1}};

	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++) {
		if (!str_istarts(*s, zones[i].name))
			continue;
		size_t n = strlen(zones[i].name);
		s->p += n;
		s->n -= n;
		*out = zones[i].hours * 3600;
		return true;
	}
	return offset(s, out);
}

static bool match(struct str *s, struct str fmt, struct parsed *t);

static bool take(struct str *s, const struct conv *c, struct parsed *t)
{
	const char *longer = composite(c->letter);
	int v;

	if (longer)
		return match(s, str_c(longer), t);
	if (c->letter == 'e' || c->letter == 'k' || c->letter == 'l')
		skip_blanks(s);
	switch (c->letter) {
	case 'Y':
		t->century_year = -1;
		return number(s, 4, 0, 9999, &t->year);
	case 'y': return number(s, 2, 0, 99, &t->century_year);
	case 'm': return number(s, 2, 1, 12, &t->mon);
	case 'd':
	case 'e': return number(s, 2, 1, 31, &t->day);
	case 'H':
	case 'k':
		t->hour12 = false;
		return number(s, 2, 0, 23, &t->hour);
	case 'I':
	case 'l':
		t->hour12 = true;
		return number(s, 2, 1, 12, &t->hour);
	case 'M': return number(s, 2, 0, 59, &t->min);
	case 'S': return number(s, 2, 0, 60, &t->sec);
	case 'j': return number(s, 3, 1, 366, &t->yday);
	case 'u': return number(s, 1, 1, 7, &v);         /* the date decides, not these five */
	case 'w': return number(s, 1, 0, 6, &v);
	case 'U':
	case 'V':
	case 'W': return number(s, 2, 0, 53, &v);
	case 'p':
	case 'P':
		t->pm = str_istarts(*s, "pm");
		if (!t->pm && !str_istarts(*s, "am"))
			return false;
		s->p += 2;
		s->n -= 2;
		return true;
	case 'b':
	case 'B':
	case 'h':
		if (!name(s, months, 12, &v))
			return false;
		t->mon = v + 1;
		return true;
	case 'a':
	case 'A': return name(s, weekdays, 7, &v);
	case 's': return epoch(s, t);
	case 'N':
	case 'Q':
	case 'f': return subseconds(s, (size_t)c->width, &t->fraction);
	case 'Z': return zone_name(s, &t->offset);
	case 'z': return !c->ez && offset(s, &t->offset);
	case 'n':
	case 't': skip_blanks(s); return true;
	case '%':
		if (!s->n || *s->p != '%')
			return false;
		s->p++;
		s->n--;
		return true;
	default: return false;
	}
}

static bool match(struct str *s, struct str fmt, struct parsed *t)
{
	for (size_t at = 0; at < fmt.n;) {
		char f = fmt.p[at++];
		struct conv c;

		if (f == '%') {
			if (!read_conv(fmt, &at, &c) || !take(s, &c, t))
				return false;
		} else if (is_blank(f)) {
			skip_blanks(s);
		} else {
			if (!s->n || *s->p != f)
				return false;
			s->p++;
			s->n--;
		}
	}
	return true;
}

bool when_strptime(struct str s, struct str fmt, double *out)
{
	struct parsed t = {.year = 1970, .mon = 1, .day = 1, .century_year = -1, .pm = -1};

	if (!fmt.n || !match(&s, fmt, &t))
		return false;
	if (t.has_epoch) {
		*out = t.epoch + (t.epoch < 0 ? -t.fraction : t.fraction);
		return true;
	}
	if (t.century_year >= 0)
		t.year = t.century_year + (t.century_year < 69 ? 2000 : 1900);
	if (t.hour12 && t.pm >= 0)
		t.hour = t.hour % 12 + (t.pm ? 12 : 0);

	int year, mon, day, hour, min, sec;
	usec_t us = t.yday ? when_utc(t.year, 1, t.yday, 0, 0, 0) : when_utc(t.year, t.mon, t.day, 0, 0, 0);
	when_civil(us, &year, &mon, &day, &hour, &min, &sec);
	if (year != t.year || (!t.yday && day != t.day)) /* 30 February, day 366 of a common year */
		return false;
	*out = (double)(us / USEC_PER_SEC + t.hour * 3600 + t.min * 60 + t.sec - t.offset) + t.fraction;
	return true;
}
