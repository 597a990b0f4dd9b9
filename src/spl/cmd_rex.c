/* Commands that take text apart or change it: rex (spl-spec 3.9), replace. */
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "spl/cmdlib.h"
#include "spl/regex.h"

/* ---- rex ---- */

struct rex {
	struct str field;
	const struct regex *re;                          /* NULL: y/…/…/ */
	size_t max_match;                                /* 0: all */
	bool sed, all;                                   /* s/…/…/, with g */
	struct str with;                                 /* its replacement */
	struct str from, to;                             /* y: characters and what they become, as UTF-8 */
};

/* Cuts the text up to the next unescaped delimiter off *s; an escaped delimiter is the delimiter. */
static bool cut_part(struct parser *p, size_t at, struct str *s, char delim, struct str *out)
{
	struct sbuf b = {0};
	size_t i = 0;

	for (; i < s->n && s->p[i] != delim; i++) {
		if (s->p[i] == '\\' && i + 1 < s->n && s->p[++i] != delim)
			sbuf_addc(&b, '\\');
		sbuf_addc(&b, s->p[i]);
	}
	*out = arena_str(p->arena, sbuf_str(&b));
	sbuf_free(&b);
	if (i == s->n)
		return p_error(p, at,
			       "the sed expression ends before its closing '%c'; write s/regex/replacement/g "
			       "or y/abc/xyz/",
			       delim);
	*s = (struct str){s->p + i + 1, s->n - i - 1};
	return true;
}

static bool compile(struct parser *p, size_t at, struct str re, const struct regex **out)
{
	char err[160];

	*out = regex_new(p->arena, re, err, sizeof(err));
	return *out || p_error(p, at, "bad regular expression: %s", err);
}

static bool parse_sed(struct parser *p, struct rex *x, size_t at, struct str s)
{
	struct str a;
	char kind, delim;

	if (s.n < 2 || (s.p[0] != 's' && s.p[0] != 'y'))
		return p_error(p, at, "expected s/regex/replacement/g or y/abc/xyz/ with mode=sed");
	kind = s.p[0];
	delim = s.p[1];
	s = (struct str){s.p + 2, s.n - 2};
	if (!cut_part(p, at, &s, delim, &a) || !cut_part(p, at, &s, delim, &x->with))
		return false;
	s = str_trim(s);
	if (kind == 'y') {
		x->from = a;
		x->to = x->with;
		if (utf8_len(a) != utf8_len(x->to))
			return p_error(p, at, "both sides of y/…/…/ need the same number of characters");
		return s.n == 0 || p_error(p, at, "y/…/…/ takes no flag: '%.*s'", STR_FMT(s));
	}
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == 'g')
			x->all = true;
		else if (s.p[i] == 'i')
			a = str_c(arena_printf(p->arena, "(?i)%.*s", STR_FMT(a)));
		else
			return p_error(p, at, "s/…/…/ has the flags g and i, not '%.*s'", STR_FMT(s));
	}
	return compile(p, at, a, &x->re);
}

static bool has_names(const struct regex *re)
{
	for (unsigned g = 1; g < regex_groups(re); g++) {
		if (regex_group_name(re, g).p)
			return true;
	}
	return false;
}

static void *rex_parse(struct parser *p)
{
	struct rex *x = ARENA_NEW(p->arena, struct rex);
	struct str name, value, raw = {NULL, 0};
	size_t re_at = 0;

	x->field = STR("_raw");
	x->max_match = 1;
	while (!p_done(p)) {
		size_t at = p->at;
		if (p_option(p, &name, &value)) {
			if (str_ieqc(name, "field") && value.n)
				x->field = arena_str(p->arena, value);
			else if (str_ieqc(name, "mode") && str_ieqc(value, "sed"))
				x->sed = true;
			else if (!str_ieqc(name, "max_match"))
				return p_no_option(p, at, "rex", name, "field, max_match, mode=sed"), NULL;
			else if (!p_count(p, at, name, value, &x->max_match))
				return NULL;
		} else if (!raw.p && p_quoted(p, &raw)) {
			re_at = at;
		} else {
			p_error(p, at, "rex does not understand %s here", p_found(p));
			return NULL;
		}
		if (diag_is_set(p->diag))
			return NULL;
	}
	if (!raw.p) {
		p_error(p, p->at, "rex needs a regular expression in quotes, found %s", p_found(p));
		return NULL;
	}
	raw = spl_unescape_eval(p->arena, raw);
	if (x->sed)
		return parse_sed(p, x, re_at, raw) ? x : NULL;
	if (!compile(p, re_at, raw, &x->re))
		return NULL;
	if (!has_names(x->re)) {
		p_error(p, re_at, "rex needs a named group, as in (?<name>…), to put what it finds in a field");
		return NULL;
	}
	return x;
}

/* y/…/…/: characters one by one. */
static struct val transliterate(const struct rex *x, struct str text, struct arena *a)
{
	struct sbuf b = {0};

	for (size_t at = 0; at < text.n;) {
		size_t start = at, f = 0, t = 0;
		uint32_t c = utf8_next(text, &at);
		struct str put = {text.p + start, at - start};
		while (c != UTF8_BAD && f < x->from.n) {
			size_t t0 = t;
			uint32_t from = utf8_next(x->from, &f);
			utf8_next(x->to, &t);
			if (from == c) {
				put = (struct str){x->to.p + t0, t - t0};
				break;
			}
		}
		sbuf_adds(&b, put);
	}
	struct str s = arena_str(a, sbuf_str(&b));
	sbuf_free(&b);
	return val_str(s);
}

static struct val substitute(const struct rex *x, struct spl_run *run, struct val v, struct arena *a)
{
	struct str text = val_text(v, a);

	if (!x->re)
		return transliterate(x, text, a);
	struct str s = regex_replace(x->re, text, x->with, x->all ? 0 : 1, &run->budget, a);
	return s.p ? val_str(s) : val_null();
}

static void sed_rows(const struct rex *x, struct rows *r, struct spl_run *run)
{
	ptrdiff_t col = rows_find(r, x->field);
	size_t done = 0;

	for (; col >= 0 && done < r->n && !run_stopped(run); done++) {
		struct val v = r->col[col].v[done];
		uint32_t n = val_count(v);
		struct val *out = xcalloc(n ? n : 1, sizeof(*out));
		uint32_t m = 0;
		for (uint32_t k = 0; k < n; k++) {
			out[m] = substitute(x, run, val_at(v, k), r->arena);
			m += !val_is_null(out[m]);
		}
		r->col[col].v[done] = val_list(r->arena, out, m);
		free(out);
		if (run->budget.spent || (done % 256 == 0 && run_full(run, r)))
			break;
	}
	if (col >= 0)
		rows_head(r, done);
}

/* Values found for each named group in one row. */
struct found {
	struct val *v;
	size_t n, cap;
};

/* All matches in one text, up to what is left of max_match. */
static size_t match_text(const struct rex *x, struct str text, struct found *found, size_t *span,
			 size_t matches)
{
	unsigned groups = regex_groups(x->re);

	for (size_t from = 0; from <= text.n && (!x->max_match || matches < x->max_match);) {
		if (!regex_match(x->re, text, from, span, groups))
			break;
		for (unsigned g = 1; g < groups; g++) {
			if (!regex_group_name(x->re, g).p || span[2 * g] == SIZE_MAX)
				continue;
			GROW(found[g].v, found[g].n, found[g].cap);
			found[g].v[found[g].n++] =
				val_str((struct str){text.p + span[2 * g], span[2 * g + 1] - span[2 * g]});
		}
		matches++;
		from = regex_next(text, span[0], span[1]);
	}
	return matches;
}

static struct rows *rex_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct rex *x = args;

	regex_looks_in(x->field);
	if (x->sed) {
		sed_rows(x, in, run);
		return in;
	}
	ptrdiff_t col = rows_find(in, x->field);
	unsigned groups = regex_groups(x->re);
	size_t *span = xcalloc(groups, 2 * sizeof(*span)), *out = xcalloc(groups, sizeof(*out)), done = 0;
	struct found *found = xcalloc(groups, sizeof(*found));
	struct val **made = xcalloc(groups, sizeof(*made));      /* by group, where a row has a match */

	for (unsigned g = 1; g < groups; g++)
		made[g] = xcalloc(in->n ? in->n : 1, sizeof(struct val));
	for (; done < in->n && !run_stopped(run); done++) {
		struct val v = col < 0 ? val_null() : in->col[col].v[done];
		size_t matches = 0;
		for (uint32_t k = 0; k < val_count(v); k++) {
			struct val one = val_at(v, k);
			matches = match_text(x, val_text(one, in->arena), found, span, matches);
		}
		for (unsigned g = 1; g < groups; g++) {
			made[g][done] = val_list(in->arena, found[g].v, found[g].n);
			out[g] += found[g].n;
			found[g].n = 0;
		}
		if (done % 256 == 0)
			run_full(run, in);
	}
	rows_head(in, done);
	for (unsigned g = 1; g < groups; g++) {
		struct str name = regex_group_name(x->re, g);
		/* A group that is found nowhere makes no column. */
		if (name.p && (out[g] || in->n == 0)) {
			size_t to = rows_col(in, name);
			for (size_t i = 0; i < done; i++) {
				if (!val_is_null(made[g][i]))
					in->col[to].v[i] = made[g][i];
			}
		}
		free(found[g].v);
		free(made[g]);
	}
	free(made);
	free(found);
	free(span);
	free(out);
	return in;
}

static void rex_needs(const void *args, struct fieldset *want, struct arena *a)
{
	fieldset_add(want, ((const struct rex *)args)->field, a);
}

const struct spl_cmd cmd_rex = {
	.name = "rex",
	.usage = "rex [field=FIELD] [max_match=N] \"REGEX with (?<name>…)\" | rex [field=FIELD] mode=sed "
		 "\"s/REGEX/TEXT/g\"",
	.summary =
		"puts what the named groups match in fields (max_match=0: all matches), or changes the text",
	.example = "rows:\n"
		   "  image\n"
		   "  C:\\a\\b.dll\n"
		   "  none\n"
		   "search: rex field=image \"(?<dir>.+\\\\\\\\)(?<file>.*)\" | rex field=image mode=sed "
		   "\"s/[a-z]+/x/g\"\n"
		   "expect:\n"
		   "  image      dir    file\n"
		   "  C:\\x\\x.x  C:\\a\\  b.dll\n"
		   "  x          -      -\n",
	.none_of_none = true,
	.by_row = ROW_CHANGES,
	.parse = rex_parse,
	.run = rex_run,
	.needs = rex_needs,
};

/* ---- replace ---- */

struct replace {
	struct swap {
		struct str from, to;
	} *v;
	size_t n;
	struct str *field;
	size_t nfields;
};

static void *replace_parse(struct parser *p)
{
	struct replace *x = ARENA_NEW(p->arena, struct replace);
	struct swap *v = NULL;
	size_t cap = 0;
	bool ok = true;

	for (;;) {
		while (p_char(p, ','))
			;
		if (x->n > 0 && (p_done(p) || p_word_is(p, "in")))
			break;
		GROW(v, x->n, cap);
		struct swap *one = &v[x->n++];
		size_t at = p->at;
		ok = p_name(p, "a value to replace", &one->from);
		if (ok && !p_take_word(p, "with"))
			ok = p_error(p, p->at, "expected 'with' after '%.*s', found %s", STR_FMT(one->from),
				     p_found(p));
		ok = ok && p_name(p, "a value after 'with'", &one->to);
		if (ok && (name_stars(one->to) > name_stars(one->from) || name_stars(one->from) > NAME_STARS))
			ok = p_error(p, at, "the wildcards of '%.*s' and '%.*s' do not match",
				     STR_FMT(one->from), STR_FMT(one->to));
		if (!ok)
			break;
	}
	if (ok && p_take_word(p, "in")) {
		x->nfields = p_names(p, NULL, &x->field);
		ok = x->nfields > 0 || p_error(p, p->at, "expected a field after 'in', found %s", p_found(p));
	}
	x->v = ARENA_ARRAY(p->arena, struct swap, x->n);
	memcpy(x->v, v, x->n * sizeof(*v));
	free(v);
	return ok ? x : NULL;
}

static struct val replace_one(const struct replace *x, struct val v, struct arena *a)
{
	struct str part[NAME_STARS];

	for (size_t i = 0; i < x->n; i++) {
		if (name_match(x->v[i].from, val_text(v, a), part))
			return val_str(name_fill(x->v[i].to, part, a));
	}
	return v;
}

static struct rows *replace_run(const void *args, struct rows *in, struct spl_run *run)
{
	static const struct str all[] = {{"*", 1}};
	const struct replace *x = args;
	size_t *col,
		n = names_columns(in, x->nfields ? x->field : all, x->nfields ? x->nfields : 1, false, &col);

	for (size_t c = 0; c < n; c++) {
		struct val *v = in->col[col[c]].v;
		for (size_t i = 0; i < in->n && !run_stopped(run); i++) {
			if (v[i].type != V_MV) {
				v[i] = val_is_null(v[i]) ? v[i] : replace_one(x, v[i], in->arena);
				continue;
			}
			struct val *out = xcalloc(v[i].mv->n, sizeof(*out));
			for (uint32_t k = 0; k < v[i].mv->n; k++)
				out[k] = replace_one(x, v[i].mv->v[k], in->arena);
			v[i] = val_list(in->arena, out, v[i].mv->n);
			free(out);
		}
	}
	in->partial |= run->budget.spent;
	free(col);
	return in;
}

static void replace_needs(const void *args, struct fieldset *want, struct arena *a)
{
	(void)args, (void)want, (void)a;
}

const struct spl_cmd cmd_replace = {
	.name = "replace",
	.usage = "replace VALUE with VALUE, … [in FIELD…]",
	.summary = "puts one whole value in the place of another; what * stands for is carried over; case "
		   "counts",
	.example = "rows:\n"
		   "  host      user\n"
		   "  web.corp  web.corp\n"
		   "search: replace *.corp with * in host\n"
		   "expect:\n"
		   "  host  user\n"
		   "  web   web.corp\n",
	.none_of_none = true,
	.by_row = ROW_CHANGES,
	.parse = replace_parse,
	.run = replace_run,
	.needs = replace_needs,
};
