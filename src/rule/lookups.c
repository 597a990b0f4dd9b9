/* Lookup tables: lookups/NAME.yml and the CSV files beside them. A table is read when a search first names it. Owns what the
 * YAML means; matching rows is spl/'s. */
#include "rule/ruleset.h"

#include <stdlib.h>

#include "base/csv.h"
#include "base/mem.h"
#include "rule/files.h"

/* ---- definitions ---- */

static const struct yaml *scalar(const struct yaml *y, const char *key, struct diag *d)
{
	const struct yaml *v = yaml_get(y, key);

	if (v && v->kind != YAML_SCALAR) {
		diag_set(d, v->line, 0, "`%s` must be one value, no list or map", key);
		return NULL;
	}
	return v && v->plain && (!v->text.n || str_eqc(v->text, "null") || str_eqc(v->text, "~")) ? NULL : v;
}

static bool boolean(const struct yaml *y, const char *key, bool otherwise, struct diag *d)
{
	static const char *const yes[] = {"true", "t", "yes", "y", "on", "1"}, *const no[] = {"false", "f", "no", "n", "off", "0"};
	const struct yaml *v = scalar(y, key, d);

	if (!v)
		return otherwise;
	struct str s = str_trim(v->text);
	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++) {
		if (str_ieqc(s, yes[i]))
			return true;
		if (str_ieqc(s, no[i]))
			return false;
	}
	diag_set(d, v->line, 0, "`%s` must be true or false, not %.*s", key, STR_FMT(s));
	return otherwise;
}

static long whole(const struct yaml *y, const char *key, struct diag *d)
{
	const struct yaml *v = scalar(y, key, d);
	unsigned long long n = 0;

	if (v && (!str_u64(str_trim(v->text), &n) || n > 1000000000))
		diag_set(d, v->line, 0, "`%s` must be a whole number, not %.*s", key, STR_FMT(v->text));
	return n > 1000000000 ? 0 : (long)n;
}

/* "WILDCARD(a), CIDR(b)": the rest of `s` behind one entry, its kind and field. False at the end or on an error. */
static bool match_entry(struct str *s, struct str *kind, struct str *field, int line, struct diag *d)
{
	while (s->n && (*s->p == ',' || *s->p == ' ' || *s->p == '\t' || *s->p == '\n'))
		s->p++, s->n--;
	if (!s->n)
		return false;
	const char *open = memchr(s->p, '(', s->n), *close = memchr(s->p, ')', s->n);
	if (!open || !close || close < open)
		return diag_set(d, line, 0, "`match_type` must read WILDCARD(field), CIDR(field) or EXACT(field), not %.*s", STR_FMT(*s));
	*kind = str_trim((struct str){s->p, (size_t)(open - s->p)});
	*field = str_trim((struct str){open + 1, (size_t)(close - open - 1)});
	s->n -= (size_t)(close + 1 - s->p);
	s->p = close + 1;
	return true;
}

static void match_types(struct spl_lookup *l, struct str s, int line, struct arena *a, struct diag *d)
{
	struct str kind, field;

	while (match_entry(&s, &kind, &field, line, d)) {
		bool wild = str_ieqc(kind, "WILDCARD");
		if (!wild && str_ieqc(kind, "EXACT"))
			continue;
		if (!wild && !str_ieqc(kind, "CIDR")) {
			diag_set(d, line, 0, "`match_type` %.*s is unknown; use WILDCARD, CIDR or EXACT", STR_FMT(kind));
			continue;
		}
		struct str **v = wild ? &l->wild : &l->cidr;
		size_t *n = wild ? &l->nwild : &l->ncidr;
		*v = arena_grow(a, *v, *n, sizeof(**v));
		(*v)[(*n)++] = arena_str(a, field);
	}
}

/* Where the data are: `filename`, or in the newer layout a file named like the definition itself. */
static char *data_file(const struct yaml *y, const char *path, const char *dir, struct arena *a, struct diag *d)
{
	const struct yaml *file = scalar(y, "filename", d), *kind = scalar(y, "lookup_type", d);
	struct sbuf b = {0};

	if (file) {
		if (memchr(file->text.p, '/', file->text.n)) {
			diag_set(d, file->line, 0, "`filename` must name a file of this folder, not %.*s", STR_FMT(file->text));
			return NULL;
		}
		sbuf_addz(&b, dir);
		sbuf_addc(&b, '/');
		sbuf_adds(&b, file->text);
	} else if (kind && (str_ieqc(kind->text, "csv") || str_ieqc(kind->text, "mlmodel"))) {
		const char *dot = strrchr(path, '.');
		sbuf_add(&b, path, dot ? (size_t)(dot - path) : strlen(path));
		sbuf_addc(&b, '.');
		sbuf_adds(&b, kind->text);
	} else {
		return NULL;
	}
	char *out = arena_strdup(a, b.p);
	sbuf_free(&b);
	return out;
}

static struct lookup *define(const struct yaml *y, const char *path, const char *dir, struct arena *a, struct diag *d)
{
	if (y->kind != YAML_MAP) {
		diag_set(d, y->line, 0, "a lookup file is a map with name and filename or collection");
		return NULL;
	}
	const struct yaml *name = scalar(y, "name", d), *def = scalar(y, "default_match", d), *types = yaml_get(y, "match_type");
	if (!name || !name->text.n) {
		diag_set(d, y->line, 0, "the lookup has no name; add `name: …`");
		return NULL;
	}
	struct lookup *l = ARENA_NEW(a, struct lookup);
	l->pub.name = name->text;
	l->file = data_file(y, path, dir, a, d);
	l->pub.ignore_case = !boolean(y, "case_sensitive_match", true, d);
	l->pub.min_matches = whole(y, "min_matches", d);
	l->pub.max_matches = whole(y, "max_matches", d);
	if (def)
		l->pub.default_match = def->text;
	if (types && types->kind == YAML_SCALAR)
		match_types(&l->pub, types->text, types->line, a, d);
	else if (types && types->kind == YAML_LIST)
		for (size_t i = 0; i < types->n; i++)
			if (types->item[i]->kind == YAML_SCALAR)
				match_types(&l->pub, types->item[i]->text, types->item[i]->line, a, d);
	return l;
}

void lookups_read(struct context *c, const char *dir, struct diags *warn, size_t *count)
{
	static const char *const suffixes[] = {".yml", ".yaml", ".csv", ".mlmodel", NULL};
	struct arena *a = c->state->arena;
	struct file_list files = {0};

	files_below(&files, dir, suffixes, NULL, false, warn);
	for (size_t i = 0; i < files.n; i++) {
		struct str path = str_c(files.v[i]);
		bool fresh;
		if (!str_ends(path, ".yml") && !str_ends(path, ".yaml")) {
			union map_val *v = map_put(c->files, str_c(file_base(files.v[i])), &fresh);
			if (fresh)
				v->p = arena_strdup(a, files.v[i]);
			continue;
		}
		struct diag d = DIAG_INIT;
		struct sbuf text = {0};
		const struct yaml *y = file_read(files.v[i], RULE_FILE_MAX, &text, &d) ? yaml_parse(a, sbuf_str(&text), &d) : NULL;
		struct lookup *l = y ? define(y, files.v[i], dir, a, &d) : NULL;
		if (l) {
			union map_val *v = map_put(c->lookups, l->pub.name, &fresh);
			if (fresh) {
				v->p = l;
				++*count;
			}
		}
		if (diag_is_set(&d)) {
			diag_file(&d, files.v[i]);
			diags_add(warn, &d);
		}
		sbuf_free(&text);
	}
	file_list_free(&files);
}

/* ---- tables ---- */

enum { COLUMNS_MAX = 1000, CELLS_MAX = 100000000 };

static size_t count_records(struct str text, size_t *ncols, struct diag *d)
{
	struct csv c;
	size_t n = 0;

	csv_open(&c, text);
	while (csv_next(&c, d))
		if (n++ == 0)
			*ncols = c.ncells;
	csv_close(&c);
	return n;
}

static struct rows *table_of(struct str file, struct diag *d)
{
	size_t ncols = 0, records = count_records(file, &ncols, d), *col = NULL;
	struct csv c;

	if (!diag_is_set(d) && (ncols > COLUMNS_MAX || records * ncols > CELLS_MAX))
		diag_set(d, 1, 0, "more than %d columns or %d cells; split the table", COLUMNS_MAX, CELLS_MAX);
	if (diag_is_set(d))
		return NULL;
	struct rows *r = rows_new(records ? records - 1 : 0);
	struct str text = arena_str(r->arena, file);     /* cells point into it */
	csv_open(&c, text);
	for (size_t at = 0; csv_next(&c, d); at++) {
		if (!col) {
			col = xcalloc(ncols, sizeof(*col));
			for (size_t i = 0; i < ncols; i++)
				col[i] = rows_col(r, str_trim(c.cell[i]));
			at = (size_t)-1;
			continue;
		}
		for (size_t i = 0; i < ncols && i < c.ncells; i++) {
			struct str cell = c.cell[i];
			if (!cell.n)
				continue;
			if (cell.p < text.p || cell.p >= text.p + text.n)
				cell = arena_str(r->arena, cell);
			r->col[col[i]].v[at] = val_str(cell);
		}
	}
	free(col);
	csv_close(&c);
	return r;
}

static void load(struct lookup *l)
{
	struct sbuf text = {0};

	l->loaded = true;
	if (l->file && file_read(l->file, TABLE_FILE_MAX, &text, &l->error)) {
		l->rows = table_of(sbuf_str(&text), &l->error);
		diag_file(&l->error, l->file);
	}
	if (!l->rows) {
		l->rows = rows_new(0);
		l->pub.missing = true;
	}
	l->pub.table = l->rows;
	sbuf_free(&text);
}

/* Is there a file at all? One that is not there is a table without data; one that cannot be read is an error. */
static void find_data(struct context *c, struct lookup *l)
{
	if (!l->file)
		return;
	const union map_val *v = map_get(c->files, str_c(file_base(l->file)));
	l->file = v ? v->p : NULL;
}

struct lookup *lookups_find(struct context *c, struct str name)
{
	union map_val *v = map_get(c->lookups, name);
	struct lookup *l = v ? v->p : NULL;

	if (!l && (str_ends(name, ".csv") || str_ends(name, ".CSV")) && (v = map_get(c->files, name))) {
		l = ARENA_NEW(c->state->arena, struct lookup);
		l->pub.name = arena_str(c->state->arena, name);
		l->file = v->p;
		l->error = (struct diag)DIAG_INIT;
		map_put(c->lookups, name, NULL)->p = l;
	}
	if (l && !l->loaded) {
		l->error = (struct diag)DIAG_INIT;
		find_data(c, l);
		load(l);
	}
	return l;
}

struct lookup *lookup_missing(struct arena *a, struct str name)
{
	struct lookup *l = ARENA_NEW(a, struct lookup);

	l->pub.name = arena_str(a, name);
	l->error = (struct diag)DIAG_INIT;
	load(l);
	return l;
}

void lookups_free(struct map *lookups)
{
	for (size_t i = 0; i < map_len(lookups); i++)
		rows_free(((struct lookup *)map_val(lookups, i)->p)->rows);
}
