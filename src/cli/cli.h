/* The command line: options, the subcommands behind them, and what they say on stderr. Linked into the program only. */
#ifndef SPOOR_CLI_H
#define SPOOR_CLI_H

#include "case/case.h"
#include "detect/session.h"
#include "export/export.h"

/* Exit statuses: a contract (DESIGN 5). */
enum {
	CLI_OK = 0,                                      /* ran, hits or not */
	CLI_DAMAGED = 1,                                 /* ran, but some input or rule was damaged, unusable or failed its test */
	CLI_NOTHING = 2,                                 /* nothing could run: usage, no readable input, no space */
};

enum { CMD_TRIAGE = 1, CMD_SCAN = 2, CMD_QUERY = 4, CMD_CHECK = 8, CMD_TEST = 16 };

struct strings {
	const char **v;
	size_t n, cap;
};

struct cli {
	unsigned command;                                /* CMD_ */
	bool help, version;
	struct strings rules, args;                      /* args: what stands outside options */
	const char *case_path;
	bool no_case, addon, raw_cells, explain, thresholds, strict_xml, recover, keep_duplicates, follow;
	unsigned workers;                                /* 0: one per core */
	struct load_bound from, to;
	usec_t now;
	enum export_format format;
	const char *output, *junit, *data;
};

/* opts.c */
/* Reads the command line. False when it is wrong: what and what to do is said on stderr. */
bool cli_parse(struct cli *c, int argc, char **argv);
void cli_free(struct cli *c);
/* What the options say of an analysis; borrows from `c`. For query, the logs are to be set. */
struct session_opts cli_session(const struct cli *c);
void cli_help(FILE *f, unsigned command);

/* The subcommands. Each returns the exit status. */
int cli_triage(const struct cli *c);
int cli_scan(const struct cli *c);
int cli_query(const struct cli *c);
int cli_check(const struct cli *c);
int cli_test(const struct cli *c);
/* Commands and functions of the search language, for `query --help`. */
void cli_language(FILE *f);

/* output.c: stdout, or the file of -o. */
struct output {
	FILE *f;
	struct export_file file;
	bool to_file;
};
bool output_open(struct output *o, const char *path);
/* Ends it. `written` false: writing failed already, errno says how. Returns CLI_OK or CLI_NOTHING. */
int output_close(struct output *o, bool written);
void output_abort(struct output *o);                     /* nothing is written; a file under way is gone */
/* Columns of the terminal behind f; 0 when it is none. */
unsigned output_width(FILE *f);

/* report.c: diagnostics, one line each. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));          /* `spoor: …` */
void say_diag(const struct diag *d);
void say_diags(const struct diags *l);
/* What was lost of the logs. CLI_OK, CLI_DAMAGED, or CLI_NOTHING when no input was of use. `all`: every place, not the first few. */
int report_load(const struct load *l, bool all);
/* Which rules cannot run, and why. Likewise. */
int report_rules(const struct rules *r);
/* Rules that failed while they ran, and limits that cut. */
int report_run(const struct findings *f);

/* explain.c */
/* Why there are no hits, in a few lines. */
void report_no_hits(const struct session *s);
/* All that is known of why rules did not fire. */
void report_explain(const struct session *s);

/* progress.c */
/* session_run, with progress on stderr when that is a terminal. */
void run_session(struct session *s);

/* junit.c */
enum outcome { TEST_PASS, TEST_FAIL, TEST_NO_DATA, TEST_UNUSABLE };
struct test_result {
	const struct rule *rule;
	struct str name;                                 /* of the test */
	enum outcome outcome;
	char *why;                                       /* when it did not pass */
	double seconds;
};
bool junit_write(const char *path, const struct test_result *v, size_t n, struct diag *d);

#endif
