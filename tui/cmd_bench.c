/* paxos-tui bench: real processes in a private directory, one of them told to propose values as
 * fast as they are chosen, and what that cost. The node that proposes measures; a dashboard's round
 * trip is not in the numbers. */
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "node/io/clock.h"
#include "node/io/files.h"
#include "node/live/live.h"
#include "tui/defend_option.h"

#define LOADER        1 /* the node that proposes */
#define LOOK_US       20000
#define SILENCE_US    UINT64_C(30000000)
#define READY_US      UINT64_C(5000000)
#define WARM_UP_SHARE 10

struct bench {
	struct options options;
	char dir[PATH_BYTES];
	struct cluster *cluster;
	pid_t pid[NODES_MAX + 1];
	uint64_t cpu_ns[NODES_MAX + 1];
	struct load_report report;
};

static volatile sig_atomic_t interrupted;

static void on_signal(int signal)
{
	(void)signal;
	interrupted = 1;
}

static int fail(const char *sentence)
{
	fprintf(stderr, "paxos-tui: %s\n", sentence);
	return EXIT_INCONCLUSIVE;
}

/* Takes in what the cluster says, then waits for more, at most LOOK_US. */
static void listen_a_while(struct bench *b)
{
	struct cluster *c = b->cluster;
	struct item item;
	while (c->ops->next(c, 0, &item) != ITEM_NOTHING && item.kind != ITEM_END) {
		if (item.kind == ITEM_SNAPSHOT)
			b->pid[item.snapshot->node] = (pid_t)item.snapshot->pid;
	}
	uint64_t wait_us = c->ops->patience(c, real_time_us());
	struct timespec space;
	struct pollfd fd = {.fd = c->ops->fd(c), .events = POLLIN};
	ppoll(&fd, 1, wait_timespec(wait_us < LOOK_US ? wait_us : LOOK_US, &space), NULL);
}

/* Processor time of every node so far. A node that is gone has none. */
static void read_cpu(const struct bench *b, uint64_t cpu_ns[NODES_MAX + 1])
{
	for (unsigned id = 1; id <= b->options.nodes; id++) {
		clockid_t clock;
		struct timespec t = {0};
		if (clock_getcpuclockid(b->pid[id], &clock) == 0)
			clock_gettime(clock, &t);
		cpu_ns[id] = (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
	}
}

static bool know_pids(struct bench *b)
{
	uint64_t until = real_time_us() + READY_US;
	b->cluster->ops->refresh(b->cluster);
	while (real_time_us() < until && !interrupted) {
		unsigned known = 0;
		listen_a_while(b);
		for (unsigned id = 1; id <= b->options.nodes; id++)
			known += b->pid[id] != 0;
		if (known == b->options.nodes)
			return true;
	}
	return false;
}

/* One load, from the control to its report. NULL, or the sentence why not. */
static const char *load(struct bench *b, unsigned values)
{
	struct control control = {
		.kind = CONTROL_LOAD,
		.to = set_of(LOADER),
		.count = values,
		.size_bytes = b->options.size_bytes,
		.outstanding = b->options.outstanding,
	};
	if (!b->cluster->ops->control(b->cluster, &control))
		return b->cluster->why;
	uint64_t until = real_time_us() + SILENCE_US + (uint64_t)values * 10000;
	while (real_time_us() < until && !interrupted) {
		listen_a_while(b);
		const struct load_report *report = live_load(b->cluster, LOADER);
		if (report != NULL && report->done) {
			b->report = *report;
			return NULL;
		}
	}
	return interrupted ? "interrupted" : "the cluster did not choose all values in time";
}

static void print_text(const struct bench *b, double values_s)
{
	const struct load_report *r = &b->report;
	printf("%u nodes, %s mode, %s store, defences %s: %" PRIu64 " values of %u bytes, "
	       "%u outstanding\n",
	       b->options.nodes, b->options.mode == MODE_MULTI ? "multi" : "single",
	       b->options.store, b->options.defend == NULL ? "none" : b->options.defend, r->values,
	       b->options.size_bytes, b->options.outstanding);
	printf("  values/s    %.0f\n", values_s);
	printf("  latency us  p50 %u  p99 %u  p99.9 %u  max %u\n", r->latency_p50_us,
	       r->latency_p99_us, r->latency_p999_us, r->latency_max_us);
	printf("  processor  ");
	for (unsigned id = 1; id <= b->options.nodes; id++)
		printf(" n%u %.0f%%", id, (double)b->cpu_ns[id] / 10.0 / (double)r->elapsed_us);
	printf("  of a core\n");
}

static void print_json(const struct bench *b, double values_s)
{
	const struct load_report *r = &b->report;
	printf("{\"nodes\": %u, \"mode\": \"%s\", \"store\": \"%s\", \"defences\": [], "
	       "\"values\": %" PRIu64 ", \"size\": %u, \"outstanding\": %u, ",
	       b->options.nodes, b->options.mode == MODE_MULTI ? "multi" : "single",
	       b->options.store, r->values, b->options.size_bytes, b->options.outstanding);
	printf("\"values_per_s\": %.1f, \"p50_us\": %u, \"p99_us\": %u, \"p999_us\": %u, "
	       "\"max_us\": %u, \"cpu_percent\": [",
	       values_s, r->latency_p50_us, r->latency_p99_us, r->latency_p999_us,
	       r->latency_max_us);
	for (unsigned id = 1; id <= b->options.nodes; id++)
		printf("%s%.1f", id == 1 ? "" : ", ",
		       (double)b->cpu_ns[id] / 10.0 / (double)r->elapsed_us);
	printf("]}\n");
}

static int measure(struct bench *b)
{
	uint64_t before[NODES_MAX + 1] = {0}, after[NODES_MAX + 1] = {0};
	if (!know_pids(b))
		return interrupted ? EXIT_INTERRUPTED : fail("not every node answers");
	const char *why = load(b, 1 + b->options.values / WARM_UP_SHARE);
	if (why == NULL) {
		read_cpu(b, before);
		why = load(b, b->options.values);
		read_cpu(b, after);
	}
	if (interrupted)
		return EXIT_INTERRUPTED;
	if (why != NULL)
		return fail(why);
	for (unsigned id = 1; id <= b->options.nodes; id++)
		b->cpu_ns[id] = after[id] - before[id];
	uint64_t elapsed_us = b->report.elapsed_us > 0 ? b->report.elapsed_us : 1;
	double values_s = (double)b->report.values * 1e6 / (double)elapsed_us;
	if (b->options.json)
		print_json(b, values_s);
	else
		print_text(b, values_s);
	return EXIT_PASS;
}

/* What was not asked for: the setting in which the bus itself is measured. */
static struct options with_defaults(struct options o)
{
	if (o.nodes == 0)
		o.nodes = 3;
	if (!o.mode_given)
		o.mode = MODE_MULTI;
	if (o.store == NULL)
		o.store = "memory";
	if (o.values == 0)
		o.values = 20000;
	if (o.size_bytes == 0)
		o.size_bytes = 64;
	if (o.outstanding == 0)
		o.outstanding = 1;
	return o;
}

int cmd_bench(const struct options *options)
{
	struct bench b = {.options = with_defaults(*options)};
	if (dir_make_private("paxos-bench", b.dir) != STATUS_OK)
		return fail(status_text());
	struct live_options live = {
		.dir = b.dir,
		.nodes = (uint8_t)b.options.nodes,
		.mode = b.options.mode,
		.memory_store = strcmp(b.options.store, "memory") == 0,
		.clock = {.num = 1, .den = 0},
		.owned = true,
	};
	if (!defend_option(options, live.nodes, &live.policy))
		return EXIT_USAGE;
	struct sigaction action = {.sa_handler = on_signal};
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	int code;
	if (live_start(&live, &b.cluster) != STATUS_OK) {
		code = fail(status_text());
	} else {
		code = measure(&b);
		b.cluster->ops->close(b.cluster);
	}
	dir_remove(b.dir);
	return code;
}
