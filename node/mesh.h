/* The mesh of data sockets, as one node sees it: it connects to all lower ids and is connected to
 * by all higher ones, and nanomsg makes every connection again by itself, but for one now and then
 * (bus_reconnect). So while there is something to say and a node is missing, a lower node that
 * has been silent for a second is connected to anew: then after two seconds more, four, ... Nothing
 * happens while all are there, and nothing wakes a node that has nothing to say. */
#ifndef NODE_MESH_H
#define NODE_MESH_H

#include "node/io/bus.h"
#include "proto/core/types.h"
#include "proto/wire/control_frame.h"

struct mesh {
	int connection[NODES_MAX + 1]; /* to lower ids */
	uint64_t heard_us[NODES_MAX + 1];
	uint64_t active_us;  /* when there was something to say last */
	uint64_t look_us;    /* not before then */
	uint64_t missing_us; /* since when a lower node has been missing, 0 = all are there */
	uint64_t wait_us;
};

/* A frame came; sender may be anything. */
void mesh_heard(struct mesh *mesh, node_id sender, uint64_t real_us);

/* Real times. `active`: this node sent something, or an operator wants something of it. */
void mesh_turn(struct mesh *mesh, struct bus *data, const struct roster *roster, node_id self,
	       bool active, uint64_t real_us);

/* When mesh_turn is to be called at the latest; WAIT_FOREVER: no need. */
uint64_t mesh_deadline(const struct mesh *mesh);

#endif
