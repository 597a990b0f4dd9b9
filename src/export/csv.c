/* CSV (RFC 4180): lines end in CRLF, lists stand in one cell with line breaks between the values. */
#include "export/inside.h"

#include "base/utf8.h"
#include "base/visible.h"

/* Would a spreadsheet take it for a formula? (OWASP, CSV injection: the full-width forms, too.) */
static bool like_a_formula(struct str s)
{
	size_t at = 0;
	const uint32_t c = s.n ? utf8_next(s, &at) : 0;

	return (c && c < 0x80 && strchr("=+-@\t\r\n", (int)c)) || c == 0xFF1D || c == 0xFF0B || c == 0xFF0D || c == 0xFF20;
}

void export_csv_cell(struct sbuf *b, struct str s, bool raw)
{
	struct sbuf clean = {0};
	bool guard = !raw && like_a_formula(s);

	utf8_scrub(s, &clean);
	s = sbuf_str(&clean);
	bool quote = false;
	for (size_t i = 0; i < s.n && !quote; i++)
		quote = s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r';
	if (quote)
		sbuf_addc(b, '"');
	if (guard)
		sbuf_addc(b, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			sbuf_addc(b, '"');
		sbuf_addc(b, s.p[i]);
	}
	if (quote)
		sbuf_addc(b, '"');
	sbuf_free(&clean);
}

/* A cell of a table; on a terminal nothing in it may act. */
static void add_cell(struct sbuf *b, struct str s, bool raw, const struct export_opts *o)
{
	struct sbuf shown = {0};

	if (o->width) {
		visible_add(&shown, s);
		s = sbuf_str(&shown);
	}
	export_csv_cell(b, s, raw);
	sbuf_free(&shown);
}

static void end_line(FILE *f, struct sbuf *b)
{
	sbuf_addz(b, "\r\n");
	fwrite(b->p, 1, b->n, f);
	sbuf_reset(b);
}

void export_csv_findings(FILE *f, const struct chosen *c, const struct export_opts *o)
{
	static const char *const confirmed[] = {[CONFIRM_NONE] = "", [CONFIRM_NO] = "false", [CONFIRM_YES] = "true"};
	struct sbuf b = {0};

	sbuf_addz(&b, "time,rule,risk_score,host,user,parent_process_name,process_name,process,process_id,c2,dest_port,message,"
	              "confirmed,verdict,rule_id,key");
	end_line(f, &b);
	for (size_t i = 0; i < c->n && !ferror(f); i++) {
		const struct finding *x = chosen_at(c, i);
		char time[WHEN_SIZE], score[VAL_NUM_SIZE];
		const struct str cell[] = {
			x->time == WHEN_NONE ? STR("") : str_c(when_iso_short(x->time, time)), x->rule->name,
			val_num_text(x->score, score), x->host, x->user, x->parent, x->process, x->command, x->pid, x->c2, x->port,
			x->message, str_c(confirmed[x->confirmed]), str_c(verdict_of(o, x)), x->rule->id, str_c(x->key),
		};
		for (size_t k = 0; k < sizeof(cell) / sizeof(*cell); k++) {
			if (k)
				sbuf_addc(&b, ',');
			add_cell(&b, cell[k], o->raw_cells, o);
		}
		end_line(f, &b);
	}
	sbuf_free(&b);
}

void export_csv_rows(FILE *f, const struct rows *r, const struct export_opts *o)
{
	struct sbuf b = {0};

	for (size_t c = 0; c < r->ncols; c++) {
		if (c)
			sbuf_addc(&b, ',');
		add_cell(&b, r->col[c].name, o->raw_cells, o);
	}
	if (r->ncols)
		end_line(f, &b);
	for (size_t i = 0; i < r->n && r->ncols && !ferror(f); i++) {
		struct arena *a = arena_new();
		for (size_t c = 0; c < r->ncols; c++) {
			struct val v = r->col[c].v[i];
			if (c)
				sbuf_addc(&b, ',');
			/* A number that the search computed is no formula, negative or not. */
			add_cell(&b, val_text(v, a), o->raw_cells || v.type == V_NUM, o);
		}
		arena_free(a);
		if (!b.n)
			sbuf_addz(&b, "\"\"");                   /* one empty cell is no empty line */
		end_line(f, &b);
	}
	sbuf_free(&b);
}
