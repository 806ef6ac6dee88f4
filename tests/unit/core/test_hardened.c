/* Hardened mode without liars: whole members under every set of defences, in both modes, with the
 * faults that any network and any disk have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/sim/sim.h"
#include "tests/support/policy_named.h"
#include "tests/support/run_memory.h"

/* A set of defences that lacks nothing that it needs. */
static policy_id policy_of(const char *text)
{
	const policy_id policy = policy_named(text);

	assert_int_equal(policy_missing(policy), 0);
	return policy;
}

static void must_pass(const char *policy, uint8_t nodes, enum paxos_mode mode, uint64_t seed)
{
	struct sim *sim = sim_init(run_memory(), &(struct sim_options){
							 .seed = seed,
							 .nodes = nodes,
							 .mode_given = true,
							 .mode = mode,
							 .policy = policy_of(policy),
						 });
	struct sim_result result;

	while (sim_step(sim) == SIM_RUNNING)
		continue;
	sim_result(sim, &result);
	if (result.state != SIM_PASSED)
		fail_msg("%s, n=%u, %s, seed %llu: %s", policy, nodes,
			 mode == MODE_SINGLE ? "single" : "multi", (unsigned long long)seed,
			 result.why);
	assert_true(result.chosen > 0);
}

static void sweep(const char *policy, uint8_t nodes, uint64_t seeds)
{
	for (uint64_t seed = 1; seed <= seeds; seed++)
		for (enum paxos_mode mode = MODE_SINGLE; mode <= MODE_MULTI; mode++)
			must_pass(policy, nodes, mode, seed);
}

#define SWEEP(name, policy, nodes, seeds)                                                          \
	static void name(void **state)                                                             \
	{                                                                                          \
		(void)state;                                                                       \
		sweep(policy, nodes, seeds);                                                       \
	}

SWEEP(signed_clusters_are_safe_and_live, "sign", 5, 30)
SWEEP(byzantine_quorums_are_safe_and_live, "quorum", 5, 30)
SWEEP(commits_with_certificates_are_safe_and_live, "sign+cert", 5, 30)
SWEEP(echoes_are_safe_and_live, "sign+echo", 4, 30)
SWEEP(justified_proposals_are_safe_and_live, "sign+justify", 4, 30)
SWEEP(echo_and_justify_are_safe_and_live, "sign+quorum+echo+justify+cert", 4, 30)
SWEEP(windows_and_leases_are_safe_and_live, "sign+window+lease", 5, 30)
SWEEP(all_defences_on_four_nodes_are_safe_and_live, "all", 4, 60)
SWEEP(all_defences_on_five_nodes_are_safe_and_live, "all", 5, 30)
SWEEP(all_defences_on_seven_nodes_are_safe_and_live, "all", 7, 15)

static void all_defences_on_every_size_are_safe_and_live(void **state)
{
	(void)state;
	for (uint8_t nodes = 1; nodes <= 13; nodes++)
		sweep("all", nodes, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signed_clusters_are_safe_and_live),
		cmocka_unit_test(byzantine_quorums_are_safe_and_live),
		cmocka_unit_test(commits_with_certificates_are_safe_and_live),
		cmocka_unit_test(echoes_are_safe_and_live),
		cmocka_unit_test(justified_proposals_are_safe_and_live),
		cmocka_unit_test(echo_and_justify_are_safe_and_live),
		cmocka_unit_test(windows_and_leases_are_safe_and_live),
		cmocka_unit_test(all_defences_on_four_nodes_are_safe_and_live),
		cmocka_unit_test(all_defences_on_five_nodes_are_safe_and_live),
		cmocka_unit_test(all_defences_on_seven_nodes_are_safe_and_live),
		cmocka_unit_test(all_defences_on_every_size_are_safe_and_live),
	};

	return cmocka_run_group_tests_name("hardened", tests, run_memory_take, run_memory_free);
}
