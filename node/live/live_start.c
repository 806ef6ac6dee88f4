/* Starting a cluster of processes, and bringing one back. */
#include "node/live/live.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/io/clock.h"
#include "node/io/keys.h"
#include "node/io/roster_file.h"
#include "node/io/token.h"
#include "node/live/coordinator.h"
#include "node/live/live_control.h"
#include "node/live/live_dir.h"
#include "node/live/live_handle.h"
#include "node/live/live_process.h"

/* What nodes have to start in, and then to answer in. On other machines people start them. */
#define TIMEOUT_US     UINT64_C(10000000)
#define TIMEOUT_FAR_US UINT64_C(600000000)

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
	const uint8_t nodes = o->nodes != 0 ? o->nodes : NODES_DEFAULT;
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

/* What a new cluster may choose and one that comes back has. */
static enum status check_kept(const struct live *l, const struct live_options *o,
			      const struct roster *roster)
{
	if (o->nodes != 0 && o->nodes != roster->nodes)
		return status_fail(
			STATUS_USAGE,
			"the cluster in %s has %u nodes, not %u: choose another directory", l->dir,
			roster->nodes, o->nodes);
	if (o->mode_given && (uint8_t)o->mode != roster->mode)
		return status_fail(STATUS_USAGE,
				   "the cluster in %s is in the other mode, '%s': choose another "
				   "directory",
				   l->dir, roster->mode == MODE_MULTI ? "multi" : "single");
	if (o->policy_given)
		return status_fail(STATUS_USAGE,
				   "the cluster in %s keeps the defences that it has: leave out "
				   "--defend, and say 'defend' when it is up",
				   l->dir);
	if (o->memory_store)
		return status_fail(STATUS_USAGE,
				   "the cluster in %s keeps the stores that it has: leave out "
				   "--store",
				   l->dir);
	return STATUS_OK;
}

static enum status old_roster(struct start *s, const char *path, struct roster *roster)
{
	enum status status = roster_file_read(path, &s->l->operator_key, roster);
	if (status == STATUS_OK)
		status = check_kept(s->l, s->options, roster);
	s->resumed = status == STATUS_OK;
	return status;
}

__attribute__((format(printf, 2, 3))) static void tell(const struct start *s, const char *format,
						       ...)
{
	char sentence[PATH_BYTES + 256];
	va_list args;
	if (s->options->tell == NULL)
		return;
	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	s->options->tell(sentence);
}

/* Nodes from elsewhere must know the join token, unless everybody may join. */
static enum status demand_token(struct start *s)
{
	struct join_token token = {{0}};
	char path[PATH_BYTES];
	bool is_given = false;
	if (s->options->open_to_all) {
		tell(s, "whoever reaches %s may join (--open)", s->options->listen);
		return STATUS_OK;
	}
	enum status status = token_given(s->options->token_file, &token, &is_given);
	if (status == STATUS_OK && !is_given)
		status = path_join(s->l->dir, "join-token", path);
	if (status == STATUS_OK && !is_given)
		status = token_load_or_make(path, &token);
	if (status == STATUS_OK)
		coordinator_guard(&s->coordinator, &token);
	token_wipe(&token);
	if (status == STATUS_OK)
		tell(s, "nodes join at %s with the join token in %s", s->options->listen,
		     !is_given                        ? path
		     : s->options->token_file != NULL ? s->options->token_file
						      : TOKEN_VARIABLE);
	return status;
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
	live_node_path(s->l->dir, roster.nodes, "control", longest + 6);
	if (s->options->listen == NULL)
		status = bus_check_endpoint(longest);
	snprintf(s->endpoint, sizeof(s->endpoint), "ipc://%.*s/coordinator", DIR_BYTES, s->l->dir);
	if (status == STATUS_OK)
		status = coordinator_open(s->options->listen != NULL ? s->options->listen
								     : s->endpoint,
					  &roster, &s->coordinator);
	/* The user is told of nodes that join from elsewhere, not of those started here. */
	s->coordinator.tell = s->options->listen != NULL ? s->options->tell : NULL;
	if (status == STATUS_OK && s->resumed)
		coordinator_resume(&s->coordinator);
	else if (status == STATUS_OK && s->options->listen != NULL)
		status = demand_token(s);
	return status;
}

/* Once all nodes have answered, each has stored what it promised. A node whose store is gone since
 * then would forget it, whether a peer remembers or not. */
static enum status check_seats(const struct start *s)
{
	char formed[PATH_BYTES], store[PATH_BYTES];
	const enum status status = path_join(s->l->dir, "formed", formed);
	if (status != STATUS_OK || !s->resumed || !file_exists(formed))
		return status;
	for (node_id id = 1; id <= s->coordinator.roster.nodes; id++) {
		if (strncmp(s->coordinator.roster.node[id].control, "tcp://", 6) == 0)
			return status_fail(
				STATUS_UNAVAILABLE,
				"the nodes of this cluster are not started here: start each where "
				"it runs, with 'paxos-node --dir DIR'; --listen waits for them");
		live_node_path(s->l->dir, id, "store", store);
		if (!file_exists(store))
			return status_fail(
				STATUS_CORRUPT,
				"the seat of n%u is taken, and its store %s is gone (or was in "
				"memory): n%u would forget what it promised; put its directory "
				"back; or bring the others up each by 'paxos-node --dir', and give "
				"its seat away: 'paxos-tui ctl %s replace %u'",
				id, store, id, s->l->dir, id);
	}
	return STATUS_OK;
}

static enum status note_formed(const struct start *s)
{
	char formed[PATH_BYTES];
	const enum status status = path_join(s->l->dir, "formed", formed);
	return status == STATUS_OK ? file_write(formed, (const uint8_t *)"", 0) : status;
}

static enum status spawn_all(struct start *s)
{
	enum status status = leash_make(&s->l->leash);
	const struct live_options *o = s->options;
	s->l->keep = o->keep;
	s->l->batch = o->batch;
	s->l->journal = o->journal;
	s->l->pipeline = o->pipeline;
	for (node_id id = 1; id <= s->coordinator.roster.nodes && status == STATUS_OK; id++) {
		struct live_node *node = &s->l->node[id];
		struct process process;
		char made[PATH_BYTES];
		live_node_path(s->l->dir, id, "", node->dir);
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
	if (s->options->gives_up != NULL && s->options->gives_up())
		return status_fail(STATUS_UNAVAILABLE, "interrupted before the cluster was ready");
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

/* A node elsewhere that says nothing keeps the others from nothing, if they are a quorum. */
static enum status go_on_without(struct start *s)
{
	const struct roster *roster = &s->coordinator.roster;
	const node_set all = set_first(roster->nodes), missing = all & ~s->ready;
	if (s->options->listen == NULL)
		return too_late(s, s->ready, "these nodes did not answer");
	for (node_set left = missing; left != 0; left &= left - 1)
		tell(s, "n%u joined and does not answer at %s", set_lowest(left),
		     roster->node[set_lowest(left)].control);
	if (set_count(s->ready) < roster->quorum)
		return too_late(s, s->ready, "these nodes joined and did not answer");
	s->ready = all;
	return STATUS_OK;
}

static enum status keep_roster(struct start *s)
{
	char path[PATH_BYTES];
	const enum status status = path_join(s->l->dir, "roster", path);
	return status == STATUS_OK
		       ? file_write(path, s->coordinator.frame, s->coordinator.frame_length)
		       : status;
}

static enum status wait_for_joining(struct start *s)
{
	enum status status = STATUS_OK;
	while (status == STATUS_OK && !coordinator_is_complete(&s->coordinator)) {
		bus_wait(&s->coordinator.bus, LOOK_US);
		coordinator_take_in(&s->coordinator);
		status = check_alive(s);
		if (status == STATUS_OK && real_time_us() > s->until_us &&
		    !coordinator_is_complete(&s->coordinator))
			status = too_late(s, s->coordinator.joined, "these nodes did not join");
	}
	if (status != STATUS_OK || s->resumed)
		return status;
	s->coordinator.roster.clock.real_us = real_time_us();
	status = coordinator_sign(&s->coordinator, &s->l->operator_secret);
	/* Nodes elsewhere keep a roster that they were told, even if this start fails: so it is
	 * written to the directory before it is told. */
	if (status == STATUS_OK && s->options->listen != NULL)
		status = keep_roster(s);
	if (status == STATUS_OK)
		coordinator_publish(&s->coordinator);
	return status;
}

static enum status wait_for_answers(struct start *s)
{
	struct cluster *c = &s->l->cluster;
	enum status status = STATUS_OK;
	/* Nodes that come back do not join anew: the time that was given is for their answers. */
	if (!s->resumed || s->options->timeout_us == 0)
		s->until_us = real_time_us() + TIMEOUT_US;
	const node_set all = set_first(s->coordinator.roster.nodes);
	while (status == STATUS_OK && s->ready != all) {
		struct item item;
		while (status == STATUS_OK && c->ops->next(c, 0, &item) != ITEM_NOTHING) {
			if (item.kind == ITEM_SNAPSHOT)
				s->ready |= set_of(item.snapshot->node);
			else if (item.kind == ITEM_EVENT && item.event->kind == EVENT_CRASHED)
				status = live_why_ended(s->l, item.event->node);
		}
		if (status == STATUS_OK)
			status = check_alive(s);
		if (status != STATUS_OK || s->ready == all)
			break;
		if (real_time_us() > s->until_us)
			status = go_on_without(s);
		struct pollfd waits[2] = {
			{.fd = s->l->epoll, .events = POLLIN},
			{.fd = s->coordinator.bus.ready, .events = POLLIN},
		};
		struct timespec space;
		uint64_t wait_us = c->ops->patience(c, real_time_us());
		ppoll(waits, 2, wait_timespec(wait_us < LOOK_US ? wait_us : LOOK_US, &space), NULL);
		coordinator_take_in(&s->coordinator);
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

/* The roster makes a cluster of the directory, and all nodes stay at once. Before, none of them has
 * been told to do anything, so that nothing is lost with what is half made. */
static enum status let_nodes_stay(struct start *s)
{
	enum status status = STATUS_OK;
	if (!s->resumed && s->options->listen == NULL)
		status = keep_roster(s);
	if (status != STATUS_OK)
		return status;
	leash_let_go(&s->l->leash);
	live_unmark(s->l->dir);
	if (s->resumed)
		set_clock(s);
	return STATUS_OK;
}

static enum status bring_up(struct start *s)
{
	enum status status = live_take_dir(s->l, s->options);
	if (status == STATUS_OK)
		status = take_key(s->l);
	if (status == STATUS_OK)
		status = take_roster(s);
	if (status == STATUS_OK && s->options->listen == NULL)
		status = check_seats(s);
	if (status == STATUS_OK && s->options->listen == NULL)
		status = spawn_all(s);
	if (status == STATUS_OK)
		status = wait_for_joining(s);
	if (status == STATUS_OK)
		live_connect(s->l, &s->coordinator.roster);
	if (status == STATUS_OK)
		status = wait_for_answers(s);
	if (status == STATUS_OK)
		status = note_formed(s);
	return status == STATUS_OK ? let_nodes_stay(s) : status;
}

enum status live_start(const struct live_options *options, struct cluster **out)
{
	struct start *s = calloc(1, sizeof(*s));
	*out = NULL;
	if (s == NULL)
		return status_fail(STATUS_UNAVAILABLE, "out of memory");
	s->options = options;
	s->coordinator.bus = BUS_CLOSED;
	s->until_us = real_time_us() + (options->timeout_us != 0  ? options->timeout_us
					: options->listen != NULL ? TIMEOUT_FAR_US
								  : TIMEOUT_US);
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
		/* The caller has not seen the snapshots that were waited for. */
		c->ops->refresh(c);
		*out = c;
	} else {
		live_abandon(s->l);
	}
	free(s);
	return status;
}
