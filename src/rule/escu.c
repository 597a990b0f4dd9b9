/* ESCU's YAML layout, old (`tags:`) and new (`rba:`), into a rule (spl-spec 5.1, 5.2). What a rule cannot do without is its
 * name, id and search; other keys that are wrong cost themselves alone and are reported. Compiling the search is rules.c's. */
#include "rule/ruleset.h"

const char *const rule_type_name[] = {"TTP", "Anomaly", "Hunting", "Correlation", "other"};
const char *const risk_type_name[] = {"user", "system", "other"};

struct reader {
	struct rule *r;
	struct arena *arena;
	struct diags *warn;
};

static void warn_at(struct reader *e, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void warn_at(struct reader *e, int line, const char *fmt, ...)
{
	struct diag d = DIAG_INIT;
	va_list ap;

	va_start(ap, fmt);
	diag_vset(&d, line, 0, fmt, ap);
	va_end(ap);
	diag_file(&d, e->r->path.p);
	diags_add(e->warn, &d);
}

/* ---- values ---- */

static bool is_null(const struct yaml *y)
{
	return !y || (y->kind == YAML_SCALAR && y->plain && (!y->text.n || str_eqc(y->text, "null") || str_eqc(y->text, "~")));
}

static struct str text(struct reader *e, const struct yaml *map, const char *key)
{
	const struct yaml *y = yaml_get(map, key);

	if (is_null(y))
		return STR("");
	if (y->kind == YAML_SCALAR)
		return y->text;
	warn_at(e, y->line, "`%s` must be text, no list or map", key);
	return STR("");
}

/* A value without which the rule cannot run. */
static struct str needed(struct reader *e, const struct yaml *map, const char *key)
{
	const struct yaml *y = yaml_get(map, key);

	if (!y)
		diag_set(&e->r->why_not, map->line, 0, "no `%s:`; add it", key);
	else if (y->kind != YAML_SCALAR)
		diag_set(&e->r->why_not, y->line, 0, "`%s` must be text, no list or map", key);
	else if (is_null(y) || !str_trim(y->text).n)
		diag_set(&e->r->why_not, y->line, 0, "`%s` is empty", key);
	else
		return y->text;
	return STR("");
}

static double number(struct reader *e, const struct yaml *map, const char *key)
{
	const struct yaml *y = yaml_get(map, key);
	double d = 0;

	if (is_null(y))
		return 0;
	if (y->kind == YAML_SCALAR && str_number(str_trim(y->text), &d) && d >= 0 && d <= 1e6)
		return d;
	warn_at(e, y->line, "`%s` must be a number", key);
	return 0;
}

/* A list of texts; one text is a list of one. */
static struct str *texts(struct reader *e, const struct yaml *map, const char *key, size_t *n)
{
	const struct yaml *y = yaml_get(map, key);

	*n = 0;
	if (is_null(y))
		return NULL;
	if (y->kind == YAML_SCALAR) {
		struct str *one = ARENA_NEW(e->arena, struct str);
		*one = y->text;
		*n = 1;
		return one;
	}
	if (y->kind == YAML_MAP) {
		warn_at(e, y->line, "`%s` must be a list", key);
		return NULL;
	}
	struct str *v = ARENA_ARRAY(e->arena, struct str, y->n);
	for (size_t i = 0; i < y->n; i++)
		if (y->item[i]->kind == YAML_SCALAR)
			v[(*n)++] = y->item[i]->text;
		else
			warn_at(e, y->item[i]->line, "`%s`: an entry must be text, no list or map", key);
	return v;
}

/* The list of maps under `key`; NULL when there is none. */
static const struct yaml *maps(struct reader *e, const struct yaml *map, const char *key)
{
	const struct yaml *y = yaml_get(map, key);

	if (is_null(y))
		return NULL;
	if (y->kind == YAML_LIST)
		return y;
	warn_at(e, y->line, "`%s` must be a list", key);
	return NULL;
}

/* Its i-th entry; NULL, and a report, when that is no map. */
static const struct yaml *map_at(struct reader *e, const struct yaml *list, size_t i, const char *key)
{
	const struct yaml *y = list->item[i];

	if (y->kind == YAML_MAP)
		return y;
	warn_at(e, y->line, "`%s`: an entry must be a map", key);
	return NULL;
}

static void report_doubles(struct reader *e, const struct yaml *map)
{
	for (size_t i = 1; i < map->n && map->n < 1000; i++)
		for (size_t k = 0; k < i; k++)
			if (str_eq(map->key[i]->text, map->key[k]->text) && !str_eqc(map->key[i]->text, "<<") &&
			    map->key[k]->line < map->key[i]->line) {
				warn_at(e, map->key[i]->line, "`%.*s` stands in line %d, too; the last counts, remove one",
				        STR_FMT(map->key[i]->text), map->key[k]->line);
				break;
			}
}

/* ---- risk ---- */

static enum risk_type victim_type(struct str t)
{
	static const char *const user[] = {"User", "Username", "Email Address"},
	                  *const system[] = {"Hostname", "Endpoint", "Device", "IP Address"};

	for (size_t i = 0; i < sizeof(user) / sizeof(*user); i++)
		if (str_eqc(t, user[i]))
			return RISK_USER;
	for (size_t i = 0; i < sizeof(system) / sizeof(*system); i++)
		if (str_eqc(t, system[i]))
			return RISK_SYSTEM;
	return RISK_OTHER;
}

static struct str threat_type(struct reader *e, struct str t)
{
	static const struct {
		const char *type, *as;
	} names[] = {
		{"Process", "process"}, {"Process Name", "process"}, {"File", "file_name"}, {"File Name", "file_name"},
		{"File Hash", "file_name"}, {"IP Address", "ip_address"}, {"URL String", "url"}, {"URL", "url"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (str_eqc(t, names[i].type))
			return str_c(names[i].as);
	char *low = arena_alloc(e->arena, t.n + 1);
	for (size_t i = 0; i < t.n; i++)
		low[i] = t.p[i] >= 'A' && t.p[i] <= 'Z' ? (char)(t.p[i] | 0x20) : t.p[i];
	low[t.n] = '\0';
	return (struct str){low, t.n};
}

static void add_risk(struct reader *e, struct risk_object o)
{
	struct rule *r = e->r;

	r->risk = arena_grow(e->arena, r->risk, r->nrisk, sizeof(*r->risk));
	r->risk[r->nrisk++] = o;
}

static void add_threat(struct reader *e, struct threat_object o)
{
	struct rule *r = e->r;

	r->threat = arena_grow(e->arena, r->threat, r->nthreat, sizeof(*r->threat));
	r->threat[r->nthreat++] = o;
}

static void read_observable(struct reader *e, const struct yaml *o)
{
	struct str field = text(e, o, "name"), type = text(e, o, "type");
	size_t n;
	const struct str *role = texts(e, o, "role", &n);

	if (!field.n || !n) {
		warn_at(e, o->line, "an observable needs name, type and role");
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (str_ieqc(role[i], "Victim"))
			add_risk(e, (struct risk_object){field, victim_type(type), e->r->risk_score});
		else if (str_ieqc(role[i], "Attacker"))
			add_threat(e, (struct threat_object){field, threat_type(e, type)});
}

static void read_observables(struct reader *e, const struct yaml *tags)
{
	const struct yaml *list = maps(e, tags, "observable");

	for (size_t i = 0; list && i < list->n; i++) {
		const struct yaml *o = map_at(e, list, i, "observable");
		if (o)
			read_observable(e, o);
	}
}

static void read_rba(struct reader *e, const struct yaml *rba)
{
	const struct yaml *risk = maps(e, rba, "risk_objects"), *threat = maps(e, rba, "threat_objects");
	struct rule *r = e->r;

	r->message = text(e, rba, "message");
	r->risk_score = 0;
	for (size_t i = 0; risk && i < risk->n; i++) {
		const struct yaml *o = map_at(e, risk, i, "risk_objects");
		if (!o)
			continue;
		struct str field = text(e, o, "field"), type = text(e, o, "type");
		enum risk_type t = str_ieqc(type, "user") ? RISK_USER : str_ieqc(type, "system") ? RISK_SYSTEM : RISK_OTHER;
		if (t == RISK_OTHER && !str_ieqc(type, "other"))
			warn_at(e, o->line, "a risk object's type must be user, system or other");
		if (!field.n) {
			warn_at(e, o->line, "a risk object needs a field");
			continue;
		}
		double score = number(e, o, "score");
		add_risk(e, (struct risk_object){field, t, score});
		if (score > r->risk_score)
			r->risk_score = score;
	}
	for (size_t i = 0; threat && i < threat->n; i++) {
		const struct yaml *o = map_at(e, threat, i, "threat_objects");
		struct str field = o ? text(e, o, "field") : STR("");
		if (field.n)
			add_threat(e, (struct threat_object){field, text(e, o, "type")});
		else if (o)
			warn_at(e, o->line, "a threat object needs a field");
	}
}

static void read_tags(struct reader *e, const struct yaml *doc)
{
	const struct yaml *tags = yaml_get(doc, "tags"), *rba = yaml_get(doc, "rba");
	struct rule *r = e->r;

	if (!is_null(tags) && tags->kind != YAML_MAP)
		warn_at(e, tags->line, "`tags` must be a map");
	if (!is_null(rba) && rba->kind != YAML_MAP)
		warn_at(e, rba->line, "`rba` must be a map");
	if (tags && tags->kind == YAML_MAP) {
		report_doubles(e, tags);
		r->story = texts(e, tags, "analytic_story", &r->nstory);
		r->asset_type = text(e, tags, "asset_type");
		r->security_domain = text(e, tags, "security_domain");
		r->impact = number(e, tags, "impact");
		r->confidence = number(e, tags, "confidence");
		r->message = text(e, tags, "message");
		r->risk_score = is_null(yaml_get(tags, "risk_score")) ? r->impact * r->confidence / 100 : number(e, tags, "risk_score");
		struct str *ids = texts(e, tags, "mitre_attack_id", &r->nmitre);
		r->mitre = ARENA_ARRAY(e->arena, struct technique, r->nmitre);
		for (size_t i = 0; i < r->nmitre; i++)
			r->mitre[i] = (struct technique){str_trim(ids[i]), STR(""), STR("")};
	}
	if (rba && rba->kind == YAML_MAP)
		read_rba(e, rba);
	else if (tags && tags->kind == YAML_MAP)
		read_observables(e, tags);
}

/* ---- the rest ---- */

static void read_drilldowns(struct reader *e, const struct yaml *doc)
{
	const struct yaml *list = maps(e, doc, "drilldown_searches");
	struct rule *r = e->r;

	r->drill = ARENA_ARRAY(e->arena, struct drilldown, list ? list->n : 0);
	for (size_t i = 0; list && i < list->n; i++) {
		const struct yaml *y = map_at(e, list, i, "drilldown_searches");
		if (!y)
			continue;
		struct drilldown d = {text(e, y, "name"), text(e, y, "search"), text(e, y, "earliest_offset"), text(e, y, "latest_offset")};
		if (str_trim(d.search).n)
			r->drill[r->ndrill++] = d;
		else
			warn_at(e, y->line, "a drilldown needs a search");
	}
}

static void read_tests(struct reader *e, const struct yaml *doc)
{
	const struct yaml *list = maps(e, doc, "tests");
	struct rule *r = e->r;

	for (size_t i = 0; list && i < list->n; i++) {
		const struct yaml *t = map_at(e, list, i, "tests"), *data = t ? maps(e, t, "attack_data") : NULL;
		for (size_t k = 0; data && k < data->n; k++) {
			const struct yaml *y = map_at(e, data, k, "attack_data");
			struct str at = y ? str_trim(text(e, y, "data")) : STR("");
			if (!at.n) {
				if (y)
					warn_at(e, y->line, "a test's attack_data needs `data`");
				continue;
			}
			r->test = arena_grow(e->arena, r->test, r->ntest, sizeof(*r->test));
			r->test[r->ntest++] = (struct rule_test){text(e, t, "name"), at, text(e, y, "source"), text(e, y, "sourcetype"), i};
		}
	}
}

static enum rule_type type_of(struct str s)
{
	for (int t = RULE_TTP; t < RULE_OTHER; t++)
		if (str_ieqc(s, rule_type_name[t]))
			return (enum rule_type)t;
	return RULE_OTHER;
}

void escu_read(struct rule *r, struct str file_text, struct arena *a, struct diags *warn)
{
	struct reader e = {r, a, warn};
	const struct yaml *doc = yaml_parse(a, file_text, &r->why_not), *search;

	r->raw = arena_str(a, file_text);
	r->name = r->id = r->version = r->date = r->author = r->status = r->description = r->how_to_implement =
		r->known_false_positives = r->type_text = r->search = r->message = r->asset_type = r->security_domain = STR("");
	r->type = RULE_OTHER;
	if (!doc)
		return;
	if (doc->kind != YAML_MAP) {
		diag_set(&r->why_not, doc->line, 0, "a rule file is a map with name, id and search");
		return;
	}
	report_doubles(&e, doc);
	r->name = needed(&e, doc, "name");
	r->id = str_trim(needed(&e, doc, "id"));
	r->search = needed(&e, doc, "search");
	search = yaml_get(doc, "search");
	for (size_t i = doc->n; search && i-- > 0 && !r->search_line;)
		if (str_eqc(doc->key[i]->text, "search"))
			r->search_line = doc->key[i]->line;
	r->version = text(&e, doc, "version");
	r->date = text(&e, doc, "date");
	r->author = text(&e, doc, "author");
	r->status = text(&e, doc, "status");
	r->type_text = text(&e, doc, "type");
	r->type = type_of(r->type_text);
	r->description = text(&e, doc, "description");
	r->how_to_implement = text(&e, doc, "how_to_implement");
	r->known_false_positives = text(&e, doc, "known_false_positives");
	r->data_source = texts(&e, doc, "data_source", &r->ndata_source);
	r->reference = texts(&e, doc, "references", &r->nreference);
	read_tags(&e, doc);
	read_drilldowns(&e, doc);
	read_tests(&e, doc);
}
