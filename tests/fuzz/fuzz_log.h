/* What the targets of text formats have in common. Header only. */
#ifndef SPOOR_FUZZ_LOG_H
#define SPOOR_FUZZ_LOG_H

#include "load/stray.h"
#include "tests/load_tools.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* Does another log lie in it? Where that is cut is the reader's affair (load.c), which is not at work here. */
static inline bool fuzz_mixed(const struct decoder *d, struct str text, enum encoding enc)
{
	const char *eol = d == &decode_csv && text.n ? memchr(text.p, '\n', text.n) : NULL;
	struct stray s;

	if (eol)                                                 /* its own header is one of a table */
		text = (struct str){eol + 1, (size_t)(text.p + text.n - eol) - 1};
	return stray_find(text, false, d, enc, &s) || memchr(text.p, 0, text.n);
}

/* Without the damage whose extent depends on where its line was cut. */
static inline char *fuzz_firm(char *shown)
{
	char *to = shown;

	for (char *line = shown, *next; *line; line = next) {
		char *eol = strchr(line, '\n');
		next = eol ? eol + 1 : line + strlen(line);
		const char *why = *line == '!' ? strstr(line, "text between records") : NULL;
		if (why && why < next)
			continue;
		memmove(to, line, (size_t)(next - line));
		to += next - line;
	}
	*to = '\0';
	return shown;
}

static inline void fuzz_same(const struct decoder *d, struct str text, enum encoding enc)
{
	char *want = decode_whole(d, text, enc, true);
	char *got = decode_whole(d, text, enc, false);

	must(strcmp(got, want) == 0);
	free(got);
	/* Small steps are slow on long texts. */
	got = decode_pieces(d, text, enc, false, 1 + text.n % (text.n < 500 ? 61 : 997));
	if (strcmp(fuzz_firm(got), fuzz_firm(want)) != 0 && !fuzz_mixed(d, text, enc)) {
		fprintf(stderr, "in pieces:\n%s\nat once:\n%s\n", got, want);
		abort();
	}
	free(got);
	free(want);
	uint64_t state = DECODE_LOST;
	must(d->cut(text, enc, false, &state) <= text.n);
}

static inline int fuzz_log(const struct decoder *d, const uint8_t *p, size_t n)
{
	struct str text = {(const char *)p, n};

	must(d->probe(text, (enum encoding)(n % 3)) <= 100);
	fuzz_same(d, text, ENC_UTF8);
	if (n % 4 == 0)
		fuzz_same(d, text, n % 8 ? ENC_UTF16LE : ENC_UTF16BE);
	if (n % 4 == 1) {                                        /* the same text, so that UTF-16 gets records, too */
		struct sbuf wide = to_utf16(text, n % 8 == 1);
		fuzz_same(d, sbuf_str(&wide), n % 8 == 1 ? ENC_UTF16BE : ENC_UTF16LE);
		sbuf_free(&wide);
	}
	return 0;
}

#endif
