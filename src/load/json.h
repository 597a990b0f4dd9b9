/* Between json.c, which finds records, json_parse.c, which reads one, and json_shape.c, which knows what collectors call things. */
#ifndef SPOOR_LOAD_JSON_H
#define SPOOR_LOAD_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "load/batch.h"

#define JSON_DEPTH_MAX 64                                /* objects and arrays inside each other */
#define JSON_LEAVES_MAX 4096                             /* values of one record */
#define JSON_PATHS_MAX (64u << 10)                       /* bytes of all names of nested values of one record */

enum json_type { JSON_STRING, JSON_NUMBER, JSON_BOOL, JSON_ARRAY };

/* One value of a record; nulls are left out. */
struct json_leaf {
	struct str path;                                 /* the name; nested: names joined by dots, without the levels that only wrap */
	struct str value;                                /* a string decoded; anything else as written, an array as one text */
	uint8_t type;                                    /* enum json_type */
	bool data;                                       /* an EventData field by its place; path is its name */
};

/* A record being read. Zero-initialise, give it memory with json_record_room; json_record_free at the end. */
struct json_record {
	struct json_leaf *leaf;
	uint32_t n, cap;
	bool nested;                                     /* there was an EventData object: the record is not flat */
	const char *trouble;                             /* why it cannot be kept although it is good JSON */
	char *text;                                      /* decoded strings */
	size_t text_n, text_cap;
	char *paths;
	size_t paths_n;
};
void json_record_room(struct json_record *r, size_t text_bytes);    /* for records of a text that long */
void json_record_reset(struct json_record *r);
void json_record_free(struct json_record *r);

enum json_end {
	JSON_DONE,
	JSON_BROKEN,                                     /* not JSON; whatever follows cannot mend it */
	JSON_SHORT,                                      /* the text ends before the object does */
};
/* Reads the object at t[*at], which is a `{`; on JSON_DONE *at is behind its `}`. `r` may be NULL: only find the end.
 * Strict RFC 8259, but control characters other than line feeds are let through in strings. */
enum json_end json_object(struct str t, size_t *at, struct json_record *r);
/* Appends the fields of an object in a string (an EventData that was quoted). False when it is none. */
bool json_quoted_data(struct json_record *r, struct str t);

/* json_shape.c: what an object inside the record means for the values in it. */
enum json_place {
	PLACE_PATH,                                      /* its name becomes part of the path */
	PLACE_WRAP,                                      /* it only wraps: values count as if they stood outside */
	PLACE_DATA,                                      /* it holds the EventData fields */
};
enum json_place json_place(struct str path);
/* Feeds the record to b, after batch_begin. */
void json_feed(struct json_record *r, struct batch *b);

#endif
