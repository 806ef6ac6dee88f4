#include "node/mesh.h"

#include <stdio.h>

#include "node/io/clock.h"
#include "proto/wire/frame.h"

#define LOOK_US        20000
#define SILENT_US      1000000
#define SILENT_MOST_US 32000000

/* A node that says something now may wait for an answer so long. */
#define ACTIVE_US 3000000

/* Nobody answers on a socket that only sends: who tries loses the connection. */
#define ANSWER_BYTES_MAX 1

void mesh_init(struct mesh *mesh)
{
	*mesh = (struct mesh){.in = BUS_CLOSED};
	for (node_id id = 0; id <= NODES_MAX; id++)
		mesh->peer[id] = (struct mesh_peer){.out = BUS_CLOSED, .connection = -1};
}

static enum status open_peer(struct mesh *mesh, node_id id)
{
	struct mesh_peer *peer = &mesh->peer[id];
	const enum status status = bus_open(ANSWER_BYTES_MAX, &peer->out);
	if (status == STATUS_OK &&
	    bus_connect(&peer->out, mesh->roster->node[id].data, &peer->connection) != STATUS_OK)
		fprintf(stderr, "paxos-node: n%u is out of reach: %s\n", id, status_text());
	return status;
}

enum status mesh_open(struct mesh *mesh, const struct roster *roster, node_id self)
{
	mesh->roster = roster;
	mesh->self = self;
	enum status status = bus_open(FRAME_BYTES_MAX, &mesh->in);
	if (status == STATUS_OK)
		status = bus_bind(&mesh->in, roster->node[self].data);
	for (node_id id = 1; id <= roster->nodes && status == STATUS_OK; id++)
		if (id != self)
			status = open_peer(mesh, id);
	return status;
}

void mesh_send(struct mesh *mesh, node_set to, const uint8_t *bytes, size_t length)
{
	const node_set peers = set_first(mesh->roster->nodes) & ~set_of(mesh->self);
	for (node_set left = to & peers; left != 0; left &= left - 1)
		bus_send(&mesh->peer[set_lowest(left)].out, bytes, length);
}

node_set mesh_look(struct mesh *mesh)
{
	mesh->connected = 0;
	mesh->look_is_due = false;
	for (node_id id = 1; id <= mesh->roster->nodes; id++)
		if (id != mesh->self && bus_peers(&mesh->peer[id].out) > 0)
			mesh->connected |= set_of(id);
	return mesh->connected;
}

static bool is_active(const struct mesh *mesh, uint64_t real_us)
{
	return mesh->active_us != 0 && real_us < mesh->active_us + ACTIVE_US;
}

static void look_after(struct mesh *mesh, node_id id, uint64_t real_us)
{
	struct mesh_peer *peer = &mesh->peer[id];
	if (set_has(mesh->connected, id) || !is_active(mesh, real_us)) {
		peer->missing_us = 0;
		return;
	}
	if (peer->missing_us == 0) {
		peer->missing_us = real_us;
		peer->wait_us = SILENT_US;
	}
	if (real_us < peer->missing_us + peer->wait_us)
		return;
	bus_reconnect(&peer->out, mesh->roster->node[id].data, &peer->connection);
	peer->missing_us = real_us;
	peer->wait_us *= 2;
	if (peer->wait_us > SILENT_MOST_US)
		peer->wait_us = SILENT_MOST_US;
}

void mesh_turn(struct mesh *mesh, bool active, uint64_t real_us)
{
	if (active)
		mesh->active_us = real_us;
	if (real_us < mesh->look_us) {
		mesh->look_is_due = true;
		return;
	}
	mesh_look(mesh);
	mesh->look_us = real_us + LOOK_US;
	for (node_id id = 1; id <= mesh->roster->nodes; id++)
		if (id != mesh->self)
			look_after(mesh, id, real_us);
}

uint64_t mesh_deadline(const struct mesh *mesh)
{
	uint64_t deadline = mesh->look_is_due ? mesh->look_us : WAIT_FOREVER;
	for (node_id id = 1; id <= NODES_MAX; id++) {
		const struct mesh_peer *peer = &mesh->peer[id];
		const uint64_t due_us = peer->missing_us + peer->wait_us;
		if (peer->missing_us != 0 && is_active(mesh, due_us) && due_us < deadline)
			deadline = due_us;
	}
	return deadline;
}

void mesh_close(struct mesh *mesh)
{
	bus_close(&mesh->in);
	for (node_id id = 1; id <= NODES_MAX; id++)
		bus_close(&mesh->peer[id].out);
}
