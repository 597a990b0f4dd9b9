/* Watching logs, by looking at their size, time and identity. */
#include "load/follow.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "load/expand.h"

enum { OPEN_MAX_FILES = 256 };                           /* kept open, lest they are replaced; a quarter of what the system allows */

struct watched {
	char *path;
	struct stat st;
	int fd;                                          /* -1: not kept open */
};

struct replaced {
	char *log, *name;
	int fd;
};

struct follow {
	const char *const *paths;
	size_t npaths;
	struct watched *file;
	size_t n, cap, nopen;
	struct replaced old[FOLLOW_OLD_MAX];
	size_t nold;
	char news[300];
};

static size_t may_keep(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / 4 < OPEN_MAX_FILES ? (size_t)(limit.rlim_cur / 4) : OPEN_MAX_FILES;
}

static void keep_open(struct follow *f, struct watched *w)
{
	w->fd = f->nopen < may_keep() ? open(w->path, O_RDONLY | O_CLOEXEC) : -1;
	f->nopen += w->fd >= 0;
}

static struct watched *find(struct follow *f, const char *path)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->file[i].path, path) == 0)
			return &f->file[i];
	return NULL;
}

static void let_go(struct follow *f, size_t i)
{
	close(f->old[i].fd);
	free(f->old[i].log);
	free(f->old[i].name);
	memmove(&f->old[i], &f->old[i + 1], (--f->nold - i) * sizeof(*f->old));
}

/* The file has another one in its place: what it held stays readable. */
static void keep_replaced(struct follow *f, struct watched *w)
{
	struct sbuf log = {0}, name = {0};

	snprintf(f->news, sizeof(f->news), "%.200s was replaced by a new file%s", w->path, w->fd < 0 ? "; its earlier events are gone" : "");
	if (w->fd < 0)
		return;
	if (f->nold == FOLLOW_OLD_MAX) {
		snprintf(f->news, sizeof(f->news), "%.200s was replaced by a new file; the events of the oldest are let go", w->path);
		let_go(f, 0);
	}
	sbuf_addf(&log, "/proc/self/fd/%d", w->fd);
	sbuf_addf(&name, "%s (replaced)", w->path);
	f->old[f->nold++] = (struct replaced){log.p, name.p, w->fd};
	f->nopen--;
}

/* True when it is not as it was. */
static bool look_at(struct follow *f, const char *path)
{
	struct watched *w = find(f, path);
	struct stat st;

	if (stat(path, &st) != 0)
		return false;                            /* between two names; what comes is seen then */
	if (!w) {
		GROW(f->file, f->n, f->cap);
		w = &f->file[f->n++];
		*w = (struct watched){.path = xstrdup(path), .st = st};
		keep_open(f, w);
		return true;
	}
	const bool same = w->st.st_dev == st.st_dev && w->st.st_ino == st.st_ino;
	const bool changed = !same || w->st.st_size != st.st_size || w->st.st_mtim.tv_sec != st.st_mtim.tv_sec ||
	                     w->st.st_mtim.tv_nsec != st.st_mtim.tv_nsec;

	if (!same) {
		keep_replaced(f, w);
		keep_open(f, w);
	} else if (st.st_size < w->st.st_size) {
		snprintf(f->news, sizeof(f->news), "%.200s was cut; its earlier events are gone", path);
	}
	w->st = st;
	return changed;
}

/* -1: there is something that cannot be followed. */
static int look(struct follow *f)
{
	struct sources found = {0};
	bool changed = false, pipe = false;

	for (size_t i = 0; i < f->npaths; i++)
		expand_add(&found, f->paths[i]);
	for (size_t i = 0; i < found.n && !pipe; i++) {
		pipe = found.v[i].pipe;
		changed |= !pipe && look_at(f, found.v[i].path);
	}
	expand_free(&found);
	return pipe ? -1 : changed;
}

struct follow *follow_new(const char *const *paths, size_t n, const char **why)
{
	struct follow *f = xcalloc(1, sizeof(*f));

	f->paths = paths;
	f->npaths = n;
	if (look(f) < 0) {
		follow_free(f);
		*why = "standard input and pipes cannot be followed; name files or folders";
		return NULL;
	}
	f->news[0] = '\0';
	return f;
}

void follow_free(struct follow *f)
{
	if (!f)
		return;
	while (f->nold)
		let_go(f, f->nold - 1);
	for (size_t i = 0; i < f->n; i++) {
		if (f->file[i].fd >= 0)
			close(f->file[i].fd);
		free(f->file[i].path);
	}
	free(f->file);
	free(f);
}

bool follow_look(struct follow *f)
{
	f->news[0] = '\0';
	return look(f) > 0;
}

size_t follow_logs(const struct follow *f, const char ***logs, const char ***names)
{
	const size_t n = f->nold + f->npaths;

	*logs = xcalloc(n + 1, sizeof(**logs));
	*names = xcalloc(n + 1, sizeof(**names));
	for (size_t i = 0; i < f->nold; i++) {
		(*logs)[i] = f->old[i].log;
		(*names)[i] = f->old[i].name;
	}
	for (size_t i = 0; i < f->npaths; i++)
		(*logs)[f->nold + i] = f->paths[i];
	return n;
}

const char *follow_news(const struct follow *f)
{
	return f->news;
}
