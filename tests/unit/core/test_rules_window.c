/* The rule of `window` at a proposer: its rounds follow what enough other nodes have seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/rules.h"

static uint32_t round_of(uint32_t seen, uint32_t floor)
{
	begin(4, MODE_SINGLE, "sign+window");
	p.seen = at(seen, 3);
	give((struct paxos_input){
		.kind = INPUT_PROPOSE, .value = A, .slot = SLOT_NONE, .round_floor = floor});
	return p.ballot.round;
}

static void a_proposer_follows_one_word_as_far_as_others_would(void **state)
{
	(void)state;
	/* floor: one more than the round that enough others have seen, here 9 */
	assert_int_equal(round_of(9 + WINDOW_ROUNDS - 1, 10), 9 + WINDOW_ROUNDS);
	assert_int_equal(round_of(9 + WINDOW_ROUNDS, 10), 10);
	assert_int_equal(round_of(ROUND_MAX, 10), 10);
	/* the window is off */
	assert_int_equal(round_of(9 + WINDOW_ROUNDS, 0), 9 + WINDOW_ROUNDS + 1);
	assert_int_equal(round_of(ROUND_MAX - 1, 0), ROUND_MAX);
}

static void its_own_promise_and_its_own_ballot_prove_themselves(void **state)
{
	(void)state;
	for (unsigned own = 0; own < 2; own++) {
		begin(4, MODE_SINGLE, "sign+window");
		p.seen = at(ROUND_MAX, 3);
		p.promised = own ? at(50, 3) : at(20, 3);
		p.ballot = own ? at(20, SELF) : at(50, SELF);
		give((struct paxos_input){
			.kind = INPUT_PROPOSE, .value = A, .slot = SLOT_NONE, .round_floor = 10});
		assert_int_equal(p.ballot.round, 51);
	}
}

static void above_the_highest_round_there_is_none(void **state)
{
	(void)state;
	assert_int_equal(round_of(ROUND_MAX, 0), 0);
	assert_int_equal(told(EVENT_EXHAUSTED), 1);
	assert_int_equal(event_of(EVENT_EXHAUSTED)->other.round, ROUND_MAX);
	/* it is said once */
	propose(B);
	assert_int_equal(told(EVENT_EXHAUSTED), 0);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_proposer_follows_one_word_as_far_as_others_would),
		TEST(its_own_promise_and_its_own_ballot_prove_themselves),
		TEST(above_the_highest_round_there_is_none),
	};

	return cmocka_run_group_tests_name("rules of the window", tests, NULL, NULL);
}
