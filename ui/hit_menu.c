/* From a process to its hits. */
#include "ui/hit_menu.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ui/app.h"
#include "ui/clock.h"
#include "ui/proc_hits.h"

enum { MENU_MAX = 64 };                                  /* hits to choose from */

struct menu {
	size_t n;
	struct finding hit[MENU_MAX];
};

static void open_hit(struct ui *u, const struct finding *f)
{
	struct view_arg arg = {.about = entity_of_hit(f)};

	ui_open(u, &view_detail, &arg);
}

static void menu_picked(struct ui *u, size_t i, void *ctx)
{
	const struct menu *m = ctx;

	if (i < m->n)
		open_hit(u, &m->hit[i]);
	else
		ui_request(u, REQ_RAW, 0);
}

static int by_score(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return (x->time > y->time) - (x->time < y->time);
}

bool hit_menu_open(struct ui *u, uint32_t proc)
{
	const struct proc_hits *h = proc_hits_now(u);
	const uint32_t hits = proc_hits_count(h, proc);

	if (hits == 1)
		open_hit(u, &h->v[h->first[proc]]);
	if (hits < 2)
		return hits;
	struct menu *m = xcalloc(1, sizeof *m);
	for (uint32_t i = h->first[proc]; i != HIT_NONE && m->n < MENU_MAX; i = h->next[i])
		m->hit[m->n++] = h->v[i];
	qsort(m->hit, m->n, sizeof *m->hit, by_score);
	choose_open(u, "Open", menu_picked, m, free);
	for (size_t i = 0; i < m->n; i++) {
		char text[256], note[96], time[WHEN_SIZE];

		snprintf(text, sizeof text, "%.*s", STR_FMT(m->hit[i].rule->name));
		snprintf(note, sizeof note, "%g %s  %s", m->hit[i].score, severity_of(m->hit[i].score).word,
		         clock_text(m->hit[i].time, time));
		choose_add(u, 0, str_c(text), str_c(note));
	}
	choose_add(u, 0, STR("the event of its creation, or its first"), STR(""));
	return true;
}
