/* Proposals, gates, and messages that wait at a gate. */
#include "proto/scenario/runner_parts.h"

enum act act_propose(struct runner *r)
{
	const struct command *command = &r->command;
	if (r->stage == 0) {
		if (!set_has(runner_present(r), command->a))
			return runner_fail(r, "n%u is %s: it cannot propose", command->a,
					   r->model->node[command->a].life == LIFE_STOPPED
						   ? "stopped"
						   : "down");
		struct control c = {
			.kind = CONTROL_PROPOSE,
			.to = set_of(command->a),
			.slot = command->slot,
			.value = (const uint8_t *)command->text,
			.value_length = command->length,
		};
		if (!runner_send(r, &c))
			return ACT_FAILED;
		runner_stage(r, 1);
	}
	return runner_answers(r);
}

enum act act_gate(struct runner *r)
{
	if (r->stage == 0) {
		node_set to = r->command.nodes != 0 ? r->command.nodes : set_first(r->model->nodes);
		struct control c = {
			.kind = CONTROL_GATE,
			.to = to & runner_present(r),
			.count = r->command.on,
		};
		if (c.to == 0)
			return runner_fail(r, "no such node is up");
		if (!runner_send(r, &c))
			return ACT_FAILED;
		runner_stage(r, 1);
	}
	return runner_answers(r);
}

static bool is_meant(const struct message_pick *pick, const struct flight *f)
{
	if (f->state != FLIGHT_HELD || (pick->to != NODE_NONE && pick->to != f->to))
		return false;
	if (pick->type != MSG_NONE)
		return f->type == pick->type && f->from == pick->from;
	return f->id.source == pick->id.source && f->id.boot == pick->id.boot &&
	       f->id.number == pick->id.number && f->copy == pick->copy;
}

static bool is_older(const struct flight *a, const struct flight *b)
{
	if (a->id.boot != b->id.boot)
		return a->id.boot < b->id.boot;
	return a->id.number != b->id.number ? a->id.number < b->id.number : a->copy < b->copy;
}

static bool order(struct runner *r, const struct flight *f)
{
	enum command_kind kind = r->command.kind;
	struct control c = {
		.kind = kind == COMMAND_DELIVER ? CONTROL_DELIVER
			: kind == COMMAND_DROP  ? CONTROL_DISCARD
						: CONTROL_DUPLICATE,
		.to = set_of(f->to),
		.id = f->id,
		.copy = f->copy,
	};
	return runner_send(r, &c);
}

enum act act_pick(struct runner *r)
{
	if (r->stage != 0)
		return runner_answers(r);
	const struct message_pick *pick = &r->command.pick;
	const struct model *m = r->model;
	const struct flight *oldest = NULL;
	bool found = false;
	for (uint32_t i = 0; i < m->flights; i++) {
		const struct flight *f = &m->flight[i];
		if (!is_meant(pick, f))
			continue;
		found = true;
		if (pick->type == MSG_NONE && !order(r, f))
			return ACT_FAILED;
		if (oldest == NULL || is_older(f, oldest))
			oldest = f;
	}
	if (!found)
		return runner_fail(r, "no such message is held");
	if (pick->type != MSG_NONE && !order(r, oldest))
		return ACT_FAILED;
	runner_stage(r, 1);
	return runner_answers(r);
}
