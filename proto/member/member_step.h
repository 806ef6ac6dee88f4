/* One step of the core (proto/core/paxos.h), and everything that the member owes for it. */
#ifndef PROTO_MEMBER_MEMBER_STEP_H
#define PROTO_MEMBER_MEMBER_STEP_H

#include "proto/member/member_state.h"

/* Gives the core one input, and puts its writes, events, messages and log requests into the outbox.
 * Then the core hears, one after the other, what it said to itself in this step: a hardened slot
 * takes a node's own message only once it is signed. */
void member_step(struct member *m, struct paxos_input *in);

/* A liar also speaks outside of steps. What it said to itself there the core hears now; without
 * room it is lost like any message. Before the driver has the output, for the words stand in it. */
void member_hear_strays(struct member *m);

#endif
