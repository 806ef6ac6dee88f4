/* The keeper of a node: it keeps the operator's standing orders (proto/wire/orders.h) in the file
 * `orders` of the node's directory, carries out those for this node, and gives peers what they
 * missed.
 *
 * A node that starts, that goes on after it was stopped or that is connected to a peer anew greets
 * its peers with the sum of the orders that it keeps; so does a node that hears a message of
 * another epoch or of other defences. A peer that keeps other orders answers
 * with all of its own. Whatever a node was told so, it believes the operator's signature only. A
 * greeting that is not answered is sent again for some seconds; peers that come later greet
 * themselves. So nothing is sent while all know the same.
 *
 * A change of defences that the operator asks this node to grant may be refused: the operator then
 * takes it back. One that the operator gave without it, since it was out of reach, holds already,
 * and is followed whatever this node has touched since (proto/core/lines.c). So is the later one of
 * two orders by which two operators begin the same epoch: it holds at all nodes. */
#ifndef NODE_KEEPER_H
#define NODE_KEEPER_H

#include "node/node.h"

/* Reads what was kept, here and by peers of this machine. A file that is damaged costs orders that
 * peers keep too, no more. */
enum status keeper_open(struct node *node);

/* Carries out the orders that were kept in a life that ended before they were stored as settings.
 * After the member was restored and started. */
void keeper_resume(struct node *node);

/* Takes a standing order from the operator, decoded and verified, with its frame. An operator that
 * waits for the answer gets it; what was answered is kept on disk first. */
enum status keeper_take(struct node *node, const struct control *control, const uint8_t *bytes,
			size_t length);

/* A frame from a peer: is_between_nodes. */
enum status keeper_hear(struct node *node, const uint8_t *bytes, size_t length);

/* A message of this peer was refused for its epoch or its policy: one of the two missed an order.
 */
void keeper_suspect(struct node *node, node_id peer);

/* Greets all peers anew. */
void keeper_greet(struct node *node);

/* Does what is due; and when the next thing is, real time, WAIT_FOREVER if nothing is. */
enum status keeper_turn(struct node *node, uint64_t real_us);
uint64_t keeper_deadline(const struct node *node);

void keeper_close(struct node *node);

#endif
