/* A node that lies to the dashboard: its word against others' words, receipts and its signature. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/fault/attack.h"
#include "proto/model/base/model.h"

#define NODES 4

static struct model *m;
static void *memory;
static uint64_t seq[NODES + 1], number;
static time_us now;
static value_ref a, b;
static const struct ballot low = {1, 1}, high = {2, 3};

static void begin_under(policy_id policy)
{
	const struct cluster_info info = {
		.kind = CLUSTER_LIVE, .nodes = NODES, .quorum = 3, .policy = policy, .epoch = 1};

	model_begin(m, m->values, &info);
	m->clock.num = 1;
	memset(seq, 0, sizeof seq);
	now = 0;
}

static void tell(struct event e)
{
	e.boot = 1;
	e.seq = ++seq[e.node];
	e.at = ++now;
	model_event(m, &e);
}

static void start_all(void)
{
	for (node_id id = 1; id <= NODES; id++)
		tell((struct event){.kind = EVENT_STARTED, .node = id});
	for (node_id id = 1; id <= 2; id++)
		tell((struct event){.kind = EVENT_QUEUED,
				    .node = id,
				    .slot = SLOT_NONE,
				    .value = id == 1 ? a : b,
				    .count = 1});
}

static int set_up(void **state)
{
	(void)state;
	memory = malloc(values_size(256, 16384));
	m = malloc(model_size());
	model_init(m, values_init(memory, 256, 16384), NODES);
	a = values_intern(m->values, (const uint8_t *)"A", 1);
	b = values_intern(m->values, (const uint8_t *)"B", 1);
	begin_under(DEFENCE_SIGN | DEFENCE_CERT);
	start_all();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(m);
	free(memory);
	return 0;
}

static void accepted(node_id node, struct ballot ballot, value_ref value)
{
	tell((struct event){
		.kind = EVENT_ACCEPTED, .node = node, .ballot = ballot, .value = value});
}

static void got_vote(node_id node, node_id from, struct ballot ballot, value_ref value)
{
	tell((struct event){.kind = EVENT_RECEIVED,
			    .node = node,
			    .peer = from,
			    .id = {from, 1, ++number},
			    .type = MSG_ACCEPTED,
			    .ballot = ballot,
			    .value = value});
}

static void chosen(node_id node, struct ballot ballot, value_ref value, enum because because,
		   node_id peer)
{
	tell((struct event){.kind = EVENT_CHOSEN,
			    .node = node,
			    .ballot = ballot,
			    .value = value,
			    .because = because,
			    .peer = peer});
}

/* Everybody has told of later things. */
static void later(void)
{
	now += 200000;
	for (node_id id = 1; id <= NODES; id++)
		tell((struct event){.kind = EVENT_SYNCING, .node = id});
}

static const struct model_vote *vote_of(node_id node)
{
	return &model_slot(m, 0)->vote[node];
}

static void assert_remark(unsigned i, const char *words)
{
	char got[REMARK_WORDS_MAX];

	assert_true(model_remark(m, i, got, sizeof got));
	assert_string_equal(got, words);
}

static void assert_no_remark(void)
{
	char got[REMARK_WORDS_MAX];

	if (model_remark(m, 0, got, sizeof got))
		fail_msg("%s", got);
}

static void a_is_chosen(void)
{
	for (node_id id = 1; id <= 3; id++)
		accepted(id, low, a);
	chosen(1, low, a, BECAUSE_COUNTED, NODE_NONE);
	assert_int_equal(model_slot(m, 0)->decided, a);
}

static void who_says_chosen_what_no_quorum_voted_for_is_not_believed(void **state)
{
	(void)state;
	a_is_chosen();
	accepted(4, high, b);
	chosen(4, high, b, BECAUSE_COUNTED, NODE_NONE);
	chosen(2, low, a, BECAUSE_COUNTED, NODE_NONE);
	assert_int_equal(m->safety, SAFETY_OK);
	assert_no_remark();
	later();
	assert_int_equal(m->safety, SAFETY_OK);
	assert_int_equal(vote_of(4)->chosen, VALUE_NONE);
	assert_int_equal(m->node[4].base, 0);
	assert_int_equal(m->liars, set_of(4));
	assert_remark(0, "n4 says that B is chosen in slot 0 at 2.3, and no quorum voted so (n4): "
			 "it is not believed");
	/* and so from then on */
	chosen(4, high, b, BECAUSE_COUNTED, NODE_NONE);
	assert_int_equal(m->safety, SAFETY_OK);
}

static void what_it_made_up_need_not_have_been_proposed(void **state)
{
	const value_ref c = values_intern(m->values, (const uint8_t *)"C", 1);

	(void)state;
	chosen(4, high, c, BECAUSE_COUNTED, NODE_NONE);
	for (node_id id = 1; id <= NODES; id++)
		tell((struct event){.kind = EVENT_SYNCING, .node = id});
	assert_int_equal(m->safety, SAFETY_OK);
	later();
	assert_int_equal(m->safety, SAFETY_OK);
	assert_int_equal(m->liars, set_of(4));
}

static void its_event_says_in_words_that_it_is_not_believed(void **state)
{
	char words[400];

	(void)state;
	chosen(4, high, b, BECAUSE_COUNTED, NODE_NONE);
	const uint64_t index = m->events - 1;
	later();
	assert_true(why_explain(m, index, words, sizeof words));
	assert_string_equal(words, "n4 says that B is chosen in slot 0, and no quorum voted so.\n"
				   "Other nodes' words stand against its own: it is not believed.");
}

static void votes_that_are_told_late_bear_a_claim_out(void **state)
{
	(void)state;
	a_is_chosen();
	chosen(4, high, b, BECAUSE_COUNTED, NODE_NONE);
	for (node_id id = 2; id <= 4; id++) {
		assert_int_equal(m->safety, SAFETY_OK);
		accepted(id, high, b);
	}
	assert_int_equal(m->safety, SAFETY_VIOLATED);
	assert_int_equal(m->violation.property, PROPERTY_AGREEMENT);
	later();
	assert_no_remark();
}

static void what_this_model_missed_is_held_against_nobody(void **state)
{
	(void)state;
	a_is_chosen();
	seq[2]++;
	seq[3]++;
	later();
	chosen(4, high, b, BECAUSE_COUNTED, NODE_NONE);
	accepted(4, high, b);
	assert_int_equal(m->safety, SAFETY_VIOLATED);
	later();
	assert_no_remark();
}

static void what_liars_may_have_voted_bears_a_claim_out(void **state)
{
	(void)state;
	a_is_chosen();
	for (node_id id = 2; id <= 3; id++)
		tell((struct event){.kind = EVENT_LIED,
				    .node = id,
				    .type = MSG_PROMISE,
				    .ballot = high,
				    .attack = ATTACK_WITHHOLD,
				    .to = 0x8});
	accepted(4, high, b);
	chosen(4, high, b, BECAUSE_COUNTED, NODE_NONE);
	assert_int_equal(m->safety, SAFETY_VIOLATED);
}

static void who_was_told_by_one_that_does_not_know_is_not_believed(void **state)
{
	(void)state;
	begin_under(DEFENCE_SIGN);
	start_all();
	a_is_chosen();
	chosen(4, low, a, BECAUSE_TOLD, 1);
	assert_int_equal(vote_of(4)->chosen, a);
	chosen(2, high, b, BECAUSE_TOLD, 1);
	later();
	assert_int_equal(m->safety, SAFETY_OK);
	assert_int_equal(m->liars, set_of(2));
	assert_int_equal(vote_of(2)->chosen, VALUE_NONE);
	assert_int_equal(vote_of(4)->chosen, a);
}

static void who_was_told_by_a_liar_is_believed_and_deceived(void **state)
{
	(void)state;
	begin_under(DEFENCE_SIGN);
	start_all();
	a_is_chosen();
	chosen(2, high, b, BECAUSE_TOLD, 3);
	assert_int_equal(m->safety, SAFETY_OK);
	tell((struct event){.kind = EVENT_LIED,
			    .node = 3,
			    .type = MSG_COMMIT,
			    .ballot = high,
			    .value = b,
			    .attack = ATTACK_FALSE_COMMIT,
			    .to = 0x2});
	assert_int_equal(m->safety, SAFETY_VIOLATED);
}

static void without_signatures_a_deceived_learner_is_not_taken_for_a_liar(void **state)
{
	(void)state;
	begin_under(POLICY_NONE);
	start_all();
	a_is_chosen();
	tell((struct event){.kind = EVENT_LIED,
			    .node = 3,
			    .type = MSG_ACCEPTED,
			    .peer = 1,
			    .ballot = high,
			    .value = b,
			    .attack = ATTACK_SPOOF,
			    .to = 0x2});
	chosen(2, high, b, BECAUSE_COUNTED, NODE_NONE);
	assert_int_equal(m->safety, SAFETY_VIOLATED);
}

static void a_hidden_vote_that_two_received_counts(void **state)
{
	(void)state;
	accepted(1, low, a);
	accepted(2, low, a);
	got_vote(1, 3, low, a);
	assert_int_equal(model_slot(m, 0)->decided, VALUE_NONE);
	got_vote(2, 3, low, a);
	assert_int_equal(model_slot(m, 0)->decided, a);
	assert_int_equal(model_slot(m, 0)->decided_by, 0x7);
	later();
	assert_remark(0, "n3 does not say that it voted for A in slot 0 at 1.1, and n1 n2 received "
			 "that vote: the receipts are believed");
}

static void one_receipt_is_one_word_against_another(void **state)
{
	(void)state;
	accepted(1, low, a);
	accepted(2, low, a);
	got_vote(1, 3, low, a);
	later();
	assert_int_equal(model_slot(m, 0)->decided, VALUE_NONE);
	assert_remark(0, "n3 does not say that it voted for A in slot 0 at 1.1, and n1 received "
			 "that vote: the receipt, one word against another, is not believed");
}

static void who_counted_a_hidden_vote_is_not_taken_for_the_liar(void **state)
{
	(void)state;
	accepted(1, low, a);
	accepted(2, low, a);
	got_vote(1, 3, low, a);
	chosen(1, low, a, BECAUSE_COUNTED, NODE_NONE);
	later();
	assert_int_equal(vote_of(1)->chosen, a);
	assert_int_equal(m->liars, 0);
}

static void receipts_do_not_help_who_needs_more_liars_than_there_may_be(void **state)
{
	(void)state;
	accepted(4, high, b);
	got_vote(4, 1, high, b);
	got_vote(4, 2, high, b);
	chosen(4, high, b, BECAUSE_COUNTED, NODE_NONE);
	later();
	assert_int_equal(m->liars, set_of(4));
	assert_int_equal(vote_of(4)->chosen, VALUE_NONE);
}

static void a_vote_that_its_voter_tells_a_little_later_is_not_hidden(void **state)
{
	(void)state;
	got_vote(1, 3, low, a);
	got_vote(2, 3, low, a);
	accepted(3, low, a);
	later();
	assert_no_remark();
}

static void a_receipt_of_a_relayed_or_unsigned_message_is_none(void **state)
{
	(void)state;
	for (node_id id = 1; id <= 2; id++)
		tell((struct event){.kind = EVENT_RECEIVED,
				    .node = id,
				    .peer = 4,
				    .id = {3, 1, ++number},
				    .type = MSG_ACCEPTED,
				    .ballot = low,
				    .value = a});
	later();
	assert_no_remark();
	begin_under(POLICY_NONE);
	start_all();
	got_vote(1, 3, low, a);
	got_vote(2, 3, low, a);
	later();
	assert_no_remark();
}

static void a_signature_is_believed_over_a_node_that_says_it_has_not_lied(void **state)
{
	static uint8_t body[2][64] = {{MSG_ACCEPTED}, {MSG_ACCEPTED}};
	static const uint8_t signature[SIGNATURE_BYTES];
	uint8_t bytes[400];
	struct evidence evidence = {.kind = PROOF_TWO_VOTES,
				    .accused = 4,
				    .parts = 2,
				    .part = {{body[0], 64, signature}, {body[1], 64, signature}}};
	const struct item_proof proof = {
		.holder = 1,
		.bytes = bytes,
		.length = (uint32_t)evidence_encode(&evidence, bytes, sizeof bytes)};

	(void)state;
	model_proof(m, &proof);
	later();
	assert_int_equal(m->safety, SAFETY_OK);
	assert_int_equal(m->liars, set_of(4));
	assert_remark(0, "n4 does not say that it has lied, and is proven to: its signatures are "
			 "believed");
	a_is_chosen();
	chosen(4, high, b, BECAUSE_COUNTED, NODE_NONE);
	assert_int_equal(m->safety, SAFETY_OK);
}

static void one_node_alone_does_not_begin_another_run(void **state)
{
	(void)state;
	for (node_id id = 1; id <= NODES; id++)
		tell((struct event){.kind = EVENT_EPOCH, .node = id, .count = 2});
	a_is_chosen();
	tell((struct event){.kind = EVENT_EPOCH, .node = 4, .count = 9});
	assert_int_equal(m->epoch, 2);
	assert_int_equal(model_slot(m, 0)->decided, a);
	tell((struct event){.kind = EVENT_EPOCH, .node = 1, .count = 3});
	tell((struct event){.kind = EVENT_EPOCH, .node = 2, .count = 3});
	assert_int_equal(m->epoch, 3);
	assert_null(model_slot(m, 0));
}

static void who_comes_into_a_later_epoch_keeps_the_proofs_that_came_first(void **state)
{
	struct snapshot s = {.node = 1, .boot = 1, .seq = 9, .nodes = NODES, .epoch = 5};

	(void)state;
	begin_under(DEFENCE_SIGN);
	m->proofs = 1;
	for (s.node = 1; s.node <= NODES; s.node++)
		model_snapshot(m, &s);
	assert_int_equal(m->epoch, 5);
	assert_int_equal(m->proofs, 1);
	m->proofs = 0;
}

static void what_was_said_in_its_name_is_not_its_word(void **state)
{
	const struct event forged = {
		.kind = EVENT_FORGED, .node = 2, .boot = 1, .count = 3, .drop = DROP_SIGNATURE};

	(void)state;
	model_event(m, &forged);
	assert_int_equal(m->liars, 0);
	assert_remark(0,
		      "3 reports in the name of n2 were not signed by it: they are not believed");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_says_chosen_what_no_quorum_voted_for_is_not_believed),
		TEST(what_it_made_up_need_not_have_been_proposed),
		TEST(its_event_says_in_words_that_it_is_not_believed),
		TEST(votes_that_are_told_late_bear_a_claim_out),
		TEST(what_this_model_missed_is_held_against_nobody),
		TEST(what_liars_may_have_voted_bears_a_claim_out),
		TEST(who_was_told_by_one_that_does_not_know_is_not_believed),
		TEST(who_was_told_by_a_liar_is_believed_and_deceived),
		TEST(without_signatures_a_deceived_learner_is_not_taken_for_a_liar),
		TEST(a_hidden_vote_that_two_received_counts),
		TEST(one_receipt_is_one_word_against_another),
		TEST(who_counted_a_hidden_vote_is_not_taken_for_the_liar),
		TEST(receipts_do_not_help_who_needs_more_liars_than_there_may_be),
		TEST(a_vote_that_its_voter_tells_a_little_later_is_not_hidden),
		TEST(a_receipt_of_a_relayed_or_unsigned_message_is_none),
		TEST(a_signature_is_believed_over_a_node_that_says_it_has_not_lied),
		TEST(one_node_alone_does_not_begin_another_run),
		TEST(who_comes_into_a_later_epoch_keeps_the_proofs_that_came_first),
		TEST(what_was_said_in_its_name_is_not_its_word),
	};

	return cmocka_run_group_tests_name("doubts", tests, NULL, NULL);
}
