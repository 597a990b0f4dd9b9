/* Binary XML straight into a batch. A template is compiled once a chunk into moves, "value 7 is EventData's Image", and run
 * once an event. That is what makes EVTX fast: an event is then a list of values, each converted from UTF-16 and handed
 * to the batch, with no element, name or attribute looked at again. */
#include "load/bx_internal.h"

#include <stdlib.h>

#include "base/mem.h"

/* ------------------------------------------------------------------------------------------------ compiling */

/* Where in an event the walk is: what the text found there means. */
enum place { AT_DOCUMENT, AT_EVENT, AT_SYSTEM, AT_EVENTDATA, AT_DATA, AT_SYS, AT_ELSEWHERE };

struct part {
	struct str literal;                              /* p NULL: the value `index` */
	unsigned index;
};
/* One move: these parts, put together, are the value of this field. */
struct move {
	enum { TO_SYS, TO_DATA, TO_NESTED } to;
	enum sys_field sys;
	enum place place;                                /* TO_NESTED: a value that may be a fragment, standing here */
	struct str name;
	struct part *part;
	size_t nparts, partcap;
};
struct bx_program {
	struct bx_program *next;
	size_t def;
	enum place start;
	struct move *move;
	size_t nmoves, movecap;
};

struct element {
	enum place place;
	size_t row;                                      /* AT_SYS: the first of sys_names with this element */
	struct str name;                                 /* of a Data element */
	size_t move;                                     /* that its text goes to; SIZE_MAX: none yet */
};
struct compiler {
	struct binxml *x;
	struct bx_program *prog;
	struct element el[BX_ELEMENTS_MAX];
	size_t depth;                                    /* el[depth] is the innermost element */
	bool in_tag;
	size_t attr_move;                                /* where the attribute's text goes; SIZE_MAX: nowhere */
	bool data_name;                                  /* the attribute is a Data element's Name */
};

static bool is(struct bx_wide w, const char *name)
{
	size_t i = 0;

	for (; i < w.n && name[i]; i++)
		if (w.p[2 * i] != (uint8_t)name[i] || w.p[2 * i + 1])
			return false;
	return i == w.n && !name[i];
}

/* Children of System that hold text, and their attributes. */
static const struct { const char *element, *attribute; enum sys_field sys; } sys_names[] = {
	{"Provider", "Name", SYS_PROVIDER}, {"Provider", "Guid", SYS_PROVIDER_GUID}, {"EventID", NULL, SYS_EVENT_ID},
	{"Version", NULL, SYS_VERSION}, {"Level", NULL, SYS_LEVEL}, {"Task", NULL, SYS_TASK}, {"Opcode", NULL, SYS_OPCODE},
	{"Keywords", NULL, SYS_KEYWORDS}, {"TimeCreated", "SystemTime", SYS_TIME_CREATED}, {"EventRecordID", NULL, SYS_RECORD_ID},
	{"Execution", "ProcessID", SYS_PROCESS_ID}, {"Execution", "ThreadID", SYS_THREAD_ID}, {"Channel", NULL, SYS_CHANNEL},
	{"Computer", NULL, SYS_COMPUTER}, {"Security", "UserID", SYS_USER_ID},
};
#define NSYS (sizeof sys_names / sizeof *sys_names)

static size_t add_move(struct compiler *c, struct move m)
{
	struct bx_program *p = c->prog;

	if (p->nmoves == p->movecap) {
		struct move *grown = ARENA_ARRAY(c->x->arena, struct move, p->movecap ? p->movecap * 2 : 32);

		if (p->nmoves)
			memcpy(grown, p->move, p->nmoves * sizeof *grown);
		p->movecap = p->movecap ? p->movecap * 2 : 32;
		p->move = grown;
	}
	p->move[p->nmoves] = m;
	return p->nmoves++;
}

static void add_part(struct compiler *c, size_t move, struct part part)
{
	struct move *m = &c->prog->move[move];

	if (m->nparts == m->partcap) {
		struct part *grown = ARENA_ARRAY(c->x->arena, struct part, m->partcap ? m->partcap * 4 : 1);

		if (m->nparts)
			memcpy(grown, m->part, m->nparts * sizeof *grown);
		m->partcap = m->partcap ? m->partcap * 4 : 1;
		m->part = grown;
	}
	m->part[m->nparts++] = part;
}

static bool compile_open(void *ctx, struct bx_wide name)
{
	struct compiler *c = ctx;

	if (c->depth + 1 >= BX_ELEMENTS_MAX)
		return bx_fail(c->x, "elements are nested too deep");
	const enum place up = c->el[c->depth].place;
	struct element e = {.place = AT_ELSEWHERE, .move = SIZE_MAX};

	if (up == AT_DOCUMENT && is(name, "Event"))
		e.place = AT_EVENT;
	else if ((up == AT_EVENT || up == AT_DOCUMENT) && is(name, "EventData"))
		e.place = AT_EVENTDATA;
	else if (up == AT_EVENT && is(name, "System"))
		e.place = AT_SYSTEM;
	else if (up == AT_EVENTDATA && is(name, "Data"))
		e.place = AT_DATA;
	else if (up == AT_SYSTEM)
		for (size_t i = 0; i < NSYS; i++)
			if (is(name, sys_names[i].element)) {
				e.place = AT_SYS;
				e.row = i;
				break;
			}
	c->el[++c->depth] = e;
	c->in_tag = true;
	c->attr_move = SIZE_MAX;
	c->data_name = false;
	return true;
}

static bool compile_attribute(void *ctx, struct bx_wide name)
{
	struct compiler *c = ctx;
	struct element *e = &c->el[c->depth];

	c->attr_move = SIZE_MAX;
	c->data_name = e->place == AT_DATA && is(name, "Name");
	if (e->place != AT_SYS)
		return true;
	for (size_t i = e->row; i < NSYS && strcmp(sys_names[i].element, sys_names[e->row].element) == 0; i++)
		if (sys_names[i].attribute && is(name, sys_names[i].attribute))
			c->attr_move = add_move(c, (struct move){.to = TO_SYS, .sys = sys_names[i].sys});
	return true;
}

static bool compile_content(void *ctx)
{
	((struct compiler *)ctx)->in_tag = false;
	return true;
}

static bool compile_close(void *ctx)
{
	struct compiler *c = ctx;

	if (c->depth == 0)
		return bx_fail(c->x, "an element is closed that was not opened");
	c->depth--;
	c->in_tag = false;
	return true;
}

/* The move that text at this place belongs to; SIZE_MAX when nobody wants it. */
static size_t target(struct compiler *c)
{
	struct element *e = &c->el[c->depth];

	if (c->in_tag)
		return c->attr_move;
	if (e->move != SIZE_MAX)
		return e->move;
	if (e->place == AT_SYS && !sys_names[e->row].attribute)
		return e->move = add_move(c, (struct move){.to = TO_SYS, .sys = sys_names[e->row].sys});
	if (e->place == AT_DATA && e->name.n)
		return e->move = add_move(c, (struct move){.to = TO_DATA, .name = e->name});
	return SIZE_MAX;
}

static bool compile_text(void *ctx, struct bx_wide text)
{
	struct compiler *c = ctx;

	sbuf_reset(&c->x->text);
	bx_utf16(&c->x->text, text.p, text.n);
	const struct str s = sbuf_str(&c->x->text);

	if (c->in_tag && c->data_name) {
		c->el[c->depth].name = arena_str(c->x->arena, s);
		return true;
	}
	const size_t m = target(c);

	if (m != SIZE_MAX)
		add_part(c, m, (struct part){.literal = arena_str(c->x->arena, s)});
	return true;
}

static bool compile_subst(void *ctx, unsigned index, bool optional)
{
	struct compiler *c = ctx;
	const enum place place = c->el[c->depth].place;
	size_t m = target(c);

	(void)optional;
	if (m == SIZE_MAX && !c->in_tag && (place == AT_EVENT || place == AT_DOCUMENT || place == AT_EVENTDATA))
		m = add_move(c, (struct move){.to = TO_NESTED, .place = place});
	if (m != SIZE_MAX)
		add_part(c, m, (struct part){.index = index});
	return true;
}

static bool run_fragment(struct binxml *x, size_t at, size_t end, enum place start, struct batch *b);

static bool compile_instance(void *ctx, const struct bx_instance *i)
{
	(void)i;
	return bx_fail(((struct compiler *)ctx)->x, "a template inside a template definition");
}

static struct bx_program *compile(struct binxml *x, const struct bx_instance *i, enum place start)
{
	for (struct bx_program *p = x->programs; p; p = p->next)
		if (p->def == i->def && p->start == start)
			return p;
	struct compiler c = {.x = x, .prog = ARENA_NEW(x->arena, struct bx_program), .el = {{.place = start, .move = SIZE_MAX}}};
	const struct bx_visitor v = {compile_open, compile_attribute, compile_content, compile_close, compile_text, compile_subst,
		compile_instance, &c};

	if (!bx_walk(x, i->def, i->def_end, &v))
		return NULL;
	c.prog->def = i->def;
	c.prog->start = start;
	c.prog->next = x->programs;
	return x->programs = c.prog;
}

/* ------------------------------------------------------------------------------------------------ running */

static bool add_value(struct binxml *x, const struct bx_value *v)
{
	if (v->type == BX_STRING) {                              /* nearly all of them */
		size_t chars = v->size / 2;
		const uint8_t *p = bx_bytes(x, v->at);

		while (chars && !p[2 * chars - 2] && !p[2 * chars - 1])
			chars--;
		bx_utf16(&x->text, p, chars);
		return true;
	}
	if (!bx_value_text(&x->text, v->type, bx_bytes(x, v->at), v->size))
		return bx_fail(x, "a value does not fit its type");
	return true;
}

static void give(struct binxml *x, const struct move *m, struct batch *b)
{
	const struct str s = sbuf_str(&x->text);
	enum sysmon_os os;

	if (m->to == TO_SYS)
		batch_sys(b, m->sys, s);
	else
		batch_data(b, m->name, s);
	if (m->to == TO_SYS && m->sys == SYS_PROVIDER)
		x->foreign = s.n && !sysmon_provider(s, &os);
}

/* A list repeats its element, one item each; as of any two of one name, the last counts. */
static void keep_last_item(struct sbuf *text)
{
	const char *nl = text->n ? memrchr(text->p, '\n', text->n) : NULL;

	if (nl) {
		const size_t at = (size_t)(nl + 1 - text->p);

		memmove(text->p, text->p + at, text->n - at + 1);
		text->n -= at;
	}
}

static bool run(struct binxml *x, const struct bx_program *prog, const struct bx_instance *i, struct batch *b)
{
	for (size_t k = 0; k < prog->nmoves; k++) {
		const struct move *m = &prog->move[k];

		if (++x->steps > BX_STEPS_MAX)
			return bx_fail(x, "the record takes too many steps");
		if (x->foreign && m->to != TO_SYS)
			continue;                        /* it is only counted */
		sbuf_reset(&x->text);
		for (size_t part = 0; part < m->nparts; part++) {
			const struct part *p = &m->part[part];

			if (p->literal.p) {
				sbuf_adds(&x->text, p->literal);
				continue;
			}
			if (p->index >= i->count)
				continue;                /* no value: null */
			const struct bx_value v = x->value[i->values + p->index];

			if (v.type == BX_FRAGMENT) {
				if (m->to == TO_NESTED && !run_fragment(x, v.at, v.at + v.size, m->place, b))
					return false;
			} else if (m->to != TO_NESTED) {
				if (!add_value(x, &v))
					return false;
				if (v.type & BX_LIST)
					keep_last_item(&x->text);
			}
		}
		if (m->to != TO_NESTED)
			give(x, m, b);
	}
	return true;
}

/* A fragment that is no template instance is compiled on the spot, and its program run without values. */
struct runner {
	struct compiler c;                               /* first: the compile_* functions take it */
	struct batch *b;
	enum place start;
};

static bool run_instance(void *ctx, const struct bx_instance *i)
{
	struct runner *r = ctx;
	const struct bx_program *prog = compile(r->c.x, i, r->c.el[r->c.depth].place);

	return prog && run(r->c.x, prog, i, r->b);
}

static bool run_fragment(struct binxml *x, size_t at, size_t end, enum place start, struct batch *b)
{
	if (x->depth >= BX_DEPTH_MAX)
		return bx_fail(x, "fragments are nested too deep");
	struct runner r = {{.x = x, .prog = ARENA_NEW(x->arena, struct bx_program), .el = {{.place = start, .move = SIZE_MAX}}}, b, start};
	const struct bx_visitor v = {compile_open, compile_attribute, compile_content, compile_close, compile_text, compile_subst,
		run_instance, &r};
	const struct bx_instance none = {0};

	x->depth++;
	const bool ok = bx_walk(x, at, end, &v) && run(x, r.c.prog, &none, b);
	x->depth--;
	return ok;
}

bool binxml_decode(struct binxml *x, size_t at, size_t end, struct batch *b)
{
	return bx_begin(x, at, end) && run_fragment(x, at, end, AT_DOCUMENT, b);
}

void binxml_free(struct binxml *x)
{
	arena_free(x->arena);
	free(x->value);
	sbuf_free(&x->text);
	*x = (struct binxml){0};
}
