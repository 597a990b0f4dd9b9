/* Builds the tree from libyaml's events. Owns the limits against hostile documents; knows nothing of what the keys mean. */
#include "rule/yaml.h"

#include <stdlib.h>
#include <yaml.h>

#include "base/mem.h"

/* A node with what the limits need: nodes below it with every alias written out, itself included, and levels. */
struct node {
	struct yaml y;
	size_t size;                                     /* 0 while it is being read */
	unsigned height;
};

struct anchor {
	struct str name;
	struct node *node;
};

struct builder {
	yaml_parser_t *parser;
	struct arena *arena;
	struct diag *diag;
	struct anchor *anchor;
	size_t nanchors, anchorcap;
	size_t nodes;                                    /* read so far, aliases written out */
};

/* Items of a node that is being read. */
struct children {
	struct node **v;
	size_t n, cap;
};

static int line_of(yaml_mark_t m) { return m.line < INT32_MAX ? (int)m.line + 1 : 0; }
static int col_of(yaml_mark_t m) { return m.column < INT32_MAX ? (int)m.column + 1 : 0; }

static void parser_failed(struct builder *b)
{
	const yaml_parser_t *p = b->parser;
	const char *problem = p->problem ? p->problem : "no YAML";

	if (p->error == YAML_READER_ERROR) {
		diag_set(b->diag, line_of(p->mark), 0, "%s at byte %zu; save the file as UTF-8", problem, p->problem_offset);
		return;
	}
	if (p->context)
		diag_set(b->diag, line_of(p->problem_mark), col_of(p->problem_mark), "%s, %s (begun in line %d)", problem,
		         p->context, line_of(p->context_mark));
	else
		diag_set(b->diag, line_of(p->problem_mark), col_of(p->problem_mark), "%s", problem);
}

static bool next_event(struct builder *b, yaml_event_t *e)
{
	if (yaml_parser_parse(b->parser, e))
		return true;
	parser_failed(b);
	return false;
}

static struct node *new_node(struct builder *b, enum yaml_kind kind, const yaml_event_t *e, const yaml_char_t *anchor)
{
	int line = line_of(e->start_mark), col = col_of(e->start_mark);

	if (++b->nodes > YAML_NODES_MAX) {
		diag_set(b->diag, line, col, "more than %d values; split the file", YAML_NODES_MAX);
		return NULL;
	}
	struct node *n = ARENA_NEW(b->arena, struct node);
	n->y.kind = kind;
	n->y.line = line;
	n->y.col = col;
	if (anchor) {
		GROW(b->anchor, b->nanchors, b->anchorcap);
		b->anchor[b->nanchors++] = (struct anchor){arena_str(b->arena, str_c((const char *)anchor)), n};
	}
	return n;
}

static struct node *scalar(struct builder *b, const yaml_event_t *e)
{
	struct node *n = new_node(b, YAML_SCALAR, e, e->data.scalar.anchor);

	if (!n)
		return NULL;
	n->y.text = arena_str(b->arena, (struct str){(const char *)e->data.scalar.value, e->data.scalar.length});
	n->y.plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	n->size = n->height = 1;
	return n;
}

static struct node *alias(struct builder *b, const yaml_event_t *e, unsigned depth)
{
	struct str name = str_c((const char *)e->data.alias.anchor);
	int line = line_of(e->start_mark), col = col_of(e->start_mark);

	for (size_t i = b->nanchors; i-- > 0;) {
		struct node *n = b->anchor[i].node;
		if (!str_eq(b->anchor[i].name, name))
			continue;
		if (!n->size)
			diag_set(b->diag, line, col, "alias *%.*s stands inside the value it names", STR_FMT(name));
		else if ((b->nodes += n->size) > YAML_NODES_MAX)
			diag_set(b->diag, line, col, "aliases expand to more than %d values; write them out", YAML_NODES_MAX);
		else if (depth + n->height > YAML_DEPTH_MAX)
			diag_set(b->diag, line, col, "nested deeper than %d levels", YAML_DEPTH_MAX);
		else
			return n;
		return NULL;
	}
	diag_set(b->diag, line, col, "alias *%.*s names no anchor before it", STR_FMT(name));
	return NULL;
}

static struct node *read_node(struct builder *b, const yaml_event_t *e, unsigned depth);

/* Reads what is inside a list or a map. Consumes events up to the closing one. */
static bool read_children(struct builder *b, struct node *parent, struct children *c, unsigned depth)
{
	for (;;) {
		yaml_event_t e;
		if (!next_event(b, &e))
			return false;
		bool ends = e.type == YAML_SEQUENCE_END_EVENT || e.type == YAML_MAPPING_END_EVENT;
		struct node *child = ends ? NULL : read_node(b, &e, depth + 1);
		yaml_event_delete(&e);
		if (ends)
			return true;
		if (!child)
			return false;
		if (parent->y.kind == YAML_MAP && c->n % 2 == 0 && child->y.kind != YAML_SCALAR)
			return diag_set(b->diag, child->y.line, child->y.col, "a key must be plain text, no list or map");
		GROW(c->v, c->n, c->cap);
		c->v[c->n++] = child;
		parent->size += child->size;
		if (child->height >= parent->height)
			parent->height = child->height + 1;
	}
}

/* Collects the pairs of the map(s) that a `<<` key brings in, the strongest last. */
static bool add_merged(struct builder *b, struct children *c, const struct yaml *from)
{
	if (from->kind == YAML_LIST) {
		for (size_t i = from->n; i-- > 0;)
			if (from->item[i]->kind != YAML_MAP || !add_merged(b, c, from->item[i]))
				return diag_set(b->diag, from->line, from->col, "<< takes a map or a list of maps");
		return true;
	}
	if (from->kind != YAML_MAP)
		return diag_set(b->diag, from->line, from->col, "<< takes a map or a list of maps");
	for (size_t i = 0; i < from->n; i++) {
		if (++b->nodes > YAML_NODES_MAX)
			return diag_set(b->diag, from->line, from->col, "<< expands to more than %d values; write them out", YAML_NODES_MAX);
		/* a struct yaml that this file made is the head of a struct node */
		GROW(c->v, c->n, c->cap);
		c->v[c->n++] = (struct node *)(void *)from->key[i];
		GROW(c->v, c->n, c->cap);
		c->v[c->n++] = (struct node *)(void *)from->item[i];
	}
	return true;
}

/* Puts what `<<` keys bring in before the map's own pairs: yaml_get takes the last. */
static bool merge(struct builder *b, struct children *own)
{
	struct children all = {0};
	bool ok = true;

	for (size_t i = 0; ok && i + 1 < own->n; i += 2)
		if (own->v[i]->y.plain && str_eqc(own->v[i]->y.text, "<<"))
			ok = add_merged(b, &all, &own->v[i + 1]->y);
	if (!all.n)
		return ok;
	for (size_t i = 0; i < own->n; i++) {
		GROW(all.v, all.n, all.cap);
		all.v[all.n++] = own->v[i];
	}
	free(own->v);
	*own = all;
	return ok;
}

static struct node *collection(struct builder *b, enum yaml_kind kind, const yaml_event_t *e, const yaml_char_t *anchor,
                               unsigned depth)
{
	struct children c = {0};
	struct node *n = new_node(b, kind, e, anchor);

	if (!n)
		return NULL;
	if (depth >= YAML_DEPTH_MAX) {
		diag_set(b->diag, n->y.line, n->y.col, "nested deeper than %d levels", YAML_DEPTH_MAX);
		return NULL;
	}
	n->height = 1;
	bool ok = read_children(b, n, &c, depth) && (kind == YAML_LIST || merge(b, &c));
	if (ok && kind == YAML_LIST) {
		n->y.n = c.n;
		n->y.item = ARENA_ARRAY(b->arena, struct yaml *, c.n);
		for (size_t i = 0; i < c.n; i++)
			n->y.item[i] = &c.v[i]->y;
	} else if (ok) {
		n->y.n = c.n / 2;
		n->y.key = ARENA_ARRAY(b->arena, struct yaml *, n->y.n);
		n->y.item = ARENA_ARRAY(b->arena, struct yaml *, n->y.n);
		for (size_t i = 0; i < n->y.n; i++) {
			n->y.key[i] = &c.v[2 * i]->y;
			n->y.item[i] = &c.v[2 * i + 1]->y;
		}
	}
	free(c.v);
	n->size++;                                       /* from here on aliases may name it */
	return ok ? n : NULL;
}

static struct node *read_node(struct builder *b, const yaml_event_t *e, unsigned depth)
{
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		return scalar(b, e);
	case YAML_ALIAS_EVENT:
		return alias(b, e, depth);
	case YAML_SEQUENCE_START_EVENT:
		return collection(b, YAML_LIST, e, e->data.sequence_start.anchor, depth);
	case YAML_MAPPING_START_EVENT:
		return collection(b, YAML_MAP, e, e->data.mapping_start.anchor, depth);
	case YAML_NO_EVENT: case YAML_STREAM_START_EVENT: case YAML_STREAM_END_EVENT: case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT: case YAML_SEQUENCE_END_EVENT: case YAML_MAPPING_END_EVENT:
		break;
	}
	diag_set(b->diag, line_of(e->start_mark), col_of(e->start_mark), "a value is missing");
	return NULL;
}

static struct node *document(struct builder *b)
{
	for (;;) {
		yaml_event_t e;
		if (!next_event(b, &e))
			return NULL;
		yaml_event_type_t type = e.type;
		struct node *n = NULL;
		if (type == YAML_STREAM_END_EVENT)
			diag_set(b->diag, 1, 0, "the file is empty");
		else if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_START_EVENT)
			n = read_node(b, &e, 0);
		yaml_event_delete(&e);
		if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_START_EVENT)
			return n;
	}
}

struct yaml *yaml_parse(struct arena *a, struct str text, struct diag *d)
{
	yaml_parser_t parser;

	if (!yaml_parser_initialize(&parser)) {
		diag_set(d, 0, 0, "out of memory");
		return NULL;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)(text.n ? text.p : ""), text.n);
	struct builder b = {.parser = &parser, .arena = a, .diag = d};
	struct node *n = document(&b);
	free(b.anchor);
	yaml_parser_delete(&parser);
	return n ? &n->y : NULL;
}

const struct yaml *yaml_get(const struct yaml *map, const char *key)
{
	if (map && map->kind == YAML_MAP)
		for (size_t i = map->n; i-- > 0;)
			if (str_eqc(map->key[i]->text, key))
				return map->item[i];
	return NULL;
}

struct str yaml_text(const struct yaml *map, const char *key)
{
	const struct yaml *y = yaml_get(map, key);

	return y && y->kind == YAML_SCALAR ? y->text : STR("");
}
