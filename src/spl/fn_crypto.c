/* Digests as functions. */
#include "spl/fn_impl.h"

#include "spl/digest.h"

static struct val hex(enum digest kind, struct val v, struct eval_ctx *c)
{
	static const char digits[] = "0123456789abcdef";
	char buf[VAL_NUM_SIZE], text[2 * DIGEST_MAX];
	uint8_t out[DIGEST_MAX];
	struct str s = fn_text(v, buf);

	if (budget_spent_on(c->budget, s.n))
		return val_null();
	unsigned n = digest(kind, s, out);
	for (unsigned i = 0; i < n; i++) {
		text[2 * i] = digits[out[i] >> 4];
		text[2 * i + 1] = digits[out[i] & 15];
	}
	return fn_str(c, (struct str){text, 2 * n});
}

static struct val fn_md5(FN_ARGS)
{
	(void)e, (void)n;
	return hex(DIGEST_MD5, arg[0], c);
}

static struct val fn_sha1(FN_ARGS)
{
	(void)e, (void)n;
	return hex(DIGEST_SHA1, arg[0], c);
}

static struct val fn_sha256(FN_ARGS)
{
	(void)e, (void)n;
	return hex(DIGEST_SHA256, arg[0], c);
}

static struct val fn_sha512(FN_ARGS)
{
	(void)e, (void)n;
	return hex(DIGEST_SHA512, arg[0], c);
}

#define DIGEST(NAME, FN, EXAMPLE)                                                                                    \
	{.name = NAME, .min_args = 1, .max_args = 1, .usage = NAME "(x)", .group = "cryptographic",                  \
	 .summary = "the " NAME " digest of the text, in hexadecimal", .example = EXAMPLE, .call = FN, .each = true}
const struct eval_fn fns_crypto[] = {
	DIGEST("md5", fn_md5, "md5(\"abc\") = 900150983cd24fb0d6963f7d28e17f72"),
	DIGEST("sha1", fn_sha1, "sha1(\"abc\") = a9993e364706816aba3e25717850c26c9cd0d89d"),
	DIGEST("sha256", fn_sha256,
	       "sha256(\"abc\") = ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
	DIGEST("sha512", fn_sha512,
	       "substr(sha512(\"abc\"), 1, 32) = ddaf35a193617abacc417349ae204131"),
	{.name = NULL},
};
