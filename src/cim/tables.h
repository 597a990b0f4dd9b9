/* The shape of the tables of data that say what each field is made of. A row is one field, for some or all events; a table
 * is read from the top, and the first row that fits the event counts. Private to cim/. */
#ifndef SPOOR_CIM_TABLES_H
#define SPOOR_CIM_TABLES_H

#include <stddef.h>
#include <stdint.h>

#include "cim/cim.h"
#include "cim/text.h"

/* Where a value comes from. */
enum cim_kind {
	FROM_NOTHING,                                    /* always null */
	FROM_DATA,                                       /* EventData */
	FROM_SYSTEM,                                     /* System */
	FROM_TEXT,                                       /* a constant */
	FROM_SIGNATURE,                                  /* the add-on's description of the EventID */
	FROM_RAW,                                        /* a field of the raw event: EventData, System or the add-on's table */
};
struct cim_from {
	enum cim_kind kind;
	const char *name;                                /* of the field; or the constant */
	enum sys_field attr;                             /* FROM_SYSTEM */
};
#define NOTHING {FROM_NOTHING, NULL, SYS_COUNT}
#define DATA(n) {FROM_DATA, n, SYS_COUNT}
#define SYSTEM(n) {FROM_SYSTEM, NULL, SYS_##n}
#define TEXT(t) {FROM_TEXT, t, SYS_COUNT}
#define SIGNATURE {FROM_SIGNATURE, NULL, SYS_COUNT}
#define RAW(n) {FROM_RAW, n, SYS_COUNT}

enum cim_os { ANY_OS, WIN, LINUX };                      /* LINUX: Sysmon for Linux */

struct cim_row {
	const char *field;                               /* its name in this table */
	struct cim_from from;
	cim_text *fn;                                    /* what is made of it; NULL: nothing, it stays as it is */
	uint8_t ids[26];                                 /* only these EventIDs; none given: all */
	enum cim_os os;
	struct cim_from when;                            /* `from` counts only where this … */
	const char *is;                                  /* … has this text … */
	const char *same;                                /* … or the text of this EventData field */
	struct cim_from other;                           /* taken where that gives null */
	cim_text *other_fn;
	const char *null;                                /* the text that the model puts in place of null and of empty text */
	bool list;                                       /* the value is a list */
};

/* The fields of raw events beside EventData: System attributes and what the add-on makes (spl-spec 4.2, 4.4). */
extern const struct cim_row addon_rows[];
extern const size_t addon_nrows;

/* A node of a data model. */
struct cim_node {
	const char *dataset;                             /* "Endpoint.Processes" */
	const char *model;                               /* whose root it is; NULL: it is not the only one */
	const char *prefix;
	uint8_t windows[16], addon[16], on_linux[8];        /* EventIDs: by default, with --cim addon, of Sysmon for Linux */
	const struct cim_row *row;                       /* field names carry the prefix */
	size_t nrows;
};
extern const struct cim_node cim_node_table[];
extern const size_t cim_node_count;

/* The node's row for a field, with its prefix; NULL when it has none. */
const struct cim_row *cim_node_row(const struct cim_node *n, struct str field);
bool cim_default_field(struct str field);                /* one that the rows of every node have: host, source, sourcetype */
bool cim_listed(const uint8_t *ids, size_t n, unsigned id);      /* among the EventIDs of a table, which end at n or with 0 */

#endif
