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

/* Widens columns up to what each aims at, the heaviest first. Returns what is left. */
static int widen_to(const struct coldef *col, size_t n, const int *aim, const bool *in, int *width, int left)
{
	bool *seen = xcalloc(n, sizeof *seen);

	for (size_t i; left > 0 && (i = by_weight(col, n, in, seen, true)) < n;) {
		int more = aim[i] - width[i];

		seen[i] = true;
		if (more <= 0)
			continue;
		if (more > left)
			more = left;
		width[i] += more;
		left -= more;
	}
	free(seen);
	return left;
}

/* Names, numbers and times whole, then the long texts up to their limit; what few names alone need comes after texts of more weight.
 * What is left the long texts share, beyond their limit. */
static void widen(const struct coldef *col, size_t n, const struct need *need, const bool *in, int *width, int left)
{
	int *aim = xcalloc(n, sizeof *aim), text = 0;

	for (size_t i = 0; i < n; i++)
		if (in[i] && col[i].elastic && col[i].weight > text)
			text = col[i].weight;
	for (size_t i = 0; i < n; i++)
		aim[i] = col[i].elastic ? 0 : wanted(&col[i], col[i].weight > text ? need[i].all : need[i].most);
	left = widen_to(col, n, aim, in, width, left);
	for (size_t i = 0; i < n; i++)
		aim[i] = col[i].elastic ? wanted(&col[i], need[i].all) : 0;
	left = widen_to(col, n, aim, in, width, left);
	for (size_t i = 0; i < n; i++)
		aim[i] = wanted(&col[i], need[i].all);
	left = widen_to(col, n, aim, in, width, left);
	for (size_t i = 0; i < n && left > 0; i++) {
		int more = need[i].all - width[i];

		if (!in[i] || !col[i].elastic || more <= 0)
			continue;
		if (more > left)
			more = left;
		width[i] += more;
		left -= more;
	}
	free(aim);
}

/* A heavy one may have gone after lighter ones: those of them that find room without any cut are back. */
static void refill(const struct coldef *col, size_t n, const struct need *need, int width, bool *in)
{
	bool *out = xcalloc(n, sizeof *out), *tried = xcalloc(n, sizeof *tried);
	int *w = xcalloc(n, sizeof *w);

	for (size_t i = 0; i < n; i++) {
		out[i] = !in[i] && !col[i].extra;
		w[i] = wanted(&col[i], need[i].all);
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
static void choose(const struct coldef *col, size_t n, const struct need *need, int width, bool *in, int *w)
{
	bool *none = xcalloc(n, sizeof *none), *tried = xcalloc(n, sizeof *tried), *extra = xcalloc(n, sizeof *extra);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		in[i] = !col[i].extra;
		extra[i] = col[i].extra;
		w[i] = least(&col[i], need[i].all);
		kept += in[i];
	}
	while (kept > 1 && total(w, in, n) > width) {
		in[by_weight(col, n, in, none, false)] = false;
		kept--;
	}
	refill(col, n, need, width, in);
	int full = kept ? -LAYOUT_GAP : 0;
	bool all = true;
	for (size_t i = 0; i < n; i++) {
		if (in[i])
			full += wanted(&col[i], need[i].all) + LAYOUT_GAP;
		else if (!extra[i])
			all = false;
	}
	for (size_t i; all && (i = by_weight(col, n, extra, tried, true)) < n;) {
		tried[i] = true;
		if (full + LAYOUT_GAP + w[i] > width)
			break;
		in[i] = true;
		full += LAYOUT_GAP + wanted(&col[i], need[i].all);
	}
	free(none);
	free(tried);
	free(extra);
}

/* Columns by order, from `skip` on, the first one pinned. */
static void follow(const struct coldef *col, size_t n, const struct need *need, int width, size_t skip, bool *in, int *w)
{
	int used = 0;

	for (size_t i = 0; i < n; i++) {
		w[i] = col[i].pinned ? col[i].min : wanted(&col[i], need[i].all);
		in[i] = (i == 0 || col[i].pinned || i > skip) && used < width;
		if (!in[i])
			continue;
		if (used + w[i] > width)
			w[i] = width - used > 0 ? width - used : 1;
		used += w[i] + LAYOUT_GAP;
	}
}

size_t layout_columns(const struct coldef *col, size_t ncols, const struct need *need, int width, size_t skip, struct place *out,
                      size_t *dropped)
{
	bool *in = xcalloc(ncols ? ncols : 1, sizeof *in);
	int *w = xcalloc(ncols ? ncols : 1, sizeof *w), x = 0;
	size_t n = 0;

	if (skip)
		follow(col, ncols, need, width, skip, in, w);
	else
		choose(col, ncols, need, width, in, w);
	int left = width - total(w, in, ncols);
	if (left > 0)
		widen(col, ncols, need, in, w, left);
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
