/* Risk in ESCU's three layouts (spl-spec 5.1, 5.2), the newest that a file has:
 *   tags:     observable with roles, one message and score (to 4.x)
 *   rba:      message, risk_objects with scores, threat_objects (5.x)
 *   finding:  title and entity; intermediate_findings: entities with messages; threat_objects and tags on top (since May 2026) */
#include "rule/escu.h"

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
	struct str field = escu_text(e, o, "name"), type = escu_text(e, o, "type");
	size_t n;
	const struct str *role = escu_texts(e, o, "role", &n);

	if (!field.n || !n) {
		escu_warn(e, o->line, "an observable needs name, type and role");
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (str_ieqc(role[i], "Victim"))
			add_risk(e, (struct risk_object){field, victim_type(type), e->r->risk_score, STR("")});
		else if (str_ieqc(role[i], "Attacker"))
			add_threat(e, (struct threat_object){field, threat_type(e, type)});
}

static void read_observables(struct reader *e, const struct yaml *tags)
{
	const struct yaml *list = escu_maps(e, tags, "observable");

	for (size_t i = 0; list && i < list->n; i++) {
		const struct yaml *o = escu_map_at(e, list, i, "observable");
		if (o)
			read_observable(e, o);
	}
}

static void read_threats(struct reader *e, const struct yaml *map)
{
	const struct yaml *threat = escu_maps(e, map, "threat_objects");

	for (size_t i = 0; threat && i < threat->n; i++) {
		const struct yaml *o = escu_map_at(e, threat, i, "threat_objects");
		struct str field = o ? escu_text(e, o, "field") : STR("");
		if (field.n)
			add_threat(e, (struct threat_object){field, escu_text(e, o, "type")});
		else if (o)
			escu_warn(e, o->line, "a threat object needs a field");
	}
}

static void read_risk_object(struct reader *e, const struct yaml *o, struct str message)
{
	struct str field = escu_text(e, o, "field"), type = escu_text(e, o, "type"), own = escu_text(e, o, "message");
	enum risk_type t = str_ieqc(type, "user") ? RISK_USER : str_ieqc(type, "system") ? RISK_SYSTEM : RISK_OTHER;

	if (t == RISK_OTHER && !str_ieqc(type, "other"))
		escu_warn(e, o->line, "a risk object's type must be user, system or other");
	if (!field.n) {
		escu_warn(e, o->line, "a risk object needs a field");
		return;
	}
	double score = escu_number(e, o, "score");
	add_risk(e, (struct risk_object){field, t, score, own.n ? own : message});
	if (score > e->r->risk_score)
		e->r->risk_score = score;
}

static void read_risk_objects(struct reader *e, const struct yaml *map, const char *key, struct str message)
{
	const struct yaml *list = escu_maps(e, map, key);

	for (size_t i = 0; list && i < list->n; i++) {
		const struct yaml *o = escu_map_at(e, list, i, key);
		if (o)
			read_risk_object(e, o, message);
	}
}

/* The map under `key`, NULL when there is none. */
static const struct yaml *map_of(struct reader *e, const struct yaml *doc, const char *key)
{
	const struct yaml *y = yaml_get(doc, key);

	if (escu_null(y))
		return NULL;
	if (y->kind == YAML_MAP)
		return y;
	escu_warn(e, y->line, "`%s` must be a map", key);
	return NULL;
}

static void read_rba(struct reader *e, const struct yaml *rba)
{
	e->r->message = escu_text(e, rba, "message");
	e->r->risk_score = 0;
	read_risk_objects(e, rba, "risk_objects", STR(""));
	read_threats(e, rba);
}

/* A hit's message is the finding's title, else that of the first entity. */
static void read_findings(struct reader *e, const struct yaml *doc, const struct yaml *finding, const struct yaml *intermediate)
{
	struct rule *r = e->r;

	r->message = STR("");
	r->risk_score = 0;
	if (finding) {
		const struct yaml *entity = map_of(e, finding, "entity");
		r->message = escu_text(e, finding, "title");
		if (entity)
			read_risk_object(e, entity, STR(""));
	}
	if (intermediate)
		read_risk_objects(e, intermediate, "entities", r->message);
	for (size_t i = 0; i < r->nrisk && !r->message.n; i++)
		r->message = r->risk[i].message;
	read_threats(e, doc);
}

/* What the older layouts keep under `tags` and the newest on top. */
static const struct yaml *holder(const struct yaml *tags, const struct yaml *doc, const char *key)
{
	return tags && yaml_get(tags, key) ? tags : doc;
}

static void read_annotations(struct reader *e, const struct yaml *tags, const struct yaml *doc)
{
	struct rule *r = e->r;

	r->story = escu_texts(e, holder(tags, doc, "analytic_story"), "analytic_story", &r->nstory);
	r->asset_type = escu_text(e, holder(tags, doc, "asset_type"), "asset_type");
	r->security_domain = escu_text(e, holder(tags, doc, "security_domain"), "security_domain");
	struct str *ids = escu_texts(e, holder(tags, doc, "mitre_attack_id"), "mitre_attack_id", &r->nmitre);
	r->mitre = ARENA_ARRAY(e->arena, struct technique, r->nmitre);
	for (size_t i = 0; i < r->nmitre; i++)
		r->mitre[i] = (struct technique){str_trim(ids[i]), STR(""), STR("")};
}

void escu_read_risk(struct reader *e, const struct yaml *doc)
{
	const struct yaml *tags = map_of(e, doc, "tags"), *rba = map_of(e, doc, "rba"), *finding = map_of(e, doc, "finding"),
	                  *intermediate = map_of(e, doc, "intermediate_findings");
	struct rule *r = e->r;

	read_annotations(e, tags, doc);
	if (tags) {
		escu_report_doubles(e, tags);
		r->impact = escu_number(e, tags, "impact");
		r->confidence = escu_number(e, tags, "confidence");
		r->message = escu_text(e, tags, "message");
		r->risk_score = escu_null(yaml_get(tags, "risk_score")) ? r->impact * r->confidence / 100
		                                                        : escu_number(e, tags, "risk_score");
	}
	if (finding || intermediate)
		read_findings(e, doc, finding, intermediate);
	else if (rba)
		read_rba(e, rba);
	else if (tags)
		read_observables(e, tags);
}
