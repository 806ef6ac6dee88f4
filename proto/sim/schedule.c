#include "proto/sim/schedule.h"

#include "proto/fault/link.h"
#include "proto/sim/sim_run.h"

void schedule_init(struct sim *sim)
{
	static const unsigned bonus[ACTS] = {
#define ACT(name, bonus) [ACT_##name] = bonus,
#include "proto/sim/acts.def"
#undef ACT
	};
	struct schedule *s = &sim->schedule;
	unsigned nodes = sim->stage.world->options.nodes;

	s->act_every = 2000 + stage_draw(&sim->stage, 20000);
	s->until = 500000 + stage_draw(&sim->stage, 1500000);
	s->down_max = (unsigned)stage_draw(&sim->stage, nodes + 1);
	s->weight = 0;
	for (unsigned act = 0; act < ACTS; act++) {
		/* Some runs know nothing of some faults. */
		s->weights[act] = stage_draw(&sim->stage, 4) == 0
					  ? 0
					  : 1 + (unsigned)stage_draw(&sim->stage, 10);
		s->weights[act] += bonus[act];
		if (!sim->changes && (act == ACT_defend || act == ACT_epoch))
			s->weights[act] = 0;
		s->weight += s->weights[act];
	}
	sim->act_at = 1;
}

static node_id any_node(struct sim *sim)
{
	return (node_id)(1 + stage_draw(&sim->stage, sim->stage.world->options.nodes));
}

static bool is_running(const struct sim *sim, node_id node)
{
	return sim->stage.world->node[node].up && !sim->stage.world->node[node].stopped;
}

void schedule_act_propose(struct sim *sim)
{
	node_id node = any_node(sim);
	slot_number slot = SLOT_NONE;

	if (!is_running(sim, node))
		return;
	if (stage_draw(&sim->stage, 8) == 0)
		slot = paxos_base(member_paxos(sim->stage.world->node[node].member)) +
		       stage_draw(&sim->stage, 6);
	for (uint64_t burst = stage_draw(&sim->stage, 10) == 0 ? stage_draw(&sim->stage, 20) : 1;
	     burst > 0; burst--)
		sim_propose(sim, node, slot);
}

static struct link_rule bad_rule(struct sim *sim)
{
	struct link_rule rule = link_rule_default();

	if (stage_draw(&sim->stage, 2) == 0)
		rule.loss_ppm = (uint32_t)stage_draw(&sim->stage, 600000);
	if (stage_draw(&sim->stage, 2) == 0)
		rule.duplicate_ppm = (uint32_t)stage_draw(&sim->stage, 400000);
	if (stage_draw(&sim->stage, 2) == 0)
		rule.reorder_ppm = (uint32_t)stage_draw(&sim->stage, 400000);
	if (stage_draw(&sim->stage, 2) == 0)
		rule.delay_us = stage_draw(&sim->stage, 120000);
	if (stage_draw(&sim->stage, 2) == 0)
		rule.jitter_us = stage_draw(&sim->stage, 80000);
	return rule;
}

void schedule_act_bad_link(struct sim *sim)
{
	struct link_rule rule = bad_rule(sim);

	if (stage_draw(&sim->stage, 4) != 0) {
		sim_link(sim, any_node(sim), any_node(sim), &rule);
		return;
	}
	for (node_id a = 1; a <= sim->stage.world->options.nodes; a++)
		for (node_id b = 1; b <= sim->stage.world->options.nodes; b++)
			sim_link(sim, a, b, &rule);
}

void schedule_act_cut(struct sim *sim)
{
	struct link_rule rule = link_rule_default();
	node_id a = any_node(sim), b = any_node(sim);

	if (a == b)
		return;
	rule.cut = true;
	sim_link(sim, a, b, &rule);
	if (stage_draw(&sim->stage, 2) == 0) {
		sim->faults[SIM_ONE_WAY_CUT]++;
		return;
	}
	sim_link(sim, b, a, &rule);
	sim->faults[SIM_TWO_WAY_CUT]++;
}

void schedule_act_partition(struct sim *sim)
{
	struct link_rule rule = link_rule_default();
	node_id nodes = sim->stage.world->options.nodes;
	node_set part = (node_set)stage_draw(&sim->stage, set_first(nodes)) + 1;

	rule.cut = true;
	if ((part & set_first(nodes)) == set_first(nodes))
		return;
	sim->faults[SIM_PARTITION]++;
	for (node_id a = 1; a <= nodes; a++)
		for (node_id b = 1; b <= nodes; b++)
			if (a != b && set_has(part, a) != set_has(part, b))
				sim_link(sim, a, b, &rule);
}

void schedule_act_heal(struct sim *sim)
{
	struct link_rule rule = link_rule_default();

	sim->faults[SIM_HEAL]++;
	for (node_id a = 1; a <= sim->stage.world->options.nodes; a++)
		for (node_id b = 1; b <= sim->stage.world->options.nodes; b++)
			if (a != b)
				sim_link(sim, a, b, &rule);
}

static unsigned count_down(const struct sim *sim)
{
	unsigned down = 0;

	for (node_id id = 1; id <= sim->stage.world->options.nodes; id++)
		down += !sim->stage.world->node[id].up;
	return down;
}

/* At once, or at a point within the next output that must be synced. */
void schedule_act_crash(struct sim *sim)
{
	node_id node = any_node(sim);
	struct world_node *n = &sim->stage.world->node[node];
	enum cut_short how = (enum cut_short)stage_draw(&sim->stage, 4);

	if (!n->up || count_down(sim) >= sim->schedule.down_max)
		return;
	if (how == CUT_NOTHING) {
		sim->faults[SIM_CRASH_IDLE]++;
		stage_narrate(&sim->stage, "n%u crashes", node);
		sim_crash(sim, node, (unsigned)stage_draw(&sim->stage, n->disk.unsynced + 1));
		return;
	}
	n->cut_short = how;
	n->cut_after = (unsigned)stage_draw(&sim->stage, sim->stage.world->options.nodes);
}

void schedule_act_restart(struct sim *sim)
{
	node_id node = any_node(sim);

	if (sim->stage.world->node[node].up)
		return;
	sim->faults[SIM_RESTART]++;
	stage_restart(&sim->stage, node);
}

/* A node that was stopped is told what it is owed before it hears what came meanwhile. */
static void continue_node(struct sim *sim, node_id id)
{
	world_wake(sim->stage.world, id);
	stage_catch_up(&sim->stage, id);
	if (sim->stage.world->node[id].up)
		world_continue(sim->stage.world, id);
}

/* Stops a node, or lets all that are stopped go on. */
void schedule_act_stop(struct sim *sim)
{
	node_id node = any_node(sim);

	if (stage_draw(&sim->stage, 2) == 0 && is_running(sim, node)) {
		sim->faults[SIM_STOP]++;
		stage_narrate(&sim->stage, "n%u is stopped", node);
		world_stop(sim->stage.world, node);
		return;
	}
	for (node_id id = 1; id <= sim->stage.world->options.nodes; id++)
		if (sim->stage.world->node[id].up && sim->stage.world->node[id].stopped) {
			stage_narrate(&sim->stage, "n%u continues", id);
			continue_node(sim, id);
		}
}

static policy_id any_policy(struct sim *sim)
{
	static const policy_id sets[] = {
		POLICY_NONE,
		DEFENCE_SIGN,
		DEFENCE_SIGN | DEFENCE_QUORUM,
		DEFENCE_SIGN | DEFENCE_CERT,
		DEFENCE_SIGN | DEFENCE_LEASE | DEFENCE_WINDOW,
		DEFENCE_SIGN | DEFENCE_QUORUM | DEFENCE_ECHO,
		DEFENCE_SIGN | DEFENCE_QUORUM | DEFENCE_JUSTIFY,
		DEFENCE_SIGN | DEFENCE_QUORUM | DEFENCE_ECHO | DEFENCE_JUSTIFY | DEFENCE_CERT,
	};

	return sets[stage_draw(&sim->stage, sizeof sets / sizeof sets[0])];
}

/* A node that is up will crash, likely while it stores what comes now. */
static void schedule_crash(struct sim *sim)
{
	struct world_node *n = &sim->stage.world->node[any_node(sim)];

	if (!n->up || count_down(sim) >= sim->schedule.down_max)
		return;
	n->cut_short = (enum cut_short)(1 + stage_draw(&sim->stage, 3));
	n->cut_after = (unsigned)stage_draw(&sim->stage, sim->stage.world->options.nodes);
}

static void narrate_policy(const struct sim *sim, const char *what, policy_id policy)
{
	char set[POLICY_SHOWN_MAX];

	policy_show(policy, set);
	stage_narrate(&sim->stage, "%s: %.100s", what, set);
}

/* The operator loses some nodes, which go on working, or finds all again. */
static void change_reach(struct sim *sim)
{
	if (sim->stage.away == 0) {
		stage_go_away(&sim->stage, set_first(sim->stage.world->options.nodes));
		sim->faults[SIM_AWAY] += set_count(sim->stage.away);
		return;
	}
	stage_narrate(&sim->stage, "all nodes are in the operator's reach again");
	stage_come_near(&sim->stage);
}

/* Nodes that have not heard of the change are asked for values behind it. */
static void touch_unheard(struct sim *sim)
{
	const struct stage *s = &sim->stage;
	const slot_number from = s->line[s->lines - 1].from;

	for (node_set left = s->away; left != 0; left &= left - 1)
		if (is_running(sim, set_lowest(left)))
			sim_propose(sim, set_lowest(left), from + stage_draw(&sim->stage, 2));
}

void schedule_act_defend(struct sim *sim)
{
	const policy_id policy = any_policy(sim);

	if (stage_draw(&sim->stage, 3) != 0)
		change_reach(sim);
	schedule_crash(sim);
	narrate_policy(sim, "defences change", policy);
	if (!stage_defend(&sim->stage, policy))
		return;
	sim->faults[SIM_DEFEND]++;
	touch_unheard(sim);
}

void schedule_act_epoch(struct sim *sim)
{
	const policy_id policy = any_policy(sim);

	schedule_crash(sim);
	narrate_policy(sim, "a new epoch", policy);
	/* The last one is for the end (sim.c). */
	if (sim->stage.epochs + 1 < sim->stage.epochs_max && stage_epoch(&sim->stage, policy))
		sim->faults[SIM_EPOCH]++;
}

/* Clients read between the acts, by draws of their own: the acts are the same with and without. */
static void read_somewhere(struct sim *sim)
{
	const uint64_t draw = random_next(&sim->read_draws);
	const node_id node = (node_id)(1 + draw / 4 % sim->stage.world->options.nodes);

	if (sim->options.reads && draw % 4 == 0 && is_running(sim, node))
		stage_read(&sim->stage, node);
}

void schedule_act(struct sim *sim)
{
	static void (*const acts[ACTS])(struct sim *) = {
#define ACT(name, bonus) [ACT_##name] = schedule_act_##name,
#include "proto/sim/acts.def"
#undef ACT
	};
	uint64_t draw = stage_draw(&sim->stage, sim->schedule.weight);
	unsigned act = 0;

	while (draw >= sim->schedule.weights[act])
		draw -= sim->schedule.weights[act++];
	acts[act](sim);
	read_somewhere(sim);
	sim->act_at =
		sim->stage.world->now + 1 + stage_draw(&sim->stage, 2 * sim->schedule.act_every);
}

/* Every slot must be decided, whatever its policy. */
static unsigned highest_quorum(const struct sim *sim)
{
	const struct stage *s = &sim->stage;
	unsigned highest = 0;

	for (unsigned i = 0; i < s->lines; i++) {
		unsigned quorum = policy_quorum(s->line[i].policy, s->world->options.nodes);

		highest = quorum > highest ? quorum : highest;
	}
	return highest;
}

node_set schedule_who_keeps_out(const struct sim *sim)
{
	node_set out = 0;

	for (node_id id = 1; id <= sim->stage.world->options.nodes; id++) {
		const struct world_node *n = &sim->stage.world->node[id];
		const struct slot_bits of = n->up ? member_out_of(n->member) : n->config.out_of;
		if (of.bits != 0)
			out |= set_of(id);
	}
	return out;
}

/* A healthy node is up; of the others some are down. */
static void end_faults(struct sim *sim, node_id id)
{
	struct world_node *n = &sim->stage.world->node[id];
	bool healthy = set_has(sim->healthy, id);

	n->cut_short = CUT_NOTHING;
	if (n->up && n->stopped)
		continue_node(sim, id);
	if (!healthy && n->up && stage_draw(&sim->stage, 2) == 0) {
		sim->faults[SIM_CRASH_IDLE]++;
		stage_narrate(&sim->stage, "n%u crashes", id);
		sim_crash(sim, id, n->disk.unsynced);
	} else if (healthy && !n->up) {
		sim->faults[SIM_RESTART]++;
		stage_restart(&sim->stage, id);
	}
}

/* At least a quorum is healthy, and has a part in every slot. Of the others some are down and some
 * up but cut off. */
void schedule_heal(struct sim *sim)
{
	struct link_rule good = link_rule_default();
	struct link_rule cut = good;
	node_id nodes = sim->stage.world->options.nodes;
	unsigned quorum = highest_quorum(sim);
	unsigned wanted = quorum + (unsigned)stage_draw(&sim->stage, nodes - quorum + 1);

	cut.cut = true;
	stage_narrate(&sim->stage, "faults end for %u of %u nodes", wanted, nodes);
	while (set_count(sim->healthy) < wanted)
		sim->healthy |= set_of(any_node(sim));
	stage_come_near(&sim->stage);
	for (node_id id = 1; id <= nodes; id++)
		end_faults(sim, id);
	while (sim->healthy != set_first(nodes) &&
	       set_count(sim->healthy & ~schedule_who_keeps_out(sim)) < quorum) {
		const node_id one_more = any_node(sim);
		sim->healthy |= set_of(one_more);
		end_faults(sim, one_more);
	}
	for (node_id a = 1; a <= nodes; a++)
		for (node_id b = 1; b <= nodes; b++)
			if (a != b)
				sim_link(sim, a, b,
					 set_has(sim->healthy, a) == set_has(sim->healthy, b)
						 ? &good
						 : &cut);
}
