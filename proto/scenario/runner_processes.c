/* What is done to processes: each command waits until the model has seen it happen. */
#include "proto/scenario/runner_parts.h"

static bool each(struct runner *r, node_set nodes, enum process_act what)
{
	for (; nodes != 0; nodes &= nodes - 1) {
		node_id node = set_lowest(nodes);
		if (!r->cluster->ops->process(r->cluster, node, what)) {
			runner_fail(r, "%s", r->cluster->why);
			return false;
		}
	}
	return true;
}

static node_set who_is(const struct runner *r, enum node_life life)
{
	node_set set = 0;
	for (unsigned id = 1; id <= r->model->nodes; id++)
		if (r->model->node[id].life == life)
			set |= set_of((node_id)id);
	return set;
}

#define PATIENCE_US 15000000

static enum act until(struct runner *r, bool reached, const char *what)
{
	if (reached)
		return ACT_DONE;
	if (r->real_us > r->stage_at && r->real_us - r->stage_at > PATIENCE_US)
		return runner_fail(r, "%s, even after 15 s", what);
	return ACT_WAIT;
}

enum act act_crash(struct runner *r)
{
	node_set nodes = r->command.nodes;
	if (r->stage == 0) {
		node_set down = nodes & who_is(r, LIFE_DOWN);
		if (down != 0)
			return runner_fail(r, "n%u is down already", set_lowest(down));
		if (!each(r, nodes, PROCESS_CRASH))
			return ACT_FAILED;
		runner_stage(r, 1);
	}
	return until(r, (nodes & ~who_is(r, LIFE_DOWN)) == 0, "the node does not die");
}

static bool are_back(const struct runner *r, node_set nodes)
{
	for (; nodes != 0; nodes &= nodes - 1) {
		const struct model_node *n = &r->model->node[set_lowest(nodes)];
		if (n->life != LIFE_UP || n->boot <= r->boot_before[set_lowest(nodes)])
			return false;
	}
	return true;
}

static bool have_told(const struct runner *r, node_set nodes)
{
	for (; nodes != 0; nodes &= nodes - 1)
		if (r->model->node[set_lowest(nodes)].snapshots ==
		    r->snapshots_before[set_lowest(nodes)])
			return false;
	return true;
}

enum act act_restart(struct runner *r)
{
	node_set nodes = r->command.nodes, up = nodes & ~who_is(r, LIFE_DOWN);
	enum act done;
	switch (r->stage) {
	case 0:
		if (!each(r, up, PROCESS_CRASH))
			return ACT_FAILED;
		runner_stage(r, 1);
		return ACT_WAIT;
	case 1:
		done = until(r, up == 0, "the node does not die");
		if (done != ACT_DONE)
			return done;
		for (unsigned id = 1; id <= r->model->nodes; id++)
			r->boot_before[id] = r->model->node[id].boot;
		if (!each(r, nodes, PROCESS_RESTART))
			return ACT_FAILED;
		runner_stage(r, 2);
		return ACT_WAIT;
	case 2:
		done = until(r, are_back(r, nodes), "the node does not come back");
		if (done != ACT_DONE)
			return done;
		for (unsigned id = 1; id <= r->model->nodes; id++)
			r->snapshots_before[id] = r->model->node[id].snapshots;
		r->cluster->ops->refresh(r->cluster);
		runner_stage(r, 3);
		return ACT_WAIT;
	case 3:
		done = until(r, have_told(r, nodes), "the node does not tell its state");
		if (done != ACT_DONE)
			return done;
		runner_stage(r, 4);
		return runner_debts(r);
	default:
		return runner_debts(r);
	}
}

enum act act_stop(struct runner *r)
{
	node_set nodes = r->command.nodes;
	if (r->stage == 0) {
		node_set not_up = nodes & ~who_is(r, LIFE_UP);
		if (not_up != 0)
			return runner_fail(r, "n%u does not run", set_lowest(not_up));
		if (!each(r, nodes, PROCESS_STOP))
			return ACT_FAILED;
		runner_stage(r, 1);
	}
	return until(r, (nodes & ~who_is(r, LIFE_STOPPED)) == 0, "the node does not stop");
}

enum act act_continue(struct runner *r)
{
	node_set nodes = r->command.nodes;
	if (r->stage == 0) {
		node_set down = nodes & who_is(r, LIFE_DOWN);
		if (down != 0)
			return runner_fail(r, "n%u is down: restart it", set_lowest(down));
		if (!each(r, nodes, PROCESS_CONTINUE))
			return ACT_FAILED;
		runner_stage(r, 1);
	}
	if (r->stage == 1) {
		enum act done =
			until(r, (nodes & ~who_is(r, LIFE_UP)) == 0, "the node does not run on");
		if (done != ACT_DONE)
			return done;
		runner_stage(r, 2);
	}
	return runner_debts(r);
}
