/* Filling cells. */
#include "ui/cell.h"

#include <stdarg.h>
#include <stdio.h>

#include "ui/clock.h"

void cell_printf(struct cell *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sbuf_addv(c->made, fmt, ap);
	va_end(ap);
	c->text = sbuf_str(c->made);
}

void cell_when(struct cell *c, usec_t t)
{
	if (t == WHEN_NONE)
		return;
	_Static_assert(sizeof c->buf >= WHEN_SIZE, "a time fits into a cell");
	clock_text(t, c->buf);
	c->text = str_c(c->buf);
	c->num = (double)t;
}

void cell_number(struct cell *c, uint64_t n)
{
	snprintf(c->buf, sizeof c->buf, "%llu", (unsigned long long)n);
	c->text = str_c(c->buf);
	c->num = (double)n;
}

void cell_base_name(struct cell *c, struct str path)
{
	size_t i = path.n;

	c->text = path;
	while (i > 0 && path.p[i - 1] != '\\' && path.p[i - 1] != '/')
		i--;
	c->from = i < path.n ? i : 0;
}

void cell_host(struct cell *c, struct str host)
{
	size_t n = 0;
	bool letters = false;

	c->text = host;
	while (n < host.n && host.p[n] != '.') {
		letters |= (host.p[n] < '0' || host.p[n] > '9') && host.p[n] != ':';
		n++;
	}
	if (letters && n > 0)
		c->to = n;
}

void cell_account(struct cell *c, struct str user)
{
	struct str name = str_after_last(user, '\\');

	c->text = user;
	if (name.n)
		c->from = user.n - name.n;
}
