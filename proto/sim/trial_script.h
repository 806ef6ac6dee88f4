/* Scripts of trials: the best case that is known for a kind of attack, as phases. A phase says
 * which nodes hear which. Inside proto/sim only. */
#ifndef PROTO_SIM_TRIAL_SCRIPT_H
#define PROTO_SIM_TRIAL_SCRIPT_H

#include "proto/core/types.h"

/* The part of a script in which the same nodes hear each other. NODE_NONE and 0: not so. */
struct phase {
	node_set group[2];    /* nodes that hear each other; a node in neither group is alone */
	node_id proposer;     /* this node proposes a value of its own, for slot 0 */
	node_id hears_last;   /* this node hears honest nodes later than liars */
	node_id till_learned; /* the phase ends when this node takes slot 0 for chosen, */
	node_id till_leading; /* or when this node has its promises; then no node hears it, */
	unsigned till_votes;  /* or when so many honest nodes have voted; no node hears of it, */
	time_us at_most;      /* or after so long */
};

/* The nodes of a trial by their parts. Ids rise from the honest nodes to the liars. */
struct cast {
	uint8_t nodes;
	node_set honest, liars;
	unsigned quorum;
	/* Honest nodes of two quorums, as far apart as can be: the first ones and the last ones. */
	node_set first, last;
	node_id first_one, last_one, liar;
};

struct script {
	const char *name;
	bool liars_fall_silent; /* when links are good again, */
	bool liars_are_near;    /* or what they say comes sooner than the word of others */
	uint32_t suits; /* if liars may do anything, half of the trials use this attack; 0 = none */
	/* The phase of this number, from 0. False: the script has no more. */
	bool (*phase)(const struct cast *cast, unsigned number, struct phase *out);
};

extern const struct script trial_scripts[];
extern const unsigned trial_scripts_count;

#endif
