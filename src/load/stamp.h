/* Times as event logs write them, fast: the common spellings by fixed positions, all others through base/when.h. */
#ifndef SPOOR_STAMP_H
#define SPOOR_STAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/when.h"

/* The day parsed last; zero-initialise. */
struct stamp_day {
	char text[10];
	bool good;
	int64_t ms;                                      /* of its start since 1970 */
};

/* Any time that when_parse knows. *t in microseconds, cut; *ns is what was cut, 0 to 999; *digits those of the fraction as
 * written, at most 9 counted. */
bool stamp_parse(struct str s, struct stamp_day *day, usec_t *t, unsigned *ns, unsigned *digits);
/* Exactly "YYYY-MM-DD hh:mm:ss.mmm", a moment that exists: *ms since 1970. */
bool stamp_exact_ms(struct str s, struct stamp_day *day, int64_t *ms);

#endif
