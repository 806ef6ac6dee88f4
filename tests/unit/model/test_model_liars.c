/* What the model makes of lies, defences and proofs, and what its judges see and do not see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/fault/attack.h"
#include "proto/model/base/model.h"
#include "proto/model/base/query.h"
#include "proto/model/fold/fold.h"
#include "proto/model/say/say.h"
#include "tests/support/handmade.h"

static int begin(void **state)
{
	*state = handmade_new(3, true);
	return 0;
}

static int end(void **state)
{
	handmade_free(*state);
	return 0;
}

static void start_all(struct handmade *w)
{
	handmade_start(w);
	handmade_queued(w, 1, w->a);
	handmade_queued(w, 2, w->b);
}

static const struct ballot low = {1, 1}, high = {2, 2};

static void promised(struct handmade *w, node_id node, struct ballot ballot)
{
	handmade_tell(w, (struct event){.kind = EVENT_PROMISED, .node = node, .ballot = ballot});
}

static void chosen(struct handmade *w, node_id node, struct ballot ballot, value_ref value)
{
	handmade_tell(
		w, (struct event){
			   .kind = EVENT_CHOSEN, .node = node, .ballot = ballot, .value = value});
}

static void votes_twice(struct handmade *w, node_id node, struct ballot ballot, value_ref value)
{
	handmade_tell(w, (struct event){.kind = EVENT_LIED,
					.node = node,
					.type = MSG_ACCEPTED,
					.ballot = ballot,
					.value = value,
					.attack = ATTACK_EQUIVOCATE,
					.to = 0x3});
}

static void sent(struct handmade *w, node_id node, enum message_type type, struct ballot ballot,
		 value_ref value)
{
	handmade_tell(w, (struct event){.kind = EVENT_SENT,
					.node = node,
					.id = {node, 1, w->seq[node]},
					.type = type,
					.to = 0x1,
					.ballot = ballot,
					.value = value});
}

static void assert_violated(const struct handmade *w, enum property property)
{
	assert_int_equal(w->m->safety, SAFETY_VIOLATED);
	assert_int_equal(w->m->violation.property, property);
}

static void a_liars_two_votes_choose_nothing_by_themselves(void **state)
{
	struct handmade *w = *state;
	start_all(w);
	handmade_accepted(w, 1, low, w->a);
	handmade_accepted(w, 2, low, w->b);
	votes_twice(w, 3, low, w->a);
	votes_twice(w, 3, low, w->b);
	assert_int_equal(w->m->safety, SAFETY_OK);
	assert_int_equal(model_slot(w->m, 0)->decided, VALUE_NONE);
	assert_int_equal(w->m->liars, 0x4);
}

static void
two_honest_learners_with_two_values_are_proof_with_the_liar_in_both_quorums(void **state)
{
	struct handmade *w = *state;
	start_all(w);
	handmade_accepted(w, 1, low, w->a);
	handmade_accepted(w, 2, low, w->b);
	votes_twice(w, 3, low, w->a);
	votes_twice(w, 3, low, w->b);
	chosen(w, 1, low, w->a);
	assert_int_equal(w->m->safety, SAFETY_OK);
	chosen(w, 2, low, w->b);
	assert_violated(w, PROPERTY_AGREEMENT);
	const struct model_violation *v = &w->m->violation;
	assert_int_equal(v->quorum[0], 0x5);
	assert_int_equal(v->quorum[1], 0x6);
	assert_int_equal(v->liars, 0x4);
	for (int i = 0; i < 2; i++) {
		const struct event *e = model_event_at(w->m, v->vote_event[i][3]);
		assert_int_equal(e->node, 3);
		assert_int_equal(e->value, v->value[i]);
	}
	assert_string_equal(v->words, "in slot 0 A was chosen at 1.1 by n1 n3 and B at 1.1 by n2 "
				      "n3; in both: n3; liars: n3");
}

static void counts(struct handmade *w, node_id node, node_id voter, struct ballot ballot,
		   value_ref value)
{
	handmade_tell(w, (struct event){.kind = EVENT_COUNTED,
					.node = node,
					.type = MSG_ACCEPTED,
					.peer = voter,
					.ballot = ballot,
					.value = value});
}

static void votes_that_are_told_late_complete_the_proof(void **state)
{
	struct handmade *w = *state;
	const struct model_violation *v = &w->m->violation;
	start_all(w);
	for (node_id id = 1; id <= 2; id++)
		handmade_accepted(w, id, low, w->a);
	chosen(w, 1, low, w->a);
	chosen(w, 2, high, w->b);
	assert_violated(w, PROPERTY_AGREEMENT);
	assert_true(model_violation_is_open(w->m));
	assert_string_equal(
		v->words, "in slot 0 A was chosen at 1.1 by n1 n2 and n2 says that B was chosen at "
			  "2.2, where no quorum of 2 is known to have voted (nobody)");
	handmade_accepted(w, 2, high, w->b);
	handmade_accepted(w, 3, high, w->b);
	assert_false(model_violation_is_open(w->m));
	assert_string_equal(v->words, "in slot 0 A was chosen at 1.1 by n1 n2 and B at 2.2 by n2 "
				      "n3; in both: n2");
}

static void what_a_learner_counted_is_in_the_proof_and_marked(void **state)
{
	struct handmade *w = *state;
	start_all(w);
	counts(w, 1, 1, low, w->a);
	counts(w, 1, 3, low, w->a);
	handmade_accepted(w, 1, low, w->a);
	handmade_tell(w, (struct event){.kind = EVENT_CHOSEN,
					.node = 1,
					.ballot = low,
					.value = w->a,
					.because = BECAUSE_COUNTED});
	handmade_accepted(w, 2, high, w->b);
	handmade_accepted(w, 3, high, w->b);
	assert_violated(w, PROPERTY_AGREEMENT);
	assert_string_equal(
		w->m->violation.words,
		"in slot 0 A was chosen at 1.1 by n1 n3 and B at 2.2 by n2 n3; in both: "
		"n3; as a learner counted: n3");
}

/* Who comes late has only what nodes keep: each its latest vote, and each learner whose votes it
 * counted. */
static void snapshots_alone_prove_as_much(void **state)
{
	struct handmade *w = *state;
	static struct snapshot s;
	for (node_id id = 1; id <= 3; id++) {
		s = (struct snapshot){.node = id,
				      .boot = 1,
				      .seq = 9,
				      .epoch = 1,
				      .nodes = 3,
				      .quorum = 2,
				      .base = 1,
				      .promised = high,
				      .slots = 1};
		s.slot[0] = (struct snapshot_slot){
			.voted_at = id == 1 ? low : high,
			.voted = id == 1 ? w->a : w->b,
			.chosen_at = id == 1 ? low : high,
			.chosen = id == 1   ? w->a
				  : id == 2 ? w->b
					    : VALUE_NONE,
			.chosen_by = id == 1   ? 0x5
				     : id == 2 ? 0x6
					       : 0,
		};
		model_snapshot(w->m, &s);
	}
	assert_violated(w, PROPERTY_AGREEMENT);
	assert_string_equal(
		w->m->violation.words,
		"in slot 0 A was chosen at 1.1 by n1 n3 and B at 2.2 by n2 n3; in both: "
		"n3; as a learner counted: n3");
}

static void what_a_liar_says_is_chosen_counts_for_nothing(void **state)
{
	struct handmade *w = *state;
	start_all(w);
	votes_twice(w, 3, low, w->b);
	chosen(w, 3, low, w->b);
	chosen(w, 3, low, w->a);
	chosen(w, 1, low, w->a);
	assert_int_equal(w->m->safety, SAFETY_OK);
}

static void what_it_voted_before_it_lied_stays_a_vote(void **state)
{
	struct handmade *w = *state;
	start_all(w);
	handmade_accepted(w, 1, low, w->a);
	handmade_accepted(w, 3, low, w->a);
	assert_int_equal(model_slot(w->m, 0)->decided, w->a);
	handmade_tell(w, (struct event){.kind = EVENT_LIED,
					.node = 3,
					.type = MSG_PROMISE,
					.ballot = high,
					.attack = ATTACK_WITHHOLD,
					.to = 0x2});
	handmade_accepted(w, 2, high, w->b);
	handmade_accepted(w, 3, high, w->b);
	assert_int_equal(w->m->safety, SAFETY_OK);
	chosen(w, 2, high, w->b);
	assert_violated(w, PROPERTY_AGREEMENT);
	assert_int_equal(w->m->violation.quorum[0], 0x5);
	assert_int_equal(w->m->violation.quorum[1], 0x6);
}

static void who_votes_twice_and_has_not_lied_is_found(void **state)
{
	struct handmade *w = *state;
	start_all(w);
	handmade_accepted(w, 1, low, w->a);
	handmade_accepted(w, 1, low, w->a);
	assert_int_equal(w->m->safety, SAFETY_OK);
	handmade_accepted(w, 1, low, w->b);
	assert_violated(w, PROPERTY_ONE_VOTE);
	assert_string_equal(w->m->violation.words,
			    "in slot 0 n1 accepted A at 1.1, and then B at 1.1");
}

static void a_promise_that_falls_is_found(void **state)
{
	struct handmade *w = *state;
	start_all(w);
	promised(w, 1, high);
	promised(w, 1, low);
	assert_violated(w, PROPERTY_MONOTONE);
}

static void a_vote_below_a_promise_is_found(void **state)
{
	struct handmade *w = *state;
	start_all(w);
	promised(w, 1, high);
	handmade_accepted(w, 1, low, w->a);
	assert_violated(w, PROPERTY_MONOTONE);
}

static void what_is_sent_before_it_is_stored_is_found(void **state)
{
	struct handmade *w = *state;
	start_all(w);
	promised(w, 1, low);
	sent(w, 1, MSG_PROMISE, low, VALUE_NONE);
	handmade_accepted(w, 1, low, w->a);
	sent(w, 1, MSG_ACCEPTED, low, w->a);
	assert_int_equal(w->m->safety, SAFETY_OK);
	sent(w, 1, MSG_PROMISE, high, VALUE_NONE);
	assert_violated(w, PROPERTY_PERSIST);
	assert_string_equal(w->m->violation.words,
			    "n1 sent PROMISE 2.2 (nothing accepted) before it had stored that");
}

static void a_liar_may_say_what_it_did_not_store(void **state)
{
	struct handmade *w = *state;
	start_all(w);
	votes_twice(w, 3, high, w->a);
	sent(w, 3, MSG_ACCEPTED, high, w->a);
	promised(w, 3, high);
	promised(w, 3, low);
	assert_int_equal(w->m->safety, SAFETY_OK);
}

static void what_rests_on_missed_events_is_not_judged(void **state)
{
	struct handmade *w = *state;
	start_all(w);
	w->seq[1]++;
	sent(w, 1, MSG_PROMISE, high, VALUE_NONE);
	assert_int_equal(w->m->node[1].missed, 1);
	assert_int_equal(w->m->safety, SAFETY_OK);
}

static void a_value_that_nobody_proposed_is_found_when_all_have_told(void **state)
{
	struct handmade *w = *state;
	value_ref c = values_intern(w->m->values, (const uint8_t *)"C", 1);
	start_all(w);
	chosen(w, 1, low, c);
	assert_int_equal(w->m->safety, SAFETY_OK);
	promised(w, 1, low);
	promised(w, 2, low);
	assert_int_equal(w->m->safety, SAFETY_OK);
	promised(w, 3, low);
	assert_violated(w, PROPERTY_VALIDITY);
}

static void who_proposed_it_may_tell_later(void **state)
{
	struct handmade *w = *state;
	value_ref c = values_intern(w->m->values, (const uint8_t *)"C", 1);
	start_all(w);
	chosen(w, 1, low, c);
	handmade_tell(w, (struct event){.kind = EVENT_QUEUED,
					.node = 2,
					.slot = SLOT_NONE,
					.value = c,
					.count = 1});
	promised(w, 1, low);
	promised(w, 2, low);
	promised(w, 3, low);
	assert_int_equal(w->m->safety, SAFETY_OK);
}

/* A proof made of words that node `accused` signs. */
static struct item_proof prove(node_id accused, uint8_t *bytes, size_t capacity)
{
	static uint8_t body[2][64] = {{MSG_ACCEPTED}, {MSG_ACCEPTED}};
	static const uint8_t signature[SIGNATURE_BYTES];
	struct evidence evidence = {.kind = PROOF_TWO_VOTES,
				    .accused = accused,
				    .parts = 2,
				    .part = {{body[0], 64, signature}, {body[1], 64, signature}}};
	size_t length = evidence_encode(&evidence, bytes, capacity);
	return (struct item_proof){.holder = 1, .bytes = bytes, .length = (uint32_t)length};
}

static void a_proof_is_kept_once_with_all_who_hold_it(void **state)
{
	struct handmade *w = *state;
	uint8_t bytes[400];
	start_all(w);
	votes_twice(w, 3, low, w->b);
	struct item_proof proof = prove(3, bytes, sizeof bytes);
	model_proof(w->m, &proof);
	proof.holder = 2;
	model_proof(w->m, &proof);
	assert_int_equal(w->m->proofs, 1);
	assert_int_equal(w->m->proof[0].holders, 0x3);
	assert_int_equal(w->m->proven, 0x4);
	promised(w, 3, high);
	assert_int_equal(w->m->safety, SAFETY_OK);
}

static void a_proof_that_does_not_hold_is_held_against_who_brings_it(void **state)
{
	struct handmade *w = *state;
	uint8_t bytes[400];
	start_all(w);
	struct item_proof proof = prove(3, bytes, sizeof bytes);
	proof.verdict = DROP_SIGNATURE;
	model_proof(w->m, &proof);
	assert_int_equal(w->m->proofs, 0);
	assert_int_equal(w->m->proven, 0);
	assert_int_equal(w->m->node[1].remark[REMARK_FALSE_PROOFS].count, 1);
}

static void a_proof_against_who_has_not_lied_is_a_violation(void **state)
{
	struct handmade *w = *state;
	uint8_t bytes[400];
	start_all(w);
	struct item_proof proof = prove(3, bytes, sizeof bytes);
	model_proof(w->m, &proof);
	/* what it did until then may be told a little later */
	w->now--;
	promised(w, 3, low);
	assert_int_equal(w->m->safety, SAFETY_OK);
	promised(w, 3, high);
	assert_violated(w, PROPERTY_NOT_ACCUSED);
}

static void a_slot_is_judged_by_the_quorum_of_its_own_policy(void **state)
{
	struct handmade *w = *state;
	start_all(w);
	handmade_tell(w, (struct event){.kind = EVENT_POLICY,
					.node = 1,
					.slot = 5,
					.policy = DEFENCE_QUORUM | 1 << POLICY_F_SHIFT});
	assert_int_equal(model_quorum_at(w->m, 4), 2);
	assert_int_equal(model_quorum_at(w->m, 5), 3);
	assert_int_equal(model_policy_at(w->m, 4), POLICY_NONE);
	assert_int_equal(w->m->quorum, 3);
	handmade_accepted(w, 1, low, w->a);
	handmade_accepted(w, 2, low, w->a);
	assert_int_equal(model_slot(w->m, 0)->decided, w->a);
}

/* A snapshot of node 1 with these defences. */
static struct snapshot defended(struct handmade *w, policy_id before, slot_number from,
				policy_id after)
{
	return (struct snapshot){
		.node = 1,
		.boot = 1,
		.seq = w->seq[1],
		.at = w->now,
		.nodes = 3,
		.quorum = 2,
		.lines = 2,
		.line = {{0, before}, {from, after}},
	};
}

/* Who comes in between, like every `ctl`, is told of a change that no slot has come to yet. */
static void a_change_of_defences_is_told_before_any_slot_has_come_to_it(void **state)
{
	struct handmade *w = *state;
	start_all(w);
	const struct snapshot s = defended(w, DEFENCE_SIGN | DEFENCE_ECHO, 2, POLICY_NONE);
	model_snapshot(w->m, &s);
	assert_int_equal(w->m->policy, POLICY_NONE);
	assert_int_equal(model_policy_at(w->m, 1), DEFENCE_SIGN | DEFENCE_ECHO);
	assert_int_equal(model_policy_at(w->m, 2), POLICY_NONE);
	/* and a snapshot that says the same again changes nothing */
	handmade_tell(
		w,
		(struct event){.kind = EVENT_POLICY, .node = 1, .slot = 5, .policy = DEFENCE_SIGN});
	assert_int_equal(w->m->policy_lines, 3);
}

static void the_quorum_of_other_slots_does_not_replace_that_of_the_defences(void **state)
{
	struct handmade *w = *state;
	const policy_id byzantine = DEFENCE_SIGN | DEFENCE_QUORUM | (policy_id)1 << POLICY_F_SHIFT;
	const struct cluster_info info = {.nodes = 3, .policy = byzantine};
	model_begin(w->m, w->m->values, &info);
	assert_int_equal(w->m->quorum, 3);
	start_all(w);
	struct snapshot s = defended(w, byzantine, 0, POLICY_NONE);
	s.lines = 1;
	for (unsigned i = 0; i < 2; i++) {
		model_snapshot(w->m, &s);
		assert_int_equal(w->m->quorum, 3);
		assert_int_equal(model_quorum_at(w->m, 0), 3);
	}
}

static void a_node_does_not_make_the_quorum_smaller(void **state)
{
	struct handmade *w = *state;
	const struct cluster_info info = {.nodes = 3, .quorum = 2};
	model_begin(w->m, w->m->values, &info);
	start_all(w);
	struct snapshot s = defended(w, POLICY_NONE, 2, DEFENCE_SIGN);
	s.quorum = 1;
	model_snapshot(w->m, &s);
	assert_int_equal(model_quorum_at(w->m, 0), 2);
	handmade_accepted(w, 1, low, w->a);
	assert_int_equal(model_slot(w->m, 0)->decided, VALUE_NONE);
}

static void only_full_defences_tolerate_anybody(void **state)
{
	struct handmade *w = *state;
	policy_id all;
	for (unsigned i = 0; strcmp(policy_preset(i, &all), "all") != 0; i++)
		;
	w->m->nodes = 4;
	w->m->policy = all;
	assert_int_equal(model_tolerated(w->m), 1);
	w->m->policy = all & ~(policy_id)DEFENCE_ECHO;
	assert_int_equal(model_tolerated(w->m), 0);
	w->m->policy = all;
	w->m->nodes = 3;
	assert_int_equal(model_tolerated(w->m), 0);
	w->m->nodes = 7;
	assert_int_equal(model_tolerated(w->m), 2);
}

static void an_epoch_forgets_the_run_before_but_not_who_is_armed(void **state)
{
	struct handmade *w = *state;
	start_all(w);
	handmade_tell(w, (struct event){
				 .kind = EVENT_ARMED, .node = 3, .attack = ATTACK_MUTE, .to = 0x4});
	handmade_accepted(w, 1, low, w->a);
	handmade_accepted(w, 1, low, w->b);
	votes_twice(w, 3, low, w->a);
	assert_int_equal(w->m->safety, SAFETY_VIOLATED);
	for (node_id id = 1; id <= 3; id++)
		handmade_tell(w, (struct event){.kind = EVENT_EPOCH, .node = id, .count = 2});
	assert_int_equal(w->m->epoch, 2);
	assert_int_equal(w->m->safety, SAFETY_OK);
	assert_null(model_slot(w->m, 0));
	assert_int_equal(w->m->liars, 0);
	assert_int_equal(w->m->node[3].attacks, ATTACK_MUTE);
	assert_int_equal(model_armed(w->m), 0x4);
	promised(w, 1, low);
	handmade_accepted(w, 1, low, w->a);
	assert_int_equal(w->m->safety, SAFETY_OK);
}

static void lies_and_proofs_are_told_in_plain_words(void **state)
{
	struct handmade *w = *state;
	char words[400];
	start_all(w);
	handmade_tell(
		w, (struct event){
			   .kind = EVENT_ARMED, .node = 3, .attack = ATTACK_EQUIVOCATE, .to = 0x4});
	event_words(w->m, model_event_at(w->m, w->m->events - 1), words, sizeof words);
	assert_string_equal(words, "n3 is a LIAR now: equivocate");
	assert_true(why_explain(w->m, w->m->events - 1, words, sizeof words));
	votes_twice(w, 3, low, w->b);
	event_words(w->m, model_event_at(w->m, w->m->events - 1), words, sizeof words);
	assert_string_equal(words, "n3 LIES (equivocate): ACCEPTED 1.1=B to n1 n2");
	assert_true(why_explain(w->m, w->m->events - 1, words, sizeof words));
	assert_string_equal(words,
			    "LIE: n3 tells n1 n2: ACCEPTED 1.1=B (equivocate).\n"
			    "Nodes that are told two values, and vote for both, can make both "
			    "chosen.");
	handmade_tell(
		w, (struct event){
			   .kind = EVENT_EVIDENCE, .node = 1, .peer = 3, .count = PROOF_TWO_VOTES});
	event_words(w->m, model_event_at(w->m, w->m->events - 1), words, sizeof words);
	assert_string_equal(words,
			    "n1 holds proof that n3 voted for two values in one ballot and slot");
}

/* The value waits at node 1, whose proposals are refused for this reason by so many. */
static void refuse(struct handmade *w, enum refusal why, unsigned nodes)
{
	for (node_id id = 2; id < 2 + nodes; id++)
		handmade_tell(w, (struct event){.kind = EVENT_REFUSED,
						.node = id,
						.peer = 1,
						.type = MSG_ACCEPT,
						.ballot = low,
						.why = why});
}

static void a_stall_names_the_defence_that_causes_it(void **state)
{
	struct handmade *w = *state;
	start_all(w);
	refuse(w, REFUSE_REJECTED, 1);
	assert_string_equal(w->m->progress_why, "");
	refuse(w, REFUSE_REJECTED, 2);
	assert_string_equal(w->m->progress_why,
			    "stuck by reject: n2 n3 refused n1, for they voted for another value "
			    "before");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static void begin_run(struct handmade *w, node_id node, uint32_t epoch)
{
	handmade_tell(w, (struct event){.kind = EVENT_EPOCH, .node = node, .count = epoch});
}

static void what_a_node_says_of_the_run_before_counts_for_nothing_in_the_next(void **state)
{
	struct handmade *w = *state;
	start_all(w);
	begin_run(w, 1, 2);
	begin_run(w, 2, 2);
	/* n3 has not changed over */
	promised(w, 3, high);
	handmade_accepted(w, 3, high, w->b);
	chosen(w, 3, high, w->b);
	votes_twice(w, 3, high, w->a);
	assert_null(model_slot(w->m, 0));
	assert_int_equal(w->m->liars, 0);
	handmade_tell(w, (struct event){.kind = EVENT_QUEUED,
					.node = 1,
					.slot = SLOT_NONE,
					.value = w->a,
					.count = 1});
	begin_run(w, 3, 2);
	promised(w, 1, low);
	promised(w, 3, low);
	handmade_accepted(w, 1, low, w->a);
	handmade_accepted(w, 3, low, w->a);
	chosen(w, 3, low, w->a);
	promised(w, 1, high);
	promised(w, 2, high);
	assert_int_equal(model_slot(w->m, 0)->decided, w->a);
	assert_int_equal(w->m->safety, SAFETY_OK);
}

static void a_snapshot_of_the_run_before_does_not_bring_that_back(void **state)
{
	struct handmade *w = *state;
	struct snapshot s = {.node = 3, .boot = 1, .epoch = 1, .promised = high, .base = 4};
	start_all(w);
	w->m->epoch = 1;
	s.seq = w->seq[3];
	begin_run(w, 1, 2);
	model_snapshot(w->m, &s);
	assert_int_equal(w->m->epoch, 2);
	assert_int_equal(w->m->node[3].base, 0);
	s.epoch = 2;
	s.base = 1;
	model_snapshot(w->m, &s);
	assert_int_equal(w->m->node[3].base, 1);
	/* who missed that a run has begun hears of it by a snapshot */
	s.epoch = 3;
	s.base = 0;
	promised(w, 1, low);
	model_snapshot(w->m, &s);
	assert_int_equal(w->m->epoch, 3);
	assert_int_equal(w->m->node[1].promised.round, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_liars_two_votes_choose_nothing_by_themselves),
		TEST(what_a_node_says_of_the_run_before_counts_for_nothing_in_the_next),
		TEST(a_snapshot_of_the_run_before_does_not_bring_that_back),
		TEST(two_honest_learners_with_two_values_are_proof_with_the_liar_in_both_quorums),
		TEST(votes_that_are_told_late_complete_the_proof),
		TEST(what_a_learner_counted_is_in_the_proof_and_marked),
		TEST(snapshots_alone_prove_as_much),
		TEST(what_a_liar_says_is_chosen_counts_for_nothing),
		TEST(what_it_voted_before_it_lied_stays_a_vote),
		TEST(who_votes_twice_and_has_not_lied_is_found),
		TEST(a_promise_that_falls_is_found),
		TEST(a_vote_below_a_promise_is_found),
		TEST(what_is_sent_before_it_is_stored_is_found),
		TEST(a_liar_may_say_what_it_did_not_store),
		TEST(what_rests_on_missed_events_is_not_judged),
		TEST(a_value_that_nobody_proposed_is_found_when_all_have_told),
		TEST(who_proposed_it_may_tell_later),
		TEST(a_proof_is_kept_once_with_all_who_hold_it),
		TEST(a_proof_that_does_not_hold_is_held_against_who_brings_it),
		TEST(a_proof_against_who_has_not_lied_is_a_violation),
		TEST(a_slot_is_judged_by_the_quorum_of_its_own_policy),
		TEST(a_change_of_defences_is_told_before_any_slot_has_come_to_it),
		TEST(the_quorum_of_other_slots_does_not_replace_that_of_the_defences),
		TEST(a_node_does_not_make_the_quorum_smaller),
		TEST(only_full_defences_tolerate_anybody),
		TEST(an_epoch_forgets_the_run_before_but_not_who_is_armed),
		TEST(lies_and_proofs_are_told_in_plain_words),
		TEST(a_stall_names_the_defence_that_causes_it),
	};

	return cmocka_run_group_tests_name("model_liars", tests, NULL, NULL);
}
