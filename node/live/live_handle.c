#include "node/io/live_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "node/io/clock.h"
#include "node/io/keys.h"

/* Values that a watcher knows: short ones, for long values travel shortened. */
#define VALUES_COUNT 65536
#define VALUES_BYTES ((size_t)4 * 1024 * 1024)

/* How long an endpoint may take to tell its roster. */
#define ROSTER_US 5000000

static void live_info(const struct cluster *c, struct cluster_info *out)
{
	const struct live *l = (const struct live *)c;
	*out = (struct cluster_info){
		.kind = l->kind,
		.nodes = l->roster.nodes,
		.can_act = l->can_act,
		.why_not = l->why_not,
		.epoch = live_epoch(l),
		.mode = l->roster.mode == MODE_MULTI ? MODE_MULTI : MODE_SINGLE,
		.quorum = l->roster.quorum,
		.policy = l->roster.policy,
	};
	snprintf(out->name, sizeof(out->name), "%s", l->name);
}

/* Everybody has ended in order: the cluster was taken down. (Who was killed leaves its pid file.)
 */
static bool is_gone(const struct live *l)
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
	if (is_gone(l))
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
	uint64_t next_us = WAIT_FOREVER;
	for (unsigned i = 0; i < l->pendings; i++)
		if (l->pending[i].send_us < next_us)
			next_us = l->pending[i].send_us;
	for (node_id id = 1; id <= l->roster.nodes; id++)
		if (l->node[id].ask_us != 0 && l->node[id].ask_us < next_us)
			next_us = l->node[id].ask_us;
	if (next_us == WAIT_FOREVER)
		return WAIT_FOREVER;
	return next_us > real_us ? next_us - real_us : 0;
}

static void live_close(struct cluster *c)
{
	struct live *l = live_of(c);
	if (l->kind == CLUSTER_LIVE) {
		struct process process[NODES_MAX];
		for (unsigned i = 0; i < NODES_MAX; i++) {
			process[i] = l->node[i + 1].process;
			l->node[i + 1].process = PROCESS_NONE;
		}
		process_end_all(process, NODES_MAX);
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
	.process = live_process,
	.refresh = live_refresh,
	.fd = live_fd,
	.patience = live_patience,
	.close = live_close,
};

static bool watch_bus(struct live *l)
{
	struct epoll_event wait = {.events = EPOLLIN};
	return epoll_ctl(l->epoll, EPOLL_CTL_ADD, l->bus.ready, &wait) == 0;
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

void live_free(struct live *l)
{
	for (node_id id = 1; id <= NODES_MAX; id++)
		process_release(&l->node[id].process);
	live_drop_pending(l);
	bus_close(&l->bus);
	const int descriptors[] = {l->epoll, l->alive, l->lock};
	for (unsigned i = 0; i < 3; i++)
		if (descriptors[i] >= 0)
			close(descriptors[i]);
	secret_key_wipe(&l->operator_secret);
	free(l->event);
	free(l->values_memory);
	free(l);
}

void live_leave(struct cluster *c)
{
	live_free(live_of(c));
}

static void name_it(struct live *l)
{
	const char *slash = strrchr(l->dir, '/');
	const char *from = l->dir[0] == '\0' ? l->roster.node[1].control
			   : slash != NULL   ? slash + 1
					     : l->dir;
	snprintf(l->name, sizeof(l->name), "%.63s", from);
}

enum status live_connect(struct live *l, const struct roster *roster)
{
	enum status status = STATUS_OK;
	l->roster = *roster;
	l->context = wire_context_of(roster);
	l->clock = roster->clock;
	name_it(l);
	for (node_id id = 1; id <= roster->nodes && status == STATUS_OK; id++) {
		struct live_node *node = &l->node[id];
		l->keys[id] = roster->node[id].key;
		if (l->dir[0] != '\0' && strncmp(roster->node[id].control, "ipc://", 6) == 0)
			snprintf(node->dir, sizeof(node->dir), "%.480s/n%u", l->dir, id);
		status = bus_connect(&l->bus, roster->node[id].control, &node->connection);
		if (node->dir[0] != '\0' && node->process.fd < 0)
			live_track(l, id);
		live_ask(l, id);
	}
	return status;
}

/* Who has the operator's key may act. */
static void take_operator_key(struct live *l, bool read_only)
{
	char path[PATH_BYTES];
	l->can_act = false;
	if (read_only) {
		l->why_not = "this is a read-only view (--read-only)";
	} else if (l->dir[0] == '\0') {
		l->why_not =
			"it was attached by an endpoint: acting needs the cluster's directory, "
			"where the operator's key is";
	} else if (path_join(l->dir, "operator.key", path) != STATUS_OK || !file_exists(path) ||
		   key_load(path, &l->operator_key, &l->operator_secret) != STATUS_OK) {
		l->why_not = "the operator's key of this cluster is not here, or cannot be read";
	} else if (memcmp(&l->operator_key, &l->roster.operator_key, sizeof(l->operator_key)) !=
		   0) {
		l->why_not = "the key in operator.key is not this cluster's operator's";
	} else {
		l->can_act = true;
		l->why_not = NULL;
	}
}

static enum status read_roster(const char *dir, struct roster *roster)
{
	static uint8_t bytes[CONTROL_FRAME_BYTES_MAX];
	char path[PATH_BYTES];
	size_t length = 0;
	enum status status = path_join(dir, "roster", path);
	if (status == STATUS_OK && !file_exists(path))
		return status_fail(STATUS_UNAVAILABLE, "there is no cluster in %s", dir);
	if (status == STATUS_OK)
		status = file_read(path, sizeof(bytes), bytes, &length);
	if (status != STATUS_OK)
		return status;
	const enum drop why = roster_decode(bytes, length, &crypto_ed25519, NULL, roster);
	if (why != DROP_NOTHING)
		return status_fail(STATUS_CORRUPT, "the roster %s cannot be trusted: %s", path,
				   drop_words(why));
	return STATUS_OK;
}

/* Asks one node who else there is. */
static enum status ask_roster(const char *endpoint, struct roster *roster)
{
	struct bus bus;
	uint8_t query[64];
	const size_t length =
		query_encode(&wire_context_nobody, UINT32_MAX, QUERY_ROSTER, query, sizeof(query));
	enum status status = bus_check_endpoint(endpoint);
	if (status == STATUS_OK)
		status = bus_open(CONTROL_FRAME_BYTES_MAX, &bus);
	if (status != STATUS_OK)
		return status;
	status = bus_connect(&bus, endpoint, NULL);
	bool found = false;
	const uint64_t until = real_time_us() + ROSTER_US;
	while (status == STATUS_OK && !found && real_time_us() < until) {
		struct bus_message message;
		bus_send(&bus, query, length);
		bus_wait(&bus, 20000);
		while (!found && bus_receive(&bus, &message)) {
			found = roster_decode(message.bytes, message.length, &crypto_ed25519, NULL,
					      roster) == DROP_NOTHING;
			bus_release(&message);
		}
	}
	bus_close(&bus);
	if (status == STATUS_OK && !found)
		status = status_fail(STATUS_UNAVAILABLE, "no node answers at %s", endpoint);
	return status;
}

/* ipc://DIR/nX/control: the directory is known after all. */
static void find_dir(const char *endpoint, char dir[PATH_BYTES])
{
	char path[PATH_BYTES];
	dir[0] = '\0';
	if (strncmp(endpoint, "ipc://", 6) != 0 || strlen(endpoint) >= PATH_BYTES)
		return;
	snprintf(path, sizeof(path), "%s", endpoint + 6);
	for (unsigned up = 0; up < 2; up++) {
		char *slash = strrchr(path, '/');
		if (slash == NULL || slash == path)
			return;
		*slash = '\0';
	}
	char roster[PATH_BYTES];
	if (path_join(path, "roster", roster) == STATUS_OK && file_exists(roster))
		snprintf(dir, PATH_BYTES, "%s", path);
}

enum status live_attach(const char *where, bool read_only, struct cluster **out)
{
	struct live *l;
	static struct roster roster;
	*out = NULL;
	enum status status = live_make(CLUSTER_ATTACHED, &l);
	if (status != STATUS_OK)
		return status;
	if (strstr(where, "://") != NULL) {
		status = ask_roster(where, &roster);
		find_dir(where, l->dir);
	} else {
		status = dir_find(where, l->dir);
		if (status == STATUS_OK)
			status = read_roster(l->dir, &roster);
	}
	if (status == STATUS_OK)
		status = live_connect(l, &roster);
	/* Nodes that were killed can be restarted one by one; a cluster that was taken down cannot.
	 */
	if (status == STATUS_OK && is_gone(l))
		status = status_fail(STATUS_UNAVAILABLE,
				     "the cluster in %s is down; 'paxos-tui up %s' starts it again",
				     l->dir, l->dir);
	if (status != STATUS_OK) {
		live_free(l);
		return status;
	}
	take_operator_key(l, read_only);
	*out = &l->cluster;
	return STATUS_OK;
}

const struct roster *live_roster(const struct cluster *c)
{
	return c->ops == &ops ? &((const struct live *)c)->roster : NULL;
}

const struct load_report *live_load(const struct cluster *c, node_id node)
{
	const struct live *l = (const struct live *)c;
	if (c->ops != &ops || node > NODES_MAX || !l->node[node].has_load)
		return NULL;
	return &l->node[node].load;
}
