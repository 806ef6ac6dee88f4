/* Attacks against defences, computed and not recited: a cell of the matrix is one kind of attack
 * under one set of defences, and its result is what trials of it came to (proto/sim/trial.h):
 * broken or stalled if one trial was, held if none of so many was. A cell may also be a mistake of
 * all nodes; its trials are runs of `sim`. */
#ifndef PROTO_SIM_MATRIX_H
#define PROTO_SIM_MATRIX_H

#include "proto/sim/sim.h"
#include "proto/sim/trial.h"

/* Trials of a cell, unless told: all scripts, and chance. */
#define MATRIX_SEEDS 200

struct matrix_cell {
	unsigned mistake; /* of all nodes: then no node lies, and `sim` runs them; 0 = none */
	uint32_t attacks; /* 0 = any, and different ones at each liar */
	policy_id policy;
	uint8_t nodes;
	uint8_t liars;
	uint64_t first; /* seed */
	uint64_t last;
	bool (*gives_up)(void); /* asked often: true ends the cell without a result; NULL = never */
};

struct matrix_result {
	enum trial_state result; /* the worst that happened */
	bool stalls;             /* it was also stalled, in a trial that was not broken */
	uint64_t seeds;          /* trials run */
	uint64_t held;           /* of these, trials that held */
	uint64_t replay;         /* the seed of the first trial with that result */
	uint64_t stalled;        /* the seed of the first trial that was stalled */
	char why[256];           /* what happened in the trial of `replay` */
	uint64_t messages;
};

/* `memory`: matrix_size() bytes. */
size_t matrix_size(void);
void matrix_run(void *memory, const struct matrix_cell *cell, struct matrix_result *out);

/* The defence sets that are shown unless others are asked for: the presets, and sign+cert with
 * nothing, echo, justify, both or reject, each without and with quorum. False behind the last. */
bool matrix_default_set(unsigned i, unsigned nodes, policy_id *out);

#endif
