/* The schedule of faults: what goes wrong next, drawn from the seed. */
#include "proto/fault/link.h"
#include "proto/sim/sim_parts.h"

enum act {
	ACT_PROPOSE,
	ACT_BAD_LINK,
	ACT_CUT,
	ACT_PARTITION,
	ACT_HEAL,
	ACT_CRASH,
	ACT_RESTART,
	ACT_STOP,
	ACTS
};

void schedule_init(struct sim *sim)
{
	struct schedule *s = &sim->schedule;
	unsigned nodes = sim->world->options.nodes;

	s->act_every = 2000 + sim_random(sim, 20000);
	s->until = 500000 + sim_random(sim, 1500000);
	s->down_max = (unsigned)sim_random(sim, nodes + 1);
	s->weight = 0;
	for (unsigned act = 0; act < ACTS; act++) {
		/* Some runs know nothing of some faults. */
		s->weights[act] = sim_random(sim, 4) == 0 ? 0 : 1 + (unsigned)sim_random(sim, 10);
		if (act == ACT_PROPOSE || act == ACT_RESTART)
			s->weights[act] += 8;
		s->weight += s->weights[act];
	}
	sim->act_at = 1;
}

static node_id any_node(struct sim *sim)
{
	return (node_id)(1 + sim_random(sim, sim->world->options.nodes));
}

static bool is_running(const struct sim *sim, node_id node)
{
	return sim->world->node[node].up && !sim->world->node[node].stopped;
}

static void act_propose(struct sim *sim)
{
	node_id node = any_node(sim);
	slot_number slot = SLOT_NONE;

	if (!is_running(sim, node))
		return;
	if (sim_random(sim, 8) == 0)
		slot = member_paxos(sim->world->node[node].member)->base + sim_random(sim, 6);
	for (uint64_t burst = sim_random(sim, 10) == 0 ? sim_random(sim, 20) : 1; burst > 0;
	     burst--)
		sim_propose(sim, node, slot);
}

static struct link_rule bad_rule(struct sim *sim)
{
	struct link_rule rule = link_rule_default();

	if (sim_random(sim, 2) == 0)
		rule.loss_ppm = (uint32_t)sim_random(sim, 600000);
	if (sim_random(sim, 2) == 0)
		rule.duplicate_ppm = (uint32_t)sim_random(sim, 400000);
	if (sim_random(sim, 2) == 0)
		rule.reorder_ppm = (uint32_t)sim_random(sim, 400000);
	if (sim_random(sim, 2) == 0)
		rule.delay_us = sim_random(sim, 120000);
	if (sim_random(sim, 2) == 0)
		rule.jitter_us = sim_random(sim, 80000);
	return rule;
}

static void act_bad_link(struct sim *sim)
{
	struct link_rule rule = bad_rule(sim);

	if (sim_random(sim, 4) != 0) {
		sim_link(sim, any_node(sim), any_node(sim), &rule);
		return;
	}
	for (node_id a = 1; a <= sim->world->options.nodes; a++)
		for (node_id b = 1; b <= sim->world->options.nodes; b++)
			sim_link(sim, a, b, &rule);
}

static void act_cut(struct sim *sim)
{
	struct link_rule rule = link_rule_default();
	node_id a = any_node(sim), b = any_node(sim);

	if (a == b)
		return;
	rule.cut = true;
	sim_link(sim, a, b, &rule);
	if (sim_random(sim, 2) == 0) {
		sim->faults[SIM_ONE_WAY_CUT]++;
		return;
	}
	sim_link(sim, b, a, &rule);
	sim->faults[SIM_TWO_WAY_CUT]++;
}

static void act_partition(struct sim *sim)
{
	struct link_rule rule = link_rule_default();
	node_id nodes = sim->world->options.nodes;
	node_set part = (node_set)sim_random(sim, set_first(nodes)) + 1;

	rule.cut = true;
	if ((part & set_first(nodes)) == set_first(nodes))
		return;
	sim->faults[SIM_PARTITION]++;
	for (node_id a = 1; a <= nodes; a++)
		for (node_id b = 1; b <= nodes; b++)
			if (a != b && set_has(part, a) != set_has(part, b))
				sim_link(sim, a, b, &rule);
}

static void act_heal(struct sim *sim)
{
	struct link_rule rule = link_rule_default();

	sim->faults[SIM_HEAL]++;
	for (node_id a = 1; a <= sim->world->options.nodes; a++)
		for (node_id b = 1; b <= sim->world->options.nodes; b++)
			if (a != b)
				sim_link(sim, a, b, &rule);
}

static unsigned count_down(const struct sim *sim)
{
	unsigned down = 0;

	for (node_id id = 1; id <= sim->world->options.nodes; id++)
		down += !sim->world->node[id].up;
	return down;
}

/* At once, or at a point within the next output that must be synced. */
static void act_crash(struct sim *sim)
{
	node_id node = any_node(sim);
	struct world_node *n = &sim->world->node[node];
	enum cut_short how = (enum cut_short)sim_random(sim, 4);

	if (!n->up || count_down(sim) >= sim->schedule.down_max)
		return;
	if (how == CUT_NOTHING) {
		sim->faults[SIM_CRASH_IDLE]++;
		sim_act(sim, "n%u crashes", node);
		sim_crash(sim, node, (unsigned)sim_random(sim, n->disk.unsynced + 1));
		return;
	}
	n->cut_short = how;
	n->cut_after = (unsigned)sim_random(sim, sim->world->options.nodes);
}

static void act_restart(struct sim *sim)
{
	node_id node = any_node(sim);

	if (sim->world->node[node].up)
		return;
	sim->faults[SIM_RESTART]++;
	sim_act(sim, "n%u restarts", node);
	world_start(sim->world, node);
}

/* Stops a node, or lets all that are stopped go on. */
static void act_stop(struct sim *sim)
{
	node_id node = any_node(sim);

	if (sim_random(sim, 2) == 0 && is_running(sim, node)) {
		sim->faults[SIM_STOP]++;
		sim_act(sim, "n%u is stopped", node);
		world_stop(sim->world, node);
		return;
	}
	for (node_id id = 1; id <= sim->world->options.nodes; id++)
		if (sim->world->node[id].up && sim->world->node[id].stopped) {
			sim_act(sim, "n%u continues", id);
			world_continue(sim->world, id);
		}
}

void schedule_act(struct sim *sim)
{
	static void (*const acts[ACTS])(struct sim *) = {
		[ACT_PROPOSE] = act_propose, [ACT_BAD_LINK] = act_bad_link,
		[ACT_CUT] = act_cut,         [ACT_PARTITION] = act_partition,
		[ACT_HEAL] = act_heal,       [ACT_CRASH] = act_crash,
		[ACT_RESTART] = act_restart, [ACT_STOP] = act_stop,
	};
	uint64_t draw = sim_random(sim, sim->schedule.weight);
	unsigned act = 0;

	while (draw >= sim->schedule.weights[act])
		draw -= sim->schedule.weights[act++];
	acts[act](sim);
	sim->act_at = sim->world->now + 1 + sim_random(sim, 2 * sim->schedule.act_every);
}

/* At least a quorum is healthy. Of the others some are down and some up but cut off. */
void schedule_heal(struct sim *sim)
{
	struct link_rule good = link_rule_default();
	struct link_rule cut = good;
	node_id nodes = sim->world->options.nodes;
	unsigned quorum = policy_quorum(sim->options.policy, nodes);
	unsigned wanted = quorum + (unsigned)sim_random(sim, nodes - quorum + 1);

	cut.cut = true;
	sim_act(sim, "faults end for %u of %u nodes", wanted, nodes);
	while (set_count(sim->healthy) < wanted)
		sim->healthy |= set_of(any_node(sim));
	for (node_id id = 1; id <= nodes; id++) {
		struct world_node *n = &sim->world->node[id];
		bool healthy = set_has(sim->healthy, id);

		n->cut_short = CUT_NOTHING;
		if (n->up && n->stopped)
			world_continue(sim->world, id);
		if (!healthy && n->up && sim_random(sim, 2) == 0) {
			sim->faults[SIM_CRASH_IDLE]++;
			sim_act(sim, "n%u crashes", id);
			sim_crash(sim, id, n->disk.unsynced);
		} else if (healthy && !n->up) {
			sim->faults[SIM_RESTART]++;
			sim_act(sim, "n%u restarts", id);
			world_start(sim->world, id);
		}
	}
	for (node_id a = 1; a <= nodes; a++)
		for (node_id b = 1; b <= nodes; b++)
			if (a != b)
				sim_link(sim, a, b,
					 set_has(sim->healthy, a) == set_has(sim->healthy, b)
						 ? &good
						 : &cut);
}
