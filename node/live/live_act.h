/* What an operator does to processes: crash, restart, stop, continue. */
#ifndef NODE_LIVE_LIVE_ACT_H
#define NODE_LIVE_LIVE_ACT_H

#include "node/live/live_state.h"

/* ops->process. False: cluster->why says why not. */
bool live_process_act(struct cluster *c, node_id id, enum process_act act);

#endif
