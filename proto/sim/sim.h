/* One run of a virtual cluster under faults, all of it from one seed.
 *
 * First the safety phase: values are proposed at random nodes while links lose, delay, duplicate,
 * reorder and fall apart, and nodes crash at any point and come back; in a quarter of the runs
 * defences and epoch change, too. After every step every
 * invariant is checked (proto/core/invariants.def). Then the liveness phase: faults end for at
 * least a quorum (a minority may stay down or cut off), and within a bounded virtual time a new
 * value must be chosen there, every value that waits at one of its nodes must be decided, and every
 * node of it must learn all that was chosen before. At last some faults stay: links cut one way or
 * lossy, dead nodes; and a node that can hear one that knows, directly or over others, must learn
 * what that one knows, and what a quorum has voted for (proto/sim/left_behind.h). */
#ifndef PROTO_SIM_SIM_H
#define PROTO_SIM_SIM_H

#include <stddef.h>

#include "proto/core/batch_rule.h"
#include "proto/core/invariants.h"
#include "proto/core/values.h"

enum sim_fault {
#define FAULT(name, text, words) SIM_##name,
#include "proto/sim/faults.def"
#undef FAULT
	SIM_FAULTS
};

const char *sim_fault_name(enum sim_fault fault);
const char *sim_fault_words(enum sim_fault fault);

struct sim_options {
	uint64_t seed;
	uint8_t nodes;   /* 0: 1 .. 9, by the seed */
	bool mode_given; /* else by the seed */
	enum paxos_mode mode;
	bool sign; /* by symbols, whatever the policy */
	policy_id policy;
	unsigned mistake; /* that all nodes make: proto/fault/mistakes.def; 0 = none */
	bool keep_given;  /* else by the seed */
	slot_number keep; /* decided slots that nodes keep at least; 0 = all */
	bool batch_given; /* else by the seed */
	struct batch_rule batch;
	bool reads_given; /* else by the seed */
	bool reads;       /* clients read, too, and all that they are told is judged */
	/* Called with every event, and with a line about every act of the schedule; or NULL. The
	 * run is the same with and without. */
	void (*event)(void *user, const struct event *event, const struct values *values);
	void (*act)(void *user, time_us now, const char *line);
	void *user;
};

enum sim_state {
	SIM_RUNNING,
	SIM_PASSED,
	SIM_VIOLATED,     /* an invariant is broken, or an honest node accused */
	SIM_STUCK,        /* no progress though a quorum is healthy */
	SIM_INCONCLUSIVE, /* the run outgrew the memory for its history */
};

struct sim_result {
	enum sim_state state;
	enum invariant invariant; /* SIM_VIOLATED: which, if it is one */
	char why[320];            /* a sentence; "" if all is well */
	uint8_t nodes;
	enum paxos_mode mode;
	unsigned invariants; /* that every step was checked against */
	uint64_t messages;   /* delivered to a core */
	uint64_t steps;      /* of cores */
	uint64_t proposals;
	uint64_t chosen; /* slots */
	uint64_t reads;  /* that were answered */
	time_us ended_at;
	uint64_t faults[SIM_FAULTS];
};

struct sim;

/* Decided slots that the nodes of a run keep, if nobody says how many; 0 = all. */
slot_number sim_keep_by_seed(uint64_t seed);
/* And how their values share slots, and whether clients read. */
struct batch_rule sim_batch_by_seed(uint64_t seed);
bool sim_reads_by_seed(uint64_t seed);

/* Enough for any options; touched only as far as a run needs. */
size_t sim_size(void);
struct sim *sim_init(void *memory, const struct sim_options *options);

/* Does the next thing. Once it is not SIM_RUNNING it stays as it is. */
enum sim_state sim_step(struct sim *sim);
void sim_result(const struct sim *sim, struct sim_result *out);

#endif
