/* Any bytes as a rule file: the YAML reader, and what makes a rule of the tree. */
#include "rule/ruleset.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena *a = arena_new();
	struct diags warn = {0};
	struct rule r = {.file = STR("fuzz.yml"), .path = STR("fuzz.yml"), .why_not = DIAG_INIT};

	escu_read(&r, (struct str){(const char *)p, n}, a, &warn);
	diags_free(&warn);
	arena_free(a);
	return 0;
}
