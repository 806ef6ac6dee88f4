/* The rules of refusals at a proposer, n2 of four: which Nacks end its ballot, and which make it
 * send its NewView again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/rules.h"

static void without_defences_one_refusal_ends_a_ballot(void **state)
{
	(void)state;
	begin(4, MODE_SINGLE, "none");
	propose(A);
	hear_nack(3, REFUSE_PROMISED, at(9, 3));
	assert_int_equal(told(EVENT_PREEMPTED), 1);
	assert_int_equal(event_of(EVENT_PREEMPTED)->peer, 3);
	assert_int_equal(p.role, ROLE_WAITING);
	wake();
	assert_int_equal(ballot_cmp(p.ballot, at(10, SELF)), 0);
}

static void a_refusal_that_names_no_higher_promise_ends_nothing(void **state)
{
	(void)state;
	begin(4, MODE_SINGLE, "none");
	propose(A);
	hear_nack(3, REFUSE_PROMISED, p.ballot);
	hear_nack(3, REFUSE_PROMISED, at(0, 3));
	hear_nack(3, REFUSE_AHEAD, at(9, 3));
	hear_nack(3, REFUSE_REJECTED, at(9, 3));
	assert_int_equal(p.role, ROLE_PREPARING);
	assert_int_equal(ballot_cmp(p.seen, p.ballot), 0);
}

static void a_refusal_of_another_ballot_is_nothing(void **state)
{
	const struct message m = {.type = MSG_NACK,
				  .from = 3,
				  .ballot = at(1, 3),
				  .promised = at(9, 3),
				  .why = REFUSE_PROMISED};

	(void)state;
	begin(4, MODE_SINGLE, "none");
	propose(A);
	hear(&m);
	assert_int_equal(p.role, ROLE_PREPARING);
	assert_int_equal(ballot_cmp(p.seen, p.ballot), 0);
}

/* Among liars: n1, n2 and n4 are a quorum of three. Two that refuse leave none. */
static void among_liars_a_ballot_is_lost_when_no_quorum_is_left(void **state)
{
	static const char *const sets[] = {"quorum", "sign+echo+quorum", "sign+justify+quorum",
					   "sign+cert+quorum"};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		begin(4, MODE_SINGLE, sets[i]);
		propose(A);
		hear_nack(3, REFUSE_PROMISED, at(9, 3));
		assert_int_equal(p.role, ROLE_PREPARING);
		/* the same node again is one node */
		hear_nack(3, REFUSE_PROMISED, at(9, 3));
		assert_int_equal(p.role, ROLE_PREPARING);
		hear_nack(4, REFUSE_PROMISED, at(8, 4));
		assert_int_equal(p.role, ROLE_WAITING);
		assert_int_equal(ballot_cmp(p.seen, at(9, 3)), 0);
	}
}

/* With a majority of five, n1 n2 n4 n5 outlive one refusal and n1 n2 n5 another. */
static void under_leases_and_reject_one_refusal_is_not_enough_either(void **state)
{
	static const struct {
		const char *policy;
		enum refusal why;
	} cases[] = {{"sign+lease", REFUSE_BUSY}, {"reject", REFUSE_REJECTED}};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		begin(5, MODE_SINGLE, cases[i].policy);
		propose(A);
		hear_nack(3, cases[i].why, at(1, 3));
		hear_nack(4, cases[i].why, at(1, 3));
		assert_int_equal(p.role, ROLE_PREPARING);
		hear_nack(5, cases[i].why, at(1, 3));
		assert_int_equal(p.role, ROLE_WAITING);
		assert_int_equal(event_of(EVENT_PREEMPTED)->peer, SELF);
	}
}

static void a_new_ballot_forgets_who_refused_the_last(void **state)
{
	(void)state;
	begin(4, MODE_SINGLE, "quorum");
	propose(A);
	hear_nack(3, REFUSE_PROMISED, at(9, 3));
	hear_nack(4, REFUSE_PROMISED, at(9, 3));
	wake();
	assert_int_equal(p.role, ROLE_PREPARING);
	hear_nack(3, REFUSE_PROMISED, at(19, 3));
	assert_int_equal(p.role, ROLE_PREPARING);
}

/* One node has refused, and no other has answered for two resends: the ballot is given up. */
static void a_refusal_and_long_silence_end_a_ballot_too(void **state)
{
	(void)state;
	begin(4, MODE_SINGLE, "quorum");
	propose(A);
	hear_nack(3, REFUSE_PROMISED, at(9, 3));
	wake();
	assert_int_equal(p.role, ROLE_PREPARING);
	assert_int_equal(told(EVENT_RESENT), 1);
	wake();
	assert_int_equal(p.role, ROLE_PREPARING);
	wake();
	assert_int_equal(p.role, ROLE_WAITING);
	assert_int_equal(ballot_cmp(event_of(EVENT_PREEMPTED)->other, at(9, 3)), 0);
}

/* n2 leads under justify, with its own signed words handed back. */
static void lead_justified(void)
{
	begin(4, MODE_SINGLE, JUSTIFIED);
	propose(A);
	for (node_id from = 1; from <= 3; from++) {
		const struct message m = {.type = MSG_PROMISE,
					  .from = from,
					  .ballot = p.ballot,
					  .proof = 100u + from};
		hear(&m);
	}
	assert_int_equal(p.role, ROLE_LEADING);
}

static void a_node_without_the_new_view_is_sent_it_once(void **state)
{
	(void)state;
	lead_justified();
	const struct message *view = sent(MSG_NEW_VIEW);
	assert_int_equal(view->to, 0xf);
	assert_int_equal(view->proofs, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(view->proof_list[i], 101 + i);
	hear_nack(3, REFUSE_UNJUSTIFIED, p.ballot);
	assert_int_equal(sent(MSG_NEW_VIEW)->to, set_of(3));
	assert_int_equal(sent(MSG_NEW_VIEW)->proofs, 3);
	hear_nack(4, REFUSE_UNJUSTIFIED, p.ballot);
	assert_int_equal(sent(MSG_NEW_VIEW)->to, set_of(4));
	/* A node that refuses again will not be convinced. One such node ends nothing, two leave
	 * no quorum. */
	hear_nack(3, REFUSE_UNJUSTIFIED, p.ballot);
	assert_null(sent(MSG_NEW_VIEW));
	assert_int_equal(p.role, ROLE_LEADING);
	hear_nack(4, REFUSE_UNJUSTIFIED, p.ballot);
	assert_int_equal(p.role, ROLE_WAITING);
}

static void a_proposer_does_not_send_itself_its_new_view_again(void **state)
{
	(void)state;
	lead_justified();
	hear_nack(SELF, REFUSE_UNJUSTIFIED, p.ballot);
	assert_null(sent(MSG_NEW_VIEW));
	assert_int_equal(p.refused_by, set_of(SELF));
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_defences_one_refusal_ends_a_ballot),
		TEST(a_refusal_that_names_no_higher_promise_ends_nothing),
		TEST(a_refusal_of_another_ballot_is_nothing),
		TEST(among_liars_a_ballot_is_lost_when_no_quorum_is_left),
		TEST(under_leases_and_reject_one_refusal_is_not_enough_either),
		TEST(a_new_ballot_forgets_who_refused_the_last),
		TEST(a_refusal_and_long_silence_end_a_ballot_too),
		TEST(a_node_without_the_new_view_is_sent_it_once),
		TEST(a_proposer_does_not_send_itself_its_new_view_again),
	};

	return cmocka_run_group_tests_name("rules of refusals", tests, NULL, NULL);
}
