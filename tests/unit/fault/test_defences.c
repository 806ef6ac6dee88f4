/* What the rules of defences refuse, from nothing but the messages that a node hears. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/fault/defence.h"

static struct defence_memory memory;
static node_set proven;

static int clear(void **state)
{
	(void)state;
	memset(&memory, 0, sizeof memory);
	proven = 0;
	return 0;
}

static enum refusal hear(policy_id policy, const struct message *m)
{
	return defences_refuse(&memory, policy,
			       &(struct defence_case){.m = m, .f = 1, .proven = proven});
}

static struct message prepare(node_id from, uint32_t round, slot_number slot)
{
	return (struct message){
		.type = MSG_PREPARE,
		.from = from,
		.ballot = {round, from},
		.slot = slot,
		.proof = 100u + from,
	};
}

static enum refusal prepares(policy_id policy, node_id from, uint32_t round)
{
	const struct message m = prepare(from, round, 0);

	return hear(policy, &m);
}

/* Signed words that show the round `shown`. */
static void shows(node_id from, uint32_t shown)
{
	const struct message m = {.type = MSG_NACK,
				  .from = from,
				  .ballot = {1, 1},
				  .promised = {shown, 1},
				  .proof = 100u + from};

	assert_int_equal(hear(DEFENCE_WINDOW, &m), REFUSE_NOTHING);
}

static void a_round_is_followed_as_far_as_two_signers_have_seen(void **state)
{
	(void)state;
	assert_int_equal(prepares(DEFENCE_WINDOW, 4, WINDOW_ROUNDS), REFUSE_NOTHING);
	assert_int_equal(prepares(DEFENCE_WINDOW, 4, WINDOW_ROUNDS + 1), REFUSE_WINDOW);
	/* one liar moves the edge nowhere, however high it says */
	shows(4, UINT32_MAX);
	assert_int_equal(prepares(DEFENCE_WINDOW, 4, WINDOW_ROUNDS + 1), REFUSE_WINDOW);
	shows(2, 7);
	assert_int_equal(prepares(DEFENCE_WINDOW, 4, 7 + WINDOW_ROUNDS), REFUSE_NOTHING);
	assert_int_equal(prepares(DEFENCE_WINDOW, 4, 7 + WINDOW_ROUNDS + 1), REFUSE_WINDOW);
	shows(3, 9);
	assert_int_equal(prepares(DEFENCE_WINDOW, 1, 9 + WINDOW_ROUNDS), REFUSE_NOTHING);
	assert_int_equal(prepares(DEFENCE_WINDOW, 4, UINT32_MAX), REFUSE_WINDOW);
}

static void the_edge_is_what_the_f_plus_first_of_the_highest_has_seen(void **state)
{
	struct window *w = &memory.window;

	(void)state;
	w->seen[1].round = 5;
	w->seen[2].round = 9;
	w->seen[3].round = 9;
	w->seen[4].round = 2;
	assert_int_equal(window_edge(w, 0), 9);
	assert_int_equal(window_edge(w, 1), 9);
	assert_int_equal(window_edge(w, 2), 5);
	assert_int_equal(window_edge(w, 3), 2);
	assert_int_equal(window_edge(w, 4), 0);
}

static void who_was_refused_can_show_the_words_that_make_the_edge(void **state)
{
	proof_ref list[NODES_MAX];

	(void)state;
	shows(4, 30);
	shows(2, 20);
	shows(3, 25);
	assert_int_equal(window_evidence(&memory.window, 1, list), 2);
	assert_int_equal(list[0], 103);
	assert_int_equal(list[1], 104);
	/* a round that nobody signed for cannot be shown */
	memory.window.seen[4].proof = PROOF_NONE;
	assert_int_equal(window_evidence(&memory.window, 1, list), 1);
	assert_int_equal(list[0], 103);
}

/* What is attached to a Prepare counts for those who signed it. */
static void shown_words_of_others_let_a_high_round_in(void **state)
{
	struct message m = prepare(1, 30, 0);
	const struct message shown[] = {
		{.type = MSG_NACK, .from = 2, .promised = {29, 1}, .proof = 7},
		{.type = MSG_PROMISE, .from = 3, .ballot = {29, 1}, .proof = 8},
	};

	(void)state;
	assert_int_equal(hear(DEFENCE_WINDOW, &m), REFUSE_WINDOW);
	clear(NULL);
	m.told = 2;
	m.tell = shown;
	assert_int_equal(hear(DEFENCE_WINDOW, &m), REFUSE_NOTHING);
	assert_int_equal(memory.window.seen[2].round, 29);
	assert_int_equal(memory.window.seen[3].proof, 8);
}

/* The later of two statements of one round is shown: the other may be under defences that nobody
 * has any more. */
static void a_lower_round_makes_nothing_unseen(void **state)
{
	(void)state;
	shows(2, 20);
	const struct message m = {.type = MSG_PROMISE, .from = 2, .ballot = {20, 1}, .proof = 999};
	hear(DEFENCE_WINDOW, &m);
	shows(2, 19);
	assert_int_equal(memory.window.seen[2].round, 20);
	assert_int_equal(memory.window.seen[2].proof, 999);
}

/* A Nack is about a ballot of another node, and shows its signer's promise only. */
static void a_message_shows_the_ballot_that_its_signer_speaks_of(void **state)
{
	const struct message nack = {.type = MSG_NACK, .ballot = {50, 1}, .promised = {3, 1}};
	const struct message promise = {.type = MSG_PROMISE, .ballot = {50, 1}};
	const struct message sync = {.type = MSG_SYNC, .ballot = {50, 1}};

	(void)state;
	assert_int_equal(window_round(&nack), 3);
	assert_int_equal(window_round(&promise), 50);
	assert_int_equal(window_round(&sync), 0);
}

static void only_prepares_and_accepts_are_refused_for_their_round(void **state)
{
	(void)state;
	for (enum message_type type = MSG_NONE + 1; type < MSG_TYPES; type++) {
		const struct message m = {.type = type, .from = 4, .ballot = {99, 4}, .proof = 104};
		bool asks = type == MSG_PREPARE || type == MSG_ACCEPT;

		clear(NULL);
		assert_int_equal(hear(DEFENCE_WINDOW, &m), asks ? REFUSE_WINDOW : REFUSE_NOTHING);
	}
}

static void unsigned_words_show_nothing_and_are_not_judged(void **state)
{
	struct message m = prepare(4, 99, 0);

	(void)state;
	m.proof = PROOF_NONE;
	assert_int_equal(hear(DEFENCE_WINDOW, &m), REFUSE_NOTHING);
	assert_int_equal(memory.window.seen[4].round, 0);
}

static void without_the_defences_nothing_is_refused(void **state)
{
	(void)state;
	proven = set_of(4);
	for (uint32_t round = 1; round < 100; round++)
		assert_int_equal(prepares(DEFENCE_SIGN, 4, round), REFUSE_NOTHING);
	assert_int_equal(memory.window.seen[4].round, 0);
	assert_int_equal(memory.budget.of[4].spent, 0);
}

static void who_is_told_of_its_refusal_remembers_it(void **state)
{
	struct message m = {.type = MSG_NACK, .from = 2, .why = REFUSE_PROMISED, .proof = 102};

	(void)state;
	hear(DEFENCE_WINDOW, &m);
	assert_false(memory.window.refused_here);
	m.why = REFUSE_WINDOW;
	m.type = MSG_PROMISE;
	hear(DEFENCE_WINDOW, &m);
	assert_false(memory.window.refused_here);
	m.type = MSG_NACK;
	hear(DEFENCE_WINDOW, &m);
	assert_true(memory.window.refused_here);
	m.why = REFUSE_PROMISED;
	hear(DEFENCE_WINDOW, &m);
	assert_true(memory.window.refused_here);
}

static void three_ballots_for_one_slot_are_all_that_a_node_gets(void **state)
{
	(void)state;
	for (uint32_t round = 1; round <= BUDGET_PREPARES; round++) {
		assert_int_equal(prepares(DEFENCE_BUDGET, 4, round), REFUSE_NOTHING);
		/* sent again it costs nothing */
		assert_int_equal(prepares(DEFENCE_BUDGET, 4, round), REFUSE_NOTHING);
	}
	assert_int_equal(prepares(DEFENCE_BUDGET, 4, BUDGET_PREPARES), REFUSE_NOTHING);
	assert_int_equal(prepares(DEFENCE_BUDGET, 4, BUDGET_PREPARES + 1), REFUSE_BUDGET);
	assert_int_equal(prepares(DEFENCE_BUDGET, 4, BUDGET_PREPARES + 2), REFUSE_BUDGET);
	/* each node has its own, and each slot is begun afresh */
	assert_int_equal(prepares(DEFENCE_BUDGET, 3, BUDGET_PREPARES + 1), REFUSE_NOTHING);
	const struct message next = prepare(4, BUDGET_PREPARES + 2, 1);
	assert_int_equal(hear(DEFENCE_BUDGET, &next), REFUSE_NOTHING);
	assert_int_equal(memory.budget.of[4].spent, 1);
}

static void only_prepares_are_charged(void **state)
{
	struct message m = prepare(4, 1, 0);

	(void)state;
	m.type = MSG_ACCEPT;
	for (uint32_t round = 1; round < 9; round++) {
		m.ballot.round = round;
		assert_int_equal(hear(DEFENCE_BUDGET, &m), REFUSE_NOTHING);
	}
	assert_int_equal(memory.budget.of[4].spent, 0);
}

static void a_proven_liar_is_not_heard_as_a_proposer(void **state)
{
	(void)state;
	proven = set_of(4);
	for (enum message_type type = MSG_NONE + 1; type < MSG_TYPES; type++) {
		struct message m = {.type = type, .from = 4, .ballot = {1, 4}, .proof = 104};
		bool proposes = type == MSG_PREPARE || type == MSG_ACCEPT || type == MSG_NEW_VIEW;

		assert_int_equal(hear(DEFENCE_QUARANTINE, &m),
				 proposes ? REFUSE_QUARANTINED : REFUSE_NOTHING);
		m.from = 3;
		assert_int_equal(hear(DEFENCE_QUARANTINE, &m), REFUSE_NOTHING);
	}
}

static void a_reason_leads_to_its_defence(void **state)
{
	(void)state;
	assert_ptr_equal(defence_of(REFUSE_WINDOW), &defence_WINDOW);
	assert_ptr_equal(defence_of(REFUSE_BUDGET), &defence_BUDGET);
	assert_ptr_equal(defence_of(REFUSE_QUARANTINED), &defence_QUARANTINE);
	assert_null(defence_of(REFUSE_PROMISED));
}

#define TEST(name) cmocka_unit_test_setup(name, clear)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_round_is_followed_as_far_as_two_signers_have_seen),
		TEST(the_edge_is_what_the_f_plus_first_of_the_highest_has_seen),
		TEST(who_was_refused_can_show_the_words_that_make_the_edge),
		TEST(shown_words_of_others_let_a_high_round_in),
		TEST(a_lower_round_makes_nothing_unseen),
		TEST(a_message_shows_the_ballot_that_its_signer_speaks_of),
		TEST(only_prepares_and_accepts_are_refused_for_their_round),
		TEST(unsigned_words_show_nothing_and_are_not_judged),
		TEST(without_the_defences_nothing_is_refused),
		TEST(who_is_told_of_its_refusal_remembers_it),
		TEST(three_ballots_for_one_slot_are_all_that_a_node_gets),
		TEST(only_prepares_are_charged),
		TEST(a_proven_liar_is_not_heard_as_a_proposer),
		TEST(a_reason_leads_to_its_defence),
	};

	return cmocka_run_group_tests_name("defences", tests, NULL, NULL);
}
