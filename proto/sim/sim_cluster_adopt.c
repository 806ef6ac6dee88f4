#include "proto/sim/sim_adopt.h"

#include "proto/sim/sim_cluster_state.h"

void sim_cluster_adopt(struct cluster *c, node_id node, struct member *member, void *memory,
		       const struct member_config *config)
{
	struct world *w = sim_cluster_of(c)->world;

	world_adopt(w, node, member, memory, config);
	w->wire = config->wire;
}

void sim_cluster_adopt_output(struct cluster *c, node_id node, const struct member_output *out)
{
	world_adopt_output(sim_cluster_of(c)->world, node, out);
}

void sim_cluster_adopt_event(struct cluster *c, const struct event *event)
{
	sim_cluster_tell(sim_cluster_of(c), event);
}

void sim_cluster_adopt_order(struct cluster *c, const struct control *order)
{
	struct sim_cluster *s = sim_cluster_of(c);

	if (order->number > s->number)
		s->number = order->number;
	if (orders_judge(&s->orders, order) == ORDER_NEW)
		orders_keep(&s->orders, order, NULL, 0);
}

void sim_cluster_adopt_crash(struct cluster *c, node_id node)
{
	struct world *w = sim_cluster_of(c)->world;

	world_crash(w, node, w->node[node].disk.unsynced);
}

/* Orders that come from now on are later than all that a node obeyed. */
static void follow_numbers(struct sim_cluster *s, node_id id)
{
	struct world_node *n = &s->world->node[id];
	struct clock_rule clock;
	struct link_rule link[NODES_MAX + 1];
	struct gate_rule gate;
	uint64_t number = n->config.number;

	if (n->up)
		member_settings(n->member, &clock, link, &gate, &number);
	if (number > s->number)
		s->number = number;
	if (!n->up)
		s->away_since[id] = n->config.number + 1;
}

void sim_cluster_adopted(struct cluster *c, time_us now, node_set stopped)
{
	struct sim_cluster *s = sim_cluster_of(c);
	struct world *w = s->world;

	w->now = w->busy_until = now;
	for (node_id id = 1; id <= w->options.nodes; id++) {
		follow_numbers(s, id);
		if (w->node[id].up)
			world_adopt_end(w, id);
		if (w->node[id].up && set_has(stopped, id))
			world_stop(w, id);
	}
}

void sim_cluster_bring(struct cluster *c, node_id node, const uint8_t *bytes, size_t length)
{
	world_bring(sim_cluster_of(c)->world, node, bytes, length);
}
