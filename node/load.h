/* The load generator inside a node: proposes values itself, so many at a time, and measures from
 * the proposal to the moment when this node knows the value to be chosen. */
#ifndef NODE_LOAD_H
#define NODE_LOAD_H

#include "node/histogram.h"
#include "proto/member/member.h"
#include "proto/wire/control_frame.h"

#define LOAD_OUTSTANDING_MAX 1024

struct load {
	bool running;
	uint32_t count;       /* values to propose in all, */
	uint32_t size_bytes;  /* each of so many bytes, */
	uint32_t outstanding; /* so many at a time */
	uint32_t proposed;    /* of `count`, so far */
	uint32_t chosen;
	uint64_t started_us; /* real time, and CPU time of this process, when the run began */
	uint64_t cpu_us;
	uint64_t tag; /* random: tells the values of this run from all others */
	struct {
		uint32_t number; /* of the value, from 1; 0 = this place is free */
		uint64_t proposed_us;
	} flying[LOAD_OUTSTANDING_MAX];
	uint32_t in_flight;
	struct histogram latency;
	uint8_t value[VALUE_BYTES_MAX];
	struct load_report report; /* the last; values 0 = there is none */
};

void load_begin(struct load *load, uint32_t count, uint32_t size_bytes, uint32_t outstanding,
		uint64_t real_us);

/* Looks for the run's values among what this node now knows to be chosen. True: the last one was
 * among them, and load->report is ready. */
bool load_observe(struct load *load, const struct member_write *write, unsigned writes,
		  uint64_t real_us);

/* Proposes as many as may be outstanding. */
void load_propose(struct load *load, struct member *member, time_us now, uint64_t real_us);

#endif
