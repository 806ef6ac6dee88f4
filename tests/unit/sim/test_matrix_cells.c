/* A cell of the matrix sums its trials up: compared with the trials themselves, run one by one. And
 * which defences the matrix shows unless it is asked for others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/fault/attack.h"
#include "tests/support/trials.h"

/* Once the cell is known to stall its trials wait so long only. */
#define HASTY_US 2000000

static struct matrix_result one_by_one(const struct matrix_cell *cell)
{
	struct matrix_result out = {.result = TRIAL_HELD};

	for (uint64_t seed = cell->first; seed <= cell->last; seed++) {
		const struct trial_options options = {.attacks = cell->attacks,
						      .policy = cell->policy,
						      .nodes = cell->nodes,
						      .liars = cell->liars,
						      .seed = seed,
						      .patience_us = out.stalls ? HASTY_US : 0};
		struct trial *t;
		struct trial_result r;

		if (out.result == TRIAL_BROKEN && (out.stalls || seed >= trial_scripted()))
			break;
		t = trial_init(run_memory(), &options);
		while (trial_step(t) == TRIAL_RUNNING)
			continue;
		trial_result(t, &r);
		out.seeds++;
		out.messages += r.messages;
		if (r.state == TRIAL_HELD)
			out.held++;
		if (r.state == TRIAL_STALLED && !out.stalls) {
			out.stalls = true;
			out.stalled = seed;
		}
		if (r.state == TRIAL_HELD || out.result == TRIAL_BROKEN || r.state == out.result)
			continue;
		out.result = r.state;
		out.replay = seed;
		snprintf(out.why, sizeof out.why, "%s", r.why);
	}
	return out;
}

static void a_cell_is_the_worst_of_its_trials(void **state)
{
	static const struct {
		uint32_t attacks;
		const char *policy;
		uint8_t nodes;
		uint64_t first, last;
	} cells[] = {
		{ATTACK_EQUIVOCATE, "none", 3, 0, 20},
		{ATTACK_EQUIVOCATE, "none", 4, 3, 3},
		{ATTACK_WITHHOLD, "sign+cert+reject", 3, 0, 12},
		{ATTACK_EQUIVOCATE, "sign+cert+quorum(f=1)", 3, 0, 40},
		{ATTACK_OVERRIDE, "sign+cert+quorum(f=1)", 3, 2, 30},
		{ATTACK_CLIMB, "sign", 4, 0, 16},
		{ATTACK_NACK, "none", 4, 0, 8},
		{ATTACK_LIE, "sign+cert+quorum(f=1)+echo", 3, 0, 12},
		{ATTACK_MUTE, "all", 4, 0, 14},
		{0, "all", 4, 10, 14},
	};
	bool seen[3] = {false};

	(void)state;
	for (unsigned i = 0; i < sizeof cells / sizeof cells[0]; i++) {
		const struct matrix_cell cell = {.attacks = cells[i].attacks,
						 .policy = policy_named(cells[i].policy),
						 .nodes = cells[i].nodes,
						 .liars = 1,
						 .first = cells[i].first,
						 .last = cells[i].last};
		const struct matrix_result wanted = one_by_one(&cell);
		struct matrix_result is;

		matrix_run(run_memory(), &cell, &is);
		assert_int_equal(is.result, wanted.result);
		assert_int_equal(is.stalls, wanted.stalls);
		assert_int_equal(is.stalled, wanted.stalled);
		assert_int_equal(is.replay, wanted.replay);
		assert_int_equal(is.seeds, wanted.seeds);
		assert_int_equal(is.held, wanted.held);
		assert_int_equal(is.messages, wanted.messages);
		assert_string_equal(is.why, wanted.why);
		seen[0] |= is.result == TRIAL_BROKEN && is.stalls;
		seen[1] |= is.result == TRIAL_STALLED;
		seen[2] |= is.result == TRIAL_HELD;
	}
	assert_true(seen[0] && seen[1] && seen[2]);
}

static unsigned asked;

static bool gives_up_at_once(void)
{
	return asked++ == 5;
}

static void who_gives_up_gets_no_result(void **state)
{
	const struct matrix_cell cell = {.attacks = ATTACK_EQUIVOCATE,
					 .nodes = 3,
					 .liars = 1,
					 .last = 9,
					 .gives_up = gives_up_at_once};
	struct matrix_result is;

	(void)state;
	asked = 0;
	matrix_run(run_memory(), &cell, &is);
	assert_int_equal(asked, 6);
	assert_int_equal(is.seeds, 0);
	assert_int_equal(is.result, TRIAL_HELD);
}

static void the_sets_of_defences_that_are_shown(void **state)
{
	static const char *const wanted[] = {
		"none",
		"origin",
		"all",
		"sign+cert",
		"sign+cert+echo",
		"sign+cert+justify",
		"sign+cert+echo+justify",
		"sign+cert+reject",
		"sign+cert+quorum",
		"sign+cert+quorum+echo",
		"sign+cert+quorum+justify",
		"sign+cert+quorum+echo+justify",
		"sign+cert+quorum+reject",
	};
	const unsigned count = sizeof wanted / sizeof wanted[0];

	(void)state;
	for (unsigned nodes = 3; nodes <= 7; nodes++)
		for (unsigned i = 0; i <= count + 1; i++) {
			policy_id is = 0, plain;

			assert_int_equal(matrix_default_set(i, nodes, &is), i < count);
			if (i >= count)
				continue;
			plain = policy_named(wanted[i]);
			/* three nodes tolerate no liar: there `quorum` is shown for one */
			if (nodes == 3 && i >= 8)
				plain |= (policy_id)1 << POLICY_F_SHIFT;
			assert_int_equal(is, plain);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cell_is_the_worst_of_its_trials),
		cmocka_unit_test(who_gives_up_gets_no_result),
		cmocka_unit_test(the_sets_of_defences_that_are_shown),
	};

	return cmocka_run_group_tests_name("cells of the matrix", tests, run_memory_take,
					   run_memory_free);
}
