/* Work on all cores: threads that live for one call and take the next job from a common counter. */
#include "base/jobs.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"

enum { MAX_WORKERS = 1024 };

unsigned jobs_cores(void)
{
	const char *env = getenv("SPOOR_WORKERS");
	unsigned long long n;
	cpu_set_t set;

	if (env && str_u64(str_c(env), &n) && n >= 1)
		return n < MAX_WORKERS ? (unsigned)n : MAX_WORKERS;
	if (sched_getaffinity(0, sizeof(set), &set) == 0) {
		int cores = CPU_COUNT(&set);
		if (cores > 0)
			return cores < MAX_WORKERS ? (unsigned)cores : MAX_WORKERS;
	}
	return 1;
}

struct crew {
	size_t count;
	atomic_size_t next;
	void (*run)(void *ctx, size_t job, unsigned worker);
	void *ctx;
	const atomic_bool *cancel;
};

struct worker {
	struct crew *crew;
	unsigned number;
	pthread_t thread;
};

static void work(struct crew *crew, unsigned number)
{
	for (;;) {
		if (crew->cancel && atomic_load(crew->cancel))
			return;
		size_t job = atomic_fetch_add(&crew->next, 1);
		if (job >= crew->count)
			return;
		crew->run(crew->ctx, job, number);
	}
}

static void *work_thread(void *arg)
{
	struct worker *w = arg;

	work(w->crew, w->number);
	return NULL;
}

void jobs_run(size_t count, unsigned workers, void (*run)(void *ctx, size_t job, unsigned worker), void *ctx,
              const atomic_bool *cancel)
{
	struct crew crew = {.count = count, .run = run, .ctx = ctx, .cancel = cancel};

	if (workers > MAX_WORKERS)
		workers = MAX_WORKERS;
	if (workers > count)
		workers = (unsigned)count;
	if (workers <= 1) {
		work(&crew, 0);
		return;
	}

	/* Signals are for the threads that were there before; the caller works, too, as number 0. */
	struct worker *w = xcalloc(workers, sizeof(*w));
	sigset_t all, old;
	unsigned started = 1;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (; started < workers; started++) {
		w[started] = (struct worker){.crew = &crew, .number = started};
		if (pthread_create(&w[started].thread, NULL, work_thread, &w[started]) != 0)
			break;                           /* fewer hands do the same work */
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	work(&crew, 0);
	for (unsigned i = 1; i < started; i++)
		pthread_join(w[i].thread, NULL);
	free(w);
}
