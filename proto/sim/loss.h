/* One message that is lost in a simulated cluster, whatever the links do: delivery number `at`, and
 * every later one that says the same from the same node to the same one. So a run can be repeated
 * from the same beginning with one message less. */
#ifndef PROTO_SIM_LOSS_H
#define PROTO_SIM_LOSS_H

#include "proto/core/message.h"
#include "proto/core/value_show.h"

struct sim_loss {
	uint64_t at;         /* from 1; 0: nothing is lost, deliveries are counted only */
	uint64_t deliveries; /* so far, of what is a message */
	bool lost;           /* that one came: */
	time_us when;
	node_id from, to;
	enum message_type type;
	struct ballot ballot;
	slot_number slot;
	char value[VALUE_SHOWN_MAX + 1]; /* "" = none */
};

#endif
