/* The terminal. Owns curses' start and end, signal handlers and the descriptors of the terminal; draws nothing itself. */
#include "ui/tty.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "base/mem.h"
#include "ui/glyph.h"
#include "ui/keys.h"

static SCREEN *screen;
static FILE *in, *out;                                   /* of the terminal; opened when the standard streams are none */
static bool in_curses;
static int wake[2] = {-1, -1};
static int idle_fd = -1;
static volatile sig_atomic_t got_winch, got_cont, got_tstp, got_int, got_end;
static bool resumed, mouse_wanted;

static const int handled[] = {SIGWINCH, SIGCONT, SIGTSTP, SIGINT, SIGHUP, SIGTERM};
enum { NHANDLED = sizeof handled / sizeof *handled };
static struct sigaction before[NHANDLED], pipe_before;
static struct termios modes_before;

#define MOUSE_EVENTS (BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED)

/* Some terminals have bracketed paste and no entry for it; those that do not know it ignore it. */
static const char paste_on[] = "\033[?2004h", paste_off[] = "\033[?2004l";

static void on_signal(int sig)
{
	int saved = errno;

	switch (sig) {
	case SIGWINCH:
		got_winch = 1;
		break;
	case SIGCONT:
		got_cont = 1;
		break;
	case SIGTSTP:
		got_tstp = 1;
		break;
	case SIGINT:
		got_int = 1;
		break;
	default:
		got_end = sig;
	}
	tty_wake();
	errno = saved;
}

/* A crash: what can be done in a handler for the terminal, then the crash itself. */
static void on_crash(int sig)
{
	static const char reset[] = "\033[?2004l\033[?1000l\033[?1006l\033[?1049l\033[?25h\033[0m\r\n";

	if (in_curses) {
		ssize_t put = write(fileno(out), reset, sizeof reset - 1);

		(void)put;
		tcsetattr(fileno(in), TCSANOW, &modes_before);
	}
	raise(sig);
}

static void catch_crashes(void)
{
	static const int fatal[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
	struct sigaction sa = {.sa_handler = on_crash, .sa_flags = SA_RESETHAND | SA_NODEFER}, old;

	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
		if (sigaction(fatal[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)   /* not in place of a sanitizer's */
			sigaction(fatal[i], &sa, NULL);
}

static void catch_signals(void)
{
	struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

	sigfillset(&sa.sa_mask);
	for (int i = 0; i < NHANDLED; i++)
		sigaction(handled[i], &sa, &before[i]);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, &pipe_before);
}

static void release_signals(void)
{
	for (int i = 0; i < NHANDLED; i++)
		sigaction(handled[i], &before[i], NULL);
	sigaction(SIGPIPE, &pipe_before, NULL);
}

void tty_block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	for (int i = 0; i < NHANDLED; i++)
		sigaddset(&set, handled[i]);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

/* A standard stream when it is a terminal, else the controlling terminal. */
static FILE *open_stream(FILE *standard, const char *mode)
{
	if (isatty(fileno(standard)))
		return standard;
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? NULL : fdopen(fd, mode);
}

static void write_all(const char *p, size_t n)
{
	while (n > 0) {
		ssize_t put = write(fileno(out), p, n);

		if (put < 0 && errno != EINTR)
			return;
		if (put > 0) {
			p += put;
			n -= (size_t)put;
		}
	}
}

void tty_mouse(bool on)
{
	if (mouse_wanted == on)
		return;
	mouse_wanted = on;
	if (in_curses)
		mousemask(on ? MOUSE_EVENTS : 0, NULL);
}

static void enter_modes(void)
{
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(1);
	write_all(paste_on, sizeof paste_on - 1);
}

bool tty_start(enum color_mode colors, struct diag *d)
{
	const char *fd = getenv("SPOOR_IDLE_FD"), *term = getenv("TERM");
	char *end;

	setlocale(LC_CTYPE, "");
	glyph_locale(strcmp(nl_langinfo(CODESET), "UTF-8") == 0);
	in = open_stream(stdin, "r");
	out = open_stream(stdout, "w");
	if (!in || !out)
		return diag_set(d, 0, 0, "no terminal for the screen; run it in one, or use 'spoor scan'");
	if (pipe2(wake, O_NONBLOCK | O_CLOEXEC) != 0)
		return diag_set(d, 0, 0, "cannot make a pipe: %s", strerror(errno));
	if (fd && *fd) {
		long n = strtol(fd, &end, 10);

		if (!*end && n > 0 && n < 1024)
			idle_fd = (int)n;
	}
	tcgetattr(fileno(in), &modes_before);
	catch_signals();
	catch_crashes();
	use_env(TRUE);
	set_escdelay(25);
	screen = newterm(NULL, out, in);
	if (!screen) {
		release_signals();
		return diag_set(d, 0, 0, "terminal type '%s' is unknown or cannot move its cursor; set TERM, or use 'spoor scan'",
		                term ? term : "");
	}
	in_curses = true;
	enter_modes();
	define_key("\033[200~", KEY_PASTE_BEGIN & 0xFFFF);
	define_key("\033[201~", KEY_PASTE_END & 0xFFFF);
	mouseinterval(0);                                /* a press counts at once */
	if (mouse_wanted)
		mousemask(MOUSE_EVENTS, NULL);
	theme_start(colors);
	mem_on_fatal(tty_stop);
	return true;
}

void tty_stop(void)
{
	if (!in_curses)
		return;
	in_curses = false;
	write_all(paste_off, sizeof paste_off - 1);
	endwin();
	release_signals();
}

void tty_free(void)
{
	if (screen)
		delscreen(screen);
	screen = NULL;
	if (in && in != stdin)
		fclose(in);
	if (out && out != stdout)
		fclose(out);
	in = out = NULL;
	for (int i = 0; i < 2; i++) {
		if (wake[i] >= 0)
			close(wake[i]);
		wake[i] = -1;
	}
}

/* ---- keys ---- */

/* A character on its way: bytes that do not make one yet. curses itself would wait for the rest of one that was cut or is none, and
 * take the keys after it for that. */
static struct {
	unsigned char byte[MB_LEN_MAX];
	size_t n;
} partial;

enum { RAW_NONE = -1 };

/* The next byte, or KEY_… of curses'; RAW_NONE when nothing is there. */
static int raw_key(void)
{
	const int c = getch();

	return c == ERR ? RAW_NONE : c;
}

/* Adds a byte. The character that is complete with it; KEY_NOTHING: more is to come. What can be none is forgotten. */
static int add_byte(int byte)
{
	mbstate_t state = {0};
	wchar_t c;

	partial.byte[partial.n++] = (unsigned char)byte;
	const size_t took = mbrtowc(&c, (const char *)partial.byte, partial.n, &state);

	if (took == (size_t)-2 && partial.n < sizeof partial.byte)
		return KEY_NOTHING;
	const bool first = partial.n == 1;
	partial.n = 0;
	if (took <= MB_LEN_MAX)
		return (int)c;
	return first ? KEY_SPECIAL : add_byte(byte);             /* the last one may begin another */
}

/* The next character or key; KEY_NOTHING when nothing is there. */
static int next_key(void)
{
	for (int c; (c = raw_key()) != RAW_NONE;) {
		if (c > 0xFF) {
			partial.n = 0;
			return KEY_SPECIAL | c;
		}
		const int key = add_byte(c);
		if (key != KEY_NOTHING)
			return key;
	}
	return KEY_NOTHING;
}

/* After ESC: the rest of a sequence that terminfo does not know must not be taken for keys. */
static int after_escape(void)
{
	int c = next_key();

	if (c == KEY_NOTHING)
		return 27;
	if (c >= KEY_SPECIAL || c == 27)
		return KEY_NOTHING;
	if (c != '[' && c != 'O')
		return KEY_META | c;
	for (int i = 0; i < 32 && (c = next_key()) != KEY_NOTHING && (i == 0 || c < 0x40 || c > 0x7E); i++)
		if (i == 0 && c >= 0x40 && c <= 0x7E)
			break;
	return KEY_SPECIAL;                              /* bound to nothing */
}

int tty_key(void)
{
	const int c = next_key();

	switch (c) {
	case KEY_SPECIAL | KEY_RESIZE:                   /* of resizeterm: nobody pressed it */
		return tty_key();
	case KEY_SPECIAL | KEY_ENTER:
	case '\n':
		return '\r';
	case KEY_SPECIAL | KEY_MOUSE:
		return KEY_MOUSE_EVENT;
	case 27:
		return after_escape();
	case '\b':
	case 0x7F:
		return KEY_SPECIAL | KEY_BACKSPACE;
	default:
		return c;
	}
}

struct tty_mouse tty_mouse_event(void)
{
	struct tty_mouse m = {.what = MOUSE_OTHER};
	MEVENT e;

	if (!mouse_wanted || getmouse(&e) != OK)
		return m;
	m.y = e.y;
	m.x = e.x;
	if (e.bstate & BUTTON1_PRESSED)
		m.what = MOUSE_CLICK;
	else if (e.bstate & BUTTON4_PRESSED)
		m.what = MOUSE_WHEEL_UP;
	else if (e.bstate & BUTTON5_PRESSED)
		m.what = MOUSE_WHEEL_DOWN;
	return m;
}

static void drain_wake(void)
{
	char drop[64];

	while (read(wake[0], drop, sizeof drop) > 0)
		;
}

void tty_wait_wake(int ms)
{
	struct pollfd p = {.fd = wake[0], .events = POLLIN};

	if (poll(&p, 1, ms) > 0)
		drain_wake();
}

bool tty_wait(int ms)
{
	struct pollfd p[2] = {{.fd = fileno(in), .events = POLLIN}, {.fd = wake[0], .events = POLLIN}};

	if (poll(p, 2, ms) < 0)
		return true;
	if (p[1].revents & POLLIN)
		drain_wake();
	return !(p[0].revents & (POLLHUP | POLLERR | POLLNVAL));
}

void tty_wake(void)
{
	ssize_t put = write(wake[1], "", 1);             /* full is as good as written */

	(void)put;
}

void tty_idle(void)
{
	if (idle_fd >= 0) {
		ssize_t put = write(idle_fd, "", 1);

		(void)put;
	}
}

/* ---- signals ---- */

bool tty_has_events(void)
{
	return got_tstp || got_winch || got_cont || got_int || got_end || resumed;
}

struct tty_events tty_events(void)
{
	struct tty_events e = {.end = got_end};

	if (got_tstp) {
		got_tstp = 0;
		tty_suspend();
	}
	if (got_winch || resumed) {
		struct winsize w;

		got_winch = 0;
		if (ioctl(fileno(out), TIOCGWINSZ, &w) == 0 && w.ws_row > 0 && w.ws_col > 0)
			resizeterm(w.ws_row, w.ws_col);
		e.resized = true;
	}
	e.resumed = resumed || got_cont;
	if (got_cont && !resumed) {                      /* stopped by SIGSTOP: the shell may have touched the modes */
		enter_modes();
		clearok(curscr, TRUE);
	}
	got_cont = 0;
	resumed = false;
	e.interrupted = got_int;
	got_int = 0;
	return e;
}

void tty_suspend(void)
{
	struct sigaction dfl = {.sa_handler = SIG_DFL}, own;
	sigset_t set, saved;

	write_all(paste_off, sizeof paste_off - 1);
	endwin();
	sigaction(SIGTSTP, &dfl, &own);
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	pthread_sigmask(SIG_UNBLOCK, &set, &saved);
	kill(0, SIGTSTP);                                /* the whole job, as the terminal's own ^Z does */
	pthread_sigmask(SIG_SETMASK, &saved, NULL);
	sigaction(SIGTSTP, &own, NULL);
	reset_prog_mode();
	enter_modes();
	clearok(curscr, TRUE);
	got_cont = 0;
	resumed = true;
}

/* ---- screen ---- */

void tty_size(int *rows, int *columns)
{
	getmaxyx(stdscr, *rows, *columns);
}

void tty_show(int y, int x)
{
	move(y, x);
	refresh();
}

void tty_clear(void)
{
	clearok(curscr, TRUE);
}

bool tty_copy(struct str s)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct sbuf b = {0};

	if (s.n > COPY_MAX)
		return false;
	sbuf_addz(&b, "\033]52;c;");
	for (size_t i = 0; i < s.n; i += 3) {
		unsigned v = 0;
		size_t left = s.n - i < 3 ? s.n - i : 3;

		for (size_t k = 0; k < 3; k++)
			v = v << 8 | (k < left ? (unsigned char)s.p[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			sbuf_addc(&b, k <= left ? digit[v >> (18 - 6 * k) & 63] : '=');
	}
	sbuf_addc(&b, '\a');
	write_all(b.p, b.n);
	sbuf_free(&b);
	return true;
}
