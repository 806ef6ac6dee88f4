/* Certificates: which of the votes that a message tells are proven, and by what (rule 3). */
#ifndef PROTO_MEMBER_CERTIFICATES_H
#define PROTO_MEMBER_CERTIFICATES_H

#include "proto/member/proofs.h"

/* "In this slot, at this ballot, for this value." */
struct vote {
	slot_number slot;
	struct ballot ballot;
	value_ref value;
};

/* Is the Accept that asks for this vote, signed by the ballot's owner, attached? */
bool certificates_is_asked(const struct proofs *p, const struct vote *vote);

/* Sets `certified` and `cert` of every claim: of the frame's message, and of the messages attached
 * to it, which p holds. A claim that nothing proves stays as it is. */
void certificates_find(struct proofs *p, const struct verifier *v, struct frame *frame);

#endif
