/* A load, as a plain value: what a node that proposes by itself is to do, and what it measured.
 * Times are virtual, so that what is measured in a slow cluster, in a paused one and in a simulated
 * one means the same; a cluster at full speed has the pace of real time. */
#ifndef PROTO_CORE_LOAD_H
#define PROTO_CORE_LOAD_H

#include "proto/core/batch_rule.h"

/* Values of a load that are proposed and not yet chosen. */
#define LOAD_OUTSTANDING_MAX 4096
/* Values of one load, and values a second that are to arrive. */
#define LOAD_COUNT_MAX 100000000
#define LOAD_RATE_MAX  10000000
/* Of each value, if nobody says how many. */
#define LOAD_BYTES_USUAL 64
/* What is said of the last moment is measured over so long at least. */
#define LOAD_SAMPLE_US 100000

struct load_order {
	uint64_t number;      /* of the control that gave it; 0 = there is none */
	uint32_t count;       /* values to propose in all; 0 = end the load that runs, */
	uint32_t size_bytes;  /* each of so many bytes, */
	uint32_t outstanding; /* so many at a time, at most */
	/* Values that arrive a second, whatever the cluster does: one that cannot be proposed at
	 * its time waits, and its wait counts. 0 = the next value comes when one is chosen. */
	uint32_t rate;
	struct batch_rule batch;
};

/* Is every number within its bounds? */
static inline bool load_is_sound(const struct load_order *order)
{
	return order->count >= 1 && order->count <= LOAD_COUNT_MAX && order->size_bytes >= 1 &&
	       order->size_bytes <= VALUE_BYTES_MAX && order->outstanding >= 1 &&
	       order->outstanding <= LOAD_OUTSTANDING_MAX && order->rate <= LOAD_RATE_MAX &&
	       batch_rule_is_sound(&order->batch);
}

/* Latencies of a value: from its proposal, or with a rate from the time when it was to arrive, to
 * the moment when its proposer knows it to be chosen. */
struct load_report {
	uint64_t number; /* of its order */
	uint32_t count;
	uint32_t outstanding;
	uint32_t rate;
	uint64_t values; /* chosen */
	uint64_t slots;  /* that hold them: fewer, where several share one */
	uint64_t lost;   /* given up by the node, which does not try them again */
	uint64_t elapsed_us;
	uint32_t latency_p50_us;
	uint32_t latency_p99_us;
	uint32_t latency_p999_us;
	uint32_t latency_max_us;
	/* With a rate: values whose time has come and that are not proposed yet, and how long the
	 * one that was proposed last had waited for its turn. */
	uint32_t behind;
	uint64_t behind_us;
	bool done; /* no value is on its way, and none will come */
	/* the last stretch of LOAD_SAMPLE_US, or longer where nothing happened */
	struct load_sample {
		uint32_t number; /* rising from 1; 0 = there is none yet */
		uint32_t lasted_us;
		uint32_t values, slots;
		uint32_t latency_p50_us; /* of the values that were chosen in it; 0 = none was */
		uint32_t latency_p99_us;
	} sample;
};

#endif
