/* ui: text made safe, measured, cut and wrapped; columns; patterns; keys; pages; and the list machine on a table without a screen. */
#include <check.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ui/clock.h"
#include "ui/columns.h"
#include "ui/state.h"
#include "ui/view.h"

static void setup(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	glyph_utf8 = true;
}

/* ---- glyphs ---- */

static const char *shown(const char *s, size_t n)
{
	static struct sbuf b;

	sbuf_reset(&b);
	glyph_visible(&b, (struct str){s, n});
	return b.p ? b.p : "";
}

#define CK_SHOWN(literal, want) ck_assert_str_eq(shown((literal), sizeof(literal) - 1), (want))

/* The spelling is base/visible's, tested there. */
START_TEST(escapes)
{
	CK_SHOWN("plain C:\\x \xc3\xa9\xe6\xbc\xa2", "plain C:\\x \xc3\xa9\xe6\xbc\xa2");
	CK_SHOWN("a\n\x1b[2J\xe2\x80\xae\xff", "a\\n\\x1B[2J\\u{202E}\\xFF");
	CK_SHOWN("\xf4\x8f\xbf\xbf", "\\u{10FFFF}");                            /* the longest */
	CK_SHOWN("\xcd\xb8", "\\u{378}");                                      /* one that no terminal has a width for */
}
END_TEST

START_TEST(marks)
{
	/* Marks stay on their character; one without a character and the fifth are escaped. */
	CK_SHOWN("e\xcc\x81", "e\xcc\x81");
	CK_SHOWN("\xcc\x81" "e", "\\u{301}e");
	CK_SHOWN("e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81", "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\\u{301}");
	ck_assert_uint_eq(glyph_width(STR("e\xcc\x81")), 1);
	ck_assert_uint_eq(glyph_width(STR("\xcc\x81")), 7);
}
END_TEST

START_TEST(widths)
{
	ck_assert_uint_eq(glyph_width(STR("")), 0);
	ck_assert_uint_eq(glyph_width(STR("abc")), 3);
	ck_assert_uint_eq(glyph_width(STR("\xe6\xbc\xa2\xe5\xad\x97")), 4);
	ck_assert_uint_eq(glyph_width(STR("a\x1b")), 5);
	ck_assert_uint_eq(glyph_width(STR("\xe2\x80\xae")), 8);
}
END_TEST

START_TEST(ascii)
{
	glyph_utf8 = false;
	CK_SHOWN("\xc3\xa9\xe6\xbc\xa2", "\\u{E9}\\u{6F22}");
	for (int o = 0; o < ORN_COUNT; o++)
		for (const char *p = ornament((enum ornament)o); *p; p++)
			ck_assert_int_lt((unsigned char)*p, 0x80);
	for (int i = -1; i <= GLYPH_LEVELS; i++)
		ck_assert_uint_eq(strlen(ornament_bar(i)), 1);
	glyph_utf8 = true;
}
END_TEST

static const char *fitted(const char *s, int width, enum cut cut)
{
	static struct fitted f;
	static struct sbuf b;
	int sum = 0;

	glyph_fit(&f, str_c(s), width, cut);
	sbuf_reset(&b);
	for (size_t i = 0; i < f.n; i++) {
		sum += f.v[i].width;
		if (f.v[i].len)
			sbuf_add(&b, s + f.v[i].at, f.v[i].len);
		else
			sbuf_addz(&b, "~");
	}
	ck_assert_int_eq(sum, f.width);
	ck_assert_int_le(sum, width > 0 ? width : 0);
	return b.p ? b.p : "";
}

START_TEST(fit)
{
	ck_assert_str_eq(fitted("powershell", 10, CUT_END), "powershell");
	ck_assert_str_eq(fitted("powershell", 9, CUT_END), "powershe~");
	ck_assert_str_eq(fitted("powershell", 1, CUT_END), "~");
	ck_assert_str_eq(fitted("powershell", 0, CUT_END), "");
	ck_assert_str_eq(fitted("powershell", -3, CUT_END), "");
	ck_assert_str_eq(fitted("\xe6\xbc\xa2\xe5\xad\x97", 3, CUT_END), "\xe6\xbc\xa2~");
	ck_assert_str_eq(fitted("\xe6\xbc\xa2\xe5\xad\x97", 2, CUT_END), "~");
	ck_assert_str_eq(fitted("a\x1b" "b", 3, CUT_END), "a~");
	ck_assert_str_eq(fitted("C:\\Windows\\System32\\cmd.exe", 16, CUT_FRONT), "~ystem32\\cmd.exe");
}
END_TEST

START_TEST(fit_middle)
{
	const char *path = "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\InstallUtil.exe";

	ck_assert_str_eq(fitted(path, 80, CUT_MIDDLE), path);
	/* Both ends, cut at separators, the last part whole. */
	ck_assert_str_eq(fitted(path, 32, CUT_MIDDLE), "C:\\Windows\\~\\InstallUtil.exe");
	ck_assert_str_eq(fitted(path, 20, CUT_MIDDLE), "C:\\~\\InstallUtil.exe");
	/* Where the last part does not fit, the middle of the whole. */
	ck_assert_int_le((int)strlen(fitted(path, 10, CUT_MIDDLE)), 10);
	ck_assert_str_eq(fitted("no-separators-in-this-one-at-all", 11, CUT_MIDDLE), "no-se~t-all");
	for (int width = 0; width < 80; width++)
		fitted(path, width, CUT_MIDDLE);
}
END_TEST

START_TEST(slice)
{
	struct fitted f = {0};

	glyph_slice(&f, STR("abcdef"), 2, 3);
	ck_assert_int_eq(f.width, 3);
	ck_assert_int_eq((int)f.v[0].c[0], 'c');
	ck_assert(f.cut);
	/* Half of a wide character is a blank: columns stay in step. */
	glyph_slice(&f, STR("\xe6\xbc\xa2" "b"), 1, 5);
	ck_assert_int_eq(f.width, 2);
	ck_assert_int_eq((int)f.v[0].c[0], ' ');
	ck_assert_int_eq((int)f.v[1].c[0], 'b');
	glyph_slice(&f, STR("ab"), 9, 5);
	ck_assert_int_eq(f.width, 0);
	fitted_free(&f);
}
END_TEST

/* A line that no reader could bear: fitting looks at its ends only. */
START_TEST(huge)
{
	size_t n = 8u << 20;
	char *s = xmalloc(n + 1);

	memset(s, '\x1b', n);
	s[n] = '\0';
	for (int i = 0; i < 200; i++) {
		fitted(s, 100, CUT_MIDDLE);
		fitted(s, 100, CUT_FRONT);
		fitted(s, 100, CUT_END);
	}
	free(s);
}
END_TEST

static const char *wrapped(const char *s, int width)
{
	static struct sbuf b;
	struct str t = str_c(s);

	sbuf_reset(&b);
	for (size_t at = 0; at < t.n;) {
		size_t end = glyph_wrap(t, at, width);

		ck_assert_uint_gt(end, at);
		if (b.n)
			sbuf_addc(&b, '|');
		sbuf_add(&b, s + at, end - at);
		at = glyph_blanks(t, end);
	}
	return b.p ? b.p : "";
}

START_TEST(wrap)
{
	ck_assert_str_eq(wrapped("one two three", 7), "one two|three");
	ck_assert_str_eq(wrapped("one two three", 8), "one two |three");
	ck_assert_str_eq(wrapped("abcdefghij", 4), "abcd|efgh|ij");
	ck_assert_str_eq(wrapped("C:\\Windows\\System32\\cmd.exe", 12), "C:\\Windows\\|System32\\|cmd.exe");
	ck_assert_str_eq(wrapped("\xe6\xbc\xa2\xe5\xad\x97", 3), "\xe6\xbc\xa2|\xe5\xad\x97");
	ck_assert_str_eq(wrapped("\x1b\x1b", 1), "\x1b|\x1b");                  /* one glyph at least */
}
END_TEST

/* ---- columns ---- */

static const struct coldef five[] = {
	[0] = {"time", "TIME", COL_TIME, 8, 19, 90},
	[1] = {"risk", "RISK", COL_NUMBER, 4, 6, 95},
	[2] = {"rule", "RULE", COL_TEXT, 10, 30, 100, .elastic = true},
	[3] = {"host", "HOST", COL_TEXT, 8, 12, 50},
	[4] = {"command", "COMMAND", COL_TEXT, 20, 0, 10, .elastic = true, .extra = true},
};

static const char *laid_most(const int *all, const int *most, int width, size_t skip)
{
	static char text[200];
	struct place p[5];
	struct need need[5];
	for (size_t i = 0; i < 5; i++)
		need[i] = (struct need){all[i], most[i]};
	size_t dropped, n = layout_columns(five, 5, need, width, skip, p, &dropped), at = 0;

	text[0] = '\0';
	ck_assert_uint_eq(n + dropped, 5);
	for (size_t i = 0; i < n; i++) {
		at += (size_t)snprintf(text + at, sizeof text - at, "%s%s@%d+%d", i ? " " : "", five[p[i].col].name, p[i].x, p[i].width);
		if (i)
			ck_assert_int_eq(p[i].x, p[i - 1].x + p[i - 1].width + LAYOUT_GAP);
		if (n > 1)
			ck_assert_int_le(p[i].x + p[i].width, width);
	}
	return text;
}

static const char *laid(const int *natural, int width, size_t skip)
{
	return laid_most(natural, natural, width, skip);
}

START_TEST(layout)
{
	const int natural[] = {19, 4, 50, 10, 200};

	/* Extra columns only when nothing is cut for them; names whole before long texts; the rest to the elastic ones. */
	ck_assert_str_eq(laid(natural, 200, 0), "time@0+19 risk@21+4 rule@27+30 host@59+10 command@71+129");
	ck_assert_str_eq(laid(natural, 90, 0), "time@0+19 risk@21+4 rule@27+50 host@79+10");
	ck_assert_str_eq(laid(natural, 60, 0), "time@0+19 risk@21+4 rule@27+21 host@50+10");
	ck_assert_str_eq(laid(natural, 40, 0), "time@0+12 risk@14+4 rule@20+10 host@32+8");
	/* Times of several days keep their day (11), those of one day need none. */
	ck_assert_str_eq(laid(natural, 29, 0), "time@0+11 risk@13+4 rule@19+10");
	ck_assert_str_eq(laid((const int[]){8, 4, 50, 10, 200}, 26, 0), "time@0+8 risk@10+4 rule@16+10");
	ck_assert_str_eq(laid(natural, 26, 0), "risk@0+4 rule@6+20");
	/* Then the lightest go. */
	ck_assert_str_eq(laid(natural, 30, 0), "time@0+12 risk@14+4 rule@20+10");
	ck_assert_str_eq(laid(natural, 18, 0), "risk@0+4 rule@6+12");
	ck_assert_str_eq(laid(natural, 12, 0), "rule@0+12");
	ck_assert_str_eq(laid(natural, 3, 0), "rule@0+10");
	/* … but for a light one that finds room when a wide one has gone. */
	static const struct coldef two[] = {
		{"name", "NAME", COL_TEXT, 10, 0, 100, .elastic = true}, {"count", "COUNT", COL_NUMBER, 5, 5, 50, .digits = true},
		{"wide", "WIDE", COL_TEXT, 30, 30, 80, .elastic = false},
	};
	const struct need needs[] = {{10, 10}, {5, 5}, {30, 30}};
	struct place p[3];
	size_t dropped;
	ck_assert_uint_eq(layout_columns(two, 3, needs, 40, 0, p, &dropped), 2);
	ck_assert_uint_eq(p[1].col, 1);
	ck_assert_uint_eq(dropped, 1);
	/* Scrolled: the first stays, then by order. */
	ck_assert_str_eq(laid(natural, 60, 1), "time@0+19 rule@21+30 host@53+7");
	ck_assert_str_eq(laid(natural, 60, 3), "time@0+19 command@21+39");
	for (int width = 0; width < 120; width++)
		for (size_t skip = 0; skip < 4; skip++)
			laid(natural, width, skip);
}
END_TEST

/* One long name takes nothing from the long texts until they stand as wide as they should. */
START_TEST(layout_of_few_long_names)
{
	const int all[] = {19, 6, 50, 12, 200}, most[] = {19, 6, 50, 9, 200};

	ck_assert_str_eq(laid_most(all, most, 70, 0), "time@0+19 risk@21+6 rule@29+30 host@61+9");
	ck_assert_str_eq(laid_most(all, most, 69, 0), "time@0+19 risk@21+6 rule@29+29 host@60+9");
	ck_assert_str_eq(laid_most(all, most, 72, 0), "time@0+19 risk@21+6 rule@29+30 host@61+11");
	ck_assert_str_eq(laid_most(all, most, 75, 0), "time@0+19 risk@21+6 rule@29+32 host@63+12");
	ck_assert_str_eq(laid_most(all, most, 49, 0), "time@0+19 risk@21+6 rule@29+10 host@41+8");
}
END_TEST

/* ---- patterns ---- */

static const char *row_cells[5];

static void row_cell(void *ctx, size_t col, struct cell *c)
{
	double d;

	(void)ctx;
	*c = (struct cell){.text = str_c(row_cells[col]), .num = NAN};
	if (five[col].type == COL_NUMBER && str_number(c->text, &d))
		c->num = d;
}

static bool picks(const char *pattern)
{
	struct diag d = DIAG_INIT;
	struct pick *p = pick_new(str_c(pattern), five, 5, &d);
	bool held;

	ck_assert_msg(p != NULL, "%s: %s", pattern, d.msg);
	held = pick_row(p, row_cell, NULL, five, 5);
	pick_free(p);
	return held;
}

START_TEST(pick)
{
	row_cells[0] = "2020-09-20 01:18:13";
	row_cells[1] = "64";
	row_cells[2] = "InstallUtil Uninstall Option";
	row_cells[3] = "WS5.corp";
	row_cells[4] = "cmd.exe /c C:\\x \xc3\x89t\xc3\xa9";

	ck_assert(picks(""));
	ck_assert(picks("installutil"));
	ck_assert(picks("InstallUtil"));
	ck_assert(!picks("INSTALLUTIL"));                /* a capital makes it exact */
	ck_assert(picks("install ws5"));                 /* both, in whatever cell */
	ck_assert(!picks("install ws6"));
	ck_assert(!picks("\"install ws5\""));
	ck_assert(picks("\"cmd.exe /c\""));
	ck_assert(picks("\"cmd.exe /c"));                /* as it is being typed */
	ck_assert(picks("host:ws5"));
	ck_assert(!picks("host:install"));
	ck_assert(picks("HOST:ws5"));
	ck_assert(picks("host:"));
	ck_assert(picks("c:\\x"));                       /* no column of that name: text */
	ck_assert(picks("!ws6 !nothing"));
	ck_assert(!picks("!install"));
	ck_assert(picks("!host:install"));
	ck_assert(picks("risk>=64") && picks("risk<=64") && picks("risk>63.5") && picks("risk<100"));
	ck_assert(!picks("risk>64") && !picks("risk<7"));
	ck_assert(picks("time>2020-09-20") && !picks("time<2020-09-20"));
	ck_assert(picks("inst*option") && !picks("option*inst"));
	ck_assert(picks("01:18"));
	ck_assert(picks("\xc3\xa9t\xc3\xa9"));           /* beyond ASCII, too: lower finds upper */
	ck_assert(!picks("\xc3\x89T"));
}
END_TEST

START_TEST(pick_errors)
{
	struct diag d = DIAG_INIT;
	struct sbuf many = {0};

	ck_assert_ptr_null(pick_new(STR("ws5 risk>high"), five, 5, &d));
	ck_assert_int_eq(d.col, 5);
	ck_assert_str_eq(d.msg, "column risk holds numbers; 'high' is none");
	d = (struct diag)DIAG_INIT;
	for (int i = 0; i < 70; i++)
		sbuf_addz(&many, "x ");
	ck_assert_ptr_null(pick_new(sbuf_str(&many), five, 5, &d));
	sbuf_free(&many);
}
END_TEST

START_TEST(find)
{
	struct pick *p = pick_literal(STR("util"));
	size_t at, len;

	ck_assert(pick_find(p, STR("InstallUtil utility"), 0, &at, &len));
	ck_assert_uint_eq(at, 7);
	ck_assert_uint_eq(len, 4);
	ck_assert(pick_find(p, STR("InstallUtil utility"), 8, &at, &len));
	ck_assert_uint_eq(at, 12);
	ck_assert(!pick_find(p, STR("InstallUtil utility"), 13, &at, &len));
	pick_free(p);
	p = pick_literal(STR("k"));
	ck_assert(pick_find(p, STR("\xe2\x84\xaa"), 0, &at, &len));             /* the Kelvin sign folds to k */
	ck_assert_uint_eq(len, 3);
	pick_free(p);
}
END_TEST

/* ---- keys ---- */

START_TEST(key_names)
{
	static const char *const names[] = {"j", "G", "^D", "^C", "Space", "Enter", "Esc", "Tab", "PgDn", "Up", "F1", "F12", "|", "\xc3\xa9"};
	char out[KEY_NAME_SIZE];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		ck_assert_int_ne(key_named(names[i]), KEY_NOTHING);
		ck_assert_str_eq(key_text(key_named(names[i]), out), names[i]);
	}
	ck_assert_int_eq(key_named("Nonsense"), KEY_NOTHING);
	ck_assert_int_eq(key_named(""), KEY_NOTHING);
	ck_assert_int_eq(key_named("F99"), KEY_NOTHING);
	ck_assert_int_eq(key_named(" "), KEY_NOTHING);
	ck_assert_int_eq(key_named("\xff"), KEY_NOTHING);
}
END_TEST

/* The table of requests is whole: every default key is one, none is given twice, every request has its texts. */
START_TEST(requests)
{
	char keys[128], name[KEY_NAME_SIZE];

	keys_start();
	for (int r = 1; r < REQ_COUNT; r++) {
		const struct request_info *info = request_info((enum request)r);

		ck_assert_str_ne(info->name, "");
		ck_assert_str_ne(info->label, "");
		ck_assert_str_ne(info->help, "");
		ck_assert_int_eq((int)request_named(info->name), r);
		for (const char *p = info->keys; *p;) {
			size_t n = strcspn(p, " ");

			snprintf(name, sizeof name, "%.*s", (int)n, p);
			ck_assert_msg(key_named(name) != KEY_NOTHING, "%s: %s", info->name, name);
			ck_assert_msg((int)keys_lookup(key_named(name), false) == r, "key %s is given twice", name);
			p += n;
			p += strspn(p, " ");
		}
		ck_assert_str_eq(keys_of((enum request)r, false, keys, sizeof keys), info->keys);
	}
	ck_assert_int_eq((int)keys_lookup(' ', false), REQ_MARK);
	ck_assert_int_eq((int)keys_lookup(' ', true), REQ_PAGE_DOWN);
	keys_bind('j', REQ_UP, KEYS_ALL);
	ck_assert_int_eq((int)keys_lookup('j', true), REQ_UP);
	keys_bind('j', REQ_NONE, KEYS_ALL);
	ck_assert_int_eq((int)keys_lookup('j', false), REQ_NONE);
	keys_stop();
}
END_TEST

/* ---- pages ---- */

static const char *page_text(const struct page *p)
{
	static struct sbuf b;

	sbuf_reset(&b);
	for (size_t i = 0; i < p->n; i++) {
		sbuf_adds(&b, p->v[i].text);
		sbuf_addc(&b, '\n');
	}
	return b.p ? b.p : "";
}

START_TEST(pages)
{
	struct page p = {0};

	page_reset(&p, 20);
	page_adds(&p, ROLE_LABEL, "WHAT");
	page_tab(&p, 6, true);
	page_wrap(&p, ROLE_CODE, STR("cmd.exe /c whoami /all > out.txt"), 6);
	page_end(&p);
	ck_assert_str_eq(page_text(&p), "WHAT  cmd.exe /c \n      whoami /all > \n      out.txt\n");
	ck_assert_uint_eq(p.v[0].para, p.v[2].para);
	page_reset(&p, 30);
	page_field(&p, 2, 8, STR("name"), ROLE_TEXT, STR("value"));
	page_field(&p, 2, 8, STR("exactly8"), ROLE_TEXT, STR("value"));
	page_field(&p, 2, 8, STR("longer than 8"), ROLE_TEXT, STR("value"));
	page_field(&p, 2, 8, STR("absent"), ROLE_TEXT, (struct str){0});
	ck_assert_str_eq(page_text(&p), "  name     value\n  exactly8 value\n  longer than 8 value\n  absent   -\n");
	ck_assert(str_eqc(p.v[2].value, "value"));
	page_reset(&p, 24);
	page_prose(&p, ROLE_TEXT, STR("One sentence\nthat goes on.\n\n- an item\n- another\n"), 2);
	ck_assert_str_eq(page_text(&p), "  One sentence that goes\n  on.\n  - an item\n  - another\n");
	page_reset(&p, 24);
	page_heading(&p, "First");
	page_adds(&p, ROLE_TEXT, "x");
	page_end(&p);
	page_heading(&p, "Second");
	ck_assert_uint_eq(p.v[0].depth, 0);
	ck_assert_uint_eq(p.v[1].depth, 1);
	ck_assert_uint_eq(p.v[3].depth, 0);
	/* Nothing is too narrow. */
	page_reset(&p, 1);
	page_wrap(&p, ROLE_TEXT, STR("\x1b\x1b\x1b words and more words"), 40);
	page_end(&p);
	page_free(&p);
}
END_TEST

/* ---- the list machine ---- */

struct toy {
	const char *name;
	double n;
	unsigned depth;
};
static const struct toy toys[] = {
	{"delta", 4, 0}, {"alpha", 1, 1}, {"", NAN, 2}, {"charlie", 3, 1}, {"Bravo", 2, 0}, {"alpha", 9, 1},
};
enum { TOYS = sizeof toys / sizeof *toys };
static const struct coldef toy_cols[] = {[0] = {"name", "NAME", COL_TEXT, 5, 10, 2}, [1] = {"n", "N", COL_NUMBER, 1, 3, 1}};

static bool toy_open(struct view *v, const struct view_arg *arg, struct diag *d)
{
	(void)arg;
	(void)d;
	v->col = (struct coldef *)toy_cols;
	v->ncols = 2;
	v->nrows = TOYS;
	return true;
}

static void toy_cell(struct view *v, size_t row, size_t col, struct cell *c)
{
	(void)v;
	if (col == 0)
		cell_printf(c, "%s", toys[row].name);        /* made, so that sorting must keep copies */
	else if (!isnan(toys[row].n))
		cell_number(c, (uint64_t)toys[row].n);
}

static unsigned toy_depth(struct view *v, size_t row)
{
	(void)v;
	return toys[row].depth;
}

static const struct view_ops toy_list = {.name = "toys", .noun = "toy", .sort = -1, .open = toy_open, .cell = toy_cell};
static const struct view_ops toy_tree = {.name = "toys", .noun = "toy", .sort = -1, .open = toy_open, .cell = toy_cell,
                                         .depth = toy_depth};

/* The shown rows as digits, the cursor's in brackets. */
static const char *order_of(struct view *v)
{
	static char out[64];
	size_t n = 0;

	while (list_step(v, 0))                          /* the smallest slices there are */
		;
	for (size_t i = 0; i < v->list.n; i++)
		n += (size_t)snprintf(out + n, sizeof out - n, i == v->list.cursor ? "[%u]" : "%u", (unsigned)v->list.row[i]);
	out[n] = '\0';
	return out;
}

static struct view *toy(const struct view_ops *ops)
{
	struct diag d = DIAG_INIT;
	struct view *v = view_new(NULL, ops, NULL, &d);

	ck_assert_ptr_nonnull(v);
	v->list.lines = 3;
	return v;
}

START_TEST(list_order)
{
	struct view *v = toy(&toy_list);
	struct diag d = DIAG_INIT;

	ck_assert_str_eq(order_of(v), "[0]12345");
	list_sort(v, 0, false);
	ck_assert_str_eq(order_of(v), "[1]54302");       /* case does not count, equal ones as they come, absent ones last */
	list_sort(v, 0, true);
	ck_assert_str_eq(order_of(v), "[0]34152");
	list_sort(v, 1, false);
	ck_assert_str_eq(order_of(v), "[1]43052");
	list_sort(v, 1, true);
	ck_assert_str_eq(order_of(v), "[5]03412");
	list_sort(v, -1, true);
	ck_assert_str_eq(order_of(v), "[5]43210");
	list_sort(v, -1, false);
	ck_assert(list_filter(v, STR("al"), &d));
	ck_assert_str_eq(order_of(v), "[1]5");
	ck_assert(list_filter(v, STR("n>=3"), &d));
	ck_assert_str_eq(order_of(v), "[0]35");
	ck_assert(!list_filter(v, STR("n>x"), &d));
	ck_assert_str_eq(order_of(v), "[0]35");
	ck_assert(list_filter(v, STR(""), &d));
	ck_assert_str_eq(order_of(v), "[0]12345");
	view_free(v);
}
END_TEST

START_TEST(list_cursor)
{
	struct view *v = toy(&toy_list);
	struct diag d = DIAG_INIT;

	order_of(v);
	ck_assert(list_request(v, REQ_DOWN) && list_request(v, REQ_DOWN) && list_request(v, REQ_DOWN));
	ck_assert_str_eq(order_of(v), "012[3]45");
	list_sort(v, 0, false);                          /* the cursor stays with its row */
	ck_assert_str_eq(order_of(v), "154[3]02");
	list_filter(v, STR("!charlie"), &d);             /* or goes to the next one that is left */
	ck_assert_str_eq(order_of(v), "154[0]2");
	list_request(v, REQ_LAST);
	list_request(v, REQ_DOWN);
	ck_assert_str_eq(order_of(v), "1540[2]");
	list_filter(v, STR("alpha"), &d);
	ck_assert_str_eq(order_of(v), "1[5]");
	list_filter(v, STR("nothing has this"), &d);
	ck_assert_str_eq(order_of(v), "");
	ck_assert_uint_eq(list_selected(v), LIST_NONE);
	ck_assert(list_request(v, REQ_DOWN) && list_request(v, REQ_PAGE_UP) && list_request(v, REQ_MARK));
	list_filter(v, STR(""), &d);
	order_of(v);
	list_request(v, REQ_FIRST);
	list_request(v, REQ_PAGE_DOWN);
	ck_assert_str_eq(order_of(v), "15[4]302");
	view_free(v);
}
END_TEST

START_TEST(list_marks)
{
	struct view *v = toy(&toy_list);
	struct diag d = DIAG_INIT;
	size_t *rows;
	static const size_t to[] = {5, 4, 3, 2, 1, LIST_NONE};

	order_of(v);
	ck_assert_uint_eq(list_targets(v, &rows), 1);    /* none is marked: the selected one */
	ck_assert_uint_eq(rows[0], 0);
	free(rows);
	list_request(v, REQ_MARK);                       /* marks, and goes on */
	ck_assert_uint_eq(v->list.cursor, 1);
	ck_assert(list_mark(v, STR("alpha"), &d));
	order_of(v);
	ck_assert_uint_eq(list_targets(v, &rows), 3);
	ck_assert_uint_eq(rows[0], 0);
	ck_assert_uint_eq(rows[1], 1);
	ck_assert_uint_eq(rows[2], 5);
	free(rows);
	v->nrows = TOYS;
	list_renumber(v, to, TOYS);                      /* marks and cursor go with their rows */
	ck_assert_uint_eq(v->list.marks.count, 2);
	ck_assert(rowset_has(&v->list.marks, 5) && rowset_has(&v->list.marks, 4));
	order_of(v);
	ck_assert_uint_eq(list_selected(v), 4);
	list_request(v, REQ_UNMARK);
	ck_assert_uint_eq(v->list.marks.count, 0);
	view_free(v);
}
END_TEST

START_TEST(list_searches)
{
	struct view *v = toy(&toy_list);
	size_t at, of;

	order_of(v);
	list_search(v, STR("a"), 0);                     /* delta alpha charlie Bravo alpha */
	ck_assert_str_eq(order_of(v), "[0]12345");
	ck_assert(list_match_count(v, &at, &of));
	ck_assert_uint_eq(at, 1);
	ck_assert_uint_eq(of, 5);
	list_request(v, REQ_NEXT);
	list_request(v, REQ_NEXT);
	ck_assert_str_eq(order_of(v), "012[3]45");
	list_request(v, REQ_PREVIOUS);
	list_request(v, REQ_PREVIOUS);
	list_request(v, REQ_PREVIOUS);                   /* round the end */
	ck_assert_str_eq(order_of(v), "01234[5]");
	list_request(v, REQ_NEXT);
	ck_assert_str_eq(order_of(v), "[0]12345");
	list_search(v, STR("charlie"), 4);               /* from behind it, round the end */
	ck_assert_str_eq(order_of(v), "012[3]45");
	list_search(v, STR("none such"), 0);
	order_of(v);
	ck_assert(list_match_count(v, &at, &of));
	ck_assert_uint_eq(of, 0);
	list_search(v, STR(""), 0);
	ck_assert(!list_request(v, REQ_NEXT));
	view_free(v);
}
END_TEST

START_TEST(list_trees)
{
	struct view *v = toy(&toy_tree);
	struct diag d = DIAG_INIT;

	ck_assert_str_eq(order_of(v), "[0]12345");
	list_request(v, REQ_LEFT);                       /* folds */
	ck_assert_str_eq(order_of(v), "[0]45");
	list_request(v, REQ_RIGHT);
	ck_assert_str_eq(order_of(v), "[0]12345");
	list_request(v, REQ_DOWN);
	list_request(v, REQ_DOWN);
	list_request(v, REQ_LEFT);                       /* a leaf: to what it hangs under */
	ck_assert_str_eq(order_of(v), "0[1]2345");
	list_request(v, REQ_FOLD_ALL);
	ck_assert_str_eq(order_of(v), "[0]4");
	list_request(v, REQ_FOLD_ALL);
	ck_assert_str_eq(order_of(v), "[0]12345");
	list_filter(v, STR("charlie"), &d);              /* with what it hangs under */
	ck_assert_str_eq(order_of(v), "[0]3");
	list_filter(v, STR("n:9"), &d);
	ck_assert_str_eq(order_of(v), "[4]5");
	view_free(v);
}
END_TEST

START_TEST(rowsets)
{
	struct rowset s = {0};

	ck_assert(!rowset_has(&s, 0));
	ck_assert_uint_eq(rowset_next(&s, 0), LIST_NONE);
	rowset_put(&s, 63, true);
	rowset_put(&s, 64, true);
	rowset_put(&s, 100000, true);
	rowset_put(&s, 64, true);
	ck_assert_uint_eq(s.count, 3);
	ck_assert_uint_eq(rowset_next(&s, 0), 63);
	ck_assert_uint_eq(rowset_next(&s, 64), 64);
	ck_assert_uint_eq(rowset_next(&s, 65), 100000);
	ck_assert_uint_eq(rowset_next(&s, 100001), LIST_NONE);
	rowset_put(&s, 64, false);
	rowset_put(&s, 5, false);
	ck_assert_uint_eq(s.count, 2);
	free(s.w);
}
END_TEST

/* ---- columns as wanted ---- */

static const struct coldef wanted_cols[] = {
	{"time", "TIME", COL_TIME, 8, 19, 90, .descending = false},
	{"rule", "RULE", COL_TEXT, 10, 40, 100, .elastic = true},
	{"host", "HOST", COL_TEXT, 8, 18, 80, .descending = false},
	{"note", "NOTE", COL_TEXT, 5, 9, 10, .extra = true},
};
enum { WANTED = sizeof wanted_cols / sizeof *wanted_cols };
static const struct view_ops wanted_ops = {
	.name = "hits", .noun = "hit", .sort = -1, .columns = wanted_cols, .ncolumns = WANTED, .open = toy_open, .cell = toy_cell,
};
static const struct view_ops page_ops = {.name = "help", .noun = "line"};
const struct view_ops *const views[] = {&page_ops, &wanted_ops, NULL};

/* A set as parsed, printed; or the error. */
static const char *parsed(const char *line)
{
	static struct sbuf out;
	struct column_set s = {0};
	struct diag d = DIAG_INIT;

	sbuf_reset(&out);
	if (column_set_parse(&s, str_c(line), wanted_cols, WANTED, &d))
		column_set_print(&s, &out);
	else
		sbuf_addz(&out, d.msg);
	column_set_clear(&s);
	return out.p ? out.p : "";
}

START_TEST(columns_lines)
{
	ck_assert_str_eq(parsed("host time"), "host time");
	ck_assert_str_eq(parsed("  HOST:12\ttime? rule:400? "), "host:12 time? rule:400?");
	ck_assert_str_eq(parsed(""), "expected the names of columns");
	ck_assert_str_eq(parsed("host hos"), "'hos' is no column of this view; expected time, rule, host, note");
	ck_assert_str_eq(parsed("host host?"), "'host' is named twice");
	ck_assert_str_eq(parsed("host:"), "'host:': expected a width from 1 to 400 after the colon");
	ck_assert_str_eq(parsed("host:401"), "'host:401': expected a width from 1 to 400 after the colon");
	ck_assert_str_eq(parsed("?"), "'?' is no column of this view; expected time, rule, host, note");
	ck_assert_str_eq(parsed("host:-3"), "'host:-3': expected a width from 1 to 400 after the colon");
	ck_assert_str_eq(parsed("\x1b[2J"), "'\\x1B[2J' is no column of this view; expected time, rule, host, note");
}
END_TEST

/* "name@x+width" of each, then what has no place. */
static const char *placed(const char *line, int width, size_t skip)
{
	static struct sbuf out;
	struct column_set s = {0};
	struct diag d = DIAG_INIT;
	struct place at[WANTED];
	const struct need need[WANTED] = {{19, 19}, {30, 30}, {10, 10}, {5, 5}};
	size_t dropped;
	bool needed;

	sbuf_reset(&out);
	ck_assert(!line[0] || column_set_parse(&s, str_c(line), wanted_cols, WANTED, &d));
	size_t n = column_set_place(&s, wanted_cols, WANTED, need, width, skip, at, &dropped, &needed);
	for (size_t i = 0; i < n; i++)
		sbuf_addf(&out, "%s@%d+%d ", wanted_cols[at[i].col].name, at[i].x, at[i].width);
	sbuf_addf(&out, "%zu%s", dropped, needed ? " needed" : "");
	column_set_clear(&s);
	return out.p;
}

START_TEST(columns_places)
{
	ck_assert_str_eq(placed("", 80, 0), "time@0+19 rule@21+30 host@53+10 note@65+5 0");
	ck_assert_str_eq(placed("", 64, 0), "time@0+19 rule@21+30 host@53+10 1");
	ck_assert_str_eq(placed("host rule time", 80, 0), "host@0+10 rule@12+30 time@44+19 0");
	ck_assert_str_eq(placed("note host:20", 80, 0), "note@0+5 host@7+20 0");         /* wanted, so no extra now */
	ck_assert_str_eq(placed("rule:12 time?", 80, 0), "rule@0+12 time@14+19 0");
	ck_assert_str_eq(placed("rule:12 time?", 20, 0), "rule@0+12 1");
	ck_assert_str_eq(placed("host:30 rule:30", 40, 0), "rule@0+30 1 needed");
	ck_assert_str_eq(placed("host rule time", 24, 1), "host@0+10 time@12+12 1 needed");
}
END_TEST

START_TEST(columns_remembered)
{
	char dir[] = "/tmp/spoor-check-XXXXXX";
	struct sbuf path = {0}, text = {0};
	struct diag d = DIAG_INIT;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	setenv("XDG_STATE_HOME", dir, 1);
	columns_recall();                                /* nothing there yet */
	ck_assert_uint_eq(columns_of(&wanted_ops)->n, 0);
	ck_assert(columns_config(STR("hits host rule"), &d));
	ck_assert(!columns_config(STR("help host"), &d));
	ck_assert_str_eq(d.msg, "'help' is no view with columns of its own; expected hits");
	state_path("columns", &path);
	ck_assert(state_replace(path.p, STR("other a b\r\nhits time nonsense\n\nhits note:7 time?\nhits")));
	columns_recall();                                /* a line that is wrong leaves what there is */
	column_set_print(columns_of(&wanted_ops), &text);
	ck_assert_str_eq(text.p, "note:7 time?");
	ck_assert(columns_remember(&wanted_ops));
	sbuf_reset(&text);
	ck_assert(state_read(path.p, 1000, &text));
	ck_assert_str_eq(text.p, "other a b\nhits note:7 time?\n");
	column_set_clear(columns_of(&wanted_ops));
	ck_assert(columns_remember(&wanted_ops));        /* forgotten: that of the configuration holds again */
	sbuf_reset(&text);
	column_set_print(columns_of(&wanted_ops), &text);
	ck_assert_str_eq(text.p, "host rule");
	sbuf_reset(&text);
	ck_assert(state_read(path.p, 5, &text));
	ck_assert_str_eq(text.p, "other");
	columns_free_all();
	ck_assert_int_eq(remove(path.p), 0);
	path.p[strlen(path.p) - strlen("/columns")] = '\0';
	ck_assert_int_eq(remove(path.p), 0);
	ck_assert_int_eq(remove(dir), 0);
	sbuf_free(&text);
	sbuf_free(&path);
}
END_TEST

/* ---- times ---- */

START_TEST(clock_zones)
{
	char out[WHEN_SIZE], zone[ZONE_SIZE];
	usec_t winter = when_utc(2024, 1, 15, 23, 30, 0) + 250000, summer = when_utc(2024, 7, 1, 12, 0, 0);

	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	ck_assert(!clock_is_local());
	ck_assert_str_eq(clock_text(winter, out), "2024-01-15 23:30:00");
	ck_assert_str_eq(clock_iso(winter, out), "2024-01-15T23:30:00.25Z");
	ck_assert_str_eq(clock_zone(winter, summer, zone), "UTC");
	ck_assert_int_eq(clock_offset(winter), 0);
	ck_assert(!clock_set(true));
	ck_assert_str_eq(clock_text(winter, out), "2024-01-16 00:30:00");
	ck_assert_str_eq(clock_iso(winter, out), "2024-01-16T00:30:00.25+01:00");
	ck_assert_str_eq(clock_iso(summer, out), "2024-07-01T14:00:00+02:00");
	ck_assert_str_eq(clock_zone(winter, winter, zone), "CET");
	ck_assert_str_eq(clock_zone(winter, summer, zone), "CET/CEST");
	ck_assert_str_eq(clock_text(WHEN_NONE, out), "");
	ck_assert_str_eq(clock_iso(WHEN_NONE, out), "");
	ck_assert_str_eq(clock_iso(-1, out), "1970-01-01T00:59:59.999999+01:00");
	clock_set(false);
	setenv("TZ", "AAA+03:30", 1);
	clock_set(true);
	ck_assert_str_eq(clock_iso(summer, out), "2024-07-01T08:30:00-03:30");
	ck_assert(clock_set(false));
	unsetenv("TZ");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ui");
	TCase *text = tcase_create("text"), *table = tcase_create("tables"), *list = tcase_create("list");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(text, setup, NULL);
	tcase_add_checked_fixture(table, setup, NULL);
	tcase_add_checked_fixture(list, setup, NULL);
	tcase_add_test(table, columns_lines);
	tcase_add_test(table, columns_places);
	tcase_add_test(table, columns_remembered);
	tcase_add_test(text, clock_zones);
	tcase_add_test(text, escapes);
	tcase_add_test(text, marks);
	tcase_add_test(text, widths);
	tcase_add_test(text, ascii);
	tcase_add_test(text, fit);
	tcase_add_test(text, fit_middle);
	tcase_add_test(text, slice);
	tcase_add_test(text, huge);
	tcase_add_test(text, wrap);
	tcase_add_test(text, pages);
	tcase_add_test(table, layout);
	tcase_add_test(table, layout_of_few_long_names);
	tcase_add_test(table, pick);
	tcase_add_test(table, pick_errors);
	tcase_add_test(table, find);
	tcase_add_test(table, key_names);
	tcase_add_test(table, requests);
	tcase_add_test(list, list_order);
	tcase_add_test(list, list_cursor);
	tcase_add_test(list, list_marks);
	tcase_add_test(list, list_searches);
	tcase_add_test(list, list_trees);
	tcase_add_test(list, rowsets);
	suite_add_tcase(s, text);
	suite_add_tcase(s, table);
	suite_add_tcase(s, list);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
