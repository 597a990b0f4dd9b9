/* Nodes and their fields by name, and which events are rows of which node: questions that the tables of nodes.c answer
 * without looking at values. */
#include "cim/cim.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#include "cim/tables.h"

static const struct cim_node raw_node = {.dataset = "raw", .prefix = ""};

const struct cim_node *cim_node(struct str dataset)
{
	for (size_t i = 0; i < cim_node_count; i++) {
		const struct cim_node *n = &cim_node_table[i];
		if (str_eqc(dataset, n->dataset) || (n->model && str_eqc(dataset, n->model)))
			return n;
	}
	return NULL;
}

const struct cim_node *cim_raw(void)
{
	return &raw_node;
}

const char *cim_node_name(const struct cim_node *n)
{
	return n->dataset;
}

const char *cim_prefix(const struct cim_node *n)
{
	return n->prefix;
}

static pthread_once_t lists_once = PTHREAD_ONCE_INIT;
static const struct cim_node *node_list[16];
static const char *field_list[16][64];                   /* per node; those of raw stand apart */
static const char *addon_list[160];
static size_t naddon_list;

static void make_lists(void)
{
	assert(cim_node_count <= sizeof(node_list) / sizeof *node_list);
	for (size_t i = 0; i < cim_node_count; i++) {
		node_list[i] = &cim_node_table[i];
		assert(cim_node_table[i].nrows <= sizeof(field_list[i]) / sizeof *field_list[i]);
		for (size_t k = 0; k < cim_node_table[i].nrows; k++)
			field_list[i][k] = cim_node_table[i].row[k].field;
	}
	assert(addon_nrows <= sizeof(addon_list) / sizeof *addon_list);
	for (size_t i = 0; i < addon_nrows; i++) {
		size_t k = 0;
		while (k < naddon_list && strcmp(addon_list[k], addon_rows[i].field) != 0)
			k++;
		if (k == naddon_list)
			addon_list[naddon_list++] = addon_rows[i].field;
	}
}

const struct cim_node *const *cim_nodes(size_t *n)
{
	pthread_once(&lists_once, make_lists);
	*n = cim_node_count;
	return node_list;
}

const char *const *cim_fields(const struct cim_node *n, size_t *count)
{
	pthread_once(&lists_once, make_lists);
	if (n == &raw_node) {
		*count = naddon_list;
		return addon_list;
	}
	*count = n->nrows;
	return field_list[n - cim_node_table];
}

const struct cim_row *cim_node_row(const struct cim_node *n, struct str field)
{
	for (size_t i = 0; i < n->nrows; i++)
		if (str_eqc(field, n->row[i].field))
			return &n->row[i];
	return NULL;
}

bool cim_default_field(struct str field)
{
	return str_eqc(field, "host") || str_eqc(field, "source") || str_eqc(field, "sourcetype");
}

bool cim_has_field(const struct cim_node *n, struct str field)
{
	return n == &raw_node || str_eqc(field, "_time") || cim_default_field(field) || cim_node_row(n, field);
}

bool cim_listed(const uint8_t *ids, size_t n, unsigned id)
{
	for (size_t i = 0; i < n && ids[i]; i++)
		if (ids[i] == id)
			return true;
	return false;
}

bool cim_event_in_node(const struct cim_node *n, enum sysmon_os os, unsigned event_id, const struct cim_opts *o)
{
	if (n == &raw_node)
		return true;
	if (os == OS_LINUX)
		return cim_listed(n->on_linux, sizeof(n->on_linux), event_id);
	if (o && o->addon)
		return cim_listed(n->addon, sizeof(n->addon), event_id);
	return cim_listed(n->windows, sizeof(n->windows), event_id);
}

bool cim_in_node(const struct cim *c, const struct cim_node *n, const struct store_table *t)
{
	const struct cim_opts opts = cim_options(c);

	return cim_event_in_node(n, table_os(t), table_event_id(t), &opts);
}

/* ---- what values can be ---- */

static bool add_value(const char *out[CIM_VALUES_MAX], int *n, const char *text)
{
	for (int i = 0; i < *n; i++)
		if (strcmp(out[i], text) == 0)
			return true;
	if (*n == CIM_VALUES_MAX)
		return false;
	out[(*n)++] = text;
	return true;
}

static bool raw_values(const struct cim_node *node, const char *name, const char *out[CIM_VALUES_MAX], int *n);

static bool from_values(const struct cim_node *node, const struct cim_from *f, const char *out[CIM_VALUES_MAX], int *n)
{
	switch (f->kind) {
	case FROM_NOTHING:
		return true;
	case FROM_TEXT:
		return add_value(out, n, f->name);
	case FROM_RAW:
		return raw_values(node, f->name, out, n);
	default:
		return false;
	}
}

static bool row_values(const struct cim_node *node, const struct cim_row *r, const char *out[CIM_VALUES_MAX], int *n)
{
	return !r->fn && !r->other_fn && from_values(node, &r->from, out, n) &&
	       from_values(node, &r->other, out, n) &&
	       (!r->null || add_value(out, n, r->null));
}

/* Is an event of the node one that the row is about? */
static bool concerns(const struct cim_node *node, const struct cim_row *r)
{
	for (size_t i = 0; i < sizeof(r->ids) && r->ids[i]; i++)
		if (cim_listed(node->addon, sizeof(node->addon), r->ids[i]) || cim_listed(node->windows, sizeof(node->windows), r->ids[i]) ||
		    cim_listed(node->on_linux, sizeof(node->on_linux), r->ids[i]))
			return true;
	return !r->ids[0];
}

/* Of a field of the node's events as they are. EventData may have a field of any name that the add-on does not make. */
static bool raw_values(const struct cim_node *node, const char *name, const char *out[CIM_VALUES_MAX], int *n)
{
	bool any = false;

	for (size_t i = 0; i < addon_nrows; i++) {
		if (strcmp(addon_rows[i].field, name) != 0 || !concerns(node, &addon_rows[i]))
			continue;
		any = true;
		if (!row_values(node, &addon_rows[i], out, n))
			return false;
	}
	return any;
}

int cim_known_values(const struct cim_node *n, struct str field, const char *out[CIM_VALUES_MAX])
{
	int count = 0;
	bool any = false;

	for (size_t i = 0; i < n->nrows; i++) {
		if (!str_eqc(field, n->row[i].field))
			continue;
		any = true;
		if (!row_values(n, &n->row[i], out, &count))
			return -1;
	}
	return any ? count : -1;
}

bool cim_last_part(const struct cim_node *n, struct str field)
{
	for (size_t i = 0; i < n->nrows; i++) {
		if (!str_eqc(field, n->row[i].field))
			continue;
		for (size_t k = 0; n->row[i].from.kind == FROM_RAW && k < addon_nrows; k++)
			if (strcmp(addon_rows[k].field, n->row[i].from.name) == 0 && addon_rows[k].fn == text_last)
				return true;
	}
	return false;
}
