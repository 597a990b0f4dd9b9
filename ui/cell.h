/* Columns and cells: what a table tells of itself to layout, filters, sorting, drawing and export. */
#ifndef SPOOR_UI_CELL_H
#define SPOOR_UI_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "base/when.h"
#include "ui/theme.h"

enum col_type { COL_TEXT, COL_PATH, COL_NUMBER, COL_TIME };

struct coldef {
	const char *name;                                /* for filters, sorting and CSV: "host" */
	const char *head;                                /* "HOST" */
	enum col_type type;
	int min, max;                                    /* its width: between these as the content needs */
	int weight;                                      /* the lightest columns are dropped first */
	bool elastic;                                    /* takes what is left over */
	bool pinned;                                     /* stays, in its least width, when columns are scrolled away */
	bool extra;                                      /* shown only when no other column has to be cut for it */
	bool descending;                                 /* is sorted largest first */
	bool digits;                                     /* of numbers: no cell has a letter; times never do */
};

/* One cell, filled by the view. Text is borrowed until the next cell is asked for. */
struct cell {
	struct str text;                                 /* whole: searched, filtered, copied, exported; "" is absent */
	size_t from, to;                                 /* the part of it that is shown; to 0: all */
	uint32_t id;                                     /* names the text for ever: its id in the dump's pool; 0: nothing does */
	double num;                                      /* the order of numbers and times; NAN goes last */
	enum role role;
	struct str lead;                                 /* drawn before the text, part of nothing else: the lines of a tree */
	enum role lead_role;
	bool blank;                                      /* absent, and shown as blank: there is nothing to miss */
	bool wide;                                       /* drawn over the cells that follow */
	char buf[48];                                    /* for short texts that must be made … */
	struct sbuf *made;                               /* … and for longer ones; empty */
};
void cell_printf(struct cell *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void cell_when(struct cell *c, usec_t t);                /* "2020-09-20 01:18:13"; absent for WHEN_NONE */
void cell_number(struct cell *c, uint64_t n);
void cell_base_name(struct cell *c, struct str path);    /* the whole path, its last part shown */
void cell_host(struct cell *c, struct str host);         /* "ws5.example.com", its first label shown; addresses whole */
void cell_account(struct cell *c, struct str user);      /* "DOMAIN\user", the user shown */

#endif
