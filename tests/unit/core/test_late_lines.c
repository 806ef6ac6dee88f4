/* A node that was out of reach hears late that the defences changed from a slot on, when it has
 * touched that slot. It follows; it keeps out of slots in which it voted before; and the values
 * that it was asked for are proposed again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/lone_node.h"

#define A ((value_ref)2)
#define B ((value_ref)3)

static void late(slot_number from, const char *policy)
{
	struct policy_line line[POLICY_LINES_MAX];
	memcpy(line, p.line, sizeof line);
	const unsigned lines = policy_lines_put(line, p.lines, from, policy_of(policy));
	paxos_follow_lines(&p, line, lines);
	give((struct paxos_input){.kind = INPUT_TIMER});
}

static void ask(enum message_type type, node_id from, struct ballot ballot, slot_number slot)
{
	hear(&(struct message){
		.type = type, .from = from, .ballot = ballot, .slot = slot, .value = B});
}

static bool answers(enum message_type type, struct ballot ballot, slot_number slot,
		    enum message_type with)
{
	ask(type, ballot.node, ballot, slot);
	return sent(with) != NULL;
}

/* It votes for A in slot `slot`, as n1 asks. */
static void vote(slot_number slot)
{
	hear(&(struct message){
		.type = MSG_ACCEPT, .from = 1, .ballot = at(2, 1), .slot = slot, .value = A});
	assert_non_null(sent(MSG_ACCEPTED));
}

static void a_change_for_a_slot_that_was_voted_in_is_refused_in_time_and_followed_late(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	vote(5);
	assert_false(paxos_set_policy(&p, 4, policy_of("quorum(f=1)")));
	late(4, "quorum(f=1)");
	assert_int_equal(paxos_policy(&p, 3), POLICY_NONE);
	assert_int_equal(paxos_policy(&p, 5), policy_of("quorum(f=1)"));
}

/* The others may decide another value there: its vote of old must bind nobody. */
static void in_a_slot_that_it_voted_in_before_it_has_no_part(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	vote(5);
	late(4, "quorum(f=1)");
	assert_false(answers(MSG_ACCEPT, at(8, 3), 5, MSG_ACCEPTED));
	assert_false(answers(MSG_PREPARE, at(9, 3), 5, MSG_PROMISE));
	/* a ballot from slot 4 on is about slot 5 too */
	assert_false(answers(MSG_PREPARE, at(10, 3), 4, MSG_PROMISE));
	assert_int_equal(p.promised.round, 2);
	assert_int_equal(p.open[5].voted, A);
}

static void it_has_a_part_in_the_slots_around(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	vote(5);
	late(4, "quorum(f=1)");
	/* a ballot from a slot before the change ends at the change */
	assert_true(answers(MSG_PREPARE, at(8, 3), 2, MSG_PROMISE));
	assert_true(answers(MSG_PREPARE, at(9, 3), 6, MSG_PROMISE));
	assert_true(answers(MSG_ACCEPT, at(9, 3), 4, MSG_ACCEPTED));
	assert_true(answers(MSG_ACCEPT, at(9, 3), 6, MSG_ACCEPTED));
}

static void it_tells_the_vote_of_old_to_nobody(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	vote(5);
	vote(3);
	late(4, "quorum(f=1)");
	hear(&(struct message){.type = MSG_SYNC, .from = 3, .slot = 0, .wanted = UINT64_MAX});
	unsigned tells = 0;
	for (unsigned i = 0; i < out.sends; i++)
		if (out.send[i].type == MSG_ACCEPTED) {
			assert_int_equal(out.send[i].slot, 3);
			tells++;
		}
	assert_int_equal(tells, 1);
}

static void it_learns_the_decision_and_has_a_part_from_there_on(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	vote(0);
	late(0, "quorum(f=1)");
	hear(&(struct message){.type = MSG_COMMIT,
			       .from = 1,
			       .ballot = at(3, 1),
			       .slot = 0,
			       .low = 1,
			       .value = B});
	assert_int_equal(p.base, 1);
	assert_true(answers(MSG_PREPARE, at(9, 3), 1, MSG_PROMISE));
}

static void an_echo_counts_like_a_vote(void **state)
{
	(void)state;
	begin(4, MODE_SINGLE, "sign+echo");
	ask(MSG_ACCEPT, 1, at(2, 1), 5);
	assert_int_equal(p.hard[5].echoed, B);
	late(4, "sign+echo+quorum");
	assert_false(answers(MSG_ACCEPT, at(8, 3), 5, MSG_ECHO));
	assert_true(answers(MSG_ACCEPT, at(8, 3), 6, MSG_ECHO));
}

/* A word that was heard under another policy counts for nothing under this one. */
static void what_it_heard_before_is_forgotten(void **state)
{
	(void)state;
	begin(5, MODE_SINGLE, "sign+cert");
	ask(MSG_ACCEPTED, 3, at(2, 3), 5);
	ask(MSG_ACCEPTED, 4, at(2, 3), 5);
	late(4, "sign+cert+quorum");
	ask(MSG_ACCEPTED, 5, at(2, 3), 5);
	assert_int_equal(told(EVENT_CHOSEN), 0);
	assert_int_equal(event_of(EVENT_COUNTED)->count, 1);
}

/* So does all that it has gathered for a ballot of its own, and an Accept that waits. */
static void whatever_it_knew_of_the_slot_before_is_forgotten(void **state)
{
	(void)state;
	begin(4, MODE_MULTI, "sign+quorum+justify");
	for (unsigned i = 4; i <= 5; i++) {
		struct paxos_slot *s = &p.open[i];
		struct paxos_hard *h = &p.hard[i];

		s->claim_at = at(2, 1);
		s->claim = s->proposed = A;
		s->claim_by = 1;
		s->accepted_by = s->said = set_of(3);
		h->echo[0] = h->accepted[NODES_MAX - 1] = (struct paxos_word){at(2, 1), A, 9};
		h->claim_cert = h->rival_cert[0] = h->rival_cert[1] = 9;
		h->early_at = at(2, 1);
		h->early = A;
		h->early_proof = h->early_view = 9;
	}
	p.view.from = 3;
	p.view.ballot = at(2, 1);
	late(5, "sign+quorum");
	for (unsigned i = 4; i <= 5; i++) {
		const struct paxos_slot *s = &p.open[i];
		const struct paxos_hard *h = &p.hard[i];
		const bool stays = i == 4;

		assert_int_equal(!ballot_is_none(s->claim_at), stays);
		assert_int_equal(s->claim != VALUE_NONE, stays);
		assert_int_equal(s->proposed != VALUE_NONE, stays);
		assert_int_equal(s->claim_by, stays ? 1 : NODE_NONE);
		assert_int_equal(s->accepted_by != 0, stays);
		assert_int_equal(s->said != 0, stays);
		assert_int_equal(h->echo[0].proof != PROOF_NONE, stays);
		assert_int_equal(h->accepted[NODES_MAX - 1].proof != PROOF_NONE, stays);
		assert_int_equal(h->claim_cert != PROOF_NONE, stays);
		assert_int_equal(h->rival_cert[0] != PROOF_NONE, stays);
		assert_int_equal(h->rival_cert[1] != PROOF_NONE, stays);
		assert_int_equal(!ballot_is_none(h->early_at), stays);
		assert_int_equal(h->early != VALUE_NONE, stays);
		assert_int_equal(h->early_proof != PROOF_NONE, stays);
		assert_int_equal(h->early_view != PROOF_NONE, stays);
	}
	assert_true(ballot_is_none(p.view.ballot) && p.view.from == 0);
}

static void its_own_ballot_ends_and_its_value_is_proposed_again(void **state)
{
	(void)state;
	begin(3, MODE_MULTI, "none");
	propose(A);
	hear(&(struct message){.type = MSG_PROMISE, .from = 1, .ballot = p.ballot, .slot = 0});
	assert_int_equal(p.open[0].voted, A);
	const struct ballot before = p.ballot;
	late(0, "quorum(f=1)");
	assert_int_equal(sent(MSG_PREPARE)->slot, 0);
	assert_true(ballot_cmp(p.ballot, before) > 0);
	/* it is stored before it is used, though this node gives itself no Promise */
	assert_true(ballot_cmp(p.promised, p.ballot) == 0);
	assert_true(out.must_sync);
	assert_int_equal(p.promised_by, 0);
	assert_int_equal(p.pending_count, 1);
	for (node_id from = 1; from <= 3; from += 2)
		hear(&(struct message){
			.type = MSG_PROMISE, .from = from, .ballot = p.ballot, .slot = 0});
	/* all three must promise, so it leads only when others have decided the slot */
	assert_int_equal(p.role, ROLE_PREPARING);
	hear(&(struct message){.type = MSG_COMMIT,
			       .from = 1,
			       .ballot = at(30, 1),
			       .slot = 0,
			       .low = 1,
			       .value = B});
	p.now += 1000000;
	give((struct paxos_input){.kind = INPUT_TIMER});
	for (node_id from = 1; from <= 3; from += 2)
		hear(&(struct message){
			.type = MSG_PROMISE, .from = from, .ballot = p.ballot, .slot = 1});
	assert_int_equal(p.open[1].proposed, A);
}

/* One ballot for the slots before the change, and another one for those behind it, though all that
 * waits is bound to a slot already. */
static void a_value_bound_behind_the_change_gets_the_next_ballot(void **state)
{
	(void)state;
	begin(3, MODE_MULTI, "none");
	propose(A);
	hear(&(struct message){.type = MSG_PROMISE, .from = 1, .ballot = p.ballot, .slot = 0});
	propose(B);
	assert_int_equal(p.open[1].proposed, B);
	late(1, "quorum(f=1)");
	hear(&(struct message){.type = MSG_PROMISE, .from = 1, .ballot = p.ballot, .slot = 0});
	assert_int_equal(sent(MSG_ACCEPT)->slot, 0);
	assert_int_equal(p.queue_count, 0);
	hear(&(struct message){
		.type = MSG_ACCEPTED, .from = 1, .ballot = p.ballot, .slot = 0, .value = A});
	assert_int_equal(p.base, 1);
	assert_int_equal(sent(MSG_PREPARE)->slot, 1);
}

/* The Promises that prove a ballot are signed under the policy of their time: once the change
 * holds, nobody believes them. */
static void a_ballot_behind_a_change_in_time_ends_if_it_has_to_be_proven(void **state)
{
	static const char *const before[] = {"none", "sign+quorum", "sign+quorum+justify"};
	static const char *const after[] = {"quorum", "sign+quorum+justify",
					    "sign+quorum+justify+quarantine"};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		begin(4, MODE_MULTI, before[i]);
		propose(A);
		const struct ballot ballot = p.ballot;
		assert_int_equal(p.role, ROLE_PREPARING);
		p.view = (struct paxos_view){.ballot = at(1, 1), .from = 0};
		assert_true(paxos_set_policy(&p, 0, policy_of(after[i])));
		assert_true(ballot_is_none(p.view.ballot));
		give((struct paxos_input){.kind = INPUT_TIMER});
		assert_int_equal(sent(MSG_PREPARE) != NULL, i > 0);
		assert_int_equal(ballot_cmp(p.ballot, ballot) > 0, i > 0);
	}
	/* a change further on is none of this ballot's business */
	const struct ballot ballot = p.ballot;
	assert_true(paxos_set_policy(&p, 3, policy_of("sign+quorum+justify")));
	give((struct paxos_input){.kind = INPUT_TIMER});
	assert_true(ballot_cmp(p.ballot, ballot) == 0);
}

/* A node that has just been started, at time 0, begins its next ballot, too. */
static void at_the_beginning_of_time_a_ballot_ends_as_at_any_other(void **state)
{
	(void)state;
	begin(3, MODE_MULTI, "none");
	p.now = 0;
	propose(A);
	const struct ballot before = p.ballot;
	paxos_follow_lines(&p, &(struct policy_line){0, policy_of("quorum(f=1)")}, 1);
	assert_int_equal(p.role, ROLE_WAITING);
	give((struct paxos_input){.kind = INPUT_MESSAGE,
				  .message = &(struct message){.type = MSG_NONE}});
	assert_int_equal(out.wake_at, 1);
	wake();
	assert_true(ballot_cmp(p.ballot, before) > 0);
}

/* A node is a plain value: two that follow the same lines are equal. */
static void of_lines_that_hold_no_more_nothing_stays(void **state)
{
	(void)state;
	begin(3, MODE_MULTI, "none");
	late(3, "quorum");
	late(5, "sign");
	assert_int_equal(p.lines, 3);
	paxos_follow_lines(&p, &(struct policy_line){0, POLICY_NONE}, 1);
	assert_int_equal(p.lines, 1);
	for (unsigned i = 1; i < POLICY_LINES_MAX; i++)
		assert_true(p.line[i].from == 0 && p.line[i].policy == 0);
}

static void two_changes_leave_two_slots_and_no_others(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	vote(5);
	late(4, "quorum(f=1)");
	vote(12);
	late(10, "none");
	/* slot 12 is behind the end of a ballot from slot 6 on */
	assert_true(answers(MSG_PREPARE, at(8, 3), 6, MSG_PROMISE));
	assert_false(answers(MSG_PREPARE, at(9, 3), 4, MSG_PROMISE));
	assert_false(answers(MSG_PREPARE, at(9, 3), 11, MSG_PROMISE));
	assert_true(answers(MSG_ACCEPT, at(9, 3), 11, MSG_ACCEPTED));
	assert_false(answers(MSG_ACCEPT, at(9, 3), 12, MSG_ACCEPTED));
}

static void a_value_that_is_chosen_stays_chosen(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	vote(5);
	hear(&(struct message){.type = MSG_COMMIT,
			       .from = 1,
			       .ballot = at(2, 1),
			       .slot = 5,
			       .low = 0,
			       .value = A});
	late(4, "quorum(f=1)");
	assert_int_equal(p.open[5].chosen, A);
	assert_int_equal(p.out_of.bits, 0);
}

static void the_same_lines_again_change_nothing(void **state)
{
	(void)state;
	begin(3, MODE_MULTI, "none");
	propose(A);
	hear(&(struct message){.type = MSG_PROMISE, .from = 1, .ballot = p.ballot, .slot = 0});
	const struct paxos before = p;
	paxos_follow_lines(&p, before.line, before.lines);
	assert_memory_equal(&p, &before, sizeof p);
}

/* A node in the seat of another, whose votes it does not know: its own ballots are no exception. */
static void an_acceptor_that_keeps_out_does_not_promise_itself(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	paxos_keep_out(&p, 4, (struct slot_bits){0});
	propose(A);
	assert_int_equal(p.role, ROLE_PREPARING);
	assert_int_equal(p.promised_by, 0);
	assert_true(ballot_cmp(p.promised, p.ballot) == 0);
	hear(&(struct message){.type = MSG_PROMISE, .from = 1, .ballot = p.ballot, .slot = 0});
	assert_int_equal(p.role, ROLE_PREPARING);
	hear(&(struct message){.type = MSG_PROMISE, .from = 3, .ballot = p.ballot, .slot = 0});
	assert_int_equal(p.role, ROLE_LEADING);
	assert_int_equal(p.open[0].voted, VALUE_NONE);
}

/* What lies between the numbers of a line says nothing; each number says something. */
static void lines_are_the_same_by_their_numbers(void **state)
{
	struct policy_line line[2];

	(void)state;
	begin(3, MODE_MULTI, "sign");
	memset(line, 0xa5, sizeof line);
	line[0].from = 0;
	line[0].policy = policy_of("sign");
	line[1].from = 9;
	line[1].policy = policy_of("none");
	propose(A);
	paxos_follow_lines(&p, line, 1);
	assert_int_equal(p.role, ROLE_PREPARING);
	paxos_follow_lines(&p, line, 2);
	assert_int_equal(p.role, ROLE_WAITING);
	assert_int_equal(paxos_policy(&p, 9), POLICY_NONE);
	wake();
	paxos_follow_lines(&p, line, 2);
	assert_int_equal(p.role, ROLE_PREPARING);
	line[1].from = 10;
	paxos_follow_lines(&p, line, 2);
	assert_int_equal(p.role, ROLE_WAITING);
	assert_int_equal(paxos_policy(&p, 9), policy_of("sign"));
	line[1].policy = policy_of("sign+echo");
	paxos_follow_lines(&p, line, 2);
	assert_int_equal(paxos_policy(&p, 10), policy_of("sign+echo"));
	paxos_follow_lines(&p, line, 1);
	assert_int_equal(p.lines, 1);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_change_for_a_slot_that_was_voted_in_is_refused_in_time_and_followed_late),
		TEST(in_a_slot_that_it_voted_in_before_it_has_no_part),
		TEST(it_has_a_part_in_the_slots_around),
		TEST(it_tells_the_vote_of_old_to_nobody),
		TEST(it_learns_the_decision_and_has_a_part_from_there_on),
		TEST(an_echo_counts_like_a_vote),
		TEST(what_it_heard_before_is_forgotten),
		TEST(whatever_it_knew_of_the_slot_before_is_forgotten),
		TEST(its_own_ballot_ends_and_its_value_is_proposed_again),
		TEST(a_value_bound_behind_the_change_gets_the_next_ballot),
		TEST(a_ballot_behind_a_change_in_time_ends_if_it_has_to_be_proven),
		TEST(at_the_beginning_of_time_a_ballot_ends_as_at_any_other),
		TEST(of_lines_that_hold_no_more_nothing_stays),
		TEST(two_changes_leave_two_slots_and_no_others),
		TEST(a_value_that_is_chosen_stays_chosen),
		TEST(the_same_lines_again_change_nothing),
		TEST(lines_are_the_same_by_their_numbers),
		TEST(an_acceptor_that_keeps_out_does_not_promise_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
