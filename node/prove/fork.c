#include "node/prove/fork.h"

#include <stdlib.h>

struct fork {
	struct fork_point point;
	struct reader *reader;
	struct resim *again;
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
		status = resim_open(f->reader, &f->again);
	if (status != STATUS_OK) {
		fork_close(f);
		return status;
	}
	f->events = reader_events(f->reader, point->moment);
	*out = f;
	return STATUS_OK;
}

void fork_close(struct fork *f)
{
	if (f == NULL)
		return;
	resim_close(f->again);
	reader_close(f->reader);
	free(f);
}

struct cluster *fork_cluster(struct fork *f)
{
	return resim_cluster(f->again);
}

enum status fork_relive(struct fork *f, const struct resim_watcher *watcher)
{
	enum status status;

	resim_watch(f->again, watcher);
	status = resim_go(f->again, f->events);
	if (status == STATUS_OK && f->point.is_now)
		status = resim_go_on(f->again, f->point.now);
	resim_leave(f->again);
	resim_watch(f->again, &(struct resim_watcher){.user = NULL});
	return status;
}

uint64_t fork_events(const struct fork *f)
{
	return f->events;
}
