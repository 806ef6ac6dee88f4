/* paxos-node: one member of a cluster, a process of its own. */
#include <stdio.h>

#include "node/node.h"

int main(int argc, char **argv)
{
	static struct node node;
	struct node_options options;
	const int nothing_to_do = node_options_read(argc, argv, &options);
	if (nothing_to_do >= 0)
		return nothing_to_do;
	enum status status = node_start(&options, &node);
	if (status == STATUS_OK && !node.ending)
		status = node_run(&node);
	node_end(&node);
	if (status != STATUS_OK)
		fprintf(stderr, "paxos-node: %s\n", status_text());
	return status_exit(status);
}
