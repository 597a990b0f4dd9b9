/* The command line: a table of commands, with their arguments, completion and help. The configuration consists of them, too. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <curses.h>

#include "base/utf8.h"
#include "ui/cmd.h"
#include "ui/theme.h"

/* ---- options ---- */

static bool set_truth(bool *out, struct str value, struct diag *d)
{
	static const char *const yes[] = {"yes", "on", "true", "1"}, *const no[] = {"no", "off", "false", "0"};

	for (size_t i = 0; i < 4; i++) {
		if (str_ieqc(value, yes[i])) {
			*out = true;
			return true;
		}
		if (str_ieqc(value, no[i])) {
			*out = false;
			return true;
		}
	}
	return diag_set(d, 0, 0, "'%.*s': expected yes or no", STR_FMT(value));
}

static bool opt_hints(struct ui *u, struct str value, struct diag *d)
{
	return set_truth(&u->hints, value, d);
}

static bool opt_graphics(struct ui *u, struct str value, struct diag *d)
{
	(void)u;
	if (str_ieqc(value, "ascii"))
		glyph_utf8 = false;
	else if (str_ieqc(value, "utf-8"))
		glyph_utf8 = true;
	else
		return diag_set(d, 0, 0, "'%.*s': expected ascii or utf-8", STR_FMT(value));
	return true;
}

const struct cmd_option cmd_options[] = {
	{"hints", "yes no", "the line of keys at the bottom", opt_hints},
	{"graphics", "ascii utf-8", "characters that lines and bars are made of", opt_graphics},
	{0},
};

/* ---- commands ---- */

static struct str take_word(struct str *s)
{
	struct str w;

	*s = str_trim(*s);
	w = (struct str){s->p, 0};
	while (w.n < s->n && w.p[w.n] != ' ')
		w.n++;
	s->p += w.n;
	s->n -= w.n;
	*s = str_trim(*s);
	return w;
}

static bool run_back(struct ui *u, struct str args, struct diag *d)
{
	(void)args;
	(void)d;
	ui_back(u);
	return true;
}

static bool run_bind(struct ui *u, struct str args, struct diag *d)
{
	struct str key = take_word(&args), request = take_word(&args);
	char name[KEY_NAME_SIZE], what[32];

	(void)u;
	snprintf(name, sizeof name, "%.*s", STR_FMT(key));
	snprintf(what, sizeof what, "%.*s", STR_FMT(request));
	int code = key_named(name);
	if (code == KEY_NOTHING)
		return diag_set(d, 0, 0, "'%.*s' is no key; keys are j, ^D, PgUp, F1, Space, …", STR_FMT(key));
	enum request r = request_named(what);
	if (r == REQ_NONE && strcmp(what, "none") != 0)
		return diag_set(d, 0, 0, "'%.*s' is no request; 'none' unbinds a key", STR_FMT(request));
	keys_bind(code, r, KEYS_ALL);
	keys_bind(code, REQ_NONE, KEYS_TEXT);
	return true;
}

static const char *name_of(struct str s, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%.*s", STR_FMT(s));
	return out;
}

static bool run_csv(struct ui *u, struct str args, struct diag *d)
{
	char name[PATH_MAX];
	bool force = str_starts(args, "-f ");

	if (force) {
		args.p += 3;
		args.n -= 3;
	}
	args = str_trim(args);
	if (args.n == 0) {
		save_prompt(u);
		return true;
	}
	if (!force && access(name_of(args, name), F_OK) == 0)
		return diag_set(d, 0, 0, "it exists; csv -f FILE overwrites it");
	return save_to(u, args, force, d);
}

static bool run_filter(struct ui *u, struct str args, struct diag *d)
{
	return list_filter(ui_top(u), args, d);
}

static bool run_goto(struct ui *u, struct str args, struct diag *d)
{
	struct list *l = &ui_top(u)->list;
	unsigned long long n;

	if (!str_u64(args, &n) || n == 0)
		return diag_set(d, 0, 0, "expected the number of a row");
	if (l->n) {
		l->cursor = n <= l->n ? (size_t)n - 1 : l->n - 1;
		l->moved = true;
	}
	return true;
}

static bool run_mark(struct ui *u, struct str args, struct diag *d)
{
	if (ui_top(u)->ops->text)
		return diag_set(d, 0, 0, "there are no rows to mark in this view");
	if (args.n == 0)
		return diag_set(d, 0, 0, "expected a pattern, as in a filter");
	return list_mark(ui_top(u), args, d);
}

static bool run_quit(struct ui *u, struct str args, struct diag *d)
{
	(void)args;
	(void)d;
	u->quit = true;
	return true;
}

static bool run_request(struct ui *u, struct str args, struct diag *d)
{
	char what[32];

	snprintf(what, sizeof what, "%.*s", STR_FMT(args));
	enum request r = request_named(what);
	if (r == REQ_NONE)
		return diag_set(d, 0, 0, "'%.*s' is no request", STR_FMT(args));
	ui_request(u, r, 0);
	return true;
}

static bool run_search(struct ui *u, struct str args, struct diag *d)
{
	(void)d;
	list_search(ui_top(u), args, ui_top(u)->list.cursor);
	return true;
}

static bool run_set(struct ui *u, struct str args, struct diag *d)
{
	struct str name = take_word(&args);

	if (args.n && args.p[0] == '=')
		take_word(&args);
	for (const struct cmd_option *o = cmd_options; o->name; o++)
		if (str_ieqc(name, o->name))
			return o->set(u, args, d);
	return diag_set(d, 0, 0, "'%.*s' is no option", STR_FMT(name));
}

static bool run_sort(struct ui *u, struct str args, struct diag *d)
{
	struct view *v = ui_top(u);
	struct str name = take_word(&args);
	ptrdiff_t col = view_column(v, name);

	if (v->ops->fill || v->ops->depth)
		return diag_set(d, 0, 0, "this view cannot be sorted");
	if (str_ieqc(name, "none") || name.n == 0) {
		list_sort(v, -1, false);
		return true;
	}
	if (col < 0)
		return diag_set(d, 0, 0, "'%.*s' is no column of this view", STR_FMT(name));
	bool down = args.n ? str_ieqc(args, "desc") : v->col[col].descending;
	if (args.n && !down && !str_ieqc(args, "asc"))
		return diag_set(d, 0, 0, "'%.*s': expected asc or desc", STR_FMT(args));
	list_sort(v, (int)col, down);
	return true;
}

static bool run_spl(struct ui *u, struct str args, struct diag *d)
{
	(void)d;
	query_prompt(u, args);
	return true;
}

static bool run_unmark(struct ui *u, struct str args, struct diag *d)
{
	(void)args;
	(void)d;
	rowset_clear(&ui_top(u)->list.marks);
	return true;
}

static bool run_version(struct ui *u, struct str args, struct diag *d)
{
	const char *term = getenv("TERM");

	(void)args;
	(void)d;
	ui_say(u, ROLE_TEXT, "spoor %s, %s, terminal %.40s, %d colours, %s", PACKAGE_VERSION, curses_version(), term ? term : "?",
	       theme_colors(), glyph_utf8 ? "UTF-8" : "ASCII");
	return true;
}

const struct cmd cmds[] = {
	{"back", "", "back to the view before", CMD_NOTHING, run_back},
	{"bind", "KEY REQUEST", "bind a key to a request by name; 'none' unbinds it", CMD_REQUEST, run_bind},
	{"csv", "[-f] [FILE]", "write the marked rows, else all shown; -f overwrites", CMD_NOTHING, run_csv},
	{"do", "REQUEST", "what a key bound to the request does", CMD_REQUEST, run_request},
	{"filter", "[PATTERN]", "show only the rows that match; none: all", CMD_COLUMN_COLON, run_filter},
	{"goto", "N", "go to row N", CMD_NOTHING, run_goto},
	{"mark", "PATTERN", "mark the shown rows that match", CMD_COLUMN_COLON, run_mark},
	{"quit", "", "quit", CMD_NOTHING, run_quit},
	{"search", "[TEXT]", "search; none: end the search", CMD_NOTHING, run_search},
	{"set", "OPTION VALUE", "set an option", CMD_OPTION, run_set},
	{"sort", "[COLUMN [asc|desc]]", "sort by a column; none: as it comes", CMD_COLUMN, run_sort},
	{"spl", "[SEARCH]", "ask with a search of your own", CMD_NOTHING, run_spl},
	{"unmark", "", "unmark all rows", CMD_NOTHING, run_unmark},
	{"version", "", "version, terminal, colours", CMD_NOTHING, run_version},
	{0},
};

/* The command of that name, or the only one that starts so; "q" is quit. */
static const struct cmd *find(struct str name, bool *ambiguous)
{
	const struct cmd *found = NULL;

	*ambiguous = false;
	for (const struct cmd *c = cmds; c->name; c++) {
		if (str_eqc(name, c->name))
			return c;
		if (name.n && strncmp(c->name, name.p, name.n) == 0) {
			*ambiguous = found != NULL;
			found = c;
		}
	}
	return *ambiguous ? NULL : found;
}

/* Views that can be picked by name. */
static const struct view_ops *find_view(struct str name)
{
	for (size_t i = 0; views[i]; i++)
		if (views[i]->digit && str_eqc(name, views[i]->name))
			return views[i];
	return str_eqc(name, view_help.name) ? &view_help : NULL;
}

bool cmd_run(struct ui *u, struct str line, struct diag *d)
{
	struct str args = line, name = take_word(&args);
	const struct view_ops *ops = find_view(name);
	bool ambiguous;

	u->dirty = true;
	if (name.n == 0)
		return true;
	if (ops) {
		if (ops == &view_help)
			ui_open(u, ops, NULL);
		else
			ui_pick(u, ops);
		return true;
	}
	const struct cmd *c = find(name, &ambiguous);
	if (ambiguous)
		return diag_set(d, 1, 1, "'%.*s' may be more than one command", STR_FMT(name));
	if (!c)
		return diag_set(d, 1, 1, "no such command: '%.*s'", STR_FMT(name));
	if (c->run(u, args, d))
		return true;
	if (d->col == 0) {
		d->line = 1;
		d->col = (int)utf8_len((struct str){line.p, (size_t)(args.p - line.p)}) + 1;
	}
	return false;
}

/* ---- the prompt ---- */

static void complete_cmd(struct ui *u, struct str before, struct words *w)
{
	struct str rest = before, name = take_word(&rest);
	const struct view *v = ui_top(u);
	bool ambiguous;
	char text[64];

	w->start = before.n;
	while (w->start > 0 && before.p[w->start - 1] != ' ')
		w->start--;
	struct str part = {before.p + w->start, before.n - w->start};
	if (w->start <= (size_t)(name.p - before.p)) {
		for (const struct cmd *c = cmds; c->name; c++)
			words_add(w, part, str_c(c->name));
		for (size_t i = 0; views[i]; i++)
			if (views[i]->digit || views[i] == &view_help)
				words_add(w, part, str_c(views[i]->name));
		words_sort(w);
		return;
	}
	const struct cmd *c = find(name, &ambiguous);
	switch (c ? c->complete : CMD_NOTHING) {
	case CMD_REQUEST:
		for (int r = 1; r < REQ_COUNT; r++)
			words_add(w, part, str_c(request_info((enum request)r)->name));
		break;
	case CMD_OPTION:
		for (const struct cmd_option *o = cmd_options; o->name; o++) {
			if (w->start == (size_t)(rest.p - before.p))
				words_add(w, part, str_c(o->name));
			else if (str_starts(rest, o->name))
				for (struct str values = str_c(o->values); values.n;)
					words_add(w, part, take_word(&values));
		}
		break;
	case CMD_COLUMN:
	case CMD_COLUMN_COLON:
		for (size_t i = 0; i < v->ncols; i++) {
			snprintf(text, sizeof text, "%.60s%s", v->col[i].name, c->complete == CMD_COLUMN ? "" : ":");
			words_add(w, part, str_c(text));
		}
		break;
	default:
		break;
	}
}

static const struct prompt_kind cmd_kind = {
	.label = ":", .history = "command", .accept = cmd_run, .complete = complete_cmd, .hint = "Tab completes",
};

void cmd_prompt(struct ui *u)
{
	prompt_open(u, &cmd_kind, (struct str){0});
}
