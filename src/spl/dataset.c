/* What leaves of a search stand on: nodes of the data model and raw events, which the engine scans, and
 * rows that the environment has (Risk.All_Risk), which are scanned here. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "cim/cim.h"
#include "load/sysmon.h"
#include "spl/cmdlib.h"
#include "spl/query.h"

/* Data models whose rows are made by running detections, not by loading events: known before there are
 * any. */
static const char *const made[] = {"Risk.All_Risk"};

/* The name in full: a bare model is its root. {NULL} when it is none of the above. */
static struct str made_dataset(struct str name)
{
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		size_t model = strcspn(made[i], ".");
		if (str_eqc(name, made[i]) || str_eq(name, (struct str){made[i], model}))
			return str_c(made[i]);
	}
	return (struct str){NULL, 0};
}

bool dataset_name(struct parser *p, struct str *name)
{
	struct str node;

	if (!p_name(p, "a data model", name))
		return false;
	if (p->at < p->end && p->text.p[p->at] == '.' && p->at + 1 < p->end && p->text.p[p->at + 1] == '"') {
		p->at++;
		if (!p_name(p, "a node of the data model", &node))
			return false;
		*name = str_c(arena_printf(p->arena, "%.*s.%.*s", STR_FMT(*name), STR_FMT(node)));
	}
	return true;
}

bool dataset_find(struct parser *p, size_t at, struct str name, struct spl_leaf *leaf)
{
	struct rows *r = NULL;

	leaf->scan.dataset = made_dataset(name).p;
	if (leaf->scan.dataset)
		return true;
	leaf->scan.dataset = arena_str(p->arena, name).p;
	if (cim_node(name))
		return true;
	if (p->env && p->env->dataset)
		r = p->env->dataset(p->env->ctx, name);
	if (r) {
		rows_free(r);
		return true;
	}
	if (elsewhere_model(name)) {
		leaf->elsewhere = arena_printf(p->arena, "the data model %.*s", STR_FMT(name));
		p_warn(p, at, "Sysmon fills no data model '%.*s': it is taken as empty", STR_FMT(name));
		return true;
	}
	if (name.n && name.p[name.n - 1] == ')')
		return p_error(p, at, "%.*s is SPL2, the language of Splunk's stream processors; searches here are SPL", STR_FMT(name));
	struct sbuf known = {0};
	size_t n;
	const struct cim_node *const *nodes = cim_nodes(&n);
	for (size_t i = 0; i < n; i++)
		sbuf_addf(&known, "%s, ", cim_node_name(nodes[i]));
	p_error(p, at, "no data model '%.*s' here; there are %s%s", STR_FMT(name), known.p ? known.p : "",
		made[0]);
	sbuf_free(&known);
	return false;
}

/* ---- warnings ---- */

void dataset_warn_field(struct parser *p, size_t at, const char *dataset, struct str field)
{
	const struct cim_node *node = dataset ? cim_node(str_c(dataset)) : NULL;

	if (node && !cim_has_field(node, field))
		p_warn(p, at, "%s has no field '%.*s': it is empty in every event", dataset, STR_FMT(field));
}

/* A backslash before a letter is lost in a value with a star (spl-spec 2.5), which is seldom meant. */
static void warn_backslash(struct parser *p, const struct expr *e)
{
	struct str t = {p->text.p + e->at, e->len};

	if (e->at + (size_t)e->len > p->text.n || !memchr(t.p, '*', t.n))
		return;
	for (size_t i = 0; i + 1 < t.n; i++) {
		char c = t.p[i] == '\\' ? t.p[++i] : '\0';
		if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
			p_warn(p, e->at + i - 1, "'\\%c' reads as '%c' here; write '\\\\%c' for a backslash",
			       c, c, c);
			return;
		}
	}
}

static bool holds_for(const struct expr *e, const char *text)
{
	struct sbuf folded = {0};

	utf8_fold_str(str_c(text), &folded);
	bool yes = e->term.pattern->kind == PAT_PRESENT || pattern_match(e->term.pattern, e->term.cmp, str_c(text), sbuf_str(&folded));
	sbuf_free(&folded);
	return yes;
}

/* Can a value be what this pattern asks of the last part of a path? Not when it asks for a backslash. */
static bool asks_for_path(const struct expr *e)
{
	const struct pattern *t = e->term.pattern;

	return e->term.cmp == CMP_EQ && t->text.n && memchr(t->text.p, '\\', t->text.n);
}

/* A name of a program is the whole path only when its last part has no .word at the end and is not all word characters. */
static bool asks_for_path_of_name(const struct expr *e)
{
	struct str t = e->term.pattern->text;
	size_t last = t.n;

	if (!asks_for_path(e))
		return false;
	while (t.p[last - 1] != '\\')
		last--;
	size_t i = t.n;
	while (i > last && (t.p[i - 1] == '_' || (t.p[i - 1] >= '0' && t.p[i - 1] <= '9') ||
			    ((t.p[i - 1] | 0x20) >= 'a' && (t.p[i - 1] | 0x20) <= 'z')))
		i--;
	return i < t.n && (i == last || t.p[i - 1] == '.');
}

/* Terms that no event can fulfil, whatever the dump. */
static void warn_values(struct parser *p, const struct cim_node *node, const struct expr *e)
{
	static const char *const names[] = {"process_name", "parent_process_name", "process_exec", "parent_process_exec", "loaded_file"};
	const char *v[CIM_VALUES_MAX];
	int n = cim_known_values(node, e->term.field, v);
	struct str field = e->term.field;
	const char *prefix = cim_prefix(node);

	if (n == 0)
		p_warn(p, e->at, "Sysmon fills no '%.*s': this never holds", STR_FMT(field));
	if (n > 0) {
		char list[160] = "";
		for (int i = 0; i < n; i++) {
			if (holds_for(e, v[i]))
				return;
			size_t at = strlen(list);
			snprintf(list + at, sizeof(list) - at, "%s%s", i ? ", " : "", v[i]);
		}
		p_warn(p, e->at, "'%.*s' is only ever %s: this never holds", STR_FMT(field), list);
	}
	if (n < 0 && cim_last_part(node, field) && asks_for_path(e))
		p_warn(p, e->at, "'%.*s' is what follows the last backslash of a path: this never holds", STR_FMT(field));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t k = strlen(prefix) + 1;
		if (field.n > k && str_eqc((struct str){field.p + k, field.n - k}, names[i]) && asks_for_path_of_name(e))
			p_warn(p, e->at, "'%.*s' is a name without its folder: this never holds", STR_FMT(field));
	}
}

static void warn_event(struct parser *p, const struct expr *e)
{
	struct str f = e->term.field;

	if (!str_eqc(f, "EventCode") && !str_eqc(f, "EventID") && !str_eqc(f, "signature_id"))
		return;
	const struct pattern *t = e->term.pattern;
	if (e->term.cmp == CMP_EQ && t->is_number && !(t->number >= 0 && t->number < 65536 && sysmon_event((unsigned)t->number)))
		p_warn(p, e->at, "Sysmon has no event %.*s: this never holds", STR_FMT(t->text));
}

void dataset_warn_expr(struct parser *p, const char *dataset, const struct expr *e)
{
	const struct cim_node *node = dataset ? cim_node(str_c(dataset)) : NULL;

	if (e->op == E_AND || e->op == E_OR || e->op == E_NOT) {
		for (unsigned i = 0; i < e->n; i++)
			dataset_warn_expr(p, dataset, e->arg[i]);
	} else if (e->op == E_TERM || e->op == E_KEYWORD) {
		warn_backslash(p, e);
	}
	if (e->op == E_TERM && node && !cim_has_field(node, e->term.field))
		p_warn(p, e->at, "%s has no field '%.*s': this never holds", dataset, STR_FMT(e->term.field));
	else if (e->op == E_TERM && node)
		warn_values(p, node, e);
	else if (e->op == E_TERM)
		warn_event(p, e);
}

/* An index of Splunk's own, no log's. */
static void refuse_index(struct parser *p, struct expr *e)
{
	if (e->op == E_AND || e->op == E_OR || e->op == E_NOT) {
		for (unsigned i = 0; i < e->n; i++)
			refuse_index(p, e->arg[i]);
	} else if (elsewhere_index(e)) {
		p_warn(p, e->at, "no event of a log is in index '%.*s': this never holds", STR_FMT(e->term.pattern->text));
		e->op = E_FALSE;
	}
}

static bool drop_index(struct expr *e, bool positive)
{
	bool any = false;

	if (e->op == E_TERM && str_eqc(e->term.field, "index")) {
		const bool any_index = e->term.pattern->kind == PAT_PRESENT && positive;
		e->op = positive ? E_TRUE : E_FALSE;
		return !any_index;
	}
	if (e->op == E_AND || e->op == E_OR || e->op == E_NOT) {
		for (unsigned i = 0; i < e->n; i++)
			any |= drop_index(e->arg[i], positive != (e->op == E_NOT));
	}
	return any;
}

void dataset_drop_index(struct parser *p, struct expr *e)
{
	refuse_index(p, e);
	if (drop_index(e, true))
		p_warn(p, e->at, "index= is left out of account: a log has no indexes");
}

void dataset_warn_splunk(struct parser *p, const struct expr *e)
{
	static const char *const added[] = {"tag", "eventtype", "splunk_server"};

	if (e->op == E_AND || e->op == E_OR || e->op == E_NOT) {
		for (unsigned i = 0; i < e->n; i++)
			dataset_warn_splunk(p, e->arg[i]);
	}
	for (size_t i = 0; e->op == E_TERM && i < sizeof(added) / sizeof(added[0]); i++) {
		if (str_eqc(e->term.field, added[i]))
			p_warn(p, e->at, "events of a log have no field '%s': this never holds", added[i]);
	}
}

/* ---- scanning ---- */

/* The column that a field name of the search means. */
static struct str column_name(struct str field, struct str prefix)
{
	static const char *const bare[] = {"_time", "host", "source", "sourcetype"};

	if (field.n > prefix.n && memcmp(field.p, prefix.p, prefix.n) == 0)
		return (struct str){field.p + prefix.n, field.n - prefix.n};
	for (size_t i = 0; i < sizeof(bare) / sizeof(bare[0]); i++) {
		if (str_eqc(field, bare[i]))
			return field;
	}
	return STR("\001");                              /* no column is called that */
}

void rows_between(struct rows *r, double earliest, double latest)
{
	uint32_t *keep = xcalloc(r->n ? r->n : 1, sizeof(*keep));
	ptrdiff_t col = rows_find(r, STR("_time"));
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		double t = row_seconds(r, col, i);
		if (t >= earliest && t < latest)
			keep[n++] = (uint32_t)i;
	}
	rows_select(r, keep, n);
	free(keep);
}

double dataset_span(const struct spl_run *run)
{
	struct engine *e = run->opts->engine;
	double first, last;

	return e && e->ops->bounds(e, &first, &last) ? bucket_auto(last - first) : 86400;
}

/* A column of keys: nulls filled, times put into their bucket. Its name is one that no field has. */
static ptrdiff_t key_column(struct spl_run *run, struct rows *r, const struct scan *s, size_t key,
			    struct str prefix)
{
	ptrdiff_t from = rows_find(r, column_name(s->by[key], prefix));
	size_t to = rows_col(r, str_c(arena_printf(run->arena, "\001%zu", key)));
	bool time = str_eqc(s->by[key], "_time");
	double span = s->span > 0 || s->span_months > 0 ? s->span : dataset_span(run), t;

	for (size_t i = 0; i < r->n; i++) {
		struct val v = from < 0 ? val_null() : r->col[from].v[i];
		if (time && val_number(v, &t))
			v = val_num(bucket_start(t, span, s->span_months));
		r->col[to].v[i] = val_is_null(v) && s->fill.p ? val_str(s->fill) : v;
	}
	return (ptrdiff_t)to;
}

static struct rows *scan_rows(struct spl_run *run, const struct scan *s, struct rows *r)
{
	const char *node = strchr(s->dataset, '.');
	struct str prefix = str_c(arena_printf(run->arena, "%s.", node ? node + 1 : s->dataset));

	if (s->earliest > -HUGE_VAL || s->latest < HUGE_VAL)
		rows_between(r, s->earliest, s->latest);
	if (s->where)
		run_filter(run, r, s->where, prefix);
	if (!s->grouped)
		return r;

	struct keys k = {.name = s->by, .n = s->nby};
	ptrdiff_t *col = ARENA_ARRAY(run->arena, ptrdiff_t, s->nby);
	struct agg *agg = ARENA_ARRAY(run->arena, struct agg, s->nagg);
	for (size_t i = 0; i < s->nby; i++)
		col[i] = key_column(run, r, s, i, prefix);
	k.col = col;
	for (size_t i = 0; i < s->nagg; i++) {
		agg[i] = s->agg[i];
		if (agg[i].field.n)
			agg[i].field = column_name(agg[i].field, prefix);
	}
	struct eval_ctx c = run_eval_prefixed(run, r, prefix);
	return group_rows(run, r, &k, agg, s->nagg, &c);
}

struct rows *dataset_scan(struct spl_run *run, const struct scan *leaf, const struct time_mods *m)
{
	const struct spl_env *env = run_env(run);
	struct engine *e = run->opts->engine;
	struct scan s = *leaf;
	struct rows *r;

	s.where = run_resolve(run, leaf->where);
	if (leaf->where && !s.where)
		return NULL;
	trace_where(run, s.leaf, s.where);
	time_mods_range(m, run->now, &s.earliest, &s.latest);
	s.cancel = run->opts->cancel;
	s.memory = run->limits->memory > run->held ? run->limits->memory - run->held : run->limits->memory;
	if (s.dataset && !cim_node(str_c(s.dataset))) {
		r = env->dataset ? env->dataset(env->ctx, str_c(s.dataset)) : NULL;
		if (!r)
			run_warn(run, "there are no rows of %s here", s.dataset);
		return scan_rows(run, &s, r ? r : rows_new(0));
	}
	if (!e)
		return run_fail(run, NULL, "no log is loaded");
	struct pushed_run pushed[PUSHED_MAX];
	struct scan_only only[PUSHED_MAX];
	pushed_fill(run, pushed, only, &s);
	r = e->ops->scan(e, &s, run->diag);
	if (r && r->partial && !(s.cancel && atomic_load(s.cancel)))
		run_warn(run, "the events are cut: they need more than %zu MB of memory; narrow the search",
			 s.memory >> 20);
	return r;
}
