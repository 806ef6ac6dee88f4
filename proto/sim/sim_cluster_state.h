/* The state behind a simulated cluster's handle, and what its files share: sim_cluster.c, the
 * interface, stands above sim_cluster_act.c, and that above sim_cluster_items.c; beside them
 * sim_cluster_load.c and sim_cluster_adopt.c. Inside
 * proto/sim/sim_cluster*.c only. */
#ifndef PROTO_SIM_SIM_CLUSTER_STATE_H
#define PROTO_SIM_SIM_CLUSTER_STATE_H

#include "proto/sim/sim_cluster.h"
#include "proto/sim/world.h"
#include "proto/wire/orders.h"

/* Events that wait to be taken: more than one run of the world (world_run) brings. */
#define EVENTS_MAX 16384

struct sim_cluster {
	struct cluster cluster; /* first: the handle that the user has */
	uint64_t seed;
	struct sim_cluster_options options;
	uint64_t number; /* of the last control */
	struct world *world;
	node_set snapshots_owed;
	uint64_t missed[NODES_MAX + 1];     /* events that found no room */
	uint64_t away_since[NODES_MAX + 1]; /* the first control that the node missed, 0 = none */
	struct clock_rule clock;            /* at the beginning */
	struct orders orders;               /* that stand: nodes that come back are given them */
	unsigned first;                     /* place in the ring of the oldest event */
	unsigned count;                     /* events in the ring, not yet taken */
	struct event ring[EVENTS_MAX];      /* values in the world's references */
	struct event event;                 /* the item at hand, in the user's references */
	struct snapshot snapshot;
	struct item_proof proof;
	struct {
		uint16_t boot;
		unsigned given;
	} proofs[NODES_MAX + 1]; /* that each node holds, as far as they were given */
	struct item_load load_item;
	/* the loads of the nodes: in which life each began, and what was given of it */
	struct {
		uint16_t boot;
		uint64_t given_number;  /* of its order, */
		uint64_t given_changes; /* up to this change, */
		bool given_done;        /* and it was done */
	} loads[NODES_MAX + 1];
	struct load load[NODES_MAX + 1];
};

static inline struct sim_cluster *sim_cluster_of(const struct cluster *c)
{
	return (struct sim_cluster *)(uintptr_t)c;
}

/* sim_cluster_items.c: what comes out of the cluster.
 *
 * Queues an event; without room it is counted as missed. */
void sim_cluster_push(struct sim_cluster *s, const struct event *event);
/* The same for an event of a node that is up, whose value is the node's. */
void sim_cluster_tell(struct sim_cluster *s, const struct event *event);

/* Tells that a node crashed, stopped or runs on: events that no node can tell of itself. In a live
 * cluster the process that watches the nodes tells them. */
void sim_cluster_tell_life(struct sim_cluster *s, enum event_kind kind, node_id node);

/* Tells which nodes ended by themselves, and how many events found no room. `before`: the nodes
 * that were up before the world ran. */
void sim_cluster_tell_missing(struct sim_cluster *s, node_set before);

/* Items, valid until the next one: the oldest event of the queue, which is not empty; the state of
 * a node that is up; a proof that a node holds and that was not given yet, false if there is none.
 */
enum item_kind sim_cluster_pop_event(struct sim_cluster *s, struct item *out);
enum item_kind sim_cluster_snapshot(struct sim_cluster *s, node_id node, struct item *out);
bool sim_cluster_next_proof(struct sim_cluster *s, struct item *out);

/* sim_cluster_load.c: loads. sim_cluster_carried is a function of struct world_watch. */
void sim_cluster_loads_init(struct sim_cluster *s);
void sim_cluster_carried(void *user, node_id id, const struct member_output *out);
/* Lets the loads propose what can be proposed now. When there is something to do for one of them
 * next, NEVER. */
void sim_cluster_loads_run(struct sim_cluster *s);
time_us sim_cluster_loads_next(const struct sim_cluster *s);
/* What is to be said of a load: that one has begun or is done; `all`: also how far one is. False:
 * nothing. */
bool sim_cluster_next_load(struct sim_cluster *s, bool all, struct item *out);

/* sim_cluster_act.c: what is done to the cluster. The first three are operations of struct
 * cluster_ops. */
bool sim_cluster_control(struct cluster *c, struct control *control);
bool sim_cluster_process(struct cluster *c, node_id id, enum process_act act);
bool sim_cluster_away(struct cluster *c, node_id id, struct away *out);

/* The clocks of all nodes that run are paused. */
bool sim_cluster_is_paused(const struct sim_cluster *s);

#endif
