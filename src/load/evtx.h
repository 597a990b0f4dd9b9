/* EVTX: the decoder, and the way back from a record to readable XML. */
#ifndef SPOOR_EVTX_H
#define SPOOR_EVTX_H

#include "load/decode.h"

extern const struct decoder decode_evtx;
#define EVTX_HOLE "NUL bytes where chunks of events should be"
/* NUL bytes that the batches of a stream so far end with. Starts as zeros. */
struct evtx_zeros {
	uint64_t at, n;
};
/* Goes on with the stream's next batch. True when chunks follow NUL bytes that reach into it: they are a hole, EVTX_HOLE, that the
 * batches alone cannot tell. Before the first chunk of a stream there is none. */
bool evtx_hole(struct evtx_zeros *run, const struct batch *next, struct evtx_zeros *hole);
bool evtx_is_record(struct str raw);                     /* are these the stored bytes of a record? */
/* What must be read of the stream to show the record at this offset: from where, and how many bytes at most. */
uint64_t evtx_window(uint64_t offset, uint64_t *length);
/* Appends the record at this offset of the stream, of which the window starts at `base`, as indented XML. False: *why (static
 * text) says what is wrong; what could be read is in out. */
bool evtx_record_text(struct str window, uint64_t base, uint64_t offset, struct sbuf *out, const char **why);

#endif
