/* The coordinator: nodes introduce themselves (PeerInfo), and once all are there the coordinator
 * publishes the roster, signed with the operator's key. Afterwards no node needs the coordinator.
 *
 * In order: open (or open and resume), guard, take in until it is complete, sign, tell, close.
 *
 * A seat is bound to the key of the node that has it. A node repeats its introduction until it has
 * the roster; one that falls silent before loses its seat, so that nobody blocks the others. */
#ifndef NODE_LIVE_COORDINATOR_H
#define NODE_LIVE_COORDINATOR_H

#include "node/io/bus.h"
#include "proto/wire/control_frame.h"

/* Of so many keys that are refused the user is told. */
#define REFUSED_MAX 16

struct coordinator {
	struct bus bus;
	struct roster roster; /* cluster, epoch, nodes, mode, ... are the caller's; nodes join */
	node_set joined;
	bool published;
	uint8_t frame[CONTROL_FRAME_BYTES_MAX];
	size_t frame_length; /* of the signed roster */
	uint64_t heard_us[NODES_MAX + 1];
	bool is_far; /* nodes come over the network, and not through a directory that is closed */
	bool is_guarded;
	struct join_token token;
	uint8_t challenge[CHALLENGE_BYTES];
	struct public_key refused[REFUSED_MAX];
	unsigned refusals; /* of `refused`; REFUSED_MAX + 1: more are not told of */
	void (*tell)(const char *sentence); /* NULL = nobody wants to know */
};

/* Listens at `endpoint` for the nodes of `roster`. Every process that can connect may join. */
enum status coordinator_open(const char *endpoint, const struct roster *roster,
			     struct coordinator *out);

/* From now on a node gets a seat only if it proves that it knows the token. */
void coordinator_guard(struct coordinator *c, const struct join_token *token);

/* Takes in what has come. After publishing, a node that asks again is told the roster again. */
void coordinator_take_in(struct coordinator *c);

bool coordinator_is_complete(const struct coordinator *c);

/* Signs the roster; its bytes are in `frame`. Nodes are told by coordinator_publish. */
enum status coordinator_sign(struct coordinator *c, const struct secret_key *operator_secret);

/* A cluster that comes back: the roster is signed already, and all nodes are in it. */
void coordinator_resume(struct coordinator *c);

/* Sends the signed roster to all nodes that listen. */
void coordinator_publish(struct coordinator *c);

void coordinator_close(struct coordinator *c);

#endif
