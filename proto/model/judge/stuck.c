/* Stuck for good: values wait, and what honest acceptors have stored proves that no proposer that
 * wants one of them can ever get it chosen. Promises only rise, and under `reject` a vote never
 * changes: unlike a partition or a silence this does not end, however long one waits. A node that
 * may lie, or of which this model missed events, is taken to be able to do anything. */
#include <stdio.h>

#include "proto/core/text.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/judge/stuck.h"

/* The nodes whose own words about what they stored are believed and complete. */
static node_set bound_nodes(const struct model *m)
{
	node_set set = 0;

	for (node_id id = NODE_NONE; model_next_node(m, &id);)
		if (m->node[id].boot != 0 && !m->node[id].blurred)
			set |= set_of(id);
	return set & ~m->liars;
}

/* Can votes that the nodes of `free` may still cast complete a quorum in a ballot that has votes
 * already? */
static bool may_be_completed(const struct model *m, const struct model_slot *s, node_set free)
{
	for (unsigned i = 0; i != MODEL_TALLIES; i++) {
		node_set voters = s->tally[i].voters | s->tally[i].liars;

		if (voters != 0 && set_count(voters | free) >= model_quorum_at(m, s->slot))
			return true;
	}
	return false;
}

/* The acceptors whose promises are above every ballot that the proposer has. */
static node_set nodes_beyond(const struct model *m, node_id proposer)
{
	const struct ballot last = {ROUND_MAX, proposer};
	node_set set = 0;

	for (node_set left = bound_nodes(m); left != 0; left &= left - 1)
		if (ballot_cmp(m->node[set_lowest(left)].promised, last) > 0)
			set |= set_of(set_lowest(left));
	return set;
}

static bool is_out_of_ballots(const struct model *m, node_id proposer)
{
	node_set free = set_first(m->nodes) & ~nodes_beyond(m, proposer);

	if (set_count(free) >= m->quorum)
		return false;
	for (const struct model_slot *s = model_slot_from(m, m->node[proposer].base); s != NULL;
	     s = model_slot_from(m, s->slot + 1))
		if (may_be_completed(m, s, free))
			return false;
	return true;
}

static bool no_ballot_is_left(struct model *m, node_set waiting)
{
	char who[NODES_MAX * 4], highest[16];
	node_id first = set_lowest(waiting);

	for (node_set left = waiting; left != 0; left &= left - 1)
		if (!is_out_of_ballots(m, set_lowest(left)))
			return false;
	set_show(nodes_beyond(m, first), who, sizeof who);
	ballot_show(m->node[set_lowest(nodes_beyond(m, first))].promised, highest);
	snprintf(m->progress_why, sizeof m->progress_why,
		 "no ballot left: %s promised %s, and n%u has none above it", who, highest, first);
	return true;
}

/* In single mode a proposer that is at work stays with its slot until the slot is decided. */
static const struct model_slot *slot_of(const struct model *m, node_id proposer)
{
	const struct model_node *n = &m->node[proposer];

	return m->mode == MODE_SINGLE && n->role != ROLE_IDLE ? model_slot(m, n->from) : NULL;
}

static node_set voters_of(const struct model *m, const struct model_slot *s, value_ref value)
{
	node_set set = 0;

	for (node_id id = NODE_NONE; model_next_node(m, &id);)
		if (s->vote[id].voted == value)
			set |= set_of(id);
	return set;
}

/* Under `reject` an acceptor that has voted in a slot votes for that value for ever: is every value
 * of this slot short of a quorum of possible votes? */
static bool is_split(const struct model *m, const struct model_slot *s)
{
	const policy_id policy = model_policy_at(m, s->slot);
	const node_set honest = bound_nodes(m);
	node_set free = (set_first(m->nodes) & ~honest) | voters_of(m, s, VALUE_NONE);

	if (!policy_has(policy, DEFENCE_REJECT) || s->decided != VALUE_NONE)
		return false;
	for (node_id id = NODE_NONE; model_next_node(m, &id);) {
		node_set may = voters_of(m, s, s->vote[id].voted) | free;

		if (s->vote[id].chosen != VALUE_NONE ||
		    set_count(may) >= model_quorum_at(m, s->slot))
			return false;
	}
	return true;
}

static void say_split(struct model *m, const struct model_slot *s)
{
	char who[NODES_MAX * 4], value[MARKED_BRIEF_MAX + 1];
	char *out = m->progress_marked;
	const size_t size = sizeof m->progress_marked;
	node_set left = set_first(m->nodes) & ~voters_of(m, s, VALUE_NONE);

	text_write(out, size, "stuck by reject: for ever, for ");
	for (; left != 0; left &= ~voters_of(m, s, s->vote[set_lowest(left)].voted)) {
		const value_ref voted = s->vote[set_lowest(left)].voted;

		value_mark_brief(m, voted, value);
		set_show(voters_of(m, s, voted), who, sizeof who);
		text_append(out, size, "%.40s will only vote for %s, ", who, value);
	}
	text_append(out, size, "and it takes %u", model_quorum_at(m, s->slot));
	marks_leave_out(out, m->progress_why, sizeof m->progress_why);
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

/* The acceptors that will never promise a ballot from this slot on. */
static node_set nodes_out_of(const struct model *m, slot_number slot)
{
	node_set set = 0;

	for (node_set left = bound_nodes(m); left != 0; left &= left - 1) {
		const struct model_node *n = &m->node[set_lowest(left)];

		if (n->keeps_out == slot + 1 || n->part_from > slot)
			set |= set_of(set_lowest(left));
	}
	return set;
}

/* Too few acceptors are left for a ballot from this slot on, and for the ballots that are there. */
static bool is_given_up(const struct model *m, slot_number slot)
{
	const node_set free = set_first(m->nodes) & ~nodes_out_of(m, slot);
	const struct model_slot *s = model_slot(m, slot);

	return set_count(free) < model_quorum_at(m, slot) &&
	       (s == NULL || (s->decided == VALUE_NONE && !may_be_completed(m, s, free)));
}

static bool no_quorum_is_left(struct model *m, node_set waiting)
{
	const slot_number slot = m->node[set_lowest(waiting)].base;
	char who[NODES_MAX * 4];

	for (node_set left = waiting; left != 0; left &= left - 1)
		if (!is_given_up(m, m->node[set_lowest(left)].base))
			return false;
	set_show(nodes_out_of(m, slot), who, sizeof who);
	text_write(m->progress_why, sizeof m->progress_why,
		   "no quorum left for slot %llu, where %s keep out, as they may have voted there "
		   "before: begin an epoch",
		   (unsigned long long)slot, who);
	return true;
}

bool stuck_for_good(struct model *m, node_set waiting)
{
	return waiting != 0 && (no_ballot_is_left(m, waiting) || votes_are_split(m, waiting) ||
				no_quorum_is_left(m, waiting));
}
