/* The sender: makes a frame of a message that this member says, signs it if its slot asks for
 * signatures, attaches the proofs that it rests on, and puts the frame into the outbox.
 *
 * A message is one frame, however many nodes it is for. A message to this member itself does not
 * leave: its frame waits in m->loop, until member_step hands it to the core.
 *
 * Everything here writes into m->frame. Without room in the outbox a message is lost, as it may be
 * on any wire. */
#ifndef PROTO_MEMBER_SENDER_H
#define PROTO_MEMBER_SENDER_H

#include "proto/member/member_state.h"

/* What the honest core wants to say. A liar may change it on its way out (proto/fault/attack.h);
 * what is for the member itself stays true, for the core of a liar is honest. */
void sender_send(struct member *m, const struct message *message);
/* To the others, if it may leave before what this member owes its disk is synced. */
void sender_send_early(struct member *m, const struct message *message);

/* The message as it is, true or a lie. Returns the signed message as a proof, PROOF_NONE if it is
 * not signed or there was no room. */
proof_ref sender_put_on_wire(struct member *m, const struct message *message);

#endif
