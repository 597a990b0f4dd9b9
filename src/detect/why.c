/* Why a rule found nothing: what the dump lacks. Two sources: the engine, which knows the scans of the search, and the rule's
 * own `data_source`, in which list entries are alternatives and AND joins what is needed together. */
#include "detect/inside.h"

#include <stdio.h>

#include "cim/cim.h"
#include "load/sysmon.h"

/* "Sysmon EventID 3", "Sysmon for Linux EventID 1": which event. False for any other source. */
static bool sysmon_source(struct str s, enum sysmon_os *os, unsigned *id)
{
	static const struct {
		const char *prefix;
		enum sysmon_os os;
	} kinds[] = {{"Sysmon EventID ", OS_WINDOWS}, {"Sysmon for Linux EventID ", OS_LINUX}};
	unsigned long long n;

	for (size_t i = 0; i < 2; i++) {
		size_t k = strlen(kinds[i].prefix);
		if (str_istarts(s, kinds[i].prefix) && str_u64(str_trim((struct str){s.p + k, s.n - k}), &n) && n <= 0xFFFF) {
			*os = kinds[i].os;
			*id = (unsigned)n;
			return true;
		}
	}
	return false;
}

/* Takes the first part of "A AND B AND C" off s. */
static struct str next_part(struct str *s)
{
	ptrdiff_t and = str_find(*s, STR(" AND "));
	struct str part = *s;

	if (and < 0) {
		*s = (struct str){NULL, 0};
	} else {
		part.n = (size_t)and;
		s->p += and + 5;
		s->n -= (size_t)and + 5;
	}
	return str_trim(part);
}

/* What one alternative needs and the dump lacks, appended; true when nothing is missing. */
static bool has_all(struct str source, const struct store *s, struct sbuf *missing)
{
	bool all = true;

	while (source.n) {
		struct str part = next_part(&source);
		enum sysmon_os os;
		unsigned id;
		bool known = sysmon_source(part, &os, &id);
		if (known && store_find(s, os, id))
			continue;
		sbuf_addz(missing, all ? "" : ", ");
		if (known)
			sbuf_addf(missing, "no %sevent %u", os == OS_LINUX ? "Sysmon for Linux " : "", id);
		else
			sbuf_addf(missing, "no %.*s", part.n > 60 ? 60 : (int)part.n, part.p);
		all = false;
	}
	return all;
}

static bool mentions_sysmon(struct str source)
{
	return source.n >= 6 && str_istarts(source, "Sysmon");
}

/* Marks a text that filled its buffer as cut. */
static void mark_cut(char *out, size_t n)
{
	static const char mark[] = "…";
	size_t at = n - sizeof(mark);

	if (strlen(out) + 1 < n || n < sizeof(mark))
		return;
	while (at && ((unsigned char)out[at] & 0xC0) == 0x80)
		at--;
	memcpy(out + at, mark, sizeof(mark));
}

void rule_cannot_fire(const struct rule *rule, struct engine *e, char *out, size_t n)
{
	const struct store *s = e->ops->store(e);
	struct sbuf first = {0}, one = {0};
	bool possible = rule->ndata_source == 0 || !s, sysmon = false;
	size_t nleaves = 0;

	out[0] = '\0';
	/* a search without rows of its main scan has none at all */
	const struct spl_leaf *leaf = spl_leaves(rule->query, &nleaves);
	for (size_t i = 0; i < nleaves; i++)
		if (leaf[i].is_sub) {
			continue;
		} else if (leaf[i].scan.dataset && !cim_node(str_c(leaf[i].scan.dataset))) {
			snprintf(out, n, "no rows of %s fit", leaf[i].scan.dataset);
			return;
		} else if (e->ops->can_match && !e->ops->can_match(e, &leaf[i].scan, out, n)) {
			mark_cut(out, n);
			return;
		}
	out[0] = '\0';
	for (size_t i = 0; i < rule->ndata_source && !possible; i++) {
		sbuf_reset(&one);
		possible = has_all(rule->data_source[i], s, &one);
		/* of several alternatives the first one of Sysmon's is named */
		if (!first.n || (!sysmon && mentions_sysmon(rule->data_source[i])))
			sbuf_reset(&first), sbuf_adds(&first, sbuf_str(&one));
		sysmon |= mentions_sysmon(rule->data_source[i]);
	}
	if (!possible && first.n)
		snprintf(out, n, "%s in this dump", first.p);
	mark_cut(out, n);
	sbuf_free(&first);
	sbuf_free(&one);
}
