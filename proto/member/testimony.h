/* Testimony: compares what other nodes sign with what they signed before. Two messages that no
 * honest node signs both are proof of a lie; the member tells every proof to everybody once.
 *
 * Nobody is believed: a proof that another node brings is checked here, and an accusation that
 * proves nothing is held against the accuser. */
#ifndef PROTO_MEMBER_TESTIMONY_H
#define PROTO_MEMBER_TESTIMONY_H

#include "proto/member/member_state.h"

/* Notices what a signed and verified message, and the messages attached to it, contradict. */
void testimony_hear(struct member *m, const struct frame *frame);

/* A message EVIDENCE: keeps a proof that holds. DROP_NOTHING, or why it does not hold. */
enum drop testimony_take(struct member *m, const struct frame *frame);

/* Tells everybody the proofs that are new. Writes into m->frame. */
void testimony_share(struct member *m);

/* Tells one node, which is in its life `boot`, every proof that it may lack. Writes into m->frame.
 */
void testimony_share_again(struct member *m, node_id with, uint16_t boot);

#endif
