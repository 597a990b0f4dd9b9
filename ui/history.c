/* Lines typed before. Owns the files; a line never holds a line break. */
#include "ui/history.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/state.h"

enum { LINES_MAX = 500, FILE_MAX_BYTES = 4 << 20, NAMES_MAX = 8 };

struct history {
	char *name;
	char **line;                                     /* oldest first */
	size_t n, cap;
};

static struct history *all[NAMES_MAX];
static size_t nall;

static void path_of(const struct history *h, struct sbuf *b)
{
	char name[64];

	snprintf(name, sizeof name, "history-%s", h->name);
	state_path(name, b);
}

static void keep(struct history *h, struct str line)
{
	if (h->n == LINES_MAX) {
		free(h->line[0]);
		memmove(h->line, h->line + 1, (h->n - 1) * sizeof *h->line);
		h->n--;
	}
	GROW(h->line, h->n, h->cap);
	h->line[h->n++] = xstrndup(line.p, line.n);
}

/* Reads the file; true when it holds so much more than is kept that it should be written anew. */
static bool read_file(struct history *h, const char *path)
{
	struct sbuf text = {0};
	size_t lines = 0;

	state_read(path, FILE_MAX_BYTES, &text);
	for (size_t at = 0; at < text.n;) {
		const char *nl = memchr(text.p + at, '\n', text.n - at);
		size_t end = nl ? (size_t)(nl - text.p) : text.n;

		if (end > at)
			keep(h, (struct str){text.p + at, end - at});
		at = end + 1;
		lines++;
	}
	sbuf_free(&text);
	return lines > 2 * LINES_MAX;
}

static void rewrite(const struct history *h, const char *path)
{
	struct sbuf text = {0};

	for (size_t i = 0; i < h->n; i++)
		sbuf_addf(&text, "%s\n", h->line[i]);
	state_replace(path, sbuf_str(&text));            /* the lines are kept in memory, whatever becomes of it */
	sbuf_free(&text);
}

struct history *history_get(const char *name)
{
	struct sbuf path = {0};

	for (size_t i = 0; i < nall; i++)
		if (strcmp(all[i]->name, name) == 0)
			return all[i];
	if (nall == NAMES_MAX)
		return NULL;
	struct history *h = xcalloc(1, sizeof *h);
	h->name = xstrdup(name);
	all[nall++] = h;
	path_of(h, &path);
	if (path.n && read_file(h, path.p))
		rewrite(h, path.p);
	sbuf_free(&path);
	return h;
}

size_t history_len(const struct history *h)
{
	return h ? h->n : 0;
}

struct str history_at(const struct history *h, size_t back)
{
	return h && back < h->n ? str_c(h->line[h->n - 1 - back]) : (struct str){"", 0};
}

void history_add(struct history *h, struct str line)
{
	struct sbuf path = {0};

	if (!h || line.n == 0 || memchr(line.p, '\n', line.n) || memchr(line.p, '\0', line.n))
		return;
	if (h->n && str_eqc(line, h->line[h->n - 1]))
		return;
	keep(h, line);
	path_of(h, &path);
	if (path.n) {
		state_folder();
		int fd = open(path.p, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
		if (fd >= 0) {
			FILE *f = fdopen(fd, "a");

			if (f) {
				fprintf(f, "%.*s\n", STR_FMT(line));
				fclose(f);
			}
		}
	}
	sbuf_free(&path);
}

void history_free_all(void)
{
	for (size_t i = 0; i < nall; i++) {
		for (size_t k = 0; k < all[i]->n; k++)
			free(all[i]->line[k]);
		free(all[i]->line);
		free(all[i]->name);
		free(all[i]);
	}
	nall = 0;
}
