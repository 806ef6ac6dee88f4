/* Defences that only refuse: pure state and verdicts, asked by who admits messages
 * (proto/member/defend.c). What the others of proto/core/defences.def do stands where the protocol
 * does it: sign in proto/wire and admission; quorum, echo, justify, cert, reject and lease in
 * proto/core. */
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
};

/* What a message shows that its signer has seen; 0: nothing. A Nack only shows its own promise. */
uint32_t window_round(const struct message *m);
void window_note(struct window *w, const struct message *m);

/* e: the (f+1)-th largest round over distinct signers, this node included. */
uint32_t window_edge(const struct window *w, unsigned f);
bool window_refuses(const struct window *w, unsigned f, const struct message *m);

/* The f+1 messages that show the edge; returns how many there are. */
unsigned window_evidence(const struct window *w, unsigned f, proof_ref out[NODES_MAX]);

/* budget: the origin's. A node may prepare three ballots for one position. */
#define BUDGET_PREPARES 3

struct budget {
	struct {
		slot_number slot;
		struct ballot ballot; /* the latest that was charged */
		unsigned spent;
	} of[NODES_MAX + 1];
};

bool budget_refuses(struct budget *b, const struct message *m);

/* quarantine: who is proven a liar proposes nothing any more; its votes still count. */
bool quarantine_refuses(node_set proven, const struct message *m);

#endif
