/* Reads the tokens of binary XML: elements, names, texts, template instances and their values, with every bound checked. */
#include "load/bx_internal.h"

#include "base/mem.h"

#define VALUES_MAX 65536

enum token {
	T_EOF, T_OPEN, T_CONTENT, T_CLOSE_EMPTY, T_CLOSE, T_TEXT, T_ATTRIBUTE, T_CDATA, T_CHAR, T_ENTITY, T_PI_TARGET, T_PI_DATA,
	T_TEMPLATE, T_SUBST, T_SUBST_OPTIONAL, T_HEADER
};

bool bx_fail(struct binxml *x, const char *why)
{
	if (!x->error)
		x->error = why;
	return false;
}

/* ------------------------------------------------------------------------------------------------ reading */

static bool fits(const struct binxml *x, size_t at, size_t n) { return n <= x->chunk.n && at <= x->chunk.n - n; }

static uint16_t u16(const struct binxml *x, size_t at)
{
	const uint8_t *p = bx_bytes(x, at);

	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t u32(const struct binxml *x, size_t at) { return (uint32_t)u16(x, at) | (uint32_t)u16(x, at + 2) << 16; }

/* A name lies at `at`: link, hash, count, characters, NUL. `*end` is behind it. */
static bool name_at(const struct binxml *x, size_t at, struct bx_wide *out, size_t *end)
{
	if (!fits(x, at, 8) || !fits(x, at + 8, 2 * (size_t)u16(x, at + 6) + 2))
		return false;
	*out = (struct bx_wide){bx_bytes(x, at + 8), u16(x, at + 6)};
	*end = at + 8 + 2 * out->n + 2;
	return true;
}

/* A reference to a name, which lies right here when it is its first use. Moves *at behind both. */
static bool read_name(struct binxml *x, size_t *at, size_t end, struct bx_wide *out)
{
	size_t name_end;

	if (end - *at < 4)
		return bx_fail(x, "a name is cut short");
	const size_t where = u32(x, *at);

	*at += 4;
	if (!name_at(x, where, out, &name_end))
		return bx_fail(x, "a name lies outside the chunk");
	if (where == *at)
		*at = name_end;
	if (*at > end)
		return bx_fail(x, "a name is cut short");
	return true;
}

/* Elements of templates say on which value they depend, those of plain fragments do not, and nothing tells which is meant.
 * The name's offset does: it points here or back, to something that reads as a name. */
static bool has_dependency(const struct binxml *x, size_t at, size_t end)
{
	struct bx_wide name;
	size_t behind;

	if (end - at < 10)
		return false;
	const size_t with = u32(x, at + 6), without = u32(x, at + 4);
	const bool with_ok = with <= at + 10 && with >= 128 && name_at(x, with, &name, &behind);
	const bool without_ok = without <= at + 8 && without >= 128 && name_at(x, without, &name, &behind);

	return with_ok || !without_ok;
}

static bool read_values(struct binxml *x, size_t *at, size_t end, struct bx_instance *i)
{
	if (end - *at < 4)
		return bx_fail(x, "a template instance is cut short");
	const size_t n = u32(x, *at);

	*at += 4;
	if (n > VALUES_MAX || n > (end - *at) / 4)
		return bx_fail(x, "a template instance claims more values than it can hold");
	size_t data = *at + 4 * n;

	i->values = x->nvalues;
	i->count = n;
	for (size_t k = 0; k < n; k++) {
		const size_t size = u16(x, *at + 4 * k);

		if (size > end - data)
			return bx_fail(x, "a value reaches beyond its record");
		GROW(x->value, x->nvalues, x->valuecap);
		x->value[x->nvalues++] = (struct bx_value){(uint32_t)data, (uint32_t)size, bx_bytes(x, *at)[4 * k + 2]};
		data += size;
	}
	*at = data;
	return true;
}

/* Template instance, behind its token: version, id, offset of the definition, the definition if it lies here, values. */
static bool read_instance(struct binxml *x, size_t *at, size_t end, struct bx_instance *i)
{
	if (end - *at < 9)
		return bx_fail(x, "a template instance is cut short");
	const size_t def = u32(x, *at + 5);

	*at += 9;
	if (!fits(x, def, 24) || !fits(x, def + 24, u32(x, def + 20)))
		return bx_fail(x, "a template lies outside the chunk");
	i->def = def + 24;
	i->def_end = i->def + u32(x, def + 20);
	if (def == *at) {
		if (i->def_end > end)
			return bx_fail(x, "a template is cut short");
		*at = i->def_end;
	}
	return read_values(x, at, end, i);
}

/* ------------------------------------------------------------------------------------------------ walking */

static bool read_text(struct binxml *x, size_t *at, size_t end, struct bx_wide *out)
{
	if (end - *at < 2 || end - *at - 2 < 2 * (size_t)u16(x, *at))
		return bx_fail(x, "a text is cut short");
	*out = (struct bx_wide){bx_bytes(x, *at + 2), u16(x, *at)};
	*at += 2 + 2 * out->n;
	return true;
}

static bool walk_open(struct binxml *x, size_t *at, size_t end, bool attributes, const struct bx_visitor *v)
{
	struct bx_wide name;

	*at += has_dependency(x, *at, end) ? 2 : 0;
	if (end - *at < 8)
		return bx_fail(x, "an element is cut short");
	*at += 4;                                                /* its size: the closing token says the same */
	if (!read_name(x, at, end, &name))
		return false;
	if (attributes) {
		if (end - *at < 4)
			return bx_fail(x, "an element is cut short");
		*at += 4;
	}
	return v->open(v->ctx, name);
}

static bool walk_entity(struct binxml *x, size_t *at, size_t end, const struct bx_visitor *v)
{
	static const struct { const char *name, *utf16; } known[] = {{"amp", "&\0"}, {"lt", "<\0"}, {"gt", ">\0"}, {"quot", "\"\0"}, {"apos", "'\0"}};
	struct bx_wide name;

	if (!read_name(x, at, end, &name))
		return false;
	for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
		const size_t n = strlen(known[k].name);
		bool same = name.n == n;

		for (size_t c = 0; same && c < n; c++)
			same = name.p[2 * c] == (uint8_t)known[k].name[c] && name.p[2 * c + 1] == 0;
		if (same)
			return v->text(v->ctx, (struct bx_wide){(const uint8_t *)known[k].utf16, 1});
	}
	return bx_fail(x, "an entity is none of XML's own");
}

bool bx_walk(struct binxml *x, size_t at, size_t end, const struct bx_visitor *v)
{
	struct bx_wide text;
	struct bx_instance inst;

	while (at < end) {
		const uint8_t token = bx_bytes(x, at++)[0];
		bool ok;

		if (++x->steps > BX_STEPS_MAX)
			return bx_fail(x, "the record takes too many steps");
		switch (token & 0x0F) {
		case T_EOF: return true;
		case T_OPEN: ok = walk_open(x, &at, end, token & 0x40, v); break;
		case T_CONTENT: ok = v->content(v->ctx); break;
		case T_CLOSE_EMPTY: ok = v->content(v->ctx) && v->close(v->ctx); break;
		case T_CLOSE: ok = v->close(v->ctx); break;
		case T_TEXT:
			if (end - at < 1)
				return bx_fail(x, "a text is cut short");
			if (bx_bytes(x, at++)[0] != BX_STRING)
				return bx_fail(x, "a literal value is no text");
			ok = read_text(x, &at, end, &text) && v->text(v->ctx, text);
			break;
		case T_ATTRIBUTE: ok = read_name(x, &at, end, &text) && v->attribute(v->ctx, text); break;
		case T_CDATA: ok = read_text(x, &at, end, &text) && v->text(v->ctx, text); break;
		case T_CHAR:
			if (end - at < 2)
				return bx_fail(x, "a character reference is cut short");
			ok = v->text(v->ctx, (struct bx_wide){bx_bytes(x, at), 1});
			at += 2;
			break;
		case T_ENTITY: ok = walk_entity(x, &at, end, v); break;
		case T_PI_TARGET: ok = read_name(x, &at, end, &text); break;
		case T_PI_DATA: ok = read_text(x, &at, end, &text); break;
		case T_TEMPLATE: {
			const size_t mark = x->nvalues;

			ok = read_instance(x, &at, end, &inst) && v->instance(v->ctx, &inst);
			x->nvalues = mark;
			break;
		}
		case T_SUBST: case T_SUBST_OPTIONAL:
			if (end - at < 3)
				return bx_fail(x, "a substitution is cut short");
			ok = v->subst(v->ctx, u16(x, at), (token & 0x0F) == T_SUBST_OPTIONAL);
			at += 3;
			break;
		default:                                 /* T_HEADER */
			if (end - at < 3)
				return bx_fail(x, "a fragment header is cut short");
			at += 3;
			ok = true;
		}
		if (!ok)
			return bx_fail(x, "the fragment cannot be read");
	}
	return true;
}

bool bx_begin(struct binxml *x, size_t at, size_t end)
{
	x->error = NULL;
	x->steps = 0;
	x->nvalues = 0;
	x->depth = 0;
	x->foreign = false;
	if (!x->arena)
		x->arena = arena_new();
	return at <= end && fits(x, at, end - at) ? true : bx_fail(x, "the record lies outside the chunk");
}
