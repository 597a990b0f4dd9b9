/* A file that appears under its name only when it is complete. */
#include "export/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* The file that a link at `path` leads to, so that it is replaced and not the link. The caller frees it. */
static char *target_of(const char *path)
{
	char *real = realpath(path, NULL);

	return real ? real : xstrdup(path);
}

static char *temp_beside(const char *path)
{
	struct sbuf b = {0};
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;

	sbuf_add(&b, path, (size_t)(base - path));
	sbuf_addf(&b, ".%.200s.XXXXXX", base);
	return b.p;
}

static void set_mode(int fd, const struct stat *old)
{
	mode_t mask = umask(0);

	umask(mask);
	(void)!fchmod(fd, old ? old->st_mode & 07777 : 0666 & ~mask);    /* the text matters more than its mode */
}

bool export_open(struct export_file *x, const char *path, bool replace, struct diag *d)
{
	struct stat st;
	bool there = stat(path, &st) == 0, direct = there && !S_ISREG(st.st_mode);

	*x = (struct export_file){.path = target_of(path), .replace = replace};
	if (there && S_ISDIR(st.st_mode))
		diag_set(d, 0, 0, "is a folder; name a file");
	else if (there && !direct && st.st_size && !replace)
		diag_set(d, 0, 0, "is there already; name another file, or use --force to replace it");
	else if (direct) {
		x->f = fopen(path, "w");
		if (!x->f)
			diag_set(d, 0, 0, "cannot write: %s", strerror(errno));
	} else {
		x->temp = temp_beside(x->path);
		int fd = mkostemp(x->temp, O_CLOEXEC);
		if (fd >= 0) {
			set_mode(fd, there ? &st : NULL);
			x->f = fdopen(fd, "w");
		}
		if (!x->f) {
			diag_set(d, 0, 0, "cannot make a file beside it: %s", strerror(errno));
			if (fd >= 0) {
				close(fd);
				unlink(x->temp);
			}
			free(x->temp);
			x->temp = NULL;
		}
	}
	if (x->f)
		return true;
	diag_file(d, path);
	export_abort(x);
	return false;
}

/* So that the new name survives a crash, too. */
static void sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash ? xstrndup(path, slash == path ? 1 : (size_t)(slash - path)) : xstrdup(".");
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		(void)!fsync(fd);
		close(fd);
	}
	free(dir);
}

/* Gives the temporary file its name. Without `replace` a file that somebody made meanwhile stays. */
static bool put_in_place(const struct export_file *x)
{
	struct stat st;

	if (x->replace || (stat(x->path, &st) == 0 && st.st_size == 0))
		return rename(x->temp, x->path) == 0;
	if (link(x->temp, x->path) == 0) {
		unlink(x->temp);
		return true;
	}
	/* Some file systems have no links. */
	return errno != EEXIST && rename(x->temp, x->path) == 0;
}

bool export_commit(struct export_file *x, struct diag *d)
{
	int error = 0;

	errno = 0;
	if (fflush(x->f) != 0 || ferror(x->f))
		error = errno ? errno : EIO;
	else if (x->temp && fsync(fileno(x->f)) != 0)
		error = errno;
	if (fclose(x->f) != 0 && !error)
		error = errno;
	x->f = NULL;
	if (!error && x->temp && !put_in_place(x))
		error = errno;
	if (!error && x->temp)
		sync_folder(x->path);
	if (error) {
		diag_set(d, 0, 0, "cannot write: %s", strerror(error));
		diag_file(d, x->path);
	} else {
		free(x->temp);
		x->temp = NULL;
	}
	export_abort(x);
	return !error;
}

void export_abort(struct export_file *x)
{
	if (x->f)
		fclose(x->f);
	if (x->temp)
		unlink(x->temp);
	free(x->temp);
	free(x->path);
	*x = (struct export_file){0};
}
