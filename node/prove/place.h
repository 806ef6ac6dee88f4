/* Where the nodes of a recording lived: beside the sockets at which they heard each other. */
#ifndef NODE_PROVE_PLACE_H
#define NODE_PROVE_PLACE_H

#include "node/record/reader.h"
#include "node/io/files.h"

/* False: elsewhere, on another machine or in no directory. */
bool place_of_node(struct reader *reader, node_id node, char dir[PATH_BYTES]);

#endif
