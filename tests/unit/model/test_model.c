/* The model is a fold: events made by hand go in, and what a dashboard would show comes out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/model/base/model.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/fold/fold.h"
#include "tests/support/handmade.h"
#include "proto/model/say/say.h"

static int begin(void **state)
{
	*state = handmade_new(5, false);
	return 0;
}

static int end(void **state)
{
	handmade_free(*state);
	return 0;
}

static struct event message(enum event_kind kind, node_id node, node_id from, node_set to)
{
	return (struct event){
		.kind = kind,
		.node = node,
		.id = {from, 1, 7},
		.type = MSG_PREPARE,
		.peer = kind == EVENT_SENT ? NODE_NONE : from,
		.to = to,
		.ballot = {1, from},
	};
}

static const struct flight *flight_to(const struct handmade *w, node_id to)
{
	for (uint32_t i = 0; i < w->m->flights; i++)
		if (w->m->flight[i].to == to)
			return &w->m->flight[i];
	return NULL;
}

static void a_message_to_four_nodes_is_four_flights_with_fates_of_their_own(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	handmade_tell(w, message(EVENT_SENT, 1, 1, 0x1e));
	assert_int_equal(w->m->flights, 4);
	struct event held = message(EVENT_HELD, 2, 1, 0x1e);
	held.due = 5000;
	handmade_tell(w, held);
	handmade_tell(w, message(EVENT_RECEIVED, 3, 1, 0x1e));
	struct event lost = message(EVENT_DROPPED, 4, 1, 0x1e);
	lost.drop = DROP_CUT;
	handmade_tell(w, lost);
	assert_int_equal(flight_to(w, 2)->state, FLIGHT_HELD);
	assert_int_equal(flight_to(w, 2)->due, 5000);
	assert_int_equal(flight_to(w, 3)->state, FLIGHT_ARRIVED);
	assert_int_equal(flight_to(w, 4)->state, FLIGHT_LOST);
	assert_int_equal(flight_to(w, 4)->drop, DROP_CUT);
	assert_int_equal(flight_to(w, 5)->state, FLIGHT_SENT);
	assert_int_equal(w->m->node[4].lost_from[1], 1);
}

static void a_receiver_may_speak_before_the_sender(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	handmade_tell(w, message(EVENT_RECEIVED, 3, 1, 0x06));
	handmade_tell(w, message(EVENT_SENT, 1, 1, 0x06));
	assert_int_equal(w->m->flights, 2);
	assert_int_equal(flight_to(w, 3)->state, FLIGHT_ARRIVED);
	assert_int_equal(flight_to(w, 2)->state, FLIGHT_SENT);
}

static void what_is_on_its_way_to_a_node_dies_with_it(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	handmade_tell(w, message(EVENT_SENT, 1, 1, 0x06));
	model_event(w->m, &(struct event){.kind = EVENT_CRASHED, .node = 2});
	assert_int_equal(flight_to(w, 2)->state, FLIGHT_LOST);
	assert_int_equal(flight_to(w, 2)->drop, DROP_CRASH);
	assert_int_equal(flight_to(w, 3)->state, FLIGHT_SENT);
	assert_int_equal(w->m->node[2].life, LIFE_DOWN);
}

static void more_flights_than_there_is_room_for_forget_the_landed_first(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	for (uint64_t i = 1; i <= 3 * MODEL_FLIGHTS; i++) {
		struct event e = message(EVENT_SENT, 1, 1, 0x02);
		e.id.number = i;
		handmade_tell(w, e);
		if (i % 8 == 0)
			continue; /* stays on its way */
		e = message(EVENT_RECEIVED, 2, 1, 0x02);
		e.id.number = i;
		handmade_tell(w, e);
	}
	unsigned on_the_way = 0;
	for (uint32_t i = 0; i < w->m->flights; i++)
		on_the_way += w->m->flight[i].state == FLIGHT_SENT;
	assert_true(w->m->flights <= MODEL_FLIGHTS);
	assert_int_equal(on_the_way, 3 * MODEL_FLIGHTS / 8);
	/* each can still be found */
	for (uint64_t i = 8; i <= 3 * MODEL_FLIGHTS; i += 8) {
		struct event e = message(EVENT_RECEIVED, 2, 1, 0x02);
		e.id.number = i;
		uint32_t before = w->m->flights;
		handmade_tell(w, e);
		assert_int_equal(w->m->flights, before);
	}
}

static void landed_flights_are_forgotten_when_people_have_seen_them(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	w->m->clock = (struct clock_rule){.num = 1, .den = 100};
	handmade_tell(w, message(EVENT_SENT, 1, 1, 0x02));
	handmade_tell(w, message(EVENT_RECEIVED, 2, 1, 0x02));
	model_time(w->m, 10000);
	assert_int_equal(w->m->flights, 1);
	model_time(w->m, 20000); /* two seconds of real time */
	assert_int_equal(w->m->flights, 0);
}

static void a_quorum_of_votes_in_one_ballot_decides(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	handmade_accepted(w, 1, ballot_of(1, 1), w->a);
	handmade_accepted(w, 2, ballot_of(1, 1), w->a);
	assert_int_equal(model_slot(w->m, 0)->decided, VALUE_NONE);
	handmade_accepted(w, 3, ballot_of(1, 1), w->a);
	assert_int_equal(model_slot(w->m, 0)->decided, w->a);
	assert_int_equal(model_slot(w->m, 0)->decided_by, 0x07);
	assert_int_equal(w->m->safety, SAFETY_OK);
}

static void votes_of_different_ballots_do_not_count_together(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	handmade_accepted(w, 1, ballot_of(1, 1), w->a);
	handmade_accepted(w, 2, ballot_of(2, 1), w->a);
	handmade_accepted(w, 3, ballot_of(3, 1), w->a);
	assert_int_equal(model_slot(w->m, 0)->decided, VALUE_NONE);
}

static void two_quorums_with_two_values_are_a_violation_with_proof(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	handmade_accepted(w, 1, ballot_of(1, 1), w->a);
	handmade_accepted(w, 2, ballot_of(1, 1), w->a);
	handmade_accepted(w, 3, ballot_of(1, 1), w->a);
	handmade_accepted(w, 3, ballot_of(2, 2), w->b);
	handmade_accepted(w, 4, ballot_of(2, 2), w->b);
	assert_int_equal(w->m->safety, SAFETY_OK);
	handmade_accepted(w, 5, ballot_of(2, 2), w->b);
	assert_int_equal(w->m->safety, SAFETY_VIOLATED);
	const struct model_violation *v = &w->m->violation;
	assert_int_equal(v->property, PROPERTY_AGREEMENT);
	assert_int_equal(v->quorum[0] & v->quorum[1], 0x04);
	assert_int_equal(v->value[0], w->a);
	assert_int_equal(v->value[1], w->b);
	assert_int_equal(model_event_at(w->m, v->event[1])->node, 5);
	assert_string_equal(v->words,
			    "in slot 0 A was chosen at 1.1 by n1 n2 n3 and B at 2.2 by n3 "
			    "n4 n5; in both: n3");
}

static void a_quorum_is_seen_although_a_voter_has_voted_again(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	handmade_accepted(w, 1, ballot_of(1, 1), w->a);
	handmade_accepted(w, 1, ballot_of(2, 2), w->b);
	handmade_accepted(w, 2, ballot_of(1, 1), w->a);
	handmade_accepted(w, 3, ballot_of(1, 1), w->a);
	assert_int_equal(model_slot(w->m, 0)->decided, w->a);
}

/* Of more ballots than are kept the lowest makes place, and one below all that are kept gets none.
 */
static void the_votes_of_the_highest_ballots_are_kept(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	static const uint32_t rounds[MODEL_TALLIES] = {4, 2, 9, 7, 3, 8, 6, 5};
	for (unsigned i = 0; i < MODEL_TALLIES; i++)
		handmade_accepted(w, 1, ballot_of(rounds[i], 1), w->a);
	const struct model_slot *s = model_slot(w->m, 0);
	for (uint32_t round = 2; round <= 9; round++)
		assert_non_null(model_tally(s, ballot_of(round, 1), w->a));
	handmade_accepted(w, 2, ballot_of(1, 1), w->a);
	assert_null(model_tally(s, ballot_of(1, 1), w->a));
	handmade_accepted(w, 2, ballot_of(10, 1), w->a);
	assert_null(model_tally(s, ballot_of(2, 1), w->a));
	handmade_accepted(w, 2, ballot_of(4, 2), w->a);
	assert_null(model_tally(s, ballot_of(3, 1), w->a));
	/* those that stay keep their votes */
	const struct model_tally *kept = model_tally(s, ballot_of(4, 1), w->a);
	assert_int_equal(kept->voters, set_of(1));
	/* the same ballot with another value is counted apart */
	handmade_accepted(w, 3, ballot_of(9, 1), w->b);
	assert_int_equal(model_tally(s, ballot_of(9, 1), w->a)->voters, set_of(1));
	assert_int_equal(model_tally(s, ballot_of(9, 1), w->b)->voters, set_of(3));
}

static void two_learners_with_two_values_are_a_violation(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	handmade_tell(w, (struct event){.kind = EVENT_CHOSEN,
					.node = 1,
					.ballot = ballot_of(1, 1),
					.value = w->a});
	handmade_tell(w, (struct event){.kind = EVENT_CHOSEN,
					.node = 2,
					.ballot = ballot_of(2, 2),
					.value = w->b});
	assert_int_equal(w->m->safety, SAFETY_VIOLATED);
	assert_int_equal(w->m->violation.property, PROPERTY_AGREEMENT);
}

static void who_changes_its_mind_about_what_is_chosen_breaks_integrity(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	handmade_tell(w, (struct event){.kind = EVENT_CHOSEN,
					.node = 1,
					.ballot = ballot_of(1, 1),
					.value = w->a});
	handmade_tell(w, (struct event){.kind = EVENT_CHOSEN,
					.node = 1,
					.ballot = ballot_of(1, 1),
					.value = w->a});
	assert_int_equal(w->m->safety, SAFETY_OK);
	handmade_tell(w, (struct event){.kind = EVENT_CHOSEN,
					.node = 1,
					.ballot = ballot_of(2, 2),
					.value = w->b});
	assert_int_equal(w->m->safety, SAFETY_VIOLATED);
	assert_int_equal(w->m->violation.property, PROPERTY_INTEGRITY);
}

static void queue_at(struct handmade *w, node_id node)
{
	handmade_tell(w, (struct event){.kind = EVENT_QUEUED,
					.node = node,
					.slot = SLOT_NONE,
					.value = w->a,
					.count = 1});
}

static void it_stalls_when_values_wait_and_nothing_is_chosen(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	assert_int_equal(w->m->progress, PROGRESS_IDLE);
	model_time(w->m, 1000);
	queue_at(w, 1);
	model_time(w->m, STALLED_AFTER_US);
	assert_int_equal(w->m->progress, PROGRESS_OK);
	model_time(w->m, 1000 + STALLED_AFTER_US);
	assert_int_equal(w->m->progress, PROGRESS_STALLED);
	assert_string_equal(w->m->progress_why, "");
	handmade_tell(w, (struct event){.kind = EVENT_WON, .node = 1, .value = w->a});
	assert_int_not_equal(w->m->progress, PROGRESS_STALLED);
}

static void learns(struct handmade *w, node_id node)
{
	handmade_tell(w, (struct event){.kind = EVENT_CHOSEN,
					.node = node,
					.slot = 0,
					.ballot = {1, 1},
					.value = w->a,
					.because = BECAUSE_TOLD,
					.peer = 1});
}

static void a_node_that_lacks_a_slot_is_named_after_a_while(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	model_time(w->m, 1000);
	for (node_id id = 1; id <= 3; id++)
		handmade_tell(w, (struct event){.kind = EVENT_ACCEPTED,
						.node = id,
						.slot = 0,
						.ballot = {1, 1},
						.value = w->a});
	assert_int_equal(w->m->behind.node, 1);
	assert_int_equal(w->m->behind.knowing, 0);
	for (node_id id = 1; id <= 4; id++)
		learns(w, id);
	assert_int_equal(w->m->behind.node, 5);
	model_time(w->m, STALLED_AFTER_US);
	assert_int_not_equal(w->m->progress, PROGRESS_BEHIND);
	model_time(w->m, 1000 + STALLED_AFTER_US);
	assert_int_equal(w->m->progress, PROGRESS_BEHIND);
	assert_string_equal(w->m->progress_why,
			    "n5 lags: it does not know slot 0, which n1 n2 n3 n4 know");
	model_event(w->m, &(struct event){.kind = EVENT_CRASHED, .node = 5});
	assert_int_equal(w->m->behind.node, NODE_NONE);
	assert_int_not_equal(w->m->progress, PROGRESS_BEHIND);
}

/* It learns what it lacked, and lacks another slot at once: it lags since then, not since before.
 */
static void a_node_that_lacks_another_slot_lags_since_then(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	for (slot_number slot = 0; slot < 2; slot++) {
		model_time(w->m, 1000 + slot * STALLED_AFTER_US / 2);
		for (node_id id = 1; id <= 3; id++)
			handmade_tell(w, (struct event){.kind = EVENT_ACCEPTED,
							.node = id,
							.slot = slot,
							.ballot = {1, 1},
							.value = w->a});
		for (node_id id = 1; id <= (slot == 0 ? 4 : 5); id++)
			handmade_tell(w, (struct event){.kind = EVENT_CHOSEN,
							.node = id,
							.slot = id == 5 ? 0 : slot,
							.ballot = {1, 1},
							.value = w->a});
	}
	assert_int_equal(w->m->behind.node, 5);
	assert_int_equal(w->m->behind.slot, 1);
	model_time(w->m, 1000 + STALLED_AFTER_US);
	assert_int_not_equal(w->m->progress, PROGRESS_BEHIND);
	model_time(w->m, 1000 + STALLED_AFTER_US / 2 + STALLED_AFTER_US);
	assert_int_equal(w->m->progress, PROGRESS_BEHIND);
}

static void a_lost_quorum_is_proved_and_told_soon(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	for (node_id id = 3; id <= 4; id++)
		model_event(w->m, &(struct event){.kind = EVENT_CRASHED, .node = id});
	struct event cut = {.kind = EVENT_LINKED, .node = 5, .peer = 1, .link = {.cut = true}};
	handmade_tell(w, cut);
	model_time(w->m, 1000);
	queue_at(w, 1);
	model_time(w->m, 1000 + BLOCKED_AFTER_US);
	assert_int_equal(w->m->progress, PROGRESS_STALLED);
	assert_string_equal(w->m->progress_why,
			    "no quorum: n1 reaches n2, 2 of the 3 it needs; down: "
			    "n3 n4; cut off: n5");
}

/* Every way to be out of reach has its word. */
static void who_is_out_of_reach_is_named_by_what_is_known_of_it(void **state)
{
	struct handmade *w = *state;
	for (node_id id = 1; id <= 5; id++)
		if (id != 4)
			handmade_tell(w, (struct event){.kind = EVENT_STARTED, .node = id});
	model_event(w->m, &(struct event){.kind = EVENT_CRASHED, .node = 2});
	model_event(w->m, &(struct event){.kind = EVENT_STOPPED, .node = 3});
	handmade_tell(w, (struct event){.kind = EVENT_LINKED,
					.node = 5,
					.peer = 1,
					.link = {.loss_ppm = 1000000}});
	model_time(w->m, 1000);
	queue_at(w, 1);
	model_time(w->m, 1000 + BLOCKED_AFTER_US);
	assert_string_equal(w->m->progress_why,
			    "no quorum: n1 reaches nobody, 1 of the 3 it needs; down: n2; frozen: "
			    "n3; silent: n4; cut off: n5");
}

static void a_ballot_race_names_the_racers(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	queue_at(w, 1);
	queue_at(w, 2);
	for (uint32_t round = 1; round < 4; round++) {
		handmade_tell(w, (struct event){.kind = EVENT_PREEMPTED,
						.node = 1,
						.ballot = ballot_of(round, 1),
						.other = ballot_of(round, 2),
						.due = 9});
		handmade_tell(w, (struct event){.kind = EVENT_PREEMPTED,
						.node = 2,
						.ballot = ballot_of(round, 2),
						.other = ballot_of(round + 1, 1),
						.due = 9});
	}
	assert_string_equal(
		w->m->progress_why,
		"ballot race: n1 n2 overtook each other 6 times, and nothing was chosen");
}

static void who_is_overtaken_again_and_again_is_in_a_race_that_it_never_wins(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	queue_at(w, 1);
	for (uint32_t round = 1; round < 4; round++) {
		assert_string_equal(w->m->progress_why, "");
		handmade_tell(w, (struct event){.kind = EVENT_PREEMPTED,
						.node = 1,
						.peer = 5,
						.ballot = ballot_of(2 * round, 1),
						.other = ballot_of(2 * round + 1, 5),
						.due = 9});
	}
	assert_string_equal(w->m->progress_why,
			    "ballot race: n5 overtook n1 3 times, and nothing was chosen");
}

static void promise(struct handmade *w, node_id node, struct ballot ballot)
{
	handmade_tell(w, (struct event){.kind = EVENT_PROMISED, .node = node, .ballot = ballot});
}

static void promises_of_the_highest_ballot_are_proof_that_it_is_stuck_for_ever(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	model_time(w->m, 1000);
	queue_at(w, 1);
	promise(w, 1, ballot_of(ROUND_MAX, 5));
	promise(w, 2, ballot_of(ROUND_MAX, 5));
	assert_false(w->m->stuck);
	promise(w, 5, ballot_of(ROUND_MAX, 5));
	assert_true(w->m->stuck);
	model_time(w->m, w->m->now + BLOCKED_AFTER_US);
	assert_int_equal(w->m->progress, PROGRESS_STALLED);
	assert_string_equal(w->m->progress_why,
			    "no ballot left: n1 n2 n5 promised max.5, and n1 has none above it");
	/* n5 itself has one left */
	queue_at(w, 5);
	assert_false(w->m->stuck);
}

static void who_does_not_answer_a_ballot_is_named_after_a_while(void **state)
{
	struct handmade *w = *state;
	const time_us begun = 1000 + STALLED_AFTER_US;

	handmade_start(w);
	model_time(w->m, 1000);
	queue_at(w, 1);
	model_time(w->m, begun);
	handmade_tell(w, (struct event){.kind = EVENT_PREPARING,
					.node = 1,
					.at = begun,
					.ballot = ballot_of(1, 1)});
	promise(w, 1, ballot_of(1, 1));
	model_time(w->m, begun + STALLED_AFTER_US / 4 - 1);
	assert_string_equal(w->m->progress_why, "");
	model_time(w->m, begun + STALLED_AFTER_US / 4);
	assert_int_equal(w->m->progress, PROGRESS_STALLED);
	assert_string_equal(w->m->progress_why,
			    "1 of the 3 it takes answered PREPARE 1.1 of n1; silent: n2 n3 n4 n5");
}

static void keeps_out(struct handmade *w, node_id node, slot_number slot)
{
	handmade_tell(w, (struct event){.kind = EVENT_DROPPED,
					.node = node,
					.type = MSG_PREPARE,
					.drop = DROP_SEAT,
					.peer = 1,
					.ballot = ballot_of(9, 1),
					.slot = slot});
}

static void a_slot_that_too_many_keep_out_of_is_stuck_for_ever(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	model_time(w->m, 1000);
	queue_at(w, 1);
	keeps_out(w, 2, 0);
	keeps_out(w, 3, 0);
	keeps_out(w, 4, 7);
	assert_false(w->m->stuck);
	keeps_out(w, 4, 0);
	assert_true(w->m->stuck);
	model_time(w->m, w->m->now + BLOCKED_AFTER_US);
	assert_int_equal(w->m->progress, PROGRESS_STALLED);
	assert_string_equal(w->m->progress_why,
			    "no quorum left for slot 0, where n2 n3 n4 keep out, as they may "
			    "have voted there before: begin an epoch");
	/* a ballot that has votes may still be completed by the others */
	handmade_accepted(w, 2, ballot_of(1, 5), w->a);
	assert_false(w->m->stuck);
	handmade_tell(w, (struct event){.kind = EVENT_EPOCH, .node = 1, .count = 2});
	queue_at(w, 1);
	assert_false(w->m->stuck);
	assert_int_equal(w->m->node[4].keeps_out, 0);
}

static void what_a_liar_or_one_who_was_missed_promised_proves_nothing(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	queue_at(w, 1);
	for (node_id id = 3; id <= 5; id++)
		promise(w, id, ballot_of(ROUND_MAX, 5));
	assert_true(w->m->stuck);
	w->seq[4] += 3;
	promise(w, 4, ballot_of(ROUND_MAX, 5));
	assert_false(w->m->stuck);
	promise(w, 2, ballot_of(ROUND_MAX, 5));
	assert_true(w->m->stuck);
	handmade_tell(
		w, (struct event){.kind = EVENT_LIED, .node = 5, .type = MSG_PROMISE, .to = 0x1});
	assert_false(w->m->stuck);
}

static void a_ballot_that_may_still_be_voted_for_is_no_proof_that_it_is_stuck(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	queue_at(w, 1);
	handmade_accepted(w, 3, ballot_of(1, 1), w->a);
	for (node_id id = 3; id <= 5; id++)
		promise(w, id, ballot_of(ROUND_MAX, 5));
	assert_false(w->m->stuck);
	promise(w, 2, ballot_of(ROUND_MAX, 5));
	assert_true(w->m->stuck);
}

static void prepare(struct handmade *w, node_id node, uint32_t round)
{
	handmade_tell(w, (struct event){.kind = EVENT_PREPARING,
					.node = node,
					.ballot = ballot_of(round, node)});
}

static void votes_that_are_split_are_for_ever_only_under_reject(void **state)
{
	struct handmade *w = *state;
	const value_ref c = values_intern(w->m->values, (const uint8_t *)"C", 1);
	handmade_start(w);
	w->m->policy = DEFENCE_REJECT;
	queue_at(w, 1);
	prepare(w, 1, 9);
	handmade_accepted(w, 1, ballot_of(1, 1), w->a);
	handmade_accepted(w, 2, ballot_of(1, 1), w->a);
	handmade_accepted(w, 3, ballot_of(2, 2), w->b);
	handmade_accepted(w, 4, ballot_of(2, 2), w->b);
	assert_false(w->m->stuck); /* n5 may side with anybody */
	handmade_accepted(w, 5, ballot_of(3, 3), c);
	assert_true(w->m->stuck);
	assert_string_equal(w->m->progress_why,
			    "stuck by reject: for ever, for n1 n2 will only vote for A, n3 n4 will "
			    "only vote for B, n5 will only vote for C, and it takes 3");
	w->m->policy = POLICY_NONE;
	model_time(w->m, 1);
	assert_false(w->m->stuck);
}

static void the_lamps_show_who_promised_and_who_accepted(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	model_event(w->m, &(struct event){.kind = EVENT_CRASHED, .node = 5});
	handmade_tell(
		w, (struct event){.kind = EVENT_PREPARING, .node = 1, .ballot = ballot_of(3, 1)});
	for (node_id id = 1; id <= 3; id++)
		handmade_tell(w, (struct event){.kind = EVENT_PROMISED,
						.node = id,
						.ballot = ballot_of(3, 1),
						.peer = 1});
	handmade_tell(w, (struct event){.kind = EVENT_PROPOSING,
					.node = 1,
					.ballot = ballot_of(3, 1),
					.value = w->b,
					.because = BECAUSE_FORCED,
					.other = ballot_of(2, 2),
					.peer = 3});
	handmade_accepted(w, 1, ballot_of(3, 1), w->b);
	struct event lost = {.kind = EVENT_DROPPED,
			     .node = 4,
			     .peer = 1,
			     .id = {1, 1, 9},
			     .type = MSG_ACCEPT,
			     .ballot = ballot_of(3, 1),
			     .drop = DROP_CUT};
	handmade_tell(w, lost);
	const struct model_ballot *b = &w->m->ballot;
	assert_int_equal(b->promises, 3);
	assert_int_equal(b->accepts, 1);
	assert_int_equal(b->promise[4], LAMP_ASKED);
	assert_int_equal(b->promise[5], LAMP_DOWN);
	assert_int_equal(b->accept[2], LAMP_ASKED);
	assert_int_equal(b->accept[4], LAMP_LOST);
	assert_int_equal(b->because, BECAUSE_FORCED);
	assert_int_equal(b->forced_by, 3);
	/* in another slot the same ballot begins to ask for votes again */
	handmade_tell(w, (struct event){.kind = EVENT_COUNTED,
					.node = 1,
					.type = MSG_ACCEPTED,
					.ballot = ballot_of(3, 1),
					.value = w->b,
					.peer = 1});
	assert_int_equal(b->accepted_to, set_of(1));
	handmade_tell(w, (struct event){.kind = EVENT_PROPOSING,
					.node = 1,
					.ballot = ballot_of(3, 1),
					.slot = 1,
					.value = w->a});
	assert_int_equal(b->accepted_to, 0);
	assert_int_equal(b->accepts, 0);
}

static struct snapshot snapshot_of(node_id node, uint16_t boot, uint64_t seq)
{
	return (struct snapshot){.node = node,
				 .boot = boot,
				 .seq = seq,
				 .nodes = 5,
				 .quorum = 3,
				 .clock = {.num = 1, .den = 1}};
}

static void a_snapshot_repairs_what_was_missed(void **state)
{
	struct handmade *w = *state;
	static struct snapshot s;
	handmade_start(w);
	s = snapshot_of(2, 1, 40);
	s.crash_point = 2;
	s.sync_us = 3000;
	s.drift = (struct drift){5, 6, 7};
	s.promised = ballot_of(4, 4);
	s.base = 1;
	s.slots = 1;
	s.slot[0] = (struct snapshot_slot){.voted_at = ballot_of(4, 4),
					   .voted = w->a,
					   .chosen_at = ballot_of(4, 4),
					   .chosen = w->a};
	model_snapshot(w->m, &s);
	assert_int_equal(w->m->node[2].promised.round, 4);
	assert_int_equal(w->m->node[2].crash_point, 2);
	assert_int_equal(w->m->node[2].sync_us, 3000);
	assert_int_equal(w->m->node[2].drift.rate, 7);
	assert_int_equal(model_slot(w->m, 0)->vote[2].chosen, w->a);
	/* what it had told before is no news */
	struct event old = {
		.kind = EVENT_PROMISED, .node = 2, .boot = 1, .seq = 39, .ballot = ballot_of(1, 1)};
	model_event(w->m, &old);
	assert_int_equal(w->m->node[2].promised.round, 4);
	old.seq = 43;
	old.ballot = ballot_of(5, 5);
	model_event(w->m, &old);
	assert_int_equal(w->m->node[2].promised.round, 5);
	assert_int_equal(w->m->node[2].missed, 2);
}

static void a_silent_node_is_said_to_be_so_for_how_long_and_not_to_be_down(void **state)
{
	struct handmade *w = *state;
	static struct snapshot s;
	char words[REMARK_WORDS_MAX];
	uint64_t since_us;
	handmade_start(w);
	s = snapshot_of(3, 1, 40);
	s.promised = ballot_of(2, 2);
	model_snapshot(w->m, &s);
	assert_false(model_is_silent(w->m, 3, &since_us));
	const struct event silent = {.kind = EVENT_SILENT,
				     .node = 3,
				     .boot = 1,
				     .at = w->m->now,
				     .due = 7000,
				     .number = 1000000000};
	model_event(w->m, &silent);
	model_real_time(w->m, 1012400000);
	assert_true(model_is_silent(w->m, 3, &since_us));
	assert_int_equal(since_us, 12400000);
	assert_int_equal(w->m->node[3].silent_since, 7000);
	assert_true(model_trouble(w->m, 3, words, sizeof(words)));
	assert_string_equal(words,
			    "n3 has been silent for 12.4 s: it is down, or out of reach from here");
	model_real_time(w->m, 1000000000 + (uint64_t)600 * 1000000);
	model_trouble(w->m, 3, words, sizeof(words));
	assert_string_equal(words,
			    "n3 has been silent for 10 min: it is down, or out of reach from here");
	assert_string_equal(node_role(w->m, 3), "silent");
	assert_int_equal(ballot_cmp(w->m->node[3].promised, ballot_of(2, 2)), 0);
	/* a clock that was set back */
	model_real_time(w->m, 1);
	assert_true(model_is_silent(w->m, 3, &since_us));
	assert_int_equal(since_us, 0);
	s.seq = 41;
	model_snapshot(w->m, &s);
	assert_false(model_is_silent(w->m, 3, &since_us));
	assert_false(model_trouble(w->m, 3, words, sizeof(words)));
	/* of a node that is known to be down silence is no news */
	model_event(w->m, &(struct event){.kind = EVENT_CRASHED, .node = 3, .boot = 1});
	model_event(w->m, &silent);
	assert_int_equal(w->m->node[3].life, LIFE_DOWN);
	assert_false(model_is_silent(w->m, 3, &since_us));
}

/* Told is a time that does not fall (model_event_time), so the node is named whose clock is off. */
static void a_clock_behind_its_causes_is_named(void **state)
{
	struct handmade *w = *state;
	const struct message_id id = {1, 1, 1};
	char words[80];

	w->ticks = false;
	handmade_tell(w, (struct event){.kind = EVENT_SENT, .node = 1, .id = id, .at = 20000000});
	handmade_tell(w,
		      (struct event){.kind = EVENT_RECEIVED, .node = 2, .id = id, .at = 5000000});
	assert_true(model_skew(w->m, 2, words, sizeof(words)));
	assert_string_equal(words, "n2's clock is 15 s behind what it hears of");
	assert_false(model_skew(w->m, 1, words, sizeof(words)));
	assert_int_equal(model_event_time(w->m, model_event_last(w->m)), 20000000);
}

static void a_time_far_from_all_clocks_holds_no_other_time_up(void **state)
{
	struct handmade *w = *state;
	const time_us far = 9000000000000;
	char words[80];

	w->ticks = false;
	w->m->words_are_true = false;
	for (node_id id = 1; id <= 5; id++)
		handmade_tell(w, (struct event){.kind = EVENT_STARTED, .node = id, .at = 1000});
	model_time(w->m, 5000000);
	handmade_tell(w, (struct event){.kind = EVENT_PROMISED, .node = 3, .at = far});
	assert_int_equal(w->m->now, 5000000);
	handmade_tell(w, (struct event){.kind = EVENT_PROMISED, .node = 4, .at = 6000000});
	assert_int_equal(model_event_time(w->m, model_event_last(w->m)), 6000000);
	assert_int_equal(model_event_at(w->m, model_event_last(w->m))->node, 4);
	assert_int_equal(model_event_time(w->m, w->m->events - 2), 5000000);
	assert_int_equal(model_event_at(w->m, w->m->events - 2)->at, far); /* as it was told */
	assert_true(model_skew(w->m, 3, words, sizeof(words)));
	assert_string_equal(words, "n3's clock is 104 days ahead of all others");
	assert_false(model_skew(w->m, 4, words, sizeof(words)));
	/* After hours in which nothing happened the watcher's own clock has come as far. */
	model_time(w->m, 20000000000);
	handmade_tell(w, (struct event){.kind = EVENT_PROMISED, .node = 5, .at = 20000001000});
	assert_int_equal(model_event_time(w->m, w->m->events - 1), 20000001000);
	/* So have others, though the watcher's clock is off. */
	handmade_tell(w, (struct event){.kind = EVENT_PROMISED, .node = 2, .at = 20050000000});
	model_time(w->m, 1000);
	handmade_tell(w, (struct event){.kind = EVENT_PROMISED, .node = 1, .at = 20050001000});
	assert_int_equal(model_event_time(w->m, w->m->events - 1), 20050001000);
	assert_int_equal(w->m->now, 20050001000);
}

static void a_snapshot_of_a_later_life_replaces_the_node(void **state)
{
	struct handmade *w = *state;
	static struct snapshot s;
	handmade_start(w);
	queue_at(w, 2);
	handmade_tell(
		w, (struct event){.kind = EVENT_PREPARING, .node = 2, .ballot = ballot_of(1, 2)});
	assert_int_equal(w->m->node[2].pending, 1);
	s = snapshot_of(2, 2, 3);
	s.promised = ballot_of(1, 2);
	model_snapshot(w->m, &s);
	assert_int_equal(w->m->node[2].boot, 2);
	assert_int_equal(w->m->node[2].pending, 0);
	assert_int_equal(w->m->node[2].role, ROLE_IDLE);
	assert_int_equal(w->m->node[2].promised.round, 1);
	/* the last words of the life before */
	model_event(w->m, &(struct event){.kind = EVENT_PREPARING,
					  .node = 2,
					  .boot = 1,
					  .seq = 99,
					  .ballot = ballot_of(9, 2)});
	assert_int_equal(w->m->node[2].role, ROLE_IDLE);
	/* and its state, however much it had told */
	s = snapshot_of(2, 1, 99);
	s.base = 5;
	model_snapshot(w->m, &s);
	assert_int_equal(w->m->node[2].boot, 2);
	assert_int_equal(w->m->node[2].base, 0);
	/* or the same life's, of before */
	s = snapshot_of(2, 2, 2);
	s.base = 5;
	model_snapshot(w->m, &s);
	assert_int_equal(w->m->node[2].base, 0);
}

static void held_messages_of_a_snapshot_replace_what_was_thought(void **state)
{
	struct handmade *w = *state;
	static struct snapshot s;
	handmade_start(w);
	struct event held = message(EVENT_HELD, 2, 1, 0x02);
	held.due = 100;
	handmade_tell(w, held);
	s = snapshot_of(2, 1, 9);
	s.held = 1;
	s.held_message[0] = message(EVENT_HELD, 2, 3, 0x02);
	s.held_message[0].due = 700;
	model_snapshot(w->m, &s);
	assert_int_equal(w->m->flights, 1);
	assert_int_equal(w->m->flight[0].from, 3);
	assert_int_equal(w->m->flight[0].due, 700);
}

static void a_model_knows_since_when_it_watches(void **state)
{
	struct handmade *w = *state;

	w->ticks = true;
	w->now = 41;
	handmade_start(w);
	assert_int_equal(w->m->since, 42);
	assert_int_equal(w->m->now, 46);
}

static void old_slots_make_place_for_new_ones(void **state)
{
	struct handmade *w = *state;
	handmade_start(w);
	for (slot_number s = 0; s < 3 * MODEL_SLOTS; s++)
		handmade_tell(w, (struct event){.kind = EVENT_CHOSEN,
						.node = 1,
						.slot = s,
						.ballot = ballot_of(1, 1),
						.value = w->a});
	assert_null(model_slot(w->m, 0));
	assert_non_null(model_slot(w->m, 3 * MODEL_SLOTS - 1));
	assert_int_equal(w->m->slot_end, 3 * MODEL_SLOTS);
	assert_int_equal(w->m->slot_first, 2 * MODEL_SLOTS);
	assert_int_equal(w->m->node[1].base, 3 * MODEL_SLOTS);
}

static void events_of_nodes_that_do_not_exist_change_nothing(void **state)
{
	struct handmade *w = *state;
	model_event(w->m, &(struct event){.kind = EVENT_STARTED, .node = 6, .boot = 1, .seq = 1});
	model_event(w->m, &(struct event){.kind = EVENT_STARTED, .node = 0, .boot = 1, .seq = 1});
	assert_int_equal(w->m->events, 0);
}

static void a_clock_that_differs_by_a_second_or_more_is_told_in_words(void **state)
{
	struct handmade *w = *state;
	static const struct {
		int64_t ahead_us;
		const char *words;
	} rows[] = {
		{0, NULL},
		{999999, NULL},
		{-999999, NULL},
		{1000000, "n2's clock is 1 s ahead"},
		{-30400000, "n2's clock is 30 s behind"},
		{INT64_C(-3600) * 1000000, "n2's clock is 60 min behind"},
		{INT64_C(86400) * 1000000, "n2's clock is 24 h ahead"},
		{INT64_C(86400) * 30 * 1000000, "n2's clock is 30 days ahead"},
		{INT64_MIN, "n2's clock is 106751991 days behind"},
	};
	handmade_start(w);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct snapshot s;
		char words[80] = "";
		s = snapshot_of(2, 1, 40 + i);
		s.ahead_us = rows[i].ahead_us;
		model_snapshot(w->m, &s);
		assert_int_equal(model_skew(w->m, 2, words, sizeof(words)), rows[i].words != NULL);
		if (rows[i].words != NULL)
			assert_string_equal(words, rows[i].words);
		assert_false(model_skew(w->m, 1, words, sizeof(words)));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static bool is_kept(struct model *m, unsigned kept, const struct event *e)
{
	if (kept == KEEPS_PROMISE)
		return ballot_cmp(m->node[e->node].promised, e->ballot) == 0;
	if (kept == KEEPS_BASE)
		return m->node[e->node].base == e->slot + 1;
	if (kept == KEEPS_LOW)
		return m->node[e->node].low == e->slot + 1;
	const struct model_slot *s = model_slot(m, e->slot);
	if (s == NULL)
		return false;
	const struct model_vote *v = &s->vote[e->node];

	switch (kept) {
	case KEEPS_VOTE:
		return v->voted == e->value && ballot_cmp(v->voted_at, e->ballot) == 0;
	case KEEPS_ECHO:
		return v->echoed == e->value && ballot_cmp(v->echoed_at, e->ballot) == 0;
	case KEEPS_CHOSEN:
		return v->chosen == e->value && ballot_cmp(v->chosen_at, e->ballot) == 0;
	default:
		return false;
	}
}

/* By the rows of the table: a new durable event that the model does not fold fails here. */
static void what_an_event_keeps_the_model_keeps(void **state)
{
	struct handmade *w = *state;
	unsigned kinds = 0;

	handmade_start(w);
	for (unsigned kind = 1; kind < EVENT_KINDS; kind++) {
		const struct event e = {.kind = kind,
					.node = 2,
					.slot = kinds,
					.ballot = {5 + kind, 1},
					.value = w->a};

		if (event_durable(e.kind) == 0)
			continue;
		kinds++;
		handmade_tell(w, e);
		for (unsigned kept = 1; kept <= event_durable(e.kind); kept <<= 1)
			if (event_durable(e.kind) & kept)
				assert_true(is_kept(w->m, kept, &e));
	}
	assert_true(kinds >= 6);
	assert_int_equal(w->m->safety, SAFETY_OK);
}

/* By the rows again: whichever event raised the promise, nothing below it may follow. */
static void nothing_below_what_raised_the_promise_may_follow(void **state)
{
	(void)state;
	for (unsigned kind = 1; kind < EVENT_KINDS; kind++)
		for (unsigned later = 1; later < EVENT_KINDS; later++) {
			const unsigned raises =
				event_durable(kind) & event_durable(later) & KEEPS_PROMISE;
			if (raises == 0)
				continue;
			struct handmade *w = handmade_new(5, false);
			struct event e = {.kind = kind, .node = 2, .ballot = {5, 1}, .value = w->a};

			handmade_start(w);
			handmade_tell(w, e);
			e.kind = later;
			e.slot = 1;
			e.ballot.round = 4;
			handmade_tell(w, e);
			assert_int_equal(w->m->safety, SAFETY_VIOLATED);
			assert_int_equal(w->m->violation.property, PROPERTY_MONOTONE);
			handmade_free(w);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_message_to_four_nodes_is_four_flights_with_fates_of_their_own),
		TEST(a_receiver_may_speak_before_the_sender),
		TEST(what_is_on_its_way_to_a_node_dies_with_it),
		TEST(more_flights_than_there_is_room_for_forget_the_landed_first),
		TEST(landed_flights_are_forgotten_when_people_have_seen_them),
		TEST(a_quorum_of_votes_in_one_ballot_decides),
		TEST(votes_of_different_ballots_do_not_count_together),
		TEST(two_quorums_with_two_values_are_a_violation_with_proof),
		TEST(a_quorum_is_seen_although_a_voter_has_voted_again),
		TEST(the_votes_of_the_highest_ballots_are_kept),
		TEST(two_learners_with_two_values_are_a_violation),
		TEST(who_changes_its_mind_about_what_is_chosen_breaks_integrity),
		TEST(it_stalls_when_values_wait_and_nothing_is_chosen),
		TEST(a_node_that_lacks_a_slot_is_named_after_a_while),
		TEST(a_node_that_lacks_another_slot_lags_since_then),
		TEST(a_lost_quorum_is_proved_and_told_soon),
		TEST(a_ballot_race_names_the_racers),
		TEST(who_is_out_of_reach_is_named_by_what_is_known_of_it),
		TEST(who_is_overtaken_again_and_again_is_in_a_race_that_it_never_wins),
		TEST(promises_of_the_highest_ballot_are_proof_that_it_is_stuck_for_ever),
		TEST(who_does_not_answer_a_ballot_is_named_after_a_while),
		TEST(a_slot_that_too_many_keep_out_of_is_stuck_for_ever),
		TEST(what_a_liar_or_one_who_was_missed_promised_proves_nothing),
		TEST(a_ballot_that_may_still_be_voted_for_is_no_proof_that_it_is_stuck),
		TEST(votes_that_are_split_are_for_ever_only_under_reject),
		TEST(the_lamps_show_who_promised_and_who_accepted),
		TEST(a_snapshot_repairs_what_was_missed),
		TEST(a_silent_node_is_said_to_be_so_for_how_long_and_not_to_be_down),
		TEST(a_clock_behind_its_causes_is_named),
		TEST(a_time_far_from_all_clocks_holds_no_other_time_up),
		TEST(a_snapshot_of_a_later_life_replaces_the_node),
		TEST(held_messages_of_a_snapshot_replace_what_was_thought),
		TEST(a_model_knows_since_when_it_watches),
		TEST(old_slots_make_place_for_new_ones),
		TEST(events_of_nodes_that_do_not_exist_change_nothing),
		TEST(what_an_event_keeps_the_model_keeps),
		TEST(nothing_below_what_raised_the_promise_may_follow),
		TEST(a_clock_that_differs_by_a_second_or_more_is_told_in_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
