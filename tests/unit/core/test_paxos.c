/* The core alone: one node under single messages, and small clusters in which every message
 * arrives, in order, unless a test says otherwise. Values are bare numbers here: 2 is A, 3 is B,
 * ... */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/paxos_state.h"

#define A ((value_ref)2)
#define B ((value_ref)3)
#define C ((value_ref)4)

#define MAIL_MAX 4096

/* A cluster whose network is one queue. */
struct bench {
	unsigned nodes;
	struct paxos node[NODES_MAX + 1];
	node_set deaf; /* nodes that nothing reaches and that nothing leaves */
	time_us now;
	unsigned first, count;
	struct mail {
		node_id to;
		struct message m;
		struct claim claim[SLOTS_OPEN_MAX];
	} mail[MAIL_MAX];
	/* what was reported, of all nodes */
	unsigned reported[EVENT_KINDS];
	/* each node's log of closed slots, for Sync */
	value_ref log[NODES_MAX + 1][256];
	struct ballot log_at[NODES_MAX + 1][256];
};

static struct bench bench;
static struct paxos_output out;

static void bench_init(unsigned nodes, enum paxos_mode mode)
{
	memset(&bench, 0, sizeof bench);
	bench.nodes = nodes;
	bench.now = 1000;
	for (node_id id = 1; id <= nodes; id++) {
		struct paxos_config config = paxos_config_default(id, (uint8_t)nodes, mode);
		paxos_init(&bench.node[id], &config);
	}
}

static void post(const struct message *m, node_id from)
{
	if (set_has(bench.deaf, from))
		return;
	for (node_set left = m->to; left != 0; left &= left - 1) {
		assert_true(bench.count < MAIL_MAX);
		struct mail *mail = &bench.mail[(bench.first + bench.count++) % MAIL_MAX];
		mail->to = set_lowest(left);
		mail->m = *m;
		for (unsigned i = 0; i < m->claims; i++)
			mail->claim[i] = m->claim[i];
		mail->m.claim = mail->claim;
	}
}

static void post_log(node_id from)
{
	for (unsigned i = 0; i < out.log_count; i++) {
		slot_number slot = out.log_from + i;
		const struct message m = {
			.type = MSG_COMMIT,
			.from = from,
			.to = out.log_to,
			.ballot = bench.log_at[from][slot],
			.slot = slot,
			.low = bench.node[from].base,
			.value = bench.log[from][slot],
		};
		post(&m, from);
	}
}

static void give(node_id id, struct paxos_input in)
{
	static const struct paxos_note nothing;

	in.now = bench.now;
	paxos_step(&bench.node[id], &in, &out);
	/* what safety notes is read within the step */
	assert_memory_equal(&bench.node[id].note, &nothing, sizeof nothing);
	for (unsigned i = 0; i < out.writes; i++)
		if (out.write[i].kind == WRITE_CHOSEN) {
			bench.log[id][out.write[i].slot] = out.write[i].value;
			bench.log_at[id][out.write[i].slot] = out.write[i].ballot;
		}
	for (unsigned i = 0; i < out.events; i++)
		bench.reported[out.event[i].kind]++;
	for (unsigned i = 0; i < out.sends; i++)
		post(&out.send[i], id);
	if (out.log_to != 0)
		post_log(id);
}

static void propose(node_id id, value_ref value, slot_number slot)
{
	give(id, (struct paxos_input){.kind = INPUT_PROPOSE, .value = value, .slot = slot});
}

static void deliver_all(void)
{
	while (bench.count > 0) {
		static struct mail mail;
		mail = bench.mail[bench.first];
		mail.m.claim = mail.claim;
		bench.first = (bench.first + 1) % MAIL_MAX;
		bench.count--;
		if (!set_has(bench.deaf, mail.to))
			give(mail.to,
			     (struct paxos_input){.kind = INPUT_MESSAGE, .message = &mail.m});
	}
}

/* Lets time pass: the earliest timer fires, and all that it causes arrives. False: nobody waits. */
static bool fire_next(void)
{
	node_id who = NODE_NONE;
	time_us soonest = 0;

	for (node_id id = 1; id <= bench.nodes; id++) {
		struct paxos copy = bench.node[id];
		static struct paxos_output peek;
		const struct paxos_input idle = {.kind = INPUT_TIMER, .now = 0};
		paxos_step(&copy, &idle, &peek);
		if (peek.wake_at != 0 && (soonest == 0 || peek.wake_at < soonest)) {
			soonest = peek.wake_at;
			who = id;
		}
	}
	if (who == NODE_NONE)
		return false;
	if (soonest > bench.now)
		bench.now = soonest;
	give(who, (struct paxos_input){.kind = INPUT_TIMER});
	deliver_all();
	return true;
}

static void settle_down(unsigned steps_max)
{
	deliver_all();
	for (unsigned i = 0; i < steps_max && fire_next(); i++)
		;
}

static void assert_chosen(node_set who, slot_number slot, value_ref value)
{
	for (node_id id = 1; id <= bench.nodes; id++)
		if (set_has(who, id)) {
			assert_true(bench.node[id].base > slot);
			assert_int_equal(bench.log[id][slot], value);
		}
}

static struct message message_from(node_id from, enum message_type type, struct ballot ballot)
{
	return (struct message){.type = type, .from = from, .to = set_of(1), .ballot = ballot};
}

static void hear(node_id id, const struct message *m)
{
	give(id, (struct paxos_input){.kind = INPUT_MESSAGE, .message = m});
}

static struct ballot ballot(uint32_t round, node_id node)
{
	return (struct ballot){round, node};
}

static void a_value_is_chosen_by_every_cluster_size(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= NODES_MAX; n++)
		for (int mode = MODE_SINGLE; mode <= MODE_MULTI; mode++) {
			bench_init(n, (enum paxos_mode)mode);
			propose((node_id)n, A, SLOT_NONE);
			settle_down(1000);
			assert_chosen(set_first(n), 0, A);
			assert_int_equal(bench.node[n].pending_count, 0);
		}
}

static void an_idle_cluster_waits_for_nothing(void **state)
{
	(void)state;
	bench_init(5, MODE_MULTI);
	for (unsigned i = 0; i < 10; i++)
		propose(2, A + i, SLOT_NONE);
	settle_down(1000);
	assert_false(fire_next());
	assert_int_equal(bench.count, 0);
}

static void a_promise_is_stored_before_it_is_given(void **state)
{
	(void)state;
	bench_init(3, MODE_SINGLE);
	const struct message m = message_from(2, MSG_PREPARE, ballot(1, 2));
	hear(1, &m);
	assert_true(out.must_sync);
	assert_int_equal(out.writes, 1);
	assert_int_equal(out.write[0].kind, WRITE_PROMISED);
	assert_int_equal(out.send[0].type, MSG_PROMISE);
	/* again: nothing new to store */
	hear(1, &m);
	assert_false(out.must_sync);
	assert_int_equal(out.send[0].type, MSG_PROMISE);
}

static void a_lower_ballot_is_refused_and_told_why(void **state)
{
	(void)state;
	bench_init(3, MODE_SINGLE);
	const struct message high = message_from(2, MSG_PREPARE, ballot(5, 2));
	hear(1, &high);
	const struct message low = message_from(3, MSG_PREPARE, ballot(4, 3));
	hear(1, &low);
	assert_int_equal(out.sends, 1);
	assert_int_equal(out.send[0].type, MSG_NACK);
	assert_int_equal(out.send[0].why, REFUSE_PROMISED);
	assert_int_equal(ballot_cmp(out.send[0].promised, ballot(5, 2)), 0);
	struct message accept = message_from(3, MSG_ACCEPT, ballot(4, 3));
	accept.value = A;
	hear(1, &accept);
	assert_int_equal(out.send[0].type, MSG_NACK);
	assert_int_equal(out.writes, 0);
}

static void one_ballot_gets_one_vote(void **state)
{
	(void)state;
	bench_init(3, MODE_SINGLE);
	struct message accept = message_from(2, MSG_ACCEPT, ballot(1, 2));
	accept.value = A;
	hear(1, &accept);
	assert_int_equal(out.send[0].type, MSG_ACCEPTED);
	assert_true(out.must_sync);
	accept.value = B;
	hear(1, &accept);
	assert_int_equal(out.send[0].type, MSG_NACK);
	assert_int_equal(out.send[0].why, REFUSE_VOTED);
	assert_int_equal(paxos_slot(&bench.node[1], 0)->voted, A);
}

static void a_vote_told_by_a_promise_forces_the_value(void **state)
{
	(void)state;
	bench_init(5, MODE_SINGLE);
	/* n2 alone voted for B at 1.1; n3 proposes A to n2, n4 and itself */
	struct message accept = message_from(1, MSG_ACCEPT, ballot(1, 1));
	accept.value = B;
	hear(2, &accept);
	bench.count = 0;
	bench.deaf = set_of(1) | set_of(5);
	propose(3, A, SLOT_NONE);
	deliver_all();
	assert_chosen(set_of(2) | set_of(3) | set_of(4), 0, B);
	/* and n3's own value goes to the next slot, at a new ballot */
	assert_chosen(set_of(2) | set_of(3) | set_of(4), 1, A);
	assert_true(bench.log_at[3][1].round > bench.log_at[3][0].round);
}

/* Its Accepts reached nobody, its own vote forces its own value: that is its value's slot. */
static void a_value_forced_by_its_own_vote_is_chosen_once(void **state)
{
	(void)state;
	for (int mode = MODE_SINGLE; mode <= MODE_MULTI; mode++) {
		bench_init(3, (enum paxos_mode)mode);
		propose(1, A, SLOT_NONE);
		propose(1, B, SLOT_NONE);
		struct message m = message_from(2, MSG_PROMISE, bench.node[1].ballot);
		hear(1, &m);
		m = message_from(2, MSG_NACK, bench.node[1].ballot);
		m.promised = ballot(3, 2);
		m.why = REFUSE_PROMISED;
		hear(1, &m);
		assert_int_equal(bench.node[1].role, ROLE_WAITING);
		bench.count = 0;
		settle_down(200);
		assert_chosen(set_first(3), 0, A);
		assert_chosen(set_first(3), 1, B);
		assert_int_equal(bench.node[1].base, 2);
		assert_int_equal(bench.reported[EVENT_WON], 2);
		assert_int_equal(bench.node[1].pending_count, 0);
	}
}

/* n1's values were tried in slots 0 and 1; another value takes slot 0, and slot 1 stays theirs. */
static void a_value_waits_for_the_slot_in_which_it_was_tried(void **state)
{
	(void)state;
	bench_init(3, MODE_MULTI);
	bench.deaf = set_of(3);
	propose(1, A, SLOT_NONE);
	settle_down(5);
	bench.deaf = set_of(2) | set_of(3);
	propose(1, B, SLOT_NONE);
	propose(1, C, SLOT_NONE);
	bench.count = 0;
	bench.deaf = set_of(1);
	propose(3, A + 7, SLOT_NONE);
	settle_down(50);
	assert_chosen(set_of(2) | set_of(3), 1, A + 7);
	bench.deaf = 0;
	settle_down(500);
	assert_chosen(set_first(3), 2, C);
	assert_chosen(set_first(3), 3, B);
	assert_int_equal(bench.node[1].base, 4);
	assert_int_equal(bench.node[1].pending_count, 0);
}

static void of_two_votes_the_higher_ballot_forces(void **state)
{
	(void)state;
	bench_init(3, MODE_SINGLE);
	struct message accept = message_from(1, MSG_ACCEPT, ballot(1, 1));
	accept.value = A;
	hear(2, &accept);
	accept.ballot = ballot(2, 1);
	accept.value = B;
	hear(3, &accept);
	bench.count = 0;
	bench.deaf = set_of(1);
	propose(2, C, SLOT_NONE);
	deliver_all();
	assert_chosen(set_of(2) | set_of(3), 0, B);
}

static void the_same_promise_twice_counts_once(void **state)
{
	(void)state;
	bench_init(5, MODE_SINGLE);
	propose(1, A, SLOT_NONE);
	struct message promise = message_from(2, MSG_PROMISE, bench.node[1].ballot);
	hear(1, &promise);
	hear(1, &promise);
	assert_int_equal(bench.node[1].role, ROLE_PREPARING);
	promise.from = 3;
	hear(1, &promise);
	assert_int_equal(bench.node[1].role, ROLE_LEADING);
}

static void the_same_accepted_twice_counts_once(void **state)
{
	(void)state;
	bench_init(5, MODE_SINGLE);
	propose(1, A, SLOT_NONE);
	struct message reply = message_from(2, MSG_PROMISE, bench.node[1].ballot);
	hear(1, &reply);
	reply.from = 3;
	hear(1, &reply);
	reply.type = MSG_ACCEPTED;
	reply.value = A;
	hear(1, &reply);
	hear(1, &reply);
	assert_int_equal(bench.node[1].base, 0);
	reply.from = 2;
	hear(1, &reply);
	assert_int_equal(bench.node[1].base, 1);
}

static void a_minority_chooses_nothing_and_goes_on_trying(void **state)
{
	(void)state;
	bench_init(5, MODE_MULTI);
	bench.deaf = set_of(3) | set_of(4) | set_of(5);
	propose(1, A, SLOT_NONE);
	settle_down(50);
	assert_int_equal(bench.reported[EVENT_CHOSEN], 0);
	assert_true(bench.reported[EVENT_RESENT] > 5);
	bench.deaf = 0;
	settle_down(200);
	assert_chosen(set_first(5), 0, A);
}

static void duelling_proposers_both_get_their_values(void **state)
{
	(void)state;
	for (int mode = MODE_SINGLE; mode <= MODE_MULTI; mode++) {
		bench_init(5, (enum paxos_mode)mode);
		propose(1, A, SLOT_NONE);
		propose(5, B, SLOT_NONE);
		settle_down(1000);
		assert_chosen(set_first(5), 0, bench.log[1][0]);
		assert_chosen(set_first(5), 1, bench.log[1][1]);
		assert_int_equal(bench.log[1][0] + bench.log[1][1], A + B);
	}
}

static void a_leader_prepares_once_for_many_slots(void **state)
{
	(void)state;
	bench_init(3, MODE_MULTI);
	for (unsigned i = 0; i < 40; i++) {
		propose(1, A + i, SLOT_NONE);
		deliver_all();
	}
	settle_down(100);
	assert_int_equal(bench.reported[EVENT_PREPARING], 1);
	for (unsigned i = 0; i < 40; i++)
		assert_chosen(set_first(3), i, A + i);
}

static void leadership_goes_to_who_has_something_to_propose(void **state)
{
	(void)state;
	bench_init(3, MODE_MULTI);
	propose(1, A, SLOT_NONE);
	settle_down(100);
	propose(3, B, SLOT_NONE);
	settle_down(100);
	assert_int_equal(bench.node[3].role, ROLE_LEADING);
	assert_int_equal(bench.node[1].role, ROLE_IDLE);
	assert_chosen(set_first(3), 1, B);
}

static void gaps_are_filled_with_noops(void **state)
{
	(void)state;
	bench_init(3, MODE_MULTI);
	/* n2 knows a vote in slot 2 only */
	struct message accept = message_from(1, MSG_ACCEPT, ballot(1, 1));
	accept.slot = 2;
	accept.value = B;
	hear(2, &accept);
	bench.count = 0;
	bench.deaf = set_of(1);
	propose(3, A, SLOT_NONE);
	settle_down(100);
	assert_chosen(set_of(2) | set_of(3), 0, VALUE_NOOP);
	assert_chosen(set_of(2) | set_of(3), 1, VALUE_NOOP);
	assert_chosen(set_of(2) | set_of(3), 2, B);
	assert_chosen(set_of(2) | set_of(3), 3, A);
}

static void a_value_can_be_proposed_at_a_slot(void **state)
{
	(void)state;
	bench_init(3, MODE_SINGLE);
	propose(1, A, 2);
	settle_down(100);
	assert_int_equal(bench.reported[EVENT_WON], 1);
	assert_int_equal(bench.node[1].base, 0);
	propose(2, B, 2);
	settle_down(100);
	assert_int_equal(bench.reported[EVENT_LOST], 1);
	propose(2, B, SLOT_NONE);
	propose(2, C, SLOT_NONE);
	settle_down(100);
	assert_chosen(set_first(3), 0, B);
	assert_chosen(set_first(3), 1, C);
	assert_chosen(set_first(3), 2, A);
}

static void a_laggard_catches_up_in_chunks(void **state)
{
	(void)state;
	bench_init(3, MODE_MULTI);
	bench.deaf = set_of(3);
	for (unsigned i = 0; i < 150; i++) {
		propose(1, A + i, SLOT_NONE);
		deliver_all();
	}
	settle_down(20);
	assert_int_equal(bench.node[3].base, 0);
	bench.deaf = 0;
	give(3, (struct paxos_input){.kind = INPUT_LINK_UP, .peer = 2});
	settle_down(100);
	for (unsigned i = 0; i < 150; i++)
		assert_chosen(set_of(3), i, A + i);
}

static void a_laggard_that_proposes_learns_first(void **state)
{
	(void)state;
	for (int mode = MODE_SINGLE; mode <= MODE_MULTI; mode++) {
		bench_init(5, (enum paxos_mode)mode);
		bench.deaf = set_of(5);
		for (unsigned i = 0; i < 100; i++) {
			propose(1, A + i, SLOT_NONE);
			settle_down(3);
		}
		bench.deaf = 0;
		propose(5, A + 100, SLOT_NONE);
		settle_down(500);
		for (unsigned i = 0; i <= 100; i++)
			assert_chosen(set_first(5), i, A + i);
	}
}

static void a_decision_above_a_gap_is_told_too(void **state)
{
	(void)state;
	bench_init(3, MODE_SINGLE);
	bench.deaf = set_of(3);
	propose(1, A, 1);
	settle_down(20);
	assert_int_equal(bench.node[1].base, 0);
	bench.deaf = 0;
	give(3, (struct paxos_input){.kind = INPUT_START, .again = true});
	settle_down(20);
	assert_int_equal(paxos_slot(&bench.node[3], 1)->chosen, A);
}

static void who_decides_without_knowing_what_was_decided_is_told(void **state)
{
	(void)state;
	bench_init(3, MODE_SINGLE);
	bench.deaf = set_of(3);
	propose(1, A, 1);
	settle_down(20);
	bench.deaf = 0;
	propose(3, B, 0);
	settle_down(20);
	assert_chosen(set_first(3), 0, B);
	assert_chosen(set_first(3), 1, A);
}

static void a_restarted_node_keeps_its_promise_and_asks_what_it_missed(void **state)
{
	(void)state;
	bench_init(3, MODE_SINGLE);
	bench.deaf = set_of(3);
	propose(1, A, SLOT_NONE);
	settle_down(20);
	bench.deaf = 0;
	struct paxos_config config = paxos_config_default(3, 3, MODE_SINGLE);
	paxos_init(&bench.node[3], &config);
	paxos_restore(&bench.node[3], 0, ballot(7, 2));
	paxos_restore_vote(&bench.node[3], 1, ballot(7, 2), B);
	give(3, (struct paxos_input){.kind = INPUT_START, .again = true});
	settle_down(20);
	assert_chosen(set_of(3), 0, A);
	assert_int_equal(ballot_cmp(bench.node[3].promised, ballot(7, 2)), 0);
	assert_int_equal(paxos_slot(&bench.node[3], 1)->voted, B);
	propose(1, C, SLOT_NONE);
	settle_down(200);
	assert_int_equal(bench.log[1][1] == C || bench.log[1][1] == B, 1);
	assert_chosen(set_first(3), 1, bench.log[1][1]);
}

static void there_is_no_ballot_above_the_highest(void **state)
{
	(void)state;
	bench_init(3, MODE_SINGLE);
	const struct message m = message_from(2, MSG_PREPARE, ballot(ROUND_MAX, 2));
	hear(1, &m);
	bench.count = 0;
	propose(1, A, SLOT_NONE);
	assert_int_equal(out.sends, 0);
	assert_int_equal(bench.reported[EVENT_EXHAUSTED], 1);
	assert_false(fire_next());
}

static void too_many_values_are_refused_one_by_one(void **state)
{
	(void)state;
	bench_init(3, MODE_MULTI);
	bench.deaf = set_of(2) | set_of(3);
	for (unsigned i = 0; i < PENDING_MAX + 5; i++)
		propose(1, A + i, SLOT_NONE);
	assert_int_equal(bench.reported[EVENT_QUEUED], PENDING_MAX);
	assert_int_equal(bench.reported[EVENT_LOST], 5);
	bench.deaf = 0;
	settle_down(1000);
	for (unsigned i = 0; i < PENDING_MAX; i++)
		assert_chosen(set_first(3), i, A + i);
}

static void a_second_decision_for_a_slot_is_reported_not_believed(void **state)
{
	(void)state;
	bench_init(3, MODE_SINGLE);
	struct message commit = message_from(2, MSG_COMMIT, ballot(1, 2));
	commit.slot = 1;
	commit.value = A;
	hear(1, &commit);
	commit.value = B;
	commit.from = 3;
	hear(1, &commit);
	assert_int_equal(bench.reported[EVENT_CONTRADICTED], 1);
	assert_int_equal(paxos_slot(&bench.node[1], 1)->chosen, A);
}

static void equal_states_and_inputs_give_equal_states(void **state)
{
	(void)state;
	bench_init(3, MODE_MULTI);
	propose(1, A, SLOT_NONE);
	static struct paxos one, two;
	memcpy(&one, &bench.node[1], sizeof one);
	memcpy(&two, &bench.node[1], sizeof two);
	const struct message m = message_from(2, MSG_PROMISE, one.ballot);
	const struct paxos_input in = {.kind = INPUT_MESSAGE, .message = &m, .now = 5000};
	static struct paxos_output a, b;
	paxos_step(&one, &in, &a);
	paxos_step(&two, &in, &b);
	assert_memory_equal(&one, &two, sizeof one);
	assert_int_equal(a.sends, b.sends);
	assert_int_equal(a.wake_at, b.wake_at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_chosen_by_every_cluster_size),
		cmocka_unit_test(an_idle_cluster_waits_for_nothing),
		cmocka_unit_test(a_promise_is_stored_before_it_is_given),
		cmocka_unit_test(a_lower_ballot_is_refused_and_told_why),
		cmocka_unit_test(one_ballot_gets_one_vote),
		cmocka_unit_test(a_vote_told_by_a_promise_forces_the_value),
		cmocka_unit_test(a_value_forced_by_its_own_vote_is_chosen_once),
		cmocka_unit_test(a_value_waits_for_the_slot_in_which_it_was_tried),
		cmocka_unit_test(of_two_votes_the_higher_ballot_forces),
		cmocka_unit_test(the_same_promise_twice_counts_once),
		cmocka_unit_test(the_same_accepted_twice_counts_once),
		cmocka_unit_test(a_minority_chooses_nothing_and_goes_on_trying),
		cmocka_unit_test(duelling_proposers_both_get_their_values),
		cmocka_unit_test(a_leader_prepares_once_for_many_slots),
		cmocka_unit_test(leadership_goes_to_who_has_something_to_propose),
		cmocka_unit_test(gaps_are_filled_with_noops),
		cmocka_unit_test(a_value_can_be_proposed_at_a_slot),
		cmocka_unit_test(a_laggard_catches_up_in_chunks),
		cmocka_unit_test(a_laggard_that_proposes_learns_first),
		cmocka_unit_test(a_decision_above_a_gap_is_told_too),
		cmocka_unit_test(who_decides_without_knowing_what_was_decided_is_told),
		cmocka_unit_test(a_restarted_node_keeps_its_promise_and_asks_what_it_missed),
		cmocka_unit_test(there_is_no_ballot_above_the_highest),
		cmocka_unit_test(too_many_values_are_refused_one_by_one),
		cmocka_unit_test(a_second_decision_for_a_slot_is_reported_not_believed),
		cmocka_unit_test(equal_states_and_inputs_give_equal_states),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
