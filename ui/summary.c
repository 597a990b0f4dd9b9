/* What was read and what ran, as text. Owns how counts and reasons are told; counts nothing itself. */
#include "ui/summary.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "ui/clock.h"
#include "ui/view.h"

enum { SHORT_LIST = 8, REASONS_SHORT = 6, REASONS = 20, NUMBER_WIDTH = 10 };

void summary_number(struct sbuf *b, uint64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);

	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			sbuf_addc(b, ',');
		sbuf_addc(b, digits[i]);
	}
}

/* A number aligned right in its column, then two blanks. */
static void add_number(struct page *p, int column, uint64_t n)
{
	struct sbuf b = {0};

	summary_number(&b, n);
	page_tab(p, column + NUMBER_WIDTH - (int)b.n, false);
	page_add(p, ROLE_TEXT, sbuf_str(&b));
	page_adds(p, ROLE_TEXT, "  ");
	sbuf_free(&b);
}

static void add_time(struct page *p, usec_t t)
{
	char text[WHEN_SIZE];

	if (t == WHEN_NONE)
		page_adds(p, ROLE_DIM, "-");
	else
		page_addf(p, ROLE_TEXT, "%s", clock_text(t, text));
}

static void add_zone(struct page *p, usec_t first, usec_t last)
{
	char zone[ZONE_SIZE];

	page_addf(p, ROLE_DIM, " %s", clock_zone(first, last, zone));
}

/* ---- inputs ---- */

static void add_size(struct page *p, uint64_t bytes)
{
	static const char *const unit[] = {"B", "KB", "MB", "GB", "TB"};
	double size = (double)bytes;
	size_t i = 0;

	while (size >= 1024 && i + 1 < sizeof unit / sizeof *unit) {
		size /= 1024;
		i++;
	}
	page_addf(p, ROLE_TEXT, i ? "%.1f %s" : "%.0f %s", size, unit[i]);
}

void summary_window(struct analysis *a, struct page *p)
{
	const struct load *l = analysis_load(a);
	struct sbuf b = {0};

	if (!l || (l->from == WHEN_NONE && l->to == WHEN_NONE))
		return;
	page_adds(p, ROLE_TEXT, "only events");
	if (l->from != WHEN_NONE) {
		page_adds(p, ROLE_TEXT, " from ");
		add_time(p, l->from);
	}
	if (l->to != WHEN_NONE) {
		page_adds(p, ROLE_TEXT, " to ");
		add_time(p, l->to);
	}
	summary_number(&b, l->outside);
	page_addf(p, ROLE_WARN, " UTC: %s outside of that are left out", b.p);
	page_end(p);
	sbuf_free(&b);
}

static void add_count(struct page *p, enum role role, uint64_t n, const char *what)
{
	struct sbuf b = {0};

	if (!n)
		return;
	summary_number(&b, n);
	page_adds(p, ROLE_TEXT, ", ");
	page_addf(p, role, "%s %s", b.p, what);
	sbuf_free(&b);
}

/* What lies in space that the log does not use, and what else its header tells. */
static void add_unused(struct page *p, const struct load_input_report *r)
{
	struct sbuf b = {0};

	if (r->note) {
		page_tab(p, 4, false);
		page_wrap(p, ROLE_WARN, str_c(r->note), 6);
		page_end(p);
	}
	if (r->waiting) {
		page_tab(p, 4, false);
		page_addf(p, ROLE_TEXT, "%llu bytes at its end wait for the rest of a record", (unsigned long long)r->waiting);
		page_end(p);
	}
	if (r->unused) {
		summary_number(&b, r->unused);
		sbuf_addz(&b, " records in unused space were not read; --recover reads them");
	} else if (r->unreadable) {
		summary_number(&b, r->unreadable);
		sbuf_addz(&b, " records in unused space can no longer be read");
	}
	if (b.n) {
		page_tab(p, 4, false);
		page_wrap(p, ROLE_WARN, sbuf_str(&b), 6);
		page_end(p);
	}
	sbuf_free(&b);
}

void summary_inputs(struct analysis *a, struct page *p)
{
	const struct load *l = analysis_load(a);

	if (!l)
		return;
	page_heading(p, "Inputs");
	for (size_t i = 0; i < l->inputs.n; i++) {
		const struct input *in = &l->inputs.v[i];
		const struct load_input_report *r = &l->report[i];
		struct sbuf b = {0};

		page_tab(p, 2, false);
		p->value = str_c(in->name);
		page_wrap(p, ROLE_STRONG, str_c(in->name), 4);
		page_end(p);
		p->value = (struct str){0};
		page_tab(p, 4, false);
		if (r->unusable) {
			page_adds(p, ROLE_ERROR, "unusable: ");
			page_wrap(p, ROLE_ERROR, str_c(r->reason), 6);
			page_end(p);
			continue;
		}
		page_addf(p, ROLE_TEXT, "%s%s%s, ", format_name[in->format], r->shape ? " of " : "", r->shape ? r->shape : "");
		add_size(p, r->bytes);
		sbuf_addz(&b, ", ");
		summary_number(&b, r->events);
		sbuf_addz(&b, r->events == 1 ? " Sysmon event" : " Sysmon events");
		if (r->others) {
			sbuf_addz(&b, ", ");
			summary_number(&b, r->others);
			sbuf_addz(&b, " of other providers");
		}
		page_add(p, ROLE_TEXT, sbuf_str(&b));
		sbuf_free(&b);
		add_count(p, ROLE_WARN, r->damaged, "damaged");
		add_count(p, ROLE_TEXT, r->duplicates, "already there");
		add_count(p, ROLE_TEXT, r->outside, "outside of the time");
		add_count(p, ROLE_WARN, r->recovered, "recovered");
		page_end(p);
		add_unused(p, r);
		if (r->first != WHEN_NONE) {
			page_tab(p, 4, false);
			add_time(p, r->first);
			page_adds(p, ROLE_DIM, " to ");
			add_time(p, r->last);
			add_zone(p, r->first, r->last);
			page_end(p);
		}
		if (r->reason[0]) {
			page_tab(p, 4, false);
			page_wrap(p, ROLE_WARN, str_c(r->reason), 6);
			page_end(p);
		}
	}
	if (l->inputs.n == 0) {
		page_adds(p, ROLE_ERROR, "  nothing was found in what was named");
		page_end(p);
	}
}

/* ---- events ---- */

/* The table's EventID and name, behind a number at `column`. */
static void add_table_name(struct page *p, const struct store_table *t, int column)
{
	const struct sysmon_event *e = sysmon_event(table_event_id(t));

	page_addf(p, ROLE_TEXT, "%u", table_event_id(t));
	page_tab(p, column + NUMBER_WIDTH + 6, true);
	page_addf(p, ROLE_TEXT, "%s%s", e ? e->name : "unknown event", table_os(t) == OS_LINUX ? " (Linux)" : "");
}

/* Tables by rows, most first. */
static size_t tables_by_rows(const struct store *s, const struct store_table ***out)
{
	size_t n = store_ntables(s);
	const struct store_table **t = xcalloc(n ? n : 1, sizeof *t);

	for (size_t i = 0; i < n; i++) {
		size_t k = i;

		for (; k > 0 && table_rows(t[k - 1]) < table_rows(store_table(s, i)); k--)
			t[k] = t[k - 1];
		t[k] = store_table(s, i);
	}
	*out = t;
	return n;
}

void summary_events(struct analysis *a, struct page *p)
{
	const struct store *s = analysis_store(a);
	const struct facts *f = analysis_facts(a);
	const struct store_table **t;

	if (!s)
		return;
	page_heading(p, "Events by EventID");
	size_t n = tables_by_rows(s, &t);
	for (size_t i = 0; i < n; i++) {
		add_number(p, 2, table_rows(t[i]));
		add_table_name(p, t[i], 2);
		page_end(p);
	}
	if (n == 0) {
		page_adds(p, ROLE_WARN, "  no Sysmon event");
		page_end(p);
	}
	free(t);
	if (!f || f->nhosts == 0)
		return;
	page_heading(p, "Events by host");
	for (size_t h = 0; h < f->nhosts; h++) {
		struct sbuf b = {0};

		add_number(p, 2, f->host_events[h]);
		if (f->host[h])
			page_add(p, ROLE_STRONG, pool_str(store_pool(s), f->host[h]));
		else
			page_adds(p, ROLE_DIM, "(no host named)");
		page_adds(p, ROLE_TEXT, "  ");
		for (size_t i = 0; i < store_ntables(s); i++) {
			uint64_t count = f->cell[i * f->nhosts + h];

			if (!count)
				continue;
			sbuf_addf(&b, "%s%u%s: ", b.n ? ", " : "", table_event_id(store_table(s, i)),
			          table_os(store_table(s, i)) == OS_LINUX ? "L" : "");
			summary_number(&b, count);
		}
		page_wrap(p, ROLE_DIM, sbuf_str(&b), NUMBER_WIDTH + 6);
		page_end(p);
		sbuf_free(&b);
	}
}

static void add_gap(struct page *p, const struct coverage_gap *g)
{
	struct sbuf b = {0};

	summary_number(&b, g->before - g->after - 1);
	page_tab(p, NUMBER_WIDTH + 6, false);
	page_addf(p, ROLE_WARN, "%s missing", b.p);
	page_addf(p, ROLE_TEXT, " between %llu and %llu, ", (unsigned long long)g->after, (unsigned long long)g->before);
	add_time(p, g->from);
	page_adds(p, ROLE_DIM, " to ");
	add_time(p, g->to);
	if (g->to < g->from && g->to != WHEN_NONE)
		page_adds(p, ROLE_DIM, "; the log was cleared, or the clock set back");
	page_end(p);
	sbuf_free(&b);
}

static void add_log(struct page *p, const struct store *s, const struct coverage_log *log)
{
	struct sbuf b = {0};

	add_number(p, 2, log->events);
	if (log->host)
		page_add(p, ROLE_STRONG, pool_str(store_pool(s), log->host));
	else
		page_adds(p, ROLE_DIM, "(no host named)");
	page_adds(p, ROLE_TEXT, "  ");
	page_add(p, ROLE_TEXT, pool_str(store_pool(s), log->channel));
	page_end(p);
	page_tab(p, NUMBER_WIDTH + 4, false);
	add_time(p, log->first);
	page_adds(p, ROLE_DIM, " to ");
	add_time(p, log->last);
	if (!log->numbered) {
		page_adds(p, ROLE_DIM, ", without EventRecordIDs");
	} else if (log->first_id == log->last_id) {
		page_addf(p, ROLE_TEXT, ", EventRecordID %llu", (unsigned long long)log->first_id);
	} else if (!log->missing) {
		page_addf(p, ROLE_TEXT, ", EventRecordID %llu to %llu without a gap", (unsigned long long)log->first_id,
		          (unsigned long long)log->last_id);
	} else {
		summary_number(&b, log->missing);
		page_addf(p, ROLE_TEXT, ", EventRecordID %llu to %llu: ", (unsigned long long)log->first_id, (unsigned long long)log->last_id);
		page_addf(p, ROLE_WARN, "%s missing in %zu gap%s", b.p, log->ngaps, log->ngaps == 1 ? "" : "s");
	}
	page_end(p);
	for (size_t i = 0; i < log->ngaps && i < COVERAGE_GAPS; i++)
		add_gap(p, &log->gap[i]);
	if (log->ngaps > COVERAGE_GAPS) {
		page_tab(p, NUMBER_WIDTH + 6, false);
		page_addf(p, ROLE_DIM, "and %zu shorter gaps", log->ngaps - COVERAGE_GAPS);
		page_end(p);
	}
	sbuf_free(&b);
}

void summary_coverage(struct analysis *a, struct page *p)
{
	const struct store *s = analysis_store(a);
	const struct facts *f = analysis_facts(a);
	enum { LOGS_SHOWN = 100, CHANGES_SHOWN = 100 };

	if (!s || !f || !f->coverage || f->coverage->nlogs == 0)
		return;
	const struct coverage *c = f->coverage;
	page_heading(p, "Records by host and channel");
	for (size_t i = 0; i < c->nlogs && i < LOGS_SHOWN; i++)
		add_log(p, s, &c->log[i]);
	if (c->nlogs > LOGS_SHOWN) {
		page_addf(p, ROLE_DIM, "  and %zu more", c->nlogs - LOGS_SHOWN);
		page_end(p);
	}
	if (c->nchanges == 0)
		return;
	page_heading(p, "What Sysmon says of itself");
	for (size_t i = 0; i < c->nchanges && i < CHANGES_SHOWN; i++) {
		struct sbuf b = {0};

		page_tab(p, 2, false);
		add_time(p, store_time(s, c->change[i]));
		page_adds(p, ROLE_TEXT, "  ");
		page_add(p, ROLE_STRONG, store_sys(s, c->change[i], SYS_COMPUTER));
		page_adds(p, ROLE_TEXT, "  ");
		coverage_change_text(s, c->change[i], &b);
		page_wrap(p, ROLE_TEXT, arena_str(p->arena, sbuf_str(&b)), 6);
		page_end(p);
		sbuf_free(&b);
	}
	if (c->nchanges > CHANGES_SHOWN) {
		page_addf(p, ROLE_DIM, "  and %zu more", c->nchanges - CHANGES_SHOWN);
		page_end(p);
	}
}

void summary_others(struct analysis *a, struct page *p, size_t most)
{
	const struct load *l = analysis_load(a);

	if (!l || l->nothers == 0)
		return;
	page_heading(p, "Events of other providers, not read");
	for (size_t i = 0; i < l->nothers && i < most; i++) {
		add_number(p, 2, l->other[i].count);
		if (strcmp(l->other[i].provider, LOAD_LINES) != 0)
			page_addf(p, ROLE_TEXT, "%u", l->other[i].event_id);
		page_tab(p, NUMBER_WIDTH + 11, true);
		page_wrap(p, ROLE_TEXT, str_c(l->other[i].provider), NUMBER_WIDTH + 12);
		page_end(p);
	}
	if (l->nothers > most) {
		page_addf(p, ROLE_DIM, "  and %zu more", l->nothers - most);
		page_end(p);
	}
}

void summary_damage(struct analysis *a, struct page *p)
{
	const struct load *l = analysis_load(a);

	if (!l || l->damaged == 0)
		return;
	page_heading(p, "Damaged records, left out");
	for (size_t i = 0; i < l->ndamage; i++) {
		const struct load_damage *d = &l->damage[i];

		page_tab(p, 2, false);
		page_wrap(p, ROLE_TEXT, str_c(l->inputs.v[d->input].name), 4);
		page_addf(p, ROLE_LABEL, " offset %llu", (unsigned long long)d->offset);
		page_adds(p, ROLE_TEXT, ": ");
		page_wrap(p, ROLE_WARN, str_c(d->reason), 4);
		page_end(p);
	}
	if (l->ndamage < l->damaged) {
		page_addf(p, ROLE_DIM, "  and %llu more", (unsigned long long)(l->damaged - l->ndamage));
		page_end(p);
	}
}

/* ---- rules ---- */

enum rule_state summary_rule(const struct rule *r, const struct rule_result *result, struct str *reason)
{
	*reason = (struct str){"", 0};
	if (!r->query) {
		*reason = str_c(r->why_not.msg);
		return rule_cannot_run(r) ? RULE_NOT_RUNNABLE : RULE_LEFT_OUT;
	}
	if (!result)
		return RULE_WAITING;
	if (diag_is_set(&result->error)) {
		*reason = str_c(result->error.msg);
		return RULE_FAILED;
	}
	if (result->cannot_fire[0]) {
		*reason = str_c(result->cannot_fire);
		return RULE_CANNOT_FIRE;
	}
	return result->ran ? RULE_RAN : RULE_WAITING;
}

struct reason {
	struct str text;
	uint64_t rules;
};

static int by_rules(const void *x, const void *y)
{
	const struct reason *a = x, *b = y;

	if (a->rules != b->rules)
		return a->rules > b->rules ? -1 : 1;
	return str_cmp(a->text, b->text);
}

/* The reasons of the rules in this state, most rules first. */
static size_t reasons(const struct rules *rules, const struct findings *f, enum rule_state state, struct arena *arena,
                      struct reason **out)
{
	struct map *m = map_new();
	struct str text;

	for (size_t i = 0; i < rules->n; i++)
		if (summary_rule(rules->v[i], f ? &f->rule[i] : NULL, &text) == state)
			map_put(m, text, NULL)->u++;
	size_t n = map_len(m);
	*out = ARENA_ARRAY(arena, struct reason, n);
	for (size_t i = 0; i < n; i++)
		(*out)[i] = (struct reason){arena_str(arena, map_key(m, i)), map_val(m, i)->u};
	if (n)
		qsort(*out, n, sizeof **out, by_rules);
	map_free(m);
	return n;
}

static void add_reasons(struct page *p, const struct rules *rules, const struct findings *f, enum rule_state state,
                        const char *title, size_t most)
{
	struct reason *v;
	size_t n = reasons(rules, f, state, p->arena, &v);
	uint64_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += v[i].rules;
	if (n == 0)
		return;
	add_number(p, 0, total);
	page_wrap(p, ROLE_STRONG, str_c(title), NUMBER_WIDTH + 2);
	page_end(p);
	for (size_t i = 0; i < n && i < most && v[i].text.n; i++) {
		add_number(p, 4, v[i].rules);
		page_wrap(p, ROLE_TEXT, v[i].text, NUMBER_WIDTH + 8);
		page_end(p);
	}
	if (n > most) {
		page_tab(p, NUMBER_WIDTH + 6, false);
		page_addf(p, ROLE_DIM, "and %zu other reason%s; %c lists the rules, each with its own", n - most, n == most + 1 ? "" : "s",
		          view_rules.digit);
		page_end(p);
	}
}

static void add_ran(struct page *p, const struct rules *rules, const struct findings *f)
{
	uint64_t silent = 0, fired = 0;
	struct str reason;

	if (!rules->n) {
		page_tab(p, 2, false);
		page_adds(p, ROLE_WARN, "No rule was found in what was named, so nothing could be detected.");
		page_end(p);
		return;
	}
	for (size_t i = 0; i < rules->n; i++)
		if (summary_rule(rules->v[i], &f->rule[i], &reason) == RULE_RAN)
			*(f->rule[i].nfindings ? &fired : &silent) += 1;
	if (fired) {
		add_number(p, 0, fired);
		page_adds(p, ROLE_STRONG, fired == 1 ? "rule has hits" : "rules have hits");
		page_end(p);
	}
	add_number(p, 0, silent);
	page_adds(p, ROLE_STRONG, silent == 1 ? "rule ran, could have fired, and did not" : "rules ran, could have fired, and did not");
	page_end(p);
}

static void add_all_rules(struct page *p, const struct rules *rules, const struct findings *f, size_t most)
{
	if (f)
		add_ran(p, rules, f);
	add_reasons(p, rules, f, RULE_CANNOT_FIRE, "ran, but cannot fire on this dump:", most);
	add_reasons(p, rules, f, RULE_FAILED, "failed while running:", most);
	add_reasons(p, rules, f, RULE_NOT_RUNNABLE, "cannot be run:", most);
	add_reasons(p, rules, f, RULE_LEFT_OUT, "left out:", most);
	add_reasons(p, rules, f, RULE_WAITING, "did not run", SIZE_MAX);
}

static void add_own_macros(struct page *p, const struct rules *rules)
{
	size_t n;
	const struct own_macro *m = rules_own_macros(rules, p->arena, &n);

	if (n == 0)
		return;
	page_heading(p, "Macros of your own");
	for (size_t i = 0; i < n; i++) {
		add_number(p, 0, m[i].rules);
		page_addf(p, ROLE_TEXT, "%s", m[i].rules == 1 ? "rule uses " : "rules use ");
		page_add(p, ROLE_TEXT, m[i].name);
		page_end(p);
	}
}

void summary_rules(struct analysis *a, struct page *p)
{
	const struct rules *rules = analysis_rules(a);

	if (!rules)
		return;
	page_heading(p, "Rules");
	add_all_rules(p, rules, analysis_findings(a), REASONS);
	add_own_macros(p, rules);
	summary_rule_trouble(a, p, SIZE_MAX);
}

void summary_rule_files(const struct analysis *a, struct sbuf *b)
{
	const struct rules *rules = analysis_rules(a);
	const size_t n = rules ? rules->warnings.n + rules->warnings.dropped : 0;

	if (n)
		sbuf_addf(b, "%zu rule file%s with trouble", n, n == 1 ? "" : "s");
}

void summary_rule_trouble(struct analysis *a, struct page *p, size_t most)
{
	const struct rules *rules = analysis_rules(a);
	const size_t n = !rules ? 0 : rules->warnings.n < most ? rules->warnings.n : most;

	if (!n)
		return;
	page_heading(p, "Rule files with trouble");
	for (size_t i = 0; i < n; i++) {
		char text[1024];

		page_tab(p, 2, false);
		page_wrap(p, ROLE_WARN, str_c(diag_text(&rules->warnings.v[i], text, sizeof text)), 4);
		page_end(p);
	}
	const size_t more = rules->warnings.n - n + rules->warnings.dropped;
	if (more) {
		page_addf(p, ROLE_DIM, "  and %zu more", more);
		page_end(p);
	}
}

/* ---- an empty list of hits ---- */

static void still_working(struct analysis *a, struct page *p)
{
	struct sbuf b = {0};
	const struct load_progress *lp = &analysis_session(a)->load_progress;

	analysis_progress(a, &b);
	page_blank(p);
	page_add(p, ROLE_STRONG, sbuf_str(&b));
	sbuf_reset(&b);
	sbuf_addz(&b, "   ");
	summary_number(&b, atomic_load(&lp->events));
	sbuf_addz(&b, " events so far");
	if (atomic_load(&lp->damaged)) {
		sbuf_addz(&b, ", ");
		summary_number(&b, atomic_load(&lp->damaged));
		sbuf_addz(&b, " damaged records");
	}
	page_add(p, ROLE_TEXT, sbuf_str(&b));
	page_end(p);
	page_adds(p, ROLE_DIM, "Hits appear here as rules find them.");
	page_end(p);
	sbuf_free(&b);
}

void summary_no_hits(struct analysis *a, struct page *p)
{
	const struct rules *rules = analysis_rules(a);
	const struct findings *f = analysis_findings(a);
	const struct store *s = analysis_store(a);
	const struct store_table **t;
	char key[KEY_NAME_SIZE * 4];

	if (!f) {
		still_working(a, p);
		return;
	}
	page_blank(p);
	page_adds(p, ROLE_STRONG, analysis_partial(a) ? "No hits so far: the work was stopped." : "No hits.");
	page_end(p);
	page_blank(p);
	size_t n = s ? tables_by_rows(s, &t) : 0;
	add_number(p, 0, s ? store_events(s) : 0);
	page_adds(p, ROLE_STRONG, s && store_events(s) == 1 ? "Sysmon event was read" : "Sysmon events were read");
	if (s && store_first(s) != WHEN_NONE) {
		page_adds(p, ROLE_DIM, ", ");
		add_time(p, store_first(s));
		page_adds(p, ROLE_DIM, " to ");
		add_time(p, store_last(s));
		add_zone(p, store_first(s), store_last(s));
	}
	page_end(p);
	for (size_t i = 0; i < n && i < SHORT_LIST; i++) {
		add_number(p, 4, table_rows(t[i]));
		add_table_name(p, t[i], 4);
		page_end(p);
	}
	if (n > SHORT_LIST) {
		page_tab(p, NUMBER_WIDTH + 6, false);
		page_addf(p, ROLE_DIM, "and %zu other EventID%s", n - SHORT_LIST, n == SHORT_LIST + 1 ? "" : "s");
		page_end(p);
	}
	if (s)
		free(t);
	if (rules)
		add_all_rules(p, rules, f, REASONS_SHORT);
	summary_rule_trouble(a, p, SHORT_LIST);
	summary_others(a, p, SHORT_LIST);
	page_blank(p);
	page_addf(p, ROLE_DIM, "%c shows the whole report, %c the rules, %s asks with a search of your own.", view_report.digit,
	          view_rules.digit, keys_first(REQ_QUERY, false, key, sizeof key));
	page_end(p);
}
