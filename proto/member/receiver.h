/* The receiver: takes a frame from the end of a link to the core. On the way stand admission, the
 * proofs that the frame brings, the witness, the liar if this member is one, and the defences that
 * refuse. */
#ifndef PROTO_MEMBER_RECEIVER_H
#define PROTO_MEMBER_RECEIVER_H

#include "proto/member/member_state.h"

/* Takes a frame out of the inbox and handles it now. It is admitted anew: since it was held, the
 * policy of its slot may have changed. */
void receiver_take_in(struct member *m, struct held *held);

/* Handles m->frame, which was admitted, and came in as these bytes. */
void receiver_handle(struct member *m, const uint8_t *bytes, size_t length, uint8_t copy);

#endif
