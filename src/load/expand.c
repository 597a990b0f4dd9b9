/* expand.h: walking directories, spooling pipes. Opens nothing but directories, regular files, and what the user named. */
#include "load/expand.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

enum { DEPTH_MAX = 256 };                                /* directories inside directories */

static struct source *add(struct sources *l, const char *path, bool named)
{
	GROW(l->v, l->n, l->cap);
	l->v[l->n] = (struct source){.path = xstrdup(path), .named = named};
	return &l->v[l->n++];
}

static void pass_over(struct sources *l, const char *path, const char *reason, bool failure)
{
	struct source *s = add(l, path, false);

	s->reason = xstrdup(reason);
	s->passed_over = !failure;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void walk(struct sources *l, const char *dir, unsigned depth);

static void found(struct sources *l, const char *path, unsigned depth)
{
	struct stat st;

	if (lstat(path, &st) < 0) {
		pass_over(l, path, strerror(errno), true);
		return;
	}
	if (S_ISLNK(st.st_mode)) {                       /* a linked directory would be read twice, or for ever */
		if (stat(path, &st) < 0) {
			pass_over(l, path, "a symbolic link to nothing", false);
			return;
		}
		if (S_ISDIR(st.st_mode)) {
			pass_over(l, path, "a symbolic link to a directory", false);
			return;
		}
	}
	if (S_ISDIR(st.st_mode))
		walk(l, path, depth + 1);
	else if (S_ISREG(st.st_mode))
		add(l, path, false)->size = (uint64_t)st.st_size;
	else
		pass_over(l, path, "no regular file", false);
}

static void walk(struct sources *l, const char *dir, unsigned depth)
{
	DIR *d = depth < DEPTH_MAX ? opendir(dir) : NULL;
	char **name = NULL;
	size_t n = 0, cap = 0;

	if (!d) {
		pass_over(l, dir, depth < DEPTH_MAX ? strerror(errno) : "directories are nested too deeply", true);
		return;
	}
	for (struct dirent *e; (e = readdir(d));) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		GROW(name, n, cap);
		name[n++] = xstrdup(e->d_name);
	}
	closedir(d);
	if (n)
		qsort(name, n, sizeof(*name), by_name);

	struct sbuf path = {0};
	for (size_t i = 0; i < n; i++) {
		sbuf_reset(&path);
		sbuf_addz(&path, dir);
		if (path.n && path.p[path.n - 1] != '/')
			sbuf_addc(&path, '/');
		sbuf_addz(&path, name[i]);
		found(l, path.p, depth);
		free(name[i]);
	}
	sbuf_free(&path);
	free(name);
}

/* A pattern that no shell expanded, as in quotes or in a configuration. False when it is none, or nothing has such a name. */
static bool expand_pattern(struct sources *l, const char *path)
{
	glob_t g = {0};
	bool found = strpbrk(path, "*?[") && glob(path, 0, NULL, &g) == 0;

	for (size_t i = 0; found && i < g.gl_pathc; i++)
		expand_add(l, g.gl_pathv[i]);
	globfree(&g);
	return found;
}

void expand_add(struct sources *l, const char *path)
{
	struct stat st;

	if (strcmp(path, "-") == 0) {
		add(l, path, true)->pipe = true;
	} else if (stat(path, &st) < 0) {
		int e = errno;
		if (!expand_pattern(l, path))
			add(l, path, true)->reason = xstrdup(e == ENOENT && strpbrk(path, "*?[") ? "no file has a name like this" : strerror(e));
	} else if (S_ISDIR(st.st_mode)) {
		walk(l, path, 0);
	} else {
		struct source *s = add(l, path, true);
		s->pipe = !S_ISREG(st.st_mode);
		s->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	}
}

void expand_free(struct sources *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].path);
		free(l->v[i].reason);
	}
	free(l->v);
	*l = (struct sources){0};
}

/* ---- opening ---- */

static int temporary(char why[200])
{
	const char *dir = getenv("TMPDIR");
	struct sbuf path = {0};

	sbuf_addf(&path, "%s/spoor-XXXXXX", dir && *dir ? dir : "/tmp");
	int fd = mkostemp(path.p, O_CLOEXEC);
	if (fd < 0)
		snprintf(why, 200, "no temporary file in %.100s: %s", dir && *dir ? dir : "/tmp", strerror(errno));
	else
		unlink(path.p);
	sbuf_free(&path);
	return fd;
}

static bool write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t w = write(fd, p, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return false;
		p += w;
		n -= (size_t)w;
	}
	return true;
}

/* Waits until there is something to read, but not beyond a cancellation. */
static bool wait_for(int fd, const atomic_bool *cancel)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	do
		if (cancel && atomic_load(cancel))
			return false;
	while (poll(&p, 1, 100) <= 0);
	return true;
}

/* Copies all of `from` (closed here) into an unlinked file; its descriptor, or -1. */
static int spool(int from, const atomic_bool *cancel, char why[200])
{
	enum { BLOCK = 1 << 18 };
	int fd = temporary(why);
	char *block = fd < 0 ? NULL : xmalloc(BLOCK);

	while (fd >= 0 && wait_for(from, cancel)) {
		ssize_t n = read(from, block, BLOCK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n > 0 && write_all(fd, block, (size_t)n))
			continue;
		if (n == 0)
			break;
		snprintf(why, 200, "copying it to a temporary file: %s; point TMPDIR to a place with more room",
		         strerror(errno));
		close(fd);
		fd = -1;
	}
	free(block);
	close(from);
	return fd;
}

int source_open(const struct source *s, const atomic_bool *cancel, char why[200])
{
	struct stat st;
	bool is_stdin = strcmp(s->path, "-") == 0;
	/* Not waiting: a file of a directory may have become a pipe since. */
	int wait = s->pipe ? 0 : O_NONBLOCK;
	int fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(s->path, O_RDONLY | O_CLOEXEC | wait);

	if (fd < 0 || fstat(fd, &st) < 0) {
		snprintf(why, 200, "%s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	if (S_ISREG(st.st_mode) && lseek(fd, 0, SEEK_CUR) == 0)
		return fd;                               /* stdin may be one, too */
	if (s->pipe)
		return spool(fd, cancel, why);
	close(fd);
	snprintf(why, 200, "no regular file");
	return -1;
}
