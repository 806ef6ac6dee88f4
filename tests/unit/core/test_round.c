/* How long a round takes: what is measured, and what timers make of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/core/step.h"
#include "tests/support/lone_node.h"

static void begin_to_measure(void)
{
	begin(3, MODE_MULTI, "none");
	p.config.resend_us = 100;
}

static void assert_patience(time_us round, time_us ballot)
{
	assert_int_equal(round_patience(&p), round);
	assert_int_equal(round_ballot(&p), ballot);
}

/* A Prepare that has its quorum after so long. */
static void prepare(time_us lasts)
{
	round_prepared(&p);
	p.now += lasts;
	round_promised(&p);
}

/* The smoothed mean and four times the smoothed deviation, of three rounds for a ballot. */
static void patience_follows_the_rounds(void **state)
{
	(void)state;
	begin_to_measure();
	assert_patience(100, 100); /* nothing is known yet */
	prepare(40);               /* mean 40, deviation 20 */
	assert_patience(120, 200);
	prepare(120); /* mean 50, deviation 35 */
	assert_patience(190, 290);
	prepare(500); /* counts as 190: mean 67, deviation 61 */
	assert_patience(311, 445);
	prepare(0); /* mean 58, deviation 62 */
	assert_patience(306, 422);
	for (unsigned i = 0; i < 100; i++)
		prepare(1);
	assert_patience(100, 100); /* and no less than that */
}

static void a_first_round_counts_no_longer_than_patience_lasts(void **state)
{
	(void)state;
	begin_to_measure();
	prepare(101); /* 100: deviation 50 */
	assert_patience(300, 500);
}

static void a_prepare_that_was_repeated_measures_nothing(void **state)
{
	(void)state;
	begin_to_measure();
	round_prepared(&p);
	round_repeated(&p);
	p.now += 40;
	round_promised(&p);
	assert_false(p.round.measured);
	assert_patience(100, 100);
	prepare(40);
	assert_patience(120, 200);
}

static void one_vote_at_a_time_is_followed_to_its_decision(void **state)
{
	(void)state;
	begin_to_measure();
	round_decided(&p, 0); /* nothing was measured */
	assert_patience(100, 100);
	round_voted(&p, 3);
	p.now += 10;
	round_voted(&p, 4);
	round_decided(&p, 4);
	round_decided(&p, 2);
	assert_patience(100, 100);
	p.now += 30;
	round_decided(&p, 3); /* 40 */
	assert_patience(120, 200);
	p.now += 7;
	round_decided(&p, 3); /* once */
	assert_patience(120, 200);
	round_voted(&p, 4);
	p.now += 40;
	round_decided(&p, 4); /* mean 40, deviation 15 */
	assert_patience(100, 180);
}

static void a_slot_that_is_never_decided_is_given_up(void **state)
{
	(void)state;
	begin_to_measure();
	round_voted(&p, 3);
	p.now += ROUND_US_MAX - 1;
	round_voted(&p, 4);
	assert_int_equal(p.round.slot, 3);
	p.now += 1;
	round_voted(&p, 5);
	assert_int_equal(p.round.slot, 5);
	p.now += 40;
	round_decided(&p, 5);
	assert_patience(120, 200);
}

static void an_outage_is_the_longest_patience(void **state)
{
	(void)state;
	begin_to_measure();
	p.round = (struct paxos_round){.mean_us = 100000, .deviation_us = 200000};
	assert_patience(900000, ROUND_US_MAX);
	p.round = (struct paxos_round){.mean_us = 200000, .deviation_us = 200001};
	assert_patience(ROUND_US_MAX, ROUND_US_MAX);
	p.config.resend_us = 2 * ROUND_US_MAX; /* said by the operator */
	assert_patience(2 * ROUND_US_MAX, 2 * ROUND_US_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patience_follows_the_rounds),
		cmocka_unit_test(a_first_round_counts_no_longer_than_patience_lasts),
		cmocka_unit_test(a_prepare_that_was_repeated_measures_nothing),
		cmocka_unit_test(one_vote_at_a_time_is_followed_to_its_decision),
		cmocka_unit_test(a_slot_that_is_never_decided_is_given_up),
		cmocka_unit_test(an_outage_is_the_longest_patience),
	};

	return cmocka_run_group_tests_name("round", tests, NULL, NULL);
}
