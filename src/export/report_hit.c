/* A hit in the case report: in full, with why it is one, its process tree and its connections; or as a line of a table. */
#include "export/report_inside.h"

#include "base/visible.h"

enum { MATCHES_MAX = 20, CHAIN_MAX = 16, CHILDREN_MAX = 30, DESTINATIONS_MAX = 30 };

/* "?192.0.2.7:443": as far as it is known, with a mark when the events that the rule joined disagree. */
static struct str destination(const struct job *j, const struct case_finding *x)
{
	const struct finding *f = report_here(j, x);

	if (!x->c2.n)
		return x->c2;
	return str_c(arena_printf(j->arena, "%s%.*s%s%.*s", f && f->confirmed == CONFIRM_NO ? "?" : "", STR_FMT(x->c2),
	                          f && f->port.n ? ":" : "", STR_FMT(f ? f->port : STR(""))));
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
	const struct str start = {text.p, text.n > EXPORT_CODE_MAX ? EXPORT_CODE_MAX : text.n};

	if (p->start == WHEN_NONE)
		sbuf_addf(&j->b, "%-20s ", "(start not logged)");
	else
		report_time(&j->b, p->start);
	sbuf_addf(&j->b, " %*s%s", (int)(depth * 2), "", subject ? "> " : "- ");
	visible_add(&j->b, start.n ? start : STR("(unknown)"));
	if (p->pid) {
		sbuf_addz(&j->b, "  pid ");
		visible_add(&j->b, pooled(j, p->pid));
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
		report_time(&j->b, g[i].first);
		sbuf_addz(&j->b, " | ");
		report_time(&j->b, g[i].last);
		if (g[i].period > 0)
			sbuf_addf(&j->b, " | every %.3g s, give or take %.2g s |\n", g[i].period, g[i].jitter);
		else
			sbuf_addz(&j->b, " | |\n");
	}
	if (n > DESTINATIONS_MAX)
		sbuf_addf(&j->b, "\nand %zu more destinations\n", n - DESTINATIONS_MAX);
}

/* ---- all of it ---- */

static void add_note(struct job *j, struct str note)
{
	if (!note.n)
		return;
	sbuf_addz(&j->b, "\n> ");
	export_markdown(&j->b, note);
	sbuf_addc(&j->b, '\n');
}

/* What matched: the terms of the rule that held, each with the value that made it hold. */
static void add_why(struct job *j, const struct finding *f)
{
	size_t n = 0;
	const struct match *m = j->why ? finding_matches(f, j->why, j->arena, &n) : NULL;

	if (!n)
		return;
	sbuf_addz(&j->b, "- why:\n");
	for (size_t i = 0; i < n && i < MATCHES_MAX; i++) {
		sbuf_addz(&j->b, "  - ");
		export_markdown_code(&j->b, m[i].term, false);
		sbuf_addz(&j->b, " held on ");
		export_markdown_code(&j->b, m[i].field, false);
		sbuf_addz(&j->b, " ");
		export_markdown_code(&j->b, m[i].value, false);
		sbuf_addc(&j->b, '\n');
	}
	if (n > MATCHES_MAX)
		sbuf_addf(&j->b, "  - and %zu more\n", n - MATCHES_MAX);
}

static void add_hashes(struct job *j, const struct finding *f)
{
	if (j->r->store && f->main_event != EV_NONE)
		report_item(&j->b, "hashes", store_data(j->r->store, f->main_event, "Hashes"));
}

void report_hit(struct job *j, const struct case_finding *x)
{
	const struct finding *f = report_here(j, x);
	struct sbuf attack = {0};

	sbuf_addz(&j->b, "\n### ");
	report_time(&j->b, x->time);
	sbuf_addz(&j->b, " ");
	export_markdown(&j->b, x->rule_name);
	sbuf_addf(&j->b, " (risk %g)\n\n", x->score);
	report_item(&j->b, "what", x->message);
	report_item(&j->b, "host", x->host);
	report_item(&j->b, "user", x->user);
	report_item(&j->b, "process", x->process);
	report_item(&j->b, "command", f ? f->command : STR(""));
	if (f)
		add_hashes(j, f);
	report_item(&j->b, "parent", x->parent);
	report_item(&j->b, "destination", destination(j, x));
	if (f && f->confirmed == CONFIRM_NO)
		sbuf_addz(&j->b, "- unconfirmed: the events that the rule joins disagree on host or process\n");
	for (size_t i = 0; f && i < f->rule->nmitre; i++)
		sbuf_addf(&attack, "%s%.*s %.*s", i ? ", " : "", STR_FMT(f->rule->mitre[i].id), STR_FMT(f->rule->mitre[i].name));
	report_item(&j->b, "ATT&CK", sbuf_str(&attack));
	sbuf_free(&attack);
	if (!f)
		report_item(&j->b, "verdict", str_c(verdict_name[x->verdict]));
	report_item(&j->b, "log", x->source);
	if (f)
		add_why(j, f);
	sbuf_addf(&j->b, "- key: `%.*s`\n", STR_FMT(x->key));
	add_note(j, x->note);
	const uint32_t proc = f && j->r->tree && f->main_event != EV_NONE ? ptree_of(j->r->tree, f->main_event) : PROC_NONE;
	if (proc != PROC_NONE) {
		add_tree(j, proc);
		add_connections(j, proc);
	}
}

void report_hit_head(struct sbuf *b)
{
	sbuf_addz(b, "\n| time | risk | rule | host | user | process | destination | verdict |\n|---|---:|---|---|---|---|---|---|\n");
}

void report_hit_line(struct job *j, const struct case_finding *x)
{
	const struct str cell[] = {x->host, x->user, x->process, destination(j, x)};

	sbuf_addz(&j->b, "| ");
	report_time(&j->b, x->time);
	sbuf_addf(&j->b, " | %g | ", x->score);
	export_markdown(&j->b, x->rule_name);
	for (size_t i = 0; i < sizeof cell / sizeof *cell; i++) {
		sbuf_addz(&j->b, " | ");
		export_markdown_code(&j->b, cell[i], true);
	}
	sbuf_addf(&j->b, " | %s |\n", verdict_name[x->verdict]);
}
