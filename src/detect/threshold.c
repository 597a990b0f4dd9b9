/* Thresholds of risk: which users and systems crossed one, when, and what added up to it. */
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

#include "base/map.h"
#include "base/mem.h"
#include "detect/inside.h"

#define HOUR (INT64_C(3600) * USEC_PER_SEC)
#define DAY (24 * HOUR)

/* One risk event of one object. */
struct event {
	struct threshold_part part;
	enum risk_type type;
	struct str object, shown;                        /* normalized; as in the row */
	const struct rule *rule;                         /* names its tactics; NULL: */
	struct val tactics;                              /* these do, of an earlier dump */
};

struct events {
	struct event *v;
	size_t n, cap;
};

/* ---- all risk events: of this run, then of earlier dumps, each finding once ---- */

static void add_event(struct events *l, const struct event *e)
{
	if (e->part.time == WHEN_NONE || risk_of_nobody(e->object))      /* in no window; nobody's */
		return;
	GROW(l->v, l->n, l->cap);
	l->v[l->n++] = *e;
}

static struct str text_at(const struct rows *r, size_t row, const char *name, struct arena *a)
{
	return val_text(rows_get(r, row, name), a);
}

static enum risk_type type_named(struct str name)
{
	for (int t = RISK_USER; t < RISK_OTHER; t++)
		if (str_eqc(name, risk_type_name[t]))
			return (enum risk_type)t;
	return RISK_OTHER;
}

/* Those of findings that this run has, too, count as they are now. */
static void gather_before(struct events *l, const struct rows *r, const struct map *here, struct arena *a)
{
	for (size_t i = 0; r && i < r->n; i++) {
		struct str key = text_at(r, i, "finding_key", a);
		double time, score;

		if (map_get(here, key) || !val_number(rows_get(r, i, "_time"), &time) || !val_number(rows_get(r, i, "risk_score"), &score))
			continue;
		add_event(l, &(struct event){
			.part = {.time = (usec_t)(time * (double)USEC_PER_SEC), .score = score, .key = key,
			         .rule = text_at(r, i, "search_name", a), .message = text_at(r, i, "risk_message", a)},
			.type = type_named(text_at(r, i, "risk_object_type", a)),
			.object = text_at(r, i, "normalized_risk_object", a), .shown = text_at(r, i, "risk_object", a),
			.tactics = rows_get(r, i, "annotations.mitre_attack.mitre_tactic"),
		});
	}
}

/* Adds their keys to `here`, and the risk of those that are not left out. */
static void gather_here(struct events *l, const struct findings *f, const struct map *left_out, struct map *here, struct arena *a)
{
	for (size_t i = 0; f && i < f->n; i++) {
		const struct finding *x = &f->v[i];

		map_put(here, str_c(x->key), NULL);
		if (x->threshold || (left_out && map_get(left_out, str_c(x->key))))
			continue;
		struct str key = x->nrisk ? arena_str(a, str_c(x->key)) : STR("");        /* findings move when they are sorted */

		for (size_t k = 0; k < x->nrisk; k++)
			add_event(l, &(struct event){
				.part = {.time = x->time, .score = x->risk[k].score, .key = key, .rule = x->rule->name,
				         .message = x->risk[k].message, .here = true},
				.type = x->risk[k].type, .object = x->risk[k].normalized, .shown = x->risk[k].object, .rule = x->rule,
			});
	}
}

static int by_object_and_time(const void *a, const void *b)
{
	const struct event *x = a, *y = b;
	int c = str_cmp(x->object, y->object);

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	if (c)
		return c;
	if (x->part.time != y->part.time)
		return x->part.time < y->part.time ? -1 : 1;
	return str_cmp(x->part.key, y->part.key);
}

/* ---- tactics in a window ---- */

static void count_one(struct map *m, struct str name, bool in)
{
	if (name.n == 0)
		return;
	union map_val *v = map_put(m, name, NULL);

	v->u += in ? 1 : UINT64_MAX;
}

static void count_list(struct map *m, struct str list, bool in)
{
	while (list.n) {
		const char *comma = memchr(list.p, ',', list.n);
		size_t n = comma ? (size_t)(comma - list.p) : list.n;

		count_one(m, str_trim((struct str){list.p, n}), in);
		list = comma ? (struct str){comma + 1, list.n - n - 1} : (struct str){0};
	}
}

static void count_tactics(struct map *m, const struct event *e, bool in)
{
	for (size_t i = 0; e->rule && i < e->rule->nmitre; i++)
		count_list(m, e->rule->mitre[i].tactics, in);
	for (uint32_t i = 0; !e->rule && i < val_count(e->tactics); i++) {
		struct val v = val_at(e->tactics, i);

		if (v.type == V_STR)
			count_one(m, (struct str){v.s, v.len}, in);
	}
}

static size_t tactics_of(const struct map *m, struct sbuf *names)
{
	size_t n = 0;

	for (size_t i = 0; i < map_len(m); i++) {
		if (map_val(m, i)->u == 0)
			continue;
		if (names)
			sbuf_addf(names, "%s%.*s", n ? ", " : "", STR_FMT(map_key(m, i)));
		n++;
	}
	return n;
}

/* ---- the rules that are no files ---- */

struct str threshold_span(int64_t span, bool many, struct arena *a)
{
	static const struct {
		const char *name;
		int64_t length;
	} units[] = {{"day", DAY}, {"hour", HOUR}, {"minute", HOUR / 60}, {"second", USEC_PER_SEC}};
	size_t i = span >= 2 * DAY ? 0 : 1;

	while (i < 3 && span % units[i].length != 0)
		i++;
	int64_t n = span / units[i].length;
	return str_c(arena_printf(a, "%lld %s%s", (long long)n, units[i].name, many && n != 1 ? "s" : ""));
}

/* Named as Splunk's own are: "24 Hour". */
static struct str capital(struct str s, struct arena *a)
{
	char *out = ARENA_ARRAY(a, char, s.n + 1);

	memcpy(out, s.p, s.n);
	for (size_t i = 1; i < s.n; i++)
		if (out[i - 1] == ' ' && out[i] >= 'a' && out[i] <= 'z')
			out[i] = (char)(out[i] - ('a' - 'A'));
	return (struct str){out, s.n};
}

static struct rule *new_rule(struct arena *a, struct str name, const char *id, const char *description)
{
	struct rule *r = ARENA_NEW(a, struct rule);

	*r = (struct rule){.file = STR(""), .path = STR(""), .name = name, .id = str_c(id), .description = str_c(description), .status = STR("production"),
	                   .author = STR("spoor"), .type_text = STR("Correlation"), .type = RULE_CORRELATION, .message = STR(""), .raw = STR(""),
	                   .search = STR(""), .version = STR("1"), .date = STR(""), .known_false_positives = STR(""),
	                   .how_to_implement = STR(""), .asset_type = STR(""), .security_domain = STR("")};
	return r;
}

/* ---- crossing ---- */

/* A stretch of events of one object in whose windows the threshold was exceeded; windows that overlap are one stretch. */
struct stretch {
	size_t from, crossed, last;                      /* events; crossed: the first one at which it was */
	double score;                                    /* most in a window */
	size_t tactics;
	struct str names;                                /* of the tactics then */
};

struct search {
	struct findings *out;
	const struct event *v;                           /* of one object … */
	size_t n;                                        /* … this many */
	const struct rule *rule;
	bool by_tactics;
	double limit;
	int64_t span;
};

static void make_key(struct finding *f, const struct event *e)
{
	struct sbuf b = {0};
	XXH128_canonical_t bytes;

	sbuf_addf(&b, "%.*s %d %zu:%.*s %.*s", STR_FMT(f->rule->id), (int)e->type, e->object.n, STR_FMT(e->object), STR_FMT(e->part.key));
	XXH128_canonicalFromHash(&bytes, XXH3_128bits(b.p, b.n));
	for (size_t i = 0; i < sizeof(bytes.digest); i++)
		snprintf(f->key + 2 * i, 3, "%02x", bytes.digest[i]);
	sbuf_free(&b);
}

static struct str message_of(const struct search *x, const struct stretch *s, const struct event *e, size_t rules)
{
	struct arena *a = x->out->arena;
	struct str span = threshold_span(x->span, true, a);

	if (x->by_tactics)
		return str_c(arena_printf(a, "%zu ATT&CK tactics within %.*s for %s %.*s: %.*s. The threshold is %g.", s->tactics, STR_FMT(span),
		                          risk_type_name[e->type], STR_FMT(e->shown), STR_FMT(s->names), x->limit));
	return str_c(arena_printf(a, "%g points of risk within %.*s for %s %.*s, by %zu %s. The threshold is %g.", s->score, STR_FMT(span),
	                          risk_type_name[e->type], STR_FMT(e->shown), rules, rules == 1 ? "rule" : "rules", x->limit));
}

/* A stretch is a finding, if something of this run is in it: what earlier dumps brought alone was told with them. */
static void add_finding(struct search *x, const struct stretch *s)
{
	struct arena *a = x->out->arena;
	const struct event *e = &x->v[s->crossed];
	struct threshold *t = ARENA_NEW(a, struct threshold);
	struct map *rules = map_new();
	bool here = false;

	*t = (struct threshold){.type = e->type, .object = e->object, .shown = e->shown, .tactics = s->tactics, .names = s->names,
	                        .n = s->last - s->from + 1};
	t->v = ARENA_ARRAY(a, struct threshold_part, t->n);
	for (size_t i = 0; i < t->n; i++) {
		t->v[i] = x->v[s->from + i].part;
		here |= t->v[i].here;
		map_put(rules, t->v[i].rule, NULL);
	}
	if (here) {
		struct findings *out = x->out;
		struct finding f = {.rule = x->rule, .time = e->part.time, .score = s->score, .main_event = EV_NONE, .threshold = t};

		if (e->type == RISK_USER)
			f.user = e->shown;
		else if (e->type == RISK_SYSTEM)
			f.host = e->shown;
		f.message = message_of(x, s, e, map_len(rules));
		make_key(&f, e);
		GROW(out->v, out->n, out->cap);
		out->v[out->n++] = f;
	}
	map_free(rules);
}

static void search_object(struct search *x)
{
	struct map *tactics = map_new();
	struct stretch s = {0};
	bool open = false;
	size_t from = 0;
	double sum = 0;

	for (size_t i = 0; i < x->n; i++) {
		sum += x->v[i].part.score;
		count_tactics(tactics, &x->v[i], true);
		for (; x->v[i].part.time - x->v[from].part.time > x->span; from++) {
			sum -= x->v[from].part.score;
			count_tactics(tactics, &x->v[from], false);
		}
		size_t n = tactics_of(tactics, NULL);
		if (x->by_tactics ? (double)n < x->limit : sum <= x->limit)
			continue;
		if (open && from > s.last) {
			add_finding(x, &s);
			open = false;
		}
		if (!open)
			s = (struct stretch){.from = from, .crossed = i};
		open = true;
		s.last = i;
		if (sum > s.score)
			s.score = sum;
		if (n > s.tactics) {
			struct sbuf names = {0};

			s.tactics = tactics_of(tactics, &names);
			s.names = arena_str(x->out->arena, sbuf_str(&names));
			sbuf_free(&names);
		}
	}
	if (open)
		add_finding(x, &s);
	map_free(tactics);
}

/* ---- those known already ---- */

static bool is_same(const struct finding *f, const struct threshold_known *k)
{
	const struct threshold *t = f->threshold;

	return k->type == t->type && str_eq(k->rule_id, f->rule->id) && str_eq(k->object, t->object) && k->first <= t->v[t->n - 1].time &&
	       k->last >= t->v[0].time;
}

static void rename_one(struct finding *f, const struct threshold_known *k, struct map *taken)
{
	bool fresh;

	if (k->key.n >= sizeof f->key || !is_same(f, k))
		return;
	map_put(taken, k->key, &fresh);
	if (!fresh)
		return;
	memcpy(f->key, k->key.p, k->key.n);
	f->key[k->key.n] = '\0';
}

/* A key that is known already stays with what has it; then each of the others takes one that is left, of the same. */
static void take_known(struct finding *f, size_t n, const struct threshold_opts *o)
{
	struct map *known = map_new(), *taken = map_new(), *object = map_new();
	size_t *next = xcalloc(o->nknown, sizeof(*next));        /* of the same object, plus 1 */

	for (size_t k = o->nknown; k-- > 0;) {
		union map_val *first = map_put(object, o->known[k].object, NULL);

		map_put(known, o->known[k].key, NULL);
		next[k] = (size_t)first->u;
		first->u = k + 1;
	}
	for (size_t i = 0; i < n; i++)
		if (map_get(known, str_c(f[i].key)))
			map_put(taken, str_c(f[i].key), NULL);
	for (size_t i = 0; i < n; i++) {
		const union map_val *first = map_get(object, f[i].threshold->object);

		for (size_t k = first ? (size_t)first->u : 0; k && !map_get(known, str_c(f[i].key)); k = next[k - 1])
			rename_one(&f[i], &o->known[k - 1], taken);
	}
	free(next);
	map_free(known);
	map_free(taken);
	map_free(object);
}

/* The rows of these findings: what a search for them would bring. */
static struct rows *make_rows(struct finding *f, size_t n)
{
	enum { TIME, OBJECT, TYPE, SCORE, EVENTS, SOURCE, TACTICS, COLUMNS };
	static const char *const name[COLUMNS] = {
		"_time", "risk_object", "risk_object_type", "risk_score", "risk_event_count", "source", "annotations.mitre_attack.mitre_tactic",
	};
	struct rows *r = rows_new(n);

	for (int c = 0; c < COLUMNS; c++)
		rows_col(r, str_c(name[c]));
	for (size_t i = 0; i < n; i++) {
		const struct threshold *t = f[i].threshold;
		struct map *rules = map_new();

		for (size_t k = 0; k < t->n; k++)
			map_put(rules, t->v[k].rule, NULL);
		struct val *v = ARENA_ARRAY(r->arena, struct val, map_len(rules) + 1);
		for (size_t k = 0; k < map_len(rules); k++)
			v[k] = val_str(arena_str(r->arena, map_key(rules, k)));
		r->col[TIME].v[i] = val_num((double)f[i].time / (double)USEC_PER_SEC);
		r->col[OBJECT].v[i] = val_str(arena_str(r->arena, t->shown));
		r->col[TYPE].v[i] = val_str(str_c(risk_type_name[t->type]));
		r->col[SCORE].v[i] = val_num(f[i].score);
		r->col[EVENTS].v[i] = val_num((double)t->n);
		r->col[SOURCE].v[i] = val_list(r->arena, v, map_len(rules));
		if (t->names.n)
			r->col[TACTICS].v[i] = val_str(arena_str(r->arena, t->names));
		map_free(rules);
		f[i].rows = r;
		f[i].row = i;
	}
	return r;
}

static void search_all(struct findings *f, const struct events *l, const struct rule *rule, bool by_tactics, double limit, int64_t span,
                       const struct threshold_opts *o)
{
	struct search x = {.out = f, .rule = rule, .by_tactics = by_tactics, .limit = limit, .span = span};
	size_t before = f->n;

	for (size_t i = 0, next; i < l->n; i = next) {
		next = i + 1;
		while (next < l->n && l->v[next].type == l->v[i].type && str_eq(l->v[next].object, l->v[i].object))
			next++;
		x.v = l->v + i;
		x.n = next - i;
		search_object(&x);
	}
	take_known(f->v + before, f->n - before, o);
	f->rows = xreallocarray(f->rows, f->nrows + 1, sizeof(struct rows *));
	f->rows[f->nrows++] = make_rows(f->v + before, f->n - before);
}

struct findings *detect_thresholds(struct findings *to, const struct findings *in, const struct findings *out, const struct map *left_out,
                                   const struct threshold_opts *o)
{
	const struct risk_limits *limits = o->limits;
	struct events l = {0};
	struct map *here = map_new();

	if (!to) {
		to = xcalloc(1, sizeof(*to));
		to->arena = arena_new();
	}
	struct arena *a = to->arena;

	gather_here(&l, in, left_out, here, a);
	if (left_out)
		gather_here(&l, out, left_out, here, a);
	for (size_t i = 0; out && i < out->n; i++)
		map_put(here, str_c(out->v[i].key), NULL);
	gather_before(&l, o->risk_before, here, a);
	map_free(here);
	if (l.n)
		qsort(l.v, l.n, sizeof(*l.v), by_object_and_time);
	if (limits->score > 0) {
		struct str span = capital(threshold_span(limits->score_span, false, a), a);

		search_all(to, &l, new_rule(a, str_c(arena_printf(a, "Risk Threshold Exceeded For Object Over %.*s Period", STR_FMT(span))),
		                            "6d3a6f0e-8f5b-4b07-9d0a-5f6b0a1c7e21", "The risk that rules added to one user or system within "
		                            "the time went beyond the threshold."), false, limits->score, limits->score_span, o);
	}
	if (limits->tactics > 0) {
		struct str span = capital(threshold_span(limits->tactics_span, true, a), a);

		search_all(to, &l, new_rule(a, str_c(arena_printf(a, "ATT&CK Tactic Threshold Exceeded For Object Over Previous %.*s", STR_FMT(span))),
		                            "a1f6c5f2-2f0d-4a3e-8a57-0c9e4d1b6f32", "The rules that added to the risk of one user or system "
		                            "within the time stand for as many ATT&CK tactics as the threshold, or more."), true, limits->tactics,
		           limits->tactics_span, o);
	}
	free(l.v);
	findings_sort(to);
	return to;
}
