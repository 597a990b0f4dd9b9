/* Thresholds of risk: when what a user or system gathered in a sliding window is a hit of its own, as risk-based alerting
 * has it. Made of the risk events of the run and of the case; makes none itself. A hit of a threshold stays the same one, by its
 * key, when limits, exclusions or other dumps move the moment at which the threshold was crossed. */
#ifndef SPOOR_THRESHOLD_H
#define SPOOR_THRESHOLD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/when.h"
#include "rule/rule.h"

/* 0 in `score` or `tactics`: that one is off. */
struct risk_limits {
	double score;                                    /* more than so many points … */
	int64_t score_span;                              /* … within this time */
	double tactics;                                  /* so many ATT&CK tactics or more … */
	int64_t tactics_span;
};
/* Splunk's own. */
#define RISK_LIMITS {100, 24 * 3600 * USEC_PER_SEC, 3, 7 * 24 * 3600 * USEC_PER_SEC}

/* One risk event that counted. */
struct threshold_part {
	usec_t time;
	double score;
	struct str key, rule, message;                   /* key: of its finding */
	bool here;                                       /* of this run, not of an earlier dump */
};
/* A finding of a threshold that an earlier run made. One of the same rule and object whose time overlaps is the same, and takes
 * its key; the first one in the list that does so counts. */
struct threshold_known {
	struct str key, rule_id, object;                 /* object: normalized */
	enum risk_type type;
	usec_t first, last;                              /* of what added up to it */
};
/* What a finding of a threshold is about. In the findings' arena. */
struct threshold {
	enum risk_type type;
	struct str object, shown;                        /* normalized; as rows have it */
	size_t tactics;                                  /* most in a window … */
	struct str names;                                /* … and which, ", " between; "" when no window was full */
	struct threshold_part *v; size_t n;              /* by time, from the window that crossed to the last one that did */
};

struct findings;
struct map;
struct threshold_opts {
	const struct risk_limits *limits;
	const struct rows *risk_before;                  /* detect_opts.risk_before; may be NULL */
	const struct threshold_known *known; size_t nknown;      /* their texts must outlive the call only */
};
/* Findings for the users and systems whose risk crossed a limit, from those of `in`, and of `out` that are not in left_out (keys;
 * NULL: all of `out` are, none of `in`). Sorted into `to`, which may be `in`; NULL: into new ones, which the caller frees and
 * which must not outlive the two. Both of `in` and `out` may be NULL. */
struct findings *detect_thresholds(struct findings *to, const struct findings *in, const struct findings *out, const struct map *left_out,
                                   const struct threshold_opts *o);

/* "24 hours" ("24 hour" when not many): a length of time in the largest unit that leaves nothing over. In a. */
struct str threshold_span(int64_t span, bool many, struct arena *a);

#endif
