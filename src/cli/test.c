/* test: runs each rule on the sample logs that its own `tests:` name. A rule passes when it finds something in them. */
#include "cli/cli.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/visible.h"
#include "rule/files.h"

/* ---- finding the logs ---- */

/* The last component of a path, taken off it. */
static struct str take_last(struct str *path)
{
	struct str last = str_after_last(*path, '/');

	path->n -= last.n + (last.n < path->n);
	return last;
}

/* Is this the file of that name, as it is or compressed? */
static bool is_file(struct str name, struct str file)
{
	static const char *const suffixes[] = {"", ".gz", ".xz", ".zst", ".zip"};

	if (!name.n || file.n < name.n || memcmp(file.p, name.p, name.n) != 0)
		return false;
	struct str rest = {file.p + name.n, file.n - name.n};
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++)
		if (str_eqc(rest, suffixes[i]))
			return true;
	return false;
}

/* How many of the last components of two paths are the same. */
static size_t common_tail(struct str wanted, struct str path)
{
	size_t n = is_file(take_last(&wanted), take_last(&path));

	while (n && wanted.n && path.n && str_eq(take_last(&wanted), take_last(&path)))
		n++;
	return n;
}

/* The file whose path ends most like `data`, a URL or path. NULL, and why, when there is none or several fit alike. */
static const char *find_data(const struct file_list *files, struct str data, const char *dir, char **why)
{
	const char *best = NULL, *query = data.n ? memchr(data.p, '?', data.n) : NULL;
	size_t longest = 0, same = 0;
	struct sbuf b = {0};

	if (query)
		data.n = (size_t)(query - data.p);
	for (size_t i = 0; i < files->n; i++) {
		size_t n = common_tail(data, str_c(files->v[i]));
		if (n > longest) {
			longest = n;
			best = files->v[i];
			same = 1;
		} else if (n && n == longest) {
			same++;
		}
	}
	if (same == 1)
		return best;
	if (same)
		sbuf_addf(&b, "%zu files below %s fit %.*s alike; keep more of its folders", same, dir, STR_FMT(data));
	else
		sbuf_addf(&b, "%.*s is not below %s", STR_FMT(data), dir);
	*why = b.p;
	return NULL;
}

/* ---- jobs: one test of one rule ---- */

struct job {
	struct test_result result;
	const char **log;                                /* its files; NULL when one is missing */
	size_t nlogs;
};
struct jobs {
	struct job *v;
	size_t n, cap;
};

static void add_job(struct jobs *l, const struct rule *r, size_t first, size_t n, const struct file_list *files, const char *dir)
{
	GROW(l->v, l->n, l->cap);
	struct job *j = &l->v[l->n++];

	*j = (struct job){.result = {.rule = r, .name = r->test[first].name}};
	if (!r->query) {
		char text[sizeof(r->why_not.file) + sizeof(r->why_not.msg) + 64];
		j->result.outcome = TEST_UNUSABLE;
		j->result.why = xstrdup(diag_text(&r->why_not, text, sizeof(text)));
		return;
	}
	j->log = xcalloc(n, sizeof(*j->log));
	struct sbuf missing = {0};
	for (size_t i = 0; i < n; i++) {
		char *why = NULL;
		struct str data = r->test[first + i].data;
		const char *path = data.n ? find_data(files, data, dir, &why) : NULL;
		if (path) {
			j->log[j->nlogs++] = path;
			continue;
		}
		j->result.outcome = TEST_NO_DATA;
		sbuf_addz(&missing, missing.n ? "; " : "");
		sbuf_addz(&missing, why ? why : "the test names no attack_data");
		free(why);
	}
	j->result.why = missing.p;
}

static void add_jobs(struct jobs *l, const struct rule *r, const struct file_list *files, const char *dir)
{
	for (size_t i = 0, next; i < r->ntest; i = next) {
		for (next = i; next < r->ntest && r->test[next].test == r->test[i].test; next++)
			;
		add_job(l, r, i, next - i, files, dir);
	}
}

/* So that tests of one log stand together: it is loaded once. */
static int by_logs(const void *a, const void *b)
{
	const struct job *x = *(const struct job *const *)a, *y = *(const struct job *const *)b;

	for (size_t i = 0; i < x->nlogs && i < y->nlogs; i++) {
		int c = strcmp(x->log[i], y->log[i]);
		if (c)
			return c;
	}
	if (x->nlogs != y->nlogs)
		return x->nlogs < y->nlogs ? -1 : 1;
	return (x > y) - (x < y);
}

static bool same_logs(const struct job *x, const struct job *y)
{
	bool same = x->nlogs == y->nlogs;

	for (size_t i = 0; i < x->nlogs && same; i++)
		same = strcmp(x->log[i], y->log[i]) == 0;
	return same;
}

/* ---- running ---- */

/* A dump under test. */
struct dump {
	struct load *load;
	struct store *store;
	struct cim *cim;
	struct engine *engine;
};

static void dump_open(struct dump *d, const struct job *j)
{
	struct load_opts lo = {0};
	struct cim_opts co = {0};

	d->load = load_run(j->log, j->nlogs, &lo);
	d->store = store_new(d->load);
	d->cim = cim_new(d->store, &co);
	d->engine = engine_embedded(d->cim);
}

static void dump_close(struct dump *d)
{
	d->engine->ops->free(d->engine);
	cim_free(d->cim);
	store_free(d->store);
	load_free(d->load);
}

static void run_job(struct job *j, const struct dump *dump)
{
	struct spl_run_opts o = {.engine = dump->engine, .now = (double)NAN};
	struct diag d = DIAG_INIT;
	struct sbuf why = {0};
	uint64_t start = when_mono_ns();
	struct rows *r = spl_run(j->result.rule->query, &o, NULL, &d);

	j->result.seconds = (double)(when_mono_ns() - start) / 1e9;
	j->result.outcome = r && r->n ? TEST_PASS : TEST_FAIL;
	if (!r)
		sbuf_addf(&why, "%s", d.msg);
	else if (!r->n && !store_events(dump->store))
		sbuf_addf(&why, "no Sysmon event in %s", j->log[0]);
	else if (!r->n)
		sbuf_addf(&why, "no hit in %s%s", j->log[0], j->nlogs > 1 ? " and others" : "");
	j->result.why = why.p;
	rows_free(r);
}

static void run_jobs(struct jobs *l)
{
	struct job **order = xcalloc(l->n, sizeof(*order));
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].nlogs && l->v[i].result.outcome == TEST_PASS)        /* nothing stands against it so far */
			order[n++] = &l->v[i];
	if (n)
		qsort(order, n, sizeof(struct job *), by_logs);
	for (size_t i = 0, next; i < n; i = next) {
		struct dump dump;
		dump_open(&dump, order[i]);
		for (next = i; next < n && same_logs(order[i], order[next]); next++)
			run_job(order[next], &dump);
		dump_close(&dump);
	}
	free(order);
}

/* ---- telling ---- */

static const char *const outcome_name[] = {
	[TEST_PASS] = "pass", [TEST_FAIL] = "fail", [TEST_NO_DATA] = "data missing", [TEST_UNUSABLE] = "cannot run",
};

static void print_job(FILE *f, const struct job *j)
{
	struct sbuf b = {0};

	sbuf_addf(&b, "%s ", outcome_name[j->result.outcome]);
	visible_add(&b, j->result.rule->name.n ? j->result.rule->name : j->result.rule->file);
	if (j->result.name.n && j->result.rule->test[j->result.rule->ntest - 1].test > 0) {     /* one of several tests */
		sbuf_addz(&b, ", ");
		visible_add(&b, j->result.name);
	}
	sbuf_addz(&b, " (");
	visible_add(&b, j->result.rule->file);
	sbuf_addc(&b, ')');
	if (j->result.why) {
		sbuf_addz(&b, ": ");
		visible_add(&b, str_c(j->result.why));
	}
	if (j->result.outcome <= TEST_FAIL)
		sbuf_addf(&b, " [%.3f s]", j->result.seconds);
	fprintf(f, "%s\n", b.p);
	sbuf_free(&b);
}

static int write_junit(const char *path, const struct jobs *l)
{
	struct test_result *v = xcalloc(l->n, sizeof(*v));
	struct diag d = DIAG_INIT;

	for (size_t i = 0; i < l->n; i++)
		v[i] = l->v[i].result;
	bool ok = junit_write(path, v, l->n, &d);
	if (!ok)
		say_diag(&d);
	free(v);
	return ok ? CLI_OK : CLI_NOTHING;
}

static int print_jobs(const struct cli *c, const struct jobs *l, size_t untested)
{
	size_t n[4] = {0};
	struct output out;

	output_open(&out, NULL);
	for (size_t i = 0; i < l->n; i++) {
		print_job(out.f, &l->v[i]);
		n[l->v[i].result.outcome]++;
	}
	fprintf(out.f, "%zu tests: %zu passed, %zu failed, %zu without data, %zu of rules that cannot run; %zu rules have no test\n", l->n,
	        n[TEST_PASS], n[TEST_FAIL], n[TEST_NO_DATA], n[TEST_UNUSABLE], untested);
	int status = n[TEST_PASS] + n[TEST_FAIL] == 0 ? CLI_NOTHING : n[TEST_PASS] < l->n ? CLI_DAMAGED : CLI_OK;
	int written = output_close(&out, true);
	int junit = c->junit ? write_junit(c->junit, l) : CLI_OK;
	return written > status ? written : junit > status ? junit : status;
}

int cli_test(const struct cli *c)
{
	const char *own = rules_user_macros();
	struct rules *r = rules_load(c->args.v, c->args.n, &own, own != NULL);
	struct file_list files = {0};
	struct diags warn = {0};
	struct jobs l = {0};
	size_t untested = 0;

	say_diags(&r->warnings);
	files_below(&files, c->data, NULL, NULL, true, &warn);
	say_diags(&warn);
	for (size_t i = 0; i < r->n; i++) {
		if (r->v[i]->withdrawn)
			continue;
		add_jobs(&l, r->v[i], &files, c->data);
		untested += r->v[i]->ntest == 0;
	}
	run_jobs(&l);
	int status = print_jobs(c, &l, untested);
	if (status == CLI_OK && r->warnings.n)
		status = CLI_DAMAGED;
	for (size_t i = 0; i < l.n; i++) {
		free(l.v[i].log);
		free(l.v[i].result.why);
	}
	free(l.v);
	file_list_free(&files);
	diags_free(&warn);
	rules_free(r);
	return status;
}
