/* The signed messages of others, and of this member, that serve as proofs.
 *
 * A table keeps each once, as bytes, and nothing gets in that was not verified: what is found there
 * need not be verified again. References to what is marked stay; the rest is swept when there is no
 * room (like proto/core/values.h).
 *
 * And the proofs of the message at hand, read: plain messages that the core can reason about. */
#ifndef PROTO_MEMBER_PROOFS_H
#define PROTO_MEMBER_PROOFS_H

#include "proto/core/paxos.h"
#include "proto/core/values.h"
#include "proto/wire/frame.h"

#define PROOFS_KEPT_MAX   8192
#define PROOFS_KEPT_BYTES ((size_t)8 << 20)

/* In one message. */
#define TOLD_MAX        2048
#define TOLD_CLAIMS_MAX (NODES_MAX * SLOTS_OPEN_MAX)

struct proofs {
	struct values *kept;
	/* of the message at hand */
	unsigned told;
	unsigned claims;
	struct message message[TOLD_MAX];
	struct claim claim[TOLD_CLAIMS_MAX];
	proof_ref all; /* all of them as one proof, PROOF_NONE if they are too many bytes */
	uint8_t bytes[PROOFS_BYTES_MAX]; /* of what is being sent, or put together */
};

/* What is needed to believe a message. */
struct believing {
	const struct wire_context *wire;
	const struct crypto *crypto;
	const struct public_key *keys; /* by id */
	const struct paxos *paxos;     /* for the policies */
	struct values *values;
};

size_t proofs_size(void);
void proofs_init(struct proofs *p, void *table);

/* A signed frame as a proof; PROOF_NONE if its signature is not that of message.from, or there is
 * no room. */
proof_ref proofs_take(struct proofs *p, const struct believing *b, const struct frame *frame);
/* The same of what this member signed itself. */
proof_ref proofs_own(struct proofs *p, const struct frame *frame);
/* Any bytes that are to be named: a digest, or proofs from the store. */
proof_ref proofs_keep(struct proofs *p, const uint8_t *bytes, size_t length);

/* Reads what is attached to a frame and gives message its facts: tell, claims' certified and cert,
 * view, proof_list. DROP_NOTHING or why the message is not to be believed. */
enum drop proofs_read(struct proofs *p, const struct believing *b, struct frame *frame);

/* Writes these proofs one after the other into p->bytes, each once; returns the length. */
size_t proofs_write(struct proofs *p, const proof_ref *list, unsigned count);

#endif
