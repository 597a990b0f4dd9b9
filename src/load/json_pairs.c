/* OpenTelemetry: members as lists of pairs, [{"key": "computer", "value": {"stringValue": "H"}}, …], as OTLP writes any object, and
 * EventData as a list of objects with one member each. */
#include "load/json.h"

enum { DEPTH = 4 };                                      /* lists inside each other */

static void add_pairs(struct jsonrec *r, struct str list, struct str prefix, int depth);

/* One value: of the leaves from the first-th on, which are dropped. */
static void add_value(struct jsonrec *r, uint32_t first, struct str prefix, int depth)
{
	struct str key = {NULL, 0}, value = {NULL, 0}, pairs = {NULL, 0}, items = {NULL, 0};

	for (uint32_t i = first; i < r->n; i++) {
		const struct jsonrec_leaf *l = &r->leaf[i];
		if (str_eqc(l->path, "key"))
			key = l->value;
		else if (str_ends(l->path, "kvlistValue.values"))
			pairs = l->value;
		else if (str_ends(l->path, "arrayValue.values"))
			items = l->value;
		else if (str_starts(l->path, "value."))
			value = l->value;
	}
	r->n = first;
	bool data = str_eqc(prefix, "event_data");
	struct str path = key;
	if (prefix.n && key.n && !data) {
		char *p = jsonrec_text(r, prefix.n + 1 + key.n);
		if (!p)
			return;
		memcpy(p, prefix.p, prefix.n);
		p[prefix.n] = '.';
		memcpy(p + prefix.n + 1, key.p, key.n);
		path = (struct str){p, prefix.n + 1 + key.n};
	}
	if (pairs.n || items.n) {                            /* of EventData, a list of one pair each: as if it were the object */
		add_pairs(r, pairs.n ? pairs : items, data || !key.n ? prefix : path, depth + 1);
	} else if (path.n && value.n) {
		jsonrec_add(r, path, value);
		if (data) {
			r->leaf[r->n - 1].data = DATA_FIELD;
			r->nested = true;
		}
	}
}

static void add_pairs(struct jsonrec *r, struct str list, struct str prefix, int depth)
{
	uint32_t first = r->n;

	for (size_t at = 0; depth < DEPTH && !r->trouble && jsonrec_item(r, list, &at); first = r->n)
		add_value(r, first, prefix, depth);
}

void jsonrec_pairs(struct jsonrec *r, struct str list)
{
	add_pairs(r, list, (struct str){NULL, 0}, 0);
}

void jsonrec_data_list(struct jsonrec *r, struct str list)
{
	uint32_t i = r->n;

	for (size_t at = 0; jsonrec_item(r, list, &at);)
		for (; i < r->n; i++)
			r->leaf[i].data = DATA_FIELD;
}
