/* Starting a cluster of processes, bringing one back, ending one. */
#include "node/io/live_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/io/clock.h"
#include "node/io/coordinator.h"
#include "node/io/keys.h"

#define PRIVATE_PREFIX "paxos-tui"
#define TIMEOUT_US     10000000
#define NODES_USUAL    5

/* While nodes come up: how long to wait at most before looking again whether one has died. */
#define LOOK_US 20000

struct start {
	struct live *l;
	const struct live_options *options;
	struct coordinator coordinator;
	char endpoint[PATH_BYTES + 16];
	bool resumed;
	uint64_t until_us;
	node_set ready;
};

static void node_path(const char *dir, node_id id, const char *name, char out[PATH_BYTES])
{
	snprintf(out, PATH_BYTES, "%.460s/n%u%s%s", dir, id, name[0] == '\0' ? "" : "/", name);
}

static pid_t holder(const char *dir, node_id id)
{
	char path[PATH_BYTES];
	node_path(dir, id, "pid", path);
	return pid_holder(path);
}

static unsigned count_running(const char *dir)
{
	unsigned running = 0;
	for (node_id id = 1; id <= NODES_MAX; id++)
		running += holder(dir, id) != 0;
	return running;
}

void live_tidy(const char *dir)
{
	const char *of_node[] = {"pid", "data", "control"};
	char path[PATH_BYTES];
	struct stat is;
	for (node_id id = 1; id <= NODES_MAX; id++)
		for (unsigned i = 0; i < 3; i++) {
			node_path(dir, id, of_node[i], path);
			if (lstat(path, &is) == 0 && (i == 0 || S_ISSOCK(is.st_mode)))
				unlink(path);
		}
	if (path_join(dir, "alive", path) == STATUS_OK)
		unlink(path);
	if (path_join(dir, "coordinator", path) == STATUS_OK && lstat(path, &is) == 0 &&
	    S_ISSOCK(is.st_mode))
		unlink(path);
}

/* Private directories whose owner was killed: nobody else removes them. */
static void sweep(void)
{
	const char *base = dir_private_base();
	DIR *all = opendir(base);
	if (all == NULL)
		return;
	for (struct dirent *entry = readdir(all); entry != NULL; entry = readdir(all)) {
		char dir[PATH_BYTES], alive[PATH_BYTES];
		struct stat is;
		int lock = -1;
		if (strncmp(entry->d_name, PRIVATE_PREFIX ".", sizeof(PRIVATE_PREFIX)) != 0 ||
		    path_join(base, entry->d_name, dir) != STATUS_OK ||
		    path_join(dir, "alive", alive) != STATUS_OK || lstat(dir, &is) < 0 ||
		    !S_ISDIR(is.st_mode) || is.st_uid != geteuid() || !file_exists(alive))
			continue;
		/* An owner locks its directory before it makes `alive`. */
		if (dir_lock(dir, &lock) == STATUS_OK && lock >= 0) {
			if (count_running(dir) == 0)
				dir_remove(dir);
			close(lock);
		}
	}
	closedir(all);
}

static bool is_empty(const char *dir)
{
	DIR *all = opendir(dir);
	bool empty = true;
	if (all == NULL)
		return false;
	for (struct dirent *entry = readdir(all); entry != NULL; entry = readdir(all))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			empty = false;
	closedir(all);
	return empty;
}

/* A directory that is new, empty or a cluster's: what others keep somewhere is not ours to mix
 * with. */
static enum status check_dir(const char *dir)
{
	char key[PATH_BYTES];
	const enum status status = path_join(dir, "operator.key", key);
	if (status != STATUS_OK || !file_exists(dir) || file_exists(key) || is_empty(dir))
		return status;
	return status_fail(
		STATUS_USAGE,
		"%s exists, is not an empty directory and holds no cluster: choose another", dir);
}

static enum status take_dir(struct live *l, const struct live_options *options)
{
	enum status status;
	if (options->dir == NULL) {
		sweep();
		status = dir_make_private(PRIVATE_PREFIX, l->dir);
		l->dir_is_private = status == STATUS_OK;
	} else {
		status = check_dir(options->dir);
		if (status == STATUS_OK)
			status = dir_make(options->dir, l->dir);
	}
	if (status == STATUS_OK)
		status = dir_lock(l->dir, &l->lock);
	if (status == STATUS_OK && l->lock < 0)
		status = status_fail(STATUS_UNAVAILABLE, "%s is in use by another paxos-tui",
				     l->dir);
	const unsigned running = status == STATUS_OK ? count_running(l->dir) : 0;
	if (running > 0)
		status = status_fail(STATUS_UNAVAILABLE,
				     "%s is in use: %u node%s of its cluster run%s; 'paxos-tui "
				     "attach' looks at it, 'paxos-tui down' ends it",
				     l->dir, running, running == 1 ? "" : "s",
				     running == 1 ? "s" : "");
	if (status != STATUS_OK)
		return status;
	live_tidy(l->dir);
	char path[PATH_BYTES];
	status = path_join(l->dir, "alive", path);
	return status == STATUS_OK && l->owned ? fifo_own(path, &l->alive) : status;
}

static enum status take_key(struct live *l)
{
	char path[PATH_BYTES];
	enum status status = path_join(l->dir, "operator.key", path);
	if (status == STATUS_OK)
		status = key_load_or_make(path, &l->operator_key, &l->operator_secret);
	l->can_act = status == STATUS_OK;
	return status;
}

static enum status new_roster(const struct start *s, struct roster *roster)
{
	const struct live_options *o = s->options;
	const uint8_t nodes = o->nodes != 0 ? o->nodes : NODES_USUAL;
	*roster = (struct roster){
		.epoch = 1,
		.operator_key = s->l->operator_key,
		.nodes = nodes,
		.mode = (uint8_t)o->mode,
		.quorum = (uint8_t)(nodes / 2 + 1),
		.policy = o->policy,
		.clock = o->clock,
		.link = o->link,
	};
	if (nodes > NODES_MAX)
		return status_fail(STATUS_USAGE, "a cluster has 1 to %d nodes", NODES_MAX);
	random_fill(roster->cluster, sizeof(roster->cluster));
	roster->clock.real_us = real_time_us();
	roster->clock.virtual_us = 0;
	return STATUS_OK;
}

static enum status old_roster(struct start *s, const char *path, struct roster *roster)
{
	static uint8_t bytes[CONTROL_FRAME_BYTES_MAX];
	size_t length = 0;
	const enum status status = file_read(path, sizeof(bytes), bytes, &length);
	if (status != STATUS_OK)
		return status;
	const enum drop why =
		roster_decode(bytes, length, &crypto_ed25519, &s->l->operator_key, roster);
	if (why != DROP_NOTHING)
		return status_fail(STATUS_CORRUPT, "the roster %s cannot be trusted: %s", path,
				   drop_words(why));
	if (s->options->nodes != 0 && s->options->nodes != roster->nodes)
		return status_fail(
			STATUS_USAGE,
			"the cluster in %s has %u nodes, not %u: choose another directory",
			s->l->dir, roster->nodes, s->options->nodes);
	s->resumed = true;
	return STATUS_OK;
}

static enum status take_roster(struct start *s)
{
	char path[PATH_BYTES];
	struct roster roster;
	enum status status = path_join(s->l->dir, "roster", path);
	if (status == STATUS_OK)
		status = file_exists(path) ? old_roster(s, path, &roster) : new_roster(s, &roster);
	if (status != STATUS_OK)
		return status;
	char longest[PATH_BYTES + 16] = "ipc://";
	node_path(s->l->dir, roster.nodes, "control", longest + 6);
	if (s->options->listen == NULL)
		status = bus_check_endpoint(longest);
	snprintf(s->endpoint, sizeof(s->endpoint), "ipc://%.490s/coordinator", s->l->dir);
	if (status == STATUS_OK)
		status = coordinator_open(s->options->listen != NULL ? s->options->listen
								     : s->endpoint,
					  &roster, &s->coordinator);
	if (status == STATUS_OK && s->resumed)
		coordinator_resume(&s->coordinator);
	return status;
}

static enum status spawn_all(struct start *s)
{
	enum status status = STATUS_OK;
	const struct live_options *o = s->options;
	for (node_id id = 1; id <= s->coordinator.roster.nodes && status == STATUS_OK; id++) {
		struct live_node *node = &s->l->node[id];
		struct process process;
		char made[PATH_BYTES];
		node_path(s->l->dir, id, "", node->dir);
		status = dir_make(node->dir, made);
		if (status == STATUS_OK)
			status = live_spawn(s->l, id, s->endpoint, o->memory_store, &process);
		if (status == STATUS_OK)
			live_watch(s->l, id, &process);
	}
	return status;
}

static enum status check_alive(const struct start *s)
{
	for (node_id id = 1; id <= s->coordinator.roster.nodes; id++)
		if (s->l->node[id].process.fd >= 0 && process_ended(&s->l->node[id].process, 0))
			return live_why_ended(s->l, id);
	return STATUS_OK;
}

static enum status too_late(const struct start *s, node_set there, const char *what)
{
	char who[NODES_MAX * 5] = "";
	for (node_id id = 1; id <= s->coordinator.roster.nodes; id++) {
		const size_t used = strlen(who);
		if (!set_has(there, id))
			snprintf(who + used, sizeof(who) - used, " n%u", id);
	}
	return status_fail(STATUS_UNAVAILABLE, "%s in time:%s", what, who);
}

static enum status wait_for_joining(struct start *s)
{
	char path[PATH_BYTES];
	enum status status = path_join(s->l->dir, "roster", path);
	while (status == STATUS_OK && !coordinator_is_complete(&s->coordinator)) {
		bus_wait(&s->coordinator.bus, LOOK_US);
		coordinator_work(&s->coordinator);
		status = check_alive(s);
		if (status == STATUS_OK && real_time_us() > s->until_us &&
		    !coordinator_is_complete(&s->coordinator))
			status = too_late(s, s->coordinator.joined, "these nodes did not join");
	}
	if (status != STATUS_OK || s->resumed)
		return status;
	status = coordinator_sign(&s->coordinator, &s->l->operator_secret);
	/* Kept before it is told: a node never has a roster that its cluster does not know. */
	if (status == STATUS_OK)
		status = file_write(path, s->coordinator.frame, s->coordinator.frame_length);
	coordinator_tell(&s->coordinator);
	return status;
}

static enum status wait_for_answers(struct start *s)
{
	struct cluster *c = &s->l->cluster;
	enum status status = STATUS_OK;
	const node_set all = set_first(s->coordinator.roster.nodes);
	while (status == STATUS_OK && s->ready != all) {
		struct item item;
		while (status == STATUS_OK && c->ops->next(c, 0, &item) != ITEM_NOTHING) {
			if (item.kind == ITEM_SNAPSHOT)
				s->ready |= set_of(item.snapshot->node);
			else if (item.kind == ITEM_EVENT && item.event->kind == EVENT_CRASHED)
				status = live_why_ended(s->l, item.event->node);
		}
		if (status != STATUS_OK || s->ready == all)
			break;
		if (real_time_us() > s->until_us)
			status = too_late(s, s->ready, "these nodes did not answer");
		struct pollfd waits[2] = {
			{.fd = s->l->epoll, .events = POLLIN},
			{.fd = s->coordinator.bus.ready, .events = POLLIN},
		};
		struct timespec space;
		uint64_t wait_us = c->ops->patience(c, real_time_us());
		ppoll(waits, 2, wait_timespec(wait_us < LOOK_US ? wait_us : LOOK_US, &space), NULL);
		coordinator_work(&s->coordinator);
	}
	return status;
}

/* A cluster that comes back runs at the rate that is asked for now, from where its time stands. */
static void set_clock(struct start *s)
{
	struct live *l = s->l;
	const uint64_t real_us = real_time_us();
	struct control control = {
		.kind = CONTROL_CLOCK,
		.to = set_first(l->roster.nodes),
		.clock = {.real_us = real_us,
			  .virtual_us = clock_at(&l->clock, real_us),
			  .num = s->options->clock.num,
			  .den = s->options->clock.den},
	};
	if (control.clock.num != l->clock.num || control.clock.den != l->clock.den)
		live_control(&l->cluster, &control);
}

static enum status bring_up(struct start *s)
{
	enum status status = take_dir(s->l, s->options);
	if (status == STATUS_OK)
		status = take_key(s->l);
	if (status == STATUS_OK)
		status = take_roster(s);
	if (status == STATUS_OK && s->options->listen == NULL)
		status = spawn_all(s);
	if (status == STATUS_OK)
		status = wait_for_joining(s);
	if (status == STATUS_OK)
		status = live_connect(s->l, &s->coordinator.roster);
	if (status == STATUS_OK)
		status = wait_for_answers(s);
	if (status == STATUS_OK && s->resumed)
		set_clock(s);
	return status;
}

enum status live_start(const struct live_options *options, struct cluster **out)
{
	struct start *s = calloc(1, sizeof(*s));
	*out = NULL;
	if (s == NULL)
		return status_fail(STATUS_UNAVAILABLE, "out of memory");
	s->options = options;
	s->coordinator.bus = BUS_CLOSED;
	s->until_us =
		real_time_us() + (options->timeout_us != 0 ? options->timeout_us : TIMEOUT_US);
	enum status status = live_make(CLUSTER_LIVE, &s->l);
	if (status != STATUS_OK) {
		free(s);
		return status;
	}
	s->l->owned = options->owned;
	status = bring_up(s);
	coordinator_close(&s->coordinator);
	char path[PATH_BYTES];
	if (s->l->lock >= 0 && path_join(s->l->dir, "coordinator", path) == STATUS_OK)
		unlink(path);
	struct cluster *c = &s->l->cluster;
	if (status == STATUS_OK) {
		/* Whoever uses it has not seen the snapshots that were waited for. */
		c->ops->refresh(c);
		*out = c;
	} else {
		/* A directory that somebody else uses is not to be tidied. */
		if (s->l->lock < 0 || count_running(s->l->dir) > s->coordinator.roster.nodes)
			s->l->dir[0] = '\0';
		c->ops->close(c);
	}
	free(s);
	return status;
}

/* Nodes on other machines are told to end; their silence is all that can be waited for. */
static void end_far_nodes(const char *dir)
{
	struct cluster *c;
	if (live_attach(dir, false, &c) != STATUS_OK)
		return;
	struct live *l = live_of(c);
	struct control control = {.kind = CONTROL_EXIT};
	for (node_id id = 1; id <= l->roster.nodes; id++)
		if (l->node[id].dir[0] == '\0')
			control.to |= set_of(id);
	const uint64_t until = real_time_us() + TIMEOUT_US;
	if (control.to != 0 && c->ops->control(c, &control))
		while (l->pendings > 0 && real_time_us() < until) {
			struct item item;
			while (c->ops->next(c, 0, &item) != ITEM_NOTHING && item.kind != ITEM_END)
				;
			bus_wait(&l->bus, LOOK_US);
		}
	c->ops->close(c);
}

enum status live_down(const char *where)
{
	char dir[PATH_BYTES], path[PATH_BYTES];
	struct process process[NODES_MAX];
	int lock = -1;
	enum status status = dir_find(where, dir);
	if (status == STATUS_OK)
		status = path_join(dir, "roster", path);
	if (status == STATUS_OK && !file_exists(path))
		status = status_fail(STATUS_UNAVAILABLE, "there is no cluster in %s", dir);
	if (status == STATUS_OK)
		status = dir_lock(dir, &lock);
	if (status == STATUS_OK && lock < 0)
		status =
			status_fail(STATUS_UNAVAILABLE,
				    "the cluster in %s belongs to a dashboard: quit it there", dir);
	if (status != STATUS_OK)
		return status;
	end_far_nodes(dir);
	for (node_id id = 1; id <= NODES_MAX; id++) {
		const pid_t pid = holder(dir, id);
		struct process *p = &process[id - 1];
		*p = PROCESS_NONE;
		if (pid != 0 && process_hold(pid, p) && holder(dir, id) != pid)
			process_release(p);
	}
	process_end_all(process, NODES_MAX);
	live_tidy(dir);
	close(lock);
	return STATUS_OK;
}
