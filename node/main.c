/* paxos-node: one member of a cluster, a process of its own. */
#include <stdio.h>

#include "node/io/harmless.h"
#include "node/node.h"

int main(int argc, char **argv)
{
	static struct node node;
	struct node_options options;
	harmless_output();
	const int code = node_options_read(argc, argv, &options);
	if (code != NODE_OPTIONS_READ)
		return code;
	enum status status = node_start(&options, &node);
	if (status == STATUS_OK && !node.ending)
		status = node_run(&node);
	node_end(&node);
	if (status != STATUS_OK)
		fprintf(stderr, "paxos-node: %s\n", status_text());
	return status_exit(status);
}
