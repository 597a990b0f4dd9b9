/* decoding.h: from places in the text to stored bytes. */
#include "load/decoding.h"

#include "load/stray.h"

struct decoding decoding_open(const struct decoder *decoder, struct str stored, enum encoding enc, uint64_t base, bool strict, struct batch *b)
{
	struct decoding d = {.decoder = decoder, .stored = stored, .enc = enc, .base = base, .batch = b, .strict = strict};

	d.t = wide_open(&d.wide, stored, enc);
	b->stable = true;
	return d;
}

void decoding_close(struct decoding *d)
{
	d->batch->stable = false;
	wide_free(&d->wide);
}

void decoding_keep(struct decoding *d, size_t from, size_t to)
{
	uint64_t start = wide_bytes(&d->wide, from), end = wide_bytes(&d->wide, to);

	batch_end(d->batch, d->base + start, end - start);
}

void decoding_damaged(struct decoding *d, size_t from, size_t to, const char *why)
{
	uint64_t start = wide_bytes(&d->wide, from), end = wide_bytes(&d->wide, to);

	batch_damaged(d->batch, d->base + start, end - start, "%s", why);
}

bool decoding_nuls(struct decoding *d, size_t from, size_t to)
{
	struct str nuls = stray_nuls((struct str){d->t.p + from, to - from});
	size_t at = nuls.n ? (size_t)(nuls.p - d->t.p) : 0;

	if (nuls.n)
		decoding_damaged(d, at, at + nuls.n, "NUL bytes where records should be");
	return nuls.n > 0;
}

size_t decoding_give_away(struct decoding *d, size_t from, size_t to, bool remains)
{
	size_t start = wide_bytes(&d->wide, from);
	struct str raw = {d->stored.p + start, wide_bytes(&d->wide, to) - start};

	if (!raw.n)
		return to;
	size_t left = stray_decode(raw, remains, d->base + start, d->decoder, d->enc, d->strict, d->batch);
	return left < raw.n ? wide_place(&d->wide, from, start + left) : to;
}

size_t decoding_other(const struct decoder *decoder, struct wide *w, struct str stored, enum encoding enc, size_t from, size_t to)
{
	size_t start = wide_bytes(w, from);
	struct stray s;

	return stray_find((struct str){stored.p + start, wide_bytes(w, to) - start}, true, decoder, enc, &s) ? wide_place(w, from, start + s.at) : to;
}
