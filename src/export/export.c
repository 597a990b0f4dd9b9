/* Picks the writer. */
#include "export/inside.h"

#include <errno.h>

bool export_format_parse(const char *s, enum export_format *out)
{
	static const char *const name[] = {[EXPORT_TABLE] = "table", [EXPORT_CSV] = "csv", [EXPORT_JSONL] = "jsonl"};

	for (int i = EXPORT_TABLE; i <= EXPORT_JSONL; i++)
		if (strcmp(s, name[i]) == 0) {
			*out = (enum export_format)i;
			return true;
		}
	return false;
}

static bool written(FILE *f)
{
	if (fflush(f) == 0 && !ferror(f))
		return true;
	if (!errno)
		errno = EIO;
	return false;
}

bool export_findings(FILE *f, const struct findings *fs, const size_t *which, size_t n, struct engine *e, const struct export_opts *o)
{
	struct chosen c = {fs, which, which ? n : fs->n};

	errno = 0;
	switch (o->format) {
	case EXPORT_TABLE:
		export_table_findings(f, &c, o);
		break;
	case EXPORT_CSV:
		export_csv_findings(f, &c, o);
		break;
	case EXPORT_JSONL:
		export_jsonl_findings(f, &c, e, o);
		break;
	}
	return written(f);
}

bool export_rows(FILE *f, const struct rows *r, const struct export_opts *o)
{
	errno = 0;
	switch (o->format) {
	case EXPORT_TABLE:
		export_table_rows(f, r, o);
		break;
	case EXPORT_CSV:
		export_csv_rows(f, r, o);
		break;
	case EXPORT_JSONL:
		export_jsonl_rows(f, r);
		break;
	}
	return written(f);
}
