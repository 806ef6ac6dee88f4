/* Time by hand: one thing after another, in virtual order, while the cluster's time is paused.
 *
 * A thing is one message that comes in at one node, or the timers of one node. Each node is told
 * which thing it is (CONTROL_ADVANCE): the one whose thing it is does that and no more, and the
 * others move their clocks. Before the next thing is picked, every node tells when its timers are
 * due, and what was sent has come to its receiver's link. */
#include <stdio.h>

#include "proto/model/base/query.h"
#include "proto/scenario/acts.h"

#define TELL_US   5000000 /* real: a node that is up tells its state sooner */
#define ARRIVE_US 300000  /* real: what has not come to a link by then was lost by the bus */

enum stage { STAGE_BEGIN, STAGE_PAUSED, STAGE_TELL, STAGE_DONE };

/* What is due first: a message, or the timers of a node. */
struct thing {
	time_us due; /* 0: nothing is due */
	node_id node;
	const struct flight *flight; /* NULL: its timers */
};

static bool id_is_lower(const struct flight *a, const struct flight *b)
{
	if (a->id.source != b->id.source)
		return a->id.source < b->id.source;
	if (a->id.boot != b->id.boot)
		return a->id.boot < b->id.boot;
	return a->id.number != b->id.number ? a->id.number < b->id.number : a->copy < b->copy;
}

/* Of what is due at the same time messages come before timers, and what is at lower nodes before
 * what is at higher ones: so all who step the same cluster see the same order. */
static bool is_before(const struct thing *a, const struct thing *b)
{
	if (b->due == 0 || a->due != b->due)
		return b->due == 0 || a->due < b->due;
	if ((a->flight == NULL) != (b->flight == NULL))
		return a->flight != NULL;
	if (a->node != b->node)
		return a->node < b->node;
	return a->flight != NULL && id_is_lower(a->flight, b->flight);
}

static struct thing timers_of(const struct runner *r, node_id node)
{
	return (struct thing){.due = r->model->node[node].wake_at, .node = node};
}

static struct thing next_thing(const struct runner *r)
{
	const struct model *m = r->model;
	const node_set present = runner_present(r);
	struct thing next = {0};
	for (uint32_t i = 0; i < m->flights; i++) {
		const struct flight *f = &m->flight[i];
		const struct thing thing = {.due = f->due, .node = f->to, .flight = f};
		if (f->state == FLIGHT_HELD && f->due > 0 && set_has(present, f->to) &&
		    is_before(&thing, &next))
			next = thing;
	}
	for (node_set left = present; left != 0; left &= left - 1) {
		const struct thing thing = timers_of(r, set_lowest(left));
		if (thing.due > 0 && is_before(&thing, &next))
			next = thing;
	}
	return next;
}

/* Has every node told its state since the last step? A snapshot that was asked for earlier may come
 * late, and tell of the time before the step. */
static bool have_all_told(const struct runner *r)
{
	for (node_set left = runner_present(r); left != 0; left &= left - 1) {
		const struct model_node *n = &r->model->node[set_lowest(left)];
		if (n->snapshots == r->snapshots_before[set_lowest(left)] ||
		    n->told_at < r->stepped_to)
			return false;
	}
	return true;
}

/* Is all that was sent at its receiver's link? What never comes there is not waited for again. */
static bool have_all_arrived(struct runner *r)
{
	const struct model *m = r->model;
	const bool is_late = r->real_us > r->stage_at + ARRIVE_US;
	bool all = true;
	for (uint32_t i = 0; i < m->flights; i++) {
		const struct flight *f = &m->flight[i];
		uint64_t *lost = &r->lost_upto[f->id.source][f->to];
		const uint64_t age = (uint64_t)f->id.boot << 48 | (f->id.number & 0xffffffffffff);
		if (f->state != FLIGHT_SENT || age <= *lost || m->node[f->to].life != LIFE_UP)
			continue;
		if (is_late)
			*lost = age;
		else
			all = false;
	}
	return all;
}

/* A node that heard of the pause late has come further than the others. No node goes back in time,
 * so a step leads at least to where the furthest node is. */
static time_us not_before(const struct runner *r, time_us due)
{
	for (node_set left = runner_present(r); left != 0; left &= left - 1)
		if (r->model->node[set_lowest(left)].told_at > due)
			due = r->model->node[set_lowest(left)].told_at;
	return due;
}

static enum act_progress ask_for_snapshots(struct runner *r)
{
	for (unsigned id = 1; id <= r->model->nodes; id++)
		r->snapshots_before[id] = r->model->node[id].snapshots;
	r->cluster->ops->refresh(r->cluster);
	runner_stage(r, STAGE_TELL);
	return ACT_WAIT;
}

/* A step that is refused was done by somebody else meanwhile: another is picked. */
static enum act_progress do_thing(struct runner *r, const struct thing *thing)
{
	struct control c = {
		.kind = CONTROL_ADVANCE,
		.to = set_first(r->model->nodes),
		.due = not_before(r, thing->due),
		.peer = thing->node,
	};
	if (thing->flight != NULL) {
		c.id = thing->flight->id;
		c.copy = thing->flight->copy;
	}
	r->refused_by = 0;
	r->may_refuse = true;
	r->stepped_to = c.due;
	r->stepped_node = thing->node;
	if (!runner_send(r, &c))
		return ACT_FAILED;
	runner_stage(r, STAGE_DONE);
	return ACT_WAIT;
}

static enum act_progress wait_for_nodes(struct runner *r, bool are_ready)
{
	if (are_ready)
		return ACT_DONE;
	return r->real_us > r->stage_at + TELL_US ? runner_fail(r, "a node does not tell its state")
						  : ACT_WAIT;
}

/* Is everything known that the step before brought about? ACT_DONE: it is. */
static enum act_progress settle(struct runner *r)
{
	return wait_for_nodes(r, have_all_told(r) && have_all_arrived(r));
}

/* `node`: whose timers are to run, or NODE_NONE: whatever is due first. ACT_DONE: it is done. */
static enum act_progress step_once(struct runner *r, node_id node)
{
	if (r->stage == STAGE_TELL) {
		const enum act_progress settled = settle(r);
		if (settled != ACT_DONE)
			return settled;
		const struct thing thing = node != NODE_NONE ? timers_of(r, node) : next_thing(r);
		if (thing.due == 0 && node != NODE_NONE)
			return runner_fail(r, "no timer of n%u runs", node);
		if (thing.due == 0)
			return runner_fail(r, "nothing is on its way and no timer runs: there is "
					      "nothing to step to");
		if (do_thing(r, &thing) == ACT_FAILED)
			return ACT_FAILED;
	}
	const enum act_progress answers = runner_answers(r);
	if (answers != ACT_DONE)
		return answers;
	if (r->refused_by == 0)
		return ACT_DONE;
	if (++r->tries > 20)
		return runner_fail(r, "n%u refuses every step: somebody else moves its time",
				   r->stepped_node);
	return ask_for_snapshots(r);
}

static enum act_progress begin(struct runner *r)
{
	r->stepped_to = 0;
	r->tries = 0;
	return ask_for_snapshots(r);
}

/* Time comes to a moment, and no node does anything: each is told that it is another one's turn. */
static enum act_progress step_to(struct runner *r, time_us moment)
{
	const node_set all = set_first(r->model->nodes);
	struct control c = {
		.kind = CONTROL_ADVANCE, .due = moment, .to = all & ~set_of(1), .peer = 1};
	if (r->stage == STAGE_TELL) {
		const enum act_progress told = wait_for_nodes(r, have_all_told(r));
		if (told != ACT_DONE)
			return told;
		c.due = not_before(r, moment);
		r->stepped_to = c.due;
		if ((c.to & runner_present(r)) != 0 && !runner_send(r, &c))
			return ACT_FAILED;
		c.to = set_of(1);
		c.peer = NODES_MAX;
		if (set_has(runner_present(r), 1) && !runner_send(r, &c))
			return ACT_FAILED;
		runner_stage(r, STAGE_DONE);
	}
	return runner_answers(r);
}

enum act_progress act_step(struct runner *r)
{
	if (r->stage == STAGE_BEGIN) {
		if (!clock_is_paused(&r->model->clock))
			return runner_fail(r, "time runs: pause before you step");
		r->steps_left = r->command.count;
		return begin(r);
	}
	if (r->command.duration > 0)
		return step_to(r, r->command.duration);
	const enum act_progress step = step_once(r, NODE_NONE);
	if (step != ACT_DONE || --r->steps_left == 0)
		return step;
	return ask_for_snapshots(r);
}

/* `until` and `timer` stop time first: then nothing happens but what they do. */
static enum act_progress pause_first(struct runner *r)
{
	if (r->stage == STAGE_BEGIN && clock_is_paused(&r->model->clock))
		return begin(r);
	if (r->stage == STAGE_BEGIN) {
		const struct clock_rule *clock = &r->model->clock;
		struct control c = runner_clock(r, 0, clock->num == 1 ? clock->den : 1);
		r->num_before = clock->num;
		r->den_before = clock->den;
		if (!runner_send(r, &c))
			return ACT_FAILED;
		runner_stage(r, STAGE_PAUSED);
	}
	const enum act_progress answers = runner_answers(r);
	return answers == ACT_DONE ? begin(r) : answers;
}

/* Steps until the condition is true: it is looked at after each thing that happens, and again when
 * what that sent has come to its receivers' links. */
static enum act_progress step_until(struct runner *r, node_id node)
{
	if (r->stage == STAGE_BEGIN) {
		r->until_us = r->model->now + (r->command.within > 0 ? r->command.within : WAIT_US);
		if (r->command.alternatives > 0 && runner_conditions_hold(r))
			return ACT_DONE;
	}
	if (r->stage == STAGE_BEGIN || r->stage == STAGE_PAUSED)
		return pause_first(r);
	const bool waits = r->command.alternatives > 0;
	if (waits && r->stage == STAGE_TELL && settle(r) == ACT_DONE) {
		if (runner_conditions_hold(r))
			return ACT_DONE;
		if (r->model->now > r->until_us)
			return runner_in_vain(r);
	}
	const enum act_progress step = step_once(r, node);
	if (step != ACT_DONE)
		return step;
	if (!waits || runner_conditions_hold(r))
		return ACT_DONE;
	return ask_for_snapshots(r);
}

enum act_progress act_until(struct runner *r)
{
	return step_until(r, NODE_NONE);
}

enum act_progress act_timer(struct runner *r)
{
	if (!set_has(runner_present(r), r->command.a))
		return runner_fail(r, "n%u is %s: no timer runs there", r->command.a,
				   runner_why_away(r, r->command.a));
	return step_until(r, r->command.a);
}
