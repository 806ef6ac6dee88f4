/* What is done to processes: each command waits until the model has seen it happen. */
#include <stdio.h>
#include <string.h>

#include "proto/core/text.h"
#include "proto/model/base/show.h"
#include "proto/model/say/say.h"
#include "proto/scenario/acts.h"

#define PATIENCE_US 45000000 /* real: for a process to do as it was told */

/* What was done to some of the nodes before it failed is not taken back: it is told. */
static bool act_on_each(struct runner *r, node_set nodes, enum process_act what)
{
	char done[NODES_MAX * 4];
	for (node_set left = nodes; left != 0; left &= left - 1) {
		const node_id node = set_lowest(left);
		if (r->cluster->ops->process(r->cluster, node, what))
			continue;
		set_show(nodes & ~left, done, sizeof done);
		if (left == nodes || what == PROCESS_MAY_RESTART)
			runner_fail(r, "%s", r->cluster->why);
		else
			runner_fail(r, "%s; it was done to %s only", r->cluster->why, done);
		return false;
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

static enum act_progress wait_until_reached(struct runner *r, bool reached, const char *what)
{
	if (reached)
		return ACT_DONE;
	if (r->real_us > r->stage_at && r->real_us - r->stage_at > PATIENCE_US)
		return runner_fail(r, "%s, even after %d s", what, PATIENCE_US / 1000000);
	return ACT_WAIT;
}

/* Have all these nodes been so, once at least, since the command was given? Another operator may
 * have done something else to a node since. */
static bool have_been(const struct runner *r, node_set nodes, enum node_life life)
{
	return (nodes & ~r->been[life]) == 0;
}

static void note_boots(struct runner *r)
{
	for (unsigned id = 1; id <= r->model->nodes; id++)
		r->boot_before[id] = r->model->node[id].boot;
}

/* Has each of these nodes died? One whose next life is seen has, too: another operator may have
 * started it before its end was seen. */
static bool have_died(const struct runner *r, node_set nodes)
{
	for (node_set left = nodes & ~r->been[LIFE_DOWN]; left != 0; left &= left - 1) {
		const node_id node = set_lowest(left);
		if (r->model->node[node].boot <= r->boot_before[node])
			return false;
	}
	return true;
}

/* A node that died meanwhile will not come to what is waited for. */
static bool died_meanwhile(struct runner *r, node_set nodes)
{
	const node_set dead = nodes & r->been[LIFE_DOWN];
	if (dead != 0)
		runner_fail(r, "n%u died meanwhile", set_lowest(dead));
	return dead != 0;
}

enum act_progress act_crash(struct runner *r)
{
	node_set nodes = r->command.nodes;
	if (r->stage == 0) {
		node_set down = nodes & who_is(r, LIFE_DOWN);
		if (down != 0)
			return runner_fail(r, "n%u is down already", set_lowest(down));
		note_boots(r);
		if (!act_on_each(r, nodes, PROCESS_CRASH))
			return ACT_FAILED;
		runner_stage(r, 1);
	}
	const node_set silent = nodes & who_is(r, LIFE_UNKNOWN);
	if (silent != 0)
		return runner_fail(r, "n%u does not answer: it is down, or out of reach from here",
				   set_lowest(silent));
	return wait_until_reached(r, have_died(r, nodes), "the node does not die");
}

static bool are_back(const struct runner *r, node_set nodes)
{
	for (; nodes != 0; nodes &= nodes - 1) {
		const struct model_node *n = &r->model->node[set_lowest(nodes)];
		if (n->life == LIFE_DOWN || n->boot <= r->boot_before[set_lowest(nodes)])
			return false;
	}
	return true;
}

/* Asks all nodes for their state as it is now. */
static void ask_anew(struct runner *r)
{
	for (unsigned id = 1; id <= r->model->nodes; id++)
		r->snapshots_before[id] = r->model->node[id].snapshots;
	r->cluster->ops->refresh(r->cluster);
}

static bool have_told(const struct runner *r, node_set nodes)
{
	for (; nodes != 0; nodes &= nodes - 1)
		if (r->model->node[set_lowest(nodes)].snapshots ==
		    r->snapshots_before[set_lowest(nodes)])
			return false;
	return true;
}

#define BEHIND_US 2000000 /* real: for peers to tell a node what it missed */

/* A node that was away is given what it missed. The command ends when the node is in the epoch of
 * the others and under their defences, or says that it is not: its peers may be out of its reach.
 */
static enum act_progress catch_up(struct runner *r, node_set nodes)
{
	const struct model *m = r->model;
	char trouble[REMARK_WORDS_MAX];
	for (; nodes != 0; nodes &= nodes - 1) {
		const node_id node = set_lowest(nodes);
		if (m->node[node].epoch == 0 || !model_trouble(m, node, trouble, sizeof trouble))
			continue;
		if (r->real_us < r->stage_at + BEHIND_US)
			return ACT_WAIT;
		text_write(r->words, sizeof r->words, "%s", trouble);
	}
	return ACT_DONE;
}

static void note_running(struct runner *r, node_set up)
{
	char who[NODES_MAX * 4];
	if (up == 0)
		return;
	set_show(up, who, sizeof who);
	snprintf(r->words, sizeof r->words, "%s ran: killed and started again", who);
}

/* A node that another operator has started meanwhile need not be started. */
static bool start_those_down(struct runner *r)
{
	const node_set nodes = r->command.nodes & who_is(r, LIFE_DOWN);
	if (!act_on_each(r, nodes, PROCESS_RESTART))
		return false;
	r->cluster->why[0] = 0; /* what is told from here on is about these nodes */
	r->starting = r->command.nodes;
	return true;
}

enum act_progress act_restart(struct runner *r)
{
	node_set nodes = r->command.nodes, up = nodes & ~who_is(r, LIFE_DOWN);
	enum act_progress done;
	switch (r->stage) {
	case 0:
		/* Nothing is killed that cannot be started again. */
		if (!act_on_each(r, nodes, PROCESS_MAY_RESTART))
			return ACT_FAILED;
		note_boots(r);
		r->killed = up;
		if (!act_on_each(r, up, PROCESS_CRASH))
			return ACT_FAILED;
		note_running(r, up);
		runner_stage(r, 1);
		return ACT_WAIT;
	case 1:
		done = wait_until_reached(r, have_died(r, r->killed), "the node does not die");
		if (done != ACT_DONE)
			return done;
		if (!start_those_down(r))
			return ACT_FAILED;
		runner_stage(r, 2);
		return ACT_WAIT;
	case 2:
		done = wait_until_reached(r, are_back(r, nodes), "the node does not come back");
		if (done != ACT_DONE)
			return done;
		ask_anew(r);
		runner_stage(r, 3);
		return ACT_WAIT;
	case 3:
		done = wait_until_reached(r, have_told(r, nodes & ~who_is(r, LIFE_STOPPED)),
					  "the node does not tell its state");
		if (done != ACT_DONE)
			return done;
		r->starting = 0;
		runner_stage(r, 4);
		return catch_up(r, nodes);
	default:
		return catch_up(r, nodes);
	}
}

/* Before a node gets an empty store its peers tell how far they are: the new node is to keep out of
 * every slot that the old one may have touched. */
enum act_progress act_replace(struct runner *r)
{
	const node_id node = r->command.a;
	enum act_progress done;
	switch (r->stage) {
	case 0:
		if (who_is(r, LIFE_DOWN) != 0 && !set_has(who_is(r, LIFE_DOWN), node))
			return runner_fail(r, "n%u runs: only a node that is down is replaced",
					   node);
		ask_anew(r);
		runner_stage(r, 1);
		return ACT_WAIT;
	case 1:
		done = wait_until_reached(r, have_told(r, runner_present(r) & ~set_of(node)),
					  "a peer does not tell its state");
		if (done != ACT_DONE)
			return done;
		if (!act_on_each(r, set_of(node), PROCESS_REPLACE))
			return ACT_FAILED;
		r->starting = set_of(node);
		runner_stage(r, 2);
		return ACT_WAIT;
	default:
		done = wait_until_reached(r, are_back(r, set_of(node)),
					  "the node does not come back");
		r->starting = 0;
		return done;
	}
}

enum act_progress act_stop(struct runner *r)
{
	node_set nodes = r->command.nodes;
	if (r->stage == 0) {
		const node_set stopped = nodes & who_is(r, LIFE_STOPPED);
		const node_set not_up = nodes & ~who_is(r, LIFE_UP);
		if (not_up != 0 && not_up == stopped)
			return runner_fail(r, "n%u is stopped already", set_lowest(stopped));
		if (not_up != 0)
			return runner_fail(r, "n%u is %s: it cannot be stopped",
					   set_lowest(not_up & ~stopped),
					   runner_why_away(r, set_lowest(not_up & ~stopped)));
		if (!act_on_each(r, nodes, PROCESS_STOP))
			return ACT_FAILED;
		runner_stage(r, 1);
	}
	if (died_meanwhile(r, nodes))
		return ACT_FAILED;
	return wait_until_reached(r, have_been(r, nodes, LIFE_STOPPED), "the node does not stop");
}

enum act_progress act_continue(struct runner *r)
{
	node_set nodes = r->command.nodes;
	if (r->stage == 0) {
		node_set down = nodes & who_is(r, LIFE_DOWN);
		if (down != 0)
			return runner_fail(r, "n%u is down: restart it", set_lowest(down));
		const node_set not_stopped = nodes & ~who_is(r, LIFE_STOPPED);
		if (not_stopped != 0)
			return runner_fail(r, "n%u is not stopped", set_lowest(not_stopped));
		if (!act_on_each(r, nodes, PROCESS_CONTINUE))
			return ACT_FAILED;
		runner_stage(r, 1);
	}
	if (died_meanwhile(r, nodes))
		return ACT_FAILED;
	if (r->stage == 1) {
		enum act_progress done = wait_until_reached(r, have_been(r, nodes, LIFE_UP),
							    "the node does not run on");
		if (done != ACT_DONE)
			return done;
		ask_anew(r);
		runner_stage(r, 2);
		return ACT_WAIT;
	}
	if (r->stage == 2) {
		enum act_progress done =
			wait_until_reached(r, have_told(r, nodes & ~who_is(r, LIFE_STOPPED)),
					   "the node does not tell its state");
		if (done != ACT_DONE)
			return done;
		runner_stage(r, 3);
	}
	return catch_up(r, nodes);
}
