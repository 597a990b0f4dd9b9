/* A hit in full, or a row of a search: what was found, how sure it is, why, who, what, where, what speaks against it, the rule,
 * all fields, and the events behind it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "detect/explain.h"
#include "ui/app.h"
#include "ui/clock.h"
#include "ui/event.h"
#include "ui/threshold_page.h"
#include "ui/work.h"

enum { LABEL = 8, NAME = 20, VALUE = 22, PLACES_MAX = 8, NARROW = 90, LINES_WHY = 3, LINES_COMMAND = 6 };

struct detail {
	bool is_hit;
	struct finding f;
	struct rows *own;                                /* a copy of the row, when it is no hit */
	struct arena *arena;                             /* of matches */
	struct match *match;
	size_t nmatches;
	bool matched;
};

/* ---- why: found out on a worker ---- */

struct why_job {
	struct finding f;
	struct engine *engine;
	struct arena *arena;
	struct match *match;
	size_t n;
};

static void run_why(struct job *job)
{
	struct why_job *w = job->ctx;

	struct explainer *x = explainer_new(w->engine, &job->cancel);

	w->match = finding_matches(&w->f, x, w->arena, &w->n);
	explainer_free(x);
}

static void why_done(struct job *job)
{
	struct why_job *w = job->ctx;

	if (job->owner) {
		struct detail *s = job->owner->state;

		s->arena = w->arena;
		s->match = w->match;
		s->nmatches = w->n;
		s->matched = true;
		job->owner->stale = true;
		w->arena = NULL;
	}
	arena_free(w->arena);
	free(w);
}

/* ---- opening ---- */

static bool accepts(const struct entity *e)
{
	return e->hit || e->rows;
}

static bool open_detail(struct view *v, const struct view_arg *arg, struct diag *d)
{
	struct detail *s = v->state;
	struct engine *engine = analysis_engine(v->ui->analysis);
	uint32_t row = (uint32_t)arg->about.row;

	(void)d;
	s->is_hit = arg->about.hit != NULL;
	if (s->is_hit) {
		s->f = *arg->about.hit;
		view_title(v, "%.*s", STR_FMT(s->f.rule->name));
		if (s->f.threshold)                      /* it says itself why */
			return true;
		struct why_job *w = xcalloc(1, sizeof *w);

		w->f = s->f;
		w->engine = engine;
		w->arena = arena_new();
		work_start(v->ui, v, NULL, run_why, why_done, w);
		return true;
	}
	s->own = rows_new(0);
	rows_append(s->own, arg->about.rows);
	rows_select(s->own, &row, 1);
	s->f = (struct finding){.rows = s->own, .lineage = s->own->lin ? s->own->lin[0] : NULL, .main_event = arg->about.ev};
	view_title(v, "row %u", row + 1);
	return true;
}

static void close_detail(struct view *v)
{
	struct detail *s = v->state;

	rows_free(s->own);
	arena_free(s->arena);
}

/* ---- the parts ---- */

static void label(struct page *p, const char *text)
{
	page_adds(p, ROLE_SECTION, text);
	page_tab(p, LABEL, true);
}

/* "confirmed: …": what the joined events have in common, or not. */
static void add_confirmed(struct page *p, const struct finding *f, const struct store *s)
{
	const struct lineage *l = f->lineage;
	struct str host = {0}, guid = {0};
	bool hosts = false;

	if (f->confirmed == CONFIRM_NONE)
		return;
	for (uint32_t i = 0; s && l && i < l->n; i++) {
		struct str h = store_sys(s, l->v[i].ev, SYS_COMPUTER), g = event_guid(s, l->v[i].ev);

		hosts |= host.n && h.n && !str_ieq(host, h);
		if (!host.n)
			host = h;
		if (!guid.n)
			guid = g;
	}
	if (f->confirmed == CONFIRM_YES) {
		page_wrap(p, ROLE_GOOD, STR("confirmed: "), LABEL);
		page_wrap(p, ROLE_TEXT, STR("the joined events name the same host and process "), LABEL);
		page_wrap(p, ROLE_DIM, guid, LABEL);
	} else {
		page_wrap(p, ROLE_WARN, STR("unconfirmed: "), LABEL);
		page_wrap(p, ROLE_TEXT, hosts ? STR("the joined events come from different hosts") :
		                                STR("the joined events name different processes"), LABEL);
	}
	page_end(p);
}

static void add_head(struct page *p, const struct finding *f, const struct store *s)
{
	const struct rule *r = f->rule;
	struct severity sev = severity_of(f->score);

	p->value = f->message.n ? f->message : r->name;
	page_wrap(p, ROLE_STRONG, p->value, 0);
	page_end(p);
	p->value = (struct str){0};
	label(p, "RISK");
	page_addf(p, sev.role, "%g %s", f->score, sev.word);
	if (r->impact > 0 && r->confidence > 0)
		page_addf(p, ROLE_DIM, " (impact %g %s confidence %g)", r->impact, ornament(ORN_TIMES), r->confidence);
	for (size_t i = 0; i < r->nmitre; i++) {
		page_adds(p, ROLE_TEXT, i ? ", " : "   ");
		page_wrap(p, ROLE_STRONG, r->mitre[i].id, LABEL);
		if (r->mitre[i].name.n) {
			page_adds(p, ROLE_TEXT, " ");
			page_wrap(p, ROLE_TEXT, r->mitre[i].name, LABEL);
		}
		if (r->mitre[i].tactics.n) {
			page_adds(p, ROLE_TEXT, " ");
			page_wrap(p, ROLE_DIM, str_c(arena_printf(p->arena, "(%.*s)", STR_FMT(r->mitre[i].tactics))), LABEL);
		}
	}
	page_end(p);
	if (f->confirmed != CONFIRM_NONE) {
		label(p, "JOIN");
		add_confirmed(p, f, s);
	}
}

/* "= installutil.exe" of "Processes.process_name=installutil.exe": what the field's name is not needed for. */
static struct str relation(const struct match *m)
{
	const struct str t = m->term, field = str_after_last(m->field, '.');
	const ptrdiff_t found = str_find(t, field);
	size_t i = found < 0 ? 0 : (size_t)found;

	for (size_t k = 0; k < i; k++)                   /* nothing but the name of its model before it */
		if (t.p[k] == ' ' || t.p[k] == '(')
			return t;
	if (found < 0)
		return t;
	i += field.n;
	while (i < t.n && (t.p[i] == '"' || t.p[i] == '\'' || t.p[i] == ' '))
		i++;
	if (i >= t.n || !(strchr("=!<>", t.p[i]) || str_istarts((struct str){t.p + i, t.n - i}, "in")))
		return t;
	return (struct str){t.p + i, t.n - i};
}

/* "=x" as "= x". */
static void add_relation(struct page *p, const struct match *m, int indent)
{
	struct str r = relation(m);
	size_t n = 0;

	while (n < r.n && strchr("=!<>", r.p[n]))
		n++;
	page_wrap(p, ROLE_CODE, (struct str){r.p, n}, indent);
	if (n && n < r.n && r.p[n] != ' ')
		page_adds(p, ROLE_CODE, " ");
	page_wrap(p, ROLE_CODE, (struct str){r.p + n, r.n - n}, indent);
}

/* Of a long value the part around its first mark that takes so many columns. */
static void excerpt(const struct match *m, int columns, size_t *from, size_t *to)
{
	enum { LEAD = 24 };
	size_t at = m->mark[0].from > LEAD ? m->mark[0].from - LEAD : 0;
	struct glyph g;

	while (at && at < m->value.n && ((unsigned char)m->value.p[at] & 0xC0) == 0x80)
		at++;
	*from = at;
	while (at < m->value.n && columns > 0) {
		glyph_next(m->value, &at, &g);
		columns -= g.width;
	}
	*to = at;
}

/* The value of a match; what the term asks for in it stands out. */
static void add_value(struct page *p, const struct match *m, int indent)
{
	const struct str v = m->value;
	const int room = (p->width - indent) * LINES_WHY;
	size_t done = 0, end = v.n;

	if (!m->nmarks) {
		page_wrap_some(p, ROLE_STRONG, v, indent, LINES_WHY);
		return;
	}
	if ((int)glyph_width(v) >= room)
		excerpt(m, room - (p->width - indent) / 2, &done, &end);
	if (done)
		page_addf(p, ROLE_DIM, "%zu bytes %s", done, ornament(ORN_ELLIPSIS));
	for (size_t i = 0; i < m->nmarks && m->mark[i].from < end; i++) {
		size_t to = m->mark[i].to < end ? m->mark[i].to : end;
		page_wrap(p, ROLE_STRONG, (struct str){v.p + done, m->mark[i].from - done}, indent);
		page_wrap(p, ROLE_MATCH, (struct str){v.p + m->mark[i].from, to - m->mark[i].from}, indent);
		done = to;
	}
	page_wrap(p, ROLE_STRONG, (struct str){v.p + done, end - done}, indent);
	if (end < v.n)
		page_addf(p, ROLE_DIM, "%s %zu bytes more", ornament(ORN_ELLIPSIS), v.n - end);
}

static void add_why(struct page *p, const struct detail *d, const struct store *s)
{
	int name = p->width < NARROW ? NAME - 5 : NAME, value = p->width < NARROW ? 2 : VALUE;

	page_blank(p);
	label(p, "WHY");
	if (!d->matched || d->nmatches == 0) {
		page_adds(p, ROLE_DIM, d->matched ? "no single term of the search is behind it" : "looking");
		page_end(p);
		return;
	}
	for (size_t i = 0; i < d->nmatches; i++) {
		const struct match *m = &d->match[i];
		uint64_t record = s && m->ev != EV_NONE ? store_record_id(s, m->ev) : UINT64_MAX;

		p->value = m->value;
		p->link = m->ev == EV_NONE ? (struct page_link){0} : (struct page_link){.kind = LINK_EVENT, .n = m->ev};
		page_tab(p, LABEL, false);
		page_add(p, ROLE_LABEL, str_after_last(m->field, '.'));
		page_tab(p, LABEL + name, true);
		add_value(p, m, LABEL + name + 2);
		page_tab(p, LABEL + name + value, true);
		page_adds(p, ROLE_TEXT, " ");
		add_relation(p, m, LABEL + name + 2);
		if (s && m->ev != EV_NONE) {
			char from[64];

			if (record != UINT64_MAX)
				snprintf(from, sizeof from, "  (event %u, record %llu)", event_id(s, m->ev), (unsigned long long)record);
			else
				snprintf(from, sizeof from, "  (event %u)", event_id(s, m->ev));
			page_wrap(p, ROLE_DIM, str_c(from), LABEL + name + 2);
		}
		page_end(p);
	}
	p->value = (struct str){0};
	p->link = (struct page_link){0};
}

static void add_who(struct page *p, const struct finding *f)
{
	label(p, "WHO");
	page_wrap(p, f->user.n ? ROLE_STRONG : ROLE_DIM, f->user.n ? f->user : STR("no user named"), LABEL);
	page_wrap(p, ROLE_TEXT, STR(" on "), LABEL);
	page_wrap(p, f->host.n ? ROLE_STRONG : ROLE_DIM, f->host.n ? f->host : STR("no host named"), LABEL);
	for (size_t i = 0; i < f->nrisk; i++) {
		page_wrap(p, ROLE_DIM, str_c(arena_printf(p->arena, "%s%s ", i ? ", " : "   risk: ", risk_type_name[f->risk[i].type])), LABEL);
		page_wrap(p, ROLE_TEXT, f->risk[i].object, LABEL);
		page_wrap(p, severity_of(f->risk[i].score).role, str_c(arena_printf(p->arena, " %g", f->risk[i].score)), LABEL);
	}
	page_end(p);
}

static void small(struct page *p, const char *name, struct str value)
{
	if (!value.n)
		return;
	page_wrap(p, ROLE_LABEL, str_c(arena_printf(p->arena, "%s ", name)), LABEL);
	page_wrap(p, ROLE_TEXT, value, LABEL);
	page_adds(p, ROLE_TEXT, "   ");
}

static struct str data_of(const struct store *s, ev_t ev, const char *name)
{
	return s && ev != EV_NONE ? store_data(s, ev, name) : (struct str){0};
}

static void add_what(struct page *p, const struct finding *f, const struct store *s)
{
	ev_t ev = f->main_event;
	struct str image = data_of(s, ev, "Image"), parent = data_of(s, ev, "ParentCommandLine"), hashes = data_of(s, ev, "Hashes");

	label(p, "WHAT");
	p->value = f->command.n ? f->command : f->process;
	page_wrap(p, ROLE_STRONG, f->process.n ? f->process : STR("no process named"), LABEL);
	if (f->command.n) {
		page_adds(p, ROLE_TEXT, "  ");
		page_wrap_some(p, ROLE_CODE, f->command, LABEL + 2, LINES_COMMAND);
	}
	page_end(p);
	if (image.n) {
		p->value = image;
		page_tab(p, LABEL, false);
		page_wrap(p, ROLE_TEXT, image, LABEL + 2);
		page_end(p);
	}
	p->value = (struct str){0};
	if (f->pid.n || f->guid.n) {
		page_tab(p, LABEL, false);
		small(p, "pid", f->pid);
		small(p, "integrity", data_of(s, ev, "IntegrityLevel"));
		small(p, "original name", data_of(s, ev, "OriginalFileName"));
		small(p, "guid", f->guid);
		page_end(p);
	}
	if (f->parent.n || parent.n) {
		page_tab(p, LABEL, false);
		p->value = parent;
		page_adds(p, ROLE_LABEL, "parent ");
		page_wrap(p, ROLE_STRONG, f->parent, LABEL + 2);
		page_adds(p, ROLE_TEXT, "  ");
		page_wrap_some(p, ROLE_CODE, parent, LABEL + 2, LINES_COMMAND);
		page_end(p);
	}
	if (hashes.n) {
		p->value = hashes;
		page_tab(p, LABEL, false);
		page_wrap(p, ROLE_DIM, hashes, LABEL);
		page_end(p);
	}
	p->value = (struct str){0};
}

static void add_place(struct page *p, const struct finding *f, const struct store *s, ev_t ev, bool first)
{
	struct str ip = store_data(s, ev, "DestinationIp"), name = store_data(s, ev, "DestinationHostname");
	struct str out = store_data(s, ev, "Initiated"), host = store_sys(s, ev, SYS_COMPUTER);
	ev_t main = f->main_event;
	usec_t t = store_time(s, ev), start = main != EV_NONE && event_id(s, main) == 1 ? store_time(s, main) : WHEN_NONE;
	bool own = main == EV_NONE || str_ieq(event_guid(s, ev), event_guid(s, main));
	bool here = main == EV_NONE || str_ieq(host, store_sys(s, main, SYS_COMPUTER));
	char time[WHEN_SIZE];

	if (first)
		label(p, "WHERE");
	page_tab(p, LABEL, false);
	p->link = (struct page_link){.kind = LINK_EVENT, .n = ev};
	p->value = ip;
	page_addf(p, ROLE_STRONG, "%.*s:%.*s", STR_FMT(ip), STR_FMT(store_data(s, ev, "DestinationPort")));
	if (name.n && !str_eqc(name, "-"))
		page_addf(p, ROLE_TEXT, " %.*s", STR_FMT(name));
	page_addf(p, ROLE_TEXT, " %.*s, %s", STR_FMT(store_data(s, ev, "Protocol")),
	          str_ieqc(out, "true") ? "out" : str_ieqc(out, "false") ? "in" : "direction unknown");
	if (t != WHEN_NONE)
		page_addf(p, ROLE_TEXT, ", %s", clock_text(t, time) + 11);
	if (!here)
		page_addf(p, ROLE_WARN, ", but by %.*s", STR_FMT(host));
	else if (!own)
		page_adds(p, ROLE_WARN, ", but by another process");
	else if (t != WHEN_NONE && start != WHEN_NONE && t >= start)
		page_addf(p, ROLE_DIM, ", %.1f s after start", (double)(t - start) / (double)USEC_PER_SEC);
	page_end(p);
	p->link = (struct page_link){0};
	p->value = (struct str){0};
}

static void add_where(struct page *p, const struct finding *f, const struct store *s)
{
	size_t n = 0;

	for (uint32_t i = 0; s && f->lineage && i < f->lineage->n; i++)
		if (event_id(s, f->lineage->v[i].ev) == 3 && n++ < PLACES_MAX)
			add_place(p, f, s, f->lineage->v[i].ev, n == 1);
	if (n > PLACES_MAX) {
		page_tab(p, LABEL, false);
		page_addf(p, ROLE_DIM, "and %zu more connections", n - PLACES_MAX);
		page_end(p);
	}
	if (n == 0 && f->c2.n) {
		label(p, "WHERE");
		page_wrap(p, ROLE_STRONG, f->c2, LABEL);
		if (f->port.n)
			page_addf(p, ROLE_STRONG, ":%.*s", STR_FMT(f->port));
		page_end(p);
	}
}

static void add_rule(struct page *p, const struct rule *r)
{
	if (r->known_false_positives.n) {
		label(p, "NOISE?");
		page_prose(p, ROLE_TEXT, r->known_false_positives, LABEL);
	}
	label(p, "RULE");
	p->link = (struct page_link){.kind = LINK_RULE, .p = r};
	page_wrap(p, ROLE_LINK, r->name, LABEL);
	page_wrap(p, ROLE_TEXT, str_c(arena_printf(p->arena, "   v%.*s %.*s %.*s %.*s   %.*s", STR_FMT(r->version), STR_FMT(r->date),
	          STR_FMT(r->type_text), STR_FMT(r->status), STR_FMT(r->author))), LABEL);
	page_end(p);
	p->link = (struct page_link){0};
	if (r->nstory) {
		page_tab(p, LABEL, false);
		for (size_t i = 0; i < r->nstory; i++) {
			if (i)
				page_addf(p, ROLE_DIM, " %s ", ornament(ORN_DOT));
			page_wrap(p, ROLE_TEXT, r->story[i], LABEL);
		}
		page_end(p);
	}
	page_prose(p, ROLE_DIM, r->description, LABEL);
	for (size_t i = 0; i < r->nreference; i++) {
		p->value = r->reference[i];
		page_tab(p, LABEL, false);
		page_wrap(p, ROLE_DIM, r->reference[i], LABEL + 2);
		page_end(p);
	}
	p->value = (struct str){0};
}

/* A moment in seconds, for those who do not read those. */
static struct str with_time(struct page *p, struct str name, struct val v, struct str text)
{
	char iso[WHEN_SIZE];
	double t;

	if (!str_eqc(name, "_time") && !str_eqc(name, "firstTime") && !str_eqc(name, "lastTime"))
		return text;
	if (!val_number(v, &t) || t < 0 || t > 9e9)
		return text;
	return str_c(arena_printf(p->arena, "%.*s   %s", STR_FMT(text), clock_iso((usec_t)(t * (double)USEC_PER_SEC), iso)));
}

static void add_fields(struct page *p, const struct finding *f)
{
	int width = 8;

	for (size_t i = 0; i < f->rows->ncols; i++)
		if (f->rows->col[i].name.n > (size_t)width)
			width = f->rows->col[i].name.n < 32 ? (int)f->rows->col[i].name.n : 32;
	page_heading(p, "Fields of the row");
	for (size_t i = 0; i < f->rows->ncols; i++) {
		struct val v = f->rows->col[i].v[f->row];
		uint32_t n = val_count(v);

		for (uint32_t k = 0; k < n || k == 0; k++)
			page_field(p, 2, width, k ? STR("") : f->rows->col[i].name, ROLE_TEXT,
			           with_time(p, f->rows->col[i].name, v, val_text(val_at(v, k), p->arena)));
	}
}

static void add_events(struct page *p, const struct finding *f, const struct store *s)
{
	page_heading(p, "Events behind it");
	for (uint32_t i = 0; s && f->lineage && i < f->lineage->n; i++)
		event_line(p, s, f->lineage->v[i].ev, 2);
	if (!f->lineage || f->lineage->n == 0) {
		page_adds(p, ROLE_DIM, "  none: the row was not made of events");
		page_end(p);
	} else if (f->lineage->total > f->lineage->n) {
		page_addf(p, ROLE_DIM, "  and %u more that are not kept", f->lineage->total - f->lineage->n);
		page_end(p);
	}
}

/* What was decided of it. */
static void add_verdict(struct page *p, struct casefile *c, const struct finding *f)
{
	enum verdict verdict = case_verdict(c, f->key);
	struct str note = case_note(c, f->key);

	if (verdict == VERDICT_OPEN && note.n == 0)
		return;
	label(p, "CASE");
	page_adds(p, ROLE_STRONG, verdict_name[verdict]);
	if (note.n) {
		p->value = arena_str(p->arena, note);
		page_adds(p, ROLE_DIM, "   note: ");
		page_wrap(p, ROLE_TEXT, p->value, LABEL);
	}
	page_end(p);
	p->value = (struct str){0};
}

static void fill(struct view *v, struct page *p)
{
	const struct detail *d = v->state;
	const struct store *s = analysis_store(v->ui->analysis);

	if (d->is_hit) {
		add_head(p, &d->f, s);
		add_verdict(p, v->ui->casefile, &d->f);
		if (d->f.threshold) {
			threshold_page(p, &d->f, SIZE_MAX);
			add_fields(p, &d->f);
			return;
		}
		add_why(p, d, s);
		add_who(p, &d->f);
		add_what(p, &d->f, s);
		add_where(p, &d->f, s);
		add_rule(p, d->f.rule);
	}
	add_fields(p, &d->f);
	add_events(p, &d->f, s);
}

/* The line's event, when it has one: that is what a pivot from it means. */
static bool about(struct view *v, size_t row, struct entity *e)
{
	const struct detail *d = v->state;
	const struct page_link *link = &v->page.v[row].link;

	*e = entity_of_hit(&d->f);
	if (!d->is_hit)
		e->hit = NULL;
	if (link->kind == LINK_EVENT)
		e->ev = (ev_t)link->n;
	const struct finding *told = d->f.threshold ? threshold_hit(v->ui, &d->f, link) : NULL;
	if (told)                                        /* a line about a hit is about that hit */
		*e = entity_of_hit(told);
	return true;
}

static bool request(struct view *v, enum request r, size_t row)
{
	const struct detail *d = v->state;

	return r == REQ_ENTER && d->f.threshold && row != LIST_NONE && threshold_follow(v->ui, &d->f, &v->page.v[row].link);
}

const struct view_ops view_detail = {
	.name = "detail", .noun = "line", .help = "one hit in full", .pivot = REQ_DETAIL, .needs = "a hit or a row", .text = true,
	.sort = -1, .state_size = sizeof(struct detail),
	.hints = {REQ_ENTER, REQ_PTREE, REQ_CONNS, REQ_RISK, REQ_EVENTS, REQ_RAW, REQ_DRILLDOWN, REQ_VERDICT, REQ_NOTE, REQ_BACK},
	.accepts = accepts, .open = open_detail, .close = close_detail, .fill = fill, .about = about, .request = request,
};
