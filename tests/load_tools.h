/* For tests of loading: a load or a batch as text that two runs can be compared by, and files made on the way.
 * Header only. */
#ifndef SPOOR_TESTS_LOAD_TOOLS_H
#define SPOOR_TESTS_LOAD_TOOLS_H

#include <archive.h>
#include <archive_entry.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "load/decode.h"
#include "load/evtx.h"
#include "load/load.h"

#define UNUSED __attribute__((unused))

/* Also for programs without Check, in which an abort is a failed test, too. */
#define must(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);  \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* ---- as text ---- */

struct shown_event {
	const struct batch_table *t;
	uint32_t row;
};

static inline UNUSED int shown_by_seq(const void *a, const void *b)
{
	const struct shown_event *x = a, *y = b;

	return (x->t->seq[x->row] > y->t->seq[y->row]) - (x->t->seq[x->row] < y->t->seq[y->row]);
}

static inline UNUSED void show_text(struct sbuf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c < ' ' || c == '\\')
			sbuf_addf(out, "\\x%02x", c);
		else
			sbuf_addc(out, (char)c);
	}
}

static inline UNUSED int shown_by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* One line: where, what, when, and name=value of all that is there, sorted by name. */
static inline UNUSED void show_event(struct sbuf *out, const struct batch *b, const struct batch_table *t, uint32_t row)
{
	char time[WHEN_SIZE] = "-";
	char *field[BATCH_COLUMNS_MAX + SYS_COUNT];
	size_t n = 0;

	if (t->time[row] != WHEN_NONE)
		when_iso(t->time[row], 6, time);
	sbuf_addf(out, "%" PRIu64 "+%u %s%u %s/%d", t->offset[row], t->length[row], t->os == OS_LINUX ? "L" : "", t->event_id,
	          time, t->time_tail[row] == 0xFFFF ? -1 : t->time_tail[row]);
	if (t->record_id[row] != UINT64_MAX)
		sbuf_addf(out, " #%" PRIu64, t->record_id[row]);
	for (int f = 0; f < SYS_COUNT; f++) {
		struct sbuf s = {0};
		if (!batch_cell(t, t->sys[f], row))
			continue;
		sbuf_addf(&s, "@%s=", sys_field_name[f]);
		show_text(&s, pool_str(b->pool, batch_cell(t, t->sys[f], row)));
		field[n++] = s.p;
	}
	for (uint32_t c = 0; c < t->ncols; c++) {
		uint32_t cell = batch_cell(t, t->col[c].cells, row);
		struct sbuf s = {0};
		if (!cell)
			continue;
		show_text(&s, pool_str(b->pool, t->col[c].name));
		sbuf_addc(&s, '=');
		if (cell & CELL_TIME)
			sbuf_addf(&s, "T%s", when_iso(cell_time(cell, t->time[row]), 3, time));
		else
			show_text(&s, pool_str(b->pool, cell));
		field[n++] = s.p;
	}
	qsort(field, n, sizeof(*field), shown_by_name);
	for (size_t i = 0; i < n; i++) {
		sbuf_addf(out, " %s", field[i]);
		free(field[i]);
	}
	sbuf_addc(out, '\n');
}

static inline UNUSED void show_events(struct sbuf *out, const struct batch *b)
{
	struct shown_event *e = xcalloc(b->nevents + 1, sizeof(*e));
	uint32_t n = 0;

	for (uint32_t t = 0; t < b->ntables; t++)
		for (uint32_t row = 0; row < b->table[t].n; row++)
			e[n++] = (struct shown_event){&b->table[t], row};
	must(n == b->nevents);
	qsort(e, n, sizeof(*e), shown_by_seq);
	for (uint32_t i = 0; i < n; i++) {
		must(e[i].t->seq[e[i].row] == i);
		show_event(out, b, e[i].t, e[i].row);
	}
	free(e);
}

/* Events, damage ("!"), others ("?"). */
static inline UNUSED char *show_batch(const struct batch *b)
{
	struct sbuf out = {0};

	show_events(&out, b);
	for (uint32_t i = 0; i < b->nothers; i++) {
		struct str p = pool_str(b->pool, b->other[i].provider);
		sbuf_addf(&out, "? %.*s %u x%" PRIu64 "\n", STR_FMT(p), b->other[i].event_id, b->other[i].count);
	}
	for (uint32_t i = 0; i < b->ndamage; i++)
		sbuf_addf(&out, "! %" PRIu64 "+%" PRIu64 " %s\n", b->damage[i].offset, b->damage[i].length, b->damage[i].reason);
	return out.p ? out.p : xstrdup("");
}

static inline UNUSED char *show_load(const struct load *l)
{
	struct sbuf out = {0};

	for (size_t i = 0; i < l->inputs.n; i++) {
		const struct load_input_report *r = &l->report[i];
		sbuf_addf(&out, "input %zu %s bytes %" PRIu64 " events %" PRIu64 " others %" PRIu64 " damaged %" PRIu64
		          " %" PRId64 "..%" PRId64 "%s%s %s\n", i, format_name[l->inputs.v[i].format], r->bytes, r->events, r->others,
		          r->damaged, r->first, r->last, r->unusable ? " unusable" : "", r->skipped ? " skipped" : "", r->reason);
		for (size_t k = 0; k < l->nbatches; k++)
			if (l->batch[k]->input == i)
				show_events(&out, l->batch[k]);
	}
	for (size_t i = 0; i < l->nothers; i++)
		sbuf_addf(&out, "? %s %u x%" PRIu64 "\n", l->other[i].provider, l->other[i].event_id, l->other[i].count);
	for (size_t i = 0; i < l->ndamage; i++)
		sbuf_addf(&out, "! %u %" PRIu64 "+%" PRIu64 " %s\n", l->damage[i].input, l->damage[i].offset, l->damage[i].length,
		          l->damage[i].reason);
	sbuf_addf(&out, "events %" PRIu64 " others %" PRIu64 " damaged %" PRIu64 "\n", l->events, l->others, l->damaged);
	return out.p;
}

/* ---- decoding a text at once, and cut into pieces ---- */

static inline UNUSED struct str head_of(const struct decoder *d, struct str text)
{
	return (struct str){text.p, !d->wants_head ? 0 : text.n < DECODE_HEAD_MAX ? text.n : DECODE_HEAD_MAX};
}

static inline UNUSED char *decode_whole(const struct decoder *d, struct str text, enum encoding enc, bool strict)
{
	struct pool *pool = pool_new();
	struct batch_maker *maker = batch_maker_new(pool);
	struct batch *b = batch_new(maker, 0, 0);

	d->decode(text, enc, 0, head_of(d, text), strict, b);
	batch_done(b);
	batch_maker_free(maker);
	char *shown = show_batch(b);
	batch_free(b);
	pool_free(pool);
	return shown;
}

/* A piece was decoded into b, behind `before` damages: a hole that it ends stands before what the piece has of its own. */
static inline UNUSED void add_hole(struct batch *b, struct evtx_zeros *run, uint32_t before)
{
	struct evtx_zeros hole;

	if (!evtx_hole(run, b, &hole))
		return;
	batch_add_damage(b, hole.at, hole.n, EVTX_HOLE);
	if (b->damaged > b->ndamage)
		return;
	const struct batch_damage last = b->damage[b->ndamage - 1];
	memmove(b->damage + before + 1, b->damage + before, (b->ndamage - 1 - before) * sizeof(*b->damage));
	b->damage[before] = last;
}

/* Feeds `step` more bytes at a time to the cutter, as a reader of a stream does; everything lands in one batch. */
static inline UNUSED char *decode_pieces(const struct decoder *d, struct str text, enum encoding enc, bool strict, size_t step)
{
	struct pool *pool = pool_new();
	struct batch_maker *maker = batch_maker_new(pool);
	struct batch *b = batch_new(maker, 0, 0);
	uint64_t state = 0;
	struct evtx_zeros run = {0};

	for (size_t at = 0, view = step; at < text.n;) {
		size_t n = text.n - at < view ? text.n - at : view;
		/* A copy, so that looking beyond the piece is caught. */
		char *copy = xmalloc(n ? n : 1);
		memcpy(copy, text.p + at, n);
		size_t end = d->cut((struct str){copy, n}, enc, at + n == text.n, &state);
		must(end <= n);
		if (end) {
			copy = xrealloc(copy, end);
			const uint32_t ndamage = b->ndamage;
			b->zero_at = b->zeros = b->zeros_first = 0;
			b->chunk_first = false;
			d->decode((struct str){copy, end}, enc, at, head_of(d, text), strict, b);
			add_hole(b, &run, ndamage);
			at += end;
			view = step;
		} else {
			must(at + n < text.n);
			view += step;
		}
		free(copy);
	}
	batch_done(b);
	batch_maker_free(maker);
	char *shown = show_batch(b);
	batch_free(b);
	pool_free(pool);
	return shown;
}

/* UTF-16 of ASCII and whatever else utf8_next reads, with a BOM. */
static inline UNUSED struct sbuf to_utf16(struct str s, bool big_endian)
{
	struct sbuf out = {0};
	uint32_t units[2];

	for (size_t at = 0, i = 0; at < s.n || i == 0; i++) {
		uint32_t c = i == 0 ? 0xFEFF : utf8_next(s, &at);
		size_t n = 1;
		units[0] = c;
		if (c > 0xFFFF) {
			units[0] = 0xD800 + ((c - 0x10000) >> 10);
			units[1] = 0xDC00 + ((c - 0x10000) & 0x3FF);
			n = 2;
		}
		for (size_t k = 0; k < n; k++) {
			sbuf_addc(&out, (char)(big_endian ? units[k] >> 8 : units[k] & 0xFF));
			sbuf_addc(&out, (char)(big_endian ? units[k] & 0xFF : units[k] >> 8));
		}
	}
	return out;
}

/* ---- events ---- */

/* `<Event>` of Sysmon with these children of EventData. */
static inline UNUSED void add_event_xml(struct sbuf *out, unsigned id, unsigned record, const char *data)
{
	sbuf_addf(out,
	          "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
	          "<Provider Name='Microsoft-Windows-Sysmon' Guid='{11111111-2222-3333-4444-555555555555}'/>"
	          "<EventID>%u</EventID><Version>5</Version><Level>4</Level><Task>%u</Task><Opcode>0</Opcode>"
	          "<Keywords>0x8000000000000000</Keywords><TimeCreated SystemTime='2024-03-01T12:00:%02u.1234567Z'/>"
	          "<EventRecordID>%u</EventRecordID><Correlation/><Execution ProcessID='2000' ThreadID='3000'/>"
	          "<Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>HOST%u</Computer>"
	          "<Security UserID='S-1-5-18'/></System><EventData>%s</EventData></Event>",
	          id, id, record % 60, record, record % 3, data);
}

/* ---- files ---- */

static inline UNUSED char *temp_dir(void)
{
	struct sbuf s = {0};
	const char *base = getenv("TMPDIR");

	sbuf_addf(&s, "%s/spoor-check-XXXXXX", base && *base ? base : "/tmp");
	must(mkdtemp(s.p));
	return s.p;
}

static inline UNUSED void remove_dir(char *dir)
{
	struct sbuf s = {0};

	sbuf_addf(&s, "rm -rf '%s'", dir);
	must(system(s.p) == 0);
	sbuf_free(&s);
	free(dir);
}

static inline UNUSED char *path_in(const char *dir, const char *name)
{
	struct sbuf s = {0};

	sbuf_addf(&s, "%s/%s", dir, name);
	return s.p;
}

static inline UNUSED char *write_file(const char *dir, const char *name, struct str text)
{
	char *path = path_in(dir, name);
	FILE *f = fopen(path, "wb");

	must(f);
	must(fwrite(text.p, 1, text.n, f) == text.n);
	must(fclose(f) == 0);
	return path;
}

struct packed_file {
	const char *name;
	struct str text;
};

/* An archive (format as libarchive numbers it) of these files, through a filter. */
static inline UNUSED char *write_archive(const char *dir, const char *name, int format, int filter,
                                         const struct packed_file *file, size_t n)
{
	char *path = path_in(dir, name);
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();

	must(archive_write_set_format(a, format) == ARCHIVE_OK);
	must(archive_write_add_filter(a, filter) == ARCHIVE_OK);
	must(archive_write_open_filename(a, path) == ARCHIVE_OK);
	for (size_t i = 0; i < n; i++) {
		archive_entry_clear(e);
		archive_entry_set_pathname(e, file[i].name);
		archive_entry_set_size(e, (int64_t)file[i].text.n);
		archive_entry_set_filetype(e, AE_IFREG);
		archive_entry_set_perm(e, 0644);
		must(archive_write_header(a, e) == ARCHIVE_OK);
		must((int)archive_write_data(a, file[i].text.p, file[i].text.n) == (int)file[i].text.n);
	}
	archive_entry_free(e);
	must(archive_write_free(a) == ARCHIVE_OK);
	return path;
}

static inline UNUSED struct sbuf read_file(const char *path)
{
	struct sbuf s = {0};
	char block[4096];
	FILE *f = fopen(path, "rb");

	must(f);
	for (size_t n; (n = fread(block, 1, sizeof(block), f)) > 0;)
		sbuf_add(&s, block, n);
	fclose(f);
	return s;
}

#endif
