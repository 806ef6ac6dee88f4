/* What a member is asked to propose: into the core at once, or into the batcher until the core has
 * room, and the answers to it. */
#ifndef PROTO_MEMBER_PROPOSALS_H
#define PROTO_MEMBER_PROPOSALS_H

#include "proto/member/member_state.h"

/* A control of this number asks for it. DROP_NOTHING, or why it is refused; then nothing has
 * changed. */
enum drop proposals_ask(struct member *m, slot_number slot, const uint8_t *value, uint32_t length,
			uint64_t number);
/* The driver itself proposes it. */
enum drop proposals_drive(struct member *m, const uint8_t *value, uint32_t length);

/* After everything that may have given the core room: tells the answers that are owed, and gives
 * the core what waits, as far as the outbox has room. True: the core was given something. */
bool proposals_work(struct member *m);
/* The same, but what the driver proposed waits until it has proposed all that it has. */
void proposals_work_asked(struct member *m);
/* Is there more of that to do? */
bool proposals_are_due(const struct member *m);

/* So many proposals have no answer yet. */
uint32_t proposals_pending(const struct member *m);

/* A node that was away when the operator began the epoch hears of it late. What the operator asked
 * it to propose by controls above `since` was meant for the new epoch: it is proposed there. Before
 * the first step of the core in the epoch, and behind it. */
void proposals_new_epoch(struct member *m, uint64_t since);
void proposals_again(struct member *m, uint64_t since);

#endif
