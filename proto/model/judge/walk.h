/* The proof of a violation as a walk: the events that made it, in the order in which they came. */
#ifndef PROTO_MODEL_JUDGE_WALK_H
#define PROTO_MODEL_JUDGE_WALK_H

#include "proto/model/base/model.h"

#define WALK_STEPS_MAX 32

struct walk_step {
	uint64_t event; /* index into the model's events */
	bool completes; /* the quorum of value[0] or value[1] */
	bool both;      /* by a node that is in both quorums */
};

struct walk {
	node_set both; /* nodes in both quorums */
	unsigned steps;
	struct walk_step step[WALK_STEPS_MAX];
};

/* Of the model's violation; no steps when there is none, or when its events are no longer kept. */
void walk_through_violation(const struct model *m, struct walk *out);

#endif
