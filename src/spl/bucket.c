/* Buckets of time and of numbers: where they start (spl-spec 3.1 point 4, 3.11, trap 4). */
#include <math.h>

#include "spl/cmdlib.h"

double bucket_start(double x, double span, int months)
{
	int year, mon, day, hour, min, sec;

	if (!isfinite(x))
		return x;
	if (months <= 0)
		return span > 0 ? floor(x / span) * span : x;
	if (fabs(x) > 1e12)                              /* beyond the calendar */
		return x;
	when_civil((usec_t)floor(x) * USEC_PER_SEC, &year, &mon, &day, &hour, &min, &sec);
	int month = year * 12 + mon - 1, first = (month - 1970 * 12) / months;
	if (month - 1970 * 12 < first * months)
		first--;
	month = 1970 * 12 + first * months;
	return (double)(when_utc(month / 12, month % 12 + 1, 1, 0, 0, 0) / USEC_PER_SEC);
}

double bucket_auto(double seconds)
{
	static const struct {
		double most, span;
	} steps[] = {{15 * 60, 10}, {60 * 60, 60}, {4 * 3600, 5 * 60}, {24 * 3600, 30 * 60}};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (seconds <= steps[i].most)
			return steps[i].span;
	}
	return 86400;
}
