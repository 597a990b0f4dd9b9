/* Names that collectors flattened: the path of a value in a record with marks of their own. Graylog joins by underscores what
 * Winlogbeat sends, GELF puts an underscore before each name, Azure's custom logs put the type behind it. */
#include "load/json.h"

#include "load/sysmon.h"

#define N(a) (sizeof(a) / sizeof *(a))

/* Behind Graylog's own prefix, which may be missing. */
static const struct {
	struct str theirs, ours;
	bool data;                                       /* a field of EventData follows */
	bool prefixed;                                   /* only behind Graylog's prefix */
} parts[] = {
	{{"winlog_event_data_", 18}, {"", 0}, true, false},
	{{"event_data_", 11}, {"", 0}, true, true},
	{{"winlog_process_thread_", 22}, {"winlog.process.thread.", 22}, false, false},
	{{"winlog_process_", 15}, {"winlog.process.", 15}, false, false},
	{{"winlog_user_", 12}, {"winlog.user.", 12}, false, false},
	{{"winlog_", 7}, {"winlog.", 7}, false, false},
	{{"event_", 6}, {"event.", 6}, false, true},
};

static bool from_graylog(struct str *path, char *room, bool *data)
{
	static const struct str prefix = {"winlogbeat_", 11};
	bool prefixed = path->n > prefix.n && memcmp(path->p, prefix.p, prefix.n) == 0;
	struct str rest = prefixed ? (struct str){path->p + prefix.n, path->n - prefix.n} : *path;

	for (size_t i = 0; i < N(parts); i++) {
		struct str t = parts[i].theirs, o = parts[i].ours;
		if ((parts[i].prefixed && !prefixed) || rest.n <= t.n || rest.n > JSONREC_SPELL_MAX || memcmp(rest.p, t.p, t.n) != 0)
			continue;
		*data = parts[i].data;
		*path = (struct str){rest.p + t.n, rest.n - t.n};
		if (o.n) {
			memcpy(room, o.p, o.n);
			memcpy(room + o.n, path->p, path->n);
			*path = (struct str){room, o.n + path->n};
		}
		return true;
	}
	*path = rest;
	return prefixed;
}

bool jsonrec_respell(struct str *path, char room[JSONREC_SPELL_MAX], bool *data)
{
	const size_t n = path->n;

	*data = false;
	if (n < 3)
		return false;
	if (path->p[0] == 'w')
		return from_graylog(path, room, data);
	if (path->p[0] == '_' && path->p[1] >= 'A' && path->p[1] <= 'Z') {
		*path = (struct str){path->p + 1, n - 1};
		return true;
	}
	struct str bare = {path->p, n - 2};
	if (path->p[n - 2] != '_' || !strchr("sdgtb", path->p[n - 1]) || !(sysmon_field(bare) || jsonrec_name(bare)))
		return false;
	*path = bare;
	return true;
}
