/* Times as the screen shows them. Owns the switch. */
#include "ui/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static bool is_local;

bool clock_is_local(void)
{
	return is_local;
}

bool clock_set(bool local)
{
	bool was = is_local;

	is_local = local;
	tzset();
	return was;
}

char *clock_text(usec_t t, char out[WHEN_SIZE])
{
	return when_human(t, is_local, out);
}

static bool local_time(usec_t t, struct tm *tm)
{
	time_t seconds = (time_t)(t / USEC_PER_SEC - (t % USEC_PER_SEC < 0));

	return localtime_r(&seconds, tm) != NULL;
}

int64_t clock_offset(usec_t t)
{
	struct tm tm;

	return is_local && t != WHEN_NONE && local_time(t, &tm) ? (int64_t)tm.tm_gmtoff * USEC_PER_SEC : 0;
}

char *clock_iso(usec_t t, char out[WHEN_SIZE])
{
	int64_t off = clock_offset(t), minutes = off / USEC_PER_SEC / 60;
	size_t n;

	if (!is_local || t == WHEN_NONE)
		return when_iso_short(t, out);
	n = strlen(when_iso_short(t + off, out));
	if (minutes < 0)
		minutes = -minutes;
	if (n && n + 6 < WHEN_SIZE)                      /* in the place of the Z */
		snprintf(out + n - 1, WHEN_SIZE - n + 1, "%c%02d:%02d", off < 0 ? '-' : '+', (int)(minutes / 60 % 100), (int)(minutes % 60));
	return out;
}

char *clock_zone(usec_t first, usec_t last, char out[ZONE_SIZE])
{
	struct tm a, b;

	if (!is_local) {
		snprintf(out, ZONE_SIZE, "UTC");
		return out;
	}
	if (first == WHEN_NONE)
		first = when_now();
	if (last == WHEN_NONE)
		last = first;
	if (!local_time(first, &a) || !local_time(last, &b))
		snprintf(out, ZONE_SIZE, "local");
	else if (strcmp(a.tm_zone, b.tm_zone) == 0)
		snprintf(out, ZONE_SIZE, "%.12s", a.tm_zone);
	else
		snprintf(out, ZONE_SIZE, "%.12s/%.12s", a.tm_zone, b.tm_zone);
	return out;
}
