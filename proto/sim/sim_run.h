/* The state of a run, and what its schedule does to the cluster. Inside proto/sim only; the border
 * is sim.h. */
#ifndef PROTO_SIM_SIM_RUN_H
#define PROTO_SIM_SIM_RUN_H

#include "proto/sim/left_behind.h"
#include "proto/sim/schedule.h"
#include "proto/sim/sim.h"
#include "proto/sim/stage.h"

struct sim {
	struct stage stage; /* first: the watcher's user is the stage and the run */
	struct sim_options options;
	enum sim_state state;
	char why[320];
	struct schedule schedule;
	uint64_t read_draws;
	bool changes;   /* defences and epoch change in mid-run */
	time_us act_at; /* the schedule's next act */
	bool healed;
	node_set healthy; /* liveness phase: the nodes that must make progress */
	time_us check_at;
	time_us deadline;
	bool gave_up;              /* the slots of an epoch, for another one */
	bool asked;                /* a healthy node took the last value */
	value_ref last;            /* the value that must be chosen */
	slot_number last_at;       /* SLOT_NONE until it is */
	slot_number goal;          /* every healthy node must know every slot below */
	struct left_behind behind; /* the last phase */
	uint64_t faults[SIM_FAULTS];
};

/* Adds the faults that the links of one life of a node made. */
void sim_count_life(struct sim *sim, const struct member_counts *counts);

/* Down, with so many unsynced writes kept; counts what the life did. */
void sim_crash(struct sim *sim, node_id node, unsigned kept);

/* Gives the link its rule; a node that is down has it when it comes back. */
void sim_link(struct sim *sim, node_id from, node_id to, const struct link_rule *rule);

/* A new value at a node that is up; false if the node would not take it. */
bool sim_propose(struct sim *sim, node_id node, slot_number slot);

#endif
