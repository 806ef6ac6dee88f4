/* The proofs of the message at hand: what is attached to a frame, read and checked, as plain
 * messages that the core can reason about. proofs.c begins with a worked example. */
#ifndef PROTO_MEMBER_PROOFS_H
#define PROTO_MEMBER_PROOFS_H

#include "proto/member/proof_table.h"

/* Attached to one message, at most. */
#define TOLD_MAX        2048
#define TOLD_CLAIMS_MAX (4 * NODES_MAX * SLOTS_OPEN_MAX)

struct proofs {
	struct proof_table table;
	/* of the message at hand */
	unsigned told;   /* messages attached to it, */
	unsigned claims; /* and the claims of those messages */
	struct message message[TOLD_MAX];
	struct claim claim[TOLD_CLAIMS_MAX];
	proof_ref all; /* all of them as one proof, PROOF_NONE if they are too many bytes */
};

/* Bytes of memory that proofs_init needs. The memory stays the caller's. */
size_t proofs_size(void);
void proofs_init(struct proofs *p, void *memory);

/* Reads what is attached to a frame and gives frame->message its facts: told and tell, certified
 * and cert of its claims, view, proofs and proof_list. They are valid until the next call.
 * DROP_NOTHING, or why the message is not to be believed. */
enum drop proofs_read(struct proofs *p, const struct verifier *v, struct frame *frame);

#endif
