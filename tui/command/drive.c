#include "tui/command/drive.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/io/clock.h"
#include "proto/model/base/query.h"
#include "proto/model/fold/fold.h"
#include "tui/option/options.h"

#define HEAR_US 2000000 /* how long a node may take to say something; then it is silent */
#define LOOK_US 100000

static volatile sig_atomic_t interrupted;

static void on_signal(int signal)
{
	(void)signal;
	interrupted = 1;
}

static void end_on_signal(int signal)
{
	(void)signal;
	_exit(EXIT_INTERRUPTED);
}

static void catch (void (*handler)(int signal))
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = handler};
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaction(signals[i], &action, NULL);
}

void drive_note_signals(void)
{
	catch (on_signal);
}

void drive_catch_signals(void)
{
	drive_note_signals();
	signal(SIGPIPE, SIG_IGN);
}

void drive_end_on_signals(void)
{
	catch (end_on_signal);
}

bool drive_interrupted(void)
{
	return interrupted != 0;
}

static time_us drive_now(const struct drive *d)
{
	return real_time_us() + d->passed_over_us;
}

/* Until the cluster has something to say, at most `most_us`. A simulated one has said all that it
 * will say by then: there real time is not waited for, but passed over. */
static void sleep_on(struct drive *d, uint64_t most_us)
{
	const struct cluster_ops *ops = d->cluster->ops;
	int fd = ops->fd(d->cluster);
	uint64_t runner_us = runner_patience(d->runner, drive_now(d));
	if (fd < 0) {
		d->passed_over_us += lower_of(runner_us, most_us);
		return;
	}
	uint64_t wait_us = ops->patience(d->cluster, drive_now(d));
	struct pollfd p = {.fd = fd, .events = POLLIN};
	struct timespec space;
	if (wait_us > most_us)
		wait_us = most_us;
	if (wait_us > runner_us)
		wait_us = runner_us;
	ppoll(&p, 1, wait_timespec(wait_us, &space), NULL);
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
	uint64_t begin = drive_now(d), now = begin;
	pump_init(&d->pump, d->runner, begin);
	cluster->ops->refresh(cluster);
	while (!d->pump.over && !interrupted && now < begin + HEAR_US) {
		pump_run(&d->pump, now);
		if (model_has_heard_all(d->model))
			break;
		if (!d->pump.more)
			sleep_on(d, LOOK_US);
		now = drive_now(d);
		if (d->info.kind == CLUSTER_SIMULATED)
			break;
	}
	return true;
}

bool drive_command(struct drive *d, const struct command *command)
{
	if (!runner_give(d->runner, command))
		return false;
	while (pump_run(&d->pump, drive_now(d)) != RUNNER_READY) {
		if (d->pump.over || interrupted)
			return false;
		if (!d->pump.more)
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
