/* Thresholds of risk: when what a user or system gathered in a sliding window is a hit of its own, as risk-based alerting
 * has it. Made of the risk events of the run and of the case; makes none itself. */
#ifndef SPOOR_THRESHOLD_H
#define SPOOR_THRESHOLD_H

#include "base/when.h"

/* 0 in `score` or `tactics`: that one is off. */
struct risk_limits {
	double score;                                    /* more than so many points … */
	int64_t score_span;                              /* … within this time */
	double tactics;                                  /* so many ATT&CK tactics or more … */
	int64_t tactics_span;
};
#define RISK_LIMITS {100, 24 * 3600 * USEC_PER_SEC, 3, 7 * 24 * 3600 * USEC_PER_SEC}

#endif
