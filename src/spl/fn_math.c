/* Functions of numbers. Where there is no result (the root of -1), it is null. */
#include "spl/fn_impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A function of one number that libm has. */
#define OF_ONE(NAME, RESULT)                                                                                         \
	static struct val fn_##NAME(FN_ARGS)                                                                         \
	{                                                                                                            \
		double x;                                                                                            \
                                                                                                                     \
		(void)e, (void)n, (void)c;                                                                           \
		return val_number(arg[0], &x) ? fn_num(RESULT) : val_null();                                         \
	}

OF_ONE(abs, fabs(x))
OF_ONE(acos, acos(x))
OF_ONE(acosh, acosh(x))
OF_ONE(asin, asin(x))
OF_ONE(asinh, asinh(x))
OF_ONE(atan, atan(x))
OF_ONE(atanh, atanh(x))
OF_ONE(ceiling, ceil(x))
OF_ONE(cos, cos(x))
OF_ONE(cosh, cosh(x))
OF_ONE(exact, x)
OF_ONE(exp, exp(x))
OF_ONE(floor, floor(x))
OF_ONE(ln, log(x))
OF_ONE(sin, sin(x))
OF_ONE(sinh, sinh(x))
OF_ONE(sqrt, sqrt(x))
OF_ONE(tan, tan(x))
OF_ONE(tanh, tanh(x))

#define OF_TWO(NAME, RESULT)                                                                                         \
	static struct val fn_##NAME(FN_ARGS)                                                                         \
	{                                                                                                            \
		double x, y;                                                                                         \
                                                                                                                     \
		(void)e, (void)n, (void)c;                                                                           \
		return val_number(arg[0], &x) && val_number(arg[1], &y) ? fn_num(RESULT) : val_null();               \
	}

OF_TWO(atan2, atan2(x, y))
OF_TWO(hypot, hypot(x, y))
OF_TWO(pow, pow(x, y))

static struct val fn_pi(FN_ARGS)
{
	FN_UNUSED;
	return val_num(3.14159265358979323846);
}

static struct val fn_log(FN_ARGS)
{
	double x, base = 10;

	(void)e, (void)c;
	if (!val_number(arg[0], &x) || (n > 1 && !val_number(arg[1], &base)) || base <= 0 || base == 1)
		return val_null();
	return fn_num(base == 10 ? log10(x) : base == 2 ? log2(x) : log(x) / log(base));
}

/* The value that the first 15 digits write: 2.555 * 100 is then 255.5 and not a bit less. */
static double as_written(double d)
{
	char text[40];
	double r;
	int n = snprintf(text, sizeof(text), "%.14e", d);

	for (int i = 0; i < n; i++)
		if (text[i] == ',')
			text[i] = '.';
	return str_number((struct str){text, (size_t)n}, &r) ? r : d;
}

static double round_to(double x, long digits)
{
	double scale = pow(10, (double)labs(digits));

	if (!isfinite(scale) || scale > 1e15)
		return digits > 0 ? x : 0;
	return digits >= 0 ? as_written(round(as_written(x * scale)) / scale) : round(as_written(x / scale)) * scale;
}

static struct val fn_round(FN_ARGS)
{
	double x;
	long digits = 0;

	(void)e, (void)c;
	if (!val_number(arg[0], &x) || (n > 1 && !fn_long(arg[1], &digits)))
		return val_null();
	if (fabs(x) >= 9e15)                             /* whole anyway, and more digits than as_written keeps */
		return val_num(x);
	return fn_num(digits == 0 ? round(x) : round_to(x, digits));
}

/* ---- sigfig ---- */

/* A value and how much of it is known. */
struct measured {
	bool ok;
	double v;
	int figures;                                     /* significant figures */
	int decimals;                                    /* digits behind the point; negative: zeros before it */
};

static int min_int(int a, int b)
{
	return a < b ? a : b;
}

/* How many digits stand before the point; 0.02 has -1. */
static int digits_before(double v)
{
	return v == 0 ? 1 : (int)floor(log10(fabs(v))) + 1;
}

static struct measured measure_text(struct str s, double v)
{
	struct measured m = {.ok = true, .v = v};
	bool point = false;
	int zeros = 0;                                   /* at the end of a whole number: not significant */

	for (size_t i = 0; i < s.n && (s.p[i] | 0x20) != 'e'; i++) {
		char ch = s.p[i];
		if (ch == '.') {
			point = true;
			continue;
		}
		if (ch < '0' || ch > '9')
			continue;
		m.decimals += point && m.decimals < 1000;
		if (m.figures || ch != '0')
			m.figures += m.figures < 1000;
		zeros = ch == '0' ? zeros + 1 : 0;
	}
	if (!point && v != 0) {
		m.figures -= min_int(zeros, m.figures - 1);
		m.decimals = -zeros;
	}
	return m;
}

static struct measured measure(const struct expr *e, struct eval_ctx *c)
{
	char buf[VAL_NUM_SIZE];
	struct measured m = {.ok = false};

	if (e->op == E_ADD || e->op == E_SUB || e->op == E_MUL || e->op == E_DIV) {
		for (unsigned i = 0; i < e->n; i++) {
			struct measured next = measure(e->arg[i], c);
			if (!next.ok || (i && !m.ok))
				return (struct measured){.ok = false};
			if (i == 0) {
				m = next;
				continue;
			}
			bool sum = e->op == E_ADD || e->op == E_SUB;
			m.v = e->op == E_ADD ? m.v + next.v : e->op == E_SUB ? m.v - next.v
			    : e->op == E_MUL ? m.v * next.v : m.v / next.v;
			if (!isfinite(m.v))
				return (struct measured){.ok = false};
			if (sum) {
				m.decimals = min_int(m.decimals, next.decimals);
				m.figures = digits_before(m.v) + m.decimals;
			} else {
				m.figures = min_int(m.figures, next.figures);
				m.decimals = m.figures - digits_before(m.v);
			}
		}
		return m;
	}
	struct val v = expr_eval(e, c);
	double d;
	return val_number(v, &d) ? measure_text(val_scalar_text(&v, buf), d) : m;
}

/* A number of the search becomes the text that wrote it, so that 1.00 keeps its noughts. */
static void keep_digits(struct parser *p, struct expr *e)
{
	if (e->op == E_LIT && e->lit.type == V_NUM)
		e->lit = val_str((struct str){p->text.p + e->at, e->len});
	if (e->op != E_ADD && e->op != E_SUB && e->op != E_MUL && e->op != E_DIV)
		return;
	for (unsigned i = 0; i < e->n; i++)
		keep_digits(p, e->arg[i]);
}

static bool check_sigfig(struct parser *p, struct expr *e)
{
	keep_digits(p, e->call.arg[0]);
	return true;
}

static struct val fn_sigfig(const struct expr *e, struct eval_ctx *c)
{
	struct measured m = measure(e->call.arg[0], c);

	if (!m.ok)
		return val_null();
	if (m.v == 0 || m.figures >= 15)
		return val_num(m.v);
	return fn_num(round_to(m.v, (m.figures < 1 ? 1 : m.figures) - digits_before(m.v)));
}

#define GROUP .group = "mathematics"
#define ONE(NAME, FN, SUMMARY, EXAMPLE)                                                                              \
	{.name = NAME, .min_args = 1, .max_args = 1, .usage = NAME "(x)", .summary = SUMMARY, .example = EXAMPLE,    \
	 GROUP, .call = FN, .each = true}
#define TWO(NAME, FN, USAGE, SUMMARY, EXAMPLE)                                                                       \
	{.name = NAME, .min_args = 2, .max_args = 2, .usage = USAGE, .summary = SUMMARY, .example = EXAMPLE, GROUP,  \
	 .call = FN, .each = true}
const struct eval_fn fns_math[] = {
	ONE("abs", fn_abs, "without its sign", "abs(-3) = 3"),
	ONE("acos", fn_acos, "arc cosine, in radians", "acos(1) = 0"),
	ONE("acosh", fn_acosh, "inverse hyperbolic cosine", "acosh(1) = 0"),
	ONE("asin", fn_asin, "arc sine, in radians", "asin(0) = 0"),
	ONE("asinh", fn_asinh, "inverse hyperbolic sine", "asinh(0) = 0"),
	ONE("atan", fn_atan, "arc tangent, in radians", "atan(0) = 0"),
	TWO("atan2", fn_atan2, "atan2(y, x)", "the angle of the point x, y, in radians", "atan2(0, 1) = 0"),
	ONE("atanh", fn_atanh, "inverse hyperbolic tangent", "atanh(0) = 0"),
	ONE("ceil", fn_ceiling, "rounded up to a whole number", "ceil(1.2) = 2"),
	ONE("ceiling", fn_ceiling, "rounded up to a whole number", "ceiling(-1.2) = -1"),
	ONE("cos", fn_cos, "cosine of radians", "cos(0) = 1"),
	ONE("cosh", fn_cosh, "hyperbolic cosine", "cosh(0) = 1"),
	ONE("exact", fn_exact, "x itself", "exact(3.5 * 2) = 7"),
	ONE("exp", fn_exp, "e to the power of x", "exp(0) = 1"),
	ONE("floor", fn_floor, "rounded down to a whole number", "floor(-1.2) = -2"),
	TWO("hypot", fn_hypot, "hypot(x, y)", "the square root of x*x + y*y", "hypot(3, 4) = 5"),
	ONE("ln", fn_ln, "natural logarithm", "ln(1) = 0"),
	{.name = "log", .min_args = 1, .max_args = 2, .usage = "log(x, base)", .summary = "logarithm, base 10 when none is given",
	 .example = "log(8, 2) = 3", GROUP, .call = fn_log, .each = true},
	{.name = "pi", .max_args = 0, .usage = "pi()", .summary = "the number pi", .example = "round(pi(), 4) = 3.1416", GROUP,
	 .call = fn_pi},
	TWO("pow", fn_pow, "pow(x, y)", "x to the power of y", "pow(2, 10) = 1024"),
	{.name = "round", .min_args = 1, .max_args = 2, .usage = "round(x, digits)",
	 .summary = "rounded to so many digits behind the point (none when not given), halves away from 0",
	 .example = "round(2.555, 2) = 2.56", GROUP, .call = fn_round, .each = true},
	{.name = "sigfig", .min_args = 1, .max_args = 1, .usage = "sigfig(x)",
	 .summary = "rounded to the figures that are significant, as the numbers it is computed from were written",
	 .example = "sigfig(1.00 * 1111) = 1110", GROUP, .lazy = fn_sigfig, .check = check_sigfig},
	ONE("sin", fn_sin, "sine of radians", "sin(0) = 0"),
	ONE("sinh", fn_sinh, "hyperbolic sine", "sinh(0) = 0"),
	ONE("sqrt", fn_sqrt, "square root", "sqrt(9) = 3"),
	ONE("tan", fn_tan, "tangent of radians", "tan(0) = 0"),
	ONE("tanh", fn_tanh, "hyperbolic tangent", "tanh(0) = 0"),
	{.name = NULL},
};
