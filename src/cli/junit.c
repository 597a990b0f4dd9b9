/* Test results as JUnit XML, for the machines that read such. */
#include "cli/cli.h"

#include "base/utf8.h"

/* Text as XML: what XML cannot hold at all becomes U+FFFD. */
static void add_xml(struct sbuf *b, struct str s)
{
	for (size_t at = 0; at < s.n;) {
		size_t from = at;
		uint32_t c = utf8_next(s, &at);
		if (c == UTF8_BAD || (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0xFFFE || c == 0xFFFF)
			sbuf_addz(b, "\xEF\xBF\xBD");
		else if (c == '<')
			sbuf_addz(b, "&lt;");
		else if (c == '>')
			sbuf_addz(b, "&gt;");
		else if (c == '&')
			sbuf_addz(b, "&amp;");
		else if (c == '"')
			sbuf_addz(b, "&quot;");
		else if (c < 0x20)
			sbuf_addf(b, "&#%u;", (unsigned)c);
		else
			sbuf_add(b, s.p + from, at - from);
	}
}

static void add_attribute(struct sbuf *b, const char *name, struct str value)
{
	sbuf_addf(b, " %s=\"", name);
	add_xml(b, value);
	sbuf_addc(b, '"');
}

static void add_case(struct sbuf *b, const struct test_result *r)
{
	static const char *const element[] = {
		[TEST_PASS] = NULL, [TEST_FAIL] = "failure", [TEST_NO_DATA] = "skipped", [TEST_UNUSABLE] = "error",
	};

	sbuf_addz(b, "    <testcase");
	add_attribute(b, "classname", r->rule->file);
	add_attribute(b, "name", r->name.n ? r->name : r->rule->name);
	sbuf_addf(b, " time=\"%.6f\"", r->seconds);
	if (r->outcome == TEST_PASS) {
		sbuf_addz(b, "/>\n");
		return;
	}
	sbuf_addf(b, "><%s", element[r->outcome]);
	add_attribute(b, "message", str_c(r->why ? r->why : ""));
	sbuf_addz(b, "/></testcase>\n");
}

bool junit_write(const char *path, const struct test_result *v, size_t n, struct diag *d)
{
	size_t count[4] = {0};
	double seconds = 0;
	struct sbuf b = {0};
	struct export_file x;

	for (size_t i = 0; i < n; i++) {
		count[v[i].outcome]++;
		seconds += v[i].seconds;
	}
	sbuf_addz(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
	sbuf_addf(&b, "  <testsuite name=\"spoor\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.6f\">\n", n,
	          count[TEST_FAIL], count[TEST_UNUSABLE], count[TEST_NO_DATA], seconds);
	for (size_t i = 0; i < n; i++)
		add_case(&b, &v[i]);
	sbuf_addz(&b, "  </testsuite>\n</testsuites>\n");
	bool ok = export_open(&x, path, true, d);
	if (ok) {
		fwrite(b.p, 1, b.n, x.f);
		ok = export_commit(&x, d);
	}
	sbuf_free(&b);
	return ok;
}
