/* Regular expressions, on PCRE2. Owns compiling, the limits of matching and what each thread needs for it. */
#include "spl/regex.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "spl/budget.h"
#include "spl/val.h"

enum {
	PATTERN_MAX = 1 << 16,                           /* bytes of a pattern */
	HEAP_MAX_KIB = 32 << 10,
	JIT_STACK_MIN = 32 << 10,
	JIT_STACK_MAX = 1 << 20,
	PAIRS = 64,
	CACHED = 16,
};

/* Steps of one match from one place where it may begin. Each byte of the text is such a place, so long texts get fewer. */
static uint32_t steps_for(size_t n)
{
	if (n <= 1000)
		return 1000000 / (uint32_t)(n / 256 + 1);
	if (n <= 40000)                                  /* a command line may have this many */
		return 200000;
	return n < 800000 ? (uint32_t)(UINT64_C(8000000000) / n) : 10000;
}

struct regex {
	pcre2_code *code;
	struct str text;                                 /* the pattern */
	unsigned groups;
	struct str *name;                                /* of each group; NULL when none has one */
};

static _Thread_local unsigned long given_up;
static _Thread_local char given_up_on[160];
static _Thread_local struct str looks_in;

void regex_looks_in(struct str field)
{
	looks_in = field;
}

unsigned long regex_given_up(const char **which)
{
	if (which)
		*which = given_up_on;
	return given_up;
}

/* So many whole characters of s as go into `most` bytes. */
static int beginning(struct str s, size_t most)
{
	size_t n = 0, at = 0;

	while (at < s.n && at < most) {
		n = at;
		utf8_next(s, &at);
	}
	return (int)(at <= most ? at : n);
}

static void give_up(const struct regex *re)
{
	const int n = beginning(re->text, 72), field = beginning(looks_in, 60);

	given_up++;
	snprintf(given_up_on, sizeof(given_up_on), "%.*s%s%s%.*s", n, re->text.p, (size_t)n < re->text.n ? "..." : "",
	         field ? " in the field " : "", field, looks_in.n ? looks_in.p : "");
}

/* ---- what a thread needs for matching ---- */

struct cached {
	struct arena *arena;                             /* NULL: unused */
	struct str text;
	struct regex *re;                                /* NULL: bad */
	unsigned long used;
};

struct scratch {
	pcre2_match_data *data;
	uint32_t pairs;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
	struct cached cache[CACHED];
	unsigned long clock;
};

static _Thread_local struct scratch *scratch;
static pthread_key_t scratch_key;
static pthread_once_t scratch_once = PTHREAD_ONCE_INIT;

static void free_scratch(void *p)
{
	struct scratch *s = p;

	for (unsigned i = 0; i < CACHED; i++)
		arena_free(s->cache[i].arena);
	pcre2_match_data_free(s->data);
	pcre2_match_context_free(s->context);
	pcre2_jit_stack_free(s->stack);
	free(s);
	scratch = NULL;
}

static void free_own_scratch(void)
{
	if (scratch)
		free_scratch(scratch);
}

static void make_key(void)
{
	pthread_key_create(&scratch_key, free_scratch);
	atexit(free_own_scratch);                        /* keys are not run for the thread that ends the program */
}

/* NULL when there is no memory for it. */
static struct scratch *get_scratch(unsigned groups)
{
	struct scratch *s = scratch;

	if (!s) {
		pthread_once(&scratch_once, make_key);
		s = xcalloc(1, sizeof(*s));
		s->context = pcre2_match_context_create(NULL);
		s->stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL);
		if (s->context) {
			pcre2_set_heap_limit(s->context, HEAP_MAX_KIB);
			pcre2_jit_stack_assign(s->context, NULL, s->stack);
		}
		scratch = s;
		pthread_setspecific(scratch_key, s);
	}
	if (!s->data || s->pairs < groups) {
		pcre2_match_data_free(s->data);
		s->pairs = groups > PAIRS ? groups : PAIRS;
		s->data = pcre2_match_data_create(s->pairs, NULL);
	}
	return s->data && s->context ? s : NULL;
}

/* ---- compiling ---- */

static void free_code(void *p)
{
	pcre2_code_free(p);
}

static void read_names(struct arena *a, struct regex *re)
{
	uint32_t count = 0, size = 0;
	PCRE2_SPTR entry = NULL;                         /* number of the group (2 bytes, high first), then its name */

	pcre2_pattern_info(re->code, PCRE2_INFO_NAMECOUNT, &count);
	if (!count)
		return;
	pcre2_pattern_info(re->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	pcre2_pattern_info(re->code, PCRE2_INFO_NAMETABLE, &entry);
	re->name = ARENA_ARRAY(a, struct str, re->groups);
	for (uint32_t i = 0; i < count; i++, entry += size) {
		unsigned group = (unsigned)entry[0] << 8 | entry[1];
		if (group < re->groups)
			re->name[group] = arena_str(a, str_c((const char *)entry + 2));
	}
}

struct regex *regex_new(struct arena *a, struct str text, char *err, size_t errsize)
{
	const uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
	PCRE2_SIZE offset = 0;
	uint32_t captures = 0;
	int code = 0;

	if (text.n > PATTERN_MAX) {
		snprintf(err, errsize, "it is longer than %d bytes", PATTERN_MAX);
		return NULL;
	}
	PCRE2_SPTR pattern = (PCRE2_SPTR)(text.p ? text.p : "");
	pcre2_code *compiled = pcre2_compile(pattern, text.n, options, &code, &offset, NULL);
	if (!compiled) {
		PCRE2_UCHAR why[120] = "";
		pcre2_get_error_message(code, why, sizeof(why));
		size_t at = utf8_len((struct str){text.p, offset <= text.n ? offset : text.n});
		snprintf(err, errsize, "%s at character %zu", (const char *)why, at + 1);
		return NULL;
	}
	/* Where machine code is not available, or not allowed, PCRE2 interprets. */
	pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE);
	arena_on_free(a, free_code, compiled);

	struct regex *re = ARENA_NEW(a, struct regex);
	re->code = compiled;
	re->text = arena_str(a, text);
	pcre2_pattern_info(compiled, PCRE2_INFO_CAPTURECOUNT, &captures);
	re->groups = captures + 1;
	read_names(a, re);
	return re;
}

unsigned regex_groups(const struct regex *re)
{
	return re->groups;
}

struct str regex_group_name(const struct regex *re, unsigned group)
{
	return re->name && group < re->groups ? re->name[group] : (struct str){NULL, 0};
}

const struct regex *regex_cached(struct str text)
{
	struct scratch *s = get_scratch(1);
	struct cached *oldest = s ? &s->cache[0] : NULL;
	char err[128];

	if (!s)
		return NULL;
	for (unsigned i = 0; i < CACHED; i++) {
		struct cached *c = &s->cache[i];
		if (c->arena && str_eq(c->text, text)) {
			c->used = ++s->clock;
			return c->re;
		}
		if (c->used < oldest->used)
			oldest = c;
	}
	arena_free(oldest->arena);
	oldest->arena = arena_new();
	oldest->text = arena_str(oldest->arena, text);
	oldest->re = regex_new(oldest->arena, text, err, sizeof(err));
	oldest->used = ++s->clock;
	return oldest->re;
}

/* ---- matching ---- */

bool regex_match(const struct regex *re, struct str text, size_t from, size_t *span, unsigned ngroups)
{
	struct scratch *s = get_scratch(re->groups);

	if (!s || from > text.n)
		return false;
	pcre2_set_match_limit(s->context, steps_for(text.n));

	PCRE2_SPTR subject = (PCRE2_SPTR)(text.p ? text.p : "");
	int rc = pcre2_match(re->code, subject, text.n, from, 0, s->data, s->context);
	if (rc == PCRE2_ERROR_JIT_STACKLIMIT)            /* the interpreter has more room */
		rc = pcre2_match(re->code, subject, text.n, from, PCRE2_NO_JIT, s->data, s->context);
	if (rc < 0) {
		if (rc != PCRE2_ERROR_NOMATCH)
			give_up(re);
		return false;
	}
	const PCRE2_SIZE *v = pcre2_get_ovector_pointer(s->data);
	for (unsigned i = 0; i < ngroups; i++) {
		bool set = i < (unsigned)rc && v[2 * i] != PCRE2_UNSET;
		span[2 * i] = set ? v[2 * i] : SIZE_MAX;
		span[2 * i + 1] = set ? v[2 * i + 1] : SIZE_MAX;
		/* \K in an assertion may put the start of a match behind its end. */
		if (set && span[2 * i] > span[2 * i + 1])
			span[2 * i] = span[2 * i + 1];
	}
	return true;
}

bool regex_find(const struct regex *re, struct str text, size_t from, size_t *start, size_t *end)
{
	size_t span[2];

	if (!regex_match(re, text, from, span, 1))
		return false;
	*start = span[0];
	*end = span[1];
	return true;
}

size_t regex_next(struct str text, size_t start, size_t end)
{
	if (end > start)
		return end;
	if (end >= text.n)
		return text.n + 1;
	utf8_next(text, &end);
	return end;
}

/* ---- replacing ---- */

static void add_replacement(struct sbuf *out, struct str text, struct str rep, const size_t *span, unsigned ngroups)
{
	for (size_t i = 0; i < rep.n; i++) {
		char next = i + 1 < rep.n ? rep.p[i + 1] : '\0';
		if (rep.p[i] != '\\' || next < '0' || next > '9') {
			sbuf_addc(out, rep.p[i]);
			continue;
		}
		unsigned g = (unsigned)(next - '0');
		if (g < ngroups && span[2 * g] != SIZE_MAX)
			sbuf_add(out, text.p + span[2 * g], span[2 * g + 1] - span[2 * g]);
		i++;
	}
}

struct str regex_replace(const struct regex *re, struct str text, struct str rep, size_t max, struct spl_budget *b, struct arena *a)
{
	enum { GROUPS = 10 };
	size_t span[2 * GROUPS], from = 0, done = 0, count = 0;
	unsigned ngroups = re->groups < GROUPS ? re->groups : GROUPS;
	struct sbuf out = {0};

	if (!text.p)
		text = STR("");
	while ((!max || count < max) && from <= text.n && regex_match(re, text, from, span, ngroups)) {
		if (span[0] < done)                      /* \K and look-behind: nothing twice */
			span[0] = done;
		sbuf_add(&out, text.p + done, span[0] - done);
		add_replacement(&out, text, rep, span, ngroups);
		if (out.n > VAL_TEXT_MAX || budget_spent_on(b, text.n)) {
			sbuf_free(&out);
			return (struct str){NULL, 0};
		}
		done = span[1] > done ? span[1] : done;
		from = regex_next(text, span[0], span[1]);
		count++;
	}
	if (!count)
		return text;
	sbuf_add(&out, text.p + done, text.n - done);
	struct str result = arena_str(a, sbuf_str(&out));
	sbuf_free(&out);
	return result;
}
