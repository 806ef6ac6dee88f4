/* The lives of the nodes of a world: made, started, crashed, stopped, and what comes to them.
 * Inside proto/sim/world*.c only: world.c stands above world_carry.c, and that above world_life.c.
 */
#ifndef PROTO_SIM_WORLD_LIFE_H
#define PROTO_SIM_WORLD_LIFE_H

#include "proto/sim/world.h"

/* Settings are synced as what a message relies on is. */
bool world_must_sync(const struct member_output *out);

/* The node did something: decides when it does something next. */
void world_plan_visit(struct world *w, node_id id);

/* A frame comes to the node: taken in, kept if the node is stopped, lost if it is down. */
void world_deliver(struct world *w, node_id id, const uint8_t *bytes, size_t length);

/* Has nodes that have lives with numbers, as processes have, know each other's; the node's has just
 * begun. */
void world_greet(struct world *w, node_id id);

/* Crashes the node. Of what was not synced some is on the disk, from the first write on. */
void world_crash_unsynced(struct world *w, node_id id);

/* Tells the watcher the events of an output from number `first` on. */
void world_tell_events(const struct world *w, const struct member_output *out, unsigned first);

/* Tells the watcher that the node has carried out an output. */
void world_tell_carried(const struct world *w, node_id id, const struct member_output *out);

/* Tells the watcher that the first so many writes in the journal of the node are on the disk. */
void world_tell_durable(struct world *w, node_id id, unsigned writes);

#endif
