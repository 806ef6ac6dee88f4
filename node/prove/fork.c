#include "node/prove/fork.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/prove/fork_live.h"
#include "node/record/timeline.h"

struct fork {
	struct fork_point point;
	struct reader *reader;  /* NULL: `live` has it */
	struct resim *again;    /* a simulation, */
	struct fork_live *live; /* or processes; both: what was made of them, in the simulator */
	struct given_base base; /* of processes: where they left off */
	uint64_t events;
};

static enum status go_to(struct timeline *line, uint64_t moment)
{
	bool failed = false;

	while (!timeline_go(line, moment, TIMELINE_STRIDE, &failed))
		if (failed || timeline_end(line) < moment)
			return failed ? STATUS_CORRUPT
				      : status_fail(STATUS_CORRUPT,
						    "the recording from which this one goes on has "
						    "only %llu items",
						    (unsigned long long)timeline_end(line));
	return STATUS_OK;
}

/* What goes on from processes was made of their journals: those run again, and then what was done.
 */
static enum status open_over(struct fork *f)
{
	struct timeline *line = NULL;
	struct reader *reader = NULL;
	struct fork_point there = {.path = f->base.path, .moment = f->base.moment};
	enum status status = timeline_open(there.path, &line);

	if (status == STATUS_OK)
		status = go_to(line, there.moment);
	if (status == STATUS_OK)
		status = reader_open(there.path, &reader);
	if (status == STATUS_OK) {
		const uint64_t events = reader_events(reader, there.moment);

		there.model = timeline_model(line);
		status = fork_live_open(reader, &there, &f->live);
		if (status == STATUS_OK)
			status = resim_over(f->reader, fork_live_cluster(f->live),
					    fork_live_simulated(f->live), events, &f->again);
	}
	timeline_close(line);
	return status;
}

static enum status open_simulation(struct fork *f)
{
	struct cluster_info info;
	struct given_list given;

	reader_info(f->reader, &info);
	const enum status status = given_load(reader_path(f->reader), &info, &given);

	if (status != STATUS_OK)
		return status;
	const bool has_base = given.has_base;
	f->base = given.base;
	given_free(&given);
	return has_base ? open_over(f) : resim_open(f->reader, &f->again);
}

static enum status open_processes(struct fork *f)
{
	char whole[PATH_MAX];

	if (realpath(f->point.path, whole) == NULL || strlen(whole) >= sizeof(f->base.path))
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot find %s", f->point.path);
	memcpy(f->base.path, whole, strlen(whole) + 1);
	f->base.moment = f->point.moment;
	const enum status status = fork_live_open(f->reader, &f->point, &f->live);

	f->reader = NULL;
	return status;
}

enum status fork_open(const struct fork_point *point, struct fork **out)
{
	struct fork *f = calloc(1, sizeof(*f));
	enum status status;

	*out = NULL;
	if (f == NULL)
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	f->point = *point;
	status = reader_open(point->path, &f->reader);
	if (status == STATUS_OK) {
		f->events = reader_events(f->reader, point->moment);
		status = reader_kind(f->reader) == CLUSTER_SIMULATED ? open_simulation(f)
								     : open_processes(f);
	}
	if (status != STATUS_OK) {
		fork_close(f);
		return status;
	}
	*out = f;
	return STATUS_OK;
}

void fork_close(struct fork *f)
{
	if (f == NULL)
		return;
	resim_close(f->again);
	fork_live_close(f->live);
	reader_close(f->reader);
	free(f);
}

struct cluster *fork_cluster(struct fork *f)
{
	return f->live != NULL ? fork_live_cluster(f->live) : resim_cluster(f->again);
}

enum status fork_relive(struct fork *f, const struct resim_watcher *watcher)
{
	enum status status = f->live != NULL ? fork_live_relive(f->live, watcher) : STATUS_OK;

	if (status != STATUS_OK || f->again == NULL)
		return status;
	resim_watch(f->again, watcher);
	status = resim_go(f->again, f->events);
	if (status == STATUS_OK && f->point.is_now)
		status = resim_go_on(f->again, f->point.now);
	resim_leave(f->again);
	resim_watch(f->again, &(struct resim_watcher){.user = NULL});
	return status;
}

const struct given_base *fork_base(const struct fork *f)
{
	return f->live != NULL ? &f->base : NULL;
}

const struct cluster *fork_simulated(const struct fork *f)
{
	return f->live != NULL ? fork_live_simulated(f->live) : NULL;
}

unsigned fork_flights(const struct fork *f)
{
	return f->live != NULL ? fork_live_flights(f->live) : 0;
}

uint64_t fork_events(const struct fork *f)
{
	return f->events;
}
