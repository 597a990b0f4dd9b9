/* The tables of sysmon.h. Knows no CIM: what a field means to a search is cim/'s. */
#include "load/sysmon.h"

#define N(a) (sizeof(a) / sizeof *(a))

/* Fields that many events share. */
#define RULE {"RuleName", ST_TEXT}
#define TIME {"UtcTime", ST_TIME}
#define GUID {"ProcessGuid", ST_GUID}
#define PID {"ProcessId", ST_NUMBER}
#define IMAGE {"Image", ST_PATH}
#define USER {"User", ST_TEXT}
#define TARGET {"TargetFilename", ST_PATH}
#define HASHES {"Hashes", ST_HASHES}
#define TYPE {"EventType", ST_TEXT}
#define PROCESS RULE, TIME, GUID, PID, IMAGE
#define VERSION_INFO                                                                                \
	{"FileVersion", ST_TEXT}, {"Description", ST_TEXT}, {"Product", ST_TEXT}, {"Company", ST_TEXT}, \
	{"OriginalFileName", ST_TEXT}
#define SIGNATURE {"Signed", ST_TEXT}, {"Signature", ST_TEXT}, {"SignatureStatus", ST_TEXT}
#define USERS_OF_TWO {"SourceUser", ST_TEXT}, {"TargetUser", ST_TEXT}

static const struct sysmon_field process_create[] = {
	PROCESS, VERSION_INFO, {"CommandLine", ST_COMMAND}, {"CurrentDirectory", ST_PATH}, USER,
	{"LogonGuid", ST_GUID}, {"LogonId", ST_TEXT}, {"TerminalSessionId", ST_NUMBER}, {"IntegrityLevel", ST_TEXT},
	HASHES, {"ParentProcessGuid", ST_GUID}, {"ParentProcessId", ST_NUMBER}, {"ParentImage", ST_PATH},
	{"ParentCommandLine", ST_COMMAND}, {"ParentUser", ST_TEXT},
};
static const struct sysmon_field file_create_time[] = {
	PROCESS, TARGET, {"CreationUtcTime", ST_TIME}, {"PreviousCreationUtcTime", ST_TIME}, USER,
};
static const struct sysmon_field network_connect[] = {
	PROCESS, USER, {"Protocol", ST_TEXT}, {"Initiated", ST_TEXT}, {"SourceIsIpv6", ST_TEXT}, {"SourceIp", ST_IP},
	{"SourceHostname", ST_TEXT}, {"SourcePort", ST_NUMBER}, {"SourcePortName", ST_TEXT},
	{"DestinationIsIpv6", ST_TEXT}, {"DestinationIp", ST_IP}, {"DestinationHostname", ST_TEXT},
	{"DestinationPort", ST_NUMBER}, {"DestinationPortName", ST_TEXT},
};
static const struct sysmon_field service_state[] = {
	TIME, {"State", ST_TEXT}, {"Version", ST_TEXT}, {"SchemaVersion", ST_TEXT},
};
static const struct sysmon_field process_terminate[] = {PROCESS, USER};
static const struct sysmon_field driver_load[] = {RULE, TIME, {"ImageLoaded", ST_PATH}, HASHES, SIGNATURE};
static const struct sysmon_field image_load[] = {
	PROCESS, {"ImageLoaded", ST_PATH}, VERSION_INFO, HASHES, SIGNATURE, USER,
};
static const struct sysmon_field create_remote_thread[] = {
	RULE, TIME, {"SourceProcessGuid", ST_GUID}, {"SourceProcessId", ST_NUMBER}, {"SourceImage", ST_PATH},
	{"TargetProcessGuid", ST_GUID}, {"TargetProcessId", ST_NUMBER}, {"TargetImage", ST_PATH},
	{"NewThreadId", ST_NUMBER}, {"StartAddress", ST_TEXT}, {"StartModule", ST_PATH}, {"StartFunction", ST_TEXT},
	USERS_OF_TWO,
};
static const struct sysmon_field raw_access_read[] = {PROCESS, {"Device", ST_PATH}, USER};
/* GUID in capitals here, unlike in event 8: Sysmon's own spelling. */
static const struct sysmon_field process_access[] = {
	RULE, TIME, {"SourceProcessGUID", ST_GUID}, {"SourceProcessId", ST_NUMBER}, {"SourceThreadId", ST_NUMBER},
	{"SourceImage", ST_PATH}, {"TargetProcessGUID", ST_GUID}, {"TargetProcessId", ST_NUMBER},
	{"TargetImage", ST_PATH}, {"GrantedAccess", ST_TEXT}, {"CallTrace", ST_TEXT}, USERS_OF_TWO,
};
static const struct sysmon_field file_create[] = {PROCESS, TARGET, {"CreationUtcTime", ST_TIME}, USER};
static const struct sysmon_field registry_object[] = {
	RULE, TYPE, TIME, GUID, PID, IMAGE, {"TargetObject", ST_PATH}, USER,
};
static const struct sysmon_field registry_value[] = {
	RULE, TYPE, TIME, GUID, PID, IMAGE, {"TargetObject", ST_PATH}, {"Details", ST_TEXT}, USER,
};
static const struct sysmon_field registry_rename[] = {
	RULE, TYPE, TIME, GUID, PID, IMAGE, {"TargetObject", ST_PATH}, {"NewName", ST_PATH}, USER,
};
static const struct sysmon_field file_stream[] = {
	PROCESS, TARGET, {"CreationUtcTime", ST_TIME}, {"Hash", ST_HASHES}, {"Contents", ST_TEXT}, USER,
};
static const struct sysmon_field service_configuration[] = {
	TIME, {"Configuration", ST_PATH}, {"ConfigurationFileHash", ST_HASHES},
};
static const struct sysmon_field pipe_event[] = {RULE, TYPE, TIME, GUID, PID, {"PipeName", ST_TEXT}, IMAGE, USER};
static const struct sysmon_field wmi_filter[] = {
	RULE, TYPE, TIME, {"Operation", ST_TEXT}, USER, {"EventNamespace", ST_TEXT}, {"Name", ST_TEXT},
	{"Query", ST_COMMAND},
};
static const struct sysmon_field wmi_consumer[] = {
	RULE, TYPE, TIME, {"Operation", ST_TEXT}, USER, {"Name", ST_TEXT}, {"Type", ST_TEXT},
	{"Destination", ST_COMMAND},
};
static const struct sysmon_field wmi_binding[] = {
	RULE, TYPE, TIME, {"Operation", ST_TEXT}, USER, {"Consumer", ST_TEXT}, {"Filter", ST_TEXT},
};
static const struct sysmon_field dns_query[] = {
	RULE, TIME, GUID, PID, {"QueryName", ST_TEXT}, {"QueryStatus", ST_NUMBER}, {"QueryResults", ST_TEXT}, IMAGE,
	USER,
};
static const struct sysmon_field file_delete[] = {
	RULE, TIME, GUID, PID, USER, IMAGE, TARGET, HASHES, {"IsExecutable", ST_TEXT}, {"Archived", ST_TEXT},
};
static const struct sysmon_field clipboard_change[] = {
	PROCESS, {"Session", ST_NUMBER}, {"ClientInfo", ST_TEXT}, HASHES, {"Archived", ST_TEXT}, USER,
};
static const struct sysmon_field process_tampering[] = {PROCESS, {"Type", ST_TEXT}, USER};
static const struct sysmon_field file_delete_detected[] = {
	RULE, TIME, GUID, PID, USER, IMAGE, TARGET, HASHES, {"IsExecutable", ST_TEXT},
};
static const struct sysmon_field file_executable[] = {RULE, TIME, GUID, PID, USER, IMAGE, TARGET, HASHES};
static const struct sysmon_field error[] = {TIME, {"ID", ST_TEXT}, {"Description", ST_TEXT}};

#define EVENT(id, name, signature, gist, fields) {id, name, signature, gist, fields, N(fields)}

static const struct sysmon_event events[] = {
	EVENT(1, "ProcessCreate", "Process Create", "CommandLine", process_create),
	EVENT(2, "FileCreateTime", "File Create Time", "TargetFilename", file_create_time),
	EVENT(3, "NetworkConnect", "Network Connect", "DestinationIp", network_connect),
	EVENT(4, "ServiceStateChange", "Sysmon Start", "State", service_state),
	EVENT(5, "ProcessTerminate", "Process Terminate", "Image", process_terminate),
	EVENT(6, "DriverLoad", "Driver Load", "ImageLoaded", driver_load),
	EVENT(7, "ImageLoad", "Image Load", "ImageLoaded", image_load),
	EVENT(8, "CreateRemoteThread", "Create Remote Thread", "TargetImage", create_remote_thread),
	EVENT(9, "RawAccessRead", "Raw Access Read", "Device", raw_access_read),
	EVENT(10, "ProcessAccess", "Process Access", "TargetImage", process_access),
	EVENT(11, "FileCreate", "File Created", "TargetFilename", file_create),
	EVENT(12, "RegistryEvent", "Registry object added or deleted", "TargetObject", registry_object),
	EVENT(13, "RegistryEvent", "Registry value set", "TargetObject", registry_value),
	EVENT(14, "RegistryEvent", "Registry object renamed", "TargetObject", registry_rename),
	EVENT(15, "FileCreateStreamHash", "File stream created", "TargetFilename", file_stream),
	EVENT(16, "ServiceConfigurationChange", "Sysmon Configuration Changed", "Configuration",
	      service_configuration),
	EVENT(17, "PipeEvent", "Pipe Created", "PipeName", pipe_event),
	EVENT(18, "PipeEvent", "Pipe Connected", "PipeName", pipe_event),
	EVENT(19, "WmiEvent", "WmiEventFilter activity detected", "Query", wmi_filter),
	EVENT(20, "WmiEvent", "WmiEventConsumer activity detected", "Destination", wmi_consumer),
	EVENT(21, "WmiEvent", "WmiEventConsumerToFilter activity detected", "Consumer", wmi_binding),
	EVENT(22, "DnsQuery", "DNS query", "QueryName", dns_query),
	EVENT(23, "FileDelete", "File Delete", "TargetFilename", file_delete),
	EVENT(24, "ClipboardChange", "Clipboard", "ClientInfo", clipboard_change),
	EVENT(25, "ProcessTampering", "Process tampering", "Image", process_tampering),
	EVENT(26, "FileDeleteDetected", "File Delete logged", "TargetFilename", file_delete_detected),
	EVENT(27, "FileBlockExecutable", "File block executable", "TargetFilename", file_executable),
	EVENT(28, "FileBlockShredding", "File block shredding", "TargetFilename", file_delete_detected),
	EVENT(29, "FileExecutableDetected", "File executable detected", "TargetFilename", file_executable),
	EVENT(255, "Error", "Error", "Description", error),
};

const struct sysmon_event *sysmon_events(size_t *n)
{
	*n = N(events);
	return events;
}

const struct sysmon_event *sysmon_event(unsigned id)
{
	if (id >= 1 && id < N(events))
		return &events[id - 1];
	return id == 255 ? &events[N(events) - 1] : NULL;
}

const struct sysmon_field *sysmon_field(struct str name)
{
	for (size_t i = 0; i < N(events); i++)
		for (size_t k = 0; k < events[i].nfields; k++)
			if (str_eqc(name, events[i].field[k].name))
				return &events[i].field[k];
	return NULL;
}

enum sysmon_type sysmon_type(struct str field_name)
{
	const struct sysmon_field *f = sysmon_field(field_name);

	return f ? f->type : ST_TEXT;
}

const char *const sys_field_name[SYS_COUNT] = {
	[SYS_PROVIDER] = "Name",
	[SYS_PROVIDER_GUID] = "Guid",
	[SYS_EVENT_ID] = "EventID",
	[SYS_VERSION] = "Version",
	[SYS_LEVEL] = "Level",
	[SYS_TASK] = "Task",
	[SYS_OPCODE] = "Opcode",
	[SYS_KEYWORDS] = "Keywords",
	[SYS_TIME_CREATED] = "SystemTime",
	[SYS_RECORD_ID] = "EventRecordID",
	[SYS_PROCESS_ID] = "ProcessID",
	[SYS_THREAD_ID] = "ThreadID",
	[SYS_CHANNEL] = "Channel",
	[SYS_COMPUTER] = "Computer",
	[SYS_USER_ID] = "UserID",
};

bool sysmon_provider(struct str provider, enum sysmon_os *os)
{
	/* Asked for every record: as it is nearly always written, in one comparison. */
	if (str_eq(provider, STR("Microsoft-Windows-Sysmon")) || str_ieqc(provider, "Microsoft-Windows-Sysmon"))
		*os = OS_WINDOWS;
	else if (str_ieqc(provider, "Linux-Sysmon"))
		*os = OS_LINUX;
	else
		return false;
	return true;
}
