/* Writing results: aligned table, CSV, JSON lines (DESIGN 5). Bytes depend on the data only. Owns formats, not files:
 * everything goes to a FILE that the caller opened; export_open opens one that replaces its target only when complete. */
#ifndef SPOOR_EXPORT_H
#define SPOOR_EXPORT_H

#include <stdio.h>

#include "detect/detect.h"

enum export_format { EXPORT_TABLE, EXPORT_CSV, EXPORT_JSONL };
bool export_format_parse(const char *s, enum export_format *out);

struct export_opts {
	enum export_format format;
	bool raw_cells;                                  /* CSV: no guard against spreadsheet formulas */
	unsigned width;                                  /* columns of the terminal that is written to; 0: it is none */
	const char *(*verdict)(void *ctx, const char *key);      /* NULL: none */
	void *ctx;
	unsigned workers;                                /* threads; 0: one per core */
};
/* All findings, or those whose index stands in which[0..n). False when writing failed (errno). */
bool export_findings(FILE *f, const struct findings *fs, const size_t *which, size_t n, struct engine *e, const struct export_opts *o);
/* Any result rows: the columns they have, in their order. */
bool export_rows(FILE *f, const struct rows *r, const struct export_opts *o);

/* JSON and CSV pieces for other writers. */
void export_json_str(struct sbuf *b, struct str s);      /* quoted; bad UTF-8 as U+FFFD, controls escaped */
void export_json_val(struct sbuf *b, struct val v);
void export_csv_cell(struct sbuf *b, struct str s, bool raw);
/* Columns that text takes on a terminal; a bad byte or a control character counts as one. */
size_t export_width(struct str s);

/* A file written aside and renamed over `path` by export_commit. What is no regular file (a device, a pipe) is written directly. */
struct export_file {
	FILE *f;
	char *path, *temp;                               /* temp NULL: written directly */
	bool replace;
};
/* A file that is there already and not empty is refused unless `replace`. */
bool export_open(struct export_file *x, const char *path, bool replace, struct diag *d);
/* Ends it: written, on disk, renamed; or nothing of it is left and *d says why. Frees x's members, as export_abort does. */
bool export_commit(struct export_file *x, struct diag *d);
void export_abort(struct export_file *x);

#endif
