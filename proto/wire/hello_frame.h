/* A hello: a node tells its peers of its life, and what it knows of theirs. Hellos travel
 * beside messages on the data bus and are no part of the protocol: they are how an old copy of a
 * node's directory is noticed (proto/member/lives.h).
 *
 *   version u8 = HELLO_VERSION | asks u8 | sender u8 | to u32 | cluster 8 bytes |
 *   boot u16 | life u32 | past u32 | past stored u64: the sender's life; and a life of it before,
 *   with the transactions stored when that ended (0, 0: it never lived before) |
 *   judged u32: a life of the node in `to` that this answers, 0 = it answers nothing |
 *   known u32 | known boot u16 | known stored u64: the life of that node that the sender believes |
 *   signature 64, by the sender ("paxos-tui hello 1"), of all that stands before it */
#ifndef PROTO_WIRE_HELLO_FRAME_H
#define PROTO_WIRE_HELLO_FRAME_H

#include "proto/core/event.h"
#include "proto/wire/crypto.h"
#include "proto/wire/frame.h"

/* The first byte of a message is WIRE_VERSION, so a hello is told from it at once. The next six
 * are those of a message: frame_peek reads both. */
#define HELLO_VERSION 0x67
#define HELLO_BYTES   (15 + 18 + 18 + SIGNATURE_BYTES)

struct hello {
	node_id sender;
	node_set to;
	bool asks; /* for a hello in return, with a judgement */
	uint16_t boot;
	uint32_t life; /* not 0 */
	uint32_t past;
	uint64_t past_stored;
	uint32_t judged;
	uint32_t known;
	uint16_t known_boot;
	uint64_t known_stored;
};

bool is_hello(const uint8_t *bytes, size_t length);

size_t hello_encode(const struct wire_context *context, const struct hello *hello,
		    const struct crypto *crypto, const struct secret_key *key,
		    uint8_t bytes[HELLO_BYTES]);

/* `keys`: of the nodes, by id. DROP_NOTHING: the sender signed it. */
enum drop hello_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
		       const struct crypto *crypto, const struct public_key *keys,
		       struct hello *out);

#endif
