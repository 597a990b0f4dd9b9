/* The mouse, when it was asked for: what a click or the wheel means where it happened. */
#include "ui/app.h"
#include "ui/tty.h"

enum { WHEEL_ROWS = 3 };

static void click(struct ui *u, int y, int x)
{
	struct view *v = ui_top(u);
	struct list_spot spot = list_spot(v, y, x);
	bool again = spot.what == SPOT_ROW && u->clicked.v == v && u->clicked.at == spot.at;

	u->clicked.v = NULL;
	if (spot.what == SPOT_HEAD) {
		action_sort(u, (int)spot.at);
	} else if (spot.what == SPOT_ROW) {
		list_go(v, spot.at);
		if (again) {
			ui_request(u, REQ_ENTER, 0);
		} else {
			u->clicked.v = v;
			u->clicked.at = spot.at;
		}
	}
}

void mouse_event(struct ui *u)
{
	struct tty_mouse m = tty_mouse_event();
	bool wheel = m.what == MOUSE_WHEEL_UP || m.what == MOUSE_WHEEL_DOWN;

	if (m.what == MOUSE_OTHER || u->prompt || u->ask.yes)        /* a line or an answer is typed */
		return;
	u->dirty = true;
	if (wheel && u->chooser)
		choose_scroll(u, m.what == MOUSE_WHEEL_DOWN);
	else if (wheel)
		list_scroll(ui_top(u), WHEEL_ROWS, m.what == MOUSE_WHEEL_DOWN);
	else if (u->chooser)
		choose_click(u, m.y);
	else
		click(u, m.y, m.x);
}
