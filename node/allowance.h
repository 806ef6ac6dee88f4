/* How much a node may tell dashboards: as much as a person could follow, and no more than costs the
 * cluster little. Counted are events, those that were told and those that were left out, and bytes
 * of batches as if they were events. Whether it is spent thus depends on what happens and not on
 * what is told of it.
 *
 * It is spent while more than EVENTS_PER_SECOND_MAX happens, as windows of WINDOW_US count it; that
 * bounds a burst. It also is spent while, over LASTING_US, more happens than this node's share of
 * what a cluster of NODES_DEFAULT nodes may tell in all: a dashboard hears every node. */
#ifndef NODE_ALLOWANCE_H
#define NODE_ALLOWANCE_H

#include <stdbool.h>
#include <stdint.h>

#define EVENTS_PER_SECOND_MAX 5000
#define WINDOW_US             50000
#define LASTING_US            1000000

/* So many bytes of batches cost about as much as an event. */
#define EVENT_BYTES 256

struct allowance {
	uint64_t lasting_max; /* events in LASTING_US */
	uint64_t window_us;   /* when this window began, real time */
	uint64_t happened;    /* in it */
	uint64_t lately;      /* in LASTING_US: a mean in which a window weighs less with its age */
	bool spent;
};

void allowance_init(struct allowance *a, unsigned nodes);

/* So many events happened. True: a window has ended; `spent` says how it stands now. */
bool allowance_take(struct allowance *a, uint64_t events, uint64_t real_us);

#endif
