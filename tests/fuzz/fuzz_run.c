/* Any bytes as a search that is compiled and run over small tables, within limits: no command may crash,
 * hang or grow without bound whatever its arguments and rows are. What does not begin with | is put behind
 * the rows of `test`. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "spl/spl.h"
#include "spl/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char *const names[] = {"_time", "a", "b", "user", "host", "n", "_raw"};
static const char *const cells[][7] = {
	{"1636711500", "1", "x", "DOM\\bob", "A", "10", "<e><k>v</k></e>"},
	{"1636711502.5", "1", "x\ny", "eve", "A", "9", "{\"k\":[1,{\"m\":\"q\"}]}"},
	{"1636711560", "2", "", "bob", "B", "-3.5", "net user \"bob\" | more"},
	{NULL, NULL, "z", NULL, "b", "x", NULL},
	{"0", "07", "10.1.2.3", "\xff\xfe", "A", "1e300", "*"},
};
enum { ROWS = sizeof(cells) / sizeof(cells[0]), COLUMNS = sizeof(names) / sizeof(names[0]) };

/* A cell with line breaks is a list. */
static struct val cell(struct arena *a, size_t row, size_t col)
{
	struct val v[8];
	size_t n = 0;
	const char *s = cells[row][col];
	double d;

	if (!s)
		return val_null();
	if (col == 0 && str_number(str_c(s), &d))
		return val_num(d);
	for (const char *end; n < 8; s = end + 1) {
		end = strchr(s, '\n');
		v[n++] = val_str((struct str){s, end ? (size_t)(end - s) : strlen(s)});
		if (!end)
			break;
	}
	return val_list(a, v, n);
}

static struct rows *table(void *ctx, struct str name)
{
	(void)ctx;
	if (!str_eqc(name, "test") && !str_eqc(name, "Risk.All_Risk"))
		return NULL;
	struct rows *r = rows_new(ROWS);
	for (size_t c = 0; c < COLUMNS; c++) {
		struct val *v = rows_values(r, str_c(names[c]));
		for (size_t i = 0; i < ROWS; i++)
			v[i] = cell(r->arena, i, c);
	}
	return r;
}

static struct spl_lookup lookups[2];

static const struct spl_lookup *lookup(void *ctx, struct str name, struct diag *d)
{
	(void)ctx;
	for (size_t i = 0; i < 2; i++) {
		if (str_eq(name, lookups[i].name))
			return &lookups[i];
	}
	diag_set(d, 0, 0, "no such lookup");
	return NULL;
}

static void make_lookups(void)
{
	static struct str wild[] = {{"b", 1}}, cidr[] = {{"a", 1}};
	struct rows *r = table(NULL, STR("test"));

	lookups[0] = (struct spl_lookup){.name = STR("t"),
					 .table = r,
					 .ignore_case = true,
					 .min_matches = 1,
					 .default_match = STR("false")};
	lookups[1] = (struct spl_lookup){.name = STR("w"),
					 .table = r,
					 .wild = wild,
					 .nwild = 1,
					 .cidr = cidr,
					 .ncidr = 1,
					 .max_matches = 1};
}

static void check_held(void *ctx, const struct held *h)
{
	size_t at = 0;

	(void)ctx;
	for (size_t i = 0; i < h->nmarks; at = h->mark[i++].to)
		if (h->mark[i].from < at || h->mark[i].to <= h->mark[i].from || h->mark[i].to > h->value.n)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct spl_env env = {.lookup = lookup, .dataset = table};
	static const struct spl_limits limits = {
		.join_rows = 50,
		.filter_rows = 20,
		.transaction_rows = 3,
		.list_values = 3,
		.lookup_matches = 2,
		.memory = 64 << 20,
		.seconds = 0.5,
	};
	const struct spl_run_opts o = {.now = 1636711600, .limits = &limits};
	struct sbuf text = {0};
	struct diag d = DIAG_INIT;
	struct diags warn = {0};

	if (!lookups[0].table)
		make_lookups();
	if (n == 0 || data[0] != '|')
		sbuf_addz(&text, "| from test | ");
	sbuf_add(&text, data, n);
	struct spl_query *q = spl_compile(sbuf_str(&text), &env, &d);
	struct rows *r = q ? spl_run(q, &o, &warn, &d) : NULL;
	struct spl_trace *t = r ? spl_trace(q, &o) : NULL;
	for (size_t i = 0; t && i < r->n && i < 100; i++)
		spl_trace_row(t, r, i, check_held, NULL);
	spl_trace_free(t);
	rows_free(r);
	spl_free(q);
	diags_free(&warn);
	sbuf_free(&text);
	return 0;
}
