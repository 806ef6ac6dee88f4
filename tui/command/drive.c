#include "tui/command/drive.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "node/io/clock.h"

#define HEAR_US 1000000 /* how long a node that is up may take to say so */
#define LOOK_US 100000

static volatile sig_atomic_t interrupted;

static void on_signal(int signal)
{
	(void)signal;
	interrupted = 1;
}

void drive_catch_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = on_signal};
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaction(signals[i], &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

bool drive_interrupted(void)
{
	return interrupted != 0;
}

/* Until the cluster has something to say, at most `most_us`. */
static void sleep_on(const struct drive *d, uint64_t most_us)
{
	const struct cluster_ops *ops = d->cluster->ops;
	int fd = ops->fd(d->cluster);
	if (fd < 0)
		return;
	uint64_t wait_us = ops->patience(d->cluster, real_time_us());
	uint64_t runner_us = runner_patience(d->runner, real_time_us());
	struct pollfd p = {.fd = fd, .events = POLLIN};
	struct timespec space;
	if (wait_us > most_us)
		wait_us = most_us;
	if (wait_us > runner_us)
		wait_us = runner_us;
	ppoll(&p, 1, wait_timespec(wait_us, &space), NULL);
}

static bool heard_all(const struct model *m)
{
	for (unsigned id = 1; id <= m->nodes; id++)
		if (m->node[id].life == LIFE_UNKNOWN ||
		    (m->node[id].life == LIFE_UP && m->node[id].snapshots == 0))
			return false;
	return true;
}

/* Who says nothing is down, says who watches. */
static void take_for_down(struct model *m)
{
	for (unsigned id = 1; id <= m->nodes; id++) {
		struct event e = {.kind = EVENT_CRASHED, .node = (node_id)id, .at = m->now};
		if (m->node[id].life == LIFE_UNKNOWN)
			model_event(m, &e);
	}
}

bool drive_begin(struct drive *d, struct cluster *cluster,
		 void (*tell)(void *user, const struct report *report), void *user)
{
	*d = (struct drive){.cluster = cluster};
	cluster->ops->info(cluster, &d->info);
	d->model = malloc(model_size());
	d->runner = malloc(sizeof *d->runner);
	if (d->model == NULL || d->runner == NULL) {
		drive_end(d);
		return false;
	}
	model_begin(d->model, cluster->values, &d->info);
	runner_init(d->runner, cluster, d->model, tell, user);
	bool over = false;
	uint64_t begin = real_time_us(), now = begin;
	cluster->ops->refresh(cluster);
	while (!over && !interrupted && now < begin + HEAR_US) {
		runner_pump(d->runner, now, &over);
		if (heard_all(d->model))
			break;
		sleep_on(d, LOOK_US);
		now = real_time_us();
		if (d->info.kind == CLUSTER_SIMULATED)
			break;
	}
	take_for_down(d->model);
	return true;
}

bool drive_command(struct drive *d, const struct command *command)
{
	bool over = false;
	if (!runner_give(d->runner, command))
		return false;
	while (runner_pump(d->runner, real_time_us(), &over) != RUNNER_READY) {
		if (over || interrupted)
			return false;
		sleep_on(d, LOOK_US);
	}
	return true;
}

void drive_end(struct drive *d)
{
	free(d->model);
	free(d->runner);
	*d = (struct drive){0};
}
