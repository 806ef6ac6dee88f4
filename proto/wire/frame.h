/* A message as bytes. One canonical encoding: decoding refuses whatever encoding would not have
 * written, so equal messages have equal bytes for signature, network, recording and documentation.
 *
 *   envelope  version u8 | flags u8 | sender u8 | to u32 | source u8 | boot u16 | number u64 |
 *             life u32 | stored u64
 *   body      type u8 | cluster 8 bytes | epoch u32 | policy u32 | signer u8 | the fields of the
 *             type's row in proto/core/messages.def, in the order of enum message_field
 *   signature 64 bytes, if flags bit 0
 *   proofs    length u32, not 0, and so many bytes, if flags bit 1: see below
 *   heard     what others had stored, if flags bit 2: proto/wire/hearsay.h
 *
 * Flags bit 3: the value is told by reference. Only in a message that may do so
 * (proto/core/messages.def), and only if the value is longer than VALUE_INLINE_MAX. Behind its
 * length stands in place of its bytes: in a signed message, whose body then is as it is signed, its
 * digest, 32 bytes; else, where nobody is kept from saying anything, two quick digests, u64 each:
 * those of its sketch (proto/core/values.h).
 *
 * Integers are little-endian and of fixed width: ballot = round u32, node u8; slot u64; low u64;
 * value = length u32, bytes (none: a no-op); claims = count u16, then slot, ballot, value each,
 * slots strictly rising from the message's slot on; promised = ballot; why u8; view = 32 bytes;
 * level = known u64, voted u64, and no slot is in both, nor is the first one in `known`;
 * asks = wanted u64, unsure u32, ask u32. Everything else in
 * flags is 0. A slot is never SLOT_NONE; a round is from 1 and its node in the cluster, but
 * `promised` may be none (0, 0): an acceptor that refuses a slot too far ahead may have promised
 * nothing. Nodes are 1 .. nodes, `to` is not empty, boot and number are from 1.
 *
 * The signature covers "paxos-tui message 1" (with its 0) and the body. It does not cover the
 * envelope: any node can show the message to others as proof, and a liar can replay it. Nor does it
 * cover the proofs, which are signed themselves, nor what was heard. In what is signed, a value
 * longer than VALUE_INLINE_MAX is its BLAKE2b digest, 32 bytes, so a proof is short however long
 * the values are.
 */
#ifndef PROTO_WIRE_FRAME_H
#define PROTO_WIRE_FRAME_H

#include <stddef.h>

#include "proto/core/event.h"
#include "proto/core/message.h"
#include "proto/core/values.h"
#include "proto/wire/crypto.h"
#include "proto/wire/hearsay.h"

#define WIRE_VERSION 1

/* Values up to this length stand in what is signed as they are. */
#define VALUE_INLINE_MAX 64

/* What stands for a long value in a message that nobody signed. */
#define UNSIGNED_DIGEST_BYTES 16

/* What is signed of a message is never longer. */
#define BRIEF_BYTES_MAX (256 + (size_t)SLOTS_OPEN_MAX * (24 + VALUE_INLINE_MAX))

/* Proofs that a frame carries, in all. */
#define PROOFS_BYTES_MAX ((size_t)1 << 19)

/* No frame is longer: a promise with the most claims of the longest values, and proofs. */
#define FRAME_BYTES_MAX                                                                            \
	(256 + (size_t)SLOTS_OPEN_MAX * (32 + (size_t)VALUE_BYTES_MAX) + PROOFS_BYTES_MAX +        \
	 HEARSAY_BYTES_MAX)

/* What every message of a cluster's epoch has in common. */
struct wire_context {
	uint8_t cluster[8];
	uint32_t epoch;
	uint8_t nodes;
};

struct frame {
	node_id sender; /* the node that handed it to the bus; message.from made (and signed) it */
	node_set to;
	struct message_id id;
	uint32_t life;   /* of the source: the number that it drew when it started */
	uint64_t stored; /* how many transactions the source had stored when it sent this */
	uint32_t policy;
	bool is_signed;
	bool is_brief;              /* `body` has digests in place of long values */
	bool has_digest;            /* of message.value, which is long: */
	uint32_t value_length;
	uint8_t value_digest[DIGEST_BYTES];
	uint8_t view[DIGEST_BYTES]; /* FIELD_VIEW: the digest of the NewView */
	const uint8_t *proofs;      /* what is attached, NULL = nothing */
	size_t proofs_length;
	struct hearsay hearsay;
	struct message message;
	struct claim claim[SLOTS_OPEN_MAX]; /* message.claim points here */
	/* the parts of the frame that prove it, in the bytes that were decoded */
	const uint8_t *body;
	size_t body_length;
	const uint8_t *signature;
};

/* The node that a frame names as its sender, and the nodes that it is for, without reading the
 * rest. False: it is too short to say. */
bool frame_peek(const uint8_t *bytes, size_t length, node_id *sender, node_set *to);

/* Makes another node hand this frame to the bus, to others: the envelope is not signed, so a liar
 * can repeat what an honest node said. False: it is too short to be a frame. */
bool frame_readdress(uint8_t *bytes, size_t length, node_id sender, node_set to);

/* Fills in `stored` of an encoded frame, if `source` is its source: the driver knows the number
 * only when all that the frame rests on is durable. */
void frame_stamp(uint8_t *bytes, size_t length, node_id source, uint64_t stored);

/* Encodes frame->message, view, proofs and heard (not frame->claim, body, signature), addressed to
 * frame->to, and signs it if `key` is not NULL. The frame must be one that decoding takes: anything
 * else is an assertion. Returns the length; `capacity` of FRAME_BYTES_MAX always suffices, 0 if it
 * does not fit. */
size_t frame_encode(const struct wire_context *context, const struct frame *frame,
		    const struct values *values, const struct crypto *crypto,
		    const struct secret_key *key, uint8_t *bytes, size_t capacity);

/* DROP_NOTHING and *out, whose pointers go into `bytes`; or why the bytes are no message of this
 * cluster. A value that is told by reference is VALUE_UNKNOWN: frame_refer may find it. Does not check the signature: frame_verify does. Values are interned only if all else
 * is right; DROP_FULL if the table has no room for them. */
enum drop frame_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
		       struct values *values, struct frame *out);

/* Makes message.value the one of `list` that has the length and the digest which a decoded frame
 * tells. False: none of them has. */
bool frame_refer(struct frame *frame, const struct values *values, const value_ref *list,
		 unsigned count);

/* A message as it is signed, without envelope and signature: `bytes` are a body in which long
 * values are digests. `values`, `known`: a digest is taken for a value if it is that of one of the
 * first `known_count` of `known`, else for VALUE_UNKNOWN; short values are interned. */
struct known_value {
	uint8_t digest[DIGEST_BYTES];
	value_ref value;
};

enum drop brief_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
		       struct values *values, const struct known_value *known, unsigned known_count,
		       struct frame *out);

/* Points body and signature of a frame that was just encoded and signed into its bytes. */
void frame_point(struct frame *frame, const struct values *values, const uint8_t *bytes,
		 size_t length);

/* Proofs are signed messages one after the other: for each a length u32 (of what follows), what is
 * signed of the message, and its signature. frame_proof writes one for a signed frame and returns
 * its length. proof_next reads the next one of *proofs, like brief_decode, and moves on;
 * DROP_SHORT: there is none. `entry`: its bytes, with the length in front. */
#define PROOF_BYTES_MAX (4 + BRIEF_BYTES_MAX + SIGNATURE_BYTES)

struct proof_list {
	const uint8_t *at;
	size_t left;
};

struct proof_entry {
	const uint8_t *bytes;
	size_t length;
};

size_t frame_proof(const struct frame *frame, uint8_t out[PROOF_BYTES_MAX]);
/* Moves on without reading the message. False: there is none. */
bool proof_skip(struct proof_list *proofs, struct proof_entry *entry);
enum drop proof_next(const struct wire_context *context, struct proof_list *proofs,
		     struct values *values, const struct known_value *known, unsigned known_count,
		     struct frame *out, struct proof_entry *entry);

/* The name that an Accept has for a NewView: a digest of what is signed of it and of its proofs. */
void frame_view_digest(const struct frame *frame, uint8_t digest[DIGEST_BYTES]);

/* The bytes that are signed of a decoded frame; returns their length. */
size_t frame_brief(const struct frame *frame, uint8_t out[BRIEF_BYTES_MAX]);

/* Is the message signed by this key? The frame may be brief. */
bool frame_verify(const struct frame *frame, const struct crypto *crypto,
		  const struct public_key *key);

#endif
