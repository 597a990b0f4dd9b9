/* Events as text: one <Event> a line as Windows renders it and Splunk stores it, or one flat JSON object a line as NXLog
 * writes it. EVTX goes through gen_evtx.c.
 * Owns the output buffer, escaping, and the generator's random numbers. */
#include "gen.h"
#include "gen_evtx.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER ((size_t)1 << 20)
#define EVENT_MAX ((size_t)1 << 16)                      /* far above the longest event */

/* ---- chance: xoroshiro128+, seeded by splitmix64 ---- */

void rng_seed(struct rng *r, uint64_t seed)
{
	for (int i = 0; i < 2; i++) {
		seed += 0x9e3779b97f4a7c15u;
		uint64_t z = seed;
		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
		r->s[i] = z ^ (z >> 31);
	}
}

static uint64_t rotl(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

uint64_t rng_next(struct rng *r)
{
	uint64_t a = r->s[0], b = r->s[1], sum = a + b;
	b ^= a;
	r->s[0] = rotl(a, 24) ^ b ^ b << 16;
	r->s[1] = rotl(b, 37);
	return sum;
}

uint32_t rng_below(struct rng *r, uint32_t n)
{
	return (uint32_t)((rng_next(r) >> 32) * n >> 32);
}

double rng_unit(struct rng *r)
{
	return (double)(rng_next(r) >> 11) * 0x1p-53;
}

/* ---- text ---- */

bool out_open(struct out *o, int fd, enum format format)
{
	*o = (struct out){.fd = fd, .format = format, .second = INT64_MIN};
	o->buf = malloc(BUFFER);
	if (format == FORMAT_EVTX && o->buf) {
		o->evtx = evtx_new();
		if (!o->evtx)
			return false;
		evtx_header(o->evtx, true, (uint8_t *)o->buf);   /* the final one follows when the file is complete */
		o->n = o->total = EVTX_HEADER;
	}
	return o->buf != NULL;
}

static void flush(struct out *o)
{
	for (size_t done = 0; done < o->n && !o->error;) {
		ssize_t k = write(o->fd, o->buf + done, o->n - done);
		if (k >= 0)
			done += (size_t)k;
		else if (errno != EINTR)
			o->error = errno;
	}
	o->n = 0;
}

static void chunk_done(struct out *o)
{
	const uint8_t *chunk = evtx_chunk(o->evtx);

	if (!chunk)
		return;
	if (BUFFER - o->n < EVTX_CHUNK)
		flush(o);
	memcpy(o->buf + o->n, chunk, EVTX_CHUNK);
	o->n += EVTX_CHUNK;
	o->total += EVTX_CHUNK;
}

/* A pipe keeps the first header, that of a log still in use. */
static void evtx_close(struct out *o)
{
	uint8_t header[EVTX_HEADER];

	chunk_done(o);
	flush(o);
	evtx_header(o->evtx, false, header);
	if (!o->error && lseek(o->fd, 0, SEEK_CUR) >= 0 && pwrite(o->fd, header, sizeof header, 0) != (ssize_t)sizeof header)
		o->error = errno;
	evtx_free(o->evtx);
	o->evtx = NULL;
}

bool out_close(struct out *o)
{
	if (o->evtx)
		evtx_close(o);
	flush(o);
	free(o->buf);
	o->buf = NULL;
	return o->error == 0;
}

static char *put(char *to, struct text t)
{
	memcpy(to, t.s, t.n);
	return to + t.n;
}

char *escape(enum format format, char *to, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = text[i];
		if (format == FORMAT_EVTX) {
			*to++ = c;
		} else if (format == FORMAT_JSON) {
			if (c == '\\' || c == '"')
				*to++ = '\\';
			*to++ = c;
		} else if (c == '&')
			to = put(to, T("&amp;"));
		else if (c == '<')
			to = put(to, T("&lt;"));
		else if (c == '>')
			to = put(to, T("&gt;"));
		else
			*to++ = c;
	}
	return to;
}

char *put_decimal(char *to, uint64_t n)
{
	char digits[20];
	size_t k = sizeof digits;
	do
		digits[--k] = (char)('0' + n % 10);
	while (n /= 10);
	memcpy(to, digits + k, sizeof digits - k);
	return to + (sizeof digits - k);
}

static char *put_digits(char *to, uint64_t n, int digits)
{
	for (int i = digits; i-- > 0; n /= 10)
		to[i] = (char)('0' + n % 10);
	return to + digits;
}

char *put_hex(char *to, uint64_t n, int digits, bool upper)
{
	const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	for (int i = digits; i-- > 0; n >>= 4)
		to[i] = set[n & 15];
	return to + digits;
}

/* Spells the second; kept, for events of one second come in a row. */
static const char *date_of(struct out *o, int64_t second)
{
	if (o->second == second)
		return o->date;
	o->second = second;
	int64_t days = second / 86400, rest = second % 86400;
	/* days since 1970 to a date (proleptic Gregorian, years from March) */
	int64_t z = days + 719468, era = z / 146097, doe = z % 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int64_t day = doy - (153 * mp + 2) / 5 + 1, month = mp < 10 ? mp + 3 : mp - 9;
	int64_t year = yoe + era * 400 + (month <= 2);
	char *p = put_digits(o->date, (uint64_t)year, 4);
	*p++ = '-';
	p = put_digits(p, (uint64_t)month, 2);
	*p++ = '-';
	p = put_digits(p, (uint64_t)day, 2);
	*p++ = ' ';
	p = put_digits(p, (uint64_t)(rest / 3600), 2);
	*p++ = ':';
	p = put_digits(p, (uint64_t)(rest / 60 % 60), 2);
	*p++ = ':';
	put_digits(p, (uint64_t)(rest % 60), 2);
	return o->date;
}

void out_time(struct out *o, int64_t usec, char to[24])
{
	memcpy(to, date_of(o, usec / 1000000), 19);
	to[19] = '.';
	put_digits(to + 20, (uint64_t)(usec % 1000000 / 1000), 3);
}

/* "2025-03-11T09:12:07.391123400Z": Windows counts 100 nanoseconds and prints nine digits. */
static char *put_system_time(struct out *o, char *p, int64_t usec)
{
	memcpy(p, date_of(o, usec / 1000000), 19);
	p[10] = 'T';
	p[19] = '.';
	p = put_digits(p + 20, (uint64_t)(usec % 1000000), 6);
	return put(p, T("400Z"));
}

static char *event_xml(struct out *o, char *p, const struct event *e)
{
	p = put(p, T("<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
		     "<Provider Name='Microsoft-Windows-Sysmon' Guid='{5770385f-c22a-43e0-bf4c-06f5698ffbd9}'/><EventID>"));
	p = put_decimal(p, e->id);
	p = put(p, T("</EventID><Version>"));
	p = put_decimal(p, e->version);
	p = put(p, T("</Version><Level>4</Level><Task>"));
	p = put_decimal(p, e->id);
	p = put(p, T("</Task><Opcode>0</Opcode><Keywords>0x8000000000000000</Keywords><TimeCreated SystemTime='"));
	p = put_system_time(o, p, e->written);
	p = put(p, T("'/><EventRecordID>"));
	p = put_decimal(p, e->record);
	p = put(p, T("</EventRecordID><Correlation/><Execution ProcessID='"));
	p = put_decimal(p, e->service_pid);
	p = put(p, T("' ThreadID='"));
	p = put_decimal(p, e->service_tid);
	p = put(p, T("'/><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>"));
	p = put(p, e->computer);
	p = put(p, T("</Computer><Security UserID='S-1-5-18'/></System><EventData>"));
	for (size_t i = 0; i < e->nfields; i++) {
		p = put(p, T("<Data Name='"));
		p = put(p, e->field[i].name);
		p = put(p, T("'>"));
		p = put(p, e->field[i].value);
		p = put(p, T("</Data>"));
	}
	return put(p, T("</EventData></Event>\n"));
}

static struct text title(uint16_t id)
{
	switch (id) {
	case 1: return T("Process Create");
	case 2: return T("File creation time changed");
	case 3: return T("Network connection detected");
	case 5: return T("Process terminated");
	case 7: return T("Image loaded");
	case 8: return T("CreateRemoteThread detected");
	case 9: return T("RawAccessRead detected");
	case 10: return T("Process accessed");
	case 11: return T("File created");
	case 12: return T("Registry object added or deleted");
	case 13: return T("Registry value set");
	case 15: return T("File stream created");
	case 17: return T("Pipe Created");
	case 18: return T("Pipe Connected");
	case 22: return T("Dns query");
	case 23: return T("File Delete archived");
	default: return T("File Delete logged");
	}
}

static char *event_json(struct out *o, char *p, const struct event *e)
{
	bool own_type = false;                           /* Sysmon's EventType stands where the collector puts its own */
	p = put(p, T("{\"EventTime\":\""));
	memcpy(p, date_of(o, e->written / 1000000), 19);
	p = put(p + 19, T("\",\"Hostname\":\""));
	p = put(p, e->computer);
	p = put(p, T("\",\"Keywords\":-9223372036854775808,\"SeverityValue\":2,\"Severity\":\"INFO\",\"EventID\":"));
	p = put_decimal(p, e->id);
	p = put(p, T(",\"SourceName\":\"Microsoft-Windows-Sysmon\",\"ProviderGuid\":\"{5770385F-C22A-43E0-BF4C-06F5698FFBD9}\",\"Version\":"));
	p = put_decimal(p, e->version);
	p = put(p, T(",\"Task\":"));
	p = put_decimal(p, e->id);
	p = put(p, T(",\"OpcodeValue\":0,\"RecordNumber\":"));
	p = put_decimal(p, e->record);
	p = put(p, T(",\"ExecutionProcessID\":"));
	p = put_decimal(p, e->service_pid);
	p = put(p, T(",\"ThreadID\":"));
	p = put_decimal(p, e->service_tid);
	p = put(p, T(",\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"Domain\":\"NT AUTHORITY\",\"AccountName\":\"SYSTEM\","
		     "\"UserID\":\"S-1-5-18\",\"AccountType\":\"User\",\"Message\":\""));
	p = put(p, title(e->id));
	*p++ = ':';
	for (size_t i = 0; i < e->nfields; i++) {
		p = put(p, T("\\r\\n"));
		p = put(p, e->field[i].name);
		p = put(p, T(": "));
		p = put(p, e->field[i].value);
	}
	*p++ = '"';
	for (size_t i = 0; i < e->nfields; i++) {
		const struct field *f = &e->field[i];
		own_type |= f->name.n == 9 && memcmp(f->name.s, "EventType", 9) == 0;
		p = put(p, T(",\""));
		p = put(p, f->name);
		p = put(p, T("\":\""));
		p = put(p, f->value);
		*p++ = '"';
	}
	if (!own_type)
		p = put(p, T(",\"EventType\":\"INFO\""));
	return put(p, T(",\"SourceModuleName\":\"eventlog\",\"SourceModuleType\":\"im_msvistalog\"}\n"));
}

void out_event(struct out *o, const struct event *e)
{
	if (o->evtx) {
		if (!evtx_add(o->evtx, e)) {
			chunk_done(o);
			evtx_add(o->evtx, e);            /* no event is as large as a chunk */
		}
		return;
	}
	if (BUFFER - o->n < EVENT_MAX)
		flush(o);
	char *from = o->buf + o->n;
	char *to = o->format == FORMAT_XML ? event_xml(o, from, e) : event_json(o, from, e);
	o->n += (size_t)(to - from);
	o->total += (uint64_t)(to - from);
}
