/* The page of a hit that is no rule's. */
#include "ui/threshold_page.h"

#include <stdio.h>

#include "ui/app.h"
#include "ui/clock.h"
#include "ui/view_risk.h"

enum { LABEL = 8, W_TIME = 19, W_NUMBER = 7 };

/* Of a line: its part, counted from 1; 0: the object itself. */
static struct page_link link_to(size_t n)
{
	return (struct page_link){.kind = LINK_OWN, .n = n};
}

void threshold_page(struct page *p, const struct finding *f, size_t most)
{
	const struct threshold *t = f->threshold;
	double sum = 0;
	size_t here = 0;
	char time[WHEN_SIZE], zone[ZONE_SIZE];

	p->link = link_to(0);
	page_adds(p, ROLE_SECTION, "WHOSE");
	page_tab(p, LABEL, true);
	page_wrap(p, ROLE_LINK, t->shown, LABEL);
	page_addf(p, ROLE_TEXT, " (%s)", risk_type_name[t->type]);
	page_adds(p, ROLE_DIM, "   its risk history");
	if (t->names.n) {
		page_wrap(p, ROLE_DIM, STR("   tactics "), LABEL);
		page_wrap(p, ROLE_TEXT, t->names, LABEL);
	}
	page_end(p);
	for (size_t i = 0; i < t->n; i++)
		here += t->v[i].here;
	p->link = (struct page_link){0};
	page_heading(p, arena_printf(p->arena, "%zu %s that added up to it%s", t->n, t->n == 1 ? "hit" : "hits",
	                             here == t->n ? "" : arena_printf(p->arena, ", %zu of earlier dumps", t->n - here)));
	page_addf(p, ROLE_HEAD, "  %-*s  %*s  %*s  RULE", W_TIME, arena_printf(p->arena, "TIME (%s)", clock_zone(f->time, f->time, zone)), W_NUMBER,
	          "SCORE", W_NUMBER, "SUM");
	page_end(p);
	for (size_t i = 0; i < t->n && i < most; i++) {
		const struct threshold_part *x = &t->v[i];
		int indent = 2 + W_TIME + 2 + W_NUMBER + 2 + W_NUMBER + 2;

		sum += x->score;
		p->link = link_to(i + 1);
		page_addf(p, ROLE_TEXT, "  %-*s  ", W_TIME, clock_text(x->time, time));
		page_addf(p, severity_of(x->score).role, "%*g  ", W_NUMBER, x->score);
		page_addf(p, ROLE_TEXT, "%*g  ", W_NUMBER, sum);
		page_wrap_some(p, x->here ? ROLE_LINK : ROLE_TEXT, x->rule, indent, 1);
		page_adds(p, ROLE_TEXT, "  ");
		page_wrap_some(p, ROLE_DIM, x->message, indent, 2);
		page_end(p);
	}
	p->link = (struct page_link){0};
}

const struct finding *threshold_hit(struct ui *u, const struct finding *f, const struct page_link *link)
{
	if (link->kind != LINK_OWN || link->n == 0)
		return NULL;
	return analysis_hit(u->analysis, f->threshold->v[link->n - 1].key);
}

bool threshold_follow(struct ui *u, const struct finding *f, const struct page_link *link)
{
	struct view_arg arg = {.about = ENTITY_NONE};

	if (link->kind != LINK_OWN)
		return false;
	arg.about.hit = threshold_hit(u, f, link);
	if (link->n == 0)
		risk_open(u, f->threshold->type, f->threshold->object, f->threshold->shown, f->time);
	else if (arg.about.hit)
		ui_open(u, &view_detail, &arg);
	else
		ui_say(u, ROLE_TEXT, "this hit is of an earlier dump; open that dump to see it in full");
	return true;
}
