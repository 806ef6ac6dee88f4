/* The starter of a node, while the node is on its leash. */
#include <unistd.h>

#include "node/io/leash.h"
#include "node/node.h"

bool node_is_left(struct node *node)
{
	const enum leash_state state = node->leash < 0 ? LEASH_HELD : leash_look(node->leash);
	if (state == LEASH_HELD)
		return false;
	close(node->leash);
	node->leash = -1;
	node->ending |= state == LEASH_TORN;
	return state == LEASH_TORN;
}
