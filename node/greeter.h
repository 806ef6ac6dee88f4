/* How a node and its peers tell each other of their lives (proto/wire/hello_frame.h), so that a
 * node which was started from an old copy of its directory, or from an empty store in a seat that
 * was taken, is noticed before it votes.
 *
 * A node greets when it starts, and hears from each peer that is there whether the peer knows of a
 * later life; until then it takes no part (greeter_meet). A peer that is away is greeted when it is
 * connected. An idle node greets no peer. */
#ifndef NODE_GREETER_H
#define NODE_GREETER_H

#include "node/io/status.h"
#include "node/mesh.h"
#include "node/store/store.h"
#include "proto/member/member.h"
#include "proto/wire/hello_frame.h"

struct greeter {
	struct mesh *mesh;
	struct wire_context context;
	const struct secret_key *key;
	const struct public_key *keys; /* of the nodes, by id */
	node_id self;
	struct known_life mine;
	const struct store *store; /* remembers the lives before */
	struct member *member;     /* knows the lives of the peers */
	node_set answered;         /* the peers that know this life */
	node_set asked;            /* peers that said something in a life that is not known here */
	node_set connected;        /* at the last turn */
	uint64_t turn_us;          /* not before then, real time */
};

/* Takes in a hello. STATUS_CORRUPT: a peer knows more of this node than the
 * node itself, which must end.
 */
enum status greeter_take(struct greeter *g, const uint8_t *bytes, size_t length);

/* A frame of this peer was of a life that is not known here. */
void greeter_ask(struct greeter *g, node_id peer);

/* Greets the peers that are to be greeted now. */
void greeter_turn(struct greeter *g, uint64_t real_us);

/* When greeter_turn is to be called at the latest; WAIT_FOREVER: no need. */
uint64_t greeter_deadline(const struct greeter *g);

/* Greets every peer that has not answered yet. */
void greeter_greet(struct greeter *g);
/* Has every connected peer answered? */
bool greeter_is_known(const struct greeter *g);

#endif
