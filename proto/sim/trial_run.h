/* The state of a trial, and what its script or chance does to the cluster. Inside proto/sim only;
 * the border is trial.h. */
#ifndef PROTO_SIM_TRIAL_RUN_H
#define PROTO_SIM_TRIAL_RUN_H

#include "proto/sim/stage.h"
#include "proto/sim/trial.h"
#include "proto/sim/trial_script.h"

struct trial {
	struct stage stage; /* first: the watcher's user is the stage and the trial */
	struct trial_options options;
	struct cast cast;
	const struct script *script; /* NULL: chance */
	enum trial_state state;
	char why[256];
	unsigned phase; /* of the script, the next one */
	struct phase at;
	bool phase_over;
	node_set voted;  /* in this phase */
	time_us next_at; /* of the phase or the act */
	time_us until;   /* chance: the end of the safety phase */
	time_us act_every;
	bool fragile; /* chance: honest nodes crash and come back, and disks are lazy */
	bool mended;  /* links are good again */
	bool silent;  /* and liars are cut off */
	time_us deadline;
	unsigned freshs;         /* values proposed since, by each honest node in turn */
	slot_number base_before; /* no honest node had learned more than this before */
	uint64_t restarts;
};

/* Gives the link its rule; a node that is down has it when it comes back. */
void trial_link(struct trial *t, node_id from, node_id to, const struct link_rule *rule);

/* A node that is down comes back from its disk. */
void trial_restart(struct trial *t, node_id node);

/* Asks a node for a value of its own, if it is up and has room for one. */
void trial_propose(struct trial *t, node_id node, slot_number slot);

#endif
