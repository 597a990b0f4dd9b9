/* A hash map that remembers the order of insertion: an array of entries, and a table of indices into it. */
#include "base/map.h"

#include <stdlib.h>
#include <xxhash.h>

#include "base/arena.h"
#include "base/mem.h"

struct entry {
	struct str key;
	uint64_t hash;
	union map_val val;
};

struct map {
	struct entry *entry;
	size_t n, cap;
	uint32_t *slot;                                  /* index + 1; 0: free */
	size_t nslots;                                   /* a power of two, or 0 */
	struct arena *keys;                              /* a deleted key's text stays until the map goes */
};

struct map *map_new(void)
{
	struct map *m = xcalloc(1, sizeof(*m));

	m->keys = arena_new();
	return m;
}

void map_free(struct map *m)
{
	if (!m)
		return;
	free(m->entry);
	free(m->slot);
	arena_free(m->keys);
	free(m);
}

/* The slot that holds key, or the free one where it belongs. The table must not be empty. */
static size_t find_slot(const struct map *m, struct str key, uint64_t hash)
{
	size_t mask = m->nslots - 1, i = hash & mask;

	for (; m->slot[i]; i = (i + 1) & mask) {
		const struct entry *e = &m->entry[m->slot[i] - 1];
		if (e->hash == hash && str_eq(e->key, key))
			break;
	}
	return i;
}

static void resize(struct map *m, size_t nslots)
{
	free(m->slot);
	m->slot = xcalloc(nslots, sizeof(*m->slot));
	m->nslots = nslots;
	for (size_t i = 0; i < m->n; i++) {
		size_t k = m->entry[i].hash & (nslots - 1);
		while (m->slot[k])
			k = (k + 1) & (nslots - 1);
		m->slot[k] = (uint32_t)(i + 1);
	}
}

union map_val *map_put(struct map *m, struct str key, bool *fresh)
{
	uint64_t hash = XXH3_64bits(key.p, key.n);

	if (m->n >= m->nslots / 4 * 3)
		resize(m, m->nslots ? m->nslots * 2 : 16);
	size_t i = find_slot(m, key, hash);
	if (fresh)
		*fresh = !m->slot[i];
	if (!m->slot[i]) {
		if (m->n == UINT32_MAX)
			xmalloc(SIZE_MAX);               /* ends the program: memory is long gone by then */
		GROW(m->entry, m->n, m->cap);
		m->entry[m->n++] = (struct entry){.key = arena_str(m->keys, key), .hash = hash};
		m->slot[i] = (uint32_t)m->n;
	}
	return &m->entry[m->slot[i] - 1].val;
}

union map_val *map_get(const struct map *m, struct str key)
{
	if (m->n == 0)
		return NULL;
	uint32_t at = m->slot[find_slot(m, key, XXH3_64bits(key.p, key.n))];

	return at ? &m->entry[at - 1].val : NULL;
}

bool map_del(struct map *m, struct str key)
{
	if (m->n == 0)
		return false;
	size_t hole = find_slot(m, key, XXH3_64bits(key.p, key.n)), mask = m->nslots - 1;
	uint32_t at = m->slot[hole];
	if (!at)
		return false;

	/* Entries that were pushed behind the hole move up, so that a search never ends too early. */
	m->slot[hole] = 0;
	for (size_t i = (hole + 1) & mask; m->slot[i]; i = (i + 1) & mask) {
		size_t home = m->entry[m->slot[i] - 1].hash & mask;
		if (((i - home) & mask) >= ((i - hole) & mask)) {
			m->slot[hole] = m->slot[i];
			m->slot[i] = 0;
			hole = i;
		}
	}
	m->n--;
	memmove(&m->entry[at - 1], &m->entry[at], (m->n - (at - 1)) * sizeof(*m->entry));
	for (size_t i = 0; i < m->nslots; i++)
		m->slot[i] -= m->slot[i] > at;
	return true;
}

size_t map_len(const struct map *m)
{
	return m->n;
}

struct str map_key(const struct map *m, size_t i)
{
	return m->entry[i].key;
}

union map_val *map_val(const struct map *m, size_t i)
{
	return &m->entry[i].val;
}
