/* What a model holds of a node, set to what the node tells, whether an event or a snapshot tells
 * it. */
#ifndef PROTO_MODEL_FOLD_FACTS_H
#define PROTO_MODEL_FOLD_FACTS_H

#include "proto/model/base/model.h"

void facts_life(struct model *m, node_id node, enum node_life life);

/* A new life of the node: its events are numbered from 1 again. */
void facts_begin_life(struct model *m, node_id node, uint16_t boot);

/* The promise of the node, as it is; and if it is higher than the one known. */
void facts_promised(struct model *m, struct model_node *n, struct ballot ballot);
void facts_raise_promised(struct model *m, struct model_node *n, struct ballot ballot);

/* The node's vote and echo in a slot. `event`: the number of the event that tells of the vote,
 * EVENT_UNSEEN for a snapshot. */
void facts_vote(struct model *m, node_id node, slot_number slot, struct ballot at, value_ref value,
		uint64_t event);
void facts_echo(struct model *m, node_id node, slot_number slot, struct ballot at, value_ref value);

/* The node has the seat of one that lost its disk, and says so of slots below `from`: it neither
 * remembers a vote there, nor votes. */
void facts_seat(struct model *m, node_id node, slot_number from);
/* The same, as the node says it when it begins: on an empty store, if that is news. */
void facts_seated(struct model *m, node_id node, slot_number from);

/* The node says that a value is chosen: believed as far as the judge of agreement lets it. */
void facts_chosen(struct model *m, struct model_claim claim);

#endif
