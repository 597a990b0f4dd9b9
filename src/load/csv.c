/* CSV logs: tables that somebody exported from a SIEM or a tool, a record a row, the names of the columns in the first one.
 * Finds the rows; what columns mean is the same as in JSON (json_names.c, json_shape.c): fields, attributes, a whole event.
 *
 * A quoted cell may hold line breaks and anything else, so a row is only known from its start on. When it breaks the rules of
 * quotes or has other than the header's number of cells, the next row is looked for at the next line: the first that is a good one. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "load/decoding.h"
#include "load/json.h"
#include "load/stray.h"

enum { COLUMNS_MAX = JSONREC_LEAVES_MAX, TRY_MAX = 1 << 20 /* bytes of a row that is tried after a broken one */ };

struct cell {
	size_t from, to;                                 /* of its text, without quotes */
	bool doubled;                                    /* with "" in it */
};

/* A table: how its rows are written. Zero-initialise; table_free at the end. */
struct table {
	char separator;
	struct cell *cell;                               /* of the row read last */
	size_t n, cap;
	size_t ncols;                                    /* of the header; 0 while it is read */
	size_t event;                                    /* the column that tells that these are events */
	struct str *name;                                /* ncols of them */
	char *names;
	size_t body;                                     /* where the first row starts */
};

static void table_free(struct table *c)
{
	free(c->cell);
	free(c->name);
	free(c->names);
}

enum row { ROW, NOTHING, BAD, SHORT };

/* Behind a line break at t[at]. */
static size_t line_end(struct str t, size_t at)
{
	return at + (t.p[at] == '\r' && at + 1 < t.n && t.p[at + 1] == '\n' ? 2 : 1);
}

static bool breaks(char c)
{
	return c == '\n' || c == '\r';
}

/* A record of another format: no row, whatever commas it has. */
static bool is_other(struct str t)
{
	return str_starts(t, "{\"") || str_starts(t, "<Event") || str_starts(t, "<?xml");
}

/* Reads the row at t[*at] into c->cell; *at is behind it. NOTHING: an empty line. SHORT: t ends inside, in the cell read last when its
 * quotes are open; without `final` also when it ends where the row may. */
static enum row read_row(struct table *c, struct str t, size_t *at, bool final)
{
	size_t p = *at;

	c->n = 0;
	if (c->ncols && is_other((struct str){t.p + p, t.n - p}))
		return BAD;
	if (p < t.n && breaks(t.p[p])) {
		if (t.p[p] == '\r' && p + 1 == t.n && !final)
			return SHORT;
		*at = line_end(t, p);
		return NOTHING;
	}
	for (;;) {
		struct cell k = {p, p, false};
		if (p < t.n && t.p[p] == '"') {
			k.from = ++p;
			for (;;) {
				const char *q = p < t.n ? memchr(t.p + p, '"', t.n - p) : NULL;
				if (!q) {
					k.to = t.n;
					GROW(c->cell, c->n, c->cap);
					c->cell[c->n++] = k;
					return SHORT;
				}
				p = (size_t)(q - t.p) + 1;
				if (p == t.n || t.p[p] != '"')
					break;
				k.doubled = true;
				p++;
			}
			k.to = p - 1;
			if (p == t.n && !final)
				return SHORT;
			if (p < t.n && t.p[p] != c->separator && !breaks(t.p[p]))
				return BAD;
		} else {
			while (p < t.n && t.p[p] != c->separator && !breaks(t.p[p]))
				p++;
			k.to = p;
		}
		if (c->n == COLUMNS_MAX || (c->ncols && c->n == c->ncols))
			return BAD;
		GROW(c->cell, c->n, c->cap);
		c->cell[c->n++] = k;
		if (p == t.n || breaks(t.p[p]))
			break;
		p++;
	}
	if (p == t.n && !final)
		return SHORT;
	if (p + 1 == t.n && t.p[p] == '\r' && !final)
		return SHORT;
	const size_t start = *at;
	*at = p == t.n ? p : line_end(t, p);
	if (memchr(t.p + start, 0, p - start))           /* a hole: its two sides are of different rows */
		return BAD;
	return c->ncols && c->n != c->ncols ? BAD : ROW;
}

/* Behind the next line break at or behind `from`; t.n when there is none. */
static size_t next_line(struct str t, size_t from)
{
	while (from < t.n && !breaks(t.p[from]))
		from++;
	return from < t.n ? line_end(t, from) : t.n;
}

/* Where the next good row starts behind the broken one at `from`; t.n when none does, or without `final` when more text is
 * needed to tell. */
static size_t restart(struct table *c, struct str t, size_t from, bool final)
{
	for (size_t at = next_line(t, from); at < t.n; at = next_line(t, at)) {
		bool all = t.n - at < TRY_MAX;
		size_t end = at;
		enum row what = read_row(c, (struct str){t.p, all ? t.n : at + TRY_MAX}, &end, all && final);
		if (what == ROW && !memchr(t.p + at, 0, end - at))
			return at;
		if (what == SHORT && all && !final)
			break;
	}
	return t.n;
}

/* The text of a cell, as long as the cell at most, into `out`; its length. */
static size_t unquote(struct str t, struct cell k, char *out)
{
	size_t n = 0;

	for (size_t i = k.from; i < k.to; i++) {
		out[n++] = t.p[i];
		i += t.p[i] == '"' && k.doubled;
	}
	return n;
}

static bool tells_of_events(struct str name)
{
	char room[JSONREC_SPELL_MAX];
	bool data;

	jsonrec_respell(&name, room, &data);
	const struct jsonrec_name *known = jsonrec_name(name);
	return (known && known->field == SYS_EVENT_ID) || jsonrec_inner(name) == INNER_EVENT || jsonrec_inner(name) == INNER_MEMBER;
}

static struct str cell_text(struct str t, struct cell k)
{
	return (struct str){t.p + k.from, k.to - k.from};
}

/* The place of the name among the cells read last; c->n when it is none. */
static size_t column_of(const struct table *c, struct str t, struct str name)
{
	size_t i = 0;

	while (i < c->n && !str_eq(cell_text(t, c->cell[i]), name))
		i++;
	return i;
}

/* A line of broken JSON has commas and names, too. */
static bool holds_json(struct str cell)
{
	return memchr(cell.p, '"', cell.n) && (str_find(cell, STR("\":")) >= 0 || str_find(cell, STR("{\"")) >= 0);
}

/* Are the cells read last names of which one tells of events? Which one is c->event. */
static bool is_header(struct table *c, struct str t)
{
	for (size_t i = 0; i < c->n; i++)
		if (holds_json(cell_text(t, c->cell[i])))
			return false;
	for (c->event = 0; c->event < c->n; c->event++)
		if (tells_of_events(cell_text(t, c->cell[c->event])))
			return true;
	c->event = column_of(c, t, STR("Id"));           /* of .NET: a word that tells nothing alone */
	return c->event < c->n && column_of(c, t, STR("Message")) < c->n;
}

/* ---- tables whose header tells nothing ---- */

/* Has a cell of the row a whole event in it, as XML, JSON or text, or the start of one when the row is cut? */
static bool row_holds_event(const struct table *c, struct str t, bool cut)
{
	struct jsonrec r = {0};
	bool holds = false;

	for (size_t i = 0; i < c->n && !holds; i++) {
		struct str v = cell_text(t, c->cell[i]);
		if (v.n < 40)
			continue;
		if (cut && i + 1 == c->n) {
			holds = str_find(v, STR("<Event")) >= 0 && str_find(v, STR("<System")) >= 0;
			break;
		}
		jsonrec_room(&r, v.n * 2);
		char *p = jsonrec_text(&r, v.n);
		if (p)
			holds = jsonrec_holds_event(&r, (struct str){p, unquote(t, c->cell[i], p)});
	}
	jsonrec_free(&r);
	return holds;
}

/* What Event Viewer saves has one more cell in each row than names in the header, in the language of the machine. Its time is local,
 * in that language's format, and says nothing without the zone. */
static const char *const viewer_names[] = {"LevelDisplayName", "", "SourceName", "EventID", "TaskDisplayName", "Message"};
enum { VIEWER_COLUMNS = sizeof(viewer_names) / sizeof *viewer_names };

static bool is_viewer_row(const struct table *c, struct str t)
{
	unsigned long long id;

	return c->n == VIEWER_COLUMNS && str_u64(cell_text(t, c->cell[3]), &id) && cell_text(t, c->cell[2]).n;
}

enum kind { NO_TABLE, NAMED, VIEWER };

/* By the first row below the header, whose cells c has. */
static enum kind kind_by_row(const struct table *c, struct str t, size_t at, bool final)
{
	struct table below = {.separator = c->separator};
	enum kind kind = NO_TABLE;
	enum row what;

	while ((what = read_row(&below, t, &at, final)) == NOTHING)
		;
	const bool cut = what == SHORT && final;         /* a row longer than what a format is told from */
	if ((what == ROW || cut) && c->n == VIEWER_COLUMNS - 1 && is_viewer_row(&below, t))
		kind = VIEWER;
	else if ((what == ROW && c->n == below.n) || (cut && c->n >= below.n))
		kind = row_holds_event(&below, t, cut) ? NAMED : NO_TABLE;
	table_free(&below);
	return kind;
}

/* ---- the header ---- */

/* Behind lines that come before a header: PowerShell's type of the records, Excel's separator. */
static size_t header_start(struct str head)
{
	size_t at = 0;

	while (at < head.n && head.p[at] == '\0')       /* a hole */
		at++;
	if (str_starts((struct str){head.p + at, head.n - at}, "\xEF\xBB\xBF"))
		at += 3;
	struct str t = {head.p + at, head.n - at};
	return str_starts(t, "#TYPE ") || str_starts(t, "sep=") ? next_line(head, at) : at;
}

static void name_columns(struct table *c, struct str head, enum kind kind)
{
	c->names = xmalloc(c->body);
	char *p = c->names;

	c->ncols = kind == VIEWER ? VIEWER_COLUMNS : c->n;
	c->name = xcalloc(c->ncols, sizeof(*c->name));
	for (size_t i = 0; i < c->ncols; i++) {
		if (kind == VIEWER) {
			c->name[i] = str_c(viewer_names[i]);
			continue;
		}
		c->name[i] = (struct str){p, unquote(head, c->cell[i], p)};
		p += c->name[i].n;
	}
}

/* Reads the header. False when nothing tells of events, or without `final` when more text is needed to tell. */
static bool open_table(struct table *c, struct str head, bool final)
{
	static const char separators[] = ",;\t";
	size_t at, start = header_start(head);
	enum kind kind = NO_TABLE;

	for (const char *s = separators; *s && !kind; s++) {
		enum row what;
		c->separator = *s;
		for (at = start; (what = read_row(c, head, &at, final)) == NOTHING;)
			;
		if (what == ROW && c->n > 1)
			kind = is_header(c, head) ? NAMED : kind_by_row(c, head, at, final);
	}
	if (!kind)
		return false;
	c->body = at;
	name_columns(c, head, kind);
	return true;
}

/* Is the row read last one of names, the first of another table? */
static bool names_again(const struct table *c, struct str t)
{
	struct cell k = c->cell[c->event];

	while (k.from < k.to && t.p[k.from] == '\0')
		k.from++;
	if (k.from == k.to || k.to - k.from > 40 || !(((unsigned char)t.p[k.from] | 32) >= 'a' || t.p[k.from] == '_'))
		return false;
	if (tells_of_events((struct str){t.p + k.from, k.to - k.from}))
		return true;
	for (size_t i = 0; i < c->n; i++)
		if (tells_of_events((struct str){t.p + c->cell[i].from, c->cell[i].to - c->cell[i].from}))
			return true;
	return false;
}

/* ---- the calls of a decoder ---- */

static int probe(struct str head, enum encoding enc)
{
	struct wide w = {0};
	struct table c = {0};
	struct str t = wide_open(&w, head, enc);
	bool good = t.n && t.p[0] != '{' && t.p[0] != '[' && t.p[0] != '<' && open_table(&c, t, true);

	table_free(&c);
	wide_free(&w);
	return good ? 95 : 0;
}

/* `state` keeps what is needed of the header, which only the first call sees: the separator and the number of columns. */
static size_t cut(struct str text, enum encoding enc, bool final, uint64_t *state)
{
	struct wide w = {0};
	struct table c = {0};

	if (final && *state != DECODE_LOST)
		return text.n;
	struct str t = wide_open(&w, text, enc);
	size_t end = 0;
	if (*state == DECODE_LOST) {
		end = next_line(t, 0);
		if (end == t.n)
			end = 0;
	} else {
		if (!*state && open_table(&c, t, false)) {
			*state = (uint64_t)c.event << 32 | (uint64_t)c.ncols << 8 | (unsigned char)c.separator;
			end = c.body;
		}
		c.separator = (char)(*state & 0xFF);
		c.ncols = *state >> 8 & 0xFFFFFF;
		c.event = *state >> 32;
		for (size_t at = end; *state && at < t.n;) {
			const size_t start = at;
			enum row what = read_row(&c, t, &at, false);
			bool other = what == ROW && names_again(&c, t);
			if (end && (what == BAD || other))       /* what follows may be another log: a piece of its own */
				break;
			if (what == BAD)
				at = restart(&c, t, at, false);
			if (what == SHORT || other || (what == BAD && (at == t.n || decoding_other(&decode_csv, &w, text, enc, start, at) < at)))
				break;
			end = at;
		}
	}
	end = wide_bytes(&w, end);
	table_free(&c);
	wide_free(&w);
	return final && !end ? text.n : end;
}

static void keep_row(struct table *c, struct str t, struct jsonrec *r)
{
	jsonrec_reset(r);
	for (size_t i = 0; i < c->n; i++) {
		struct cell k = c->cell[i];
		struct str v = {t.p + k.from, k.to - k.from};
		char *p = k.doubled ? jsonrec_text(r, v.n) : NULL;
		if (p)
			v = (struct str){p, unquote(t, k, p)};
		if (v.n)
			jsonrec_add(r, c->name[i], v);
	}
}

/* Decoding one text. */
struct run {
	struct decoding d;
	struct table table;
	struct jsonrec rec;
};

/* Rows that are none: another log that follows, or damage. */
static void bad_rows(struct run *r, size_t from, size_t to)
{
	size_t end = decoding_give_away(&r->d, from, to, true);

	if (end < to && stray_nuls((struct str){r->d.t.p + from, end - from}).n) {
		decoding_damaged(&r->d, from, end, "NUL bytes where rows should be");
		return;
	}
	while (end > from && breaks(r->d.t.p[end - 1]))
		end--;
	if (stray_words((struct str){r->d.t.p + from, end - from})) {
		char why[80];
		snprintf(why, sizeof(why), "no row of %zu cells, or its quotes are not closed", r->table.ncols);
		decoding_damaged(&r->d, from, end, why);
	}
}

static void good_row(struct run *r, size_t from, size_t to)
{
	while (to > from && breaks(r->d.t.p[to - 1]))
		to--;
	keep_row(&r->table, r->d.t, &r->rec);
	jsonrec_keep(&r->rec, &r->d, from, to);
}

static void rows(struct run *r, size_t at)
{
	while (at < r->d.t.n) {
		size_t start = at;
		enum row what = read_row(&r->table, r->d.t, &at, true);
		if (what == NOTHING)
			continue;
		if (what == ROW && !names_again(&r->table, r->d.t)) {
			good_row(r, start, at);
			continue;
		}
		at = what == ROW ? r->d.t.n : restart(&r->table, r->d.t, start, true);
		bad_rows(r, start, at);
	}
}

static void decode(struct str text, enum encoding enc, uint64_t base, struct str head, bool strict, struct batch *b)
{
	struct run r = {.d = decoding_open(&decode_csv, text, enc, base, strict, b)};
	struct wide names = {0};

	if (text.n && !open_table(&r.table, wide_open(&names, head, enc), true)) {
		batch_damaged(b, base, text.n, "no header that names the columns");
	} else if (text.n) {
		size_t body = wide_bytes(&names, r.table.body);
		bool here = text.n >= body && memcmp(text.p, head.p, body) == 0;
		jsonrec_room(&r.rec, r.d.t.n);
		rows(&r, here ? r.table.body : 0);
	}
	jsonrec_free(&r.rec);
	table_free(&r.table);
	wide_free(&names);
	decoding_close(&r.d);
}

const struct decoder decode_csv = {FORMAT_CSV, probe, cut, decode, true};
