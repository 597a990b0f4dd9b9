/* Any bytes as a search: compiled as a whole; and each segment, with and without its first word, as an expression of both
 * dialects, which is evaluated over a small row. */
#include <stdint.h>

#include "spl/budget.h"
#include "tests/spl_tools.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static bool macro(void *ctx, struct str name, unsigned nargs, struct str *definition, const struct str **args)
{
	static const struct str names[] = {{"a", 1}, {"b", 1}};
	static const char *const body[] = {"sysmon EventCode=1 OR x=\"y\"", "convert ctime($a$)", "$a$ `m($b$)` | where $b$"};

	(void)ctx;
	if (!str_eqc(name, "m") || nargs > 2)
		return false;
	*definition = str_c(body[nargs]);
	*args = names;
	return true;
}

static void evaluate(struct arena *a, const struct expr *e)
{
	struct text_row r;
	struct eval_ctx c = row_ctx(&r, "a=1;b=x|y|z;c=;user=DOM\\u;process=\"a.exe\" -x;_time=1636711502.5;j={\"k\":[1]}", a);
	struct spl_budget b = {.deadline = when_mono_ns() + 200000000, .arena = a, .memory = 64 << 20};

	c.budget = &b;
	struct val v = expr_eval(e, &c);
	val_true(v);
	val_text(v, a);
}

static void expressions(struct arena *a, struct str text, size_t from, size_t to)
{
	static const char *const until[] = {"by", NULL};
	struct diag d = DIAG_INIT;
	struct parser p = {.text = text, .at = from, .end = to, .arena = a, .diag = &d};
	struct expr *e = parse_eval(&p);

	if (e)
		evaluate(a, e);
	d = (struct diag)DIAG_INIT;
	p.at = from;
	p.depth = 0;
	e = parse_search(&p, until);
	if (e)
		evaluate(a, e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct spl_env env = {.macro = macro};
	struct str text = {(const char *)data, n};
	struct arena *a = arena_new();
	struct diag d = DIAG_INIT;

	spl_free(spl_compile(text, &env, &d));

	d = (struct diag)DIAG_INIT;
	text = spl_expand(a, text, &env, NULL, &d);
	struct parser p = parser_over(a, text, &d);
	for (size_t at = 0, end; text.p && at <= text.n && p_segment_end(&p, at, text.n, &end); at = end + 1) {
		struct str word;
		p.at = at;
		p.end = end;
		expressions(a, text, at, end);
		if (p_word(&p, NULL, &word))
			expressions(a, text, p.at, end);
	}
	arena_free(a);
	return 0;
}
