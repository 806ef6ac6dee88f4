/* The cluster interface over a world: the loop that brings items out, and what it is made of. */
#include <stdio.h>
#include <string.h>

#include "proto/core/memory.h"
#include "proto/sim/sim_adopt.h"
#include "proto/sim/sim_cluster_state.h"

/* Memory of the world, and of the table with the values that the user sees. */
#define SLOTS_MAX    65536
#define WORLD_VALUES 131072
#define WORLD_BYTES  ((size_t)64 << 20)
#define USER_VALUES  65536
#define USER_BYTES   ((size_t)32 << 20)
#define OUTBOX_BYTES ((size_t)8 << 20)
#define INBOX_BYTES  ((size_t)8 << 20)
#define BACKLOG      ((size_t)4 << 20) /* of each stopped node, bytes */

static void on_events(void *user, const struct event *event, unsigned events)
{
	for (unsigned i = 0; i < events; i++)
		sim_cluster_tell(user, &event[i]);
}

static struct world_options world_options_of(struct sim_cluster *s,
					     const struct sim_cluster_options *o)
{
	return (struct world_options){
		.nodes = o->nodes,
		.mode = o->mode,
		.seed = o->seed,
		.clock = {.num = o->clock.num, .den = o->clock.den},
		.link = o->link,
		.keep = o->keep,
		.batch = o->batch,
		.loss = o->loss,
		.slots_max = SLOTS_MAX,
		.copies = true,
		.values_max = WORLD_VALUES,
		.values_bytes = WORLD_BYTES,
		.inbox_bytes = INBOX_BYTES,
		.outbox_bytes = OUTBOX_BYTES,
		.backlog_bytes = BACKLOG,
		.watch = {.user = s, .events = on_events, .carried = sim_cluster_carried},
	};
}

/* A node that is in the latest epoch: the cluster's policy and epoch are those of this node. */
static const struct world_node *node_of_latest_epoch(const struct world *w)
{
	const struct world_node *node = &w->node[1];

	for (node_id id = 2; id <= w->options.nodes; id++)
		if (w->node[id].config.wire.epoch > node->config.wire.epoch)
			node = &w->node[id];
	return node;
}

static policy_id policy_of(const struct world_node *n)
{
	return n->config.lines > 0 ? n->config.line[n->config.lines - 1].policy : n->config.policy;
}

static void info(const struct cluster *c, struct cluster_info *out)
{
	const struct sim_cluster *s = sim_cluster_of(c);

	*out = (struct cluster_info){
		.kind = CLUSTER_SIMULATED,
		.nodes = s->world->options.nodes,
		.can_act = true,
		.why_not = "",
		.epoch = node_of_latest_epoch(s->world)->config.wire.epoch,
		.mode = s->world->options.mode,
		.quorum = (uint8_t)(s->world->options.nodes / 2 + 1),
		.policy = policy_of(node_of_latest_epoch(s->world)),
		.seed = s->seed,
	};
	snprintf(out->name, sizeof out->name, "sim seed %llu", (unsigned long long)s->seed);
}

static void mark_ring(void *user)
{
	const struct sim_cluster *s = user;

	for (unsigned i = 0; i < s->count; i++)
		values_mark(s->world->values, s->ring[(s->first + i) % EVENTS_MAX].value);
}

/* Outputs that are not carried out yet refer to values, and no sweep can mark these. */
static bool owes_anything(const struct world *w)
{
	for (node_id id = 1; id <= w->options.nodes; id++)
		if (w->node[id].owes)
			return true;
	return false;
}

static void keep_room(struct sim_cluster *s)
{
	if (!values_has_room(s->world->values, WORLD_VALUES / 4, WORLD_BYTES / 4) &&
	    !owes_anything(s->world))
		world_sweep(s->world, mark_ring, s);
}

static node_set nodes_up(const struct world *w)
{
	node_set up = 0;

	for (node_id id = 1; id <= w->options.nodes; id++)
		if (w->node[id].up)
			up |= set_of(id);
	return up;
}

/* One that is about to die has no state that lasts. */
static bool is_alive(const struct world_node *n)
{
	return n->up && member_output(n->member)->fate == FATE_LIVE;
}

static enum item_kind next(struct cluster *c, time_us until, struct item *out)
{
	struct sim_cluster *s = sim_cluster_of(c);
	struct world *w = s->world;

	for (;;) {
		if (s->count > 0)
			return sim_cluster_pop_event(s, out);
		if (sim_cluster_next_proof(s, out))
			return ITEM_PROOF;
		if (sim_cluster_next_load(s, false, out))
			return ITEM_LOAD;
		/* A snapshot counts what its node did: what is told of that now comes first. */
		const bool is_told = world_next(w) > w->now || w->now > until;
		for (; s->snapshots_owed != 0 && is_told;
		     s->snapshots_owed &= s->snapshots_owed - 1)
			if (is_alive(&w->node[set_lowest(s->snapshots_owed)])) {
				node_id node = set_lowest(s->snapshots_owed);
				s->snapshots_owed &= s->snapshots_owed - 1;
				return sim_cluster_snapshot(s, node, out);
			}
		node_set up = nodes_up(w);
		sim_cluster_loads_run(s);
		time_us at = lower_of(world_next(w), sim_cluster_loads_next(s));
		if (at > w->now) {
			/* While paused only ADVANCE moves time. */
			if (sim_cluster_is_paused(s))
				break;
			if (at > until) {
				if (until > w->now)
					w->now = until;
				break;
			}
			w->now = at;
		} else if (w->now > until) {
			break;
		}
		keep_room(s);
		world_run(w);
		sim_cluster_tell_missing(s, up);
	}
	if (sim_cluster_next_load(s, true, out))
		return ITEM_LOAD;
	*out = (struct item){.kind = ITEM_NOTHING};
	return ITEM_NOTHING;
}

static time_us now(const struct cluster *c, time_us real_us)
{
	(void)real_us;
	return sim_cluster_of(c)->world->now;
}

static void refresh(struct cluster *c)
{
	struct sim_cluster *s = sim_cluster_of(c);

	s->snapshots_owed = set_first(s->world->options.nodes);
	for (node_id id = 1; id <= s->world->options.nodes; id++)
		s->proofs[id].given = 0;
}

static int fd(const struct cluster *c)
{
	(void)c;
	return -1;
}

/* Nothing happens by itself: only the user moves the time of a simulated cluster on. */
static time_us patience(const struct cluster *c, time_us real_us)
{
	(void)c;
	(void)real_us;
	return UINT64_MAX;
}

static void close(struct cluster *c)
{
	(void)c;
}

static const struct cluster_ops ops = {
	.info = info,
	.next = next,
	.now = now,
	.control = sim_cluster_control,
	.process = sim_cluster_process,
	.refresh = refresh,
	.fd = fd,
	.patience = patience,
	.close = close,
	.away = sim_cluster_away,
};

size_t sim_cluster_size(const struct sim_cluster_options *options)
{
	struct world_options world = world_options_of(NULL, options);

	return memory_aligned(sizeof(struct sim_cluster)) +
	       memory_aligned(values_size(USER_VALUES, USER_BYTES)) + world_size(&world);
}

struct cluster *sim_cluster_empty(void *memory, const struct sim_cluster_options *options)
{
	struct sim_cluster *s = memory;
	uint8_t *at = (uint8_t *)memory + memory_aligned(sizeof *s);

	memset(s, 0, offsetof(struct sim_cluster, ring));
	s->cluster.ops = &ops;
	s->cluster.values = values_init(at, USER_VALUES, USER_BYTES);
	s->seed = options->seed;
	s->options = *options;
	s->clock = options->clock;
	at += memory_aligned(values_size(USER_VALUES, USER_BYTES));
	struct world_options world = world_options_of(s, options);
	s->world = world_init(at, &world);
	sim_cluster_loads_init(s);
	return &s->cluster;
}

struct cluster *sim_cluster_init(void *memory, const struct sim_cluster_options *options)
{
	struct cluster *c = sim_cluster_empty(memory, options);
	struct sim_cluster *s = sim_cluster_of(c);

	for (node_id id = 1; id <= options->nodes; id++) {
		s->world->node[id].config.policy = options->policy;
		world_start(s->world, id);
	}
	return c;
}

bool sim_cluster_options(const struct cluster *c, const struct cluster_ops *under,
			 struct sim_cluster_options *out)
{
	if (under != &ops)
		return false;
	*out = sim_cluster_of(c)->options;
	return true;
}

uint64_t sim_cluster_steps(const struct cluster *c)
{
	return sim_cluster_of(c)->world->steps;
}
