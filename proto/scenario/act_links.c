/* Links: a command sets a goal for the whole matrix, and every link that is not as it should be is
 * told, one order at a time to each node, until the nodes say that it is. */
#include <stdio.h>
#include <string.h>

#include "proto/fault/link.h"
#include "proto/scenario/runner_parts.h"

static bool is_same(const struct link_rule *a, const struct link_rule *b)
{
	return a->cut == b->cut && a->delay_us == b->delay_us && a->jitter_us == b->jitter_us &&
	       a->loss_ppm == b->loss_ppm && a->duplicate_ppm == b->duplicate_ppm &&
	       a->reorder_ppm == b->reorder_ppm;
}

/* Somebody else may have changed links since: what is not changed now stays as it is. */
static void begin(struct runner *r)
{
	const struct model *m = r->model;
	for (unsigned to = 1; to <= m->nodes; to++)
		if (!set_has(r->owed_links, (node_id)to))
			memcpy(r->goal[to], m->node[to].link, sizeof r->goal[to]);
	node_set away = set_first(m->nodes) & ~runner_present(r);
	r->owed_links |= away;
	if (away != 0) {
		char who[NODES_MAX * 4];
		set_show(away, who, sizeof who);
		snprintf(r->words, sizeof r->words, "%s will be told on return", who);
	}
	runner_stage(r, 1);
}

enum act runner_links(struct runner *r)
{
	const struct model *m = r->model;
	bool all = true;
	for (node_set left = runner_present(r); left != 0; left &= left - 1) {
		node_id to = set_lowest(left);
		for (unsigned from = 1; from <= m->nodes; from++) {
			if (from == to || is_same(&m->node[to].link[from], &r->goal[to][from]))
				continue;
			all = false;
			if (r->awaited[to] != 0)
				break;
			struct control c = {
				.kind = CONTROL_LINK,
				.to = set_of(to),
				.peer = (node_id)from,
				.link = r->goal[to][from],
			};
			if (!runner_send(r, &c))
				return ACT_FAILED;
			break;
		}
	}
	enum act answers = runner_answers(r);
	return answers == ACT_DONE && !all ? ACT_WAIT : answers;
}

static void change(struct runner *r, node_id from, node_id to)
{
	const struct command *c = &r->command;
	struct link_rule *rule = &r->goal[to][from];
	if (c->kind != COMMAND_LINK) {
		rule->cut = c->kind == COMMAND_CUT;
		return;
	}
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

static void change_all(struct runner *r, node_set from, node_set to)
{
	for (node_id a = 1; a <= r->model->nodes; a++)
		for (node_id b = 1; b <= r->model->nodes; b++)
			if (a != b && set_has(from, a) && set_has(to, b))
				change(r, a, b);
}

enum act act_link(struct runner *r)
{
	if (r->stage == 0) {
		begin(r);
		change_all(r, r->command.from, r->command.to);
		if (r->command.both)
			change_all(r, r->command.to, r->command.from);
	}
	return runner_links(r);
}

static bool share_group(const struct command *c, unsigned a, unsigned b)
{
	for (unsigned i = 0; i < c->groups; i++)
		if (set_has(c->group[i], (node_id)a))
			return set_has(c->group[i], (node_id)b);
	return false;
}

enum act act_partition(struct runner *r)
{
	if (r->stage == 0) {
		begin(r);
		for (unsigned to = 1; to <= r->model->nodes; to++)
			for (unsigned from = 1; from <= r->model->nodes; from++)
				r->goal[to][from].cut = !share_group(&r->command, from, to);
	}
	return runner_links(r);
}

enum act act_heal(struct runner *r)
{
	if (r->stage == 0) {
		begin(r);
		for (unsigned to = 1; to <= r->model->nodes; to++)
			for (unsigned from = 0; from <= r->model->nodes; from++)
				r->goal[to][from] = link_rule_default();
		struct control c = {
			.kind = CONTROL_LINK,
			.to = set_first(r->model->nodes),
			.link = link_rule_default(),
		};
		if (runner_present(r) != 0 && !runner_send(r, &c))
			return ACT_FAILED;
	}
	return runner_links(r);
}
