/* Detection: runs rules over an engine and turns result rows into findings, risk events and messages. */
#ifndef SPOOR_DETECT_H
#define SPOOR_DETECT_H

#include <stdatomic.h>

#include "detect/threshold.h"
#include "rule/rule.h"

struct risk_event {
	enum risk_type type;
	struct str object;                               /* as in the row */
	struct str normalized;                           /* lower case */
	double score;
	struct str message;                              /* tokens filled: the object's own, else the finding's */
};

/* Does the object name nobody ("unknown", "-", "N/A", "null", empty)? Its risk is told with the hit, and in Risk.All_Risk, but not
 * added up: what hosts and users have in common there is that nobody knows them. */
bool risk_of_nobody(struct str object);

/* Do the events that a join brought together belong together? (DESIGN 3) */
enum confirm { CONFIRM_NONE /* no join */, CONFIRM_NO, CONFIRM_YES };

/* A rule, one result row, and where it came from. Owned by the findings. */
struct finding {
	const struct rule *rule;
	const struct rows *rows;                         /* of the whole rule; */
	size_t row;                                      /* this is the one */
	const struct spl_query *query;                   /* that made them; NULL for a threshold's */
	double now;                                      /* that it was run with (detect_opts.now) */
	usec_t time;                                     /* of the earliest event; the row's own time when it has no event */
	struct str message;                              /* tokens filled */
	struct risk_event *risk; size_t nrisk;
	double score;                                    /* highest of the objects'; the rule's when there is none */
	enum confirm confirmed;
	const struct lineage *lineage;                   /* may be NULL */
	char key[33];                                    /* hex of 128 bits: stable across loads (DESIGN 4) */
	/* What every list shows: from the row, else from the events. Empty when unknown. */
	struct str host, user, parent, process, command, pid, guid, c2, port;
	const struct threshold *threshold;               /* it is no rule's row, but risk that crossed one; else NULL */
	ev_t main_event;                                 /* the process creation if there is one, else the earliest; EV_NONE */
};

struct rule_result {
	const struct rule *rule;
	bool ran;
	struct diag error;                               /* when it failed at run time */
	struct diags warn;                               /* limits that cut, … */
	size_t nfindings;
	uint64_t ns;                                     /* time it took */
	char cannot_fire[160];                           /* runs, but this dump lacks what it needs: "no event 3 in this dump"; "" otherwise */
};

struct findings {
	struct finding *v;                               /* by time, then rule name, then key */
	size_t n, cap;
	struct rule_result *rule;                        /* one per rule of the set, in its order */
	size_t nrules;
	struct rows **rows; size_t nrows;                /* results, owned */
	struct arena *arena;
	const struct rows *risk_before;                  /* detect_opts.risk_before */
	struct rule_variant *variant;                    /* of detect_try; owned */
	bool partial;                                    /* cancelled */
};

struct detect_progress {
	atomic_size_t done, total, findings;
};
struct detect_opts {
	double now;                                      /* NAN: newest event */
	unsigned workers;                                /* 0: all cores */
	const atomic_bool *cancel;
	struct detect_progress *progress;                /* may be NULL */
	/* Called under a lock as each rule ends, from a worker: hits as they are found. May be NULL. */
	void (*found)(void *ctx, const struct finding *f, size_t n);
	void *ctx;
	/* Risk events that earlier dumps brought, as rows of Risk.All_Risk that name their finding by its key in `finding_key`.
	 * They belong to Risk.All_Risk, too, unless their finding is one of this run. Must outlive the findings; may be NULL. */
	const struct rows *risk_before;
};
/* Runs all rules that compiled; Correlation rules last, over the risk events of the others. Never fails as a whole. From then
 * on the rule set's Risk.All_Risk is made of these findings: they must live as long as searches are run with it. */
struct findings *detect_run(struct rules *r, struct engine *e, const struct detect_opts *o);
void findings_free(struct findings *f);
int finding_cmp(const void *a, const void *b);           /* by time, rule name, key: for qsort */
void findings_sort(struct findings *f);
/* What the rules would have found, too, had nothing been left out of them (rule.excluding). */
struct findings *detect_excluded(const struct rules *r, const struct findings *found, struct engine *e, const struct detect_opts *o);
/* What one rule finds with this filter (rules_variant); `filter` empty: with nothing left out. NULL with *d set, or when cancelled. */
struct findings *detect_try(const struct rules *r, const struct rule *rule, struct str filter, struct engine *e, const struct detect_opts *o,
                            struct diag *d);

/* The risk events of findings, then those of risk_before, as rows of Risk.All_Risk (spl-spec 5.2). The caller frees them. */
struct rows *detect_risk_rows(const struct findings *f);
/* A text with $field$ tokens filled from the row: for messages (lists joined by ", "; absent fields leave the token). */
struct str detect_fill(struct str text, const struct rows *r, size_t row, struct arena *a);
/* A drilldown search ready to compile: %original_detection_search% and tokens filled, quoted safely (spl-spec 5.3). */
struct str detect_drilldown(const struct finding *f, const struct drilldown *dd, struct arena *a);

#endif
