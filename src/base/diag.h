/* Diagnostics with a place: where, what was found, what to do. One is filled by whatever fails; the caller that owns
 * the user prints it, as one line `spoor: FILE:LINE: what; what to do`. */
#ifndef SPOOR_DIAG_H
#define SPOOR_DIAG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diag {
	char file[256];                                  /* "" when none */
	int line, col;                                   /* from 1; 0 when none */
	uint64_t offset;                                 /* of bytes, for logs; UINT64_MAX when none */
	char msg[512];
};

#define DIAG_INIT {.offset = UINT64_MAX}

/* Sets the message (control characters of the arguments are made visible) and returns false, so that a parser can
 * `return diag_set(d, …)`. A diag that is already set is kept: the first error is the cause. */
bool diag_set(struct diag *d, int line, int col, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
bool diag_vset(struct diag *d, int line, int col, const char *fmt, va_list ap)
	__attribute__((format(printf, 4, 0)));
bool diag_is_set(const struct diag *d);
void diag_file(struct diag *d, const char *path);        /* names the file, if none is named yet */
/* "FILE:LINE:COL: message", "FILE: offset N: message", "line 1, column 17: message" … as much as is known. */
char *diag_text(const struct diag *d, char *out, size_t n);

/* A list of them, in order; `dropped` counts those beyond `max` (0: beyond 1000). */
struct diags {
	struct diag *v;
	size_t n, cap, max, dropped;
};
void diags_add(struct diags *l, const struct diag *d);
void diags_free(struct diags *l);

#endif
