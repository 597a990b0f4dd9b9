/* Why rules found nothing, on stderr: what was read and ran, briefly after a scan without hits, in full for --explain. */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/visible.h"
#include "load/sysmon.h"
#include "store/coverage.h"

enum { SHOWN_MAX = 50, KINDS_MAX = 20 };

static void print_time(const char *label, usec_t t)
{
	char text[WHEN_SIZE];

	fprintf(stderr, "%s%s", label, t == WHEN_NONE ? "?" : when_iso_short(t, text));
}

static void print_events(const struct store *s)
{
	fprintf(stderr, "events    %" PRIu32, store_events(s));
	if (store_events(s)) {
		print_time(", ", store_first(s));
		print_time(" to ", store_last(s));
	}
	fputs("\n", stderr);
	for (size_t i = 0; i < store_ntables(s); i++) {
		const struct store_table *t = store_table(s, i);
		const struct sysmon_event *e = sysmon_event(table_event_id(t));
		fprintf(stderr, "  %10" PRIu32 "  event %u%s%s%s\n", table_rows(t), table_event_id(t),
		        table_os(t) == OS_LINUX ? " of Sysmon for Linux" : "", e ? ", " : "", e ? e->signature : "");
	}
}

static void print_gap(const struct coverage_gap *g)
{
	fprintf(stderr, "              %" PRIu64 " missing between %" PRIu64 " and %" PRIu64, g->before - g->after - 1, g->after, g->before);
	print_time(", ", g->from);
	print_time(" to ", g->to);
	fprintf(stderr, "%s\n", g->to < g->from && g->to != WHEN_NONE ? "; the log was cleared, or the clock set back" : "");
}

/* Which of its records the dump has, and which it lacks. */
static void print_log(const struct store *s, const struct coverage_log *log)
{
	struct sbuf name = {0};

	visible_add(&name, log->host ? pool_str(store_pool(s), log->host) : STR("no host named"));
	sbuf_addz(&name, ", ");
	visible_add(&name, log->channel ? pool_str(store_pool(s), log->channel) : STR("no channel named"));
	fprintf(stderr, "  %10" PRIu64 "  %s", log->events, name.p);
	print_time(", ", log->first);
	print_time(" to ", log->last);
	if (!log->numbered)
		fputs(": without EventRecordIDs", stderr);
	else if (log->first_id == log->last_id)
		fprintf(stderr, ": EventRecordID %" PRIu64, log->first_id);
	else if (!log->missing)
		fprintf(stderr, ": %" PRIu64 " to %" PRIu64 " without a gap", log->first_id, log->last_id);
	else
		fprintf(stderr, ": %" PRIu64 " of %" PRIu64 " to %" PRIu64 " missing, in %zu gaps", log->missing, log->first_id, log->last_id,
		        log->ngaps);
	fputs("\n", stderr);
	for (size_t k = 0; k < log->ngaps && k < COVERAGE_GAPS; k++)
		print_gap(&log->gap[k]);
	sbuf_free(&name);
}

/* What Sysmon says of itself. */
static void print_change(const struct store *s, ev_t change, const char *label)
{
	struct sbuf text = {0}, line = {0};

	coverage_change_text(s, change, &text);
	visible_add(&line, store_sys(s, change, SYS_COMPUTER));
	sbuf_addz(&line, ": ");
	visible_add(&line, sbuf_str(&text));
	print_time(label, store_time(s, change));
	fprintf(stderr, "  %s\n", line.p);
	sbuf_free(&text);
	sbuf_free(&line);
}

static void print_coverage(const struct store *s)
{
	struct coverage *c = coverage_new(s);

	fprintf(stderr, "records   of %zu log%s\n", c->nlogs, c->nlogs == 1 ? "" : "s");
	for (size_t i = 0; i < c->nlogs && i < SHOWN_MAX; i++)
		print_log(s, &c->log[i]);
	if (c->nlogs > SHOWN_MAX)
		fprintf(stderr, "  and %zu more\n", c->nlogs - SHOWN_MAX);
	for (size_t i = 0; i < c->nchanges && i < SHOWN_MAX; i++)
		print_change(s, c->change[i], i ? "          " : "Sysmon    ");
	if (c->nchanges > SHOWN_MAX)
		fprintf(stderr, "          and %zu more\n", c->nchanges - SHOWN_MAX);
	coverage_free(c);
}

static void print_others(const struct load *l)
{
	if (!l->others)
		return;
	fprintf(stderr, "others    %" PRIu64 " record%s of other sources than Sysmon, which spoor does not search\n", l->others,
	        l->others == 1 ? "" : "s");
	for (size_t i = 0; i < l->nothers && i < KINDS_MAX; i++) {
		struct sbuf name = {0};
		visible_add(&name, str_c(l->other[i].provider));
		if (strcmp(l->other[i].provider, LOAD_LINES) == 0)
			fprintf(stderr, "  %10" PRIu64 "  " LOAD_LINES " that are no events\n", l->other[i].count);
		else
			fprintf(stderr, "  %10" PRIu64 "  event %" PRIu32 ", %s\n", l->other[i].count, l->other[i].event_id, name.p ? name.p : "?");
		sbuf_free(&name);
	}
	if (l->nothers > KINDS_MAX)
		fprintf(stderr, "  and %zu kinds more\n", l->nothers - KINDS_MAX);
}

struct tally {
	size_t ran, failed, unusable, withdrawn, elsewhere, cannot_fire, hits;
};

static struct tally tally_of(const struct findings *f)
{
	struct tally t = {0};

	for (size_t i = 0; i < f->nrules; i++) {
		const struct rule_result *r = &f->rule[i];
		t.ran += r->ran;
		t.failed += diag_is_set(&r->error);
		t.unusable += rule_cannot_run(r->rule);
		t.withdrawn += r->rule->withdrawn;
		t.elsewhere += r->rule->elsewhere;
		t.cannot_fire += r->cannot_fire[0] != '\0';
		t.hits += r->nfindings > 0;
	}
	return t;
}

static void print_rules(const struct tally *t)
{
	fprintf(stderr, "rules     %zu ran", t->ran);
	if (t->hits)
		fprintf(stderr, ", %zu of them found something", t->hits);
	if (t->cannot_fire)
		fprintf(stderr, ", %zu of them cannot fire on this dump", t->cannot_fire);
	if (t->failed)
		fprintf(stderr, ", %zu failed", t->failed);
	if (t->unusable)
		fprintf(stderr, ", %zu cannot run", t->unusable);
	if (t->withdrawn)
		fprintf(stderr, ", %zu deprecated ones left out", t->withdrawn);
	if (t->elsewhere)
		fprintf(stderr, ", %zu for other logs than Sysmon's left out", t->elsewhere);
	fputs("\n", stderr);
}

void report_no_hits(const struct session *s)
{
	struct tally t = tally_of(s->findings);

	fputs("no hits\n", stderr);
	print_events(s->store);
	print_others(s->load);
	print_rules(&t);
	fputs("spoor scan --explain says why rules did not fire\n", stderr);
}

/* ---- --explain ---- */

struct host {
	uint32_t id;
	uint64_t events;
};

static int by_events(const void *a, const void *b)
{
	const struct host *x = a, *y = b;

	if (x->events != y->events)
		return x->events > y->events ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

static void print_hosts(const struct store *s)
{
	struct pool *p = store_pool(s);
	uint64_t *count = xcalloc((size_t)pool_count(p) + 1, sizeof(*count));
	struct host *host = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < store_ntables(s); i++) {
		const struct store_table *t = store_table(s, i);
		struct column c = table_sys(s, t, SYS_COMPUTER);
		for (uint32_t row = 0; row < table_rows(t); row++)
			count[column_at(c, row)]++;
	}
	for (uint32_t id = 0; id <= pool_count(p); id++)
		if (count[id]) {
			GROW(host, n, cap);
			host[n++] = (struct host){id, count[id]};
		}
	if (n)
		qsort(host, n, sizeof(*host), by_events);
	fprintf(stderr, "hosts     %zu\n", n);
	for (size_t i = 0; i < n && i < SHOWN_MAX; i++) {
		struct sbuf name = {0};
		visible_add(&name, pool_str(p, host[i].id));
		fprintf(stderr, "  %10" PRIu64 "  %s\n", host[i].events, host[i].id ? name.p : "no host named");
		sbuf_free(&name);
	}
	if (n > SHOWN_MAX)
		fprintf(stderr, "  and %zu more\n", n - SHOWN_MAX);
	free(host);
	free(count);
}

static void print_count(uint64_t n, const char *what)
{
	if (n)
		fprintf(stderr, ", %" PRIu64 " %s", n, what);
}

static void print_inputs(const struct load *l)
{
	fprintf(stderr, "inputs    %zu\n", l->inputs.n);
	for (size_t i = 0; i < l->inputs.n; i++) {
		const struct load_input_report *r = &l->report[i];
		struct sbuf name = {0};
		visible_add(&name, str_c(l->inputs.v[i].name));
		fprintf(stderr, "  %s: %s%s%s, %" PRIu64 " bytes, %" PRIu64 " events", name.p, r->unusable ? "unusable" : format_name[l->inputs.v[i].format],
		        r->shape ? " of " : "", r->shape ? r->shape : "", r->bytes, r->events);
		if (r->others)
			fprintf(stderr, ", %" PRIu64 " of other sources", r->others);
		print_count(r->damaged, "damaged");
		print_count(r->duplicates, "already there");
		print_count(r->outside, "outside of the time");
		print_count(r->recovered, "recovered");
		print_count(r->unused, "in unused space");
		print_count(r->unreadable, "in unused space that cannot be read");
		fprintf(stderr, "%s%s\n", r->note ? "; " : "", r->note ? r->note : "");
		sbuf_free(&name);
	}
}

static void print_own_macros(const struct rules *r)
{
	struct arena *a = arena_new();
	size_t n;
	const struct own_macro *m = rules_own_macros(r, a, &n);

	if (n)
		fprintf(stderr, "macros    %zu of your own, in %s\n", n, rules_user_macros());
	for (size_t i = 0; i < n; i++) {
		struct sbuf name = {0};
		visible_add(&name, m[i].name);
		fprintf(stderr, "  %10zu  rule%s that use%s %s\n", m[i].rules, m[i].rules == 1 ? "" : "s", m[i].rules == 1 ? "s" : "", name.p);
		sbuf_free(&name);
	}
	arena_free(a);
}

static void print_cannot_fire(const struct findings *f)
{
	bool first = true;

	for (size_t i = 0; i < f->nrules; i++) {
		struct sbuf b = {0};
		if (!f->rule[i].cannot_fire[0])
			continue;
		if (first)
			fputs("cannot fire on this dump:\n", stderr);
		first = false;
		visible_add(&b, f->rule[i].rule->file);
		sbuf_addz(&b, ": ");
		visible_add(&b, str_c(f->rule[i].cannot_fire));
		fprintf(stderr, "  %s\n", b.p);
		sbuf_free(&b);
	}
}

static void print_not_run(const struct findings *f)
{
	bool first = true;

	for (size_t i = 0; i < f->nrules; i++) {
		char text[sizeof(f->rule[i].error.file) + sizeof(f->rule[i].error.msg) + 64];
		const struct diag *d = f->rule[i].rule->query ? &f->rule[i].error : &f->rule[i].rule->why_not;
		if (f->rule[i].rule->query && !diag_is_set(d))
			continue;
		if (first)
			fputs("did not run:\n", stderr);
		first = false;
		fprintf(stderr, "  %s\n", diag_text(d, text, sizeof(text)));
	}
}

void report_explain(const struct session *s)
{
	struct tally t = tally_of(s->findings);

	print_inputs(s->load);
	print_events(s->store);
	print_hosts(s->store);
	print_coverage(s->store);
	print_others(s->load);
	if (s->load->damaged)
		fprintf(stderr, "damaged   %" PRIu64 " places, named above\n", s->load->damaged);
	print_rules(&t);
	print_own_macros(s->rules);
	print_cannot_fire(s->findings);
	print_not_run(s->findings);
}
