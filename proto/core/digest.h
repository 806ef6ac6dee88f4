/* A 64-bit digest of bytes, the same on every machine. It tells values apart unless they were
 * made alike on purpose. Against a liar it is worth nothing, and nothing that is believed rests on
 * it. */
#ifndef PROTO_CORE_DIGEST_H
#define PROTO_CORE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* `seed`: different seeds make different families of digests. */
uint64_t digest64(uint64_t seed, const uint8_t *bytes, size_t length);

#endif
