/* Gates, and messages that wait at one. */
#include <stdio.h>
#include <string.h>

#include "proto/core/text.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/scenario/acts.h"

#define SHOWN_MAX 4 /* held messages that are named where another was looked for */

/* The rule that the node has, or is owed. */
static struct gate_rule rule_of(const struct runner *r, node_id node)
{
	struct away away;
	if (!set_has(runner_present(r), node) && r->cluster->ops->away != NULL &&
	    r->cluster->ops->away(r->cluster, node, &away))
		return away.gate;
	return r->model->node[node].gate;
}

/* What the command makes of it. */
static struct gate_rule rule_after(const struct runner *r, node_id node)
{
	const struct command *c = &r->command;
	const type_set types = c->types != 0 ? c->types : TYPES_ALL;
	const bool names_own = c->own || set_has(c->from, node);
	struct gate_rule rule = rule_of(r, node);
	node_set from = (c->from != 0 ? c->from : set_first(r->model->nodes)) & ~set_of(node);
	const bool whole = c->from == 0 && c->types == 0 && !c->own;
	if (whole && !c->on)
		return (struct gate_rule){.on = false};
	for (; from != 0; from &= from - 1)
		gate_rule_set(&rule, set_lowest(from), types, c->on);
	if (names_own)
		gate_rule_set(&rule, GATE_OWN, types, c->on);
	rule.keep = rule.on && (rule.keep || c->keep);
	return rule;
}

/* Sends the rule of the first node that is left to all that get the same one. */
static bool send_rule(struct runner *r)
{
	const struct gate_rule rule = rule_after(r, set_lowest(r->left));
	struct control c = {.kind = CONTROL_GATE, .count = rule.on, .gate = rule};
	for (node_set left = r->left; left != 0; left &= left - 1) {
		const struct gate_rule other = rule_after(r, set_lowest(left));
		if (gate_rule_equal(&rule, &other))
			c.to |= set_of(set_lowest(left));
	}
	r->left &= ~c.to;
	return runner_send(r, &c);
}

enum act_progress act_gate(struct runner *r)
{
	const struct command *c = &r->command;
	if (r->stage == 0) {
		r->left = c->nodes != 0 ? c->nodes : set_first(r->model->nodes);
		runner_note_away(r, r->left);
		runner_stage(r, 1);
		if (!send_rule(r))
			return ACT_FAILED;
	}
	const enum act_progress answers = runner_answers(r);
	if (answers != ACT_DONE || r->left == 0)
		return answers;
	return send_rule(r) ? ACT_WAIT : ACT_FAILED;
}

static bool is_meant(const struct message_pick *pick, const struct flight *f)
{
	if (f->state != FLIGHT_HELD || (pick->to != 0 && !set_has(pick->to, f->to)))
		return false;
	if (pick->id.source != NODE_NONE)
		return f->id.source == pick->id.source && f->id.boot == pick->id.boot &&
		       f->id.number == pick->id.number && f->copy == pick->copy;
	return (pick->type == MSG_NONE || f->type == pick->type) &&
	       (pick->from == 0 || set_has(pick->from, f->from)) &&
	       (ballot_is_none(pick->ballot) || ballot_cmp(f->ballot, pick->ballot) == 0) &&
	       (pick->slot == SLOT_NONE || f->slot == pick->slot);
}

static bool is_older(const struct flight *a, const struct flight *b)
{
	if (a->id.boot != b->id.boot)
		return a->id.boot < b->id.boot;
	return a->id.number != b->id.number ? a->id.number < b->id.number : a->copy < b->copy;
}

/* "promise 2.2 slot 0 from n2 to n1 (2.1.7)", of the message that is held. */
static void show_held(const struct flight *f, char *out, size_t size)
{
	char ballot[16], name[40];
	ballot_show(f->ballot, ballot);
	flight_name(f, name);
	text_append(out, size, "%s", message_name(f->type));
	if (!ballot_is_none(f->ballot))
		text_append(out, size, " %s", ballot);
	text_append(out, size, " slot %llu from n%u to n%u (%s)", (unsigned long long)f->slot,
		    f->from, f->to, name);
}

/* Nothing of what was asked for is held: what is, first of all what is held at the same nodes. */
static enum act_progress fail_none(struct runner *r)
{
	const struct model *m = r->model;
	const struct message_pick *pick = &r->command.pick;
	const node_set at = pick->to != 0 ? pick->to : set_first(m->nodes);
	unsigned held = 0;
	char others[sizeof r->words - 60] = "", who[NODES_MAX * 4];
	set_show(at, who, sizeof who);
	for (uint32_t i = 0; i < m->flights; i++) {
		const struct flight *f = &m->flight[i];
		if (f->state != FLIGHT_HELD || !set_has(at, f->to))
			continue;
		if (held++ >= SHOWN_MAX)
			continue;
		text_append(others, sizeof others, "%s", held > 1 ? ", " : "");
		show_held(f, others, sizeof others);
	}
	if (held == 0)
		return runner_fail(r, "no such message is held, nor any other at %s", who);
	if (held > SHOWN_MAX)
		text_append(others, sizeof others, " and %u more", held - SHOWN_MAX);
	return runner_fail(r, "no such message is held; instead: %s", others);
}

static bool order_about_message(struct runner *r, enum control_kind what, const struct flight *f)
{
	struct control c = {
		.kind = what,
		.to = set_of(f->to),
		.id = f->id,
		.copy = f->copy,
	};
	if (what == CONTROL_MOVE) {
		c.other = r->command.before.id;
		c.other_copy = r->command.before.copy;
	}
	return runner_send(r, &c);
}

/* The oldest that is meant at these nodes, those of the lowest node first. */
static const struct flight *oldest_meant(const struct runner *r, node_set among)
{
	const struct model *m = r->model;
	const struct flight *oldest = NULL;
	for (uint32_t i = 0; i < m->flights; i++) {
		const struct flight *f = &m->flight[i];
		if (set_has(among, f->to) && is_meant(&r->command.pick, f) &&
		    (oldest == NULL || f->to < oldest->to ||
		     (f->to == oldest->to && is_older(f, oldest))))
			oldest = f;
	}
	return oldest;
}

/* How many orders there are to give, and at which nodes: by its id a message may be held at
 * several. What comes to a gate because of them is no part of it. */
static void count_meant(struct runner *r)
{
	const struct message_pick *pick = &r->command.pick;
	const struct model *m = r->model;
	r->left = 0;
	r->left_orders = 0;
	for (uint32_t i = 0; i < m->flights; i++)
		if (is_meant(pick, &m->flight[i])) {
			r->left |= set_of(m->flight[i].to);
			r->left_orders++;
		}
	if (!pick->all && pick->id.source == NODE_NONE && r->left_orders > 1)
		r->left_orders = 1;
}

/* Gives the next order. */
static enum act_progress give_order(struct runner *r, enum control_kind what)
{
	const struct flight *f = oldest_meant(r, r->left);
	r->left_orders--;
	if (f == NULL)
		return ACT_DONE; /* somebody else was quicker */
	if (r->command.pick.id.source != NODE_NONE)
		r->left &= ~set_of(f->to);
	return order_about_message(r, what, f) ? ACT_WAIT : ACT_FAILED;
}

static enum act_progress order_about_picked(struct runner *r, enum control_kind what)
{
	if (r->stage == 0) {
		count_meant(r);
		if (r->left_orders == 0 && r->command.within > 0) {
			if (!r->has_deadline)
				runner_set_deadline(r, r->command.within);
			if (!runner_is_late(r))
				return ACT_WAIT;
		}
		if (r->left_orders == 0)
			return fail_none(r);
		if (r->command.pick.all && what != CONTROL_DELIVER && what != CONTROL_DISCARD)
			return runner_fail(r, "one message at a time: name it by its id");
		runner_stage(r, 1);
		if (give_order(r, what) == ACT_FAILED)
			return ACT_FAILED;
	}
	const enum act_progress answers = runner_answers(r);
	if (answers != ACT_DONE || r->left_orders == 0)
		return answers;
	return give_order(r, what) == ACT_FAILED ? ACT_FAILED : ACT_WAIT;
}

enum act_progress act_deliver(struct runner *r)
{
	return order_about_picked(r, CONTROL_DELIVER);
}

enum act_progress act_drop(struct runner *r)
{
	return order_about_picked(r, CONTROL_DISCARD);
}

enum act_progress act_duplicate(struct runner *r)
{
	return order_about_picked(r, CONTROL_DUPLICATE);
}

enum act_progress act_move(struct runner *r)
{
	return order_about_picked(r, CONTROL_MOVE);
}
