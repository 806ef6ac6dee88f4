/* paxos-tui without a subcommand: a cluster of our own, live or simulated, and its dashboard. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "node/live/live.h"
#include "proto/fault/link.h"
#include "proto/sim/sim_cluster.h"
#include "tui/command/drive.h"
#include "tui/command/watch.h"
#include "tui/dashboard/dashboard.h"
#include "tui/option/defaults.h"
#include "tui/option/defend_option.h"
#include "tui/screen/screen.h"

static struct clock_rule lecture_clock(const struct options *options)
{
	if (options->rate_given)
		return (struct clock_rule){.num = options->rate_num, .den = options->rate_den};
	return (struct clock_rule){.num = 1, .den = LECTURE_RATE_DEN};
}

static uint8_t nodes_of(const struct options *options)
{
	return options->nodes != 0 ? (uint8_t)options->nodes : NODES_DEFAULT;
}

/* The memory comes straight from the system, which gives pages only when they are touched: most of
 * them never are. */
static enum status start_simulated(const struct options *options, policy_id policy,
				   struct cluster **out)
{
	struct sim_cluster_options sim = {.nodes = nodes_of(options),
					  .mode = options->mode,
					  .seed = options->seed_given ? options->seed : SEED_USUAL,
					  .clock = lecture_clock(options),
					  .link = link_rule_default(),
					  .policy = policy,
					  .keep = options->keep,
					  .batch = options->batch};
	void *memory = mmap(NULL, sim_cluster_size(&sim), PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return status_fail(STATUS_UNAVAILABLE, "not enough memory to simulate %u nodes",
				   sim.nodes);
	*out = sim_cluster_init(memory, &sim);
	return STATUS_OK;
}

/* Before there is a screen. */
static void tell(const char *sentence)
{
	fprintf(stderr, "paxos-tui: %s\n", sentence);
}

static enum status start_live(const struct options *options, policy_id policy, struct cluster **out)
{
	struct live_options live = {.dir = options->dir,
				    .listen = options->listen,
				    .nodes = (uint8_t)options->nodes,
				    .mode = options->mode,
				    .mode_given = options->mode_given,
				    .policy_given = options->defend != NULL,
				    .memory_store = options->store != NULL &&
						    strcmp(options->store, "memory") == 0,
				    .journal = !options->no_journal,
				    .keep = options->keep_words,
				    .batch = options->batch_words,
				    .pipeline = options->pipeline_words,
				    .clock = lecture_clock(options),
				    .link = link_rule_default(),
				    .policy = policy,
				    .owned = true,
				    .token_file = options->token_file,
				    .open_to_all = options->open,
				    .timeout_us = options->within_us,
				    .tell = options->listen != NULL ? tell : NULL,
				    .gives_up = drive_interrupted};

	return live_start(&live, out);
}

int cmd_dashboard(const struct options *options)
{
	bool plain = options->plain || !screen_is_possible();
	struct cluster *c = NULL;
	enum status status = plain ? STATUS_OK : screen_check();
	int code = EXIT_PASS;
	policy_id policy;

	if (!defend_option(options, nodes_of(options), &policy))
		return EXIT_USAGE;
	if (status == STATUS_OK && options->listen != NULL && !options->sim)
		fprintf(stderr, "paxos-tui: waiting for %u nodes to join at %s\n",
			nodes_of(options), options->listen);
	drive_catch_signals();
	if (status == STATUS_OK)
		status = options->sim ? start_simulated(options, policy, &c)
				      : start_live(options, policy, &c);
	if (drive_interrupted()) {
		if (c != NULL)
			c->ops->close(c);
		return EXIT_INTERRUPTED;
	}
	if (status == STATUS_OK)
		status = watch_cluster(c, options, plain, &code);
	if (c != NULL)
		c->ops->close(c);
	screen_close();
	if (status != STATUS_OK)
		code = status_exit(status);
	if (status != STATUS_OK || code == EXIT_INCONCLUSIVE || code == EXIT_VIOLATED)
		fprintf(stderr, "paxos-tui: %s\n", status_text());
	return code;
}
