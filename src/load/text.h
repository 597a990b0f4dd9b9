/* Between text.c, which finds records in logs of plain text, and text_shape.c, which knows how tools write one: blocks of lines
 * (Splunk's WinEventLog, wevtutil, evtxexport), or one line each (Snare, WinCollect, syslog). */
#ifndef SPOOR_LOAD_TEXT_H
#define SPOOR_LOAD_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct jsonrec;
struct text_shape;

/* The shape of the record that begins with the line at t[at]; NULL when none does. */
const struct text_shape *text_begins(struct str t, size_t at);
/* Has a record one line only? */
bool text_is_line(const struct text_shape *shape);
/* Is it told from other logs by more than the message in it? */
bool text_stands_alone(const struct text_shape *shape);
/* Who writes it. */
const char *text_writer(const struct text_shape *shape);
/* Appends the values of the record to r, named as json_names.c knows them. */
void text_read(const struct text_shape *shape, struct str record, struct jsonrec *r);

/* The same for a record that is a value of another format. False when it is none; then r stays as it is. */
bool text_record(struct str value, struct jsonrec *r);
bool text_is_record(struct str value);

#endif
