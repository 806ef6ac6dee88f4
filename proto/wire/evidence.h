/* Transferable proofs that a node lied (proto/wire/evidence.def). A proof embeds messages that the
 * accused node signed. Anybody with the keys of the cluster can check it, without believing the
 * node that brought it: other nodes, dashboards, and people with a file.
 *
 *   version u8 | kind u8 | accused u8 | slot u64 | parts u8 |
 *   parts: length u32, what is signed of a message (proto/wire/frame.h), its signature 64 bytes |
 *   a false accusation only: length u32, the accusation that the message stands for
 *
 * It travels as the value of a message EVIDENCE, which the accuser signs. So an accusation that
 * proves nothing is itself a proof, against the accuser. Cluster and epoch stand in every part. */
#ifndef PROTO_WIRE_EVIDENCE_H
#define PROTO_WIRE_EVIDENCE_H

#include "proto/wire/frame.h"

#define EVIDENCE_PARTS_MAX 2
#define EVIDENCE_WORDS_MAX 320

/* No proof is longer: two messages, or an accusation and another one in it. */
#define EVIDENCE_BYTES_MAX (3 * (BRIEF_BYTES_MAX + SIGNATURE_BYTES) + 64)

enum proof_kind {
	PROOF_NOTHING = 0,
#define PROOF(name, code, text, parts, attacks, help) PROOF_##name = code,
#include "proto/wire/evidence.def"
#undef PROOF
	PROOFS
};

/* A message as its signer signed it, in its brief form. The bytes are the caller's. */
struct signed_body {
	const uint8_t *body;
	uint32_t length;
	const uint8_t *signature;
};

/* Is the signature that of the key? */
bool signed_body_holds(const struct signed_body *body, const struct crypto *crypto,
		       const struct public_key *key);

struct evidence {
	enum proof_kind kind;
	node_id accused;
	slot_number slot; /* in which it lied; 0 if it is about none */
	uint8_t parts;
	struct signed_body part[EVIDENCE_PARTS_MAX];
	const uint8_t *accusation; /* PROOF_FALSE_ACCUSATION: the value of part[0] */
	uint32_t accusation_length;
};

/* "two-votes"; "?" for what is no row. "nX ...": what it means. */
const char *proof_name(enum proof_kind kind);
const char *proof_words(enum proof_kind kind);

/* Can a lie of this name ("withhold") come to light so? */
bool proof_is_of(enum proof_kind kind, const char *attack);
/* The same names, "equivocate mutate". */
const char *proof_attacks(enum proof_kind kind);

/* The length, 0 if `capacity` is too small. */
size_t evidence_encode(const struct evidence *evidence, uint8_t *bytes, size_t capacity);

/* Reads the form only; *out points into `bytes`. */
enum drop evidence_decode(const uint8_t *bytes, size_t length, struct evidence *out);

/* DROP_NOTHING if it is proved: every part is of this cluster and epoch, signed by the accused, and
 * together they are what no honest node signs. Else why not: DROP_CLUSTER, DROP_EPOCH, DROP_SENDER
 * (nobody of this cluster, or a part by somebody else), DROP_SIGNATURE, DROP_PROOF (it proves
 * nothing), or what is wrong with the form. `keys`: of the nodes, by id. */
enum drop evidence_verify(const struct evidence *evidence, const struct wire_context *context,
			  const struct crypto *crypto, const struct public_key *keys);

/* The epoch of its first message, 0 if that cannot be read. */
uint32_t evidence_epoch(const struct evidence *evidence);

/* Do two messages, signed by one node, prove that it lied? Their signatures are not checked here:
 * the caller has done so. *out points to the same bytes. */
bool evidence_find(const struct wire_context *context, const struct signed_body *a,
		   const struct signed_body *b, struct evidence *out);

/* A proof against the accuser: its signed message EVIDENCE, whose value `accusation` proves
 * nothing. */
struct evidence evidence_of_accusation(node_id accuser, const struct signed_body *message,
				       const uint8_t *accusation, uint32_t length);

/* "n3 voted for two values in one ballot and slot: ACCEPTED 2.1=A and ACCEPTED 2.1=B in slot 4". */
void evidence_words(const struct evidence *evidence, char out[EVIDENCE_WORDS_MAX]);

/* What kind of message a part is, and of which ballot; MSG_NONE if it cannot be read. */
enum message_type evidence_part_type(const struct evidence *evidence, unsigned part,
				     struct ballot *ballot);

/* One of its messages in words, "PROMISE 2.2 (slot 4: nothing)". */
void evidence_part_words(const struct evidence *evidence, unsigned part, char *out, size_t size);

/* Both with their values between marks (proto/core/text.h). */
void evidence_words_marked(const struct evidence *evidence, char out[EVIDENCE_WORDS_MAX]);
void evidence_part_words_marked(const struct evidence *evidence, unsigned part, char *out,
				size_t size);

#endif
