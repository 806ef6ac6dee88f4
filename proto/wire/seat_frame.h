/* The operator's word that an empty store takes over a node's seat. It lies in the file `seat` of
 * the node's directory until the store is made; nobody sends it.
 *
 * The node that had the seat before may have promised and voted: not at a round above `round`, and
 * not in a slot from `slot` on, for its peers have touched none within a window of those. So the
 * new one has promised that round, and its acceptor has no part in slots below. Its peers know
 * lives of the node before; the new one remembers these, so that the peers believe it, and no copy
 * of the directory before.
 *
 *   head  | node u8 | boot u16 | slot u64 | round u32 | lines u8, for each slot u64 and policy u32
 * | lives u8, for each number u32 and stored u64 | signature 64, by the operator
 *   ("paxos-tui seat 1"), of all that stands before it. The epoch is that of the head. */
#ifndef PROTO_WIRE_SEAT_FRAME_H
#define PROTO_WIRE_SEAT_FRAME_H

#include "proto/core/snapshot.h"
#include "proto/wire/control_frame.h"

#define SEAT_BYTES_MAX 1024

struct seat {
	node_id node;
	uint32_t epoch;
	uint16_t boot; /* of the latest life before */
	slot_number slot;
	uint32_t round;
	uint8_t lines;
	struct policy_line line[POLICY_LINES_MAX];
	uint8_t lives;
	struct known_life life[NODES_MAX];
};

size_t seat_encode(const struct wire_context *context, const struct seat *seat,
		   const struct crypto *crypto, const struct secret_key *operator_key,
		   uint8_t bytes[SEAT_BYTES_MAX]);

/* The epoch of the context does not matter. */
enum drop seat_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
		      const struct crypto *crypto, const struct public_key *operator_key,
		      struct seat *out);

#endif
