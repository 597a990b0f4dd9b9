/* Files, archives and what lies in them; finding what the user named; reading raw records again. */
#include <check.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <zlib.h>

#include "load_tools.h"
#include "load/expand.h"
#include "load/follow.h"
#include "load/stream.h"

static char *dir;

static void setup(void)
{
	dir = temp_dir();
}

static void teardown(void)
{
	remove_dir(dir);
}

/* ---- streams ---- */

/* All of a file: "name=text" of each member, "!why" of what cannot be read. */
static struct sbuf read_bytes(const char *path, const struct stream_limits *limits, size_t step)
{
	struct stream *s = stream_open(open(path, O_RDONLY), limits);
	struct sbuf out = {0};
	char *block = xmalloc(step);

	for (;;) {
		struct diag d = DIAG_INIT;
		enum stream_state e = stream_next(s, &d);
		if (e == STREAM_END)
			break;
		char *name = stream_member(s);
		sbuf_addf(&out, "[%s]", name ? name : "");
		free(name);
		if (e == STREAM_BAD) {
			sbuf_addf(&out, "!%s", d.msg);
			continue;
		}
		ptrdiff_t n;
		while ((n = stream_read(s, block, step, &d)) > 0)
			sbuf_add(&out, block, (size_t)n);
		if (n < 0)
			sbuf_addf(&out, "!%s", d.msg);
		ck_assert_int_eq(stream_read(s, block, step, &d), n);    /* says so again */
	}
	stream_close(s);
	free(block);
	return out;
}

static char *read_all(const char *path, const struct stream_limits *limits, size_t step)
{
	struct sbuf out = read_bytes(path, limits, step);

	return out.p ? out.p : xstrdup("");
}

static void expect_all(char *path, const char *want)
{
	static const size_t steps[] = {1, 7, 100000};

	for (size_t i = 0; i < 3; i++) {
		char *got = read_all(path, NULL, steps[i]);
		ck_assert_msg(strncmp(got, want, strlen(want)) == 0 && (want[0] == '\0' || strchr(want, '!') || strlen(got) == strlen(want)),
		              "%s: %.300s", path, got);
		free(got);
	}
	free(path);
}

static const struct packed_file two[] = {{"a/x.json", {"first", 5}}, {"b.xml", {"second", 6}}};

START_TEST(plain)
{
	expect_all(write_file(dir, "p", STR("some text")), "[]some text");
	expect_all(write_file(dir, "e", STR("")), "[]");
}
END_TEST

START_TEST(compressed)
{
	static const int filters[] = {ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_BZIP2,
	                              ARCHIVE_FILTER_LZ4, ARCHIVE_FILTER_LZIP, ARCHIVE_FILTER_COMPRESS};
	struct packed_file one = {"x", {"packed text", 11}};

	for (size_t i = 0; i < sizeof(filters) / sizeof *filters; i++)
		expect_all(write_archive(dir, "no-suffix", ARCHIVE_FORMAT_RAW, filters[i], &one, 1), "[]packed text");
	one.text.n = 0;
	expect_all(write_archive(dir, "empty", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP, &one, 1), "");
}
END_TEST

START_TEST(archives)
{
	expect_all(write_archive(dir, "a", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, two, 2), "[a/x.json]first[b.xml]second");
	expect_all(write_archive(dir, "a", ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE, two, 2), "[a/x.json]first[b.xml]second");
	expect_all(write_archive(dir, "a", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE, two, 2), "[a/x.json]first[b.xml]second");
	expect_all(write_archive(dir, "a", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_XZ, two, 2), "[a/x.json]first[b.xml]second");
	expect_all(write_archive(dir, "a", ARCHIVE_FORMAT_TAR_GNUTAR, ARCHIVE_FILTER_ZSTD, two, 2), "[a/x.json]first[b.xml]second");
	expect_all(write_archive(dir, "a", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, two, 0), "");
}
END_TEST

/* A file in gzip, in a zip with another, in a tar.xz with another. */
static char *nested(const char *name)
{
	struct packed_file f = {"x", {"deep", 4}};
	char *gz = write_archive(dir, "x.gz", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP, &f, 1);
	struct sbuf gz_bytes = read_file(gz);
	struct packed_file in_zip[] = {{"log.json.gz", sbuf_str(&gz_bytes)}, {"other", {"o", 1}}};
	char *zip = write_archive(dir, "x.zip", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, in_zip, 2);
	struct sbuf zip_bytes = read_file(zip);
	struct packed_file in_tar[] = {{"top", {"t", 1}}, {"in.zip", sbuf_str(&zip_bytes)}, {"last", {"l", 1}}};
	char *tar = write_archive(dir, name, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_XZ, in_tar, 3);

	sbuf_free(&gz_bytes);
	sbuf_free(&zip_bytes);
	unlink(gz);
	unlink(zip);
	free(gz);
	free(zip);
	return tar;
}

START_TEST(archives_in_archives)
{
	expect_all(nested("n"), "[top]t[in.zip: log.json.gz]deep[in.zip: other]o[last]l");
}
END_TEST

START_TEST(nested_too_deep)
{
	struct sbuf bytes = {0};
	char *path = NULL;

	sbuf_addz(&bytes, "core");
	for (int i = 0; i < INPUT_NEST_MAX + 1; i++) {
		struct packed_file f = {"f", sbuf_str(&bytes)};
		free(path);
		path = write_archive(dir, "z", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, &f, 1);
		sbuf_free(&bytes);
		bytes = read_file(path);
	}
	sbuf_free(&bytes);
	expect_all(path, "[f: f: f: f]!packed more than 4 times");
}
END_TEST

START_TEST(directories_and_links_in_archives)
{
	char *path = path_in(dir, "t.tar");
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();

	archive_write_set_format_pax(a);
	ck_assert_int_eq(archive_write_open_filename(a, path), ARCHIVE_OK);
	archive_entry_set_pathname(e, "d/");
	archive_entry_set_filetype(e, AE_IFDIR);
	archive_entry_set_perm(e, 0755);
	ck_assert_int_eq(archive_write_header(a, e), ARCHIVE_OK);
	archive_entry_clear(e);
	archive_entry_set_pathname(e, "d/link");
	archive_entry_set_filetype(e, AE_IFLNK);
	archive_entry_set_symlink(e, "/etc/passwd");
	ck_assert_int_eq(archive_write_header(a, e), ARCHIVE_OK);
	archive_entry_clear(e);
	archive_entry_set_pathname(e, "../../up");
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_size(e, 2);
	ck_assert_int_eq(archive_write_header(a, e), ARCHIVE_OK);
	ck_assert_int_eq((int)archive_write_data(a, "ok", 2), 2);
	archive_entry_free(e);
	archive_write_free(a);
	expect_all(path, "[../../up]ok");
}
END_TEST

static struct sbuf numbered_lines(void)
{
	struct sbuf text = {0};

	for (int i = 0; i < 40000; i++)
		sbuf_addf(&text, "line %d\n", i * 7919);
	return text;
}

/* As hard to compress everywhere. */
static struct sbuf even_lines(unsigned n)
{
	struct sbuf text = {0};
	uint32_t x = 2463534242;

	for (unsigned i = 0; i < n; i++) {
		x ^= x << 13, x ^= x >> 17, x ^= x << 5;
		sbuf_addf(&text, "line %08x\n", x);
	}
	return text;
}

/* Ways to compress one stream, and how much text each has to see the end of before it gives any of it (bzip2: 9 * 100,000, of
 * which it keeps 19 back). */
static const struct codec_case {
	const char *name;
	int filter;
	size_t block;
} codecs[] = {
	{"gzip", ARCHIVE_FILTER_GZIP, 1 << 15},
	{"xz", ARCHIVE_FILTER_XZ, 1 << 10},
	{"lzip", ARCHIVE_FILTER_LZIP, 1 << 10},
	{"bzip2", ARCHIVE_FILTER_BZIP2, 900000 - 19},
	{"zstd", ARCHIVE_FILTER_ZSTD, 128 << 10},
};
enum { CODECS = sizeof(codecs) / sizeof *codecs };

START_TEST(cut_short)
{
	static const int filters[] = {ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_ZSTD};
	struct sbuf text = numbered_lines();

	for (size_t i = 0; i < 3; i++) {
		struct packed_file f = {"x", sbuf_str(&text)};
		char *path = write_archive(dir, "c", ARCHIVE_FORMAT_RAW, filters[i], &f, 1);
		struct stat st;
		ck_assert_int_eq(stat(path, &st), 0);
		ck_assert_int_eq(truncate(path, st.st_size - st.st_size / 4), 0);
		char *got = read_all(path, NULL, 1000), *mark = strchr(got, '!');
		ck_assert_ptr_nonnull(mark);
		ck_assert_uint_gt((size_t)(mark - got), 1000);   /* what was good is there */
		ck_assert(memcmp(got + 2, text.p, 1000) == 0);
		free(got);
		free(path);
	}
	sbuf_free(&text);
}
END_TEST

/* The archive with its byte at `at` (from the end when negative) flipped. */
static char *flipped(int format, int filter, struct str text, long at)
{
	struct packed_file f = {"x", text};
	char *path = write_archive(dir, "f", format, filter, &f, 1);
	struct sbuf bytes = read_file(path);

	bytes.p[at < 0 ? (long)bytes.n + at : at] ^= (char)255;
	free(path);
	path = write_file(dir, "f", sbuf_str(&bytes));
	sbuf_free(&bytes);
	return path;
}

/* All that zlib can unpack before the cut is kept, to the byte. */
START_TEST(gzip_kept_up_to_the_cut)
{
	struct sbuf text = numbered_lines();
	struct packed_file f = {"x", sbuf_str(&text)};
	char *path = write_archive(dir, "c", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP, &f, 1);

	ck_assert_int_eq(truncate(path, 60000), 0);
	gzFile z = gzopen(path, "rb");
	char *want = xmalloc(text.n);
	int n = 0, got_n;
	while ((got_n = gzread(z, want + n, 1)) == 1)
		n++;
	gzclose(z);
	ck_assert_int_gt(n, 100000);
	char *got = read_all(path, NULL, 100000), *mark = strchr(got, '!');
	ck_assert_ptr_nonnull(mark);
	ck_assert_str_eq(mark, "!the gzip data is cut off");
	ck_assert_int_ge((int)(mark - got) - 2, n);
	ck_assert(memcmp(got + 2, text.p, (size_t)(mark - got) - 2) == 0);
	free(want);
	free(got);
	free(path);
	sbuf_free(&text);
}
END_TEST

/* The blocks before the cut, or before a byte that was changed, are kept, whole. The text is even: a share of the packed bytes holds
 * that share of it, but for a hundredth. */
START_TEST(kept_up_to_the_damage)
{
	const struct codec_case *c = &codecs[_i];
	struct sbuf text = even_lines(300000);
	struct packed_file f = {"x", sbuf_str(&text)};

	for (int cut = 0; cut < 2; cut++)
		for (int of = 1; of < 8; of++) {
			char *path = write_archive(dir, "k", ARCHIVE_FORMAT_RAW, c->filter, &f, 1), why[80];
			struct sbuf bytes = read_file(path);
			size_t at = bytes.n / 8 * (size_t)of, least = text.n / 100 * 99 / 8 * (size_t)of / c->block * c->block;
			free(path);
			if (cut)
				bytes.n = at;
			else
				bytes.p[at] ^= 0x55;
			path = write_file(dir, "k", sbuf_str(&bytes));
			struct sbuf got = read_bytes(path, NULL, 70000);
			const char *mark = memrchr(got.p, '!', got.n);
			snprintf(why, sizeof(why), cut ? "!the %s data is cut off" : "!the %s data is damaged", c->name);
			if (!mark && !cut && c->filter == ARCHIVE_FILTER_ZSTD)   /* without a checksum, as libarchive writes it */
				mark = got.p + got.n;
			ck_assert_msg(mark && (!*mark || strcmp(mark, why) == 0 || (!cut && strstr(mark, " is wrong"))), "%s, %d/8: %s", c->name, of, mark ? mark : "no damage");
			size_t n = (size_t)(mark - got.p) - 2, good = 0;
			while (good < n && good < text.n && got.p[2 + good] == text.p[good])
				good++;
			ck_assert_msg(good + c->block / 100 >= least, "%s, %s at %d/8: %zu of %zu bytes, not %zu", c->name, cut ? "cut" : "changed", of, good, text.n, least);
			ck_assert(!cut || good == n);
			free(path);
			sbuf_free(&got);
			sbuf_free(&bytes);
		}
	sbuf_free(&text);
}
END_TEST

START_TEST(zip_kept_up_to_the_damage)
{
	struct sbuf text = numbered_lines();
	char *path = flipped(ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, sbuf_str(&text), 60000);
	char *got = read_all(path, NULL, 1 << 20), *mark = strchr(got, '!');

	ck_assert_ptr_nonnull(mark);
	ck_assert_int_gt((int)(mark - got), 150000);
	ck_assert(memcmp(got + 3, text.p, 150000) == 0);
	free(got);
	free(path);
	sbuf_free(&text);
}
END_TEST

START_TEST(wrong_checksum)
{
	struct sbuf text = numbered_lines();
	char *path = flipped(ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP, sbuf_str(&text), -6);
	char *got = read_all(path, NULL, 1000);

	ck_assert_uint_gt(strlen(got), text.n);
	ck_assert_msg(strcmp(got + 2 + text.n, "!the checksum of the gzip data is wrong: some of it was changed") == 0, "%s", got + 2 + text.n);
	free(got);
	free(path);
	path = flipped(ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP, sbuf_str(&text), -6);
	got = read_all(path, NULL, 1000);                        /* behind the end of the tar */
	ck_assert_msg(strcmp(got + 3 + text.n, "[]!the checksum of the gzip data is wrong: some of it was changed") == 0, "%s", got + 3 + text.n);
	free(got);
	free(path);
	sbuf_free(&text);
}
END_TEST

/* Streams one after the other are one text; zeros behind them are padding, anything else is told. */
START_TEST(streams_in_a_row)
{
	struct packed_file f = {"x", {"part ", 5}};
	char *path = write_archive(dir, "m", ARCHIVE_FORMAT_RAW, codecs[_i].filter, &f, 1), want[100];
	struct sbuf one = read_file(path), all = {0};

	free(path);
	sbuf_adds(&all, sbuf_str(&one));
	sbuf_adds(&all, sbuf_str(&one));
	expect_all(write_file(dir, "m", sbuf_str(&all)), "[]part part ");
	sbuf_add(&all, "\0\0\0\0", 4);
	expect_all(write_file(dir, "m", sbuf_str(&all)), "[]part part ");
	sbuf_addz(&all, "more than a header");
	snprintf(want, sizeof(want), "[]part part !something else lies behind the end of the %s data", codecs[_i].name);
	expect_all(write_file(dir, "m", sbuf_str(&all)), want);
	sbuf_free(&one);
	sbuf_free(&all);
}
END_TEST

/* Headers that ask for windows of 2 GiB. */
START_TEST(too_much_memory)
{
	static const char zstd[] = "\x28\xB5\x2F\xFD\x00\xA8\x01\x00\x00",
	                  xz[] = "\xfd\x37\x7a\x58\x5a\x00\x00\x01\x69\x22\xde\x36\x02\x00\x21\x01\x26\x00\x00\x00\xd5\xd7\xce\x53\x01\x00\x00\x61";

	expect_all(write_file(dir, "z", (struct str){zstd, sizeof(zstd) - 1}), "[]!the zstd data needs more than 512 MiB of memory to unpack; unpack it yourself if you trust it");
	expect_all(write_file(dir, "x", (struct str){xz, sizeof(xz) - 1}), "[]!the xz data needs more than 512 MiB of memory to unpack; unpack it yourself if you trust it");
}
END_TEST

START_TEST(damaged_archives)
{
	static const char *const junk[] = {"PK\3\4 this is no zip file at all", "7z\xBC\xAF\x27\x1C and no 7z either",
	                                   "\x1F\x8B\x08 nor gzip", "\xFD" "7zXZ", "\x28\xB5\x2F\xFD zstd?", "BZh nothing", "PK\5\6"};

	for (size_t i = 0; i < sizeof(junk) / sizeof *junk; i++) {
		char *path = write_file(dir, "j", (struct str){junk[i], strlen(junk[i])});
		char *got = read_all(path, NULL, 100);
		ck_assert_msg(strchr(got, '!') || !strchr(got, ']') || junk[i][0] == 'B' || got[2] == junk[i][0], "%s: %s", junk[i], got);
		free(got);
		free(path);
	}
}
END_TEST

START_TEST(limits)
{
	struct sbuf zeros = {0};

	for (int i = 0; i < 20000; i++)
		sbuf_addz(&zeros, "00000000000000000000000000000000000000000000000000");
	struct packed_file f[] = {{"bomb", sbuf_str(&zeros)}, {"after", {"x", 1}}};
	static const struct stream_limits small = {.member = 500000}, steep = {.ratio = 10, .ratio_free = 100000};
	static const int formats[] = {ARCHIVE_FORMAT_ZIP, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FORMAT_7ZIP};

	for (size_t i = 0; i < 3; i++) {
		int filter = formats[i] == ARCHIVE_FORMAT_TAR_USTAR ? ARCHIVE_FILTER_GZIP : ARCHIVE_FILTER_NONE;
		char *path = write_archive(dir, "b", formats[i], filter, f, 2);
		char *got = read_all(path, &small, 10000);
		ck_assert_msg(strstr(got, "!stopped: larger than the limit for one file"), "%.100s", got + 500000);
		free(got);
		got = read_all(path, &steep, 10000);
		ck_assert_ptr_nonnull(strstr(got, "!stopped: expands so much that it looks like a decompression bomb"));
		free(got);
		/* Nobody reads the bomb: it must not be unpacked without a limit on the way to the next member, either. */
		struct stream *s = stream_open(open(path, O_RDONLY), &steep);
		struct diag d = DIAG_INIT;
		ck_assert_int_eq(stream_next(s, &d), STREAM_MEMBER);
		enum stream_state next = stream_next(s, &d);
		if (formats[i] == ARCHIVE_FORMAT_ZIP) {
			ck_assert_int_eq(next, STREAM_MEMBER);   /* jumped over */
		} else {
			ck_assert_int_eq(next, STREAM_BAD);
			ck_assert_int_eq(stream_next(s, &d), STREAM_END);
		}
		stream_close(s);
		free(path);
	}
	sbuf_free(&zeros);
}
END_TEST

/* An encrypted member is named with what to do; the plain ones beside it are read. */
START_TEST(encrypted)
{
	char *path = path_in(dir, "secret.zip");
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();

	archive_write_set_format_zip(a);
	ck_assert_int_eq(archive_write_set_options(a, "zip:encryption=traditional"), ARCHIVE_OK);
	ck_assert_int_eq(archive_write_set_passphrase(a, "infected"), ARCHIVE_OK);
	ck_assert_int_eq(archive_write_open_filename(a, path), ARCHIVE_OK);
	for (int i = 0; i < 2; i++) {
		archive_entry_clear(e);
		archive_entry_set_pathname(e, i ? "b.evtx" : "a.evtx");
		archive_entry_set_filetype(e, AE_IFREG);
		archive_entry_set_perm(e, 0644);
		archive_entry_set_size(e, 5);
		ck_assert_int_eq(archive_write_header(a, e), ARCHIVE_OK);
		ck_assert_int_eq((int)archive_write_data(a, "hello", 5), 5);
	}
	archive_entry_free(e);
	archive_write_free(a);
	struct load *l = load_run((const char *const *)&path, 1, NULL);
	ck_assert_uint_eq(l->inputs.n, 2);
	for (int i = 0; i < 2; i++) {
		ck_assert(l->report[i].unusable && !l->report[i].skipped);
		ck_assert_str_eq(l->report[i].reason, "encrypted; unpack it first, with its password");
	}
	ck_assert_str_eq(l->inputs.v[1].member, "b.evtx");
	load_free(l);
	free(path);
}
END_TEST

/* Thousands of files where few may be open at a time, and a shell's pattern beside them. */
START_TEST(few_descriptors)
{
	const struct rlimit few = {24, 24};

	for (int i = 0; i < 3000; i++) {
		char name[32], text[200];
		snprintf(name, sizeof(name), "%d.json", i);
		snprintf(text, sizeof(text), "{\"SourceName\":\"Microsoft-Windows-Sysmon\",\"EventID\":1,\"RecordNumber\":%d}\n", i);
		free(write_file(dir, name, str_c(text)));
	}
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	struct load *l = load_run((const char *const *)&dir, 1, &(struct load_opts){.workers = 4});
	ck_assert_uint_eq(l->events, 3000);
	for (size_t i = 0; i < l->inputs.n; i++)
		ck_assert(!l->report[i].unusable);
	load_free(l);
	const char *why, *path = dir;
	struct follow *f = follow_new(&path, 1, &why);
	ck_assert_ptr_nonnull(f);
	l = load_run(&path, 1, &(struct load_opts){.open_ended = true, .workers = 4});
	ck_assert_uint_eq(l->events, 3000);
	load_free(l);
	follow_free(f);
}
END_TEST

/* ---- finding ---- */

static char *listing(const char *path)
{
	struct sources l = {0};
	struct sbuf out = {0};

	expand_add(&l, path);
	for (size_t i = 0; i < l.n; i++)
		sbuf_addf(&out, "%s%s%s%s\n", strncmp(l.v[i].path, dir, strlen(dir)) == 0 ? l.v[i].path + strlen(dir) : l.v[i].path,
		          l.v[i].named ? " named" : "", l.v[i].reason ? " !" : "", l.v[i].reason ? l.v[i].reason : "");
	expand_free(&l);
	return out.p ? out.p : xstrdup("");
}

START_TEST(directories)
{
	char *sub = path_in(dir, "sub"), *fifo = path_in(dir, "fifo"), *link = path_in(dir, "link"), *loop = path_in(sub, "loop"),
	     *gone = path_in(dir, "gone");

	ck_assert_int_eq(mkdir(sub, 0755), 0);
	ck_assert_int_eq(mkfifo(fifo, 0644), 0);
	free(write_file(dir, "b", STR("x")));
	free(write_file(dir, "a", STR("x")));
	free(write_file(dir, ".hidden", STR("x")));
	free(write_file(sub, "c", STR("x")));
	ck_assert_int_eq(symlink("a", link), 0);
	ck_assert_int_eq(symlink("..", loop), 0);
	ck_assert_int_eq(symlink("nowhere", gone), 0);
	char *got = listing(dir);
	ck_assert_str_eq(got, "/.hidden\n/a\n/b\n/fifo !no regular file\n/gone !a symbolic link to nothing\n/link\n/sub/c\n"
	                      "/sub/loop !a symbolic link to a directory\n");
	free(got);
	char *a = path_in(dir, "a"), *none = path_in(dir, "none");
	got = listing(a);
	ck_assert_str_eq(got, "/a named\n");
	free(got);
	got = listing(none);
	ck_assert_str_eq(got, "/none named !No such file or directory\n");
	free(got);
	got = listing("-");
	ck_assert_str_eq(got, "- named\n");
	free(got);
	free(a);
	free(none);
	free(sub);
	free(fifo);
	free(link);
	free(loop);
	free(gone);
}
END_TEST

START_TEST(patterns)
{
	free(write_file(dir, "b.evtx", STR("x")));
	free(write_file(dir, "a.evtx", STR("x")));
	free(write_file(dir, "c.xml", STR("x")));
	free(write_file(dir, "[odd].xml", STR("x")));
	char *all = path_in(dir, "*.evtx"), *none = path_in(dir, "*.json"), *odd = path_in(dir, "[odd].xml");
	char *got = listing(all);
	ck_assert_str_eq(got, "/a.evtx named\n/b.evtx named\n");
	free(got);
	got = listing(none);
	ck_assert_str_eq(got, "/*.json named !no file has a name like this\n");
	free(got);
	got = listing(odd);                                      /* a file of just this name comes first */
	ck_assert_str_eq(got, "/[odd].xml named\n");
	free(got);
	free(all), free(none), free(odd);
}
END_TEST

/* ---- raw records ---- */

static struct load *load_one(const char *path)
{
	struct load_opts o = {.workers = 1};

	return load_run(&path, 1, &o);
}

static void expect_raw(struct load *l, uint32_t input, uint64_t offset, uint64_t length, const char *want)
{
	struct sbuf out = {0};
	struct diag d = DIAG_INIT;

	ck_assert_msg(input_raw(&l->inputs, input, offset, length, &out, &d), "%s", d.msg);
	ck_assert_uint_eq(out.n, length);
	ck_assert_msg(strncmp(out.p, want, strlen(want)) == 0, "%.80s", out.p);
	sbuf_free(&out);
}

/* 20000 records of differing length; where[i] is the offset of record i. */
static struct sbuf big_log(size_t where[20001])
{
	struct sbuf t = {0};

	for (unsigned i = 0; i < 20000; i++) {
		where[i] = t.n;
		sbuf_addf(&t, "{\"SourceName\":\"Microsoft-Windows-Sysmon\",\"EventID\":1,\"n\":%u,\"pad\":\"", i);
		for (unsigned k = 0; k < 600 + i % 50; k++)
			sbuf_addc(&t, (char)('a' + i % 26));
		sbuf_addz(&t, "\"}\n");
	}
	where[20000] = t.n;
	return t;
}

static void check_raw_of_all(struct load *l, uint32_t input, const struct sbuf *t, const size_t *where)
{
	static const unsigned order[] = {0, 1, 5, 4, 3, 19999, 19998, 10000, 10001, 0, 15000, 7, 19999};

	for (size_t i = 0; i < sizeof(order) / sizeof *order; i++) {
		size_t at = where[order[i]], n = where[order[i] + 1] - at - 1;
		struct sbuf out = {0};
		struct diag d = DIAG_INIT;
		ck_assert_msg(input_raw(&l->inputs, input, at, n, &out, &d), "%s", d.msg);
		ck_assert_uint_eq(out.n, n);
		ck_assert(memcmp(out.p, t->p + at, n) == 0);
		sbuf_free(&out);
	}
	/* Beyond the end. */
	struct sbuf out = {0};
	struct diag d = DIAG_INIT;
	ck_assert(!input_raw(&l->inputs, input, t->n - 5, 100, &out, &d));
	ck_assert_ptr_nonnull(strstr(d.msg, "changed after loading"));
	d = (struct diag)DIAG_INIT;
	ck_assert(!input_raw(&l->inputs, input, UINT64_MAX - 5, 100, &out, &d));
	d = (struct diag)DIAG_INIT;
	ck_assert(!input_raw(&l->inputs, 99, 0, 1, &out, &d));
	sbuf_free(&out);
}

START_TEST(raw)
{
	size_t *where = xcalloc(20001, sizeof(*where));
	struct sbuf t = big_log(where);
	struct packed_file f[] = {{"readme", {"no log", 6}}, {"a.json", sbuf_str(&t)}};
	char *paths[] = {
		write_file(dir, "plain", sbuf_str(&t)),
		write_archive(dir, "gz", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP, f + 1, 1),
		write_archive(dir, "zip", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, f, 2),
		write_archive(dir, "tar", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_ZSTD, f, 2),
	};

	for (size_t i = 0; i < 4; i++) {
		struct load *l = load_one(paths[i]);
		uint32_t input = i < 2 ? 0 : 1;
		ck_assert_uint_eq(l->events, 20000);
		ck_assert_uint_eq(l->inputs.n, input + 1);
		ck_assert_int_eq(l->inputs.v[input].compressed, i > 0);
		if (i > 1)
			ck_assert_str_eq(l->inputs.v[input].member, "a.json");
		check_raw_of_all(l, input, &t, where);
		load_free(l);
		free(paths[i]);
	}
	free(where);
	sbuf_free(&t);
}
END_TEST

START_TEST(raw_of_nested)
{
	struct packed_file f = {"x", {"{\"EventID\":1,\"SourceName\":\"Microsoft-Windows-Sysmon\"}", 53}};
	char *gz = write_archive(dir, "x.gz", ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP, &f, 1);
	struct sbuf bytes = read_file(gz);
	struct packed_file in_zip[] = {{"one.gz", sbuf_str(&bytes)}, {"two.gz", sbuf_str(&bytes)}};
	char *zip = write_archive(dir, "x.zip", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, in_zip, 2);
	struct load *l = load_one(zip);

	ck_assert_uint_eq(l->events, 2);
	expect_raw(l, 1, 0, 53, "{\"EventID\":1");
	expect_raw(l, 0, 1, 9, "\"EventID\"");
	expect_raw(l, 1, 1, 9, "\"EventID\"");
	char *want = path_in(dir, "x.zip: two.gz");
	ck_assert_str_eq(l->inputs.v[1].name, want);
	free(want);
	load_free(l);
	sbuf_free(&bytes);
	free(gz);
	free(zip);
}
END_TEST

START_TEST(raw_as_text)
{
	struct sbuf t = {0};
	struct sbuf out = {0};
	struct diag d = DIAG_INIT;

	add_event_xml(&t, 1, 1, "<Data Name='Image'>\u00e4\U0001F600</Data>");
	for (int big = 0; big < 2; big++) {
		struct sbuf wide = to_utf16(sbuf_str(&t), big);
		char *path = write_file(dir, "w", sbuf_str(&wide));
		struct load *l = load_one(path);
		ck_assert_uint_eq(l->events, 1);
		ck_assert_uint_eq(l->batch[0]->table[0].offset[0], 2);
		ck_assert_uint_eq(l->batch[0]->table[0].length[0], wide.n - 2);
		ck_assert(input_raw_text(&l->inputs, 0, 2, wide.n - 2, &out, &d));
		ck_assert(str_eq(sbuf_str(&out), sbuf_str(&t)));
		load_free(l);
		free(path);
		sbuf_free(&wide);
	}
	sbuf_reset(&t);
	add_event_xml(&t, 1, 1, "<Data Name='Image'>\xff</Data>");
	char *path = write_file(dir, "bad", sbuf_str(&t));
	struct load *l = load_one(path);
	ck_assert(input_raw_text(&l->inputs, 0, 0, t.n, &out, &d));
	ck_assert_ptr_nonnull(strstr(out.p, "\uFFFD</Data>"));
	load_free(l);
	free(path);
	sbuf_free(&out);
	sbuf_free(&t);
}
END_TEST

START_TEST(raw_of_a_changed_file)
{
	char *path = write_file(dir, "f", STR("{\"EventID\":1,\"SourceName\":\"Microsoft-Windows-Sysmon\"}"));
	struct load *l = load_one(path);
	struct sbuf out = {0};
	struct diag d = DIAG_INIT;

	ck_assert_int_eq(truncate(path, 10), 0);
	ck_assert(!input_raw(&l->inputs, 0, 0, 53, &out, &d));
	ck_assert_ptr_nonnull(strstr(d.msg, "changed after loading"));
	d = (struct diag)DIAG_INIT;
	unlink(path);
	ck_assert(!input_raw(&l->inputs, 0, 0, 53, &out, &d));
	ck_assert_str_eq(d.msg, "No such file or directory");
	load_free(l);
	sbuf_free(&out);
	free(path);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("input");
	TCase *t = tcase_create("input");

	tcase_set_timeout(t, 600);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, plain);
	tcase_add_test(t, compressed);
	tcase_add_test(t, archives);
	tcase_add_test(t, archives_in_archives);
	tcase_add_test(t, nested_too_deep);
	tcase_add_test(t, directories_and_links_in_archives);
	tcase_add_test(t, cut_short);
	tcase_add_test(t, damaged_archives);
	tcase_add_test(t, gzip_kept_up_to_the_cut);
	tcase_add_test(t, zip_kept_up_to_the_damage);
	tcase_add_test(t, wrong_checksum);
	tcase_add_test(t, too_much_memory);
	tcase_add_loop_test(t, kept_up_to_the_damage, 0, CODECS);
	tcase_add_loop_test(t, streams_in_a_row, 0, CODECS);
	tcase_add_test(t, limits);
	tcase_add_test(t, encrypted);
	tcase_add_test(t, few_descriptors);
	tcase_add_test(t, directories);
	tcase_add_test(t, patterns);
	tcase_add_test(t, raw);
	tcase_add_test(t, raw_of_nested);
	tcase_add_test(t, raw_as_text);
	tcase_add_test(t, raw_of_a_changed_file);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
