/* The rules: what became of each, how long it took, and why it did not run or cannot fire. */
#include <stdlib.h>

#include "base/mem.h"
#include "ui/app.h"
#include "ui/exclude.h"
#include "ui/summary.h"

enum { NAME, TYPE, RISK, HITS, TOOK, STATE, WHY, FILE_NAME, OUT, NCOLS };

static const struct coldef cols[NCOLS] = {
	[NAME] = {"rule", "RULE", COL_TEXT, 20, 50, 100, .elastic = true},
	[TYPE] = {"type", "TYPE", COL_TEXT, 7, 11, 40, .descending = false},
	[RISK] = {"risk", "RISK", COL_NUMBER, 5, 6, 60, .descending = true},
	[HITS] = {"hits", "HITS", COL_NUMBER, 4, 8, 90, .descending = true},
	[TOOK] = {"ms", "MS", COL_NUMBER, 6, 9, 50, .descending = true},
	[STATE] = {"state", "STATE", COL_TEXT, 8, 12, 80, .descending = false},
	[WHY] = {"why", "WHY", COL_TEXT, 16, 60, 70, .elastic = true},
	[OUT] = {"excluded", "EXCLUDED", COL_NUMBER, 8, 8, 88, .descending = true, .digits = true},       /* there once something is */
	[FILE_NAME] = {"file", "FILE", COL_PATH, 20, 40, 10, .extra = true},
};

struct rules_state {
	struct coldef col[NCOLS];
	const struct rules *rules;
	const struct findings *findings;
	size_t *hits, *out;                              /* by rule, once all have run */
	size_t excluded;                                 /* hits, of all rules */
	unsigned version;                                /* exclude_version, as of then */
};

/* The column of what exclusions leave out has its place once they do. */
static void count(struct view *v)
{
	struct rules_state *s = v->state;

	s->version = exclude_version(v->ui);
	s->hits = xreallocarray(s->hits, v->nrows + 1, sizeof *s->hits);
	s->out = xreallocarray(s->out, v->nrows + 1, sizeof *s->out);
	exclude_counts(v->ui, s->rules, s->hits, s->out);
	s->excluded = 0;
	for (size_t i = 0; i < v->nrows; i++)
		s->excluded += s->out[i];
	if (s->excluded)
		v->ncols = NCOLS;
	v->list.measured = SIZE_MAX;
	list_changed(v);
}

static void update(struct view *v)
{
	struct rules_state *s = v->state;
	const struct rules *r = analysis_rules(v->ui->analysis);
	const struct findings *f = analysis_findings(v->ui->analysis);

	v->loading = !analysis_ready(v->ui->analysis);
	if (r != s->rules || f != s->findings) {
		s->rules = r;
		s->findings = f;
		v->nrows = r ? r->n : 0;
		v->list.measured = SIZE_MAX;
		list_changed(v);
		if (f)
			count(v);
	} else if (f && s->version != exclude_version(v->ui)) {
		count(v);
	}
}

static void close_rules(struct view *v)
{
	struct rules_state *s = v->state;

	free(s->hits);
	free(s->out);
}

static void status(struct view *v, struct sbuf *b)
{
	const struct rules_state *s = v->state;

	if (s->excluded)
		sbuf_addf(b, "%zu %s excluded", s->excluded, s->excluded == 1 ? "hit" : "hits");
}

static bool open_rules(struct view *v, const struct view_arg *arg, struct diag *d)
{
	struct rules_state *s = v->state;

	(void)arg;
	(void)d;
	memcpy(s->col, cols, sizeof cols);
	v->col = s->col;
	v->ncols = OUT;
	return true;
}

static void cell(struct view *v, size_t row, size_t col, struct cell *c)
{
	static const struct {
		const char *text;
		enum role role;
	} state_text[] = {
		[RULE_WAITING] = {"waiting", ROLE_DIM},
		[RULE_RAN] = {"ran", ROLE_TEXT},
		[RULE_FAILED] = {"failed", ROLE_ERROR},
		[RULE_CANNOT_FIRE] = {"cannot fire", ROLE_DIM},
		[RULE_NOT_RUNNABLE] = {"cannot run", ROLE_WARN},
		[RULE_LEFT_OUT] = {"left out", ROLE_DIM},
	};
	const struct rules_state *s = v->state;
	const struct rule *r = s->rules->v[row];
	const struct rule_result *result = s->findings ? &s->findings->rule[row] : NULL;
	struct severity sev = severity_of(r->risk_score);
	struct str why;
	enum rule_state state = summary_rule(r, result, &why);

	switch (col) {
	case NAME:
		c->text = r->name;
		break;
	case TYPE:
		c->text = r->type_text;
		break;
	case RISK:
		if (r->risk_score > 0) {
			cell_printf(c, "%g %c", r->risk_score, sev.letter);
			c->num = r->risk_score;
			c->role = sev.role;
		}
		break;
	case HITS:
		if (state == RULE_RAN)
			cell_number(c, s->hits[row]);
		if (state == RULE_RAN && s->hits[row])
			c->role = ROLE_STRONG;
		break;
	case OUT:
		if (state == RULE_RAN && s->out[row])
			cell_number(c, s->out[row]);
		break;
	case TOOK:
		if (result && result->ran) {
			cell_printf(c, "%.1f", (double)result->ns / 1e6);
			c->num = (double)result->ns;
		}
		break;
	case STATE:
		c->text = str_c(state_text[state].text);
		c->role = state_text[state].role;
		break;
	case WHY:
		c->text = why;
		break;
	case FILE_NAME:
		c->text = r->file;
		break;
	default:
		break;
	}
}

static bool about(struct view *v, size_t row, struct entity *e)
{
	*e = ENTITY_NONE;
	e->rule = ((struct rules_state *)v->state)->rules->v[row];
	return true;
}

static bool request(struct view *v, enum request r, size_t row)
{
	if (r != REQ_ENTER || row == LIST_NONE)
		return false;
	ui_request(v->ui, REQ_RULE, 0);
	return true;
}

static void empty(struct view *v, struct page *p)
{
	page_blank(p);
	page_adds(p, ROLE_TEXT, analysis_rules(v->ui->analysis) ? "No rules were found in what was named." : "The rules are being read.");
	page_end(p);
	summary_rule_trouble(v->ui->analysis, p, SIZE_MAX);
}

const struct view_ops view_rules = {
	.name = "rules", .noun = "rule", .help = "what became of each rule", .digit = '3', .keeps = true, .kept_alone = true,
	.columns = cols, .ncolumns = NCOLS,
	.sort = HITS, .reverse = true, .state_size = sizeof(struct rules_state),
	.hints = {REQ_ENTER, REQ_FILTER, REQ_SEARCH, REQ_SORT, REQ_MARK, REQ_WRITE, REQ_BACK},
	.open = open_rules, .update = update, .close = close_rules, .status = status, .cell = cell, .empty = empty, .about = about, .request = request,
};
