#include "node/io/coordinator.h"

#include <string.h>

enum status coordinator_open(const char *endpoint, const struct roster *roster,
			     struct coordinator *out)
{
	out->roster = *roster;
	out->joined = 0;
	out->published = false;
	out->frame_length = 0;
	enum status status = bus_open(CONTROL_FRAME_BYTES_MAX, &out->bus);
	if (status == STATUS_OK)
		status = bus_bind(&out->bus, endpoint);
	return status;
}

bool coordinator_is_complete(const struct coordinator *c)
{
	return c->joined == set_first(c->roster.nodes);
}

static node_id find(const struct coordinator *c, const struct public_key *key)
{
	for (node_id id = 1; id <= c->roster.nodes; id++)
		if (set_has(c->joined, id) &&
		    memcmp(&c->roster.node[id].key, key, sizeof(*key)) == 0)
			return id;
	return NODE_NONE;
}

/* Its own place if it introduced itself before, else the one it would like, else the lowest that is
 * free. A place that is wanted and taken is not given to another key: that node reads in the roster
 * that it came too late. */
static void seat(struct coordinator *c, const struct peer_info *info)
{
	node_id id = find(c, &info->key);
	if (id == NODE_NONE && info->wanted != NODE_NONE)
		id = info->wanted <= c->roster.nodes && !set_has(c->joined, info->wanted)
			     ? info->wanted
			     : NODE_NONE;
	else if (id == NODE_NONE)
		id = set_lowest(set_first(c->roster.nodes) & ~c->joined);
	if (id == NODE_NONE)
		return;
	struct roster_node *node = &c->roster.node[id];
	c->joined |= set_of(id);
	node->key = info->key;
	memcpy(node->data, info->data, sizeof(node->data));
	memcpy(node->control, info->control, sizeof(node->control));
}

void coordinator_tell(struct coordinator *c)
{
	bus_send(&c->bus, c->frame, c->frame_length);
}

void coordinator_work(struct coordinator *c)
{
	struct bus_message message;
	while (bus_receive(&c->bus, &message)) {
		struct peer_info info;
		const enum drop why =
			peer_info_decode(message.bytes, message.length, &crypto_ed25519, &info);
		bus_release(&message);
		if (why != DROP_NOTHING)
			continue;
		if (c->published)
			coordinator_tell(c);
		else
			seat(c, &info);
	}
}

enum status coordinator_sign(struct coordinator *c, const struct secret_key *operator_secret)
{
	c->frame_length = roster_encode(&c->roster, &crypto_ed25519, operator_secret, c->frame,
					sizeof(c->frame));
	c->published = c->frame_length > 0;
	return c->published ? STATUS_OK
			    : status_fail(STATUS_UNAVAILABLE, "the roster does not fit a frame");
}

void coordinator_resume(struct coordinator *c)
{
	c->joined = set_first(c->roster.nodes);
	coordinator_sign(c, NULL);
}

void coordinator_close(struct coordinator *c)
{
	bus_close(&c->bus);
}
