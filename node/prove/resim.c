#include "node/prove/resim.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "node/record/given.h"

struct resim {
	struct given_list given;
	unsigned next; /* row that is to be done */
	uint64_t events;
	struct resim_watcher watcher; /* item NULL: there is none */
	void *memory;
	size_t bytes;
	struct cluster *cluster;
	bool is_lent;
	const struct cluster *simulated; /* that cluster, or the one that it tells of */
};

static enum status load_given(struct resim *r, struct reader *reader)
{
	struct cluster_info info;

	reader_info(reader, &info);
	return given_load(reader_path(reader), &info, &r->given);
}

enum status resim_over(struct reader *reader, struct cluster *c, const struct cluster *simulated,
		       uint64_t events, struct resim **out)
{
	struct resim *r = calloc(1, sizeof(*r));
	enum status status = r == NULL ? status_fail(STATUS_UNAVAILABLE, "not enough memory")
				       : load_given(r, reader);

	*out = NULL;
	if (status != STATUS_OK) {
		free(r);
		return status;
	}
	r->cluster = c;
	r->is_lent = true;
	r->simulated = simulated;
	r->events = events;
	/* How it was made, what it goes on from, and what was asked while its past was told. */
	r->next = 2;
	while (r->next < r->given.rows && r->given.row[r->next].events < events)
		r->next++;
	*out = r;
	return STATUS_OK;
}

enum status resim_open(struct reader *reader, struct resim **out)
{
	struct resim *r = calloc(1, sizeof(*r));
	enum status status = STATUS_OK;

	*out = r;
	if (r == NULL)
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	if (reader_kind(reader) != CLUSTER_SIMULATED)
		status = status_fail(STATUS_UNAVAILABLE,
				     "the recording %s is of real processes: they are run again "
				     "from their journals, not from a seed",
				     reader_path(reader));
	if (status == STATUS_OK)
		status = load_given(r, reader);
	if (status == STATUS_OK && r->given.has_base)
		status = status_fail(STATUS_UNAVAILABLE,
				     "the recording %s goes on from another one, of processes: a "
				     "fork runs it again (f), no seed does",
				     reader_path(reader));
	if (status == STATUS_OK) {
		r->bytes = sim_cluster_size(&r->given.options);
		r->memory = mmap(NULL, r->bytes, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (r->memory == MAP_FAILED) {
			r->memory = NULL;
			status = status_fail(STATUS_UNAVAILABLE, "not enough memory");
		}
	}
	if (status != STATUS_OK) {
		resim_close(r);
		*out = NULL;
		return status;
	}
	r->cluster = sim_cluster_init(r->memory, &r->given.options);
	r->simulated = r->cluster;
	r->next = 1;
	return STATUS_OK;
}

void resim_close(struct resim *r)
{
	if (r == NULL)
		return;
	if (r->cluster != NULL && !r->is_lent)
		r->cluster->ops->close(r->cluster);
	if (r->memory != NULL)
		munmap(r->memory, r->bytes);
	given_free(&r->given);
	free(r);
}

struct cluster *resim_cluster(struct resim *r)
{
	return r->cluster;
}

void resim_watch(struct resim *r, const struct resim_watcher *watcher)
{
	r->watcher = *watcher;
}

static void keep_room(struct resim *r)
{
	struct cluster *c = r->cluster;

	if (r->watcher.item != NULL) {
		r->watcher.make_room(r->watcher.user);
		return;
	}
	if (values_has_room(c->values, 4 * SNAPSHOT_SLOTS_MAX + SNAPSHOT_HELD_MAX, (size_t)1 << 20))
		return;
	values_unmark(c->values);
	values_sweep(c->values);
}

static void give(struct resim *r, const struct given_row *row)
{
	struct control control = row->control;

	switch (row->kind) {
	case GIVEN_CONTROL:
		(void)r->cluster->ops->control(r->cluster, &control);
		break;
	case GIVEN_PROCESS:
		(void)r->cluster->ops->process(r->cluster, row->node, row->act);
		break;
	case GIVEN_REFRESH:
		r->cluster->ops->refresh(r->cluster);
		break;
	case GIVEN_OPTIONS:
	case GIVEN_BASE:
		break;
	}
}

static enum item_kind astray(const struct resim *r, const char *what)
{
	status_fail(STATUS_CORRUPT,
		    "run again, the cluster %s after %llu events: it is not as "
		    "recorded, or another program recorded it",
		    what, (unsigned long long)r->events);
	return ITEM_END;
}

/* Snapshots and the like depend on who asks for them. */
static enum item_kind next_item(struct resim *r, time_us until, struct item *out)
{
	keep_room(r);
	const enum item_kind kind = r->cluster->ops->next(r->cluster, until, out);
	r->events += kind == ITEM_EVENT;
	if (r->watcher.item != NULL && kind != ITEM_NOTHING && kind != ITEM_END)
		r->watcher.item(r->watcher.user, out);
	return kind;
}

static bool is_there(const struct resim *r, const struct given_row *row)
{
	return r->events >= row->events && sim_cluster_steps(r->simulated) >= row->steps;
}

/* To the place in the run where something was done. ITEM_NOTHING: it is there; an event comes
 * before; ITEM_END. */
static enum item_kind to_place(struct resim *r, const struct given_row *row, struct item *out)
{
	enum item_kind kind;

	while (!is_there(r, row)) {
		const bool more = r->events < row->events;

		kind = next_item(r, row->at, out);
		if (kind == ITEM_EVENT)
			return more ? kind : astray(r, "tells more");
		if (kind == ITEM_NOTHING && !is_there(r, row))
			return astray(r, "has nothing to tell");
	}
	/* Time went on, and nothing happened. */
	while (r->cluster->ops->now(r->cluster, 0) < row->at) {
		kind = next_item(r, row->at, out);
		if (kind == ITEM_EVENT)
			return astray(r, "tells more");
		if (kind == ITEM_NOTHING)
			break;
	}
	if (sim_cluster_steps(r->simulated) != row->steps ||
	    r->cluster->ops->now(r->cluster, 0) != row->at)
		return astray(r, "is not where it was");
	return ITEM_NOTHING;
}

enum item_kind resim_next(struct resim *r, struct item *out)
{
	while (r->next < r->given.rows) {
		const struct given_row *row = &r->given.row[r->next];
		const enum item_kind kind = to_place(r, row, out);

		if (kind != ITEM_NOTHING)
			return kind;
		give(r, row);
		r->next++;
	}
	*out = (struct item){.kind = ITEM_NOTHING};
	return ITEM_NOTHING;
}

enum item_kind resim_more(struct resim *r, time_us until, struct item *out)
{
	enum item_kind kind;

	do {
		kind = next_item(r, until, out);
	} while (kind != ITEM_EVENT && kind != ITEM_NOTHING && kind != ITEM_END);
	return kind;
}

/* Later than anything happens. While time stands still in a cluster nothing happens at all. */
#define AT_LAST (UINT64_MAX / 2)

enum status resim_go(struct resim *r, uint64_t events)
{
	struct item item;

	while (r->events < events) {
		enum item_kind kind = resim_next(r, &item);

		if (kind == ITEM_NOTHING)
			kind = resim_more(r, AT_LAST, &item);
		if (kind == ITEM_NOTHING)
			kind = astray(r, "has nothing more to tell");
		if (kind == ITEM_END)
			return STATUS_CORRUPT;
	}
	return STATUS_OK;
}

enum status resim_go_on(struct resim *r, time_us until)
{
	struct item item;
	enum item_kind kind;

	do
		kind = resim_next(r, &item);
	while (kind == ITEM_EVENT);
	while (kind == ITEM_NOTHING && until > r->cluster->ops->now(r->cluster, 0))
		if (resim_more(r, until, &item) == ITEM_NOTHING)
			break;
	return kind == ITEM_END ? STATUS_CORRUPT : STATUS_OK;
}

void resim_leave(struct resim *r)
{
	r->next = r->given.rows;
}

uint64_t resim_events(const struct resim *r)
{
	return r->events;
}
