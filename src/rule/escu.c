/* ESCU's YAML layouts into a rule (spl-spec 5.1). What a rule cannot do without is its name, id and search; other keys that are
 * wrong cost themselves alone and are reported. Risk is read in escu_risk.c; compiling the search is rules.c's. */
#include "rule/escu.h"

const char *const rule_type_name[] = {"TTP", "Anomaly", "Hunting", "Correlation", "other"};
const char *const risk_type_name[] = {"user", "system", "other"};

void escu_warn(struct reader *e, int line, const char *fmt, ...)
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

bool escu_null(const struct yaml *y)
{
	return !y || (y->kind == YAML_SCALAR && y->plain && (!y->text.n || str_eqc(y->text, "null") || str_eqc(y->text, "~")));
}

struct str escu_text(struct reader *e, const struct yaml *map, const char *key)
{
	const struct yaml *y = yaml_get(map, key);

	if (escu_null(y))
		return STR("");
	if (y->kind == YAML_SCALAR)
		return y->text;
	escu_warn(e, y->line, "`%s` must be text, no list or map", key);
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
	else if (escu_null(y) || !str_trim(y->text).n)
		diag_set(&e->r->why_not, y->line, 0, "`%s` is empty", key);
	else
		return y->text;
	return STR("");
}

double escu_number(struct reader *e, const struct yaml *map, const char *key)
{
	const struct yaml *y = yaml_get(map, key);
	double d = 0;

	if (escu_null(y))
		return 0;
	if (y->kind == YAML_SCALAR && str_number(str_trim(y->text), &d) && d >= 0 && d <= 1e6)
		return d;
	escu_warn(e, y->line, "`%s` must be a number", key);
	return 0;
}

struct str *escu_texts(struct reader *e, const struct yaml *map, const char *key, size_t *n)
{
	const struct yaml *y = yaml_get(map, key);

	*n = 0;
	if (escu_null(y))
		return NULL;
	if (y->kind == YAML_SCALAR) {
		struct str *one = ARENA_NEW(e->arena, struct str);
		*one = y->text;
		*n = 1;
		return one;
	}
	if (y->kind == YAML_MAP) {
		escu_warn(e, y->line, "`%s` must be a list", key);
		return NULL;
	}
	struct str *v = ARENA_ARRAY(e->arena, struct str, y->n);
	for (size_t i = 0; i < y->n; i++)
		if (y->item[i]->kind == YAML_SCALAR)
			v[(*n)++] = y->item[i]->text;
		else
			escu_warn(e, y->item[i]->line, "`%s`: an entry must be text, no list or map", key);
	return v;
}

const struct yaml *escu_maps(struct reader *e, const struct yaml *map, const char *key)
{
	const struct yaml *y = yaml_get(map, key);

	if (escu_null(y))
		return NULL;
	if (y->kind == YAML_LIST)
		return y;
	escu_warn(e, y->line, "`%s` must be a list", key);
	return NULL;
}

const struct yaml *escu_map_at(struct reader *e, const struct yaml *list, size_t i, const char *key)
{
	const struct yaml *y = list->item[i];

	if (y->kind == YAML_MAP)
		return y;
	escu_warn(e, y->line, "`%s`: an entry must be a map", key);
	return NULL;
}

void escu_report_doubles(struct reader *e, const struct yaml *map)
{
	for (size_t i = 1; i < map->n && map->n < 1000; i++)
		for (size_t k = 0; k < i; k++)
			if (str_eq(map->key[i]->text, map->key[k]->text) && !str_eqc(map->key[i]->text, "<<") &&
			    map->key[k]->line < map->key[i]->line) {
				escu_warn(e, map->key[i]->line, "`%.*s` stands in line %d, too; the last counts, remove one",
				        STR_FMT(map->key[i]->text), map->key[k]->line);
				break;
			}
}

/* ---- the rest ---- */

static void read_drilldowns(struct reader *e, const struct yaml *doc)
{
	const struct yaml *list = escu_maps(e, doc, "drilldown_searches");
	struct rule *r = e->r;

	r->drill = ARENA_ARRAY(e->arena, struct drilldown, list ? list->n : 0);
	for (size_t i = 0; list && i < list->n; i++) {
		const struct yaml *y = escu_map_at(e, list, i, "drilldown_searches");
		if (!y)
			continue;
		struct drilldown d = {escu_text(e, y, "name"), escu_text(e, y, "search"), escu_text(e, y, "earliest_offset"), escu_text(e, y, "latest_offset")};
		if (str_trim(d.search).n)
			r->drill[r->ndrill++] = d;
		else
			escu_warn(e, y->line, "a drilldown needs a search");
	}
}

static void add_test(struct reader *e, struct rule_test t)
{
	struct rule *r = e->r;

	r->test = arena_grow(e->arena, r->test, r->ntest, sizeof(*r->test));
	r->test[r->ntest++] = t;
}

static void read_tests(struct reader *e, const struct yaml *doc)
{
	const struct yaml *list = escu_maps(e, doc, "tests");

	for (size_t i = 0; list && i < list->n; i++) {
		const size_t before = e->r->ntest;
		const struct yaml *t = escu_map_at(e, list, i, "tests"), *data = t ? escu_maps(e, t, "attack_data") : NULL;
		for (size_t k = 0; data && k < data->n; k++) {
			const struct yaml *y = escu_map_at(e, data, k, "attack_data");
			struct str at = y ? str_trim(escu_text(e, y, "data")) : STR("");
			if (!at.n) {
				if (y)
					escu_warn(e, y->line, "a test's attack_data needs `data`");
				continue;
			}
			add_test(e, (struct rule_test){escu_text(e, t, "name"), at, escu_text(e, y, "source"), escu_text(e, y, "sourcetype"), i});
		}
		if (t && e->r->ntest == before)
			add_test(e, (struct rule_test){escu_text(e, t, "name"), STR(""), STR(""), STR(""), i});
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
	escu_report_doubles(&e, doc);
	r->name = needed(&e, doc, "name");
	r->id = str_trim(needed(&e, doc, "id"));
	r->search = needed(&e, doc, "search");
	search = yaml_get(doc, "search");
	for (size_t i = doc->n; search && i-- > 0 && !r->search_line;)
		if (str_eqc(doc->key[i]->text, "search"))
			r->search_line = doc->key[i]->line;
	r->version = escu_text(&e, doc, "version");
	r->date = escu_text(&e, doc, yaml_get(doc, "date") ? "date" : "modification_date");
	r->author = escu_text(&e, doc, "author");
	r->status = escu_text(&e, doc, "status");
	r->type_text = escu_text(&e, doc, "type");
	r->type = type_of(r->type_text);
	r->description = escu_text(&e, doc, "description");
	r->how_to_implement = escu_text(&e, doc, "how_to_implement");
	r->known_false_positives = escu_text(&e, doc, "known_false_positives");
	r->data_source = escu_texts(&e, doc, "data_source", &r->ndata_source);
	r->reference = escu_texts(&e, doc, "references", &r->nreference);
	escu_read_risk(&e, doc);
	read_drilldowns(&e, doc);
	read_tests(&e, doc);
}
