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

/* To the microsecond; each part by itself. */
static void what_is_longer_than_usual_is_kept(void **state)
{
	static const struct {
		time_us delay, jitter, least, most;
	} rows[] = {
		{5000, 1000, 0, 0}, {5001, 1000, 5001, 5001}, {5000, 1001, 0, 1001},   {0, 1, 0, 0},
		{4999, 999, 0, 0},  {6000, 2000, 6000, 8000}, {70000, 0, 70000, 70000}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct link_rule rule = {.delay_us = rows[i].delay,
					       .jitter_us = rows[i].jitter,
					       .duplicate_ppm = 1000000};
		time_us least = UINT64_MAX, most = 0, least_copy = UINT64_MAX, most_copy = 0;
		uint64_t random = i;

		for (unsigned k = 0; k < DRAWS; k++) {
			const struct link_verdict v =
				link_decide(&rule, random_next(&random), true);

			assert_true(v.duplicate);
			least = v.delay_us < least ? v.delay_us : least;
			most = v.delay_us > most ? v.delay_us : most;
			least_copy = v.copy_delay_us < least_copy ? v.copy_delay_us : least_copy;
			most_copy = v.copy_delay_us > most_copy ? v.copy_delay_us : most_copy;
		}
		assert_int_equal(least, rows[i].least);
		assert_int_equal(most, rows[i].most);
		assert_int_equal(least_copy, rows[i].least);
		assert_int_equal(most_copy, rows[i].most);
	}
}

/* Each draw is the next one of the sequence: loss, order, jitter, copy, its jitter. One part in a
 * million is the lowest of all draws. */
static void a_verdict_is_what_the_draws_say(void **state)
{
	const struct link_rule rule = {.delay_us = 9,
				       .jitter_us = 99,
				       .loss_ppm = 250000,
				       .duplicate_ppm = 400000,
				       .reorder_ppm = 300000};

	(void)state;
	for (uint64_t seed = 0; seed < 5000; seed++) {
		uint64_t random = seed;
		const struct link_verdict v = link_decide(&rule, seed, false);
		const bool lost = (random_next(&random) >> 32) * 1000000 >> 32 < rule.loss_ppm;

		assert_int_equal(v.drop, lost ? DROP_LOSS : DROP_NOTHING);
		if (lost)
			continue;
		const bool first = (random_next(&random) >> 32) * 1000000 >> 32 < rule.reorder_ppm;
		const time_us delay = first ? 0 : 9 + random_next(&random) % 100;
		const bool twice =
			(random_next(&random) >> 32) * 1000000 >> 32 < rule.duplicate_ppm;
		assert_int_equal(v.delay_us, delay);
		assert_int_equal(v.duplicate, twice);
		assert_int_equal(v.copy_delay_us, twice ? 9 + random_next(&random) % 100 : 0);
	}
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
		cmocka_unit_test(what_is_longer_than_usual_is_kept),
		cmocka_unit_test(a_verdict_is_what_the_draws_say),
		cmocka_unit_test(equal_randomness_gives_equal_verdicts),
		cmocka_unit_test(random_next_is_splitmix64),
	};

	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
