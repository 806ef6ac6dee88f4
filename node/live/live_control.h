/* Giving controls to nodes. A control has a number and is repeated until each node that is up has
 * answered. A node obeys rising numbers only, so it gets the next control when it has answered the
 * one before. Nodes that are away are given standing orders by their peers when they are back. */
#ifndef NODE_LIVE_LIVE_CONTROL_H
#define NODE_LIVE_LIVE_CONTROL_H

#include "node/live/live_state.h"

/* ops->control: queues a control, with the number it gets, and sends it. False: cluster->why says
 * why not. */
bool live_control(struct cluster *c, struct control *control);

/* An event "obeyed" or "disobeyed": gives it the number by which the operator here knows the
 * control, or none when the control is given once more under a new number. */
void live_answered(struct live *l, struct event *answer);

/* The node's snapshot says that it has obeyed up to this number: answers that were lost are told.
 */
void live_answered_upto(struct live *l, node_id id, uint64_t number);

/* Sends the controls that are due, and gives up those that no answer came to in time. */
void live_send_due(struct live *l, uint64_t real_us);

#endif
