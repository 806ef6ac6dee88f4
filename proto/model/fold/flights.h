/* Messages on the wire. */
#ifndef PROTO_MODEL_FOLD_FLIGHTS_H
#define PROTO_MODEL_FOLD_FLIGHTS_H

#include "proto/model/base/model.h"

void flights_event(struct model *m, const struct event *event);
/* The messages that a snapshot says are held at its node replace those that were thought to be. */
void flights_snapshot(struct model *m, const struct snapshot *snapshot);
/* Whatever was on its way to the node is lost with it. */
void flights_crash(struct model *m, node_id node);
/* Forgets messages that have ended, or of which no node has spoken for long. */
void flights_forget(struct model *m);

#endif
