/* Each invariant is broken once on purpose: a judge that never objects proves nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/core/invariants.h"
#include "proto/core/paxos_state.h"

#define A ((value_ref)2)
#define B ((value_ref)3)

static const struct invariants_config three = {
	.nodes = 3, .quorum = 2, .slots = 16, .ballots = 64, .values = 8};
/* Node 4 lies. */
static const struct invariants_config four = {
	.nodes = 4,
	.quorum = 3,
	.slots = 16,
	.ballots = 64,
	.values = 8,
	.liars = 1 << 3,
	.policy = DEFENCE_SIGN | DEFENCE_QUORUM | DEFENCE_ECHO | DEFENCE_JUSTIFY | DEFENCE_CERT,
};
static const struct ballot b1 = {1, 1};
static const struct ballot b2 = {2, 2};
static const struct ballot b4 = {1, 4}; /* the liar's, between the two */

static struct invariants *judge;
static struct paxos node[5];
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

static void judge_hardened(const struct invariants_config *config)
{
	judge = invariants_init(malloc(invariants_size(config)), config);
	for (node_id id = 1; id <= config->nodes; id++) {
		struct paxos_config node_config =
			paxos_config_default(id, config->nodes, MODE_SINGLE);
		paxos_init(&node[id], &node_config);
	}
}

static int set_up_hardened(void **state)
{
	(void)state;
	judge_hardened(&four);
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

static struct paxos_write echo(slot_number slot, struct ballot ballot, value_ref value)
{
	return (struct paxos_write){
		.kind = WRITE_ECHO, .slot = slot, .ballot = ballot, .value = value};
}

/* The same with so many different proofs. */
static struct paxos_write proven(struct paxos_write write, unsigned proofs)
{
	static const proof_ref all[] = {2, 3, 4};

	write.proofs = (uint8_t)proofs;
	write.proof_list = all;
	return write;
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
	if (write.kind == WRITE_ECHO) {
		node[id].hard[write.slot % SLOTS_OPEN_MAX].echoed_at = write.ballot;
		node[id].hard[write.slot % SLOTS_OPEN_MAX].echoed = write.value;
	}
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
	return invariants_sent(judge, from, &message);
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
	assert_int_equal(does(1, promise(b2)), INVARIANT_NONE);
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

/* Others may be far ahead of a node that is back. */
static void a_node_that_is_back_has_nothing_to_show_above_its_window(void **state)
{
	struct invariants_config config = three;

	(void)state;
	config.slots = 2 * SLOTS_OPEN_MAX;
	tear_down(NULL);
	judge_hardened(&config);
	invariants_proposed(judge, A);
	votes(1, 0, b1, A);
	paxos_restore(&node[3], 40, BALLOT_NONE);
	votes(3, SLOTS_OPEN_MAX + 6, b1, A);
	assert_int_equal(invariants_back(judge, &node[1]), INVARIANT_NONE);
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

#define PROVEN DEFENCE_CERT

static void begin_under(policy_id policy, bool changes)
{
	struct invariants_config config = three;

	config.policy = policy;
	config.policy_changes = changes;
	tear_down(NULL);
	judge_hardened(&config);
	invariants_proposed(judge, A);
}

/* n1 takes a value for chosen without what proves it, though a quorum has voted for it. */
static enum invariant takes_without_proof(slot_number slot)
{
	votes(1, slot, b1, A);
	votes(2, slot, b1, A);
	return does(1, chosen(slot, b1, A));
}

static void each_slot_is_judged_by_its_own_policy(void **state)
{
	(void)state;
	for (slot_number slot = 2; slot <= 9; slot++) {
		begin_under(POLICY_NONE, false);
		invariants_policy(judge, 4, PROVEN);
		invariants_policy(judge, 7, POLICY_NONE);
		assert_int_equal(takes_without_proof(slot),
				 slot >= 4 && slot < 7 ? INVARIANT_CHOSEN_PROVEN : INVARIANT_NONE);
	}
	/* a line that comes later takes the place of those behind it */
	begin_under(POLICY_NONE, false);
	invariants_policy(judge, 4, PROVEN);
	invariants_policy(judge, 4, POLICY_NONE);
	assert_int_equal(takes_without_proof(4), INVARIANT_NONE);
	begin_under(PROVEN, false);
	invariants_policy(judge, 4, PROVEN); /* the same goes on */
	invariants_policy(judge, 0, POLICY_NONE);
	assert_int_equal(takes_without_proof(5), INVARIANT_NONE);
}

static void a_node_that_has_not_heard_of_a_policy_is_judged_by_its_own(void **state)
{
	(void)state;
	for (unsigned heard = 0; heard < 2; heard++) {
		begin_under(PROVEN, true);
		node[1].line[0] = (struct policy_line){0, heard != 0 ? PROVEN : POLICY_NONE};
		assert_int_equal(takes_without_proof(0),
				 heard != 0 ? INVARIANT_CHOSEN_PROVEN : INVARIANT_NONE);
		begin_under(POLICY_NONE, true);
		node[1].line[0] = (struct policy_line){0, heard != 0 ? PROVEN : POLICY_NONE};
		assert_int_equal(takes_without_proof(0),
				 heard != 0 ? INVARIANT_CHOSEN_PROVEN : INVARIANT_NONE);
	}
}

/* What comes later is not judged, and not written either. */
static void assert_chooses_no_more(enum invariant broken)
{
	for (node_id id = 1; id <= 3; id++)
		assert_int_equal(durably(id, vote(2, b1, A)), broken);
	assert_int_equal(invariants_chosen(judge, 2), VALUE_NONE);
	assert_int_equal(invariants_broken(judge), broken);
}

static void a_history_without_room_says_so(void **state)
{
	(void)state;
	durably(1, promise(b1));
	does(1, vote(16, b1, A));
	assert_true(invariants_is_full(judge));
	assert_chooses_no_more(INVARIANT_NONE);
}

static void nothing_is_written_into_a_broken_history(void **state)
{
	(void)state;
	durably(1, promise(b1));
	assert_int_equal(does(1, vote(0, b1, (value_ref)7)), INVARIANT_VALIDITY);
	assert_chooses_no_more(INVARIANT_VALIDITY);
}

/* The honest ones promise a ballot, and its owner asks for a value. */
static void asks(struct ballot ballot, value_ref value)
{
	const struct message accept = {.type = MSG_ACCEPT, .ballot = ballot, .value = value};

	for (node_id id = 1; id <= 3; id++) {
		const struct paxos_slot *s = &node[id].open[0];
		const struct claim claim = {.ballot = s->voted_at, .value = s->voted};
		const struct message promised = {.type = MSG_PROMISE,
						 .ballot = ballot,
						 .claims = s->voted != VALUE_NONE,
						 .claim = &claim};

		assert_int_equal(durably(id, promise(ballot)), INVARIANT_NONE);
		if (id != ballot.node)
			assert_int_equal(sends(id, promised), INVARIANT_NONE);
	}
	assert_int_equal(sends(ballot.node, accept), INVARIANT_NONE);
}

static void echoes(node_id id, struct ballot ballot, value_ref value)
{
	const struct message m = {.type = MSG_ECHO, .ballot = ballot, .value = value};

	assert_int_equal(durably(id, echo(0, ballot, value)), INVARIANT_NONE);
	assert_int_equal(sends(id, m), INVARIANT_NONE);
}

static void votes_proven(node_id id, struct ballot ballot, value_ref value)
{
	assert_int_equal(durably(id, proven(vote(0, ballot, value), 3)), INVARIANT_NONE);
}

static void a_hardened_round_breaks_nothing(void **state)
{
	(void)state;
	asks(b1, A);
	for (node_id id = 1; id <= 3; id++)
		echoes(id, b1, A);
	for (node_id id = 1; id <= 3; id++)
		votes_proven(id, b1, A);
	assert_int_equal(durably(2, proven(chosen(0, b1, A), 3)), INVARIANT_NONE);
	assert_int_equal(invariants_chosen(judge, 0), A);
	asks(b2, A);
	assert_string_equal(invariants_why(judge), "");
}

static void a_second_echo_in_a_ballot_breaks_one_echo(void **state)
{
	(void)state;
	asks(b4, A);
	echoes(1, b4, A);
	assert_int_equal(does(1, echo(0, b4, B)), INVARIANT_ONE_ECHO);
}

static void a_second_echo_that_is_only_sent_breaks_one_echo(void **state)
{
	(void)state;
	asks(b4, A);
	echoes(1, b4, A);
	assert_int_equal(sends(1, (struct message){.type = MSG_ECHO, .ballot = b4, .value = B}),
			 INVARIANT_ONE_ECHO);
}

static void a_second_echo_after_a_crash_breaks_one_echo(void **state)
{
	(void)state;
	asks(b4, A);
	echoes(1, b4, A);
	assert_int_equal(invariants_durable(judge, 1,
					    &(struct paxos_write){
						    .kind = WRITE_ECHO, .ballot = b4, .value = B}),
			 INVARIANT_ONE_ECHO);
}

static void an_echo_that_changes_without_a_word_breaks_one_echo(void **state)
{
	const struct message heard = {.type = MSG_SYNC, .slot = 0};
	const struct paxos_input in = {.kind = INPUT_MESSAGE, .message = &heard};

	(void)state;
	asks(b4, A);
	echoes(1, b4, A);
	node[1].hard[0].echoed = B;
	out.writes = 0;
	assert_int_equal(invariants_step(judge, &node[1], &in, &out), INVARIANT_ONE_ECHO);
}

static void an_echo_below_the_promise_breaks_echo_promised(void **state)
{
	(void)state;
	asks(b4, A);
	durably(1, promise(b2));
	assert_int_equal(does(1, echo(0, b4, A)), INVARIANT_ECHO_PROMISED);
}

static void an_echo_that_is_not_on_the_disk_must_not_be_told(void **state)
{
	(void)state;
	asks(b4, A);
	does(1, echo(0, b4, A));
	assert_int_equal(sends(1, (struct message){.type = MSG_ECHO, .ballot = b4, .value = A}),
			 INVARIANT_PERSIST);
}

static void a_node_that_forgot_an_echo_breaks_persist(void **state)
{
	(void)state;
	asks(b4, A);
	echoes(1, b4, A);
	node[1].hard[0] = (struct paxos_hard){.certs = 0};
	assert_int_equal(invariants_back(judge, &node[1]), INVARIANT_PERSIST);
}

static void a_promise_that_is_not_on_the_disk_must_not_be_shown_by_a_refusal(void **state)
{
	(void)state;
	does(1, promise(b2));
	assert_int_equal(sends(1, (struct message){.type = MSG_NACK, .promised = b2}),
			 INVARIANT_PERSIST);
}

static void an_invented_vote_breaks_truth(void **state)
{
	const struct claim claim = {.slot = 0, .ballot = b1, .value = A};
	const struct message m = {.type = MSG_PROMISE, .ballot = b2, .claims = 1, .claim = &claim};

	(void)state;
	durably(1, promise(b2));
	assert_int_equal(sends(1, m), INVARIANT_TRUTH);
}

static void a_commit_of_what_one_does_not_know_breaks_truth_among_liars(void **state)
{
	(void)state;
	assert_int_equal(sends(1, (struct message){.type = MSG_COMMIT, .ballot = b1, .value = A}),
			 INVARIANT_TRUTH);
}

static void a_word_for_what_an_honest_owner_did_not_propose_breaks_owned(void **state)
{
	(void)state;
	asks(b1, A);
	assert_int_equal(does(2, echo(0, b1, B)), INVARIANT_OWNED);
}

static void a_liars_ballot_is_owned_by_whatever_it_says(void **state)
{
	(void)state;
	asks(b4, A);
	assert_int_equal(does(2, echo(0, b4, B)), INVARIANT_NONE);
}

static void an_echo_in_a_ballot_that_few_promised_breaks_justified(void **state)
{
	(void)state;
	durably(1, promise(b4));
	assert_int_equal(sends(1, (struct message){.type = MSG_PROMISE, .ballot = b4}), 0);
	/* One honest promise and the liar's are no quorum of three. */
	assert_int_equal(does(1, echo(0, b4, A)), INVARIANT_JUSTIFIED);
}

static void a_vote_on_too_few_echoes_breaks_vote_echoed(void **state)
{
	(void)state;
	/* the owner's Accept and the liar's Echo are no quorum of three */
	asks(b1, A);
	assert_int_equal(does(2, proven(vote(0, b1, A), 3)), INVARIANT_VOTE_ECHOED);
}

static void the_owner_s_accept_is_one_of_the_echoes(void **state)
{
	(void)state;
	asks(b1, A);
	echoes(2, b1, A);
	assert_int_equal(does(2, proven(vote(0, b1, A), 3)), INVARIANT_NONE);
}

static void a_vote_without_its_echoes_breaks_vote_proven(void **state)
{
	(void)state;
	asks(b1, A);
	echoes(1, b1, A);
	echoes(2, b1, A);
	assert_int_equal(does(2, proven(vote(0, b1, A), 2)), INVARIANT_VOTE_PROVEN);
}

static void a_decision_without_its_votes_breaks_chosen_proven(void **state)
{
	static const proof_ref twice[] = {2, 3, 3};
	struct paxos_write write = chosen(0, b1, A);

	(void)state;
	asks(b1, A);
	for (node_id id = 1; id <= 2; id++)
		echoes(id, b1, A);
	for (node_id id = 1; id <= 2; id++)
		votes_proven(id, b1, A);
	write.proofs = 3;
	write.proof_list = twice;
	assert_int_equal(does(3, write), INVARIANT_CHOSEN_PROVEN);
}

static void another_value_above_one_that_can_be_chosen_breaks_safe_value(void **state)
{
	(void)state;
	asks(b1, A);
	echoes(1, b1, A);
	echoes(2, b1, A);
	votes_proven(1, b1, A);
	votes_proven(2, b1, A);
	asks(b2, B);
	assert_int_equal(does(3, echo(0, b2, B)), INVARIANT_SAFE_VALUE);
}

static void a_late_vote_below_another_echo_breaks_safe_value(void **state)
{
	(void)state;
	asks(b1, A);
	echoes(1, b1, A);
	echoes(2, b1, A);
	votes_proven(1, b1, A);
	asks(b2, B);
	echoes(3, b2, B);
	const struct paxos_write late = vote(0, b1, A);
	assert_int_equal(invariants_durable(judge, 2, &late), INVARIANT_SAFE_VALUE);
}

static void what_liars_say_counts_as_their_votes(void **state)
{
	const struct message claims[] = {
		{.type = MSG_ACCEPTED, .from = 4, .ballot = b1, .value = A},
		{.type = MSG_ACCEPTED, .from = 4, .ballot = b4, .value = B},
	};

	(void)state;
	free(judge);
	/* A majority of three with one liar: nothing is safe, and a double voter breaks it. */
	const struct invariants_config weak = {
		.nodes = 4, .quorum = 2, .slots = 16, .ballots = 64, .values = 8, .liars = 1 << 3};
	judge_hardened(&weak);
	votes(1, 0, b1, A);
	votes(2, 0, b4, B);
	assert_int_equal(invariants_sent(judge, 4, &claims[0]), INVARIANT_NONE);
	assert_int_equal(invariants_sent(judge, 4, &claims[1]), INVARIANT_AGREEMENT);
}

/* The liar voted for A towards node 1 only, and the votes that all can hear are for B. */
static void the_sentence_names_the_other_value(void **state)
{
	const struct message claim = {.type = MSG_ACCEPTED, .from = 4, .ballot = b4, .value = B};
	const struct invariants_config weak = {
		.nodes = 4, .quorum = 2, .slots = 16, .ballots = 64, .values = 8, .liars = 1 << 3};

	(void)state;
	free(judge);
	judge_hardened(&weak);
	votes(1, 0, b4, A);
	votes(2, 0, b4, B);
	assert_int_equal(durably(1, chosen(0, b4, A)), INVARIANT_NONE);
	assert_int_equal(invariants_sent(judge, 4, &claim), INVARIANT_NONE);
	assert_int_equal(durably(2, chosen(0, b4, B)), INVARIANT_AGREEMENT);
	assert_non_null(strstr(invariants_why(judge), "value 3, against 2: it must be"));
}

static void nobody_votes_in_the_name_of_the_honest(void **state)
{
	const struct message forged = {.type = MSG_ACCEPTED, .from = 3, .ballot = b4, .value = B};

	(void)state;
	assert_int_equal(invariants_sent(judge, 4, &forged), INVARIANT_NONE);
	assert_int_equal(invariants_chosen(judge, 0), VALUE_NONE);
}

/* Liars agree on everything, but each has its own key. */
static void a_liar_signs_no_vote_of_another_liar(void **state)
{
	const struct invariants_config two = {.nodes = 4,
					      .quorum = 3,
					      .slots = 16,
					      .ballots = 64,
					      .values = 8,
					      .liars = 3 << 2,
					      .policy = DEFENCE_SIGN};
	const struct message claim = {.type = MSG_ACCEPTED, .from = 3, .ballot = b4, .value = A};

	(void)state;
	free(judge);
	judge_hardened(&two);
	votes(1, 0, b4, A);
	votes(2, 0, b4, A);
	assert_int_equal(invariants_sent(judge, 4, &claim), INVARIANT_NONE);
	assert_int_equal(invariants_chosen(judge, 0), VALUE_NONE);
	assert_int_equal(invariants_sent(judge, 3, &claim), INVARIANT_NONE);
	assert_int_equal(invariants_chosen(judge, 0), A);
}

static void a_liar_may_do_what_it_likes(void **state)
{
	(void)state;
	assert_int_equal(does(4, promise(b2)), INVARIANT_NONE);
	assert_int_equal(durably(4, vote(0, b1, A)), INVARIANT_NONE);
	assert_int_equal(durably(4, vote(0, b1, B)), INVARIANT_NONE);
	assert_int_equal(invariants_back(judge, &node[4]), INVARIANT_NONE);
}

/* How many rows of the table hold against so few liars, as the table itself says. */
enum against { NO_LIARS, FEW_LIARS, ANY_LIARS };
static unsigned rows_against(enum against least, policy_id policy)
{
	unsigned count = 0;

#define INVARIANT(name, text, under, against, changes, words)                                      \
	count += (against) >= least && ((under) & ~policy) == 0;
#include "proto/core/invariants.def"
#undef INVARIANT
	return count;
}

static void rows_hold_only_where_the_defences_promise_them(void **state)
{
	struct invariants_config config = four;

	(void)state;
	config.liars = 0;
	assert_int_equal(invariants_judged(&config), INVARIANTS - 1);
	config.liars = 1 << 3; /* which proposes anything */
	assert_int_equal(invariants_judged(&config), rows_against(FEW_LIARS, config.policy));
	config.liars = 3 << 2; /* two are too many */
	assert_int_equal(invariants_judged(&config), rows_against(ANY_LIARS, config.policy));
	config.policy = POLICY_NONE;
	config.liars = 0;
	assert_int_equal(invariants_judged(&config), rows_against(NO_LIARS, POLICY_NONE));
	/* these are rows that differ */
	assert_true(rows_against(NO_LIARS, four.policy) > rows_against(FEW_LIARS, four.policy));
	assert_true(rows_against(FEW_LIARS, four.policy) > rows_against(ANY_LIARS, four.policy));
	assert_true(rows_against(NO_LIARS, four.policy) > rows_against(NO_LIARS, POLICY_NONE));
}

/* The node has counted the chain over slot 0, or was brought over it by that chain. */
static enum invariant counts(node_id id, value_ref chain)
{
	const struct paxos_input in = {.kind = INPUT_CHAIN, .slot = 0, .value = chain};

	node[id].base = 1;
	node[id].open[0] = (struct paxos_slot){.slot = SLOTS_OPEN_MAX};
	out.writes = 0;
	return invariants_step(judge, &node[id], &in, &out);
}

static enum invariant is_brought(node_id id, value_ref chain)
{
	const struct message m = {.type = MSG_SUMMARY, .from = 1, .value = chain};
	const struct paxos_input in = {.kind = INPUT_MESSAGE, .message = &m};

	paxos_restore(&node[id], 1, node[id].promised);
	paxos_restore_low(&node[id], 1, chain, PROOF_NONE);
	out.writes = 0;
	return invariants_step(judge, &node[id], &in, &out);
}

static const struct paxos_write summed = {.kind = WRITE_SUMMARY, .slot = 0, .value = A};

static void two_chains_over_the_same_slots_break_one_chain(void **state)
{
	(void)state;
	assert_int_equal(counts(1, A), INVARIANT_NONE);
	assert_int_equal(counts(2, B), INVARIANT_NONE); /* nothing was stored or told */
	assert_int_equal(invariants_durable(judge, 1, &summed), INVARIANT_NONE);
	assert_int_equal(counts(3, A), INVARIANT_NONE);
	assert_int_equal(counts(2, B), INVARIANT_ONE_CHAIN);
}

/* Only where every decision is proven, and liars are few, under one policy from the start. */
static void chains_that_liars_may_tell_bind_nobody(void **state)
{
	(void)state;
	for (unsigned how = 0; how < 4; how++) {
		struct invariants_config config = four;

		config.policy ^= how == 1 ? DEFENCE_CERT : 0;
		config.liars |= how == 2 ? 1 << 2 : 0;
		tear_down(NULL);
		judge_hardened(&config);
		if (how == 3)
			invariants_policy(judge, 9, DEFENCE_SIGN);
		assert_int_equal(counts(1, A), INVARIANT_NONE);
		assert_int_equal(invariants_durable(judge, 1, &summed), INVARIANT_NONE);
		assert_int_equal(counts(2, A), INVARIANT_NONE);
		assert_int_equal(counts(2, B), how == 0 ? INVARIANT_ONE_CHAIN : INVARIANT_NONE);
		if (how != 0)
			assert_int_equal(is_brought(2, B), INVARIANT_NONE);
	}
}

static void a_chain_that_nobody_counted_brings_nobody_over_slots(void **state)
{
	(void)state;
	assert_int_equal(is_brought(2, A), INVARIANT_ONE_CHAIN);
	tear_down(NULL);
	set_up(NULL);
	assert_int_equal(counts(1, A), INVARIANT_NONE);
	assert_int_equal(invariants_durable(judge, 1, &summed), INVARIANT_NONE);
	assert_int_equal(is_brought(2, A), INVARIANT_NONE);
	assert_int_equal(is_brought(3, B), INVARIANT_ONE_CHAIN);
}

static void a_promise_that_is_forgotten_on_the_way_breaks_monotone(void **state)
{
	(void)state;
	assert_int_equal(counts(1, A), INVARIANT_NONE);
	assert_int_equal(invariants_durable(judge, 1, &summed), INVARIANT_NONE);
	assert_int_equal(durably(2, promise(b2)), INVARIANT_NONE);
	node[2].promised = BALLOT_NONE;
	assert_int_equal(is_brought(2, A), INVARIANT_MONOTONE);
}

static void a_slot_that_is_let_go_above_the_base_breaks_kept(void **state)
{
	const struct paxos_input in = {.kind = INPUT_TIMER};

	(void)state;
	out.writes = 0;
	node[1].base = node[1].low = node[1].low_summary.end = 0;
	assert_int_equal(invariants_step(judge, &node[1], &in, &out), INVARIANT_NONE);
	assert_int_equal(counts(1, A), INVARIANT_NONE);
	node[1].low = node[1].low_summary.end = 1;
	assert_int_equal(invariants_step(judge, &node[1], &in, &out), INVARIANT_NONE);
	node[1].low_summary.end = 0; /* and the chain must be at hand */
	assert_int_equal(invariants_step(judge, &node[1], &in, &out), INVARIANT_KEPT);
	tear_down(NULL);
	set_up(NULL);
	node[1].low = node[1].low_summary.end = 3;
	assert_int_equal(invariants_back(judge, &node[1]), INVARIANT_KEPT);
}

static void a_summary_of_what_one_does_not_know_breaks_truth(void **state)
{
	const struct message summary = {
		.type = MSG_SUMMARY, .to = set_of(2), .slot = 0, .value = A};

	(void)state;
	assert_int_equal(sends(1, summary), INVARIANT_TRUTH);
	tear_down(NULL);
	set_up(NULL);
	assert_int_equal(counts(1, A), INVARIANT_NONE);
	assert_int_equal(sends(1, summary), INVARIANT_NONE);
	assert_int_equal(counts(2, A), INVARIANT_NONE);
	assert_int_equal(sends(2, (struct message){.type = MSG_SUMMARY, .to = 1, .value = B}),
			 INVARIANT_TRUTH);
}

#define HARDENED(name) cmocka_unit_test_setup_teardown(name, set_up_hardened, tear_down)
#define BREAKS(name)   cmocka_unit_test_setup_teardown(name, set_up, tear_down)

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
		BREAKS(a_node_that_is_back_has_nothing_to_show_above_its_window),
		BREAKS(a_node_that_forgot_a_promise_breaks_monotone),
		BREAKS(a_hidden_vote_breaks_truth),
		BREAKS(a_commit_before_a_quorum_breaks_truth),
		BREAKS(two_chains_over_the_same_slots_break_one_chain),
		BREAKS(a_chain_that_nobody_counted_brings_nobody_over_slots),
		BREAKS(a_promise_that_is_forgotten_on_the_way_breaks_monotone),
		BREAKS(a_slot_that_is_let_go_above_the_base_breaks_kept),
		BREAKS(a_summary_of_what_one_does_not_know_breaks_truth),
		BREAKS(a_history_without_room_says_so),
		BREAKS(nothing_is_written_into_a_broken_history),
		BREAKS(each_slot_is_judged_by_its_own_policy),
		BREAKS(a_node_that_has_not_heard_of_a_policy_is_judged_by_its_own),
		HARDENED(chains_that_liars_may_tell_bind_nobody),
		HARDENED(a_hardened_round_breaks_nothing),
		HARDENED(a_second_echo_in_a_ballot_breaks_one_echo),
		HARDENED(a_second_echo_that_is_only_sent_breaks_one_echo),
		HARDENED(a_second_echo_after_a_crash_breaks_one_echo),
		HARDENED(an_echo_that_changes_without_a_word_breaks_one_echo),
		HARDENED(an_echo_below_the_promise_breaks_echo_promised),
		HARDENED(an_echo_that_is_not_on_the_disk_must_not_be_told),
		HARDENED(a_node_that_forgot_an_echo_breaks_persist),
		HARDENED(a_promise_that_is_not_on_the_disk_must_not_be_shown_by_a_refusal),
		HARDENED(an_invented_vote_breaks_truth),
		HARDENED(a_commit_of_what_one_does_not_know_breaks_truth_among_liars),
		HARDENED(a_word_for_what_an_honest_owner_did_not_propose_breaks_owned),
		HARDENED(a_liars_ballot_is_owned_by_whatever_it_says),
		HARDENED(an_echo_in_a_ballot_that_few_promised_breaks_justified),
		HARDENED(a_vote_on_too_few_echoes_breaks_vote_echoed),
		HARDENED(the_owner_s_accept_is_one_of_the_echoes),
		HARDENED(a_vote_without_its_echoes_breaks_vote_proven),
		HARDENED(a_decision_without_its_votes_breaks_chosen_proven),
		HARDENED(another_value_above_one_that_can_be_chosen_breaks_safe_value),
		HARDENED(a_late_vote_below_another_echo_breaks_safe_value),
		HARDENED(what_liars_say_counts_as_their_votes),
		HARDENED(the_sentence_names_the_other_value),
		HARDENED(nobody_votes_in_the_name_of_the_honest),
		HARDENED(a_liar_signs_no_vote_of_another_liar),
		HARDENED(a_liar_may_do_what_it_likes),
		HARDENED(rows_hold_only_where_the_defences_promise_them),
	};

	return cmocka_run_group_tests_name("invariants", tests, NULL, NULL);
}
