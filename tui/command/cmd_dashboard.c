/* paxos-tui without a subcommand: a cluster of our own, live or simulated, and its dashboard. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "node/live/live.h"
#include "proto/fault/link.h"
#include "proto/sim/sim_cluster.h"
#include "tui/dashboard.h"
#include "tui/defend_option.h"
#include "tui/screen/screen.h"

#define NODES_DEFAULT 5

static struct clock_rule lecture_clock(const struct options *options)
{
	if (options->rate_given)
		return (struct clock_rule){.num = options->rate_num, .den = options->rate_den};
	return (struct clock_rule){.num = 1, .den = 100};
}

static uint8_t nodes_of(const struct options *options)
{
	return options->nodes != 0 ? (uint8_t)options->nodes : NODES_DEFAULT;
}

/* Memory fresh from the system: most of it is never touched. */
static enum status start_simulated(const struct options *options, policy_id policy,
				   struct cluster **out)
{
	struct sim_cluster_options sim = {.nodes = nodes_of(options),
					  .mode = options->mode,
					  .seed = options->seed_given ? options->seed : 1,
					  .clock = lecture_clock(options),
					  .link = link_rule_default(),
					  .policy = policy};
	void *memory = mmap(NULL, sim_cluster_size(&sim), PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return status_fail(STATUS_UNAVAILABLE, "not enough memory to simulate %u nodes",
				   sim.nodes);
	*out = sim_cluster_init(memory, &sim);
	return STATUS_OK;
}

static enum status start_live(const struct options *options, policy_id policy, struct cluster **out)
{
	struct live_options live = {.dir = options->dir,
				    .listen = options->listen,
				    .nodes = nodes_of(options),
				    .mode = options->mode,
				    .memory_store = options->store != NULL &&
						    strcmp(options->store, "memory") == 0,
				    .clock = lecture_clock(options),
				    .link = link_rule_default(),
				    .policy = policy,
				    .owned = true};

	if (options->listen != NULL)
		live.timeout_us = 3600 * (uint64_t)1000000;
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
	if (status == STATUS_OK)
		status = options->sim ? start_simulated(options, policy, &c)
				      : start_live(options, policy, &c);
	if (status == STATUS_OK && !plain)
		status = screen_open(options);
	if (status == STATUS_OK)
		code = plain ? plain_run(c, options, options->plain) : dashboard_run(c, options);
	if (c != NULL)
		c->ops->close(c);
	screen_close();
	if (status != STATUS_OK)
		code = status_exit(status);
	if (status != STATUS_OK || code == EXIT_INCONCLUSIVE || code == EXIT_VIOLATED)
		fprintf(stderr, "paxos-tui: %s\n", status_text());
	return code;
}
