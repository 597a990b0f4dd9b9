/* Message digests: MD5, SHA-1, SHA-256, SHA-512. For naming things, not for secrets. */
#ifndef SPOOR_DIGEST_H
#define SPOOR_DIGEST_H

#include <stdint.h>

#include "base/str.h"

enum digest { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA512 };
#define DIGEST_MAX 64

/* The digest of s; returns its size in bytes. */
unsigned digest(enum digest kind, struct str s, uint8_t out[DIGEST_MAX]);

#endif
