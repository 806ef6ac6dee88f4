/* Giving the seat of a node that lost its store to an empty one (proto/wire/seat_frame.h). */
#ifndef NODE_LIVE_LIVE_REPLACE_H
#define NODE_LIVE_LIVE_REPLACE_H

#include "node/live/live_state.h"

/* Removes what is left of the store of a node that is down, and writes the operator's word into its
 * directory. All others are up and have told their state since the node ended. False: it cannot be
 * done, and the cluster's `why` says why. */
bool live_replace_node(struct live *l, node_id id);

/* Removes the store of a node that is down, as if its disk were lost. */
bool live_wipe_node(struct live *l, node_id id);

/* Keeps a copy of the store of a node that is down; or, back, makes that copy its store. */
bool live_copy_node(struct live *l, node_id id, bool back);

#endif
