/* What the parts of a step share: the state, the output under construction, and small verbs on
 * both. Inside proto/core only.
 *
 * Safety (what may never go wrong) is in on_*.c and learn.c; patience.c is liveness only: it
 * decides when to try, ask or tell again, and may be as wrong as it likes without harm. */
#ifndef PROTO_CORE_STEP_H
#define PROTO_CORE_STEP_H

#include <stddef.h>

#include "proto/core/paxos.h"

/* One per row of proto/core/messages.def, in a file of its name. */
typedef void message_handler(struct paxos *p, const struct message *m, struct paxos_output *out);
message_handler on_prepare, on_promise, on_accept, on_accepted, on_commit, on_nack, on_sync,
	on_new_view, on_echo;

/* Output. */
struct message *send(struct paxos *p, struct paxos_output *out, enum message_type type,
		     node_set to);
struct event *report(struct paxos_output *out, enum event_kind kind);
void owe_write(struct paxos_output *out, const struct paxos_write *write);
void refuse(struct paxos *p, const struct message *m, enum refusal why, struct paxos_output *out);

/* State. */
node_set everybody(const struct paxos *p);
node_set others(const struct paxos *p);
bool is_open(const struct paxos *p, slot_number slot);
struct paxos_slot *open_slot(struct paxos *p, slot_number slot); /* is_open must hold */
void promise(struct paxos *p, struct ballot ballot, struct paxos_output *out);

/* propose.c: from values that wait to Accepts. */
void enqueue(struct paxos *p, value_ref value, slot_number asked, struct paxos_output *out);
void pursue(struct paxos *p, struct paxos_output *out); /* do the next thing that can be done */
void begin_ballot(struct paxos *p, struct paxos_output *out);
void lead(struct paxos *p, struct paxos_output *out);
void settle(struct paxos *p, struct paxos_slot *s, struct paxos_output *out);

/* learn.c */
void advance_base(struct paxos *p);
void choose(struct paxos *p, slot_number slot, const struct event *how, struct paxos_output *out);

/* patience.c */
void preempt(struct paxos *p, struct ballot by, struct paxos_output *out);
void await_answers(struct paxos *p);
void learner_moved(struct paxos *p);
void learner_worry(struct paxos *p);
void heard_low(struct paxos *p, node_id from, slot_number low, struct paxos_output *out);
void ask(struct paxos *p, node_set whom, struct paxos_output *out);
void owe_tail(struct paxos *p, const struct paxos_slot *s);
void wake_up(struct paxos *p, struct paxos_output *out);
void tail_answered(struct paxos *p, node_id from, slot_number slot);
void patience_timer(struct paxos *p, struct paxos_output *out);
void patience_link_up(struct paxos *p, node_id peer, struct paxos_output *out);
time_us patience_wake(const struct paxos *p);

#endif
