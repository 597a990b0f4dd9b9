/* Inside of the generator's world: shared by the file that makes it (gen_world.c) and the one that lets it act (gen_act.c). */
#ifndef SPOOR_GEN_WORLD_H
#define SPOOR_GEN_WORLD_H

#include "gen.h"

#define VISITORS 40                                      /* remembered per host */
#define SLOTS 128
#define DLLS 12000
#define TRACES 8192
#define KEYS 100                                         /* frequent registry keys and values; the rest is made up anew */
#define ADDRESSES 2000
#define VALUE_MAX 4096                                   /* escaped bytes of one made-up value */
#define START INT64_C(1740960000000000)                  /* 2025-03-03T00:00:00Z, a Monday */

struct process {
	uint32_t program;
	uint32_t pid;
	uint32_t person;                                 /* whose it is, when its account is a person's */
	char guid[38];
	struct text path, command;                       /* escaped; a visitor's command is its slot's */
	bool live;
};

struct host {
	struct text name;
	char address[40];
	uint32_t machine, boot, sequence, service_pid, port;
	uint64_t record;
	uint32_t person[2];
	struct process slot[SLOTS];                      /* residents, then visitors */
	char *command[SLOTS];                            /* buffers of the visitors' command lines */
	uint32_t used, oldest, next;                     /* residents; the visitor that ends next, the one that comes next */
	uint32_t net[64], nnet;
};

struct dll {
	struct text path, version, description, company, original, hashes;
	bool is_signed;
};

/* A connection that a planted case still has to make. Its place on the host may have gone to another process by then. */
struct due {
	int64_t time;
	uint32_t host;
	struct process process;
	uint16_t port;
	uint32_t address;                                /* last part of 203.0.113.x, which nothing else uses */
};

struct world {
	struct rng rng;
	struct out *out;
	uint32_t days;
	double hour_end[25];                             /* share of a day's activity before each hour */
	struct host *host;
	uint32_t nhosts;
	struct {
		struct text name, domain_name, sid;
	} *person;
	uint32_t npersons;
	struct text *path, *image_hashes, *tells[5];     /* per program: escaped path, hashes, version … original */
	struct dll *dll;
	struct text *trace, *key, *value, *address;
	struct due due[64];
	size_t ndue;
	int64_t now;                                     /* of the last event */
	uint32_t mix_total, visitor_total;
	char *scratch;                                   /* made-up values of the event under way */
	size_t used;
	struct event event;
	char **kept;                                     /* all texts that live as long as the world */
	size_t nkept, kept_cap;
};

void *need(void *p);                                    /* p, or the end when it is NULL */
/* A copy of the text, escaped, that lives as long as the world. */
struct text keep_escaped(struct world *w, const char *s);
uint32_t bursts(const struct mix *m);                   /* how many of them, in some unit, so that the events come to m->weight */
/* Text made up for the event under way: written from begin(), taken with made(), valid until the next event. */
char *begin(struct world *w);
struct text made(struct world *w, char *end);
/* Fills a pattern (gen.h) in, escaped. `person` out of range: nobody's in particular. Returns the end. */
char *expand(struct world *w, char *p, const char *pattern, uint32_t person);
char *put_guid(struct rng *r, char *p);
char *put_hashes(struct rng *r, char *p);
/* A rank as often as it was measured; the tail is even in each doubling. */
uint32_t draw_rank(struct rng *r, const struct ranks *k, uint32_t n);
/* 0 <= x < n, the small ones more often the higher the power. */
uint32_t draw_skewed(struct rng *r, uint32_t n, uint32_t power);
void new_guid(struct world *w, struct host *h, int64_t time, char to[38]);
uint32_t new_pid(struct world *w, const struct host *h);
bool pid_taken(const struct host *h, uint32_t pid);

#endif
