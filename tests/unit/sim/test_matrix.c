/* The matrix against what an exhaustive search of one slot found: every cell, by real trials. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/fault/attack.h"
#include "tests/support/trials.h"

#define SEEDS 96

static const uint32_t columns[] = {
	ATTACK_REPLAY,
	ATTACK_EQUIVOCATE,
	ATTACK_WITHHOLD,
	ATTACK_OVERRIDE,
	ATTACK_TWO_FACE,
	ATTACK_LIE,
	0,
};

#define COLUMNS (sizeof columns / sizeof columns[0])

/* X = broken, . = held, s = it can be stalled, alone or behind one of these. */
struct row {
	const char *defences;
	const char *cells[COLUMNS];
};

/* clang-format off */
/*                            replay equivocate withhold override two-face lie any */
static const struct row three[] = {
	{"sign+cert",              {".",  "X",  "X",  "X",  "X",  "X",  "X"}},
	{"sign+cert+echo",         {".",  "X",  "X",  "X",  "X",  "X",  "X"}},
	{"sign+cert+justify",      {".",  "X",  "X",  ".",  "X",  "X",  "X"}},
	{"sign+cert+echo+justify", {".",  "X",  "X",  ".",  "X",  "X",  "X"}},
	{"sign+cert+reject",       {".s", "Xs", "Xs", "Xs", "Xs", "Xs", "Xs"}},
};
/* Every vote is needed: what breaks are two ballots that all voted in, though nobody learned so. */
static const struct row three_of_three[] = {
	{"sign+cert+quorum(f=1)",              {"s",  "Xs", "s",  "Xs", "s",  "Xs", "Xs"}},
	{"sign+cert+quorum(f=1)+echo",         {"s",  "Xs", "s",  "Xs", "s",  "Xs", "Xs"}},
	{"sign+cert+quorum(f=1)+justify",      {"s",  "Xs", "s",  "s",  "s",  "s",  "Xs"}},
	{"sign+cert+quorum(f=1)+echo+justify", {"s",  "s",  "s",  "s",  "s",  "s",  "s"}},
};
static const struct row four[] = {
	{"sign+cert",              {".",  "X",  ".",  "X",  ".",  "X",  "X"}},
	{"sign+cert+echo",         {".",  "X",  ".",  "X",  ".",  "X",  "X"}},
	{"sign+cert+justify",      {".",  "X",  ".",  ".",  ".",  ".",  "X"}},
	{"sign+cert+echo+justify", {".",  ".",  ".",  ".",  ".",  ".",  "."}},
	{"sign+cert+reject",       {".s", ".s", ".s", ".s", ".s", ".s", ".s"}},
};
/* clang-format on */

static void check(const struct row *row, uint8_t nodes)
{
	for (unsigned i = 0; i < COLUMNS; i++) {
		struct matrix_result r = trials_run(columns[i], row->defences, nodes, 1, SEEDS);
		const char *wanted = row->cells[i];
		bool broken = r.result == TRIAL_BROKEN;
		char names[ATTACKS_SHOWN_MAX];

		attacks_show(columns[i], names);
		if (broken != (wanted[0] == 'X') || (strchr(wanted, 's') != NULL && !r.stalls) ||
		    (strcmp(wanted, ".") == 0 && r.stalls))
			fail_msg("n=%u %s against %s: wanted %s, got %s%s at seed %llu: %s", nodes,
				 names, row->defences, wanted, trial_state_name(r.result),
				 r.stalls ? " (stalls)" : "", (unsigned long long)r.replay, r.why);
	}
}

static void three_nodes_are_as_the_search_found(void **state)
{
	for (unsigned i = 0; i < sizeof three / sizeof three[0]; i++)
		check(&three[i], 3);
	(void)state;
}

static void a_quorum_of_all_three_breaks_by_votes_that_nobody_heard(void **state)
{
	for (unsigned i = 0; i < sizeof three_of_three / sizeof three_of_three[0]; i++)
		check(&three_of_three[i], 3);
	(void)state;
}

static void four_nodes_are_as_the_search_found(void **state)
{
	for (unsigned i = 0; i < sizeof four / sizeof four[0]; i++)
		check(&four[i], 4);
	(void)state;
}

/* Without echoes a lying owner can bring two values to votes in one ballot; both are proven, so
 * that whoever is bound by one can show it. That such an owner can break agreement is another
 * matter (equivocate in the rows of four). */
static void two_proven_votes_of_one_ballot_stop_nobody(void **state)
{
	static const char set[] = "sign+quorum+justify+cert";

	for (uint8_t nodes = 4; nodes <= 5; nodes++) {
		struct matrix_result r = trials_run(ATTACK_MUTATE, set, nodes, 1, 150);

		if (r.stalls)
			fail_msg("n=%u: %s, seed %llu: %s", nodes, trial_state_name(r.result),
				 (unsigned long long)r.replay, r.why);
	}
	(void)state;
}

/* With a quorum of three one silent node is enough. */
static void three_nodes_are_not_both_safe_and_live(void **state)
{
	struct matrix_result r =
		trials_run(ATTACK_MUTE, "sign+quorum(f=1)+echo+justify+cert", 3, 1, SEEDS);

	assert_int_equal(r.result, TRIAL_STALLED);
	(void)state;
}

/* The origin's remedy needs nobody's help: among four honest nodes two values can have two votes
 * each while the liar says nothing. Where a proposer must hear every honest node it hears every
 * vote. */
static void votes_are_split_without_a_word_of_the_liar(void **state)
{
	assert_true(trials_run(ATTACK_MUTE, "sign+cert+reject", 5, 1, SEEDS).stalls);
	assert_true(trials_run(ATTACK_MUTE, "sign+cert+reject", 8, 2, SEEDS).stalls);
	assert_int_equal(trials_run(ATTACK_MUTE, "sign+cert+reject", 4, 1, SEEDS).result,
			 TRIAL_HELD);
	assert_int_equal(trials_run(ATTACK_MUTE, "sign+cert+reject", 3, 0, SEEDS).result,
			 TRIAL_HELD);
	(void)state;
}

static void two_colluders_break_four_nodes_and_not_seven(void **state)
{
	static const uint32_t breaking[] = {ATTACK_EQUIVOCATE, ATTACK_WITHHOLD, ATTACK_TWO_FACE};

	for (unsigned i = 0; i < sizeof breaking / sizeof breaking[0]; i++)
		assert_int_equal(trials_run(breaking[i], "all", 4, 2, SEEDS).result, TRIAL_BROKEN);
	for (unsigned bit = 0; bit < ATTACKS; bit++) {
		struct matrix_result r = trials_run(1u << bit, "all", 7, 2, SEEDS);

		if (r.result != TRIAL_HELD)
			fail_msg("n=7 with two liars, %s: %s, seed %llu: %s", attack_name(bit),
				 trial_state_name(r.result), (unsigned long long)r.replay, r.why);
	}
	(void)state;
}

/* However many they are, no colluder gives the secret of the others away, be it by an answer to a
 * laggard or by a forgery that nobody counts: where two quorums share only liars the first
 * script breaks it. */
static void colluders_keep_a_secret_together(void **state)
{
	static const uint32_t secret[] = {ATTACK_WITHHOLD, ATTACK_LIE};
	static const char *const sets[] = {"sign+justify+cert", "sign+echo+justify+cert"};

	for (uint8_t liars = 1; liars <= 4; liars++)
		for (unsigned i = 0; i < 4; i++) {
			uint8_t nodes = (uint8_t)(2 * liars + 1);
			struct matrix_result r =
				trials_run(secret[i / 2], sets[i % 2], nodes, liars, 4);

			if (r.result != TRIAL_BROKEN)
				fail_msg("n=%u, %u liars, %s against %s: %s", nodes, liars,
					 i / 2 == 0 ? "withhold" : "lie", sets[i % 2],
					 trial_state_name(r.result));
		}
	(void)state;
}

/* Two quorums of three share one node, and two of the five lie: under `reject` the colluder votes
 * for the liar's value though it has voted for another. */
static void a_colluder_votes_against_its_own_vote(void **state)
{
	assert_int_equal(trials_run(ATTACK_OVERRIDE, "origin", 5, 2, SEEDS).result, TRIAL_BROKEN);
	assert_int_equal(trials_run(ATTACK_OVERRIDE, "sign+cert+reject", 7, 3, SEEDS).result,
			 TRIAL_BROKEN);
	/* Two quorums of four share two, one of them honest. */
	assert_int_not_equal(trials_run(ATTACK_OVERRIDE, "sign+cert+reject", 6, 1, SEEDS).result,
			     TRIAL_BROKEN);
	(void)state;
}

/* Liars fall silent, so that every honest promise is needed, and all of the 21 want a value of
 * their own chosen: the more there are, the longer each must wait its turn. */
static void many_contenders_do_not_preempt_each_other_for_ever(void **state)
{
	for (uint64_t seed = 20; seed < 24; seed++) {
		const struct trial_options options = {.attacks = ATTACK_TWO_FACE,
						      .policy = policy_named("all"),
						      .nodes = 31,
						      .liars = 10,
						      .seed = seed};
		struct trial_result result;
		struct trial *t = trial_init(run_memory(), &options);

		while (trial_step(t) == TRIAL_RUNNING)
			continue;
		trial_result(t, &result);
		assert_int_equal(result.state, TRIAL_HELD);
	}
	(void)state;
}

static void nothing_breaks_when_nobody_lies(void **state)
{
	struct matrix_result r = trials_run(ATTACK_MUTE, "none", 5, 0, SEEDS);

	assert_int_equal(r.result, TRIAL_HELD);
	r = trials_run(ATTACK_MUTE, "all", 5, 0, SEEDS);
	assert_int_equal(r.result, TRIAL_HELD);
	(void)state;
}

/* The command that replays a cell shows the same. */
static void a_trial_is_the_same_each_time(void **state)
{
	struct matrix_result r = trials_run(ATTACK_WITHHOLD, "sign+cert", 3, 1, SEEDS);
	const struct trial_options options = {.attacks = ATTACK_WITHHOLD,
					      .policy = policy_named("sign+cert"),
					      .nodes = 3,
					      .liars = 1,
					      .seed = r.replay};
	struct trial_result again;
	struct trial *t = trial_init(run_memory(), &options);

	while (trial_step(t) == TRIAL_RUNNING)
		continue;
	trial_result(t, &again);
	assert_int_equal(again.state, TRIAL_BROKEN);
	assert_string_equal(again.why, r.why);
	(void)state;
}

static void the_default_sets_can_be_used(void **state)
{
	for (uint8_t nodes = 3; nodes <= 7; nodes++) {
		policy_id policy;
		unsigned sets = 0;

		while (matrix_default_set(sets, nodes, &policy)) {
			assert_true(policy_is_known(policy));
			assert_int_equal(policy_missing(policy), 0);
			assert_int_equal(policy_clash(policy), 0);
			sets++;
		}
		assert_int_equal(sets, 13);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_default_sets_can_be_used),
		cmocka_unit_test(a_trial_is_the_same_each_time),
		cmocka_unit_test(nothing_breaks_when_nobody_lies),
		cmocka_unit_test(many_contenders_do_not_preempt_each_other_for_ever),
		cmocka_unit_test(three_nodes_are_as_the_search_found),
		cmocka_unit_test(a_quorum_of_all_three_breaks_by_votes_that_nobody_heard),
		cmocka_unit_test(four_nodes_are_as_the_search_found),
		cmocka_unit_test(two_proven_votes_of_one_ballot_stop_nobody),
		cmocka_unit_test(three_nodes_are_not_both_safe_and_live),
		cmocka_unit_test(votes_are_split_without_a_word_of_the_liar),
		cmocka_unit_test(two_colluders_break_four_nodes_and_not_seven),
		cmocka_unit_test(colluders_keep_a_secret_together),
		cmocka_unit_test(a_colluder_votes_against_its_own_vote),
	};

	return cmocka_run_group_tests(tests, run_memory_take, run_memory_free);
}
