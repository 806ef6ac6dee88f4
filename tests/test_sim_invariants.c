/* Each invariant is broken once on purpose: a judge that never objects proves nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/core/invariants.h"

#define A ((value_ref)2)
#define B ((value_ref)3)

static const struct invariants_config three = {
	.nodes = 3, .quorum = 2, .slots = 16, .ballots = 64, .values = 8};
static const struct ballot b1 = {1, 1};
static const struct ballot b2 = {2, 2};

static struct invariants *judge;
static struct paxos node[4];
static struct paxos_output out;

static int set_up(void **state)
{
	(void)state;
	judge = invariants_init(malloc(invariants_size(&three)), &three);
	for (node_id id = 1; id <= 3; id++) {
		struct paxos_config config = paxos_config_default(id, 3, MODE_SINGLE);
		paxos_init(&node[id], &config);
	}
	invariants_proposed(judge, A);
	invariants_proposed(judge, B);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(judge);
	return 0;
}

static struct paxos_write promise(struct ballot ballot)
{
	return (struct paxos_write){.kind = WRITE_PROMISED, .ballot = ballot};
}

static struct paxos_write vote(slot_number slot, struct ballot ballot, value_ref value)
{
	return (struct paxos_write){
		.kind = WRITE_VOTE, .slot = slot, .ballot = ballot, .value = value};
}

static struct paxos_write chosen(slot_number slot, struct ballot ballot, value_ref value)
{
	return (struct paxos_write){
		.kind = WRITE_CHOSEN, .slot = slot, .ballot = ballot, .value = value};
}

/* What the node's state and the judge are told when it does this in a step. */
static enum invariant does(node_id id, struct paxos_write write)
{
	const struct paxos_input in = {.kind = INPUT_TIMER};
	struct paxos_slot *s = &node[id].open[write.slot % SLOTS_OPEN_MAX];

	if (write.kind == WRITE_PROMISED)
		node[id].promised = write.ballot;
	if (write.kind == WRITE_VOTE) {
		s->voted_at = write.ballot;
		s->voted = write.value;
	}
	if (write.kind == WRITE_CHOSEN)
		s->chosen = write.value;
	out.writes = 1;
	out.write[0] = write;
	return invariants_step(judge, &node[id], &in, &out);
}

static enum invariant durably(node_id id, struct paxos_write write)
{
	enum invariant broken = does(id, write);

	return broken != INVARIANT_NONE ? broken : invariants_durable(judge, id, &write);
}

static enum invariant sends(node_id from, struct message message)
{
	message.from = from;
	return invariants_sent(judge, &message);
}

static void votes(node_id id, slot_number slot, struct ballot ballot, value_ref value)
{
	if (ballot_cmp(node[id].promised, ballot) < 0)
		assert_int_equal(durably(id, promise(ballot)), INVARIANT_NONE);
	assert_int_equal(durably(id, vote(slot, ballot, value)), INVARIANT_NONE);
}

static void an_honest_round_breaks_nothing(void **state)
{
	const struct message accept = {.type = MSG_ACCEPT, .ballot = b1, .slot = 0, .value = A};
	const struct message commit = {
		.type = MSG_COMMIT, .ballot = b1, .slot = 0, .low = 1, .value = A};

	(void)state;
	durably(1, promise(b1));
	assert_int_equal(sends(1, (struct message){.type = MSG_PREPARE, .ballot = b1}), 0);
	assert_int_equal(sends(1, accept), INVARIANT_NONE);
	votes(1, 0, b1, A);
	votes(2, 0, b1, A);
	assert_int_equal(durably(1, chosen(0, b1, A)), INVARIANT_NONE);
	assert_int_equal(sends(1, commit), INVARIANT_NONE);
	assert_int_equal(invariants_chosen(judge, 0), A);
	assert_int_equal(invariants_chosen_upto(judge), 1);
	assert_string_equal(invariants_why(judge), "");
}

static void two_quorums_for_two_values_break_agreement(void **state)
{
	(void)state;
	votes(1, 0, b1, A);
	votes(2, 0, b1, A);
	votes(3, 0, b2, B);
	assert_int_equal(durably(2, promise(b2)), INVARIANT_NONE);
	assert_int_equal(durably(2, vote(0, b2, B)), INVARIANT_AGREEMENT);
	assert_non_null(strstr(invariants_why(judge), "agreement"));
}

static void another_value_above_a_chosen_one_breaks_p2b(void **state)
{
	(void)state;
	votes(1, 0, b1, A);
	votes(2, 0, b1, A);
	durably(2, promise(b2));
	assert_int_equal(sends(2, (struct message){.type = MSG_ACCEPT, .ballot = b2, .value = B}),
			 INVARIANT_P2B);
}

static void a_value_taken_for_chosen_without_votes_breaks_quorum(void **state)
{
	(void)state;
	votes(1, 0, b1, A);
	assert_int_equal(durably(1, chosen(0, b1, A)), INVARIANT_QUORUM);
}

static void one_voter_counted_twice_is_no_quorum(void **state)
{
	const struct paxos_write again = vote(0, b1, A);

	(void)state;
	votes(1, 0, b1, A);
	assert_int_equal(invariants_durable(judge, 1, &again), INVARIANT_NONE);
	assert_int_equal(invariants_chosen(judge, 0), VALUE_NONE);
}

static void a_replaced_decision_breaks_integrity(void **state)
{
	(void)state;
	votes(1, 0, b1, A);
	votes(2, 0, b1, A);
	assert_int_equal(durably(3, chosen(0, b1, A)), INVARIANT_NONE);
	assert_int_equal(does(3, chosen(0, b1, B)), INVARIANT_INTEGRITY);
}

static void a_value_from_nowhere_breaks_validity(void **state)
{
	(void)state;
	durably(1, promise(b1));
	assert_int_equal(does(1, vote(0, b1, 5)), INVARIANT_VALIDITY);
}

static void a_no_op_is_everybodys(void **state)
{
	(void)state;
	durably(1, promise(b1));
	assert_int_equal(does(1, vote(0, b1, VALUE_NOOP)), INVARIANT_NONE);
}

static void a_second_vote_in_a_ballot_breaks_one_vote(void **state)
{
	(void)state;
	votes(1, 0, b1, A);
	assert_int_equal(does(1, vote(0, b1, B)), INVARIANT_ONE_VOTE);
}

static void a_vote_that_changes_without_a_word_breaks_one_vote(void **state)
{
	const struct paxos_input in = {.kind = INPUT_TIMER};
	enum invariant broken = INVARIANT_NONE;

	(void)state;
	votes(1, 0, b1, A);
	node[1].open[0].voted = B;
	out.writes = 0;
	for (unsigned i = 0; i < SLOTS_OPEN_MAX && broken == INVARIANT_NONE; i++)
		broken = invariants_step(judge, &node[1], &in, &out);
	assert_int_equal(broken, INVARIANT_ONE_VOTE);
}

static void two_values_from_one_owner_break_one_proposal(void **state)
{
	struct message m = {.type = MSG_ACCEPT, .ballot = b1, .value = A};

	(void)state;
	durably(1, promise(b1));
	assert_int_equal(sends(1, m), INVARIANT_NONE);
	m.value = B;
	assert_int_equal(sends(1, m), INVARIANT_ONE_PROPOSAL);
}

static void a_promise_that_falls_breaks_monotone(void **state)
{
	(void)state;
	durably(1, promise(b2));
	assert_int_equal(does(1, promise(b1)), INVARIANT_MONOTONE);
}

static void a_vote_below_the_promise_breaks_vote_promised(void **state)
{
	(void)state;
	durably(1, promise(b2));
	assert_int_equal(does(1, vote(0, b1, A)), INVARIANT_VOTE_PROMISED);
}

static void a_vote_that_is_not_on_the_disk_must_not_be_told(void **state)
{
	(void)state;
	durably(2, promise(b1));
	does(2, vote(0, b1, A));
	assert_int_equal(sends(2, (struct message){.type = MSG_ACCEPTED, .ballot = b1, .value = A}),
			 INVARIANT_PERSIST);
}

static void a_promise_that_is_not_on_the_disk_must_not_be_told(void **state)
{
	(void)state;
	does(2, promise(b1));
	assert_int_equal(sends(2, (struct message){.type = MSG_PROMISE, .ballot = b1}),
			 INVARIANT_PERSIST);
}

static void a_node_that_forgot_a_vote_breaks_persist(void **state)
{
	(void)state;
	votes(1, 0, b1, A);
	node[1].open[0] = (struct paxos_slot){.slot = 0};
	assert_int_equal(invariants_back(judge, &node[1]), INVARIANT_PERSIST);
}

static void a_node_that_forgot_a_promise_breaks_monotone(void **state)
{
	(void)state;
	durably(1, promise(b2));
	node[1].promised = b1;
	assert_int_equal(invariants_back(judge, &node[1]), INVARIANT_MONOTONE);
}

static void a_hidden_vote_breaks_truth(void **state)
{
	const struct claim claim = {.slot = 0, .ballot = b1, .value = A};
	struct message m = {.type = MSG_PROMISE, .ballot = b2, .claims = 1, .claim = &claim};

	(void)state;
	votes(1, 0, b1, A);
	durably(1, promise(b2));
	assert_int_equal(sends(1, m), INVARIANT_NONE);
	m.claims = 0;
	assert_int_equal(sends(1, m), INVARIANT_TRUTH);
}

static void a_commit_before_a_quorum_breaks_truth(void **state)
{
	(void)state;
	votes(1, 0, b1, A);
	assert_int_equal(sends(1, (struct message){.type = MSG_COMMIT, .ballot = b1, .value = A}),
			 INVARIANT_TRUTH);
}

static void a_history_without_room_says_so(void **state)
{
	(void)state;
	durably(1, promise(b1));
	does(1, vote(16, b1, A));
	assert_true(invariants_is_full(judge));
}

#define BREAKS(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BREAKS(an_honest_round_breaks_nothing),
		BREAKS(two_quorums_for_two_values_break_agreement),
		BREAKS(another_value_above_a_chosen_one_breaks_p2b),
		BREAKS(a_value_taken_for_chosen_without_votes_breaks_quorum),
		BREAKS(one_voter_counted_twice_is_no_quorum),
		BREAKS(a_replaced_decision_breaks_integrity),
		BREAKS(a_value_from_nowhere_breaks_validity),
		BREAKS(a_no_op_is_everybodys),
		BREAKS(a_second_vote_in_a_ballot_breaks_one_vote),
		BREAKS(a_vote_that_changes_without_a_word_breaks_one_vote),
		BREAKS(two_values_from_one_owner_break_one_proposal),
		BREAKS(a_promise_that_falls_breaks_monotone),
		BREAKS(a_vote_below_the_promise_breaks_vote_promised),
		BREAKS(a_vote_that_is_not_on_the_disk_must_not_be_told),
		BREAKS(a_promise_that_is_not_on_the_disk_must_not_be_told),
		BREAKS(a_node_that_forgot_a_vote_breaks_persist),
		BREAKS(a_node_that_forgot_a_promise_breaks_monotone),
		BREAKS(a_hidden_vote_breaks_truth),
		BREAKS(a_commit_before_a_quorum_breaks_truth),
		BREAKS(a_history_without_room_says_so),
	};

	return cmocka_run_group_tests_name("invariants", tests, NULL, NULL);
}
