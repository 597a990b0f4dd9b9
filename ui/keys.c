/* Requests, key names and the live bindings. Owns the keymap; reading keys from the terminal is tty.c's. */
#include "ui/keys.h"

#include <curses.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

static const struct request_info info[REQ_COUNT] = {
	[REQ_NONE] = {"", GROUP_MOTION, "", "", "", ""},
#define REQUEST_INFO(id, name, group, keys, text_keys, label, help)                                                    \
	[REQ_##id] = {name, GROUP_##group, keys, text_keys, label, help},
	REQUESTS(REQUEST_INFO)
#undef REQUEST_INFO
};

const char *const request_group_name[GROUP_COUNT] = {
#define GROUP_NAME(id, text) [GROUP_##id] = text,
	REQUEST_GROUPS(GROUP_NAME)
#undef GROUP_NAME
};

static const struct {
	const char *name;
	int key;
} special[] = {
	{"Space", ' '},
	{"Enter", '\r'},
	{"Tab", '\t'},
	{"Esc", 27},
	{"Backspace", KEY_SPECIAL | KEY_BACKSPACE},
	{"Up", KEY_SPECIAL | KEY_UP},
	{"Down", KEY_SPECIAL | KEY_DOWN},
	{"Left", KEY_SPECIAL | KEY_LEFT},
	{"Right", KEY_SPECIAL | KEY_RIGHT},
	{"Home", KEY_SPECIAL | KEY_HOME},
	{"End", KEY_SPECIAL | KEY_END},
	{"PgUp", KEY_SPECIAL | KEY_PPAGE},
	{"PgDn", KEY_SPECIAL | KEY_NPAGE},
	{"Ins", KEY_SPECIAL | KEY_IC},
	{"Del", KEY_SPECIAL | KEY_DC},
	{"S-Tab", KEY_SPECIAL | KEY_BTAB},
};

struct binding {
	int key;
	enum request request;
	enum key_where where;
};
static struct binding *map;
static size_t nmap, capmap;

const struct request_info *request_info(enum request r)
{
	return &info[r];
}

enum request request_named(const char *name)
{
	for (int r = 1; r < REQ_COUNT; r++)
		if (strcmp(info[r].name, name) == 0)
			return (enum request)r;
	return REQ_NONE;
}

int key_named(const char *name)
{
	size_t at = 0;
	struct str s = str_c(name);

	for (size_t i = 0; i < sizeof special / sizeof *special; i++)
		if (strcmp(special[i].name, name) == 0)
			return special[i].key;
	if (name[0] == 'F' && name[1] >= '1' && name[1] <= '9') {
		char *end;
		long n = strtol(name + 1, &end, 10);

		if (!*end && n <= 63)
			return KEY_SPECIAL | (int)KEY_F(n);
	}
	if (name[0] == '^' && name[1] >= '@' && name[1] <= '_' && !name[2])
		return name[1] & 0x1F;
	if (s.n == 0)
		return KEY_NOTHING;
	uint32_t c = utf8_next(s, &at);
	return at == s.n && c != UTF8_BAD && c > ' ' && c != 0x7F ? (int)c : KEY_NOTHING;
}

char *key_text(int key, char out[KEY_NAME_SIZE])
{
	for (size_t i = 0; i < sizeof special / sizeof *special; i++)
		if (special[i].key == key) {
			snprintf(out, KEY_NAME_SIZE, "%s", special[i].name);
			return out;
		}
	if (key > (KEY_SPECIAL | KEY_F(0)) && key <= (KEY_SPECIAL | KEY_F(63))) {
		snprintf(out, KEY_NAME_SIZE, "F%d", key - (KEY_SPECIAL | KEY_F(0)));
	} else if (key >= 0 && key < ' ') {
		snprintf(out, KEY_NAME_SIZE, "^%c", key + '@');
	} else if (key > ' ' && key <= 0x10FFFF && key != 0x7F) {
		out[utf8_put((uint32_t)key, out)] = '\0';
	} else {
		snprintf(out, KEY_NAME_SIZE, "that key");
	}
	return out;
}

void keys_bind(int key, enum request r, enum key_where where)
{
	size_t kept = 0;

	for (size_t i = 0; i < nmap; i++)
		if (map[i].key != key || map[i].where != where)
			map[kept++] = map[i];
	nmap = kept;
	if (r == REQ_NONE)
		return;
	GROW(map, nmap, capmap);
	map[nmap++] = (struct binding){key, r, where};
}

static void bind_all(const char *keys, enum request r, enum key_where where)
{
	char name[KEY_NAME_SIZE];

	while (*keys) {
		size_t n = strcspn(keys, " ");

		snprintf(name, sizeof name, "%.*s", (int)n, keys);
		keys_bind(key_named(name), r, where);
		keys += n;
		keys += strspn(keys, " ");
	}
}

void keys_start(void)
{
	nmap = 0;
	for (int r = 1; r < REQ_COUNT; r++) {
		bind_all(info[r].keys, (enum request)r, KEYS_ALL);
		bind_all(info[r].text_keys, (enum request)r, KEYS_TEXT);
	}
}

void keys_stop(void)
{
	free(map);
	map = NULL;
	nmap = capmap = 0;
}

enum request keys_lookup(int key, bool text_view)
{
	enum request found = REQ_NONE;

	for (size_t i = 0; i < nmap; i++) {
		if (map[i].key != key)
			continue;
		if (map[i].where == KEYS_TEXT && text_view)
			return map[i].request;
		if (map[i].where == KEYS_ALL)
			found = map[i].request;
	}
	return found;
}

char *keys_of(enum request r, bool text_view, char *out, size_t n)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < nmap; i++) {
		char name[KEY_NAME_SIZE];

		if (map[i].request != r || keys_lookup(map[i].key, text_view) != r)
			continue;
		if (map[i].where == KEYS_TEXT && !text_view)
			continue;
		int put = snprintf(out + used, n - used, "%s%s", used ? " " : "", key_text(map[i].key, name));
		if (put < 0 || (size_t)put >= n - used) {
			out[used] = '\0';
			break;
		}
		used += (size_t)put;
	}
	return out;
}

char *keys_first(enum request r, bool text_view, char *out, size_t n)
{
	keys_of(r, text_view, out, n);
	out[strcspn(out, " ")] = '\0';
	return out;
}
