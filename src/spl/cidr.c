/* Address ranges in CIDR notation, IPv4 and IPv6. */
#include "spl/expr.h"

#include <arpa/inet.h>

/* Reads an address into addr (16 bytes, the rest cleared). Its family, 0 when it is none. */
static uint8_t read_address(struct str s, uint8_t addr[16])
{
	char text[INET6_ADDRSTRLEN];

	if (s.n == 0 || s.n >= sizeof(text) || memchr(s.p, '\0', s.n))
		return 0;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	memset(addr, 0, 16);
	if (inet_pton(AF_INET, text, addr) == 1)
		return 4;
	return inet_pton(AF_INET6, text, addr) == 1 ? 6 : 0;
}

bool cidr_parse(struct str s, struct cidr *out)
{
	const char *slash = s.n ? memchr(s.p, '/', s.n) : NULL;
	unsigned long long len;

	if (!slash)
		return false;
	struct str address = {s.p, (size_t)(slash - s.p)};
	struct str bits = {slash + 1, s.n - address.n - 1};
	out->family = read_address(address, out->addr);
	if (!out->family || bits.n > 3 || !str_u64(bits, &len) || len > (out->family == 4 ? 32 : 128)) {
		out->family = 0;
		return false;
	}
	out->len = (uint8_t)len;
	return true;
}

bool cidr_holds(const struct cidr *c, struct str address)
{
	uint8_t addr[16];

	if (!c->family || read_address(address, addr) != c->family)
		return false;
	if (memcmp(addr, c->addr, c->len / 8) != 0)
		return false;
	unsigned rest = c->len % 8;
	return !rest || (addr[c->len / 8] ^ c->addr[c->len / 8]) >> (8 - rest) == 0;
}
