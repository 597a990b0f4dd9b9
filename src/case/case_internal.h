/* What case.c (opening, schema, decisions, undo) and case_risk.c (what is known of findings and entities) share. */
#ifndef SPOOR_CASE_INTERNAL_H
#define SPOOR_CASE_INTERNAL_H

#include <sqlite3.h>

#include "base/map.h"
#include "case/case.h"

struct decision {
	enum verdict verdict;
	char *note;                                      /* NULL: none */
};

struct casefile {
	sqlite3 *db;
	char *path;                                      /* NULL: in memory */
	struct map *decisions;                           /* key -> struct decision: all of them, so that lists need no query */
	struct exclusion *exclusion;                     /* as case_exclusions returned it last; NULL: read again */
	size_t nexclusions;
	struct arena *exclusion_arena;
};

/* Says what SQLite said, names the file, and returns false. */
bool case_fail(struct casefile *c, struct diag *d, const char *what);
bool case_exec(struct casefile *c, const char *sql, struct diag *d);
/* A prepared statement with its parameters bound: 's' struct str (p NULL: null), 'i' int64_t, 'd' double. NULL with *d set. */
sqlite3_stmt *case_prepare(struct casefile *c, struct diag *d, const char *sql, const char *types, ...);
/* Runs it to the end and finalises it. */
bool case_run(struct casefile *c, sqlite3_stmt *st, struct diag *d);
struct str case_column(struct arena *a, sqlite3_stmt *st, int col);
static inline usec_t case_column_time(sqlite3_stmt *st, int col)
{
	return sqlite3_column_type(st, col) == SQLITE_NULL ? WHEN_NONE : sqlite3_column_int64(st, col);
}

#endif
