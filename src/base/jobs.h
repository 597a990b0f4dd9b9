/* Work on all cores: runs `count` independent jobs, numbered from 0, on up to `workers` threads and waits for them. */
#ifndef SPOOR_JOBS_H
#define SPOOR_JOBS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

unsigned jobs_cores(void);                               /* usable cores; SPOOR_WORKERS overrides */
/* `run(ctx, job, worker)` with worker in 0 … workers-1. Jobs start in order; once *cancel (may be NULL) is true no
 * more are started. With one worker all run on the calling thread. */
void jobs_run(size_t count, unsigned workers, void (*run)(void *ctx, size_t job, unsigned worker), void *ctx,
              const atomic_bool *cancel);

#endif
