/* Opening the case, its schema, what the analyst decides, undo. Each change is one transaction with its journal entry. */
#include "case/case_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

const char *const verdict_name[VERDICT_COUNT] = {"open", "true positive", "benign", "false positive"};
const char *const verdict_short[VERDICT_COUNT] = {"", "TP", "BN", "FP"};

/* ------------------------------------------------------------------------------------------------ schema */

/* schema[v] leads from version v to v + 1. Add a step, never change one: cases of every version are out there. */
static const char *const schema[] = {
	"CREATE TABLE finding ("
	" key TEXT PRIMARY KEY, rule_id TEXT NOT NULL, rule_name TEXT NOT NULL, time INTEGER, score REAL NOT NULL,"
	" host TEXT, user TEXT, parent TEXT, process TEXT, command TEXT, c2 TEXT, message TEXT, mitre TEXT, tactics TEXT,"
	" stories TEXT, confirmed INTEGER NOT NULL, source TEXT, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL"
	") WITHOUT ROWID;"
	"CREATE INDEX finding_time ON finding (time);"
	"CREATE TABLE risk ("
	" key TEXT NOT NULL REFERENCES finding (key) ON DELETE CASCADE, type INTEGER NOT NULL, object TEXT NOT NULL,"
	" shown TEXT NOT NULL, score REAL NOT NULL, PRIMARY KEY (key, type, object)) WITHOUT ROWID;"
	"CREATE INDEX risk_object ON risk (type, object);"
	"CREATE TABLE decision (key TEXT PRIMARY KEY, verdict INTEGER NOT NULL DEFAULT 0, note TEXT) WITHOUT ROWID;"
	"CREATE TABLE exclusion ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT, rule_id TEXT NOT NULL, rule_name TEXT NOT NULL, macro TEXT NOT NULL,"
	" condition TEXT NOT NULL, reason TEXT NOT NULL, enabled INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT 0,"
	" created INTEGER NOT NULL);"
	"CREATE TABLE journal (id INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT NOT NULL, undone INTEGER NOT NULL DEFAULT 0);"
	"CREATE TABLE change ("
	" journal INTEGER NOT NULL REFERENCES journal (id) ON DELETE CASCADE, kind TEXT NOT NULL, key TEXT NOT NULL,"
	" before TEXT, after TEXT);"
	"CREATE INDEX change_journal ON change (journal);",

	"ALTER TABLE finding ADD COLUMN excluded INTEGER NOT NULL DEFAULT 0;",

	/* Of findings of thresholds: what they are about. */
	"CREATE TABLE stretch ("
	" key TEXT PRIMARY KEY REFERENCES finding (key) ON DELETE CASCADE, type INTEGER NOT NULL, object TEXT NOT NULL,"
	" first INTEGER NOT NULL, last INTEGER NOT NULL) WITHOUT ROWID;",
};
#define SCHEMA_VERSION ((int)(sizeof schema / sizeof *schema))
#define APPLICATION_ID 0x53504F52                        /* "SPOR": so that another program's database is not taken for a case */

bool case_fail(struct casefile *c, struct diag *d, const char *what)
{
	if (c->path)
		diag_file(d, c->path);
	return diag_set(d, 0, 0, "%s: %s", what, c->db ? sqlite3_errmsg(c->db) : "no database");
}

bool case_exec(struct casefile *c, const char *sql, struct diag *d)
{
	return sqlite3_exec(c->db, sql, NULL, NULL, NULL) == SQLITE_OK || case_fail(c, d, "cannot write the case");
}

sqlite3_stmt *case_prepare(struct casefile *c, struct diag *d, const char *sql, const char *types, ...)
{
	sqlite3_stmt *st = NULL;
	va_list ap;

	if (sqlite3_prepare_v2(c->db, sql, -1, &st, NULL) != SQLITE_OK) {
		case_fail(c, d, "cannot read the case");
		return NULL;
	}
	va_start(ap, types);
	for (int i = 0; types[i]; i++)
		if (types[i] == 's') {
			const struct str s = va_arg(ap, struct str);

			if (s.p)
				sqlite3_bind_text64(st, i + 1, s.p, s.n, SQLITE_TRANSIENT, SQLITE_UTF8);
		} else if (types[i] == 'i') {
			const int64_t v = va_arg(ap, int64_t);

			if (v != WHEN_NONE)
				sqlite3_bind_int64(st, i + 1, v);
		} else {
			sqlite3_bind_double(st, i + 1, va_arg(ap, double));
		}
	va_end(ap);
	return st;
}

bool case_run(struct casefile *c, sqlite3_stmt *st, struct diag *d)
{
	int rc = SQLITE_ERROR;

	if (st) {
		while ((rc = sqlite3_step(st)) == SQLITE_ROW)
			;
		sqlite3_finalize(st);
	}
	return rc == SQLITE_DONE || case_fail(c, d, "cannot write the case");
}

struct str case_column(struct arena *a, sqlite3_stmt *st, int col)
{
	const char *p = (const char *)sqlite3_column_text(st, col);

	return arena_str(a, p ? (struct str){p, (size_t)sqlite3_column_bytes(st, col)} : STR(""));
}

static int pragma(struct casefile *c, const char *name)
{
	char sql[64];

	snprintf(sql, sizeof sql, "PRAGMA %s", name);
	sqlite3_stmt *st = case_prepare(c, &(struct diag)DIAG_INIT, sql, "");
	const int v = st && sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int(st, 0) : -1;
	sqlite3_finalize(st);
	return v;
}

/* Or empty, to become one. Whatever else the file is, nothing of it has been changed by then. A file that another process holds
 * cannot be looked at: take() says so. */
static bool is_case(struct casefile *c, struct diag *d)
{
	const int version = pragma(c, "user_version"), application = pragma(c, "application_id");
	const int pages = pragma(c, "page_count");

	if (version < 0)
		return true;
	if (application != APPLICATION_ID && (version != 0 || pages > 1 || (application != 0 && application != -1))) {
		diag_file(d, c->path ? c->path : "");
		return diag_set(d, 0, 0, "this database is no spoor case; name another file with --case");
	}
	if (version > SCHEMA_VERSION) {
		diag_file(d, c->path ? c->path : "");
		return diag_set(d, 0, 0, "the case has version %d, this spoor knows %d; open it with the newer spoor", version, SCHEMA_VERSION);
	}
	return true;
}

static bool migrate(struct casefile *c, struct diag *d)
{
	const int version = pragma(c, "user_version");

	if (version < 0)
		return case_fail(c, d, "cannot read the case");
	for (int v = version; v < SCHEMA_VERSION; v++) {
		char done[96];

		snprintf(done, sizeof done, "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT", APPLICATION_ID, v + 1);
		if (!case_exec(c, "BEGIN IMMEDIATE", d) || !case_exec(c, schema[v], d) || !case_exec(c, done, d))
			return false;
	}
	return true;
}

/* ------------------------------------------------------------------------------------------------ opening */

char *case_default_path(void)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	struct sbuf b = {0};

	if (data && *data == '/')
		sbuf_addz(&b, data);
	else
		sbuf_addf(&b, "%s/.local/share", home ? home : "");
	sbuf_addz(&b, "/spoor/default.case");
	return b.p;
}

/* Says what keeps a case from being written there, where SQLite would tell of an I/O error. */
static bool can_write(const char *path, struct diag *d)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash > path ? xstrndup(path, (size_t)(slash - path)) : xstrdup(slash ? "/" : ".");
	const char *of = access(path, F_OK) != 0 || access(path, W_OK) == 0 ? folder : path;
	/* It also needs a place beside it for what is being written. */
	const bool ok = *path && (access(of, F_OK) != 0 || access(of, W_OK) == 0);
	const int why = errno;

	if (!ok) {
		diag_file(d, *path ? path : "--case");
		if (*path)
			diag_set(d, 0, 0, "the case cannot be written: %s: %s; name another file with --case, or use --no-case", of, strerror(why));
		else
			diag_set(d, 0, 0, "the name of the case is empty");
	}
	free(folder);
	return ok;
}

static bool make_folders(const char *path, struct diag *d)
{
	char *copy = xstrdup(path);
	bool ok = true;

	for (char *p = copy + 1; ok && (p = strchr(p, '/')); *p++ = '/') {
		*p = 0;
		ok = mkdir(copy, 0700) == 0 || errno == EEXIST;
		if (!ok) {
			diag_file(d, copy);
			diag_set(d, 0, 0, "cannot make the folder of the case: %s", strerror(errno));
		}
	}
	free(copy);
	return ok;
}

static struct decision *decision_of(struct casefile *c, struct str key)
{
	union map_val *v = map_put(c->decisions, key, NULL);

	if (!v->p)
		v->p = xcalloc(1, sizeof(struct decision));
	return v->p;
}

static bool read_decisions(struct casefile *c, struct diag *d)
{
	sqlite3_stmt *st = case_prepare(c, d, "SELECT key, verdict, note FROM decision", "");

	while (st && sqlite3_step(st) == SQLITE_ROW) {
		struct decision *x = decision_of(c, (struct str){(const char *)sqlite3_column_text(st, 0), (size_t)sqlite3_column_bytes(st, 0)});
		const int verdict = sqlite3_column_int(st, 1);

		x->verdict = verdict >= 0 && verdict < VERDICT_COUNT ? (enum verdict)verdict : VERDICT_OPEN;
		if (sqlite3_column_type(st, 2) == SQLITE_TEXT)
			x->note = xstrdup((const char *)sqlite3_column_text(st, 2));
	}
	sqlite3_finalize(st);
	return st != NULL;
}

/* Takes the file's lock for as long as the process lives: an exclusive lock of SQLite's own, which the system drops even
 * when spoor is killed. */
static bool take(struct casefile *c, struct diag *d)
{
	sqlite3_busy_timeout(c->db, 200);
	if (!c->path)
		return case_exec(c, "PRAGMA foreign_keys = ON", d);
	sqlite3_exec(c->db, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON",
	             NULL, NULL, NULL);
	const int rc = sqlite3_exec(c->db, "BEGIN IMMEDIATE; COMMIT", NULL, NULL, NULL);

	if (rc == SQLITE_OK)
		return true;
	diag_file(d, c->path);
	if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
		return diag_set(d, 0, 0, "another spoor has this case open; close it there, or name another file with --case, or use --no-case");
	if (rc == SQLITE_NOTADB)
		return diag_set(d, 0, 0, "this file is no spoor case; name another file with --case");
	return case_fail(c, d, "cannot open the case");
}

struct casefile *case_open(const char *path, struct diag *d)
{
	struct casefile *c = xcalloc(1, sizeof *c);

	c->decisions = map_new();
	c->path = path ? xstrdup(path) : NULL;
	if (path && (!can_write(path, d) || !make_folders(path, d))) {
		case_close(c);
		return NULL;
	}
	if (sqlite3_open_v2(path ? path : ":memory:", &c->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, NULL) != SQLITE_OK) {
		case_fail(c, d, "cannot open the case");
		case_close(c);
		return NULL;
	}
	if (!is_case(c, d) || !take(c, d) || !migrate(c, d) || !read_decisions(c, d)) {
		case_close(c);
		return NULL;
	}
	return c;
}

static void forget_exclusions(struct casefile *c)
{
	arena_free(c->exclusion_arena);
	c->exclusion_arena = NULL;
	c->exclusion = NULL;
	c->nexclusions = 0;
}

void case_close(struct casefile *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < map_len(c->decisions); i++) {
		struct decision *x = map_val(c->decisions, i)->p;

		free(x->note);
		free(x);
	}
	map_free(c->decisions);
	forget_exclusions(c);
	sqlite3_close(c->db);
	free(c->path);
	free(c);
}

const char *case_path(const struct casefile *c) { return c->path ? c->path : "(memory)"; }

/* ------------------------------------------------------------------------------------------------ changes */

/* What a change sets: a verdict (its number), a note, or an exclusion's state "enabled removed". Text or null. */
static bool apply(struct casefile *c, struct str kind, struct str key, struct str value, struct diag *d)
{
	if (str_eqc(kind, "exclusion")) {
		const int enabled = value.n > 0 && value.p[0] == '1', removed = value.n < 3 || value.p[2] == '1';

		forget_exclusions(c);
		return case_run(c, case_prepare(c, d, "UPDATE exclusion SET enabled = ?, removed = ? WHERE id = CAST(? AS INTEGER)", "iis",
		                                (int64_t)enabled, (int64_t)removed, key), d);
	}
	struct decision *x = decision_of(c, key);

	if (str_eqc(kind, "verdict")) {
		const int v = value.n == 1 ? value.p[0] - '0' : 0;

		x->verdict = v >= 0 && v < VERDICT_COUNT ? (enum verdict)v : VERDICT_OPEN;
	} else {
		free(x->note);
		x->note = value.n ? xstrndup(value.p, value.n) : NULL;
	}
	return case_run(c, case_prepare(c, d, "INSERT INTO decision (key, verdict, note) VALUES (?1, ?2, ?3)"
	                                " ON CONFLICT (key) DO UPDATE SET verdict = ?2, note = ?3", "sis", key, (int64_t)x->verdict,
	                                x->note ? str_c(x->note) : (struct str){0}), d);
}

static struct str state_of(struct casefile *c, struct str kind, struct str key, char out[4])
{
	const union map_val *v = map_get(c->decisions, key);
	const struct decision *x = v ? v->p : NULL;

	if (str_eqc(kind, "verdict")) {
		snprintf(out, 4, "%d", x ? (int)x->verdict : 0);
		return str_c(out);
	}
	return x && x->note ? str_c(x->note) : STR("");
}

/* Opens a transaction and its journal entry; what had been undone cannot be redone any more. The entry's id, 0 on failure. */
static int64_t begin(struct casefile *c, const char *what, struct diag *d)
{
	if (!case_exec(c, "BEGIN IMMEDIATE; DELETE FROM journal WHERE undone = 1", d) ||
	    !case_run(c, case_prepare(c, d, "INSERT INTO journal (what) VALUES (?)", "s", str_c(what)), d)) {
		sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
		return 0;
	}
	return sqlite3_last_insert_rowid(c->db);
}

static void reread(struct casefile *c)
{
	for (size_t i = 0; i < map_len(c->decisions); i++) {
		struct decision *x = map_val(c->decisions, i)->p;

		free(x->note);
		*x = (struct decision){0};
	}
	read_decisions(c, &(struct diag)DIAG_INIT);
	forget_exclusions(c);
}

static bool end(struct casefile *c, bool ok, struct diag *d)
{
	ok = ok && case_exec(c, "COMMIT", d);
	if (!ok) {
		sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
		reread(c);                                       /* memory must not know more than the file */
	}
	return ok;
}

static bool change(struct casefile *c, int64_t journal, struct str kind, struct str key, struct str before, struct str after, struct diag *d)
{
	return case_run(c, case_prepare(c, d, "INSERT INTO change (journal, kind, key, before, after) VALUES (?, ?, ?, ?, ?)", "issss",
	                                journal, kind, key, before, after), d) && apply(c, kind, key, after, d);
}

enum verdict case_verdict(struct casefile *c, const char *key)
{
	const union map_val *v = map_get(c->decisions, str_c(key));

	return v ? ((const struct decision *)v->p)->verdict : VERDICT_OPEN;
}

struct str case_note(struct casefile *c, const char *key)
{
	const union map_val *v = map_get(c->decisions, str_c(key));
	const char *note = v ? ((const struct decision *)v->p)->note : NULL;

	return note ? str_c(note) : STR("");
}

bool case_set_verdict(struct casefile *c, const char *const *keys, size_t n, enum verdict verdict, struct diag *d)
{
	const char after[2] = {(char)('0' + verdict), 0};
	char what[96];

	snprintf(what, sizeof what, n == 1 ? "verdict %s" : "verdict %s on %zu findings", verdict_name[verdict], n);
	const int64_t journal = begin(c, what, d);
	bool ok = journal != 0;

	for (size_t i = 0; ok && i < n; i++) {
		char before[4];

		ok = change(c, journal, STR("verdict"), str_c(keys[i]), state_of(c, STR("verdict"), str_c(keys[i]), before), str_c(after), d);
	}
	return journal && end(c, ok, d);
}

bool case_set_note(struct casefile *c, const char *key, struct str note, struct diag *d)
{
	char unused[4];
	char *before = xstrdup(state_of(c, STR("note"), str_c(key), unused).p);
	const int64_t journal = begin(c, note.n ? "note" : "note removed", d);
	const bool ok = journal && end(c, change(c, journal, STR("note"), str_c(key), str_c(before), note, d), d);

	free(before);
	return ok;
}

/* ------------------------------------------------------------------------------------------------ exclusions */

const struct exclusion *case_exclusions(struct casefile *c, size_t *n)
{
	if (!c->exclusion_arena) {
		size_t cap = 0;
		struct exclusion *v = NULL;
		sqlite3_stmt *st = case_prepare(c, &(struct diag)DIAG_INIT, "SELECT id, rule_id, rule_name, macro, condition, reason, enabled, created"
		                                " FROM exclusion WHERE removed = 0 ORDER BY id", "");

		c->exclusion_arena = arena_new();
		while (st && sqlite3_step(st) == SQLITE_ROW) {
			struct arena *a = c->exclusion_arena;

			GROW(v, c->nexclusions, cap);
			v[c->nexclusions++] = (struct exclusion){.id = sqlite3_column_int64(st, 0), .rule_id = case_column(a, st, 1),
				.rule_name = case_column(a, st, 2), .macro = case_column(a, st, 3), .condition = case_column(a, st, 4),
				.reason = case_column(a, st, 5), .enabled = sqlite3_column_int(st, 6) != 0, .created = sqlite3_column_int64(st, 7)};
		}
		sqlite3_finalize(st);
		c->exclusion = ARENA_ARRAY(c->exclusion_arena, struct exclusion, c->nexclusions + 1);
		if (v)
			memcpy(c->exclusion, v, c->nexclusions * sizeof *v);
		free(v);
	}
	*n = c->nexclusions;
	return c->exclusion;
}

bool case_exclude(struct casefile *c, const struct exclusion *x, int64_t *id, struct diag *d)
{
	const int64_t journal = begin(c, "exclusion", d);
	char key[24];

	if (!journal)
		return false;
	bool ok = case_run(c, case_prepare(c, d, "INSERT INTO exclusion (rule_id, rule_name, macro, condition, reason, enabled, removed, created)"
	                                   " VALUES (?, ?, ?, ?, ?, 0, 1, ?)", "sssssi", x->rule_id, x->rule_name, x->macro, x->condition,
	                                   x->reason.p ? x->reason : STR(""), (int64_t)when_now()), d);

	*id = sqlite3_last_insert_rowid(c->db);
	snprintf(key, sizeof key, "%lld", (long long)*id);
	ok = ok && change(c, journal, STR("exclusion"), str_c(key), STR("0 1"), STR("1 0"), d);
	return end(c, ok, d);
}

static bool exclusion_state(struct casefile *c, int64_t id, const char *what, struct str after, struct diag *d)
{
	const int64_t journal = begin(c, what, d);
	struct str before = {0};
	char key[24];
	size_t n;

	if (!journal)
		return false;
	const struct exclusion *x = case_exclusions(c, &n);

	for (size_t i = 0; i < n; i++)
		if (x[i].id == id)
			before = x[i].enabled ? STR("1 0") : STR("0 0");
	if (!before.p)
		diag_set(d, 0, 0, "there is no exclusion %lld", (long long)id);
	snprintf(key, sizeof key, "%lld", (long long)id);
	return end(c, before.p && change(c, journal, STR("exclusion"), str_c(key), before, after, d), d);
}

bool case_exclusion_enable(struct casefile *c, int64_t id, bool enabled, struct diag *d)
{
	return exclusion_state(c, id, enabled ? "exclusion enabled" : "exclusion disabled", enabled ? STR("1 0") : STR("0 0"), d);
}

bool case_exclusion_remove(struct casefile *c, int64_t id, struct diag *d)
{
	return exclusion_state(c, id, "exclusion removed", STR("0 1"), d);
}

struct str case_filter(struct casefile *c, struct str rule_id, struct arena *a)
{
	struct sbuf b = {0};
	size_t n;
	const struct exclusion *x = case_exclusions(c, &n);

	for (size_t i = 0; i < n; i++)
		if (x[i].enabled && str_eq(x[i].rule_id, rule_id))
			sbuf_addf(&b, "%s NOT (%.*s)", b.n ? "" : "search", STR_FMT(x[i].condition));
	const struct str out = arena_str(a, sbuf_str(&b));
	sbuf_free(&b);
	return out;
}

/* ------------------------------------------------------------------------------------------------ undo */

/* Sets every change of one journal entry to its `before` (undo, last change first) or its `after` (redo). */
static bool replay(struct casefile *c, bool undo, char *what, size_t n, struct diag *d)
{
	sqlite3_stmt *st = case_prepare(c, d, undo ? "SELECT id, what FROM journal WHERE undone = 0 ORDER BY id DESC LIMIT 1"
	                                           : "SELECT id, what FROM journal WHERE undone = 1 ORDER BY id LIMIT 1", "");
	int64_t journal = 0;

	if (st && sqlite3_step(st) == SQLITE_ROW) {
		journal = sqlite3_column_int64(st, 0);
		snprintf(what, n, "%s", (const char *)sqlite3_column_text(st, 1));
	}
	sqlite3_finalize(st);
	if (!journal || !case_exec(c, "BEGIN IMMEDIATE", d))
		return false;
	bool ok = (st = case_prepare(c, d, undo ? "SELECT kind, key, before FROM change WHERE journal = ? ORDER BY rowid DESC"
	                                        : "SELECT kind, key, after FROM change WHERE journal = ? ORDER BY rowid", "i", journal)) != NULL;
	while (ok && sqlite3_step(st) == SQLITE_ROW) {
		struct arena *a = arena_new();

		ok = apply(c, case_column(a, st, 0), case_column(a, st, 1), case_column(a, st, 2), d);
		arena_free(a);
	}
	sqlite3_finalize(st);
	ok = ok && case_run(c, case_prepare(c, d, "UPDATE journal SET undone = ? WHERE id = ?", "ii", (int64_t)undo, journal), d);
	return end(c, ok, d);
}

bool case_undo(struct casefile *c, char *what, size_t n, struct diag *d) { return replay(c, true, what, n, d); }
bool case_redo(struct casefile *c, char *what, size_t n, struct diag *d) { return replay(c, false, what, n, d); }
