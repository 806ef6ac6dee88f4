/* Two specifications by Leslie Lamport, in the smallest form in which they can be explored and
 * asked: the acceptors of Paxos.tla and the votes of Voting.tla (tlaplus/Examples,
 * PaxosHowToWinATuringAward). Nothing here knows the shipped core: it is the outside judge of it.
 *
 * Paxos.tla's variables maxBal, maxVBal and maxVal follow from the messages that an acceptor has
 * sent, so a state is the set of messages. Ballots are 0 .. ballots - 1, -1 is none; so are values
 * and acceptors numbers from 0. */
#ifndef PROTO_CHECK_LAMPORT_H
#define PROTO_CHECK_LAMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAMPORT_ACCEPTORS_MAX 5
#define LAMPORT_BALLOTS_MAX   8
#define LAMPORT_VALUES_MAX    4

struct lamport_size {
	unsigned acceptors, ballots, values;
	/* quorums are the subsets of exactly so many acceptors, those of promises of so many; 0: as
	 * many */
	unsigned quorum, promises;
};

/* What the acceptors and the leaders of one instance have said. */
struct lamport_vote {
	int ballot; /* -1: none */
	int value;  /* -1: none */
};

struct lamport {
	struct lamport_size size;
	uint32_t begun;                           /* bit b: 1a(b) was sent */
	int proposed[LAMPORT_BALLOTS_MAX];        /* the value of 2a(b), -1: none */
	uint32_t promised[LAMPORT_ACCEPTORS_MAX]; /* bit b: 1b(a, b, ...) was sent */
	struct lamport_vote told[LAMPORT_ACCEPTORS_MAX][LAMPORT_BALLOTS_MAX]; /* by it */
	int voted[LAMPORT_ACCEPTORS_MAX][LAMPORT_BALLOTS_MAX]; /* the value of 2b(a, b, ...) */
	int max_ballot[LAMPORT_ACCEPTORS_MAX];                 /* maxBal */
	struct lamport_vote vote[LAMPORT_ACCEPTORS_MAX];       /* maxVBal, maxVal */
};

void lamport_begin(struct lamport *l, const struct lamport_size *size);

/* The four actions of Paxos.tla. False, and nothing is changed: it is not enabled. */
bool lamport_phase1a(struct lamport *l, int ballot);
bool lamport_phase1b(struct lamport *l, unsigned acceptor, int ballot);
bool lamport_phase2a(struct lamport *l, int ballot, int value);
bool lamport_phase2b(struct lamport *l, unsigned acceptor, int ballot, int value);

/* The value that a quorum voted for in one ballot; -1: none; -2: there are two. */
int lamport_chosen(const struct lamport *l);

struct lamport_count {
	uint32_t states;    /* distinct */
	uint64_t generated; /* each first state, and each step that is enabled and no stuttering */
	unsigned depth;     /* levels, breadth first; that of the first state is one */
	bool full;          /* the memory did not suffice */
	bool broken;        /* two values are chosen in some state */
};

/* All that can be reached, by Paxos.tla and by Voting.tla; `symmetry`: states that differ by names
 * of acceptors and values only are one. The memory is zero. */
struct lamport_count lamport_explore(const struct lamport_size *size, void *memory, size_t bytes);
struct lamport_count lamport_explore_votes(const struct lamport_size *size, bool symmetry,
					   void *memory, size_t bytes);

#endif
