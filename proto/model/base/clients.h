/* The history of the cluster's clients: what they asked for, and what they were told.
 *
 * The log is a register to them (proto/member/reads.h). A proposal writes: called when the node
 * takes it, answered when the node knows its slot and every slot below, for only then is it known
 * what was written before it. A read is called when the node takes it and answered when the node
 * says so. A write that nobody answered may still take effect; a read that nobody answered tells
 * nothing. The newest operations are kept. */
#ifndef PROTO_MODEL_BASE_CLIENTS_H
#define PROTO_MODEL_BASE_CLIENTS_H

#include "proto/core/event.h"

#define CLIENT_OPS 56 /* newest operations that are kept and judged together */

struct client_op {
	bool writes;
	bool answered;
	bool won; /* a write that is chosen, in this slot; a read: where the value stands */
	slot_number slot;
	node_id node;
	value_ref value;      /* a read that found nothing written: VALUE_NONE */
	enum because because; /* a read: how the node knows */
	uint64_t number;      /* a read: of those in this life of the node */
	time_us called_at, answered_at;
	uint64_t called, answer; /* numbers of the events in the model, or in the order of a run */
};

struct clients {
	uint64_t ops; /* ever; operation k is at k % CLIENT_OPS while k + CLIENT_OPS >= ops */
	struct client_op op[CLIENT_OPS];
	struct {
		slot_number end; /* the node knows every slot below, */
		uint64_t above;  /* and end + k, where bit k is set */
	} known[NODES_MAX + 1];
};

#endif
