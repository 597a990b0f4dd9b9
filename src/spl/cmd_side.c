/* Commands that do something outside the search, which spoor does not do: they write tables and indexes, send alerts, or change
 * how a value looks. The rows go on as they are, as in Splunk, and a warning says what was not done. */
#include "spl/cmdlib.h"

static void *skip(struct parser *p, const char *what)
{
	static char done;

	p_warn(p, p->at, "%s: %s; the rows go on unchanged", what, "nothing is written or sent here");
	p->at = p->end;
	return &done;
}

static void *collect_parse(struct parser *p) { return skip(p, "collect"); }
static void *outputcsv_parse(struct parser *p) { return skip(p, "outputcsv"); }
static void *outputlookup_parse(struct parser *p) { return skip(p, "outputlookup"); }
static void *sendalert_parse(struct parser *p) { return skip(p, "sendalert"); }
static void *sendemail_parse(struct parser *p) { return skip(p, "sendemail"); }

static void *fieldformat_parse(struct parser *p)
{
	struct str name;

	if (!p_name(p, "a field", &name))
		return NULL;
	if (!p_char(p, '='))
		return p_error(p, p->at, "expected '=' after the field, found %s", p_found(p)), NULL;
	if (!parse_eval(p))
		return NULL;
	p_warn(p, p->at, "fieldformat changes how Splunk shows %.*s; its values are shown as they are", STR_FMT(name));
	return arena_str(p->arena, name).p ? ARENA_NEW(p->arena, char) : NULL;
}

static struct rows *pass(const void *args, struct rows *in, struct spl_run *run)
{
	(void)args;
	(void)run;
	return in;
}

static void as_wanted(const void *args, struct fieldset *want, struct arena *a)
{
	(void)args, (void)want, (void)a;
}

#define EXAMPLE(search) "rows:\n  n\n  1\nsearch: " search "\nexpect:\n  n\n  1\n"
#define SIDE(cmd, args, text) \
	const struct spl_cmd cmd_##cmd = { \
		.name = #cmd, .usage = #cmd " " args, .summary = text, .example = EXAMPLE(#cmd " " args), \
		.parse = cmd##_parse, .run = pass, .needs = as_wanted, \
	}

SIDE(collect, "index", "would add the rows to an index; here they go on unchanged, with a warning");
SIDE(outputcsv, "FILE", "would write the rows to a file; here they go on unchanged, with a warning");
SIDE(outputlookup, "TABLE", "would write the rows to a lookup table; here they go on unchanged, with a warning");
SIDE(sendalert, "ACTION", "would start an alert action; here the rows go on unchanged, with a warning");
SIDE(sendemail, "ADDRESS", "would send the rows; here they go on unchanged, with a warning");

const struct spl_cmd cmd_fieldformat = {
	.name = "fieldformat",
	.usage = "fieldformat FIELD=EXPRESSION",
	.summary = "would change how a value is shown; here the rows go on unchanged, with a warning",
	.example = EXAMPLE("fieldformat n=n.\"%\""),
	.parse = fieldformat_parse,
	.run = pass,
	.needs = as_wanted,
};
