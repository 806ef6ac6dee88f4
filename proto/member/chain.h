/* The chain over all that was chosen in an epoch: what is left of slots that are not kept
 * (proto/core/summary.c).
 *
 *   chain(0)     = 32 zero bytes
 *   chain(s + 1) = BLAKE2b, 32 bytes long, with the key chain(s), of
 *                  "paxos-tui chain 1" (with its 0) | s u64 | length u32 | the value chosen in s
 *
 * Integers are little-endian; a no-op has length 0. So chain(s) is about the slots below s, and two
 * nodes with the same chain(s) know the same values in all of them. It is counted once for each
 * slot, when the slot is closed, and only by a node that does not keep everything. */
#ifndef PROTO_MEMBER_CHAIN_H
#define PROTO_MEMBER_CHAIN_H

#include "proto/core/types.h"
#include "proto/wire/crypto.h"

struct chain {
	slot_number end; /* it is about the slots below this one */
	uint8_t digest[DIGEST_BYTES];
};

/* The chain over no slots. */
void chain_begin(struct chain *chain);

/* Adds slot chain->end, which is decided. */
void chain_add(struct chain *chain, const uint8_t *value, uint32_t length);

#endif
