/* Which hits are on which process, worked out on a worker whenever the hits are others; views look at what is known by now. */
#ifndef SPOOR_UI_PROC_HITS_H
#define SPOOR_UI_PROC_HITS_H

#include "detect/detect.h"
#include "ui/procs.h"

struct ui;

#define HIT_NONE UINT32_MAX

struct proc_hits {
	struct finding *v;                               /* copies, in the order in which they came; then those of the analysis */
	size_t n;
	uint32_t *next;                                  /* of each hit: the next on the same process, HIT_NONE at the end */
	uint32_t *first, *last, *count;                  /* by process; first: the one with the highest score. NULL: nothing known */
	size_t nprocs;
	unsigned serial;                                 /* another one each time; 0: nothing known */
};
/* What is known now: until the next call of work_finish. Never NULL. */
const struct proc_hits *proc_hits_now(const struct ui *u);
uint32_t proc_hits_count(const struct proc_hits *h, uint32_t proc);
void proc_hits_tick(struct ui *u);                       /* starts what is to be done */
void proc_hits_forget(struct ui *u);                     /* of another generation: nothing is known; once no job runs */
void proc_hits_end(struct ui *u);                        /* once no job runs */

#endif
