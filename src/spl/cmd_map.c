/* map: a search of its own for each row, with the row's values put into its text. A value never becomes more than a value: what
 * is no plain word is quoted, and inside a quoted text it is escaped. */
#include "spl/cmdlib.h"

struct map_args {
	struct str text;
	size_t max;
};

static bool plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '.' || c == ':'))
			return false;
	}
	return s.n > 0;
}

static void add_value(struct sbuf *b, struct str s, bool quoted)
{
	bool word = plain(s);

	if (!quoted && !word)
		sbuf_addc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			sbuf_addc(b, '\\');
		sbuf_addc(b, s.p[i]);
	}
	if (!quoted && !word)
		sbuf_addc(b, '"');
}

static bool name_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '.' || c == '{' ||
	       c == '}' || c == ':';
}

/* The text for one row; a NULL row stands for any: each token becomes 1. $$ is a $; what is no token stays. False with the name
 * of a field that the row lacks. */
static bool fill(struct str text, const struct rows *r, size_t row, struct sbuf *b, struct str *lacks, struct arena *a)
{
	bool quoted = false;

	for (size_t i = 0; i < text.n; i++) {
		size_t end = i + 1;
		if (text.p[i] == '\\' && i + 1 < text.n) {
			sbuf_addc(b, text.p[i++]);
		} else if (text.p[i] == '"') {
			quoted = !quoted;
		} else if (text.p[i] == '$') {
			while (end < text.n && name_char(text.p[end]))
				end++;
			if (end < text.n && text.p[end] == '$') {
				struct str name = {text.p + i + 1, end - i - 1};
				ptrdiff_t c = r && name.n ? rows_find(r, name) : -1;
				struct val v = c < 0 ? val_null() : r->col[c].v[row];
				i = end;
				if (!name.n) {
					sbuf_addc(b, '$');
				} else if (!r) {
					sbuf_addc(b, '1');
				} else if (val_is_null(v)) {
					*lacks = name;
					return false;
				} else {
					add_value(b, val_text(v, a), quoted);
				}
				continue;
			}
		}
		sbuf_addc(b, text.p[i]);
	}
	return true;
}

static void *map_parse(struct parser *p)
{
	struct map_args *x = ARENA_NEW(p->arena, struct map_args);
	struct str name, value;
	size_t from, to, place = p->at;

	x->max = 10;
	while (!p_done(p)) {
		size_t at = p->at;
		if (p_peek(p) == '[') {
			place = p->at;
			if (!p_brackets(p, &from, &to))
				return NULL;
			x->text = (struct str){p->text.p + from, to - from};
		} else if (!p_option(p, &name, &value)) {
			if (!diag_is_set(p->diag))
				p_error(p, at, "expected search=\"…\" or maxsearches=N, found %s", p_found(p));
			return NULL;
		} else if (str_ieqc(name, "search")) {
			place = at;
			x->text = arena_str(p->arena, value);
		} else if (str_ieqc(name, "maxsearches")) {
			if (!p_count(p, at, name, value, &x->max))
				return NULL;
		} else {
			return p_no_option(p, at, "map", name, "search, maxsearches"), NULL;
		}
	}
	if (!x->text.n)
		return p_error(p, p->at, "map needs search=\"…\", the search to run for each row"), NULL;
	struct sbuf sample = {0};
	struct str lacks;
	struct diag d = DIAG_INIT;
	fill(x->text, NULL, 0, &sample, &lacks, p->arena);
	struct spl_query *q = p_deeper(p) ? spl_compile(sbuf_str(&sample), p->env, &d) : NULL;
	sbuf_free(&sample);
	if (!q) {
		if (!diag_is_set(p->diag))
			p_error(p, place, "in the search of map: %s", d.msg);
		return NULL;
	}
	p->depth--;
	spl_free(q);
	return x;
}

static struct rows *map_run(const void *args, struct rows *in, struct spl_run *run)
{
	const struct map_args *x = args;
	struct rows *out = rows_new(0);
	size_t n = x->max && in->n > x->max ? x->max : in->n;

	if (n < in->n)
		run_warn(run, "map runs %zu searches, for the first of %zu rows; set maxsearches= for more", n, in->n);
	run->held += rows_bytes(in);
	size_t held = rows_bytes(in);
	for (size_t i = 0; i < n && !run_stopped(run) && !run_full(run, out); i++) {
		struct sbuf text = {0};
		struct str lacks = {NULL, 0};
		struct diag d = DIAG_INIT;
		if (!fill(x->text, in, i, &text, &lacks, run->arena)) {
			run_warn(run, "map: a row without the field %.*s is left out", STR_FMT(lacks));
			sbuf_free(&text);
			continue;
		}
		struct spl_query *q = spl_compile(arena_str(run->arena, sbuf_str(&text)), run_env(run), &d);
		sbuf_free(&text);
		struct rows *r = q ? run_sub(run, q) : NULL;
		if (!r) {
			spl_free(q);
			rows_free(out);
			run->held -= held;
			return q ? (rows_free(in), NULL) : run_fail(run, in, "in the search of map: %s", d.msg);
		}
		out->partial |= r->partial;
		rows_append(out, r);
		rows_free(r);
		spl_free(q);
	}
	run->held -= held;
	rows_free(in);
	return out;
}

const struct spl_cmd cmd_map = {
	.name = "map",
	.usage = "map search=\"SEARCH with $FIELD$\" [maxsearches=N] | map [ SEARCH with $FIELD$ ]",
	.summary = "runs a search for each row, its values put into the text, and gives the rows of all; 10 rows unless told",
	.example = "events:\n"
		   "  1 t=2021-11-12T10:05:00Z Computer=A ProcessId=1\n"
		   "  1 t=2021-11-12T10:05:01Z Computer=B ProcessId=2\n"
		   "search: | tstats count from datamodel=Endpoint.Processes by Processes.dest | rename Processes.dest as h\n"
		   "  | map search=\"search EventCode=1 Computer=\\\"$h$\\\" | table Computer ProcessId\"\n"
		   "expect:\n"
		   "  Computer  ProcessId\n"
		   "  A         1\n"
		   "  B         2\n",
	.parse = map_parse,
	.run = map_run,
};
