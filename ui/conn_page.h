/* A group of connections told: its name, its rhythm, and all of it for the lines below a list. */
#ifndef SPOOR_UI_CONN_PAGE_H
#define SPOOR_UI_CONN_PAGE_H

#include "ui/page.h"
#include "ui/procs.h"

/* "cmd.exe", with its pid when wanted and known. Appended. */
void conn_process(struct sbuf *b, const struct store *s, const struct procs *t, const struct conn *x, bool pid);
/* "single", "every 60 s ± 2 s", "10× every 60 s" when that is the rhythm of one process, "irregular", or nothing when there
 * are too few to tell. Appended. */
void conn_rhythm(struct sbuf *b, const struct conn_group *g);
/* What all of the group have in common, by how it was grouped: "192.0.2.1:80", "cmd.exe (1234)", the host. Appended. */
void conn_group_name(struct sbuf *b, const struct store *s, const struct procs *t, const struct conn_group *g, enum conn_by by);
void conn_page(struct page *p, const struct store *s, const struct procs *t, const struct conn_group *g, enum conn_by by);

#endif
