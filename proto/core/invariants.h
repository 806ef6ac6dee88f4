/* The judge of a whole cluster: it is told every change of every node, keeps the history that no
 * node keeps (every vote ever cast, in every ballot), and says which property a change breaks. The
 * properties are the rows of proto/core/invariants.def.
 *
 * It looks at what changed and at one more open slot in turn, so a change costs the same however
 * long the run is. Values are references into one table that all nodes share and nobody sweeps.
 *
 * A vote counts from when it is durable: a vote that a crash took back before its sync was never
 * told to anybody. So the caller tells of a step at once (invariants_step), of its writes again
 * when they are carried out (invariants_durable), and of a message when it leaves
 * (invariants_sent).
 *
 * Liars may do what they like: their steps, writes and messages are not judged, and a liar votes by
 * saying so, as often as it likes. An honest node may rely on a liar's word, so where a quorum must
 * have said something, every liar is counted as one of the quorum. */
#ifndef PROTO_CORE_INVARIANTS_H
#define PROTO_CORE_INVARIANTS_H

#include <stddef.h>

#include "proto/core/message.h"
#include "proto/core/paxos.h"
#include "proto/core/values.h"

enum change_kind {
	CHANGE_PROMISE = 1 << 0,  /* in memory: the node promised */
	CHANGE_CAST = 1 << 1,     /* in memory: the node voted */
	CHANGE_LEARN = 1 << 2,    /* in memory: the node took a value for chosen */
	CHANGE_LOOK = 1 << 3,     /* no change: the node's state as it is, with one open slot */
	CHANGE_VOTED = 1 << 4,    /* a vote is durable */
	CHANGE_KNOWN = 1 << 5,    /* a value taken for chosen is carried out */
	CHANGE_SENT = 1 << 6,     /* a message leaves */
	CHANGE_BACK = 1 << 7,     /* the node is back from its disk */
	CHANGE_ECHO = 1 << 8,     /* in memory: the node echoed */
	CHANGE_ECHOED = 1 << 9,   /* an echo is durable */
	CHANGE_CLAIMED = 1 << 10, /* a liar says that it voted */
	CHANGE_SUMMED = 1 << 11,  /* it has counted the chain over its decisions up to a slot */
	CHANGE_BROUGHT = 1 << 12, /* it was brought over all slots up to one, by a chain */
};

enum invariant {
	INVARIANT_NONE = 0, /* nothing is broken */
#define INVARIANT(name, text, under, against, changes, words) INVARIANT_##name,
#include "proto/core/invariants.def"
#undef INVARIANT
	INVARIANTS
};

const char *invariant_name(enum invariant i);
const char *invariant_words(enum invariant i);

struct invariants_config {
	uint8_t nodes;
	uint8_t quorum;
	uint32_t slots;   /* of the log, at most */
	uint32_t ballots; /* pairs of slot and ballot with a vote or a proposal, at most */
	uint32_t values;  /* references, at most */
	node_set liars;
	policy_id policy;           /* from slot 0 on, */
	bool policy_changes;        /* until invariants_policy says otherwise */
	const struct values *table; /* to tell values by name; NULL: by reference */
};

struct invariants;

/* Bytes of memory that invariants_init needs. The memory stays the caller's. */
size_t invariants_size(const struct invariants_config *config);
struct invariants *invariants_init(void *memory, const struct invariants_config *config);

/* How many rows hold under this policy against these liars, and are judged. */
unsigned invariants_judged(const struct invariants_config *config);

/* From this slot on, which no honest node has touched, nodes are under another policy. */
void invariants_policy(struct invariants *i, slot_number from, policy_id policy);

/* Some node is asked to propose this value. A value that no node was asked to propose breaks
 * VALIDITY when a node votes for it. */
void invariants_proposed(struct invariants *i, value_ref value);

/* What follows returns the first property that is broken, for good. */
enum invariant invariants_step(struct invariants *i, const struct paxos *p,
			       const struct paxos_input *in, const struct paxos_output *out);
enum invariant invariants_durable(struct invariants *i, node_id node,
				  const struct paxos_write *write);
/* Node `sender` puts the message on the wire. A liar may write another node into `from`. */
enum invariant invariants_sent(struct invariants *i, node_id sender, const struct message *message);
/* The node is back: this is its state as restored from its disk. */
enum invariant invariants_back(struct invariants *i, const struct paxos *p);

/* The first property that was broken. */
enum invariant invariants_broken(const struct invariants *i);

/* A sentence: which property was broken, by which node, in which slot and ballot. */
const char *invariants_why(const struct invariants *i);

/* The run outgrew the history: end it, nothing more can be said. */
bool invariants_is_full(const struct invariants *i);

/* Every slot below this one is chosen; and what was chosen, VALUE_NONE if nothing was. */
slot_number invariants_chosen_upto(const struct invariants *i);
value_ref invariants_chosen(const struct invariants *i, slot_number slot);

#endif
