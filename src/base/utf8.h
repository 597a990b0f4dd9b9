/* UTF-8: decoding that survives any bytes, case folding, transcoding. */
#ifndef SPOOR_UTF8_H
#define SPOOR_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define UTF8_BAD 0xFFFFFFFFu

/* Decodes the character at s[*at], moves *at behind it. A byte that starts no valid sequence (overlong, surrogate,
 * above U+10FFFF, cut short) gives UTF8_BAD and moves by one. *at must be < s.n. */
uint32_t utf8_next(struct str s, size_t *at);
size_t utf8_put(uint32_t c, char out[4]);                /* bytes written */
size_t utf8_len(struct str s);                           /* characters; a bad byte counts as one */
bool utf8_valid(struct str s);
uint32_t utf8_fold(uint32_t c);                          /* simple case folding (towlower, locale-free for ASCII and Latin/Greek/Cyrillic) */
void utf8_fold_str(struct str s, struct sbuf *out);      /* appended; bad bytes kept as they are */
bool utf8_is_folded(struct str s);                       /* folding would change nothing */
void utf8_from_utf16(const uint8_t *p, size_t nbytes, bool big_endian, struct sbuf *out);  /* lone surrogates become U+FFFD */
void utf8_scrub(struct str s, struct sbuf *out);         /* appended; bad bytes become U+FFFD */

#endif
