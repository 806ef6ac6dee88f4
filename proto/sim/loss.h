/* One message that is lost in a simulated cluster, whatever the links do: delivery number `at`, and
 * every later one that says the same from the same node to the same one; or that comes later. So a
 * run can be repeated from the same beginning with one message less, or late. */
#ifndef PROTO_SIM_LOSS_H
#define PROTO_SIM_LOSS_H

#include "proto/core/message.h"
#include "proto/core/value_show.h"

struct sim_loss {
	uint64_t at;      /* from 1; 0: nothing is lost, deliveries are counted only */
	time_us later_us; /* 0: it is lost; else it comes so much later, and none like it before */
	uint8_t *room;    /* the caller's, for it until then: FRAME_BYTES_MAX */
	uint64_t deliveries; /* so far, of what is a message */
	size_t kept;         /* bytes of it that wait until */
	time_us due;
	bool came; /* it came late */
	bool lost; /* that one came: */
	time_us when;
	node_id from, to;
	enum message_type type;
	struct ballot ballot;
	slot_number slot;
	char value[VALUE_SHOWN_MAX + 1]; /* "" = none */
};

#endif
