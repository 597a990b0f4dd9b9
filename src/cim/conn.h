/* Network connections of a dump: event 3, with names from it and from the DNS answers of event 22, ready to be grouped.
 * Immutable once built; read it from any thread. Knows nothing of findings or screens. */
#ifndef SPOOR_CONN_H
#define SPOOR_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "cim/ptree.h"

struct conn {
	ev_t ev;
	usec_t time;
	uint32_t proc;                                   /* PROC_NONE when the event names no process */
	uint32_t host, user, image;                      /* pool ids */
	uint32_t dest_ip, dest_port, dest_name;          /* dest_name: DestinationHostname, else the DNS query that answered this address on this host */
	uint32_t src_ip, src_port;
	uint32_t protocol;                               /* "tcp", "udp", as logged */
	bool outbound;
};

struct conns;
struct conns *conns_new(const struct store *s, const struct ptree *t);
void conns_free(struct conns *c);
size_t conns_len(const struct conns *c);
const struct conn *conns_at(const struct conns *c, size_t i);     /* by time */

/* Is this address private, loopback, link-local, multicast (RFC 1918, 4193, 3927, …), documentation or public? */
enum addr_kind { ADDR_NONE, ADDR_PUBLIC, ADDR_PRIVATE, ADDR_LOOPBACK, ADDR_LINK, ADDR_MULTICAST, ADDR_DOCUMENTATION };
extern const char *const addr_kind_name[];
enum addr_kind addr_kind(struct str ip);

/* Whose connections. Unset fields (PROC_NONE, 0) do not restrict. */
struct conn_filter {
	uint32_t proc;
	bool with_children;                              /* of proc: all its descendants, too */
	uint32_t host, user, dest_ip;
	usec_t from, to;                                 /* WHEN_NONE: open */
};
#define CONN_FILTER_ALL ((struct conn_filter){.proc = PROC_NONE, .from = WHEN_NONE, .to = WHEN_NONE})

enum conn_by { CONN_BY_DEST, CONN_BY_PROCESS, CONN_BY_HOST };
#define RHYTHM_BARS 14

struct conn_group {
	uint32_t dest_ip, dest_port, dest_name, protocol;   /* of CONN_BY_DEST; else 0 when they differ inside the group */
	uint32_t proc, host;                             /* PROC_NONE / 0 when they differ */
	bool outbound, mixed_direction;
	uint32_t count, nprocs, nhosts, ndests;
	usec_t first, last;
	uint32_t bar[RHYTHM_BARS];                       /* connections over the time that the filter covers */
	/* Regularity of the intervals between connections: median and median absolute deviation, seconds. Of all of the group, when
	 * nearly every interval keeps to it; else of the process with the most connections for which that holds; period 0 when there
	 * is none, or fewer than 4. */
	double period, jitter;
	uint32_t rhythm_proc, rhythm_count;              /* whose it is: PROC_NONE: all of the group; how many connections */
	const uint32_t *member;                          /* indices into conns, by time; count of them */
};
/* Groups, most connections first (ties: earliest first). The array and what hangs on it live in `a`. */
struct conn_group *conns_group(const struct conns *c, const struct conn_filter *f, enum conn_by by, struct arena *a, size_t *n);

#endif
