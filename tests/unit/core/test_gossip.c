/* Nobody is left behind, one node at a time: when it tells how far it knows, whom it asks, what it
 * answers, and when it has nothing more to say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/lone_node.h"

#define A ((value_ref)2)
#define B ((value_ref)3)
#define D ((value_ref)5)

static void commit(node_id from, slot_number slot, slot_number low)
{
	hear(&(struct message){.type = MSG_COMMIT,
			       .from = from,
			       .ballot = at(1, from),
			       .slot = slot,
			       .low = low,
			       .value = D});
}

/* "I know every slot below `slot`" */
static void level(node_id from, slot_number slot)
{
	hear(&(struct message){.type = MSG_SYNC, .from = from, .slot = slot});
}

static void accept_by(node_id owner, slot_number slot, value_ref value)
{
	hear(&(struct message){.type = MSG_ACCEPT,
			       .from = owner,
			       .ballot = at(1, owner),
			       .slot = slot,
			       .value = value});
}

static void vote(node_id from, struct ballot ballot, slot_number slot, value_ref value)
{
	hear(&(struct message){.type = MSG_ACCEPTED,
			       .from = from,
			       .ballot = ballot,
			       .slot = slot,
			       .value = value});
}

static void a_new_level_is_told_once_and_then_all_is_quiet(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	commit(1, 0, 1);
	assert_in_range(out.wake_at - p.now, GOSSIP_US / 2, GOSSIP_US * 3 / 2);
	level(3, 1);
	wake();
	assert_int_equal(sent(MSG_SYNC)->to, 0x5);
	assert_int_equal(sent(MSG_SYNC)->slot, 1);
	assert_int_equal(sent(MSG_SYNC)->unsure, 0);
	assert_int_equal(out.sends, 1);
	assert_int_equal(out.wake_at, 0);
}

static void who_may_not_know_is_asked_with_doubling_waits_until_it_is_heard(void **state)
{
	time_us least = GOSSIP_US / 2;

	(void)state;
	begin(3, MODE_SINGLE, "none");
	commit(1, 0, 1);
	for (unsigned i = 0; i < 8; i++) {
		wake();
		assert_int_equal(sent(MSG_SYNC)->unsure, 0x4);
		assert_in_range(out.wake_at - p.now, least, GOSSIP_US_MAX);
		least = 2 * least < GOSSIP_US_MAX ? 2 * least : GOSSIP_US_MAX;
	}
	level(3, 1);
	wake();
	assert_int_equal(out.sends, 0);
	assert_int_equal(out.wake_at, 0);
}

/* It cannot ask, for it is not heard. */
static void who_stays_silent_is_told_unasked_again_and_again(void **state)
{
	slot_number next = 0;
	unsigned rounds = 0;

	(void)state;
	begin(3, MODE_SINGLE, "none");
	for (slot_number slot = 0; slot < 20; slot++)
		commit(1, slot, 0);
	level(1, 20);
	wake();
	assert_int_equal(out.log_to, 0);
	for (unsigned i = 0; i < 40; i++) {
		wake();
		if (out.log_to == 0)
			continue;
		assert_int_equal(out.log_to, set_of(3));
		assert_int_equal(out.log_from, next);
		assert_in_range(out.log_count, 1, SYNC_CHUNK_MAX);
		next += out.log_count;
		rounds += next == 20;
		next %= 20;
	}
	assert_true(rounds >= 2);
	/* it is heard: it can ask for itself */
	level(3, 4);
	wake();
	assert_int_equal(out.log_to, 0);
}

static void a_node_that_knows_above_a_gap_tells_which_slots(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	commit(1, 2, 0);
	accept_by(1, 1, A);
	wake();
	assert_int_equal(sent(MSG_SYNC)->slot, 0);
	assert_int_equal(sent(MSG_SYNC)->known, 0x4);
	assert_int_equal(sent(MSG_SYNC)->voted, 0x2);
	/* who knows the same is level, whatever it voted for */
	hear(&(struct message){.type = MSG_SYNC, .from = 1, .known = 0x4});
	hear(&(struct message){.type = MSG_SYNC, .from = 3, .known = 0x4});
	wake();
	assert_int_equal(out.sends, 0);
	assert_int_equal(out.wake_at, 0);
}

/* More decisions above a gap, and more votes, than are told at once. */
static void who_stays_silent_is_told_all_that_is_known_above_a_gap(void **state)
{
	uint64_t decisions = 0, votes = 0;

	(void)state;
	begin(3, MODE_SINGLE, "none");
	level(1, 0);
	for (slot_number slot = 1; slot < SLOTS_OPEN_MAX; slot++)
		if (slot % 2 == 0)
			commit(1, slot, 0);
		else
			accept_by(1, slot, A);
	for (unsigned turn = 0; turn < 12; turn++) {
		wake();
		unsigned told = 0;
		for (unsigned i = 0; i < out.sends; i++) {
			const struct message *m = &out.send[i];
			if (!set_has(m->to, 3))
				continue;
			if (m->type == MSG_COMMIT)
				decisions |= (uint64_t)1 << m->slot;
			else if (m->type == MSG_ACCEPTED)
				votes |= (uint64_t)1 << m->slot;
			told += m->type == MSG_COMMIT || m->type == MSG_ACCEPTED;
		}
		assert_in_range(told, 0, 2 * SYNC_CHUNK_MAX);
	}
	assert_int_equal(decisions, 0x5555555555555554);
	assert_int_equal(votes, 0xaaaaaaaaaaaaaaaa);
}

static void who_is_behind_asks_one_node_at_a_time(void **state)
{
	static const node_id whom[] = {3, 1, 3, 1};

	(void)state;
	begin(3, MODE_SINGLE, "none");
	level(3, 20);
	/* what it lacks may be on its way */
	assert_null(sent(MSG_SYNC));
	assert_int_equal(out.wake_at - p.now, 2 * p.config.resend_us);
	level(1, 20);
	for (unsigned i = 0; i < 4; i++) {
		do
			wake();
		while (sent(MSG_SYNC) == NULL || sent(MSG_SYNC)->ask == 0);
		assert_int_equal(sent(MSG_SYNC)->ask, set_of(whom[i]));
		assert_int_equal(sent(MSG_SYNC)->to, set_of(whom[i]));
		assert_int_equal(event_of(EVENT_SYNCING)->peer, whom[i]);
	}
}

static void a_chunk_that_is_complete_asks_for_the_next(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	level(3, 41);
	wake();
	for (slot_number slot = 0; slot < 2 * SYNC_CHUNK_MAX; slot++) {
		commit(3, slot, 41);
		bool complete = slot == SYNC_CHUNK_MAX - 1 || slot == 2 * SYNC_CHUNK_MAX - 1;
		assert_int_equal(sent(MSG_SYNC) != NULL, complete);
		if (complete)
			assert_int_equal(sent(MSG_SYNC)->slot, slot + 1);
	}
}

static void who_is_back_asks_all_how_far_they_are_and_one_of_them_for_more(void **state)
{
	(void)state;
	begin(5, MODE_SINGLE, "none");
	give((struct paxos_input){.kind = INPUT_START, .again = true});
	assert_int_equal(sent(MSG_SYNC)->to, 0x1d);
	assert_int_equal(sent(MSG_SYNC)->unsure, 0x1d);
	assert_int_equal(sent(MSG_SYNC)->ask, 0);
	level(4, 9);
	assert_int_equal(sent(MSG_SYNC)->ask, set_of(4));
	level(5, 9);
	assert_null(sent(MSG_SYNC));
	/* who starts for the first time has missed nothing */
	begin(3, MODE_SINGLE, "none");
	give((struct paxos_input){.kind = INPUT_START});
	assert_int_equal(out.sends, 0);
	assert_int_equal(out.wake_at, 0);
}

static void a_link_that_works_again_makes_a_node_ask(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	give((struct paxos_input){.kind = INPUT_LINK_UP, .peer = 3});
	give((struct paxos_input){.kind = INPUT_LINK_UP, .peer = 1});
	wake();
	assert_int_equal(out.sends, 1);
	assert_int_equal(sent(MSG_SYNC)->unsure, 0x5);
	give((struct paxos_input){.kind = INPUT_LINK_UP, .peer = SELF});
	assert_int_equal(out.sends, 0);
}

static void who_asks_gets_what_it_lacks_once_in_a_round_trip(void **state)
{
	struct message sync = {.type = MSG_SYNC, .from = 3, .slot = 1, .ask = set_of(SELF)};

	(void)state;
	begin(3, MODE_SINGLE, "none");
	for (slot_number slot = 0; slot < 20; slot++)
		commit(1, slot, 0);
	hear(&sync);
	assert_int_equal(out.log_to, set_of(3));
	assert_int_equal(out.log_from, 1);
	assert_int_equal(out.log_count, SYNC_CHUNK_MAX);
	hear(&sync);
	assert_int_equal(out.log_to, 0);
	/* it has got that, and asks on */
	sync.slot = 17;
	hear(&sync);
	assert_int_equal(out.log_from, 17);
	assert_int_equal(out.log_count, 3);
	p.now += p.config.resend_us;
	hear(&sync);
	assert_int_equal(out.log_from, 17);
	/* another node is asked */
	sync.ask = set_of(1);
	p.now += p.config.resend_us;
	hear(&sync);
	assert_int_equal(out.log_to, 0);
	assert_int_equal(out.sends, 0);
}

static void what_is_known_above_a_gap_is_given_too(void **state)
{
	struct message sync = {.type = MSG_SYNC, .from = 3, .ask = set_of(SELF)};

	(void)state;
	begin(3, MODE_SINGLE, "none");
	for (slot_number slot = 1; slot <= SYNC_CHUNK_MAX + 2; slot++)
		commit(1, slot, 0);
	hear(&sync);
	assert_int_equal(out.sends, SYNC_CHUNK_MAX);
	assert_int_equal(out.send[0].slot, 1);
	assert_int_equal(out.send[0].to, set_of(3));
	p.now += p.config.resend_us;
	sync.known = 0xfffe;
	hear(&sync);
	assert_int_equal(out.sends, 3);
	assert_int_equal(out.send[0].slot, SYNC_CHUNK_MAX);
}

static void who_is_asked_how_far_it_is_answers_once_in_a_round_trip(void **state)
{
	const struct message asks = {.type = MSG_SYNC, .from = 3, .unsure = set_of(SELF)};

	(void)state;
	begin(3, MODE_SINGLE, "none");
	hear(&asks);
	assert_int_equal(out.sends, 1);
	assert_int_equal(sent(MSG_SYNC)->to, set_of(3));
	assert_int_equal(sent(MSG_SYNC)->unsure, 0);
	hear(&asks);
	assert_int_equal(out.sends, 0);
	p.now += p.config.resend_us;
	hear(&asks);
	assert_int_equal(out.sends, 1);
}

/* The proposer n1 has died with the votes that n2 and n3 cast. */
static void votes_of_a_quorum_are_asked_for_and_counted(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	accept_by(1, 0, A);
	wake();
	assert_int_equal(sent(MSG_SYNC)->voted, 0x1);
	assert_int_equal(sent(MSG_SYNC)->unsure, 0x5);
	hear(&(struct message){.type = MSG_SYNC, .from = 3, .voted = 0x1});
	do
		wake();
	while (sent(MSG_SYNC) == NULL || sent(MSG_SYNC)->wanted == 0);
	assert_int_equal(sent(MSG_SYNC)->wanted, 0x1);
	/* its own vote is told, too */
	assert_int_equal(sent(MSG_ACCEPTED)->value, A);
	vote(3, at(1, 1), 0, A);
	assert_int_equal(event_of(EVENT_CHOSEN)->value, A);
	assert_int_equal(event_of(EVENT_CHOSEN)->because, BECAUSE_COUNTED);
	assert_int_equal(p.base, 1);
}

/* n3 says that it voted, and what was heard of it is a vote in a ballot below: it may have voted
 * again since. A vote above one says nothing about what is below. */
static void an_older_vote_than_others_may_be_followed_by_one_that_was_not_heard(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	vote(3, at(1, 1), 0, A);
	accept_by(2, 0, A);
	hear(&(struct message){.type = MSG_SYNC, .from = 3, .voted = 0x1});
	for (unsigned turn = 0; turn < 20; turn++) {
		wake();
		if (sent(MSG_SYNC) != NULL && sent(MSG_SYNC)->wanted != 0)
			break;
	}
	assert_int_equal(sent(MSG_SYNC)->wanted, 0x1);
	/* it has, for another value: there is no more to be known */
	vote(3, at(3, 3), 0, B);
	vote(2, at(3, 3), 0, A);
	for (unsigned turn = 0; turn < 20; turn++) {
		wake();
		assert_true(sent(MSG_SYNC) == NULL || sent(MSG_SYNC)->wanted == 0);
	}
}

static void votes_in_different_ballots_are_no_decision(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	accept_by(1, 0, A);
	vote(1, at(2, 1), 0, A);
	vote(3, at(3, 3), 0, A);
	assert_int_equal(p.base, 0);
	/* votes of one ballot for two values are none either */
	vote(1, at(4, 1), 0, A);
	vote(3, at(4, 1), 0, B);
	assert_int_equal(p.base, 0);
}

static void a_vote_that_no_quorum_shares_is_asked_about_in_vain_and_left(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	accept_by(1, 0, A);
	wake();
	level(1, 0);
	level(3, 0);
	for (unsigned i = 0; i < 3 && out.wake_at != 0; i++) {
		wake();
		assert_null(sent(MSG_ACCEPTED));
	}
	assert_int_equal(out.wake_at, 0);
}

/* Wakes the node until it begins a ballot, for an hour at most. */
static bool begins_a_ballot(void)
{
	const time_us end = p.now + 3600000000;

	while (out.wake_at != 0 && out.wake_at < end) {
		wake();
		if (sent(MSG_PREPARE) != NULL)
			return true;
	}
	return false;
}

/* The proposer and this node are a quorum: what they voted for is chosen, and the proposer is dead.
 */
static void what_only_the_dead_could_count_is_found_out_by_a_ballot(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	accept_by(1, 0, A);
	const time_us voted_at = p.now;
	wake();
	level(3, 0);
	assert_true(begins_a_ballot());
	assert_in_range(p.now - voted_at, SETTLE_US, SETTLE_US + GOSSIP_US + GOSSIP_US_MAX);
	assert_int_equal(p.role, ROLE_PREPARING);
	/* it has no value of its own to lose time with: it asks again, and takes its time */
	time_us waits = 0;
	for (unsigned asks = 0; asks < 8; asks++) {
		const time_us asked_at = p.now;
		assert_true(begins_a_ballot());
		waits = p.now - asked_at;
	}
	assert_in_range(waits, GOSSIP_US_MAX / 2, GOSSIP_US_MAX);
	hear(&(struct message){.type = MSG_PROMISE, .from = 3, .ballot = p.ballot, .slot = 0});
	assert_int_equal(sent(MSG_ACCEPT)->value, A);
	vote(3, p.ballot, 0, A);
	assert_int_equal(p.base, 1);
}

static void a_value_makes_haste_of_a_ballot_that_has_none(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	accept_by(1, 0, A);
	wake();
	level(3, 0);
	for (unsigned asks = 0; asks < 9; asks++)
		assert_true(begins_a_ballot());
	propose(B);
	const time_us from = p.now;
	for (unsigned asks = 0; asks < 3; asks++)
		assert_true(begins_a_ballot());
	assert_in_range(p.now - from, 1, 3 * p.config.resend_us_max);
}

/* A quorum voted, and a voter voted again since: no count decides any more. */
static void votes_that_moved_on_are_found_out_by_a_ballot(void **state)
{
	(void)state;
	begin(5, MODE_SINGLE, "none");
	accept_by(1, 0, A);
	wake();
	vote(3, at(1, 1), 0, A);
	vote(4, at(2, 4), 0, A);
	level(1, 0);
	level(3, 0);
	level(4, 0);
	assert_true(begins_a_ballot());
	for (node_id from = 3; from <= 4; from++)
		hear(&(struct message){.type = MSG_PROMISE,
				       .from = from,
				       .ballot = p.ballot,
				       .slot = 0,
				       .claims = 1,
				       .claim = &(struct claim){.slot = 0,
								.ballot = at(from - 2u, from),
								.value = A}});
	assert_int_equal(sent(MSG_ACCEPT)->value, A);
}

/* Too few voted for anything to be chosen; or the decision came in time; or votes may stand for
 * ever, under `reject`. */
static void where_nothing_is_to_be_found_out_no_ballot_begins(void **state)
{
	(void)state;
	begin(5, MODE_SINGLE, "none");
	accept_by(1, 0, A);
	wake();
	level(3, 0);
	assert_false(begins_a_ballot());

	begin(3, MODE_SINGLE, "none");
	accept_by(1, 0, A);
	wake();
	level(3, 0);
	commit(3, 0, 1);
	assert_false(begins_a_ballot());

	begin(3, MODE_SINGLE, "sign+reject");
	accept_by(1, 0, A);
	wake();
	level(3, 0);
	assert_false(begins_a_ballot());
}

/* The words of a slot that is closed say nothing about the slot that has its place in the window.
 */
static void votes_of_a_closed_slot_do_not_count_in_a_later_one(void **state)
{
	(void)state;
	begin(5, MODE_MULTI, "none");
	vote(1, at(1, 1), 0, A);
	vote(3, at(1, 1), 0, A);
	commit(1, 0, 1);
	assert_int_equal(p.base, 1);
	vote(4, at(1, 1), SLOTS_OPEN_MAX, A);
	assert_int_equal(told(EVENT_CHOSEN), 0);
	assert_int_equal(paxos_slot(&p, SLOTS_OPEN_MAX)->chosen, VALUE_NONE);
}

static void who_is_asked_for_votes_tells_all_but_not_too_often(void **state)
{
	struct message asks = {.type = MSG_SYNC, .from = 3, .wanted = 0x6};

	(void)state;
	begin(3, MODE_MULTI, "none");
	for (slot_number slot = 0; slot < 3; slot++)
		accept_by(1, slot, A + (value_ref)slot);
	hear(&asks);
	assert_int_equal(out.sends, 2);
	assert_int_equal(out.send[0].type, MSG_ACCEPTED);
	assert_int_equal(out.send[0].slot, 1);
	assert_int_equal(out.send[0].to, 0x5);
	assert_int_equal(ballot_cmp(out.send[0].ballot, at(1, 1)), 0);
	assert_int_equal(out.send[1].slot, 2);
	hear(&asks);
	assert_int_equal(out.sends, 0);
	p.now += p.config.resend_us;
	asks.slot = 2;
	asks.wanted = 0x1;
	hear(&asks);
	assert_int_equal(out.sends, 1);
	assert_int_equal(out.send[0].slot, 2);
}

/* Patience follows the rounds: it grows with slow ones, is never below what is configured, and one
 * lost message does not make a node slow. */
static void patience_follows_the_rounds(void **state)
{
	time_us waits = 0;

	(void)state;
	begin(3, MODE_MULTI, "none");
	propose(A);
	assert_int_equal(p.proposer_at - p.now, 40000);
	hear(&(struct message){.type = MSG_PROMISE, .from = 1, .ballot = p.ballot});
	for (slot_number slot = 0; slot < 20; slot++) {
		p.now += 300000;
		vote(1, p.ballot, slot, slot == 0 ? A : D);
		propose(D);
		waits = p.proposer_at - p.now;
	}
	assert_in_range(waits, 300000, ROUND_US_MAX);
	for (slot_number slot = 20; slot < 60; slot++) {
		p.now += 5000;
		vote(1, p.ballot, slot, D);
		propose(D);
		waits = p.proposer_at - p.now;
	}
	assert_int_equal(waits, 40000);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_level_is_told_once_and_then_all_is_quiet),
		TEST(who_may_not_know_is_asked_with_doubling_waits_until_it_is_heard),
		TEST(who_stays_silent_is_told_unasked_again_and_again),
		TEST(a_node_that_knows_above_a_gap_tells_which_slots),
		TEST(who_stays_silent_is_told_all_that_is_known_above_a_gap),
		TEST(who_is_behind_asks_one_node_at_a_time),
		TEST(a_chunk_that_is_complete_asks_for_the_next),
		TEST(who_is_back_asks_all_how_far_they_are_and_one_of_them_for_more),
		TEST(a_link_that_works_again_makes_a_node_ask),
		TEST(who_asks_gets_what_it_lacks_once_in_a_round_trip),
		TEST(what_is_known_above_a_gap_is_given_too),
		TEST(who_is_asked_how_far_it_is_answers_once_in_a_round_trip),
		TEST(votes_of_a_quorum_are_asked_for_and_counted),
		TEST(an_older_vote_than_others_may_be_followed_by_one_that_was_not_heard),
		TEST(votes_in_different_ballots_are_no_decision),
		TEST(a_vote_that_no_quorum_shares_is_asked_about_in_vain_and_left),
		TEST(what_only_the_dead_could_count_is_found_out_by_a_ballot),
		TEST(a_value_makes_haste_of_a_ballot_that_has_none),
		TEST(votes_that_moved_on_are_found_out_by_a_ballot),
		TEST(where_nothing_is_to_be_found_out_no_ballot_begins),
		TEST(votes_of_a_closed_slot_do_not_count_in_a_later_one),
		TEST(who_is_asked_for_votes_tells_all_but_not_too_often),
		TEST(patience_follows_the_rounds),
	};

	return cmocka_run_group_tests_name("gossip", tests, NULL, NULL);
}
