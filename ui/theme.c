/* Roles and their looks. Owns colour pairs; nothing else makes any. */
#include "ui/theme.h"

#include <curses.h>
#include <stdlib.h>

enum { FG_NONE = -1 };

/* A look per kind of terminal. The 256 colours are of middle brightness: they read on a dark and on a light background. */
static const struct {
	attr_t mono, few, many;
	short fg8, fg256;
} look[ROLE_COUNT] = {
	[ROLE_TEXT] = {A_NORMAL, A_NORMAL, A_NORMAL, FG_NONE, FG_NONE},
	[ROLE_DIM] = {A_DIM, A_DIM, A_NORMAL, FG_NONE, 244},
	[ROLE_STRONG] = {A_BOLD, A_BOLD, A_BOLD, FG_NONE, FG_NONE},
	[ROLE_CRUMB] = {A_NORMAL, A_NORMAL, A_NORMAL, FG_NONE, 244},
	[ROLE_CRUMB_LAST] = {A_BOLD, A_BOLD, A_BOLD, FG_NONE, FG_NONE},
	[ROLE_HEAD] = {A_UNDERLINE, A_UNDERLINE, A_UNDERLINE, FG_NONE, 244},
	[ROLE_SECTION] = {A_BOLD, A_BOLD, A_BOLD, COLOR_CYAN, 31},
	[ROLE_LABEL] = {A_DIM, A_NORMAL, A_NORMAL, COLOR_CYAN, 67},
	[ROLE_CODE] = {A_NORMAL, A_NORMAL, A_NORMAL, FG_NONE, FG_NONE},
	[ROLE_LINK] = {A_UNDERLINE, A_NORMAL, A_NORMAL, COLOR_BLUE, 32},
	[ROLE_STATUS] = {A_NORMAL, A_NORMAL, A_NORMAL, COLOR_CYAN, 67},
	[ROLE_KEY] = {A_BOLD, A_BOLD, A_BOLD, FG_NONE, FG_NONE},
	[ROLE_HINT] = {A_DIM, A_DIM, A_NORMAL, FG_NONE, 244},
	[ROLE_INFO] = {A_DIM, A_DIM, A_NORMAL, FG_NONE, 244},
	[ROLE_LOW] = {A_NORMAL, A_NORMAL, A_NORMAL, COLOR_BLUE, 32},
	[ROLE_MEDIUM] = {A_NORMAL, A_NORMAL, A_NORMAL, COLOR_YELLOW, 136},
	[ROLE_HIGH] = {A_BOLD, A_BOLD, A_BOLD, COLOR_RED, 166},
	[ROLE_CRITICAL] = {A_BOLD | A_UNDERLINE, A_BOLD | A_UNDERLINE, A_BOLD | A_UNDERLINE, COLOR_RED, 160},
	[ROLE_GOOD] = {A_NORMAL, A_NORMAL, A_NORMAL, COLOR_CYAN, 31},
	[ROLE_WARN] = {A_BOLD, A_BOLD, A_BOLD, COLOR_YELLOW, 136},
	[ROLE_ERROR] = {A_BOLD, A_BOLD, A_BOLD, COLOR_RED, 160},
	[ROLE_MARK] = {A_BOLD, A_BOLD, A_BOLD, COLOR_YELLOW, 136},
	[ROLE_MATCH] = {A_REVERSE | A_BOLD, A_REVERSE | A_BOLD, A_REVERSE | A_BOLD, COLOR_YELLOW, 136},
	[ROLE_ESCAPE] = {A_UNDERLINE, A_UNDERLINE, A_UNDERLINE, COLOR_MAGENTA, 133},
	[ROLE_BAR] = {A_NORMAL, A_NORMAL, A_NORMAL, COLOR_CYAN, 67},
	[ROLE_BAR_NONE] = {A_DIM, A_DIM, A_NORMAL, FG_NONE, 240},
	[ROLE_BAR_HERE] = {A_REVERSE, A_REVERSE, A_REVERSE, FG_NONE, FG_NONE},
};

static int colors;                                       /* 0, 8 or 256 */
static struct theme_style style[ROLE_COUNT];

static bool wanted(enum color_mode mode)
{
	const char *no = getenv("NO_COLOR");

	if (mode == COLOR_AUTO)
		return !(no && *no);
	return mode == COLOR_ALWAYS;
}

void theme_start(enum color_mode mode)
{
	short pair = 1;

	colors = 0;
	if (wanted(mode) && has_colors() && start_color() == OK && use_default_colors() == OK)
		colors = COLORS >= 256 && COLOR_PAIRS > ROLE_COUNT ? 256 : COLORS >= 8 && COLOR_PAIRS > ROLE_COUNT ? 8 : 0;
	for (int r = 0; r < ROLE_COUNT; r++) {
		short fg = colors == 256 ? look[r].fg256 : colors == 8 ? look[r].fg8 : FG_NONE;

		style[r].attrs = colors == 256 ? look[r].many : colors == 8 ? look[r].few : look[r].mono;
		style[r].pair = 0;
		if (fg != FG_NONE && init_pair(pair, fg, -1) == OK)
			style[r].pair = pair++;
	}
}

struct theme_style theme_style(enum role role)
{
	return style[role];
}

int theme_colors(void)
{
	return colors;
}

struct severity severity_of(double score)
{
	static const struct {
		double from;
		struct severity s;
	} steps[] = {
		{90, {'C', "critical", ROLE_CRITICAL}}, {60, {'H', "high", ROLE_HIGH}}, {40, {'M', "medium", ROLE_MEDIUM}},
		{20, {'L', "low", ROLE_LOW}},
	};

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (score >= steps[i].from)
			return steps[i].s;
	return (struct severity){'I', "info", ROLE_INFO};
}
