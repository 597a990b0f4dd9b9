/* Requests and the keys that make them. One table holds everything that is known of a request: its name in configuration,
 * its group and text in the help, its label in the hint line, its default keys. */
#ifndef SPOOR_UI_KEYS_H
#define SPOOR_UI_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/* X(ENUM, name, group, keys, keys in views of text, label, help). Several keys are separated by blanks; the first is shown. */
#define REQUESTS(X) \
	X(DOWN, "down", MOTION, "j Down ^N", "", "down", "one row down") \
	X(UP, "up", MOTION, "k Up ^P", "", "up", "one row up") \
	X(HALF_DOWN, "half-down", MOTION, "^D", "", "half page", "half a page down") \
	X(HALF_UP, "half-up", MOTION, "^U", "", "half page", "half a page up") \
	X(PAGE_DOWN, "page-down", MOTION, "PgDn ^F", "Space", "page", "a page down") \
	X(PAGE_UP, "page-up", MOTION, "PgUp ^B", "b", "page", "a page up") \
	X(FIRST, "first", MOTION, "g Home", "", "first", "first row") \
	X(LAST, "last", MOTION, "G End", "", "last", "last row") \
	X(LEFT, "left", MOTION, "h Left", "", "fold", "fold, or scroll to the left") \
	X(RIGHT, "right", MOTION, "l Right", "", "unfold", "unfold, or scroll to the columns on the right") \
	X(FOLD_ALL, "fold-all", MOTION, "*", "", "fold all", "fold everything, or unfold it again") \
	X(ENTER, "enter", GO, "Enter", "", "open", "open what is selected") \
	X(BACK, "back", GO, "q Backspace", "", "back", "back to the view before; on the first view: quit") \
	X(ESCAPE, "escape", GO, "Esc", "", "back", "undo one thing: search, filter, then back") \
	X(QUIT, "quit", GO, "Q", "", "quit", "quit") \
	X(VIEW, "view", GO, "", "", "view", "view by number") \
	X(HELP, "help", GO, "? F1", "", "help", "this page") \
	X(DETAIL, "detail", PIVOT, "d", "", "detail", "the hit or row in full") \
	X(EVENTS, "events", PIVOT, "e", "", "events", "all events of its process, or those behind it") \
	X(PTREE, "process-tree", PIVOT, "p", "", "tree", "its process among those that started it and those it started") \
	X(CONNS, "connections", PIVOT, "c", "", "connections", "connections of its process, else of its host or user") \
	X(RISK, "risk", PIVOT, "r", "", "risk", "risk of its user or host over time, earlier dumps included") \
	X(RAW, "raw", PIVOT, "R", "", "raw", "the event with all fields, and its record as it was logged") \
	X(DRILLDOWN, "drilldown", PIVOT, "D", "", "drilldowns", "run a drilldown search of the rule for this hit") \
	X(RULE, "rule", PIVOT, "", "", "rule", "the text of the rule and its search with macros expanded") \
	X(OTHERS, "others", PIVOT, "t", "", "who else", "who else talked to its destination") \
	X(NEXT_HIT, "next-hit", TREE, "]", "", "next hit", "next process with a hit; of a risk history: a longer window") \
	X(PREVIOUS_HIT, "previous-hit", TREE, "[", "", "previous hit", "previous process with a hit; of a risk history: a shorter window") \
	X(WIDER, "wider", TREE, "+ =", "", "more", "show more: in the tree what is folded away, of connections those of descendants, host, user, all") \
	X(NARROWER, "narrower", TREE, "-", "", "less", "show less: in the tree only the branch of the selected process") \
	X(GROUP, "group", TREE, "b", "", "group", "group hits by rule, host, user or tactic; connections by destination, process or host") \
	X(VERDICT, "verdict", DECIDE, "v", "", "verdict", "decide on the hit: true positive, benign, false positive, open") \
	X(NOTE, "note", DECIDE, "C", "", "note", "write a note on the hit") \
	X(EXCLUDE, "exclude", DECIDE, "x", "", "exclude", "leave hits like this one out of its rule, by a condition") \
	X(EXCLUDED, "excluded", DECIDE, "X", "", "excluded", "show or hide the hits that exclusions leave out") \
	X(UNDO, "undo", DECIDE, "u", "", "undo", "undo the last verdict, note or exclusion") \
	X(REDO, "redo", DECIDE, "^R", "", "redo", "do again what was undone") \
	X(SEARCH, "search", FIND, "/", "", "search", "search; lower case finds both cases") \
	X(NEXT, "next-match", FIND, "n", "", "next", "next match") \
	X(PREVIOUS, "previous-match", FIND, "N", "", "previous", "previous match") \
	X(FILTER, "filter", FIND, "& \\ F4", "", "filter", "show only rows that match: words, column:text, !not, risk>=60") \
	X(SORT, "sort", FIND, "o F6", "", "sort", "sort by a column") \
	X(REVERSE, "reverse", FIND, "O", "", "reverse", "reverse the order") \
	X(MARK, "mark", MARKS, "Space", "", "mark", "mark or unmark the row; actions take the marked rows if there are any") \
	X(MARK_PATTERN, "mark-pattern", MARKS, "T", "", "mark by pattern", "mark all rows that match, as in a filter") \
	X(UNMARK, "unmark", MARKS, "U", "", "unmark", "unmark all rows") \
	X(COPY, "copy", OUTPUT, "y", "", "copy", "copy a field to the terminal's clipboard (OSC 52)") \
	X(COPY_ROW, "copy-row", OUTPUT, "Y", "", "copy row", "copy the whole row or record") \
	X(WRITE, "write", OUTPUT, "w", "", "write", "write the marked rows, else all shown, as CSV or JSON lines, or the case as a report: by the name's ending") \
	X(COMMAND, "command", ASK, ":", "", "command", "command line") \
	X(QUERY, "query", ASK, "| ;", "", "spl", "ask with a search of your own (SPL)") \
	X(COLUMNS, "columns", SCREEN, "f", "", "columns", "choose columns: which, where, how wide; remembered for each view") \
	X(CLOCK, "clock", SCREEN, "Z", "", "zone", "times in UTC, or in the zone of this machine; what is exported or copied stays UTC") \
	X(PREVIEW, "preview", SCREEN, "i", "", "preview", "show or hide the selected row in full below the list") \
	X(STOP, "stop", SCREEN, "^C", "", "stop", "stop the work under way; what there is stays, marked partial") \
	X(REDRAW, "redraw", SCREEN, "^L", "", "redraw", "draw the screen again") \
	X(SUSPEND, "suspend", SCREEN, "^Z", "", "suspend", "suspend spoor")

#define REQUEST_GROUPS(X) \
	X(MOTION, "Moving") \
	X(GO, "Views") \
	X(PIVOT, "From the selected row") \
	X(TREE, "Process tree and connections") \
	X(DECIDE, "Deciding") \
	X(FIND, "Finding") \
	X(MARKS, "Marks") \
	X(OUTPUT, "Taking along") \
	X(ASK, "Asking") \
	X(SCREEN, "Screen and work")

enum request {
	REQ_NONE,
#define REQUEST_ENUM(id, ...) REQ_##id,
	REQUESTS(REQUEST_ENUM)
#undef REQUEST_ENUM
	REQ_COUNT
};

enum request_group {
#define GROUP_ENUM(id, text) GROUP_##id,
	REQUEST_GROUPS(GROUP_ENUM)
#undef GROUP_ENUM
	GROUP_COUNT
};
extern const char *const request_group_name[GROUP_COUNT];

struct request_info {
	const char *name;
	enum request_group group;
	const char *keys, *text_keys;
	const char *label, *help;
};
const struct request_info *request_info(enum request r);         /* of REQ_NONE: empty texts */
enum request request_named(const char *name);                    /* REQ_NONE when there is none such */

/* A key: a character, or one of curses' codes with KEY_SPECIAL set. */
enum { KEY_NOTHING = -1, KEY_SPECIAL = 1 << 24, KEY_META = 1 << 25 };
#define KEY_NAME_SIZE 16
/* "j", "^D", "PgUp", "F1", "Space" … ; KEY_NOTHING when the name is none. */
int key_named(const char *name);
char *key_text(int key, char out[KEY_NAME_SIZE]);

/* Which views a binding holds in. */
enum key_where { KEYS_ALL, KEYS_TEXT };

void keys_start(void);                                           /* the default bindings */
void keys_stop(void);
/* Binds; REQ_NONE unbinds. */
void keys_bind(int key, enum request r, enum key_where where);
/* What a key asks for; in views of text their own bindings go first. */
enum request keys_lookup(int key, bool text_view);
/* The keys bound to a request, first bound first, as "j Down ^N"; "" when none. Returns out. */
char *keys_of(enum request r, bool text_view, char *out, size_t n);
/* The first of them, for the hint line. */
char *keys_first(enum request r, bool text_view, char *out, size_t n);

#endif
