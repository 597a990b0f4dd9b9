/* Reads files and lists folders. */
#include "rule/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum { DEPTH_MAX = 64 };

bool file_read(const char *path, size_t max, struct sbuf *out, struct diag *d)
{
	char block[1 << 16];
	size_t start = out->n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0;

	if (!ok)
		diag_set(d, 0, 0, "cannot open: %s", strerror(errno));
	while (ok) {
		ssize_t n = read(fd, block, sizeof(block));
		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			ok = diag_set(d, 0, 0, "cannot read: %s", strerror(errno));
		else if ((size_t)n > max - (out->n - start))
			ok = diag_set(d, 0, 0, "larger than %zu bytes", max);
		else
			sbuf_add(out, block, (size_t)n);
	}
	if (fd >= 0)
		close(fd);
	if (!ok)
		diag_file(d, path);
	return ok;
}

bool file_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *file_join(const char *dir, const char *name)
{
	struct sbuf b = {0};

	sbuf_addz(&b, dir);
	if (b.n && b.p[b.n - 1] != '/')
		sbuf_addc(&b, '/');
	sbuf_addz(&b, name);
	return b.p;
}

const char *file_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void file_list_add(struct file_list *l, const char *path)
{
	GROW(l->v, l->n, l->cap);
	l->v[l->n++] = xstrdup(path);
}

void file_list_free(struct file_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
	*l = (struct file_list){0};
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_one_of(const char *name, const char *const *list)
{
	for (; list && *list; list++)
		if (strcmp(name, *list) == 0)
			return true;
	return false;
}

static bool has_suffix(const char *name, const char *const *suffixes)
{
	size_t n = strlen(name);

	if (!suffixes)
		return true;
	for (; *suffixes; suffixes++) {
		size_t k = strlen(*suffixes);
		if (n > k && str_ieqc((struct str){name + n - k, k}, *suffixes))
			return true;
	}
	return false;
}

/* A folder that is being listed, and the one it lies in. */
struct frame {
	const struct frame *up;
	dev_t dev;
	ino_t ino;
	unsigned depth;
};

struct walk {
	struct file_list *out;
	const char *const *suffixes, *const *skip;
	bool deep;
	struct diags *warn;
};

static void complain(struct walk *w, const char *path, const char *what)
{
	struct diag d = DIAG_INIT;

	diag_set(&d, 0, 0, "%s", what);
	diag_file(&d, path);
	diags_add(w->warn, &d);
}

static void walk_dir(struct walk *w, const char *dir, const struct stat *st, const struct frame *up)
{
	struct frame here = {up, st->st_dev, st->st_ino, up ? up->depth + 1 : 0};

	for (const struct frame *f = up; f; f = f->up)
		if (f->dev == here.dev && f->ino == here.ino)
			return;
	if (here.depth >= DEPTH_MAX) {
		complain(w, dir, "folders nested too deep; name this one itself");
		return;
	}
	DIR *d = opendir(dir);
	if (!d) {
		complain(w, dir, strerror(errno));
		return;
	}
	struct file_list names = {0};
	for (const struct dirent *e; (e = readdir(d));)
		if (e->d_name[0] != '.')
			file_list_add(&names, e->d_name);
	closedir(d);
	if (names.n)
		qsort(names.v, names.n, sizeof(*names.v), by_name);
	for (size_t i = 0; i < names.n; i++) {
		char *path = file_join(dir, names.v[i]);
		struct stat sub;
		if (stat(path, &sub) != 0)
			complain(w, path, strerror(errno));
		else if (S_ISDIR(sub.st_mode) && w->deep && !is_one_of(names.v[i], w->skip))
			walk_dir(w, path, &sub, &here);
		else if (S_ISREG(sub.st_mode) && has_suffix(names.v[i], w->suffixes))
			file_list_add(w->out, path);
		free(path);
	}
	file_list_free(&names);
}

void files_below(struct file_list *l, const char *dir, const char *const *suffixes, const char *const *skip, bool deep,
                 struct diags *warn)
{
	struct walk w = {l, suffixes, skip, deep, warn};
	struct stat st;

	if (stat(dir, &st) != 0)
		complain(&w, dir, strerror(errno));
	else
		walk_dir(&w, dir, &st, NULL);
}
