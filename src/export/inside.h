/* Inside export/: the writers of each format. Each writes to f and leaves it to the caller to look at ferror. */
#ifndef SPOOR_EXPORT_INSIDE_H
#define SPOOR_EXPORT_INSIDE_H

#include "export/export.h"

/* Findings in the order in which they are written. */
struct chosen {
	const struct findings *fs;
	const size_t *which;                             /* NULL: all */
	size_t n;
};
static inline const struct finding *chosen_at(const struct chosen *c, size_t i)
{
	return &c->fs->v[c->which ? c->which[i] : i];
}
/* What the analyst said of it; "" when nobody is asked. */
static inline const char *verdict_of(const struct export_opts *o, const struct finding *f)
{
	return o->verdict ? o->verdict(o->ctx, f->key) : "";
}

void export_jsonl_findings(FILE *f, const struct chosen *c, struct engine *e, const struct export_opts *o);
void export_jsonl_rows(FILE *f, const struct rows *r);
void export_csv_findings(FILE *f, const struct chosen *c, const struct export_opts *o);
void export_csv_rows(FILE *f, const struct rows *r, const struct export_opts *o);
void export_table_findings(FILE *f, const struct chosen *c, const struct export_opts *o);
void export_table_rows(FILE *f, const struct rows *r, const struct export_opts *o);

#endif
