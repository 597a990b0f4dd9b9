/* Where the rules that ship with spoor are. */
#include "rule/rule.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "rule/files.h"

static char *found;

/* A program that runs from the build tree uses the rules of its source tree, whatever is installed. */
static bool in_build_tree(const char *exe)
{
	size_t n = strlen(TOP_BUILDDIR);

	return strncmp(exe, TOP_BUILDDIR, n) == 0 && exe[n] == '/';
}

static void find(void)
{
	const char *env = getenv("SPOOR_RULES");
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (env && *env) {
		found = xstrdup(env);
		return;
	}
	exe[n > 0 ? n : 0] = '\0';
	if (in_build_tree(exe)) {
		found = xstrdup(TOP_SRCDIR "/rules");
		return;
	}
	/* An installed tree may have been moved as a whole: PREFIX/bin/spoor, PREFIX/share/spoor/rules. */
	char *slash = strrchr(exe, '/');
	if (slash) {
		*slash = '\0';
		found = file_join(exe, "../share/spoor/rules");
	}
	if (!found || !file_is_dir(found)) {
		free(found);
		found = xstrdup(PKGDATADIR "/rules");
	}
}

const char *rules_shipped(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, find);
	return found;
}
