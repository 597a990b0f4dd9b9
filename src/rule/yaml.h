/* YAML as a small tree with line numbers (libyaml events). Scalars stay text: no typing of true, null or numbers. */
#ifndef SPOOR_YAML_H
#define SPOOR_YAML_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };
struct yaml {
	enum yaml_kind kind;
	int line, col;                                   /* from 1 */
	struct str text;                                 /* scalar; NUL-terminated */
	bool plain;                                      /* scalar without quotes (a plain `null` or `~` is still text) */
	size_t n;                                        /* items, or pairs */
	struct yaml **key;                               /* map: n keys (scalars), what `<<` merges in first */
	struct yaml **item;                              /* list items, or the values of a map */
};
#define YAML_DEPTH_MAX 64
#define YAML_NODES_MAX 1000000                           /* also bounds what aliases can expand to */

/* The first document of the text. NULL with *d set (line, column, what). */
struct yaml *yaml_parse(struct arena *a, struct str text, struct diag *d);
const struct yaml *yaml_get(const struct yaml *map, const char *key);          /* NULL when absent or no map; the last when it stands twice */
struct str yaml_text(const struct yaml *map, const char *key);                 /* "" when absent or no scalar */

#endif
