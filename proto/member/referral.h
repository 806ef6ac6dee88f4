/* Values that messages name by their digests. A value travels once, in the Accept: answers to it,
 * and the Commit that tells how it ended, need only name it. A digest is taken for a value that
 * this member heard in that very slot and ballot, and for no other. */
#ifndef PROTO_MEMBER_REFERRAL_H
#define PROTO_MEMBER_REFERRAL_H

#include "proto/member/member_state.h"

/* Looks for the value of a frame that was decoded. False: the value stays VALUE_UNKNOWN. */
bool referral_find(const struct member *m, struct frame *frame);

/* The frame at hand names a value that this member does not have. It proves what its signer said,
 * as any word does; and of a Commit the core hears that its sender knows a decision, for which it
 * then asks. */
void referral_lacks(struct member *m, uint8_t copy);

#endif
