/* What a compiled search is made of. Private to spl.c, pipeline.c and run.c. */
#ifndef SPOOR_QUERY_H
#define SPOOR_QUERY_H

#include "spl/cmd.h"

struct spl_stage {
	const struct spl_cmd *cmd;
	void *args;
};

/* A pipeline. Subsearches share the root's arena, text, leaves and warnings, and go with it. */
struct spl_query {
	struct spl_query *root;
	struct spl_stage *stage;
	size_t nstages, stagecap;
	bool takes_input;                                /* made by p_pipeline */

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
};

/* Parses p->at … p->end into q. */
bool pipeline_parse(struct parser *p, struct spl_query *q);
/* Walks the pipeline backwards with the fields that are wanted of its result. */
void pipeline_needs(struct spl_query *q, struct fieldset want, struct arena *a);

#endif
