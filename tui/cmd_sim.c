/* paxos-tui sim: sweeps seeds through the simulator, or shows one run in full. What it prints on
 * stdout depends on the arguments alone; how fast it went is told on stderr. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "proto/sim/sim.h"
#include "tui/event_line.h"
#include "tui/options.h"

#define SEEDS_DEFAULT 1000
#define SHOWN_MAX     20 /* failures told one by one */

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

static void print_failure(const struct options *options, uint64_t seed,
			  const struct sim_result *result)
{
	printf("seed %" PRIu64 " (%u nodes, %s mode): %s\n", seed, result->nodes,
	       mode_name(result->mode), result->why);
	printf("  replay: paxos-tui sim --seed %" PRIu64, seed);
	if (options->nodes != 0)
		printf(" -n %u", options->nodes);
	if (options->mode_given)
		printf(" --mode %s", mode_name(options->mode));
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

static void print_totals(const struct totals *t)
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

static int exit_of(const struct totals *t)
{
	if (t->runs[SIM_VIOLATED] + t->runs[SIM_STUCK] != 0)
		return EXIT_VIOLATED;
	return t->runs[SIM_INCONCLUSIVE] != 0 ? EXIT_INCONCLUSIVE : EXIT_PASS;
}

int cmd_sim(const struct options *options)
{
	const bool one = options->seed_given;
	const uint64_t from = one ? options->seed : options->seeds_given ? options->seeds_from : 1;
	const uint64_t to = one                    ? options->seed
			    : options->seeds_given ? options->seeds_to
						   : SEEDS_DEFAULT;
	struct totals totals = {0};
	struct timespec start;
	uint64_t shown = 0;
	void *memory = malloc(sim_size());

	if (memory == NULL) {
		fputs("paxos-tui: there is not enough memory for a simulated cluster\n", stderr);
		return EXIT_INCONCLUSIVE;
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (uint64_t seed = from;; seed++) {
		const struct sim_options sim = {
			.seed = seed,
			.nodes = (uint8_t)options->nodes,
			.mode_given = options->mode_given,
			.mode = options->mode,
			.event = one ? print_event : NULL,
			.act = one ? print_act : NULL,
		};
		struct sim_result result;

		run(memory, &sim, &result);
		add(&totals, &result);
		if (result.state != SIM_PASSED && shown++ < SHOWN_MAX)
			print_failure(options, seed, &result);
		if (seed == to)
			break;
	}
	free(memory);
	if (shown > SHOWN_MAX)
		printf("and %" PRIu64 " more that failed\n", shown - SHOWN_MAX);
	print_totals(&totals);
	print_rate(&totals, &start);
	return exit_of(&totals);
}
