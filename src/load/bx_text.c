/* Binary XML as indented XML text, for the raw view of a record. */
#include "load/bx_internal.h"

struct writer {
	struct binxml *x;
	struct sbuf *out;
	const struct bx_instance *inst;                  /* whose values substitutions mean; NULL outside templates */
	struct str name[BX_ELEMENTS_MAX];
	bool has_child[BX_ELEMENTS_MAX];
	size_t depth;                                    /* open elements */
	bool in_tag;                                     /* inside a start tag: what comes is an attribute's value … */
	bool in_value;                                   /* … whose quote is open */
	bool pending;                                    /* the start tag still lacks its ">" */
	struct str attribute;                            /* its name, not yet written: an absent value leaves it out */
};

static void escape(struct sbuf *out, struct str s, bool attribute)
{
	for (size_t i = 0; i < s.n; i++)
		switch (s.p[i]) {
		case '&': sbuf_addz(out, "&amp;"); break;
		case '<': sbuf_addz(out, "&lt;"); break;
		case '>': sbuf_addz(out, "&gt;"); break;
		case '"': sbuf_addz(out, attribute ? "&quot;" : "\""); break;
		default: sbuf_addc(out, s.p[i]);
		}
}

static struct str utf8(struct writer *w, struct bx_wide text)
{
	sbuf_reset(&w->x->text);
	bx_utf16(&w->x->text, text.p, text.n);
	return sbuf_str(&w->x->text);
}

static void end_value(struct writer *w)
{
	if (w->in_value)
		sbuf_addc(w->out, '"');
	w->in_value = false;
	w->attribute = (struct str){0};
}

static void end_tag(struct writer *w)
{
	if (w->pending)
		sbuf_addc(w->out, '>');
	w->pending = false;
}

static void newline(struct writer *w, size_t indent)
{
	if (w->out->n && w->out->p[w->out->n - 1] != '\n')
		sbuf_addc(w->out, '\n');
	sbuf_addf(w->out, "%*s", (int)indent * 2, "");
}

static bool write_open(void *ctx, struct bx_wide name)
{
	struct writer *w = ctx;

	if (w->depth >= BX_ELEMENTS_MAX)
		return bx_fail(w->x, "elements are nested too deep");
	end_tag(w);
	if (w->depth)
		w->has_child[w->depth - 1] = true;
	newline(w, w->depth);
	w->name[w->depth] = arena_str(w->x->arena, utf8(w, name));
	w->has_child[w->depth] = false;
	sbuf_addc(w->out, '<');
	escape(w->out, w->name[w->depth++], false);
	w->in_tag = w->pending = true;
	return true;
}

static bool write_attribute(void *ctx, struct bx_wide name)
{
	struct writer *w = ctx;

	end_value(w);
	w->attribute = arena_str(w->x->arena, utf8(w, name));
	return true;
}

static bool write_content(void *ctx)
{
	struct writer *w = ctx;

	end_value(w);
	w->in_tag = false;
	return true;
}

static bool write_close(void *ctx)
{
	struct writer *w = ctx;

	if (w->depth == 0)
		return bx_fail(w->x, "an element is closed that was not opened");
	w->depth--;
	if (w->pending) {
		sbuf_addz(w->out, "/>");
		w->pending = false;
		return true;
	}
	if (w->has_child[w->depth])
		newline(w, w->depth);
	sbuf_addz(w->out, "</");
	escape(w->out, w->name[w->depth], false);
	sbuf_addc(w->out, '>');
	return true;
}

static void write_str(struct writer *w, struct str s)
{
	if (w->in_tag) {
		if (!w->attribute.p)
			return;
		if (!w->in_value)
			sbuf_addf(w->out, " %.*s=\"", STR_FMT(w->attribute));
		w->in_value = true;
	} else if (s.n) {
		end_tag(w);
	}
	escape(w->out, s, w->in_tag);
}

static bool write_text(void *ctx, struct bx_wide text)
{
	struct writer *w = ctx;

	write_str(w, utf8(w, text));
	return true;
}

static bool write_fragment(struct writer *w, size_t at, size_t end);

static bool write_subst(void *ctx, unsigned index, bool optional)
{
	struct writer *w = ctx;

	if (!w->inst || index >= w->inst->count)
		return true;
	const struct bx_value v = w->x->value[w->inst->values + index];

	if (v.type == BX_FRAGMENT)
		return w->in_tag || write_fragment(w, v.at, v.at + v.size);
	if (optional && (v.type == BX_NULL || v.size == 0))
		return true;
	sbuf_reset(&w->x->text);
	if (!bx_value_text(&w->x->text, v.type, bx_bytes(w->x, v.at), v.size))
		return bx_fail(w->x, "a value does not fit its type");
	write_str(w, sbuf_str(&w->x->text));
	return true;
}

static bool write_instance(void *ctx, const struct bx_instance *i);

static const struct bx_visitor writer_visitor = {write_open, write_attribute, write_content, write_close, write_text, write_subst,
	write_instance, NULL};

static bool write_instance(void *ctx, const struct bx_instance *i)
{
	struct writer *w = ctx;
	const struct bx_instance *outer = w->inst;
	struct bx_visitor v = writer_visitor;

	if (w->x->depth >= BX_DEPTH_MAX)
		return bx_fail(w->x, "fragments are nested too deep");
	v.ctx = w;
	w->inst = i;
	w->x->depth++;
	const bool ok = bx_walk(w->x, i->def, i->def_end, &v);
	w->x->depth--;
	w->inst = outer;
	return ok;
}

static bool write_fragment(struct writer *w, size_t at, size_t end)
{
	const struct bx_instance *outer = w->inst;
	struct bx_visitor v = writer_visitor;

	if (w->x->depth >= BX_DEPTH_MAX)
		return bx_fail(w->x, "fragments are nested too deep");
	v.ctx = w;
	w->inst = NULL;
	w->x->depth++;
	const bool ok = bx_walk(w->x, at, end, &v);
	w->x->depth--;
	w->inst = outer;
	return ok;
}

bool binxml_text(struct binxml *x, size_t at, size_t end, struct sbuf *out)
{
	struct writer w = {.x = x, .out = out};
	const bool ok = bx_begin(x, at, end) && write_fragment(&w, at, end);

	if (out->n && out->p[out->n - 1] != '\n')
		sbuf_addc(out, '\n');
	return ok;
}
