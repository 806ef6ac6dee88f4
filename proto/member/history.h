/* What this member did in its newest slots, closed ones too: the core forgets a slot as soon as it
 * is closed, but whoever watches wants to see how it was voted. A ring by slot number. */
#ifndef PROTO_MEMBER_HISTORY_H
#define PROTO_MEMBER_HISTORY_H

#include "proto/core/paxos.h"
#include "proto/core/snapshot.h"
#include "proto/core/values.h"

struct history {
	struct snapshot_slot slot[SNAPSHOT_SLOTS_MAX]; /* slot s at s % SNAPSHOT_SLOTS_MAX */
	slot_number end; /* one above the newest slot that was noted */
};

void history_init(struct history *h);

/* False: the slot is older than what the ring keeps beside `end`. */
bool history_keeps(const struct history *h, slot_number slot);
void history_vote(struct history *h, slot_number slot, struct ballot at, value_ref value);
void history_chosen(struct history *h, slot_number slot, struct ballot at, value_ref value);

/* The newest slots, rising: those of the ring, and for open ones what the core holds. */
uint16_t history_list(const struct history *h, const struct paxos *p,
		      struct snapshot_slot out[SNAPSHOT_SLOTS_MAX]);
void history_mark(const struct history *h, struct values *values);

#endif
