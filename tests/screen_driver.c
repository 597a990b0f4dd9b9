/* Runs the program on a pseudo-terminal by a script of keys and prints what the screen shows. It waits for the program to say
 * that it is idle (a NUL on the terminal, which SPOOR_IDLE_FD=1 asks for), never for time.
 *
 * Usage: screen_driver SCRIPT. The program is $SPOOR. A script has one command a line; # starts a comment:
 *   size COLSxROWS       of the terminal; while the program runs, it is told
 *   env NAME=VALUE       for the program; NAME alone unsets
 *   input FILE           its standard input, instead of the terminal
 *   run ARGUMENTS        starts it; $top_srcdir and $tmp are filled in
 *   keys NAME …          as the keys that the help shows: j ^D PgDn Enter Space Esc F1 M-b
 *   type TEXT            one key per character
 *   paste TEXT           as a terminal with bracketed paste; \n is a line break
 *   click LINE COLUMN    as a terminal whose mouse was asked for, from 1; nothing is sent when it was not
 *   wheel up|down        likewise
 *   raw HEX …            these bytes at once
 *   random SEED SECONDS  keys, lines, pastes, clicks, junk and sizes at random, the program started again when it leaves; dies
 *                        when it fails, or leaves a control character or no frame on the screen
 *   time NAME KEY …      presses keys and prints how long the slowest one took, in ms: to its first output (and of that the processor's
 *                        time, of all threads), to being idle
 *   start ARGUMENTS      as run, for what ends by itself or is not waited for
 *   until NAME TEXT      waits until the screen shows the text and prints how long that took from the program's start, in ms
 *   screen [TITLE]       prints the screen
 *   picture NAME TITLE   as screen; with PICTURES=FOLDER set, also drawn to FOLDER/NAME.svg
 *   hide FROM-TO         blanks these columns in the screens that follow
 *   attrs FROM[-TO]      prints the attributes of these lines
 *   clipboard            prints what was copied by OSC 52
 *   file PATH            prints a file
 *   shell COMMAND        runs it, with $tmp in the environment
 *   suspend KEY          sends the key and waits until the program has stopped
 *   resume               continues it
 *   signal NAME          TERM HUP INT WINCH
 *   hangup               closes the terminal
 *   exit                 waits for its end; prints the status and whether the terminal is as it was */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "vt.h"

enum { PATIENCE_MS = 120000, NUDGE_MS = 1000, NUDGES_MAX = 60, WORDS_MAX = 64 };

static struct {
	struct vt vt;
	int master, slave;                               /* the slave stays open: its modes can be looked at */
	int orders, news;                                /* to and from the process that plays the shell */
	pid_t shell, pid;
	struct termios modes;
	bool running;
	char *input;
	int rows, cols;
	struct timespec started;
	char **words;                                    /* what it was started with, for starting it again */
	int nwords;
	char sent[64];                                   /* the last bytes, for a report */
	size_t nsent;
	const char *script;
	int line;
} d = {.master = -1, .slave = -1, .rows = 40, .cols = 120};

static void die(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "%s:%d: ", d.script, d.line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	if (d.nsent) {
		fputs("sent last:", stderr);
		for (size_t i = 0; i < d.nsent; i++)
			fprintf(stderr, " %02x", (unsigned char)d.sent[i]);
		fputc('\n', stderr);
	}
	if (d.vt.cell) {
		fputs("the screen was:\n", stderr);
		vt_dump(&d.vt, stderr);
	}
	if (d.pid > 0)
		kill(d.pid, SIGKILL);
	exit(2);
}

/* ---- the program, under a process that plays the shell: it stops and continues the program's job ---- */

static void play_shell(int orders, int news, char **argv)
{
	pid_t pid = fork();

	if (pid < 0)
		_exit(126);
	if (pid == 0) {
		setpgid(0, 0);
		signal(SIGTTOU, SIG_IGN);
		tcsetpgrp(STDERR_FILENO, getpid());
		signal(SIGTTOU, SIG_DFL);
		execv(argv[0], argv);
		_exit(127);
	}
	setpgid(pid, pid);
	signal(SIGTTOU, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	dprintf(news, "p%d\n", (int)pid);
	for (;;) {
		int status;
		char order;

		if (waitpid(pid, &status, WUNTRACED) < 0)
			_exit(125);
		if (!WIFSTOPPED(status)) {
			dprintf(news, "e%d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
			_exit(0);
		}
		tcsetpgrp(STDERR_FILENO, getpgrp());
		dprintf(news, "s%d\n", WSTOPSIG(status));
		if (read(orders, &order, 1) != 1)
			_exit(124);
		tcsetpgrp(STDERR_FILENO, pid);
		kill(-pid, SIGCONT);
	}
}

static bool feed(void)
{
	char buf[65536];
	ssize_t n = read(d.master, buf, sizeof buf);

	if (n > 0)
		vt_feed(&d.vt, buf, (size_t)n);
	if (d.vt.complaint)
		die("the terminal was sent %s", d.vt.complaint);
	return n > 0;
}

/* Reads a line of the shell's news, if there is one within `ms`; meanwhile feeds the terminal. Its first letter, or 0. */
static char news(int ms, int *value)
{
	for (;;) {
		struct pollfd p[2] = {{.fd = d.news, .events = POLLIN}, {.fd = d.master, .events = POLLIN}};
		char text[32], c;
		size_t n = 0;

		if (poll(p, 2, ms) <= 0)
			return 0;
		if (p[1].revents & POLLIN && feed())
			continue;
		if (!(p[0].revents & (POLLIN | POLLHUP)))
			continue;
		while (n + 1 < sizeof text && read(d.news, &c, 1) == 1 && c != '\n')
			text[n++] = c;
		text[n] = '\0';
		*value = n ? atoi(text + 1) : 0;
		return n ? text[0] : 'x';
	}
}

static void wait_idle(void)
{
	while (!d.vt.idle) {
		struct pollfd p[2] = {{.fd = d.master, .events = POLLIN}, {.fd = d.news, .events = POLLIN}};

		if (poll(p, 2, PATIENCE_MS) <= 0)
			die("the program did not become idle");
		if (p[0].revents & POLLIN && feed())
			continue;
		if (p[1].revents & (POLLIN | POLLHUP))
			die("the program ended or stopped");
		if (p[0].revents & (POLLHUP | POLLERR))
			die("the terminal is closed");
	}
	d.vt.idle = 0;
}

static void run(char **words, int n)
{
	struct winsize w = {.ws_row = (unsigned short)d.rows, .ws_col = (unsigned short)d.cols};
	int to[2], from[2], value;
	const char *program = getenv("SPOOR");

	if (d.running)
		die("the program is running already");
	if (!program)
		die("SPOOR names no program");
	if (pipe(to) || pipe(from))
		die("pipe: %s", strerror(errno));
	char **argv = calloc((size_t)n + 2, sizeof *argv);
	argv[0] = strdup(program);
	for (int i = 0; i < n; i++)
		argv[i + 1] = words[i];
	if (d.slave >= 0)
		close(d.slave);
	if (d.master >= 0)
		close(d.master);
	if (openpty(&d.master, &d.slave, NULL, NULL, &w))
		die("openpty: %s", strerror(errno));
	fcntl(d.master, F_SETFD, FD_CLOEXEC);
	tcgetattr(d.slave, &d.modes);
	fflush(stdout);
	clock_gettime(CLOCK_MONOTONIC, &d.started);
	d.shell = fork();
	if (d.shell == 0) {
		int in = d.input ? open(d.input, O_RDONLY) : -1;

		setsid();
		ioctl(d.slave, TIOCSCTTY, 0);
		dup2(in >= 0 ? in : d.slave, 0);
		dup2(d.slave, 1);
		dup2(d.slave, 2);
		close(d.slave);
		close(d.master);
		close(to[1]);
		close(from[0]);
		fcntl(to[0], F_SETFD, FD_CLOEXEC);
		fcntl(from[1], F_SETFD, FD_CLOEXEC);
		play_shell(to[0], from[1], argv);
	}
	close(to[0]);
	close(from[1]);
	free(argv[0]);
	free(argv);
	d.orders = to[1];
	d.news = from[0];
	vt_free(&d.vt);
	vt_init(&d.vt, d.rows, d.cols);
	d.running = true;
	if (news(PATIENCE_MS, &value) != 'p')
		die("the program did not start");
	d.pid = value;
}

/* Its exit status. */
static int end(void)
{
	int value;
	struct termios now;
	char what = news(PATIENCE_MS, &value);

	if (what != 'e')
		die("the program did not end: %s (%d)", what == 's' ? "it was stopped" : what ? "the shell of the test did" : "nothing happened",
		    what ? value : 0);
	while (d.master >= 0) {                          /* what it still wrote */
		struct pollfd p = {.fd = d.master, .events = POLLIN};

		if (poll(&p, 1, 50) <= 0 || !(p.revents & POLLIN) || !feed())
			break;
	}
	printf("exit %d", value);
	if (d.master >= 0) {
		tcgetattr(d.slave, &now);
		printf(", modes %s", now.c_lflag == d.modes.c_lflag && now.c_iflag == d.modes.c_iflag && now.c_oflag == d.modes.c_oflag ?
		       "restored" : "NOT RESTORED");
		printf(", %s%s%s", d.vt.alternate ? "STILL ON THE ALTERNATE SCREEN" : "main screen", d.vt.cursor_hidden ? ", CURSOR HIDDEN" : "",
		       d.vt.paste ? ", PASTE STILL BRACKETED" : d.vt.mouse ? ", MOUSE STILL ON" : "");
	}
	putchar('\n');
	waitpid(d.shell, NULL, 0);
	close(d.orders);
	close(d.news);
	d.running = false;
	d.pid = 0;
	return value;
}

/* ---- keys ---- */

static void send_bytes(const char *p, size_t n)
{
	d.vt.idle = 0;
	d.nsent = n < sizeof d.sent ? n : sizeof d.sent;
	memcpy(d.sent, p, d.nsent);
	if (write(d.master, p, n) != (ssize_t)n)
		die("write: %s", strerror(errno));
}

static void key_bytes(const char *name, char out[16])
{
	static const struct {
		const char *name, *normal, *application;
	} known[] = {
		{"Enter", "\r", NULL}, {"Tab", "\t", NULL}, {"Esc", "\033", NULL}, {"Space", " ", NULL}, {"Backspace", "\177", NULL},
		{"Up", "\033[A", "\033OA"}, {"Down", "\033[B", "\033OB"}, {"Right", "\033[C", "\033OC"}, {"Left", "\033[D", "\033OD"},
		{"Home", "\033[H", "\033OH"}, {"End", "\033[F", "\033OF"}, {"PgUp", "\033[5~", NULL}, {"PgDn", "\033[6~", NULL},
		{"Ins", "\033[2~", NULL}, {"Del", "\033[3~", NULL}, {"S-Tab", "\033[Z", NULL}, {"F1", "\033OP", NULL}, {"F4", "\033OS", NULL},
		{"F6", "\033[17~", NULL}, {"F12", "\033[24~", NULL},
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i].name, name) == 0) {
			strcpy(out, d.vt.app_keys && known[i].application ? known[i].application : known[i].normal);
			return;
		}
	if (name[0] == '^' && name[1] && !name[2])
		snprintf(out, 16, "%c", name[1] & 0x1F);
	else if (name[0] == 'M' && name[1] == '-' && name[2] && !name[3])
		snprintf(out, 16, "\033%c", name[2]);
	else if (strlen(name) <= 4)
		strcpy(out, name);
	else
		die("no such key: %s", name);
}

static void press(const char *bytes)
{
	send_bytes(bytes, strlen(bytes));
	wait_idle();
}

/* ---- commands ---- */

/* The words of a line, with $top_srcdir and $tmp filled in. */
static int split(char *line, char **words)
{
	int n = 0;

	for (char *w = strtok(line, " \t"); w && n < WORDS_MAX; w = strtok(NULL, " \t")) {
		char out[4096];
		size_t k = 0;

		for (const char *p = w; *p && k + 1 < sizeof out;) {
			const char *name = strncmp(p, "$top_srcdir", 11) == 0 ? "top_srcdir" : strncmp(p, "$tmp", 4) == 0 ? "tmp" : NULL;
			const char *value = name ? getenv(name) : NULL;

			if (value) {
				k += (size_t)snprintf(out + k, sizeof out - k, "%s", value);
				p += strlen(name) + 1;
			} else {
				out[k++] = *p++;
			}
		}
		out[k < sizeof out ? k : sizeof out - 1] = '\0';
		words[n++] = strdup(out);
	}
	return n;
}

static void do_size(const char *arg)
{
	struct winsize w;

	if (sscanf(arg, "%dx%d", &d.cols, &d.rows) != 2)
		die("size: expected COLSxROWS");
	if (!d.running)
		return;
	w = (struct winsize){.ws_row = (unsigned short)d.rows, .ws_col = (unsigned short)d.cols};
	d.vt.idle = 0;
	vt_resize(&d.vt, d.rows, d.cols);
	ioctl(d.master, TIOCSWINSZ, &w);
	wait_idle();
}

static void do_screen(const char *title)
{
	printf("--- %s (%dx%d)\n", title, d.vt.cols, d.vt.rows);
	vt_dump(&d.vt, stdout);
}

static void do_picture(const char *arg)
{
	const char *folder = getenv("PICTURES");
	size_t name = strcspn(arg, " ");
	const char *title = arg + name + strspn(arg + name, " ");
	char path[4096];
	FILE *f;

	do_screen(title);
	if (!folder)
		return;
	snprintf(path, sizeof path, "%s/%.*s.svg", folder, (int)name, arg);
	f = fopen(path, "w");
	if (!f)
		die("%s: %s", path, strerror(errno));
	vt_svg(&d.vt, title, f);
	if (fclose(f) != 0)
		die("%s: %s", path, strerror(errno));
}

static void do_attrs(const char *arg)
{
	int from, to;

	if (sscanf(arg, "%d-%d", &from, &to) != 2)
		to = from = atoi(arg);
	for (int i = from; i <= to && i <= d.vt.rows; i++)
		vt_dump_attrs(&d.vt, i - 1, stdout);
}

static void do_clipboard(void)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned v = 0;
	int bits = 0;

	fputs("clipboard: ", stdout);
	for (const char *p = d.vt.clipboard ? d.vt.clipboard : ""; *p && *p != '='; p++) {
		const char *at = strchr(digit, *p);

		if (!at)
			die("the clipboard was sent no base64");
		v = v << 6 | (unsigned)(at - digit);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			putchar((int)(v >> bits & 0xFF));
		}
	}
	putchar('\n');
}

static void do_file(const char *path)
{
	FILE *f = fopen(path, "r");
	int c;

	if (!f) {
		printf("no file %s\n", strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
		return;
	}
	while ((c = getc(f)) != EOF)
		if (c != '\r')
			putchar(c);
	fclose(f);
}

static void do_signal(const char *name)
{
	static const struct {
		const char *name;
		int sig;
	} known[] = {{"TERM", SIGTERM}, {"HUP", SIGHUP}, {"INT", SIGINT}, {"WINCH", SIGWINCH}};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(name, known[i].name) == 0) {
			d.vt.idle = 0;
			kill(d.pid, known[i].sig);
			return;
		}
	die("no such signal: %s", name);
}

static void do_suspend(const char *key)
{
	char bytes[16];
	int value;

	key_bytes(key, bytes);
	send_bytes(bytes, strlen(bytes));
	if (news(PATIENCE_MS, &value) != 's')
		die("the program did not stop");
	printf("stopped, %s\n", d.vt.alternate ? "STILL ON THE ALTERNATE SCREEN" : "main screen");
}

static void do_paste(const char *text)
{
	char out[4096] = "\033[200~";
	size_t n = strlen(out);

	if (!d.vt.paste)
		die("the program did not ask for bracketed paste");
	for (; *text && n + 8 < sizeof out; text++) {
		if (text[0] == '\\' && text[1] == 'n') {
			out[n++] = '\r';
			text++;
		} else {
			out[n++] = *text;
		}
	}
	strcpy(out + n, "\033[201~");
	press(out);
}

/* Press and release, as xterm's mode 1006 has it. */
static void do_mouse(int button, int y, int x)
{
	char out[64];
	int n = snprintf(out, sizeof out, "\033[<%d;%d;%dM", button, x, y);

	if (!d.vt.mouse) {
		printf("the mouse is off\n");
		return;
	}
	if (button == 0)
		snprintf(out + n, sizeof out - (size_t)n, "\033[<0;%d;%dm", x, y);
	press(out);
}

static void do_click(const char *arg)
{
	int y, x;

	if (sscanf(arg, "%d %d", &y, &x) != 2)
		die("click: expected LINE COLUMN");
	do_mouse(0, y, x);
}

/* ---- at random ---- */

static uint64_t random_state;

static unsigned below(unsigned n)
{
	random_state ^= random_state << 13;              /* xorshift64 */
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)((random_state >> 11) % n);
}

/* As wait_idle; false when the program ended. Bytes that are no character may ask for nothing: then a ^L does. */
static bool settle(void)
{
	int nudges = 0;

	while (!d.vt.idle) {
		struct pollfd p[2] = {{.fd = d.master, .events = POLLIN}, {.fd = d.news, .events = POLLIN}};

		if (poll(p, 2, NUDGE_MS) <= 0) {
			if (nudges++ == NUDGES_MAX || write(d.master, "\014", 1) != 1)
				die("the program did not become idle");
			continue;
		}
		if (p[0].revents & POLLIN && feed())
			continue;
		if (p[1].revents & (POLLIN | POLLHUP))
			return false;
	}
	d.vt.idle = 0;
	return true;
}

/* What is wrong with the screen; NULL when nothing is. */
static const char *bad_screen(void)
{
	const struct vt_cell *c = d.vt.cell;

	for (int i = 0; i < d.vt.rows * d.vt.cols; i++)
		for (int k = 0; k < VT_CHARS; k++)
			if (c[i].c[k] && (c[i].c[k] < 0x20 || (c[i].c[k] >= 0x7F && c[i].c[k] < 0xA0)))
				return "a control character is on the screen";
	if (d.vt.rows < 8 || d.vt.cols < 40)
		return NULL;
	for (int i = 0; i < 6; i++)
		if (c[i].c[0] != L" spoor"[i])
			return "the first line is no breadcrumb";
	return NULL;
}

/* It may have been idle before it had read all: then it is once more, after a key that draws all anew. */
static void check_screen(void)
{
	if (bad_screen() && write(d.master, "\014", 1) == 1)
		settle();
	if (bad_screen())
		die("%s", bad_screen());
}

static size_t random_bytes(char *out)
{
	static const char *const names[] = {
		"Enter", "Tab", "Esc", "Space", "Backspace", "Up", "Down", "Right", "Left", "Home", "End", "PgUp", "PgDn", "Ins", "Del", "S-Tab",
		"F1", "F4", "F6", "F12", "^D", "^U", "^N", "^P", "^F", "^B", "^R", "^C", "^L", "^W", "^A", "^E", "^K", "M-b", "M-f",
	};
	static const char *const lines[] = {
		"&risk>=50\r", "&exe\r", "&!a host:b\r", "&\r", "/dll\r", "/zz\r", "|sysmon | stats count by host\r", "|head 3 | table _time Image\r",
		"|x\r", "Texe\r", ":mouse on\r", ":mouse off\r", ":times local\r", ":theme light\r", ":sort time desc\r", ":goto 7\r", ":graphics ascii\r",
		":graphics utf-8\r", ":columns hits risk rule:9\r", ":columns hits time? risk rule host user process\r", "?/bind\r", "Csaid\r",
	};
	size_t n = 0;
	unsigned kind = below(100);

	if (kind < 30) {
		key_bytes(names[below(sizeof names / sizeof *names)], out);
		return strlen(out);
	}
	if (kind < 78) {                                 /* not what leaves, or ends the script's hold of it */
		do
			out[0] = (char)(33 + below(94));
		while (out[0] == 'Q');
		return 1;
	}
	if (kind < 88)
		return (size_t)snprintf(out, 256, "%s", lines[below(sizeof lines / sizeof *lines)]);
	if (kind < 92 && d.vt.mouse)
		return (size_t)snprintf(out, 256, "\033[<%u;%u;%uM", (unsigned[]){0, 0, 64, 65}[below(4)], 1 + below(130), 1 + below(50));
	bool paste = kind < 95;
	if (paste)
		n = (size_t)snprintf(out, 256, "\033[200~");
	for (unsigned left = 1 + below(40); left-- > 0; n++)
		do
			out[n] = (char)below(256);
		while (out[n] == 0x1A || out[n] == 'Q' || (paste && out[n] == 27));
	return n + (size_t)snprintf(out + n, 256 - n, "%s", paste ? "\033[201~" : "\033k");
}

static void do_random(const char *arg, char *const *words, int n)
{
	unsigned long long seed, seconds, done = 0, started = 1;
	struct timespec start, now;

	if (sscanf(arg, "%llu %llu", &seed, &seconds) != 2)
		die("random: expected SEED SECONDS");
	random_state = seed * 2 + 1;
	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		char bytes[512];

		if (below(25) == 0) {
			bool small = below(4) == 0;
			struct winsize w;

			d.rows = (int)(1 + below(small ? 12 : 60));
			d.cols = (int)(1 + below(small ? 50 : 200));
			w = (struct winsize){.ws_row = (unsigned short)d.rows, .ws_col = (unsigned short)d.cols};
			d.vt.idle = 0;
			vt_resize(&d.vt, d.rows, d.cols);
			ioctl(d.master, TIOCSWINSZ, &w);
		} else {
			send_bytes(bytes, random_bytes(bytes));
		}
		if (settle()) {
			check_screen();
		} else {
			int value = end();

			if (value > 1)
				die("the program failed with %d", value);
			run((char **)words, n);
			wait_idle();
			started++;
		}
		done++;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((unsigned long long)(now.tv_sec - start.tv_sec) < seconds);
	fprintf(stderr, "%llu steps, %llu starts\n", done, started);
}

/* ---- how long a key takes ---- */

static double ms_since(const struct timespec *t)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - t->tv_sec) * 1e3 + (double)(now.tv_nsec - t->tv_nsec) / 1e6;
}

/* Processor time that the program has used so far, in ms. */
static double ms_used(void)
{
	struct timespec used;
	clockid_t clock;

	if (clock_getcpuclockid(d.pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
		return 0;
	return (double)used.tv_sec * 1e3 + (double)used.tv_nsec / 1e6;
}

static void do_time(char *const *keys, int n)
{
	double first = 0, busy = 0, idle = 0;

	for (int i = 1; i < n; i++) {
		struct timespec start;
		struct pollfd p = {.fd = d.master, .events = POLLIN};
		char bytes[16];

		key_bytes(keys[i], bytes);
		clock_gettime(CLOCK_MONOTONIC, &start);
		double used = ms_used();
		send_bytes(bytes, strlen(bytes));
		poll(&p, 1, PATIENCE_MS);
		double t = ms_since(&start);
		used = ms_used() - used;
		busy = used > busy ? used : busy;
		first = t > first ? t : first;
		wait_idle();
		t = ms_since(&start);
		idle = t > idle ? t : idle;
	}
	printf("%-34s %8.1f %8.1f %8.1f\n", keys[0], first, busy, idle);
	fflush(stdout);
}

static bool shows(const char *text)
{
	char *p = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&p, &n);

	vt_dump(&d.vt, f);
	fclose(f);
	bool yes = strstr(p, text);
	free(p);
	return yes;
}

static void do_until(char *arg)
{
	char *text = arg + strcspn(arg, " ");

	if (*text)
		*text++ = '\0';
	while (!shows(text)) {
		struct pollfd p = {.fd = d.master, .events = POLLIN};

		if (poll(&p, 1, PATIENCE_MS) <= 0 || !feed())
			die("the screen does not show '%s'", text);
	}
	printf("%-34s %8.1f\n", arg, ms_since(&d.started));
	fflush(stdout);
	d.vt.idle = 0;
}

static void forget_words(void)
{
	for (int i = 0; i < d.nwords; i++)
		free(d.words[i]);
	free(d.words);
	d.words = NULL;
	d.nwords = 0;
}

static void command(char *line)
{
	char *arg = line + strcspn(line, " \t"), *words[WORDS_MAX], bytes[16];
	int n = 0;

	if (*arg)
		*arg++ = '\0';
	if (strcmp(line, "size") == 0) {
		do_size(arg);
	} else if (strcmp(line, "env") == 0) {
		char *eq = strchr(arg, '=');

		if (eq) {
			*eq = '\0';
			setenv(arg, eq + 1, 1);
		} else {
			unsetenv(arg);
		}
	} else if (strcmp(line, "input") == 0) {
		n = split(arg, words);
		d.input = n ? words[0] : NULL;
		return;
	} else if (strcmp(line, "run") == 0) {
		n = split(arg, words);
		run(words, n);
		forget_words();
		d.words = memcpy(calloc((size_t)n + 1, sizeof *words), words, (size_t)n * sizeof *words);
		d.nwords = n;
		wait_idle();
		return;
	} else if (strcmp(line, "start") == 0) {
		n = split(arg, words);
		run(words, n);
	} else if (strcmp(line, "keys") == 0) {
		n = split(arg, words);
		for (int i = 0; i < n; i++) {
			key_bytes(words[i], bytes);
			press(bytes);
		}
	} else if (strcmp(line, "last") == 0) {          /* a key after which the program ends */
		key_bytes(arg, bytes);
		send_bytes(bytes, strlen(bytes));
	} else if (strcmp(line, "type") == 0) {
		for (; *arg; arg++) {
			int k = 0;

			do
				bytes[k++] = *arg++;
			while (((unsigned char)*arg & 0xC0) == 0x80 && k < 4);
			bytes[k] = '\0';
			arg--;
			press(bytes);
		}
	} else if (strcmp(line, "paste") == 0) {
		do_paste(arg);
	} else if (strcmp(line, "click") == 0) {
		do_click(arg);
	} else if (strcmp(line, "wheel") == 0) {
		do_mouse(strcmp(arg, "down") == 0 ? 65 : 64, 5, 5);
	} else if (strcmp(line, "random") == 0) {
		do_random(arg, d.words, d.nwords);
	} else if (strcmp(line, "time") == 0) {
		n = split(arg, words);
		do_time(words, n);
	} else if (strcmp(line, "until") == 0) {
		do_until(arg);
	} else if (strcmp(line, "raw") == 0) {
		n = split(arg, words);
		for (int i = 0; i < n && i < 15; i++)
			bytes[i] = (char)strtol(words[i], NULL, 16);
		send_bytes(bytes, (size_t)n);
		wait_idle();
	} else if (strcmp(line, "screen") == 0) {
		do_screen(arg);
	} else if (strcmp(line, "picture") == 0) {
		do_picture(arg);
	} else if (strcmp(line, "hide") == 0) {
		if (sscanf(arg, "%d-%d", &d.vt.hide_from, &d.vt.hide_to) != 2)
			die("hide: expected FROM-TO");
	} else if (strcmp(line, "attrs") == 0) {
		do_attrs(arg);
	} else if (strcmp(line, "clipboard") == 0) {
		do_clipboard();
	} else if (strcmp(line, "file") == 0) {
		n = split(arg, words);
		do_file(n ? words[0] : "");
	} else if (strcmp(line, "shell") == 0) {
		fflush(stdout);
		if (system(arg) != 0)
			die("the command failed");
	} else if (strcmp(line, "suspend") == 0) {
		do_suspend(arg);
	} else if (strcmp(line, "resume") == 0) {
		d.vt.idle = 0;
		if (write(d.orders, "c", 1) != 1)
			die("the shell is gone");
		wait_idle();
	} else if (strcmp(line, "signal") == 0) {
		do_signal(arg);
	} else if (strcmp(line, "wait") == 0) {
		wait_idle();
	} else if (strcmp(line, "hangup") == 0) {
		close(d.slave);
		close(d.master);
		d.master = d.slave = -1;
	} else if (strcmp(line, "exit") == 0) {
		end();
	} else {
		die("no such command: %s", line);
	}
	for (int i = 0; i < n; i++)
		free(words[i]);
}

int main(int argc, char **argv)
{
	char line[8192];
	FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (!f) {
		fprintf(stderr, "usage: screen_driver SCRIPT\n");
		return 2;
	}
	setlocale(LC_ALL, "C.UTF-8");
	signal(SIGPIPE, SIG_IGN);
	setenv("SPOOR_IDLE_FD", "1", 1);
	d.script = argv[1];
	while (fgets(line, sizeof line, f)) {
		d.line++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] && line[0] != '#')
			command(line);
	}
	fclose(f);
	if (d.running)
		die("the program is still running at the end of the script");
	forget_words();
	vt_free(&d.vt);
	return 0;
}
