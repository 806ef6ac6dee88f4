/* How much a node may tell dashboards, in bursts and over a longer time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "node/allowance.h"
#include "proto/core/limits.h"

#define SECOND 1000000

/* So many events in each turn, turns so far apart, for so long. How much of the time it was spent,
 * in percent, after the first four seconds. */
static unsigned spent_percent(unsigned nodes, uint64_t events, uint64_t each_us, uint64_t for_us)
{
	struct allowance a;
	uint64_t spent = 0, turns = 0;

	allowance_init(&a, nodes);
	for (uint64_t now = 7 * SECOND; now < 7 * SECOND + for_us; now += each_us) {
		allowance_take(&a, events, now);
		if (now < 11 * SECOND)
			continue;
		spent += a.spent;
		turns++;
	}
	return (unsigned)(100 * spent / turns);
}

static void a_node_of_a_small_cluster_may_tell_all_that_a_person_could_follow(void **state)
{
	(void)state;
	for (unsigned nodes = 1; nodes <= NODES_DEFAULT; nodes++) {
		assert_int_equal(spent_percent(nodes, 4, 1000, 6 * SECOND), 0);
		assert_int_equal(spent_percent(nodes, 6, 1000, 6 * SECOND), 100);
	}
}

/* All nodes together may tell as much as five do. */
static void nodes_of_a_large_cluster_share(void **state)
{
	(void)state;
	for (unsigned nodes = NODES_DEFAULT; nodes <= NODES_MAX; nodes++) {
		const uint64_t most = (uint64_t)EVENTS_PER_SECOND_MAX * NODES_DEFAULT / nodes;

		assert_int_equal(spent_percent(nodes, most * 9 / 10, SECOND, 30 * SECOND), 0);
		assert_int_equal(spent_percent(nodes, most * 9 / 1000, SECOND / 100, 10 * SECOND),
				 0);
		assert_int_equal(
			spent_percent(nodes, most * 12 / 1000 + 1, SECOND / 100, 10 * SECOND), 100);
	}
}

/* A few hundred events at once are told, also where the share is small; more are not, and it is
 * over when they are. */
static void a_burst_is_told_up_to_a_bound(void **state)
{
	struct allowance a;

	(void)state;
	for (unsigned nodes = 3; nodes <= NODES_MAX; nodes += 14) {
		uint64_t now = SECOND;
		allowance_init(&a, nodes);
		assert_true(allowance_take(&a, 0, now));
		for (unsigned i = 0; i < 25; i++)
			assert_false(allowance_take(&a, 10, ++now));
		assert_false(a.spent);
		assert_false(allowance_take(&a, 1, ++now));
		assert_true(a.spent);
		assert_true(allowance_take(&a, 0, now + WINDOW_US));
		assert_true(a.spent);
		assert_true(allowance_take(&a, 0, now + 2 * WINDOW_US));
		assert_false(a.spent);
	}
}

/* What is left out while it is spent counts: otherwise it would be given and spent in turns. */
static void it_stays_spent_while_as_much_happens(void **state)
{
	struct allowance a;
	uint64_t now = SECOND;

	(void)state;
	allowance_init(&a, 3);
	for (unsigned i = 0; i < 2000; i++) {
		allowance_take(&a, 7, now += 1000);
		assert_int_equal(a.spent, i > 35);
	}
	allowance_take(&a, 0, now + 3 * SECOND);
	assert_false(a.spent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_of_a_small_cluster_may_tell_all_that_a_person_could_follow),
		cmocka_unit_test(nodes_of_a_large_cluster_share),
		cmocka_unit_test(a_burst_is_told_up_to_a_bound),
		cmocka_unit_test(it_stays_spent_while_as_much_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
