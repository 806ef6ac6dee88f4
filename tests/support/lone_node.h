/* One core under single messages, for tests of its rules: a node, n2 unless a test says another,
 * its state and what its last step put out. Values and proofs are bare numbers: the core hands them
 * on and never looks into them. */
#ifndef TESTS_SUPPORT_LONE_NODE_H
#define TESTS_SUPPORT_LONE_NODE_H

#include "proto/core/paxos_state.h"

extern node_id lone_self;
#define SELF lone_self

extern struct paxos p;
extern struct paxos_output out;

/* A node of a cluster of `nodes` that has heard nothing yet, under these defences, at 1 ms. */
void begin(uint8_t nodes, enum paxos_mode mode, const char *policy);

/* Inputs, at p.now. */
void give(struct paxos_input in);
void hear(const struct message *m);
void propose(value_ref value); /* in any slot */
void propose_at(value_ref value, slot_number slot);
void wake(void); /* when it wants to be woken */

/* What the last step put out: the first message of a type, or NULL; how many events of a kind, and
 * the first of them. */
const struct message *sent(enum message_type type);
unsigned told(enum event_kind kind);
const struct event *event_of(enum event_kind kind);

policy_id policy_of(const char *text);

static inline struct ballot at(uint32_t round, node_id node)
{
	return (struct ballot){round, node};
}

#endif
