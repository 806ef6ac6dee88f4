#include <string.h>

#include "proto/core/text.h"
#include "proto/sim/sim_cluster_state.h"
#include "proto/sim/world_seat.h"

/* Simulated disks are memory that was given once: the longest log may have half of it, and the rest
 * is for what nodes owe meanwhile. */
static bool has_room_for_load(struct cluster *c, const struct control *control)
{
	const struct world *w = sim_cluster_of(c)->world;
	const slot_number slots_most = w->options.slots_max / 2;
	const size_t bytes_most = w->options.values_bytes / 4;
	slot_number end = 0;

	for (node_id id = 1; id <= w->options.nodes; id++)
		end = higher_of(end, w->node[id].disk.end);
	const slot_number left = end < slots_most ? slots_most - end : 0;
	if (control->count > left) {
		text_write(c->why, sizeof c->why,
			   "simulated disks have room for %llu more values in this epoch, not %u",
			   (unsigned long long)left, control->count);
		return false;
	}
	if (control->count > 0 && control->size_bytes > bytes_most / control->count) {
		text_write(c->why, sizeof c->why, "simulated disks have room for %zu MiB of values",
			   bytes_most >> 20);
		return false;
	}
	return true;
}

static bool can_take(struct cluster *c, const struct control *control)
{
	const struct world *w = sim_cluster_of(c)->world;

	if (control->kind == CONTROL_LOAD && !has_room_for_load(c, control))
		return false;
	for (node_set left = control->to; left != 0; left &= left - 1) {
		node_id id = set_lowest(left);
		if (id > w->options.nodes) {
			text_write(c->why, sizeof c->why, "there is no n%u", id);
			return false;
		}
		if (!control_stands(control->kind) && set_count(control->to) == 1 &&
		    (!w->node[id].up || w->node[id].stopped)) {
			text_write(c->why, sizeof c->why, "n%u is %s", id,
				   w->node[id].up ? "stopped" : "down");
			return false;
		}
	}
	return true;
}

/* The node is away while the control of this number is given. */
static void note_missed(struct sim_cluster *s, node_id id, uint64_t number)
{
	if (s->away_since[id] == 0)
		s->away_since[id] = number;
}

/* Carries out what the node owes. False: it died of that, and it is told. */
static bool carry_what_it_owes(struct sim_cluster *s, node_id id)
{
	world_carry(s->world, id);
	if (!s->world->node[id].up)
		sim_cluster_tell_life(s, EVENT_CRASHED, id);
	return s->world->node[id].up;
}

/* A node carries out what it owes before it listens to what it has no room for, or what begins
 * another epoch. False: it is away, or died of that; then it is owed the order. */
static bool give_order(struct sim_cluster *s, node_id id, const struct control *order)
{
	const struct world_node *n = &s->world->node[id];
	const bool first = n->up && !n->stopped &&
			   (member_is_full(n->member) || (n->owes && order->kind == CONTROL_EPOCH));

	if (!n->up || n->stopped || (first && !carry_what_it_owes(s, id))) {
		note_missed(s, id, order->number);
		return false;
	}
	world_control(s->world, id, order);
	return true;
}

/* Gives a node that is back the standing orders that it missed. In a live cluster its peers do so.
 */
static void give_missed_orders(struct sim_cluster *s, node_id id)
{
	const uint64_t since = s->away_since[id];

	s->away_since[id] = 0;
	for (unsigned i = 0; i < s->orders.count && since != 0; i++)
		if (set_has(s->orders.of[i].holds, id) && s->orders.of[i].control.number >= since)
			if (!give_order(s, id, &s->orders.of[i].control))
				return;
}

bool sim_cluster_away(struct cluster *c, node_id id, struct away *out)
{
	const struct sim_cluster *s = sim_cluster_of(c);
	const struct world_node *n = &s->world->node[id];
	uint32_t epoch = n->config.wire.epoch;

	memcpy(out->link, n->config.link, sizeof out->link);
	out->gate = n->config.gate;
	/* As with a live node, whose store nobody reads while the node has it open. */
	out->touched_is_known = !n->up;
	out->untouched = n->disk.end;
	for (unsigned i = 0; i < s->orders.count; i++) {
		const struct control *order = &s->orders.of[i].control;

		if (!set_has(order->to, id) || order->number < s->away_since[id])
			continue;
		for (node_id from = 1; order->kind == CONTROL_LINK && from <= NODES_MAX; from++)
			if (order->peer == NODE_NONE || order->peer == from)
				out->link[from] = order->link;
		if (order->kind == CONTROL_EPOCH && order->count > epoch)
			out->untouched = 0;
		if (order->kind == CONTROL_GATE)
			out->gate = control_gate(order);
	}
	return true;
}

/* Where no node runs, time goes on as it was ordered last. */
static struct clock_rule clock_ordered(const struct sim_cluster *s)
{
	struct clock_rule clock = s->clock;

	for (unsigned i = 0; i < s->orders.count; i++)
		if (s->orders.of[i].control.kind == CONTROL_CLOCK)
			clock = s->orders.of[i].control.clock;
	return clock;
}

bool sim_cluster_is_paused(const struct sim_cluster *s)
{
	const struct world *w = s->world;
	bool runs = false;

	for (node_id id = 1; id <= w->options.nodes; id++)
		if (w->node[id].up && !w->node[id].stopped) {
			struct clock_rule clock;
			struct link_rule link[NODES_MAX + 1];
			struct gate_rule gate;
			uint64_t number;

			member_settings(w->node[id].member, &clock, link, &gate, &number);
			if (!clock_is_paused(&clock))
				return false;
			runs = true;
		}
	const struct clock_rule clock = clock_ordered(s);
	return runs || clock_is_paused(&clock);
}

bool sim_cluster_control(struct cluster *c, struct control *control)
{
	struct sim_cluster *s = sim_cluster_of(c);
	struct world *w = s->world;

	control->number = ++s->number;
	if (!can_take(c, control))
		return false;
	if (control->kind == CONTROL_ADVANCE && control->due > w->now && sim_cluster_is_paused(s))
		w->now = control->due;
	if (control_stands(control->kind) && orders_judge(&s->orders, control) == ORDER_NEW)
		orders_keep(&s->orders, control, NULL, 0);
	for (node_set left = control->to; left != 0; left &= left - 1) {
		node_id id = set_lowest(left);

		(void)give_order(s, id, control);
	}
	return true;
}

/* Why this cannot be done to the node, as the end of a sentence; NULL: it can. */
static const char *why_not(const struct world_node *n, enum process_act act)
{
	switch (act) {
	case PROCESS_CRASH:
		return n->up ? NULL : "is down already";
	case PROCESS_RESTART:
		return n->up     ? "is up already"
		       : n->lost ? "lost its store: a node that forgot its promises must not take "
				   "part; give its seat to an empty one, by `replace`"
				 : NULL;
	case PROCESS_COPY:
		return n->up     ? "runs: only the disk of a node that is down is copied"
		       : n->lost ? "lost its disk"
				 : NULL;
	case PROCESS_ROLL_BACK:
		return n->up       ? "runs: only the disk of a node that is down is put back"
		       : n->copied ? NULL
				   : "has no copy of its disk: make one with copy";
	case PROCESS_STOP:
		return !n->up ? "is down" : n->stopped ? "is stopped already" : NULL;
	case PROCESS_REPLACE:
		return n->up ? "runs: only a node that is down is replaced" : NULL;
	case PROCESS_WIPE:
		return n->up ? "runs: only the disk of a node that is down is wiped" : NULL;
	case PROCESS_CONTINUE:
		return !n->up ? "is down" : !n->stopped ? "is not stopped" : NULL;
	case PROCESS_MAY_RESTART:
		return NULL;
	}
	return NULL;
}

/* Nodes that began from an old copy of their disks while nobody was there who knew. */
static void end_old_copies(struct sim_cluster *s)
{
	for (node_id id = 1; id <= s->world->options.nodes; id++)
		if (s->world->node[id].up && world_is_old(s->world, id)) {
			world_crash(s->world, id, 0);
			sim_cluster_tell_life(s, EVENT_CRASHED, id);
		}
}

bool sim_cluster_process(struct cluster *c, node_id id, enum process_act act)
{
	struct sim_cluster *s = sim_cluster_of(c);
	struct world *w = s->world;

	if (id == NODE_NONE || id > w->options.nodes) {
		text_write(c->why, sizeof c->why, "there is no n%u", id);
		return false;
	}
	struct world_node *n = &w->node[id];
	const char *why = why_not(n, act);
	if (why != NULL) {
		text_write(c->why, sizeof c->why, "n%u %s", id, why);
		return false;
	}
	if (act == PROCESS_MAY_RESTART)
		return true;
	if (act == PROCESS_WIPE || act == PROCESS_COPY || act == PROCESS_ROLL_BACK) {
		(act == PROCESS_WIPE   ? world_wipe
		 : act == PROCESS_COPY ? world_copy_disk
				       : world_roll_back)(w, id);
		sim_cluster_push(s,
				 &(struct event){.kind = EVENT_DISK,
						 .node = id,
						 .boot = n->config.boot,
						 .at = w->now,
						 .count = act == PROCESS_WIPE   ? DISK_WIPED
							  : act == PROCESS_COPY ? DISK_COPIED
										: DISK_PUT_BACK});
		return true;
	}
	if (act == PROCESS_RESTART && world_is_old(w, id)) {
		text_write(c->why, sizeof c->why,
			   "n%u ended: this is an old copy of its disk, and others may have heard "
			   "of what it forgot: give its seat to an empty one, by `replace`",
			   id);
		return false;
	}
	if (act == PROCESS_REPLACE && !world_replace(w, id, c->why, sizeof c->why))
		return false;
	if (act == PROCESS_RESTART)
		world_start(w, id);
	if (act == PROCESS_RESTART || act == PROCESS_REPLACE) {
		give_missed_orders(s, id);
		end_old_copies(s);
		return true;
	}
	/* What the node has done so far leaves it before it is gone, but what waits for its disk.
	 */
	if (act == PROCESS_CRASH && n->waits)
		n->cut_short = CUT_BEFORE_SENDS;
	if (!n->stopped && n->owes && !carry_what_it_owes(s, id))
		return true;
	if (act == PROCESS_CRASH)
		world_crash(w, id, 0);
	else if (act == PROCESS_STOP)
		world_stop(w, id);
	else if (act == PROCESS_CONTINUE)
		world_continue(w, id);
	sim_cluster_tell_life(s,
			      act == PROCESS_CRASH  ? EVENT_CRASHED
			      : act == PROCESS_STOP ? EVENT_STOPPED
						    : EVENT_CONTINUED,
			      id);
	if (act == PROCESS_CONTINUE)
		give_missed_orders(s, id);
	return true;
}
