/* The fast way through an event's XML, for the one shape that Windows renders. */
#ifndef SPOOR_XML_FAST_H
#define SPOOR_XML_FAST_H

#include "load/batch.h"

/* Decodes the record <Event…>…</Event> that `text` starts with into b (batch_begin and all fields; not batch_end). Its bytes, or
 * 0 when there is anything in it that this path does not know: what was fed so far must be dropped (batch_begin does) and
 * the record given to libxml2. It never accepts what libxml2 would refuse, and never gives other values. What was fed
 * stays in `text` and `scratch` until the next call. */
size_t xml_fast(struct str text, struct sbuf *scratch, struct batch *b);

#endif
