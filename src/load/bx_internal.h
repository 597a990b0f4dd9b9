/* The walker of binary XML, shared by the compiler (binxml.c) and the writer (bx_text.c). For these two only. */
#ifndef SPOOR_BX_INTERNAL_H
#define SPOOR_BX_INTERNAL_H

#include "load/binxml.h"

#define BX_ELEMENTS_MAX 64                               /* elements inside elements */
#define BX_STEPS_MAX (1u << 20)                          /* tokens and moves of one record */
#define BX_DEPTH_MAX 16                                  /* fragments inside values inside fragments */

/* UTF-16 text in the chunk. */
struct bx_wide {
	const uint8_t *p;
	size_t n;                                        /* characters */
};

struct bx_instance {
	size_t def, def_end;                             /* the template's fragment */
	size_t values;                                   /* index of the first value in x->value */
	size_t count;
};

/* What the walk finds. Each returns false to stop it. */
struct bx_visitor {
	bool (*open)(void *ctx, struct bx_wide name);
	bool (*attribute)(void *ctx, struct bx_wide name);       /* its value follows as text and subst */
	bool (*content)(void *ctx);                      /* the start tag is complete */
	bool (*close)(void *ctx);
	bool (*text)(void *ctx, struct bx_wide text);
	bool (*subst)(void *ctx, unsigned index, bool optional);
	bool (*instance)(void *ctx, const struct bx_instance *i);
	void *ctx;
};

/* Hands the tokens of chunk[at … end) to the visitor, up to the end-of-fragment token. */
bool bx_walk(struct binxml *x, size_t at, size_t end, const struct bx_visitor *v);
/* Sets x->error, if none is set, and returns false. */
bool bx_fail(struct binxml *x, const char *why);
/* Makes x ready for a record. False when the range lies outside the chunk. */
bool bx_begin(struct binxml *x, size_t at, size_t end);
static inline const uint8_t *bx_bytes(const struct binxml *x, size_t at) { return (const uint8_t *)x->chunk.p + at; }

#endif
