/* One text being decoded: its stored bytes, what they say as UTF-8, and the batch that gets the records. What the decoders of text
 * formats share: they work on places in the text, records and damage are placed by the stored bytes. */
#ifndef SPOOR_DECODING_H
#define SPOOR_DECODING_H

#include "load/decode.h"
#include "load/wide.h"

struct decoding {
	const struct decoder *decoder;
	struct wide wide;
	struct str t, stored;                            /* as UTF-8; as it is */
	enum encoding enc;
	uint64_t base;
	struct batch *batch;
	bool strict;
};

/* The texts of records may be slices of it until it is closed. `stored` must last as long. */
struct decoding decoding_open(const struct decoder *decoder, struct str stored, enum encoding enc, uint64_t base, bool strict, struct batch *b);
void decoding_close(struct decoding *d);
/* The record that was begun is t[from] to t[to]; as batch_end. */
void decoding_keep(struct decoding *d, size_t from, size_t to);
void decoding_damaged(struct decoding *d, size_t from, size_t to, const char *why);
/* Tells of the NUL bytes that lie between records there. False when there are none. */
bool decoding_nuls(struct decoding *d, size_t from, size_t to);
/* Leaves to other formats what they can read between the two places. Where that begins; `to` when there is nothing. `remains`: a
 * record was begun there. */
size_t decoding_give_away(struct decoding *d, size_t from, size_t to, bool remains);
/* Where the log of another format begins that lies there, in what may be the remains of a record; `to` when there is none. For a
 * decoder's `cut`, too, which has opened only a wide. */
size_t decoding_other(const struct decoder *decoder, struct wide *w, struct str stored, enum encoding enc, size_t from, size_t to);

#endif
