/* foreach: a pipeline repeated for each field that matches, with the field's name put into its text
 * (spl-spec 3.17). */
#include <stdlib.h>

#include "base/mem.h"
#include "spl/cmdlib.h"

struct foreach {
	struct str *pattern;
	size_t n;
	struct str text;
};

/* The template for one field; `part` is what the stars of its pattern stand for. */
static struct str fill(struct str text, struct str field, const struct str *part, unsigned parts,
		       struct arena *a)
{
	static const char *const seg[] = {"<<MATCHSEG1>>", "<<MATCHSEG2>>", "<<MATCHSEG3>>"};
	struct sbuf b = {0};

	for (size_t i = 0; i < text.n;) {
		struct str rest = {text.p + i, text.n - i};
		unsigned s = 0;
		if (str_starts(rest, "<<FIELD>>")) {
			sbuf_adds(&b, field);
			i += strlen("<<FIELD>>");
		} else if (str_starts(rest, "<<MATCHSTR>>")) {
			for (unsigned k = 0; k < parts; k++)
				sbuf_adds(&b, part[k]);
			i += strlen("<<MATCHSTR>>");
		} else {
			while (s < 3 && !str_starts(rest, seg[s]))
				s++;
			if (s < 3) {
				sbuf_adds(&b, s < parts ? part[s] : (struct str){"", 0});
				i += strlen(seg[s]);
			} else {
				sbuf_addc(&b, text.p[i++]);
			}
		}
	}
	struct str out = arena_str(a, sbuf_str(&b));
	sbuf_free(&b);
	return out;
}

static void *foreach_parse(struct parser *p)
{
	static const struct str sample = {"field", 5};
	struct foreach *x = ARENA_NEW(p->arena, struct foreach);
	struct str name, value;
	size_t from, to;

	p_blank(p);
	for (size_t at = p->at; p_option(p, &name, &value); at = p->at) {
		if (!str_ieqc(name, "mode"))
			return p_no_option(p, at, "foreach", name, "mode=multifield"), NULL;
		if (!str_ieqc(value, "multifield"))
			return p_error(p, at, "foreach mode=%.*s is not supported", STR_FMT(value)), NULL;
	}
	x->n = p_names(p, NULL, &x->pattern);
	if (diag_is_set(p->diag))
		return NULL;
	if (!x->n) {
		p_error(p, p->at, "foreach needs a field, found %s", p_found(p));
		return NULL;
	}
	for (size_t i = 0; i < x->n; i++) {
		if (name_stars(x->pattern[i]) > NAME_STARS) {
			p_error(p, p->at, "too many wildcards in '%.*s'", STR_FMT(x->pattern[i]));
			return NULL;
		}
	}
	p_blank(p);
	size_t at = p->at;
	if (!p_brackets(p, &from, &to))
		return NULL;
	x->text = (struct str){p->text.p + from, to - from};

	/* Would it do for a field called `field`? */
	struct diag d = DIAG_INIT;
	if (!template_parse(fill(x->text, sample, &sample, 1, p->arena), p->env, p->arena, &d)) {
		p_error(p, at, "in the template of foreach: %s", d.msg);
		return NULL;
	}
	return x;
}

static struct rows *foreach_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct foreach *x = args;

	for (size_t i = 0; i < x->n; i++) {
		size_t *col, n = names_columns(in, &x->pattern[i], 1, false, &col);
		struct str *name = ARENA_ARRAY(run->arena, struct str, n);
		for (size_t k = 0; k < n; k++)
			name[k] = arena_str(run->arena, in->col[col[k]].name);
		free(col);
		for (size_t k = 0; k < n; k++) {
			struct str part[NAME_STARS];
			struct diag d = DIAG_INIT;
			name_match(x->pattern[i], name[k], part);
			struct str text = fill(x->text, name[k], part, name_stars(x->pattern[i]), run->arena);
			struct spl_query *q = template_parse(text, run_env(run), run->arena, &d);
			if (!q)
				return run_fail(run, in, "foreach, field '%.*s': %s", STR_FMT(name[k]), d.msg);
			in = run_pipeline(run, q, in);
			if (!in || run->budget.spent)
				return in;
		}
	}
	return in;
}

const struct spl_cmd cmd_foreach = {
	.name = "foreach",
	.usage = "foreach FIELD… [ COMMAND | … ]",
	.summary = "runs commands once for each field that matches; <<FIELD>> is its name, <<MATCHSTR>> what "
		   "* stands for",
	.example = "rows:\n"
		   "  a_x  a_y\n"
		   "  1    2\n"
		   "search: foreach a_* [eval b_<<MATCHSTR>> = '<<FIELD>>' * 10]\n"
		   "expect:\n"
		   "  a_x  a_y  b_x  b_y\n"
		   "  1    2    10   20\n",
	.none_of_none = true,
	.parse = foreach_parse,
	.run = foreach_run,
};
