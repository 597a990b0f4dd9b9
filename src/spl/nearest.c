/* "Did you mean …": the candidate with the fewest typing slips between it and a word. */
#include "spl/lex.h"

enum { WORD_MAX = 48 };

static char fold(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

/* Letters added, left out, changed or swapped with their neighbour; case is no slip. */
static unsigned slips(struct str a, struct str b)
{
	unsigned row[3][WORD_MAX + 1];

	for (unsigned j = 0; j <= b.n; j++)
		row[0][j] = j;
	for (unsigned i = 1; i <= a.n; i++) {
		unsigned *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
		now[0] = i;
		for (unsigned j = 1; j <= b.n; j++) {
			char x = fold(a.p[i - 1]), y = fold(b.p[j - 1]);
			unsigned d = last[j - 1] + (x != y);
			if (last[j] + 1 < d)
				d = last[j] + 1;
			if (now[j - 1] + 1 < d)
				d = now[j - 1] + 1;
			if (i > 1 && j > 1 && x == fold(b.p[j - 2]) && fold(a.p[i - 2]) == y && before[j - 2] + 1 < d)
				d = before[j - 2] + 1;
			now[j] = d;
		}
	}
	return row[a.n % 3][b.n];
}

struct str spl_nearest(struct str word, struct str (*next)(void *ctx), void *ctx)
{
	struct str best = {NULL, 0}, c;
	unsigned fewest = word.n <= 3 ? 2 : word.n <= 6 ? 3 : 4;       /* this many are too many */

	if (word.n > WORD_MAX)
		return best;
	while ((c = next(ctx)).p) {
		size_t apart = c.n > word.n ? c.n - word.n : word.n - c.n;
		if (c.n > WORD_MAX || apart >= fewest)
			continue;
		unsigned d = slips(word, c);
		if (d < fewest) {
			fewest = d;
			best = c;
		}
	}
	return best;
}
