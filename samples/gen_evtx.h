/* Events as an EVTX file, as Windows writes it: chunks of 64 KB, each with its own names and templates. */
#ifndef SPOOR_GEN_EVTX_H
#define SPOOR_GEN_EVTX_H

#include "gen.h"

struct evtx;

struct evtx *evtx_new(void);
void evtx_free(struct evtx *x);
#define EVTX_HEADER 4096
#define EVTX_CHUNK 65536
/* Adds an event (values unescaped, UTF-8). False: the chunk is full; take it with evtx_chunk and add the event again. */
bool evtx_add(struct evtx *x, const struct event *e);
/* Finishes the chunk (EVTX_CHUNK bytes, valid until the next call); NULL when it is empty. */
const uint8_t *evtx_chunk(struct evtx *x);
/* The file header, for what was written so far. `dirty`: more may follow, as in a log that is in use. */
void evtx_header(const struct evtx *x, bool dirty, uint8_t to[EVTX_HEADER]);

#endif
