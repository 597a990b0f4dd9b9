/* apply: a trained linear model, as the Machine Learning Toolkit saves it (spl-spec 1.4). Owns the reading
 * of that file: CSV (algo, model, options) around JSON around a NumPy array in base64. Other kinds of
 * model are refused. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "base/csv.h"
#include "base/mem.h"
#include "spl/cmdlib.h"

struct apply {
	struct str *feature;
	double *coef;
	size_t n;
	double intercept;
	struct str as;
};

/* ---- the file ---- */

static int base64_digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Decodes into out, which has room for all; the number of bytes, 0 when it is no base64. */
static size_t base64(const char *s, unsigned char *out)
{
	size_t n = 0;
	uint32_t bits = 0;
	unsigned have = 0;

	for (; *s && *s != '='; s++) {
		int d = base64_digit(*s);
		if (d < 0)
			return 0;
		bits = bits << 6 | (uint32_t)d;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (unsigned char)(bits >> have & 0xFF);
		}
	}
	return n;
}

/* n little-endian doubles out of a NumPy array (format 1.0, dtype <f8, one dimension). */
static bool read_array(const char *text, double *out, size_t n)
{
	unsigned char *raw = xmalloc(strlen(text) + 1);
	size_t size = base64(text, raw), head;
	bool ok = size >= 10 && memcmp(raw, "\x93NUMPY\x01", 7) == 0;

	if (ok) {
		head = 10 + (size_t)(raw[8] | raw[9] << 8);
		ok = head <= size && size - head == n * sizeof(double) &&
		     memmem(raw + 10, head - 10, "'<f8'", 5) != NULL;
		for (size_t i = 0; ok && i < n; i++) {
			uint64_t bits = 0;
			for (unsigned b = 8; b-- > 0;)
				bits = bits << 8 | raw[head + i * 8 + b];
			memcpy(&out[i], &bits, sizeof(bits));
			ok = isfinite(out[i]);
		}
	}
	free(raw);
	return ok;
}

/* Why the model cannot be used; NULL when it can and is in *x. */
static const char *read_model(const json_t *root, struct apply *x, struct arena *a)
{
	const json_t *dict = json_object_get(root, "dict");
	const json_t *fit = json_object_get(json_object_get(dict, "estimator"), "dict");
	const json_t *columns = json_object_get(dict, "columns");
	const char *target = json_string_value(json_object_get(dict, "target_variable"));
	const char *coef = json_string_value(json_object_get(json_object_get(fit, "coef_"), "npy"));
	const json_t *intercept = json_object_get(fit, "intercept_");

	if (!json_is_array(columns) || !target || !coef || !json_is_number(intercept))
		return "its columns, target_variable, coef_ or intercept_ are missing";
	x->n = json_array_size(columns);
	x->feature = ARENA_ARRAY(a, struct str, x->n);
	x->coef = ARENA_ARRAY(a, double, x->n);
	x->intercept = json_number_value(intercept);
	x->as = str_c(arena_printf(a, "predicted(%s)", target));
	for (size_t i = 0; i < x->n; i++) {
		const char *name = json_string_value(json_array_get(columns, i));
		if (!name)
			return "its columns are not all names";
		x->feature[i] = str_c(arena_strdup(a, name));
	}
	return read_array(coef, x->coef, x->n)
		       ? NULL
		       : "its coef_ is no array of as many numbers as there are columns";
}

static bool load_model(struct parser *p, size_t at, struct str name, struct str file, struct apply *x)
{
	struct diag d = DIAG_INIT;
	struct csv csv;
	bool ok = false;

	csv_open(&csv, file);
	if (!csv_next(&csv, &d) || !csv_next(&csv, &d) || csv.ncells < 2) {
		p_error(p, at, "model %.*s: its file is no CSV with the columns algo and model", STR_FMT(name));
	} else if (!str_eqc(csv.cell[0], "LinearRegression")) {
		p_error(p, at, "model %.*s is a %.*s; only a LinearRegression can be applied", STR_FMT(name),
			STR_FMT(csv.cell[0]));
	} else {
		json_t *root = json_loadb(csv.cell[1].p, csv.cell[1].n, 0, NULL);
		const char *why = root ? read_model(root, x, p->arena) : "it is no JSON";
		ok = !why || p_error(p, at, "model %.*s: %s", STR_FMT(name), why);
		json_decref(root);
	}
	csv_close(&csv);
	return ok;
}

/* ---- the command ---- */

static void *apply_parse(struct parser *p)
{
	struct apply *x = ARENA_NEW(p->arena, struct apply);
	struct str name, option, value, file;

	p_blank(p);
	size_t at = p->at;
	if (!p_name(p, "the name of a model", &name))
		return NULL;
	if (!p->env->model || !p->env->model(p->env->ctx, name, &file)) {
		p_error(p, at, "there is no model '%.*s': no file __mlspl_%.*s.mlmodel in lookups/; one that Splunk fits to your own events cannot be had here",
		        STR_FMT(name), STR_FMT(name));
		return NULL;
	}
	if (!load_model(p, at, name, file, x))
		return NULL;
	for (;;) {
		p_blank(p);
		at = p->at;
		if (p_take_word(p, "as")) {
			if (!p_name(p, "a name after 'as'", &x->as))
				return NULL;
		} else if (p_option(p, &option, &value)) {
			return p_no_option(p, at, "apply", option, "no options for a linear model"), NULL;
		} else {
			return diag_is_set(p->diag) ? NULL : x;
		}
	}
}

static struct rows *apply_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct apply *x = args;
	struct keys k = row_keys(run, in, x->feature, x->n);
	size_t to = rows_col(in, x->as);

	for (size_t i = 0; i < in->n && !run_stopped(run); i++) {
		double sum = x->intercept, d;
		bool whole = true;
		for (size_t f = 0; f < x->n && whole; f++) {
			whole = k.col[f] >= 0 && val_number(in->col[k.col[f]].v[i], &d);
			if (whole)
				sum += x->coef[f] * d;
		}
		in->col[to].v[i] = whole && isfinite(sum) ? val_num(sum) : val_null();
	}
	in->partial |= run->budget.spent;
	return in;
}

static void apply_needs(const void *args, struct fieldset *want, struct arena *a)
{
	const struct apply *x = args;

	needs_names(want, x->feature, x->n, a);
}

const struct spl_cmd cmd_apply = {
	.name = "apply",
	.usage = "apply MODEL [as NAME]",
	.summary = "adds what a linear model predicts from its feature fields; nothing where one is missing",
	.example = "model line: 2 x=3\n"
	           "rows:\n"
	           "  x\n"
	           "  1\n"
	           "  -\n"
	           "search: apply line\n"
	           "expect:\n"
	           "  x  predicted(y)\n"
	           "  1  5\n"
	           "  -  -\n",
	.none_of_none = true,
	.parse = apply_parse,
	.run = apply_run,
	.needs = apply_needs,
};
