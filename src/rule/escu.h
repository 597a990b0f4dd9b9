/* Inside rule/: what reads ESCU's YAML layouts shares. A key that is wrong costs itself alone and is reported in `warn`. */
#ifndef SPOOR_ESCU_H
#define SPOOR_ESCU_H

#include "rule/ruleset.h"

struct reader {
	struct rule *r;
	struct arena *arena;
	struct diags *warn;
};

void escu_warn(struct reader *e, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Not there, or written as nothing, null or ~? */
bool escu_null(const struct yaml *y);
/* The value under `key`: text, "" when there is none; a number from 0 to 1e6, 0 when there is none; a list of texts, where one
 * text is a list of one. */
struct str escu_text(struct reader *e, const struct yaml *map, const char *key);
double escu_number(struct reader *e, const struct yaml *map, const char *key);
struct str *escu_texts(struct reader *e, const struct yaml *map, const char *key, size_t *n);
/* The list of maps under `key`, NULL when there is none; its i-th entry, NULL, and a report, when that is no map. */
const struct yaml *escu_maps(struct reader *e, const struct yaml *map, const char *key);
const struct yaml *escu_map_at(struct reader *e, const struct yaml *list, size_t i, const char *key);
void escu_report_doubles(struct reader *e, const struct yaml *map);

/* What a hit is annotated with and adds to the risk of users and systems, in any of the layouts. */
void escu_read_risk(struct reader *e, const struct yaml *doc);

#endif
