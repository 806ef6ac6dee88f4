#include "proto/core/gate_rule.h"

#include <string.h>

struct gate_rule gate_rule_all(void)
{
	struct gate_rule rule = {.on = true};

	for (node_id from = 1; from <= NODES_MAX; from++)
		rule.types[from] = TYPES_ALL;
	return rule;
}

bool gate_holds(const struct gate_rule *rule, node_id self, node_id from, enum message_type type)
{
	const node_id at = from == self ? GATE_OWN : from;

	return rule->on && at <= NODES_MAX && (rule->types[at] >> type & 1) != 0;
}

bool gate_rule_equal(const struct gate_rule *a, const struct gate_rule *b)
{
	return a->on == b->on && a->keep == b->keep &&
	       memcmp(a->types, b->types, sizeof a->types) == 0;
}

void gate_rule_set(struct gate_rule *rule, node_id from, type_set types, bool on)
{
	type_set any = 0;

	rule->types[from] = (type_set)(on ? rule->types[from] | types : rule->types[from] & ~types);
	for (node_id id = 0; id <= NODES_MAX; id++)
		any |= rule->types[id];
	rule->on = any != 0;
	rule->keep = rule->keep && rule->on;
}
