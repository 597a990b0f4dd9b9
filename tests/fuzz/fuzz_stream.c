/* Any bytes as a file: plain, packed, archives in archives. All members come out within the limits, and each is the same when it
 * is asked for alone, as the raw view does. */
#include <fcntl.h>
#include <sys/mman.h>

#include "load/stream.h"
#include "tests/load_tools.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { MEMBERS = 64, BYTES = 1 << 20 };

static const struct stream_limits limits = {.member = BYTES, .ratio = 100, .ratio_free = BYTES};

static int file_of(const uint8_t *p, size_t n)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	must(fd >= 0);
	must(write(fd, p, n) == (ssize_t)n);
	return fd;
}

/* Reads the member to its end; the bytes, as far as they come. */
static struct sbuf read_member(struct stream *s)
{
	struct sbuf b = {0};
	struct diag d = DIAG_INIT;
	char block[5000];

	for (ptrdiff_t k; (k = stream_read(s, block, sizeof(block), &d)) > 0;)
		sbuf_add(&b, block, (size_t)k);
	return b;
}

static void again(const uint8_t *p, size_t n, const uint32_t place[INPUT_NEST_MAX], unsigned depth, struct str want)
{
	struct stream *s = stream_open(file_of(p, n), &limits);
	struct diag d = DIAG_INIT;

	stream_want(s, place, depth);
	enum stream_state state = stream_next(s, &d);
	if (state == STREAM_MEMBER) {
		struct sbuf got = read_member(s);
		must(str_eq(sbuf_str(&got), want));
		sbuf_free(&got);
	}
	stream_close(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct stream *s = stream_open(file_of(p, n), &limits);
	enum stream_state state = STREAM_MEMBER;

	for (int i = 0; i < MEMBERS && state != STREAM_END; i++) {
		struct diag d = DIAG_INIT;
		state = stream_next(s, &d);
		must(state != STREAM_BAD || d.msg[0]);
		if (state != STREAM_MEMBER)
			continue;
		uint32_t place[INPUT_NEST_MAX];
		unsigned depth = stream_place(s, place);
		free(stream_member(s));
		struct sbuf text = read_member(s);
		if (i < 4)
			again(p, n, place, depth, sbuf_str(&text));
		sbuf_free(&text);
	}
	stream_close(s);
	return 0;
}
