/* The seat of a virtual node that lost its disk, as live nodes give it away
 * (proto/wire/seat_frame.h). */
#ifndef PROTO_SIM_WORLD_SEAT_H
#define PROTO_SIM_WORLD_SEAT_H

#include "proto/sim/world.h"

/* The disk of a node that is down is lost. It must not start any more: an acceptor that forgot its
 * promises breaks agreement. */
void world_wipe(struct world *w, node_id node);

/* A copy of the disk of a node that is down is kept, in a world that has room for copies; and the
 * disk holds that copy again. An old copy, of which others may know that it is one, must not start
 * while they are up. */
void world_copy_disk(struct world *w, node_id node);
void world_roll_back(struct world *w, node_id node);
bool world_is_old(const struct world *w, node_id node);

/* Gives the seat of a node that is down to an empty disk: it keeps out of every slot in which the
 * node before may have voted, as far as the others know, and starts. False: one of the others,
 * whose word is needed, is not there; `why` is a sentence. */
bool world_replace(struct world *w, node_id node, char *why, size_t size);

#endif
