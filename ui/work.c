/* Threads for long work. Owns them and the list of jobs; what jobs do is their starters' business. */
#include "ui/work.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/when.h"
#include "ui/app.h"
#include "ui/tty.h"

struct work_thread {
	struct work_thread *next;
	pthread_t id;
	bool started;
	atomic_bool ended;
	void (*run)(struct job *);
	void (*done)(struct job *);
	struct job job;
};

static void *thread_main(void *arg)
{
	struct work_thread *t = arg;

	t->run(&t->job);
	atomic_store(&t->ended, true);
	tty_wake();
	return NULL;
}

struct job *work_start(struct ui *u, struct view *owner, const char *label, void (*run)(struct job *), void (*done)(struct job *),
                       void *ctx)
{
	struct work_thread *t = xcalloc(1, sizeof *t);
	sigset_t saved;

	t->run = run;
	t->done = done;
	t->job.ui = u;
	t->job.owner = owner;
	t->job.label = label;
	t->job.ctx = ctx;
	t->job.thread = t;
	t->next = u->work;
	u->work = t;
	pthread_sigmask(SIG_BLOCK, NULL, &saved);
	tty_block_signals();                             /* for the thread, from its first instruction on */
	t->started = pthread_create(&t->id, NULL, thread_main, t) == 0;
	pthread_sigmask(SIG_SETMASK, &saved, NULL);
	if (!t->started) {                               /* no thread to be had: the screen waits, but the work is done */
		run(&t->job);
		atomic_store(&t->ended, true);
	}
	return &t->job;
}

bool work_finish(struct ui *u)
{
	bool any = false;

	for (struct work_thread **p = &u->work; *p;) {
		struct work_thread *t = *p;

		if (!atomic_load(&t->ended)) {
			p = &t->next;
			continue;
		}
		*p = t->next;
		if (t->started)
			pthread_join(t->id, NULL);
		t->done(&t->job);
		free(t);
		any = true;
		p = &u->work;                            /* done may have started others */
	}
	return any;
}

void work_abandon(struct ui *u, const struct view *owner)
{
	for (struct work_thread *t = u->work; t; t = t->next)
		if (t->job.owner == owner) {
			t->job.owner = NULL;
			atomic_store(&t->job.cancel, true);
		}
}

void work_cancel_owner(struct ui *u, const struct view *owner)
{
	for (struct work_thread *t = u->work; t; t = t->next)
		if (t->job.owner == owner)
			atomic_store(&t->job.cancel, true);
}

void work_cancel_all(struct ui *u)
{
	for (struct work_thread *t = u->work; t; t = t->next)
		atomic_store(&t->job.cancel, true);
}

bool work_running(const struct ui *u)
{
	return u->work != NULL;
}

bool work_owned(const struct ui *u, const struct view *owner)
{
	for (const struct work_thread *t = u->work; t; t = t->next)
		if (t->job.owner == owner)
			return true;
	return false;
}

const char *work_label(const struct ui *u, const struct view *owner)
{
	for (const struct work_thread *t = u->work; t; t = t->next)
		if (t->job.owner == owner && t->job.label)
			return t->job.label;
	return NULL;
}

bool work_join(struct ui *u, double seconds)
{
	uint64_t until = when_mono_ns() + (uint64_t)(seconds * 1e9);

	while (work_running(u)) {
		if (work_finish(u))
			continue;
		uint64_t now = when_mono_ns();
		if (now >= until)
			return false;
		tty_wait_wake((int)((until - now) / 1000000) + 1);
	}
	return true;
}
