/* Proposals. */
#include <stdio.h>

#include "proto/core/text.h"
#include "proto/model/base/query.h"
#include "proto/scenario/acts.h"

/* Does the proposer know that the value of the command is chosen in this slot? *place: which of
 * several values there it is, 0: it is alone. */
static bool is_chosen_in(const struct runner *r, slot_number slot, uint32_t *place)
{
	const struct command *command = &r->command;
	const struct model_slot *s = model_slot(r->model, slot);
	return s != NULL && s->vote[command->a].chosen != VALUE_NONE &&
	       model_holds(r->model, s->vote[command->a].chosen, (const uint8_t *)command->text,
			   command->length, place);
}

/* The first slot from `from` on of which the proposer knows that; SLOT_NONE: in no slot. */
static slot_number chosen_slot(const struct runner *r, slot_number from, uint32_t *place)
{
	const struct model *m = r->model;
	for (slot_number s = from > m->slot_first ? from : m->slot_first; s < m->slot_end; s++)
		if (is_chosen_in(r, s, place))
			return s;
	return SLOT_NONE;
}

static enum act_progress ask_to_propose(struct runner *r)
{
	const struct command *command = &r->command;
	if (!set_has(runner_present(r), command->a))
		return runner_fail(r, "n%u is %s: it cannot propose", command->a,
				   runner_why_away(r, command->a));
	struct control c = {
		.kind = CONTROL_PROPOSE,
		.to = set_of(command->a),
		.slot = command->slot,
		.value = (const uint8_t *)command->text,
		.value_length = command->length,
	};
	/* The same value may have been chosen before. */
	r->unchosen_from = 0;
	uint32_t place;
	for (slot_number s; (s = chosen_slot(r, r->unchosen_from, &place)) != SLOT_NONE;)
		r->unchosen_from = s + 1;
	if (!runner_send(r, &c))
		return ACT_FAILED;
	/* A live cluster tells of a long value no more than a digest. */
	values_complete(r->cluster->values, c.value, c.value_length);
	r->wished_slot = command->slot;
	runner_stage(r, 1);
	return ACT_WAIT;
}

/* Until the proposer knows in which slot its value is chosen. */
static enum act_progress wait_for_decision(struct runner *r)
{
	const struct command *command = &r->command;
	uint32_t place;
	const slot_number slot = chosen_slot(r, r->unchosen_from, &place);
	if (slot != SLOT_NONE) {
		snprintf(r->words, sizeof r->words, "chosen in slot %llu",
			 (unsigned long long)slot);
		if (place > 0)
			text_append(r->words, sizeof r->words, ", place %u", place);
		return ACT_DONE;
	}
	if (!set_has(runner_present(r), command->a))
		return runner_fail(r,
				   "n%u is not up any more: nobody knows yet whether its value "
				   "is chosen",
				   command->a);
	if (!runner_is_late(r))
		return ACT_WAIT;
	return runner_fail(r, "it is not chosen yet, as far as n%u knows%s%s; n%u goes on trying",
			   command->a, r->model->progress_why[0] != 0 ? ": " : "",
			   r->model->progress_why, command->a);
}

enum act_progress act_propose(struct runner *r)
{
	enum act_progress progress;
	if (r->stage == 0)
		return ask_to_propose(r);
	if (r->stage == 2)
		return wait_for_decision(r);
	progress = runner_answers(r);
	if (progress != ACT_DONE || !r->command.wait)
		return progress;
	runner_set_deadline(r, r->command.within > 0 ? r->command.within : WAIT_US);
	runner_stage(r, 2);
	return wait_for_decision(r);
}
