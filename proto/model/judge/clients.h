/* The judge of the clients' history: is it linearizable? It needs no model: a run of `sim` has a
 * history as well. */
#ifndef PROTO_MODEL_JUDGE_CLIENTS_H
#define PROTO_MODEL_JUDGE_CLIENTS_H

#include <stddef.h>

#include "proto/core/values.h"
#include "proto/model/base/clients.h"
#include "proto/model/judge/linear.h"

/* No client has asked for anything in this run. */
void clients_begin(struct clients *c);

/* What happened at an honest node. `index` rises from event to event, in the order in which they
 * are heard. True: a read is answered, so there is something new to judge. */
bool clients_event(struct clients *c, const struct values *values, const struct event *event,
		   uint64_t index);

/* Is it by such an event that a client hears of an answer? */
bool clients_are_told(enum event_kind kind);

/* The node is known to know every slot below `end`. */
void clients_known(struct clients *c, node_id node, slot_number end, time_us at, uint64_t index);

/* What liars were asked is left aside, as if no node had answered it. Two operations follow each
 * other if the first was answered before the second was called, by the nodes' clocks and in the
 * order of what was heard: so clocks that differ a little accuse nobody. A value that no operation
 * wrote may have been written before those that are kept, or by one that was not seen.
 *
 * *proof: the places in c->op of the shortest impossible part, if the verdict is LINEAR_NO. */
enum linear_verdict clients_judge(const struct clients *c, node_set liars, uint64_t *proof);

/* The operations of a proof in the order of their calls; returns how many there are. */
unsigned clients_proof(const struct clients *c, uint64_t proof, struct client_op out[CLIENT_OPS]);

#endif
