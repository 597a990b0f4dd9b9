/* Functions of bits. Their numbers are whole, not negative and below 2^53, where a double still knows every unit; of
 * others the result is null. */
#include "spl/fn_impl.h"

#include <math.h>

#define BITS_ALL ((UINT64_C(1) << 53) - 1)

static bool bits(struct val v, uint64_t *out)
{
	double d;

	if (!val_number(v, &d) || !(d >= 0 && d <= (double)BITS_ALL) || trunc(d) != d)
		return false;
	*out = (uint64_t)d;
	return true;
}

static struct val combine(const struct val *arg, unsigned n, char op)
{
	uint64_t r, x;

	if (!bits(arg[0], &r))
		return val_null();
	for (unsigned i = 1; i < n; i++) {
		if (!bits(arg[i], &x))
			return val_null();
		r = op == '&' ? r & x : op == '|' ? r | x : r ^ x;
	}
	return val_num((double)r);
}

static struct val fn_and(FN_ARGS)
{
	(void)e, (void)c;
	return combine(arg, n, '&');
}

static struct val fn_or(FN_ARGS)
{
	(void)e, (void)c;
	return combine(arg, n, '|');
}

static struct val fn_xor(FN_ARGS)
{
	(void)e, (void)c;
	return combine(arg, n, '^');
}

static struct val fn_not(FN_ARGS)
{
	uint64_t x, mask = BITS_ALL;

	(void)e, (void)c;
	if (!bits(arg[0], &x) || (n > 1 && !bits(arg[1], &mask)))
		return val_null();
	return val_num((double)(~x & mask));
}

static struct val shift(const struct val *arg, bool left)
{
	uint64_t x, by;

	if (!bits(arg[0], &x) || !bits(arg[1], &by))
		return val_null();
	if (by > 53)
		return val_num(0);
	return val_num((double)(left ? x << by & BITS_ALL : x >> by));
}

static struct val fn_left(FN_ARGS)
{
	(void)e, (void)n, (void)c;
	return shift(arg, true);
}

static struct val fn_right(FN_ARGS)
{
	(void)e, (void)n, (void)c;
	return shift(arg, false);
}

#define GROUP .group = "bit"
const struct eval_fn fns_bit[] = {
	{.name = "bit_and", .min_args = 2, .max_args = -1, .usage = "bit_and(x, y, …)",
	 .summary = "bits that all have",
	 .example = "bit_and(5, 4) = 4", GROUP, .call = fn_and},
	{.name = "bit_not", .min_args = 1, .max_args = 2, .usage = "bit_not(x, mask)",
	 .summary = "bits that x has not, within the mask (53 bits when not given)",
	 .example = "bit_not(5, 7) = 2", GROUP,
	 .call = fn_not},
	{.name = "bit_or", .min_args = 2, .max_args = -1, .usage = "bit_or(x, y, …)",
	 .summary = "bits that any has",
	 .example = "bit_or(5, 2) = 7", GROUP, .call = fn_or},
	{.name = "bit_shift_left", .min_args = 2, .max_args = 2, .usage = "bit_shift_left(x, n)",
	 .summary = "x moved up by n bits, 53 bits kept", .example = "bit_shift_left(1, 4) = 16", GROUP,
	 .call = fn_left},
	{.name = "bit_shift_right", .min_args = 2, .max_args = 2, .usage = "bit_shift_right(x, n)",
	 .summary = "x moved down by n bits", .example = "bit_shift_right(16, 4) = 1", GROUP, .call = fn_right},
	{.name = "bit_xor", .min_args = 2, .max_args = -1, .usage = "bit_xor(x, y, …)",
	 .summary = "bits that an odd number of them has", .example = "bit_xor(5, 1) = 4", GROUP, .call = fn_xor},
	{.name = NULL},
};
