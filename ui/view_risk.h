/* Opening the risk history: the only view that may have to ask whose it is to be. */
#ifndef SPOOR_UI_VIEW_RISK_H
#define SPOOR_UI_VIEW_RISK_H

#include <stdbool.h>

#include "detect/detect.h"
#include "ui/keys.h"

struct ui;

/* Opens the history of an object by its type and normalized name. `about`: a time that its window is to hold; WHEN_NONE: none. */
void risk_open(struct ui *u, enum risk_type type, struct str object, struct str shown, usec_t about);
/* Answers REQ_RISK for the selected row; false: another request. */
bool risk_request(struct ui *u, enum request r);

#endif
