/* Why a second reader of XML beside libxml2: Windows renders every event in one fixed shape (System with known leaves,
 * EventData with Data Name=…), and for that shape a scan for the next '<' is all the parsing there is to do. Anything else
 * (comments, CDATA, processing instructions, other elements, prefixes, odd bytes) is left to libxml2, record by record.
 * So this file may be strict and small: when in doubt, return false. Both must agree on every record; tests hold that. */
#include "load/xml_fast.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/utf8.h"

struct scan {
	const char *p, *end;
	struct sbuf *scratch;
	struct batch *b;
	bool foreign;                                    /* not Sysmon's: its data is parsed, but not kept */
	size_t leaf;                                     /* of `leaves`: the one that is likely next */
};

/* ------------------------------------------------------------------------------------------------ bytes */

/* Bytes that end or complicate a text: '<' '&' '>' (for "]]>"), controls, anything above ASCII. */
static inline bool special(unsigned char c) { return c < 0x20 || c >= 0x80 || c == '<' || c == '&' || c == '>'; }

/* The first special byte at or behind p. Values are mostly plain ASCII of 10 to 200 bytes; 16 at a time measured 2.5 times
 * faster than a table of bytes on real logs. */
static inline const char *plain_end(const char *p, const char *end)
{
#ifdef __SSE2__
	const __m128i lt = _mm_set1_epi8('<'), gt = _mm_set1_epi8('>'), amp = _mm_set1_epi8('&'), space = _mm_set1_epi8(0x20);

	for (; end - p >= 16; p += 16) {
		const __m128i v = _mm_loadu_si128((const __m128i *)p);
		/* Signed: bytes above 0x7F are negative, so "less than space" catches them with the controls. */
		const __m128i odd = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, lt), _mm_cmpeq_epi8(v, gt)),
		                                 _mm_or_si128(_mm_cmpeq_epi8(v, amp), _mm_cmplt_epi8(v, space)));
		const int mask = _mm_movemask_epi8(odd);

		if (mask)
			return p + __builtin_ctz((unsigned)mask);
	}
#endif
	while (p < end && !special((unsigned char)*p))
		p++;
	return p;
}

static bool blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

static inline void skip_blanks(struct scan *s)
{
	while (s->p < s->end && blank(*s->p))
		s->p++;
}

static inline bool take(struct scan *s, const char *lit, size_t n)
{
	if ((size_t)(s->end - s->p) < n || memcmp(s->p, lit, n) != 0)
		return false;
	s->p += n;
	return true;
}
#define TAKE(s, lit) take((s), (lit), sizeof(lit) - 1)

/* ------------------------------------------------------------------------------------------------ text */

/* "&amp;" and its like, "&#38;", "&#x26;". s->p stands on the '&'. */
static bool reference(struct scan *s)
{
	static const struct { const char *text; size_t n; char c; } named[] = {
		{"&amp;", 5, '&'}, {"&quot;", 6, '"'}, {"&lt;", 4, '<'}, {"&gt;", 4, '>'}, {"&apos;", 6, '\''}};
	uint32_t c = 0;
	char utf8[4];

	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if (take(s, named[i].text, named[i].n)) {
			sbuf_addc(s->scratch, named[i].c);
			return true;
		}
	if (!TAKE(s, "&#"))
		return false;
	const unsigned base = TAKE(s, "x") ? 16 : 10;
	const char *first = s->p;

	for (; s->p < s->end && s->p - first < 7; s->p++) {
		const char d = *s->p;
		const unsigned v = d >= '0' && d <= '9' ? (unsigned)(d - '0') : d >= 'a' && d <= 'f' ? (unsigned)(d - 'a' + 10) : d >= 'A' && d <= 'F' ? (unsigned)(d - 'A' + 10) : 99;

		if (v >= base)
			break;
		c = c * base + v;
	}
	if (s->p == first || !TAKE(s, ";"))
		return false;
	if (c < 0x20 ? c != '\t' && c != '\n' && c != '\r' : (c >= 0xD800 && c < 0xE000) || c == 0xFFFE || c == 0xFFFF || c > 0x10FFFF)
		return false;                            /* no character of XML */
	sbuf_add(s->scratch, utf8, utf8_put(c, utf8));
	return true;
}

/* The text up to the next '<', decoded: a piece of the record, or of the scratch space when something was to be decoded. */
static bool text(struct scan *s, struct str *out)
{
	const char *first = s->p;
	const size_t start = s->scratch->n;
	bool decoded = false, wide = false;

	for (const char *run = first;;) {
		s->p = plain_end(s->p, s->end);
		if (s->p == s->end)
			return false;
		const unsigned char c = (unsigned char)*s->p;

		if (c >= 0x80) {
			wide = true;
			s->p++;
		} else if (c == '\n' || c == '\t') {
			s->p++;
		} else if (c == '<') {
			if (decoded)
				sbuf_add(s->scratch, run, (size_t)(s->p - run));
			break;
		} else if (c == '&') {
			decoded = true;
			sbuf_add(s->scratch, run, (size_t)(s->p - run));
			if (!reference(s))
				return false;
			run = s->p;
		} else {
			return false;                    /* '>', a carriage return (XML makes it a line feed), a control */
		}
	}
	*out = decoded ? (struct str){s->scratch->p + start, s->scratch->n - start} : (struct str){first, (size_t)(s->p - first)};
	if (!wide)
		return true;
	for (size_t at = 0; at < out->n;) {                      /* U+FFFE and U+FFFF are UTF-8, but no characters of XML */
		const uint32_t c = utf8_next(*out, &at);

		if (c == UTF8_BAD || c == 0xFFFE || c == 0xFFFF)
			return false;
	}
	return true;
}

/* ------------------------------------------------------------------------------------------------ tags */

/* A plain value and the quote behind it. s->p stands behind the quote before it. Names are short: one look is enough. */
static bool quoted(struct scan *s, char quote, struct str *value)
{
	const char *v = s->p;

#ifdef __SSE2__
	if (s->end - v >= 32) {
		const __m128i q = _mm_set1_epi8(quote), lt = _mm_set1_epi8('<'), gt = _mm_set1_epi8('>'), amp = _mm_set1_epi8('&'),
		              space = _mm_set1_epi8(0x20);
		unsigned end = 0, odd = 0;

		for (int i = 0; i < 2; i++) {
			const __m128i c = _mm_loadu_si128((const __m128i *)(v + 16 * i));
			end |= (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(c, q)) << 16 * i;
			odd |= (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(c, lt), _mm_cmpeq_epi8(c, gt)),
			                                               _mm_or_si128(_mm_cmpeq_epi8(c, amp), _mm_cmplt_epi8(c, space)))) << 16 * i;
		}
		if (end) {
			const unsigned n = (unsigned)__builtin_ctz(end);

			*value = (struct str){v, n};
			s->p = v + n + 1;
			return !(odd & ((1u << n) - 1));
		}
	}
#endif
	const char *close = memchr(v, quote, (size_t)(s->end - v));

	if (!close || plain_end(v, close) != close)
		return false;
	*value = (struct str){v, (size_t)(close - v)};
	s->p = close + 1;
	return true;
}

/* ` name='value'` or with double quotes, the value plain ASCII. False without an error when no attribute is next; *bad when
 * there is one that this path does not read. */
static bool attribute(struct scan *s, struct str *name, struct str *value, bool *bad)
{
	const char *before = s->p;

	skip_blanks(s);
	if (s->p == s->end || *s->p == '>' || *s->p == '/')
		return false;
	*bad = true;
	if (s->p == before)
		return false;
	const char *n = s->p;

	while (s->p < s->end && ((unsigned char)((*s->p | 0x20) - 'a') < 26))
		s->p++;
	*name = (struct str){n, (size_t)(s->p - n)};
	if (name->n == 0 || s->end - s->p < 2 || s->p[0] != '=' || (s->p[1] != '\'' && s->p[1] != '"'))
		return false;
	s->p += 2;
	*bad = !quoted(s, s->p[-1], value);
	return !*bad;
}

/* The leaves of System. `attr` are those that matter; the others are read over. */
struct leaf {
	const char *name;
	size_t n;
	int text;                                        /* enum sys_field, -1: no text expected */
	struct { const char *name; enum sys_field to; } attr[2];
};
#define LEAF(lit, ...) {lit, sizeof(lit) - 1, __VA_ARGS__}
static const struct leaf leaves[] = {
	LEAF("Provider", -1, {{"Name", SYS_PROVIDER}, {"Guid", SYS_PROVIDER_GUID}}),
	LEAF("EventID", SYS_EVENT_ID, {{0}}),
	LEAF("Version", SYS_VERSION, {{0}}),
	LEAF("Level", SYS_LEVEL, {{0}}),
	LEAF("Task", SYS_TASK, {{0}}),
	LEAF("Opcode", SYS_OPCODE, {{0}}),
	LEAF("Keywords", SYS_KEYWORDS, {{0}}),
	LEAF("TimeCreated", -1, {{"SystemTime", SYS_TIME_CREATED}}),
	LEAF("EventRecordID", SYS_RECORD_ID, {{0}}),
	LEAF("Correlation", -1, {{0}}),
	LEAF("Execution", -1, {{"ProcessID", SYS_PROCESS_ID}, {"ThreadID", SYS_THREAD_ID}}),
	LEAF("Channel", SYS_CHANNEL, {{0}}),
	LEAF("Computer", SYS_COMPUTER, {{0}}),
	LEAF("Security", -1, {{"UserID", SYS_USER_ID}, {"UserId", SYS_USER_ID}}),      /* the latter: Sysmon for Linux */
};

enum { NLEAVES = sizeof leaves / sizeof *leaves };

/* `name` is followed by a delimiter, so that no longer name is taken for it. */
static bool starts_name(const struct scan *s, const char *name, size_t n)
{
	return (size_t)(s->end - s->p) > n && memcmp(s->p, name, n) == 0 && (blank(s->p[n]) || s->p[n] == '>' || s->p[n] == '/');
}

static void give(struct scan *s, enum sys_field f, struct str value)
{
	enum sysmon_os os;

	batch_sys(s->b, f, value);
	if (f == SYS_PROVIDER)
		s->foreign = !sysmon_provider(value, &os);
}

static bool leaf(struct scan *s)
{
	const struct leaf *l;
	struct str seen[4], name, value;
	size_t nseen = 0, tried = 0;
	bool bad = false;

	/* Windows keeps to one order: nearly always the first try is right. */
	while (l = &leaves[s->leaf], s->leaf = (s->leaf + 1) % NLEAVES, !starts_name(s, l->name, l->n))
		if (++tried == NLEAVES)
			return false;
	s->p += l->n;
	while (attribute(s, &name, &value, &bad)) {
		for (size_t i = 0; i < nseen; i++)
			if (str_eq(seen[i], name))
				return false;
		if (nseen == sizeof seen / sizeof *seen)
			return false;
		seen[nseen++] = name;
		for (int i = 0; i < 2; i++)
			if (l->attr[i].name && str_eqc(name, l->attr[i].name))
				give(s, l->attr[i].to, value);
	}
	if (bad)
		return false;
	if (TAKE(s, "/>"))
		return true;
	if (!TAKE(s, ">") || !text(s, &value))
		return false;
	if (l->text < 0 && value.n)
		return false;
	if (l->text >= 0)
		give(s, (enum sys_field)l->text, value);
	return TAKE(s, "</") && take(s, l->name, l->n) && TAKE(s, ">");
}

static bool system_element(struct scan *s)
{
	if (!TAKE(s, "<System>"))
		return false;
	for (;;) {
		skip_blanks(s);
		if (TAKE(s, "</System>"))
			return true;
		if (!TAKE(s, "<") || !leaf(s))
			return false;
	}
}

static bool data(struct scan *s)
{
	struct str name, value;

	if (!TAKE(s, "<Data Name=") || s->p == s->end || (*s->p != '\'' && *s->p != '"'))
		return false;
	s->p++;
	if (!quoted(s, s->p[-1], &name))
		return false;
	skip_blanks(s);
	if (TAKE(s, "/>"))
		return true;
	if (!TAKE(s, ">") || !text(s, &value) || !TAKE(s, "</Data>"))
		return false;
	if (!s->foreign)
		batch_data(s->b, name, value);
	return true;
}

static bool event_data(struct scan *s)
{
	if (TAKE(s, "<EventData/>"))
		return true;
	if (!TAKE(s, "<EventData>"))
		return false;
	for (;;) {
		skip_blanks(s);
		if (TAKE(s, "</EventData>"))
			return true;
		if (!data(s))
			return false;
	}
}

size_t xml_fast(struct str text, struct sbuf *scratch, struct batch *b)
{
	struct scan s = {.p = text.p, .end = text.p + text.n, .scratch = scratch, .b = b};
	struct str name, value;
	bool bad = false;

	if (!TAKE(&s, "<Event"))
		return 0;
	sbuf_reset(scratch);
	sbuf_reserve(scratch, text.n);                   /* decoded text is no longer than its source: it never moves */
	batch_begin(b);
	if (attribute(&s, &name, &value, &bad) && (!str_eq(name, STR("xmlns")) || attribute(&s, &name, &value, &bad)))
		return 0;
	if (bad || !TAKE(&s, ">"))
		return 0;
	skip_blanks(&s);
	if (!system_element(&s))
		return 0;
	skip_blanks(&s);
	if (!event_data(&s))
		return 0;
	skip_blanks(&s);
	return TAKE(&s, "</Event>") ? (size_t)(s.p - text.p) : 0;
}
