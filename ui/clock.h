/* Times as the screen shows them: UTC, or the zone of the machine. One switch for all views; what is exported stays UTC. */
#ifndef SPOOR_UI_CLOCK_H
#define SPOOR_UI_CLOCK_H

#include <stdbool.h>

#include "base/when.h"

bool clock_is_local(void);
bool clock_set(bool local);                              /* returns what it was */
/* "2020-09-20 01:18:13"; "" for WHEN_NONE. Returns out. */
char *clock_text(usec_t t, char out[WHEN_SIZE]);
/* ISO 8601 with its fraction and zone: "…13.287Z", "…13.287+02:00". */
char *clock_iso(usec_t t, char out[WHEN_SIZE]);
/* What the clock shows at that time less UTC, in microseconds. */
int64_t clock_offset(usec_t t);
/* "UTC", "CET", or "CET/CEST" when both hold between two times (WHEN_NONE: now). Returns out. */
enum { ZONE_SIZE = 32 };
char *clock_zone(usec_t first, usec_t last, char out[ZONE_SIZE]);

#endif
