/* The last phase of a run: nobody is left behind. Links stay cut one way or both, or lose half of
 * what they carry; nodes are dead, leaders too. Whatever a node that is up knows by now, and
 * whatever a quorum has voted for, every node learns that can hear it, directly or over others.
 * Inside proto/sim only. */
#ifndef PROTO_SIM_LEFT_BEHIND_H
#define PROTO_SIM_LEFT_BEHIND_H

#include "proto/core/types.h"

/* A sentence about what a node lacks, with its 0. */
#define STUCK_WORDS_MAX 200

struct sim;

struct left_behind {
	bool begun;
	time_us judge_at;                /* what nodes know then is what others must learn */
	bool judged;                     /* the goals stand: */
	slot_number base[NODES_MAX + 1]; /* by id: every slot below, */
	uint64_t known[NODES_MAX + 1];   /* and slot base + k where bit k is set */
};

/* Puts faults that stay, and has values proposed. */
void left_behind_begin(struct sim *sim);

/* True: every node knows what it must. False: one does not, and `why` says which one, or it is too
 * early to say. */
bool left_behind_is_over(struct sim *sim, char why[STUCK_WORDS_MAX]);

#endif
