/* What the case knows of findings and of the risk they brought, across dumps. */
#include "case/case_internal.h"

#include <stdlib.h>

#include "base/mem.h"

/* ------------------------------------------------------------------------------------------------ recording */

static struct str mitre_list(const struct rule *r, bool tactics, struct arena *a)
{
	struct sbuf b = {0};

	for (size_t i = 0; i < r->nmitre; i++) {
		const struct str s = tactics ? r->mitre[i].tactics : r->mitre[i].id;

		if (s.n)
			sbuf_addf(&b, "%s%.*s", b.n ? ", " : "", STR_FMT(s));
	}
	const struct str out = arena_str(a, sbuf_str(&b));
	sbuf_free(&b);
	return out;
}

static struct str story_list(const struct rule *r, struct arena *a)
{
	struct sbuf b = {0};

	for (size_t i = 0; i < r->nstory; i++)
		sbuf_addf(&b, "%s%.*s", b.n ? "\n" : "", STR_FMT(r->story[i]));
	const struct str out = arena_str(a, sbuf_str(&b));
	sbuf_free(&b);
	return out;
}

static bool record_stretch(struct casefile *c, const struct finding *f, struct diag *d)
{
	const struct threshold *t = f->threshold;

	return case_run(c, case_prepare(c, d, "INSERT INTO stretch (key, type, object, first, last) VALUES (?, ?, ?, ?4, ?5)"
	                                " ON CONFLICT (key) DO UPDATE SET first = ?4, last = ?5", "sisii", str_c(f->key), (int64_t)t->type,
	                                t->object, (int64_t)t->v[0].time, (int64_t)t->v[t->n - 1].time), d);
}

static bool record_one(struct casefile *c, const struct finding *f, const struct store *s, struct arena *a, struct diag *d)
{
	const struct rule *r = f->rule;
	const ev_t ev = f->main_event;
	const struct str source = s && ev != EV_NONE ? str_c(store_input_name(s, ev)) : STR("");
	const int64_t now = when_now();

	if (!case_run(c, case_prepare(c, d,
		"INSERT INTO finding (key, rule_id, rule_name, time, score, host, user, parent, process, command, c2, message, mitre,"
		" tactics, stories, confirmed, source, first_seen, last_seen)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (key) DO UPDATE SET last_seen = excluded.last_seen, excluded = 0", "sssidssssssssssisii",
		str_c(f->key), r->id, r->name, (int64_t)f->time, f->score, f->host, f->user, f->parent, f->process, f->command, f->c2,
		f->message, mitre_list(r, false, a), mitre_list(r, true, a), story_list(r, a), (int64_t)f->confirmed, source, now, now), d))
		return false;
	for (size_t i = 0; i < f->nrisk; i++)
		if (!case_run(c, case_prepare(c, d, "INSERT OR IGNORE INTO risk (key, type, object, shown, score) VALUES (?, ?, ?, ?, ?)", "sissd",
		                              str_c(f->key), (int64_t)f->risk[i].type, f->risk[i].normalized, f->risk[i].object, f->risk[i].score), d))
			return false;
	return !f->threshold || record_stretch(c, f, d);
}

bool case_record(struct casefile *c, const struct findings *f, struct engine *e, struct diag *d)
{
	const struct store *s = e ? e->ops->store(e) : NULL;
	bool ok = case_exec(c, "BEGIN IMMEDIATE", d);

	for (size_t i = 0; ok && i < f->n; i++) {
		struct arena *a = arena_new();

		ok = record_one(c, &f->v[i], s, a, d);
		arena_free(a);
	}
	ok = ok && case_exec(c, "COMMIT", d);
	if (!ok)
		sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
	return ok;
}

/* ------------------------------------------------------------------------------------------------ reading */

#define RISK_COLUMNS "f.time, r.type, r.object, r.shown, r.score, f.key, f.rule_id, f.rule_name, f.message, f.mitre, f.tactics, f.stories"

struct case_risk *case_risk(struct casefile *c, enum risk_type type, struct str object, usec_t from, usec_t to, struct arena *a, size_t *n)
{
	struct case_risk *v = NULL;
	size_t cap = 0;
	/* Two texts, for an index is of no use to a condition with "or". */
	sqlite3_stmt *st = case_prepare(c, &(struct diag)DIAG_INIT, object.p ?
		"SELECT " RISK_COLUMNS " FROM risk r JOIN finding f ON f.key = r.key"
		" WHERE f.excluded = 0 AND r.object = ?1 AND r.type = ?2 AND (?3 IS NULL OR f.time >= ?3) AND (?4 IS NULL OR f.time <= ?4)"
		" ORDER BY f.time, f.rule_name, f.key, r.object" :
		"SELECT " RISK_COLUMNS " FROM risk r JOIN finding f ON f.key = r.key"
		" WHERE f.excluded = 0 AND ?1 IS NULL AND ?2 >= 0 AND (?3 IS NULL OR f.time >= ?3) AND (?4 IS NULL OR f.time <= ?4)"
		" ORDER BY f.time, f.rule_name, f.key, r.object", "siii", object, (int64_t)type, (int64_t)from, (int64_t)to);

	*n = 0;
	while (st && sqlite3_step(st) == SQLITE_ROW) {
		GROW(v, *n, cap);
		v[*n] = (struct case_risk){.time = case_column_time(st, 0), .type = (enum risk_type)sqlite3_column_int(st, 1),
			.object = case_column(a, st, 2), .shown = case_column(a, st, 3), .score = sqlite3_column_double(st, 4),
			.key = case_column(a, st, 5), .rule_id = case_column(a, st, 6), .rule_name = case_column(a, st, 7),
			.message = case_column(a, st, 8), .mitre = case_column(a, st, 9), .tactics = case_column(a, st, 10),
			.stories = case_column(a, st, 11)};
		++*n;
	}
	sqlite3_finalize(st);
	struct case_risk *out = ARENA_ARRAY(a, struct case_risk, *n + 1);

	if (v)
		memcpy(out, v, *n * sizeof *v);
	free(v);
	return out;
}

/* Adds the items of "a, b" to a set. */
static void add_items(struct map *set, struct str list)
{
	while (list.n) {
		const ptrdiff_t comma = str_find(list, STR(", "));
		const size_t len = comma < 0 ? list.n : (size_t)comma;

		if (len)
			map_put(set, (struct str){list.p, len}, NULL);
		list = comma < 0 ? (struct str){0} : (struct str){list.p + len + 2, list.n - len - 2};
	}
}

struct tally {
	struct case_entity entity;
	struct map *rules, *tactics;
};

static int entity_cmp(const void *x, const void *y)
{
	const struct case_entity *a = x, *b = y;

	if (a->score > b->score || a->score < b->score)
		return a->score > b->score ? -1 : 1;
	return a->type != b->type ? (a->type < b->type ? -1 : 1) : str_cmp(a->object, b->object);
}

/* Text of the row at hand, until the next one. */
static struct str borrowed(sqlite3_stmt *st, int col)
{
	const char *p = (const char *)sqlite3_column_text(st, col);

	return (struct str){p ? p : "", p ? (size_t)sqlite3_column_bytes(st, col) : 0};
}

struct case_entity *case_entities(struct casefile *c, usec_t from, usec_t to, const struct map *only, struct arena *a, size_t *n)
{
	/* Without order and with what is added up only: a case holds a great many of them. */
	sqlite3_stmt *st = case_prepare(c, &(struct diag)DIAG_INIT, "SELECT r.type, r.object, r.shown, r.score, f.time, f.rule_id, f.tactics, f.key"
		" FROM risk r JOIN finding f ON f.key = r.key"
		" WHERE f.excluded = 0 AND (?1 IS NULL OR f.time >= ?1) AND (?2 IS NULL OR f.time <= ?2)", "ii", (int64_t)from, (int64_t)to);
	struct map *m = map_new();
	struct sbuf key = {0};

	while (st && sqlite3_step(st) == SQLITE_ROW) {
		const usec_t time = case_column_time(st, 4);
		bool fresh;

		if (risk_of_nobody(borrowed(st, 1)) || (only && !map_get(only, borrowed(st, 7))))
			continue;
		sbuf_reset(&key);
		sbuf_addf(&key, "%d %.*s", sqlite3_column_int(st, 0), STR_FMT(borrowed(st, 1)));
		union map_val *v = map_put(m, sbuf_str(&key), &fresh);
		if (fresh) {
			struct tally *t = v->p = xcalloc(1, sizeof *t);

			t->rules = map_new();
			t->tactics = map_new();
			t->entity = (struct case_entity){.type = (enum risk_type)sqlite3_column_int(st, 0), .object = case_column(a, st, 1),
			                                 .shown = case_column(a, st, 2), .first = time, .last = time};
		}
		struct tally *t = v->p;

		t->entity.score += sqlite3_column_double(st, 3);
		t->entity.events++;
		if (time != WHEN_NONE && (t->entity.first == WHEN_NONE || time < t->entity.first)) {
			t->entity.first = time;
			t->entity.shown = case_column(a, st, 2);
		}
		if (time != WHEN_NONE && (t->entity.last == WHEN_NONE || time > t->entity.last))
			t->entity.last = time;
		map_put(t->rules, borrowed(st, 5), NULL);
		add_items(t->tactics, borrowed(st, 6));
	}
	sqlite3_finalize(st);
	*n = map_len(m);
	struct case_entity *out = ARENA_ARRAY(a, struct case_entity, *n + 1);

	for (size_t i = 0; i < *n; i++) {
		struct tally *t = map_val(m, i)->p;

		out[i] = t->entity;
		out[i].rules = map_len(t->rules);
		out[i].tactics = map_len(t->tactics);
		map_free(t->rules);
		map_free(t->tactics);
		free(t);
	}
	if (*n)
		qsort(out, *n, sizeof *out, entity_cmp);
	map_free(m);
	sbuf_free(&key);
	return out;
}

struct case_finding *case_findings(struct casefile *c, struct arena *a, size_t *n)
{
	struct case_finding *v = NULL;
	size_t cap = 0;
	sqlite3_stmt *st = case_prepare(c, &(struct diag)DIAG_INIT, "SELECT key, rule_id, rule_name, host, user, process, parent, c2, message, source,"
		" score, time, last_seen, excluded FROM finding ORDER BY time, rule_name, key", "");

	*n = 0;
	while (st && sqlite3_step(st) == SQLITE_ROW) {
		GROW(v, *n, cap);
		struct case_finding *f = &v[(*n)++];

		*f = (struct case_finding){.key = case_column(a, st, 0), .rule_id = case_column(a, st, 1), .rule_name = case_column(a, st, 2),
			.host = case_column(a, st, 3), .user = case_column(a, st, 4), .process = case_column(a, st, 5),
			.parent = case_column(a, st, 6), .c2 = case_column(a, st, 7), .message = case_column(a, st, 8),
			.source = case_column(a, st, 9), .score = sqlite3_column_double(st, 10), .time = case_column_time(st, 11),
			.last_seen = case_column_time(st, 12), .excluded = sqlite3_column_int(st, 13) != 0};
		f->verdict = case_verdict(c, f->key.p);
		f->note = arena_str(a, case_note(c, f->key.p));
	}
	sqlite3_finalize(st);
	struct case_finding *out = ARENA_ARRAY(a, struct case_finding, *n + 1);

	if (v)
		memcpy(out, v, *n * sizeof *v);
	free(v);
	return out;
}

struct threshold_known *case_thresholds(struct casefile *c, struct arena *a, size_t *n)
{
	struct threshold_known *v = NULL;
	size_t cap = 0;
	sqlite3_stmt *st = case_prepare(c, &(struct diag)DIAG_INIT, "SELECT s.key, f.rule_id, s.object, s.type, s.first, s.last FROM stretch s"
		" JOIN finding f ON f.key = s.key LEFT JOIN decision d ON d.key = s.key"
		" ORDER BY coalesce(d.verdict, 0) = 0 AND coalesce(d.note, '') = '', s.first, s.key", "");

	*n = 0;
	while (st && sqlite3_step(st) == SQLITE_ROW) {
		GROW(v, *n, cap);
		v[(*n)++] = (struct threshold_known){.key = case_column(a, st, 0), .rule_id = case_column(a, st, 1),
			.object = case_column(a, st, 2), .type = (enum risk_type)sqlite3_column_int(st, 3),
			.first = sqlite3_column_int64(st, 4), .last = sqlite3_column_int64(st, 5)};
	}
	sqlite3_finalize(st);
	struct threshold_known *out = ARENA_ARRAY(a, struct threshold_known, *n + 1);

	if (v)
		memcpy(out, v, *n * sizeof *v);
	free(v);
	return out;
}

/* ------------------------------------------------------------------------------------------------ Risk.All_Risk */

/* "a, b" (or lines) as a multivalue. */
static struct val list_val(struct arena *a, struct str list, const char *separator)
{
	struct val *v = NULL;
	size_t n = 0, cap = 0;
	const struct str sep = str_c(separator);

	while (list.n) {
		const ptrdiff_t at = str_find(list, sep);
		const size_t len = at < 0 ? list.n : (size_t)at;

		if (len) {
			GROW(v, n, cap);
			v[n++] = val_str(arena_str(a, (struct str){list.p, len}));
		}
		list = at < 0 ? (struct str){0} : (struct str){list.p + len + sep.n, list.n - len - sep.n};
	}
	const struct val out = val_list(a, v, n);
	free(v);
	return out;
}

static struct val both(struct arena *a, struct val x, struct val y)
{
	const uint32_t nx = val_count(x), ny = val_count(y);
	struct val *v = ARENA_ARRAY(a, struct val, nx + ny + 1);

	for (uint32_t i = 0; i < nx + ny; i++)
		v[i] = i < nx ? val_at(x, i) : val_at(y, i - nx);
	return val_list(a, v, nx + ny);
}

static void put(struct rows *r, size_t row, const char *name, struct val v)
{
	const size_t col = rows_col(r, str_c(name));             /* may move the columns: before r->col is read */

	r->col[col].v[row] = v;
}

struct rows *case_risk_rows(struct casefile *c)
{
	struct arena *a = arena_new();
	size_t n;
	const struct case_risk *v = case_risk(c, RISK_USER, (struct str){0}, WHEN_NONE, WHEN_NONE, a, &n);
	struct rows *r = rows_new(n);

	for (size_t i = 0; i < n; i++) {
		const struct case_risk *x = &v[i];
		const struct val ids = list_val(r->arena, x->mitre, ", "), stories = list_val(r->arena, x->stories, "\n");

		put(r, i, "_time", x->time == WHEN_NONE ? val_null() : val_num((double)x->time / (double)USEC_PER_SEC));
		put(r, i, "search_name", val_str(str_c(arena_printf(r->arena, "ESCU - %.*s - Rule", STR_FMT(x->rule_name)))));
		put(r, i, "source", rows_get(r, i, "search_name"));
		put(r, i, "risk_object", val_str(arena_str(r->arena, x->shown)));
		put(r, i, "risk_object_type", val_str(str_c(risk_type_name[x->type])));
		put(r, i, "normalized_risk_object", val_str(arena_str(r->arena, x->object)));
		put(r, i, "risk_score", val_num(x->score));
		put(r, i, "calculated_risk_score", val_num(x->score));
		put(r, i, "risk_message", val_str(arena_str(r->arena, x->message)));
		put(r, i, "analyticstories", stories);
		put(r, i, "annotations.mitre_attack", ids);
		put(r, i, "annotations.mitre_attack.mitre_technique_id", ids);
		put(r, i, "annotations.mitre_attack.mitre_tactic", list_val(r->arena, x->tactics, ", "));
		put(r, i, "annotations._all", both(r->arena, ids, stories));
		put(r, i, "finding_key", val_str(arena_str(r->arena, x->key)));
	}
	arena_free(a);
	return r;
}
