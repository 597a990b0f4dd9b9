/* foreach: a pipeline repeated for each field that matches, with the field's name put into its text
 * (spl-spec 3.17). */
#include <stdlib.h>

#include "base/mem.h"
#include "spl/cmdlib.h"
#include "spl/query.h"

struct foreach {
	struct str *pattern;
	size_t n;
	struct str text;
	const struct spl_query *each;                    /* mode=multivalue: evals that run for each value; NULL */
};

#define ITEM "<<ITEM>>"

/* In the template of values <<ITEM>> is a field. */
static struct str fill_item(struct str text, struct arena *a)
{
	struct sbuf b = {0};

	for (size_t i = 0; i < text.n;) {
		bool item = str_starts((struct str){text.p + i, text.n - i}, ITEM);
		bool quoted = item && i > 0 && text.p[i - 1] == '\'';
		if (item)
			sbuf_addz(&b, quoted ? ITEM : "'" ITEM "'");
		else
			sbuf_addc(&b, text.p[i]);
		i += item ? strlen(ITEM) : 1;
	}
	struct str out = arena_str(a, sbuf_str(&b));
	sbuf_free(&b);
	return out;
}

static bool parse_each(struct parser *p, size_t at, struct foreach *x)
{
	struct diag d = DIAG_INIT;
	struct spl_query *q = template_parse(fill_item(x->text, p->arena), p->env, p->arena, &d);

	if (!q)
		return p_error(p, at, "in the template of foreach: %s", d.msg);
	for (size_t i = 0; i < q->nstages; i++)
		if (!eval_assigns(&q->stage[i], NULL))
			return p_error(p, at, "the template of foreach mode=multivalue may have eval alone, not %s", q->stage[i].cmd->name);
	for (size_t i = 0; i < x->n; i++)
		if (name_stars(x->pattern[i]))
			return p_error(p, at, "foreach mode=multivalue takes fields without wildcards: '%.*s'", STR_FMT(x->pattern[i]));
	x->each = q;
	return true;
}

/* The assignments of one stage, for one value of one row. */
static void assign_item(struct rows *r, const struct spl_stage *s, struct val item, struct eval_ctx *c)
{
	size_t n;
	const struct assign *v = eval_assigns(s, &n);

	c->current = &item;
	c->current_name = STR(ITEM);
	for (size_t i = 0; i < n; i++) {
		struct val x = expr_eval(v[i].value, c);
		rows_values(r, v[i].name)[c->row] = x;
	}
	c->current = NULL;
}

static struct rows *each_run(const struct foreach *x, struct rows *in, struct spl_run *run)
{
	size_t done = 0, old = in->ncols, n;

	for (size_t k = 0; k < x->each->nstages; k++) {      /* columns first: an evaluation knows them by their place */
		const struct assign *v = eval_assigns(&x->each->stage[k], &n);
		for (size_t i = 0; i < n; i++)
			rows_col(in, v[i].name);
	}
	struct eval_ctx c = run_eval(run, in);
	for (; done < in->n && !run_stopped(run); done++) {
		c.row = done;
		for (size_t f = 0; f < x->n; f++) {
			ptrdiff_t col = rows_find(in, x->pattern[f]);
			struct val all = col < 0 ? val_null() : in->col[col].v[done];
			for (uint32_t i = 0; i < val_count(all) && !run->budget.spent; i++)
				for (size_t k = 0; k < x->each->nstages; k++)
					assign_item(in, &x->each->stage[k], val_at(all, i), &c);
		}
		if (run->budget.spent || (done % 256 == 0 && run_full(run, in)))
			break;
	}
	if (done < in->n)
		rows_head(in, done);
	rows_drop_empty(in, old);
	return in;
}

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
	bool values = false;

	p_blank(p);
	for (size_t at = p->at; p_option(p, &name, &value); at = p->at) {
		if (!str_ieqc(name, "mode"))
			return p_no_option(p, at, "foreach", name, "mode"), NULL;
		values = str_ieqc(value, "multivalue");
		if (!values && !str_ieqc(value, "multifield"))
			return p_error(p, at, "foreach has mode=multifield and mode=multivalue, not '%.*s'", STR_FMT(value)), NULL;
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

	if (values)
		return parse_each(p, at, x) ? x : NULL;
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

	if (x->each)
		return each_run(x, in, run);
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
	.usage = "foreach [mode=multifield|multivalue] FIELD… [ COMMAND | … ]",
	.summary = "runs commands once for each field that matches; <<FIELD>> is its name, <<MATCHSTR>> what "
		   "* stands for; of multivalue, eval once for each value <<ITEM>> of the fields",
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
