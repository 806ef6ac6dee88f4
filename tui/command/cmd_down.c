/* paxos-tui down: ends a cluster that `up` started; what it promised and chose stays on the disk.
 */
#include <stdio.h>

#include "node/live/live.h"
#include "tui/command/drive.h"
#include "tui/option/options.h"

int cmd_down(const struct options *options)
{
	drive_end_on_signals();
	const enum status status = live_down(options->arg[0]);
	if (status != STATUS_OK)
		fprintf(stderr, "paxos-tui: %s\n", status_text());
	return status_exit(status);
}
