/* The sentences that teach, word for word: whoever changes one reads it here again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/model/base/model.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/fold/fold.h"
#include "proto/model/say/say.h"
#include "tests/support/handmade.h"

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

static void assert_why(const struct handmade *w, const char *expected)
{
	char words[400];
	assert_true(why_explain(w->m, w->m->events - 1, words, sizeof words));
	assert_string_equal(words, expected);
}

static void assert_line(const struct handmade *w, const char *expected)
{
	char words[400];
	event_words(w->m, model_event_at(w->m, w->m->events - 1), words, sizeof words);
	assert_string_equal(words, expected);
}

static void a_forced_value_is_explained_by_the_vote_that_forces_it(void **state)
{
	struct handmade *w = *state;
	handmade_tell(w, (struct event){.kind = EVENT_QUEUED,
					.node = 1,
					.slot = SLOT_NONE,
					.value = w->a,
					.count = 1});
	assert_why(w, "n1 was asked to propose A.\n"
		      "Before it may, it must ask a quorum what they have accepted: phase 1.");
	handmade_tell(w, (struct event){.kind = EVENT_PROPOSING,
					.node = 1,
					.ballot = ballot_of(3, 1),
					.value = w->b,
					.peer = 3,
					.other = ballot_of(2, 2),
					.because = BECAUSE_FORCED});
	assert_why(w, "n1 wanted A.  But n3 told it: \"I already accepted B at ballot 2.2\".\n"
		      "So n1 MUST propose B.  Any two quorums share a node (rule P2c).");
	assert_line(w, "n1 proposes 3.1=B in slot 0 (forced, P2c)");
}

static void a_ballot_without_a_value_is_explained_by_what_it_finds_out(void **state)
{
	struct handmade *w = *state;
	const struct event preparing = {
		.kind = EVENT_PREPARING, .node = 2, .slot = 7, .ballot = ballot_of(4, 2)};
	handmade_tell(w, preparing);
	assert_why(w, "A quorum may have voted in slot 7, and no node that n2 hears can tell.\n"
		      "So n2 finds out by ballot 4.2, with no value of its own: votes force one.");
	handmade_tell(w, (struct event){.kind = EVENT_QUEUED,
					.node = 2,
					.slot = SLOT_NONE,
					.value = w->a,
					.count = 1});
	handmade_tell(w, preparing);
	assert_why(w, "n2 asks all nodes: \"Promise me ballot 4.2?\" (phase 1)\n"
		      "It needs promises from 3 of 5 nodes, a quorum, before it may propose.");
}

static void a_free_choice_is_explained_by_silence(void **state)
{
	struct handmade *w = *state;
	handmade_tell(w, (struct event){.kind = EVENT_PROPOSING,
					.node = 1,
					.ballot = ballot_of(1, 1),
					.value = w->a,
					.because = BECAUSE_FREE});
	assert_why(w, "No node in n1's quorum has accepted anything in slot 0.\n"
		      "So n1 is free to propose its own value: A (phase 2, ballot 1.1).");
}

static void a_promise_tells_the_vote_that_goes_with_it(void **state)
{
	struct handmade *w = *state;
	handmade_tell(w, (struct event){.kind = EVENT_PROMISED,
					.node = 3,
					.ballot = ballot_of(1, 2),
					.peer = 2});
	assert_why(w, "n3 promised n2: \"I will refuse every ballot below 1.2.\"\n"
		      "It has accepted nothing in slot 0, and says so.");
	handmade_tell(w, (struct event){.kind = EVENT_ACCEPTED,
					.node = 3,
					.ballot = ballot_of(1, 2),
					.value = w->b});
	assert_why(w, "n3 accepted B in slot 0 at ballot 1.2, and wrote it to disk.\n"
		      "B is chosen once 3 nodes accepted it at this same ballot: 1 so far.");
	handmade_tell(w, (struct event){.kind = EVENT_PROMISED,
					.node = 3,
					.ballot = ballot_of(3, 1),
					.peer = 1});
	assert_why(w, "n3 promised n1: \"I will refuse every ballot below 3.1.\"\n"
		      "And it must tell: \"In slot 0 I already accepted B at ballot 1.2.\"");
	assert_line(w, "n3 promised 3.1");
}

static void the_vote_that_completes_a_quorum_is_told_as_such(void **state)
{
	struct handmade *w = *state;
	for (node_id id = 1; id <= 3; id++)
		handmade_tell(w, (struct event){.kind = EVENT_ACCEPTED,
						.node = id,
						.ballot = ballot_of(1, 1),
						.value = w->a});
	assert_why(w, "n3's vote for A at 1.1 completes a quorum (n1 n2 n3): CHOSEN in slot 0.\n"
		      "No node knows it yet, but every later quorum contains one of them: final.");
	handmade_tell(w, (struct event){.kind = EVENT_ACCEPTED,
					.node = 4,
					.ballot = ballot_of(1, 1),
					.value = w->a});
	assert_why(w, "n4 accepted A at ballot 1.1 too: 4 of 5 nodes have.\n"
		      "It was chosen already; one more vote makes no difference.");
}

static void a_refusal_quotes_the_promise(void **state)
{
	struct handmade *w = *state;
	handmade_tell(w, (struct event){.kind = EVENT_REFUSED,
					.node = 3,
					.peer = 1,
					.type = MSG_ACCEPT,
					.ballot = ballot_of(1, 1),
					.other = ballot_of(2, 2),
					.why = REFUSE_PROMISED});
	assert_why(w, "n3 refused ACCEPT 1.1 of n1: \"I promised 2.2, so nothing below it.\"\n"
		      "n1 can only come back with a ballot above 2.2.");
}

static void a_loss_names_the_link_and_calms_down(void **state)
{
	struct handmade *w = *state;
	handmade_tell(w, (struct event){.kind = EVENT_DROPPED,
					.node = 4,
					.peer = 1,
					.id = {1, 1, 5},
					.type = MSG_ACCEPT,
					.ballot = ballot_of(3, 1),
					.value = w->b,
					.drop = DROP_CUT});
	assert_why(w, "ACCEPT 3.1=B from n1 never reached n4: the link is cut.\n"
		      "Paxos counts on nothing arriving: a node that lacks an answer asks again.");
	assert_line(w, "n4 lost ACCEPT 3.1=B from n1: the link is cut");
}

static void a_crash_says_whether_a_quorum_is_left(void **state)
{
	struct handmade *w = *state;
	for (node_id id = 1; id <= 5; id++)
		handmade_tell(w, (struct event){.kind = EVENT_STARTED, .node = id});
	model_event(w->m, &(struct event){.kind = EVENT_CRASHED, .node = 5});
	assert_why(w, "n5 crashed. What it promised and accepted is safe on its disk.\n"
		      "4 of 5 nodes still run, and a quorum is 3: the others can go on.");
	model_event(w->m, &(struct event){.kind = EVENT_CRASHED, .node = 4});
	model_event(w->m, &(struct event){.kind = EVENT_CRASHED, .node = 3});
	assert_why(w, "n3 crashed. What it promised and accepted is safe on its disk.\n"
		      "Only 2 of 5 nodes still run, and a quorum is 3: nothing can be chosen until "
		      "one returns.");
}

static void messages_are_told_in_one_line(void **state)
{
	struct handmade *w = *state;
	handmade_tell(w, (struct event){.kind = EVENT_RECEIVED,
					.node = 1,
					.peer = 3,
					.id = {3, 1, 2},
					.type = MSG_PROMISE,
					.ballot = ballot_of(3, 1),
					.other = ballot_of(2, 2),
					.value = w->b,
					.count = 1});
	assert_line(w, "n1 got PROMISE 3.1 (accepted 2.2=B) from n3");
	handmade_tell(w, (struct event){.kind = EVENT_SENT,
					.node = 1,
					.id = {1, 1, 2},
					.to = 0x1e,
					.type = MSG_ACCEPT,
					.ballot = ballot_of(3, 1),
					.value = w->b});
	assert_line(w, "n1 sent ACCEPT 3.1=B to n2 n3 n4 n5");
}

/* Silence is a decision that is made here, by name. */
static bool is_silent(enum event_kind kind)
{
	switch (kind) {
	case EVENT_SENT:
	case EVENT_RECEIVED:
	case EVENT_OBEYED:
	case EVENT_TIMED:
	case EVENT_SUMMARIZED:
		return true;
	default:
		return false;
	}
}

static void every_event_has_a_sentence_or_is_silent_on_purpose(void **state)
{
	struct handmade *w = *state;
	char words[400];
	unsigned kinds = 0;
	for (unsigned kind = 1; kind < EVENT_KINDS; kind++) {
		if (strcmp(event_name((enum event_kind)kind), "?") == 0)
			continue;
		kinds++;
		handmade_tell(w, (struct event){.kind = (enum event_kind)kind,
						.node = 2,
						.peer = 3,
						.id = {3, 1, kind},
						.type = MSG_ACCEPT,
						.ballot = ballot_of(1, 3),
						.value = w->a,
						.drop = DROP_LOSS,
						.count = 1});
		bool told = why_explain(w->m, w->m->events - 1, words, sizeof words);
		if (told == is_silent((enum event_kind)kind))
			fail_msg("%s", event_name((enum event_kind)kind));
		if (!told && !why_aside(w->m, w->m->events - 1, words, sizeof words))
			fail_msg("nothing is said of %s", event_name((enum event_kind)kind));
		if (strchr(words, '\n') == NULL)
			fail_msg("no reason: %s", words);
		event_words(w->m, model_event_at(w->m, w->m->events - 1), words, sizeof words);
		assert_true(strlen(words) > 5);
	}
	assert_true(kinds > 30);
}

static void the_newest_sentence_skips_what_is_silent(void **state)
{
	struct handmade *w = *state;
	assert_true(why_newest(w->m, false) == EVENT_UNSEEN);
	handmade_tell(
		w, (struct event){.kind = EVENT_PREPARING, .node = 1, .ballot = ballot_of(1, 1)});
	handmade_tell(w, (struct event){.kind = EVENT_SENT,
					.node = 1,
					.id = {1, 1, 1},
					.to = 2,
					.type = MSG_PREPARE,
					.ballot = ballot_of(1, 1)});
	assert_int_equal(why_newest(w->m, false), 0);
}

static void a_vote_of_a_lower_ballot_loses_by_name(void **state)
{
	struct handmade *w = *state;
	handmade_tell(
		w, (struct event){.kind = EVENT_PREPARING, .node = 5, .ballot = ballot_of(3, 5)});
	struct event counted = {.kind = EVENT_COUNTED,
				.node = 5,
				.type = MSG_PROMISE,
				.ballot = ballot_of(3, 5),
				.quorum = 3};
	counted.peer = 2, counted.count = 2, counted.value = w->b, counted.other = ballot_of(2, 2);
	handmade_tell(w, counted);
	counted.peer = 1, counted.count = 3, counted.value = w->a, counted.other = ballot_of(1, 1);
	handmade_tell(w, counted);
	handmade_tell(w,
		      (struct event){.kind = EVENT_LEADING, .node = 5, .ballot = ballot_of(3, 5)});
	handmade_tell(w, (struct event){.kind = EVENT_PROPOSING,
					.node = 5,
					.ballot = ballot_of(3, 5),
					.value = w->b,
					.peer = 2,
					.other = ballot_of(2, 2),
					.because = BECAUSE_FORCED});
	assert_why(w, "n5 was told by n2: \"I already accepted B at ballot 2.2\".\n"
		      "So n5 MUST propose B, and not A, which n1 accepted at 1.1: the lower "
		      "ballot.\n"
		      "Of the votes that a quorum tells, the highest ballot counts (rule P2c).");
	/* The proposer's own vote of the same instant does not push the reason aside. */
	const uint64_t reason = w->m->events - 1;
	handmade_accepted(w, 5, ballot_of(3, 5), w->b);
	assert_int_equal(why_newest(w->m, false), reason);
}

static void a_step_is_told_rather_than_that_its_message_waits(void **state)
{
	struct handmade *w = *state;
	struct event held = {.kind = EVENT_HELD,
			     .node = 2,
			     .peer = 1,
			     .id = {1, 1, 1},
			     .type = MSG_PREPARE,
			     .ballot = ballot_of(1, 1)};
	handmade_tell(
		w, (struct event){.kind = EVENT_PREPARING, .node = 1, .ballot = ballot_of(1, 1)});
	handmade_tell(w, held);
	held.node = 3;
	handmade_tell(w, held);
	assert_int_equal(why_newest(w->m, false), 0);
	/* Of a message of a node that told no step there is nothing else to tell. */
	held.at = 9000000;
	held.peer = 5;
	held.id.number = 2;
	handmade_tell(w, held);
	assert_int_equal(why_newest(w->m, false), 3);
}

static struct event chosen_by(const struct handmade *w, node_id node, time_us at)
{
	return (struct event){.kind = EVENT_CHOSEN,
			      .node = node,
			      .ballot = ballot_of(1, 1),
			      .value = w->a,
			      .because = BECAUSE_COUNTED,
			      .at = at};
}

static void a_decision_is_told_rather_than_what_is_lost_in_its_instant(void **state)
{
	struct handmade *w = *state;
	struct event lost = {.kind = EVENT_DROPPED,
			     .node = 4,
			     .peer = 1,
			     .id = {1, 1, 9},
			     .type = MSG_COMMIT,
			     .value = w->a,
			     .drop = DROP_CUT,
			     .at = 9000000};
	for (node_id id = 1; id <= 3; id++)
		handmade_accepted(w, id, ballot_of(1, 1), w->a);
	handmade_tell(w, chosen_by(w, 1, 9000000));
	const uint64_t chosen = w->m->events - 1;
	handmade_tell(w, lost);
	assert_int_equal(why_newest(w->m, false), chosen);
	assert_int_equal(why_newest(w->m, true), chosen); /* it is one step of a simulation */
	/* in a live cluster the receiver tells it a moment later */
	lost.id.number++, lost.at += 300;
	handmade_tell(w, lost);
	assert_int_equal(why_newest(w->m, false), chosen);
	/* what is lost later is news */
	lost.id.number++, lost.at += 50000;
	handmade_tell(w, lost);
	assert_int_equal(why_newest(w->m, false), w->m->events - 1);
}

static void of_several_nodes_that_step_at_once_the_one_with_a_reason_is_told(void **state)
{
	struct handmade *w = *state;
	handmade_tell(w, (struct event){.kind = EVENT_PROPOSING,
					.node = 1,
					.ballot = ballot_of(3, 1),
					.value = w->b,
					.peer = 3,
					.other = ballot_of(2, 2),
					.because = BECAUSE_FORCED,
					.at = 7000000});
	const uint64_t reason = w->m->events - 1;
	handmade_tell(w, (struct event){.kind = EVENT_RECEIVED,
					.node = 5,
					.peer = 2,
					.id = {2, 1, 3},
					.type = MSG_PREPARE,
					.at = 7000000});
	handmade_tell(w, (struct event){.kind = EVENT_PROMISED,
					.node = 5,
					.peer = 2,
					.ballot = ballot_of(9, 2),
					.at = 7000000});
	assert_int_equal(why_newest(w->m, false), reason);
	/* a reader who steps is told of the last step */
	assert_int_equal(why_newest(w->m, true), w->m->events - 1);
	/* and everybody of what the operator does, in the same instant or not */
	handmade_tell(w, (struct event){.kind = EVENT_STOPPED, .node = 2, .at = 7000000});
	assert_int_equal(why_newest(w->m, false), w->m->events - 1);
}

static void what_nodes_ask_though_they_lack_nothing_pushes_nothing_aside(void **state)
{
	struct handmade *w = *state;
	/* while there is nothing else, it is told */
	handmade_tell(w, (struct event){.kind = EVENT_SYNCING, .node = 1});
	assert_int_equal(why_newest(w->m, false), 0);
	assert_int_equal(why_newest(w->m, true), 0);
	for (node_id id = 1; id <= 3; id++)
		handmade_accepted(w, id, ballot_of(1, 1), w->a);
	for (node_id id = 1; id <= 5; id++)
		handmade_tell(w, chosen_by(w, id, 1000));
	const uint64_t chosen = why_newest(w->m, false);
	assert_int_equal(model_event_at(w->m, chosen)->kind, EVENT_CHOSEN);
	for (unsigned i = 0; i < 1000; i++) {
		const node_id id = (node_id)(1 + i % 5);

		handmade_tell(
			w, (struct event){
				   .kind = EVENT_SYNCING, .node = id, .slot = 1, .at = 2000 + i});
		handmade_tell(w, (struct event){.kind = EVENT_DROPPED,
						.node = 4,
						.peer = id,
						.id = {id, 1, i + 1},
						.type = MSG_SYNC,
						.drop = DROP_CUT,
						.at = 2000 + i});
		assert_int_equal(why_newest(w->m, false), chosen);
		assert_int_equal(why_newest(w->m, true), w->m->events - 2);
	}
	/* a node that lacks something asks for a reason */
	w->m->node[2].base = 5;
	handmade_tell(w, (struct event){.kind = EVENT_SYNCING, .node = 3, .slot = 1, .at = 9000});
	assert_int_equal(why_newest(w->m, false), w->m->events - 1);
}

/* So many of the messages of a step may be lost on their way; what is lost later is news. */
static void a_loss_soon_after_a_step_is_of_that_step(void **state)
{
	struct handmade *w = *state;
	const struct {
		time_us later;
		node_id sender;
		bool is_of_step;
	} rows[] = {{0, 1, true}, {2000, 1, true}, {2001, 1, false}, {2000, 2, false}};

	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const time_us at = 10000 * (i + 1);

		handmade_tell(w, (struct event){.kind = EVENT_PROPOSING,
						.node = 1,
						.ballot = ballot_of(1 + i, 1),
						.value = w->a,
						.because = BECAUSE_FREE,
						.at = at});
		const uint64_t step = w->m->events - 1;
		handmade_tell(w, (struct event){.kind = EVENT_DROPPED,
						.node = 3,
						.peer = rows[i].sender,
						.id = {rows[i].sender, 1, i + 1},
						.type = MSG_ACCEPT,
						.drop = DROP_LOSS,
						.at = at + rows[i].later});
		assert_int_equal(why_newest(w->m, true), rows[i].is_of_step ? step : step + 1);
	}
}

static void a_step_with_nothing_to_decide_is_told_to_a_reader_who_steps(void **state)
{
	struct handmade *w = *state;
	char words[400];
	for (node_id id = 1; id <= 3; id++)
		handmade_accepted(w, id, ballot_of(1, 1), w->a);
	handmade_tell(w, (struct event){.kind = EVENT_CHOSEN,
					.node = 1,
					.ballot = ballot_of(1, 1),
					.value = w->a,
					.because = BECAUSE_COUNTED});
	const uint64_t chosen = w->m->events - 1;
	handmade_tell(w, (struct event){.kind = EVENT_RECEIVED,
					.node = 1,
					.peer = 3,
					.id = {3, 1, 2},
					.type = MSG_ACCEPTED,
					.ballot = ballot_of(1, 1),
					.value = w->a,
					.at = 5});
	assert_int_equal(why_newest(w->m, false), chosen);
	assert_int_equal(why_newest(w->m, true), chosen + 1);
	assert_false(why_explain(w->m, chosen + 1, words, sizeof words));
	assert_true(why_aside(w->m, chosen + 1, words, sizeof words));
	assert_string_equal(words, "n1 got ACCEPTED 1.1=A from n3, and nothing changes.\n"
				   "It knows already what is chosen in that slot: one more vote "
				   "makes no difference.");
}

static void a_promise_in_a_decided_slot_says_that_a_commit_tells_it(void **state)
{
	struct handmade *w = *state;
	for (node_id id = 1; id <= 3; id++)
		handmade_accepted(w, id, ballot_of(1, 1), w->a);
	handmade_tell(w, (struct event){.kind = EVENT_CHOSEN,
					.node = 1,
					.ballot = ballot_of(1, 1),
					.value = w->a,
					.because = BECAUSE_COUNTED});
	handmade_tell(w, (struct event){.kind = EVENT_PROMISED,
					.node = 1,
					.ballot = ballot_of(1, 4),
					.peer = 4});
	assert_why(w, "n1 promised n4: \"I will refuse every ballot below 1.4.\"\n"
		      "It tells no vote for slot 0: it knows A to be chosen there, and a COMMIT "
		      "tells that.");
	struct event promise = {.kind = EVENT_SENT,
				.node = 1,
				.id = {1, 1, 1},
				.to = set_of(4),
				.type = MSG_PROMISE,
				.ballot = ballot_of(1, 4)};
	handmade_tell(w, promise);
	assert_line(w, "n1 sent PROMISE 1.4 (no open vote: slot 0 is decided) to n4");
	/* A promise that was given before the vote had nothing to tell, however late it arrives. */
	promise.id.number = 2, promise.ballot = ballot_of(1, 1);
	handmade_tell(w, promise);
	assert_line(w, "n1 sent PROMISE 1.1 (nothing accepted) to n4");
}

static void what_all_are_told_is_listed_once(void **state)
{
	struct handmade *w = *state;
	char words[200];
	node_set nodes;
	for (node_id id = 1; id <= 5; id++)
		handmade_tell(w,
			      (struct event){.kind = EVENT_TIMED, .node = id, .clock = {.den = 1}});
	assert_line(w, "n5: time is paused");
	assert_false(event_is_repeated(w->m, 0, &nodes));
	event_line(w->m, 0, words, sizeof words);
	assert_string_equal(words, "all nodes: time is paused");
	for (uint64_t i = 1; i < 5; i++)
		assert_true(event_is_repeated(w->m, i, &nodes));
	handmade_tell(
		w, (struct event){.kind = EVENT_TIMED, .node = 2, .clock = {.num = 1, .den = 1}});
	assert_false(event_is_repeated(w->m, 5, &nodes));
}

static void the_highest_round_has_a_word(void **state)
{
	char shown[16];
	(void)state;
	ballot_show(ballot_of(ROUND_MAX, 3), shown);
	assert_string_equal(shown, "max.3");
	ballot_show(BALLOT_NONE, shown);
	assert_string_equal(shown, "-");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

/* The Promise may stand so far behind in the list, and no farther. */
static void a_promise_is_looked_for_among_what_follows(void **state)
{
	struct handmade *w = *state;
	struct event promise = {.kind = EVENT_SENT,
				.node = 1,
				.to = set_of(4),
				.type = MSG_PROMISE,
				.count = 1,
				.value = w->a,
				.other = ballot_of(1, 1)};
	char words[600];

	for (unsigned between = 254; between < 258; between++) {
		const uint64_t first = w->m->events;

		promise.id = (struct message_id){1, 1, between};
		promise.ballot = ballot_of(between, 4);
		handmade_tell(w, (struct event){.kind = EVENT_PROMISED,
						.node = 1,
						.peer = 4,
						.ballot = promise.ballot});
		for (unsigned i = 0; i < between; i++)
			handmade_tell(w, (struct event){.kind = EVENT_RESIGNED, .node = 3});
		handmade_tell(w, promise);
		assert_true(why_explain(w->m, first, words, sizeof words));
		assert_int_equal(strstr(words, "I already accepted A") != NULL, between < 256);
	}
}

/* So many events are looked at on both sides, and not one more. */
static void a_clock_of_long_ago_is_set_anew(void **state)
{
	struct handmade *w = *state;
	node_set nodes;

	for (unsigned between = 125; between < 129; between++) {
		const uint64_t first = w->m->events;
		struct event timed = {
			.kind = EVENT_TIMED, .node = 1, .clock = {.num = between, .den = 1}};

		handmade_tell(w, timed);
		for (unsigned i = 0; i < between; i++)
			handmade_tell(w, (struct event){.kind = EVENT_RESIGNED, .node = 3});
		timed.node = 2;
		handmade_tell(w, timed);
		assert_int_equal(event_is_repeated(w->m, w->m->events - 1, &nodes), between < 127);
		assert_int_equal(nodes, set_of(2));
		assert_false(event_is_repeated(w->m, first, &nodes));
		assert_int_equal(nodes, between < 127 ? set_of(1) | set_of(2) : set_of(1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_forced_value_is_explained_by_the_vote_that_forces_it),
		TEST(a_ballot_without_a_value_is_explained_by_what_it_finds_out),
		TEST(a_free_choice_is_explained_by_silence),
		TEST(a_promise_tells_the_vote_that_goes_with_it),
		TEST(the_vote_that_completes_a_quorum_is_told_as_such),
		TEST(a_refusal_quotes_the_promise),
		TEST(a_loss_names_the_link_and_calms_down),
		TEST(a_crash_says_whether_a_quorum_is_left),
		TEST(messages_are_told_in_one_line),
		TEST(every_event_has_a_sentence_or_is_silent_on_purpose),
		TEST(the_newest_sentence_skips_what_is_silent),
		TEST(a_vote_of_a_lower_ballot_loses_by_name),
		TEST(a_step_is_told_rather_than_that_its_message_waits),
		TEST(a_decision_is_told_rather_than_what_is_lost_in_its_instant),
		TEST(of_several_nodes_that_step_at_once_the_one_with_a_reason_is_told),
		TEST(what_nodes_ask_though_they_lack_nothing_pushes_nothing_aside),
		TEST(a_loss_soon_after_a_step_is_of_that_step),
		TEST(a_step_with_nothing_to_decide_is_told_to_a_reader_who_steps),
		TEST(a_promise_in_a_decided_slot_says_that_a_commit_tells_it),
		TEST(what_all_are_told_is_listed_once),
		TEST(a_clock_of_long_ago_is_set_anew),
		TEST(a_promise_is_looked_for_among_what_follows),
		TEST(the_highest_round_has_a_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
