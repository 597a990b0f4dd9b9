/* Commands that make rows out of something other than a search: from, datamodel, makeresults; and addinfo, which
 * tells about the run. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "spl/cmdlib.h"

/* ---- from ---- */

struct from {
	struct spl_leaf *leaf;                           /* a data model */
	const struct spl_cmd *lookup;                    /* a lookup table: inputlookup … */
	void *lookup_args;                               /* … and its arguments */
};

static void *from_parse(struct parser *p)
{
	struct from *x = ARENA_NEW(p->arena, struct from);
	struct str kind, name;

	p_blank(p);
	size_t at = p->at;
	if (!p_word(p, ":=", &kind)) {
		p_error(p, at, "expected datamodel:NAME or lookup:NAME, found %s", p_found(p));
		return NULL;
	}
	/* datamodel:NAME, datamodel NAME, or the bare NAME of a data model */
	bool model = str_ieqc(kind, "datamodel"),
	     lookup = str_ieqc(kind, "lookup") || str_ieqc(kind, "inputlookup");
	if (model || lookup) {
		if (!p_char(p, ':'))
			p_char(p, '=');
	} else {
		p->at = at;
		if (str_ieqc(kind, "savedsearch")) {
			p_error(p, at, "from has no saved searches; there are datamodel:NAME and lookup:NAME");
			return NULL;
		}
	}
	if (lookup) {
		x->lookup = cmd_find(STR("inputlookup"));
		x->lookup_args = x->lookup->parse(p);
		return x->lookup_args ? x : NULL;
	}
	x->leaf = p_leaf(p);
	p_blank(p);
	at = p->at;
	if (!dataset_name(p, &name))
		return NULL;
	x->leaf->scan.unprefixed = true;
	return dataset_find(p, at, name, x->leaf) ? x : NULL;
}

static struct rows *from_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct from *x = args;
	static const struct time_mods always;

	if (x->lookup)
		return x->lookup->run(x->lookup_args, in, run);
	return dataset_scan(run, &x->leaf->scan, &always);
}

static void from_needs(const void *args, struct fieldset *want, struct arena *a)
{
	const struct from *x = args;
	struct fieldset *f = ARENA_NEW(a, struct fieldset);

	*f = *want;
	if (x->leaf)
		x->leaf->scan.want = f;
}

const struct spl_cmd cmd_from = {
	.name = "from",
	.usage = "from datamodel:MODEL.NODE | from lookup:TABLE",
	.summary = "the events of a data model as rows, field names without prefix; or the rows of a lookup "
		   "table",
	.example = "events:\n"
		   "  1 t=2021-11-12T10:05:00Z Computer=A Image=C:\\W\\cmd.exe CommandLine=\"cmd /c dir\"\n"
		   "search: | from datamodel:Endpoint.Processes | table _time dest process_name process\n"
		   "expect:\n"
		   "  _time       dest  process_name  process\n"
		   "  1636711500  A     cmd.exe       cmd /c dir\n",
	.generates = true,
	.only_first = true,
	.parse = from_parse,
	.run = from_run,
	.needs = from_needs,
};

/* ---- datamodel ---- */

static void *datamodel_parse(struct parser *p)
{
	struct from *x = ARENA_NEW(p->arena, struct from);
	struct str word[3] = {{NULL, 0}}, name, value;
	size_t n = 0, at = p->at;

	for (; !p_done(p); at = p->at) {
		bool on;
		if (p_option(p, &name, &value)) {        /* which events are summarised, and whether fields beyond the model show */
			if (!str_ieqc(name, "strict_fields") && !str_ieqc(name, "summariesonly") && !str_ieqc(name, "allow_old_summaries"))
				return p_no_option(p, at, "datamodel", name, "strict_fields, summariesonly, allow_old_summaries"), NULL;
			if (!p_truth(p, at, name, value, &on))
				return NULL;
		} else if (diag_is_set(p->diag) || n == 3) {
			if (!diag_is_set(p->diag))
				p_error(p, at, "datamodel does not understand %s here", p_found(p));
			return NULL;
		} else if (!p_name(p, "a word", &word[n++])) {
			return NULL;
		}
	}
	bool flat = str_ieqc(word[2], "flat");
	if (n < 3 || !(flat || str_ieqc(word[2], "search") || str_ieqc(word[2], "acceleration_search"))) {
		p_error(p, p->at, "datamodel needs a model, a node, and 'search' or 'flat', as in: datamodel Endpoint Processes search");
		return NULL;
	}
	x->leaf = p_leaf(p);
	x->leaf->scan.unprefixed = flat;
	return dataset_find(p, at, str_c(arena_printf(p->arena, "%.*s.%.*s", STR_FMT(word[0]), STR_FMT(word[1]))), x->leaf) ? x : NULL;
}

const struct spl_cmd cmd_datamodel = {
	.name = "datamodel",
	.usage = "datamodel MODEL NODE search|flat [strict_fields=true|false]",
	.summary = "the events of a data model as rows; field names with the node before them, or with flat without",
	.example = "events:\n"
		   "  1 t=2021-11-12T10:05:00Z Computer=A Image=C:\\W\\cmd.exe CommandLine=\"cmd /c dir\"\n"
		   "search: | datamodel Endpoint Processes search | search Processes.process_name=cmd.exe\n"
		   "  | table _time Processes.dest Processes.process\n"
		   "expect:\n"
		   "  _time       Processes.dest  Processes.process\n"
		   "  1636711500  A               cmd /c dir\n",
	.generates = true,
	.only_first = true,
	.parse = datamodel_parse,
	.run = from_run,
	.needs = from_needs,
};

/* ---- makeresults ---- */

enum { MAKE_MAX = 1000000 };

struct make {
	size_t count;
};

static void *makeresults_parse(struct parser *p)
{
	struct make *x = ARENA_NEW(p->arena, struct make);
	struct str name, value;
	bool on;

	x->count = 1;
	p_blank(p);
	for (size_t at = p->at; p_option(p, &name, &value); at = p->at) {
		if (str_ieqc(name, "count")) {
			if (!p_count(p, at, name, value, &x->count))
				return NULL;
			if (x->count > MAKE_MAX)
				return p_error(p, at, "makeresults makes %d rows at most", MAKE_MAX), NULL;
		} else if (str_ieqc(name, "annotate")) {
			if (!p_truth(p, at, name, value, &on))
				return NULL;
			if (on)
				return p_error(p, at, "makeresults annotate=true is not supported"), NULL;
		} else {
			return p_no_option(p, at, "makeresults", name, "count"), NULL;
		}
	}
	return diag_is_set(p->diag) ? NULL : x;
}

static struct rows *makeresults_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct make *x = args;

	(void)in;
	struct rows *r = rows_new(x->count);
	size_t c = rows_col(r, STR("_time"));
	for (size_t i = 0; i < r->n; i++)
		r->col[c].v[i] = val_num(floor(run->now));
	return r;
}

static void no_needs(const void *args, struct fieldset *want, struct arena *a)
{
	(void)args, (void)want, (void)a;
}

const struct spl_cmd cmd_makeresults = {
	.name = "makeresults",
	.usage = "makeresults [count=N]",
	.summary = "rows with nothing but the time of the run, to try things on",
	.example = "now: 2021-11-12T10:05:02Z\n"
	           "search: | makeresults count=2 | streamstats count as n\n"
	           "expect:\n"
	           "  _time       n\n"
	           "  1636711502  1\n"
	           "  1636711502  2\n",
	.generates = true,
	.only_first = true,
	.parse = makeresults_parse,
	.run = makeresults_run,
	.needs = no_needs,
};

/* ---- addinfo ---- */

static void *addinfo_parse(struct parser *p)
{
	return ARENA_NEW(p->arena, struct make);
}

static struct rows *addinfo_run(const void *args, struct rows *in, struct spl_run *run)
{
	struct engine *e = run->opts->engine;
	double first = 0, last = 0;
	const char *const name[] = {"info_min_time", "info_max_time", "info_search_time"};

	(void)args;
	bool bounded = e && e->ops->bounds(e, &first, &last);
	for (size_t k = 0; k < sizeof(name) / sizeof(name[0]); k++) {
		size_t c = rows_col(in, str_c(name[k]));
		struct val v = k == 2     ? val_num(run->now)
			       : !bounded ? val_null()
					  : val_num(k == 0 ? first : last);
		for (size_t i = 0; i < in->n; i++)
			in->col[c].v[i] = v;
	}
	return in;
}

const struct spl_cmd cmd_addinfo = {
	.name = "addinfo",
	.usage = "addinfo",
	.summary = "adds the times of the oldest and newest event and of the run: info_min_time, "
		   "info_max_time, info_search_time",
	.example = "now: 2021-11-12T10:05:02Z\n"
		   "search: | makeresults | addinfo | table info_search_time\n"
		   "expect:\n"
		   "  info_search_time\n"
		   "  1636711502\n",
	.parse = addinfo_parse,
	.run = addinfo_run,
	.needs = no_needs,
};
