/* Hashing short names (fields, attributes) for look-ups that are verified afterwards: fast, not fair. */
#ifndef SPOOR_NAMES_H
#define SPOOR_NAMES_H

#include <stdint.h>
#include <string.h>

#include "base/str.h"

static inline uint32_t name_hash(struct str name)
{
	uint64_t a = 0, z = 0;

	if (name.n >= 8) {
		memcpy(&a, name.p, 8);
		memcpy(&z, name.p + name.n - 8, 8);
	} else if (name.n) {
		memcpy(&a, name.p, name.n);
	}
	a = ((a ^ name.n) * UINT64_C(0x9E3779B97F4A7C15)) ^ (z * UINT64_C(0xC2B2AE3D27D4EB4F));
	a ^= a >> 32;
	return (uint32_t)(a * UINT64_C(0x9E3779B97F4A7C15) >> 32);
}

#endif
