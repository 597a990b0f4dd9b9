/* The case as a Markdown report: the hits of this run; apart from them what the case holds of other logs. What of it is known at the time is handed in; anything may be missing but the case. */
#ifndef SPOOR_REPORT_H
#define SPOOR_REPORT_H

#include <stdio.h>

#include "case/case.h"
#include "cim/conn.h"

struct report {
	struct casefile *casefile;
	const struct finding *findings; size_t nfindings;        /* of this run */
	const struct store *store;                       /* NULL: none is loaded; then tree and conns are NULL, too */
	const struct ptree *tree;
	const struct conns *conns;
	const char *const *logs; size_t nlogs;           /* as named by the user; named when no store is there to tell */
	const struct rules *rules;                       /* may be NULL */
	const char *const *folders; size_t nfolders;     /* where these lie */
	struct engine *engine;                           /* says why a hit is one; may be NULL */
	usec_t made;
};
/* False when writing failed (errno). The bytes depend on the data only. */
bool export_report(FILE *f, const struct report *r);

/* Bytes of a code span; the rest is counted. */
#define EXPORT_CODE_MAX 4000
/* Text of others made safe in Markdown. As prose, every sign escaped, on one line; as a code span, in a table or not. Appended. */
void export_markdown(struct sbuf *b, struct str s);
void export_markdown_code(struct sbuf *b, struct str s, bool in_table);

#endif
