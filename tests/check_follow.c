/* Logs that are still being written: what changed is seen, what was replaced stays readable, an unfinished record waits. */
#include <check.h>

#include "load_tools.h"
#include "load/follow.h"

static char *dir;

static void setup(void)
{
	dir = temp_dir();
}

static void teardown(void)
{
	remove_dir(dir);
}

static void append(const char *path, const char *text)
{
	FILE *f = fopen(path, "a");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static struct load *load_followed(const struct follow *f)
{
	const char **logs, **names;
	const size_t n = follow_logs(f, &logs, &names);
	struct load *l = load_run(logs, n, &(struct load_opts){.open_ended = true, .names = names, .workers = 1});

	free(logs);
	free(names);
	return l;
}

static char *one_event(unsigned record)
{
	struct sbuf t = {0};

	add_event_xml(&t, 1, record, "<Data Name='Image'>x</Data>");
	sbuf_addc(&t, '\n');
	return t.p;
}

START_TEST(grown_replaced_cut)
{
	char *first = one_event(1), *second = one_event(2), *third = one_event(3), *moved = path_in(dir, "log.1");
	char *path = write_file(dir, "log.xml", str_c(first));
	const char *name = path, *why = NULL;
	struct follow *f = follow_new(&name, 1, &why);
	struct sbuf raw = {0};
	struct diag d = DIAG_INIT;

	ck_assert_ptr_nonnull(f);
	ck_assert(!follow_look(f));
	append(path, second);
	ck_assert(follow_look(f));
	ck_assert(!follow_look(f));
	ck_assert_str_eq(follow_news(f), "");

	ck_assert_int_eq(rename(path, moved), 0);
	ck_assert(!follow_look(f));                              /* nothing is there just now */
	free(write_file(dir, "log.xml", str_c(third)));
	ck_assert(follow_look(f));
	ck_assert_ptr_nonnull(strstr(follow_news(f), "was replaced by a new file"));
	ck_assert_int_eq(unlink(moved), 0);
	struct load *l = load_followed(f);
	ck_assert_uint_eq(l->events, 3);
	ck_assert_uint_eq(l->inputs.n, 2);
	ck_assert_ptr_nonnull(strstr(l->inputs.v[0].name, "log.xml (replaced)"));
	ck_assert_str_eq(l->inputs.v[1].name, path);
	ck_assert(input_raw(&l->inputs, 0, 0, 6, &raw, &d));
	ck_assert_str_eq(raw.p, "<Event");
	load_free(l);

	ck_assert_int_eq(truncate(path, 10), 0);
	ck_assert(follow_look(f));
	ck_assert_ptr_nonnull(strstr(follow_news(f), "was cut"));
	l = load_followed(f);
	ck_assert_uint_eq(l->events, 2);
	ck_assert_uint_eq(l->damaged, 0);
	load_free(l);
	follow_free(f);
	sbuf_free(&raw);
	free(first), free(second), free(third), free(moved), free(path);
}
END_TEST

START_TEST(folders)
{
	char *event[3] = {one_event(1), one_event(2), one_event(3)}, *first = write_file(dir, "a.xml", str_c(event[0]));
	const char *name = dir, *why = NULL;
	struct follow *f = follow_new(&name, 1, &why);
	struct load *l;

	ck_assert(!follow_look(f));
	char *second = write_file(dir, "b.xml", str_c(event[1]));
	append(second, event[2]);
	ck_assert(follow_look(f));
	ck_assert_str_eq(follow_news(f), "");
	ck_assert(!follow_look(f));
	l = load_followed(f);
	ck_assert_uint_eq(l->inputs.n, 2);
	ck_assert_uint_eq(l->events, 3);
	load_free(l);

	ck_assert_int_eq(truncate(second, (off_t)strlen(event[1])), 0);
	ck_assert(follow_look(f));
	ck_assert_ptr_nonnull(strstr(follow_news(f), "b.xml was cut; its earlier events are gone"));
	l = load_followed(f);
	ck_assert_uint_eq(l->events, 2);
	ck_assert_uint_eq(l->damaged, 0);
	load_free(l);

	ck_assert_int_eq(truncate(first, 0), 0);                 /* as a writer does that begins anew */
	ck_assert(follow_look(f));
	ck_assert_ptr_nonnull(strstr(follow_news(f), "a.xml was cut"));
	append(first, event[2]);
	ck_assert(follow_look(f));
	ck_assert_str_eq(follow_news(f), "");
	l = load_followed(f);
	ck_assert_uint_eq(l->events, 2);
	load_free(l);
	follow_free(f);
	for (size_t i = 0; i < 3; i++)
		free(event[i]);
	free(first);
	free(second);
}
END_TEST

START_TEST(what_cannot_be_followed)
{
	char *path = path_in(dir, "pipe");
	const char *names[] = {path, "-"}, *why = NULL;

	ck_assert_int_eq(mkfifo(path, 0600), 0);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_ptr_null(follow_new(&names[i], 1, &why));
		ck_assert_ptr_nonnull(strstr(why, "cannot be followed"));
	}
	free(path);
}
END_TEST

/* Wherever the writer has come to, nothing counts as damage, and what is complete is there. */
START_TEST(half_written)
{
	struct sbuf xml = {0}, json = {0};

	for (unsigned i = 0; i < 3; i++) {
		add_event_xml(&xml, 1, i + 1, "<Data Name='Image'>x</Data>");
		sbuf_addz(&xml, "\n");
		sbuf_addf(&json, "{\"SourceName\":\"Microsoft-Windows-Sysmon\",\"EventID\":1,\"RecordNumber\":%u,\"Image\":\"x\"}\n", i + 1);
	}
	for (int form = 0; form < 2; form++) {
		const struct sbuf *text = form ? &json : &xml;
		const size_t one = text->n / 3;
		for (size_t cut = one; cut <= text->n; cut++)
			for (size_t chunk = 0; chunk < 200; chunk += 100) {
				char *path = write_file(dir, "log", (struct str){text->p, cut});
				const char *name = path;
				struct load *l = load_run(&name, 1, &(struct load_opts){.open_ended = true, .chunk = chunk, .workers = 1});
				ck_assert_msg(l->damaged == 0, "%s cut at %zu: damage", form ? "JSON" : "XML", cut);
				ck_assert_msg(l->events >= (cut + 1) / one - 1 && l->events <= (cut + 1) / one, "%s cut at %zu: %d events",
				              form ? "JSON" : "XML", cut, (int)l->events);
				if (cut % one == 0)
					ck_assert_uint_eq(l->events, cut / one);
				load_free(l);
				free(path);
			}
	}
	sbuf_free(&xml);
	sbuf_free(&json);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("follow");
	TCase *t = tcase_create("follow");

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, grown_replaced_cut);
	tcase_add_test(t, folders);
	tcase_add_test(t, what_cannot_be_followed);
	tcase_add_test(t, half_written);
	suite_add_tcase(suite, t);
	SRunner *r = srunner_create(suite);
	srunner_run_all(r, CK_ENV);
	const int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
