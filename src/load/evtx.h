/* EVTX: the decoder, and the way back from a record to readable XML. */
#ifndef SPOOR_EVTX_H
#define SPOOR_EVTX_H

#include "load/decode.h"

extern const struct decoder decode_evtx;
/* The chunk that a record at this offset of the stream needs to be read: where it starts, and its length at most. */
uint64_t evtx_chunk_of(uint64_t offset, uint64_t *length);
/* Appends the record at chunk[at] as indented XML. False: *why (static text) says what is wrong; what could be read is in out. */
bool evtx_record_text(struct str chunk, size_t at, struct sbuf *out, const char **why);

#endif
