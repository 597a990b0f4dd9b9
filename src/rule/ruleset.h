/* Inside rule/: what a rule set is made of, shared by the files of this folder.
 *
 * A context is one place where macros and lookups lie (the folders beside and above a rule). A search finds names in the
 * analyst's overrides, then in its own context, then in those of the other rules. */
#ifndef SPOOR_RULESET_H
#define SPOOR_RULESET_H

#include <pthread.h>

#include "base/map.h"
#include "rule/rule.h"
#include "rule/yaml.h"

#define RULE_FILE_MAX (8u << 20)                         /* bytes of a YAML file */
#define TABLE_FILE_MAX (256u << 20)                      /* bytes of a CSV or model file */

struct macro {
	struct str name, definition;
	struct str *arg;
	unsigned nargs;
};

struct lookup {
	struct spl_lookup pub;                           /* pub.table is set on first use */
	char *file;                                      /* CSV; NULL when the table has no data here */
	struct rows *rows;                               /* owned */
	struct diag error;                               /* why the file could not be used */
	bool loaded;
};

struct context {
	struct rules_state *state;
	char *id;                                        /* the folders it was read from */
	struct map *macros;                              /* "name/nargs" -> struct macro */
	struct map *lookups;                             /* name -> struct lookup */
	struct map *files;                               /* name of a CSV or model file -> path */
	struct map *techniques;                          /* id -> struct technique */
	struct spl_env env;
	bool macros_shipped, lookups_shipped;            /* the rules brought none: these are spoor's, and come last */
};

/* What is known of a rule besides what everybody may see. */
struct entry {
	struct rule *rule;
	struct context *context;
	struct map *used;                                /* names of the macros that its search needs */
};

struct rules_state {
	struct arena *arena;
	struct map *by_id;                               /* -> struct rule */
	struct context **context;                        /* in the order of the paths */
	size_t ncontexts, contextcap;
	struct context general;                          /* holds nothing: its env finds in all the others */
	struct map *override;                            /* macros that the analyst defined; searched first */
	struct str *own; size_t nown;                    /* names of those that were read with the rules */
	struct map *unknown;                             /* lookups that were asked for and are nowhere -> struct lookup */
	struct entry *entry;                             /* runs parallel to rules.v */
	struct rule_variant **variant;                   /* behind rule.excluding */
	size_t nvariants, variantcap;
	struct map *used;                                /* macros that the search being compiled names; NULL: nobody asks */
	pthread_mutex_t lock;                            /* lookups load while searches compile */
	struct rows *(*dataset)(void *ctx, struct str name);
	void *dataset_ctx;
};

/* env.c */
/* Fills c->env with callbacks that find names for a search of this context. */
void env_init(struct context *c, struct rules_state *st);

/* macros.c */
/* Reads a folder of macro files into `into`; names that are there already stay. Counts new ones. */
void macros_read(struct map *into, const char *dir, struct arena *a, struct diags *warn, size_t *count);
const struct macro *macros_find(const struct map *m, struct str name, unsigned nargs);

/* lookups.c */
/* Reads a folder of lookup definitions and notes the data files in it. */
void lookups_read(struct context *c, const char *dir, struct diags *warn, size_t *count);
/* By lookup name, else by file name. NULL when this context has none such. Loads its table; the caller holds the lock. */
struct lookup *lookups_find(struct context *c, struct str name);
/* An empty table for a name that is nowhere. */
struct lookup *lookup_missing(struct arena *a, struct str name);
void lookups_free(struct map *lookups);                  /* their tables */

/* mitre.c */
/* ATT&CK techniques from mitre_enrichment.csv; nothing happens when the file is absent. */
void techniques_read(struct context *c, const char *path, struct diags *warn);

/* escu.c */
/* Fills a rule from its file's text. What makes it impossible to run goes to r->why_not, lesser damage to `warn`. */
void escu_read(struct rule *r, struct str text, struct arena *a, struct diags *warn);

/* sources.c */
struct rule_source {
	char *path;                                      /* of a rule file */
	struct context *context;
	bool named;                                      /* by the user, not found in a folder */
};
struct rule_sources {
	struct rule_source *v;
	size_t n, cap;
};
/* Finds what `path` holds: rule files (appended) and contexts (added to r->state). */
void rule_sources_add(struct rule_sources *s, struct rules *r, const char *path);
void rule_sources_free(struct rule_sources *s);

#endif
