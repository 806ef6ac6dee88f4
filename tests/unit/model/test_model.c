/* The model is a fold: events made by hand go in, and what a dashboard would show comes out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/model/base/model.h"

struct world {
	struct model *m;
	void *memory;
	uint64_t seq[NODES_MAX + 1];
	value_ref a, b;
};

static int begin(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	w->memory = malloc(values_size(256, 16384));
	w->m = malloc(model_size());
	model_init(w->m, values_init(w->memory, 256, 16384), 5);
	w->a = values_intern(w->m->values, (const uint8_t *)"A", 1);
	w->b = values_intern(w->m->values, (const uint8_t *)"B", 1);
	*state = w;
	return 0;
}

static int end(void **state)
{
	struct world *w = *state;
	free(w->m);
	free(w->memory);
	free(w);
	return 0;
}

static struct ballot at(uint32_t round, node_id node)
{
	return (struct ballot){round, node};
}

/* Gives the event its number and the model. */
static void tell(struct world *w, struct event e)
{
	e.boot = e.boot == 0 ? 1 : e.boot;
	e.seq = ++w->seq[e.node];
	model_event(w->m, &e);
}

static void accepted(struct world *w, node_id node, struct ballot ballot, value_ref value)
{
	tell(w, (struct event){
			.kind = EVENT_ACCEPTED, .node = node, .ballot = ballot, .value = value});
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

static const struct flight *flight_to(const struct world *w, node_id to)
{
	for (uint32_t i = 0; i < w->m->flights; i++)
		if (w->m->flight[i].to == to)
			return &w->m->flight[i];
	return NULL;
}

static void start_all(struct world *w)
{
	for (node_id id = 1; id <= 5; id++)
		tell(w, (struct event){.kind = EVENT_STARTED, .node = id});
}

static void a_message_to_four_nodes_is_four_flights_with_fates_of_their_own(void **state)
{
	struct world *w = *state;
	start_all(w);
	tell(w, message(EVENT_SENT, 1, 1, 0x1e));
	assert_int_equal(w->m->flights, 4);
	struct event held = message(EVENT_HELD, 2, 1, 0x1e);
	held.due = 5000;
	tell(w, held);
	tell(w, message(EVENT_RECEIVED, 3, 1, 0x1e));
	struct event lost = message(EVENT_DROPPED, 4, 1, 0x1e);
	lost.drop = DROP_CUT;
	tell(w, lost);
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
	struct world *w = *state;
	start_all(w);
	tell(w, message(EVENT_RECEIVED, 3, 1, 0x06));
	tell(w, message(EVENT_SENT, 1, 1, 0x06));
	assert_int_equal(w->m->flights, 2);
	assert_int_equal(flight_to(w, 3)->state, FLIGHT_ARRIVED);
	assert_int_equal(flight_to(w, 2)->state, FLIGHT_SENT);
}

static void what_is_on_its_way_to_a_node_dies_with_it(void **state)
{
	struct world *w = *state;
	start_all(w);
	tell(w, message(EVENT_SENT, 1, 1, 0x06));
	model_event(w->m, &(struct event){.kind = EVENT_CRASHED, .node = 2});
	assert_int_equal(flight_to(w, 2)->state, FLIGHT_LOST);
	assert_int_equal(flight_to(w, 2)->drop, DROP_CRASH);
	assert_int_equal(flight_to(w, 3)->state, FLIGHT_SENT);
	assert_int_equal(w->m->node[2].life, LIFE_DOWN);
}

static void more_flights_than_there_is_room_for_forget_the_landed_first(void **state)
{
	struct world *w = *state;
	start_all(w);
	for (uint64_t i = 1; i <= 3 * MODEL_FLIGHTS; i++) {
		struct event e = message(EVENT_SENT, 1, 1, 0x02);
		e.id.number = i;
		tell(w, e);
		if (i % 8 == 0)
			continue; /* stays on its way */
		e = message(EVENT_RECEIVED, 2, 1, 0x02);
		e.id.number = i;
		tell(w, e);
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
		tell(w, e);
		assert_int_equal(w->m->flights, before);
	}
}

static void landed_flights_are_forgotten_when_people_have_seen_them(void **state)
{
	struct world *w = *state;
	start_all(w);
	w->m->clock = (struct clock_rule){.num = 1, .den = 100};
	tell(w, message(EVENT_SENT, 1, 1, 0x02));
	tell(w, message(EVENT_RECEIVED, 2, 1, 0x02));
	model_time(w->m, 10000);
	assert_int_equal(w->m->flights, 1);
	model_time(w->m, 20000); /* two seconds of real time */
	assert_int_equal(w->m->flights, 0);
}

static void a_quorum_of_votes_in_one_ballot_decides(void **state)
{
	struct world *w = *state;
	start_all(w);
	accepted(w, 1, at(1, 1), w->a);
	accepted(w, 2, at(1, 1), w->a);
	assert_int_equal(model_slot(w->m, 0)->decided, VALUE_NONE);
	accepted(w, 3, at(1, 1), w->a);
	assert_int_equal(model_slot(w->m, 0)->decided, w->a);
	assert_int_equal(model_slot(w->m, 0)->decided_by, 0x07);
	assert_int_equal(w->m->safety, SAFETY_OK);
}

static void votes_of_different_ballots_do_not_count_together(void **state)
{
	struct world *w = *state;
	start_all(w);
	accepted(w, 1, at(1, 1), w->a);
	accepted(w, 2, at(2, 1), w->a);
	accepted(w, 3, at(3, 1), w->a);
	assert_int_equal(model_slot(w->m, 0)->decided, VALUE_NONE);
}

static void two_quorums_with_two_values_are_a_violation_with_proof(void **state)
{
	struct world *w = *state;
	start_all(w);
	accepted(w, 1, at(1, 1), w->a);
	accepted(w, 2, at(1, 1), w->a);
	accepted(w, 3, at(1, 1), w->a);
	accepted(w, 3, at(2, 2), w->b);
	accepted(w, 4, at(2, 2), w->b);
	assert_int_equal(w->m->safety, SAFETY_OK);
	accepted(w, 5, at(2, 2), w->b);
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
	struct world *w = *state;
	start_all(w);
	accepted(w, 1, at(1, 1), w->a);
	accepted(w, 1, at(2, 2), w->b);
	accepted(w, 2, at(1, 1), w->a);
	accepted(w, 3, at(1, 1), w->a);
	assert_int_equal(model_slot(w->m, 0)->decided, w->a);
}

static void two_learners_with_two_values_are_a_violation(void **state)
{
	struct world *w = *state;
	start_all(w);
	tell(w, (struct event){.kind = EVENT_CHOSEN, .node = 1, .ballot = at(1, 1), .value = w->a});
	tell(w, (struct event){.kind = EVENT_CHOSEN, .node = 2, .ballot = at(2, 2), .value = w->b});
	assert_int_equal(w->m->safety, SAFETY_VIOLATED);
	assert_int_equal(w->m->violation.property, PROPERTY_AGREEMENT);
}

static void who_changes_its_mind_about_what_is_chosen_breaks_integrity(void **state)
{
	struct world *w = *state;
	start_all(w);
	tell(w, (struct event){.kind = EVENT_CHOSEN, .node = 1, .ballot = at(1, 1), .value = w->a});
	tell(w, (struct event){.kind = EVENT_CHOSEN, .node = 1, .ballot = at(1, 1), .value = w->a});
	assert_int_equal(w->m->safety, SAFETY_OK);
	tell(w, (struct event){.kind = EVENT_CHOSEN, .node = 1, .ballot = at(2, 2), .value = w->b});
	assert_int_equal(w->m->safety, SAFETY_VIOLATED);
	assert_int_equal(w->m->violation.property, PROPERTY_INTEGRITY);
}

static void queue_at(struct world *w, node_id node)
{
	tell(w, (struct event){.kind = EVENT_QUEUED,
			       .node = node,
			       .slot = SLOT_NONE,
			       .value = w->a,
			       .count = 1});
}

static void it_stalls_when_values_wait_and_nothing_is_chosen(void **state)
{
	struct world *w = *state;
	start_all(w);
	assert_int_equal(w->m->progress, PROGRESS_IDLE);
	model_time(w->m, 1000);
	queue_at(w, 1);
	model_time(w->m, STALLED_AFTER_US);
	assert_int_equal(w->m->progress, PROGRESS_OK);
	model_time(w->m, 1000 + STALLED_AFTER_US);
	assert_int_equal(w->m->progress, PROGRESS_STALLED);
	assert_string_equal(w->m->progress_why, "");
	tell(w, (struct event){.kind = EVENT_WON, .node = 1, .value = w->a});
	assert_int_not_equal(w->m->progress, PROGRESS_STALLED);
}

static void a_lost_quorum_is_proved_and_told_soon(void **state)
{
	struct world *w = *state;
	start_all(w);
	for (node_id id = 3; id <= 4; id++)
		model_event(w->m, &(struct event){.kind = EVENT_CRASHED, .node = id});
	struct event cut = {.kind = EVENT_LINKED, .node = 5, .peer = 1, .link = {.cut = true}};
	tell(w, cut);
	model_time(w->m, 1000);
	queue_at(w, 1);
	model_time(w->m, 1000 + BLOCKED_AFTER_US);
	assert_int_equal(w->m->progress, PROGRESS_STALLED);
	assert_string_equal(w->m->progress_why,
			    "no quorum: n1 reaches n2, 2 of the 3 it needs; down: "
			    "n3 n4; cut off: n5");
}

static void a_ballot_race_names_the_racers(void **state)
{
	struct world *w = *state;
	start_all(w);
	queue_at(w, 1);
	queue_at(w, 2);
	for (uint32_t round = 1; round < 4; round++) {
		tell(w, (struct event){.kind = EVENT_PREEMPTED,
				       .node = 1,
				       .ballot = at(round, 1),
				       .other = at(round, 2),
				       .due = 9});
		tell(w, (struct event){.kind = EVENT_PREEMPTED,
				       .node = 2,
				       .ballot = at(round, 2),
				       .other = at(round + 1, 1),
				       .due = 9});
	}
	assert_string_equal(
		w->m->progress_why,
		"ballot race: n1 n2 overtook each other 6 times, and nothing was chosen");
}

static void who_is_overtaken_again_and_again_is_in_a_race_that_it_never_wins(void **state)
{
	struct world *w = *state;
	start_all(w);
	queue_at(w, 1);
	for (uint32_t round = 1; round < 4; round++) {
		assert_string_equal(w->m->progress_why, "");
		tell(w, (struct event){.kind = EVENT_PREEMPTED,
				       .node = 1,
				       .peer = 5,
				       .ballot = at(2 * round, 1),
				       .other = at(2 * round + 1, 5),
				       .due = 9});
	}
	assert_string_equal(w->m->progress_why,
			    "ballot race: n5 overtook n1 3 times, and nothing was chosen");
}

static void promise(struct world *w, node_id node, struct ballot ballot)
{
	tell(w, (struct event){.kind = EVENT_PROMISED, .node = node, .ballot = ballot});
}

static void promises_of_the_highest_ballot_are_proof_that_it_is_stuck_for_ever(void **state)
{
	struct world *w = *state;
	start_all(w);
	model_time(w->m, 1000);
	queue_at(w, 1);
	promise(w, 1, at(ROUND_MAX, 5));
	promise(w, 2, at(ROUND_MAX, 5));
	assert_false(w->m->stuck);
	promise(w, 5, at(ROUND_MAX, 5));
	assert_true(w->m->stuck);
	model_time(w->m, w->m->now + BLOCKED_AFTER_US);
	assert_int_equal(w->m->progress, PROGRESS_STALLED);
	assert_string_equal(w->m->progress_why,
			    "no ballot left: n1 n2 n5 promised max.5, and n1 has none above it");
	/* n5 itself has one left */
	queue_at(w, 5);
	assert_false(w->m->stuck);
}

static void what_a_liar_or_one_who_was_missed_promised_proves_nothing(void **state)
{
	struct world *w = *state;
	start_all(w);
	queue_at(w, 1);
	for (node_id id = 3; id <= 5; id++)
		promise(w, id, at(ROUND_MAX, 5));
	assert_true(w->m->stuck);
	w->seq[4] += 3;
	promise(w, 4, at(ROUND_MAX, 5));
	assert_false(w->m->stuck);
	promise(w, 2, at(ROUND_MAX, 5));
	assert_true(w->m->stuck);
	tell(w, (struct event){.kind = EVENT_LIED, .node = 5, .type = MSG_PROMISE, .to = 0x1});
	assert_false(w->m->stuck);
}

static void a_ballot_that_may_still_be_voted_for_is_no_proof_that_it_is_stuck(void **state)
{
	struct world *w = *state;
	start_all(w);
	queue_at(w, 1);
	accepted(w, 3, at(1, 1), w->a);
	for (node_id id = 3; id <= 5; id++)
		promise(w, id, at(ROUND_MAX, 5));
	assert_false(w->m->stuck);
	promise(w, 2, at(ROUND_MAX, 5));
	assert_true(w->m->stuck);
}

static void prepare(struct world *w, node_id node, uint32_t round)
{
	tell(w, (struct event){.kind = EVENT_PREPARING, .node = node, .ballot = at(round, node)});
}

static void votes_that_are_split_are_for_ever_only_under_reject(void **state)
{
	struct world *w = *state;
	const value_ref c = values_intern(w->m->values, (const uint8_t *)"C", 1);
	start_all(w);
	w->m->policy = DEFENCE_REJECT;
	queue_at(w, 1);
	prepare(w, 1, 9);
	accepted(w, 1, at(1, 1), w->a);
	accepted(w, 2, at(1, 1), w->a);
	accepted(w, 3, at(2, 2), w->b);
	accepted(w, 4, at(2, 2), w->b);
	assert_false(w->m->stuck); /* n5 may side with anybody */
	accepted(w, 5, at(3, 3), c);
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
	struct world *w = *state;
	start_all(w);
	model_event(w->m, &(struct event){.kind = EVENT_CRASHED, .node = 5});
	tell(w, (struct event){.kind = EVENT_PREPARING, .node = 1, .ballot = at(3, 1)});
	for (node_id id = 1; id <= 3; id++)
		tell(w, (struct event){
				.kind = EVENT_PROMISED, .node = id, .ballot = at(3, 1), .peer = 1});
	tell(w, (struct event){.kind = EVENT_PROPOSING,
			       .node = 1,
			       .ballot = at(3, 1),
			       .value = w->b,
			       .because = BECAUSE_FORCED,
			       .other = at(2, 2),
			       .peer = 3});
	accepted(w, 1, at(3, 1), w->b);
	struct event lost = {.kind = EVENT_DROPPED,
			     .node = 4,
			     .peer = 1,
			     .id = {1, 1, 9},
			     .type = MSG_ACCEPT,
			     .ballot = at(3, 1),
			     .drop = DROP_CUT};
	tell(w, lost);
	const struct model_ballot *b = &w->m->ballot;
	assert_int_equal(b->promises, 3);
	assert_int_equal(b->accepts, 1);
	assert_int_equal(b->promise[4], LAMP_ASKED);
	assert_int_equal(b->promise[5], LAMP_DOWN);
	assert_int_equal(b->accept[2], LAMP_ASKED);
	assert_int_equal(b->accept[4], LAMP_LOST);
	assert_int_equal(b->because, BECAUSE_FORCED);
	assert_int_equal(b->forced_by, 3);
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
	struct world *w = *state;
	static struct snapshot s;
	start_all(w);
	s = snapshot_of(2, 1, 40);
	s.promised = at(4, 4);
	s.base = 1;
	s.slots = 1;
	s.slot[0] = (struct snapshot_slot){
		.voted_at = at(4, 4), .voted = w->a, .chosen_at = at(4, 4), .chosen = w->a};
	model_snapshot(w->m, &s);
	assert_int_equal(w->m->node[2].promised.round, 4);
	assert_int_equal(model_slot(w->m, 0)->vote[2].chosen, w->a);
	/* what it had told before is no news */
	struct event old = {
		.kind = EVENT_PROMISED, .node = 2, .boot = 1, .seq = 39, .ballot = at(1, 1)};
	model_event(w->m, &old);
	assert_int_equal(w->m->node[2].promised.round, 4);
	old.seq = 43;
	old.ballot = at(5, 5);
	model_event(w->m, &old);
	assert_int_equal(w->m->node[2].promised.round, 5);
	assert_int_equal(w->m->node[2].missed, 2);
}

static void a_snapshot_of_a_later_life_replaces_the_node(void **state)
{
	struct world *w = *state;
	static struct snapshot s;
	start_all(w);
	queue_at(w, 2);
	tell(w, (struct event){.kind = EVENT_PREPARING, .node = 2, .ballot = at(1, 2)});
	assert_int_equal(w->m->node[2].pending, 1);
	s = snapshot_of(2, 2, 3);
	s.promised = at(1, 2);
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
					  .ballot = at(9, 2)});
	assert_int_equal(w->m->node[2].role, ROLE_IDLE);
}

static void held_messages_of_a_snapshot_replace_what_was_thought(void **state)
{
	struct world *w = *state;
	static struct snapshot s;
	start_all(w);
	struct event held = message(EVENT_HELD, 2, 1, 0x02);
	held.due = 100;
	tell(w, held);
	s = snapshot_of(2, 1, 9);
	s.held = 1;
	s.held_message[0] = message(EVENT_HELD, 2, 3, 0x02);
	s.held_message[0].due = 700;
	model_snapshot(w->m, &s);
	assert_int_equal(w->m->flights, 1);
	assert_int_equal(w->m->flight[0].from, 3);
	assert_int_equal(w->m->flight[0].due, 700);
}

static void old_slots_make_place_for_new_ones(void **state)
{
	struct world *w = *state;
	start_all(w);
	for (slot_number s = 0; s < 3 * MODEL_SLOTS; s++)
		tell(w, (struct event){.kind = EVENT_CHOSEN,
				       .node = 1,
				       .slot = s,
				       .ballot = at(1, 1),
				       .value = w->a});
	assert_null(model_slot(w->m, 0));
	assert_non_null(model_slot(w->m, 3 * MODEL_SLOTS - 1));
	assert_int_equal(w->m->slot_end, 3 * MODEL_SLOTS);
	assert_int_equal(w->m->slot_first, 2 * MODEL_SLOTS);
	assert_int_equal(w->m->node[1].base, 3 * MODEL_SLOTS);
}

static void events_of_nodes_that_do_not_exist_change_nothing(void **state)
{
	struct world *w = *state;
	model_event(w->m, &(struct event){.kind = EVENT_STARTED, .node = 6, .boot = 1, .seq = 1});
	model_event(w->m, &(struct event){.kind = EVENT_STARTED, .node = 0, .boot = 1, .seq = 1});
	assert_int_equal(w->m->events, 0);
}

static void values_that_the_model_shows_survive_a_sweep(void **state)
{
	struct world *w = *state;
	char shown[VALUE_SHOWN_MAX + 1];
	start_all(w);
	accepted(w, 1, at(1, 1), w->a);
	values_unmark(w->m->values);
	model_mark_values(w->m);
	values_sweep(w->m->values);
	values_show(w->m->values, model_slot(w->m, 0)->vote[1].voted, shown);
	assert_string_equal(shown, "A");
	value_ref other = values_intern(w->m->values, (const uint8_t *)"C", 1);
	assert_int_not_equal(other, w->a);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

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
		TEST(two_learners_with_two_values_are_a_violation),
		TEST(who_changes_its_mind_about_what_is_chosen_breaks_integrity),
		TEST(it_stalls_when_values_wait_and_nothing_is_chosen),
		TEST(a_lost_quorum_is_proved_and_told_soon),
		TEST(a_ballot_race_names_the_racers),
		TEST(who_is_overtaken_again_and_again_is_in_a_race_that_it_never_wins),
		TEST(promises_of_the_highest_ballot_are_proof_that_it_is_stuck_for_ever),
		TEST(what_a_liar_or_one_who_was_missed_promised_proves_nothing),
		TEST(a_ballot_that_may_still_be_voted_for_is_no_proof_that_it_is_stuck),
		TEST(votes_that_are_split_are_for_ever_only_under_reject),
		TEST(the_lamps_show_who_promised_and_who_accepted),
		TEST(a_snapshot_repairs_what_was_missed),
		TEST(a_snapshot_of_a_later_life_replaces_the_node),
		TEST(held_messages_of_a_snapshot_replace_what_was_thought),
		TEST(old_slots_make_place_for_new_ones),
		TEST(events_of_nodes_that_do_not_exist_change_nothing),
		TEST(values_that_the_model_shows_survive_a_sweep),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
