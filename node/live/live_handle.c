#include "node/live/live_handle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "node/io/clock.h"
#include "node/live/live_act.h"
#include "node/live/live_ask.h"
#include "node/live/live_away.h"
#include "node/live/live_control.h"
#include "node/live/live_dir.h"
#include "node/live/live_event.h"
#include "node/live/live_feed.h"
#include "node/live/live_pending.h"
#include "node/live/live_process.h"
#include "proto/core/text.h"

/* Values that a watcher knows: short ones, for long values travel shortened. */
#define VALUES_COUNT 65536
#define VALUES_BYTES ((size_t)4 * 1024 * 1024)

static void live_info(const struct cluster *c, struct cluster_info *out)
{
	const struct live *l = (const struct live *)c;
	*out = (struct cluster_info){
		.kind = l->kind,
		.nodes = l->roster.nodes,
		.can_act = l->can_act,
		.why_not = l->why_not,
		.epoch = l->ordered_epoch > live_epoch(l) ? l->ordered_epoch : live_epoch(l),
		.mode = l->roster.mode == MODE_MULTI ? MODE_MULTI : MODE_SINGLE,
		.quorum = l->roster.quorum,
		.policy = l->ordered_epoch != 0 ? l->ordered_policy : l->roster.policy,
	};
	snprintf(out->name, sizeof(out->name), "%s", l->name);
}

/* A node that was killed leaves its pid file behind. */
bool live_is_gone(const struct live *l)
{
	if (l->kind != CLUSTER_ATTACHED)
		return false;
	for (node_id id = 1; id <= l->roster.nodes; id++) {
		char path[PATH_BYTES];
		if (!l->node[id].down || l->node[id].dir[0] == '\0' ||
		    path_join(l->node[id].dir, "pid", path) != STATUS_OK || file_exists(path))
			return false;
	}
	return true;
}

static bool take_one(struct live *l)
{
	struct bus_message message;
	if (!bus_receive(&l->bus, &message))
		return false;
	live_take_frame(l, message.bytes, message.length);
	bus_release(&message);
	return true;
}

static enum item_kind live_next(struct cluster *c, time_us until, struct item *out)
{
	struct live *l = live_of(c);
	(void)until;
	*out = (struct item){.kind = ITEM_NOTHING};
	for (;;) {
		if (l->events_given < l->events) {
			l->given = l->event[l->events_given++];
			out->kind = ITEM_EVENT;
			out->event = &l->given;
			return out->kind;
		}
		l->events = l->events_given = 0;
		if (l->has_snapshot) {
			l->has_snapshot = false;
			out->kind = ITEM_SNAPSHOT;
			out->snapshot = &l->snapshot;
			return out->kind;
		}
		if (l->has_proof) {
			l->has_proof = false;
			out->kind = ITEM_PROOF;
			out->proof = &l->proof;
			return out->kind;
		}
		if (l->has_load) {
			l->has_load = false;
			out->kind = ITEM_LOAD;
			out->load = &l->load;
			return out->kind;
		}
		if (take_one(l))
			continue;
		/* What a node said comes before its end. */
		live_check_processes(l);
		const uint64_t real_us = real_time_us();
		live_send_due(l, real_us);
		live_ask_due(l, real_us);
		if (l->events == 0)
			break;
	}
	if (live_is_gone(l))
		out->kind = ITEM_END;
	return out->kind;
}

static time_us live_now(const struct cluster *c, time_us real_us)
{
	return clock_at(&((const struct live *)c)->clock, real_us);
}

static void live_refresh(struct cluster *c)
{
	struct live *l = live_of(c);
	for (node_id id = 1; id <= l->roster.nodes; id++)
		live_ask(l, id);
	live_ask_due(l, real_time_us());
}

static int live_fd(const struct cluster *c)
{
	return ((const struct live *)c)->epoll;
}

static time_us live_patience(const struct cluster *c, time_us real_us)
{
	const struct live *l = (const struct live *)c;
	uint64_t next_us = live_ask_deadline(l);
	for (unsigned i = 0; i < l->pendings; i++)
		if (l->pending[i].send_us < next_us)
			next_us = l->pending[i].send_us;
	if (next_us == WAIT_FOREVER)
		return WAIT_FOREVER;
	return next_us > real_us ? next_us - real_us : 0;
}

static void end_processes(struct live *l)
{
	struct process process[NODES_MAX];
	for (unsigned i = 0; i < NODES_MAX; i++) {
		process[i] = l->node[i + 1].process;
		l->node[i + 1].process = PROCESS_NONE;
	}
	process_end_all(process, NODES_MAX);
}

static void live_close(struct cluster *c)
{
	struct live *l = live_of(c);
	if (l->kind == CLUSTER_LIVE) {
		end_processes(l);
		if (l->dir_is_private)
			dir_remove(l->dir);
		else if (l->dir[0] != '\0')
			live_tidy(l->dir);
	}
	live_free(l);
}

static const struct cluster_ops ops = {
	.info = live_info,
	.next = live_next,
	.now = live_now,
	.control = live_control,
	.process = live_process_act,
	.refresh = live_refresh,
	.fd = live_fd,
	.patience = live_patience,
	.close = live_close,
	.away = live_away,
};

static bool watch_bus(struct live *l)
{
	struct epoll_event wait = {.events = EPOLLIN};
	return epoll_ctl(l->epoll, EPOLL_CTL_ADD, l->bus.ready, &wait) == 0;
}

void live_free(struct live *l)
{
	for (node_id id = 1; id <= NODES_MAX; id++)
		process_release(&l->node[id].process);
	live_pending_forget_all(l);
	bus_close(&l->bus);
	const int descriptors[] = {l->epoll, l->alive, l->lock};
	for (unsigned i = 0; i < 3; i++)
		if (descriptors[i] >= 0)
			close(descriptors[i]);
	leash_close(&l->leash);
	secret_key_wipe(&l->operator_secret);
	free(l->event);
	free(l->values_memory);
	free(l);
}

enum status live_make(enum cluster_kind kind, struct live **out)
{
	struct live *l = calloc(1, sizeof(*l));
	*out = NULL;
	if (l == NULL)
		return status_fail(STATUS_UNAVAILABLE, "out of memory");
	l->cluster.ops = &ops;
	l->kind = kind;
	l->lock = l->alive = -1;
	l->leash = LEASH_NONE;
	l->bus = BUS_CLOSED;
	for (node_id id = 0; id <= NODES_MAX; id++)
		l->node[id].process = PROCESS_NONE;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->values_memory = calloc(1, values_size(VALUES_COUNT, VALUES_BYTES));
	if (l->values_memory != NULL)
		l->cluster.values = values_init(l->values_memory, VALUES_COUNT, VALUES_BYTES);
	enum status status = STATUS_OK;
	if (l->values_memory == NULL || l->epoll < 0)
		status = status_fail_errno(STATUS_UNAVAILABLE, "cannot watch a cluster");
	if (status == STATUS_OK)
		status = bus_open(CONTROL_FRAME_BYTES_MAX, &l->bus);
	if (status == STATUS_OK && !watch_bus(l))
		status = status_fail_errno(STATUS_UNAVAILABLE, "cannot watch a bus socket");
	if (status != STATUS_OK) {
		live_free(l);
		return status;
	}
	*out = l;
	return STATUS_OK;
}

void live_abandon(struct live *l)
{
	end_processes(l);
	if (l->dir_is_private)
		dir_remove(l->dir);
	else
		live_give_up_dir(l);
	live_free(l);
}

void live_leave(struct cluster *c)
{
	live_free(live_of(c));
}

static void name_cluster(struct live *l)
{
	const char *slash = strrchr(l->dir, '/');
	const char *from = l->dir[0] == '\0' ? l->roster.node[1].control
			   : slash != NULL   ? slash + 1
					     : l->dir;
	text_write(l->name, sizeof(l->name), "%s", from);
}

void live_connect(struct live *l, const struct roster *roster)
{
	l->roster = *roster;
	l->context = wire_context_of(roster);
	l->clock = roster->clock;
	name_cluster(l);
	for (node_id id = 1; id <= roster->nodes; id++) {
		struct live_node *node = &l->node[id];
		l->keys[id] = roster->node[id].key;
		if (l->dir[0] != '\0' && strncmp(roster->node[id].control, "ipc://", 6) == 0)
			snprintf(node->dir, sizeof(node->dir), "%.*s/n%u", DIR_BYTES, l->dir, id);
		/* A node to which there is no connection stays silent, and its silence is told. */
		bus_connect(&l->bus, roster->node[id].control, &node->connection);
		if (node->dir[0] != '\0' && node->process.fd < 0)
			live_track(l, id);
		live_ask(l, id);
	}
}

/* Also where a recorder has put its own operations before these. */
static bool is_live(const struct cluster *c)
{
	return c->ops->info == live_info;
}

const struct roster *live_roster(const struct cluster *c)
{
	return is_live(c) ? &((const struct live *)c)->roster : NULL;
}

const char *live_directory(const struct cluster *c)
{
	const struct live *l = (const struct live *)c;

	return is_live(c) && l->dir[0] != '\0' ? l->dir : NULL;
}

const struct load_report *live_load(const struct cluster *c, node_id node)
{
	const struct live *l = (const struct live *)c;
	if (!is_live(c) || node > NODES_MAX || !l->node[node].has_load)
		return NULL;
	return &l->node[node].load;
}
