/* A log whose slots are not all kept, one node at a time: when slots are let go, whom a learner
 * believes that lacks them, and what it keeps of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/lone_node.h"

#define A       ((value_ref)2)
#define D       ((value_ref)5)
#define CHAIN   ((value_ref)8)
#define OTHER   ((value_ref)9)
#define CERT    "sign+quorum+cert"
#define ENOUGH  3 /* of 4 nodes */
#define PROOF_1 ((proof_ref)101)

static void keep(slot_number slots)
{
	p.config.keep = slots;
}

/* n1 tells every decision below `end`, one after the other; under `cert` with a quorum's words. */
static void learn(slot_number end)
{
	for (slot_number slot = p.base; slot < end; slot++) {
		struct message word[ENOUGH];

		for (unsigned i = 0; i < ENOUGH; i++)
			word[i] = (struct message){.type = MSG_ACCEPTED,
						   .from = (node_id)(i + 1),
						   .ballot = at(1, 1),
						   .slot = slot,
						   .value = D,
						   .proof = 200 + i};
		hear(&(struct message){.type = MSG_COMMIT,
				       .from = 1,
				       .ballot = at(1, 1),
				       .slot = slot,
				       .low = slot + 1,
				       .value = D,
				       .told = ENOUGH,
				       .tell = word});
	}
	assert_int_equal(p.base, end);
}

static void count(slot_number end, value_ref chain)
{
	give((struct paxos_input){.kind = INPUT_CHAIN, .slot = end - 1, .value = chain});
}

/* A summary of the slots below `end` by `from`, with the same words of `others`. */
static void summary(node_id from, slot_number end, value_ref chain, node_set others)
{
	struct message word[NODES_MAX];
	uint16_t words = 0;

	for (node_set left = others; left != 0; left &= left - 1)
		word[words++] = (struct message){.type = MSG_SUMMARY,
						 .from = set_lowest(left),
						 .slot = end - 1,
						 .value = chain,
						 .proof = PROOF_1 + set_lowest(left)};
	hear(&(struct message){.type = MSG_SUMMARY,
			       .from = from,
			       .slot = end - 1,
			       .value = chain,
			       .proof = p.line[0].policy == 0 ? PROOF_NONE : PROOF_1 + from,
			       .told = words,
			       .tell = word});
}

static void ask(node_id from, slot_number slot)
{
	p.now += 1000000;
	hear(&(struct message){.type = MSG_SYNC, .from = from, .slot = slot, .ask = set_of(SELF)});
}

static const struct paxos_write *written(unsigned kind)
{
	for (unsigned i = 0; i < out.writes; i++)
		if (out.write[i].kind == kind)
			return &out.write[i];
	return NULL;
}

static void the_log_is_summarized_four_to_eight_times_in_what_is_kept(void **state)
{
	static const slot_number keeps[][2] = {
		{1, 1}, {7, 1}, {8, 2}, {15, 2}, {16, 4}, {1000, 128}, {1000000000, 134217728}};

	(void)state;
	begin(3, MODE_SINGLE, "none");
	assert_int_equal(paxos_interval(&p), 0);
	for (unsigned i = 0; i < sizeof keeps / sizeof keeps[0]; i++) {
		keep(keeps[i][0]);
		assert_int_equal(paxos_interval(&p), keeps[i][1]);
	}
}

static void slots_are_let_go_when_enough_others_are_kept(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	keep(8);
	for (slot_number end = 2; end < 10; end += 2) {
		learn(end);
		count(end, CHAIN + (value_ref)end);
		assert_int_equal(event_of(EVENT_SUMMARIZED)->slot, end - 1);
		assert_int_equal(written(WRITE_SUMMARY)->value, CHAIN + end);
		assert_null(written(WRITE_LOW));
	}
	learn(10);
	count(10, CHAIN + 10);
	assert_int_equal(written(WRITE_LOW)->slot, 2);
	assert_int_equal(event_of(EVENT_LET_GO)->slot, 1);
	assert_int_equal(paxos_low(&p), 2);
	assert_int_equal(p.low_summary.chain, CHAIN + 2);
	assert_false(out.must_sync);
}

static void what_is_not_closed_is_not_summarized(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	keep(8);
	learn(3);
	count(4, CHAIN);
	assert_int_equal(told(EVENT_SUMMARIZED), 0);
	count(3, CHAIN); /* no place where the log is summarized */
	assert_int_equal(told(EVENT_SUMMARIZED), 0);
	assert_int_equal(out.writes, 0);
}

static void who_asks_for_slots_that_are_gone_is_told_their_summary(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	keep(8);
	for (slot_number end = 2; end <= 12; end += 2) {
		learn(end);
		count(end, CHAIN + (value_ref)end);
	}
	assert_int_equal(paxos_low(&p), 4);
	ask(3, 1);
	assert_int_equal(sent(MSG_SUMMARY)->to, set_of(3));
	assert_int_equal(sent(MSG_SUMMARY)->slot, 3);
	assert_int_equal(sent(MSG_SUMMARY)->value, CHAIN + 4);
	assert_int_equal(out.log_from, 4);
	assert_int_equal(out.log_count, 8);
	ask(1, 4);
	assert_null(sent(MSG_SUMMARY));
	assert_int_equal(out.log_from, 4);
}

static void a_learner_is_brought_over_slots_and_forgets_no_promise(void **state)
{
	(void)state;
	begin(3, MODE_MULTI, "none");
	keep(8);
	hear(&(struct message){.type = MSG_PREPARE, .from = 3, .ballot = at(7, 3)});
	hear(&(struct message){
		.type = MSG_ACCEPT, .from = 3, .ballot = at(7, 3), .slot = 1, .value = A});
	hear(&(struct message){
		.type = MSG_ACCEPT, .from = 3, .ballot = at(7, 3), .slot = 20, .value = A});
	assert_int_equal(p.unresolved, 2);
	summary(1, 16, CHAIN, 0);
	assert_int_equal(p.base, 16);
	assert_int_equal(paxos_low(&p), 16);
	assert_int_equal(p.promised.round, 7);
	assert_int_equal(p.unresolved, 1);
	assert_int_equal(paxos_slot(&p, 20)->voted, A);
	assert_int_equal(paxos_slot(&p, 16 + SLOTS_OPEN_MAX - 1)->slot, 16 + SLOTS_OPEN_MAX - 1);
	/* of slots that come into sight nothing is known */
	for (slot_number slot = SLOTS_OPEN_MAX; slot < 16 + SLOTS_OPEN_MAX; slot++) {
		assert_int_equal(p.hard[slot % SLOTS_OPEN_MAX].certs, 0);
		assert_int_equal(paxos_slot(&p, slot)->voted, VALUE_NONE);
	}
	assert_true(out.must_sync);
	assert_int_equal(written(WRITE_SUMMARY)->slot, 15);
	assert_int_equal(written(WRITE_SUMMARY)->value, CHAIN);
	assert_int_equal(p.low_summary.chain, CHAIN);
	assert_int_equal(written(WRITE_LOW)->slot, 16);
	assert_int_equal(event_of(EVENT_BROUGHT)->slot, 15);
	assert_int_equal(event_of(EVENT_BROUGHT)->value, CHAIN);
	assert_int_equal(event_of(EVENT_BROUGHT)->peer, 1);
	/* A lower ballot is refused as before, and below nothing is voted for. */
	hear(&(struct message){.type = MSG_PREPARE, .from = 1, .ballot = at(6, 1)});
	assert_non_null(sent(MSG_NACK));
	hear(&(struct message){
		.type = MSG_ACCEPT, .from = 1, .ballot = at(8, 1), .slot = 1, .value = D});
	assert_int_equal(told(EVENT_ACCEPTED), 0);
	assert_int_equal(sent(MSG_SUMMARY)->to, set_of(1));
}

/* One slot more than the learner knows is enough to be brought over. */
static void a_summary_brings_a_learner_over_a_single_slot(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	keep(8);
	learn(7);
	summary(1, 7, OTHER, 0);
	assert_int_equal(p.base, 7);
	assert_int_equal(told(EVENT_BROUGHT), 0);
	summary(1, 8, CHAIN, 0);
	assert_int_equal(p.base, 8);
	assert_int_equal(told(EVENT_BROUGHT), 1);
}

static void a_summary_of_what_is_known_changes_nothing(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	keep(8);
	learn(10);
	summary(1, 10, OTHER, 0);
	assert_int_equal(p.base, 10);
	assert_int_equal(paxos_low(&p), 0);
	assert_int_equal(out.writes, 0);
}

static void decisions_above_are_kept_and_the_log_goes_on(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	keep(8);
	for (slot_number slot = 4; slot < 6; slot++)
		hear(&(struct message){.type = MSG_COMMIT,
				       .from = 1,
				       .ballot = at(1, 1),
				       .slot = slot,
				       .low = 6,
				       .value = D});
	summary(1, 4, CHAIN, 0);
	assert_int_equal(p.base, 6);
	assert_int_equal(paxos_low(&p), 4);
	assert_int_equal(p.unresolved, 0);
}

/* Its slot is gone while it prepares there; a value that is bound to no slot is proposed above. */
static void a_proposer_that_is_brought_over_its_slot_goes_on_above(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	keep(8);
	propose(A);
	propose(D);
	assert_int_equal(p.role, ROLE_PREPARING);
	summary(1, 16, CHAIN, 0);
	assert_int_equal(p.base, 16);
	assert_non_null(sent(MSG_PREPARE));
	assert_int_equal(sent(MSG_PREPARE)->slot, 16);
}

static void a_value_bound_to_a_slot_that_is_gone_is_given_up_and_said_so(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	keep(8);
	propose(A);
	hear(&(struct message){.type = MSG_PROMISE, .from = 1, .ballot = p.ballot});
	assert_int_equal(p.role, ROLE_LEADING);
	summary(1, 4, CHAIN, 0);
	assert_int_equal(event_of(EVENT_LOST)->because, BECAUSE_SKIPPED);
	assert_int_equal(event_of(EVENT_LOST)->value, A);
	assert_int_equal(event_of(EVENT_LOST)->slot, 0);
	assert_int_equal(p.pending_count, 0);
	assert_int_equal(p.role, ROLE_IDLE);
	propose(D);
	assert_int_equal(sent(MSG_PREPARE)->slot, 4);
}

static void nonsense_is_refused(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	keep(8);
	summary(1, UINT64_MAX - 70, CHAIN, 0);
	assert_int_equal(p.base, 0);
	assert_int_equal(told(EVENT_REFUSED), 1);
	summary(1, LOG_SLOTS_MAX, CHAIN, 0);
	assert_int_equal(p.base, LOG_SLOTS_MAX);
}

static void under_cert_only_a_quorum_of_the_same_words_brings_a_learner_over(void **state)
{
	(void)state;
	begin(4, MODE_SINGLE, CERT);
	keep(8);
	summary(1, 16, CHAIN, 0); /* a word alone */
	assert_int_equal(p.base, 0);
	assert_int_equal(told(EVENT_REFUSED), 0);
	summary(1, 16, CHAIN, set_of(1) | set_of(3));
	assert_int_equal(p.base, 0);
	assert_int_equal(event_of(EVENT_REFUSED)->why, REFUSE_UNJUSTIFIED);
	summary(1, 16, CHAIN, set_of(3) | set_of(4));
	assert_int_equal(p.base, 16);
}

static void under_cert_words_for_another_chain_do_not_count(void **state)
{
	struct message word[2] = {{.type = MSG_SUMMARY, .from = 3, .slot = 15, .value = OTHER},
				  {.type = MSG_SUMMARY, .from = 4, .slot = 13, .value = CHAIN}};

	(void)state;
	begin(4, MODE_SINGLE, CERT);
	keep(8);
	word[0].proof = word[1].proof = PROOF_1;
	hear(&(struct message){.type = MSG_SUMMARY,
			       .from = 1,
			       .slot = 15,
			       .value = CHAIN,
			       .proof = PROOF_1,
			       .told = 2,
			       .tell = word});
	assert_int_equal(p.base, 0);
	/* Nor does a word that is not signed, whoever says it. */
	hear(&(struct message){.type = MSG_SUMMARY, .from = 1, .slot = 15, .value = CHAIN});
	assert_int_equal(p.base, 0);
}

static void under_cert_nothing_is_let_go_without_the_words_of_a_quorum(void **state)
{
	(void)state;
	begin(4, MODE_SINGLE, CERT);
	keep(8);
	for (slot_number end = 2; end <= 16; end += 2) {
		learn(end);
		count(end, CHAIN + (value_ref)end);
		assert_int_equal(sent(MSG_SUMMARY)->to, 0xf);
		assert_null(written(WRITE_SUMMARY));
		summary(SELF, end, CHAIN + (value_ref)end, 0);
		summary(1, end, CHAIN + (value_ref)end, 0);
		summary(1, end, CHAIN + (value_ref)end, 0);
		summary(3, end, OTHER, 0);
	}
	assert_int_equal(paxos_low(&p), 0);
	summary(4, 6, CHAIN + 6, 0);
	assert_int_equal(written(WRITE_SUMMARY)->proofs, 3);
	assert_int_equal(written(WRITE_LOW)->slot, 6);
	/* The first word of a node stands: the liar cannot take it back. */
	summary(3, 8, CHAIN + 8, 0);
	assert_int_equal(paxos_low(&p), 6);
	ask(4, 0);
	assert_int_equal(sent(MSG_SUMMARY)->proofs, 3);
}

static void words_of_faster_peers_are_kept_and_far_ones_are_not(void **state)
{
	(void)state;
	begin(4, MODE_SINGLE, CERT);
	keep(8);
	summary(1, 2, CHAIN + 2, 0);
	summary(3, 2, CHAIN + 2, 0);
	summary(4, 1000, OTHER, 0);
	learn(2);
	count(2, CHAIN + 2);
	assert_null(written(WRITE_SUMMARY));
	summary(SELF, 2, CHAIN + 2, 0);
	assert_int_equal(written(WRITE_SUMMARY)->slot, 1);
}

static void where_cert_ended_in_mid_epoch_nothing_more_is_let_go(void **state)
{
	(void)state;
	begin(4, MODE_SINGLE, CERT);
	keep(8);
	assert_true(paxos_set_policy(&p, 3, POLICY_NONE));
	for (slot_number end = 2; end <= 20; end += 2) {
		learn(end);
		count(end, CHAIN);
	}
	assert_int_equal(paxos_low(&p), 0);
	/* And a learner that lacks a slot under cert believes no single node. */
	begin(4, MODE_SINGLE, CERT);
	keep(8);
	assert_true(paxos_set_policy(&p, 3, POLICY_NONE));
	hear(&(struct message){.type = MSG_SUMMARY, .from = 1, .slot = 9, .value = CHAIN});
	assert_int_equal(p.base, 0);
}

static void what_was_stored_is_there_again(void **state)
{
	(void)state;
	begin(3, MODE_SINGLE, "none");
	keep(8);
	paxos_restore(&p, 20, at(3, 1));
	paxos_restore_low(&p, 10, CHAIN, PROOF_NONE);
	paxos_restore_summary(&p, 12, CHAIN + 2, true, PROOF_NONE);
	paxos_restore_summary(&p, 22, OTHER, true, PROOF_NONE); /* above the base: lost with it */
	ask(3, 4);
	assert_int_equal(sent(MSG_SUMMARY)->slot, 9);
	assert_int_equal(out.log_from, 10);
	learn(22);
	count(22, CHAIN + 4);
	assert_int_equal(paxos_low(&p), 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_log_is_summarized_four_to_eight_times_in_what_is_kept),
		cmocka_unit_test(slots_are_let_go_when_enough_others_are_kept),
		cmocka_unit_test(what_is_not_closed_is_not_summarized),
		cmocka_unit_test(who_asks_for_slots_that_are_gone_is_told_their_summary),
		cmocka_unit_test(a_learner_is_brought_over_slots_and_forgets_no_promise),
		cmocka_unit_test(a_summary_brings_a_learner_over_a_single_slot),
		cmocka_unit_test(a_summary_of_what_is_known_changes_nothing),
		cmocka_unit_test(decisions_above_are_kept_and_the_log_goes_on),
		cmocka_unit_test(a_proposer_that_is_brought_over_its_slot_goes_on_above),
		cmocka_unit_test(a_value_bound_to_a_slot_that_is_gone_is_given_up_and_said_so),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(under_cert_only_a_quorum_of_the_same_words_brings_a_learner_over),
		cmocka_unit_test(under_cert_words_for_another_chain_do_not_count),
		cmocka_unit_test(under_cert_nothing_is_let_go_without_the_words_of_a_quorum),
		cmocka_unit_test(words_of_faster_peers_are_kept_and_far_ones_are_not),
		cmocka_unit_test(where_cert_ended_in_mid_epoch_nothing_more_is_let_go),
		cmocka_unit_test(what_was_stored_is_there_again),
	};

	return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
