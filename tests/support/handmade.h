/* A model that is told events made by hand: each gets the number and, if wanted, the time that its
 * node would give it. For tests of the model that read as what the nodes said. */
#ifndef TESTS_SUPPORT_HANDMADE_H
#define TESTS_SUPPORT_HANDMADE_H

#include "proto/model/base/model.h"

struct handmade {
	struct model *m;
	uint64_t seq[NODES_MAX + 1]; /* of each node's last event */
	bool ticks;                  /* each event is a microsecond later than the one before */
	time_us now;                 /* of the last event, if time ticks */
	value_ref a, b;              /* the values A and B */
};

/* A model of `nodes` nodes that have not said a word; freed by handmade_free. */
struct handmade *handmade_new(uint8_t nodes, bool ticks);
void handmade_free(struct handmade *h);

/* Gives the event its number, and its time if time ticks, and tells it to the model. The first life
 * of the node, unless the event says which. */
void handmade_tell(struct handmade *h, struct event event);

/* Every node starts. */
void handmade_start(struct handmade *h);
/* The node is asked to propose the value in any slot. */
void handmade_queued(struct handmade *h, node_id node, value_ref value);
/* The node votes in slot 0. */
void handmade_accepted(struct handmade *h, node_id node, struct ballot ballot, value_ref value);

static inline struct ballot ballot_of(uint32_t round, node_id node)
{
	return (struct ballot){round, node};
}

#endif
