/* Loads: a node proposes by itself. */
#include "proto/scenario/acts.h"

/* Real: so long a node that obeys may take to say that its load has begun, and when it is asked
 * for that again. */
#define TELL_US  5000000
#define AGAIN_US 500000

static bool send_order(struct runner *r)
{
	const struct command *command = &r->command;
	struct control c = {
		.kind = CONTROL_LOAD,
		.to = set_of(command->a),
		.count = command->count,
		.size_bytes = command->size_bytes,
		.outstanding = command->outstanding,
		.rate = command->arrivals,
	};
	return runner_send(r, &c);
}

/* Until the node has told of this load: what is asked about its load from then on is about this
 * one. */
static enum act_progress wait_for_report(struct runner *r)
{
	const node_id node = r->command.a;
	if (r->model->node[node].load.report.number >= r->number)
		return ACT_DONE;
	if (!set_has(runner_present(r), node))
		return runner_fail(r, "n%u is %s", node, runner_why_away(r, node));
	if (r->real_us < r->stage_at + (r->stage == 2 ? AGAIN_US : TELL_US))
		return ACT_WAIT;
	if (r->stage == 3)
		return runner_fail(r, "n%u obeys, and says nothing of its load", node);
	r->cluster->ops->refresh(r->cluster);
	runner_stage(r, 3);
	return ACT_WAIT;
}

enum act_progress act_load(struct runner *r)
{
	const node_id node = r->command.a;
	if (r->stage == 0) {
		if (!set_has(runner_present(r), node))
			return runner_fail(r, "n%u is %s: it cannot propose", node,
					   runner_why_away(r, node));
		if (!send_order(r))
			return ACT_FAILED;
		runner_stage(r, 1);
	}
	if (r->stage >= 2)
		return wait_for_report(r);
	const enum act_progress progress = runner_answers(r);
	if (progress != ACT_DONE || r->command.count == 0)
		return progress;
	runner_stage(r, 2);
	return wait_for_report(r);
}
