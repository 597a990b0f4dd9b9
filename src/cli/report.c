/* What stderr is told of a run: a line for each thing that is wrong, and the exit status that it stands for. */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdarg.h>

#include "base/visible.h"

enum { DAMAGE_SHOWN = 10 };

void say(const char *fmt, ...)
{
	struct sbuf text = {0}, line = {0};
	va_list ap;

	va_start(ap, fmt);
	sbuf_addv(&text, fmt, ap);
	va_end(ap);
	visible_add(&line, sbuf_str(&text));
	fprintf(stderr, "spoor: %s\n", line.p ? line.p : "");
	sbuf_free(&text);
	sbuf_free(&line);
}

void say_diag(const struct diag *d)
{
	char text[sizeof(d->file) + sizeof(d->msg) + 64];

	fprintf(stderr, "spoor: %s\n", diag_text(d, text, sizeof(text)));
}

void say_diags(const struct diags *l)
{
	for (size_t i = 0; i < l->n; i++)
		say_diag(&l->v[i]);
	if (l->dropped)
		say("%zu more of these are not shown", l->dropped);
}

static void say_bound(struct sbuf *b, const char *label, usec_t t)
{
	char text[WHEN_SIZE];

	if (t != WHEN_NONE)
		sbuf_addf(b, "%s %s", label, when_iso_short(t, text));
}

/* What was left out on purpose, or lies where nobody asked for it. */
static void report_left_out(const struct load *l)
{
	struct sbuf b = {0};

	if (l->from != WHEN_NONE || l->to != WHEN_NONE) {
		say_bound(&b, " from", l->from);
		say_bound(&b, " to", l->to);
		say("events%s: %" PRIu64 " kept, %" PRIu64 " outside of that time left out", b.p, l->events, l->outside);
	}
	if (l->duplicates)
		say("%" PRIu64 " events left out that are there more than once; --keep-duplicates keeps them", l->duplicates);
	if (l->recovered)
		say("%" PRIu64 " of %" PRIu64 " events were recovered from unused space", l->recovered, l->events);
	if (l->unused)
		say("%" PRIu64 " records in unused space were not read; --recover reads them", l->unused);
	sbuf_free(&b);
}

int report_load(const struct load *l, bool all)
{
	size_t usable = 0, shown = all ? l->ndamage : DAMAGE_SHOWN, skipped = 0;
	bool bad = l->damaged > 0 || l->cancelled;

	for (size_t i = 0; i < l->inputs.n; i++) {
		const struct load_input_report *r = &l->report[i];
		usable += !r->unusable;
		skipped += r->skipped;
		bad |= !r->skipped && (r->unusable || r->reason[0]);
		if ((r->unusable || r->reason[0]) && (!r->skipped || all))
			say("%s: %s", l->inputs.v[i].name, r->reason[0] ? r->reason : "cannot be used");
	}
	if (skipped && !all)
		say("%zu other file%s in folders and archives %s passed over; scan --explain names them", skipped,
		    skipped == 1 ? "" : "s", skipped == 1 ? "is no log and was" : "are no logs and were");
	for (size_t i = 0; i < l->ndamage && i < shown; i++)
		say("%s: offset %" PRIu64 ": %s%s", l->inputs.v[l->damage[i].input].name, l->damage[i].offset, l->damage[i].reason,
		    l->damage[i].length ? "; this record is left out" : "");
	if (l->damaged > shown)
		say("%" PRIu64 " more damaged records are left out%s", l->damaged - shown, all ? "" : "; scan --explain names them");
	report_left_out(l);
	if (l->cancelled)
		say("loading was stopped; what follows is partial");
	if (!l->inputs.n)
		say("no log file there; name a file, or a folder that holds some");
	return !usable ? CLI_NOTHING : bad ? CLI_DAMAGED : CLI_OK;
}

int report_rules(const struct rules *r)
{
	size_t usable = 0, bad = 0, elsewhere = 0;

	say_diags(&r->warnings);
	for (size_t i = 0; i < r->n; i++) {
		usable += r->v[i]->query != NULL;
		elsewhere += r->v[i]->elsewhere;
		if (!rule_cannot_run(r->v[i]))
			continue;
		say_diag(&r->v[i]->why_not);
		bad++;
	}
	if (elsewhere)
		say("%zu rule%s for other logs than Sysmon's and left out; spoor check names %s", elsewhere, elsewhere == 1 ? " is" : "s are",
		    elsewhere == 1 ? "it" : "them");
	if (!r->n)
		say("no rules there; name a rule file, a folder of rules, or a checkout with detections/");
	else if (!usable)
		say("none of %zu rules can run; spoor check names the reasons", r->n);
	return !usable ? CLI_NOTHING : bad || r->warnings.n ? CLI_DAMAGED : CLI_OK;
}

int report_run(const struct findings *f)
{
	int status = CLI_OK;

	for (size_t i = 0; i < f->nrules; i++) {
		const struct rule_result *r = &f->rule[i];
		if (diag_is_set(&r->error)) {
			say_diag(&r->error);
			status = CLI_DAMAGED;
		}
		for (size_t k = 0; k < r->warn.n; k++) {
			struct diag d = r->warn.v[k];
			diag_file(&d, r->rule->path.p);
			say_diag(&d);
		}
	}
	if (f->partial)
		say("the run was stopped or cut by a limit; what follows is partial");
	return status;
}
