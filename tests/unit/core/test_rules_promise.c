/* Rule 3 at a proposer: the votes that Promises tell bind it, each with the proof that it brings.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/rules.h"

static void promise_of(node_id from, struct ballot ballot, value_ref value, proof_ref cert)
{
	const struct claim claim = {
		.ballot = ballot, .value = value, .certified = true, .cert = cert};
	const struct message m = {.type = MSG_PROMISE,
				  .from = from,
				  .ballot = p.ballot,
				  .claims = 1,
				  .claim = &claim,
				  .proof = 100u + from};

	hear(&m);
}

static void a_promise_whose_vote_is_not_proven_is_dropped(void **state)
{
	const struct claim claims_of[] = {
		{.ballot = at(1, 1), .value = B, .certified = false},
		{.ballot = at(1, 2), .value = B, .certified = true}, /* n2's ballot itself */
	};

	(void)state;
	begin(4, MODE_SINGLE, JUSTIFIED);
	propose(A);
	for (unsigned i = 0; i < 2; i++) {
		const struct message m = {.type = MSG_PROMISE,
					  .from = 3,
					  .ballot = p.ballot,
					  .claims = 1,
					  .claim = &claims_of[i]};
		hear(&m);
		assert_int_equal(told(EVENT_COUNTED), 0);
		assert_int_equal(p.promised_by, 0);
		assert_int_equal(p.open[0].claim, VALUE_NONE);
	}
}

static void a_proposer_obeys_the_highest_vote_whoever_tells_it_first(void **state)
{
	(void)state;
	for (unsigned first = 0; first < 2; first++) {
		begin(4, MODE_SINGLE, JUSTIFIED);
		p.seen = at(6, 3);
		propose(A);
		promise_of(first ? 1 : 3, first ? at(1, 1) : at(2, 3), first ? B : C, 901);
		promise_of(first ? 3 : 1, first ? at(2, 3) : at(1, 1), first ? C : B, 902);
		const struct message m = {
			.type = MSG_PROMISE, .from = SELF, .ballot = p.ballot, .proof = 102};
		hear(&m);
		assert_int_equal(sent(MSG_ACCEPT)->value, C);
		assert_int_equal(sent(MSG_NEW_VIEW)->claims, 1);
		assert_int_equal(sent(MSG_NEW_VIEW)->claim[0].value, C);
		assert_int_equal(p.hard[0].claim_cert, first ? 902 : 901);
	}
}

/* A lying owner had two values in 2.3, each proven: both proofs go with the NewView, twice two of
 * them at most, and none that a higher vote has made needless. */
static void rival_certificates_are_kept_until_a_higher_vote_is_told(void **state)
{
	(void)state;
	begin(7, MODE_SINGLE, "sign+justify");
	p.seen = at(6, 3);
	propose(A);
	promise_of(1, at(2, 3), B, 901);
	promise_of(3, at(2, 3), B, 902);
	assert_int_equal(p.hard[0].rival_cert[0], PROOF_NONE);
	promise_of(4, at(2, 3), C, 903);
	assert_int_equal(p.hard[0].rival_cert[0], 903);
	/* below it there is nothing to know */
	assert_int_equal(p.hard[0].claim_cert, 901);
	const struct paxos before = p;
	promise_of(5, at(1, 1), C, 904);
	assert_int_equal(p.hard[0].rival_cert[1], PROOF_NONE);
	assert_int_equal(sent(MSG_NEW_VIEW)->proofs, 4 + 2);
	assert_int_equal(sent(MSG_NEW_VIEW)->proof_list[4], 901);
	assert_int_equal(sent(MSG_NEW_VIEW)->proof_list[5], 903);
	p = before;
	promise_of(5, at(2, 3), C, 903);
	assert_int_equal(p.hard[0].rival_cert[1], PROOF_NONE);
	p = before;
	promise_of(5, at(2, 3), 5, 905);
	assert_int_equal(p.hard[0].rival_cert[1], 905);
	assert_int_equal(sent(MSG_NEW_VIEW)->proofs, 4 + 3);
	assert_int_equal(sent(MSG_NEW_VIEW)->proof_list[6], 905);
	p = before;
	promise_of(5, at(3, 3), C, 906);
	assert_int_equal(p.hard[0].claim_cert, 906);
	assert_int_equal(p.hard[0].rival_cert[0], PROOF_NONE);
	assert_int_equal(p.hard[0].rival_cert[1], PROOF_NONE);
}

static void a_new_ballot_forgets_votes_and_their_proofs(void **state)
{
	(void)state;
	begin(7, MODE_SINGLE, "sign+justify");
	p.seen = at(6, 3);
	propose(A);
	promise_of(1, at(2, 3), B, 901);
	promise_of(4, at(2, 3), C, 903);
	for (node_id from = 3; from <= 6; from++)
		hear_nack(from, REFUSE_PROMISED, at(9, 3));
	wake();
	assert_int_equal(p.role, ROLE_PREPARING);
	assert_int_equal(p.hard[0].claim_cert, PROOF_NONE);
	assert_int_equal(p.hard[0].rival_cert[0], PROOF_NONE);
	assert_int_equal(p.open[0].claim, VALUE_NONE);
	assert_true(ballot_is_none(p.open[0].claim_at));
	assert_int_equal(p.open[0].claim_by, NODE_NONE);
	assert_int_equal(p.promised_by, 0);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_promise_whose_vote_is_not_proven_is_dropped),
		TEST(a_proposer_obeys_the_highest_vote_whoever_tells_it_first),
		TEST(rival_certificates_are_kept_until_a_higher_vote_is_told),
		TEST(a_new_ballot_forgets_votes_and_their_proofs),
	};

	return cmocka_run_group_tests_name("rules of promises", tests, NULL, NULL);
}
