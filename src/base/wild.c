/* Wildcard patterns. A match takes each piece at the first place where it fits, which is enough when only `*` exists:
 * no step back is ever needed, so the time is that of a few substring searches, whatever the pattern. */
#include "base/wild.h"

#include "base/arena.h"
#include "base/utf8.h"

bool wild_has_star(struct str pattern)
{
	return pattern.n && memchr(pattern.p, '*', pattern.n);
}

/* Cuts the text before the next star off *rest, and the star. False when nothing is left. */
static bool next_piece(struct str *rest, struct str *piece)
{
	while (rest->n && *rest->p == '*') {
		rest->p++;
		rest->n--;
	}
	if (!rest->n)
		return false;
	const char *star = memchr(rest->p, '*', rest->n);
	size_t n = star ? (size_t)(star - rest->p) : rest->n;

	*piece = (struct str){rest->p, n};
	rest->p += n;
	rest->n -= n;
	return true;
}

struct grams grams_of(struct str text)
{
	enum { LONG = 1 << 10 };                         /* bytes: such text has about all bits, whatever it is */
	struct grams g = {{0, 0}};
	uint32_t run = 0;

	if (text.n > LONG)
		return (struct grams){{UINT64_MAX, UINT64_MAX}};
	for (size_t i = 0; i < text.n; i++) {
		run = run >> 8 | (uint32_t)(unsigned char)text.p[i] << 16;
		if (i >= 2) {
			unsigned bit = run * UINT32_C(0x9E3779B1) >> 25;
			g.w[bit >> 6] |= UINT64_C(1) << (bit & 63);
		}
	}
	return g;
}

struct wild *wild_new(struct arena *a, struct str pattern, bool fold)
{
	struct wild *w = ARENA_NEW(a, struct wild);
	struct sbuf folded = {0};

	if (fold && !utf8_is_folded(pattern)) {
		utf8_fold_str(pattern, &folded);         /* makes no star and takes none */
		pattern = sbuf_str(&folded);
	}
	pattern = arena_str(a, pattern);
	sbuf_free(&folded);

	w->fold = fold;
	w->open_front = pattern.n && pattern.p[0] == '*';
	w->open_back = pattern.n && pattern.p[pattern.n - 1] == '*';
	struct str rest = pattern, piece;
	while (next_piece(&rest, &piece)) {
		w->n++;
		w->min_len += piece.n;
	}
	w->piece = ARENA_ARRAY(a, struct str, w->n);
	rest = pattern;
	for (unsigned i = 0; i < w->n; i++) {
		next_piece(&rest, &w->piece[i]);
		struct grams g = grams_of(w->piece[i]);
		w->grams.w[0] |= g.w[0];
		w->grams.w[1] |= g.w[1];
	}
	return w;
}

static inline bool cut_front(struct str *text, struct str piece)
{
	if (piece.n > text->n || memcmp(text->p, piece.p, piece.n) != 0)
		return false;
	text->p += piece.n;
	text->n -= piece.n;
	return true;
}

static inline bool cut_back(struct str *text, struct str piece)
{
	if (piece.n > text->n || memcmp(text->p + (text->n - piece.n), piece.p, piece.n) != 0)
		return false;
	text->n -= piece.n;
	return true;
}

static inline bool cut_through(struct str *text, struct str piece)
{
	ptrdiff_t at = str_find(*text, piece);

	if (at < 0)
		return false;
	text->p += (size_t)at + piece.n;
	text->n -= (size_t)at + piece.n;
	return true;
}

bool wild_match(const struct wild *w, struct str text)
{
	unsigned i = 0, n = w->n;

	if (text.n < w->min_len)
		return false;
	if (n == 0)
		return w->open_front || text.n == 0;
	if (!w->open_front && !w->open_back && n == 1)
		return text.n == w->piece[0].n && memcmp(text.p, w->piece[0].p, text.n) == 0;
	if (!w->open_front && !cut_front(&text, w->piece[i++]))
		return false;
	if (!w->open_back && !cut_back(&text, w->piece[--n]))
		return false;
	for (; i < n; i++)
		if (!cut_through(&text, w->piece[i]))
			return false;
	return true;
}

static bool match_once(struct str pattern, struct str text)
{
	if (!wild_has_star(pattern))
		return str_eq(pattern, text);

	bool front = *pattern.p != '*';
	struct str piece;
	while (next_piece(&pattern, &piece)) {
		bool back = pattern.n == 0;
		if (front ? !cut_front(&text, piece) : back ? !cut_back(&text, piece) : !cut_through(&text, piece))
			return false;
		front = false;
	}
	return true;
}

bool wild_is_match(struct str pattern, struct str text, bool fold)
{
	struct sbuf p = {0}, t = {0};

	if (fold && !utf8_is_folded(pattern)) {
		utf8_fold_str(pattern, &p);
		pattern = sbuf_str(&p);
	}
	if (fold && !utf8_is_folded(text)) {
		utf8_fold_str(text, &t);
		text = sbuf_str(&t);
	}
	bool yes = match_once(pattern, text);
	sbuf_free(&p);
	sbuf_free(&t);
	return yes;
}
