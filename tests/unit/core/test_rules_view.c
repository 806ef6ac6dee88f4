/* Rule 3 at an acceptor: which value a NewView of n1 binds ballot 5.1 to, and which Accepts wait
 * for their NewView. The messages are as admission hands them in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/rules.h"

static struct claim claims[NODES_MAX][4];

/* A Promise for 5.1 by `from` that tells no vote. */
static struct message free_promise(node_id from)
{
	return (struct message){
		.type = MSG_PROMISE, .from = from, .ballot = at(5, 1), .claim = claims[from]};
}

/* It tells one more vote, which is proven or not. */
static void add_claim(struct message *m, slot_number slot, struct ballot ballot, value_ref value,
		      bool certified)
{
	claims[m->from][m->claims++] = (struct claim){
		.slot = slot, .ballot = ballot, .value = value, .certified = certified};
}

static struct message voted_promise(node_id from, slot_number slot, struct ballot ballot,
				    value_ref value)
{
	struct message m = free_promise(from);

	add_claim(&m, slot, ballot, value, true);
	return m;
}

static void new_view(const struct message *promises, uint16_t count)
{
	static const proof_ref proofs[] = {500, 501};
	const struct message m = {
		.type = MSG_NEW_VIEW,
		.from = 1,
		.to = set_of(SELF),
		.ballot = at(5, 1),
		.view = VIEW,
		.proofs = 1,
		.proof_list = proofs,
		.told = count,
		.tell = promises,
	};

	hear(&m);
}

/* What this node does with an Accept when it comes for the second time: it does not wait any more.
 */
static bool is_voted_for(slot_number slot, value_ref value)
{
	hear_accept(slot, value);
	if (told(EVENT_ACCEPTED) == 1)
		return true;
	hear_accept(slot, value);
	assert_int_equal(told(EVENT_ACCEPTED), 0);
	return false;
}

static void the_highest_vote_binds_not_the_last_one_told(void **state)
{
	(void)state;
	for (unsigned highest_first = 0; highest_first < 2; highest_first++) {
		const struct message low = voted_promise(1, 0, at(1, 1), A);
		const struct message high = voted_promise(3, 0, at(2, 2), B);
		const struct message promises[] = {highest_first ? high : low,
						   highest_first ? low : high, free_promise(4)};

		begin(4, MODE_SINGLE, JUSTIFIED);
		new_view(promises, 3);
		assert_int_equal(told(EVENT_REFUSED), 0);
		assert_false(is_voted_for(0, A));
		assert_false(is_voted_for(0, C));
		assert_true(is_voted_for(0, B));
	}
}

static void of_two_rounds_alike_the_higher_owner_binds(void **state)
{
	const struct message promises[] = {voted_promise(1, 0, at(2, 3), B),
					   voted_promise(3, 0, at(2, 1), A), free_promise(4)};

	(void)state;
	begin(4, MODE_SINGLE, JUSTIFIED);
	new_view(promises, 3);
	assert_false(is_voted_for(0, A));
	assert_true(is_voted_for(0, B));
}

static void without_a_vote_any_value_is_free(void **state)
{
	const struct message promises[] = {free_promise(1), free_promise(3), free_promise(4)};

	(void)state;
	begin(4, MODE_SINGLE, JUSTIFIED);
	new_view(promises, 3);
	assert_true(is_voted_for(0, C));
}

/* One Promise too few, and each way in which a third one does not count. */
static void a_new_view_needs_a_quorum_of_good_promises(void **state)
{
	struct message third[7];

	(void)state;
	for (unsigned i = 0; i < 7; i++)
		third[i] = free_promise(4);
	third[0].from = 3; /* the same node twice */
	third[1].ballot = at(5, 3);
	third[2].slot = 1; /* it says nothing of slot 0 */
	third[3].low = 1;  /* nor does it here: it has closed slot 0 */
	third[4].type = MSG_ACCEPTED;
	add_claim(&third[5], 0, at(1, 1), A, false);
	third[6].claim = claims[0]; /* a vote in this very ballot cannot have been before it */
	third[6].claims = 1;
	claims[0][0] = (struct claim){.ballot = at(5, 1), .value = A, .certified = true};
	for (unsigned i = 0; i <= 7; i++) {
		const struct message promises[] = {free_promise(1), free_promise(3),
						   i < 7 ? third[i] : free_promise(4)};

		begin(4, MODE_SINGLE, JUSTIFIED);
		new_view(promises, 3);
		assert_int_equal(told(EVENT_REFUSED), i < 7);
		assert_int_equal(is_voted_for(0, B), i == 7);
	}
}

/* A Promise about slots from earlier on says as much and more. */
static void a_promise_from_a_lower_slot_counts(void **state)
{
	static const proof_ref proofs[] = {500, 501};
	const struct message promises[] = {free_promise(1), free_promise(3), free_promise(4)};
	const struct message m = {
		.type = MSG_NEW_VIEW,
		.from = 1,
		.ballot = at(5, 1),
		.slot = 2,
		.view = VIEW,
		.proofs = 1,
		.proof_list = proofs,
		.told = 3,
		.tell = promises,
	};

	(void)state;
	begin(4, MODE_SINGLE, JUSTIFIED);
	hear(&m);
	assert_int_equal(told(EVENT_REFUSED), 0);
	assert_true(is_voted_for(2, B));
	/* the slots below are not this NewView's affair */
	assert_false(is_voted_for(1, B));
}

static void a_vote_that_nothing_proves_spoils_its_promise_unless_a_proven_one_is_above(void **state)
{
	struct message lie = free_promise(4);
	struct claim own[] = {
		{.slot = 0, .ballot = at(2, 2), .value = A, .certified = true},
	};
	const struct message promises[] = {voted_promise(1, 0, at(2, 2), A), free_promise(3), lie};
	struct message tells[3];
	static const proof_ref proofs[] = {500, 501};
	struct message m = {
		.type = MSG_NEW_VIEW,
		.from = 1,
		.ballot = at(5, 1),
		.view = VIEW,
		.proofs = 1,
		.proof_list = proofs,
		.claims = 1,
		.claim = own,
		.told = 3,
		.tell = tells,
	};

	(void)state;
	for (unsigned above = 0; above < 2; above++) {
		lie.claims = 0;
		add_claim(&lie, 0, above ? at(3, 3) : at(1, 4), B, false);
		memcpy(tells, promises, sizeof tells);
		tells[2] = lie;
		begin(4, MODE_SINGLE, JUSTIFIED);
		hear(&m);
		assert_int_equal(told(EVENT_REFUSED), above);
		assert_false(is_voted_for(0, B));
		assert_int_equal(is_voted_for(0, A), !above);
	}
}

static void what_a_vote_binds_must_be_known(void **state)
{
	const struct message promises[] = {voted_promise(1, 0, at(2, 2), VALUE_UNKNOWN),
					   free_promise(3), free_promise(4)};

	(void)state;
	begin(4, MODE_SINGLE, JUSTIFIED);
	new_view(promises, 3);
	assert_int_equal(told(EVENT_REFUSED), 1);
	assert_false(is_voted_for(0, A));
}

static void in_multi_mode_a_gap_below_a_vote_takes_nothing_but_a_noop(void **state)
{
	(void)state;
	for (enum paxos_mode mode = MODE_SINGLE; mode <= MODE_MULTI; mode++) {
		const struct message promises[] = {voted_promise(1, 2, at(2, 2), A),
						   free_promise(3), free_promise(4)};

		begin(4, mode, JUSTIFIED);
		new_view(promises, 3);
		assert_int_equal(is_voted_for(0, B), mode == MODE_SINGLE);
		assert_true(is_voted_for(1, VALUE_NOOP));
		assert_false(is_voted_for(2, B));
		assert_true(is_voted_for(2, A));
		assert_true(is_voted_for(3, B));
	}
}

static void votes_behind_the_next_change_of_policy_bind_nothing(void **state)
{
	const struct message across = voted_promise(1, 3, at(7, 3), A);
	const struct message proven = voted_promise(3, 3, at(2, 2), A);
	const struct message promises[] = {across, proven, free_promise(4)};

	(void)state;
	claims[1][0].certified = false;
	begin(4, MODE_MULTI, JUSTIFIED);
	assert_true(paxos_set_policy(&p, 3, policy_of("sign+quorum+justify+cert")));
	new_view(promises, 3);
	assert_int_equal(told(EVENT_REFUSED), 0);
	assert_true(is_voted_for(0, B));
	assert_true(is_voted_for(2, B));
	assert_false(is_voted_for(3, B));
}

/* What it lists itself binds like what its promises tell, if it can have been before. */
static void a_new_views_own_list_binds_as_far_as_it_is_proven_and_earlier(void **state)
{
	static const proof_ref proofs[] = {500, 501};
	const struct message promises[] = {free_promise(1), free_promise(3), free_promise(4)};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		const struct claim own[] = {
			{.slot = 0,
			 .ballot = i == 1 ? at(5, 1) : at(2, 2),
			 .value = A,
			 .certified = i != 2},
			{.slot = 1, .ballot = at(2, 2), .value = A, .certified = true},
		};
		const struct message m = {
			.type = MSG_NEW_VIEW,
			.from = 1,
			.ballot = at(5, 1),
			.slot = i == 3 ? 1 : 0,
			.view = VIEW,
			.proofs = 1,
			.proof_list = proofs,
			.claims = 2,
			.claim = own,
			.told = 3,
			.tell = promises,
		};
		begin(4, MODE_SINGLE, JUSTIFIED);
		hear(&m);
		assert_int_equal(is_voted_for(0, B), i == 1 || i == 2);
		assert_int_equal(is_voted_for(0, A), i == 0);
		assert_false(is_voted_for(1, B));
		assert_true(is_voted_for(1, A));
	}
}

static void without_justify_a_new_view_is_nothing(void **state)
{
	const struct message promises[] = {free_promise(1), free_promise(3), free_promise(4)};

	(void)state;
	begin(4, MODE_SINGLE, "sign+quorum");
	new_view(promises, 3);
	assert_int_equal(out.events + out.sends, 0);
	assert_true(ballot_is_none(p.view.ballot));
}

static void a_new_view_below_the_promise_is_refused_and_says_why(void **state)
{
	const struct message promises[] = {free_promise(1), free_promise(3), free_promise(4)};
	const struct message prepare = {.type = MSG_PREPARE, .from = 3, .ballot = at(6, 3)};

	(void)state;
	begin(4, MODE_SINGLE, JUSTIFIED);
	hear(&prepare);
	new_view(promises, 3);
	assert_non_null(sent(MSG_NACK));
	assert_int_equal(sent(MSG_NACK)->why, REFUSE_PROMISED);
	assert_int_equal(sent(MSG_NACK)->to, set_of(1));
	assert_int_equal(ballot_cmp(sent(MSG_NACK)->promised, at(6, 3)), 0);
	/* nothing of it is kept */
	assert_true(ballot_is_none(p.view.ballot));
}

static void a_new_view_that_proves_nothing_gets_no_nack(void **state)
{
	const struct message promises[] = {free_promise(1), free_promise(3)};

	(void)state;
	begin(4, MODE_SINGLE, JUSTIFIED);
	new_view(promises, 2);
	assert_int_equal(out.sends, 0);
	assert_int_equal(event_of(EVENT_REFUSED)->why, REFUSE_UNJUSTIFIED);
	assert_int_equal(event_of(EVENT_REFUSED)->peer, 1);
	assert_int_equal(event_of(EVENT_REFUSED)->type, MSG_NEW_VIEW);
}

/* An Accept that comes before its NewView. */

static void early(struct ballot ballot, value_ref value)
{
	const struct message m = {
		.type = MSG_ACCEPT,
		.from = ballot.node,
		.ballot = ballot,
		.value = value,
		.proof = 600,
		.view = VIEW,
	};

	hear(&m);
}

static void an_early_accept_waits_once_and_is_voted_for_when_its_new_view_comes(void **state)
{
	const struct message promises[] = {free_promise(1), free_promise(3), free_promise(4)};

	(void)state;
	begin(4, MODE_SINGLE, JUSTIFIED);
	hear_accept(0, A);
	assert_int_equal(out.sends + out.events + out.writes, 0);
	/* a second time it is refused, so that its owner sends the NewView again */
	hear_accept(0, A);
	assert_int_equal(sent(MSG_NACK)->why, REFUSE_UNJUSTIFIED);
	new_view(promises, 3);
	assert_int_equal(told(EVENT_ACCEPTED), 1);
	assert_int_equal(sent(MSG_ACCEPTED)->value, A);
	/* what it rests on is kept with the vote: the Accept, and the promises */
	assert_int_equal(p.hard[0].certs, 2);
	assert_int_equal(p.hard[0].cert[0], 600);
	assert_int_equal(p.hard[0].cert[1], 500);
	/* it was taken once */
	new_view(promises, 3);
	assert_int_equal(told(EVENT_ACCEPTED), 0);
	assert_null(sent(MSG_ACCEPTED));
}

static void of_early_accepts_that_of_the_highest_ballot_waits(void **state)
{
	const struct message promises[] = {free_promise(1), free_promise(3), free_promise(4)};

	(void)state;
	begin(4, MODE_SINGLE, JUSTIFIED);
	early(at(4, 3), B);
	assert_null(sent(MSG_NACK));
	early(at(5, 1), A);
	assert_null(sent(MSG_NACK));
	early(at(4, 3), B);
	assert_int_equal(sent(MSG_NACK)->why, REFUSE_UNJUSTIFIED);
	new_view(promises, 3);
	assert_int_equal(sent(MSG_ACCEPTED)->value, A);
}

static void a_new_view_of_another_ballot_wakes_no_early_accept(void **state)
{
	const struct message promises[] = {free_promise(1), free_promise(3), free_promise(4)};

	(void)state;
	begin(4, MODE_SINGLE, JUSTIFIED);
	early(at(6, 3), B);
	new_view(promises, 3);
	assert_int_equal(told(EVENT_ACCEPTED), 0);
	assert_int_equal(p.hard[0].early, B);
}

static void an_accept_that_names_another_new_view_is_not_voted_for(void **state)
{
	const struct message promises[] = {free_promise(1), free_promise(3), free_promise(4)};
	struct message m = {.type = MSG_ACCEPT,
			    .from = 1,
			    .ballot = at(5, 1),
			    .value = A,
			    .proof = 600,
			    .view = VIEW + 1};

	(void)state;
	begin(4, MODE_SINGLE, JUSTIFIED);
	new_view(promises, 3);
	hear(&m);
	assert_int_equal(told(EVENT_ACCEPTED), 0);
	hear(&m);
	assert_int_equal(sent(MSG_NACK)->why, REFUSE_UNJUSTIFIED);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_highest_vote_binds_not_the_last_one_told),
		TEST(of_two_rounds_alike_the_higher_owner_binds),
		TEST(without_a_vote_any_value_is_free),
		TEST(a_new_view_needs_a_quorum_of_good_promises),
		TEST(a_promise_from_a_lower_slot_counts),
		TEST(a_vote_that_nothing_proves_spoils_its_promise_unless_a_proven_one_is_above),
		TEST(what_a_vote_binds_must_be_known),
		TEST(in_multi_mode_a_gap_below_a_vote_takes_nothing_but_a_noop),
		TEST(votes_behind_the_next_change_of_policy_bind_nothing),
		TEST(a_new_views_own_list_binds_as_far_as_it_is_proven_and_earlier),
		TEST(without_justify_a_new_view_is_nothing),
		TEST(a_new_view_below_the_promise_is_refused_and_says_why),
		TEST(a_new_view_that_proves_nothing_gets_no_nack),
		TEST(an_early_accept_waits_once_and_is_voted_for_when_its_new_view_comes),
		TEST(of_early_accepts_that_of_the_highest_ballot_waits),
		TEST(a_new_view_of_another_ballot_wakes_no_early_accept),
		TEST(an_accept_that_names_another_new_view_is_not_voted_for),
	};

	return cmocka_run_group_tests_name("rules of views", tests, NULL, NULL);
}
