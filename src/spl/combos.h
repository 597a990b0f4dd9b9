/* Combinations of key values, told apart by their bits, and the groups that each means: none, when a key is null; several,
 * when one is a list. Texts of the dump lie in its string pool once each, so most rows that belong to a group have keys with
 * the same bits as a row before, and their texts need not be hashed and compared. Equal values with other bits (numbers,
 * texts that a command made) are another combination of the same groups. */
#ifndef SPOOR_COMBOS_H
#define SPOOR_COMBOS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct combos {
	size_t words;                                    /* of a key; set it, all else is 0 at first */
	uint32_t *key;
	uint32_t *first, *count;                         /* parts of `group` */
	size_t n, cap;
	uint32_t *slot;                                  /* index + 1 */
	size_t mask;
	uint32_t *group;
	size_t ngroups, groupcap;
};
/* Its index; *fresh when it is new and its groups are to be added, before the next. */
uint32_t combos_at(struct combos *c, const uint32_t *key, bool *fresh);
void combos_add(struct combos *c, uint32_t combo, uint32_t group);
size_t combos_bytes(const struct combos *c);
void combos_free(struct combos *c);

#endif
