#include "proto/sim/matrix.h"

#include <stdio.h>
#include <string.h>

#include "proto/core/policy.h"

/* Of a new value, in a cell that is known to stall. */
#define HASTY_US 2000000

static void note(struct matrix_result *out, const struct trial_result *r, uint64_t seed)
{
	out->seeds++;
	out->messages += r->messages;
	out->held += r->state == TRIAL_HELD;
	if (r->state == TRIAL_STALLED && !out->stalls) {
		out->stalls = true;
		out->stalled = seed;
	}
	/* Worse than all before? */
	bool worse = r->state == TRIAL_BROKEN ||
		     (r->state == TRIAL_STALLED && out->result != TRIAL_BROKEN) ||
		     (r->state == TRIAL_INCONCLUSIVE && out->result == TRIAL_HELD);
	if (!worse || r->state == out->result)
		return;
	out->result = r->state;
	out->replay = seed;
	memcpy(out->why, r->why, sizeof out->why);
}

void matrix_run(void *memory, const struct matrix_cell *cell, struct matrix_result *out)
{
	struct trial_options options = {
		.attacks = cell->attacks,
		.policy = cell->policy,
		.nodes = cell->nodes,
		.liars = cell->liars,
	};
	struct trial_result result;

	*out = (struct matrix_result){.result = TRIAL_HELD};
	for (uint64_t seed = 0; seed < cell->seeds; seed++) {
		/* Broken is broken; the scripts also tell whether it can be stalled. */
		if (out->result == TRIAL_BROKEN && (out->stalls || seed >= trial_scripted()))
			return;
		options.seed = seed;
		/* Once it was stalled, time is spent on what may break. */
		options.patience_us = out->stalls ? HASTY_US : 0;
		struct trial *t = trial_init(memory, &options);
		while (trial_step(t) == TRIAL_RUNNING)
			continue;
		trial_result(t, &result);
		note(out, &result, seed);
	}
}

bool matrix_default_set(unsigned i, unsigned nodes, policy_id *out)
{
	static const policy_id sets[] = {
		0, DEFENCE_ECHO, DEFENCE_JUSTIFY, DEFENCE_ECHO | DEFENCE_JUSTIFY, DEFENCE_REJECT,
	};
	const unsigned count = sizeof sets / sizeof sets[0];
	unsigned presets = 0;

	while (policy_preset(presets, out) != NULL)
		if (presets++ == i)
			return true;
	i -= presets;
	if (i >= 2 * count)
		return false;
	*out = DEFENCE_SIGN | DEFENCE_CERT | sets[i % count];
	if (i < count)
		return true;
	*out |= DEFENCE_QUORUM;
	/* Three nodes tolerate no liar; whoever asks for a quorum there wants one tolerated. */
	if (policy_f(*out, nodes) == 0)
		*out |= (policy_id)1 << POLICY_F_SHIFT;
	return true;
}
