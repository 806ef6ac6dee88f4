/* What nodes say: events in order, gaps noticed and mended by snapshots, loads, proofs. A report
 * that its node did not sign is thrown away and told of. */
#ifndef NODE_LIVE_LIVE_FEED_H
#define NODE_LIVE_LIVE_FEED_H

#include "node/live/live_state.h"

/* Takes in one frame. Events go to the queue of ops->next; a snapshot or proof stands in the
 * handle, with has_snapshot or has_proof set, until the next one. */
void live_take_frame(struct live *l, const uint8_t *bytes, size_t length);

#endif
