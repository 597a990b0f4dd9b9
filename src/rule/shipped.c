/* Where the rules that ship with spoor are, and the macros of its user. */
#include "rule/rule.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "rule/files.h"

static char *found, *own;

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

static void find_own(void)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (config && config[0] == '/')
		own = file_join(config, "spoor/macros");
	else if (home && home[0] == '/')
		own = file_join(home, ".config/spoor/macros");
	if (own && !file_is_dir(own)) {
		free(own);
		own = NULL;
	}
}

const char *rules_user_macros(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, find_own);
	return own;
}
