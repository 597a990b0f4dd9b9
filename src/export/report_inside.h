/* Inside the case report: what its parts share. report.c says which parts there are and in which order; each part writes into job.b. */
#ifndef SPOOR_REPORT_INSIDE_H
#define SPOOR_REPORT_INSIDE_H

#include "base/map.h"
#include "detect/explain.h"
#include "export/report.h"

struct job {
	const struct report *r;
	struct arena *arena;
	struct explainer *why;                           /* NULL: no search can be asked */
	struct case_finding *all;                        /* hits of the logs that are loaded, by time … */
	size_t n;
	struct case_finding *old;                        /* … and what else the case holds; neither with those that are excluded */
	size_t nold, excluded;                           /* excluded: of the loaded logs */
	struct map *here;                                /* key -> struct finding of this run */
	struct sbuf b;
	FILE *f;
};

/* "2024-05-06T10:00:05Z" */
void report_time(struct sbuf *b, usec_t t);
/* "- name: `value`" on a line; nothing for an empty value. */
void report_item(struct sbuf *b, const char *name, struct str value);
/* The hit as this run found it; NULL when it did not. */
const struct finding *report_here(const struct job *j, const struct case_finding *x);

/* report_hit.c: in full, and as a line of a table. */
void report_hit(struct job *j, const struct case_finding *x);
void report_hit_head(struct sbuf *b);
void report_hit_line(struct job *j, const struct case_finding *x);

/* report_about.c: what the hits are of: the logs and rules, with the counts; who has risk; what was excluded. */
void report_summary(struct job *j);
void report_risk(struct job *j);
void report_exclusions(struct job *j);

#endif
