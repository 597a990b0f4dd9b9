/* One Event element through libxml2's SAX2 interface, as a document of its own: no network, no DTD, no entities but the
 * five of XML itself. Owns the parser context and the memory that the decoded texts lie in until the next record. */
#include "load/xml.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"

enum section { NOWHERE, SYSTEM, EVENT_DATA };

/* Child elements of System whose text is an attribute of the event, and XML attributes that are; by element. */
static const struct {
	const char *element, *attribute;
	enum sys_field field;
} places[] = {
	{"Provider", "Name", SYS_PROVIDER},
	{"Provider", "Guid", SYS_PROVIDER_GUID},
	{"EventID", NULL, SYS_EVENT_ID},
	{"Version", NULL, SYS_VERSION},
	{"Level", NULL, SYS_LEVEL},
	{"Task", NULL, SYS_TASK},
	{"Opcode", NULL, SYS_OPCODE},
	{"Keywords", NULL, SYS_KEYWORDS},
	{"TimeCreated", "SystemTime", SYS_TIME_CREATED},
	{"EventRecordID", NULL, SYS_RECORD_ID},
	{"Execution", "ProcessID", SYS_PROCESS_ID},
	{"Execution", "ThreadID", SYS_THREAD_ID},
	{"Channel", NULL, SYS_CHANNEL},
	{"Computer", NULL, SYS_COMPUTER},
	{"Security", "UserID", SYS_USER_ID},
	{"Security", "UserId", SYS_USER_ID},             /* Sysmon for Linux */
};
enum { NPLACES = sizeof(places) / sizeof *places };

struct xml_strict {
	xmlParserCtxtPtr parser;
	struct batch *batch;
	/* Names as the parser's dictionary has them, so that comparing pointers is enough. */
	const xmlChar *event, *system, *event_data, *data, *name;
	const xmlChar *element[NPLACES], *attribute[NPLACES];
	struct sbuf record;                              /* as libxml2 wants it: NUL-terminated */
	struct sbuf clean;                               /* the record, what XML forbids replaced */
	char *text;                                      /* decoded texts, one after the other; never longer than the record */
	size_t n, cap;
	size_t from;                                     /* where the text being read starts in it */
	struct str field;                                /* name of the Data element being read */
	enum sys_field sys;                              /* or the attribute; SYS_COUNT: none */
	enum section section;
	int depth;
	bool reading;                                    /* text counts now */
	const char *why;
	char error[100];                                 /* what libxml2 said first */
};

static void stop(struct xml_strict *x, const char *why)
{
	if (!x->why)
		x->why = why;
	x->reading = false;
	xmlStopParser(x->parser);
}

static struct str put(struct xml_strict *x, const void *p, size_t n)
{
	if (n > x->cap - x->n) {                         /* no text is longer than its spelling, so this cannot be */
		stop(x, "decoded text is longer than the record");
		return (struct str){NULL, 0};
	}
	memcpy(x->text + x->n, p, n);
	x->n += n;
	return (struct str){x->text + x->n - n, n};
}

/* libxml2 gives attributes as five pointers each: name, prefix, URI, start and end of the value. */
static struct str attribute_value(struct xml_strict *x, const xmlChar **a)
{
	return put(x, a[3], (size_t)(a[4] - a[3]));
}

static void start_of_system_child(struct xml_strict *x, const xmlChar *name, int n, const xmlChar **attributes)
{
	for (int p = 0; p < NPLACES; p++) {
		if (x->element[p] != name)
			continue;
		if (!x->attribute[p]) {
			x->sys = places[p].field;
			x->reading = true;
			return;
		}
		for (int i = 0; i < n; i++)              /* in their order: of two for one field the last counts */
			for (int q = p; q < NPLACES && x->element[q] == name; q++)
				if (attributes[i * 5] == x->attribute[q])
					batch_sys(x->batch, places[q].field,
					          attribute_value(x, attributes + (ptrdiff_t)i * 5));
		return;
	}
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int nspaces,
                     const xmlChar **spaces, int n, int ndefaulted, const xmlChar **attributes)
{
	struct xml_strict *x = ctx;

	(void)prefix, (void)uri, (void)nspaces, (void)spaces, (void)ndefaulted;
	x->reading = false;
	switch (x->depth++) {
	case 0:
		if (name != x->event)
			stop(x, "the record is no Event");
		break;
	case 1:
		x->section = name == x->system ? SYSTEM : name == x->event_data ? EVENT_DATA : NOWHERE;
		break;
	case 2:
		if (x->section == SYSTEM) {
			start_of_system_child(x, name, n, attributes);
		} else if (x->section == EVENT_DATA && name == x->data) {
			x->field = (struct str){NULL, 0};
			for (int i = 0; i < n; i++)
				if (attributes[i * 5] == x->name)
					x->field = attribute_value(x, attributes + (ptrdiff_t)i * 5);
			x->sys = SYS_COUNT;
			x->reading = true;
		}
		x->from = x->n;
		break;
	default:
		if (x->depth > XML_DEPTH_MAX)
			stop(x, "elements are nested deeper than 64");
	}
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct xml_strict *x = ctx;

	(void)name, (void)prefix, (void)uri;
	x->depth--;
	if (!x->reading || x->depth != 2)
		return;
	struct str text = {x->text + x->from, x->n - x->from};
	if (x->sys != SYS_COUNT)
		batch_sys(x->batch, x->sys, text);
	else
		batch_data(x->batch, x->field, text);
	x->reading = false;
}

static void on_text(void *ctx, const xmlChar *p, int n)
{
	struct xml_strict *x = ctx;

	if (x->reading)
		put(x, p, (size_t)n);
}

static void on_doctype(void *ctx, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
	(void)name, (void)id, (void)system;
	stop(ctx, "a document type declaration");
}

static void on_error(void *ctx, xmlErrorPtr error)
{
	struct xml_strict *x = ctx;

	if (x->error[0] || !error || !error->message || error->domain == XML_FROM_NAMESPACE)
		return;                                  /* the first is the cause */
	snprintf(x->error, sizeof(x->error), "%.*s", (int)strcspn(error->message, "\n"), error->message);
}

struct xml_strict *xml_strict_new(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, xmlInitParser);
	struct xml_strict *x = xcalloc(1, sizeof(*x));
	x->parser = xmlNewParserCtxt();
	if (!x->parser)
		xmalloc(SIZE_MAX);                       /* out of memory: ends the program as memory's owner says */
	xmlSAXHandler *sax = x->parser->sax;
	memset(sax, 0, sizeof(*sax));
	sax->initialized = XML_SAX2_MAGIC;
	sax->startElementNs = on_start;
	sax->endElementNs = on_end;
	sax->characters = on_text;
	sax->cdataBlock = on_text;
	sax->ignorableWhitespace = on_text;
	sax->internalSubset = on_doctype;
	sax->serror = on_error;
	x->parser->userData = x;

	xmlDictPtr dict = x->parser->dict;
	x->event = xmlDictLookup(dict, BAD_CAST "Event", -1);
	x->system = xmlDictLookup(dict, BAD_CAST "System", -1);
	x->event_data = xmlDictLookup(dict, BAD_CAST "EventData", -1);
	x->data = xmlDictLookup(dict, BAD_CAST "Data", -1);
	x->name = xmlDictLookup(dict, BAD_CAST "Name", -1);
	for (int p = 0; p < NPLACES; p++) {
		x->element[p] = xmlDictLookup(dict, BAD_CAST places[p].element, -1);
		if (places[p].attribute)
			x->attribute[p] = xmlDictLookup(dict, BAD_CAST places[p].attribute, -1);
	}
	return x;
}

void xml_strict_free(struct xml_strict *x)
{
	if (!x)
		return;
	xmlFreeParserCtxt(x->parser);
	sbuf_free(&x->record);
	sbuf_free(&x->clean);
	free(x->text);
	free(x);
}

/* A text that is handed over as a string is parsed in place; one with a length goes through a buffer that grows, at the
 * cost of a quarter of the time. A NUL inside ends it early, which is bad XML, as it should be. */
static bool parse(struct xml_strict *x, struct str record, struct batch *b)
{
	if (record.n > x->cap) {
		free(x->text);
		x->cap = record.n + record.n / 2;
		x->text = xmalloc(x->cap);
	}
	x->batch = b;
	x->n = x->from = 0;
	x->depth = 0;
	x->section = NOWHERE;
	x->reading = false;
	x->why = NULL;
	x->error[0] = '\0';
	sbuf_reset(&x->record);
	sbuf_adds(&x->record, record);
	xmlDocPtr doc = xmlCtxtReadDoc(x->parser, BAD_CAST x->record.p, NULL, NULL, XML_PARSE_NONET | XML_PARSE_HUGE);
	xmlFreeDoc(doc);                                 /* none is built */
	return x->parser->wellFormed && !x->why;
}

/* ---- what XML forbids ---- */

static bool allowed(uint32_t c)
{
	return c >= 0x20 ? c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF) && c != 0xFFFE && c != 0xFFFF
	                 : c == '\t' || c == '\n' || c == '\r';
}

/* Length of the character reference at s (from "&#" to ";") if it names a character that XML forbids, else 0. */
static size_t forbidden_reference(struct str s)
{
	if (s.n < 4 || s.p[0] != '&' || s.p[1] != '#')
		return 0;
	bool hex = s.p[2] == 'x';
	size_t first = hex ? 3 : 2, i = first;
	uint32_t c = 0;
	for (; i < s.n && s.p[i] != ';'; i++) {
		char d = s.p[i];
		uint32_t v;
		if (d >= '0' && d <= '9')
			v = (uint32_t)(d - '0');
		else if (hex && (d | 32) >= 'a' && (d | 32) <= 'f')
			v = (uint32_t)((d | 32) - 'a' + 10);
		else
			return 0;
		if (c <= 0x10FFFF)
			c = c * (hex ? 16 : 10) + v;
	}
	return i < s.n && i > first && !allowed(c) ? i + 1 : 0;
}

/* Writes the record to x->clean, U+FFFD in the place of each forbidden character: one that vanished would make another
 * text of it, which searches and rules would match. False when there are none. */
static bool clean(struct xml_strict *x, struct str record)
{
	bool changed = false;

	sbuf_reset(&x->clean);
	sbuf_reserve(&x->clean, record.n);
	for (size_t at = 0; at < record.n;) {
		size_t start = at;
		size_t reference = forbidden_reference((struct str){record.p + at, record.n - at});
		uint32_t c = UTF8_BAD;
		if (reference)
			at += reference;
		else
			c = utf8_next(record, &at);
		if (c != UTF8_BAD && allowed(c)) {
			sbuf_add(&x->clean, record.p + start, at - start);
		} else {
			sbuf_addz(&x->clean, "\xEF\xBF\xBD");
			changed = true;
		}
	}
	return changed;
}

/* Is some tag so long that it must hold a great many attributes? */
static bool long_tag(struct str record)
{
	const char *p = record.p, *end = record.p + record.n;

	while ((p = memchr(p, '<', (size_t)(end - p)))) {
		const char *close = memchr(p, '>', (size_t)(end - p));
		if (!close)
			return false;
		if (close - p > XML_TAG_MAX)
			return true;
		p = close + 1;
	}
	return false;
}

static bool explain(struct xml_strict *x, char why[120])
{
	snprintf(why, 120, "XML: %s", x->why ? x->why : x->error[0] ? x->error : "not well-formed");
	return false;
}

bool xml_strict_record(struct xml_strict *x, struct str record, struct batch *b, char why[120])
{
	x->why = NULL;
	if (record.n > XML_TAG_MAX * 2 && long_tag(record)) {
		x->why = "a tag is longer than 4096 bytes";
		return explain(x, why);
	}
	if (parse(x, record, b))
		return true;
	explain(x, why);
	if (x->why || !clean(x, record))
		return false;
	batch_begin(b);
	return parse(x, sbuf_str(&x->clean), b) || explain(x, why);
}
