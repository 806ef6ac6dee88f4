/* A seed is a promise: whoever has one can replay what it showed, with any later build. Each line
 * of tests/data/runs/NAME.txt is one run: what came of it, and a digest of all its events, one
 * after the other. A change of what nodes do changes these lines, and nothing else should:
 * REWRITE=1 build/tests/test_runs writes them anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/digest.h"
#include "proto/fault/link.h"
#include "proto/fault/attack.h"
#include "proto/fault/mistake.h"
#include "proto/sim/sim.h"
#include "proto/sim/trial.h"
#include "tests/support/lines.h"
#include "tests/support/policy_named.h"
#include "tests/support/run_memory.h"

/* Every field of an event, one by one: a struct has gaps. */
static void add_event(void *user, const struct event *e, const struct values *values)
{
	char value[VALUE_SHOWN_MAX + 1];
	uint64_t of[] = {
		e->kind,        e->node,          e->boot,          e->seq,
		e->at,          e->id.source,     e->id.boot,       e->id.number,
		e->copy,        e->type,          e->peer,          e->to,
		e->slot,        e->ballot.node,   e->ballot.round,  e->other.node,
		e->other.round, e->why,           e->count,         e->quorum,
		e->because,     e->due,           e->drop,          e->number,
		e->policy,      e->link.loss_ppm, e->link.delay_us, e->attack,
	};
	uint64_t *digest = user;

	values_show(values, e->value, value);
	*digest = digest64(*digest, (const uint8_t *)of, sizeof of);
	*digest = digest64(*digest, (const uint8_t *)value, strlen(value));
}

static void add_act(void *user, time_us now, const char *line)
{
	uint64_t *digest = user;

	*digest = digest64(*digest ^ now, (const uint8_t *)line, strlen(line));
}

/* `alone`: each value has a slot of its own, and nobody reads, whatever the seed says. */
static struct sim_result add_sim(const char *policy, uint8_t nodes, enum paxos_mode mode,
				 uint64_t seed, bool alone)
{
	uint64_t digest = 0;
	struct sim *sim = sim_init(run_memory(), &(struct sim_options){
							 .seed = seed,
							 .nodes = nodes,
							 .mode_given = true,
							 .mode = mode,
							 .policy = policy_named(policy),
							 .batch_given = alone,
							 .reads_given = alone,
							 .event = add_event,
							 .act = add_act,
							 .user = &digest,
						 });
	struct sim_result r;

	while (sim_step(sim) == SIM_RUNNING)
		continue;
	sim_result(sim, &r);
	digest = digest64(digest, (const uint8_t *)r.faults, SIM_SHARED * sizeof r.faults[0]);
	if (r.faults[SIM_SHARED] > 0)
		digest = digest64(digest, (const uint8_t *)&r.faults[SIM_SHARED],
				  sizeof r.faults[0]);
	assert_int_equal(r.state == SIM_PASSED, r.why[0] == 0);
	lines_add("%-40s n=%u %s seed %llu: %llu proposals, %llu slots, %llu messages, %llu us, "
		  "%016llx%s%s\n",
		  policy, r.nodes, mode == MODE_SINGLE ? "single" : "multi ",
		  (unsigned long long)seed, (unsigned long long)r.proposals,
		  (unsigned long long)r.chosen, (unsigned long long)r.messages,
		  (unsigned long long)r.ended_at, (unsigned long long)digest,
		  r.why[0] == 0 ? "" : ", ", r.why);
	return r;
}

/* The remedies of the origin stand still without any liar, and the simulator says so. */
static void a_run_that_is_stuck_says_who_lacks_what(void **state)
{
	static const struct {
		uint8_t nodes;
		enum paxos_mode mode;
		uint64_t seed;
	} stuck[] = {{4, MODE_SINGLE, 3},
		     {4, MODE_SINGLE, 138},
		     {4, MODE_MULTI, 183},
		     {6, MODE_MULTI, 89},
		     {6, MODE_MULTI, 96}};

	(void)state;
	lines_begin("tests/data/runs/stuck.txt");
	for (unsigned i = 0; i < sizeof stuck / sizeof stuck[0]; i++)
		assert_int_equal(
			add_sim("reject", stuck[i].nodes, stuck[i].mode, stuck[i].seed, true).state,
			SIM_STUCK);
	lines_end();
}

static void must_pass(const char *policy, uint8_t nodes, enum paxos_mode mode, uint64_t seed)
{
	assert_int_equal(add_sim(policy, nodes, mode, seed, false).state, SIM_PASSED);
}

static void a_seed_of_the_simulator_keeps_its_run(void **state)
{
	static const char *const policies[] = {
		"none",       "sign",        "quorum",
		"sign+cert",  "sign+echo",   "sign+justify",
		"sign+lease", "sign+window", "sign+quorum+echo+justify+cert",
		"all",
	};

	(void)state;
	lines_begin("tests/data/runs/sim.txt");
	for (unsigned i = 0; i < sizeof policies / sizeof policies[0]; i++)
		for (uint64_t seed = 1; seed <= 3; seed++)
			for (enum paxos_mode mode = MODE_SINGLE; mode <= MODE_MULTI; mode++)
				must_pass(policies[i], (uint8_t)(3 + seed % 3), mode, seed);
	for (uint64_t seed = 11; seed <= 18; seed++) /* as many nodes as the seed says */
		must_pass("none", 0, seed % 2 == 0 ? MODE_SINGLE : MODE_MULTI, seed);
	must_pass("none", 1, MODE_SINGLE, 4);
	must_pass("none", 2, MODE_MULTI, 5);
	must_pass("sign+cert", 9, MODE_MULTI, 6);
	must_pass("all", 7, MODE_SINGLE, 7);
	lines_end();
}

static void add_trial(uint32_t attacks, const char *policy, uint8_t nodes, uint64_t seed)
{
	uint64_t digest = 0;
	struct trial *t = trial_init(run_memory(), &(struct trial_options){
							   .attacks = attacks,
							   .policy = policy_named(policy),
							   .nodes = nodes,
							   .liars = nodes > 5 ? 2 : 1,
							   .seed = seed,
							   .patience_us = 2000000,
							   .event = add_event,
							   .act = add_act,
							   .user = &digest,
						   });
	struct trial_result r;
	char names[ATTACKS_SHOWN_MAX];

	while (trial_step(t) == TRIAL_RUNNING)
		continue;
	trial_result(t, &r);
	attacks_show(attacks, names);
	lines_add("%-14s %-22s n=%u seed %3llu: %-7s %2llu slots, %5llu messages, %8llu us, "
		  "%016llx\n",
		  attacks == 0 ? "any" : names, policy, nodes, (unsigned long long)seed,
		  trial_state_name(r.state), (unsigned long long)r.chosen,
		  (unsigned long long)r.messages, (unsigned long long)r.ended_at,
		  (unsigned long long)digest);
}

static void a_trial_of_liars_keeps_its_run(void **state)
{
	static const char *const policies[] = {"none", "sign+cert+justify",
					       "sign+quorum+echo+quarantine", "all"};
	/* sets in which every vote of three nodes is needed, too */
	static const char *const sets[] = {"sign+quorum(f=1)+echo+cert",
					   "sign+quorum(f=1)+justify+cert", "sign+reject+budget",
					   "sign+echo+justify"};

	(void)state;
	lines_begin("tests/data/runs/trials.txt");
	for (unsigned bit = 0; bit <= ATTACKS; bit++)
		for (unsigned i = 0; i < 4; i++) {
			uint32_t attacks = bit == ATTACKS ? 0 : (uint32_t)1 << bit;

			for (unsigned k = 0; k < 5; k++)
				add_trial(attacks, policies[i], (uint8_t)(3 + k % 3),
					  (7 * bit + 5 * k) % trial_scripted());
			add_trial(attacks, policies[i], 5, trial_scripted() + bit);
			add_trial(attacks, policies[i], bit % 2 == 0 ? 7 : 4, 100 + bit);
			add_trial(attacks, policies[i], 4, 200 + bit);
		}
	for (unsigned bit = 0; bit <= ATTACKS; bit++)
		for (unsigned i = 0; i < sizeof sets / sizeof sets[0]; i++)
			for (unsigned k = 0; k < 6; k++)
				add_trial(bit == ATTACKS ? 0 : (uint32_t)1 << bit, sets[i],
					  (uint8_t)(3 + k % 2), (k + bit) % (trial_scripted() + 2));
	lines_end();
}

/* --- runs of all kinds ----------------------------------------------------------------------- */

#define KINDS 90

static uint64_t random_state;

static unsigned draw(unsigned below)
{
	return (unsigned)(random_next(&random_state) >> 33) % below;
}

static policy_id draw_policy(void)
{
	static const char *const sets[] = {
		"none",
		"sign",
		"origin",
		"all",
		"quorum",
		"sign+cert",
		"sign+cert+reject",
		"sign+echo",
		"sign+justify",
		"sign+lease+window",
		"sign+budget",
		"sign+quorum+echo",
		"sign+cert+quorum(f=1)",
		"sign+quorum+echo+quarantine",
		"sign+cert+justify",
		"sign+quorum+echo+justify+cert",
	};

	return policy_named(sets[draw(sizeof sets / sizeof sets[0])]);
}

static struct batch_rule draw_batch(void)
{
	return (struct batch_rule){.count = 1 + draw(12), .bytes = 400, .pipeline = draw(4)};
}

static void add_numbers(uint64_t *digest, const uint64_t *of, size_t bytes, const char *why)
{
	*digest = digest64(*digest, (const uint8_t *)of, bytes);
	*digest = digest64(*digest, (const uint8_t *)why, strlen(why));
}

/* Whatever can be asked for: sizes, mistakes, signatures, few slots kept, batches, reads. */
static void run_any_sim(uint64_t seed)
{
	uint64_t digest = 0;
	struct sim_options o = {.seed = seed, .event = add_event, .act = add_act, .user = &digest};
	struct sim_result r;

	o.nodes = (uint8_t)(draw(12) == 0 ? 0 : 1 + draw(6));
	o.mode_given = draw(3) == 0;
	o.mode = draw(2) == 0 ? MODE_SINGLE : MODE_MULTI;
	o.sign = draw(5) == 0;
	o.policy = draw(2) == 0 ? POLICY_NONE : draw_policy();
	o.mistake = draw(6) == 0 ? draw(MISTAKES) : 0;
	o.keep_given = draw(4) == 0;
	o.keep = draw(6);
	o.batch_given = draw(4) == 0;
	o.batch = draw_batch();
	o.reads_given = draw(4) == 0;
	o.reads = draw(3) != 0;

	struct sim *sim = sim_init(run_memory(), &o);
	while (sim_step(sim) == SIM_RUNNING)
		continue;
	sim_result(sim, &r);
	const uint64_t of[] = {r.state, r.invariant, r.nodes,  r.mode,  r.invariants, r.messages,
			       r.steps, r.proposals, r.chosen, r.reads, r.ended_at};
	add_numbers(&digest, of, sizeof of, r.why);
	digest = digest64(digest, (const uint8_t *)r.faults, sizeof r.faults);
	lines_add("run %llu: %u nodes, %llu steps, %llu us, %llu reads, %016llx%s%s\n",
		  (unsigned long long)seed, r.nodes, (unsigned long long)r.steps,
		  (unsigned long long)r.ended_at, (unsigned long long)r.reads,
		  (unsigned long long)digest, r.why[0] == 0 ? "" : ", ", r.why);
}

/* Trials without and with liars, up to half of the nodes, of one attack or of some, in scripts and
 * by chance. */
static void run_any_trial(uint64_t seed)
{
	uint64_t digest = 0;
	struct trial_options o = {.event = add_event, .act = add_act, .user = &digest};
	struct trial_result r;

	o.seed = draw(2) == 0 ? draw((unsigned)trial_scripted()) : trial_scripted() + seed;
	o.policy = draw_policy();
	o.nodes = (uint8_t)(1 + draw(7));
	o.liars = (uint8_t)draw(o.nodes / 2 + 1u);
	for (unsigned attacks = draw(3); attacks > 0; attacks--)
		o.attacks |= (uint32_t)1 << draw(ATTACKS);
	o.keep = draw(4) == 0 ? 1 + draw(4) : 0;
	if (draw(4) == 0)
		o.batch = draw_batch();
	o.mode_given = draw(3) == 0;
	o.mode = draw(2) == 0 ? MODE_SINGLE : MODE_MULTI;
	o.patience_us = draw(8) == 0 ? 0 : 300000 + draw(2000000);
	if (draw(8) == 0)
		o.event = NULL;

	struct trial *t = trial_init(run_memory(), &o);
	while (trial_step(t) == TRIAL_RUNNING)
		continue;
	trial_result(t, &r);
	const uint64_t of[] = {r.state,     r.mode,   r.invariants, r.messages, r.steps,
			       r.proposals, r.chosen, r.crashes,    r.restarts, r.ended_at};
	add_numbers(&digest, of, sizeof of, r.why);
	lines_add("trial %llu: %s, %u of %u lie, %s, %llu steps, %llu us, %llu crashes, "
		  "%016llx%s%s\n",
		  (unsigned long long)o.seed, r.script, o.liars, o.nodes, trial_state_name(r.state),
		  (unsigned long long)r.steps, (unsigned long long)r.ended_at,
		  (unsigned long long)r.crashes, (unsigned long long)digest,
		  r.why[0] == 0 ? "" : ", ", r.why);
}

static void runs_of_all_kinds_stay_the_same(void **state)
{
	(void)state;
	lines_begin("tests/data/runs/kinds.txt");
	for (uint64_t seed = 1; seed <= KINDS; seed++) {
		random_state = seed;
		run_any_sim(seed);
		run_any_trial(seed);
	}
	lines_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_seed_of_the_simulator_keeps_its_run),
		cmocka_unit_test(a_run_that_is_stuck_says_who_lacks_what),
		cmocka_unit_test(a_trial_of_liars_keeps_its_run),
		cmocka_unit_test(runs_of_all_kinds_stay_the_same),
	};

	return cmocka_run_group_tests_name("runs", tests, run_memory_take, run_memory_free);
}
