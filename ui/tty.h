/* The terminal: into curses and out of it again, whatever happens; signals as flags; keys as they come.
 * The one place that knows descriptors and modes of the terminal. */
#ifndef SPOOR_UI_TTY_H
#define SPOOR_UI_TTY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/str.h"
#include "ui/theme.h"

/* Opens the terminal (/dev/tty where a standard stream is none) and starts curses. False with *d set. */
bool tty_start(enum color_mode colors, struct diag *d);
/* Leaves curses; the terminal is as it was. Safe to call twice. */
void tty_stop(void);
/* Frees what curses holds; last. */
void tty_free(void);

/* The next key (keys.h), or KEY_NOTHING when none has come yet. */
int tty_key(void);
/* Pasted text comes between these two (bracketed paste). */
enum { KEY_PASTE_BEGIN = (1 << 24) | 700, KEY_PASTE_END = (1 << 24) | 701 };

/* The mouse: off at first, and then the terminal is never asked for it. May be called before tty_start. */
void tty_mouse(bool on);
/* What tty_key answers when the mouse did something; tty_mouse_event then says what and where. */
enum { KEY_MOUSE_EVENT = (1 << 24) | 702 };
struct tty_mouse {
	enum { MOUSE_OTHER, MOUSE_CLICK, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN } what;
	int y, x;
};
struct tty_mouse tty_mouse_event(void);

/* Waits for a key, a signal or a wake-up, up to `ms` milliseconds (-1: for ever). False when the terminal is gone. */
bool tty_wait(int ms);
/* Waits for tty_wake only; works without a terminal, too. */
void tty_wait_wake(int ms);
/* Ends tty_wait from any thread, or makes the next one end at once. */
void tty_wake(void);

/* What signals asked for since the last call. */
struct tty_events {
	bool resized;                                    /* curses knows the new size already */
	bool resumed;                                    /* back from being suspended */
	bool interrupted;                                /* SIGINT from outside */
	int end;                                         /* SIGHUP or SIGTERM came; 0: no */
};
struct tty_events tty_events(void);
bool tty_has_events(void);                               /* would tty_events have something to tell? */
/* Leaves curses, stops the process; returns when it was continued. */
void tty_suspend(void);
/* To be called by threads that are no screen: signals go to the main thread. */
void tty_block_signals(void);

void tty_size(int *rows, int *columns);
/* Puts what was drawn on the screen, with the cursor at (y, x). */
void tty_show(int y, int x);
void tty_clear(void);                                    /* the next tty_show draws everything */
/* Text to the terminal's clipboard, by OSC 52. False when it is too long (COPY_MAX). */
enum { COPY_MAX = 74994 };
bool tty_copy(struct str s);

/* For tests: when SPOOR_IDLE_FD names a descriptor, a NUL goes there. It may be the terminal, which ignores a NUL: then it comes
 * after all that was drawn. */
void tty_idle(void);

#endif
