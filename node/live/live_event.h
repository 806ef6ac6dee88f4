/* What the handle knows of the cluster's time and run, and the events that ops->next gives. */
#ifndef NODE_LIVE_LIVE_EVENT_H
#define NODE_LIVE_LIVE_EVENT_H

#include "node/live/live_state.h"

time_us live_virtual_now(const struct live *l);

/* The epoch of the run: the highest that most nodes say they have come to, so that one liar does
 * not set it. The roster's while no node has said any. */
uint32_t live_epoch(const struct live *l);

/* Queues an event for ops->next. Without memory for it the event is lost. */
void live_push(struct live *l, const struct event *event);

/* Queues an event that happened to a node and that the node did not say itself: it has no number.
 */
void live_say(struct live *l, node_id id, struct event event);

#endif
