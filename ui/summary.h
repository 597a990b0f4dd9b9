/* What was read, which rules ran, which could not and why: told at length by the report, in short by an empty list of hits. */
#ifndef SPOOR_UI_SUMMARY_H
#define SPOOR_UI_SUMMARY_H

#include "ui/analysis.h"
#include "ui/page.h"

/* Why there is no hit (yet). */
void summary_no_hits(struct analysis *a, struct page *p);
/* Sections of the report; each adds its heading. */
void summary_window(struct analysis *a, struct page *p);  /* the time that was asked for, and what was left out */
void summary_inputs(struct analysis *a, struct page *p);
void summary_events(struct analysis *a, struct page *p);
void summary_coverage(struct analysis *a, struct page *p); /* records that are missing; what Sysmon says of itself */
void summary_others(struct analysis *a, struct page *p, size_t most);
void summary_damage(struct analysis *a, struct page *p);
void summary_rules(struct analysis *a, struct page *p);  /* what became of them, with the trouble of all their files */
void summary_rule_files(const struct analysis *a, struct sbuf *b);       /* "2 rule files with trouble"; nothing when there is none */
void summary_rule_trouble(struct analysis *a, struct page *p, size_t most);     /* of so many files; nothing when there is none */

/* "12,345". Appended. */
void summary_number(struct sbuf *b, uint64_t n);
/* What has become of a rule. */
enum rule_state { RULE_WAITING, RULE_RAN, RULE_FAILED, RULE_CANNOT_FIRE, RULE_NOT_RUNNABLE, RULE_LEFT_OUT };
enum rule_state summary_rule(const struct rule *r, const struct rule_result *result, struct str *reason);

#endif
