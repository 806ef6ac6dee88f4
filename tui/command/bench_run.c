#include "tui/command/bench_run.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "node/io/clock.h"
#include "node/live/live.h"
#include "proto/model/say/say.h"
#include "tui/command/drive.h"
#include "tui/option/defaults.h"

#define LOADER        1 /* the node that proposes */
#define LOOK_US       20000
#define SILENCE_US    UINT64_C(30000000)
#define READY_US      UINT64_C(5000000)
#define WARM_UP_SHARE 10
#define FEW_VALUES    10 /* with which warming up begins, and twice what is outstanding */
#define GUESSED_MIN   100
#define GUESSED_MAX   4000000

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

/* Waits until a load is done, as long as any of its values is chosen now and then. */
static const char *await_load(struct bench *b)
{
	uint64_t until = real_time_us() + SILENCE_US, values = 0;

	while (real_time_us() < until && !drive_interrupted()) {
		listen_a_while(b);
		const struct load_report *report = live_load(b->cluster, LOADER);
		if (report == NULL)
			continue;
		b->report = *report;
		if (report->done && report->lost > 0)
			return "the cluster gave up some of the values";
		if (report->done)
			return NULL;
		if (report->values != values)
			until = real_time_us() + SILENCE_US;
		values = report->values;
	}
	return drive_interrupted() ? "interrupted" : "the cluster chooses no more values";
}

/* One load, from the control to its report. NULL, or the sentence why not. */
static const char *run_load(struct bench *b, unsigned values, unsigned rate)
{
	struct control control = {
		.kind = CONTROL_LOAD,
		.to = set_of(LOADER),
		.count = values,
		.size_bytes = b->setting->size_bytes,
		.outstanding = b->setting->outstanding,
		.rate = rate,
		.batch = b->setting->batch,
	};

	b->report = (struct load_report){0};
	if (!b->cluster->ops->control(b->cluster, &control))
		return b->cluster->why;
	return await_load(b);
}

static double per_second(const struct load_report *r)
{
	return (double)r->values * 1e6 / (double)(r->elapsed_us > 0 ? r->elapsed_us : 1);
}

/* Before it is measured: nodes connect, one of them comes to lead, memory is touched. One value at
 * a time after another takes as long with a rate as without, so it is without. *values 0: becomes
 * as many as are chosen in about a second, or as arrive in one. */
static const char *warm_up(struct bench *b, unsigned *values, uint64_t *left_out)
{
	const uint64_t least = *values / WARM_UP_SHARE;
	uint64_t took_us = 0, next = FEW_VALUES + 2 * (uint64_t)b->setting->outstanding;
	const char *why = NULL;
	double guess = 0;

	*left_out = 0;
	while (why == NULL && (took_us < BENCH_WARM_UP_MS * UINT64_C(1000) || *left_out < least)) {
		why = run_load(b, (unsigned)next, 0);
		took_us += higher_of(b->report.elapsed_us, 1);
		*left_out += b->report.values;
		guess = per_second(&b->report);
		next = lower_of((uint64_t)(guess * BENCH_WARM_UP_MS / 1000), 8 * next);
		next = lower_of(higher_of(next, FEW_VALUES), LOAD_COUNT_MAX);
	}
	if (*values == 0 && b->setting->rate != 0)
		guess = b->setting->rate;
	if (*values == 0)
		*values = guess < GUESSED_MIN   ? GUESSED_MIN
			  : guess > GUESSED_MAX ? GUESSED_MAX
						: (unsigned)guess;
	return why;
}

static struct bench_result result_of(const struct bench *b, const struct used *before,
				     const struct used *after)
{
	const struct load_report *r = &b->report;
	struct bench_result out = {
		.setting = *b->setting,
		.turns = 1,
		.values = r->values,
		.slots = r->slots,
		.behind_us = r->behind_us,
		.is_behind = load_is_behind(r),
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
	uint64_t left_out;
	const char *why = warm_up(b, &values, &left_out);
	read_used(b, &before);
	if (why == NULL)
		why = run_load(b, values, b->setting->rate);
	read_used(b, &after);
	if (drive_interrupted())
		return EXIT_INTERRUPTED;
	if (why != NULL)
		return fail(why);
	*out = result_of(b, &before, &after);
	out->left_out = left_out;
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

	memset(out, 0, sizeof *out);
	if (live_start(&live, &b.cluster) != STATUS_OK)
		return drive_interrupted() ? EXIT_INTERRUPTED : fail(status_text());
	const int code = measure(&b, values, out);
	b.cluster->ops->close(b.cluster);
	return code;
}
