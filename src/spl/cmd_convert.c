/* convert: values of fields turned into times, numbers and back (spl-spec 3.5). */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "spl/cmdlib.h"

#define TIME_FORMAT "%m/%d/%Y %H:%M:%S"                  /* Splunk's own, without timeformat= */

struct convert {
	struct str format;
	struct conversion {
		const struct kind *kind;
		struct str field, as;                    /* may hold wildcards */
	} *v;
	size_t n;
};

/* One value, no list: what becomes of it. A value that is not as it should be is left alone, or dropped
 * (num and its kin). */
struct kind {
	const char *name;
	struct val (*call)(const struct convert *x, struct val v, struct arena *a);
};

static struct str text_of(struct val v, struct arena *a)
{
	return val_text(v, a);
}

static struct val to_ctime(const struct convert *x, struct val v, struct arena *a)
{
	struct sbuf b = {0};
	double t;

	if (!val_number(v, &t))
		return v;
	when_strftime(t, x->format, &b);
	struct str s = arena_str(a, sbuf_str(&b));
	sbuf_free(&b);
	return val_str(s);
}

static struct val from_ctime(const struct convert *x, struct val v, struct arena *a)
{
	double t;

	return when_strptime(text_of(v, a), x->format, &t) ? val_num(t) : val_null();
}

static struct val to_number(const struct convert *x, struct val v, struct arena *a)
{
	double d;

	(void)x, (void)a;
	return val_number(v, &d) ? val_num(d) : val_null();
}

static struct val to_auto(const struct convert *x, struct val v, struct arena *a)
{
	double d;

	(void)x, (void)a;
	return val_number(v, &d) ? val_num(d) : v;
}

static struct val rm_comma(const struct convert *x, struct val v, struct arena *a)
{
	struct sbuf b = {0};
	double d;

	(void)x;
	struct str s = text_of(v, a);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != ',')
			sbuf_addc(&b, s.p[i]);
	}
	bool ok = str_number(sbuf_str(&b), &d);
	sbuf_free(&b);
	return ok ? val_num(d) : val_null();
}

/* The longest number that the text begins with, and what follows it. */
static bool leading_number(struct str s, double *out, struct str *rest)
{
	for (size_t n = s.n; n > 0; n--) {
		if (str_number((struct str){s.p, n}, out)) {
			*rest = (struct str){s.p + n, s.n - n};
			return true;
		}
	}
	return false;
}

static struct val rm_unit(const struct convert *x, struct val v, struct arena *a)
{
	struct str s = text_of(v, a), rest;
	double d;

	(void)x;
	if (s.n > 64)                                    /* no number is as long */
		s.n = 64;
	return leading_number(s, &d, &rest) ? val_num(d) : val_null();
}

/* 10k, 3m, 1g: kilobytes. */
static struct val mem_k(const struct convert *x, struct val v, struct arena *a)
{
	struct str s = text_of(v, a), rest;
	double d;

	(void)x;
	if (s.n > 64 || !leading_number(s, &d, &rest) || rest.n > 1)
		return val_null();
	char unit = rest.n ? (char)(rest.p[0] | 0x20) : 'k';
	return unit == 'k'   ? val_num(d)
	       : unit == 'm' ? val_num(d * 1024)
	       : unit == 'g' ? val_num(d * 1048576)
			     : val_null();
}

/* [D+]HH:MM:SS, or MM:SS with fractions: seconds. */
static struct val duration(struct val v, struct arena *a, unsigned parts)
{
	struct str s = text_of(v, a);
	double days = 0, total = 0, d;
	const char *plus = s.n ? memchr(s.p, '+', s.n) : NULL;
	unsigned n = 0;

	if (plus) {
		if (!str_number((struct str){s.p, (size_t)(plus - s.p)}, &days))
			return val_null();
		s = (struct str){plus + 1, s.n - (size_t)(plus + 1 - s.p)};
	}
	for (;; n++) {
		const char *colon = s.n ? memchr(s.p, ':', s.n) : NULL;
		struct str part = {s.p, colon ? (size_t)(colon - s.p) : s.n};
		if (!str_number(part, &d) || n == parts)
			return val_null();
		total = total * 60 + d;
		if (!colon)
			return val_num(days * 86400 + total);
		s = (struct str){colon + 1, s.n - part.n - 1};
	}
}

static struct val dur_to_sec(const struct convert *x, struct val v, struct arena *a)
{
	(void)x;
	return duration(v, a, 3);
}

static struct val ms_time(const struct convert *x, struct val v, struct arena *a)
{
	(void)x;
	return duration(v, a, 2);
}

static const struct kind kinds[] = {
	{"auto", to_auto},      {"ctime", to_ctime}, {"dur2sec", dur_to_sec}, {"memk", mem_k},
	{"mktime", from_ctime}, {"mstime", ms_time}, {"none", NULL},          {"num", to_number},
	{"rmcomma", rm_comma},  {"rmunit", rm_unit},
};

static struct str next_kind(void *ctx)
{
	size_t *i = ctx;

	return *i < sizeof(kinds) / sizeof(kinds[0]) ? str_c(kinds[(*i)++].name) : (struct str){NULL, 0};
}

static bool parse_one(struct parser *p, struct conversion *c)
{
	struct str name;

	p_blank(p);
	size_t at = p->at, i = 0;
	if (!p_word(p, "()=", &name))
		return p_error(p, at, "expected a conversion, as in ctime(field), found %s", p_found(p));
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (str_ieqc(name, kinds[i].name))
			c->kind = &kinds[i];
	}
	if (!c->kind) {
		i = 0;
		struct str near = spl_nearest(name, next_kind, &i);
		if (near.p)
			return p_error(p, at, "unknown conversion '%.*s'; did you mean '%.*s'?",
				       STR_FMT(name), STR_FMT(near));
		return p_error(p, at, "unknown conversion '%.*s'", STR_FMT(name));
	}
	if (!p_char(p, '('))
		return p_error(p, p->at, "expected ( after %s, found %s", c->kind->name, p_found(p));
	if (!p_name(p, "a field", &c->field))
		return false;
	if (!p_char(p, ')'))
		return p_error(p, p->at, "expected ) after the field, found %s", p_found(p));
	c->as = c->field;
	if (p_take_word(p, "as")) {
		if (!p_name(p, "a name after 'as'", &c->as))
			return false;
		if (name_stars(c->as) != name_stars(c->field) || name_stars(c->as) > NAME_STARS)
			return p_error(p, at, "the wildcards of '%.*s' and '%.*s' do not match",
				       STR_FMT(c->field), STR_FMT(c->as));
	}
	return true;
}

static void *convert_parse(struct parser *p)
{
	struct convert *x = ARENA_NEW(p->arena, struct convert);
	struct conversion *v = NULL;
	struct str name, value;
	size_t cap = 0;
	bool ok = true;

	x->format = STR(TIME_FORMAT);
	while (ok) {
		while (p_char(p, ','))
			;
		p_blank(p);
		size_t at = p->at;
		if (p_option(p, &name, &value)) {        /* it holds for all, wherever it stands */
			ok = str_ieqc(name, "timeformat") || p_no_option(p, at, "convert", name, "timeformat");
			x->format = arena_str(p->arena, value);
			continue;
		}
		ok = !diag_is_set(p->diag);
		if (!ok || (x->n > 0 && p_done(p)))
			break;
		GROW(v, x->n, cap);
		v[x->n] = (struct conversion){0};
		ok = parse_one(p, &v[x->n++]);
	}
	x->v = ARENA_ARRAY(p->arena, struct conversion, x->n);
	if (x->n)
		memcpy(x->v, v, x->n * sizeof(*v));
	free(v);
	return ok ? x : NULL;
}

static struct val convert_val(const struct convert *x, const struct kind *k, struct val v, struct arena *a)
{
	if (v.type != V_MV)
		return val_is_null(v) || !k->call ? v : k->call(x, v, a);
	struct val *out = xcalloc(v.mv->n, sizeof(*out));
	size_t n = 0;

	for (uint32_t i = 0; i < v.mv->n; i++) {
		out[n] = k->call ? k->call(x, v.mv->v[i], a) : v.mv->v[i];
		n += !val_is_null(out[n]);
	}
	struct val list = val_list(a, out, n);
	free(out);
	return list;
}

/* Has an earlier conversion of the command, none(…) as a rule, claimed the field? */
static bool claimed(const struct convert *x, size_t until, struct str field)
{
	for (size_t i = 0; i < until; i++) {
		if (!x->v[i].kind->call && name_match(x->v[i].field, field, NULL))
			return true;
	}
	return false;
}

static struct rows *convert_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct convert *x = args;

	for (size_t i = 0; i < x->n; i++) {
		size_t *col, n = names_columns(in, &x->v[i].field, 1, false, &col);
		for (size_t c = 0; c < n; c++) {
			struct str part[NAME_STARS];
			if (claimed(x, x->n, in->col[col[c]].name) ||
			    !name_match(x->v[i].field, in->col[col[c]].name, part))
				continue;
			size_t to = rows_col(in, name_fill(x->v[i].as, part, in->arena));
			for (size_t r = 0; r < in->n && !run_stopped(run); r++)
				in->col[to].v[r] =
					convert_val(x, x->v[i].kind, in->col[col[c]].v[r], in->arena);
		}
		free(col);
	}
	in->partial |= run->budget.spent;
	return in;
}

static void convert_needs(const void *args, struct fieldset *want, struct arena *a)
{
	const struct convert *x = args;

	for (size_t i = 0; i < x->n; i++) {
		if (!str_eq(x->v[i].as, x->v[i].field))
			fieldset_add(want, x->v[i].field, a);
	}
}

const struct spl_cmd cmd_convert = {
	.name = "convert",
	.usage = "convert [timeformat=FORMAT] FUNCTION(FIELD) [as NAME]…",
	.summary = "turns values into times (ctime, mktime) and numbers (auto, num, dur2sec, mstime, memk, "
		   "rmcomma, rmunit); "
		   "none(FIELD) leaves a field alone",
	.example =
		"rows:\n"
		"  f             size   t\n"
		"  1632481442.9  3m     01:02:03\n"
		"  none          2,000  x\n"
		"search: convert timeformat=\"%Y-%m-%dT%H:%M:%S\" ctime(f) memk(size) as kb dur2sec(t) as s\n"
		"expect:\n"
		"  f                    size   t         kb    s\n"
		"  2021-09-24T11:04:02  3m     01:02:03  3072  3723\n"
		"  none                 2,000  x         -     -\n",
	.none_of_none = true,
	.by_row = ROW_CHANGES,
	.parse = convert_parse,
	.run = convert_run,
	.needs = convert_needs,
};
