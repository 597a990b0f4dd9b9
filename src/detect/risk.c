/* Risk events: what a finding adds to the score of users and systems, and the rows of Risk.All_Risk that are made of them. */
#include "detect/inside.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"

static struct str lower(struct str s, struct arena *a)
{
	struct sbuf b = {0};

	utf8_fold_str(s, &b);
	struct str out = arena_str(a, sbuf_str(&b));
	sbuf_free(&b);
	return out;
}

bool risk_of_nobody(struct str object)
{
	static const char *const nobody[] = {"unknown", "-", "n/a", "na", "null", "none", "(null)"};

	object = str_trim(object);
	for (size_t i = 0; i < sizeof nobody / sizeof *nobody; i++)
		if (str_ieqc(object, nobody[i]))
			return true;
	return object.n == 0;
}

/* Hunting searches add no risk; Correlation searches are made of it. */
static bool adds_risk(const struct rule *r)
{
	return r->type != RULE_HUNTING && r->type != RULE_CORRELATION;
}

static struct val field_of(const struct finding *f, struct str name)
{
	ptrdiff_t c = rows_find(f->rows, name);

	return c < 0 ? val_null() : f->rows->col[c].v[f->row];
}

void finding_risk(struct finding *f, struct arena *a)
{
	const struct rule *r = f->rule;
	size_t n = 0;

	f->score = r->risk_score;
	if (!adds_risk(r))
		return;
	for (size_t i = 0; i < r->nrisk; i++)
		n += val_count(field_of(f, r->risk[i].field));
	if (!n)
		return;
	f->risk = ARENA_ARRAY(a, struct risk_event, n);
	f->score = 0;
	for (size_t i = 0; i < r->nrisk; i++) {
		struct val v = field_of(f, r->risk[i].field);
		struct str message = r->risk[i].message.n ? detect_fill(r->risk[i].message, f->rows, f->row, a) : f->message;
		for (uint32_t k = 0; k < val_count(v); k++) {
			struct str object = val_text(val_at(v, k), a);
			f->risk[f->nrisk++] = (struct risk_event){r->risk[i].type, object, lower(object, a), r->risk[i].score, message};
		}
		if (val_count(v) && r->risk[i].score > f->score)
			f->score = r->risk[i].score;
	}
}

/* ---- Risk.All_Risk ---- */

/* ATT&CK's tactics: their ids, and the phase of the kill chain that ESCU counts them to. */
static const struct {
	const char *name, *id, *phase;
} tactics[] = {
	{"Reconnaissance", "TA0043", "Reconnaissance"},
	{"Resource Development", "TA0042", "Weaponization"},
	{"Initial Access", "TA0001", "Delivery"},
	{"Execution", "TA0002", "Installation"},
	{"Persistence", "TA0003", "Installation"},
	{"Privilege Escalation", "TA0004", "Exploitation"},
	{"Defense Evasion", "TA0005", "Exploitation"},
	{"Credential Access", "TA0006", "Exploitation"},
	{"Discovery", "TA0007", "Exploitation"},
	{"Lateral Movement", "TA0008", "Exploitation"},
	{"Collection", "TA0009", "Exploitation"},
	{"Command And Control", "TA0011", "Command and Control"},
	{"Exfiltration", "TA0010", "Actions on Objectives"},
	{"Impact", "TA0040", "Actions on Objectives"},
};

/* Values gathered for one field, without doubles. */
struct values {
	struct val *v;
	size_t n, cap;
};

static void add(struct values *l, struct str s)
{
	if (!s.n)
		return;
	for (size_t i = 0; i < l->n; i++)
		if (str_eq((struct str){l->v[i].s, l->v[i].len}, s))
			return;
	GROW(l->v, l->n, l->cap);
	l->v[l->n++] = val_str(s);
}

static struct val take(struct values *l, struct arena *a)
{
	struct val v = val_list(a, l->v, l->n);

	free(l->v);
	*l = (struct values){0};
	return val_copy(v, a);
}

/* The fields that depend on the rule alone. */
struct annotations {
	struct val source, stories, ids, technique_ids, techniques, tactic_names, tactic_ids, all;
};

static void add_tactic(struct str name, struct values *names, struct values *ids, struct values *phases)
{
	add(names, name);
	for (size_t i = 0; i < sizeof(tactics) / sizeof(*tactics); i++)
		if (str_ieqc(name, tactics[i].name)) {
			add(ids, str_c(tactics[i].id));
			add(phases, str_c(tactics[i].phase));
		}
}

static void annotate(struct annotations *x, const struct rule *r, struct arena *a)
{
	struct values ids = {0}, names = {0}, tactic_names = {0}, tactic_ids = {0}, phases = {0}, stories = {0}, all = {0};

	for (size_t i = 0; i < r->nmitre; i++) {
		struct str rest = r->mitre[i].tactics;
		add(&ids, r->mitre[i].id);
		add(&names, r->mitre[i].name);
		add(&all, r->mitre[i].id);
		while (rest.n) {
			const char *comma = memchr(rest.p, ',', rest.n);
			size_t n = comma ? (size_t)(comma - rest.p) : rest.n;
			add_tactic(str_trim((struct str){rest.p, n}), &tactic_names, &tactic_ids, &phases);
			rest = comma ? (struct str){comma + 1, rest.n - n - 1} : (struct str){NULL, 0};
		}
	}
	for (size_t i = 0; i < r->nstory; i++) {
		add(&stories, r->story[i]);
		add(&all, r->story[i]);
	}
	for (size_t i = 0; i < phases.n; i++)
		add(&all, (struct str){phases.v[i].s, phases.v[i].len});
	free(phases.v);
	x->source = val_str(str_c(arena_printf(a, "ESCU - %.*s - Rule", STR_FMT(r->name))));
	x->stories = take(&stories, a);
	x->ids = take(&ids, a);
	x->technique_ids = x->ids;
	x->techniques = take(&names, a);
	x->tactic_names = take(&tactic_names, a);
	x->tactic_ids = take(&tactic_ids, a);
	x->all = take(&all, a);
}

static void threats(const struct finding *f, struct arena *a, struct val *objects, struct val *types)
{
	struct values o = {0}, t = {0};

	for (size_t i = 0; i < f->rule->nthreat; i++) {
		struct val v = field_of(f, f->rule->threat[i].field);
		for (uint32_t k = 0; k < val_count(v); k++) {
			GROW(o.v, o.n, o.cap);
			o.v[o.n++] = val_at(v, k);
			GROW(t.v, t.n, t.cap);
			t.v[t.n++] = val_str(f->rule->threat[i].type);
		}
	}
	*objects = take(&o, a);
	*types = take(&t, a);
}

enum risk_field {
	R_TIME, R_SEARCH_NAME, R_SOURCE, R_RISK_OBJECT, R_RISK_OBJECT_TYPE, R_NORMALIZED, R_SCORE, R_CALCULATED, R_MESSAGE,
	R_THREAT, R_THREAT_TYPE, R_STORIES, R_ATTACK, R_TECHNIQUE_ID, R_TECHNIQUE, R_TACTIC, R_TACTIC_ID, R_ALL, R_ORIG_TIME,
	R_COUNT
};
static const char *const risk_field[R_COUNT] = {
	"_time", "search_name", "source", "risk_object", "risk_object_type", "normalized_risk_object", "risk_score",
	"calculated_risk_score", "risk_message", "threat_object", "threat_object_type", "analyticstories",
	"annotations.mitre_attack", "annotations.mitre_attack.mitre_technique_id", "annotations.mitre_attack.mitre_technique",
	"annotations.mitre_attack.mitre_tactic", "annotations.mitre_attack.mitre_tactic_id", "annotations._all", "orig_time",
};

static void set(struct rows *out, enum risk_field c, size_t row, struct val v)
{
	out->col[c].v[row] = v;
}

static const struct lineage *copy_lineage(const struct lineage *l, struct arena *a)
{
	if (!l)
		return NULL;
	size_t n = sizeof(*l) + l->n * sizeof(l->v[0]);
	return memcpy(arena_alloc(a, n), l, n);
}

/* All risk events of one finding, from row `at` on. */
static void add_finding(struct rows *out, size_t at, const struct finding *f, const struct annotations *x, bool with_fields)
{
	struct arena *a = out->arena;
	usec_t own = finding_row_time(f->rows, f->row), t = own != WHEN_NONE ? own : f->time;
	struct val time = t == WHEN_NONE ? val_null() : val_num((double)t / (double)USEC_PER_SEC), objects, types;
	const struct lineage *l = copy_lineage(f->lineage, a);

	threats(f, a, &objects, &types);
	for (size_t i = 0; i < f->nrisk; i++, at++) {
		out->lin[at] = l;
		set(out, R_TIME, at, time);
		set(out, R_SEARCH_NAME, at, x->source);
		set(out, R_SOURCE, at, x->source);
		set(out, R_RISK_OBJECT, at, val_copy(val_str(f->risk[i].object), a));
		set(out, R_RISK_OBJECT_TYPE, at, val_str(str_c(risk_type_name[f->risk[i].type])));
		set(out, R_NORMALIZED, at, val_copy(val_str(f->risk[i].normalized), a));
		set(out, R_SCORE, at, val_num(f->risk[i].score));
		set(out, R_CALCULATED, at, val_num(f->risk[i].score));
		set(out, R_MESSAGE, at, val_copy(val_str(f->risk[i].message), a));
		set(out, R_THREAT, at, objects);
		set(out, R_THREAT_TYPE, at, types);
		set(out, R_STORIES, at, x->stories);
		set(out, R_ATTACK, at, x->ids);
		set(out, R_TECHNIQUE_ID, at, x->technique_ids);
		set(out, R_TECHNIQUE, at, x->techniques);
		set(out, R_TACTIC, at, x->tactic_names);
		set(out, R_TACTIC_ID, at, x->tactic_ids);
		set(out, R_ALL, at, x->all);
		set(out, R_ORIG_TIME, at, time);
	}
	for (size_t c = 0; with_fields && c < f->rows->ncols; c++) {
		struct val v = f->rows->col[c].v[f->row];
		if (val_is_null(v))
			continue;
		size_t col = rows_col(out, f->rows->col[c].name);
		if (col < R_COUNT)
			continue;                        /* the risk event's own field of that name counts */
		v = val_copy(v, a);
		for (size_t i = 0; i < f->nrisk; i++)
			out->col[col].v[at - f->nrisk + i] = v;
	}
}

enum { CELLS_MAX = 1 << 25 };

/* Would the fields of all result rows make a table beyond all bounds? */
static bool too_wide(const struct findings *fs, size_t n)
{
	struct map *rows = map_new(), *names = map_new();
	bool fresh;

	for (size_t i = 0; i < fs->n; i++) {
		const struct rows *r = fs->v[i].rows;
		map_put(rows, (struct str){(const char *)&r, sizeof(r)}, &fresh);
		for (size_t c = 0; fresh && c < r->ncols; c++)
			map_put(names, r->col[c].name, NULL);
	}
	size_t columns = map_len(names) + R_COUNT;
	map_free(rows);
	map_free(names);
	return n && columns > CELLS_MAX / n;
}

/* Appends the risk events of earlier dumps, but for findings that this run has, too: those count as they are now. */
static void add_before(struct rows *out, const struct findings *fs)
{
	const struct rows *before = fs->risk_before;
	ptrdiff_t key = before ? rows_find(before, STR("finding_key")) : -1;

	if (key < 0 || before->n == 0)
		return;
	struct map *known = map_new();
	struct rows *old = rows_new(0);
	uint32_t *keep = xcalloc(before->n, sizeof(*keep));
	size_t n = 0;

	for (size_t i = 0; i < fs->n; i++)
		map_put(known, str_c(fs->v[i].key), NULL);
	for (size_t i = 0; i < before->n; i++) {
		struct val v = before->col[key].v[i];
		if (v.type != V_STR || !map_get(known, (struct str){v.s, v.len}))
			keep[n++] = (uint32_t)i;
	}
	rows_append(old, before);
	rows_select(old, keep, n);
	rows_drop(old, (size_t)rows_find(old, STR("finding_key")));
	rows_append(out, old);
	rows_free(old);
	free(keep);
	map_free(known);
}

struct rows *detect_risk_rows(const struct findings *fs)
{
	struct map *rules = map_new();                   /* findings of one rule share what depends on the rule */
	size_t n = 0, at = 0;

	for (size_t i = 0; i < fs->n; i++)
		n += fs->v[i].nrisk;
	struct rows *out = rows_new(n);
	for (int c = 0; c < R_COUNT; c++)
		rows_col(out, str_c(risk_field[c]));
	out->partial = too_wide(fs, n);
	for (size_t i = 0; i < fs->n; i++) {
		const struct finding *f = &fs->v[i];
		bool fresh;
		if (!f->nrisk)
			continue;
		union map_val *x = map_put(rules, (struct str){(const char *)&f->rule, sizeof(f->rule)}, &fresh);
		if (fresh) {
			x->p = ARENA_NEW(out->arena, struct annotations);
			annotate(x->p, f->rule, out->arena);
		}
		add_finding(out, at, f, x->p, !out->partial);
		at += f->nrisk;
	}
	map_free(rules);
	add_before(out, fs);
	return out;
}
