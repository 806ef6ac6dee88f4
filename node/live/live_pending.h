/* Controls that nodes still have to answer, in the order in which they were given. Nothing here
 * sends. */
#ifndef NODE_LIVE_LIVE_PENDING_H
#define NODE_LIVE_LIVE_PENDING_H

#include "node/live/live_state.h"

/* The nodes that can answer now: they are up and have said something. */
node_set live_reachable(const struct live *l);

/* Nodes for which a control before the one at `at` still waits. */
node_set live_pending_before(const struct live *l, unsigned at);

/* The node has answered the control: it need not wait for its turn with the next one. */
void live_pending_answered(struct live *l, node_id id, struct live_pending *p);

/* The node is gone or stopped: its answers are not waited for any more. */
void live_excuse(struct live *l, node_id id);

/* Takes the control at `at` out of the queue. */
void live_pending_forget(struct live *l, unsigned at);
void live_pending_forget_all(struct live *l);

#endif
