/* Inside proto/check only: a step of a node while it is made. */
#ifndef PROTO_CHECK_TURN_H
#define PROTO_CHECK_TURN_H

#include "proto/check/small.h"

#define OWN_MAX 32

/* From `before`, which stays as it is, to `next`. */
struct turn {
	struct check *c;
	const struct local_core *before;
	struct local_core next;
	struct ballot ballot; /* its own, before the core's step at hand */
	/* what it said to itself, and will hear before anything else */
	struct letter own[OWN_MAX];
	unsigned owns;
	/* what leaves before its writes are synced (proto/core/early.c) */
	bool ahead;
	uint64_t early[LETTER_WORDS], early_facts[FACT_WORDS];
};

/* A rule of the node for itself; judged if `strict`. */
void turn_break(struct turn *t, enum check_rule rule);

/* --- notes.c: what it did, in the words of Paxos.tla ---------------------------------------- */

void note_begun(struct turn *t);
void note_promises(struct turn *t, const struct paxos_output *out);
/* `facts`: those of the turn, or those that it leaves if it is cut short */
void note_proposed(struct turn *t, slot_number slot, struct ballot ballot, value_ref value,
		   uint64_t facts[FACT_WORDS]);
void note_events(struct turn *t, const struct paxos_output *out);
/* The acceptor may have lost what it promised or voted. */
void note_lost(struct turn *t);

#endif
