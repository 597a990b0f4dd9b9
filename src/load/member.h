/* Between load.c, which reads and decodes, and load_report.c, which puts the result together: an input in the making. */
#ifndef SPOOR_MEMBER_H
#define SPOOR_MEMBER_H

#include "load/decode.h"
#include "load/load.h"

/* A part of the stream in one format: all of it, unless logs were glued together. */
struct segment {
	const struct decoder *decoder;
	enum encoding encoding;
	uint64_t start;
	struct sbuf head;                                /* its first bytes, if the decoder wants them */
	struct segment *before;
};

struct member {
	struct input input;
	struct load_input_report report;                 /* but for what its batches say */
	struct segment *segment;                         /* the one that is being read; NULL when the format is not known */
	bool asked;                                      /* the user named it */
	struct batch **batch;                            /* in any order */
	size_t nbatches, batchcap;
};

/* The stream goes on in this format, from these first bytes on. */
struct segment *member_segment(struct member *m, const struct decoder *d, enum encoding enc, uint64_t start, struct str text);
/* Takes the members, in order, over into l: sorts batches, adds up, drops what holds no events. */
void load_finish(struct load *l, struct member **member, size_t n, const struct load_opts *opts);
/* Leaves out what is not wanted: events outside the time, copies of records (keep.c). */
void load_keep(struct load *l, const struct load_opts *o);
void load_add_times(struct load_input_report *r, const struct batch_table *t);

#endif
