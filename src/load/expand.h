/* What the user named, as a list of files: directories walked, stdin and pipes copied to a file that can be read again. */
#ifndef SPOOR_EXPAND_H
#define SPOOR_EXPAND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source {
	char *path;                                      /* "-" for stdin */
	const char *name;                                /* for people, borrowed; NULL: the path */
	bool named;                                      /* by the user; else found in a directory */
	bool pipe;                                       /* to be spooled before it is read */
	uint64_t size;                                   /* bytes, as far as known */
	char *reason;                                    /* why it cannot be read; NULL when it may be tried */
	bool passed_over;                                /* the reason is no failure: nothing to be read there */
};

struct sources {
	struct source *v;
	size_t n, cap;
};

void expand_add(struct sources *l, const char *path);   /* all files that the path, or pattern, stands for, sorted by name */
void expand_free(struct sources *l);

/* A descriptor of the source, to be closed, -1 with *why (static or strerror text). A pipe is copied into an unlinked
 * temporary file first, and the descriptor is of the copy. *cancel (may be NULL) stops the copying: what there is counts. */
int source_open(const struct source *s, const atomic_bool *cancel, char why[200]);

#endif
