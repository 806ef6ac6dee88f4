/* paxos-tui down: ends a cluster that `up` started; what it promised and chose stays on the disk.
 */
#include <stdio.h>

#include "node/io/live.h"
#include "tui/options.h"

int cmd_down(const struct options *options)
{
	const enum status status = live_down(options->arg[0]);
	if (status != STATUS_OK)
		fprintf(stderr, "paxos-tui: %s\n", status_text());
	return status_exit(status);
}
