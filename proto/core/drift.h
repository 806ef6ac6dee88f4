/* A node's own clock against the cluster's: it runs fast or slow, and jumps. Its core sees this
 * clock and no other, so its timers and leases end by it; what it tells, it tells in the cluster's
 * time. No clock runs backwards: one that is put back stands still until that time has come again.
 * Times are in virtual microseconds. */
#ifndef PROTO_CORE_DRIFT_H
#define PROTO_CORE_DRIFT_H

#include <stdbool.h>

#include "proto/core/types.h"

/* Thousandths of the cluster's rate. */
#define DRIFT_TRUE 1000u
#define DRIFT_MIN  1u
#define DRIFT_MAX  100000u

/* A clock is put forward or back by an hour at most. */
#define DRIFT_JUMP_MAX_US INT64_C(3600000000)

struct drift {
	time_us since; /* from this moment of the cluster's time on it runs at that rate; before, it
			  stands still */
	time_us own_since; /* what it shows then */
	uint32_t rate;     /* thousandths; 0 = it was never told: it is the cluster's */
};

/* What the clock shows at the cluster's time `now`, which is not before it was told. */
time_us drift_own(const struct drift *d, time_us now);

/* The cluster's time from which on the clock shows `own` or more. */
time_us drift_world(const struct drift *d, time_us own);

/* From now on it runs at this rate (0: as it does), and is put forward by so much, back if that is
 * below 0. */
void drift_set(struct drift *d, time_us now, uint32_t rate, int64_t jump_us);

/* By how much it is ahead of the cluster's time; one that stands still, when it runs again. */
int64_t drift_ahead(const struct drift *d, time_us now);

#endif
