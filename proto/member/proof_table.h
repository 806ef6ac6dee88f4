/* The signed messages that serve as proofs, this member's own ones too, each kept once as bytes.
 *
 * Nothing gets into the table before its signature was verified, so a message that is found there
 * needs no second check. A proof_ref names one message, or several in a row. References to what is
 * marked stay valid; the rest is swept when there is no room (like proto/core/values.h). */
#ifndef PROTO_MEMBER_PROOF_TABLE_H
#define PROTO_MEMBER_PROOF_TABLE_H

#include "proto/core/paxos.h"
#include "proto/core/values.h"
#include "proto/wire/frame.h"

#define PROOFS_KEPT_MAX   8192
#define PROOFS_KEPT_BYTES ((size_t)8 << 20)

/* A power of 2; those beyond are written as often as they come. */
#define PROOFS_NAMELESS_MAX 4096

struct proof_table {
	struct values *kept;
	/* scratch: proofs that are being put together, and where those of them stand that have no
	 * name of their own */
	uint8_t bytes[PROOFS_BYTES_MAX];
	struct {
		uint32_t from;
		uint32_t length; /* 0: this place is free */
	} nameless[PROOFS_NAMELESS_MAX];
	bool has_nameless;
};

/* What is needed to check a message of another node. */
struct verifier {
	const struct wire_context *wire;
	const struct crypto *crypto;
	const struct public_key *keys; /* by id */
	const struct paxos *paxos;     /* for the policies */
	struct values *values;
};

/* Bytes of memory that proof_table_init needs. The memory stays the caller's. */
size_t proof_table_size(void);
void proof_table_init(struct proof_table *t, void *memory);

/* A signed frame as a proof. PROOF_NONE: its signature is not that of message.from, or there is no
 * room. */
proof_ref proof_table_take(struct proof_table *t, const struct verifier *v,
			   const struct frame *frame);

/* The same of a frame that this member signed itself, which needs no check. */
proof_ref proof_table_take_own(struct proof_table *t, const struct frame *frame);

/* Any bytes that are to have a name: the digest of a NewView, or proofs that come from the store.
 * PROOF_NONE: there are none, they are too long, or there is no room. */
proof_ref proof_table_keep(struct proof_table *t, const uint8_t *bytes, size_t length);

/* Writes the messages of these proofs one after the other into t->bytes, each message once. Returns
 * the length. */
size_t proof_table_write(struct proof_table *t, const proof_ref *list, unsigned count);

#endif
