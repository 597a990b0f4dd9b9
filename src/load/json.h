/* Between json.c, csv.c and text.c, which find records, json_parse.c, which reads one of JSON, json_shape.c, which makes an event of
 * its values, json_rendered.c, where the event's fields are those of a rendered message, and json_names.c, which knows what
 * collectors call things. */
#ifndef SPOOR_LOAD_JSON_H
#define SPOOR_LOAD_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "load/batch.h"
#include "load/decoding.h"
#include "load/xml.h"

#define JSONREC_DEPTH_MAX 64                             /* objects and arrays inside each other */
#define JSONREC_LEAVES_MAX 4096                          /* values of one record */
#define JSONREC_PATHS_MAX (64u << 10)                    /* bytes of all names of nested values of one record */

enum jsonrec_type { JSONREC_STRING, JSONREC_NUMBER, JSONREC_BOOL, JSONREC_ARRAY };

/* One value of a record; nulls are left out. */
struct jsonrec_leaf {
	struct str path;                                 /* the name; nested: names joined by dots, without levels that only wrap */
	struct str value;                                /* a string decoded; anything else as written, an array as one text */
	uint8_t type;                                    /* enum jsonrec_type */
	uint8_t data;                                    /* enum jsonrec_data: an EventData field by its place; path is its name */
};
enum jsonrec_data { DATA_NONE, DATA_FIELD, DATA_CAMEL };

/* A record being read. Zero-initialise, give it memory with jsonrec_room; jsonrec_free at the end. */
struct jsonrec {
	struct jsonrec_leaf *leaf;
	uint32_t n, cap;
	bool nested;                                     /* there was an EventData object: the record is not flat */
	const char *trouble;                             /* why it cannot be kept although it is good JSON */
	char *text;                                      /* decoded strings */
	size_t text_n, text_cap;
	char *paths;
	size_t paths_n;
	struct xml_inner *xml;                           /* reads events that lie in values; NULL until one does */
};
void jsonrec_room(struct jsonrec *r, size_t text_bytes);    /* for records of a text that long */
void jsonrec_reset(struct jsonrec *r);
void jsonrec_free(struct jsonrec *r);

enum jsonrec_end {
	JSONREC_DONE,
	JSONREC_BROKEN,                                  /* not JSON; whatever follows cannot mend it */
	JSONREC_SHORT,                                   /* the text ends before the object does */
};
/* Reads the object at t[*at], which is a `{`; on JSONREC_DONE *at is behind its `}`. `r` may be NULL: only find the end.
 * Strict RFC 8259, but control characters other than line feeds are let through in strings. */
enum jsonrec_end jsonrec_read(struct str t, size_t *at, struct jsonrec *r, bool *lists);
/* Is the object at t[at] no record, but a wrapper around an array of records (a whole search result)? Then where the first of
 * them starts, else 0. Worth asking only when jsonrec_read set *lists: there is some array of objects. Uses r. */
size_t jsonrec_wrapped(struct str t, size_t at, struct jsonrec *r);
/* A member of an object, `"name": value`, at t[*at]. */
enum jsonrec_end jsonrec_member(struct str t, size_t *at);
/* Appends the values of an object in a string; `data`: they are EventData fields. False when it is none. */
bool jsonrec_quoted(struct jsonrec *r, struct str t, bool data);
/* Appends a value with a name of its own, which stay where they are. */
void jsonrec_add(struct jsonrec *r, struct str path, struct str value);
/* n bytes that last as long as the record; NULL, with r->trouble set, when there is no room. */
char *jsonrec_text(struct jsonrec *r, size_t n);

/* Of a list that is kept as one text, appends the values of the item at or behind *at: members of an object, or one value without a
 * name. False at its end. */
bool jsonrec_item(struct jsonrec *r, struct str list, size_t *at);
/* Reads the list of values at t[*at] as a row of a table with n columns; behind it then. False when it is broken. */
bool jsonrec_row(struct jsonrec *r, struct str t, size_t *at, const struct str *name, size_t n);

/* Feeds the record to b, after batch_begin. */
void jsonrec_feed(struct jsonrec *r, struct batch *b);
/* The record, which is t[from] to t[to] of a text, as an event; what cannot be kept, for whatever trouble, is damage. */
void jsonrec_keep(struct jsonrec *r, struct decoding *d, size_t from, size_t to);
/* Renames the values of .NET's EventLogRecord, if the record is one, to what others call them. */
void jsonrec_powershell(struct jsonrec *r);
/* Of a record that has the event's fields in its message only, or as values without names: adds them as fields. */
void jsonrec_rendered(struct jsonrec *r, struct batch *b);
/* Names the values from the first-th on as fields of the event: by its message where that has as many, else by Sysmon's own order.
 * False, and they are dropped, when neither fits. */
bool jsonrec_name_values(struct jsonrec *r, uint32_t first, struct str message, unsigned id);
/* Is the text of a value a whole event? What is read of it is added to r. */
bool jsonrec_holds_event(struct jsonrec *r, struct str v);
/* Do the values from the first-th on tell which event it is? */
bool jsonrec_is_event(const struct jsonrec *r, uint32_t first);

/* ---- json_pairs.c ---- */

/* Adds the members of an object that OTLP wrote as a list of pairs. */
void jsonrec_pairs(struct jsonrec *r, struct str list);
/* Adds the fields of EventData that are objects of one member each, in a list. */
void jsonrec_data_list(struct jsonrec *r, struct str list);

/* ---- json_spell.c ---- */

/* The name without what a collector that flattens records put around it, in `room` where it is another text. False when there is
 * nothing of that kind. *data: a field of EventData, whatever its name. */
#define JSONREC_SPELL_MAX 96
bool jsonrec_respell(struct str *path, char room[JSONREC_SPELL_MAX], bool *data);

/* ---- json_names.c: the tables ---- */

/* What an object inside the record means for the values in it. */
enum jsonrec_place {
	PLACE_PATH,                                      /* its name becomes part of the path */
	PLACE_WRAP,                                      /* it only wraps: values count as if they stood outside */
	PLACE_LISTS,                                     /* … and each value stands in a list */
	PLACE_ROOT,                                      /* it is the record itself: paths start anew */
	PLACE_BESIDE,                                    /* NAME_attributes: attributes of the element NAME beside it */
	PLACE_DATA,                                      /* it holds the EventData fields */
	PLACE_CAMEL,                                     /* likewise, as Wazuh writes them: nameOfField, values with \\ and \" escaped */
};
enum jsonrec_place jsonrec_place(struct str path);

/* What a value that is a text holds. */
enum jsonrec_inner {
	INNER_NOTHING,
	INNER_EVENT,                                     /* the event as it was logged, XML or JSON: what stands beside it is derived */
	INNER_DATA,                                      /* its EventData, XML or JSON */
	INNER_PART,                                      /* a part of the record, JSON */
	INNER_MEMBER,                                    /* … under the value's own name */
	INNER_PAIRS,                                     /* the event's members as pairs of names and values */
};
enum jsonrec_inner jsonrec_inner(struct str path);

enum {
	NAME_KEEP = 1,                                   /* also a field of a flat record, under its own name */
	NAME_DROP = 2,                                   /* nothing at all */
	NAME_NESTED = 4,                                 /* only where EventData stands apart; in a flat record it is a field */
	NAME_SPLUNK = 8,                                 /* only as Splunk writes it: XmlWinEventLog:CHANNEL */
	NAME_ELASTIC = 16,                               /* where it stands, names of the Elastic Common Schema count */
};
struct jsonrec_name {
	const char *path;
	enum sys_field field;                            /* SYS_COUNT: of the event's data, see ecs */
	uint8_t rank, flags;                             /* of several that a record has, the lowest rank counts, then the last */
	uint8_t ecs;                                     /* the first row + 1 in the table of ECS for the path; 0: none */
};
/* The entry of a path, NULL when it is no attribute. `@` before an XML attribute and `#text` behind an element are spelling. */
const struct jsonrec_name *jsonrec_name(struct str path);
/* The collector or tool that has values of this name; NULL when that says nothing. */
const char *jsonrec_shape(struct str path);
/* What the Elastic Common Schema calls the fields of the event `id`; NULL when it has nothing of this name there. */
enum ecs_how { ECS_TEXT, ECS_USER, ECS_HASH, ECS_OUTBOUND, ECS_ANSWERS };
struct jsonrec_ecs {
	const char *path, *field;
	uint32_t ids;                                    /* bit per EventID */
	enum ecs_how how;
	const char *prefix;                              /* of a hash: "MD5=" */
};
const struct jsonrec_ecs *jsonrec_ecs(const struct jsonrec_name *name, unsigned id);

#endif
