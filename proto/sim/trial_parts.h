/* What a trial, its scripts and its judge share. Inside proto/sim only. */
#ifndef PROTO_SIM_TRIAL_PARTS_H
#define PROTO_SIM_TRIAL_PARTS_H

#include "proto/core/invariants.h"
#include "proto/fault/attack.h"
#include "proto/sim/trial.h"
#include "proto/sim/world.h"

/* What is no invariant of the core: an honest node holds proof against an honest one. Returns
 * whether it does; then `why` says so. */
bool judge_is_framed(const struct event *e, node_set honest, char *why, size_t size);

/* The part of a script between two changes of who hears whom. */
struct phase {
	node_set group[2];    /* who hear each other; one may be in both, who is in none is alone */
	node_id proposer;     /* of a value of its own, for slot 0; NODE_NONE = nobody */
	node_id hears_last;   /* it hears honest nodes later than liars */
	node_id till_learned; /* the phase ends when it takes slot 0 for chosen, */
	node_id till_leading; /* or when it has its promises, and then nobody hears it, */
	unsigned till_votes;  /* or when so many honest nodes have voted, of whom nobody hears, */
	time_us at_most;      /* or after so long */
};

/* Who plays, in a cluster of so many: ids rise from honest ones to liars. */
struct cast {
	uint8_t nodes;
	node_set honest, liars;
	unsigned quorum;
	/* Honest nodes of two quorums, as far apart as can be: the first ones and the last ones. */
	node_set first, last;
	node_id first_one, last_one, liar;
};

struct script {
	const char *name;
	bool liars_fall_silent; /* when links are good again */
	/* False: there is no phase of that number. */
	bool (*phase)(const struct cast *cast, unsigned number, struct phase *out);
};

extern const struct script scripts[];
extern const unsigned scripts_count;

struct trial {
	struct trial_options options;
	struct world *world;
	struct invariants *judge;
	struct cast cast;
	const struct script *script; /* NULL: chance */
	enum trial_state state;
	char why[256];
	uint64_t random;
	unsigned phase; /* of the script, the next one */
	struct phase at;
	bool phase_over;
	node_set voted;  /* in this phase */
	time_us next_at; /* of the phase or the act */
	time_us until;   /* chance: the end of the safety phase */
	time_us act_every;
	bool fragile; /* chance: honest nodes crash and come back, and disks are lazy */
	bool mended;  /* links are good again */
	bool silent;  /* and liars are cut off */
	time_us deadline;
	unsigned freshs;         /* values proposed since, by each honest node in turn */
	slot_number base_before; /* no honest node had learned more than this before */
	uint64_t control_number;
	uint64_t proposals;
	uint64_t messages;
	uint64_t steps;
	uint64_t restarts;
};

uint64_t trial_draw(struct trial *t, uint64_t below);
void trial_act(struct trial *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void trial_link(struct trial *t, node_id from, node_id to, const struct link_rule *rule);
/* A node that is down comes back from its disk. */
void trial_restart(struct trial *t, node_id node);
value_ref trial_propose(struct trial *t, node_id node, slot_number slot);

/* trial_chance.c: does the next thing that chance wants. */
void chance_act(struct trial *t);

#endif
