/* What happens in the generator's world: events of residents (always there, some of them connect) and visitors (they come and go
 * and never connect), and the planted cases. Nothing here keeps more than one event. */
#include "gen_world.h"

#include <stdlib.h>
#include <string.h>

#define DASH T("-")

static void add(struct world *w, struct text name, struct text value)
{
	w->event.field[w->event.nfields++] = (struct field){name, value};
}
#define ADD(name, value) add(w, T(name), value)

static void add_number(struct world *w, struct text name, uint64_t n)
{
	add(w, name, made(w, put_decimal(begin(w), n)));
}

static void add_time(struct world *w, struct text name, int64_t time)
{
	char *p = begin(w);
	out_time(w->out, time, p);
	add(w, name, made(w, p + 23));
}

static void add_guid(struct world *w, struct text name, const struct process *p)
{
	add(w, name, (struct text){p->guid, 38});
}

static struct text user(struct world *w, const struct process *p)
{
	bool json = w->out->format == FORMAT_JSON;
	switch (program[p->program].account) {
	case ACCOUNT_SYSTEM: return json ? T("NT AUTHORITY\\\\SYSTEM") : T("NT AUTHORITY\\SYSTEM");
	case ACCOUNT_NETWORK: return json ? T("NT AUTHORITY\\\\NETWORK SERVICE") : T("NT AUTHORITY\\NETWORK SERVICE");
	case ACCOUNT_LOCAL: return json ? T("NT AUTHORITY\\\\LOCAL SERVICE") : T("NT AUTHORITY\\LOCAL SERVICE");
	case ACCOUNT_PERSON: break;
	}
	return w->person[p->person].domain_name;
}

/* An event begins; `id` is in the table of the mix. */
static void open_event(struct world *w, struct host *h, uint16_t id, uint16_t version)
{
	w->used = 0;
	w->event = (struct event){.id = id, .version = version, .computer = h->name, .record = ++h->record,
		.service_pid = h->service_pid, .service_tid = h->service_pid + (id == 22 ? 1312 : 1180)};
	ADD("RuleName", DASH);
}

static void close_event(struct world *w, int64_t time)
{
	w->event.written = time + 2000 + (int64_t)rng_below(&w->rng, 18000);
	out_event(w->out, &w->event);
	w->now = time;
}

/* The four fields that most events share, and the subject's image. */
static void add_subject(struct world *w, const struct process *p, int64_t time)
{
	add_time(w, T("UtcTime"), time);
	add_guid(w, T("ProcessGuid"), p);
	add_number(w, T("ProcessId"), p->pid);
	ADD("Image", p->path);
}

/* ---- processes ---- */

static uint32_t resident_slot(const struct host *h, const char *name)
{
	size_t want = program_find(name);
	for (uint32_t i = 0; i < h->used; i++)
		if (h->slot[i].program == want)
			return i;
	return 0;
}

static void end_process(struct world *w, struct host *h, uint32_t slot, int64_t time)
{
	struct process *p = &h->slot[slot];
	open_event(w, h, 5, 3);
	add_subject(w, p, time);
	ADD("User", user(w, p));
	close_event(w, time);
	p->live = false;
}

/* Starts a visitor in the next place; the oldest is forgotten. pid 0: a new one. Returns the place. */
static uint32_t start_process(struct world *w, struct host *h, int64_t time, size_t prog, const struct text *path,
	const char *command, uint32_t parent_slot, uint32_t pid)
{
	const struct process *parent = &h->slot[parent_slot];
	uint32_t slot = h->next;
	h->next = h->next + 1 < h->used + VISITORS ? h->next + 1 : h->used;
	struct process *p = &h->slot[slot];
	if (p == parent)                                 /* its parent is the one that would be forgotten */
		return start_process(w, h, time, prog, path, command, resident_slot(h, "explorer.exe"), pid);
	p->live = false;
	p->pid = pid ? pid : new_pid(w, h);
	p->live = true;
	p->program = (uint32_t)prog;
	p->person = h->person[rng_below(&w->rng, 50) == 0];
	new_guid(w, h, time, p->guid);

	open_event(w, h, 1, 5);
	p->path = path ? *path : w->path[prog];
	struct text line = made(w, expand(w, begin(w), command ? command : program[prog].command, p->person));
	h->command[slot] = need(realloc(h->command[slot], line.n + 1)); /* outlives the event: its children name it */
	memcpy(h->command[slot], line.s, line.n);
	p->command = (struct text){h->command[slot], line.n};

	bool person = program[prog].account == ACCOUNT_PERSON;
	uint32_t logon = person ? 0x50000 + 0x1f3 * p->person : 0x3e7;
	add_subject(w, p, time);
	ADD("FileVersion", w->tells[0][prog]);
	ADD("Description", w->tells[1][prog]);
	ADD("Product", w->tells[2][prog]);
	ADD("Company", w->tells[3][prog]);
	ADD("OriginalFileName", w->tells[4][prog]);
	ADD("CommandLine", p->command);
	ADD("CurrentDirectory", made(w, expand(w, begin(w), person ? "C:\\Users\\$u\\" : "C:\\Windows\\system32\\", p->person)));
	ADD("User", user(w, p));
	char *g = begin(w), *q = g;
	*q++ = '{';
	q = put_hex(q, h->machine, 8, false);
	memcpy(q, "-2a10-67c5-", 11);
	q = put_hex(q + 11, (logon & 0xff) << 8 | (logon >> 8 & 0xff), 4, false);
	*q++ = '-';
	q = put_hex(q, logon >> 16 & 0xff, 2, false);
	memcpy(q, "0000000000}", 11);
	ADD("LogonGuid", made(w, q + 11));
	q = begin(w);
	memcpy(q, "0x", 2);
	ADD("LogonId", made(w, put_hex(q + 2, logon, logon > 0xffff ? 5 : 3, false)));
	ADD("TerminalSessionId", person ? T("1") : T("0"));
	ADD("IntegrityLevel", person ? T("Medium") : T("System"));
	ADD("Hashes", w->image_hashes[prog]);
	add_guid(w, T("ParentProcessGuid"), parent);
	add_number(w, T("ParentProcessId"), parent->pid);
	ADD("ParentImage", parent->path);
	ADD("ParentCommandLine", parent->command);
	ADD("ParentUser", user(w, parent));
	close_event(w, time);
	return slot;
}

static uint64_t visitor_comes(struct world *w, struct host *h, int64_t time)
{
	uint32_t u = rng_below(&w->rng, w->visitor_total);
	size_t i = 0;
	while (u >= (uint32_t)visitor[i].weight)
		u -= (uint32_t)visitor[i++].weight;
	start_process(w, h, time, program_find(visitor[i].name), NULL, visitor[i].command, resident_slot(h, visitor[i].parent), 0);
	return 1;
}

static uint64_t visitor_goes(struct world *w, struct host *h, int64_t time)
{
	for (uint32_t i = 0; i < VISITORS; i++) {
		uint32_t slot = h->oldest;
		h->oldest = h->oldest + 1 < h->used + VISITORS ? h->oldest + 1 : h->used;
		if (h->slot[slot].live && h->slot[slot].guid[0]) {
			end_process(w, h, slot, time);
			return 1;
		}
	}
	return 0;
}

/* ---- the other events ---- */

static void connection(struct world *w, struct host *h, const struct process *p, int64_t time, struct text address, uint16_t port)
{
	bool v6 = memchr(address.s, ':', address.n) != NULL;
	open_event(w, h, 3, 5);
	add_subject(w, p, time);
	ADD("User", user(w, p));
	ADD("Protocol", port == 53 ? T("udp") : T("tcp"));
	ADD("Initiated", port == 135 ? T("false") : T("true"));
	ADD("SourceIsIpv6", v6 ? T("true") : T("false"));
	if (v6) {
		char *q = begin(w);
		memcpy(q, "2001:db8:20:0:0:0:0:", 20);
		ADD("SourceIp", made(w, put_hex(q + 20, 0x100 + (uint32_t)(h - w->host), 4, false)));
	} else
		ADD("SourceIp", ((struct text){h->address, (uint32_t)strlen(h->address)}));
	ADD("SourceHostname", rng_below(&w->rng, 4) ? DASH : h->name);
	h->port = h->port < 65500 ? h->port + 1 + rng_below(&w->rng, 6) : 49152;
	add_number(w, T("SourcePort"), h->port);
	ADD("SourcePortName", DASH);
	ADD("DestinationIsIpv6", v6 ? T("true") : T("false"));
	ADD("DestinationIp", address);
	if (rng_below(&w->rng, 5))
		ADD("DestinationHostname", DASH);
	else
		ADD("DestinationHostname", made(w, expand(w, begin(w), "$w.example.net", UINT32_MAX)));
	add_number(w, T("DestinationPort"), port);
	ADD("DestinationPortName", port == 443 ? T("https") : port == 80 ? T("http") : port == 445 ? T("microsoft-ds") : DASH);
	close_event(w, time);
}

static void background_connection(struct world *w, struct host *h, int64_t time, uint32_t skew)
{
	static const uint16_t port[] = {443, 443, 443, 53, 80, 389, 445, 88, 135, 5985, 8080, 9100};
	const struct process *p = &h->slot[h->net[draw_skewed(&w->rng, h->nnet, skew)]];
	uint16_t to = rng_below(&w->rng, 12) ? port[draw_skewed(&w->rng, sizeof port / sizeof *port, 2)] : (uint16_t)(49152 + rng_below(&w->rng, 16000));
	connection(w, h, p, time, w->address[draw_rank(&w->rng, &ranks_address, ADDRESSES)], to);
}

static void image_load(struct world *w, struct host *h, const struct process *p, int64_t time)
{
	const struct dll *d = &w->dll[draw_rank(&w->rng, &ranks_dll, DLLS)];
	open_event(w, h, 7, 3);
	add_subject(w, p, time);
	ADD("ImageLoaded", d->path);
	ADD("FileVersion", d->version);
	ADD("Description", d->description);
	ADD("Product", w->tells[2][0]);
	ADD("Company", d->company);
	ADD("OriginalFileName", d->original);
	ADD("Hashes", d->hashes);
	ADD("Signed", d->is_signed ? T("true") : T("false"));
	ADD("Signature", d->is_signed ? T("Microsoft Windows") : DASH);
	ADD("SignatureStatus", d->is_signed ? T("Valid") : T("Unavailable"));
	ADD("User", user(w, p));
	close_event(w, time);
}

static void process_access(struct world *w, struct host *h, const struct process *p, const struct process *q, int64_t time)
{
	static const char mask[][9] = {"0x1000", "0x1400", "0x1410", "0x3000", "0x101000", "0x1478", "0x1fffff", "0x1040"};
	const char *m = mask[draw_skewed(&w->rng, 8, 9)];
	open_event(w, h, 10, 3);
	add_time(w, T("UtcTime"), time);
	add_guid(w, T("SourceProcessGUID"), p);
	add_number(w, T("SourceProcessId"), p->pid);
	add_number(w, T("SourceThreadId"), p->pid + 4 + 4 * rng_below(&w->rng, 60));
	ADD("SourceImage", p->path);
	add_guid(w, T("TargetProcessGUID"), q);
	add_number(w, T("TargetProcessId"), q->pid);
	ADD("TargetImage", q->path);
	ADD("GrantedAccess", ((struct text){m, (uint32_t)strlen(m)}));
	ADD("CallTrace", w->trace[draw_rank(&w->rng, &ranks_trace, TRACES)]);
	ADD("SourceUser", user(w, p));
	ADD("TargetUser", user(w, q));
	close_event(w, time);
}

static void remote_thread(struct world *w, struct host *h, const struct process *p, const struct process *q, int64_t time)
{
	open_event(w, h, 8, 2);
	add_time(w, T("UtcTime"), time);
	add_guid(w, T("SourceProcessGuid"), p);
	add_number(w, T("SourceProcessId"), p->pid);
	ADD("SourceImage", p->path);
	add_guid(w, T("TargetProcessGuid"), q);
	add_number(w, T("TargetProcessId"), q->pid);
	ADD("TargetImage", q->path);
	add_number(w, T("NewThreadId"), 1000 + 4 * rng_below(&w->rng, 4000));
	char *a = begin(w);
	memcpy(a, "0x00007FF8", 10);
	ADD("StartAddress", made(w, put_hex(a + 10, rng_next(&w->rng), 8, true)));
	ADD("StartModule", w->dll[0].path);
	ADD("StartFunction", DASH);
	ADD("SourceUser", user(w, p));
	ADD("TargetUser", user(w, q));
	close_event(w, time);
}

static void registry(struct world *w, struct host *h, const struct process *p, int64_t time, bool value)
{
	uint32_t rank = draw_rank(&w->rng, value ? &ranks_value : &ranks_key, 2 * KEYS);
	open_event(w, h, value ? 13 : 12, 2);
	ADD("EventType", value ? T("SetValue") : rng_below(&w->rng, 12) ? T("CreateKey") : rng_below(&w->rng, 2) ? T("DeleteKey") : T("DeleteValue"));
	add_subject(w, p, time);
	if (rank < KEYS)
		ADD("TargetObject", (value ? w->value : w->key)[rank]);
	else {
		const char *pattern = value ? value_pattern[rng_below(&w->rng, (uint32_t)nvalue_patterns)] :
			key_pattern[rng_below(&w->rng, (uint32_t)nkey_patterns)];
		ADD("TargetObject", made(w, expand(w, begin(w), pattern, h->person[0])));
	}
	if (value) {
		const char *pattern = details_pattern[draw_skewed(&w->rng, (uint32_t)ndetails_patterns, 2)];
		ADD("Details", made(w, expand(w, begin(w), pattern, h->person[0])));
	}
	ADD("User", user(w, p));
	close_event(w, time);
}

/* 2, 9, 11, 15, 17, 18, 22, 23, 26: a subject and a few fields. */
static void small_event(struct world *w, struct host *h, const struct process *p, int64_t time, const struct mix *m)
{
	struct rng *r = &w->rng;
	open_event(w, h, m->id, m->version);
	if (m->id == 17 || m->id == 18)
		ADD("EventType", m->id == 17 ? T("CreatePipe") : T("ConnectPipe"));
	add_time(w, T("UtcTime"), time);
	add_guid(w, T("ProcessGuid"), p);
	add_number(w, T("ProcessId"), p->pid);
	if (m->id == 23 || m->id == 26)
		ADD("User", user(w, p));
	if (m->id == 17 || m->id == 18) {
		const char *pattern = pipe_pattern[draw_skewed(r, (uint32_t)npipe_patterns, m->id == 17 ? 1 : 2)];
		ADD("PipeName", made(w, expand(w, begin(w), pattern, h->person[0])));
	}
	if (m->id == 22) {
		bool found = rng_below(r, 5) != 0;
		ADD("QueryName", made(w, expand(w, begin(w), rng_below(r, 3) ? "$w.example.net" : "$w.corp.example", h->person[0])));
		ADD("QueryStatus", found ? T("0") : T("9003"));
		char *q = begin(w);
		if (found) {
			memcpy(q, "::ffff:198.51.100.", 18);
			q = put_decimal(q + 18, rng_below(r, 256));
			*q++ = ';';
			ADD("QueryResults", made(w, q));
		} else
			ADD("QueryResults", DASH);
	}
	ADD("Image", p->path);
	if (m->id == 9)
		ADD("Device", made(w, escape(w->out->format, begin(w), "\\Device\\HarddiskVolume4", 23)));
	if (m->id == 2 || m->id == 11 || m->id == 15 || m->id == 23 || m->id == 26) {
		const char *pattern = file_pattern[rng_below(r, (uint32_t)nfile_patterns)];
		ADD("TargetFilename", made(w, expand(w, begin(w), pattern, h->person[0])));
	}
	if (m->id == 2 || m->id == 11 || m->id == 15)
		add_time(w, T("CreationUtcTime"), rng_below(r, 4) ? time : time - 1000000 * (int64_t)rng_below(r, 900000));
	if (m->id == 2)
		add_time(w, T("PreviousCreationUtcTime"), time);
	if (m->id == 15)
		ADD("Hash", made(w, put_hashes(r, begin(w))));
	if (m->id == 15)
		ADD("Contents", made(w, expand(w, begin(w), "[ZoneTransfer] ZoneId=3 HostUrl=https://$w.example.net/$w.zip", 0)));
	if (m->id == 23 || m->id == 26) {
		ADD("Hashes", made(w, put_hashes(r, begin(w))));
		ADD("IsExecutable", T("false"));
	}
	if (m->id == 23)
		ADD("Archived", T("true"));
	if (m->id != 23 && m->id != 26)
		ADD("User", user(w, p));
	close_event(w, time);
}

static uint32_t draw_living(struct rng *r, const struct host *h, uint32_t skew)
{
	uint32_t i = draw_skewed(r, h->used + VISITORS, skew);
	return h->slot[i].live ? i : i % h->used;
}

static uint64_t act(struct world *w, struct host *h, const struct mix *m, int64_t time)
{
	struct rng *r = &w->rng;
	if (m->id == 1)
		return visitor_comes(w, h, time);
	if (m->id == 5)
		return visitor_goes(w, h, time);
	uint32_t n = 1;                                  /* of a burst: one to twice the mean less one */
	if (m->burst > 1)
		n += rng_below(r, 2 * m->burst - 1);
	uint32_t a = draw_living(r, h, m->skew), b;
	for (uint32_t i = 0; i < n; i++) {
		const struct process *p = &h->slot[a];
		if (m->id == 3)
			background_connection(w, h, time, m->skew);
		else if (m->id == 7)
			image_load(w, h, p, time);
		else if (m->id == 8 || m->id == 10) {
			do
				b = draw_living(r, h, 3);
			while (b == a);
			(m->id == 8 ? remote_thread : process_access)(w, h, p, &h->slot[b], time);
		} else if (m->id == 12 || m->id == 13)
			registry(w, h, p, time, m->id == 13);
		else
			small_event(w, h, p, time, m);
	}
	return n;
}

/* ---- time and planted cases ---- */

/* Days of the same shape, with nights. */
static int64_t time_of(const struct world *w, double progress)
{
	double at = progress * w->days;
	uint32_t day = (uint32_t)at;
	double rest = at - day;
	int hour = 0;
	while (hour < 23 && rest >= w->hour_end[hour + 1])
		hour++;
	double part = (rest - w->hour_end[hour]) / (w->hour_end[hour + 1] - w->hour_end[hour]);
	int64_t t = START + ((int64_t)day * 24 + hour) * INT64_C(3600000000) + (int64_t)(part * 3600e6);
	return t > w->now ? t : w->now;
}

static uint64_t pay_due(struct world *w, int64_t until)
{
	uint64_t n = 0;
	for (;;) {
		size_t first = w->ndue;
		for (size_t i = 0; i < w->ndue; i++)
			if (w->due[i].time <= until && (first == w->ndue || w->due[i].time < w->due[first].time))
				first = i;
		if (first == w->ndue)
			return n;
		struct due d = w->due[first];
		w->due[first] = w->due[--w->ndue];
		char *p = (char[20]){"203.0.113."};
		char *end = put_decimal(p + 10, d.address);
		connection(w, &w->host[d.host], &d.process, d.time, (struct text){p, (uint32_t)(end - p)}, d.port);
		n++;
	}
}

uint64_t world_step(struct world *w, double progress)
{
	int64_t time = time_of(w, progress);
	uint64_t n = pay_due(w, time);
	uint32_t u = rng_below(&w->rng, w->mix_total);
	size_t i = 0;
	while (u >= bursts(&mix[i]))
		u -= bursts(&mix[i++]);
	return n + act(w, &w->host[draw_skewed(&w->rng, w->nhosts, 2)], &mix[i], time);
}

uint64_t world_finish(struct world *w)
{
	return pay_due(w, INT64_MAX);
}

static void promise(struct world *w, uint32_t host, uint32_t slot, int64_t time, uint16_t port, uint32_t address)
{
	if (w->ndue == sizeof w->due / sizeof *w->due)
		pay_due(w, INT64_MAX);
	w->due[w->ndue++] = (struct due){time, host, w->host[host].slot[slot], port, address};
}

void world_plant(struct world *w, double progress, size_t n, struct plan_entry *entry)
{
	const struct plant *c = &plant[n % nplants];
	int64_t time = time_of(w, progress);
	uint32_t host = rng_below(&w->rng, w->nhosts), other = (host + 1 + rng_below(&w->rng, w->nhosts > 1 ? w->nhosts - 1 : 1)) % w->nhosts;
	struct host *h = &w->host[host], *o = &w->host[other];
	pay_due(w, time);
	uint32_t shell = start_process(w, h, time, program_find("cmd.exe"), NULL, "C:\\Windows\\System32\\cmd.exe /c \"C:\\Users\\$u\\Downloads\\$w.bat\"",
		resident_slot(h, "explorer.exe"), 0);
	uint32_t pid;
	do
		pid = new_pid(w, h);
	while (pid_taken(o, pid));
	struct text path = c->path ? keep_escaped(w, c->path) : (struct text){0};
	uint32_t slot = start_process(w, h, time + 120000, program_find(c->name), c->path ? &path : NULL, c->command, shell, pid);
	*entry = (struct plan_entry){.time = time + 120000, .plant = c, .host = h->name, .pid = pid, .connections = 1 + rng_below(&w->rng, 3)};
	memcpy(entry->guid, h->slot[slot].guid, 38);
	for (uint32_t i = 0; i < entry->connections; i++)
		promise(w, host, slot, time + 900000 + (int64_t)i * 60000000, c->port, 1 + rng_below(&w->rng, 254));
	if (other != host) {                             /* a stranger with the same process id: a search that joins on it alone goes astray */
		uint32_t browser = start_process(w, o, time + 200000, program_find("msedge.exe"), NULL, NULL, resident_slot(o, "explorer.exe"), pid);
		promise(w, other, browser, time + 700000, 443, 1 + rng_below(&w->rng, 9));
	}
}
