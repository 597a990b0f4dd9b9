/* Reading SPL text: a cursor that hands out tokens the way each grammar of SPL wants them. SPL has no single lexer: a bare
 * word of a search (C:\\Users*) is no word of an expression (a*b), so the parser asks for the kind that may stand here.
 * All positions are offsets into the macro-expanded text; errors are turned into line and column of the search as it was written. */
#ifndef SPOOR_LEX_H
#define SPOOR_LEX_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"

struct spl_env;

/* Which stretch of an expanded text came from which macro; inner ones after the outer that holds them. */
struct spl_span {
	size_t from, to;
	struct str macro;
};
/* Where a piece of the expanded text was written: it is a copy, or all of it stands for the macro or comment there. */
struct spl_piece {
	size_t at, source;
	bool copy;
};
struct spl_spans {
	const struct spl_span *v;
	size_t n;
	const struct spl_piece *piece;                   /* the expanded text from its start to its end; none: as it was written */
	size_t npieces;
	struct str source;                               /* as it was written */
};

struct parser {
	struct str text;                                 /* the whole expanded search */
	size_t at;                                       /* next byte */
	size_t end;                                      /* this segment ends here (a '|', a ']' or the end of text) */
	struct arena *arena;                             /* the query's */
	const struct spl_env *env;
	struct diag *diag;
	struct spl_query *query;                         /* being built: commands register subsearches and warnings there */
	unsigned depth;                                  /* nesting of parentheses and subsearches; limited */
	const struct spl_spans *spans;                   /* of the macros in `text`, so that errors can name them; may be NULL */
};
#define SPL_DEPTH_MAX 200
#define SPL_TEXT_MAX ((size_t)1 << 20)                   /* bytes of an expanded search */

void p_blank(struct parser *p);                          /* skips white space and ```comments``` */
bool p_done(struct parser *p);                           /* nothing left but blanks */
bool p_char(struct parser *p, char c);                   /* takes c (after blanks) when it is next */
char p_peek(struct parser *p);                           /* next character after blanks, 0 at the end */
size_t p_closing(const struct parser *p, size_t open);   /* where the ( at `open` is closed, quotes heeded; p->end when nowhere */
bool p_word_is(struct parser *p, const char *w);         /* is the next bare word w, any case? takes nothing */
bool p_take_word(struct parser *p, const char *w);       /* the same, and takes it */
/* A name: bare word (which may hold balanced parentheses: values(x)), "string" (escapes undone) or 'name'.
 * The next thing, or false with an error "expected WHAT, found …". */
bool p_name(struct parser *p, const char *what, struct str *out);
/* A bare word as written, up to a blank, one of , " [ ] | or one of `stops` (may be NULL); a backslash takes the next
 * character with it. False (no error) when none is next. */
bool p_word(struct parser *p, const char *stops, struct str *out);
/* A "…" string: its text as written (escapes untouched). False (no error) when none is next; error when unclosed. */
bool p_quoted(struct parser *p, struct str *out);
/* option=value, when the next word is followed by '=' (blanks around it allowed). Value may be quoted (escapes undone as
 * in the eval dialect); it is empty when nothing is there. False (no error) when it is not an option. */
bool p_option(struct parser *p, struct str *name, struct str *value);
/* A list of names (p_name) separated by blanks and commas (loose commas tolerated), up to the end or a word of `until`
 * (a NULL-terminated list, may be NULL). 0 when there is none: no error, unless a name is malformed. */
size_t p_names(struct parser *p, const char *const *until, struct str **out);
bool p_int(struct parser *p, long *out);                 /* a whole word that is an integer; false (no error) when none is next */
/* Where the segment that begins at `from` ends: at the first '|' or ']' outside quotes and brackets, or at `limit`.
 * False with an error when a quote or bracket opens and is never closed. */
bool p_segment_end(struct parser *p, size_t from, size_t limit, size_t *end);
/* A [ … ] subsearch, the cursor at '[' (after blanks): parsed, registered with the query. NULL with an error set. In spl.c. */
struct spl_query *p_subsearch(struct parser *p);
/* Things to know of the query, if one is being built. */
void p_filters(struct parser *p);                        /* it chooses rows by more than a leaf's own terms: spl_filters */
void p_per_row(struct parser *p);                        /* it calls a function whose value another row does not share */
/* One level deeper; false with an error beyond SPL_DEPTH_MAX. Pair with p->depth--. */
bool p_deeper(struct parser *p);
/* Sets the diagnostic at offset `at`: line and column (in characters) of the expanded text; when a macro brought that
 * place, the message names it. Returns false. */
bool p_error(struct parser *p, size_t at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Line and column (in characters), from 1, of an offset. */
void spl_place(struct str text, size_t at, int *line, int *col);
/* The same of a place in expanded text, in the text as it was written: inside a macro's text, that of its call. `s` may be NULL. */
void spl_place_written(struct str text, const struct spl_spans *s, size_t at, int *line, int *col);
/* "'foo'", "end of search", "end of command": what stands at the cursor, for messages. Static buffer per thread. */
const char *p_found(struct parser *p);

/* Escapes. Search dialect: 2.5, stars kept as stars. Eval dialect: \\ and \" only. In the arena. */
struct str spl_unescape_search(struct arena *a, struct str raw);
struct str spl_unescape_eval(struct arena *a, struct str raw);

/* The two expression grammars (spl-spec 2.3, 2.4). NULL with an error set. */
struct expr *parse_search(struct parser *p, const char *const *until);         /* up to the end or a word of `until` ("by") */
struct expr *parse_eval(struct parser *p);
/* Compiles a value of the search dialect. Never fails. */
struct pattern *pattern_new(struct arena *a, struct str unescaped);

/* Macro expansion (spl-spec 2.2); comments become a blank. The expanded text in the arena; {NULL} with *d set, its place
 * that of the outermost call in `text`. `spans` (may be NULL) gets what came from where, for struct parser. */
struct str spl_expand(struct arena *a, struct str text, const struct spl_env *env, struct spl_spans *spans,
                      struct diag *d);

/* Of the candidates that `next` hands out (p NULL: no more), the one most like `word`, for "did you mean"; {NULL} when
 * none is near. The result is borrowed from `next`. */
struct str spl_nearest(struct str word, struct str (*next)(void *ctx), void *ctx);

#endif
