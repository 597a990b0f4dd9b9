/* An EVTX log from the generator's writer. Apart from evtx_tools.h, as the generator's names are not the loader's. */
#include <stdio.h>
#include <stdlib.h>

#include "samples/gen_evtx.h"
#include "base/str.h"

struct sbuf evtx_sample(unsigned n, bool dirty);

static void add_chunk(struct sbuf *file, struct evtx *x)
{
	const uint8_t *chunk = evtx_chunk(x);

	if (chunk)
		sbuf_add(file, chunk, EVTX_CHUNK);
}

struct sbuf evtx_sample(unsigned n, bool dirty)
{
	static const uint16_t ids[] = {1, 3, 11};
	struct sbuf file = {0};
	uint8_t head[EVTX_HEADER] = {0};
	struct evtx *x = evtx_new();

	sbuf_add(&file, head, sizeof(head));
	for (unsigned i = 0; i < n; i++) {
		char image[64], guid[64], host[16];
		snprintf(image, sizeof(image), "C:\\Windows\\System32\\tool%u.exe", i % 40);
		snprintf(guid, sizeof(guid), "{0A0B0C0D-0000-0000-0000-%012X}", i);
		snprintf(host, sizeof(host), "HOST-%u", i % 3);
		const struct event e = {
			.id = ids[i % 3], .version = 5, .written = INT64_C(1741680000000000) + i * INT64_C(1000000), .record = 1000 + i,
			.service_pid = 2000, .service_tid = 3000, .computer = {host, (uint32_t)strlen(host)}, .nfields = 4,
			.field = {{T("UtcTime"), T("2025-03-11 08:00:00.123")}, {T("ProcessGuid"), {guid, (uint32_t)strlen(guid)}},
			          {T("ProcessId"), T("4711")}, {T("Image"), {image, (uint32_t)strlen(image)}}},
		};
		if (!evtx_add(x, &e)) {
			add_chunk(&file, x);
			evtx_add(x, &e);
		}
	}
	add_chunk(&file, x);
	evtx_header(x, dirty, head);
	memcpy(file.p, head, sizeof(head));
	evtx_free(x);
	return file;
}
