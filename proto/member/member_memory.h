/* The member's memory: how it is laid out, what is put back into it after a restart, and how room
 * is made in its tables of values and of proofs. */
#ifndef PROTO_MEMBER_MEMBER_MEMORY_H
#define PROTO_MEMBER_MEMBER_MEMORY_H

#include "proto/member/member_state.h"

/* Forgets the values and the proofs that nothing refers to, if there is no room for another input.
 * The outbox refers to both from outside, so nothing is forgotten while it holds anything. */
void member_memory_make_room(struct member *m);

#endif
