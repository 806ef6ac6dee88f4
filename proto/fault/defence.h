/* Defences for which a node refuses messages: the REFUSING_DEFENCE rows of proto/core/defences.def.
 *
 * A rule that asks nothing but the message, its sender and what this node has seen stands here, in
 * proto/fault/defence_NAME.c: pure state and a verdict. proto/member/defender.c asks for it before
 * the core hears the message. A rule that is part of the protocol stands where the protocol stands:
 * justify, lease and reject in proto/core; their files here bring the words only. */
#ifndef PROTO_FAULT_DEFENCE_H
#define PROTO_FAULT_DEFENCE_H

#include "proto/core/message.h"

/* window: rounds far above what enough nodes have seen are refused. One signed message shows what
 * its signer has seen; with f liars, the (f+1)-th largest is one that an honest node has seen. */
struct window {
	struct {
		uint32_t round;
		proof_ref proof; /* the message that says so */
	} seen[NODES_MAX + 1];
	bool refused_here; /* a Prepare of this node was refused so: its next one brings evidence */
};

/* The round that a message shows its signer has seen; 0: none. A Nack shows a promise only. */
uint32_t window_round(const struct message *m);
void window_note(struct window *w, const struct message *m);

/* The (f+1)-th largest round over distinct signers, this node's too: an honest node has seen it. */
uint32_t window_edge(const struct window *w, unsigned f);

/* The f+1 messages that show the edge; returns how many there are. */
unsigned window_evidence(const struct window *w, unsigned f, proof_ref out[NODES_MAX]);

/* budget, the origin's: a proposer may prepare three ballots for one position. */
#define BUDGET_PREPARES 3

struct budget {
	struct {
		slot_number slot;
		struct ballot ballot; /* the latest that was charged */
		unsigned spent;
	} of[NODES_MAX + 1];
};

/* What the rules of one node remember. All zero at the beginning of an epoch. */
struct defence_memory {
	struct window window;
	struct budget budget;
};

/* What a rule may look at. */
struct defence_case {
	const struct message *m; /* of another node; m->proof if it is signed and verified */
	unsigned f;              /* how many liars the policy of now tolerates */
	node_set proven;         /* nodes that this node holds a proof against */
};

/* One defence, named defence_NAME after its row. */
struct defence_rule {
	/* Does this node refuse the message? NULL: the protocol itself does. */
	bool (*refuses)(struct defence_memory *d, const struct defence_case *c);
	/* WHY of a refusal, after "n1 refused PREPARE 5.2 of n2". */
	const char *why;
	/* WHY of a cluster that stalls by it: `before` n1,n3 `between` 2 `after`. */
	struct {
		const char *before, *between, *after;
	} stalled;
	/* Where several defences stall the cluster, the one of the highest rank is told. */
	unsigned rank;
};

#define DEFENCE(name, bit, text, needs, clashes, when, in, help)
#define REFUSING_DEFENCE(name, bit, text, needs, clashes, when, in, reason, code, word, words,     \
			 help)                                                                     \
	extern const struct defence_rule defence_##name;
#include "proto/core/defences.def"
#undef DEFENCE

/* Asks the rules of all defences in `policy`, in the order of their bits, until one refuses. */
enum refusal defences_refuse(struct defence_memory *d, policy_id policy,
			     const struct defence_case *c);

/* The defence that refuses for this reason; NULL: nodes refuse so without any. */
const struct defence_rule *defence_of(enum refusal why);

#endif
