/* What the files of the model offer each other; nobody else includes it. */
#ifndef PROTO_MODEL_PARTS_H
#define PROTO_MODEL_PARTS_H

#include "proto/model/base/model.h"

/* flights.c: messages on the wire. */
void flights_event(struct model *m, const struct event *event);
/* What a snapshot says is held at a node replaces what was thought to be. */
void flights_snapshot(struct model *m, const struct snapshot *snapshot);
/* Whatever was on its way to the node is lost with it. */
void flights_crash(struct model *m, node_id node);
/* Forgets what has ended or was never heard of again. */
void flights_forget(struct model *m);

/* lamps.c: the quorums of each proposer. */
void lamps_event(struct model *m, const struct event *event);
void lamps_snapshot(struct model *m, const struct snapshot *snapshot);
void lamps_life(struct model *m, node_id node, bool up);
void lamps_forget(struct model *m);

/* monitors.c: judges. `event` is the index of what is judged. */
void monitor_vote(struct model *m, struct model_slot *s, node_id node, struct ballot ballot,
		  value_ref value, uint64_t event);
/* Somebody received the vote of its sender. */
void monitor_received(struct model *m, const struct event *event, uint64_t index);
/* A node says what is chosen, before the model believes it. */
void monitor_chosen(struct model *m, struct model_slot *s, struct model_claim *claim);
/* The same, borne out by others. */
void monitor_learner(struct model *m, const struct model_slot *s, const struct model_claim *claim);
static inline bool tally_is_used(const struct model_tally *t)
{
	return (t->voters | t->liars | t->heard_of) != 0;
}
void monitor_event(struct model *m, const struct event *event);
void monitor_progress(struct model *m);

/* stuck.c: none of the values of `waiting` can ever be chosen, as m->progress_why proves then. */
bool monitor_stuck(struct model *m, node_set waiting);

/* judges.c: of single nodes and values. Each before the model believes what it is given. */
void judge_node(struct model *m, const struct event *event, uint64_t index);
void judge_proofs(struct model *m, node_id accused, time_us at);
/* The value is one that may be chosen. */
void judge_proposed(struct model *m, value_ref value);

/* doubts.c: a node's word against others'. True: the claim waits until others bear it out. */
bool doubts_hold(struct model *m, const struct model_slot *s, const struct model_claim *claim);
/* What the node says is chosen there is not borne out yet. */
bool doubts_wait(const struct model *m, node_id node, slot_number slot);
/* Somebody else than the voter told of its vote. */
void doubts_receipt(struct model *m, const struct model_slot *s, const struct model_tally *t,
		    node_id voter);
/* So many received it that not all of them can be liars. */
bool doubts_outweigh(const struct model *m, node_set receivers);
/* It is proven a liar, and says nothing of it. */
void doubts_denial(struct model *m, node_id accused, slot_number slot);
void doubts_settle(struct model *m);

/* lies.c: liars, defences and proofs. A snapshot before the model believes the node. */
void lies_event(struct model *m, const struct event *event, uint64_t index);
/* The defences that a cluster begins with. */
void lies_begin(struct model *m, policy_id policy);
void lies_snapshot(struct model *m, const struct snapshot *snapshot);

/* model.c: the entry of a slot, made when it is new; NULL when it is too old to be kept. */
struct model_slot *model_slot_make(struct model *m, slot_number slot);

#endif
