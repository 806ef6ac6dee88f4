/* paxos-tui up: a cluster without a screen, which stays when this command ends. */
#include <stdio.h>
#include <string.h>

#include "node/live/live.h"
#include "proto/fault/link.h"
#include "tui/command/drive.h"
#include "tui/option/defend_option.h"

static void tell(const char *sentence)
{
	printf("%s\n", sentence);
	fflush(stdout);
}

int cmd_up(const struct options *options)
{
	struct live_options start = {
		.dir = options->arg[0],
		.listen = options->listen,
		.nodes = (uint8_t)options->nodes,
		.mode = options->mode,
		.mode_given = options->mode_given,
		.policy_given = options->defend != NULL,
		.memory_store = options->store != NULL && strcmp(options->store, "memory") == 0,
		.keep = options->keep_words,
		.batch = options->batch_words,
		.pipeline = options->pipeline_words,
		.clock = {.num = 1, .den = 0},
		.link = link_rule_default(),
		.token_file = options->token_file,
		.open_to_all = options->open,
		.timeout_us = options->within_us,
		.tell = options->listen != NULL ? tell : NULL,
		.gives_up = drive_interrupted,
	};
	if (!defend_option(options, options->nodes != 0 ? options->nodes : NODES_DEFAULT,
			   &start.policy))
		return EXIT_USAGE;
	if (options->rate_given) {
		start.clock.num = options->rate_num;
		start.clock.den = options->rate_den;
	}
	struct cluster *cluster;
	drive_catch_signals();
	const enum status status = live_start(&start, &cluster);
	if (status != STATUS_OK) {
		fprintf(stderr, "paxos-tui: %s\n", status_text());
		return drive_interrupted() ? EXIT_INTERRUPTED : status_exit(status);
	}
	struct cluster_info info;
	cluster->ops->info(cluster, &info);
	printf("%s: %u node%s up; 'paxos-tui attach %s' shows them, 'paxos-tui down %s' ends "
	       "them\n",
	       start.dir, info.nodes, info.nodes == 1 ? " is" : "s are", start.dir, start.dir);
	live_leave(cluster);
	return EXIT_PASS;
}
