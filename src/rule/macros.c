/* Search macros: macros/NAME.yml, one definition a file. Owns reading and finding them; expanding is spl/'s. */
#include "rule/ruleset.h"

#include <stdio.h>

#include "rule/files.h"

/* The key of a map of macros: a name may have several definitions that differ in the number of arguments. */
static struct str key_of(char *buf, size_t size, struct str name, unsigned nargs)
{
	int n = snprintf(buf, size, "%u/%.*s", nargs, name.n < size ? (int)name.n : (int)size, name.p);

	return (struct str){buf, n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1};
}

enum { KEY_SIZE = 512 };

const struct macro *macros_find(const struct map *m, struct str name, unsigned nargs)
{
	char buf[KEY_SIZE];
	const union map_val *v = map_get(m, key_of(buf, sizeof(buf), name, nargs));

	return v ? v->p : NULL;
}

/* Splunk's own files write the number of arguments behind the name: "ctime(1)". */
static struct str without_count(struct str name)
{
	const char *open = name.n && name.p[name.n - 1] == ')' ? memchr(name.p, '(', name.n) : NULL;

	if (open)
		name.n = (size_t)(open - name.p);
	return name;
}

static bool fill(struct macro *m, const struct yaml *y, struct arena *a, struct diag *d)
{
	const struct yaml *name = yaml_get(y, "name"), *definition = yaml_get(y, "definition"), *args = yaml_get(y, "arguments");

	if (y->kind != YAML_MAP)
		return diag_set(d, y->line, 0, "a macro file is a map with name and definition");
	if (!name || name->kind != YAML_SCALAR || !name->text.n)
		return diag_set(d, name ? name->line : y->line, 0, "the macro has no name; add `name: …`");
	if (!definition || definition->kind != YAML_SCALAR)
		return diag_set(d, definition ? definition->line : y->line, 0, "macro %.*s has no definition; add `definition: …`",
		                STR_FMT(name->text));
	m->name = without_count(name->text);
	if (m->name.n >= KEY_SIZE - 16)
		return diag_set(d, name->line, 0, "the macro's name is too long");
	m->definition = definition->text;
	if (!args || (args->kind == YAML_SCALAR && args->plain && (!args->text.n || str_eqc(args->text, "null"))))
		return true;
	if (args->kind != YAML_LIST)
		return diag_set(d, args->line, 0, "macro %.*s: `arguments` must be a list of names", STR_FMT(m->name));
	m->arg = ARENA_ARRAY(a, struct str, args->n);
	for (size_t i = 0; i < args->n; i++) {
		if (args->item[i]->kind != YAML_SCALAR)
			return diag_set(d, args->item[i]->line, 0, "macro %.*s: an argument must be a name", STR_FMT(m->name));
		m->arg[i] = args->item[i]->text;
	}
	m->nargs = (unsigned)args->n;
	return true;
}

/* Reads one file into `own`, the macros of its folder. */
static void read_one(struct map *own, const char *path, struct arena *a, struct diags *warn)
{
	struct diag d = DIAG_INIT;
	struct sbuf text = {0};
	struct macro *m = ARENA_NEW(a, struct macro);
	const struct yaml *y = file_read(path, RULE_FILE_MAX, &text, &d) ? yaml_parse(a, sbuf_str(&text), &d) : NULL;

	if (y && fill(m, y, a, &d)) {
		char buf[KEY_SIZE];
		bool fresh;
		union map_val *v = map_put(own, key_of(buf, sizeof(buf), m->name, m->nargs), &fresh);
		if (fresh)
			v->p = m;
		else
			diag_set(&d, y->line, 0, "macro %.*s is defined by another file of this folder, too, which counts; remove one",
			         STR_FMT(m->name));
	}
	if (diag_is_set(&d)) {
		diag_file(&d, path);
		diags_add(warn, &d);
	}
	sbuf_free(&text);
}

void macros_read(struct map *into, const char *dir, struct arena *a, struct diags *warn, size_t *count)
{
	static const char *const yml[] = {".yml", ".yaml", NULL};
	struct file_list files = {0};
	struct map *own = map_new();

	files_below(&files, dir, yml, NULL, true, warn);
	for (size_t i = 0; i < files.n; i++)
		read_one(own, files.v[i], a, warn);
	for (size_t i = 0; i < map_len(own); i++) {
		bool fresh;
		union map_val *v = map_put(into, map_key(own, i), &fresh);
		if (fresh) {
			v->p = map_val(own, i)->p;
			++*count;
		}
	}
	map_free(own);
	file_list_free(&files);
}
