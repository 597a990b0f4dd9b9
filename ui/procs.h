/* Processes and connections as views need them: the tree in the order of its rows, connections by process, the process that a
 * row is about, and the hits on it. All but the hits is made once, on a worker, and then only read. */
#ifndef SPOOR_UI_PROCS_H
#define SPOOR_UI_PROCS_H

#include "cim/conn.h"
#include "detect/detect.h"

struct analysis;
struct entity;
struct page;

/* A row of the whole tree: a process, or a host when there are several. A row stands before what is below it. */
struct proc_row {
	uint32_t proc;                                   /* PROC_NONE: a host */
	uint32_t host;                                   /* pool id; 0: no host is named */
	uint32_t up;                                     /* the row above it in the tree; PROC_NONE: none */
	uint32_t after;                                  /* the row after all that is below it */
	uint32_t depth;
};

struct procs {
	struct ptree *tree;
	struct conns *conns;
	struct proc_row *row;
	size_t nrows;
	uint32_t *row_of;                                /* by process */
	uint32_t *conn, *conn_at;                        /* numbers of connections, by process, then time; conn_at[p] … conn_at[p + 1] */
	size_t nhosts;
};

struct procs *procs_new(const struct store *s);
void procs_free(struct procs *p);                        /* NULL is fine */
/* The connections of a process, by time. */
const uint32_t *procs_conns(const struct procs *p, uint32_t proc, size_t *n);

/* What tells of a row which process it is about, kept for as long as the store lives. */
struct proc_hint {
	const struct proc *proc;                         /* known already; may be NULL */
	uint32_t guid, host, pid;                        /* pool ids */
	usec_t when;
	ev_t ev;                                         /* EV_NONE: no event */
};
struct proc_hint procs_hint(const struct store *s, const struct entity *e);
/* By its guid, else by host, pid and time, else by the event. PROC_NONE when nothing leads to a process. */
uint32_t procs_find(const struct procs *p, const struct proc_hint *h);

/* The name of its image, else what its command line begins with; empty when neither is known. */
struct str proc_name(const struct store *s, const struct proc *p);
/* The command line without the program. */
struct str proc_arguments(const struct store *s, const struct proc *p);
/* "3 d 4 h", "2 min 5 s", "2.9 s", "31 ms". Appended. */
void proc_span(struct sbuf *b, usec_t span);

struct proc_hits;
/* proc_page.c: adds all that is known of a process, most telling first. */
void proc_page(struct page *p, const struct store *s, const struct procs *t, const struct proc_hits *h, uint32_t proc);

#endif
