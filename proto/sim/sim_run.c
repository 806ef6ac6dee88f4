#include "proto/sim/sim_run.h"

#include <stdio.h>

void sim_count_life(struct sim *sim, const struct member_counts *c)
{
	sim->faults[SIM_LOST] += c->dropped[DROP_LOSS];
	sim->faults[SIM_CUT] += c->dropped[DROP_CUT];
	sim->faults[SIM_DUPLICATED] += c->duplicated;
	sim->faults[SIM_DELAYED] += c->delayed;
	sim->faults[SIM_OVERTAKEN] += c->overtaken;
}

void sim_crash(struct sim *sim, node_id node, unsigned kept)
{
	sim_count_life(sim, member_counts(sim->stage.world->node[node].member));
	world_crash(sim->stage.world, node, kept);
}

void sim_link(struct sim *sim, node_id from, node_id to, const struct link_rule *rule)
{
	if (!stage_link_is_news(&sim->stage, from, to, rule))
		return;
	stage_narrate(&sim->stage,
		      "link n%u -> n%u: %s delay %llu us, jitter %llu us, loss %u, duplicates %u, "
		      "reorder %u ppm",
		      from, to, rule->cut ? "CUT" : "open", (unsigned long long)rule->delay_us,
		      (unsigned long long)rule->jitter_us, rule->loss_ppm, rule->duplicate_ppm,
		      rule->reorder_ppm);
	stage_link(&sim->stage, from, to, rule);
}

bool sim_propose(struct sim *sim, node_id node, slot_number slot)
{
	const unsigned long long number = sim->stage.proposals + 1;
	char text[100];

	/* Each third value is so long that votes and decisions name it by its digest. */
	const int length = snprintf(text, sizeof text, "v%llu", number);
	if (number % 3 == 0)
		snprintf(text + length, sizeof text - (size_t)length, "%070d", 0);
	value_ref value = stage_propose(&sim->stage, node, slot, text);
	if (value == VALUE_NONE)
		return false;
	sim->stage.proposals++;
	sim->last = value;
	return true;
}
