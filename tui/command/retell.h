/* A scenario told again in a simulated cluster, from the same beginning, with something changed. A
 * command that fails, or a wait in vain, does not end it: only what comes of it counts; what is
 * waited for is waited for 2 s at most. */
#ifndef TUI_COMMAND_RETELL_H
#define TUI_COMMAND_RETELL_H

#include "proto/model/base/model.h"
#include "proto/scenario/scenario.h"
#include "proto/sim/loss.h"

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

/* The defences of the scenario together with those; `quorum` for one liar at least. */
policy_id retell_policy(const struct scenario *s, policy_id more);

/* Nodes that some command makes lie or, if that is asked, err. */
node_set retell_wrong(const struct scenario *s, bool mistakes);

struct outcome retell(const struct scenario *s, uint64_t seed, const struct change *change);

#endif
