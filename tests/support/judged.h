/* A virtual world whose every event is judged by a model, as a dashboard judges a cluster. For
 * tests of the judges: honest nodes whose messages are held, delivered in any order, copied and
 * lost, and that crash at any point, must never be accused; nodes that forget must be.
 *
 * All chance comes from the seed. */
#ifndef TESTS_SUPPORT_JUDGED_H
#define TESTS_SUPPORT_JUDGED_H

#include "proto/model/base/model.h"
#include "proto/sim/world.h"

/* What a node forgets when it crashes, or at once: a lie about persistence. */
enum planted {
	PLANTED_NOTHING,
	PLANTED_PROMISE, /* its disk loses the promise */
	PLANTED_VOTES,   /* its disk loses the votes */
	PLANTED_ECHOES,  /* its disk loses the echoes */
	PLANTED_ALL,     /* its disk loses everything */
	PLANTED_FALL,    /* its promise falls while it runs */
	PLANTS
};

struct judged {
	struct world *world;
	struct model *model;
	uint64_t random;
	uint64_t number;       /* of the last control */
	node_set owe_snapshot; /* nodes whose last events the watcher may have missed */
	enum planted plant;
	node_id liar;    /* in which it is planted */
	bool forgot;     /* something was there to be forgotten */
	bool looks;      /* the watcher asks a node that is back for a snapshot */
	unsigned shots;  /* snapshots that were compared with the model */
	char wrong[400]; /* how model and node differ; "" if they never did */
};

/* How many sets of defences can be on together, and number `i` of them. */
unsigned judged_policies(void);
policy_id judged_policy(unsigned i);

struct judged_options {
	uint64_t seed;
	uint8_t nodes;
	enum paxos_mode mode;
	policy_id policy;
	bool words_may_lie; /* the model takes nodes for processes, which may say anything */
	bool looks;
	enum planted plant;
};

/* Freed by judged_free. A world at virtual time 0, its nodes started. */
struct judged *judged_new(const struct judged_options *options);
void judged_free(struct judged *j);

/* A draw below `below`. */
uint64_t judged_draw(struct judged *j, uint64_t below);
/* Does one thing to the world, drawn by chance, and lets it run for a while. */
void judged_act(struct judged *j);
/* Lets the world run for so long. */
void judged_run(struct judged *j, time_us span);
void judged_control(struct judged *j, node_id node, struct control control);
void judged_propose(struct judged *j, node_id node, const char *value);
void judged_crash(struct judged *j, node_id node);
void judged_restart(struct judged *j, node_id node);
/* The watcher asks the node for a snapshot. */
void judged_look(struct judged *j, node_id node);

/* The sentence that accuses some node: of a violation, of a doubtful word, by a proof. NULL: none
 * does. */
const char *judged_accusation(struct judged *j);

#endif
