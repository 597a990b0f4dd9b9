/* Binary XML, the encoding of events inside an EVTX chunk: templates, substitution values, names.
 * Two ways out: straight into a batch (templates are compiled to a short list of moves, no XML in between), or as XML text
 * for people. Source: the format notes of libevtx ("Windows XML Event Log (EVTX) format"), checked against real logs.
 * Owns nothing of files and chunk headers (evtx.c). Every offset and length in here was written by an attacker. */
#ifndef SPOOR_BINXML_H
#define SPOOR_BINXML_H

#include "base/arena.h"
#include "base/str.h"
#include "load/batch.h"

/* A value of a template instance, in place. */
struct bx_value {
	uint32_t at, size;                               /* bytes of the chunk */
	uint8_t type;
};

/* The work on one chunk. Zero-initialise, set `chunk`; binxml_free at the end. */
struct binxml {
	struct str chunk;                                /* offsets in binary XML count from its start */
	struct arena *arena;                             /* programs, names */
	struct bx_program *programs;                     /* templates compiled so far */
	struct bx_value *value;                          /* of the instances being read, innermost last */
	size_t nvalues, valuecap;
	struct sbuf text;                                /* scratch: the value being written */
	unsigned depth;                                  /* fragments inside fragments */
	bool foreign;                                    /* the record is not Sysmon's: its data is not needed */
	uint64_t steps;                                  /* spent on the current record */
	const char *error;                               /* why the last call failed */
};

void binxml_free(struct binxml *x);
/* Feeds the fields of the fragment chunk[at … end) to b (between batch_begin and batch_end). False: x->error says why. */
bool binxml_decode(struct binxml *x, size_t at, size_t end, struct batch *b);
/* Appends the fragment as indented XML. False: x->error says why; what came before the trouble is in out. */
bool binxml_text(struct binxml *x, size_t at, size_t end, struct sbuf *out);

/* The text of a value as Windows' own rendering has it (numbers, guids, times, SIDs, hex padded as libevtx pads it), appended.
 * False when its size does not fit its type. A list type (0x80 set) gives its items, '\n' between them. */
bool bx_value_text(struct sbuf *out, uint8_t type, const uint8_t *p, size_t n);
/* UTF-16LE as UTF-8, appended; characters that XML forbids are dropped (spl-spec 4.2). */
void bx_utf16(struct sbuf *out, const uint8_t *p, size_t chars);

enum bx_type {
	BX_NULL = 0x00, BX_STRING, BX_ANSI, BX_INT8, BX_UINT8, BX_INT16, BX_UINT16, BX_INT32, BX_UINT32, BX_INT64, BX_UINT64,
	BX_REAL32, BX_REAL64, BX_BOOL, BX_BINARY, BX_GUID, BX_SIZE, BX_FILETIME, BX_SYSTEMTIME, BX_SID, BX_HEX32, BX_HEX64,
	BX_FRAGMENT = 0x21,
	BX_LIST = 0x80,
};

#endif
