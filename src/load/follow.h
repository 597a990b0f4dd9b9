/* Logs that are still being written: which of them have changed since they were read.
 *
 * How following works. A store never changes; what is new makes a new generation: the logs are read again, as a whole, and the rules
 * run over all of it, so that those that join or count see earlier events, too. A generation is a session of its own beside the one
 * that is shown, which it then replaces; findings have keys, so what is new among them is what had no such key before. Reading again
 * costs less than running the rules, and there is one way only to make a store. Files that were replaced (rotated) are kept open, so
 * that their events stay; those of a file that was cut are gone with it. A record that is half written waits (load_opts.open_ended).
 * Owns the watching only: sessions are ui/analysis.c's. */
#ifndef SPOOR_FOLLOW_H
#define SPOOR_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>

struct follow;
#define FOLLOW_OLD_MAX 64                                /* replaced files that are kept; of more the oldest are let go */

/* Watches what the paths name, folders with the files that come to lie in them. NULL with *why (static text) when they cannot be
 * followed: standard input or a pipe is among them. */
struct follow *follow_new(const char *const *paths, size_t n, const char **why);
void follow_free(struct follow *f);
/* Looks at the files. True when any has changed since the last look. */
bool follow_look(struct follow *f);
/* What to load now: files that were replaced, then what was named. *names says what each is to be called; NULL: by its path.
 * Both arrays are the caller's, the texts live as long as f. */
size_t follow_logs(const struct follow *f, const char ***logs, const char ***names);
/* What became of a file at the last look that lost events or had a new start, for people; "" when nothing did. */
const char *follow_news(const struct follow *f);

#endif
