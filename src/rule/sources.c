/* What the user named, sorted out: which files are rules, and where the macros and lookups lie that they stand on.
 * A folder with detections/ is a checkout. Anything else is searched for rules, and the macros and lookups are looked for
 * in it and in the folders above it, up to the root of the checkout it lies in. */
#include "rule/ruleset.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "rule/files.h"

enum { LEVELS_UP = 8 };

static const char *const yaml_suffixes[] = {".yml", ".yaml", NULL};

static bool has(const char *dir, const char *name)
{
	char *p = file_join(dir, name);
	bool yes = access(p, F_OK) == 0;

	free(p);
	return yes;
}

/* "dir/name" when it is a folder, else NULL. */
static char *folder(const char *dir, const char *name)
{
	char *p = file_join(dir, name);

	if (file_is_dir(p))
		return p;
	free(p);
	return NULL;
}

/* ---- contexts ---- */

/* Folders of one context, nearest first. */
struct places {
	struct file_list macros, lookups;
	bool macros_shipped, lookups_shipped;
	char *techniques;
};

static void places_free(struct places *p)
{
	file_list_free(&p->macros);
	file_list_free(&p->lookups);
	free(p->techniques);
}

static void note_folder(struct file_list *l, const char *dir, const char *name)
{
	char *p = folder(dir, name);

	if (p)
		file_list_add(l, p);
	free(p);
}

static void note_techniques(struct places *p, const char *dir)
{
	static const char *const where[] = {"app_template/lookups/mitre_enrichment.csv", "lookups/mitre_enrichment.csv"};

	for (size_t i = 0; i < 2 && !p->techniques; i++)
		if (has(dir, where[i]))
			p->techniques = file_join(dir, where[i]);
}

/* Looks beside and above `dir`, an absolute path. */
static void look_up(struct places *p, const char *dir)
{
	char *at = xstrdup(dir);

	for (int level = 0; level < LEVELS_UP; level++) {
		if (!p->macros.n)
			note_folder(&p->macros, at, "macros");
		if (!p->lookups.n)
			note_folder(&p->lookups, at, "lookups");
		note_techniques(p, at);
		char *slash = strrchr(at, '/');
		bool root = has(at, ".git") || has(at, "contentctl.yml") || has(at, "detections");
		if (root || !slash || slash == at)
			break;
		*slash = '\0';
	}
	free(at);
}

static struct context *context_new(struct rules_state *st, const char *id)
{
	struct context *c = xcalloc(1, sizeof(*c));

	env_init(c, st);
	c->id = xstrdup(id);
	c->macros = map_new();
	c->lookups = map_new();
	c->files = map_new();
	c->techniques = map_new();
	GROW(st->context, st->ncontexts, st->contextcap);
	st->context[st->ncontexts++] = c;
	return c;
}

/* The context made of these folders: one that is there already, or a new one. */
static struct context *context_of(struct rules *r, const struct places *p)
{
	struct rules_state *st = r->state;
	struct sbuf id = {0};

	for (size_t i = 0; i < p->macros.n; i++)
		sbuf_addf(&id, "m%s\n", p->macros.v[i]);
	for (size_t i = 0; i < p->lookups.n; i++)
		sbuf_addf(&id, "l%s\n", p->lookups.v[i]);
	if (p->techniques)
		sbuf_addf(&id, "t%s\n", p->techniques);
	struct context *c = NULL;
	for (size_t i = 0; i < st->ncontexts && !c; i++)
		if (str_eqc(sbuf_str(&id), st->context[i]->id))
			c = st->context[i];
	if (!c) {
		c = context_new(st, id.p ? id.p : "");
		c->macros_shipped = p->macros_shipped;
		c->lookups_shipped = p->lookups_shipped;
		for (size_t i = 0; i < p->macros.n; i++)
			macros_read(c->macros, p->macros.v[i], st->arena, &r->warnings, &r->nmacros);
		for (size_t i = 0; i < p->lookups.n; i++)
			lookups_read(c, p->lookups.v[i], &r->warnings, &r->nlookups);
		if (p->techniques)
			techniques_read(c, p->techniques, &r->warnings);
	}
	sbuf_free(&id);
	return c;
}

/* What is missing from p comes from the folder that ships with spoor. */
static void add_shipped(struct places *p)
{
	const char *dir = rules_shipped();

	p->macros_shipped = !p->macros.n;
	p->lookups_shipped = !p->lookups.n;
	if (!p->macros.n)
		note_folder(&p->macros, dir, "macros");
	if (!p->lookups.n)
		note_folder(&p->lookups, dir, "lookups");
	note_techniques(p, dir);
}

static struct context *find_context(struct rules *r, const char *dir)
{
	struct places p = {0};
	char *real = realpath(dir, NULL);
	const char *base = real ? file_base(real) : "";

	/* The folder of macros or lookups itself may be named. */
	if (strcmp(base, "macros") == 0)
		file_list_add(&p.macros, real);
	if (strcmp(base, "lookups") == 0)
		file_list_add(&p.lookups, real);
	if (real)
		look_up(&p, real);
	add_shipped(&p);
	struct context *c = context_of(r, &p);
	places_free(&p);
	free(real);
	return c;
}

/* ---- rule files ---- */

static void add_source(struct rule_sources *s, const char *path, struct context *c, bool named)
{
	GROW(s->v, s->n, s->cap);
	s->v[s->n++] = (struct rule_source){xstrdup(path), c, named};
}

static void add_folder(struct rule_sources *s, struct rules *r, const char *path)
{
	static const char *const not_rules[] = {"macros", "lookups", "data_sources", "app_template", NULL};
	struct file_list files = {0};
	char *detections = folder(path, "detections");
	struct context *c = find_context(r, path);
	char *real = realpath(path, NULL);
	const char *base = real ? file_base(real) : "";

	if (strcmp(base, "macros") != 0 && strcmp(base, "lookups") != 0)
		files_below(&files, detections ? detections : path, yaml_suffixes, not_rules, true, &r->warnings);
	for (size_t i = 0; i < files.n; i++)
		add_source(s, files.v[i], c, false);
	file_list_free(&files);
	free(detections);
	free(real);
}

void rule_sources_add(struct rule_sources *s, struct rules *r, const char *path)
{
	if (file_is_dir(path)) {
		add_folder(s, r, path);
		return;
	}
	if (access(path, R_OK) != 0) {
		struct diag d = DIAG_INIT;
		diag_set(&d, 0, 0, "%s; name a rule file, a folder of rules, or a checkout with detections/", strerror(errno));
		diag_file(&d, path);
		diags_add(&r->warnings, &d);
		return;
	}
	const char *slash = strrchr(path, '/');
	char *dir = slash ? xstrndup(path, slash == path ? 1 : (size_t)(slash - path)) : xstrdup(".");
	add_source(s, path, find_context(r, dir), true);
	free(dir);
}

void rule_sources_free(struct rule_sources *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].path);
	free(s->v);
	*s = (struct rule_sources){0};
}
