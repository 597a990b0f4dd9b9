/* Where results go: stdout, or a file that appears when it is complete. A signal takes the unfinished file along. */
#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/mem.h"

/* Name of the unfinished file, for the signal handler; set before the handler is, freed after it is gone. */
static char *volatile unfinished;

static void remove_unfinished(int sig)
{
	if (unfinished)
		unlink(unfinished);
	signal(sig, SIG_DFL);
	raise(sig);
}

static void on_signals(void (*handler)(int))
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		struct sigaction old;
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			signal(signals[i], handler);
	}
}

bool output_open(struct output *o, const char *path)
{
	struct diag d = DIAG_INIT;

	*o = (struct output){.f = stdout, .to_file = path && strcmp(path, "-") != 0};
	if (!o->to_file)
		return true;
	if (!export_open(&o->file, path, true, &d)) {
		say_diag(&d);
		return false;
	}
	o->f = o->file.f;
	if (o->file.temp) {
		unfinished = xstrdup(o->file.temp);
		on_signals(remove_unfinished);
	}
	return true;
}

static void forget_unfinished(void)
{
	char *p = unfinished;

	if (!p)
		return;
	on_signals(SIG_DFL);
	unfinished = NULL;
	free(p);
}

int output_close(struct output *o, bool written)
{
	int error = written ? 0 : errno, status = CLI_OK;
	struct diag d = DIAG_INIT;

	if (!o->to_file) {
		if (written && (fflush(stdout) != 0 || ferror(stdout)))
			error = errno ? errno : EIO;
		/* A reader that has seen enough needs no telling. */
		if (error && error != EPIPE)
			say("standard output: cannot write: %s; make room or write elsewhere with -o FILE", strerror(error));
		return error ? CLI_NOTHING : CLI_OK;
	}
	if (error) {
		say("%s: cannot write: %s; make room or choose another place", o->file.path, strerror(error));
		export_abort(&o->file);
		status = CLI_NOTHING;
	} else if (!export_commit(&o->file, &d)) {
		say_diag(&d);
		status = CLI_NOTHING;
	}
	forget_unfinished();
	return status;
}

void output_abort(struct output *o)
{
	if (o->to_file)
		export_abort(&o->file);
	forget_unfinished();
}

unsigned output_width(FILE *f)
{
	enum { UNKNOWN_WIDTH = 80 };                     /* of a terminal that does not say, as a serial line */
	struct winsize w;
	int fd = fileno(f);

	if (fd < 0 || !isatty(fd))
		return 0;
	return ioctl(fd, TIOCGWINSZ, &w) == 0 && w.ws_col ? w.ws_col : UNKNOWN_WIDTH;
}
