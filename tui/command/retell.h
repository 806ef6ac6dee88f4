/* A run told again in a simulated cluster, from the same beginning, with something changed: that of
 * a scenario, or the one that a recording of a simulated cluster holds. A command that fails, or a
 * wait in vain, does not end it: only what comes of it counts; what a scenario waits for is waited
 * for 2 s at most. */
#ifndef TUI_COMMAND_RETELL_H
#define TUI_COMMAND_RETELL_H

#include "node/record/given.h"
#include "proto/model/base/model.h"
#include "proto/scenario/scenario.h"
#include "proto/sim/loss.h"

/* The run: all is the caller's. */
struct told_run {
	uint8_t nodes;
	policy_id policy;                /* at the beginning */
	const struct scenario *scenario; /* told with this seed, */
	uint64_t seed;
	const struct given_list *given; /* or, where there is no scenario, what was done */
};

struct change {
	policy_id policy;      /* these defences are on from the beginning, too */
	node_set honest;       /* these nodes are given no attack and no mistake */
	struct sim_loss *loss; /* or NULL */
};

struct outcome {
	bool done; /* false: it was interrupted, or there was no memory */
	bool violated;
	enum property property;
	slot_number slot;
	time_us at;
	bool chosen; /* some value was chosen */
	char words[600];
};

/* The defences of the run together with those; `quorum` for one liar at least. */
policy_id retell_policy(const struct told_run *run, policy_id more);

/* Nodes that something makes lie or, if that is asked, err. */
node_set retell_wrong(const struct told_run *run, bool mistakes);

struct outcome retell(const struct told_run *run, const struct change *change);

#endif
