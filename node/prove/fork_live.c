#include "node/prove/fork_live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "node/prove/fork_scan.h"
#include "node/prove/place.h"
#include "node/prove/rerun.h"
#include "proto/fault/link.h"
#include "proto/sim/sim_adopt.h"

struct fork_live {
	struct cluster cluster; /* first: the handle that the user has */
	struct reader *reader;
	const struct model *model;           /* what was shown */
	struct cluster *under;               /* the simulated one */
	char dir[NODES_MAX + 1][PATH_BYTES]; /* of the nodes */
	void *memory;
	size_t bytes;
	uint64_t left; /* items that were recorded, to be told first */
	time_us then;  /* of the last of them */
	struct lane {
		struct fork_live *fork;
		node_id id;
		struct rerun *run; /* its memory is the member's */
		bool lives;
	} lane[NODES_MAX + 1];
	struct bytes {
		uint8_t *at;
		size_t length;
	} * flight; /* the frames that were on their way */
	unsigned flights;
};

static struct fork_live *fork_of(const struct cluster *c)
{
	return (struct fork_live *)(uintptr_t)c;
}

/* --- the cluster ----------------------------------------------------------------------------- */

static void live_info(const struct cluster *c, struct cluster_info *out)
{
	const struct fork_live *f = fork_of(c);
	struct cluster_info was;

	f->under->ops->info(f->under, out);
	reader_info(f->reader, &was);
	snprintf(out->name, sizeof(out->name), "fork of %.50s", was.name);
	out->quorum = was.quorum;
}

static enum item_kind live_next(struct cluster *c, time_us until, struct item *out)
{
	struct fork_live *f = fork_of(c);
	struct reader_tick tick;

	if (f->left == 0)
		return f->under->ops->next(f->under, until, out);
	f->left--;
	const enum item_kind kind = reader_next(f->reader, c->values, out, &tick);
	if (kind == ITEM_EVENT)
		f->then = higher_of(f->then, out->event->at);
	return kind;
}

static time_us live_now(const struct cluster *c, time_us real_us)
{
	const struct fork_live *f = fork_of(c);

	return f->left > 0 ? f->then : f->under->ops->now(f->under, real_us);
}

static bool said(struct fork_live *f, bool done)
{
	if (!done)
		memcpy(f->cluster.why, f->under->why, sizeof(f->cluster.why));
	return done;
}

static bool live_control(struct cluster *c, struct control *control)
{
	struct fork_live *f = fork_of(c);

	return said(f, f->under->ops->control(f->under, control));
}

static bool live_process(struct cluster *c, node_id node, enum process_act act)
{
	struct fork_live *f = fork_of(c);

	return said(f, f->under->ops->process(f->under, node, act));
}

static void live_refresh(struct cluster *c)
{
	struct fork_live *f = fork_of(c);

	f->under->ops->refresh(f->under);
}

static int live_fd(const struct cluster *c)
{
	return fork_of(c)->under->ops->fd(fork_of(c)->under);
}

static time_us live_patience(const struct cluster *c, time_us real_us)
{
	return fork_of(c)->under->ops->patience(fork_of(c)->under, real_us);
}

/* fork_live_close ends it. */
static void live_close(struct cluster *c)
{
	(void)c;
}

static bool live_away(struct cluster *c, node_id node, struct away *out)
{
	return fork_of(c)->under->ops->away(fork_of(c)->under, node, out);
}

static const struct cluster_ops ops = {
	.info = live_info,
	.next = live_next,
	.now = live_now,
	.control = live_control,
	.process = live_process,
	.refresh = live_refresh,
	.fd = live_fd,
	.patience = live_patience,
	.close = live_close,
	.away = live_away,
};

/* --- members --------------------------------------------------------------------------------- */

static void hear(void *user, const struct member_input *in)
{
	struct lane *lane = user;
	struct cluster *c = lane->fork->under;

	/* The life before has ended. */
	if (in->kind == IN_CONFIG && lane->lives)
		sim_cluster_adopt_crash(c, lane->id);
	if (in->kind == IN_CONFIG)
		lane->lives = false;
	if (in->kind == IN_ORDER)
		sim_cluster_adopt_order(c, in->control);
}

/* Of a frame that is on its way nothing but its bytes is left. */
static bool keep_frames(struct lane *lane, const struct scan *scan, uint64_t output)
{
	const struct member_output *out = rerun_output(lane->run);

	for (unsigned i = 0; i < scan_flights(scan); i++) {
		const struct scan_flight *flight = scan_flight(scan, i);
		struct bytes *bytes = &lane->fork->flight[i];

		if (flight->from != lane->id || flight->output != output)
			continue;
		bytes->length = out->frame[flight->frame].length;
		bytes->at = malloc(bytes->length);
		if (bytes->at == NULL)
			return false;
		memcpy(bytes->at, out->frame[flight->frame].bytes, bytes->length);
	}
	return true;
}

static void tell_unheard(struct lane *lane)
{
	const struct member_output *out = rerun_output(lane->run);
	const struct model_node *known = &lane->fork->model->node[lane->id];

	for (unsigned i = 0; i < out->events; i++) {
		const struct event *e = &out->event[i];

		if (e->boot > known->boot || (e->boot == known->boot && e->seq > known->seq))
			sim_cluster_adopt_event(lane->fork->under, e);
	}
}

static enum status take_output(struct lane *lane, const struct scan *scan, uint64_t output)
{
	struct cluster *c = lane->fork->under;

	if (!lane->lives)
		sim_cluster_adopt(c, lane->id, rerun_member(lane->run), rerun_memory(lane->run),
				  rerun_config(lane->run));
	lane->lives = true;
	if (!scan_is_carried_out(scan, lane->id, output))
		return STATUS_OK;
	sim_cluster_adopt_output(c, lane->id, rerun_output(lane->run));
	tell_unheard(lane);
	return keep_frames(lane, scan, output)
		       ? STATUS_OK
		       : status_fail(STATUS_UNAVAILABLE, "not enough memory");
}

static enum status run_again(struct fork_live *f, node_id id, const char *dir,
			     const struct scan *scan)
{
	const struct scan_cut *cut = scan_cut(scan, id);
	struct lane *lane = &f->lane[id];
	enum status status = rerun_open(dir, &lane->run);

	lane->fork = f;
	lane->id = id;
	if (status != STATUS_OK)
		return status;
	rerun_hear(lane->run, hear, lane);
	for (uint64_t i = 0; i <= cut->output && status == STATUS_OK; i++)
		status = rerun_next(lane->run) == RERUN_OUTPUT
				 ? take_output(lane, scan, i)
				 : status_fail(STATUS_CORRUPT,
					       "the journal of n%u has changed meanwhile", id);
	if (status != STATUS_OK)
		return status;
	/* What its store held before, nobody knows: it could not be restarted. */
	if (rerun_missing(lane->run) != NULL)
		return status_fail(STATUS_UNAVAILABLE, "%s", rerun_missing(lane->run));
	rerun_settle(lane->run);
	if (!cut->up)
		sim_cluster_adopt_crash(f->under, id);
	return STATUS_OK;
}

static void bring_flights(struct fork_live *f, const struct scan *scan)
{
	for (; f->flights < scan_flights(scan); f->flights++)
		sim_cluster_bring(f->under, scan_flight(scan, f->flights)->to,
				  f->flight[f->flights].at, f->flight[f->flights].length);
	for (unsigned i = 0; i < scan_flights(scan); i++)
		free(f->flight[i].at);
	free(f->flight);
	f->flight = NULL;
}

static enum status make_cluster(struct fork_live *f)
{
	struct cluster_info info;

	reader_info(f->reader, &info);
	const struct sim_cluster_options options = {.nodes = info.nodes,
						    .mode = info.mode,
						    .clock = f->model->clock,
						    .link = link_rule_default(),
						    .policy = info.policy};
	f->bytes = sim_cluster_size(&options);
	f->memory = mmap(NULL, f->bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (f->memory == MAP_FAILED) {
		f->memory = NULL;
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	}
	f->under = sim_cluster_empty(f->memory, &options);
	f->cluster.ops = &ops;
	f->cluster.values = f->under->values;
	return STATUS_OK;
}

static enum status adopt_all(struct fork_live *f, char dir[NODES_MAX + 1][PATH_BYTES],
			     const struct scan *scan)
{
	enum status status = STATUS_OK;
	node_set stopped = 0;
	time_us latest = 0;

	f->flight = calloc(scan_flights(scan) + 1, sizeof(*f->flight));
	if (f->flight == NULL)
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	for (node_id id = 1; id <= f->model->nodes && status == STATUS_OK; id++) {
		status = run_again(f, id, dir[id], scan);
		if (status != STATUS_OK)
			break;
		latest = higher_of(latest, rerun_now(f->lane[id].run));
		if (scan_cut(scan, id)->stopped)
			stopped |= set_of(id);
	}
	if (status != STATUS_OK)
		return status;
	sim_cluster_adopted(f->under, latest, stopped);
	bring_flights(f, scan);
	return STATUS_OK;
}

/* --- where they are -------------------------------------------------------------------------- */

static enum status find_journals(struct fork_live *f, char dir[NODES_MAX + 1][PATH_BYTES])
{
	struct rerun *run;

	for (node_id id = 1; id <= f->model->nodes; id++) {
		if (!place_of_node(f->reader, id, dir[id]))
			return status_fail(STATUS_UNAVAILABLE,
					   "n%u lives elsewhere, and so does its journal", id);
		const enum status status = rerun_open(dir[id], &run);

		if (status != STATUS_OK)
			return status;
		const bool same = memcmp(reader_identity(f->reader), rerun_head(run)->cluster,
					 sizeof(rerun_head(run)->cluster)) == 0 &&
				  rerun_head(run)->node == id;
		rerun_close(run);
		if (!same)
			return status_fail(STATUS_CORRUPT,
					   "the journal in %s is not that of n%u of this cluster",
					   dir[id], id);
	}
	return STATUS_OK;
}

/* A generator of values is no part of a member. */
static enum status refuse_loads(const struct model *m)
{
	for (node_id id = 1; id <= m->nodes; id++) {
		const struct model_load *load = &m->node[id].load;

		if (load->report.number != 0 && !load->report.done && !load->cut)
			return status_fail(STATUS_UNAVAILABLE,
					   "n%u carries a load, of which its journal has no more "
					   "than what came of it: fork before it or when it is "
					   "done",
					   id);
	}
	return STATUS_OK;
}

enum status fork_live_open(struct reader *reader, const struct fork_point *point,
			   struct fork_live **out)
{
	struct fork_live *f = calloc(1, sizeof(*f));
	struct scan *scan = NULL;
	enum status status;

	*out = NULL;
	if (f == NULL) {
		reader_close(reader);
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	}
	f->reader = reader;
	f->model = point->model;
	f->left = point->moment;
	reader_seek(reader, 0);
	status = refuse_loads(f->model);
	if (status == STATUS_OK)
		status = find_journals(f, f->dir);
	if (status == STATUS_OK)
		status = scan_open(f->dir, f->model, &scan);
	if (status == STATUS_OK)
		status = make_cluster(f);
	if (status == STATUS_OK)
		status = adopt_all(f, f->dir, scan);
	scan_close(scan);
	f->model = NULL;
	if (status != STATUS_OK) {
		fork_live_close(f);
		return status;
	}
	*out = f;
	return STATUS_OK;
}

void fork_live_close(struct fork_live *f)
{
	if (f == NULL)
		return;
	for (node_id id = 1; id <= NODES_MAX; id++)
		rerun_close(f->lane[id].run);
	free(f->flight);
	if (f->memory != NULL)
		munmap(f->memory, f->bytes);
	reader_close(f->reader);
	free(f);
}

struct cluster *fork_live_cluster(struct fork_live *f)
{
	return &f->cluster;
}

const struct cluster *fork_live_simulated(const struct fork_live *f)
{
	return f->under;
}

unsigned fork_live_flights(const struct fork_live *f)
{
	return f->flights;
}

enum status fork_live_relive(struct fork_live *f, const struct resim_watcher *watcher)
{
	struct item item;

	while (f->left > 0) {
		watcher->make_room(watcher->user);
		const enum item_kind kind = f->cluster.ops->next(&f->cluster, 0, &item);
		if (kind == ITEM_END || kind == ITEM_NOTHING)
			return STATUS_CORRUPT;
		watcher->item(watcher->user, &item);
	}
	return STATUS_OK;
}
