#include "tests/support/trials.h"

struct matrix_result trials_run(uint32_t attacks, const char *defences, uint8_t nodes,
				uint8_t liars, uint64_t seeds)
{
	const struct matrix_cell cell = {.attacks = attacks,
					 .policy = policy_named(defences),
					 .nodes = nodes,
					 .liars = liars,
					 .last = seeds - 1};
	struct matrix_result result;

	matrix_run(run_memory(), &cell, &result);
	return result;
}
