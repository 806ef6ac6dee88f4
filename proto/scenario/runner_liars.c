/* Lies and defences. A change of defences holds from a slot on that nobody has touched: who has
 * touched it refuses, and a later slot is tried. */
#include <stdio.h>
#include <string.h>

#include "proto/fault/attack.h"
#include "proto/scenario/runner_parts.h"

#define TRIES_MAX 5

enum act act_attack(struct runner *r)
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
			snprintf(r->words, sizeof r->words, "liars: %u, tolerated: %u", liars,
				 model_tolerated(r->model));
		runner_stage(r, 1);
	}
	return runner_answers(r);
}

/* Everybody must hear of it: who misses a change of defences is not listened to afterwards. */
static bool all_present(struct runner *r)
{
	node_set away = set_first(r->model->nodes) & ~runner_present(r);
	char who[NODES_MAX * 4];
	if (away == 0)
		return true;
	set_show(away, who, sizeof who);
	runner_fail(r, "%s would not hear of it: bring everybody up first", who);
	return false;
}

static bool send_policy(struct runner *r, node_set to, slot_number slot, policy_id policy)
{
	struct control c = {.kind = CONTROL_POLICY, .to = to, .slot = slot, .policy = policy};
	return runner_send(r, &c);
}

/* One above all that anybody spoke of; while values wait, further, for that moves on. */
static slot_number free_slot(const struct runner *r)
{
	const struct model *m = r->model;
	slot_number slot = m->slot_end;
	for (unsigned id = 1; id <= m->nodes; id++)
		if (m->node[id].base > slot)
			slot = m->node[id].base;
	if (m->waiting > 0)
		slot += m->mode == MODE_MULTI ? SLOTS_OPEN_MAX : 2;
	return slot + (r->tries > 0 ? 4u << r->tries : 0);
}

static enum act send_try(struct runner *r)
{
	r->policy_slot = free_slot(r);
	r->refused_by = 0;
	if (!send_policy(r, set_first(r->model->nodes), r->policy_slot, r->policy))
		return ACT_FAILED;
	runner_stage(r, 1);
	return ACT_WAIT;
}

enum act act_defend(struct runner *r)
{
	const node_set all = set_first(r->model->nodes);
	enum act answers;
	switch (r->stage) {
	case 0:
		if (!defences_apply(&r->command.defences, r->model->policy, r->model->nodes,
				    &r->policy, r->words, sizeof r->words) ||
		    !all_present(r))
			return ACT_FAILED;
		r->policy_before = r->model->policy;
		r->tries = 0;
		if (r->policy == r->model->policy) {
			snprintf(r->words, sizeof r->words, "so it is already");
			return ACT_DONE;
		}
		return send_try(r);
	case 1:
		answers = runner_answers(r);
		if (answers != ACT_DONE)
			return answers;
		if (r->refused_by == 0) {
			char remark[80];
			defences_remark(r->policy, r->model->nodes, remark, sizeof remark);
			snprintf(r->words, sizeof r->words, "from slot %llu on%s",
				 (unsigned long long)r->policy_slot, remark);
			return ACT_DONE;
		}
		if (++r->tries == TRIES_MAX)
			return runner_fail(r, "slots are filled faster than the change can spread: "
					      "try again when fewer values wait");
		/* Who took it takes it back, so that all change at the same slot. */
		if (r->refused_by != all &&
		    !send_policy(r, all & ~r->refused_by, r->policy_slot, r->policy_before))
			return ACT_FAILED;
		runner_stage(r, 2);
		return ACT_WAIT;
	default:
		answers = runner_answers(r);
		return answers == ACT_DONE ? send_try(r) : answers;
	}
}

enum act act_epoch(struct runner *r)
{
	if (r->stage == 0) {
		const struct defences *d = &r->command.defences;
		policy_id policy = r->model->policy;
		struct cluster_info info;
		r->cluster->ops->info(r->cluster, &info);
		if (!defences_apply(d, policy, r->model->nodes, &policy, r->words,
				    sizeof r->words) ||
		    !all_present(r))
			return ACT_FAILED;
		struct control c = {
			.kind = CONTROL_EPOCH,
			.to = set_first(r->model->nodes),
			.count = (r->model->epoch > info.epoch ? r->model->epoch : info.epoch) + 1,
			.policy = policy,
		};
		if (!runner_send(r, &c))
			return ACT_FAILED;
		snprintf(r->words, sizeof r->words, "epoch %u", c.count);
		runner_stage(r, 1);
	}
	return runner_answers(r);
}
