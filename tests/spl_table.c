/* Runs the tables of tests/spl (their format: spl_case.h) and the examples of all commands and aggregations.
 * Usage: spl_table [-v] [FILE…]; without a file all that lie in tests/spl, and the examples. Prints TAP. */
#include <dirent.h>
#include <math.h>
#include <unistd.h>

#include "cim/cim.h"
#include "load/load.h"
#include "spl/agg.h"
#include "spl/cmd.h"
#include "tests/spl_case.h"

static int number, failures;
static bool verbose;

/* ---- the world of one case ---- */

struct world {
	const struct spl_case *c;
	struct arena *arena;
	struct spl_lookup *lookup;
	struct rows **table;
	size_t nlookups;
	struct load *load;
	struct store *store;
	struct cim *cim;
	struct engine *engine;
	struct spl_env env;
};

static struct rows *world_dataset(void *ctx, struct str name)
{
	struct world *w = ctx;
	const struct case_item *it;

	for (size_t i = 0; (it = case_find(w->c, "rows", i)) != NULL; i++) {
		if (!str_eq(name, it->name.n ? it->name : STR("test")))
			continue;
		struct rows *r = case_table(w->c, it);
		/* An event's time is a number. */
		ptrdiff_t col = rows_find(r, STR("_time"));
		for (size_t k = 0; k < r->n && col >= 0; k++) {
			double t;
			if (val_number(r->col[col].v[k], &t))
				r->col[col].v[k] = val_num(t);
		}
		return r;
	}
	return NULL;
}

static bool world_macro(void *ctx, struct str name, unsigned nargs, struct str *definition,
			const struct str **args)
{
	struct world *w = ctx;
	const struct case_item *it;

	for (size_t i = 0; (it = case_find(w->c, "macro", i)) != NULL; i++) {
		struct str head = it->name, list = {NULL, 0};
		const char *paren = memchr(head.p, '(', head.n);
		struct str *arg = ARENA_ARRAY(w->arena, struct str, 16);
		unsigned n = 0;
		if (paren) {
			list = (struct str){paren + 1, head.n - (size_t)(paren + 1 - head.p) - 1};
			head.n = (size_t)(paren - head.p);
		}
		while (list.n && n < 16) {
			const char *comma = memchr(list.p, ',', list.n);
			size_t len = comma ? (size_t)(comma - list.p) : list.n;
			arg[n++] = cut_blank((struct str){list.p, len});
			list = comma ? (struct str){comma + 1, list.n - len - 1} : (struct str){NULL, 0};
		}
		if (str_eq(head, name) && n == nargs) {
			*definition = it->inline_text;
			*args = arg;
			return true;
		}
	}
	return false;
}

static const struct spl_lookup *world_lookup(void *ctx, struct str name, struct diag *d)
{
	struct world *w = ctx;

	for (size_t i = 0; i < w->nlookups; i++) {
		if (str_eq(w->lookup[i].name, name))
			return &w->lookup[i];
	}
	diag_set(d, 0, 0, "lookup %.*s is not defined", STR_FMT(name));
	return NULL;
}

static void make_lookup(struct world *w, const struct case_item *it)
{
	struct spl_lookup *l = &w->lookup[w->nlookups];
	struct str options = it->inline_text;

	*l = (struct spl_lookup){.name = it->name, .table = w->table[w->nlookups] = case_table(w->c, it)};
	w->nlookups++;
	while (options.n) {
		const char *blank = memchr(options.p, ' ', options.n);
		struct str word = {options.p, blank ? (size_t)(blank - options.p) : options.n},
			   value = {NULL, 0};
		options = cut_blank((struct str){options.p + word.n, options.n - word.n});
		const char *eq = memchr(word.p, '=', word.n);
		if (eq) {
			value = (struct str){eq + 1, word.n - (size_t)(eq + 1 - word.p)};
			word.n = (size_t)(eq - word.p);
		}
		double n = 0;
		str_number(value, &n);
		if (str_eqc(word, "wildcard") || str_eqc(word, "cidr")) {
			struct str **list = str_eqc(word, "cidr") ? &l->cidr : &l->wild;
			size_t *count = str_eqc(word, "cidr") ? &l->ncidr : &l->nwild;
			*list = ARENA_ARRAY(w->arena, struct str, 8);
			for (struct str rest = value; rest.n && *count < 8;) {
				const char *comma = memchr(rest.p, ',', rest.n);
				size_t len = comma ? (size_t)(comma - rest.p) : rest.n;
				(*list)[(*count)++] = (struct str){rest.p, len};
				rest = comma ? (struct str){comma + 1, rest.n - len - 1}
					     : (struct str){NULL, 0};
			}
		} else if (str_eqc(word, "case")) {
			l->ignore_case = str_eqc(value, "ignore");
		} else if (str_eqc(word, "min")) {
			l->min_matches = (long)n;
		} else if (str_eqc(word, "max")) {
			l->max_matches = (long)n;
		} else if (str_eqc(word, "default")) {
			l->default_match = value;
		} else if (str_eqc(word, "missing")) {
			l->missing = true;
		}
	}
}

/* A linear model in the toolkit's own format, of what the case says about it. */
static bool world_model(void *ctx, struct str name, struct str *bytes)
{
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static const char head[] = "\x93NUMPY\x01\x00\x14\x00{'descr': '<f8'}   \n";
	struct world *w = ctx;
	const struct case_item *it = NULL;

	for (size_t i = 0; (it = case_find(w->c, "model", i)) != NULL && !str_eq(it->name, name);)
		i++;
	if (!it)
		return false;
	struct sbuf raw = {0}, columns = {0}, out = {0};
	struct str rest = it->inline_text, intercept = {NULL, 0};
	sbuf_add(&raw, head, sizeof(head) - 1);
	while (rest.n) {
		const char *blank = memchr(rest.p, ' ', rest.n);
		struct str word = {rest.p, blank ? (size_t)(blank - rest.p) : rest.n};
		rest = cut_blank((struct str){rest.p + word.n, rest.n - word.n});
		const char *eq = memchr(word.p, '=', word.n);
		if (!eq) {
			intercept = word;
			continue;
		}
		double d = 0;
		str_number((struct str){eq + 1, word.n - (size_t)(eq + 1 - word.p)}, &d);
		sbuf_add(&raw, &d, sizeof(d));
		sbuf_addf(&columns, "%s\"\"%.*s\"\"", columns.n ? "," : "", (int)(eq - word.p), word.p);
	}
	sbuf_addf(&out, "algo,model,options\nLinearRegression,\"{\"\"dict\"\":{\"\"estimator\"\":{\"\"dict\"\":"
	                "{\"\"intercept_\"\":%.*s,\"\"coef_\"\":{\"\"npy\"\":\"\"", STR_FMT(intercept));
	for (size_t i = 0; i < raw.n; i += 3) {
		uint32_t bits = 0;
		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (i + k < raw.n ? (unsigned char)raw.p[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			sbuf_addc(&out, i + k > raw.n ? '=' : base64[bits >> (18 - 6 * k) & 63]);
	}
	sbuf_addf(&out, "\"\"}}},\"\"columns\"\":[%s],\"\"target_variable\"\":\"\"y\"\"}}\",{}\n",
		  columns.p ? columns.p : "");
	*bytes = arena_str(w->arena, sbuf_str(&out));
	sbuf_free(&raw);
	sbuf_free(&columns);
	sbuf_free(&out);
	return true;
}

/* ---- events: written as XML, read as any log ---- */

static void add_xml(struct sbuf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		switch (s.p[i]) {
		case '<':
			sbuf_addz(b, "&lt;");
			break;
		case '>':
			sbuf_addz(b, "&gt;");
			break;
		case '&':
			sbuf_addz(b, "&amp;");
			break;
		case '\'':
			sbuf_addz(b, "&apos;");
			break;
		default:
			sbuf_addc(b, s.p[i]);
			break;
		}
	}
}

struct attribute {
	struct str name, value;
};

/* NAME=value or NAME="value with blanks". */
static bool cut_attribute(struct str *line, struct attribute *x, struct arena *a)
{
	const char *eq = line->n ? memchr(line->p, '=', line->n) : NULL;

	if (!eq)
		return false;
	x->name = cut_blank((struct str){line->p, (size_t)(eq - line->p)});
	*line = (struct str){eq + 1, line->n - (size_t)(eq + 1 - line->p)};
	if (line->n && line->p[0] == '"') {
		struct val v = cell_value(line, a);
		x->value = (struct str){v.s, v.len};
	} else {
		const char *blank = line->n ? memchr(line->p, ' ', line->n) : NULL;
		x->value = (struct str){line->p, blank ? (size_t)(blank - line->p) : line->n};
		*line = (struct str){line->p + x->value.n, line->n - x->value.n};
	}
	*line = cut_blank(*line);
	return true;
}

static struct str take(struct attribute *x, size_t n, const char *name, const char *otherwise)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eqc(x[i].name, name)) {
			x[i].name.n = 0;
			return x[i].value;
		}
	}
	return str_c(otherwise);
}

static void add_element(struct sbuf *b, const char *before, struct str value, const char *after)
{
	sbuf_addz(b, before);
	add_xml(b, value);
	sbuf_addz(b, after);
}

static void add_event(struct sbuf *b, struct str line, size_t index, struct arena *a)
{
	struct attribute x[64];
	char record[24];
	size_t n = 0;
	const char *blank = memchr(line.p, ' ', line.n);
	struct str id = {line.p, blank ? (size_t)(blank - line.p) : line.n};
	bool is_linux = id.p[0] == 'L';

	line = cut_blank((struct str){line.p + id.n, line.n - id.n});
	while (n < 64 && cut_attribute(&line, &x[n], a))
		n++;
	snprintf(record, sizeof(record), "%zu", index + 1);
	sbuf_addf(b, "<Event><System><Provider Name=\"%s\"/>",
		  is_linux ? "Linux-Sysmon" : "Microsoft-Windows-Sysmon");
	add_element(b, "<EventID>", (struct str){id.p + is_linux, id.n - is_linux}, "</EventID>");
	struct str time = take(x, n, "t", "");
	if (time.n)
		add_element(b, "<TimeCreated SystemTime=\"", time, "\"/>");
	add_element(b, "<Keywords>", take(x, n, "Keywords", "0x8000000000000000"), "</Keywords>");
	add_element(b, "<EventRecordID>", take(x, n, "EventRecordID", record), "</EventRecordID>");
	add_element(b, "<Execution ProcessID=\"", take(x, n, "ProcessID", "1500"), "\"");
	add_element(b, " ThreadID=\"", take(x, n, "ThreadID", "1600"), "\"/>");
	add_element(b, "<Channel>", take(x, n, "Channel", "Microsoft-Windows-Sysmon/Operational"),
		    "</Channel>");
	add_element(b, "<Computer>", take(x, n, "Computer", ""), "</Computer>");
	add_element(b, "<Security UserID=\"", take(x, n, "UserID", "S-1-5-18"), "\"/></System><EventData>");
	for (size_t i = 0; i < n; i++) {
		if (!x[i].name.n)
			continue;
		add_element(b, "<Data Name=\"", x[i].name, "\">");
		add_element(b, "", x[i].value, "</Data>");
	}
	sbuf_addz(b, "</EventData></Event>\n");
}

static void load_events(struct world *w, const struct case_item *it)
{
	static const struct cim_opts opts;
	char path[] = "/tmp/spoor-table-XXXXXX";
	struct sbuf xml = {0};
	int fd = mkstemp(path);

	for (size_t i = 0; i < it->n; i++)
		add_event(&xml, it->line[i], i, w->arena);
	if (fd < 0 || write(fd, xml.p ? xml.p : "", xml.n) != (ssize_t)xml.n) {
		perror(path);
		exit(2);
	}
	close(fd);
	sbuf_free(&xml);
	const char *paths[] = {path};
	const struct load_opts lo = {.workers = 1};
	w->load = load_run(paths, 1, &lo);
	if (w->load->events != it->n) {
		fprintf(stderr, "%s:%d: %zu events were written, %zu read\n", w->c->file, w->c->line, it->n,
		        (size_t)w->load->events);
		exit(2);
	}
	w->store = store_new(w->load);
	w->cim = cim_new(w->store, &opts);
	w->engine = engine_embedded(w->cim);
	unlink(path);
}

static void world_free(struct world *w)
{
	if (w->engine)
		w->engine->ops->free(w->engine);
	if (w->store) {
		cim_free(w->cim);
		store_free(w->store);
		load_free(w->load);
	}
	for (size_t i = 0; i < w->nlookups; i++)
		rows_free(w->table[i]);
	free(w->table);
	free(w->lookup);
	arena_free(w->arena);
}

static void world_make(struct world *w, const struct spl_case *c)
{
	const struct case_item *it;

	*w = (struct world){.c = c, .arena = arena_new()};
	w->env = (struct spl_env){
		.ctx = w,
		.macro = world_macro,
		.lookup = world_lookup,
		.dataset = world_dataset,
		.model = world_model,
	};
	w->lookup = xcalloc(c->n + 1, sizeof(*w->lookup));
	w->table = xcalloc(c->n + 1, sizeof(*w->table));
	for (size_t i = 0; (it = case_find(c, "lookup", i)) != NULL; i++)
		make_lookup(w, it);
	it = case_find(c, "events", 0);
	if (it)
		load_events(w, it);
}

/* ---- comparing ---- */

static void show_cell(struct sbuf *b, struct val v, struct arena *a)
{
	if (val_is_null(v))
		sbuf_addc(b, '-');
	for (uint32_t i = 0; i < val_count(v); i++) {
		struct str s = val_text(val_at(v, i), a);
		bool quote = s.n == 0 || str_eqc(s, "-") || memchr(s.p, '|', s.n) || memchr(s.p, '\n', s.n) ||
		             memchr(s.p, '\t', s.n) || s.p[0] == '"' || s.p[0] == ' ' || s.p[s.n - 1] == ' ' ||
		             str_find(s, STR("  ")) >= 0;
		sbuf_addz(b, i ? "|" : "");
		sbuf_addz(b, quote ? "\"" : "");
		for (size_t k = 0; k < s.n; k++) {
			if (quote && (s.p[k] == '\n' || s.p[k] == '\t'))
				sbuf_addz(b, s.p[k] == '\n' ? "\\n" : "\\t");
			else if (quote && (s.p[k] == '"' || s.p[k] == '\\'))
				sbuf_addf(b, "\\%c", s.p[k]);
			else
				sbuf_addc(b, s.p[k]);
		}
		sbuf_addz(b, quote ? "\"" : "");
	}
}

/* Rows as one text, cells parted by tabs, so that two tables are equal when their texts are. */
static void show_rows(struct sbuf *b, const struct rows *r)
{
	struct arena *a = arena_new();

	for (size_t c = 0; c < r->ncols; c++) {
		sbuf_addz(b, c ? "\t" : "");
		show_cell(b, val_str(r->col[c].name), a);
	}
	sbuf_addc(b, '\n');
	for (size_t i = 0; i < r->n; i++) {
		for (size_t c = 0; c < r->ncols; c++) {
			sbuf_addz(b, c ? "\t" : "");
			show_cell(b, r->col[c].v[i], a);
		}
		sbuf_addc(b, '\n');
	}
	arena_free(a);
}

static void print_block(const char *label, struct str text)
{
	printf("#   %s:\n", label);
	while (text.n) {
		struct str line = cut_line(&text);
		printf("#     %.*s\n", STR_FMT(line));
	}
}

static bool same(const struct spl_case *c, const char *what, struct str want, struct str got)
{
	if (str_eq(want, got)) {
		if (verbose)
			print_block(what, got);
		return true;
	}
	printf("# %s:%d: %.*s: %s differs\n", c->file, c->line, STR_FMT(c->title), what);
	print_block("expected", want);
	print_block("got", got);
	return false;
}

static bool check_rows(const struct spl_case *c, const struct rows *r)
{
	const struct case_item *it = case_find(c, "expect", 0);
	struct sbuf want = {0}, got = {0};
	bool ok;

	if (str_eqc(it->inline_text, "no rows")) {
		if (r->n)
			show_rows(&got, r);
		ok = same(c, "result", STR(""), sbuf_str(&got));
	} else {
		struct rows *e = case_table(c, it);
		show_rows(&want, e);
		show_rows(&got, r);
		ok = same(c, "result", sbuf_str(&want), sbuf_str(&got));
		rows_free(e);
	}
	sbuf_free(&want);
	sbuf_free(&got);
	return ok;
}

static bool check_warnings(const struct spl_case *c, const struct spl_query *q, const struct diags *run)
{
	struct sbuf want = {0}, got = {0};
	const struct case_item *it;
	size_t n;
	const struct spl_warning *w = spl_warnings(q, &n);

	if (!case_find(c, "warning", 0))
		return true;
	for (size_t i = 0; (it = case_find(c, "warning", i)) != NULL; i++) {
		if (!str_eqc(it->inline_text, "none"))
			sbuf_addf(&want, "%.*s\n", STR_FMT(it->inline_text));
	}
	for (size_t i = 0; i < n; i++)
		sbuf_addf(&got, "line %d, column %d: %s\n", w[i].line, w[i].col, w[i].msg);
	for (size_t i = 0; i < run->n; i++)
		sbuf_addf(&got, "%s\n", run->v[i].msg);
	bool ok = same(c, "list of warnings", sbuf_str(&want), sbuf_str(&got));
	sbuf_free(&want);
	sbuf_free(&got);
	return ok;
}

/* ---- running ---- */

static struct str search_text(struct world *w)
{
	const struct case_item *it = case_find(w->c, "search", 0);
	struct sbuf b = {0};

	if (!it) {
		fprintf(stderr, "%s:%d: no search\n", w->c->file, w->c->line);
		exit(2);
	}
	struct str first = it->inline_text.n ? it->inline_text : it->n ? it->line[0] : STR("");
	if (case_find(w->c, "rows", 0) && !case_find(w->c, "events", 0) && !str_starts(first, "|"))
		sbuf_addz(&b, "| from test | ");
	sbuf_adds(&b, it->inline_text);
	for (size_t i = 0; i < it->n; i++)
		sbuf_addf(&b, "%s%.*s", b.n ? "\n" : "", STR_FMT(it->line[i]));
	struct str s = arena_str(w->arena, sbuf_str(&b));
	sbuf_free(&b);
	return s;
}

static void set_limits(const struct spl_case *c, struct spl_limits *l)
{
	const struct case_item *it = case_find(c, "limits", 0);
	struct str rest = it ? it->inline_text : (struct str){NULL, 0};
	struct attribute x;

	*l = spl_limits_default;
	while (cut_attribute(&rest, &x, NULL)) {
		double n = 0;
		str_number(x.value, &n);
		size_t *to = str_eqc(x.name, "join")          ? &l->join_rows
			     : str_eqc(x.name, "filter")      ? &l->filter_rows
			     : str_eqc(x.name, "transaction") ? &l->transaction_rows
			     : str_eqc(x.name, "list")        ? &l->list_values
			     : str_eqc(x.name, "lookup")      ? &l->lookup_matches
							      : &l->memory;
		*to = (size_t)n;
	}
}

static bool run_case(const struct spl_case *c)
{
	struct world w;
	struct diag d = DIAG_INIT;
	struct diags warn = {0};
	struct spl_limits limits;
	const struct case_item *now = case_find(c, "now", 0), *error = case_find(c, "error", 0);
	struct rows *r = NULL;
	usec_t t;
	bool ok = true;

	world_make(&w, c);
	set_limits(c, &limits);
	struct spl_run_opts o = {.engine = w.engine, .now = (double)NAN, .limits = &limits};
	if (now && when_parse(now->inline_text, &t))
		o.now = (double)t / USEC_PER_SEC;
	struct spl_query *q = spl_compile(search_text(&w), &w.env, &d);
	if (q)
		r = spl_run(q, &o, &warn, &d);
	if (!r || error) {
		char text[1024] = "no error";
		if (!r)
			diag_text(&d, text, sizeof(text));
		ok = same(c, "error", error ? error->inline_text : STR("no error"), str_c(text));
	} else if (!case_find(c, "expect", 0)) {
		printf("# %s:%d: no expect\n", c->file, c->line);
		ok = false;
	} else {
		ok = check_rows(c, r);
		ok &= check_warnings(c, q, &warn);
	}
	rows_free(r);
	spl_free(q);
	diags_free(&warn);
	world_free(&w);
	return ok;
}

static void run_text(struct str text, const char *file, const char *title)
{
	struct spl_case c;
	int line = 0;

	while (case_next(&text, &line, file, &c)) {
		if (title)
			c.title = str_c(title);
		bool ok = run_case(&c);
		printf("%s %d - %s: %.*s\n", ok ? "ok" : "not ok", ++number, file, STR_FMT(c.title));
		failures += !ok;
		case_free(&c);
	}
}

static void run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct sbuf b = {0};
	char buf[65536];
	const char *name = strrchr(path, '/');

	if (!f) {
		perror(path);
		exit(2);
	}
	for (size_t n; (n = fread(buf, 1, sizeof(buf), f)) > 0;)
		sbuf_add(&b, buf, n);
	fclose(f);
	run_text(sbuf_str(&b), name ? name + 1 : path, NULL);
	sbuf_free(&b);
}

static int is_test(const struct dirent *e)
{
	return str_ends(str_c(e->d_name), ".test");
}

static void run_all(void)
{
	const char *top = getenv("top_srcdir");
	char dir[4096], path[8192];
	struct dirent **e;
	size_t ncmds, naggs;

	snprintf(dir, sizeof(dir), "%s/tests/spl", top ? top : ".");
	int n = scandir(dir, &e, is_test, alphasort);
	if (n < 0) {
		perror(dir);
		exit(2);
	}
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, e[i]->d_name);
		run_file(path);
		free(e[i]);
	}
	free(e);
	const struct spl_cmd *const *cmd = cmd_all(&ncmds);
	for (size_t i = 0; i < ncmds; i++)
		run_text(str_c(cmd[i]->example), "example", cmd[i]->name);
	const struct agg_fn *agg = agg_all(&naggs);
	for (size_t i = 0; i < naggs; i++)
		run_text(str_c(agg[i].example), "example", agg[i].name);
}

int main(int argc, char **argv)
{
	int arg = 1;

	if (arg < argc && strcmp(argv[arg], "-v") == 0) {
		verbose = true;
		arg++;
	}
	if (arg == argc)
		run_all();
	for (; arg < argc; arg++)
		run_file(argv[arg]);
	printf("1..%d\n", number);
	return failures ? 1 : 0;
}
