/* What this member voted for and learned in its newest slots. The core forgets a slot as soon as it
 * is chosen and stored; a dashboard still shows how the vote went. A ring by slot
 * number. */
#ifndef PROTO_MEMBER_HISTORY_H
#define PROTO_MEMBER_HISTORY_H

#include "proto/core/paxos.h"
#include "proto/core/snapshot.h"
#include "proto/core/values.h"

/* A ring of long values keeps the open slots, and of the others the newest, with so many bytes. */
#define HISTORY_BYTES_MAX ((size_t)2 << 20)

struct history {
	struct snapshot_slot slot[SNAPSHOT_SLOTS_MAX]; /* slot s at s % SNAPSHOT_SLOTS_MAX */
	struct {
		struct ballot ballot;
		value_ref value;
		node_set voters;
	} counted[SNAPSHOT_SLOTS_MAX]; /* in the latest ballot, in the slot of the same place */
	slot_number end;               /* one above the newest slot in the ring */
};

void history_init(struct history *h);

/* False: the slot is older than what the ring keeps beside `end`. */
/* Is the slot new enough to stand in the ring? Older ones are ignored below. */
bool history_keeps(const struct history *h, slot_number slot);
void history_vote(struct history *h, slot_number slot, struct ballot at, value_ref value);
void history_chosen(struct history *h, slot_number slot, struct ballot at, value_ref value);
/* How the node learns what is chosen: it counts votes (COUNTED), and knows (CHOSEN). */
/* VALUE_NONE: not known to be chosen, or not kept. */
value_ref history_chosen_in(const struct history *h, slot_number slot);
/* Is this value known to be chosen there, in this ballot? */
bool history_is_chosen(const struct history *h, slot_number slot, struct ballot at,
		       value_ref value);
void history_event(struct history *h, const struct event *event);

/* The newest slots, rising. An open slot is told as the core holds it, a closed one from the ring.
 */
uint16_t history_list(const struct history *h, const struct paxos *p,
		      struct snapshot_slot out[SNAPSHOT_SLOTS_MAX]);
/* Forgets the oldest slots below `base`, if the values of all of them are long. What is chosen
 * above is counted (chain, reads) when the slots before it are closed, which may take long. */
void history_trim(struct history *h, slot_number base, const struct values *values);
/* Marks the values of the ring, so that a sweep of the table keeps them. */
void history_mark(const struct history *h, struct values *values);

#endif
