/* Leaving hits out: the line in which a condition is written, with a count of what it would take away, and which hits the case's
 * exclusions leave out now. A hit is left out exactly when its rule, run with the exclusions as its filter, does not find it. */
#ifndef SPOOR_UI_EXCLUDE_H
#define SPOOR_UI_EXCLUDE_H

#include "detect/session.h"
#include "ui/keys.h"

struct ui;

/* Once the case is open: gives the session the exclusions to start with. */
void exclude_start(struct ui *u, struct session_opts *o);
void exclude_again(struct ui *u);                         /* another generation of hits is there: as at the start */
/* Follows the case: rules whose exclusions changed are run again, on a worker. */
void exclude_tick(struct ui *u);
void exclude_end(struct ui *u);                          /* once no job runs */

bool exclude_has(const struct ui *u, const char *key);   /* is the hit left out now? */
bool exclude_shown(const struct ui *u);                  /* are those to be shown all the same? */
/* Copies of the hits of this run that are not left out now, once all rules have run. The caller frees *out. */
size_t exclude_hits(const struct ui *u, struct finding **out);
/* All of them: those of the rules and of thresholds in their order, behind them what exclusions kept from being found at all. */
size_t exclude_all_hits(const struct ui *u, struct finding **out);
size_t exclude_count(const struct ui *u);
/* For each rule of this run how many of its hits count, and how many are left out, once all rules have run. */
void exclude_counts(const struct ui *u, const struct rules *rules, size_t *hits, size_t *out);
/* Counts what changed in the answers of the above. */
unsigned exclude_version(const struct ui *u);
/* Why the exclusions of a rule do not count: they do not compile, or its search failed with them. "" when they do. */
struct str exclude_error(const struct ui *u, struct str rule_id);
/* The rule of an exclusion; NULL when it is not among those of this run. */
const struct rule *exclude_rule(const struct ui *u, struct str rule_id);

bool exclude_request(struct ui *u, enum request r);
/* The filter macro of the rule of an exclusion, as a file for ESCU's macros/ folder. The caller frees what is in `b`. */
bool exclude_macro(struct ui *u, struct str rule_id, struct sbuf *name, struct sbuf *b, struct diag *d);

#endif
