/* generate: large, realistic Sysmon logs with planted cases, the same bytes from the same seed. For benchmarks and tests.
 * This file is its command line and the loop; the world that it writes down is in gen_world.c, gen_act.c and gen_words.c. */
#include "gen.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
	"usage: generate [--events N | --size BYTES] [--hosts H] [--days D] [--seed S] [--format xml|json|evtx] [--plant N]\n"
	"                [--plan FILE] [-o FILE]\n"
	"Writes a Sysmon log of invented hosts to FILE or standard output. BYTES may end in k, M or G (powers of 1000).\n"
	"Among the events lie N planted cases that the shipped rules must find, and no others. --plan lists what is to be found,\n"
	"one finding a line: rule file, time, host, ProcessGuid, process id, number of connections; tabs between.\n";

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "generate: %s: %s\n", what, why);
	exit(2);
}

static uint64_t number(const char *option, const char *text, uint64_t least, uint64_t most)
{
	char *end;
	errno = 0;
	unsigned long long n = strtoull(text, &end, 10);
	uint64_t unit = 1;
	if (strcmp(option, "--size") == 0 && *end) {
		unit = *end == 'k' ? 1000 : *end == 'M' ? 1000000 : *end == 'G' ? 1000000000 : 0;
		end++;
	}
	if (errno || end == text || *end || *text == '-' || !unit || n < least || n > most / unit) {
		char why[80];
		snprintf(why, sizeof why, "a number from %" PRIu64 " to %" PRIu64 " is expected", least, most);
		fail(option, why);
	}
	return n * unit;
}

static void write_plan(FILE *f, const struct plan_entry *e, struct out *o)
{
	for (int i = 0; i < 2 && e->plant->rule[i]; i++) {
		char time[24];
		out_time(o, e->time, time);
		fprintf(f, "%s.yml\t%.10sT%.12sZ\t%.*s\t%.38s\t%" PRIu32 "\t%" PRIu32 "\n", e->plant->rule[i], time, time + 11,
			(int)e->host.n, e->host.s, e->guid, e->pid, e->connections);
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"events", required_argument, NULL, 'e'}, {"size", required_argument, NULL, 'z'}, {"hosts", required_argument, NULL, 'h'},
		{"days", required_argument, NULL, 'd'}, {"seed", required_argument, NULL, 's'}, {"format", required_argument, NULL, 'f'},
		{"plant", required_argument, NULL, 'p'}, {"plan", required_argument, NULL, 'l'}, {"output", required_argument, NULL, 'o'},
		{"help", no_argument, NULL, 'H'}, {0}};
	uint64_t events = 10000, size = 0, seed = 1, hosts = 20, days = 7, plants = 0;
	const char *plan = NULL, *output = NULL;
	enum format format = FORMAT_XML;
	for (int c; (c = getopt_long(argc, argv, "o:", options, NULL)) != -1;) {
		switch (c) {
		case 'e': events = number("--events", optarg, 1, UINT64_C(1) << 40); break;
		case 'z': size = number("--size", optarg, 1, UINT64_C(1) << 50); break;
		case 'h': hosts = number("--hosts", optarg, 1, 60000); break;
		case 'd': days = number("--days", optarg, 1, 3650); break;
		case 's': seed = number("--seed", optarg, 0, UINT64_MAX); break;
		case 'p': plants = number("--plant", optarg, 0, 1000000); break;
		case 'l': plan = optarg; break;
		case 'o': output = optarg; break;
		case 'f':
			if (strcmp(optarg, "xml") != 0 && strcmp(optarg, "json") != 0 && strcmp(optarg, "evtx") != 0)
				fail("--format", "xml, json or evtx is expected");
			format = optarg[0] == 'x' ? FORMAT_XML : optarg[0] == 'j' ? FORMAT_JSON : FORMAT_EVTX;
			break;
		case 'H':
			return fputs(usage, stdout) == EOF || fflush(stdout) == EOF ? 2 : 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (optind < argc)
		fail(argv[optind], "no such argument is expected; see --help");

	int fd = STDOUT_FILENO;
	if (output && (fd = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0666)) < 0)
		fail(output, strerror(errno));
	FILE *list = NULL;
	if (plan && !(list = fopen(plan, "w")))
		fail(plan, strerror(errno));
	struct out o;
	if (!out_open(&o, fd, format))
		fail("memory", strerror(errno));
	struct world *w = world_new(seed, (uint32_t)hosts, (uint32_t)days, &o);

	uint64_t done = 0, planted = 0;
	for (double progress = 0; (progress < 1 || planted < plants) && !o.error;) {
		if (planted < plants && progress >= ((double)planted + 0.5) / (double)plants) {
			struct plan_entry e;
			world_plant(w, progress, planted++, &e);
			if (list)
				write_plan(list, &e, &o);
			done += 3;
		} else
			done += world_step(w, progress);
		progress = size ? (double)o.total / (double)size : (double)done / (double)events;
	}
	done += world_finish(w);
	world_free(w);
	if (!out_close(&o) || (output && close(fd) != 0))
		fail(output ? output : "standard output", strerror(o.error ? o.error : errno));
	if (list && fclose(list) != 0)
		fail(plan, strerror(errno));
	fprintf(stderr, "generate: %" PRIu64 " events, %" PRIu64 " bytes, %" PRIu64 " cases planted\n", done, o.total, planted);
	return 0;
}
