/* Combinations of key values: a hash table from the bits of the values to groups. */
#include "spl/combos.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/mem.h"

static size_t slot_of(const struct combos *c, const uint32_t *key)
{
	const size_t bytes = c->words * sizeof(*key);
	size_t i = c->words ? XXH3_64bits(key, bytes) & c->mask : 0;

	while (c->slot[i] && memcmp(c->key + (size_t)(c->slot[i] - 1) * c->words, key, bytes) != 0)
		i = (i + 1) & c->mask;
	return i;
}

static void grow(struct combos *c)
{
	c->mask = c->mask ? c->mask * 2 + 1 : 255;
	free(c->slot);
	c->slot = xcalloc(c->mask + 1, sizeof(*c->slot));
	for (size_t i = 0; i < c->n; i++)
		c->slot[slot_of(c, c->key + i * c->words)] = (uint32_t)i + 1;
}

uint32_t combos_at(struct combos *c, const uint32_t *key, bool *fresh)
{
	if (c->n * 2 >= c->mask)
		grow(c);
	size_t i = slot_of(c, key);
	*fresh = !c->slot[i];
	if (c->slot[i])
		return c->slot[i] - 1;
	if (c->n == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 64;
		c->key = xreallocarray(c->key, c->cap, (c->words ? c->words : 1) * sizeof(*c->key));
		c->first = xreallocarray(c->first, c->cap, sizeof(*c->first));
		c->count = xreallocarray(c->count, c->cap, sizeof(*c->count));
	}
	if (c->words)
		memcpy(c->key + c->n * c->words, key, c->words * sizeof(*key));
	c->first[c->n] = (uint32_t)c->ngroups;
	c->count[c->n] = 0;
	c->slot[i] = (uint32_t)++c->n;
	return (uint32_t)c->n - 1;
}

void combos_add(struct combos *c, uint32_t combo, uint32_t group)
{
	GROW(c->group, c->ngroups, c->groupcap);
	c->group[c->ngroups++] = group;
	c->count[combo]++;
}

size_t combos_bytes(const struct combos *c)
{
	return c->cap * (c->words * sizeof(*c->key) + 2 * sizeof(*c->first)) + c->groupcap * sizeof(*c->group) +
	       (c->mask + 1) * sizeof(*c->slot);
}

void combos_free(struct combos *c)
{
	free(c->key);
	free(c->first);
	free(c->count);
	free(c->slot);
	free(c->group);
	*c = (struct combos){0};
}
