/* The world that the generator acts out, as it is before anything happens: hosts with people and residents, and the values that
 * events will name. Owns all invented text. */
#include "gen_world.h"

#include <stdlib.h>
#include <string.h>

/* ---- memory and made-up text ---- */

void *need(void *p)
{
	if (!p)
		abort();
	return p;
}

char *begin(struct world *w)
{
	return w->scratch + w->used;
}

struct text made(struct world *w, char *end)
{
	struct text t = {begin(w), (uint32_t)(end - begin(w))};
	w->used += t.n;
	return t;
}

static struct text keep(struct world *w, const char *s, size_t n)
{
	char *copy = need(malloc(n + 1));
	memcpy(copy, s, n);
	copy[n] = '\0';
	if (w->nkept == w->kept_cap) {
		w->kept_cap = w->kept_cap ? 2 * w->kept_cap : 1024;
		w->kept = need(realloc(w->kept, w->kept_cap * sizeof *w->kept));
	}
	w->kept[w->nkept++] = copy;
	return (struct text){copy, (uint32_t)n};
}

struct text keep_escaped(struct world *w, const char *s)
{
	char *from = begin(w);
	return keep(w, from, (size_t)(escape(w->out->format, from, s, strlen(s)) - from));
}

char *put_guid(struct rng *r, char *p)
{
	uint64_t a = rng_next(r), b = rng_next(r);
	p = put_hex(p, a >> 32, 8, false);
	*p++ = '-';
	p = put_hex(p, a >> 16, 4, false);
	*p++ = '-';
	p = put_hex(p, a, 4, false);
	*p++ = '-';
	p = put_hex(p, b >> 48, 4, false);
	*p++ = '-';
	return put_hex(p, b, 12, false);
}

static char *put_word(struct rng *r, char *p)
{
	for (uint32_t i = 0, n = 2 + rng_below(r, 3); i < n; i++) {
		const char *s = syllable[rng_below(r, (uint32_t)nsyllables)];
		size_t k = strlen(s);
		memcpy(p, s, k);
		p += k;
	}
	return p;
}

static char *put_base64(struct rng *r, char *p, uint32_t n)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (uint32_t i = 0; i < n; i++)
		*p++ = set[rng_below(r, 64)];
	return p;
}

char *expand(struct world *w, char *p, const char *pattern, uint32_t person)
{
	for (const char *c = pattern; *c; c++) {
		const char *end = strchr(c, '$');
		if (!end)
			end = c + strlen(c);
		p = escape(w->out->format, p, c, (size_t)(end - c));
		c = end;
		if (!*c)
			break;
		switch (*++c) {
		case 'g': p = put_guid(&w->rng, p); break;
		case 'd': p = put_decimal(p, rng_below(&w->rng, 65536)); break;
		case 'x': p = put_hex(p, rng_next(&w->rng), 8, true); break;
		case 'w': p = put_word(&w->rng, p); break;
		case 'b': p = put_base64(&w->rng, p, 400 + rng_below(&w->rng, 4700)); break;
		case 'u':
		case 's': {
			uint32_t who = person < w->npersons ? person : rng_below(&w->rng, w->npersons);
			struct text t = *c == 'u' ? w->person[who].name : w->person[who].sid;
			memcpy(p, t.s, t.n);
			p += t.n;
			break;
		}
		default: abort();
		}
	}
	return p;
}

char *put_hashes(struct rng *r, char *p)
{
	static const struct { const char *name; int digits; } kind[] = {{"SHA1=", 40}, {",MD5=", 32}, {",SHA256=", 64}, {",IMPHASH=", 32}};
	for (int i = 0; i < 4; i++) {
		size_t n = strlen(kind[i].name);
		memcpy(p, kind[i].name, n);
		p += n;
		for (int d = 0; d < kind[i].digits; d += 16)
			p = put_hex(p, rng_next(r), kind[i].digits - d < 16 ? kind[i].digits - d : 16, true);
	}
	return p;
}

uint32_t draw_rank(struct rng *r, const struct ranks *k, uint32_t n)
{
	uint32_t u = rng_below(r, 100);
	if (u < k->top1)
		return 0;
	if (u < k->top5)
		return 1 + rng_below(r, 4);
	if (u < k->top20)
		return 5 + rng_below(r, 15);
	if (u < k->top100 || n <= 100)
		return 20 + rng_below(r, 80);
	uint32_t octaves = 1;
	while (100u << octaves < n)
		octaves++;
	uint32_t from = 100u << rng_below(r, octaves), to = from * 2 < n ? from * 2 : n;
	return from + rng_below(r, to - from);
}

uint32_t draw_skewed(struct rng *r, uint32_t n, uint32_t power)
{
	double u = rng_unit(r), x = u;
	while (--power > 0)
		x *= u;
	return (uint32_t)(x * n);
}

uint32_t bursts(const struct mix *m)
{
	return m->weight * (420 / m->burst);             /* 420: what 1 to 7 divide */
}

/* ---- the world is made ---- */

static void make_persons(struct world *w)
{
	w->npersons = w->nhosts + 8;
	w->person = need(calloc(w->npersons, sizeof *w->person));
	for (uint32_t i = 0; i < w->npersons; i++) {
		char name[64], *p = name;
		*p++ = (char)('a' + rng_below(&w->rng, 26));
		*p++ = '.';
		p = put_word(&w->rng, p);
		*p = '\0';
		w->person[i].name = keep(w, name, (size_t)(p - name));
		char full[80] = "CORP\\";
		memcpy(full + 5, name, (size_t)(p - name) + 1);
		w->person[i].domain_name = keep_escaped(w, full);
		char sid[80] = "S-1-5-21-1004336348-1177238915-682003330-";
		w->person[i].sid = keep(w, sid, (size_t)(put_decimal(sid + strlen(sid), 1104 + i) - sid));
	}
}

static void make_programs(struct world *w)
{
	w->path = need(calloc(nprograms, sizeof *w->path));
	w->image_hashes = need(calloc(nprograms, sizeof *w->image_hashes));
	for (int k = 0; k < 5; k++)
		w->tells[k] = need(calloc(nprograms, sizeof *w->tells[k]));
	for (size_t i = 0; i < nprograms; i++) {
		const struct program *p = &program[i];
		const char *const tells[5] = {p->version, p->description, p->product, p->company, p->original};
		w->path[i] = keep_escaped(w, p->path);
		for (int k = 0; k < 5; k++)
			w->tells[k][i] = keep_escaped(w, tells[k]);
		char *from = begin(w);
		w->image_hashes[i] = keep(w, from, (size_t)(put_hashes(&w->rng, from) - from));
	}
}

static void make_dlls(struct world *w)
{
	struct text company = keep_escaped(w, "Microsoft Corporation");
	struct text version = keep_escaped(w, "10.0.19041.3636 (WinBuild.160101.0800)");
	w->dll = need(calloc(DLLS, sizeof *w->dll));
	for (size_t i = 0; i < DLLS; i++) {
		struct dll *d = &w->dll[i];
		char *from = begin(w), *p;
		if (i < ndll_names) {
			p = escape(w->out->format, from, "C:\\Windows\\System32\\", 20);
			size_t n = strlen(dll_name[i]);
			memcpy(p, dll_name[i], n);
			p += n;
		} else
			p = expand(w, from, dll_pattern[rng_below(&w->rng, (uint32_t)ndll_patterns)], UINT32_MAX);
		d->path = keep(w, from, (size_t)(p - from));
		const char *base = d->path.s + d->path.n;
		while (base > d->path.s && base[-1] != '\\')
			base--;
		d->original = (struct text){base, (uint32_t)(d->path.s + d->path.n - base)};
		p = put_word(&w->rng, from);
		p = put_word(&w->rng, escape(w->out->format, p, " for ", 5));
		d->description = keep(w, from, (size_t)(p - from));
		d->hashes = keep(w, from, (size_t)(put_hashes(&w->rng, from) - from));
		d->is_signed = rng_below(&w->rng, 200) != 0;
		d->company = company;
		d->version = version;
		if (i >= ndll_names && rng_below(&w->rng, 4) == 0) {
			p = put_decimal(from, rng_below(&w->rng, 20));
			for (int k = 0; k < 3; k++) {
				*p++ = '.';
				p = put_decimal(p, rng_below(&w->rng, k == 1 ? 20000 : 40));
			}
			d->version = keep(w, from, (size_t)(p - from));
		}
	}
}

static void make_values(struct world *w)
{
	w->trace = need(calloc(TRACES, sizeof *w->trace));
	for (size_t i = 0; i < TRACES; i++) {
		char *from = begin(w), *p = from;
		for (uint32_t k = 0, n = 8 + rng_below(&w->rng, 9) + (rng_below(&w->rng, 8) ? 0 : rng_below(&w->rng, 16)); k < n; k++) {
			const char *module = trace_module[k ? draw_skewed(&w->rng, (uint32_t)ntrace_modules, 2) : 0];
			if (k)
				*p++ = '|';
			p = escape(w->out->format, p, module, strlen(module));
			*p++ = '+';
			p = put_hex(p, rng_next(&w->rng), 4 + (int)rng_below(&w->rng, 2), false);
		}
		w->trace[i] = keep(w, from, (size_t)(p - from));
	}
	w->key = need(calloc(KEYS, sizeof *w->key));
	w->value = need(calloc(KEYS, sizeof *w->value));
	for (size_t i = 0; i < KEYS; i++) {
		char *from = begin(w);
		w->key[i] = keep(w, from, (size_t)(expand(w, from, key_pattern[i % nkey_patterns], UINT32_MAX) - from));
		w->value[i] = keep(w, from, (size_t)(expand(w, from, value_pattern[i % nvalue_patterns], UINT32_MAX) - from));
	}
	w->address = need(calloc(ADDRESSES, sizeof *w->address));
	for (size_t i = 0; i < ADDRESSES; i++) {
		char a[64], *p = a;
		if (i < 20 || i % 4 == 0) {
			memcpy(p, i % 2 ? "192.0.2." : "10.20.0.", 8);
			p = put_decimal(p + 8, 1 + i % 250);
		} else if (i % 4 == 1) {
			memcpy(p, "2001:db8:", 9);
			p = put_hex(p + 9, rng_next(&w->rng), 4, false);
			memcpy(p, ":0:0:0:0:", 9);
			p = put_hex(p + 9, 1 + rng_below(&w->rng, 0xfff), 3, false);
		} else {
			memcpy(p, "198.51.100.", 11);
			p = put_decimal(p + 11, rng_below(&w->rng, 256));
		}
		w->address[i] = keep(w, a, (size_t)(p - a));
	}
}

void new_guid(struct world *w, struct host *h, int64_t time, char to[38])
{
	uint32_t second = (uint32_t)(time / 1000000);
	h->sequence += 1 + rng_below(&w->rng, 5);
	char *p = to;
	*p++ = '{';
	p = put_hex(p, h->machine, 8, false);
	*p++ = '-';
	p = put_hex(p, second & 0xffff, 4, false);
	*p++ = '-';
	p = put_hex(p, second >> 16, 4, false);
	*p++ = '-';
	p = put_hex(p, (h->sequence & 0xff) << 8 | (h->sequence >> 8 & 0xff), 4, false);
	*p++ = '-';
	p = put_hex(p, (h->sequence >> 16 & 0xff), 2, false);
	memcpy(p, "000000", 6);
	p = put_hex(p + 6, h->boot, 2, false);
	*p++ = '0';
	*p++ = '0';
	*p = '}';
}

bool pid_taken(const struct host *h, uint32_t pid)
{
	for (size_t i = 0; i < SLOTS; i++)
		if (h->slot[i].live && h->slot[i].pid == pid)
			return true;
	return pid == h->service_pid;
}

uint32_t new_pid(struct world *w, const struct host *h)
{
	uint32_t pid;
	do
		pid = 4 * (150 + rng_below(&w->rng, 3500));
	while (pid_taken(h, pid));
	return pid;
}

static void make_host(struct world *w, uint32_t index)
{
	struct host *h = &w->host[index];
	char name[64], *p = name;
	bool server = index % 8 == 7;
	memcpy(p, server ? "SRV-" : "WS-", 4);
	p = put_decimal(p + (server ? 4 : 3), 1001 + index);
	memcpy(p, ".corp.example", 13);
	h->name = keep(w, name, (size_t)(p + 13 - name));
	p = h->address;
	memcpy(p, "10.20.", 6);
	p = put_decimal(p + 6, 1 + index / 250);
	*p++ = '.';
	*put_decimal(p, 1 + index % 250) = '\0';
	h->machine = (uint32_t)rng_next(&w->rng);
	h->boot = rng_below(&w->rng, 256);
	h->sequence = 40;
	h->record = rng_below(&w->rng, 4000000);
	h->port = 49152 + rng_below(&w->rng, 8000);
	h->service_pid = 4 * (400 + rng_below(&w->rng, 800));
	h->person[0] = index;
	h->person[1] = w->nhosts + rng_below(&w->rng, 8);
	for (size_t i = 0; i < nresidents; i++)
		for (int k = 0; k < resident[i].count; k++) {
			struct process *s = &h->slot[h->used];
			s->program = (uint32_t)program_find(resident[i].name);
			s->pid = new_pid(w, h);
			s->person = h->person[0];
			new_guid(w, h, START - (3600 + (int64_t)rng_below(&w->rng, 86400)) * 1000000, s->guid);
			s->path = w->path[s->program];
			char *from = begin(w);
			s->command = keep(w, from, (size_t)(expand(w, from, program[s->program].command, s->person) - from));
			s->live = true;
			if (resident[i].net && h->nnet < 64)
				h->net[h->nnet++] = h->used;
			h->used++;
		}
	h->oldest = h->next = h->used;
}

struct world *world_new(uint64_t seed, uint32_t hosts, uint32_t days, struct out *o)
{
	struct world *w = need(calloc(1, sizeof *w));
	rng_seed(&w->rng, seed);
	w->out = o;
	w->days = days;
	w->nhosts = hosts;
	w->scratch = need(malloc(FIELDS_MAX * VALUE_MAX));
	double total = 0;
	for (int i = 0; i < 24; i++)
		total += hour_weight[i];
	for (int i = 0; i < 24; i++)
		w->hour_end[i + 1] = w->hour_end[i] + hour_weight[i] / total;
	w->hour_end[24] = 1;
	for (size_t i = 0; i < nmix; i++)
		w->mix_total += bursts(&mix[i]);
	for (size_t i = 0; i < nvisitors; i++)
		w->visitor_total += (uint32_t)visitor[i].weight;
	make_persons(w);
	make_programs(w);
	make_dlls(w);
	make_values(w);
	w->host = need(calloc(hosts, sizeof *w->host));
	for (uint32_t i = 0; i < hosts; i++)
		make_host(w, i);
	w->now = START;
	return w;
}

void world_free(struct world *w)
{
	for (uint32_t i = 0; i < w->nhosts; i++)
		for (size_t k = 0; k < SLOTS; k++)
			free(w->host[i].command[k]);
	for (size_t i = 0; i < w->nkept; i++)
		free(w->kept[i]);
	for (int k = 0; k < 5; k++)
		free(w->tells[k]);
	free(w->kept);
	free(w->host);
	free(w->person);
	free(w->path);
	free(w->image_hashes);
	free(w->dll);
	free(w->trace);
	free(w->key);
	free(w->value);
	free(w->address);
	free(w->scratch);
	free(w);
}
