/* Functions of JSON, on jansson. A path is names and places: a.b{0}.c, {} for every element of an array. */
#include "spl/fn_impl.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"

/* NULL when the text is no JSON. Free with json_decref. */
static json_t *parse(struct val v, struct eval_ctx *c)
{
	char buf[VAL_NUM_SIZE];
	struct str s = fn_text(v, buf);

	if (budget_spent_on(c->budget, s.n))
		return NULL;
	return json_loadb(s.p ? s.p : "", s.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
}

static struct val dump(struct eval_ctx *c, const json_t *j)
{
	char *text = json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	struct val v = text ? fn_str(c, str_c(text)) : val_null();

	free(text);
	return v;
}

/* Takes the reference to j (NULL is fine): its text. */
static struct val finish(struct eval_ctx *c, json_t *j)
{
	struct val v = j ? dump(c, j) : val_null();

	json_decref(j);
	return v;
}

/* Objects and arrays become their JSON text, null no value. */
static struct val to_val(struct eval_ctx *c, const json_t *j)
{
	switch (json_typeof(j)) {
	case JSON_STRING:
		return fn_str(c, (struct str){json_string_value(j), json_string_length(j)});
	case JSON_INTEGER:
		if (llabs(json_integer_value(j)) < 1LL << 53)
			return val_num((double)json_integer_value(j));
		return dump(c, j);                       /* more digits than a number keeps */
	case JSON_REAL:
		return val_num(json_real_value(j));
	case JSON_TRUE:
		return val_str(STR("true"));
	case JSON_FALSE:
		return val_str(STR("false"));
	case JSON_NULL:
		return val_null();
	default:
		return dump(c, j);
	}
}

static json_t *text_json(struct str s)
{
	struct sbuf clean = {0};

	utf8_scrub(s, &clean);
	json_t *j = json_stringn(sbuf_str(&clean).p, clean.n);
	sbuf_free(&clean);
	return j;
}

static json_t *scalar_json(struct val v)
{
	if (v.type == V_NULL)
		return json_null();
	if (v.type == V_STR)
		return text_json((struct str){v.s, v.len});
	return trunc(v.num) == v.num && fabs(v.num) < 9e15 ? json_integer((json_int_t)v.num) : json_real(v.num);
}

/* Is the argument made by one of the functions here that give JSON? Then it is nested, and not quoted as text. */
static bool is_json(const struct expr *e)
{
	return e->op == E_CALL && strcmp(e->call.fn->group, "JSON") == 0 && strcmp(e->call.fn->name, "spath") != 0;
}

static json_t *to_json(const struct expr *e, struct val v, struct eval_ctx *c)
{
	if (v.type == V_MV) {
		json_t *list = json_array();
		for (uint32_t i = 0; i < v.mv->n; i++)
			json_array_append_new(list, scalar_json(v.mv->v[i]));
		return list;
	}
	if (v.type != V_NULL && expr_is_boolean(e))
		return json_boolean(val_true(v));
	json_t *nested = v.type == V_STR && is_json(e) ? parse(v, c) : NULL;
	return nested ? nested : scalar_json(v);
}

/* ---- paths ---- */

struct step {
	struct str name;                                 /* p NULL: a place in an array */
	bool all;                                        /* {} */
	size_t at;
};

/* Reads the step at the front of *path and cuts it off. False when there is none, or it is malformed. */
static bool next_step(struct str *path, struct step *s)
{
	unsigned long long at;
	size_t n = 0;

	*s = (struct step){0};
	if (path->n && path->p[0] == '.') {
		path->p++;
		path->n--;
	}
	if (!path->n)
		return false;
	if (path->p[0] == '{') {
		const char *close = memchr(path->p, '}', path->n);
		if (!close)
			return false;
		struct str inside = {path->p + 1, (size_t)(close - path->p) - 1};
		s->all = inside.n == 0;
		if (!s->all && !str_u64(inside, &at))
			return false;
		s->at = s->all ? 0 : (size_t)at;
		n = inside.n + 2;
	} else {
		while (n < path->n && path->p[n] != '.' && path->p[n] != '{')
			n++;
		s->name = (struct str){path->p, n};
		if (!n)
			return false;
	}
	path->p += n;
	path->n -= n;
	return true;
}

static json_t *child(const json_t *j, const struct step *s)
{
	return s->name.p ? json_object_getn(j, s->name.p, s->name.n) : json_array_get(j, s->at);
}

/* What is found, borrowed. */
struct found {
	json_t **v;
	size_t n, cap;
	bool many;                                       /* the path has {} */
};

static void add(struct found *f, json_t *j)
{
	if (!j || f->n >= VAL_LIST_MAX)
		return;
	GROW(f->v, f->n, f->cap);
	f->v[f->n++] = j;
}

/* Breadth by breadth: each step replaces the set by its children. */
static struct found find(json_t *root, struct str path)
{
	struct found f = {0};
	struct step s;

	add(&f, root);
	while (f.n && path.n) {
		struct found next = {.many = f.many};
		if (!next_step(&path, &s)) {
			free(f.v);
			return next;
		}
		next.many = next.many || s.all;
		for (size_t i = 0; i < f.n; i++) {
			if (!s.all)
				add(&next, child(f.v[i], &s));
			for (size_t k = 0; s.all && k < json_array_size(f.v[i]); k++)
				add(&next, json_array_get(f.v[i], k));
		}
		free(f.v);
		f = next;
	}
	return f;
}

/* ---- reading ---- */

static struct val fn_spath(FN_ARGS)
{
	char buf[VAL_NUM_SIZE];
	json_t *root = parse(arg[0], c);
	struct fn_list l = {0};

	(void)e, (void)n;
	if (!root)
		return val_null();
	struct found f = find(root, fn_text(arg[1], buf));
	for (size_t i = 0; i < f.n; i++)
		fn_push(c, &l, to_val(c, f.v[i]));
	free(f.v);
	json_decref(root);
	return fn_list(c, &l);
}

static struct val fn_json_extract(FN_ARGS)
{
	json_t *root = parse(arg[0], c), *list = NULL;
	struct val v = val_null();

	(void)e;
	if (!root)
		return v;
	if (n == 1)
		v = to_val(c, root);
	if (n > 2)
		list = json_array();
	for (unsigned i = 1; i < n; i++) {
		char buf[VAL_NUM_SIZE];
		struct found f = find(root, fn_text(arg[i], buf));
		if (f.many && !list)
			list = json_array();
		for (size_t k = 0; k < f.n && list; k++)
			json_array_append(list, f.v[k]);
		if (!f.n && list && !f.many)
			json_array_append_new(list, json_null());
		if (f.n && !list)
			v = to_val(c, f.v[0]);
		free(f.v);
	}
	if (list)
		v = finish(c, list);
	json_decref(root);
	return v;
}

/* The same with names that are no paths: a dot in them is a dot. */
static struct val fn_json_extract_exact(FN_ARGS)
{
	json_t *root = parse(arg[0], c), *list = n > 2 ? json_array() : NULL;
	struct val v = val_null();

	(void)e;
	for (unsigned i = 1; root && i < n; i++) {
		char buf[VAL_NUM_SIZE];
		struct str name = fn_text(arg[i], buf);
		json_t *j = json_object_getn(root, name.p ? name.p : "", name.n);
		if (list && j)
			json_array_append(list, j);
		else if (list)
			json_array_append_new(list, json_null());
		else if (j)
			v = to_val(c, j);
	}
	if (root && list)
		v = dump(c, list);
	json_decref(list);
	json_decref(root);
	return v;
}

static struct val fn_json_has_key_exact(FN_ARGS)
{
	char buf[VAL_NUM_SIZE];
	json_t *root = parse(arg[0], c);
	struct str name = fn_text(arg[1], buf);
	bool is_object = json_is_object(root), has = is_object && json_object_getn(root, name.p ? name.p : "", name.n);

	(void)e, (void)n;
	json_decref(root);
	return is_object ? fn_bool(has) : val_null();
}

static struct val fn_json_entries(FN_ARGS)
{
	json_t *root = parse(arg[0], c), *list;
	const char *key;
	json_t *value;

	(void)e, (void)n;
	if (!json_is_object(root)) {
		json_decref(root);
		return val_null();
	}
	list = json_array();
	json_object_foreach(root, key, value)
		json_array_append_new(list, json_pack("{s:s, s:O}", "key", key, "value", value));
	json_decref(root);
	return finish(c, list);
}

static struct val fn_json_keys(FN_ARGS)
{
	json_t *root = parse(arg[0], c), *keys;
	const char *key;
	json_t *value;

	(void)e, (void)n;
	if (!json_is_object(root)) {
		json_decref(root);
		return val_null();
	}
	keys = json_array();
	json_object_foreach(root, key, value)
		json_array_append_new(keys, json_string(key));
	json_decref(root);
	return finish(c, keys);
}

static struct val fn_json_valid(FN_ARGS)
{
	json_t *j = parse(arg[0], c);
	bool valid = j != NULL;

	(void)e, (void)n;
	json_decref(j);
	return fn_bool(valid);
}

static struct val fn_json(FN_ARGS)
{
	(void)e, (void)n;
	return finish(c, parse(arg[0], c));
}

static struct val fn_json_array_to_mv(FN_ARGS)
{
	json_t *j = parse(arg[0], c);
	struct fn_list l = {0};

	(void)e, (void)n;
	for (size_t i = 0; i < json_array_size(j); i++)
		fn_push(c, &l, to_val(c, json_array_get(j, i)));
	json_decref(j);
	return fn_list(c, &l);
}

/* ---- making ---- */

static bool check_pairs(struct parser *p, struct expr *e)
{
	if (e->call.n % 2 == 0)
		return true;
	return p_error(p, e->at, "json_object() needs pairs of a name and a value; usage: %s", e->call.fn->usage);
}

static bool set_key(json_t *object, struct str key, json_t *value)
{
	struct sbuf clean = {0};

	utf8_scrub(key, &clean);
	bool ok = json_object_setn_new(object, sbuf_str(&clean).p, clean.n, value) == 0;
	sbuf_free(&clean);
	return ok;
}

static struct val fn_json_object(FN_ARGS)
{
	json_t *object = json_object();

	for (unsigned i = 0; i + 1 < n; i += 2) {
		char buf[VAL_NUM_SIZE];
		set_key(object, fn_text(arg[i], buf), to_json(e->call.arg[i + 1], arg[i + 1], c));
	}
	return finish(c, object);
}

static struct val fn_json_array(FN_ARGS)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < n; i++)
		json_array_append_new(list, to_json(e->call.arg[i], arg[i], c));
	return finish(c, list);
}

static struct val fn_mv_to_json_array(FN_ARGS)
{
	json_t *list = json_array();
	bool infer = n > 1 && val_true(arg[1]);

	(void)e;
	for (uint32_t i = 0; i < val_count(arg[0]); i++) {
		struct val v = val_at(arg[0], i);
		json_t *j = infer ? parse(v, c) : NULL;
		json_array_append_new(list, j ? j : scalar_json(v));
	}
	return finish(c, list);
}

/* Walks to the container of the last step. NULL when the path leads nowhere or has {}. */
static json_t *container(json_t *root, struct str path, struct step *last)
{
	json_t *j = root;

	if (!next_step(&path, last) || last->all)
		return NULL;
	while (path.n) {
		j = child(j, last);
		if (!j || !next_step(&path, last) || last->all)
			return NULL;
	}
	return j;
}

static struct val fn_json_set(FN_ARGS)
{
	json_t *root = parse(arg[0], c);
	bool ok = root != NULL;

	for (unsigned i = 1; ok && i + 1 < n; i += 2) {
		char buf[VAL_NUM_SIZE];
		struct step s;
		json_t *in = container(root, fn_text(arg[i], buf), &s);
		json_t *value = to_json(e->call.arg[i + 1], arg[i + 1], c);
		if (!in) {
			json_decref(value);
			ok = false;
		} else if (s.name.p) {
			ok = set_key(in, s.name, value);
		} else {
			ok = json_array_set_new(in, s.at, value) == 0;
		}
	}
	if (ok)
		return finish(c, root);
	json_decref(root);
	return val_null();
}

/* Puts values behind those of arrays: a value that is no array becomes the first of one; `flat`: the elements of a list one by one. */
static struct val grow_arrays(FN_ARGS, bool flat)
{
	json_t *root = parse(arg[0], c);
	bool ok = root != NULL;

	for (unsigned i = 1; ok && i + 1 < n; i += 2) {
		char buf[VAL_NUM_SIZE];
		struct step s;
		json_t *in = container(root, fn_text(arg[i], buf), &s), *old = in ? child(in, &s) : NULL;
		json_t *value = to_json(e->call.arg[i + 1], arg[i + 1], c), *list = json_array();
		if (json_is_array(old))
			json_array_extend(list, old);
		else if (old)
			json_array_append(list, old);
		if (flat && json_is_array(value)) {
			json_array_extend(list, value);
			json_decref(value);
		} else {
			json_array_append_new(list, value);
		}
		if (!in) {
			json_decref(list);
			ok = false;
		} else if (s.name.p) {
			ok = set_key(in, s.name, list);
		} else {
			ok = json_array_set_new(in, s.at, list) == 0;
		}
	}
	if (ok)
		return finish(c, root);
	json_decref(root);
	return val_null();
}

static struct val fn_json_append(FN_ARGS)
{
	return grow_arrays(e, arg, n, c, false);
}

static struct val fn_json_extend(FN_ARGS)
{
	return grow_arrays(e, arg, n, c, true);
}

static struct val fn_json_delete(FN_ARGS)
{
	json_t *root = parse(arg[0], c);

	(void)e;
	for (unsigned i = 1; root && i < n; i++) {
		char buf[VAL_NUM_SIZE];
		struct step s;
		json_t *in = container(root, fn_text(arg[i], buf), &s);
		if (in && s.name.p)
			json_object_deln(in, s.name.p, s.name.n);
		else if (in)
			json_array_remove(in, s.at);
	}
	return finish(c, root);
}

static bool check_set(struct parser *p, struct expr *e)
{
	if (e->call.n % 2 == 1)
		return true;
	return p_error(p, e->at, "%s() needs pairs of a path and a value; usage: %s", e->call.fn->name, e->call.fn->usage);
}

#define GROUP .group = "JSON"
const struct eval_fn fns_json[] = {
	{.name = "json", .min_args = 1, .max_args = 1, .usage = "json(x)",
	 .summary = "JSON text without needless blanks; null when x is no JSON",
	 .example = "json(\"{ \\\"a\\\" : 1 }\") = {\"a\":1}", GROUP, .call = fn_json},
	{.name = "json_append", .min_args = 3, .max_args = -1, .usage = "json_append(json, path, value, …)",
	 .summary = "with the value put behind those of the array at the path",
	 .example = "json_append(\"{\\\"a\\\":[1]}\", \"a\", 2) = {\"a\":[1,2]}", GROUP, .call = fn_json_append, .check = check_set},
	{.name = "json_array", .max_args = -1, .usage = "json_array(x, …)", .summary = "an array of the values",
	 .example = "json_array(\"a\", 1, true()) = [\"a\",1,true]", GROUP, .call = fn_json_array, .nulls = true},
	{.name = "json_array_to_mv", .min_args = 1, .max_args = 1, .usage = "json_array_to_mv(json)",
	 .summary = "the elements of an array as a list", .example = "json_array_to_mv(\"[1,\\\"b\\\"]\") = 1|b",
	 GROUP,
	 .call = fn_json_array_to_mv},
	{.name = "json_delete", .min_args = 2, .max_args = -1, .usage = "json_delete(json, path, …)",
	 .summary = "without what the paths name",
	 .example = "json_delete(\"{\\\"a\\\":1,\\\"b\\\":2}\", \"a\") = {\"b\":2}", GROUP,
	 .call = fn_json_delete},
	{.name = "json_entries", .min_args = 1, .max_args = 1, .usage = "json_entries(json)",
	 .summary = "the pairs of an object, as an array of objects with key and value",
	 .example = "json_entries(\"{\\\"a\\\":1}\") = [{\"key\":\"a\",\"value\":1}]", GROUP, .call = fn_json_entries},
	{.name = "json_extend", .min_args = 3, .max_args = -1, .usage = "json_extend(json, path, values, …)",
	 .summary = "with the values, one by one, put behind those of the array at the path",
	 .example = "json_extend(\"{\\\"a\\\":[1]}\", \"a\", json_array(2, 3)) = {\"a\":[1,2,3]}", GROUP, .call = fn_json_extend,
	 .check = check_set},
	{.name = "json_extract", .min_args = 1, .max_args = -1, .usage = "json_extract(json, path, …)",
	 .summary = "the value at a path as a.b{0}; of several, or with {}, an array",
	 .example = "json_extract(\"{\\\"a\\\":[{\\\"b\\\":7}]}\", \"a{0}.b\") = 7", GROUP,
	 .call = fn_json_extract},
	{.name = "json_extract_exact", .min_args = 2, .max_args = -1, .usage = "json_extract_exact(json, name, …)",
	 .summary = "the value of a name that may hold dots; of several names, an array",
	 .example = "json_extract_exact(\"{\\\"a.b\\\":7}\", \"a.b\") = 7", GROUP, .call = fn_json_extract_exact},
	{.name = "json_has_key_exact", .min_args = 2, .max_args = 2, .usage = "json_has_key_exact(json, name)",
	 .summary = "does the object have this very name?",
	 .example = "json_has_key_exact(\"{\\\"a.b\\\":7}\", \"a.b\") = 1", GROUP, .call = fn_json_has_key_exact, .boolean = true},
	{.name = "json_keys", .min_args = 1, .max_args = 1, .usage = "json_keys(json)",
	 .summary = "the names in an object, as an array",
	 .example = "json_keys(\"{\\\"a\\\":1,\\\"b\\\":2}\") = [\"a\",\"b\"]", GROUP, .call = fn_json_keys},
	{.name = "json_object", .max_args = -1, .usage = "json_object(name, value, …)",
	 .summary = "an object of the pairs",
	 .example = "json_object(\"a\", 1, \"b\", json_array(2)) = {\"a\":1,\"b\":[2]}", GROUP,
	 .call = fn_json_object,
	 .check = check_pairs, .nulls = true},
	{.name = "json_set", .min_args = 3, .max_args = -1, .usage = "json_set(json, path, value, …)",
	 .summary = "with the value put at the path",
	 .example = "json_set(\"{\\\"a\\\":1}\", \"b\", 2) = {\"a\":1,\"b\":2}", GROUP,
	 .call = fn_json_set, .check = check_set},
	{.name = "json_valid", .min_args = 1, .max_args = 1, .usage = "json_valid(x)", .summary = "is it JSON?",
	 .example = "json_valid(\"{]\") = 0", GROUP, .call = fn_json_valid, .boolean = true},
	{.name = "mv_to_json_array", .min_args = 1, .max_args = 2, .usage = "mv_to_json_array(x, infer)",
	 .summary = "a list as an array; with infer = true(), values that are JSON stay what they are",
	 .example = "mv_to_json_array(list) = [\"a\",\"b\",\"bb\"]", GROUP, .call = fn_mv_to_json_array},
	{.name = "spath", .min_args = 2, .max_args = 2, .usage = "spath(json, path)",
	 .summary = "the value at a path of a JSON text; with {} in the path, a list",
	 .example = "spath(\"{\\\"a\\\":[1,2]}\", \"a{}\") = 1|2", GROUP, .call = fn_spath},
	{.name = NULL},
};
