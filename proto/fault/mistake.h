/* What programmers get wrong, not what liars do: a node that keeps its word, and whose program has
 * a fault. A mistake stands around the core, never in it: it changes what the core is configured
 * with, what it is restored to, what it hears, and what it owes after a step. So the core has no
 * place for it, and a node without a mistake is the shipped one. */
#ifndef PROTO_FAULT_MISTAKE_H
#define PROTO_FAULT_MISTAKE_H

#include <stddef.h>

#include "proto/core/paxos_state.h"

enum mistake_number {
	MISTAKE_NONE = 0,
#define MISTAKE(name, text, n, p, b, c, s, h, help) MISTAKE_##name,
#include "proto/fault/mistakes.def"
#undef MISTAKE
	MISTAKES
};

/* The columns of a row; "none" and "" for what is no row. */
const char *mistake_name(unsigned mistake);
const char *mistake_help(unsigned mistake);
/* Bounds in which some schedule comes to harm by it. */
struct mistake_bounds {
	uint8_t nodes, proposers, ballots, crashes, slots;
	bool hints; /* Nacks and Commits are sent */
};
struct mistake_bounds mistake_bounds(unsigned mistake);

/* The mistake of this name; MISTAKES if there is none. */
unsigned mistake_find(const char *name);

/* What one step has to remember. */
struct mistake_memory {
	struct paxos_input in; /* as the core will get it */
	struct message message;
	struct claim claim[SLOTS_OPEN_MAX];
	struct ballot promised;
	uint8_t quorum;
};

/* A row's functions, any of them may be NULL. */
struct mistake {
	void (*config)(struct paxos_config *config);
	/* the node is back from its store, before it starts */
	void (*restored)(struct paxos *p);
	/* before a step: m->in and what it refers to may be changed, in m->message and m->claim */
	void (*before)(struct paxos *p, struct mistake_memory *m);
	void (*after)(struct paxos *p, struct mistake_memory *m, struct paxos_output *out);
	/* a read is answered from what the node knows itself: proto/member/reads.c asks for it */
	bool answers_alone;
};

#define MISTAKE(name, text, n, p, b, c, s, h, help) extern const struct mistake mistake_##name;
#include "proto/fault/mistakes.def"
#undef MISTAKE

/* The same as without mistakes where `mistake` is MISTAKE_NONE. */
void mistake_config(unsigned mistake, struct paxos_config *config);
void mistake_restored(unsigned mistake, struct paxos *p);
bool mistake_answers_alone(unsigned mistake);
void mistake_step(unsigned mistake, struct paxos *p, const struct paxos_input *in,
		  struct paxos_output *out);

/* For rows: takes the writes of a kind out of what is owed. */
void mistake_forget_writes(struct paxos_output *out, int kind, node_id owner);

#endif
