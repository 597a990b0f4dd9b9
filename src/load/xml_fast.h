/* The fast way through an event's XML, for the one shape that Windows renders. */
#ifndef SPOOR_XML_FAST_H
#define SPOOR_XML_FAST_H

#include "load/batch.h"

/* Decodes one record, <Event…>…</Event> and nothing around it, into b (batch_begin and all fields; not batch_end). False when
 * there is anything in it that this path does not know: what was fed so far must be dropped (batch_begin does) and the
 * record given to libxml2. It never accepts what libxml2 would refuse, and never gives other values. What was fed
 * stays in `record` and `scratch` until the next call. */
bool xml_fast(struct str record, struct sbuf *scratch, struct batch *b);

#endif
