/* The command line: a table of commands, with their arguments, completion and help. Settings are commands, too. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <curses.h>

#include "base/utf8.h"
#include "ui/cmd.h"
#include "ui/config.h"
#include "ui/theme.h"

/* ---- commands ---- */

static bool run_back(struct ui *u, struct str args, struct diag *d)
{
	(void)args;
	(void)d;
	ui_back(u);
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
		return diag_set(d, 0, 0, "'%.*s' is no action", STR_FMT(args));
	ui_request(u, r, 0);
	return true;
}

static bool run_search(struct ui *u, struct str args, struct diag *d)
{
	(void)d;
	list_search(ui_top(u), args, ui_top(u)->list.cursor);
	return true;
}

static bool run_sort(struct ui *u, struct str args, struct diag *d)
{
	struct view *v = ui_top(u);
	struct str name = str_word(&args);
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
	{"csv", "[-f] [FILE]", "write, as w does; -f overwrites", CMD_NOTHING, run_csv},
	{"do", "ACTION", "what a key bound to that action does", CMD_REQUEST, run_request},
	{"filter", "[PATTERN]", "show only the rows that match; none: all", CMD_COLUMN_COLON, run_filter},
	{"goto", "N", "go to row N", CMD_NOTHING, run_goto},
	{"mark", "PATTERN", "mark the shown rows that match", CMD_COLUMN_COLON, run_mark},
	{"quit", "", "quit", CMD_NOTHING, run_quit},
	{"search", "[TEXT]", "search; none: end the search", CMD_NOTHING, run_search},
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

static bool run_setting(struct ui *u, const struct setting *s, struct str args, struct diag *d)
{
	if (s->at_start)
		return diag_set(d, 0, 0, "it holds from the start: a line of the configuration file says it");
	return setting_apply(u, s, args, d);
}

static bool run_line(struct ui *u, struct str line, struct diag *d)
{
	struct str args = line, name = str_word(&args);
	const struct view_ops *ops = find_view(name);
	const struct setting *setting = setting_named(name);
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
	const struct cmd *c = setting ? NULL : find(name, &ambiguous);
	if (!setting && ambiguous)
		return diag_set(d, 1, 1, "'%.*s' may be more than one command", STR_FMT(name));
	if (!setting && !c)
		return diag_set(d, 1, 1, "no such command: '%.*s'", STR_FMT(name));
	if (setting ? run_setting(u, setting, args, d) : c->run(u, args, d))
		return true;
	if (d->col == 0) {
		d->line = 1;
		d->col = (int)utf8_len((struct str){line.p, (size_t)(args.p - line.p)}) + 1;
	}
	return false;
}

/* ---- the prompt ---- */

static void add_requests(struct words *w, struct str part)
{
	for (int r = 1; r < REQ_COUNT; r++)
		words_add(w, part, str_c(request_info((enum request)r)->name));
}

static void add_columns(struct words *w, struct str part, const struct view *v, bool colon)
{
	char text[64];

	for (size_t i = 0; i < v->ncols; i++) {
		snprintf(text, sizeof text, "%.60s%s", v->col[i].name, colon ? ":" : "");
		words_add(w, part, str_c(text));
	}
}

/* nth: which word of its arguments is being typed. */
static void complete_setting(const struct setting *s, size_t nth, struct str rest, struct words *w, struct str part)
{
	switch (s->words) {
	case WORDS_REQUESTS:
		if (nth == 1)
			add_requests(w, part);
		break;
	case WORDS_ROLES:
		for (int r = 0; nth == 0 && theme_role_name(r); r++)
			words_add(w, part, str_c(theme_role_name(r)));
		break;
	case WORDS_COLUMNS:
		for (size_t i = 0; views[i]; i++) {
			if (views[i]->columns && nth == 0)
				words_add(w, part, str_c(views[i]->name));
			for (size_t k = 0; nth > 0 && views[i]->columns && str_starts(rest, views[i]->name) && k < views[i]->ncolumns; k++)
				words_add(w, part, str_c(views[i]->columns[k].name));
		}
		break;
	default:
		for (struct str values = str_c(s->values); nth == 0 && values.n;)
			words_add(w, part, str_word(&values));
	}
}

static void complete_cmd(struct ui *u, struct str before, struct words *w)
{
	struct str rest = before, name = str_word(&rest);
	bool ambiguous;
	size_t nth = 0;

	w->start = before.n;
	while (w->start > 0 && before.p[w->start - 1] != ' ')
		w->start--;
	struct str part = {before.p + w->start, before.n - w->start};
	if (w->start <= (size_t)(name.p - before.p)) {
		for (const struct cmd *c = cmds; c->name; c++)
			words_add(w, part, str_c(c->name));
		for (const struct setting *s = settings; s->name; s++)
			if (!s->at_start)
				words_add(w, part, str_c(s->name));
		for (size_t i = 0; views[i]; i++)
			if (views[i]->digit || views[i] == &view_help)
				words_add(w, part, str_c(views[i]->name));
		words_sort(w);
		return;
	}
	for (struct str args = {before.p, w->start}; args.n; nth++)
		str_word(&args);
	const struct setting *s = setting_named(name);
	if (s) {
		complete_setting(s, nth - 1, rest, w, part);
		return;
	}
	const struct cmd *c = find(name, &ambiguous);
	switch (c ? c->complete : CMD_NOTHING) {
	case CMD_REQUEST:
		add_requests(w, part);
		break;
	case CMD_COLUMN:
	case CMD_COLUMN_COLON:
		add_columns(w, part, ui_top(u), c->complete == CMD_COLUMN_COLON);
		break;
	default:
		break;
	}
}

static const struct prompt_kind cmd_kind = {
	.label = ":", .history = "command", .accept = run_line, .complete = complete_cmd, .hint = "Tab completes",
};

void cmd_prompt(struct ui *u)
{
	prompt_open(u, &cmd_kind, (struct str){0});
}
