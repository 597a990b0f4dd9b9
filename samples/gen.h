/* The generator of large sample logs: what its files share. A world of invented hosts and processes (gen_world.c) acts out
 * events whose mix, lengths and repetition follow measurements of real logs (gen_words.c); gen_out.c writes them down. */
#ifndef SPOOR_GEN_H
#define SPOOR_GEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- chance: the same numbers from the same seed on every machine ---- */

struct rng {
	uint64_t s[2];
};
void rng_seed(struct rng *r, uint64_t seed);
uint64_t rng_next(struct rng *r);
uint32_t rng_below(struct rng *r, uint32_t n);           /* 0 <= x < n; n > 0 */
double rng_unit(struct rng *r);                          /* 0 <= x < 1 */

/* ---- text ---- */

struct text {
	const char *s;
	uint32_t n;
};
#define T(literal) ((struct text){(literal), sizeof(literal) - 1})

enum format { FORMAT_XML, FORMAT_JSON, FORMAT_EVTX };

/* Bytes on their way to a file, and how text is escaped there. */
struct out {
	int fd;
	enum format format;
	char *buf;
	size_t n;
	uint64_t total;                                  /* bytes of whole events */
	int error;                                       /* errno of a failed write; 0 */
	struct evtx *evtx;                               /* FORMAT_EVTX: the chunk being filled */
	int64_t second;                                  /* the second that `date` spells */
	char date[20];
};
bool out_open(struct out *o, int fd, enum format format);
bool out_close(struct out *o);                           /* false: o->error tells why; the descriptor stays open */

/* Copies the text escaped for the format (EVTX: as it is); at most 6 bytes for one. Returns the end. */
char *escape(enum format format, char *to, const char *text, size_t n);
char *put_decimal(char *to, uint64_t n);
char *put_hex(char *to, uint64_t n, int digits, bool upper);

/* ---- one event ---- */

#define FIELDS_MAX 32
struct field {
	struct text name;
	struct text value;                               /* escaped already */
};
struct event {
	uint16_t id;
	uint16_t version;
	int64_t written;                                 /* SystemTime, microseconds since 1970 */
	uint64_t record;
	uint32_t service_pid, service_tid;
	struct text computer;
	size_t nfields;
	struct field field[FIELDS_MAX];
};
void out_event(struct out *o, const struct event *e);
void out_time(struct out *o, int64_t usec, char to[24]); /* "2025-03-11 09:12:07.391", no NUL */

/* ---- tables (gen_words.c) ---- */

enum account { ACCOUNT_SYSTEM, ACCOUNT_NETWORK, ACCOUNT_LOCAL, ACCOUNT_PERSON };

/* A program. In command lines and other patterns: $g a GUID, $d a number, $x eight hex digits, $w an invented word,
 * $u the person's name, $s the person's SID, $b 400 to 5,100 characters of base64. */
struct program {
	const char *path, *version, *description, *product, *company, *original;
	enum account account;
	const char *command;
};
extern const struct program program[];
extern const size_t nprograms;
size_t program_find(const char *name);                   /* by file name; it exists */

/* Programs that run all the time, so many of each on a host; those with `net` connect. */
struct resident {
	const char *name;
	int count;
	bool net;
};
extern const struct resident resident[];
extern const size_t nresidents;

/* Programs that come and go. None of them connects: only planted cases do. */
struct visitor {
	const char *name, *parent, *command;
	int weight;
};
extern const struct visitor visitor[];
extern const size_t nvisitors;

/* What was measured per EventID. */
struct mix {
	uint16_t id, version;
	uint32_t weight;                                 /* share of all events, in 100,000ths */
	uint32_t burst;                                  /* events of one process in one millisecond, on average */
	uint32_t skew;                                   /* how much the busiest processes stand out: the power of a uniform draw */
};
extern const struct mix mix[];
extern const size_t nmix;

/* How often the most frequent values occur: shares of the first 1, 5, 20 and 100, in percent; the rest is the tail. */
struct ranks {
	uint32_t top1, top5, top20, top100;
};
extern const struct ranks ranks_dll, ranks_trace, ranks_key, ranks_value, ranks_address;

extern const char *const dll_name[], *const dll_pattern[], *const trace_module[], *const key_pattern[], *const value_pattern[],
	*const details_pattern[], *const file_pattern[], *const pipe_pattern[], *const syllable[];
extern const size_t ndll_names, ndll_patterns, ntrace_modules, nkey_patterns, nvalue_patterns, ndetails_patterns, nfile_patterns,
	npipe_patterns, nsyllables;
extern const uint32_t hour_weight[24];

/* A case to plant: a process with connections of its own, and the shipped rules that must find it. */
struct plant {
	const char *rule[2];                             /* file names without .yml; the second may be NULL */
	const char *name;                                /* of the program */
	const char *path;                                /* where it was copied to; NULL: its own */
	const char *command;
	uint16_t port;
};
extern const struct plant plant[];
extern const size_t nplants;

/* ---- the world (gen_world.c) ---- */

struct world;
struct plan_entry {
	int64_t time;                                    /* of the process creation, microseconds since 1970 */
	const struct plant *plant;
	struct text host;
	char guid[39];
	uint32_t pid;
	uint32_t connections;
};
struct world *world_new(uint64_t seed, uint32_t hosts, uint32_t days, struct out *o);
void world_free(struct world *w);
/* Some events at this point of the whole, 0 <= progress <= 1, never smaller than before. Returns how many. */
uint64_t world_step(struct world *w, double progress);
/* The n-th planted case begins here; its connections follow with later steps or world_finish. */
void world_plant(struct world *w, double progress, size_t n, struct plan_entry *entry);
uint64_t world_finish(struct world *w);                  /* what is still due */

#endif
