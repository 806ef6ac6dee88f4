/* The model judges honest nodes, and nodes that forget, in runs that the seed draws. JUDGED=N: so
 * many seeds, from FIRST (0) on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/judged.h"

#define SEEDS 150
#define ACTS  150

static unsigned number_of(const char *name, unsigned otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

/* Every set of defences comes, in turn. */
static struct judged_options options_of(uint64_t seed)
{
	return (struct judged_options){
		.seed = seed,
		.nodes = (uint8_t)(3 + seed % 5),
		.mode = seed / 5 % 2 == 0 ? MODE_SINGLE : MODE_MULTI,
		.policy = judged_policy((unsigned)(seed * 7 % judged_policies())),
		.words_may_lie = seed / 10 % 2 == 0,
		.looks = seed / 20 % 2 == 0,
	};
}

static void show(const struct judged_options *o, char *out, size_t size)
{
	char policy[POLICY_SHOWN_MAX];

	policy_show(o->policy, policy);
	snprintf(out, size, "FIRST=%llu JUDGED=1: %u nodes, %s mode, defences %s",
		 (unsigned long long)o->seed, o->nodes, o->mode == MODE_MULTI ? "multi" : "single",
		 policy);
}

static void no_honest_node_is_ever_accused(void **state)
{
	const unsigned first = number_of("FIRST", 0), seeds = number_of("JUDGED", SEEDS);
	unsigned chosen = 0, shots = 0;
	char which[300];

	(void)state;
	for (unsigned seed = first; seed < first + seeds; seed++) {
		const struct judged_options o = options_of(seed);
		struct judged *j = judged_new(&o);
		const char *why = NULL;

		for (unsigned act = 0; act < ACTS && why == NULL; act++) {
			judged_act(j);
			why = judged_accusation(j);
		}
		show(&o, which, sizeof which);
		if (why != NULL)
			fail_msg("%s: %s", which, why);
		chosen += j->model->chosen_last_at > 0;
		shots += j->shots;
		judged_free(j);
	}
	/* The runs are worth it: they decide something, and the model was compared. */
	if (seeds >= SEEDS) {
		assert_true(chosen > seeds / 2);
		assert_true(shots > seeds);
	}
}

static bool is_found(const struct judged_options *o, bool *forgot)
{
	struct judged *j = judged_new(o);
	bool found = false;

	*forgot = false;
	for (unsigned act = 0; act < ACTS && !found && !*forgot; act++) {
		judged_act(j);
		*forgot = j->forgot;
		found = judged_accusation(j) != NULL;
	}
	/* What it forgot is missed at the latest when the watcher asks for all that it keeps. */
	for (unsigned act = 0; act < ACTS && !found && o->looks; act++) {
		judged_restart(j, j->liar);
		judged_look(j, j->liar);
		found = j->model->safety == SAFETY_VIOLATED;
		judged_act(j);
	}
	for (unsigned act = 0; act < 4 * ACTS && !found && !o->looks; act++) {
		judged_act(j);
		found = j->model->safety == SAFETY_VIOLATED;
	}
	if (found)
		assert_true(j->model->violation.property == PROPERTY_PERSIST ||
			    j->model->violation.property == PROPERTY_MONOTONE ||
			    j->model->violation.property == PROPERTY_ONE_VOTE ||
			    j->model->violation.property == PROPERTY_AGREEMENT);
	judged_free(j);
	return found;
}

/* Of the runs in which the node lost something, how many were found, in per cent. */
static unsigned share_found(enum planted plant, policy_id policy, bool looks)
{
	unsigned found = 0, lost = 0;

	for (uint64_t seed = 0; lost < 20; seed++) {
		assert_true(seed < 1000);
		struct judged_options o = options_of(seed);
		bool forgot;

		o.policy = policy;
		o.plant = plant;
		o.looks = looks;
		const bool is = is_found(&o, &forgot);
		if (forgot) {
			lost++;
			found += is;
		}
	}
	return found * 100 / lost;
}

#define HARD (DEFENCE_SIGN | DEFENCE_QUORUM | DEFENCE_ECHO | DEFENCE_JUSTIFY | DEFENCE_CERT)

/* A watcher that asks finds it always. One that only listens finds it when the node says or does
 * something that it could not if it remembered: a lost promise nearly always, a lost vote or echo
 * only as long as its slot is open. Nodes tell each other how far they know, so most slots are
 * decided before the node is asked about its vote again. */
static void assert_found(enum planted plant, policy_id policy, unsigned listening)
{
	assert_int_equal(share_found(plant, policy, true), 100);
	assert_in_range(share_found(plant, policy, false), listening, 100);
}

static void a_node_that_lost_its_promise_is_found(void **state)
{
	(void)state;
	assert_found(PLANTED_PROMISE, POLICY_NONE, 95);
	assert_found(PLANTED_PROMISE, HARD, 95);
}

static void a_node_that_lost_its_votes_is_found(void **state)
{
	(void)state;
	assert_found(PLANTED_VOTES, POLICY_NONE, 60);
	assert_found(PLANTED_VOTES, HARD, 60);
}

static void a_node_that_lost_its_echoes_is_found(void **state)
{
	(void)state;
	assert_found(PLANTED_ECHOES, HARD, 85);
}

static void a_node_that_lost_everything_is_found(void **state)
{
	(void)state;
	assert_found(PLANTED_ALL, POLICY_NONE, 95);
	assert_found(PLANTED_ALL, HARD, 95);
}

static void a_node_whose_promise_falls_is_found(void **state)
{
	(void)state;
	assert_found(PLANTED_FALL, POLICY_NONE, 95);
	assert_found(PLANTED_FALL, HARD, 95);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_that_lost_its_promise_is_found),
		cmocka_unit_test(a_node_that_lost_its_votes_is_found),
		cmocka_unit_test(a_node_that_lost_its_echoes_is_found),
		cmocka_unit_test(a_node_that_lost_everything_is_found),
		cmocka_unit_test(a_node_whose_promise_falls_is_found),
		cmocka_unit_test(no_honest_node_is_ever_accused),
	};

	return cmocka_run_group_tests_name("judged_runs", tests, NULL, NULL);
}
