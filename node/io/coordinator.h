/* The coordinator: nodes introduce themselves (PeerInfo), and once all are there it publishes the
 * roster, signed with the operator's key. Afterwards nobody needs it. */
#ifndef NODE_IO_COORDINATOR_H
#define NODE_IO_COORDINATOR_H

#include "node/io/bus.h"
#include "proto/wire/control_frame.h"

struct coordinator {
	struct bus bus;
	struct roster roster; /* cluster, epoch, nodes, mode, ... are the caller's; nodes join */
	node_set joined;
	bool published;
	uint8_t frame[CONTROL_FRAME_BYTES_MAX];
	size_t frame_length; /* of the signed roster */
};

/* Listens at `endpoint` for the nodes of `roster`. */
enum status coordinator_open(const char *endpoint, const struct roster *roster,
			     struct coordinator *out);

/* Takes in what has come. After publishing, who asks again is told the roster again. */
void coordinator_work(struct coordinator *c);

bool coordinator_is_complete(const struct coordinator *c);

/* Signs the roster; its bytes are in `frame`. Nodes are told by coordinator_tell. */
enum status coordinator_sign(struct coordinator *c, const struct secret_key *operator_secret);

/* The roster is known already, as bytes: a cluster that comes back. */
void coordinator_resume(struct coordinator *c);
void coordinator_tell(struct coordinator *c);

void coordinator_close(struct coordinator *c);

#endif
