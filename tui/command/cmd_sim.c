/* paxos-tui sim: sweeps seeds through the simulator, or shows one run in full. What it prints on
 * stdout depends on the arguments alone; how fast it went is told on stderr. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/fault/attack.h"
#include "proto/sim/sim.h"
#include "proto/sim/trial.h"
#include "tui/report/event_line.h"
#include "tui/liar_options.h"
#include "tui/option/options.h"

#define SEEDS_DEFAULT 1000
#define SHOWN_MAX     20 /* failures told one by one */

/* What is asked for besides the seeds. */
struct asked {
	policy_id policy;
	unsigned liars;
	unsigned attack; /* ATTACKS = any */
};

struct totals {
	uint64_t runs[SIM_INCONCLUSIVE + 1]; /* by state */
	uint64_t messages, steps, proposals, chosen;
	uint64_t faults[SIM_FAULTS];
	unsigned invariants;
};

static const char *mode_name(enum paxos_mode mode)
{
	return mode == MODE_SINGLE ? "single" : "multi";
}

static void print_act(void *user, time_us now, const char *line)
{
	(void)user;
	printf("%4" PRIu64 ".%06" PRIu64 "  --- %s\n", now / 1000000, now % 1000000, line);
}

static void print_event(void *user, const struct event *e, const struct values *values)
{
	(void)user;
	event_line_print(e, values);
}

static void print_failure(const struct options *options, const struct asked *asked, uint64_t seed,
			  const struct sim_result *result)
{
	char set[POLICY_SHOWN_MAX];

	printf("seed %" PRIu64 " (%u nodes, %s mode): %s\n", seed, result->nodes,
	       mode_name(result->mode), result->why);
	printf("  replay: paxos-tui sim --seed %" PRIu64, seed);
	if (options->nodes != 0)
		printf(" -n %u", options->nodes);
	if (options->mode_given)
		printf(" --mode %s", mode_name(options->mode));
	policy_show(asked->policy, set);
	if (asked->policy != POLICY_NONE)
		printf(strchr(set, '(') != NULL ? " --defend '%s'" : " --defend %s", set);
	if (asked->liars > 0)
		printf(" --liars %u --attack %s", asked->liars, attack_word(asked->attack));
	putchar('\n');
}

static void add(struct totals *totals, const struct sim_result *result)
{
	totals->runs[result->state]++;
	totals->invariants = result->invariants;
	totals->messages += result->messages;
	totals->steps += result->steps;
	totals->proposals += result->proposals;
	totals->chosen += result->chosen;
	for (unsigned i = 0; i < SIM_FAULTS; i++)
		totals->faults[i] += result->faults[i];
}

static void print_totals(const struct totals *t, const struct asked *asked)
{
	uint64_t runs = 0;

	for (unsigned i = 0; i <= SIM_INCONCLUSIVE; i++)
		runs += t->runs[i];
	printf("%" PRIu64 " runs: %" PRIu64 " passed, %" PRIu64 " violated, %" PRIu64
	       " without progress, %" PRIu64 " inconclusive\n",
	       runs, t->runs[SIM_PASSED], t->runs[SIM_VIOLATED], t->runs[SIM_STUCK],
	       t->runs[SIM_INCONCLUSIVE]);
	printf("%" PRIu64 " messages delivered, %" PRIu64 " steps checked against %u invariants, "
	       "%" PRIu64 " values proposed, %" PRIu64 " slots chosen\n",
	       t->messages, t->steps, t->invariants, t->proposals, t->chosen);
	if (asked->liars > 0) {
		printf("%u liar%s: %s; honest nodes crashed and came back %" PRIu64 " times\n",
		       asked->liars, asked->liars == 1 ? "" : "s", attack_word(asked->attack),
		       t->faults[SIM_RESTART]);
		return;
	}
	puts("what went wrong, and how often:");
	for (unsigned i = 0; i < SIM_FAULTS; i++)
		printf("  %-16s %10" PRIu64 "  %s\n", sim_fault_name((enum sim_fault)i),
		       t->faults[i], sim_fault_words((enum sim_fault)i));
}

static void print_rate(const struct totals *t, const struct timespec *start)
{
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	double seconds =
		(double)(end.tv_sec - start->tv_sec) + (double)(end.tv_nsec - start->tv_nsec) / 1e9;
	fflush(stdout);
	fprintf(stderr, "%.1f s, %.0f messages/s, %.0f steps/s\n", seconds,
		(double)t->messages / seconds, (double)t->steps / seconds);
}

static void run(void *memory, const struct sim_options *options, struct sim_result *result)
{
	struct sim *sim = sim_init(memory, options);

	while (sim_step(sim) == SIM_RUNNING)
		continue;
	sim_result(sim, result);
}

/* As many nodes as it takes to tolerate them, or a few more. */
static uint8_t nodes_for(const struct options *options, unsigned liars, uint64_t seed)
{
	return (uint8_t)(options->nodes != 0 ? options->nodes : 3 * liars + 1 + seed % 3);
}

/* A cluster with liars, and what came of it in the words of one without. */
static void try(void *memory, const struct sim_options *sim, const struct asked *asked,
		struct sim_result *result)
{
	static const enum sim_state states[] = {
		[TRIAL_HELD] = SIM_PASSED,
		[TRIAL_BROKEN] = SIM_VIOLATED,
		[TRIAL_STALLED] = SIM_STUCK,
		[TRIAL_INCONCLUSIVE] = SIM_INCONCLUSIVE,
	};
	const struct trial_options options = {
		.attacks = asked->attack == ATTACKS ? 0 : (uint32_t)1 << asked->attack,
		.policy = asked->policy,
		.nodes = sim->nodes,
		.liars = (uint8_t)asked->liars,
		.seed = sim->seed,
		.mode_given = sim->mode_given,
		.mode = sim->mode,
		.event = sim->event,
		.act = sim->act,
	};
	struct trial_result r;
	struct trial *t = trial_init(memory, &options);

	while (trial_step(t) == TRIAL_RUNNING)
		continue;
	trial_result(t, &r);
	*result = (struct sim_result){
		.state = states[r.state],
		.nodes = sim->nodes,
		.mode = r.mode,
		.invariants = r.invariants,
		.messages = r.messages,
		.steps = r.steps,
		.proposals = r.proposals,
		.chosen = r.chosen,
		.ended_at = r.ended_at,
	};
	result->faults[SIM_RESTART] = r.restarts;
	snprintf(result->why, sizeof result->why, "%s", r.why);
}

static int exit_of(const struct totals *t)
{
	if (t->runs[SIM_VIOLATED] + t->runs[SIM_STUCK] != 0)
		return EXIT_VIOLATED;
	return t->runs[SIM_INCONCLUSIVE] != 0 ? EXIT_INCONCLUSIVE : EXIT_PASS;
}

static int read_asked(const struct options *o, struct asked *asked)
{
	int code = EXIT_PASS;

	*asked = (struct asked){.attack = ATTACKS};
	asked->liars = o->liars_given ? o->liars : o->attack != NULL;
	if (o->attack != NULL)
		code = read_attack(o->attack, &asked->attack);
	if (code == EXIT_PASS && o->defend != NULL)
		code = read_defences(o->defend, &asked->policy);
	if (code == EXIT_PASS && o->nodes != 0)
		code = read_liars(asked->liars, o->nodes);
	if (code == EXIT_PASS && 3 * asked->liars + 3 > NODES_MAX && o->nodes == 0)
		code = read_liars(asked->liars, (NODES_MAX - 3) / 3 + 1);
	return code;
}

static void sweep(const struct options *options, const struct asked *asked, void *memory,
		  struct totals *totals)
{
	const bool one = options->seed_given;
	const uint64_t from = one ? options->seed : options->seeds_given ? options->seeds_from : 1;
	const uint64_t to = one                    ? options->seed
			    : options->seeds_given ? options->seeds_to
						   : SEEDS_DEFAULT;
	uint64_t shown = 0;

	for (uint64_t seed = from;; seed++) {
		struct sim_options sim = {
			.seed = seed,
			.nodes = (uint8_t)options->nodes,
			.mode_given = options->mode_given,
			.mode = options->mode,
			.policy = asked->policy,
			.event = one ? print_event : NULL,
			.act = one ? print_act : NULL,
		};
		struct sim_result result;

		if (asked->liars > 0) {
			sim.nodes = nodes_for(options, asked->liars, seed);
			try(memory, &sim, asked, &result);
		} else {
			run(memory, &sim, &result);
		}
		add(totals, &result);
		if (result.state != SIM_PASSED && shown++ < SHOWN_MAX)
			print_failure(options, asked, seed, &result);
		if (seed == to)
			break;
	}
	if (shown > SHOWN_MAX)
		printf("and %" PRIu64 " more that failed\n", shown - SHOWN_MAX);
}

int cmd_sim(const struct options *options)
{
	struct asked asked;
	struct totals totals = {0};
	struct timespec start;
	int code = read_asked(options, &asked);

	if (code != EXIT_PASS)
		return code;
	void *memory = malloc(asked.liars > 0 ? trial_size() : sim_size());
	if (memory == NULL) {
		fputs("paxos-tui: there is not enough memory for a simulated cluster\n", stderr);
		return EXIT_INCONCLUSIVE;
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	sweep(options, &asked, memory, &totals);
	free(memory);
	print_totals(&totals, &asked);
	print_rate(&totals, &start);
	return exit_of(&totals);
}
