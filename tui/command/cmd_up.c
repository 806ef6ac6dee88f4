/* paxos-tui up: a cluster without a screen, which stays when this command ends. */
#include <stdio.h>
#include <string.h>

#include "node/io/files.h"
#include "node/io/spawn.h"
#include "node/live/live.h"
#include "proto/fault/link.h"
#include "tui/command/drive.h"
#include "tui/option/defend_option.h"

static void tell(const char *sentence)
{
	printf("%s\n", sentence);
	fflush(stdout);
}

#define BEGIN_US 10000000 /* real time that a recorder has to begin */
#define LOOK_US  20000

static enum status recorder_failed(struct process *process, const char *dir, const char *file)
{
	process_end_all(process, 1);
	return status_fail(STATUS_UNAVAILABLE,
			   "nothing is recorded, and the cluster runs on: 'paxos-tui attach %s "
			   "--record %s' says why",
			   dir, file);
}

/* A process that watches the cluster, records, and ends with it. Returns when it has begun. */
static enum status start_recorder(const char *dir, const char *file)
{
	const char *const argument[] = {"paxos-tui", "attach", dir, "--read-only",
					"--record",  file,     NULL};
	char program[PATH_BYTES];
	struct process process = PROCESS_NONE;
	enum status status;

	status = program_beside("paxos-tui", program, sizeof program);
	if (status == STATUS_OK)
		status = process_start(program, argument, "/dev/null", -1, &process);
	if (status != STATUS_OK)
		return status;
	for (unsigned waited_us = 0; !file_exists(file); waited_us += LOOK_US)
		if (process_ended(&process, LOOK_US) || waited_us > BEGIN_US || drive_interrupted())
			return recorder_failed(&process, dir, file);
	process_release(&process);
	return STATUS_OK;
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
		.journal = options->journal,
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
	if (options->record != NULL && file_exists(options->record)) {
		fprintf(stderr,
			"paxos-tui: cannot record to %s: it exists, and a recording overwrites "
			"nothing\n",
			options->record);
		return EXIT_INCONCLUSIVE;
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
	if (options->record == NULL || start_recorder(start.dir, options->record) == STATUS_OK)
		return EXIT_PASS;
	fprintf(stderr, "paxos-tui: %s\n", status_text());
	return EXIT_INCONCLUSIVE;
}
