/* The virtual clock: a line that all nodes share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/core/clock_rule.h"

static uint64_t random_state;

static uint64_t roll(void)
{
	uint64_t word = random_state += 0x9e3779b97f4a7c15;

	word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
	word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
	return word ^ (word >> 31);
}

static void a_rate_of_one_hundredth_makes_5_ms_half_a_second(void **state)
{
	const struct clock_rule rule = {1000000, 7000, 1, 100};

	assert_int_equal(clock_at(&rule, 1500000), 12000);
	assert_int_equal(clock_at(&rule, 1500099), 12000);
	assert_int_equal(clock_at(&rule, 1500100), 12001);
	assert_int_equal(clock_until(&rule, 1000000, 12000), 500000);
	assert_int_equal(clock_until(&rule, 1499999, 12000), 1);
	assert_int_equal(clock_until(&rule, 1500000, 12000), 0);
	(void)state;
}

static void a_paused_clock_stands_still_and_nothing_comes_due(void **state)
{
	const struct clock_rule rule = {1000, 70, 0, 5};

	assert_true(clock_is_paused(&rule));
	assert_int_equal(clock_at(&rule, 99999), 70);
	assert_int_equal(clock_until(&rule, 99999, 70), 0);
	assert_int_equal(clock_until(&rule, 99999, 71), UINT64_MAX);
	(void)state;
}

static void a_rule_of_zeros_is_a_paused_clock(void **state)
{
	const struct clock_rule rule = {0};

	assert_true(clock_is_paused(&rule));
	assert_false(clock_is_unlimited(&rule));
	assert_int_equal(clock_at(&rule, 5), 0);
	(void)state;
}

static void an_unlimited_clock_runs_like_real_time(void **state)
{
	const struct clock_rule rule = {1000, 70, 1, 0};

	assert_true(clock_is_unlimited(&rule));
	assert_false(clock_is_paused(&rule));
	assert_int_equal(clock_at(&rule, 1600), 670);
	assert_int_equal(clock_until(&rule, 1600, 700), 30);
	(void)state;
}

static void a_clock_does_not_run_before_its_rule_begins(void **state)
{
	const struct clock_rule rule = {1000, 70, 1, 1};

	assert_int_equal(clock_at(&rule, 400), 70);
	assert_int_equal(clock_until(&rule, 400, 71), 601);
	(void)state;
}

static void the_end_of_time_is_not_wrapped_round(void **state)
{
	const struct clock_rule fast = {0, UINT64_MAX - 5, UINT32_MAX, 1};
	const struct clock_rule slow = {5, 0, 1, UINT32_MAX};

	assert_int_equal(clock_at(&fast, UINT64_MAX), UINT64_MAX);
	assert_int_equal(clock_at(&fast, 1), UINT64_MAX);
	assert_int_equal(clock_until(&slow, 10, UINT64_MAX), UINT64_MAX);
	(void)state;
}

/* What clock_until promises: at that moment it is due, and a microsecond earlier it is not. */
static void waiting_as_long_as_told_is_just_enough(void **state)
{
	random_state = 3;
	for (unsigned i = 0; i < 100000; i++) {
		const struct clock_rule rule = {roll() % 1000000, roll() % 1000000,
						(uint32_t)(1 + roll() % 1000),
						(uint32_t)(roll() % 1000)};
		time_us real = roll() % 2000000;
		time_us due = roll() % 10000000;
		time_us wait = clock_until(&rule, real, due);

		assert_true(clock_at(&rule, real + wait) >= due);
		if (wait > 0)
			assert_true(clock_at(&rule, real + wait - 1) < due);
		assert_true(clock_at(&rule, real + 1) >= clock_at(&rule, real));
	}
	(void)state;
}

static void a_rule_counts_from_its_arrival_unless_it_was_given_a_moment_ago(void **state)
{
	const struct clock_rule given = {50000000, 777, 1, 1};
	struct clock_rule rule = clock_arrived(&given, 50000000 + CLOCK_NEAR_US, 0);

	assert_memory_equal(&rule, &given, sizeof given);
	/* The clock here is 30 s behind, or a day ahead. */
	rule = clock_arrived(&given, 20000000, 0);
	assert_int_equal(clock_at(&rule, 20000000), 777);
	assert_int_equal(clock_at(&rule, 20000005), 782);
	rule = clock_arrived(&given, 86450000000, 0);
	assert_int_equal(clock_at(&rule, 86450000000), 777);
	assert_int_equal(clock_at(&rule, 86450000005), 782);
	(void)state;
}

static void virtual_time_does_not_fall_when_a_rule_arrives(void **state)
{
	const struct clock_rule given = {50, 777, 1, 10};
	struct clock_rule rule = clock_arrived(&given, 60, 5000);

	assert_int_equal(clock_at(&rule, 60), 5000);
	assert_int_equal(clock_at(&rule, 160), 5010);
	rule = clock_arrived(&(struct clock_rule){50, 777, 0, 1}, 60, 5000);
	assert_true(clock_is_paused(&rule));
	assert_int_equal(clock_at(&rule, 1000000), 5000);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rate_of_one_hundredth_makes_5_ms_half_a_second),
		cmocka_unit_test(a_paused_clock_stands_still_and_nothing_comes_due),
		cmocka_unit_test(a_rule_of_zeros_is_a_paused_clock),
		cmocka_unit_test(an_unlimited_clock_runs_like_real_time),
		cmocka_unit_test(a_clock_does_not_run_before_its_rule_begins),
		cmocka_unit_test(the_end_of_time_is_not_wrapped_round),
		cmocka_unit_test(waiting_as_long_as_told_is_just_enough),
		cmocka_unit_test(a_rule_counts_from_its_arrival_unless_it_was_given_a_moment_ago),
		cmocka_unit_test(virtual_time_does_not_fall_when_a_rule_arrives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
