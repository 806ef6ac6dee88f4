/* What a run of `sim` leaves to chance: every choice is made by some seed, and none by most. And a
 * world in which nobody has anything to do stands still. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/fault/link.h"
#include "proto/sim/sim.h"
#include "proto/sim/world.h"

#define SEEDS 400

static void every_size_and_both_modes_are_drawn(void **state)
{
	void *memory = malloc(sim_size());
	unsigned nodes[NODES_MAX + 1] = {0}, multi = 0;

	(void)state;
	assert_non_null(memory);
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		const struct sim_options options = {.seed = seed};
		struct sim_result result;

		sim_result(sim_init(memory, &options), &result);
		assert_int_equal(result.state, SIM_RUNNING);
		nodes[result.nodes]++;
		multi += result.mode == MODE_MULTI;
	}
	free(memory);
	for (unsigned n = 1; n <= 9; n++)
		assert_in_range(nodes[n], SEEDS / 9 / 2, SEEDS / 9 * 2);
	assert_in_range(multi, SEEDS / 3, SEEDS * 2 / 3);
}

static void some_keep_all_slots_and_some_few(void **state)
{
	slot_number least = UINT64_MAX, most = 0;
	unsigned all = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		const slot_number keep = sim_keep_by_seed(seed);

		all += keep == 0;
		if (keep != 0)
			least = lower_of(least, keep);
		most = higher_of(most, keep);
	}
	assert_in_range(all, SEEDS / 2, SEEDS * 5 / 6);
	assert_int_equal(least, 1);
	assert_int_equal(most, 24);
}

static void a_world_in_which_nobody_is_up_stands_still(void **state)
{
	const struct world_options options = {.nodes = 3,
					      .seed = 1,
					      .clock = {.num = 1, .den = 1},
					      .link = link_rule_default(),
					      .slots_max = 64,
					      .values_max = 64,
					      .values_bytes = 4096};
	void *memory = malloc(world_size(&options));
	struct world *w = world_init(memory, &options);

	(void)state;
	w->now = 5;
	assert_int_equal(world_next(w), NEVER);
	assert_false(world_run(w));
	assert_int_equal(w->now, 5);
	assert_int_equal(w->busy_until, 0);
	free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_size_and_both_modes_are_drawn),
		cmocka_unit_test(some_keep_all_slots_and_some_few),
		cmocka_unit_test(a_world_in_which_nobody_is_up_stands_still),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
