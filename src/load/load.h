/* Loading: named inputs in, batches of decoded events out, on all cores, with a report of what was read and what was lost.
 * The order of the result depends on the inputs only, never on the workers or the chunk size. */
#ifndef SPOOR_LOAD_H
#define SPOOR_LOAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "load/batch.h"
#include "load/input.h"

/* Filled while loading, read by whoever shows progress. */
struct load_progress {
	atomic_uint_fast64_t bytes_done, bytes_total;    /* compressed bytes for compressed inputs; total grows as inputs are found */
	atomic_uint_fast64_t events, others, damaged;
	atomic_bool cancel;                              /* set by anyone: loading stops soon and keeps what there is */
};

/* A bound of time. */
struct load_bound {
	const char *relative;                            /* to the newest event, as when_relative has it: "-24h"; NULL: */
	usec_t at;                                       /* … absolute; WHEN_NONE: none */
};


struct load_opts {
	unsigned workers;                                /* 0: all cores */
	size_t chunk;                                    /* bytes aimed at per chunk; 0: the default. 1 is legal (tests) */
	bool strict_xml;                                 /* libxml2 for every record, no fast path */
	bool keep_duplicates;                            /* else of several copies of a record only the first is kept */
	bool recover;                                    /* read records in unused space of EVTX files, too */
	bool bounded;                                    /* only events from `from` on and before `to`, and those without a time */
	struct load_bound from, to;
	bool open_ended;                                 /* the logs are still being written: a record without its end is no damage */
	const char *const *names;                        /* what each path is to be called; NULL, in it or for all: by its path */
	uint64_t enough;                                 /* bytes, as they lie on disk, after which loading stops as if cancelled; 0: never */
	struct load_progress *progress;                  /* NULL when nobody watches */
};

/* What became of each input. */
struct load_input_report {
	uint64_t bytes, events, others, damaged;
	uint64_t lines;                                  /* of `others`: lines of text that are no record of any format */
	uint64_t duplicates, outside;                    /* events left out: copies, and those not in the wanted time */
	uint64_t recovered;                              /* of `events`: out of unused space */
	uint64_t unused, unreadable;                     /* records there: not read for want of load_opts.recover; no longer readable */
	uint64_t waiting;                                /* bytes at the end of a log that is still being written: an unfinished record */
	uint64_t timeless;                               /* of `events`: without a time */
	usec_t first, last;                              /* of Sysmon events; WHEN_NONE when there is none */
	bool unusable;                                   /* could not be opened, or holds no known format */
	bool skipped;                                    /* … and it lay in a directory or archive and is no log: not a failure */
	char reason[200];                                /* why, when unusable or cut short; "" otherwise */
	const char *shape;                               /* the collector or tool that wrote it, where names tell; static text, NULL */
	const char *note;                                /* what else is worth knowing; static text, NULL */
};
struct load_other {
	char *provider;                                  /* "?" when the record names none; LOAD_LINES */
	uint32_t event_id;
	uint64_t count;
};
#define LOAD_LINES "lines of text"
struct load_damage {
	uint32_t input;
	uint64_t offset, length;
	char reason[120];
};

/* The outcome. Owned by the caller; freed with load_free. */
struct load {
	struct inputs inputs;
	struct load_input_report *report;                /* inputs.n of them */
	struct batch **batch;                            /* in order: by input, then chunk */
	size_t nbatches, batchcap;
	struct pool **pool;                              /* the workers' pools that the batches' ids refer to */
	size_t npools;
	struct load_other *other;                        /* not Sysmon: by count, largest first */
	size_t nothers;
	struct load_damage *damage;                      /* the first LOAD_DAMAGE_MAX, in order … */
	size_t ndamage;
	uint64_t damaged;                                /* … of so many records lost */
	uint64_t events, others;
	uint64_t duplicates, outside, recovered, unused; /* over all inputs */
	usec_t from, to;                                 /* of the wanted time; WHEN_NONE: open */
	bool cancelled;
};
#define LOAD_DAMAGE_MAX 1000

/* Reads everything that `paths` name: files, directories (recursively, sorted by name), archives, "-".
 * Never fails as a whole: what cannot be read is in the report. */
struct load *load_run(const char *const *paths, size_t npaths, const struct load_opts *opts);
/* Bytes that the paths name, as they lie on disk; 0 when some of it can be read only once (standard input, a pipe). */
uint64_t load_size(const char *const *paths, size_t npaths);
void load_free(struct load *l);
/* Frees batches and worker pools; inputs and report stay (the store has what it needs). */
void load_drop_batches(struct load *l);

#endif
