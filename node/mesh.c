#include "node/mesh.h"

#include "node/io/clock.h"

#define LOOK_US        100000
#define SILENT_US      1000000
#define SILENT_MOST_US 32000000

/* A node that says something now may wait for an answer so long. */
#define ACTIVE_US 3000000

void mesh_heard(struct mesh *mesh, node_id sender, uint64_t real_us)
{
	if (sender <= NODES_MAX)
		mesh->heard_us[sender] = real_us;
}

/* No node is missing, or this node has nothing to say to those that are. */
static void forget_missing(struct mesh *mesh)
{
	mesh->missing_us = 0;
	mesh->wait_us = SILENT_US;
}

void mesh_turn(struct mesh *mesh, struct bus *data, const struct roster *roster, node_id self,
	       bool active, uint64_t real_us)
{
	if (active)
		mesh->active_us = real_us;
	if (real_us >= mesh->active_us + ACTIVE_US)
		forget_missing(mesh);
	if (mesh->active_us == 0 || real_us >= mesh->active_us + ACTIVE_US ||
	    real_us < mesh->look_us)
		return;
	mesh->look_us = real_us + LOOK_US;
	if (bus_peers(data) >= roster->nodes - 1u) {
		forget_missing(mesh);
		return;
	}
	if (mesh->missing_us == 0) {
		forget_missing(mesh);
		mesh->missing_us = real_us;
	}
	if (real_us < mesh->missing_us + mesh->wait_us)
		return;
	for (node_id id = 1; id < self; id++)
		if (mesh->heard_us[id] < mesh->missing_us)
			bus_reconnect(data, roster->node[id].data, &mesh->connection[id]);
	mesh->missing_us = real_us;
	mesh->wait_us = 2 * mesh->wait_us < SILENT_MOST_US ? 2 * mesh->wait_us : SILENT_MOST_US;
}

uint64_t mesh_deadline(const struct mesh *mesh)
{
	uint64_t due_us = mesh->missing_us + mesh->wait_us;

	if (due_us < mesh->look_us)
		due_us = mesh->look_us;
	return mesh->missing_us != 0 && due_us < mesh->active_us + ACTIVE_US ? due_us
									     : WAIT_FOREVER;
}
