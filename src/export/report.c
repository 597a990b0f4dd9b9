/* The case as a Markdown report to hand over. All text that came from logs or rules stands in code spans, or has each of its signs
 * escaped: nothing in it is a heading, a link, an image or HTML where the report is read. */
#include "export/report.h"

#include <errno.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "export/export.h"

enum { DETAILS_MAX = 200, CHAIN_MAX = 16, CHILDREN_MAX = 30, DESTINATIONS_MAX = 30, ENTITIES_MAX = 20, CODE_MAX = 4000 };

/* ---- text ---- */

/* Prose of others: every sign of Markdown escaped, on one line. */
void export_markdown(struct sbuf *b, struct str s)
{
	struct sbuf clean = {0};

	export_visible(&clean, s);
	for (size_t i = 0; i < clean.n; i++) {
		const char c = clean.p[i];

		if (c == '@')
			sbuf_addz(b, "`@`");                     /* escaped it would still make an address of a mail */
		else if (c > ' ' && c < 0x7F && !((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) && c != ',')
			sbuf_addf(b, "\\%c", c);
		else
			sbuf_addc(b, c);
	}
	sbuf_free(&clean);
}

/* A code span; in a table its bars need a backslash. */
void export_markdown_code(struct sbuf *b, struct str s, bool in_table)
{
	struct sbuf clean = {0};
	size_t run = 0, most = 0;
	const bool cut = s.n > CODE_MAX;

	if (!s.n) {
		sbuf_addz(b, "\xE2\x80\x93");
		return;
	}
	export_visible(&clean, (struct str){s.p, cut ? CODE_MAX : s.n});
	for (size_t i = 0; i < clean.n; i++) {
		run = clean.p[i] == '`' ? run + 1 : 0;
		most = run > most ? run : most;
	}
	const bool pad = clean.p[0] == '`' || clean.p[clean.n - 1] == '`' || clean.p[0] == ' ';

	for (size_t i = 0; i <= most; i++)
		sbuf_addc(b, '`');
	sbuf_addz(b, pad ? " " : "");
	for (size_t i = 0; i < clean.n; i++) {
		if (in_table && clean.p[i] == '|')
			sbuf_addc(b, '\\');
		sbuf_addc(b, clean.p[i]);
	}
	sbuf_addz(b, pad ? " " : "");
	for (size_t i = 0; i <= most; i++)
		sbuf_addc(b, '`');
	if (cut)
		sbuf_addf(b, " and %zu bytes more", s.n - CODE_MAX);
	sbuf_free(&clean);
}

static void add_time(struct sbuf *b, usec_t t)
{
	char text[WHEN_SIZE];

	sbuf_addz(b, t == WHEN_NONE ? "no time" : when_iso(t, 0, text));
}

static void add_item(struct sbuf *b, const char *name, struct str value)
{
	if (!value.n)
		return;
	sbuf_addf(b, "- %s: ", name);
	export_markdown_code(b, value, false);
	sbuf_addc(b, '\n');
}

/* ---- what belongs together ---- */

struct job {
	const struct report *r;
	struct arena *arena;
	struct case_finding *all;
	size_t n;
	struct map *here;                                /* key -> struct finding of this run */
	struct sbuf b;
	FILE *f;
};

static bool put(struct job *j)
{
	fwrite(j->b.p ? j->b.p : "", 1, j->b.n, j->f);
	sbuf_reset(&j->b);
	return !ferror(j->f);
}

static const struct finding *here(const struct job *j, const struct case_finding *x)
{
	const union map_val *v = map_get(j->here, x->key);

	return v ? v->p : NULL;
}

/* ---- process and connections ---- */

static struct str pooled(const struct job *j, uint32_t id)
{
	return pool_str(store_pool(j->r->store), id);
}

static void add_process(struct job *j, uint32_t proc, unsigned depth, bool subject)
{
	const struct proc *p = ptree_at(j->r->tree, proc);
	const struct str text = p->command ? pooled(j, p->command) : pooled(j, p->image);
	const struct str start = {text.p, text.n > CODE_MAX ? CODE_MAX : text.n};

	if (p->start == WHEN_NONE)
		sbuf_addf(&j->b, "%-20s ", "(start not logged)");
	else
		add_time(&j->b, p->start);
	sbuf_addf(&j->b, " %*s%s", (int)(depth * 2), "", subject ? "> " : "- ");
	export_visible(&j->b, start.n ? start : STR("(unknown)"));
	if (p->pid) {
		sbuf_addz(&j->b, "  pid ");
		export_visible(&j->b, pooled(j, p->pid));
	}
	sbuf_addc(&j->b, '\n');
}

/* Who started it, itself, and what it started. */
static void add_tree(struct job *j, uint32_t proc)
{
	uint32_t chain[CHAIN_MAX], n = 0, children = 0;

	for (uint32_t p = ptree_at(j->r->tree, proc)->parent; p != PROC_NONE && n < CHAIN_MAX; p = ptree_at(j->r->tree, p)->parent)
		chain[n++] = p;
	const unsigned depth = n;

	/* Each line begins with a time: none of them can end the block. */
	sbuf_addz(&j->b, "\nProcess tree:\n\n~~~~~~~~text\n");
	for (unsigned d = 0; n-- > 0; d++)
		add_process(j, chain[n], d, false);
	add_process(j, proc, depth, true);
	for (uint32_t c = ptree_at(j->r->tree, proc)->child; c != PROC_NONE; c = ptree_at(j->r->tree, c)->next)
		if (children++ < CHILDREN_MAX)
			add_process(j, c, depth + 1, false);
	if (children > CHILDREN_MAX)
		sbuf_addf(&j->b, "and %u more\n", children - CHILDREN_MAX);
	sbuf_addz(&j->b, "~~~~~~~~\n");
}

static void add_connections(struct job *j, uint32_t proc)
{
	struct conn_filter f = CONN_FILTER_ALL;
	size_t n;

	f.proc = proc;
	const struct conn_group *g = conns_group(j->r->conns, &f, CONN_BY_DEST, j->arena, &n);

	if (n == 0)
		return;
	sbuf_addz(&j->b, "\nConnections:\n\n| destination | port | name | times | first | last | rhythm |\n|---|---|---|---:|---|---|---|\n");
	for (size_t i = 0; i < n && i < DESTINATIONS_MAX; i++) {
		sbuf_addz(&j->b, "| ");
		export_markdown_code(&j->b, pooled(j, g[i].dest_ip), true);
		sbuf_addz(&j->b, " | ");
		export_markdown_code(&j->b, pooled(j, g[i].dest_port), true);
		sbuf_addz(&j->b, " | ");
		export_markdown_code(&j->b, pooled(j, g[i].dest_name), true);
		sbuf_addf(&j->b, " | %u | ", g[i].count);
		add_time(&j->b, g[i].first);
		sbuf_addz(&j->b, " | ");
		add_time(&j->b, g[i].last);
		if (g[i].period > 0)
			sbuf_addf(&j->b, " | every %.3g s, give or take %.2g s |\n", g[i].period, g[i].jitter);
		else
			sbuf_addz(&j->b, " | |\n");
	}
	if (n > DESTINATIONS_MAX)
		sbuf_addf(&j->b, "\nand %zu more destinations\n", n - DESTINATIONS_MAX);
}

/* ---- findings ---- */

static void add_note(struct job *j, struct str note)
{
	if (!note.n)
		return;
	sbuf_addz(&j->b, "\n> ");
	export_markdown(&j->b, note);
	sbuf_addc(&j->b, '\n');
}

static void add_detail(struct job *j, const struct case_finding *x)
{
	const struct finding *f = here(j, x);
	struct sbuf attack = {0};

	sbuf_addz(&j->b, "\n### ");
	add_time(&j->b, x->time);
	sbuf_addz(&j->b, " ");
	export_markdown(&j->b, x->rule_name);
	sbuf_addf(&j->b, " (risk %g)\n\n", x->score);
	add_item(&j->b, "what", x->message);
	add_item(&j->b, "host", x->host);
	add_item(&j->b, "user", x->user);
	add_item(&j->b, "process", x->process);
	add_item(&j->b, "command", f ? f->command : STR(""));
	add_item(&j->b, "parent", x->parent);
	add_item(&j->b, "destination", x->c2);
	if (f && f->confirmed == CONFIRM_NO)
		sbuf_addz(&j->b, "- unconfirmed: the events that the rule joins disagree on host or process\n");
	for (size_t i = 0; f && i < f->rule->nmitre; i++)
		sbuf_addf(&attack, "%s%.*s %.*s", i ? ", " : "", STR_FMT(f->rule->mitre[i].id), STR_FMT(f->rule->mitre[i].name));
	add_item(&j->b, "ATT&CK", sbuf_str(&attack));
	sbuf_free(&attack);
	add_item(&j->b, "log", x->source);
	sbuf_addf(&j->b, "- key: `%.*s`\n", STR_FMT(x->key));
	add_note(j, x->note);
	const uint32_t proc = f && j->r->tree && f->main_event != EV_NONE ? ptree_of(j->r->tree, f->main_event) : PROC_NONE;
	if (proc != PROC_NONE) {
		add_tree(j, proc);
		add_connections(j, proc);
	} else if (!f) {
		sbuf_addz(&j->b, "\nIts log was not loaded when this report was written: no process tree.\n");
	}
}

static void add_head(struct sbuf *b)
{
	sbuf_addz(b, "\n| time | risk | rule | host | user | process | destination | verdict |\n|---|---:|---|---|---|---|---|---|\n");
}

static void add_line(struct job *j, const struct case_finding *x)
{
	const struct str cell[] = {x->host, x->user, x->process, x->c2};

	sbuf_addz(&j->b, "| ");
	add_time(&j->b, x->time);
	sbuf_addf(&j->b, " | %g | ", x->score);
	export_markdown(&j->b, x->rule_name);
	for (size_t i = 0; i < sizeof cell / sizeof *cell; i++) {
		sbuf_addz(&j->b, " | ");
		export_markdown_code(&j->b, cell[i], true);
	}
	sbuf_addf(&j->b, " | %s |\n", verdict_name[x->verdict]);
}

/* In full: what was found true, and what somebody wrote about. The rest has a line in the timeline. */
static bool wants_detail(const struct case_finding *x)
{
	return !x->excluded && (x->verdict == VERDICT_TRUE || x->note.n);
}

static void add_findings(struct job *j)
{
	static const enum verdict order[] = {VERDICT_TRUE, VERDICT_OPEN, VERDICT_BENIGN, VERDICT_FALSE};
	static const char *const title[VERDICT_COUNT] = {"Open", "True positives", "Benign", "False positives"};

	for (size_t k = 0; k < VERDICT_COUNT; k++) {
		size_t n = 0, brief = 0, shown = 0;

		for (size_t i = 0; i < j->n; i++)
			if (j->all[i].verdict == order[k] && !j->all[i].excluded) {
				n++;
				brief += !wants_detail(&j->all[i]);
			}
		if (n == 0)
			continue;
		sbuf_addf(&j->b, "\n## %s: %zu\n", title[order[k]], n);
		for (size_t i = 0; i < j->n; i++)
			if (j->all[i].verdict == order[k] && wants_detail(&j->all[i]) && shown++ < DETAILS_MAX) {
				add_detail(j, &j->all[i]);
				put(j);
			}
		if (shown > DETAILS_MAX)
			sbuf_addf(&j->b, "\n%zu more are in the timeline only.\n", shown - DETAILS_MAX);
		if (brief && brief < n)
			sbuf_addf(&j->b, "\n%zu without a note are in the timeline only.\n", brief);
		else if (brief)
			sbuf_addz(&j->b, "\nNo notes; see the timeline.\n");
	}
}

/* ---- the rest ---- */

static void add_summary(struct job *j)
{
	const struct report *r = j->r;
	size_t count[VERDICT_COUNT] = {0}, excluded = 0, history = 0;

	for (size_t i = 0; i < j->n; i++) {
		if (j->all[i].excluded)
			excluded++;
		else
			count[j->all[i].verdict]++;
		history += !j->all[i].excluded && !here(j, &j->all[i]);
	}
	sbuf_addz(&j->b, "# Case report\n\n");
	add_item(&j->b, "case", str_c(case_path(r->casefile)));
	for (size_t i = 0; i < r->nlogs; i++)
		add_item(&j->b, "log", str_c(r->logs[i]));
	if (r->store && store_first(r->store) != WHEN_NONE) {
		sbuf_addf(&j->b, "- events: %llu, ", (unsigned long long)store_events(r->store));
		add_time(&j->b, store_first(r->store));
		sbuf_addz(&j->b, " to ");
		add_time(&j->b, store_last(r->store));
		sbuf_addc(&j->b, '\n');
	}
	sbuf_addz(&j->b, "- written: ");
	add_time(&j->b, r->made);
	sbuf_addz(&j->b, "\n\nAll times are UTC.\n\n| verdict | hits |\n|---|---:|\n");
	for (size_t k = 0; k < VERDICT_COUNT; k++)
		sbuf_addf(&j->b, "| %s | %zu |\n", verdict_name[k], count[k]);
	if (excluded)
		sbuf_addf(&j->b, "\n%zu more hits are left out by exclusions.\n", excluded);
	if (history)
		sbuf_addf(&j->b, "\n%zu of these come of logs loaded before.\n", history);
}

static void add_entities(struct job *j)
{
	size_t n;
	const struct case_entity *e = case_entities(j->r->casefile, WHEN_NONE, WHEN_NONE, j->arena, &n);

	if (n == 0)
		return;
	sbuf_addz(&j->b, "\n## Risk\n\n| object | type | score | rules | tactics | first | last |\n|---|---|---:|---:|---:|---|---|\n");
	for (size_t i = 0; i < n && i < ENTITIES_MAX; i++) {
		sbuf_addz(&j->b, "| ");
		export_markdown_code(&j->b, e[i].shown, true);
		sbuf_addf(&j->b, " | %s | %g | %zu | %zu | ", risk_type_name[e[i].type], e[i].score, e[i].rules, e[i].tactics);
		add_time(&j->b, e[i].first);
		sbuf_addz(&j->b, " | ");
		add_time(&j->b, e[i].last);
		sbuf_addz(&j->b, " |\n");
	}
	if (n > ENTITIES_MAX)
		sbuf_addf(&j->b, "\nand %zu more\n", n - ENTITIES_MAX);
}

static void add_timeline(struct job *j)
{
	sbuf_addz(&j->b, "\n## Timeline\n");
	add_head(&j->b);
	for (size_t i = 0; i < j->n; i++) {
		if (!j->all[i].excluded)
			add_line(j, &j->all[i]);
		if (j->b.n > 65536 && !put(j))
			return;
	}
}

static void add_exclusions(struct job *j)
{
	size_t n;
	const struct exclusion *x = case_exclusions(j->r->casefile, &n);

	if (n == 0)
		return;
	sbuf_addz(&j->b, "\n## Exclusions\n\n| rule | condition | made | |\n|---|---|---|---|\n");
	for (size_t i = 0; i < n; i++) {
		sbuf_addz(&j->b, "| ");
		export_markdown(&j->b, x[i].rule_name);
		sbuf_addz(&j->b, " | ");
		export_markdown_code(&j->b, x[i].condition, true);
		sbuf_addz(&j->b, " | ");
		add_time(&j->b, x[i].created);
		sbuf_addf(&j->b, " | %s |\n", x[i].enabled ? "" : "off");
	}
}

bool export_report(FILE *f, const struct report *r)
{
	struct job j = {.r = r, .arena = arena_new(), .here = map_new(), .f = f};

	errno = 0;
	for (size_t i = 0; i < r->nfindings; i++)
		map_put(j.here, str_c(r->findings[i].key), NULL)->p = (void *)(uintptr_t)&r->findings[i];
	j.all = case_findings(r->casefile, j.arena, &j.n);
	add_summary(&j);
	add_findings(&j);
	add_entities(&j);
	add_timeline(&j);
	add_exclusions(&j);
	put(&j);
	map_free(j.here);
	arena_free(j.arena);
	sbuf_free(&j.b);
	if (fflush(f) == 0 && !ferror(f))
		return true;
	if (!errno)
		errno = EIO;
	return false;
}
