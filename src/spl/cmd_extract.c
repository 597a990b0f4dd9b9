/* Commands that read fields out of structured text: spath (JSON), xmlkv. */
#include <jansson.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "spl/cmdlib.h"

enum { COLUMNS_MAX = 2000 };                             /* made by one command; more are an attack */

/* ---- fields found in one row, and their columns ---- */

struct list {
	struct val *v;
	size_t n, cap;
	ptrdiff_t col;
};

struct collect {
	struct rows *r;
	struct map *index;                               /* field -> index into list */
	struct list *list;
	size_t n, cap;
	bool cut;
};

static void collect_add(struct collect *c, struct str field, struct val v)
{
	bool fresh;

	if (!map_get(c->index, field) && c->n >= COLUMNS_MAX) {
		c->cut = true;
		return;
	}
	union map_val *at = map_put(c->index, field, &fresh);
	if (fresh) {
		at->u = c->n;
		GROW(c->list, c->n, c->cap);
		c->list[c->n++] = (struct list){.col = -1};
	}
	struct list *l = &c->list[at->u];
	GROW(l->v, l->n, l->cap);
	l->v[l->n++] = v;
}

/* Puts what was collected into the row. */
static void collect_row(struct collect *c, size_t row)
{
	for (size_t i = 0; i < c->n; i++) {
		struct list *l = &c->list[i];
		if (l->n == 0)
			continue;
		if (l->col < 0)
			l->col = (ptrdiff_t)rows_col(c->r, map_key(c->index, i));
		c->r->col[l->col].v[row] = val_list(c->r->arena, l->v, l->n);
		l->n = 0;
	}
}

static void collect_free(struct collect *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->list[i].v);
	free(c->list);
	map_free(c->index);
}

/* ---- spath ---- */

struct spath {
	struct str input, output, path;                  /* path n 0: all fields */
};

static void *spath_parse(struct parser *p)
{
	struct spath *x = ARENA_NEW(p->arena, struct spath);
	struct str name, value;

	x->input = STR("_raw");
	while (!p_done(p)) {
		size_t at = p->at;
		if (p_option(p, &name, &value)) {
			struct str *to = str_ieqc(name, "input")    ? &x->input
					 : str_ieqc(name, "output") ? &x->output
					 : str_ieqc(name, "path")   ? &x->path
								    : NULL;
			if (!to)
				return p_no_option(p, at, "spath", name, "input, output, path"), NULL;
			*to = arena_str(p->arena, value);
		} else if (!x->path.n && !diag_is_set(p->diag)) {
			if (!p_name(p, "a path", &x->path))
				return NULL;
		} else {
			p_error(p, at, "spath takes one path; found %s as well", p_found(p));
			return NULL;
		}
	}
	if (x->output.n && !x->path.n) {
		p_error(p, p->at, "spath output= needs path=");
		return NULL;
	}
	if (!x->output.n)
		x->output = x->path;
	return x;
}

/* A scalar as text; an object or array as JSON. */
static struct val json_value(const json_t *j, struct arena *a)
{
	switch (json_typeof(j)) {
	case JSON_STRING:
		return val_str(arena_str(a, (struct str){json_string_value(j), json_string_length(j)}));
	case JSON_TRUE:
		return val_str(STR("true"));
	case JSON_FALSE:
		return val_str(STR("false"));
	case JSON_NULL:
		return val_str(STR("null"));
	default: {
		char *text = json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY);
		struct val v = text ? val_str(arena_str(a, str_c(text))) : val_null();
		free(text);
		return v;
	}
	}
}

static void flatten(struct collect *c, const json_t *j, struct sbuf *path)
{
	size_t n = path->n;

	if (json_is_object(j)) {
		const char *key;
		json_t *v;
		json_object_foreach((json_t *)(uintptr_t)j, key, v) {
			if (n)
				sbuf_addc(path, '.');
			sbuf_addz(path, key);
			flatten(c, v, path);
			path->n = n;
		}
	} else if (json_is_array(j)) {
		sbuf_addz(path, "{}");
		for (size_t i = 0; i < json_array_size(j); i++) {
			size_t inner = path->n;
			flatten(c, json_array_get(j, i), path);
			path->n = inner;
		}
		path->n = n;
	} else if (n) {
		collect_add(c, sbuf_str(path), json_value(j, c->r->arena));
	}
}

/* What the path leads to: keys with dots between, {} for each element of an array, {N} for one. */
static void follow(struct collect *c, const json_t *j, struct str path, struct str as)
{
	unsigned long long n;

	while (path.n && path.p[0] == '.')
		path = (struct str){path.p + 1, path.n - 1};
	if (!path.n) {
		collect_add(c, as, json_value(j, c->r->arena));
		return;
	}
	if (path.p[0] == '{') {
		const char *close = memchr(path.p, '}', path.n);
		if (!close || !json_is_array(j))
			return;
		struct str index = {path.p + 1, (size_t)(close - path.p - 1)};
		struct str rest = {close + 1, path.n - index.n - 2};
		bool one = str_u64(index, &n);
		for (size_t i = 0; i < json_array_size(j) && (one || !index.n); i++) {
			if (!one || i == n)
				follow(c, json_array_get(j, i), rest, as);
		}
		return;
	}
	size_t len = 0;
	while (len < path.n && path.p[len] != '.' && path.p[len] != '{')
		len++;
	const json_t *next = json_object_getn(j, path.p, len);
	if (next)
		follow(c, next, (struct str){path.p + len, path.n - len}, as);
}

static struct rows *spath_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct spath *x = args;
	struct collect c = {.r = in, .index = map_new()};
	ptrdiff_t col = rows_find(in, x->input);
	size_t unread = 0;

	for (size_t i = 0; i < in->n && col >= 0 && !run_stopped(run); i++) {
		struct val v = in->col[col].v[i];
		if (val_is_null(v))
			continue;
		struct str text = val_text(v, in->arena);
		json_t *j = json_loadb(text.p, text.n, 0, NULL);
		if (!j) {
			unread++;
			continue;
		}
		struct sbuf path = {0};
		if (x->path.n)
			follow(&c, j, x->path, x->output);
		else
			flatten(&c, j, &path);
		sbuf_free(&path);
		json_decref(j);
		collect_row(&c, i);
		if (i % 256 == 0)
			run_full(run, in);
	}
	if (unread)
		run_warn(run, "spath: %zu values of %.*s are no JSON and are left alone", unread,
			 STR_FMT(x->input));
	if (c.cut)
		run_warn(run, "spath makes %d fields at most", COLUMNS_MAX);
	in->partial |= run->budget.spent;
	collect_free(&c);
	return in;
}

static void spath_needs(const void *args, struct fieldset *want, struct arena *a)
{
	fieldset_add(want, ((const struct spath *)args)->input, a);
}

const struct spl_cmd cmd_spath = {
	.name = "spath",
	.usage = "spath [input=FIELD] [output=FIELD] [[path=]PATH]",
	.summary =
		"reads fields out of JSON in a field, _raw unless told: all of them, or what a path leads to",
	.example = "rows:\n"
		   "  j\n"
		   "  {\"user\":{\"name\":\"bob\"},\"ip\":[\"1.1.1.1\",\"2.2.2.2\"]}\n"
		   "search: spath input=j | spath input=j path=ip{1} output=second | fields - j\n"
		   "expect:\n"
		   "  user.name  ip{}             second\n"
		   "  bob        1.1.1.1|2.2.2.2  2.2.2.2\n",
	.none_of_none = true,
	.parse = spath_parse,
	.run = spath_run,
	.needs = spath_needs,
};

/* ---- xmlkv ---- */

static void *xmlkv_parse(struct parser *p)
{
	struct spath *x = ARENA_NEW(p->arena, struct spath);

	x->input = STR("_raw");
	if (!p_done(p) && !p_name(p, "a field", &x->input))
		return NULL;
	return x;
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '-' || c == '.' || c == ':';
}

/* <NAME …>text</NAME>, without markup inside. */
static void elements(struct collect *c, struct str s)
{
	for (size_t at = 0; at < s.n;) {
		const char *open = memchr(s.p + at, '<', s.n - at);
		if (!open)
			return;
		size_t from = (size_t)(open - s.p) + 1, end = from;
		while (end < s.n && is_name(s.p[end]))
			end++;
		struct str name = {s.p + from, end - from};
		const char *close = memchr(s.p + end, '>', s.n - end);
		if (!close)
			return;
		size_t text = (size_t)(close - s.p) + 1;
		const char *next = text < s.n ? memchr(s.p + text, '<', s.n - text) : NULL;
		if (!next)
			return;
		size_t stop = (size_t)(next - s.p);
		struct str rest = {next, s.n - stop};
		at = stop;
		/* an end tag, or one that closes itself, has no text of its own */
		if (name.n && close[-1] != '/' && stop > text && rest.n > name.n + 2 && rest.p[1] == '/' &&
		    memcmp(rest.p + 2, name.p, name.n) == 0 && rest.p[2 + name.n] == '>')
			collect_add(c, name, val_str((struct str){s.p + text, stop - text}));
	}
}

static struct rows *xmlkv_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct spath *x = args;
	struct collect c = {.r = in, .index = map_new()};
	ptrdiff_t col = rows_find(in, x->input);

	for (size_t i = 0; i < in->n && col >= 0 && !run_stopped(run); i++) {
		struct val v = in->col[col].v[i];
		if (val_is_null(v))
			continue;
		elements(&c, val_text(v, in->arena));
		collect_row(&c, i);
	}
	if (c.cut)
		run_warn(run, "xmlkv makes %d fields at most", COLUMNS_MAX);
	in->partial |= run->budget.spent;
	collect_free(&c);
	return in;
}

const struct spl_cmd cmd_xmlkv = {
	.name = "xmlkv",
	.usage = "xmlkv [FIELD]",
	.summary = "makes a field of each <NAME>text</NAME> in a field, _raw unless told",
	.example = "rows:\n"
	           "  x\n"
	           "  <a><user>bob</user><id>7</id></a>\n"
	           "search: xmlkv x | table user id\n"
	           "expect:\n"
	           "  user  id\n"
	           "  bob   7\n",
	.parse = xmlkv_parse,
	.run = xmlkv_run,
	.needs = spath_needs,
};
