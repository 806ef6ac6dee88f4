#include "node/prove/fork.h"

#include <stdlib.h>

#include "node/prove/fork_live.h"

struct fork {
	struct fork_point point;
	struct reader *reader;  /* NULL: `live` has it */
	struct resim *again;    /* a simulation, */
	struct fork_live *live; /* or processes */
	uint64_t events;
};

enum status fork_open(const struct fork_point *point, struct fork **out)
{
	struct fork *f = calloc(1, sizeof(*f));
	enum status status;

	*out = NULL;
	if (f == NULL)
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	f->point = *point;
	status = reader_open(point->path, &f->reader);
	if (status == STATUS_OK)
		f->events = reader_events(f->reader, point->moment);
	if (status == STATUS_OK && reader_kind(f->reader) == CLUSTER_SIMULATED) {
		status = resim_open(f->reader, &f->again);
	} else if (status == STATUS_OK) {
		status = fork_live_open(f->reader, point, &f->live);
		f->reader = NULL;
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
	enum status status;

	if (f->live != NULL)
		return fork_live_relive(f->live, watcher);
	resim_watch(f->again, watcher);
	status = resim_go(f->again, f->events);
	if (status == STATUS_OK && f->point.is_now)
		status = resim_go_on(f->again, f->point.now);
	resim_leave(f->again);
	resim_watch(f->again, &(struct resim_watcher){.user = NULL});
	return status;
}

bool fork_is_of_processes(const struct fork *f)
{
	return f->live != NULL;
}

unsigned fork_flights(const struct fork *f)
{
	return f->live != NULL ? fork_live_flights(f->live) : 0;
}

uint64_t fork_events(const struct fork *f)
{
	return f->events;
}
