/* Questions to a model: nothing here changes it. */
#ifndef PROTO_MODEL_BASE_QUERY_H
#define PROTO_MODEL_BASE_QUERY_H

#include "proto/model/base/model.h"

/* Is it known of every node whether it is up, and of those that are, their state? */
bool model_has_heard_all(const struct model *m);
/* The load of the node that people look at now: it runs, or has ended and nothing was chosen after
 * it. Of several the one that was told last. NODE_NONE: there is none. */
node_id model_load_shown(const struct model *m);
/* NULL when nothing is known about the slot (any more). */
const struct model_slot *model_slot(const struct model *m, slot_number slot);
/* The first slot from `from` on about which something is known; NULL: there is none. */
const struct model_slot *model_slot_from(const struct model *m, slot_number from);
/* for (node_id id = NODE_NONE; model_next_node(m, &id);) goes over all nodes. */
bool model_next_node(const struct model *m, node_id *id);
/* Event number i of this model, NULL when it is too old. */
const struct event *model_event_at(const struct model *m, uint64_t i);

/* Events in the order in which they are told (struct model_order), which is not that of their
 * numbers: the first and the last that are kept, the neighbours of event i, EVENT_UNSEEN where
 * there is none. */
uint64_t model_event_first(const struct model *m);
uint64_t model_event_last(const struct model *m);
uint64_t model_event_earlier(const struct model *m, uint64_t i);
uint64_t model_event_later(const struct model *m, uint64_t i);
/* When event i, which is kept, happened, as it is told: not before the event above it, although
 * its node's clock may say so, and not at a time that is far from all other clocks. */
time_us model_event_time(const struct model *m, uint64_t i);
/* The how manieth event i is as they are told, from 1, of m->events. Counts all that come later. */
uint64_t model_event_rank(const struct model *m, uint64_t i);

/* The defences of a slot, and how many votes it takes there to choose a value. */
policy_id model_policy_at(const struct model *m, slot_number slot);
unsigned model_quorum_at(const struct model *m, slot_number slot);
/* How many votes it takes under a policy. */
unsigned model_quorum_of(const struct model *m, policy_id policy);

/* How many liars the newest policy can bear, safe and live; and which nodes are armed now. */
unsigned model_tolerated(const struct model *m);
node_set model_armed(const struct model *m);
/* How many nodes may lie, whatever they say about themselves. */
unsigned model_liars_possible(const struct model *m);
/* So many nodes say the same that not all of them can be liars. */
bool model_outweighs(const struct model *m, node_set nodes);

/* Has any node told its state? */
bool model_has_heard_one(const struct model *m);
/* Values wait, or a node lacks a slot, and not for so long yet that it counts as a stall. */
bool model_may_be_stalled(const struct model *m);

/* Agreement is broken, and not all votes that broke it are known yet: the voters tell of them in
 * the next moment, or never. */
bool model_violation_is_open(const struct model *m);
#define VIOLATION_OPEN_US 100000

/* Does anybody's vote or receipt stand in this place of a slot? */
bool model_tally_is_used(const struct model_tally *tally);
/* The votes of a slot for one value in one ballot; NULL when none are kept. */
const struct model_tally *model_tally(const struct model_slot *s, struct ballot ballot,
				      value_ref value);

/* Is it the value of these bytes, or a batch that holds it, as far as this model was told of its
 * bytes? *place: which of the batch's values it is, from 1; 0: it is the value itself. */
bool model_holds(const struct model *m, value_ref value, const uint8_t *bytes, uint32_t length,
		 uint32_t *place);

/* Some proposer that is up reaches, both ways, a quorum of nodes that are up. */
bool model_quorum_possible(const struct model *m);

/* The message has arrived or is lost, as its receiver says. */
bool flight_has_ended(const struct flight *flight);

/* Has nothing been heard of the node that says how it is? *since_us: for so long, real time; 0 if
 * the model was not told the real time. */
bool model_is_silent(const struct model *m, node_id node, uint64_t *since_us);

/* The message is on its way to a node that is down: no node will tell what becomes of it. */
bool flight_is_void(const struct model *m, const struct flight *flight);
/* The message is on the wire: its way has not ended, and its receiver is there to tell of the end.
 */
bool flight_is_open(const struct model *m, const struct flight *flight);
/* How many messages are on the wire now. */
unsigned model_flights_open(const struct model *m);

#endif
