/* Takes events into the ring of a model and into the order in which they are told: a linked list
 * beside the ring, because the places of the ring are named by what was judged.
 *
 * Every node's events come in the order in which they happened, those of two nodes in any. In the
 * list each node's events stand in their order, a message's sending stands before all that became
 * of the message, and what is bound by neither of these stands by time. Where clocks differ, the
 * cause counts and not the clock: the time that is told is never before the one above it.
 *
 * An event that comes in time costs one step. One that comes late costs as many steps as events
 * came before it that belong behind it, and never more than the ring has places. */
#ifndef PROTO_MODEL_FOLD_ORDER_H
#define PROTO_MODEL_FOLD_ORDER_H

#include "proto/model/base/model.h"

/* Returns the event's index. The oldest event by arrival leaves a ring that is full. */
uint64_t order_take(struct model *m, const struct event *event);

/* Is a time that the node tells so far ahead of the clock of the process that watches, and of every
 * other node's, that it is not believed? One node cannot hold the times up that are told after it.
 * In a simulation every time is believed. */
bool order_disbelieves(const struct model *m, node_id node, time_us at);

#endif
