/* What the parts of the screen share: the stack of views, the message line, and the calls that change them. */
#ifndef SPOOR_UI_APP_H
#define SPOOR_UI_APP_H

#include "case/case.h"
#include "detect/threshold.h"
#include "ui/analysis.h"
#include "ui/choose.h"
#include "ui/prompt.h"
#include "ui/ui.h"
#include "ui/view.h"

enum { STACK_MAX = 24, VIEWS_MAX = 24 };

struct ui {
	const struct ui_opts *opts;
	struct analysis *analysis;
	struct work_thread *work;                        /* work.c's */
	struct casefile *casefile;
	struct decide *decide;                           /* decide.c's */
	struct exclude *exclude;                         /* exclude.c's */
	struct beyond *beyond;                           /* beyond.c's */
	struct proc_hits_state *proc_hits;               /* proc_hits.c's */
	struct save *save;                               /* save.c's: a file being written */

	struct view *stack[STACK_MAX];                   /* the last one is on the screen; all stay as they are */
	size_t depth;
	struct view *kept[VIEWS_MAX];                    /* by index in views[]: left, but live */

	struct prompt *prompt;                           /* the line being edited; NULL when none */
	struct chooser *chooser;                         /* the menu that is open; NULL when none */
	struct {                                         /* a question that is answered by one key */
		char text[256];
		void (*yes)(struct ui *u);
	} ask;

	char message[512];                               /* shown until the next key */
	enum role message_role;
	bool hints;                                      /* is the hint line shown? */
	struct {                                         /* what the configuration says of the start */
		const char **rules;
		size_t nrules;
		struct risk_limits limits;
	} config;
	struct {                                         /* the last thing done was a click there */
		const struct view *v;
		size_t at;
	} clicked;
	bool dirty;                                      /* must be drawn */
	uint64_t drawn;                                  /* when it was, monotonic ns */
	bool active;                                     /* something happened since it was idle last */
	bool pasting;
	bool quit;
};

static inline struct view *ui_top(struct ui *u) { return u->stack[u->depth - 1]; }

/* Says something in the message line. */
void ui_say(struct ui *u, enum role role, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void ui_say_diag(struct ui *u, const struct diag *d);
/* Opens a view on top of the others. False when it would not; the message line says why. */
bool ui_open(struct ui *u, const struct view_ops *ops, const struct view_arg *arg);
/* Picks a view by itself: goes down to it in the stack, or takes it as the only one; as it was when it was left. */
void ui_pick(struct ui *u, const struct view_ops *ops);
void ui_back(struct ui *u);
void ui_ask(struct ui *u, void (*yes)(struct ui *u), const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Does what a request asks for, in the view on top. `key`: that made it, 0 when none. */
void ui_request(struct ui *u, enum request r, int key);
/* Times in the zone of the machine, or in UTC: all views. */
void ui_clock(struct ui *u, bool local);

/* query.c: asks for a search, or which drilldown, and opens a view of its rows. */
void query_prompt(struct ui *u, struct str text);
void query_drilldowns(struct ui *u, const struct finding *f);

/* actions.c: requests that ask for a line or a choice. */
bool action_request(struct ui *u, enum request r);
/* Sorts the view on top by a column (-1: as it comes); the one it is sorted by already is turned round. */
void action_sort(struct ui *u, int col);

/* mouse.c: a click, or a turn of the wheel. */
void mouse_event(struct ui *u);

/* save.c: writing rows to a file in slices. */
void save_prompt(struct ui *u);
bool save_to(struct ui *u, struct str path, bool replace, struct diag *d);
bool save_step(struct ui *u, uint64_t until);            /* true while work is left */
bool save_stop(struct ui *u);                            /* gives up, leaves no file; false when there was nothing */
void save_forget(struct ui *u, const struct view *v);    /* the view is being closed: likewise, if it is its rows */

/* cmd.c: `:` commands. */
void cmd_prompt(struct ui *u);

/* frame.c: everything round the list. */
void frame_draw(struct ui *u);

#endif
