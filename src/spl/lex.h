/* Reading SPL text: a cursor that hands out tokens the way each grammar of SPL wants them. SPL has no single lexer: a bare
 * word of a search (C:\\Users*) is no word of an expression (a*b), so the parser asks for the kind that may stand here.
 * All positions are offsets into the macro-expanded text; errors are turned into line and column of it. */
#ifndef SPOOR_LEX_H
#define SPOOR_LEX_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"

struct spl_env;

struct parser {
	struct str text;                                 /* the whole expanded search */
	size_t at;                                       /* next byte */
	size_t end;                                      /* this segment ends here (a '|', a ']' or the end of text) */
	struct arena *arena;                             /* the query's */
	const struct spl_env *env;
	struct diag *diag;
	struct spl_query *query;                         /* being built: commands register subsearches and warnings there */
	unsigned depth;                                  /* nesting of parentheses and subsearches; limited */
};
#define SPL_DEPTH_MAX 200

void p_blank(struct parser *p);                          /* skips white space and ```comments``` */
bool p_done(struct parser *p);                           /* nothing left but blanks */
bool p_char(struct parser *p, char c);                   /* takes c (after blanks) when it is next */
char p_peek(struct parser *p);                           /* next character after blanks, 0 at the end */
bool p_word_is(struct parser *p, const char *w);         /* is the next bare word w, any case? takes nothing */
bool p_take_word(struct parser *p, const char *w);       /* the same, and takes it */
/* A name: bare word, "string" or 'name'. The next thing, or false with an error "expected WHAT, found …". */
bool p_name(struct parser *p, const char *what, struct str *out);
/* A bare word up to blank, comma or one of `stops`. False (no error) when none is next. */
bool p_word(struct parser *p, const char *stops, struct str *out);
/* A "…" string: its text as written (escapes untouched). False (no error) when none is next; error when unclosed. */
bool p_quoted(struct parser *p, struct str *out);
/* option=value, when the next word is followed by '='. Value may be quoted. False (no error) when it is not an option. */
bool p_option(struct parser *p, struct str *name, struct str *value);
/* A list of names separated by blanks and commas (loose commas tolerated), up to the end or a word of `until` (may be NULL). */
size_t p_names(struct parser *p, const char *const *until, struct str **out);
bool p_int(struct parser *p, long *out);
/* A [ … ] subsearch: parsed, registered with the query. NULL with an error set. */
struct spl_query *p_subsearch(struct parser *p);
/* Sets the diagnostic at offset `at`. Returns false. */
bool p_error(struct parser *p, size_t at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* "'foo'", "end of search", "end of command": what stands at the cursor, for messages. Static buffer per thread. */
const char *p_found(struct parser *p);

/* Escapes. Search dialect: 2.5, stars kept as stars. Eval dialect: \\ and \" only. In the arena. */
struct str spl_unescape_search(struct arena *a, struct str raw);
struct str spl_unescape_eval(struct arena *a, struct str raw);

/* The two expression grammars (spl-spec 2.3, 2.4). NULL with an error set. */
struct expr *parse_search(struct parser *p, const char *const *until);         /* up to the end or a word of `until` ("by") */
struct expr *parse_eval(struct parser *p);
/* Compiles a value of the search dialect. */
struct pattern *pattern_new(struct arena *a, struct str unescaped);

/* Macro expansion (spl-spec 2.2). The expanded text in the arena; {NULL} with *d set. */
struct str spl_expand(struct arena *a, struct str text, const struct spl_env *env, struct diag *d);

#endif
