/* Options: one table, from which they are parsed, checked against the subcommand, and explained. */
#include "cli/cli.h"

#include <stdlib.h>

#include "base/mem.h"

enum option_id {
	OPT_RULES, OPT_CASE, OPT_NO_CASE, OPT_NOW, OPT_CIM, OPT_FROM, OPT_TO, OPT_KEEP_DUPLICATES, OPT_RECOVER, OPT_FOLLOW, OPT_FORMAT,
	OPT_OUTPUT, OPT_RAW_CELLS, OPT_EXPLAIN, OPT_THRESHOLDS, OPT_STRICT_XML, OPT_WORKERS, OPT_DATA, OPT_JUNIT, OPT_VERSION, OPT_HELP
};

static const struct option {
	enum option_id id;
	const char *name, *value;                        /* value: what it takes, NULL when nothing */
	unsigned commands;
	const char *help;
} options[] = {
	{OPT_RULES, "--rules", "PATH", CMD_TRIAGE | CMD_SCAN | CMD_QUERY,
	 "rule file, folder of rules, or checkout with detections/, macros/, lookups/; may be repeated"},
	{OPT_CASE, "--case", "FILE", CMD_TRIAGE | CMD_SCAN, "case file: verdicts, notes, exclusions, risk across dumps"},
	{OPT_NO_CASE, "--no-case", NULL, CMD_TRIAGE | CMD_SCAN, "keep the case in memory only"},
	{OPT_NOW, "--now", "TIME", CMD_TRIAGE | CMD_SCAN | CMD_QUERY, "what \"now\" means to searches (ISO 8601, UTC); the newest event otherwise"},
	{OPT_CIM, "--cim", "addon", CMD_TRIAGE | CMD_SCAN | CMD_QUERY,
	 "Endpoint.Processes holds the events that Splunk's add-on puts there, not process creations alone"},
	{OPT_FROM, "--from", "TIME", CMD_TRIAGE | CMD_SCAN | CMD_QUERY,
	 "leave out events before TIME: a date, ISO 8601 (UTC), or counted from the newest event, as -24h, -7d@d"},
	{OPT_TO, "--to", "TIME", CMD_TRIAGE | CMD_SCAN | CMD_QUERY, "leave out events from TIME on"},
	{OPT_KEEP_DUPLICATES, "--keep-duplicates", NULL, CMD_TRIAGE | CMD_SCAN | CMD_QUERY,
	 "keep all copies of a record that several logs hold (host, channel, EventRecordID, EventID and time are the same)"},
	{OPT_RECOVER, "--recover", NULL, CMD_TRIAGE | CMD_SCAN | CMD_QUERY, "read records in unused space of EVTX files, too; they are marked"},
	{OPT_FOLLOW, "--follow", NULL, CMD_TRIAGE, "go on reading logs that are still being written; new hits are marked"},
	{OPT_FORMAT, "--format", "table|csv|jsonl", CMD_SCAN | CMD_QUERY, "how to print; table otherwise"},
	{OPT_OUTPUT, "-o", "FILE", CMD_SCAN | CMD_QUERY, "write to FILE, which appears, or is replaced, when it is complete"},
	{OPT_RAW_CELLS, "--raw-cells", NULL, CMD_SCAN | CMD_QUERY, "CSV: do not disarm cells that a spreadsheet would run as a formula"},
	{OPT_EXPLAIN, "--explain", NULL, CMD_SCAN, "say on stderr what was read, and why rules did not fire"},
	{OPT_THRESHOLDS, "--thresholds", NULL, CMD_SCAN,
	 "print users and systems whose risk is beyond 100 in 24 hours, or of 3 ATT&CK tactics in 7 days, as hits, too"},
	{OPT_STRICT_XML, "--strict-xml", NULL, CMD_TRIAGE | CMD_SCAN | CMD_QUERY, "read all XML by libxml2, not only what is out of the common shape"},
	{OPT_WORKERS, "--workers", "N", CMD_TRIAGE | CMD_SCAN | CMD_QUERY, "threads to load and detect with; one per core otherwise"},
	{OPT_DATA, "--data", "DIR", CMD_TEST, "folder that holds the sample logs of the tests"},
	{OPT_JUNIT, "--junit", "FILE", CMD_TEST, "write the results as JUnit XML, too"},
	{OPT_VERSION, "--version", NULL, CMD_TRIAGE, "print the version"},
	{OPT_HELP, "--help", NULL, CMD_TRIAGE | CMD_SCAN | CMD_QUERY | CMD_CHECK | CMD_TEST, "print this"},
};
enum { OPTIONS = sizeof(options) / sizeof(*options) };

static const struct command {
	unsigned id;
	const char *name, *usage, *summary;
} commands[] = {
	{CMD_TRIAGE, "", "spoor [OPTION]... LOG...", "Runs detection rules over Sysmon logs and opens the triage screen."},
	{CMD_SCAN, "scan", "spoor scan [OPTION]... LOG...", "Runs detection rules over Sysmon logs and prints the hits."},
	{CMD_QUERY, "query", "spoor query [OPTION]... 'SPL' LOG...", "Runs one search over Sysmon logs and prints its rows."},
	{CMD_CHECK, "check", "spoor check PATH...", "Compiles rules and prints a line for each: ok, or why it cannot run."},
	{CMD_TEST, "test", "spoor test PATH... --data DIR [OPTION]...", "Runs the rules' own tests on their sample logs."},
};
enum { COMMANDS = sizeof(commands) / sizeof(*commands) };

static const struct command *command_of(unsigned id)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (commands[i].id == id)
			return &commands[i];
	return &commands[0];
}

void cli_help(FILE *f, unsigned command)
{
	const struct command *own = command_of(command);

	fprintf(f, "usage: %s\n", own->usage);
	if (command == CMD_TRIAGE)
		for (size_t i = 1; i < COMMANDS; i++)
			fprintf(f, "       %s\n", commands[i].usage);
	fprintf(f, "\n%s\n", own->summary);
	if (command & (CMD_TRIAGE | CMD_SCAN | CMD_QUERY))
		fputs("LOG is a file (XML, JSON, CSV, EVTX, text, also compressed or in an archive), a folder with such files, or - for standard input.\n", f);
	if (command & (CMD_CHECK | CMD_TEST))
		fputs("PATH is a rule file, a folder of rules, or a checkout with detections/, macros/, lookups/.\n", f);
	fputs("\n", f);
	for (size_t i = 0; i < OPTIONS; i++) {
		char left[64];
		if (!(options[i].commands & command))
			continue;
		snprintf(left, sizeof(left), "%s%s%s", options[i].name, options[i].value ? " " : "", options[i].value ? options[i].value : "");
		fprintf(f, "  %-26s  %s\n", left, options[i].help);
	}
	if (command & (CMD_TRIAGE | CMD_SCAN))
		fprintf(f, "\nWithout --rules the rules that ship with spoor are run: %s\n", session_rules_dir());
	if (command == CMD_QUERY) {
		fputs("\n", f);
		cli_language(f);
	}
	fputs("\nExit status: 0 ran, hits or not; 1 ran, but some input or rule was damaged, unusable or failed its test;\n"
	      "2 nothing could run.\n", f);
}

/* ---- parsing ---- */

static bool usage(const struct cli *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool usage(const struct cli *c, const char *fmt, ...)
{
	const struct command *own = command_of(c->command);
	struct sbuf b = {0};
	va_list ap;

	va_start(ap, fmt);
	sbuf_addv(&b, fmt, ap);
	va_end(ap);
	say("%s; see spoor %s%s--help", b.p, own->name, *own->name ? " " : "");
	sbuf_free(&b);
	return false;
}

static void add(struct strings *l, const char *s)
{
	GROW(l->v, l->n, l->cap);
	l->v[l->n++] = s;
}

/* The option that `arg` names; *value is set when it follows in the same word. */
static const struct option *find_option(const char *arg, const char **value)
{
	*value = NULL;
	for (size_t i = 0; i < OPTIONS; i++) {
		size_t n = strlen(options[i].name);
		bool is_long = options[i].name[1] == '-';
		if (strncmp(arg, options[i].name, n) != 0)
			continue;
		if (!arg[n])
			return &options[i];
		if (is_long && arg[n] != '=')
			continue;
		*value = arg + n + (is_long ? 1 : 0);
		return &options[i];
	}
	return NULL;
}

static bool parse_now(struct cli *c, const char *value)
{
	double seconds;

	if (when_parse(str_c(value), &c->now))
		return true;
	if (!str_number(str_c(value), &seconds) || !(seconds > -9e10 && seconds < 9e10))
		return usage(c, "--now takes a time like 2020-09-20T01:18:13Z, not '%s'", value);
	c->now = (usec_t)(seconds * (double)USEC_PER_SEC);
	return true;
}

static bool parse_workers(struct cli *c, const char *value)
{
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	if (*value < '0' || *value > '9' || *end || n < 1 || n > 256)
		return usage(c, "--workers takes a number from 1 to 256, not '%s'", value);
	c->workers = (unsigned)n;
	return true;
}

/* A day counts from its midnight. */
static bool parse_bound(struct cli *c, struct load_bound *b, const char *name, const char *value)
{
	double t;
	char day[WHEN_SIZE];

	snprintf(day, sizeof(day), "%.20sT00:00:00Z", value);
	if (when_parse(str_c(value), &b->at) || (strlen(value) == 10 && when_parse(str_c(day), &b->at)))
		return true;
	b->at = WHEN_NONE;
	if (when_relative(0, str_c(value), &t)) {
		b->relative = value;
		return true;
	}
	return usage(c, "%s takes a time like 2020-09-20T01:18:13Z, a day, or one counted from the newest event like -24h, not '%s'", name, value);
}

static bool set_option(struct cli *c, const struct option *o, const char *value)
{
	switch (o->id) {
	case OPT_RULES:
		add(&c->rules, value);
		return true;
	case OPT_CASE:
		c->case_path = value;
		return true;
	case OPT_NO_CASE:
		c->no_case = true;
		return true;
	case OPT_NOW:
		return parse_now(c, value);
	case OPT_CIM:
		c->addon = strcmp(value, "addon") == 0;
		return c->addon || usage(c, "--cim takes addon, not '%s'", value);
	case OPT_FROM:
		return parse_bound(c, &c->from, o->name, value);
	case OPT_TO:
		return parse_bound(c, &c->to, o->name, value);
	case OPT_KEEP_DUPLICATES:
		c->keep_duplicates = true;
		return true;
	case OPT_FOLLOW:
		c->follow = true;
		return true;
	case OPT_RECOVER:
		c->recover = true;
		return true;
	case OPT_FORMAT:
		return export_format_parse(value, &c->format) || usage(c, "--format takes table, csv or jsonl, not '%s'", value);
	case OPT_OUTPUT:
		c->output = value;
		return true;
	case OPT_RAW_CELLS:
		c->raw_cells = true;
		return true;
	case OPT_EXPLAIN:
		c->explain = true;
		return true;
	case OPT_THRESHOLDS:
		c->thresholds = true;
		return true;
	case OPT_STRICT_XML:
		c->strict_xml = true;
		return true;
	case OPT_WORKERS:
		return parse_workers(c, value);
	case OPT_DATA:
		c->data = value;
		return true;
	case OPT_JUNIT:
		c->junit = value;
		return true;
	case OPT_VERSION:
		c->version = true;
		return true;
	case OPT_HELP:
		c->help = true;
		return true;
	}
	return false;
}

/* Is there what the subcommand cannot do without? */
static bool complete(const struct cli *c)
{
	if (c->help || c->version)
		return true;
	if (c->case_path && c->no_case)
		return usage(c, "--case and --no-case exclude each other");
	if (c->command == CMD_QUERY && c->args.n == 0)
		return usage(c, "query needs a search and a log");
	if (c->command == CMD_QUERY && c->args.n == 1)
		return usage(c, "query needs a log behind the search; name a file, a folder, or -");
	if ((c->command == CMD_CHECK || c->command == CMD_TEST) && c->args.n == 0)
		return usage(c, "%s needs a rule file or a folder of rules", command_of(c->command)->name);
	if (c->command == CMD_TEST && !c->data)
		return usage(c, "test needs --data DIR, the folder with the sample logs");
	if (c->args.n == 0)
		return usage(c, "no log is named; name a file, a folder, or -");
	return true;
}

bool cli_parse(struct cli *c, int argc, char **argv)
{
	int i = 1;

	*c = (struct cli){.command = CMD_TRIAGE, .now = WHEN_NONE, .from = {.at = WHEN_NONE}, .to = {.at = WHEN_NONE}};
	for (size_t k = 1; k < COMMANDS && argc > 1; k++)
		if (strcmp(argv[1], commands[k].name) == 0) {
			c->command = commands[k].id;
			i = 2;
		}
	for (bool only_args = false; i < argc; i++) {
		const char *arg = argv[i], *value;
		if (only_args || arg[0] != '-' || !arg[1]) {
			add(&c->args, arg);
			continue;
		}
		if (strcmp(arg, "--") == 0) {
			only_args = true;
			continue;
		}
		const struct option *o = find_option(arg, &value);
		if (!o)
			return usage(c, "unknown option %s", arg);
		if (!(o->commands & c->command))
			return usage(c, "%s is no option of %s", o->name, c->command == CMD_TRIAGE ? "the triage screen" : command_of(c->command)->name);
		if (!o->value && value)
			return usage(c, "%s takes no value", o->name);
		if (o->value && !value && i + 1 >= argc)
			return usage(c, "%s needs a value: %s", o->name, o->value);
		if (o->value && !value)
			value = argv[++i];
		if (!set_option(c, o, value))
			return false;
	}
	return complete(c);
}

struct session_opts cli_session(const struct cli *c)
{
	return (struct session_opts){
		.logs = c->args.v, .nlogs = c->args.n, .rules = c->rules.v, .nrules = c->rules.n, .now = c->now, .cim_addon = c->addon,
		.strict_xml = c->strict_xml, .workers = c->workers, .macros = rules_user_macros(),
		.keep_duplicates = c->keep_duplicates, .recover = c->recover, .from = c->from, .to = c->to,
		.bounded = c->from.relative || c->to.relative || c->from.at != WHEN_NONE || c->to.at != WHEN_NONE,
	};
}

void cli_free(struct cli *c)
{
	free(c->rules.v);
	free(c->args.v);
}
