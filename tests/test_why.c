/* The sentences that teach, word for word: whoever changes one reads it here again. */
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

static void tell(struct world *w, struct event e)
{
	e.boot = e.boot == 0 ? 1 : e.boot;
	e.seq = ++w->seq[e.node];
	model_event(w->m, &e);
}

static void assert_why(const struct world *w, const char *expected)
{
	char words[400];
	assert_true(why_explain(w->m, w->m->events - 1, words, sizeof words));
	assert_string_equal(words, expected);
}

static void assert_line(const struct world *w, const char *expected)
{
	char words[400];
	event_words(w->m, model_event_at(w->m, w->m->events - 1), words, sizeof words);
	assert_string_equal(words, expected);
}

static void a_forced_value_is_explained_by_the_vote_that_forces_it(void **state)
{
	struct world *w = *state;
	tell(w, (struct event){.kind = EVENT_QUEUED,
			       .node = 1,
			       .slot = SLOT_NONE,
			       .value = w->a,
			       .count = 1});
	assert_why(w, "n1 was asked to propose A.\n"
		      "Before it may, it must ask a quorum what they have accepted: phase 1.");
	tell(w, (struct event){.kind = EVENT_PROPOSING,
			       .node = 1,
			       .ballot = at(3, 1),
			       .value = w->b,
			       .peer = 3,
			       .other = at(2, 2),
			       .because = BECAUSE_FORCED});
	assert_why(w, "n1 wanted A.  But n3 told it: \"I already accepted B at ballot 2.2\".\n"
		      "So n1 MUST propose B.  Any two quorums share a node (rule P2c).");
	assert_line(w, "n1 proposes 3.1=B in slot 0 (forced, P2c)");
}

static void a_free_choice_is_explained_by_silence(void **state)
{
	struct world *w = *state;
	tell(w, (struct event){.kind = EVENT_PROPOSING,
			       .node = 1,
			       .ballot = at(1, 1),
			       .value = w->a,
			       .because = BECAUSE_FREE});
	assert_why(w, "Nobody in n1's quorum has accepted anything in slot 0.\n"
		      "So n1 is free to propose its own value: A (phase 2, ballot 1.1).");
}

static void a_promise_tells_the_vote_that_goes_with_it(void **state)
{
	struct world *w = *state;
	tell(w, (struct event){.kind = EVENT_PROMISED, .node = 3, .ballot = at(1, 2), .peer = 2});
	assert_why(w, "n3 promised n2: \"I will refuse every ballot below 1.2.\"\n"
		      "It has accepted nothing in slot 0, and says so.");
	tell(w,
	     (struct event){.kind = EVENT_ACCEPTED, .node = 3, .ballot = at(1, 2), .value = w->b});
	assert_why(w, "n3 accepted B in slot 0 at ballot 1.2, and wrote it to disk.\n"
		      "B is chosen once 3 nodes accepted it at this same ballot: 1 so far.");
	tell(w, (struct event){.kind = EVENT_PROMISED, .node = 3, .ballot = at(3, 1), .peer = 1});
	assert_why(w, "n3 promised n1: \"I will refuse every ballot below 3.1.\"\n"
		      "And it must tell: \"In slot 0 I already accepted B at ballot 1.2.\"");
	assert_line(w, "n3 promised 3.1");
}

static void the_vote_that_completes_a_quorum_is_told_as_such(void **state)
{
	struct world *w = *state;
	for (node_id id = 1; id <= 3; id++)
		tell(w, (struct event){.kind = EVENT_ACCEPTED,
				       .node = id,
				       .ballot = at(1, 1),
				       .value = w->a});
	assert_why(w, "n3's vote for A at 1.1 completes a quorum (n1 n2 n3): CHOSEN in slot 0.\n"
		      "Nobody knows it yet, but every later quorum contains one of them: final.");
	tell(w,
	     (struct event){.kind = EVENT_ACCEPTED, .node = 4, .ballot = at(1, 1), .value = w->a});
	assert_why(w, "n4 accepted A at ballot 1.1 too: 4 of 5 nodes have.\n"
		      "It was chosen already; one more vote makes no difference.");
}

static void a_refusal_quotes_the_promise(void **state)
{
	struct world *w = *state;
	tell(w, (struct event){.kind = EVENT_REFUSED,
			       .node = 3,
			       .peer = 1,
			       .type = MSG_ACCEPT,
			       .ballot = at(1, 1),
			       .other = at(2, 2),
			       .why = REFUSE_PROMISED});
	assert_why(w, "n3 refused ACCEPT 1.1 of n1: \"I promised 2.2, so nothing below it.\"\n"
		      "n1 can only come back with a ballot above 2.2.");
}

static void a_loss_names_the_link_and_calms_down(void **state)
{
	struct world *w = *state;
	tell(w, (struct event){.kind = EVENT_DROPPED,
			       .node = 4,
			       .peer = 1,
			       .id = {1, 1, 5},
			       .type = MSG_ACCEPT,
			       .ballot = at(3, 1),
			       .value = w->b,
			       .drop = DROP_CUT});
	assert_why(w, "ACCEPT 3.1=B from n1 never reached n4: the link is cut.\n"
		      "Paxos counts on nothing arriving: whoever lacks an answer asks again.");
	assert_line(w, "n4 lost ACCEPT 3.1=B from n1: the link is cut");
}

static void a_crash_says_whether_a_quorum_is_left(void **state)
{
	struct world *w = *state;
	for (node_id id = 1; id <= 5; id++)
		tell(w, (struct event){.kind = EVENT_STARTED, .node = id});
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
	struct world *w = *state;
	tell(w, (struct event){.kind = EVENT_RECEIVED,
			       .node = 1,
			       .peer = 3,
			       .id = {3, 1, 2},
			       .type = MSG_PROMISE,
			       .ballot = at(3, 1),
			       .other = at(2, 2),
			       .value = w->b,
			       .count = 1});
	assert_line(w, "n1 got PROMISE 3.1 (accepted 2.2=B) from n3");
	tell(w, (struct event){.kind = EVENT_SENT,
			       .node = 1,
			       .id = {1, 1, 2},
			       .to = 0x1e,
			       .type = MSG_ACCEPT,
			       .ballot = at(3, 1),
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
		return true;
	default:
		return false;
	}
}

static void every_event_has_a_sentence_or_is_silent_on_purpose(void **state)
{
	struct world *w = *state;
	char words[400];
	unsigned kinds = 0;
	for (unsigned kind = 1; kind < EVENT_KINDS; kind++) {
		if (strcmp(event_name((enum event_kind)kind), "?") == 0)
			continue;
		kinds++;
		tell(w, (struct event){.kind = (enum event_kind)kind,
				       .node = 2,
				       .peer = 3,
				       .id = {3, 1, kind},
				       .type = MSG_ACCEPT,
				       .ballot = at(1, 3),
				       .value = w->a,
				       .drop = DROP_LOSS,
				       .count = 1});
		bool told = why_explain(w->m, w->m->events - 1, words, sizeof words);
		if (told == is_silent((enum event_kind)kind))
			fail_msg("%s", event_name((enum event_kind)kind));
		if (told && strchr(words, '\n') == NULL)
			fail_msg("no reason: %s", words);
		event_words(w->m, model_event_at(w->m, w->m->events - 1), words, sizeof words);
		assert_true(strlen(words) > 5);
	}
	assert_true(kinds > 30);
}

static void the_newest_sentence_skips_what_is_silent(void **state)
{
	struct world *w = *state;
	assert_true(why_newest(w->m) == EVENT_UNSEEN);
	tell(w, (struct event){.kind = EVENT_PREPARING, .node = 1, .ballot = at(1, 1)});
	tell(w, (struct event){.kind = EVENT_SENT,
			       .node = 1,
			       .id = {1, 1, 1},
			       .to = 2,
			       .type = MSG_PREPARE,
			       .ballot = at(1, 1)});
	assert_int_equal(why_newest(w->m), 0);
}

static void the_highest_round_has_a_word(void **state)
{
	char shown[16];
	(void)state;
	ballot_show(at(ROUND_MAX, 3), shown);
	assert_string_equal(shown, "max.3");
	ballot_show(BALLOT_NONE, shown);
	assert_string_equal(shown, "-");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_forced_value_is_explained_by_the_vote_that_forces_it),
		TEST(a_free_choice_is_explained_by_silence),
		TEST(a_promise_tells_the_vote_that_goes_with_it),
		TEST(the_vote_that_completes_a_quorum_is_told_as_such),
		TEST(a_refusal_quotes_the_promise),
		TEST(a_loss_names_the_link_and_calms_down),
		TEST(a_crash_says_whether_a_quorum_is_left),
		TEST(messages_are_told_in_one_line),
		TEST(every_event_has_a_sentence_or_is_silent_on_purpose),
		TEST(the_newest_sentence_skips_what_is_silent),
		TEST(the_highest_round_has_a_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
