/* What a dump tells of its own completeness: for each host and channel the records that are there and the EventRecordIDs between
 * them that are not (deleted, lost, or filtered when the log was exported), and what Sysmon says of itself: its starts, stops, new
 * configurations and errors. Counts what the store holds; judges nothing. */
#ifndef SPOOR_STORE_COVERAGE_H
#define SPOOR_STORE_COVERAGE_H

#include "store/store.h"

#define COVERAGE_GAPS 8                                  /* as many are named per host and channel */

/* EventRecordIDs that are missing between two events. */
struct coverage_gap {
	uint64_t after, before;                          /* the EventRecordIDs of both, which are there */
	usec_t from, to;                                 /* … and their times; `to` may be the earlier one when the log was cleared */
};
struct coverage_log {
	uint32_t host, channel;                          /* pool ids, 0: none named */
	uint64_t events, numbered;                       /* … those with an EventRecordID */
	usec_t first, last;                              /* WHEN_NONE: none of them has a time */
	uint64_t first_id, last_id;                      /* smallest and largest EventRecordID; 0 when numbered is 0 */
	uint64_t missing;                                /* EventRecordIDs between these two that no event has */
	size_t ngaps;                                    /* runs of such ids … */
	struct coverage_gap gap[COVERAGE_GAPS];          /* … of which these are the longest, longest first */
};

struct coverage {
	struct coverage_log *log;                        /* most events first */
	size_t nlogs;
	ev_t *change;                                    /* events of Sysmon about itself (4, 16, 255), oldest first */
	size_t nchanges;
};

struct coverage *coverage_new(const struct store *s);
void coverage_free(struct coverage *c);
/* What an event of `change` says, appended: "configuration changed: C:\x.xml". */
void coverage_change_text(const struct store *s, ev_t ev, struct sbuf *out);

#endif
