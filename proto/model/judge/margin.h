/* The safe margin: how many more crashes, cuts or lies separate a cluster, as it is now, from a
 * stall and from a violation, and a shortest way there.
 *
 * Stall: no node that is up reaches, both ways, a quorum of nodes that are up, so no value can be
 * chosen whatever the schedule, until something is repaired. Crashes and cuts of both ways of a
 * link are counted exactly, up to the bound. A liar that says nothing is as good as a crash;
 * without `window` one that prepares the highest round there is stops every proposer. With `reject`
 * a schedule alone may bind the acceptors to different values.
 *
 * Violation: two values chosen in one slot. Of each slot looked at, all that liars can do with
 * their own keys is explored, ballot by ballot, for so many new ballots: an acceptor that promised
 * a ballot votes no more below it, so every schedule of a slot comes to the same as one in which
 * its ballots are decided one after the other (Paxos Made Simple, 2.2). An honest acceptor votes
 * once in a ballot. A liar votes for everything, asks each acceptor for another value, and tells
 * any vote, or under `justify` any for which it has a certificate, or none. A quorum of echoes
 * takes honest ones, and an honest node echoes once. Ballots that were begun and have no vote yet
 * are taken as given up. Without liars nothing is explored: then Paxos is safe.
 *
 * Without `cert` a learner believes one node that says what is chosen, so one word is enough.
 *
 * Nodes that lied, are armed or run a wrong program are liars already. */
#ifndef PROTO_MODEL_JUDGE_MARGIN_H
#define PROTO_MODEL_JUDGE_MARGIN_H

#include <stddef.h>

#include "proto/model/base/model.h"

#define MARGIN_BOUND      3  /* more faults of a kind than that are not tried */
#define MARGIN_BALLOTS    3  /* new ones, in each slot; with `reject` and no liar one more */
#define MARGIN_NODES_MAX  7  /* of more nodes no slot is explored */
#define MARGIN_VALUES     4  /* of a slot; of more not all is explored */
#define MARGIN_SLOTS      3  /* the newest that have votes, and one without */
#define MARGIN_STEPS_MAX  12 /* of a way */
#define MARGIN_STATES_MAX 20000

struct margin_slot {
	slot_number slot; /* SLOT_NONE: any that nobody has touched */
	policy_id policy;
	uint8_t quorum;
	struct ballot voted_at[NODES_MAX + 1]; /* the latest vote of each node, */
	/* Values of a slot are numbered from 1; 0 = none. Their names, "" = letters: */
	char name[MARGIN_VALUES][VALUE_SHOWN_MAX + 1];
	uint8_t voted[NODES_MAX + 1];
	uint8_t known[NODES_MAX + 1]; /* what each takes for chosen */
	uint8_t decided;              /* what a quorum has voted for in one ballot */
};

/* All that the margin depends on. Compared as bytes. */
struct margin_case {
	uint8_t nodes;
	bool violated;
	bool stuck;       /* it is proven that what waits can never be chosen */
	uint8_t quorum;   /* of new slots */
	policy_id policy; /* the newest */
	node_set up;
	node_set liars;
	node_set hears[NODES_MAX + 1]; /* from whom */
	struct ballot promised[NODES_MAX + 1];
	uint8_t slots;
	struct margin_slot slot[MARGIN_SLOTS + 1];
};

enum margin_kind {
	MARGIN_CRASHES, /* to a stall */
	MARGIN_CUTS,    /* to a stall */
	MARGIN_MUTE,    /* lies, to a stall */
	MARGIN_LIES,    /* lies, to a violation */
	MARGIN_KINDS
};

struct margin_way {
	bool found;
	unsigned count;   /* faults more; 0: it is so already, or without any */
	bool unexplored;  /* there are too many nodes or states for an answer */
	slot_number slot; /* MARGIN_LIES: where */
	unsigned steps;
	char step[MARGIN_STEPS_MAX][240]; /* sentences */
};

struct margin {
	struct margin_way way[MARGIN_KINDS];
	unsigned states; /* of slots, that were explored */
};

void margin_look(const struct model *m, struct margin_case *out);

/* The parts, for margin_find: a stall by crashes and cuts; what liars can do in one slot. */
void margin_stall(const struct margin_case *c, struct margin *out);
struct margin_search;
/* False: none of such liars can break it. *full: there was no room for all states. Without liars:
 * may a schedule alone bind all acceptors for good? */
bool margin_slot_breaks(struct margin_search *s, const struct margin_case *c,
			const struct margin_slot *slot, node_set liars, bool *full);
void margin_tell(const struct margin_search *s, struct margin_way *way);
unsigned margin_states(const struct margin_search *s);

/* Bytes for margin_find. */
size_t margin_memory_size(void);
void margin_find(void *memory, const struct margin_case *c, struct margin *out);

/* "MARGIN 2 crashes | 1 lie", where > 3 says that the bound did not suffice. */
void margin_words(const struct margin *m, char *out, size_t size);

/* "2 crashes more separate it from a stall", "3 lies more do not lead to a violation". */
void margin_sentence(const struct margin *m, enum margin_kind kind, char *out, size_t size);

#endif
