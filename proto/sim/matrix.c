#include "proto/sim/matrix.h"

#include <stdio.h>
#include <string.h>

#include "proto/core/policy.h"
#include "proto/core/text.h"

/* How long, in virtual time, a trial waits for a new value to be chosen, once the cell is known to
 * stall: the default of trials would be spent at each seed. */
#define HASTY_US 2000000

/* Adds one trial to the result of its cell, which is the worst result of any trial. */
static void count_trial(struct matrix_result *out, const struct trial_result *r, uint64_t seed)
{
	out->seeds++;
	out->messages += r->messages;
	out->held += r->state == TRIAL_HELD;
	if (r->state == TRIAL_STALLED && !out->stalls) {
		out->stalls = true;
		out->stalled = seed;
	}
	if (r->state <= out->result)
		return;
	out->result = r->state;
	out->replay = seed;
	memcpy(out->why, r->why, sizeof out->why);
}

size_t matrix_size(void)
{
	return trial_size() > sim_size() ? trial_size() : sim_size();
}

/* A run without liars, told as a trial. False: it was given up. */
static bool run_sim(void *memory, const struct matrix_cell *cell, uint64_t seed,
		    struct trial_result *out)
{
	static const enum trial_state states[] = {
		[SIM_RUNNING] = TRIAL_RUNNING,           [SIM_PASSED] = TRIAL_HELD,
		[SIM_VIOLATED] = TRIAL_BROKEN,           [SIM_STUCK] = TRIAL_STALLED,
		[SIM_INCONCLUSIVE] = TRIAL_INCONCLUSIVE,
	};
	const struct sim_options options = {
		.seed = seed,
		.nodes = cell->nodes,
		.policy = cell->policy,
		.mistake = cell->mistake,
	};
	struct sim *sim = sim_init(memory, &options);
	struct sim_result r;

	while (sim_step(sim) == SIM_RUNNING)
		if (cell->gives_up != NULL && cell->gives_up())
			return false;
	sim_result(sim, &r);
	*out = (struct trial_result){.state = states[r.state], .messages = r.messages};
	text_write(out->why, sizeof out->why, "%s", r.why);
	return true;
}

/* Ends with the first run that breaks something: a mistake is there to be found. */
static void run_mistake(void *memory, const struct matrix_cell *cell, struct matrix_result *out)
{
	struct trial_result result;

	for (uint64_t seed = cell->first; run_sim(memory, cell, seed, &result); seed++) {
		count_trial(out, &result, seed);
		if (seed == cell->last || result.state == TRIAL_BROKEN)
			return;
	}
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
	if (cell->mistake != 0) {
		run_mistake(memory, cell, out);
		return;
	}
	for (uint64_t seed = cell->first;; seed++) {
		/* More trials cannot make a broken cell worse. But the scripts, which come first,
		 * are all run: they tell whether the cell can be stalled, too. */
		if (out->result == TRIAL_BROKEN && (out->stalls || seed >= trial_scripted()))
			return;
		options.seed = seed;
		/* Once a trial has stalled, another stall is no news: the time goes to trials that
		 * may break. */
		options.patience_us = out->stalls ? HASTY_US : 0;
		struct trial *t = trial_init(memory, &options);
		while (trial_step(t) == TRIAL_RUNNING)
			if (cell->gives_up != NULL && cell->gives_up())
				return;
		trial_result(t, &result);
		count_trial(out, &result, seed);
		if (seed == cell->last)
			return;
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
	/* Three nodes tolerate no liar, and f = 0 makes `quorum` a plain majority, which stands in
	 * the table already: there the defence is shown with f = 1. */
	if (policy_f(*out, nodes) == 0)
		*out |= (policy_id)1 << POLICY_F_SHIFT;
	return true;
}
