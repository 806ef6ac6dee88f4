/* What the parts of a step share: the state, the output under construction, and small verbs on
 * both. Inside proto/core only.
 *
 * Safety (what may never go wrong) is in on_*.c and learn.c; patience.c is liveness only: it
 * decides when to try, ask or tell again, and may be as wrong as it likes without harm. */
#ifndef PROTO_CORE_STEP_H
#define PROTO_CORE_STEP_H

#include <stddef.h>

#include "proto/core/paxos.h"

/* In slots under one of these a node's word to itself is signed first; and under one of those
 * everybody counts the votes. */
#define HARDENED (DEFENCE_ECHO | DEFENCE_JUSTIFY | DEFENCE_CERT)
#define LOUD     (DEFENCE_ECHO | DEFENCE_CERT)

/* One per row of proto/core/messages.def, in a file of its name. */
typedef void message_handler(struct paxos *p, const struct message *m, struct paxos_output *out);
message_handler on_prepare, on_promise, on_accept, on_accepted, on_commit, on_nack, on_sync,
	on_new_view, on_echo;

/* Output. */
struct message *send(struct paxos *p, struct paxos_output *out, enum message_type type,
		     node_set to);
struct event *report(struct paxos_output *out, enum event_kind kind);
void owe_write(struct paxos_output *out, const struct paxos_write *write);
void owe_log(struct paxos *p, node_id to, slot_number first, struct paxos_output *out);
void tell_decision(struct paxos *p, const struct paxos_slot *s, node_set to,
		   struct paxos_output *out);
void refuse(struct paxos *p, const struct message *m, enum refusal why, struct paxos_output *out);

/* State. */
node_set everybody(const struct paxos *p);
node_set others(const struct paxos *p);
bool is_open(const struct paxos *p, slot_number slot);
struct paxos_slot *open_slot(struct paxos *p, slot_number slot); /* is_open must hold */
void promise(struct paxos *p, struct ballot ballot, struct paxos_output *out);
void attach(struct paxos_output *out, struct message *m, proof_ref proof);

/* lines.c: the policy of a slot. */
bool under(const struct paxos *p, slot_number slot, unsigned any_of);
slot_number border(const struct paxos *p, slot_number slot); /* the next line's first slot */

/* Hardened: on_accept.c, on_echo.c, on_new_view.c, on_accepted.c */
struct paxos_hard *hard_slot(struct paxos *p, slot_number slot); /* is_open must hold */
void vote(struct paxos *p, const struct message *m, struct paxos_output *out);
void send_new_view(struct paxos *p, node_set to, struct paxos_output *out);
bool is_justified(const struct paxos *p, const struct message *m);
unsigned count_words(const struct paxos *p, const struct paxos_word *word, struct ballot ballot,
		     value_ref value);
void attach_words(const struct paxos *p, const struct paxos_word *word, struct ballot ballot,
		  value_ref value, struct paxos_output *out, struct message *m);

/* lease.c: liveness only. */
bool lease_refuses(struct paxos *p, struct ballot ballot);
void lease_grant(struct paxos *p, struct ballot ballot);
void lease_give_up(struct paxos *p);
void lease_earned(struct paxos *p, struct ballot ballot);
time_us lease_wait(struct paxos *p); /* until this node may prepare itself; 0 = now */

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
