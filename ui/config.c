/* The configuration: what can be set, and reading the file. Owns no value: each setting goes to what it is about. */
#include "ui/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/app.h"
#include "ui/clock.h"
#include "ui/columns.h"
#include "ui/state.h"
#include "ui/tty.h"

enum { CONFIG_MAX = 1 << 20 };

/* ---- settings ---- */

/* One word of a list; what is expected is told. */
static bool one_of(const char *values, struct str value, struct diag *d)
{
	struct str rest = str_c(values);

	while (rest.n)
		if (str_ieq(str_word(&rest), value))
			return true;
	return diag_set(d, 0, 0, "'%.*s': expected one of: %s", STR_FMT(value), values);
}

static const char truth[] = "yes no";

static bool set_truth(bool *out, struct str value, struct diag *d)
{
	static const char *const yes[] = {"yes", "on", "true", "1"}, *const no[] = {"no", "off", "false", "0"};

	for (size_t i = 0; i < 4; i++)
		if (str_ieqc(value, yes[i]) || str_ieqc(value, no[i])) {
			*out = str_ieqc(value, yes[i]);
			return true;
		}
	return diag_set(d, 0, 0, "'%.*s': expected yes or no", STR_FMT(value));
}

static bool set_bind(struct ui *u, struct str args, struct diag *d)
{
	struct str key = str_word(&args), request = str_word(&args);
	char name[KEY_NAME_SIZE], what[32];

	(void)u;
	snprintf(name, sizeof name, "%.*s", STR_FMT(key));
	snprintf(what, sizeof what, "%.*s", STR_FMT(request));
	int code = key.n < sizeof name ? key_named(name) : KEY_NOTHING;
	if (code == KEY_NOTHING)
		return diag_set(d, 0, 0, "'%.*s' is no key; expected j, ^D, PgUp, F1, Space or the like", STR_FMT(key));
	enum request r = request_named(what);
	if (r == REQ_NONE && strcmp(what, "none") != 0)
		return diag_set(d, 0, 0, "'%.*s' is no action; expected down, filter, verdict or the like, or none", STR_FMT(request));
	if (args.n && !str_ieqc(args, "text"))
		return diag_set(d, 0, 0, "'%.*s': expected text, for views of text only, or nothing", STR_FMT(args));
	if (!args.n)
		keys_bind(code, r, KEYS_ALL);
	keys_bind(code, args.n ? r : REQ_NONE, KEYS_TEXT);
	return true;
}

static bool set_color(struct ui *u, struct str args, struct diag *d)
{
	(void)u;
	return theme_color(args, d);
}

static bool set_columns(struct ui *u, struct str args, struct diag *d)
{
	(void)u;
	return columns_config(args, d);
}

static bool set_graphics(struct ui *u, struct str args, struct diag *d)
{
	(void)u;
	if (!one_of("auto ascii utf-8", args, d))
		return false;
	glyph_choose(str_ieqc(args, "ascii") ? GLYPHS_ASCII : str_ieqc(args, "utf-8") ? GLYPHS_UTF8 : GLYPHS_AUTO);
	return true;
}

static bool set_hints(struct ui *u, struct str args, struct diag *d)
{
	return set_truth(&u->hints, args, d);
}

static bool set_mouse(struct ui *u, struct str args, struct diag *d)
{
	bool on;

	(void)u;
	if (!set_truth(&on, args, d))
		return false;
	tty_mouse(on);
	return true;
}

static bool set_rules(struct ui *u, struct str args, struct diag *d)
{
	const char *home = getenv("HOME");
	struct sbuf path = {0};

	if (!args.n)
		return diag_set(d, 0, 0, "expected a file or folder of rules");
	if (str_starts(args, "~/") && home) {
		sbuf_addz(&path, home);
		args.p++;
		args.n--;
	}
	sbuf_adds(&path, args);
	u->config.rules = xreallocarray(u->config.rules, u->config.nrules + 1, sizeof *u->config.rules);
	u->config.rules[u->config.nrules++] = xstrndup(path.p, path.n);
	sbuf_free(&path);
	return true;
}

static bool set_severity(struct ui *u, struct str args, struct diag *d)
{
	struct str name = str_word(&args);
	double from;

	(void)u;
	if (!str_number(args, &from))
		return diag_set(d, 0, 0, "'%.*s': expected the score from which on it is %.*s", STR_FMT(args), STR_FMT(name));
	if (!severity_set(name, from))
		return diag_set(d, 0, 0, "'%.*s': expected low, medium, high or critical", STR_FMT(name));
	return true;
}

static bool set_theme(struct ui *u, struct str args, struct diag *d)
{
	(void)u;
	return one_of(theme_names, args, d) && theme_use(args);
}

/* "score 100 24h", "tactics off" */
static bool set_threshold(struct ui *u, struct str args, struct diag *d)
{
	struct str what = str_word(&args), limit = str_word(&args);
	struct risk_limits *l = &u->config.limits;
	bool score = str_ieqc(what, "score");
	double least = 0, seconds = 0;
	int months = 0;

	if (!score && !str_ieqc(what, "tactics"))
		return diag_set(d, 0, 0, "'%.*s': expected score or tactics", STR_FMT(what));
	if (!str_ieqc(limit, "off")) {
		if (!str_number(limit, &least) || !(least > 0) || least > 1e9)
			return diag_set(d, 0, 0, "'%.*s': expected a number above 0, or off", STR_FMT(limit));
		if (!when_span(args, &seconds, &months) || months || seconds > 1e9)
			return diag_set(d, 0, 0, "'%.*s': expected a length of time, as 24h or 7d", STR_FMT(args));
	} else if (args.n) {
		return diag_set(d, 0, 0, "'%.*s': expected nothing after off", STR_FMT(args));
	}
	*(score ? &l->score : &l->tactics) = least;
	if (least > 0)
		*(score ? &l->score_span : &l->tactics_span) = (usec_t)(seconds * (double)USEC_PER_SEC);
	return true;
}

static bool set_times(struct ui *u, struct str args, struct diag *d)
{
	if (!one_of("utc local", args, d))
		return false;
	ui_clock(u, str_ieqc(args, "local"));
	return true;
}

const struct setting settings[] = {
	{"bind", "KEY ACTION [text]", "a key makes an action; none: nothing; text: in views of text only", "", WORDS_REQUESTS, false, set_bind},
	{"color", "ROLE COLOUR [ATTRIBUTE...]", "one colour of the theme: default, red, …, 0 to 255; bold dim underline reverse", "", WORDS_ROLES,
	 false, set_color},
	{"columns", "VIEW COLUMN...", "what a view shows: host, host:20 (its width), host? (when there is room)", "", WORDS_COLUMNS, false, set_columns},
	{"graphics", "auto|ascii|utf-8", "characters that lines and bars are made of", "auto ascii utf-8", WORDS_VALUES, false, set_graphics},
	{"hints", "yes|no", "the line of keys at the bottom", truth, WORDS_VALUES, false, set_hints},
	{"mouse", "on|off", "a click selects, a second one opens; the wheel scrolls; a click on a column's head sorts", "on off", WORDS_VALUES,
	 false, set_mouse},
	{"rules", "PATH", "rules to run when --rules names none; may be repeated", "", WORDS_VALUES, true, set_rules},
	{"severity", "WORD SCORE", "the score from which on a hit is low, medium, high, critical", "low medium high critical", WORDS_VALUES, false,
	 set_severity},
	{"theme", "NAME", "colours: " "default dark light color-blind mono", theme_names, WORDS_VALUES, false, set_theme},
	{"threshold", "score|tactics N TIME, or off", "when the risk of a user or system is a hit of its own: score 100 24h, tactics 3 7d", "score tactics",
	 WORDS_VALUES, true, set_threshold},
	{"times", "utc|local", "the zone of times on the screen", "utc local", WORDS_VALUES, false, set_times},
	{0},
};

const struct setting *setting_named(struct str name)
{
	for (const struct setting *s = settings; s->name; s++)
		if (str_eqc(name, s->name))
			return s;
	return NULL;
}

bool setting_apply(struct ui *u, const struct setting *s, struct str args, struct diag *d)
{
	if (args.n == 0)
		return diag_set(d, 0, 0, "expected %s %s", s->name, s->args);
	return s->set(u, args, d);
}

/* ---- the file ---- */

static bool apply(struct ui *u, struct str line, struct diag *d)
{
	struct str args = line, name = str_word(&args);
	const struct setting *s = setting_named(name);
	struct sbuf all = {0};

	if (s)
		return setting_apply(u, s, args, d);
	for (s = settings; s->name; s++)
		sbuf_addf(&all, "%s%s", all.n ? ", " : "", s->name);
	diag_set(d, 0, 0, "'%.*s' is no setting; expected one of: %s", STR_FMT(name), all.p);
	sbuf_free(&all);
	return false;
}

static bool read_config(struct ui *u, const char *path, struct diags *errors)
{
	struct sbuf text = {0};
	int number = 0;
	size_t before = errors->n + errors->dropped;

	if (!state_read(path, CONFIG_MAX, &text)) {
		struct diag d = DIAG_INIT;

		diag_set(&d, 0, 0, "cannot be read: %s", strerror(errno));
		diag_file(&d, path);
		diags_add(errors, &d);
	}
	for (struct str rest = sbuf_str(&text), line; str_line(&rest, &line);) {
		struct diag d = DIAG_INIT;

		number++;
		line = str_trim(line);
		if (line.n == 0 || line.p[0] == '#' || apply(u, line, &d))
			continue;
		d.line = number;
		d.col = 0;
		diag_file(&d, path);
		diags_add(errors, &d);
	}
	sbuf_free(&text);
	return errors->n + errors->dropped == before;
}

bool config_read_default(struct ui *u, struct diags *errors)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	struct sbuf path = {0};
	bool good = true;

	if (config && config[0] == '/')
		sbuf_addf(&path, "%s/spoor/config", config);
	else if (home && home[0] == '/')
		sbuf_addf(&path, "%s/.config/spoor/config", home);
	FILE *f = path.n ? fopen(path.p, "re") : NULL;
	if (f)
		fclose(f);
	if (f || (path.n && errno != ENOENT && errno != ENOTDIR))        /* none is no error */
		good = read_config(u, path.p, errors);
	sbuf_free(&path);
	return good;
}

void config_free(struct ui *u)
{
	for (size_t i = 0; i < u->config.nrules; i++)
		free((char *)u->config.rules[i]);
	free(u->config.rules);
	u->config.rules = NULL;
	u->config.nrules = 0;
}
