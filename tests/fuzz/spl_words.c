/* Prints a libFuzzer dictionary of all commands, functions and aggregations, with the options that their usage names: what
 * tests/fuzz/spl.dict, the grammar's own words, lacks.
 *     { cat tests/fuzz/spl.dict; tests/fuzz/spl_words; } >dict; tests/fuzz/fuzz_spl -dict=dict */
#include <stdio.h>
#include <string.h>

#include "spl/agg.h"
#include "spl/cmd.h"
#include "spl/fn.h"

static void word(const char *s, size_t n)
{
	putchar('"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		if (c < ' ' || c > '~')
			printf("\\x%02X", c);
		else if (c == '"' || c == '\\')
			printf("\\%c", c);
		else
			putchar(c);
	}
	puts("\"");
}

/* Each `name=` of a usage line. */
static void options(const char *usage)
{
	for (const char *eq = strchr(usage, '='); eq; eq = strchr(eq + 1, '=')) {
		const char *from = eq;
		while (from > usage && ((from[-1] >= 'a' && from[-1] <= 'z') || from[-1] == '_'))
			from--;
		if (from < eq)
			word(from, (size_t)(eq - from) + 1);
	}
}

/* The searches of a help example: its lines behind "search:". */
static void searches(const char *example)
{
	for (const char *s = strstr(example, "search:"); s; s = strstr(s, "search:")) {
		s += strlen("search:");
		s += strspn(s, " ");
		word(s, strcspn(s, "\n"));
	}
}

int main(void)
{
	size_t n;
	char text[256];

	const struct spl_cmd *const *cmd = cmd_all(&n);
	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "| %s ", cmd[i]->name);
		word(text, strlen(text));
		options(cmd[i]->usage);
		searches(cmd[i]->example);
	}
	const struct eval_fn *const *fn = fn_all(&n);
	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%s(", fn[i]->name);
		word(text, strlen(text));
		const char *equals = strstr(fn[i]->example, " = ");
		word(fn[i]->example, equals ? (size_t)(equals - fn[i]->example) : strlen(fn[i]->example));
	}
	const struct agg_fn *agg = agg_all(&n);
	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%s%s(a) ", agg[i].name, strstr(agg[i].usage, "N(") ? "50" : "");
		word(text, strlen(text));
	}
	return 0;
}
