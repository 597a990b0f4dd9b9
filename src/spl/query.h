/* What a compiled search is made of. Private to spl.c, pipeline.c and run.c. */
#ifndef SPOOR_QUERY_H
#define SPOOR_QUERY_H

#include "spl/cmd.h"

struct spl_stage {
	const struct spl_cmd *cmd;
	void *args;
	size_t at, len;                                  /* place in the root's text */
};

/* A filter that the leaf of a pipeline knows of (pushdown.c). */
struct spl_pushed {
	size_t stage;
	const struct str *field;                         /* it may look at these of the leaf */
	size_t nfields;
};
enum { PUSHED_MAX = 4 };

/* A pipeline. Subsearches share the root's arena, text, leaves and warnings, and go with it. */
struct spl_query {
	struct spl_query *root;
	struct spl_stage *stage;
	size_t nstages, stagecap;
	bool takes_input;                                /* made by p_pipeline */
	const struct scan *scan;                         /* of the leaf in stage 0, if that is one */
	struct spl_pushed *pushed;
	size_t npushed;

	/* the root's */
	struct arena *arena;
	const struct spl_env *env;
	struct str text;                                 /* expanded */
	struct spl_spans spans;
	struct spl_leaf **leaf;                          /* as the commands hold them */
	size_t nleaves, leafcap;
	struct spl_leaf *leaves;                         /* the same in one row, made when all is known */
	struct spl_warning *warning;
	size_t nwarnings, warningcap;
	bool joins;
	bool filters;                                    /* stages or subsearches choose rows (trace.h) */
	bool per_row;                                    /* it calls a function whose value another row does not share (eval_fn.per_row) */
};

/* As spl_run. With `trace` the run is traced, and *arena gets what belonged to the run, to be freed. */
struct rows *query_run(const struct spl_query *q, const struct spl_run_opts *o, struct diags *warn, struct diag *d, struct trace *trace,
                       struct arena **arena);

/* What the search, as far as it is parsed, asks for that Sysmon never logs (elsewhere.c); NULL: nothing. In its arena. */
const char *query_elsewhere(const struct spl_query *q);

/* Parses p->at … p->end into q. */
bool pipeline_parse(struct parser *p, struct spl_query *q);
/* Walks the pipeline backwards with the fields that are wanted of its result. */
void pipeline_needs(struct spl_query *q, struct fieldset want, struct arena *a);


/* Finds the filters that the leaf in stage 0 may know of. */
void pipeline_push(struct spl_query *q, struct arena *a);
/* Tells the scan of them. `x` and `only` must live as long as the scan. */
struct pushed_run {
	struct spl_run *run;
	const struct spl_pushed *pushed;
};
void pushed_fill(struct spl_run *run, struct pushed_run x[PUSHED_MAX], struct scan_only only[PUSHED_MAX], struct scan *s);

#endif
