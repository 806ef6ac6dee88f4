/* What holds where the command line says nothing, and the ranges of what it may say. The commands
 * use these numbers, and options.def makes the help, the man page and the sentences about a wrong
 * value from them. NODES_DEFAULT is the size of a cluster. */
#ifndef TUI_OPTION_DEFAULTS_H
#define TUI_OPTION_DEFAULTS_H

#include <assert.h>

#include "proto/check/check.h"
#include "proto/core/limits.h"
#include "proto/core/load.h"
#include "proto/sim/matrix.h"

/* A number as the text of a string literal. */
#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

/* dashboard: virtual time runs so many times slower than real time, so that people can follow */
#define LECTURE_RATE_DEN 100
/* dashboard and run, when simulated */
#define SEED_USUAL 1

/* sim */
#define SIM_SEED_FIRST 1
#define SIM_SEED_LAST  1000

/* matrix */
#define MATRIX_SEED_LAST 199
#define MATRIX_LIARS     1
#define LIARS_MAX        30
static_assert(MATRIX_SEED_LAST + 1 == MATRIX_SEEDS, "the first seed of the matrix is 0");
static_assert(LIARS_MAX == NODES_MAX - 1, "somebody must be honest");

/* sim and matrix: processes that search, and parts of a search that are done apart */
#define JOBS_MAX   1024
#define SHARDS_MAX 1000000

/* check: the bounds, whose most are proto/check/check.h's */
#define CHECK_NODES      3
#define CHECK_PROPOSERS  2
#define CHECK_BALLOTS    2
#define CHECK_VALUES     2
#define CHECK_STATES_MAX 4000000000
#define CHECK_JOBS_MAX   64
/* --table: of each cell, so that what is decided does not depend on the machine */
#define CHECK_TABLE_STATES 8000000

/* bench: the setting in which the bus itself is measured */
#define BENCH_NODES       3
#define BENCH_VALUES      20000
#define BENCH_VALUES_MAX  100000000
#define BENCH_RATE_S      5
#define BENCH_WARM_UP_MS  200
#define BENCH_VALUE_BYTES 64
#define BENCH_OUTSTANDING 1
#define BENCH_TURNS_MAX   999
static_assert(BENCH_VALUES_MAX == LOAD_COUNT_MAX, "a bench is one load");

#endif
