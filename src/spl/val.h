/* A value in a result row: null, text, number, or a list of texts and numbers (multivalue).
 * Values borrow: text and lists live in the string pool of the dump or in the arena of the rows that hold them. */
#ifndef SPOOR_VAL_H
#define SPOOR_VAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum val_type { V_NULL, V_STR, V_NUM, V_MV };

struct mv;
struct val {
	uint8_t type;                                    /* enum val_type */
	uint32_t len;                                    /* of s */
	union {
		const char *s;                           /* not NUL-terminated in general */
		double num;
		const struct mv *mv;
	};
};

#define VAL_TEXT_MAX ((size_t)64 << 20)                  /* bytes of a text that a search makes; what would be longer is null */
#define VAL_LIST_MAX ((size_t)1 << 20)                   /* values of a list that an expression makes; likewise */

/* At least one value; none of them null or a list. */
struct mv {
	uint32_t n;
	struct val v[];
};

static inline struct val val_null(void) { return (struct val){.type = V_NULL}; }
static inline struct val val_num(double d) { return (struct val){.type = V_NUM, .num = d}; }
static inline struct val val_str(struct str s) { return (struct val){.type = V_STR, .len = (uint32_t)s.n, .s = s.p}; }
static inline bool val_is_null(struct val v) { return v.type == V_NULL; }

/* A list of n values: null for 0, the value itself for 1. `v` is copied into the arena. */
struct val val_list(struct arena *a, const struct val *v, size_t n);
/* Every value as a list: count and i-th (0 for null). */
static inline uint32_t val_count(struct val v) { return v.type == V_NULL ? 0 : v.type == V_MV ? v.mv->n : 1; }
static inline struct val val_at(struct val v, uint32_t i) { return v.type == V_MV ? v.mv->v[i] : v; }

/* Is it a number, or text that reads as one (spl-spec 2.6)? Lists and null are not. */
bool val_number(struct val v, double *out);
/* Its text (spl-spec 3.16 for numbers). A list's values are joined by "\n"; null is "". Made in `a` when it does not exist yet. */
struct str val_text(struct val v, struct arena *a);
/* The same of a value that is no list, without an arena: a number's is written into buf. */
#define VAL_NUM_SIZE 40
struct str val_scalar_text(const struct val *v, char buf[VAL_NUM_SIZE]);
/* A number's text, written into out (VAL_NUM_SIZE); returns it. */
struct str val_num_text(double d, char out[VAL_NUM_SIZE]);
/* Order of groups and of `sort` (spl-spec 3.1 point 7): numbers by value first (equal ones by text), then text byte-wise, null last. */
int val_cmp(struct val a, struct val b);
/* Same text? (join keys, groups, dc) Lists: same values in the same order. */
bool val_same(struct val a, struct val b);
uint64_t val_hash(struct val v);                         /* equal for values that are val_same */
/* A deep copy whose text and lists live in `a`. */
struct val val_copy(struct val v, struct arena *a);

#endif
