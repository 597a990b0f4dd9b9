/* The hits: home. They come in while rules run; when all have run, the final order takes the place of theirs. */
#include <math.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "export/export.h"
#include "ui/app.h"
#include "ui/beyond.h"
#include "ui/decide.h"
#include "ui/exclude.h"
#include "ui/summary.h"
#include "ui/threshold_page.h"

enum { TIME, RISK, RULE_NAME, HOST, USER, PARENT, PROCESS, C2, VERDICT, COMMAND, ATTACK, TYPE, JOIN, NEW, NCOLS };

enum { PREVIEW_PARTS = 12 };                             /* more than it has lines for */

static const struct coldef cols[NCOLS] = {
	[TIME] = {"time", "TIME", COL_TIME, 8, 19, 90, .descending = false},
	[RISK] = {"risk", "RISK", COL_NUMBER, 5, 9, 95, .descending = true},
	[RULE_NAME] = {"rule", "RULE", COL_TEXT, 20, 42, 100, .elastic = true},
	[HOST] = {"host", "HOST", COL_TEXT, 8, 18, 80, .descending = false},
	[USER] = {"user", "USER", COL_TEXT, 8, 16, 70, .descending = false},
	[PARENT] = {"parent", "PARENT", COL_TEXT, 10, 20, 50, .descending = false},
	[PROCESS] = {"process", "PROCESS", COL_TEXT, 12, 24, 85, .descending = false},
	[C2] = {"c2", "C2", COL_TEXT, 13, 22, 60, .descending = false},
	[VERDICT] = {"verdict", "VERDICT", COL_TEXT, 7, 7, 82, .extra = true},
	[COMMAND] = {"command", "COMMAND", COL_TEXT, 30, 70, 40, .elastic = true, .extra = true},
	[ATTACK] = {"attack", "ATT&CK", COL_TEXT, 9, 20, 30, .extra = true},
	[TYPE] = {"type", "TYPE", COL_TEXT, 7, 12, 20, .extra = true},
	[NEW] = {"new", "NEW", COL_TEXT, 3, 3, 99, .descending = false},          /* there once a followed log brought some */
	[JOIN] = {"join", "JOIN", COL_TEXT, 11, 11, 10, .extra = true},
};

struct hits {
	struct coldef col[NCOLS];
	struct finding *v;                               /* copies while they come in; then those of the analysis, in their order */
	size_t n;
	size_t joined, unconfirmed, thresholds, shown;          /* of those not excluded */
	bool final, told;                                /* told: rule files with trouble */
	unsigned generation;                             /* of the analysis, as seen last */
	struct map *known;                               /* keys of the first generation's hits; NULL: nothing new has come */
	size_t fresh;                                    /* hits that are not among these */
	unsigned changes;                                /* of the case, as seen last */
	unsigned excluded;                               /* exclude_version, likewise */
	const struct findings *beyond;                   /* beyond_now, likewise */
};

static bool hidden(struct view *v, size_t row)
{
	return !exclude_shown(v->ui) && exclude_has(v->ui, ((const struct hits *)v->state)->v[row].key);
}

static void count_joined(struct view *v)
{
	struct hits *h = v->state;

	h->joined = h->unconfirmed = h->thresholds = h->shown = 0;
	for (size_t i = 0; i < h->n; i++) {
		if (hidden(v, i))
			continue;
		h->shown++;
		h->joined += h->v[i].confirmed != CONFIRM_NONE;
		h->unconfirmed += h->v[i].confirmed == CONFIRM_NO;
		h->thresholds += h->v[i].threshold != NULL;
	}
}

/* From the order in which they came to the final one, those that exclusions left out behind them; the cursor and the marks stay
 * with their hits. */
static void take_final(struct view *v)
{
	struct hits *h = v->state;
	struct map *at = map_new();
	size_t *to = xcalloc(h->n ? h->n : 1, sizeof *to), n;
	struct finding *all;

	n = exclude_all_hits(v->ui, &all);
	for (size_t i = n; i-- > 0;)                     /* of equal keys the first one counts */
		map_put(at, str_c(all[i].key), NULL)->u = i;
	for (size_t i = 0; i < h->n; i++) {
		union map_val *found = map_get(at, str_c(h->v[i].key));

		to[i] = found ? (size_t)found->u : LIST_NONE;
	}
	v->nrows = n;
	list_renumber(v, to, h->n);
	free(h->v);
	h->v = all;
	h->n = n;
	h->final = true;
	h->beyond = beyond_now(v->ui);
	free(to);
	map_free(at);
}

/* A log that is followed has grown: what is there is the past now, and the final order is another. */
static void next_generation(struct hits *h, unsigned generation)
{
	if (!h->known) {
		h->known = map_new();
		for (size_t i = 0; i < h->n; i++)
			map_put(h->known, str_c(h->v[i].key), NULL);
	}
	h->generation = generation;
	h->final = false;
}

static void mark_new(struct view *v)
{
	struct hits *h = v->state;

	h->fresh = 0;
	for (size_t i = 0; i < h->n && h->known; i++)
		h->fresh += !map_get(h->known, str_c(h->v[i].key));
	if (h->fresh && v->ncols < NCOLS) {
		v->ncols = NCOLS;
		v->list.measured = SIZE_MAX;
	}
}

/* The column of verdicts has its place as soon as something was decided. */
static void need_verdicts(struct view *v)
{
	struct hits *h = v->state;
	bool any = false;

	h->changes = decide_changes(v->ui);
	for (size_t i = 0; i < h->n && !any; i++)
		any = case_verdict(v->ui->casefile, h->v[i].key) != VERDICT_OPEN || case_note(v->ui->casefile, h->v[i].key).n;
	if (h->col[VERDICT].extra != any)
		return;
	h->col[VERDICT].extra = !any;
	v->list.measured = SIZE_MAX;
}

/* Hits may be missing when a rule file cannot be used: said once, when the rules have been read; then the status line has it. */
static void tell_trouble(struct view *v)
{
	struct hits *h = v->state;
	const struct rules *rules = analysis_rules(v->ui->analysis);
	char first[512];
	struct sbuf what = {0};

	if (h->told || !rules)
		return;
	h->told = true;
	summary_rule_files(v->ui->analysis, &what);
	if (what.n && !v->ui->message[0])
		ui_say(v->ui, ROLE_WARN, "%.*s (%c: load report): %s", STR_FMT(sbuf_str(&what)), view_report.digit,
		       diag_text(&rules->warnings.v[0], first, sizeof first));
	sbuf_free(&what);
}

static void update(struct view *v)
{
	struct hits *h = v->state;
	struct analysis *a = v->ui->analysis;
	const struct store *s = analysis_store(a);
	const struct findings *f = analysis_findings(a);

	if (s)
		view_spans(v, s);
	tell_trouble(v);
	v->loading = !analysis_ready(a);
	v->partial = analysis_partial(a);
	if (h->generation != analysis_generation(a))
		next_generation(h, analysis_generation(a));
	if (h->changes != decide_changes(v->ui) || !h->final)
		need_verdicts(v);
	if (h->final && h->beyond != beyond_now(v->ui))
		h->final = false;
	if (h->excluded != exclude_version(v->ui)) {
		h->excluded = exclude_version(v->ui);
		count_joined(v);
		list_changed(v);
	}
	if (h->final)
		return;
	if (f) {
		take_final(v);
	} else {
		struct finding *more;
		size_t n = analysis_live(a, h->n, &more);

		if (n == 0)
			return;
		h->v = xreallocarray(h->v, h->n + n, sizeof *h->v);
		memcpy(h->v + h->n, more, n * sizeof *more);
		free(more);
		h->n += n;
		v->nrows = h->n;
		list_changed(v);
	}
	count_joined(v);
	mark_new(v);
	need_verdicts(v);
}

static bool open_hits(struct view *v, const struct view_arg *arg, struct diag *d)
{
	struct hits *h = v->state;

	(void)arg;
	(void)d;
	memcpy(h->col, cols, sizeof cols);
	v->col = h->col;
	v->ncols = NEW;
	v->loading = true;
	return true;
}

static void close_hits(struct view *v)
{
	struct hits *h = v->state;

	free(h->v);
	map_free(h->known);
}

static bool is_new(const struct hits *h, const struct finding *f)
{
	return h->known && !map_get(h->known, str_c(f->key));
}

static struct str attack_of(const struct rule *r, struct cell *c)
{
	for (size_t i = 0; i < r->nmitre; i++) {
		if (i)
			sbuf_addc(c->made, ' ');
		sbuf_adds(c->made, r->mitre[i].id);
	}
	return sbuf_str(c->made);
}

/* "TP", "BN", "FP"; "+" when there is a note. */
static void verdict_cell(struct view *v, const struct finding *f, struct cell *c)
{
	enum verdict verdict = case_verdict(v->ui->casefile, f->key);
	bool note = case_note(v->ui->casefile, f->key).n > 0;

	cell_printf(c, "%s%s", verdict_short[verdict], note ? verdict == VERDICT_OPEN ? "+" : " +" : "");
	c->role = verdict == VERDICT_TRUE ? ROLE_STRONG : ROLE_TEXT;
}

static void cell(struct view *v, size_t row, size_t col, struct cell *c)
{
	const struct finding *f = &((struct hits *)v->state)->v[row];
	struct severity sev = severity_of(f->score);

	switch (col) {
	case NEW:
		c->text = is_new(v->state, f) ? STR("new") : STR("");
		c->role = ROLE_STRONG;
		break;
	case TIME:
		cell_when(c, f->time);
		break;
	case RISK:
		cell_printf(c, f->score < 10000 ? "%g %c" : "%.0fk %c", f->score < 10000 ? f->score : f->score / 1000, sev.letter);
		c->num = f->score;
		c->role = sev.role;
		break;
	case RULE_NAME:
		c->text = f->rule->name;
		break;
	case HOST:
		cell_host(c, f->host);
		break;
	case USER:
		cell_account(c, f->user);
		break;
	case PARENT:
		cell_base_name(c, f->parent);
		break;
	case PROCESS:
		cell_base_name(c, f->process);
		break;
	case C2:
		if (f->c2.n) {
			cell_printf(c, "%s%.*s%s%.*s", f->confirmed == CONFIRM_NO ? "? " : "", STR_FMT(f->c2), f->port.n ? ":" : "",
			            STR_FMT(f->port));
			c->role = f->confirmed == CONFIRM_NO ? ROLE_WARN : ROLE_TEXT;
		}
		break;
	case VERDICT:
		verdict_cell(v, f, c);
		break;
	case COMMAND:
		c->text = f->command;
		c->role = ROLE_CODE;
		break;
	case ATTACK:
		c->text = attack_of(f->rule, c);
		break;
	case TYPE:
		c->text = f->rule->type_text;
		break;
	case JOIN:
		c->text = f->confirmed == CONFIRM_NONE ? STR("") : f->confirmed == CONFIRM_NO ? STR("unconfirmed") : STR("confirmed");
		c->role = f->confirmed == CONFIRM_NO ? ROLE_WARN : ROLE_TEXT;
		break;
	default:
		break;
	}
}

static usec_t time_of(struct view *v, size_t row)
{
	return ((struct hits *)v->state)->v[row].time;
}

static double risk_of(struct view *v, size_t row)
{
	return ((struct hits *)v->state)->v[row].score;
}

static bool about(struct view *v, size_t row, struct entity *e)
{
	*e = entity_of_hit(&((struct hits *)v->state)->v[row]);
	return true;
}

static bool request(struct view *v, enum request r, size_t row)
{
	if (r == REQ_GROUP) {
		ui_pick(v->ui, &view_groups);
		return true;
	}
	if (r != REQ_ENTER || row == LIST_NONE)
		return false;
	ui_request(v->ui, REQ_DETAIL, 0);
	return true;
}

static void preview(struct view *v, size_t row, struct page *p)
{
	const struct finding *f = &((struct hits *)v->state)->v[row];
	struct severity sev = severity_of(f->score);
	const struct store *s = analysis_store(v->ui->analysis);

	page_addf(p, sev.role, "%s %g", sev.word, f->score);
	page_adds(p, ROLE_TEXT, "  ");
	page_wrap(p, ROLE_TEXT, f->message.n ? f->message : f->rule->name, 2);
	page_end(p);
	if (case_note(v->ui->casefile, f->key).n)
		page_field(p, 0, 8, STR("note"), ROLE_STRONG, arena_str(p->arena, case_note(v->ui->casefile, f->key)));
	if (f->threshold) {
		threshold_page(p, f, PREVIEW_PARTS);
		return;
	}
	page_field(p, 0, 8, STR("command"), ROLE_CODE, f->command);
	if (s && f->main_event != EV_NONE && store_data(s, f->main_event, "ParentCommandLine").n)
		page_field(p, 0, 8, STR("parent"), ROLE_CODE, store_data(s, f->main_event, "ParentCommandLine"));
	if (s && f->main_event != EV_NONE && store_data(s, f->main_event, "Image").n)
		page_field(p, 0, 8, STR("image"), ROLE_TEXT, store_data(s, f->main_event, "Image"));
	if (f->confirmed == CONFIRM_NO)
		page_field(p, 0, 8, STR("join"), ROLE_WARN,
		           STR("unconfirmed: the joined events disagree on host or process"));
	if (f->rule->nmitre) {
		page_tab(p, 0, false);
		page_adds(p, ROLE_LABEL, "ATT&CK");
		page_tab(p, 8, true);
		for (size_t i = 0; i < f->rule->nmitre; i++)
			page_addf(p, ROLE_TEXT, "%s%.*s %.*s", i ? ", " : " ", STR_FMT(f->rule->mitre[i].id), STR_FMT(f->rule->mitre[i].name));
		page_end(p);
	}
}

static void empty(struct view *v, struct page *p)
{
	summary_no_hits(v->ui->analysis, p);
}

static void count(struct view *v, struct sbuf *b)
{
	const struct hits *h = v->state;

	if (h->thresholds)
		sbuf_addf(b, " (%zu by rules, %zu by thresholds)", h->shown - h->thresholds, h->thresholds);
}

static void status(struct view *v, struct sbuf *b)
{
	const struct hits *h = v->state;

	if (h->fresh)
		sbuf_addf(b, "%zu new\n", h->fresh);
	if (h->unconfirmed)
		sbuf_addf(b, "%zu unconfirmed\n", h->unconfirmed);
	else if (h->joined)
		sbuf_addz(b, "all confirmed\n");
	if (exclude_count(v->ui))
		sbuf_addf(b, "%zu excluded\n", exclude_count(v->ui));
	summary_rule_files(v->ui->analysis, b);
}

/* Left out by an exclusion, but shown all the same. */
static char sign(struct view *v, size_t row, bool *faint)
{
	*faint = exclude_has(v->ui, ((const struct hits *)v->state)->v[row].key);
	return *faint ? '~' : 0;
}

static bool write_rows(struct view *v, FILE *f, const size_t *rows, size_t n, enum export_format format)
{
	const struct hits *h = v->state;
	struct export_opts o = {.format = format, .verdict = decide_verdict_text, .ctx = v->ui->casefile};
	struct findings shell = {.v = h->v, .n = h->n};

	return export_findings(f, &shell, rows, n, analysis_engine(v->ui->analysis), &o);
}

const struct view_ops view_hits = {
	.name = "hits", .noun = "hit", .help = "what the rules found", .digit = '1', .keeps = true, .kept_alone = true,
	.columns = cols, .ncolumns = NCOLS,
	.sort = RISK, .reverse = true, .state_size = sizeof(struct hits),
	.hints = {REQ_ENTER, REQ_PTREE, REQ_CONNS, REQ_RISK, REQ_DRILLDOWN, REQ_VERDICT, REQ_EXCLUDE, REQ_EVENTS, REQ_SORT, REQ_WRITE},
	.open = open_hits, .update = update, .close = close_hits, .cell = cell, .time = time_of, .risk = risk_of, .hidden = hidden, .sign = sign,
	.preview = preview,
	.empty = empty, .count = count, .status = status, .write = write_rows, .about = about, .request = request,
};
