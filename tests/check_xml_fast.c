/* The fast reader of event XML against libxml2: whatever it accepts must come out the same. On our own records, on the logs
 * in ../shared where they are, and on random damage done to them. */
#include <check.h>

#include "load_tools.h"

#include <dirent.h>

#include "load/xml.h"
#include "load/xml_fast.h"

struct both {
	struct xml_strict *strict;
	struct sbuf scratch;
	size_t records, fast;                            /* tried; taken by the fast reader */
};

static void decode_one(struct str record, struct both *x, bool use_fast, bool *taken, struct sbuf *out)
{
	struct pool *pool = pool_new();
	struct batch_maker *maker = batch_maker_new(pool);
	struct batch *b = batch_new(maker, 0, 0);
	char why[120];

	*taken = use_fast && record.n && xml_fast(record, &x->scratch, b) == record.n;
	if (!use_fast) {
		batch_begin(b);
		*taken = xml_strict_record(x->strict, record, b, why);
	}
	if (*taken)
		batch_end(b, 0, record.n);
	batch_done(b);
	batch_maker_free(maker);
	char *shown = show_batch(b);
	sbuf_addz(out, shown);
	free(shown);
	batch_free(b);
	pool_free(pool);
}

static void compare(struct str record, struct both *x)
{
	struct sbuf fast = {0}, strict = {0};
	bool taken, well_formed;

	x->records++;
	decode_one(record, x, true, &taken, &fast);
	if (taken) {
		x->fast++;
		decode_one(record, x, false, &well_formed, &strict);
		ck_assert_msg(well_formed, "libxml2 refuses what the fast reader took: %.*s", STR_FMT(record));
		ck_assert_msg(str_eq(sbuf_str(&fast), sbuf_str(&strict)), "differs for: %.*s\nfast:\n%s\nlibxml2:\n%s", STR_FMT(record), fast.p, strict.p);
	}
	sbuf_free(&fast);
	sbuf_free(&strict);
}

static struct both *new_both(void)
{
	struct both *x = xcalloc(1, sizeof *x);

	x->strict = xml_strict_new();
	return x;
}

static void free_both(struct both *x)
{
	xml_strict_free(x->strict);
	sbuf_free(&x->scratch);
	free(x);
}

#define HEAD "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Sysmon' " \
	"Guid='{5770385F-C22A-43E0-BF4C-06F5698FFBD9}'/><EventID>1</EventID><Version>5</Version><Level>4</Level><Task>1</Task><Opcode>0</Opcode>" \
	"<Keywords>0x8000000000000000</Keywords><TimeCreated SystemTime='2022-08-29T05:35:43.195669800Z'/><EventRecordID>1906</EventRecordID>" \
	"<Correlation/><Execution ProcessID='2256' ThreadID='3192'/><Channel>Microsoft-Windows-Sysmon/Operational</Channel>" \
	"<Computer>WS1.corp.example</Computer><Security UserID='S-1-5-18'/></System>"

/* Records of Windows' shape: the fast reader must take them, or it is no use. */
static const char *const plain[] = {
	HEAD "<EventData><Data Name='RuleName'>-</Data><Data Name='Image'>C:\\W\\a.exe</Data></EventData></Event>",
	HEAD "<EventData><Data Name='RuleName'></Data><Data Name='Image'/></EventData></Event>",
	HEAD "<EventData/></Event>",
	HEAD "<EventData></EventData></Event>",
	HEAD "<EventData><Data Name='CommandLine'>a &amp; b &lt;c&gt; &quot;d&quot; &apos;e&apos; &#65;&#x263A;&#x1F600;&amp;amp;</Data></EventData></Event>",
	HEAD "<EventData><Data Name='CommandLine'>&amp;</Data><Data Name='ParentCommandLine'>x&gt;y</Data><Data Name='Image'>&#xE9;</Data></EventData></Event>",
	HEAD "<EventData><Data Name='Product'>Microsoft\xC2\xAE \xE6\x97\xA5\xE6\x9C\xAC \xF0\x9F\x98\x80</Data></EventData></Event>",
	HEAD "\n  <EventData>\n\t<Data Name=\"Image\">a\nb\tc</Data>\r\n</EventData> </Event>",
	"<Event>\n<System>\n<Provider Name=\"Linux-Sysmon\" Guid=\"{ff032593-a8d3-4f13-b0d6-01fc615a0f97}\"/><EventID>1</EventID></System>"
	"<EventData><Data Name=\"Image\">/bin/ls</Data></EventData></Event>",
	"<Event xmlns='x'><System><Provider Name='Other'/><EventID Qualifiers='16384'>7036</EventID><Channel>System</Channel></System>"
	"<EventData><Data Name='a'>b</Data></EventData></Event>",
	HEAD "<EventData><Data Name='Image'>first</Data><Data Name='Image'>second</Data></EventData></Event>",
};

/* Records of other shapes: they may be left to libxml2, but must never come out different. */
static const char *const odd[] = {
	HEAD "<EventData><Data Name='Image'>a<!-- c -->b</Data></EventData></Event>",
	HEAD "<EventData><Data Name='Image'><![CDATA[<x>]]></Data></EventData></Event>",
	HEAD "<EventData><Data Name='Image'>]]></Data></EventData></Event>",
	HEAD "<EventData><Data Name='Image'>a\rb\r\nc</Data></EventData></Event>",
	HEAD "<EventData><Data Name='Image'>a&#13;b&#0;&#x1;</Data></EventData></Event>",
	HEAD "<EventData><Data Name='Image'>a&nbsp;b</Data></EventData></Event>",
	HEAD "<EventData><Data Name='Image'>\xFF\xC0\x80\xED\xA0\x80</Data></EventData></Event>",
	HEAD "<EventData><Data Name='Image'>\xEF\xBF\xBE \xEF\xBF\xBF</Data></EventData></Event>",
	HEAD "<EventData><Data Name='I&amp;m'>a</Data></EventData></Event>",
	HEAD "<EventData><Data Name='a' Name='b'>a</Data></EventData></Event>",
	HEAD "<EventData><Data>a</Data></EventData></Event>",
	HEAD "<EventData><Data Name = 'a'>a</Data ></EventData></Event>",
	HEAD "<EventData><Data Name='a'>a</Date></EventData></Event>",
	HEAD "<EventData><Data Name='a'><b>c</b></Data></EventData></Event>",
	HEAD "<EventData>text<Data Name='a'>c</Data></EventData></Event>",
	HEAD "<EventData><Data Name='a'>c</Data></EventData><RenderingInfo Culture='en-US'><Message>m</Message></RenderingInfo></Event>",
	HEAD "<UserData><x/></UserData></Event>",
	HEAD "</Event>",
	"<e:Event xmlns:e='x'><e:System><e:EventID>1</e:EventID></e:System></e:Event>",
	"<Event><System><Provider Name='Microsoft-Windows-Sysmon'>text</Provider><EventID>1</EventID></System><EventData/></Event>",
	"<Event><System><Provider Name='Microsoft-Windows-Sysmon' Name='x'/><EventID>1</EventID></System><EventData/></Event>",
	"<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1<b/></EventID></System><EventData/></Event>",
	"<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID></System><EventData><Data Name='a'>x</Data></EventData",
	"<Event a='<'/>", "<Event", "", "<Event>", "<Event></Event>",
};

START_TEST(takes_the_plain_shape)
{
	struct both *x = new_both();

	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
		compare(str_c(plain[i]), x);
		ck_assert_msg(x->fast == i + 1, "not taken: %s", plain[i]);
	}
	free_both(x);
}
END_TEST

START_TEST(never_differs_on_odd_shapes)
{
	struct both *x = new_both();

	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
		compare(str_c(odd[i]), x);
	free_both(x);
}
END_TEST

/* ---- damage ---- */

static uint64_t random_state = 88172645463325252u;
static uint64_t rnd(uint64_t n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % n;
}

static void mutate(struct sbuf *b)
{
	static const char *const piece[] = {"<", ">", "&", ";", "'", "\"", "</", "/>", "&amp;", "&#x0;", "&#65;", "]]>", "<!--", "-->", "<?x?>", "<![CDATA[",
		"\r", "\n", "\t", " ", "=", "\x01", "\xC3\xA9", "\xFF", "\xEF\xBF\xBF", "Data", " Name='x'", "<Data Name='y'>", "</Data>", "</System>", "xmlns='q'"};

	for (uint64_t k = 1 + rnd(3); k && b->n; k--) {
		const size_t at = rnd(b->n);

		if (rnd(4) == 0) {
			b->p[at] = (char)rnd(256);
		} else if (rnd(3) == 0) {
			const size_t n = 1 + rnd(b->n - at < 20 ? b->n - at : 20);

			memmove(b->p + at, b->p + at + n, b->n - at - n);
			b->n -= n;
		} else {
			const char *p = piece[rnd(sizeof piece / sizeof *piece)];
			const size_t n = strlen(p);

			sbuf_reserve(b, n);
			memmove(b->p + at + n, b->p + at, b->n - at);
			memcpy(b->p + at, p, n);
			b->n += n;
		}
	}
}

START_TEST(never_differs_on_damage)
{
	const char *wanted = getenv("SPOOR_MUTATIONS");
	const long rounds = wanted ? atol(wanted) : 20000;
	struct both *x = new_both();

	for (long i = 0; i < rounds; i++) {
		struct sbuf b = {0};

		sbuf_addz(&b, plain[rnd(sizeof plain / sizeof *plain)]);
		mutate(&b);
		char *exact = xmalloc(b.n ? b.n : 1);            /* no byte behind it: reading on is found out */
		if (b.n)
			memcpy(exact, b.p, b.n);
		compare((struct str){exact, b.n}, x);
		free(exact);
		sbuf_free(&b);
	}
	ck_assert_uint_gt(x->fast, (size_t)rounds / 20);         /* or this would test nothing */
	free_both(x);
}
END_TEST

/* ---- real logs ---- */

static void compare_file(const char *path, struct both *x)
{
	struct sbuf b = {0};
	char buf[65536];
	FILE *f = fopen(path, "rb");
	const struct str close = STR("</Event>");

	ck_assert_ptr_nonnull(f);
	for (size_t n; (n = fread(buf, 1, sizeof buf, f)) > 0;)
		sbuf_add(&b, buf, n);
	fclose(f);
	for (struct str s = sbuf_str(&b);;) {
		const ptrdiff_t open = str_find(s, STR("<Event ")), end = open < 0 ? -1 : str_find((struct str){s.p + open, s.n - (size_t)open}, close);

		if (end < 0)
			break;
		compare((struct str){s.p + open, (size_t)end + close.n}, x);
		const size_t used = (size_t)open + (size_t)end + close.n;
		s = (struct str){s.p + used, s.n - used};
	}
	sbuf_free(&b);
}

START_TEST(agrees_on_real_logs)
{
	const char *shared = getenv("SPOOR_SHARED"), *top = getenv("top_srcdir");
	struct both *x = new_both();
	char dir[512], path[1024];

	if (shared)
		snprintf(dir, sizeof dir, "%s/logs/xml", shared);
	else
		snprintf(dir, sizeof dir, "%s/../shared/logs/xml", top ? top : ".");
	DIR *d = opendir(dir);
	if (!d) {
		printf("skipped: agrees_on_real_logs: no %s\n", dir);
		free_both(x);
		return;
	}
	for (const struct dirent *e; (e = readdir(d));)
		if (strstr(e->d_name, ".xml")) {
			snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
			compare_file(path, x);
		}
	closedir(d);
	ck_assert_uint_gt(x->records, 3000);
	ck_assert_uint_ge(x->fast, x->records * 99 / 100);
	free_both(x);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("xml_fast");
	TCase *t = tcase_create("xml_fast");

	tcase_set_timeout(t, 3600);
	tcase_add_test(t, takes_the_plain_shape);
	tcase_add_test(t, never_differs_on_odd_shapes);
	tcase_add_test(t, never_differs_on_damage);
	tcase_add_test(t, agrees_on_real_logs);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	const int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
