/* The whole visible state of one node at one moment: what a dashboard that just came, or that
 * missed events, starts from. A plain value; values are references into the holder's table. */
#ifndef PROTO_CORE_SNAPSHOT_H
#define PROTO_CORE_SNAPSHOT_H

#include "proto/core/drift.h"
#include "proto/core/event.h"
#include "proto/core/gate_rule.h"
#include "proto/core/paxos.h"
#include "proto/core/types.h"

/* Slots and held messages that a snapshot tells, the newest slots and the earliest messages. */
#define SNAPSHOT_SLOTS_MAX 256
#define SNAPSHOT_HELD_MAX  64

struct snapshot_slot {
	slot_number slot;
	struct ballot voted_at;
	value_ref voted; /* VALUE_NONE: no vote */
	struct ballot echoed_at;
	value_ref echoed; /* VALUE_NONE: no echo, or the slot is closed */
	struct ballot chosen_at;
	value_ref chosen;     /* VALUE_NONE: not known to be chosen */
	node_set chosen_by;   /* whose votes for it this node counted, in this life; 0: none */
	node_id chosen_from;  /* the node that told it, in this life; NODE_NONE: none did */
	value_ref proposed;   /* by this node at its current ballot; VALUE_NONE: nothing */
	node_set accepted_by; /* acceptors of `proposed`, as far as this node counted */
};

/* A life of a node, as far as it is known. */
struct known_life {
	uint16_t boot;   /* its how-manieth, from 1; 0 = the node was never heard of */
	uint32_t number; /* that the node drew for this life */
	uint64_t stored; /* transactions that the node had stored when it was last heard */
};

struct snapshot {
	node_id node;
	uint16_t boot;
	uint64_t seq; /* of the last event before this snapshot */
	time_us at;
	/* Two clocks of the node's process, in microseconds since 1970, when it told this; 0 = it
	 * has none. `real` is the one that its clock rule is about; `wall` may be set while it
	 * runs. */
	time_us real_us;
	time_us wall_us;
	int64_t ahead_us; /* its wall clock minus that of the process that took this in */
	uint32_t pid;     /* 0 = not a process of its own */
	uint32_t epoch;
	uint8_t nodes;
	uint8_t quorum; /* of slots without the defence `quorum` */
	enum paxos_mode mode;
	uint8_t lines;                             /* its defences: 0 = not told, else */
	struct policy_line line[POLICY_LINES_MAX]; /* rising by slot, the first from 0 */
	uint32_t attacks;                          /* armed here: bits of proto/fault/attacks.def */
	bool has_lied;                             /* in this life and run */
	uint32_t mistake; /* that its program makes: a row of proto/fault/mistakes.def; 0 = none */
	uint32_t crash_point; /* before what it is to crash: proto/fault/crash_points.def; 0 */
	uint32_t sync_us;     /* so much longer a sync of its disk takes */
	struct drift drift;   /* its own clock; rate 0: it is the cluster's */
	struct clock_rule clock;
	struct gate_rule gate;
	uint64_t number; /* of the last control that it obeyed */

	enum paxos_role role;
	struct ballot promised;
	struct ballot ballot; /* its own latest, as a proposer */
	slot_number from;
	node_set promised_by;
	slot_number base;      /* every slot below is chosen, */
	slot_number low;       /* and no slot below this one is kept */
	slot_number part_from; /* below it, it neither promises nor votes: another had its seat */
	uint16_t pending;
	time_us wake_at;

	uint64_t sent;
	uint64_t received;
	uint64_t dropped[DROPS];
	uint64_t events_left_out;
	struct link_rule link[NODES_MAX + 1];  /* from each peer */
	struct known_life life[NODES_MAX + 1]; /* of each peer, that this node believes */

	uint16_t slots;
	struct snapshot_slot slot[SNAPSHOT_SLOTS_MAX]; /* rising */
	uint16_t held;
	struct event held_message[SNAPSHOT_HELD_MAX]; /* EVENT_HELD */
};

#endif
