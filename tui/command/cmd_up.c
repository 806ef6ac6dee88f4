/* paxos-tui up: a cluster without a screen, which stays when this command ends. */
#include <stdio.h>
#include <string.h>

#include "node/live/live.h"
#include "proto/fault/link.h"
#include "tui/defend_option.h"

int cmd_up(const struct options *options)
{
	struct live_options start = {
		.dir = options->arg[0],
		.listen = options->listen,
		.nodes = (uint8_t)options->nodes,
		.mode = options->mode_given ? options->mode : MODE_SINGLE,
		.memory_store = options->store != NULL && strcmp(options->store, "memory") == 0,
		.clock = {.num = 1, .den = 0},
		.link = link_rule_default(),
	};
	if (!defend_option(options, options->nodes != 0 ? options->nodes : 5, &start.policy))
		return EXIT_USAGE;
	/* Nodes from elsewhere are started by people. */
	if (options->listen != NULL)
		start.timeout_us = UINT64_C(3600000000);
	if (options->rate_given) {
		start.clock.num = options->rate_num;
		start.clock.den = options->rate_den;
	}
	struct cluster *cluster;
	const enum status status = live_start(&start, &cluster);
	if (status != STATUS_OK) {
		fprintf(stderr, "paxos-tui: %s\n", status_text());
		return status_exit(status);
	}
	struct cluster_info info;
	cluster->ops->info(cluster, &info);
	printf("%s: %u node%s up; 'paxos-tui attach %s' shows them, 'paxos-tui down %s' ends "
	       "them\n",
	       start.dir, info.nodes, info.nodes == 1 ? " is" : "s are", start.dir, start.dir);
	live_leave(cluster);
	return EXIT_PASS;
}
