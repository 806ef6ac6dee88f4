/* The proof of a violation as a walk: the events that made it, in the order in which they came. */
#ifndef TUI_PROOF_H
#define TUI_PROOF_H

#include "proto/model/base/model.h"

#define PROOF_STEPS_MAX 32

struct proof_step {
	uint64_t event; /* index into the model's events */
	bool completes; /* the quorum of value[0] or value[1] */
	bool both;      /* by a node that is in both quorums */
};

struct proof {
	node_set both; /* nodes in both quorums */
	unsigned steps;
	struct proof_step step[PROOF_STEPS_MAX];
};

/* Of the model's violation; no steps when there is none, or when its events are no longer kept. */
void proof_of(const struct model *m, struct proof *out);

#endif
