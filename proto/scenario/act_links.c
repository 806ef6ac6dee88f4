/* Links. A command sets a goal for the whole matrix of links. A link is a matter of its receiver:
 * each node is told of one link at a time that differs from the goal, until the nodes report that
 * none differs. */
#include <stdio.h>
#include <string.h>

#include "proto/fault/link.h"
#include "proto/model/base/show.h"
#include "proto/scenario/acts.h"

/* The links of a node that is away, as they will be when it is back. */
static void links_when_back(const struct runner *r, node_id to, struct link_rule link[])
{
	struct away away;
	const bool is_known =
		r->cluster->ops->away != NULL && r->cluster->ops->away(r->cluster, to, &away);
	memcpy(link, is_known ? away.link : r->model->node[to].link, sizeof away.link);
}

/* The goal begins as the links are now, for another dashboard may have changed them since the last
 * command. */
static void begin_goal(struct runner *r)
{
	for (unsigned to = 1; to <= r->model->nodes; to++)
		if (set_has(runner_away(r), (node_id)to))
			links_when_back(r, (node_id)to, r->goal[to]);
		else
			memcpy(r->goal[to], r->model->node[to].link, sizeof r->goal[to]);
}

static bool send_link(struct runner *r, node_id to, node_id from)
{
	struct control c = {
		.kind = CONTROL_LINK,
		.to = set_of(to),
		.peer = from,
		.link = r->goal[to][from],
	};
	return runner_send(r, &c);
}

/* The goal is set. Nodes that are away do not report how far they have come: each is left the links
 * that differ from the goal. */
static enum act_progress pursue_goal(struct runner *r)
{
	node_set told = 0;
	for (node_set left = runner_away(r); left != 0; left &= left - 1) {
		struct link_rule link[NODES_MAX + 1];
		const node_id to = set_lowest(left);
		links_when_back(r, to, link);
		for (node_id from = 1; from <= r->model->nodes; from++) {
			if (from == to || link_rule_equal(&link[from], &r->goal[to][from]))
				continue;
			if (!send_link(r, to, from))
				return ACT_FAILED;
			told |= set_of(to);
		}
	}
	runner_note_away(r, told);
	runner_stage(r, 1);
	return runner_links(r);
}

enum act_progress runner_links(struct runner *r)
{
	const struct model *m = r->model;
	bool all = true;
	for (node_set left = runner_present(r); left != 0; left &= left - 1) {
		node_id to = set_lowest(left);
		for (unsigned from = 1; from <= m->nodes; from++) {
			if (from == to ||
			    link_rule_equal(&m->node[to].link[from], &r->goal[to][from]))
				continue;
			all = false;
			if (r->awaited[to] != 0)
				break;
			if (!send_link(r, to, (node_id)from))
				return ACT_FAILED;
			break;
		}
	}
	enum act_progress answers = runner_answers(r);
	return answers == ACT_DONE && !all ? ACT_WAIT : answers;
}

/* What a command makes of one link. */
typedef void link_change(const struct command *c, struct link_rule *rule);

static void change_cut(const struct command *c, struct link_rule *rule)
{
	(void)c;
	rule->cut = true;
}

static void change_join(const struct command *c, struct link_rule *rule)
{
	(void)c;
	rule->cut = false;
}

static void change_shape(const struct command *c, struct link_rule *rule)
{
	if (c->link_parts & LINK_DELAY)
		rule->delay_us = c->link.delay_us;
	if (c->link_parts & LINK_JITTER)
		rule->jitter_us = c->link.jitter_us;
	if (c->link_parts & LINK_LOSS)
		rule->loss_ppm = c->link.loss_ppm;
	if (c->link_parts & LINK_DUPLICATE)
		rule->duplicate_ppm = c->link.duplicate_ppm;
	if (c->link_parts & LINK_REORDER)
		rule->reorder_ppm = c->link.reorder_ppm;
}

static void change_all(struct runner *r, link_change *change, node_set from, node_set to)
{
	for (node_set a = from; a != 0; a &= a - 1)
		for (node_set b = to & ~set_of(set_lowest(a)); b != 0; b &= b - 1)
			change(&r->command, &r->goal[set_lowest(b)][set_lowest(a)]);
}

static enum act_progress change_links(struct runner *r, link_change *change)
{
	if (r->stage == 0) {
		begin_goal(r);
		change_all(r, change, r->command.from, r->command.to);
		if (r->command.both)
			change_all(r, change, r->command.to, r->command.from);
		return pursue_goal(r);
	}
	return runner_links(r);
}

enum act_progress act_cut(struct runner *r)
{
	return change_links(r, change_cut);
}

enum act_progress act_join(struct runner *r)
{
	return change_links(r, change_join);
}

enum act_progress act_link(struct runner *r)
{
	return change_links(r, change_shape);
}

static bool share_group(const struct command *c, unsigned a, unsigned b)
{
	for (unsigned i = 0; i < c->groups; i++)
		if (set_has(c->group[i], (node_id)a))
			return set_has(c->group[i], (node_id)b);
	return false;
}

enum act_progress act_partition(struct runner *r)
{
	if (r->stage == 0) {
		begin_goal(r);
		for (unsigned to = 1; to <= r->model->nodes; to++)
			for (unsigned from = 1; from <= r->model->nodes; from++)
				r->goal[to][from].cut = !share_group(&r->command, from, to);
		return pursue_goal(r);
	}
	return runner_links(r);
}

enum act_progress act_heal(struct runner *r)
{
	if (r->stage == 0) {
		begin_goal(r);
		for (unsigned to = 1; to <= r->model->nodes; to++)
			for (unsigned from = 0; from <= r->model->nodes; from++)
				r->goal[to][from] = link_rule_default();
		struct control c = {
			.kind = CONTROL_LINK,
			.to = set_first(r->model->nodes),
			.link = link_rule_default(),
		};
		if (!runner_send(r, &c))
			return ACT_FAILED;
		runner_note_away(r, c.to);
		runner_stage(r, 1);
	}
	return runner_links(r);
}
