/* base: memory, arena, bitmap, map, pool, jobs, diagnostics. */
#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/bits.h"
#include "base/diag.h"
#include "base/jobs.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/wild.h"

/* The tests of running out of memory want NULL, not the sanitizer's own end. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
	return "allocator_may_return_null=1";
}

/* ---- mem ---- */

START_TEST(mem_dies_with_2)
{
	xmalloc(SIZE_MAX / 2);
}
END_TEST

START_TEST(mem_dies_on_overflow)
{
	xreallocarray(NULL, SIZE_MAX / 4, 8);
}
END_TEST

START_TEST(mem_dies_on_calloc_overflow)
{
	xcalloc(SIZE_MAX / 4, 8);
}
END_TEST

static void hook(void)
{
	_exit(7);
}

START_TEST(mem_runs_hook)
{
	mem_on_fatal(hook);
	xmalloc(SIZE_MAX / 2);
}
END_TEST

START_TEST(mem_copies)
{
	char *a = xstrdup("abc"), *b = xstrndup("abcdef", 2), *c = xstrndup("ab", 10);
	void *none = xmalloc(0);

	ck_assert_str_eq(a, "abc");
	ck_assert_str_eq(b, "ab");
	ck_assert_str_eq(c, "ab");
	ck_assert_ptr_nonnull(none);
	none = xrealloc(none, 0);
	ck_assert_ptr_nonnull(none);
	free(a);
	free(b);
	free(c);
	free(none);

	int *v = NULL;
	size_t n = 0, cap = 0;
	for (int i = 0; i < 1000; i++) {
		GROW(v, n, cap);
		v[n++] = i;
	}
	ck_assert_int_eq(v[999], 999);
	free(v);
}
END_TEST

/* ---- arena ---- */

START_TEST(arena_aligns_and_keeps)
{
	struct arena *a = arena_new();
	char *text[2000];

	for (int i = 0; i < 2000; i++) {
		text[i] = arena_printf(a, "%d", i);
		double *d = arena_alloc(a, sizeof(long double));
		ck_assert_uint_eq((uintptr_t)d % _Alignof(max_align_t), 0);
		*d = i;
	}
	for (int i = 0; i < 2000; i++)
		ck_assert_int_eq(atoi(text[i]), i);

	/* Larger than any block, and cleared. */
	size_t big = 5 << 20;
	char *p = arena_zalloc(a, big);
	for (size_t i = 0; i < big; i += 4093)
		ck_assert_int_eq(p[i], 0);
	ck_assert_uint_ge(arena_bytes(a), big);

	struct str s = arena_str(a, (struct str){"a\0b", 3});
	ck_assert(s.n == 3 && memcmp(s.p, "a\0b", 4) == 0);
	s = arena_str(a, (struct str){NULL, 0});
	ck_assert(s.n == 0 && s.p && *s.p == '\0');
	ck_assert_str_eq(arena_strdup(a, "x"), "x");
	int *v = ARENA_ARRAY(a, int, 3);
	ck_assert(v[0] == 0 && v[2] == 0);
	ck_assert_ptr_nonnull(arena_alloc(a, 0));
	arena_free(a);
	arena_free(NULL);
}
END_TEST

static void note(void *ctx)
{
	struct sbuf **at = ctx;

	sbuf_addf(*at, "%d", (int)(*at)->n);
}

static void note_x(void *ctx)
{
	sbuf_addc(ctx, 'x');
}

START_TEST(arena_cleans_up_backwards)
{
	struct arena *a = arena_new();
	struct sbuf log = {0};
	struct sbuf **in_arena = ARENA_NEW(a, struct sbuf *);

	/* What a cleanup needs may lie in the arena itself. */
	*in_arena = &log;
	arena_on_free(a, note, in_arena);
	arena_on_free(a, note_x, &log);
	arena_free(a);
	ck_assert_str_eq(log.p, "x1");
	sbuf_free(&log);
}
END_TEST

START_TEST(arena_dies_on_overflow)
{
	struct arena *a = arena_new();
	volatile size_t n = SIZE_MAX / 4;

	ARENA_ARRAY(a, uint64_t, n);
}
END_TEST

START_TEST(arena_dies_on_huge)
{
	arena_alloc(arena_new(), SIZE_MAX);
}
END_TEST

/* ---- bits ---- */

START_TEST(bits_all_sizes)
{
	for (size_t n = 0; n < 200; n++) {
		struct bits *b = bits_new(n, true), *c = bits_new(n, false);

		ck_assert_uint_eq(bits_count(b), n);
		ck_assert_int_eq(bits_any(b), n > 0);
		ck_assert(!bits_any(c));
		ck_assert_uint_eq(bits_next(c, 0), n);
		for (size_t i = 0; i < n; i += 7)
			c->w[i / 64] |= UINT64_C(1) << i % 64;
		size_t seen = 0;
		for (size_t i = bits_next(c, 0); i < n; i = bits_next(c, i + 1)) {
			ck_assert_uint_eq(i % 7, 0);
			ck_assert(bits_get(c, i));
			seen++;
		}
		ck_assert_uint_eq(seen, (n + 6) / 7);
		ck_assert_uint_eq(seen, bits_count(c));
		bits_or(b, c);
		ck_assert_uint_eq(bits_count(b), n);
		bits_or(c, b);
		ck_assert_uint_eq(bits_count(c), n);
		ck_assert_uint_eq(bits_next(b, n), n);
		ck_assert_uint_eq(bits_next(b, SIZE_MAX), n);
		free(b);
		free(c);
	}
}
END_TEST

/* ---- map ---- */

static struct str key_of(unsigned i, char buf[32])
{
	return (struct str){buf, (size_t)snprintf(buf, 32, "key %u", i)};
}

START_TEST(map_keeps_order)
{
	struct map *m = map_new();
	char buf[32];
	bool fresh;

	ck_assert_ptr_null(map_get(m, STR("x")));
	ck_assert(!map_del(m, STR("x")));
	for (unsigned i = 0; i < 5000; i++) {
		map_put(m, key_of(i, buf), &fresh)->u = i;
		ck_assert(fresh);
	}
	map_put(m, key_of(17, buf), &fresh);
	ck_assert(!fresh);
	ck_assert_uint_eq(map_len(m), 5000);
	for (unsigned i = 0; i < 5000; i++) {
		ck_assert(str_eq(map_key(m, i), key_of(i, buf)));
		ck_assert_uint_eq(map_val(m, i)->u, i);
	}

	/* Every third goes; the others stay, in order, and are still found. */
	for (unsigned i = 0; i < 5000; i += 3)
		ck_assert(map_del(m, key_of(i, buf)));
	size_t at = 0;
	for (unsigned i = 0; i < 5000; i++) {
		union map_val *v = map_get(m, key_of(i, buf));
		if (i % 3 == 0) {
			ck_assert_ptr_null(v);
			continue;
		}
		ck_assert_ptr_nonnull(v);
		ck_assert_uint_eq(v->u, i);
		ck_assert(str_eq(map_key(m, at++), key_of(i, buf)));
	}
	ck_assert_uint_eq(map_len(m), at);
	map_put(m, key_of(0, buf), &fresh)->u = 9;
	ck_assert(fresh);
	ck_assert(str_eq(map_key(m, at), key_of(0, buf)));
	while (map_len(m))
		ck_assert(map_del(m, map_key(m, map_len(m) / 2)));
	ck_assert_ptr_null(map_get(m, key_of(1, buf)));
	map_free(m);
	map_free(NULL);
}
END_TEST

START_TEST(map_any_bytes)
{
	struct map *m = map_new();

	map_put(m, (struct str){NULL, 0}, NULL)->u = 1;
	map_put(m, (struct str){"\0", 1}, NULL)->u = 2;
	map_put(m, (struct str){"\0\0", 2}, NULL)->u = 3;
	ck_assert_uint_eq(map_get(m, STR(""))->u, 1);
	ck_assert_uint_eq(map_get(m, (struct str){"\0", 1})->u, 2);
	ck_assert_uint_eq(map_len(m), 3);
	ck_assert_uint_eq(map_put(m, STR("new"), NULL)->u, 0);
	map_free(m);
}
END_TEST

/* ---- pool ---- */

START_TEST(pool_names_each_once)
{
	struct pool *p = pool_new();
	char buf[32];

	ck_assert_uint_eq(pool_count(p), 0);
	ck_assert_ptr_null(pool_str(p, 0).p);
	ck_assert_uint_eq(pool_intern(p, pool_str(p, 0)), 0);
	ck_assert_uint_eq(pool_find(p, STR("key 1")), 0);
	uint32_t empty = pool_intern(p, STR(""));
	ck_assert_uint_ne(empty, 0);
	ck_assert(pool_str(p, empty).p && pool_str(p, empty).n == 0);
	for (unsigned i = 0; i < 100000; i++)
		ck_assert_uint_eq(pool_intern(p, key_of(i, buf)), i + 2);
	for (unsigned i = 0; i < 100000; i++) {
		struct str key = key_of(i, buf);
		ck_assert_uint_eq(pool_intern(p, key), i + 2);
		ck_assert_uint_eq(pool_find(p, key), i + 2);
		struct str s = pool_str(p, i + 2);
		ck_assert(str_eq(s, key) && s.p[s.n] == '\0');
	}
	ck_assert_uint_eq(pool_count(p), 100001);
	ck_assert_uint_gt(pool_bytes(p), 100000 * 8);
	ck_assert_uint_ne(pool_intern(p, (struct str){"a\0b", 3}), pool_intern(p, STR("a")));

	char *big = xmalloc(3 << 20);
	memset(big, 'B', 3 << 20);
	uint32_t id = pool_intern(p, (struct str){big, 3 << 20});
	ck_assert_uint_eq(pool_str(p, id).n, 3 << 20);
	ck_assert_uint_eq(pool_str(p, pool_fold(p, id)).p[(3 << 20) - 1], 'b');
	free(big);
	pool_free(p);
	pool_free(NULL);
}
END_TEST

START_TEST(pool_folds)
{
	struct pool *p = pool_new();
	uint32_t upper = pool_intern(p, STR("C:\\Windows\\\xC3\x84")), none = pool_intern(p, STR("abc\xFF"));
	uint32_t lower = pool_fold(p, upper);

	ck_assert(str_eqc(pool_str(p, lower), "c:\\windows\\\xC3\xA4"));
	ck_assert_uint_eq(pool_fold(p, upper), lower);
	ck_assert_uint_eq(pool_fold(p, lower), lower);
	ck_assert_uint_eq(pool_fold(p, none), none);
	ck_assert_uint_eq(pool_fold(p, 0), 0);
	ck_assert_uint_eq(pool_count(p), 3);
	pool_free(p);
}
END_TEST

enum { CROWD_JOBS = 64, CROWD_STRINGS = 3000 };

struct crowd {
	struct pool *p;
	uint32_t id[CROWD_JOBS][CROWD_STRINGS];
};

/* Job j interns the strings from j * 1000 on, so that neighbours fight for the same ones, and reads while others write. */
static void crowd_job(void *ctx, size_t job, unsigned worker)
{
	struct crowd *c = ctx;
	char buf[32];

	(void)worker;
	for (unsigned i = 0; i < CROWD_STRINGS; i++) {
		int n = snprintf(buf, sizeof(buf), "KEY %u", (unsigned)job * 1000 + i);
		uint32_t id = pool_intern(c->p, (struct str){buf, (size_t)n});
		c->id[job][i] = id;
		if (!str_eqc(pool_str(c->p, id), buf) || pool_fold(c->p, id) == id || pool_count(c->p) < id)
			abort();
	}
}

/* The same ids as one after the other: new texts, old ones, the same twice, none, more than are taken at once. */
START_TEST(pool_many_at_once)
{
	enum { MANY = 500 };
	struct pool *p = pool_new(), *q = pool_new();
	struct str s[MANY];
	char text[MANY][8];
	uint32_t id[MANY];
	unsigned seed = 5;

	for (int turn = 0; turn < 40; turn++) {
		const size_t n = (size_t)rand_r(&seed) % MANY;
		for (size_t i = 0; i < n; i++) {
			int len = snprintf(text[i], sizeof(text[i]), "%d", rand_r(&seed) % 3000);
			s[i] = rand_r(&seed) % 9 ? (struct str){text[i], (size_t)len} : (struct str){NULL, 0};
		}
		pool_intern_all(p, s, id, n);
		for (size_t i = 0; i < n; i++)
			ck_assert_uint_eq(id[i], pool_intern(q, s[i]));
	}
	ck_assert_uint_eq(pool_count(p), pool_count(q));
	pool_free(p);
	pool_free(q);
}
END_TEST

START_TEST(pool_by_many_threads)
{
	struct crowd *c = xcalloc(1, sizeof(*c));

	c->p = pool_new();
	jobs_run(CROWD_JOBS, 4, crowd_job, c, NULL);
	for (unsigned j = 0; j + 2 < CROWD_JOBS; j++) {
		for (unsigned i = 1000; i < CROWD_STRINGS; i++)
			ck_assert_uint_eq(c->id[j][i], c->id[j + 1][i - 1000]);
	}
	ck_assert_uint_eq(pool_count(c->p), 2 * (CROWD_STRINGS + (CROWD_JOBS - 1) * 1000));
	pool_free(c->p);
	free(c);
}
END_TEST

/* ---- jobs ---- */

struct tally {
	atomic_uint done[500];
	atomic_size_t runs;
	atomic_bool stop;
	size_t stop_after;
	unsigned max_worker;
	_Atomic unsigned bad;
};

static void tally_job(void *ctx, size_t job, unsigned worker)
{
	struct tally *t = ctx;

	if (worker > t->max_worker)
		atomic_fetch_add(&t->bad, 1);
	atomic_fetch_add(&t->done[job], 1);
	if (atomic_fetch_add(&t->runs, 1) + 1 == t->stop_after)
		atomic_store(&t->stop, true);
}

START_TEST(jobs_run_each_once)
{
	static const unsigned workers[] = {0, 1, 2, 3, 8, 600};

	for (size_t k = 0; k < sizeof(workers) / sizeof(*workers); k++) {
		struct tally t = {.max_worker = workers[k] ? workers[k] - 1 : 0};
		jobs_run(500, workers[k], tally_job, &t, &t.stop);
		for (int i = 0; i < 500; i++)
			ck_assert_uint_eq(atomic_load(&t.done[i]), 1);
		ck_assert_uint_eq(atomic_load(&t.bad), 0);
	}
	struct tally t = {0};
	jobs_run(0, 4, tally_job, &t, NULL);
	ck_assert_uint_eq(atomic_load(&t.runs), 0);
}
END_TEST

START_TEST(jobs_stop)
{
	struct tally t = {.max_worker = 3, .stop_after = 10};

	jobs_run(500, 1, tally_job, &t, &t.stop);
	ck_assert_uint_eq(atomic_load(&t.runs), 10);
	ck_assert_uint_eq(atomic_load(&t.done[9]), 1);

	struct tally u = {.max_worker = 3, .stop_after = 10};
	jobs_run(500, 4, tally_job, &u, &u.stop);
	ck_assert_uint_ge(atomic_load(&u.runs), 10);
	ck_assert_uint_le(atomic_load(&u.runs), 13);
}
END_TEST

START_TEST(jobs_count_cores)
{
	setenv("SPOOR_WORKERS", "3", 1);
	ck_assert_uint_eq(jobs_cores(), 3);
	setenv("SPOOR_WORKERS", "99999999999999999999", 1);
	ck_assert_uint_ge(jobs_cores(), 1);
	setenv("SPOOR_WORKERS", "5000", 1);
	ck_assert_uint_eq(jobs_cores(), 1024);
	unsetenv("SPOOR_WORKERS");
	ck_assert_uint_ge(jobs_cores(), 1);
}
END_TEST

/* ---- diag ---- */

START_TEST(str_words_and_lines)
{
	struct str s = STR("  one\t two  "), line;

	ck_assert(str_eqc(str_word(&s), "one"));
	ck_assert(str_eqc(s, "two"));
	ck_assert(str_eqc(str_word(&s), "two"));
	ck_assert_uint_eq(str_word(&s).n, 0);
	ck_assert_uint_eq(s.n, 0);
	s = STR("a\r\n\nb\r\n\rc");
	ck_assert(str_line(&s, &line) && str_eqc(line, "a"));
	ck_assert(str_line(&s, &line) && line.n == 0);
	ck_assert(str_line(&s, &line) && str_eqc(line, "b"));
	ck_assert(str_line(&s, &line) && str_eqc(line, "\rc"));
	ck_assert(!str_line(&s, &line));
	s = STR("x\n");
	ck_assert(str_line(&s, &line) && str_eqc(line, "x"));
	ck_assert(!str_line(&s, &line));
}
END_TEST

static ptrdiff_t find_slowly(struct str s, struct str needle)
{
	for (size_t at = 0; at + needle.n <= s.n; at++)
		if (memcmp(s.p + at, needle.p, needle.n) == 0)
			return (ptrdiff_t)at;
	return -1;
}

/* Two letters only, so that parts of the needle stand everywhere; each text ends where its memory ends. */
START_TEST(str_find_all_sizes)
{
	unsigned seed = 1;

	for (size_t n = 1; n < 80; n++) {
		char *text = xmalloc(n), needle[24];
		for (int turn = 0; turn < 200; turn++) {
			const size_t m = 1 + (size_t)rand_r(&seed) % sizeof(needle);
			for (size_t i = 0; i < n; i++)
				text[i] = "ab"[rand_r(&seed) % 8 == 0];
			for (size_t i = 0; i < m; i++)
				needle[i] = "ab"[rand_r(&seed) % 8 == 0];
			const struct str s = {text, n}, x = {needle, m};
			ck_assert_int_eq(str_find(s, x), find_slowly(s, x));
		}
		free(text);
	}
	ck_assert_int_eq(str_find(STR("ab"), STR("")), 0);
	ck_assert_int_eq(str_find(STR(""), STR("a")), -1);
	char *large = xmalloc(10000);
	memset(large, 'a', 10000);
	large[9999] = 'b';
	ck_assert_int_eq(str_find((struct str){large, 10000}, STR("aaaaaaaaaaaaaaaaaaaab")), 9979);
	free(large);
}
END_TEST

/* Runs of three bytes never rule a match out, and mostly rule out what does not match. */
START_TEST(wild_grams)
{
	struct arena *a = arena_new();
	unsigned seed = 7, never = 0, none = 0;

	for (int turn = 0; turn < 20000; turn++) {
		char text[1200], pattern[40];
		const size_t n = (size_t)rand_r(&seed) % (turn % 50 ? 60 : sizeof(text)), m = 1 + (size_t)rand_r(&seed) % 12;
		for (size_t i = 0; i < n; i++)
			text[i] = (char)rand_r(&seed);
		for (size_t i = 0; i < m; i++)
			pattern[i] = (char)rand_r(&seed);
		if (turn % 2 && n > 12) {                /* pieces of the text, with stars between them */
			memcpy(pattern, text + (size_t)rand_r(&seed) % (n - m), m);
			pattern[0] = '*';
			pattern[m / 2] = '*';
			pattern[m - 1] = '*';
		}
		const struct wild *w = wild_new(a, (struct str){pattern, m}, false);
		const struct grams g = grams_of((struct str){text, n});
		const bool match = wild_match(w, (struct str){text, n});
		ck_assert(!match || !wild_never(w, &g));
		if (!match && m >= 6 && n <= 1024) {
			none++;
			never += wild_never(w, &g);
		}
	}
	ck_assert_uint_gt(never * 10, none * 7);
	arena_free(a);
}
END_TEST

START_TEST(str_decimal)
{
	struct sbuf b = {0};

	sbuf_addu(&b, 0);
	sbuf_addc(&b, ' ');
	sbuf_addu(&b, 1907);
	sbuf_addc(&b, ' ');
	sbuf_addu(&b, UINT64_MAX);
	ck_assert_str_eq(b.p, "0 1907 18446744073709551615");
	sbuf_free(&b);
}
END_TEST

START_TEST(diag_shows_control_characters)
{
	struct diag d = DIAG_INIT;
	char out[1024];

	ck_assert(!diag_is_set(&d));
	ck_assert(!diag_set(&d, 3, 17, "found \"%s\"", "a\x1B[31m\n\xE2\x80\xAE\xFF\xC3\xA4"));
	ck_assert_str_eq(d.msg, "found \"a\\x1B[31m\\n\\u{202E}\\xFF\xC3\xA4\"");
	ck_assert(diag_is_set(&d));

	/* The first error is the cause. */
	diag_set(&d, 9, 9, "other");
	ck_assert_int_eq(d.line, 3);
	ck_assert_str_eq(diag_text(&d, out, sizeof(out)),
	                 "line 3, column 17: found \"a\\x1B[31m\\n\\u{202E}\\xFF\xC3\xA4\"");
	diag_file(&d, "r\nx.yml");
	diag_file(&d, "other.yml");
	ck_assert_ptr_eq(strstr(diag_text(&d, out, sizeof(out)), "r\\nx.yml:3:17: found"), out);
	ck_assert(!diag_set(NULL, 1, 1, "nobody listens"));
}
END_TEST

START_TEST(diag_places)
{
	char out[64];
	struct diag d = DIAG_INIT;

	diag_set(&d, 0, 0, "m");
	ck_assert_str_eq(diag_text(&d, out, sizeof(out)), "m");
	d.offset = 12;
	ck_assert_str_eq(diag_text(&d, out, sizeof(out)), "offset 12: m");
	diag_file(&d, "f");
	ck_assert_str_eq(diag_text(&d, out, sizeof(out)), "f: offset 12: m");
	d.line = 4;
	ck_assert_str_eq(diag_text(&d, out, sizeof(out)), "f:4: m");
	d.col = 5;
	ck_assert_str_eq(diag_text(&d, out, sizeof(out)), "f:4:5: m");
	d.line = d.col = 0;
	d.offset = UINT64_MAX;
	ck_assert_str_eq(diag_text(&d, out, sizeof(out)), "f: m");
	d.file[0] = '\0';
	d.line = 4;
	ck_assert_str_eq(diag_text(&d, out, sizeof(out)), "line 4: m");
	struct diag e = DIAG_INIT;
	const char *nothing = "";
	diag_set(&e, 0, 0, "%s", nothing);
	ck_assert(diag_is_set(&e));
}
END_TEST

START_TEST(diag_cuts_between_characters)
{
	char *big = xmalloc(100001), out[700];
	struct diag d = DIAG_INIT;

	for (size_t i = 0; i < 100000; i += 2)
		memcpy(big + i, "\xC3\xA4", 2);
	big[100000] = '\0';
	diag_set(&d, 1, 1, "x%s", big);
	size_t n = strlen(d.msg);
	ck_assert_uint_lt(n, sizeof(d.msg));
	ck_assert_uint_gt(n, sizeof(d.msg) - 4);
	ck_assert_str_eq(d.msg + n - 4, "\xA4...");
	diag_file(&d, big);
	ck_assert_uint_lt(strlen(d.file), sizeof(d.file));
	for (size_t size = 1; size < 700; size++) {
		memset(out, 'q', sizeof(out));
		diag_text(&d, out, size);
		ck_assert_uint_lt(strnlen(out, sizeof(out)), size);
	}
	free(big);
}
END_TEST

START_TEST(diags_are_bounded)
{
	struct diags l = {.max = 3};
	struct diag d = DIAG_INIT;

	for (int i = 0; i < 10; i++)
		diags_add(&l, &d);
	ck_assert_uint_eq(l.n, 3);
	ck_assert_uint_eq(l.dropped, 7);
	diags_free(&l);
	struct diags m = {0};
	for (int i = 0; i < 1200; i++)
		diags_add(&m, &d);
	ck_assert_uint_eq(m.n, 1000);
	diags_free(&m);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base");
	TCase *t = tcase_create("mem");

	tcase_add_exit_test(t, mem_dies_with_2, 2);
	tcase_add_exit_test(t, mem_dies_on_overflow, 2);
	tcase_add_exit_test(t, mem_dies_on_calloc_overflow, 2);
	tcase_add_exit_test(t, mem_runs_hook, 7);
	tcase_add_test(t, mem_copies);
	suite_add_tcase(s, t);

	t = tcase_create("arena");
	tcase_add_test(t, arena_aligns_and_keeps);
	tcase_add_test(t, arena_cleans_up_backwards);
	tcase_add_exit_test(t, arena_dies_on_overflow, 2);
	tcase_add_exit_test(t, arena_dies_on_huge, 2);
	suite_add_tcase(s, t);

	t = tcase_create("containers");
	tcase_add_test(t, bits_all_sizes);
	tcase_add_test(t, map_keeps_order);
	tcase_add_test(t, map_any_bytes);
	suite_add_tcase(s, t);

	t = tcase_create("pool and jobs");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, pool_names_each_once);
	tcase_add_test(t, pool_folds);
	tcase_add_test(t, pool_many_at_once);
	tcase_add_test(t, pool_by_many_threads);
	tcase_add_test(t, jobs_run_each_once);
	tcase_add_test(t, jobs_stop);
	tcase_add_test(t, jobs_count_cores);
	suite_add_tcase(s, t);

	t = tcase_create("diag");
	tcase_add_test(t, str_words_and_lines);
	tcase_add_test(t, str_find_all_sizes);
	tcase_add_test(t, str_decimal);
	tcase_add_test(t, wild_grams);
	tcase_add_test(t, diag_shows_control_characters);
	tcase_add_test(t, diag_places);
	tcase_add_test(t, diag_cuts_between_characters);
	tcase_add_test(t, diags_are_bounded);
	suite_add_tcase(s, t);

	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
