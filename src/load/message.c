/* message.h. The names that an event has, and their order, are known (sysmon.h), so of all places that look like the start of a field
 * the longest chain in that order is taken. Where values hold such places, too, several chains are as long: then the one that puts
 * them into fields that may well have lines of their own, a command line before a number. */
#include "load/message.h"

#include "load/sysmon.h"

enum { SPOTS_MAX = 512, NONE = -1 };

/* ---- titles ---- */

static const struct {
	const char *title;
	unsigned id;
} titles[] = {
	{"Process Create", 1}, {"File creation time changed", 2}, {"Network connection detected", 3}, {"Sysmon service state changed", 4},
	{"Process terminated", 5}, {"Driver loaded", 6}, {"Image loaded", 7}, {"CreateRemoteThread detected", 8}, {"RawAccessRead detected", 9},
	{"Process accessed", 10}, {"File created", 11}, {"Registry object added or deleted", 12}, {"Registry value set", 13},
	{"Registry object renamed", 14}, {"File stream created", 15}, {"Sysmon config state changed", 16}, {"Pipe Created", 17},
	{"Pipe Connected", 18}, {"WmiEventFilter activity detected", 19}, {"WmiEventConsumer activity detected", 20},
	{"WmiEventConsumerToFilter activity detected", 21}, {"Dns query", 22}, {"File Delete archived", 23}, {"File Delete", 23},
	{"Clipboard changed", 24}, {"Process Tampering", 25}, {"File Delete logged", 26}, {"File Block Executable", 27},
	{"File Block Shredding", 28}, {"File Executable Detected", 29}, {"Error report", 255},
};
enum { NTITLES = sizeof(titles) / sizeof *titles };

unsigned message_id(struct str text)
{
	for (size_t i = 0; i < NTITLES; i++) {
		size_t n = strlen(titles[i].title);
		if (text.n > n && text.p[n] == ':' && memcmp(text.p, titles[i].title, n) == 0)
			return titles[i].id;
	}
	return 0;
}

ptrdiff_t message_in(struct str line)
{
	enum { NEAR = 4096 };
	ptrdiff_t time = str_find(line, STR("UtcTime: "));

	for (size_t at = 0; time >= 0 && at < (size_t)time && at < NEAR; at++)
		if ((at == 0 || strchr(" \t=:\"", line.p[at - 1])) && message_id((struct str){line.p + at, line.n - at}))
			return (ptrdiff_t)at;
	return -1;
}

/* ---- places that look like the start of a field ---- */

struct spot {
	size_t at, value;                                /* of its name, of its value */
	int order;                                       /* of the field in its event */
	unsigned n, cost;                                /* of the best chain that ends here: fields, what passing over others costs */
	int before;                                      /* the one before it there; NONE: this is the first */
};

struct spots {
	struct spot v[SPOTS_MAX];
	int n;
	bool flat;                                       /* all in one line */
};

static bool is_name(char c)
{
	return ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9');
}

static int order_of(const struct sysmon_event *kind, struct str name)
{
	for (size_t i = 0; i < kind->nfields; i++)
		if (str_eqc(name, kind->field[i].name))
			return (int)i;
	return NONE;
}

/* False when there are too many. */
static bool find_spots(struct str text, const struct sysmon_event *kind, struct spots *s)
{
	s->n = 0;
	for (const char *p = text.p, *end = text.p + text.n; (p = p < end ? memchr(p, ':', (size_t)(end - p)) : NULL); p++) {
		const char *name = p;
		while (name > text.p && is_name(name[-1]))
			name--;
		if (name == p || (p + 1 < end && !strchr(" \t\r\n", p[1])))
			continue;
		if (name > text.p && !strchr(s->flat ? " \t" : "\n", name[-1]))
			continue;
		int order = order_of(kind, (struct str){name, (size_t)(p - name)});
		if (order == NONE)
			continue;
		if (s->n == SPOTS_MAX)
			return false;
		s->v[s->n++] = (struct spot){.at = (size_t)(name - text.p), .value = (size_t)(p + 1 - text.p), .order = order};
	}
	return true;
}

/* ---- the chain ---- */

/* What it costs to take other fields' names for a part of this value. */
static unsigned cost_of(const struct sysmon_event *kind, const struct spot *s)
{
	switch (kind->field[s->order].type) {
	case ST_COMMAND: return 1;
	case ST_TEXT: return 10;
	case ST_PATH: return 100;
	default: return 1000;
	}
}

static bool no_worse(unsigned n, unsigned cost, unsigned best_n, unsigned best_cost)
{
	return n > best_n || (n == best_n && cost <= best_cost);
}

/* Links the spots; the last one of the chain, NONE when there is none. */
static int best_chain(struct spots *s, const struct sysmon_event *kind, bool *unsure)
{
	enum { FIRST = 1000 };
	int best[MESSAGE_FIELDS_MAX], last = NONE;
	unsigned last_cost = 0;

	for (size_t k = 0; k < MESSAGE_FIELDS_MAX; k++)
		best[k] = NONE;
	for (int j = 0; j < s->n; j++) {
		struct spot *now = &s->v[j];
		*now = (struct spot){now->at, now->value, now->order, 1, j ? FIRST : 0, NONE};
		for (int k = 0; k <= now->order; k++) {
			/* after the others of lower order, the one just before, which passes nothing over */
			int i = k < now->order ? best[k] : j - 1;
			if (i == NONE || s->v[i].order >= now->order)
				continue;
			unsigned n = s->v[i].n + 1, cost = s->v[i].cost + (i < j - 1 ? cost_of(kind, &s->v[i]) : 0);
			if (no_worse(n, cost, now->n, now->cost)) {
				now->n = n;
				now->cost = cost;
				now->before = i;
			}
		}
		int *place = &best[now->order];
		if (*place == NONE || no_worse(now->n, now->cost, s->v[*place].n, s->v[*place].cost))
			*place = j;
		unsigned cost = now->cost + (j < s->n - 1 ? cost_of(kind, now) : 0);
		if (last == NONE || no_worse(now->n, cost, s->v[last].n, last_cost)) {
			last = j;
			last_cost = cost;
		}
	}
	*unsure = last_cost > 0;
	return last;
}

static struct str value_at(struct str text, const struct spots *s, int i, size_t end)
{
	struct str v = {text.p + s->v[i].value, end - s->v[i].value};
	bool final = end == text.n;

	if (s->flat)
		return str_trim(v);
	if (v.n && v.p[0] == ' ') {
		v.p++;
		v.n--;
	}
	do {
		if (v.n && v.p[v.n - 1] == '\n')
			v.n--;
		if (v.n && v.p[v.n - 1] == '\r')
			v.n--;
	} while (final && v.n && strchr("\r\n", v.p[v.n - 1]));
	return v;
}

static size_t by_chain(struct str text, const struct sysmon_event *kind, bool flat, struct message_field *out, bool *unsure)
{
	struct spots s = {.flat = flat};
	size_t end = text.n;

	if (kind->nfields > MESSAGE_FIELDS_MAX || !find_spots(text, kind, &s))
		return 0;
	int last = best_chain(&s, kind, unsure);
	size_t n = last == NONE ? 0 : s.v[last].n;
	for (size_t i = n; i-- > 0; last = s.v[last].before) {
		out[i].name = str_c(kind->field[s.v[last].order].name);
		out[i].value = value_at(text, &s, last, end);
		end = s.v[last].at;
	}
	return n;
}

/* ---- other spellings ---- */

#define BAR "\xC2\xA6"                                   /* ¦ */

/* "Name: value ¦ Name: value", in any order. */
static size_t by_bars(struct str text, struct message_field *out)
{
	size_t n = 0;

	while (text.n && n < MESSAGE_FIELDS_MAX) {
		ptrdiff_t bar = str_find(text, STR(" " BAR " "));
		struct str piece = {text.p, bar < 0 ? text.n : (size_t)bar};
		const char *colon = memchr(piece.p, ':', piece.n);
		text.p += piece.n + (bar < 0 ? 0 : 4);
		text.n -= piece.n + (bar < 0 ? 0 : 4);
		if (!colon)
			continue;
		size_t name = (size_t)(colon - piece.p);
		out[n].name = str_trim((struct str){piece.p, name});
		out[n++].value = str_trim((struct str){colon + 1, piece.n - name - 1});
	}
	return n;
}

/* Of an event that is not known: every line that could be a field. */
static size_t by_lines(struct str text, struct message_field *out)
{
	struct str line;
	size_t n = 0;

	while (n < MESSAGE_FIELDS_MAX && str_line(&text, &line)) {
		size_t name = 0;
		while (name < line.n && is_name(line.p[name]))
			name++;
		if (name && name + 1 < line.n && line.p[name] == ':' && line.p[name + 1] == ' ') {
			out[n].name = (struct str){line.p, name};
			out[n++].value = (struct str){line.p + name + 2, line.n - name - 2};
		}
	}
	return n;
}

size_t message_fields(struct str text, unsigned *id, struct message_field out[MESSAGE_FIELDS_MAX], bool *unsure)
{
	*unsure = false;
	unsigned of_title = message_id(text);
	if (!of_title && str_find(text, STR(" " BAR " ")) >= 0)
		return by_bars(text, out);
	if (str_find(text, STR("UtcTime:")) < 0)
		return 0;
	if (!*id)
		*id = of_title;
	const struct sysmon_event *kind = sysmon_event(*id);
	if (!kind)
		return *id ? by_lines(text, out) : 0;
	size_t n = by_chain(text, kind, false, out, unsure);
	if (n < 2) {
		bool too;
		size_t flat = by_chain(text, kind, true, out, &too);
		if (flat > n) {
			*unsure = too;
			return flat;
		}
		n = by_chain(text, kind, false, out, unsure);
	}
	return n;
}
