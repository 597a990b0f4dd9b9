/* Logs of plain text: all ways to cut the text agree, in all encodings. */
#include "tests/fuzz/fuzz_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	return fuzz_log(&decode_text, p, n);
}
