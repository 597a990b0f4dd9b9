/* What Sysmon writes: its events and their fields, as tables. The one place that names them.
 * Sources: Sysmon's own manifest (schema 4.90), Sysmon for Linux 1.3, the Splunk add-on's descriptions (spl-spec 4.2). */
#ifndef SPOOR_SYSMON_H
#define SPOOR_SYSMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* Which Sysmon wrote an event. */
enum sysmon_os { OS_WINDOWS, OS_LINUX, OS_COUNT };

/* How a field's text is best kept and shown; never changes what a search sees. */
enum sysmon_type { ST_TEXT, ST_TIME, ST_GUID, ST_NUMBER, ST_IP, ST_HASHES, ST_PATH, ST_COMMAND };

struct sysmon_field {
	const char *name;                                /* as EventData spells it, e.g. "SourceProcessGUID" */
	enum sysmon_type type;
};

struct sysmon_event {
	uint16_t id;
	const char *name;                                /* "ProcessCreate", as Sysmon's configuration calls it */
	const char *signature;                           /* "Process Create", as the Splunk add-on calls it */
	const char *gist;                                /* the field that says most of it at a glance: "CommandLine" */
	const struct sysmon_field *field;                /* in the order of the newest schema */
	size_t nfields;
};

const struct sysmon_event *sysmon_event(unsigned id);    /* NULL when Sysmon has no such event */
const struct sysmon_event *sysmon_events(size_t *n);     /* all, by id */
const struct sysmon_field *sysmon_field(struct str name);    /* of any event, by its exact name; NULL when Sysmon has none such */
enum sysmon_type sysmon_type(struct str field_name);     /* ST_TEXT for an unknown name */

/* Event attributes outside EventData: the System element of Windows events. The raw field names of spl-spec 4.2. */
enum sys_field {
	SYS_PROVIDER,                                    /* Name */
	SYS_PROVIDER_GUID,                               /* Guid */
	SYS_EVENT_ID,
	SYS_VERSION,
	SYS_LEVEL,
	SYS_TASK,
	SYS_OPCODE,
	SYS_KEYWORDS,
	SYS_TIME_CREATED,                                /* SystemTime, as written */
	SYS_RECORD_ID,
	SYS_PROCESS_ID,                                  /* of the Sysmon service, not of the subject */
	SYS_THREAD_ID,
	SYS_CHANNEL,
	SYS_COMPUTER,
	SYS_USER_ID,
	SYS_COUNT
};
extern const char *const sys_field_name[SYS_COUNT];      /* "EventID", "Computer", … for messages and raw fields */

/* Is this provider Sysmon, and on which system? (`Microsoft-Windows-Sysmon`, `Linux-Sysmon`, any case) */
bool sysmon_provider(struct str provider, enum sysmon_os *os);

#endif
