/* The whole visible state of one node at one moment: what a dashboard that just came, or that
 * missed events, starts from. A plain value; values are references into the holder's table. */
#ifndef PROTO_CORE_SNAPSHOT_H
#define PROTO_CORE_SNAPSHOT_H

#include "proto/core/event.h"
#include "proto/core/paxos.h"
#include "proto/core/types.h"

/* Slots and held messages that a snapshot tells, the newest slots and the earliest messages. */
#define SNAPSHOT_SLOTS_MAX 256
#define SNAPSHOT_HELD_MAX  64

struct snapshot_slot {
	slot_number slot;
	struct ballot voted_at;
	value_ref voted; /* VALUE_NONE: no vote */
	struct ballot chosen_at;
	value_ref chosen;     /* VALUE_NONE: not known to be chosen */
	value_ref proposed;   /* by this node at its current ballot; VALUE_NONE: nothing */
	node_set accepted_by; /* who voted for `proposed`, as far as this node counted */
};

struct snapshot {
	node_id node;
	uint16_t boot;
	uint64_t seq; /* of the last event before this snapshot */
	time_us at;
	uint32_t pid; /* 0 = not a process of its own */
	uint32_t epoch;
	uint8_t nodes;
	uint8_t quorum; /* of slots without the defence `quorum` */
	enum paxos_mode mode;
	uint8_t lines;                             /* its defences: 0 = not told, else */
	struct policy_line line[POLICY_LINES_MAX]; /* rising by slot, the first from 0 */
	uint32_t attacks;                          /* armed here: bits of proto/fault/attacks.def */
	bool has_lied;                             /* in this life and run */
	struct clock_rule clock;
	bool gated;
	uint64_t number; /* of the last control that it obeyed */

	enum paxos_role role;
	struct ballot promised;
	struct ballot ballot; /* its own latest, as a proposer */
	slot_number from;
	node_set promised_by;
	slot_number base; /* every slot below is chosen */
	uint16_t pending;
	time_us wake_at;

	uint64_t sent;
	uint64_t received;
	uint64_t dropped[DROPS];
	uint64_t events_left_out;
	struct link_rule link[NODES_MAX + 1]; /* from each peer */

	uint16_t slots;
	struct snapshot_slot slot[SNAPSHOT_SLOTS_MAX]; /* rising */
	uint16_t held;
	struct event held_message[SNAPSHOT_HELD_MAX]; /* EVENT_HELD */
};

#endif
