/* Reading CSV (RFC 4180, UTF-8, optional BOM): lookup tables, and logs that a SIEM exported. Writing is export/'s. */
#ifndef SPOOR_CSV_H
#define SPOOR_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/str.h"

struct csv {
	struct str text;                                 /* borrowed */
	size_t at;
	int line;                                        /* of the record read last, from 1 */
	int next_line;                                   /* of text[at] */
	struct str *cell;                                /* of the record read last; point into text or into `unquoted`,
	                                                  * until the next csv_next */
	size_t ncells, cap;
	struct sbuf unquoted;                            /* cells that held "" */
};

void csv_open(struct csv *c, struct str text);           /* skips a BOM */
/* Reads the next record (empty lines are skipped). False at the end, or with *d set when a quote is never closed. */
bool csv_next(struct csv *c, struct diag *d);
void csv_close(struct csv *c);

#endif
