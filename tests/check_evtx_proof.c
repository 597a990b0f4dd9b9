/* EVTX against another reader: each event of each published log, as the raw view writes it and as columns of the store, is what
 * libevtx' evtxexport makes of it. Skipped where evtxexport or the logs are absent. What odd and broken files give: check_evtx.c. */
#include <check.h>
#include <ctype.h>
#include <ftw.h>

#include "load_tools.h"
#include "load/evtx.h"

#define CHUNK 65536
#define HEADER 4096

struct texts {
	char **v;
	size_t n, cap;
};

static void texts_free(struct texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i]);
	free(t->v);
	*t = (struct texts){0};
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void texts_sort(struct texts *t)
{
	if (t->n)
		qsort(t->v, t->n, sizeof(*t->v), by_text);
}

static struct texts logs;

static int note_log(const char *path, const struct stat *st, int kind)
{
	const size_t n = strlen(path);

	(void)st;
	if (kind == FTW_F && n > 5 && strcmp(path + n - 5, ".evtx") == 0) {
		GROW(logs.v, logs.n, logs.cap);
		logs.v[logs.n++] = xstrdup(path);
	}
	return 0;
}

/* The shared logs; none when they or evtxexport are not there. */
static bool find_logs(const char *what)
{
	const char *shared = getenv("SPOOR_SHARED"), *top = getenv("top_srcdir");
	struct sbuf dir = {0};

	if (shared)
		sbuf_addf(&dir, "%s/logs", shared);
	else
		sbuf_addf(&dir, "%s/../shared/logs", top ? top : ".");
	const bool reader = system("command -v evtxexport >/dev/null 2>&1") == 0;
	if (reader)
		ftw(dir.p, note_log, 16);
	texts_sort(&logs);
	if (!logs.n)
		printf("skipped: %s: %s\n", what, reader ? "no shared logs beside the checkout" : "no evtxexport (libevtx-utils)");
	sbuf_free(&dir);
	return logs.n > 0;
}

/* What evtxexport makes of the file; its own lines around the events are left out. */
static struct sbuf export_of(const char *path)
{
	struct sbuf command = {0}, out = {0};
	char block[4096];

	sbuf_addf(&command, "evtxexport -f xml '%s' 2>/dev/null", path);
	FILE *f = popen(command.p, "r");
	ck_assert_ptr_nonnull(f);
	for (size_t n; (n = fread(block, 1, sizeof(block), f)) > 0;)
		sbuf_add(&out, block, n);
	pclose(f);
	sbuf_free(&command);
	return out;
}

/* Adds the event without the white space between its tags, and with line ends as one character. */
static void add_event(struct texts *t, struct str s)
{
	struct sbuf b = {0};

	for (size_t i = 0; i < s.n; i++) {
		size_t end = i;
		if (s.p[i] == '\r')
			continue;
		while (b.n && b.p[b.n - 1] == '>' && end < s.n && isspace((unsigned char)s.p[end]))
			end++;
		if (end > i && end < s.n && s.p[end] == '<')
			i = end;
		sbuf_addc(&b, s.p[i]);
	}
	GROW(t->v, t->n, t->cap);
	t->v[t->n++] = b.p;
}

static struct texts events_of_export(struct str s)
{
	struct texts t = {0};
	const char *at = s.p, *end;

	while (at && (at = strstr(at, "<Event xmlns=")) && (end = strstr(at, "</Event>"))) {
		end += strlen("</Event>");
		add_event(&t, (struct str){at, (size_t)(end - at)});
		at = end;
	}
	texts_sort(&t);
	return t;
}

static uint32_t number_at(const char *p)
{
	const uint8_t *b = (const uint8_t *)p;

	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* Each record as the raw view has it. */
static struct texts events_of_file(const struct sbuf *file)
{
	struct texts t = {0};

	for (size_t base = HEADER; base + CHUNK <= file->n; base += CHUNK) {
		const char *chunk = file->p + base;
		const size_t used = number_at(chunk + 48);
		for (size_t at = 512; at + 28 < used && used <= CHUNK && number_at(chunk + at) == 0x2a2a; at += number_at(chunk + at + 4)) {
			struct sbuf text = {0};
			const char *why = NULL;
			ck_assert_msg(evtx_record_text((struct str){file->p, file->n}, 0, base + at, &text, &why), "record at %zu: %s", base + at, why);
			while (text.n && text.p[text.n - 1] == '\n')
				text.n--;
			add_event(&t, sbuf_str(&text));
			sbuf_free(&text);
		}
	}
	texts_sort(&t);
	return t;
}

static void compare(const char *path, const struct texts *got, const struct texts *want)
{
	ck_assert_msg(got->n == want->n, "%s: %zu events, evtxexport has %zu", path, got->n, want->n);
	for (size_t i = 0; i < got->n; i++)
		ck_assert_msg(strcmp(got->v[i], want->v[i]) == 0, "%s:\n%s\nevtxexport:\n%s", path, got->v[i], want->v[i]);
}

START_TEST(raw_view)
{
	size_t events = 0;

	if (!find_logs("raw_view"))
		return;
	for (size_t i = 0; i < logs.n; i++) {
		struct sbuf file = read_file(logs.v[i]), xml = export_of(logs.v[i]);
		struct texts got = events_of_file(&file), want = events_of_export(sbuf_str(&xml));
		compare(logs.v[i], &got, &want);
		events += got.n;
		texts_free(&got);
		texts_free(&want);
		sbuf_free(&file);
		sbuf_free(&xml);
	}
	printf("# %zu events of %zu logs are written as evtxexport writes them\n", events, logs.n);
	texts_free(&logs);
}
END_TEST

/* XML has no carriage returns: readers make line feeds of them. */
static void normalise_ends(char *shown)
{
	char *to = shown;

	for (const char *s = shown; *s;) {
		if (strncmp(s, "\\x0d", 4) == 0) {
			memcpy(to, "\\x0a", 4);
			to += 4;
			s += strncmp(s + 4, "\\x0a", 4) == 0 ? 8 : 4;
		} else {
			*to++ = *s++;
		}
	}
	*to = '\0';
}

/* The events of a shown batch, without the places where they lie. */
static struct texts lines_of(char *shown)
{
	struct texts t = {0};

	normalise_ends(shown);
	for (char *line = strtok(shown, "\n"); line; line = strtok(NULL, "\n")) {
		const char *from = *line == '?' ? line : strchr(line, ' ');
		ck_assert_msg(*line != '!', "%s", line);
		GROW(t.v, t.n, t.cap);
		t.v[t.n++] = xstrdup(from);
	}
	free(shown);
	texts_sort(&t);
	return t;
}

START_TEST(fields)
{
	size_t events = 0;

	if (!find_logs("fields"))
		return;
	for (size_t i = 0; i < logs.n; i++) {
		struct sbuf file = read_file(logs.v[i]), xml = export_of(logs.v[i]);
		const char *from = strstr(xml.p, "<Event ");
		if (from) {
			struct texts got = lines_of(decode_whole(decode_for(FORMAT_EVTX), sbuf_str(&file), ENC_UTF8, false));
			struct texts want = lines_of(decode_whole(&decode_xml, str_c(from), ENC_UTF8, true));
			compare(logs.v[i], &got, &want);
			events += got.n;
			texts_free(&got);
			texts_free(&want);
		}
		sbuf_free(&file);
		sbuf_free(&xml);
	}
	printf("# %zu lines of events and counts of %zu logs are those of evtxexport\n", events, logs.n);
	texts_free(&logs);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("evtx_proof");
	TCase *t = tcase_create("evtxexport");

	tcase_set_timeout(t, 600);
	tcase_add_test(t, raw_view);
	tcase_add_test(t, fields);
	suite_add_tcase(suite, t);
	SRunner *r = srunner_create(suite);
	srunner_run_all(r, CK_ENV);
	const int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
