#include "tests/support/run_memory.h"

#include <stdlib.h>

#include "proto/sim/sim.h"
#include "proto/sim/trial.h"

static void *memory;

int run_memory_take(void **state)
{
	(void)state;
	memory = malloc(sim_size() > trial_size() ? sim_size() : trial_size());
	return memory == NULL;
}

int run_memory_free(void **state)
{
	(void)state;
	free(memory);
	return 0;
}

void *run_memory(void)
{
	return memory;
}
