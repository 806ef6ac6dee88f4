/* Stuck for good: values wait, and what honest nodes have stored proves that none of them can ever
 * be chosen by who wants it. Promises only rise, and under `reject` a vote never changes: so unlike
 * a partition or a silence this does not end by itself, however long one waits. Who may lie, and
 * who has said things that this model missed, is taken to be able to do anything. */
#include <stdio.h>
#include <string.h>

#include "proto/model/parts.h"

/* Whose own words about what they stored bind them. */
static node_set bound(const struct model *m)
{
	node_set set = 0;

	for (unsigned id = 1; id <= m->nodes; id++)
		if (m->node[id].boot != 0 && !m->node[id].blurred)
			set |= set_of((node_id)id);
	return set & ~m->liars;
}

/* Can votes that `free` may still cast complete a quorum in a ballot that has votes already? */
static bool may_be_completed(const struct model *m, const struct model_slot *s, node_set free)
{
	for (unsigned i = 0; i < MODEL_TALLIES; i++) {
		node_set voters = s->tally[i].voters | s->tally[i].liars;

		if (voters != 0 && set_count(voters | free) >= model_quorum_at(m, s->slot))
			return true;
	}
	return false;
}

/* Whose promises leave the proposer no ballot. */
static node_set beyond(const struct model *m, node_id proposer)
{
	const struct ballot last = {ROUND_MAX, proposer};
	node_set set = 0;

	for (node_set left = bound(m); left != 0; left &= left - 1)
		if (ballot_cmp(m->node[set_lowest(left)].promised, last) > 0)
			set |= set_of(set_lowest(left));
	return set;
}

static bool is_out_of_ballots(const struct model *m, node_id proposer)
{
	node_set free = set_first(m->nodes) & ~beyond(m, proposer);

	if (set_count(free) >= m->quorum)
		return false;
	for (slot_number slot = m->node[proposer].base; slot < m->slot_end; slot++) {
		const struct model_slot *s = model_slot(m, slot);

		if (s != NULL && may_be_completed(m, s, free))
			return false;
	}
	return true;
}

static bool no_ballot_is_left(struct model *m, node_set waiting)
{
	char who[NODES_MAX * 4], highest[16];
	node_id first = set_lowest(waiting);

	for (node_set left = waiting; left != 0; left &= left - 1)
		if (!is_out_of_ballots(m, set_lowest(left)))
			return false;
	set_show(beyond(m, first), who, sizeof who);
	ballot_show(m->node[set_lowest(beyond(m, first))].promised, highest);
	snprintf(m->progress_why, sizeof m->progress_why,
		 "no ballot left: %s promised %s, and n%u has none above it", who, highest, first);
	return true;
}

/* In single mode a proposer that is at work stays with its slot until that is decided. */
static const struct model_slot *slot_of(const struct model *m, node_id proposer)
{
	const struct model_node *n = &m->node[proposer];

	return m->mode == MODE_SINGLE && n->role != ROLE_IDLE ? model_slot(m, n->from) : NULL;
}

static node_set voters_of(const struct model *m, const struct model_slot *s, value_ref value)
{
	node_set set = 0;

	for (unsigned id = 1; id <= m->nodes; id++)
		if (s->vote[id].voted == value)
			set |= set_of((node_id)id);
	return set;
}

/* Under `reject` whoever has voted votes for that value for ever. */
static bool is_split(const struct model *m, const struct model_slot *s)
{
	const policy_id policy = model_policy_at(m, s->slot);
	const node_set honest = bound(m);
	node_set free = (set_first(m->nodes) & ~honest) | voters_of(m, s, VALUE_NONE);

	if (!policy_has(policy, DEFENCE_REJECT) || s->decided != VALUE_NONE ||
	    set_count(free) >= model_quorum_at(m, s->slot))
		return false;
	for (unsigned id = 1; id <= m->nodes; id++) {
		node_set may = voters_of(m, s, s->vote[id].voted) | free;

		if (s->vote[id].chosen != VALUE_NONE ||
		    set_count(may) >= model_quorum_at(m, s->slot))
			return false;
	}
	return true;
}

static void say_split(struct model *m, const struct model_slot *s)
{
	char who[NODES_MAX * 4], value[VALUE_SHOWN_MAX + 1];
	char *out = m->progress_why;
	const size_t size = sizeof m->progress_why;
	node_set left = set_first(m->nodes) & ~voters_of(m, s, VALUE_NONE);
	size_t used = (size_t)snprintf(out, size, "stuck by reject: for ever, for ");

	for (; left != 0 && used < size;
	     left &= ~voters_of(m, s, s->vote[set_lowest(left)].voted)) {
		const value_ref voted = s->vote[set_lowest(left)].voted;

		values_show(m->values, voted, value);
		set_show(voters_of(m, s, voted), who, sizeof who);
		used += (size_t)snprintf(out + used, size - used,
					 "%.40s will only vote for %.24s, ", who, value);
	}
	if (used < size)
		snprintf(out + used, size - used, "and it takes %u", model_quorum_at(m, s->slot));
}

static bool votes_are_split(struct model *m, node_set waiting)
{
	for (node_set left = waiting; left != 0; left &= left - 1) {
		const struct model_slot *s = slot_of(m, set_lowest(left));

		if (s == NULL || !is_split(m, s))
			return false;
	}
	say_split(m, slot_of(m, set_lowest(waiting)));
	return true;
}

bool monitor_stuck(struct model *m, node_set waiting)
{
	return waiting != 0 && (no_ballot_is_left(m, waiting) || votes_are_split(m, waiting));
}
