/* What one event says at a glance, however it is asked: for lists, details and records. */
#ifndef SPOOR_UI_EVENT_H
#define SPOOR_UI_EVENT_H

#include "store/store.h"
#include "ui/page.h"

struct entity;

/* The columns of one table that tell what its events say, looked up once. */
struct event_columns {
	struct column image[2], user[2], host, gist, more[4];
	const char *before[4];                           /* what stands before more[i] in the text */
	struct column initiated;                         /* of connections */
	size_t nmore;
};
void event_columns(const struct store *s, const struct store_table *t, struct event_columns *c);
/* The first value of these columns in a row: a pool id, 0 when none has one. */
uint32_t event_value(const struct column *c, size_t n, uint32_t row);
/* What event_what tells, from the columns. */
void event_columns_what(const struct store *s, const struct event_columns *c, uint32_t row, struct sbuf *b);

/* The process that an event is about: "Image", in events with two sides that of the source. {NULL, 0} when it names none. */
struct str event_image(const struct store *s, ev_t ev);
struct str event_guid(const struct store *s, ev_t ev);
/* Whose it is and where it went, as a row from which pivots start. */
struct entity event_entity(const struct store *s, ev_t ev);
/* The field that says most of it, or the first that has a value. */
struct str event_gist(const struct store *s, ev_t ev);
/* The same with what belongs to it: "10.10.10.5:80 c2.example tcp out", "HKLM\\…\\Run\\x = a.exe". Appended. */
void event_what(const struct store *s, ev_t ev, struct sbuf *b);
const char *event_name(const struct store *s, ev_t ev);          /* "ProcessCreate", "unknown event" */
unsigned event_id(const struct store *s, ev_t ev);

/* One line on a page: time, EventID, name, host, record, gist. It links to the event. */
void event_line(struct page *p, const struct store *s, ev_t ev, int indent);

#endif
