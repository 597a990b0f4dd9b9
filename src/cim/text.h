/* What becomes of a value on its way from a Sysmon field to a model field: functions from text to text. Each is the hand-made
 * equal of an expression of the Splunk add-on or of a data model, named beside it. Private to cim/. */
#ifndef SPOOR_CIM_TEXT_H
#define SPOOR_CIM_TEXT_H

#include "base/str.h"

/* `in` is a value, never null. The result is a part of `in`, a constant, or was made in `out` (empty on entry); p NULL: null. */
typedef struct str cim_text(struct str in, struct sbuf *out);

cim_text text_base;                  /* replace(x,"(.*\\)(?=.*(\.\w*)$|(\w+)$)",""): spl-spec 4.2, base() */
cim_text text_unix_base;             /* after the last slash */
cim_text text_last;                  /* after the last backslash; all when there is none */
cim_text text_key;                   /* before the last backslash; all when there is none */
cim_text text_account;               /* after the last backslash; null for "-" */
cim_text text_not_dash;              /* null for "-" */
cim_text text_lower;
cim_text text_no_stream;             /* replace(x,"(:[\w\. ]+)","") */
cim_text text_detail;                /* of registry Details: the text in "^\w+\s\((.+)\)$", else all */
cim_text text_detail_inner;          /* the same, else null */
cim_text text_detail_type;           /* … its first word */
cim_text text_reg_type;              /* … with REG_ before it */
cim_text text_hive;
cim_text text_registry_action;       /* of EventType on event 12 */
cim_text text_md5, text_sha1, text_sha256, text_imphash;      /* out of "SHA1=…,MD5=…" */
cim_text text_answers;               /* of QueryResults: a list, '\n' between the answers */
cim_text text_answer_count;           /* how many those are */
cim_text text_direction;             /* of Initiated */
cim_text text_is_valid;              /* "true" for Valid, else "false" */
cim_text text_port;                  /* "0" for what is no number */
cim_text text_command_name;          /* name of the program that a command line starts */

#endif
