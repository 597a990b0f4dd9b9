/* Files and folders: a whole file as text, and all files below a folder. Knows nothing of what is in them. */
#ifndef SPOOR_FILES_H
#define SPOOR_FILES_H

#include <stdbool.h>

#include "base/diag.h"
#include "base/str.h"

/* Appends the whole file. False with *d set (file named) when it cannot be read or holds more than `max` bytes. */
bool file_read(const char *path, size_t max, struct sbuf *out, struct diag *d);
bool file_is_dir(const char *path);
/* "dir/name"; the caller frees it. */
char *file_join(const char *dir, const char *name);
/* What follows the last '/'. */
const char *file_base(const char *path);

struct file_list {
	char **v;
	size_t n, cap;
};
void file_list_add(struct file_list *l, const char *path);         /* a copy */
void file_list_free(struct file_list *l);
/* Appends the regular files below `dir` whose names end in one of `suffixes` (NULL-terminated, case ignored; NULL: all), by name
 * within each folder. Folders whose names begin with a dot or stand in `skip` (NULL-terminated, may be NULL) are left out.
 * Links are followed, circles are not. What cannot be opened goes to `warn`. `deep` false: only the folder itself. */
void files_below(struct file_list *l, const char *dir, const char *const *suffixes, const char *const *skip, bool deep,
                 struct diags *warn);

#endif
