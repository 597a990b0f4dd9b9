/* Byte strings with a length (struct str, borrowed) and a builder that grows (struct sbuf, owned).
 * Log text may hold any byte, NUL too, so nothing here relies on a terminator. */
#ifndef SPOOR_STR_H
#define SPOOR_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_FMT(s) (int)(s).n, (s).p                     /* for "%.*s" */

static inline struct str str_c(const char *s) { return (struct str){s, s ? strlen(s) : 0}; }
static inline bool str_eq(struct str a, struct str b) { return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0); }
static inline bool str_eqc(struct str a, const char *b) { return str_eq(a, str_c(b)); }
int str_cmp(struct str a, struct str b);                 /* byte order, shorter first */
bool str_ieq(struct str a, struct str b);                /* ASCII case ignored */
bool str_ieqc(struct str a, const char *b);
bool str_starts(struct str s, const char *prefix);
bool str_istarts(struct str s, const char *prefix);
bool str_ends(struct str s, const char *suffix);
struct str str_trim(struct str s);                       /* without ASCII blanks at both ends */
struct str str_after_last(struct str s, char c);         /* text after the last c; all of s when c is absent */
struct str str_word(struct str *rest);                   /* takes the first word; blanks around it and after it are gone */
bool str_line(struct str *rest, struct str *line);       /* takes the first line, without its end; false when rest is empty */
ptrdiff_t str_find(struct str s, struct str needle);     /* offset or -1 */

/* A number as the spec defines it, everywhere (spl-spec 2.6): optional sign, ASCII digits with an optional point,
 * optional exponent, no blanks. False when s is none, or is beyond the range of double. */
bool str_number(struct str s, double *out);
bool str_u64(struct str s, unsigned long long *out);     /* plain decimal digits only */

struct sbuf {
	char *p;                                         /* always NUL-terminated once something was added */
	size_t n, cap;
};

void sbuf_add(struct sbuf *b, const void *p, size_t n);
void sbuf_adds(struct sbuf *b, struct str s);
void sbuf_addz(struct sbuf *b, const char *s);           /* a C string */
void sbuf_addc(struct sbuf *b, char c);
void sbuf_addu(struct sbuf *b, uint64_t n);              /* in decimal, without what printf takes for it */
void sbuf_addf(struct sbuf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sbuf_addv(struct sbuf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
void sbuf_reserve(struct sbuf *b, size_t n);              /* room for n more bytes and the terminator, to be written at p + n */
void sbuf_reset(struct sbuf *b);                         /* empty, memory kept */
void sbuf_free(struct sbuf *b);                          /* empty, memory returned */
static inline struct str sbuf_str(const struct sbuf *b) { return (struct str){b->p ? b->p : "", b->n}; }

#endif
