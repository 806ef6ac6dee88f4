#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "proto/fault/link.h"

#define DRAWS 100000

/* How many of DRAWS verdicts are such. */
static unsigned count(const struct link_rule *rule, bool (*is)(const struct link_verdict *))
{
	uint64_t random = 7;
	unsigned n = 0;

	for (unsigned i = 0; i < DRAWS; i++) {
		struct link_verdict v = link_decide(rule, random_next(&random), false);
		n += is(&v);
	}
	return n;
}

static bool is_lost(const struct link_verdict *v)
{
	return v->drop == DROP_LOSS;
}

static bool is_duplicated(const struct link_verdict *v)
{
	return v->duplicate;
}

static bool is_at_once(const struct link_verdict *v)
{
	return v->drop == DROP_NOTHING && v->delay_us == 0;
}

static void a_fresh_link_takes_five_to_six_milliseconds(void **state)
{
	const struct link_rule rule = link_rule_default();
	uint64_t random = 1;
	time_us least = UINT64_MAX, most = 0;

	(void)state;
	for (unsigned i = 0; i < DRAWS; i++) {
		struct link_verdict v = link_decide(&rule, random_next(&random), false);
		assert_int_equal(v.drop, DROP_NOTHING);
		assert_false(v.duplicate);
		least = v.delay_us < least ? v.delay_us : least;
		most = v.delay_us > most ? v.delay_us : most;
	}
	assert_int_equal(least, 5000);
	assert_int_equal(most, 6000);
}

static void a_cut_link_lets_nothing_through(void **state)
{
	struct link_rule rule = link_rule_default();

	(void)state;
	rule.cut = true;
	for (uint64_t random = 0; random < 1000; random++) {
		assert_int_equal(link_decide(&rule, random, false).drop, DROP_CUT);
		assert_int_equal(link_decide(&rule, random, true).drop, DROP_CUT);
	}
}

static void shares_are_parts_per_million(void **state)
{
	struct link_rule rule = {.loss_ppm = 200000};

	(void)state;
	assert_in_range(count(&rule, is_lost), DRAWS / 5 - 500, DRAWS / 5 + 500);
	rule = (struct link_rule){.duplicate_ppm = 50000};
	assert_in_range(count(&rule, is_duplicated), DRAWS / 20 - 300, DRAWS / 20 + 300);
	rule = (struct link_rule){.delay_us = 10, .reorder_ppm = 100000};
	assert_in_range(count(&rule, is_at_once), DRAWS / 10 - 400, DRAWS / 10 + 400);
}

static void a_share_of_a_million_is_always_and_of_zero_never(void **state)
{
	struct link_rule rule = {.loss_ppm = 1000000};

	(void)state;
	assert_int_equal(count(&rule, is_lost), DRAWS);
	rule.loss_ppm = 0;
	assert_int_equal(count(&rule, is_lost), 0);
}

static void unlimited_waives_usual_delays_and_keeps_longer_ones(void **state)
{
	struct link_rule rule = link_rule_default();

	(void)state;
	assert_int_equal(link_decide(&rule, 3, true).delay_us, 0);
	rule.delay_us = 80000;
	assert_int_equal(link_decide(&rule, 3, true).delay_us, 80000);
	rule.jitter_us = 30000;
	assert_in_range(link_decide(&rule, 3, true).delay_us, 80000, 110000);
}

static void equal_randomness_gives_equal_verdicts(void **state)
{
	const struct link_rule rule = {.delay_us = 100,
				       .jitter_us = 1000,
				       .loss_ppm = 300000,
				       .duplicate_ppm = 300000,
				       .reorder_ppm = 300000};

	(void)state;
	for (uint64_t random = 0; random < 1000; random++) {
		struct link_verdict a = link_decide(&rule, random, false);
		struct link_verdict b = link_decide(&rule, random, false);
		assert_int_equal(a.drop, b.drop);
		assert_int_equal(a.delay_us, b.delay_us);
		assert_int_equal(a.duplicate, b.duplicate);
		assert_int_equal(a.copy_delay_us, b.copy_delay_us);
	}
}

/* The published sequence of splitmix64 for the seed 1234567. */
static void random_next_is_splitmix64(void **state)
{
	uint64_t random = 1234567;

	(void)state;
	assert_true(random_next(&random) == 6457827717110365317u);
	assert_true(random_next(&random) == 3203168211198807973u);
	assert_true(random_next(&random) == 9817491932198370423u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fresh_link_takes_five_to_six_milliseconds),
		cmocka_unit_test(a_cut_link_lets_nothing_through),
		cmocka_unit_test(shares_are_parts_per_million),
		cmocka_unit_test(a_share_of_a_million_is_always_and_of_zero_never),
		cmocka_unit_test(unlimited_waives_usual_delays_and_keeps_longer_ones),
		cmocka_unit_test(equal_randomness_gives_equal_verdicts),
		cmocka_unit_test(random_next_is_splitmix64),
	};

	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
