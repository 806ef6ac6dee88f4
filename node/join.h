/* Which nodes are in the cluster: from the node's directory, or by asking the coordinator. */
#ifndef NODE_JOIN_H
#define NODE_JOIN_H

#include "node/node.h"

/* Reads the stored roster; *found is false if there is none. */
enum status roster_load(struct node *node, bool *found);
enum status roster_store(const struct node *node);

/* Introduces itself to the coordinator, again and again, until a roster with this node in it
 * comes, or the node is told to end (node->ending). */
enum status node_join(struct node *node, const struct node_options *options);

/* Finds node->self in node->roster by its key. */
enum status roster_find_self(struct node *node, node_id wanted);

#endif
