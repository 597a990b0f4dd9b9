/* Stands in for libFuzzer: hands each file of a corpus to the target. Without arguments the corpus is
 * $top_srcdir/tests/fuzz/corpus/NAME, NAME being the program's own without fuzz_. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "rule/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static char *own_corpus(const char *program)
{
	const char *name = file_base(program), *top = getenv("top_srcdir");
	struct sbuf b = {0};

	if (strncmp(name, "lt-", 3) == 0)
		name += 3;
	if (strncmp(name, "fuzz_", 5) == 0)
		name += 5;
	sbuf_addf(&b, "%s/tests/fuzz/corpus/%s", top ? top : ".", name);
	return b.p;
}

static void add(struct file_list *l, const char *path)
{
	struct diags warn = {0};

	if (file_is_dir(path))
		files_below(l, path, NULL, NULL, true, &warn);
	else
		file_list_add(l, path);
	diags_free(&warn);
}

int main(int argc, char **argv)
{
	struct file_list files = {0};
	int failed = 0;

	for (int i = 1; i < argc; i++)
		add(&files, argv[i]);
	if (argc == 1) {
		char *corpus = own_corpus(argv[0]);
		add(&files, corpus);
		free(corpus);
	}
	for (size_t i = 0; i < files.n; i++) {
		struct sbuf text = {0};
		struct diag d = DIAG_INIT;
		if (file_read(files.v[i], (size_t)1 << 30, &text, &d)) {
			/* a copy of just that size, so that a sanitizer sees reads beyond it */
			uint8_t *copy = malloc(text.n ? text.n : 1);
			if (!copy)
				return 1;
			if (text.n)
				memcpy(copy, text.p, text.n);
			LLVMFuzzerTestOneInput(copy, text.n);
			free(copy);
		} else {
			fprintf(stderr, "%s: %s\n", d.file, d.msg);
			failed++;
		}
		sbuf_free(&text);
	}
	printf("%zu inputs\n", files.n);
	failed += files.n == 0;
	file_list_free(&files);
	return failed != 0;
}
