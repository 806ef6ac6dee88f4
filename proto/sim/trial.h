/* A trial: one cluster, some of it liars, under one set of defences, and what came of it.
 *
 * The safety phase is either a script, the best case that is known for a kind of attack (which
 * nodes hear which, and when), or drawn from the seed: partitions that liars bridge, cut and slow
 * links, values proposed at many nodes for the same slots. Then all links are good again, the liars
 * go on lying or fall silent, and within a bounded virtual time the honest nodes must choose and
 * learn a new value.
 *
 * The judge knows which nodes lie. It calls a trial broken
 *   - if an honest node breaks an invariant that these defences promise against these liars
 *     (proto/core/invariants.def), as in `sim` after every step,
 *   - if an honest node holds evidence against an honest one.
 *
 * In a third of the trials that are left to chance honest nodes crash at any point and come back,
 * epochs begin, and quarantine, on which no safety rests, goes on and off.
 */
#ifndef PROTO_SIM_TRIAL_H
#define PROTO_SIM_TRIAL_H

#include <stddef.h>

#include "proto/core/batch_rule.h"
#include "proto/core/event.h"
#include "proto/core/paxos.h"
#include "proto/core/values.h"

/* From better to worse. */
enum trial_state {
	TRIAL_RUNNING,
	TRIAL_HELD,
	TRIAL_INCONCLUSIVE, /* the run outgrew the judge's memory */
	TRIAL_STALLED,      /* nothing new was chosen though all links are good */
	TRIAL_BROKEN,
};

/* "held", "stalled", "broken", ... */
const char *trial_state_name(enum trial_state state);

struct trial_options {
	uint32_t attacks; /* of proto/fault/attacks.def, at every liar; 0 = different ones by the
			     seed */
	policy_id policy;
	uint8_t nodes;
	uint8_t liars;           /* the last ones; fewer than nodes */
	uint64_t seed;           /* below trial_scripted(): a script */
	slot_number keep;        /* decided slots that nodes keep at least; 0 = all */
	struct batch_rule batch; /* how values share slots */
	bool mode_given;         /* else by the seed */
	enum paxos_mode mode;
	/* How long the honest nodes have for a new value once links are good, virtual; 0 = long
	 * against every back-off, lease and cool-down of theirs. */
	time_us patience_us;
	/* Called with every event, and with a line about every act; or NULL. */
	void (*event)(void *user, const struct event *event, const struct values *values);
	void (*act)(void *user, time_us now, const char *line);
	void *user;
};

struct trial_result {
	enum trial_state state;
	char why[256];      /* a sentence, unless it held */
	const char *script; /* "two quorums", or "chance" */
	enum paxos_mode mode;
	unsigned invariants; /* that every step was checked against */
	uint64_t messages;   /* that nodes took in */
	uint64_t steps;      /* of cores */
	uint64_t proposals;
	uint64_t chosen; /* slots */
	uint64_t crashes;
	uint64_t restarts;
	time_us ended_at;
};

/* How many seeds are scripts. */
uint64_t trial_scripted(void);

struct trial;

size_t trial_size(void);
struct trial *trial_init(void *memory, const struct trial_options *options);
enum trial_state trial_step(struct trial *t);
void trial_result(const struct trial *t, struct trial_result *out);

#endif
