/* The Common Information Model over Sysmon: which events are rows of which data-model node, and from which Sysmon field
 * each model field comes. spl-spec section 4, as tables of data; one row is one field. Knows nothing of SPL.
 *
 * A node's field, for one table, is a column like those of the store (distinct values, and a code per row), so that a
 * predicate is decided once per distinct value. Columns are made on first use and kept; safe from any thread. */
#ifndef SPOOR_CIM_H
#define SPOOR_CIM_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

struct cim;
struct cim_node;

struct cim_opts {
	bool addon;                                      /* --cim addon: Endpoint.Processes holds the add-on's whole set (spl-spec 4.3) */
};
struct cim *cim_new(const struct store *s, const struct cim_opts *o);
void cim_free(struct cim *c);
const struct store *cim_store(const struct cim *c);
struct cim_opts cim_options(const struct cim *c);

/* A node by what stands after datamodel=: "Endpoint.Processes", a bare model name ("Network_Traffic") for its root node.
 * NULL when spoor has no such node. Names are compared exactly. */
const struct cim_node *cim_node(struct str dataset);
/* The node of raw events: every Sysmon event, EventData names, System attributes and the add-on's search-time fields (4.2). */
const struct cim_node *cim_raw(void);
const char *cim_node_name(const struct cim_node *n);     /* "Endpoint.Processes"; "raw" */
const char *cim_prefix(const struct cim_node *n);        /* "Processes" (field names are Processes.x); "" for raw */
const struct cim_node *const *cim_nodes(size_t *n);      /* all models' nodes, for help and checks */

/* Does the model have this field (with its prefix)? Always true for raw. Of `_time host source sourcetype` too. */
bool cim_has_field(const struct cim_node *n, struct str field);
/* All values that the field can have, when they are known without looking at events: constants of the tables. Their number, 0 when
 * Sysmon never fills the field, -1 when it can be anything (or there is no such field). */
#define CIM_VALUES_MAX 16
int cim_known_values(const struct cim_node *n, struct str field, const char *out[CIM_VALUES_MAX]);
/* Is the field the last part of a path, never with a backslash in it on Windows? */
bool cim_last_part(const struct cim_node *n, struct str field);
/* The model's field names, with prefix, in the order of spl-spec 4.4. For raw: the add-on's names, not EventData's. */
const char *const *cim_fields(const struct cim_node *n, size_t *count);
/* Is this table's event a row of the node? */
bool cim_in_node(const struct cim *c, const struct cim_node *n, const struct store_table *t);
/* The same without a dump, for "which EventIDs does this rule need": os and id. */
bool cim_event_in_node(const struct cim_node *n, enum sysmon_os os, unsigned event_id, const struct cim_opts *o);

/* A field of a table as a node sees it. */
struct cim_col {
	struct column col;                               /* pool ids; of a list (`multi`) the id of its values with '\n' between them */
	bool multi;
};
/* The field `field` (with prefix) of table t as node n sees it. Never NULL: a field that the node lacks is null in every row.
 * `_time` is no such column (use table_time). */
const struct cim_col *cim_col(struct cim *c, const struct cim_node *n, const struct store_table *t, struct str field);

/* The values of `n` rows of it, as pool ids, into out; *multi as above. For few rows it makes no column. */
void cim_values(struct cim *c, const struct cim_node *n, const struct store_table *t, struct str field, const uint32_t *row,
                size_t nrows, uint32_t *out, bool *multi);

/* All names under which a raw event of this table has a value somewhere (EventData, System, add-on), for `fields *`,
 * completion and the event view; sorted. C strings, owned by c. */
const char *const *cim_raw_fields(struct cim *c, const struct store_table *t, size_t *count);

#endif
