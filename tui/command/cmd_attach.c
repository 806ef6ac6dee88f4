/* paxos-tui attach DIR|ENDPOINT: the dashboard on a cluster that is already there and stays. */
#include <stdio.h>

#include "node/live/live.h"
#include "tui/command/watch.h"
#include "tui/dashboard/dashboard.h"
#include "tui/screen/screen.h"

int cmd_attach(const struct options *options)
{
	bool plain = options->plain || !screen_is_possible();
	struct cluster *c = NULL;
	enum status status;
	int code = EXIT_PASS;

	if (options->args != 1) {
		fprintf(stderr, "paxos-tui: attach needs the directory of a cluster or the "
				"control endpoint of a node\n");
		return EXIT_USAGE;
	}
	status = live_attach(options->arg[0], options->read_only, &c);
	if (status == STATUS_OK) {
		status = watch_cluster(c, options, plain, &code);
		live_leave(c);
		screen_close();
	}
	if (status != STATUS_OK) {
		fprintf(stderr, "paxos-tui: %s\n", status_text());
		return status_exit(status);
	}
	if (code == EXIT_INCONCLUSIVE || code == EXIT_VIOLATED)
		fprintf(stderr, "paxos-tui: %s\n", status_text());
	return code;
}
