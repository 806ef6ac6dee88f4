/* How many messages a second the simulator delivers on one core, every invariant checked after
 * every step. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "proto/sim/sim.h"

static double seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void sweep(void *memory, uint8_t nodes, enum paxos_mode mode, uint64_t seeds)
{
	uint64_t messages = 0, failed = 0;
	double start = seconds_now();

	for (uint64_t seed = 1; seed <= seeds; seed++) {
		const struct sim_options options = {
			.seed = seed, .nodes = nodes, .mode_given = true, .mode = mode};
		struct sim *sim = sim_init(memory, &options);
		struct sim_result result;

		while (sim_step(sim) == SIM_RUNNING)
			continue;
		sim_result(sim, &result);
		messages += result.messages;
		failed += result.state != SIM_PASSED;
	}
	double seconds = seconds_now() - start;
	printf("sim, %2u nodes, %-6s %8.0f messages/s (%llu messages, %llu of %llu runs failed)\n",
	       nodes, mode == MODE_SINGLE ? "single" : "multi", (double)messages / seconds,
	       (unsigned long long)messages, (unsigned long long)failed, (unsigned long long)seeds);
}

int main(void)
{
	void *memory = malloc(sim_size());

	if (memory == NULL)
		return 2;
	for (enum paxos_mode mode = MODE_SINGLE; mode <= MODE_MULTI; mode++) {
		sweep(memory, 3, mode, 500);
		sweep(memory, 5, mode, 300);
		sweep(memory, 31, mode, 2);
	}
	free(memory);
	return 0;
}
