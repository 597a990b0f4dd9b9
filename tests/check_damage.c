/* Logs that are no longer as they were written: glued together, with holes, cut anywhere, changed at random, between lines of other
 * sources. What is whole is found, what is lost is named. SPOOR_CUTS=1: every cut of 200 KB, =FILE: of that log;
 * SPOOR_MUTATIONS=N: so many of each. */
#include <check.h>

#include "load_tools.h"
#include "evtx_tools.h"
#include "load/evtx.h"

static char *dir;

static void setup(void)
{
	dir = temp_dir();
}

static void teardown(void)
{
	remove_dir(dir);
}

/* ---- one kind of log each ---- */

#define JSON_LINE "{\"SourceName\":\"Microsoft-Windows-Sysmon\",\"EventID\":1,\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"RecordNumber\":%u," \
	"\"ProcessGuid\":\"{11111111-2222-3333-4444-%012u}\",\"CommandLine\":\"x <y> \\\"z\\\", {%u}\"}"

static struct sbuf xml_of(unsigned n)
{
	struct sbuf t = {0};

	for (unsigned i = 0; i < n; i++) {
		char data[200];
		snprintf(data, sizeof(data), "<Data Name='ProcessGuid'>{11111111-2222-3333-4444-%012u}</Data><Data Name='CommandLine'>a \"b\" {%u}, c</Data>", i, i);
		add_event_xml(&t, 1, i, data);
		sbuf_addc(&t, '\n');
	}
	return t;
}

static struct sbuf json_of(unsigned n)
{
	struct sbuf t = {0};

	for (unsigned i = 0; i < n; i++) {
		sbuf_addf(&t, JSON_LINE, i, i, i);
		sbuf_addc(&t, '\n');
	}
	return t;
}

static struct sbuf pretty_json_of(unsigned n)
{
	struct sbuf t = {0};

	sbuf_addz(&t, "[\n");
	for (unsigned i = 0; i < n; i++)
		sbuf_addf(&t, "%s  {\n    \"SourceName\": \"Microsoft-Windows-Sysmon\",\n    \"EventID\": 1,\n    \"RecordNumber\": %u,\n    \"tags\": [\n      {\n        \"a\": 1\n      }\n    ]\n  }",
		          i ? ",\n" : "", i);
	sbuf_addz(&t, "\n]\n");
	return t;
}

static struct sbuf csv_of(unsigned n)
{
	struct sbuf t = {0};

	sbuf_addz(&t, "EventID,Channel,RecordNumber,ProcessGuid,CommandLine\n");
	for (unsigned i = 0; i < n; i++)
		sbuf_addf(&t, "1,Microsoft-Windows-Sysmon/Operational,%u,{11111111-2222-3333-4444-%012u},\"a, \"\"b\"\"\nc\"\n", i, i);
	return t;
}

static struct sbuf other_csv_of(unsigned n)
{
	struct sbuf t = {0};

	sbuf_addz(&t, "EventCode;source;Image\n");
	for (unsigned i = 0; i < n; i++)
		sbuf_addf(&t, "1;WinEventLog:Microsoft-Windows-Sysmon/Operational;C:\\%u.exe\n", i);
	return t;
}

static struct sbuf evtx_of(unsigned n)
{
	return evtx_sample(n, false);
}

static struct sbuf wide_xml_of(unsigned n)
{
	struct sbuf t = xml_of(n), w = to_utf16(sbuf_str(&t), false);

	sbuf_free(&t);
	return w;
}

static struct sbuf wide_json_of(unsigned n)
{
	struct sbuf t = json_of(n), w = to_utf16(sbuf_str(&t), true);

	sbuf_free(&t);
	return w;
}

static const struct kind {
	const char *name;
	struct sbuf (*make)(unsigned n);
	const struct decoder *decoder;
} kinds[] = {
	{"XML", xml_of, &decode_xml},
	{"JSON", json_of, &decode_json},
	{"JSON on many lines", pretty_json_of, &decode_json},
	{"CSV", csv_of, &decode_csv},
	{"another CSV", other_csv_of, &decode_csv},
	{"EVTX", evtx_of, &decode_evtx},
	{"XML in UTF-16", wide_xml_of, &decode_xml},
	{"JSON in UTF-16", wide_json_of, &decode_json},
};
enum { KINDS = sizeof(kinds) / sizeof *kinds };

static struct load *load_text(struct str text, size_t chunk)
{
	struct load_opts o = {.chunk = chunk, .keep_duplicates = true, .workers = 2};
	char *path = write_file(dir, "log", text);
	const char *name = path;
	struct load *l = load_run(&name, 1, &o);

	free(path);
	return l;
}

/* Each event's raw record can be shown, whatever log it came from. */
static void expect_raw(struct load *l, const char *what)
{
	for (size_t i = 0; i < l->nbatches; i++)
		for (uint32_t k = 0; k < l->batch[i]->ntables; k++) {
			const struct batch_table *t = &l->batch[i]->table[k];
			for (uint32_t row = 0; row < t->n; row += 7) {
				struct sbuf out = {0};
				struct diag d = DIAG_INIT;
				ck_assert_msg(input_raw_text(&l->inputs, 0, t->offset[row], t->length[row], &out, &d), "%s: %s", what, d.msg);
				ck_assert_msg(str_find(sbuf_str(&out), STR("Sysmon")) >= 0, "%s: %.200s", what, out.p);
				sbuf_free(&out);
			}
		}
}

/* ---- glued ---- */

static const size_t chunks[] = {0, 1, 5000, 70000, 300000};

START_TEST(glued)
{
	const struct kind *first = &kinds[_i / KINDS], *second = &kinds[_i % KINDS];
	static const unsigned sizes[] = {30, 700};

	for (size_t s = 0; s < 2; s++) {
		struct sbuf a = first->make(sizes[s]), b = second->make(sizes[s]);
		char what[200];
		size_t middle = a.n, end;
		sbuf_adds(&a, sbuf_str(&b));
		end = a.n;
		struct sbuf c = first->make(sizes[s]);           /* and the first kind once more */
		sbuf_adds(&a, sbuf_str(&c));
		for (size_t i = 0; i < sizeof(chunks) / sizeof *chunks; i++) {
			if (chunks[i] == 1 && s)
				continue;
			struct load *l = load_text(sbuf_str(&a), chunks[i]);
			snprintf(what, sizeof(what), "%s, %s and %s, %u of each, chunks of %zu", first->name, second->name, first->name, sizes[s], chunks[i]);
			ck_assert_msg(l->events == 3 * sizes[s], "%s: %d events, %d damaged: %s at %llu+%llu; second at %zu, third at %zu", what,
			              (int)l->events, (int)l->damaged, l->ndamage ? l->damage[0].reason : "",
			              l->ndamage ? (unsigned long long)l->damage[0].offset : 0, l->ndamage ? (unsigned long long)l->damage[0].length : 0, middle, end);
			ck_assert_msg(l->damaged == 0, "%s: %s at %llu+%llu; second at %zu, third at %zu", what, l->damage[0].reason,
			              (unsigned long long)l->damage[0].offset, (unsigned long long)l->damage[0].length, middle, end);
			ck_assert_msg(l->others == 0, "%s: %d others", what, (int)l->others);
			expect_raw(l, what);
			load_free(l);
		}
		sbuf_free(&a);
		sbuf_free(&b);
		sbuf_free(&c);
	}
}
END_TEST

/* The first log ends inside a record: that record is lost, and is named. */
START_TEST(glued_behind_a_cut)
{
	const struct kind *first = &kinds[_i / KINDS], *second = &kinds[_i % KINDS];
	const unsigned n = 200;
	struct sbuf a = first->make(n), b = second->make(n);

	if (first->decoder == &decode_evtx)
		a.n = EVTX_FILE_HEAD + EVTX_CHUNK_SIZE + EVTX_CHUNK_HEAD + 1000;
	else
		a.n -= first->make == wide_xml_of || first->make == wide_json_of ? 60 : 40;
	struct load *alone = load_text(sbuf_str(&a), 0);
	const size_t middle = a.n;
	sbuf_add(&a, first->make == wide_xml_of ? "\n\0" : first->make == wide_json_of ? "\0\n" : "\n", first->make == wide_xml_of || first->make == wide_json_of ? 2 : 1);
	sbuf_adds(&a, sbuf_str(&b));
	for (size_t i = 0; i < sizeof(chunks) / sizeof *chunks; i++) {
		struct load *l = chunks[i] == 1 ? NULL : load_text(sbuf_str(&a), chunks[i]);
		if (!l)
			continue;
		/* Of a record that never ends nothing says whether what follows is part of it: the next one may be taken for its rest. */
		ck_assert_msg(l->events >= alone->events + n - 1, "%s cut at %zu, then %s, chunks of %zu: %d events of %d+%d; %s at %llu+%llu", first->name, middle,
		              second->name, chunks[i], (int)l->events, (int)alone->events, (int)n, l->ndamage ? l->damage[0].reason : "", l->ndamage ? (unsigned long long)l->damage[0].offset : 0,
		              l->ndamage ? (unsigned long long)l->damage[0].length : 0);
		ck_assert_msg(l->damaged > 0 || l->events == alone->events + n, "%s cut, then %s, chunks of %zu: nothing is told", first->name, second->name, chunks[i]);
		load_free(l);
	}
	load_free(alone);
	sbuf_free(&a);
	sbuf_free(&b);
}
END_TEST

/* ---- lines of other sources ---- */

START_TEST(mixed_sources)
{
	static const char *const lines[] = {
		"Mar  1 12:00:00 host sshd[7]: Accepted \"publickey\" for root", "2024-03-01 12:00:00 W3SVC1 GET /index.html {id} 200",
		"03/01/2024 12:00:00 PM", "LogName=Security", "key=\"value\", other=[1]", "level=info msg=\"{not json\"", "<13>Mar 1 host app: text",
		"plain words",
	};
	enum { LINES = sizeof(lines) / sizeof *lines };

	for (int form = 0; form < 4; form++) {                   /* XML; JSON; both in turn; both behind a prefix */
		struct sbuf t = {0};
		const unsigned n = 400;
		unsigned text = 0;
		for (unsigned i = 0; i < n; i++) {
			bool xml = form == 0 || (form > 1 && i % 2 == 0);
			sbuf_addf(&t, "%s\n", lines[i % LINES]);
			text += lines[i % LINES][0] != '<' || form == 1;
			if (form == 3)
				sbuf_addz(&t, "Mar  1 12:00:00 host sysmon: ");
			if (xml)
				add_event_xml(&t, 1, i, "<Data Name='ProcessGuid'>{1}</Data>");
			else
				sbuf_addf(&t, JSON_LINE, i, i, i);
			sbuf_addc(&t, '\n');
		}
		for (size_t k = 0; k < sizeof(chunks) / sizeof *chunks; k++) {
			struct load *l = load_text(sbuf_str(&t), chunks[k]);
			ck_assert_msg(l->events == n, "form %d, chunks of %zu: %d events; %s", form, chunks[k], (int)l->events, l->ndamage ? l->damage[0].reason : "");
			ck_assert_msg(l->damaged == 0, "form %d, chunks of %zu: %s at %llu", form, chunks[k], l->damage[0].reason, (unsigned long long)l->damage[0].offset);
			if (form < 2)
				ck_assert_msg(l->report[0].lines == text, "form %d, chunks of %zu: %d lines, not %u", form, chunks[k], (int)l->report[0].lines, text);
			ck_assert_uint_gt(l->report[0].lines, 0);
			ck_assert_uint_eq(l->others, l->report[0].lines);
			ck_assert_str_eq(l->other[0].provider, LOAD_LINES);
			load_free(l);
		}
		sbuf_free(&t);
	}
}
END_TEST

/* ---- holes, and records beyond all measure ---- */

START_TEST(runs_of_nul)
{
	static const size_t runs[] = {1, 100, 5000, 70000, 10 << 20};
	static const size_t sizes[] = {0, 5000, 300000};

	for (size_t k = 0; k < KINDS - 2; k++)
		for (size_t i = 0; i < sizeof(runs) / sizeof *runs; i++) {
			const unsigned n = 60;
			const bool evtx = kinds[k].decoder == &decode_evtx;
			struct sbuf a = kinds[k].make(n), b = kinds[k].make(n), t = {0};
			sbuf_adds(&t, sbuf_str(&a));
			for (size_t z = 0; z < runs[i]; z++)
				sbuf_addc(&t, '\0');
			sbuf_adds(&t, sbuf_str(&b));
			for (size_t c = 0; c < sizeof(sizes) / sizeof *sizes; c++) {
				struct load *l = load_text(sbuf_str(&t), sizes[c]);
				/* Of a table the header behind the hole is no longer known as one. */
				ck_assert_msg(l->events == 2 * n, "%s, %zu NULs, chunks of %zu: %d events, %s", kinds[k].name, runs[i], sizes[c], (int)l->events,
				              l->ndamage ? l->damage[0].reason : "");
				ck_assert_msg(evtx || l->damaged >= 1, "%s, %zu NULs, chunks of %zu: nothing is told", kinds[k].name, runs[i], sizes[c]);
				ck_assert_uint_le(l->damaged, 2);
				for (size_t d = 0; d < l->ndamage; d++)
					ck_assert_msg(l->damage[d].offset + l->damage[d].length >= a.n && l->damage[d].offset <= a.n + runs[i], "%s: %s at %llu+%llu", kinds[k].name,
					              l->damage[d].reason, (unsigned long long)l->damage[d].offset, (unsigned long long)l->damage[d].length);
				load_free(l);
			}
			sbuf_free(&a);
			sbuf_free(&b);
			sbuf_free(&t);
		}
}
END_TEST

/* A hole that begins in one record and ends in another: neither is read, nor one that is made of both. */
START_TEST(holes_in_records)
{
	static const size_t holes[] = {4, 700, 4096};
	const struct kind *k = &kinds[_i];
	const unsigned n = 60;
	struct sbuf whole = k->make(n);
	struct load *l = load_text(sbuf_str(&whole), 0);
	char *want = show_load(l);

	load_free(l);
	for (size_t h = 0; h < sizeof(holes) / sizeof *holes; h++)
		for (size_t at = 5000; at + holes[h] < whole.n - 1000 && at < 12000; at += 422) {
			struct sbuf t = {0};
			unsigned found = 0;
			sbuf_adds(&t, sbuf_str(&whole));
			memset(t.p + at, 0, holes[h]);
			l = load_text(sbuf_str(&t), 0);
			char *got = show_load(l);
			for (char *line = strtok(got, "\n"); line; line = strtok(NULL, "\n")) {
				if (!strstr(line, "ProcessGuid=") && !strstr(line, "Image="))
					continue;
				const char *place = strstr(want, line);
				ck_assert_msg(place && place[strlen(line)] == '\n', "%s, %zu NULs at %zu: %s", k->name, holes[h], at, line);
				found++;
			}
			ck_assert_msg(found == l->events || k->make == pretty_json_of, "%s: %u shown, %d", k->name, found, (int)l->events);
			ck_assert_msg(l->events == n || l->damaged, "%s, %zu NULs at %zu: %d events, nothing is told", k->name, holes[h], at, (int)l->events);
			ck_assert_msg(l->events + 2 + holes[h] / 100 >= n, "%s, %zu NULs at %zu: %d events", k->name, holes[h], at, (int)l->events);
			free(got);
			load_free(l);
			sbuf_free(&t);
		}
	free(want);
	sbuf_free(&whole);
}
END_TEST

/* The log is told from what stands behind a hole at its start. */
START_TEST(holes_at_the_start)
{
	static const size_t zeros[] = {2, 100, 4096, 30000};
	const struct kind *k = &kinds[_i];

	for (size_t z = 0; z < sizeof(zeros) / sizeof *zeros; z++) {
		struct sbuf a = k->make(60), t = {0};
		const size_t n = zeros[z];
		for (size_t i = 0; i < n; i++)
			sbuf_addc(&t, '\0');
		sbuf_adds(&t, sbuf_str(&a));
		for (size_t c = 0; c < sizeof(chunks) / sizeof *chunks; c++) {
			struct load *l = load_text(sbuf_str(&t), chunks[c]);
			ck_assert_msg(l->events == 60, "%s behind %zu NULs, chunks of %zu: %d events", k->name, n, chunks[c], (int)l->events);
			load_free(l);
		}
		sbuf_free(&a);
		sbuf_free(&t);
	}
}
END_TEST

/* Chunks of an EVTX file that became zeros, and records in one. */
START_TEST(holes_in_evtx)
{
	struct sbuf t = evtx_sample(800, false);
	static const size_t sizes[] = {0, 1, 70000, 300000};

	memset(t.p + EVTX_FILE_HEAD + EVTX_CHUNK_SIZE, 0, 2 * EVTX_CHUNK_SIZE);
	memset(t.p + EVTX_FILE_HEAD + 3 * EVTX_CHUNK_SIZE + 4000, 0, 9000);
	for (size_t c = 0; c < sizeof(sizes) / sizeof *sizes; c++) {
		struct load *l = load_text(sbuf_str(&t), sizes[c]);
		char *shown = show_load(l);
		ck_assert_uint_gt(l->events, 300);
		ck_assert_msg(strstr(shown, "! 0 69632+131072 NUL bytes where chunks of events should be"), "chunks of %zu: %s", sizes[c], strstr(shown, "\n! ") ? strstr(shown, "\n! ") : "");
		ck_assert_ptr_nonnull(strstr(shown, "no event record where one should be"));
		free(shown);
		load_free(l);
	}
	sbuf_free(&t);
}
END_TEST

/* What was carved out of a disk may begin with zeros: nothing is known to be missing there, however the log is cut. */
START_TEST(zeros_before_evtx)
{
	struct sbuf evtx = evtx_sample(800, false), t = {0};

	for (size_t i = 0; i < 9 * EVTX_FILE_HEAD; i++)
		sbuf_addc(&t, '\0');
	sbuf_add(&t, evtx.p + EVTX_FILE_HEAD, evtx.n - EVTX_FILE_HEAD);
	for (size_t c = 0; c < sizeof(chunks) / sizeof *chunks; c++) {
		struct load *l = load_text(sbuf_str(&t), chunks[c]);
		ck_assert_uint_eq(l->events, 800);
		ck_assert_msg(l->damaged == 0, "chunks of %zu: %s", chunks[c], l->damage[0].reason);
		load_free(l);
	}
	sbuf_free(&t);
	sbuf_free(&evtx);
}
END_TEST

START_TEST(a_record_of_50_megabytes)
{
	for (int json = 0; json < 2; json++) {
		struct sbuf before = json ? json_of(3) : xml_of(3), t = {0};
		sbuf_adds(&t, sbuf_str(&before));
		size_t start = t.n;
		sbuf_addz(&t, json ? "{\"SourceName\":\"Microsoft-Windows-Sysmon\",\"EventID\":1,\"CommandLine\":\"" :
		                     "<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID></System><EventData><Data Name='CommandLine'>");
		while (t.n < start + (50u << 20))
			sbuf_addz(&t, "powershell -enc AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ");
		sbuf_addz(&t, json ? "\"}" : "</Data></EventData></Event>");
		size_t end = t.n;
		sbuf_addc(&t, '\n');
		sbuf_adds(&t, sbuf_str(&before));
		struct load *l = load_text(sbuf_str(&t), 0);
		ck_assert_uint_eq(l->events, 6);
		ck_assert_uint_eq(l->damaged, 1);
		ck_assert_uint_eq(l->damage[0].offset, start);
		ck_assert_uint_eq(l->damage[0].length, end - start);
		ck_assert_str_eq(l->damage[0].reason, "a value is longer than 16 MiB");
		load_free(l);
		sbuf_free(&before);
		sbuf_free(&t);
	}
}
END_TEST

/* A table told by its first row, which is longer than what a format is told from. */
START_TEST(a_row_longer_than_the_head)
{
	static const char text[] = "a,b\nthe first cell has more than forty characters in it,\"<Event><System><Provider Name='Microsoft-Windows-Sysmon'/>";
	const struct str t = {text, sizeof(text) - 1};

	ck_assert_int_gt(decode_csv.probe(t, ENC_UTF8), 0);
	ck_assert_int_eq(decode_csv.probe((struct str){t.p, t.n - 40}, ENC_UTF8), 0);
}
END_TEST

/* ---- encodings ---- */

START_TEST(wrong_encodings)
{
	struct sbuf x = xml_of(20), j = json_of(20), c = csv_of(20);
	const struct sbuf *const text[] = {&x, &j, &c};

	for (size_t i = 0; i < 3; i++)
		for (int big = 0; big < 2; big++) {              /* UTF-16 without its mark */
			struct sbuf w = to_utf16(sbuf_str(text[i]), big);
			struct load *l = load_text((struct str){w.p + 2, w.n - 2}, 0);
			ck_assert_msg(l->events == 20 && l->damaged == 0, "%zu: %d events", i, (int)l->events);
			expect_raw(l, "UTF-16 without a mark");
			load_free(l);
			sbuf_free(&w);
		}
	/* Latin-1 under whatever name: bad bytes show as such, nothing is lost. */
	struct sbuf t = {0};
	sbuf_addz(&t, "<?xml version='1.0' encoding='ISO-8859-1'?>\n<Events>");
	add_event_xml(&t, 1, 1, "<Data Name='Image'>C:\\B\xFCro\\M\xE9l.exe</Data>");
	sbuf_addz(&t, "</Events>");
	struct load *l = load_text(sbuf_str(&t), 0);
	char *shown = show_load(l);
	ck_assert_msg(l->events == 1 && strstr(shown, "B\xEF\xBF\xBDro"), "%s", shown);
	free(shown);
	load_free(l);
	sbuf_reset(&t);
	sbuf_addz(&t, "{\"SourceName\":\"Microsoft-Windows-Sysmon\",\"EventID\":1,\"Image\":\"C:\\\\B\xFCro\"}\n");
	l = load_text(sbuf_str(&t), 0);
	shown = show_load(l);
	ck_assert_msg(l->events == 1 && strstr(shown, "B\xEF\xBF\xBDro"), "%s", shown);
	free(shown);
	load_free(l);
	sbuf_free(&t);
	sbuf_free(&x);
	sbuf_free(&j);
	sbuf_free(&c);
}
END_TEST

/* ---- every cut ---- */

static unsigned events_of(const struct decoder *d, struct str text, uint64_t base, struct str head, size_t *end, size_t ends)
{
	struct pool *pool = pool_new();
	struct batch_maker *maker = batch_maker_new(pool);
	struct batch *b = batch_new(maker, 0, 0);

	d->decode(text, ENC_UTF8, base, head, false, b);
	batch_done(b);
	batch_maker_free(maker);
	unsigned n = b->nevents;
	for (uint32_t k = 0; k < b->ntables && end; k++)
		for (uint32_t row = 0; row < b->table[k].n; row++)
			if (b->table[k].seq[row] < ends)
				end[b->table[k].seq[row]] = (size_t)b->table[k].offset[row] + b->table[k].length[row];
	batch_free(b);
	pool_free(pool);
	return n;
}

/* How many records before the cut need not be decoded with it, and where they end: all but a few, or the chunks before. */
static size_t far_before(const struct decoder *d, const size_t *end, size_t kept, size_t cut, size_t *from)
{
	enum { NEAR = 4 };
	size_t first = kept > NEAR ? kept - NEAR : 0;

	*from = first ? end[first - 1] : 0;
	if (d != &decode_evtx)
		return first;
	*from = cut < EVTX_FILE_HEAD ? 0 : cut - (cut - EVTX_FILE_HEAD) % EVTX_CHUNK_SIZE;
	for (first = kept; first && end[first - 1] > *from;)
		first--;
	return first;
}

static void cut_at_every_byte_of(const char *name, const struct decoder *d, struct str text, bool all)
{
	enum { RANGE = 200 << 10 };
	const struct str head = head_of(d, text);
	const size_t to = text.n < RANGE ? text.n : RANGE, events = events_of(d, text, 0, head, NULL, 0);
	size_t *end = xcalloc(events + 1, sizeof(*end));

	ck_assert_uint_gt(events, 0);
	events_of(d, text, 0, head, end, events);
	for (size_t cut = 0, kept = 0; cut <= to; cut += all ? 1 : cut < 600 ? 13 : 2111) {
		size_t from = 0, first = 0;
		while (kept < events && end[kept] <= cut)
			kept++;
		if (all)
			first = far_before(d, end, kept, cut, &from);
		char *copy = xmalloc(cut - from + 1);            /* so that looking beyond the cut is caught */
		memcpy(copy, text.p + from, cut - from);
		const struct str piece = {copy, cut - from};
		size_t got = first + events_of(d, piece, from, from ? head : head_of(d, piece), NULL, 0);
		ck_assert_msg(got >= kept && got <= kept + 1, "%s cut at %zu: %zu events, not %zu", name, cut, got, kept);
		free(copy);
	}
	free(end);
}

/* Some cuts with all that lies before them, or all with what lies near. */
START_TEST(cut_at_every_byte)
{
	static const size_t which[] = {0, 1, 3, 5};
	const struct kind *k = &kinds[which[_i]];
	const char *wanted = getenv("SPOOR_CUTS");
	struct sbuf t = {0};

	if (wanted && strcmp(wanted, "1") != 0) {
		enum encoding enc;
		if (_i)                                          /* once is enough */
			return;
		t = read_file(wanted);
		const struct decoder *d = decode_probe(sbuf_str(&t), &enc);
		ck_assert_msg(d && enc == ENC_UTF8, "%s", wanted);
		cut_at_every_byte_of(wanted, d, sbuf_str(&t), true);
	} else {
		t = k->make(900);
		ck_assert_uint_eq(events_of(k->decoder, sbuf_str(&t), 0, head_of(k->decoder, sbuf_str(&t)), NULL, 0), 900);
		cut_at_every_byte_of(k->name, k->decoder, sbuf_str(&t), wanted != NULL);
	}
	sbuf_free(&t);
}
END_TEST

/* ---- at random ---- */

static uint64_t state = 88172645463325252u;

static size_t rnd(size_t n)
{
	state ^= state << 13, state ^= state >> 7, state ^= state << 17;
	return (size_t)(state % n);
}

static void mutate(struct sbuf *b)
{
	static const struct str pieces[] = {{"<Event", 6}, {"</Event>", 8}, {"{\"", 2}, {"}", 1}, {"\"", 1}, {"\n", 1}, {",", 1}, {"\0\0\0\0", 4}, {"\xFF\xFE", 2},
		{"<\0E\0v\0e\0n\0t\0", 12}, {"ElfChnk\0", 8}, {"ElfFile\0", 8}, {"[", 1}, {"\\", 1}, {"EventID,Channel\n", 16}, {"Mar 1 host x: ", 14}, {"\xEF\xBB\xBF", 3}, {"&#0;", 4}};

	for (size_t k = 1 + rnd(8); k && b->n > 64; k--) {
		size_t at = rnd(b->n), n = 1 + rnd(40);
		switch (rnd(5)) {
		case 0:
			b->p[at] = (char)rnd(256);
			break;
		case 1:
			n = n < b->n - at ? n : b->n - at;
			memmove(b->p + at, b->p + at + n, b->n - at - n);
			b->n -= n;
			break;
		case 2:
			n = n < b->n - at ? n : b->n - at;
			memset(b->p + at, 0, n);
			break;
		default: {
			struct str p = pieces[rnd(sizeof(pieces) / sizeof *pieces)];
			sbuf_reserve(b, p.n);
			memmove(b->p + at + p.n, b->p + at, b->n - at);
			memcpy(b->p + at, p.p, p.n);
			b->n += p.n;
		}
		}
	}
}

/* Nothing crashes (the sanitizers watch), and it ends. */
START_TEST(mutations)
{
	const char *wanted = getenv("SPOOR_MUTATIONS");
	const long rounds = wanted ? atol(wanted) : 300;
	const struct kind *k = &kinds[_i];
	struct sbuf text = k->make(k->decoder == &decode_evtx ? 3 : 4), other = kinds[(_i + 3) % KINDS].make(2);

	if (k->decoder == &decode_evtx)
		text.n = EVTX_FILE_HEAD + 8000;
	if (kinds[(_i + 3) % KINDS].decoder == &decode_evtx)
		other.n = EVTX_FILE_HEAD + 4000;
	for (long i = 0; i < rounds; i++) {
		struct sbuf b = {0};
		sbuf_adds(&b, sbuf_str(&text));
		if (i % 4 == 0)
			sbuf_adds(&b, sbuf_str(&other));
		mutate(&b);
		char *exact = xmalloc(b.n + 1);
		memcpy(exact, b.p, b.n);
		enum encoding enc;
		const struct decoder *d = decode_probe((struct str){exact, b.n}, &enc);
		if (!d)
			d = k->decoder;
		free(decode_whole(d, (struct str){exact, b.n}, enc, false));
		if (i % 16 == 0)
			free(decode_pieces(d, (struct str){exact, b.n}, enc, false, 1 + rnd(3000)));
		free(exact);
		sbuf_free(&b);
	}
	sbuf_free(&text);
	sbuf_free(&other);
}
END_TEST

static TCase *new_case(Suite *s, const char *name)
{
	TCase *t = tcase_create(name);

	tcase_set_timeout(t, 0);
	tcase_add_checked_fixture(t, setup, teardown);
	suite_add_tcase(s, t);
	return t;
}

int main(void)
{
	Suite *s = suite_create("damage");
	TCase *glue = new_case(s, "glue"), *holes = new_case(s, "holes"), *cuts = new_case(s, "cuts"), *random = new_case(s, "random");

	tcase_add_loop_test(glue, glued, 0, KINDS * KINDS);
	tcase_add_loop_test(glue, glued_behind_a_cut, 0, KINDS * KINDS);
	tcase_add_test(glue, mixed_sources);
	tcase_add_test(glue, wrong_encodings);
	tcase_add_test(holes, runs_of_nul);
	tcase_add_loop_test(holes, holes_in_records, 0, 5);
	tcase_add_loop_test(holes, holes_at_the_start, 0, KINDS);
	tcase_add_test(holes, holes_in_evtx);
	tcase_add_test(holes, zeros_before_evtx);
	tcase_add_test(holes, a_record_of_50_megabytes);
	tcase_add_test(holes, a_row_longer_than_the_head);
	tcase_add_loop_test(cuts, cut_at_every_byte, 0, 4);
	tcase_add_loop_test(random, mutations, 0, KINDS);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
