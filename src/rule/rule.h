/* Rules: detection files read, with the macros and lookups they stand on. ESCU's YAML layouts (spl-spec 5.1): `tags:`,
 * `rba:`, `finding:`. A rule that cannot run is a rule too, and carries the reason. Knows nothing of dumps or findings. */
#ifndef SPOOR_RULE_H
#define SPOOR_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "spl/spl.h"

enum rule_type { RULE_TTP, RULE_ANOMALY, RULE_HUNTING, RULE_CORRELATION, RULE_OTHER };
enum risk_type { RISK_USER, RISK_SYSTEM, RISK_OTHER };
extern const char *const rule_type_name[];               /* "TTP", "Anomaly", … */
extern const char *const risk_type_name[];               /* "user", "system", "other" */

struct risk_object {
	struct str field;                                /* of the result row */
	enum risk_type type;
	double score;
	struct str message;                              /* its own; "": the rule's */
};
struct threat_object {
	struct str field, type;                          /* "process", "file_name", … (spl-spec 5.2) */
};
struct drilldown {
	struct str name, search, earliest, latest;       /* as published, tokens unfilled */
};
struct rule_test {
	struct str name, data, source, sourcetype;       /* data: the URL or path of the sample log; "": the test names none */
	size_t test;                                     /* which test of the rule; the logs of one are read together */
};
struct technique {                                       /* from mitre_enrichment.csv, when the rule set has it */
	struct str id, name, tactics;                    /* tactics: ", " between */
};

struct rule {
	struct str file, path;                           /* base name; path as opened */
	struct str name, id, version, date, author, status, description, how_to_implement, known_false_positives;
	struct str type_text;                            /* as written */
	enum rule_type type;
	struct str *data_source; size_t ndata_source;
	struct str search;                               /* SPL, to the letter */
	int search_line;                                 /* line of its key in the file */
	struct str *reference; size_t nreference;
	struct str *story; size_t nstory;
	struct technique *mitre; size_t nmitre;          /* name and tactics empty when unknown */
	struct str message;
	struct risk_object *risk; size_t nrisk;
	struct threat_object *threat; size_t nthreat;
	struct drilldown *drill; size_t ndrill;
	struct rule_test *test; size_t ntest;
	double impact, confidence, risk_score;           /* risk_score: the highest of the objects' in the newer layouts */
	struct str asset_type, security_domain;
	struct str raw;                                  /* the file's text */

	struct spl_query *query;                         /* compiled; NULL when it cannot run … */
	const struct spl_query *excluding;               /* the same less what an analyst left out (rules_exclude); NULL: nothing is */
	struct diag why_not;                             /* … and why */
	bool withdrawn;                                  /* by its authors (status deprecated or removed): not run unless its file is named */
	bool elsewhere;                                  /* its search asks for what Sysmon never logs (spl_elsewhere): there is nothing to run it on */
};
/* It should run and cannot: what exit status 1 stands for (DESIGN 5). */
static inline bool rule_cannot_run(const struct rule *r)
{
	return !r->query && !r->withdrawn && !r->elsewhere;
}

/* Sets line and column of d to where this line and column of the rule's search stand in its file; col 0 when that cannot be told. */
void rule_place(const struct rule *r, int line, int col, struct diag *d);

struct rules {
	struct rule **v;                                 /* by file name */
	size_t n, cap;
	struct diags warnings;                           /* files that could not be used (macros, lookups, rules) */
	size_t nmacros, nlookups;
	struct rules_state *state;                       /* private: arena, macros, lookups, spl_env */
};

/* The macros, lookups and rules that ship with spoor: $SPOOR_RULES, the build tree's rules/, or the installed folder. */
const char *rules_shipped(void);

/* The folder of the user's own macros, $XDG_CONFIG_HOME/spoor/macros or ~/.config/spoor/macros; NULL when there is none. */
const char *rules_user_macros(void);

/* Reads rule files, folders, or checkouts that hold detections/, macros/, lookups/; macros and lookups are found beside or
 * above the rules. Every rule found is in the result and compiled; duplicates by id are kept once, with a warning.
 * `overrides`: folders of macro files that win over shipped ones (may be NULL). Never fails as a whole. */
struct rules *rules_load(const char *const *paths, size_t npaths, const char *const *overrides, size_t noverrides);
/* Only macros and lookups of these paths: what `query` needs. No rule is compiled. */
struct rules *rules_load_macros(const char *const *paths, size_t npaths, const char *const *overrides, size_t noverrides);
void rules_free(struct rules *r);
/* A macro that `overrides` defined, and how many rules use it. */
struct own_macro {
	struct str name;
	size_t rules;
};
/* They, by name, in `a`. */
struct own_macro *rules_own_macros(const struct rules *r, struct arena *a, size_t *n);
/* What the searches of this rule set may name. Owned by r. */
const struct spl_env *rules_env(const struct rules *r);
/* The provider of datasets that are no events ("Risk.All_Risk"), set by detect/. */
void rules_set_dataset(struct rules *r, struct rows *(*dataset)(void *ctx, struct str name), void *ctx);

/* ---- leaving rows out; `filter` is a stage of a search: "search NOT (…) NOT (…)" ---- */

/* The macro by which the rule's search lets an analyst leave rows out: NAME_filter. p NULL when its search has none. */
struct str rules_filter_macro(const struct rules *r, const struct rule *rule);
/* What that macro must be to do what it did before and `filter`, too. In `a`. */
struct str rules_filter_definition(const struct rules *r, const struct rule *rule, struct str filter, struct arena *a);
/* The rule's search with `filter` where its macro stands, else applied to the rows that it ends with; the rule itself stays as it is.
 * NULL with *d set. May be called from any thread. */
struct rule_variant;
struct rule_variant *rules_variant(const struct rules *r, const struct rule *rule, struct str filter, struct diag *d);
const struct spl_query *rule_variant_query(const struct rule_variant *v);
void rule_variant_free(struct rule_variant *v);          /* NULL is fine */
/* Sets rule->excluding by that; before the rules run. */
bool rules_exclude(struct rules *r, const struct rule *rule, struct str filter, struct diag *d);
/* Is this a condition that can stand in `search NOT (…)`? False with *d set (col: under which character of it, from 1). */
bool rules_condition_check(struct str condition, const struct spl_env *env, struct diag *d);

#endif
