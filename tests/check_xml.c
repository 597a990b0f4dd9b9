/* Event XML: shapes of files, damage, hostile records; the same result however the text is cut. */
#include <check.h>

#include "load_tools.h"

static const size_t steps[] = {1, 2, 3, 7, 64, 4096};

/* Decodes t whole and in pieces, as UTF-8 and UTF-16; returns what it is as UTF-8. */
static char *decode_all_ways(struct str t)
{
	char *whole = decode_whole(&decode_xml, t, ENC_UTF8, true);

	for (size_t i = 0; i < sizeof(steps) / sizeof *steps; i++) {
		char *pieces = decode_pieces(&decode_xml, t, ENC_UTF8, false, steps[i]);
		ck_assert_str_eq(pieces, whole);
		free(pieces);
	}
	for (int big = 0; big < 2; big++) {
		enum encoding enc = big ? ENC_UTF16BE : ENC_UTF16LE;
		struct sbuf wide = to_utf16(t, big);
		char *w = decode_whole(&decode_xml, sbuf_str(&wide), enc, true);
		for (size_t i = 0; i < sizeof(steps) / sizeof *steps; i++) {
			char *pieces = decode_pieces(&decode_xml, sbuf_str(&wide), enc, false, steps[i]);
			ck_assert_str_eq(pieces, w);
			free(pieces);
		}
		free(w);
		sbuf_free(&wide);
	}
	return whole;
}

/* How often does the needle stand in it? */
static int count(const char *hay, const char *needle)
{
	int n = 0;

	for (const char *p = hay; (p = strstr(p, needle)); p += strlen(needle))
		n++;
	return n;
}

static int lines(const char *shown, char kind)
{
	int n = 0;

	for (const char *p = shown; *p; p = strchr(p, '\n') + 1)
		n += kind == 'E' ? *p != '!' && *p != '?' : *p == kind;
	return n;
}

static void expect(const char *text, int events, int damaged)
{
	char *shown = decode_all_ways(str_c(text));

	ck_assert_msg(lines(shown, 'E') == events && lines(shown, '!') == damaged, "%s\n->\n%s", text, shown);
	free(shown);
}

/* A template for files: each %s is an event. */
static char *file(const char *fmt)
{
	struct sbuf out = {0};
	unsigned n = 0;

	for (; *fmt; fmt++) {
		if (fmt[0] == '%' && fmt[1] == 's') {
			add_event_xml(&out, 1, ++n, "<Data Name='Image'>C:\\a &amp; b.exe</Data>");
			fmt++;
		} else {
			sbuf_addc(&out, *fmt);
		}
	}
	return out.p ? out.p : xstrdup("");
}

static void expect_file(const char *fmt, int events, int damaged)
{
	char *t = file(fmt);

	expect(t, events, damaged);
	free(t);
}

START_TEST(one_record)
{
	struct sbuf t = {0};

	add_event_xml(&t, 1, 7, "<Data Name='RuleName'></Data><Data Name='UtcTime'>2024-03-01 12:00:07.100</Data>"
	                        "<Data Name='Image'>C:\\a &amp; b.exe</Data><Data Name='CommandLine'> a &lt;b&gt; &quot;c&quot; &#65;&#x42; </Data>");
	char *shown = decode_all_ways(sbuf_str(&t));
	struct sbuf want = {0};
	sbuf_addf(&want, "0+%zu 1 2024-03-01T12:00:07.123456Z/7868 #7"
	          " @Channel=Microsoft-Windows-Sysmon/Operational @Computer=HOST1 @Guid={11111111-2222-3333-4444-555555555555}"
	          " @Keywords=0x8000000000000000 @Level=4 @Name=Microsoft-Windows-Sysmon @Opcode=0 @ProcessID=2000 @Task=1"
	          " @ThreadID=3000 @UserID=S-1-5-18 @Version=5 CommandLine= a <b> \"c\" AB  Image=C:\\x5ca & b.exe"
	          " UtcTime=T2024-03-01T12:00:07.100Z\n", t.n);
	ck_assert_str_eq(shown, want.p);
	sbuf_free(&t);
	sbuf_free(&want);
	free(shown);
}
END_TEST

START_TEST(sysmon_for_linux)
{
	char *shown = decode_all_ways(STR(
		"Aug  9 10:42:47 host sysmon[77]: <Event><System><Provider Name=\"Linux-Sysmon\" Guid=\"{1}\"/><EventID>1</EventID>"
		"<TimeCreated SystemTime=\"2022-08-09T10:42:47.749450000Z\"/><Computer>lin</Computer><Security UserId=\"0\"/></System>"
		"<EventData><Data Name=\"Image\">/usr/bin/sudo</Data></EventData></Event>\n"
		"Aug  9 10:42:48 host cron[1]: nothing\n"
		"Aug  9 10:42:47 host sysmon[77]: <Event><System><Provider Name=\"Linux-Sysmon\"/><EventID>5</EventID></System>"
		"<EventData><Data Name=\"UtcTime\">2022-08-09 10:42:50.001</Data></EventData></Event>\n"));

	ck_assert_str_eq(shown,
		"33+260 L1 2022-08-09T10:42:47.749450Z/9216 @Computer=lin @Guid={1} @Name=Linux-Sysmon @UserID=0 Image=/usr/bin/sudo\n"
		"365+157 L5 2022-08-09T10:42:50.001000Z/-1 @Name=Linux-Sysmon UtcTime=T2022-08-09T10:42:50.001Z\n");
	free(shown);
}
END_TEST

START_TEST(surroundings)
{
	expect_file("%s\n%s\n%s\n", 3, 0);                       /* one a line */
	expect_file("%s%s%s", 3, 0);                             /* nothing between */
	expect_file("<Events>%s%s</Events>", 2, 0);
	expect_file("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Events>\n%s\n%s\n</Events>\n", 2, 0);
	expect_file("<Events>%s</Events><Events>%s</Events>", 2, 0);
	expect_file("\xEF\xBB\xBF<?xml version='1.0'?>\r\n%s\r\n\xEF\xBB\xBF<?xml version='1.0'?>\r\n%s\r\n", 2, 0);
	expect_file("Record 1\n<?xml version='1.0'?>\n%s\nRecord 2\n%s", 2, 0);
	expect_file("  \n\n\t%s   \n", 1, 0);
	expect_file("<!-- a comment --> %s <!-- another -->", 1, 0);
	expect_file("plain text, no events", 0, 0);
	expect_file("", 0, 0);
	expect_file("<QueryList><Query>x</Query></QueryList>%s", 1, 0);
}
END_TEST

START_TEST(pretty_printed)
{
	expect("<Events>\n  <Event xmlns=\"urn:e\">\n    <System>\n      <Provider Name=\"Microsoft-Windows-Sysmon\" />\n"
	       "      <EventID Qualifiers=\"0\">\n1\n</EventID>\n      <TimeCreated SystemTime=\"2024-01-01T00:00:00Z\" />\n"
	       "    </System>\n    <EventData>\n      <Data Name=\"Image\">x</Data>\n    </EventData>\n  </Event>\n</Events>\n", 1, 0);
}
END_TEST

START_TEST(prefixes)
{
	char *shown = decode_all_ways(STR(
		"<e:Event xmlns:e='urn:e'><e:System><e:Provider Name='Microsoft-Windows-Sysmon'/><e:EventID>1</e:EventID></e:System>"
		"<e:EventData><e:Data Name='Image'>x</e:Data></e:EventData></e:Event>"
		"<u:Event><u:System><u:Provider Name='Microsoft-Windows-Sysmon'/><u:EventID>2</u:EventID></u:System></u:Event >"));

	ck_assert_int_eq(lines(shown, 'E'), 2);
	ck_assert_int_eq(lines(shown, '!'), 0);
	ck_assert_int_eq(count(shown, "Image=x"), 1);
	free(shown);
}
END_TEST

START_TEST(other_sections)
{
	char *shown = decode_all_ways(STR(
		"<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID><Level>4</Level></System>"
		"<EventData><Data Name='Image'>x<b>not this</b>y</Data><Data>no name</Data><Binary>00</Binary></EventData>"
		"<UserData><EventXML><Data Name='Image'>no</Data></EventXML></UserData>"
		"<RenderingInfo Culture='en-US'><Message>m</Message><Level>Information</Level><EventID>9</EventID></RenderingInfo></Event>"));

	ck_assert_int_eq(count(shown, " @Level=4 "), 1);
	ck_assert_int_eq(count(shown, "Information"), 0);
	ck_assert_int_eq(count(shown, "no name"), 0);
	ck_assert_int_eq(count(shown, "=no"), 0);
	free(shown);
}
END_TEST

START_TEST(other_providers)
{
	char *shown = decode_all_ways(STR(
		"<Event><System><Provider Name='Microsoft-Windows-Security-Auditing'/><EventID>4688</EventID></System><EventData/></Event>"
		"<Event><System><Provider Name='Microsoft-Windows-Security-Auditing'/><EventID>4688</EventID></System></Event>"
		"<Event><System><EventID>1</EventID><Channel>Microsoft-Windows-Sysmon/Operational</Channel></System></Event>"));

	ck_assert_int_eq(lines(shown, 'E'), 1);
	ck_assert_int_eq(count(shown, "? Microsoft-Windows-Security-Auditing 4688 x2"), 1);
	free(shown);
}
END_TEST

START_TEST(damage_costs_one_record)
{
	static const char *const bad[] = {
		"<Event><System></Event>",                                       /* not closed inside */
		"<Event><System>&nbsp;</System></Event>",
		"<Event><System a='1' a='2'></System></Event>",
		"<Event><System><",
		"<Event",
		"<Event ",
		"<Event>",
		"<Event/>",
		"<Event xmlns='x'/>",
		"<Event><System>\n",
		"</System></Event>",
		"<System><EventID>1</EventID></System>",
		"<Data Name='Image'>lost its Event</Data>",
		"<Event><System><Provider Name='Microsoft-Windows-Sysmon'/></System></Event>",   /* no EventID */
		"<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>x</EventID></System></Event>",
		"<Event><![CDATA[</Event>",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof *bad; i++) {
		struct sbuf fmt = {0};
		sbuf_addf(&fmt, "%%s\n%s\n%%s\n", bad[i]);
		char *t = file(fmt.p);
		char *shown = decode_all_ways(str_c(t));
		/* The neighbours are whole, and the damage is one, or two when the piece looks like an end. */
		ck_assert_msg(lines(shown, 'E') == 2, "%s\n->\n%s", bad[i], shown);
		ck_assert_msg(lines(shown, '!') == 1, "%s\n->\n%s", bad[i], shown);
		free(shown);
		free(t);
		sbuf_free(&fmt);
	}
	expect_file("%s\n<Event><System><![CDATA[</Event>]]></System></Event>%s", 2, 2);
}
END_TEST

START_TEST(damage_is_placed)
{
	char *shown = decode_all_ways(STR("12345<Event><System></Event>67890<Event><System><EventID>"));

	ck_assert_str_eq(shown,
		"! 5+23 XML: Opening and ending tag mismatch: System line 1 and Event\n"
		"! 33+24 cut short\n");
	free(shown);
}
END_TEST

START_TEST(forbidden_characters)
{
	static const char t[] =
		"<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID></System><EventData>"
		"<Data Name='A'>a\x01" "b&#1;c&#x1F;d&#0;e&#xFFFE;f\xEF\xBF\xBFg&#xD800;h&#1114112;i&#9;j\x7F</Data>"
		"<Data Name='B'>bad \xFF\xC3( utf8 \xED\xA0\x80</Data><Data Name='C'>nul \0 here</Data>"
		"</EventData></Event>";
	char *shown = decode_whole(&decode_xml, (struct str){t, sizeof(t) - 1}, ENC_UTF8, true);

	ck_assert_int_eq(lines(shown, '!'), 0);                  /* none vanishes: "who\x01ami" is not "whoami" */
	ck_assert_msg(strstr(shown, " A=a\uFFFDb\uFFFDc\uFFFDd\uFFFDe\uFFFDf\uFFFDg\uFFFDh\uFFFDi\\x09j\x7F "), "%s", shown);
	ck_assert_msg(strstr(shown, " B=bad \uFFFD\uFFFD( utf8 \uFFFD\uFFFD\uFFFD "), "%s", shown);
	ck_assert_msg(strstr(shown, " C=nul \uFFFD here"), "%s", shown);
	for (size_t i = 0; i < sizeof(steps) / sizeof *steps; i++) {
		char *pieces = decode_pieces(&decode_xml, (struct str){t, sizeof(t) - 1}, ENC_UTF8, false, steps[i]);
		ck_assert_str_eq(pieces, shown);
		free(pieces);
	}
	free(shown);
}
END_TEST

START_TEST(characters)
{
	char *shown = decode_all_ways(STR(
		"<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID></System><EventData>"
		"<Data Name='A'>\u00e4\u20ac\U0001F600&#128512;&amp;gt;</Data><Data Name='B'>one\r\ntwo\rthree</Data>"
		"<Data Name='C'><![CDATA[<raw> & ]]>rest</Data><Data Name='D'>a<!-- no -->b<?pi no?>c</Data></EventData></Event>"));

	ck_assert_msg(strstr(shown, " A=\u00e4\u20ac\U0001F600\U0001F600&gt; "), "%s", shown);
	ck_assert_msg(strstr(shown, " B=one\\x0atwo\\x0athree "), "%s", shown);
	ck_assert_msg(strstr(shown, " C=<raw> & rest "), "%s", shown);
	ck_assert_msg(strstr(shown, " D=abc"), "%s", shown);
	free(shown);
}
END_TEST

START_TEST(doctype_is_refused)
{
	expect_file("<!DOCTYPE Events [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>%s%s", 1, 1);
	expect_file("<!DOCTYPE Events SYSTEM \"http://example.com/x.dtd\">%s%s", 1, 1);
	expect_file("%s<Event><!DOCTYPE x><System/></Event>%s", 2, 1);
	expect_file("%s<Event><System>&lol9;</System></Event>%s", 2, 1);
}
END_TEST

START_TEST(absent_stays_absent)
{
	struct sbuf t = {0};

	add_event_xml(&t, 1, 1, "<Data Name='ProcessId'></Data><Data Name='User'/><Data Name='Image'>-</Data>");
	char *shown = decode_all_ways(sbuf_str(&t));
	ck_assert_int_eq(count(shown, "ProcessId="), 0);
	ck_assert_int_eq(count(shown, "User="), 0);
	ck_assert_int_eq(count(shown, "Image=-"), 1);
	free(shown);
	sbuf_free(&t);
}
END_TEST

static void expect_fast(struct sbuf *t, int events, int damaged)
{
	char *shown = decode_whole(&decode_xml, sbuf_str(t), ENC_UTF8, true);

	ck_assert_msg(lines(shown, 'E') == events && lines(shown, '!') == damaged, "%.300s", shown);
	free(shown);
	sbuf_reset(t);
}

/* Each of these must end soon; Check's time limit sees to it. */
START_TEST(hostile)
{
	struct sbuf t = {0};

	for (int i = 0; i < 200000; i++)                         /* deep */
		sbuf_addz(&t, i ? "<a>" : "<Event>");
	sbuf_addz(&t, "</Event>");
	expect_fast(&t, 0, 1);

	for (int i = 0; i < 200000; i++)                         /* starts without an end */
		sbuf_addz(&t, "<Event ");
	expect_fast(&t, 0, BATCH_DAMAGE_MAX);

	for (int i = 0; i < 200000; i++)
		sbuf_addz(&t, "</Event>");
	expect_fast(&t, 0, BATCH_DAMAGE_MAX);

	for (int i = 0; i < 500000; i++)
		sbuf_addz(&t, "Event");
	expect_fast(&t, 0, 0);

	sbuf_addz(&t, "<Event");                                 /* attributes: quadratic in libxml2 */
	for (int i = 0; i < 200000; i++)
		sbuf_addf(&t, " a%d=''", i);
	sbuf_addz(&t, "></Event>");
	expect_fast(&t, 0, 1);

	sbuf_addz(&t, "<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID></System><EventData>");
	for (int i = 0; i < 300; i++)
		sbuf_addf(&t, "<Data Name='F%d'>v</Data>", i);
	sbuf_addz(&t, "</EventData></Event>");
	expect_fast(&t, 0, 1);

	sbuf_addz(&t, "<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID></System><EventData><Data Name='A'>");
	for (int i = 0; i < 1500000; i++)                        /* a value of 12 MB: beyond libxml2's habit, within ours */
		sbuf_addz(&t, "&#65;aaaaaaa");
	sbuf_addz(&t, "</Data></EventData></Event>");
	expect_fast(&t, 1, 0);

	sbuf_addz(&t, "<Event><System><Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID></System><EventData><Data Name='A'>");
	for (int i = 0; i < 1100000; i++)
		sbuf_addz(&t, "bbbbbbbbbbbbbbbb");
	sbuf_addz(&t, "</Data></EventData></Event>");
	expect_fast(&t, 0, 1);
	sbuf_free(&t);
}
END_TEST

/* Every prefix of a small file, whole and in pieces: no crash, and no event that is not there. */
START_TEST(every_truncation)
{
	char *t = file("<Events>%s\n%s</Events>");

	for (size_t n = 0; n <= strlen(t); n++) {
		char *whole = decode_whole(&decode_xml, (struct str){t, n}, ENC_UTF8, true);
		char *pieces = decode_pieces(&decode_xml, (struct str){t, n}, ENC_UTF8, false, 5);
		ck_assert_str_eq(whole, pieces);
		ck_assert_int_le(lines(whole, 'E') + lines(whole, '!'), 2);
		free(whole);
		free(pieces);
	}
	free(t);
}
END_TEST

/* One byte changed, at every place: the other record is always kept. */
START_TEST(every_byte_broken)
{
	char *t = file("%s\n%s\n");
	size_t n = strlen(t), second = (size_t)(strchr(t, '\n') - t) + 1;

	for (size_t i = 0; i < second - 1; i++) {
		char old = t[i];
		t[i] = '<';
		char *shown = decode_whole(&decode_xml, (struct str){t, n}, ENC_UTF8, true);
		ck_assert_msg(strstr(shown, " #2 "), "at %zu: %s", i, shown);
		free(shown);
		t[i] = old;
	}
	free(t);
}
END_TEST

START_TEST(lost_state_finds_the_next_start)
{
	uint64_t state = DECODE_LOST;

	ck_assert_uint_eq(decode_xml.cut(STR("junk </Event> more <Event><x/>"), ENC_UTF8, false, &state), 19);
	ck_assert_uint_eq(decode_xml.cut(STR("junk </Event> more"), ENC_UTF8, false, &state), 0);
	ck_assert_uint_eq(decode_xml.cut(STR("junk <Event> more <Event>"), ENC_UTF8, false, &state), 18);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("xml");
	TCase *t = tcase_create("xml");

	tcase_set_timeout(t, 600);
	tcase_add_test(t, one_record);
	tcase_add_test(t, sysmon_for_linux);
	tcase_add_test(t, surroundings);
	tcase_add_test(t, pretty_printed);
	tcase_add_test(t, prefixes);
	tcase_add_test(t, other_sections);
	tcase_add_test(t, other_providers);
	tcase_add_test(t, damage_costs_one_record);
	tcase_add_test(t, damage_is_placed);
	tcase_add_test(t, forbidden_characters);
	tcase_add_test(t, characters);
	tcase_add_test(t, doctype_is_refused);
	tcase_add_test(t, absent_stays_absent);
	tcase_add_test(t, hostile);
	tcase_add_test(t, every_truncation);
	tcase_add_test(t, every_byte_broken);
	tcase_add_test(t, lost_state_finds_the_next_start);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
