/* Time: microseconds since 1970-01-01 UTC, as text and back, and Splunk's relative times. Knows no clock but when_now. */
#ifndef SPOOR_WHEN_H
#define SPOOR_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

typedef int64_t usec_t;
#define USEC_PER_SEC INT64_C(1000000)
#define WHEN_NONE INT64_MIN                              /* no time known */

/* "2020-09-20T01:18:13.2871234Z", "2020-09-20 01:18:13.287", with or without fraction, zone (Z, +hh:mm, none = UTC).
 * Digits after the sixth are cut, not rounded. The whole of s must match. */
bool when_parse(struct str s, usec_t *out);
/* ISO 8601 in UTC: `digits` (0-6) after the point; "2020-09-20T01:18:13Z". Returns out, which is "" for WHEN_NONE. */
#define WHEN_SIZE 40
char *when_iso(usec_t t, int digits, char out[WHEN_SIZE]);
/* The same with as many fractional digits as are needed (none for whole seconds). */
char *when_iso_short(usec_t t, char out[WHEN_SIZE]);
/* "2020-09-20 01:18:13", UTC or local time. */
char *when_human(usec_t t, bool local, char out[WHEN_SIZE]);

/* Seconds since 1970, never rounded up to a whole one, as far from now a double has too few bits for a microsecond. */
static inline double when_seconds(usec_t t)
{
	double s = (double)t / USEC_PER_SEC;

	return s >= 0x1p34 && (usec_t)s > t / USEC_PER_SEC ? (double)(usec_t)s - 0x1p-14 : s;
}

/* strftime/strptime of SPL, UTC: %Y %m %d %H %M %S %y %b %B %a %A %j %e %I %p %Z %z %s %F %T %D %f %N %3N %6N %9N %Q %3Q %u %w %U %V %% … */
void when_strftime(double t, struct str fmt, struct sbuf *out);
/* Seconds; false when s does not match. Text behind the match is ignored, blanks match any run of blanks. What fmt does
 * not name is taken from 1970-01-01T00:00:00Z. */
bool when_strptime(struct str s, struct str fmt, double *out);
/* Splunk's relative time: [+|-]<n><unit>[@<unit>][+-n unit]…, "@w0", "now"; seconds. False when unparsable. UTC. */
bool when_relative(double t, struct str spec, double *out);
/* "1h", "30m", "10s", "1mon", "7d" -> seconds and, for mon/q/y, months (then *seconds is 0). A bare number is seconds. False when not above 0. */
bool when_span(struct str s, double *seconds, int *months);
usec_t when_now(void);                                   /* wall clock; SPOOR_NOW (ISO) pins it for tests */
uint64_t when_mono_ns(void);                             /* for measuring */

void when_civil(usec_t t, int *year, int *mon, int *day, int *hour, int *min, int *sec);   /* UTC */
usec_t when_utc(int year, int mon, int day, int hour, int min, int sec);   /* values out of range carry over */

#endif
