/* What the files of a step share, lowest first: a file calls only files that stand above it here,
 * and paxos.c, the driver, calls the last ones. Inside proto/core only.
 *
 * Safety (what may never go wrong) is in acceptor.c, learner.c, view.c and on_*.c. Liveness (what
 * may go wrong harmlessly: when to try, ask or tell again) is in gossip.c and patience.c, above
 * them: safety leaves it notes (note.c) and never calls it. */
#ifndef PROTO_CORE_STEP_H
#define PROTO_CORE_STEP_H

#include <stddef.h>

#include "proto/core/paxos_state.h"

/* In slots under one of these a node's word to itself is signed first; and under one of those
 * every learner counts the votes for itself. */
#define HARDENED (DEFENCE_ECHO | DEFENCE_JUSTIFY | DEFENCE_CERT)
#define LOUD     (DEFENCE_ECHO | DEFENCE_CERT)

/* paxos_state.c: nodes and open slots. */
node_set nodes_all(const struct paxos *p);
node_set nodes_others(const struct paxos *p);
bool slot_is_open(const struct paxos *p, slot_number slot);
struct paxos_slot *open_slot(struct paxos *p, slot_number slot); /* slot_is_open must hold */
struct paxos_hard *hard_slot(struct paxos *p, slot_number slot); /* slot_is_open must hold */

/* lines.c: the policy of a slot. */
bool slot_is_under(const struct paxos *p, slot_number slot, unsigned any_of);
/* Where the policy of `slot` ends: the next line's first slot, SLOT_NONE if there is no next. */
slot_number policy_line_end(const struct paxos *p, slot_number slot);

/* Does the acceptor keep out of a slot from `from` to end - 1? */
bool slots_are_left(const struct paxos *p, slot_number from, slot_number end);

/* output.c: what the caller owes. What is returned is in the output, to be filled in. */
struct message *output_send(struct paxos *p, struct paxos_output *out, enum message_type type,
			    node_set to);
void output_attach(struct paxos_output *out, struct message *m, proof_ref proof);
struct event *output_report(struct paxos_output *out, enum event_kind kind);
void output_write(struct paxos_output *out, const struct paxos_write *write);
void output_attach_summary(const struct paxos *p, const struct paxos_summary *s,
			   struct paxos_output *out, struct message *m);
void output_log(struct paxos *p, node_set to, slot_number first, unsigned most,
		struct paxos_output *out);
void output_refused(const struct paxos *p, const struct message *m, enum refusal why,
		    struct paxos_output *out);
void output_refusal(struct paxos *p, const struct message *m, enum refusal why,
		    struct paxos_output *out);

/* words.c: what nodes were heard to say in a slot; `word` has NODES_MAX entries, by id - 1. */
unsigned words_count(const struct paxos *p, const struct paxos_word *word, struct ballot ballot,
		     value_ref value);
void words_attach(const struct paxos *p, const struct paxos_word *word, struct ballot ballot,
		  value_ref value, struct paxos_output *out, struct message *m);

/* level.c: how far nodes know. A Sync tells a level; other messages tell a part of one: that every
 * slot below `low` is known, and `slot` (SLOT_NONE = none). */
struct paxos_level level_own(const struct paxos *p);
bool level_knows(const struct paxos_level *l, slot_number slot);
node_set levels_ahead(const struct paxos *p);  /* peers that know what this node does not */
node_set levels_unlike(const struct paxos *p); /* peers that may know more, or less */
void level_heard(struct paxos *p, node_id from, const struct paxos_level *level);
void level_heard_low(struct paxos *p, node_id from, slot_number low, slot_number slot);
/* Bit k: a quorum voted in the slot base + k, perhaps all in one ballot, and this node does not
 * know. */
uint64_t level_undecided(const struct paxos *p);
/* Bit k: a quorum may have voted in the slot base + k, be it in several ballots or with a node that
 * is dead now, and this node does not know. None under `reject`, where votes may stand for ever. */
uint64_t level_unsettled(const struct paxos *p);

/* decision.c: what is chosen in a slot, told to others and written. */
void decision_send(struct paxos *p, const struct paxos_slot *s, node_set to,
		   struct paxos_output *out);
void decision_write(struct paxos *p, const struct paxos_slot *s, struct paxos_output *out);

/* round.c: how long a round takes; beginnings and ends of what is measured. */
void round_prepared(struct paxos *p);
void round_repeated(struct paxos *p); /* the Prepare */
void round_promised(struct paxos *p);
void round_voted(struct paxos *p, slot_number slot);
void round_decided(struct paxos *p, slot_number slot);
time_us round_patience(const struct paxos *p); /* how long an answer may take */
time_us round_ballot(const struct paxos *p);   /* how long a whole ballot may take */

/* lease.c: to which proposer the acceptor has leased itself. */
bool lease_refuses(struct paxos *p, struct ballot ballot);
void lease_grant(struct paxos *p, struct ballot ballot);
void lease_give_up(struct paxos *p);
void lease_earned(struct paxos *p, struct ballot ballot);
time_us lease_wait(struct paxos *p); /* until this node may prepare itself; 0 = now */

/* backoff.c: how long to wait. */
time_us time_sooner(time_us a, time_us b); /* 0 = never */
uint64_t backoff_draw(struct paxos *p);
time_us backoff_doubled(time_us first, unsigned times, time_us max);
void backoff_await_answers(struct paxos *p);

/* queue.c: the values that wait for a slot, and those that are bound to one. */
bool queue_add(struct paxos *p, value_ref value, slot_number asked, struct paxos_output *out);
int queue_head(struct paxos *p, struct paxos_output *out); /* place in pending[], -1: none */
void queue_drop_head(struct paxos *p, enum because why, struct paxos_output *out);
void queue_bind_head(struct paxos *p, struct paxos_slot *s);
bool queue_has_bound(const struct paxos *p);
void queue_settle(struct paxos *p, struct paxos_slot *s, struct paxos_output *out);
void queue_skip(struct paxos *p, struct paxos_slot *s, struct paxos_output *out);

/* tail.c: the last decision, as long as acceptors have not answered it. */
void tail_owe(struct paxos *p, const struct paxos_slot *s);
void tail_answered(struct paxos *p, node_id from, slot_number slot);

/* note.c: what liveness is to hear of after the handler. */
void note_preempted(struct paxos *p, struct ballot by, struct paxos_output *out);
void note_open_end(struct paxos *p);

/* view.c: what a quorum of Promises binds a ballot to. */
bool view_allows(const struct paxos *p, const struct message *m);
void view_make(struct paxos *p, struct paxos_output *out);
void view_send(struct paxos *p, node_set to, struct paxos_output *out);

/* acceptor.c */
void acceptor_promise(struct paxos *p, struct ballot ballot, struct paxos_output *out);
void acceptor_vote(struct paxos *p, const struct message *m, struct paxos_output *out);

/* Counts the Echo of the sender of `m`, an Echo or the owner's Accept, and votes if it is the last
 * one of a quorum. */
void echo_count(struct paxos *p, const struct message *m, struct paxos_output *out);
void acceptor_reply(struct paxos *p, const struct message *m, struct paxos_output *out);
bool acceptor_tell_votes(struct paxos *p, node_set to, slot_number first, uint64_t slots,
			 struct paxos_output *out);

/* learner.c */
void learner_advance(struct paxos *p);
void learner_choose(struct paxos *p, slot_number slot, const struct event *how,
		    struct paxos_output *out);

void learner_skip(struct paxos *p, slot_number end, struct paxos_output *out);

/* summary.c: what is known of a log whose slots are not all kept. */
bool summary_believed(const struct paxos *p, const struct message *m);
void summary_hear(struct paxos *p, const struct message *m, struct paxos_output *out);
void summary_count(struct paxos *p, slot_number slot, value_ref chain, struct paxos_output *out);
void summary_take(struct paxos *p, const struct message *m, struct paxos_output *out);

/* on_*.c: one for each row of proto/core/messages.def that the core handles. */
typedef void message_handler(struct paxos *p, const struct message *m, struct paxos_output *out);
#define HANDLED_BY_CORE(handler) message_handler handler;
#define HANDLED_BY_MEMBER
#define MESSAGE(name, code, text, handled, fields, help) handled
#include "proto/core/messages.def"
#undef MESSAGE
#undef HANDLED_BY_MEMBER
#undef HANDLED_BY_CORE

/* proposer.c: from values that wait to Accepts on their way. */
void proposer_begin_ballot(struct paxos *p, struct paxos_output *out);
void proposer_settle(struct paxos *p, slot_number slot, struct paxos_output *out);
void proposer_lead(struct paxos *p, struct paxos_output *out);
void proposer_pursue(struct paxos *p, struct paxos_output *out); /* does what can be done now */

/* gossip.c: when to tell how far this node knows, and to ask others for what they know. */
void gossip_read(struct paxos *p, const struct paxos_note *note, struct paxos_output *out);
void gossip_ask_at_once(struct paxos *p, node_id peer, struct paxos_output *out);
void gossip_wake_up(struct paxos *p, node_set whom);
void gossip_turn(struct paxos *p, struct paxos_output *out);
void gossip_timer(struct paxos *p, struct paxos_output *out);
time_us gossip_wake(const struct paxos *p);

/* patience.c: when the proposer tries, asks or tells again. */
void patience_read(struct paxos *p, const struct paxos_note *note, struct paxos_output *out);
void patience_hurry(struct paxos *p);
void patience_link_up(struct paxos *p, struct paxos_output *out);
void patience_timer(struct paxos *p, struct paxos_output *out);
time_us patience_wake(const struct paxos *p);

#endif
