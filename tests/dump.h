/* Dumps for unit tests, made from one line of text per event, cut into batches and pools at will.
 * "1|2021-11-12T10:05:00Z|Computer=A|Image=C:\\W\\x.exe": EventID (with an L before it: Linux), SystemTime ("" for none),
 * then attributes of System by their names, and all others (or with a + before them) as EventData. Header only. */
#ifndef SPOOR_TESTS_DUMP_H
#define SPOOR_TESTS_DUMP_H

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "load/load.h"
#include "store/store.h"

struct dump {
	struct load *load;
	struct store *store;
};

static inline struct str dump_cut(struct str *rest)
{
	const char *bar = memchr(rest->p, '|', rest->n);
	struct str word = {rest->p, bar ? (size_t)(bar - rest->p) : rest->n};

	rest->p += word.n + (bar != NULL);
	rest->n -= word.n + (bar != NULL);
	return word;
}

static inline void dump_field(struct batch *b, struct str name, struct str value)
{
	if (name.p[0] == '+') {
		batch_data(b, (struct str){name.p + 1, name.n - 1}, value);
		return;
	}
	for (int f = 0; f < SYS_COUNT; f++)
		if (str_eqc(name, sys_field_name[f])) {
			batch_sys(b, (enum sys_field)f, value);
			return;
		}
	batch_data(b, name, value);
}

static inline void dump_event(struct batch *b, const char *line, uint64_t offset)
{
	struct str rest = str_c(line), id = dump_cut(&rest), time = dump_cut(&rest);
	const bool is_linux = id.p[0] == 'L';

	batch_begin(b);
	batch_sys(b, SYS_PROVIDER, is_linux ? STR("Linux-Sysmon") : STR("Microsoft-Windows-Sysmon"));
	batch_sys(b, SYS_EVENT_ID, (struct str){id.p + is_linux, id.n - is_linux});
	batch_sys(b, SYS_TIME_CREATED, time);
	while (rest.n) {
		struct str word = dump_cut(&rest);
		const char *eq = memchr(word.p, '=', word.n);
		struct str name = {word.p, (size_t)(eq - word.p)};
		dump_field(b, name, (struct str){eq + 1, word.n - name.n - 1});
	}
	batch_end(b, offset, strlen(line));
}

/* `per_batch` events in each batch, whose strings go to `pools` pools in turn; each batch of `per_input` (0: all) to one input. */
static inline struct dump *dump_cut_new(const char *const *event, size_t n, size_t per_batch, size_t pools, size_t per_input)
{
	struct dump *d = xcalloc(1, sizeof(*d));
	struct load *l = d->load = xcalloc(1, sizeof(*l));
	size_t nbatches = (n + per_batch - 1) / per_batch;

	l->batch = xcalloc(nbatches + 1, sizeof(struct batch *));
	l->nbatches = l->batchcap = nbatches;
	l->pool = xcalloc(pools, sizeof(struct pool *));
	l->npools = pools;
	for (size_t i = 0; i < pools; i++)
		l->pool[i] = pool_new();
	l->inputs.n = l->inputs.cap = per_input ? (nbatches + per_input - 1) / per_input : 1;
	l->inputs.v = xcalloc(l->inputs.n + 1, sizeof(struct input));
	l->report = xcalloc(l->inputs.n + 1, sizeof(struct load_input_report));
	for (size_t i = 0; i < l->inputs.n; i++) {
		l->inputs.v[i].path = xstrdup("made.xml");
		l->inputs.v[i].name = xstrdup("made.xml");
		l->inputs.v[i].spool = -1;
	}
	for (size_t i = 0; i < nbatches; i++) {
		struct batch_maker *maker = batch_maker_new(l->pool[i % pools]);
		struct batch *b = batch_new(maker, (uint32_t)(per_input ? i / per_input : 0), i);
		for (size_t k = i * per_batch; k < n && k < (i + 1) * per_batch; k++)
			dump_event(b, event[k], k * 1000);
		batch_done(b);
		batch_maker_free(maker);
		l->batch[i] = b;
		l->events += b->nevents;
	}
	d->store = store_new(l);
	return d;
}

#define DUMP(...)                                                                                  \
	dump_cut_new((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), \
	             1000, 1, 0)

static inline void dump_free(struct dump *d)
{
	store_free(d->store);
	load_free(d->load);
	free(d);
}

#endif
