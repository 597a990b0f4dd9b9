/* The text that Windows renders of a Sysmon event, "Process Create:" and a line "Name: value" for each field: many collectors and
 * exports have nothing else. It was written for people, without any quoting, so a value may hold what looks like other fields. */
#ifndef SPOOR_MESSAGE_H
#define SPOOR_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct message_field {
	struct str name, value;                          /* slices of the text */
};
#define MESSAGE_FIELDS_MAX 64

/* Takes the message apart: over lines, all in one line (Snare, syslog), or with " ¦ " between fields (Hayabusa). *id is the EventID; 0:
 * told from the title and set. Returns how many fields there are; 0 when the text is no message of Sysmon. *unsure: more lines look
 * like fields than there are, and which are values is a guess. */
size_t message_fields(struct str text, unsigned *id, struct message_field out[MESSAGE_FIELDS_MAX], bool *unsure);

/* The EventID that the title of a message tells; 0 when it has none. */
unsigned message_id(struct str text);
/* Where a message starts in a line that has other words before it; -1 when nowhere. */
ptrdiff_t message_in(struct str line);

#endif
