/* The case on the screen: opened at the start, the run recorded in it, verdicts and notes set, undone and redone.
 * The case file itself is case/'s. */
#ifndef SPOOR_UI_DECIDE_H
#define SPOOR_UI_DECIDE_H

#include "base/diag.h"
#include "ui/keys.h"

struct ui;
struct rows;

/* Opens the case that the options name. False with *d set when it cannot be had. */
bool decide_start(struct ui *u, struct diag *d);
/* Risk of earlier dumps for session_opts.risk_before; lives until decide_end. */
const struct rows *decide_risk_before(const struct ui *u);
/* Once all rules have run: their findings go into the case, on a worker. */
void decide_again(struct ui *u);                          /* another generation of hits is to be recorded, too */
void decide_tick(struct ui *u);
/* Is the case the screen's? Not while a worker writes to it; verdicts and notes may be read even then. */
bool decide_ready(const struct ui *u);
/* Counts what changed the case, so that a view knows when to read it again. */
unsigned decide_changes(const struct ui *u);
/* The case was changed by another than these requests: views are told. */
void decide_changed(struct ui *u);
bool decide_recorded(const struct ui *u);                /* has the run been recorded, or at least begun to be? */
bool decide_request(struct ui *u, enum request r);
/* For export_opts.verdict; ctx: the case. */
const char *decide_verdict_text(void *ctx, const char *key);
/* Once no job runs. */
void decide_end(struct ui *u);

#endif
