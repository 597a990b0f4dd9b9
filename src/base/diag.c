/* Diagnostics with a place. Owns how they read; printing them is the caller's. */
#include "base/diag.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/visible.h"

enum { DIAGS_MAX = 1000 };

/* Copies s as it is shown; what does not fit is cut between characters, marked "...". size is at least 1. */
static void copy_visible(char *out, size_t size, struct str s)
{
	size_t n = 0, cut = 0;                           /* out[0 … cut) leaves room for the mark */

	for (size_t at = 0; at < s.n;) {
		char piece[VISIBLE_MAX + 1];
		const size_t len = visible_next(s, &at, piece);

		if (n + len >= size) {
			memcpy(out + cut, "...", size < sizeof("...") ? size : sizeof("..."));
			out[size - 1] = '\0';
			return;
		}
		memcpy(out + n, piece, len);
		n += len;
		if (n + sizeof("...") <= size)
			cut = n;
	}
	out[n] = '\0';
}

bool diag_vset(struct diag *d, int line, int col, const char *fmt, va_list ap)
{
	if (!d || d->msg[0])
		return false;
	struct sbuf text = {0};
	sbuf_addv(&text, fmt, ap);
	if (text.n == 0)
		sbuf_addz(&text, "unknown error");
	copy_visible(d->msg, sizeof(d->msg), sbuf_str(&text));
	sbuf_free(&text);
	d->line = line;
	d->col = col;
	return false;
}

bool diag_set(struct diag *d, int line, int col, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_vset(d, line, col, fmt, ap);
	va_end(ap);
	return false;
}

bool diag_is_set(const struct diag *d)
{
	return d && d->msg[0];
}

void diag_file(struct diag *d, const char *path)
{
	if (d && !d->file[0] && path)
		copy_visible(d->file, sizeof(d->file), str_c(path));
}

char *diag_text(const struct diag *d, char *out, size_t n)
{
	struct sbuf b = {0};
	const char *sep = "";

	if (d->file[0]) {
		sbuf_addz(&b, d->file);
		if (d->line > 0)
			sbuf_addf(&b, ":%d", d->line);
		if (d->line > 0 && d->col > 0)
			sbuf_addf(&b, ":%d", d->col);
		sep = ": ";
	} else if (d->line > 0) {
		sbuf_addf(&b, "line %d", d->line);
		if (d->col > 0)
			sbuf_addf(&b, ", column %d", d->col);
		sep = ": ";
	}
	if (d->offset != UINT64_MAX && d->line <= 0) {
		sbuf_addf(&b, "%soffset %llu", sep, (unsigned long long)d->offset);
		sep = ": ";
	}
	sbuf_addf(&b, "%s%s", sep, d->msg);
	if (n)
		copy_visible(out, n, sbuf_str(&b));
	sbuf_free(&b);
	return out;
}

void diags_add(struct diags *l, const struct diag *d)
{
	if (l->n >= (l->max ? l->max : DIAGS_MAX)) {
		l->dropped++;
		return;
	}
	GROW(l->v, l->n, l->cap);
	l->v[l->n++] = *d;
}

void diags_free(struct diags *l)
{
	free(l->v);
	*l = (struct diags){.max = l->max};
}
