/* What a node heard how much others had stored: it travels with the frames that the node sends
 * anyway, to peers that did not hear it themselves. So an old copy of a node's directory is noticed
 * by nodes, too, to which that node had said nothing (proto/member/lives.h).
 *
 *   count u8, from 1 | count times, nodes rising: node u8 | boot u16 | life u32 | stored u64 */
#ifndef PROTO_WIRE_HEARSAY_H
#define PROTO_WIRE_HEARSAY_H

#include <stddef.h>

#include "proto/core/snapshot.h"

struct byte_reader; /* proto/wire/bytes.h */
struct byte_writer;

struct hearsay {
	uint8_t count;
	struct {
		node_id node;
		struct known_life life;
	} of[NODES_MAX];
};

#define HEARSAY_BYTES_MAX (1 + (size_t)NODES_MAX * 15)

/* Nothing is written if nothing was heard. */
void hearsay_write(struct byte_writer *w, const struct hearsay *heard);
size_t hearsay_length(const struct hearsay *heard);

/* Reads what was written of a cluster of so many nodes; anything else is malformed. */
void hearsay_read(struct byte_reader *r, uint8_t nodes, struct hearsay *out);

#endif
