/* The schedule of faults in a run: what goes wrong next, drawn from the seed. Its acts are the rows
 * of acts.def. Inside proto/sim only. */
#ifndef PROTO_SIM_SCHEDULE_H
#define PROTO_SIM_SCHEDULE_H

#include "proto/core/types.h"

struct sim;

enum schedule_act {
#define ACT(name, bonus) ACT_##name,
#include "proto/sim/acts.def"
#undef ACT
	ACTS
};

/* How hard a run is, so that seeds differ in kind and not only in detail. */
struct schedule {
	time_us act_every; /* on average */
	time_us until;     /* when the safety phase ends */
	unsigned weights[ACTS];
	unsigned weight;   /* the sum of all */
	unsigned down_max; /* nodes that may be down at once */
};

/* Draws the weights. The world of the run is there, its nodes are not yet started. */
void schedule_init(struct sim *sim);

/* The acts. What goes wrong by one is counted (proto/sim/faults.def). */
#define ACT(name, bonus) void schedule_act_##name(struct sim *sim);
#include "proto/sim/acts.def"
#undef ACT

/* Does one act, and sets the time of the next. */
void schedule_act(struct sim *sim);

/* Nodes that keep out of slots which nobody may have decided yet. */
node_set schedule_who_keeps_out(const struct sim *sim);

/* Ends the faults: chooses the healthy nodes, repairs their links, brings them up. */
void schedule_heal(struct sim *sim);

#endif
