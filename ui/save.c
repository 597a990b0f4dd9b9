/* Writing to a file what its name's ending says: rows as CSV or JSON lines in slices of time, the case as a report, an exclusion as a
 * macro, a layer of the ATT&CK Navigator. The file appears under its name when it is complete. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/when.h"
#include "export/export.h"
#include "export/report.h"
#include "ui/app.h"
#include "ui/clock.h"
#include "ui/decide.h"
#include "ui/exclude.h"
#include "ui/procs.h"

enum save_kind { SAVE_CSV, SAVE_JSONL, SAVE_REPORT, SAVE_MACRO, SAVE_LAYER, SAVE_UNKNOWN };

struct save {
	struct export_file file;
	enum save_kind kind;
	char *name;                                      /* as typed */
	struct view *v;
	size_t *row;
	size_t n, at;
};

enum { SLICE = 64 };

static void discard(struct ui *u)
{
	free(u->save->row);
	free(u->save->name);
	free(u->save);
	u->save = NULL;
	u->dirty = true;
}

static void finish(struct ui *u)
{
	struct save *s = u->save;
	struct diag d = DIAG_INIT;

	if (!export_commit(&s->file, &d))
		ui_say_diag(u, &d);
	else if (s->kind <= SAVE_JSONL)
		ui_say(u, ROLE_TEXT, "%zu %s written to %s", s->n, view_noun(s->v, s->n), s->name);
	else
		ui_say(u, ROLE_TEXT, "the %s is written to %s", s->kind == SAVE_REPORT ? "report of the case" : s->kind == SAVE_MACRO ? "macro" : "layer",
		       s->name);
	discard(u);
}

static void fail(struct ui *u)
{
	ui_say(u, ROLE_ERROR, "%s cannot be written: the disk is full, or it went away", u->save->name);
	export_abort(&u->save->file);
	discard(u);
}

static bool put(struct ui *u, struct sbuf *b)
{
	bool good = fwrite(b->p ? b->p : "", 1, b->n, u->save->file.f) == b->n;

	sbuf_reset(b);
	return good;
}

static void add_heads(const struct view *v, struct sbuf *b)
{
	for (size_t col = 0; col < v->ncols; col++) {
		if (col)
			sbuf_addc(b, ',');
		export_csv_cell(b, str_c(v->col[col].name), false);
	}
	sbuf_addz(b, "\r\n");
}

static void add_row(struct view *v, size_t row, enum save_kind kind, struct sbuf *b)
{
	struct cell c;
	bool any = false;

	for (size_t col = 0; col < v->ncols; col++) {
		view_cell(v, row, col, &c);
		if (kind == SAVE_CSV) {
			if (col)
				sbuf_addc(b, ',');
			export_csv_cell(b, c.text, false);
		} else if (c.text.n) {
			double number;

			sbuf_addc(b, any ? ',' : '{');
			export_json_str(b, str_c(v->col[col].name));
			sbuf_addc(b, ':');
			if (v->col[col].type == COL_NUMBER && str_number(c.text, &number))
				sbuf_addf(b, "%.15g", number);
			else
				export_json_str(b, c.text);
			any = true;
		}
	}
	sbuf_addz(b, kind == SAVE_CSV ? "\r\n" : any ? "}\n" : "{}\n");
}

bool save_step(struct ui *u, uint64_t until)
{
	struct save *s = u->save;
	struct sbuf b = {0};
	bool good = true, local = clock_set(false);      /* files have UTC, whatever the screen shows */

	while (good && s->at < s->n && when_mono_ns() < until)
		for (int i = 0; good && i < SLICE && s->at < s->n; i++) {
			add_row(s->v, s->row[s->at++], s->kind, &b);
			good = put(u, &b);
		}
	clock_set(local);
	sbuf_free(&b);
	if (!good)
		fail(u);
	else if (s->at == s->n)
		finish(u);
	return u->save != NULL;
}

bool save_stop(struct ui *u)
{
	if (!u->save)
		return false;
	export_abort(&u->save->file);
	discard(u);
	ui_say(u, ROLE_TEXT, "stopped; no file was written");
	return true;
}

void save_forget(struct ui *u, const struct view *v)
{
	if (u->save && u->save->v == v)
		save_stop(u);
}

/* The marked rows, else all that are shown, in the order of the screen. */
static size_t rows_to_save(struct view *v, size_t **rows)
{
	const struct list *l = &v->list;
	size_t n = 0;

	if (l->marks.count)
		return list_targets(v, rows);
	*rows = xcalloc(l->n ? l->n : 1, sizeof **rows);
	for (size_t i = 0; i < l->n; i++)
		(*rows)[n++] = l->row[i];
	return n;
}

/* ---- what the ending of a name asks for ---- */

static bool ends(struct str s, const char *ending)
{
	const size_t n = strlen(ending);

	return s.n > n && str_ieqc((struct str){s.p + s.n - n, n}, ending);
}

/* A name without an ending, or of a device, is CSV. */
static enum save_kind kind_of(const struct view *v, struct str name)
{
	const struct str base = str_after_last(name, '/');

	if (ends(name, ".md") || ends(name, ".markdown"))
		return SAVE_REPORT;
	if (v->ops->macro && (ends(name, ".yml") || ends(name, ".yaml")))
		return SAVE_MACRO;
	if (v->ops->layer && ends(name, ".json"))
		return SAVE_LAYER;
	if (ends(name, ".jsonl") || ends(name, ".ndjson") || ends(name, ".json"))
		return SAVE_JSONL;
	return ends(name, ".csv") || !base.n || !memchr(base.p + 1, '.', base.n - 1) ? SAVE_CSV : SAVE_UNKNOWN;
}

static const char *endings(const struct view *v)
{
	return v->ops->macro ? ".csv, .jsonl, .md (report of the case), .yml (macro)" :
	       v->ops->layer ? ".csv, .jsonl, .md (report of the case), .json (layer)" : ".csv, .jsonl, .md (report of the case)";
}

/* The path with a leading ~/ made the home folder. The caller frees it. */
static char *expand(struct str path)
{
	const char *home = getenv("HOME");
	struct sbuf b = {0};

	if (home && *home && str_starts(path, "~/")) {
		sbuf_addf(&b, "%s%.*s", home, (int)path.n - 1, path.p + 1);
		return b.p;
	}
	return xstrndup(path.p, path.n);
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* In one go: what has an end that is near. */
static bool write_report(struct ui *u, FILE *f)
{
	const struct session_opts *o = analysis_session(u->analysis)->opts;
	const struct procs *p = analysis_procs(u->analysis);
	struct finding *hits;
	struct report r = {.casefile = u->casefile, .made = when_now(), .logs = o->logs, .nlogs = o->nlogs,
	                   .rules = analysis_rules(u->analysis), .folders = o->rules, .nfolders = o->nrules,
	                   .engine = analysis_engine(u->analysis)};
	const char *shipped = session_rules_dir();

	if (!r.nfolders) {
		r.folders = &shipped;
		r.nfolders = 1;
	}

	if (p) {
		r.store = analysis_store(u->analysis);
		r.tree = p->tree;
		r.conns = p->conns;
	}
	r.nfindings = exclude_hits(u, &hits);
	r.findings = hits;
	bool good = export_report(f, &r);
	free(hits);
	return good;
}

static bool write_macro(struct view *v, FILE *f, struct diag *d)
{
	const size_t row = list_selected(v);
	struct sbuf name = {0}, b = {0};
	bool good = row != LIST_NONE ? v->ops->macro(v, row, &name, &b, d) : diag_set(d, 0, 0, "no exclusion is selected");

	good = good && fwrite(b.p, 1, b.n, f) == b.n;
	sbuf_free(&name);
	sbuf_free(&b);
	return good;
}

static bool write_layer(struct view *v, FILE *f)
{
	struct sbuf b = {0};

	v->ops->layer(v, &b);
	bool good = fwrite(b.p, 1, b.n, f) == b.n;
	sbuf_free(&b);
	return good;
}

/* Writes all of it, or the head of what save_step goes on with. False with *d set when there is nothing to write, without when writing
 * failed. */
static bool begin(struct ui *u, struct diag *d)
{
	struct save *s = u->save;
	struct sbuf b = {0};

	switch (s->kind) {
	case SAVE_REPORT:
		s->at = s->n;
		return write_report(u, s->file.f);
	case SAVE_MACRO:
		s->at = s->n;
		return write_macro(s->v, s->file.f, d);
	case SAVE_LAYER:
		s->at = s->n;
		return write_layer(s->v, s->file.f);
	default:
		break;
	}
	if (s->v->ops->write) {
		s->at = s->n;
		return s->v->ops->write(s->v, s->file.f, s->row, s->n, s->kind == SAVE_CSV ? EXPORT_CSV : EXPORT_JSONL);
	}
	if (s->kind == SAVE_CSV)
		add_heads(s->v, &b);
	bool good = put(u, &b);
	sbuf_free(&b);
	return good;
}

bool save_to(struct ui *u, struct str path, bool replace, struct diag *d)
{
	struct view *v = ui_top(u);
	const enum save_kind kind = kind_of(v, path);

	if (u->save)
		return diag_set(d, 0, 0, "another file is being written");
	if (!v->ncols)
		return diag_set(d, 0, 0, "this view has no rows to write");
	if (kind == SAVE_REPORT && (!decide_ready(u) || !analysis_findings(u->analysis)))
		return diag_set(d, 0, 0, "the rules are still running; the report comes after");
	if (kind == SAVE_UNKNOWN)
		return diag_set(d, 0, 0, "no format has the ending of this name; known here: %s", endings(v));
	struct save *s = xcalloc(1, sizeof *s);
	char *name = expand(path);
	if (!replace && !is_folder(name) && access(name, F_OK) == 0)
		diag_set(d, 0, 0, "%s exists", name);
	if (diag_is_set(d) || !export_open(&s->file, name, replace, d)) {
		free(name);
		free(s);
		return false;
	}
	free(name);
	s->name = xstrndup(path.p, path.n);
	s->kind = kind;
	u->save = s;
	s->v = v;
	s->n = rows_to_save(v, &s->row);
	const bool good = begin(u, d);
	if (diag_is_set(d)) {
		export_abort(&s->file);
		discard(u);
		return false;
	}
	if (!good)
		fail(u);
	else if (s->at == s->n)
		finish(u);
	return true;
}

/* ---- the prompt ---- */

static char *asked_path;

static void overwrite(struct ui *u)
{
	struct diag d = DIAG_INIT;

	if (!save_to(u, str_c(asked_path), true, &d))
		ui_say_diag(u, &d);
}

static bool save_accept(struct ui *u, struct str path, struct diag *d)
{
	path = str_trim(path);
	if (path.n == 0)
		return diag_set(d, 0, 0, "a file name is needed");
	free(asked_path);
	asked_path = expand(path);
	if (kind_of(ui_top(u), path) != SAVE_UNKNOWN && !is_folder(asked_path) && access(asked_path, F_OK) == 0) {
		ui_ask(u, overwrite, "%s exists. Overwrite it?", asked_path);
		return true;
	}
	return save_to(u, path, false, d);
}

static void save_note(struct ui *u, struct sbuf *b)
{
	struct view *v = ui_top(u);
	size_t n = v->list.marks.count ? v->list.marks.count : v->list.n;

	switch (kind_of(v, str_trim(prompt_text(u)))) {
	case SAVE_UNKNOWN:
		sbuf_addf(b, "no format has this ending; known here: %s", endings(v));
		break;
	case SAVE_REPORT:
		sbuf_addz(b, "the hits of these logs and what was decided, as a Markdown report; what else the case holds, apart");
		break;
	case SAVE_MACRO:
		sbuf_addz(b, "the exclusions of the selected rule as a macro file, for a checkout's macros/");
		break;
	case SAVE_LAYER:
		sbuf_addz(b, "all techniques as a layer of the ATT&CK Navigator");
		break;
	case SAVE_JSONL:
	case SAVE_CSV:
		sbuf_addf(b, "%zu %s as %s: %s%s", n, view_noun(v, n), kind_of(v, str_trim(prompt_text(u))) == SAVE_CSV ? "CSV" : "JSON lines",
		          v->list.marks.count ? "those marked" : "all that are shown",
		          v->ops->macro ? "; .yml: a macro; .md: a report" : v->ops->layer ? "; .json: a layer; .md: a report" :
		          "; .jsonl: JSON lines; .md: a report");
		break;
	}
}

static const struct prompt_kind save_kind = {
	.label = "write to: ", .history = "write", .accept = save_accept, .note = save_note,
};

void save_prompt(struct ui *u)
{
	struct sbuf name = {0};
	struct view *v = ui_top(u);
	const size_t row = list_selected(v);

	if (v->ops->macro && row != LIST_NONE) {
		struct sbuf unused = {0};
		struct diag d = DIAG_INIT;

		if (v->ops->macro(v, row, &name, &unused, &d))
			sbuf_addz(&name, ".yml");
		sbuf_free(&unused);
	}
	if (!name.n)
		sbuf_addf(&name, "%s.%s", v->ops->name, v->ops->layer ? "json" : "csv");
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == ' ')
			name.p[i] = '-';
	prompt_open(u, &save_kind, sbuf_str(&name));
	sbuf_free(&name);
}
