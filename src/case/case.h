/* The case file: what the analyst decided, and the risk that earlier dumps brought. One SQLite database (WAL), by finding key.
 * Every change is durable when the call returns. Knows nothing of how findings are found, and nothing of screens.
 * A case may also live in memory only (--no-case). One thread uses it, but for what adds up risk (case_risk, case_entities): another may
 * call these meanwhile. */
#ifndef SPOOR_CASE_H
#define SPOOR_CASE_H

#include "detect/detect.h"

enum verdict { VERDICT_OPEN, VERDICT_TRUE, VERDICT_BENIGN, VERDICT_FALSE, VERDICT_COUNT };
extern const char *const verdict_name[VERDICT_COUNT];    /* "open", "true positive", "benign", "false positive" */
extern const char *const verdict_short[VERDICT_COUNT];   /* "", "TP", "BN", "FP" */

struct casefile;

/* Opens or creates; `path` NULL: in memory. Older schemas are migrated, newer ones refused. When another process has it open
 * for writing, *d says which file and what to do, and NULL is returned. Missing folders are made. */
struct casefile *case_open(const char *path, struct diag *d);
void case_close(struct casefile *c);                     /* NULL is fine */
const char *case_path(const struct casefile *c);         /* "(memory)" when there is no file */
char *case_default_path(void);                           /* $XDG_DATA_HOME/spoor/default.case; the caller frees it */

/* Records the findings of a run and their risk events. Known keys stay as they are (verdict, note), their last_seen moves. */
bool case_record(struct casefile *c, const struct findings *f, struct engine *e, struct diag *d);

/* Verdicts and notes, by finding key. */
enum verdict case_verdict(struct casefile *c, const char *key);
struct str case_note(struct casefile *c, const char *key);       /* "" when none; valid until the next change */
bool case_set_verdict(struct casefile *c, const char *const *keys, size_t n, enum verdict v, struct diag *d);
bool case_set_note(struct casefile *c, const char *key, struct str note, struct diag *d);

/* Exclusions: SPL conditions that a rule's _filter macro takes. */
struct exclusion {
	int64_t id;
	struct str rule_id, rule_name, macro;            /* rule_id: exclusion_rule_id; macro: the name of its filter macro, or "" */
	struct str condition;                            /* search dialect; rows that match it are left out */
	struct str reason;
	bool enabled;
	usec_t created;
};
/* In order of creation. Lives until the next change of exclusions. */
const struct exclusion *case_exclusions(struct casefile *c, size_t *n);
bool case_exclude(struct casefile *c, const struct exclusion *x, int64_t *id, struct diag *d);
bool case_exclusion_enable(struct casefile *c, int64_t id, bool enabled, struct diag *d);
bool case_exclusion_remove(struct casefile *c, int64_t id, struct diag *d);
/* The definition for a rule's _filter macro from its enabled exclusions: `search NOT (…) NOT (…)`, "" when there is none. */
struct str case_filter(struct casefile *c, struct str rule_id, struct arena *a);
/* What names a rule in an exclusion: its id; its name when it has none. */
struct str exclusion_rule_id(const struct rule *r);
/* The enabled ones, as they are now, for the thread of a session: exclusions_apply is its rules_ready, the copy its rules_ctx. What
 * came of it may be asked once the session is past that. The caller frees it. */
struct exclusions;
struct exclusions *case_exclusions_copy(struct casefile *c);
void exclusions_apply(void *ctx, struct rules *r);
struct str exclusions_filter(const struct exclusions *x, struct str rule_id);     /* "search NOT (…)", "" when it has none */
size_t exclusions_rules(const struct exclusions *x);     /* rules that leave something out now */
const struct diags *exclusions_failed(const struct exclusions *x);       /* rules whose exclusions do not compile, and why */
void exclusions_free(struct exclusions *x);              /* NULL is fine */
/* Recorded findings that an exclusion keeps away now: no risk comes of them until they are recorded again. Others are let be. */
bool case_mark_excluded(struct casefile *c, const struct finding *f, size_t n, struct diag *d);

/* Undo and redo of verdicts, notes and exclusions, across runs. False when there is nothing; `what` says what was undone. */
bool case_undo(struct casefile *c, char *what, size_t n, struct diag *d);
bool case_redo(struct casefile *c, char *what, size_t n, struct diag *d);

/* Risk across dumps: one event per finding and risk object, this run's included once recorded. */
struct case_risk {
	usec_t time;
	enum risk_type type;
	struct str object;                               /* normalized */
	struct str shown;                                /* as in the row */
	double score;
	struct str key, rule_id, rule_name, message, mitre, tactics, stories;       /* mitre: "T1218.004, T1218" */
};
/* Of one object (object.p NULL: of all), from … to (WHEN_NONE: open), by time. In `a`. */
struct case_risk *case_risk(struct casefile *c, enum risk_type type, struct str object, usec_t from, usec_t to, struct arena *a, size_t *n);
struct case_entity {
	enum risk_type type;
	struct str object, shown;
	double score;
	size_t events, rules, tactics;
	usec_t first, last;
};
/* All entities with risk in the window, highest score first. Those that name nobody (risk_of_nobody)
 * are left out. `only`: of the findings whose keys are in it; NULL: of all. In `a`. */
struct case_entity *case_entities(struct casefile *c, usec_t from, usec_t to, const struct map *only, struct arena *a, size_t *n);
/* Findings of thresholds that the case knows, those first of which something was decided. In `a`. */
struct threshold_known *case_thresholds(struct casefile *c, struct arena *a, size_t *n);
/* The case's risk events as rows of Risk.All_Risk, for the risk drilldown. The caller frees them. */
struct rows *case_risk_rows(struct casefile *c);

/* Findings known to the case that this run does not have are history; all of them, for reports. */
struct case_finding {
	struct str key, rule_id, rule_name, host, user, process, parent, c2, message, note, source;
	double score;
	usec_t time, last_seen;
	enum verdict verdict;
	bool excluded;
};
struct case_finding *case_findings(struct casefile *c, struct arena *a, size_t *n);

#endif
