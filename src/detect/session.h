/* One analysis from start to end: logs and rules in, findings out, questions answered. What the command line and the screen
 * share. Loading and detection may run on a worker thread while another reads the progress. */
#ifndef SPOOR_SESSION_H
#define SPOOR_SESSION_H

#include "detect/detect.h"
#include "cim/cim.h"
#include "load/load.h"

struct session_opts {
	const char *const *logs; size_t nlogs;
	const char *const *rules; size_t nrules;         /* none: the installed ones */
	const char *macros;                              /* folder of macros that win over those of the rules; NULL: none */
	usec_t now;                                      /* WHEN_NONE: the newest event */
	bool cim_addon;
	bool no_rules_run;                               /* `query`: macros and lookups only */
	unsigned workers;
	size_t chunk;
	bool strict_xml;
	/* As load_opts has them. */
	bool keep_duplicates, recover, bounded, open_ended;
	struct load_bound from, to;
	const char *const *names;                        /* parallel to logs */
	/* Hits as they are found (detect_opts.found); the copies' texts live as long as the session's findings. May be NULL. */
	void (*found)(void *ctx, const struct finding *f, size_t n);
	void *found_ctx;
	/* Called on the session's thread when the rules are read and before they run: the place for rules_exclude. May be NULL. */
	void (*rules_ready)(void *ctx, struct rules *r);
	void *rules_ctx;
	const struct rows *risk_before;                  /* detect_opts.risk_before: must outlive the session */
	/* Of large logs a first look is taken: the rules run over so many bytes of their beginning before all is read, and what they
	 * find goes to `found`, now and once more later. 0: none. Its events have the numbers that they have in the whole. */
	uint64_t first_look;
	const struct threshold_opts *thresholds;         /* risk beyond them makes findings, too; NULL: it does not. Likewise */
};

enum session_stage { STAGE_START, STAGE_RULES, STAGE_LOAD, STAGE_DETECT, STAGE_READY };

struct session {
	const struct session_opts *opts;
	_Atomic(enum session_stage) stage;
	struct load_progress load_progress;
	struct detect_progress detect_progress;
	atomic_bool cancel;                              /* stops the stage under way; what there is stays */
	/* Each is set when its stage has ended, before `stage` moves on, and not changed after. The rules are read beside the
	 * logs and are there from STAGE_DETECT on. */
	struct rules *rules;
	struct load *load;
	struct store *store;
	struct cim *cim;
	struct engine *engine;
	struct findings *findings;
	struct session *look;                            /* the first look, kept for the texts of what it found; NULL */
	struct findings *excluded;                       /* what exclusions kept from being one */
};

struct session *session_new(const struct session_opts *o);       /* `o` must outlive it */
void session_run(struct session *s);                             /* all stages, on the calling thread */
void session_cancel(struct session *s);
void session_free(struct session *s);
/* An ad-hoc search over the loaded dump, with the rule set's macros. NULL with *d set. */
struct rows *session_query(struct session *s, struct str text, const atomic_bool *cancel, struct diags *warn, struct diag *d);
/* What a rule finds with a filter; see detect_try. */
struct findings *session_try(const struct session *s, const struct rule *rule, struct str filter, const atomic_bool *cancel, struct diag *d);
/* Folder of the rules that ship with spoor: $SPOOR_RULES, the build tree's rules/, or the installed one. */
const char *session_rules_dir(void);

#endif
