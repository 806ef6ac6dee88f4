/* The turns of a world: whose is next, and what happens in it. */
#include "proto/sim/world.h"

#include <assert.h>

#include "proto/sim/loss.h"
#include "proto/sim/world_life.h"

/* What one thing costs that a node does while the others do theirs, and how much work costs nothing
 * yet. */
#define WORK_US  100
#define BURST_US 100000

/* A node carries out what it owes before it listens to the next control, so there is room for it,
 * and what it owes is of the epoch that it was in. */
void world_control(struct world *w, node_id id, const struct control *control)
{
	struct world_node *n = &w->node[id];

	assert(n->up && !n->stopped);
	w->busy_until = w->now;
	if (member_is_full(n->member) || (n->owes && control->kind == CONTROL_EPOCH))
		world_carry(w, id);
	if (!n->up)
		return;
	member_control_in(n->member, w->now, control);
	world_plan_visit(w, id);
}

void world_lines(struct world *w, node_id id, const struct policy_line *line, unsigned lines)
{
	struct world_node *n = &w->node[id];

	assert(n->up && !n->stopped);
	w->busy_until = w->now;
	if (n->owes)
		world_carry(w, id);
	if (!n->up)
		return;
	member_lines_in(n->member, w->now, line, lines);
	world_plan_visit(w, id);
}

void world_load(struct world *w, node_id id, struct load *load)
{
	struct world_node *n = &w->node[id];

	assert(n->up && !n->stopped);
	if (!n->owes && load_propose(load, n->member, w->now))
		world_plan_visit(w, id);
}

time_us world_next(const struct world *w)
{
	time_us next = NEVER;

	for (node_id id = 1; id <= w->options.nodes; id++)
		if (w->next_at[id] < next)
			next = w->next_at[id];
	if (w->options.loss != NULL && w->options.loss->kept > 0)
		next = lower_of(next, w->options.loss->due);
	return next;
}

node_id world_due(const struct world *w)
{
	node_id due = NODE_NONE;

	for (node_id id = 1; id <= w->options.nodes; id++)
		if (w->next_at[id] <= w->now &&
		    (due == NODE_NONE || w->next_at[id] < w->next_at[due]))
			due = id;
	return due;
}

/* Work takes time, but a burst of it takes none: nodes that answer each other over links without
 * delay would else go on for ever in one instant. */
static void spend_time(struct world *w)
{
	if (w->busy_until < w->now)
		w->busy_until = w->now;
	w->busy_until += 1 + (time_us)WORK_US / w->options.nodes;
	if (w->busy_until > w->now + BURST_US)
		w->now = w->busy_until - BURST_US;
}

/* The message that was to come later comes now. */
static bool brings_late(struct world *w)
{
	struct sim_loss *loss = w->options.loss;

	if (loss == NULL || loss->kept == 0 || loss->due > w->now)
		return false;
	loss->came = true;
	world_deliver(w, loss->to, loss->room, loss->kept);
	loss->kept = 0;
	return true;
}

bool world_run(struct world *w)
{
	if (brings_late(w))
		return true;
	const node_id id = world_due(w);
	struct world_node *n = &w->node[id];

	if (id == NODE_NONE)
		return false;
	spend_time(w);
	if (n->owes && n->carry_at <= w->now) {
		world_carry(w, id);
	} else {
		member_tick(n->member, w->now);
		world_plan_visit(w, id);
	}
	return true;
}

void world_adopt(struct world *w, node_id id, struct member *member, void *memory,
		 const struct member_config *config)
{
	struct world_node *n = &w->node[id];

	n->member = member;
	n->memory = memory;
	n->config = *config;
	n->up = true;
	n->stopped = n->owes = n->waits = false;
}

void world_adopt_end(struct world *w, node_id id)
{
	member_set_quiet(w->node[id].member, false);
	world_plan_visit(w, id);
}

void world_bring(struct world *w, node_id id, const uint8_t *bytes, size_t length)
{
	world_deliver(w, id, bytes, length);
}

value_ref world_value(struct world *w, node_id id, value_ref value)
{
	struct member *member = w->node[id].member;
	uint32_t length;
	const uint8_t *bytes;

	if (value <= VALUE_NOOP || member == NULL || member_values(member) == w->values)
		return value;
	bytes = values_bytes(member_values(member), value, &length);
	return values_intern(w->values, bytes, length);
}

void world_sweep(struct world *w, void (*mark)(void *user), void *user)
{
	values_unmark(w->values);
	for (node_id id = 1; id <= w->options.nodes; id++) {
		if (w->node[id].up)
			member_mark(w->node[id].member);
		disk_mark(&w->node[id].disk, w->values);
		if (w->node[id].copied)
			disk_mark(&w->node[id].copy, w->values);
	}
	if (mark != NULL)
		mark(user);
	values_sweep(w->values);
}
