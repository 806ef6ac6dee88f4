/* Cells of the matrix, by real trials in the simulator. */
#ifndef TESTS_SUPPORT_TRIALS_H
#define TESTS_SUPPORT_TRIALS_H

#include "proto/sim/matrix.h"
#include "tests/support/policy_named.h"
#include "tests/support/run_memory.h"

/* `seeds` trials of these attacks, 0 = any, by `liars` of `nodes` nodes, in run_memory(). */
struct matrix_result trials_run(uint32_t attacks, const char *defences, uint8_t nodes,
				uint8_t liars, uint64_t seeds);

#endif
