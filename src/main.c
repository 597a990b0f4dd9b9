/* The command line, and nothing more: picks the subcommand. Options and subcommands are in cli/. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"

/* A descriptor that the caller closed must not become that of a log or a case: what is printed would go there. */
static void occupy_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static int run(const struct cli *c)
{
	struct output out;

	if (c->help || c->version) {
		output_open(&out, NULL);
		if (c->help)
			cli_help(out.f, c->command);
		else
			fputs("spoor " PACKAGE_VERSION "\n", out.f);
		return output_close(&out, true);
	}
	switch (c->command) {
	case CMD_SCAN:
		return cli_scan(c);
	case CMD_QUERY:
		return cli_query(c);
	case CMD_CHECK:
		return cli_check(c);
	case CMD_TEST:
		return cli_test(c);
	default:
		return cli_triage(c);
	}
}

int main(int argc, char **argv)
{
	struct cli c;

	occupy_descriptors();
	signal(SIGPIPE, SIG_IGN);                        /* a reader that went away is an error of writing */
	int status = cli_parse(&c, argc, argv) ? run(&c) : CLI_NOTHING;
	cli_free(&c);
	return status;
}
