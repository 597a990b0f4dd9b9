/* The analysis under way: runs the session on a worker, hands over hits as they are found, and counts what the dump holds.
 * What of a session may be read, and when, is decided here. */
#ifndef SPOOR_UI_ANALYSIS_H
#define SPOOR_UI_ANALYSIS_H

#include "base/str.h"
#include "detect/session.h"
#include "store/coverage.h"

struct ui;
struct analysis;
struct procs;

/* What the dump holds, counted once it is loaded. */
struct facts {
	size_t nhosts;
	uint32_t *host;                                  /* pool ids, most events first; 0: events that name none */
	uint64_t *host_events;
	uint64_t *cell;                                  /* events of table t on host h: cell[t * nhosts + h] */
	struct coverage *coverage;
};

struct analysis *analysis_start(struct ui *u, const struct session_opts *o);
/* Starts what can start now. True when the session has moved on since the last call. */
bool analysis_tick(struct analysis *a);
void analysis_stop(struct analysis *a);                  /* asks the work to end soon; keeps what there is */
void analysis_free(struct analysis *a);                  /* once no job runs */

/* ---- following logs that grow (load/follow.h) ---- */

/* Goes on reading what changes. Before the first tick. False with *why: it cannot. */
bool analysis_follow(struct analysis *a, const char **why);
bool analysis_following(const struct analysis *a);
void analysis_unfollow(struct analysis *a);
/* A newer generation has been read and run, and waits for analysis_renew: nothing on the screen but hits may look at the old one. */
bool analysis_newer(const struct analysis *a);
/* The newer generation takes the place of the old one, which stays readable until analysis_forget. */
void analysis_renew(struct analysis *a);
void analysis_forget(struct analysis *a);
unsigned analysis_generation(const struct analysis *a);  /* 0: the first */
/* What became of a file that was followed, for the message line, once; "" mostly. */
const char *analysis_news(struct analysis *a);

/* Each is NULL until it is complete. */
const struct load *analysis_load(const struct analysis *a);
const struct store *analysis_store(const struct analysis *a);
struct rules *analysis_rules(const struct analysis *a);
struct cim *analysis_cim(const struct analysis *a);
struct engine *analysis_engine(const struct analysis *a);
const struct findings *analysis_findings(const struct analysis *a);
/* The finding of that key; NULL when this run has none. */
const struct finding *analysis_hit(const struct analysis *a, struct str key);
const struct facts *analysis_facts(const struct analysis *a);
const struct procs *analysis_procs(const struct analysis *a);
struct session *analysis_session(const struct analysis *a);

bool analysis_ready(const struct analysis *a);           /* everything has run, or was stopped */
bool analysis_partial(const struct analysis *a);         /* it was stopped before its end */
/* Copies of the hits found so far, from number `from` on, in the order in which they came. The caller frees *out. */
size_t analysis_live(struct analysis *a, size_t from, struct finding **out);
/* "loading 34 %", "rules 312 of 438", "loaded 100 %": for the status line. */
void analysis_progress(const struct analysis *a, struct sbuf *b);
/* 0, 1 or 2 (DESIGN 5). */
int analysis_status(const struct analysis *a);

#endif
