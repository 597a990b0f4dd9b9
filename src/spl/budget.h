/* What a run may still use: asked wherever a command or an expression loops. */
#ifndef SPOOR_BUDGET_H
#define SPOOR_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/when.h"

struct spl_budget {
	const atomic_bool *cancel;                       /* set by anyone; may be NULL */
	uint64_t deadline;                               /* of when_mono_ns; 0: none */
	const struct arena *arena;                       /* where results grow; may be NULL */
	size_t memory;                                   /* bytes that it may hold; 0: any number */
	uint32_t tick;
	bool spent;                                      /* stays set until who owns the budget clears it */
	enum { BUDGET_LEFT, BUDGET_CANCELLED, BUDGET_TIME, BUDGET_MEMORY } why;
};

/* Is it time to stop? Cheap enough for every turn of a loop: looks at the flag and the clock every 256th time. */
static inline bool budget_spent(struct spl_budget *b)
{
	if (!b || b->spent)
		return b && b->spent;
	if (b->tick++ % 256 != 0)
		return false;
	if (b->cancel && atomic_load_explicit(b->cancel, memory_order_relaxed))
		b->why = BUDGET_CANCELLED;
	else if (b->deadline && when_mono_ns() > b->deadline)
		b->why = BUDGET_TIME;
	else if (b->arena && b->memory && arena_bytes(b->arena) > b->memory)
		b->why = BUDGET_MEMORY;
	b->spent = b->why != BUDGET_LEFT;
	return b->spent;
}

/* The same before work on n bytes or values: looks at once when that is much. */
static inline bool budget_spent_on(struct spl_budget *b, size_t n)
{
	if (b && n >= 4096)
		b->tick = 0;
	return budget_spent(b);
}

#endif
