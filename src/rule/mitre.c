/* ATT&CK techniques by id, from the table that ESCU's build keeps. */
#include "rule/ruleset.h"

#include "base/csv.h"
#include "rule/files.h"

static ptrdiff_t column(const struct csv *c, const char *name)
{
	for (size_t i = 0; i < c->ncells; i++)
		if (str_eqc(str_trim(c->cell[i]), name))
			return (ptrdiff_t)i;
	return -1;
}

static struct str cell(const struct csv *c, ptrdiff_t i)
{
	return i >= 0 && (size_t)i < c->ncells ? c->cell[i] : STR("");
}

/* "Execution|Persistence" as "Execution, Persistence". */
static struct str with_commas(struct str s, struct arena *a)
{
	struct sbuf b = {0};

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '|')
			sbuf_addz(&b, ", ");
		else
			sbuf_addc(&b, s.p[i]);
	struct str out = arena_str(a, sbuf_str(&b));
	sbuf_free(&b);
	return out;
}

void techniques_read(struct context *c, const char *path, struct diags *warn)
{
	struct arena *a = c->state->arena;
	struct sbuf text = {0};
	struct diag d = DIAG_INIT;
	struct csv csv;

	if (!file_read(path, TABLE_FILE_MAX, &text, &d)) {
		diags_add(warn, &d);
		return;
	}
	csv_open(&csv, sbuf_str(&text));
	if (csv_next(&csv, &d)) {
		ptrdiff_t id = column(&csv, "mitre_id"), name = column(&csv, "technique"), tactics = column(&csv, "tactics");
		if (id < 0)
			diag_set(&d, csv.line, 0, "no column mitre_id");
		while (id >= 0 && csv_next(&csv, &d)) {
			bool fresh;
			union map_val *v = map_put(c->techniques, str_trim(cell(&csv, id)), &fresh);
			if (!fresh)
				continue;
			struct technique *t = v->p = ARENA_NEW(a, struct technique);
			t->id = arena_str(a, str_trim(cell(&csv, id)));
			t->name = arena_str(a, cell(&csv, name));
			t->tactics = with_commas(cell(&csv, tactics), a);
		}
	}
	if (diag_is_set(&d)) {
		diag_file(&d, path);
		diags_add(warn, &d);
	}
	csv_close(&csv);
	sbuf_free(&text);
}
