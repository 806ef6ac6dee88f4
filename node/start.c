/* Makes a node whole, in the order in which each part may refuse: nothing is bound before the store
 * can be trusted. */
#include "node/node.h"

#include <poll.h>
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
#include "node/held_file.h"
#include "node/keep_file.h"
#include "node/batch_file.h"
#include "node/keeper.h"

/* How long a node whose starter was killed may take to leave its directory to another one. */
#define LEAVE_US 2000000
#define LOOK_US  5000

/* A node on a leash may follow one whose leash has just torn: the older one is waited for. */
static enum status claim_place(struct node *node, const char *path)
{
	const uint64_t until_us = real_time_us() + LEAVE_US;
	enum status status = pid_claim(path, &node->pid_file);
	while (status == STATUS_OK && node->pid_file < 0 && node->leash >= 0 &&
	       !node_is_left(node) && real_time_us() < until_us) {
		usleep(LOOK_US);
		status = pid_claim(path, &node->pid_file);
	}
	return status;
}

/* Peers that are up are connected within MEET_US (node/io/bus.c), and one that is stopped or slow
 * is waited for no longer than MEET_MOST_US. */
#define MEET_TURN_US 10000
#define MEET_US      150000
#define MEET_MOST_US 1000000

static enum status take_directory(struct node *node, const struct node_options *options)
{
	char path[PATH_BYTES];
	const bool is_fresh = options->dir == NULL || mkdir(options->dir, 0700) == 0;
	enum status status = options->dir != NULL ? dir_make(options->dir, node->dir)
						  : dir_make_private("paxos-node", node->dir);
	node->dir_is_fresh = is_fresh && status == STATUS_OK;
	if (status == STATUS_OK)
		status = path_join(node->dir, "pid", path);
	if (status == STATUS_OK)
		status = claim_place(node, path);
	if (status == STATUS_OK && node->pid_file < 0 && !node->ending)
		status = status_fail(STATUS_UNAVAILABLE, "another node (process %ld) lives in %s",
				     (long)pid_holder(path), node->dir);
	/* From here on a process that clears the directory sees this one and waits for it. */
	node_is_left(node);
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
	sigset_t goes_on;
	sigemptyset(&goes_on);
	sigaddset(&goes_on, SIGCONT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 || sigprocmask(SIG_BLOCK, &goes_on, NULL) < 0 ||
	    (node->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) < 0 ||
	    (node->continued = signalfd(-1, &goes_on, SFD_CLOEXEC | SFD_NONBLOCK)) < 0)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot wait for signals");
	return STATUS_OK;
}

/* The owner may die before this process asks to be told of it. */
static enum status watch_owner(struct node *node, const struct node_options *options)
{
	node->leash = options->leash;
	node_is_left(node);
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
		return node_join(node, options);
	status = roster_find_self(node, options->id);
	return status == STATUS_OK ? check_place(node) : status;
}

static void remove_file(const struct node *node, const char *name)
{
	char path[PATH_BYTES];
	if (path_join(node->dir, name, path) == STATUS_OK)
		unlink(path);
}

/* The operator's word that this directory's empty store takes over the seat; *found: it is here. */
static enum status read_seat(struct node *node, struct seat *seat, bool *found)
{
	char path[PATH_BYTES];
	uint8_t bytes[SEAT_BYTES_MAX];
	size_t length;
	enum status status = path_join(node->dir, "seat", path);
	*found = status == STATUS_OK && file_exists(path) && !store_exists(node->dir);
	if (!*found)
		return status;
	status = file_read(path, sizeof(bytes), bytes, &length);
	if (status != STATUS_OK)
		return status;
	const enum drop why = seat_decode(&node->context, bytes, length, &crypto_ed25519,
					  &node->roster.operator_key, seat);
	if (why != DROP_NOTHING || seat->node != node->self)
		return status_fail(STATUS_DENIED,
				   "%s is not the operator's word for n%u: remove it, and give the "
				   "seat again",
				   path, node->self);
	return STATUS_OK;
}

/* The run that the others are in, under their defences. */
static enum status settle_in_seat(struct node *node, const struct seat *seat)
{
	struct store_settings settings = {.clock = node->roster.clock, .epoch = seat->epoch};
	settings.clock = clock_arrived(&settings.clock, real_time_us(), 0);
	for (node_id id = 1; id <= NODES_MAX; id++)
		settings.link[id] = node->roster.link;
	settings.lines = seat->lines;
	memcpy(settings.line, seat->line, sizeof(settings.line));
	return store_write(node->store, NULL, 0, &settings, true);
}

static enum status open_store(struct node *node, bool stored)
{
	struct seat seat;
	bool found;
	enum status status = read_seat(node, &seat, &found);
	if (status != STATUS_OK)
		return status;
	struct store_owner owner = {.node = node->self, .seat = found ? &seat : NULL};
	memcpy(owner.cluster, node->roster.cluster, sizeof(owner.cluster));
	status = store_open(node->dir, &owner, stored && !found, &node->store);
	if (status == STATUS_OK && found)
		status = settle_in_seat(node, &seat);
	/* The operator's word gives the seat to one store, which has it now. */
	if (status == STATUS_OK)
		remove_file(node, "seat");
	return status;
}

static enum status take_store(struct node *node, const struct node_options *options, bool stored)
{
	char seat[PATH_BYTES];
	enum status status = path_join(node->dir, "seat", seat);
	if (status != STATUS_OK)
		return status;
	if (stored && !store_exists(node->dir) && !file_exists(seat))
		return status_fail(
			STATUS_CORRUPT,
			"the store of n%u is gone (or was in memory): a node that forgot its "
			"promises must not take part; put its directory back, or give its seat to "
			"an empty store: 'paxos-tui ctl DIR replace %u'",
			node->self, node->self);
	if (options->memory_store && !stored)
		status = store_open_memory(&node->store);
	else
		status = open_store(node, stored);
	return status == STATUS_OK && !stored ? roster_store(node) : status;
}

static enum status open_sockets(struct node *node)
{
	enum status status = mesh_open(&node->mesh, &node->roster, node->self);
	mailbox_init(&node->mailbox, &node->mesh);
	if (status == STATUS_OK)
		status = bus_open(CONTROL_FRAME_BYTES_MAX, &node->control);
	if (status == STATUS_OK)
		status = bus_bind(&node->control, node->roster.node[node->self].control);
	endpoints_let_go(&node->endpoints);
	return status;
}

/* What the operator ordered in earlier lives stands before what the roster says. */
static void take_settings(const struct store_settings *settings, uint64_t real_us,
			  struct member_config *config)
{
	config->clock = settings->clock;
	/* The wall's clock was set back since. */
	if (config->clock.real_us > real_us)
		config->clock.real_us = real_us;
	memcpy(config->link, settings->link, sizeof(config->link));
	config->gate = settings->gate;
	config->number = settings->number;
	config->lines = settings->lines;
	memcpy(config->line, settings->line, sizeof(config->line));
	config->out_of = settings->out_of;
	if (settings->epoch > config->wire.epoch)
		config->wire.epoch = settings->epoch;
}

/* What the roster says, with the moment from which this node counts time: the next life counts on
 * from there, as the others do. */
static enum status keep_settings(struct node *node, const struct member_config *config)
{
	struct store_settings settings = {.clock = config->clock, .epoch = config->wire.epoch};
	memcpy(settings.link, config->link, sizeof(settings.link));
	settings.lines = 1;
	settings.line[0] = (struct policy_line){0, config->policy};
	return store_write(node->store, NULL, 0, &settings, true);
}

static enum status take_keep(struct node *node, const struct node_options *options)
{
	node->keep = options->keep;
	return options->keep_given ? keep_file_write(node->dir, node->keep)
				   : keep_file_read(node->dir, &node->keep);
}

static enum status take_batch(struct node *node, const struct node_options *options)
{
	return batch_file_take(node->dir, options->batch, options->pipeline, &node->batch);
}

/* A journal that was begun goes on. */
static enum status take_journal(struct node *node, const struct node_options *options,
				struct member_config *config)
{
	struct journal_options journal = {.dir = node->dir, .node = node->self};
	memcpy(journal.cluster, node->roster.cluster, sizeof(journal.cluster));
	if (!options->journal && !journal_is_kept(node->dir))
		return STATUS_OK;
	return journal_open(&journal, config, &node->journal);
}

static enum status make_member(struct node *node, const struct node_options *options)
{
	const struct roster *roster = &node->roster;
	static struct member_config config;
	struct store_settings settings;
	const uint64_t real_us = real_time_us();
	config.paxos = paxos_config_default(node->self, roster->nodes, roster->mode);
	config.paxos.quorum = roster->quorum;
	config.paxos.keep = node->keep;
	config.batch = node->batch;
	random_fill(&config.paxos.seed, sizeof(config.paxos.seed));
	random_fill(&config.random, sizeof(config.random));
	config.wire = node->context;
	config.crypto = &crypto_ed25519;
	config.key = node->secret;
	config.boot = store_boot(node->store);
	config.life = store_life(node->store);
	store_lives(node->store, config.lives);
	store_seat(node->store, &config.seat_epoch, &config.seat_slot);
	config.pid = (uint32_t)getpid();
	config.policy = roster->policy;
	config.clock = clock_arrived(&roster->clock, real_us, 0);
	config.quiet = true;
	for (node_id id = 1; id <= roster->nodes; id++) {
		config.keys[id] = node->keys[id] = roster->node[id].key;
		config.link[id] = roster->link;
	}
	enum status status = STATUS_OK;
	if (store_settings(node->store, &settings))
		take_settings(&settings, real_us, &config);
	else
		status = keep_settings(node, &config);
	if (status != STATUS_OK)
		return status;
	/* Fresh pages of zeroes, most of which are never touched. */
	node->memory = calloc(1, member_size(&config));
	if (node->memory == NULL)
		return status_fail(STATUS_UNAVAILABLE, "out of memory");
	status = take_journal(node, options, &config);
	if (status != STATUS_OK)
		return status;
	node->member = member_init(node->memory, &config);
	secret_key_wipe(&config.key);
	if (node->journal != NULL)
		journal_follow(node->journal, node->member);
	status = store_restore(node->store, node->member);
	if (status != STATUS_OK)
		return status;
	node->clock = config.clock;
	node->greeter = (struct greeter){
		.mesh = &node->mesh,
		.context = node->context,
		.key = &node->secret,
		.keys = node->keys,
		.self = node->self,
		.mine = {config.boot, config.life, store_stored(node->store)},
		.store = node->store,
		.member = node->member,
	};
	return STATUS_OK;
}

static enum status take_hellos(struct node *node)
{
	struct bus_message message;
	enum status status = STATUS_OK;
	while (status == STATUS_OK && bus_receive(&node->mesh.in, &message)) {
		if (is_hello(message.bytes, message.length))
			status = greeter_take(&node->greeter, message.bytes, message.length);
		bus_release(&message);
	}
	return status;
}

/* A node cannot know that its directory is an old copy; its peers can, for they have heard of later
 * lives. So it takes no part before the peers that are there have answered. Peers that are down
 * answer when they are back: a cluster can be started one node after the other. Messages that come
 * meanwhile are lost, as those before were. */
static enum status meet_peers(struct node *node)
{
	struct greeter *greeter = &node->greeter;
	const uint64_t begin_us = real_time_us();
	uint64_t now_us = begin_us;
	enum status status = STATUS_OK;
	while (status == STATUS_OK && !greeter_is_known(greeter) && !node->ending) {
		const bool all = (mesh_look(&node->mesh) & ~greeter->answered) == 0;
		if (now_us - begin_us > MEET_MOST_US || (all && now_us - begin_us > MEET_US))
			break;
		greeter_greet(greeter);
		struct pollfd waits[3] = {
			{.fd = node->mesh.in.ready, .events = POLLIN},
			{.fd = node->signals, .events = POLLIN},
			{.fd = node->alive, .events = POLLIN},
		};
		struct timespec space;
		for (uint64_t until_us = now_us + MEET_TURN_US;
		     status == STATUS_OK && now_us < until_us && !greeter_is_known(greeter);
		     now_us = real_time_us()) {
			ppoll(waits, 3, wait_timespec(until_us - now_us, &space), NULL);
			node->ending = waits[1].revents != 0 || waits[2].revents != 0;
			if (node->ending)
				return STATUS_OK;
			status = take_hellos(node);
		}
	}
	return status;
}

static enum status start_member(struct node *node)
{
	const enum status status = meet_peers(node);
	if (status != STATUS_OK || node->ending)
		return status;
	node->now = clock_at(&node->clock, real_time_us());
	member_start(node->member, node->now);
	const enum status held = held_file_read(node->dir, node->member);
	keeper_resume(node);
	return held;
}

enum status node_start(const struct node_options *options, struct node *node)
{
	bool stored = false;
	node->pid_file = node->alive = node->leash = node->signals = node->continued = -1;
	mesh_init(&node->mesh);
	node->control = BUS_CLOSED;
	node->endpoints = ENDPOINTS_NONE;
	umask(077);
	enum status status = take_signals(node);
	if (status == STATUS_OK)
		status = watch_owner(node, options);
	if (status == STATUS_OK && !node->ending)
		status = take_directory(node, options);
	if (status == STATUS_OK && !node->ending)
		status = take_roster(node, options, &stored);
	if (status == STATUS_OK && !node->ending)
		status = take_keep(node, options);
	if (status == STATUS_OK)
		status = take_batch(node, options);
	if (status == STATUS_OK && !node->ending)
		status = take_store(node, options, stored);
	if (status == STATUS_OK && !node->ending)
		status = keeper_open(node);
	if (status == STATUS_OK && !node->ending)
		status = open_sockets(node);
	if (status == STATUS_OK && !node->ending) {
		telemetry_init(&node->telemetry, &node->control, &node->context, &node->secret);
		status = make_member(node, options);
	}
	if (status == STATUS_OK && !node->ending)
		status = start_member(node);
	if (status == STATUS_OK && !node->ending) {
		printf("paxos-node: n%u of %u in %s, life %u, process %ld\n", node->self,
		       node->roster.nodes, node->dir, store_boot(node->store), (long)getpid());
		fflush(stdout);
	}
	return status;
}

void node_end(struct node *node)
{
	journal_close(node->journal);
	store_close(node->store);
	keeper_close(node);
	mailbox_close(&node->mailbox);
	mesh_close(&node->mesh);
	bus_close(&node->control);
	endpoints_let_go(&node->endpoints);
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
	if (node->leash >= 0)
		close(node->leash);
	if (node->signals >= 0)
		close(node->signals);
	if (node->continued >= 0)
		close(node->continued);
	secret_key_wipe(&node->secret);
	free(node->memory);
}
