/* Between json.c, which finds records, json_parse.c, which reads one, and json_shape.c, which knows what collectors
 * call things. */
#ifndef SPOOR_LOAD_JSON_H
#define SPOOR_LOAD_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "load/batch.h"

#define JSONREC_DEPTH_MAX 64                             /* objects and arrays inside each other */
#define JSONREC_LEAVES_MAX 4096                          /* values of one record */
#define JSONREC_PATHS_MAX (64u << 10)                    /* bytes of all names of nested values of one record */

enum jsonrec_type { JSONREC_STRING, JSONREC_NUMBER, JSONREC_BOOL, JSONREC_ARRAY };

/* One value of a record; nulls are left out. */
struct jsonrec_leaf {
	struct str path;                                 /* the name; nested: names joined by dots, without levels that only wrap */
	struct str value;                                /* a string decoded; anything else as written, an array as one text */
	uint8_t type;                                    /* enum jsonrec_type */
	bool data;                                       /* an EventData field by its place; path is its name */
};

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
enum jsonrec_end jsonrec_read(struct str t, size_t *at, struct jsonrec *r);
/* Appends the fields of an object in a string (an EventData that was quoted). False when it is none. */
bool jsonrec_quoted(struct jsonrec *r, struct str t);

/* json_shape.c: what an object inside the record means for the values in it. */
enum jsonrec_place {
	PLACE_PATH,                                      /* its name becomes part of the path */
	PLACE_WRAP,                                      /* it only wraps: values count as if they stood outside */
	PLACE_DATA,                                      /* it holds the EventData fields */
};
enum jsonrec_place jsonrec_place(struct str path);
/* Feeds the record to b, after batch_begin. */
void jsonrec_feed(struct jsonrec *r, struct batch *b);

#endif
