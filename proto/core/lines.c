/* Which policy a slot is decided under. It is pinned: two quorum rules in one slot are safe only if
 * any two of their quorums share an honest node, so a change holds from a slot on that this node
 * has not touched, and a ballot is bound by what its promises tell of slots up to the next change,
 * and proposes in no others. */
#include "proto/core/step.h"

policy_id paxos_policy(const struct paxos *p, slot_number slot)
{
	unsigned line = p->lines;

	while (line > 1 && p->line[line - 1].from > slot)
		line--;
	return p->line[line - 1].policy;
}

policy_id paxos_policy_now(const struct paxos *p)
{
	return p->line[p->lines - 1].policy;
}

unsigned paxos_quorum(const struct paxos *p, slot_number slot)
{
	policy_id policy = paxos_policy(p, slot);

	return policy_has(policy, DEFENCE_QUORUM) ? policy_quorum(policy, p->config.nodes)
						  : p->config.quorum;
}

bool under(const struct paxos *p, slot_number slot, unsigned any_of)
{
	return (paxos_policy(p, slot) & any_of) != 0;
}

slot_number border(const struct paxos *p, slot_number slot)
{
	for (unsigned line = 1; line < p->lines; line++)
		if (p->line[line].from > slot)
			return p->line[line].from;
	return SLOT_NONE;
}

slot_number paxos_untouched(const struct paxos *p)
{
	slot_number end = p->base;

	for (slot_number slot = p->base; slot - p->base < SLOTS_OPEN_MAX; slot++) {
		const struct paxos_slot *s = &p->open[slot % SLOTS_OPEN_MAX];
		const struct paxos_hard *h = &p->hard[slot % SLOTS_OPEN_MAX];
		if (s->voted != VALUE_NONE || s->chosen != VALUE_NONE ||
		    s->proposed != VALUE_NONE || s->pending != 0 || h->echoed != VALUE_NONE)
			end = slot + 1;
	}
	return end;
}

bool paxos_set_policy(struct paxos *p, slot_number from, policy_id policy)
{
	unsigned lines = p->lines;

	if (from < paxos_untouched(p))
		return false;
	while (lines > 0 && p->line[lines - 1].from >= from)
		lines--;
	if (lines == POLICY_LINES_MAX)
		return false;
	p->line[lines] = (struct policy_line){from, policy};
	for (unsigned rest = lines + 1u; rest < p->lines; rest++)
		p->line[rest] = (struct policy_line){0};
	p->lines = (uint8_t)(lines + 1);
	return true;
}
