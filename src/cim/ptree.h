/* The process tree of a dump: every process that any event names, who started it, and what it did.
 *
 * A process is known by its ProcessGuid. Where a dump has no guids it is known by host and pid from its creation until
 * the next creation of that pid on that host (pids are used again). A parent that the dump does not hold is a process,
 * too: its name, command line and pid are those that its children report. The tree is a forest whatever the log claims:
 * links that would close a circle are cut. Immutable once built; read it from any thread. Knows nothing of findings. */
#ifndef SPOOR_PTREE_H
#define SPOOR_PTREE_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

#define PROC_NONE UINT32_MAX

/* What a process did, counted by kind of event. */
enum proc_kind {
	PROC_NET,                                        /* 3 */
	PROC_DNS,                                        /* 22 */
	PROC_FILE,                                       /* 2 11 15 23 26 27 28 29 */
	PROC_REG,                                        /* 12 13 14 */
	PROC_IMAGE,                                      /* 7 */
	PROC_INJECT,                                     /* 8 10, as the source */
	PROC_OTHER,                                      /* pipes, raw reads, … */
	PROC_KINDS
};
extern const char *const proc_kind_name[PROC_KINDS];     /* "NET", "DNS", … */

struct proc {
	uint32_t parent;                                 /* PROC_NONE: a root */
	uint32_t child, next;                            /* first child, next sibling, by start, then first appearance; PROC_NONE at the end */
	uint32_t depth;                                  /* 0 for a root */
	uint32_t descendants;
	ev_t create, end;                                /* events 1 and 5; EV_NONE when the dump has none */
	usec_t start;                                    /* of the creation; else WHEN_NONE */
	usec_t stop;                                     /* of the end; else WHEN_NONE */
	usec_t first, last;                              /* first and last event that names it as the subject; WHEN_NONE when only a parent */
	uint32_t host, guid, pid, image, command, user, integrity;      /* pool ids, 0 unknown; pid recovered from any event of the same guid */
	uint32_t count[PROC_KINDS];
	bool by_pid;                                     /* identified without a guid: a guess, and shown as such */
	bool cut;                                        /* its parent link would have closed a circle */
};

struct ptree;

struct ptree *ptree_new(const struct store *s);          /* a few passes over the columns; NULL never */
void ptree_free(struct ptree *t);
uint32_t ptree_len(const struct ptree *t);
const struct proc *ptree_at(const struct ptree *t, uint32_t proc);
uint32_t ptree_roots(const struct ptree *t);             /* first root; the others by `next`; hosts together, by name */
/* The process that an event is about: its subject (the source of 8 and 10). PROC_NONE when it names none. */
uint32_t ptree_of(const struct ptree *t, ev_t ev);
/* By identity; PROC_NONE when unknown. Strings are ids of the store's pool. */
uint32_t ptree_by_guid(const struct ptree *t, uint32_t guid);
/* Host and pid at a time: the one running then, else the nearest. */
uint32_t ptree_by_pid(const struct ptree *t, uint32_t host, uint32_t pid, usec_t when);
/* Events whose subject is this process, in input order. `*n` of them. */
const ev_t *ptree_events(const struct ptree *t, uint32_t proc, size_t *n);

#endif
