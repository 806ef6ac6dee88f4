/* What the directory of a cluster tells of a node that is away. */
#ifndef NODE_LIVE_LIVE_AWAY_H
#define NODE_LIVE_LIVE_AWAY_H

#include "node/live/live_state.h"

/* ops->away: the links that the operator ordered for the node, from the orders that it and its
 * peers keep, and the slots in its store. A node on another machine left nothing here: then its
 * links are as the peers that are here know, and its slots are not known. */
bool live_away(struct cluster *c, node_id id, struct away *out);

/* The epoch and the defences that were ordered last, from the orders that nodes left here, for a
 * cluster of which no node runs: l->ordered_epoch, l->ordered_policy. */
void live_read_ordered(struct live *l);

#endif
