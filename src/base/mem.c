/* Allocation that never returns NULL. Owns the policy for "no memory"; knows nothing of what is allocated. */
#include "base/mem.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void (*_Atomic fatal_hook)(void);

static _Noreturn void no_memory(void)
{
	static const char text[] = "spoor: out of memory; load fewer logs at once, or use a machine with more\n";
	void (*hook)(void) = atomic_exchange(&fatal_hook, NULL);

	if (hook)
		hook();
	/* Nothing below may allocate: no stdio, no atexit handlers. */
	ssize_t ignored = write(STDERR_FILENO, text, sizeof(text) - 1);
	(void)ignored;
	_exit(2);
}

void mem_on_fatal(void (*hook)(void))
{
	atomic_store(&fatal_hook, hook);
}

void *xmalloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		no_memory();
	return p;
}

void *xmalloc_big(size_t n)
{
	const size_t huge_page = 2 << 20;

	if (n < 2 * huge_page || n > SIZE_MAX - huge_page)
		return xmalloc(n);
	void *p = aligned_alloc(huge_page, (n + huge_page - 1) & ~(huge_page - 1));
	if (!p)
		no_memory();
	madvise(p, n, MADV_HUGEPAGE);                    /* a wish: nothing is lost when it is not granted */
	return p;
}

void *xcalloc(size_t count, size_t size)
{
	void *p = count && size ? calloc(count, size) : calloc(1, 1);

	if (!p)
		no_memory();
	return p;
}

void *xrealloc(void *p, size_t n)
{
	void *q = realloc(p, n ? n : 1);

	if (!q)
		no_memory();
	return q;
}

void *xreallocarray(void *p, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		no_memory();
	return xrealloc(p, count * size);
}

char *xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *xstrndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *p = xmalloc(len + 1);

	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}
