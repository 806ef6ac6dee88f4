#include "proto/sim/trial_run.h"

#include <stdio.h>

void trial_link(struct trial *t, node_id from, node_id to, const struct link_rule *rule)
{
	if (!stage_link_is_news(&t->stage, from, to, rule))
		return;
	stage_narrate(&t->stage, "n%u -> n%u: %s, %llu us", from, to, rule->cut ? "cut" : "open",
		      (unsigned long long)rule->delay_us);
	stage_link(&t->stage, from, to, rule);
}

void trial_propose(struct trial *t, node_id node, slot_number slot)
{
	char text[24];

	snprintf(text, sizeof text, "%c%llu", 'A' + (node - 1) % 26,
		 (unsigned long long)++t->stage.proposals);
	stage_propose(&t->stage, node, slot, text);
}

void trial_restart(struct trial *t, node_id node)
{
	t->restarts++;
	stage_restart(&t->stage, node);
}
