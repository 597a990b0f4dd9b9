/* Time modifiers of search expressions: earliest, latest and the older words for hours and days back
 * (spl-spec 3.13). */
#include <math.h>

#include "spl/cmdlib.h"

struct time_mod {
	bool start;                                      /* bounds the beginning */
	bool fixed;                                      /* `at` is the time; else `spec` counts from now */
	double at;
	struct str spec;
};

static const struct {
	const char *name;
	bool start;
	const char *unit;                                /* of a plain count back from now; NULL: a time */
} words[] = {
	{"earliest", true, NULL},        {"latest", false, NULL},
	{"starttime", true, NULL},       {"endtime", false, NULL},
	{"startdaysago", true, "d"},     {"enddaysago", false, "d"},
	{"starthoursago", true, "h"},    {"endhoursago", false, "h"},
	{"startminutesago", true, "m"},  {"endminutesago", false, "m"},
	{"startmonthsago", true, "mon"}, {"endmonthsago", false, "mon"},
	{"daysago", true, "d"},          {"hoursago", true, "h"},
	{"minutesago", true, "m"},       {"monthsago", true, "mon"},
};
enum { NWORDS = sizeof(words) / sizeof(words[0]) };

static int find_word(const struct expr *e)
{
	if (e->op == E_TERM && e->term.cmp == CMP_EQ) {
		for (int i = 0; i < NWORDS; i++) {
			if (str_eqc(e->term.field, words[i].name))
				return i;
		}
	}
	return -1;
}

static bool read_word(struct parser *p, const struct expr *e, int w, struct time_mod *m)
{
	struct str text = e->term.pattern->text;
	unsigned long long count;
	double t;
	usec_t us;

	m->start = words[w].start;
	if (words[w].unit) {
		if (!str_u64(text, &count) || count > 1000000)
			return p_error(p, e->at, "%s needs a whole number, not '%.*s'", words[w].name,
				       STR_FMT(text));
		m->spec = str_c(arena_printf(p->arena, "-%llu%s", count, words[w].unit));
		return true;
	}
	m->fixed = true;
	if (str_number(text, &m->at))
		return true;
	if (when_strptime(text, STR("%m/%d/%Y:%H:%M:%S"), &m->at))
		return true;
	if (when_parse(text, &us)) {
		m->at = (double)us / USEC_PER_SEC;
		return true;
	}
	m->fixed = false;
	m->spec = text;
	if (when_relative(0, text, &t))
		return true;
	return p_error(
		p, e->at,
		"%s: '%.*s' is no time; write -24h@h, 09/24/2021:11:04:02, 2021-09-24T11:04:02Z or seconds",
		words[w].name, STR_FMT(text));
}

/* Are there modifiers in a place where they cannot bound the whole search? */
static bool misplaced(struct parser *p, const struct expr *e)
{
	int w = find_word(e);

	if (e->op == E_TERM && (str_eqc(e->term.field, "_index_earliest") || str_eqc(e->term.field, "_index_latest"))) {
		p_error(p, e->at, "%.*s: a log has no times of indexing", STR_FMT(e->term.field));
		return true;
	}
	if (w >= 0) {
		p_error(p, e->at,
			"%s= must be joined with AND to the whole search, not stand inside NOT or OR",
			words[w].name);
		return true;
	}
	if (e->op != E_AND && e->op != E_OR && e->op != E_NOT)
		return false;
	for (unsigned i = 0; i < e->n; i++) {
		if (misplaced(p, e->arg[i]))
			return true;
	}
	return false;
}

bool time_mods_take(struct parser *p, struct expr *e, struct time_mods *out)
{
	int w = find_word(e);

	if (w >= 0) {
		if (out->n == out->cap) {
			out->cap = out->cap ? out->cap * 2 : 4;
			struct time_mod *v = ARENA_ARRAY(p->arena, struct time_mod, out->cap);
			if (out->n)
				memcpy(v, out->v, out->n * sizeof(*v));
			out->v = v;
		}
		if (!read_word(p, e, w, &out->v[out->n]))
			return false;
		out->n++;
		e->op = E_TRUE;
		return true;
	}
	if (e->op == E_AND) {
		for (unsigned i = 0; i < e->n; i++) {
			if (!time_mods_take(p, e->arg[i], out))
				return false;
		}
		return true;
	}
	return !misplaced(p, e);
}

void time_mods_range(const struct time_mods *m, double now, double *earliest, double *latest)
{
	*earliest = -HUGE_VAL;
	*latest = HUGE_VAL;
	for (size_t i = 0; i < m->n; i++) {
		const struct time_mod *x = &m->v[i];
		double t = x->at;
		if (!x->fixed && !when_relative(now, x->spec, &t))
			continue;                        /* was checked when parsed */
		if (x->start && t > *earliest)
			*earliest = t;
		if (!x->start && t < *latest)
			*latest = t;
	}
}
