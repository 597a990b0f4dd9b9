/* Columns that text takes on a terminal, whatever the locale. */
#include "export/export.h"

#include <locale.h>
#include <pthread.h>
#include <wchar.h>

#include "base/utf8.h"

static locale_t unicode;

static void make_locale(void)
{
	unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

/* Widths must not depend on the user's locale: the same data, the same bytes. */
size_t export_width(struct str s)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	size_t width = 0;

	pthread_once(&once, make_locale);
	locale_t old = unicode ? uselocale(unicode) : (locale_t)0;
	for (size_t at = 0; at < s.n;) {
		uint32_t c = utf8_next(s, &at);
		int w = c < 0x7F || c == UTF8_BAD ? 1 : wcwidth((wchar_t)c);
		width += w < 0 ? 1 : (size_t)w;
	}
	if (old)
		uselocale(old);
	return width;
}
