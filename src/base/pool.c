/* The string pool.
 * Owns the texts, the table from id to text (blocks that never move, so reading needs no lock) and the table from text
 * to id (open addressing, under the lock). Costs per string: its bytes and a NUL, 16 bytes of entry, about 14 of slots. */
#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <xxhash.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/utf8.h"

struct entry {
	const char *p;
	uint32_t n;
	_Atomic uint32_t fold;                           /* 0 until asked for */
};

struct slot {
	uint32_t hash;
	uint32_t id;                                     /* 0: free */
};

/* Block b holds the 64 << b entries from index 64 << b on; an id's index is id + 63. */
enum { FIRST_SHIFT = 6, BLOCKS = 32 - FIRST_SHIFT };
#define MAX_IDS (UINT32_MAX - 64)

struct pool {
	pthread_mutex_t *lock;                           /* apart, so that a const pool can be locked */
	_Atomic uint32_t count;
	struct entry *block[BLOCKS];
	struct slot *slot;
	size_t nslots;                                   /* a power of two */
	struct arena *text;
};

struct pool *pool_new(void)
{
	struct pool *p = xcalloc(1, sizeof(*p));

	p->lock = xmalloc(sizeof(*p->lock));
	pthread_mutex_init(p->lock, NULL);
	p->nslots = 64;
	p->slot = xcalloc(p->nslots, sizeof(*p->slot));
	p->text = arena_new();
	return p;
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	for (int i = 0; i < BLOCKS; i++)
		free(p->block[i]);
	free(p->slot);
	arena_free(p->text);
	pthread_mutex_destroy(p->lock);
	free(p->lock);
	free(p);
}

static inline struct entry *entry(const struct pool *p, uint32_t id)
{
	uint32_t index = id + ((1u << FIRST_SHIFT) - 1);
	unsigned top = 31u - (unsigned)__builtin_clz(index);

	return &p->block[top - FIRST_SHIFT][index - (1u << top)];
}

static inline uint32_t hash_of(struct str s)
{
	return (uint32_t)XXH3_64bits(s.p, s.n);
}

/* The slot that holds s, or the free one where it belongs. */
static struct slot *find_slot(const struct pool *p, struct str s, uint32_t hash)
{
	size_t mask = p->nslots - 1;

	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		struct slot *slot = &p->slot[i];
		if (!slot->id)
			return slot;
		if (slot->hash != hash)
			continue;
		const struct entry *e = entry(p, slot->id);
		if (e->n == s.n && memcmp(e->p, s.p, s.n) == 0)
			return slot;
	}
}

static void grow_slots(struct pool *p)
{
	size_t n = p->nslots * 2, mask = n - 1;
	struct slot *bigger = memset(xmalloc_big(n * sizeof(*bigger)), 0, n * sizeof(*bigger));

	for (size_t i = 0; i < p->nslots; i++) {
		if (!p->slot[i].id)
			continue;
		size_t k = p->slot[i].hash & mask;
		while (bigger[k].id)
			k = (k + 1) & mask;
		bigger[k] = p->slot[i];
	}
	free(p->slot);
	p->slot = bigger;
	p->nslots = n;
}

static uint32_t add(struct pool *p, struct str s)
{
	uint32_t id = atomic_load_explicit(&p->count, memory_order_relaxed) + 1;

	if (id > MAX_IDS)
		xmalloc(SIZE_MAX);                       /* ends the program: memory is long gone by then */
	uint32_t index = id + ((1u << FIRST_SHIFT) - 1);
	if ((index & (index - 1)) == 0)                  /* the first of a block */
		p->block[31 - __builtin_clz(index) - FIRST_SHIFT] =
			xmalloc_big(index * sizeof(struct entry));
	struct entry *e = entry(p, id);
	e->p = arena_str(p->text, s).p;
	e->n = (uint32_t)s.n;
	atomic_init(&e->fold, 0);
	atomic_store_explicit(&p->count, id, memory_order_release);
	return id;
}

/* Under the lock. */
static uint32_t intern(struct pool *p, struct str s, uint32_t hash)
{
	struct slot *slot = find_slot(p, s, hash);
	uint32_t id = slot->id;

	if (!id) {
		id = add(p, s);
		*slot = (struct slot){hash, id};
		if (id > p->nslots / 4 * 3)
			grow_slots(p);
	}
	return id;
}

static struct str cut(struct str s)
{
	return s.n > UINT32_MAX ? (struct str){s.p, UINT32_MAX} : s;
}

uint32_t pool_intern(struct pool *p, struct str s)
{
	if (!s.p)
		return 0;
	s = cut(s);
	uint32_t hash = hash_of(s);

	pthread_mutex_lock(p->lock);
	uint32_t id = intern(p, s, hash);
	pthread_mutex_unlock(p->lock);
	return id;
}

/* Where the text probably is; NULL when it is probably new. */
static const struct entry *probable(const struct pool *p, uint32_t hash)
{
	const struct slot *slot = &p->slot[hash & (p->nslots - 1)];

	return slot->id && slot->hash == hash ? entry(p, slot->id) : NULL;
}

static void intern_few(struct pool *p, const struct str *s, uint32_t *id, size_t n, uint32_t *hash)
{
	for (size_t i = 0; i < n; i++)
		hash[i] = s[i].p ? hash_of(cut(s[i])) : 0;
	pthread_mutex_lock(p->lock);
	for (size_t i = 0; i < n; i++)
		__builtin_prefetch(&p->slot[hash[i] & (p->nslots - 1)]);
	for (size_t i = 0; i < n; i++)
		__builtin_prefetch(probable(p, hash[i]));
	for (size_t i = 0; i < n; i++) {
		const struct entry *e = probable(p, hash[i]);
		if (e)
			__builtin_prefetch(e->p);
	}
	for (size_t i = 0; i < n; i++)
		id[i] = s[i].p ? intern(p, cut(s[i]), hash[i]) : 0;
	pthread_mutex_unlock(p->lock);
}

void pool_intern_all(struct pool *p, const struct str *s, uint32_t *id, size_t n)
{
	enum { FEW = 32 };
	uint32_t hash[FEW];

	for (size_t at = 0, few; at < n; at += few) {
		few = n - at < FEW ? n - at : FEW;
		intern_few(p, s + at, id + at, few, hash);
	}
}

uint32_t pool_find(const struct pool *p, struct str s)
{
	if (!s.p || s.n > UINT32_MAX)
		return 0;
	uint32_t hash = hash_of(s);

	pthread_mutex_lock(p->lock);
	uint32_t id = find_slot(p, s, hash)->id;
	pthread_mutex_unlock(p->lock);
	return id;
}

struct str pool_str(const struct pool *p, uint32_t id)
{
	if (!id)
		return (struct str){NULL, 0};
	const struct entry *e = entry(p, id);

	return (struct str){e->p, e->n};
}

uint32_t pool_fold(struct pool *p, uint32_t id)
{
	if (!id)
		return 0;
	struct entry *e = entry(p, id);
	uint32_t folded = atomic_load_explicit(&e->fold, memory_order_acquire);

	if (folded)
		return folded;
	struct str s = {e->p, e->n};
	if (utf8_is_folded(s)) {
		folded = id;
	} else {
		struct sbuf b = {0};
		utf8_fold_str(s, &b);
		folded = pool_intern(p, sbuf_str(&b));
		sbuf_free(&b);
	}
	atomic_store_explicit(&e->fold, folded, memory_order_release);
	return folded;
}

uint32_t pool_count(const struct pool *p)
{
	return atomic_load_explicit(&p->count, memory_order_acquire);
}

size_t pool_bytes(const struct pool *p)
{
	pthread_mutex_lock(p->lock);
	size_t n = sizeof(*p) + arena_bytes(p->text) + p->nslots * sizeof(struct slot) +
	           pool_count(p) * sizeof(struct entry);
	pthread_mutex_unlock(p->lock);
	return n;
}
