/* Where a node can be reached: chosen when it joins, written down in the roster for good. */
#ifndef NODE_ENDPOINT_H
#define NODE_ENDPOINT_H

#include "node/io/status.h"
#include "node/options.h"
#include "proto/wire/control_frame.h"

struct endpoints {
	char data[ENDPOINT_MAX];
	char control[ENDPOINT_MAX];
	int kept[2]; /* owned; sockets that keep two free ports until the bus binds them, or -1 */
};

#define ENDPOINTS_NONE ((struct endpoints){.kept = {-1, -1}})

/* Sockets in the node's directory; with --listen HOST:PORT that port and the next; with a tcp
 * coordinator and nothing else said, this machine's address on the way there and two free ports,
 * which nobody else is given from now on. */
enum status endpoints_choose(const struct node_options *options, const char *dir,
			     struct endpoints *out);

/* The bus has bound them, or will not. */
void endpoints_let_go(struct endpoints *e);

#endif
