/* The drilldown searches of published rules: every one of every rule that has hits on the logs beside the checkout runs, and the
 * one that repeats the rule's own search finds the hit's row again. Skipped where the logs are not there. */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "detect/session.h"
#include "rule/files.h"

static char shared[4096];
static size_t ran, failed, lost;

static bool repeats(const struct drilldown *d)
{
	return d->search.n > 30 && memcmp(d->search.p, "%original_detection_search%", 27) == 0;
}

static void run_one(struct session *s, const struct finding *f, const struct drilldown *d)
{
	struct arena *a = arena_new();
	struct diag why = DIAG_INIT;
	struct str text = detect_drilldown(f, d, a);
	struct rows *r = session_query(s, text, NULL, NULL, &why);

	ran++;
	if (!r) {
		failed++;
		printf("%s: %.*s: %s\n  %.*s\n", f->rule->file.p, STR_FMT(d->name), why.msg, STR_FMT(text));
	} else if (repeats(d) && r->n == 0) {
		lost++;
		printf("%s: finds its own hit no more:\n  %.*s\n", f->rule->file.p, STR_FMT(text));
	}
	rows_free(r);
	arena_free(a);
}

static void run_log(const char *log, const char *rules, struct map *seen)
{
	struct session_opts o = {.logs = &log, .nlogs = 1, .rules = &rules, .nrules = 1, .now = WHEN_NONE};
	struct session *s = session_new(&o);

	session_run(s);
	for (size_t i = 0; i < s->findings->n; i++) {
		const struct finding *f = &s->findings->v[i];
		bool fresh;
		map_put(seen, f->rule->id, &fresh);
		for (size_t k = 0; fresh && k < f->rule->ndrill; k++)
			run_one(s, f, &f->rule->drill[k]);
	}
	session_free(s);
}

START_TEST(published_drilldowns)
{
	char rules[4200], logs[4200], path[8192];
	struct dirent **e;
	struct map *seen = map_new();

	snprintf(rules, sizeof(rules), "%s/escu", shared);
	snprintf(logs, sizeof(logs), "%s/logs/xml", shared);
	int n = file_is_dir(rules) ? scandir(logs, &e, NULL, alphasort) : -1;
	if (n < 0)
		printf("skipped: published_drilldowns: %s is not there\n", shared);
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", logs, e[i]->d_name);
		if (e[i]->d_name[0] != '.')
			run_log(path, rules, seen);
		free(e[i]);
	}
	if (n >= 0) {
		free(e);
		printf("%zu drilldowns of %zu rules ran\n", ran, map_len(seen));
		ck_assert_uint_gt(ran, 0);
		ck_assert_uint_eq(failed, 0);
		ck_assert_uint_eq(lost, 0);
	}
	map_free(seen);
}
END_TEST

int main(void)
{
	const char *own = getenv("SPOOR_SHARED"), *top = getenv("top_srcdir");
	Suite *s = suite_create("drill");
	TCase *t = tcase_create("drill");

	if (own && *own)
		snprintf(shared, sizeof(shared), "%s", own);
	else
		snprintf(shared, sizeof(shared), "%s/../shared", top ? top : ".");
	tcase_set_timeout(t, 900);
	tcase_add_test(t, published_drilldowns);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int bad = srunner_ntests_failed(r);
	srunner_free(r);
	return bad != 0;
}
