/* Reading and decoding on all cores. Every worker does the same: decode a chunk that waits; else take the next file and
 * read it, putting its chunks in line for the others, or decoding one itself when the line is long. So one huge packed
 * file is unpacked by one worker while the others decode, and thousands of small files are read side by side. */
#include "load/load.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/jobs.h"
#include "base/mem.h"
#include "load/expand.h"
#include "load/member.h"
#include "load/stray.h"
#include "load/stream.h"

enum {
	CHUNK = 1 << 20,                                 /* bytes aimed at per chunk: what a core keeps in its cache */
	HEAD = DECODE_HEAD_MAX,
	OVERLAP = 256,                                   /* bytes kept while looking for the end of an over-long record */
};

struct chunk {
	struct member *member;
	const struct segment *segment;
	char *memory;                                    /* of `cap` bytes; the chunk is n of them from `from` */
	size_t cap, from, n;
	uint64_t base, seq;
};

/* The members of one source. Only the worker that reads it adds any. */
struct task {
	struct member **member;
	size_t n, cap;
};

struct run {
	struct load *load;
	const struct load_opts *opts;
	struct load_progress *progress;
	struct sources sources;
	struct task *task;                               /* of each source */
	struct batch_maker **maker;                      /* of each worker */
	size_t target;                                   /* bytes per chunk */

	pthread_mutex_t lock;                            /* all below, and the batches of members */
	pthread_cond_t change;
	size_t next;                                     /* source to be read next */
	unsigned reading;                                /* workers that read one now */
	struct chunk *line;                              /* a ring */
	size_t first, waiting, places;
	size_t waiting_bytes;
	char **spare;                                    /* memory of target + HEAD bytes */
	size_t nspare;
};

static bool cancelled(const struct run *r)
{
	return atomic_load_explicit(&r->progress->cancel, memory_order_relaxed);
}

/* ---- memory of chunks ---- */

static char *get_memory(struct run *r, size_t *cap)
{
	char *p = NULL;

	*cap = r->target + HEAD;
	pthread_mutex_lock(&r->lock);
	if (r->nspare)
		p = r->spare[--r->nspare];
	pthread_mutex_unlock(&r->lock);
	return p ? p : xmalloc(*cap);
}

static void put_memory(struct run *r, char *p, size_t cap)
{
	if (cap == r->target + HEAD) {
		pthread_mutex_lock(&r->lock);
		if (r->nspare < r->places) {
			r->spare[r->nspare++] = p;
			p = NULL;
		}
		pthread_mutex_unlock(&r->lock);
	}
	free(p);
}

/* ---- decoding ---- */

static void take_batch(struct run *r, struct member *m, struct batch *b)
{
	uint64_t others = 0;

	batch_done(b);
	for (uint32_t i = 0; i < b->nothers; i++)
		others += b->other[i].count;
	atomic_fetch_add_explicit(&r->progress->events, b->nevents, memory_order_relaxed);
	atomic_fetch_add_explicit(&r->progress->others, others, memory_order_relaxed);
	atomic_fetch_add_explicit(&r->progress->damaged, b->damaged, memory_order_relaxed);
	pthread_mutex_lock(&r->lock);
	GROW(m->batch, m->nbatches, m->batchcap);
	m->batch[m->nbatches++] = b;
	pthread_mutex_unlock(&r->lock);
}

static void decode(struct run *r, unsigned worker, const struct chunk *c)
{
	struct member *m = c->member;
	struct batch *b = batch_new(r->maker[worker], 0, c->seq);

	b->recover = r->opts->recover;
	c->segment->decoder->decode((struct str){c->memory + c->from, c->n}, c->segment->encoding, c->base,
	                            sbuf_str(&c->segment->head), r->opts->strict_xml, b);
	take_batch(r, m, b);
}

/* Puts the chunk in line, or decodes it here and now. */
static void hand_over(struct run *r, unsigned worker, struct chunk c)
{
	bool queued = false;

	pthread_mutex_lock(&r->lock);
	if (r->waiting < r->places && (!r->waiting || r->waiting_bytes + c.cap <= r->places * (r->target + HEAD))) {
		r->line[(r->first + r->waiting++) % r->places] = c;
		r->waiting_bytes += c.cap;
		queued = true;
		pthread_cond_signal(&r->change);
	}
	pthread_mutex_unlock(&r->lock);
	if (!queued) {
		decode(r, worker, &c);
		put_memory(r, c.memory, c.cap);
	}
}

/* ---- reading one member ---- */

struct reading {
	struct run *run;
	unsigned worker;
	struct member *m;
	struct stream *stream;
	char *p;                                         /* cap bytes; those from `from` to `to` are to be cut */
	size_t cap, from, to;
	uint64_t base;                                   /* where p[from] lies in the stream */
	uint64_t seq;
	uint64_t consumed;                               /* of the file, as progress has it */
	bool eof;
};

static void show_progress(struct reading *g)
{
	uint64_t now = stream_consumed(g->stream);

	if (now > g->consumed) {
		uint64_t before = atomic_fetch_add_explicit(&g->run->progress->bytes_done, now - g->consumed, memory_order_relaxed);
		uint64_t enough = g->run->opts->enough;
		if (enough && before + now - g->consumed >= enough)
			atomic_store_explicit(&g->run->progress->cancel, true, memory_order_relaxed);
		g->consumed = now;
	}
}

/* Reads on until `want` bytes are there, or all. */
static void fill(struct reading *g, size_t want)
{
	struct diag d = DIAG_INIT;

	if (want > g->cap - g->from && g->from) {
		memmove(g->p, g->p + g->from, g->to - g->from);
		g->to -= g->from;
		g->from = 0;
	}
	if (want > g->cap) {
		g->cap = want + HEAD;
		g->p = xrealloc(g->p, g->cap);
	}
	while (!g->eof && g->to - g->from < want && !cancelled(g->run)) {
		ptrdiff_t n = stream_read(g->stream, g->p + g->to, g->cap - g->to, &d);
		if (n <= 0) {
			g->eof = true;
			if (n < 0)
				snprintf(g->m->report.reason, sizeof(g->m->report.reason), "damaged after %" PRIu64 " bytes: %.150s",
				         g->m->input.size, d.msg);
			break;
		}
		g->to += (size_t)n;
		g->m->input.size += (uint64_t)n;
		show_progress(g);
	}
}

static void skip(struct reading *g, size_t n)
{
	g->from += n;
	g->base += n;
}

/* Gives the first n bytes to the decoder. */
static void emit(struct reading *g, size_t n)
{
	struct chunk c = {g->m, g->m->segment, g->p, g->cap, g->from, n, g->base, g->seq++};
	size_t rest = g->to - g->from - n;

	if (g->eof && !rest) {                           /* the last, or only one: nobody else is needed */
		decode(g->run, g->worker, &c);
	} else if (rest > n) {
		c.memory = xmalloc(n);
		memcpy(c.memory, g->p + g->from, n);
		c.from = 0;
		c.cap = n;
		hand_over(g->run, g->worker, c);
	} else {
		size_t cap;
		char *p = get_memory(g->run, &cap);
		if (rest > cap) {
			cap = rest + HEAD;
			p = xrealloc(p, cap);
		}
		memcpy(p, g->p + g->from + n, rest);
		g->p = p;
		g->cap = cap;
		g->from = 0;
		g->to = rest;
		g->base += n;
		hand_over(g->run, g->worker, c);
		return;
	}
	skip(g, n);
}

static void report_lost(struct reading *g, uint64_t from)
{
	struct batch *b = batch_new(g->run->maker[g->worker], 0, g->seq++);

	batch_damaged(b, from, g->base - from, "no end within 64 MiB");
	take_batch(g->run, g->m, b);
}

/* Drops what belongs to a record that is too long, up to the next start of one, and reports it. */
static void skip_record(struct reading *g)
{
	uint64_t from = g->base, state = DECODE_LOST;

	for (;;) {
		size_t n = g->to - g->from;
		struct str text = {g->p + g->from, n};
		size_t start = g->m->segment->decoder->cut(text, g->m->segment->encoding, g->eof, &state);
		if (start || g->eof) {
			skip(g, start ? start : n);
			break;
		}
		skip(g, n > OVERLAP ? (n - OVERLAP) & ~(size_t)1 : 0);
		fill(g, g->to - g->from + (g->run->target > HEAD ? g->run->target : HEAD));
		if (cancelled(g->run))
			break;
	}
	report_lost(g, from);
}

/* Nothing of the format in the first n bytes can be cut: does another log start there? `always`: a record that began would be too
 * long anyway. */
static bool another_log(struct reading *g, size_t n, bool always)
{
	const struct segment *now = g->m->segment;
	const struct str text = {g->p + g->from, n};
	struct stray s;

	if (n < DECODE_HEAD_MAX)
		return false;
	if (!(always ? stray_find(text, true, now->decoder, now->encoding, &s) : stray_ahead(text, now->decoder, now->encoding, &s)))
		return false;
	if (s.at == 0 && g->base == now->start && s.decoder == now->decoder && s.encoding == now->encoding)
		return false;
	if (s.at)
		emit(g, s.at);
	member_segment(g->m, s.decoder, s.encoding, g->base, (struct str){g->p + g->from, g->to - g->from});
	return true;
}

static void cut_and_decode(struct reading *g)
{
	const struct run *r = g->run;
	size_t view = r->target;
	uint64_t state = 0;

	while (!cancelled(r)) {
		fill(g, view);
		size_t have = g->to - g->from, n = have < view ? have : view;
		if (!n)
			break;
		bool final = g->eof && n == have;
		const bool ends = final && !r->opts->open_ended;
		size_t end = g->m->segment->decoder->cut((struct str){g->p + g->from, n}, g->m->segment->encoding, ends, &state);
		if (!end && final && !ends) {
			g->m->report.waiting = n;
			break;
		}
		if (end) {
			emit(g, end);
			view = r->target;
		} else if (another_log(g, n, n >= DECODE_RECORD_MAX)) {
			state = 0;
			view = r->target;
		} else if (n >= DECODE_RECORD_MAX) {
			skip_record(g);
			view = r->target;
		} else {
			view = n + (n < 4096 || n < r->target ? r->target : n);
			if (view > DECODE_RECORD_MAX)
				view = DECODE_RECORD_MAX;
		}
	}
}

/* What may hold events of Sysmon, but not in a way that they can be read from. */
static const struct {
	const char *mark, *why;
} unread[] = {
	{"CEF:0|", "CEF: the fields of the events are not what Sysmon wrote; export them as XML, JSON or CSV"},
	{"LEEF:1.0|", "LEEF: the fields of the events are not what Sysmon wrote; export them as XML, JSON or CSV"},
	{"LEEF:2.0|", "LEEF: the fields of the events are not what Sysmon wrote; export them as XML, JSON or CSV"},
	{"http://schemas.microsoft.com/powershell/2004/04", "PowerShell's Export-Clixml; use ConvertTo-Json or Export-Csv instead"},
	{"\nProviderName ", "a list that PowerShell shows, its values broken into lines; use ConvertTo-Json or Export-Csv instead"},
	{"\nLogName  ", "a list that PowerShell shows, its values broken into lines; use ConvertTo-Json or Export-Csv instead"},
};

static const char *what_is_it(struct str head)
{
	if (!head.n)
		return "empty";
	if (str_starts(head, "Rar!"))
		return "a RAR archive; unpack it first";
	if (str_starts(head, "MSCF"))
		return "a cabinet; unpack it first";
	for (size_t i = 0; i < sizeof(unread) / sizeof *unread; i++)
		if (str_find(head, str_c(unread[i].mark)) >= 0)
			return unread[i].why;
	return "no log of a known format (Event XML, JSON, CSV, EVTX, text)";
}

static void unusable(struct member *m, const char *why)
{
	m->report.unusable = true;
	snprintf(m->report.reason, sizeof(m->report.reason), "%.199s", why);
}

static void read_member(struct reading *g)
{
	struct member *m = g->m;

	g->p = get_memory(g->run, &g->cap);
	fill(g, HEAD);
	struct str head = {g->p, g->to < HEAD ? g->to : HEAD};
	const struct decoder *d = decode_probe(head, &m->input.encoding);
	if (d) {
		m->input.format = d->format;
		member_segment(m, d, m->input.encoding, 0, head);
		cut_and_decode(g);
	} else if (!m->report.reason[0] || head.n) {
		unusable(m, what_is_it(head));
		m->report.skipped = !m->asked;
	} else {
		m->report.unusable = true;               /* the reason is there */
	}
	put_memory(g->run, g->p, g->cap);
}

/* ---- reading one source ---- */

static struct member *new_member(struct task *t, const struct source *s, char *inner, int spool)
{
	struct member *m = xcalloc(1, sizeof(*m));
	struct sbuf name = {0};

	sbuf_addz(&name, s->name ? s->name : strcmp(s->path, "-") == 0 ? "standard input" : s->path);
	if (inner)
		sbuf_addf(&name, ": %s", inner);
	m->input = (struct input){.path = xstrdup(s->path), .member = inner, .name = name.p, .spool = spool};
	m->report.first = m->report.last = WHEN_NONE;
	m->asked = s->named && !inner;
	GROW(t->member, t->n, t->cap);
	t->member[t->n++] = m;
	return m;
}

static void read_members(struct run *r, unsigned worker, size_t i, int fd, int spool)
{
	struct task *t = &r->task[i];
	const struct source *s = &r->sources.v[i];
	struct reading g = {.run = r, .worker = worker, .stream = stream_open(fd, NULL)};
	enum stream_state state;

	do {
		struct diag d = DIAG_INIT;
		state = stream_next(g.stream, &d);
		if (state == STREAM_END)
			break;
		struct member *m = new_member(t, s, stream_member(g.stream), spool);
		m->input.compressed = stream_packed(g.stream);
		m->input.depth = stream_place(g.stream, m->input.place);
		if (state == STREAM_BAD) {
			unusable(m, d.msg);
		} else {
			struct reading one = g;
			one.m = m;
			read_member(&one);
			g.consumed = one.consumed;
		}
	} while (!cancelled(r));
	if (!t->n)
		unusable(new_member(t, s, NULL, spool), cancelled(r) ? "not read" : "an archive with nothing in it");
	if (s->size > g.consumed)
		atomic_fetch_add_explicit(&r->progress->bytes_done, s->size - g.consumed, memory_order_relaxed);
	stream_close(g.stream);
}

static void read_source(struct run *r, unsigned worker, size_t i)
{
	struct source *s = &r->sources.v[i];
	char why[200] = "";

	if (s->reason) {
		struct member *m = new_member(&r->task[i], s, NULL, -1);
		unusable(m, s->reason);
		m->report.skipped = s->passed_over;
		return;
	}
	int fd = source_open(s, &r->progress->cancel, why);
	if (fd < 0) {
		unusable(new_member(&r->task[i], s, NULL, -1), why);
		return;
	}
	if (!s->pipe) {
		read_members(r, worker, i, fd, -1);
		return;
	}
	off_t size = lseek(fd, 0, SEEK_END);
	s->size = size > 0 ? (uint64_t)size : 0;
	atomic_fetch_add_explicit(&r->progress->bytes_total, s->size, memory_order_relaxed);
	int again = dup(fd);
	if (again < 0) {
		unusable(new_member(&r->task[i], s, NULL, fd), "too many open files");
		return;
	}
	read_members(r, worker, i, again, fd);
}

/* ---- workers ---- */

static void work(void *ctx, size_t job, unsigned worker)
{
	struct run *r = ctx;

	(void)job;
	pthread_mutex_lock(&r->lock);
	for (;;) {
		if (r->waiting) {
			struct chunk c = r->line[r->first];
			r->first = (r->first + 1) % r->places;
			r->waiting--;
			r->waiting_bytes -= c.cap;
			pthread_mutex_unlock(&r->lock);
			if (!cancelled(r))
				decode(r, worker, &c);
			put_memory(r, c.memory, c.cap);
			pthread_mutex_lock(&r->lock);
		} else if (r->next < r->sources.n) {
			size_t i = r->next++;
			r->reading++;
			pthread_mutex_unlock(&r->lock);
			read_source(r, worker, i);
			pthread_mutex_lock(&r->lock);
			r->reading--;
			pthread_cond_broadcast(&r->change);
		} else if (r->reading) {
			pthread_cond_wait(&r->change, &r->lock);
		} else {
			break;
		}
	}
	pthread_mutex_unlock(&r->lock);
}

static void find_sources(struct run *r, const char *const *paths, size_t npaths)
{
	bool stdin_named = false;

	for (size_t i = 0; i < npaths; i++) {
		bool is_stdin = strcmp(paths[i], "-") == 0;
		size_t first = r->sources.n;
		expand_add(&r->sources, paths[i]);
		for (; r->opts->names && first < r->sources.n; first++)
			r->sources.v[first].name = r->opts->names[i];
		if (is_stdin && stdin_named)
			r->sources.v[r->sources.n - 1].reason = xstrdup("standard input is named twice");
		stdin_named |= is_stdin;
	}
	for (size_t i = 0; i < r->sources.n; i++)
		atomic_fetch_add_explicit(&r->progress->bytes_total, r->sources.v[i].size, memory_order_relaxed);
}

uint64_t load_size(const char *const *paths, size_t npaths)
{
	struct sources sources = {0};
	uint64_t size = 0;
	bool once = false;

	for (size_t i = 0; i < npaths; i++)
		expand_add(&sources, paths[i]);
	for (size_t i = 0; i < sources.n; i++) {
		size += sources.v[i].size;
		once |= sources.v[i].pipe;
	}
	expand_free(&sources);
	return once ? 0 : size;
}

struct load *load_run(const char *const *paths, size_t npaths, const struct load_opts *opts)
{
	static const struct load_opts defaults = {0};
	struct load_progress unwatched = {0};
	struct load *l = xcalloc(1, sizeof(*l));
	struct run r = {.load = l, .opts = opts ? opts : &defaults};
	struct member **member = NULL;
	size_t n = 0, cap = 0;

	r.progress = r.opts->progress ? r.opts->progress : &unwatched;
	r.target = r.opts->chunk ? r.opts->chunk : CHUNK;
	if (r.target > DECODE_RECORD_MAX)
		r.target = DECODE_RECORD_MAX;
	find_sources(&r, paths, npaths);
	r.task = xcalloc(r.sources.n + 1, sizeof(*r.task));

	unsigned workers = r.opts->workers ? r.opts->workers : jobs_cores();
	l->npools = workers;
	l->pool = xcalloc(workers, sizeof(*l->pool));
	r.maker = xcalloc(workers, sizeof(*r.maker));
	for (unsigned i = 0; i < workers; i++) {
		l->pool[i] = pool_new();
		r.maker[i] = batch_maker_new(l->pool[i]);
	}
	r.places = workers > 1 ? 2 * workers : 0;
	r.line = xcalloc(r.places + 1, sizeof(*r.line));
	r.spare = xcalloc(r.places + 1, sizeof(*r.spare));
	pthread_mutex_init(&r.lock, NULL);
	pthread_cond_init(&r.change, NULL);
	jobs_run(workers, workers, work, &r, NULL);
	for (unsigned i = 0; i < workers; i++)
		batch_maker_free(r.maker[i]);
	free(r.maker);

	l->cancelled = cancelled(&r);
	for (size_t i = 0; i < r.sources.n; i++)
		for (size_t k = 0; k < r.task[i].n; k++) {
			GROW(member, n, cap);
			member[n++] = r.task[i].member[k];
		}
	load_finish(l, member, n, r.opts);

	free(member);
	for (size_t i = 0; i < r.sources.n; i++)
		free(r.task[i].member);
	free(r.task);
	for (size_t i = 0; i < r.nspare; i++)
		free(r.spare[i]);
	free(r.spare);
	free(r.line);
	pthread_mutex_destroy(&r.lock);
	pthread_cond_destroy(&r.change);
	expand_free(&r.sources);
	return l;
}
