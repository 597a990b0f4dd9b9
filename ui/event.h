/* What one event says at a glance, however it is asked: for lists, details and records. */
#ifndef SPOOR_UI_EVENT_H
#define SPOOR_UI_EVENT_H

#include "store/store.h"
#include "ui/page.h"

/* The process that an event is about: "Image", in events with two sides that of the source. {NULL, 0} when it names none. */
struct str event_image(const struct store *s, ev_t ev);
struct str event_guid(const struct store *s, ev_t ev);
struct str event_user(const struct store *s, ev_t ev);
/* The field that says most of it, or the first that has a value. */
struct str event_gist(const struct store *s, ev_t ev);
/* The same with what belongs to it: "10.10.10.5:80 c2.example tcp out", "HKLM\\…\\Run\\x = a.exe". Appended. */
void event_what(const struct store *s, ev_t ev, struct sbuf *b);
const char *event_name(const struct store *s, ev_t ev);          /* "ProcessCreate", "unknown event" */
unsigned event_id(const struct store *s, ev_t ev);
bool event_is_composed(unsigned id);                     /* does event_what tell more than the gist? */
/* Names of fields that may hold those, in the order in which they are tried; they end with NULL. */
extern const char *const event_image_fields[], *const event_guid_fields[], *const event_user_fields[];

/* One line on a page: time, EventID, name, host, record, gist. It links to the event. */
void event_line(struct page *p, const struct store *s, ev_t ev, int indent);

#endif
