/* The data sockets of one node. It hears on one NN_BUS socket, which is bound to its own endpoint
 * and on which it never sends. For each peer it has one more, connected to the peer's endpoint, on
 * which it only sends. So a message goes to the nodes that it is for and to nobody else, nobody
 * hears it twice, and who connects to a node's endpoint can speak to it and hears nothing.
 *
 * nanomsg makes every connection again by itself, but for one now and then (bus_reconnect). So
 * while this node has something to say, a peer that has been out of reach for a second is connected
 * to anew: then after two seconds more, four, ... Nothing happens while all are there, and nothing
 * wakes a node that has nothing to say. */
#ifndef NODE_MESH_H
#define NODE_MESH_H

#include "node/io/bus.h"
#include "proto/core/types.h"
#include "proto/wire/control_frame.h"

struct mesh_peer {
	struct bus out;
	int connection;
	uint64_t missing_us; /* since when it is out of reach, or was last connected to anew; 0 = it
				is there, or this node has nothing to say to it */
	uint64_t wait_us;
};

struct mesh {
	struct bus in;
	const struct roster *roster; /* lent */
	node_id self;
	struct mesh_peer peer[NODES_MAX + 1]; /* by id; its own is closed */
	node_set connected;                   /* when it was looked last */
	uint64_t active_us;                   /* when there was something to say last */
	uint64_t look_us;                     /* it is looked not before then, */
	bool look_is_due;                     /* but then */
};

/* Nothing is open. */
void mesh_init(struct mesh *mesh);

/* Binds the node's endpoint and connects to the others. A peer that cannot be connected to is
 * warned of, and done without. */
enum status mesh_open(struct mesh *mesh, const struct roster *roster, node_id self);

/* Like bus_send, to each of these nodes that is a peer. */
void mesh_send(struct mesh *mesh, node_set to, const uint8_t *bytes, size_t length);

/* Looks which peers can be sent to now. */
node_set mesh_look(struct mesh *mesh);

/* Looks now and then, and connects anew. Real times. `active`: this node sent something, or an
 * operator wants something of it. */
void mesh_turn(struct mesh *mesh, bool active, uint64_t real_us);

/* When mesh_turn is to be called at the latest; WAIT_FOREVER: no need. */
uint64_t mesh_deadline(const struct mesh *mesh);

void mesh_close(struct mesh *mesh);

#endif
