/* text.h: how tools write an event as text. A new one is a line in the table of shapes. */
#include "load/text.h"

#include "load/json.h"
#include "load/message.h"

#include <stdio.h>

#define N(a) (sizeof(a) / sizeof *(a))

struct text_shape {
	const char *writer;
	bool line;                                       /* a record is one line */
	bool alone;                                      /* it has more to know it by than the message */
	bool (*begins)(struct str line, struct str t, size_t at);
	void (*read)(struct str record, struct jsonrec *r);
};

/* ---- lines ---- */

static size_t line_end(struct str t, size_t at)
{
	const char *eol = at < t.n ? memchr(t.p + at, '\n', t.n - at) : NULL;

	return eol ? (size_t)(eol - t.p) : t.n;
}

static struct str line_at(struct str t, size_t at)
{
	size_t end = line_end(t, at);

	while (end > at && t.p[end - 1] == '\r')
		end--;
	return (struct str){t.p + at, end - at};
}

static struct str from(struct str t, const char *p)
{
	return (struct str){p, (size_t)(t.p + t.n - p)};
}

/* What a shape calls a value, and what json_names.c does. */
struct renamed {
	const char *theirs, *ours;
};

static void add_renamed(struct jsonrec *r, const struct renamed *names, size_t n, struct str name, struct str value)
{
	for (size_t i = 0; i < n; i++)
		if (value.n && str_eqc(name, names[i].theirs))
			jsonrec_add(r, str_c(names[i].ours), value);
}

/* ---- Splunk: the event as its forwarder read it, not as XML ---- */

/* 03/01/2024 12:00:11 PM, or .123 PM: in a zone that nothing tells, so that it counts for nothing else. */
static bool is_clock(struct str line)
{
	return line.n >= 14 && line.n < 60 && line.p[0] >= '0' && line.p[0] <= '9' && memchr(line.p, ':', line.n);
}

static bool splunk_begins(struct str line, struct str t, size_t at)
{
	if (str_starts(line, "LogName=")) {
		const char *eol = at > 1 ? memrchr(t.p, '\n', at - 1) : NULL;
		size_t below = line_end(t, at);
		struct str next = {t.p + below + 1, below < t.n ? t.n - below - 1 : 0};
		if (!str_starts(next, "SourceName=") && !str_starts(next, "EventCode="))
			return false;                            /* a word of another log */
		return at == 0 || !is_clock(line_at(t, eol ? (size_t)(eol - t.p) + 1 : 0));
	}
	size_t end = line_end(t, at);
	return is_clock(line) && end < t.n && str_starts((struct str){t.p + end + 1, t.n - end - 1}, "LogName=");
}

static void splunk_read(struct str record, struct jsonrec *r)
{
	static const struct renamed names[] = {
		{"LogName", "LogName"}, {"SourceName", "SourceName"}, {"EventCode", "EventCode"}, {"ComputerName", "ComputerName"},
		{"RecordNumber", "RecordNumber"}, {"Keywords", "Keywords"}, {"Sid", "UserID"},
	};
	struct str line;

	while (str_line(&record, &line)) {
		const char *eq = memchr(line.p, '=', line.n);
		struct str name = {line.p, eq ? (size_t)(eq - line.p) : 0};
		if (str_eqc(name, "Message")) {
			jsonrec_add(r, name, (struct str){eq + 1, (size_t)(record.p + record.n - eq) - 1});
			return;
		}
		if (eq)
			add_renamed(r, names, N(names), name, from(line, eq + 1));
	}
}

/* ---- wevtutil /f:text ---- */

static bool wevtutil_begins(struct str line, struct str t, size_t at)
{
	size_t i = 6;

	(void)t, (void)at;
	if (!str_starts(line, "Event["))
		return false;
	while (i < line.n && line.p[i] >= '0' && line.p[i] <= '9')
		i++;
	return i > 6 && i < line.n && line.p[i] == ']' && line.n - i <= 2;
}

static void wevtutil_read(struct str record, struct jsonrec *r)
{
	static const struct renamed names[] = {
		{"Log Name", "LogName"}, {"Source", "SourceName"}, {"Event ID", "EventID"}, {"Computer", "Computer"}, {"User", "UserID"},
	};
	struct str line;

	while (str_line(&record, &line)) {
		const char *colon = memchr(line.p, ':', line.n);
		if (!colon)
			continue;
		struct str name = str_trim((struct str){line.p, (size_t)(colon - line.p)}), value = str_trim(from(line, colon + 1));
		if (str_eqc(name, "Description")) {
			jsonrec_add(r, STR("Message"), from(record, value.n ? value.p : record.p));
			return;
		}
		if (str_eqc(name, "Date") && str_ends(value, "Z"))       /* without, it is local time */
			jsonrec_add(r, STR("SystemTime"), value);
		add_renamed(r, names, N(names), name, value);
	}
}

/* ---- evtxexport ---- */

static bool evtxexport_begins(struct str line, struct str t, size_t at)
{
	(void)t, (void)at;
	return str_starts(line, "Event number\t");
}

/* Mar 01, 2024 12:00:00.123456700 UTC as ISO 8601. */
static struct str iso_time(struct jsonrec *r, struct str v)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char *p = v.n >= 25 && v.n < 48 && v.p[3] == ' ' && v.p[6] == ',' && v.p[12] == ' ' && str_ends(v, " UTC") ? jsonrec_text(r, v.n + 1) : NULL;
	int month = 0;

	while (p && month < 12 && memcmp(months + 3 * month, v.p, 3) != 0)
		month++;
	if (!p || month == 12)
		return (struct str){NULL, 0};
	size_t clock = v.n - 4 - 13;
	memcpy(p, v.p + 8, 4);
	p[4] = p[7] = '-';
	p[5] = (char)('0' + (month + 1) / 10);
	p[6] = (char)('0' + (month + 1) % 10);
	memcpy(p + 8, v.p + 4, 2);
	p[10] = 'T';
	memcpy(p + 11, v.p + 13, clock);
	p[11 + clock] = 'Z';
	return (struct str){p, clock + 12};
}

/* "String: 3\t\t\t: value", the value up to the next one. Behind the numbered strings of the record. */
static void read_strings(struct str t, struct jsonrec *r)
{
	struct str line, rest = t;
	char want[32];
	unsigned n = 1;

	while (str_line(&rest, &line)) {
		snprintf(want, sizeof(want), "String: %u\t", n);
		if (!str_starts(line, want)) {
			if (n > 1)                               /* goes on the value before */
				r->leaf[r->n - 1].value.n = (size_t)(line.p + line.n - r->leaf[r->n - 1].value.p);
			continue;
		}
		ptrdiff_t colon = str_find(line, STR("\t: "));
		struct str value = colon < 0 ? (struct str){line.p + line.n, 0} : from(line, line.p + colon + 3);
		jsonrec_add(r, (struct str){NULL, 0}, value);
		n++;
	}
	if (n > 1) {
		struct jsonrec_leaf *last = &r->leaf[r->n - 1];
		while (last->value.n && strchr("\r\n", last->value.p[last->value.n - 1]))
			last->value.n--;
	}
}

static void evtxexport_read(struct str record, struct jsonrec *r)
{
	static const struct renamed names[] = {
		{"Event number", "EventRecordID"}, {"Computer name", "Computer"}, {"Source name", "SourceName"}, {"Provider identifier", "ProviderGuid"},
		{"User security identifier", "UserID"}, {"Channel name", "Channel"},
	};
	struct str line;
	unsigned long long id = 0, strings = 0;

	while (str_line(&record, &line)) {
		const char *colon = memchr(line.p, ':', line.n);
		if (!colon)
			continue;
		struct str name = str_trim((struct str){line.p, (size_t)(colon - line.p)}), value = str_trim(from(line, colon + 1));
		add_renamed(r, names, N(names), name, value);
		if (str_eqc(name, "Creation time")) {
			jsonrec_add(r, STR("SystemTime"), iso_time(r, value));
		} else if (str_eqc(name, "Event identifier")) {          /* 0x00000001 (1) */
			const char *open = memchr(value.p, '(', value.n);
			struct str number = open ? from(value, open + 1) : value;
			number.n -= number.n && number.p[number.n - 1] == ')';
			jsonrec_add(r, STR("EventID"), number);
			str_u64(number, &id);
		} else if (str_eqc(name, "Number of strings")) {
			str_u64(value, &strings);
			break;
		}
	}
	uint32_t first = r->n;
	read_strings(record, r);
	if (r->n - first != strings || id > UINT16_MAX)
		r->n = first;
	else
		jsonrec_name_values(r, first, (struct str){NULL, 0}, (unsigned)id);
}

/* ---- Snare: MSWinEventLog and values by their place, behind a syslog header ---- */

#define SNARE "MSWinEventLog"

/* Takes the value up to the next separator. */
static bool next_value(struct str *rest, struct str separator, struct str *value)
{
	ptrdiff_t end = str_find(*rest, separator);
	size_t n = end < 0 ? rest->n : (size_t)end, skip = end < 0 ? 0 : separator.n;

	if (!rest->n)
		return false;
	*value = (struct str){rest->p, n};
	rest->p += n + skip;
	rest->n -= n + skip;
	return true;
}

/* A tab, or as rsyslog writes one, behind the mark. */
static struct str snare_separator(struct str line, ptrdiff_t mark)
{
	struct str behind = from(line, line.p + mark + strlen(SNARE));

	return str_starts(behind, "\t") ? STR("\t") : str_starts(behind, "#011") ? STR("#011") : (struct str){NULL, 0};
}

static bool snare_begins(struct str line, struct str t, size_t at)
{
	ptrdiff_t mark = str_find(line, STR(SNARE));

	(void)t, (void)at;
	return mark >= 0 && mark < 400 && snare_separator(line, mark).n;
}

/* The last value, without the counter that may follow; its own tabs were kept. */
static struct str snare_message(struct str v, struct str separator)
{
	struct str behind = v;
	ptrdiff_t at, last = -1;

	while ((at = str_find(behind, separator)) >= 0) {
		last = behind.p + at - v.p;
		behind = from(v, behind.p + at + separator.n);
	}
	if (last >= 0 && behind.n && behind.p[0] >= '0' && behind.p[0] <= '9')
		v.n = (size_t)last;
	return v;
}

static void snare_read(struct str record, struct jsonrec *r)
{
	/* criticality, log, counter, time (local), EventID, source, user, kind of user, kind of event, computer, category, data, message */
	static const char *const by_place[] = {NULL, NULL, "Channel", NULL, NULL, "EventID", "SourceName", NULL, NULL, NULL, "Computer", NULL, NULL, "Message"};
	ptrdiff_t mark = str_find(record, STR(SNARE));
	struct str rest = from(record, record.p + mark), separator = snare_separator(record, mark), value;

	for (size_t i = 0; i < N(by_place) && next_value(&rest, separator, &value); i++) {
		if (!by_place[i] || !value.n)
			continue;
		if (i == 6 && str_eqc(value, "Windows"))         /* some senders say that for every source */
			continue;
		if (i + 1 == N(by_place))
			value = snare_message(from(record, value.p), separator);
		jsonrec_add(r, str_c(by_place[i]), value);
	}
}

/* ---- WinCollect (QRadar): name=value, tabs between ---- */

static bool wincollect_begins(struct str line, struct str t, size_t at)
{
	(void)t, (void)at;
	return str_find(line, STR("AgentDevice=")) >= 0 && str_find(line, STR("AgentLogFile=")) >= 0;
}

static void wincollect_read(struct str record, struct jsonrec *r)
{
	static const struct renamed names[] = {
		{"AgentLogFile", "Channel"}, {"Source", "SourceName"}, {"Computer", "Computer"}, {"EventIDCode", "EventID"},
		{"RecordNumber", "RecordNumber"}, {"Keywords", "Keywords"},
	};
	struct str value, rest = from(record, record.p + str_find(record, STR("AgentDevice=")));

	while (next_value(&rest, STR("\t"), &value)) {
		const char *eq = memchr(value.p, '=', value.n);
		struct str name = {value.p, eq ? (size_t)(eq - value.p) : 0};
		if (str_eqc(name, "Message")) {
			jsonrec_add(r, name, from(record, eq + 1));
			return;
		}
		if (eq)
			add_renamed(r, names, N(names), name, from(value, eq + 1));
	}
}

/* ---- any other line with the whole message in it, as syslog has it ---- */

static bool line_begins(struct str line, struct str t, size_t at)
{
	(void)t, (void)at;
	return message_in(line) >= 0;
}

/* The host of a syslog header, `<13>Mar  1 12:00:11 HOST` or `<13>1 2024-03-01T12:00:11Z HOST`. */
static struct str header_host(struct str line)
{
	if (line.n && line.p[0] == '<') {
		const char *close = memchr(line.p, '>', line.n < 6 ? line.n : 6);
		line = close ? from(line, close + 1) : line;
	}
	struct str word = str_word(&line);
	if (str_eqc(word, "1"))
		word = str_word(&line);
	if (word.n == 3) {
		str_word(&line);
		word = str_word(&line);
		return word.n == 8 && word.p[2] == ':' ? str_word(&line) : (struct str){NULL, 0};
	}
	return word.n > 18 && word.p[4] == '-' && word.p[10] == 'T' ? str_word(&line) : (struct str){NULL, 0};
}

static void line_read(struct str record, struct jsonrec *r)
{
	struct str host = header_host(record);

	jsonrec_add(r, STR("SourceName"), STR("Microsoft-Windows-Sysmon"));
	if (host.n)
		jsonrec_add(r, STR("Computer"), host);
	struct str message = from(record, record.p + message_in(record));
	char *p = jsonrec_text(r, 12);
	if (p)
		jsonrec_add(r, STR("EventID"), (struct str){p, (size_t)snprintf(p, 12, "%u", message_id(message))});
	jsonrec_add(r, STR("Message"), message);
}

/* ---- the table ---- */

/* The first that begins counts. */
static const struct text_shape shapes[] = {
	{"Splunk, WinEventLog", false, true, splunk_begins, splunk_read},
	{"wevtutil", false, true, wevtutil_begins, wevtutil_read},
	{"evtxexport", false, true, evtxexport_begins, evtxexport_read},
	{"Snare", true, true, snare_begins, snare_read},
	{"WinCollect", true, true, wincollect_begins, wincollect_read},
	{"syslog", true, false, line_begins, line_read},
};

const struct text_shape *text_begins(struct str t, size_t at)
{
	struct str line = line_at(t, at);

	if (line.n < 6)
		return NULL;
	if (str_starts(line, "LogName="))                /* mostly the second line of a record, whatever its value looks like */
		return splunk_begins(line, t, at) ? &shapes[0] : NULL;
	for (size_t i = 0; i < N(shapes); i++)
		if (shapes[i].begins(line, t, at))
			return &shapes[i];
	return NULL;
}

bool text_is_line(const struct text_shape *shape)
{
	return shape->line;
}

bool text_stands_alone(const struct text_shape *shape)
{
	return shape->alone;
}

const char *text_writer(const struct text_shape *shape)
{
	return shape->writer;
}

void text_read(const struct text_shape *shape, struct str record, struct jsonrec *r)
{
	shape->read(record, r);
}

bool text_is_record(struct str value)
{
	return text_begins(value, 0) != NULL;
}

bool text_record(struct str value, struct jsonrec *r)
{
	const struct text_shape *shape = text_begins(value, 0);

	if (shape)
		shape->read(value, r);
	return shape != NULL;
}
