/* Reads: a client asks a node what was written last. */
#include <stdio.h>

#include "proto/core/text.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/scenario/acts.h"

static enum act_progress ask_to_read(struct runner *r)
{
	const struct command *command = &r->command;
	if (!set_has(runner_present(r), command->a))
		return runner_fail(r, "n%u is %s: it cannot read", command->a,
				   runner_why_away(r, command->a));
	struct control c = {
		.kind = CONTROL_READ, .to = set_of(command->a), .count = command->local};
	r->unread_from = r->model->clients.ops;
	if (!runner_send(r, &c))
		return ACT_FAILED;
	runner_stage(r, 1);
	return ACT_WAIT;
}

/* The first read that the node was asked for since; NULL: it has not said so. */
static const struct client_op *own_read(const struct runner *r)
{
	const struct clients *c = &r->model->clients;
	uint64_t k = r->unread_from;
	if (c->ops > CLIENT_OPS && k < c->ops - CLIENT_OPS)
		k = c->ops - CLIENT_OPS;
	for (; k < c->ops; k++)
		if (!c->op[k % CLIENT_OPS].writes && c->op[k % CLIENT_OPS].node == r->command.a)
			return &c->op[k % CLIENT_OPS];
	return NULL;
}

static enum act_progress wait_for_answer(struct runner *r)
{
	const struct command *command = &r->command;
	const struct client_op *op = own_read(r);
	char value[VALUE_SHOWN_MAX + 1];
	if (op != NULL && op->answered && op->value == VALUE_NONE) {
		text_write(r->words, sizeof r->words, "n%u read nothing: nothing is written",
			   command->a);
		return ACT_DONE;
	}
	if (op != NULL && op->answered) {
		values_show(r->model->values, op->value, value);
		text_write(r->words, sizeof r->words, "n%u read %s, of slot %llu", command->a,
			   value, (unsigned long long)op->slot);
		return ACT_DONE;
	}
	if (!set_has(runner_present(r), command->a))
		return runner_fail(r, "n%u is not up any more: its read is not answered",
				   command->a);
	if (!runner_is_late(r))
		return ACT_WAIT;
	return runner_fail(r, "the read is not answered yet, as far as is known here%s%s",
			   r->model->progress_why[0] != 0 ? ": " : "", r->model->progress_why);
}

enum act_progress act_read(struct runner *r)
{
	enum act_progress progress;
	if (r->stage == 0)
		return ask_to_read(r);
	if (r->stage == 2)
		return wait_for_answer(r);
	progress = runner_answers(r);
	if (progress != ACT_DONE || (!r->command.wait && !r->command.local))
		return progress;
	runner_set_deadline(r, r->command.within > 0 ? r->command.within : WAIT_US);
	runner_stage(r, 2);
	return wait_for_answer(r);
}
