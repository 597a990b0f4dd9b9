/* Commands that need or change what lies outside the search and is not here: they write tables and indexes, send alerts, ask where an
 * address is, or change how a value looks. The rows go on as they are, as in Splunk, and a warning says what was not done. */
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

/* Without a table of where addresses are there is nothing to add: as with a lookup whose table is not here. */
static void *iplocation_parse(struct parser *p)
{
	struct str name, value;

	p_blank(p);
	for (size_t at = p->at; p_option(p, &name, &value); at = p->at)
		if (!str_ieqc(name, "prefix") && !str_ieqc(name, "allfields") && !str_ieqc(name, "lang"))
			return p_no_option(p, at, "iplocation", name, "prefix, allfields, lang"), NULL;
	if (diag_is_set(p->diag) || !p_name(p, "a field", &name))
		return NULL;
	p_warn(p, p->at, "iplocation: there is no table of where addresses are here; City, Country, Region, lat and lon stay empty");
	return ARENA_NEW(p->arena, char);
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

SIDE(iplocation, "FIELD",
     "would add City, Country, Region, lat and lon of an address; there is no table of them here, so they stay empty, with a warning");
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
