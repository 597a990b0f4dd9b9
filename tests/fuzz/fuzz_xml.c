/* Event XML: the fast reader and libxml2 agree, and so do all ways to cut the text, in all encodings. */
#include "tests/fuzz/fuzz_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	return fuzz_log(&decode_xml, p, n);
}
