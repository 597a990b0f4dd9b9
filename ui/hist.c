/* The histogram over a list: its rows over time, in steps that a clock has, coloured by the worst risk in each. */
#include <stdio.h>

#include "base/when.h"
#include "ui/clock.h"
#include "ui/view.h"

enum { HIST_LABEL = 20, NARROW = 60, WITH_DATE = 100 };

#define SECOND USEC_PER_SEC
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* ---- steps ---- */

static const struct {
	int64_t length;
	const char *text;
} steps[] = {
	{SECOND / 1000, "1 ms"}, {SECOND / 500, "2 ms"}, {SECOND / 200, "5 ms"}, {SECOND / 100, "10 ms"}, {SECOND / 50, "20 ms"},
	{SECOND / 20, "50 ms"}, {SECOND / 10, "0.1 s"}, {SECOND / 5, "0.2 s"}, {SECOND / 2, "0.5 s"}, {SECOND, "1 s"},
	{2 * SECOND, "2 s"}, {3 * SECOND, "3 s"}, {4 * SECOND, "4 s"}, {5 * SECOND, "5 s"}, {6 * SECOND, "6 s"},
	{8 * SECOND, "8 s"}, {10 * SECOND, "10 s"}, {12 * SECOND, "12 s"}, {15 * SECOND, "15 s"}, {20 * SECOND, "20 s"},
	{30 * SECOND, "30 s"}, {MINUTE, "1 min"}, {2 * MINUTE, "2 min"}, {3 * MINUTE, "3 min"}, {4 * MINUTE, "4 min"},
	{5 * MINUTE, "5 min"}, {6 * MINUTE, "6 min"}, {8 * MINUTE, "8 min"}, {10 * MINUTE, "10 min"}, {12 * MINUTE, "12 min"},
	{15 * MINUTE, "15 min"}, {20 * MINUTE, "20 min"}, {30 * MINUTE, "30 min"}, {HOUR, "1 h"}, {2 * HOUR, "2 h"},
	{3 * HOUR, "3 h"}, {4 * HOUR, "4 h"}, {6 * HOUR, "6 h"}, {8 * HOUR, "8 h"}, {12 * HOUR, "12 h"}, {DAY, "1 day"},
	{2 * DAY, "2 days"}, {3 * DAY, "3 days"}, {4 * DAY, "4 days"}, {5 * DAY, "5 days"}, {7 * DAY, "7 days"},
	{10 * DAY, "10 days"}, {14 * DAY, "14 days"}, {20 * DAY, "20 days"}, {30 * DAY, "30 days"}, {60 * DAY, "60 days"},
	{90 * DAY, "90 days"}, {180 * DAY, "180 days"}, {365 * DAY, "365 days"}, {3650 * DAY, "3650 days"},
	{36500 * DAY, "36500 days"},
};
enum { STEPS = sizeof steps / sizeof *steps };

/* The start of the bar that a time is in. */
static int64_t floor_to(int64_t t, int64_t step)
{
	const int64_t off = clock_offset(t), rest = (t + off) % step;

	return t - (rest < 0 ? rest + step : rest);
}

static size_t bars_of(int64_t first, int64_t last, int64_t step)
{
	return (size_t)((last - floor_to(first, step)) / step) + 1;
}

/* The shortest one by which all is in so many bars. */
static size_t step_for(int64_t first, int64_t last, size_t bars)
{
	size_t i = 0;

	while (i + 1 < STEPS && bars_of(first, last, steps[i].length) > bars)
		i++;
	return i;
}

/* ---- drawing ---- */

/* "08:02", "08:02:11" when all is within minutes, "09-20" when it takes days, "2019-09-20" when it takes more than one year; the date
 * before the first one of a day. */
static void label(const struct view *v, usec_t t, bool date, char out[HIST_LABEL])
{
	char text[WHEN_SIZE], first[WHEN_SIZE], last[WHEN_SIZE];
	int digits = v->last - v->first < 600 * SECOND ? 8 : 5;

	clock_text(t, text);
	if (strncmp(clock_text(v->first, first), clock_text(v->last, last), 4) != 0)
		snprintf(out, HIST_LABEL, "%.10s", text);
	else if (!list_one_day(v))
		snprintf(out, HIST_LABEL, "%.5s", text + 5);
	else if (date)
		snprintf(out, HIST_LABEL, "%.10s %.*s", text, digits, text + 11);
	else
		snprintf(out, HIST_LABEL, "%.*s", digits, text + 11);
}

static enum role role_of(const struct view *v, size_t bar, int level)
{
	if (!level)
		return ROLE_BAR_NONE;
	return v->ops->risk ? severity_of(v->list.worst[bar]).role : ROLE_BAR;
}

/* Other bars than before: they are counted anew. */
static void renew(struct view *v, size_t step, size_t bars)
{
	struct list *l = &v->list;
	const int64_t first = floor_to(v->first, steps[step].length);

	if (l->hist_n == bars && l->hist_first == first && l->hist_step == steps[step].length)
		return;
	l->hist_n = bars;
	l->hist_first = first;
	l->hist_step = steps[step].length;
	memset(l->hist, 0, sizeof l->hist);
	order_start(v, ORDER_HIST);
}

bool list_draw_hist(struct view *v, int y, int width)
{
	struct list *l = &v->list;
	char from[HIST_LABEL], to[HIST_LABEL], scale[32];
	struct pen p = pen_at(y, 0, width);
	size_t row = list_selected(v), room = (size_t)width;
	unsigned most = 1;

	if (!v->ops->time || v->first == WHEN_NONE || width < NARROW)
		return false;
	label(v, v->first, width >= WITH_DATE, from);
	label(v, v->last, false, to);
	room -= strlen(from) + strlen(to) + 4 + (sizeof "  1 bar = 180 days" - 1);
	room = room < HIST_MAX ? room : HIST_MAX;
	const size_t step = step_for(v->first, v->last, room), bars = bars_of(v->first, v->last, steps[step].length);
	renew(v, step, bars < room ? bars : room);
	for (size_t i = 0; i < l->hist_n; i++)
		if (l->hist[i] > most)
			most = l->hist[i];
	const size_t here = row == LIST_NONE ? SIZE_MAX : list_bar(l, v->ops->time(v, row));
	pen_blank(&p, 1);
	pen_puts(&p, ROLE_DIM, from);
	pen_blank(&p, 1);
	for (size_t i = 0; i < l->hist_n; i++) {
		int level = l->hist[i] ? 1 + (int)((uint64_t)l->hist[i] * (GLYPH_LEVELS - 2) / most) : 0;

		if (i == here && level == GLYPH_LEVELS - 1)
			level--;                         /* it may be shown in reverse: a full block would vanish */
		pen_puts(&p, i == here ? ROLE_BAR_HERE : role_of(v, i, level), ornament_bar(level));
	}
	pen_blank(&p, 1);
	pen_puts(&p, ROLE_DIM, to);
	snprintf(scale, sizeof scale, "1 bar = %s", steps[step].text);
	pen_blank(&p, 2);
	pen_puts(&p, ROLE_DIM, scale);
	pen_fill(&p);
	return true;
}
