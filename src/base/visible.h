/* Text of any origin made safe to show, on a terminal, in a report, in a message. Owns which characters must not stand there as they
 * are, and how they are spelled instead: \n \r \t, \x1B for other ASCII controls and for bytes that are no UTF-8, \u{202E} for the
 * rest. Knows no terminal: what one cannot show or measure is its screen's to add. */
#ifndef SPOOR_VISIBLE_H
#define SPOOR_VISIBLE_H

#include "base/str.h"

#define VISIBLE_MAX 10                                   /* bytes of the longest spelling: \u{10FFFF} */

/* A character that is not seen, that passes for another (blanks that are none), that changes how its neighbours are shown, or
 * that means something else on each machine (private use). A line break and a tab are, too. */
bool visible_hidden(uint32_t c);
/* The spelling of c, or of `byte` when c is UTF8_BAD: length; the text ends with a NUL. */
size_t visible_spell(uint32_t c, unsigned char byte, char out[VISIBLE_MAX + 1]);
/* The character at s[*at], which is < s.n, as it is shown: itself or its spelling, length (no NUL); moves *at behind it. */
size_t visible_next(struct str s, size_t *at, char out[VISIBLE_MAX + 1]);
/* All of s as it is shown, appended. */
void visible_add(struct sbuf *b, struct str s);

#endif
