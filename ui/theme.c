/* Roles and their looks. Owns colour pairs; nothing else makes any. */
#include "ui/theme.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

enum { FG_NONE = -1 };

/* What a role looks like on terminals without colour, with 8, and with 256. */
struct look {
	attr_t mono, few, many;
	short fg8, fg256;
};

/* The default: colours of middle brightness, which read on a dark and on a light background. */
static const struct {
	const char *name;
	struct look look;
} roles[ROLE_COUNT] = {
	[ROLE_TEXT] = {"text", {A_NORMAL, A_NORMAL, A_NORMAL, FG_NONE, FG_NONE}},
	[ROLE_DIM] = {"dim", {A_DIM, A_DIM, A_NORMAL, FG_NONE, 244}},
	[ROLE_STRONG] = {"strong", {A_BOLD, A_BOLD, A_BOLD, FG_NONE, FG_NONE}},
	[ROLE_CRUMB] = {"crumb", {A_NORMAL, A_NORMAL, A_NORMAL, FG_NONE, 244}},
	[ROLE_CRUMB_LAST] = {"crumb-last", {A_BOLD, A_BOLD, A_BOLD, FG_NONE, FG_NONE}},
	[ROLE_HEAD] = {"head", {A_UNDERLINE, A_UNDERLINE, A_UNDERLINE, FG_NONE, 244}},
	[ROLE_SECTION] = {"section", {A_BOLD, A_BOLD, A_BOLD, COLOR_CYAN, 31}},
	[ROLE_LABEL] = {"label", {A_DIM, A_NORMAL, A_NORMAL, COLOR_CYAN, 67}},
	[ROLE_CODE] = {"code", {A_NORMAL, A_NORMAL, A_NORMAL, FG_NONE, FG_NONE}},
	[ROLE_LINK] = {"link", {A_UNDERLINE, A_NORMAL, A_NORMAL, COLOR_BLUE, 32}},
	[ROLE_STATUS] = {"status", {A_NORMAL, A_NORMAL, A_NORMAL, COLOR_CYAN, 67}},
	[ROLE_KEY] = {"key", {A_BOLD, A_BOLD, A_BOLD, FG_NONE, FG_NONE}},
	[ROLE_HINT] = {"hint", {A_DIM, A_DIM, A_NORMAL, FG_NONE, 244}},
	[ROLE_INFO] = {"info", {A_DIM, A_DIM, A_NORMAL, FG_NONE, 244}},
	[ROLE_LOW] = {"low", {A_NORMAL, A_NORMAL, A_NORMAL, COLOR_BLUE, 32}},
	[ROLE_MEDIUM] = {"medium", {A_NORMAL, A_NORMAL, A_NORMAL, COLOR_YELLOW, 136}},
	[ROLE_HIGH] = {"high", {A_BOLD, A_BOLD, A_BOLD, COLOR_RED, 166}},
	[ROLE_CRITICAL] = {"critical", {A_BOLD | A_UNDERLINE, A_BOLD | A_UNDERLINE, A_BOLD | A_UNDERLINE, COLOR_RED, 160}},
	[ROLE_GOOD] = {"good", {A_NORMAL, A_NORMAL, A_NORMAL, COLOR_CYAN, 31}},
	[ROLE_WARN] = {"warn", {A_BOLD, A_BOLD, A_BOLD, COLOR_YELLOW, 136}},
	[ROLE_ERROR] = {"error", {A_BOLD, A_BOLD, A_BOLD, COLOR_RED, 160}},
	[ROLE_MARK] = {"mark", {A_BOLD, A_BOLD, A_BOLD, COLOR_YELLOW, 136}},
	[ROLE_MATCH] = {"match", {A_REVERSE | A_BOLD, A_REVERSE | A_BOLD, A_REVERSE | A_BOLD, COLOR_YELLOW, 136}},
	[ROLE_ESCAPE] = {"escape", {A_UNDERLINE, A_UNDERLINE, A_UNDERLINE, COLOR_MAGENTA, 133}},
	[ROLE_BAR] = {"bar", {A_NORMAL, A_NORMAL, A_NORMAL, COLOR_CYAN, 67}},
	[ROLE_BAR_NONE] = {"bar-none", {A_DIM, A_DIM, A_NORMAL, FG_NONE, 240}},
	[ROLE_BAR_HERE] = {"bar-here", {A_REVERSE, A_REVERSE, A_REVERSE, FG_NONE, FG_NONE}},
};

/* What a theme changes of the default's colours; attributes stay, for colour is never the only sign. */
struct change {
	enum role role;
	short fg8, fg256;
};

static const struct change dark[] = {
	{ROLE_DIM, FG_NONE, 246}, {ROLE_CRUMB, FG_NONE, 246}, {ROLE_HEAD, FG_NONE, 250}, {ROLE_SECTION, COLOR_CYAN, 80},
	{ROLE_LABEL, COLOR_CYAN, 110}, {ROLE_LINK, COLOR_CYAN, 75}, {ROLE_STATUS, COLOR_CYAN, 110}, {ROLE_HINT, FG_NONE, 246},
	{ROLE_INFO, FG_NONE, 246}, {ROLE_LOW, COLOR_CYAN, 75}, {ROLE_MEDIUM, COLOR_YELLOW, 221}, {ROLE_HIGH, COLOR_RED, 208},
	{ROLE_CRITICAL, COLOR_RED, 203}, {ROLE_GOOD, COLOR_CYAN, 80}, {ROLE_WARN, COLOR_YELLOW, 221}, {ROLE_ERROR, COLOR_RED, 203},
	{ROLE_MARK, COLOR_YELLOW, 221}, {ROLE_MATCH, COLOR_YELLOW, 221}, {ROLE_ESCAPE, COLOR_MAGENTA, 176}, {ROLE_BAR, COLOR_CYAN, 110},
	{ROLE_BAR_NONE, FG_NONE, 238},
};
static const struct change light[] = {
	{ROLE_DIM, FG_NONE, 242}, {ROLE_CRUMB, FG_NONE, 242}, {ROLE_HEAD, FG_NONE, 238}, {ROLE_SECTION, COLOR_BLUE, 24},
	{ROLE_LABEL, COLOR_BLUE, 24}, {ROLE_LINK, COLOR_BLUE, 25}, {ROLE_STATUS, COLOR_BLUE, 24}, {ROLE_HINT, FG_NONE, 242},
	{ROLE_INFO, FG_NONE, 242}, {ROLE_LOW, COLOR_BLUE, 25}, {ROLE_MEDIUM, COLOR_MAGENTA, 94}, {ROLE_HIGH, COLOR_RED, 130},
	{ROLE_CRITICAL, COLOR_RED, 124}, {ROLE_GOOD, COLOR_BLUE, 23}, {ROLE_WARN, COLOR_MAGENTA, 94}, {ROLE_ERROR, COLOR_RED, 124},
	{ROLE_MARK, COLOR_MAGENTA, 94}, {ROLE_MATCH, COLOR_BLUE, 94}, {ROLE_ESCAPE, COLOR_MAGENTA, 90}, {ROLE_BAR, COLOR_BLUE, 24},
	{ROLE_BAR_NONE, FG_NONE, 250},
};
/* Blue, yellow and vermilion with steps of brightness: told apart with any kind of colour vision. */
static const struct change color_blind[] = {
	{ROLE_SECTION, COLOR_BLUE, 32}, {ROLE_LABEL, COLOR_BLUE, 67}, {ROLE_LOW, COLOR_BLUE, 74}, {ROLE_MEDIUM, COLOR_YELLOW, 178},
	{ROLE_HIGH, COLOR_YELLOW, 166}, {ROLE_CRITICAL, COLOR_MAGENTA, 166}, {ROLE_GOOD, COLOR_BLUE, 32}, {ROLE_WARN, COLOR_YELLOW, 178},
	{ROLE_ERROR, COLOR_MAGENTA, 166}, {ROLE_MARK, COLOR_YELLOW, 178}, {ROLE_MATCH, COLOR_YELLOW, 178}, {ROLE_ESCAPE, COLOR_MAGENTA, 175},
	{ROLE_STATUS, COLOR_BLUE, 67}, {ROLE_BAR, COLOR_BLUE, 67},
};

#define CHANGES(list) list, sizeof list / sizeof *list
static const struct theme {
	const char *name;
	const struct change *change;
	size_t n;
	bool mono;
} themes[] = {
	{"default", NULL, 0, false},
	{"dark", CHANGES(dark), false},
	{"light", CHANGES(light), false},
	{"color-blind", CHANGES(color_blind), false},
	{"mono", NULL, 0, true},
};
const char theme_names[] = "default dark light color-blind mono";

static bool started, mono;
static int offered;                                      /* colours: 0, 8 or 256 */
static struct look now[ROLE_COUNT];
static bool chosen;                                      /* `now` is filled */
static struct theme_style style[ROLE_COUNT];

static bool wanted(enum color_mode mode)
{
	const char *no = getenv("NO_COLOR");

	if (mode == COLOR_AUTO)
		return !(no && *no);
	return mode == COLOR_ALWAYS;
}

static void apply(void)
{
	short pair = 1;
	int colors = theme_colors();

	for (int r = 0; r < ROLE_COUNT; r++) {
		short fg = colors == 256 ? now[r].fg256 : colors == 8 ? now[r].fg8 : FG_NONE;

		style[r].attrs = colors == 256 ? now[r].many : colors == 8 ? now[r].few : now[r].mono;
		style[r].pair = 0;
		if (fg != FG_NONE && init_pair(pair, fg, -1) == OK)
			style[r].pair = pair++;
	}
}

static void take(const struct theme *t)
{
	for (int r = 0; r < ROLE_COUNT; r++)
		now[r] = roles[r].look;
	for (size_t i = 0; i < t->n; i++) {
		now[t->change[i].role].fg8 = t->change[i].fg8;
		now[t->change[i].role].fg256 = t->change[i].fg256;
	}
	mono = t->mono;
	chosen = true;
	if (started)
		apply();
}

void theme_start(enum color_mode mode)
{
	offered = 0;
	if (wanted(mode) && has_colors() && start_color() == OK && use_default_colors() == OK)
		offered = COLORS >= 256 && COLOR_PAIRS > ROLE_COUNT ? 256 : COLORS >= 8 && COLOR_PAIRS > ROLE_COUNT ? 8 : 0;
	started = true;
	if (chosen)
		apply();
	else
		take(&themes[0]);
}

bool theme_use(struct str name)
{
	for (size_t i = 0; i < sizeof themes / sizeof *themes; i++)
		if (str_ieqc(name, themes[i].name)) {
			take(&themes[i]);
			return true;
		}
	return false;
}

const char *theme_role_name(int role)
{
	return role < ROLE_COUNT ? roles[role].name : NULL;
}

static const struct {
	const char *name;
	short fg;
} names[] = {
	{"default", FG_NONE}, {"black", COLOR_BLACK}, {"red", COLOR_RED}, {"green", COLOR_GREEN}, {"yellow", COLOR_YELLOW},
	{"blue", COLOR_BLUE}, {"magenta", COLOR_MAGENTA}, {"cyan", COLOR_CYAN}, {"white", COLOR_WHITE},
};

static bool color_named(struct str s, short *fg)
{
	unsigned long long n;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_ieqc(s, names[i].name)) {
			*fg = names[i].fg;
			return true;
		}
	if (!str_u64(s, &n) || n > 255)
		return false;
	*fg = (short)n;
	return true;
}

bool theme_color(struct str line, struct diag *d)
{
	static const struct {
		const char *name;
		attr_t attr;
	} attrs[] = {{"bold", A_BOLD}, {"dim", A_DIM}, {"underline", A_UNDERLINE}, {"reverse", A_REVERSE}};
	struct str name = str_word(&line), color = str_word(&line);
	attr_t attr = A_NORMAL;
	int r = 0;
	short fg;

	while (r < ROLE_COUNT && !str_ieqc(name, roles[r].name))
		r++;
	if (r == ROLE_COUNT)
		return diag_set(d, 0, 0, "'%.*s' is nothing that has a colour; expected text, dim, high, match or the like", STR_FMT(name));
	if (!color_named(color, &fg))
		return diag_set(d, 0, 0, "'%.*s' is no colour; expected default, red, blue or the like, or a number from 0 to 255", STR_FMT(color));
	while (line.n) {
		struct str word = str_word(&line);
		size_t i = 0;

		while (i < 4 && !str_ieqc(word, attrs[i].name))
			i++;
		if (i == 4)
			return diag_set(d, 0, 0, "'%.*s': expected bold, dim, underline or reverse", STR_FMT(word));
		attr |= attrs[i].attr;
	}
	if (!chosen)
		take(&themes[0]);
	now[r] = (struct look){attr ? attr : roles[r].look.mono, attr, attr, fg < 8 ? fg : roles[r].look.fg8, fg};
	if (started)
		apply();
	return true;
}

struct theme_style theme_style(enum role role)
{
	return style[role];
}

int theme_colors(void)
{
	return mono ? 0 : offered;
}

static struct {
	double from;
	struct severity s;
} steps[] = {
	{90, {'C', "critical", ROLE_CRITICAL}}, {60, {'H', "high", ROLE_HIGH}}, {40, {'M', "medium", ROLE_MEDIUM}},
	{20, {'L', "low", ROLE_LOW}},
};

bool severity_set(struct str word, double from)
{
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (str_ieqc(word, steps[i].s.word)) {
			steps[i].from = from;
			return true;
		}
	return false;
}

struct severity severity_of(double score)
{
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (score >= steps[i].from)
			return steps[i].s;
	return (struct severity){'I', "info", ROLE_INFO};
}
