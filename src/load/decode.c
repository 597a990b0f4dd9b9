/* The formats, and which of them a stream is. A format is told from its first bytes, never from a name. */
#include "load/decode.h"

#include "load/evtx.h"

static const struct decoder *const decoders[] = {&decode_evtx, &decode_xml, &decode_json, &decode_csv, &decode_text};
enum { NDECODERS = sizeof(decoders) / sizeof *decoders };

/* By BOM; else UTF-16 when every other one of the first bytes is 0, as in markup. */
static enum encoding encoding_of(struct str head)
{
	const unsigned char *p = (const unsigned char *)head.p;
	size_t n = head.n < 64 ? head.n & ~(size_t)1 : 64, even = 0, odd = 0;

	if (head.n >= 2 && p[0] == 0xFF && p[1] == 0xFE)
		return ENC_UTF16LE;
	if (head.n >= 2 && p[0] == 0xFE && p[1] == 0xFF)
		return ENC_UTF16BE;
	for (size_t i = 0; i < n; i += 2) {
		even += p[i] == 0;
		odd += p[i + 1] == 0;
	}
	if (n >= 4 && even == 0 && odd * 2 >= n / 4 * 3)
		return ENC_UTF16LE;
	if (n >= 4 && odd == 0 && even * 2 >= n / 4 * 3)
		return ENC_UTF16BE;
	return ENC_UTF8;
}

const struct decoder *decode_probe(struct str head, enum encoding *enc)
{
	const struct decoder *best = NULL;
	int most = 0;
	size_t zeros = 0;

	/* What was carved out of a disk may begin with a hole; one NUL byte is half a character of UTF-16. */
	while (zeros < head.n && head.p[zeros] == '\0')
		zeros++;
	if (zeros % 2 && zeros + 1 < head.n && head.p[zeros + 1] == '\0')
		zeros--;
	if (zeros > 1 && zeros < head.n)
		head = (struct str){head.p + zeros, head.n - zeros};
	*enc = encoding_of(head);
	for (int i = 0; i < NDECODERS; i++) {
		int sure = decoders[i]->probe(head, *enc);
		if (sure > most) {
			most = sure;
			best = decoders[i];
		}
	}
	return best;
}

const struct decoder *decode_for(enum format f)
{
	for (int i = 0; i < NDECODERS; i++)
		if (decoders[i]->format == f)
			return decoders[i];
	return NULL;
}
