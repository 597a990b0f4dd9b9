/* Help, printed from the live tables: bindings, views, commands, options, filters, and the search language. */
#include <stdlib.h>

#include "spl/cmd.h"
#include "spl/fn.h"
#include "ui/app.h"
#include "ui/cmd.h"
#include "ui/config.h"

enum { KEYS_WIDTH = 16, NAME_WIDTH = 26 };

static bool open_help(struct view *v, const struct view_arg *arg, struct diag *d)
{
	(void)v;
	(void)arg;
	(void)d;
	return true;
}

static void line(struct page *p, int width, struct str name, struct str text)
{
	page_tab(p, 2, false);
	page_add(p, ROLE_KEY, name);
	page_tab(p, 2 + width, true);
	page_wrap(p, ROLE_TEXT, text, 2 + width);
	page_end(p);
}

static void add_bindings(struct page *p)
{
	char keys[128], in_text[128];

	for (int g = 0; g < GROUP_COUNT; g++) {
		page_heading(p, request_group_name[g]);
		for (int r = 1; r < REQ_COUNT; r++) {
			const struct request_info *info = request_info((enum request)r);

			if ((int)info->group != g || r == REQ_VIEW)
				continue;
			keys_of((enum request)r, false, keys, sizeof keys);
			keys_of((enum request)r, true, in_text, sizeof in_text);
			if (!keys[0] && !in_text[0])
				continue;
			const char *extra = strlen(in_text) > strlen(keys) ? in_text + strlen(keys) : "";
			line(p, KEYS_WIDTH, str_c(keys[0] ? keys : in_text), str_c(!extra[0] ? info->help :
			     arena_printf(p->arena, "%s; in text also%s", info->help, extra)));
		}
	}
}

static void add_views(struct page *p)
{
	page_heading(p, "Views by number");
	for (size_t i = 0; views[i]; i++)
		if (views[i]->digit)
			line(p, KEYS_WIDTH, (struct str){&views[i]->digit, 1},
			     str_c(arena_printf(p->arena, "%s: %s", views[i]->name, views[i]->help)));
}

static void add_patterns(struct page *p)
{
	static const struct {
		const char *text, *help;
	} row[] = {
		{"cmd.exe", "some cell of the row has it; a capital letter makes case count"},
		{"\"cmd.exe /c\"", "the same with a blank in it"},
		{"a*b", "a, and b somewhere after it"},
		{"host:ws5", "the cell of that column has it"},
		{"risk>=60", "the cell of that column compares so"},
		{"!svchost", "not"},
	};

	page_heading(p, "Filters");
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		line(p, KEYS_WIDTH, str_c(row[i].text), str_c(row[i].help));
}

static void add_commands(struct page *p)
{
	page_heading(p, "Commands");
	for (const struct cmd *c = cmds; c->name; c++)
		line(p, NAME_WIDTH, str_c(arena_printf(p->arena, ":%s %s", c->name, c->args)), str_c(c->help));
	page_heading(p, "Settings, as in :times local; in the file spoor/config without the colon");
	for (const struct setting *s = settings; s->name; s++)
		line(p, NAME_WIDTH, str_c(arena_printf(p->arena, "%s %s", s->name, s->args)), str_c(s->at_start ?
		     arena_printf(p->arena, "%s; in the file only", s->help) : s->help));
}

static void add_language(struct page *p)
{
	size_t n;
	const struct spl_cmd *const *cmd = cmd_all(&n);

	page_heading(p, "Search commands");
	for (size_t i = 0; i < n; i++)
		line(p, NAME_WIDTH, str_c(cmd[i]->usage ? cmd[i]->usage : cmd[i]->name), str_c(cmd[i]->summary));
	const struct eval_fn *const *fn = fn_all(&n);
	page_heading(p, "Functions of eval and where");
	for (size_t i = 0; i < n; i++)
		line(p, NAME_WIDTH, str_c(fn[i]->usage), str_c(fn[i]->summary));
	const struct agg_fn *agg = agg_all(&n);
	page_heading(p, "Functions of stats");
	for (size_t i = 0; i < n; i++)
		line(p, NAME_WIDTH, str_c(agg[i].usage), str_c(agg[i].summary));
}

static void fill(struct view *v, struct page *p)
{
	(void)v;
	add_bindings(p);
	add_views(p);
	add_patterns(p);
	add_commands(p);
	add_language(p);
}

static bool request(struct view *v, enum request r, size_t row)
{
	(void)row;
	if (r != REQ_HELP)
		return false;
	ui_back(v->ui);
	return true;
}

const struct view_ops view_help = {
	.name = "help", .noun = "line", .help = "keys, filters, commands, the search language", .pivot = REQ_HELP, .text = true,
	.sort = -1, .hints = {REQ_SEARCH, REQ_FOLD_ALL, REQ_BACK}, .open = open_help, .fill = fill, .request = request,
};
