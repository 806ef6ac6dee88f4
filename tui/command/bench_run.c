#include "tui/command/bench_run.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "node/io/clock.h"
#include "node/live/live.h"
#include "tui/command/drive.h"

#define LOADER        1 /* the node that proposes */
#define LOOK_US       20000
#define SILENCE_US    UINT64_C(30000000)
#define READY_US      UINT64_C(5000000)
#define WARM_UP_SHARE 10
#define TRIAL_VALUES  100 /* by which, and by twice what is outstanding, the speed is guessed */
#define GUESSED_MAX   2000000

struct bench {
	const struct bench_setting *setting;
	struct cluster *cluster;
	pid_t pid[NODES_MAX + 1];
	struct load_report report;
};

/* Processor time, in ns. */
struct used {
	uint64_t node[NODES_MAX + 1];
	uint64_t own;   /* of this process */
	uint64_t all;   /* of all processors of the machine that was not idle; stolen counts */
	uint64_t there; /* and that there was */
};

static int fail(const char *sentence)
{
	fprintf(stderr, "paxos-tui: %s\n", sentence);
	return EXIT_INCONCLUSIVE;
}

/* Takes in what the cluster says, then waits for more, at most LOOK_US in all: a cluster that says
 * things faster than they are read does not keep its caller from its deadline. */
static void listen_a_while(struct bench *b)
{
	const uint64_t until = real_time_us() + LOOK_US;
	struct cluster *c = b->cluster;
	struct item item;
	while (!drive_interrupted() && real_time_us() < until &&
	       c->ops->next(c, 0, &item) != ITEM_NOTHING && item.kind != ITEM_END) {
		if (item.kind == ITEM_SNAPSHOT)
			b->pid[item.snapshot->node] = (pid_t)item.snapshot->pid;
	}
	const uint64_t now_us = real_time_us();
	if (now_us >= until)
		return;
	uint64_t wait_us = c->ops->patience(c, now_us);
	struct timespec space;
	struct pollfd fd = {.fd = c->ops->fd(c), .events = POLLIN};
	ppoll(&fd, 1, wait_timespec(wait_us < until - now_us ? wait_us : until - now_us, &space),
	      NULL);
}

static uint64_t ns_of(clockid_t clock)
{
	struct timespec t = {0};

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* What the kernel says of the whole machine since it began, in ticks: user, nice, system, idle,
 * waiting for disks, interrupts, more interrupts, stolen. Nothing is known where there is no such
 * file. */
static void read_machine(struct used *u)
{
	enum { IDLE = 3, WAITING = 4, COUNTS = 8 };
	const uint64_t ns = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK);
	char line[256] = "", *at = line + strlen("cpu ");
	FILE *from = fopen("/proc/stat", "re");

	if (from == NULL)
		return;
	if (fgets(line, sizeof line, from) != NULL && strncmp(line, "cpu ", strlen("cpu ")) == 0)
		for (unsigned i = 0; i < COUNTS; i++) {
			const uint64_t ticks = strtoull(at, &at, 10);

			u->there += ticks * ns;
			u->all += i == IDLE || i == WAITING ? 0 : ticks * ns;
		}
	fclose(from);
}

/* A node that is gone has none. */
static void read_used(const struct bench *b, struct used *u)
{
	*u = (struct used){.own = ns_of(CLOCK_PROCESS_CPUTIME_ID)};
	for (unsigned id = 1; id <= b->setting->nodes; id++) {
		clockid_t clock;

		if (clock_getcpuclockid(b->pid[id], &clock) == 0)
			u->node[id] = ns_of(clock);
	}
	read_machine(u);
}

static bool know_pids(struct bench *b)
{
	uint64_t until = real_time_us() + READY_US;
	b->cluster->ops->refresh(b->cluster);
	while (real_time_us() < until && !drive_interrupted()) {
		unsigned known = 0;
		listen_a_while(b);
		for (unsigned id = 1; id <= b->setting->nodes; id++)
			known += b->pid[id] != 0;
		if (known == b->setting->nodes)
			return true;
	}
	return false;
}

/* One load, from the control to its report. NULL, or the sentence why not. */
static const char *run_load(struct bench *b, unsigned values)
{
	struct control control = {
		.kind = CONTROL_LOAD,
		.to = set_of(LOADER),
		.count = values,
		.size_bytes = b->setting->size_bytes,
		.outstanding = b->setting->outstanding,
	};
	if (!b->cluster->ops->control(b->cluster, &control))
		return b->cluster->why;
	uint64_t until = real_time_us() + SILENCE_US + (uint64_t)values * 10000;
	while (real_time_us() < until && !drive_interrupted()) {
		listen_a_while(b);
		const struct load_report *report = live_load(b->cluster, LOADER);
		if (report != NULL && report->done) {
			b->report = *report;
			return NULL;
		}
	}
	return drive_interrupted() ? "interrupted"
				   : "the cluster did not choose all values in time";
}

static double per_second(const struct load_report *r)
{
	return (double)r->values * 1e6 / (double)(r->elapsed_us > 0 ? r->elapsed_us : 1);
}

/* Before it is measured. *values 0: becomes as many as are chosen in about a second. */
static const char *warm_up(struct bench *b, unsigned *values)
{
	const unsigned outstanding = b->setting->outstanding;
	const char *why = run_load(b, *values > 0 ? 1 + *values / WARM_UP_SHARE
						  : TRIAL_VALUES + 2 * outstanding);

	if (why != NULL || *values > 0)
		return why;
	const double guess = per_second(&b->report);
	*values = guess < TRIAL_VALUES  ? TRIAL_VALUES
		  : guess > GUESSED_MAX ? GUESSED_MAX
					: (unsigned)guess;
	return NULL;
}

static struct bench_result result_of(const struct bench *b, const struct used *before,
				     const struct used *after)
{
	const struct load_report *r = &b->report;
	struct bench_result out = {
		.setting = *b->setting,
		.turns = 1,
		.values = r->values,
		.values_s = per_second(r),
		.p50_us = r->latency_p50_us,
		.p99_us = r->latency_p99_us,
		.p999_us = r->latency_p999_us,
		.max_us = r->latency_max_us,
	};
	const double all = (double)(after->all - before->all);
	double ours = (double)(after->own - before->own);

	out.least_s = out.most_s = out.values_s;
	for (unsigned id = 1; id <= b->setting->nodes; id++) {
		const double ns = (double)(after->node[id] - before->node[id]);

		out.cpu_percent[id] = ns / 10.0 / (double)(r->elapsed_us > 0 ? r->elapsed_us : 1);
		ours += ns;
	}
	if (after->there > before->there && all > ours)
		out.others_percent = 100.0 * (all - ours) / (double)(after->there - before->there);
	return out;
}

static int measure(struct bench *b, unsigned values, struct bench_result *out)
{
	struct used before, after;

	if (!know_pids(b))
		return drive_interrupted() ? EXIT_INTERRUPTED : fail("not every node answers");
	const char *why = warm_up(b, &values);
	read_used(b, &before);
	if (why == NULL)
		why = run_load(b, values);
	read_used(b, &after);
	if (drive_interrupted())
		return EXIT_INTERRUPTED;
	if (why != NULL)
		return fail(why);
	*out = result_of(b, &before, &after);
	return EXIT_PASS;
}

int bench_run(const struct bench_setting *setting, const char *keep, unsigned values,
	      struct bench_result *out)
{
	struct bench b = {.setting = setting};
	const struct live_options live = {
		.nodes = (uint8_t)setting->nodes,
		.mode = setting->multi ? MODE_MULTI : MODE_SINGLE,
		.memory_store = strcmp(setting->store, "memory") == 0,
		.keep = keep,
		.clock = {.num = 1, .den = 0},
		.owned = true,
		.gives_up = drive_interrupted,
		.policy = setting->policy,
	};

	if (live_start(&live, &b.cluster) != STATUS_OK)
		return drive_interrupted() ? EXIT_INTERRUPTED : fail(status_text());
	const int code = measure(&b, values, out);
	b.cluster->ops->close(b.cluster);
	return code;
}
