/* The risk of one user or system: its events in a window that ends at the newest one, earlier dumps included, what they add up
 * to by day or hour, and the thresholds they crossed. Opened on a row that names it; of two there is a choice. */
#include "ui/view_risk.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ui/app.h"
#include "ui/clock.h"
#include "ui/decide.h"
#include "ui/work.h"

#define HOUR (INT64_C(3600) * USEC_PER_SEC)
#define DAY (24 * HOUR)
enum { BAR_CELL = 14, BARS_MAX = 64 };

static const struct window {
	const char *text;
	int64_t length, bar;                             /* of what one bar stands for */
} windows[] = {
	{"24 hours", DAY, HOUR}, {"7 days", 7 * DAY, DAY}, {"30 days", 30 * DAY, DAY}, {"90 days", 90 * DAY, 7 * DAY},
	{"365 days", 365 * DAY, 30 * DAY},
};
enum { WINDOWS = sizeof windows / sizeof *windows, WINDOW_FIRST = 1 };

struct risk {
	enum risk_type type;
	struct str object, shown;                        /* own */
	usec_t about;                                    /* the time of what it was opened on, which the window holds; WHEN_NONE: none */
	size_t window;
	struct arena *arena;
	const struct case_risk *v;                       /* all there is, by time */
	size_t n;
	bool read, reading;
	unsigned changes;                                /* of the case, as of then */
};

/* ---- reading, on a worker ---- */

struct reading {
	struct casefile *c;
	enum risk_type type;
	struct str object;                               /* in arena */
	struct arena *arena;
	struct case_risk *v;
	size_t n;
};

static void read_risk(struct job *job)
{
	struct reading *x = job->ctx;

	x->v = case_risk(x->c, x->type, x->object, WHEN_NONE, WHEN_NONE, x->arena, &x->n);
}

static void read_done(struct job *job)
{
	struct reading *x = job->ctx;
	struct risk *r = job->owner ? job->owner->state : NULL;

	if (r) {
		arena_free(r->arena);
		r->arena = x->arena;
		r->v = x->v;
		r->n = x->n;
		r->read = true;
		r->reading = false;
		job->owner->stale = true;
	} else {
		arena_free(x->arena);
	}
	free(x);
}

static void update(struct view *v)
{
	struct risk *r = v->state;

	if (!decide_ready(v->ui) || r->reading || (r->read && r->changes == decide_changes(v->ui)))
		return;
	struct reading *x = xcalloc(1, sizeof *x);

	*x = (struct reading){.c = v->ui->casefile, .type = r->type, .arena = arena_new()};
	x->object = arena_str(x->arena, r->object);
	r->reading = true;
	r->changes = decide_changes(v->ui);
	work_start(v->ui, v, "adding up risk", read_risk, read_done, x);
}

/* ---- what the events say ---- */

struct sums {
	const struct case_risk *v;                       /* by time; also from before the window, for what looks back */
	size_t n, from;                                  /* the window starts at v[from] */
	const struct risk_limits *limits;
	double total, best;                              /* best: the most in the time of the limit */
	size_t rules, tactics, best_tactics;
	usec_t exceeded, reached;                        /* when the limits were crossed first; WHEN_NONE: never */
};

/* When each tactic was seen last. */
static void add_tactics(struct map *seen, struct str list, usec_t when)
{
	while (list.n) {
		const char *comma = memchr(list.p, ',', list.n);
		size_t n = comma ? (size_t)(comma - list.p) : list.n;
		struct str one = str_trim((struct str){list.p, n});

		if (one.n)
			map_put(seen, one, NULL)->u = (uint64_t)when;
		list = comma ? (struct str){comma + 1, list.n - n - 1} : (struct str){0};
	}
}

static size_t count_since(const struct map *seen, usec_t since)
{
	size_t n = 0;

	for (size_t i = 0; i < map_len(seen); i++)
		n += (usec_t)map_val(seen, i)->u >= since;
	return n;
}

static void sum_up(struct sums *s)
{
	struct map *rules = map_new(), *tactics = map_new();
	size_t day = 0;
	double in_day = 0;

	s->exceeded = s->reached = WHEN_NONE;
	for (size_t i = 0; i < s->n; i++) {
		usec_t now = s->v[i].time;

		in_day += s->v[i].score;
		while (now - s->v[day].time > s->limits->score_span)
			in_day -= s->v[day++].score;
		add_tactics(tactics, s->v[i].tactics, now);
		if (i < s->from)
			continue;
		s->total += s->v[i].score;
		map_put(rules, s->v[i].rule_id, NULL);
		if (in_day > s->best)
			s->best = in_day;
		if (s->limits->score > 0 && in_day > s->limits->score && s->exceeded == WHEN_NONE)
			s->exceeded = now;
		size_t n = count_since(tactics, now - s->limits->tactics_span);
		if (n > s->best_tactics)
			s->best_tactics = n;
		if (s->limits->tactics > 0 && (double)n >= s->limits->tactics && s->reached == WHEN_NONE)
			s->reached = now;
	}
	s->rules = map_len(rules);
	s->tactics = s->from < s->n ? count_since(tactics, s->v[s->from].time) : 0;
	map_free(rules);
	map_free(tactics);
}

/* The end of the window: the newest event, of the dump or of the object. */
static usec_t newest(struct view *v, const struct case_risk *r, size_t n)
{
	const struct store *s = analysis_store(v->ui->analysis);
	usec_t t = s ? store_last(s) : WHEN_NONE;

	for (size_t i = n; i-- > 0;)
		if (r[i].time != WHEN_NONE && (t == WHEN_NONE || r[i].time > t))
			t = r[i].time;
	return t;
}

/* The window ends at the newest event; where that leaves out what it was opened on, at the newest risk that fits in with it. */
static usec_t window_end(struct view *v, const struct risk *r, const struct case_risk *all, size_t n)
{
	const int64_t length = windows[r->window].length;
	const usec_t last = newest(v, all, n);
	usec_t t = r->about;

	if (t == WHEN_NONE || last == WHEN_NONE || last - t <= length)
		return last;
	for (size_t i = 0; i < n && all[i].time - r->about <= length; i++)
		if (all[i].time > t)
			t = all[i].time;
	return t;
}

/* ---- the page ---- */

/* The text in exactly `width` columns, cut with an ellipsis. */
static void put_column(struct page *p, enum role role, struct str s, int width, bool last)
{
	size_t at = 0, keep = 0;
	int used = 0, room = width - (int)glyph_width(str_c(ornament(ORN_ELLIPSIS)));
	struct glyph g;

	if ((int)glyph_width(s) <= width) {
		keep = s.n;
		used = (int)glyph_width(s);
	} else {
		while (at < s.n) {
			glyph_next(s, &at, &g);
			if (used + g.width > room)
				break;
			used += g.width;
			keep = at;
		}
	}
	page_add(p, role, (struct str){s.p, keep});
	if (keep < s.n) {
		page_adds(p, ROLE_DIM, ornament(ORN_ELLIPSIS));
		used = width;
	}
	if (!last)
		page_addf(p, ROLE_TEXT, "%*s", width - used + 2, "");
}

static void add_limit(struct page *p, const char *what, bool crossed, const char *word, usec_t when, const char *best)
{
	char time[WHEN_SIZE];

	page_wrap(p, ROLE_LABEL, str_c(arena_printf(p->arena, "threshold: %s  ", what)), 2);
	if (crossed) {
		page_wrap(p, ROLE_ERROR, str_c(word), 2);
		page_wrap(p, ROLE_TEXT, str_c(arena_printf(p->arena, " %s", clock_text(when, time))), 2);
	} else {
		page_wrap(p, ROLE_TEXT, str_c(arena_printf(p->arena, "not reached, highest %s", best)), 2);
	}
	page_end(p);
}

static const char *span_text(struct page *p, int64_t span)
{
	struct str s = threshold_span(span, true, p->arena);

	return s.p;
}

static void add_head(struct page *p, const struct risk *r, const struct sums *s, usec_t to, bool moved)
{
	const struct window *w = &windows[r->window];
	char time[WHEN_SIZE], best[32], shorter[KEY_NAME_SIZE * 8], longer[KEY_NAME_SIZE * 8];

	page_wrap(p, ROLE_STRONG, r->shown, 0);
	page_wrap(p, ROLE_TEXT, str_c(arena_printf(p->arena, " (%s)   %s to %s", risk_type_name[r->type], w->text, clock_text(to, time))), 2);
	page_wrap(p, ROLE_DIM, str_c(arena_printf(p->arena, "   %s %s change the window", keys_first(REQ_PREVIOUS_HIT, true, shorter,
	          sizeof shorter), keys_first(REQ_NEXT_HIT, true, longer, sizeof longer))), 0);
	page_end(p);
	if (moved) {
		page_wrap(p, ROLE_DIM, str_c(arena_printf(p->arena, "the window ends where the row of %s is in it", clock_text(r->about, time))), 0);
		page_end(p);
	}
	page_addf(p, severity_of(s->total).role, "%g points", s->total);
	page_wrap(p, ROLE_TEXT, str_c(arena_printf(p->arena, " in %zu %s, %zu %s, %zu %s", s->rules, s->rules == 1 ? "rule" : "rules", s->tactics,
	          s->tactics == 1 ? "tactic" : "tactics", s->n - s->from, s->n - s->from == 1 ? "event" : "events")), 2);
	page_end(p);
	if (s->limits->score > 0) {
		snprintf(best, sizeof best, "%g", s->best);
		add_limit(p, arena_printf(p->arena, "more than %g points in %s", s->limits->score, span_text(p, s->limits->score_span)),
		          s->exceeded != WHEN_NONE, "EXCEEDED", s->exceeded, best);
	}
	if (s->limits->tactics > 0) {
		snprintf(best, sizeof best, "%zu", s->best_tactics);
		add_limit(p, arena_printf(p->arena, "%g tactics or more in %s", s->limits->tactics, span_text(p, s->limits->tactics_span)),
		          s->reached != WHEN_NONE, "REACHED", s->reached, best);
	}
}

/* One bar for each day or hour of the window, side by side as many as fit. */
static void add_bars(struct page *p, const struct risk *r, const struct sums *s, usec_t from, usec_t to)
{
	const struct window *w = &windows[r->window];
	int64_t off = clock_offset(from), first = from - ((from + off) % w->bar + w->bar) % w->bar;
	size_t n = (size_t)((to - first) / w->bar) + 1, across = p->width > BAR_CELL ? (size_t)(p->width / BAR_CELL) : 1;
	int cell;
	double sum[BARS_MAX] = {0}, most = 0;

	if (n > BARS_MAX)
		n = BARS_MAX;
	if (across > n)
		across = n;
	cell = p->width / (int)across;
	for (size_t i = s->from; i < s->n; i++) {
		size_t at = (size_t)((s->v[i].time - first) / w->bar);

		if (at < n)
			sum[at] += s->v[i].score;
	}
	for (size_t i = 0; i < n; i++)
		if (sum[i] > most)
			most = sum[i];
	page_blank(p);
	for (size_t i = 0; i < n; i++) {
		char time[WHEN_SIZE], score[32];
		int room;

		page_tab(p, (int)(i % across) * cell, false);
		clock_text(first + (int64_t)i * w->bar, time);
		page_addf(p, ROLE_LABEL, "%.5s ", w->bar == HOUR ? time + 11 : time + 5);
		if (sum[i] > 0) {
			snprintf(score, sizeof score, " %g", sum[i]);
			room = cell - 7 - (int)strlen(score);
			int length = most > 0 ? (int)((double)room * sum[i] / most + 0.5) : 0;
			for (int k = 0; k < length || k == 0; k++)
				page_adds(p, ROLE_BAR, ornament_bar(GLYPH_LEVELS - 1));
			page_adds(p, ROLE_TEXT, score);
		} else {
			page_adds(p, ROLE_BAR_NONE, ornament(ORN_DOT));
		}
		if ((i + 1) % across == 0 || i + 1 == n)
			page_end(p);
	}
}

enum { W_TIME = 19, W_SCORE = 5, W_SUM = 6, W_VERDICT = 2, W_ATTACK = 9 };

static void add_row(struct page *p, enum verdict verdict, const struct case_risk *x, double sum, int w_rule, int w_message, bool here)
{
	const char *comma = x->mitre.n ? memchr(x->mitre.p, ',', x->mitre.n) : NULL;
	char time[WHEN_SIZE];

	put_column(p, here ? ROLE_TEXT : ROLE_DIM, x->time == WHEN_NONE ? STR("-") : str_c(clock_text(x->time, time)), W_TIME, false);
	page_addf(p, severity_of(x->score).role, "%*g  ", W_SCORE, x->score);
	page_addf(p, ROLE_TEXT, "%*g  ", W_SUM, sum);
	page_addf(p, ROLE_STRONG, "%-*s  ", W_VERDICT, verdict_short[verdict]);
	put_column(p, here ? ROLE_LINK : ROLE_TEXT, x->rule_name, w_rule, w_message <= 0);
	if (w_message > 0) {
		put_column(p, ROLE_TEXT, comma ? (struct str){x->mitre.p, (size_t)(comma - x->mitre.p)} : x->mitre, W_ATTACK, false);
		put_column(p, ROLE_DIM, x->message, w_message, true);
	}
	page_end(p);
}

static void add_rows(struct view *v, struct page *p, const struct sums *s)
{
	const struct findings *f = analysis_findings(v->ui->analysis);
	int left = p->width - (W_TIME + W_SCORE + W_SUM + W_VERDICT + 8), w_rule = left, w_message = 0;
	struct map *here = map_new();
	double sum = s->total;
	char head[ZONE_SIZE + 8], zone[ZONE_SIZE];

	if (left > 70) {
		w_rule = left * 45 / 100;
		w_message = left - w_rule - W_ATTACK - 4;
	}
	for (size_t i = 0; f && i < f->n; i++)
		map_put(here, str_c(f->v[i].key), NULL);
	page_blank(p);
	snprintf(head, sizeof head, "TIME (%s)", clock_zone(s->v[s->from < s->n ? s->from : 0].time, s->v[s->n - 1].time, zone));
	page_addf(p, ROLE_HEAD, "%-*.*s  %*s  %*s  %*s  %-*s", W_TIME, W_TIME, head, W_SCORE, "SCORE", W_SUM, "SUM", W_VERDICT, "", w_rule,
	          "RULE");
	if (w_message > 0)
		page_addf(p, ROLE_HEAD, "  %-*s  MESSAGE", W_ATTACK, "ATT&CK");
	page_end(p);
	for (size_t i = s->n; i-- > s->from;) {          /* the newest on top, each with what it brought the sum to */
		struct str key = arena_str(p->arena, s->v[i].key);

		p->link = (struct page_link){.kind = LINK_OWN, .p = key.p};
		p->value = arena_str(p->arena, s->v[i].message.n ? s->v[i].message : s->v[i].rule_name);
		add_row(p, case_verdict(v->ui->casefile, key.p), &s->v[i], sum, w_rule, w_message, map_get(here, key) != NULL);
		sum -= s->v[i].score;
	}
	p->link = (struct page_link){0};
	p->value = (struct str){0};
	map_free(here);
}

static void fill(struct view *v, struct page *p)
{
	const struct risk *r = v->state;
	const struct case_risk *all = r->v;
	size_t n = r->n;
	struct sums s = {0};

	if (!r->read) {
		page_adds(p, ROLE_TEXT, r->reading ? "Risk is being added up." : "The hits of this run are being written to the case.");
		page_end(p);
		return;
	}
	while (n && all->time == WHEN_NONE) {            /* what has no time stands first, and in no window */
		all++;
		n--;
	}
	usec_t to = window_end(v, r, all, n), from = to == WHEN_NONE ? WHEN_NONE : to - windows[r->window].length;
	if (n == 0) {
		page_wrap(p, ROLE_STRONG, r->shown, 0);
		page_addf(p, ROLE_TEXT, " (%s): no hit of this case adds to its risk", risk_type_name[r->type]);
		page_end(p);
		return;
	}
	s.v = all;
	s.n = n;
	s.limits = &v->ui->config.limits;
	while (s.from < n && all[s.from].time < from)
		s.from++;
	while (s.n > s.from && s.v[s.n - 1].time > to)
		s.n--;
	sum_up(&s);
	add_head(p, r, &s, to, to != newest(v, all, n));
	add_bars(p, r, &s, from, to);
	if (s.from < s.n) {
		add_rows(v, p, &s);
	} else {
		page_blank(p);
		page_addf(p, ROLE_TEXT, "No risk in this window; %zu older %s.", n, n == 1 ? "event" : "events");
		page_end(p);
	}
	page_blank(p);
}

/* ---- the view ---- */

static bool open_risk(struct view *v, const struct view_arg *arg, struct diag *d)
{
	struct risk *r = v->state;

	(void)d;
	r->type = arg->about.object_type;
	r->object = str_c(xstrndup(arg->about.object.p, arg->about.object.n));
	r->shown = str_c(xstrndup(arg->title.p, arg->title.n));
	r->window = WINDOW_FIRST;
	r->about = arg->time;
	view_title(v, "risk of %.*s", STR_FMT(r->shown));
	return true;
}

static void close_risk(struct view *v)
{
	struct risk *r = v->state;

	arena_free(r->arena);
	free((char *)r->object.p);
	free((char *)r->shown.p);
}

static bool about(struct view *v, size_t row, struct entity *e)
{
	const struct risk *r = v->state;
	const struct page_link *link = &v->page.v[row].link;
	const struct finding *f = link->kind == LINK_OWN ? analysis_hit(v->ui->analysis, str_c(link->p)) : NULL;

	*e = ENTITY_NONE;
	if (f)
		*e = entity_of_hit(f);
	else if (r->type == RISK_USER)
		e->user = r->shown;
	else if (r->type == RISK_SYSTEM)
		e->host = r->shown;
	return true;
}

static bool request(struct view *v, enum request r, size_t row)
{
	struct risk *s = v->state;
	bool longer = r == REQ_WIDER || r == REQ_NEXT_HIT;

	if (r == REQ_ENTER && row != LIST_NONE && v->page.v[row].link.kind == LINK_OWN) {
		if (analysis_hit(v->ui->analysis, str_c(v->page.v[row].link.p)))
			ui_request(v->ui, REQ_DETAIL, 0);
		else
			ui_say(v->ui, ROLE_TEXT, "this hit is of an earlier dump; open that dump to see it in full");
		return true;
	}
	if (!longer && r != REQ_NARROWER && r != REQ_PREVIOUS_HIT)
		return false;
	if (longer ? s->window + 1 == WINDOWS : s->window == 0) {
		ui_say(v->ui, ROLE_TEXT, "%s is the %s window", windows[s->window].text, longer ? "longest" : "shortest");
		return true;
	}
	s->window = longer ? s->window + 1 : s->window - 1;
	v->stale = true;
	return true;
}

const struct view_ops view_risk = {
	.name = "risk history", .noun = "line", .help = "what added to the risk of a user or system", .text = true, .sort = -1,
	.state_size = sizeof(struct risk),
	.hints = {REQ_ENTER, REQ_PTREE, REQ_CONNS, REQ_EVENTS, REQ_VERDICT, REQ_NOTE, REQ_SEARCH, REQ_COPY, REQ_BACK},
	.open = open_risk, .update = update, .close = close_risk, .fill = fill, .about = about, .request = request,
};

/* ---- whose risk? ---- */

struct whose {
	struct arena *arena;
	usec_t time;                                     /* of the selected row */
	struct {
		enum risk_type type;
		struct str object, shown;
	} v[16];
	size_t n;
};

static void whose_free(void *ctx)
{
	struct whose *w = ctx;

	arena_free(w->arena);
	free(w);
}

static void add_who(struct whose *w, enum risk_type type, struct str shown)
{
	struct sbuf b = {0};

	utf8_fold_str(shown, &b);
	struct str object = arena_str(w->arena, sbuf_str(&b));
	sbuf_free(&b);
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].type == type && str_eq(w->v[i].object, object))
			return;
	if (shown.n == 0 || w->n == sizeof w->v / sizeof *w->v)
		return;
	w->v[w->n].type = type;
	w->v[w->n].object = object;
	w->v[w->n++].shown = arena_str(w->arena, shown);
}

void risk_open(struct ui *u, enum risk_type type, struct str object, struct str shown, usec_t about)
{
	struct view_arg arg = {.about = ENTITY_NONE, .title = shown, .time = about};

	arg.about.object = object;
	arg.about.object_type = type;
	ui_open(u, &view_risk, &arg);
}

static void open_on(struct ui *u, const struct whose *w, size_t i)
{
	risk_open(u, w->v[i].type, w->v[i].object, w->v[i].shown, w->time);
}

static void who_picked(struct ui *u, size_t i, void *ctx)
{
	open_on(u, ctx, i);
}

/* A hit: the objects of its risk. Any other row: its user, without the domain as rules name accounts, and its host. */
static void gather(struct whose *w, const struct entity *e)
{
	if (e->object.n)
		add_who(w, e->object_type, e->user.n ? e->user : e->host.n ? e->host : e->object);
	if (e->hit && e->hit->threshold)
		add_who(w, e->hit->threshold->type, e->hit->threshold->shown);
	for (size_t i = 0; e->hit && i < e->hit->nrisk; i++)
		add_who(w, e->hit->risk[i].type, e->hit->risk[i].object);
	if (w->n)
		return;
	add_who(w, RISK_USER, str_after_last(e->user, '\\'));
	add_who(w, RISK_SYSTEM, e->host);
}

static usec_t time_of(struct ui *u, const struct entity *e)
{
	const struct store *s = analysis_store(u->analysis);

	if (e->hit)
		return e->hit->time;
	return s && e->ev != EV_NONE ? store_time(s, e->ev) : e->last_risk;
}

bool risk_request(struct ui *u, enum request r)
{
	struct view *v = ui_top(u);
	struct entity e = ENTITY_NONE;
	size_t row = list_selected(v);

	if (r != REQ_RISK)
		return false;
	struct whose *w = xcalloc(1, sizeof *w);
	w->arena = arena_new();
	w->time = WHEN_NONE;
	if (row != LIST_NONE && v->ops->about && v->ops->about(v, row, &e)) {
		gather(w, &e);
		w->time = time_of(u, &e);
	}
	if (w->n > 1) {
		choose_open(u, "Risk of", who_picked, w, whose_free);
		for (size_t i = 0; i < w->n; i++)
			choose_add(u, 0, w->v[i].shown, str_c(risk_type_name[w->v[i].type]));
		return true;
	}
	if (w->n == 0)
		ui_say(u, ROLE_TEXT, "risk needs a user or host; the selected row has none");
	else
		open_on(u, w, 0);
	whose_free(w);
	return true;
}
