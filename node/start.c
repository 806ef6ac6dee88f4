/* Makes a node whole, in the order in which each part may refuse: nothing is bound before the store
 * can be trusted. */
#include "node/node.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/io/clock.h"
#include "node/io/keys.h"
#include "node/join.h"

static enum status take_directory(struct node *node, const struct node_options *options)
{
	char path[PATH_BYTES];
	enum status status = options->dir != NULL ? dir_make(options->dir, node->dir)
						  : dir_make_private("paxos-node", node->dir);
	node->dir_is_fresh = options->dir == NULL && status == STATUS_OK;
	if (status == STATUS_OK)
		status = path_join(node->dir, "pid", path);
	if (status == STATUS_OK)
		status = pid_claim(path, &node->pid_file);
	if (status == STATUS_OK && node->pid_file < 0)
		status = status_fail(STATUS_UNAVAILABLE, "another node (process %ld) lives in %s",
				     (long)pid_holder(path), node->dir);
	return status;
}

/* Before there is any thread: a signal must not go to one that does not expect it. */
static enum status take_signals(struct node *node)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a write that is too far is an error, and told as one */
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 ||
	    (node->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) < 0)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot wait for signals");
	return STATUS_OK;
}

/* The owner may die before this process asks to be told of it. */
static enum status watch_owner(struct node *node, const struct node_options *options)
{
	if (options->owner != 0 &&
	    (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != options->owner))
		node->ending = true;
	if (options->alive == NULL)
		return STATUS_OK;
	const enum status status = fifo_watch(options->alive, &node->alive);
	if (status != STATUS_OK)
		return status;
	/* An owner keeps its cluster's directory locked as long as it lives. */
	char dir[PATH_BYTES];
	int lock = -1;
	snprintf(dir, sizeof(dir), "%s", options->alive);
	char *slash = strrchr(dir, '/');
	if (slash == NULL)
		return STATUS_OK;
	*slash = '\0';
	if (dir_lock(dir, &lock) == STATUS_OK && lock >= 0) {
		close(lock);
		node->ending = true;
	}
	return STATUS_OK;
}

static enum status take_key(struct node *node, bool must_exist)
{
	char path[PATH_BYTES];
	const enum status status = path_join(node->dir, "key", path);
	if (status != STATUS_OK)
		return status;
	return must_exist ? key_load(path, &node->key, &node->secret)
			  : key_load_or_make(path, &node->key, &node->secret);
}

static enum status check_place(const struct node *node)
{
	char mine[PATH_BYTES + 16];
	const char *data = node->roster.node[node->self].data;
	snprintf(mine, sizeof(mine), "ipc://%s/data", node->dir);
	if (strncmp(data, "ipc://", 6) == 0 && strcmp(data, mine) != 0)
		return status_fail(STATUS_UNAVAILABLE,
				   "the roster says that n%u listens at %s: move %s back to there",
				   node->self, data, node->dir);
	return STATUS_OK;
}

static enum status take_roster(struct node *node, const struct node_options *options, bool *stored)
{
	enum status status = roster_load(node, stored);
	if (status == STATUS_OK)
		status = take_key(node, *stored);
	if (status != STATUS_OK)
		return status;
	if (!*stored && options->coordinator == NULL)
		return status_fail(STATUS_USAGE,
				   "there is no roster in %s: say --coordinator ENDPOINT to join a "
				   "cluster",
				   node->dir);
	if (!*stored)
		return join(node, options);
	status = roster_find_self(node, options->id);
	return status == STATUS_OK ? check_place(node) : status;
}

static enum status take_store(struct node *node, const struct node_options *options, bool stored)
{
	if (stored && !store_exists(node->dir))
		return status_fail(
			STATUS_CORRUPT,
			"the store of n%u is gone (or was in memory): a node that forgot "
			"its promises must not take part; start a new cluster in a fresh directory",
			node->self);
	enum status status;
	if (options->memory_store && !stored) {
		status = store_open_memory(&node->store);
	} else {
		struct store_owner owner = {.node = node->self};
		memcpy(owner.cluster, node->roster.cluster, sizeof(owner.cluster));
		status = store_open(node->dir, &owner, stored, &node->store);
	}
	return status == STATUS_OK && !stored ? roster_store(node) : status;
}

static enum status open_sockets(struct node *node)
{
	const struct roster_node *all = node->roster.node;
	enum status status = bus_open(FRAME_BYTES_MAX, &node->data);
	if (status == STATUS_OK)
		status = bus_bind(&node->data, all[node->self].data);
	/* Only to lower ones: two that connect to each other would hear everything twice. */
	for (node_id id = 1; id < node->self && status == STATUS_OK; id++)
		status = bus_connect(&node->data, all[id].data, &node->mesh.connection[id]);
	if (status == STATUS_OK)
		status = bus_open(CONTROL_FRAME_BYTES_MAX, &node->control);
	if (status == STATUS_OK)
		status = bus_bind(&node->control, all[node->self].control);
	return status;
}

static enum status make_member(struct node *node)
{
	const struct roster *roster = &node->roster;
	static struct member_config config;
	struct store_settings settings;
	config.paxos = paxos_config_default(node->self, roster->nodes, roster->mode);
	config.paxos.quorum = roster->quorum;
	random_fill(&config.paxos.seed, sizeof(config.paxos.seed));
	random_fill(&config.random, sizeof(config.random));
	config.wire = node->context;
	config.crypto = &crypto_ed25519;
	config.key = node->secret;
	config.boot = store_boot(node->store);
	config.pid = (uint32_t)getpid();
	config.policy = roster->policy;
	config.clock = roster->clock;
	config.quiet = true;
	for (node_id id = 1; id <= roster->nodes; id++) {
		config.keys[id] = roster->node[id].key;
		config.link[id] = roster->link;
	}
	if (store_settings(node->store, &settings)) {
		config.clock = settings.clock;
		memcpy(config.link, settings.link, sizeof(config.link));
		config.gated = settings.gated;
		config.number = settings.number;
		config.lines = settings.lines;
		memcpy(config.line, settings.line, sizeof(config.line));
		if (settings.epoch > config.wire.epoch)
			config.wire.epoch = settings.epoch;
	}
	/* Fresh pages of zeroes, most of which are never touched. */
	node->memory = calloc(1, member_size(&config));
	if (node->memory == NULL)
		return status_fail(STATUS_UNAVAILABLE, "out of memory");
	node->member = member_init(node->memory, &config);
	secret_key_wipe(&config.key);
	const enum status status = store_restore(node->store, node->member);
	if (status != STATUS_OK)
		return status;
	node->clock = config.clock;
	node->now = clock_at(&node->clock, real_time_us());
	member_start(node->member, node->now);
	return STATUS_OK;
}

enum status node_start(const struct node_options *options, struct node *node)
{
	bool stored = false;
	node->pid_file = node->alive = node->signals = -1;
	node->data = node->control = BUS_CLOSED;
	umask(077);
	enum status status = take_signals(node);
	if (status == STATUS_OK)
		status = watch_owner(node, options);
	if (status == STATUS_OK && !node->ending)
		status = take_directory(node, options);
	if (status == STATUS_OK && !node->ending)
		status = take_roster(node, options, &stored);
	if (status == STATUS_OK && !node->ending)
		status = take_store(node, options, stored);
	if (status == STATUS_OK && !node->ending)
		status = open_sockets(node);
	if (status == STATUS_OK && !node->ending) {
		telemetry_init(&node->telemetry, &node->control, &node->context, &node->secret);
		status = make_member(node);
	}
	if (status == STATUS_OK && !node->ending) {
		printf("paxos-node: n%u of %u in %s, life %u, process %ld\n", node->self,
		       node->roster.nodes, node->dir, store_boot(node->store), (long)getpid());
		fflush(stdout);
	}
	return status;
}

static void remove_file(const struct node *node, const char *name)
{
	char path[PATH_BYTES];
	if (path_join(node->dir, name, path) == STATUS_OK)
		unlink(path);
}

void node_end(struct node *node)
{
	store_close(node->store);
	bus_close(&node->data);
	bus_close(&node->control);
	/* Sockets that were not bound here are somebody else's, or a stranger's file. */
	if (node->member != NULL) {
		remove_file(node, "data");
		remove_file(node, "control");
	}
	if (node->pid_file >= 0) {
		remove_file(node, "pid");
		close(node->pid_file);
	}
	char path[PATH_BYTES];
	if (node->dir_is_fresh && path_join(node->dir, "roster", path) == STATUS_OK &&
	    !file_exists(path))
		dir_remove(node->dir);
	if (node->alive >= 0)
		close(node->alive);
	if (node->signals >= 0)
		close(node->signals);
	secret_key_wipe(&node->secret);
	free(node->memory);
}
