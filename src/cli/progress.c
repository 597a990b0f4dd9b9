/* Progress of a session on stderr, when somebody can see it. */
#include "cli/cli.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 100, FIRST_MS = 400 };                  /* short runs say nothing */

struct watched {
	struct session *s;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	bool done;
};

static void *run(void *ctx)
{
	struct watched *w = ctx;

	session_run(w->s);
	pthread_mutex_lock(&w->lock);
	w->done = true;
	pthread_cond_signal(&w->ended);
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static void show(const struct session *s)
{
	const struct load_progress *l = &s->load_progress;
	const struct detect_progress *d = &s->detect_progress;
	uint64_t done = atomic_load(&l->bytes_done), total = atomic_load(&l->bytes_total);

	fputs("\r\033[K", stderr);
	if (atomic_load(&s->stage) == STAGE_DETECT)
		fprintf(stderr, "rules %zu of %zu, %zu hits", atomic_load(&d->done), atomic_load(&d->total), atomic_load(&d->findings));
	else
		fprintf(stderr, "loading %u %%, %llu events", total ? (unsigned)(100.0 * (double)done / (double)total) : 0,
		        (unsigned long long)atomic_load(&l->events));
	fflush(stderr);
}

/* Waits a tick, or until the session has ended. True when it has. */
static bool wait_tick(struct watched *w, long ms)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += ms * 1000000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	pthread_mutex_lock(&w->lock);
	if (!w->done)
		pthread_cond_timedwait(&w->ended, &w->lock, &t);
	bool done = w->done;
	pthread_mutex_unlock(&w->lock);
	return done;
}

void run_session(struct session *s)
{
	struct watched w = {.s = s, .lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER};
	pthread_t thread;
	bool shown = false;

	if (!isatty(STDERR_FILENO) || pthread_create(&thread, NULL, run, &w) != 0) {
		session_run(s);
		return;
	}
	for (bool done = wait_tick(&w, FIRST_MS); !done; done = wait_tick(&w, TICK_MS)) {
		show(s);
		shown = true;
	}
	pthread_join(thread, NULL);
	if (shown) {
		fputs("\r\033[K", stderr);
		fflush(stderr);
	}
}
