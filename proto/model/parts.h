/* What the files of the model offer each other; nobody else includes it. */
#ifndef PROTO_MODEL_PARTS_H
#define PROTO_MODEL_PARTS_H

#include "proto/model/model.h"

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
/* Before the model believes the node. */
void monitor_chosen(struct model *m, struct model_slot *s, node_id node, struct ballot ballot,
		    value_ref value, uint64_t event);
void monitor_event(struct model *m, const struct event *event);
void monitor_progress(struct model *m);

/* stuck.c: none of the values of `waiting` can ever be chosen, as m->progress_why proves then. */
bool monitor_stuck(struct model *m, node_set waiting);

/* judges.c: of single nodes and values. Each before the model believes what it is given. */
void judge_node(struct model *m, const struct event *event, uint64_t index);
void judge_proofs(struct model *m, node_id accused, time_us at);
/* The value is one that may be chosen. */
void judge_proposed(struct model *m, value_ref value);

/* lies.c: liars, defences and proofs. A snapshot before the model believes the node. */
void lies_event(struct model *m, const struct event *event, uint64_t index);
void lies_snapshot(struct model *m, const struct snapshot *snapshot);
/* A snapshot of a later run than the model's. */
void lies_begin_run(struct model *m, uint32_t epoch, policy_id policy);

/* model.c: the entry of a slot, made when it is new; NULL when it is too old to be kept. */
struct model_slot *model_slot_make(struct model *m, slot_number slot);

#endif
