/* What clients of simulated clusters read and are told: right where the program is, and found where
 * it answers from what it knows itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/fault/mistake.h"
#include "proto/sim/sim.h"
#include "tests/support/run_memory.h"

static struct sim_result run(const struct sim_options *options)
{
	struct sim *sim = sim_init(run_memory(), options);
	struct sim_result result;

	while (sim_step(sim) == SIM_RUNNING)
		continue;
	sim_result(sim, &result);
	return result;
}

/* Half of all seeds read. */
static void what_clients_read_is_what_was_written(void **state)
{
	uint64_t reads = 0, with = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 120; seed++) {
		const struct sim_result r = run(&(struct sim_options){.seed = seed});
		const uint64_t answered = r.reads;

		assert_int_equal(r.state, SIM_PASSED);
		assert_true(answered == 0 || sim_reads_by_seed(seed));
		with += answered != 0;
		reads += answered;
	}
	assert_in_range(with, 40, 80);
	assert_true(reads > 400);
}

/* A program that answers from what it knows itself passes every invariant of the log. */
static void a_stale_read_is_found_and_told_by_who_wrote_and_who_read(void **state)
{
	unsigned stale = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 100; seed++) {
		const struct sim_result r = run(&(struct sim_options){
			.seed = seed,
			.reads_given = true,
			.reads = true,
			.mistake = MISTAKE_stale_read,
		});

		if (r.state == SIM_PASSED)
			continue;
		assert_int_equal(r.state, SIM_VIOLATED);
		assert_int_equal(r.invariant, INVARIANT_NONE);
		assert_memory_equal(r.why, "linearizable: ", 14);
		assert_non_null(strstr(r.why, " wrote "));
		assert_non_null(strstr(r.why, " read "));
		stale++;
	}
	assert_in_range(stale, 15, 85);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_clients_read_is_what_was_written),
		cmocka_unit_test(a_stale_read_is_found_and_told_by_who_wrote_and_who_read),
	};

	return cmocka_run_group_tests_name("sim_reads", tests, run_memory_take, run_memory_free);
}
