/* What the judges of a model call a violation, to the ballot, and in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/model/base/query.h"
#include "proto/model/fold/fold.h"
#include "proto/model/judge/walk.h"
#include "tests/support/handmade.h"

static struct handmade *w;

static int begin(void **state)
{
	(void)state;
	w = handmade_new(5, true);
	handmade_start(w);
	return 0;
}

static int end(void **state)
{
	(void)state;
	handmade_free(w);
	return 0;
}

static void again(void)
{
	end(NULL);
	begin(NULL);
}

static void says(node_id node, enum event_kind kind, struct ballot ballot, value_ref value)
{
	handmade_tell(w,
		      (struct event){.kind = kind, .node = node, .ballot = ballot, .value = value});
}

static void sends(node_id node, enum message_type type, struct ballot ballot, value_ref value)
{
	handmade_tell(w, (struct event){.kind = EVENT_SENT,
					.node = node,
					.id = {node, 1, 1 + w->seq[node]},
					.type = type,
					.to = 0x1e & ~set_of(node),
					.ballot = ballot,
					.value = value});
}

static void assert_broken(enum property property, const char *words)
{
	assert_int_equal(w->m->safety, SAFETY_VIOLATED);
	assert_int_equal(w->m->violation.property, property);
	assert_string_equal(w->m->violation.words, words);
	again();
}

static void assert_well(void)
{
	assert_int_equal(w->m->safety, SAFETY_OK);
	again();
}

static void a_promise_rises_and_is_stored_once(void **state)
{
	(void)state;
	says(2, EVENT_PROMISED, ballot_of(3, 1), VALUE_NONE);
	says(2, EVENT_PROMISED, ballot_of(3, 2), VALUE_NONE);
	assert_well();
	/* A Prepare that comes again finds the promise stored: only the Promise is sent again. */
	says(2, EVENT_PROMISED, ballot_of(3, 1), VALUE_NONE);
	says(2, EVENT_PROMISED, ballot_of(3, 1), VALUE_NONE);
	assert_broken(PROPERTY_PERSIST,
		      "n2 promised 3.1 though it had promised 3.1: it has forgotten that");
	says(2, EVENT_PROMISED, ballot_of(3, 2), VALUE_NONE);
	says(2, EVENT_PROMISED, ballot_of(3, 1), VALUE_NONE);
	assert_broken(PROPERTY_MONOTONE, "n2 promised 3.1 though it had promised 3.2");
	/* each node for itself */
	says(2, EVENT_PROMISED, ballot_of(3, 2), VALUE_NONE);
	says(3, EVENT_PROMISED, ballot_of(3, 1), VALUE_NONE);
	assert_well();
}

static void a_vote_is_at_the_promise_or_above(void **state)
{
	(void)state;
	says(2, EVENT_PROMISED, ballot_of(3, 1), VALUE_NONE);
	says(2, EVENT_ACCEPTED, ballot_of(3, 1), w->a);
	assert_well();
	says(2, EVENT_PROMISED, ballot_of(3, 1), VALUE_NONE);
	says(2, EVENT_ACCEPTED, ballot_of(2, 5), w->a);
	assert_broken(PROPERTY_MONOTONE, "n2 accepted A at 2.5 though it had promised 3.1");
	/* a vote promises as much */
	says(2, EVENT_ACCEPTED, ballot_of(3, 1), w->a);
	says(2, EVENT_PROMISED, ballot_of(2, 5), VALUE_NONE);
	assert_broken(PROPERTY_MONOTONE, "n2 promised 2.5 though it had promised 3.1");
}

static void one_ballot_gets_one_vote(void **state)
{
	(void)state;
	says(2, EVENT_ACCEPTED, ballot_of(3, 1), w->a);
	says(2, EVENT_ACCEPTED, ballot_of(3, 1), w->a);
	says(2, EVENT_ACCEPTED, ballot_of(3, 2), w->b);
	assert_well();
	says(2, EVENT_ACCEPTED, ballot_of(3, 1), w->a);
	says(2, EVENT_ACCEPTED, ballot_of(3, 1), w->b);
	assert_broken(PROPERTY_ONE_VOTE, "in slot 0 n2 accepted A at 3.1, and then B at 3.1");
}

static void what_is_sent_was_stored_before(void **state)
{
	(void)state;
	says(2, EVENT_PROMISED, ballot_of(3, 1), VALUE_NONE);
	sends(2, MSG_PROMISE, ballot_of(3, 1), VALUE_NONE);
	sends(2, MSG_PROMISE, ballot_of(2, 1), VALUE_NONE);
	says(2, EVENT_ACCEPTED, ballot_of(3, 1), w->a);
	sends(2, MSG_ACCEPTED, ballot_of(3, 1), w->a);
	assert_well();
	says(2, EVENT_PROMISED, ballot_of(3, 1), VALUE_NONE);
	sends(2, MSG_PROMISE, ballot_of(3, 2), VALUE_NONE);
	assert_broken(PROPERTY_PERSIST,
		      "n2 sent PROMISE 3.2 (nothing accepted) before it had stored that");
	says(1, EVENT_ACCEPTED, ballot_of(3, 1), w->a);
	sends(2, MSG_ACCEPTED, ballot_of(3, 1), w->a);
	assert_broken(PROPERTY_PERSIST, "n2 sent ACCEPTED 3.1=A before it had stored that");
	says(2, EVENT_ACCEPTED, ballot_of(3, 1), w->a);
	sends(2, MSG_ACCEPTED, ballot_of(3, 2), w->a);
	assert_broken(PROPERTY_PERSIST, "n2 sent ACCEPTED 3.2=A before it had stored that");
	/* other messages tell nothing that is stored */
	sends(2, MSG_PREPARE, ballot_of(9, 2), VALUE_NONE);
	sends(2, MSG_NACK, ballot_of(9, 2), VALUE_NONE);
	assert_well();
}

/* A Commit of what the node does not know to be chosen may come from its store; one of another
 * value than it knows comes from nowhere. */
static void a_commit_says_what_its_sender_knows(void **state)
{
	(void)state;
	for (node_id id = 1; id <= 3; id++)
		says(id, EVENT_ACCEPTED, ballot_of(3, 1), w->a);
	sends(2, MSG_COMMIT, ballot_of(3, 1), w->a);
	says(2, EVENT_CHOSEN, ballot_of(3, 1), w->a);
	sends(2, MSG_COMMIT, ballot_of(3, 1), w->a);
	assert_int_equal(w->m->safety, SAFETY_OK);
	sends(2, MSG_COMMIT, ballot_of(3, 1), w->b);
	assert_broken(PROPERTY_PERSIST, "n2 sent COMMIT 3.1=B before it had stored that");
}

/* The walk stops at the votes of both quorums and at what they rest on, and nowhere else. */
static void a_walk_stops_at_what_made_the_violation(void **state)
{
	static const struct {
		node_id node;
		enum event_kind kind;
		uint32_t round;
		node_id owner;
		slot_number slot;
		bool b, stops, completes;
	} told[] = {
		{1, EVENT_PROPOSING, 1, 1, 0, false, true, false},
		{4, EVENT_PROPOSING, 1, 4, 0, false, false, false}, /* of no side */
		{1, EVENT_PROPOSING, 1, 1, 1, false, false, false}, /* another slot */
		{1, EVENT_ACCEPTED, 1, 1, 0, false, true, false},
		{1, EVENT_ACCEPTED, 1, 1, 1, false, false, false},
		{2, EVENT_ACCEPTED, 1, 1, 0, false, true, false},
		{3, EVENT_ACCEPTED, 1, 1, 0, false, true, true},
		{2, EVENT_PREPARING, 1, 2, 0, false, false, false},
		{1, EVENT_CHOSEN, 1, 1, 0, false, true, false},
		{1, EVENT_CHOSEN, 1, 1, 1, false, false, false},
		{5, EVENT_PROPOSING, 2, 5, 0, true, true, false},
		{4, EVENT_ACCEPTED, 2, 5, 0, true, true, false},
		{5, EVENT_ACCEPTED, 2, 5, 0, true, true, false},
		{3, EVENT_ACCEPTED, 2, 5, 0, true, true, true},
		{2, EVENT_ACCEPTED, 3, 5, 0, true, false, false}, /* it is proven by now */
	};
	const unsigned count = sizeof told / sizeof told[0];
	struct walk walk;
	unsigned step = 0;

	(void)state;
	w->m->words_are_true = true;
	walk_through_violation(w->m, &walk);
	assert_int_equal(walk.steps, 0);
	const uint64_t first = w->m->events;
	for (unsigned i = 0; i < count; i++)
		handmade_tell(w, (struct event){.kind = told[i].kind,
						.node = told[i].node,
						.slot = told[i].slot,
						.ballot = ballot_of(told[i].round, told[i].owner),
						.because = BECAUSE_COUNTED,
						.value = told[i].b ? w->b : w->a});
	assert_int_equal(w->m->violation.property, PROPERTY_AGREEMENT);
	walk_through_violation(w->m, &walk);
	assert_int_equal(walk.both, set_of(3));
	for (unsigned i = 0; i < count; i++) {
		if (!told[i].stops)
			continue;
		assert_true(step < walk.steps);
		assert_int_equal(walk.step[step].event, first + i);
		assert_int_equal(walk.step[step].completes, told[i].completes);
		assert_int_equal(walk.step[step].both, told[i].node == 3);
		step++;
	}
	assert_int_equal(walk.steps, step);
}

/* A walk of as many steps as there is room for shows them all; of one more it is the brief one,
 * which has of the votes only those of the node in both quorums. */
static void a_walk_that_just_fits_is_not_shortened(void **state)
{
	struct walk walk;

	(void)state;
	for (unsigned lies = WALK_STEPS_MAX - 6; lies <= WALK_STEPS_MAX - 5; lies++) {
		again();
		for (unsigned i = 0; i < lies; i++)
			says(4, EVENT_LIED, ballot_of(1, 1), w->a);
		for (node_id id = 1; id <= 3; id++)
			says(id, EVENT_ACCEPTED, ballot_of(1, 1), w->a);
		for (node_id id = 5; id >= 3; id -= 1)
			if (id != 4)
				says(id, EVENT_ACCEPTED, ballot_of(2, 5), w->b);
		says(2, EVENT_ACCEPTED, ballot_of(2, 5), w->b);
		assert_int_equal(w->m->violation.property, PROPERTY_AGREEMENT);
		walk_through_violation(w->m, &walk);
		unsigned votes = 0;
		for (unsigned i = 0; i < walk.steps; i++)
			votes += model_event_at(w->m, walk.step[i].event)->kind == EVENT_ACCEPTED;
		assert_int_equal(walk.steps, lies + votes);
		assert_int_equal(votes, lies + 6 == WALK_STEPS_MAX ? 6 : 4);
	}
}

static void learns(node_id node, struct ballot ballot, value_ref value)
{
	handmade_tell(w, (struct event){.kind = EVENT_CHOSEN,
					.node = node,
					.ballot = ballot,
					.because = BECAUSE_TOLD,
					.value = value});
}

/* Nobody is known to have voted for B: every learner that says so is named, each as it says it. */
static void all_learners_of_a_value_without_votes_are_named(void **state)
{
	(void)state;
	w->m->words_are_true = true;
	for (node_id id = 1; id <= 3; id++)
		says(id, EVENT_ACCEPTED, ballot_of(1, 1), w->a);
	assert_int_equal(w->m->chosen_last_at, w->now);
	learns(4, ballot_of(2, 5), w->b);
	learns(5, ballot_of(2, 5), w->b);
	assert_int_equal(w->m->violation.said[1], set_of(4) | set_of(5));
	assert_broken(PROPERTY_AGREEMENT,
		      "in slot 0 A was chosen at 1.1 by n1 n2 n3 and n4 n5 say that B was chosen "
		      "at 2.5, where no quorum of 3 is known to have voted (nobody)");
}

static void who_knows_another_value_than_before_breaks_integrity(void **state)
{
	(void)state;
	for (node_id id = 1; id <= 3; id++)
		says(id, EVENT_ACCEPTED, ballot_of(1, 1), w->a);
	says(2, EVENT_CHOSEN, ballot_of(1, 1), w->a);
	says(2, EVENT_CHOSEN, ballot_of(1, 1), w->b);
	assert_broken(PROPERTY_INTEGRITY, "n2 knew that A was chosen in slot 0, and now knows B");
}

/* Everybody tells of something later. */
static void time_passes(void)
{
	for (node_id id = 1; id <= 5; id++)
		handmade_tell(w, (struct event){.kind = EVENT_GATED, .node = id});
}

static void choose_a(void)
{
	for (node_id id = 1; id <= 3; id++)
		says(id, EVENT_ACCEPTED, ballot_of(1, 1), w->a);
	says(1, EVENT_CHOSEN, ballot_of(1, 1), w->a);
	time_passes();
}

static void a_chosen_value_was_proposed_by_somebody_in_one_of_three_ways(void **state)
{
	(void)state;
	for (unsigned way = 0; way < 4; way++) {
		handmade_queued(w, 5, way == 0 ? w->a : w->b);
		if (way == 1)
			says(4, EVENT_PROPOSING, ballot_of(1, 4), w->a);
		if (way == 2)
			sends(4, MSG_ACCEPT, ballot_of(1, 4), w->a);
		/* a word that is not a proposal does not help */
		if (way == 3)
			sends(1, MSG_COMMIT, ballot_of(1, 1), w->a);
		choose_a();
		if (way < 3)
			assert_well();
		else
			assert_broken(PROPERTY_VALIDITY, "in slot 0 n1 knows A to be chosen, which "
							 "no node ever proposed");
	}
}

static void a_noop_is_nobodys_and_everybodys(void **state)
{
	(void)state;
	handmade_queued(w, 5, w->b);
	for (node_id id = 1; id <= 3; id++)
		says(id, EVENT_ACCEPTED, ballot_of(1, 1), VALUE_NOOP);
	says(1, EVENT_CHOSEN, ballot_of(1, 1), VALUE_NOOP);
	time_passes();
	assert_well();
}

static void validity_waits_until_every_node_that_runs_has_told_of_later_things(void **state)
{
	(void)state;
	handmade_queued(w, 5, w->b);
	for (node_id id = 1; id <= 3; id++)
		says(id, EVENT_ACCEPTED, ballot_of(1, 1), w->a);
	says(1, EVENT_CHOSEN, ballot_of(1, 1), w->a);
	for (node_id id = 1; id <= 4; id++)
		handmade_tell(w, (struct event){.kind = EVENT_GATED, .node = id});
	assert_int_equal(w->m->safety, SAFETY_OK);
	/* n5 is gone: it will not tell */
	model_event(w->m, &(struct event){.kind = EVENT_CRASHED, .node = 5, .at = ++w->now});
	handmade_tell(w, (struct event){.kind = EVENT_GATED, .node = 1});
	assert_int_equal(w->m->violation.property, PROPERTY_VALIDITY);
	assert_int_equal(w->m->safety, SAFETY_VIOLATED);
}

/* What this model has not heard may have been the proposal. */
static void a_model_that_missed_something_does_not_judge_validity(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		struct model_node *n = &w->m->node[4];

		handmade_queued(w, 5, w->b);
		n->past_unknown = i == 0;
		n->missed = i == 1;
		n->blurred = i == 2;
		if (i == 3) {
			n->boot = 0;
			n->life = LIFE_DOWN;
		}
		for (node_id id = 1; id <= 3; id++)
			says(id, EVENT_ACCEPTED, ballot_of(1, 1), w->a);
		says(1, EVENT_CHOSEN, ballot_of(1, 1), w->a);
		for (node_id id = 1; id <= 5; id++)
			if (id != 4 || i != 3)
				handmade_tell(w, (struct event){.kind = EVENT_GATED, .node = id});
		assert_int_equal(w->m->safety, i == 4 ? SAFETY_VIOLATED : SAFETY_OK);
		again();
	}
	/* a model that heard of no proposal at all was not told of them */
	choose_a();
	assert_well();
}

static void each_value_is_proposed_for_itself(void **state)
{
	char text[16];
	value_ref ref = VALUE_NONE;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		for (unsigned k = 0; k < 70; k++) {
			int length = snprintf(text, sizeof text, "v%u", k);
			ref = values_intern(w->m->values, (const uint8_t *)text, (uint32_t)length);
			if (k % 2 == 0 || i == 0)
				handmade_queued(w, 5, ref);
		}
		/* v69 was proposed in the first round only */
		for (node_id id = 1; id <= 3; id++)
			says(id, EVENT_ACCEPTED, ballot_of(1, 1), ref);
		says(1, EVENT_CHOSEN, ballot_of(1, 1), ref);
		time_passes();
		assert_int_equal(w->m->safety, i == 0 ? SAFETY_OK : SAFETY_VIOLATED);
		again();
	}
}

/* Another table for the model: every number up to 65536 is that of a value. */
static void fill_table(void)
{
	free(w->m->values);
	w->m->values = values_init(malloc(values_size(1 << 17, 1 << 19)), 1 << 17, 1 << 19);
	for (uint32_t i = 2; i <= 65536; i++)
		assert_int_equal(values_intern(w->m->values, (const uint8_t *)&i, sizeof i), i);
}

/* A value's number is its place in a table of values; a bit is kept for each. */
static void the_last_values_of_a_full_table_are_judged_as_the_first(void **state)
{
	static const value_ref proposed[] = {3, 31, 32, 33, 62, 63, 64, 95, 961, 992, 32768, 65535};

	(void)state;
	for (unsigned i = 0; i < sizeof proposed / sizeof proposed[0]; i++) {
		fill_table();
		handmade_queued(w, 5, proposed[i]);
		for (node_id id = 1; id <= 3; id++)
			says(id, EVENT_ACCEPTED, ballot_of(1, 1), proposed[i]);
		says(1, EVENT_CHOSEN, ballot_of(1, 1), proposed[i]);
		assert_int_equal(model_slot(w->m, 0)->unproposed, 0);
		time_passes();
		assert_well();
	}
	/* no table has more, and a model that is told of more says nothing about them */
	fill_table();
	handmade_queued(w, 5, w->a);
	for (node_id id = 1; id <= 3; id++)
		says(id, EVENT_ACCEPTED, ballot_of(1, 1), 65536);
	says(1, EVENT_CHOSEN, ballot_of(1, 1), 65536);
	assert_int_equal(model_slot(w->m, 0)->unproposed, 0);
	assert_well();
}

static void values_wait_from_when_they_are_asked_for_until_they_are_decided(void **state)
{
	(void)state;
	assert_int_equal(w->m->waiting, 0);
	assert_int_equal(w->m->waiting_since, 0);
	handmade_queued(w, 5, w->a);
	assert_int_equal(w->m->waiting, 1);
	assert_int_equal(w->m->waiting_since, w->now);
	const time_us since = w->now;
	time_passes();
	assert_int_equal(w->m->waiting_since, since);
	handmade_tell(w, (struct event){.kind = EVENT_WON, .node = 5, .value = w->a});
	assert_int_equal(w->m->waiting, 0);
	assert_int_equal(w->m->waiting_since, 0);
	assert_int_equal(w->m->progress, PROGRESS_IDLE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static void sums_up(node_id node, slot_number slot, value_ref chain)
{
	handmade_tell(
		w, (struct event){
			   .kind = EVENT_SUMMARIZED, .node = node, .slot = slot, .value = chain});
}

static void two_chains_over_the_same_slots_are_two_logs(void **state)
{
	(void)state;
	sums_up(1, 15, w->a);
	sums_up(2, 31, w->b);
	sums_up(3, 15, w->a);
	assert_int_equal(w->m->safety, SAFETY_OK);
	assert_int_equal(w->m->node[2].base, 32);
	sums_up(2, 15, w->b);
	assert_true(w->m->violation.by_chain);
	assert_false(model_violation_is_open(w->m));
	assert_int_equal(w->m->violation.quorum[0], 0x5);
	assert_int_equal(w->m->violation.quorum[1], 0x2);
	assert_broken(PROPERTY_AGREEMENT,
		      "up to slot 15 n2 knows other values than n1 n3: their chains over all that "
		      "was chosen there differ");
	/* Whoever was brought over slots tells the chain, too. */
	sums_up(1, 15, w->a);
	handmade_tell(
		w, (struct event){
			   .kind = EVENT_BROUGHT, .node = 4, .slot = 15, .value = w->b, .peer = 5});
	assert_broken(PROPERTY_AGREEMENT,
		      "up to slot 15 n4 knows other values than n1: their chains over all that was "
		      "chosen there differ");
}

static void a_liars_chain_is_nobodys(void **state)
{
	(void)state;
	handmade_tell(w, (struct event){.kind = EVENT_LIED, .node = 2, .attack = 1});
	sums_up(1, 15, w->a);
	sums_up(2, 15, w->b);
	assert_int_equal(w->m->safety, SAFETY_OK);
}

/* A process may say anything: one that stands alone is remarked on, and fakes no violation. */
static void a_process_that_tells_another_chain_alone_is_not_believed(void **state)
{
	(void)state;
	w->m->words_are_true = false;
	sums_up(1, 15, w->a);
	sums_up(2, 15, w->a);
	sums_up(3, 15, w->b);
	assert_int_equal(w->m->safety, SAFETY_OK);
	assert_int_equal(w->m->node[3].remark[REMARK_OTHER_CHAIN].count, 1);
	assert_int_equal(w->m->node[3].remark[REMARK_OTHER_CHAIN].by, 0x3);
	sums_up(4, 15, w->b);
	assert_int_equal(w->m->safety, SAFETY_VIOLATED);
}

/* The first violation explains the rest, whichever is seen next. */
static void the_first_violation_stays(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		says(2, EVENT_PROMISED, ballot_of(3, 2), VALUE_NONE);
		says(2, EVENT_PROMISED, ballot_of(3, 1), VALUE_NONE);
		assert_int_equal(w->m->violation.property, PROPERTY_MONOTONE);
		if (i == 0) {
			sums_up(1, 15, w->a);
			sums_up(3, 15, w->b);
		} else {
			says(1, EVENT_CHOSEN, ballot_of(1, 1), w->a);
			says(1, EVENT_CHOSEN, ballot_of(1, 1), w->b);
		}
		assert_broken(PROPERTY_MONOTONE, "n2 promised 3.1 though it had promised 3.2");
	}
}

/* Two of seven are as many as may lie. */
static void each_of_two_that_tell_another_chain_is_remarked_on(void **state)
{
	struct handmade *seven = handmade_new(7, true);

	(void)state;
	seven->m->words_are_true = false;
	handmade_start(seven);
	for (node_id id = 5; id >= 1; id--)
		handmade_tell(seven, (struct event){.kind = EVENT_SUMMARIZED,
						    .node = id,
						    .slot = 15,
						    .value = id > 2 ? seven->a : seven->b});
	assert_int_equal(seven->m->safety, SAFETY_OK);
	for (node_id id = 1; id <= 7; id++) {
		const struct model_remark *r = &seven->m->node[id].remark[REMARK_OTHER_CHAIN];

		assert_int_equal(r->count > 0, id <= 2);
		assert_int_equal(r->by, id <= 2 ? 0x1c : 0);
		assert_int_equal(r->value, id <= 2 ? seven->b : VALUE_NONE);
	}
	handmade_free(seven);
}

/* What a snapshot says nothing of is not there, whatever stood there before. */
static void a_snapshot_says_no_more_than_it_has(void **state)
{
	static struct snapshot s;

	(void)state;
	says(2, EVENT_ACCEPTED, ballot_of(1, 1), w->a);
	for (unsigned told = 2; told-- > 0;) {
		s = (struct snapshot){.node = 2,
				      .boot = 1,
				      .seq = 40,
				      .nodes = 5,
				      .quorum = 3,
				      .promised = ballot_of(1, 1),
				      .slots = (uint16_t)told};
		s.slot[0] = (struct snapshot_slot){.voted_at = ballot_of(1, 1), .voted = w->a};
		model_snapshot(w->m, &s);
		if (told == 1)
			assert_int_equal(w->m->safety, SAFETY_OK);
	}
	assert_broken(PROPERTY_PERSIST,
		      "n2 keeps a vote at - though it had accepted at 1.1: it has forgotten that");
}

static void node_2_is_another_one_from_slot(slot_number from)
{
	says(2, EVENT_ACCEPTED, ballot_of(1, 1), w->a);
	says(2, EVENT_ECHOED, ballot_of(1, 1), w->a);
	handmade_tell(w, (struct event){.kind = EVENT_SEATED, .node = 2, .slot = from});
}

/* Who has the seat of one that lost its disk has forgotten what that one voted, and says so. */
static void an_empty_seat_remembers_nothing_and_votes_above_only(void **state)
{
	static struct snapshot s = {.node = 2, .boot = 1, .seq = 9, .nodes = 5, .quorum = 3};

	(void)state;
	node_2_is_another_one_from_slot(9);
	assert_int_equal(model_slot(w->m, 0)->vote[2].voted, VALUE_NONE);
	says(2, EVENT_PROMISED, ballot_of(4, 1), VALUE_NONE);
	sends(2, MSG_PROMISE, ballot_of(4, 1), VALUE_NONE);
	handmade_tell(w, (struct event){.kind = EVENT_ACCEPTED,
					.node = 2,
					.slot = 9,
					.ballot = ballot_of(4, 1),
					.value = w->a});
	assert_well();

	node_2_is_another_one_from_slot(1);
	says(2, EVENT_ECHOED, ballot_of(4, 1), w->a);
	assert_broken(PROPERTY_PERSIST,
		      "n2 votes in slot 0, where the one that had its seat before may have voted");

	/* who came too late for the event reads it in the snapshot, and in no other way */
	for (slot_number from = 2; from-- > 0;) {
		says(2, EVENT_ACCEPTED, ballot_of(1, 1), w->a);
		s.promised = ballot_of(1, 1);
		s.part_from = from;
		model_snapshot(w->m, &s);
		if (from == 1)
			assert_well();
	}
	assert_broken(PROPERTY_PERSIST,
		      "n2 keeps a vote at - though it had accepted at 1.1: it has forgotten that");
}

static void what_is_let_go_is_not_told_to_be_chosen(void **state)
{
	(void)state;
	handmade_tell(
		w, (struct event){
			   .kind = EVENT_BROUGHT, .node = 2, .slot = 9, .value = w->a, .peer = 1});
	assert_int_equal(w->m->node[2].base, 10);
	assert_int_equal(w->m->node[2].low, 10);
	assert_null(model_slot(w->m, 9));
	assert_int_equal(w->m->behind.node, 1);
	handmade_tell(w, (struct event){.kind = EVENT_LET_GO, .node = 1, .slot = 4});
	assert_int_equal(w->m->node[1].low, 5);
	assert_int_equal(w->m->node[1].base, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_chains_over_the_same_slots_are_two_logs),
		TEST(a_liars_chain_is_nobodys),
		TEST(a_process_that_tells_another_chain_alone_is_not_believed),
		TEST(the_first_violation_stays),
		TEST(each_of_two_that_tell_another_chain_is_remarked_on),
		TEST(a_snapshot_says_no_more_than_it_has),
		TEST(an_empty_seat_remembers_nothing_and_votes_above_only),
		TEST(what_is_let_go_is_not_told_to_be_chosen),
		TEST(a_promise_rises_and_is_stored_once),
		TEST(a_vote_is_at_the_promise_or_above),
		TEST(one_ballot_gets_one_vote),
		TEST(what_is_sent_was_stored_before),
		TEST(a_commit_says_what_its_sender_knows),
		TEST(a_walk_stops_at_what_made_the_violation),
		TEST(a_walk_that_just_fits_is_not_shortened),
		TEST(all_learners_of_a_value_without_votes_are_named),
		TEST(who_knows_another_value_than_before_breaks_integrity),
		TEST(a_chosen_value_was_proposed_by_somebody_in_one_of_three_ways),
		TEST(a_noop_is_nobodys_and_everybodys),
		TEST(a_model_that_missed_something_does_not_judge_validity),
		TEST(each_value_is_proposed_for_itself),
		TEST(the_last_values_of_a_full_table_are_judged_as_the_first),
		TEST(values_wait_from_when_they_are_asked_for_until_they_are_decided),
		TEST(validity_waits_until_every_node_that_runs_has_told_of_later_things),
	};

	return cmocka_run_group_tests_name("judges", tests, NULL, NULL);
}
