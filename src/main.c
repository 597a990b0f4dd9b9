/* The command line, and nothing more: options and subcommands are turned into calls of the modules here. */
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("spoor " PACKAGE_VERSION);
		return fflush(stdout) == 0 ? 0 : 2;
	}
	fputs("spoor: usage: spoor --version\n", stderr);
	return 2;
}
