/* EVTX: all ways to cut the stream give the same, records in unused space or not, and each record that was read can be shown. */
#include "tests/load_tools.h"
#include "load/evtx.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void show_records(struct str text)
{
	struct pool *pool = pool_new();
	struct batch_maker *maker = batch_maker_new(pool);
	struct batch *b = batch_new(maker, 0, 0);
	struct sbuf out = {0};

	b->recover = true;
	decode_evtx.decode(text, ENC_UTF8, 0, (struct str){NULL, 0}, false, b);
	batch_done(b);
	for (uint32_t k = 0; k < b->ntables; k++)
		for (uint32_t r = 0; r < b->table[k].n && r < 20; r++) {
			const uint64_t offset = b->table[k].offset[r];
			uint64_t length, start = evtx_window(offset, &length);
			const char *why;
			if (length > text.n - start)
				length = text.n - start;
			sbuf_reset(&out);
			evtx_record_text((struct str){text.p + start, (size_t)length}, start, offset, &out, &why);
		}
	must(b->nrecovered <= b->nevents);
	sbuf_free(&out);
	batch_free(b);
	batch_maker_free(maker);
	pool_free(pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const struct str text = {(const char *)p, n};
	uint64_t state = DECODE_LOST;

	must(decode_evtx.probe(text, ENC_UTF8) <= 100);
	char *want = decode_whole(&decode_evtx, text, ENC_UTF8, false);
	char *got = decode_pieces(&decode_evtx, text, ENC_UTF8, false, 1 + n / (1 + n % 7));
	must(strcmp(got, want) == 0);
	free(got);
	free(want);
	show_records(text);
	must(decode_evtx.cut(text, ENC_UTF8, false, &state) <= n);
	return 0;
}
