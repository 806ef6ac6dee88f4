/* Loads in a simulated cluster: the generator that live nodes have, in virtual time. */
#include "proto/core/digest.h"
#include "proto/sim/sim_cluster_state.h"

void sim_cluster_loads_init(struct sim_cluster *s)
{
	for (node_id id = 1; id <= s->world->options.nodes; id++)
		load_init(&s->load[id]);
}

/* The load of a node that died is gone with it. */
static bool runs(const struct sim_cluster *s, node_id id)
{
	const struct world_node *n = &s->world->node[id];

	return s->load[id].running && n->up && !n->stopped && n->config.boot == s->loads[id].boot;
}

void sim_cluster_carried(void *user, node_id id, const struct member_output *out)
{
	struct sim_cluster *s = user;
	const struct load_order *order = &out->load;

	if (runs(s, id))
		load_observe(&s->load[id], out->write, out->writes, s->world->now);
	if (order->number == 0)
		return;
	if (s->loads[id].boot != s->world->node[id].config.boot)
		load_init(&s->load[id]);
	s->loads[id].boot = s->world->node[id].config.boot;
	load_begin(&s->load[id], order, digest64(s->seed, &id, 1) ^ order->number, s->world->now);
}

void sim_cluster_loads_run(struct sim_cluster *s)
{
	for (node_id id = 1; id <= s->world->options.nodes; id++)
		if (runs(s, id))
			world_load(s->world, id, &s->load[id]);
}

time_us sim_cluster_loads_next(const struct sim_cluster *s)
{
	time_us next = NEVER;

	for (node_id id = 1; id <= s->world->options.nodes; id++)
		if (runs(s, id) && !s->world->node[id].owes)
			next = lower_of(next, load_wake(&s->load[id]));
	return next;
}

bool sim_cluster_next_load(struct sim_cluster *s, bool all, struct item *out)
{
	for (node_id id = 1; id <= s->world->options.nodes; id++) {
		const struct load *load = &s->load[id];

		if (load->order.number == 0 || s->loads[id].boot != s->world->node[id].config.boot)
			continue;
		if (load->order.number == s->loads[id].given_number &&
		    load->running != s->loads[id].given_done &&
		    (!all || load->changes == s->loads[id].given_changes))
			continue;
		s->loads[id].given_number = load->order.number;
		s->loads[id].given_changes = load->changes;
		s->loads[id].given_done = !load->running;
		s->load_item.node = id;
		load_report_make(load, &s->load_item.report);
		*out = (struct item){.kind = ITEM_LOAD, .load = &s->load_item};
		return true;
	}
	return false;
}
