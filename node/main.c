/* paxos-node: one member of a cluster, a process of its own. */
#include <malloc.h>
#include <stdio.h>

#include "node/io/harmless.h"
#include "node/node.h"

/* Memory of messages comes and goes by the hundred kilobytes. Given back to the system each time,
 * it is taken, and cleared, page by page each time: most of a node's time under a load. */
#define KEPT_BYTES  (16 << 20)
#define LARGE_BYTES (4 << 20)

static void keep_memory(void)
{
#ifdef __GLIBC__
	mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
	mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
#endif
}

int main(int argc, char **argv)
{
	static struct node node;
	struct node_options options;
	harmless_output();
	keep_memory();
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
