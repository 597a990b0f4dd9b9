/* Which columns of a table are shown, where, and how wide. */
#include "ui/layout.h"

#include <stdlib.h>

#include "base/mem.h"
#include "ui/cell.h"

static int wanted(const struct coldef *c, int natural)
{
	if (natural < c->min)
		return c->min;
	return c->max && natural > c->max ? c->max : natural;
}

/* Times of more than one day are of no use without it. */
static int least(const struct coldef *c, int natural)
{
	enum { DAY_AND_MINUTES = 11 };

	return c->type == COL_TIME && natural > DAY_AND_MINUTES && c->min < DAY_AND_MINUTES ? DAY_AND_MINUTES : c->min;
}

static int total(const int *width, const bool *in, size_t n)
{
	int sum = 0;

	for (size_t i = 0; i < n; i++)
		if (in[i])
			sum += width[i] + LAYOUT_GAP;
	return sum - LAYOUT_GAP;
}

/* The column with the largest (or smallest) weight among those with in[i] == present; n when there is none. */
static size_t by_weight(const struct coldef *col, size_t n, const bool *in, const bool *seen, bool heaviest)
{
	size_t best = n;

	for (size_t i = 0; i < n; i++) {
		if (!in[i] || seen[i])
			continue;
		if (best == n || (heaviest ? col[i].weight > col[best].weight : col[i].weight <= col[best].weight))
			best = i;
	}
	return best;
}

/* Widens those columns that are (not) elastic to what their content needs, the heaviest first. Returns what is left. */
static int widen_to_need(const struct coldef *col, size_t n, const int *natural, const bool *in, int *width, int left, bool elastic)
{
	bool *seen = xcalloc(n, sizeof *seen);

	for (size_t i; left > 0 && (i = by_weight(col, n, in, seen, true)) < n;) {
		int more = wanted(&col[i], natural[i]) - width[i];

		seen[i] = true;
		if (col[i].elastic != elastic || more <= 0)
			continue;
		if (more > left)
			more = left;
		width[i] += more;
		left -= more;
	}
	free(seen);
	return left;
}

/* Names, numbers and times whole; the long texts share what is left, and may go beyond their limit when there is room. */
static void widen(const struct coldef *col, size_t n, const int *natural, const bool *in, int *width, int left)
{
	left = widen_to_need(col, n, natural, in, width, left, false);
	left = widen_to_need(col, n, natural, in, width, left, true);
	for (size_t i = 0; i < n && left > 0; i++) {
		int more = natural[i] - width[i];

		if (!in[i] || !col[i].elastic || more <= 0)
			continue;
		if (more > left)
			more = left;
		width[i] += more;
		left -= more;
	}
}

/* A heavy one may have gone after lighter ones: those of them that find room without any cut are back. */
static void refill(const struct coldef *col, size_t n, const int *natural, int width, bool *in)
{
	bool *out = xcalloc(n, sizeof *out), *tried = xcalloc(n, sizeof *tried);
	int *w = xcalloc(n, sizeof *w);

	for (size_t i = 0; i < n; i++) {
		out[i] = !in[i] && !col[i].extra;
		w[i] = wanted(&col[i], natural[i]);
	}
	for (size_t i; (i = by_weight(col, n, out, tried, true)) < n;) {
		tried[i] = true;
		in[i] = total(w, in, n) + LAYOUT_GAP + w[i] <= width;
	}
	free(out);
	free(tried);
	free(w);
}

/* Columns by weight: all but the extra ones, less the lightest until the rest fits; then extra ones that fit beside all. */
static void choose(const struct coldef *col, size_t n, const int *natural, int width, bool *in, int *w)
{
	bool *none = xcalloc(n, sizeof *none), *tried = xcalloc(n, sizeof *tried), *extra = xcalloc(n, sizeof *extra);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		in[i] = !col[i].extra;
		extra[i] = col[i].extra;
		w[i] = least(&col[i], natural[i]);
		kept += in[i];
	}
	while (kept > 1 && total(w, in, n) > width) {
		in[by_weight(col, n, in, none, false)] = false;
		kept--;
	}
	refill(col, n, natural, width, in);
	int full = kept ? -LAYOUT_GAP : 0;
	bool all = true;
	for (size_t i = 0; i < n; i++) {
		if (in[i])
			full += wanted(&col[i], natural[i]) + LAYOUT_GAP;
		else if (!extra[i])
			all = false;
	}
	for (size_t i; all && (i = by_weight(col, n, extra, tried, true)) < n;) {
		tried[i] = true;
		if (full + LAYOUT_GAP + w[i] > width)
			break;
		in[i] = true;
		full += LAYOUT_GAP + wanted(&col[i], natural[i]);
	}
	free(none);
	free(tried);
	free(extra);
}

/* Columns by order, from `skip` on, the first one pinned. */
static void follow(const struct coldef *col, size_t n, const int *natural, int width, size_t skip, bool *in, int *w)
{
	int used = 0;

	for (size_t i = 0; i < n; i++) {
		w[i] = col[i].pinned ? col[i].min : wanted(&col[i], natural[i]);
		in[i] = (i == 0 || col[i].pinned || i > skip) && used < width;
		if (!in[i])
			continue;
		if (used + w[i] > width)
			w[i] = width - used > 0 ? width - used : 1;
		used += w[i] + LAYOUT_GAP;
	}
}

size_t layout_columns(const struct coldef *col, size_t ncols, const int *natural, int width, size_t skip, struct place *out,
                      size_t *dropped)
{
	bool *in = xcalloc(ncols ? ncols : 1, sizeof *in);
	int *w = xcalloc(ncols ? ncols : 1, sizeof *w), x = 0;
	size_t n = 0;

	if (skip)
		follow(col, ncols, natural, width, skip, in, w);
	else
		choose(col, ncols, natural, width, in, w);
	int left = width - total(w, in, ncols);
	if (left > 0)
		widen(col, ncols, natural, in, w, left);
	for (size_t i = 0; i < ncols; i++) {
		if (!in[i])
			continue;
		out[n++] = (struct place){i, x, w[i]};
		x += w[i] + LAYOUT_GAP;
	}
	*dropped = ncols - n;
	free(in);
	free(w);
	return n;
}
