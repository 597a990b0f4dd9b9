/* Text of others made safe in Markdown: nothing in it is a heading, a link, an image or HTML where it is read. Owns signs, not what
 * is said. */
#include "base/visible.h"
#include "export/export.h"
#include "export/report.h"

/* Prose of others: every sign of Markdown escaped, on one line. */
void export_markdown(struct sbuf *b, struct str s)
{
	struct sbuf clean = {0};

	visible_add(&clean, s);
	for (size_t i = 0; i < clean.n; i++) {
		const char c = clean.p[i];

		if (c == '@')
			sbuf_addz(b, "`@`");                     /* escaped it would still make an address of a mail */
		else if (c > ' ' && c < 0x7F && !((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) && c != ',')
			sbuf_addf(b, "\\%c", c);
		else
			sbuf_addc(b, c);
	}
	sbuf_free(&clean);
}

/* A code span; in a table its bars need a backslash. */
void export_markdown_code(struct sbuf *b, struct str s, bool in_table)
{
	struct sbuf clean = {0};
	size_t run = 0, most = 0;
	const bool cut = s.n > EXPORT_CODE_MAX;

	if (!s.n) {
		sbuf_addz(b, "\xE2\x80\x93");
		return;
	}
	visible_add(&clean, (struct str){s.p, cut ? EXPORT_CODE_MAX : s.n});
	for (size_t i = 0; i < clean.n; i++) {
		run = clean.p[i] == '`' ? run + 1 : 0;
		most = run > most ? run : most;
	}
	const bool pad = clean.p[0] == '`' || clean.p[clean.n - 1] == '`' || clean.p[0] == ' ';

	for (size_t i = 0; i <= most; i++)
		sbuf_addc(b, '`');
	sbuf_addz(b, pad ? " " : "");
	for (size_t i = 0; i < clean.n; i++) {
		if (in_table && clean.p[i] == '|')
			sbuf_addc(b, '\\');
		sbuf_addc(b, clean.p[i]);
	}
	sbuf_addz(b, pad ? " " : "");
	for (size_t i = 0; i <= most; i++)
		sbuf_addc(b, '`');
	if (cut)
		sbuf_addf(b, " and %zu bytes more", s.n - EXPORT_CODE_MAX);
	sbuf_free(&clean);
}
