/* Whole loads: many files at once, any chunk size and number of workers, reports; the published logs, where they are. */
#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>

#include "load_tools.h"
#include "base/map.h"

static char *dir;

static void setup(void)
{
	dir = temp_dir();
}

static void teardown(void)
{
	remove_dir(dir);
}

static struct load *load_with(const char *path, unsigned workers, size_t chunk)
{
	struct load_opts o = {.workers = workers, .chunk = chunk};

	return load_run(&path, 1, &o);
}

static const size_t chunks[] = {1, 2, 3, 7, 64, 4096, 100000, SIZE_MAX};

/* The same result with all chunk sizes and workers; returns it. */
static char *load_all_ways(const char *path)
{
	struct load *l = load_with(path, 1, 0);
	char *want = show_load(l);

	load_free(l);
	for (size_t i = 0; i < sizeof(chunks) / sizeof *chunks; i++)
		for (unsigned workers = 1; workers <= 4; workers += 3) {
			l = load_with(path, workers, chunks[i]);
			char *got = show_load(l);
			ck_assert_msg(strcmp(got, want) == 0, "chunk %zu, %u workers:\n%s\nwant:\n%s", chunks[i], workers, got, want);
			free(got);
			load_free(l);
		}
	return want;
}

static struct sbuf xml_log(unsigned n, bool damaged)
{
	struct sbuf t = {0};
	char data[200];

	for (unsigned i = 0; i < n; i++) {
		snprintf(data, sizeof(data), "<Data Name='UtcTime'>2024-03-01 12:00:%02u.%03u</Data><Data Name='Image'>C:\\%u.exe</Data>"
		         "<Data Name='F%u'>v</Data>", i % 60, i % 1000, i % 7, i % 5);
		add_event_xml(&t, 1 + i % 3, i, data);
		sbuf_addc(&t, '\n');
		if (damaged && i % 4 == 1)
			sbuf_addf(&t, "<Event><System>broken %u</Event>\n", i);
		if (i % 5 == 0)
			sbuf_addf(&t, "<Event><System><Provider Name='Other%u'/><EventID>%u</EventID></System></Event>\n", i % 2, i);
	}
	return t;
}

static struct sbuf json_log(unsigned n, bool damaged)
{
	struct sbuf t = {0};

	for (unsigned i = 0; i < n; i++) {
		sbuf_addf(&t, "{\"SourceName\":\"%s\",\"EventID\":%u,\"UtcTime\":\"2024-03-01 12:00:%02u.000\",\"Image\":\"C:\\\\%u\"}\n",
		          i % 3 ? "Microsoft-Windows-Sysmon" : "Other", 1 + i % 2, i % 60, i);
		if (damaged && i % 4 == 1)
			sbuf_addz(&t, "{\"a\":\"cut\n");
	}
	return t;
}

START_TEST(same_result_however_it_is_cut)
{
	struct sbuf x = xml_log(60, true), j = json_log(60, true), wide = to_utf16(sbuf_str(&x), false);
	struct packed_file f[] = {{"x.xml", sbuf_str(&x)}, {"no.txt", {"nothing", 7}}, {"j.json", sbuf_str(&j)}};

	free(write_file(dir, "a.xml", sbuf_str(&x)));
	free(write_file(dir, "b.json", sbuf_str(&j)));
	free(write_file(dir, "c.txt", STR("no log at all\n")));
	free(write_file(dir, "d.empty", STR("")));
	free(write_file(dir, "e.utf16", sbuf_str(&wide)));
	free(write_archive(dir, "f.zip", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, f, 3));
	free(write_archive(dir, "g.tar.gz", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP, f, 3));
	free(write_archive(dir, "h.xz", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_XZ, f + 2, 1));
	char *shown = load_all_ways(dir);
	ck_assert_ptr_nonnull(strstr(shown, "input 0 XML "));
	ck_assert_ptr_nonnull(strstr(shown, "input 2 unknown bytes 14 events 0"));
	ck_assert_ptr_nonnull(strstr(shown, "input 11 JSON "));
	ck_assert_ptr_null(strstr(shown, "input 12 "));
	free(shown);
	sbuf_free(&x);
	sbuf_free(&j);
	sbuf_free(&wide);
}
END_TEST

START_TEST(same_result_for_arrays_and_roots)
{
	struct sbuf j = json_log(40, false), a = {0};

	sbuf_addc(&a, '[');
	for (size_t i = 0; i < j.n; i++)
		sbuf_addz(&a, j.p[i] == '\n' ? i + 1 < j.n ? ",\n  " : "]" : (char[]){j.p[i], 0});
	free(write_file(dir, "a.json", sbuf_str(&a)));
	sbuf_reset(&a);
	sbuf_addz(&a, "\xEF\xBB\xBF<?xml version='1.0'?><Events>");
	struct sbuf x = xml_log(40, false);
	sbuf_adds(&a, sbuf_str(&x));
	sbuf_addz(&a, "</Events>");
	free(write_file(dir, "b.xml", sbuf_str(&a)));
	char *shown = load_all_ways(dir);
	ck_assert_ptr_nonnull(strstr(shown, " events 26 others 14 damaged 0"));
	ck_assert_ptr_nonnull(strstr(shown, " events 40 others 8 damaged 0"));
	free(shown);
	sbuf_free(&a);
	sbuf_free(&j);
	sbuf_free(&x);
}
END_TEST

START_TEST(reports)
{
	struct sbuf x = xml_log(20, true);
	char *path = write_file(dir, "a.xml", sbuf_str(&x));
	struct load_progress p = {0};
	struct load_opts o = {.workers = 2, .progress = &p};
	struct load *l = load_run((const char *const *)&path, 1, &o);

	ck_assert_uint_eq(l->inputs.n, 1);
	ck_assert_str_eq(l->inputs.v[0].name, path);
	ck_assert_int_eq(l->inputs.v[0].format, FORMAT_XML);
	ck_assert_uint_eq(l->inputs.v[0].size, x.n);
	ck_assert_uint_eq(l->report[0].bytes, x.n);
	ck_assert_uint_eq(l->report[0].events, 20);
	ck_assert_uint_eq(l->report[0].others, 4);
	ck_assert_uint_eq(l->report[0].damaged, 5);
	ck_assert_int_eq(l->report[0].first, when_utc(2024, 3, 1, 12, 0, 0) + 123456);
	ck_assert_int_eq(l->report[0].last, when_utc(2024, 3, 1, 12, 0, 19) + 123456);
	ck_assert(!l->report[0].unusable);
	ck_assert_uint_eq(l->events, 20);
	ck_assert_uint_eq(l->ndamage, 5);
	ck_assert_str_eq(l->damage[0].reason, "XML: Opening and ending tag mismatch: System line 1 and Event");
	char *at = strstr(x.p, "<Event><System>broken");
	ck_assert_uint_eq(l->damage[0].offset, (uint64_t)(at - x.p));
	ck_assert_uint_eq(l->nothers, 4);
	ck_assert_uint_eq(atomic_load(&p.bytes_total), x.n);
	ck_assert_uint_eq(atomic_load(&p.bytes_done), x.n);
	ck_assert_uint_eq(atomic_load(&p.events), 20);
	ck_assert_uint_eq(atomic_load(&p.others), 4);
	ck_assert_uint_eq(atomic_load(&p.damaged), 5);
	load_drop_batches(l);
	ck_assert_uint_eq(l->nbatches, 0);
	ck_assert_str_eq(l->inputs.v[0].name, path);
	load_free(l);
	free(path);
	sbuf_free(&x);
}
END_TEST

START_TEST(others_largest_first)
{
	struct sbuf t = {0};

	for (int i = 0; i < 3; i++)
		sbuf_addz(&t, "{\"SourceName\":\"B\",\"EventID\":2}\n");
	sbuf_addz(&t, "{\"SourceName\":\"C\",\"EventID\":1}\n{\"SourceName\":\"A\",\"EventID\":1}\n{\"EventID\":1}\n{\"SourceName\":\"A\",\"EventID\":0}\n");
	char *path = write_file(dir, "o", sbuf_str(&t));
	char *shown = load_all_ways(path);
	ck_assert_ptr_nonnull(strstr(shown, "? B 2 x3\n? ? 1 x1\n? A 0 x1\n? A 1 x1\n? C 1 x1\n"));
	free(shown);
	free(path);
	sbuf_free(&t);
}
END_TEST

START_TEST(what_is_no_log)
{
	static const struct {
		const char *text, *reason;
	} c[] = {
		{"", "empty"},
		{"just text\n", "no log of a known format (Event XML, JSON, CSV, EVTX, text)"},
		{"\x7F" "ELF\1\1\1", "no log of a known format (Event XML, JSON, CSV, EVTX, text)"},
		{"<?xml version='1.0'?><svg/>", "no log of a known format (Event XML, JSON, CSV, EVTX, text)"},
		{"{\"name\": \"package\", \"version\": \"1\"}", "JSON, but no records of events"},
		{"Rar!\x1A\x07", "a RAR archive; unpack it first"},
		{"PK\3\4 no zip", NULL},
	};

	for (size_t i = 0; i < sizeof(c) / sizeof *c; i++) {
		char *path = write_file(dir, "f", str_c(c[i].text));
		const char *paths[] = {path, dir};
		struct load *l = load_run(paths, 2, NULL);
		ck_assert_uint_eq(l->inputs.n, 2);
		for (int k = 0; k < 2; k++) {
			ck_assert_msg(l->report[k].unusable, "%zu", i);
			/* Named by the user it is a failure, in a directory it is passed over, unless it is a broken archive. */
			ck_assert_int_eq(l->report[k].skipped, k == 1 && c[i].reason);
			if (c[i].reason)
				ck_assert_str_eq(l->report[k].reason, c[i].reason);
			else
				ck_assert_str_ne(l->report[k].reason, "");
		}
		ck_assert_uint_eq(l->damaged + l->others + l->events, 0);
		load_free(l);
		free(path);
	}
	const char *none[] = {"/nonexistent/file"};
	struct load *l = load_run(none, 1, NULL);
	ck_assert(l->report[0].unusable && !l->report[0].skipped);
	ck_assert_str_eq(l->report[0].reason, "No such file or directory");
	load_free(l);
	l = load_run(none, 0, NULL);
	ck_assert_uint_eq(l->inputs.n, 0);
	load_free(l);
}
END_TEST

/* A directory with a packed log that ends early: what is there counts, and the reason is told. */
START_TEST(packed_and_cut_short)
{
	struct sbuf x = xml_log(20000, false);
	struct packed_file f = {"x", sbuf_str(&x)};
	char *path = write_archive(dir, "x.gz", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP, &f, 1);
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(truncate(path, st.st_size / 2), 0);
	struct load *l = load_with(dir, 2, 0);
	ck_assert_uint_gt(l->events, 5000);
	ck_assert_uint_lt(l->events, 15000);
	ck_assert(!l->report[0].unusable);
	ck_assert_ptr_nonnull(strstr(l->report[0].reason, "damaged after "));
	ck_assert_uint_le(l->damaged, 1);
	load_free(l);
	free(path);
	sbuf_free(&x);
}
END_TEST

static void feed_stdin(struct str text, int fd[2])
{
	ck_assert_int_eq(pipe(fd), 0);
	ck_assert_int_eq(dup2(fd[0], STDIN_FILENO), STDIN_FILENO);
	close(fd[0]);
	ck_assert_int_eq((int)write(fd[1], text.p, text.n), (int)text.n);
	close(fd[1]);
}

START_TEST(standard_input)
{
	struct sbuf x = xml_log(20, false);
	struct packed_file f[] = {{"x", sbuf_str(&x)}, {"y", sbuf_str(&x)}};
	char *zip = write_archive(dir, "x.zip", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, f, 2);
	struct sbuf packed = read_file(zip), out = {0};
	struct diag d = DIAG_INIT;
	const char *paths[] = {"-", "-"};
	int fd[2];

	feed_stdin(sbuf_str(&x), fd);
	struct load *l = load_run(paths, 2, &(struct load_opts){.keep_duplicates = true});
	ck_assert_uint_eq(l->events, 20);
	ck_assert_str_eq(l->inputs.v[0].name, "standard input");
	ck_assert_int_ge(l->inputs.v[0].spool, 0);
	ck_assert(input_raw(&l->inputs, 0, 0, 6, &out, &d));
	ck_assert_str_eq(out.p, "<Event");
	ck_assert(l->report[1].unusable);
	ck_assert_str_eq(l->report[1].reason, "standard input is named twice");
	load_free(l);

	feed_stdin(sbuf_str(&packed), fd);
	l = load_run(paths, 1, &(struct load_opts){.keep_duplicates = true});
	ck_assert_uint_eq(l->inputs.n, 2);
	ck_assert_uint_eq(l->events, 40);
	ck_assert_str_eq(l->inputs.v[1].name, "standard input: y");
	ck_assert(input_raw(&l->inputs, 1, 0, 6, &out, &d));
	ck_assert(input_raw(&l->inputs, 0, 0, 6, &out, &d));
	ck_assert_str_eq(out.p, "<Event");
	load_free(l);

	feed_stdin(STR(""), fd);
	l = load_run(paths, 1, &(struct load_opts){.keep_duplicates = true});
	ck_assert_str_eq(l->report[0].reason, "empty");
	load_free(l);

	int file = open(zip, O_RDONLY);                          /* spoor - <x.zip */
	ck_assert_int_eq(dup2(file, STDIN_FILENO), STDIN_FILENO);
	close(file);
	l = load_run(paths, 1, &(struct load_opts){.keep_duplicates = true});
	ck_assert_uint_eq(l->events, 40);
	ck_assert(input_raw(&l->inputs, 1, 0, 6, &out, &d));
	load_free(l);
	sbuf_free(&out);
	sbuf_free(&x);
	sbuf_free(&packed);
	free(zip);
}
END_TEST

static void *write_fifo(void *arg)
{
	struct sbuf x = xml_log(3000, false);                    /* more than a pipe holds */
	int fd = open(arg, O_WRONLY);

	for (size_t at = 0; at < x.n;) {
		ssize_t n = write(fd, x.p + at, x.n - at);
		if (n <= 0)
			break;
		at += (size_t)n;
	}
	close(fd);
	sbuf_free(&x);
	return NULL;
}

START_TEST(named_pipe)
{
	char *path = path_in(dir, "fifo");
	pthread_t writer;

	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(pthread_create(&writer, NULL, write_fifo, path), 0);
	struct load *l = load_with(path, 2, 0);
	pthread_join(writer, NULL);
	ck_assert_uint_eq(l->events, 3000);
	load_free(l);
	free(path);
}
END_TEST

START_TEST(many_small_files)
{
	struct sbuf x = {0};

	for (int i = 0; i < 2000; i++) {
		char name[32];
		snprintf(name, sizeof(name), "%04d.xml", i);
		sbuf_reset(&x);
		add_event_xml(&x, 1, (unsigned)i, "<Data Name='Image'>x</Data>");
		free(write_file(dir, name, sbuf_str(&x)));
	}
	struct load *l = load_with(dir, 4, 0);
	ck_assert_uint_eq(l->events, 2000);
	ck_assert_uint_eq(l->nbatches, 2000);
	for (uint32_t i = 0; i < 2000; i++) {
		ck_assert_uint_eq(l->batch[i]->input, i);
		ck_assert_uint_eq(l->batch[i]->table[0].record_id[0], i);
	}
	load_free(l);
	sbuf_free(&x);
}
END_TEST

START_TEST(cancelled_before)
{
	struct sbuf x = xml_log(1000, false);
	char *path = write_file(dir, "a.xml", sbuf_str(&x));
	struct load_progress p = {0};
	struct load_opts o = {.workers = 2, .progress = &p, .chunk = 1000};

	atomic_store(&p.cancel, true);
	struct load *l = load_run((const char *const *)&path, 1, &o);
	ck_assert(l->cancelled);
	ck_assert_uint_lt(l->events, 1000);
	load_free(l);
	free(path);
	sbuf_free(&x);
}
END_TEST

static void *cancel_soon(void *arg)
{
	struct load_progress *p = arg;

	while (atomic_load(&p->events) < 100)
		usleep(100);
	atomic_store(&p->cancel, true);
	return NULL;
}

START_TEST(cancelled_meanwhile)
{
	struct sbuf x = xml_log(60000, false);
	char *path = write_file(dir, "a.xml", sbuf_str(&x));
	struct load_progress p = {0};
	struct load_opts o = {.workers = 2, .progress = &p, .chunk = 10000};
	pthread_t other;

	pthread_create(&other, NULL, cancel_soon, &p);
	struct load *l = load_run((const char *const *)&path, 1, &o);
	pthread_join(other, NULL);
	ck_assert(l->cancelled);
	ck_assert_uint_ge(l->events, 100);
	ck_assert_uint_lt(l->events, 60000);
	load_free(l);
	free(path);
	sbuf_free(&x);
}
END_TEST

START_TEST(record_without_an_end)
{
	struct sbuf x = {0};

	add_event_xml(&x, 1, 1, "<Data Name='Image'>before</Data>");
	size_t start = x.n;
	sbuf_addz(&x, "<Event><System>");
	while (x.n < start + DECODE_RECORD_MAX + 1000000)
		sbuf_addz(&x, "a very long text that never ends, or so it seems to whoever waits for its end.  ");
	size_t end = x.n;
	add_event_xml(&x, 1, 2, "<Data Name='Image'>after</Data>");
	add_event_xml(&x, 1, 3, "<Data Name='Image'>after</Data>");
	char *path = write_file(dir, "a.xml", sbuf_str(&x));
	sbuf_free(&x);
	static const size_t some[] = {0, 100000, SIZE_MAX};
	for (size_t i = 0; i < 3; i++) {
		struct load *l = load_with(path, 2, some[i]);
		ck_assert_uint_eq(l->events, 3);
		ck_assert_uint_eq(l->damaged, 1);
		ck_assert_str_eq(l->damage[0].reason, "no end within 64 MiB");
		ck_assert_uint_eq(l->damage[0].offset, start);
		ck_assert_uint_eq(l->damage[0].length, end - start);
		load_free(l);
	}
	free(path);
}
END_TEST

START_TEST(more_names_than_there_can_be_columns)
{
	struct sbuf t = {0};

	for (int i = 0; i < 3 * BATCH_COLUMNS_MAX; i++)
		sbuf_addf(&t, "{\"SourceName\":\"Linux-Sysmon\",\"EventID\":1,\"f%d\":1,\"Image\":\"x\"}\n", i);
	char *path = write_file(dir, "n", sbuf_str(&t));
	char *want = NULL;
	static const size_t some[] = {0, 1, 1000, 20000};
	for (size_t i = 0; i < 4; i++) {
		struct load *l = load_with(path, 2, some[i]);
		char *got = show_load(l);
		ck_assert_uint_eq(l->events, 3 * BATCH_COLUMNS_MAX);
		ck_assert_str_eq(l->report[0].reason, "more than 512 names of fields for one EventID: some are left out");
		ck_assert(!want || strcmp(got, want) == 0);
		free(want);
		want = got;
		load_free(l);
	}
	free(want);
	free(path);
	sbuf_free(&t);
}
END_TEST

/* ---- the published logs ---- */

static char *shared_path(const char *name)
{
	const char *shared = getenv("SPOOR_SHARED"), *top = getenv("top_srcdir");
	struct sbuf s = {0};

	if (shared)
		sbuf_addf(&s, "%s/%s", shared, name);
	else
		sbuf_addf(&s, "%s/../shared/%s", top ? top : ".", name);
	return s.p;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* As counts.tsv has it: events, by EventID, first, last, hosts. */
static char *counts_of(const struct load *l, uint32_t input)
{
	uint64_t by_id[256] = {0};
	struct map *hosts = map_new();
	struct sbuf out = {0};
	char first[WHEN_SIZE], last[WHEN_SIZE];

	for (size_t i = 0; i < l->nbatches; i++) {
		const struct batch *b = l->batch[i];
		for (uint32_t t = 0; t < b->ntables && b->input == input; t++) {
			ck_assert_uint_lt(b->table[t].event_id, 256);
			by_id[b->table[t].event_id] += b->table[t].n;
			for (uint32_t row = 0; row < b->table[t].n; row++)
				map_put(hosts, pool_str(b->pool, batch_cell(&b->table[t], b->table[t].sys[SYS_COMPUTER], row)), NULL);
		}
	}
	sbuf_addf(&out, "%" PRIu64 "\t", l->report[input].events);
	for (unsigned i = 0, any = 0; i < 256; i++)
		if (by_id[i])
			sbuf_addf(&out, "%s%u:%" PRIu64, any++ ? " " : "", i, by_id[i]);
	when_iso(l->report[input].first, 0, first);
	when_iso(l->report[input].last, 0, last);
	sbuf_addf(&out, "\t%.19s\t%.19s\t", first, last);
	char **host = xcalloc(map_len(hosts) + 1, sizeof(*host));
	for (size_t i = 0; i < map_len(hosts); i++)
		host[i] = xstrndup(map_key(hosts, i).p, map_key(hosts, i).n);
	qsort(host, map_len(hosts), sizeof(*host), by_text);
	for (size_t i = 0; i < map_len(hosts); i++) {
		sbuf_addf(&out, "%s%s", i ? "," : "", host[i]);
		free(host[i]);
	}
	free(host);
	map_free(hosts);
	return out.p;
}

START_TEST(published_logs)
{
	char *tsv_path = shared_path("expected/counts.tsv"), *xml = shared_path("logs/xml"), *json = shared_path("logs/json");

	if (access(tsv_path, R_OK) != 0) {
		printf("skipped: published_logs: no %s\n", tsv_path);
		free(tsv_path);
		free(xml);
		free(json);
		return;
	}
	struct sbuf tsv = read_file(tsv_path);
	struct map *want = map_new();
	for (char *line = strtok(tsv.p, "\n"); line; line = strtok(NULL, "\n")) {
		char *tab = strchr(line, '\t');
		map_put(want, (struct str){line, (size_t)(tab - line)}, NULL)->p = tab + 1;
	}
	const char *paths[] = {xml, json};
	static const size_t some[] = {0, 5000};
	for (size_t k = 0; k < 2; k++) {
		struct load_opts o = {.chunk = some[k], .keep_duplicates = true};      /* the logs overlap */
		struct load *l = load_run(paths, 2, &o);
		size_t seen = 0;
		ck_assert_uint_eq(l->damaged, 0);
		for (uint32_t i = 0; i < l->inputs.n; i++) {
			struct str name = str_after_last(str_c(l->inputs.v[i].path), '/');
			static const char *const suffixes[] = {".xml", ".json.gz"};
			for (int s = 0; s < 2; s++)
				if (str_ends(name, suffixes[s]))
					name.n -= strlen(suffixes[s]);
			union map_val *v = map_get(want, name);
			if (str_eqc(name, "covenant_installutil.zip"))   /* the same log as one of the .json.gz */
				for (size_t m = 0; m < map_len(want) && !v; m++)
					if (str_find(map_key(want, m), STR("covenant_installutil")) >= 0)
						v = map_val(want, m);
			ck_assert_msg(v, "%s", l->inputs.v[i].name);
			char *got = counts_of(l, i);
			ck_assert_msg(strcmp(got, v->p) == 0, "%s\ngot  %s\nwant %s", l->inputs.v[i].name, got, (char *)v->p);
			free(got);
			seen++;
		}
		ck_assert_uint_ge(seen, map_len(want) - 1);      /* its header is one */
		load_free(l);
	}
	map_free(want);
	sbuf_free(&tsv);
	free(tsv_path);
	free(xml);
	free(json);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("load");
	TCase *t = tcase_create("load");

	tcase_set_timeout(t, 600);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, same_result_however_it_is_cut);
	tcase_add_test(t, same_result_for_arrays_and_roots);
	tcase_add_test(t, reports);
	tcase_add_test(t, others_largest_first);
	tcase_add_test(t, what_is_no_log);
	tcase_add_test(t, packed_and_cut_short);
	tcase_add_test(t, standard_input);
	tcase_add_test(t, named_pipe);
	tcase_add_test(t, many_small_files);
	tcase_add_test(t, cancelled_before);
	tcase_add_test(t, cancelled_meanwhile);
	tcase_add_test(t, record_without_an_end);
	tcase_add_test(t, more_names_than_there_can_be_columns);
	tcase_add_test(t, published_logs);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
