/* Lies and defences. A change of defences holds from a slot on that no node has touched: a node
 * that has touched the slot refuses the change, and a later slot is tried. */
#include <stdio.h>
#include <string.h>

#include "proto/core/text.h"
#include "proto/fault/attack.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/scenario/acts.h"

#define TRIES_MAX 5

enum act_progress act_attack(struct runner *r)
{
	const struct command *command = &r->command;
	char shown[ATTACKS_SHOWN_MAX];
	if (r->stage == 0) {
		node_set away = command->nodes & ~runner_present(r);
		struct cluster_info info;
		r->cluster->ops->info(r->cluster, &info);
		if (away != 0)
			return runner_fail(r, "n%u is not up: it cannot lie", set_lowest(away));
		struct control c = {
			.kind = CONTROL_ATTACK,
			.to = command->nodes,
			.attack =
				{
					.attacks = command->attacks,
					.colluders = command->attacks != 0 ? command->nodes : 0,
					.victims = command->victims,
					.from_round = command->from_round,
					.seed = info.seed + 1,
				},
		};
		if (!runner_send(r, &c))
			return ACT_FAILED;
		attacks_show(command->attacks, shown);
		const unsigned liars = set_count(model_armed(r->model) | command->nodes);
		if (liars > model_tolerated(r->model) && command->attacks != 0)
			text_write(r->words, sizeof r->words, "liars: %u, tolerated: %u", liars,
				   model_tolerated(r->model));
		runner_stage(r, 1);
	}
	return runner_answers(r);
}

enum act_progress act_forge(struct runner *r)
{
	const struct command *command = &r->command;

	return runner_tell_present(r, "cannot lie",
				   &(struct control){
					   .kind = CONTROL_FORGE,
					   .to = set_of(command->a),
					   .slot = command->slot,
					   .value = (const uint8_t *)command->text,
					   .value_length = command->length,
					   .word = command->word,
				   });
}

enum act_progress act_mistake(struct runner *r)
{
	return runner_tell_present(r, "runs no program",
				   &(struct control){
					   .kind = CONTROL_MISTAKE,
					   .to = r->command.nodes,
					   .count = r->command.mistake,
				   });
}

/* To all nodes, those that are away too: the others would not listen any more to a node that missed
 * a change. */
static bool send_policy(struct runner *r, policy_id policy)
{
	struct control c = {
		.kind = CONTROL_POLICY,
		.to = set_first(r->model->nodes),
		.slot = r->policy_slot,
		.count = r->model->epoch,
		.policy = policy,
	};
	r->refused_by = 0;
	r->may_refuse = true;
	return runner_send(r, &c);
}

/* A node that is away may vote under the policy before, and hear of the change late. Those that are
 * present are a quorum of both: so the others alone decide nothing under the policy before, and the
 * cluster goes on without the votes of those (proto/core/lines.c). */
static unsigned grants_needed(const struct runner *r)
{
	const unsigned before = model_quorum_of(r->model, r->policy_before);
	const unsigned after = model_quorum_of(r->model, r->policy);
	return before > after ? before : after;
}

/* A node that is away cannot refuse a slot that it has touched. Where its store can be read, the
 * store says which slots those are. Else: a node keeps no slot open that is further than the window
 * above the first one that it does not know to be chosen, and of a chosen slot a quorum knows. */
static bool is_above_the_away(struct runner *r, slot_number *slot)
{
	const slot_number known = *slot;
	for (node_set left = runner_away(r); left != 0; left &= left - 1) {
		const node_id node = set_lowest(left);
		struct away away = {.touched_is_known = false};
		slot_number untouched = known + SLOTS_OPEN_MAX;
		if (r->cluster->ops->away != NULL &&
		    r->cluster->ops->away(r->cluster, node, &away) && away.touched_is_known)
			untouched = away.untouched;
		else if (set_count(runner_present(r)) < grants_needed(r)) {
			runner_fail(
				r,
				"n%u is %s, and too few nodes are up to know which slots it has "
				"touched: bring it up first, or begin an epoch",
				node, runner_why_away(r, node));
			return false;
		}
		if (untouched > *slot)
			*slot = untouched;
	}
	return true;
}

/* A slot above all that any node spoke of. While values wait, proposers go on to new slots, so the
 * slot is taken from further above. */
static bool find_free_slot(struct runner *r)
{
	const struct model *m = r->model;
	slot_number slot = m->slot_end;
	for (unsigned id = 1; id <= m->nodes; id++)
		if (m->node[id].base > slot)
			slot = m->node[id].base;
	if (m->waiting > 0)
		slot += m->mode == MODE_MULTI ? SLOTS_OPEN_MAX : 2;
	slot += r->tries > 0 ? 4u << r->tries : 0;
	r->policy_slot = slot;
	return is_above_the_away(r, &r->policy_slot);
}

static enum act_progress send_try(struct runner *r)
{
	if (!find_free_slot(r) || !send_policy(r, r->policy))
		return ACT_FAILED;
	runner_stage(r, 1);
	return ACT_WAIT;
}

static enum act_progress begin_defend(struct runner *r)
{
	const struct model *m = r->model;
	if (!defences_apply(&r->command.defences, m->policy, m->nodes, &r->policy, r->words,
			    sizeof r->words))
		return ACT_FAILED;
	r->policy_before = m->policy;
	r->tries = 0;
	if (r->policy == m->policy) {
		text_write(r->words, sizeof r->words, "so it is already");
		return ACT_DONE;
	}
	if (m->policy_lines >= POLICY_LINES_MAX) {
		char shown[POLICY_SHOWN_MAX];
		policy_show(r->policy, shown);
		return runner_fail(r,
				   "defences change at most %u times in an epoch: \"epoch %.150s\" "
				   "goes on afresh under these",
				   POLICY_LINES_MAX - 1, shown);
	}
	return send_try(r);
}

static enum act_progress end_defend(struct runner *r)
{
	char remark[80];
	defences_remark(r->policy, r->model->nodes, remark, sizeof remark);
	text_write(r->words, sizeof r->words, "from slot %llu on%s",
		   (unsigned long long)r->policy_slot, remark);
	runner_note_away(r, set_first(r->model->nodes));
	return ACT_DONE;
}

/* All nodes change at the same slot, or none: what some took they take back. */
static enum act_progress take_back(struct runner *r)
{
	if (!send_policy(r, r->policy_before))
		return ACT_FAILED;
	runner_stage(r, 2);
	return ACT_WAIT;
}

/* The change is taken back, but by those that have used it already. */
static enum act_progress fail_defend(struct runner *r)
{
	char shown[2][POLICY_SHOWN_MAX], who[NODES_MAX * 4];
	policy_show(r->policy, shown[0]);
	policy_show(r->policy_before, shown[1]);
	if (r->refused_by != 0) {
		set_show(r->refused_by, who, sizeof who);
		return runner_fail(
			r, "%s follows %.80s from slot %llu on, the others %.80s: try again", who,
			shown[0], (unsigned long long)r->policy_slot, shown[1]);
	}
	if (r->silent != 0) {
		set_show(r->silent, who, sizeof who);
		return runner_fail(r,
				   "no answer from %s: the change is taken back, all follow %.80s",
				   who, shown[1]);
	}
	return runner_fail(
		r,
		"slots are filled faster than the change can spread: all follow %.80s as "
		"before; try again when fewer values wait",
		shown[1]);
}

enum act_progress act_defend(struct runner *r)
{
	enum act_progress answers;
	switch (r->stage) {
	case 0:
		r->silent = 0;
		return begin_defend(r);
	case 1:
		answers = runner_answers(r);
		if (answers == ACT_FAILED)
			r->silent |= runner_silent(r);
		if (answers == ACT_WAIT)
			return ACT_WAIT;
		if (answers == ACT_FAILED && r->silent == 0)
			return ACT_FAILED;
		if (r->silent == 0 && r->refused_by == 0)
			return end_defend(r);
		r->tries++;
		return take_back(r);
	default:
		answers = runner_answers(r);
		if (answers == ACT_WAIT)
			return ACT_WAIT;
		if (r->silent == 0 && r->refused_by == 0 && r->tries < TRIES_MAX)
			return send_try(r);
		return fail_defend(r);
	}
}

/* Named defences are those of the new epoch and no others; without names those of now stay. */
static policy_id policy_to_begin_with(const struct runner *r)
{
	const struct defences *d = &r->command.defences;
	return d->named != 0 && !d->off ? POLICY_NONE : r->model->policy;
}

enum act_progress act_epoch(struct runner *r)
{
	if (r->stage == 0) {
		const struct defences *d = &r->command.defences;
		policy_id policy = policy_to_begin_with(r);
		struct cluster_info info;
		r->cluster->ops->info(r->cluster, &info);
		if (!defences_apply(d, policy, r->model->nodes, &policy, r->words, sizeof r->words))
			return ACT_FAILED;
		struct control c = {
			.kind = CONTROL_EPOCH,
			.to = set_first(r->model->nodes),
			.count = (r->model->epoch > info.epoch ? r->model->epoch : info.epoch) + 1,
			.policy = policy,
		};
		if (!runner_send(r, &c))
			return ACT_FAILED;
		text_write(r->words, sizeof r->words, "epoch %u", c.count);
		runner_note_away(r, c.to);
		runner_stage(r, 1);
	}
	return runner_answers(r);
}
