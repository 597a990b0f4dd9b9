/* Between xml.c, which finds records, and the parser that reads one with libxml2 (xml_strict.c); and events inside other formats. */
#ifndef SPOOR_LOAD_XML_H
#define SPOOR_LOAD_XML_H

#include <stdbool.h>

#include "base/str.h"
#include "load/batch.h"

#define XML_DEPTH_MAX 64                                 /* elements inside elements */
#define XML_TAG_MAX 4096                                 /* bytes of a tag in a long record: libxml2 is quadratic in attributes */

struct xml_strict;
struct xml_strict *xml_strict_new(void);                 /* one per thread at a time */
void xml_strict_free(struct xml_strict *x);
/* Feeds the record `<Event …>…</Event>` to b, after batch_begin; the texts stay in x until the next call. False when it is
 * not well-formed, with the reason in `why`. Characters that XML forbids are dropped, bad UTF-8 becomes U+FFFD. */
bool xml_strict_record(struct xml_strict *x, struct str record, struct batch *b, char why[120]);

/* Events that lie as text in the values of another format. What was fed stays in x until the next call. */
struct xml_inner;
struct xml_inner *xml_inner_new(void);
void xml_inner_free(struct xml_inner *x);
/* Feeds the first event in the text (behind a syslog prefix, say) to b, batch_begin included. */
bool xml_inner_event(struct xml_inner *x, struct str text, struct batch *b, char why[120]);
/* Feeds the fields of the first EventData element in the text. To be called before other values of the record are fed. */
bool xml_inner_data(struct xml_inner *x, struct str text, struct batch *b);

#endif
