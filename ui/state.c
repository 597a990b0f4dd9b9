/* Files of the program's own: where they lie, and replacing one as a whole. What is in them is their owners'. */
#include "ui/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void folder(struct sbuf *b)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (state && state[0] == '/')
		sbuf_addf(b, "%s/spoor", state);
	else if (home && home[0] == '/')
		sbuf_addf(b, "%s/.local/state/spoor", home);
}

void state_path(const char *name, struct sbuf *b)
{
	size_t before = b->n;

	folder(b);
	if (b->n > before)
		sbuf_addf(b, "/%s", name);
}

void state_folder(void)
{
	struct sbuf b = {0};

	folder(&b);
	for (size_t i = 1; i < b.n; i++)
		if (b.p[i] == '/') {
			b.p[i] = '\0';
			mkdir(b.p, 0700);
			b.p[i] = '/';
		}
	if (b.n)
		mkdir(b.p, 0700);
	sbuf_free(&b);
}

bool state_replace(const char *path, struct str text)
{
	struct sbuf temp = {0};
	bool good = false;

	state_folder();
	sbuf_addf(&temp, "%s.%ld", path, (long)getpid());
	int fd = open(temp.p, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600), why = errno;
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	if (f) {
		good = fwrite(text.p, 1, text.n, f) == text.n;
		good &= fclose(f) == 0;
		good = good && rename(temp.p, path) == 0;
		why = errno;
		if (!good)
			unlink(temp.p);
	}
	sbuf_free(&temp);
	errno = why;
	return good;
}

bool state_read(const char *path, size_t max, struct sbuf *b)
{
	FILE *f = fopen(path, "re");
	char part[8192];
	size_t got, most = b->n + max;

	if (!f)
		return false;
	while (b->n < most && (got = fread(part, 1, sizeof part < most - b->n ? sizeof part : most - b->n, f)) > 0)
		sbuf_add(b, part, got);
	bool good = !ferror(f);
	int why = errno;
	fclose(f);
	errno = why;
	return good;
}
