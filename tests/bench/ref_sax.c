/* ref_sax FILE: the least that reading a log with libxml2 can cost. Each line, one <Event>, is parsed as a document of its own, as
 * a reader must that loses only the damaged record, by the SAX interface with handlers that do nothing. Prints the events. */
#include <errno.h>
#include <fcntl.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void element(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int nns, const xmlChar **ns,
	int nattr, int ndefault, const xmlChar **attr)
{
	(void)ctx, (void)name, (void)prefix, (void)uri, (void)nns, (void)ns, (void)nattr, (void)ndefault, (void)attr;
}

static void element_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	(void)ctx, (void)name, (void)prefix, (void)uri;
}

static void text(void *ctx, const xmlChar *s, int n)
{
	(void)ctx, (void)s, (void)n;
}

static int fail(const char *file)
{
	fprintf(stderr, "ref_sax: %s: %s\n", file, strerror(errno));
	return 2;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: ref_sax FILE\n", stderr);
		return 2;
	}
	int fd = open(argv[1], O_RDONLY);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(argv[1]);
	const char *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return fail(argv[1]);
	xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC, .startElementNs = element, .endElementNs = element_end, .characters = text};
	unsigned long events = 0;
	for (const char *end = p + st.st_size; p < end;) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		if (!eol)
			eol = end;
		if (eol > p && xmlSAXUserParseMemory(&sax, NULL, p, (int)(eol - p)) == 0)
			events++;
		p = eol + 1;
	}
	xmlCleanupParser();
	printf("%lu events\n", events);
	return 0;
}
