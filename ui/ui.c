/* The screen as a whole: start and end, the loop, the stack of views, and who answers a key. */
#include "ui/ui.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "ui/app.h"
#include "ui/beyond.h"
#include "ui/clock.h"
#include "ui/columns.h"
#include "ui/config.h"
#include "ui/decide.h"
#include "ui/exclude.h"
#include "ui/history.h"
#include "ui/proc_hits.h"
#include "ui/tty.h"
#include "ui/view_risk.h"
#include "ui/work.h"

enum {
	SLICE_MS = 6,                                    /* of work between two looks at the keys */
	REDRAW_MS = 40,                                  /* between two drawings of what is only on its way */
	TICK_MS = 100,                                   /* between two looks at what workers have done */
	FOLLOW_MS = 200,                                 /* … and at logs that are followed, when nothing else is to be done */
	KEYS_MAX = 64,                                   /* handled between two drawings */
};
#define LEAVE_SECONDS 2.0                                /* that leaving waits for workers, at most */

/* ---- saying ---- */

void ui_say(struct ui *u, enum role role, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(u->message, sizeof u->message, fmt, ap);
	va_end(ap);
	u->message_role = role;
	u->dirty = true;
}

void ui_say_diag(struct ui *u, const struct diag *d)
{
	char text[sizeof u->message];

	ui_say(u, ROLE_ERROR, "%s", diag_text(d, text, sizeof text));
}

void ui_ask(struct ui *u, void (*yes)(struct ui *u), const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(u->ask.text, sizeof u->ask.text, fmt, ap);
	va_end(ap);
	u->ask.yes = yes;
	u->dirty = true;
}

/* ---- the stack of views ---- */

static ptrdiff_t view_index(const struct view_ops *ops)
{
	for (size_t i = 0; views[i]; i++)
		if (views[i] == ops)
			return (ptrdiff_t)i;
	return -1;
}

static void close_view(struct ui *u, struct view *v)
{
	work_abandon(u, v);
	save_forget(u, v);
	view_free(v);
}

static void leave(struct ui *u, struct view *v)
{
	ptrdiff_t i = view_index(v->ops);

	if (!v->ops->keeps || i < 0 || (v->pivoted && v->ops->kept_alone)) {
		close_view(u, v);
		return;
	}
	if (u->kept[i])
		close_view(u, u->kept[i]);
	u->kept[i] = v;
}

static void push(struct ui *u, struct view *v)
{
	if (u->depth == STACK_MAX) {                     /* the oldest but the first gives way */
		leave(u, u->stack[1]);
		memmove(u->stack + 1, u->stack + 2, (STACK_MAX - 2) * sizeof *u->stack);
		u->depth--;
	}
	u->stack[u->depth++] = v;
	if (v->ops->update)
		v->ops->update(v);
	u->dirty = true;
}

bool ui_open(struct ui *u, const struct view_ops *ops, const struct view_arg *arg)
{
	static const struct view_arg nothing = {.about = {.ev = EV_NONE}};
	struct diag d = DIAG_INIT;
	struct view *v = view_new(u, ops, arg ? arg : &nothing, &d);

	if (!v) {
		ui_say_diag(u, &d);
		return false;
	}
	v->pivoted = true;
	push(u, v);
	return true;
}

void ui_pick(struct ui *u, const struct view_ops *ops)
{
	ptrdiff_t i = view_index(ops);
	struct view *v = NULL;

	for (size_t k = u->depth; k-- > 0 && !v;)
		if (u->stack[k]->ops == ops && (!u->stack[k]->pivoted || (ops->keeps && !ops->kept_alone))) {
			while (u->depth > k + 1)
				leave(u, u->stack[--u->depth]);
			v = u->stack[k];
		}
	if (v && u->depth > 1) {                         /* it becomes the only one */
		u->depth--;
		while (u->depth > 0)
			leave(u, u->stack[--u->depth]);
		u->stack[u->depth++] = v;
	}
	if (v) {
		u->dirty = true;
		return;
	}
	if (i >= 0 && u->kept[i]) {
		v = u->kept[i];
		u->kept[i] = NULL;
	} else if (!ops->kept_alone) {
		ui_say(u, ROLE_TEXT, "no %s yet", ops->name);
		return;
	} else {
		static const struct view_arg nothing = {.about = {.ev = EV_NONE}};
		struct diag d = DIAG_INIT;

		v = view_new(u, ops, &nothing, &d);
		if (!v) {
			ui_say_diag(u, &d);
			return;
		}
	}
	while (u->depth > 0)
		leave(u, u->stack[--u->depth]);
	push(u, v);
}

static void do_quit(struct ui *u)
{
	u->quit = true;
}

void ui_back(struct ui *u)
{
	if (u->depth > 1) {
		leave(u, u->stack[--u->depth]);
		if (ui_top(u)->ops->update)
			ui_top(u)->ops->update(ui_top(u));
		u->dirty = true;
	} else if (ui_top(u)->ops != &view_hits) {
		ui_pick(u, &view_hits);
	} else {
		ui_ask(u, do_quit, "Quit spoor?");
	}
}

static void free_views(struct ui *u)
{
	while (u->depth > 0)
		close_view(u, u->stack[--u->depth]);
	for (size_t i = 0; i < VIEWS_MAX; i++)
		if (u->kept[i]) {
			close_view(u, u->kept[i]);
			u->kept[i] = NULL;
		}
}

/* ---- requests ---- */

static void undo_one(struct ui *u)
{
	struct view *v = ui_top(u);

	if (v->list.search)
		list_search(v, (struct str){0}, 0);
	else if (v->list.filter)
		list_filter(v, (struct str){0}, NULL);
	else if (u->depth > 1 || v->ops != &view_hits)
		ui_back(u);
}

/* Stops whatever work is under way for the view on top. False when there was none. */
static bool stop_work(struct ui *u)
{
	struct view *v = ui_top(u);

	if (save_stop(u))
		return true;
	if (list_stop(v))
		return true;
	if (work_owned(u, v)) {
		work_cancel_owner(u, v);
		return true;
	}
	if (work_label(u, NULL)) {
		work_cancel_owner(u, NULL);
		return true;
	}
	if (!analysis_ready(u->analysis)) {
		analysis_stop(u->analysis);
		return true;
	}
	if (analysis_following(u->analysis)) {
		analysis_unfollow(u->analysis);
		ui_say(u, ROLE_TEXT, "following is stopped; what there is stays");
		return true;
	}
	return false;
}

static void pick_by_digit(struct ui *u, int key)
{
	for (size_t i = 0; views[i]; i++)
		if (views[i]->digit == key) {
			ui_pick(u, views[i]);
			return;
		}
}

/* A pivot: the view that answers this request is opened on what the selected row is about. */
static bool pivot(struct ui *u, enum request r)
{
	struct view *v = ui_top(u);
	struct view_arg arg = {.about = ENTITY_NONE};
	size_t row = list_selected(v);

	for (size_t i = 0; views[i]; i++) {
		const struct view_ops *ops = views[i];

		if (ops->pivot != r)
			continue;
		if (row == LIST_NONE || !v->ops->about || !v->ops->about(v, row, &arg.about))
			arg.about = ENTITY_NONE;
		if (ops->accepts && !ops->accepts(&arg.about))
			ui_say(u, ROLE_TEXT, "%s needs %s; the selected row has none", ops->name, ops->needs);
		else
			ui_open(u, ops, &arg);
		return true;
	}
	return false;
}

/* Follows what a line of a page links to. */
static bool follow_link(struct ui *u, const struct page_link *link)
{
	struct view_arg arg = {.about = ENTITY_NONE};

	switch (link->kind) {
	case LINK_EVENT:
		arg.about.ev = (ev_t)link->n;
		return ui_open(u, &view_raw, &arg);
	case LINK_RULE:
		arg.about.rule = link->p;
		return ui_open(u, &view_rule, &arg);
	case LINK_VIEW:
		ui_pick(u, link->p);
		return true;
	default:
		return false;
	}
}

void ui_request(struct ui *u, enum request r, int key)
{
	struct view *v = ui_top(u);
	size_t row = list_selected(v);
	char name[KEY_NAME_SIZE], help[KEY_NAME_SIZE * 8];

	u->dirty = true;
	if (r == REQ_NONE) {
		if (key)
			ui_say(u, ROLE_TEXT, "%s does nothing here; %s shows the keys", key_text(key, name),
			       keys_first(REQ_HELP, v->ops->text, help, sizeof help));
		return;
	}
	if (v->ops->request && v->ops->request(v, r, row))
		return;
	if (v->ops->fill && r == REQ_ENTER && row != LIST_NONE && follow_link(u, &v->page.v[row].link))
		return;
	if (list_request(v, r) || action_request(u, r) || decide_request(u, r) || exclude_request(u, r) || risk_request(u, r) || pivot(u, r))
		return;
	switch (r) {
	case REQ_VIEW:
		pick_by_digit(u, key);
		break;
	case REQ_BACK:
		ui_back(u);
		break;
	case REQ_ESCAPE:
		undo_one(u);
		break;
	case REQ_QUIT:
		u->quit = true;
		break;
	case REQ_STOP:
		if (!stop_work(u))
			ui_say(u, ROLE_TEXT, "no work is under way; %s quits", keys_first(REQ_QUIT, v->ops->text, help, sizeof help));
		break;
	case REQ_REDRAW:
		tty_clear();
		break;
	case REQ_SUSPEND:
		tty_suspend();
		break;
	case REQ_ENTER:
		if (row != LIST_NONE)
			ui_say(u, ROLE_TEXT, "there is nothing to open here");
		break;
	default:
		ui_say(u, ROLE_TEXT, "%s: not in this view", request_info(r)->name);
	}
}

static void handle_key(struct ui *u, int key)
{
	if (key == KEY_PASTE_BEGIN || key == KEY_PASTE_END) {
		u->pasting = key == KEY_PASTE_BEGIN;
		if (!u->pasting && u->prompt)
			prompt_paste(u, KEY_NOTHING);
		if (u->pasting && !u->prompt)
			ui_say(u, ROLE_TEXT, "pasted text goes into a prompt; open one first");
		return;
	}
	if (u->pasting) {                                /* pasted text is never taken for keys */
		if (u->prompt)
			prompt_paste(u, key);
		return;
	}
	if (u->message[0] || u->ask.yes)
		u->dirty = true;
	u->message[0] = '\0';
	if (key == KEY_MOUSE_EVENT) {
		mouse_event(u);
		return;
	}
	u->clicked.v = NULL;
	if (u->ask.yes) {
		void (*yes)(struct ui *) = u->ask.yes;

		u->ask.yes = NULL;
		if (key == 'y' || key == 'Y')
			yes(u);
		return;
	}
	if (u->prompt)
		prompt_key(u, key);
	else if (u->chooser)
		choose_key(u, key);
	else
		ui_request(u, keys_lookup(key, ui_top(u)->ops->text), key);
}

/* ---- settings of all views ---- */

static void times_changed(struct view *v)
{
	v->stale = true;
	v->list.measured = SIZE_MAX;
	if (v->list.filter || v->list.search)
		list_changed(v);
}

void ui_clock(struct ui *u, bool local)
{
	clock_set(local);
	for (size_t i = 0; i < u->depth; i++)
		times_changed(u->stack[i]);
	for (size_t i = 0; i < VIEWS_MAX; i++)
		if (u->kept[i])
			times_changed(u->kept[i]);
	u->dirty = true;
}

/* ---- the loop ---- */

static void update_views(struct ui *u)
{
	for (size_t i = 0; i < u->depth; i++)
		if (u->stack[i]->ops->update)
			u->stack[i]->ops->update(u->stack[i]);
	for (size_t i = 0; i < VIEWS_MAX; i++)
		if (u->kept[i] && u->kept[i]->ops->update)
			u->kept[i]->ops->update(u->kept[i]);
	u->dirty = true;
}

/* Returns the signal that ends the screen, or 0. */
static int handle_events(struct ui *u)
{
	struct tty_events e = tty_events();

	if (e.resized || e.resumed) {
		u->dirty = true;
		u->active = true;
	}
	if (e.interrupted) {
		u->active = true;
		ui_request(u, REQ_STOP, 0);
	}
	return e.end;
}

static void handle_keys(struct ui *u)
{
	int key;

	for (int i = 0; (i < KEYS_MAX || u->pasting) && !u->quit && (key = tty_key()) != KEY_NOTHING; i++) {
		u->active = true;
		handle_key(u, key);
	}
}

/* A newer generation of a log that grows is shown as soon as nothing looks at the old one: with the hits alone on the screen. What
 * was left but kept goes. */
static void take_newer(struct ui *u)
{
	if (!analysis_newer(u->analysis) || u->depth != 1 || ui_top(u)->ops != &view_hits || u->prompt || u->chooser || u->ask.yes || u->save ||
	    work_running(u) || !decide_ready(u))
		return;
	for (size_t i = 0; i < VIEWS_MAX; i++)
		if (u->kept[i]) {
			close_view(u, u->kept[i]);
			u->kept[i] = NULL;
		}
	const char *news = analysis_news(u->analysis);
	if (news[0])
		ui_say(u, ROLE_WARN, "%s", news);
	analysis_renew(u->analysis);
	decide_again(u);
	exclude_again(u);
	proc_hits_forget(u);
	update_views(u);
	analysis_forget(u->analysis);
	u->active = true;
}

/* True while the screen itself has something left to do. */
static bool step(struct ui *u)
{
	struct view *v = ui_top(u);
	uint64_t until = when_mono_ns() + SLICE_MS * UINT64_C(1000000);
	bool busy = list_busy(v), more = list_step(v, until);

	if (u->save)
		more |= save_step(u, until);
	if ((busy || u->save) && (!more || when_mono_ns() - u->drawn >= REDRAW_MS * UINT64_C(1000000)))
		u->dirty = true;
	return more || list_busy(v) || u->save;
}

/* Nothing could be read at all: there is nothing to show, and the shell is where to say so. */
static bool nothing_to_show(const struct ui *u)
{
	return analysis_ready(u->analysis) && analysis_status(u->analysis) == 2;
}

/* Returns the signal that ended it, or 0. */
static int loop(struct ui *u)
{
	while (!u->quit) {
		int sig = handle_events(u);
		if (sig)
			return sig;
		if (work_finish(u)) {
			u->active = true;
			update_views(u);
		}
		if (analysis_tick(u->analysis))
			update_views(u);
		take_newer(u);
		decide_tick(u);
		if (nothing_to_show(u) && !analysis_following(u->analysis))
			break;
		handle_keys(u);
		if (u->quit)
			break;
		exclude_tick(u);
		proc_hits_tick(u);
		bool more = step(u);
		if (u->dirty) {
			u->dirty = false;
			frame_draw(u);
			u->drawn = when_mono_ns();
			more |= list_busy(ui_top(u));    /* drawing may have found that the histogram has a new width */
		}
		bool working = work_running(u);
		if (!more && !working && u->active && !tty_has_events()) {
			u->active = false;
			tty_idle();
		}
		if (!tty_wait(more || tty_has_events() ? 0 : working ? TICK_MS : analysis_following(u->analysis) ? FOLLOW_MS : -1))
			return SIGHUP;
		if (working)
			update_views(u);
	}
	return 0;
}

/* ---- start and end ---- */

static void say_why(const struct ui *u)
{
	const struct load *l = analysis_load(u->analysis);

	for (size_t i = 0; l && i < l->inputs.n; i++) {
		struct sbuf name = {0};

		if (!l->report[i].unusable)
			continue;
		glyph_visible(&name, str_c(l->inputs.v[i].name));
		fprintf(stderr, "spoor: %.*s: %s\n", STR_FMT(sbuf_str(&name)), l->report[i].reason);
		sbuf_free(&name);
	}
	if (l && l->inputs.n == 0)
		fputs("spoor: no log was found in what was named\n", stderr);
}

/* Before or after the screen. */
static void say_diag_plain(const struct diag *d)
{
	char text[sizeof d->msg + 512];
	struct sbuf line = {0};

	glyph_visible(&line, str_c(diag_text(d, text, sizeof text)));
	fprintf(stderr, "spoor: %.*s\n", STR_FMT(sbuf_str(&line)));
	sbuf_free(&line);
}

/* Lets workers end, so that all they hold can be freed; when they take too long the process ends without. */
static bool end_work(struct ui *u)
{
	for (double waited = 0; waited < LEAVE_SECONDS; waited += 0.02) {
		work_cancel_all(u);
		session_cancel(analysis_session(u->analysis));   /* each stage forgets what the last one was told */
		if (work_join(u, 0.02))
			return true;
	}
	return false;
}

/* The keys there are, then what the configuration makes of them and of all else. */
static bool configure(struct ui *u)
{
	struct diags errors = {0};

	keys_start();
	for (size_t i = 0; views[i]; i++)
		if (views[i]->digit)
			keys_bind(views[i]->digit, REQ_VIEW, KEYS_ALL);
	columns_recall();
	if (config_read_default(u, &errors))
		return true;
	for (size_t i = 0; i < errors.n; i++)
		say_diag_plain(&errors.v[i]);
	if (errors.dropped)
		fprintf(stderr, "spoor: %zu more errors in the configuration\n", errors.dropped);
	diags_free(&errors);
	return false;
}

/* What outlives the analysis and the views. */
static void end(struct ui *u)
{
	proc_hits_end(u);
	exclude_end(u);
	beyond_end(u);
	decide_end(u);
	keys_stop();
	columns_free_all();
	history_free_all();
	config_free(u);
	tty_free();
	free(u);
}

int ui_run(const struct session_opts *o, const struct ui_opts *opts)
{
	struct ui *u = xcalloc(1, sizeof *u);
	struct session_opts own = *o;
	struct diag d = DIAG_INIT;

	u->opts = opts;
	u->hints = true;
	u->dirty = u->active = true;
	u->config.limits = (struct risk_limits)RISK_LIMITS;
	if (!configure(u)) {
		end(u);
		return 2;
	}
	if (!decide_start(u, &d) || !tty_start(opts->colors, &d)) {
		say_diag_plain(&d);
		end(u);
		return 2;
	}
	own.risk_before = decide_risk_before(u);
	own.thresholds = beyond_start(u);
	if (own.nrules == 0) {
		own.rules = u->config.rules;
		own.nrules = u->config.nrules;
	}
	exclude_start(u, &own);
	own.open_ended = opts->follow;
	analysis_start(u, &own);
	const char *why = NULL;
	if (opts->follow && !analysis_follow(u->analysis, &why))
		ui_say(u, ROLE_ERROR, "%s", why);
	ui_pick(u, &view_hits);
	int sig = loop(u);

	tty_stop();
	save_stop(u);
	bool idle = end_work(u);
	int status = analysis_status(u->analysis);
	if (status == 2)
		say_why(u);
	if (!idle) {
		fflush(stderr);
		if (!sig)
			_exit(status);
	}
	if (sig) {                                       /* as if it had not been caught */
		signal(sig, SIG_DFL);
		raise(sig);
	}
	prompt_close(u);
	choose_close(u);
	free_views(u);
	work_join(u, LEAVE_SECONDS);
	analysis_free(u->analysis);
	end(u);
	return status;
}
