/* Work that may take long, each piece on a thread of its own; its end is handled on the screen's thread. */
#ifndef SPOOR_UI_WORK_H
#define SPOOR_UI_WORK_H

#include <stdatomic.h>
#include <stdbool.h>

struct ui;
struct view;

struct job {
	struct ui *ui;
	struct view *owner;                              /* NULL: nobody's, or its view was closed meanwhile */
	atomic_bool cancel;                              /* `run` looks at it */
	void *ctx;
	const char *label;                               /* "searching"; for the status line; NULL: not worth a word */
	struct work_thread *thread;                      /* private */
};

/* Runs run(job) on a thread, then done(job) on the screen's, which frees ctx. The job lives until done has returned. */
struct job *work_start(struct ui *u, struct view *owner, const char *label, void (*run)(struct job *), void (*done)(struct job *),
                       void *ctx);
/* Calls `done` for what has ended. True when there was something. */
bool work_finish(struct ui *u);
/* The view is being closed: its jobs are cancelled and go on without an owner. */
void work_abandon(struct ui *u, const struct view *owner);
void work_cancel_owner(struct ui *u, const struct view *owner);  /* cancelled, but still its own */
void work_cancel_all(struct ui *u);
bool work_running(const struct ui *u);
/* Of a job that is running for this view (NULL: for nobody), its label; NULL when none is. */
const char *work_label(const struct ui *u, const struct view *owner);
bool work_owned(const struct ui *u, const struct view *owner);   /* is one running for it? */
/* Waits for all, up to `seconds`. False when some still run. */
bool work_join(struct ui *u, double seconds);

#endif
