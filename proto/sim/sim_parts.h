/* What a run and its schedule of faults share. Inside proto/sim only. */
#ifndef PROTO_SIM_SIM_PARTS_H
#define PROTO_SIM_SIM_PARTS_H

#include "proto/sim/sim.h"
#include "proto/sim/world.h"

/* How hard a run is, so that seeds differ in kind and not only in detail: weights of the acts. */
struct schedule {
	time_us act_every; /* on average */
	time_us until;     /* when the safety phase ends */
	unsigned weights[8];
	unsigned weight;
	unsigned down_max; /* nodes that may be down at once */
};

struct sim {
	struct sim_options options;
	struct world *world;
	struct invariants *judge;
	enum sim_state state;
	char why[320];
	uint64_t random;
	struct schedule schedule;
	time_us act_at; /* the schedule's next act */
	bool healed;
	node_set healthy; /* liveness phase: who must make progress */
	time_us check_at;
	time_us deadline;
	bool asked;          /* a healthy node took the last value */
	value_ref last;      /* the value that must be chosen */
	slot_number last_at; /* SLOT_NONE until it is */
	slot_number goal;    /* every healthy node must know every slot below */
	uint64_t control_number;
	uint64_t proposals;
	uint64_t messages;
	uint64_t core_steps;
	uint64_t faults[SIM_FAULTS];
};

uint64_t sim_random(struct sim *sim, uint64_t below);
void sim_act(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Down, with so many unsynced writes kept; counts what the life did. */
void sim_crash(struct sim *sim, node_id node, unsigned kept);
void sim_link(struct sim *sim, node_id from, node_id to, const struct link_rule *rule);
/* A new value at a node that is up; false if it would not take it. */
bool sim_propose(struct sim *sim, node_id node, slot_number slot);

/* schedule.c */
void schedule_init(struct sim *sim);
void schedule_act(struct sim *sim);
/* Ends the faults: chooses who is healthy, repairs their links, brings them up. */
void schedule_heal(struct sim *sim);

#endif
