/* Where a node can be reached: chosen when it joins, written down in the roster for good. */
#ifndef NODE_ENDPOINT_H
#define NODE_ENDPOINT_H

#include "node/io/status.h"
#include "node/options.h"
#include "proto/wire/control_frame.h"

/* Sockets in the node's directory; with --listen HOST:PORT that port and the next; with a tcp
 * coordinator and nothing else said, this machine's address on the way there and two free ports. */
enum status endpoints_choose(const struct node_options *options, const char *dir,
			     char data[ENDPOINT_MAX], char control[ENDPOINT_MAX]);

#endif
