/* Searches that look elsewhere: for events that Sysmon does not log, whatever the dump. Splunk holds the logs of a whole enterprise,
 * so rule sets hold rules for all of them; those are nothing to complain of, but cannot find anything here either. And how others
 * name the source of Sysmon's events: what their inputs are called is a matter of their installation, as indexes are. */
#include <string.h>

#include "base/utf8.h"
#include "spl/cmdlib.h"
#include "spl/query.h"

/* ---- data models ---- */

/* Models of the Common Information Model and of Splunk's own apps that no event of Sysmon's belongs to. */
static const char *const models[] = {
	"Alerts", "Application_State", "Asset_Intelligence", "Assets_And_Identities", "Authentication", "Certificates", "Change", "Change_Analysis",
	"Compute_Inventory", "DLP", "Data_Access", "Databases", "Domain_Analysis", "Email", "Event_Signatures", "Identity_Management",
	"Incident_Management", "Interprocess_Messaging", "Intrusion_Detection", "Inventory", "JVM", "Malware", "Network_Sessions", "Performance",
	"Splunk_Audit", "Threat_Intelligence", "Ticket_Management", "UEBA", "Updates", "Vulnerabilities", "Web",
};

bool elsewhere_model(struct str name)
{
	const char *dot = memchr(name.p, '.', name.n);

	if (dot)
		name.n = (size_t)(dot - name.p);
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++)
		if (str_eqc(name, models[i]))
			return true;
	return false;
}

/* ---- sources ---- */

static const char windows_source[] = "XmlWinEventLog:Microsoft-Windows-Sysmon/Operational", linux_source[] = "Syslog:Linux-Sysmon/Operational",
                  windows_type[] = "XmlWinEventLog", linux_type[] = "sysmon:linux";

static bool matches(const struct expr *e, enum cmp_op cmp, const char *text)
{
	struct sbuf folded = {0};

	utf8_fold_str(str_c(text), &folded);
	bool yes = e->term.pattern->kind == PAT_PRESENT || pattern_match(e->term.pattern, cmp, str_c(text), sbuf_str(&folded));
	sbuf_free(&folded);
	return yes;
}

static bool has_word(struct str text, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= text.n; i++)
		if (str_ieqc((struct str){text.p + i, n}, word))
			return true;
	return false;
}

/* What this dump calls the source or source type that the term names; NULL: the term is right as it is, or means no Sysmon. */
static const char *own_name(const struct expr *e, const char *windows, const char *on_linux)
{
	const struct pattern *t = e->term.pattern;

	if (matches(e, CMP_EQ, windows) || matches(e, CMP_EQ, on_linux))
		return NULL;
	if (has_word(t->text, "sysmon"))
		return has_word(t->text, "linux") ? on_linux : windows;
	/* events that Windows renders as text, not as XML */
	return windows == windows_type && str_ieqc(t->text, "WinEventLog") ? windows : NULL;
}

void elsewhere_own_names(struct parser *p, struct expr *e)
{
	const char *name = NULL;

	if (e->op == E_AND || e->op == E_OR || e->op == E_NOT) {
		for (unsigned i = 0; i < e->n; i++)
			elsewhere_own_names(p, e->arg[i]);
	} else if (e->op == E_TERM && (e->term.cmp == CMP_EQ || e->term.cmp == CMP_NE)) {
		if (str_eqc(e->term.field, "source"))
			name = own_name(e, windows_source, linux_source);
		else if (str_eqc(e->term.field, "sourcetype"))
			name = own_name(e, windows_type, linux_type);
	}
	if (name)
		e->term.pattern = pattern_new(p->arena, str_c(name));
}

/* ---- terms that hold for no event ---- */

enum holds { NEVER, MAYBE, ALWAYS };

static bool one_matches(const struct expr *e, const char *const *value, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (matches(e, e->term.cmp, value[i]))
			return true;
	return false;
}

bool elsewhere_index(const struct expr *e)
{
	static const char *const made[] = {"risk", "notable", "cim_modactions"};
	const struct pattern *t = e->term.pattern;

	if (e->op != E_TERM || !str_eqc(e->term.field, "index") || e->term.cmp != CMP_EQ || !t->text.n)
		return false;
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		if (str_ieqc(t->text, made[i]))
			return true;
	return t->text.p[0] == '_';
}

static enum holds term_holds(const struct expr *e)
{
	static const char *const sources[] = {windows_source, linux_source}, *const types[] = {windows_type, linux_type},
	                  *const channels[] = {"Microsoft-Windows-Sysmon/Operational", "Linux-Sysmon/Operational"};
	struct str f = e->term.field;

	if (str_eqc(f, "source"))
		return one_matches(e, sources, 2) ? MAYBE : NEVER;
	if (str_eqc(f, "sourcetype"))
		return one_matches(e, types, 2) ? MAYBE : NEVER;
	if (str_eqc(f, "Channel") || str_eqc(f, "EventChannel"))
		return one_matches(e, channels, 2) ? MAYBE : NEVER;
	if (str_eqc(f, "eventtype") || str_eqc(f, "tag") || elsewhere_index(e))
		return NEVER;
	return MAYBE;
}

/* *why: a term that never holds, when the whole does not. */
static enum holds holds(const struct expr *e, const struct expr **why)
{
	enum holds all = e->op == E_AND ? ALWAYS : NEVER, one;

	switch (e->op) {
	case E_TRUE:
		return ALWAYS;
	case E_TERM:
		one = term_holds(e);
		if (one == NEVER)
			*why = e;
		return one;
	case E_NOT:
		one = holds(e->arg[0], why);
		return one == NEVER ? ALWAYS : MAYBE;    /* what always holds does so by our guess alone */
	case E_AND:
	case E_OR:
		for (unsigned i = 0; i < e->n; i++) {
			const struct expr *reason = NULL;
			one = holds(e->arg[i], &reason);
			if (e->op == E_AND ? one < all : one > all)
				all = one;
			if (one == NEVER && (!*why || e->op == E_AND))
				*why = reason;
			if (e->op == E_AND && one == NEVER)
				break;
		}
		return all;
	default:
		return MAYBE;
	}
}

const char *elsewhere_search(struct parser *p, const struct expr *e)
{
	const struct expr *why = NULL;

	if (holds(e, &why) != NEVER || !why)
		return NULL;
	const char *text = arena_printf(p->arena, "%.*s", why->len > 80 ? 80 : (int)why->len, p->text.p + why->at);
	if (!elsewhere_index(why) && !str_eqc(why->term.field, "tag") && !str_eqc(why->term.field, "eventtype"))
		p_warn(p, why->at, "no event of Sysmon's has %s: this never holds", text);
	return text;
}

/* ---- whole searches ---- */

/* Commands that bring rows of their own to those at hand. */
static bool adds_rows(const struct spl_stage *s)
{
	static const char *const adding[] = {"append", "appendcols", "multisearch", "union", "inputlookup", "tstats", "makeresults"};

	for (size_t i = 0; i < sizeof(adding) / sizeof(adding[0]); i++)
		if (strcmp(s->cmd->name, adding[i]) == 0)
			return true;
	return false;
}

const char *query_elsewhere(const struct spl_query *q)
{
	const char *why = NULL;
	bool all = true, others = false;

	for (size_t i = 0; i < q->nleaves; i++) {
		all &= q->leaf[i]->elsewhere != NULL;
		if (q->scan == &q->leaf[i]->scan)
			why = q->leaf[i]->elsewhere;
	}
	for (size_t i = 1; i < q->nstages; i++)
		others |= adds_rows(&q->stage[i]);
	return all || !others ? why : NULL;
}
