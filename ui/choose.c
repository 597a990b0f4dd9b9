/* Menus. Owns the choices while one is open. */
#include "ui/choose.h"

#include <stdlib.h>

#include "base/mem.h"
#include "ui/app.h"

struct choice {
	int key;                                         /* 0: none is left */
	char *text, *note;
	size_t ntext, nnote;
};

struct chooser {
	char *title;
	struct choice *v;
	size_t n, cap, cursor, top, lines;
	void (*picked)(struct ui *u, size_t i, void *ctx);
	bool (*own_key)(struct ui *u, int key, size_t at, void *ctx);
	void *ctx;
	void (*free_ctx)(void *ctx);
	int y;                                           /* of the first choice, as drawn */
};

void choose_open(struct ui *u, const char *title, void (*picked)(struct ui *u, size_t i, void *ctx), void *ctx,
                 void (*free_ctx)(void *ctx))
{
	choose_close(u);
	u->chooser = xcalloc(1, sizeof *u->chooser);
	*u->chooser = (struct chooser){.title = xstrdup(title), .picked = picked, .ctx = ctx, .free_ctx = free_ctx};
	u->dirty = true;
}

/* Digits and letters that are not taken and do not move the cursor. */
static int free_key(const struct chooser *c)
{
	static const char keys[] = "123456789abcdefimnoprstuvwxyz";

	for (const char *k = keys; *k; k++) {
		bool taken = false;

		for (size_t i = 0; i < c->n; i++)
			taken |= c->v[i].key == *k;
		if (!taken)
			return *k;
	}
	return 0;
}

void choose_add(struct ui *u, int key, struct str text, struct str note)
{
	struct chooser *c = u->chooser;

	if (key == CHOOSE_NO_KEY)
		key = 0;
	else if (!key)
		key = free_key(c);
	GROW(c->v, c->n, c->cap);
	c->v[c->n++] = (struct choice){key, xstrndup(text.n ? text.p : "", text.n), xstrndup(note.n ? note.p : "", note.n), text.n, note.n};
}

void choose_keys(struct ui *u, bool (*key)(struct ui *u, int key, size_t at, void *ctx))
{
	u->chooser->own_key = key;
}

void choose_set(struct ui *u, size_t i, struct str text, struct str note)
{
	struct choice *v;

	if (i >= u->chooser->n)
		return;
	v = &u->chooser->v[i];
	free(v->text);
	free(v->note);
	*v = (struct choice){v->key, xstrndup(text.n ? text.p : "", text.n), xstrndup(note.n ? note.p : "", note.n), text.n, note.n};
}

void choose_select(struct ui *u, size_t i)
{
	if (i < u->chooser->n)
		u->chooser->cursor = i;
}

static void discard(struct chooser *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->v[i].text);
		free(c->v[i].note);
	}
	if (c->free_ctx)
		c->free_ctx(c->ctx);
	free(c->v);
	free(c->title);
	free(c);
}

void choose_close(struct ui *u)
{
	struct chooser *c = u->chooser;

	u->chooser = NULL;
	if (c)
		discard(c);
	u->dirty = true;
}

static void pick(struct ui *u, size_t i)
{
	struct chooser *c = u->chooser;

	u->chooser = NULL;                               /* what is picked may open another menu */
	c->picked(u, i, c->ctx);
	discard(c);
	u->dirty = true;
}

void choose_key(struct ui *u, int key)
{
	struct chooser *c = u->chooser;

	u->dirty = true;
	if (c->own_key && c->own_key(u, key, c->cursor, c->ctx))
		return;
	for (size_t i = 0; i < c->n; i++)
		if (key > 0 && c->v[i].key == key) {
			pick(u, i);
			return;
		}
	switch (keys_lookup(key, false)) {
	case REQ_DOWN:
		c->cursor += c->cursor + 1 < c->n;
		break;
	case REQ_UP:
		c->cursor -= c->cursor > 0;
		break;
	case REQ_FIRST:
		c->cursor = 0;
		break;
	case REQ_LAST:
		c->cursor = c->n ? c->n - 1 : 0;
		break;
	case REQ_PAGE_DOWN:
	case REQ_HALF_DOWN:
		c->cursor = c->cursor + c->lines < c->n ? c->cursor + c->lines : c->n ? c->n - 1 : 0;
		break;
	case REQ_PAGE_UP:
	case REQ_HALF_UP:
		c->cursor = c->cursor > c->lines ? c->cursor - c->lines : 0;
		break;
	case REQ_ENTER:
		if (c->n)
			pick(u, c->cursor);
		break;
	case REQ_BACK:
	case REQ_ESCAPE:
	case REQ_STOP:
		choose_close(u);
		break;
	default:
		break;
	}
}

void choose_click(struct ui *u, int y)
{
	struct chooser *c = u->chooser;
	size_t at = c->top + (size_t)(y - c->y);

	u->dirty = true;
	if (y < c->y || at >= c->n || (size_t)(y - c->y) >= c->lines)
		choose_close(u);
	else if (c->own_key)
		c->cursor = at;
	else
		pick(u, at);
}

void choose_scroll(struct ui *u, bool down)
{
	struct chooser *c = u->chooser;

	if (down)
		c->cursor += c->cursor + 1 < c->n;
	else
		c->cursor -= c->cursor > 0;
	u->dirty = true;
}

void choose_draw(struct ui *u, int y, int height, int width, int *cursor_y, int *cursor_x)
{
	struct chooser *c = u->chooser;
	size_t text_width = 0;
	int lines = height - (c->own_key ? 4 : 1);
	char name[KEY_NAME_SIZE];

	if (lines > (int)c->n)
		lines = (int)c->n;
	if (lines < 1)
		lines = 1;
	for (size_t i = 0; i < c->n; i++) {
		size_t w = glyph_width((struct str){c->v[i].text, c->v[i].ntext});

		if (w > text_width)
			text_width = w;
	}
	if (text_width > (size_t)width * 2 / 3)
		text_width = (size_t)width * 2 / 3;
	c->lines = (size_t)lines;
	if (c->cursor < c->top)
		c->top = c->cursor;
	if (c->cursor >= c->top + c->lines)
		c->top = c->cursor - c->lines + 1;
	y += height - lines - 1;
	struct pen p = pen_at(y++, 0, width);
	p.blank = ROLE_HEAD;
	pen_printf(&p, ROLE_HEAD, " %s", c->title);
	pen_fill(&p);
	c->y = y;
	for (int i = 0; i < lines; i++, y++) {
		size_t at = c->top + (size_t)i;

		p = pen_at(y, 0, width);
		if (at < c->n) {
			const struct choice *v = &c->v[at];

			p.selected = at == c->cursor;
			if (p.selected) {
				*cursor_y = y;
				*cursor_x = 1;
			}
			pen_printf(&p, ROLE_KEY, " %s  ", v->key ? key_text(v->key, name) : " ");
			pen_field(&p, &(struct field){.text = {v->text, v->ntext}, .width = (int)text_width, .role = ROLE_TEXT});
			pen_blank(&p, 2);
			pen_put(&p, ROLE_DIM, (struct str){v->note, v->nnote});
		}
		pen_fill(&p);
	}
}
