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
