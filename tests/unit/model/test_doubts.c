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
#include "proto/model/base/query.h"
#include "proto/model/fold/fold.h"
#include "proto/model/say/say.h"
#include "tests/support/handmade.h"

#define NODES 4

static struct model *m;
static struct handmade *told;
static uint64_t number;
static value_ref a, b;
static const struct ballot low = {1, 1}, high = {2, 3};

static void begin_under(policy_id policy)
{
	const struct cluster_info info = {
		.kind = CLUSTER_LIVE, .nodes = NODES, .quorum = 3, .policy = policy, .epoch = 1};

	model_begin(m, m->values, &info);
	m->clock.num = 1;
	memset(told->seq, 0, sizeof told->seq);
	told->now = 0;
}

static void tell(struct event e)
{
	handmade_tell(told, e);
}

static void start_all(void)
{
	handmade_start(told);
	handmade_queued(told, 1, a);
	handmade_queued(told, 2, b);
}

static int set_up(void **state)
{
	(void)state;
	told = handmade_new(NODES, true);
	m = told->m;
	a = told->a;
	b = told->b;
	begin_under(DEFENCE_SIGN | DEFENCE_CERT);
	start_all();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	handmade_free(told);
	return 0;
}

static void accepted(node_id node, struct ballot ballot, value_ref value)
{
	handmade_accepted(told, node, ballot, value);
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
	told->now += 200000;
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

/* It acts on what it takes for chosen: that breaks agreement, and no report is false. */
static void who_says_that_its_program_errs_is_believed(void **state)
{
	(void)state;
	start_all();
	tell((struct event){.kind = EVENT_MISTAKEN, .node = 4, .count = 1});
	a_is_chosen();
	accepted(4, high, b);
	chosen(4, high, b, BECAUSE_COUNTED, NODE_NONE);
	assert_int_equal(vote_of(4)->chosen, b);
	assert_int_equal(m->safety, SAFETY_VIOLATED);
	assert_no_remark();
}

static void several_claims_are_doubted_at_once(void **state)
{
	const struct model_remark *r = &m->node[3].remark[REMARK_UNFOUNDED];

	(void)state;
	accepted(3, high, b);
	chosen(3, high, b, BECAUSE_COUNTED, NODE_NONE);
	chosen(4, low, a, BECAUSE_COUNTED, NODE_NONE);
	later();
	assert_int_equal(m->liars, set_of(3) | set_of(4));
	assert_false(m->has_claims);
	assert_int_equal(r->count, 1);
	assert_int_equal(r->by, set_of(3));
	assert_int_equal(r->value, b);
	assert_int_equal(ballot_cmp(r->ballot, high), 0);
	r = &m->node[4].remark[REMARK_UNFOUNDED];
	assert_int_equal(r->by, 0);
	assert_int_equal(r->value, a);
}

/* Votes that made place for those of higher ballots have been there: nobody is doubted for want of
 * them. But no others have. */
static void a_claim_of_votes_that_are_kept_no_more_is_believed(void **state)
{
	(void)state;
	for (unsigned votes = 2; votes <= 3; votes++) {
		begin_under(DEFENCE_SIGN | DEFENCE_CERT);
		start_all();
		for (node_id id = 1; id <= votes; id++)
			accepted(id, low, a);
		for (uint32_t i = 0; i < MODEL_TALLIES; i++) {
			accepted(1, ballot_of(5 + i, 1), a);
			accepted(2, ballot_of(5 + i, 1), a);
		}
		assert_null(model_tally(model_slot(m, 0), low, a));
		chosen(4, low, a, BECAUSE_COUNTED, NODE_NONE);
		later();
		assert_int_equal(m->liars, votes == 3 ? 0 : set_of(4));
	}
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
	told->seq[2]++;
	told->seq[3]++;
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

static void several_hidden_votes_are_found_at_once(void **state)
{
	(void)state;
	got_vote(1, 3, low, a);
	got_vote(1, 3, low, a);
	got_vote(1, 4, low, a);
	got_vote(1, 3, high, b);
	assert_true(m->has_unsaid);
	later();
	assert_false(m->has_unsaid);
	assert_int_equal(m->node[3].remark[REMARK_HIDDEN_VOTE].count, 2);
	assert_int_equal(m->node[4].remark[REMARK_HIDDEN_VOTE].count, 1);
	assert_int_equal(m->node[4].remark[REMARK_HIDDEN_VOTE].by, set_of(1));
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

static void a_receipt_of_an_echo_is_no_receipt_of_a_vote(void **state)
{
	(void)state;
	for (node_id id = 1; id <= 3; id++) {
		tell((struct event){.kind = EVENT_RECEIVED,
				    .node = id,
				    .peer = 4,
				    .id = {4, 1, ++number},
				    .type = MSG_ECHO,
				    .ballot = low,
				    .value = a});
		const struct model_slot *s = model_slot(m, 0);
		assert_true(s == NULL || model_tally(s, low, a) == NULL);
	}
	got_vote(1, 4, low, a);
	got_vote(2, 4, low, a);
	assert_int_equal(model_tally(model_slot(m, 0), low, a)->voters, set_of(4));
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

static void a_vote_of_one_that_had_the_seat_before_may_have_counted(void **state)
{
	(void)state;
	for (slot_number from = 2; from-- > 0;) {
		begin_under(DEFENCE_SIGN | DEFENCE_CERT);
		start_all();
		tell((struct event){.kind = EVENT_SEATED, .node = 3, .slot = from});
		accepted(1, low, a);
		accepted(2, low, a);
		chosen(1, low, a, BECAUSE_COUNTED, NODE_NONE);
		later();
		if (from == 1)
			assert_no_remark();
	}
	assert_remark(0,
		      "n1 says that A is chosen in slot 0 at 1.1, and no quorum voted so (n1 n2): "
		      "it is not believed");
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

/* One that comes late knows of each node what it says of itself: n1 voted for A at `at`, n2 and n3
 * are as told. Is n1 believed, when it says that a quorum voted so? Three of four are one. */
static bool is_believed_late(struct ballot at, struct ballot others_at, value_ref others,
			     slot_number base)
{
	struct snapshot s = {.boot = 1, .seq = 9, .nodes = NODES, .quorum = 3, .epoch = 1};

	handmade_free(told);
	told = handmade_new(NODES, true);
	m = told->m;
	begin_under(DEFENCE_SIGN | DEFENCE_CERT);
	for (s.node = 1; s.node <= NODES; s.node++) {
		const bool is_other = s.node == 2 || s.node == 3;

		s.base = is_other ? base : 0;
		s.slots = 1;
		s.slot[0] = (struct snapshot_slot){.voted_at = is_other ? others_at : at,
						   .voted = is_other ? others : a};
		if (s.node == 4 || s.slot[0].voted == VALUE_NONE)
			s.slot[0] = (struct snapshot_slot){.slot = 1};
		told->seq[s.node] = s.seq;
		model_snapshot(m, &s);
	}
	chosen(1, at, a, BECAUSE_COUNTED, NODE_NONE);
	return !set_has(model_slot(m, 0)->claimed, 1);
}

static void who_may_have_voted_before_anybody_looked_is_told_by_its_latest_vote(void **state)
{
	const struct ballot middle = {2, 1};

	(void)state;
	assert_true(is_believed_late(middle, high, b, 0));
	assert_false(is_believed_late(middle, low, b, 0));
	assert_false(is_believed_late(middle, middle, b, 0));
	assert_false(is_believed_late(middle, BALLOT_NONE, VALUE_NONE, 0));
	assert_true(is_believed_late(middle, BALLOT_NONE, VALUE_NONE, 1));
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

static void chosen_in(slot_number slot, node_id node, struct ballot ballot, value_ref value)
{
	tell((struct event){.kind = EVENT_CHOSEN,
			    .node = node,
			    .slot = slot,
			    .ballot = ballot,
			    .value = value,
			    .because = BECAUSE_COUNTED});
}

/* There is no number of false claims after which the next one is believed. */
static void who_claims_in_many_slots_is_believed_in_none(void **state)
{
	(void)state;
	for (slot_number slot = 200; slot > 0; slot--)
		chosen_in(slot, 4, high, b);
	a_is_chosen();
	chosen_in(0, 4, high, b);
	assert_int_equal(m->safety, SAFETY_OK);
	later();
	assert_int_equal(m->safety, SAFETY_OK);
	assert_int_equal(m->node[4].remark[REMARK_UNFOUNDED].count, 1);
	for (slot_number slot = 0; slot <= 200; slot++)
		assert_true(model_slot(m, slot) == NULL ||
			    model_slot(m, slot)->vote[4].chosen != b || set_has(m->liars, 4));
}

static void who_votes_in_many_ballots_is_believed_no_more(void **state)
{
	(void)state;
	a_is_chosen();
	for (uint32_t round = 10; round < 60; round++)
		accepted(4, (struct ballot){round, 4}, b);
	chosen(4, (struct ballot){20, 4}, b, BECAUSE_COUNTED, NODE_NONE);
	later();
	assert_int_equal(m->safety, SAFETY_OK);
	assert_true(set_has(m->liars, 4));
}

static void who_votes_in_many_ballots_drives_out_only_its_own_votes(void **state)
{
	(void)state;
	accepted(1, low, a);
	accepted(2, low, a);
	for (uint32_t round = 10; round < 60; round++)
		accepted(4, (struct ballot){round, 4}, b);
	accepted(3, low, a);
	assert_int_equal(model_slot(m, 0)->decided, a);
	assert_int_equal(model_slot(m, 0)->decided_by, 0x7);
	assert_no_remark();
}

static void a_vote_for_which_there_is_no_place_is_told_of(void **state)
{
	(void)state;
	for (uint32_t round = 10; round < 10 + MODEL_TALLIES; round++) {
		accepted(1, (struct ballot){round, 1}, a);
		accepted(2, (struct ballot){round, 1}, a);
	}
	assert_no_remark();
	accepted(3, low, b);
	assert_remark(0, "in slot 0 1 vote came too late to be counted: 8 other ballots there have "
			 "votes; not counted up to 1.1: n3");
	/* and nobody is doubted for want of it: n3, n4 and one that is silent may be a quorum */
	accepted(4, low, b);
	assert_remark(0, "in slot 0 2 votes came too late to be counted: 8 other ballots there "
			 "have votes; not counted up to 1.1: n3 n4");
	chosen(4, low, b, BECAUSE_COUNTED, NODE_NONE);
	later();
	assert_false(set_has(m->liars, 1));
}

static void votes_that_were_not_counted_bear_out_no_higher_ballot(void **state)
{
	(void)state;
	for (uint32_t round = 10; round < 10 + MODEL_TALLIES; round++) {
		accepted(1, (struct ballot){round, 1}, a);
		accepted(2, (struct ballot){round, 1}, a);
	}
	accepted(3, low, b);
	accepted(4, low, b);
	accepted(2, (struct ballot){50, 2}, b);
	chosen(1, (struct ballot){50, 2}, b, BECAUSE_COUNTED, NODE_NONE);
	later();
	assert_true(set_has(m->liars, 1));
}

static void who_takes_back_what_nobody_bears_out_breaks_nothing(void **state)
{
	(void)state;
	a_is_chosen();
	chosen(4, high, b, BECAUSE_COUNTED, NODE_NONE);
	chosen(4, low, a, BECAUSE_COUNTED, NODE_NONE);
	assert_int_equal(m->safety, SAFETY_OK);
	assert_true(set_has(m->liars, 4));
	assert_int_equal(m->node[4].remark[REMARK_UNFOUNDED].count, 1);
}

/* A claim, a hidden vote and a value that nobody proposed, all in doubt when the next run begins.
 */
static void a_new_run_is_judged_without_the_doubts_of_the_one_before(void **state)
{
	(void)state;
	chosen(1, low, a, BECAUSE_COUNTED, NODE_NONE);
	got_vote(2, 3, low, a);
	tell((struct event){.kind = EVENT_CHOSEN,
			    .node = 2,
			    .slot = 1,
			    .ballot = low,
			    .value = values_intern(m->values, (const uint8_t *)"C", 1),
			    .because = BECAUSE_COUNTED});
	assert_true(m->has_claims && m->has_unsaid && m->has_unproposed);
	for (node_id id = 1; id <= NODES; id++)
		tell((struct event){.kind = EVENT_EPOCH,
				    .node = id,
				    .count = 2,
				    .policy = DEFENCE_SIGN | DEFENCE_CERT});
	assert_null(model_slot(m, 0));
	handmade_queued(told, 1, b);
	chosen(4, high, b, BECAUSE_COUNTED, NODE_NONE);
	got_vote(2, 4, high, b);
	got_vote(3, 4, high, b);
	for (node_id id = 2; id <= NODES; id++)
		accepted(id, high, b);
	later();
	assert_int_equal(m->safety, SAFETY_OK);
	assert_int_equal(m->liars, 0);
	assert_int_equal(vote_of(1)->claim.value, VALUE_NONE);
	assert_int_equal(model_slot(m, 0)->decided, b);
	assert_int_equal(m->node[3].remark[REMARK_HIDDEN_VOTE].count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_says_chosen_what_no_quorum_voted_for_is_not_believed),
		TEST(who_says_that_its_program_errs_is_believed),
		TEST(several_claims_are_doubted_at_once),
		TEST(a_claim_of_votes_that_are_kept_no_more_is_believed),
		TEST(several_hidden_votes_are_found_at_once),
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
		TEST(a_receipt_of_an_echo_is_no_receipt_of_a_vote),
		TEST(a_receipt_of_a_relayed_or_unsigned_message_is_none),
		TEST(a_signature_is_believed_over_a_node_that_says_it_has_not_lied),
		TEST(a_vote_of_one_that_had_the_seat_before_may_have_counted),
		TEST(one_node_alone_does_not_begin_another_run),
		TEST(who_comes_into_a_later_epoch_keeps_the_proofs_that_came_first),
		TEST(who_may_have_voted_before_anybody_looked_is_told_by_its_latest_vote),
		TEST(what_was_said_in_its_name_is_not_its_word),
		TEST(who_claims_in_many_slots_is_believed_in_none),
		TEST(who_votes_in_many_ballots_is_believed_no_more),
		TEST(who_votes_in_many_ballots_drives_out_only_its_own_votes),
		TEST(a_vote_for_which_there_is_no_place_is_told_of),
		TEST(votes_that_were_not_counted_bear_out_no_higher_ballot),
		TEST(who_takes_back_what_nobody_bears_out_breaks_nothing),
		TEST(a_new_run_is_judged_without_the_doubts_of_the_one_before),
	};

	return cmocka_run_group_tests_name("doubts", tests, NULL, NULL);
}
