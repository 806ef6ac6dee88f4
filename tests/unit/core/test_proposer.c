/* The proposer of one node without defences: which value goes where, when it asks and tells
 * again, when it stops, and what it refers to. Times are what paxos_config_default says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/lone_node.h"

#define A ((value_ref)2)
#define B ((value_ref)3)
#define C ((value_ref)4)
#define D ((value_ref)5)

static void promise(node_id from, slot_number low)
{
	const struct message m = {
		.type = MSG_PROMISE, .from = from, .ballot = p.ballot, .slot = p.from, .low = low};

	hear(&m);
}

static void promise_voted(node_id from, slot_number slot, struct ballot ballot, value_ref value)
{
	const struct claim claim = {.slot = slot, .ballot = ballot, .value = value};
	const struct message m = {.type = MSG_PROMISE,
				  .from = from,
				  .ballot = p.ballot,
				  .slot = p.from,
				  .claims = 1,
				  .claim = &claim};

	hear(&m);
}

static void accepted(node_id from, slot_number slot, value_ref value)
{
	const struct message m = {.type = MSG_ACCEPTED,
				  .from = from,
				  .ballot = p.ballot,
				  .slot = slot,
				  .value = value};

	hear(&m);
}

static void commit(node_id from, slot_number slot, value_ref value, slot_number low)
{
	const struct message m = {.type = MSG_COMMIT,
				  .from = from,
				  .ballot = at(1, from),
				  .slot = slot,
				  .low = low,
				  .value = value};

	hear(&m);
}

static const struct message *accept_in(slot_number slot)
{
	for (unsigned i = 0; i < out.sends; i++)
		if (out.send[i].type == MSG_ACCEPT && out.send[i].slot == slot)
			return &out.send[i];
	return NULL;
}

/* Values and slots. */

static void a_value_that_lost_its_slot_keeps_its_turn(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	propose(A);
	propose(B);
	propose(C);
	promise(1, 0);
	assert_int_equal(accept_in(0)->value, A);
	/* another value wins slot 0: A is the first to be tried again, before B and C */
	commit(3, 0, D, 1);
	assert_int_equal(p.role, ROLE_PREPARING);
	promise(1, 1);
	assert_int_equal(accept_in(1)->value, A);
	accepted(1, 1, A);
	assert_int_equal(event_of(EVENT_WON)->value, A);
	promise(1, 2);
	assert_int_equal(accept_in(2)->value, B);
	accepted(1, 2, B);
	promise(1, 3);
	assert_int_equal(accept_in(3)->value, C);
}

static void of_several_values_that_lost_each_keeps_its_turn(void **state)
{
	(void)state;
	begin(3, MODE_MULTI, "none");
	propose(A);
	propose(B);
	propose(C);
	promise(1, 0);
	assert_int_equal(accept_in(0)->value, A);
	assert_int_equal(accept_in(1)->value, B);
	assert_int_equal(accept_in(2)->value, C);
	const struct message prepare = {.type = MSG_PREPARE, .from = 3, .ballot = at(9, 3)};
	hear(&prepare);
	/* n3 fills slots 0 to 2, C's first */
	commit(3, 2, D, 0);
	commit(3, 0, D, 0);
	commit(3, 1, D, 0);
	assert_int_equal(p.queue_count, 3);
	wake();
	promise(1, 3);
	assert_int_equal(accept_in(3)->value, A);
	assert_int_equal(accept_in(4)->value, B);
	assert_int_equal(accept_in(5)->value, C);
}

static void a_gap_below_a_vote_is_filled_and_the_value_goes_above(void **state)
{
	(void)state;
	begin(3, MODE_MULTI, "none");
	propose(A);
	promise_voted(1, 2, at(1, 1), B);
	assert_int_equal(accept_in(0)->value, VALUE_NOOP);
	assert_int_equal(accept_in(1)->value, VALUE_NOOP);
	assert_int_equal(accept_in(2)->value, B);
	assert_int_equal(accept_in(3)->value, A);
	assert_null(accept_in(4));
	assert_int_equal(p.next, 4);
}

static void a_value_for_a_slot_further_on_has_the_slots_below_filled(void **state)
{
	(void)state;
	begin(3, MODE_MULTI, "none");
	propose(A);
	propose_at(B, 3);
	propose_at(C, 1);
	promise(1, 0);
	assert_int_equal(accept_in(0)->value, A);
	assert_int_equal(accept_in(1)->value, VALUE_NOOP);
	assert_int_equal(accept_in(2)->value, VALUE_NOOP);
	assert_int_equal(accept_in(3)->value, B);
	/* C came after B: its slot is gone */
	assert_int_equal(event_of(EVENT_LOST)->value, C);
	assert_int_equal(event_of(EVENT_LOST)->because, BECAUSE_TAKEN);
	assert_int_equal(p.pending_count, 2);
}

static void a_slot_beyond_the_window_cannot_be_asked_for(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	propose_at(A, SLOTS_OPEN_MAX);
	assert_int_equal(event_of(EVENT_LOST)->because, BECAUSE_TOO_FAR);
	assert_int_equal(p.role, ROLE_IDLE);
	propose_at(A, SLOTS_OPEN_MAX - 1);
	assert_int_equal(p.role, ROLE_PREPARING);
	assert_int_equal(p.from, SLOTS_OPEN_MAX - 1);
}

static void a_slot_that_is_decided_cannot_be_asked_for(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	commit(1, 0, D, 0);
	commit(1, 2, D, 0);
	propose_at(A, 0);
	assert_int_equal(event_of(EVENT_LOST)->because, BECAUSE_TAKEN);
	assert_int_equal(event_of(EVENT_LOST)->slot, 0);
	propose_at(A, 2);
	assert_int_equal(event_of(EVENT_LOST)->because, BECAUSE_TAKEN);
	assert_int_equal(p.pending_count, 0);
}

static void a_leader_proposes_no_further_than_the_window(void **state)
{
	(void)state;
	begin(3, MODE_MULTI, "none");
	for (unsigned i = 0; i < PENDING_MAX; i++)
		propose(A + i);
	promise(1, 0);
	assert_non_null(accept_in(SLOTS_OPEN_MAX - 1));
	assert_null(accept_in(SLOTS_OPEN_MAX));
	for (unsigned i = 0; i < 3; i++)
		propose(1000 + i);
	assert_int_equal(event_of(EVENT_LOST)->because, BECAUSE_FULL);
	accepted(1, 0, A);
	assert_int_equal(p.base, 1);
	propose(2000);
	assert_int_equal(accept_in(SLOTS_OPEN_MAX)->value, 2000);
}

/* Promises. */

static void a_promise_of_who_has_learned_more_waits_until_that_is_learned(void **state)
{
	(void)state;
	begin(3, MODE_MULTI, "none");
	propose(A);
	promise(1, 1);
	assert_int_equal(p.promised_by, set_of(SELF));
	assert_int_equal(sent(MSG_SYNC)->to, set_of(1));
	commit(1, 0, D, 1);
	assert_int_equal(p.base, 1);
	/* now it asks again at once, and only those who have not promised */
	assert_int_equal(out.wake_at, p.now);
	wake();
	assert_int_equal(sent(MSG_PREPARE)->to, set_of(1) | set_of(3));
	assert_int_equal(sent(MSG_PREPARE)->slot, 1);
	promise(1, 1);
	assert_int_equal(accept_in(1)->value, A);
}

static void a_claim_beyond_the_window_spoils_its_promise(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		begin(3, MODE_MULTI, "none");
		propose(A);
		promise_voted(1, SLOTS_OPEN_MAX - 1 + i, at(1, 1), B);
		assert_int_equal(p.role, i == 0 ? ROLE_LEADING : ROLE_PREPARING);
	}
}

static void promises_of_another_ballot_or_after_the_quorum_count_nothing(void **state)
{
	struct message m = {.type = MSG_PROMISE, .from = 1};

	(void)state;
	begin(5, MODE_SINGLE, "none");
	propose(A);
	m.ballot = at(p.ballot.round + 1, SELF);
	hear(&m);
	m.ballot = at(p.ballot.round, 1);
	hear(&m);
	assert_int_equal(p.promised_by, set_of(SELF));
	promise(1, 0);
	promise(3, 0);
	assert_int_equal(p.role, ROLE_LEADING);
	promise(4, 0);
	assert_int_equal(told(EVENT_COUNTED), 0);
	assert_int_equal(p.promised_by, 0x7);
}

/* A Promise about later slots than were asked for leaves some untold. */
static void a_promise_from_a_later_slot_counts_nothing(void **state)
{
	const struct message m = {.type = MSG_PROMISE, .from = 1, .ballot = at(1, SELF), .slot = 1};

	(void)state;
	begin(3, MODE_MULTI, "none");
	propose(A);
	hear(&m);
	assert_int_equal(p.role, ROLE_PREPARING);
}

/* Time. */

static void without_answers_it_sends_again_after_40_80_160_and_160_ms(void **state)
{
	static const time_us waits[] = {40000, 80000, 160000, 160000};

	(void)state;
	begin(3, MODE_SINGLE, "none");
	propose(A);
	for (uint32_t i = 0; i < 4; i++) {
		assert_int_equal(out.wake_at - p.now, waits[i]);
		wake();
		assert_int_equal(event_of(EVENT_RESENT)->count, i + 1);
		assert_int_equal(event_of(EVENT_RESENT)->type, MSG_PREPARE);
		assert_int_equal(sent(MSG_PREPARE)->to, 0x5);
	}
	/* an answer begins the waiting anew */
	promise(1, 0);
	assert_int_equal(out.wake_at - p.now, 40000);
	wake();
	assert_int_equal(event_of(EVENT_RESENT)->type, MSG_ACCEPT);
	assert_int_equal(event_of(EVENT_RESENT)->count, 1);
	assert_int_equal(accept_in(0)->to, 0x5);
	assert_int_equal(accept_in(0)->value, A);
}

static void too_early_a_timer_does_nothing(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	propose(A);
	const time_us due = out.wake_at;
	p.now = due - 1;
	give((struct paxos_input){.kind = INPUT_TIMER});
	assert_int_equal(out.sends, 0);
	assert_int_equal(out.wake_at, due);
}

static void an_accept_is_sent_again_to_those_who_have_not_voted(void **state)
{
	(void)state;
	begin(5, MODE_MULTI, "none");
	propose(A);
	propose(B);
	promise(1, 0);
	promise(3, 0);
	accepted(1, 0, A);
	accepted(1, 1, B);
	accepted(4, 1, B);
	assert_int_equal(told(EVENT_CHOSEN), 1);
	wake();
	assert_int_equal(accept_in(0)->to, 0x1c);
	assert_null(accept_in(1));
	assert_int_equal(told(EVENT_RESENT), 1);
}

static time_us waits_after_loss(unsigned losses)
{
	begin(3, MODE_SINGLE, "none");
	propose(A);
	p.losses = (uint8_t)losses;
	const struct message m = {.type = MSG_NACK,
				  .from = 3,
				  .ballot = p.ballot,
				  .promised = at(9, 3),
				  .why = REFUSE_PROMISED};
	hear(&m);
	assert_int_equal(p.losses, losses == UINT8_MAX ? UINT8_MAX : losses + 1);
	assert_int_equal(event_of(EVENT_PREEMPTED)->due, out.wake_at);
	return out.wake_at - p.now;
}

/* A random time, at least half of the first back-off, and at most that and the doubled one. */
static void who_is_preempted_waits_longer_each_time(void **state)
{
	time_us first = 0, tenth = 0;

	(void)state;
	for (unsigned losses = 0; losses < 20; losses++) {
		time_us most = (time_us)40000 << losses;
		time_us wait = waits_after_loss(losses);

		assert_in_range(wait, 20000, 20000 + (most < 320000 ? most : 320000));
		first = losses == 0 ? wait : first;
		tenth = losses == 10 ? wait : tenth;
	}
	assert_true(tenth > first);
	waits_after_loss(UINT8_MAX);
}

/* Loses its ballot, which `promises` others had promised, and waits; returns for how long at most.
 */
static time_us loses_again(unsigned promises)
{
	for (unsigned i = 0; i < promises; i++)
		promise((node_id)(3 + i), 0);
	hear(&(struct message){.type = MSG_NACK,
			       .from = 3,
			       .ballot = p.ballot,
			       .promised = at(p.ballot.round + 1, 3),
			       .why = REFUSE_PROMISED});
	assert_int_equal(p.role, ROLE_WAITING);
	return out.wake_at - p.now;
}

static time_us longest_of(unsigned ballots, unsigned promises)
{
	time_us longest = 0;

	for (unsigned i = 0; i < ballots; i++) {
		const time_us wait = loses_again(promises);
		longest = wait > longest ? wait : longest;
		p.now = p.proposer_at;
		give((struct paxos_input){.kind = INPUT_TIMER});
		assert_int_equal(p.role, ROLE_PREPARING);
	}
	return longest;
}

/* A proposer that a quorum answers now and then contends; one that none ever answers gets out of
 * the way of those that could finish, until a link works again. */
static void who_has_no_quorum_again_and_again_makes_ever_more_room(void **state)
{
	(void)state;
	begin(5, MODE_SINGLE, "none");
	propose(A);
	assert_in_range(longest_of(12, 1), 160000, 340000);
	assert_in_range(longest_of(60, 1), 2000000, GOSSIP_US_MAX + 20000);
	loses_again(1);
	p.proposer_at = p.now + GOSSIP_US_MAX;
	give((struct paxos_input){.kind = INPUT_LINK_UP, .peer = 3});
	assert_in_range(p.proposer_at - p.now, 1, 320000);
	p.now = p.proposer_at;
	give((struct paxos_input){.kind = INPUT_TIMER});
	assert_in_range(longest_of(10, 1), 1, 340000);

	begin(5, MODE_SINGLE, "none");
	propose(A);
	assert_in_range(longest_of(60, 2), 160000, 340000);
}

static void who_wants_nothing_does_not_try_again(void **state)
{
	(void)state;
	begin(3, MODE_MULTI, "none");
	propose(A);
	promise(1, 0);
	accepted(1, 0, A);
	assert_int_equal(p.role, ROLE_LEADING);
	const struct message prepare = {.type = MSG_PREPARE, .from = 3, .ballot = at(9, 3)};
	hear(&prepare);
	assert_int_equal(told(EVENT_PREEMPTED), 1);
	assert_int_equal(event_of(EVENT_PREEMPTED)->due, 0);
	assert_int_equal(p.role, ROLE_IDLE);
	assert_int_equal(p.proposer_at, 0);
}

static void who_waits_and_gets_what_it_wanted_stops_waiting(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	propose(A);
	promise(1, 0);
	const struct message prepare = {.type = MSG_PREPARE, .from = 3, .ballot = at(9, 3)};
	hear(&prepare);
	assert_int_equal(p.role, ROLE_WAITING);
	commit(3, 0, A, 1);
	assert_int_equal(told(EVENT_WON), 1);
	assert_int_equal(p.role, ROLE_IDLE);
	assert_int_equal(p.proposer_at, 0);
}

/* The tail: a decision is told to who did not vote for it. */

static void decide(void)
{
	begin(3, MODE_SINGLE, "none");
	p.config.gossip_us = 0;
	propose(A);
	promise(1, 0);
	accepted(1, 0, A);
	assert_int_equal(sent(MSG_COMMIT)->to, 0x5);
}

static void a_decision_is_told_again_three_times_to_who_does_not_answer(void **state)
{
	static const time_us waits[] = {40000, 80000, 160000, 320000};

	(void)state;
	decide();
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(out.wake_at - p.now, waits[i]);
		wake();
		assert_int_equal(out.sends, 1);
		assert_int_equal(out.send[0].type, MSG_COMMIT);
		assert_int_equal(out.send[0].to, set_of(3));
		assert_int_equal(out.send[0].value, A);
		assert_int_equal(out.send[0].slot, 0);
		assert_int_equal(out.send[0].low, 1);
		assert_int_equal(ballot_cmp(out.send[0].ballot, at(1, SELF)), 0);
	}
	assert_int_equal(out.wake_at - p.now, waits[3]);
	wake();
	assert_int_equal(out.sends, 0);
	assert_int_equal(out.wake_at, 0);
}

static void each_answer_that_shows_that_a_node_knows_is_enough(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		const struct message answers[] = {
			{.type = MSG_ACCEPTED, .from = 3, .ballot = at(1, SELF), .value = A},
			{.type = MSG_COMMIT, .from = 3, .ballot = at(1, SELF), .value = A},
			{.type = MSG_SYNC, .from = 3, .slot = 1},
			/* these do not show it */
			{.type = MSG_SYNC, .from = 3, .slot = 0},
			{.type = MSG_SYNC, .from = 1, .slot = 1},
			{.type = MSG_COMMIT, .from = 3, .ballot = at(1, 3), .slot = 1, .value = B},
		};
		decide();
		hear(&answers[i]);
		assert_int_equal(p.tail.slot, i < 3 ? SLOT_NONE : 0);
	}
}

static void a_link_that_works_again_has_the_proposer_send_again(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	propose(A);
	wake();
	give((struct paxos_input){.kind = INPUT_LINK_UP, .peer = 3});
	assert_int_equal(sent(MSG_PREPARE)->to, 0x5);
	assert_int_equal(event_of(EVENT_RESENT)->count, 1);
	/* an idle node only asks how far the others are: test_gossip.c */
	begin(3, MODE_SINGLE, "none");
	give((struct paxos_input){.kind = INPUT_LINK_UP, .peer = 3});
	assert_null(sent(MSG_PREPARE));
}

/* --- What the state refers to: nothing of it may be swept. */

static uint32_t seen[4096];
static unsigned seen_count;

static void see(void *context, uint32_t ref)
{
	(void)context;
	if (ref != 0 && ref != VALUE_NOOP)
		seen[seen_count++] = ref;
}

static bool was_seen(uint32_t ref)
{
	for (unsigned i = 0; i < seen_count; i++)
		if (seen[i] == ref)
			return true;
	return false;
}

static void every_value_that_the_state_refers_to_is_marked(void **state)
{
	static struct paxos_hard *h;

	(void)state;
	begin(3, MODE_SINGLE, "none");
	const unsigned last = SLOTS_OPEN_MAX - 1;
	p.open[0].voted = 100;
	p.open[last].voted = 101;
	p.open[last].chosen = 102;
	p.open[last].claim = 103;
	p.open[last].proposed = 104;
	p.pending_free = UINT64_MAX - 1 - ((uint64_t)1 << (PENDING_MAX - 1));
	p.pending[0].value = 105;
	p.pending[PENDING_MAX - 1].value = 106;
	p.pending[1].value = 999; /* that place is free */
	p.tail.slot = 7;
	p.tail.value = 107;
	h = &p.hard[last];
	h->echoed = 108;
	h->early = 109;
	p.view.bound[last] = 110;
	h->echo[0].value = 111;
	h->echo[2].value = 112;
	h->accepted[0].value = 113;
	h->accepted[2].value = 114;
	p.view_claims = 2;
	p.view_claim[0].value = 115;
	p.view_claim[1].value = 116;
	seen_count = 0;
	paxos_refs(&p, see, NULL);
	for (uint32_t ref = 100; ref <= 116; ref++)
		if (!was_seen(ref))
			fail_msg("%u is not marked", ref);
	assert_false(was_seen(999));
}

static void every_proof_that_the_state_refers_to_is_kept(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	struct paxos_hard *h = &p.hard[SLOTS_OPEN_MAX - 1];
	h->asked = 100;
	h->chosen_cert = 101;
	h->claim_cert = 102;
	h->rival_cert[0] = 103;
	h->rival_cert[1] = 104;
	h->early_proof = 105;
	h->early_view = 106;
	h->certs = 2;
	h->cert[0] = 107;
	h->cert[1] = 108;
	h->echo[0].proof = 109;
	h->echo[2].proof = 110;
	h->accepted[0].proof = 111;
	h->accepted[2].proof = 112;
	p.view.view = 113;
	p.view.proofs = 114;
	p.promise_proof[0] = 115;
	p.promise_proof[2] = 116;
	p.view_claims = 2;
	p.view_claim[0].cert = 117;
	p.view_claim[1].cert = 118;
	p.tail.certs = 2;
	p.tail.cert[0] = 119;
	p.tail.cert[1] = 120;
	seen_count = 0;
	paxos_proofs(&p, see, NULL);
	for (uint32_t ref = 100; ref <= 120; ref++)
		if (!was_seen(ref))
			fail_msg("%u is not kept", ref);
}

static void what_is_no_message_for_the_core_changes_nothing(void **state)
{
	static const enum message_type types[] = {MSG_NONE, MSG_EVIDENCE, MSG_TYPES};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		const struct message m = {.type = types[i], .from = 1, .ballot = at(9, 1)};

		begin(3, MODE_SINGLE, "none");
		hear(&m);
		assert_int_equal(out.sends + out.events + out.writes, 0);
	}
}

static void roles_have_names(void **state)
{
	(void)state;
	assert_string_equal(paxos_role_name(ROLE_IDLE), "idle");
	assert_string_equal(paxos_role_name(ROLE_PREPARING), "preparing");
	assert_string_equal(paxos_role_name(ROLE_LEADING), "leading");
	assert_string_equal(paxos_role_name(ROLE_WAITING), "waiting");
	assert_string_equal(paxos_role_name((enum paxos_role)9), "?");
}

/* --- Changes of policy. */

static void a_ballot_ends_where_the_policy_changes_and_the_next_begins_there(void **state)
{
	(void)state;
	begin(3, MODE_MULTI, "none");
	assert_true(paxos_set_policy(&p, 2, policy_of("quorum(f=1)")));
	propose(A);
	propose(B);
	propose(C);
	promise(1, 0);
	assert_int_equal(accept_in(0)->value, A);
	assert_int_equal(accept_in(1)->value, B);
	assert_null(accept_in(2));
	accepted(1, 0, A);
	accepted(1, 1, B);
	/* its work is done: C needs a ballot of its own, and all three nodes */
	assert_int_equal(p.role, ROLE_PREPARING);
	assert_int_equal(sent(MSG_PREPARE)->slot, 2);
	promise(1, 2);
	assert_int_equal(p.role, ROLE_PREPARING);
	promise(3, 2);
	assert_int_equal(accept_in(2)->value, C);
	accepted(1, 2, C);
	assert_int_equal(told(EVENT_CHOSEN), 0);
	accepted(3, 2, C);
	assert_int_equal(told(EVENT_CHOSEN), 1);
}

/* Where nothing waits, nothing has to begin. */
static void a_leader_with_nothing_to_do_stays_one_at_a_change_of_policy(void **state)
{
	(void)state;
	begin(3, MODE_MULTI, "none");
	assert_true(paxos_set_policy(&p, 1, policy_of("quorum(f=1)")));
	propose(A);
	promise(1, 0);
	accepted(1, 0, A);
	assert_int_equal(p.base, 1);
	assert_int_equal(p.role, ROLE_LEADING);
	assert_null(sent(MSG_PREPARE));
	give((struct paxos_input){.kind = INPUT_TIMER});
	assert_int_equal(p.role, ROLE_LEADING);
	propose(B);
	assert_int_equal(sent(MSG_PREPARE)->slot, 1);
}

/* A ballot that only finds out how a slot ends takes a value along, unless that value was asked for
 * in another slot. */
static void a_ballot_without_a_value_takes_one_that_comes_meanwhile(void **state)
{
	static const struct {
		slot_number asked;
		bool comes, taken;
	} cases[] = {{SLOT_NONE, true, true}, {0, true, true}, {3, true, false}, {0, false, false}};

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		begin(3, MODE_SINGLE, "none");
		hear(&(struct message){
			.type = MSG_ACCEPT, .from = 1, .ballot = at(1, 1), .value = A});
		/* the owner is gone, and so is the other voter, if there was one */
		for (unsigned turns = 0; p.role != ROLE_PREPARING && turns < 1000; turns++)
			wake();
		assert_int_equal(p.role, ROLE_PREPARING);
		assert_int_equal(p.from, 0);
		/* as if its own vote were of another slot: the ballot is free */
		p.open[0].claim = VALUE_NONE;
		if (cases[i].comes)
			propose_at(B, cases[i].asked);
		promise(3, 0);
		assert_int_equal(p.role, ROLE_LEADING);
		assert_int_equal(p.open[0].pending != 0, cases[i].taken);
		assert_int_equal(p.queue_count, cases[i].comes && !cases[i].taken);
	}
}

static void a_touched_slot_keeps_its_policy(void **state)
{
	(void)state;
	begin(3, MODE_MULTI, "none");
	propose(A);
	promise(1, 0);
	assert_int_equal(paxos_untouched(&p), 1);
	assert_false(paxos_set_policy(&p, 0, policy_of("sign")));
	assert_true(paxos_set_policy(&p, 1, policy_of("sign")));
	assert_int_equal(paxos_policy(&p, 0), POLICY_NONE);
	assert_int_equal(paxos_policy(&p, 1), DEFENCE_SIGN);
	/* a later word for the same slots replaces the earlier one, and what comes behind it */
	assert_true(paxos_set_policy(&p, 5, policy_of("sign+cert")));
	assert_true(paxos_set_policy(&p, 3, policy_of("quorum")));
	assert_int_equal(paxos_policy(&p, 2), DEFENCE_SIGN);
	assert_int_equal(paxos_policy(&p, 4), DEFENCE_QUORUM);
	assert_int_equal(paxos_policy(&p, 5), DEFENCE_QUORUM);
	assert_int_equal(p.lines, 3);
	for (slot_number slot = 6; p.lines < POLICY_LINES_MAX; slot++)
		assert_true(paxos_set_policy(&p, slot, slot % 2 == 0 ? POLICY_NONE : DEFENCE_SIGN));
	assert_false(paxos_set_policy(&p, 1000, DEFENCE_QUORUM));
}

static void each_kind_of_word_touches_a_slot(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		begin(3, MODE_MULTI, "none");
		struct paxos_slot *s = &p.open[4];
		if (i == 0)
			s->voted = A;
		if (i == 1)
			s->chosen = A;
		if (i == 2)
			s->proposed = A;
		if (i == 3)
			s->pending = 1;
		if (i == 4)
			p.hard[4].echoed = A;
		assert_int_equal(paxos_untouched(&p), 5);
	}
	begin(3, MODE_MULTI, "none");
	assert_int_equal(paxos_untouched(&p), 0);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_value_that_lost_its_slot_keeps_its_turn),
		TEST(of_several_values_that_lost_each_keeps_its_turn),
		TEST(a_gap_below_a_vote_is_filled_and_the_value_goes_above),
		TEST(a_value_for_a_slot_further_on_has_the_slots_below_filled),
		TEST(a_slot_beyond_the_window_cannot_be_asked_for),
		TEST(a_slot_that_is_decided_cannot_be_asked_for),
		TEST(a_leader_proposes_no_further_than_the_window),
		TEST(a_promise_of_who_has_learned_more_waits_until_that_is_learned),
		TEST(a_claim_beyond_the_window_spoils_its_promise),
		TEST(promises_of_another_ballot_or_after_the_quorum_count_nothing),
		TEST(a_promise_from_a_later_slot_counts_nothing),
		TEST(without_answers_it_sends_again_after_40_80_160_and_160_ms),
		TEST(too_early_a_timer_does_nothing),
		TEST(an_accept_is_sent_again_to_those_who_have_not_voted),
		TEST(who_is_preempted_waits_longer_each_time),
		TEST(who_has_no_quorum_again_and_again_makes_ever_more_room),
		TEST(who_wants_nothing_does_not_try_again),
		TEST(who_waits_and_gets_what_it_wanted_stops_waiting),
		TEST(a_decision_is_told_again_three_times_to_who_does_not_answer),
		TEST(each_answer_that_shows_that_a_node_knows_is_enough),
		TEST(a_link_that_works_again_has_the_proposer_send_again),
		TEST(every_value_that_the_state_refers_to_is_marked),
		TEST(every_proof_that_the_state_refers_to_is_kept),
		TEST(what_is_no_message_for_the_core_changes_nothing),
		TEST(roles_have_names),
		TEST(a_ballot_ends_where_the_policy_changes_and_the_next_begins_there),
		TEST(a_leader_with_nothing_to_do_stays_one_at_a_change_of_policy),
		TEST(a_ballot_without_a_value_takes_one_that_comes_meanwhile),
		TEST(a_touched_slot_keeps_its_policy),
		TEST(each_kind_of_word_touches_a_slot),
	};

	return cmocka_run_group_tests_name("proposer", tests, NULL, NULL);
}
