/* Conditions from a hit's row: the fields that stay the same when known good activity comes back. Times, counts, process ids and
 * hashes do not. */
#include "ui/propose.h"

#include "base/utf8.h"

enum { VALUE_MAX = 300 };                                /* bytes: a longer value would hide the line */

/* Who and what, each by the first of its names that the row has. Where two roles may go by one name the value must be the hit's. */
static const struct role {
	const char *const names[12];
	size_t must;                                     /* offset of the member of struct finding that it must be; 0: any */
} roles[] = {
	{{"dest", "host", "Computer", "dvc", "src"}, offsetof(struct finding, host)},
	{{"user", "User", "src_user"}, offsetof(struct finding, user)},
	{{"parent_process_name", "ParentImage", "parent_process_path"}, 0},
	{{"process_name", "Image", "SourceImage"}, 0},
	{{"process_path", "file_path", "TargetFilename", "registry_path", "TargetObject", "ImageLoaded", "TargetImage", "service_path"}, 0},
	{{"C2", "dest_ip", "DestinationIp", "dest", "query", "QueryName", "url"}, offsetof(struct finding, c2)},
};

static bool is_plain_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
		      s.p[i] == '_' || s.p[i] == '.'))
			return false;
	return s.n > 0;
}

/* One value that can be written in one line and means something. */
static bool fits(struct str s)
{
	if (!s.n || s.n > VALUE_MAX || str_eqc(s, "-") || str_ieqc(s, "unknown") || str_ieqc(s, "null"))
		return false;
	for (size_t at = 0; at < s.n;) {
		const uint32_t c = utf8_next(s, &at);

		if (c == UTF8_BAD || c < ' ' || c == '`' || (c >= 0x7F && c < 0xA0))
			return false;
	}
	return true;
}

static bool propose(const struct finding *f, const struct role *r, const char *name, struct arena *a, struct sbuf *b)
{
	const struct val v = rows_get(f->rows, f->row, name);
	const struct str *must = (const struct str *)(const void *)((const char *)f + r->must);

	if (val_count(v) != 1 || !is_plain_name(str_c(name)))
		return false;
	const struct str s = val_text(val_at(v, 0), a);

	if (!fits(s) || (r->must && !str_ieq(s, *must)))
		return false;
	sbuf_addf(b, "%s%s=\"", b->n ? " " : "", name);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' || s.p[i] == '"')
			sbuf_addc(b, '\\');
		sbuf_addc(b, s.p[i]);
	}
	sbuf_addc(b, '"');
	return true;
}

void propose_condition(const struct finding *f, struct sbuf *b)
{
	struct arena *a = arena_new();

	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		for (size_t k = 0; roles[i].names[k]; k++)
			if (propose(f, &roles[i], roles[i].names[k], a, b))
				break;
	arena_free(a);
}
